package Bench::Burst;

# Check-ins: the burst, by workers and size, beside long lists and idle
# connections.

use warnings;
use strict;

use Bench::Veth;

use constant SMALL_LIST => 50;
use constant LIST_PEOPLE => 20_000;
use constant LIST_RATE => 2_000;
use constant LIST_READERS => 2;
use constant IDLE_CONNECTIONS => 10_000;
use constant SMALL_STORE => 10_000;
use constant LARGE_STORE => 2_000_000;
use constant HUGE_STORE => 10_000_000;
use constant MANY_WORKERS => 32;


sub scenarios {
	return (
		burst => \&burst,
		workers => \&workers,
		size => \&size,
		list => \&list,
		idle => \&idle,
	);
}


sub burst {
	my ($bench) = @_;
	my ($veth, $why) = veth($bench);
	my $server = $bench->server(url => $bench->{url}, dir => $bench->{dir},
		veth => $veth);
	my ($meetings, $people) = @$bench{qw/ meetings people /};
	my $small = $people < SMALL_LIST ? $people : SMALL_LIST;
	my $done = $server->meetings($meetings, $people, 1, 'done');
	my $lists = $server->meetings($meetings, $small, 1, 'done');
	my $sign = '/meeting/sign_meeting';
	my $read = '/meeting/get_meeting_participation';
	my @reader = (body => 'read');
	my $size = $server->size($read, $lists, @reader);

	# a ceiling is the base of the rows that follow it

	my @kinds = (
		[ 'ceiling', 2000,
			sub { $bench->again($server, '/ceiling', $done, @_) } ],
		[ 'durable echo', 2000,
			sub { echo($bench, $server, $done, @_) } ],
		[ 'first, clustered', 2000,
			sub { $bench->first($server, 'clustered', @_) } ],
		[ 'first, spread', 2000,
			sub { $bench->first($server, 'spread', @_) } ],
		[ 'repeated', 3000,
			sub { $bench->again($server, $sign, $done, @_) } ],
		[ "ceiling of $size bytes", 2000, sub {
			$bench->again($server, "/ceiling?$size", $lists, @_, @reader) } ],
		[ "list of $small", 2000,
			sub { $bench->again($server, $read, $lists, @_, @reader) } ],
	);

	push @kinds, [ 'ceiling, veth', 2000, sub {
			$bench->again($server, '/ceiling', $done, @_, far => 1) } ],
		[ 'first, clustered, veth', 2000, sub {
			$bench->first($server, 'clustered', @_, far => 1) } ] if $veth;

	my $table = $bench->table('burst', sprintf('%d workers, %d meetings of '
		. '%d people fill at a time', $server->workers(), $meetings,
		$people));
	my @steps;

	for my $n (@{$bench->{connections}}) {
		my $base;

		for my $kind (@kinds) {
			my ($name, $code, $load) = @$kind;
			my $ceiling = $name =~ /^ceiling/;
			my $row = $table->row("$n: $name", code => $code,
				$ceiling ? () : (base => $base));

			$base = $row if $ceiling;
			push @steps, [ $row, sub { $load->($n) } ];
		}
	}

	$bench->interleave(@steps);
	$table->note("no rows over a veth pair: $why") if $why;
	$server->verify();

	return $server;
}


# Returns a pair of network namespaces, or undef and why there is none.

