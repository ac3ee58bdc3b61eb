#!/usr/bin/perl

# Malformed requests to every call of jituancaiyun and to quanshi's: the code
# of its kind, HTTP 200, the member at fault by name, and a store that is as it
# was.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::BadInput qw/ bad_bodies bad_values /;
use Meeting::Jituancaiyun;
use Meeting::Quanshi;
use Meeting::Routes qw/ covers /;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /openapi/ {
            meeting_api jituancaiyun;
        }

        location /openapi/conference/detail {
            meeting_api quanshi;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();

$t->start();

my $app = Meeting::Jituancaiyun->new(base => $base, %$credential);
my $qs = Meeting::Quanshi->new(base => $base);

my %member = (uid => '1', name => 'Ann');
my %detail = (createTime => 1700000000000, content => 'c', address => 'a',
	beginTime => 4000000000000, endTime => 4000003600000, remindMin => 5,
	remindType => 1, members => [ \%member ]);

is($app->call('create', { requesterUid => '1', requesterName => 'Ann',
	detail => \%detail })->{data}{meetingInviteId}, 1, 'a meeting');

# read once, so that nothing is left to be written for it
$app->call('detail', { requesterUid => 1, meetingInviteId => 1 });


# call => members: path, kind, a good value as JSON, whether it may be missing

my @detail = (
	[ 'detail.createTime', 'time', '1700000000000' ],
	[ 'detail.content', 'text', '"c"' ],
	[ 'detail.address', 'text', '"a"' ],
	[ 'detail.beginTime', 'time', '"4000000000"' ],
	[ 'detail.endTime', 'time', '4000003600000' ],
	[ 'detail.remindMin', 'minutes', '"5"' ],
	[ 'detail.remindType', 'flag', '0' ],
	[ 'detail.members', 'members', '[{"uid":1,"name":"Ann"}]' ],
);

my @one = ([ 'requesterUid', 'uid', '"1"' ],
	[ 'meetingInviteId', 'id', '1' ]);

my %calls = (
	create => [ [ 'requesterUid', 'uid', '1' ],
		[ 'requesterName', 'text', '"Ann"' ], @detail ],
	update => [ @one, map { [ @$_, 'optional' ] } @detail ],
	cancel => [ @one ],
	delete => [ @one ],
	detail => [ @one ],
);

my @containers = grep { /^[\[{]/ } bad_values('integer');
my @long = ('"' . 'a' x 65 . '"', '"' . 'a' x 70000 . '"',
	'"' . '\u4f1a' x 65 . '"');
# of the wrong type, and of the right one but not allowed

my %bad_type = (
	time => [ bad_values('integer') ],
	minutes => [ bad_values('integer') ],
	flag => [ bad_values('integer') ],
	text => [ bad_values('string') ],
	uid => [ @containers, 'true', 'false', '1.5', '1e3', '1e999',
		'9223372036854775808', '9' x 400 ],
	members => [ '"1"', '1', 'true', '{}', '{"a":1}', '[1]', '["1"]', '[[]]',
		'[null]', '[{"uid":[],"name":""}]', '[{"uid":1,"name":1}]',
		'[{"uid":1.5,"name":""}]', '[{"uid":true,"name":""}]',
		'[{"uid":1,"name":"x"},2]' ],
);
$bad_type{id} = $bad_type{uid};

my %bad_value = (
	time => [ '0', '1', '-1', '999999999', '10000000000', '999999999999',
		'10000000000000', '"20230315093320"', '9223372036854775807',
		'-9223372036854775808', '-1700000000000' ],
	minutes => [ '-1', '1000001', '9223372036854775807' ],
	flag => [ '-1', '2', '"2"', '9223372036854775807' ],
	text => [ '"' . 'a' x 20001 . '"', '"' . 'a' x 70000 . '"' ],
	uid => \@long,
	id => \@long,
	members => [ '[{"uid":"' . 'a' x 65 . '","name":""}]',
		'[{"uid":1,"name":"' . 'a' x 101 . '"}]' ],
);

covers('bad input', 'jituancaiyun', 'token/get', keys %calls);
covers('bad input', 'quanshi', '*');

my $position = $t->ctl('stat')->{position};

for my $what (sort keys %calls) {
	my @members = @{$calls{$what}};

	test_bodies($what, @members);
	test_missing($what, @members);
	test_values($what, $_, @members) for @members;
}

test_token();
test_quanshi();

is($t->ctl('stat')->{position}, $position, 'nothing was written');

# it was not the good values that were refused

for my $what (qw/ create update detail delete cancel /) {
	my $answer = $app->call($what, body(@{$calls{$what}}));
	is($answer->{code}, 0, "$what: good values") or diag($answer->{text});
}

$t->verify();
$t->finish();


# The body of these members, those of the detail in an object.

sub body {
	my @members = @_;
	my $object = sub {
		'{' . join(',', map { "\"$_->[0]\":$_->[1]" } @_) . '}'
	};

	my @outer = map { [ @{$_}[0, 2] ] } grep { $_->[0] !~ /\./ } @members;
	my @inner = map { [ $_->[0] =~ s/.*\.//r, $_->[2] ] }
		grep { $_->[0] =~ /\./ } @members;

	push @outer, [ detail => $object->(@inner) ] if @inner;

	return $object->(@outer);
}


# One test per call and member: what went wrong is listed.

sub refused {
	my ($name, @tries) = @_;
	my @wrong;

	for (@tries) {
		my ($what, $code, $words, $answer) = @$_;

		next if $answer->{http} == 200 && $answer->{code} eq $code
			&& $answer->{msg} =~ $words
			&& $answer->{text} !~ /"data"/;

		push @wrong, substr($what, 0, 70) . ": $answer->{http} "
			. substr($answer->{text}, 0, 200);
	}

	ok(!@wrong, $name . ', ' . @tries . ' ways') or diag(join "\n", @wrong);

	return;
}


sub test_bodies {
	my ($what, @members) = @_;
	my $good = body(@members);

	refused("$what: bodies", map {
		[ $_->[0], 4600, qr/JSON/, $app->call($what, $_->[1]) ]
	} bad_bodies($good));

	refused("$what: a member twice", map {
		[ $_->[0], 4600, qr/\Q$_->[0]\E: given twice/,
			$app->call($what, body(@members, $_)) ]
	} @members);

	refused("$what: an unknown member twice",
		[ 'junk', 4600, qr/junk: given twice/, $app->call($what,
			body(@members, [ 'junk', '', 1 ], [ 'junk', '', 1 ])) ]);

	refused("$what: tokens", map {
		[ $_ // 'none', defined $_ && length $_ ? 4002 : 4008, qr/Token/,
			$app->call($what, $good, token => $_) ]
	} undef, '', 'x', '0' x 40, 'A' x 7000, '%e4%bc%9a', '%ff', '%00',
		$app->token() . '0', uc($app->token()) . 'X',
		$app->token() . '&accessToken=' . $app->token());

	return;
}


sub test_missing {
	my ($what, @members) = @_;
	my @tries;

	for my $i (0 .. $#members) {
		my ($path, $kind, undef, $optional) = @{$members[$i]};
		my @rest = @members[grep { $_ != $i } 0 .. $#members];
		my $code = $kind eq 'uid' ? 4501 : 4601;

		next if $optional;

		push @tries, map { [ $path, $code, qr/\Q$path\E/,
			$app->call($what, body(@rest, @$_)) ] }
			[], [ [ $path, '', 'null' ] ],
			$kind =~ /id\z/ || $path eq 'detail.content'
				? [ [ $path, '', '""' ] ] : ();
	}

	if (grep { $_->[0] eq 'detail.members' } @members) {
		my @rest = grep { $_->[0] ne 'detail.members' } @members;

		push @tries, map { [ $_->[0], $_->[1], $_->[2],
			$app->call($what, body(@rest,
				[ 'detail.members', '', $_->[0] ])) ] }
			[ '[{"name":"x"}]', 4501, qr/detail\.members\[0\]\.uid/ ],
			[ '[{"uid":"","name":"x"}]', 4501, qr/members\[0\]\.uid/ ],
			[ '[{"uid":null,"name":"x"}]', 4501, qr/members\[0\]\.uid/ ],
			[ '[{"uid":1,"name":"x"},{"uid":2}]', 4601,
				qr/members\[1\]\.name/ ];
	}

	refused("$what: missing", @tries);

	return;
}


sub test_values {
	my ($what, $member, @members) = @_;
	my ($path, $kind) = @$member;

	my $try = sub {
		my ($bad) = @_;
		return $app->call($what, body(map {
			$_->[0] eq $path ? [ $path, $kind, $bad ] : $_
		} @members));
	};

	refused("$what: $path of a wrong type", map {
		[ $_, 4602, qr/: \Q$path\E/, $try->($_) ]
	} @{$bad_type{$kind}});

	refused("$what: $path not allowed", map {
		[ $_, 4603, qr/: \Q$path\E/, $try->($_) ]
	} @{$bad_value{$kind}});

	refused("$what: $path of nobody", map {
		[ $_, $kind eq 'uid' ? 4500 : 4610, qr/: \Q$path\E/, $try->($_) ]
	} '"nobody"', '99', '"0"', '-1', '"01"', '"1\u0020"', '"../1"',
		'"1\' OR 1=1"', '"\r\nX: 1"', '"%s%n"')
		if $kind =~ /id\z/ && $what ne 'create';

	return;
}


# Its arguments stand in the query or in headers; no detail is told.

sub test_token {
	my %right = (appId => $credential->{appkey},
		appSecret => $credential->{appsecret});

	my $with = sub {
		my %query = (%right, @_);
		return join('&', map { "$_=$query{$_}" } sort keys %query);
	};

	my @wrong = grep {
		my $answer = $t->get("/openapi/token/get?$_");
		!($answer->{status} == 200 && $answer->{json}{status} == 4007
			&& !exists $answer->{json}{data});
	} '', "appId=$right{appId}", "appSecret=$right{appSecret}",
		$with->(appId => ''), $with->(appSecret => ''),
		$with->(appId => 'x'), $with->(appSecret => 'x'),
		$with->(appId => '%00'), $with->(appSecret => '%ff'),
		$with->(appId => '%ed%a0%80'), $with->(appId => '%0d%0aX:1'),
		$with->(appId => $right{appSecret}), $with->(appId => 'a' x 501),
		$with->(appSecret => 'a' x 4000), $with->() . '&appId=x',
		'appSecret=x&' . $with->();

	is(join(', ', map { substr($_, 0, 70) } @wrong), '',
		'token/get: wrong, 16 ways');

	is($t->get('/openapi/token/get?' . $with->())->{json}{status}, 0,
		'token/get: good values');
	is($t->post('/openapi/token/get?' . $with->(), '{}')->{json}{status},
		4009, 'token/get: POST');

	return;
}


sub test_quanshi {
	my $good = '{"attendeeJoinUrl":"https://x/k/AAAAAAAAAAA"}';

	my $refused = sub {
		my ($name, $code, @bodies) = @_;

		my @wrong = grep {
			my $answer = $qs->detail(\$_->[1]);
			!($answer->{http} == 200 && $answer->{code} eq $code
				&& $answer->{text} =~ /,"result":\[\],/);
		} @bodies;

		is(join(', ', map { $_->[0] } @wrong), '',
			"quanshi: $name, " . @bodies . ' ways');
	};

	$refused->('bodies', 1001, bad_bodies($good));
	$refused->('values', 1003, map {
		[ $_, "{\"attendeeJoinUrl\":$_}" ] } bad_values('string'));
	$refused->('twice', 1001, [ 'it', $good =~ s/\}/,"attendeeJoinUrl":"x"}/r ],
		[ 'another', $good =~ s/\}/,"x":1,"x":2}/r ]);
	$refused->('missing', 1002, map { [ $_, $_ ] } '', ' ', '{}',
		'{"attendeeJoinUrl":null}', '{"attendeeJoinUrl":""}');
	$refused->('unknown', 2001, [ 'one', $good ],
		map { [ $_, "{\"attendeeJoinUrl\":$_}" ] } '"x"', '"/k/"',
			'"\u4f1a\u8bae\u4f1a\u8bae/k/"', '"/k/AAAAAAAA\u4f1a"',
			'"/k/\'; DROP \'"', '"%s%n"');

	return;
}
