package Meeting::Fault;

# A server under load while faults are made; then what was answered is compared
# with what the store holds.
#
#     my $t = Meeting::Fault->new(workers => 3);
#     $t->prepare(meetings => 100);      # people logged in, meetings to sign
#     $t->load(rate => 1000);
#     $t->fault('a worker is killed', sub { kill('KILL', $t->a_worker()) });
#     $t->check();
#     $t->finish();
#
# check() asserts what is promised: each sign-in answered 2000 is in the store
# once, as is each meeting published, none that was refused; counters equal
# rows; the same request again succeeds where the outcome is unknown; nothing
# hangs.  fault() asserts that reads are answered meanwhile, and writes within
# two seconds of its end.  What fails at another time fails the test.
#
# $ENV{MEETING_TEST_LONG} asks for the long version: see rounds().

use warnings;
use strict;

use parent qw/ Meeting::Machine /;

use Digest::MD5 qw/ md5_hex /;
use Digest::SHA qw/ sha1_hex /;
use List::Util qw/ max min /;
use Test::More;
use Time::HiRes qw/ sleep time /;

use Meeting::Load;

# Seconds after a fault in which writes must be served again; and then, for
# the other connections.
my $RESUME = 2;
my $SETTLE = 0.5;

my $CALLER = 'fault';
my $PASSWORD = 'hf@123456';

my $CONF = <<'CONF';
%%GLOBALS%%

worker_processes %%WORKERS%%;

env LD_PRELOAD;
env MEETING_FAULT;

events {
    worker_connections 1024;
}