sub veth {
	my ($bench) = @_;

	return (undef, 'the server runs already') if $bench->{url};

	my $veth = eval { Bench::Veth->new() };

	return ($veth, $veth ? undef : $@ =~ s/\n//gr);
}


# Each worker of the durable echo has a file, which must not stay empty.

sub echo {
	my ($bench, $server, $pairs, @args) = @_;
	my $result = $bench->again($server, '/durable', $pairs, @args);

	grep { -s $_ } glob "$server->{prefix}/durable.*"
		or die "scripts/bench: the durable echo wrote nothing\n";

	return $result;
}


# The same burst on two servers.

sub compare {
	my ($bench, $table, $names, $servers) = @_;
	my @steps;

	for my $n (@{$bench->{connections}}) {
		my $done = $servers->[0]{done} //= $servers->[0]->meetings(
			$bench->{meetings}, $bench->{people}, 1, 'done');
		my ($base, $server) = (undef, $servers->[0]);

		push @steps, [ $table->row("$n: ceiling", code => 2000),
			sub { $bench->again($server, '/ceiling', $done, $n) } ];

		for my $i (0 .. $#$servers) {
			my $row = $table->row("$n: $names->[$i]", code => 2000,
				base => $base);

			$base //= $row;
			push @steps, [ $row,
				sub { $bench->first($servers->[$i], 'clustered', $n) } ];
		}
	}

	$bench->interleave(@steps);
	$_->verify() for @$servers;

	return @$servers;
}


sub workers {
	my ($bench) = @_;
	my @counts = ($bench->{workers}, MANY_WORKERS);
	my @servers = map { $bench->server(workers => $_) } @counts;

	return compare($bench, $bench->table('workers', 'first, clustered; ratios to '
		. "$counts[0] workers"), [ map { "$_ workers" } @counts ],
		\@servers);
}


sub size {
	my ($bench) = @_;
	my @counts = (SMALL_STORE, $bench->{stored} // LARGE_STORE,
		$bench->{huge} ? HUGE_STORE : ());
	my @servers;

	for my $count (@counts) {
		my $server = $bench->server();
		my $group = $bench->{meetings} * $bench->{people};

		$bench->progress("a store with $count check-ins");
		$server->meetings($bench->{meetings}, $bench->{people},
			int(($count + $group - 1) / $group), 'done');
		push @servers, $server;
	}

	return compare($bench, $bench->table('size', 'first, clustered; ratios to the '
		. 'small store'), [ map { "onto $_ check-ins" } @counts ],
		\@servers);
}


sub list {
	my ($bench) = @_;
	my $server = $bench->server(workers => 1, people => LIST_PEOPLE);
	my $list = $server->meetings(1, LIST_PEOPLE, 1, 'done');
	my %pace = (rate => LIST_RATE);

	my $table = $bench->table('list', sprintf('1 worker, %d sign-ins a '
		. 'second, beside %d readers of a list of %d people', LIST_RATE,
		LIST_READERS, LIST_PEOPLE));
	my $alone = $table->row('sign-ins, alone', code => 2000);
	my $beside = $table->row('sign-ins, beside readers', code => 2000);
	my $readers = $table->row('the readers', code => 2000);

	$bench->interleave(
		[ $alone, sub { $bench->first($server, 'clustered', 64, %pace) } ],
		[ $beside, sub {
			my $finish = $server->start_load(
				'/meeting/get_meeting_participation', $list,
				connections => LIST_READERS,
				duration => $bench->{duration} + 0.5, again => 1,
				body => 'read');
			my $result = $bench->first($server, 'clustered', 64, %pace);

			$readers->add($finish->());
			return $result;
		} ],
	);

	$table->note(sprintf('memory of the worker: %.1f MB',
		$server->memory()));
	$server->verify();

	return $server;
}


sub idle {
	my ($bench) = @_;
	my $server = $bench->server(workers => 1);
	my $table = $bench->table('idle', sprintf('1 worker that keeps %d idle '
		. 'connections', IDLE_CONNECTIONS));
	my @steps;

	for my $n (@{$bench->{connections}}) {
		push @steps, [ $table->row("$n: first, clustered", code => 2000),
			sub {
				$bench->first($server, 'clustered', $n,
					idle => IDLE_CONNECTIONS);
			} ];
	}

	$bench->interleave(@steps);

	$table->note(sprintf('most memory of the worker, shared maps left out: '
		. '%.1f MB', $server->memory()));
	$server->verify();

	return $server;
}


1;
