#!/usr/bin/perl

# Guests, whom h5yes alone can name: a list of attendees that another dialect
# sends leaves them in place; h5yes' own list does not.

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

my $HOUR = 3600000;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ]);

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);
my $base = 'http://127.0.0.1:' . $t->port();
my ($app, $yun, $jit) = map { $_->new(base => $base, %$credential) }
	qw/ Meeting::H5yes Meeting::Yunzhijia Meeting::Jituancaiyun /;

$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. 4);
$t->start();

my $clubs = $t->app()->login('a1', 'p');
my $begin = (int(time()) + 86400) * 1000;


sub right {
	my ($what, $args) = @_;
	my $answer = $app->call("meeting/$what", $args);
	is($answer->{code}, 10000, $what) or diag($answer->{text});
	return $answer->{value};
}


sub names {
	my ($id) = @_;
	return join(' ', map { $_->{name} }
		@{right('get', { meetingId => $id })->{attendances}});
}


# A meeting of another dialect, to whose people a guest is added here.

sub with_guest {
	my ($id) = @_;
	my $list = right('update', { id => $id, attendances => [
		{ userId => '2' }, { userId => '', name => 'G', phone => '123' } ] })
		->{attendances};
	is(names($id), 'N2 G', 'a user and a guest');
	return $list->[1];
}


sub is_guest {
	my ($id, $guest, $name) = @_;
	my ($found) = grep { $_->{name} eq 'G' }
		@{right('get', { meetingId => $id })->{attendances}};
	is_deeply($found, $guest, "$name: the guest is as before");
}


my $club = $clubs->call('/manage/club_meeting/public_meeting', {
	content => 'c', address => 'a', deadline => $begin, need_sign => 1,
	leader => '1', participation => '2,3' })->{data}{meeting_id};
my $guest = with_guest("$club");

is($clubs->call('/manage/club_meeting/edit_meeting', { meeting_id => $club,
	participation => '3,4' })->{code}, 2000, 'weclubs: changed');
is(names("$club"), 'N3 N4 G', 'weclubs: other users');
is_guest("$club", $guest, 'weclubs');


my $made = $yun->call('create', { openid => '1', title => 'y',
	startDate => $begin, endDate => $begin + $HOUR, actors => [ '2', '3' ] });
my $meeting = $made->{data}{meetingId} // $made->{data}{id};
$guest = with_guest($meeting);

is($yun->call('modify', { openid => '1', id => $meeting,
	actors => [ '4' ] })->{code}, 0, 'yunzhijia: changed');
like(names($meeting), qr/\AN4 (?:N1 )?G\z/, 'yunzhijia: other users');
is_guest($meeting, $guest, 'yunzhijia');


my $invite = $jit->call('create', { requesterUid => '1',
	requesterName => 'N1', detail => { createTime => $begin - $HOUR,
		content => 'j', address => '', beginTime => $begin,
		endTime => $begin + $HOUR, remindMin => 15, remindType => 1,
		members => [ { uid => '2', name => 'N2' } ] } })
	->{data}{meetingInviteId};
$guest = with_guest("$invite");

is($jit->call('update', { requesterUid => '1', meetingInviteId => $invite,
	detail => { members => [ { uid => '3', name => 'N3' } ] } })->{code}, 0,
	'jituancaiyun: changed');
is(names("$invite"), 'N3 G', 'jituancaiyun: other users');
is_guest("$invite", $guest, 'jituancaiyun');


right('update', { id => "$invite", attendances => [ { userId => '4' } ] });
is(names("$invite"), 'N4', 'h5yes replaces the whole list');

$t->verify();
$t->finish();
