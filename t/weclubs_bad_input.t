#!/usr/bin/perl

# Malformed requests to every address of weclubs: its own code, HTTP 200, the
# member at fault by name, and a store that is as it was.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::BadInput qw/ bad_bodies bad_values /;
use Meeting::Routes qw/ covers /;
use Meeting::Test;
use Meeting::Weclubs;


my $t = Meeting::Test->new();

$t->company();
$t->import_users({ id => '1', name => 'Ann', phone => '1001' });
$t->start();

my $app = Meeting::Weclubs->new(base => 'http://127.0.0.1:' . $t->port(),
	secret => $Meeting::Test::SECRET);
my $ann = $app->login('1001', 'hf@123456');

# address => members: name, kind, a good value

my @who = ([ 'user_id', 'person', '1' ]);
my @act = (@who, [ 'meeting_id', 'id', '1' ]);

my %calls = (
	'/meeting/get_meeting_participation' => [ @act ],
	'/meeting/end_meeting' => [ @act ],
	'/meeting/sign_meeting' => [ @act,
		[ 'leader_id', 'id', '"1"' ],
		[ 'create_date', 'integer', '1490689606519' ],
		[ 'longitude', 'place', '113.307039' ],
		[ 'latitude', 'place', '"23.391208"' ] ],
	'/user/login' => [
		[ 'mobile', 'string', '"1001"' ],
		[ 'password', 'string', '"e10adc3949ba59abbe56e057f20f883e"' ] ],
	'/manage/club_meeting/public_meeting' => [ @who,
		[ 'content', 'string', '"c"' ],
		[ 'address', 'string', '"a"' ],
		[ 'deadline', 'time', '1490689606519' ],
		[ 'need_sign', 'flag', '0' ],
		[ 'participation', 'list', '"1"' ],
		[ 'leader', 'list', '"1"' ],
		[ 'club_id', 'club', '0' ] ],
	'/manage/club_meeting/edit_meeting' => [ @act,
		[ 'content', 'string', '"c"' ],
		[ 'address', 'string', '"a"' ],
		[ 'deadline', 'time', '1490689606519' ],
		[ 'need_sign', 'flag', '0' ],
		[ 'participation', 'list', '"1"' ],
		[ 'leader', 'list', '"1"' ] ],
	'/manage/club_meeting/revert_meeting' => [ @act ],
	'/manage/club_meeting/remind_confirm_meeting' => [ @act ],
	'/manage/club_meeting/get_my_meeting' => [ @who,
		[ 'sponsor_id', 'id', '1' ],
		[ 'page_no', 'integer', '1' ],
		[ 'page_size', 'integer', '1' ] ],
	'/dynamic/get_dynamic_list' => [ @who,
		[ 'dynamic_type', 'word', '"meeting"' ],
		[ 'club_id', 'club', '0' ],
		[ 'page_no', 'integer', '1' ],
		[ 'size', 'integer', '1' ] ],
	'/dynamic/get_dynamic_detail' => [ @who,
		[ 'dynamic_type', 'word', '"meeting"' ],
		[ 'dynamic_id', 'id', '1' ] ],
	'/user/get_user_info' => [ @who ],
	'/manage/club_meeting/get_my_meeting_detail' => [ @act ],
	'/dynamic/set_dynamic_status' => [ @who,
		[ 'dynamic_id', 'id', '1' ],
		[ 'dynamic_type', 'word', '"meeting"' ],
		[ 'status', 'word', '"confirm"' ],
		[ 'comment', 'string', '"x"' ] ],
);

my %bad = (
	id => [ grep { $_ ne '""' } bad_values('id') ],
	club => [ grep { !/^("0?"|0)\z/ } bad_values('id') ],
	integer => [ bad_values('integer'), '-1', '9223372036854775807' ],
	time => [ bad_values('integer'), '-1', '253402300800000' ],
	flag => [ bad_values('integer'), '-1', '2' ],
	place => [ '[]', '{}', 'true', '""', '"x"', '"+1"', '" 1"', '"1,5"',
		'1e999', '9' x 400, '180.000001', '-181', '"180.000001"' ],
	string => [ bad_values('string') ],
	word => [ bad_values('string'), '"Meeting"', '"meeting "', '"mission"' ],
	list => [ bad_values('string'), '"1,,2"', '",1"', '"1,,"', '"1,+2"',
		'"1,0"', '"1,2.5"', '"1,' . 'a' x 65 . '"' ],
);

$bad{person} = $bad{id};

covers('bad input', 'weclubs', keys %calls);

my $position = $t->ctl('stat')->{position};

for my $path (sort keys %calls) {
	my @members = @{$calls{$path}};
	my $person = $path eq '/user/login' ? $app : $ann;
	my @good = map { [ $_->[0], $_->[2] ] } @members;

	test_bodies($path, $person->envelope(\@good));
	test_envelope($path, $person, @good);
	test_missing($path, $person, @good);

	for my $member (@members) {
		test_values($path, $person, $member, @good);
	}
}

is($t->ctl('stat')->{position}, $position, 'nothing was written');

# it was not the good values that were refused

for my $path (sort keys %calls) {
	my $person = $path eq '/user/login' ? $app : $ann;
	my $answer = $person->call($path,
		[ map { [ $_->[0], $_->[2] ] } @{$calls{$path}} ]);

	like($answer->{code}, qr/^(?:2000|3000|3011)\z/,
		"$path: good values");
}

