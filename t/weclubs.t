#!/usr/bin/perl

# weclubs through a real server: the document's examples, a meeting's life,
# who may do what, the windows of signing in, retries and races.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use POSIX ();
use Time::HiRes qw/ sleep time /;

use Meeting::Test;
use Meeting::Weclubs;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $DEFAULT = 'hf@123456';
my $CROWD = 1500;
my $LONG = '会' x 64;
my @LIKE_NUMBERS = ('007', 'E1', '-1', '1.5', '98765432109876543210');

my $t = Meeting::Test->new();

# the same API under other settings, by prefix

$t->write_default_conf(server => <<'CONF');
        location /callers/ {
            meeting_api             weclubs;
            meeting_weclubs_callers ios_test chrome_test;
        }

        location /unsigned/ {
            meeting_api             weclubs;
            meeting_weclubs_verify  off;
        }

        location /other/ {
            meeting_api             weclubs company=1001;
        }

        location /short/ {
            meeting_api               weclubs;
            meeting_weclubs_token_ttl 1s;
        }

        location /strict/ {
            meeting_api        weclubs;
            meeting_sign_open  1m;
            meeting_qr_max_age 30s;
            meeting_qr_skew    5s;
        }

        location /shown/ {
            meeting_api          weclubs;
            meeting_unknown_call 200;
        }

        location /grace/ {
            meeting_api        weclubs;
            meeting_sign_grace 1h;
            meeting_default_length 10m;
        }

CONF

$t->company(1000);
$t->company(1001);
$t->import_users(
	{ id => '1', name => '方赞潘', phone => '13570578153',
		department => '书记处', position => '部长' },
	{ id => '2', name => '张钊源', account => 'zhang' },
	{ id => 'fang', name => '方常常', account => 'fang', password => 'a"b会' },
	{ id => '9', name => 'nobody', account => 'nobody' },
	map({ { id => $_, name => "N$_", account => "n$_" } } @LIKE_NUMBERS),
	{ id => $LONG, name => 'Long', account => 'long' },
	map { { id => 1000 + $_, name => "Student $_", account => "s$_" } }
		1 .. $CROWD,
);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my %client = (base => $base, secret => $Meeting::Test::SECRET,
	caller => 'chrome_test');
my $app = Meeting::Weclubs->new(%client);

my ($boss, $zhang, $fang, $nobody);

test_examples();
test_transport();
test_login();
test_callers();
test_life();
test_invitations();
test_rights();
test_ids();
test_windows();
test_retries();
test_race();
test_crowd();
test_companies();
test_token_life();

$t->verify();
$t->finish();


sub now { return int(time() * 1000) }


# A prefix of the address, for a person.

sub at {
	my ($person, $prefix) = @_;
	return bless { %$person, base => "$base$prefix" }, ref $person;
}


