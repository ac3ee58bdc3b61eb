#!/usr/bin/perl

# Malformed requests to every address of h5yes: the code of its kind,
# HTTP 200, the member at fault by name, and a store that is as it was.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::BadInput qw/ bad_bodies bad_values /;
use Meeting::H5yes;
use Meeting::Routes qw/ covers /;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'h5yes' ]);

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);

$app->call('user/add', { id => '1', name => 'Ann', account => 'ann' });
$app->call('dept/add', { id => '1', name => 'Club' });
$app->call('room/add', { id => '1', name => 'Hall' });
$app->call('meeting/book', { id => '1', roomId => '1', speaker => 's',
	subject => 's', createdId => '1', beginTime => 2000001600000,
	endTime => 2000005200000, attendances => [] });


# address => members: name, kind, a good value, whether it may be missing

my @user = (
	[ 'name', 'string', '"n"' ],
	[ 'account', 'string', '"a"' ],
	[ 'password', 'string', '"p"', 'optional' ],
	[ 'phone', 'string', '"1"', 'optional' ],
	[ 'position', 'string', '"p"', 'optional' ],
	[ 'email', 'string', '"e"', 'optional' ],
	[ 'memo', 'string', '"m"', 'optional' ],
	[ 'departmentId', 'id', '"1"', 'optional' ] );
my @dept = (
	[ 'name', 'string', '"n"' ],
	[ 'parentId', 'id', '"1"', 'optional' ] );
my @room = (
	[ 'departmentId', 'id', '"1"', 'optional' ],
	[ 'name', 'string', '"n"' ],
	[ 'address', 'string', '"a"', 'optional' ],
	[ 'memo', 'string', '"m"', 'optional' ],
	[ 'beginTime', 'hour', '"01:00"', 'optional' ],
	[ 'endTime', 'hour', '"23:59"', 'optional' ],
	[ 'capacity', 'integer', '1', 'optional' ],
	[ 'size', 'integer', '"1"', 'optional' ],
	[ 'longitude', 'float', '-1.5', 'optional' ],
	[ 'latitude', 'float', '"1.5"', 'optional' ],
	[ 'radius', 'integer', '1', 'optional' ],
	[ 'status', 'flag', '1', 'optional' ],
	[ 'needAudit', 'flag', '1', 'optional' ],
	[ 'permission', 'flag', '1', 'optional' ],
	[ 'sceneImage', 'string', '"s"', 'optional' ],
	[ 'userIds', 'list', '["1"]', 'optional' ] );

my @meeting = (
	[ 'roomId', 'id', '"1"' ],
	[ 'speaker', 'string', '"s"' ],
	[ 'subject', 'string', '"s"' ],
	[ 'beginTime', 'instant', '2000005200000' ],
	[ 'endTime', 'instant', '"2000008800000"' ],
	[ 'address', 'string', '"a"', 'optional' ],
	[ 'checkedState', 'state', '2', 'optional' ],
	[ 'memo', 'text', '"m"', 'optional' ],
	[ 'attendances', 'people', '[{"userId":"1"}]' ] );

