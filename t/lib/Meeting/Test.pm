package Meeting::Test;

# A server of its own for each test, in the manner of nginx-tests:
#
#     my $t = Meeting::Test->new();
#     $t->write_conf($template);         # or none: a weclubs API at /
#     $t->company();                     # company 1000
#     $t->import_users(...);
#     $t->start();
#     my $answer = $t->get('/status')->{json};
#     my $ann = $t->app()->login('ann', 'her password');
#     $t->finish();                      # stops, reads the error log, done
#
# Templates may hold %%GLOBALS%% (for the top of the file), %%HTTP%% (for the
# http block), %%PORT%%, %%PORT_1%% ..., %%PREFIX%%.
#
# Environment: TEST_NGINX_BINARY (nginx), MEETING_MODULE ("static" when it is
# linked into nginx), MEETING_CTL (both as in build/), MEETING_SANITIZE (those of
# build/asan/), MEETING_COVERAGE (of build/coverage/), TEST_KEEP (keep the
# prefix).

use warnings;
use strict;

use Carp qw/ croak /;
use Cwd qw/ abs_path /;
use Encode qw/ encode_utf8 decode_utf8 /;
use File::Basename qw/ dirname /;
use File::Path ();
use File::Temp qw/ tempdir /;
use HTTP::Tiny;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX qw/ :sys_wait_h /;
use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Weclubs;

our $TOP = abs_path(dirname(__FILE__) . '/../../..');
our $SECRET = '8924d49e61e1dc9e1618d3bae21ea493';

# One of these in an error log fails the test, unless allow_log() was told.
my $BAD = qr/\[(?:alert|crit|emerg)\]|Sanitizer|runtime\ error|open\ socket\ left
	|(?:alloc|free)\(\):|Assertion|corrupt/x;

my $JSON = JSON::PP->new()->canonical()->allow_nonref();

my $TEMPLATE = <<'CONF';
%%GLOBALS%%

worker_processes 2;

events {
}

http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location = /status {
            meeting_status;
        }
    }
}
CONF


# Options: prefix (a directory that exists), workers' settings stand in the
# configuration.

sub new {
	my ($class, %option) = @_;

	my $build = "$TOP/build" . ($ENV{MEETING_SANITIZE} ? '/asan'
		: $ENV{MEETING_COVERAGE} ? '/coverage' : '');
	my $prefix = $option{prefix}
		// tempdir('meeting-XXXXXXXX', TMPDIR => 1);

	my $self = bless {
		prefix => abs_path($prefix),
		nginx => $ENV{TEST_NGINX_BINARY} || find_nginx(),
		module => $ENV{MEETING_MODULE}
			|| "$build/ngx_http_meeting_module.so",
		ctl => $ENV{MEETING_CTL} || "$build/meetingctl",
		ports => {},
		allowed => [],
		owner => $$,
	}, $class;

	$self->{http} = HTTP::Tiny->new(timeout => 20, keep_alive => 0);

	mkdir("$self->{prefix}/$_") for qw/ logs tmp /;

	$self->write_conf($TEMPLATE);

	return $self;
}


sub find_nginx {
	for my $dir (split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin') {
		return "$dir/nginx" if -x "$dir/nginx";
	}

	die "no nginx in PATH; see TEST_NGINX_BINARY\n";
}


sub DESTROY {
	my ($self) = @_;

	# a forked client must not take its parent's server down

	return if $self->{owner} != $$;

	local ($?, $@);
	$self->stop() if $self->{pid};

	if ($ENV{TEST_KEEP}) {
		diag("kept: $self->{prefix}");

	} else {
		File::Path::remove_tree($self->{prefix}) if $self->{prefix};
	}
}


sub prefix { return $_[0]->{prefix} }
sub store { return "$_[0]->{prefix}/store" }


# The n-th port of this test, free when first asked for.