sub answers {
	my ($answer, $code, $name, $words) = @_;

	my $right = $answer->{code} == $code && $answer->{http} == 200
		&& $answer->{msg} =~ ($words // qr/./)
		&& $answer->{members} eq 'data result_code result_msg sys_time';

	return ok($right, $name)
		|| diag("HTTP $answer->{http}: $answer->{text}");
}


# A meeting of the boss's for Zhang and Fang, who leads signing in.

sub new_meeting {
	my ($start, %more) = @_;

	my $answer = $boss->call('/manage/club_meeting/public_meeting', {
		content => '开会', address => 'D101', deadline => $start,
		need_sign => 1, participation => '2,fang', leader => 'fang',
		%more
	});

	return $answer->{data}{meeting_id}
		// die "no meeting: $answer->{text}";
}


sub sign {
	my ($person, $meeting, %more) = @_;
	my %option = map { $_ => delete $more{$_} }
		grep { exists $more{$_} } qw/ id /;

	return $person->call('/meeting/sign_meeting', {
		meeting_id => $meeting, leader_id => 1, create_date => now(), %more
	}, %option);
}


sub participation {
	my ($person, $meeting) = @_;
	return $person->call('/meeting/get_meeting_participation',
		{ meeting_id => $meeting });
}


# The request of the document, byte for byte.

sub test_examples {
	my $body = <<'JSON';
{
  "id": "1234567890",
  "client": {
    "caller": "chrome_test",
    "version": "v2.1",
    "date": "1222",
    "ex": {
      "sc": "720,1280",
      "dv": "xiaomi_os",
      "uid": "122fff",
      "sf": "pp",
      "os": "android"
    }
  },
  "encrypt": "md5",
  "sign": "1ecaf90dc7aabddeba82523f733066dde04705e1",
  "data": {
    "user_id": "1",
    "token": "MTg4NDY4ZjQ1YzUxYmVhMGZlOWFlNDg1MTZmOWE0NDJfZGF0ZT0xNDkwNjIwNzMxNDYy",
    "meeting_id": "4"
  }
}
JSON

	for my $path ('get_meeting_participation', 'end_meeting') {
		answers($app->raw("/meeting/$path", $body), 3010,
			"the document's example verifies, its token is not ours");
	}

	answers($app->raw('/meeting/sign_meeting',
		$body =~ s/"4"/"4", "leader_id": 1, "create_date": 1490689606519/r),
		3003, 'its example of sign_meeting is signed as another request');

	answers($app->raw('/manage/club_meeting/get_my_meeting', $body
		=~ s/"sign": "\w+"/"sign": "609352d0cb2002de587336dc249b15a9"/r
		=~ s/"user_id": "1"/"user_id": 1, "sponsor_id": 1/r
		=~ s/"token": "\w+"/"token": "MTg4NDY4ZjQ1YzUxYmVhMGZlOWFlNDg1MTZmOWE0NDJfZGF0ZT0xNDkyNDEzMjUyMjk5"/r
		=~ s/,\s*"meeting_id": "4"//r),
		3010, 'the later form of the signature');
}


sub test_transport {
	my $answer = $app->raw('/meeting/sign_meeting', '');

	is($answer->{type}, 'application/json;charset=UTF-8', 'content type');
	answers($answer, 3002, 'an empty body');
	like($answer->{time}, qr/^\d{13}\z/, 'sys_time is in milliseconds');

	$answer = $app->raw('/meeting/sign_meeting', '', method => 'GET');
	is("$answer->{http} $answer->{code}", '405 3100', 'wrong method');
	is($answer->{msg}, '违法的请求方法', 'in words');

	$answer = $app->raw('/meeting/no_such', '{}');
	is("$answer->{http} $answer->{code}", '404 3101', 'unknown address');

	$answer = $app->raw('/shown/club/get_my_clubs', '{}');
	answers($answer, 3101, 'meeting_unknown_call 200', qr/不存在该请求方法/);
	is($app->raw('/shown/meeting/end_meeting', '', method => 'GET')->{http},
		405, 'but a wrong method stays one');
	is($answer->{type}, 'application/json;charset=UTF-8',
		'errors have the same type');
}


sub test_login {
	my $answer = $app->call('/user/login',
		{ mobile => '13570578153', password => md5_hex($DEFAULT) });

	answers($answer, 2000, 'login by phone');
	is($answer->{data}{user_id}, 1, 'the number is the id that was chosen');
	is($answer->{data}{real_name}, '方赞潘', 'real_name');
	is($answer->{data}{mobile}, '13570578153', 'mobile');
	ok(exists $answer->{data}{avatar_url}
		&& !defined $answer->{data}{avatar_url}, 'no avatar');

	answers($app->call('/user/login',
		{ mobile => 'zhang', password => uc md5_hex($DEFAULT) }), 2000,
		'the MD5 in upper case');
	answers($app->call('/user/login',
		{ mobile => 'zhang', password => $DEFAULT }), 3011,
		'the password itself is no MD5');
	answers($app->call('/user/login',
		{ mobile => 'zhang', password => md5_hex('x') }), 3011,
		'wrong password');
	answers($app->call('/user/login',
		{ mobile => '1', password => md5_hex($DEFAULT) }), 3014,
		'a user id is no mobile');

	my $old = $app->login('13570578153', $DEFAULT);
	my $elsewhere = Meeting::Weclubs->new(%client, caller => 'ios_test')
		->login('13570578153', $DEFAULT);

	$boss = $app->login('13570578153', $DEFAULT);
	$zhang = $app->login('zhang', $DEFAULT);
	$nobody = $app->login('nobody', $DEFAULT);

	utf8::encode(my $password = 'a"b会');
	$fang = $app->login('fang', $password);

	my $path = '/manage/club_meeting/get_my_meeting';

	answers($boss->call($path, {}), 2000, 'the newest token');
	answers($old->call($path, {}), 3010, 'it ended the older one');
	answers($elsewhere->call($path, {}), 2000, 'but not another caller\'s');
	answers($boss->call($path, {}, caller => 'ios_test'), 3010,
		'which is good there only');
	answers($boss->call($path, { user_id => 2 }), 3010, 'and for its user');
	answers($boss->call($path, { user_id => 987654 }), 3010, 'unknown user');
	answers($fang->call($path, { user_id => 'fang' }), 2000,
		'a string id does as well');

	my $broken = $boss->{token} =~ s/^(..)(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er;
	answers($boss->call($path, { token => $broken }), 3010,
		'a token with one letter changed');
}


sub test_callers {
	my $path = '/manage/club_meeting/get_my_meeting';
	my $here = at($boss, '/callers');

	answers($here->call($path, {}), 2000, 'a caller of the list');

	for my $caller ('web', '', 'chrome_test ', undef) {
		answers($here->call($path, {}, caller => $caller), 3004,
			'caller ' . (defined $caller ? "'$caller'" : 'null'));
	}

	answers($here->raw($path, $here->envelope({}) =~ s/"client":\{.*?\}/$_/r),
		3004, "client: $_") for '"client":null', '"client":{}', '"x":1';

	answers($here->call($path, {}, caller => 'web', sign => 'x'), 3003,
		'the signature is judged before');

	$here = at($boss, '/unsigned');
	answers($here->call($path, {}, sign => ''), 2000, 'no signature wanted');
	answers($boss->call($path, {}, sign => ''), 3003, 'elsewhere it is');

	answers($boss->call($path, {}, form => 'md5'), 2000, 'MD5 of the SHA-1');
	answers($boss->call($path, {}, sign => uc $boss->sign([
		[ 'token', "\"$boss->{token}\"" ], [ 'user_id', 1 ] ], 'md5')), 2000,
		'in upper case');

	# null, true, a fraction and escapes as they stand in the JSON

	answers($boss->call($path, [ [ 'a', 'null' ], [ 'b', 'true' ],
		[ 'c', '1.50' ], [ 'd', '"\u4f1a\n\"会"' =~ s/会/\\u4f1a/r ],
		[ 'B', '-0' ], [ 'page_no', '"1"' ] ]), 2000,
		'every member is signed');
}


sub test_life {
	my $start = now() + 30 * 60 * 1000;
	my $meeting = new_meeting($start, club_id => '1');

	is_deeply(participation($boss, $meeting)->{data}, {
		total_count => 2, unsign_count => 2, already_sign_count => 0,
		unconfirm_count => 2, already_confirm_count => 0,
		participation => [
			map { {
				student_id => $_->[0], name => $_->[1], avatar_url => undef,
				department_name => '', job_name => '', is_confirm => 0,
				is_leave => 0, is_sign => 0, is_late => 0,
				dynamic_date => 0, sign_date => 0, comment => '',
			} } [ 2, '张钊源' ], [ $fang->{user_id}, '方常常' ]
		],
	}, 'a new meeting\'s list');

	answers($zhang->call('/dynamic/set_dynamic_status', {
		dynamic_type => 'meeting', dynamic_id => $meeting,
		status => 'leave', comment => '生病' }), 2000, 'on leave');

	my ($row) = @{participation($boss, $meeting)->{data}{participation}};
	is("$row->{is_confirm}$row->{is_leave}$row->{comment}", '11生病',
		'counts as confirmed');
	cmp_ok($row->{dynamic_date}, '>', now() - 10000, 'dynamic_date');

	answers($zhang->call('/dynamic/set_dynamic_status', {
		dynamic_type => 'meeting', dynamic_id => "$meeting",
		status => 'confirm' }), 2000, 'a change of mind');

	my $before = now();
	answers(sign($zhang, $meeting), 2000, 'signed');

	my $data = participation($zhang, $meeting)->{data};
	$row = $data->{participation}[0];
	is("$row->{is_confirm}$row->{is_leave}$row->{is_sign}$row->{is_late}",
		'1010', 'confirmed, there, not late');
	cmp_ok($row->{sign_date}, '>=', $before, 'sign_date');
	is(join(' ', @{$data}{qw/ total_count unsign_count already_sign_count
		unconfirm_count already_confirm_count /}), '2 1 1 1 1', 'counts');

	answers(sign($zhang, $meeting), 3000, 'not twice', qr/已经签到/);

	my $detail = $fang->call('/manage/club_meeting/get_my_meeting_detail',
		{ meeting_id => $meeting })->{data};
	is_deeply($detail->{leaders}, [ {
		student_id => $fang->{user_id}, student_name => '方常常',
		department_name => '', job_name => '', mobile => '',
		avatar_url => undef,
	} ], 'the leaders');
	is_deeply($detail->{leader}, $detail->{leaders},
		'also by the name that the Android client reads');
	is_deeply([ @{$detail}{qw/ content address deadline club_id club_name
		club_avatar sign_type time_to_sign already_sign_count /} ],
		[ '开会', 'D101', $start, 1, '书记处', undef, 1, 1, 1 ], 'details');

	answers($boss->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $meeting, deadline => now() - 1000,
		content => '现在', leader => '2,fang' }), 2000, 'moved to now');
	answers($boss->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $meeting, $_ => '' }), 3001, "not without $_", qr/ $_ /)
		for qw/ content address /;
	answers(sign($fang, $meeting, leader_id => 2), 2000,
		'signed with another leader');
	($row) = grep { $_->{student_id} == $fang->{user_id} }
		@{participation($fang, $meeting)->{data}{participation}};
	is($row->{is_late}, 1, 'late');

	answers($fang->call('/meeting/end_meeting', { meeting_id => $meeting }),
		2000, 'a leader ends it');

	for my $path ('/meeting/end_meeting',
		map { "/manage/club_meeting/${_}_meeting" }
		qw/ revert edit remind_confirm /)
	{
		answers($boss->call($path, { meeting_id => $meeting }), 3000,
			"$path: nothing more", qr/会议已结束/);
	}

	test_pages($boss);
}


