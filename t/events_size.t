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
