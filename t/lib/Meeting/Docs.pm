package Meeting::Docs;

# A document of the project, taken apart, and a scratch clone to run it in.
#
#     my $doc = Meeting::Docs->new('src/ctl/README.md');
#     $doc->blocks();        # { lang, mark, text, line } of each fence
#     $doc->anchors();       # { 'the-heading' => 1, ... }, as GitHub makes them
#     $doc->links();         # [ target, line ] of each link
#     $doc->paths();         # [ path, line ] of files named in back-quotes
#     $doc->text();          # all of it
#     $doc->prose();         # fences and code left out
#
# In a scratch clone the project's files are links, the build is done, and run/
# is the state of a server of its own.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use File::Basename qw/ basename dirname /;
use File::Path qw/ make_path /;
use IO::Socket::INET;
use POSIX ();

our $TOP = abs_path(dirname(__FILE__) . '/../../..');

# Folders whose files a document may name from anywhere.

my $ROOMS = qr{(?:src|t|scripts|ngx_module|conf\.examples)/};


# The names of all documents, from the top of the project.

sub all {
	my @names = sort split(/\n/, qx(git -C $TOP ls-files '*.md'));
	return grep { -f "$TOP/$_" } @names;
}


sub new {
	my ($class, $name) = @_;

	my $text = slurp("$TOP/$name");
	my $self = bless { name => $name, text => $text, blocks => [],
		anchors => {}, links => [], paths => [] }, $class;

	$self->read_blocks();
	$self->read_prose();

	return $self;
}


sub name { return $_[0]->{name} }
sub text { return $_[0]->{text} }
sub prose { return $_[0]->{prose} }
sub blocks { return @{$_[0]->{blocks}} }
sub anchors { return $_[0]->{anchors} }
sub links { return @{$_[0]->{links}} }
sub paths { return @{$_[0]->{paths}} }


sub slurp {
	my ($file) = @_;

	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!\n";
	local $/;

	return <$in> // '';
}


# Fences: their text, and the prose around them, with as many lines.

