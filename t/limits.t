#!/usr/bin/perl

# nginx's own limits keyed by what a request proves; every error in the
# dialect's envelope; the variables in the access log.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Test;
use Test::More;
use Time::HiRes qw/ sleep /;


my $URI = '/meeting/sign_meeting';

my $t = Meeting::Test->new();

$t->write_conf(<<'EOC');
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%HTTP%%

    log_format meeting '$status user=$meeting_user claimed=$meeting_claimed_user '
                       'meeting=$meeting_id '
                       'company=$meeting_company operation=$meeting_operation '
                       'result=$meeting_result reason=$meeting_reason';
    access_log %%PREFIX%%/meeting.log meeting;

    map $meeting_claimed_user $of_staff {
        default 0;
        900     1;
    }

    limit_req_zone $meeting_user zone=users:1m rate=1r/m;
    limit_req_zone $meeting_company zone=companies:1m rate=1r/m;
    limit_req_zone $meeting_claimed_user zone=claims:1m rate=1r/m;

    map $meeting_user $nobody {
        ""       $binary_remote_addr;
        default  "";
    }

    map $meeting_company $stranger {
        ""       $binary_remote_addr;
        default  "";
    }

    limit_req_zone $nobody zone=nobody:1m rate=1r/m;
    limit_req_zone $stranger zone=strangers:1m rate=1r/m;
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

        location /proven/ {
            limit_req zone=users burst=2 nodelay;
            limit_req zone=nobody burst=9 nodelay;
            meeting_api weclubs company=1000;
        }

        location /unsigned/ {
            limit_req zone=users burst=2 nodelay;
            meeting_api weclubs company=1000;
            meeting_weclubs_verify off;
        }

        location /claims/ {
            limit_req zone=claims burst=2 nodelay;
            meeting_api weclubs company=1000;
        }

        location /servers/ {
            limit_req zone=companies burst=2 nodelay;
            limit_req zone=strangers burst=9 nodelay;
            meeting_api h5yes;
        }

        location /short/ {
            meeting_weclubs_token_ttl 1s;
            meeting_api weclubs company=1000;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }

        location /openapi/conference/ {
            meeting_api quanshi;
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
$t->import_users(map { { id => $_, name => "P$_", account => "p$_",
	password => "p$_" } } 1, 5 .. 9);
$t->company(2000);

my @credentials = map { $t->ctl('credential', 'add', '--company', $_) }
	1000, 2000;

$t->start();

my %person = map { $_ => $t->app()->login("p$_", "p$_") } 1, 5 .. 9;


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


# The same, of a person who has logged in.

sub call_as {
	my ($n, $uri, %data) = @_;
	my %changed = map { $_ => delete $data{$_} }
		grep { exists $data{$_} } qw/ sign caller /;

	return $t->post($uri, $person{$n}->envelope({ meeting_id => 4,
		leader_id => 1, create_date => 1, %data }, %changed));
}


# Keyed by the person whose token it is.

my @got = map { call_as(7, "/limited$URI") } 1 .. 6;
is(join(' ', map { $_->{status} } @got), '200 200 200 429 429 429',
	'the fourth request of a user');
envelope($got[3], 429, 3000, 'limited');
is($t->wait_for(sub { last_line() =~ /^429/ && last_line() }),
	'429 user=7 claimed=7 meeting=4 company=1000 operation=checkin '
	. 'result=3000 reason=limited', 'and its line in the log');

is(call_as(8, "/limited$URI")->{status}, 200, 'another user goes on');
is(call_as(8, "/limited$URI", user_id => '8')->{status}, 200,
	'a number and a string are the same user');
is(call_as(8, "/limited$URI")->{status}, 200, 'the third');
is(call_as(8, "/limited$URI", user_id => '8')->{status}, 429, 'the fourth');


# Claims: they use up nobody's limit, and they evade none.

my @claims = (
	[ 'a false token', sub { call($_[0], user_id => 9) } ],
	[ 'no token', sub { call($_[0], user_id => 9, token => '') } ],
	[ 'a wrong signature', sub { call_as(9, $_[0], sign => '0' x 40) } ],
	[ 'a token of somebody else', sub { call_as(9, $_[0],
		token => $person{1}{token}) } ],
	[ 'another caller', sub { call_as(9, $_[0], caller => 'other') } ],
);

for my $claim (@claims) {
	my ($name, $send) = @$claim;
	is($send->("/limited$URI")->{status}, 200, "$name") for 1 .. 5;
}

is(join(' ', map { call_as(9, "/limited$URI")->{status} } 1 .. 4),
	'200 200 200 429', 'and the person has all of their limit');

is(join(' ', map { call("/proven$URI", user_id => $_)->{status} } 10 .. 22),
	join(' ', (200) x 10, (429) x 3), 'a changing user_id evades no limit');
is(call_as(5, "/proven$URI")->{status}, 200,
	'nor does it hold up a person at the same address');

my $old = $person{6};
$person{6} = $t->app()->login('p6', 'p6');
is(join(' ', map { $t->post("/limited$URI", $old->envelope({}))->{status} }
	1 .. 4), '200 200 200 429', 'a session that was superseded counts');

is(join(' ', map { call_as(5, "/unsigned$URI", sign => 'none')->{status} }
	1 .. 3), '200 200 429',
	'the token alone proves where no signature is wanted');
is(call("/unsigned$URI", user_id => 5)->{status}, 200, 'a false one does not');

is(join(' ', map { call("/claims$URI", user_id => 77)->{status} } 1 .. 4),
	'200 200 200 429', 'a limit by claims is possible');

my $login = '/claims/user/login';
is(join(' ', map { $t->app()->call($login, { mobile => 'p1',
	password => '0' x 32 })->{http} } 1 .. 4), '200 200 200 429',
	'and limits guesses at one password');
is($t->app()->call($login, { mobile => 'p5', password => '0' x 32 })->{http},
	200, 'and nobody else');


# Servers prove their company, and no user.

my @apps = map { Meeting::H5yes->new(%$_,
	base => 'http://127.0.0.1:' . $t->port()) } @credentials;
my @tokens = map { $_->token() } @apps;

sub server {
	my ($token, $user) = @_;

	return $t->post('/servers/meeting/api/open/user/get'
		. "?access_token=$token&userId=$user", '')->{status};
}

is(join(' ', map { server($tokens[0], $_) } 1 .. 4), '200 200 200 429',
	'another userId evades no limit of the company');
is(server($tokens[1], 1), 200, 'another company goes on');
is(join(' ', map { server($_ x 40, $_) } (0 .. 9, 'a' .. 'c')),
	join(' ', (200) x 10, (429) x 3),
	'false tokens are limited by their address');
is(server($tokens[1], 1), 200, 'and do not use up anybody\'s limit');


is(call("/operation$URI")->{status}, 200, 'one of this operation');
envelope(call("/operation$URI"), 503, 5000, 'limited with 503');

my $start = Time::HiRes::time();
is(join(' ', map { call("/delayed$URI")->{status} } 1 .. 5),
	'200 200 200 200 200', 'delayed');
ok(Time::HiRes::time() - $start > 0.15, 'requests were held back');


# The variables.

my $link = '"attendeeJoinUrl":"https://a/k/00000000000"';
my ($h5, $cloud, $work, $quanshi) = ('/meeting/api/open/user/get',
	'/gateway/cloudwork/meeting/queryByDay',
	'/openapi/workbench/meetinginvite/detail',
	'/openapi/conference/detail');

my @log = (
	[ sub { call($URI) }, '200 user=- claimed=1 meeting=4 company=1000 '
		. 'operation=checkin result=3010 reason=bad_token' ],
	[ sub { call_as(1, $URI) }, '200 user=1 claimed=1 meeting=4 '
		. 'company=1000 operation=checkin result=3000 '
		. 'reason=no_such_meeting' ],
	[ sub { call_as(1, $URI, sign => 'x') }, '200 user=- claimed=1 meeting=4 '
		. 'company=- operation=checkin result=3003 reason=bad_signature' ],
	[ sub { call_as(1, $URI, leader_id => {}) }, '200 user=- claimed=1 '
		. 'meeting=4 company=- operation=checkin result=3001 '
		. 'reason=bad_type' ],
	[ sub { call_as(1, $URI, create_date => 'x') }, '200 user=1 claimed=1 '
		. 'meeting=4 company=1000 operation=checkin result=3001 '
		. 'reason=bad_type' ],
	[ sub { sleep(1.1); call_as(1, "/short$URI") }, '200 user=- claimed=1 '
		. 'meeting=4 company=1000 operation=checkin result=3010 '
		. 'reason=token_expired' ],
	[ sub { $t->app()->call('/user/login', { mobile => 'p1',
		password => '0' x 32 }) }, '200 user=- claimed=p1 meeting=- '
		. 'company=1000 operation=login result=3011 reason=bad_password' ],
	[ sub { $t->post("$h5?access_token=$tokens[1]", '{"userId":"1"}') },
		'200 user=- claimed=1 meeting=- company=2000 operation=user_get '
		. 'result=71009 reason=no_such_user' ],
	[ sub { $t->post("$h5?access_token=x", '{"userId":"1"}') },
		'200 user=- claimed=1 meeting=- company=- operation=user_get '
		. 'result=71003 reason=bad_token' ],
	[ sub { $t->post("$cloud?accessToken=$tokens[0]", '{"openid":"1"}') },
		'200 user=- claimed=- meeting=- company=1000 '
		. 'operation=meeting_list result=40003 reason=missing' ],
	[ sub { $t->post("$work?accessToken=$tokens[0]",
		'{"requesterUid":1,"meetingInviteId":77}') },
		'200 user=- claimed=1 meeting=77 company=1000 '
		. 'operation=meeting_read result=4610 reason=no_such_meeting' ],
	[ sub { $t->post("$quanshi?accessToken=$tokens[0]", "{$link}") },
		'200 user=- claimed=- meeting=- company=1000 '
		. 'operation=meeting_link result=2001 reason=no_such_meeting' ],
	[ sub { $t->post($quanshi, "{$link}") },
		'200 user=- claimed=- meeting=- company=- '
		. 'operation=meeting_link result=2001 reason=no_such_meeting' ],
	[ sub { $t->post($URI, '') }, '200 user=- claimed=- meeting=- company=- '
		. 'operation=checkin result=3002 reason=empty' ],
	[ sub { $t->post($URI, '{') }, '200 user=- claimed=- meeting=- company=- '
		. 'operation=checkin result=3001 reason=bad_json' ],
	[ sub { $t->post('/no/such', '{}') }, '404 user=- claimed=- meeting=- '
		. 'company=- operation=- result=3101 reason=bad_path' ],
	[ sub { $t->get($URI) }, '405 user=- claimed=- meeting=- company=- '
		. 'operation=checkin result=3100 reason=bad_method' ],
	[ sub { $t->get('/plain/x') }, '404 user=- claimed=- meeting=- company=- '
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