sub test_pages {
	my ($person) = @_;
	my $path = '/manage/club_meeting/get_my_meeting';
	my @made = map { new_meeting(now() + $_ * 1000000) } 1 .. 4;

	my $all = $person->call($path, { sponsor_id => 1, page_size => 0 });
	my @ids = map { $_->{meeting_id} } @{$all->{data}{meeting}};
	is($all->{data}{has_more}, 0, 'all meetings');

	my %seen = map { $_ => 1 } @ids;
	is(scalar(grep { $seen{$_} } @made), 4, 'are there');

	my (@paged, $page, $more);

	for ($page = 1, $more = 1; $more && $page < 20; $page++) {
		my $answer = $person->call($path,
			{ sponsor_id => '1', page_no => $page, page_size => '2' });
		push @paged, map { $_->{meeting_id} } @{$answer->{data}{meeting}};
		$more = $answer->{data}{has_more};
	}

	is("@paged", "@ids", 'page by page too');
	is_deeply($person->call($path, { page_no => 2, size => 2 })->{data},
		$person->call($path, { page_no => 2, page_size => 2 })->{data},
		'size is page_size');
	is_deeply($person->call($path, { page_no => 99 })->{data},
		{ has_more => 0, meeting => [] }, 'beyond the last page');
	is_deeply($person->call($path, { page_no => 2, page_size => 0 })->{data},
		{ has_more => 0, meeting => [] }, 'and beyond a page of all');
	answers($person->call($path, { sponsor_id => 2 }), 3012,
		"another's meetings");

	for my $meeting (@made) {
		answers($person->call('/manage/club_meeting/revert_meeting',
			{ meeting_id => $meeting }), 2000, 'reverted');
	}

	answers($zhang->call('/dynamic/set_dynamic_status', {
		dynamic_type => 'meeting', dynamic_id => $made[0],
		status => 'confirm' }), 3000, 'nothing to confirm', qr/会议已撤销/);
}


