#!/usr/bin/perl

# Runs each fuzzer, or those that FUZZERS names, for FUZZ_SECONDS from its
# seeds (t/fuzz/corpus/NAME).

use strict;
use warnings;

use File::Basename;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

chdir "$FindBin::Bin/.." or die $!;

my $seconds = $ENV{FUZZ_SECONDS} // 20;
my @names = $ENV{FUZZERS} ? split ' ', $ENV{FUZZERS}
    : map { basename($_, '.c') } glob 't/fuzz/*.c';

plan skip_all => 'no fuzzers (make -C src fuzz)'
    unless @names && -x "build/fuzz/$names[0]";

for my $name (@names) {
    my $dir = tempdir(CLEANUP => 1);
    my $seeds = -d "t/fuzz/corpus/$name" ? "t/fuzz/corpus/$name" : '';
    my $out = qx(build/fuzz/$name -max_total_time=$seconds -timeout=10 \\
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=$dir/ \\
        $dir $seeds 2>&1);
    my ($runs) = $out =~ /number_of_executed_units:\s*(\d+)/;

    is($?, 0, "$name: ${\($runs // 0)} inputs")
        or diag(join "\n", grep { defined } (split /\n/, $out)[-40 .. -1]);
}

done_testing();
