package Peer::Hyper;

# hyper with SQLite in group commit, built without a network from the sources
# that Debian packages.

use warnings;
use strict;

use parent -norequire, 'Bench::Peer';

use File::Copy qw/ copy /;
use File::Path qw/ make_path /;
use HTTP::Tiny;

use constant SOURCES => '/usr/share/cargo/registry';
use constant BUILD => 1_800;            # seconds


sub name { return 'hyper + SQLite' }


sub packages {
	return (qw/ rustc cargo libsqlite3-dev /, map { "librust-$_-dev" }
		qw/ hyper tokio rusqlite serde-derive serde-json sha1 /);
}


# Cargo writes beside the sources, so that it has a copy of them.

sub prepare {
	my ($self) = @_;
	my $dir = "$self->{build}/hyper";

	make_path("$dir/.cargo");

	for my $file (qw/ Cargo.toml main.rs /) {
		my ($from, $to) = ("$self->{source}/hyper/$file", "$dir/$file");

		next if Bench::Server::slurp($from) eq Bench::Server::slurp($to);
		copy($from, $to) or die "$to: $!\n";
	}

	Bench::Peer::write_lines("$dir/.cargo/config.toml",
		'[source.crates-io]', 'replace-with = "debian"',
		'[source.debian]', 'directory = "' . SOURCES . '"');

	# Debian's, in front of any other

	local $ENV{PATH} = "/usr/bin:/bin:$ENV{PATH}";
	local $ENV{CARGO_HOME} = "$dir/.cargo";

	Bench::Child->run({ quiet => 1, limit => BUILD }, 'cargo', 'build',
		'--quiet', '--release', '--offline', '--manifest-path',
		"$dir/Cargo.toml", '--target-dir', "$dir/target");
}


sub launch {
	my ($self) = @_;

	$self->run('hyper', {}, "$self->{build}/hyper/target/release/hyper-peer",
		$self->{port}, "$self->{prefix}/checkins.db", $self->{secret},
		$self->{workers});
}


sub attend {
	my ($self, $file) = @_;

	$self->fetch('POST', 'attendees',
		{ content => Bench::Server::slurp($file) });
}


sub checkins {
	my ($self, $from) = @_;

	return $self->fetch('GET', "checkins?$from");
}


sub fetch {
	my ($self, $method, $path, @options) = @_;
	my $answer = HTTP::Tiny->new(timeout => 60)->request($method,
		"http://127.0.0.1:$self->{port}/$path", @options);

	die "$path: $answer->{status} $answer->{content}\n"
		unless $answer->{success};

	return $answer->{content};
}


1;
