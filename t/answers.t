#!/usr/bin/perl

# Long answers: made piece by piece as the client takes them, whole however
# they go out, in memory that does not grow with them.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use Meeting::H2;
use Meeting::Test;
use Socket qw/ SOL_SOCKET SO_RCVBUF /;
use Test::More;


my $PEOPLE = 3000;
my $URI = '/meeting/get_meeting_participation';

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { worker_connections 512; }
http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;
    send_timeout 2s;

    server {
        listen 127.0.0.1:%%PORT%% sndbuf=16k;
        listen 127.0.0.1:%%PORT_1%% http2 sndbuf=16k;

        location / {
            meeting_api weclubs;
        }

        location /gzip/ {
            gzip on;
            gzip_types application/json;
            meeting_api weclubs;
        }

        location /postponed/ {
            postpone_output 100000;
            meeting_api weclubs;
        }

        location /rate/ {
            limit_rate 1m;
            meeting_api weclubs;
        }

        location /patient/ {
            send_timeout 60s;
            meeting_api weclubs;
        }
    }
}
EOC

$t->company();
$t->import_users(map { { id => $_, name => "Name $_ " . 'n' x 40,
	account => "a$_", $_ == 1 || $_ > $PEOPLE - 3 ? (password => 'p') : () } }
	1 .. $PEOPLE);

my $long = $t->ctl('meeting', 'add', '--creator', 1, '--subject', 'long',
	'--people', join(',', 1 .. $PEOPLE))->{number};
my $short = $t->ctl('meeting', 'add', '--creator', 1, '--subject', 'short',
	'--people', '1,2')->{number};

$t->start();

my $boss = $t->app()->login('a1', 'p');