sub port {
	my ($self, $n) = @_;
	$n //= 0;

	$self->{ports}{$n} //= do {
		my $s = IO::Socket::INET->new(
			LocalAddr => '127.0.0.1', Listen => 1, Proto => 'tcp'
		) or die "no free port: $!\n";
		$s->sockport();
	};

	return $self->{ports}{$n};
}


# Files below the prefix.

sub write_file {
	my ($self, $name, $text) = @_;

	my $path = "$self->{prefix}/$name";

	open(my $fh, '>', $path) or die "$path: $!\n";
	print {$fh} $text;
	close($fh) or die "$path: $!\n";

	return $path;
}


sub read_file {
	my ($self, $name) = @_;

	open(my $fh, '<', "$self->{prefix}/$name") or return '';
	local $/;
	my $text = <$fh>;

	return $text // '';
}


sub write_conf {
	my ($self, $template) = @_;

	my $user = $> == 0 ? 'user root;' : '';
	my $prefix = $self->{prefix};
	my $load = $self->{module} eq 'static' ? ''
		: "load_module $self->{module};";

	my $globals = <<"GLOBALS";
$load
$user
pid $prefix/nginx.pid;
error_log $prefix/error.log info;
GLOBALS

	my $http = join("\n    ", "access_log $prefix/access.log;",
		'client_header_timeout 10s;', 'client_body_timeout 10s;',
		map { $_ . "_temp_path $prefix/tmp/$_;" }
		qw/ client_body proxy fastcgi uwsgi scgi /);

	my %value = (
		GLOBALS => $globals,
		HTTP => $http,
		PREFIX => $prefix,
		SECRET => $SECRET,
	);

	my $conf = $template // $TEMPLATE;

	$conf =~ s/%%PORT(?:_(\d+))?%%/$self->port($1)/ge;
	$conf =~ s/%%(\w+)%%/$value{$1} \/\/ croak("unknown %%$1%%")/ge;

	return $self->write_file('nginx.conf', $conf);
}


# The default configuration with more text in its blocks (http, server,
# location), and with locations for `apis`, a list of dialects.

sub write_default_conf {
	my ($self, %more) = @_;

	my %before = (
		http => qr/\n    server \{/,
		server => qr/\n        location \/ \{/,
		location => qr/\n            meeting_api/,
	);

	my $conf = $TEMPLATE;
	my $apis = delete $more{apis} // [];

	$more{server} = join("\n", $more{server} // (),
		map { location($_) } @$apis) if @$apis;

	for my $block (keys %more) {
		$conf =~ s/($before{$block})/\n$more{$block}$1/
			or croak("no block $block");
	}

	return $self->write_conf($conf);
}


# The same with an h5yes API beside it, and more text in http.

sub write_h5yes_conf {
	my ($self, $http) = @_;

	return $self->write_default_conf(http => $http, apis => [ 'h5yes' ]);
}


# The location of a dialect beside weclubs, by the prefix of its addresses.

sub location {
	my ($api) = @_;
	my %prefix = (h5yes => '/meeting/api/', yunzhijia => '/gateway/',
		jituancaiyun => '/openapi/');

	return "        location $prefix{$api} {\n"
		. "            meeting_api $api;\n        }\n";
}


# Processes.

sub nginx_args {
	my ($self, @args) = @_;

	return ($self->{nginx}, '-p', "$self->{prefix}/", '-c',
		"$self->{prefix}/nginx.conf", '-e', "$self->{prefix}/error.log",
		@args);
}


# Runs to the end: ($exit_code, $stdout, $stderr).

sub run {
	my ($self, @command) = @_;

	my ($out, $err) = map { "$self->{prefix}/tmp/$_.$$" } qw/ out err /;
	my $pid = fork() // die "fork: $!\n";

	if ($pid == 0) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', $out);
		open(STDERR, '>', $err);
		exec(@command) or POSIX::_exit(127);
	}

	waitpid($pid, 0);

	my $status = $?;
	my $code = $status & 127 ? 128 + ($status & 127) : $status >> 8;

	return ($code, map { $self->read_file("tmp/$_.$$") } qw/ out err /);
}


sub nginx_env {
	my ($self) = @_;

	return () unless $ENV{MEETING_SANITIZE};

	chomp(my $asan = `gcc -print-file-name=libasan.so`);
	chomp(my $ubsan = `gcc -print-file-name=libubsan.so`);

	return ('env', "LD_PRELOAD=$asan $ubsan",
		'ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:'
		. 'detect_odr_violation=0', 'UBSAN_OPTIONS=print_stacktrace=1');
}


# nginx -t: (1 if it is content, what it said).

sub test_conf {
	my ($self) = @_;

	my ($code, undef, $err)
		= $self->run($self->nginx_env(), $self->nginx_args('-t',
		'-e', "$self->{prefix}/tmp/test.log"));

	return ($code == 0, $err);
}


sub start {
	my ($self) = @_;

	my ($code, undef, $err) = $self->run($self->nginx_env(),
		$self->nginx_args());

	die "nginx did not start: $err\n" . $self->read_file('error.log')
		if $code != 0;

	$self->{pid} = $self->wait_for(sub { $self->master() })
		or die "no pid file\n";

	$self->wait_for(sub { $self->answers() })
		or die "the server does not answer\n";

	return $self;
}


sub answers {
	my ($self) = @_;

	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $self->port(), Timeout => 1) or return 0;
	print {$s} "GET / HTTP/1.0\r\n\r\n";

	return IO::Select->new($s)->can_read(5) ? 1 : 0;
}


