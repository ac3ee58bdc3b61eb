#!/usr/bin/perl

# Idempotency-Key in the native API: the same key acts once, however often and
# at once it comes, after the kill of a worker and a restart; another request
# under it is rejected.

use warnings;
use strict;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Native;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'h5yes' ], server => <<'CONF');
        location /api/v1/ {
            meeting_api native;
        }
CONF

$t->start();
$t->company();
$t->import_users(map { { id => "u$_", name => "P $_", account => "p$_",
	password => "pw$_" } } 1 .. 3);
$t->ctl(qw(user admin --user u1 on));

my $base = 'http://127.0.0.1:' . $t->port();
my $h5yes = Meeting::H5yes->new(base => $base,
	%{$t->ctl(qw(credential add --company 1000))});
my $now = int(time() * 1000);

$h5yes->call('room/add', { id => 'r', name => 'R', beginTime => '00:00',
	endTime => '24:00' });
$h5yes->call('meeting/book', { id => "m$_", roomId => 'r', speaker => 's',
	subject => 'S', createdId => 'u1', beginTime => $now + $_ * 1000,
	endTime => $now + $_ * 1000 + 900, attendances => [
		{ userId => 'u1' }, { userId => 'u2' } ] }) for 100 .. 102;

my ($admin, $two) = map {
	my $person = Meeting::Native->new(base => $base);
	$person->log_in("p$_", "pw$_");
	$person;
} 1, 2;
my $server = $admin->as($h5yes->token());

sub key { return ('Idempotency-Key' => $_[0]) }

sub credentials {
	return scalar @{$admin->call(GET => '/credentials')->{json}{items}};
}


# Twice, one after the other.

my @made = map { $admin->call(POST => '/credentials', { scopes => 'read' },
	key('a')) } 1, 2;
is("@{[map { $_->{http} } @made]}", '201 201', 'twice');
is($made[0]{text}, $made[1]{text}, 'is answered the same, with the secret');
is(credentials(), 2, 'and acts once');
ok(Meeting::H5yes->new(base => $base, %{$made[1]{json}})->token(),
	'the secret is good');

my $r = $admin->call(POST => '/credentials', { scopes => 'rooms' }, key('a'));
is("$r->{http} $r->{json}{code}", '422 key_reused', 'another body');
is($admin->call(POST => '/credentials', { scopes => 'read' }, key('b'))
	->{json}{appkey} eq $made[0]{json}{appkey} ? 1 : 0, 0, 'another key');

my %answer = (answer => 'accepted');
is($two->call(POST => '/me/meetings/m100/answer', \%answer, key('c'))->{http},
	204, 'an answer');
is($two->call(POST => '/me/meetings/m101/answer', \%answer, key('c'))->{http},
	204, 'the key at another address');
is($admin->call(POST => '/me/meetings/m100/answer', { answer => 'declined' },
	key('c'))->{http}, 204, 'the key of another caller');
is($two->call(GET => '/me/meetings')->{json}{items}[1]{answer}, 'accepted',
	'acts for itself');

# a repeat is answered as the first was, though it has been taken back since
is($two->call(POST => '/me/meetings/m100/answer', { answer => 'declined' })
	->{http}, 204, 'another answer');
is($two->call(POST => '/me/meetings/m100/answer', \%answer, key('c'))->{http},
	204, 'the first again');
is((grep { $_->{id} eq 'm100' } @{$two->call(GET => '/me/meetings')
	->{json}{items}})[0]{answer}, 'declined', 'does not act');

# a rejection is not kept
is($server->call(POST => '/meetings/m100/end', {}, key('d'))->{http}, 409,
	'a rejection');
is($two->call(POST => '/me/password', { old => 'wrong', new => 'longer-2' },
	key('e'))->{http}, 401, 'a wrong password');
is($two->call(POST => '/me/password', { old => 'pw2', new => 'longer-2' },
	key('e'))->{http}, 204, 'and the right one under its key');
is($two->call(POST => '/me/password', { old => 'pw2', new => 'longer-2' },
	key('e'))->{http}, 204, 'twice');


# Many at once.

sub at_once {
	my ($n, $key) = @_;
	my @pids;

	for my $i (1 .. 8) {
		my $pid = fork() // die "fork: $!";

		if (!$pid) {
			my $text = join('', map {
				my $r = $admin->call(POST => '/credentials',
					{ scopes => 'events' }, key($key));
				"$r->{http} $r->{text}\n";
			} 1 .. $n / 8);

			$t->write_file("answers-$i", $text);
			require POSIX;
			POSIX::_exit(0);
		}

		push @pids, $pid;
	}

	waitpid($_, 0) for @pids;

	return map { split /\n/, $t->read_file("answers-$_") } 1 .. 8;
}

my $before = credentials();
my @answers = at_once(64, 'many');
my %seen = map { $_ => 1 } @answers;

is(scalar @answers, 64, '64 answers');
is(scalar keys %seen, 1, 'all the same') or diag(join("\n", keys %seen));
like((keys %seen)[0], qr/^201 /, 'of success');
is(credentials(), $before + 1, 'to one act');

$t->kill_worker();
$t->wait_for(sub { $t->answers() });
$r = $admin->call(POST => '/credentials', { scopes => 'events' }, key('many'));
is("$r->{http} $r->{text}", (keys %seen)[0], 'after a worker was killed');

$t->stop();
$t->verify();
$t->start();
$r = $admin->call(POST => '/credentials', { scopes => 'events' }, key('many'));
is("$r->{http} $r->{text}", (keys %seen)[0], 'after a restart');
is(credentials(), $before + 1, 'still one act');

is($t->ctl('stat')->{entries}{repeat}, 7, 'the keys are in the store');

$t->stop();
$t->verify();
done_testing();
