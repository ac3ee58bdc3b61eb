#!/usr/bin/perl

# Pictures of users through a real server: sent as forms, however they are cut,
# judged, stored, served, replaced and gone; nothing is ever left behind.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw/ sha1_hex /;
use Time::HiRes qw/ sleep /;

use Meeting::H5yes;
use Meeting::Picture;
use Meeting::Test;


my $KB = 1024;
my $MIN = 200 * $KB;
my $MAX = 5 * 1024 * $KB;

my $t = Meeting::Test->new();

$t->write_conf(<<'CONF');
%%GLOBALS%%

worker_processes 1;

events {
}

http {
    %%HTTP%%

    meeting_store path=store;
    meeting_resources faces;
    meeting_public_base http://127.0.0.1:%%PORT%%;
    meeting_weclubs_secret %%SECRET%%;
    client_max_body_size 6m;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        # all of a body in memory
        location /memory/meeting/api/ {
            meeting_api h5yes;
            client_body_buffer_size 6m;
        }

        # a form that goes elsewhere once it was read
        location /rewritten/ {
            meeting_api weclubs;
            rewrite ^/rewritten(/.*) /memory$1;
        }

        # one request a minute for each user
        location /limited/meeting/api/ {
            meeting_api h5yes;
            limit_req zone=user;
            limit_req_status 429;
        }

        location /meeting/api/opt/resources/ {
            alias %%PREFIX%%/faces/;

            types {
                image/jpeg  jpg;
                image/png   png;
            }

            default_type application/octet-stream;
            add_header X-Content-Type-Options nosniff always;
        }
    }

    limit_req_zone $meeting_claimed_user zone=user:1m rate=1r/m;
}
CONF

$t->company();
$t->company(2000);

my $base = 'http://127.0.0.1:' . $t->port();
my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $app = Meeting::H5yes->new(base => $base, %$credential);
my $other = Meeting::H5yes->new(base => $base,
	%{$t->ctl('credential', 'add', '--company', 2000)});

my $TOKEN = $app->token();
my $PNG = Meeting::Picture::png(1920, 1080, $MIN);
my $JPEG = Meeting::Picture::jpeg(1080, 1920, $MIN + 1);
my $PREFIX = "$base/meeting/api/opt/resources/1000";

$app->call('user/add', { id => 'ann', name => 'Ann', account => 'ann' });
$app->call('user/add', { id => 'bob', name => 'Bob', account => 'bob' });

test_face();
test_served();
test_replaced();
test_attendance();
test_ways();
test_sizes();
test_pictures();
test_forms();
test_wrong();
test_limits();
test_companies();
test_elsewhere();
test_vanishing();
test_memory();
test_sweep();
test_removed();

$t->verify();
$t->finish();


# Names of the files there are, of all companies.

sub files {
	my @files = sort map { s{^.*/faces/}{}r }
		glob($t->prefix() . '/faces/*/*');

	return @files;
}


