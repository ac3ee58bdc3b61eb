#!/usr/bin/perl

# Meetings that ended long ago are deleted by meeting_retention and by
# meetingctl, while people sign in to others; a killed server goes on.

use strict;
use warnings;

use FindBin;
use Test::More;
use POSIX ();
use Time::HiRes qw(time);

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Test;

my $t = Meeting::Test->new();

my %conf = (
    server => <<'CONF',
        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF
);

$t->write_default_conf(%conf);
$t->start();
$t->company();
$t->import_users(map {
    { id => "u$_", name => "Person $_", phone => 13800000000 + $_,
      password => $_ < 3 ? "pw$_" : 'hf@123456' }
} 1 .. 600);

my $now = int(time * 1000);
my $day = 86400_000;
my $all = join ',', map { "u$_" } 1 .. 600;

sub meeting {
    my ($begin, $end, %also) = @_;

    return $t->ctl(qw(meeting add --creator u1 --subject x --begin),
        $now + $begin, '--end', $now + $end, '--people',
        $also{people} // 'u1,u2')->{number};
}

sub entries {
    return $t->ctl('stat')->{entries};
}

my $old = meeting(-9 * $day, -8 * $day, people => $all);
my $recent = meeting(-2 * $day, -1 * $day);
my $open = meeting(-60_000, $day);

my $date = POSIX::strftime('%Y-%m-%d', localtime(time - 5 * 86400));
my @purge = ('meeting', 'purge', '--before', $date);

is($t->ctl(@purge, '--dry-run')->{purged}, 1, 'a dry run counts');
is(entries()->{meeting}, 3, 'and changes nothing');
is($t->ctl(@purge)->{purged}, 1, 'one meeting ended before the day');
is(entries()->{attendee}, 4, 'its 600 attendees are gone');

my ($code, undef, $error) = $t->ctl_run(qw(meeting show --meeting), $old);

is($code, 1, 'it is no meeting any more');
like($error, qr/no_such_meeting/, 'as for any that never was');
is($t->ctl(@purge)->{purged}, 0, 'nothing is left to purge');
is($t->ctl('company', 'list')->[0]{meetings}, 2, 'the usage counts two');

for ([ 'tomorrow' ], [ POSIX::strftime('%Y-%m-%d',
    localtime(time + 3 * 86400)) ])
{
    ($code, undef, $error) = $t->ctl_run(qw(meeting purge --before), @$_);
    is($code, 1, "not before $_->[0]");
    like($error, qr/--before/, 'with the reason');
}

# the server does it by itself, beside sign-ins

meeting(-9 * $day, -8 * $day, people => $all) for 1 .. 3;
$t->write_default_conf(%conf, http => '    meeting_retention 3d;');
$t->reload();

my $person = $t->app()->login('13800000002', 'pw2');
my ($slowest, $signed) = (0, 0);

ok($t->wait_for(sub {
    my $before = time;
    my $answer = $person->call('/meeting/sign_meeting',
        { meeting_id => $open, leader_id => 1,
          create_date => int(time * 1000) });
    my $took = time - $before;

    $signed++;
    $slowest = $took if $took > $slowest;

    return entries()->{meeting} == 2;
}, 60), 'meeting_retention purges what is older');

note("$signed sign-ins, the slowest one took $slowest s");
ok($signed > 1, 'sign-ins go on');
is(entries()->{attendee}, 4, 'no attendee of them is left');
ok($t->wait_for(sub {
    return $t->get('/status')->{json}{background}{meetings_purged} == 3;
}, 5), 'the status counts them');

# killed in the middle, it goes on

meeting(-9 * $day, -8 * $day, people => $all) for 1 .. 6;

# the master first: it would start others

my @pids = ($t->master(), $t->workers());

kill KILL => @pids;
$t->wait_for(sub { !grep { Meeting::Test::alive($_) } @pids }, 20);
ok($t->ctl('verify')->{ok}, 'a killed server leaves a whole store');
$t->start();
ok($t->wait_for(sub { entries()->{meeting} == 2 }, 90),
    'and the next one goes on');
is($t->ctl(qw(meeting show --meeting), $recent)->{people}, 2,
    'a meeting within the time stays');
ok($t->ctl('verify')->{ok}, 'the store is whole');

# a company goes with everything; the tool is killed, the server finishes it

$t->ctl(qw(company add --id 2000 --name Doomed));
my $key = $t->ctl(qw(credential add --company 2000));
my $doomed = Meeting::H5yes->new(base => $t->app()->{base}, %$key);

$t->write_file('tmp/doomed.jsonl', join '', map {
    qq({"id":"d$_","name":"Doomed $_","phone":"1390000$_"}\n) }
    1000 .. 1999);
$t->ctl(qw(user import --company 2000 --format jsonl),
    $t->prefix() . '/tmp/doomed.jsonl');
$t->ctl(qw(meeting add --company 2000 --creator d1000 --subject y --people),
    join(',', map { "d$_" } 1000 .. 1999)) for 1 .. 3;

is($doomed->call('user/list', {})->{code}, 10000, 'another company answers');

my $picture = $t->prefix() . '/store/resources/2000/' . 'a' x 32 . '.png';

mkdir $t->prefix() . '/store/resources';
mkdir $t->prefix() . '/store/resources/2000';
$t->write_file(substr($picture, 1 + length $t->prefix()), 'picture');

my @doom = qw(company purge --company 2000);

is($t->ctl(@doom)->{people}, 1000, 'without --yes it tells what there is');
is($doomed->call('user/list', {})->{code}, 10000, 'and does nothing');

my $pid = fork() // die;

if ($pid == 0) {
    open STDOUT, '>', '/dev/null';
    exec $t->{ctl}, '--store', $t->store(), @doom, '--yes';
    die;
}

$t->wait_for(sub { $doomed->call('user/list', {})->{code} != 10000 }, 20);
kill KILL => $pid;
waitpid $pid, 0;

isnt($doomed->call('user/list', {})->{code}, 10000,
    'the company answers no more');
ok($t->ctl('verify')->{ok}, 'a killed tool leaves a whole store');

my ($left) = grep { $_->{id} == 2000 } @{ $t->ctl(qw(company list)) };

ok($left, 'and a part of the company');
$t->reload();
ok($t->wait_for(sub {
    !grep { $_->{id} == 2000 } @{ $t->ctl(qw(company list)) };
}, 90), 'the server finishes the purge');
ok($t->ctl('verify')->{ok}, 'the store is whole');
is(entries()->{room}, 0, 'no room');
is(entries()->{user}, 600, 'the users of the other company');

($code, undef, $error) = $t->ctl_run(@doom, '--yes');
is($code, 1, 'it is gone');
like($error, qr/no_such_company/, 'as the tool says');

# the tool alone, with the pictures

$t->ctl(qw(company add --id 2000 --name Again));
$t->ctl(@doom, '--yes');
ok(!-e $picture, 'its pictures are gone');

$t->finish();
