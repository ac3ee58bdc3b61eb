#!/usr/bin/perl

# The files of the store are removed, moved and mixed up under a load: nothing
# that was acknowledged is lost, nothing of another store is applied, and the
# error log says what happened.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw/ sleep /;

use Meeting::Fault;

# Lines that these faults are meant to make.
my @LINES = (qr/write-ahead log/, qr/wal\.log/, qr/data\.mdb/,
	qr/cannot (?:commit|write)/, qr/batch/);


subtest 'the log is removed' => sub {
	my $t = Meeting::Fault->new();

	$t->prepare(meetings => 40);
	$t->load(rate => 500);

	$t->fault('removed', sub {
		unlink($t->store() . '/wal.log') or die $!;
		sleep(0.5);
	});

	like($t->read_file('error.log'), qr/"wal\.log" was removed or replaced/,
		'the error log says so');
	ok(-s $t->store() . '/wal.log', 'it is there again');

	# Sign-ins that are acknowledged now are in the new file.

	$t->fault('all killed', sub {
		kill('KILL', $t->master(), $t->workers());
	}, reads => 0, writes => 0);
	$t->fault('started', sub { $t->start() });

	$t->allow_log(@LINES);
	$t->check();
	$t->finish();
};


subtest 'the directory is moved away, and back' => sub {
	my $t = Meeting::Fault->new();

	$t->prepare(meetings => 40);
	$t->load(rate => 300);

	$t->fault('moved', sub {
		rename($t->store(), $t->store() . '-away') or die $!;
		sleep(1);
		rename($t->store() . '-away', $t->store()) or die $!;
	}, writes => 5);

	my @said = $t->read_file('error.log') =~ /("data\.mdb" [^\n]*)/g;

	like($said[0] // '', qr/was moved away or replaced/, 'the log says so');
	like($said[-1] // '', qr/is back/, 'and that it is back');
	cmp_ok(scalar(@said), '<', 20, 'in few lines');

	$t->allow_log(@LINES);
	$t->check();
	$t->finish();
};


subtest 'the log of another store' => sub {
	my $mine = Meeting::Fault->new();
	my $other = Meeting::Fault->new();

	for my $t ($mine, $other) {
		$t->prepare(meetings => 20);
		$t->load(rate => 500);
		sleep(0.5);
		$t->pause();
	}

	ok($other->stop_at('published'), 'the other one has a log to apply');
	kill('KILL', $other->master(), $other->workers());

	$_->stop_load() for $mine, $other;
	$mine->stop();

	my $stored = keys %{$mine->stored()};

	system('cp', $other->store() . '/wal.log', $mine->store()) == 0 or die;
	$mine->start();

	like($mine->read_file('error.log'), qr/belongs to another store/,
		'the error log says so');
	ok(-s $mine->store() . '/wal.log.foreign', 'it is kept');
	is(scalar(keys %{$mine->stored()}), $stored, 'nothing of it is applied');
	$mine->verify();

	# One that was set aside before is not replaced.

	$mine->stop();
	system('cp', $other->store() . '/wal.log', $mine->store()) == 0 or die;

	my ($code, undef, $err) = $mine->ctl_run('stat');

	isnt($code, 0, 'another one finds its place taken');
	like($err, qr/"wal\.log\.foreign" is in its way/, 'and is told of');
	unlink($mine->store() . '/wal.log.foreign') or die $!;
	$mine->start();
	$mine->verify();

	$other->start();
	$other->verify();
	$other->stop();

	$mine->allow_log(@LINES);
	$mine->finish();
};

done_testing();
