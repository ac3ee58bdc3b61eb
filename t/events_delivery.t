#!/usr/bin/perl

# Events to receivers that do everything wrong: what each gets has no gap, is
# in order, and nobody waits for another.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::H5yes;
use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


my $CONF = <<'CONF';
%%GLOBALS%%

worker_processes 2;

events {
}

http {
    %%HTTP%%

    meeting_store path=store;
    meeting_event_timeout 1s;
    PRIVATE

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api h5yes;
        }

        location /status {
            meeting_status;
        }
    }
}
CONF

my $t = Meeting::Test->new();

$t->write_conf($CONF =~ s/PRIVATE/meeting_event_private on;/r);

my (%app, %receiver, %raised);

for my $company (1000, 2000) {
	$t->company($company);
	$app{$company} = Meeting::H5yes->new(
		base => 'http://127.0.0.1:' . $t->port(),
		%{$t->ctl('credential', 'add', '--company', $company)});
	$receiver{$company} = Meeting::Receiver->new($t, company => $company,
		n => $company / 1000);
	my ($code, undef, $err) = $receiver{$company}->subscribe();
	is("$code$err", '0', "company $company subscribes");
	$raised{$company} = 0;
}

my ($bad, $good) = @receiver{1000, 2000};

$t->start();

test_latency();
test_wrong($_) for ([ 'status', qr/HTTP status 500/ ],
	[ 'garbage', qr/neither "success"/ ],
	[ 'key', qr/encrypted with another key/ ],
	[ 'signature', qr/signature is wrong/ ],
	[ 'owner', qr/another appkey/ ],
	[ 'text', qr/says something else/ ],
	[ 'close', qr/no HTTP answer/ ],
	[ 'huge', qr/too large/ ],
	[ 'hang', qr/no answer in time/ ]);
test_slow();
test_random();
test_down();
test_private();

$_->stop() for values %receiver;
$t->verify();
$t->finish();


sub raise_events {
	my ($company, $n) = @_;

	for (1 .. $n) {
		my $name = 'user' . ++$raised{$company};
		my $answer = $app{$company}->call('user/add',
			{ name => $name, account => $name });
		die $answer->{text} if $answer->{code} != 10000;
	}

	return;
}


# All messages, each for the first time after the one before.

sub complete {
	my ($receiver, $company, $name) = @_;
	my $next = 1;
	my $wrong = 0;

	$receiver->wait_events($raised{$company}, 20);

	for my $event (map { $_->{event} // () } $receiver->requests()) {
		my $seq = $event->{seq} // next;
		$wrong++ if $seq > $next;
		$next++ if $seq == $next;
	}

	is($next - 1, $raised{$company}, "$name: all of it");
	is($wrong, 0, "$name: in order");

	return;
}


sub show { return $t->ctl('event', 'show', '--company', $_[0] // 1000) }


# An idle system tells at once.

sub test_latency {
	my @took;

	for (1 .. 5) {
		sleep(0.3);
		raise_events(1000, 1);
		my $raised = time();
		my @events = $bad->wait_events($raised{1000}, 10);
		push @took, $events[-1]{at} / 1000 - $raised;
	}

	my ($fast) = sort { $a <=> $b } @took;
	cmp_ok($fast, '<', 0.5, sprintf('an event arrives after %.3f s', $fast));
	complete($bad, 1000, 'one by one');

	return;
}


sub test_wrong {
	my ($mode, $why) = @{$_[0]};
	my $failures = show()->{failures};

	$bad->mode($mode);
	raise_events(1000, 2);
	raise_events(2000, 3);

	complete($good, 2000, "$mode: meanwhile another");

	$t->wait_for(sub { show()->{failures} > $failures });
	my $show = show();

	is($show->{state}, 'failing', "$mode: fails");
	like($show->{error}, $why, "$mode: is told");
	cmp_ok($show->{next_try} / 1000 - time(), '<', 5, "$mode: to be tried");

	$bad->mode('success');
	complete($bad, 1000, $mode);
	$t->wait_for(sub { show()->{state} ne 'failing' });
	is(show()->{pending}, 0, "$mode: nothing is left");

	return;
}


sub test_slow {
	my $failures = show()->{failures};

	$bad->mode('slow');
	raise_events(1000, 3);
	complete($bad, 1000, 'byte by byte');
	is(show()->{failures}, $failures, 'slow is no failure');
	$bad->mode('success');

	return;
}


sub test_random {
	$bad->mode('random');
	raise_events(1000, 30);
	complete($bad, 1000, 'one of ten is refused');
	$bad->mode('success');

	return;
}


sub test_down {
	my $failures = show()->{failures};

	$bad->stop();
	raise_events(1000, 40);
	$t->wait_for(sub { show()->{failures} > $failures + 1 });
	like(show()->{error}, qr/no connection/, 'nobody there');

	my $sent = $bad->requests();
	$bad->start();
	complete($bad, 1000, 'there again');
	is($bad->requests() - $sent, 40, 'each is sent once');

	return;
}


# Without the directive nothing of this machine is to be reached.

sub test_private {
	my $sent = $bad->requests();
	my $failures = show()->{failures};

	$t->wait_for(sub { show()->{pending} == 0 });
	$t->write_conf($CONF =~ s/PRIVATE//r);
	my @old = $t->workers();
	ok($t->reload(), 'a reload');
	$t->wait_for(sub { !grep { Meeting::Test::alive($_) } @old });

	raise_events(1000, 1);
	$t->wait_for(sub { show()->{failures} > $failures });
	like(show()->{error}, qr/address of the inside/, 'is not allowed');
	is($bad->requests(), $sent, 'nothing is sent');

	return;
}
