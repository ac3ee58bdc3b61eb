#!/usr/bin/perl

# Lists for the office: users, rooms, meetings, and attendance over a term, by
# each of its four keys.

use strict;
use warnings;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Test;

my $DAY = 86400000;
my $HOUR = 3600000;
my $NOON = 1790827200000;      # 2026-10-01 12:00 in Shanghai

my $t = Meeting::Test->new();

$t->company();
$t->company(2000);
$t->import_users(
    map { { id => "u$_->[0]", name => $_->[1], account => "a$_->[0]",
        department => $_->[2] } }
        [ 1, 'Ann', 'Physics' ], [ 2, 'Bob', 'Physics' ],
        [ 3, 'Cyd', 'Chemistry' ]);
$t->ctl(qw(room add --id r1 --name Hall --capacity 30));

sub jsonl { return $t->ctl(@_, qw(--format jsonl)) }

sub refused {
    my ($message, @command) = @_;
    my ($rc, $out, $error) = $t->ctl_run(@command);

    is($rc, 1, "refused: @command");
    like($error, $message, 'and why');
    is($out, '', 'nothing else is printed');
}

# Meetings in September and October, one that is not over, one cancelled.

my %num;

for my $one ([ first => -2 * $DAY ], [ second => 0 ], [ third => $DAY ],
    [ later => 9 * 365 * $DAY ])
{
    my ($name, $begin) = @$one;

    $num{$name} = $t->ctl(qw(meeting add --creator u1 --people),
        'u1,u2,u3', qw(--room r1 --subject), $name, '--begin', $NOON + $begin,
        '--end', $NOON + $begin + $HOUR)->{number};
}

my @second = ('--meeting', $num{second});

$t->ctl(qw(checkin add --person u1 --time), $NOON, @second);
$t->ctl(qw(checkin add --person u2 --time), $NOON + 1, @second);
$t->ctl(qw(checkin excuse --person u3), @second);
$t->ctl(qw(checkin add --person u1 --time), $NOON + $DAY, '--meeting',
    $num{third});

sub counts {
    my ($key, @rows) = @_;

    return [ map { [ @$_{$key, qw(present late excused absent)} ] } @rows ];
}

my @all = jsonl(qw(attendance export));

is_deeply(counts('id', @all),
    [ [ 'u1', 2, 0, 0, 1 ], [ 'u2', 0, 1, 0, 2 ], [ 'u3', 0, 0, 1, 2 ] ],
    'by person, over all that is past');
is($all[0]{name}, 'Ann', 'with names');
is($all[0]{number}, 1, 'and numbers');
is_deeply(counts('name', jsonl(qw(attendance export --by department))),
    [ [ 'Physics', 2, 1, 0, 3 ], [ 'Chemistry', 0, 0, 1, 2 ] ],
    'by department');
is_deeply(counts('name', jsonl(qw(attendance export --by meeting))),
    [ [ 'first', 0, 0, 0, 3 ], [ 'second', 1, 1, 1, 0 ],
      [ 'third', 1, 0, 0, 2 ] ], 'by meeting, in their order');
is_deeply(counts('month', jsonl(qw(attendance export --by month))),
    [ [ '2026-09', 0, 0, 0, 3 ], [ '2026-10', 2, 1, 1, 2 ] ], 'by month');

is_deeply(counts('name', jsonl(qw(attendance export --by meeting --since
    2026-10-01 --until 2026-10-01))), [ [ 'second', 1, 1, 1, 0 ] ],
    'one day');
is_deeply(counts('name', jsonl(qw(attendance export --by meeting --since
    2026-10-02))), [ [ 'third', 1, 0, 0, 2 ] ], 'from a day on');
is_deeply(counts('name', jsonl(qw(attendance export --by meeting --until
    2026-09-30))), [ [ 'first', 0, 0, 0, 3 ] ], 'up to a day');
is_deeply([ jsonl(qw(attendance export --company 2000)) ], [],
    'another company has none');

my (undef, $csv) = $t->ctl_run(qw(attendance export --no-bom));

like($csv, qr/^number,id,name,present,late,excused,absent\r\n1,u1,Ann,2,0,0,1/,
    'as CSV');
refused(qr/--by: .*not "day"/, qw(attendance export --by day));
refused(qr/--since: there is no such day/,
    qw(attendance export --since 2026-02-30));
refused(qr/--until: not a day/, qw(meeting list --until tomorrow));
refused(qr/--until: not a day/, qw(meeting list --until 2026-1-1));


# The other lists.

my @users = jsonl(qw(user list));

is_deeply([ map { [ @$_{qw(number id name account department admin enabled)} ]
    } @users ], [ [ 1, qw(u1 Ann a1 Physics 0 1) ],
    [ 2, qw(u2 Bob a2 Physics 0 1) ], [ 3, qw(u3 Cyd a3 Chemistry 0 1) ] ],
    'users');
is_deeply([ map { [ @$_{qw(id name capacity enabled)} ] } jsonl(qw(room list))
    ], [ [ 'r1', 'Hall', 30, 1 ] ], 'rooms');
is_deeply([ map { [ @$_{qw(subject date room life people signed late)} ] }
    jsonl(qw(meeting list --until 2026-12-31)) ],
    [ [ 'first', '2026-09-29 12:00:00', 'Hall', 2, 3, 0, 0 ],
      [ 'second', '2026-10-01 12:00:00', 'Hall', 2, 3, 2, 1 ],
      [ 'third', '2026-10-02 12:00:00', 'Hall', 2, 3, 1, 0 ] ], 'meetings');
is(scalar(my @later = jsonl(qw(meeting list --since 2027-01-01))), 1,
    'and those to come');
is_deeply([ jsonl(qw(user list --company 2000)) ], [], 'of one company');

$t->verify();
$t->finish();
