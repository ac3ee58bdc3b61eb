#!/usr/bin/perl

# A store of format 3, which the build of commit 213dbff made and left: two
# companies with a room, four people, a meeting, three check-ins and one of
# them undone.  It is upgraded and has all that it had.

use warnings;
use strict;

use FindBin;
use JSON::PP ();
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::Test;

my $t = Meeting::Test->new();
my $file = "$FindBin::Bin/fixture/format-3";
my $json = JSON::PP->new->utf8;
my $holds = $json->decode(Meeting::Test::slurp("$file.json"));

$t->write_default_conf(apis => [ 'h5yes' ]);
mkdir($t->store()) or die $!;
system('tar', '-xzf', "$file.tar.gz", '-C', $t->store()) == 0
	or die "$file.tar.gz: not unpacked\n";

my ($rc, undef, $err) = $t->ctl_run('verify');

isnt($rc, 0, 'no tool opens it');
like($err, qr/has format 3: start nginx once.*upgrade/, 'and says what to do');

is_deeply($t->ctl('upgrade'), { format => 4, generation => 1 }, 'upgraded');
is_deeply($t->ctl('upgrade'), { format => 4, generation => 1 }, 'once');
$t->verify();

my $entries = $t->ctl('stat')->{entries};

is(delete $entries->{repeat}, 0, 'a new database');
is_deeply($entries, $holds->{entries}, 'the others have what they had');

for my $company (sort keys %{$holds->{checkins}}) {
	my (undef, $out) = $t->ctl_run(qw(checkin export --history --format jsonl
		--meeting 1 --company), $company);

	is_deeply([ map { $json->decode($_) } split /\n/, $out ],
		$holds->{checkins}{$company}, "check-ins of company $company");
}

$t->start();
is($t->ctl('stat')->{format}, 4, 'a server serves it');
$t->stop();
$t->verify();
done_testing();
