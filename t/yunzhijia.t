#!/usr/bin/perl

# yunzhijia through a real server: the document's calls, tokens, people, rooms,
# and what the other dialects make of its meetings.  Series: yunzhijia_series.t.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Time::HiRes qw/ time /;

use Meeting::H5yes;
use Meeting::Test;
use Meeting::Yunzhijia;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $HOUR = 3600000;
my $DAY = 24 * $HOUR;
my $MANY = 700;

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /short/gateway/ {
            meeting_api       yunzhijia;
            meeting_token_ttl 1s;
        }

        location /ny/gateway/ {
            meeting_api      yunzhijia;
            meeting_timezone America/New_York;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my %client = (base => 'http://127.0.0.1:' . $t->port(), %$credential);

$t->start();

my $app = Meeting::Yunzhijia->new(%client);
my $office = Meeting::H5yes->new(%client);
my $now = int(time() * 1000);

# noon in Shanghai, 2033-05-18; each test takes days of its own
my $noon = 2000001600000;

my $BOSS = '5a67e08d00b0e8dfe4aab4fa';

# first of all, for their ids are numbers

is($office->call('user/add', { id => "$_", name => "User $_",
	account => "u$_" })->{code}, 10000, "user $_") for 1 .. 3;

test_token();
test_examples();
test_people();
test_modify();
test_rooms();
test_days();
test_cross();
test_placeholder();
test_variables();

$t->verify();
$t->finish();


sub right {
	my ($what, $args, $name) = @_;
	my $answer = $app->call($what, $args);

	ok($answer->{code} == 0 && $answer->{http} == 200 && $answer->{success}
		&& $answer->{members} eq 'data error errorCode success',
		$name // $what) or diag($answer->{text});

	return $answer->{data};
}


sub wrong {
	my ($what, $args, $code, $words, $name) = @_;
	my $answer = $app->call($what, $args);

	ok($answer->{code} == $code && $answer->{http} == 200
		&& $answer->{error} =~ $words && !$answer->{success}
		&& !defined $answer->{data}, "$what: $name")
		or diag("$answer->{http} $answer->{text}");

	return;
}


sub shaped {
	my ($what, $args, $shape) = @_;
	my $answer = $app->call($what, $args);

	is(Meeting::H5yes::shape($answer->{text}), "{\"data\":$shape,"
		. '"error":null,"errorCode":N,"success":B}',
		"$what: members, order and types") or diag($answer->{text});

	return $answer->{data};
}


# A meeting of the boss's, for an hour.

sub create {
	my ($start, %more) = @_;

	my $data = right('create', { openid => $BOSS, title => '会',
		startDate => $start, endDate => $start + $HOUR, %more });

	return $data->{meetingId};
}


sub day {
	my ($day) = @_;
	return @{right('queryByDay', { day => $day })};
}


sub one {
	my ($id, $day) = @_;
	my ($found) = grep { $_->{id} eq $id } day($day);
	return $found // {};
}


sub test_token {
	my $answer = $app->get_token();

	is(Meeting::H5yes::shape($answer->{text}), '{"data":{"accessToken":S,'
		. '"expireIn":N,"refreshToken":S},"error":null,"errorCode":N,'
		. '"success":B}', 'getAccessToken: members, order and types');
	like($answer->{data}{accessToken}, qr/\A[0-9a-f]{40}\z/, 'a token');
	is($answer->{data}{expireIn}, 7200, 'for two hours');
	like($answer->{type}, qr/^application\/json/, 'in JSON');

	my $form = $app->{http}->www_form_urlencode({ eid => $app->{appkey},
		secret => $app->{appsecret}, timestamp => int(time() * 1000),
		scope => 'resGroupSecret' });
	my $uri = '/gateway/oauth2/token/getAccessToken';

	ok($app->request($uri, $form,
		type => 'application/x-www-form-urlencoded')->{success}, 'in a form');
	ok($app->request("$uri?$form", undef)->{success}, 'in the query');

	ok($app->get_token(eid => $app->{appkey}, appId => "500026$_")->{success},
		"eid is ours, appId $_ the vendor's") for '', 'x';
	ok($app->get_token(eid => 'the vendor\'s')->{success}, 'or appId is');

	my $token = $answer->{data}{accessToken};
	my $refreshed = $app->refresh($answer->{data}{refreshToken});

	is(Meeting::H5yes::shape($refreshed->{text}),
		Meeting::H5yes::shape($answer->{text}), 'refreshToken: the same shape');
	is($refreshed->{type}, $answer->{type}, 'the same type');
	isnt($refreshed->{data}{accessToken}, $token, 'another token');
	ok($app->call('queryByDay', { day => $now },
		token => $refreshed->{data}{accessToken})->{success}, 'which is good');
	ok($app->call('queryByDay', { day => $now }, token => $token)->{success},
		'as the one before is');
	ok($app->refresh($refreshed->{data}{refreshToken})->{success},
		'and so on');
	is($app->refresh($token)->{code}, 40102, 'not by an access token');

	ok($app->call('queryByDay', { day => $now, accessToken => $token },
		token => undef)->{success}, 'a token in the body');
	ok($app->call('queryByDay', { day => $now }, token => undef,
		headers => { accessToken => $token })->{success}, 'in a header');
	is($app->call('queryByDay', { day => $now }, token => undef)->{code},
		40101, 'none');
	is($app->call('queryByDay', { day => $now }, token => 'x' x 40)->{code},
		40102, 'not ours');

	is($office->call('user/list', {}, token => $token)->{code}, 10000,
		'good for h5yes');
	ok($app->call('queryByDay', { day => $now },
		token => $office->token())->{success}, 'and h5yes\' for us');

	my $short = Meeting::Yunzhijia->new(%client, prefix => '/short');
	is($short->get_token()->{data}{expireIn}, 1, 'a short life');
	ok($t->wait_for(sub {
		$short->call('queryByDay', { day => $now })->{code} == 40103;
	}), 'is over soon');

	$answer = $app->request('/gateway/cloudwork/meeting/none', {});
	is($answer->{http}, 404, 'an unknown address');
	is($answer->{code}, 40400, 'in the envelope');
	$answer = $app->call('create', undef, method => 'GET');
	is($answer->{http}, 405, 'all is posted');
	is($answer->{code}, 40500, 'in the envelope');

	return;
}


# The document's bodies as they stand there, with later times, and with values
# for its placeholders.

sub test_examples {
	my $start = $noon;
	my $end = $noon + 2 * $HOUR;

	$office->call('room/add', { id => 'xxxxx', name => '云8会议室' });

	my $made = shaped('create', qq({
    "openid": "$BOSS",
    "title": "测试会议",
    "content":"新增会议测试",
    "meetingPlace":"云8会议室",
    "startDate":$start,
    "endDate":$end,
    "roomId":"xxxxx",
    "noticeTime": 0,
    "topState": 0,
    "actors": ["xxxxxx","xxxxxx"],
    "type":"sign",
    "submitExperience":true
}) =~ s/([^\0-\x7f])/sprintf '\u%04x', ord $1/ger, '{"meetingId":S}');

	my $id = $made->{meetingId};
	like($id, qr/\A[0-9a-f]{24}\z/, 'an id as theirs');

	is(shaped('modify', { id => $id, openid => $BOSS, title => '测试会议',
		content => '更新会议测试', meetingPlace => '云8会议室',
		startDate => $start, endDate => $end, roomId => 'xxxxx',
		noticeTime => 0, topState => 0, actors => [ 'xxxxxx', 'xxxxxx' ],
		addActors => [ 'xxxxxx', 'yyyyyy' ],
		delActors => [ 'xxxxxx', 'zzzzzz' ],
		submitExperience => JSON::PP::true }, 'null'), undef, 'no data');

	my $list = shaped('queryByDay', { day => $start }, '[{"openid":S,'
		. '"type":S,"title":S,"content":S,"meetingPlace":S,'
		. '"meetingStatus":N,"readStatus":N,"acceptStatus":N,'
		. '"personName":S,"doneTime":N,"id":S,"noticeTime":N,"noticeTimes":[N],'
		. '"startDate":N,"endDate":N,"createDate":N,"roomId":S,'
		. '"roomOrderId":S}]');

	my %is = %{$list->[0]};
	cmp_ok($is{createDate}, '>=', $now, 'made now');
	delete @is{qw/ createDate roomOrderId /};

	is_deeply(\%is, { openid => $BOSS, type => 'sign', title => '测试会议',
		content => '更新会议测试', meetingPlace => '云8会议室',
		meetingStatus => 0, readStatus => 1, acceptStatus => 2,
		personName => '', doneTime => 0, id => $id, noticeTime => 0,
		noticeTimes => [ 0 ], startDate => $start, endDate => $end, roomId => 'xxxxx' },
		'as it was said');
	isnt($list->[0]{roomOrderId}, '', 'an order of the room');

	is(shaped('cancel', { openid => $BOSS, id => $id }, 'null'), undef,
		'cancel: no data');
	is(one($id, $start)->{meetingStatus}, 2, 'shown as cancelled');
	is(one($id, $start)->{roomOrderId}, '', 'no order any more');

	wrong($_, { openid => $BOSS, id => $id }, 40901, qr/cancelled/, 'for good')
		for qw/ cancel modify /;

	# the past, as the document has it: over as soon as it is made

	$id = create(1535558400000, endDate => 1535644799999);
	$list = one($id, 1535558400000);
	is($list->{meetingStatus}, 1, 'long ago: over');
	is($list->{doneTime}, 1535644799999, 'since then');
	wrong($_, { openid => $BOSS, id => $id }, 40902, qr/ended/, 'over')
		for qw/ cancel modify /;

	return;
}


# Returns a meeting's attendees, as h5yes shows them.

sub people {
	my ($id) = @_;
	my $answer = $office->call('meeting/get', { meetingId => $id });

	return join(' ', sort map { $_->{userId} }
		@{$answer->{value}{attendances}});
}


sub test_people {
	my $id = create($noon + $DAY, actors => [ 'b', 'a', 'b', $BOSS ]);

	is(people($id), "$BOSS a b", 'everybody once, the creator too');

	my $change = sub {
		right('modify', { id => $id, openid => $BOSS, @_ });
		return people($id);
	};

	is($change->(addActors => [ 'c', 'a' ]), "$BOSS a b c", 'one more');
	is($change->(delActors => [ 'b', 'nobody' ]), "$BOSS a c", 'one less');
	is($change->(delActors => [ $BOSS ]), "$BOSS a c", 'the creator stays');
	is($change->(actors => [ 'x', 'y' ]), "$BOSS x y", 'a new list');
	is($change->(actors => [ 'x', 'a' ], addActors => [ 'b' ],
		delActors => [ 'x', 'z' ]), "$BOSS a x", 'actors is the whole list');
	is($change->(title => 'other'), "$BOSS a x", 'not a word of people');
	is($change->(addActors => [ 'b' ], delActors => [ 'x', 'b' ]),
		"$BOSS a", 'added, then removed');
	is($change->(actors => []), $BOSS, 'nobody but the creator');

	# on the list by the id that the directory no longer has

	for my $gone (qw/ gone 99 /) {
		$office->call('user/add', { id => $gone, name => 'G',
			account => $gone });
		is($change->(actors => [ $gone, 'a' ]), join(' ', sort $gone, $BOSS,
			'a'), 'one of the directory');
		is($office->call('user/remove', { userId => $gone })->{code}, 10000,
			'removed from it');
		is($change->(delActors => [ 'a' ]), join(' ', sort $gone, $BOSS),
			'on the list still');
		is($change->(delActors => [ 'nobody', $gone ]), $BOSS,
			'taken off by the same id');
	}

	wrong('modify', { id => $id, openid => 'a' }, 40301, qr/not permitted/,
		'only the creator');
	wrong('cancel', { id => $id, openid => 'stranger' }, 40301,
		qr/not permitted/, 'only the creator');

	return;
}


sub test_modify {
	my $day = $noon + 2 * $DAY;
	my $id = create($day, content => 'c', meetingPlace => 'p',
		noticeTime => 15, topState => 1, type => 'voice');

	right('modify', { id => $id, openid => $BOSS, content => '' });

	my $is = one($id, $day);
	is_deeply([ @{$is}{qw/ title content meetingPlace noticeTime type
		startDate endDate /} ],
		[ '会', '', 'p', 15, 'voice', $day, $day + $HOUR ],
		'what is not said stays');

	right('modify', { id => $id, openid => $BOSS,
		noticeTimes => [ 5, 1440, 5, 0 ] });
	$is = one($id, $day);
	is_deeply([ @{$is}{qw/ noticeTime noticeTimes /} ],
		[ 1440, [ 1440, 5, 0 ] ], 'several reminders, the first one first');

	right('modify', { id => $id, openid => $BOSS, noticeTimes => [] });
	is_deeply([ @{one($id, $day)}{qw/ noticeTime noticeTimes /} ],
		[ -1, [] ], 'none');
	right('modify', { id => $id, openid => $BOSS, noticeTimes => [ -1 ],
		noticeTime => 15 });
	is(one($id, $day)->{noticeTime}, -1, 'the list counts');
	right('modify', { id => $id, openid => $BOSS, noticeTime => 15 });
	is_deeply(one($id, $day)->{noticeTimes}, [ 15 ], 'one of a list');

	right('modify', { id => $id, openid => $BOSS, startDate => $day + 60000,
		noticeTime => -1 });
	$is = one($id, $day);
	is_deeply([ @{$is}{qw/ startDate endDate noticeTime /} ],
		[ $day + 60000, $day + $HOUR, -1 ], 'the begin alone');

	right('modify', { id => $id, openid => $BOSS,
		startDate => $day + $DAY, endDate => $day + $DAY + 1 });
	is(one($id, $day)->{id}, undef, 'gone from its day');
	is(one($id, $day + $DAY)->{id}, $id, 'and on another');

	wrong('modify', { id => $id, openid => $BOSS, startDate => $day + 2 * $DAY },
		40009, qr/^endDate: /, 'a begin beyond the end');

	return;
}


sub test_rooms {
	my $day = $noon + 10 * $DAY;

	$office->call('room/add', { id => 'hall', name => 'Hall' });

	my $id = create($day, roomId => 'hall');
	my %over = (openid => $BOSS, title => 't', roomId => 'hall');

	wrong('create', { %over, startDate => $day + $HOUR - 1,
		endDate => $day + 2 * $HOUR }, 40905, qr/^roomId: /, 'booked then');
	my $next = create($day + $HOUR, roomId => 'hall');

	wrong('modify', { id => $next, openid => $BOSS, startDate => $day },
		40905, qr/^roomId: /, 'moved into another');
	is(one($next, $day)->{startDate}, $day + $HOUR, 'stays where it was');

	wrong('create', { %over, startDate => $day + 11 * $HOUR,
		endDate => $day + 12 * $HOUR }, 40907, qr/hours/, 'at night');

	is($office->call('meeting/book', { roomId => 'hall', speaker => 's',
		subject => 's', createdId => $BOSS, beginTime => $day,
		endTime => $day + 1000, attendances => [] })->{code}, 71001,
		'h5yes finds it booked');

	right('modify', { id => $id, openid => $BOSS, roomId => '' });
	is_deeply([ @{one($id, $day)}{qw/ roomId roomOrderId /} ], [ '', '' ],
		'out of the room');
	right('modify', { id => $next, openid => $BOSS, startDate => $day },
		'there is room now');

	$office->call('room/update', { id => 'hall', status => 0 });
	wrong('create', { %over, startDate => $day + 3 * $HOUR,
		endDate => $day + 4 * $HOUR }, 40906, qr/disabled/, 'disabled');

	$office->call('room/add', { id => 'club', name => 'Club',
		permission => 1, userIds => [] });
	wrong('create', { %over, roomId => 'club', startDate => $day,
		endDate => $day + 1 }, 40304, qr/may not book/, 'not for everybody');

	return;
}


# All that touch the local day, in the order of their begins.

sub test_days {
	my $midnight = $noon + 20 * $DAY - 12 * $HOUR;
	my @made = (
		[ -2 * $HOUR, 0, 'until midnight' ],
		[ -1 * $HOUR, 1, 'over midnight' ],
		[ 0, 1, 'at midnight' ],
		[ $DAY - 1, $DAY, 'the last millisecond' ],
		[ $DAY, $DAY + 1, 'the day after' ],
		[ -40 * $DAY, 40 * $DAY, 'weeks' ],
	);

	create($midnight + $_->[0], endDate => $midnight + $_->[1],
		title => $_->[2]) for @made;

	my $titles = sub {
		my ($app, $day) = @_;
		return join(', ', map { $_->{title} }
			grep { $_->{startDate} != $noon }
			@{$app->call('queryByDay', { day => $day })->{data}});
	};

	my $all = 'weeks, over midnight, at midnight, the last millisecond';
	is($titles->($app, $midnight), $all, 'a day');
	is($titles->($app, $midnight + $DAY - 1), $all, 'to its end');
	is($titles->($app, $midnight + $DAY), 'weeks, the day after', 'the next');
	is($titles->($app, $midnight - 1),
		'weeks, until midnight, over midnight', 'the one before');

	# midnight in Shanghai is noon in New York

	my $there = Meeting::Yunzhijia->new(%client, prefix => '/ny');
	is($titles->($there, $midnight), 'weeks, until midnight, over midnight, '
		. 'at midnight', 'the same instant is on another day elsewhere');

	# many on a day

	my $day = $noon + 100 * $DAY;
	right('repeatMeeting', { openid => $BOSS, title => 'many', repeat => 3,
		startDate => $day, endDate => $day + 300 * 7 * $DAY,
		repeatEndDate => $day + 349 * 7 * $DAY }) for 1 .. $MANY / 350;

	my @all = day($day + 300 * 7 * $DAY - 1);
	is(scalar @all, $MANY / 350 * 301, 'many: all there');
	is(scalar(grep { $all[$_]{startDate} < $all[$_ - 1]{startDate} }
		1 .. $#all), 0, 'in order');

	return;
}


# Made here, signed in weclubs, seen in h5yes.

sub test_cross {
	my $id = create($now - 60000, endDate => $now + $HOUR, openid => '1',
		title => '晨会', content => '内容', meetingPlace => 'D101',
		actors => [ '2', '3' ]);
	my $two = $t->app()->login('u2', 'hf@123456');
	my $one = $t->app()->login('u1', 'hf@123456');
	my $sign = { meeting_id => $id, leader_id => 1, create_date => $now };

	is($one->call('/meeting/get_meeting_participation',
		{ meeting_id => $id })->{code}, 2000, 'weclubs shows it');

	my $answer = $two->call('/meeting/sign_meeting', $sign);
	is($answer->{code}, 2000, 'weclubs signs in') or diag($answer->{text});

	$answer = $one->call('/meeting/get_meeting_participation',
		{ meeting_id => $id })->{data};
	my ($me) = grep { ($_->{student_id} // $_->{user_id} // 0) == 1 }
		map { ref $_ eq 'ARRAY' ? @$_ : () } values %$answer;
	is($me->{is_confirm}, 1, 'the creator has confirmed') if $me;

	my $seen = $office->call('meeting/get', { meetingId => $id })->{value};
	is_deeply([ @{$seen}{qw/ subject memo address /} ],
		[ '晨会', '内容', 'D101' ], 'h5yes sees the same meeting');
	is(join(' ', map { $_->{isSigned} }
		sort { $a->{userId} <=> $b->{userId} } @{$seen->{attendances}}),
		'0 1 0', 'and who has signed in');

	is(one($id, $now)->{personName}, 'User 1', 'the creator\'s name');
	is(one($id, $now)->{meetingStatus}, 0, 'under way');

	# what the creator answers elsewhere shows here

	my $leave = sub {
		$one->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
			dynamic_id => $id, status => $_[0], comment => 'c' });
		return join('', @{one($id, $now)}{qw/ readStatus acceptStatus /});
	};

	is($leave->('leave'), '11', 'on leave');
	is($leave->('confirm'), '12', 'comes after all');

	# changed here, seen there; ended there, final here

	right('modify', { id => $id, openid => '1', title => '晚会' });
	is($office->call('meeting/get', { meetingId => $id })->{value}{subject},
		'晚会', 'changed here, seen in h5yes');
	is($office->call('meeting/finish', { meetingId => $id })->{code}, 10000,
		'ended in h5yes');
	is(one($id, $now)->{meetingStatus}, 1, 'over here');
	cmp_ok(one($id, $now)->{doneTime}, '<', $now + $HOUR, 'since it ended');
	wrong('modify', { id => $id, openid => '1' }, 40902, qr/ended/, 'final');

	# made there, seen here

	$answer = $one->call('/manage/club_meeting/public_meeting', {
		content => '会' x 120, address => 'D102', deadline => $noon,
		need_sign => 0, participation => '1,2' });
	my ($made) = grep { $_->{meetingPlace} eq 'D102' } day($noon);
	is($made->{title}, '会' x 100, 'weclubs\' meeting has a title here');
	is($made->{content}, '会' x 120, 'and its content');
	is_deeply([ @{$made}{qw/ type noticeTime readStatus acceptStatus
		openid roomId /} ], [ undef, -1, 0, 0, '1', '' ],
		'and what it never said');

	right('cancel', { id => "$answer->{data}{meeting_id}", openid => '1' },
		'cancelled here, by its number');
	is($one->call('/meeting/sign_meeting', { meeting_id => $made->{id},
		leader_id => 1, create_date => $now })->{code}, 3000, 'final there');
	is($office->call('meeting/get', { meetingId => $made->{id} })->{code},
		71012, 'gone from h5yes');

	return;
}


# Somebody the directory does not know becomes known later.

sub test_placeholder {
	my $id = create($now - 60000, endDate => $now + $HOUR,
		openid => 'later-boss', actors => [ 'later-one' ]);

	ok(!grep({ $_->{id} =~ /^later/ } @{$office->call('user/list', {})
		->{value}}), 'not in the directory');
	is(one($id, $now)->{personName}, '', 'without a name');

	is($office->call('user/add', { id => $_, name => "Name of $_",
		account => $_ })->{code}, 10000, "$_ is added")
		for qw/ later-boss later-one /;

	is(one($id, $now)->{personName}, 'Name of later-boss', 'named now');
	is(people($id), 'later-boss later-one', 'still on the list');

	my $one = $t->app()->login('later-one', 'hf@123456');
	my $answer = $one->call('/meeting/sign_meeting', { meeting_id => $id,
		leader_id => 'later-boss', create_date => $now });
	is($answer->{code}, 2000, 'can log in and sign')
		or diag($answer->{text});

	return;
}


# Variables for logs and limits.

sub test_variables {
	$t->stop();
	$t->write_default_conf(
		http => "    log_format m '\$meeting_operation "
			. "\$meeting_user \$meeting_claimed_user "
			. "\$meeting_id \$meeting_company \$meeting_result "
			. "\$meeting_reason';",
		server => "        location /gateway/ {\n"
			. "            meeting_api yunzhijia;\n"
			. "            access_log m.log m;\n        }\n");
	$t->start();

	right('modify', { id => create($noon), openid => $BOSS });
	wrong('cancel', { id => 'no', openid => 'who' }, 40401, qr/id: /, 'none');

	$t->stop();

	# two workers may log in either order

	is(join('', sort { $a cmp $b } $t->read_file('m.log')
		=~ s/[0-9a-f]{24,}/ID/gr =~ /(.*\n)/g), <<'LOG', 'as logged');
meeting_cancel - who no 1000 40401 no_such_meeting
meeting_create - ID - 1000 0 ok
meeting_update - ID ID 1000 0 ok
LOG

	return;
}
