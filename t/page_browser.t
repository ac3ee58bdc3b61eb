#!/usr/bin/perl

# The page of a join link in a real browser: its style is taken, nothing is run
# and nothing refused.  Needs Chromium.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Encode qw/ decode_utf8 /;

use Meeting::Test;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my ($chromium) = grep { -x } map { ("$_/chromium", "$_/chromium-browser") }
	split(/:/, $ENV{PATH});

plan(skip_all => 'no chromium') unless $chromium;

my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /k/ {
            meeting_api page;
        }
CONF

$t->company();
$t->import_users({ id => '1', name => '<img src=/x onerror=alert(1)>',
	account => 'a' });
$t->start();

my $number = $t->ctl('meeting', 'add', '--creator', '1', '--people', '1',
	'--subject', '<script>document.title="run"</script>')->{number};
my $links = $t->ctl('meeting', 'links', '--meeting', $number,
	'--base', 'http://127.0.0.1:' . $t->port());

for my $link (qw/ attendeeJoinUrl hostJoinUrl /) {
	my ($code, $dom, $said) = $t->run('timeout', 60, $chromium, '--headless',
		'--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
		'--enable-logging=stderr', '--virtual-time-budget=1000',
		"--user-data-dir=" . $t->prefix() . '/tmp/chromium', '--dump-dom',
		$links->{$link});

	$dom = decode_utf8($dom);

	is($code, 0, "$link: opened") or diag($said);
	like($dom, qr{<title>&lt;script&gt;}, "$link: its title is text");
	unlike($dom, qr{<(?:script|img)}, "$link: no markup of a client's");
	unlike($said, qr{Content Security Policy|Refused to},
		"$link: the policy and the page agree");
}

is((() = $t->read_file('access.log') =~ m{"GET /x }g), 0,
	'nothing else was asked for');

$t->verify();
$t->finish();
