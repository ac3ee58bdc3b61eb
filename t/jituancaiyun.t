#!/usr/bin/perl

# jituancaiyun through a real server: tokens, an invitation's life, who may do
# what, and what the other dialects make of it.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Encode ();
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Test;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $MINUTE = 60000;

my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', server => <<'CONF');
    log_format  names  '$meeting_claimed_user,$meeting_id,$meeting_operation,'
                       '$meeting_result,$meeting_reason';
    access_log  %%PREFIX%%/names.log  names;
HTTP
        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }

        location /short/ {
            meeting_api       jituancaiyun;
            meeting_token_ttl 1s;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();

$t->import_users(
	{ id => '1', name => '安', account => 'ann', phone => '13800000001',
		password => 'ann' },
	{ id => 'bob', name => '波', account => 'bob', password => 'bob' },
);

$t->start();

my $app = Meeting::Jituancaiyun->new(base => $base, %$credential);
my $now = int(time() * 1000);

test_token();
test_methods();
test_life();
test_rights();
test_members();
test_update();
test_states();
test_room();
test_names();

$t->verify();
$t->finish();


sub test_token {
	my $answer = $app->get_token();

	is($answer->{code}, 0, 'a token') or diag($answer->{text});
	is($answer->{members}, 'data status', 'in the envelope');
	is($answer->{type}, 'application/json;charset=UTF-8', 'of its type');
	like($answer->{text}, qr/\A\{"status":0,"data":\{"accessToken":"[0-9a-f]{40}",
		"expiresIn":7200,"expireTime":\d{13}\}\}\z/x, 'as is known of it');
	ok(abs($answer->{data}{expireTime} - $now - 7200_000) < 60_000,
		'with when it ends');

	is($app->get_token({}, headers => 1)->{code}, 0, 'by headers');
	is($app->get_token({ appId => $credential->{appid} })->{code}, 0,
		'by the application\'s id');

	for ([ { appId => undef }, 'no id' ], [ { appSecret => undef }, 'no secret' ],
		[ { appId => 'x' }, 'a wrong id' ], [ { appSecret => 'x' },
		'a wrong secret' ], [ { appId => '' }, 'an empty id' ],
		[ { appId => "\0" }, 'NUL' ], [ { appId => 'x' x 7000 }, 'a long id' ])
	{
		refused($app->get_token($_->[0]), 4007, "$_->[1]");
		refused($app->get_token($_->[0], headers => 1), 4007,
			"$_->[1], in headers") if $_->[1] ne 'NUL';
	}

	my %of = (requesterUid => 'bob', meetingInviteId => 1);

	for my $what (qw/ create cancel delete update detail /) {
		refused($app->call($what, \%of, token => undef), 4008,
			"$what without a token");
		refused($app->call($what, '[', token => ''), 4008,
			"$what with an empty one");
		refused($app->call($what, '[', token => 'x'), 4002,
			"$what with another's");
		refused($app->call($what, { %of, accessToken => $app->token() },
			token => undef), 4008, "$what with one in the body");
		refused($app->call($what, '', header => 1), 4012,
			"$what with one in a header");
	}

	my $short = Meeting::Jituancaiyun->new(base => $base, %$credential);

	$answer = $short->request('GET', '/short/token/get?appId='
		. "$credential->{appkey}&appSecret=$credential->{appsecret}");
	is($answer->{data}{expiresIn}, 1, 'a short-lived token');
	sleep(1.1);

	$answer = $short->request('POST',
		"/short/meetinginvite/detail?accessToken=$answer->{data}{accessToken}",
		'{}');
	is($answer->{text}, Encode::encode_utf8('{"status":4003,"message":'
		. '"accessToken超时，请重新获取"}'), 'is over: the document\'s example');

	return;
}


# Errors below the dialect wear its envelope.

sub test_methods {
	refused($app->call('detail', undef, method => 'GET'), 4010, 'needs POST',
		405);
	refused($app->get_token({}, method => 'POST'), 4009, 'needs GET', 405);
	refused($app->call('none', {}), 404, 'no such call', 404);
	refused($app->request('POST', '/openapi/workbench/', '{}'), 404,
		'no call at all', 404);
	refused($app->call('detail', ' ' x (2 << 20)), 413, 'too large', 413);
	return;
}


sub refused {
	my ($answer, $code, $name, $http) = @_;

	my $fine = $answer->{code} eq $code && $answer->{http} == ($http // 200)
		&& $answer->{members} eq 'message status' && length $answer->{msg};

	ok($fine, "$name: $code")
		or diag("$answer->{http} " . substr($answer->{text}, 0, 300));

	return;
}


sub right {
	my ($what, $args, $name) = @_;
	my $answer = $app->call($what, $args);

	is($answer->{code}, 0, $name) or diag($answer->{text});
	is($answer->{text}, '{"status":0}', "$name: no data")
		if $what =~ /cancel|delete|update/;

	return $answer->{data};
}


# An invitation's detail; starts in `from` minutes.

sub detail {
	my ($from, $length, @members) = @_;

	return {
		createTime => $now, content => '例会', address => '三楼',
		beginTime => $now + $from * $MINUTE,
		endTime => $now + ($from + $length) * $MINUTE,
		remindMin => 15, remindType => 0,
		members => [ map { { uid => $_, name => "$_" } } @members ],
	};
}


sub invite {
	my ($by, @detail) = @_;

	my $data = right('create', { requesterUid => $by, requesterName => 'R',
		detail => detail(@detail) }, "$by invites");

	return $data->{meetingInviteId};
}


sub look {
	my ($uid, $id) = @_;
	return $app->call('detail',
		{ requesterUid => $uid, meetingInviteId => $id });
}


# Returns the members as "uid name msgStatus remind".

sub people {
	my ($data) = @_;

	return [ map { "$_->{uid} $_->{name} $_->{msgStatus} "
		. ($_->{remind} ? 'yes' : 'no') } @{$data->{detail}{members}} ];
}


sub test_life {
	my $data = right('create', { requesterUid => '1', requesterName => '安',
		detail => { createTime => "$now", content => '大会',
			address => '三楼', beginTime => int($now / 1000) + 3600,
			endTime => '' . (int($now / 1000) + 7200), remindMin => '15',
			remindType => '1', members => [
				{ uid => 1, name => '安' }, { uid => 'bob', name => 'B' } ] } },
		'an invitation in seconds and strings');

	my $id = $data->{meetingInviteId};
	is_deeply([ keys %$data ], [ 'meetingInviteId' ], 'one member of data');
	like($id, qr/\A\d+\z/, 'a number');

	my $answer = look('bob', $id);
	my $seconds = int($now / 1000);

	is($answer->{text}, Encode::encode_utf8('{"status":0,"data":{'
		. '"createrId":"1","createrName":"安","pushStatus":"1","detail":{'
		. "\"createTime\":\"$now\",\"content\":\"大会\",\"address\":\"三楼\","
		. '"beginTime":"' . ($seconds + 3600) . '000","endTime":"'
		. ($seconds + 7200) . '000","remindMin":"15","remindType":"1",'
		. '"members":[{"uid":"1","name":"安","msgStatus":"0","remind":true},'
		. '{"uid":"bob","name":"B","msgStatus":"1","remind":true}]}}}'),
		'its detail as the document shows one');

	is($t->ctl('stat')->{position}, position_after(sub { look('bob', $id) }),
		'looking again writes nothing');

	right('delete', { requesterUid => '2', meetingInviteId => "$id" },
		'off the workbench, by numbers');
	right('delete', { requesterUid => 'bob', meetingInviteId => $id },
		'twice');

	is_deeply(people(look('bob', $id)->{data}),
		[ '1 安 0 yes', 'bob B 1 no' ], 'who deleted it is not reminded');

	right('cancel', { requesterUid => 1, meetingInviteId => $id },
		'cancelled');
	is(look('1', $id)->{data}{pushStatus}, '2', 'as is shown');
	is_deeply(people(look('1', $id)->{data}),
		[ '1 安 0 yes', 'bob B 1 no' ], 'and nothing more happens to it');

	refused($app->call($_->[0], { requesterUid => 1, meetingInviteId => $id,
		detail => {} }), 4611, "$_->[0] of a cancelled one")
		for [ 'cancel' ], [ 'update' ];

	right('delete', { requesterUid => 1, meetingInviteId => $id },
		'put away all the same');

	# over

	my $past = invite(1, -60, 30, 'bob');
	refused($app->call($_, { requesterUid => 1, meetingInviteId => $past,
		detail => {} }), 4612, "$_ of one that is over")
		for 'cancel', 'update';
	is(look('bob', $past)->{data}{detail}{members}[0]{msgStatus}, '0',
		'it stays unread');

	return;
}


sub position_after {
	my ($act) = @_;
	$act->();
	return $t->ctl('stat')->{position};
}


sub test_rights {
	my $id = invite(1, 60, 30, 'bob', 'eve');
	my $other = invite('mallory', 60, 30, 'mallory');

	for my $what (qw/ cancel update /) {
		refused($app->call($what, { requesterUid => $_, meetingInviteId => $id,
			detail => { content => 'x' } }), 4013, "$what by $_")
			for 'bob', 'mallory';
	}

	for my $what (qw/ detail delete /) {
		refused($app->call($what, { requesterUid => 'mallory',
			meetingInviteId => $id }), 4013, "$what by no member");
	}

	for my $what (qw/ cancel update detail delete /) {
		refused($app->call($what, { requesterUid => 'nobody',
			meetingInviteId => $id, detail => {} }), 4500, "$what by nobody");
		refused($app->call($what, { meetingInviteId => $id, detail => {} }),
			4501, "$what by no one named");
		refused($app->call($what, { requesterUid => 1,
			meetingInviteId => 9999, detail => {} }), 4610,
			"$what of what is not there");
	}

	is(look(1, $id)->{data}{createrId}, '1', 'who made it may look');
	refused($app->call('delete', { requesterUid => 1,
		meetingInviteId => $id }), 4013, 'but has it on no workbench');

	return;
}


# An unknown person becomes a placeholder.

sub test_members {
	my $id = invite('new chief', 60, 30, 'new chief', 'bob', '17', 'bob');
	my $data = look('new chief', $id)->{data};

	is($data->{createrName}, 'R', 'a creator nobody knew');
	is_deeply([ map { $_->{name} } @{$data->{detail}{members}} ],
		[ 'new chief', 'bob', '17' ], 'members by the names given, once');
	is_deeply([ map { $_->{uid} } @{$data->{detail}{members}} ],
		[ 'new chief', 'bob', '17' ], 'and by the uids given');
	is($data->{createrId}, 'new chief', 'so is the creator');

	my ($number) = grep { $_ != 17 && look($_, $id)->{code} == 0 } 3 .. 99;
	ok($number, 'who has a number');

	right('update', { requesterUid => $number, meetingInviteId => $id,
		detail => { members => [ { uid => 'bob', name => 'B' },
			{ uid => $number, name => 'N' } ] } }, 'which is taken, too');
	is_deeply([ map { $_->{uid} } @{look('new chief', $id)->{data}{detail}
		{members}} ], [ 'bob', $number ], 'and comes back as it was given');
	is(look($number, $id)->{data}{createrId}, 'new chief',
		'the creator stays');

	invite(1, 60, 30, 'quiet');

	for my $name ('静', 'Q', '') {
		my $own = right('create', { requesterUid => 'quiet',
			requesterName => $name, detail => detail(60, 30) },
			'who was invited invites')->{meetingInviteId};
		is(look('quiet', $own)->{data}{createrName}, $name || 'Q',
			'by the name given last');
	}

	my $h5yes = Meeting::H5yes->new(base => $base, %$credential);

	is($h5yes->call('user/get', { userId => 'new chief' })->{code}, 71009,
		'not of the directory');
	is($h5yes->call('user/add', { id => 'new chief', name => '主任',
		account => 'chief' })->{code}, 10000, 'until it is added');
	is(look('new chief', $id)->{data}{createrName}, 'R',
		'with its meetings, and the name given');
	is(look(1, invite(1, 60, 30, 1))->{data}{createrName}, 'R',
		'of somebody in the directory, too');
	is(look(1, right('create', { requesterUid => 1, requesterName => '',
		detail => detail(60, 30) })->{meetingInviteId})->{data}{createrName},
		'安', 'whose name there shows if none was given');

	$h5yes->call('user/remove', { userId => 'new chief' });
	refused(look('new chief', $id), 4500, 'and removed');
	is(look('bob', $id)->{data}{createrName}, 'R', 'its name stays');

	refused(look($number, $id), 4500, 'by its number too');
	refused($app->call('create', { requesterUid => 1, requesterName => '',
		detail => detail(60, 30, 'bob', $number) }), 4500,
		'which nobody else can be given');

	is(scalar @{look(1, invite(1, 60, 30))->{data}{detail}{members}}, 0,
		'a meeting of nobody');

	return;
}


sub test_update {
	my $id = invite(1, 60, 30, 'bob', 'eve');
	my $before = look('bob', $id)->{data}{detail};

	my %changes = (
		content => 'neu', address => '', createTime => '1500000000',
		beginTime => $now + 30 * $MINUTE, endTime => $now + 45 * $MINUTE,
		remindMin => 0, remindType => '1',
	);
	my %shown = (%$before, map { $_ => "$changes{$_}" } keys %changes);
	$shown{createTime} = '1500000000000';

	for my $name (sort keys %changes) {
		right('update', { requesterUid => 1, meetingInviteId => $id,
			detail => { $name => $changes{$name} } }, "update: $name");

		$before->{$name} = $shown{$name};
		is_deeply(look('bob', $id)->{data}{detail}, $before,
			"$name changed, and nothing else");
	}

	right('update', { requesterUid => 1, meetingInviteId => $id,
		detail => { members => [ { uid => 'eve', name => 'E' },
			{ uid => 'dan', name => 'D' } ] } }, 'other members');

	is_deeply(people(look('eve', $id)->{data}),
		[ 'eve E 1 yes', 'dan D 0 yes' ], 'the list is replaced');
	refused(look('bob', $id), 4013, 'who is off it sees no more');

	right('update', { requesterUid => 1, meetingInviteId => $id,
		detail => {} }, 'nothing changes');
	refused($app->call('update', { requesterUid => 1, meetingInviteId => $id,
		detail => { content => '' } }), 4601, 'not without content');
	is(look('eve', $id)->{data}{detail}{content}, 'neu', 'which stays');

	refused($app->call('update', { requesterUid => 1, meetingInviteId => $id,
		detail => { endTime => $now } }), 4603, 'an end before the begin');

	return;
}


# Answers of the other dialects.

sub test_states {
	my $ann = $t->app()->login('ann', 'ann');
	my $bob = $t->app()->login('bob', 'bob');
	my $id = invite(1, 30, 30, 1, 'bob');

	my $state = sub {
		my ($member) = grep { $_->{uid} eq 'bob' }
			@{look(1, $id)->{data}{detail}{members}};
		return "$member->{msgStatus} " . ($member->{remind} ? 'yes' : 'no');
	};

	my $answer = sub {
		my ($status) = @_;
		is($bob->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
			dynamic_id => $id, status => $status, comment => '' })->{code},
			2000, $status);
	};

	is($state->(), '0 yes', 'unread');
	$answer->('confirm');
	is($state->(), '2 yes', 'accepted');
	$answer->('leave');
	is($state->(), '3 no', 'declined');
	look('bob', $id);
	is($state->(), '3 no', 'reading changes no answer');
	$answer->('confirm');
	is($state->(), '2 yes', 'another mind');

	my $list = sub {
		return $ann->call('/meeting/get_meeting_participation',
			{ meeting_id => $id })->{data};
	};

	is($list->()->{already_confirm_count} // 'none', 1, 'counted in weclubs');
	is($bob->call('/meeting/sign_meeting', { meeting_id => $id,
		leader_id => 1, create_date => int(time() * 1000) })->{code}, 2000,
		'signed there');

	return;
}


# An invitation that another dialect put into a room.

sub test_room {
	my $h5yes = Meeting::H5yes->new(base => $base, %$credential);

	$h5yes->call('room/add', { id => 'r', name => 'R', beginTime => '00:00',
		endTime => '24:00' });

	# noon, so that half an hour more stays in the day
	my $noon = int($now / 86400_000) * 86400_000 + 2 * 86400_000
		+ 4 * 3600_000;

	my ($first, $second) = map {
		$h5yes->call('meeting/book', { roomId => 'r', speaker => 's',
			subject => "S$_", createdId => '1', attendances => [
				{ userId => 'bob' }, { userId => '', name => 'guest' } ],
			beginTime => $noon + $_ * 30 * $MINUTE,
			endTime => $noon + ($_ + 1) * 30 * $MINUTE })->{value}{id}
	} 0, 1;

	my $data = look('bob', $first)->{data};

	is($data->{detail}{content}, 'S0', 'a booking, by its string id');
	is_deeply(people($data), [ '2 波 1 yes' ], 'and its members');

	refused($app->call('update', { requesterUid => 1,
		meetingInviteId => $first,
		detail => { endTime => $noon + 45 * $MINUTE } }), 4620,
		'into the next booking');

	right('cancel', { requesterUid => 1, meetingInviteId => $second },
		'which is cancelled');
	right('update', { requesterUid => 1, meetingInviteId => $first,
		detail => { endTime => $noon + 45 * $MINUTE } },
		'and out of the way');
	is($h5yes->call('meeting/get', { meetingId => $first })
		->{value}{endTime}, $noon + 45 * $MINUTE, 'as h5yes sees it');

	return;
}


sub test_names {
	look('bob', 1);
	refused(look("x\"\r\n\x1b", 1), 4500, 'a strange name');

	$t->wait_for(sub { $t->read_file('names.log') =~ /^x/m });
	my $log = $t->read_file('names.log');

	like($log, qr/^bob,1,meeting_read,0,ok$/m, 'who and what, in the log');
	like($log, qr/^x\\x22\\x0D\\x0A\\x1B,1,meeting_read,4500,no_such_user$/m,
		'one line each');

	return;
}
