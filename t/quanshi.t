#!/usr/bin/perl

# Join links through a real server: quanshi's detail of a meeting of any
# dialect, who sees the host's secrets, and the page that a browser gets.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Encode qw/ decode_utf8 encode_utf8 /;
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Quanshi;
use Meeting::Routes qw/ covers /;
use Meeting::Test;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $HOUR = 3600000;
my $PUBLIC = 'https://mtest.qsh1.cn';

my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', server => <<'CONF');
    meeting_public_base https://mtest.qsh1.cn;
    meeting_show_phones all;
HTTP
        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }

        # any address
        location /openapi/conference/detail {
            meeting_api quanshi company=4711;
        }

        location /any/where {
            meeting_api quanshi;
        }

        location /k/ {
            meeting_api page;
        }

        location /london/k/ {
            meeting_api      page;
            meeting_timezone Europe/London;
        }

        location /denied/k/ {
            deny             all;
            meeting_api      page;
        }
CONF

my $base = 'http://127.0.0.1:' . $t->port();
my (%h5yes, %credential);

for my $company (1000, 2000) {
	$t->company($company);
	$credential{$company} = $t->ctl('credential', 'add', '--company',
		$company);
	$h5yes{$company} = Meeting::H5yes->new(base => $base,
		%{$credential{$company}});
}

$t->start();

my $qs = Meeting::Quanshi->new(base => $base);
my $now = int(time() * 1000);

# noon of a day to come
my $noon = int($now / 86400_000) * 86400_000 + 2 * 86400_000 + 4 * $HOUR;

# The document's example, its values by kind: "request_duration" is text.

my $EXAMPLE = <<'JSON' =~ s/\s//gr;
{"status":N,"result":[{"conferenceId":S,"pcode1":S,"pcode2":S,"billingcode":S,
"eventId":N,"attendeeJoinUrl":S,"hostJoinUrl":S,"wcallurl":S,"hostId":N,
"hostName":S,"hostMobile":S,"startTime":N,"endTime":N,"length":N,"status":N,
"title":S,"confMode":N,"calType":S,"roomId":S,"attendList":[{"cityCode":S,
"companyName":S,"contactId":S,"countryCode":S,"displayName":S,"mobileNumber":S,
"officePhone":S,"orgName":S,"phoneEmail":S,"phoneName":S,"productStatus":N,
"status":S,"user":S,"userProfile":null,"userType":N}],"livePullUrl":S,
"livePullPwd":S,"CreateTime":N,"modifyTime":N,"timezone":S,"joinLogin":N,
"joinConfSelTag":N,"joinConfTags":S,"webRTCUrl":S,"calExtraInfo":{},
"confNodeType":N,"houseList":[],"equipList":[],"detailHouseList":null}],
"request_id":S,"reqid":S,"timestamp":N,"request_duration":S}
JSON

make_directory($_) for 1000, 2000;

my %first = book(1000, 'first', attendances => [ { userId => 'ann' },
	{ userId => 'bob', name => 'B' },
	{ userId => '', name => 'guest', phone => '139', email => 'g@x' },
	{ userId => '', phone => '138' } ]);

test_shape();
test_room();
test_secrets();
test_states();
test_unknown();
test_any_address();
test_companies();
test_page();
test_host_page();
test_page_headers();
test_page_bad_input();
test_crowd();

$t->verify();
$t->finish();


sub make_directory {
	my ($company) = @_;
	my $app = $h5yes{$company};

	$app->call('dept/add', { id => 'd', name => '研发部' });
	$app->call('user/add', { id => 'ann', name => '安', account => 'ann',
		phone => '13800000001', departmentId => 'd' });
	$app->call('user/add', { id => 'bob', name => '波', account => 'bob' });
	$app->call('room/add', { id => 'r', name => '杏花村', address => '锦业路' });
	$app->call('room/add', { id => 'audited', name => 'A', needAudit => 1 });

	return;
}


