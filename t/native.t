#!/usr/bin/perl

# The native API: log-ins, meetings, attendees, check-ins, by persons and by
# access tokens.

use warnings;
use strict;
use utf8;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Native;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', server => <<'CONF');
    log_format native "$meeting_operation $meeting_reason $meeting_result "
                      "$meeting_user $meeting_claimed_user $meeting_id";
HTTP
        location /api/v1/ {
            meeting_api native;
            meeting_show_phones all;
            access_log %%PREFIX%%/native.log native;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();
$t->company();

my $credential = $t->ctl(qw(credential add --company 1000));
my $reader = $t->ctl(qw(credential add --company 1000 --scope read));
my $base = 'http://127.0.0.1:' . $t->port();

$t->import_users(map {
	{ id => "u$_", name => "Person $_", account => "p$_",
	  phone => "1380000000$_", department => 'Physics', password => "pw$_" }
} 1 .. 6);

$t->ctl(qw(user admin --user u6 on));

my $h5yes = Meeting::H5yes->new(base => $base, %$credential);
my $token = $h5yes->token();
my $now = int(time() * 1000);

$h5yes->call('room/add', { id => 'r1', name => 'Room 1',
	beginTime => '00:00', endTime => '24:00' });
$h5yes->call('meeting/book', { id => 'm1', roomId => 'r1', speaker => 's',
	subject => 'First', createdId => 'u1', beginTime => $now - 60000,
	endTime => $now + 3600000, attendances => [
		(map { { userId => "u$_" } } 2 .. 4), { userId => '',
			name => 'Gast', phone => '13900000000' } ] });
$h5yes->call('meeting/book', { id => 'm2', roomId => 'r1', speaker => 's',
	subject => 'Second', createdId => 'u2', beginTime => $now + 7200000,
	endTime => $now + 9000000, attendances => [ { userId => 'u1' } ] });

my $nobody = Meeting::Native->new(base => $base);
my $server = $nobody->as($token);
my $host = $nobody->as(undef);


# A problem: status, type, code, field.

sub problem {
	my ($r, $http, $code, $field, $what) = @_;

	is("$r->{http} $r->{type} " . ($r->{json}{code} // '') . ' '
		. ($r->{json}{field} // ''),
		"$http application/problem+json $code " . ($field // ''), $what)
		or diag($r->{text});
}


# Log-in.

problem($host->log_in('p1', 'wrong'), 401, 'bad_password', 'password',
	'a wrong password');
like($host->call(POST => '/session', { login => 'p1', password => 'x' })
	->{headers}{'www-authenticate'}, qr/^Bearer realm="meeting"$/,
	'asks for a token');
problem($host->log_in('nobody', 'x'), 401, 'bad_password', 'password',
	'an unknown person looks the same');
problem($host->log_in('p1', ''), 400, 'missing', 'password', 'no password');
problem($host->log_in('p1', 'pw1', device => 'a b'), 400, 'bad_value',
	'device', 'a device with a blank');

my $r = $host->log_in('p1', 'pw1');

is($r->{http}, 201, 'a log-in') or diag($r->{text});
is($r->{json}{user}{id}, 'u1', 'shows who');
like($r->{json}{expires}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?\+08:00$/,
	'until when, in the zone');
ok(!$r->{headers}{'set-cookie'}, 'no cookie unless asked for');
is($r->{headers}{'cache-control'}, 'no-store', 'is kept nowhere');

$r = $host->call(GET => '/me');
is("$r->{http} $r->{json}{user}{id} $r->{json}{company}", '200 u1 1000',
	'who am I');
problem($nobody->call(GET => '/me'), 401, 'no_token', undef, 'no token');
problem($nobody->as('1.2.3')->call(GET => '/me'), 401, 'bad_token', undef,
	'a bad token');
like($nobody->as('1.2.3')->call(GET => '/me')->{headers}{'www-authenticate'},
	qr/error="invalid_token"/, 'says so');

my $phone = $nobody->as(undef);
my $other = $nobody->as(undef);
$phone->log_in('13800000001', 'pw1', device => 'phone');
is($host->call(GET => '/me')->{http}, 200, 'devices have sessions apart');
$other->log_in('p1', 'pw1', device => 'phone');
problem($phone->call(GET => '/me'), 401, 'bad_token', undef,
	'one session per device');
is($other->call(DELETE => '/session')->{http}, 204, 'a log-out');
problem($other->call(GET => '/me'), 401, 'bad_token', undef, 'ends it');

$r = $nobody->call(POST => '/session', { login => 'p1', password => 'pw1',
	cookie => JSON::PP::true });
ok(!exists $r->{json}{token}, 'a browser\'s script does not see the token');
like($r->{headers}{'set-cookie'}, qr{^meeting=[\w.:+/=-]+;[ ]Path=/;[ ]Max-Age=\d+;
	[ ]HttpOnly;[ ]SameSite=Strict$}x, 'but gets a cookie');

my ($cookie) = $r->{headers}{'set-cookie'} =~ /^(.*?);/;

is($nobody->call(GET => '/me', undef, Cookie => "a=b; $cookie")->{json}{user}
	{id}, 'u1', 'which is a token');
problem($nobody->call(POST => '/meetings/m1/end', {}, Cookie => $cookie,
	'Sec-Fetch-Site' => 'cross-site'), 403, 'forbidden', undef,
	'another site cannot act by it');
problem($nobody->call(POST => '/meetings/m1/end', {}, Cookie => $cookie,
	Origin => 'http://evil.example'), 403, 'forbidden', undef,
	'nor by an old browser');
$r = $nobody->call(DELETE => '/session', undef, Cookie => $cookie,
	Origin => $base);
is($r->{http}, 204, 'a log-out by cookie');
like($r->{headers}{'set-cookie'}, qr/^meeting=; Path=\/; Max-Age=0;/,
	'takes the cookie back');

problem($server->call(DELETE => '/session'), 403, 'forbidden', undef,
	'an access token has no session');
$r = $server->call(GET => '/me');
is("$r->{json}{kind} $r->{json}{company}", 'company 1000', 'but a company');


# A new password.

my $five = $nobody->as(undef);
my $elsewhere = $nobody->as(undef);
$five->log_in('p5', 'pw5');
$elsewhere->log_in('p5', 'pw5');
problem($five->call(POST => '/me/password', { old => 'pw', new => 'longer-5' }),
	401, 'bad_password', 'password', 'the old password is asked for');
problem($five->call(POST => '/me/password', { old => 'pw5', new => 'short' }),
	400, 'bad_value', 'new', 'a short one');
problem($five->call(POST => '/me/password',
	{ old => 'pw5', new => 'hf@123456' }), 400, 'bad_value', 'new',
	'the default one');
is($five->call(POST => '/me/password', { old => 'pw5', new => 'longer-5' })
	->{http}, 204, 'a new password');
is($five->call(GET => '/me')->{http}, 200, 'this session stays');
is($elsewhere->call(GET => '/me')->{http}, 401, 'the others end');
is($elsewhere->log_in('p5', 'longer-5')->{http}, 201, 'it is good');


# Addresses and methods.

problem($host->call(GET => '/nothing'), 404, 'bad_path', undef,
	'no such address');
$r = $host->call(PUT => '/meetings/m1', {});
problem($r, 405, 'bad_method', undef, 'no such method');
is($r->{headers}{allow}, 'GET, PATCH', 'but these');
is($host->call(POST => '/me', {})->{headers}{allow}, 'GET', 'or this');


# Meetings.

$r = $host->call(GET => '/meetings');
is("$r->{http} @{[map { $_->{id} } @{$r->{json}{items}}]}", '200 m1',
	'a host lists the meetings that are theirs');
is($r->{json}{next}, undef, 'on one page');

my $admin = $nobody->as(undef);
$admin->log_in('p6', 'pw6');

for my $caller ($admin, $server) {
	$r = $caller->call(GET => '/meetings', { limit => 1 });
	is(join(' ', map { $_->{id} } @{$r->{json}{items}}), 'm1',
		'the first page');
	$r = $caller->call(GET => '/meetings', { cursor => $r->{json}{next},
		limit => 1 });
	is(join(' ', map { $_->{id} } @{$r->{json}{items}}), 'm2', 'the next');
	is($r->{json}{next}, undef, 'the last');
}

problem($server->call(GET => '/meetings', { cursor => 'x' }), 400,
	'bad_value', 'cursor', 'no cursor');
problem($server->call(GET => '/meetings', { from => 'yesterday' }), 400,
	'bad_value', 'from', 'no time');
problem($server->call(GET => '/meetings', { room => 'r9' }), 404,
	'no_such_room', 'room', 'no room');

is(join(' ', map { $_->{id} } @{$server->call(GET => '/meetings',
	{ state => 'scheduled' })->{json}{items}}), 'm2', 'by state');
is(join(' ', map { $_->{id} } @{$server->call(GET => '/meetings',
	{ from => $now + 4000000, to => $now + 1e7 })->{json}{items}}), 'm2',
	'by time, in milliseconds');
is(join(' ', map { $_->{id} } @{$server->call(GET => '/meetings',
	{ from => '2020-01-01T00:00:00.5+08:00', to => '2020-02-01T00:00Z' })
	->{json}{items}}), '', 'and as ISO 8601');

$r = $host->call(GET => '/meetings/m1');
is($r->{http}, 200, 'a meeting') or diag($r->{text});
is($r->{json}{title}, 'First', 'its title');
is($r->{json}{state}, 'under_way', 'its state');
is("@{$r->{json}{counts}}{qw(invited guests signed_in)}", '4 1 0', 'counts');
like($r->{json}{attendee_link}, qr{/k/[\w-]{11}$}, 'the attendees\' link');
like($r->{json}{host_link}, qr{/k/[\w-]{11}$}, 'the host\'s link');
isnt($r->{json}{host_link}, $r->{json}{attendee_link}, 'another');

my $etag = $r->{headers}{etag};

is($host->call(GET => '/meetings/m1', undef, 'If-None-Match' => $etag)->{http},
	304, 'not modified');
problem($host->call(GET => '/meetings/m2'), 403, 'forbidden', undef,
	'not the host\'s');
problem($host->call(GET => '/meetings/m9'), 404, 'no_such_meeting',
	'meeting', 'no such meeting');
is($admin->call(GET => '/meetings/m2')->{http}, 200, 'an administrator may');
is($server->call(GET => '/meetings/2')->{json}{id}, 'm2', 'by number');

$r = $host->call(PATCH => '/meetings/m1', { title => 'Erste', place => 'Hof' });
is("$r->{http} $r->{json}{title} $r->{json}{place}", '200 Erste Hof',
	'a change') or diag($r->{text});
isnt($r->{headers}{etag}, $etag, 'another ETag');
problem($host->call(PATCH => '/meetings/m1', { title => 'x' },
	'If-Match' => $etag), 412, 'changed', undef, 'changed meanwhile');
problem($host->call(PATCH => '/meetings/m1', { title => 'x' },
	'If-Match' => '"x"'), 412, 'changed', undef, 'no ETag of ours');
is($host->call(PATCH => '/meetings/m1', { place => 'Hof 2' },
	'If-Match' => $r->{headers}{etag})->{http}, 200, 'not changed');
problem($host->call(PATCH => '/meetings/m2', { title => 'x' }), 403,
	'forbidden', undef, 'no change by another');
problem($host->call(PATCH => '/meetings/m1', { title => '' }), 400,
	'missing', 'title', 'no title');
problem($host->call(PATCH => '/meetings/m1', { begin => '2026-02-30T00:00Z' }),
	400, 'bad_value', 'begin', 'no day');
problem($host->call(PATCH => '/meetings/m1', '{'), 400, 'bad_json', undef,
	'no JSON');
is($server->call(PATCH => '/meetings/m2', { title => 'Zweite' })->{http}, 200,
	'the company may');
problem($nobody->as(Meeting::H5yes->new(base => $base, %$reader)->token())
	->call(PATCH => '/meetings/m2', { title => 'x' }), 403, 'no_scope', undef,
	'within its scopes');


# Attendees and check-ins.

$r = $host->call(GET => '/meetings/m1/attendees', { limit => 3 });
is(join(' ', map { $_->{name} } @{$r->{json}{items}}),
	'Person 2 Person 3 Person 4', 'attendees');
$r = $host->call(GET => '/meetings/m1/attendees',
	{ limit => 3, cursor => $r->{json}{next} });
is(join(' ', map { $_->{name} } @{$r->{json}{items}}), 'Gast', 'the rest');

my $guest = $r->{json}{items}[0];

is($guest->{user}, undef, 'a guest has no user');
is(join(' ', map { $_->{name} } @{$host->call(GET =>
	'/meetings/m1/attendees', { q => 'SON 3' })->{json}{items}}), 'Person 3',
	'a search');

$r = $host->call(POST => '/meetings/m1/checkins',
	{ person => '13800000002', reason => 'phone is flat' });
is($r->{http}, 201, 'by hand') or diag($r->{text});
is("$r->{json}{attendee}{user} $r->{json}{attendee}{state} "
	. "$r->{json}{meeting}{title}", 'u2 late Erste', 'shows who and where');
like($r->{headers}{location}, qr{^/api/v1/meetings/m1/checkins/[\w-]+$},
	'and its place');

my $undo = $r->{headers}{location} =~ s{^/api/v1}{}r;
my $first = $r->{json}{signed_in_at};

$r = $host->call(POST => '/meetings/m1/checkins', { person => 'u2' });
problem($r, 409, 'signed_already', undef, 'once more');
is($r->{json}{signed_in_at}, $first, 'the first time stands');

problem($host->call(POST => '/meetings/m1/checkins', { person => 'u5' }), 403,
	'not_listed', 'person', 'nobody of the list');
problem($host->call(POST => '/meetings/m1/checkins', {}), 400, 'missing',
	'person', 'nobody');
problem($five->call(POST => '/meetings/m1/checkins', { person => 'u3' }), 403,
	'forbidden', undef, 'not by anybody');
is($server->call(POST => '/meetings/m1/checkins', { person => $guest->{id} })
	->{http}, 201, 'a guest, by the badge');

is(join(' ', map { $_->{user} // 'guest' } @{$host->call(GET =>
	'/meetings/m1/attendees', { state => 'signed_in' })->{json}{items}}),
	'u2 guest', 'who is there');
is(join(' ', map { $_->{user} // 'guest' } @{$host->call(GET =>
	'/meetings/m1/absent')->{json}{items}}), 'u3 u4', 'who is absent');

problem($host->call(DELETE => $undo), 400, 'missing', 'reason',
	'an undo has a reason');
is($host->call(DELETE => $undo, { reason => 'wrong person' })->{http}, 204,
	'an undo');
problem($host->call(DELETE => $undo, { reason => 'again' }), 409,
	'not_signed', 'person', 'only once');


# An Idempotency-Key is the check-in's request id.

my %key = ('Idempotency-Key' => 'key 1');
my ($one, $two) = map { $host->call(POST => '/meetings/m1/checkins',
	{ person => 'u4' }, %key) } 1, 2;
is("$one->{http} $two->{http}", '201 201', 'a key twice');
is($two->{json}{signed_in_at}, $one->{json}{signed_in_at}, 'acts once');
is($host->call(DELETE => '/meetings/m1/checkins/u4', { reason => 'r' })
	->{http}, 204, 'undone');
problem($host->call(POST => '/meetings/m1/checkins', { person => 'u4' },
	%key), 409, 'undone', undef, 'a key that was undone');
problem($host->call(POST => '/meetings/m1/checkins', { person => 'u4' },
	'Idempotency-Key' => 'k' x 65), 400, 'too_long', 'Idempotency-Key',
	'a long key');


is($h5yes->call('meeting/get', { meetingId => 'm1' })->{http}, 200,
	'another dialect');
is($t->raw("GET /meeting/api/oapi/gettoken HTTP/1.1\r\nHost: x\r\n"
	. "If-Match: \"x\"\r\nConnection: close\r\n\r\n") =~ m{^HTTP/1.1 200 } ? 1
	: 0, 1, 'is not asked for an ETag by nginx');


# An attendee's own.

my $three = $nobody->as(undef);
$three->log_in('p3', 'pw3');

$r = $three->call(GET => '/me/meetings');
is(join(' ', map { "$_->{id} $_->{answer}" } @{$r->{json}{items}}),
	'm1 unread', 'an attendee\'s meetings');
is($three->call(POST => '/me/meetings/m1/answer',
	{ answer => 'declined', comment => 'ill' })->{http}, 204, 'an answer');
problem($three->call(POST => '/me/meetings/m1/answer', { answer => 'maybe' }),
	400, 'bad_value', 'answer', 'no such answer');
problem($three->call(POST => '/me/meetings/m2/answer',
	{ answer => 'accepted' }), 403, 'not_listed', undef, 'not invited');
is($three->call(GET => '/me/meetings')->{json}{items}[0]{answer}, 'declined',
	'is kept');
problem($server->call(GET => '/me/meetings'), 403, 'forbidden', undef,
	'a company is nobody');

$r = $three->call(POST => '/me/meetings/m1/checkin', { leader => 'u1' });
is($r->{http}, 201, 'a sign-in') or diag($r->{text});
is("$r->{json}{attendee}{user} $r->{json}{attendee}{state}", 'u3 late',
	'shows who');

my $mine = $r->{json}{signed_in_at};

like($mine, qr/T/, 'and when');
$r = $three->call(POST => '/me/meetings/m1/checkin', {});
problem($r, 409, 'signed_already', undef, 'once');
is($r->{json}{signed_in_at}, $mine, 'at that time');
problem($three->call(POST => '/me/meetings/m1/checkin', { leader => 'u4' }),
	409, 'signed_already', undef, 'whatever else is wrong');


# Rooms.

is($three->call(GET => '/rooms')->{json}{items}[0]{name}, 'Room 1', 'rooms');
$r = $three->call(GET => '/rooms/r1/day');
is($r->{json}{items}[0]{title}, 'Erste', 'a room\'s day') or diag($r->{text});
is(scalar @{$three->call(GET => '/rooms/r1/day', { date => '2020-02-01' })
	->{json}{items}}, 0, 'another day');
problem($three->call(GET => '/rooms/r1/day', { date => '2020-02-31' }), 400,
	'bad_value', 'date', 'no day');
problem($three->call(GET => '/rooms/r2/day'), 404, 'no_such_room', 'room',
	'no room');


# The end.

problem($host->call(POST => '/meetings/m2/end', {}), 403, 'forbidden', undef,
	'not another\'s');
problem($server->call(POST => '/meetings/m2/end', {}), 409, 'not_started',
	undef, 'not before it begins');
is($host->call(POST => '/meetings/m1/end', {})->{http}, 204, 'a meeting ends');
is($host->call(GET => '/meetings/m1')->{json}{state}, 'ended', 'is over');
problem($host->call(POST => '/meetings/m1/end', {}), 409, 'ended', undef,
	'once');


# Attendance and CSV.

my %term = (from => $now - 86400000, to => $now + 60000);
$r = $admin->call(GET => '/attendance', { %term });
is(join(' ', map { "$_->{id}:$_->{present}$_->{late}$_->{excused}$_->{absent}" }
	@{$r->{json}{items}}), 'u2:0001 u3:0100 u4:0001', 'attendance by person')
	or diag($r->{text});
is(join(' ', map { "$_->{id}:$_->{late}$_->{absent}" } @{$server->call(
	GET => '/attendance', { %term, by => 'meeting' })->{json}{items}}),
	'm1:22', 'by meeting');
like($server->call(GET => '/attendance', { %term, by => 'month' })
	->{json}{items}[0]{id}, qr/^\d{4}-\d\d$/, 'by month');
is($server->call(GET => '/attendance', { %term, by => 'department' })
	->{json}{items}[-1]{name}, 'Physics', 'by department');
problem($host->call(GET => '/attendance', { %term }), 403, 'forbidden', undef,
	'for administrators');
problem($server->call(GET => '/attendance', { to => 1 }), 400, 'bad_value',
	'to', 'no time');
problem($server->call(GET => '/attendance', { from => $now, to => $now }), 400,
	'bad_times', 'to', 'no span');

$r = $server->call(GET => '/attendance', { %term }, Accept => 'text/csv');
is("$r->{http} $r->{type}", '200 text/csv; charset=utf-8', 'CSV');
is((split /\r\n/, $r->{text})[1], 'u2,Person 2,,0,0,0,1', 'a line');
problem($server->call(GET => '/attendance', { format => 'csv' }), 400,
	'missing', 'from', 'an error is none');
$h5yes->call('user/update', { id => 'u4', name => '=1+1,"' });
$r = $host->call(GET => '/meetings/m1/absent', { format => 'csv' });
is((split /\r\n/, $r->{text})[0], 'id,user,name,phone,email,department,'
	. 'answer,answered,comment,state,signed_in_at,way,reason',
	'absent people in CSV');
like($r->{text}, qr/,u4,"'=1\+1,""",13800000004,,Physics,unread,,,absent,,,\r\n/,
	'a name that would be a formula');


my $log = $t->read_file('native.log');

like($log, qr/^login bad_password bad_password - p1 -$/m,
	'a log has the reason for the result');
like($log, qr/^meeting_card ok ok 1 - m1$/m, 'the person and the meeting');

$t->stop();
$t->verify();
done_testing();
