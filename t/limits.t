#!/usr/bin/perl

# nginx's own limits keyed by what is in the body; every error in the dialect's
# envelope; the variables in the access log.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Test;
use Test::More;


my $URI = '/meeting/sign_meeting';

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%HTTP%%

    log_format meeting '$status user=$meeting_user meeting=$meeting_id '
                       'company=$meeting_company operation=$meeting_operation '
                       'result=$meeting_result reason=$meeting_reason';
    access_log %%PREFIX%%/meeting.log meeting;

    map $meeting_user $of_staff {
        default 0;
        900     1;
    }

    limit_req_zone $meeting_user zone=users:1m rate=1r/m;
    limit_req_zone $meeting_company$meeting_user zone=slow:1m rate=20r/s;
    limit_req_zone $meeting_operation zone=operations:1m rate=1r/m;
    limit_conn_zone $meeting_id zone=meetings:1m;
    limit_req_status 429;

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;
        client_max_body_size 10k;

        location / {
            meeting_api weclubs company=1000;
        }

        location /limited/ {
            limit_req zone=users burst=2 nodelay;
            meeting_api weclubs company=1000;
        }

        location /delayed/ {
            limit_req zone=slow burst=10;
            meeting_api weclubs company=1000;
        }

        location /operation/ {
            limit_req zone=operations;
            limit_req_status 503;
            meeting_api weclubs company=1000;
        }

        location /denied/ {
            deny all;
            meeting_api weclubs;
        }

        location /secret/ {
            auth_basic "members";
            auth_basic_user_file %%PREFIX%%/passwords;
            meeting_api weclubs;
        }

        location /posts/ {
            meeting_api weclubs;
            limit_except POST { deny all; }
        }

        location /returns/ {
            return 418;
            meeting_api weclubs;
        }

        location /closes/ {
            return 444;
            meeting_api weclubs;
        }

        location /elsewhere/ {
            error_page 404 /page.html;
            error_page 403 @other;
            deny all;
            meeting_api weclubs;
        }

        location /staff/ {
            if ($of_staff) {
                return 403;
            }
            meeting_api weclubs;
        }

        location = /page.html {
            return 404 "a page";
        }

        location @other {
            return 403 "other";
        }

        location /plain/ {
            return 404;
        }
    }
}
EOC

$t->write_file('passwords', '');
$t->company();
$t->start();


sub call {
	my ($uri, %data) = @_;
	return $t->post($uri, $t->app()->envelope({ user_id => 1, token => 'x',
		meeting_id => 4, leader_id => 1, create_date => 1, %data }));
}


sub envelope {
	my ($answer, $status, $code, $name) = @_;

	is($answer->{status}, $status, "$name: HTTP status");
	is($answer->{json}{result_code}, $code, "$name: code");
	like($answer->{headers}{'content-type'}, qr/^application\/json/,
		"$name: type");
	is_deeply([ sort keys %{$answer->{json}} ],
		[ qw/ data result_code result_msg sys_time / ],
		"$name: members");

	return;
}


sub last_line {
	my $log = $t->read_file('meeting.log');
	return (split(/\n/, $log))[-1] // '';
}


# Keyed by the user in the body.

my @got = map { call("/limited$URI", user_id => 7) } 1 .. 6;
is(join(' ', map { $_->{status} } @got), '200 200 200 429 429 429',
	'the fourth request of a user');
envelope($got[3], 429, 3000, 'limited');
is($t->wait_for(sub { last_line() =~ /^429/ && last_line() }),
	'429 user=7 meeting=4 company=1000 operation=checkin result=3000 '
	. 'reason=limited', 'and its line in the log');

is(call("/limited$URI", user_id => 8)->{status}, 200, 'another user goes on');
is(call("/limited$URI", user_id => '8')->{status}, 200,
	'a number and a string are the same user');
is(call("/limited$URI", user_id => 8)->{status}, 200, 'the third');
is(call("/limited$URI", user_id => '8')->{status}, 429, 'the fourth');

my $start = Time::HiRes::time();
is(join(' ', map { call("/delayed$URI")->{status} } 1 .. 5),
	'200 200 200 200 200', 'delayed');
