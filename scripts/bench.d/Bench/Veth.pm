package Bench::Veth;

# Two network namespaces with a veth pair between them: a server in the one,
# its client in the other, so that packets pass a network device.  Both
# namespaces have nothing else, and nothing but this benchmark is reached
# through them.

use warnings;
use strict;

use Bench::Child;

# Addresses that RFC 5737 keeps free for examples.
use constant SERVER => '192.0.2.1';
use constant CLIENT => '192.0.2.2';

use constant LIMIT => 30;               # seconds, of one command of ip
use constant PATH_MAX => 107;           # bytes of a UNIX socket's path

my @pairs;


# Makes a pair.  Dies with the reason if it cannot be had.

sub new {
	my ($class) = @_;

	die "not root\n" if $> != 0;
	die "no program ip (package iproute2)\n"
		unless grep { -x "$_/ip" } split(/:/, $ENV{PATH}), '/usr/sbin',
			'/sbin';

	my $self = bless { made => [],
		names => [ map { "bench-$$-" . @pairs . $_ } qw/ s c / ] }, $class;
	my ($server, $client) = @{$self->{names}};

	push @pairs, $self;

	for my $name (@{$self->{names}}) {
		ip('netns', 'add', $name);
		push @{$self->{made}}, $name;
		ip('-n', $name, qw/ link set lo up /);
	}

	ip(qw/ -n /, $server, qw/ link add veth type veth peer name veth netns /,
		$client);

	for ([ $server, SERVER ], [ $client, CLIENT ]) {
		my ($name, $address) = @$_;

		ip('-n', $name, qw/ addr add /, "$address/30", qw/ dev veth /);
		ip('-n', $name, qw/ link set veth up /);
	}

	return $self;
}


sub ip {
	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";

	eval { Bench::Child->run({ limit => LIMIT, log => '/dev/null' }, 'ip',
		@_); 1 } or die "ip @_ failed\n";
}


# A command in the namespace of the server or of its client.

sub at_server { return exec_in($_[0]{names}[0], @_[1 .. $#_]) }
sub at_client { return exec_in($_[0]{names}[1], @_[1 .. $#_]) }

sub exec_in {
	my ($name, @command) = @_;
	my ($ip) = grep { -x } map { "$_/ip" } split(/:/, $ENV{PATH}),
		'/usr/sbin', '/sbin';

	return ($ip, 'netns', 'exec', $name, @command);
}


sub stop {
	my ($self) = @_;

	while (my $name = shift @{$self->{made}}) {
		eval { ip('netns', 'del', $name); 1 }
			or print STDERR "scripts/bench: left behind: ip netns $name\n";
	}
}


END {
	local ($?, $@, $!);
	$_->stop() for @pairs;
}


1;
