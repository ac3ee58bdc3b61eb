#!/usr/bin/perl

# A store that the build of commit 43bfaf9 made, in format 1, and left as a
# machine that stops leaves it: with sign-ins in the write-ahead log that the
# store has not.  Nothing of it is lost, and all dialects answer as then.
#
# t/unit/replay.c looks at its journal.  Meeting::Test is under all this.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use Digest::SHA ();
use Test::More;

use Meeting::Fixture;
use Meeting::Weclubs;

sub sha256 { return Digest::SHA->new(256)->addfile($_[0], 'b')->hexdigest() }


my $t = Meeting::Fixture->new(format => 1);
my $holds = $t->{holds};


# Sign-ins that are in the log alone.

my $stat = $t->unlogged();
my $logged = @{$holds->{logged}};

is($stat->{position}, $holds->{before}{position}, 'the store without the log');
Meeting::Fixture::same($t->entries($stat), $t->entries($holds->{before}),
	'its entries');
is_deeply([ grep { !$stat->{entries}{$_} } sort keys %{$stat->{entries}} ],
	[ 'repeat', 'undone' ], 'no database is empty but those of later formats');
cmp_ok($logged, '>=', 20, "$logged sign-ins are missing there");


# A tool does not open a store of an older format, and nginx -t leaves it as it
# is.

my $file = $t->store() . '/data.mdb';
my $sum = sha256($file);

my ($rc, $out, $err) = $t->ctl_run('verify');

isnt($rc, 0, 'no tool opens a store of format 1');
like($err, qr/has format 1: start nginx once.*upgrade/, 'and says what to do');
ok(($t->test_conf())[0], 'nginx -t takes it');
is(sha256($file), $sum, 'nobody has changed it');


# The upgrade takes them in.

is_deeply($t->ctl('upgrade'), { format => 4, generation => 1 }, 'upgraded');
is_deeply($t->ctl('upgrade'), { format => 4, generation => 1 }, 'once');
$t->verify();

$stat = $t->ctl('stat');

is($stat->{position}, $holds->{before}{position} + $logged,
	'the journal has the logged ones, too');
is($stat->{position}, $holds->{stat}{position}, 'its last position');
is($stat->{entries}{checkin}, $holds->{before}{entries}{checkin} + $logged,
	'so have the check-ins');
Meeting::Fixture::same($t->entries($stat), $t->entries($holds->{stat}),
	'entries');
cmp_ok($stat->{entries}{$_}, '>', 0, "$_ is filled")
	for qw/ attends company_journal /;

my %there;

for my $meeting (sort keys %{$holds->{checkins}}) {
	my $checkins = $t->checkins($meeting);

	$there{"$meeting/$_->{user}"} = 1 for @$checkins;
	Meeting::Fixture::same($checkins, $holds->{checkins}{$meeting},
		"check-ins of meeting $meeting");
}

is(join(' ', grep { !$there{$_} } @{$holds->{logged}}), '',
	'those that were logged');
is(keys(%there), $stat->{entries}{checkin}, 'there are no others');

for my $command (@{$holds->{commands}}) {
	my @args = @{$command->{args}};

	Meeting::Fixture::same({ args => \@args, %{$t->told(@args)} }, $command,
		"meetingctl @args");
}


# Reads through all dialects, which change nothing.

$t->start();

for my $request (@{$holds->{requests}}) {
	my $what = substr($request->{body} // '', 0, 60);

	Meeting::Fixture::same($t->ask($request), $request->{answer},
		"$request->{dialect}: $request->{uri} $what");
}

is($t->ctl('stat')->{position}, $stat->{position}, 'nothing was written');


# Passwords still open, and there is more to come.

for my $login (@{$holds->{passwords}}) {
	my ($path, $mobile, $password) = @$login;
	my $answer = $t->app(caller => 'after')->call($path,
		{ mobile => $mobile, password => md5_hex($password) });

	is($answer->{code}, 2000, "$path of $mobile");
}

# Nobody answers there: keys that were given to a receiver are shown again.

my ($keys) = @{$t->told(qw/ event set --allow-private --url /,
	'http://127.0.0.1:1/')->{lines}};

is($keys->{$_}, $holds->{keys}{$_}, "the subscription's $_")
	for sort keys %{$holds->{keys}};

my $app = $t->client('H5yes', 1000);
my $added = $app->call('user/add', { name => 'New', account => 'new' });

is($added->{code}, 10000, 'somebody new') or diag($added->{text});
$t->verify();


$t->stop();


# The same store, the beginning of its journal cut off: nginx upgrades it.

rename($t->store(), $t->store() . '-done');
rename($t->prefix() . '/trimmed', $t->store());

$t->start();

my $log = $t->read_file('error.log');

like($log, qr/has format 1 and is upgraded to format 4/,
	'nginx says that it upgrades');
like($log, qr/has format 4 now/, 'and that it is done');
$t->stop();

$t->verify();
cmp_ok($t->ctl('stat')->{entries}{journal}, '<', $holds->{stat}{position},
	'a journal that does not begin at 1');

$t->finish();