$t->finish();


# One test per address and member: what went wrong is listed.

sub refused {
	my ($name, @tries) = @_;
	my @wrong;

	for (@tries) {
		my ($what, $code, $words, $answer) = @$_;

		next if $answer->{http} == 200 && $answer->{code} == $code
			&& $answer->{msg} =~ $words
			&& $answer->{text} =~ /"data":\{\}\}\z/;

		push @wrong, substr($what, 0, 70) . ": $answer->{http} "
			. substr($answer->{text}, 0, 200);
	}

	ok(!@wrong, $name . ', ' . @tries . ' ways') or diag(join "\n", @wrong);
}


sub test_bodies {
	my ($path, $good) = @_;

	refused("$path: bodies", map {
		[ $_->[0], 3001, qr/JSON/, $app->raw($path, $_->[1]) ]
	} bad_bodies($good));

	refused("$path: nothing", map {
		[ $_, 3002, qr/^请求参数为空\z/, $app->raw($path, $_) ]
	} '', ' ', "\r\n\t", '{}', '{"data":null}', '{"data":{}}');
}


sub test_envelope {
	my ($path, $person, @good) = @_;
	my $body = $person->envelope(\@good);
	my @tries;

	for my $data ('[]', '1', '"x"', 'true', '[{}]') {
		push @tries, [ "data $data", 3001, qr/ data /,
			$app->raw($path, "{\"data\":$data}") ];
	}

	for my $member ('id', 'client') {
		push @tries, [ $member, 3001, qr/ \Q$member\E /,
			$app->raw($path, $body
				=~ s/"$member":(\{.*?\}|".*?")/"$member":[1]/r) ];
	}

	for my $member ('id', 'client', 'sign', 'data') {
		push @tries, [ "$member twice", 3001, qr/ \Q$member\E /,
			$app->raw($path, $body =~ s/\}\z/,"$member":null}/r) ];
	}

	for my $sign (undef, '', 'x', '0' x 40, '0' x 32, 'g' x 40, [], 1) {
		push @tries, [ 'sign', 3003, qr/^签名违法\z/,
			$person->call($path, \@good, sign => $sign) ];
	}

	push @tries, [ 'a key twice', 3001, qr/ \Q$good[0][0]\E /,
		$person->call($path, [ @good, $good[0] ]) ];
	push @tries, [ 'an unknown key twice', 3001, qr/ junk /,
		$person->call($path, [ @good, ([ 'junk', '1' ]) x 2 ]) ];
	push @tries, [ 'an unknown object', 3001, qr/ junk /,
		$person->call($path, [ @good, [ 'junk', '{}' ] ]) ];

	refused("$path: envelope", @tries);
}


sub test_missing {
	my ($path, $person, @good) = @_;
	my %optional = map { $_ => 1 }
		qw/ leader club_id sponsor_id page_no page_size size comment
			longitude latitude /;
	my @tries;

	for my $i (0 .. $#good) {
		my $name = $good[$i][0];
		my @rest = @good[grep { $_ != $i } 0 .. $#good];
		my $code = $name eq 'user_id' ? 3005 : 3001;

		next if $optional{$name}
			|| $path =~ /edit_meeting/ && $name !~ /_id\z/;

		push @tries, map {
			[ $name, $code, qr/\Q$name\E/, $app->call($path, $_) ]
		} with_token($person, @rest),
			with_token($person, @rest, [ $name, 'null' ]);
	}

	refused("$path: missing", @tries);

	return if $path eq '/user/login';

	refused("$path: no token", map {
		[ 'token', 3006, qr/^没有携带token\z/, $app->call($path, $_) ]
	} [ @good ], [ @good, [ 'token', 'null' ] ], [ @good, [ 'token', '""' ] ]);

	refused("$path: bad token", map {
		[ "token $_", 3010, qr/^token失效\z/,
			$app->call($path, [ @good, [ 'token', $_ ] ]) ]
	} '"x"', '"' . 'A' x 100000 . '"', '"\u4f1a"', '"=="');

	refused("$path: no token at all", map {
		[ "token $_", 3001, qr/ token /,
			$app->call($path, [ @good, [ 'token', $_ ] ]) ]
	} '1', 'true', '[]', '{}');
}


# The data of a person's request, whatever is missing, and never none.

sub with_token {
	my ($person, @data) = @_;

	push @data, [ 'token', "\"$person->{token}\"" ] if $person->{token};

	return [ @data, [ 'other', '1' ] ];
}


# Nobody's id is as good as another person's: only a value that can be no id of
# anybody is told.

sub test_values {
	my ($path, $person, $member, @good) = @_;
	my ($name, $kind) = @$member;

	refused("$path: $name", map {
		my $bad = $_;
		my @data = map { $_->[0] eq $name ? [ $name, $bad ] : $_ } @good;

		my @want = $kind eq 'person' && $bad =~ /^".{1,64}"\z
				| ^-?\d{1,18}\z | ^-9223372036854775808\z/x
			? (3010, qr/^token失效\z/) : (3001, qr/ \Q$name\E /);

		[ $bad, @want, $person->call($path, \@data) ];
	} @{$bad{$kind}});
}
