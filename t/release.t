#!/usr/bin/perl

# A room is released when nobody comes to its meeting: every dialect sees it
# free, subscribers are told, and a sign-in or a host's word keeps it.

use strict;
use warnings;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(http => '    meeting_release_after 2s;',
    server => <<'CONF');
        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();
$t->company();
$t->import_users(map {
    { id => "u$_", name => "Person $_", phone => "1380000000$_",
      password => "pw$_" }
} 1 .. 2);

my $app = Meeting::H5yes->new(base => $t->app()->{base},
    %{ $t->ctl(qw(credential add)) });

sub get {
    my ($number) = @_;

    return $app->call('meeting/get', { meetingId => "$number" })->{value};
}

my %meeting;

for my $room (qw(empty used kept)) {
    $app->call('room/add', { id => $room, name => $room,
        beginTime => '00:00', endTime => '24:00' });
    $meeting{$room} = $t->ctl(qw(meeting add --creator u1 --people),
        'u1,u2', '--subject', $room, '--room', $room)->{number};
}

my $ann = $t->app()->login('13800000002', 'pw2');

is($ann->call('/meeting/sign_meeting', { meeting_id => $meeting{used},
    leader_id => 1, create_date => int(time * 1000) })->{code}, 2000,
    'somebody comes to one of them');

my $shown = $t->ctl(qw(meeting keep --meeting), $meeting{kept});

isnt($shown->{room}, 0, 'a host keeps another one');
is(get($meeting{empty})->{roomId}, 'empty', 'the third has its room at first');

ok($t->wait_for(sub { get($meeting{empty})->{roomId} eq '' }, 20),
    'and loses it');
is(get($meeting{used})->{roomId}, 'used', 'the one with a sign-in does not');
is(get($meeting{kept})->{roomId}, 'kept', 'nor the one that was kept');
is($t->ctl(qw(meeting show --meeting), $meeting{empty})->{life}, 1,
    'the meeting goes on');

my $now = int(time * 1000);
my $booked = $app->call('meeting/book', { roomId => 'empty', subject => 'next',
    speaker => 'x', beginTime => $now + 1000, endTime => $now + 3600000,
    createdId => 'u2', attendances => [] });

is($booked->{code}, 10000, 'somebody else books the room')
    or diag($booked->{text});
is($app->call('meeting/book', { roomId => 'kept', subject => 'next',
    speaker => 'x', beginTime => $now + 1000, endTime => $now + 3600000,
    createdId => 'u2', attendances => [] })->{code}, 71001,
    'not that of another meeting');

my ($code, undef, $error) = $t->ctl_run(qw(meeting keep --meeting),
    $meeting{empty});

is($code, 1, 'too late to keep it');
like($error, qr/room does not exist/, 'and why');
like($t->get('/status')->{content}, qr/"rooms_released": 1\b/,
    'the status counts it');

$t->verify();
$t->finish();
