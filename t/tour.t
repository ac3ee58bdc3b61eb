#!/usr/bin/perl

# A request to every address there is is answered as one that was understood,
# the first time and any other.  (What it says is other tests' matter.)

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Routes qw/ covers dialects ending routes /;
use Meeting::Test;
use Meeting::Tour;


my $t = Meeting::Test->new();

$t->write_conf(Meeting::Tour::conf());
$t->start();
Meeting::Tour::prepare($t);

is($t->ctl('stat')->{map_size}, 1 << 30,
	'the tool left the store\'s size as the server had made it');

my @stops = Meeting::Tour::stops($t);

for my $dialect (dialects()) {
	my @routes = routes($dialect);

	covers('tour', $dialect, map { my $stop = $_;
		grep { "$stop->{method} $stop->{path}" =~ ending($_) } @routes }
		grep { $_->{dialect} eq $dialect } @stops);
}

for my $round (1 .. 3) {
	for my $stop (@stops) {
		my $answer = $t->raw(Meeting::Tour::text($stop, 'Connection: close'));
		my ($status) = $answer =~ m{^HTTP/1\.1 (\d+) };
		my $refused = $round == 1 && $stop->{dialect} ne 'native'
			&& $answer =~ /"(?:result_code":3|code":71|errorCode":4
				|status":4[06]|status":[12]00)/x;

		ok(defined $status && $status =~ $stop->{want} && !$refused,
			"$stop->{dialect} $stop->{path}, round $round")
			or diag($answer =~ s/.*\r\n\r\n//sr);
	}
}

$t->verify();
$t->finish();
