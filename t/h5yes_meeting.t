#!/usr/bin/perl

# h5yes' meetings through a real server: booking, changing, cancelling, listing,
# every rule of a room, and what the other dialect makes of it.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX qw/ floor strftime /;
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Test;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $HOUR = 3600000;
my $DAY = 24 * $HOUR;

my $t = Meeting::Test->new();

$t->write_default_conf(http => '    meeting_timezone UTC;', server => <<'CONF');
        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /shanghai/meeting/api/ {
            meeting_api      h5yes;
            meeting_timezone Asia/Shanghai;
        }

        location /fenced/ {
            meeting_api      weclubs;
            meeting_geofence required;
        }

        location /open/ {
            meeting_api      weclubs;
            meeting_geofence off;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();

$t->start();

my $app = Meeting::H5yes->new(base => $base, %$credential);
my $now = int(time() * 1000);

# midnight in a month's time, in UTC; each test takes a day of its own
my $day = floor($now / $DAY) * $DAY + 31 * $DAY;

my $END = '"code":N,"fieldErrors":{}}';
my $PERSON = '{"id":S,"userId":S,"name":S,"phone":S,"email":S,"faceUrl":S,'
	. '"isSigned":N,"signType":N,"signImgUrl":S,"signTime":N}';
my $MEETING = '{"id":S,"roomId":S,"speaker":S,"subject":S,"beginTime":N,'
	. '"endTime":N,"address":S,"createdTime":N,"lastUpdateTime":N,'
	. '"checkedState":N,"checkedTime":N,"memo":S,"attendances":';

make_directory();
test_booking();
test_faults();
test_update();
test_people();
test_numbers();
test_rules();
test_life();
test_list();
test_sorting();
test_cross();
test_fence();

$t->verify();
$t->finish();


sub right {
	my ($what, $args, $name) = @_;
	my $answer = $app->call($what, $args);
	is($answer->{code}, 10000, $name // $what) or diag($answer->{text});
	return $answer->{value};
}


sub wrong {
	my ($what, $args, $code, $words, $name) = @_;
	my $answer = $app->call($what, $args);

	ok($answer->{code} == $code && $answer->{http} == 200
		&& $answer->{msg} =~ $words && !$answer->{success}
		&& $answer->{text} !~ /"value"/, "$what: $name")
		or diag("$answer->{http} $answer->{text}");

	return;
}


sub shaped {
	my ($what, $args, $shape) = @_;
	my $answer = $app->call($what, $args);

	$shape = defined $shape ? "\"value\":$shape," : '';

	is(Meeting::H5yes::shape($answer->{text}),
		"{\"success\":B,\"message\":S,$shape$END",
		"$what: members, order and types") or diag($answer->{text});

	return $answer->{value};
}


# A booking of an hour in the hall, unless the caller says otherwise.

sub booking {
	my ($begin, %more) = @_;

	return { roomId => 'hall', speaker => '张三', subject => '测试会议',
		beginTime => $begin, endTime => $begin + $HOUR, createdId => '1',
		attendances => [], %more };
}


sub book {
	my ($begin, %more) = @_;
	return right('meeting/book', booking($begin, %more), 'booked');
}


sub get {
	my ($id) = @_;
	return right('meeting/get', { meetingId => $id }, "got $id");
}


sub make_directory {
	right('user/add', { id => "$_", name => "User $_", account => "u$_",
		phone => "100$_" }) for 1 .. 4;
	right('user/add', { id => 'zhang', name => '张三', account => 'zhang',
		email => 'z@x' });

	for my $room (qw/ hall den other /) {
		right('room/add', { id => $room, name => $room });
	}

	return;
}


sub test_booking {
	my $value = shaped('meeting/book', booking($day + 8 * $HOUR,
		attendances => [ { userId => '1' }, { userId => 'zhang',
			name => 'Z', email => 'other@x' },
			{ userId => '', name => '客人', phone => '110',
				email => 'g@x', faceUrl => 'http://x/f.jpg' } ]),
		"$MEETING\[$PERSON,$PERSON,$PERSON]}");

	like($value->{id}, qr/\A[0-9A-F]{32}\z/, 'a fresh id');
	like($_->{id}, qr/\A[0-9A-F]{32}\z/, 'one for each attendance')
		for @{$value->{attendances}};
	is($value->{roomId}, 'hall', 'its room');
	is($value->{checkedState}, 1, 'passed, as the room wants no audit');
	is($value->{$_}, '', "no $_") for qw/ address memo /;
	cmp_ok($value->{createdTime}, '>=', $now, 'made now');
	is($value->{lastUpdateTime}, $value->{createdTime}, 'not changed since');

	my ($one, $zhang, $guest) = @{$value->{attendances}};
	is_deeply([ @$one{qw/ userId name phone email isSigned signTime /} ],
		[ '1', 'User 1', '1001', '', 0, 0 ], 'the directory fills in');
	is_deeply([ @$zhang{qw/ userId name email /} ],
		[ 'zhang', 'Z', 'other@x' ], 'what was given goes before it');
	is_deeply([ @$guest{qw/ userId name phone email faceUrl /} ],
		[ '', '客人', '110', 'g@x', 'http://x/f.jpg' ], 'a guest');

	is_deeply(shaped('meeting/get', { meetingId => $value->{id} },
		"$MEETING\[$PERSON,$PERSON,$PERSON]}"), $value, 'got as booked');

	is(book($day + 9 * $HOUR, id => 'mine')->{id}, 'mine', 'an id of one\'s own');
	is_deeply(right('meeting/get', { meetingId => 2 . '' })->{id}, 'mine',
		'found by number too');
	is(book($day + 10 * $HOUR, roomId => 'den', checkedState => 0)
		->{checkedState}, 0, 'checkedState as given');

	return;
}


sub test_faults {
	my $begin = $day + 12 * $HOUR;
	my $count = @{right('meeting/list', { minTime => '2000-01-01 00:00:00' })};

	my $without = sub {
		my ($name) = @_;
		my $args = booking($begin);
		delete $args->{$name};
		return $args;
	};

	for (qw/ roomId speaker subject beginTime endTime createdId
		attendances /)
	{
		wrong('meeting/book', $without->($_), 71005,
			qr/\ALack $_ arguments\z/, "no $_");
	}

	wrong('meeting/book', booking($begin, attendances => [ {} ]), 71005,
		qr/\ALack attendances\[0\]\.userId arguments\z/, 'nobody');

	for ([ { id => 'mine' }, 71001, qr/\AInvalid arguments: id: .*taken/ ],
		[ { roomId => 'nowhere' }, 71011, qr/\ARoom is not exist\z/ ],
		[ { createdId => 'nobody' }, 71009, qr/\AUser is not exist\z/ ],
		[ { attendances => [ { userId => 'nobody' } ] }, 71009, qr/^User/ ],
		[ { endTime => $begin }, 71001, qr/endTime: must end after/ ],
		[ { endTime => $begin - 1 }, 71001, qr/endTime: must end after/ ],
		[ { checkedState => 3 }, 71001, qr/checkedState: not an allowed/ ],
		[ { beginTime => 'soon' }, 71008, qr/mismatch: beginTime\z/ ],
		[ { attendances => {} }, 71008, qr/mismatch: attendances\z/ ],
		[ { attendances => [ 1 ] }, 71008, qr/mismatch: attendances\[0\]\z/ ],
		[ { attendances => [ { userId => 1 } ] }, 71008,
			qr/mismatch: attendances\[0\]\.userId\z/ ],
		[ { subject => 'x' x 501 }, 71001, qr/subject: too long/ ])
	{
		my ($more, @is) = @$_;
		wrong('meeting/book', booking($begin, %$more), @is,
			join(' ', keys %$more));
	}

	for my $what (qw/ get cancel finish /) {
		wrong("meeting/$what", { meetingId => 'none' }, 71012,
			qr/\AMeeting is not exist\z/, 'no such meeting');
		wrong("meeting/$what", {}, 71005, qr/\ALack meetingId arguments\z/,
			'no id');
	}

	wrong('meeting/update', { id => 'none' }, 71012, qr/^Meeting/, 'no meeting');
	wrong('meeting/update', { id => '' }, 71005, qr/\ALack id arg/, 'no id');

	is(@{right('meeting/list', { minTime => '2000-01-01 00:00:00' })}, $count,
		'nothing came of all that');

	return;
}


sub test_update {
	my $begin = ($day += $DAY) + 8 * $HOUR;
	my $was = book($begin, id => 'changing', address => '广州', memo => 'm',
		attendances => [ { userId => '1' } ]);

	sleep 0.002;

	my $is = shaped('meeting/update', { id => 'changing' },
		"$MEETING\[$PERSON]}");
	is_deeply($is, $was, 'nothing given, nothing changed, nothing written');

	$is = right('meeting/update', { id => 'changing', map { $_ => undef }
		qw/ roomId speaker subject beginTime endTime address checkedState
			memo attendances / }, 'null');
	is_deeply({ %$is, lastUpdateTime => 0 }, { %$was, lastUpdateTime => 0 },
		'says nothing');

	my %new = (speaker => 'S', subject => 'T', address => 'A', memo => 'M',
		checkedState => 0, endTime => $begin + 2 * $HOUR, roomId => 'den',
		beginTime => $begin + 1);

	for (sort keys %new) {
		$was = get('changing');
		$is = right('meeting/update', { id => 'changing', $_ => $new{$_} },
			"$_ alone");
		my %same = (%$was, lastUpdateTime => $is->{lastUpdateTime},
			checkedTime => $is->{checkedTime}, $_ => $new{$_},

			# a room that it enters decides anew
			checkedState => $_ eq 'roomId' ? 1 : $is->{checkedState});
		is_deeply($is, \%same, 'and nothing else');
	}

	for (qw/ speaker address memo roomId /) {
		is(right('meeting/update', { id => 'changing', $_ => '' })->{$_}, '',
			"\"\" clears $_");
	}

	wrong('meeting/update', { id => 'changing',
		beginTime => $begin + 3 * $HOUR }, 71001, qr/must end after/,
		'a begin after the end');

	return;
}


sub test_people {
	my $begin = ($day += $DAY) + 8 * $HOUR;
	my $people = sub {
		my ($list, $name) = @_;
		return right('meeting/update', { id => 'people',
			attendances => $list }, $name)->{attendances};
	};
	my $names = sub { join ' ', map { $_->{name} } @{$_[0]} };

	my $was = book($begin, id => 'people', attendances => [
		{ userId => '1' }, { userId => '2', id => 'second' },
		{ userId => '', name => 'G' } ])->{attendances};
	is($was->[1]{id}, 'second', 'the id of an attendance as given');

	is_deeply($people->([ map { { id => $_->{id} } } @$was ], 'ids alone'),
		$was, 'keep those people');
	is_deeply($people->($was, 'the list as it was answered'), $was, 'too');

	is($names->($people->([ { id => $was->[2]{id}, userId => '',
		name => 'H' }, { userId => '3' }, { userId => '', name => 'new' } ],
		'others')), 'H User 3 new', 'replaces the whole list');

	wrong('meeting/update', { id => 'people', attendances => [ $_ ] }, 71013,
		qr/\AAttendance is not exist\z/, 'an id of nobody')
		for { id => 'never' }, { id => $was->[0]{id} };
	wrong('meeting/update', { id => 'people', attendances => [
		{ userId => '1' }, { name => 'x' } ] }, 71005,
		qr/\ALack attendances\[1\]\.userId arguments\z/, 'neither id');
	wrong('meeting/update', { id => 'people', attendances => [
		{ userId => 'nobody' } ] }, 71009, qr/^User/, 'an unknown user');
	wrong('meeting/update', { id => 'people', attendances => [
		{ userId => '1', id => 'a' }, { userId => '2', id => 'a' } ] }, 71001,
		qr/attendances\[1\]: id is already taken/, 'one id for two');

	is($names->(get('people')->{attendances}), 'H User 3 new',
		'a refusal changes nothing');
	is_deeply($people->([], 'nobody'), [], 'the list may be empty');

	# a list as it was shown, with someone on it who was removed since

	right('user/add', { id => 'leaver', name => 'L', account => 'leaver' });
	$was = $people->([ { userId => '1' }, { userId => 'leaver' } ],
		'one will leave');
	right('user/remove', { userId => 'leaver' });

	is_deeply($people->($was, 'the list again'), $was, 'changes nobody');
	is_deeply($people->([ $was->[1] ], 'without the other'), [ $was->[1] ],
		'that person stays');

	wrong('meeting/update', { id => 'people', attendances => [ $_ ] }, 71009,
		qr/^User/, 'no longer anybody')
		for { userId => 'leaver' }, { %{$was->[0]}, userId => 'leaver' };
	$people->([], 'nobody once more');
	wrong('meeting/update', { id => 'people', attendances => [ $was->[1] ] },
		71009, qr/^User/, 'nor off the list');

	return;
}


# Ids that look like numbers and can be none are names like any other.

sub test_numbers {
	my $begin = ($day += $DAY) + 8 * $HOUR;

	for my $id (qw/ 0 -1 4611686018427387904 9223372036854775807 /) {
		my %id = (id => $id);

		right('user/add', { %id, name => 'N', account => "a$id" });
		right('room/add', { %id, name => 'N' });

		my $is = book($begin, %id, roomId => $id, createdId => $id,
			attendances => [ { userId => $id } ]);

		is($is->{attendances}[0]{userId}, $id, "with user $id");
		is_deeply(get($id), $is, 'as booked');
		right('meeting/update', { %id, memo => 'x' }, 'changed');
		right('meeting/cancel', { meetingId => $id }, 'cancelled');
		right('room/remove', { roomId => $id });
		right('user/remove', { userId => $id });
	}

	return;
}


# One rule after the other, at booking and at changing.

sub test_rules {
	my $begin = ($day += $DAY);

	right('room/add', { id => 'ruled', name => 'R', beginTime => '08:00',
		endTime => '18:00' });
	book($begin + 12 * $HOUR, roomId => 'ruled', id => 'noon');
	book($begin + 12 * $HOUR, roomId => 'other', id => 'mover');

	my $both = sub {
		my ($begin, $end, $words, $name, %more) = @_;

		for (booking($begin, roomId => 'ruled', endTime => $end, %more)) {
			wrong('meeting/book', $_, 71001, $words, $name);
			delete @$_{qw/ createdId attendances /};
			wrong('meeting/update', { %$_, id => 'mover' }, 71001, $words,
				$name);
		}
	};

	my $hours = qr/\AInvalid arguments: beginTime: outside the room's hours\z/;
	my $taken = qr/\AInvalid arguments: roomId: room is booked then\z/;

	$both->($begin + 8 * $HOUR - 1, $begin + 9 * $HOUR, $hours, 'too early');
	$both->($begin + 17 * $HOUR, $begin + 18 * $HOUR + 1, $hours, 'too late');
	$both->($begin + 9 * $HOUR, $begin + 33 * $HOUR, $hours, 'over night');
	$both->($begin + 12 * $HOUR, $begin + 13 * $HOUR, $taken, 'taken');
	$both->($begin + 11 * $HOUR, $begin + 12 * $HOUR + 1, $taken, 'its begin');
	$both->($begin + 13 * $HOUR - 1, $begin + 14 * $HOUR, $taken, 'its end');
	$both->($begin + 11 * $HOUR, $begin + 14 * $HOUR, $taken, 'around it');

	book($begin + 8 * $HOUR, roomId => 'ruled', id => 'first');
	book($begin + 17 * $HOUR, roomId => 'ruled', id => 'last');
	book($begin + 11 * $HOUR, roomId => 'ruled', id => 'before');
	book($begin + 13 * $HOUR, roomId => 'ruled', id => 'after');

	right('meeting/update', { id => 'noon', subject => 'x' },
		'a booking is not in its own way');

	right('room/update', { id => 'ruled', permission => 1,
		userIds => [ '2' ] });
	wrong('meeting/book', booking($begin + 9 * $HOUR, roomId => 'ruled'),
		71001, qr/roomId: user may not book/, 'not permitted');
	wrong('meeting/update', { id => 'mover', roomId => 'ruled',
		beginTime => $begin + 9 * $HOUR, endTime => $begin + 10 * $HOUR },
		71001, qr/roomId: user may not book/, 'not permitted');
	book($begin + 9 * $HOUR, roomId => 'ruled', createdId => '2',
		id => 'second');

	right('room/update', { id => 'ruled', status => 0 });
	wrong('meeting/book', booking($begin + 10 * $HOUR, roomId => 'ruled',
		createdId => '2'), 71001, qr/roomId: room is disabled/, 'disabled');
	right('meeting/update', { id => 'second',
		endTime => $begin + 9.5 * $HOUR }, 'times may change all the same');

	# audits

	right('room/update', { id => 'ruled', status => 1, permission => 0,
		needAudit => 1 });
	is(book($begin + 14 * $HOUR, roomId => 'ruled', id => 'audited')
		->{checkedState}, 0, 'to be audited');
	wrong('meeting/book', booking($begin + 14 * $HOUR, roomId => 'ruled'),
		71001, $taken, 'a pending one holds the room');

	right('meeting/update', { id => 'audited', checkedState => 2 }, 'refused');
	book($begin + 14 * $HOUR, roomId => 'ruled', id => 'instead');
	wrong('meeting/update', { id => 'audited', checkedState => $_ }, 71001,
		$taken, 'too late to lift that') for 0, 1;

	right('meeting/cancel', { meetingId => 'instead' });
	my $is = right('meeting/update', { id => 'audited', checkedState => 1 },
		'free again');
	cmp_ok($is->{checkedTime}, '>', 0, 'when it was passed');

	# what was refused does not hold its room, so that may be removed

	right('room/add', { id => 'short', name => 'S' });
	book($begin + 9 * $HOUR, roomId => 'short', id => 'refused',
		checkedState => 2);
	right('room/remove', { roomId => 'short' });
	wrong('meeting/update', { id => 'refused', checkedState => $_ }, 71011,
		qr/\ARoom is not exist\z/, 'no room to have it in') for 0, 1;
	right('meeting/update', { id => 'refused', memo => 'x' }, 'the rest may');
	right('meeting/update', { id => 'refused', checkedState => 1,
		roomId => 'hall' }, 'or in another room');

	return;
}


sub test_life {
	my $begin = ($day += $DAY) + 8 * $HOUR;
	my %open = (roomId => 'always', attendances => []);

	right('room/add', { id => 'always', name => 'A', beginTime => '00:00',
		endTime => '24:00' });

	# a room that never closes is open at midnight, too

	book($begin + 15 * $HOUR, %open, id => 'late',
		endTime => $begin + 17 * $HOUR);
	is(get('late')->{endTime}, $begin + 17 * $HOUR, 'over midnight');
	right('meeting/cancel', { meetingId => 'late' });
	right('room/add', { id => 'nearly always', name => 'N',
		beginTime => '00:01', endTime => '24:00' });
	wrong('meeting/book', { %{booking($begin + 15 * $HOUR)},
		roomId => 'nearly always', attendances => [],
		endTime => $begin + 17 * $HOUR }, 71001, qr/hours/, 'else not');

	book($begin, id => 'ahead');
	wrong('meeting/finish', { meetingId => 'ahead' }, 71001,
		qr/meeting has not started/, 'too early');
	is_deeply(shaped('meeting/cancel', { meetingId => 'ahead' }, undef), undef,
		'no value');

	wrong("meeting/$_->[0]", { $_->[1] => 'ahead' }, 71012,
		qr/\AMeeting is not exist\z/, 'a cancelled meeting')
		for [ get => 'meetingId' ], [ cancel => 'meetingId' ],
			[ finish => 'meetingId' ], [ update => 'id' ];
	book($begin, id => 'again');

	my ($from, $to) = around_now();
	book($from, %open, id => 'under way', endTime => $to);
	wrong('meeting/cancel', { meetingId => 'under way' }, 71001,
		qr/meeting has started/, 'too late');
	is_deeply(shaped('meeting/finish', { meetingId => 'under way' }, undef),
		undef, 'no value');

	my $ended = get('under way');
	is($ended->{endTime}, $to, 'endTime as booked');
	wrong("meeting/$_->[0]", { $_->[1] => 'under way' }, 71001,
		qr/meeting has ended/, 'an ended meeting')
		for [ cancel => 'meetingId' ], [ finish => 'meetingId' ];
	is(right('meeting/update', { id => 'under way', subject => 'over' })
		->{subject}, 'over', 'but it can be changed');
	book($from, %open, id => 'next', endTime => $to);

	# one long over may be written down, as in the document's example

	book($now - 40 * $DAY, id => 'past', roomId => 'always',
		endTime => $now - 40 * $DAY + 1);
	test_over();

	wrong('room/remove', { roomId => 'always' }, 71001, qr/future meetings/,
		'a room with a meeting under way');

	return;
}


# A meeting whose time is over is changed under the rules of its room, as in the
# document's example.

sub test_over {
	my $begin = $now - 40 * $DAY;

	my $was = right('meeting/update', { id => 'past', subject => 'was',
		memo => 'minutes', attendances => [ { userId => '2' },
			{ userId => '', name => 'G' } ] });
	is_deeply([ @{$was}{qw/ subject memo beginTime /} ],
		[ 'was', 'minutes', $begin ], 'texts of a meeting that is over');
	is_deeply([ map { $_->{name} } @{get('past')->{attendances}} ],
		[ (map { $_->{name} } @{$was->{attendances}}) ], 'its people');
	is(scalar @{$was->{attendances}}, 2, 'two of them');

	book($begin + $DAY, id => 'past too', roomId => 'always',
		endTime => $begin + $DAY + 1);
	wrong('meeting/update', { id => 'past', beginTime => $begin + $DAY,
		endTime => $begin + $DAY + 1 }, 71001, qr/room is booked/,
		'the room was taken then');
	wrong('meeting/update', { id => 'past', endTime => $begin }, 71001,
		qr/must end after/, 'its end must be after its begin');
	is(right('meeting/update', { id => 'past', endTime => $begin + 2 })
		->{endTime}, $begin + 2, 'it was longer');

	wrong("meeting/$_", { meetingId => 'past' }, 71001,
		qr/meeting has (?:ended|started)/, "$_ needs a living one")
		for qw/ cancel finish /;

	my $ahead = $now + 90 * $DAY;
	right('meeting/update', { id => 'past too', beginTime => $ahead,
		endTime => $ahead + $HOUR });
	right('meeting/cancel', { meetingId => 'past too' });
	wrong('meeting/update', { id => 'past too' }, 71012, qr/^Meeting/,
		'a cancelled one is not changed');

	return;
}


# Under way, and not over midnight: rooms are shut then.

sub around_now {
	my $rest = $DAY - int(time() * 1000) % $DAY;
	sleep($rest / 1000 + 1) if $rest < 30000;

	my $now = int(time() * 1000);
	my $midnight = $now - $now % $DAY;

	return ($now - 60000 > $midnight ? $now - 60000 : $midnight,
		$now + 600000 < $midnight + $DAY ? $now + 600000
			: $midnight + $DAY);
}


sub stamp {
	my ($ms, $format) = @_;
	return strftime($format // '%Y-%m-%d %H:%M:%S', gmtime($ms / 1000));
}


sub listed {
	my ($args, $want, $name, $from) = @_;
	my $answer = ($from // $app)->call('meeting/list', $args);

	is(join(' ', map { $_->{id} } @{$answer->{value} // []}), $want, $name)
		or diag($answer->{text});

	return;
}


sub test_list {
	my $begin = ($day += $DAY);

	right('room/add', { id => 'seen', name => 'S', beginTime => '00:00',
		endTime => '24:00' });

	my %room = (roomId => 'seen');
	my $at = sub { stamp($begin + $_[0] * $HOUR) };

	book($begin + 1 * $HOUR, %room, id => 'a', speaker => '张三');
	book($begin + 3 * $HOUR, %room, id => 'b', speaker => '张三丰',
		checkedState => 0);
	book($begin + 23 * $HOUR, %room, id => 'c', speaker => '李四');
	book($begin + 26 * $HOUR, %room, id => 'd', speaker => 'li',
		attendances => [ { userId => '1' } ]);

	$day += $DAY;

	my %span = (%room, minTime => $at->(0), maxTime => $at->(48));

	shaped('meeting/list', { %span, speaker => 'li' },
		"[$MEETING\[$PERSON]}]");

	listed({ %span }, 'd c b a', 'the last one first');
	listed({ %span, direction => 'asc' }, 'a b c d', 'the first one first');
	listed({ %span, direction => 'desc' }, 'd c b a', 'as by default');
	listed({ %span, speaker => '张三' }, 'a', 'a speaker');
	listed({ %span, speakerLike => '张' }, 'b a', 'a part of the name');
	listed({ %span, speakerLike => '三丰' }, 'b', 'its end');
	listed({ %span, checkedState => '0' }, 'b', 'checkedState, a string');
	listed({ %span, checkedState => 1 }, 'd c a', 'or a number');
	listed({ %room, minTime => $at->(2), maxTime => $at->(23) }, 'b',
		'bounds are strict');
	listed({ %room, minTime => $at->(1.5), maxTime => $at->(23.5) }, 'c b a',
		'what touches them is in');
	listed({ %room, reverseDate => stamp($begin, '%Y-%m-%d') }, 'c b a',
		'a day in UTC');

	my $shanghai = bless { %$app, base => "$base/shanghai" }, ref $app;

	listed({ %room, reverseDate => stamp($begin, '%Y-%m-%d') }, 'b a',
		'the same in Shanghai', $shanghai);
	listed({ %room, minTime => stamp($begin + 9.5 * $HOUR),
		maxTime => stamp($begin + 11.5 * $HOUR) }, 'b a', 'and its hours',
		$shanghai);

	my $made = get('b')->{createdTime};
	listed({ %room, createdBeginTime => stamp($made - 60000),
		createdEndTime => stamp($made + 60000) }, 'd c b a', 'made lately');
	listed({ %room, createdEndTime => stamp($made - 60000) }, '', 'before');

	right('meeting/update', { id => 'a', memo => 'x' });
	listed({ %span, order_by_expression => 'lastUpdateTime' }, 'a d c b',
		'the last change first');
	listed({ %span, order_by_expression => 'endTime', direction => 'asc' },
		'a b c d', 'by end');
	listed({ %span, order_by_expression => 'createdTime' }, 'd c b a',
		'by creation');
	listed({ %span, order_by_expression => 'checkedTime',
		direction => 'asc' }, 'b a c d', 'by audit');

	# more than 30 days ahead

	listed({ %room }, '', 'not by default');
	book($now + 20 * $DAY, %room, endTime => $now + 20 * $DAY + 1,
		id => 'soon');
	listed({ %room }, 'soon', 'but what is nearer');
	right('meeting/cancel', { meetingId => 'soon' });
	listed({ %room }, '', 'unless it is cancelled');

	wrong('meeting/list', { roomId => 'nowhere' }, 71011, qr/^Room/, 'no room');
	wrong('meeting/list', { order_by_expression => 'id' }, 71001,
		qr/order_by_expression: /, 'another order');
	wrong('meeting/list', { direction => 'DESC' }, 71001, qr/direction: /,
		'another direction');
	wrong('meeting/list', { minTime => 'now' }, 71001, qr/minTime: /, 'no time');

	return;
}


# More than is sorted on the event loop, in more than one piece.

sub test_sorting {
	my $begin = ($day += $DAY);

	right('room/add', { id => 'full', name => 'F', beginTime => '00:00',
		endTime => '24:00' });

	my @bad;

	for my $i (0 .. 399) {
		my $at = $begin + $i * 7 % 400 * 200000;
		my $answer = $app->call('meeting/book', booking($at,
			id => "full$i", roomId => 'full', endTime => $at + 200000,
			attendances => [ map { { userId => "$_" } } 1 .. 4 ]));
		push @bad, $answer->{text} if $answer->{code} != 10000;
	}

	is(@bad, 0, '400 meetings') or diag($bad[0]);

	my %day = (roomId => 'full', reverseDate => stamp($begin, '%Y-%m-%d'));

	for my $order (qw/ endTime createdTime lastUpdateTime /) {
		my $list = right('meeting/list', { %day,
			order_by_expression => $order, direction => 'asc' },
			"all by $order");
		my @keys = map { $_->{$order} } @$list;

		is(@keys, 400, 'of the whole list');
		is_deeply(\@keys, [ sort { $a <=> $b } @keys ], 'in order');
		is(grep({ @{$_->{attendances}} == 4 } @$list), 400, 'with everybody');
	}

	$day += $DAY;

	return;
}


# Booked here, signed in there, read here.

sub test_cross {
	my $now = int(time() * 1000);
	my ($from, $to) = around_now();

	right('meeting/finish', { meetingId => 'next' });
	book($from, roomId => 'always', id => 'cross', endTime => $to,
		attendances => [ { userId => '1' },
			{ userId => '2' }, { userId => 'zhang' } ]);

	my $two = $t->app()->login('1002', 'hf@123456');
	my $sign = { meeting_id => 'cross', leader_id => 1, create_date => $now };

	my $answer = $two->call('/meeting/sign_meeting', $sign);
	is($answer->{code}, 2000, 'signed in by the other dialect')
		or diag($answer->{text});

	my $signed = sub {
		my ($list) = @_;
		my ($one) = grep { $_->{userId} eq '2' } @$list;
		return [ @{$one}{qw/ isSigned signType signImgUrl /} ];
	};

	my $is = get('cross')->{attendances};
	is_deeply($signed->($is), [ 1, 2, '' ], 'seen here');
	cmp_ok($is->[1]{signTime}, '>=', $now, 'with its time');
	is($is->[$_]{signTime}, 0, 'the others did not') for 0, 2;

	my $list = right('meeting/list', { roomId => 'always',
		minTime => stamp($now) })->[0]{attendances};
	is_deeply($list, $is, 'in the list too');

	# who is taken off and put back has signed in

	my $off = right('meeting/update', { id => 'cross', attendances => [
		{ userId => '1' } ] })->{attendances};
	is_deeply($off, [ $is->[0] ], 'taken off');

	my $back = right('meeting/update', { id => 'cross', attendances => [
		{ userId => '2' }, { userId => '1' } ] })->{attendances};
	is_deeply($signed->($back), [ 1, 2, '' ], 'and put back');

	# and the other way round

	my $one = $t->app()->login('1001', 'hf@123456');
	my $made = $one->call('/manage/club_meeting/public_meeting', {
		content => '会' x 120, address => 'D101', deadline => $now + $DAY,
		need_sign => 0, participation => '1,2' });
	my $shown = get($made->{data}{meeting_id} . '');

	is($shown->{subject}, '会' x 100, 'a subject from the content');
	is($shown->{memo}, '会' x 120, 'the content');
	is_deeply([ @$shown{qw/ roomId address beginTime endTime /} ],
		[ '', 'D101', $now + $DAY, $now + $DAY + 2 * $HOUR ], 'the rest');
	right('meeting/cancel', { meetingId => $shown->{id} }, 'cancelled here');
	is($one->call('/manage/club_meeting/get_my_meeting', { sponsor_id => 1 })
		->{code}, 2000, 'and gone there');

	right('meeting/finish', { meetingId => 'cross' }, 'ended here');
	$answer = $one->call('/meeting/sign_meeting', $sign);
	is($answer->{code}, 3000, 'no sign-in there any more');

	return;
}


sub test_fence {
	my $now = int(time() * 1000);
	my ($from, $to) = around_now();

	right('room/update', { id => 'always', longitude => 113.307039,
		latitude => 23.391208, radius => 500 });
	book($from, roomId => 'always', id => 'fenced', endTime => $to,
		attendances => [ map { { userId => "$_" } } 1 .. 4 ]);

	my %near = (longitude => 113.3070, latitude => 23.3950);
	my %far = (longitude => 113.3070, latitude => 23.3960);
	my @person = map { $t->app()->login("100$_", 'hf@123456') } 1 .. 4;

	my $signs = sub {
		my ($i, $prefix, $place, $code, $words, $name) = @_;
		my $person = bless { %{$person[$i]}, base => "$base$prefix" },
			ref $person[$i];
		my $answer = $person->call('/meeting/sign_meeting', {
			meeting_id => 'fenced', leader_id => 1, create_date => $now,
			%$place });

		ok($answer->{code} == $code && $answer->{msg} =~ $words, $name)
			or diag($answer->{text});
	};

	$signs->(0, '', \%far, 3000, qr/too far/, 'too far away');
	$signs->(0, '', { longitude => 113.3 }, 3001, qr/latitude/, 'half a place');
	$signs->(0, '', { %far, latitude => 91 }, 3001, qr/latitude/, 'no place');
	$signs->(0, '', { %far, latitude => 'x' }, 3001, qr/latitude/, 'nowhere');
	$signs->(0, '', \%near, 2000, qr/./, 'near enough');
	$signs->(1, '', {}, 2000, qr/./, 'no place');
	$signs->(2, '/fenced', {}, 3000, qr/position wanted/, 'one is required');
	$signs->(2, '/fenced', \%far, 3000, qr/too far/, 'too far');
	$signs->(2, '/fenced', { map { $_ => "$near{$_}" } keys %near }, 2000,
		qr/./, 'near enough');
	$signs->(3, '/open', \%far, 2000, qr/./, 'not looked at');

	right('meeting/finish', { meetingId => 'fenced' });

	return;
}
