#!/usr/bin/perl

# Two servers on one store: each commits its own, both see all; one of two
# sign-ins of a person succeeds; one is killed with all its processes and the
# other goes on.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my $t = Meeting::Fault->new();
my $other = Meeting::Fault->new(path => $t->store());

$t->prepare(meetings => $t->rounds(250, 2000));
$other->start();

my @ports = ($t->port(), $other->port());

$t->load(rate => 1000, ports => \@ports, parts => 2, part => 0);
$t->pause(1);

for my $n (1 .. $t->rounds(3, 30)) {
	$t->fault("a worker of the other killed $n",
		sub { kill('KILL', $other->a_worker()) });
	$t->pause();
}

$t->fault('the other killed', sub {
	kill('KILL', $other->master(), $other->workers());
});
$t->pause();

$t->fault('the other is back', sub { $other->start() });
$t->pause();


# The same person at both, at the same time, as different requests.

my @keys = map { "$t->{meetings}[-1]/$_" } 2 .. $t->{people};
my @rivals = rivals(@keys);

$t->check();

my %won;

$won{$_->{key}}++ for grep { $_->{outcome} eq 2000 } @rivals;

$t->is_none('of two sign-ins of a person one succeeds',
	grep { ($won{$_} // 0) != 1 } @keys);
$t->is_none('and the other is refused',
	grep { $_->{outcome} !~ /^[23]000$/ } @rivals);
$t->is_none('the sign-in is there', grep { !$t->{stored}{$_} } @keys);

is_deeply([ $other->bad_log_lines() ], [], 'nothing bad in the other log');
$other->stop();
$t->finish();


sub rivals {
	my @keys = @_;

	my @lanes = map {
		my ($port, $kind) = @$_;
		my @mine = @keys;
		map {
			{ port => $port, next => sub {
				my $key = shift @mine // return;
				return $t->sign_in($key, $kind);
			} }
		} 1 .. 4;
	} [ $ports[0], 'one' ], [ $ports[1], 'two' ];

	my @events;
	Meeting::Load::drive(sub { return 0 }, sub { push @events, @_ }, @lanes);

	return @events;
}
