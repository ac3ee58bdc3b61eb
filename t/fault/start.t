#!/usr/bin/perl

# A start on a disk in trouble: a full disk and an I/O error never fail it.
# Workers serve reads where they can open the store, and everything once the
# disk is well.  Wrong files fail the start: t/owner.t, t/restore.t.

use warnings;
use strict;

use Errno qw/ EIO ENOSPC /;
use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

my $LOG = qr/\[crit\].*meeting.store.*(?:No space|low on space|Input\/output)/;

SKIP: {
	my $t = Meeting::Fault->new();
	my $disk = $t->mount('tmpfs', 48) or skip('no tmpfs can be mounted', 1);

	subtest 'a full disk' => sub {
		$t->allow_log($LOG);
		$t->write_fault_conf(path => "$disk/store");
		$t->prepare(meetings => 3);

		full($t, $disk);
		unmade($t, $disk);
		$t->finish();
	};
}

subtest 'an I/O error' => \&io_error;

done_testing();


sub is_read {
	my ($t, $what) = @_;

	my ($list) = Meeting::Load->run($t->port(),
		$t->read_list($t->{meetings}[0]));

	return is($list->{outcome}, 2000, $what);
}


sub is_signed {
	my ($t, $user, $what) = @_;

	my ($event) = Meeting::Load->run($t->port(),
		$t->sign_in("$t->{meetings}[0]/$user"));

	return is($event->{outcome}, 2000, $what);
}


# Each worker opens the store by itself: one that has not yet answers 503.

sub is_signed_soon {
	my ($t, $user, $what) = @_;

	return ok($t->wait_for(sub {
		my ($e) = Meeting::Load->run($t->port(),
			$t->sign_in("$t->{meetings}[0]/$user"));
		return $e->{outcome} eq 2000;
	}, 10), $what);
}


sub full {
	my ($t, $disk) = @_;

	is_signed($t, 2, 'signed in before');
	$t->stop();
	fill("$disk/filler");
	$t->start();

	is_read($t, 'reads are served');
	is_signed($t, 3, 'as are sign-ins');

	$t->stop();
	unlink("$disk/filler") or die $!;

	return;
}


# As in a store that was copied: lock file and words are made at the start.

sub unmade {
	my ($t, $disk) = @_;

	my $store = $t->store();

	unlink("$store/lock.mdb", "$store/wal.lock") == 2 or die $!;
	fill("$disk/filler");
	$t->start();

	like($t->read_file('error.log'), qr/\[crit\].*No space left/,
		'it started, and says what is wrong');

	my ($list) = Meeting::Load->run($t->port(),
		$t->read_list($t->{meetings}[0]));

	is($list->{outcome}, 'http-503', 'no worker has the store');
	unlike($t->read_file('error.log'), qr/exited on signal/,
		'but none dies of it');

	unlink("$disk/filler") or die $!;

	ok($t->wait_for(sub {
		my ($e) = Meeting::Load->run($t->port(),
			$t->read_list($t->{meetings}[0]));
		return $e->{outcome} eq 2000;
	}, 10), 'with space it is opened');
	is_signed_soon($t, 4, 'and written');

	return;
}


sub io_error {
	my $t = Meeting::Fault->new();

	$t->allow_log($LOG, qr/\[warn\].*Input\/output error/);
	$t->prepare(meetings => 3);
	$t->stop();

	$t->arm(call => 'read', error => EIO);
	$t->start();
	cmp_ok($t->failed(), '>', 0, 'the store could not be read');

	$t->disarm();

	ok($t->wait_for(sub {
		my ($e) = Meeting::Load->run($t->port(),
			$t->read_list($t->{meetings}[0]));
		return $e->{outcome} eq 2000;
	}, 10), 'once it can, it is opened');
	is_signed_soon($t, 2, 'and written');

	$t->finish();

	return;
}


sub fill {
	my ($file) = @_;

	open(my $fh, '>', $file) or die "$file: $!\n";

	for my $size (1 << 20, 4096, 1) {
		1 while defined syswrite($fh, "\0" x $size);
		die "$file: $!\n" if $! != ENOSPC;
	}

	return;
}