# The calls of the published Android client: a log-in restored, invitations.

sub test_invitations {
	my $now = now();
	my ($soon, $later) = map { new_meeting($now + $_ * 60000,
		club_id => '1') } 30, 90;
	my $other = new_meeting($now + 60 * 60000);
	my $gone = new_meeting($now + 61 * 60000);
	my $elsewhere = new_meeting($now + 62 * 60000, participation => '9');

	my $list = sub {
		my ($who, %args) = @_;
		my $answer = $who->call('/dynamic/get_dynamic_list',
			{ dynamic_type => 'meeting', %args });
		answers($answer, 2000, 'get_dynamic_list');
		return $answer->{data};
	};
	my $ids = sub {
		return join ' ', map { $_->{meeting_id} } @{$_[0]->{meeting}};
	};

	$boss->call('/manage/club_meeting/revert_meeting',
		{ meeting_id => $gone });

	my $info = $zhang->call('/user/get_user_info',
		{ mobile => '', user_id => 2 });
	my $login = $app->call('/user/login', { mobile => 'zhang',
		password => md5_hex($DEFAULT) })->{data};
	$zhang->{token} = delete $login->{token};

	answers($info, 2000, 'get_user_info');
	is_deeply($info->{data}, $login, 'is what the log-in said');
	answers($zhang->call('/user/get_user_info', { token => $fang->{token} }),
		3010, 'get_user_info: another\'s token');

	my $data = $list->($zhang, page_no => 1, size => 10);
	like($ids->($data), qr/^$other $later $soon\b/,
		'what one is invited to, the newest first');
	is("$data->{dynamic_type} $data->{has_more}", 'meeting 0', 'and no more');
	unlike($ids->($data), qr/\b(?:$gone|$elsewhere)\b/,
		'nothing cancelled, nothing of others\'');

	my $club = $ids->($list->($zhang, club_id => 1));
	like($club, qr/^$later $soon\b/, 'of a club alone');
	is($ids->($list->($zhang, club_id => 0)), $ids->($data), 'or of any');
	answers($zhang->call('/dynamic/get_dynamic_list',
		{ dynamic_type => 'meeting', club_id => 77 }), 3000,
		'a club that there is not');

	my $page = $list->($zhang, page_no => 2, size => 1);
	is($ids->($page) . " $page->{has_more}", "$later 1", 'page by page');
	my @club = split / /, $club;
	$page = $list->($zhang, club_id => 1, page_no => scalar @club, size => 1);
	is($ids->($page) . " $page->{has_more}", "$club[-1] 0", 'to the last');
	is($ids->($list->($zhang, page_no => 50)), '', 'and beyond');
	is($ids->($list->($zhang, size => 0)), $ids->($data), 'or all at once');
	is($ids->($list->($zhang, size => 0, page_no => 2)), '', 'on one page');
	is($ids->($list->($boss)), '', 'the sponsor is not on the list');

	my ($row) = grep { $_->{meeting_id} == $soon } @{$data->{meeting}};
	ok($row->{create_date} >= $now, 'create_date')
		and is(ref \$row->{create_date}, 'SCALAR', 'is a string');
	is_deeply($row, { meeting_id => $soon, content => '开会',
		address => 'D101', create_date => $row->{create_date},
		deadline => '' . ($now + 30 * 60000), student_id => 2,
		confirm_join => 0, has_sign => 0, is_leader => 0, status => 1,
		sponsor => { sponsor_id => 1, sponsor_name => '方赞潘',
			sponsor_avatar => undef, sponsor_type => 'student' } },
		'a row of it');

	my $detail = sub {
		my ($who, $id) = @_;
		return $who->call('/dynamic/get_dynamic_detail',
			{ dynamic_type => 'meeting', dynamic_id => $id });
	};

	is_deeply($detail->($zhang, $soon)->{data}, { %$row,
		dynamic_type => 'meeting', leader => [ {
			student_id => $fang->{user_id}, student_name => '方常常',
			department_name => '', job_name => '', mobile => '',
			avatar_url => undef } ] }, 'the same in detail, with leaders');
	like($detail->($zhang, $soon)->{text}, qr/"deadline":"\d{13}"/,
		'times as strings');

	$zhang->call('/dynamic/set_dynamic_status', { dynamic_type => 'meeting',
		dynamic_id => $soon, status => $_->[0] })
		and is($detail->($zhang, $soon)->{data}{confirm_join}, $_->[1],
			"confirm_join after $_->[0]")
		for [ 'leave', 2 ], [ 'confirm', 1 ];

	answers(sign($zhang, $soon), 2000, 'signed');
	is($list->($zhang, club_id => 1)->{meeting}[1]{has_sign}, 1, 'has_sign');
	is($detail->($fang, $soon)->{data}{is_leader}, 1, 'is_leader');

	answers($boss->call('/meeting/end_meeting', { meeting_id => $_ }), 3000,
		'not yet') for $later;
	$boss->call('/manage/club_meeting/edit_meeting', { meeting_id => $soon,
		deadline => $now - 60000 });
	answers($boss->call('/meeting/end_meeting', { meeting_id => $soon }),
		2000, 'ended');
	is($detail->($zhang, $soon)->{data}{status}, 2, 'status: over');
	is($detail->($zhang, $gone)->{data}{status}, 0, 'status: cancelled');
	is($detail->($boss, $later)->{data}{confirm_join}, 0, 'the sponsor\'s');
	answers($detail->($nobody, $later), 3012, 'nobody else\'s');
	answers($detail->($zhang, 99999), 3000, 'of no meeting', qr/不存在/);

	# too many for the event loop

	my @many = map { new_meeting($now + 86400000 + $_ * 1000,
		participation => $_ % 3 ? '9' : '2') } 1 .. 300;

	is($ids->($list->($zhang, size => 3)), join(' ',
		map { $many[$_ - 1] } 300, 297, 294), 'among many');
	is(scalar @{$list->($zhang, size => 0)->{meeting}},
		100 + scalar @{$data->{meeting}}, 'all of them');

	return;
}


