package Bench::Against;

# This build beside another one: sign-ins, reads, and reads beside a writer, in
# interleaved rounds.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use File::Basename qw/ dirname /;

use Bench::Child;
use Bench::Pairs;
use Bench::Reads;

use constant LIST => 50;
use constant WRITER_RATE => 1_000;      # sign-ins a second
use constant WRITER_CONNECTIONS => 64;
use constant WRITER_LEAD => 0.3;        # seconds around the reads


sub scenarios {
	return (against => \&against);
}


# Finds the other build.  PATH is a build directory, or a module alone; the
# latter reads a store that this build's tools made.  Returns options of a
# server.

sub build_at {
	my ($path) = @_;

	die "scripts/bench: against which build? scripts/bench against BUILD\n"
		unless defined $path;

	my $found = abs_path($path);

	die "scripts/bench: no such build: $path\n" unless $found && -e $found;

	return (module => $found) if !-d $found;

	my $source = dirname($found) . '/scripts/bench.d';

	die "scripts/bench: not built: $path\n"
		unless -e "$found/ngx_http_meeting_module.so";

	if (-e "$source/Makefile" && -e "$found/libmeeting.a") {
		Bench::Child->run({ quiet => 1 }, 'make', '-s', '-C', $source,
			"$found/bench/roster");
	}

	return (module => "$found/ngx_http_meeting_module.so",
		map { -x $_->[1] ? ($_->[0] => $_->[1]) : () }
			[ roster => "$found/bench/roster" ],
			[ meetingctl => "$found/meetingctl" ]);
}


sub against {
	my ($bench) = @_;
	my @servers = map { $bench->server(@$_) }
		[ build_at($bench->{against}) ], [];
	my @kinds = map { kinds($bench, $_) } @servers;
	my $table = $bench->{report}->add(Bench::Pairs->new('against', sprintf(
		'this build and that of %s; %d workers', $bench->{against},
		$servers[0]->workers())));
	my @rows;

	for my $i (0 .. $#{$kinds[0]}) {
		my ($name, $code) = @{$kinds[0][$i]};

		next if defined $bench->{rows} && $name !~ /$bench->{rows}/;

		push @rows, [ $table->row($name, code => $code),
			map { $_->[$i][2] } @kinds ];
	}

	die "scripts/bench: no row matches $bench->{rows}\n" unless @rows;

	rounds($bench, @rows);
	$_->verify() for @servers;

	return @servers;
}


# The build that goes first alternates, so that a machine that becomes slower
# is unfair to neither.

sub rounds {
	my ($bench, @rows) = @_;

	for my $round (1 .. $bench->{rounds}) {
		for my $i (0 .. $#rows) {
			my ($row, @runs) = @{$rows[$i]};
			my @order = ($round + $i) % 2 ? (0, 1) : (1, 0);
			my @results;

			$bench->progress(sprintf('%d/%d %s', ($round - 1) * @rows + $i + 1,
				$bench->{rounds} * @rows, $row->name()));
			$results[$_] = $runs[$_]->() for @order;
			$row->add(@results);
		}
	}
}


# Returns the kinds of requests to one of the servers, each as [ name, code of
# its answers, run ].

sub kinds {
	my ($bench, $server) = @_;
	my ($meetings, $people) = @$bench{qw/ meetings people /};
	my $n = $bench->{connections}[0];
	my $done = $server->meetings($meetings,
		$people < LIST ? $people : LIST, 1, 'done');

	my @reads = (Bench::Reads::h5yes_reads($bench, $server), {
		name => 'participation', code => 2000,
		path => '/meeting/get_meeting_participation', requests => $done,
		option => { body => 'read' },
	});

	return [
		[ "$n: ceiling", 2000,
			sub { $bench->again($server, '/ceiling', $done, $n) } ],
		map({
			my $n = $_;

			[ "$n: sign-ins", 2000,
				sub { $bench->first($server, 'clustered', $n) } ]
		} @{$bench->{connections}}),
		map({
			my $read = $_;

			[ "$n: $read->{name}", $read->{code},
				sub { read_again($bench, $server, $read) } ]
		} @reads),
		map({
			my $read = $_;

			[ "$n: $read->{name}, beside", $read->{code},
				sub { beside_writer($bench, $server, $read) } ]
		} @reads),
	];
}


sub read_again {
	my ($bench, $server, $read) = @_;

	return $bench->again($server, $read->{path}, $read->{requests},
		$bench->{connections}[0], %{$read->{option}});
}


# The writer begins before the reads and ends after them.

sub beside_writer {
	my ($bench, $server, $read) = @_;
	my $result;

	$bench->first($server, 'clustered', WRITER_CONNECTIONS,
		rate => WRITER_RATE,
		duration => $bench->{duration} + 2 * WRITER_LEAD,
		beside => sub {
			select(undef, undef, undef, WRITER_LEAD);
			$result = read_again($bench, $server, $read);
		});

	return $result;
}


1;
