#!/usr/bin/perl

# scripts/run as a new user meets it: twice, stopped, empty, in the way of
# another server; and what it prints, pasted.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes ();

my $top = abs_path("$FindBin::Bin/..");
my $dir = tempdir(CLEANUP => 1);

# the workers' user comes to it, too
chmod 0711, $dir or die $!;
$dir .= '/a run';

my $port = free_port();
my %started;

END {
    local $?;
    run('--dir', $_, '--stop') for keys %started;
}


sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die $!;

    return $socket->sockport;
}


# scripts/run: (exit code, all that it printed).

sub run {
    my @args = map { s/'/'\\''/gr } @_;
    my $out = qx('$top/scripts/run' @{[ map { "'$_'" } @args ]} 2>&1);

    return $? >> 8, $out;
}


sub start {
    my ($dir, @args) = @_;

    $started{$dir} = 1;

    return run('--dir', $dir, @args);
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


sub status {
    my ($port) = @_;

    return HTTP::Tiny->new(timeout => 5)
        ->get("http://127.0.0.1:$port/status")->{status};
}


# the first time

my ($rc, $out) = start($dir, '--port', $port, '--workers', 2);

is($rc, 0, 'scripts/run') or BAIL_OUT($out);
is(status($port), 200, 'the server answers');
like($out, qr{answers at http://127\.0\.0\.1:$port$}m, 'and says where');

my $demo = decode_json(slurp("$dir/demo.json"));

SKIP: {
    skip 'not root', 2 if $> != 0;

    my ($master) = slurp("$dir/nginx.pid") =~ /(\d+)/;
    my @users = split ' ', qx(ps -o user= --ppid $master);

    is_deeply(\@users, [ ('www-data') x 2 ], 'the workers are not root\'s');
    is(getpwuid((stat "$dir/store/data.mdb")[4]), 'www-data',
        'the store is theirs');
}

is((stat "$dir/demo.json")[2] & 0777, 0600, 'demo.json is private');
is((stat "$dir/nginx.conf")[2] & 0777, 0600, 'nginx.conf too');
is($demo->{base_url}, "http://127.0.0.1:$port", 'base_url');
is($demo->{company_id}, 1000, 'company_id');
like($demo->{$_}, qr/^\w+$/, $_) for qw(appid appkey appsecret weclubs_secret);
is($demo->{room}{number}, 1, 'a room');
cmp_ok(scalar @{ $demo->{users} }, '>=', 2, 'people');
is(scalar(grep { $_->{id} ne $_->{number} || !length $_->{password}
                 || !length $_->{account} || !length $_->{phone} }
          @{ $demo->{users} }),
    0, 'each with id, number, account, phone and password');
cmp_ok($demo->{meeting}{number}, '>', 0, 'a meeting');
cmp_ok($demo->{meeting}{begin}, '<=', Time::HiRes::time() * 1000,
    'that has begun');
cmp_ok($demo->{meeting}{end}, '>', time * 1000, 'and not ended');


# what it says to try

my @lines = grep { /^curl / && !m{/status} } split /\n/, $out;

is(scalar @lines, 6, 'six requests to try');

my ($codes) = grep { / meeting codes / } split /\n/, $out;
is(scalar(grep { /"create_date":"?\d{16}/ } qx($codes)), 12,
    'and codes for a screen');

for my $line (@lines) {
    my $answer = eval { decode_json(qx($line)) } // {};
    my ($path) = $line =~ m{:\d+([^'?]+)};

    if ($path =~ m{^/api/v1/}) {
        is(join(' ', map { $_->{user} } @{$answer->{items}}), '1 3 4',
            "$path as printed");
        next;
    }

    is($answer->{result_code} // $answer->{code},
        $path =~ /api/ ? 10000 : 2000, "$path as printed")
        or diag(explain($answer));
}


# Queries hold secrets; a client's text cannot forge a line.

system('curl', '-s', '-o', '/dev/null',
    "http://127.0.0.1:$port/meeting/sign_meeting?secret=kept", '-d',
    '{"id":"1","data":{"user_id":"1 result=ok\"}"}}');

my @log = map { eval { decode_json($_) } // { bad => $_ } }
    split /\n/, slurp("$dir/access.log");

is_deeply([ map { $_->{bad} // () } @log ], [], 'the access log is JSON lines');
unlike(slurp("$dir/access.log"), qr/kept|$demo->{appsecret}/,
    'without secrets');

my $export = qx('$top/build/meetingctl' --store '$dir/store' \\
    checkin export --meeting $demo->{meeting}{number} --format jsonl);
is(eval { decode_json($export)->{user} }, 2, 'user 2 is signed in');

like(qx('$top/build/meetingctl' --store '$dir/store' verify), qr/"ok":true/,
    'the store is whole');


# addresses of nobody's are not answered by weclubs

for my $path ('/api/openapi/meeting', '/meeting/manage/settings/none') {
    my $answer = HTTP::Tiny->new(timeout => 5)
        ->post("http://127.0.0.1:$port$path", { content => '{}' });

    is($answer->{status}, 404, "$path: no such address");
    unlike($answer->{content}, qr/result_code/, 'not in its envelope');
}


# again, while it runs

($rc, $out) = start($dir, '--port', $port);
my $again = decode_json(slurp("$dir/demo.json"));

is($rc, 0, 'again') or diag($out);
like($out, qr/restarting/, 'a running server is restarted');
is_deeply($again->{users}, $demo->{users}, 'with the same people');
is($again->{appsecret}, $demo->{appsecret}, 'and secrets');
isnt($again->{meeting}{number}, $demo->{meeting}{number},
    'and a meeting that nobody signed into yet');


# stopped, and once more

($rc, $out) = run('--dir', $dir, '--stop');
is($rc, 0, '--stop') or diag($out);
isnt(status($port), 200, 'no longer answers');

($rc, $out) = run('--dir', $dir, '--stop');
is($rc, 0, '--stop of what does not run');

my $other_port = free_port();

($rc, $out) = start($dir, '--port', $other_port, '--timezone',
    'America/New_York');
is($rc, 0, 'on another port, in another zone') or diag($out);

my $third = decode_json(slurp("$dir/demo.json"));

is($third->{base_url}, "http://127.0.0.1:$other_port", 'base_url follows');
is($third->{meeting}{number}, $again->{meeting}{number},
    'a meeting that can still be signed into is kept');


# empty, and in the way of each other

my $empty = tempdir(CLEANUP => 1);

($rc, $out) = start($empty, '--empty', '--port', $other_port);
isnt($rc, 0, 'a port that is in use');
like($out, qr/Address already in use/, 'is told as such');

($rc, $out) = start($empty, '--port', $port);
is($rc, 0, 'another directory, another port') or diag($out);

my $bare = decode_json(slurp("$empty/demo.json"));
ok(!exists $bare->{users} && !exists $bare->{meeting} && $bare->{appkey},
    '--empty: a company and a credential only');
isnt($bare->{appkey}, $demo->{appkey}, 'of its own');


# what cannot be

for my $bad ([ '--port', 'http' ], [ '--workers', '-1' ], [ '--fly' ],
             [ '--timezone', '../etc' ], [ '--port' ])
{
    ($rc, $out) = run('--dir', $empty, @$bad);
    isnt($rc, 0, "refused: @$bad");
}

($rc, $out) = run('--dir', $empty, '--timezone', 'Mars/Olympus');
isnt($rc, 0, 'refused: a zone that there is not');
like($out, qr{--timezone: this system knows no zone "Mars/Olympus"},
    'which is said');
unlike($out, qr/ at .* line \d|malformed/, 'and nothing else');

done_testing();
