#!/usr/bin/perl

# Request bodies, however they come: at once, byte by byte, in chunks, through
# a temporary file, pipelined, over HTTP/2; and those that are refused.
#
# The signature covers all of the body's data: an answer other than "bad
# signature" shows that the body arrived whole.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H2;
use Meeting::Test;
use Test::More;


my $URI = '/meeting/sign_meeting';
my $ARRIVED = 3010;         # token not valid: after the signature was checked
my $EMPTY = 3002;

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC');
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;
    client_max_body_size 2m;
    large_client_header_buffers 4 16k;

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT_1%% http2;
        client_body_timeout 2s;

        location / {
            meeting_api weclubs;
        }

        location /file/ {
            client_body_in_file_only clean;
            meeting_api weclubs;
        }

        location /small/ {
            client_body_buffer_size 1k;
            meeting_api weclubs;
        }

        location /rewritten/ {
            rewrite ^/rewritten(/.*)$ $1 last;
        }

        location /twice/ {
            meeting_api weclubs;
            rewrite ^/twice(/.*)$ $1 last;
        }

        location /if/ {
            if ($http_x_test) {
                set $seen 1;
            }
            meeting_api weclubs;
        }
    }
}
EOC

$t->company();
$t->start();


# An envelope whose data has `size` more bytes.

