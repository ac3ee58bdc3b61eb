package Peer::Node;

# Node with PostgreSQL.

use warnings;
use strict;

use parent -norequire, 'Bench::Peer';

use File::Copy qw/ copy /;
use File::Path qw/ make_path /;

use constant INSTALL => 600;            # seconds
use constant USER => 'postgres';        # PostgreSQL does not run as root


sub name { return 'Node + PostgreSQL' }


# npm may have come with Node, from elsewhere than Debian.

sub packages {
	return ('postgresql', has('node') ? () : 'nodejs',
		has('npm') ? () : 'npm');
}


sub has {
	my ($program) = @_;

	return scalar grep { -x "$_/$program" } split /:/, $ENV{PATH};
}


sub prepare {
	my ($self) = @_;
	my $dir = "$self->{build}/node";
	my ($from, $to) = map { "$_/package.json" } "$self->{source}/node", $dir;

	make_path($dir);

	if (!-d "$dir/node_modules/pg"
		|| Bench::Server::slurp($from) ne Bench::Server::slurp($to))
	{
		copy($from, $to) or die "$to: $!\n";
		Bench::Child->run({ quiet => 1, limit => INSTALL }, qw/ npm install
			--silent --no-package-lock --ignore-scripts --no-audit --no-fund
			--prefix /, $dir);
	}
}


sub launch {
	my ($self) = @_;
	my %user = $> == 0 ? (user => USER) : ();
	my $data = "$self->{prefix}/data";

	# its programs are beside those that are in everybody's path

	($self->{bin}) = reverse sort glob '/usr/lib/postgresql/*/bin';
	die "no PostgreSQL\n" unless $self->{bin};

	make_path($data, { mode => 0700 });
	chown((getpwnam(USER))[2, 3], $data) if %user;

	Bench::Child->run({ log => "$self->{prefix}/initdb.log", %user },
		"$self->{bin}/initdb", '-D', $data, qw/ -U bench -A trust -E UTF8
		--no-locale --no-instructions /);

	# fsync and synchronous_commit are on, as they are by default

	$self->run('postgres', { signal => 'INT', %user },
		"$self->{bin}/postgres", '-D', $data, '-k', $data,
		map { ('-c', $_) } 'listen_addresses=', 'shared_buffers=256MB',
		'max_wal_size=4GB', 'wal_buffers=16MB', 'fsync=on',
		'synchronous_commit=on');
	$self->{socket} = $data;
	$self->wait_for(sub { -S "$data/.s.PGSQL.5432" });
	$self->psql('-f', "$self->{source}/node/schema.sql");

	local $ENV{NODE_PATH} = "$self->{build}/node/node_modules";
	$self->run('node', {}, 'node', "$self->{source}/node/server.js",
		$self->{port}, $data, $self->{secret}, $self->{workers});
}


sub psql {
	my ($self, @args) = @_;

	return Bench::Child->run({}, "$self->{bin}/psql", '-X', '-q', '-A', '-t',
		'-F', ' ', '-v', 'ON_ERROR_STOP=1', '-h', $self->{socket}, '-U',
		'bench', '-d', 'postgres', @args);
}


sub attend {
	my ($self, $file) = @_;

	$self->psql('-c', "\\copy attendee FROM '$file' (DELIMITER ' ')");
	$self->psql('-c', 'ANALYZE attendee');
}


sub checkins {
	my ($self, $from) = @_;

	return $self->psql('-c', 'SELECT meeting, person FROM checkin WHERE '
		. "meeting >= $from");
}


1;
