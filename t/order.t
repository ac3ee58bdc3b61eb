#!/usr/bin/perl

# The order of people: each list shows them as they were given, in every dialect;
# people who are added stand behind those who stay.  The creator's name is the one
# given with the invitation.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Quanshi;
use Meeting::Test;
use Meeting::Yunzhijia;
use Test::More;
use Time::HiRes qw/ time /;

my $MINUTE = 60000;

# more than one piece of an answer
my $CROWD = 700;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ],
	server => <<'CONF');
        location /openapi/conference/detail {
            meeting_api quanshi;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();
my ($h5, $yun, $jit, $qs) = map { $_->new(base => $base, %$credential) }
	map { "Meeting::$_" } qw/ H5yes Yunzhijia Jituancaiyun Quanshi /;

$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	$_ < 5 ? (password => 'p') : () } } 1 .. $CROWD);
$t->start();

my $now = int(time() * 1000);
my $boss = $t->app()->login('a1', 'p');


sub right {
	my ($app, $what, $args, $name) = @_;
	my $answer = $app->call($what, $args);
	ok($answer->{code} == ($app == $h5 ? 10000 : $app == $boss ? 2000 : 0),
		$name // $what) or diag($answer->{text});
	return $app == $h5 ? $answer->{value} : $answer->{data};
}


sub book {
	my (@people) = @_;
	return right($h5, 'meeting/book', { speaker => 's', subject => 's',
		createdId => '1', roomId => room(), beginTime => $now - $MINUTE,
		endTime => $now + 60 * $MINUTE, attendances => people(@people) },
		'booked');
}


my $rooms = 0;

sub room {
	my $id = 'room' . $rooms++;
	right($h5, 'room/add', { id => $id, name => $id, beginTime => '00:00',
		endTime => '24:00' }, 'a room');
	return $id;
}


# Users, and guests for what is no number.

sub people {
	return [ map { /^\d/ ? { userId => "$_" } : { userId => '', name => $_ } }
		@_ ];
}


# The names on the list, as each dialect shows them.

sub names { return join(' ', map { $_->{$_[0]} } @{$_[1]}) }


sub shown {
	my ($id) = @_;

	my $meeting = right($h5, 'meeting/get', { meetingId => "$id" });
	my ($listed) = grep { $_->{id} eq $meeting->{id} } @{right($h5,
		'meeting/list', { minTime => '2000-01-01 00:00:00' })};
	my $links = $t->ctl('meeting', 'links', '--meeting', $id);
	my $number = $links->{meeting};

	return {
		get => names('name', $meeting->{attendances}),
		list => names('name', $listed->{attendances}),
		quanshi => names('displayName', $qs->detail(
			$links->{attendeeJoinUrl})->{conference}{attendList}),
		jituancaiyun => names('name', right($jit, 'detail', {
			requesterUid => '1', meetingInviteId => $number })
			->{detail}{members}),
		weclubs => names('name', right($boss,
			'/meeting/get_meeting_participation',
			{ meeting_id => $number })->{participation}),
	};
}


# Everybody by h5yes and quanshi, which show guests; the users by the others.

sub is_order {
	my ($id, $whole, $what) = @_;
	my $users = join(' ', grep { !/^G/ } split(' ', $whole));
	my $is = shown($id);

	is_deeply($is, { get => $whole, list => $whole, quanshi => $whole,
		jituancaiyun => $users, weclubs => $users }, $what);
}


sub test_edits {
	my $made = book(3, 'G1', 1, 'G2', 2, 3);
	my $id = $made->{id};

	is(names('name', $made->{attendances}), 'N3 G1 N1 G2 N2',
		'the answer to a booking');
	is_order($id, 'N3 G1 N1 G2 N2', 'a booking');

	right($h5, 'meeting/update', { id => $id, memo => 'm' });
	is_order($id, 'N3 G1 N1 G2 N2', 'another text changes nothing');

	my %id = map { $_->{name} => $_->{id} } @{$made->{attendances}};
	right($h5, 'meeting/update', { id => $id, attendances => [
		{ userId => '2' }, { id => $id{G2} }, { userId => '4' },
		{ id => $id{N3} }, { userId => '1' } ] });
	is_order($id, 'N2 G2 N4 N3 N1', 'another list');

	# an answer and a sign-in stay where the person is

	my $four = $t->app()->login('a4', 'p');
	my $number = $t->ctl('meeting', 'links', '--meeting', $id)->{meeting};
	right($boss, '/meeting/sign_meeting', { meeting_id => $number,
		leader_id => 1, create_date => int(time() * 1000) });
	is($four->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
		dynamic_id => $number, status => 'confirm', comment => '' })->{code},
		2000, 'confirmed');
	is_order($id, 'N2 G2 N4 N3 N1', 'an answer and a sign-in change nothing');

	# lists of users: the guest stands behind them

	right($boss, '/manage/club_meeting/edit_meeting', {
		meeting_id => $number, participation => '5,1,4' });
	is_order($id, 'N5 N1 N4 G2', 'weclubs');

	right($jit, 'update', { requesterUid => '1', meetingInviteId => $number,
		detail => { members => [ map { { uid => $_, name => "N$_" } }
			qw/ 4 6 5 1 / ] } });
	is_order($id, 'N4 N6 N5 N1 G2', 'jituancaiyun');

	right($h5, 'meeting/update', { id => $id, attendances => people(1 .. 4) });
	is_order($id, 'N1 N2 N3 N4', 'the order of the numbers');
}


