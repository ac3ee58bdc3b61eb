#!/usr/bin/perl

# A batch that was acknowledged from the write-ahead log cannot be committed,
# and no client is there: the retries cost little and fill no log, a reload and
# a quit leave no worker behind, and the batch is there once the disk is well.

use warnings;
use strict;

use Errno qw/ EIO ENOSPC /;
use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Fault;

my $HZ = 100;           # clock ticks a second of /proc
my $WATCH = 4;          # seconds

my %FAULT = (
	'writes with ENOSPC' => { call => 'write', error => ENOSPC },
	'syncs with EIO' => { call => 'sync', error => EIO },
);

for my $name (sort keys %FAULT) {
	subtest $name => sub { calm($FAULT{$name}) };
}

done_testing();


sub calm {
	my ($fault) = @_;

	my $t = Meeting::Fault->new(checkpoint => '5ms');

	$t->allow_log(qr/\[crit\].*meeting store/);
	$t->prepare(meetings => 30);

	my $load = $t->load(rate => 400);

	$t->fault('the disk fails', sub {
		$t->arm(%$fault);
		ok($t->wait_for(sub { $t->failed() }, 10), 'a commit failed');
		$t->pause(0.2);
		$t->stop_load();
	}, reads => 0, writes => 0);

	sleep(2);

	my ($cpu, $lines, $failed) = (cpu($t), lines($t), $t->failed());

	sleep($WATCH);

	$cpu = cpu($t) - $cpu;
	$lines = lines($t) - $lines;
	$failed = $t->failed() - $failed;

	note("in $WATCH s: $cpu ticks, $lines lines, $failed failed calls");
	cmp_ok($cpu, '<', $WATCH * $HZ / 10, 'little of a processor');
	cmp_ok($lines, '<=', 1, 'and a line at most');
	cmp_ok($failed, '>=', 1, 'it was tried again');

	ok($t->reload(), 'a reload leaves no worker behind');

	my $began = time();

	$t->stop();
	cmp_ok(time() - $began, '<', 10, 'nor does a quit');

	$t->disarm();
	$t->fault('started', sub { $t->start() }, reads => 0, writes => 0);
	$t->check();
	$t->finish();

	return;
}


# Processor time of all workers, in ticks.

sub cpu {
	my ($t) = @_;

	my $ticks = 0;

	for my $pid ($t->workers()) {
		my ($rest) = Meeting::Test::slurp("/proc/$pid/stat")
			=~ /\) (.*)/s or next;
		my @field = split(' ', $rest);
		$ticks += $field[11] + $field[12];
	}

	return $ticks;
}


sub lines {
	my ($t) = @_;
	return scalar grep { /\[crit\]/ } split(/\n/, $t->read_file('error.log'));
}
