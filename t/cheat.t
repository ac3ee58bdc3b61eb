#!/usr/bin/perl

# People who want to be marked present without being there, against signed
# codes: the table of src/dialect/weclubs.md, through a real server.

use strict;
use warnings;
use utf8;

use FindBin;
use Test::More;
use Time::HiRes qw(sleep time);

use lib "$FindBin::Bin/lib";
use Meeting::Test;
use Meeting::Weclubs;

binmode Test::More->builder->$_, ':utf8'
    for qw(output failure_output todo_output);

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /required/ {
            meeting_api       weclubs;
            meeting_qr_signed required;
        }

        location /off/ {
            meeting_api       weclubs;
            meeting_qr_signed off;
        }

        location /short/ {
            meeting_api       weclubs;
            meeting_qr_signed required;
            meeting_qr_valid  5s;
        }

CONF

$t->company($_) for 1000, 1001;
$t->import_users(map {
    { id => $_, name => "Person $_", account => "p$_" }
} 1 .. 30);
$t->ctl(qw(user import --company 1001), $t->write_file('tmp/other.csv',
    "id,name\n1,Ann\n2,Ben\n3,Cem\n"));

$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $app = Meeting::Weclubs->new(base => $base,
    secret => $Meeting::Test::SECRET, caller => 'cheat');
my %person = map { $_ => $app->login("p$_", 'hf@123456') } 1 .. 30;
my $next = 10;                      # people who have not signed in


sub meeting {
    my (@more) = @_;

    return $t->ctl(qw(meeting add --creator 1 --subject S), '--leaders', '1,2',
        '--people', join(',', 1 .. 30), @more)->{number};
}

# The codes of the next minute.

sub codes {
    my ($meeting, @more) = @_;

    return $t->ctl(qw(meeting codes --meeting), $meeting, @more);
}

# The code that the screen shows now, with at least `left` seconds to go.

