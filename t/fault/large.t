#!/usr/bin/perl

# Commands that no ring can take are committed in transactions of their own,
# beside the combiners': killed, reloaded and failing with them.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Errno qw/ EIO /;
use Test::More;

use Meeting::Fault;

# names of three bytes and more; half a ring has 16 KB
my $CROWD = 5000;

my $t = Meeting::Fault->new(zone => '4m');

$t->allow_log(
	qr/\[crit\].*meeting store: .*: Input\/output error/,
	qr/\[crit\].*meeting store: .*: MDB_PANIC/,
	qr/\[crit\].*meeting store ".*" failed, opening it anew/,
);

$t->prepare(meetings => $t->rounds(150, 1000), crowd => $CROWD);
my $load = $t->load(rate => 600, crowd => $CROWD);

for my $n (1 .. $t->rounds(4, 40)) {
	$t->fault("a worker killed $n", sub { kill('KILL', $t->a_worker()) });
	$t->pause(0.5);
}

for my $call (qw/ write sync /) {
	for my $n (1 .. $t->rounds(2, 20)) {
		$t->fault("failing $call $n", sub {
			$t->arm(call => $call, error => EIO);
			$t->hold();
			$t->disarm();
		}, loss => qr/^http-503$/);

		ok($load->wait_for('publish', 2000, $t->{began}, 5),
			'crowds are served again');
	}
}

$t->fault('reload', sub { $t->reload() });
$t->pause(1);

my @events = $t->check(retry => 0);
my @crowds = grep { $_->{kind} eq 'publish' && $_->{key} =~ /crowd/
	&& $_->{outcome} eq 2000 } @events;

cmp_ok(scalar @crowds, '>', 3, @crowds . ' crowds');
$t->is_none('no crowd waited long', grep { $_->{done} - $_->{sent} > 5 }
	@crowds);

$t->finish();
