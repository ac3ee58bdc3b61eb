#!/usr/bin/perl

# Two companies in one store with the same people and rooms: neither sees,
# counts or disturbs the other, at any address of yunzhijia.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Routes qw/ covers /;
use Meeting::Test;
use Meeting::Yunzhijia;


my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ yunzhijia h5yes / ]);

my (%app, %office);

for my $company (1000, 2000) {
	$t->company($company);

	my @options = (base => 'http://127.0.0.1:' . $t->port(),
		$t->ctl('credential', 'add', '--company', $company));

	$app{$company} = Meeting::Yunzhijia->new(@options);
	$office{$company} = Meeting::H5yes->new(@options);
}

my ($mine, $other) = @app{1000, 2000};

$t->start();


# The same names in both, and more in the other; 2033-05-18 in Shanghai.

my $DAY = 2000001600000;
my %meeting = (openid => 'boss', title => 't', startDate => $DAY,
	endDate => $DAY + 3600000, actors => [ 'a', 'b' ]);
my %rule = (repeat => 2, repeatEndDate => $DAY + 4 * 86400000);
my (%series, %single);

for my $company (2000, 1000) {
	my $app = $app{$company};

	is($office{$company}->call('room/add', { id => 'r', name => 'R' })
		->{code}, 10000, 'a room of one\'s own');

	# the same room at the same time, in another company

	$series{$company} = made($app, repeatMeeting => { %meeting, %rule,
		roomId => 'r' })->{meetingIds};
	$single{$company} = made($app, create => { %meeting })->{meetingId};
}

is($office{2000}->call('room/add', { id => 'theirs', name => 'T' })->{code},
	10000, 'a room of theirs');
made($other, create => { %meeting, openid => 'theirs', title => 'theirs' });

my %before = everything($other);


# Their meetings are nobody's here, whoever asks; by id, by number, as the
# first of a series.

my @theirs = ($single{2000}, $series{2000}[0], $series{2000}[3]);

for my $what (qw/ modify cancel batchModify batchCancel /) {
	for my $openid (qw/ boss theirs nobody /) {
		my $nobody = $mine->call($what,
			{ id => 'never-was', openid => $openid });

		is($nobody->{code}, 40401, "$what: nobody's id");

		is($mine->call($what, { id => $_, openid => $openid })->{text},
			$nobody->{text}, "$what: another company's, for $openid")
			for @theirs, '100';
	}
}

for my $what (qw/ batchModify batchCancel /) {
	my %call = (id => $series{1000}[1], openid => 'boss');
	my $nobody = $mine->call($what, { %call, batchId => 'never-was' });

	is($nobody->{code}, 40401, "$what: nobody's batchId");
	is($mine->call($what, { %call, batchId => $series{2000}[0] })->{text},
		$nobody->{text}, "$what: another company's batchId");
}

for my $what (qw/ create repeatMeeting /) {
	my $nobody = $mine->call($what, { %meeting, %rule, roomId => 'nowhere' });

	is($nobody->{code}, 40403, "$what: nobody's room");
	is($mine->call($what, { %meeting, %rule, roomId => $_ })->{text},
		$nobody->{text}, "$what: another company's room") for 'theirs', '2';
}

for my $what (qw/ modify batchModify /) {
	is($mine->call($what, { id => $series{1000}[0], openid => 'boss',
		roomId => 'theirs' })->{code}, 40403,
		"$what: another company's room");
}

# somebody there is nobody here: not the creator of anything

is($mine->call($_, { id => $series{1000}[0], openid => 'theirs' })->{code},
	40301, "$_: their person") for qw/ modify cancel batchModify batchCancel /;


# Days show one's own, and numbers are one's own.

covers('isolation', 'yunzhijia', qw/ create repeatMeeting modify cancel batchModify
	batchCancel queryByDay token\/getAccessToken token\/refreshToken /);

my $day = $mine->call('queryByDay', { day => $DAY })->{data};

is_deeply([ sort map { $_->{id} } @$day ],
	[ sort $single{1000}, $series{1000}[0] ], 'queryByDay: one\'s own');
is(scalar(grep { $_->{title} eq 'theirs' } @$day), 0, 'none of theirs');

is($mine->call('modify', { id => '1', openid => 'boss', title => 'first' })
	->{code}, 0, 'number 1 is one\'s own');
is($mine->call('modify', { id => $single{1000}, openid => 'boss',
	addActors => [ 'theirs' ] })->{code}, 0,
	'a person of the same name is another person');

is_deeply({ everything($other) }, \%before, 'nothing changed there');


# Tokens are of one company, whoever asks with them.

my $foreign = { %$mine, token => $other->token() };
bless $foreign, ref $mine;

is($foreign->call('cancel', { id => $single{1000}, openid => 'boss' })
	->{code}, 40401, 'their token does not reach here');

my %refresh = map { $_->{appkey} => $_->get_token()->{data}{refreshToken} }
	$mine, $other;

is($mine->refresh($refresh{$other->{appkey}})->{code}, 40104,
	'nor does their refresh token, under one\'s own key');

my $theirs = $mine->refresh($refresh{$other->{appkey}},
	appId => $other->{appkey})->{data}{accessToken};

is($mine->call('cancel', { id => $single{1000}, openid => 'boss' },
	token => $theirs)->{code}, 40401, 'and under theirs it stays theirs');

is($mine->call('batchCancel', { id => $series{1000}[0], openid => 'boss' })
	->{code}, 0, 'all of one\'s own series');
is($mine->call('cancel', { id => $single{1000}, openid => 'boss' })->{code},
	0, 'and the single one');

is_deeply({ everything($other) }, \%before, 'nothing changed there');

$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
	$mine->{appkey});

is($mine->call('queryByDay', { day => $DAY })->{code}, 40102, 'revoked');
is($mine->get_token()->{code}, 40104, 'no token any more');
is($mine->refresh($refresh{$mine->{appkey}})->{code}, 40102,
	'no refreshing either');
is($other->refresh($refresh{$other->{appkey}})->{code}, 0, 'but theirs');
is($other->call('queryByDay', { day => $DAY })->{code}, 0,
	'the other is not');

$t->verify();
$t->finish();


sub made {
	my ($app, $what, $args) = @_;
	my $answer = $app->call($what, $args);
	is($answer->{code}, 0, $what) or diag($answer->{text});
	return $answer->{data};
}


sub everything {
	my ($app) = @_;

	return map { $_ => $app->call('queryByDay',
		{ day => $DAY + $_ * 86400000 })->{data} } -1 .. 6;
}
