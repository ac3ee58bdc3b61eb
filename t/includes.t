#!/usr/bin/perl

# The order of the layers and a few habits that no compiler checks.

use strict;
use warnings;

use File::Find;
use FindBin;
use Test::More;

my $top = "$FindBin::Bin/..";

# The layers, and the others whose headers each may include.

my %sees = (
    base       => [],
    model      => [qw(base)],
    json       => [qw(base model)],
    file       => [qw(base model)],
    store      => [qw(base model)],
    commit     => [qw(base model store)],
    domain     => [qw(base model file store commit)],
    dialect    => [qw(base model file json domain)],
    background => [qw(base model store domain)],
    event      => [qw(base model json store domain dialect background)],
    service    => [qw(base model file json store commit domain dialect
                      background event)],
    ctl        => [qw(base model json file store domain dialect background
                      event)],
    ngx_module => [qw(base model file json store commit domain dialect
                      background event service)],
);

# The rooms of the domain, and what each may include and call; the registry of
# operations, which names them all, stands above them.

my %rooms = (
    kernel    => [],
    view      => [qw(kernel)],
    directory => [qw(kernel view)],
    auth      => [qw(kernel view directory)],
    meeting   => [qw(kernel view directory)],
    series    => [qw(kernel view directory meeting)],
    checkin   => [qw(kernel view directory auth meeting)],
    read      => [qw(kernel view directory meeting)],
    notify    => [qw(kernel view directory meeting)],
    purge     => [qw(kernel view directory meeting read notify registry)],
    verify    => [qw(kernel view directory meeting notify registry)],
);

# Functions that do not know where a counted string ends.  One place turns a
# terminated string into a counted one; zones have terminated names.

