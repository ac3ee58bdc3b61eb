#!/usr/bin/perl

# The documents: each command that they show works, each configuration loads,
# each link leads somewhere, and the lists in them are those of the program.
# CONTRIBUTING.md says how blocks are marked.
#
#     perl -It/lib t/docs.t [FILE.md ...]      # only these, blocks and links

use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use JSON::PP;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Docs;

my $top = $Meeting::Docs::TOP;
my $dir = tempdir('meeting-docs-XXXXXXXX', TMPDIR => 1, CLEANUP => 1);

# the workers' user comes to it, too
chmod 0711, $dir or die $!;
my @clones;

chdir $top or die $!;
binmode(Test::More->builder->$_(), ':encoding(UTF-8)')
    for qw(output failure_output todo_output);

END {
    local $?;
    $_->stop() for @clones;
}

my %doc = map { $_ => Meeting::Docs->new($_) } Meeting::Docs->all();
my @names = @ARGV ? @ARGV : sort keys %doc;
my $node = grep { -x "$_/node" } split /:/, $ENV{PATH};

my $config = "$dir/config";
mkdir $config;
Meeting::Docs::make_secrets($config);


for my $name (@names) {
    check_links($doc{$name});
    check_configurations($doc{$name});
    check_commands($doc{$name});
}

check_lists() unless @ARGV;

done_testing();


# Links, anchors, and files that are named.

sub check_links {
    my ($doc) = @_;
    my @dead;

    for my $link ($doc->links()) {
        my ($target, $line) = @$link;
        my ($file, $anchor) = $doc->resolve($target) or next;

        push @dead, "line $line: $target"
            if !-e $file
                || defined $anchor
                   && !($doc{$file} && $doc{$file}->anchors()->{$anchor});
    }

    for my $path ($doc->paths()) {
        my ($file, $line) = @$path;
        push @dead, "line $line: $file" unless grep { -e } glob $file;
    }

    is(join("\n", @dead), '', $doc->name() . ': its links lead somewhere');
}


sub check_configurations {
    my ($doc) = @_;
    my @before;

    for my $block (grep { $_->{lang} eq 'nginx' } $doc->blocks()) {
        my ($context, $said)
            = Meeting::Docs::test_part($config, $block->{text}, \@before);

        ok($context, $doc->name() . ":$block->{line}: nginx takes it")
            or diag($said);
    }
}


# The shell blocks of a document, in one shell; "output" blocks after them.

