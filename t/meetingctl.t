#!/usr/bin/perl

# The operators' tool, each command and each way to refuse.

use strict;
use warnings;
use utf8;

use Encode qw(encode);
use File::Temp qw(tempdir);
use FindBin;
use JSON::PP;
use Test::More;

binmode $_, ':encoding(UTF-8)'
    for Test::More->builder->output, Test::More->builder->failure_output;

my $dir = tempdir(CLEANUP => 1);
my $store = "$dir/a store";
my $build = "$FindBin::Bin/../build" . ($ENV{MEETING_SANITIZE} ? '/asan'
    : $ENV{MEETING_COVERAGE} ? '/coverage' : '');
my $tool = $ENV{MEETING_CTL} || "$build/meetingctl";


# Runs a command with standard input from a string: (exit code, out, err).

sub run {
    my ($input, @args) = @_;

    open my $in, '>:encoding(UTF-8)', "$dir/in" or die $!;
    print $in $input;
    close $in;

    my $command = join ' ', map { s/'/'\\''/gr =~ s/^|$/'/gr } $tool, @args;
    my $rc = system("$command <'$dir/in' >'$dir/out' 2>'$dir/err'") >> 8;

    return $rc, map { slurp("$dir/$_") } qw(out err);
}


sub slurp {
    my ($file) = @_;

    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


sub decode {
    my ($text) = @_;

    utf8::encode($text);

    return decode_json($text);
}


# A command that must succeed, as the JSON that it prints.

sub ok_json {
    my (@args) = @_;
    my ($rc, $out, $err) = run('', '--store', $store, @args);

    is("$rc:$err", '0:', "@args") or return {};

    return decode($out);
}


sub refused {
    my ($what, $pattern, @args) = @_;
    my ($rc, $out, $err) = run('', '--store', $store, @args);

    ok($rc != 0 && $out eq '' && $err =~ $pattern, $what)
        or diag("exit $rc, output: $out, errors: $err");
}


sub import_people {
    my ($what, $text, %want) = @_;
    my ($rc, $out, $err) = run($text, '--store', $store, 'user', 'import',
        @{ delete $want{options} // [] }, '-');
    my $got = decode($out || '{}');

    is_deeply({ %$got{ keys %want } }, \%want, $what)
        or diag("exit $rc, output: $out, errors: $err");
    is($rc, $got->{failed} ? 1 : 0, "$what: exit code");

    return $err;
}


# no store yet

refused('a store that is not there', qr/no such directory/, 'company', 'list');
like((run('', '--store', $dir, qw(company list)))[2],
    qr/directory "\Q$dir\E" holds no store/, 'a directory without a store');
ok(!-e $store, 'and it is not made by looking');

my ($rc, $out, $err) = run('');
is($rc, 2, 'no command: usage');

($rc, $out, $err) = run('', '--help');
is($rc, 0, '--help');
like($out, qr/^  checkin export  +\S/m, 'lists the commands');

my @commands = $out =~ /^  (\w+(?: \w+)?)  +\S/mg;
is(scalar @commands, 45, 'each of them');

for my $command (@commands) {
    my ($rc, $out, $err) = run('', split(/ /, $command), '--help');

    like($out, qr/^Usage: meetingctl --store DIR \Q$command\E/,
        "$command --help");
}

refused('an unknown command', qr/no such command: fly/, 'fly');
refused('an option that is missing', qr/--name is missing/,
    'company', 'add', '--id', 1000);
refused('an option of another command', qr/takes no --format/,
    'company', 'list', '--format', 'csv');
refused('an unknown option', qr/unrecognized option/, 'stat', '--fly');
refused('an operand too many', qr/takes no operand/, 'stat', 'now');
refused('a number that is none', qr/--id: of the wrong type/,
    'company', 'add', '--id', '1e3', '--name', 'x');
refused('a number out of range', qr/--id: not an allowed value/,
    'company', 'add', '--id', '4294967296', '--name', 'x');
refused('a company that is no number', qr/--company/,
    'credential', 'list', '--company', '0');


# companies and credentials

is(ok_json(qw(company add --id 1000 --name), '会议公司')->{id}, 1000,
    'a company is added');
refused('twice', qr/id is already taken/, qw(company add --id 1000 --name x));
ok_json(qw(company add --id 2000 --name Other));

my $list = ok_json(qw(company list));
is_deeply([ map { "$_->{id} $_->{name}" } @$list ],
    [ '1000 会议公司', '2000 Other' ], 'both are listed');
is($list->[1]{meetings} + $list->[1]{people}, 0, 'with what they have');
cmp_ok($list->[1]{bytes}, '>', 10, 'a company takes some bytes');

my $credential = ok_json(qw(credential add --company 1000));
like($credential->{appid}, qr/^[1-9]\d{8}$/, 'appid: a 32-bit integer');
like($credential->{appkey}, qr/^[0-9a-f]{20}$/, 'appkey');
like($credential->{appsecret}, qr/^[0-9a-f]{40}$/, 'appsecret');

$list = ok_json(qw(credential list --company 1000));
is($list->[0]{appkey}, $credential->{appkey}, 'the credential is listed');
is($list->[0]{revoked}, 0, 'in force');
unlike(encode_json($list), qr/$credential->{appsecret}/, 'without secret');

open my $raw, '<:raw', "$store/data.mdb" or die $!;
my $bytes = do { local $/; <$raw> };
ok(index($bytes, $credential->{appsecret}) < 0, 'nor does the store keep it');

is_deeply(ok_json(qw(credential list --company 2000)), [],
    'the other company has none');
refused('revoking it from there', qr/--appkey/, qw(credential revoke
    --company 2000 --appkey), $credential->{appkey});
ok_json(qw(credential revoke --appkey), $credential->{appkey});
$list = ok_json(qw(credential list));
cmp_ok($list->[0]{revoked}, '>', 0, 'revoked');
# those of another product, which clients in the field know

my %moved = (appid => '2147483', appkey => 'corp.example-7',
    appsecret => 'Zx9-qwErty_12345');
my @moved = map { ("--$_" => $moved{$_}) } sort keys %moved;

is_deeply(ok_json(qw(credential add), @moved), { company => 1000, %moved },
    'a credential as it was elsewhere');

my $mixed = ok_json(qw(credential add --appkey 31415926));
is($mixed->{appkey}, '31415926', 'or one part of it');
like($mixed->{appid}, qr/^[1-9]\d{8}$/, 'and the rest made');

($rc, $out, $err) = run("k2-d4-f6-h8-0123\n", '--store', $store,
    qw(credential add --appsecret -));
is(decode($out)->{appsecret}, 'k2-d4-f6-h8-0123',
    'a secret from standard input') or diag($err);

for my $case (
    [ 'an appid of ten digits', qr/--appid: .* nine digits/,
        '--appid', '1234567890' ],
    (map { [ "appid $_", qr/--appid: /, '--appid', $_ ] }
        'x', '0', '-1', '+1', '01', '1.5', '1 2'),
    [ 'an appid that is taken', qr/--appid: id is already taken/,
        '--appid', $moved{appid} ],
    [ 'an appid that is an appkey', qr/--appid: id is already taken/,
        '--appid', '31415926' ],
    [ 'an appkey that is taken', qr/--appkey: id is already taken/,
        '--appkey', $moved{appkey} ],
    [ 'an appkey that is an appid', qr/--appkey: id is already taken/,
        '--appkey', $moved{appid} ],
    (map { [ "appkey $_", qr/--appkey: /, '--appkey', $_ ] }
        'a b', "a\tb", '会', 'k' x 65),
    (map { [ "appsecret $_", qr/--appsecret: too weak/, '--appsecret', $_ ] }
        'short-1234567', '1' x 40, 'abababababababababab',
        'with a blank in it 123', '密码密码密码密码密码密码密码密码',
        'abcdefgh' x 9),
    [ 'a secret that is the key', qr/--appsecret: too weak/,
        '--appkey', 'abcdefghij-12345', '--appsecret', 'abcdefghij-12345' ])
{
    my ($what, $pattern, @options) = @$case;
    refused($what, $pattern, qw(credential add), @options);
}

is(scalar @{ok_json(qw(credential list))}, 4, 'and none of these is there');

refused('a credential of no company', qr/company does not exist/,
    qw(credential add --company 3000));


# people

import_people('CSV', <<'END', read => 3, added => 3, departments_added => 2);
id,name,account,phone,department,memo,password
1,李华,lihua,13800000001,教务处,,secret
2,"Han ""Mei"", Dr.",hanmei,13800000002,教务处,"two
lines",
x3,=1+1,acc3,13800000003,Sports,,
END

import_people('the same ids again', "id,memo\n1,new\nx3,\n",
    read => 2, added => 0, updated => 2);
import_people('by account, where there is no id',
    "account,position\nhanmei,Chair\n", added => 0, updated => 1);
import_people('CRLF, a byte-order mark, blank lines',
    "\x{feff}id,name\r\n\r\n4,Four\r\n\r\n5,Five", read => 2, added => 2);
import_people('JSON lines',
    qq({"id":6,"name":"Six","department":"Sports"}\n\n)
    . qq({"id":"7","name":"Seven","phone":13800000007}\n),
    added => 2, departments_added => 0);
import_people('nothing but a header', "id,name\n", read => 0, failed => 0);

my $bad = import_people('bad lines among good ones', <<'END',
id,name,phone,account
20,Twenty,13800000020,
21,Taken,13800000001,
22,,,
23,Few
24,Good,13800000024,
,No id,,acc3
25,"Open
END
    read => 7, added => 2, updated => 1, failed => 4);

like($bad, qr/^meetingctl: line 3: phone: phone is already/m, 'a taken phone');
like($bad, qr/^meetingctl: line 4: name: missing/m, 'no name');
like($bad, qr/^meetingctl: line 5: number of cells/m, 'too few cells');
like($bad, qr/^meetingctl: line 8: quotes/m, 'a quote that is never closed');

$bad = import_people('bad JSON lines', <<"END", read => 4, failed => 4);
{"id":30,"name":true}
{"id":31,"name":"@{[ 'x' x 101 ]}"}
{"id":32,"name":"a","name":"b"}
nonsense
END

like($bad, qr/line 1: name: of the wrong type/, 'a wrong type');
like($bad, qr/line 2: name: too long/, 'too long');
like($bad, qr/line 3: name: given twice/, 'given twice');
like($bad, qr/line 4: not one valid JSON object/, 'no JSON');

refused('an unknown column', qr/unknown column: "nam"/,
    'user', 'import', sub {
        open my $file, '>', "$dir/typo.csv" or die $!;
        print $file "id,nam\n1,x\n";
        close $file;
        "$dir/typo.csv";
    }->());
refused('a file that is not there', qr/No such file/, qw(user import),
    "$dir/none");
refused('a company that is not there', qr/company does not exist/,
    qw(user import --company 3000 /dev/null));
refused('another format', qr/neither csv nor jsonl/,
    qw(user import --format xml /dev/null));


# An id that is a decimal number may be a number that came by itself.

ok_json(qw(company add --id 1001 --name Clash));
my @clash = (options => [qw(--company 1001)]);

import_people('a string id, a number by itself', <<'END', added => 2, @clash);
id,name,account,phone
T001,王老师,wang,13600000001
,李雷,lilei,13600000002
END

for (['1,学生一,s1,13600001001', qr/"王老师" \(id T001\).*"学生一"/],
    ['1,王老师,wang,13600000001', qr/"王老师"/],
    ['2,学生二,s2,13600001002', qr/"李雷".*"学生二"/])
{
    my ($line, $pattern) = @$_;

    like(import_people("a clash: $line", "id,name,account,phone\n$line\n",
            added => 0, updated => 0, failed => 1, @clash),
        qr/line 2: id: id is already taken.*$pattern/, 'tells both names');
}

import_people('the same phone', "id,name,phone,memo\n2,李雷,13600000002,x\n",
    updated => 1, @clash);
import_people('the same account', "id,account,memo\n2,lilei,y\n",
    updated => 1, @clash);


# Files as spreadsheets and people leave them.

ok_json(qw(company add --id 1002 --name Sheets));
my @sheets = (options => [qw(--company 1002)]);

my $quoted = import_people('an open quote in line 2 of 3,001',
    join("\n", 'id,name', 'q1,"Open', (map { "q$_,Person $_" } 2 .. 2999),
        'q3000,"Closed"', ''), read => 3000, added => 2999, failed => 1,
    @sheets);
is($quoted, "meetingctl: line 2: quotes: not an allowed value (bad_value)\n",
    'only its line is lost, and named');

sub import_file {
    my ($what, $bytes, %want) = @_;
    my $file = "$dir/sheet.csv";

    open my $out, '>:raw', $file or die $!;
    print $out $bytes;
    close $out;

    my ($rc, $json, $err) = run('', '--store', $store, qw(user import
        --company 1002), $file);

    is_deeply(decode($json || '{}'), { read => 2, added => 0, updated => 2,
        failed => 0, departments_added => 0, %want }, $what)
        or diag("exit $rc, errors: $err");
}

my $sheet = "id,name\nz1,张三\nz2,李四\n";

import_file('UTF-8', encode('UTF-8', $sheet), added => 2, updated => 0);
import_file('GBK', encode('GBK', $sheet));
import_file('UTF-16', encode('UTF-16', $sheet));
import_file('UTF-16LE, no mark', encode('UTF-16LE', $sheet));
import_file('CR only', encode('UTF-8', $sheet =~ tr/\n/\r/r));
import_file('semicolons', encode('UTF-8', $sheet =~ tr/,/;/r));
import_file('tabs', encode('UTF-8', $sheet =~ tr/,/\t/r));
import_file('sep=', encode('UTF-8', "sep=|\n" . $sheet =~ tr/,/|/r));
import_file('empty columns and rows', encode('UTF-8', $sheet =~ s/$/,,/mgr));

refused('a directory', qr/\Q$dir\E: Is a directory/, qw(user import), $dir);
refused('a workbook', qr/save it as CSV/, qw(user import), sub {
    open my $file, '>:raw', "$dir/book.xlsx" or die $!;
    print $file "PK\x03\x04\x14\0\0\0";
    close $file;
    "$dir/book.xlsx";
}->());


# Damage by spreadsheets, told before anything is written.

ok_json(qw(company add --id 1003 --name Damage));

my $damaged = <<"END";
id,name,account,phone,department
2.02301E+11,Short,s1,13600000001,
c15\x{a0},Blank,\x{3000}c15 ,1.36E+10,
c16 ,Blank,c16 ,="13912345678",教务处\x{3000}
３０,Wide,wide,'+86 139-1234-5679,教务处
C16,Twin,x16,,
30,Again,,,
=1+1,Formula,formula,010-62781234,
END

my @told;

for my $dry (1, 0) {
    push @told, import_people('damage', $damaged,
        options => [qw(--company 1003), $dry ? '--dry-run' : ()],
        read => 7, added => 4, updated => 1, failed => 2,
        departments_added => 1);
    is(ok_json(qw(stat))->{position}, ok_json(qw(stat))->{entries}{journal},
        'sound');
    import_people('nobody is there', "id,name\nc16,\n", failed => 1,
        options => [qw(--company 1003 --dry-run)]) if $dry;
}

is($told[0], $told[1], 'a dry run tells the same');
like($told[0], qr/line 2: id: .*shortened.*format the column as text/,
    'an id');
like($told[0], qr/line 3: phone: .*shortened/, 'a phone');
like($told[0], qr/line 6: warning: id "C16" looks like "c16" in line 4/,
    'a twin');
like($told[0], qr/line 7: warning: id "30" stands in line 5, too/,
    'the same id');
is(scalar(() = $told[0] =~ /\n/g), 4, 'no other warning');
like(import_people('a twin of the store', "id,name,account\nC18,F,FORMULA\n",
    added => 1, options => [qw(--company 1003)]),
    qr/line 2: warning: the line looks like "Formula"/, 'its account');
import_people('the same people in plain writing', <<'END',
account,phone,memo
c16,139 1234 5678,x
wide,008613912345679,y
END
    updated => 2, options => [qw(--company 1003)]);


my $many = join '', "id,name,department\n",
    map { "p$_,Person $_,Dept @{[ $_ % 7 ]}\n" } 1 .. 1203;
import_people('several groups', $many, added => 1203, departments_added => 7);


# rooms and meetings

is(ok_json(qw(room add --id r1 --name), 'Room 1')->{number}, 1, 'a room');
refused('its id again', qr/--id: id is already taken/,
    qw(room add --id r1 --name x));

my $meeting = ok_json(qw(meeting add --creator 1), '--leaders', '1,2',
    '--people', '1,2,x3,4', qw(--room r1 --subject), '开学典礼');
is($meeting->{number}, 1, 'a meeting');
is($meeting->{people}, 4, 'with its people');
is($meeting->{life}, 1, 'under way');

is_deeply(ok_json(qw(meeting show --meeting 1)), $meeting, 'shown by number');
is_deeply(ok_json(qw(meeting show --meeting), $meeting->{id}), $meeting,
    'and by id');
refused('a person nobody knows', qr/--people: user does not exist/,
    qw(meeting add --creator 1 --subject x --people), '1,nobody');
refused('the room is taken', qr/room is booked/,
    qw(meeting add --creator 1 --subject x --room r1));
refused('no such meeting', qr/meeting does not exist/,
    qw(meeting show --meeting 99));
refused('a meeting of another company', qr/meeting does not exist/,
    qw(meeting show --company 2000 --meeting 1));

my $links = ok_json(qw(meeting links --meeting 1 --base https://m.example/));
like($links->{attendeeJoinUrl}, qr{^https://m\.example/k/[\w-]{11}$},
    'a link for attendees');
like($links->{hostJoinUrl}, qr{^https://m\.example/k/[\w-]{11}$},
    'a link for the host');
isnt($links->{attendeeJoinUrl}, $links->{hostJoinUrl}, 'not the same');


# exports of a meeting that nobody signed into

($rc, $out, $err) = run('', '--store', $store, qw(checkin export --meeting 1));
like($out, qr/^\x{feff}user,id,name,account,.*\r\n\z/, 'CSV: only the header');
($rc, $out, $err) = run('', '--store', $store,
    qw(checkin export --no-bom --meeting 1));
like($out, qr/^user,id,name,account,.*\r\n\z/, 'without a byte-order mark');
($rc, $out, $err) = run('', '--store', $store,
    qw(checkin export --meeting 1 --format jsonl));
is($out, '', 'JSON lines: none');
refused('an export in another form', qr/neither csv nor jsonl/,
    qw(checkin export --meeting 1 --format xml));
refused('a zone nobody knows', qr/--timezone/,
    qw(checkin export --meeting 1 --timezone Mars/Olympus));


# the version

my ($version) = slurp("$FindBin::Bin/../src/base/mt_version.h")
    =~ /MT_VERSION  "(\d+\.\d+\.\d+)"/;

for my $option (qw(--version -V)) {
    ($rc, $out, $err) = run('', $option);
    is($rc, 0, "$option");
    like($out, qr/^meetingctl \Q$version\E, store format \d+\n\z/,
        'version and format');
}


# the store

is(ok_json('verify')->{ok}, JSON::PP::true, 'the store is whole');

my $stat = ok_json('stat');
is($stat->{entries}{company}, 5, 'stat counts');
is($stat->{position}, $stat->{entries}{journal}, 'each change is journalled');

ok_json('backup', "$dir/copy");
refused('a backup over a store', qr/holds a store/, 'backup', "$dir/copy");

$store = "$dir/copy";
$stat->{entries}{meta}++;              # the copy is marked
is_deeply(ok_json('stat')->{entries}, $stat->{entries},
    'the copy has the same entries');
is(ok_json('verify')->{ok}, JSON::PP::true, 'and is whole');

$store = "$dir/in";
refused('a file for a store', qr/./, 'stat');

done_testing();
