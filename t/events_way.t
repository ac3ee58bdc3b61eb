#!/usr/bin/perl

# The way to a receiver, as the directives say: TLS, a proxy, times, how many
# connections; and whether this server goes it at all.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


# in front of the receiver, for TLS
my $FRONT = <<'CONF';
    server {
        listen 127.0.0.1:%%PORT_1%% ssl;
        ssl_certificate server.crt;
        ssl_certificate_key server.key;

        location /events {
            proxy_pass http://127.0.0.1:%%PORT_9%%;
        }
    }
CONF

my $PRIVATE = 'meeting_event_private on;';

my $t = Meeting::Test->new();

make_certificates();
$t->company();

my $receiver = Meeting::Receiver->new($t);

$receiver->app();
subscribed('by HTTP');

test_background();
test_tls();
test_proxy();
test_connections();
test_connect_timeout();
test_retry();
test_end();

$receiver->stop();
$t->verify();
$t->finish();


# A certificate of "localhost", by an authority that nobody knows.

sub make_certificates {
	my $dir = $t->prefix();

	$t->write_file('san', 'subjectAltName=DNS:localhost');

	for my $command (
		"openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=ours"
			. " -keyout $dir/ca.key -out $dir/ca.crt",
		"openssl req -newkey rsa:2048 -nodes -subj /CN=localhost"
			. " -keyout $dir/server.key -out $dir/server.csr",
		"openssl x509 -req -in $dir/server.csr -CA $dir/ca.crt"
			. " -CAkey $dir/ca.key -CAcreateserial -days 9"
			. " -extfile $dir/san -out $dir/server.crt")
	{
		my ($code, undef, $err) = $t->run(split(/ /, $command));
		die "$command: $err" if $code;
	}

	return;
}


sub subscribed {
	my ($name, @args) = @_;
	my ($code, undef, $err) = $receiver->subscribe(@args);

	return is("$code$err", '0', "subscribed $name");
}


# Serves with these directives from now on.

sub with {
	my ($more) = @_;

	$t->write_h5yes_conf("$more\n$FRONT");

	if (!$t->{pid}) {
		$t->start();
		return;
	}

	my @old = $t->workers();
	$t->reload() or die "no reload\n";
	$t->wait_for(sub { !grep { Meeting::Test::alive($_) } @old });

	return;
}


sub show { return $t->ctl('event', 'show') }


sub delivered {
	my ($name) = @_;

	$t->wait_for(sub { show()->{pending} == 0 });

	return is(show()->{pending}, 0, $name);
}


sub fails {
	my ($why, $name) = @_;
	my $failures = show()->{failures};

	$receiver->raise_events(1);
	my $time = time();
	$t->wait_for(sub { show()->{failures} > $failures });
	like(show()->{error}, $why, $name);

	return time() - $time;
}


sub test_background {
	with("meeting_background off; $PRIVATE");
	$receiver->raise_events(2);
	sleep(2.5);
	is(show()->{pending}, 2, 'meeting_background off: events wait');
	is(show()->{failures}, 0, 'and nobody tries');

	with("meeting_background on; $PRIVATE");
	delivered('meeting_background on: they go out');

	return;
}


sub test_tls {
	my $url = 'https://localhost:' . $t->port(1) . '/events';
	my $ca = $t->prefix() . '/ca.crt';

	with("$PRIVATE meeting_event_ca ca.crt;");

	my ($code, undef, $err) = $receiver->subscribe('--url', $url);
	is($code, 1, 'an unknown authority is not trusted');
	like($err, qr/TLS failed/, 'as is said');

	subscribed('by HTTPS', '--url', $url, '--ca-file', $ca);
	$receiver->raise_events(2);
	delivered('meeting_event_ca: by HTTPS');

	with($PRIVATE);
	fails(qr/TLS failed/, 'the system\'s authorities do not know ours');

	with("$PRIVATE meeting_event_ca ca.crt;");
	delivered('meeting_event_ca: and again');

	# a certificate of another name

	my ($sent) = scalar $receiver->requests();
	($code, undef, $err) = $receiver->subscribe('--url',
		$url =~ s/localhost/127.0.0.1/r, '--ca-file', $ca);
	like($err, qr/TLS failed/, 'the name counts');
	is(scalar $receiver->requests(), $sent, 'and nothing is sent');

	return;
}


# The receiver is the proxy: it gets the whole address.