sub body {
	my ($size) = @_;

	return $t->app()->envelope({
		user_id => 1, token => 'x', meeting_id => 1, leader_id => 1,
		create_date => 1, pad => 'p' x ($size // 0)
	});
}


sub codes {
	my ($text) = @_;
	return join(' ', $text =~ /"result_code":(\d+)/g);
}


sub chunked {
	my ($body, $size) = @_;
	my $text = '';

	while (length($body)) {
		my $part = substr($body, 0, $size, '');
		$text .= sprintf("%x;ext=\"a\\\"b\"\r\n%s\r\n", length($part), $part);
	}

	return $text . "0\r\nTrailer: x\r\n\r\n";
}


sub head {
	my ($uri, @headers) = @_;
	return join("\r\n", "POST $uri HTTP/1.1", 'Host: a', @headers, '', '');
}


# By length.

for my $size (0, 100, 1000, 9000, 17000, 300_000, 1_500_000) {
	for my $prefix ('', '/file', '/small', '/rewritten', '/twice', '/if') {
		my $answer = $t->post("$prefix$URI", body($size));
		is($answer->{json}{result_code}, $ARRIVED,
			"$size more bytes to $prefix$URI");
	}
}

is($t->post($URI, '')->{json}{result_code}, $EMPTY, 'an empty body');
is($t->request('POST', $URI)->{json}{result_code}, $EMPTY, 'no body');


# In pieces.

my $body = body(0);

for my $prefix ('', '/file', '/small') {
	my $text = Meeting::Test::post_text("$prefix$URI", $body,
		'Connection: close');

	is(codes($t->raw([ split(//, $text) ])), $ARRIVED,
		"byte by byte to $prefix$URI");

	is(codes($t->raw([ head("$prefix$URI", 'Content-Length: '
		. length($body), 'Connection: close'),
		unpack('(a100)*', $body) ], pause => 0.01)), $ARRIVED,
		"slowly to $prefix$URI");

	for my $size (1, 7, 4096) {
		is(codes($t->raw(head("$prefix$URI", 'Transfer-Encoding: chunked',
			'Connection: close') . chunked($body, $size))), $ARRIVED,
			"in chunks of $size to $prefix$URI");
	}

	is(codes($t->raw(head("$prefix$URI", 'Transfer-Encoding: chunked',
		'Connection: close') . chunked(body(200_000), 1000))), $ARRIVED,
		"many chunks to $prefix$URI");
}

is(codes($t->raw([ head($URI, 'Transfer-Encoding: chunked',
	'Connection: close'), split(//, chunked($body, 50)) ])), $ARRIVED,
	'chunks byte by byte');


# Pipelined and kept alive.

my $one = Meeting::Test::post_text($URI, $body);
my $last = Meeting::Test::post_text($URI, $body, 'Connection: close');

is(codes($t->raw($one x 9 . $last)), join(' ', ($ARRIVED) x 10),
	'ten pipelined requests');
is(codes($t->raw([ unpack('(a333)*', $one x 4 . $last) ], pause => 0.001)),
	join(' ', ($ARRIVED) x 5), 'five, cut anywhere');

my $empty = Meeting::Test::post_text($URI, '');
my $unknown = Meeting::Test::post_text('/no/such', $body);
my $get = "GET $URI HTTP/1.1\r\nHost: a\r\n\r\n";

is(codes($t->raw($empty . $unknown . $get . $one . $last)),
	"$EMPTY 3101 3100 $ARRIVED $ARRIVED",
	'others after refusals on the same connection');

my $big = Meeting::Test::post_text("/small$URI", body(5000));

is(codes($t->raw($big . $one . $big . $last)), join(' ', ($ARRIVED) x 4),
	'bodies from a file and not, in turns');


# Expect.

my $s = $t->connect();
my $got = $t->raw(head($URI, 'Content-Length: ' . length($body),
	'Expect: 100-continue', 'Connection: close'), socket => $s,
	done => qr/\r\n\r\n/);
like($got, qr/^HTTP\/1\.1 100 Continue/, 'asked to go on');
is(codes($t->raw($body, socket => $s)), $ARRIVED, 'and answered');


# HTTP/1.0, HEAD and GET.

like($t->raw("POST $URI HTTP/1.0\r\nContent-Length: " . length($body)
	. "\r\n\r\n$body"), qr/^HTTP\/1\.1 200.*Connection: close.*$ARRIVED/s,
	'HTTP/1.0');

my $answer = $t->get($URI);
is($answer->{status}, 405, 'GET of a POST address');
is($answer->{headers}{allow}, 'POST', 'with what is allowed');
is($answer->{json}{result_code}, 3100, 'and the code');

like($t->raw("HEAD $URI HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
	qr/^HTTP\/1\.1 405 (?:(?!\r\n\r\n).)*\r\n\r\n\z/s, 'HEAD has no body');

is($t->request('PUT', $URI, $body)->{status}, 405, 'PUT');
is($t->request('BREW', $URI, $body)->{status}, 405, 'an unknown method');


# Bodies that are rejected.

my $length = length($body);

like($t->raw(head($URI, "Content-Length: $length", 'Content-Length: 1')
	. $body), qr/^HTTP\/1\.1 400/, 'two lengths');
like($t->raw(head($URI, "Content-Length: $length",
	'Transfer-Encoding: chunked') . chunked($body, 50)),
	qr/^HTTP\/1\.1 400/, 'a length and chunks');
like($t->raw(head($URI, 'Transfer-Encoding: gzip, chunked') . $body),
	qr/^HTTP\/1\.1 (?:400|501)/, 'another coding');

for my $bad ('-1', '+1', '0x10', '1e3', '1 1', '99999999999999999999') {
	like($t->raw(head($URI, "Content-Length: $bad") . $body),
		qr/^HTTP\/1\.1 400/, "length $bad");
}

$got = $t->raw(head($URI, 'Transfer-Encoding: chunked') . "zz\r\n$body");
like($got, qr/^HTTP\/1\.1 400/, 'a chunk size that is none');
is(codes($got), 3001, 'in the envelope');

$got = $t->raw(head($URI, 'Content-Length: 3000000') . $body, timeout => 3,
	done => qr/\}\z/);
like($got, qr/^HTTP\/1\.1 413/, 'too large, by length');
is(codes($got), 3001, 'in the envelope');

$got = $t->raw(head($URI, 'Transfer-Encoding: chunked')
	. chunked('x' x 2_200_000, 65536), timeout => 5);
like($got, qr/^HTTP\/1\.1 413/, 'too large, in chunks');

$got = $t->raw(head($URI, "Content-Length: $length") . substr($body, 0, 50),
	timeout => 6);
is($got, '', 'a body that stops is dropped after client_body_timeout');


# HTTP/2.

SKIP: {
	my $file = $t->write_file('tmp/body', $body);
	my $large = $t->write_file('tmp/large', body(300_000));
	my $base = 'http://127.0.0.1:' . $t->port(1);

	my @curl = ('curl', '-s', '--max-time', '10',
		'--http2-prior-knowledge');

	my ($code, $out) = $t->run('curl', '--version');
	skip('no curl with HTTP/2', 1) if $code || $out !~ /HTTP2/;

	for my $prefix ('', '/file', '/small') {
		for my $from ($file, $large) {
			(undef, $out) = $t->run(@curl, '--data-binary',
				"\@$from", "$base$prefix$URI");
			is(codes($out), $ARRIVED, "HTTP/2: $from to $prefix$URI");

			(undef, $out) = $t->run(@curl, '-H',
				'Content-Length:', '-H', 'Expect:',
				'-T', $from, '-X', 'POST', "$base$prefix$URI");
			is(codes($out), $ARRIVED, 'HTTP/2: without a length');
		}
	}

	(undef, $out) = $t->run(@curl, '-o', '/dev/null', '-w',
		'%{http_code}', "$base$URI");
	is($out, 405, 'HTTP/2: GET');
}

my $h2 = Meeting::H2->new($t->connect(1));
my (@streams, @frames);

for my $i (0 .. 9) {
	my ($stream, @of) = $h2->post_frames($URI, $body, 50);
	push @streams, $stream;
	push @{$frames[$_]}, $of[$_] for 0 .. $#of;
}

$h2->put(join('', map { @$_ } @frames));
$h2->read_until(sub { keys %{$h2->{ended}} == 10 });
is(join(' ', map { codes($h2->{data}{$_} // '') } @streams),
	join(' ', ($ARRIVED) x 10), 'HTTP/2: ten streams, frames in turns');


# Nothing is left behind.

is(join(' ', glob($t->prefix() . '/tmp/client_body/*')), '',
	'no temporary file stays');

$t->finish();
