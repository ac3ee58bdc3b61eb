package Bench::Reads;

# Reads, each beside a ceiling that answers as much: the size of the answer,
# not that of the store, decides their cost.

use warnings;
use strict;

use POSIX qw/ strftime /;

use constant DAY => 86_400_000;
use constant SERIES_DAYS => 400;

# reads
use constant DAY_MEETINGS => 50;
use constant COMPANY_MEETINGS => 100_000;
use constant INVITED => (50, 5_000);

# h5yes: a room is booked every half hour from 8 to 18 o'clock
use constant ROOM_MEETINGS => 20;
use constant HALF_HOUR => 1_800_000;
use constant STORED_MEETINGS => 1_000_000;
use constant ATTENDANCES => 10;
use constant MEETINGS => 100;


sub scenarios {
	return (reads => \&reads, h5yes => \&h5yes);
}


# Makes meetings every day from the first one on, a series for each of the
# begins (ms within that day).

sub daily {
	my ($bench, $server, $first, $days, $begins, %meeting) = @_;

	while ($days > 0) {
		my $n = $days < SERIES_DAYS ? $days : SERIES_DAYS;
		my $count = 0;

		for my $begin (@$begins) {
			my $answer = $server->ask(
				'/gateway/cloudwork/meeting/repeatMeeting', {
				openid => 'boss ' . ++$count,
				title => 'a meeting of the company',
				content => 'what it is about', repeat => 2,
				startDate => $first + $begin,
				endDate => $first + $begin + HALF_HOUR,
				repeatEndDate => $first + $begin + ($n - 1) * DAY,
				actors => [ "ann $count", "bob $count" ], %meeting });

			die "scripts/bench: no meetings: $answer->{error}\n"
				unless $answer->{success};
		}

		$first += $n * DAY;
		$days -= $n;
	}
}


# Notes the cost of a read on the large store, as a share of that on the small
# one.

sub compared {
	my ($table, $what, $small, $large) = @_;
	my ($a, $b) = map { $_->{row}->cost() } $small, $large;

	$table->note(sprintf('%s: the large store costs %.2f times the small one',
		$what, $b / $a)) if $a && $b;
}