sub shown {
    my ($meeting, $left, @more) = @_;
    my @codes = codes($meeting, @more);
    my ($now) = grep { $_->{from} <= time * 1000
        && $_->{until} > time * 1000 } @codes;

    if ($now->{until} - time * 1000 < ($left // 2) * 1000) {
        sleep $now->{until} / 1000 - time + 0.01;
        ($now) = grep { $_->{from} == $now->{until} } @codes;
    }

    return $now;
}

sub scan {
    my ($who, $meeting, $date, %more) = @_;
    my $prefix = delete $more{at} // '';

    my $answer = (bless { %{$person{$who}}, base => "$base$prefix" },
        'Meeting::Weclubs')->call('/meeting/sign_meeting', {
            meeting_id => $meeting, leader_id => 1, create_date => $date,
            %more
        });

    return "$answer->{code} $answer->{msg}";
}

sub now { return int(time * 1000) }


my $meeting = meeting();
my $code = shown($meeting);

is($code->{leader_id}, 1, 'codes are the creator\'s');
cmp_ok($code->{create_date}, '>', 2 ** 52, 'no milliseconds');
cmp_ok($code->{create_date}, '<', 2 ** 53, 'exact in JavaScript');

my @codes = codes($meeting);

is(scalar @codes, 12, 'twelve codes');
is($codes[11]{until} - $codes[0]{from}, 60000, 'are a minute');

like(scan(3, $meeting, $code->{create_date}), qr/^2000 /,
    'the code on the screen signs in');
like(scan(3, $meeting, $code->{create_date}), qr/^3000 .*已经签到/,
    'once');
like(scan(4, $meeting, $code->{create_date}, at => '/required'), qr/^2000 /,
    'where one is required, too');
like(scan(5, $meeting, $code->{create_date}, at => '/off'),
    qr/^3000 .*二维码时间在未来/, 'off: as a date far ahead');

# minted and guessed

like(scan(5, $meeting, now(), at => '/required'),
    qr/^3000 .*请扫描现场屏幕上的二维码/, 'numbers typed by hand: required');
like(scan(5, $meeting, $code->{create_date} + 1), qr/^3000 .*不是本次会议的二维码/,
    'one bit changed');
like(scan(5, $meeting, $code->{create_date} + 1, at => '/off'),
    qr/^3000 .*二维码时间在未来/, 'off: as a date far ahead');
like(scan(5, $meeting, 4503599627370496), qr/^3000 .*不是本次会议的二维码/,
    'a number without a MAC');

my @waits;

for (1 .. 30) {
    push @waits, scan(6, $meeting, $code->{create_date} + 1 + $_);
}

is(scalar(grep { /^3000 .*不是本次/ } @waits), 20, 'twenty guesses are judged');
is(scalar(grep { /^3000 .*错误的二维码过多/ } @waits), 10,
    'then the person waits');

my $late = shown($meeting);

like(scan(6, $meeting, $late->{create_date}), qr/^3000 .*错误的二维码过多/,
    'with the right code, too: else it would tell which is right');
like(scan(7, $meeting, $late->{create_date}), qr/^2000 /,
    'nobody else waits');
like(scan(6, $meeting, now()), qr/^2000 /,
    'nor the person, where a plain date will do');

my $status = $t->get('/status')->{json};

cmp_ok($status->{codes}{wrong}, '>=', 22, 'the status counts wrong codes');
cmp_ok($status->{codes}{limited}, '>=', 10, 'and those that came too soon');

# replayed elsewhere

my $second = meeting();

$code = shown($meeting);
like(scan(8, $second, $code->{create_date}), qr/^3000 .*不是本次会议的二维码/,
    'in another meeting');
like(scan(8, $meeting, $code->{create_date}, leader_id => 2),
    qr/^3000 .*不是本次会议的二维码/, 'as another leader\'s');
like(scan(8, $meeting, shown($meeting, 2, qw(--leader 2))->{create_date},
    leader_id => 2), qr/^2000 /, 'that leader has codes of their own');

my $foreign = $t->ctl(qw(meeting add --company 1001 --creator 1 --subject S),
    '--people', '1,2,3')->{number};

like(scan(9, $meeting, shown($foreign, 2, qw(--company 1001))->{create_date}),
    qr/^3000 .*不是本次会议的二维码/, 'of another company');

my ($rc, undef, $error) = $t->ctl_run(qw(meeting codes --meeting), $meeting,
    qw(--leader 3));

is($rc, 1, 'no codes for somebody who is not a host');
like($error, qr/not a sign-in leader/, 'with the reason');

# forwarded: a photograph, used at once and when it is old

$code = shown($meeting, 4);
like(scan($next++, $meeting, $code->{create_date}, at => '/required'),
    qr/^2000 /, 'relayed at once: passes, nobody can tell');
like(scan($next++, $meeting, $code->{create_date}, at => '/required',
    longitude => 113.4, latitude => 23.1), qr/^2000 /,
    'and so does a position that is made up');

sleep $code->{until} / 1000 - time + 0.2;
like(scan($next, $meeting, $code->{create_date}, at => '/short'),
    qr/^3000 .*二维码已过期/, 'meeting_qr_valid 5s: too old in the next slot');
like(scan($next++, $meeting, $code->{create_date}, at => '/required'),
    qr/^2000 /, 'by default it is not');

sleep $code->{from} / 1000 + 15 - time + 0.2;
like(scan($next, $meeting, $code->{create_date}, at => '/required'),
    qr/^3000 .*二维码已过期/, 'after 15 s it is too old');

($code) = grep { $_->{from} > now() } codes($meeting);
like(scan($next, $meeting, $code->{create_date}), qr/^3000 .*二维码时间在未来/,
    'a code that is not shown yet');

# codes that went astray are made void

$code = shown($meeting);
my $new = shown($meeting, 2, '--renew');

like(scan($next, $meeting, $code->{create_date}), qr/^3000 .*二维码已过期/,
    'renewed: the code shown before is void');
like(scan($next++, $meeting, $new->{create_date}), qr/^2000 /,
    'and the new one good');

# a policy of the meeting's own

codes($meeting, qw(--signed required));
like(scan($next, $meeting, now()), qr/^3000 .*请扫描现场屏幕上的二维码/,
    'the meeting requires what the location does not');
like(scan($next, $meeting, now(), at => '/off'),
    qr/^3000 .*请扫描现场屏幕上的二维码/, 'also where the location is off');
codes($meeting, qw(--signed off));
like(scan($next, $meeting, now(), at => '/required'),
    qr/^3000 .*请扫描现场屏幕上的二维码/, 'the stricter counts');
like(scan($next++, $meeting, now()), qr/^2000 /,
    'a plain date passes: its age is the client\'s word');

($rc, undef, $error) = $t->ctl_run(qw(meeting codes --meeting), $meeting,
    qw(--signed always));
is($rc, 1, 'a policy that is none');
like($error, qr/"always" is none of: off, optional, required/, 'is told so');

$t->verify();
$t->finish();
