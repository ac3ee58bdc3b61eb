#!/usr/bin/perl

# Reminders: each is raised once, on time, with the meeting's present state, for
# the attendees who want it; pushStatus follows the delivery of an invitation.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Jituancaiyun;
use Meeting::Receiver;
use Meeting::Test;
use Meeting::Yunzhijia;
use Test::More;
use Time::HiRes qw/ sleep time /;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

my $MINUTE = 60000;

# The longest delay, ms: a second, and more for a busy machine.
my $LATE = 2500;


my $t = Meeting::Test->new();

$t->write_default_conf(http => "    meeting_event_private on;\n",
	apis => [ qw/ yunzhijia jituancaiyun / ]);
$t->write_file('nginx.conf', $t->read_file('nginx.conf')
	=~ s{(?=\n\s+location / \{)}{
        location /often/ {
            meeting_api          weclubs;
            meeting_remind_pause off;
        }
}r);

$t->company();
$t->company(2000);

my $base = 'http://127.0.0.1:' . $t->port();
my ($yun, $jit, $other) = map {
	$_->[0]->new(base => $base,
		$t->ctl('credential', 'add', '--company', $_->[1]))
} [ 'Meeting::Yunzhijia', 1000 ], [ 'Meeting::Jituancaiyun', 1000 ],
	[ 'Meeting::Jituancaiyun', 2000 ];

$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. 4);
$t->start();

my $receiver = Meeting::Receiver->new($t);
is(($receiver->subscribe())[0], 0, 'subscribed');


sub now { return int(time() * 1000) }


# A meeting that begins then; its string id.

sub meet {
	my ($title, $begin, %more) = @_;
	my $answer = $yun->call('create', { openid => '1', title => $title,
		startDate => $begin, endDate => $begin + $MINUTE,
		actors => [ '2', '3' ], %more });
	is($answer->{code}, 0, "$title: made") or diag($answer->{text});
	return $answer->{data}{meetingId} // $answer->{data}{id};
}


sub invite {
	my ($app, $content, $begin, %more) = @_;
	my $answer = $app->call('create', { requesterUid => '1',
		requesterName => 'N1', detail => { createTime => now(),
			content => $content, address => '', beginTime => $begin,
			endTime => $begin + $MINUTE, remindMin => 15,
			remindType => 1, members => [ map {
				{ uid => "$_", name => "N$_" } } 2 .. 4 ], %more } });
	is($answer->{code}, 0, "$content: made") or diag($answer->{text});
	return $answer->{data}{meetingInviteId};
}


# The reminders that came, by the meetings' titles: lists of the meetings as
# they stood in them, with the time of arrival.

sub reminders {
	my %got;

	for my $event (grep { $_->{event_type} eq 'meeting_remind' }
		$receiver->events())
	{
		push @{$got{$_->{subject}}}, { %$_, at => $event->{at} }
			for @{$event->{value}};
	}

	return \%got;
}


sub wait_reminders {
	my (@titles) = @_;
	my $got;

	$t->wait_for(sub { $got = reminders();
		!grep { !$got->{$_} } @titles }, 20);

	return $got;
}


sub people {
	my ($meeting) = @_;
	return join(',', sort map { $_->{userId} } @{$meeting->{attendances}});
}


# Two of them are due in three seconds, two were; others never will be.

my $due = now() + 3000;

meet('notice', $due + 15 * $MINUTE, noticeTime => 15);
meet('begins', $due, noticeTime => 0);
meet('silent', $due, noticeTime => -1);
meet('twice', $due + 15 * $MINUTE + 2000, noticeTimes => [ 0, 15 ]);
meet('list', $due, noticeTimes => [ 0 ]);
my $invited = invite($jit, 'invited', $due + 15 * $MINUTE);

my $both = meet('both', $due + 15 * $MINUTE, noticeTime => 15);
is($jit->call('update', { requesterUid => '1', meetingInviteId => $both,
	detail => { remindMin => 15, remindType => 1 } })->{code}, 0,
	'one by both dialects');

my $seen = $jit->call('detail', { requesterUid => '1',
	meetingInviteId => meet('seen', $due + 90 * $MINUTE, noticeTime => 60) });
is($seen->{data}{detail}{remindMin}, '60', 'noticeTime is a remindMin');

my ($row) = grep { $_->{title} eq 'invited' }
	@{$yun->call('queryByDay', { day => $due + 15 * $MINUTE })->{data}};
is_deeply([ @{$row}{qw/ noticeTime noticeTimes /} ], [ 15, [ 15 ] ],
	'remindMin is a noticeTime');

my $cancelled = meet('cancelled', $due, noticeTime => 0);
my $moved = meet('moved', $due, noticeTime => 0);

is($jit->call('delete', { requesterUid => '4',
	meetingInviteId => $invited })->{code}, 0,
	'one takes it off the workbench');

my $ann = $t->app()->login('a3', 'p');
is($ann->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
	dynamic_id => $invited, status => 'leave', comment => 'ill' })->{code},
	2000, 'one is on leave');

is($yun->call('cancel', { openid => '1', id => $cancelled })->{code}, 0,
	'one is cancelled');
is($yun->call('modify', { openid => '1', id => $moved,
	startDate => $due + 2000, endDate => $due + $MINUTE })->{code}, 0,
	'one is moved');

cmp_ok(now(), '<', $due, 'all of it before the time');
is_deeply([ keys %{reminders()} ], [], 'nobody is reminded too early');

my $got = wait_reminders(qw/ notice begins invited both moved list twice /);