# A meeting, with its links: id, attendee, host.

sub book {
	my ($company, $subject, %more) = @_;

	my $answer = $h5yes{$company}->call('meeting/book', { roomId => 'r',
		speaker => 's', subject => $subject, createdId => 'ann',
		attendances => [ { userId => 'bob' } ], beginTime => $noon,
		endTime => $noon + $HOUR, %more });

	die $answer->{text} if $answer->{code} != 10000;

	$noon += 24 * $HOUR;

	return links($company, $answer->{value}{id});
}


sub links {
	my ($company, $id) = @_;

	my $links = $t->ctl('meeting', 'links', '--company', $company,
		'--meeting', $id, '--base', $PUBLIC);

	return (id => $id, attendee => $links->{attendeeJoinUrl},
		host => $links->{hostJoinUrl}, number => $links->{meeting});
}


sub test_shape {
	my $jt = Meeting::Jituancaiyun->new(base => $base, %{$credential{1000}});

	my $id = $jt->call('create', { requesterUid => 'ann', requesterName => '安',
		detail => { createTime => $now, content => '哦', address => '三楼',
			beginTime => $noon, endTime => $noon + 30 * 60000,
			remindMin => 0, remindType => 0,
			members => [ { uid => 'bob', name => '波' } ] } })
		->{data}{meetingInviteId};
	my %link = links(1000, $id);
	my $answer = $qs->detail($link{attendee});

	is(Meeting::H5yes::shape($answer->{text}), $EXAMPLE,
		'the example, member by member');
	is($answer->{type}, 'application/json;charset=UTF-8', 'its type');
	like($answer->{whole}{request_duration}, qr/\A\d+\.\d{6}ms\z/,
		'how long it took');
	ok(abs($answer->{whole}{timestamp} - time() * 1000) < 60000, 'when');

	my %want = (
		conferenceId => "$id", eventId => $id, hostName => '安',
		hostMobile => '13800000001', hostId => 1,
		attendeeJoinUrl => $link{attendee},
		webRTCUrl => "$link{attendee}?priority=web",
		startTime => $noon / 1000, endTime => $noon / 1000 + 1800,
		length => 30, status => 1, title => '哦', calType => 'E',
		roomId => '', timezone => 'Asia/Shanghai', confNodeType => 1,
		wcallurl => '', livePullUrl => '', joinLogin => 0,
	);

	is($answer->{conference}{$_}, $want{$_}, $_) for sort keys %want;

	like($answer->{conference}{$_->[0]}, $_->[1], $_->[0])
		for [ pcode2 => qr/\A\d+\z/ ], [ billingcode => qr/\A\d+\z/ ],
			[ attendeeJoinUrl => qr{\A\Q$PUBLIC\E/k/[\w-]{11}\z} ];

	my $again = $qs->detail($link{attendee});
	isnt($again->{whole}{$_}, $answer->{whole}{$_}, "$_ is fresh")
		for 'request_id', 'reqid';
	isnt($answer->{whole}{request_id}, $answer->{whole}{reqid},
		'and they differ');

	$noon += 24 * $HOUR;

	return;
}


