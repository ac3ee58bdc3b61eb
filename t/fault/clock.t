#!/usr/bin/perl

# The wall clock jumps by a day, back and forth.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my $t = Meeting::Fault->new();

$t->prepare(meetings => $t->rounds(150, 2000));
$t->load(rate => 800);

my @jumps = map { $_ * 86400 } 1, 0, -1, 1, -1, 0;

for my $round (1 .. $t->rounds(1, 20)) {
	for my $jump (@jumps) {
		$t->fault("clock at $jump s", sub { $t->set_clock($jump) },
			loss => qr/^none$/);
		$t->pause();
	}
}

$t->check();

# Commands that were dated a day ahead make later log-ins date from there, too:
# they must serve all the same.

$t->set_clock(86400);
$t->log_in(2);
$t->set_clock(0);
$t->log_in(3);

my ($again) = Meeting::Load->run($t->port(),
	$t->sign_in("$t->{meetings}[-1]/3"));

is($again->{outcome}, 2000, 'a log-in after the clock was set back');

$t->finish();
