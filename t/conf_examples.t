#!/usr/bin/perl

# The example configurations load, with this machine's paths put in.

use strict;
use warnings;

use File::Basename;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Docs;

my $dir = tempdir(CLEANUP => 1);

Meeting::Docs::make_secrets($dir);


my @examples = glob "$Meeting::Docs::TOP/conf.examples/*.conf";

is(scalar(grep { /(?:minimal|production|all-dialects)\.conf$/ } @examples), 3,
    'a minimal, a production and an all-in-one example');

for my $example (@examples) {
    my $name = basename($example);

    my $text = Meeting::Docs::slurp($example);

    my ($passed, $out) = Meeting::Docs::test_config($dir, $text);
    ok($passed, "$name loads") or diag($out);
    unlike($out, qr/\[(?:warn|crit|alert)\]/, "$name: without a warning")
        if $> == 0;

    ok(!-e "$dir/store", "$name: and makes no store by being tested");

    ($passed, $out) = Meeting::Docs::test_config($dir,
        $text =~ s/meeting_api\s+weclubs/$&x/r);
    ok(!$passed, "$name: a typing slip is refused");
    like($out, qr/\[emerg\].*weclubsx.*meeting_api.*nginx\.conf:\d+/,
        "$name: and named with its line");
}

done_testing();