sub reads {
	my ($bench) = @_;
	my ($small, $large) = map { $bench->server(people => 1) } 1 .. 2;
	my $days = int(($bench->{stored} // COMPANY_MEETINGS) / DAY_MEETINGS) || 1;
	my $now = int(time() / 86400) * DAY;
	my @meeting = ([ (0) x DAY_MEETINGS ], meetingPlace => 'room');

	$bench->progress($days * DAY_MEETINGS . ' meetings');
	daily($bench, $small, $now, 1, @meeting);
	daily($bench, $large, $now - int($days / 2) * DAY, $days, @meeting);

	my ($query, $detail) = ('/gateway/cloudwork/meeting/queryByDay',
		'/openapi/workbench/meetinginvite/detail');
	my @days;

	for ([ $small, 1 ], [ $large, $days ]) {
		my ($server, $n) = @$_;
		my $there = @{$server->ask($query, { day => $now })->{data}};

		die "scripts/bench: $there meetings on a day\n"
			if $there != DAY_MEETINGS;

		push @days, read_of(sprintf('%d of %d meetings', DAY_MEETINGS,
			$n * DAY_MEETINGS), $server, $query, 200, { day => $now });
	}

	my @details;

	for my $count (INVITED) {
		my $id = $small->ask($detail =~ s/detail/create/r, {
			requesterUid => 'boss', requesterName => 'Boss', detail => {
				createTime => $now, content => 'a meeting',
				address => 'room', beginTime => $now + DAY,
				endTime => $now + 2 * DAY, remindMin => 15,
				remindType => 0, members => [ map { { uid => "m$_",
					name => "Member $_" } } 1 .. $count ] } });

		push @details, read_of("invitation of $count", $small, $detail, 200,
			{ requesterUid => 'boss',
				meetingInviteId => $id->{data}{meetingInviteId} });
	}

	my $table = $bench->table('reads', title($bench, $small));

	$bench->interleave($bench->beside_ceiling($table, @days, @details));
	compared($table, 'a day', @days);

	$_->verify() for $small, $large;

	return ($small, $large);
}


sub read_of {
	my ($name, $server, $path, $code, @args) = @_;

	return {
		name => $name, server => $server, code => $code,
		path => $server->address($path),
		requests => $server->requests(@args),
		option => { body => 'plain' },
	};
}


sub title {
	my ($bench, $server) = @_;

	return sprintf('%d workers, %d connections', $server->workers(),
		$bench->{connections}[0]);
}


sub h5yes {
	my ($bench) = @_;
	my ($small, $large) = map { $bench->server(people => ATTENDANCES) } 1 .. 2;
	my $stored = $bench->{stored} // STORED_MEETINGS;
	my $now = int(time() / 86400) * DAY;

	booked($bench, $small, $now, 1, 1);
	booked($bench, $large, $now, rooms_and_days($stored));

	my @lists = map { room_day($_, $now) } $small, $large;

	my $table = $bench->table('h5yes', title($bench, $large));

	$bench->interleave($bench->beside_ceiling($table,
		token_and_meeting($large, $now), @lists));
	compared($table, 'a day of a room', @lists);

	$_->verify() for $small, $large;

	return ($small, $large);
}


sub token_and_meeting {
	my ($server, $now) = @_;
	my $key = $server->credential();
	my @ids = map { meeting($server, $now - (1 + $_) * HALF_HOUR) }
		1 .. MEETINGS;

	return ({
		name => 'a token', server => $server, code => 10000,
		path => "/meeting/api/oapi/gettoken?appkey=$key->{appkey}"
			. "&appsecret=$key->{appsecret}",
		requests => $server->requests(undef),
		option => { body => 'plain' },
	}, read_of(sprintf('a meeting of %d people', ATTENDANCES), $server,
		'/meeting/api/open/meeting/get', 10000,
		map { { meetingId => $_ } } @ids));
}


# The reads of h5yes on a small store: a token, a meeting, a room's day.

sub h5yes_reads {
	my ($bench, $server) = @_;
	my $now = int(time() / 86400) * DAY;

	booked($bench, $server, $now, 1, 1);

	return (token_and_meeting($server, $now),
		{ %{room_day($server, $now)}, name => "a room's day" });
}


# Returns the rooms, and the days that they are booked out, for so many
# meetings.

sub rooms_and_days {
	my ($stored) = @_;
	my $room_days = int($stored / ROOM_MEETINGS) || 1;
	my $days = 5 * SERIES_DAYS;

	$days = $room_days if $days > $room_days;

	return (int($room_days / $days), $days);
}


# Books rooms out on all days around $now.

sub booked {
	my ($bench, $server, $now, $rooms, $days) = @_;

	$server->{stored} = $rooms * $days * ROOM_MEETINGS;

	for my $room (1 .. $rooms) {
		$bench->progress(sprintf('%d of %d meetings',
			$room * $days * ROOM_MEETINGS, $server->{stored}));
		$server->room("room $room");
		daily($bench, $server, $now - int($days / 2) * DAY, $days,
			[ map { $_ * HALF_HOUR } 0 .. ROOM_MEETINGS - 1 ],
			roomId => "room $room");
	}
}


# Books a meeting with attendances.  Returns its id.

sub meeting {
	my ($server, $begin) = @_;
	my @people = $server->people(ATTENDANCES);

	$server->room('small') unless $server->{small}++;

	my $answer = $server->ask('/meeting/api/open/meeting/book', {
		roomId => 'small', createdId => $people[0], speaker => 'a speaker',
		subject => 'a subject', beginTime => $begin,
		endTime => $begin + HALF_HOUR,
		attendances => [ map { { userId => $_ } } @people ] });

	return $answer->{value}{id}
		// die "scripts/bench: no meeting: $answer->{message}\n";
}


# Returns the read of a room's meetings on that day, by the clock of
# Asia/Shanghai: $now is 8 o'clock there.

sub room_day {
	my ($server, $now) = @_;
	my $list = '/meeting/api/open/meeting/list';
	my $args = { roomId => 'room 1',
		reverseDate => strftime('%Y-%m-%d', gmtime($now / 1000)) };
	my $there = @{$server->ask($list, $args)->{value} // []};

	die "scripts/bench: $there meetings of a room on a day\n"
		if $there != ROOM_MEETINGS;

	return read_of(sprintf('%d of %d meetings', $there, $server->{stored}),
		$server, $list, 10000, $args);
}


1;
