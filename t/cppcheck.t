#!/usr/bin/perl

use strict;
use warnings;

use FindBin;
use Test::More;

chdir "$FindBin::Bin/.." or die $!;

plan skip_all => 'cppcheck is not installed'
    if system('command -v cppcheck > /dev/null') != 0;

my $found = qx(cppcheck --enable=warning,portability,performance --quiet \\
    --max-configs=1 --inline-suppr --error-exitcode=1 -j2 -Isrc src 2>&1);

is($?, 0, 'cppcheck finds nothing') or diag($found);

done_testing();
