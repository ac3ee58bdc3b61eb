#!/usr/bin/perl

# Tokens in the header "Authorization: Bearer TOKEN", in each dialect that has
# tokens: good, bad, of another company or person, and beside a token in the
# dialect's own place.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Quanshi;
use Meeting::Test;
use Meeting::Weclubs;
use Meeting::Yunzhijia;


my $TIME = 4000000000;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ],
	server => <<'CONF');
        location /openapi/conference/detail {
            meeting_api quanshi;
        }
CONF

my $base = 'http://127.0.0.1:' . $t->port();
my (%credential, %link);

for my $company (1000, 2000) {
	$t->company($company);
	$credential{$company} = $t->ctl('credential', 'add', '--company',
		$company);
}

$t->import_users(map { { id => $_, name => $_, account => $_,
	password => $_ } } qw/ ann bob /);
$t->start();

# Meeting 1 of each company, by its only visible difference.

my %token;

for my $company (1000, 2000) {
	my $app = Meeting::Jituancaiyun->new(base => $base,
		$credential{$company});
	my $made = $app->call('create', { requesterUid => 'ann',
		requesterName => 'Ann', detail => { createTime => 1700000000,
		content => "of $company", address => 'a', beginTime => $TIME,
		endTime => $TIME + 3600, remindMin => 0, remindType => 0,
		members => [] } });

	is($made->{code}, 0, "a meeting of $company");
	$token{$company} = $app->token();
	$link{$company} = $t->ctl('meeting', 'links', '--company', $company,
		'--meeting', 1)->{attendeeJoinUrl};
}

# Each: the call with a token in the dialect's own place (undef: none) and an
# Authorization (undef: none), and the codes of good, missing and bad tokens.

my %dialects = (
	h5yes => { call => sub {
		my ($own, @headers) = @_;
		return client('H5yes', @headers)->call('meeting/get',
			{ meetingId => '1' }, token => $own);
	}, codes => [ 10000, 71002, 71003 ] },

	yunzhijia => { call => sub {
		my ($own, @headers) = @_;
		return client('Yunzhijia', @headers)->call('queryByDay',
			{ day => $TIME * 1000 }, token => $own);
	}, codes => [ 0, 40101, 40102 ] },

	'yunzhijia, own header' => { call => sub {
		my ($own, @headers) = @_;
		return client('Yunzhijia', @headers)->call('queryByDay',
			{ day => $TIME * 1000 }, token => undef,
			headers => { defined $own ? (accessToken => $own) : () });
	}, codes => [ 0, 40101, 40102 ] },

	jituancaiyun => { call => sub {
		my ($own, @headers) = @_;
		return client('Jituancaiyun', @headers)->call('detail',
			{ requesterUid => 'ann', meetingInviteId => 1 },
			token => $own);
	}, codes => [ 0, 4008, 4002 ] },

	'jituancaiyun, own header' => { call => sub {
		my ($own, @headers) = @_;
		return client('Jituancaiyun', @headers)->call('detail',
			{ requesterUid => 'ann', meetingInviteId => 1 },
			token => $own, header => 1);
	}, codes => [ 0, 4008, 4002 ] },
);

for my $name (sort keys %dialects) {
	test_dialect($name, $dialects{$name}{call},
		@{$dialects{$name}{codes}});
}

test_quanshi();
test_weclubs();
test_wire();

$t->verify();
$t->finish();


sub client {
	my ($class, $authorization) = @_;

	my $app = "Meeting::$class"->new(base => $base, $credential{1000});

	$app->{headers} = { authorization => $authorization }
		if defined $authorization;

	return $app;
}


