#!/usr/bin/perl

# A reload every 200 ms, and binary upgrades with both generations alive: no
# request fails.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Fault;

my $t = Meeting::Fault->new();

$t->prepare(meetings => $t->rounds(250, 2000));

# nginx closes idle connections at a reload, and who sends at that moment gets
# no answer from any nginx: so half of the load takes a new one each time

my $fresh = $t->load(rate => 400, close => 1, part => 0, parts => 2);
$t->load(rate => 400, part => 1, parts => 2);

$t->fault('reloads', sub {
	for (1 .. $t->rounds(20, 300)) {
		kill('HUP', $t->master());
		sleep(0.2);
	}
}, loss => qr/^lost$/);

for my $n (1 .. $t->rounds(2, 10)) {
	$t->fault("upgrade $n", sub { upgrade() }, loss => qr/^lost$/);
}

my @events = $t->check(retry => 0);

$t->is_none('no answer was lost', $t->lost_answers(@events));
$t->is_none('no request on a new connection was lost',
	grep { $_->{load} == $fresh && $_->{outcome} eq 'lost' } @events);

$t->finish();


# USR2: a new master beside the old one, each with workers; then the old one
# quits.

sub upgrade {
	my $old = $t->master();

	kill('USR2', $old);

	my $new = $t->wait_for(sub {
		my $pid = $t->master() // $old;
		$pid != $old ? $pid : undef;
	});
	ok($new, 'a new master');

	$t->{pid} = $new;
	ok($t->wait_for(sub { scalar $t->workers() }), 'with workers');

	sleep(0.5);
	kill('QUIT', $old);
	ok($t->wait_for(sub { !Meeting::Test::alive($old) }), 'the old one quit');

	return;
}
