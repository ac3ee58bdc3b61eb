package Bench::Child;

# Programs that the benchmark runs.  Each has a limit of time: one that takes
# longer is killed, with its children, and the benchmark ends with a message.
# No child outlives the benchmark.

use warnings;
use strict;

use POSIX ();
use Time::HiRes qw/ time /;

use constant LIMIT => 600;              # seconds, of a child without its own
use constant PIECE => 1 << 16;          # bytes of one read

my %running;


# Starts a command, whose standard output is read by line() and finish().
# Options: limit (seconds, of its whole life); quiet (standard output goes to
# our standard error) or output (it goes to that file): then none is read.

sub start {
	my ($class, $option, @command) = @_;
	my $limit = $option->{limit} // LIMIT;
	my ($out, $in);

	my $file;

	pipe($out, $in) or die "scripts/bench: pipe: $!\n";

	if (defined $option->{output}) {
		open($file, '>', $option->{output})
			or die "scripts/bench: $option->{output}: $!\n";
	}

	my $pid = fork() // die "scripts/bench: fork: $!\n";

	if ($pid == 0) {
		setpgrp(0, 0);
		$SIG{$_} = 'DEFAULT' for qw/ INT TERM /;
		POSIX::dup2($option->{quiet} ? 2 : fileno($file // $in), 1);
		{ no warnings 'exec'; exec { $command[0] } @command }
		print STDERR "scripts/bench: $command[0]: $!\n";
		POSIX::_exit(127);
	}

	close($in);
	setpgrp($pid, $pid);
	$running{$pid} = 1;

	return bless {
		pid => $pid, out => $out, text => '', limit => $limit,
		end => time() + $limit, name => $command[0] =~ s{.*/}{}r,
	}, $class;
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

	while (waitpid($self->{pid}, POSIX::WNOHANG()) == 0) {
		$self->late() if time() > $self->{end};
		select(undef, undef, undef, 0.005);
	}

	delete $running{$self->{pid}};
	die "scripts/bench: $self->{name} failed\n" if $?;

	return $self->{text};
}


# Ends it, if it has not ended.

sub stop {
	my ($self) = @_;

	delete $running{$self->{pid}} or return;
	kill('KILL', -$self->{pid}, $self->{pid});
	waitpid($self->{pid}, 0);
}


# Reads a piece more.  Returns 0 at the end.

sub more {
	my ($self) = @_;
	my $bits = '';

	vec($bits, fileno($self->{out}), 1) = 1;

	my $left = $self->{end} - time();

	return 1 if $left > 0 && select($bits, undef, undef, $left) == -1;

	$self->late() if $left <= 0 || !vec($bits, fileno($self->{out}), 1);

	return sysread($self->{out}, $self->{text}, PIECE, length($self->{text}));
}


sub late {
	my ($self) = @_;

	$self->stop();
	die "scripts/bench: $self->{name} took longer than $self->{limit} s, and "
		. "was stopped\n";
}


END {
	local ($?, $!);
	kill('KILL', -$_, $_) for keys %running;
}


1;
