package Bench::Server;

# An nginx with a store of its own, or one that runs already; the people and
# meetings that the benchmark adds to it; and runs of the client against it.

use warnings;
use strict;

use File::Path qw/ make_path remove_tree /;
use HTTP::Tiny;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use List::Util qw/ min /;
use POSIX qw/ ceil sysconf _SC_CLK_TCK /;
use Time::HiRes qw/ sleep time /;

use Bench::Child;
use Bench::Veth;

use constant SECRET => 'a secret of the benchmark';

# As long as the answer of a sign-in, and with its result code.
use constant ANSWER => '{"result_code":2000,"result_msg":"请求成功",'
	. '"sys_time":1600000000000,"data":{}}';

# As many as wrk takes when it is told nothing.
use constant WRK_THREADS => 2;

# Seconds: of a tool that reads or fills a store; of the client, before and
# after the requests; of nginx, to end.
use constant ROSTER_LIMIT => 3_600;
use constant CLIENT_LIMIT => 120;
use constant NGINX_LIMIT => 10;

my @servers;


# Options: top (of the project), workers, people (that may be in one group of
# meetings), client (load or wrk), keep, progress, events (may go to this
# machine); veth (a Bench::Veth: the server is in its first namespace); module,
# roster and meetingctl, if of another build; url and dir of a server that
# runs.

sub new {
	my ($class, %option) = @_;
	my $self = bless { %option, runs => 0, memory => 0 }, $class;
	my $bin = "$self->{top}/build/bench";

	$self->{roster} //= "$bin/roster";
	$self->{meetingctl} //= "$self->{top}/build/meetingctl";
	$self->{load} = "$bin/load";
	$self->{module} //= "$self->{top}/build/ngx_http_meeting_module.so";

	# on the disk that holds the project: /tmp may be memory

	$self->{prefix} = "$bin/run.$$." . scalar(@servers);
	make_path("$self->{prefix}/tmp");
	push @servers, $self;

	if ($self->{url}) {
		$self->adopt();

	} else {
		$self->{store} = "$self->{prefix}/store";
		$self->{secret} = SECRET;
	}

	$self->{progress}->("$self->{people} people");
	$self->{list} = "$self->{prefix}/people";
	$self->roster('people', $self->{people}, $self->{list});
	$self->start();

	return $self;
}


# Takes over a server of scripts/run.

sub adopt {
	my ($self) = @_;
	my $demo = JSON::PP->new()->decode(slurp("$self->{dir}/demo.json"));

	$self->{url} =~ m{^http://(?:127\.0\.0\.1|localhost):(\d+)/?$}
		or die "scripts/bench: not a port of this machine: $self->{url}\n";

	$self->{port} = $1;
	$self->{store} = "$self->{dir}/store";
	$self->{secret} = $demo->{weclubs_secret};
	$self->{master} = slurp("$self->{dir}/nginx.pid") + 0;
	$self->{workers} = () = $self->pids();
}


sub workers { return $_[0]->{workers} }


sub start {
	my ($self) = @_;
	my $prefix = $self->{prefix};
	my $port = free_port();

	$self->{ceiling_port} = $port;
	$self->{port} //= $port;

	open(my $conf, '>', "$prefix/nginx.conf") or die "$prefix: $!\n";
	print {$conf} $self->configuration($port);
	close($conf) or die "$prefix/nginx.conf: $!\n";

	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
	Bench::Child->run({ quiet => 1 }, $self->at_server('nginx', '-p', $prefix,
		'-c', "$prefix/nginx.conf"));

	$self->{own} = wait_for(sub { slurp("$prefix/nginx.pid") }) + 0;
	$self->{master} //= $self->{own};
	wait_for(sub { $self->connected($port) });
}


# Returns the command that runs another one in the server's namespace.

sub at_server {
	my ($self, @command) = @_;

	return $self->{veth} ? $self->{veth}->at_server(@command) : @command;
}


# Returns a connection to the server.  A namespace of its own is reached by a
# UNIX socket alone.

sub connected {
	my ($self, $port) = @_;

	return $self->{veth}
		? IO::Socket::UNIX->new(Peer => "$self->{prefix}/control")
		: IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
			Timeout => NGINX_LIMIT);
}


