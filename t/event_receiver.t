#!/usr/bin/perl

# The receiver of src/event/README.md, as it stands there, against a real
# server.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Receiver;
use Meeting::Test;
use POSIX ();
use Test::More;

my $node = Meeting::Receiver::node();
plan(skip_all => 'no Node.js') unless $node;


my $t = Meeting::Test->new();

open(my $in, '<:raw', "$Meeting::Test::TOP/src/event/README.md") or die $!;
my ($source) = do { local $/; <$in> } =~ /^```js\n(.*?)^```/ms;

ok($source, 'the document has a receiver');
cmp_ok(() = $source =~ /\n/g, '<', 70, 'in a few lines');

my $file = $t->write_file('receiver.js', $source);
my $keys = $t->prefix() . '/keys.json';
my $log = $t->prefix() . '/events';
my $port = $t->port(9);
my $pid;


sub start {
	$pid = fork() // die "fork: $!";

	if ($pid == 0) {
		open(STDOUT, '>>', $log);
		exec($node, $file, $port, $keys) or POSIX::_exit(127);
	}

	$t->wait_for(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $port) }) or die "the receiver did not start\n";

	return;
}


sub stop {
	kill('KILL', $pid);
	waitpid($pid, 0);
	return;
}


sub received {
	return map { JSON::PP::decode_json($_) }
		$t->read_file('events') =~ /^(.*)\n/mg;
}


sub wait_for_events {
	my ($n) = @_;
	$t->wait_for(sub { received() >= $n }, 20);
	return map { "$_->{seq} $_->{event_type}" } received();
}


$t->write_default_conf(http => 'meeting_event_private on;',
	server => 'location /meeting/api/ { meeting_api h5yes; }');

$t->company();
my $credential = $t->ctl('credential', 'add');
$t->start();
start();

my ($code, undef, $err) = $t->run('sh', '-c', 'exec "$@" > "$0"', $keys,
	$t->{ctl}, '--store', $t->store(), 'event', 'set', '--allow-private',
	'--url', "http://127.0.0.1:$port/");
is("$code$err", '0', 'it shows that it has the keys');

my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	$credential);

is($app->call('dept/add', { name => '研发部' })->{code}, 10000, 'a change');
is_deeply([ wait_for_events(1) ], [ '1 dept_add' ], 'is received');
is(([ received() ]->[0]{value}[0]{name}), "\x{7814}\x{53d1}\x{90e8}",
	'and understood');

# Once its answer is known, too: else the first one would come again.

ok($t->wait_for(sub { $t->ctl('event', 'show')->{pending} == 0 }),
	'and answered');
stop();
is($app->call('user/add', { name => "N$_", account => "a$_" })->{code},
	10000, 'another while it is down') for 1 .. 3;
start();

is_deeply([ wait_for_events(4) ],
	[ '1 dept_add', map { "$_ user_add" } 2 .. 4 ],
	'is received when it is there again');

# Not with the wrong keys.

my $right = $t->read_file('keys.json');
$t->write_file('keys.json', $right =~ s/("token":")./$1-/r);
$app->call('user/add', { name => 'N5', account => 'a5' });
my $failures = $t->ctl('event', 'show')->{failures};
$t->wait_for(sub { $t->ctl('event', 'show')->{failures} > $failures });
like($t->ctl('event', 'show')->{error}, qr/HTTP status 400/,
	'it refuses what is not signed with its token');
is(scalar(received()), 4, 'and takes none of it');
$t->write_file('keys.json', $right);
is([ wait_for_events(5) ]->[-1], '5 user_add', 'until it is');

stop();
$t->finish();
