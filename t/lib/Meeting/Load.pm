package Meeting::Load;

# A steady load over several connections that keeps what came of each request.
#
#     my $load = Meeting::Load->start(log => $file,
#         lanes => [ { port => 8080, next => $sub }, ... ]);
#     $load->wait(sub { $load->count('sign', 2000) > 100 }, 5);
#     $load->stop();
#     for my $e ($load->events()) { ... $e->{key}, $e->{outcome} ... }
#
# A lane is one connection with at most one request out.  next() is asked for
# the lane's next request: { kind, key, path, body }, 0 for "not now", undef
# when there are no more.  Its options: close (a connection for each request),
# leave (goes away without waiting for the answer).
#
# Outcomes: the dialect's code (HTTP 200), "http-N", "lost" (the connection
# broke first), "hung" (no answer within the limit), "left".

use warnings;
use strict;

use Errno qw/ EINTR /;
use POSIX ();
use Socket qw/ PF_INET SOCK_STREAM IPPROTO_TCP TCP_NODELAY SOL_SOCKET
	SO_LINGER inet_aton pack_sockaddr_in /;
use Time::HiRes qw/ sleep time /;

# Seconds until a request without an answer counts as hung.
our $LIMIT = 15;

# Seconds between attempts to connect.
my $RETRY = 0.02;


# Runs requests to their end, here: the events, each with the answer's body.

sub run {
	my ($class, $port, @requests) = @_;

	my @events;
	my $next = sub { return shift @requests };

	drive(sub { return 0 }, sub { push @events, @_ },
		map { { port => $port, next => $next } } 1 .. 16);

	return @events;
}


# The same in a process of its own, until stop(); with a log of the outcomes.

sub start {
	my ($class, %option) = @_;

	my $self = bless { events => [], rest => '', owner => $$ }, $class;

	open(my $out, '>', $option{log}) or die "$option{log}: $!\n";
	open($self->{in}, '<', $option{log}) or die "$option{log}: $!\n";

	$self->{pid} = fork() // die "fork: $!\n";

	return $self if $self->{pid};

	my $stop = 0;
	$SIG{TERM} = sub { $stop = 1 };

	eval {
		drive(sub { return $stop }, sub { write_log($out, @_) },
			@{$option{lanes}});
	};

	print STDERR $@ if $@;
	POSIX::_exit($@ ? 1 : 0);
}


sub write_log {
	my ($out, @events) = @_;

	my $text = join('', map {
		sprintf("%s %s %.6f %.6f %s\n",
			@$_{qw/ kind key sent done outcome /})
	} @events);

	defined syswrite($out, $text) or die "cannot write the log: $!\n";

	return;
}


sub DESTROY {
	my ($self) = @_;

	return if $self->{owner} != $$ || !$self->{pid};

	local ($?, $!, $@);
	kill('KILL', $self->{pid});
	waitpid($self->{pid}, 0);
}


# Returns the events since the last call, oldest first.

sub poll {
	my ($self) = @_;

	seek($self->{in}, 0, 1);

	my @new;

	while (defined(my $line = readline($self->{in}))) {
		$self->{rest} .= $line;
		last if $line !~ /\n$/;

		my %event;
		@event{qw/ kind key sent done outcome /}
			= split(' ', $self->{rest});
		$self->{rest} = '';

		push @new, \%event;
	}

	push @{$self->{events}}, @new;

	return @new;
}


# All so far.

sub events {
	my ($self) = @_;

	$self->poll();

	return @{$self->{events}};
}


# Until an event of the kind and outcome was answered after a moment, to a
# request sent whenever; its time, or undef after some seconds.

sub wait_for {
	my ($self, $kind, $outcome, $after, $seconds) = @_;

	my $end = time() + $seconds;
	my @events = $self->events();

	for ( ;; ) {
		for my $e (@events) {
			return $e->{done} if $e->{done} > $after
				&& $e->{kind} eq $kind && $e->{outcome} eq $outcome;
		}

		return if time() > $end;

		sleep(0.01);
		@events = $self->poll();
	}
}


# No new requests; waits for what is out.

sub stop {
	my ($self) = @_;

	my $pid = delete $self->{pid} or return;

	kill('TERM', $pid);
	waitpid($pid, 0);

	die "the load broke off\n" if $?;

	return $self->events();
}


