package Peer::Redis;

# nginx and Lua with Redis, which syncs its log before it answers.

use warnings;
use strict;

use parent -norequire, 'Bench::Peer';

use constant MODULES => '/usr/lib/nginx/modules';


sub name { return 'nginx + Lua + Redis' }


sub packages {
	return qw/ redis-server libnginx-mod-http-lua lua-cjson /;
}


sub prepare { }


sub launch {
	my ($self) = @_;
	my $prefix = $self->{prefix};

	$self->run('redis', {}, 'redis-server', '--port', 0, '--unixsocket',
		"$prefix/redis.sock", '--dir', $prefix, qw/ --daemonize no
		--appendonly yes --appendfsync always --auto-aof-rewrite-percentage 0
		--maxclients 20000 --save /, '');
	$self->wait_for(sub { -S "$prefix/redis.sock" });

	my %filled = (
		PORT => $self->{port}, WORKERS => $self->{workers},
		DIR => "$self->{source}/redis", PREFIX => $prefix,
		MODULES => MODULES, SECRET => $self->{secret},
		USER => $> == 0 ? 'user root;' : '',
	);
	my $conf = Bench::Server::slurp("$self->{source}/redis/nginx.conf");

	$conf =~ s/^(?!#)(.*)/$1 =~ s{\b([A-Z]+)\b}{$filled{$1} \/\/ $1}egr/gem;
	Bench::Peer::write_lines("$prefix/nginx.conf", $conf);

	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
	$self->run('nginx', { signal => 'QUIT' }, 'nginx', '-p', $prefix, '-c',
		"$prefix/nginx.conf");
}


# Runs a file of commands.  Returns what redis-cli prints.

sub cli {
	my ($self, @commands) = @_;
	my $file = "$self->{prefix}/commands";

	Bench::Peer::write_lines($file, @commands);

	return Bench::Child->run({ input => $file }, 'redis-cli', '-s',
		"$self->{prefix}/redis.sock");
}


sub attend {
	my ($self, $file) = @_;
	my %lists;

	open(my $in, '<', $file) or die "$file: $!\n";

	while (<$in>) {
		my ($meeting, $person) = split ' ';
		push @{$lists{$meeting}}, $person;
	}

	my $answer = $self->cli(map { "SADD listed:$_ @{$lists{$_}}" }
		keys %lists);

	die "SADD: $answer" if $answer =~ /[^\d\n]/;
}


sub checkins {
	my ($self, $from) = @_;
	my ($meeting, $text) = (0, '');

	for (split /\n/, $self->cli(map { ("ECHO m$_", "SMEMBERS signed:$_") }
		$from .. $self->{meeting}))
	{
		if (/^m(\d+)$/) {
			$meeting = $1;

		} elsif (length) {
			$text .= "$meeting $_\n";
		}
	}

	return $text;
}


1;
