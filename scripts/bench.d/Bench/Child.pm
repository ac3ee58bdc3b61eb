package Bench::Child;

# Programs that the benchmark runs.  Each has a limit of time: one that takes
# longer is killed, with its children, and the benchmark ends with a message.
# No child outlives the benchmark.

use warnings;
use strict;

use POSIX ();
use Time::HiRes qw/ time /;

use constant LIMIT => 600;              # seconds, of a child without its own
use constant ORDERLY => 10;             # seconds, to end after a signal
use constant PIECE => 1 << 16;          # bytes of one read

my %running;


# Starts a command, whose standard output is read by line() and finish().
# Options:
#
#     limit     seconds of its whole life
#     quiet     standard output goes to our standard error, and is not read
#     output    standard output goes to this file, and is not read
#     log       standard output and standard error go to this file
#     input     a file
#     user      that it runs as, if we are root
#     signal    that ends it in good order, for stop() (TERM)

sub start {
	my ($class, $option, @command) = @_;
	my $limit = $option->{limit} // LIMIT;
	my $stdin = opened('<', $option->{input} // '/dev/null');
	my ($out, $in);

	pipe($out, $in) or die "scripts/bench: pipe: $!\n";

	my $file = $option->{log} // $option->{output};
	my $stdout = $option->{quiet} ? \*STDERR
		: defined $file ? opened('>', $file) : $in;
	my $pid = fork() // die "scripts/bench: fork: $!\n";

	if ($pid == 0) {
		setpgrp(0, 0);
		$SIG{$_} = 'DEFAULT' for qw/ INT TERM /;
		POSIX::dup2(fileno($stdin), 0);
		POSIX::dup2(fileno($stdout), 1);
		POSIX::dup2(1, 2) if defined $option->{log};
		become($option->{user}) if $option->{user} && $> == 0;
		{ no warnings 'exec'; exec { $command[0] } @command }
		print STDERR "scripts/bench: $command[0]: $!\n";
		POSIX::_exit(127);
	}

	close($in);
	setpgrp($pid, $pid);

	return $running{$pid} = bless {
		pid => $pid, out => $out, text => '', limit => $limit,
		end => time() + $limit, name => $command[0] =~ s{.*/}{}r,
		signal => $option->{signal} // 'TERM',
	}, $class;
}


sub opened {
	my ($mode, $path) = @_;

	open(my $file, $mode, $path) or die "scripts/bench: $path: $!\n";

	return $file;
}


# In the child: gives up the rights of root.

sub become {
	my ($name) = @_;
	my (undef, undef, $uid, $gid) = getpwnam($name) or POSIX::_exit(127);

	$) = "$gid $gid";
	POSIX::setgid($gid);
	POSIX::setuid($uid);
	$ENV{HOME} = '/';
}


# Runs a command to its end.  Returns what it printed.

sub run {
	my ($class, $option, @command) = @_;

	return $class->start($option, @command)->finish();
}


sub pid { return $_[0]{pid} }


# Returns the next line, or undef at the end.

sub line {
	my ($self) = @_;

	while ($self->{text} !~ /\n/) {
		last if !$self->more();
	}

	return $self->{text} =~ s/^(.*\n|.+$)// ? $1 : undef;
}


# Waits for the end.  Returns what it printed since the last line(); dies if it
# failed.

sub finish {
	my ($self) = @_;

	1 while $self->more();

	# a program may close its output before it ends

	while ($self->is_running()) {
		$self->late() if time() > $self->{end};
		select(undef, undef, undef, 0.005);
	}

	die "scripts/bench: $self->{name} failed\n" if $self->{status};

	return $self->{text};
}


sub is_running {
	my ($self) = @_;

	return 0 if !$running{$self->{pid}};
	return 1 if waitpid($self->{pid}, POSIX::WNOHANG()) == 0;

	$self->{status} = $?;
	delete $running{$self->{pid}};

	return 0;
}


# Ends it and its children, if it has not ended: in good order, if it does so
# in time.

sub stop {
	my ($self) = @_;
	my $end = time() + ORDERLY;

	kill($self->{signal}, $self->{pid}) if $self->is_running();

	while ($self->is_running() && time() < $end) {
		select(undef, undef, undef, 0.01);
	}

	$self->slay();
}


sub slay {
	my ($self) = @_;

	kill('KILL', -$self->{pid});
	return if !delete $running{$self->{pid}};

	kill('KILL', $self->{pid});
	waitpid($self->{pid}, 0);
}


# Reads a piece more.  Returns 0 at the end.

sub more {
	my ($self) = @_;
	my $left = $self->{end} - time();
	my $bits = '';

	vec($bits, fileno($self->{out}), 1) = 1;

	my $ready = $left > 0 ? select($bits, undef, undef, $left) : 0;

	return 1 if $ready == -1;

	$self->late() if !$ready;

	return sysread($self->{out}, $self->{text}, PIECE, length($self->{text}));
}


sub late {
	my ($self) = @_;

	$self->slay();
	die "scripts/bench: $self->{name} took longer than $self->{limit} s, and "
		. "was stopped\n";
}


END {
	local ($?, $!, $@);
	$_->stop() for values %running;
}


1;
