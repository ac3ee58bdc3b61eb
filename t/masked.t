#!/usr/bin/perl

# Secrets in logs: requests of each dialect with every secret in the address
# and in the Referer, and each kind of line that nginx itself writes about
# them.  $meeting_request and the error log show none of them.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H2;
use Meeting::Routes qw/ dialects secrets /;
use Meeting::Test;


my $CODE = 'hiddenCODE1';     # as a join link has it
my @dialects = dialects();

# Each fault: what stands in its location, and the line that nginx writes.

my %faults = (
	large => [ 'client_max_body_size 1;', qr/too large body/ ],
	denied => [ 'deny all;', qr/access forbidden by rule/ ],
	limited => [ 'limit_req zone=requests;', qr/limiting requests/ ],
	closed => [ '', qr/prematurely closed connection/ ],
	gone => [ 'deny all; error_page 403 = @gone;',
		qr/connect\(\) failed .* while connecting to upstream/ ],
	mirrored => [ 'mirror /mirror;', qr/subrequest: "\/mirror"/ ],
	page => [ 'deny all; error_page 403 /none.html;',
		qr/open\(\) "[^"]*none.html" failed/ ],
);

my $locations = join("\n", map { my $dialect = $_; map {
	"location /of/$dialect/$_/ { $faults{$_}[0] meeting_api $dialect; }"
} sort keys %faults } @dialects);

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC' =~ s/%%LOCATIONS%%/$locations/r);
%%GLOBALS%%
events { }
http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    log_format masked '$status "$meeting_request"';
    access_log masked.log masked;

    limit_req_zone all$uri zone=requests:1m rate=1r/m;

    server {
        listen 127.0.0.1:%%PORT%%;

        %%LOCATIONS%%

        location @gone {
            proxy_pass http://127.0.0.1:1;
        }

        location = /mirror {
            internal;
            proxy_pass http://127.0.0.1:1$request_uri;
        }

        location /files/ {
            deny all;
        }

        location /k/ {
            client_max_body_size 1;
            meeting_api page;
        }

        location /bare/ {
            deny all;
            meeting_api page;
        }
    }

    server {
        listen 127.0.0.1:%%PORT_1%% http2;

        location / {
            deny all;
            meeting_api h5yes;
        }
    }

    server {
        listen 127.0.0.1:%%PORT_2%%;
        deny all;
    }
}
EOC

$t->start();

for my $dialect (@dialects) {
	test_dialect($dialect);
}

test_links();
test_outside();
test_h2();
test_broken();

$t->stop();

my ($errors, $access) = map { $t->read_file($_) } qw/ error.log masked.log /;

# nginx knows no location of a request whose line or header it cannot read.

my $unread = qr/\[info\].* while reading client request (?:line|headers)/;

is(join("\n", grep { /hidden/ && !/$unread/ } split(/\n/, $errors)), '',
	'no secret in the error log');
is(join("\n", grep { /hidden/ } split(/\n/, $access)), '',
	'no secret in $meeting_request');

test_lines();

$t->finish();


# An address with all secrets of a dialect, in its path, too.

sub address {
	my ($path, @names) = @_;

	return "$path/k/$CODE?" . join('&', (map { "$_=hidden-$_" } @names),
		'back=http%3A%2F%2Fh%2Fk%2F' . $CODE, 'last');
}


sub send_to {
	my ($uri, @names) = @_;

	return Meeting::Test::post_text($uri, '{"a":"hidden"}',
		'Connection: close', 'Referer: '
		. address('http://localhost/from', @names));
}


sub test_dialect {
	my ($dialect) = @_;
	my @names = secrets($dialect);

	for my $fault (sort keys %faults) {
		my $uri = address("/of/$dialect/$fault", @names);
		my $request = send_to($uri, @names);

		if ($fault eq 'closed') {
			my $s = $t->connect();
			syswrite($s, substr($request, 0, -5));
			select(undef, undef, undef, 0.05);
			close($s);
			next;
		}

		like($t->raw($request), qr{^HTTP/1.1 \d}, "$dialect: $fault")
			for 1 .. ($fault eq 'limited' ? 2 : 1);
	}

	return;
}


# Links, in spellings that nginx takes.

