#!/usr/bin/perl

# SECURITY.md: each directive and command that it names exists, and each row of
# its tables is true: a request does what the document says somebody can do, and
# the setting that it names helps.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use JSON::PP ();

use Meeting::Docs;
use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Native;
use Meeting::Quanshi;
use Meeting::Test;
use Meeting::Yunzhijia;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $DEFAULT = 'hf@123456';
my $HOUR = 3600000;

my $doc = Meeting::Docs->new('SECURITY.md');
my $json = JSON::PP->new->utf8;
my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ],
	http => '    meeting_public_base http://x;', server => <<'CONF');
        location /strict/ {
            meeting_api              weclubs;
            meeting_default_password off;
            meeting_weclubs_callers  known;
            meeting_qr_max_age       1m;
            meeting_qr_signed        required;
            meeting_geofence         required;
        }

        location /age/ {
            meeting_api        weclubs;
            meeting_qr_max_age 1m;
        }

        location /near/ {
            meeting_api      weclubs;
            meeting_geofence required;
        }

        location /late/ {
            meeting_api               weclubs;
            meeting_weclubs_token_ttl 1s;
        }

        location /limited/ {
            meeting_api           weclubs;
            meeting_login_limit   pair=1 person=1 address=off pause=1m;
        }

        location /small/ {
            meeting_api           weclubs;
            meeting_company_quota meetings=1;
        }

        location /off/ {
            meeting_api            weclubs;
            meeting_weclubs_verify off;
        }

        location /openapi/conference/detail {
            meeting_api quanshi;
        }

        location /shown/ {
            meeting_api         quanshi;
            meeting_show_phones all;
        }

        location /api/v1/ {
            meeting_api native;
        }

        location /k/ {
            meeting_api page;
        }
CONF

my $base = 'http://127.0.0.1:' . $t->port();

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

# ann creates, ben leads, cem is on the list, dan is not; eve has a password.

$t->import_users(map({ { id => $_, name => "person $_", account => $_,
	phone => '1380000' . sprintf('%04d', ord) } } qw/ ann ben cem dan /),
	{ id => 'eve', name => 'Eve', account => 'eve', password => 'her own' });
$t->start();

my $h5yes = Meeting::H5yes->new(base => $base, $credential);
my %person = map { $_ => $t->app()->login($_, $DEFAULT) }
	qw/ ann ben cem dan /;
my $now = int(time() * 1000);
my $meeting = meeting($now);

my %party = (
	operator => \&operator,
	credential => \&credential,
	host => \&host,
	administrator => \&administrator,
	attendee => \&attendee,
	app => \&app,
	link => \&join_link,
	'anybody else' => \&anybody,
	'receiver of events' => \&receiver,
);

my %design = (
	'a token acts as anyone' => \&token_acts,
	'the MD5 is the password' => \&md5_is_password,
	'a signature is not bound to its call' => \&unbound_signature,
	'a caller is a claim' => \&caller_is_claim,
	'the app\'s secret is everybody\'s' => \&apps_secret,
	'a log-in tells who exists' => \&login_tells,
	'the default password is known' => \&default_password,
	'secrets stand in the address' => \&secrets_in_address,
	'a code\'s age is a claim' => \&age_is_claim,
	'a position is a claim' => \&position_is_claim,
	'a link lasts' => \&link_lasts,
);

test_names();
test_rows('party', \%party, 'Trust');
test_rows('by design', \%design, 'By design of the vendors\' documents');

$t->verify();
$t->finish();


# Directives, as nginx knows them, and commands, as meetingctl does.

sub test_names {
	my %directive = map { $_ => 1 } $doc->text() =~ /(?<!\$)\b(meeting_\w+)/g;
	my %command = map { $_ => 1 }
		$doc->text() =~ /`(?:meetingctl )?((?:[a-z]+ )[a-z]+)(?: --[\w -]+)?`/g;

	cmp_ok(scalar keys %directive, '>', 10, 'directives are named');
	cmp_ok(scalar keys %command, '>', 4, 'commands are named');

	my @unknown = grep { !is_directive($_) } sort keys %directive;
	is("@unknown", '', 'each directive exists');
	ok(!is_directive('meeting_fictitious'), 'not any');

	my ($code, $help) = $t->ctl_run('--help');
	@unknown = grep { $help !~ /^\s+\Q$_\E\b/m } sort keys %command;
	is(join(', ', @unknown), '', 'each command exists');

	return;
}


