#!/usr/bin/perl

# h5yes through a real server: tokens, users, departments and rooms, with every
# rule and code of the document.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Test;
use Meeting::Weclubs;


my $t = Meeting::Test->new();

$t->write_conf(<<'CONF');
%%GLOBALS%%

worker_processes 2;

events {
}

http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /short/meeting/api/ {
            meeting_api h5yes;
            meeting_token_ttl 1s;
        }
    }
}
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();

$t->start();

my $app = Meeting::H5yes->new(base => $base, %$credential);
my $club = Meeting::Weclubs->new(base => $base,
	secret => $Meeting::Test::SECRET);

my $END = '"code":N,"fieldErrors":{}}';
my $USER = '{"id":S,"name":S,"account":S,"phone":S,"faceUrl":S,"position":S,'
	. '"email":S,"status":N,"memo":S,"createdTime":N,"departmentId":S,'
	. '"admin":B,"isAdmin":B}';
my $DEPT = '{"id":S,"name":S,"parentId":S,"createdTime":N}';
my $ROOM = '{"id":S,"departmentId":S,"name":S,"address":S,"memo":S,'
	. '"beginTime":S,"endTime":S,"capacity":N,"size":N,"longitude":F,'
	. '"latitude":F,"radius":N,"status":N,"needAudit":N,"permission":N,'
	. '"sceneImage":S,"createdTime":N,"userIds":[]}';

test_token();
test_expiry();
test_users();
test_user_names();
test_passwords();
test_depts();
test_rooms();
test_removals();
test_revoked();

$t->verify();
$t->finish();


sub right {
	my ($what, $args, $name) = @_;
	my $answer = $app->call($what, $args);
	is($answer->{code}, 10000, $name // $what) or diag($answer->{text});
	return $answer->{value};
}


sub wrong {
	my ($what, $args, $code, $words, $name) = @_;
	my $answer = $app->call($what, $args);

	ok($answer->{code} == $code && $answer->{http} == 200
		&& $answer->{msg} =~ $words && !$answer->{success}
		&& $answer->{text} =~ /"code":$code,"fieldErrors":\{\}\}\z/
		&& $answer->{text} !~ /"value"/, "$what: $name")
		or diag("$answer->{http} $answer->{text}");

	return;
}


sub shaped {
	my ($what, $args, $shape) = @_;
	my $answer = $app->call($what, $args);

	$shape = defined $shape ? "\"value\":$shape," : '';

	is(Meeting::H5yes::shape($answer->{text}),
		"{\"success\":B,\"message\":S,$shape$END",
		"$what: members, order and types") or diag($answer->{text});
	is($answer->{code}, 10000, "$what is well");

	return $answer->{value};
}


