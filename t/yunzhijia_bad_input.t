#!/usr/bin/perl

# Malformed requests to every address of yunzhijia: the code of its kind,
# HTTP 200, the member at fault by name, and a store that is as it was.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::BadInput qw/ bad_bodies bad_values /;
use Meeting::Routes qw/ covers /;
use Meeting::Test;
use Meeting::Yunzhijia;


my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'yunzhijia' ]);

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $app = Meeting::Yunzhijia->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);

my $series = $app->call('repeatMeeting', { openid => 'boss', title => 't',
	startDate => 2000001600000, endDate => 2000005200000, repeat => 3,
	repeatEndDate => 2002001600000 })->{data}{meetingIds}[0];

ok($series, 'a series to work on');


# address => members: name, kind, a good value, whether it may be missing

my @edit = (
	[ 'title', 'title', '"t"' ],
	[ 'content', 'content', '"c"', 'optional' ],
	[ 'meetingPlace', 'place', '"p"', 'optional' ],
	[ 'startDate', 'instant', '2000001600000' ],
	[ 'endDate', 'instant', '"2000005200000"' ],
	[ 'roomId', 'id', 'null', 'optional' ],
	[ 'noticeTime', 'notice', '15', 'optional' ],
	[ 'noticeTimes', 'notices', '[15]', 'optional' ],
	[ 'topState', 'flag', '"1"', 'optional' ],
	[ 'actors', 'people', '["a","b"]', 'optional' ],
	[ 'type', 'type', '"sign"', 'optional' ],
	[ 'submitExperience', 'bool', 'true', 'optional' ] );
my @change = (
	[ 'addActors', 'people', '["c"]', 'optional' ],
	[ 'delActors', 'people', '["b"]', 'optional' ] );
my @rule = (
	[ 'repeat', 'repeat', '"3"' ],
	[ 'repeatEndDate', 'instant', '2002001600000' ] );
my $id = [ 'id', 'id', "\"$series\"" ];
my $openid = [ 'openid', 'id', '"boss"' ];
my $batch = [ 'batchId', 'id', "\"$series\"", 'optional' ];

my %calls = (
	create => [ $openid, @edit ],
	modify => [ $id, $openid, optional(@edit), @change ],
	cancel => [ $id, $openid ],
	repeatMeeting => [ $openid, @edit, @rule ],
	batchModify => [ $id, $openid, optional(@edit, @rule), @change, $batch ],
	batchCancel => [ $id, $openid, $batch ],
	queryByDay => [ [ 'day', 'instant', '2000001600000' ] ],
);

my @big = ('"' . 'a' x 65 . '"', '"' . 'a' x 70000 . '"',
	'"' . '\u4f1a' x 65 . '"');
my @outside = ('-1', '"-1"', '253402300800000', '9223372036854775807',
	'-9223372036854775808');

# of the wrong type, and of the right one but not allowed

my %bad_type = (
	id => [ bad_values('string') ],
	instant => [ bad_values('integer') ],
	bool => [ '[]', '{}', '0', '1', '"0"', '"1"', '"True"', '""', '1.5',
		'"yes"' ],
	people => [ '"a"', '"a,b"', '""', '1', 'true', '{}', '[1]', '[["a"]]',
		'["a",{}]', '["a",null]', '["a",true]', '[null]', '{"0":"a"}' ],
	notices => [ '"15"', '""', '15', 'true', '{}', '["x"]', '[1.5]', '[[15]]',
		'[15,{}]', '[15,null]', '[true]', '{"0":15}' ],
);

$bad_type{$_} = $bad_type{id} for qw/ title content place type /;
$bad_type{$_} = $bad_type{instant} for qw/ notice flag repeat /;

my %bad_value = (
	id => \@big,
	title => [ '"' . 'a' x 501 . '"' ],
	content => [ '"' . 'a' x 20001 . '"', '"' . '\u4f1a' x 20001 . '"' ],
	place => [ '"' . 'a' x 501 . '"' ],
	instant => \@outside,
	notice => [ '-2', '1', '14', '16', '59', '61', '"30"', @outside[2 .. 4] ],
	flag => [ '2', '"2"', @outside ],
	repeat => [ '6', '"6"', @outside ],
	type => [ '"xxxx"', '"Sign"', '"null"', '"sign "', '" "', @big ],
	bool => [],
	people => [],
	notices => [ '[-2]', '[15,-1]', '[1000001]',
		'[9223372036854775807]' ],
);