sub configuration {
	my ($self, $port) = @_;
	my $top = $self->{top};
	my $user = $> == 0 ? 'user root;' : '';
	my $paths = join "\n    ", map { "${_}_temp_path tmp/$_;" }
		qw/ client_body proxy fastcgi uwsgi scgi /;
	my $listen = $self->{veth} ? 'listen ' . Bench::Veth::SERVER
		. ":$port reuseport; listen unix:$self->{prefix}/control;" : '';
	my ($module, $store, $locations) = ('') x 3;

	if (!$self->{url}) {
		$module = "load_module $self->{module};";
		$store = "meeting_store path=$self->{store} zone=64m max_size=64g;\n"
			. "    meeting_weclubs_secret \"$self->{secret}\";"
			. ($self->{events} ? ' meeting_event_private on;' : '');
		$locations = 'location / { meeting_api weclubs; }'
			. ' location /gateway/ { meeting_api yunzhijia; }'
			. ' location /openapi/ { meeting_api jituancaiyun; }'
			. ' location /meeting/api/ { meeting_api h5yes; }'
			. ' location = /status { meeting_status; }';
	}

	return <<"CONF" =~ s/ANSWER/ANSWER/egr;
$user
$module
load_module $top/build/bench/ceiling.so;
worker_processes $self->{workers};
worker_rlimit_nofile 30000;
pid nginx.pid;
error_log error.log info;

events {
    worker_connections 20000;
}

http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    $paths
    $store

    server {
        listen 127.0.0.1:$port reuseport;
        $listen
        $locations
        location = /ceiling { ceiling 'ANSWER'; }
        location = /durable { ceiling 'ANSWER'; durable $self->{prefix}/durable; }
    }
}
CONF
}


# Runs roster on the store.  Returns what it prints.

sub roster {
	my ($self, @args) = @_;

	return Bench::Child->run({ limit => ROSTER_LIMIT }, $self->{roster},
		$self->{store}, @args) =~ s/\n\z//r;
}


# Makes meetings.  Returns the check-ins to be made, as a file, and the
# journal's position.

sub meetings {
	my ($self, $meetings, $size, $groups, $order) = @_;
	my $file = "$self->{prefix}/pairs." . ++$self->{runs};

	return {
		file => $file,
		position => $self->roster('meetings', $self->{list}, $meetings,
			$size, $groups, $order, $file),
	};
}


# The dialects with tokens: address() adds one to a path; ask() sends arguments
# and returns the decoded answer; requests() writes the client's file, of
# arguments or texts: `undef` is a GET.

sub address {
	my ($self, $path) = @_;
	my $name = $path =~ m{^/meeting/} ? 'access_token' : 'accessToken';

	return "$path?$name=" . $self->token();
}


sub ask {
	my ($self, $path, $args) = @_;

	return $self->decoded('POST', $self->address($path),
		{ content => JSON::PP->new()->utf8()->encode($args) });
}


# Makes another company with users n1, n2, ...  Returns its access token.

sub other_company {
	my ($self, $id, $count) = @_;
	my $file = "$self->{prefix}/company.csv";

	open(my $out, '>', $file) or die "$file: $!\n";
	print {$out} "id,account,name\n", map { "n$_,n$_,Neighbour $_\n" }
		1 .. $count;
	close($out) or die "$file: $!\n";

	$self->ctl('company', 'add', '--id', $id, '--name', "company $id");
	$self->ctl('user', 'import', '--company', $id, $file);

	my $key = JSON::PP->new()->decode($self->ctl('credential', 'add',
		'--company', $id));

	return $self->token_of($key);
}


# Makes a room that is never closed.

sub room {
	my ($self, $id) = @_;

	my $answer = $self->ask('/meeting/api/open/room/add', { id => $id,
		name => $id, beginTime => '00:00', endTime => '24:00' });

	die "scripts/bench: no room: $answer->{message}\n"
		unless $answer->{success};
}


sub decoded {
	my ($self, $method, $path, @options) = @_;

	$self->{http} //= HTTP::Tiny->new(timeout => 60);

	my $answer = $self->{http}->request($method,
		"http://127.0.0.1:$self->{port}$path", @options);

	return eval { JSON::PP->new()->utf8()->decode($answer->{content}) }
		// die "scripts/bench: $path: $answer->{content}\n";
}


sub token {
	my ($self) = @_;

	return $self->{token} //= $self->token_of($self->credential());
}