sub is_directive {
	my ($name) = @_;
	my ($load) = $t->read_file('nginx.conf') =~ /(load_module [^;]+;)/;

	$t->write_file('nginx-name.conf',
		"$load\nevents { }\nhttp {\n    $name;\n}\n");

	my ($code, $out, $err) = $t->run($t->nginx_env(), $t->nginx_args('-t',
		'-c', "$t->{prefix}/nginx-name.conf", '-e', 'stderr'));

	die "nginx -t says nothing of $name\n" unless "$out$err" =~ /\Q$name\E/;

	return "$out$err" !~ /unknown directive "\Q$name\E"/;
}


# A row without a test, and a test without a row.

sub test_rows {
	my ($head, $tests, $heading) = @_;

	my ($section) = $doc->text() =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms;
	my @rows = map { /^\| (.*?)(?:[:,][^|]*)? \|/ && $1 ne $head ? $1 : () }
		grep { !/^\|-/ } split /\n/, $section;

	is_deeply([ sort @rows ], [ sort keys %$tests ], "$heading: its rows");

	for my $row (@rows) {
		subtest($row => $tests->{$row}) if $tests->{$row};
	}

	return;
}


sub meeting {
	my ($begin, @more) = @_;

	return $t->ctl('meeting', 'add', '--creator', 'ann', '--subject', 'Secret',
		'--leaders', 'ben', '--people', 'ann,ben,cem', '--begin', $begin,
		'--end', $begin + $HOUR, @more)->{number};
}


sub at {
	my ($client, $prefix) = @_;
	return bless { %$client, base => "$base$prefix" }, ref $client;
}


sub sign {
	my ($client, $meeting, $date, @more) = @_;

	return $client->call('/meeting/sign_meeting', { meeting_id => $meeting,
		leader_id => 2, create_date => $date, @more });
}


sub native {
	my ($token) = @_;
	return Meeting::Native->new(base => $base, token => $token);
}


sub logged_in {
	my ($who) = @_;
	my $client = native();

	$client->log_in($who, $DEFAULT);
	return $client;
}


sub publish {
	my ($client, $people) = @_;

	return $client->call('/manage/club_meeting/public_meeting', {
		content => 'c', address => 'a', deadline => $now + $HOUR,
		need_sign => 0, participation => $people });
}


sub links {
	my ($meeting) = @_;
	return $t->ctl('meeting', 'links', '--meeting', $meeting, '--base',
		'http://x');
}


# Parties.

sub operator {
	my $mode = (stat "$t->{prefix}/store")[2] & 07777;

	is($mode & 077, 0, 'the folder is closed to others');
	$t->ctl('checkin', 'add', '--meeting', $meeting, '--person', 'ann',
		'--reason', 'seen');
	is($t->ctl('meeting', 'show', '--meeting', $meeting)->{signed}, 1,
		'signs anybody in');

	return;
}


sub credential {
	is($h5yes->call('user/get', { userId => 'cem' })->{value}{phone},
		'13800000099', 'whole phones');
	is($h5yes->call('user/update', { id => 'cem', password => 'taken' })
		->{code}, 10000, 'sets a password');
	is($person{cem}->call('/user/get_user_info', {})->{code}, 3010,
		'which ends the person\'s token');

	$person{cem} = $t->app()->login('cem', 'taken');
	ok($person{cem}, 'and logs in');

	is(native($h5yes->token())->call(POST => "/meetings/$meeting/checkins",
		{ person => 'ben', reason => 'x' })->{http}, 201, 'signs in by hand');

	my $small = Meeting::H5yes->new(base => $base, $t->ctl('credential', 'add',
		'--company', 1000, '--scope', 'read'));
	my $far = Meeting::H5yes->new(base => $base, $t->ctl('credential', 'add',
		'--company', 1000, '--allow', '192.0.2.0/24'));

	like($small->call('user/update', { id => 'cem', password => 'x' })
		->{text}, qr/scope/, '--scope helps');
	like($far->get_token()->{text}, qr/address/, '--allow helps');

	my $token = $small->token();
	$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
		$small->{appkey});
	is($small->call('user/list', {})->{code}, 71003, 'and revoke, at once');

	return;
}


