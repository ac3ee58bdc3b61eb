#!/usr/bin/perl

# A command of which whoever applies it dies: the third time it is given up, and
# writes go on.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/../lib";

use POSIX ();
use Test::More;

use Meeting::Machine;
use Meeting::Weclubs;

my $t = Meeting::Machine->new();

$t->write_default_conf();
$t->company(1000);
$t->import_users({ id => '1', name => 'Ann', account => 'ann' });
$t->start();
$t->allow_log(qr/exited on signal 9/);
$t->allow_log(qr/a command whose combiners died/);

my $ann = Meeting::Weclubs->new(base => 'http://127.0.0.1:' . $t->port(),
	secret => $Meeting::Test::SECRET, caller => 'deadly')
	->login('ann', 'hf@123456');

my $before = $t->ctl('stat')->{position};
my $client = fork() // die "fork: $!\n";

if ($client == 0) {
	sleep(1);
	publish('deadly');
	POSIX::_exit(0);
}

my $pid = $t->stop_at('applied-half');

for my $death (2 .. 3) {
	ok($pid, 'a worker applies it') or last;
	$pid = $t->stop_at('applied-half', $pid, 'KILL');
}

ok($pid, 'a third one') and kill('KILL', $pid);
waitpid($client, 0);

is(publish('other')->{code}, 2000, 'another command is served');
is($t->ctl('stat')->{position}, $before + 1, 'and is the only one');
is($t->get('/status')->{json}{commit}{given_up}, 1, 'it is counted');
like($t->read_file('error.log'), qr/a command whose combiners died/,
	'and the log has it');

is(publish('deadly')->{code}, 2000, 'nothing is held against the next such');

$t->verify();
$t->finish();


sub publish {
	my ($content) = @_;

	return $ann->call('/manage/club_meeting/public_meeting', {
		content => $content, address => 'a', leader => '1', need_sign => 1,
		deadline => (time() + 3600) * 1000, participation => '1' });
}
