#!/usr/bin/perl

# A power cut: the file system shuts down without writing anything more, all
# processes are gone, and after the file system's own recovery nginx starts.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Fcntl qw/ O_RDONLY O_DIRECTORY /;
use Test::More;

use Meeting::Fault;

# _IOR('X', 125, __u32), and the flag for "without flushing the log"
my $FS_IOC_SHUTDOWN = 0x8004587d;
my $NO_LOG_FLUSH = 2;

my $t = Meeting::Fault->new();
my $disk = $t->mount('ext4', 64)
	or plan(skip_all => 'no file system can be mounted on a loop device');

$t->write_fault_conf(path => "$disk/store");
$t->prepare(meetings => $t->rounds(150, 1500));
$t->load(rate => 800);

for my $n (1 .. $t->rounds(4, 60)) {
	$t->pause();
	$t->fault("power cut $n", sub { cut_power() }, reads => 0);
}

$t->check();
$t->finish();


sub cut_power {
	my @pids = ($t->master(), $t->workers());

	# nobody may see what comes of the file system

	kill('STOP', @pids);
	$t->wait_for(sub { !grep { !Meeting::Machine::is_stopped($_) } @pids });

	sysopen(my $fh, $disk, O_RDONLY | O_DIRECTORY) or die "$disk: $!\n";
	my $flags = pack('L', $NO_LOG_FLUSH);
	ioctl($fh, $FS_IOC_SHUTDOWN, $flags) or die "shutdown: $!\n";
	close($fh);

	kill('KILL', @pids);
	ok($t->wait_for(sub { !$t->processes() }), 'all processes are gone');

	ok($t->unmount($disk) && $t->remount($disk), 'the disk is back');
	$t->start();

	return;
}