# The loop over all lanes.

sub drive {
	my ($stopped, $report, @lanes) = @_;

	local $SIG{PIPE} = 'IGNORE';

	for ( ;; ) {
		my (@busy, @events);
		my $now = time();
		my $idle = 0;

		for my $lane (@lanes) {
			if (!$lane->{request} && !$lane->{ended}) {
				push @events, advance($lane, $now, $stopped->());
			}

			push @busy, $lane if $lane->{request};
			$idle++ if !$lane->{request} && !$lane->{ended};
		}

		push @events, answers($idle ? 0.002 : 0.05, @busy);

		$report->(@events) if @events;

		return if !@busy && !$idle;
	}
}


# Gives a lane its next request, if there is one and a connection for it.

sub advance {
	my ($lane, $now, $stopped) = @_;

	return if ($lane->{retry} // 0) > $now;

	if ($stopped) {
		$lane->{ended} = 1;
		return;
	}

	my $request = $lane->{first} // $lane->{next}->($now);

	if (!$request) {
		$lane->{ended} = !defined $request;
		return;
	}

	$lane->{socket} //= dial($lane->{port});

	if (!$lane->{socket}) {
		$lane->{first} = $request;
		$lane->{retry} = $now + $RETRY;
		return;
	}

	delete $lane->{first};

	my $body = $request->{body};

	my $text = join("\r\n", "POST $request->{path} HTTP/1.1",
		'Host: localhost', 'Content-Type: application/json',
		'Content-Length: ' . length($body),
		$lane->{close} ? 'Connection: close' : 'Connection: keep-alive',
		'', $body);

	$lane->{request} = { %$request, sent => time() };
	$lane->{answer} = '';

	if ((syswrite($lane->{socket}, $text) // 0) != length($text)) {
		return finish($lane, 'lost');
	}

	return $lane->{leave} ? leave($lane) : ();
}


sub dial {
	my ($port) = @_;

	socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($socket, pack_sockaddr_in($port, inet_aton('127.0.0.1')))
		or return;
	setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);

	return $socket;
}


# With a reset, a moment after the request.

sub leave {
	my ($lane) = @_;

	select(undef, undef, undef, rand($lane->{leave}));
	setsockopt($lane->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));

	return finish($lane, 'left');
}


# Reads what there is; the requests that ended.

sub answers {
	my ($wait, @lanes) = @_;

	my $bits = '';
	my @events;

	vec($bits, fileno($_->{socket}), 1) = 1 for @lanes;

	my $n = select(my $ready = $bits, undef, undef, $wait);

	return if $n < 0 && $! == EINTR;

	my $now = time();

	for my $lane (@lanes) {
		if ($n > 0 && vec($ready, fileno($lane->{socket}), 1)) {
			push @events, read_answer($lane);

		} elsif ($now - $lane->{request}{sent} > $LIMIT) {
			push @events, finish($lane, 'hung');
		}
	}

	return @events;
}


sub read_answer {
	my ($lane) = @_;

	my $n = sysread($lane->{socket}, $lane->{answer}, 65536,
		length($lane->{answer}));

	return finish($lane, 'lost') if !$n;

	my ($head, $body) = split(/\r\n\r\n/, $lane->{answer}, 2);

	return if !defined $body;

	if ($head =~ /^content-length: (\d+)/im) {
		return if length($body) < $1;

	} elsif ($body !~ /(?:^|\r\n)0\r\n\r\n\z/) {
		return;
	}

	my ($http) = $head =~ m{^HTTP/1\.1 (\d+)};
	my ($code) = $body =~ /"result_code":(\d+)/;

	$http //= 0;
	$lane->{last} = 1 if $head =~ /^connection: close/im;

	return finish($lane, $http == 200 ? $code // 'none' : "http-$http",
		$body);
}


# The event; the connection is kept only after an answer.

sub finish {
	my ($lane, $outcome, $body) = @_;

	my $request = delete $lane->{request};

	if (!defined $body || $lane->{close} || delete $lane->{last}) {
		close(delete $lane->{socket});
	}

	return { kind => $request->{kind}, key => $request->{key},
		sent => $request->{sent}, done => time(), outcome => $outcome,
		body => $body };
}


1;
