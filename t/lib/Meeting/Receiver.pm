package Meeting::Receiver;

# A company's own server, to which its events go (t/lib/receiver.js):
#
#     my $r = Meeting::Receiver->new($t);
#     my ($code, $keys, $err) = $r->subscribe();
#     $r->mode('status');                # how it answers, see receiver.js
#     my @events = $r->events();         # whole messages, decrypted
#
# Needs Node.js; Meeting::Receiver::node() is its path, or nothing.

use warnings;
use strict;

use File::Basename qw/ dirname /;
use JSON::PP ();
use POSIX ();

use Meeting::H5yes;


my $json = JSON::PP->new->utf8;


sub node {
	my ($node) = grep { -x } map { "$_/node" } split(/:/, $ENV{PATH});
	return $node;
}


# Options: n (which of the test's ports; 9), company, appkey.

sub new {
	my ($class, $t, %option) = @_;
	my $n = $option{n} // 9;

	my $self = bless {
		t => $t,
		company => $option{company} // 1000,
		port => $t->port($n),
		map { $_ => $t->prefix() . "/receiver-$n.$_" }
			qw/ keys log mode /,
	}, $class;

	$self->start();

	return $self;
}


sub url { return "http://127.0.0.1:$_[0]->{port}/events" }


sub start {
	my ($self) = @_;

	pipe(my $out, my $in) or die "pipe: $!\n";
	my $pid = fork() // die "fork: $!\n";

	if ($pid == 0) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>&', $in);
		exec(node(), dirname(__FILE__) . '/../receiver.js',
			@$self{qw/ port keys log mode /}) or POSIX::_exit(127);
	}

	close($in);
	$self->{pid} = $pid;
	$self->{owner} = $$;
	<$out> // die "the receiver did not start\n";

	return;
}


sub stop {
	my ($self) = @_;

	my $pid = delete $self->{pid} or return;
	kill('KILL', $pid);
	waitpid($pid, 0);

	return;
}


sub DESTROY {
	my ($self) = @_;
	local $?;
	$self->stop() if ($self->{owner} // 0) == $$;
	return;
}


sub mode {
	my ($self, $mode) = @_;

	open(my $fh, '>', $self->{mode}) or die "$self->{mode}: $!\n";
	print {$fh} $mode;
	close($fh);

	return;
}


# "meetingctl event set", which prints the keys before it asks the receiver
# whether it has them: (exit code, keys, standard error).

sub subscribe {
	my ($self, @args) = @_;
	my $t = $self->{t};

	my ($code, undef, $err) = $t->run('sh', '-c', 'exec "$@" > "$0"',
		$self->{keys}, $t->{ctl}, '--store', $t->store(), 'event', 'set',
		'--company', $self->{company}, '--url', $self->url(),
		'--allow-private', @args);

	return ($code, scalar eval { $json->decode(slurp($self->{keys})) }, $err);
}


# An h5yes client of the company, and what it raises: events of so many people
# who are added.

sub app {
	my ($self) = @_;
	my $t = $self->{t};

	return $self->{app} //= Meeting::H5yes->new(
		base => 'http://127.0.0.1:' . $t->port(), %{$t->ctl('credential',
		'add', '--company', $self->{company})});
}


sub raise_events {
	my ($self, $n) = @_;

	for (1 .. $n) {
		my $name = 'user' . ++$self->{raised};
		my $answer = $self->app()->call('user/add',
			{ name => $name, account => $name });
		die $answer->{text} if $answer->{code} != 10000;
	}

	return;
}


sub slurp {
	my ($file) = @_;
	open(my $fh, '<', $file) or return '';
	local $/;
	return <$fh> // '';
}


# The requests received, the first one first.

sub requests {
	my ($self) = @_;
	return map { $json->decode($_) } slurp($self->{log}) =~ /^(.*)\n/mg;
}


# How many that are.

sub count {
	my ($self) = @_;
	return slurp($self->{log}) =~ tr/\n//;
}


# Messages, each number once, in the order of their arrival; check_url is none.

sub events {
	my ($self) = @_;
	my %seen;

	return grep { defined $_->{seq} && !$seen{$_->{seq}}++ }
		map { $_->{event} ? { at => $_->{at}, %{$_->{event}} } : () }
		$self->requests();
}


# The messages, once there are n of them (or time is up).

sub wait_events {
	my ($self, $n, $seconds) = @_;
	my @events;

	$self->{t}->wait_for(sub { (@events = $self->events()) >= $n },
		$seconds // 15);

	return @events;
}


1;
