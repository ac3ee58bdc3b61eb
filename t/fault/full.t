#!/usr/bin/perl

# A full disk, and a full map: writes are rejected, reads go on and lack nothing
# that was acknowledged; once there is room writes are served again.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Errno qw/ ENOSPC /;
use Test::More;

use Meeting::Fault;

my $REFUSED = qr/^http-503$/;
my $LOG = qr/\[crit\].*meeting store: .*: (?:No space left|MDB_MAP_FULL|is low)/;

for my $type (qw/ tmpfs ext4 /) {
	SKIP: {
		my $t = Meeting::Fault->new();
		my $disk = $t->mount($type, 192)
			or skip("no $type can be mounted", 1);

		subtest "a full disk of $type" => sub { full_disk($t, $disk) };
	}
}

SKIP: {
	my $t = Meeting::Fault->new(workers => 40);
	my $disk = $t->mount('tmpfs', 16) or skip('no tmpfs can be mounted', 1);

	subtest 'many workers on a full disk' => sub { many($t, $disk) };
}

subtest 'a full map' => \&full_map;

done_testing();


sub full_disk {
	my ($t, $disk) = @_;

	$t->allow_log($LOG, qr/\[crit\].*meeting store: .*: MDB_PANIC/,
		qr/\[crit\].*meeting store ".*" failed, opening it anew/);

	# the store has a directory of its own, below the file system's

	$t->write_fault_conf(path => "$disk/store");
	$t->prepare(meetings => $t->rounds(300, 2000), crowd => 3000);
	my $load = $t->load(rate => 200, crowd => 3000);

	for my $n (1 .. $t->rounds(2, 8)) {
		my $full;

		$t->fault("disk filled $n", sub {
			$t->pause();
			fill("$disk/filler");
			$full = $t->begin();

			# sign-ins have pages in reserve, meetings have not

			ok($load->wait_for('publish', 'http-503', $full, 20),
				'a meeting was rejected');
			ok($load->wait_for('sign', 2000, time(), 5),
				'people sign in');
			$t->hold();
			$t->shows_all($load);
		}, loss => $REFUSED);

		# who begins now finds the disk full

		$t->fault('a worker killed meanwhile', sub {
			$t->kill_worker();
			$t->hold();
		}, loss => qr/^(?:lost|http-503)$/);

		$t->fault('a reload meanwhile', sub {
			$t->reload();
			$t->hold();
		}, loss => $REFUSED);

		$t->fault('room again', sub {
			unlink("$disk/filler");
			ok($load->wait_for('publish', 2000, time(), 5),
				'a meeting is published');
		}, loss => $REFUSED);
	}

	# Everybody dies with records in the log, on a disk that is full.

	$t->fault('all killed on a full disk', sub {
		$t->pause();
		ok($t->stop_at('before-checkpoint'), 'the log has records');
		fill("$disk/filler");
		kill('KILL', $t->master(), $t->workers());
		$t->stop_load();
	}, reads => 0, writes => 0);

	tools($t);

	unlink("$disk/filler");
	$t->fault('started', sub { $t->start() }, reads => 0, writes => 0);
	$t->check();
	$t->finish();

	return;
}


# Records that are in the log alone are committed to space in reserve.

sub tools {
	my ($t) = @_;

	my @acked = map { $_->{key} }
		grep { $_->{kind} eq 'sign' && $_->{outcome} eq 2000 }
		@{$t->{events}};

	my $to = "$t->{prefix}/backup";

	my ($backup, undef, $why) = $t->ctl_run('backup', $to);
	my ($verify, undef, $breaches) = $t->ctl_run('verify');
	my $stored = $t->stored();

	is($backup, 0, 'a backup to another disk') or diag($why);
	is($verify, 0, 'verify') or diag($breaches);
	$t->is_none('an export shows what was answered',
		grep { !$stored->{$_} } @acked);

	my $copy = qx('$FindBin::Bin/../../build/meetingctl' --store '$to' verify);
	is($?, 0, 'the backup is a store') or diag($copy);

	return;
}


# The lock file is mapped: who comes to need a page of it that the disk has no
# block for is killed by a SIGBUS.

sub many {
	my ($t, $disk) = @_;

	$t->write_fault_conf(path => "$disk/store");
	$t->prepare(meetings => 1, people => 4);
	fill("$disk/filler");

	ok($t->reload(), 'the old ones quit');

	my @read = Meeting::Load->run($t->port(),
		map { $t->read_list($t->{meetings}[0]) } 1 .. 400);

	$t->is_none('the new ones read', grep { $_->{outcome} ne 2000 } @read);
	$t->finish();

	return;
}


sub fill {
	my ($file) = @_;

	open(my $fh, '>', $file) or die "$file: $!\n";

	# the last byte of it

	for my $size (1 << 20, 4096, 1) {
		1 while defined syswrite($fh, "\0" x $size);
		die "$file: $!\n" if $! != ENOSPC;
	}

	return;
}


sub full_map {
	my $t = Meeting::Fault->new();

	$t->allow_log($LOG);
	$t->prepare(meetings => 300);

	# as large as it is, and room for a second of sign-ins

	my $used = $t->ctl('stat')->{file_bytes};

	$t->write_fault_conf(max_size => $used + 256 * 1024);
	$t->reload();

	my $load = $t->load(rate => 1200);

	my $begin = $t->begin();

	$t->fault('map full', sub {
		ok($load->wait_for('sign', 'http-503', $begin, 20),
			'a sign-in was refused');
		$t->begin();
		$t->hold();
	}, writes => 0, loss => $REFUSED);

	$t->fault('a worker killed meanwhile', sub {
		$t->kill_worker();
		$t->hold();
	}, writes => 0);

	$t->fault('a larger map', sub {
		$t->write_fault_conf(max_size => '1g');
		$t->reload();
	});

	$t->check();
	$t->finish();

	return;
}