http {
    %%HTTP%%

    meeting_store path=%%STORE%% zone=%%ZONE%% max_size=%%MAX_SIZE%%
                  checkpoint=%%CHECKPOINT%%;
    meeting_weclubs_secret %%SECRET%%;

    # times may be days off
    meeting_sign_open 100d;
    meeting_default_length 100d;

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


sub new {
	my ($class, %option) = @_;

	my $self = $class->SUPER::new();

	%$self = (
		%$self,
		workers => 3,
		zone => '64m',
		max_size => '1g',
		checkpoint => '50ms',
		faults => [],
		%option,
	);

	$self->write_fault_conf();

	# a killed process is what the test wants to see

	$self->allow_log(qr/exited on signal 9/);

	return $self;
}


sub write_fault_conf {
	my ($self, %change) = @_;

	@$self{keys %change} = values %change;

	my %value = (WORKERS => $self->{workers}, ZONE => $self->{zone},
		MAX_SIZE => $self->{max_size}, STORE => $self->store(),
		CHECKPOINT => $self->{checkpoint});

	my $conf = $CONF;
	$conf =~ s/%%(@{[ join('|', keys %value) ]})%%/$value{$1}/g;

	return $self->write_conf($conf);
}


# Another server's store, if `path` was given.

sub store {
	my ($self) = @_;
	return $self->{path} // $self->SUPER::store();
}


# A reload is over when the old workers are gone.

sub reload {
	my ($self) = @_;

	my @old = $self->workers();

	return $self->SUPER::reload() && $self->wait_for(sub {
		!grep { Meeting::Test::alive($_) } @old
	});
}


# How many rounds of something: few, or many in the long version.

sub rounds {
	my ($self, $short, $long) = @_;
	return $ENV{MEETING_TEST_LONG} ? $long : $short;
}


# The roster: people 1 to n, of whom 1 leads, the others sign in, and one more
# who is on no list.  Options: people, meetings, crowd (so many people in all).

sub prepare {
	my ($self, %option) = @_;

	my $people = $option{people} // 40;

	$self->company();
	$self->import_users(map {
		{ id => "$_", name => "Person $_", phone => 13_000_000_000 + $_ }
	} 1 .. max($people + 1, $option{crowd} // 0));
	$self->start();

	$self->{people} = $people;
	$self->log_in(1 .. $people + 1);
	$self->publish($option{meetings} // 100);
	$self->{position} = $self->position();

	return;
}


sub log_in {
	my ($self, @users) = @_;

	my @events = Meeting::Load->run($self->port(), map {
		$self->call('login', $_, '/user/login', {
			mobile => 13_000_000_000 + $_,
			password => md5_hex($PASSWORD),
		})
	} @users);

	for my $e (@events) {
		($self->{token}{$e->{key}}) = $e->{body} =~ /"token":"([^"]+)"/
			or die "login of $e->{key}: $e->{body}\n";
	}

	return;
}


# Meetings that can be signed into for days before and after now.

sub publish {
	my ($self, $n) = @_;

	my $list = join(',', 1 .. $self->{people});

	$self->{day} = (int(time()) - 86400) * 1000;

	my @events = Meeting::Load->run($self->port(),
		map { $self->meeting($_, $list) } 1 .. $n);

	for my $e (@events) {
		my ($number) = $e->{body} =~ /"meeting_id":(\d+)/
			or die "meeting $e->{key}: $e->{body}\n";
		push @{$self->{meetings}}, $number;
	}

	return;
}


# Requests.  The id is the key's: the same request again is a retry.

sub call {
	my ($self, $kind, $key, $path, $data) = @_;

	my $secret = $Meeting::Test::SECRET;
	my @names = sort keys %$data;

	my $sign = sha1_hex(join('', $secret,
		(map { $_, $data->{$_} } @names), $secret));
	my $members = join(',', map { "\"$_\":\"$data->{$_}\"" } @names);

	return {
		kind => $kind,
		key => $key,
		path => $path,
		body => qq({"id":"$kind-$key","client":{"caller":"$CALLER"},)
			. qq("encrypt":"md5","sign":"$sign","data":{$members}}),
	};
}


sub meeting {
	my ($self, $content, $list) = @_;

	return $self->call('publish', $content,
		'/manage/club_meeting/public_meeting', {
			address => 'Hall', content => $content,
			deadline => $self->{day}, leader => 1, need_sign => 1,
			participation => $list, token => $self->{token}{1},
			user_id => 1,
		});
}


# A key is "meeting/person".

sub sign_in {
	my ($self, $key, $kind) = @_;

	my ($meeting, $user) = split('/', $key);

	return $self->call($kind // 'sign', $key, '/meeting/sign_meeting', {
		create_date => $self->{day}, leader_id => 1,
		meeting_id => $meeting, token => $self->{token}{$user},
		user_id => $user,
	});
}


sub read_list {
	my ($self, $meeting) = @_;

	return $self->call('read', $meeting,
		'/meeting/get_meeting_participation', {
			meeting_id => $meeting, token => $self->{token}{1},
			user_id => 1,
		});
}


# All keys once, in order, shared out among `parts`: this is part `n`.

sub keys_of {
	my ($self, $n, $parts) = @_;

	my $i = $n - $parts;
	my $signers = $self->{people} - 1;

	return sub {
		$i += $parts;
		my $meeting = $self->{meetings}[$i / $signers];

		return defined $meeting
			? $meeting . '/' . (2 + $i % $signers) : undef;
	};
}


# A source for a lane: this many a second, some from someone who is not on the
# list, every n-th to publish a meeting, for that could be done twice.

sub writer {
	my ($self, $rate, $publish, $next_key) = @_;

	my $began;
	my $n = 0;

	return sub {
		my ($now) = @_;

		$began //= $now;
		return 0 if $n > ($now - $began) * $rate;

		my $key = $next_key->();
		return if !defined $key;

		if (++$n % 20 == 0) {
			my ($meeting) = split('/', $key);
			return $self->sign_in("$meeting/" . ($self->{people} + 1),
				'outsider');
		}

		return $n % $publish == 1 ? $self->meeting("new-$key", 1)
			: $self->sign_in($key);
	};
}


# Meetings of so many people.

sub crowds {
	my ($self, $rate, $people) = @_;

	my $began;
	my $n = 0;
	my $list = join(',', 1 .. $people);

	return sub {
		my ($now) = @_;

		$began //= $now;
		return 0 if $n > ($now - $began) * $rate;

		$n++;

		return $self->meeting("new-crowd-$n", $list);
	};
}


sub reader {
	my ($self, $rate) = @_;

	my $began;
	my $n = 0;

	return sub {
		my ($now) = @_;

		$began //= $now;
		return 0 if $n > ($now - $began) * $rate;

		return $self->read_list(
			$self->{meetings}[$n++ % @{$self->{meetings}}]);
	};
}


# Begins a load.  Options: rate (writes a second), writers, publish (every n-th
# is not a sign-in), close (no keep-alive), ports, part and parts of the keys,
# crowd (meetings of so many people, too), leave (as Meeting::Load has it).

sub load {
	my ($self, %option) = @_;

	my $writers = $option{writers} // 12;
	my $rate = ($option{rate} // 1200) / $writers;
	my @ports = @{$option{ports} // [ $self->port() ]};
	my $parts = $option{parts} // 1;

	my @lanes = map {
		my $n = $_;
		{
			port => $ports[$n % @ports],
			close => $option{close},
			leave => $option{leave},
			next => $self->writer($rate, $option{publish} // 20,
				$self->keys_of(
					($option{part} // 0) * $writers + $n,
					$parts * $writers)),
		}
	} 0 .. $writers - 1;

	# a connection for each, so that dead and stopped workers are not asked
	# again; several, for one may be asked in the moment that it stops

	push @lanes, map {
		{ port => $ports[$_ % @ports], close => 1,
			next => $self->reader(20) }
	} 0 .. 3 if !$option{leave};

	push @lanes, { port => $ports[0],
		next => $self->crowds(4, $option{crowd}) } if $option{crowd};

	my $load = Meeting::Load->start(lanes => \@lanes,
		log => "$self->{prefix}/load." . ++$self->{loads});

	push @{$self->{running}}, $load;

	$load->wait_for('sign', $option{leave} ? 'left' : 2000, 0, 10)
		or die "no load: " . $self->read_file('error.log');

	return $load;
}


# The pause before a fault, at a random moment of what goes on.

sub pause {
	my ($self, $seconds) = @_;

	sleep($seconds // 0.1 + rand(0.2));

	return;
}


# Lets a fault last, until a read was answered: for some seconds at most.

sub hold {
	my ($self) = @_;

	$self->pause();
	$self->{running}[0]->wait_for('read', 2000, $self->{began}, 5);

	return;
}


# Makes a fault.  It lasts from when the code calls begin(), or from the start.
# Options: reads (0: they need not be answered), writes (0: the fault is not
# over yet), loss (what may fail meanwhile: a pattern of outcomes).

sub fault {
	my ($self, $name, $code, %option) = @_;

	my $load = $self->{running}[0];
	my $from = $self->begin();
	my $last = $self->{faults}[-1];

	# the one before may not have been over

	$last->{to} //= $from if $last;

	$code->();

	my $to = time();

	if ($option{reads} // 1) {
		my $done = $load->wait_for('read', 2000, $self->{began}, 1);
		ok($done && $done < max($to, $self->{began} + 1),
			"$name: reads went on");
	}

	if ($option{writes} // 1) {
		my $done = $load->wait_for('sign', 2000, $to, $RESUME);
		ok($done, "$name: writes resumed")
			and note(sprintf("after %.3f s", $done - $to));
		$to = min($to + $RESUME, ($done // $to) + $SETTLE);
	}

	push @{$self->{faults}}, { from => $from,
		to => $option{writes} // 1 ? $to : undef,
		loss => $option{loss} // qr/^(?:lost|http-503)$/ };

	return;
}


sub begin {
	my ($self) = @_;
	return $self->{began} = time();
}


# A fault begins where a process stopped.

sub stop_at {
	my ($self, @at) = @_;

	my $pid = $self->SUPER::stop_at(@at);

	$self->begin();

	return $pid;
}


# The end of all loads: the events of all, each with its load.

sub stop_load {
	my ($self) = @_;

	for my $load (splice @{$self->{running}}) {
		push @{$self->{events}},
			map { { %$_, load => $load } } $load->stop();
	}

	return @{$self->{events}};
}


sub is_expected {
	my ($self, $event) = @_;

	my $wanted = $event->{kind} eq 'outsider' ? 3000 : 2000;

	return 1 if $event->{outcome} eq $wanted || $event->{outcome} eq 'left';

	# a worker that lives can always read

	return 0 if $event->{kind} eq 'read' && $event->{outcome} ne 'lost';

	return scalar grep {
		$event->{done} >= $_->{from} && $event->{done} <= $_->{to}
			&& $event->{outcome} =~ $_->{loss}
	} @{$self->{faults}};
}


# The journal's last position.

sub position {
	my ($self) = @_;
	return $self->ctl('stat')->{position};
}


# All sign-ins of the store, by key: how often.

sub stored {
	my ($self) = @_;

	my %stored;

	for my $meeting (@{$self->{meetings}}) {
		my ($code, $out, $err) = $self->ctl_run('checkin', 'export',
			'--format', 'jsonl', '--meeting', $meeting);

		die "export of $meeting: $err\n" if $code != 0;

		$stored{"$meeting/$_"}++ for $out =~ /"user":(\d+)/g;
	}

	return \%stored;
}


# All meetings that the load published, by their text: how often.

sub published {
	my ($self) = @_;

	my ($list) = Meeting::Load->run($self->port(), $self->call('mine', 'all',
		'/manage/club_meeting/get_my_meeting', {
			page_no => 1, page_size => 0, sponsor_id => 1,
			token => $self->{token}{1}, user_id => 1,
		}));

	my %published;

	$published{$_}++ for $list->{body} =~ m{"content":"(new-[^"]+)"}g;

	return \%published;
}


# Sends again, with the same id, what has no certain outcome.

sub retry {
	my ($self, @keys) = @_;

	my @events = Meeting::Load->run($self->port(),
		map { $self->sign_in($_) } @keys);

	$self->is_none('the same request again succeeds',
		grep { $_->{outcome} ne 2000 } @events);

	return;
}


# Compares what was answered with the store.  With `retry`, half of what has
# no certain outcome is sent again before.

sub check {
	my ($self, %option) = @_;

	my @events = $self->stop_load();
	my %keys;

	# the last word about a key counts

	for my $e (grep { $_->{kind} eq 'sign' } @events) {
		my $what = $e->{outcome} eq 2000 ? 'acked'
			: $e->{outcome} =~ /^\d+$/ ? 'refused' : 'unknown';
		push @{$keys{$what}}, $e->{key};
	}

	my @acked = @{$keys{acked} // []};
	my @unknown = @{$keys{unknown} // []};
	my @refused = (@{$keys{refused} // []},
		map { $_->{key} } grep { $_->{kind} eq 'outsider' } @events);

	cmp_ok(scalar @acked, '>', 0, 'sign-ins: ' . @acked . ' answered, '
		. @unknown . ' unknown, ' . @refused . ' refused');

	$self->is_none('no request was left hanging',
		grep { $_->{outcome} eq 'hung' } @events);
	$self->is_none('nothing failed but by a fault',
		grep { !$self->is_expected($_) } @events);

	my @again = $option{retry} // 1 ? @unknown[0 .. @unknown / 2 - 1] : ();
	$self->retry(@again);

	my $stored = $self->stored();

	$self->is_none('what was answered is there',
		grep { !$stored->{$_} } @acked, @again);
	$self->is_none('nothing is there twice',
		grep { $stored->{$_} > 1 } keys %$stored);
	$self->is_none('what was refused is not there',
		grep { $stored->{$_} } @refused);

	my $published = $self->published();

	$self->is_none('each meeting that was published is there',
		grep { !$published->{$_} } map { $_->{key} }
		grep { $_->{kind} eq 'publish' && $_->{outcome} eq 2000 } @events);
	$self->is_none('none of them twice',
		grep { $published->{$_} > 1 } keys %$published);
	is($self->position() - $self->{position},
		keys(%$stored) + keys(%$published), 'each was written once');
	$self->verify();

	$self->{stored} = $stored;

	return @events;
}


# The sign-ins that are in the store, but whose answer was lost.

sub lost_answers {
	my ($self, @events) = @_;

	return grep { $self->{stored}{$_->{key}} }
		grep { $_->{kind} eq 'sign' && $_->{outcome} eq 'lost' } @events;
}


sub describe {
	my ($event) = @_;

	return $event if !ref $event;

	return sprintf('%s %s: %s (%.3f to %.3f) %s',
		@$event{qw/ kind key outcome sent done /}, $event->{body} // '');
}


# Asserts that there is none; of keys or events.

sub is_none {
	my ($self, $what, @bad) = @_;

	my $n = @bad;

	return is($n, 0, $what)
		|| diag(join("\n", map { describe($_) } splice @bad, 0, 5));
}


# No list lacks a sign-in that was answered before it was asked for.

sub shows_all {
	my ($self, $load) = @_;

	my (%acked, @lack);

	for my $e ($load->events()) {
		next if $e->{kind} ne 'sign' || $e->{outcome} ne 2000;
		my ($meeting, $user) = split('/', $e->{key});
		push @{$acked{$meeting}}, $user;
	}

	my @meetings = sort { $a <=> $b } keys %acked;
	my @lists = Meeting::Load->run($self->port(),
		map { $self->read_list($_) } @meetings);

	for my $list (@lists) {
		my ($signed) = $list->{body} =~ /"already_sign_count":(\d+)/;
		push @lack, "$list->{key}: $list->{body}"
			if ($signed // 0) < @{$acked{$list->{key}}};
	}

	cmp_ok(scalar(@meetings), '>', 0, 'meetings with sign-ins');
	$self->is_none('no list lacks anybody', @lack);

	return;
}


1;
