package Meeting::Machine;

# A server on a machine that fails at a word: its writes, its clock, its disks,
# its processes, these also at each step of a commit.
#
#     my $t = Meeting::Machine->new();
#     my $disk = $t->mount('tmpfs', 16);
#     $t->start();
#     $t->arm(call => 'sync', error => EIO, first => 3);
#     $t->set_clock(86400);
#     my $pid = $t->stop_at('before-commit');
#
# nginx runs with t/fault/shim.c before it, which tells what can be done.

use warnings;
use strict;

use parent qw/ Meeting::Test /;

use List::Util qw/ first /;

# t/fault/shim.c has the same.
my %CALL = (write => 1, sync => 2, short => 4, read => 8);
my $CONTROL = 'q10';
my $CALLS = 6 * 8;
my $WHICH = 8 * 8;
my $LINGER = 9 * 8;


sub new {
	my ($class, @options) = @_;

	my $self = $class->SUPER::new(@options);

	$self->{dir} = "$self->{prefix}/fault";

	mkdir($self->{dir});
	$self->write_file('fault/control', pack($CONTROL));

	# however the test ends, DESTROY is called

	$SIG{$_} = sub { exit(1) } for qw/ INT TERM HUP /;

	return $self;
}


# Nothing of the test is left running or mounted, passed or not.

sub DESTROY {
	my ($self) = @_;

	return if $self->{owner} != $$;

	local ($?, $!, $@);

	kill('CONT', $self->processes());
	$self->stop() if $self->{pid};
	kill('KILL', $self->processes());
	$self->wait_for(sub { !$self->processes() });
	$self->unmount($_) for @{$self->{mounts} // []};

	$self->SUPER::DESTROY();

	return;
}


# All nginx processes of this test, orphans too: they have the shim's file.

sub processes {
	my ($self) = @_;

	return grep {
		index(Meeting::Test::slurp("/proc/$_/maps"), "$self->{dir}/") >= 0
	} map { m{/(\d+)$} } glob('/proc/[0-9]*');
}


# A file system of its own, of so many megabytes: "tmpfs" or "ext4".  Its
# directory, or undef where the system does not let us mount one.

sub mount {
	my ($self, $type, $size) = @_;

	my $dir = "$self->{prefix}/$type";
	my $image = "$dir.image";
	my @mount = ('mount', '-t', 'tmpfs', '-o', "size=${size}m", 'none');

	mkdir($dir);

	if ($type eq 'ext4') {
		@mount = ('mount', '-o', 'loop', $image);

		for my $command ([ 'truncate', '-s', "${size}M", $image ],
			[ 'mkfs.ext4', '-q', '-F', $image ])
		{
			my ($code) = $self->run(@$command);
			return if $code != 0;
		}
	}

	$self->{mount}{$dir} = [ @mount, $dir ];

	return $self->remount($dir) ? $dir : undef;
}


sub remount {
	my ($self, $dir) = @_;

	my ($code) = $self->run(@{$self->{mount}{$dir}});

	push @{$self->{mounts}}, $dir if $code == 0;

	return $code == 0;
}


sub unmount {
	my ($self, $dir) = @_;

	$self->{mounts} = [ grep { $_ ne $dir } @{$self->{mounts}} ];

	return $self->wait_for(sub {
		my ($code) = $self->run('umount', $dir);
		return $code == 0;
	}, 5);
}


# A C file beside the tests, compiled: the path of what it became.

sub compile {
	my ($self, $name, @flags) = @_;

	my $out = "$self->{prefix}/tmp/$name";

	my ($code, undef, $err) = $self->run('gcc', '-D_GNU_SOURCE', '-O2',
		'-Wall', '-Wextra', '-Werror', '-o', $out,
		"$Meeting::Test::TOP/t/fault/$name.c", @flags);

	die "$name.c: $err\n" if $code != 0;

	return $out;
}


sub nginx_env {
	my ($self) = @_;

	$self->{shim} //= $self->compile('shim', '-fPIC', '-shared');

	my @env = $self->SUPER::nginx_env();

	if (my $preload = first { /^LD_PRELOAD=/ } @env) {
		@env = map { $_ eq $preload ? "$_ $self->{shim}" : $_ } @env;

	} else {
		@env = ('env', "LD_PRELOAD=$self->{shim}");
	}

	return (@env, "MEETING_FAULT=$self->{dir}");
}


# Sets which writes fail, and with which error.  Options: file (of the store; the
# data), call (write, sync or short), error (a number), first and last call.

sub arm {
	my ($self, %option) = @_;

	my ($dev, $ino) = stat(join('/', $self->store(),
		$option{file} // 'data.mdb'));

	# nothing may fail before all is in place

	$self->control($WHICH, pack('q', 0));
	$self->control(8, pack('q7', $dev, $ino, $option{first} // 1,
		$option{last} // $option{first} // 1 << 62, $option{error}, 0, 0));
	$self->control($WHICH, pack('q', $CALL{$option{call}}));

	return;
}


# No more errors.

sub disarm {
	my ($self) = @_;
	$self->control($WHICH, pack('q', 0));
	return;
}


# How many calls failed since arm().

sub failed {
	my ($self) = @_;
	return unpack('q',
		substr($self->read_file('fault/control'), $CALLS + 8, 8));
}


# Moves the server's clock, by seconds.

sub set_clock {
	my ($self, $seconds) = @_;
	$self->control(0, pack('q', $seconds * 1000));
	return;
}


# Threads take that much longer to end, in milliseconds.

sub linger {
	my ($self, $ms) = @_;
	$self->control($LINGER, pack('q', $ms));
	return;
}


sub control {
	my ($self, $offset, $bytes) = @_;

	open(my $fh, '+<', "$self->{dir}/control") or die "control: $!\n";
	sysseek($fh, $offset, 0);
	defined syswrite($fh, $bytes) or die "control: $!\n";
	close($fh);

	return;
}


# The next process that comes to a point of the commit engine stops there; its
# pid, or undef if none came.  One that is stopped goes on first, or dies by the
# `signal`.

sub stop_at {
	my ($self, $point, $stopped, $signal) = @_;

	my $file = $self->write_file("fault/stop-$point", '');

	kill($signal // 'CONT', $stopped) if $stopped;

	my $pid = $self->wait_for(sub {
		-e $file ? undef : first { is_stopped($_) } $self->workers();
	}, 5);

	unlink($file);

	return $pid;
}


sub is_stopped {
	my ($pid) = @_;
	return Meeting::Test::slurp("/proc/$pid/stat") =~ /^\d+ \(.*\) T/s;
}


sub a_worker {
	my ($self) = @_;

	my @workers = $self->workers();

	return $workers[rand @workers];
}


1;