sub test_room {
	my $answer = $qs->detail($first{attendee});
	my $c = $answer->{conference};

	is_deeply($c->{houseList}, [ { DeviceId => 1, DeviceType => 2,
		DeviceName => '杏花村', City => '', Location => '锦业路', Floor => 0,
		IsMainRoom => 0, ParentDeviceId => 0, ParentDeviceType => 0,
		ApplyUserId => 1, ApprovalStatus => 2 } ], 'the room');
	is_deeply($c->{detailHouseList}, [ { DeviceId => 1, DeviceType => 2,
		DeviceName => '杏花村', City => '', Location => '锦业路', Floor => 0,
		IsMainRoom => 0, ApplyUserId => 1, ApprovalStatus => 2,
		ApplyStatus => 2, SubDevices => [] } ], 'and its details');
	is_deeply([ $c->{roomId}, $c->{equipList} ], [ '1', [] ], 'no devices');

	is_deeply([ map { [ @{$_}{qw/ displayName mobileNumber orgName user
		userType status /} ] } @{$c->{attendList}} ], [
			[ '安', '13800000001', '研发部', '1', 1, 'W' ],
			[ 'B', '', '', '2', 1, 'W' ],
			[ 'guest', '139', '', '', 3, 'W' ],
			[ '', '138', '', '', 3, 'W' ] ], 'its people');
	is_deeply([ map { [ @{$_}{qw/ phoneName phoneEmail /} ] }
		@{$c->{attendList}} ], [ [ '', '' ], [ '', '' ], [ 'guest', 'g@x' ],
			[ '138', '' ] ], 'the names and addresses of guests');

	my %guests = book(1000, 'guests', attendances => [
		{ userId => '', name => 'N', email => 'n@x' },
		{ userId => '', email => 'e@x' } ]);
	is_deeply([ map { [ @{$_}{qw/ phoneName phoneEmail mobileNumber userType
		/} ] } @{$qs->detail($guests{attendee})->{conference}{attendList}} ],
		[ [ 'N', 'n@x', '', 2 ], [ 'e@x', 'e@x', '', 2 ] ],
		'guests without a phone');

	my %audited = book(1000, 'audited', roomId => 'audited');
	my $approval = sub {
		my $c = $qs->detail($audited{attendee})->{conference};
		return join ' ', $c->{houseList}[0]{ApprovalStatus},
			$c->{detailHouseList}[0]{ApprovalStatus};
	};
	my $set = sub {
		$h5yes{1000}->call('meeting/update', { id => $audited{id}, @_ });
	};

	is($approval->(), '0 0', 'to be approved');
	$set->(checkedState => 2);
	is($approval->(), '1 1', 'refused');
	$set->(checkedState => 1);
	is($approval->(), '2 2', 'approved');
	$h5yes{1000}->call('meeting/cancel', { meetingId => $audited{id} });
	is($approval->(), '3 3', 'cancelled');

	return;
}


sub test_secrets {
	my $secrets = sub {
		my ($query) = @_;
		my $c = $qs->detail($first{attendee}, query => $query)->{conference};
		return join ' ', map { $_ eq '' ? '-' : 'there' }
			@{$c}{qw/ hostJoinUrl pcode1 pcode2 /};
	};

	my $token = $h5yes{1000}->token();

	is($secrets->(''), '- - there', 'without a token');
	is($secrets->("accessToken=$token"), 'there there there', 'with one');
	is($qs->detail($first{attendee}, query => "accessToken=$token")
		->{conference}{hostJoinUrl}, $first{host}, 'the host\'s link');

	is($secrets->('accessToken=' . $h5yes{2000}->token()), '- - there',
		'with another company\'s');
	is($secrets->($_), '- - there', substr("with $_", 0, 50))
		for 'accessToken=', 'accessToken=x', "accessToken=${token}0",
			'accessToken=' . 'a' x 40, "accessToken=%00", 'accessToken=%ff',
			"accessToken=$token&accessToken=$token", "access_token=$token";

	$t->ctl('credential', 'add', '--company', 1000);
	my ($other) = grep { $_->{appkey} ne $credential{1000}{appkey} }
		map { ref $_ eq 'ARRAY' ? @$_ : $_ }
		$t->ctl('credential', 'list', '--company', 1000);
	$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
		$other->{appkey});
	is($secrets->("accessToken=$token"), 'there there there',
		'another credential is revoked');

	return;
}


