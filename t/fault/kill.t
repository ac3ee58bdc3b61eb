#!/usr/bin/perl

# kill -9 at random moments: of workers, of the master, of all at once.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my $t = Meeting::Fault->new();

$t->prepare(meetings => $t->rounds(250, 2000));
my $load = $t->load(rate => 1000);

for my $n (1 .. $t->rounds(8, 100)) {
	$t->fault("worker $n killed", sub { kill('KILL', $t->a_worker()) });
	$t->pause();
}

$t->fault('all workers killed', sub { kill('KILL', $t->workers()) },
	reads => 0);
$t->pause();

# The orphans of a killed master go on, and hold the port.  Told to quit they
# finish what they have, and the next master can begin.

for my $n (1 .. $t->rounds(1, 5)) {
	my @orphans = $t->workers();

	$t->fault("master $n killed", sub {
		kill('KILL', $t->master());
		$t->hold();
	});

	$t->fault('an orphan killed', sub { kill('KILL', shift @orphans) });

	$t->fault('restarted', sub {
		kill('QUIT', @orphans);
		ok($t->wait_for(sub { !grep { Meeting::Test::alive($_) } @orphans }),
			'orphans quit');
		$t->start();
	}, reads => 0);
}

$t->check();
$t->finish();