# Rights, and addresses that do not exist.

sub test_rights {
	my $meeting = new_meeting(now() - 60000);

	my %codes = (
		'/meeting/get_meeting_participation' => [ 2000, 2000, 3012 ],
		'/manage/club_meeting/get_my_meeting_detail' => [ 3012, 2000, 3012 ],
		'/manage/club_meeting/remind_confirm_meeting' => [ 3012, 2000, 3012 ],
		'/manage/club_meeting/edit_meeting' => [ 3012, 3012, 3012 ],
		'/manage/club_meeting/revert_meeting' => [ 3012, 3012, 3012 ],
	);

	for my $path (sort keys %codes) {
		answers($zhang->call($path, { meeting_id => $meeting }),
			$codes{$path}[0], "$path: a member");
		answers($fang->call($path, { meeting_id => $meeting }),
			$codes{$path}[1], "$path: a leader");
		answers($nobody->call($path, { meeting_id => $meeting }),
			$codes{$path}[2], "$path: nobody");
		answers($boss->call($path, { meeting_id => 987654 }), 3000,
			"$path: no such meeting", qr/会议不存在/);
	}

	answers($zhang->call('/meeting/end_meeting', { meeting_id => $meeting }),
		3012, 'a member ends nothing');
	answers(sign($nobody, $meeting), 3000, 'not on the list', qr/名单/);
	answers(sign($zhang, $meeting, leader_id => 2), 3000, 'no leader',
		qr/签到负责人/);
	answers(sign($zhang, 987654), 3000, 'no such meeting', qr/会议不存在/);
	answers($nobody->call('/dynamic/set_dynamic_status', {
		dynamic_type => 'meeting', dynamic_id => $meeting,
		status => 'confirm' }), 3000, 'not asked');

	my $path = '/manage/club_meeting/public_meeting';
	my %data = ( content => 'c', address => 'a', deadline => now() + 100000,
		need_sign => 1, participation => '1,2' );

	answers($boss->call($path, { %data }), 3000, 'no leader given',
		qr/签到负责人/);
	answers($boss->call($path, { %data, leader => '1,2,fang,9,1001,1002' }),
		3000, 'six leaders', qr/签到负责人/);
	answers($boss->call($path, { %data, leader => '1,2,fang,9,1001' }),
		2000, 'five leaders');
	answers($boss->call($path, { %data, leader => 987654 . '' }), 3000,
		'an unknown leader');
	answers($boss->call($path, { %data, leader => '1',
		deadline => '253402300799999' }), 3001,
		'it would end in the year 10000', qr/ deadline /);
	answers($boss->call($path, { %data, leader => '1', club_id => 987654 }),
		3000, 'an unknown club', qr/社团不存在/);
	answers($boss->call($path, { %data, leader => '1',
		participation => '1,987654' }), 3000, 'an unknown participant',
		qr/participation\[1\]/);

	my $quiet = new_meeting(now(), need_sign => 0, leader => '');
	answers(sign($zhang, $quiet), 3000, 'no sign-in wanted', qr/不需要签到/);
}


