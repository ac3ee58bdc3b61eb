package Bench::Run;

# The parts of a scenario: servers, interleaved steps, and the two kinds of
# load, requests that are sent once and requests that are sent over again.

use warnings;
use strict;

use Bench::Server;

# More check-ins in a second than these machines make: a run must not end for
# want of requests.
use constant FIRST_GUESS => 30_000;


# Options: top (of the project), report, and those of scripts/bench.

sub new {
	my ($class, %option) = @_;

	# guess: check-ins a second, by connections

	return bless { %option, guess => {} }, $class;
}


sub progress {
	my ($self, @text) = @_;

	$self->{report}->progress(@text);
}


sub table {
	my ($self, @args) = @_;

	return $self->{report}->table(@args);
}


sub server {
	my ($self, %option) = @_;

	return Bench::Server->new(top => $self->{top}, keep => $self->{keep},
		progress => sub { $self->{report}->progress(@_) },
		workers => $self->{workers}, client => $self->{client},
		people => $self->{meetings} * $self->{people},
		%option);
}


# Runs each step in each round, so that other work of the machine hits all
# alike.

sub interleave {
	my ($self, @steps) = @_;

	for my $round (1 .. $self->{rounds}) {
		for my $i (0 .. $#steps) {
			my ($row, $run) = @{$steps[$i]};

			$self->{report}->progress(sprintf('%d/%d %s',
				($round - 1) * @steps + $i + 1,
				$self->{rounds} * @steps, $row->name()));
			$row->add($run->());
		}
	}
}


# Makes first check-ins: each for a person and a meeting of its own.  Options:
# those of the client; duration, if not that of all runs; beside, called while
# they are under way.

sub first {
	my ($self, $server, $order, $connections, %option) = @_;

	my $group = $self->{meetings} * $self->{people};
	my $rate = $self->{guess}{$connections} || FIRST_GUESS;
	my $duration = $option{duration} // $self->{duration};
	my $beside = delete $option{beside};

	$rate = $option{rate} if $option{rate} && $option{rate} < $rate;

	my $groups = int($rate * $duration * 1.5 / $group) + 1;

	my $pairs = $server->meetings($self->{meetings}, $self->{people}, $groups,
		$order);
	my $finish = $server->start_load('/meeting/sign_meeting', $pairs,
		connections => $connections, duration => $duration, answers => 1,
		%option);

	$beside->() if $beside;

	my $result = $finish->();

	$server->check($pairs, $result);
	$self->{guess}{$connections} = $result->{finished} / $result->{seconds}
		if $result->{seconds} > 0 && !$option{rate};

	return $result;
}


# Sends requests that change nothing, over again when all are sent.

sub again {
	my ($self, $server, $path, $pairs, $connections, %option) = @_;

	return $server->load($path, $pairs, connections => $connections,
		duration => $self->{duration}, again => 1, %option);
}


# Returns the steps of reads, each beside a ceiling that answers as much, and
# adds their rows.  A read: name, server, path, requests, code of its answers;
# more options of the client.

sub beside_ceiling {
	my ($self, $table, @reads) = @_;
	my $connections = $self->{connections}[0];
	my @steps;

	for my $read (@reads) {
		my ($server, $path, $requests) = @$read{qw/ server path requests /};
		my %option = %{$read->{option} // {}};
		my $size = $server->size($path, $requests, %option);

		my $ceiling = $table->row("ceiling of $size bytes", code => 2000);
		my $row = $read->{row} = $table->row($read->{name},
			code => $read->{code}, base => $ceiling);

		push @steps, [ $ceiling, sub {
			$self->again($server, "/ceiling?$size", $requests, $connections,
				%option);
		} ], [ $row, sub {
			$self->again($server, $path, $requests, $connections, %option);
		} ];
	}

	return @steps;
}


1;
