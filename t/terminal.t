#!/usr/bin/perl

# Names that users have chosen, in the output of meetingctl and in CSV over
# HTTP: no control character reaches a terminal or a file that people look at.

use strict;
use warnings;
use utf8;

use FindBin;
use JSON::PP;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Native;
use Meeting::Test;

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
CONF

$t->start();
$t->company();

# a title that rings and recolours, C1, DEL, and letters turned around

my $evil = "A\x{1b}]0;owned\x{7}\x{1b}[31mB\x{9b}C\x{7f}D";
my $turned = "pay\x{202e}01\x{2066}x\x{200b}y";

$t->import_users(
    { id => 'e', name => $evil, account => 'evil' },
    { id => 't', name => $turned, account => 'turned' },
    { id => 'z', name => "李华, \"Mei\"\nline", account => 'plain' },
);

sub bad {
    my ($text) = @_;

    return join ' ', map { sprintf '%04x', ord } $text =~ /([^\P{Cc}\t\r\n])/g;
}

my ($rc, $csv) = $t->ctl_run(qw(user list --format csv));
utf8::decode($csv);

is(bad($csv), '', 'CSV has no control character');
like($csv, qr/A\\u001b\]0;owned\\u0007\\u001b\[31mB\\u009bC\\u007fD/,
    'they are written as \uXXXX');
like($csv, qr/\Q$turned\E/, 'other letters stay in a file');
like($csv, qr/"李华, ""Mei""\nline"/, 'quotes and lines as they were');

($rc, my $lines) = $t->ctl_run(qw(user list --format jsonl));
utf8::decode($lines);
is(bad($lines), '', 'JSON lines neither');

my ($row) = grep { $_->{id} eq 'e' } map { decode_json(do {
    utf8::encode(my $line = $_); $line }) } grep { /\S/ } split /\n/, $lines;
is($row->{name}, $evil, 'and they decode to the same');

# at a terminal

sub terminal {
    my (@command) = @_;
    my $ctl = "'$t->{ctl}' --store '" . $t->store()
        . "' " . join ' ', map { "'$_'" } @command;
    my $out = qx(script -qec "$ctl" /dev/null < /dev/null 2>&1);

    utf8::decode($out);

    return $out;
}

SKIP: {
    skip 'no script', 4 if system('command -v script > /dev/null') != 0;

    for my $format (qw(csv jsonl)) {
        my $out = terminal(qw(user list --format), $format);

        is(bad($out), '', "$format at a terminal: no control character");
        unlike($out, qr/[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]/,
            'nothing that turns text around');
        like($out, qr/pay\\u202e01\\u2066x\\u200by/, 'but told');
    }

    my $out = terminal(qw(user show --user), "no\x{202e}body");
    unlike($out, qr/\x{202e}/, 'nor in messages');
}

# CSV over HTTP

my $csv_http = Meeting::Native->new(base => 'http://127.0.0.1:' . $t->port(),
    token => do {
        my $credential = $t->ctl(qw(credential add));
        my $r = $t->get("/api/v1/people?format=csv");
        is($r->{status} // $r->{http}, 401, 'a token is wanted');
        token($credential);
    })->call(GET => '/people', { format => 'csv' });

utf8::decode($csv_http->{text});
is(bad($csv_http->{text}), '', 'CSV of native has none');
like($csv_http->{text}, qr/A\\u001b\]0;owned/, 'they are written, too');

$t->finish();


sub token {
    my ($credential) = @_;

    require Meeting::H5yes;

    return Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
        %$credential)->token();
}