sub host {
	my $mine = meeting($now);

	is($person{$_}->call('/manage/club_meeting/get_my_meeting_detail',
		{ meeting_id => $mine })->{code}, 2000, "$_ sees its details")
		for qw/ ann ben /;
	is($person{ben}->call('/manage/club_meeting/edit_meeting',
		{ meeting_id => $mine, content => 'x' })->{code}, 3012,
		'a leader does not edit');
	is($person{ben}->call('/manage/club_meeting/revert_meeting',
		{ meeting_id => $mine })->{code}, 3012, 'nor cancel');
	my $leader = logged_in('ben');

	is($leader->call(PATCH => "/meetings/$mine", { place => 'x' })->{http},
		200, 'but edits by native');
	is($leader->call(POST => "/meetings/$mine/checkins", { person => 'ann',
		reason => 'a friend' })->{http}, 201, 'signs in by hand');
	like(join("\n", $t->ctl_run('checkin', 'export', '--meeting', $mine,
		'--history', '--format', 'jsonl')), qr/a friend/,
		'checkin export --history tells');
	is($leader->call(DELETE => "/meetings/$mine/checkins/ann",
		{ reason => 'x' })->{http}, 204, 'and undoes it');

	is(sign($person{cem}, $mine, $now)->{code}, 2000, 'somebody signs in');
	$t->ctl('checkin', 'undo', '--meeting', $mine, '--person', 'cem',
		'--reason', 'was elsewhere');
	is($t->ctl('meeting', 'show', '--meeting', $mine)->{signed}, 0,
		'checkin undo helps');
	is($person{ben}->call('/meeting/end_meeting', { meeting_id => $mine })
		->{code}, 2000, 'a leader ends it early');

	return;
}


sub administrator {
	my $mine = meeting($now);
	my $dan = logged_in('dan');
	my $sees = sub {
		return $dan->call(GET => "/meetings/$mine/attendees");
	};

	is($sees->()->{http}, 403, 'not by oneself');
	$t->ctl('user', 'admin', '--user', 'dan', 'on');
	like($sees->()->{text}, qr/138\*{4}0099/, 'sees attendees, phones masked');
	is($dan->call(POST => "/meetings/$mine/checkins", { person => 'cem',
		reason => 'x' })->{http}, 201, 'signs in by hand');
	$t->ctl('user', 'admin', '--user', 'dan', 'off');
	is($sees->()->{http}, 403, 'user admin helps');

	return;
}


sub attendee {
	my %act = (meeting_id => $meeting);

	for (qw{ /meeting/end_meeting /manage/club_meeting/edit_meeting
		/manage/club_meeting/revert_meeting
		/manage/club_meeting/remind_confirm_meeting
		/manage/club_meeting/get_my_meeting_detail })
	{
		is($person{cem}->call($_, { %act, content => 'x' })->{code}, 3012,
			"not $_");
	}

	is($person{dan}->call('/meeting/get_meeting_participation', \%act)
		->{code}, 3012, 'and others see no list');
	is(publish($person{dan}, '1,2,3')->{code}, 2000, 'publishes for anybody');
	is(publish($person{dan}, '1,nobody')->{code}, 3000, 'learns who exists');
	like(publish(at($person{dan}, '/small'), '1,2,3')->{text}, qr/quota/,
		'meeting_company_quota helps');
	is($person{cem}->call('/user/get_user_info', { user_id => 1 })->{code},
		3010, 'does not act as another');

	my $one = $t->app()->login('dan', $DEFAULT);
	$t->ctl('user', 'disable', '--user', 'dan');
	is($one->call('/user/get_user_info', {})->{code}, 3010,
		'user disable helps');
	$t->ctl('user', 'enable', '--user', 'dan');
	$person{dan} = $t->app()->login('dan', $DEFAULT);

	return;
}


sub app {
	my $answer = $t->app(secret => 'guessed')->call('/user/login',
		{ mobile => 'ann', password => md5_hex($DEFAULT) });

	is($answer->{code}, 3003, 'the secret is needed');
	ok($t->app()->login('dan', $DEFAULT), 'and with it the default password');
	is($t->app()->call('/meeting/end_meeting', { meeting_id => $meeting,
		user_id => 1, token => 'x' })->{code}, 3010, 'a token is needed');

	return;
}


