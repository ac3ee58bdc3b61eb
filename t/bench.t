#!/usr/bin/perl

# scripts/bench, as short as it gets: what it prints and draws, that its
# scenarios answer, and that it leaves nothing behind.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use File::Basename qw/ dirname /;
use File::Temp qw/ tempdir /;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Test::More;

use lib abs_path(dirname(__FILE__) . '/../scripts/bench.d');

use Bench::Child;
use Bench::Pairs;
use Bench::Peer;
use Bench::Server;

my $top = abs_path(dirname(__FILE__) . '/..');
my $dir = tempdir(CLEANUP => 1);

sub bench {
	my $words = join ' ', map { "'$_'" } @_;
	my $out = qx('$top/scripts/bench' $words 2>'$dir/err');

	return ($? >> 8, $out, do {
		open(my $in, '<', "$dir/err") or die "$dir/err: $!\n";
		local $/;
		<$in>;
	});
}

# The rows of the scenarios that were asked for, by the scenario and their name;
# what differs from machine to machine is left out of names.

sub rows {
	my (@args) = @_;
	my ($rc, $out, $err) = bench(qw/ --json --duration 0.3 --rounds 1
		--connections 8 --meetings 2 --people 50 /, @args);

	is($rc, 0, "a short run: @args") or die $err;

	my $scenarios = JSON::PP->new()->decode($out)->{scenarios};

	for my $name (keys %$scenarios) {
		$scenarios->{$name} = { map {
			($_->{name} =~ s/ of \d+ bytes//r => $_)
		} @{$scenarios->{$name}{rows}} };
	}

	return ($scenarios, $err);
}


# Answers, and none but those that were expected.

sub is_sound {
	my ($what, $row) = @_;

	cmp_ok($row->{finished}, '>', 0, "$what: answers");
	is($row->{errors}, 0, "$what: no errors")
		or diag(explain($row->{codes}));
	cmp_ok($row->{latency_us}{p50}, '>', 0, "$what: latency");
	cmp_ok($row->{latency_us}{'p99.9'}, '>=', $row->{latency_us}{p50},
		"$what: order of percentiles");
}


my @left = glob "$top/build/bench/run.*";
my ($scenarios, $err) = rows('burst', '--svg', "$dir/picture.svg");
my %row = %{$scenarios->{burst}};

# The rows over a veth pair can be had where a network namespace can.

my @veth = $> == 0 && system("ip netns add bench-test-$$ 2>'$dir/err'") == 0
	? ('8: ceiling, veth', '8: first, clustered, veth') : ();

system("ip netns del bench-test-$$") if @veth;

is_deeply([ sort keys %row ], [ sort '8: ceiling', '8: durable echo',
	'8: first, clustered', '8: first, spread', '8: list of 50',
	'8: repeated', @veth ], 'the rows');
like($err, qr/^no rows over a veth pair: \w/m, 'rows that are left out')
	if !@veth;
is(() = qx(ip netns 2>'$dir/err') =~ /^bench-/mg, 0,
	'no namespace is left behind') if @veth;
is_sound($_, $row{$_}) for sort keys %row;

for my $name (grep { /first/ } sort keys %row) {
	is($row{$name}{stored}, $row{$name}{codes}{2000},
		"$name: what was answered is stored");
	cmp_ok($row{$name}{batch}, '>=', 1, "$name: batches");
}

ok($row{'8: repeated'}{codes}{3000}, 'repeated sign-ins are rejected');
like($err, qr/^8: first, clustered +\d+ +\d\.\d\d /m, 'the table');
like($err, qr/^8: ceiling of \d{4,} bytes /m, 'a ceiling for the list');

ok(-s "$dir/picture.svg", 'the picture');
is(scalar(() = qx(cat '$dir/picture.svg') =~ /<polyline/g), 7 + @veth,
	'a line for each row');
like($err, qr/^the disk's sync of 4 KiB: p50 \d+\.\d\d ms, p99 \d+\.\d\d ms$/m,
	"the disk's latency");

($scenarios, $err) = rows(qw/ --stored 400 reads h5yes book --svg /,
	"$dir/picture.svg");
is_deeply([ qx(cat '$dir/picture.svg') =~ />Latency, ([^<]*)</g ],
	[ qw/ reads h5yes book / ], 'a panel for each scenario');
%row = map { my $s = $_;
	map { ("$s: $_" => $scenarios->{$s}{$_}) } keys %{$scenarios->{$s}} }
	keys %$scenarios;

is_deeply([ sort keys %row ], [ 'book: 4 after each slot', 'book: ceiling',
	'book: each its own slot', 'h5yes: 20 of 20 meetings',
	'h5yes: 20 of 400 meetings', 'h5yes: a meeting of 10 people',
	'h5yes: a token', 'h5yes: ceiling', 'reads: 50 of 400 meetings',
	'reads: 50 of 50 meetings', 'reads: ceiling',
	'reads: invitation of 50', 'reads: invitation of 5000' ],
	'the rows of reads and bookings');

# an invitation of 5000 may take longer than all of such a run

is_sound($_, $row{$_}) for grep { !/5000/ } sort keys %row;

like($err, qr/^a day: the large store costs \d+\.\d+ times/m,
	'small and large are compared');

($scenarios, $err) = rows(qw/ --stored 20000 size /);

is_deeply([ sort keys %{$scenarios->{size}} ], [ '8: ceiling',
	'8: onto 10000 check-ins', '8: onto 20000 check-ins' ],
	'the rows of two stores');
is_sound($_, $scenarios->{size}{$_}) for sort keys %{$scenarios->{size}};

my $rivals = $row{'book: 4 after each slot'};

is($rivals->{stored}, $rivals->{codes}{10000}, 'what was booked is stored');
cmp_ok($rivals->{codes}{71001}, '>', $rivals->{codes}{10000},
	'most rivals are rejected');

($scenarios, $err) = rows(qw/ --users 16 users /);
is_sound($_, $scenarios->{users}{$_}) for sort keys %{$scenarios->{users}};
is($scenarios->{users}{'user/add'}{finished}, 16, 'users were added');

($scenarios, $err) = rows(qw/ --invited 20 neighbour /);
%row = %{$scenarios->{neighbour}};
is_deeply([ sort keys %row ], [ 'sign-ins, alone', 'sign-ins, beside them',
	'the changes' ], 'the rows of a neighbour');
is_sound($_, $row{$_}) for grep { /sign-ins/ } sort keys %row;
is($row{'the changes'}{errors}, 0, 'changes are answered');
like($err, qr/^p99 is \d+\.\d\d ms alone and \d+\.\d\d ms beside the changes/m,
	'latencies are compared');

# changes that each take longer than a second

($scenarios, $err) = rows(qw/ --duration 8 neighbour /);
%row = %{$scenarios->{neighbour}};
cmp_ok($row{'sign-ins, beside them'}{finished}, '>=',
	0.8 * $row{'sign-ins, alone'}{finished},
	'sign-ins keep their rate beside a neighbour');

# a hash takes some 50 ms

($scenarios, $err) = rows(qw/ --users 400 import /);
cmp_ok($scenarios->{import}{$_}{cpu_us}, '<', 10_000,
	"import, $_: no hash for each user")
	for 'no password', 'the default one';

($scenarios, $err) = rows(qw/ --events 300 events /);

my %events = %{$scenarios->{events}};
my $delivery = delete $events{'events, one by one'};

is($delivery->{finished}, 300, 'all of them are delivered');
cmp_ok($delivery->{seconds}, '>=', 1.5, 'to one who takes his time');
cmp_ok($events{$_}{stored}, '>', 0, "$_: stored") for sort keys %events;

($scenarios, $err) = rows('--rows', 'sign-ins|token', 'against',
	"$top/build");
%row = %{$scenarios->{against}};

is_deeply([ sort keys %row ], [ '8: a token', '8: a token, beside',
	'8: sign-ins' ], 'the rows of a comparison');

for my $name (sort keys %row) {
	is_sound("$name, $_", $row{$name}{$_}) for qw/ other this /;
	is(@{$row{$name}{rate_ratios}}, 1, "$name: a ratio for each round");
	is($row{$name}{verdict}, '', "$name: one round decides nothing");
}

cmp_ok($row{'8: sign-ins'}{$_}{stored}, '>', 0, "$_: stored")
	for qw/ other this /;

is_deeply([ glob "$top/build/bench/run.*" ], \@left, 'nothing is left');

# A verdict on made-up rounds: processor time and answers of this build, while
# the other one takes a second for a thousand answers.

sub verdict {
	my (@rounds) = @_;
	my $row = Bench::Pairs->new('made up', '')->row('row', code => 2000);

	$row->add(map { { seconds => 1, finished => $_->[1], late => 0,
		cpu => $_->[0], codes => {}, latency => [], latency_max => 0 } }
		[ 1, 1000 ], $_) for @rounds;

	return ($row->verdict(), sprintf('%.2f', $row->ratio('rate')),
		map { sprintf('%.2f', $_) } $row->range('rate'));
}

is_deeply([ verdict(map { [ 1, $_ ] } 900, 800, 940, (990) x 3, 930, 920) ],
	[ 'slower', '0.94', '0.80', '0.99' ], 'all rounds are slower');
is_deeply([ verdict(map { [ 1, $_ ] } 900, 800, 940, (990) x 3, 930, 1010) ],
	[ '', '0.96', '0.80', '1.01' ], 'the rounds do not agree');
is((verdict(map { [ 1, $_ ] } (900) x 14, 1100))[0], 'slower',
	'most of many rounds agree');
is((verdict(map { [ 1, $_ ] } (900) x 12, (1100) x 3))[0], '',
	'too many of them do not');
is((verdict(map { [ 1, $_ ] } (980, 990) x 10))[0], '',
	'a difference that is too small');
is((verdict(map { [ 1, $_ ] } (1200) x 7))[0], '', 'too few rounds');
is((verdict(map { [ 1, $_ ] } (1200, 1100) x 4))[0], 'faster',
	'all rounds are faster');
is((verdict(map { [ 1.3, 1200 ] } 1 .. 8))[0], 'slower',
	'faster at the price of more processor time');
is((verdict(map { [ 0.9, 1000 ] } 1 .. 8))[0], 'faster',
	'less processor time');

# A program that takes too long, with a child of its own.

my $begun = time();

is(eval { Bench::Child->run({ limit => 0.5 }, 'sh', '-c',
	"sleep 60 & echo \$! > '$dir/pid'; wait"); 1 }, undef, 'a limit of time');
like($@, qr/^scripts\/bench: sh took longer than 0\.5 s, and was stopped$/m,
	'is named');
cmp_ok(time() - $begun, '<', 10, 'and kept');

my $sleep = qx(cat '$dir/pid') + 0;

select(undef, undef, undef, 0.01)
	for grep { kill(0, $sleep) && running($sleep) } 1 .. 500;
ok(!running($sleep), 'its children end with it');

is(eval { Bench::Child->run({}, 'false'); 1 }, undef, 'a program that fails');
is(Bench::Child->run({}, qw/ printf a\nb /), "a\nb", 'what a program prints');

sub running {
	my ($pid) = @_;

	open(my $in, '<', "/proc/$pid/stat") or return 0;

	return <$in> !~ /\) Z /;
}

