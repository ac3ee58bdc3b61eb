package Bench::Peer;

# A server that somebody would build instead of ours: the same requests, a
# store of its own, on disk before the answer.  It does less: it reads the JSON
# text, checks the signature, finds the person on the meeting's list and stores
# the check-in once; no token is checked, no journal kept, no event raised.
#
# A kind of peer, in peers/, tells
#
#     name()            in tables
#     packages()        Debian's, which it needs
#     prepare()         builds it, in build/bench/peers
#     launch()          starts its programs, with run()
#     attend(FILE)      adds lines MEETING PERSON to the lists
#     checkins(FROM)    lines MEETING PERSON of meetings from that number on

use warnings;
use strict;

use Digest::SHA qw/ sha1_hex /;
use File::Path qw/ make_path remove_tree /;
use HTTP::Tiny;
use JSON::PP;
use POSIX qw/ sysconf _SC_CLK_TCK /;
use Time::HiRes qw/ time /;

use Bench::Child;

use constant LIFE => 7_200;             # seconds of its programs, at most
use constant START => 30;               # seconds, until it answers
use constant INSTALL => 1_800;

# The results that all peers tell.
use constant SIGNED => 2000;
use constant REPEATED => 3000;
use constant NOT_LISTED => 4001;
use constant UNSIGNED => 4002;


# Options: top (of the project), prefix (its folder, made and removed here),
# secret, workers, keep.

sub new {
	my ($class, %option) = @_;
	my $self = bless { %option, children => [], meeting => 0 }, $class;

	$self->{source} = "$self->{top}/scripts/bench.d/peers";
	$self->{build} = "$self->{top}/build/bench/peers";
	$self->{port} = Bench::Server::free_port();

	return $self;
}


# Installs, builds and starts it; dies if this cannot be done here.

sub start {
	my ($self) = @_;

	Bench::Child->run({ quiet => 1, limit => INSTALL },
		"$self->{top}/scripts/build", $self->packages());

	make_path($self->{build}, "$self->{prefix}/tmp");
	$self->prepare();
	$self->launch();
	$self->wait_for(sub { $self->ask('{}') });
	$self->judge();
}


sub port { return $_[0]{port} }


# Starts one of its programs, which tells its troubles in a file of that name.

sub run {
	my ($self, $name, $option, @command) = @_;
	my $child = Bench::Child->start({ limit => LIFE,
		log => "$self->{prefix}/$name.log", %$option }, @command);

	push @{$self->{children}}, $child;

	return $child;
}


# Waits until a test is true, while all its programs run.

sub wait_for {
	my ($self, $test) = @_;
	my $end = time() + START;

	until ($test->()) {
		die 'it does not answer within ' . START . " s\n" if time() > $end;
		die "it ended\n" if grep { !$_->is_running() } @{$self->{children}};
		select(undef, undef, undef, 0.05);
	}
}


# Processor time of all its programs and their children.

sub cpu {
	my ($self) = @_;
	my @pids = map { $_->pid() } @{$self->{children}};
	my $ticks = 0;

	while (defined(my $pid = shift @pids)) {
		my ($numbers) = Bench::Server::slurp("/proc/$pid/stat")
			=~ /\) (.*)/ or next;
		my @number = split ' ', $numbers;

		# its own, and that of children that ended

		$ticks += $number[$_] for 11 .. 14;
		push @pids, map { split ' ', Bench::Server::slurp($_) }
			glob "/proc/$pid/task/*/children";
	}

	return $ticks / sysconf(_SC_CLK_TCK);
}


# Returns the result code of a body, or 0 without an answer.

sub ask {
	my ($self, $body) = @_;
	my $answer = HTTP::Tiny->new(timeout => 10)->post(
		"http://127.0.0.1:$self->{port}/meeting/sign_meeting", { headers =>
			{ 'Content-Type' => 'application/json' }, content => $body });

	return $answer->{content} =~ /"result_code":(\d+)/ ? $1 : 0;
}


# Finds out whether it does its work: each of four requests has a result of its
# own.

sub judge {
	my ($self) = @_;
	my $meeting = ++$self->{meeting};
	my $file = "$self->{prefix}/attendees";
	my %data = (user_id => '7', token => 'a token', meeting_id => "$meeting",
		leader_id => 1, create_date => int(time()) * 1000);

	write_lines($file, "$meeting 7");
	$self->attend($file);

	my $body = sub {
		my ($secret, %more) = @_;
		my %sent = (%data, %more);
		my $flat = join '', map { "$_$sent{$_}" } sort keys %sent;

		return JSON::PP->new()->encode({ id => 'j', encrypt => 'md5',
			client => { caller => 'bench' }, data => \%sent,
			sign => sha1_hex("$secret$flat$secret") });
	};

	my @right = (
		[ 'a forged one', UNSIGNED, $body->('another secret') ],
		[ 'one of a stranger', NOT_LISTED,
			$body->($self->{secret}, user_id => '8') ],
		[ 'the first', SIGNED, $body->($self->{secret}) ],
		[ 'the second', REPEATED, $body->($self->{secret}) ],
	);

	for (@right) {
		my ($name, $code, $text) = @$_;
		my $answer = $self->ask($text);

		die "$name is answered $answer\n" if $answer != $code;
	}

	die "the check-in is not stored\n"
		if $self->checkins($meeting) ne "$meeting 7\n";
}


sub write_lines {
	my ($file, @lines) = @_;

	open(my $out, '>', $file) or die "$file: $!\n";
	print {$out} map { "$_\n" } @lines;
	close($out) or die "$file: $!\n";
}


# Makes groups of meetings that fill at a time, with lists in its store.
# Returns their first number and the client's file.

sub meetings {
	my ($self, $meetings, $people, $groups, @numbers) = @_;
	my $first = $self->{meeting} + 1;
	my (@pairs, @lists);

	for my $group (1 .. $groups) {
		my @group;

		for my $i (0 .. $meetings - 1) {
			my $meeting = ++$self->{meeting};

			push @group, map { [ $meeting, $i * $people + $_ ] }
				0 .. $people - 1;
		}

		push @lists, map { "$_->[0] $numbers[$_->[1]]" } @group;
		push @pairs, map { "$_->[0] $_->[1]" }
			List::Util::shuffle(@group);
	}

	write_lines("$self->{prefix}/attendees", @lists);
	write_lines("$self->{prefix}/pairs", @pairs);
	$self->attend("$self->{prefix}/attendees");

	return { first => $first, file => "$self->{prefix}/pairs" };
}


# Compares what was answered with what is stored.  Returns how many check-ins
# there are.

sub check {
	my ($self, $first, $file) = @_;
	my %there;

	for (split /\n/, $self->checkins($first)) {
		die $self->name() . ": $_ is stored twice\n" if $there{$_}++;
	}

	my $count = keys %there;

	open(my $in, '<', $file) or die "$file: $!\n";

	while (<$in>) {
		my ($meeting, $number, $code) = split ' ';
		my $stored = delete $there{"$meeting $number"};

		# 0: sent, and not answered

		die $self->name() . ": $meeting $number was answered $code, and is "
			. ($stored ? '' : 'not ') . "stored\n"
			if $code && ($code == SIGNED) != ($stored // 0);
	}

	close($in);
	unlink($file) unless $self->{keep};

	die $self->name() . ': ' . (keys %there)
		. " check-ins are stored that nobody made\n" if %there;

	return $count;
}


sub stop {
	my ($self) = @_;

	$_->stop() for reverse @{$self->{children}};
	$self->{children} = [];
	remove_tree($self->{prefix}) unless $self->{keep};
}


1;
