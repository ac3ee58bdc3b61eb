#!/usr/bin/perl

# Memory over ten thousand requests to every address of every dialect, and
# reloads: under valgrind no worker reads or writes what is not its own, jumps
# on what it never set, or loses memory; and without it a worker does not grow.

use warnings;
use strict;

use Test::More;
use Time::HiRes qw/ sleep time /;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Test;
use Meeting::Tour;

my $REQUESTS = 10_000;
my $GROWTH = 1024;          # KB that a worker may grow by over so many

# Memory that is allocated once, and ends with the process.
my $ONCE = 64 * 1024;

plan skip_all => 'valgrind is not installed'
	if system('command -v valgrind > /dev/null') != 0;

test_growth();
test_valgrind();
done_testing();


sub server {
	my ($class) = @_;
	my $t = $class->new();

	$t->write_conf(Meeting::Tour::conf(
		globals => 'worker_processes 1; worker_shutdown_timeout 60s;'));

	# the server makes the store, in a size that valgrind can map

	$t->start();
	Meeting::Tour::prepare($t);

	return $t;
}


# Sends all stops over and over, pipelined; returns how many were answered.

sub walk {
	my ($t, $requests, @stops) = @_;
	my $round = join('', map { Meeting::Tour::text($_) } @stops);
	my $answered = 0;
	my $s = $t->connect();

	for (my $sent = 0; $sent < $requests; $sent += @stops) {
		my $text = '';

		push_all($s, $round, \$text);
		$text .= read_some($s) // last
			while (() = $text =~ m{HTTP/1\.1 \d}g) < @stops;
		$answered += () = $text =~ m{HTTP/1\.1 (?:20[014]|40[0-9]) }g;
	}

	return $answered;
}


# Answers are read while the requests are still being written.

sub push_all {
	my ($s, $text, $got) = @_;
	my $select = IO::Select->new($s);
	my $at = 0;

	while ($at < length($text)) {
		if ($select->can_read(0)) {
			$$got .= read_some($s) // return;
		}

		$s->blocking(0);
		my $n = syswrite($s, $text, 65536, $at);
		$s->blocking(1);

		$n ? ($at += $n) : sleep(0.002);
	}

	return;
}


sub read_some {
	my ($s) = @_;

	IO::Select->new($s)->can_read(60) or return;
	sysread($s, my $part, 1 << 20) or return;

	return $part;
}


# In KB, without files and shared memory.

sub anonymous {
	my ($pid) = @_;
	return Meeting::Test::slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m
		? $1 : 0;
}


sub test_growth {
	my $t = server('Meeting::Test');
	my @stops = Meeting::Tour::stops($t);
	my ($worker) = $t->workers();

	walk($t, $REQUESTS / 2, @stops);
	my $before = anonymous($worker);
	my $answered = walk($t, $REQUESTS, @stops);
	my $grown = anonymous($worker) - $before;

	cmp_ok($answered, '>=', $REQUESTS, "$answered answers");
	is(join(' ', $t->workers()), $worker, 'by the same worker');
	cmp_ok($grown, '<', $GROWTH, "which grew by $grown KB over them");

	$t->stop();
	is(join("\n", $t->bad_log_lines()), '', 'nothing bad in the error log');

	return;
}


sub test_valgrind {
	my $t = server('Meeting::Test::Valgrind');
	my @stops = Meeting::Tour::stops($t);
	my $answered = walk($t, $REQUESTS / 2, @stops);
	my ($first) = $t->workers();

	ok($t->reload(), 'a reload');

	# the old worker is done when it has said what it found

	ok($t->wait_for(sub { !Meeting::Test::alive($first) }),
		'the old worker is gone');

	my ($second) = $t->workers();
	$answered += walk($t, $REQUESTS / 2, @stops);
	cmp_ok($answered, '>=', $REQUESTS, "$answered answers under valgrind");

	$t->stop();
	ok(!$t->{stuck}, 'the server stopped by itself');
	is(join("\n", $t->bad_log_lines()), '', 'nothing bad in the error log');

	test_report($t, $_->[0], $_->[1])
		for [ 'the first worker', $first ], [ 'the second', $second ],
			[ 'the master', $t->{master} ];

	return;
}


sub test_report {
	my ($t, $who, $pid) = @_;
	my $report = $t->read_file("valgrind.$pid");

	$report =~ s/^==\d+== ?//mg;

	my ($errors) = $report =~ /^ERROR SUMMARY: (\d+) errors/m;
	my ($lost) = $report =~ /definitely lost: ([\d,]+) bytes/;
	$lost = 0 if $report =~ /All heap blocks were freed/;
	$lost =~ tr/,//d if defined $lost;

	my @wrong = grep { !/^\d[\d,]* (?:\(.*?\) )?bytes in/ }
		grep { /^ {3}(?:at|by) 0x/m } split(/\n\n+/, $report);
	my @ours = grep { /\b(?:mt_|ngx_http_meeting)/ }
		grep { /are definitely lost/ } split(/\n\n+/, $report);

	ok(defined $errors, "$who: has a report") or return;
	is(scalar(@wrong), 0, "$who: nothing read or written amiss")
		or diag(join("\n\n", @wrong[0 .. ($#wrong > 2 ? 2 : $#wrong)]));
	is(scalar(@ours), 0, "$who: we lose nothing") or diag($ours[0]);
	cmp_ok($lost // $ONCE, '<', $ONCE, "$who: $lost bytes lost in all");

	return;
}


package Meeting::Test::Valgrind;

use parent -norequire, 'Meeting::Test';


sub nginx_env {
	my ($self) = @_;

	return ('valgrind', '--trace-children=yes', '--leak-check=full',
		'--num-callers=20', "--log-file=$self->{prefix}/valgrind.%p");
}


# Everything takes its time.

sub wait_for {
	my ($self, $condition, $seconds) = @_;
	return $self->SUPER::wait_for($condition, 10 * ($seconds // 15));
}


sub start {
	my ($self) = @_;

	$self->SUPER::start();
	$self->{master} = $self->{pid};

	return $self;
}
