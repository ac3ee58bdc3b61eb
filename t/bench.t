#!/usr/bin/perl

# scripts/bench, as short as it gets: what it prints and draws, and that it
# leaves nothing behind.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use File::Basename qw/ dirname /;
use File::Temp qw/ tempdir /;
use JSON::PP;
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
my $dir = tempdir(CLEANUP => 1);

sub bench {
	my $out = qx('$top/scripts/bench' @_ 2>'$dir/err');

	return ($? >> 8, $out, do {
		open(my $in, '<', "$dir/err") or die "$dir/err: $!\n";
		local $/;
		<$in>;
	});
}

my @left = glob "$top/build/bench/run.*";
my ($rc, $out, $err) = bench(qw/ --json --duration 0.3 --rounds 1
	--connections 8 --meetings 2 --people 50 --svg /, "$dir/picture.svg");

is($rc, 0, 'a short run') or BAIL_OUT($err);

my $burst = eval { JSON::PP->new()->decode($out)->{scenarios}{burst} };
my %row = map { $_->{name} => $_ } @{$burst->{rows}};

is_deeply([ sort keys %row ], [ '8: ceiling', '8: first, clustered',
	'8: first, spread', '8: list of 50', '8: repeated' ], 'the rows');

for my $name (sort keys %row) {
	cmp_ok($row{$name}{finished}, '>', 0, "$name: answers");
	is($row{$name}{errors}, 0, "$name: no errors");
	cmp_ok($row{$name}{latency_us}{p50}, '>', 0, "$name: latency");
	cmp_ok($row{$name}{latency_us}{'p99.9'}, '>=',
		$row{$name}{latency_us}{p50}, "$name: order of percentiles");
}

for my $name ('8: first, clustered', '8: first, spread') {
	is($row{$name}{stored}, $row{$name}{codes}{2000},
		"$name: what was answered is stored");
	cmp_ok($row{$name}{batch}, '>=', 1, "$name: batches");
}

ok($row{'8: repeated'}{codes}{3000}, 'repeated sign-ins are refused');
like($err, qr/^8: first, clustered +\d+ +\d\.\d\d /m, 'the table');

ok(-s "$dir/picture.svg", 'the picture');
is(scalar(() = qx(cat '$dir/picture.svg') =~ /<polyline/g), 5,
	'a line for each row');

is_deeply([ glob "$top/build/bench/run.*" ], \@left, 'nothing is left');

($rc, $out, $err) = bench(qw/ --json --duration 0.3 --rounds 1
	--connections 8 --meetings 2 --people 50 --events 300 events /);
is($rc, 0, 'events') or diag($err);

my $events = eval { JSON::PP->new()->decode($out)->{scenarios}{events} };
my ($delivery, @sign) = @{$events->{rows}};

is($delivery->{finished}, 300, 'all of them are delivered');
cmp_ok($delivery->{seconds}, '>=', 1.5, 'to one who takes his time');
cmp_ok($_->{stored}, '>', 0, "$_->{name}: stored") for @sign;

($rc, $out, $err) = bench('swim');
isnt($rc, 0, 'an unknown scenario');
like($err, qr/no such scenario: swim/, 'is named');

done_testing();
