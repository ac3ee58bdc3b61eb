#!/usr/bin/perl

# The size of messages: where a change of many objects is cut, and a receiver
# that takes no more.

use warnings;
use strict;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use List::Util qw/ sum /;
use Test::More;
use Time::HiRes qw/ time /;

use Meeting::Receiver;
use Meeting::Test;
use Meeting::Yunzhijia;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


my $DAY = 86400000;
my $series = 0;
my $PRIVATE = 'meeting_event_private on;';

my $t = Meeting::Test->new();

conf('');
$t->company();
$t->import_users(map { { id => "$_", name => "王老师$_", account => "u$_",
	phone => 13600000000 + $_ } } 1 .. 1000);
$t->start();

my $receiver = Meeting::Receiver->new($t);
my $app = $receiver->app();
my $office = Meeting::Yunzhijia->new(base => 'http://127.0.0.1:' . $t->port(),
	map { $_ => $app->{$_} } qw/ appid appkey appsecret /);

is(($receiver->subscribe())[0], 0, 'subscribed');

test_cut();
test_one_object();
test_too_large();
test_not_found();
test_import();
test_types();

$receiver->stop();
$t->verify();
$t->finish();


sub conf {
	my ($more) = @_;

	$t->write_default_conf(http => "    $PRIVATE $more",
		apis => [ qw/ h5yes yunzhijia / ]);

	return unless $t->{pid};

	my @old = $t->workers();
	$t->reload() or die "no reload\n";
	$t->wait_for(sub { !grep { Meeting::Test::alive($_) } @old });

	return;
}


sub show { return $t->ctl('event', 'show') }


# The requests that one change brings, once there is no more to come.

