#!/usr/bin/perl

# The language of comments: a sentence has a subject.  No comment and no
# paragraph of a document begins with a word that leaves the subject open.
#
#     perl -It/lib t/language.t [FILE ...]

use strict;
use warnings;

use FindBin;
use Test::More;

chdir "$FindBin::Bin/.." or die $!;

my $riddle = qr/(?:What|Who|Of|Where|Those|Whoever|Whatever|Whose)\b/;

# The beginning of a comment, by kind of file.

my %begins = (
    c    => qr{/\*+ \s* (?:\n \s* \* \s*)? ($riddle [^\n]*)}x,
    hash => qr{(?: ^ | \n [ \t]* \n) [ \t]* \# [ \t]* ($riddle [^\n]*)}x,
    md   => qr{(?: ^ | \n \n) (?: [-*] [ ]+ )? ($riddle [^\n]*)}x,
);


sub kind {
    my ($file) = @_;

    return 'c' if $file =~ m{\.[ch]$};
    return 'md' if $file =~ m{\.md$};
    return 'hash' if $file =~ m{\.(?:t|pm|conf|in)$|^scripts/[\w-]+$|Makefile$};
    return;
}


sub riddles {
    my ($file) = @_;
    my $kind = kind($file) or return;
    my @found;

    open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
    my $text = do { local $/; <$in> };

    while ($text =~ /$begins{$kind}/g) {
        my $line = 1 + (substr($text, 0, $-[1]) =~ tr/\n//);
        my $said = $1;

        # A question in a heading or a table is one that a reader asks.
        push @found, "$file:$line: $said" unless $said =~ /\?\s*$/;
    }

    return @found;
}


my @files = grep { -f } @ARGV ? @ARGV : split /\n/, qx(git ls-files);

ok(scalar(@files), 'files are found');
is(join("\n", map { riddles($_) } @files), '',
    'no comment begins without a subject');

done_testing();
