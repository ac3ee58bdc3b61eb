#!/usr/bin/perl

# checkin export: its columns, and that a spreadsheet runs no cell as a
# formula.

use strict;
use warnings;
use utf8;

use FindBin;
use JSON::PP;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Test;

my @people = (
    { id => '1', name => '李华', account => 'lihua', phone => '13800000001',
      department => '教务处', position => 'Chair', password => 'one' },
    { id => 'x2', name => '=HYPERLINK("http://x","y")', phone => '+8613800002',
      account => '@acc', password => 'two' },
    { id => '3', name => 'Han, "Mei"', phone => '13800000003',
      department => "two\nlines", password => 'three' },
    { id => '4', name => 'Absent', phone => '13800000004' },
);

my $t = Meeting::Test->new();

$t->start();
$t->company();
$t->import_users(@people);

my $meeting = $t->ctl(qw(meeting add --creator 1 --subject S --people),
    '1,x2,3,4');
my $number = $meeting->{number};
my %signed;

for my $person (@people[0 .. 2]) {
    my $app = $t->app()->login($person->{phone}, $person->{password});
    my $before = int(time * 1000);
    my $answer = $app->call('/meeting/sign_meeting', {
        meeting_id => $number, leader_id => 1, create_date => $before
    });

    is($answer->{code}, 2000, "$person->{id} signs in");
    $signed{$app->{user_id}} = [ $before, int(time * 1000) + 1000 ];
}

for my $phone ('+86 138-0000-0001', '8613800000001', ' 138 0000 0001') {
    ok($t->app()->login($phone, $people[0]{password})->{user_id},
        "$phone is the same phone at log-in");
}

my ($rc, $csv) = $t->ctl_run(qw(checkin export --meeting), $number);
utf8::decode($csv);

my ($header, @lines) = split /\r\n/, $csv;

is($rc, 0, 'export');
is($header, "\x{feff}" . 'user,id,name,account,phone,department,position,'
    . 'time,date,late,way,leader', 'the header');
is(scalar @lines, 3, 'a line for each who signed in, none for the absent');

like($lines[0], qr/^1,1,李华,lihua,13800000001,教务处,Chair,\d{13},
    [-\d]{10}\ [\d:]{8},1,2,1$/x, 'plain values');
like($lines[1], qr/^\d+,x2,"'=HYPERLINK\(""http:\/\/x"",""y""\)",'\@acc,
    '\+8613800002,/x, 'formulas are text');
like($lines[2], qr/^3,3,"Han, ""Mei""",,13800000003,"two\nlines",/,
    'commas, quotes and line ends');


# An import reads back what an export wrote.

my ($cells) = $lines[1] =~ /^\d+,(x2,"(?:[^"]|"")*",[^,]*,[^,]*),/;
my $file = $t->store() . '/../export.csv';

open my $out, '>:utf8', $file or die $!;
print $out "\x{feff}id,name,account,phone\r\n$cells\r\n";
close $out;

is($t->ctl(qw(user import), $file)->{updated}, 1, 'an export is imported');
is(($t->ctl_run(qw(checkin export --meeting), $number))[1],
    do { my $bytes = $csv; utf8::encode($bytes); $bytes }, 'unchanged');

my @rows = $t->ctl(qw(checkin export --format jsonl --timezone UTC --meeting),
    $number);

is_deeply([ map { $_->{name} } @rows ], [ map { $_->{name} } @people[0 .. 2] ],
    'JSON lines have the names as they are');

for my $row (@rows) {
    my ($from, $to) = @{ $signed{$row->{user}} };
    my ($s, $m, $h, $d, $mon, $y) = gmtime int $row->{time} / 1000;

    ok($row->{time} >= $from && $row->{time} <= $to, "$row->{id}: the time");
    is($row->{date}, sprintf('%04d-%02d-%02d %02d:%02d:%02d', $y + 1900,
        $mon + 1, $d, $h, $m, $s), "$row->{id}: the date, in the zone");
}

is($t->ctl(qw(meeting show --meeting), $number)->{signed}, 3,
    'the meeting counts them');
$t->verify();
$t->finish();
