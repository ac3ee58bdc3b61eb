package Bench::Writes;

# Other writes than check-ins: bookings that compete for rooms, users with
# passwords beside sign-ins, an import.

use warnings;
use strict;

use Time::HiRes qw/ time /;

use constant HOUR => 3_600_000;
use constant DAY => 24 * HOUR;
use constant UTC_8 => 8 * HOUR;

use constant BOOK_GUESS => 8_000;       # bookings a second, at most
use constant ROOMS => 16;
use constant SLOTS => 23;               # of a day: an hour each
use constant RIVALS => 4;               # for one slot, 15 minutes apart
use constant QUARTER => HOUR / 4;
use constant BOOKED => 10000;           # answered
use constant REJECTED => 71001;

use constant RATE => 2_000;             # sign-ins a second
use constant ADDED => 1_000;            # users, all at once
use constant ADDING => 600;             # seconds that it may take
use constant IMPORTED => 100_000;


sub scenarios {
	return (book => \&book, users => \&users, import => \&import_users);
}


sub book {
	my ($bench) = @_;
	my $server = $bench->server(people => 3);
	my $n = $bench->{connections}[0];
	my $table = $bench->table('book', sprintf('%d workers, %d connections, '
		. '%d rooms', $server->workers(), $n, ROOMS));

	$server->room("room $_") for 1 .. ROOMS;

	# midnight in Shanghai; a booking is in one day

	$server->{day} = (int(time() * 1000 / DAY) + 1) * DAY - UTC_8;

	my $ceiling = $table->row('ceiling', code => 2000);
	my @empty = ($server->requests({}), $n, body => 'plain');
	my ($alone, $rivals) = map { $table->row($_->[0], code => $_->[1],
		base => $ceiling) } [ 'each its own slot', [ BOOKED ] ],
		[ sprintf('%d after each slot', RIVALS), [ BOOKED, REJECTED ] ];

	$bench->interleave(
		[ $ceiling, sub { $bench->again($server, '/ceiling', @empty) } ],
		[ $alone, sub { bookings($bench, $server, 1) } ],
		[ $rivals, sub { bookings($bench, $server, RIVALS) } ],
	);

	$table->note("after each slot: $rivals->{codes}{+BOOKED} booked, "
		. ($rivals->{codes}{+REJECTED} // 0) . ' rejected; none overlaps, '
		. 'and every one that was rejected would');
	$server->verify();

	return $server;
}


# Runs bookings and compares the store with their answers.  Rivals for a slot
# and for the next one follow each other, so that they are in flight together.

sub bookings {
	my ($bench, $server, $rivals) = @_;
	my $rate = $server->{guess}{$rivals} || BOOK_GUESS;
	my $days = int($rate * $bench->{duration} * 1.5
		/ (ROOMS * SLOTS * $rivals)) + 1;
	my $tag = 'b' . ++$server->{bookings} . '-';
	my @wanted;

	for my $day (1 .. $days) {
		for my $slot (0 .. SLOTS - 1) {
			for my $room (1 .. ROOMS) {
				push @wanted, map { [ $room, $server->{day} + $slot * HOUR
					+ $_ * QUARTER ] } 0 .. $rivals - 1;
			}
		}

		$server->{day} += DAY;
	}

	my @people = $server->people(3);
	my $i = 0;
	my $requests = $server->requests(map { sprintf('{"id":"%s%d",'
		. '"roomId":"room %d","createdId":"%s","speaker":"a speaker",'
		. '"subject":"a subject","beginTime":%d,"endTime":%d,'
		. '"attendances":[{"userId":"%s"},{"userId":"%s"}]}', $tag, $i++,
		$_->[0], $people[0], $_->[1], $_->[1] + HOUR, @people[1, 2]) }
		@wanted);

	my $result = $server->load(
		$server->address('/meeting/api/open/meeting/book'), $requests,
		connections => $bench->{connections}[0],
		duration => $bench->{duration}, body => 'plain', answers => 1);

	$server->{guess}{$rivals} = $result->{finished} / $result->{seconds}
		if $result->{seconds} > 0;
	$result->{stored} = check($server, $tag, \@wanted, $result->{answers});

	return $result;
}


# Each booking that was answered with success is stored once, no two overlap,
# and each one that was rejected overlaps one that was not.  Returns how many
# are stored.

sub check {
	my ($server, $tag, $wanted, $file) = @_;
	my (%there, %begins);

	for (split /\n/, $server->roster('booked', $tag)) {
		my ($i, $begin, $end) = split ' ';
		my $room = $wanted->[$i][0];

		die "scripts/bench: booking $tag$i is not as it was asked for\n"
			if $there{$i}++ || $begin != $wanted->[$i][1]
				|| $end != $begin + HOUR;

		push @{$begins{$room}}, $begin;
	}

	for my $room (keys %begins) {
		my @begins = sort { $a <=> $b } @{$begins{$room}};

		for (1 .. $#begins) {
			die "scripts/bench: two bookings of room $room overlap\n"
				if $begins[$_] < $begins[$_ - 1] + HOUR;
		}

		$begins{$room} = { map { $_ => 1 } @begins };
	}

	open(my $in, '<', $file) or die "$file: $!\n";

	while (<$in>) {
		my ($i, $code) = split ' ';
		my ($room, $begin) = @{$wanted->[$i]};

		die "scripts/bench: booking $tag$i was answered $code, and is "
			. ($there{$i} ? '' : 'not ') . "there\n"
			if $code && ($code == BOOKED) != ($there{$i} || 0);

		next if $code != REJECTED;

		die "scripts/bench: booking $tag$i was rejected for no reason\n"
			unless grep { $begins{$room}{$begin + $_ * QUARTER} }
				1 - RIVALS .. RIVALS - 1;
	}

	return scalar keys %there;
}


sub users {
	my ($bench) = @_;
	my $server = $bench->server();
	my $count = $bench->{users} // ADDED;
	my $table = $bench->table('users', sprintf('%d workers, %d sign-ins a '
		. 'second, beside %d users who are being added with passwords',
		$server->workers(), RATE, $count));
	my $alone = $table->row('sign-ins, alone', code => 2000);
	my $beside = $table->row('sign-ins, beside them', code => 2000);
	my $added = $table->row('user/add', code => 10000);
	my $sign = sub {
		$bench->first($server, 'clustered', 64, rate => RATE);
	};

	$bench->interleave(
		[ $alone, $sign ],
		[ $beside, sub {
			my $tag = 'u' . ++$server->{users} . '-';
			my $finish = $server->start_load(
				$server->address('/meeting/api/open/user/add'),
				$server->requests(map { { name => "User $_",
					account => "$tag$_", password => "word $_" } }
					1 .. $count),
				connections => $count, duration => ADDING, body => 'plain');
			my $result = $sign->();

			$added->add($finish->());
			return $result;
		} ],
	);

	$server->verify();

	return $server;
}


# The default password must not cost a hash for each user, in the file or not.

sub import_users {
	my ($bench) = @_;
	my $server = $bench->server(people => 1);
	my $count = $bench->{users} // IMPORTED;
	my $table = $bench->table('import', "$count users by meetingctl user "
		. 'import, beside a server; the time is that of its process');

	$bench->interleave(map {
		my ($name, @password) = @$_;

		[ $table->row($name, code => 0),
			sub { import_file($server, $count, @password) } ];
	} [ 'no password' ], [ 'the default one', 'hf@123456' ]);

	$server->verify();

	return $server;
}


sub import_file {
	my ($server, $count, @password) = @_;
	my $tag = 'i' . ++$server->{imports};
	my $file = "$server->{prefix}/$tag.csv";
	open(my $out, '>', $file) or die "$file: $!\n";
	print {$out} join(',', qw/ id account name phone department /,
		@password ? 'password' : ()), "\n";
	print {$out} join(',', "$tag-$_", "$tag-$_", "User $_",
		sprintf('%s%09d', substr($tag, 1), $_), 'Department ' . $_ % 100,
		@password), "\n" for 1 .. $count;
	close($out) or die "$file: $!\n";

	my ($begun, $cpu) = (time(), child_cpu());
	my $text = $server->ctl('user', 'import', '--company', 1000, $file);
	my ($seconds, $used) = (time() - $begun, child_cpu() - $cpu);

	die "scripts/bench: imported $text" unless $text =~ /"added": *$count\b/;
	unlink $file unless $server->{keep};

	return { seconds => $seconds, sent => $count, finished => $count,
		cpu => $used, codes => { 0 => $count }, latency => [],
		latency_max => 0 };
}


# Returns the seconds of processor time that ended children took.

sub child_cpu {
	my (undef, undef, $user, $system) = times();

	return $user + $system;
}


1;