sub test_token {
	my $answer = $app->get_token();

	is(Meeting::H5yes::shape($answer->{text}), '{"success":B,"message":S,'
		. '"value":{"access_token":S,"company_id":S,"expires_in":N},' . $END,
		'gettoken: members, order and types');
	like($answer->{value}{access_token}, qr/\A[0-9a-f]{40}\z/, 'a token');
	is($answer->{value}{company_id}, '1000', 'names its company');
	is($answer->{value}{expires_in}, 7200, 'lasts two hours');
	like($answer->{type}, qr/^application\/json/, 'in JSON');

	isnt($app->get_token()->{value}{access_token},
		$answer->{value}{access_token}, 'the next one is another');
	is($app->call('user/list', {}, token => $answer->{value}{access_token})
		->{code}, 10000, 'and the first one still holds');

	for my $case (
		[ 71001, qr/\AInvalid arguments: /, 'a wrong secret',
			appsecret => 'x' ],
		[ 71001, qr/\AInvalid arguments: /, 'an unknown key',
			appkey => 'x' ],
		[ 71005, qr/\ALack appkey arguments\z/, 'no key',
			appkey => undef ],
		[ 71005, qr/\ALack appsecret arguments\z/, 'no secret',
			appsecret => '' ],
	) {
		my ($code, $words, $name, @given) = @$case;
		my $got = $app->get_token(@given);

		is($got->{code}, $code, "gettoken: $name");
		like($got->{msg}, $words, 'has words');
	}

	is($app->get_token(appsecret => 'x')->{text},
		$app->get_token(appkey => 'x')->{text}, 'which is not told apart');

	for my $case (
		[ undef, 71002, 'Lack access token' ],
		[ '', 71002, 'Lack access token' ],
		[ 'x', 71003, 'Illegal access token' ],
		[ '0' x 40, 71003, 'Illegal access token' ],
	) {
		my ($token, $code, $words) = @$case;
		my $got = $app->call('user/list', {}, token => $token);

		is($got->{code}, $code, "$code for " . ($token // 'none'));
		is($got->{msg}, $words, 'as the document words it');
	}

	is($app->request('GET', '/meeting/api/open/user/list?access_token='
		. $app->token())->{http}, 405, 'GET of what is posted');
	is($app->request('POST', '/meeting/api/oapi/gettoken', '')->{http}, 405,
		'POST of gettoken');

	$answer = $app->call('user/unknown', {});
	is($answer->{http}, 404, 'an unknown address');
	is(Meeting::H5yes::shape($answer->{text}),
		"{\"success\":B,\"message\":S,$END", 'in the envelope');
}


sub test_expiry {
	my $short = Meeting::H5yes->new(base => "$base/short", %$credential);

	is($short->get_token()->{value}{expires_in}, 1, 'meeting_token_ttl');
	is($short->call('user/list', {})->{code}, 10000, 'a fresh token');

	sleep(2);

	my $answer = $short->call('user/list', {});
	is($answer->{code}, 71004, 'an old token');
	is($answer->{msg}, 'Expire access token', 'has words');
}


sub test_users {
	my $before = time() * 1000;

	my $user = shaped('user/add', { name => '张三', account => 'zhangsan',
		phone => '110', position => '经理', email => 'z@qq.com',
		memo => '张三是经理' }, $USER);

	like($user->{id}, qr/\A[0-9A-F]{32}\z/, 'an id of 32 hex digits');
	cmp_ok($user->{createdTime}, '>=', $before - 1000, 'made just now');
	is(join('|', @{$user}{qw/ name account phone position email memo /}),
		'张三|zhangsan|110|经理|z@qq.com|张三是经理', 'as told');
	is(join('|', @{$user}{qw/ status faceUrl departmentId /}), '1||',
		'enabled, without face and department');

	is_deeply(shaped('user/get', { userId => $user->{id} }, $USER), $user,
		'the same again');
	is_deeply(right('user/get', { userId => '1' }), $user,
		'and by its number');
	is_deeply(shaped('user/list', {}, "[$USER]"), [ $user ], 'and listed');

	is_deeply(shaped('user/update', { id => $user->{id}, name => undef,
		memo => '', position => 'CTO' }, $USER),
		{ %$user, memo => '', position => 'CTO' },
		'null leaves alone, "" clears');
	shaped('user/clearFace', { userId => $user->{id} });

	my $seven = right('user/add',
		{ id => '7', name => 'Seven', account => 'seven' });
	is($seven->{id}, '7', 'an id of one\'s own');
	is(right('user/add', { id => '', name => 'x', account => 'x' })->{id}
		=~ /\A[0-9A-F]{32}\z/, 1, '"" is no id');

	for my $what (qw/ user\/get user\/clearFace user\/remove /) {
		wrong($what, {}, 71005, qr/\ALack userId arguments\z/, 'no id');
		wrong($what, { userId => '' }, 71005,
			qr/\ALack userId arguments\z/, 'an empty id');
		wrong($what, '', 71005, qr/userId/, 'no body');
		wrong($what, { userId => 'nobody' }, 71009,
			qr/\AUser is not exist\z/, 'an unknown id');
		wrong($what, { userId => 7 }, 71008,
			qr/\AArguments type mismatch: userId\z/, 'a number');
	}

	wrong('user/update', { id => 'nobody', name => 'x' }, 71009,
		qr/\AUser is not exist\z/, 'an unknown id');
	wrong('user/update', { name => 'x' }, 71005, qr/\ALack id /, 'no id');
	wrong('user/add', { account => 'y' }, 71005, qr/\ALack name /,
		'no name');
	wrong('user/add', { name => '', account => 'y' }, 71005,
		qr/\ALack name /, 'an empty name');
	wrong('user/add', { name => 'y' }, 71005, qr/\ALack account /,
		'no account');
	wrong('user/add', { name => 'y', account => 'y', departmentId => 'no' },
		71010, qr/\ADept is not exist\z/, 'an unknown department');
	wrong('user/add', { name => 'y' x 101, account => 'y' }, 71001,
		qr/\AInvalid arguments: name: too long\z/, 'a long name');
	wrong('user/add', '[]', 71001, qr/\AInvalid arguments: not one valid/,
		'a list');

	is(scalar @{right('user/list', {})}, 3, 'nobody came of these');
}


sub test_user_names {
	right('user/add', { id => 'a', name => 'A', account => 'a',
		phone => '1', email => 'a@x' });
	right('user/add', { id => 'b', name => 'B', account => 'b',
		phone => '2', email => 'b@x' });

	my %b = (name => 'B');

	for my $what ([ 'user/add', id => 'c' ], [ 'user/update', id => 'b' ]) {
		my ($path, %id) = @$what;
		my %args = (%b, %id, account => 'c');

		wrong($path, { %args, account => 'a' }, 71006,
			qr/\AAccount is already occupied\z/, 'an account in use');
		wrong($path, { %args, phone => '1' }, 71007,
			qr/\APhone is already occupied\z/, 'a phone in use');
		wrong($path, { %args, email => 'a@x' }, 71001,
			qr/\AInvalid arguments: email: /, 'an e-mail in use');
	}

	wrong('user/add', { id => 'a', name => 'A', account => 'c' }, 71001,
		qr/\AInvalid arguments: id: id is already taken\z/, 'an id in use');
	wrong('user/add', { id => '1', name => 'A', account => 'c' }, 71001,
		qr/\AInvalid arguments: id: /, 'the number of another');

	right('user/update', { id => 'a', account => 'a', phone => '1',
		email => 'a@x' }, 'one\'s own names are no others\'');
	right('user/update', { id => 'a', phone => '', email => '' },
		'given up');
	right('user/update', { id => 'b', phone => '1', email => 'a@x' },
		'taken up');
}


sub test_passwords {
	right('user/add', { id => 'p', name => 'P', account => 'p' });
	right('user/add', { id => 'q', name => 'Q', account => 'q',
		password => '密码 1' });

	ok($club->login('p', 'hf@123456'), 'the default password');
	ok($club->login('q', encode('密码 1')), 'a password of one\'s own');
	ok(!eval { $club->login('q', 'hf@123456') }, 'which is the only one');

	my $there = $club->login('p', 'hf@123456');
	my $mine = '/manage/club_meeting/get_my_meeting';

	is($there->call($mine, {})->{code}, 2000, 'logged in');

	right('user/update', { id => 'p', password => 'new' });
	is($there->call($mine, {})->{code}, 3010, 'a new password ends that');
	right('user/update', { id => 'q', memo => 'x' });
	ok($club->login('p', 'new'), 'changed');
	ok(!eval { $club->login('p', 'hf@123456') }, 'the old one is void');
	ok($club->login('q', encode('密码 1')), 'another change leaves it');

	right('user/update', { id => 'p', password => '' });
	ok($club->login('p', 'hf@123456'), 'cleared it is the default one');
	right('user/update', { id => 'q', password => 'hf@123456' });
	ok($club->login('q', 'hf@123456'), 'the default one by name');

	unlike(slurp_store(), qr/密码|hf\@123456/,
		'the store knows no password');
}


sub encode {
	my ($text) = @_;
	utf8::encode($text);
	return $text;
}


sub slurp_store {
	open(my $fh, '<:raw', $t->store() . '/data.mdb') or die;
	local $/;
	return Encode::decode('UTF-8', <$fh>, Encode::FB_DEFAULT);
}


sub test_depts {
	my $dept = shaped('dept/add', { name => '研发部' }, $DEPT);

	like($dept->{id}, qr/\A[0-9A-F]{32}\z/, 'an id of 32 hex digits');
	is($dept->{parentId}, '', 'at the root');

	is_deeply(shaped('dept/get', { deptId => $dept->{id} }, $DEPT), $dept,
		'the same again');
	is_deeply(right('dept/get', { deptId => '1' }), $dept, 'by its number');
	is_deeply(shaped('dept/list', {}, "[$DEPT]"), [ $dept ], 'and listed');

	right('dept/add', { id => $_->[0], name => 'x', parentId => $_->[1] })
		for [ 'a', '0' ], [ 'b', 'a' ], [ 'c', 'b' ], [ 'd', '' ];

	is(right('dept/get', { deptId => 'a' })->{parentId}, '', '"0" is the root');
	is(right('dept/get', { deptId => 'c' })->{parentId}, 'b', 'below another');

	for my $parent (qw/ a b c /) {
		wrong('dept/update', { id => 'a', parentId => $parent }, 71001,
			qr/\AInvalid arguments: parentId: .*ancestor/,
			"no circle through $parent");
	}

	is_deeply(shaped('dept/update', { id => 'c', parentId => '0',
		name => 'y' }, $DEPT)->{parentId}, '', 'moved to the root');
	is(right('dept/update', { id => 'c', parentId => undef })->{name}, 'y',
		'null leaves alone');

	wrong('dept/add', {}, 71005, qr/\ALack name /, 'no name');
	wrong('dept/add', { name => 'x', parentId => 'no' }, 71010,
		qr/\ADept is not exist\z/, 'an unknown parent');
	wrong('dept/add', { id => 'a', name => 'x' }, 71001,
		qr/\AInvalid arguments: id: /, 'an id in use');
	wrong('dept/add', { id => '0', name => 'x' }, 71001,
		qr/\AInvalid arguments: id: /, 'the id of the root');
	wrong('dept/add', { name => 1 }, 71008,
		qr/\AArguments type mismatch: name\z/, 'a number');
	wrong('dept/update', { id => 'no', name => 'x' }, 71010,
		qr/\ADept is not exist\z/, 'an unknown id');
	wrong('dept/update', {}, 71005, qr/\ALack id /, 'no id');

	for my $what (qw/ dept\/get dept\/remove /) {
		wrong($what, {}, 71005, qr/\ALack deptId arguments\z/, 'no id');
		wrong($what, { deptId => '0' }, 71010, qr/\ADept is not exist\z/,
			'the root');
	}
}


sub test_rooms {
	my $room = shaped('room/add', { name => 'Postman会议室' }, $ROOM);

	like($room->{id}, qr/\A[0-9A-F]{32}\z/, 'an id of 32 hex digits');
	is_deeply({ %$room, id => '', createdTime => 0 },
		{ id => '', departmentId => '', name => 'Postman会议室',
			address => '', memo => '', beginTime => '07:00',
			endTime => '23:00', capacity => 0, size => 0, longitude => 0,
			latitude => 0, radius => 0, status => 1, needAudit => 0,
			permission => 0, sceneImage => '', createdTime => 0,
			userIds => [] }, 'all by default');

	is_deeply(shaped('room/get', { roomId => $room->{id} }, $ROOM), $room,
		'the same again');
	is_deeply(shaped('room/list', {}, "[$ROOM]"), [ $room ], 'and listed');
	shaped('room/update', { id => $room->{id}, needAudit => 1 }, $ROOM);

	my $full = right('room/add', { id => 'r', departmentId => 'a',
		name => '测试会议室', address => '机场大道', memo => '仅测试用',
		beginTime => '00:00', endTime => '24:00', capacity => '10',
		size => 5, longitude => 113.307039, latitude => '23.391208',
		radius => 500, status => 0, needAudit => 1, permission => 1,
		sceneImage => 'http://localhost/x.jpg', userIds => [ '7', 'a', '7' ] });

	is(join('|', map { ref $_ ? join(',', @$_) : $_ } @{$full}{qw/ departmentId
		beginTime endTime capacity size longitude latitude radius status
		needAudit permission sceneImage userIds /}),
		'a|00:00|24:00|10|5|113.307039|23.391208|500|0|1|1|'
		. 'http://localhost/x.jpg|7,a', 'all as told');

	my $less = right('room/update', { id => 'r', userIds => undef,
		beginTime => '08:30', sceneImage => '', memo => '', name => undef });
	is($less->{beginTime}, '08:30', 'changed');
	is($less->{sceneImage}, 'http://localhost/x.jpg',
		'an empty sceneImage is one that stays');
	is($less->{memo}, '', 'an empty memo is none');
	is($less->{name}, '测试会议室', 'null leaves alone');
	is_deeply($less->{userIds}, [ '7', 'a' ], 'a list too');

	is_deeply(right('room/update', { id => 'r', userIds => [] })->{userIds},
		[], 'an empty list is one');
	is(right('room/update', { id => 'r', beginTime => '', endTime => '' })
		->{endTime}, '23:00', 'hours by default again');

	wrong('room/add', {}, 71005, qr/\ALack name /, 'no name');
	wrong('room/add', { id => 'r', name => 'x' }, 71001,
		qr/\AInvalid arguments: id: /, 'an id in use');

	for my $what ([ 'room/add', id => 's' ], [ 'room/update', id => 'r' ]) {
		my ($path, %args) = @$what;
		$args{name} = 'x';

		wrong($path, { %args, departmentId => 'no' }, 71010,
			qr/\ADept is not exist\z/, 'an unknown department');
		wrong($path, { %args, userIds => [ '7', 'no' ] }, 71009,
			qr/\AUser is not exist\z/, 'an unknown user');
		wrong($path, { %args, userIds => 'a' }, 71008,
			qr/\AArguments type mismatch: userIds\z/, 'a user, no list');
		wrong($path, { %args, userIds => [ 7 ] }, 71008,
			qr/\AArguments type mismatch: userIds\[0\]\z/, 'a number');
		wrong($path, { %args, capacity => 1.5 }, 71008,
			qr/\AArguments type mismatch: capacity\z/, 'half a person');
		wrong($path, { %args, capacity => -1 }, 71001,
			qr/\AInvalid arguments: capacity: /, 'less than nobody');
		wrong($path, { %args, longitude => 'x' }, 71008,
			qr/\AArguments type mismatch: longitude\z/, 'no longitude');
		wrong($path, { %args, longitude => 180.5 }, 71001,
			qr/\AInvalid arguments: longitude: /, 'beyond the earth');
		wrong($path, { %args, status => 2 }, 71001,
			qr/\AInvalid arguments: status: /, 'an unknown state');
		wrong($path, { %args, beginTime => '23:00', endTime => '07:00' },
			71001, qr/\AInvalid arguments: endTime: /, 'hours turned round');
		wrong($path, { %args, beginTime => 7 }, 71008,
			qr/\AArguments type mismatch: beginTime\z/, 'an hour, no text');

		for my $hour ('7:00', '24:01', '25:00', '12:60', '12-30', '12:3x',
			'noon', '-1:00')
		{
			wrong($path, { %args, beginTime => $hour }, 71001,
				qr/\AInvalid arguments: beginTime: /, "no hour: $hour");
		}
	}

	wrong('room/update', { id => 'no', name => 'x' }, 71011,
		qr/\ARoom is not exist\z/, 'an unknown id');
	wrong('room/update', { name => 'x' }, 71005, qr/\ALack id /, 'no id');

	for my $what (qw/ room\/get room\/remove /) {
		wrong($what, {}, 71005, qr/\ALack roomId arguments\z/, 'no id');
		wrong($what, { roomId => 'no' }, 71011, qr/\ARoom is not exist\z/,
			'an unknown id');
	}
}


sub test_removals {
	right('user/update', { id => 'a', departmentId => 'd' });
	right('room/update', { id => 'r', departmentId => 'd',
		userIds => [ 'a', '7' ] });

	wrong('dept/remove', { deptId => 'a' }, 71001,
		qr/\AInvalid arguments: deptId: .*children or users/, 'with children');
	wrong('dept/remove', { deptId => 'd' }, 71001,
		qr/\AInvalid arguments: deptId: .*children or users/, 'with users');

	shaped('user/remove', { userId => 'a' });
	wrong('user/get', { userId => 'a' }, 71009, qr/User/, 'removed');
	wrong('user/remove', { userId => 'a' }, 71009, qr/User/, 'removed');
	is_deeply(right('room/get', { roomId => 'r' })->{userIds}, [ '7' ],
		'off the room\'s list');

	shaped('dept/remove', { deptId => 'd' });
	wrong('dept/get', { deptId => 'd' }, 71010, qr/Dept/, 'removed');
	is(right('room/get', { roomId => 'r' })->{departmentId}, '',
		'the room has no department now');

	right('user/add', { id => 'a', name => 'A', account => 'a' },
		'a removed one\'s names are free');
	is((grep { $_->{id} eq 'a' } @{right('user/list', {})}), 1, 'listed once');

	shaped('room/remove', { roomId => 'r' });
	wrong('room/get', { roomId => 'r' }, 71011, qr/Room/, 'removed');
	is((grep { $_->{id} eq 'r' } @{right('room/list', {})}), 0, 'not listed');
}


sub test_revoked {
	$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
		$credential->{appkey});

	is($app->call('user/list', {})->{code}, 71003,
		'a revoked credential\'s token is dead at once');
	is($app->get_token()->{code}, 71001, 'and it gets no other');
}
