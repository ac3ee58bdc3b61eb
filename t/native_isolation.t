#!/usr/bin/perl

# Two companies in one store with people and meetings of the same ids: at no
# address of the native API does a person or a token of one see or change the
# other's; and no attendee has a host's answers.

use warnings;
use strict;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Native;
use Meeting::Routes qw/ covers /;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /api/v1/ {
            meeting_api native company=1000;
        }

        location /second/api/v1/ {
            meeting_api native company=2000;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $now = int(time() * 1000);
my (%token, %api);

for my $company (1000, 2000) {
	$t->company($company);

	my $h5yes = Meeting::H5yes->new(base => $base,
		%{$t->ctl(qw(credential add --company), $company)});

	$token{$company} = $h5yes->token();

	for my $i (1 .. 3, 'only' . $company) {
		$h5yes->call('user/add', { id => "u$i", name => "P $i",
			account => "p$i", password => "pw$i-$company" });
	}

	$h5yes->call('room/add', { id => $_, name => "room $company",
		beginTime => '00:00', endTime => '24:00' }) for 'r', "r$company";

	for my $id ('m', "m$company") {
		$h5yes->call('meeting/book', { id => $id,
			roomId => $id eq 'm' ? 'r' : "r$company", speaker => 's',
			subject => "S $company", createdId => 'u1',
			beginTime => $now - 60000, endTime => $now + 3600000,
			attendances => [ map { { userId => "u$_" } } 2, 3,
				"only$company" ] });
	}

	my $prefix = $company == 1000 ? $base : "$base/second";

	for my $i (1 .. 3) {
		$api{"$company-$i"} = Meeting::Native->new(base => $prefix);
		$api{"$company-$i"}->log_in("p$i", "pw$i-$company");
	}

	$api{$company} = Meeting::Native->new(base => $base,
		token => $token{$company});
}

my $host = $api{'1000-1'};
my $guest = $api{'1000-2'};

is($api{'1000-1'}->log_in('p1', 'pw1-2000')->{http}, 401,
	'a password of the other company');
$host->log_in('p1', 'pw1-1000');
is($host->call(GET => '/me')->{json}{company}, 1000, 'one company');
is($api{'2000-1'}->call(GET => '/me')->{json}{company}, 2000, 'the other');
is(Meeting::Native->new(base => "$base/second", token => $host->{token})
	->call(GET => '/me')->{http}, 401, 'a session is good in its own');


# The other company's things, seen by its host, an attendee and its token.

sub everything {
	return join("\n", map {
		my $caller = $_;
		map { my $r = $caller->call(GET => $_);
			"$r->{http} $r->{text}" } '/meetings', '/meetings/m',
			'/meetings/m2000', '/meetings/m/attendees', '/meetings/m/absent',
			'/me/meetings', '/rooms', '/rooms/r/day', '/me',
			'/people', '/journal', '/subscription', '/subscription/messages',
			"/attendance?from=@{[$now - 86400000]}&to=@{[$now + 60000]}"
	} @api{qw(2000 2000-1 2000-2)});
}

everything();                 # by which it is read

my $before = everything();

like($before, qr/S 2000/, 'the other has meetings');
unlike($before, qr{(?<!:)\b1000\b}, 'and none of ours');


# address => arguments; %s is an id.  As one that never was, the other's
# record is answered.

my %meeting = (
	'GET meetings/%s' => undef,
	'PATCH meetings/%s' => { title => 'x' },
	'POST meetings/%s/end' => {},
	'GET meetings/%s/attendees' => undef,
	'GET meetings/%s/absent' => undef,
	'POST meetings/%s/checkins' => { person => 'u2' },
	'DELETE meetings/%s/checkins/u2' => { reason => 'r' },
	'POST me/meetings/%s/answer' => { answer => 'accepted' },
	'POST me/meetings/%s/checkin' => {},
);

covers('isolation', 'native', 'POST session', 'DELETE session', 'me',
	'me/password', 'me/meetings', 'meetings', 'rooms', 'tickets',
	'attendance', 'people', 'people/{person}', 'GET credentials',
	'POST credentials', 'credentials/{appkey}', 'subscription',
	(map { "subscription/$_" } qw/ messages pause redeliver resume /),
	'journal', 'rooms/{room}/day',
	map { s/%s/{meeting}/r =~ s/u2/{person}/r }
		sort keys %meeting);

for my $caller ($host, $api{1000}) {
	my $who = $caller == $host ? 'a host' : 'a company';

	for my $call (sort keys %meeting) {
		my ($method, $path) = split / /, $call;

		next if $path =~ /^me/ && $caller != $host;

		my ($never, $theirs) = map {
			my $r = $caller->call($method, sprintf("/$path", $_),
				$meeting{$call});
			"$r->{http} $r->{text}";
		} 'never-was', 'm2000';

		is($theirs, $never, "$who: $call: as never was");
		like($never, qr/^404 /, "$who: $call: not found");
	}

	my ($never, $theirs) = map { $caller->call(POST =>
		'/meetings/m/checkins', { person => $_ })->{text} }
		'never-was', 'uonly2000';
	is($theirs, $never, "$who: a person of the other");

	($never, $theirs) = map { $caller->call(GET => "/rooms/$_/day")->{text} }
		'never-was', 'r2000';
	is($theirs, $never, "$who: a room of the other");

	($never, $theirs) = map { $caller->call(GET => '/meetings',
		{ room => $_ })->{text} } 'never-was', 'r2000';
	is($theirs, $never, "$who: in a list, too");

	unlike($caller->call(GET => $_)->{text}, qr/2000\b/,
		"$who: nothing of the other: $_") for '/meetings', '/rooms', '/me';
}

is(everything(), $before, 'nothing has changed there');


# Acts on the same ids stay at home.

is($host->call(PATCH => '/meetings/m', { title => 'ours' })->{http}, 200,
	'a change');
is($host->call(POST => '/meetings/m/checkins', { person => 'u2' })->{http},
	201, 'a check-in');
is($api{'1000-3'}->call(POST => '/me/meetings/m/checkin', {})->{http}, 201,
	'a sign-in');
is($api{'1000-3'}->call(POST => '/me/meetings/m/answer',
	{ answer => 'accepted' })->{http}, 204, 'an answer');
is($host->call(POST => '/me/password', { old => 'pw1-1000',
	new => 'another-1' })->{http}, 204, 'a password');
is($host->call(POST => '/meetings/m/end', {})->{http}, 204, 'an end');

is(everything(), $before, 'nothing has changed there');


# Administrators of both, on the same people.

$t->ctl(qw(user admin --user u1 on), '--company', $_) for 1000, 2000;
$before = everything();
like($before, qr/user_add/, 'the other has a journal');

for my $caller ($host, $api{1000}) {
	unlike($caller->call(GET => $_)->{text}, qr/2000\b/,
		"nothing of the other: $_") for '/people', '/journal';
	is($caller->call(PATCH => '/people/uonly2000', { name => 'x' })->{text},
		$caller->call(PATCH => '/people/never-was', { name => 'x' })->{text},
		'a person of the other: as never was');
	is($caller->call(PATCH => '/people/u3', { job => 'x' })->{http}, 200,
		'one of ours');
}

is(everything(), $before, 'nothing has changed there');


# An attendee is no host.

for my $call (sort keys %meeting) {
	my ($method, $path) = split / /, $call;

	next if $path =~ /^me/;

	my $r = $guest->call($method, sprintf("/$path", 'm1000'),
		$meeting{$call});
	is("$r->{http} $r->{json}{code}", '403 forbidden',
		"an attendee: $call");
}

is_deeply($guest->call(GET => '/meetings')->{json}{items}, [],
	'an attendee hosts nothing');
unlike($guest->call(GET => '/me/meetings')->{text}, qr/link|"phone"/,
	'an attendee sees no link and no phone');


# The company's administrator is none of the other's.

$t->ctl(qw(user admin --company 2000 --user u3 on));
is($api{'2000-3'}->call(GET => '/meetings/m2000')->{http}, 200,
	'an administrator');
is($api{'1000-3'}->call(GET => '/meetings/m1000')->{http}, 403,
	'who has a namesake');

$t->stop();
$t->verify();
done_testing();
