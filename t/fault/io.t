#!/usr/bin/perl

# The n-th write to the store's data file, or the n-th sync of it, fails: EIO,
# ENOSPC, half of it written; once, and for a while.  Then the same with its
# write-ahead log, of which no client sees anything: the store is written.

use warnings;
use strict;

use Errno qw/ EIO ENOSPC /;
use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my @FAULTS = (
	[ 'write with EIO', 'write', EIO ],
	[ 'write with ENOSPC', 'write', ENOSPC ],
	[ 'half write', 'short', 0 ],
	[ 'sync with EIO', 'sync', EIO ],
	[ 'sync with ENOSPC', 'sync', ENOSPC ],
);

# the store is written and synced that often, for the n-th time to come soon

my $t = Meeting::Fault->new(checkpoint => '5ms');

# commits fail: the log has to tell, in these words and no others

$t->allow_log(
	qr/\[crit\].*meeting store: .*: (?:Input\/output error|No space left)/,
	qr/\[crit\].*meeting store: .*: MDB_PANIC/,
	qr/\[crit\].*meeting store ".*" failed, opening it anew/,
);

$t->prepare(meetings => $t->rounds(300, 10_000));
$t->load(rate => $t->rounds(1000, 150));

my @first = (1 .. $t->rounds(5, 200));

for my $fault (@FAULTS) {
	io('data.mdb', @$fault, loss => qr/^http-503$/);
}

for my $fault (@FAULTS) {

	# half a write is followed by the other half

	io('wal.log', @$fault) if $fault->[1] ne 'short';
}

$t->check();
$t->finish();


sub io {
	my ($file, $name, $call, $error, @loss) = @_;

	my %arm = (file => $file, call => $call, error => $error);

	for my $n (@first) {
		$t->fault("$file: $name $n", sub {
			$t->arm(%arm, first => $n);
			ok($t->wait_for(sub { $t->failed() }, 20),
				"$file: $name $n happened");
			$t->disarm();
		}, @loss);
	}

	$t->fault("$file: every $name", sub {
		$t->arm(%arm);
		$t->hold();
		$t->disarm();
	}, @loss);

	return;
}
