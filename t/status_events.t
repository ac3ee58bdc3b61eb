#!/usr/bin/perl

# The status location about events: how far each company's receiver is.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Receiver;
use Meeting::Test;
use Test::More;
use Time::HiRes qw/ time /;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


my $t = Meeting::Test->new();

$t->company();
$t->ctl('credential', 'add');
$t->start();


sub events {
	my ($query) = @_;
	my $json = $t->get('/status' . ($query // ''))->{json};
	return ($json->{events}, $json->{subscriptions});
}


sub metric {
	my ($text, $name) = @_;
	my ($value) = $text =~ /^\Q$name\E (\S+)$/m;
	return $value;
}


my ($sum, $list) = events();

is_deeply($list, [], 'nobody subscribes');
is($sum->{$_}, 0, "no $_") for qw/ subscriptions raised pending lag_seconds /;

# Keys alone make no subscriber.

my $receiver = Meeting::Receiver->new($t);
$receiver->mode('status');
$receiver->subscribe();

is_deeply([ events() ]->[1], [], 'nor does one that was not checked');

$receiver->mode('success');
$receiver->subscribe();
$t->ctl('event', 'pause');

my $began = time();
$t->import_users({ id => 1, name => 'One', account => 'one' });
$t->ctl('room', 'add', '--id', 'r1', '--name', 'Room');

$t->wait_for(sub { time() > $began + 2.5 });
($sum, $list) = events();

my $lag = $list->[0]{lag_seconds};
my $age = time() - $began;

is_deeply($list, [ {
	company => 1000,
	raised => 2,
	delivered => 0,
	lag_events => 2,
	lag_seconds => $lag,
	failures => 0,
	failing => 0,
	set_aside => 0,
	paused => 1
} ], 'one that lags behind');

cmp_ok($lag, '>=', 1, 'by seconds');
cmp_ok($lag, '<=', $age + 1, 'since the first message');

is($sum->{subscriptions}, 1, 'one in all');
is($sum->{pending}, 2, 'with its messages');
is($sum->{paused}, 1, 'is paused');
cmp_ok($sum->{lag_seconds}, '>=', $lag, 'the lag of the worst');

my $text = $t->get('/status?format=prometheus')->{content};

is(metric($text, 'meeting_company_events_lag{company="1000"}'), 2,
	'Prometheus: lag');
is(metric($text, 'meeting_company_events_raised_total{company="1000"}'), 2,
	'Prometheus: raised');
is(metric($text, 'meeting_company_events_delivered{company="1000"}'), 0,
	'Prometheus: delivered');
cmp_ok(metric($text, 'meeting_company_events_lag_seconds{company="1000"}'),
	'>=', $lag, 'Prometheus: seconds');
is(metric($text, 'meeting_events_pending'), 2, 'Prometheus: in all');


# More of them than an event loop should wait for.

my $n = 70;

for my $company (2001 .. 2000 + $n) {
	$t->company($company);
	$t->ctl('credential', 'add', '--company', $company);
	my $r = bless { %$receiver, company => $company, pid => undef },
		'Meeting::Receiver';
	$r->subscribe();
}

($sum, $list) = events();

is($sum->{subscriptions}, $n + 1, 'many subscribe');
is_deeply([ map { $_->{company} } @$list ], [ 1000, 2001 .. 2000 + $n ],
	'and are all listed');
is($sum->{pending}, 2, 'with the same messages');
is($list->[0]{lag_events}, 2, 'of this one');

my ($one, $only) = events('?company=2007');
is_deeply([ map { $_->{company} } @$only ], [ 2007 ], 'one of them');
is($one->{subscriptions}, 1, 'is counted alone');
is_deeply([ events('?company=7') ]->[1], [], 'one that has none');
is($t->get("/status?company=$_")->{status}, 400, "company \"$_\"")
	for qw/ 0 x -1 4294967296 /;

$text = $t->get('/status?format=prometheus')->{content};
is(() = $text =~ /^meeting_company_events_lag\{/mg, $n + 1,
	'Prometheus: all of them');
is(() = $text =~ /^# TYPE meeting_company_events_lag gauge$/mg, 1,
	'Prometheus: under one heading');

is($t->request('HEAD', '/status')->{status}, 200, 'HEAD');

# A client that asks and leaves disturbs nobody.

for (1 .. 20) {
	my $s = $t->connect();
	print {$s} "GET /status HTTP/1.1\r\nHost: a\r\n\r\n" x 3;
	close($s);
}

is($t->get('/status')->{json}{events}{subscriptions}, $n + 1,
	'after clients that left');

$t->finish();