# String ids of other dialects that look like numbers, but are none.

sub test_ids {
	my $meeting = new_meeting(now(), participation =>
		join(',', @LIKE_NUMBERS), leader => join(', ', @LIKE_NUMBERS));

	is(join(' ', map { $_->{name} }
		@{participation($boss, $meeting)->{data}{participation}}),
		join(' ', map { "N$_" } @LIKE_NUMBERS), 'ids like numbers, listed');

	for my $id (@LIKE_NUMBERS) {
		my $person = $app->login("n$id", $DEFAULT);
		answers($person->call('/meeting/sign_meeting', { user_id => $id,
			meeting_id => $meeting, leader_id => $id, create_date => now() }),
			2000, "user '$id' signs with leader '$id'");
	}

	my $long = new_meeting(now(), participation => $LONG, leader => $LONG);
	answers($app->login('long', $DEFAULT)->call('/meeting/sign_meeting',
		{ user_id => $LONG, meeting_id => $long, leader_id => $LONG,
			create_date => now() }), 2000, 'an id of 64 characters');
	answers($boss->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $meeting, participation => "1,${LONG}x" }), 3001,
		'none has 65', qr/ participation .*too long/);

	answers(sign($boss, $meeting, leader_id => '+1'), 3001, 'nobody\'s',
		qr/ leader_id /);
	answers($boss->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $meeting, participation => '007,08' }), 3001,
		'nor in a list', qr/ participation /);
}