sub body {
	my ($meeting) = @_;
	return $boss->envelope({ meeting_id => $meeting // $long });
}


sub post {
	my ($prefix, @headers) = @_;
	return Meeting::Test::post_text("$prefix$URI", body(), @headers);
}


sub small_socket {
	my $s = IO::Socket::INET->new(Proto => 'tcp') or die;
	setsockopt($s, SOL_SOCKET, SO_RCVBUF, pack('i', 4096));
	$s->connect(pack_address($_[0])) or die "connect: $!\n";
	return $s;
}


sub pack_address {
	return Socket::pack_sockaddr_in($t->port($_[0]),
		Socket::inet_aton('127.0.0.1'));
}


# The people in an answer's text, in order: all of them once.

sub is_whole {
	my ($text, $name) = @_;
	my %seen = map { $_ => 1 } $text =~ /"student_id":(\d+)/g;

	return is(keys(%seen) . ' ' . substr($text, 0, 20) . substr($text, -1),
		"$PEOPLE {\"result_code\":2000,}", $name);
}


sub unchunk {
	my ($text) = @_;
	my $out = '';

	while ($text =~ /\G([0-9a-f]+)\r\n/gc) {
		my $n = hex($1);
		return $out if $n == 0;
		$out .= substr($text, pos($text), $n);
		pos($text) += $n + 2;
	}

	return "broken: $out";
}


sub rss {
	my ($pid) = $t->workers();
	my ($kb) = Meeting::Test::slurp("/proc/$pid/status")
		=~ /^VmRSS:\s+(\d+)/m;
	return $kb;
}


# Every way out.

for my $prefix ('', '/postponed', '/rate') {
	my $answer = $t->post("$prefix$URI", body());
	is($answer->{headers}{'transfer-encoding'}, 'chunked',
		"\"$prefix\": in chunks");
	is_whole($answer->{content}, "\"$prefix\": whole");
	is(scalar(@{$answer->{json}{data}{participation}}), $PEOPLE, 'as JSON');
}

my $answer = $t->post($URI, body($short));
is($answer->{headers}{'content-length'}, length($answer->{content}),
	'a short one has a length');

my $got = $t->raw(post('') =~ s/HTTP\/1\.1/HTTP\/1.0/r);
like($got, qr/^HTTP\/1\.1 200 (?:(?!\r\n\r\n|chunked).)*Connection: close/s,
	'HTTP/1.0 is answered without chunks');
is_whole((split(/\r\n\r\n/, $got, 2))[1], 'HTTP/1.0: whole');

$answer = $t->post("/gzip$URI", body(), 'Accept-Encoding' => 'gzip');
is($answer->{headers}{'content-encoding'}, 'gzip', 'compressed');

SKIP: {
	eval { require IO::Uncompress::Gunzip } or skip('no gunzip', 1);
	my $out;
	IO::Uncompress::Gunzip::gunzip(\$answer->{content}, \$out);
	is_whole($out, 'compressed: whole');
}

$got = $t->raw(post('') . post('') . Meeting::Test::post_text($URI,
	body($short), 'Connection: close'));
my @answers = split(/(?=HTTP\/1\.1 200)/, $got);
is(scalar(@answers), 3, 'three pipelined');
is_whole(unchunk((split(/\r\n\r\n/, $_, 2))[1]), 'pipelined: whole')
	for @answers[0, 1];


# HTTP/2: through a small window, and a large one.

for my $window (1000, 16_777_216) {
	my $h2 = Meeting::H2->new($t->connect(1), window => $window);
	my ($stream, @frames) = $h2->post_frames($URI, body());
	my $given = 0;

	$h2->put(join('', @frames));
	$h2->window_update(0, 100_000_000);
	$h2->read_until(sub {
		my $length = length($h2->{data}{$stream} // '');
		$h2->window_update($stream, $length - $given)
			if $length > $given;
		$given = $length;
		return $h2->{ended}{$stream};
	});

	is_whole($h2->{data}{$stream}, "HTTP/2: window $window");
}


# Many slow readers take no more memory than a piece each.

my @slow = map { small_socket() } 1 .. 40;
my $before = rss();

syswrite($_, post('/patient', 'Connection: close')) for @slow;
select(undef, undef, undef, 0.5);

my $more = rss() - $before;

SKIP: {
	skip('sanitizers take memory of their own', 1)
		if $ENV{MEETING_SANITIZE};
	cmp_ok($more, '<', 40 * 250,
		"$more KB for 40 answers of " . int(length($answers[0]) / 1024)
		. ' KB under way');
}

my $start = Time::HiRes::time();
is($t->post($URI, body($short))->{status}, 200, 'others are served');
cmp_ok(Time::HiRes::time() - $start, '<', 1, 'at once');

my $slowly = '';
my $first = shift @slow;
while (sysread($first, $slowly, 3000, length($slowly))) {
	select(undef, undef, undef, 0.0005);
}
is_whole(unchunk((split(/\r\n\r\n/, $slowly, 2))[1]), 'read slowly: whole');

close($_) for @slow;


# An answer is of one state: who signs in while it is under way is neither
# counted nor shown, though the client takes its time.

my $signed = 0;

for my $pause (0, 3.5) {
	my $s = small_socket();
	my $read = '';

	syswrite($s, post('/patient', 'Connection: close'));
	sysread($s, $read, 1000, length($read)) while length($read) < 2000;

	my $person = $t->app()->login('a' . ($PEOPLE - $signed), 'p');
	my $done = $person->call('/meeting/sign_meeting', { meeting_id => $long,
		leader_id => 1, create_date => int(Time::HiRes::time() * 1000) });

	is($done->{code}, 2000, 'somebody signs in meanwhile');

	select(undef, undef, undef, $pause);
	$read .= Meeting::Test::read_socket($s, timeout => 10);

	my $text = unchunk((split(/\r\n\r\n/, $read, 2))[1]);
	my ($count) = $text =~ /"already_sign_count":(\d+)/;

	is_whole($text, "paused for $pause s: whole");
	is($count, $signed, 'counts are of its begin');
	is(scalar(() = $text =~ /"is_sign":(?:1|true)/g), $signed, 'rows too');
	$signed++;
}


# A reader that stops is dropped; one that leaves is noticed.

my $stopped = small_socket();
syswrite($stopped, post(''));
ok($t->wait_for(sub { $t->read_file('error.log') =~ /client timed out/ }, 10),
	'a reader that stops is timed out');
$got = Meeting::Test::read_socket($stopped, timeout => 5);
unlike($got, qr/\r\n0\r\n\r\n\z/, 'and its answer does not look complete');

for my $after (0, 3000, 50_000) {
	my $s = small_socket();
	syswrite($s, post(''));
	my $read = '';
	while (length($read) < $after) {
		sysread($s, $read, 1000, length($read)) or last;
	}
	close($s);
}

is_whole($t->post($URI, body())->{content}, 'after readers that left');

$t->finish();
