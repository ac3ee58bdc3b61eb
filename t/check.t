#!/usr/bin/perl

# scripts/check finds what it is there to find, in a clone of its own.

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use Test::More;

for my $program (qw(uncrustify cppcheck git)) {
    plan skip_all => "$program is not installed"
        if system("command -v $program > /dev/null") != 0;
}

my $top = "$FindBin::Bin/..";
my $dir = tempdir(CLEANUP => 1);

# The working tree's own script and tests, beside the sources as committed.

plan skip_all => 'this is no git checkout'
    if system("git clone -q -s '$top' '$dir' 2> /dev/null") != 0;

for my $file (qw(scripts/check t/language.t t/includes.t .uncrustify.cfg)) {
    system("cp -p '$top/$file' '$dir/$file'") == 0 or die "$file: $?";
}

chdir $dir or die $!;

my $good = <<'EOC';

#include "base/mt_base.h"


/* The test's own. */

int mt_good(int n);


int
mt_good(int n)
{
    return n + 1;
}
EOC


sub check {
    my ($text, @args) = @_;

    open my $out, '>', 'src/base/mt_good.c' or die $!;
    print $out $text;
    close $out;

    my $said = qx(scripts/check @args src/base/mt_good.c 2>&1);

    return $? >> 8, $said;
}


my ($rc, $said) = check($good);

is($rc, 0, 'a good file passes') or diag($said);
like($said, qr/^ok: $_/m, "$_ is looked at")
    for 'layout', 'cppcheck', 'includes and habits', 'language';

my %bad = (
    layout   => $good =~ s/\n\{\n/ {\n/r,
    cppcheck => $good =~ s/return n \+ 1;/int a[2]; a[0] = n; return a[n - n + 2];/r,
    'includes and habits' => $good =~ s/return n/return  (int) strlen("") + n/r,
    language => $good =~ s/The test's own/What the test has/r,
);

for my $name (sort keys %bad) {
    ($rc, $said) = check($bad{$name});
    is($rc, 1, "$name: a bad file fails");
    like($said, qr/^FAILED: $name\n.*mt_good\.c/ms, 'and is named');
}

# As a hook it looks at what is about to be committed.

symlink '../../scripts/check', '.git/hooks/pre-commit' or die $!;

my $commit = 'git -c user.name=t -c user.email=t@example.com commit -q -m t';

check($bad{language});
system('git add src/base/mt_good.c');
isnt(system("$commit > /dev/null 2>&1"), 0, 'the hook stops a bad commit');

check($good);
system('git add src/base/mt_good.c');
is(system("$commit > /dev/null 2>&1"), 0, 'and lets a good one pass');

done_testing();
