#!/usr/bin/perl

# Malformed requests to every address of the native API: the status and code of
# its kind, the member at fault by name, and a store that is as it was.

use warnings;
use strict;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::BadInput qw/ bad_bodies bad_values /;
use Meeting::H5yes;
use Meeting::Native;
use Meeting::Routes qw/ covers /;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(http => 'meeting_login_limit off;',
	server => <<'CONF');
        location /api/v1/ {
            meeting_api native;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();
$t->company();
$t->import_users(map { { id => "u$_", name => "P $_", account => "p$_",
	password => "pw$_" } } 1 .. 3);

my $base = 'http://127.0.0.1:' . $t->port();
my $h5yes = Meeting::H5yes->new(base => $base,
	%{$t->ctl(qw(credential add --company 1000))});
my $now = int(time() * 1000);

$h5yes->call('room/add', { id => 'r', name => 'R', beginTime => '00:00',
	endTime => '24:00' });
$h5yes->call('meeting/book', { id => 'm', roomId => 'r', speaker => 's',
	subject => 'S', createdId => 'u1', beginTime => $now + 60000,
	endTime => $now + 3600000, attendances => [ { userId => 'u1' },
		{ userId => 'u2' } ] });

$t->ctl(qw(user admin --user u1 on));

my $api = Meeting::Native->new(base => $base);
$api->log_in('p1', 'pw1');


# address => method, whether the body counts, members: name, kind, good value

my @page = ([ 'cursor', 'cursor', '"1.1"' ], [ 'limit', 'limit', '"3"' ]);
my @times = map { [ $_, 'time', '"2026-12-01T20:00:00+08:00"' ] }
	qw/ from to /;

my %calls = (
	'POST session' => [ [ 'login', 'text', '"p1"', 1 ],
		[ 'password', 'text', '"pw1"', 1 ], [ 'device', 'device', '"d"' ],
		[ 'cookie', 'flag', 'true' ] ],
	'DELETE session' => [],
	'GET me' => [],
	'POST me/password' => [ [ 'old', 'text', '"x"', 1 ],
		[ 'new', 'text', '"longer-1"', 1 ] ],
	'GET me/meetings' => [ @times, @page ],
	'POST me/meetings/m/answer' => [ [ 'answer', 'word', '"read"', 1 ],
		[ 'comment', 'text', '"c"' ] ],
	'POST me/meetings/m/checkin' => [ [ 'code', 'text', '"x"' ],
		[ 'create_date', 'millis', '1' ], [ 'leader', 'ref', '"u1"' ],
		[ 'longitude', 'number', '1' ], [ 'latitude', 'number', '1' ] ],
	'POST tickets' => [ [ 'code', 'text', '"x"', 1 ],
		[ 'device', 'text', '"d"', 1 ] ],
	'GET meetings' => [ @times, @page, [ 'state', 'word', '"ended"' ] ],
	'GET meetings/m' => [],
	'PATCH meetings/m' => [ [ 'title', 'text', '"S"' ],
		[ 'content', 'text', '"c"' ], [ 'place', 'text', '"p"' ],
		[ 'begin', 'time', '"2026-12-01T20:00:00+08:00"' ],
		[ 'end', 'time', '"2026-12-01T20:00:00+08:00"' ] ],
	'POST meetings/m/end' => [],
	'GET meetings/m/attendees' => [ [ 'state', 'word', '"late"' ], @page ],
	'GET meetings/m/absent' => [ @page ],
	'POST meetings/m/checkins' => [ [ 'person', 'ref', '"u2"', 1 ],
		[ 'at', 'past', '"2026-12-01T20:00:00Z"' ],
		[ 'reason', 'text', '"r"' ] ],
	'DELETE meetings/m/checkins/u2' => [ [ 'reason', 'query', '"r"', 1 ] ],
	'GET attendance' => [ map({ [ @$_, 1 ] } @times),
		[ 'by', 'word', '"month"' ], [ 'format', 'word', '"csv"' ] ],
	'GET people' => [ @page, [ 'format', 'word', '"csv"' ] ],
	'PATCH people/u2' => [ [ 'name', 'text', '"n"' ],
		[ 'phone', 'text', '"1"' ], [ 'enabled', 'flag', 'true' ],
		[ 'admin', 'flag', 'false' ], [ 'password', 'text', '"x"' ] ],
	'GET credentials' => [ @page ],
	'POST credentials' => [ [ 'scopes', 'scopes', '"read"' ],
		[ 'allow', 'text', '"127.0.0.1"' ] ],
	'DELETE credentials/k' => [],
	'GET subscription' => [],
	'GET subscription/messages' => [ @page, [ 'failed', 'yes', '"true"' ] ],
	'POST subscription/pause' => [],
	'POST subscription/resume' => [],
	'POST subscription/redeliver' => [ [ 'from', 'millis', '1' ],
		[ 'to', 'millis', '2' ] ],
	'GET journal' => [ @page, [ 'after', 'number', '"1"' ],
		[ 'format', 'word', '"csv"' ] ],
	'GET rooms' => [],
	'GET rooms/r/day' => [ [ 'date', 'date', '"2026-12-01"' ] ],
);

covers('bad input', 'native', map {
	s/\bm\b/{meeting}/r =~ s/\br\b/{room}/r =~ s/\bu2\b/{person}/r
		=~ s/\bk\b/{appkey}/r
} sort keys %calls);

my @containers = ('[]', '{}', '[1]', '{"a":1}');
my @no_times = ('""', '"yesterday"', '"2026-12-01"', '"2026-12-01T20:00:00"',
	'"2026-13-01T20:00:00Z"', '"2026-02-29T20:00:00Z"',
	'"2026-12-01T24:00:00Z"', '"2026-12-01T20:60:00Z"',
	'"2026-12-01T20:00:60Z"', '"2026-12-01T20:00:00.Z"',
	'"2026-12-01T20:00:00+8"', '"2026-12-01T20:00:00+24:00"',
	'"2026-12-01T20:00:00Z "', '"1999-12-31T00:00:00Z"',
	'"2101-01-01T00:00:00Z"', '"20261201T200000Z"');

my %bad = (
	text => [ @containers, '1', 'true' ],
	ref => [ @containers, 'true', '1.5' ],
	device => [ @containers, '1', '"a b"', '"' . 'x' x 41 . '"', '"é"' ],
	flag => [ @containers, '2', '"x"' ],
	word => [ @containers, '1', '"maybe"', '"READ"' ],
	number => [ @containers, '"x"', 'true', '181000000', '"1e400"' ],
	time => [ @containers, '1.5', 'true', '1', '946684799999', @no_times ],
	past => [ @containers, '1.5', 'true', grep { !/1999/ } @no_times ],
	millis => [ @containers, '1.5', 'true', '-1', '"x"' ],
	scopes => [ @containers, '1', 'true', '"x"', '"read,"', '",read"',
		'"read,,rooms"', '"READ"', '"operator"' ],
	yes => [ '"x"', '"2"', '"yes"' ],
	cursor => [ '"x"', '"1"', '"1."', '".1"', '"1.0"', '"1.-1"', '"1.x"',
		'"1.1.1"', '"99999999999999999999.1"' ],
	limit => [ '"0"', '"-1"', '"501"', '"x"', '"1.5"' ],
	date => [ '"2026-12-32"', '"2026-1-1"', '"2026-12-01T00:00:00Z"', '"1"' ],
	query => [],
);


sub send_text {
	my ($method, $path, $members) = @_;

	if ($method =~ /GET|DELETE/) {
		my %query;

		for my $name (keys %$members) {
			my $value = $members->{$name};
			return if $value !~ /^"/;
			$query{$name} = JSON::PP->new->allow_nonref->utf8
				->decode($value);
		}

		return $api->call($method, "/$path", \%query);
	}

	return $api->call($method, "/$path", '{' . join(',',
		map { "\"$_\":$members->{$_}" } sort keys %$members) . '}');
}


sub rejected {
	my ($r, $field, $name) = @_;
	my $right = $r->{http} == 400 && $r->{type} eq 'application/problem+json'
		&& $r->{json}{status} == 400 && ($r->{json}{field} // '') eq $field;

	ok($right, $name) or diag("$r->{http} $r->{text}");

	return;
}


my $before = $t->ctl('meeting', 'show', '--meeting', 1);

for my $call (sort keys %calls) {
	my ($method, $path) = split / /, $call;
	my %good = map { $_->[3] ? ($_->[0] => $_->[2]) : () } @{$calls{$call}};

	next if $call eq 'DELETE session';

	for my $member (@{$calls{$call}}) {
		my ($name, $kind, undef, $must) = @$member;

		if ($must) {
			my %less = %good;
			delete $less{$name};
			rejected(send_text($method, $path, \%less), $name,
				"$call: without $name");
			rejected(send_text($method, $path, { %good, $name => '""' }),
				$name, "$call: empty $name");
		}

		for my $value (@{$bad{$kind}}) {
			next if $value eq '""' && $method eq 'GET';
			my $r = send_text($method, $path, { %good, $name => $value })
				// next;
			rejected($r, $name, "$call: $name $value");
		}
	}

	next if $method !~ /POST|PATCH/;

	for my $body (bad_bodies($method eq 'PATCH' ? '{"x":1}' : '{"y":2}')) {
		my $r = $api->call($method, "/$path", $body->[1]);
		ok($r->{http} == 400 && $r->{json}{code} =~ /^(?:bad_json|empty)$/,
			"$call: $body->[0]") or diag("$r->{http} $r->{text}");
	}
}


# Another meeting in the body than in the address: the address counts.

is($api->call(GET => '/meetings/m?%7Bmeeting%7D=other')->{json}{code},
	'duplicate_key', 'the query cannot name another meeting');
is($api->call(PATCH => '/meetings/m', { '{meeting}' => 'other' })->{json}{id},
	'm', 'nor can the body');
is($api->call(GET => '/meetings/' . 'x' x 65)->{json}{code}, 'too_long',
	'a long id');

my $after = $t->ctl('meeting', 'show', '--meeting', 1);
is_deeply($after, $before, 'the meeting is as it was');

$t->stop();
$t->verify();
done_testing();
