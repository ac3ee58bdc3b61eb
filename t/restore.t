#!/usr/bin/perl

# A backup becomes the store, by the tool and by moved directories: nothing that
# was given out after it comes again.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use Meeting::H5yes;
use Meeting::Picture;
use Meeting::Test;

my $t = Meeting::Test->new();
my $start = int(time() / 3600) * 3600000 + 86400000;

$t->write_h5yes_conf('');
$t->company(1000);
my ($credential) = $t->ctl(qw/ credential add --company 1000 /);
$t->start();


sub client { return Meeting::H5yes->new(
	base => 'http://127.0.0.1:' . $t->port(), %$credential) }

sub book {
	my ($app, $subject) = @_;

	my $r = $app->call('meeting/book', { id => "m-$subject",
		createdId => 'host',
		subject => $subject, beginTime => $start, speaker => 's',
		roomId => 'room', endTime => $start + 60000, attendances => [ { userId => 'host' } ] });

	$start += 60000;
	is($r->{code}, 10000, "$subject is booked") or diag($r->{text});

	return "m-$subject";
}

sub number {
	my ($id) = @_;

	return ($t->ctl(qw/ meeting show --company 1000 --meeting /, $id))[0]
		->{number};
}

my $app = client();

is($app->call('user/add', { id => 'host', name => 'Host',
	account => 'host' })->{code}, 10000, 'somebody');

is($app->call('room/add', { id => 'room', name => 'Room',
	beginTime => '00:00', endTime => '24:00' })->{code}, 10000,
	'a room that is always open');

my $first = number(book($app, 'before'));

my $backup = $t->prefix() . '/backup';
my ($copied) = $t->ctl('backup', $backup);

is($copied->{pictures}, 0, 'no pictures yet');

my $lost = number(book($app, 'lost'));
cmp_ok($lost, '>', $first, 'a number that the backup does not know');
my $token = $app->token();
$t->stop();


# In the place of a store only by force, and never under a server.

my ($rc, $out, $err) = $t->ctl_run('restore', $backup);
isnt($rc, 0, 'not over a store');
like($err, qr/holds a store: --force/, 'says how');

$t->start();
($rc, $out, $err) = $t->ctl_run('restore', '--force', $backup);
isnt($rc, 0, 'not under a server');
like($err, qr/in use: stop the server/, 'says why');
$t->stop();

($rc, $out, $err) = $t->ctl_run('restore', '--force', $t->prefix());
isnt($rc, 0, 'not from a directory of something else');
like($err, qr/holds no store|no store in/, 'says so');

is(($t->ctl('restore', '--force', $backup))[0]{generation}, 2, 'restored');
is(scalar(my @old = glob $t->store() . '/replaced-*/data.mdb'), 1,
	'the store that was there is kept');
$t->verify();
$t->start();

my $r = $t->post('/meeting/api/open/room/list?access_token=' . $token, '{}');
like($r->{content}, qr/"code":71003/, 'an access token of before is void');

$app = client();
my $after = number(book($app, 'after'));
cmp_ok($after, '>', $lost, 'numbers do not come again');
cmp_ok($after, '>=', $first + 100000, 'they skip ahead');
$t->verify();
$t->stop();


# A moved directory is the same; a second start is none.

rename($t->store(), $t->store() . '-second') or die $!;
system('cp', '-a', $backup, $t->store()) == 0 or die;

$t->start();
is(($t->ctl('upgrade'))[0]{generation}, 2, 'the first start begins a generation');
$app = client();
cmp_ok(number(book($app, 'moved')), '>=', $first + 100000, 'and skips ahead');
$t->stop();
$t->start();
is(($t->ctl('upgrade'))[0]{generation}, 2, 'the second does not');
$t->verify();

$t->finish();
