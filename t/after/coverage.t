#!/usr/bin/perl

# How many of the branches of src/ all the tests before have taken, by gcov's
# counts in build/coverage.  Prints a table, the least covered file first, and
# writes build/coverage/uncovered.txt: each line with a branch that was never
# taken, with its text.

use strict;
use warnings;

use File::Find;
use FindBin;
use JSON::PP;
use Test::More;

my $LEAST = 85;             # per cent

chdir "$FindBin::Bin/../.." or die $!;

my $dir = 'build/coverage';
my @notes;

find({ wanted => sub { push @notes, $_ if /\.gcno\z/ }, no_chdir => 1 }, $dir)
    if -d $dir;

plan skip_all => "nothing was counted (scripts/test)" unless @notes;

my %taken;                  # file => line => [ times for each branch ]

for my $notes (@notes) {
    count($_) for @{ gcov($notes)->{files} };
}

my %rows = map { $_ => row($_) } sort keys %taken;
my ($all, $took) = (0, 0);

for my $row (values %rows) {
    $all += $row->{all};
    $took += $row->{taken};
}

my $percent = $all ? 100 * $took / $all : 0;

diag(sprintf '%-40s %8s %8s %7s', 'branches of', 'all', 'taken', '%');
diag(sprintf '%-40s %8d %8d %7.1f', $_, @{ $rows{$_} }{qw(all taken percent)})
    for sort { $rows{$a}{percent} <=> $rows{$b}{percent} } keys %rows;
diag(sprintf '%-40s %8d %8d %7.1f', 'src', $all, $took, $percent);

save("$dir/uncovered.txt");
diag("the lines of the others: $dir/uncovered.txt");

is(join(' ', grep { !-e "$dir/obj/" . s{^src/(.*)c$}{$1gcno}r } sources()), '',
    'every file is counted');
cmp_ok($percent, '>=', $LEAST,
    sprintf '%.1f %% of the branches of src were taken', $percent);

done_testing();


sub gcov {
    my ($notes) = @_;

    open my $out, '-|', "gcov --branch-probabilities --json-format --stdout "
        . "'$notes' 2> /dev/null" or die "gcov: $!";
    local $/;

    return decode_json(<$out> || '{"files":[]}');
}


# A source is compiled twice, into the module and into the library: it counts
# once, and a branch is taken when it was in either.

sub count {
    my ($file) = @_;
    my ($name) = $file->{file} =~ m{(?:\A|/)(src/.*\.[ch])\z} or return;

    return unless -e $name;             # nginx has a src, too

    for my $line (@{ $file->{lines} }) {
        my $i = 0;

        $taken{$name}{$line->{line_number}}[$i++] += $_->{count}
            for @{ $line->{branches} };

        $taken{$name} ||= {};
    }

    return;
}


sub row {
    my ($name) = @_;
    my @branches = map { @$_ } values %{ $taken{$name} };
    my $took = grep { $_ } @branches;

    return { all => scalar @branches, taken => $took,
        percent => @branches ? 100 * $took / @branches : 100 };
}


sub sources {
    my @found;

    find({ wanted => sub { push @found, $_ if /\.c\z/ }, no_chdir => 1 },
        'src');

    return sort @found;
}


sub save {
    my ($path) = @_;

    open my $out, '>', $path or die "$path: $!";

    for my $name (sort keys %taken) {
        open my $source, '<', $name or die "$name: $!";
        my @text = <$source>;

        for my $number (sort { $a <=> $b } keys %{ $taken{$name} }) {
            my @branches = @{ $taken{$name}{$number} };
            my $missed = grep { !$_ } @branches;

            printf $out "%s:%d: %d of %d:%s", $name, $number, $missed,
                scalar @branches, $text[$number - 1] =~ s/^\s*/ /r
                if $missed;
        }
    }

    close $out or die "$path: $!";

    return;
}
