#!/usr/bin/perl

# meeting_company_quota: what goes beyond a company's quota is rejected in every
# dialect, with a reason of its own; sign-ins and removals go on.

use warnings;
use strict;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Test;
use Meeting::Yunzhijia;
use Test::More;
use Time::HiRes qw/ time /;

binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $HOUR = 3600_000;
my $CROWD = 300;

my $t = Meeting::Test->new();

write_conf('off');

$t->company(1000);
$t->company(1001);

my %credential = map { $_ => $t->ctl(qw/ credential add --company /, $_) }
	1000, 1001;

$t->import_users(map { { id => $_, name => "N$_", account => "a$_" } }
	1 .. $CROWD);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $student = $t->app()->login('a1', 'hf@123456');
my $boss = $t->app()->login('a2', 'hf@123456');
my ($app, $yun, $jit) = map { $_->new(base => $base, %{$credential{1000}}) }
	qw/ Meeting::H5yes Meeting::Yunzhijia Meeting::Jituancaiyun /;

$app->call('room/add', { id => 'hall', name => 'Hall', beginTime => '00:00',
	endTime => '24:00' });

my $all = join(',', 1 .. $CROWD);

test_student();
test_seats();
test_meetings();
test_people();
test_bytes();
test_tool();

$t->verify();
$t->finish();


sub now { return int(time() * 1000) }


sub write_conf {
	my ($quota, %more) = @_;

	return $t->write_default_conf(
		apis => [ qw/ h5yes yunzhijia jituancaiyun / ],
		http => "meeting_company_quota $quota;", %more);
}


# Other quotas, with the same store.

sub serve {
	my ($quota) = @_;

	my %old = map { $_ => 1 } $t->workers();

	write_conf($quota);
	$t->reload();
	$t->wait_for(sub { !grep { $old{$_} } $t->workers() });

	return;
}


