#!/usr/bin/perl

# Two companies in one store with the same people and numbers, each at a
# location of weclubs: neither sees, counts or disturbs the other, at any
# address, and a token of one is none at the other's.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Routes qw/ covers /;
use Meeting::Test;
use Meeting::Weclubs;


my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /theirs/ {
            meeting_api weclubs company=2000;
        }
CONF

my %people = (
	1000 => [ [ 1, 'Ann', 1001 ], [ 2, 'Bob', 1002 ] ],
	2000 => [ [ 1, 'Ann', 1001 ], [ 2, 'Bob', 1002 ], [ 3, 'Eve', 2003 ] ],
);

for my $company (sort keys %people) {
	$t->company($company);

	my $file = $t->write_file("tmp/$company.jsonl", join('', map {
		sprintf('{"id":"%s","name":"%s","phone":"%s"}' . "\n", @$_)
	} @{$people{$company}}));

	$t->ctl('user', 'import', '--company', $company, '--format', 'jsonl',
		$file);
}

$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my %app = map { $_ => Meeting::Weclubs->new(base => $base
	. ($_ == 2000 ? '/theirs' : ''), secret => $Meeting::Test::SECRET) }
	1000, 2000;

my ($ann, $bob) = map { $app{1000}->login($_, 'hf@123456') } 1001, 1002;
my ($their_ann, $eve) = map { $app{2000}->login($_, 'hf@123456') } 1001, 2003;

isnt($ann->{token}, $their_ann->{token}, 'tokens of one\'s own');


# Number 1 in both, and number 2 in the other.

my $now = int(time() * 1000);

is(publish($ann, '1,2'), 1, 'our number 1');
is(publish($their_ann, '1,2,3'), 1, 'and theirs');
is(publish($eve, '1,3'), 2, 'their number 2');

my @before = everything();

my %calls = (
	'/meeting/get_meeting_participation' => sub { meeting_id => $_[0] },
	'/meeting/end_meeting' => sub { meeting_id => $_[0] },
	'/meeting/sign_meeting' => sub { meeting_id => $_[0], leader_id => 1,
		create_date => $now },
	'/manage/club_meeting/edit_meeting' => sub { meeting_id => $_[0],
		content => 'x' },
	'/manage/club_meeting/revert_meeting' => sub { meeting_id => $_[0] },
	'/manage/club_meeting/remind_confirm_meeting' =>
		sub { meeting_id => $_[0] },
	'/manage/club_meeting/get_my_meeting' => sub { page_no => 1 },
	'/manage/club_meeting/get_my_meeting_detail' =>
		sub { meeting_id => $_[0] },
	'/manage/club_meeting/public_meeting' => sub { content => 'c',
		address => 'a', deadline => $now, need_sign => 0,
		participation => '1,2' },
	'/dynamic/get_dynamic_list' => sub { dynamic_type => 'meeting' },
	'/dynamic/get_dynamic_detail' => sub { dynamic_id => $_[0],
		dynamic_type => 'meeting' },
	'/user/get_user_info' => sub { mobile => '1001' },
	'/dynamic/set_dynamic_status' => sub { dynamic_id => $_[0],
		dynamic_type => 'meeting', status => 'confirm', comment => '' },
);

covers('isolation', 'weclubs', '/user/login', keys %calls);

for my $path (sort keys %calls) {
	my $call = sub {
		my ($who, $id, %more) = @_;
		my $answer = $who->call($path, { $calls{$path}->($id), %more });
		return "$answer->{http} $answer->{code} $answer->{msg}";
	};

	# whoever holds a token of theirs is nobody here, and the other way

	for ([ $ann, '/theirs' ], [ $their_ann, '' ], [ $eve, '' ]) {
		my ($who, $where) = @$_;
		my $guest = bless { %$who, base => "$base$where" }, ref $who;
		like($call->($guest, 1), qr/^200 3010 /,
			"$path: another company's token");
	}

	next unless grep { /_id\z/ } $calls{$path}->(1);

	my $nobody = $call->($ann, 99);
	like($nobody, qr/^200 3000 /, "$path: nobody's meeting");
	is($call->($ann, 2), $nobody, "$path: another company's meeting");
}

for my $member (qw/ participation leader /) {
	my $call = sub {
		my $answer = $ann->call('/manage/club_meeting/public_meeting', {
			$calls{'/manage/club_meeting/public_meeting'}->(),
			need_sign => 1, leader => '1', $member => "1,$_[0]" });
		return "$answer->{http} $answer->{code} $answer->{msg}";
	};

	is($call->(3), $call->(99), "$member: another company's person");
}

is($app{1000}->call('/user/login', { mobile => '2003', password => 'x' })
	->{code}, 3014, 'login: another company\'s person');

is($ann->call('/manage/club_meeting/get_my_meeting',
	{ page_no => 1, sponsor_id => 3 })->{text}
	=~ s/"sys_time":\d+//r,
	$ann->call('/manage/club_meeting/get_my_meeting',
	{ page_no => 1, sponsor_id => 99 })->{text} =~ s/"sys_time":\d+//r,
	'meetings of another company\'s person');

is(scalar @{$bob->call('/dynamic/get_dynamic_list',
	{ dynamic_type => 'meeting' })->{data}{meeting}}, 1,
	'invitations are one\'s own company\'s');
is_deeply([ everything() ], \@before, 'nothing changed there');


# Acts on the same number stay at home.

is($bob->call('/meeting/sign_meeting', { meeting_id => 1, leader_id => 1,
	create_date => $now })->{code}, 2000, 'signed in here');
is($ann->call('/manage/club_meeting/revert_meeting', { meeting_id => 1 })
	->{code}, 2000, 'and called off');
is_deeply([ everything() ], \@before, 'nothing changed there');

$t->verify();
$t->finish();


sub publish {
	my ($who, $people) = @_;

	my $answer = $who->call('/manage/club_meeting/public_meeting', {
		content => 'c', address => 'a', deadline => $now + 60000,
		need_sign => 1, leader => '1', participation => $people });

	die $answer->{text} if $answer->{code} != 2000;

	return $answer->{data}{meeting_id};
}


sub everything {
	return map { $_->{text} =~ s/"sys_time":\d+//r } map {
		$eve->call($_->[0], { meeting_id => 2, page_no => 1 }),
		$their_ann->call($_->[0], { meeting_id => 1, page_no => 1 })
	} map { [ $_ ] } '/meeting/get_meeting_participation',
		'/manage/club_meeting/get_my_meeting',
		'/manage/club_meeting/get_my_meeting_detail';
}
