#!/usr/bin/perl

# Threads that have not ended yet when their worker does: they still use
# libraries that exit() frees, and crashed.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Machine;
use Meeting::Weclubs;

my $t = Meeting::Machine->new();

$t->write_default_conf();
$t->company(1000);
$t->import_users({ id => '1', name => 'Ann', account => 'ann' });
$t->start();
$t->linger(50);

my $app = Meeting::Weclubs->new(base => 'http://127.0.0.1:' . $t->port(),
	secret => $Meeting::Test::SECRET, caller => 'threads');

for my $n (1 .. 5) {
	my @old = $t->workers();

	# a password is checked in a thread

	ok($app->login('ann', 'hf@123456'), "logged in $n times");
	ok($t->reload(), 'a reload');
	ok($t->wait_for(sub { !grep { Meeting::Test::alive($_) } @old }),
		'the old workers ended');
}

$t->finish();