# wrk sends each request of a file once, and has room for no copy of the file;
# the server tells their numbers.

SKIP: {
	skip("no wrk: apt-get install wrk", 4) unless grep { -x "$_/wrk" } split /:/, $ENV{PATH};

	my $count = 60_000;
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
		Listen => 64) or die "no port: $!\n";

	open(my $file, '>', "$dir/requests") or die "$dir/requests: $!\n";
	print {$file} "GET /$_ HTTP/1.1\r\nPad: ", 'a' x 1000, "\r\n\r\n\0"
		for 1 .. $count;
	close($file) or die "$dir/requests: $!\n";

	my $server = fork() // die "fork: $!\n";

	if ($server == 0) {
		eval { count_requests($listen, "$dir/numbers") };
		POSIX::_exit(0);
	}

	my $text = qx(ulimit -d 200000; WRK_THREADS=2 timeout 30 wrk -t 2 -c 4 \\
		-d 1s -s '$top/scripts/bench.d/wrk.lua' \\
		http://127.0.0.1:@{[ $listen->sockport() ]}/ -- '$dir/requests' 2>&1);

	kill('TERM', $server);
	waitpid($server, 0);

	my ($finished) = $text =~ /"finished": (\d+)/ or diag($text);
	my %seen;

	$seen{$_}++ for split /\n/, qx(cat '$dir/numbers');
	cmp_ok($finished // 0, '>', 100, 'wrk: requests of a large file');
	cmp_ok(scalar keys %seen, '>=', $finished // 0, 'each is another one');

	# wrk does not send the first one that it gets, and sends something while
	# it stops, which is the last one again

	is(scalar(grep { $seen{$_} > 1 && $_ < $count - 1 } keys %seen), 0,
		'none is sent twice');
	is(scalar(grep { $seen{$_} } 2 .. 50), 49, 'the threads share them');
}

# Answers requests, and writes down the number in each one's path.

sub count_requests {
	my ($listen, $path) = @_;
	my $select = IO::Select->new($listen);
	my %buffer;

	open(my $out, '>', $path) or die "$path: $!\n";
	$SIG{TERM} = sub { close($out); POSIX::_exit(0) };

	for ( ;; ) {
		for my $socket ($select->can_read()) {
			if ($socket == $listen) {
				$select->add($listen->accept());
				next;
			}

			if (!sysread($socket, $buffer{$socket}, 1 << 16,
				length($buffer{$socket} // '')))
			{
				$select->remove($socket);
				close($socket);
				next;
			}

			next unless $buffer{$socket} =~ s{^GET /(\d+) .*?\r\n\r\n}{}s;

			print {$out} "$1\n";
			syswrite($socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
				. "\r\nok");
		}
	}
}

# A peer's store must be what its answers say: 1 answered 2000, 2 answered 3000
# (repeated), 3 got no answer.

sub judged {
	my (@stored) = @_;
	my $peer = bless { stored => join('', map { "9 $_\n" } @stored) },
		'Peer::Made';

	Bench::Peer::write_lines("$dir/answers", '9 1 2000', '9 2 3000', '9 3 0');

	return eval { $peer->check(9, "$dir/answers") } // $@;
}

no warnings 'once';

@Peer::Made::ISA = 'Bench::Peer';
*Peer::Made::name = sub { 'made' };
*Peer::Made::checkins = sub { $_[0]{stored} };

is(judged(1), 1, 'a peer that stores what it answered');
is(judged(1, 3), 2, 'a sign-in without an answer may be stored');
like(judged(), qr/^made: 9 1 was answered 2000, and is not stored$/,
	'one that is answered and lost');
like(judged(1, 1), qr/^made: 9 1 is stored twice$/, 'one that is there twice');
like(judged(1, 2), qr/^made: 9 2 was answered 3000, and is stored$/,
	'one that is rejected and stored');
like(judged(1, 4), qr/^made: 1 check-ins are stored that nobody made$/,
	'one that nobody made');

my ($rc, $out);

($rc, $out, $err) = bench('against', "$dir/none");
isnt($rc, 0, 'an unknown build');
like($err, qr/no such build: .*none/, 'is named');

($rc, $out, $err) = bench('swim');
isnt($rc, 0, 'an unknown scenario');
like($err, qr/no such scenario: swim/, 'is named');

done_testing();