sub test_links {
	for my $path ("/k/$CODE", "/%6b/$CODE", "/k//$CODE", "/k/./$CODE",
		"/k/x/../$CODE", "/bare/$CODE", "/bare/$CODE.")
	{
		like($t->raw(send_to($path)), qr{^HTTP/1.1 4}, "link: $path");
	}

	return;
}


# A location without an API beside those with one.

sub test_outside {
	like($t->raw(send_to('/files/x?access_token=hidden')),
		qr{^HTTP/1.1 403}, 'another location of the server');
	like($t->raw(send_to('/none?appsecret=hidden')), qr{^HTTP/1.1 404},
		'an address without a location');

	like($t->raw("GET /plain?access_token=seen HTTP/1.0\r\n\r\n",
		socket => $t->connect(2)), qr{^HTTP/1.1 403},
		'a server without an API');
}


sub test_h2 {
	my $h2 = Meeting::H2->new($t->connect(1));
	my ($stream, $frame) = $h2->header('GET',
		"/second/k/$CODE?access_token=hidden", Meeting::H2::END_STREAM);

	$h2->put($frame);
	$h2->read_until(sub { $h2->{ended}{$stream} }, 5);
	ok($h2->{ended}{$stream}, 'HTTP/2 has an answer');
}


# Request lines that nginx rejects have no location; the access log has them.

sub test_broken {
	for my $line ('GET /broken?token=hidden x HTTP/1.1',
		'GET /broken?token=hidden HTTP/9.1', "G\@T /broken?token=hidden",
		"GET /broken?token=hidden\x01 HTTP/1.1")
	{
		$t->raw("$line\r\nHost: a\r\n\r\n");
	}

	$t->raw("GET /twice?token=hidden HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
}


# Each line was written, by the part of it that is no secret.

sub test_lines {
	my @errors = split(/\n/, $errors);

	for my $dialect (@dialects) {
		my @names = secrets($dialect);

		for my $fault (sort keys %faults) {
			my ($line) = grep { $_ =~ $faults{$fault}[1]
				&& m{"POST /of/$dialect/$fault/k/\*\*\*\?} } @errors;
			my $shown = join('&', (map { "$_=***" } @names),
				'back=http%3A%2F%2Fh%2Fk%2F');

			ok($line, "$dialect: line of $fault") or next;
			like($line, qr/request: "POST [^"]*\Q$shown\E[^"]*&last HTTP/,
				"$dialect: $fault: masked, not cut");
			like($line, qr{referrer: "http://localhost/from/k/\*\*\*\?},
				"$dialect: $fault: Referer");
			like($line, qr{host: "localhost"}, "$dialect: $fault: Host");
			like($line, qr{upstream: "http://127.0.0.1:1/of/\w+/\w+/k/\*\*\*},
				"$dialect: $fault: upstream")
				if $fault eq 'gone' || $fault eq 'mirrored';
		}
	}

	like($errors, qr{request: "POST /files/x\?access_token=\*\*\* HTTP},
		'error log: another location');
	like($errors, qr{"GET /plain\?access_token=seen HTTP},
		'error log: another server is none of ours');
	like($errors, qr{"GET /second/k/\*\*\*\?access_token=\*\*\* HTTP/2.0"},
		'error log: HTTP/2');

	like($access, qr{^413 "POST /of/$_/large/k/\*\*\*\?[^"]*&last HTTP/1.1"$}m,
		"access log: $_: refused before any handler") for @dialects;
	like($access, qr{^429 |^503 "POST /of/$_/limited/}m,
		"access log: $_: limited") for @dialects;
	like($access, qr{^403 "GET /second/k/\*\*\*\?access_token=\*\*\* HTTP/2.0"$}m,
		'access log: HTTP/2');
	like($access, qr{^404 "POST /none\?appsecret=\*\*\* HTTP/1.1"$}m,
		'access log: no location');
	like($access, qr{^403 "GET /plain\?access_token=\*\*\* HTTP/1.0"$}m,
		'access log: another server');
	like($access, qr{^505 "GET /broken\?token=\*\*\* HTTP/9.1"$}m,
		'access log: a broken line');
	like($access, qr{^400 "GET /twice\?token=\*\*\* HTTP/1.1"$}m,
		'access log: a broken header');

	return;
}