sub usage {
	my ($company) = @_;

	return (grep { $_->{id} == ($company // 1000) }
		@{$t->ctl(qw/ company list /)})[0];
}


sub publish {
	my ($who, %with) = @_;

	return $who->call('/manage/club_meeting/public_meeting', {
		content => 'c', address => 'a', deadline => now() + $HOUR,
		need_sign => 1, leader => '2', participation => '2,3', %with });
}


# At noon in Shanghai: a booking stays within a day.

sub book {
	my (%with) = @_;
	my $noon = now() - now() % (24 * $HOUR) + 52 * $HOUR;

	return $app->call('meeting/book', { subject => 's', createdId => '1',
		roomId => 'hall', speaker => 's', attendances => [],
		beginTime => $noon, endTime => $noon + $HOUR, %with });
}


sub create {
	my (%with) = @_;

	return $yun->call('create', { openid => '1', title => 'y',
		startDate => now() + $HOUR, endDate => now() + 2 * $HOUR,
		actors => [ '2' ], %with });
}


sub invite {
	my (@people) = @_;

	return $jit->call('create', { requesterUid => '1', requesterName => 'N1',
		detail => { createTime => now(), content => 'j', address => '',
			beginTime => now() + $HOUR, endTime => now() + 2 * $HOUR,
			remindMin => 15, remindType => 1,
			members => [ map { { uid => "$_", name => "N$_" } } @people ] } });
}


# A student publishes meetings for everybody, again and again.

sub test_student {
	my $before = usage()->{bytes};
	my $allowed = 500_000;

	serve('bytes=' . ($before + $allowed));

	my $answer;
	my $made = 0;

	for (1 .. 50) {
		$answer = publish($student, participation => $all);
		last if $answer->{code} != 2000;
		$made++;
	}

	cmp_ok($made, '>', 2, "a student publishes $made meetings");
	refused('and then no more', $answer, 3000,
		qr/公司的存储配额已用完 \(company's quota of bytes is used up\)/);

	my $full = usage()->{bytes};

	cmp_ok($full - $before, '>', $allowed / 2, 'the quota was used');
	cmp_ok($full - $before, '<', $allowed + 200_000,
		'the last command goes beyond it by no more than itself');

	for (1 .. 5) {
		publish($student, participation => $all);
	}

	is(usage()->{bytes}, $full, 'rejected ones take nothing');

	# the others can still do what the day is about

	my $meeting = publish_free();
	my $signed = $boss->call('/meeting/sign_meeting', {
		meeting_id => $meeting, leader_id => 2, create_date => now() });

	is($signed->{code}, 2000, 'sign-ins go on') or diag($signed->{text});
	isnt(usage(1001)->{bytes}, 0, 'another company');

	my $other = Meeting::H5yes->new(base => $base, %{$credential{1001}});

	is($other->call('user/add', { name => 'x', account => 'x' })->{code},
		10000, 'is not bounded by it');

	return;
}


# A meeting under way, made while the quota was off.

sub publish_free {
	serve('off');

	my $answer = publish($boss, deadline => now() + 1000);

	serve('bytes=1k');

	return $answer->{data}{meeting_id};
}


sub refused {
	my ($what, $answer, $code, $text) = @_;

	utf8::decode($answer->{text});

	is($answer->{code}, $code, $what)
		or diag($answer->{text});
	like($answer->{text}, $text, "$what: the text");

	return;
}


sub test_seats {
	serve('off');

	my $long = publish($boss, participation => '1,2,3,4,5,6,7,8')
		->{data}{meeting_id};

	serve('seats=4');

	is(publish($boss, participation => '1,2,3')->{code}, 2000,
		'a list that fits');
	refused('weclubs: one that does not',
		publish($boss, participation => '1,2,3,4,5'), 3000,
		qr/参会人数超过上限 \(more attendees than a meeting/);
	refused('h5yes', book(attendances => [ map { { userId => "$_" } } 1 .. 5 ]),
		71001, qr/more attendees than a meeting may have/);
	refused('yunzhijia', create(actors => [ map { "$_" } 1 .. 5 ]), 40932,
		qr/more attendees/);
	refused('jituancaiyun', invite(1 .. 6), 4630, qr/公司配额已用完/);

	my $edit = sub {
		return $boss->call('/manage/club_meeting/edit_meeting',
			{ meeting_id => $long, participation => $_[0] });
	};

	is($edit->('1,2,3,4,5,6')->{code}, 2000, 'a long list gets shorter');
	is($edit->('1,2,3,4,5,6,7')->{code}, 3000, 'and not longer again');

	serve('series_seats=10');

	my $series = sub {
		my ($days) = @_;
		my $begin = now() + $HOUR;

		return $yun->call('repeatMeeting', { openid => '1', title => 't',
			startDate => $begin, endDate => $begin + $HOUR, repeat => 2,
			repeatEndDate => $begin + $days * 24 * $HOUR,
			actors => [ '1', '2' ] });
	};

	refused('a series with too many', $series->(9), 40933, qr/of a series/);
	is($series->(3)->{code}, 0, 'a short one');

	return;
}


sub test_meetings {
	my $meetings = usage()->{meetings};

	serve('meetings=' . ($meetings + 1));

	is(publish($boss)->{code}, 2000, 'one meeting is free');
	is(usage()->{meetings}, $meetings + 1, 'it is counted');
	refused('weclubs: the next one', publish($boss), 3000, qr/会议数量已达上限/);
	refused('h5yes', book(), 71001, qr/quota of meetings is used up/);

	return;
}


sub test_people {
	my $people = usage()->{people};

	serve('people=' . ($people + 1));

	is($app->call('user/add', { id => 'new', name => 'x', account => 'x' })
		->{code}, 10000, 'one person is free');
	refused('h5yes: the next one', $app->call('user/add', { name => 'y',
		account => 'y' }), 71001, qr/quota of people is used up/);
	refused('yunzhijia: nor by naming somebody unknown',
		create(actors => [ 'stranger' ]), 40934, qr/quota of people/);

	is($app->call('user/remove', { userId => 'new' })->{code}, 10000,
		'one is removed');
	is(usage()->{people}, $people, 'and not counted any more');
	is($app->call('user/add', { id => 'new', name => 'x', account => 'x' })
		->{code}, 10000, 'and comes back');
	is(usage()->{people}, $people + 1, 'and is counted again');

	return;
}


# Acts that add to the bytes, in each dialect; acts that remove are allowed.

sub test_bytes {
	serve('off');

	my $mine = publish($boss)->{data}{meeting_id};

	serve('bytes=1k');

	refused('h5yes: a user', $app->call('user/update', { id => '3',
		memo => 'x' }), 71001, qr/quota of bytes is used up/);
	refused('a department', $app->call('dept/add', { name => 'd' }), 71001,
		qr/quota of bytes/);
	refused('a room', $app->call('room/add', { name => 'r' }), 71001,
		qr/quota of bytes/);
	refused('weclubs: a change', $boss->call(
		'/manage/club_meeting/edit_meeting', { meeting_id => $mine,
		address => 'b' }), 3000, qr/存储配额已用完/);
	refused('yunzhijia', create(), 40930, qr/quota of bytes/);
	refused('jituancaiyun', invite(2), 4630, qr/公司配额已用完/);

	is($boss->call('/manage/club_meeting/revert_meeting',
		{ meeting_id => $mine })->{code}, 2000, 'a meeting is cancelled');
	is($app->call('user/remove', { userId => 'new' })->{code}, 10000,
		'and somebody removed');

	return;
}


sub test_tool {
	ok($t->import_users({ id => 'tool', name => 'tool', account => 'tool' }),
		'the tool is not bounded');

	return;
}