my %calls = (
	'meeting/list' => [
		[ 'roomId', 'id', '"1"', 'optional' ],
		[ 'speaker', 'string', '"s"', 'optional' ],
		[ 'speakerLike', 'string', '"s"', 'optional' ],
		[ 'checkedState', 'filter', '"1"', 'optional' ],
		[ 'minTime', 'time', '"2021-04-23 07:00:00"', 'optional' ],
		[ 'maxTime', 'time', '"2021-04-23 23:00:00"', 'optional' ],
		[ 'reverseDate', 'date', '"2021-04-23"', 'optional' ],
		[ 'createdBeginTime', 'time', '"2021-04-23 07:00:00"', 'optional' ],
		[ 'createdEndTime', 'time', '"2021-04-23 23:00:00"', 'optional' ],
		[ 'order_by_expression', 'word', '"beginTime"', 'optional' ],
		[ 'direction', 'word', '"asc"', 'optional' ] ],
	'meeting/get' => [ [ 'meetingId', 'id', '"1"' ] ],
	'meeting/book' => [ [ 'id', 'id', '"2"', 'optional' ],
		[ 'createdId', 'id', '"1"' ], @meeting ],
	'meeting/update' => [ [ 'id', 'id', '"1"' ], optional(@meeting) ],
	'meeting/cancel' => [ [ 'meetingId', 'id', '"1"' ] ],
	'meeting/finish' => [ [ 'meetingId', 'id', '"1"' ] ],
	'user/list' => [],
	'user/get' => [ [ 'userId', 'id', '"1"' ] ],
	'user/add' => [ [ 'id', 'id', '"2"', 'optional' ], @user ],
	'user/update' => [ [ 'id', 'id', '"1"' ], optional(@user) ],
	'user/updateFace' => [ [ 'userId', 'id', '"1"' ] ],
	'user/clearFace' => [ [ 'userId', 'id', '"1"' ] ],
	'user/remove' => [ [ 'userId', 'id', '"1"' ] ],
	'dept/list' => [],
	'dept/get' => [ [ 'deptId', 'id', '"1"' ] ],
	'dept/add' => [ [ 'id', 'id', '"2"', 'optional' ], @dept ],
	'dept/update' => [ [ 'id', 'id', '"1"' ], optional(@dept) ],
	'dept/remove' => [ [ 'deptId', 'id', '"1"' ] ],
	'room/list' => [],
	'room/get' => [ [ 'roomId', 'id', '"1"' ] ],
	'room/add' => [ [ 'id', 'id', '"2"', 'optional' ], @room ],
	'room/update' => [ [ 'id', 'id', '"1"' ], optional(@room) ],
	'room/remove' => [ [ 'roomId', 'id', '"1"' ] ],
);

my @big = ('"' . 'a' x 65 . '"', '"' . 'a' x 70000 . '"',
	'"' . '\u4f1a' x 65 . '"');
