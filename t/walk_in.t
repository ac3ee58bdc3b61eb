#!/usr/bin/perl

# People who are not on the list, in meetings that take them, and meetings
# that are full.

use strict;
use warnings;
use utf8;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Native;
use Meeting::Test;
use Meeting::Weclubs;
use Meeting::Yunzhijia;

binmode Test::More->builder->$_, ':utf8'
    for qw(output failure_output todo_output);

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /api/v1/ {
            meeting_api native;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }
CONF

$t->start();
$t->company();
$t->import_users(map {
    { id => "u$_", name => "Person $_", account => "p$_", password => "pw$_" }
} 1 .. 9);

my $base = 'http://127.0.0.1:' . $t->port();
my %app = map { $_ => $t->app()->login("p$_", "pw$_") } 1 .. 9;
my ($h5yes, $yun, $jit) = map {
    $_->new(base => $base, %{$t->ctl(qw(credential add))})
} qw(Meeting::H5yes Meeting::Yunzhijia Meeting::Jituancaiyun);

sub meeting {
    return $t->ctl(qw(meeting add --creator u1 --subject S --people),
        'u1,u2,u3', @_)->{number};
}

sub set {
    my ($meeting, @options) = @_;

    return $t->ctl(qw(meeting set --meeting), $meeting, @options);
}

my $once = 0;

