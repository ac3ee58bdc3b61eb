#!/usr/bin/perl

# Housekeeping of the journal, sessions and pictures, and a burst of changes
# meanwhile.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Path qw/ make_path /;
use Meeting::Receiver;
use Meeting::Test;
use Test::More;
use Time::HiRes qw/ sleep time /;


my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', location => <<'CONF');
    meeting_journal age=2s;
    meeting_event_private on;
HTTP
            meeting_weclubs_token_ttl 3s;
CONF

$t->company();
$t->ctl('credential', 'add');
$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. 2);


sub entries { return $t->ctl('stat')->{entries}{$_[0]} }


# Pictures that nobody has: one that is old, one that is not, and what is none
# of ours.

my $folder = $t->store() . '/resources/1000';
make_path($folder);

my ($old, $young) = map { "$folder/" . ($_ x 32) . '.jpg' } qw/ a b /;
my $alien = "$folder/readme.txt";

for my $file ($old, $young, $alien) {
	open(my $fh, '>', $file) or die "$file: $!";
	print {$fh} 'x';
	close($fh);
	utime(time() - 7200, time() - 7200, $file) unless $file eq $young;
}

$t->start();

ok($t->wait_for(sub { !-e $old }), 'an orphaned picture goes');
ok(-e $young, 'one that is young may be somebody\'s yet');
ok(-e $alien, 'what is no picture of ours stays');


# Sessions.

my $ann = $t->app()->login('a1', 'p');
is(entries('session'), 1, 'a session');

my $status = sub { $t->get('/status')->{json}{background} };

is($status->()->{running}, 1, 'a worker does it');
is($status->()->{files_removed}, 1, 'and counts the picture');


# The journal.

ok($t->wait_for(sub { $status->()->{journal_dropped} >= 5 }, 30),
	'the journal is dropped, and that is counted');

my $stat = $t->ctl('stat');

cmp_ok($stat->{entries}{journal}, '<', 5, 'it is short');
cmp_ok($stat->{position}, '>', 5, 'its positions go on');


# Messages that are still to be delivered take copies of what they need with
# them, so that one company keeps no entries of the others.

my $receiver;

SKIP: {
	skip('no Node.js', 14) unless Meeting::Receiver::node();

	$receiver = Meeting::Receiver->new($t);
	is(($receiver->subscribe())[0], 0, 'a receiver');
	$t->ctl('event', 'pause');

	$t->ctl('room', 'add', '--name', "Room $_") for 1 .. 20;
	my $show = $t->ctl('event', 'show');
	cmp_ok($show->{journal_held}, '>=', 20, 'messages need the journal');
	cmp_ok($show->{journal_from}, '>', 0, 'from a position on');

	ok($t->wait_for(sub { entries('journal') < 20 }, 30),
		'their entries go all the same');
	is($t->ctl('event', 'show')->{journal_from}, 0, 'they need none any more');
	is(scalar(@{$t->ctl('event', 'list')}), 20, 'and can be read');
	$t->verify();

	$receiver->mode('small');
	$t->ctl('event', 'resume');

	my @events = $receiver->wait_events(20);
	is(scalar(@events), 20, 'they are delivered');
	is_deeply([ map { $_->{value}[0]{name} } @events ],
		[ map { "Room $_" } 1 .. 20 ], 'whole, in their order');
	$receiver->mode('success');
}


# A burst beside it: nobody is refused, nothing is lost.

my $before = entries('meeting');
my $refused = 0;

for my $i (0 .. 299) {

	# a token lasts three seconds here

	$ann = $t->app()->login('a1', 'p') if $i % 20 == 0;

	my $answer = $ann->call('/manage/club_meeting/public_meeting', {
		content => "m$i", address => 'a', deadline => int(time() * 1000),
		need_sign => 0, participation => '2' });
	$refused++ if $answer->{code} != 2000;
}

is($refused, 0, 'all are taken') or diag($refused);
is(entries('meeting') - $before, 300, 'and there');

$t->verify();


# Sessions that are over are looked for at the start, and now and then.

is(entries('session'), 1, 'one session');
sleep(4);
$t->stop();
$t->start();
ok($t->wait_for(sub { entries('session') == 0 }), 'is over');
is($status->()->{sessions_ended}, 1, 'and counted');


# A smaller size, by a reload.

my $conf = $t->read_file('nginx.conf');
$t->write_file('nginx.conf', $conf =~ s/age=2s/age=off size=64k/r);
ok($t->reload(), 'a reload with a size');

$t->import_users(map { { id => "many$_", name => 'N' x 90,
	account => "many$_" } } 1 .. 1500);
ok($t->wait_for(sub { my $n = entries('journal'); $n > 16 && $n < 1200 }, 30),
	'it is cut to that') or diag(entries('journal'));
$t->verify();

$t->finish();