sub join_link {
	my $links = links($meeting);
	my ($path, $hosts) = map { s{^http://x}{}r }
		@{$links}{qw/ attendeeJoinUrl hostJoinUrl /};

	like($t->get($path)->{content}, qr/Secret/, 'its page shows the meeting');
	unlike($t->get($path)->{content}, qr/person cem/, 'without people');
	like($t->get($hosts)->{content}, qr/person cem/, 'the host\'s with people');

	my $seen = Meeting::Quanshi->new(base => $base)
		->detail($links->{attendeeJoinUrl})->{text};

	like($seen, qr/person cem/, 'quanshi shows people');
	unlike($seen, qr/13800000099/, 'with masked phones');
	like(Meeting::Quanshi->new(base => $base, path => '/shown/')
		->detail($links->{attendeeJoinUrl})->{text}, qr/13800000099/,
		'meeting_show_phones helped');

	return;
}


sub anybody {
	is($t->get('/k/AAAAAAAAAAA')->{status}, 404, 'a guessed link');
	is($h5yes->call('user/list', {}, token => undef)->{code}, 71002,
		'no token');
	is($t->post('/meeting/end_meeting', '{' . ' ' x 2_000_000 . '}')->{status},
		413, 'a large body');

	return;
}


# Deliveries by the server are tried in t/events_delivery.t.

sub receiver {
	my ($code, $out, $err) = $t->ctl_run('event', 'set', '--url',
		'http://127.0.0.1:9/inside');

	isnt($code, 0, 'a URL inside');
	like($err, qr/private/, 'is rejected');

	return;
}


# By design.

sub token_acts {
	my $yunzhijia = Meeting::Yunzhijia->new(base => $base, $credential);
	my $theirs = meeting($now + 24 * $HOUR);

	is($yunzhijia->call('cancel', { id => "$theirs", openid => 'cem' })
		->{code}, 40301, 'not as anybody');
	is($yunzhijia->call('cancel', { id => "$theirs", openid => 'ann' })
		->{code}, 0, 'but as the creator');

	is(Meeting::Jituancaiyun->new(base => $base, $credential,
		token => $yunzhijia->token())->call('detail', { requesterUid => 'ann',
		meetingInviteId => $theirs })->{code}, 0, 'in another dialect, too');

	return;
}


sub md5_is_password {
	my $md5 = md5_hex('her own');

	is($t->app()->call('/user/login', { mobile => 'eve', password => $md5 })
		->{code}, 2000, 'the MD5 alone logs in');

	return;
}


sub unbound_signature {
	my $mine = publish($person{ann}, '3')->{data}{meeting_id};
	my $read = $person{ann}->envelope({ meeting_id => $mine });
	my $parts = $json->decode($read);

	is($person{ann}->raw('/meeting/get_meeting_participation', $read)->{code},
		2000, 'a request that reads');
	is($person{ann}->raw('/meeting/get_meeting_participation', $json->encode({
		%$parts, id => 'x' }))->{code}, 2000, 'and once more, with another id');
	is($person{ann}->raw('/manage/club_meeting/revert_meeting', $read)
		->{code}, 2000, 'cancels, at another address');

	$parts->{data}{meeting_id} = $meeting;
	is($person{ann}->raw('/meeting/get_meeting_participation',
		$json->encode($parts))->{code}, 3003, 'other data needs the secret');

	my $login = $t->app()->envelope({ mobile => 'eve',
		password => md5_hex('her own') });
	$t->app()->raw('/user/login', $login);
	like($t->app()->raw('/user/login', $login)->{data}{token}, qr/./,
		'a log-in that was sent before gives a token');

	sleep(2);
	is($person{ann}->raw('/late/meeting/get_meeting_participation', $read)
		->{code}, 3010, 'meeting_weclubs_token_ttl helps');

	return;
}


sub caller_is_claim {
	my $login = $json->decode($t->app()->envelope({ mobile => 'eve',
		password => md5_hex('her own') }));
	my $from = sub {
		$login->{client}{caller} = $_[0];
		return $t->app()->raw('/strict/user/login', $json->encode($login))
			->{code};
	};

	is($from->('unknown'), 3004, 'an unknown caller');
	is($from->('known'), 2000, 'takes a known name');

	return;
}


sub apps_secret {
	my $body = $t->app(secret => 'none')->envelope({ mobile => 'eve',
		password => md5_hex('her own') });

	is($t->app()->raw('/user/login', $body)->{code}, 3003, 'without it');
	is($t->app()->raw('/off/user/login', $body)->{code}, 2000,
		'meeting_weclubs_verify off: anybody');

	return;
}


sub login_tells {
	my $code = sub {
		my ($mobile, $prefix) = @_;
		return $t->app()->call(($prefix // '') . '/user/login',
			{ mobile => $mobile, password => '0' x 32 });
	};

	is($code->('nobody')->{code}, 3014, 'unknown');
	is($code->('dan')->{code}, 3011, 'known');

	my ($unknown, $wrong) = map { native()->log_in($_, 'wrong')->{text} }
		'nobody', 'dan';
	is($unknown, $wrong, 'native: one answer');

	my @limited = map { $code->('dan', '/limited')->{text} } 1 .. 4;
	like($limited[3], qr/log-ins/, 'meeting_login_limit helps');

	return;
}


sub default_password {
	my %default = (mobile => 'ben', password => md5_hex($DEFAULT));
	my $app = $t->app(caller => 'known');

	is($app->call('/user/login', \%default)->{code}, 2000, 'is good');
	is($app->call('/strict/user/login', \%default)->{code}, 3000,
		'meeting_default_password off helps');

	return;
}


sub secrets_in_address {
	like($h5yes->get_token()->{value}{access_token}, qr/./, 'as documented');
	is($t->request('POST', '/meeting/api/open/user/list', '{}',
		Authorization => 'Bearer ' . $h5yes->token())->{json}{code}, 10000,
		'the header helps');

	my $example = Meeting::Docs::slurp(
		"$Meeting::Docs::TOP/conf.examples/production.conf");
	my ($format) = $example =~ /^\s*log_format\s([^;]+);/m;

	like($format, qr/\$meeting_request\b/, 'the example logs without secrets');
	unlike($format, qr/\$(?:request|request_uri|args|query_string)\b/,
		'and nothing with them');

	return;
}


sub age_is_claim {
	my $mine = meeting($now - $HOUR / 2);
	my $age = at($person{cem}, '/age');
	my $strict = at($t->app(caller => 'known')->login('cem', 'taken'),
		'/strict');

	like(sign($age, $mine, $now - $HOUR / 4)->{text}, qr/too old/,
		'an honest client with an old code');
	like(sign($strict, $mine, int(time() * 1000), longitude => 1,
		latitude => 1)->{text}, qr/code on the screen/,
		'meeting_qr_signed required helps');
	is(sign($age, $mine, int(time() * 1000))->{code}, 2000,
		'the number of now, without a code');

	return;
}


sub position_is_claim {
	$h5yes->call('room/add', { id => 'r', name => 'R', longitude => 113.3,
		latitude => 23.4, radius => 100, beginTime => '00:00',
		endTime => '24:00' });

	my $day = 24 * $HOUR;
	my $midnight = $now - ($now + 8 * $HOUR) % $day;
	my $begin = $now - 60000 < $midnight ? $midnight : $now - 60000;
	my $end = $now + $HOUR < $midnight + $day ? $now + $HOUR
		: $midnight + $day;

	my $mine = $h5yes->call('meeting/book', { roomId => 'r', speaker => 's',
		subject => 's', createdId => 'ben', beginTime => $begin,
		endTime => $end, attendances => [ { userId => 'cem' } ] })
		->{value}{id};
	my $near = at($person{cem}, '/near');

	like(sign($near, $mine, $now)->{text}, qr/position wanted/, 'none');
	like(sign($near, $mine, $now, longitude => 113.4, latitude => 23.4)
		->{text}, qr/too far/, 'an honest client elsewhere');
	is(sign($near, $mine, $now, longitude => 113.3, latitude => 23.4)
		->{code}, 2000, 'a made-up one passes');

	return;
}


sub link_lasts {
	my $old = links(meeting($now - 1000 * $HOUR));

	is($t->get($old->{attendeeJoinUrl} =~ s{^http://x}{}r)->{status}, 200,
		'of a meeting weeks ago');

	return;
}
