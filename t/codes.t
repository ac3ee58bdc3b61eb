#!/usr/bin/perl

# The table of statuses and codes in src/dialect/README.md is the product's.

use strict;
use warnings;

use FindBin;
use Test::More tests => 2;

my $top = "$FindBin::Bin/..";

open my $in, '<', "$top/src/dialect/README.md" or die $!;
my @table = grep { /^\| `\w+` \| .* \| -?\d+ \|$/ } <$in>;

my @codes = map { s/^# (?=\|)// ? $_ : () } qx($top/build/unit/codes);

cmp_ok(scalar @codes, '>', 60, 'the product has a list of codes')
    or diag('make -C src unit');
is_deeply(\@table, \@codes, 'the table has each of them');