sub test_yunzhijia {
	my $id = right($yun, 'create', { openid => '1', title => 't',
		startDate => $now + $MINUTE, endDate => $now + 2 * $MINUTE,
		actors => [ qw/ 5 3 4 / ] })->{meetingId};
	is_order($id, 'N5 N3 N4 N1', 'the creator stands behind the actors');

	my $change = sub {
		right($yun, 'modify', { openid => '1', id => $id, @_ });
	};

	$change->(addActors => [ '2', '3' ]);
	is_order($id, 'N5 N3 N4 N1 N2', 'who is added is the last');
	$change->(delActors => [ '3', '1' ]);
	is_order($id, 'N5 N4 N1 N2', 'who goes leaves the others in order');
	$change->(addActors => [ '3' ], delActors => [ '5' ]);
	is_order($id, 'N4 N1 N2 N3', 'who comes back is the last');
	$change->(actors => [ qw/ 3 1 2 / ]);
	is_order($id, 'N3 N1 N2', 'a new list');
}


sub test_newcomers {
	my $number = right($jit, 'create', { requesterUid => '1',
		requesterName => 'N1', detail => { createTime => $now,
			content => 'c', address => '', beginTime => $now + $MINUTE,
			endTime => $now + 2 * $MINUTE, remindMin => 0,
			remindType => 0, members => [ map {
				{ uid => $_, name => "N$_" } } qw/ zoe 2 adam 1 / ] } })
		->{meetingInviteId};
	is_order($number, 'Nzoe N2 Nadam N1', 'people nobody knew');

	my @ids = @{right($yun, 'repeatMeeting', { openid => '1', title => 't',
		startDate => $now + 3 * $MINUTE, endDate => $now + 4 * $MINUTE,
		repeat => 2, repeatEndDate => $now + 3 * 24 * 60 * $MINUTE,
		actors => [ '9', 'new', '8' ] })->{meetingIds}};
	cmp_ok(scalar @ids, '>', 2, 'a series');

	my $people = sub { join(' ', map { $_->{userId} }
		@{right($h5, 'meeting/get', { meetingId => $_[0] })
			->{attendances}}) };

	is($people->($_), '9 new 8 1', 'each meeting of a series') for @ids;
	right($yun, 'batchModify', { openid => '1', id => $ids[1],
		addActors => [ '7' ], delActors => [ 'new' ] });
	is(join('|', map { $people->($_) } @ids[0 .. 2]),
		'9 new 8 1|9 8 1 7|9 8 1 7', 'and of its rest');
	right($yun, 'batchModify', { openid => '1', id => $ids[0], repeat => 2,
		repeatEndDate => $now + 6 * 24 * 60 * $MINUTE });
	my ($last) = sort { $b->{beginTime} <=> $a->{beginTime} } @{right($h5,
		'meeting/list', { minTime => '2000-01-01 00:00:00' })};
	is(join(' ', map { $_->{userId} } @{$last->{attendances}}), '9 new 8 1',
		'a new date has the list of the one named');
}


sub test_creator {
	my $number = right($jit, 'create', { requesterUid => '2',
		requesterName => 'Chief', detail => { createTime => $now,
			content => 'of the chief', address => '',
			beginTime => $now + $MINUTE, endTime => $now + 2 * $MINUTE,
			remindMin => 0, remindType => 0, members => [] } })
		->{meetingInviteId};

	my $links = $t->ctl('meeting', 'links', '--meeting', $number);
	is($qs->detail($links->{attendeeJoinUrl})->{conference}{hostName},
		'Chief', 'the name given: quanshi');

	my ($listed) = grep { $_->{title} eq 'of the chief' } @{right($yun,
		'queryByDay', { day => $now + $MINUTE })};
	is($listed->{personName}, 'Chief', 'and yunzhijia');
}


sub test_crowd {
	my @people = reverse 1 .. $CROWD;
	my $want = join(' ', map { "N$_" } @people);
	my $id = book(@people)->{id};

	my $is = shown($id);
	ok($is->{$_} eq $want, "$_: a crowd in many pieces") for sort keys %$is;

	push @people, splice(@people, 100, 1);
	right($h5, 'meeting/update', { id => $id,
		attendances => people(@people) });
	$want = join(' ', map { "N$_" } @people);
	$is = shown($id);
	ok($is->{$_} eq $want, "$_: one goes to the end") for sort keys %$is;
}


test_edits();
test_yunzhijia();
test_newcomers();
test_creator();
test_crowd();

$t->verify();
$t->finish();
