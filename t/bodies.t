#!/usr/bin/perl

# Bodies that come slowly, and bodies of clients that are denied: "allow" and
# "deny" are judged before the body is read, and so many bodies as
# meeting_body_per_address says are under way from one address.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Test;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $URI = '/meeting/sign_meeting';

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { worker_connections 300; }
http {
    %%HTTP%%

    log_format meeting '$status $remote_addr $meeting_operation '
                       '$meeting_reason';
    access_log %%PREFIX%%/meeting.log meeting;

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;
        client_max_body_size 8m;

        location / {
            meeting_api weclubs company=1000;
        }

        location /few/ {
            meeting_body_per_address 3;
            meeting_api weclubs company=1000;
        }

        location /denied/ {
            deny all;
            meeting_api weclubs company=1000;
        }

        location /others/ {
            deny 127.0.0.1;
            meeting_api weclubs company=1000;
        }

        location /posts/ {
            limit_except GET { deny all; }
            meeting_api h5yes;
        }

        location /any/ {
            satisfy any;
            deny 127.0.0.1;
            allow all;
            auth_basic "members";
            auth_basic_user_file %%PREFIX%%/passwords;
            meeting_api weclubs company=1000;
        }

        location /asked/ {
            satisfy any;
            deny all;
            auth_request /ask;
            meeting_api weclubs company=1000;
        }

        location /all/ {
            allow 127.0.0.1;
            deny all;
            auth_basic "members";
            auth_basic_user_file %%PREFIX%%/passwords;
            meeting_api weclubs company=1000;
        }

        location = /ask {
            internal;

            if ($http_x_pass) {
                return 204;
            }

            return 403;
        }
    }
}
EOC

$t->write_file('passwords', "ann:{PLAIN}secret\n");
$t->company();
$t->start();

test_denied();
test_satisfy();
test_few();
test_chunked();
test_slow();

$t->finish();


# Begins a body of 8 MB that does not come.  Returns the socket.

