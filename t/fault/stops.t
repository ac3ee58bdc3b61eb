#!/usr/bin/perl

# kill -9 at each step of a commit.  The process that comes to the step stops
# there, so that others meet it half-way; then it is killed, or goes on.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my @POINTS = qw/
	written claimed begun applied-half applied-all before-log after-log
	before-commit after-commit published-half published before-checkpoint
	after-checkpoint cleared unlocked
/;

my $t = Meeting::Fault->new();
my $rounds = $t->rounds(1, 8);

$t->prepare(meetings => $t->rounds(300, 1200));
$t->load(rate => 800, publish => 2);

for my $round (1 .. $rounds) {
	for my $point (@POINTS) {
		$t->fault("killed at $point", sub {
			my $pid = stop_laden($point);

			ok($pid, "a worker stopped at $point") or return;
			$t->hold();
			kill('KILL', $pid);
		});
	}

	$t->fault('gone on after before-commit', sub {
		my $pid = $t->stop_at('before-commit');

		ok($pid, 'a worker stopped before the commit') or return;
		$t->hold();
		kill('CONT', $pid);
	});
}

$t->check();
$t->finish();


# With commands of all workers in its batch, for it was held up before.

sub stop_laden {
	my ($point) = @_;

	my $pid = $t->stop_at('claimed') or return;

	return $pid if $point eq 'claimed';

	$t->pause(0.05);

	return $t->stop_at($point, $pid);
}