sub test_states {
	my $status = sub {
		my ($link) = @_;
		return $qs->detail($link)->{conference}{status};
	};

	my %over = map { $_ => { links(1000, $t->ctl('meeting', 'add',
		'--creator', 'ann', '--subject', $_, '--people', 'ann,bob',
		'--begin', $now - $HOUR, '--end',
		$_ eq 'past' ? $now - 1 : $now + $HOUR)->{number}) } }
		'past', 'running', 'finished';

	is($status->($first{attendee}), 1, 'to come');
	is($status->($over{running}{attendee}), 1, 'under way');
	is($status->($over{past}{attendee}), 4, 'past');

	$h5yes{1000}->call('meeting/finish',
		{ meetingId => "$over{finished}{number}" });
	is($status->($over{finished}{attendee}), 4, 'finished');

	my %gone = book(1000, 'gone');
	$h5yes{1000}->call('meeting/cancel', { meetingId => $gone{id} });
	is($status->($gone{attendee}), 0, 'cancelled');

	is(state_of($over{past}{attendee}), '已结束 · ended', 'past, on the page');
	is(state_of($over{running}{attendee}), '进行中 · under way',
		'under way, on the page');
	is(state_of($gone{attendee}), '已取消 · cancelled',
		'cancelled, on the page');

	return;
}


