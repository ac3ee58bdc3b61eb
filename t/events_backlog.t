#!/usr/bin/perl

# A receiver that was away: all that waits comes at once, over one connection,
# as fast as it answers, and takes no memory while it waits.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use POSIX ();
use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

my $EVENTS = $ENV{MEETING_TEST_LONG} ? 10000 : 2000;
my $PEOPLE = 2000;
my $LARGE = 60;

# that a receiver takes to answer, seconds
my $TAKES = 0.005;

# more memory of a worker, KB: a message of 2000 people takes a few MB
my $MORE = 48 * 1024;


my $t = Meeting::Test->new();

$t->write_h5yes_conf('meeting_event_private on; client_max_body_size 16m;');
$t->company();

my $first = Meeting::Receiver->new($t);
my $app = $first->app();
my ($code, undef, $err) = $first->subscribe();

is("$code$err", '0', 'subscribed');

# one that is fast, in its place

$first->stop();
my $receiver = receiver();

test_many();
test_large();
test_huge();

kill('KILL', $receiver);
waitpid($receiver, 0);
$t->verify();
$t->finish();


# Says "success", after its time; notes each connection, and each message with
# its length, in a file.

sub receiver {
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
		LocalPort => $t->port(9), Listen => 16, ReuseAddr => 1)
		or die "$!\n";
	my $pid = fork() // die "fork: $!\n";

	return $pid if $pid;

	open(my $log, '>>', $t->prefix() . '/received') or POSIX::_exit(1);
	$log->autoflush(1);
	$SIG{CHLD} = 'IGNORE';

	while (my $s = $listener->accept()) {
		print {$log} "connection\n";
		next if fork();

		my $text = '';

		while (sysread($s, $text, 1 << 20, length($text))) {
			$text =~ /\A(.*?Content-Length: (\d+).*?\r\n\r\n)/s or next;
			my $size = length($1) + $2;
			next if length($text) < $size;

			substr($text, 0, $size) = '';
			sleep($TAKES);
			print {$log} "message $size\n";
			syswrite($s, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
				. 'success');
		}

		POSIX::_exit(0);
	}

	POSIX::_exit(0);
}


sub received {
	my ($what) = @_;
	return scalar(() = $t->read_file('received') =~ /^$what/mg);
}


sub show { return $t->ctl('event', 'show') }


# The most memory that a worker has taken, KB.

sub memory {
	my ($kb) = sort { $b <=> $a } map {
		Meeting::Test::slurp("/proc/$_/status") =~ /^VmHWM:\s+(\d+)/m
	} $t->workers();

	return $kb;
}


# AddressSanitizer keeps what is freed for a while.

sub is_bounded {
	my ($kb) = @_;

	SKIP: {
		skip 'not with AddressSanitizer', 1 if $ENV{MEETING_SANITIZE};
		cmp_ok($kb, '<', $MORE, "in $kb KB more");
	}

	return;
}


sub test_many {
	$t->ctl('event', 'pause');
	$t->start();

	for my $n (1 .. $EVENTS) {
		my $answer = $app->call('user/add', { id => "$n",
			name => "person $n", account => "u$n" });
		die $answer->{text} if $answer->{code} != 10000;
	}

	is(show()->{pending}, $EVENTS, "$EVENTS events wait");

	my $memory = memory();
	my $connections = received('connection');
	my $messages = received('message');
	my $time = time();

	$t->ctl('event', 'resume');
	$t->wait_for(sub { received('message') - $messages >= $EVENTS }, 300);
	$time = time() - $time;

	is(received('message') - $messages, $EVENTS, 'all are delivered');
	cmp_ok($time, '<', $EVENTS * $TAKES * 5, sprintf('in %.1f s: %.2f ms for '
		. 'each, of which the receiver takes 5', $time,
		1000 * $time / $EVENTS));
	is(received('connection') - $connections, 1, 'over one connection');

	$t->wait_for(sub { show()->{pending} == 0 });
	is(show()->{pending}, 0, 'and known to be');

	$memory = memory() - $memory;
	is_bounded($memory);

	return;
}


# Messages of a meeting with many people, which would be large together.

sub test_large {
	$app->call('room/add', { id => 'hall', name => 'hall' });

	my $begin = (int(time() / 86400) + 2) * 86400000;
	my $answer = $app->call('meeting/book', { roomId => 'hall', speaker => 'x',
		subject => 'all of us', beginTime => $begin,
		endTime => $begin + 3600000, createdId => '1',
		attendances => [ map { { userId => "$_" } } 1 .. $PEOPLE ] });
	is($answer->{code}, 10000, "a meeting of $PEOPLE") or diag($answer->{msg});
	$t->wait_for(sub { show()->{pending} == 0 });

	$t->ctl('event', 'pause');

	for my $n (1 .. $LARGE) {
		$answer = $app->call('meeting/update', { id => $answer->{value}{id},
			subject => "change $n" });
		die $answer->{text} if $answer->{code} != 10000;
	}

	is(show()->{pending}, $LARGE, "$LARGE changes wait");

	my $memory = memory();
	$t->ctl('event', 'resume');
	$t->wait_for(sub { show()->{pending} == 0 }, 60);
	is(show()->{pending}, 0, 'they are delivered');

	my @sizes = sort { $a <=> $b }
		$t->read_file('received') =~ /^message (\d+)/mg;
	cmp_ok($sizes[-1] * $LARGE, '>', $MORE * 1024 / 2, "up to $sizes[-1] "
		. 'bytes each');

	$memory = memory() - $memory;
	is_bounded($memory);

	return;
}


# The message of the largest meeting that was taken is sent like any other.

sub test_huge {
	my $person = '{"userId":"","name":"' . "\xe4\xb8\xad" x 100 . '"}';
	my $begin = (int(time() / 86400) + 3) * 86400000;
	my $messages = received('message');

	my $answer = $app->call('meeting/book', [ [ roomId => '"hall"' ],
		[ speaker => '"x"' ], [ subject => '"everybody"' ],
		[ beginTime => $begin ], [ endTime => $begin + 3600000 ],
		[ createdId => '"1"' ], [ attendances =>
			'[' . join(',', ($person) x (10 * $PEOPLE)) . ']' ] ]);
	is($answer->{code}, 10000, 'a meeting of 20000') or diag($answer->{msg});

	$app->call('room/add', { id => 'next', name => 'next' });
	$t->wait_for(sub { received('message') - $messages >= 2 }, 60);
	is(received('message') - $messages, 2, 'is told, and what came after it');

	my ($size) = sort { $b <=> $a }
		$t->read_file('received') =~ /^message (\d+)/mg;
	cmp_ok($size, '>', 20_000_000, "in $size bytes");

	return;
}
