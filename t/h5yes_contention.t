#!/usr/bin/perl

# Many clients, over several workers, after slots of a room that overlap: for
# each of them one wins, and no two meetings are in each other's way.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX ();

use Meeting::H5yes;
use Meeting::Test;


my $HOUR = 3600000;
my $BEGIN = 1999987200000;         # 2033-05-18 in UTC
my ($CLIENTS, $TRIES) = (12, 30);

my $t = Meeting::Test->new();

$t->write_default_conf(http => '    meeting_timezone UTC;',
	apis => [ 'h5yes' ]);

$t->company();
$t->import_users({ id => '1', name => 'Ann', account => 'ann' });

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);

is($app->call('room/add', { id => 'wanted', name => 'W',
	beginTime => '00:00', endTime => '24:00' })->{code}, 10000, 'a room');

my @pipes;

for my $client (1 .. $CLIENTS) {
	pipe(my $in, my $out) or die "pipe: $!";

	my $pid = fork() // die "fork: $!";

	if ($pid == 0) {
		my %count;

		srand($client);

		for my $try (1 .. $TRIES) {

			# all want the same hours first, then any

			my $hour = $try <= 12 ? $try : int(rand(46)) / 2 + 0.25;
			my $answer = $app->call('meeting/book', booking($hour,
				$client));

			$count{$answer->{code} == 10000 ? 'won'
				: $answer->{msg} =~ /room is booked then/ ? 'lost'
				: "other: $answer->{text}"}++;
		}

		print $out join("\t", %count), "\n";
		close $out;
		POSIX::_exit(0);
	}

	close $out;
	push @pipes, [ $pid, $in ];
}

my %count;

for (@pipes) {
	my ($pid, $in) = @$_;
	my %got = split /\t/, (<$in> // '') =~ s/\n//r;

	$count{$_} += $got{$_} for keys %got;
	waitpid($pid, 0);
}

is($count{won} + $count{lost}, $CLIENTS * $TRIES, 'all were answered')
	or diag(explain(\%count));

my $list = $app->call('meeting/list', { roomId => 'wanted',
	reverseDate => '2033-05-18', direction => 'asc' })->{value};

is(@$list, $count{won}, "$count{won} won, and are there");
is(grep({ $list->[$_]{beginTime} < $list->[$_ - 1]{endTime} }
	1 .. $#$list), 0, 'none in another\'s way');

for my $hour (1 .. 12) {
	is(grep({ $_->{beginTime} < $BEGIN + ($hour + 1) * $HOUR
		&& $_->{endTime} > $BEGIN + $hour * $HOUR } @$list) > 0, 1,
		"hour $hour is taken");
}

$t->verify();
$t->finish();


sub booking {
	my ($hour, $client) = @_;

	return { roomId => 'wanted', speaker => 's', subject => "client $client",
		createdId => '1', beginTime => $BEGIN + $hour * $HOUR,
		endTime => $BEGIN + ($hour + 1) * $HOUR, attendances => [] };
}
