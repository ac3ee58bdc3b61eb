#!/usr/bin/perl

# An operator at the door, while the server runs: signing in by hand,
# undoing, excusing, and the lists of who came and who did not.

use strict;
use warnings;
use utf8;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

$t->start();
$t->company();
$t->import_users(map {
    { id => "u$_", name => "Person $_", account => "p$_",
      phone => "1380000000$_", department => 'Physics', password => "pw$_" }
} 1 .. 5);

my $number = $t->ctl(qw(meeting add --creator u1 --subject S --people),
    'u1,u2,u3,u4')->{number};
my %app = map { $_ => $t->app()->login("1380000000$_", "pw$_") } 1 .. 3;

my @meeting = ('--meeting', $number);


# One sign-in by the phone, with the envelope id given.

sub sign_in {
    my ($who, $id) = @_;

    return $app{$who}->call('/meeting/sign_meeting', {
        meeting_id => $number, leader_id => $app{1}{user_id},
        create_date => int(time * 1000)
    }, id => $id);
}

sub counts {
    my $show = $t->ctl(qw(meeting show), @meeting);

    return "$show->{signed} of $show->{people}";
}

sub refused {
    my ($message, @command) = @_;
    my ($rc, undef, $error) = $t->ctl_run(@command);

    is($rc, 1, "refused: @command[0, 1]");
    like($error, $message, 'and why');
}


# Undo: the person may come again, the undone request never does.

is(sign_in(2, 'scan-a')->{code}, 2000, 'a person signs in');
is(counts(), '1 of 4', 'counted');

refused(qr/--person: not on the meeting's list/,
    qw(checkin undo --reason wrong --person u5), @meeting);
refused(qr/--person: has not signed in/,
    qw(checkin undo --reason wrong --person u3), @meeting);
refused(qr/--meeting: meeting does not exist/,
    qw(checkin undo --reason wrong --person u2 --meeting 99));

my $row = $t->ctl(qw(checkin undo --person 13800000002 --reason),
    'for a friend', @meeting);

is_deeply([ @$row{qw(user name signed time)} ],
    [ $app{2}{user_id}, 'Person 2', 0, 0 ], 'undone');
is(counts(), '0 of 4', 'counts no more');

my $again = sign_in(2, 'scan-a');

isnt($again->{code}, 2000, 'the repeat of the undone request is refused');
like($again->{msg}, qr/撤销/, 'as undone');
is(sign_in(2, 'scan-b')->{code}, 2000, 'a new one signs in');
is(sign_in(2, 'scan-b')->{code}, 2000, 'and its repeat is harmless');
is(counts(), '1 of 4', 'counts once');


# By hand.

my $begin = $t->ctl(qw(meeting show), @meeting)->{begin};

$row = $t->ctl(qw(checkin add --person p3 --reason), 'phone broken', '--time',
    $begin, @meeting);
is_deeply([ @$row{qw(user signed time late)} ],
    [ $app{3}{user_id}, 1, $begin, 0 ], 'signed in by hand, in time');
refused(qr/checkin_add: signed in already/,
    qw(checkin add --person u3), @meeting);
refused(qr/--time: not an allowed value/,
    qw(checkin add --person u4 --time), ($begin + 86400000), @meeting);
isnt(sign_in(3, 'scan-c')->{code}, 2000, 'the phone is told the same');

my $h5yes = Meeting::H5yes->new(base => $t->app()->{base},
    %{ $t->ctl(qw(credential add)) });
my $got = $h5yes->call('meeting/get', { meetingId => "$number" });
my %seen = map { $_->{userId} => $_ } @{ $got->{value}{attendances} };

is($seen{u3}{isSigned}, 1, 'h5yes shows it');
is($seen{u3}{signType}, 0, 'as none of the ways that its document numbers');
is($seen{u2}{signType}, 2, 'a code is one');


# Excuses, and the lists.

$row = $t->ctl(qw(checkin excuse --person u4 --reason ill), @meeting);
is_deeply([ @$row{qw(name answer signed)} ], [ 'Person 4', 3, 0 ], 'excused');

my @absent = $t->ctl(qw(absent export --format jsonl), @meeting);

is_deeply([ map { [ @$_{qw(id department excused comment)} ] } @absent ],
    [ [ 'u1', 'Physics', 0, '' ], [ 'u4', 'Physics', 1, 'ill' ] ],
    'the absent, and who is excused');

$t->ctl(qw(checkin excuse --withdraw --person u4), @meeting);

my (undef, $csv) = $t->ctl_run(qw(absent export --no-bom), @meeting);

is((split /\r\n/, $csv)[0], 'user,id,name,account,phone,department,position,'
    . 'excused,comment', 'the header of the CSV');
like($csv, qr/^\d+,u4,Person 4,p4,13800000004,Physics,,0,\r$/m,
    'an excuse taken back');

my @history = $t->ctl(qw(checkin export --history --format jsonl), @meeting);

is_deeply([ map { [ @$_{qw(id way by reason undoneReason)} ] } @history ],
    [ [ 'u2', 2, 0, '', '' ], [ 'u3', 5, 0, 'phone broken', '' ],
      [ 'u2', 2, 0, '', 'for a friend' ] ],
    'the history: in force, then undone');
ok($history[2]{undone} > $history[2]{time}, 'with the time of the undoing');
is(scalar(my @plain = $t->ctl(qw(checkin export --format jsonl), @meeting)), 2,
    'without --history only what is in force');

$t->allow_log(qr/exited on signal 9/);
$t->kill_worker('KILL');
$t->wait_for(sub { sign_in(1, 'after')->{code} == 2000 });
isnt(sign_in(2, 'scan-a')->{code}, 2000, 'undone after a kill, too');
is(counts(), '3 of 4', 'and everything counts as before');

$t->verify();
$t->finish();