sub test_dialect {
	my ($name, $call, $good, $none, $bad) = @_;
	my ($mine, $other) = map { $token{$_} } 1000, 2000;

	for my $scheme ('Bearer ', 'bearer ', 'BEARER ', 'Bearer   ') {
		my $answer = $call->(undef, $scheme . $mine);
		is($answer->{code}, $good, "$name: \"$scheme\"");
		like($answer->{text}, qr/of 1000/, "$name: of its company");
	}

	for my $other_text ('', 'Bearer', 'Bearer ', "Basic $mine", $mine,
		"Bearer$mine", "Token $mine")
	{
		is($call->(undef, $other_text)->{code}, $none,
			"$name: \"" . ($other_text =~ s/$mine/TOKEN/r) . '" is none');
	}

	is($call->(undef, "Bearer $_")->{code}, $bad, "$name: a bad token")
		for 'x', "${mine}0", "$mine,$mine", 'a' x 40;

	my $answer = $call->(undef, "Bearer $other");
	is($answer->{code}, $good, "$name: another company's token");
	like($answer->{text}, qr/of 2000/, "$name: shows its own");
	unlike($answer->{text}, qr/of 1000/, "$name: and no other's");

	like($call->($mine, "Bearer $other")->{text}, qr/of 1000/,
		"$name: of two, the one in the dialect's own place counts");
	is($call->($mine, 'Bearer x')->{code}, $good, "$name: also of a bad one");
	is($call->('x', "Bearer $mine")->{code}, $bad,
		"$name: and if that one is bad");
	is($call->('', "Bearer $mine")->{code}, $good, "$name: empty is none");

	return;
}


# Only a token of the meeting's company shows its telephone codes.

sub test_quanshi {
	my $secrets = sub {
		my ($authorization, %option) = @_;
		my $app = client('Quanshi', $authorization);
		my $answer = $app->detail($link{1000}, %option);
		is($answer->{code}, 0, 'quanshi: answers');
		return $answer->{conference}{hostJoinUrl} ? 'there' : '-';
	};

	is($secrets->(undef), '-', 'quanshi: without a token');
	is($secrets->("Bearer $token{1000}"), 'there', 'quanshi: with one');
	is($secrets->("Bearer $token{2000}"), '-', "quanshi: another company's");
	is($secrets->('Bearer x'), '-', 'quanshi: a bad one');
	is($secrets->("Bearer $token{1000}",
		query => "accessToken=$token{2000}"), '-',
		'quanshi: the one in the query counts');
	is($secrets->("Bearer $token{1000}", query => 'accessToken=x&accessToken=y'),
		'-', 'quanshi: of which there may be one');
	is($secrets->('Bearer x', query => "accessToken=$token{1000}"), 'there',
		'quanshi: also beside a bad one');
}


sub test_weclubs {
	my ($ann, $bob) = map { $t->app()->login($_, $_) } qw/ ann bob /;
	my $path = '/user/get_user_info';

	my $call = sub {
		my ($own, $authorization) = @_;

		my $app = $t->app();
		$app->{headers} = { authorization => $authorization };

		return $app->call($path, [ [ 'user_id', $ann->{user_id} ],
			defined $own ? [ 'token', $own ] : () ])->{code};
	};

	my ($hers, $his) = map { $_->{token} } $ann, $bob;
	my ($own_hers, $own_his) = map { "\"$_\"" } $hers, $his;

	is($call->(undef, "Bearer $hers"), 2000, 'weclubs: a token');
	is($call->($_, "Bearer $hers"), 2000, "weclubs: $_ is none")
		for '""', 'null';
	is($call->('5', "Bearer $hers"), 3001, 'weclubs: a number is not');
	is($call->(undef, "Basic $hers"), 3006, 'weclubs: another scheme');
	is($call->(undef, 'Bearer '), 3006, 'weclubs: no token');
	is($call->(undef, 'Bearer x'), 3010, 'weclubs: a bad one');
	is($call->(undef, "Bearer $his"), 3010, "weclubs: another person's");
	is($call->(undef, "Bearer $token{1000}"), 3010, "weclubs: a company's");
	is($call->($own_hers, "Bearer $his"), 2000, 'weclubs: the one in data counts');
	is($call->($own_his, "Bearer $hers"), 3010, 'weclubs: and if it is bad');

	my $app = $t->app();
	$app->{headers} = { authorization => "Bearer $hers" };
	is($app->call($path, [ [ 'user_id', $ann->{user_id} ] ],
		sign => 'a' x 40)->{code}, 3003, 'weclubs: no substitute for the signature');
}


# Requests that HTTP::Tiny does not send.

sub test_wire {
	my $answer = $t->raw(Meeting::Test::post_text(
		'/meeting/api/open/meeting/get', '{"meetingId":"1"}',
		"Authorization: Bearer $token{1000}",
		"Authorization: Bearer $token{2000}"));

	like($t->raw(Meeting::Test::post_text('/meeting/api/open/meeting/get',
		'{"meetingId":"1"}', "Authorization: Bearer \xff\x80",
		'Connection: close')), qr/"code":71003/, 'bytes above 127');
	like($answer, qr{\AHTTP/1.1 400 }, 'two headers');
}
