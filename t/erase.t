#!/usr/bin/perl

# A person's data is erased everywhere by meetingctl, beside a running server:
# no file of the store has the words afterwards, counts of past meetings hold,
# and the receiver of events is told that the user is gone.

use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(time);

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

my $t = Meeting::Test->new();

$t->write_default_conf(http => '    meeting_event_private on;',
    server => <<'CONF');
        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();
$t->company();

my $h5 = Meeting::H5yes->new(base => $t->app()->{base},
    %{ $t->ctl(qw(credential add)) });
my $receiver = Meeting::Receiver->new($t);

is(($receiver->subscribe())[0], 0, 'the company has a receiver');

$t->import_users(
    { id => 'zs-id', name => 'Zhang Sanfeng', account => 'zs-account',
      phone => '13911112222', email => 'zs@example.org', memo => 'zs memo',
      password => 'secret1' },
    map { { id => "u$_", name => "Person $_", phone => "1380000000$_",
            password => "pw$_" } } 1 .. 3);

my $now = int(time * 1000);

# what the person leaves behind

my $meeting = $t->ctl(qw(meeting add --creator zs-id --subject x --people),
    'zs-id,u1,u2', '--leaders', 'zs-id,u1')->{number};
my $zhang = $t->app()->login('13911112222', 'secret1');

sub sign {
    my ($person, $leader) = @_;

    return $person->call('/meeting/sign_meeting', { meeting_id => $meeting,
        leader_id => $leader, create_date => int(time * 1000) })->{code};
}

my ($me) = map { $_->{number} } grep { $_->{name} =~ /Sanfeng/ }
    $t->ctl(qw(user list --format jsonl));

is(sign($zhang, $me), 2000, 'the person signs in');
$t->ctl(qw(checkin undo --meeting), $meeting, qw(--person zs-account --reason),
    'zs was not there');
$t->ctl(qw(checkin add --meeting), $meeting, qw(--person 13911112222 --reason),
    'zs came late');
$t->ctl(qw(user disable --user u3));
is($h5->call('user/update', { id => 'zs-id', position => 'zs chief' })
    ->{code}, 10000, 'the record changes');

my $booked = $h5->call('meeting/book', { subject => 'guests', speaker => 'Zhang Sanfeng',
    roomId => $t->ctl(qw(room add --name r --id r))->{id},
    beginTime => $now + 3600_000, endTime => $now + 7200_000,
    createdId => 'u1', attendances => [
        { userId => '', userName => 'Zhang Sanfeng',
          phone => '13911112222' }, { userId => 'zs-id' } ] });

is($booked->{code}, 10000, 'a guest under the same phone')
    or diag($booked->{text});

my @words = ('Sanfeng', 'zs-account', '13911112222', 'zs@example.org',
    'zs memo', 'zs chief', 'zs was', 'zs came', 'zs-id');

sub with_word {
    my ($path) = @_;
    my $text = Meeting::Test::slurp($path);

    return grep { index($text, $_) >= 0 } @words;
}

my $backups = 0;

sub backup {
    my $dir = $t->prefix() . '/backup' . ++$backups;

    $t->ctl('backup', '--rewrite', $dir);

    return "$dir/data.mdb";
}

is(scalar(with_word(backup())), scalar(@words), 'all words are there before');
is_deeply($t->ctl(qw(user erase --user zs-id))->{erased}, JSON::PP::false,
    'without --yes it only looks');
is(scalar(with_word(backup())), scalar(@words), 'nothing is changed');

my $ann = $t->app()->login('13800000001', 'pw1');

is(sign($ann, 1 + $me), 2000, 'another one signs in');

my $before = $t->ctl(qw(meeting show --meeting), $meeting);

# while others sign in

my $pid = fork() // die;

if ($pid == 0) {
    open STDOUT, '>', $t->prefix() . '/tmp/erased';
    exec $t->{ctl}, '--store', $t->store(), qw(user erase --user zs-id --yes);
    die;
}

my ($slowest, $failed, $n) = (0, 0, 0);
for (1 .. 100) {
    my $start = time;

    $failed++ unless sign($ann, 1 + $me) =~ /^\d+$/;
    $slowest = time - $start if time - $start > $slowest;
    $n++;
}

waitpid $pid, 0;
is($?, 0, 'the erasure succeeds');
is($failed, 0, 'others are answered meanwhile');
note("$n sign-ins, the slowest one took $slowest s");
like(Meeting::Test::slurp($t->prefix() . '/tmp/erased'),
    qr/^\{"erased":true,"rows":[1-9]\d*,"journal":[1-9]/, 'it tells how much');

ok($t->wait_for(sub {
    grep { $_->{event_type} eq 'user_remove' && $_->{value}[0] eq 'zs-id' }
        $receiver->events();
}, 20), 'the receiver is told that the user is gone');

$t->verify();
is_deeply([ with_word(backup()) ], [], 'no word is in the entries');
is_deeply([ with_word($t->store() . '/wal.log') ], [],
    'nor in the write-ahead log');
is_deeply([ with_word($t->prefix() . '/tmp/erased') ], [],
    'nor in what the tool says');

my $after = $t->ctl(qw(meeting show --meeting), $meeting);

is($after->{$_}, $before->{$_}, "the meeting has as many $_")
    for qw(people late);
isnt($after->{creator}, $me, 'its creator is another number');

my @rows = $t->ctl(qw(checkin export --history --format jsonl --meeting),
    $meeting);

is_deeply([ grep { ($_->{user} // 0) == $me } @rows ], [],
    'no check-in has the number');
ok((grep { $_->{name} eq '' && $_->{way} == 5 } @rows),
    'a check-in of nobody stays');

isnt($zhang->call('/meeting/my_participation', {})->{code}, 2000,
    'the session is void');

my ($code, undef, $error) = $t->ctl_run(qw(user erase --user zs-id --yes));

is($code, 1, 'nobody is left to erase');
like($error, qr/no_such_user/, 'as the tool says');

is($h5->call('user/add', { id => 'zs-id', name => 'Somebody else',
    phone => '13911112222', account => 'zs-account' })->{code}, 10000,
    'id, phone and account can be given again');

# the tool is killed again and again, and goes on

my @many = map {
    $t->ctl(qw(meeting add --creator u2 --subject y --people u1,u2))->{number}
} 1 .. 150;

for my $ms (6, 12, 25, 50) {
    my $pid = fork() // die;

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        exec $t->{ctl}, '--store', $t->store(), qw(user erase --user u2 --yes);
        die;
    }

    select undef, undef, undef, $ms / 1000;
    kill KILL => $pid;
    waitpid $pid, 0;
    is(($t->ctl_run('verify'))[0], 0, "killed after $ms ms: a whole store");
}

($code, undef, $error) = $t->ctl_run(qw(user erase --user u2 --yes));
ok($code == 0 || $error =~ /no_such_user/, 'it comes to its end');
@words = ('Person 2', '13800000002');
is_deeply([ with_word(backup()) ], [], 'and nothing is left');
is($t->ctl(qw(meeting show --meeting), $many[-1])->{people}, 2,
    'the meetings have as many people');
$t->verify();

# a restart with the rewritten copy

$t->stop();
my $copy = $t->prefix() . "/backup$backups";
$t->ctl('restore', '--force', $copy);
$t->start();
$t->verify();
is($t->ctl(qw(meeting show --meeting), $meeting)->{people},
    $before->{people}, 'a rewritten copy is a store');

$t->finish();
