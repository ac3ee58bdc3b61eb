#!/usr/bin/perl

# Acts that change nothing succeed and write nothing, in every dialect.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Test;
use Meeting::Yunzhijia;
use Test::More;
use Time::HiRes qw/ time /;

my $HOUR = 3600_000;

# Noon in Shanghai, within the hours of a room.
my $begin = (int(time() / 86400) * 86400 + 2 * 86400 + 4 * 3600) * 1000;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ]);
$t->company(1000);

my $credential = $t->ctl(qw/ credential add --company 1000 /);

$t->import_users(map { { id => $_, name => "N$_", account => "a$_" } } 1 .. 4);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my ($one, $two) = map { $t->app()->login("a$_", 'hf@123456') } 1, 2;
my ($app, $yun, $jit) = map { $_->new(base => $base, %$credential) }
	qw/ Meeting::H5yes Meeting::Yunzhijia Meeting::Jituancaiyun /;

my $club = $one->call('/manage/club_meeting/public_meeting', {
	content => 'c', address => 'a', deadline => $begin, need_sign => 1,
	leader => '1', participation => '2,3' })->{data}{meeting_id};

$app->call('room/add', { id => 'r', name => 'R' });
$app->call('dept/add', { id => 'd', name => 'D' });

my $series = $yun->call('repeatMeeting', { openid => '1', title => 't',
	startDate => $begin, endDate => $begin + $HOUR, repeat => 2,
	repeatEndDate => $begin + 72 * $HOUR, actors => [ '2' ] })
	->{data}{meetingIds}[0];
my $single = $yun->call('create', { openid => '1', title => 'y',
	startDate => $begin, endDate => $begin + $HOUR, actors => [ '2' ] })
	->{data}{meetingId};
my $invite = $jit->call('create', { requesterUid => '1',
	requesterName => 'N1', detail => { createTime => $begin - $HOUR,
	content => 'j', address => '', beginTime => $begin,
	endTime => $begin + $HOUR, remindMin => 15, remindType => 1,
	members => [ { uid => '2', name => 'N2' } ] } })->{data}{meetingInviteId};

twice('weclubs: a meeting', 2000, $one,
	'/manage/club_meeting/edit_meeting', { meeting_id => $club,
	content => 'other', participation => '2,3,4', leader => '2,1' });
twice('weclubs: an answer', 2000, $two, '/dynamic/set_dynamic_status',
	{ dynamic_type => 'meeting', dynamic_id => $club, status => 'leave',
	comment => 'ill' });
twice('h5yes: a user', 10000, $app, 'user/update', { id => '3',
	name => 'Three', memo => 'm' });
twice('h5yes: a room', 10000, $app, 'room/update', { id => 'r',
	name => 'Other', capacity => 7 });
twice('h5yes: a department', 10000, $app, 'dept/update', { id => 'd',
	name => 'Other' });
twice('h5yes: a meeting', 10000, $app, 'meeting/update', { id => "$club",
	speaker => 'S', roomId => 'r', checkedState => 1 });
twice('yunzhijia: a meeting', 0, $yun, 'modify', { openid => '1',
	id => $single, title => 'other', actors => [ '3', '2' ] });
twice('yunzhijia: a series', 0, $yun, 'batchModify', { openid => '1',
	id => $series, title => 'other', actors => [ '3' ] });
twice('jituancaiyun: a meeting', 0, $jit, 'update', { requesterUid => '1',
	meetingInviteId => $invite, detail => { content => 'other',
	members => [ { uid => '3', name => 'N3' } ] } });

$t->verify();
$t->finish();


sub state_of {
	my $bytes = (@{$t->ctl(qw/ company list /)})[0]{bytes};

	return $t->ctl('stat')->{position} . " entries, $bytes bytes";
}


sub twice {
	my ($what, $code, $app, @call) = @_;
	my $before = state_of();

	is($app->call(@call)->{code}, $code, $what)
		or diag($app->call(@call)->{text});

	my $after = state_of();

	isnt($after, $before, "$what: a change");

	my $answer = $app->call(@call);

	is($answer->{code}, $code, "$what: again") or diag($answer->{text});
	is(state_of(), $after, "$what: nothing is written");

	return;
}