covers('bad input', 'yunzhijia', 'token/getAccessToken', 'token/refreshToken', keys %calls);

my $position = $t->ctl('stat')->{position};

for my $what (sort keys %calls) {
	my @members = @{$calls{$what}};
	my @good = map { [ @{$_}[0, 2] ] } @members;

	test_bodies($what, @good);
	test_missing($what, @members);

	for my $member (@members) {
		test_values($what, $member, @good);
	}
}

test_people($_) for qw/ create modify repeatMeeting batchModify /;
test_token();

is($t->ctl('stat')->{position}, $position, 'nothing was written');

# it was not the good values that were refused

for my $what (qw/ create repeatMeeting queryByDay modify batchModify
	batchCancel /)
{
	my $answer = $app->call($what,
		[ map { [ @{$_}[0, 2] ] } @{$calls{$what}} ]);

	is($answer->{code}, 0, "$what: all is well") or diag($answer->{text});
}

$t->verify();
$t->finish();


sub optional {
	return map { [ @{$_}[0 .. 2], 'optional' ] } @_;
}


# As refused: the code, HTTP 200, the member's name before the reason.

sub refused {
	my ($answer, $code, $member, $name) = @_;

	my $about = !defined $member ? $answer->{error} !~ /:/
		: index($answer->{error}, "$member: ") == 0;

	return ok($answer->{http} == 200 && $answer->{code} == $code && $about
		&& !$answer->{success} && !defined $answer->{data}
		&& $answer->{members} eq 'data error errorCode success', $name)
		|| diag("HTTP $answer->{http}: $answer->{text}");
}