sub test_windows {
	my $strict = at($zhang, '/strict');
	my $meeting = new_meeting(now() + 30 * 60 * 1000);

	answers(sign($strict, $meeting), 3000, 'opens a minute before',
		qr/签到尚未开始/);

	$meeting = new_meeting(now() + 59 * 1000);
	answers(sign($strict, $meeting, create_date => now() - 40000), 3000,
		'the code is too old', qr/二维码已过期/);
	answers(sign($strict, $meeting, create_date => now() + 20000), 3000,
		'the code is from the future', qr/二维码时间在未来/);
	answers($strict->call('/meeting/sign_meeting', {
		meeting_id => $meeting, leader_id => 'fang',
		crate_date => now() + 1000 }), 2000,
		'within the skew, by the document\'s other name');

	answers(sign($zhang, new_meeting(now() + 59 * 60 * 1000),
		create_date => 0), 2000, 'by default an hour before, any code');
	answers(sign($zhang, new_meeting(now() + 61 * 60 * 1000)), 3000,
		'not earlier');
	answers(sign($zhang, new_meeting(now() - 121 * 60 * 1000)), 3000,
		'two hours are over', qr/会议已结束/);

	$meeting = new_meeting(now() - 30 * 60 * 1000);
	answers(sign(at($zhang, '/grace'), $meeting), 2000, 'with some grace');
	is(participation($zhang, $meeting)->{data}{participation}[0]{is_late}, 0,
		'one is not late');

	$meeting = at($boss, '/grace')->call(
		'/manage/club_meeting/public_meeting', { content => 'c',
		address => 'a', deadline => now() - 11 * 60 * 1000,
		need_sign => 1, participation => '2', leader => '1' }
	)->{data}{meeting_id};
	answers(sign($zhang, $meeting), 3000, 'a short meeting is over');
}