my $banned = qr/\b(strn?(?:case)?cmp|strn?cpy|strn?cat|v?sprintf|strlen
                   |strtok|strstr|strchr|sscanf|ato[il]+|gets
                   |strto(?:u?ll?|[df]|ld)|alloca|tmpnam|mktemp
                   |s?rand(?:om)?|system|popen)\s*\(/x;
my %may = (
    'src/base/mt_base.h' => 'strlen',
    'src/base/mt_zone.c' => 'strchr',
);

# Files that read or write big-endian integers which are not in a key or a
# value of the store, where src/store/mt_keys.[ch] alone knows the offsets.

my %big_endian = map { $_ => 1 } qw(
    src/base/mt_base.h
    src/commit/mt_machine.c
    src/domain/auth/mt_session.c
    src/domain/auth/mt_token.c
    src/domain/checkin/mt_qr.c
    src/domain/meeting/mt_attendee.c
    src/event/mt_dingtalk.c
    src/file/mt_image_png.c
    src/store/mt_keys.c
    src/store/mt_keys.h
    src/store/mt_near.c
    src/store/mt_wal.c
);

my @sources = files(qr/\.[ch]$/, 'src', 'ngx_module');


sub files {
    my ($what, @dirs) = @_;
    my @found;

    find({ no_chdir => 1, wanted => sub {
        push @found, $File::Find::name if -f && $_ =~ $what;
    } }, grep { -d } map { "$top/$_" } @dirs);

    return sort map { s{^\Q$top/}{}r } @found;
}


sub lines {
    my ($file) = @_;

    open my $in, '<:encoding(UTF-8)', "$top/$file" or die "$file: $!";
    chomp(my @lines = <$in>);

    return @lines;
}


# The code alone, in as many lines: no comments, no string's content.

sub code {
    my $text = join "\n", @_;

    $text =~ s{("(?:[^"\\\n]|\\.)*")|/\*.*?\*/}
              {defined $1 ? '""' : "\n" x ($& =~ tr/\n//)}gse;

    return split /\n/, $text;
}


# Calls from one room of the domain to another that it may not see, by the
# symbols of the built objects; none where nothing is built.

sub room_calls {
    my (%room_of, %calls, @found);

    for my $object (glob "$top/build/obj/domain/*/*.o") {
        my ($room, $name) = $object =~ m{([^/]+)/([^/]+)\.o$};

        next unless -e "$top/src/domain/$room/$name.c";

        for (qx(nm '$object')) {
            my ($type, $symbol) = /(\w) (\S+)$/ or next;

            $room_of{$symbol} = $room if $type =~ /[TDRB]/;
            $calls{$symbol}{"$room/$name"} = $room if $type eq 'U';
        }
    }

    for my $symbol (sort keys %calls) {
        my $to = $room_of{$symbol} or next;

        for my $from (sort keys %{ $calls{$symbol} }) {
            my $room = $calls{$symbol}{$from};

            push @found, "$from: $symbol of $to"
                unless grep { $_ eq $to } $room, @{ $rooms{$room} };
        }
    }

    return @found;
}


sub complain {
    my ($what, @at) = @_;

    is(join("\n", @at), '', $what);
}


# One layer may include no other header of another.

my %header = (
    'domain commit' => 'mt_machine.h',
);

my (@direction, @rooms, @nginx, @functions, @width, @marks, @keys);

for my $file (@sources) {
    my ($layer) = $file =~ m{^(?:src/)?([^/]+)/};
    my @lines = lines($file);
    my @code = code(@lines);

    die "no layer is named $layer" unless $sees{$layer};

    for my $i (0 .. $#lines) {
        my $at = "$file:" . ($i + 1);

        if ($lines[$i] =~ /^\s*#\s*include\s+"(?:([^\/"]+)\/)?/) {
            my $from = $1 // ($layer eq 'ngx_module' ? $layer : '');

            push @direction, "$at: $lines[$i]"
                unless grep { $_ eq $from } $layer, @{ $sees{$layer} };

            my $only = $header{"$layer $from"};

            push @direction, "$at: $lines[$i]"
                if $only && $lines[$i] !~ m{/\Q$only\E"};
        }

        if ($lines[$i] =~ m{^\s*#\s*include\s+"domain/(?:(\w+)/)?}
            && $file =~ m{^src/domain/(\w+)/})
        {
            my ($room, $from) = ($1, ($lines[$i] =~ m{"domain/(\w+)/})[0]
                                      // 'registry');

            push @rooms, "$at: $lines[$i]"
                unless grep { $_ eq $from } $room, @{ $rooms{$room} };
        }

        push @nginx, $at
            if $layer ne 'ngx_module' && $lines[$i] =~ /\bngx_/i;
        push @width, $at if length $lines[$i] > 79 || $lines[$i] =~ /\t| $/;
        push @marks, $at if $lines[$i] =~ /\b(TODO|FIXME|XXX|HACK)\b/;

        if (($code[$i] // '') =~ $banned && $1 ne ($may{$file} // '')) {
            push @functions, "$at: $1";
        }
    }
}

# No other file puts a key together from its parts, steps into its bytes, or
# has integers of the store's byte order without need.

for my $file (@sources, files(qr/\.[ch]$/, 'scripts')) {
    next if $file =~ m{^src/store/mt_keys\.[ch]$};

    my @code = code(lines($file));

    for my $i (0 .. $#code) {
        push @keys, "$file:" . ($i + 1)
            if $code[$i] =~ /\bmt_key_(?:init|part|str|u(?:8|32|64)|\w+_at)\b/
               || ($file !~ m{^src/(?:json|store)/}
                   && $code[$i] =~ /\bkey(?:\.|->)data\s*[+\[]/)
               || (!$big_endian{$file}
                   && $code[$i] =~ /\bmt_(?:get|put)_u(?:32|64)\b/);
    }
}

cmp_ok(scalar @sources, '>', 20, 'the sources are found');
complain('includes go from higher layers to lower ones', @direction);
complain('and so they do between the rooms of the domain', @rooms);
complain('calls do, too', room_calls());
complain('no name of nginx in the engine', @nginx);
complain('no function for terminated strings', @functions);
complain('79 columns, no tabs, no blanks at line ends', @width);
complain('nothing is marked as unfinished', @marks);
complain('the key codec alone knows where the parts of a key lie', @keys);
complain('files stay below 1,200 lines',
    grep { lines($_) > 1200 }
        @sources, files(qr/\.([cht]|pm|pl|conf)$/, 't', 'conf.examples'),
        files(qr/./, 'scripts'));

# A unit is a .c file with the header of its name.  A circle of units cannot be
# read in any order, so the glue has none.

my %includes;

for my $file (grep { m{^ngx_module/} } @sources) {
    my ($unit) = $file =~ m{([^/]+)\.[ch]$};

    $includes{$unit}{$_} = 1
        for grep { $_ ne $unit }
            map { /^\s*#\s*include\s+"([^\/"]+)\.h"/ ? $1 : () } lines($file);
}

cmp_ok(scalar keys %includes, '>', 10, 'the units are found');
complain('no circle of includes in the glue', circles());


# Takes away each unit that includes none of the others, or that none of them
# includes: circles are left, and the paths between them.

sub circles {
    my %left = map { $_ => 1 } keys %includes;
    my @free;

    do {
        my %included = map { $_ => 1 } map { keys %{ $includes{$_} } }
            keys %left;

        @free = grep {
            !$included{$_} || !grep { $left{$_} } keys %{ $includes{$_} }
        } keys %left;

        delete @left{@free};
    } while (@free);

    return sort keys %left;
}


# The codec's test and fuzzer have to know every model that is stored or travels
# in a command; and a fuzzer needs examples, except where any bytes will do.

my $models = join "\n", lines('t/unit/models.h');

complain('every model is in t/unit/models.h',
    grep { $models !~ /&mt_\Q$_\E_model\b/ }
        map { join("\n", lines($_)) =~ /^MT_DECLARE_MODEL\((\w+),/mg }
            'src/model/mt_records.h', 'src/domain/kernel/mt_args.h');
complain('every fuzzer has examples',
    grep { !/^(?:record|recurrence)$/ && !-d "$top/t/fuzz/corpus/$_" }
        map { m{(\w+)\.c$} } files(qr/\.c$/, 't/fuzz'));

done_testing();