sub token_of {
	my ($self, $key) = @_;

	return $self->decoded('GET', "/openapi/token/get?appId=$key->{appkey}"
		. "&appSecret=$key->{appsecret}")->{data}{accessToken};
}


sub credential {
	my ($self) = @_;

	return $self->{credential} //= JSON::PP->new()->decode($self->ctl(
		'credential', 'add', '--company', 1000));
}


# Runs meetingctl.  Returns what it prints.

sub ctl {
	my ($self, @args) = @_;

	return Bench::Child->run({}, $self->{meetingctl}, '--store',
		$self->{store}, @args);
}


sub requests {
	my ($self, @args) = @_;
	my $file = "$self->{prefix}/requests." . ++$self->{runs};
	my $json = JSON::PP->new()->utf8();

	open(my $out, '>', $file) or die "$file: $!\n";
	print {$out} map { (ref $_ ? $json->encode($_) : $_ // '') . "\n" } @args;
	close($out) or die "$file: $!\n";

	return { file => $file };
}


# Returns the numbers of its users, at most so many.

sub people {
	my ($self, $count) = @_;
	my @numbers;

	open(my $in, '<', $self->{list}) or die "$self->{list}: $!\n";

	while (@numbers < $count && defined(my $line = <$in>)) {
		push @numbers, $line =~ /^(\d+)/;
	}

	return @numbers;
}


# Returns the mean length of the answers, as the client sees it.

sub size {
	my ($self, $path, $pairs, %option) = @_;

	local $self->{client} = 'load';

	my $result = $self->load($path, $pairs, %option, again => 1,
		connections => 1, duration => 0.2);
	my $n = $result->{finished} + $result->{late};

	return $n ? int($result->{bytes} / $n + 0.5)
		: die "scripts/bench: $path does not answer\n";
}


# Compares the store with the answers of a run.

sub check {
	my ($self, $pairs, $result) = @_;

	if ($self->{client} eq 'wrk') {
		$self->check_count($pairs, $result);

	} else {
		$result->{stored} = $self->roster('check', $pairs->{position},
			$result->{answers});
	}

	unlink $pairs->{file}, $result->{answers} unless $self->{keep};
}


# wrk reads no answer, and ends with its time: the check-ins in flight may or
# may not be stored.

sub check_count {
	my ($self, $pairs, $result) = @_;
	my $stored = $self->roster('count', $pairs->{position});
	my ($from, $to) = ($result->{finished},
		$result->{finished} + $result->{connections});

	die "scripts/bench: $stored check-ins are stored, and not $from to $to\n"
		if $stored < $from || $stored > $to;

	$result->{stored} = $stored;
}


# Verifies all invariants of the store.

sub verify {
	my ($self) = @_;

	$self->{progress}->('the whole store is verified');
	$self->roster('verify');
}


# The client.  start_load() gives a function that waits for the result. 
# Options: those of the client; peer, for the requests in place of this server;
# far, with the client in the other namespace.

sub load {
	my ($self, @args) = @_;

	return $self->start_load(@args)->();
}


sub start_load {
	my ($self, $path, $pairs, %option) = @_;
	my $ceiling = $path =~ m{^/(?:ceiling|durable)\b};
	my $peer = delete $option{peer};
	my $port = $peer ? $peer->port()
		: $ceiling ? $self->{ceiling_port} : $self->{port};
	my $answers = "$self->{prefix}/answers." . ++$self->{runs};

	$option{answers} = $answers if $option{answers};
	$option{secret} = $self->{secret};
	$option{tag} = sprintf('%x', $self->{runs});

	my $master = $ceiling ? $self->{own} : $self->{master};
	my $client = $self->client($port, $path, $pairs, \%option);
	my $used = sub { $peer ? $peer->cpu() : $self->cpu($master) };
	my ($cpu, $status) = ($used->(), $peer ? undef : $self->status());

	return sub {
		my ($json) = $client->finish() =~ /^(\{.*)/m;
		my $result = JSON::PP->new()->decode($json);
		my $after = $peer ? undef : $self->status();

		$result->{connections} = $option{connections};

		$result->{cpu} = $used->() - $cpu;
		$result->{answers} = $answers;
		$result->{$_} = $after->{commit}{$_} - $status->{commit}{$_}
			for $status && $after ? qw/ batches commands / : ();
		$self->{memory} = $self->resident()
			if $self->{memory} < $self->resident();

		return $result;
	};
}


# Starts the client; the clock starts when this returns.

sub client {
	my ($self, $port, $path, $pairs, $option) = @_;
	my $far = delete $option->{far};

	$option->{host} = Bench::Veth::SERVER if $far;

	my @command = ($self->{load}, $port, $path, $self->{list},
		$pairs->{file}, map { "$_=$option->{$_}" } sort keys %$option);

	my %limit = (limit => CLIENT_LIMIT + $option->{duration});
	my $host = $option->{host} // '127.0.0.1';
	my @at = $far ? $self->{veth}->at_client() : $self->at_server();

	if ($self->{client} eq 'wrk') {
		my $file = "$self->{prefix}/requests";

		Bench::Child->run({}, @command, "dump=$file");

		# wrk wants a connection for each thread, and whole seconds

		my $threads = min(WRK_THREADS, $option->{connections});

		local $ENV{WRK_THREADS} = $threads;

		return Bench::Child->start(\%limit, @at, 'wrk', '-t', $threads, '-c',
			$option->{connections}, '-d', ceil($option->{duration}) . 's',
			'-s', "$self->{top}/scripts/bench.d/wrk.lua",
			"http://$host:$port$path", '--', $file,
			$option->{again} ? 'again' : ());
	}

	my $client = Bench::Child->start(\%limit, @at, @command);

	# the first line says that requests are made and connections open

	$client->line();

	return $client;
}


# Returns the worker processes.

sub pids {
	my ($self, $master) = @_;

	$master //= $self->{master};

	return split ' ', slurp("/proc/$master/task/$master/children");
}


# Returns the seconds of processor time that they took.

sub cpu {
	my ($self, $master) = @_;
	my $ticks = 0;

	for my $pid ($self->pids($master)) {
		my ($numbers) = slurp("/proc/$pid/stat") =~ /\) (.*)/ or next;
		my @number = split ' ', $numbers;

		$ticks += $number[11] + $number[12];
	}

	return $ticks / sysconf(_SC_CLK_TCK);
}


# Returns the megabytes of memory that the largest of them does not share.

sub resident {
	my ($self) = @_;
	my $most = 0;

	for my $pid ($self->pids()) {
		my ($kb) = slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;

		$most = $kb / 1024 if $kb && $kb / 1024 > $most;
	}

	return $most;
}


sub memory { return $_[0]->{memory} }


sub status {
	my ($self) = @_;
	my $socket = $self->connected($self->{port}) or return;

	print {$socket} "GET /status HTTP/1.0\r\n\r\n";

	my $end = time() + NGINX_LIMIT;
	my ($text, $bits) = ('', '');

	vec($bits, fileno($socket), 1) = 1;

	while (time() < $end && select(my $ready = $bits, undef, undef, 1)) {
		sysread($socket, $text, 1 << 16, length($text)) or last;
	}

	my ($json) = $text =~ /\r\n\r\n(\{.*)/s or return;

	return eval { JSON::PP->new()->decode($json) };
}


sub stop {
	my ($self) = @_;

	if (my $pid = delete $self->{own}) {
		my @workers = $self->pids($pid);

		for my $signal (qw/ QUIT TERM KILL /) {
			kill($signal, $pid, $signal eq 'KILL' ? @workers : ());
			last if eval { wait_for(sub { !kill 0, $pid }); 1 };
		}
	}

	$self->{veth}->stop() if $self->{veth};

	my $prefix = delete $self->{prefix} or return;

	if ($self->{keep}) {
		print STDERR "kept: $prefix\n";

	} else {
		remove_tree($prefix);
	}
}


END {
	local ($?, $@);
	$_->stop() for @servers;
}


# Makes a test until it is true.  Returns its value.

sub wait_for {
	my ($test) = @_;
	my $end = time() + NGINX_LIMIT;

	while (time() < $end) {
		my $value = $test->();

		return $value if $value;
		sleep 0.02;
	}

	die "scripts/bench: nginx does not answer\n";
}


sub free_port {
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
		or die "scripts/bench: no free port: $!\n";

	return $socket->sockport();
}


sub slurp {
	my ($file) = @_;

	open(my $in, '<', $file) or return '';
	local $/;

	return <$in> // '';
}


1;