sub update {
	my ($parts, %option) = @_;
	my ($type, $body) = Meeting::Picture::form(@$parts);

	return ($option{app} // $app)->call('user/updateFace',
		$option{body} // $body, type => $type, %option);
}


sub put {
	my ($user, $content, %option) = @_;
	return update([ [ userId => $user ], [ file => $content, 'face.png' ] ],
		%option);
}


sub wrong {
	my ($answer, $code, $words, $name) = @_;

	ok($answer->{code} == $code && $answer->{http} == 200
		&& $answer->{msg} =~ $words && !$answer->{success}, $name)
		or diag("$answer->{http} $answer->{text}");

	return;
}


sub url {
	my ($user, $client) = @_;
	my $answer = ($client // $app)->call('user/get', { userId => $user });

	return $answer->{value}{faceUrl};
}


sub fetch {
	my ($url) = @_;
	return $t->{http}->get($url);
}


sub test_face {
	is_deeply([ files() ], [], 'no files yet');

	my $answer = put('ann', $PNG);

	is($answer->{code}, 10000, 'a picture') or diag($answer->{text});
	is($answer->{value}{id}, 'ann', 'answered with the user');

	my $url = $answer->{value}{faceUrl};

	like($url, qr{\A\Q$PREFIX\E/[0-9a-f]{32}\.png\z}, 'and its address');
	is(url('ann'), $url, 'which stays');
	is_deeply([ files() ], [ $url =~ m{resources/(.*)} ], 'a file, of ours');

	$answer = put('bob', $JPEG);
	like($answer->{value}{faceUrl}, qr{/[0-9a-f]{32}\.jpg\z},
		'the type is what it is, not what it is called');
	is(scalar(files()), 2, 'two files');

	my ($mode) = map { sprintf('%o', (stat)[2] & 07777) }
		glob($t->prefix() . '/faces/1000/*.jpg');
	is($mode, '640', 'which others may not read');

	return;
}


sub test_served {
	my $r = fetch(url('ann'));

	is($r->{status}, 200, 'served');
	is(sha1_hex($r->{content}), sha1_hex($PNG), 'as it came');
	is($r->{headers}{'content-type'}, 'image/png', 'as PNG');
	is($r->{headers}{'x-content-type-options'}, 'nosniff', 'and only that');
	is(fetch(url('bob'))->{headers}{'content-type'}, 'image/jpeg', 'as JPEG');

	for my $path ('', '1000', '1000/', '1000/../../store/data.mdb',
		'1000/..%2f..%2fstore/data.mdb', '2000/' . (url('ann') =~ s{.*/}{}r))
	{
		my $got = fetch("$base/meeting/api/opt/resources/$path");

		ok($got->{status} >= 300 && length($got->{content}) < 1000,
			"not \"$path\"") or diag($got->{status});
	}

	for my $method (qw/ POST PUT DELETE /) {
		is($t->{http}->request($method, url('ann'), { content => 'x' })
			->{status}, 405, "no $method");
	}

	return;
}


sub test_replaced {
	my ($old, $bob) = (url('ann'), url('bob'));

	is(put('ann', $JPEG)->{code}, 10000, 'another picture');
	isnt(url('ann'), $old, 'has another name');
	is(fetch($old)->{status}, 404, 'the old one is gone');
	is(scalar(files()), 2, 'with its file');

	is($app->call('user/clearFace', { userId => 'ann' })->{code}, 10000,
		'clearFace');
	is(url('ann'), '', 'no picture');
	is_deeply([ files() ], [ $bob =~ m{resources/(.*)} ], 'and no file');
	is($app->call('user/clearFace', { userId => 'ann' })->{code}, 10000,
		'clearFace once more');

	return;
}


# A list of people that comes back as it was answered says of a picture only
# whose it is.

sub test_attendance {
	my $begin = (int(time() / 86400) + 2) * 86400000;

	put('bob', $JPEG);
	$app->call('room/add', { id => 'hall', name => 'Hall' });

	my $bob = $app->call('meeting/book', { id => 'm', roomId => 'hall',
		speaker => 's', subject => 's', beginTime => $begin + 1,
		endTime => $begin + 2, createdId => 'bob',
		attendances => [ { userId => 'bob' } ] })->{value}{attendances}[0];

	my $shown = sub {
		my ($args, $name) = @_;
		my $answer = $app->call('meeting/update', { id => 'm',
			$args ? (attendances => [ { %$bob, %$args } ]) : () });
		is($answer->{code}, 10000, $name) or diag($answer->{text});
		return $answer->{value}{attendances}[0]{faceUrl};
	};

	is($bob->{faceUrl}, url('bob'), 'the picture of an attendee');
	is($shown->({}, 'as it was'), url('bob'), 'the same');

	put('bob', $PNG);
	isnt(url('bob'), $bob->{faceUrl}, 'another picture');
	is($shown->(undef, 'changed'), url('bob'), 'shows there, too');
	is($shown->({}, 'as it was'), url('bob'), 'even so');

	for my $face ('http://x/f.jpg', $bob->{faceUrl} =~ s/1000/2000/r) {
		is($shown->({ faceUrl => $face }, 'elsewhere'), $face,
			'an address that is not ours');
	}

	put('bob', $JPEG);
	$app->call('meeting/cancel', { meetingId => 'm' });

	return;
}


# Orders and cuts that make no difference.

sub test_ways {
	my ($type, $body) = Meeting::Picture::form([ userId => 'ann' ],
		[ file => $PNG, 'x.png' ]);
	my @user = [ userId => 'ann' ];
	my @file = [ file => $PNG, 'x' ];
	my @token = [ access_token => $TOKEN ];

	is(update([ @file, @user ])->{code}, 10000, 'the file first');
	is(update([ @user, @file, @token ], token => undef)->{code}, 10000,
		'the token in the form');
	is(update([ @file ], query => 'userId=ann')->{code}, 10000,
		'the user in the query');
	is(update([ [ more => 'x' ], @file, [ other => $JPEG, 'y' ], @user ])
		->{code}, 10000, 'more parts, another file');
	is($app->request('POST', '/memory/meeting/api/open/user/updateFace?'
		. "access_token=$TOKEN", $body, $type)->{code}, 10000, 'in memory');
	is($app->request('POST', '/rewritten/meeting/api/open/user/updateFace?'
		. "access_token=$TOKEN", $body, $type)->{code}, 10000,
		'through a location of another dialect');
	is($app->request('POST', '/rewritten/meeting/api/open/user/get?'
		. "access_token=$TOKEN", '{"userId":"ann"}')->{code}, 10000,
		'what is no form, too');

	my $uri = "/meeting/api/open/user/updateFace?access_token=$TOKEN";
	my @head = ("POST $uri HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		. "Content-Type: $type\r\n");
	my $chunks = join('', map { sprintf("%x\r\n%s\r\n", length, $_) }
		unpack('(a7777)*', $body)) . "0\r\n\r\n";

	like($t->raw("$head[0]Transfer-Encoding: chunked\r\n\r\n$chunks"),
		qr/"code":10000/, 'in chunks');

	my $length = 'Content-Length: ' . length($body);
	my $edge = index($body, "\r\n\r\n") + 1;

	like($t->raw([ "$head[0]$length\r\n\r\n", substr($body, 0, $edge),
		substr($body, $edge, 2), substr($body, $edge + 2, -5),
		substr($body, -5, 2), substr($body, -3) ], pause => 0.05),
		qr/"code":10000/, 'in pieces');
	is(scalar(files()), 2, 'one file each');

	return;
}


sub test_sizes {
	for my $case (
		[ \&Meeting::Picture::png, $MIN - 1, 71001, 'smaller than 200 KB' ],
		[ \&Meeting::Picture::png, $MIN, 10000, '' ],
		[ \&Meeting::Picture::jpeg, $MIN - 1, 71001, 'smaller than 200 KB' ],
		[ \&Meeting::Picture::jpeg, $MIN, 10000, '' ],
		[ \&Meeting::Picture::png, $MAX, 10000, '' ],
		[ \&Meeting::Picture::png, $MAX + 1, 71001, 'larger than 5 MB' ],
		[ \&Meeting::Picture::jpeg, $MAX, 10000, '' ],
		[ \&Meeting::Picture::jpeg, $MAX + 1, 71001, 'larger than 5 MB' ],
		[ sub { '' }, 0, 71001, 'smaller than 200 KB' ],
	) {
		my ($make, $size, $code, $why) = @$case;
		my $picture = $make->(10, 10, $size);
		my $answer = put('ann', $picture);

		is(length($picture), $size, "$size bytes");
		is($answer->{code}, $code, "$size bytes: $code");
		is($answer->{msg}, $why && "Invalid arguments: file: $why", $why);
	}

	my $answer = put('ann', 'x' x (7 * 1024 * $KB));
	is($answer->{http}, 413, 'more than nginx takes');
	is(Meeting::H5yes::shape($answer->{text}), '{"success":B,"message":S,'
		. '"code":N,"fieldErrors":{}}', 'in the envelope');

	is(scalar(files()), 2, 'no file came of these');

	return;
}


sub test_pictures {
	my $url = url('ann');
	my $broken = $PNG;
	substr($broken, 5000, 1) = 'y';

	for my $case (
		[ Meeting::Picture::png(1921, 1080, $MIN), 'more than 1920x1080',
			'too wide' ],
		[ Meeting::Picture::png(1920, 1081, $MIN), 'more than 1920x1080',
			'too high' ],
		[ Meeting::Picture::jpeg(1080, 1921, $MIN), 'more than 1920x1080',
			'too high, upright' ],
		[ Meeting::Picture::jpeg(1081, 1920, $MIN), 'more than 1920x1080',
			'too wide, upright' ],
		[ Meeting::Picture::png(30000, 30000, $MIN), 'more than 1920x1080',
			'a bomb' ],
		[ 'GIF89a' . 'x' x $MIN, 'neither', 'a GIF' ],
		[ '<svg xmlns="http://www.w3.org/2000/svg">' . ' ' x $MIN, 'neither',
			'an SVG' ],
		[ "\xff\xd8\xff" . 'x' x $MIN, 'broken', 'a head alone' ],
		[ "\x89PNG\r\n\x1a\n" . 'x' x $MIN, 'broken', 'a signature alone' ],
		[ substr($PNG, 0, -1) . "\0", 'broken', 'a wrong end' ],
		[ substr(Meeting::Picture::png(9, 9, 2 * $MIN), 0, $MIN), 'broken',
			'half a PNG' ],
		[ substr(Meeting::Picture::jpeg(9, 9, 2 * $MIN), 0, $MIN), 'broken',
			'half a JPEG' ],
		[ substr(Meeting::Picture::jpeg(9, 9, $MIN + 2), 0, -2), 'broken',
			'a JPEG without an end' ],
		[ $broken, 'broken', 'a changed byte' ],
	) {
		my ($picture, $why, $name) = @$case;
		my $answer = put('ann', $picture);

		wrong($answer, 71001, qr/\AInvalid arguments: file: .*$why/, $name);
	}

	is(put('ann', $JPEG . "\0" x 1000)->{code}, 10000, 'more after its end');
	isnt(url('ann'), $url, 'is let pass');
	is(scalar(files()), 2, 'no file came of the others');

	return;
}


sub test_forms {
	my ($type, $body) = Meeting::Picture::form([ userId => 'ann' ],
		[ file => $PNG, 'x.png' ]);
	my $bad = qr/\AInvalid arguments: not a valid multipart form\z/;

	for my $case (
		[ 'multipart/form-data', $body, 71001, $bad, 'no boundary' ],
		[ 'multipart/form-data; boundary=', $body, 71001, $bad,
			'an empty boundary' ],
		[ 'multipart/form-data; boundary=' . 'x' x 71, $body, 71001, $bad,
			'a long boundary' ],
		[ 'multipart/form-data; boundary=other', $body, 71001, $bad,
			'another boundary' ],
		[ $type, '', 71001, $bad, 'no body' ],
		[ $type, substr($body, 0, -4), 71001, $bad, 'no end' ],
		[ $type, $body =~ s/; name="userId"//r, 71001, $bad, 'no name' ],
		[ $type, $body =~ s/form-data;/attachment;/r, 71001, $bad,
			'another disposition' ],
		[ $type, $body =~ s/\r\n/\n/r, 71001, $bad, 'a bare LF' ],
		[ $type, $body =~ s/x\.png/x\0.png/r, 71001, $bad, 'a NUL' ],
		[ $type, $body =~ s/x\.png/'x' x 9000/er, 71001, qr/too long/,
			'a long header' ],
		[ $type, $body =~ s/name="userId"/name="userId"\r\n folded: x/r,
			71001, $bad, 'a folded header' ],
	) {
		my ($as, $text, $code, $words, $name) = @$case;
		wrong($app->call('user/updateFace', $text, type => $as), $code,
			$words, $name);
	}

	wrong(update([ map { [ "x$_" => 'x' ] } 1 .. 10_000 ]), 71001,
		qr/too many/, 'ten thousand parts');
	wrong(update([ [ userId => 'x' x 70_000 ], [ file => $PNG, 'x' ] ]),
		71001, qr/too long/, 'a long text');
	wrong(update([ [ userId => 'ann' ], [ file => $PNG, 'x' ],
		[ file => $PNG, 'x' ] ]), 71001, qr/file: given twice/, 'two files');
	wrong(update([ [ userId => 'ann' ], [ userId => 'bob' ],
		[ file => $PNG, 'x' ] ]), 71001, qr/userId: given twice/,
		'two users');
	is(scalar(files()), 2, 'no file came of these');

	for my $name ('../../../../etc/passwd', '/etc/passwd', 'C:\\x', "\xc3\xa9",
		'x' x 4096, '%00', '', '..', "a; b='c'")
	{
		is(update([ [ userId => 'ann' ], [ file => $PNG, $name ] ])->{code},
			10000, 'a file called ' . substr($name, 0, 30));
	}

	ok(!(grep { !m{^1000/[0-9a-f]{32}\.(?:jpg|png)$} } files()),
		'whatever they say, names are ours');
	is(scalar(files()), 2, 'and one file each');

	return;
}


sub test_wrong {
	my @file = [ file => $PNG, 'x' ];

	wrong(update([ @file ]), 71005, qr/\ALack userId arguments\z/, 'no user');
	wrong(update([ [ userId => '' ], @file ]), 71005, qr/\ALack userId /,
		'an empty user');
	wrong(update([ [ userId => 'ann' ] ]), 71005, qr/\ALack file arguments\z/,
		'no file');
	wrong(update([ [ userId => 'ann' ], [ file => 'text' ] ]), 71008,
		qr/\AArguments type mismatch: file\z/, 'a file that is text');
	wrong(update([ [ userId => 'nobody' ], @file ]), 71009,
		qr/\AUser is not exist\z/, 'an unknown user');
	wrong(update([ [ userId => 'ann' ], @file ], token => undef), 71002,
		qr/\ALack access token\z/, 'no token');
	wrong(update([ [ userId => 'ann' ], @file ], token => '0' x 40), 71003,
		qr/\AIllegal access token\z/, 'a wrong token');
	wrong($app->call('user/updateFace', { userId => 'ann' }), 71005,
		qr/\ALack file /, 'no form');
	wrong($app->call('user/updateFace', { userId => 'ann', file => 'x.png' }),
		71008, qr/mismatch: file\z/, 'a name for a file');
	is($app->request('GET', '/meeting/api/open/user/updateFace?access_token='
		. $TOKEN)->{http}, 405, 'GET');

	is(scalar(files()), 2, 'no file came of these');

	return;
}


# The user that a form names is known before the limits, though the form is in a file.

sub test_limits {
	my ($type, $body) = Meeting::Picture::form([ file => $PNG, 'x.png' ],
		[ userId => 'bob' ]);
	my $uri = "/limited/meeting/api/open/user/updateFace?access_token=$TOKEN";

	is($app->request('POST', $uri, $body, $type)->{http}, 200, 'one is let in');
	is($app->request('POST', $uri, $body, $type)->{http}, 429,
		'the next is not');

	($type, $body) = Meeting::Picture::form([ file => $PNG, 'x.png' ],
		[ userId => 'ann' ]);
	is($app->request('POST', $uri, $body, $type)->{http}, 200,
		'another user is');

	return;
}


sub test_companies {
	wrong(put('ann', $PNG, app => $other), 71009, qr/\AUser is not exist\z/,
		'another company\'s user');
	wrong($other->call('user/clearFace', { userId => 'ann' }), 71009,
		qr/\AUser/, 'clearFace of another company\'s');

	$other->call('user/add', { id => 'ann', name => 'A', account => 'a' });

	is(put('ann', $PNG, app => $other)->{code}, 10000, 'one\'s own');
	like(url('ann', $other), qr{/resources/2000/}, 'in a folder of its own');
	is(scalar(files()), 3, 'three files');

	is($other->call('user/remove', { userId => 'ann' })->{code}, 10000,
		'removed');
	is(scalar(files()), 2, 'and its file, no other');

	return;
}


# A user's picture shows wherever the user does.

sub test_elsewhere {
	my $list = $app->call('user/list', {});

	is_deeply([ map { $_->{faceUrl} } @{$list->{value}} ],
		[ url('ann'), url('bob') ], 'user/list');

	return;
}


sub test_vanishing {
	my ($type, $body) = Meeting::Picture::form([ userId => 'ann' ],
		[ file => Meeting::Picture::png(9, 9, $MAX), 'x.png' ]);
	my $head = "POST /meeting/api/open/user/updateFace?access_token=$TOKEN"
		. " HTTP/1.1\r\nHost: x\r\nContent-Type: $type\r\nContent-Length: "
		. length($body) . "\r\n\r\n";

	for my $part (0.1, 0.5, 0.999, (1) x 20) {
		my $s = $t->connect();

		print {$s} $head, substr($body, 0, $part * length($body));
		sleep(rand(0.03)) if $part == 1;
		close($s);
	}

	$t->wait_for(sub { files() == 2 && !glob($t->prefix()
		. '/tmp/client_body/*/*') && url('ann') =~ m{([^/]*)$}
		&& -e $t->prefix() . "/faces/1000/$1" });
	sleep(0.3);

	is(scalar(files()), 2, 'clients that left, left nothing');
	is(fetch(url('ann'))->{status}, 200, 'the picture there is, is served');

	return;
}


sub rss {
	my ($pid) = $t->workers();
	return Meeting::Test::slurp("/proc/$pid/status") =~ /VmRSS:\s+(\d+)/
		? $1 : 0;
}


sub test_memory {
	my $big = Meeting::Picture::png(1920, 1080, $MAX);
	my $before;

	for my $i (1 .. 25) {
		is(put('ann', $big)->{code}, 10000, "5 MB, $i") if $i == 25;
		put('ann', $big) if $i != 25;
		$before //= rss() if $i == 5;
	}

	my $grown = rss() - $before;

	cmp_ok($grown, '<', $ENV{MEETING_SANITIZE} ? 100_000 : 3000,
		"twenty times 5 MB take $grown KB");

	return;
}


sub test_sweep {
	my $dir = $t->prefix() . '/faces/1000';
	my @orphans = map { sprintf('%032x.png', $_) } 1 .. 3;
	my $old = time() - 2 * 3600;

	$t->write_file("faces/1000/$_", 'x') for @orphans, 'notes.txt';
	utime($old, $old, map { "$dir/$_" } @orphans[0, 1], 'notes.txt');
	utime($old, $old, map { $t->prefix() . "/faces/$_" }
		grep { !m{/0{30}} } files());

	my @sweep = ('resources', 'sweep', '--resources',
		$t->prefix() . '/faces');

	is_deeply($t->ctl(@sweep), { removed => 2, kept => 2 }, 'a sweep');
	ok(!-e "$dir/$orphans[0]" && !-e "$dir/$orphans[1]",
		'took what no user has');
	ok(-e "$dir/$orphans[2]", 'but not what is fresh');
	ok(-e "$dir/notes.txt", 'nor what is not ours');
	is(fetch(url($_))->{status}, 200, "nor the picture of $_")
		for qw/ ann bob /;
	is_deeply($t->ctl(@sweep), { removed => 0, kept => 2 }, 'once more');
	is_deeply($t->ctl('resources', 'sweep'), { removed => 0, kept => 0 },
		'without a folder there is nothing to do');

	unlink("$dir/$orphans[2]", "$dir/notes.txt");

	return;
}


sub test_removed {
	my $face = url('ann');

	is($app->call('user/remove', { userId => 'ann' })->{code}, 10000,
		'user/remove');
	is(fetch($face)->{status}, 404, 'takes the picture along');
	is(scalar(files()), 1, 'and its file');

	return;
}
