#!/usr/bin/perl

# The status location: JSON and Prometheus text, and that they count.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Routes qw/ dialects /;
use Meeting::Test;
use Test::More;


my $t = Meeting::Test->new();

my @dialects = dialects();
my $locations = join "\n", map { "location /of/$_/ { meeting_api $_; }" }
	@dialects;

$t->write_conf(<<'EOC' =~ s/%%LOCATIONS%%/$locations/r);
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%HTTP%%

    meeting_store path=store max_size=1g;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
            client_max_body_size 4k;
        }

        location = /status {
            meeting_status;
        }

        location = /metrics {
            meeting_status prometheus;
        }

        %%LOCATIONS%%
    }
}
EOC

$t->company();
$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. 3);
$t->start();

my $boss = $t->app()->login('a1', 'p');
my $ann = $t->app()->login('a2', 'p');


sub new_meeting {
	my $answer = $boss->call('/manage/club_meeting/public_meeting', {
		content => 'c', address => 'a', deadline => int(time() * 1000),
		need_sign => 1, participation => '2,3', leader => '1'
	});
	return $answer->{data}{meeting_id};
}


sub sign {
	my ($meeting) = @_;
	return $ann->call('/meeting/sign_meeting', { meeting_id => $meeting,
		leader_id => 1, create_date => int(time() * 1000) })->{code};
}


sub count {
	my ($status, $operation, $result) = @_;
	my ($row) = grep { $_->{operation} eq $operation
		&& $_->{result} eq $result } @{$status->{requests}};
	return $row ? $row->{count} : 0;
}


# A request is counted once its answer is out, maybe by another worker than
# the one that is asked: so only when all of them are.

sub status_after {
	my ($requests) = @_;
	my $answer;

	$t->wait_for(sub {
		my $sum = 0;
		$answer = $t->get('/status');
		$sum += $_->{count} for @{$answer->{json}{requests}};
		return $sum >= $requests;
	}, 5);

	return $answer;
}


my $first = status_after(3)->{json};

like($first->{version}, qr/^\d+\.\d+\.\d+$/, 'a version');
like($t->read_file('error.log'),
	qr/\[notice\] .*: nginx-meeting \Q$first->{version}\E, store "/,
	'the notice at start names it too');
is($first->{store}{open}, 1, 'the store is open');
is($first->{store}{map_bytes}, 1 << 30, 'of the size that was configured');
is($first->{commit}{rings}, 2, 'a ring for each worker');
is(count($first, 'login', 'ok'), 2, 'two logged in');

my @meetings = map { new_meeting() } 1 .. 5;
is(sign($_), 2000, 'signed in') for @meetings;
is(sign($meetings[0]), 3000, 'once');
$t->post('/meeting/sign_meeting', 'x' x 8000);
$t->post('/no/such', '{}');
$t->get('/meeting/sign_meeting');

# The store follows the write-ahead log.

my $answer = status_after(17);

$t->wait_for(sub {
	$answer = $t->get('/status');
	return $answer->{json}{store}{position}
		>= $first->{store}{position} + 10;
}, 5);

my $status = $answer->{json};

is($answer->{headers}{'content-type'}, 'application/json', 'JSON');
is(count($status, 'meeting_create', 'ok'), 5, 'five meetings made');
is(count($status, 'checkin', 'ok'), 5, 'five sign-ins');
is(count($status, 'checkin', 'signed_already'), 1, 'one refused');
is(count($status, 'checkin', 'bad_method'), 1, 'a wrong method');
is(count($status, 'none', 'bad_path'), 2, 'wrong addresses');
is(count($status, 'none', 'too_large'), 1, 'a body too large');
is($status->{requests}[0]{dialect}, 'weclubs', 'by dialect');

my $more = $status->{store}{position} - $first->{store}{position};
cmp_ok($more, '>=', 10, 'the journal went on');
is($status->{commit}{commands} - $first->{commit}{commands}, $more + 1,
	'as far as commands were accepted: all but the second sign-in');

my $sum = 0;
$sum += $_ for @{$status->{batch_size}};
is($sum, $status->{commit}{batches}, 'every batch is in the histogram');
is($status->{commit}{queued_bytes}, 0, 'nothing is waiting');
is($status->{commit}{held}, 0, 'nothing is held back');


# Prometheus.

$answer = $t->get('/metrics');
like($answer->{headers}{'content-type'}, qr/^text\/plain; version=0\.0\.4/,
	'Prometheus text');

my (%value, %type);

for my $line (split(/\n/, $answer->{content})) {
	if ($line =~ /^# TYPE (\w+) (counter|gauge|histogram)$/) {
		ok(!$type{$1}, "$1 is described once");
		$type{$1} = $2;

	} elsif ($line !~ /^# HELP \w+ \S/) {
		my ($name, $value) = $line =~ /^(\w+(?:\{[^}]*\})?) ([-+\d.e]+)$/
			or fail("a line like no other: $line");
		$value{$name} = $value;
	}
}

is($value{'meeting_requests_total{dialect="weclubs",operation="checkin",'
	. 'result="ok"}'}, 5, 'sign-ins');
is($value{"meeting_build_info{version=\"$first->{version}\"}"}, 1,
	'the version');
is($value{meeting_commit_batches_total}, $status->{commit}{batches},
	'batches');
is($value{'meeting_commit_seconds_bucket{le="+Inf"}'},
	$value{meeting_commit_seconds_count}, 'the last bucket holds all');
cmp_ok($value{meeting_commit_seconds_sum}, '>', 0, 'commits take time');

my $last = 0;
my @buckets = map { $value{"meeting_commit_batch_commands_bucket{le=\"$_\"}"} }
	map { 2 ** $_ - 1 } 0 .. 22;
is(join(' ', @buckets), join(' ', sort { $a <=> $b } @buckets),
	'buckets add up');

is($t->get('/status?format=prometheus')->{content} =~ /^# HELP/, 1,
	'by the query');
is($t->get('/metrics?format=json')->{json}{store}{open}, 1, 'and JSON');
is($t->post('/status', '')->{status}, 405, 'only to be read');
is($t->request('HEAD', '/status')->{status}, 200, 'HEAD');

# Counters by dialect.

$t->post("/of/$_/nowhere/of/ours", '{}') for @dialects;

my %counted;

$t->wait_for(sub {
	%counted = ();
	$counted{$_->{dialect}} += $_->{count}
		for @{$t->get('/status')->{json}{requests}};
	return @dialects == keys %counted;
}, 5);

delete $counted{weclubs};
is_deeply(\%counted, { map { $_ => 1 } grep { $_ ne 'weclubs' } @dialects },
	'each dialect has counters of its own');

ok($t->reload(), 'a reload');
is(count($t->get('/status')->{json}, 'checkin', 'ok'), 5, 'keeps the counts');

$t->finish();
