#!/usr/bin/perl

# Log-ins wait for their hashes in a bounded queue of their own: they delay no
# other request, addresses take turns, and the default password needs no hash.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use Time::HiRes qw/ time /;

use Meeting::H5yes;
use Meeting::Test;


my $LOGIN = '/user/login';
my $N = 60;

my $t = Meeting::Test->new();

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;
    meeting_threads 1;
    client_body_buffer_size 8k;
    client_max_body_size 8m;
    %%QUEUE%%

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location = /status {
            meeting_status;
        }
    }
}
EOC

$t->write_conf($conf =~ s/%%QUEUE%%//r);
$t->company();
$t->import_users(map { { id => "u$_", name => "N$_", account => "a$_",
	password => 'own' } } 1 .. $N);
$t->import_users({ id => 'plain', name => 'P', account => 'plain' });

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $h5yes = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);
$h5yes->token();


sub hash { return $t->get('/status')->{json}{hash} }


# Log-ins with a wrong password are on their way, all at once.

sub wrong_from {
	my ($from, @accounts) = @_;

	my @texts = map { Meeting::Test::post_text($LOGIN, $t->app()->envelope(
		{ mobile => $_, password => md5_hex('wrong') })) } @accounts;
	my @sockets = map { $t->connect(0, $from) } @accounts;

	syswrite($sockets[$_], $texts[$_]) for 0 .. $#texts;

	return @sockets;
}


sub wrong { return wrong_from('127.0.0.1', @_) }


# The worker of the configuration before has gone.

sub restarted {
	$t->reload();
	ok($t->wait_for(sub { 1 == $t->workers() }), 'a new worker');
	return;
}


sub answer { return Meeting::Test::read_socket($_[0], done => qr/\}\s*\z/,
	timeout => 60) }


# The default password is compared, not hashed.

my $begun = hash()->{begun};
$t->app()->login('plain', 'hf@123456') for 1 .. 3;
is($t->app()->call($LOGIN, { mobile => 'plain', password => md5_hex('x') })
	->{code}, 3011, 'another one is wrong');
is($t->app()->call($LOGIN, { mobile => 'a1', password => 'none' })->{code},
	3011, 'so is no MD5 at all');
is(hash()->{begun}, $begun, 'no hash was needed');

$t->app()->login('a1', 'own');
is(hash()->{begun}, $begun + 1, 'a hash was, for a password of her own');


# Wrong log-ins hold up neither a large body, nor log-ins from elsewhere.

my @sockets = wrong(map { "a$_" } 1 .. $N);
ok($t->wait_for(sub { hash()->{waiting} > $N / 2 }), 'log-ins wait');

my $time = time();
my $large = $h5yes->call('user/add', { id => 'large', name => 'L',
	account => 'large', remark => 'x' x 2_000_000 });
like($large->{text}, qr/"code":/, 'a large body is answered');
cmp_ok(hash()->{waiting}, '>', $N / 4, sprintf('while log-ins wait, in %.2f s',
	time() - $time));

is($t->app()->login('plain', 'hf@123456')->{user_id}, $N + 1,
	'so is the default password');
cmp_ok(hash()->{waiting}, '>', $N / 4, 'while log-ins wait');

my $other = answer(wrong_from('127.0.0.2', 'a1'));
like($other, qr/:3011,/, 'so is a log-in from another address');
cmp_ok(hash()->{waiting}, '>', $N / 8, 'while log-ins wait');

my @codes = map { answer($_) =~ /:(3011),/ } @sockets;
is(scalar(@codes), $N, 'all are answered');
is(hash()->{waiting}, 0, 'none waits');


# Clients that leave are not worth a hash.

$begun = hash()->{begun};
@sockets = wrong(map { "a$_" } 1 .. $N);
ok($t->wait_for(sub { hash()->{waiting} > $N / 2 }), 'log-ins wait');
close($_) for @sockets;
ok($t->wait_for(sub { !hash()->{waiting} }), 'none waits any more');
cmp_ok(hash()->{begun} - $begun, '<', $N / 2, 'clients that left cost nothing');


# No room: the last log-in of the address that has most gives way.

$t->write_conf($conf =~ s/%%QUEUE%%/meeting_hash_queue 8;/r);
restarted();

my $busy = hash()->{busy};
@sockets = wrong(map { "a$_" } 1 .. $N);
ok($t->wait_for(sub { hash()->{busy} > $busy }), 'the queue is full');

like(answer(wrong_from('127.0.0.3', 'a1')), qr/:3011,/,
	'there is room for another address');

my @answers = map { answer($_) } @sockets;
my @busy = grep { /^HTTP\/1.1 503 / } @answers;

cmp_ok(scalar(@busy), '>', 10, 'others are answered with busy');
is(scalar(grep { /:3011,/ } @answers), $N - @busy, 'the rest is judged');
is(scalar(grep { /^Retry-After: [1-9]\d*\r$/m } @busy), scalar(@busy),
	'all busy ones are told when to come again');
is(scalar(grep { /:5000,/ } @busy), scalar(@busy), 'in the dialect\'s words');
cmp_ok(hash()->{busy} - $busy, '>=', scalar(@busy), 'they are counted');

$t->write_conf($conf =~ s/%%QUEUE%%/meeting_hash_queue 0;/r);
restarted();

@sockets = wrong(map { "a$_" } 1 .. 12);
cmp_ok(scalar(grep { /^HTTP\/1.1 503 / } map { answer($_) } @sockets), '>=', 1,
	'with no queue none waits');

undef @sockets;
$t->finish();
