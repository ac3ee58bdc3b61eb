#!/usr/bin/perl

# Events while workers that deliver them are killed, reloaded, restarted:
# nothing is lost, nothing is sent again without need.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use POSIX ();
use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

my $ROUNDS = $ENV{MEETING_TEST_LONG} ? 20 : 3;

# what a dead worker may have sent and not told of
my $UNTOLD = 128;


my $t = Meeting::Test->new();

$t->write_h5yes_conf('meeting_event_private on;');
$t->allow_log(qr/exited on signal 9/);
$t->company();

my $credential = $t->ctl('credential', 'add');
my $receiver = Meeting::Receiver->new($t);
my ($code, undef, $err) = $receiver->subscribe();

is("$code$err", '0', 'subscribed');
$receiver->mode('soon');
$t->start();

my $began = time();
my $load = load();
my $repeats = 0;

for my $n (1 .. $ROUNDS) {
	pause();
	$t->reload();
	pause();
	is(repeats(), $repeats, "reload $n: nothing was sent twice");

	killed("worker $n killed", deliverer());
}

{
	my @orphans = $t->workers();

	kill('KILL', $t->{pid});
	pause();
	killed('an orphan killed', deliverer());

	kill('QUIT', grep { Meeting::Test::alive($_) } @orphans);
	ok($t->wait_for(sub { !grep { Meeting::Test::alive($_) } @orphans }),
		'the others quit');
	$t->start();
	pause();
}

$repeats = repeats();
$t->stop();
$t->start();
pause();
is(repeats(), $repeats, 'restarted: nothing was sent twice');

kill('TERM', $load);
waitpid($load, 0);

my $show;
$t->wait_for(sub { ($show = $t->ctl('event', 'show'))->{pending} == 0 }, 60);

is($show->{pending}, 0, 'all is delivered');
cmp_ok($show->{raised}, '>', 20, "$show->{raised} events");
is($show->{set_aside}, 0, 'nothing was given up');

my ($next, $wrong) = (1, 0);

for my $event (map { $_->{event} // () } $receiver->requests()) {
	my $seq = $event->{seq} // next;
	$wrong++ if $seq > $next;
	$next++ if $seq == $next;
}

is($next - 1, $show->{raised}, 'all of it was received');
is($wrong, 0, 'in order');

$receiver->stop();
$t->verify();
$t->finish();


# Adds users, less than a hundred a second, until it is stopped.

sub load {
	my $pid = fork() // die "fork: $!\n";
	return $pid if $pid;

	$receiver->{owner} = 0;

	my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
		%$credential);

	for (my $n = 1; ; $n++) {
		my $answer = eval { $app->call('user/add',
			{ name => "n$n", account => "a$n" }) };
		sleep(0.01);
	}

	POSIX::_exit(0);
}


# Until some more has been received.

sub pause {
	my $n = $receiver->count();

	ok($t->wait_for(sub { $receiver->count() > $n + 50 }, 30),
		'more is received');

	return;
}


# The worker that delivers, by what it said last.

sub deliverer {
	my ($pid) = reverse $t->read_file('error.log')
		=~ /\[info\] (\d+)#\d+: this worker runs the meeting store's/g;
	return $pid;
}


# How many messages came more than once.

sub repeats {
	my %seen;
	return scalar grep { $_->{event} && $_->{event}{seq}
		&& $seen{$_->{event}{seq}}++ } $receiver->requests();
}


sub killed {
	my ($name, $pid) = @_;

	ok(Meeting::Test::alive($pid), "$name: was delivering");
	kill('KILL', $pid);
	my $time = time();
	pause();

	isnt(deliverer(), $pid, "$name: another delivers");
	cmp_ok(repeats(), '<=', $repeats + $UNTOLD, "$name: few are sent again");
	$repeats = repeats();

	return;
}
