#!/usr/bin/perl

# Series of meetings through a real server: rules and zones, changes of the
# later ones, all or none.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX qw/ strftime tzset /;
use Time::HiRes qw/ time /;

use Meeting::H5yes;
use Meeting::Test;
use Meeting::Yunzhijia;


my $MINUTE = 60000;
my $HOUR = 60 * $MINUTE;
my $DAY = 24 * $HOUR;

my $t = Meeting::Test->new();

$t->write_default_conf(http => '    meeting_sign_open 1d;', server => <<'CONF');
        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /ny/gateway/ {
            meeting_api      yunzhijia;
            meeting_timezone America/New_York;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my %client = (base => 'http://127.0.0.1:' . $t->port(), %$credential);

$t->start();

my $app = Meeting::Yunzhijia->new(%client);
my $office = Meeting::H5yes->new(%client);
my $now = int(time() * 1000);

$office->call('room/add', { id => 'hall', name => 'Hall' });
$office->call('user/add', { id => $_, name => $_, account => $_ })
	for qw/ ann bob /;

# Monday, 4 January 2027, 10:00 in Shanghai
my $monday = 1799028000000;

test_rules();
test_limits();
test_changes();
test_rule_changes();
test_daylight_saving();
test_rooms();
test_under_way();
test_many();

$t->verify();
$t->finish();


sub right {
	my ($what, $args, $name) = @_;
	my $answer = $app->call($what, $args);

	ok($answer->{code} == 0 && $answer->{success}, $name // $what)
		or diag($answer->{text});

	return $answer->{data};
}


sub wrong {
	my ($what, $args, $code, $words, $name) = @_;
	my $position = $t->ctl('stat')->{position};
	my $answer = $app->call($what, $args);

	ok($answer->{code} == $code && $answer->{error} =~ $words
		&& !$answer->{success}, "$what: $name")
		or diag("$answer->{http} $answer->{text}");
	is($t->ctl('stat')->{position}, $position, 'and nothing was done');

	return;
}


# A series of the boss's; its meetings' ids.

sub series {
	my ($start, $repeat, $until, %more) = @_;

	my $data = right('repeatMeeting', { openid => 'boss', title => 't',
		startDate => $start, endDate => $start + $HOUR, repeat => $repeat,
		repeatEndDate => $until, %more }, 'a series');

	return @{$data->{meetingIds}};
}


sub change {
	my ($id, %more) = @_;
	return right('batchModify', { id => $id, openid => 'boss', %more },
		'changed: ' . join(' ', sort keys %more));
}


# A meeting as h5yes has it, which shows no cancelled one.

sub get {
	my ($id) = @_;
	return $office->call('meeting/get', { meetingId => $id })->{value} // {};
}


sub at {
	my ($ms, $zone) = @_;
	local $ENV{TZ} = $zone // 'Asia/Shanghai';
	tzset();
	my $text = strftime('%m-%d %H:%M', localtime($ms / 1000));
	delete local $ENV{TZ};
	tzset();
	return $text;
}


# When the meetings begin; "-" for one that is cancelled.

sub begins {
	return join(', ', map { my $m = get($_);
		defined $m->{beginTime} ? at($m->{beginTime}) : '-' } @_);
}


# All of a creator's that are to be seen, from a time on.

sub all {
	my ($from, $title) = @_;

	return map { at($_->{beginTime}) } grep { $_->{subject} eq $title }
		@{$office->call('meeting/list', {
			minTime => strftime('%Y-%m-%d %H:%M:%S',
				gmtime($from / 1000 + 8 * 3600)),
			order_by_expression => 'beginTime', direction => 'asc',
		})->{value}};
}


sub test_rules {
	my %want = (
		0 => '01-09 10:00',
		1 => '01-11 10:00, 01-12 10:00, 01-13 10:00, 01-14 10:00, 01-15 10:00',
		2 => '01-09 10:00, 01-10 10:00, 01-11 10:00, 01-12 10:00, '
			. '01-13 10:00, 01-14 10:00, 01-15 10:00',
		3 => '01-09 10:00, 01-16 10:00, 01-23 10:00',
		4 => '01-09 10:00, 01-23 10:00, 02-06 10:00',
		5 => '01-31 10:00, 03-31 10:00, 05-31 10:00',
	);
	my $saturday = $monday + 5 * $DAY;

	is(begins(series($saturday, 0, $saturday)), $want{0}, 'once');
	is(begins(series($saturday, 1, $saturday + 6 * $DAY)), $want{1},
		'Monday to Friday, from Saturday on');
	is(begins(series($saturday, '2', $saturday + 7 * $DAY - 1)), $want{2},
		'daily; the end is not reached');
	is(begins(series($saturday, 3, $saturday + 14 * $DAY)), $want{3},
		'weekly; the end is');
	is(begins(series($saturday, 4, $saturday + 28 * $DAY)), $want{4},
		'every two weeks');
	is(begins(series($monday + 27 * $DAY, 5, $monday + 150 * $DAY)),
		$want{5}, 'on the 31st');

	my @ids = series($saturday, 3, $saturday + 14 * $DAY,
		actors => [ 'a', 'b' ]);

	is(scalar(grep { /\A[0-9a-f]{24}\z/ } @ids), 3, 'ids as theirs');
	is(join(' ', sort map { $_->{userId} } @{get($_)->{attendances}}),
		'a b boss', 'with their people') for @ids;

	return;
}


sub test_limits {
	my %args = (openid => 'boss', title => 't', startDate => $monday,
		endDate => $monday + $HOUR, repeat => 2);

	is(scalar series($monday, 2, $monday + 399 * $DAY), 400, '400 of them');
	wrong('repeatMeeting', { %args, repeatEndDate => $monday + 400 * $DAY },
		40006, qr/^repeatEndDate: too many/, 'one more');
	wrong('repeatMeeting', { %args, repeatEndDate => $monday - 1 },
		40005, qr/^repeatEndDate: /, 'an end before the first');
	wrong('repeatMeeting', { %args, repeat => 1,
		startDate => $monday - 2 * $DAY, repeatEndDate => $monday - 1 },
		40005, qr/^repeatEndDate: /, 'no workday in time');
	wrong('repeatMeeting', { %args, endDate => $monday,
		repeatEndDate => $monday }, 40009, qr/^endDate: /, 'no length');

	wrong('repeatMeeting', \%args, 40003, qr/^repeatEndDate: /, 'no end');

	my ($once, @more) = @{right('repeatMeeting', { %args, repeat => 0 },
		'one that does not repeat needs none')->{meetingIds}};
	is(scalar @more, 0, 'is one meeting');
	wrong('repeatMeeting', { %args, repeat => 0,
		repeatEndDate => $monday - 1 }, 40005, qr/^repeatEndDate: /,
		'an end that is given is judged');
	right('batchModify', { id => $once, openid => 'boss', repeat => 0,
		startDate => $monday + $HOUR, endDate => $monday + 2 * $HOUR },
		'and moves');
	is(get($once)->{beginTime}, $monday + $HOUR, 'to its new time');
	right('batchModify', { id => $once, openid => 'boss', repeat => 2,
		repeatEndDate => $monday + 3 * $DAY }, 'it repeats from now on');
	right('batchModify', { id => $once, openid => 'boss', repeat => 0 },
		'and no more');

	my $single = right('create', { %args })->{meetingId};

	wrong($_, { id => $single, openid => 'boss' }, 40407, qr/^id: /,
		'a meeting of no series') for qw/ batchModify batchCancel /;
	wrong($_, { id => (series($monday, 2, $monday))[0], openid => 'ann' },
		40301, qr/not permitted/, 'not the creator')
		for qw/ batchModify batchCancel /;

	return;
}


sub test_changes {
	my @ids = series($monday, 3, $monday + 28 * $DAY, actors => [ 'a' ],
		content => 'c', noticeTime => 15);
	my @one = series($monday, 3, $monday);

	# names, of the third and later

	change($ids[2], batchId => $ids[0], title => 'later',
		addActors => [ 'b' ], delActors => [ 'a' ]);
	is(join(' ', map { get($_)->{subject} } @ids), 't t later later later',
		'those before stay');
	is(join(' ', map { scalar(@{get($_)->{attendances}}) . '='
		. join('', sort map { $_->{userId} } @{get($_)->{attendances}}) }
		@ids), '2=aboss 2=aboss 2=bboss 2=bboss 2=bboss', 'people, too');
	is(get($ids[4])->{memo}, 'c', 'what is not said stays');

	change($ids[4], actors => [ 'a', 'c' ], addActors => [ 'd' ],
		delActors => [ 'a', 'b' ]);
	is(join(' ', sort map { $_->{userId} } @{get($ids[4])->{attendances}}),
		'a boss c', 'actors is the whole list');

	# times, of the fourth and fifth: a day and a half hour on, for 2 hours

	my $begin = $monday + 22 * $DAY + 30 * $MINUTE;
	change($ids[3], startDate => $begin, endDate => $begin + 2 * $HOUR,
		batchId => $ids[0]);
	is(begins(@ids), '01-04 10:00, 01-11 10:00, 01-18 10:00, 01-26 10:30, '
		. '02-02 10:30', 'moved by the same shift');
	is(get($ids[4])->{endTime} - get($ids[4])->{beginTime}, 2 * $HOUR,
		'for as long');

	# the parent has no batchId; or its own

	change($ids[0], title => 'all');
	is(join(' ', map { get($_)->{subject} } @ids), 'all all all all all',
		'all of them');
	change($ids[0], batchId => $ids[0], title => 'again');

	wrong($_, { id => $ids[1], openid => 'boss', batchId => $one[0] },
		40401, qr/^batchId: /, 'of another series')
		for qw/ batchModify batchCancel /;
	wrong('batchModify', { id => $ids[1], openid => 'boss',
		startDate => $monday + 365 * $DAY }, 40009, qr/^endDate: /,
		'a begin beyond the end');

	# a single one goes its own way

	right('cancel', { id => $ids[1], openid => 'boss' }, 'one is cancelled');
	right('modify', { id => $ids[2], openid => 'boss', title => 'own' },
		'one has its own title');
	is(join(' ', map { get($_)->{subject} // '-' } @ids),
		'again - own again again', 'the others stay');

	right('batchCancel', { id => $ids[2], openid => 'boss',
		batchId => $ids[0] }, 'cancelled from the third on');
	is(begins(@ids), '01-04 10:00, -, -, -, -', 'it and the later ones');
	right('batchCancel', { id => $ids[0], openid => 'boss' }, 'all');
	is(begins(@ids), '-, -, -, -, -', 'all of them');
	wrong($_, { id => $ids[0], openid => 'boss' }, 40901, qr/cancelled/,
		'nothing is left') for qw/ batchModify batchCancel /;

	return;
}


sub test_rule_changes {
	my $begin = $monday + 56 * $DAY;
	my @ids = series($begin, 2, $begin + 3 * $DAY, title => 'rule',
		actors => [ 'a' ], meetingPlace => 'p');

	my $is = sub {
		my ($want, $name) = @_;
		is(join(', ', map { s/ .*//r } all($begin - $DAY, 'rule')), $want,
			$name);
	};

	$is->('03-01, 03-02, 03-03, 03-04', 'four days');
	change($ids[0], repeat => 2, repeatEndDate => $begin + 3 * $DAY);
	$is->('03-01, 03-02, 03-03, 03-04', 'the rule as it was');

	change($ids[1], repeatEndDate => $begin + 6 * $DAY);
	$is->('03-01, 03-02, 03-03, 03-04, 03-05, 03-06, 03-07', 'longer');

	my ($new) = grep { $_->{title} eq 'rule' }
		@{right('queryByDay', { day => $begin + 6 * $DAY })};
	is_deeply([ @{$new}{qw/ meetingPlace acceptStatus openid /} ],
		[ 'p', 2, 'boss' ], 'as the others are');
	is(join(' ', sort map { $_->{userId} }
		@{get($new->{id})->{attendances}}), 'a boss', 'with their people');

	change($ids[0], repeat => 1);
	$is->('03-01, 03-02, 03-03, 03-04, 03-05', 'Monday to Friday');
	change($ids[2], repeat => 2, repeatEndDate => $begin + 4 * $DAY);
	$is->('03-01, 03-02, 03-03, 03-04, 03-05', 'shorter');
	change($ids[0], repeat => 3, repeatEndDate => $begin + 14 * $DAY);
	$is->('03-01, 03-08, 03-15', 'weekly');

	# another day, and no more weeks

	change($ids[0], startDate => $begin + 2 * $DAY,
		endDate => $begin + 2 * $DAY + $HOUR,
		repeatEndDate => $begin + 10 * $DAY);
	$is->('03-03, 03-10', 'on Wednesdays');

	wrong('batchModify', { id => $ids[0], openid => 'boss',
		repeatEndDate => $begin }, 40005, qr/^repeatEndDate: /,
		'over before it begins');
	change($ids[0], repeat => 0);
	$is->('03-03', 'no more');

	right('batchCancel', { id => $ids[0], openid => 'boss' });
	$is->('', 'none');

	return;
}


# New York, where summer begins on 14 March 2027.

sub test_daylight_saving {
	my $there = Meeting::Yunzhijia->new(%client, prefix => '/ny');
	my $begin = 1804388400000;

	is(at($begin, 'America/New_York'), '03-06 22:00', 'Saturday evening');

	my $answer = $there->call('repeatMeeting', { openid => 'boss',
		title => 'ny', startDate => $begin, endDate => $begin + $HOUR,
		repeat => 3, repeatEndDate => $begin + 22 * $DAY });
	my @ids = @{$answer->{data}{meetingIds}};
	my $local = sub {
		return join(', ', map { at(get($_)->{beginTime},
			'America/New_York') } @ids);
	};

	is($local->(), '03-06 22:00, 03-13 22:00, 03-20 22:00, 03-27 22:00',
		'the same time by the clock on the wall');
	is(get($ids[2])->{beginTime} - get($ids[1])->{beginTime},
		7 * $DAY - $HOUR, 'a week with an hour less');

	# five hours on: the second into the night of the change

	$there->call('batchModify', { id => $ids[0], openid => 'boss',
		startDate => $begin + 5 * $HOUR, endDate => $begin + 6 * $HOUR });
	is($local->(), '03-07 03:00, 03-14 03:00, 03-21 03:00, 03-28 03:00',
		'moved by the clock on the wall');
	is(get($ids[1])->{beginTime} - get($ids[0])->{beginTime},
		7 * $DAY - $HOUR, 'over the change');

	$there->call('batchCancel', { id => $ids[0], openid => 'boss' });

	return;
}


sub test_rooms {
	my $begin = $monday + 120 * $DAY;

	my $taken = right('create', { openid => 'boss', title => 'taken',
		startDate => $begin + 36 * $DAY, roomId => 'hall',
		endDate => $begin + 36 * $DAY + $HOUR })->{meetingId};

	my %daily = (openid => 'boss', title => 'room', roomId => 'hall',
		startDate => $begin, endDate => $begin + $HOUR, repeat => 2,
		repeatEndDate => $begin + 99 * $DAY);

	my $when = $begin + 36 * $DAY;

	wrong('repeatMeeting', { %daily, actors => [ 'newcomer' ] }, 40905,
		qr/^roomId: room is booked then \(startDate $when\)$/,
		'the 37th of 100 cannot be');
	is(scalar all($begin - $DAY, 'room'), 0, 'so none is');

	my @ids = series($begin + $HOUR, 2, $begin + 99 * $DAY + $HOUR,
		roomId => 'hall', title => 'room');
	is(scalar @ids, 100, 'right after it all can be');

	wrong('batchModify', { id => $ids[0], openid => 'boss',
		startDate => $begin, endDate => $begin + $HOUR }, 40905,
		qr/^roomId: /, 'moved, the 37th cannot be');
	is(begins(@ids[0, 36, 99]), join(', ', map { at($begin + $_ * $DAY
		+ $HOUR) } 0, 36, 99), 'so none is');

	change($ids[0], startDate => $begin + $DAY + $HOUR,
		endDate => $begin + $DAY + 2 * $HOUR);
	is(begins(@ids[0, 99]), join(', ', map { at($begin + $_ * $DAY + $HOUR) }
		1, 100), 'each into the place of the next');

	wrong('repeatMeeting', { %daily, startDate => $begin + $HOUR,
		endDate => $begin + $HOUR + 1,
		repeatEndDate => $begin + 10 * $DAY }, 40905, qr/^roomId: /,
		'the hall is booked');
	right('batchCancel', { id => $ids[1], openid => 'boss' });
	is($office->call('meeting/book', { roomId => 'hall', speaker => 's',
		subject => 's', createdId => 'ann',
		beginTime => $begin + 5 * $DAY + $HOUR,
		endTime => $begin + 5 * $DAY + $HOUR + 1, attendances => [] })
		->{code}, 10000, 'and free when it is cancelled');

	return;
}


# Begun two days ago, one under way now.

sub test_under_way {
	my $begin = $now - 2 * $DAY - 10 * $MINUTE;
	my @ids = series($begin, 2, $begin + 4 * $DAY, title => 'now',
		actors => [ 'ann', 'bob' ], openid => 'ann');

	is(scalar @ids, 5, 'five days');

	my $status = sub {
		my %is = map { $_->{id} => $_->{meetingStatus} }
			map { @{right('queryByDay', { day => $begin + $_ * $DAY })} }
			0 .. 4;
		return join(' ', map { $is{$_} // '?' } @ids);
	};

	is($status->(), '1 1 0 0 0', 'two are over');

	my $bob = $t->app()->login('bob', 'hf@123456');
	my $sign = { meeting_id => $ids[2], leader_id => 'ann',
		create_date => $now };
	is($bob->call('/meeting/sign_meeting', $sign)->{code}, 2000,
		'bob signs in');

	right('batchModify', { id => $ids[0], openid => 'ann', title => 'new',
		delActors => [ 'bob' ], startDate => $begin + $MINUTE,
		endDate => $begin + $MINUTE + $HOUR }, 'all that is not over');
	is(join(' ', map { get($_)->{subject} } @ids), 'now now new new new',
		'what is over stays');
	is(get($ids[1])->{beginTime}, $begin + $DAY, 'where it was');
	is(get($ids[2])->{beginTime}, $begin + 2 * $DAY + $MINUTE,
		'what is under way moves');

	right('batchModify', { id => $ids[0], openid => 'ann',
		addActors => [ 'bob' ] }, 'bob is back');
	my ($seen) = grep { $_->{userId} eq 'bob' }
		@{get($ids[2])->{attendances}};
	is($seen->{isSigned}, 1, 'with the sign-in');

	right('batchCancel', { id => $ids[0], openid => 'ann' }, 'cancelled');
	is($status->(), '1 1 2 2 2', 'but for what is over');
	wrong('batchCancel', { id => $ids[0], openid => 'ann' }, 40902,
		qr/ended/, 'nothing is left');

	my ($export) = $t->ctl('checkin', 'export', '--company', 1000,
		'--meeting', $ids[2], '--format', 'jsonl');
	like(JSON::PP->new()->encode($export // {}), qr/bob/,
		'the sign-in stays');

	return;
}


# Many at once, by all workers: each in full, none twice.

sub test_many {
	my $begin = $monday + 400 * $DAY;
	my @pids;

	for my $i (0 .. 3) {
		my $pid = fork() // die "fork: $!\n";

		if ($pid == 0) {
			my $ok = 1;

			for (1 .. 5) {
				my $answer = $app->call('repeatMeeting', { openid => "m$i",
					title => "many $i", startDate => $begin,
					endDate => $begin + $HOUR, repeat => 2,
					repeatEndDate => $begin + 99 * $DAY,
					actors => [ map { "p$_" } 1 .. 20 ] });
				$ok &&= $answer->{code} == 0
					&& @{$answer->{data}{meetingIds}} == 100;
			}

			POSIX::_exit($ok ? 0 : 1);
		}

		push @pids, $pid;
	}

	for (@pids) {
		waitpid($_, 0);
		is($?, 0, 'one of many clients');
	}

	my @day = @{right('queryByDay', { day => $begin + 50 * $DAY })};
	is(scalar(grep { $_->{title} =~ /^many/ } @day), 20, 'all are there');

	return;
}