sub check_commands {
    my ($doc) = @_;
    my @blocks = $doc->blocks();
    my (@run, %expected);

    for my $i (0 .. $#blocks) {
        my $block = $blocks[$i];

        if ($block->{lang} eq 'output') {
            my $before = $i ? $blocks[$i - 1] : { lang => '' };
            is($before->{lang}, 'sh',
                $doc->name() . ":$block->{line}: the output of a command");
            $expected{$before->{line}} = $block->{text};
            next;
        }

        next if $block->{lang} ne 'sh' || $block->{mark} eq 'norun';
        last if $block->{mark} eq 'node' && !$node;

        ok($block->{mark} =~ /^(?:node)?$/,
            $doc->name() . ":$block->{line}: its mark is known");
        push @run, $block;
    }

    return unless @run;

    my $clone = Meeting::Docs::make_clone("$dir/" . @clones);
    push @clones, $clone;

    # A document that starts with scripts/run starts its server itself.

    if ($run[0]{text} !~ m{^scripts/run\b}m) {
        my $said = $clone->start();
        is($said, '', $doc->name() . ': its server starts') or return;
    }

    my $script = join '', map {
        "echo; echo '## block $_->{line}'\n" . $clone->localize($_->{text})
    } @run;

    my ($status, $written) = $clone->run($script, 240);
    my %written = $written =~ /^## block (\d+)\n(.*?)(?=^## block |\z)/msg;
    my ($last) = reverse grep { exists $written{$_->{line}} } @run;

    is($status, 0, $doc->name() . ': its commands work')
        or diag('in the block of line ', $last ? $last->{line} : '?', ":\n",
                $written{$last ? $last->{line} : ''} // $written);

    for my $block (grep { exists $expected{$_->{line}} } @run) {
        my $pattern = pattern($clone->localize($expected{$block->{line}}));

        like($written{$block->{line}} // '', $pattern,
            $doc->name() . ":$block->{line}: and print what it says");
    }

    my @bad = grep { /\[(?:alert|crit|emerg)\]/ }
        split /\n/, Meeting::Docs::slurp($clone->dir() . '/run/error.log');
    is(join("\n", @bad), '', $doc->name() . ': nothing bad in the error log');

    $clone->stop();
}


# The lines of an output block, in order; "…" stands for anything in a line.

sub pattern {
    my ($text) = @_;

    my $lines = join '.*?', map {
        '^' . join('[^\n]*', map { quotemeta } split /\x{2026}/, $_, -1) . '\r?$'
    } split /\n/, $text;

    return qr/$lines/ms;
}


sub check_lists {
    my $module = $doc{'ngx_module/README.md'};
    my $text = $module->text();
    my $sources = join '', map { Meeting::Docs::slurp($_) }
        glob 'ngx_module/*.[ch]';

    # directives

    my %name = (MAIN => 'http', SRV => 'server', LOC => 'location');
    my %context;

    while ($sources =~ /\{ ngx_string\("(meeting_\w+)"\),\s+([A-Z_0-9|]+)/g) {
        my ($directive, $flags) = ($1, $2);
        $context{$directive} = join ', ', map { $name{$_} }
            $flags =~ /NGX_HTTP_(MAIN|SRV|LOC)_CONF/g;
    }

    cmp_ok(scalar keys %context, '>', 20, 'the module has directives');
    is_deeply([ sort $text =~ /^### (meeting_\w+)$/mg ],
        [ sort keys %context ], 'each is documented, and no other');
    is_deeply([ sort map { $_->[0] =~ /^\[(\w+)\]/ }
                $module->rows(qr/^\[meeting_/) ],
        [ sort keys %context ], 'and stands in the table');

    for my $section ($text =~ /^(### meeting_.*?)(?=^##|\z)/msg) {
        my ($directive) = $section =~ /^### (\w+)/;
        my $form = join '<br>\n', "\\*\\*Syntax:\\*\\* `$directive .*;`",
            '\*\*Default:\*\* \S.*',
            "\\*\\*Context:\\*\\* " . ($context{$directive} // 'none');

        like($section, qr/^### \w+\n\n$form\n\n\S/,
            "$directive: syntax, default, context, meaning");
    }

    # variables and their values

    is_deeply([ sort map { $_->[0] =~ /^`\$(\w+)`$/ }
                $module->rows(qr/^`\$meeting_/) ],
        [ sort $sources
            =~ /\bngx_string\("(meeting_\w+)"\)(?:, ngx_http|;)/g ],
        'each variable is documented, and no other');

    my ($operations, $reasons) = map { named_in($text, $_) }
        'Operations', 'Reasons';
    my $source = Meeting::Docs::slurp('src/domain/kernel/mt_codes.h');
    my %operation = map { $_ => 1 } $source =~ /^    O\(\d+,\s+(\w+),/mg;
    my @internal = grep { /^(?:company_|credential_|event_)/
        || /^(?:reminder_fire|journal_trim|room_release|session_expire)$/
        || /^(?:generation|import_told|meeting_purge|user_erase(?:_step)?)$/ }
        keys %operation;
    delete @operation{@internal};

    is_deeply([ sort grep { !/^(?:limit_\w+|deny)$/ } @$operations ],
        [ sort keys %operation ], 'each operation is documented');

    $source = Meeting::Docs::slurp('src/model/mt_status.h');
    is_deeply([ sort grep { !/^(?:limit_\w+|deny)$/ } @$reasons ],
        [ sort $source =~ /S\(\d+,\s+\w+,\s+"(\w+)"/g ],
        'and each reason');

    check_metrics($module);

    # commands of the tool, scenarios of the benchmark

    my ($commands) = qx(build/meetingctl --help) =~ /^Commands.*?\n((?:  .*\n)+)/ms;
    my @commands = $commands =~ /^  (\w+(?: \w+)?)  +\S/mg;
    my $ctl = $doc{'src/ctl/README.md'}->text();

    cmp_ok(scalar @commands, '>', 20, 'meetingctl has commands');
    is_deeply([ grep { $ctl !~ /(?:^#+ |`|\bmeetingctl )\Q$_\E\b/m } @commands ],
        [], 'each is documented');

    my ($scenarios) = qx(scripts/bench --help) =~ /^Scenarios.*?\n\n(.*?)\n\n/ms;
    my @scenarios = $scenarios =~ /^    (\w+)/mg;
    my $bench = $doc{'scripts/bench.d/README.md'}->text();

    cmp_ok(scalar @scenarios, '>', 10, 'the benchmark has scenarios');
    is_deeply([ grep { $bench !~ /^\| `$_\b/m } @scenarios ], [],
        'each is documented');

    check_names();
    check_readme();
}


# Names of the code that documents give in back-quotes are in the code.

sub check_names {
    my $code = join '', map { Meeting::Docs::slurp($_) }
        glob 'src/*/*.[ch] src/domain/*/*.[ch] ngx_module/*.[ch] t/unit/*.[ch]';
    my %there = map { $_ => 1 } $code =~ /\b(\w+)\b/g;
    my %named;

    for my $name (sort keys %doc) {
        $named{$_} //= $name for $doc{$name}->text()
            =~ /`((?:mt|ngx_http_meeting|MT)_(?!\w*(?:NAME|SYMBOL))\w*\w)(?:\(\))?`/g;
    }

    cmp_ok(scalar keys %named, '>', 50, 'documents name parts of the code');
    is_deeply([ map { "$named{$_}: $_" } grep { !$there{$_} } sort keys %named ],
        [], 'each of them is there');
}


# Names in back-quotes below a heading of the third level.

sub named_in {
    my ($text, $heading) = @_;
    my ($section) = $text =~ /^### $heading\n(.*?)^##/ms;

    return [ $section =~ /`([a-z_0-9]+)`/g ];
}


# Metrics as a server answers, with their kinds.

sub check_metrics {
    my ($module) = @_;
    my $clone = Meeting::Docs::make_clone("$dir/" . @clones);
    push @clones, $clone;

    is($clone->start(), '', 'a server starts');

    my ($status, $json) = $clone->run($clone->localize(<<'SH'), 30);
curl -sf http://127.0.0.1:8080/status
SH
    my ($failed, $page) = $clone->run($clone->localize(<<'SH'), 30);
curl -sf 'http://127.0.0.1:8080/status?format=prometheus'
SH
    is($status + $failed, 0, 'it answers with its numbers');

    my @rows = $module->rows(qr/^`[\w.]+`$/);
    my %documented = map { $_->[1] =~ /^`(meeting_\w+)`$/ ? ($1 => $_->[2]) : () }
        @rows;
    my %there = $page =~ /^# TYPE (\w+) (\w+)$/mg;

    cmp_ok(scalar keys %there, '>', 40, 'the status has metrics');
    is_deeply(\%documented, \%there, 'each is documented with its kind');

    my $all = decode_json($json);
    my @members = map {
        my $group = $_;
        ref $all->{$group} eq 'HASH'
            ? map { "$group.$_" } keys %{ $all->{$group} } : $group;
    } keys %$all;
    my %listed = map { $_->[0] =~ /`([\w.]+)`/ ? ($1 => 1) : () } @rows;

    is_deeply([ sort grep { !$listed{$_} } @members ], [],
        'and each member of the JSON');
    # those of companies, which this server has none of

    my %company = map { $_->[0] =~ s/`//gr => $_->[1] =~ s/`//gr }
        grep { $_->[1] =~ /meeting_company_/ } @rows;
    my %made = map { Meeting::Docs::slurp($_)
                =~ /_event_metric\((\w+), "(\w+)"/g } glob 'ngx_module/*.c';
    $_ = "meeting_company_events_$_" for values %made;

    is_deeply(\%company, \%made, 'and each one of a company');
    $clone->stop();
}


# README is short, says the two commands first, and leads to all others.

sub check_readme {
    my $readme = $doc{'README.md'};
    my @first = map { $_->{text} =~ /^(\S+)$/mg } grep { $_->{lang} eq 'sh' }
        $readme->blocks();

    cmp_ok(() = $readme->text() =~ /\n/g, '<=', 250, 'README: 250 lines');
    is_deeply([ @first[0, 1] ], [ 'scripts/run', 'scripts/test' ],
        'README: the two commands stand first');

    my %reached = ('README.md' => 1);
    my @open = ('README.md');

    while (defined(my $name = shift @open)) {
        for my $link ($doc{$name}->links()) {
            my ($file) = $doc{$name}->resolve($link->[0]) or next;
            push @open, $file if $doc{$file} && !$reached{$file}++;
        }
    }

    is_deeply([ grep { !$reached{$_} } sort keys %doc ], [],
        'README: every document can be reached from it');

    # one version

    my ($version, $format) = qx(build/meetingctl --version)
        =~ /^meetingctl (\S+), store format (\d+)$/;
    my $changes = $doc{'CHANGELOG.md'}->text();

    like($changes, qr/^## \Q$version\E\b/m, "CHANGELOG: $version");
    like($changes, qr/^\| \Q$version\E \| $format \|/m,
        "CHANGELOG: and its store format, $format");
}
