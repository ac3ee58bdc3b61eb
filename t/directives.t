#!/usr/bin/perl

# Every directive: a value that works, and bad ones that are refused with an
# [emerg] that names the directive.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Test;
use Test::More;


my $t = Meeting::Test->new();


# Runs nginx -t on the default configuration with `more` in its blocks.

sub content {
	my (%more) = @_;
	$t->write_default_conf(%more);
	return $t->test_conf();
}


sub accepts {
	my ($text, $block) = @_;
	my ($ok, $said) = content($block // 'location' => $text);
	ok($ok, "$text") or diag($said);
	return;
}


sub refuses {
	my ($text, $why, $block) = @_;
	my ($ok, $said) = content($block // 'location' => $text);
	ok(!$ok, "$text is refused");
	like($said, qr/\[emerg\] .*$why.* in \S+nginx\.conf:\d+/,
		"$text is named");
	return;
}


# Times, numbers, and the like; in http, server and location.

my %good = (
	meeting_timezone => [ 'Asia/Shanghai', 'UTC', 'America/New_York' ],
	meeting_public_base => [ 'https://meet.example.com',
		'http://127.0.0.1:8080/', 'https://example.com/a/b' ],
	meeting_sign_open => [ '1h', '0', '30m', '1500ms', '2d' ],
	meeting_sign_grace => [ '0', '5m' ],
	meeting_correct_for => [ '0', '12h', '7d', '4w' ],
	meeting_qr_max_age => [ 'off', '30s' ],
	meeting_qr_skew => [ '0', '1m' ],
	meeting_geofence => [ 'off', 'optional', 'required' ],
	meeting_remind_pause => [ 'off', '10s', '1h' ],
	meeting_qr_signed => [ 'off', 'optional', 'required' ],
	meeting_qr_valid => [ '5s', '15s', '1m' ],
	meeting_default_length => [ '2h', '"1h 30m"' ],
	meeting_company_quota => [ 'off', 'bytes=1m', 'seats=100 people=5',
		'bytes=8g meetings=1000000 seats=50000 series_seats=500000'
		. ' people=1000000' ],
	meeting_page_size => [ '1', '20', '1000' ],
	meeting_body_per_address => [ '1', '64', '1048576' ],
	meeting_unknown_call => [ '404', '200' ],
	meeting_show_phones => [ 'all', 'masked', 'none' ],
	meeting_default_password => [ 'on', 'off', '"Summer 2027"' ],
	meeting_login_limit => [ 'off', 'pair=5', 'person=off address=1000000',
		'pair=1 person=1 address=1 pause=1s' ],
	meeting_weclubs_verify => [ 'on', 'off' ],
	meeting_token_ttl => [ '2h', '1s' ],
	meeting_weclubs_token_ttl => [ '7d', '1s' ],
	meeting_weclubs_callers => [ 'ios_test', 'ios_test android_test' ],
);

my %bad = (
	meeting_timezone => [ 'Asia/Nowhere', '../../../etc/passwd', '""' ],
	meeting_public_base => [ 'meet.example.com', 'ftp://example.com',
		'http://', 'https:///x', 'http://a?b=c' ],
	meeting_sign_open => [ 'off', '1y1', '-1s', '1x', 'soon', '""' ],
	meeting_sign_grace => [ '-5m', 'x' ],
	meeting_correct_for => [ 'off', '-1d', 'x', '""' ],
	meeting_qr_max_age => [ '0', 'on', '30q' ],
	meeting_qr_skew => [ 'off', '-1' ],
	meeting_geofence => [ 'on', '500', 'Optional', '""' ],
	meeting_remind_pause => [ '0', '-1', 'x', 'on' ],
	meeting_qr_signed => [ 'on', 'always', 'Required', '""' ],
	meeting_qr_valid => [ '0', '-1', 'x', 'off' ],
	meeting_default_length => [ '0', '-1h' ],
	meeting_company_quota => [ 'on', 'bytes', 'bytes=', 'bytes=0', 'bytes=x',
		'seats=0', 'seats=-1', 'people=1.5', 'meetings=1k', 'rooms=5',
		'seats=99999999999999999999' ],
	meeting_body_per_address => [ '0', '1048577', '-1', 'off', '""' ],
	meeting_page_size => [ '0', '1001', '-1', '1.5', 'all',
		'99999999999999999999' ],
	meeting_unknown_call => [ '0', '201', '500', 'on', '""', '0404' ],
	meeting_show_phones => [ 'on', 'off', 'Masked', '""' ],
	meeting_default_password => [ '""', 'x' x 129 ],
	meeting_login_limit => [ 'on', '5', 'pair=0', 'pair=', 'person=-1',
		'address=1000001', 'pause=0', 'pause=2d', 'pause=off', 'each=5' ],
	meeting_token_ttl => [ '0', 'never' ],
	meeting_weclubs_token_ttl => [ '0', 'never' ],
);

for my $directive (sort keys %good) {
	my $first = $good{$directive}[0];

	accepts("$directive $first;", $_) for qw/ http server /;
	accepts("$directive $_;") for @{$good{$directive}};

	refuses("$directive $first; $directive $first;",
		qr/"$directive" directive is duplicate/);
}

for my $directive (sort keys %bad) {
	for my $value (@{$bad{$directive}}) {
		my $shown = $value eq '""' ? '' : $value;
		refuses("$directive $value;",
			qr/invalid value "\Q$shown\E" in "$directive" directive/);
	}
}

refuses('meeting_weclubs_verify maybe;',
	qr/invalid value "maybe" in "meeting_weclubs_verify" directive/);

refuses('meeting_weclubs_callers ' . 'x' x 65 . ';',
	qr/invalid value "x{65}" in "meeting_weclubs_callers"/);


# meeting_threads, meeting_queue, meeting_hash_queue: of the whole server.

accepts('meeting_threads 4;', 'http');
accepts('meeting_queue 0;', 'http');
accepts("meeting_hash_queue $_;", 'http') for 0, 16384;

for my $text ('meeting_threads 0;', 'meeting_threads 65;',
	'meeting_threads two;', 'meeting_queue -1;', 'meeting_queue 1048577;',
	'meeting_hash_queue -1;', 'meeting_hash_queue 16385;',
	'meeting_hash_queue many;')
{
	my ($directive, $value) = $text =~ /(\w+) (\S+);/;
	refuses($text, qr/invalid value "\Q$value\E" in "$directive"/, 'http');
}

refuses('meeting_threads 2;', qr/"meeting_threads" directive is not allowed/);


# meeting_journal.

accepts("meeting_journal $_;", 'http') for 'age=90d', 'age=off', 'size=1g',
	'age=1s size=64k', 'size=off age=off';

for my $value ('age=0', 'age=', 'age=soon', 'age=on', 'size=63k', 'size=0',
	'size=', 'size=lots', 'for=1d', 'age')
{
	refuses("meeting_journal $value;",
		qr/invalid value "\Q$value\E" in "meeting_journal" directive/, 'http');
}

refuses('meeting_journal age=1d age=2d;',
	qr/invalid value "age=2d" in "meeting_journal" directive/, 'http');
refuses('meeting_journal age=1d; meeting_journal size=1g;',
	qr/"meeting_journal" directive is duplicate/, 'http');
refuses('meeting_journal age=1d;',
	qr/"meeting_journal" directive is not allowed/);


# meeting_background, meeting_event_...: of the whole server, too.

my %server = (
	meeting_background => [ [ 'on', 'off' ], [ 'maybe' ] ],
	meeting_event_connect_timeout => [ [ '3s', '500ms' ],
		[ '0', '-1s', 'off', 'soon' ] ],
	meeting_event_timeout => [ [ '10s', '1m' ], [ '0', '1x' ] ],
	meeting_event_retry => [ [ '1d', '0', '90s' ], [ 'off', '-1' ] ],
	meeting_retention => [ [ 'off', '730d', '1s' ], [ '0', 'on', '-1s' ] ],
	meeting_release_after => [ [ 'off', '15m', '1s' ], [ '0', 'on', '-1s' ] ],
	meeting_event_connections => [ [ '1', '64', '1024' ],
		[ '0', '1025', 'all' ] ],
	meeting_event_size => [ [ '4k', '64k', '100000', '16m' ],
		[ '4095', '17m', 'off', '-1' ] ],
	meeting_event_private => [ [ 'on', 'off' ], [ '1' ] ],
	meeting_event_proxy => [ [ 'http://proxy.example:3128',
		'https://user:word@proxy.example', 'off' ],
		[ 'on', 'proxy.example:3128', 'http://', 'ftp://proxy.example',
		'http:///' ] ],
	meeting_event_ca => [ [ 'nginx.conf', '%%PREFIX%%/nginx.conf' ],
		[ '""' ] ],
);

for my $directive (sort keys %server) {
	my ($good, $bad) = @{$server{$directive}};

	accepts("$directive $_;", 'http') for @$good;

	for my $value (@$bad) {
		my $shown = $value eq '""' ? '' : $value;
		refuses("$directive $value;",
			qr/invalid value "\Q$shown\E" in "$directive"/, 'http');
	}

	refuses("$directive $good->[0]; $directive $good->[0];",
		qr/"$directive" directive is duplicate/, 'http');
	refuses("$directive $good->[0];",
		qr/"$directive" directive is not allowed/);
}

refuses('meeting_event_ca no/such/file;',
	qr/"meeting_event_ca" names no file: "\S+no\/such\/file"/, 'http');
refuses('meeting_event_ca "%%PREFIX%%";', qr/"meeting_event_ca" names no file/,
	'http');


# meeting_resources.

accepts('meeting_resources faces;', 'http');
accepts('meeting_resources "%%PREFIX%%/some faces";', 'http');
ok(!-e $t->prefix() . '/faces', 'nginx -t makes no folder');

{
	my ($ok, $said) = content(http => 'meeting_resources "";');
	ok(!$ok, 'an empty folder is refused');
	like($said, qr/\[emerg\] .*"meeting_resources" names no folder/,
		'and says so');
}

refuses('meeting_resources a; meeting_resources b;',
	qr/"meeting_resources" directive is duplicate/, 'http');
refuses('meeting_resources a;',
	qr/"meeting_resources" directive is not allowed/);


# meeting_store.

my $store = <<'CONF';
%%GLOBALS%%
events { }
http {
    %%HTTP%%
    STORE
    server {
        listen 127.0.0.1:%%PORT%%;
        location / {
            API
        }
    }
}
CONF


sub store_conf {
	my ($line, $api) = @_;
	$api //= 'meeting_api weclubs; meeting_weclubs_verify off;';
	$t->write_conf($store =~ s/STORE/$line/r =~ s/API/$api/r);
	return $t->test_conf();
}


sub store_refused {
	my ($line, $why, $api) = @_;
	my ($ok, $said) = store_conf($line, $api);
	ok(!$ok, ($line || 'no store') . ' is refused');
	like($said, qr/\[emerg\] .*$why/, 'and says why');
	return;
}


for my $line ('meeting_store path=store;',
	'meeting_store path=store zone=32m max_size=1g;',
	'meeting_store path=store checkpoint=0 zone=32m max_size=1g;',
	'meeting_store path=store checkpoint=1s;',
	'meeting_store max_size=10m "path=%%PREFIX%%/a store";')
{
	my ($ok, $said) = store_conf($line);
	ok($ok, $line) or diag($said);
}

ok(!-e $t->store(), 'nginx -t makes no store');

for my $value ('zone=64k', 'zone=1', 'zone=', 'zone=x', 'max_size=1k',
	'max_size=', 'max_size=lots', 'size=1m', 'path=', 'checkpoint=',
	'checkpoint=soon', 'checkpoint=1001ms')
{
	store_refused("meeting_store path=store $value;",
		qr/invalid value "\Q$value\E" in "meeting_store" directive/);
}

store_refused('meeting_store zone=64m;',
	qr/"meeting_store" must have "path" parameter/);
store_refused('meeting_store path=a; meeting_store path=b;',
	qr/"meeting_store" directive is duplicate/);
store_refused('meeting_store path=%%PREFIX%%/no/such/parent;',
	qr/"meeting_store" cannot use "\S+parent": /);
store_refused('', qr/"meeting_api" needs a "meeting_store"/);

$t->write_file('file', 'not a directory');
store_refused('meeting_store path=file;',
	qr/"meeting_store" cannot use "\S+file": /);

store_refused('meeting_store path=store;',
	qr/unknown dialect "klingon" in "meeting_api" directive, known are: .*weclubs/,
	'meeting_api klingon;');

for my $company ('0', '4294967296', '-1', 'x', '', '1x') {
	store_refused('meeting_store path=store;',
		qr/invalid value "company=$company" in "meeting_api" directive/,
		"meeting_api weclubs company=$company;");
}

store_refused('meeting_store path=store;',
	qr/invalid value "tenant=1" in "meeting_api"/,
	'meeting_api weclubs tenant=1;');
store_refused('meeting_store path=store;',
	qr/"meeting_api" directive is duplicate/,
	'meeting_api weclubs; meeting_api weclubs;');
store_refused('meeting_store path=store;',
	qr/needs a "meeting_weclubs_secret"/, 'meeting_api weclubs;');
store_refused('meeting_store path=store;',
	qr/invalid value "xml" in "meeting_status" directive/,
	'meeting_status xml;');

my ($ok) = store_conf('meeting_store path=store;',
	'meeting_api weclubs company=4294967295; meeting_weclubs_verify off;');
ok($ok, 'the largest company');


# A store of another format is refused and left as it is.

mkdir($t->store());
$t->write_file('store/data.mdb', 'x' x 8192);
store_refused('meeting_store path=store;',
	qr/"meeting_store" cannot use "\S+store": /);
is($t->read_file('store/data.mdb'), 'x' x 8192,
	'a file that is no store is not touched');
unlink($t->store() . "/$_") for qw/ data.mdb lock.mdb /;
rmdir($t->store());


# Running: nginx -t changes nothing, a reload cannot change the path.

$t->write_default_conf();
$t->start();

ok(-e $t->store() . '/data.mdb', 'the master makes the store');
is(sprintf('%o', (stat($t->store() . '/resources'))[2] & 07777), '750',
	'and the folder of resources in it');

my @before = (stat($t->store() . '/data.mdb'))[1, 7, 9];
($ok) = $t->test_conf();
ok($ok, 'nginx -t beside the running server');
is_deeply([ (stat($t->store() . '/data.mdb'))[1, 7, 9] ], \@before,
	'nginx -t leaves the store as it is');

$t->allow_log(qr/"meeting_store" cannot change on reload/,
	qr/"meeting_resources" cannot use/,
	qr/\[emerg\].*invalid value/);

my $conf = $t->read_file('nginx.conf');
$t->write_file('nginx.conf', $conf =~ s/path=store/path=other/r);
my @workers = sort $t->workers();
kill('HUP', $t->{pid});
ok($t->wait_for(sub { $t->read_file('error.log')
	=~ /"meeting_store" cannot change on reload/ }),
	'another path is refused on reload');
is_deeply([ sort $t->workers() ], \@workers, 'the old workers go on');
ok(!-e $t->prefix() . '/other', 'the other store is not made');

$t->write_file('nginx.conf', $conf
	=~ s{(meeting_store )}{meeting_resources no/such/parent; $1}r);
kill('HUP', $t->{pid});
ok($t->wait_for(sub { $t->read_file('error.log')
	=~ m{"meeting_resources" cannot use "\S+/no/such/parent"} }),
	'a folder that cannot be made is refused on reload');
is_deeply([ sort $t->workers() ], \@workers, 'the old workers go on');

$t->write_file('nginx.conf', $conf);
ok($t->reload(), 'a reload with the old path');
is($t->get('/status')->{json}{store}{open}, 1, 'the store is open again');

$t->finish();