sub wait_for {
	my ($self, $condition, $seconds) = @_;

	my $end = time() + ($seconds // 15);

	while (time() < $end) {
		my $value = $condition->();
		return $value if $value;
		sleep(0.02);
	}

	return;
}


sub master {
	my ($self) = @_;

	my ($pid) = $self->read_file('nginx.pid') =~ /^(\d+)\n/;

	return $pid;
}


# Pids of the master's children.

sub workers {
	my ($self) = @_;

	my $pid = $self->{pid};

	return grep { alive($_) }
		split(' ', slurp("/proc/$pid/task/$pid/children"));
}


sub slurp {
	my ($path) = @_;

	open(my $fh, '<', $path) or return '';
	local $/;

	return <$fh> // '';
}


# Not a zombie either.

sub alive {
	my ($pid) = @_;

	return slurp("/proc/$pid/stat") =~ /^\d+ \(.*\) [^ZX]/s ? 1 : 0;
}


sub stop {
	my ($self, $signal) = @_;

	my $pid = delete $self->{pid} or return;
	my @pids = ($pid, split(' ', slurp("/proc/$pid/task/$pid/children")));

	kill($signal // 'QUIT', $pid);

	$self->wait_for(sub { !grep { alive($_) } @pids }, 20) and return;

	diag("the server did not stop");
	$self->{stuck} = 1;
	kill('KILL', grep { alive($_) } @pids);

	return;
}


# Reloads and waits until new workers are there.

sub reload {
	my ($self) = @_;

	my %old = map { $_ => 1 } $self->workers();

	kill('HUP', $self->{pid});

	return $self->wait_for(sub { grep { !$old{$_} } $self->workers() });
}


# Kills one worker and waits for another in its place.

sub kill_worker {
	my ($self, $signal) = @_;

	my @old = $self->workers();
	my %old = map { $_ => 1 } @old;

	kill($signal // 'KILL', $old[0]);

	return $self->wait_for(sub { grep { !$old{$_} } $self->workers() });
}


# The error log.

sub allow_log {
	my ($self, @patterns) = @_;
	push @{$self->{allowed}}, @patterns;
	return;
}


sub bad_log_lines {
	my ($self) = @_;

	my @lines = grep { $_ =~ $BAD }
		split(/\n/, $self->read_file('error.log'));

	for my $allowed (@{$self->{allowed}}) {
		@lines = grep { $_ !~ $allowed } @lines;
	}

	return @lines;
}


# The end of a test.

sub finish {
	my ($self) = @_;

	$self->stop();

	ok(!$self->{stuck}, 'the server stopped by itself');

	my @bad = $self->bad_log_lines();

	is(scalar(@bad), 0, 'nothing bad in the error log')
		or diag(join("\n", @bad[0 .. ($#bad > 9 ? 9 : $#bad)]));

	done_testing();

	return;
}


# HTTP.  The answer: status, headers, content, and json when it is some.

sub request {
	my ($self, $method, $uri, $body, %headers) = @_;

	my $answer = $self->{http}->request($method,
		'http://127.0.0.1:' . $self->port() . $uri, {
			headers => \%headers,
			defined $body ? (content => $body) : (),
		});

	$answer->{json} = eval { $JSON->decode(decode_utf8($answer->{content})) };

	return $answer;
}


sub get {
	my ($self, $uri, %headers) = @_;
	return $self->request('GET', $uri, undef, %headers);
}


sub post {
	my ($self, $uri, $body, %headers) = @_;
	return $self->request('POST', $uri, $body, %headers);
}


# A socket for what HTTP::Tiny would not send.

sub connect {
	my ($self, $n, $from) = @_;

	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $self->port($n), Timeout => 10,
		$from ? (LocalAddr => $from) : ())
		or die "cannot connect: $!\n";
	$s->autoflush(1);

	return $s;
}


# Sends the parts, with a pause between them, and reads until the server
# closes, until `done` (a pattern) matches, or for `timeout` seconds.

sub raw {
	my ($self, $parts, %option) = @_;

	my $s = $option{socket} // $self->connect();
	local $SIG{PIPE} = 'IGNORE';

	for my $part (ref $parts ? @$parts : $parts) {
		syswrite($s, $part);
		sleep($option{pause}) if $option{pause};
	}

	return read_socket($s, %option);
}


sub read_socket {
	my ($s, %option) = @_;

	my $select = IO::Select->new($s);
	my $end = time() + ($option{timeout} // 10);
	my $text = '';

	while (time() < $end) {
		next if !$select->can_read(0.1);
		last if !sysread($s, $text, 65536, length($text));
		last if $option{done} && $text =~ $option{done};
	}

	return $text;
}


# A POST as it goes over the wire.

sub post_text {
	my ($uri, $body, @headers) = @_;

	return join("\r\n", "POST $uri HTTP/1.1", 'Host: localhost',
		'Content-Length: ' . length($body), @headers, '', $body);
}


# A weclubs client of this server.

sub app {
	my ($self, %option) = @_;

	return Meeting::Weclubs->new(
		base => 'http://127.0.0.1:' . $self->port(),
		secret => $SECRET,
		caller => 'chrome_test',
		%option
	);
}


# The operators' tool: ($exit_code, $stdout, $stderr).

sub ctl_run {
	my ($self, @args) = @_;
	return $self->run($self->{ctl}, '--store', $self->store(), @args);
}


# The same where it has to succeed: its lines of JSON, decoded.

sub ctl {
	my ($self, @args) = @_;

	my ($code, $out, $err) = $self->ctl_run(@args);

	croak("meetingctl @args: $err") if $code != 0;

	my @values = map { $JSON->decode(decode_utf8($_)) }
		grep { /\S/ } split(/\n/, $out);

	return wantarray ? @values : $values[0];
}


sub company {
	my ($self, $id) = @_;
	$id //= 1000;
	return $self->ctl('company', 'add', '--id', $id, '--name', "Company $id");
}


# Users from hashes as "meetingctl user import" takes them.

sub import_users {
	my ($self, @users) = @_;

	my $file = $self->write_file('tmp/users.jsonl', join('',
		map { encode_utf8($JSON->encode($_)) . "\n" } @users));

	return $self->ctl('user', 'import', '--company', 1000, '--format',
		'jsonl', $file);
}


# Every invariant of the store, by "meetingctl verify".

sub verify {
	my ($self) = @_;

	my ($code, $out, $err) = $self->ctl_run('verify');

	return is($code, 0, 'the store verifies') || diag("$out$err");
}


1;
