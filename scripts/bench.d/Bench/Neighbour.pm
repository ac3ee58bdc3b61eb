package Bench::Neighbour;

# Sign-ins of one company, alone and beside another company that changes large
# series of meetings over and over.

use warnings;
use strict;

use constant DAY => 86_400_000;
use constant HOUR => 3_600_000;

use constant RATE => 2_000;             # sign-ins a second
use constant SERIES => 6;
use constant MEETINGS => 400;           # of a series: as many as it may have
use constant INVITED => 1_249;          # people, to each meeting
use constant NEIGHBOUR => 2000;         # the other company
use constant PATIENCE => 90;            # seconds for the last change
use constant API => '/gateway/cloudwork/meeting';


sub scenarios {
	return (neighbour => \&neighbour);
}


sub neighbour {
	my ($bench) = @_;
	my $server = $bench->server();
	my $people = $bench->{invited} // INVITED;
	my $table = $bench->table('neighbour', sprintf('%d workers, %d sign-ins '
		. 'a second, beside another company that changes %d series of %d '
		. 'meetings of %d people', $server->workers(), RATE, SERIES,
		MEETINGS, $people));
	my $alone = $table->row('sign-ins, alone', code => 2000);
	my $beside = $table->row('sign-ins, beside them', code => 2000,
		base => $alone);
	my $changes = $table->row('the changes', code => 200);
	my $sign = sub {
		$bench->first($server, 'clustered', 64, rate => RATE, patience => 60);
	};

	my ($path, $requests) = attack($server, $people);

	$bench->interleave(
		[ $alone, $sign ],
		[ $beside, sub {
			my $finish = $server->start_load($path, $requests,
				connections => SERIES, duration => $bench->{duration},
				body => 'plain', again => 1, patience => PATIENCE);
			my $result = $sign->();

			$changes->add($finish->());
			return $result;
		} ],
	);

	my ($quiet, $loud) = map { $_->percentile(99) / 1e3 } $alone, $beside;

	$table->note(sprintf('p99 is %.2f ms alone and %.2f ms beside the '
		. 'changes; at most %.0f ms', $quiet, $loud,
		$beside->{latency_max} / 1e3));
	$server->verify();

	return $server;
}


# Makes the other company with its series.  Returns the path and the requests
# that change them: each in turn gets one of two lists that share nobody.

sub attack {
	my ($server, $people) = @_;
	my $key = $server->other_company(NEIGHBOUR, 2 * $people);
	my @lists = map { my $list = $_; [ map { sprintf('n%d', $_ + $list
		* $people) } 1 .. $people ] } 0, 1;
	my $first = (int(time() / 86400) + 1) * DAY;
	my @series;

	local $server->{token} = $key;

	for my $i (1 .. SERIES) {
		my $answer = $server->ask(API . '/repeatMeeting', {
			openid => 'n1', title => "series $i", repeat => 2,
			startDate => $first, endDate => $first + HOUR,
			repeatEndDate => $first + (MEETINGS - 1) * DAY,
			actors => [ 'n1' ] });

		die "scripts/bench: no series: $answer->{error}\n"
			unless $answer->{success};

		push @series, $answer->{data}{meetingIds}[0];
	}

	return ($server->address(API . '/batchModify'), $server->requests(map {
		my $list = $_;

		map { { id => $_, openid => 'n1', actors => $list } } @series;
	} @lists));
}


1;
