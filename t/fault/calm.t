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
	$t->prepare(meetings => 30, crowd => 3000);

	my $app = $t->app()->login('13000000001', 'hf@123456');
	my $long = $app->call('/manage/club_meeting/public_meeting', {
		content => 'long', address => 'a', deadline => int(time()) * 1000,
		need_sign => 1, participation => join(',', 1 .. 3000),
		leader => '1' })->{data}{meeting_id};

	$t->{position} = $t->position();

	my $load = $t->load(rate => 400);

	$t->fault('the disk fails', sub {
		$t->arm(%$fault);
		ok($t->wait_for(sub { $t->failed() }, 10), 'a commit failed');
		$t->pause(0.2);
		$t->stop_load();
	}, reads => 0, writes => 0);

	sleep(1);

	# what was acknowledged stands in the log alone, and is shown all the same

	$t->shows_all($load) for 1 .. 3;
	quick($t, $load);
	whole($app, $long);
	sleep(1);

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


# Many reads share one look at the log.

sub quick {
	my ($t, $load) = @_;

	my ($meeting) = map { split('/', $_->{key}) } grep { $_->{kind} eq 'sign'
		&& $_->{outcome} eq 2000 } $load->events();
	my $began = time();
	my @lists = Meeting::Load->run($t->port(),
		map { $t->read_list($meeting) } 1 .. 300);

	is(scalar(grep { $_->{outcome} ne 2000 } @lists), 0, 'none fails');
	cmp_ok(time() - $began, '<', 5, 'three hundred lists');
	note(sprintf('in %.2f s', time() - $began));

	return;
}


# A list that takes many pieces is put into memory.

sub whole {
	my ($app, $meeting) = @_;

	my $list = $app->call('/meeting/get_meeting_participation',
		{ meeting_id => $meeting });
	my $people = () = $list->{text} =~ /"student_id"/g;

	is($people, 3000, 'a long list is whole');

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
