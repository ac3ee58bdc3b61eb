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

    like($text, qr/^\s*log_format\s+meeting\s[^;]*\$meeting_request/m,
        "$name: logs requests without secrets");
    like($text, qr/^\s*access_log\s+\S+\s+meeting\b/m, "$name: by default");

    ok(!-e "$dir/store", "$name: and makes no store by being tested");

    ($passed, $out) = Meeting::Docs::test_config($dir,
        $text =~ s/meeting_api\s+\w+/$&x/r);
    ok(!$passed, "$name: a typing slip is refused");
    like($out, qr/\[emerg\].*(?:weclubs|native)x.*meeting_api.*nginx\.conf:\d+/,
        "$name: and named with its line");
}

# The formats of all shipped configurations and documents.

my $formats = 0;

for my $name (Meeting::Docs->all(), 'scripts/nginx.conf.in',
    map { "conf.examples/" . basename($_) } @examples)
{
    my $text = Meeting::Docs::slurp("$Meeting::Docs::TOP/$name");

    for my $format ($text =~ /^\s*(log_format\s[^;]*;)/mg) {
        unlike($format, qr/\$(?:request|request_uri|uri|document_uri|args
            |query_string|http_referer|http_authorization|arg_\w+)\b/x,
            "$name: no secret in its format");
        like($format, qr/^log_format\s+\S+\s+escape=json\s+'\{/,
            "$name: JSON, which no client's text can forge");
        $formats++;
    }
}

cmp_ok($formats, '>=', 6, 'formats were looked at');

done_testing();