sub begin {
	my ($uri, %option) = @_;

	my $s = $t->connect(0, $option{from});
	syswrite($s, join("\r\n", "POST $uri HTTP/1.1", 'Host: localhost',
		$option{length} // 'Content-Length: 8000000',
		@{$option{headers} // []}, '', ''));

	return $s;
}


# The answer before the body has come; "" if there is none.

sub early {
	my ($s, $seconds) = @_;

	return Meeting::Test::read_socket($s, timeout => $seconds // 5,
		done => qr/\r\n\r\n.*\}/s);
}


sub is_early {
	my ($uri, $status, $code, $name, @headers) = @_;

	my $text = early(begin($uri, headers => \@headers));

	like($text, qr/^HTTP\/1\.1 $status /, "$name: before the body");
	like($text, qr/"(?:result_)?code":$code\b/, "$name: in the envelope");

	return $text;
}


# The answer to a request whose body comes with its header.

sub at_once {
	my ($uri) = @_;

	return $t->raw(Meeting::Test::post_text($uri, '{}',
		'Connection: close'));
}


# The body is waited for, and then answered.

sub is_let_in {
	my ($uri, $name, %option) = @_;

	my $s = begin($uri, %option, length => 'Content-Length: 2');

	is(early($s, 0.3), '', "$name: the body is waited for");
	syswrite($s, '{}');
	like(early($s), qr/^HTTP\/1\.1 200 .*"result_code":3002/s,
		"$name: and answered");

	return;
}


sub test_denied {
	is_early("/denied$URI", 403, 3012, 'denied');
	is_early("/others$URI", 403, 3012, 'a denied address');
	is_let_in("/others$URI", 'another address', from => '127.0.0.2');
	is_early('/posts/meeting/api/open/user/list', 403, 403,
		'limit_except');

	is(() = $t->read_file('error.log') =~ /access forbidden by rule/g, 3,
		'each is in the error log once');
	$t->allow_log(qr/access forbidden by rule/);

	return;
}


sub test_satisfy {
	my $right = 'Authorization: Basic YW5uOnNlY3JldA==';
	my $wrong = 'Authorization: Basic YW5uOndyb25n';

	my $text = is_early("/any$URI", 401, 3001, 'satisfy any, no password');
	is(() = $text =~ /^WWW-Authenticate: /mg, 1, 'asked for once');
	is_early("/any$URI", 401, 3001, 'satisfy any, a wrong password', $wrong);
	is_let_in("/any$URI", 'satisfy any, the password',
		headers => [ $right ]);
	is_let_in("/any$URI", 'satisfy any, the address', from => '127.0.0.2');

	is_early("/asked$URI", 403, 3012, 'satisfy any, auth_request says no');
	is_let_in("/asked$URI", 'satisfy any, auth_request says yes',
		headers => [ 'X-Pass: let' ]);

	is_let_in("/all$URI", 'satisfy all', headers => [ $right ]);
	like($t->raw(Meeting::Test::post_text("/all$URI", '{}',
		'Connection: close')), qr/^HTTP\/1\.1 401 /,
		'satisfy all, no password');

	$t->allow_log(qr/user "ann": password mismatch/);

	return;
}


sub test_few {
	my @open = map { begin("/few$URI") } 1 .. 3;
	sleep(0.2);

	is_early("/few$URI", 503, 5000, 'the fourth');
	is_early("/few$URI", 503, 5000, 'the fifth');
	like(at_once("/few$URI"), qr/^HTTP\/1\.1 200 /,
		'a body that comes with its header is answered');
	is_let_in("/few$URI", 'another address', from => '127.0.0.2');
	is(early(begin("/few$URI", length => 'Content-Length: 0')) =~ /^(.*?)\r/
		? $1 : '', 'HTTP/1.1 200 OK', 'no body is not waited for');

	my $text = $t->read_file('error.log');
	is(() = $text =~ /\[warn\].*"meeting_body_per_address": 3 bodies/g, 1,
		'one line in the error log');
	like($t->read_file('meeting.log'), qr/^503 127\.0\.0\.1 - busy$/m,
		'and one for each in the access log');

	close(shift @open);
	my $s;
	ok($t->wait_for(sub {
		$s = begin("/few$URI", length => 'Content-Length: 2');
		return early($s, 0.3) eq '';
	}), 'a client that leaves makes room');
	is_early("/few$URI", 503, 5000, 'for one');

	syswrite($s, '{}');
	like(early($s), qr/^HTTP\/1\.1 200 /, 'this one is answered');
	is_let_in("/few$URI", 'and makes room, too');

	# a connection is open for more requests, but no body is under way

	syswrite($s, "POST /few$URI HTTP/1.1\r\nHost: a\r\n"
		. "Content-Length: 2\r\n\r\n");
	is(early($s, 0.3), '', 'the next body of a connection is counted');
	is_early("/few$URI", 503, 5000, 'so there is no room');
	syswrite($s, '{}');
	like(early($s), qr/^HTTP\/1\.1 200 /, 'the next body is answered');

	return;
}


sub test_chunked {
	sleep(0.2);
	my @open = map { begin("/few$URI",
		length => 'Transfer-Encoding: chunked') } 1 .. 3;

	for (@open) {
		syswrite($_, "1\r\n{\r\n");
	}

	sleep(0.2);
	is_early("/few$URI", 503, 5000, 'beside chunked ones');

	for (@open) {
		syswrite($_, "1\r\n}\r\n0\r\n\r\n");
		like(early($_), qr/^HTTP\/1\.1 200 /, 'a chunked one is answered');
	}

	return;
}


# More slow bodies than the worker has connections: others are served.

sub test_slow {
	my $program = (grep { -x } map { "$_/slowhttptest" }
		split(/:/, $ENV{PATH}))[0];

	SKIP: {
		skip 'slowhttptest is not installed (package slowhttptest)', 3
			if !$program;

		my $pid = fork() // die "fork: $!\n";

		if (!$pid) {
			open(STDOUT, '>', $t->prefix() . '/slow.out');
			open(STDERR, '>&', \*STDOUT);
			exec($program, '-B', qw/ -c 900 -r 300 -i 2 -l 8 -x 10 -p 3/,
				'-s', 100_000, '-u', 'http://127.0.0.1:' . $t->port()
				. $URI) or die "exec: $!\n";
		}

		my ($end, $served, $slowest) = (time() + 7, 0, 0);
		my $failed = 0;

		while (time() < $end) {
			my $start = time();

			at_once($URI) =~ /^HTTP\/1\.1 200 / ? $served++ : $failed++;
			$slowest = time() - $start if time() - $start > $slowest;
			sleep(0.02);
		}

		waitpid($pid, 0);

		is($failed, 0, 'requests beside slow bodies are answered');
		cmp_ok($slowest, '<', 2, "at once, $served of them");
		cmp_ok(scalar(() = $t->read_file('meeting.log') =~ /^503 /mg), '>',
			300, 'most of the slow ones were not');
	}

	return;
}