my @containers = grep { /^[\[{]/ } bad_values('integer');

# of the wrong type, and of the right one but not allowed

my %bad_type = (
	id => [ bad_values('string') ],
	string => [ bad_values('string') ],
	integer => [ bad_values('integer') ],
	flag => [ bad_values('integer') ],
	float => [ @containers, 'true', 'false', '""', '"abc"', '"1,5"', '"+1"',
		'" 1"', '"1 "', '"01"', '".5"', '"5."', '"NaN"', '"0x1"',
		'"1e"', '1e999', '-1e999', '9' x 400 ],
	hour => [ bad_values('string') ],
	list => [ bad_values('string'), '"1"', '"1,2"',
		'["1",2]', '["1",null]', '["1",["1"]]', '["1",{}]', '["1",true]' ],
);

$bad_type{$_} = $bad_type{string} for qw/ time date word text /;
$bad_type{$_} = $bad_type{integer} for qw/ instant state /;
$bad_type{filter} = [ grep { $_ ne '""' } @{$bad_type{integer}} ];
$bad_type{people} = [ grep { !/^\[(?:\]|\{|\[\[)/ } @{$bad_type{list}} ];
$bad_type{list} = [ grep { $_ ne '[]' && $_ ne '["1"]' }
	@{$bad_type{list}} ];

my %bad_value = (
	id => \@big,
	string => [ '"' . 'a' x 501 . '"', '"' . 'a' x 70000 . '"' ],
	integer => [ '-1', '2147483648', '"-1"', '9223372036854775807',
		'-9223372036854775808' ],
	flag => [ '-1', '2', '"2"', '9223372036854775807' ],
	float => [ '180.000001', '-180.000001', '"1e3"', '1000000000000' ],
	hour => [ '"7:00"', '"24:01"', '"07:60"', '"07-00"', '"07:00 "',
		'"07:0"', '"::::"', '"07:0x"', '"\u0660\u0667:00"', '"x"' ],
	list => [],
	instant => [ '-1', '"-1"', '253402300800000', '9223372036854775807' ],
	state => [ '-1', '3', '"3"' ],
	filter => [ '-1', '3', '"3"' ],
	text => [ '"' . 'a' x 20001 . '"' ],
	people => [],
	word => [ '"id"', '"ASC"', '"asc "', '"beginTime,endTime"' ],
	date => [ map { "\"$_\"" } '2021-02-29', '2021-13-01', '2021-00-01',
		'2021-01-00', '2021-04-31', '2021-4-23', '20210423', 'today',
		'2021-04-23 00:00:00', '2021/04/23', '\u0662021-04-23' ],
	time => [ map { "\"$_\"" } '2021-02-29 00:00:00', '2021-04-23',
		'2021-04-23 24:00:00', '2021-04-23 00:60:00', '2021-04-23 00:00:60',
		'2021-04-23T00:00:00', '2021-04-23 00:00', '2021-04-23 00:00:00Z',
		'0000-00-00 00:00:00', '1618997400000', 'now' ],
);

covers('bad input', 'h5yes', 'gettoken', keys %calls);

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

test_people($_) for 'meeting/book', 'meeting/update';
test_gettoken();

is($t->ctl('stat')->{position}, $position, 'nothing was written');

# it was not the good values that were refused

for my $what (grep { !/remove|cancel|finish|updateFace/ } sort keys %calls) {
	my $answer = $app->call($what,
		[ map { [ @{$_}[0, 2] ] } @{$calls{$what}} ]);

	# "1" cannot stand below itself, which no form can tell
	my $words = $what eq 'dept/update' ? qr/ancestor/ : qr/\A\z/;

	like($answer->{msg}, $words, "$what: good values");
}

$t->verify();
$t->finish();


# An update takes nobody else's names.

sub optional {
	return map {
		my ($name, $kind, $good) = @$_;
		$good = '"u"' if $name =~ /account|phone|email/;
		[ $name, $kind, $good, 'optional' ];
	} @_;
}


# One test per address and member: what went wrong is listed.

sub refused {
	my ($name, @tries) = @_;
	my @wrong;

	for (@tries) {
		my ($what, $code, $words, $answer) = @$_;

		next if $answer->{http} == 200 && $answer->{code} == $code
			&& $answer->{msg} =~ $words
			&& $answer->{text} =~ /,"code":$code,"fieldErrors":\{\}\}\z/
			&& $answer->{text} !~ /"value"/;

		push @wrong, substr($what, 0, 70) . ": $answer->{http} "
			. substr($answer->{text}, 0, 200);
	}

	ok(!@wrong, $name . ', ' . @tries . ' ways') or diag(join "\n", @wrong);

	return;
}


sub test_bodies {
	my ($what, @good) = @_;
	my $good = Meeting::Client::body([ @good, [ 'other', '1' ] ]);

	refused("$what: bodies", map {
		[ $_->[0], 71001, qr/\AInvalid arguments: .*JSON/,
			$app->call($what, $_->[1]) ]
	} bad_bodies($good));

	refused("$what: twice", map {
		[ $_->[0], 71001, qr/\AInvalid arguments: \Q$_->[0]\E: given twice/,
			$app->call($what, [ @good, $_, $_ ]) ]
	} @good, [ 'junk', '1' ]);

	refused("$what: tokens", map {
		[ $_ // 'none', defined $_ && length $_ ? 71003 : 71002, qr/token\z/,
			$app->call($what, [ @good ], token => $_) ]
	} undef, '', 'x', '0' x 40, 'A' x 7000, '%e4%bc%9a',
		$app->token() . '0', uc($app->token()) . 'X');

	refused("$what: tokens in the body", map {
		[ $_->[0], $_->[1], qr/token/, $app->call($what,
			[ @good, [ 'access_token', $_->[0] ] ], token => undef) ]
	} [ '""', 71002 ], [ 'null', 71002 ], [ '"x"', 71003 ]);

	return;
}


sub test_missing {
	my ($what, @members) = @_;
	my @tries;

	for my $i (0 .. $#members) {
		my ($name, $kind, undef, $optional) = @{$members[$i]};
		next if $optional;

		my @rest = map { [ @{$_}[0, 2] ] }
			@members[grep { $_ != $i } 0 .. $#members];

		push @tries, map {
			[ $name, 71005, qr/\ALack \Q$name\E arguments\z/,
				$app->call($what, $_) ]
		} [ @rest ], [ @rest, [ $name, 'null' ] ],

			# "" of a kind that is no text is of the wrong type

			$kind =~ /instant|people/ ? () : [ @rest, [ $name, '""' ] ];
	}

	refused("$what: missing", @tries) if @tries;

	return;
}


sub test_values {
	my ($what, $member, @good) = @_;
	my ($name, $kind) = @$member;

	my $try = sub {
		my ($bad) = @_;
		return $app->call($what,
			[ map { $_->[0] eq $name ? [ $name, $bad ] : $_ } @good ]);
	};

	refused("$what: $name of a wrong type", map {
		[ $_, 71008, qr/\AArguments type mismatch: \Q$name\E(?:\[\d\])?\z/,
			$try->($_) ]
	} @{$bad_type{$kind}});

	refused("$what: $name not allowed", map {
		[ $_, 71001, qr/\AInvalid arguments: \Q$name\E: /, $try->($_) ]
	} @{$bad_value{$kind}});

	return;
}


# Its arguments stand in the query.

sub test_gettoken {
	my %right = (appkey => $app->{appkey}, appsecret => $app->{appsecret});

	my $try = sub {
		my ($code, $query) = @_;
		return [ $query, $code, qr/./, $app->request('GET',
			"/meeting/api/oapi/gettoken?$query") ];
	};

	my $with = sub {
		my %query = (%right, @_);
		return join('&', map { "$_=$query{$_}" } sort keys %query);
	};

	refused('gettoken: missing', map { $try->(71005, $_) } '',
		"appkey=$right{appkey}", "appsecret=$right{appsecret}",
		$with->(appkey => ''), $with->(appsecret => ''), 'appkey&appsecret');

	refused('gettoken: wrong', map { $try->(71001, $_) }
		$with->(appkey => 'x'), $with->(appsecret => 'x'),
		$with->(appkey => '%00'), $with->(appsecret => '%ff'),
		$with->(appkey => '%ed%a0%80'), $with->(appkey => '%27%20OR%201=1'),
		$with->(appkey => $right{appsecret}), $with->(appkey => '%0d%0aX:1'),
		$with->(appkey => 'a' x 501), $with->(appsecret => 'a' x 4000),
		$with->() . '&appkey=x', 'appsecret=x&' . $with->());

	for my $method (qw/ POST PUT /) {
		my $answer = $app->request($method,
			'/meeting/api/oapi/gettoken?' . $with->(), '{}');
		is($answer->{http}, 405, "gettoken: $method");
	}

	is($app->get_token()->{code}, 10000, 'gettoken: good values');

	return;
}


# The members of the members of a list.

sub test_people {
	my ($what) = @_;
	my @good = map { [ @{$_}[0, 2] ] }
		grep { $_->[0] ne 'attendances' } @{$calls{$what}};

	for my $name (qw/ id name phone email faceUrl /) {
		my $try = sub {
			my ($bad) = @_;
			return $app->call($what, [ @good, [ 'attendances',
				'[{"userId":"1"},{"userId":"","' . $name . "\":$bad}]" ] ]);
		};

		refused("$what: attendances[].$name", map {
			[ $_, 71008, qr/mismatch: attendances\[1\]\.\Q$name\E\z/,
				$try->($_) ]
		} @{$bad_type{string}});

		refused("$what: attendances[].$name too long", map {
			[ $_, 71001, qr/: attendances\[1\]\.\Q$name\E: too long/,
				$try->($_) ]
		} '"' . 'a' x 501 . '"');
	}

	refused("$what: attendances[]", map {
		[ @{$_}[1, 2, 3], $app->call($what,
			[ @good, [ 'attendances', $_->[0] ] ]) ]
	} [ '[{"userId":1}]', 'a number', 71008, qr/attendances\[0\]\.userId/ ],
		[ '[{"userId":"' . 'a' x 65 . '"}]', 'long', 71001, qr/userId/ ],
		[ '[{"userId":"1","userId":"1"}]', 'twice', 71001,
			qr/attendances\[0\]\.userId: given twice/ ],
		[ '[{"userId":"1"},{}]', 'empty', 71005,
			qr/\ALack attendances\[1\]\.userId arguments\z/ ],
		[ '[{"userId":null}]', 'null', 71005,
			qr/\ALack attendances\[0\]\.userId arguments\z/ ],
		[ '[' . join(',', ('{"userId":""}') x 50001) . ']', 'too many', 71001,
			qr/attendances.*: too many/ ]);

	return;
}
