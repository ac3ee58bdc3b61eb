#!/usr/bin/perl

# Events to receivers that do everything wrong: what each gets has no gap, is
# in order, and nobody waits for another.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


my $CONF = 'meeting_event_timeout 1s;';
my $PRIVATE = 'meeting_event_private on;';

my $t = Meeting::Test->new();

$t->write_h5yes_conf("$CONF $PRIVATE");

my ($bad, $good) = map {
	$t->company($_);
	my $receiver = Meeting::Receiver->new($t, company => $_, n => $_ / 1000);
	$receiver->app();
	my ($code, undef, $err) = $receiver->subscribe();
	is("$code$err", '0', "company $_ subscribes");
	$receiver;
} 1000, 2000;

$t->start();

test_latency();
test_wrong($_) for ([ 'status', qr/HTTP status 500/ ],
	[ 'garbage', qr/neither "success"/ ],
	[ 'key', qr/encrypted with another key/ ],
	[ 'signature', qr/signature is wrong/ ],
	[ 'owner', qr/another appkey/ ],
	[ 'text', qr/decrypted answer is not/ ],
	[ 'close', qr/no HTTP answer/ ],
	[ 'huge', qr/too large/ ],
	[ 'hang', qr/no answer in time/ ]);
test_slow();
test_random();
test_down();
test_private();

$_->stop() for $bad, $good;
$t->verify();
$t->finish();


# All messages, each for the first time after the one before.

sub complete {
	my ($receiver, $name) = @_;
	my $next = 1;
	my $wrong = 0;

	$receiver->wait_events($receiver->{raised}, 60);

	for my $event (map { $_->{event} // () } $receiver->requests()) {
		my $seq = $event->{seq} // next;
		$wrong++ if $seq > $next;
		$next++ if $seq == $next;
	}

	is($next - 1, $receiver->{raised}, "$name: all of it");
	is($wrong, 0, "$name: in order");

	return;
}


sub show { return $t->ctl('event', 'show') }


# An idle system tells at once.

sub test_latency {
	my @took;

	for (1 .. 5) {
		sleep(0.3);
		$bad->raise_events(1);
		my $raised = time();
		my @events = $bad->wait_events($bad->{raised}, 10);
		push @took, $events[-1]{at} / 1000 - $raised;
	}

	my ($fast) = sort { $a <=> $b } @took;
	cmp_ok($fast, '<', 0.5, sprintf('an event arrives after %.3f s', $fast));
	complete($bad, 'one by one');

	return;
}


sub test_wrong {
	my ($mode, $why) = @{$_[0]};
	my $failures = show()->{failures};

	$bad->mode($mode);
	$bad->raise_events(2);
	$good->raise_events(3);

	complete($good, "$mode: meanwhile another");

	$t->wait_for(sub { show()->{failures} > $failures });
	my $show = show();

	is($show->{state}, 'failing', "$mode: fails");
	like($show->{error}, $why, "$mode: is told");
	cmp_ok($show->{next_try} / 1000 - time(), '<', 5, "$mode: to be tried");

	$bad->mode('success');
	complete($bad, $mode);
	$t->wait_for(sub { show()->{state} ne 'failing' });
	is(show()->{pending}, 0, "$mode: nothing is left");

	return;
}


sub test_slow {
	my $failures = show()->{failures};

	$bad->mode('slow');
	$bad->raise_events(3);
	complete($bad, 'byte by byte');
	is(show()->{failures}, $failures, 'slow is no failure');
	$bad->mode('success');

	return;
}


sub test_random {
	$bad->mode('random');
	$bad->raise_events(30);
	complete($bad, 'one of ten is refused');
	$bad->mode('success');

	return;
}


sub test_down {
	my $failures = show()->{failures};

	$bad->stop();
	$bad->raise_events(40);
	$t->wait_for(sub { show()->{failures} > $failures + 1 });
	like(show()->{error}, qr/no connection/, 'nobody there');

	my $sent = $bad->requests();
	$bad->start();
	complete($bad, 'there again');

	# but for one that may have come in while it started

	cmp_ok($bad->requests() - $sent, '<=', 41, 'each is sent once');

	return;
}


# Without the directive nothing of this machine is to be reached.

sub test_private {
	my $sent = $bad->requests();
	my $failures = show()->{failures};

	$t->wait_for(sub { show()->{pending} == 0 });
	$t->write_h5yes_conf($CONF);
	my @old = $t->workers();
	ok($t->reload(), 'a reload');
	$t->wait_for(sub { !grep { Meeting::Test::alive($_) } @old });

	$bad->raise_events(1);
	$t->wait_for(sub { show()->{failures} > $failures });
	like(show()->{error}, qr/private addresses/, 'is not allowed');
	is($bad->requests(), $sent, 'nothing is sent');

	return;
}