sub read_blocks {
	my ($self) = @_;
	my ($block, $line, $prose) = (undef, 0, '');

	for (split(/^/, $self->{text})) {
		$line++;

		if ($block) {
			if (/^\s*```\s*$/) {
				push @{$self->{blocks}}, $block;
				undef $block;

			} else {
				$block->{text} .= $_;
			}

			$prose .= "\n";

		} elsif (/^\s*```(\w*)[ ]*(.*)$/) {
			$block = { lang => $1, mark => $2, text => '',
				line => $line };
			$prose .= "\n";

		} else {
			$prose .= $_;
		}
	}

	die "$self->{name}:$block->{line}: a fence without an end\n" if $block;

	$self->{prose} = $prose;
	return;
}


sub read_prose {
	my ($self) = @_;
	my $prose = $self->{prose};
	my %seen;

	while ($prose =~ /^#+[ ]+(.*)$/mg) {
		my $slug = slug($1);
		my $n = $seen{$slug}++;
		$self->{anchors}{$n ? "$slug-$n" : $slug} = 1;
	}

	while ($prose =~ /`([^`]+)`/g) {
		my ($code, $at) = ($1, $-[0]);
		push @{$self->{paths}}, [ $1, line_at($prose, $at) ]
			if $code =~ m{^($ROOMS[\w.*/-]+)$}
			&& $code !~ m{NAME|NNN};
	}

	$prose =~ s/`([^`]*)`/'x' x length($1) . '  '/ge;

	while ($prose =~ /\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)/mg) {
		push @{$self->{links}}, [ $1 // $2, line_at($prose, $-[0]) ];
	}

	return;
}


sub line_at {
	my ($text, $at) = @_;
	return 1 + (substr($text, 0, $at) =~ tr/\n//);
}


# A heading's anchor.

sub slug {
	my ($heading) = @_;

	$heading =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
	$heading =~ s/[^\w\s-]//g;

	return lc($heading =~ s/ /-/gr);
}


# The file and the anchor that a link of this document leads to, from the top
# of the project; an empty list for an address elsewhere.

sub resolve {
	my ($self, $target) = @_;

	return if $target =~ /^[a-z]+:/;

	my ($file, $anchor) = $target =~ /^([^#]*)(?:#(.*))?$/;
	return ($self->{name}, $anchor) if $file eq '';

	my $folder = $self->{name} =~ m{/} ? dirname($self->{name}) . '/' : '';
	my @parts;

	for my $part (split(m{/}, $folder . $file)) {
		next if $part eq '.' || $part eq '';
		$part eq '..' ? pop @parts : push @parts, $part;
	}

	return (join('/', @parts), $anchor);
}


# A table's rows, as lists of cells, whose first cell matches.

sub rows {
	my ($self, $first) = @_;
	my @rows;

	for (split(/\n/, $self->{prose})) {
		my ($cells) = /^\| (.*) \|$/ or next;
		my @cells = map { s/^\s+|\s+$//gr } split(/(?<!\\)\|/, $cells, -1);
		push @rows, \@cells if $cells[0] =~ $first;
	}

	return @rows;
}


# Texts of a document, with the paths of an installed server made those of DIR.

sub localize {
	my ($text, %path) = @_;
	my $paths = join('|', map { quotemeta }
		sort { length($b) <=> length($a) } keys %path);

	return $text =~ s/($paths)/$path{$1}/gr;
}


sub save {
	my ($file, $text, $mode) = @_;

	open(my $out, '>:encoding(UTF-8)', $file) or die "$file: $!\n";
	print {$out} $text;
	close($out) or die "$file: $!\n";
	chmod($mode, $file) if $mode;

	return $file;
}


# nginx -t on a configuration as it would stand in /etc/nginx, with its files
# in DIR: (passed, what nginx said).

sub test_config {
	my ($dir, $text) = @_;

	$text =~ s{modules/(ngx_http_meeting_module\.so)}{$TOP/build/$1};
	$text = localize($text, '/var/lib/nginx-meeting' => "$dir/store",
		map { $_ => "$dir/" } qw{ /var/log/nginx/ /etc/nginx/ /run/ });

	save("$dir/nginx.conf", $text);

	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
	my $out = qx(nginx -t -p $dir -c $dir/nginx.conf -e $dir/error.log 2>&1);

	return ($? == 0, $out);
}


# The files that the examples include.

sub make_secrets {
	my ($dir) = @_;

	my $made = qx(openssl req -x509 -newkey rsa:2048 -nodes -days 1 \\
		-subj /CN=meeting.example.com \\
		-keyout $dir/meeting.key -out $dir/meeting.crt 2>&1);
	die $made if $?;

	save("$dir/meeting-secret.conf", qq(meeting_weclubs_secret "secret";\n));

	return;
}


# nginx -t on a part of a configuration, in the first context that takes it;
# parts of the same document that were for http stand before it.
# Returns the context, or an empty string and what nginx said.

sub test_part {
	my ($dir, $text, $before) = @_;
	my $said = '';

	if ($text =~ /^\s*events\b/m) {
		my ($passed, $out) = test_config($dir, $text);
		return ($passed ? 'main' : '', $out);
	}

	my $user = $> == 0 ? 'user root;' : '';
	my $own = join('', map { $_->[1] } grep { $text !~ /\b$_->[0]\b/ }
		[ meeting_store => "meeting_store path=store;\n" ],
		[ meeting_weclubs_secret => "meeting_weclubs_secret s;\n" ]);
	my $head = "load_module modules/ngx_http_meeting_module.so;\n$user\n"
		. "pid /run/nginx.pid;\nevents { }\nhttp {\n$own@$before\n";

	for my $context ([ http => '', '' ],
		[ server => 'server {', '}' ],
		[ location => 'server { location / {', '} }' ])
	{
		my ($name, $open, $close) = @$context;
		my ($passed, $out)
			= test_config($dir, "$head$open\n$text\n$close\n}\n");

		if ($passed) {
			push @$before, $text if $name eq 'http';
			return ($name, $out);
		}

		# The message of the context that knows the directive.

		$said = $out if $said eq ''
			|| $out !~ /is not allowed here|unknown directive/;
	}

	return ('', $said);
}


# A scratch clone in DIR.

sub make_clone {
	my ($dir) = @_;
	my $clone = { dir => $dir, port => free_port(), other => free_port() };

	make_path("$dir/scripts", "$dir/bin", "$dir/backup");

	for my $name (qw/ README.md src t conf.examples ngx_module build /) {
		symlink("$TOP/$name", "$dir/$name") or die "$name: $!\n";
	}

	for my $file (grep { !m{/(?:run|build)$} } glob "$TOP/scripts/*") {
		symlink($file, "$dir/scripts/" . basename($file))
			or die "$file: $!\n";
	}

	symlink("$TOP/scripts/run", "$dir/scripts/run-itself") or die $!;
	symlink("$TOP/build/meetingctl", "$dir/bin/meetingctl") or die $!;

	my %program = (
		'scripts/build' => ': is done',
		'scripts/run' => "exec '$dir/scripts/run-itself'"
			. " --port $clone->{port} \"\$@\"",
		'bin/nginx' => "PATH=\${PATH#*:}:/usr/sbin\n"
			. "exec nginx -p '$dir/run' -c '$dir/run/nginx.conf'"
			. " -e '$dir/run/error.log' \"\$@\"",
		'bin/systemctl' => "[ \"\$2\" = nginx ] || exit 1\n"
			. "case \$1 in\n"
			. "start|restart) exec '$dir/scripts/run' ;;\n"
			. "stop) exec '$dir/scripts/run' --stop ;;\n"
			. "*) exit 1 ;;\nesac",
		$> == 0 ? () : ('bin/chown' => ': takes root'),
	);

	save("$dir/$_", "#!/bin/bash\n$program{$_}\n", 0755)
		for keys %program;

	return bless $clone, 'Meeting::Docs::Clone';
}


sub free_port {
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
		or die "no free port: $!\n";
	return $s->sockport();
}


package Meeting::Docs::Clone;

use warnings;
use strict;


sub dir { return $_[0]->{dir} }


# A text of a document as it works here.

sub localize {
	my ($self, $text) = @_;
	my $dir = $self->{dir};

	$text =~ s/\b8080\b/$self->{port}/g;
	$text =~ s/\b8090\b/$self->{other}/g;

	return Meeting::Docs::localize($text, '/backup/' => "$dir/backup/",
		'/var/lib/nginx-meeting' => "$dir/run/store");
}


# Runs a shell script in the clone, in a process group of its own, for so many
# seconds: (its exit status, or 124 if it did not end; what it wrote).  What it
# left in the background is killed; a server of scripts/run is none of that.

sub run {
	my ($self, $script, $seconds) = @_;
	my ($dir, $out) = ($self->{dir}, "$self->{dir}/written");

	Meeting::Docs::save("$dir/script.sh", $script);

	my $pid = fork() // die "fork: $!\n";

	if ($pid == 0) {
		setpgrp(0, 0);
		chdir($dir) or POSIX::_exit(126);
		$ENV{PATH} = "$dir/bin:$ENV{PATH}";
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', $out);
		open(STDERR, '>&', \*STDOUT);
		exec('sh', '-eu', "$dir/script.sh") or POSIX::_exit(127);
	}

	my $status;

	eval {
		local $SIG{ALRM} = sub { die "time\n" };
		alarm($seconds);
		waitpid($pid, 0);
		$status = $?;
		alarm(0);
	};

	kill('KILL', -$pid);
	waitpid($pid, 0) unless defined $status;

	return (!defined $status ? 124 : $status & 127
		? 128 + ($status & 127) : $status >> 8,
		Meeting::Docs::slurp($out));
}


sub start {
	my ($self) = @_;
	my ($status, $out) = $self->run("scripts/run\n", 60);
	return $status == 0 ? '' : $out;
}


sub stop {
	my ($self) = @_;
	qx('$self->{dir}/scripts/run' --dir '$self->{dir}/run' --stop 2>&1);
	return;
}


1;