sub test_retries {
	my $meeting = new_meeting(now());

	answers(sign($zhang, $meeting, id => 'once'), 2000, 'signed');
	my $data = participation($zhang, $meeting)->{data};

	answers(sign($zhang, $meeting, id => 'once'), 2000, 'the same request');
	answers(sign($zhang, $meeting, id => 'twice'), 3000, 'another one');
	answers(sign($fang, $meeting, id => 'once'), 2000,
		'an id is its person\'s own');

	$meeting = new_meeting(now());
	answers(sign($zhang, $meeting, id => ''), 2000, 'without an id');
	answers(sign($zhang, $meeting, id => ''), 3000, 'no retry is known');

	$meeting = new_meeting(now());
	sign($zhang, $meeting, id => 'once');
	$boss->call('/meeting/end_meeting', { meeting_id => $meeting });
	answers(sign($zhang, $meeting, id => 'once'), 2000,
		'a retry after the end');
	answers(sign($fang, $meeting, id => 'once'), 3000, 'no first time then');
}


# Twelve clients sign the same person in at once, each with its own id.

sub test_race {
	my $meeting = new_meeting(now());
	my @pipes;

	for my $n (1 .. 12) {
		pipe(my $in, my $out) or die "pipe: $!";

		if (!fork()) {
			syswrite($out, sign($zhang, $meeting, id => "race-$n")->{code});
			POSIX::_exit(0);
		}

		close $out;
		push @pipes, $in;
	}

	my %codes;
	$codes{join '', readline $_}++ for @pipes;
	1 while wait() > 0;

	is_deeply(\%codes, { 2000 => 1, 3000 => 11 }, 'one of them is first');
	is(participation($boss, $meeting)->{data}{already_sign_count}, 1,
		'and counted once');
}


# A list that does not fit in a buffer.

sub test_crowd {
	my $meeting = new_meeting(now(),
		participation => join(',', map { 1000 + $_ } 1 .. $CROWD));

	my $answer = participation($boss, $meeting);
	my @rows = @{$answer->{data}{participation}};

	is($answer->{data}{total_count}, $CROWD, 'a crowd');
	is(scalar @rows, $CROWD, 'all rows');
	is(join(',', map { $_->{student_id} } @rows),
		join(',', map { 1000 + $_ } 1 .. $CROWD), 'each once');
	is($rows[-1]{name}, "Student $CROWD", 'the last one');
	cmp_ok(length $answer->{text}, '>', 200000, 'a long answer');
}


# Another company sees nothing, and the same nothing as of what is not there.

sub test_companies {
	my $meeting = new_meeting(now());

	answers(at($boss, '/other')->call('/manage/club_meeting/get_my_meeting',
		{}), 3010, 'a token is its company\'s');
	answers(at($app, '/other')->call('/user/login', {
		mobile => '13570578153', password => md5_hex($DEFAULT) }), 3014,
		'a person too');

	my $file = $t->write_file('tmp/other.jsonl',
		"{\"id\":\"1\",\"name\":\"Other\",\"account\":\"other\"}\n");
	$t->ctl('user', 'import', '--company', 1001, '--format', 'jsonl', $file);

	my $other = at($app, '/other')->login('other', $DEFAULT);
	is($other->{user_id}, 1, 'the other company\'s user 1');

	for my $path ('/meeting/get_meeting_participation',
		'/meeting/end_meeting',
		'/manage/club_meeting/get_my_meeting_detail',
		'/manage/club_meeting/edit_meeting',
		'/manage/club_meeting/revert_meeting',
		'/manage/club_meeting/remind_confirm_meeting')
	{
		my ($theirs, $none) = map {
			$other->call($path, { meeting_id => $_ })->{text}
				=~ s/"sys_time":\d+//r
		} $meeting, 987654;

		is($theirs, $none, "$path: not there");
	}

	is(sign($other, $meeting)->{msg}, sign($other, 987654)->{msg},
		'no sign-in either');
}


sub test_token_life {
	my $here = at($app, '/short')->login('zhang', $DEFAULT);
	my $path = '/manage/club_meeting/get_my_meeting';

	answers($here->call($path, {}), 2000, 'a fresh token');
	sleep(1.1);
	answers($here->call($path, {}), 3010, 'a second later');
}
