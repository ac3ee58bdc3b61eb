#!/usr/bin/perl

# Each dialect that is built in has all the tests and documents that a dialect
# needs (src/README.md, "Adding a dialect"), and a new one without them is
# noticed.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Routes qw/ dialects lacks missed routes /;


my @dialects = dialects();

cmp_ok(scalar @dialects, '>=', 6, 'the product names its dialects');

for my $dialect (@dialects) {
	my @lacks = lacks($dialect);

	ok(!@lacks, "$dialect has all that a dialect needs")
		or diag(map { "$_\n" } @lacks);
}


# A dialect that only this test names.

my @lacks = lacks('fictitious');

for my $what ('a test of bad input', 'a test of isolation', 'Matrix.pm',
	'Tour.pm', 'a fuzzer', 'all-dialects.conf', 'fictitious.md',
	'in README.md', 'in src/dialect/README.md')
{
	is(scalar(grep { /^fictitious lacks / && /\Q$what\E/ } @lacks), 1,
		"a new dialect: $what");
}

is(scalar @lacks, 9, 'and no more');


# An address that no test of its dialect goes through.

for my $dialect (@dialects) {
	my @routes = routes($dialect);
	my ($missed, $unknown) = missed([ @routes, 'GET /fictitious/address' ],
		@routes);

	is("@$missed", 'GET /fictitious/address', "$dialect: a new address");
	is("@$unknown", '', "$dialect: the others are gone through");
}

is_deeply([ missed([ 'GET /a/b' ], 'b', 'c') ], [ [], [ 'c' ] ],
	'an address that is no more');
is_deeply([ missed([ 'GET /a/b', 'PUT /a/b' ], 'GET b') ],
	[ [ 'PUT /a/b' ], [] ],
	'a new method of an address');
is_deeply([ missed([ 'GET /a/b', 'PUT /a/b' ], 'b') ],
	[ [ 'GET /a/b', 'PUT /a/b' ], [ 'b' ] ], 'and which one has to be said');

done_testing();