sub test_bodies {
	my ($what, @good) = @_;

	my $body = Meeting::Client::body(\@good);

	for my $bad (bad_bodies($body)) {
		my ($name, $text) = @$bad;
		refused($app->call($what, $text), 40001, undef, "$what: $name");
	}

	for my $member (@good) {
		my $twice = $body =~ s/^\{/{"$member->[0]":$member->[1],/r;

		refused($app->call($what, $twice), 40007, $member->[0],
			"$what: $member->[0] twice");
	}

	refused($app->call($what, $body, token => $_ // undef),
		defined $_ && length ? 40102 : 40101, undef,
		"$what: token " . ($_ // 'missing'))
		for undef, '', 'x', 'f' x 40;
}


sub test_missing {
	my ($what, @members) = @_;

	for my $member (grep { !$_->[3] } @members) {
		my @rest = map { [ @{$_}[0, 2] ] } grep { $_ != $member } @members;

		refused($app->call($what, \@rest), 40003, $member->[0],
			"$what: no $member->[0]");
		refused($app->call($what, [ @rest, [ $member->[0], 'null' ] ]),
			40003, $member->[0], "$what: $member->[0] null");
		refused($app->call($what, [ @rest, [ $member->[0], '""' ] ]),
			40003, $member->[0], "$what: $member->[0] empty")
			if $member->[1] =~ /^(?:id|title)$/;
	}
}


sub test_values {
	my ($what, $member, @good) = @_;
	my ($name, $kind) = @$member;
	my @rest = grep { $_->[0] ne $name } @good;

	my $try = sub {
		my ($json, @codes) = @_;
		my $shown = length $json > 40 ? substr($json, 0, 37) . '...' : $json;
		my $answer = $app->call($what, [ [ $name, $json ], @rest ]);

		my ($code) = grep { $_ == $answer->{code} } @codes;
		my $about = $answer->{error} =~ /^\Q$name\E(?:\[\d+\])?: /;

		ok($answer->{http} == 200 && $code && $about,
			"$what: $name $shown")
			or diag("HTTP $answer->{http}: $answer->{text}");
	};

	$try->($_, 40004) for @{$bad_type{$kind}};
	$try->($_, 40005, 40008) for @{$bad_value{$kind}};

	return;
}


# One of many who cannot be: by place.

sub test_people {
	my ($what) = @_;
	my @good = map { [ @{$_}[0, 2] ] } @{$calls{$what}};

	for my $name (grep { /actors$/i } map { $_->[0] } @good) {
		my @rest = grep { $_->[0] ne $name } @good;
		my $answer;

		next if $name eq 'delActors';

		$answer = $app->call($what, [ [ $name, '["a","","b"]' ], @rest ]);
		refused($answer, 40402, "${name}[1]", "$what: $name, one empty");

		$answer = $app->call($what,
			[ [ $name, '["a","b","' . 'x' x 65 . '"]' ], @rest ]);
		refused($answer, 40008, "${name}[2]", "$what: $name, one too long");

		$answer = $app->call($what,
			[ [ $name, '[' . join(',', map { "\"$_\"" } 0 .. 50000) . ']' ],
				@rest ]);
		refused($answer, 40006, $name, "$what: $name, too many");

		# as many as there may be, and the creator

		$answer = $app->call($what,
			[ [ $name, '[' . join(',', map { "\"x$_\"" } 1 .. 50000) . ']' ],
				grep { $_->[0] !~ /actors$/i } @rest ]);
		refused($answer, 40006, $name, "$what: $name, one too many");
	}

	return;
}


sub test_token {
	my $now = int(time() * 1000);
	my $right = { appId => $credential->{appkey},
		secret => $credential->{appsecret} };
	my $uri = '/gateway/oauth2/token/getAccessToken';

	my @bad = (
		[ 40003, 'appId', { secret => 'x', timestamp => $now } ],
		[ 40003, 'secret', { appId => 'x', timestamp => $now } ],
		[ 40003, 'timestamp', $right ],
		(map { [ 40004, 'timestamp', { %$right, timestamp => $_ } ] }
			'', 'x', '1e3', [], {}, \1),
		(map { [ 40005, 'timestamp', { %$right, timestamp => $_ } ] }
			int($now / 1000), $now - 200000, $now + 200000, 0, -1),
		(map { [ 40004, 'appId', { %$right, appId => $_, timestamp => $now } ] }
			[], {}, \1, 1.5),
		[ 40004, 'secret', { %$right, secret => 5, timestamp => $now } ],
		[ 40104, undef, { %$right, secret => 'x', timestamp => $now } ],
		[ 40104, undef, { %$right, appId => 'x', timestamp => $now } ],
		[ 40104, undef, { %$right, appId => 7, timestamp => $now } ],
	);

	for my $bad (@bad) {
		my ($code, $member, $args) = @$bad;
		refused($app->request($uri, $args), $code, $member,
			"getAccessToken: $code " . ($member // ''));
	}

	for my $bad (bad_bodies('{"appId":"x","secret":"x","timestamp":1}')) {
		refused($app->request($uri, $bad->[1]), 40001, undef,
			"getAccessToken: $bad->[0]");
	}

	$uri = '/gateway/oauth2/token/refreshToken';
	$right = { refreshToken => $app->get_token()->{data}{refreshToken} };

	@bad = (
		[ 40003, 'refreshToken', { timestamp => $now } ],
		[ 40003, 'refreshToken', { refreshToken => '', timestamp => $now } ],
		[ 40003, 'timestamp', $right ],
		(map { [ 40004, 'timestamp', { %$right, timestamp => $_ } ] }
			'', 'x', '1e3', [], {}, \1),
		(map { [ 40005, 'timestamp', { %$right, timestamp => $_ } ] }
			int($now / 1000), $now - 200000, $now + 200000, 0, -1),
		(map { [ 40004, 'refreshToken', { refreshToken => $_,
			timestamp => $now } ] } [], {}, \1, 1.5, 5),
		(map { [ 40102, 'refreshToken', { refreshToken => $_,
			timestamp => $now } ] } 'x', '0' x 40, 'f' x 40,
			uc $right->{refreshToken}, "$right->{refreshToken}0",
			$app->token()),
		[ 40008, 'refreshToken', { refreshToken => 'a' x 501,
			timestamp => $now } ],
		(map { [ 40104, undef, { %$right, timestamp => $now, %$_ } ] }
			{ appId => 'x' }, { eid => 'x' }, { appId => 7 }),
	);

	for my $bad (@bad) {
		my ($code, $member, $args) = @$bad;
		refused($app->request($uri, $args), $code, $member,
			"refreshToken: $code " . ($member // ''));
	}

	for my $bad (bad_bodies('{"refreshToken":"x","timestamp":1}')) {
		refused($app->request($uri, $bad->[1]), 40001, undef,
			"refreshToken: $bad->[0]");
	}

	for my $uri (map { "/gateway/oauth2/token/$_" }
		qw/ getAccessToken refreshToken /)
	{
		my $answer = $app->request($uri, undef, method => 'GET');
		is($answer->{http}, 405, "$uri: GET");
		is($answer->{code}, 40500, 'has its code');
	}

	return;
}