for my $title (qw/ notice begins invited both moved list twice /) {
	my ($meeting, @more) = @{$got->{$title} // []};
	my $at = $title =~ /moved|twice/ ? $due + 2000 : $due;

	is(scalar(@more), 0, "$title: reminded once");
	is($meeting->{remindTime}, $at, "$title: of its time");
	cmp_ok($meeting->{at}, '>=', $at, "$title: not before it");
	cmp_ok($meeting->{at}, '<', $at + $LATE, "$title: and not long after");
	note('received ' . ($meeting->{at} - $at) . ' ms after its time');
	is($meeting->{remindReason}, 'begin', "$title: it begins");
}

is(people($got->{notice}[0]), '1,2,3', 'the creator and the actors');
is($got->{notice}[0]{remindType}, 0, 'in the application');
is(people($got->{invited}[0]), '2',
	'neither who took it off nor who declined');
is($got->{invited}[0]{remindType}, 1, 'by SMS');
is($got->{both}[0]{remindType}, 1, 'by SMS where one asked for it');
ok(!$got->{$_}, "$_: nobody") for qw/ silent cancelled /;


# weclubs: those who have not confirmed.

my $boss = $t->app()->login('a1', 'p');
my $club = $boss->call('/manage/club_meeting/public_meeting', {
	content => 'club', address => 'a', deadline => now() + 60 * $MINUTE,
	need_sign => 1, participation => '2,3,4', leader => '1'
})->{data}{meeting_id};

$ann->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
	dynamic_id => $club, status => 'confirm', comment => '' });
is($boss->call('/manage/club_meeting/remind_confirm_meeting',
	{ meeting_id => $club })->{code}, 2000, 'asked to confirm');

my @again = map { $boss->call('/manage/club_meeting/remind_confirm_meeting',
	{ meeting_id => $club }) } 1 .. 20;

is(scalar(grep { $_->{code} == 3000 && $_->{msg} =~ /reminded just now/
	&& $_->{retry} > 3500 && $_->{retry} <= 3600 } @again), 20,
	'not again within the hour');

my $often = bless { %$boss, base => "$base/often" }, ref $boss;
is(scalar(grep { $often->call('/manage/club_meeting/remind_confirm_meeting',
	{ meeting_id => $club })->{code} == 2000 } 1 .. 2), 2,
	'meeting_remind_pause off');

my $asked = wait_reminders('club')->{club}[0];
is($asked->{remindReason}, 'confirm', 'they are to confirm');
is(people($asked), '2,4', 'who have not');


# A server that was down at that moment; a receiver, too, and a meeting that is
# called off meanwhile.

$receiver->mode('status');
$due = now() + 2500;
meet('late', $due, noticeTime => 0);
my $off = meet('off', $due, noticeTime => 0);
$t->stop();
sleep(0.05) while now() < $due + 1000;
$t->start();

$t->wait_for(sub { grep { $_->{event_type} eq 'meeting_remind' }
	@{$t->ctl('event', 'list')} });
is($yun->call('cancel', { openid => '1', id => $off })->{code}, 0,
	'cancelled too late');

$receiver->mode('success');
$t->ctl('event', 'resume');

my $late = wait_reminders('late')->{late}[0];
is($late->{remindTime}, $due, 'a late one has its time');
cmp_ok($late->{at}, '>', $due + 1000, 'and is late');
$t->wait_for(sub { $t->ctl('event', 'show')->{pending} == 0 });
ok(!reminders()->{off}, 'what was called off while it waited is not said');


# Hundreds at once, and a worker that dies among them.

my $n = 300;
my $begun = now();
meet('one', $begun + 7 * 24 * 60 * $MINUTE, noticeTime => 0);

# they are made one after the other, however long that takes here

$due = now() + 10_000 + 3 * $n * (now() - $begun);
meet("many$_", $due, noticeTime => 0) for 1 .. $n;
cmp_ok(now(), '<', $due, 'made in time');

# only now is it to be soon: the workers' clocks are the machine's

$t->wait_for(sub { now() >= $due - 20 }, 300);
$t->allow_log(qr/exited on signal 9/);
$t->kill_worker('KILL');

$got = wait_reminders(map { "many$_" } 1 .. $n);
is(scalar(grep { @{$got->{"many$_"} // []} == 1 } 1 .. $n), $n,
	'each of them once');

ok($t->reload(), 'a reload');
sleep(2);
is(scalar(map { @$_ } values %{reminders()}), 7 + 3 + 1 + $n,
	'and none again');
cmp_ok($t->get('/status')->{json}{background}{reminders}, '>=', $n - 100,
	'they are counted, but for those of the worker that died');


# pushStatus.

sub pushed {
	my ($app, $invite) = @_;
	return $app->call('detail', { requesterUid => '1',
		meetingInviteId => $invite })->{data}{pushStatus};
}


is(pushed($jit, $invited), 1, 'an invitation that was delivered');

$receiver->mode('status');
my $waits = invite($jit, 'waits', now() + 60 * $MINUTE);
is(pushed($jit, $waits), 0, 'one that was not');
sleep(1);
is(pushed($jit, $waits), 0, 'nor while the receiver refuses it');
$receiver->mode('success');
$t->ctl('event', 'resume');
ok($t->wait_for(sub { pushed($jit, $waits) == 1 }), 'delivered');

is($jit->call('cancel', { requesterUid => '1',
	meetingInviteId => $waits })->{code}, 0, 'cancelled');
is(pushed($jit, $waits), 2, 'as its pushStatus says');

is(pushed($other, invite($other, 'alone', now() + 60 * $MINUTE)), 1,
	'delivered to nobody, where nobody subscribes');

$receiver->stop();
$t->verify();
$t->finish();