sub told {
	my ($change) = @_;
	my $before = $receiver->count();

	$change->();
	$t->wait_for(sub { show()->{pending} == 0 });

	my @requests = $receiver->requests();
	return @requests[$before .. $#requests];
}


# A series of so many days, of so many people.

sub series {
	my ($days, $people, $text) = @_;
	my $begin = 1893492000000 + $DAY * 400 * $series++;

	my $answer = $office->call('repeatMeeting', { openid => '1',
		title => $text, startDate => $begin, endDate => $begin + 3600000,
		repeat => 2, repeatEndDate => $begin + ($days - 1) * $DAY,
		actors => [ map { "$_" } 1 .. $people ] });

	is($answer->{code}, 0, "$days meetings of $people people")
		or diag($answer->{text});

	return;
}


sub test_cut {
	for ([ '', 65536 ], [ 'meeting_event_size 16k;', 16384 ],
		[ 'meeting_event_size 200k;', 204800 ])
	{
		my ($directive, $size) = @$_;
		conf($directive);

		for (
			[ 100, 40, 'short' ],
			[ 60, 5, '一个很长的题目' x 30 ],
			[ 120, 1, 't' ])
		{
			my @args = @$_;
			my @requests = told(sub { series(@args) });
			my @sizes = sort { $a <=> $b } map { length $_->{body} } @requests;
			my $meetings = 0;
			$meetings += @{$_->{event}{value}} for @requests;

			is($meetings, $args[0], 'all of them are told');
			cmp_ok($sizes[-1], '<=', $size,
				'no message is larger than ' . ($directive || 'the default'));
			cmp_ok(@requests, '<=', 1 + 3 * sum(@sizes) / $size, 'and there '
				. 'are ' . @requests . ", of @sizes[0, -1] bytes");
		}
	}

	return;
}


sub test_one_object {
	conf('');
	my @requests = told(sub { series(3, 999, 'large') });

	is(@requests, 3, 'a meeting of a thousand has a message of its own');
	cmp_ok(length $requests[0]{body}, '>', 200_000, 'of '
		. length($requests[0]{body}) . ' bytes');

	return;
}


# A message that the receiver does not take holds up those behind it for some
# attempts, not for a day; one that is known to be too large for none.

sub test_too_large {
	$receiver->mode('small');
	my $before = $receiver->count();
	my $time = time();

	series(2, 999, 'too large');
	$receiver->raise_events(3);

	$t->wait_for(sub { show()->{failures} });
	like(show()->{error}, qr/^HTTP\ status\ 413\ to\ a\ message\ of\ 25\d{4}\ bytes:
		.*client_max_body_size/x, 'event show: size, and what to do');

	$t->wait_for(sub { show()->{pending} == 0 }, 120);
	is(show()->{pending}, 0, 'those behind it are delivered')
		or diag(explain(show()));
	cmp_ok(time() - $time, '>', 10, 'after some attempts');
	cmp_ok(time() - $time, '<', 90, 'soon');

	my @requests = $receiver->requests();
	is(scalar(grep { length $_->{body} > 102400 }
		@requests[$before .. $#requests]), 6,
		'five attempts for the first one, one for the second');
	is(show()->{state}, 'delivering', 'and the company is delivering');

	my $failed = $t->ctl('event', 'list', '--failed');
	is(@$failed, 2, 'both are set aside');
	like($failed->[1]{error}, qr/status 413/, 'with the reason');
	like($t->read_file('error.log'), qr/set\ aside:\ HTTP\ status\ 413\ to\ a
		\ message\ of\ \d+\ bytes/x, 'as the error log says');

	$receiver->mode('success');
	$before = $receiver->count();
	is($t->ctl('event', 'redeliver')->{redelivered}, 2, 'put back');
	$t->wait_for(sub { show()->{pending} == 0 });
	is($receiver->count() - $before, 2, 'and delivered once it takes them');

	return;
}


sub test_not_found {
	$receiver->mode('missing');
	$receiver->raise_events(1);

	my $failures = show()->{failures};
	$t->wait_for(sub { show()->{failures} > $failures });
	like(show()->{error}, qr/^HTTP status 404 to a message of \d+ bytes: .*url/,
		'event show: 404 is a wrong address');
	like($t->read_file('error.log'), qr/HTTP status 404 to a message of/,
		'the error log, too');

	$receiver->mode('success');
	$t->wait_for(sub { show()->{pending} == 0 }, 60);

	my (undef, undef, $err) = do {
		$receiver->mode('missing');
		$receiver->subscribe();
	};
	like($err, qr/HTTP status 404 .* nothing at this address/,
		'event set says it, too');
	$receiver->mode('success');

	return;
}


# An import raises one message for many people, before which others need not
# wait long.

sub test_import {
	$t->ctl('event', 'pause');

	my $raised = show()->{raised};
	my $people = 5000;
	my $summary = $t->import_users(map { { id => "n$_", name => "新同学$_",
		account => "n$_", department => 'D' . $_ % 40 } } 1 .. $people);
	is($summary->{added}, $people, "$people people are imported");

	my $n = show()->{raised} - $raised;
	cmp_ok($n, '<=', $people / 50, "$n messages");

	my $before = $receiver->count();
	$t->ctl('event', 'resume');
	$t->wait_for(sub { show()->{pending} == 0 }, 60);

	my @requests = $receiver->requests();
	my (%told, %size);

	for (@requests[$before .. $#requests]) {
		push @{$told{$_->{event}{event_type}}},
			map { $_->{id} } @{$_->{event}{value}};
		$size{length $_->{body}}++;
	}

	is(scalar @{$told{dept_add}}, 40, 'all departments are told');
	is_deeply([ sort @{$told{user_add}} ], [ sort map { "n$_" } 1 .. $people ],
		'and all people, once');
	cmp_ok((sort { $a <=> $b } keys %size)[-1], '<=', 65536,
		'in messages of the usual size');

	my @requests_of_two = told(sub {
		$t->import_users({ id => 'n1', name => 'other' },
			{ id => 'x', name => 'last', account => 'x' }) });
	is(join(' ', map { "$_->{event}{event_type} $_->{event}{value}[0]{id}" }
		@requests_of_two), 'user_add x user_update n1',
		'additions and changes');

	return;
}


sub test_types {
	my (undef, undef, $err) = $receiver->subscribe('--types',
		'book_success,books');
	like($err, qr/^meetingctl: --types: no type of event is called "books"/,
		'a type that does not exist');

	is(scalar @{show()->{types}}, 13, 'all types at first');
	$t->ctl('event', 'pause');
	$receiver->raise_events(2);

	is(($receiver->subscribe('--types', 'dept_add,book_success'))[0], 0,
		'two types');
	is_deeply([ sort @{show()->{types}} ], [ qw/ book_success dept_add / ],
		'event show lists them');

	my $pending = show()->{pending};
	$receiver->raise_events(1);
	is(show()->{pending}, $pending, 'others are not kept');
	$app->call('dept/add', { name => 'told' });
	is(show()->{pending}, $pending + 1, 'these are');

	my $discarded = show()->{discarded};
	my @requests = told(sub { $t->ctl('event', 'resume') });
	is(join(' ', map { $_->{event}{event_type} } @requests), 'dept_add',
		'those that waited and are of no such type are not sent');
	is(show()->{discarded}, $discarded + 2, 'but discarded');

	is(($receiver->subscribe())[0], 0, 'subscribed again');
	is(scalar @{show()->{types}}, 2, 'the types stay');
	is(($receiver->subscribe('--types', 'all'))[0], 0, 'to all');

	@requests = told(sub { $receiver->raise_events(1) });
	is(join(' ', map { $_->{event}{event_type} } @requests), 'user_add',
		'all are sent');

	# nobody is to be told of the invitation: it counts as delivered

	$receiver->subscribe('--types', 'dept_add');
	series(1, 1, 'not told');
	is(show()->{pending}, 0, 'a meeting is not told');

	return;
}
