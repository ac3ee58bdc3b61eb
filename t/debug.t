#!/usr/bin/perl

# "error_log ... debug" tells the story of a request: each decision, wait and
# wake has a line, and no line holds a secret.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5_hex);
use Meeting::Test;
use Test::More;


my $t = Meeting::Test->new();

plan(skip_all => 'this nginx has no debug log')
	unless join('', $t->run($t->{nginx}, '-V')) =~ /--with-debug/;

$t->write_conf(<<'EOC');
%%GLOBALS%%
error_log %%PREFIX%%/debug.log debug;
worker_processes 1;
events { }
http {
    %%HTTP%%

    meeting_store path=store max_size=1g checkpoint=1s;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;
        client_max_body_size 4k;
        client_body_buffer_size 512;

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location = /status {
            meeting_status;
        }
    }
}
EOC

my $password = 'correct horse';

$t->company();
$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => $password } } 1 .. 3);
$t->start();


# The lines of ours since `from`, without time, process and connection.

sub ours {
	my ($from) = @_;
	return map { /\[debug\] \d+#\d+: (?:\*\d+ )?(meeting .*)/ ? $1 : () }
		split(/\n/, substr($t->read_file('debug.log'), $from));
}


# Runs a call, and checks that its lines come in this order; other lines of
# ours, of timers or background jobs, may stand between.

sub tells {
	my ($name, $call, @story) = @_;
	my $from = length $t->read_file('debug.log');
	my (@lines, @left);

	$call->();

	$t->wait_for(sub {
		@lines = ours($from);
		@left = @story;
		for my $line (@lines) {
			shift @left if @left && $line =~ /^meeting $left[0]$/;
		}
		return !@left;
	}, 5);

	is(scalar @left, 0, "$name: the story is told")
		or diag("no line like: $left[0]\n", map { "$_\n" } @lines);

	return;
}


my $ann;

tells('a log-in', sub { $ann = $t->app()->login('a2', $password) },
	'request: dialect "weclubs", reads the body',
	'body: \d+ bytes, in file:0',
	'decoded: operation "login", result "ok"',
	'started: company 1000, user 0, result "ok"',
	'step: work in a thread',
	'thread: "hash" is posted',
	'thread: "hash" begins',
	'gate: entered',
	'thread: "hash" ends',
	'request wakes',
	'step: commit of \d+ bytes, by the log:0',
	'ring 0: \d+ bytes, "ok", combine:\d',
	'request waits',
	'ring 0: 1 results collected',
	'request wakes',
	'result: "ok", position \d+',
	'answer: HTTP 200, code 2000, result "ok", \d+ bytes, last:1');

my $boss = $t->app()->login('a1', $password);
my $meeting = $boss->call('/manage/club_meeting/public_meeting', {
	content => 'c', address => 'a', deadline => int(time() * 1000),
	need_sign => 1, participation => '2', leader => '1' })->{data}{meeting_id};

sub sign {
	return $ann->call('/meeting/sign_meeting', { meeting_id => $meeting,
		leader_id => 1, create_date => int(time() * 1000) })->{code};
}

tells('a sign-in', sub { is(sign(), 2000, 'signed in') },
	'request: dialect "weclubs", reads the body',
	'decoded: operation "checkin", result "ok"',
	'started: company 1000, user 2, result "ok"',
	'step: commit of \d+ bytes, by the log:1',
	'ring 0: \d+ bytes, "ok", combine:\d',
	'request waits',
	'ring 0: 1 results collected',
	'request wakes',
	'result: "ok", position \d+',
	'answer: HTTP 200, code 2000, result "ok", \d+ bytes, last:1');

tells('a rejected one', sub { is(sign(), 3000, 'rejected') },
	'decoded: operation "checkin", result "ok"',
	'started: company 1000, user 2, result "ok"',
	'step: commit of \d+ bytes, by the log:1',
	'request wakes',
	'result: "signed_already", position 0',
	'answer: HTTP 200, code 3000, result "signed_already", .*');

tells('a read', sub { $boss->call('/meeting/get_meeting_participation',
		{ meeting_id => $meeting }) },
	'decoded: operation "participation", result "ok"',
	'started: company 1000, user 1, result "ok"',
	'answer: HTTP 200, code 2000, result "ok", \d+ bytes, last:1');

tells('a forged one', sub { $t->post('/meeting/sign_meeting', '{') },
	'body: 1 bytes, in file:0',
	'decoded: operation "checkin", result "bad_json"',
	'started: company \d+, user 0, result "bad_json"',
	'answer: HTTP 200, .* result "bad_json", .*');

tells('a body in a file', sub { $t->post('/meeting/sign_meeting',
		'{"x":"' . 'x' x 3000 . '"}') },
	'body: 3008 bytes, in file:1',
	'thread: "work" is posted',
	'thread: "work" begins',
	'thread: "work" ends',
	'request wakes',
	'decoded: operation "checkin", .*',
	'answer: .*');

tells('an error of nginx', sub { $t->post('/meeting/api/x', 'x' x 5000) },
	'error: HTTP 413, in the envelope of "h5yes"');

tells('the status', sub { $t->get('/status') }, 'status: made at once');


# A signature is in the body alone.

my $signed = $ann->envelope({ meeting_id => $meeting, leader_id => 1,
	create_date => int(time() * 1000) });
my ($signature) = $signed =~ /"sign":"(\w+)"/;

tells('a signed one', sub { $ann->raw('/meeting/sign_meeting', $signed) },
	'answer: HTTP 200, code 3000, .*');


# Background jobs.

like(join("\n", ours(0)), qr/^meeting background turn: next in \d+ ms/m,
	'a turn of background jobs');


# Secrets.

my $all = join("\n", ours(0));

for my $secret ([ 'password', $password ], [ 'hash', md5_hex($password) ],
	[ 'token', $ann->{token} ], [ 'token', $boss->{token} ],
	[ 'signature', $signature ],
	[ 'secret', $Meeting::Test::SECRET ])
{
	cmp_ok(length $secret->[1], '>', 8, "a $secret->[0]");
	unlike($all, qr/\Q$secret->[1]\E/, 'is in no line of ours');
}

$t->finish();