sub test_proxy {
	my $proxy = $receiver->url() =~ s/\/events//r;

	subscribed('through a proxy', '--url', 'http://receiver.example/x',
		'--proxy', $proxy);

	with("meeting_event_proxy $proxy;");
	$receiver->raise_events(2);
	delivered('meeting_event_proxy: by it');
	like(($receiver->requests())[-1]{url},
		qr{^http://receiver\.example/x\?signature=}, 'the whole address');

	with('meeting_event_proxy off;');
	fails(qr/no connection/, 'meeting_event_proxy off: there is no such host');

	subscribed('without one');
	with($PRIVATE);
	delivered('without a proxy');

	return;
}


# One at a time: while a receiver hangs another has to wait for its end.

sub test_connections {
	$t->company(2000);

	my $other = Meeting::Receiver->new($t, company => 2000, n => 8);
	$other->app();
	my ($code) = $other->subscribe();
	is($code, 0, 'another company');

	with("$PRIVATE meeting_event_connections 1; meeting_event_timeout 3s;");

	$receiver->mode('hang');
	my $sent = $receiver->count();
	$receiver->raise_events(1);
	$t->wait_for(sub { $receiver->count() > $sent });
	my $time = time();
	$other->raise_events(1);
	$other->wait_events(1);
	cmp_ok(time() - $time, '>', 2, 'meeting_event_connections 1: one waits');

	$receiver->mode('success');
	delivered('then there is room');
	$other->stop();

	return;
}


# A listener that accepts nobody: its queue is full, connections hang.

sub test_connect_timeout {
	my $full = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
		or die "$!\n";
	my @queue;

	for (1 .. 8) {
		push @queue, IO::Socket::INET->new(PeerAddr => '127.0.0.1',
			PeerPort => $full->sockport(), Blocking => 0);
	}

	my $proxy = 'http://127.0.0.1:' . $full->sockport();
	with("$PRIVATE meeting_event_proxy $proxy;"
		. 'meeting_event_connect_timeout 1s; meeting_event_timeout 60s;');

	my $took = fails(qr/no answer in time/, 'no connection in time');
	cmp_ok($took, '>', 0.7, 'meeting_event_connect_timeout: not before');
	cmp_ok($took, '<', 20, 'nor much later');

	with($PRIVATE);
	delivered('then there is one');

	return;
}


sub test_retry {
	with("$PRIVATE meeting_event_retry 3s;");

	$receiver->mode('status');
	$receiver->raise_events(5);
	my $time = time();
	$t->wait_for(sub { show()->{set_aside} });
	my $took = time() - $time;

	is(show()->{set_aside}, 5, 'meeting_event_retry: set aside');
	is(show()->{pending}, 0, 'all of them');
	cmp_ok($took, '>', 2.5, 'not before its time');

	$receiver->mode('success');
	my $sent = $receiver->requests();
	$receiver->raise_events(1);
	delivered('the next one is sent');
	is($receiver->requests() - $sent, 1, 'alone');

	my @seq = map { $_->{seq} } @{$t->ctl('event', 'list', '--failed')};
	is_deeply($t->ctl('event', 'discard', '--to', $seq[0]),
		{ discarded => 1 }, 'the first one is discarded');
	is_deeply($t->ctl('event', 'redeliver', '--from', $seq[3], '--to',
		$seq[3]), { redelivered => 1 }, 'another is put back');
	delivered('and sent');
	is(show()->{set_aside}, 3, 'but for those not meant');

	is_deeply($t->ctl('event', 'redeliver'), { redelivered => 3 },
		'put back, too');
	delivered('the others');
	is(show()->{set_aside}, 0, 'none is set aside');
	is($receiver->requests() - $sent, 5, 'were sent');

	return;
}


# A process that ends waits a little for open exchanges, not until they time
# out.

sub test_end {
	with("$PRIVATE meeting_event_timeout 60s;");

	for my $signal (qw/ TERM QUIT /) {
		my $sent = $receiver->count();

		$receiver->mode('hang');
		$receiver->raise_events(2);
		$t->wait_for(sub { $receiver->count() > $sent });

		my $time = time();
		$t->stop($signal);
		cmp_ok(time() - $time, '<', 15, "SIG$signal: soon over");

		$receiver->mode('success');
		$t->start();
		delivered("SIG$signal: the next one goes on");
	}

	return;
}
