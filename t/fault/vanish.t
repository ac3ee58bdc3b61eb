#!/usr/bin/perl

# Clients that go away while their commit is out: their sign-ins are there or
# not, the others are served, and nothing is left behind.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my $t = Meeting::Fault->new();

$t->prepare(meetings => $t->rounds(250, 2000));

$t->load(rate => 300, parts => 2, part => 0);
$t->load(rate => 2000, parts => 2, part => 1, writers => 40, leave => 0.003);
$t->pause($t->rounds(3, 60));

# with a worker dead in between, and a reload

$t->fault('a worker killed', sub { kill('KILL', $t->a_worker()) });
$t->pause();
$t->fault('a reload', sub { $t->reload() });
$t->pause();

my @left = grep { $_->{kind} eq 'sign' && $_->{outcome} eq 'left' }
	$t->check();

my $there = grep { $t->{stored}{$_->{key}} } @left;

cmp_ok(scalar @left, '>', 100, @left . " left, $there are there");
cmp_ok($there, '>', 0, 'some of them');

my $status = $t->get('/status')->{json};

cmp_ok($status->{clients}{aborted}, '>', 0, 'they were noticed');
is($status->{commit}{queued_bytes}, 0, 'nothing is queued');
is($status->{commit}{held}, 0, 'nothing is held back');

$t->finish();
