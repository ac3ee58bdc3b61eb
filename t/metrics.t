#!/usr/bin/perl

# Metrics as Prometheus wants them: promtool has nothing to say, each alert of
# conf.examples/prometheus-rules.yml fires when it should and not before, and
# rules and dashboard use only metrics that the server has.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP;
use Test::More;

use Meeting::Docs;
use Meeting::Receiver;
use Meeting::Test;


my $TOP = $Meeting::Docs::TOP;
my $RULES = 'conf.examples/prometheus-rules.yml';
my $BOARD = 'conf.examples/grafana-dashboard.json';

my ($promtool) = grep { -x } "$TOP/build/promtool/usr/bin/promtool",
	map { "$_/promtool" } split(/:/, $ENV{PATH});

# Each alert: the series, the time at which it fires, and one at which it does
# not yet.  A series goes by minutes, in promtool's notation.

my %fires = (
	MeetingDown => [ { meeting_build_info => '1x5 _x60' }, '12m', '5m' ],
	MeetingStoreClosed => [ { meeting_store_open => '1x5 0x20' },
		'8m', '5m' ],
	MeetingWritesFail => [ { meeting_commit_failed_batches_total =>
		'0x9 1x20' }, '12m', '8m' ],
	MeetingErrors => [ {
		'meeting_requests_total{result="ok"}' => '0+1000x60',
		'meeting_requests_total{result="store_full"}' => '0x10 0+20x50',
		'meeting_requests_total{result="busy"}' => '0+900x60' },
		'40m', '10m' ],
	MeetingCommandGivenUp => [ { meeting_commit_given_up_total =>
		'0x9 1x20' }, '12m', '8m' ],
	MeetingBackgroundStopped => [ { meeting_background_running =>
		'1x5 0x20' }, '8m', '5m' ],
	MeetingBusy => [ { meeting_commit_busy_total => '0x9 3x20' },
		'12m', '8m' ],
	MeetingHashBusy => [ { meeting_hash_busy_total => '0x9 3x20' },
		'12m', '8m' ],
	MeetingStoreFull => [ { meeting_store_used_bytes => '70+1x30',
		meeting_store_map_bytes => '100x30' }, '20m', '10m' ],
	MeetingReadersFull => [ { meeting_store_readers => '70+1x30',
		meeting_store_max_readers => '100x30' }, '20m', '10m' ],
	MeetingLogInsLimited => [ { meeting_logins_limited_total =>
		'0+1x10 20+50x20' }, '20m', '9m' ],
	MeetingEventsLate => [ { meeting_events_lag_seconds => '0+60x40' },
		'20m', '10m' ],
	MeetingEventsSetAside => [ { meeting_events_set_aside => '0x5 1x20' },
		'8m', '4m' ],
);

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'h5yes' ], server => <<'CONF');
        location = /metrics {
            meeting_status prometheus;
        }
CONF

$t->company();
$t->ctl('credential', 'add');
$t->start();

subscribe() if Meeting::Receiver::node();

$t->app()->call('/user/login', { mobile => '1', password => 'x' });
$t->wait_for(sub { $t->get('/metrics')->{content} =~ /^meeting_requests_/m });

my $page = $t->get('/metrics')->{content};
my %type = $page =~ /^# TYPE (\w+) (\w+)$/mg;

cmp_ok(scalar keys %type, '>', 50, 'metrics');

for my $name (sort keys %type) {
	is($name =~ /_total\z/ ? 1 : 0, $type{$name} eq 'counter' ? 1 : 0,
		"$name: _total and a counter, or neither");
	unlike($name, qr/_(?:us|ms|ns|kb|mb)(?:_|\z)/, "$name: whole units");
}

test_alerts();
test_board();

SKIP: {
	skip 'no promtool', 1 if !$promtool;

	promtool('the metrics', $t->write_file('metrics.txt', $page),
		'check', 'metrics');
	promtool('the rules', undef, 'check', 'rules', "$TOP/$RULES");
	promtool('the alerts', undef, 'test', 'rules',
		$t->write_file('alerts.yml', rule_tests()));
}

$t->finish();


# A receiver, so that there are metrics of a company.

sub subscribe {
	my $receiver = Meeting::Receiver->new($t);

	$receiver->mode('success');
	$receiver->subscribe();
}


# Runs promtool with the file as its input; it must succeed.

sub promtool {
	my ($name, $input, @args) = @_;

	my ($code, $out, $err) = $t->run('sh', '-c',
		'exec "$@" < ' . ($input // '/dev/null'), 'sh', $promtool, @args);

	is($code, 0, "promtool: $name") or diag($out, $err);
	is($out . $err, '', 'without a word') if $input;

	return;
}


# The alerts: name, expression and the rest.

sub alerts {
	my $text = Meeting::Docs::slurp("$TOP/$RULES");

	return $text =~ /^      - alert: (\w+)\n        expr: (.*)\n((?:        .*\n)+)/mg;
}


# The names of metrics in an expression that the server lacks.

sub unknown {
	my ($expr) = @_;

	return grep {
		my $base = s/_(?:bucket|sum|count)\z//r;
		!$type{$_} && ($type{$base} // '') ne 'histogram';
	} $expr =~ /\b(meeting_\w+)/g;
}


sub test_alerts {
	my @alerts = alerts();
	my $table = Meeting::Docs::slurp("$TOP/conf.examples/README.md");
	my @names;

	while (my ($name, $expr, $rest) = splice(@alerts, 0, 3)) {
		push @names, $name;
		is(join(' ', unknown($expr)), '', "$name: metrics of the server");
		like($rest, qr/severity: (?:page|warn)\n/, "$name: severity");
		like($table, qr/^\| `$name` \|/m, "$name: documented");
	}

	is_deeply([ sort @names ], [ sort keys %fires ],
		'each alert has a test, and no other');
}


# Each alert by itself: quiet, then firing.

sub rule_tests {
	my @alerts = alerts();
	my $text = "rule_files: [ $TOP/$RULES ]\nevaluation_interval: 1m\ntests:\n";

	while (my ($name, $expr, $rest) = splice(@alerts, 0, 3)) {
		my ($series, $at, $before) = @{$fires{$name}};
		my ($severity) = $rest =~ /severity: (\w+)/;
		my ($summary) = $rest =~ /summary: (.*)/;

		$text .= " - interval: 1m\n   input_series:\n";
		$text .= "    - series: '$_'\n      values: '$series->{$_}'\n"
			for sort keys %$series;
		$text .= "   alert_rule_test:\n    - eval_time: $before\n"
			. "      alertname: $name\n      exp_alerts: []\n"
			. "    - eval_time: $at\n      alertname: $name\n"
			. "      exp_alerts:\n       - exp_labels: { severity: $severity }\n"
			. "         exp_annotations: { summary: '$summary' }\n";
	}

	return $text;
}


sub test_board {
	my $board = decode_json(Meeting::Docs::slurp("$TOP/$BOARD"));
	my @panels = @{$board->{panels}};
	my %place;

	cmp_ok(scalar @panels, '>', 10, 'the dashboard has panels');

	for my $panel (@panels) {
		my @exprs = map { $_->{expr} } @{$panel->{targets}};

		ok(scalar @exprs, "$panel->{title}: shows something");
		is(join(' ', map { unknown($_) } @exprs), '',
			"$panel->{title}: metrics of the server");
		is(scalar(grep { !/\bmeeting_\w+/ } @exprs), 0,
			"$panel->{title}: each of its lines");
		ok(!$place{"$panel->{gridPos}{x},$panel->{gridPos}{y}"}++,
			"$panel->{title}: a place of its own");
	}

	return;
}
