#!/usr/bin/perl

# Passwords are hashed by half of the processors at most, over all workers; and
# the others go on when one that hashes is killed.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use POSIX ();
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Test;


my $USERS = 40;
my $TICKS = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my $PROCESSORS = () = Meeting::Test::slurp('/proc/cpuinfo') =~ /^processor/mg;
my $AT_A_TIME = $PROCESSORS > 1 ? int($PROCESSORS / 2) : 1;

my $t = Meeting::Test->new();

$t->write_h5yes_conf('    meeting_threads 4;');
$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);


# A user with a password of his own is on his way to being added.

sub add {
	my ($id) = @_;
	my $s = $t->connect();

	syswrite($s, Meeting::Test::post_text('/meeting/api/open/user/add'
		. '?access_token=' . $app->token(), JSON::PP->new()->encode({
			id => $id, name => $id, account => $id,
			password => "of $id" })));

	return $s;
}


# Seconds of processor time that the workers have taken.

sub cpu {
	my $ticks = 0;

	for my $pid ($t->workers()) {
		my @number = split ' ', (Meeting::Test::slurp("/proc/$pid/stat")
			=~ /\) (.*)/)[0];
		$ticks += $number[11] + $number[12];
	}

	return $ticks / $TICKS;
}


$app->token();

my ($cpu, $time) = (cpu(), time());
my @sockets = map { add("user$_") } 1 .. $USERS;

my @added = grep {
	Meeting::Test::read_socket($_, done => qr/\}\s*\z/, timeout => 60)
		=~ /"code":10000/
} @sockets;

($cpu, $time) = (cpu() - $cpu, time() - $time);

is(scalar(@added), $USERS, 'all are added');
cmp_ok($cpu / $time, '<', $AT_A_TIME + 0.5, sprintf('%d processors: %.1f s of '
	. 'them in %.1f s', $PROCESSORS, $cpu, $time));

# whoever is killed holds the gate, more likely than not

for my $round (1 .. 3) {
	@sockets = map { add("round$round.$_") } 1 .. 12;
	sleep(0.1);
	ok($t->kill_worker(), 'a worker is killed');

	$time = time();
	is($app->call('user/add', { id => "after$round", name => 'after',
		account => "after$round", password => 'x' })->{code}, 10000,
		'another one hashes');
	cmp_ok(time() - $time, '<', 10, 'soon');
}

undef @sockets;
$t->allow_log(qr/exited on signal 9/);
$t->finish();
