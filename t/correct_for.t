#!/usr/bin/perl

# How long after the end of a meeting its hosts may correct check-ins over the
# API (meeting_correct_for); operators may always.

use warnings;
use strict;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Native;
use Meeting::Test;
use Time::HiRes qw/ time /;


my $HOUR = 3600000;
my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', server => <<'CONF');
    meeting_correct_for 3h;
HTTP
        location /api/v1/ {
            meeting_api native;
        }

        location /short/api/v1/ {
            meeting_api         native;
            meeting_correct_for 30m;
        }

        location /none/api/v1/ {
            meeting_api         native;
            meeting_correct_for 0;
        }

        location /week/api/v1/ {
            meeting_api         native;
            meeting_correct_for 7d;
        }
CONF

$t->company();
$t->import_users(map { { id => "u$_", name => "Person $_",
	account => "p$_", password => "pw$_" } } 1 .. 4);

my $now = int(time() * 1000);

add(before => 60 * 1000, 24 * $HOUR);
add(hour => 2 * $HOUR, -1 * $HOUR);
add(day => 25 * $HOUR, -24 * $HOUR);
add(month => 30 * 24 * $HOUR, -29 * 24 * $HOUR);

$t->start();

my %host;

for my $place ('', qw/ short none week /) {
	my $base = 'http://127.0.0.1:' . $t->port() . ($place && "/$place");

	$host{$place} = Meeting::Native->new(base => $base);
	is($host{$place}->log_in('p1', 'pw1')->{http}, 201, "log-in at /$place");
}

# The place, the meeting, and whether its host may.

for my $case ([ none => 'before', 1 ], [ none => 'hour', 0 ],
	[ short => 'hour', 0 ], [ '' => 'hour', 1 ], [ '' => 'day', 0 ],
	[ week => 'day', 1 ], [ week => 'month', 0 ])
{
	my ($place, $meeting, $may) = @$case;
	my $name = "/$place, ended: $meeting";

	my $r = $host{$place}->call(POST => "/meetings/$meeting/checkins",
		{ person => 'u2', reason => 'was there' });

	if ($may) {
		is($r->{http}, 201, "$name: may") or diag($r->{text});

		$r = $host{$place}->call(
			DELETE => "/meetings/$meeting/checkins/u2", { reason => 'no' });
		is($r->{http}, 204, "$name: may undo") or diag($r->{text});

	} else {
		like($r->{text}, qr/too_late/, "$name: too late");
		is($t->ctl(qw(meeting show --meeting), $meeting)->{signed}, 0,
			"$name: nobody is signed in");
	}
}

# A meeting that was ended early counts from then on.

is($host{none}->call(POST => '/meetings/before/end')->{http}, 204,
	'ended early');
like($host{none}->call(POST => '/meetings/before/checkins',
	{ person => 'u3' })->{text}, qr/too_late/, 'too late from then on');

is($t->ctl(qw(checkin add --person u3 --meeting month))->{signed}, 1,
	'an operator may');

$t->verify();
$t->finish();


sub add {
	my ($id, $before, $after) = @_;

	return $t->ctl(qw(meeting add --creator u1 --subject S --people), 'u2,u3',
		'--id', $id, '--begin', $now - $before, '--end', $now + $after);
}