ok(Time::HiRes::time() - $start > 0.15, 'requests were held back');

is(call("/operation$URI")->{status}, 200, 'one of this operation');
envelope(call("/operation$URI"), 503, 5000, 'limited with 503');


# The variables.

my @log = (
	[ sub { call($URI) }, '200 user=1 meeting=4 company=1000 '
		. 'operation=checkin result=3010 reason=bad_token' ],
	[ sub { $t->post($URI, '') }, '200 user=- meeting=- company=1000 '
		. 'operation=checkin result=3002 reason=empty' ],
	[ sub { $t->post($URI, '{') }, '200 user=- meeting=- company=1000 '
		. 'operation=checkin result=3001 reason=bad_json' ],
	[ sub { $t->post('/no/such', '{}') }, '404 user=- meeting=- '
		. 'company=1000 operation=- result=3101 reason=bad_path' ],
	[ sub { $t->get($URI) }, '405 user=- meeting=- company=1000 '
		. 'operation=checkin result=3100 reason=bad_method' ],
	[ sub { $t->get('/plain/x') }, '404 user=- meeting=- company=- '
		. 'operation=- result=- reason=-' ],
);

for my $case (@log) {
	my ($send, $line) = @$case;
	my $before = length($t->read_file('meeting.log'));
	$send->();

	# the line of a request before may still be on its way

	$t->wait_for(sub { length($t->read_file('meeting.log')) > $before
		&& (last_line() // '') eq $line }, 5);
	is(last_line(), $line, $line);
}

my $lines = () = $t->read_file('meeting.log') =~ /\n/g;
call($URI, user_id => "1\r\n200 user=2 \e[31m\"\\", meeting_id => "\0\x7f\n");
call($URI, user_id => 'x' x 5000);
my @lines;
$t->wait_for(sub {
	@lines = split(/\n/, $t->read_file('meeting.log'));
	return @lines >= $lines + 2;
});
is(scalar(@lines), $lines + 2, 'hostile values make one line each');
unlike(join('', @lines[-2, -1]), qr/[^ -~]/, 'without control characters');
cmp_ok(length($lines[-1]), '<', 1000, 'and of bounded length');


# Answers of nginx itself.

envelope(call($URI, pad => 'x' x 20_000), 413, 3001, 'too large');
envelope(call("/denied$URI"), 403, 3012, 'denied');
envelope($t->get("/posts$URI"), 403, 3012, 'limit_except');
is(call("/posts$URI")->{json}{result_code}, 3010, 'and POST is let through');
envelope(call('/returns/'), 418, 3001, 'return');
envelope(call('/nowhere'), 404, 3101, 'not found');

my $answer = call("/secret$URI");
envelope($answer, 401, 3001, 'no password');
is($answer->{headers}{'www-authenticate'}, 'Basic realm="members"',
	'the challenge stays');

envelope(call("/staff$URI", user_id => 900), 403, 3012, 'map and if');
is(call("/staff$URI")->{json}{result_code}, 3010, 'others are let through');

like($t->raw("HEAD /denied$URI HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	. "\r\n"), qr/^HTTP\/1\.1 403 (?:(?!\r\n\r\n).)*\r\n\r\n\z/s,
	'HEAD of an error has no body');

is($t->raw(Meeting::Test::post_text('/closes/', '{}')), '', '444 stays');
is(call("/elsewhere$URI")->{content}, 'other',
	'an error_page elsewhere stays as it is');
like($t->get('/plain/x')->{content}, qr/<html>/,
	'other locations keep their pages');

like($t->raw("POST $URI HTTP/1.1\r\nHost: a\r\n"
	. "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}"),
	qr/^HTTP\/1\.1 400/, 'what is no HTTP');


# Early errors leave a usable connection.

my $denied = Meeting::Test::post_text("/denied$URI", '{}');
my $good = Meeting::Test::post_text($URI, '');

is(join(' ', $t->raw($denied . $good . $denied . Meeting::Test::post_text(
	$URI, '', 'Connection: close')) =~ /"result_code":(\d+)/g),
	'3012 3002 3012 3002', 'pipelined after an early error');

$t->finish();
