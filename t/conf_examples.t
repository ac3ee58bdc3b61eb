#!/usr/bin/perl

# The example configurations load, with this machine's paths put in.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

my $top = abs_path("$FindBin::Bin/..");
my $dir = tempdir(CLEANUP => 1);

$ENV{PATH} .= ':/usr/sbin';

my $made = qx(openssl req -x509 -newkey rsa:2048 -nodes -days 1 \\
    -subj /CN=meeting.example.com \\
    -keyout $dir/meeting.key -out $dir/meeting.crt 2>&1);
die $made if $?;

save("$dir/meeting-secret.conf", qq(meeting_weclubs_secret "a secret";\n));


sub save {
    my ($file, $text) = @_;

    open my $out, '>', $file or die "$file: $!";
    print $out $text;
    close $out or die "$file: $!";
}


# nginx -t on the text: (passed, what it said).

sub test_config {
    my ($text) = @_;

    $text =~ s{modules/(ngx_http_meeting_module\.so)}{$top/build/$1};
    $text =~ s{/var/lib/nginx-meeting}{$dir/store};
    $text =~ s{/var/log/nginx/|/etc/nginx/|/run/}{$dir/}g;

    save("$dir/nginx.conf", $text);

    my $out = qx(nginx -t -p $dir -c $dir/nginx.conf -e $dir/error.log 2>&1);

    return $? == 0, $out;
}


my @examples = glob "$top/conf.examples/*.conf";

is(scalar(grep { /(?:minimal|production|all-dialects)\.conf$/ } @examples), 3,
    'a minimal, a production and an all-in-one example');

for my $example (@examples) {
    my $name = basename($example);

    open my $in, '<', $example or die $!;
    my $text = do { local $/; <$in> };

    my ($passed, $out) = test_config($text);
    ok($passed, "$name loads") or diag($out);
    unlike($out, qr/\[(?:warn|crit|alert)\]/, "$name: without a warning")
        if $> == 0;

    ok(!-e "$dir/store", "$name: and makes no store by being tested");

    ($passed, $out) = test_config($text =~ s/meeting_api\s+weclubs/$&x/r);
    ok(!$passed, "$name: a typing slip is refused");
    like($out, qr/\[emerg\].*weclubsx.*meeting_api.*nginx\.conf:\d+/,
        "$name: and named with its line");
}

done_testing();
