package Bench::Events;

# Delivery of events to a receiver: its rate, and that of sign-ins beside it.

use warnings;
use strict;

use Digest::SHA qw/ sha1_hex /;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw/ decode_base64 encode_base64 /;
use POSIX ();
use Time::HiRes qw/ sleep time /;

use Bench::Child;

use constant EVENTS => 10_000;
use constant ANSWERS => 0.005;          # seconds that the receiver takes
use constant RAISERS => 64;             # connections, for raising them
use constant RAISING => 600;            # seconds that it may take
use constant RAISED => 10000;           # answered
use constant PATIENCE => 600;           # seconds, for their delivery


sub scenarios {
	return (events => \&events);
}


sub events {
	my ($bench) = @_;
	my $server = $bench->server(events => 1);
	my $count = $bench->{events} // EVENTS;
	my $n = $bench->{connections}[0];
	my $table = $bench->table('events', sprintf('%d workers; a receiver that '
		. 'answers in %g ms; %d connections for the sign-ins',
		$server->workers(), ANSWERS * 1e3, $n));
	my $delivery = $table->row('events, one by one', code => 0);
	my $alone = $table->row('sign-ins, alone', code => 2000);
	my $beside = $table->row('sign-ins, beside events', code => 2000,
		base => $alone);

	my $receiver = subscribe($server);

	raise($bench, $server, $count);
	$delivery->add(deliver($server, $receiver, $count));

	# a backlog that lasts for all rounds

	raise($bench, $server, $count);

	$bench->interleave(
		[ $alone, sub { $bench->first($server, 'clustered', $n) } ],
		[ $beside, sub {
			$server->ctl('event', 'resume');
			my $result = $bench->first($server, 'clustered', $n);
			my $left = lag($server);

			$server->ctl('event', 'pause');
			die "scripts/bench: events ran out: more --events\n" if !$left;

			return $result;
		} ],
	);

	$table->note(sprintf('%d events delivered in %.1f s', $count,
		$delivery->{seconds}));

	stop($receiver);
	$server->verify();

	return $server;
}


# Makes a receiver for the company, which is paused.

sub subscribe {
	my ($server) = @_;
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64,
		ReuseAddr => 1) or die "scripts/bench: no free port: $!\n";
	my $receiver = { port => $listen->sockport(),
		keys => "$server->{prefix}/keys" };

	$receiver->{pid} = fork() // die "fork: $!\n";

	if ($receiver->{pid} == 0) {
		$SIG{$_} = 'DEFAULT' for qw/ INT TERM /;
		eval { receive($listen, $receiver->{keys}) };
		POSIX::_exit(1);
	}

	$server->credential();

	# meetingctl prints the keys before it asks the receiver, which needs them

	Bench::Child->run({ output => $receiver->{keys} }, $server->{meetingctl},
		'--store', $server->{store}, qw/ event set --allow-private --url /,
		"http://127.0.0.1:$receiver->{port}/");

	$server->ctl('event', 'pause');

	return $receiver;
}


sub stop {
	my ($receiver) = @_;

	kill('KILL', $receiver->{pid});
	waitpid($receiver->{pid}, 0);
}


# The receiver: one request after the other, each the same answer; a GET tells
# how many others there were.

sub receive {
	my ($listen, $keys) = @_;
	my $select = IO::Select->new($listen);
	my ($count, %buffer, $answer) = (0);

	for ( ;; ) {
		for my $socket ($select->can_read()) {
			if ($socket == $listen) {
				$select->add(my $client = $listen->accept());
				$buffer{$client} = '';
				next;
			}

			if (!sysread($socket, $buffer{$socket}, 1 << 20,
				length($buffer{$socket})))
			{
				delete $buffer{$socket};
				$select->remove($socket);
				close($socket);
				next;
			}

			my $get = $buffer{$socket} =~ /^GET /;
			my $whole = $buffer{$socket} =~ /\r\n\r\n/ ? $+[0] : next;
			my ($length) = $buffer{$socket} =~ /^content-length: *(\d+)/im;

			next if length($buffer{$socket}) < $whole + ($length // 0);

			$buffer{$socket} = '';
			$answer //= sealed($keys);
			select(undef, undef, undef, ANSWERS) if !$get;
			$count++ if !$get;

			my $text = $get ? $count : $answer;
			syswrite($socket, "HTTP/1.1 200 OK\r\nContent-Length: "
				. length($text) . "\r\n\r\n$text");
		}
	}
}


# "success", encrypted and signed.

sub sealed {
	my ($file) = @_;

	open(my $in, '<', $file) or die "$file: $!\n";
	my $keys = decode_json(do { local $/; <$in> });

	my $key = unpack('H*', decode_base64("$keys->{aes_key}="));
	my $text = 'r' x 16 . pack('N/a*', 'success') . $keys->{appkey};
	my $pad = 32 - length($text) % 32;
	my $plain = "$file.plain";

	open(my $out, '>', $plain) or die "$plain: $!\n";
	print {$out} $text, chr($pad) x $pad;
	close($out);

	my $encrypt = encode_base64(Bench::Child->run({}, qw/ openssl enc
		-aes-256-cbc -nopad -K /, $key, '-iv', substr($key, 0, 32), '-in',
		$plain), '');
	my ($time, $nonce) = (int(time() * 1000), 'nonce');

	return encode_json({ encrypt => $encrypt, timeStamp => "$time",
		nonce => $nonce, msg_signature => sha1_hex(join('', sort
			$keys->{token}, $time, $nonce, $encrypt)) });
}


# Raises events, each of which makes a message.

sub raise {
	my ($bench, $server, $count) = @_;

	$bench->progress("$count events");

	my $result = $server->load(
		$server->address('/meeting/api/open/dept/add'),
		$server->requests(map { { name => "Department $_" } } 1 .. $count),
		connections => RAISERS, duration => RAISING, body => 'plain');

	die "scripts/bench: events cannot be raised\n"
		if ($result->{codes}{+RAISED} // 0) != $count;
}


sub lag {
	my ($server) = @_;
	my $status = $server->status();

	return $status ? $status->{subscriptions}[0]{lag_events} : undef;
}


# Waits until all events are delivered.  Dies if the receiver did not get each
# of them.

sub deliver {
	my ($server, $receiver, $count) = @_;
	my ($had, $cpu, $begun) = (had($receiver),
		$server->cpu($server->{master}), time());

	die "scripts/bench: not all events wait\n" if lag($server) != $count;

	$server->ctl('event', 'resume');

	while (lag($server)) {
		die "scripts/bench: events are not delivered\n"
			if time() > $begun + PATIENCE;
		sleep(0.1);
	}

	my $seconds = time() - $begun;

	$cpu = $server->cpu($server->{master}) - $cpu;
	$had = had($receiver) - $had;
	$server->ctl('event', 'pause');

	die "scripts/bench: $had messages were received, of $count\n"
		if $had < $count;

	return { seconds => $seconds, sent => $had, finished => $count,
		cpu => $cpu, codes => { 0 => $count }, latency => [],
		latency_max => 0 };
}


sub had {
	my ($receiver) = @_;

	return HTTP::Tiny->new()->get("http://127.0.0.1:$receiver->{port}/")
		->{content};
}


1;
