#!/usr/bin/perl

# Everybody is killed in the moment in which answers stand in the write-ahead
# log alone.  meetingctl, by itself, shows them, as do the benchmark's roster
# and the next server.

use warnings;
use strict;

use Errno qw/ ENOSPC /;
use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Meeting::Fault;

for my $point (qw/ after-log published before-checkpoint /) {
	subtest "all killed at $point" => sub { die_at($point) }
		for 1 .. Meeting::Fault->rounds(1, 20);
}

done_testing();


sub die_at {
	my ($point) = @_;

	my $t = Meeting::Fault->new();

	$t->prepare(meetings => 60);
	$t->load(rate => 800);

	$t->fault('all killed', sub {
		$t->pause();
		ok($t->stop_at($point), "a worker stopped at $point");
		kill('KILL', $t->master(), $t->workers());
		$t->stop_load();
	}, reads => 0, writes => 0);

	my @answered = map { $_->{key} }
		grep { $_->{kind} eq 'sign' && $_->{outcome} eq 2000 }
		$t->stop_load();

	my $shown = unwritten($t, $point);

	$t->is_none('tools show it on a disk that they cannot write',
		grep { !$shown->{$_} } @answered);

	cmp_ok(roster_count($t), '>=', @answered, 'what was answered is counted');

	my $stored = $t->stored();

	$t->is_none('what was answered is there',
		grep { !$stored->{$_} } @answered);

	$t->fault('started', sub { $t->start() }, reads => 0, writes => 0);
	$t->check();
	$t->finish();

	return;
}


# Returns the check-ins that a tool sees whose commits fail; verify must be
# clean, and nothing may be written.

sub unwritten {
	my ($t, $point) = @_;

	my %env = map { /^(\w+)=(.*)/s } $t->nginx_env();
	local @ENV{keys %env} = values %env;

	$t->arm(call => 'write', error => ENOSPC);

	my $shown = $t->stored();
	my ($code, undef, $breaches) = $t->ctl_run('verify');
	my ($backup, undef, $why) = $t->ctl_run('backup', $t->store() . '.new');

	# a batch that was just published may have been committed, not logged

	my $behind = $t->failed() > 0;

	ok($behind || $point eq 'published', 'no commit succeeded');
	is($code, 0, 'verify reads the same') or diag($breaches);

	if ($behind) {
		is($backup, 1, 'a backup would lack it');
		like($why, qr/store_full/, 'and says why');
	}

	$t->disarm();

	return $shown;
}


# The check-ins in a copy of the store, as scripts/bench counts them.

sub roster_count {
	my ($t) = @_;

	my $top = "$FindBin::Bin/../..";
	my $copy = $t->store() . '.copy';

	system('make', '-s', '-C', "$top/scripts/bench.d") == 0
		&& system('cp', '-a', '--sparse=always', $t->store(), $copy) == 0
		or die "no copy of the store\n";

	return qx('$top/build/bench/roster' '$copy' count 0) + 0;
}