sub sign_in {
    my ($who, $meeting, $id) = @_;

    my $answer = $app{$who}->call('/meeting/sign_meeting', {
        meeting_id => $meeting, leader_id => $app{1}{user_id},
        create_date => int(time * 1000) }, id => $id // 'once-' . ++$once);

    return "$answer->{code} $answer->{msg}";
}

sub counts {
    my $show = $t->ctl(qw(meeting show --meeting), @_);

    return "$show->{signed} of $show->{people}";
}


my $meeting = meeting();

like(sign_in(4, $meeting), qr/^3000 .*不在会议名单中/, 'by default nobody');

set($meeting, qw(--walk-in directory));

like(sign_in(4, $meeting, 'same'), qr/^2000/, 'walks in');
like(sign_in(4, $meeting, 'same'), qr/^2000/, 'the same request again');
like(sign_in(4, $meeting), qr/^3000 .*已经签到/, 'signed in once');
is(counts($meeting), '1 of 4', 'and counts');

my $list = $app{1}->call('/meeting/get_meeting_participation',
    { meeting_id => $meeting })->{data};

is(scalar(grep { $_->{name} eq 'Person 4' && $_->{is_sign} }
    map { ref $_ eq 'ARRAY' ? @$_ : () } values %$list), 1,
    'is on the list of weclubs');

my $shown = $h5yes->call('meeting/get', { meetingId => "$meeting" })->{value};

is(scalar(grep { $_->{userId} eq 'u4' } @{$shown->{attendances}}), 1,
    'and of h5yes');
is($app{4}->call('/dynamic/get_dynamic_list', { dynamic_type => 'meeting' })
    ->{code}, 2000, 'the person has the meeting in their list');

# by a host's hand

is($t->ctl(qw(checkin add --meeting), $meeting, qw(--person p5))->{signed}, 1,
    'a host adds somebody who is not on the list');

my ($rc, undef, $error) = $t->ctl_run(qw(checkin undo --meeting), $meeting,
    qw(--person p6 --reason wrong));
is($rc, 1, 'but undoes nothing of theirs');
is(counts($meeting), '2 of 5', 'both count');

# rejections put nobody on the list

like(sign_in(6, $meeting + 1), qr/^3000/, 'no such meeting');

my $early = $t->ctl(qw(meeting add --creator u1 --subject S --people u1
    --begin), int((time + 86400) * 1000))->{number};

set($early, qw(--walk-in directory));
like(sign_in(6, $early), qr/^3000 .*签到尚未开始/, 'too early');
is(counts($early), '0 of 1', 'puts nobody on the list');

# capacity

set($meeting, qw(--capacity 6));
like(sign_in(6, $meeting), qr/^2000/, 'the last seat');
like(sign_in(7, $meeting), qr/^3000 .*会议人数已满/, 'full');
like(sign_in(2, $meeting), qr/^2000/, 'never for somebody on the list');

($rc, undef, $error) = $t->ctl_run(qw(checkin add --meeting), $meeting,
    qw(--person u8));
is($rc, 1, 'nor by hand');
like($error, qr/meeting is full/, 'with the reason');
is(counts($meeting), '4 of 6', 'six people');

my $edit = $app{1}->call('/manage/club_meeting/edit_meeting', {
    meeting_id => $meeting, participation => 'u1,u2,u3,u4,u5,u6,u7' });

is($edit->{code}, 3000, 'an invitation above it');
like($edit->{msg}, qr/participation.*会议人数已满/, 'names its member');
is(counts($meeting), '4 of 6', 'and changes nothing');

$edit = $h5yes->call('meeting/update', { id => "$meeting", subject => 'S',
    attendances => [ map { { userId => "u$_" } } 1 .. 8 ] });
isnt($edit->{code}, 10000, 'h5yes, too') or diag($edit->{text});
like($edit->{text}, qr/attendances/, 'names its member');

$edit = $yun->call('modify', { id => "$meeting", openid => 'u1',
    addActors => [ 'u7', 'u8' ] });
is($edit->{code}, 40951, 'yunzhijia, too') or diag($edit->{text});
like($edit->{text}, qr/addActors/, 'names its member');

$edit = $jit->call('update', { requesterUid => 'u1',
    meetingInviteId => "$meeting", detail => { members => [ map {
        { uid => "u$_", name => "N$_" } } 1 .. 9 ] } });
isnt($edit->{code}, 0, 'jituancaiyun, too') or diag($edit->{text});
like($edit->{text}, qr/members/, 'names its member');
is(counts($meeting), '4 of 6', 'none of them changes anything');

is($app{1}->call('/manage/club_meeting/edit_meeting', {
    meeting_id => $meeting, participation => 'u1,u2,u3,u4,u5' })->{code}, 2000,
    'fewer are welcome');

set($meeting, qw(--capacity 2));
is($app{1}->call('/manage/club_meeting/edit_meeting', {
    meeting_id => $meeting, participation => 'u1,u2,u3,u4' })->{code}, 2000,
    'a list that is too long may become shorter');
like(sign_in(3, $meeting), qr/^2000/, 'and its people sign in');
set($meeting, qw(--capacity 0 --walk-in none));
like(sign_in(7, $meeting), qr/^3000 .*不在会议名单中/, 'none again');

for my $bad ([ qw(--walk-in anybody) ], [ qw(--capacity -1) ],
    [ qw(--capacity 50001) ], [ qw(--capacity x) ])
{
    ($rc, undef, $error) = $t->ctl_run(qw(meeting set --meeting), $meeting,
        @$bad);
    is($rc, 1, "refused: @$bad");
}

# the native API

my $native = Meeting::Native->new(base => $base);
my ($host, $guest, $other) = map {
    $native->as($native->log_in("p$_", "pw$_")->{json}{token})
} 1, 9, 8;

my $card = $host->call(PATCH => "/meetings/$meeting",
    { walk_in => 'directory', capacity => 7 });

is($card->{http}, 200, 'PATCH sets both') or diag($card->{text});
is("$card->{json}{walk_in} $card->{json}{capacity}", 'directory 7',
    'and shows them');

my $in = $guest->call(POST => "/me/meetings/$meeting/checkin", {});
is($in->{http}, 201, 'signs in') or diag($in->{text});
is($in->{json}{attendee}{name}, 'Person 9', 'and is shown');
is($in->{json}{attendee}{id}, (grep { $_->{user} eq 'u9' } @{$host->call(
    GET => "/meetings/$meeting/attendees")->{json}{items}})[0]{id},
    'with the id of the attendance');

$host->call(PATCH => "/meetings/$meeting", { walk_in => 'none' });

my $out = $other->call(
    POST => "/me/meetings/$meeting/checkin", {});
is($out->{http}, 403, 'nobody again') or diag($out->{text});
is($out->{json}{code}, 'not_listed', 'in words');

for my $bad ({ walk_in => 'anybody' }, { walk_in => 1 }, { capacity => -1 },
    { capacity => 50001 }, { capacity => 1.5 })
{
    my ($name) = keys %$bad;
    my $problem = $host->call(PATCH => "/meetings/$meeting", $bad);

    is("$problem->{http} " . ($problem->{json}{field} // ''), "400 $name",
        "bad $name") or diag($problem->{text});
}

$t->verify();
$t->finish();