sub page {
	my ($link, $prefix) = @_;
	my ($path) = $link =~ m{(/k/.*)};
	my $answer = $t->get(($prefix // '') . $path);
	$answer->{page} = decode_utf8($answer->{content});
	return $answer;
}


sub state_of {
	my ($link) = @_;
	return page($link)->{page} =~ m{State</dt><dd>(.*?)</dd>} ? $1 : '';
}


sub test_unknown {
	my ($code) = $first{attendee} =~ m{([^/]+)\z};
	my $swapped = $code =~ tr/A-Za-z/a-zA-Z/r;

	my %want = (
		"$PUBLIC/k/AAAAAAAAAAA" => 'an unknown code',
		$first{host} => 'the host\'s link',
		"$PUBLIC/k/$swapped" => 'a code in another case',
		"$PUBLIC/k/" => 'no code',
		"$PUBLIC/x/$code" => 'another path',
		"$PUBLIC/k/${code}x" => 'a longer code',
		"$PUBLIC/k/x/$code" => 'a path between',
		$code => 'no link',
		'x' => 'nothing',
		"$PUBLIC/k/'; DROP T" => 'a strange code',
	);

	for my $link (sort keys %want) {
		my $answer = $qs->detail($link);
		ok($answer->{code} == 2001 && $answer->{http} == 200
			&& $answer->{text} =~ /\A\{"status":2001,"result":\[\],/,
			"unknown: $want{$link}") or diag($answer->{text});
	}

	is($qs->detail("$first{attendee}$_")->{code}, 0, "a link with $_")
		for '?priority=web', '#x', '?a=/k/x', '/', '/?from=singlemessage',
			"\x{3002}", "\x{ff0c}\x{8bf7}\x{51c6}\x{65f6}", '.', ')',
			"\x{3002}?from=timeline";
	is($qs->detail("http://elsewhere/deep/k/$code")->{code}, 0,
		'the code tells, not the host');

	my %bad = (
		'' => 1002, '{}' => 1002, '{"attendeeJoinUrl":""}' => 1002,
		'{"attendeeJoinUrl":null}' => 1002,
		'{"attendeeJoinUrl":5}' => 1003, '{"attendeeJoinUrl":{}}' => 1003,
		'{"attendeeJoinUrl":"' . 'x' x 501 . '"}' => 1004,
		'[]' => 1001, '{' => 1001,
	);

	for my $body (sort keys %bad) {
		my $answer = $qs->detail(\$body);
		ok($answer->{code} == $bad{$body} && $answer->{http} == 200
			&& length $answer->{msg}, substr("bad: $body", 0, 60))
			or diag($answer->{text});
	}

	is($qs->detail($first{attendee}, method => 'GET')->{http}, 405,
		'POST only');

	return;
}


sub test_any_address {
	for ('/any/where', '/any/where/', '/any/where/else/x.php') {
		my $other = Meeting::Quanshi->new(base => $base, path => $_);
		is($other->detail($first{attendee})->{conference}{title}, 'first',
			"at $_");
	}

	return;
}


# Two companies with the same numbers, rooms and people.

sub test_companies {
	covers('isolation', 'quanshi', '*');
	covers('isolation', 'page', '*');

	my %theirs = book(2000, 'theirs');
	my $c = $qs->detail($theirs{attendee})->{conference};

	is($c->{title}, 'theirs', 'a link of another company');
	is($c->{conferenceId}, '1', 'which has a number 1, too');
	is_deeply([ map { $_->{user} } @{$c->{attendList}} ], [ '2' ],
		'and its own people');
	is($c->{houseList}[0]{DeviceId}, 1, 'and rooms');
	is($qs->detail($first{attendee})->{conference}{title}, 'first',
		'ours is ours');

	is(page($theirs{attendee})->{page} =~ m{<h1>(.*?)</h1>} ? $1 : '',
		'theirs', 'their page shows their meeting');
	is(page($first{attendee})->{page} =~ m{<h1>(.*?)</h1>} ? $1 : '',
		'first', 'our page shows ours');
	is($qs->detail($theirs{attendee}, query => 'accessToken='
		. $h5yes{1000}->token())->{conference}{hostJoinUrl}, '',
		'our token shows no secret of theirs');

	return;
}


# Addresses that are no link, and what comes along with one.

sub test_page_bad_input {
	my ($path) = $first{attendee} =~ m{(/k/.*)};
	my ($code) = $path =~ m{([^/]+)\z};

	covers('bad input', 'page', '*');

	my $unknown = $t->get('/k/AAAAAAAAAAA')->{content};

	for ('%ff' x 11, 'A' x 10, 'A' x 12, 'A' x 4000, '%00' . $code,
		'%3Cscript%3E', '%25s%25n', "..%5c$code", "%2e%2e%5c$code",
		'%E4%BC%9A' x 11)
	{
		my $answer = $t->get("/k/$_");
		my $name = 'page: ' . substr($_, 0, 40);

		like($answer->{status}, qr/^40[04]$/, $name);
		is($answer->{content}, $unknown, "$name: is an unknown one")
			if $answer->{status} == 404;
	}

	is($t->get("$path?$_")->{status}, 200, "page: with the query $_")
		for '%ff', '%00', 'a=' . 'b' x 4000, '<script>', '&&==';
	is($t->request($_, $path, '{}')->{status}, 405, "page: $_")
		for qw/ POST PUT DELETE OPTIONS PATCH /;
	is($t->request('GET', $path, 'x' x 100)->{status}, 200,
		'page: a body is not read');

	return;
}


sub test_page {
	my $evil = '<script>alert("1")</script> & \'so\'';
	my %link = book(1000, $evil, address => "<b>$evil</b>");
	my $answer = page($link{attendee});
	my $escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; '
		. '&#39;so&#39;';

	is($answer->{status}, 200, 'a page');
	is($answer->{headers}{'content-type'}, 'text/html; charset=utf-8',
		'is HTML');
	like($answer->{page}, qr{\A<!DOCTYPE html>.*</html>\n\z}s, 'whole');
	like($answer->{page}, qr{<title>\Q$escaped\E</title>}, 'title');
	like($answer->{page}, qr{<h1>\Q$escaped\E</h1>}, 'heading');
	like($answer->{page}, qr{<dd>&lt;b&gt;\Q$escaped\E&lt;/b&gt;</dd>},
		'place');
	like($answer->{page}, qr{<dd>杏花村</dd>}, 'room');
	is(state_of($link{attendee}), '未开始 · not started', 'state');

	my @at = gmtime(($noon - 24 * $HOUR) / 1000 + 8 * 3600);
	my $day = sprintf '%04d-%02d-%02d', $at[5] + 1900, $at[4] + 1, $at[3];

	like($answer->{page},
		qr{<dd>$day 12:00 – $day 13:00 \(Asia/Shanghai\)</dd>}, 'time');
	like(page($link{attendee}, '/london')->{page},
		qr{<dd>$day 0[45]:00 – $day 0[56]:00 \(Europe/London\)</dd>},
		'time elsewhere');

	my $c = $qs->detail($link{attendee}, query => 'accessToken='
		. $h5yes{1000}->token())->{conference};

	unlike($answer->{page}, qr/$_/, 'none of the secrets')
		for $c->{pcode1}, $c->{pcode2}, $c->{billingcode},
			$link{host} =~ m{([^/]+)\z}, '安', '波', '13800000001', '<script';

	return;
}


sub test_host_page {
	my $answer = page($first{host});
	my $c = $qs->detail($first{attendee}, query => 'accessToken='
		. $h5yes{1000}->token())->{conference};

	is($answer->{status}, 200, 'the host\'s page');
	like($answer->{page}, qr{<dd>\Q$_\E</dd>}, 'shows more')
		for $c->{pcode1}, $c->{pcode2}, $first{attendee}, '安', '4';
	like($answer->{page}, qr{<tr><td>\Q$_\E</td><td>未读 · unread</td>},
		"and $_") for '安', 'B', 'guest', '';

	return;
}


sub test_page_headers {
	my %want = (
		'content-security-policy' =>
			qr/\Adefault-src 'none'; style-src 'sha256-[\w+\/=]+'; /,
		'x-content-type-options' => qr/\Anosniff\z/,
		'x-frame-options' => qr/\ADENY\z/,
		'referrer-policy' => qr/\Ano-referrer\z/,
		'x-robots-tag' => qr/noindex/,
		'cache-control' => qr/\Ano-store\z/,
	);

	my %pages = (
		"attendee's" => page($first{attendee}),
		"host's" => page($first{host}),
		unknown => page('/k/AAAAAAAAAAA'),
		'of no code' => page('/k/'),
		'of another method' => $t->post('/k/AAAAAAAAAAA', ''),
		denied => page('/k/AAAAAAAAAAA', '/denied'),
	);

	for my $name (sort keys %pages) {
		my $headers = $pages{$name}{headers};

		is($headers->{'content-type'}, 'text/html; charset=utf-8',
			"page $name: HTML");
		ok(!(grep { ref $headers->{$_} || $headers->{$_} !~ $want{$_} }
			keys %want), "page $name: headers")
			or diag(explain($headers));
		unlike($headers->{'content-security-policy'}, qr/unsafe/,
			"page $name: strict");
	}

	is($pages{$_->[0]}{status}, $_->[1], "page $_->[0]: $_->[1]")
		for [ unknown => 404 ], [ 'of no code' => 404 ],
			[ 'of another method' => 405 ], [ denied => 403 ];

	is(page("$first{attendee}$_")->{status}, 200, "a link with $_ opens")
		for '/', '%E3%80%82', '?from=singlemessage', '/?from=timeline',
			'%EF%BC%8C%E8%AF%B7';
	is(page("$first{attendee}x")->{status}, 404, 'a longer code does not');

	my ($path) = $first{attendee} =~ m{(/k/.*)};
	my $head = $t->request('HEAD', $path);
	is($head->{status}, 200, 'its head');
	is($head->{content} // '', '', 'alone');

	return;
}


# Thousands of people, as a whole.

sub test_crowd {
	my %link = book(1000, 'crowd', attendances => [
		map { { userId => '', name => "someone $_" } } 1 .. 5000 ]);

	my $c = $qs->detail($link{attendee})->{conference};

	is(scalar @{$c->{attendList}}, 5000, 'thousands');
	is($c->{attendList}[4999]{displayName}, 'someone 5000', 'to the last');
	is($c->{detailHouseList}[0]{DeviceName}, '杏花村', 'and what follows');

	my $page = page($link{host})->{page};
	is(() = $page =~ /<tr><td>someone/g, 5000, 'on the host\'s page');
	like($page, qr{</table>\n</body>\n</html>\n\z}, 'to its end');

	return;
}
