#!/usr/bin/perl

# What README.md says: the tour works as pasted, and directives and variables
# are those of the module.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use FindBin;
use IO::Socket::INET;
use JSON::PP;
use Test::More;

my $top = abs_path("$FindBin::Bin/..");
my $dir = tempdir(CLEANUP => 1);
my $readme = slurp("$top/README.md");
my $port = free_port();

chdir $top or die $!;

END {
    local $?;
    qx(scripts/run --dir $dir --stop);
}


sub free_port {
    return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        ->sockport;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!";
    local $/;

    return scalar <$in>;
}


# the first two commands

my ($first) = $readme =~ /\n```\n(.*?)```/s;
is($first, "scripts/run\nscripts/test\n", 'the two commands stand first');


# directives and variables

my $sources = join '', map { slurp($_) } glob 'ngx_module/*.c';

for my $kind ([ directives => qr/\{ ngx_string\("(meeting_\w+)"\),\s+NGX_HTTP/,
                qr/^### (meeting_\w+)$/m ],
              [ variables => qr/ngx_string\("(meeting_\w+)"\), ngx_http/,
                qr/^\| `\$(meeting_\w+)` \|/m ])
{
    my ($what, $in_source, $in_readme) = @$kind;
    my @there = sort $sources =~ /$in_source/g;

    cmp_ok(scalar @there, '>', 3, "the module has $what");
    is_deeply([ sort $readme =~ /$in_readme/g ], \@there,
        "the same $what as in the module");
}

for my $section ($readme =~ /^(### meeting_.*?)(?=^##)/msg) {
    my ($name) = $section =~ /^### (\w+)/;

    my $form = join '<br>\n', "\\*\\*Syntax:\\*\\* `$name .*`",
        '\*\*Default:\*\* .*', '\*\*Context:\*\* (?:http|location)';

    like($section, qr/$form/, "$name: syntax, default, context");
}

my @links = $readme =~ /\]\(#([\w-]+)\)/g;
my %anchors = map { lc(s/[^\w -]//gr) =~ s/ /-/gr => 1 }
    $readme =~ /^#+ (.*)$/mg;
is_deeply([ grep { !$anchors{$_} } @links ], [], 'its links lead somewhere');


# the tour, the morning after it, and the invitation

my ($tour) = $readme =~ /^## A two-minute tour\n(.*?)^## Your own server/ms;
my $receiver_port = free_port();
my $node = grep { -x "$_/node" } split /:/, $ENV{PATH};

# without Node.js all but the end of it
$tour =~ s/^## Told as it happens\n.*//ms unless $node;

my $script = join "\n", $tour =~ /^```sh\n(.*?)^```/msg;

$script =~ s{run/}{$dir/}g;
$script =~ s{8090}{$receiver_port}g;

my $started = qx(scripts/run --dir $dir --port $port 2>&1);
is($?, 0, 'scripts/run') or BAIL_OUT($started);

open my $out, '>', "$dir/tour.sh" or die $!;
print $out $script;
close $out;

my $said = qx(sh -eu $dir/tour.sh 2>&1);
is($?, 0, 'the tour as pasted') or diag($said);

my @all = map { decode_json($_) } $said =~ /^(\{.*\})$/mg;
my @answers = grep { exists $_->{result_code} } @all;
my @office = grep { exists $_->{code} } @all;
my @invited = grep { exists $_->{status} } @all;
my @repeated = grep { exists $_->{errorCode} } @all;

is_deeply([ map { $_->{result_code} } @answers ], [ 2000, 2000, 3000, 2000 ],
    'logged in, signed in, refused, read') or diag($said);
is_deeply([ map { "$_->{student_id}:$_->{is_sign}" }
            @{ $answers[-1]{data}{participation} // [] } ],
    [ '1:0', '2:1', '3:0' ], 'person 2 is there');
like($said, qr/^2,2,.*,2,1\r?$/m, 'and in the export');

my @told = $node ? (10000) : ();

is_deeply([ map { $_->{code} } @office ],
    [ 10000, 71001, 10000, 10000, 71012, @told ],
    'moved, refused, listed, cancelled, gone') or diag($said);
is(scalar @{ $office[2]{value} // [] }, 1, 'one meeting is listed');
like($office[1]{message} // '', qr/room is booked/, 'the room is taken');

is_deeply([ map { $_->{errorCode} } @repeated ],
    [ 0, 0, 0, $node ? 0 : () ],
    'weekly, listed, cancelled') or diag($said);

is_deeply([ map { $_->{status} } @invited ], [ 0, 0, 0 ],
    'deleted, looked at, found by its link') or diag($said);
is_deeply([ map { $_->{remind} ? 'yes' : 'no' }
            @{ $invited[1]{data}{detail}{members} // [] } ],
    [ 'no', 'yes' ], 'one is not reminded');
is($invited[2]{result}[0]{status}, 1, 'the conference');
like($said, qr{^<title>例会</title>$}m, 'and its page');


SKIP: {
    skip 'no Node.js', 3 unless $node;

    my @events = grep { exists $_->{event_type} } @all;
    my @shown = grep { exists $_->{lag_seconds} } @all;

    is_deeply([ map { "$_->{seq} $_->{event_type}" } @events ],
        [ '1 dept_add', '2 book_success' ], 'both are told') or diag($said);
    is_deeply([ map { "$_->{state} $_->{delivered} $_->{pending}" } @shown ],
        [ 'delivering 2 0', 'paused 2 0' ], 'delivered, paused');
    is($events[1]{value}[0]{subject}, "\x{53d1}\x{5e03}\x{4f1a}",
        'as h5yes has it');
}

done_testing();
