package Bench::Peers;

# First check-ins at our server and at those that somebody would build instead,
# in interleaved rounds.

use warnings;
use strict;

use List::Util ();

use Bench::Peer;
use Bench::Server;

use constant GUESS => 15_000;           # check-ins a second, at the most

my @PEERS = qw/ Hyper Redis Node /;


sub scenarios {
	return (peers => \&peers);
}


sub peers {
	my ($bench) = @_;
	my $server = $bench->server();
	my ($meetings, $people) = @$bench{qw/ meetings people /};
	my $table = $bench->table('peers', sprintf('%d workers, first check-ins, '
		. '%d meetings of %d people fill at a time', $server->workers(),
		$meetings, $people));
	my $done = $server->meetings($meetings, $people, 1, 'done');
	my @peers = started($bench, $server, $table);
	my @steps;

	for my $n (@{$bench->{connections}}) {
		my $ceiling = $table->row("$n: ceiling", code => 2000);
		my @row = (code => 2000, base => $ceiling);
		my $ours = $table->row("$n: this server", @row);

		push @steps, [ $ceiling,
			sub { $bench->again($server, '/ceiling', $done, $n) } ],
			[ $ours, sub { $bench->first($server, 'clustered', $n) } ];

		for my $peer (@peers) {
			my $row = $peer->{rows}{$n}
				= $table->row("$n: " . $peer->name(), @row);

			push @steps, [ $row,
				sub { first($bench, $server, $peer, $n) } ];
		}
	}

	$bench->interleave(@steps);

	for my $n (@{$bench->{connections}}) {
		my ($ours) = grep { $_->name() eq "$n: this server" }
			@{$table->{rows}};

		$table->note("$n: this server's rate is " . join '; ',
			map { times_of($ours, $_->{rows}{$n}, $_->name()) } @peers)
			if @peers;
	}

	$server->verify();
	$_->stop() for @peers;

	return $server;
}


sub times_of {
	my ($ours, $row, $name) = @_;
	my $rate = $row->rate();

	return $rate ? sprintf('%.2f times that of %s', $ours->rate() / $rate,
		$name) : "beside none of $name";
}


# Returns the peers that can be had on this machine; a note tells why another
# one cannot.

sub started {
	my ($bench, $server, $table) = @_;
	my @started;

	for my $kind (@PEERS) {
		require "$bench->{top}/scripts/bench.d/peers/$kind.pm";

		my $peer = "Peer::$kind"->new(top => $bench->{top},
			prefix => "$server->{prefix}/" . lc($kind),
			secret => $server->{secret}, keep => $bench->{keep},
			workers => $server->workers());

		$bench->progress('peer: ' . $peer->name());

		if (eval { $peer->start(); 1 }) {
			push @started, $peer;
			next;
		}

		my $why = $@ =~ s/^scripts\/bench: |\n.*//gr;

		$table->note('left out: ' . $peer->name() . ": $why");
		$peer->stop();
	}

	return @started;
}


# A run of first check-ins at a peer.

sub first {
	my ($bench, $server, $peer, $connections) = @_;
	my $group = $bench->{meetings} * $bench->{people};
	my $rate = $peer->{guess}{$connections} || GUESS;
	my $groups = int($rate * $bench->{duration} * 1.5 / $group) + 1;

	my $pairs = $peer->meetings($bench->{meetings}, $bench->{people}, $groups,
		$server->people($group));
	my $result = $server->load('/meeting/sign_meeting', $pairs,
		connections => $connections, duration => $bench->{duration},
		answers => 1, peer => $peer);

	$result->{stored} = $peer->check($pairs->{first}, $result->{answers});
	$peer->{guess}{$connections} = $result->{finished} / $result->{seconds}
		if $result->{seconds} > 0;

	return $result;
}


1;
