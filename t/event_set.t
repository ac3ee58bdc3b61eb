#!/usr/bin/perl

# meetingctl event ...: a receiver is subscribed if it answers as it should,
# and what goes to it is shown, listed, paused and put back.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Receiver;
use Meeting::Test;
use Test::More;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();


my $t = Meeting::Test->new();

$t->company();
$t->company(2000);


sub fails {
	my ($what, $pattern, @args) = @_;
	my ($code, $out, $err) = $t->ctl_run('event', @args);
	isnt($code, 0, $what);
	like($err, $pattern, "$what: says so");
	is($out, '', "$what: and nothing else");
	return;
}


fails('nobody to show', qr/nobody subscribes/, 'show');
fails('nobody to pause', qr/nobody subscribes/, 'pause');
fails('nobody to redeliver to', qr/nobody subscribes/, 'redeliver');
fails('no URL', qr/--url is missing/, 'set');
fails('not a URL', qr/--url: /, 'set', '--url', 'example.com');
fails('another scheme', qr/--url: /, 'set', '--url', 'ftp://example.com');
fails('no credential', qr/no credential in force/, 'set', '--url',
	'http://example.com/');
is_deeply([ $t->ctl('event', 'list') ], [ [] ], 'nothing to list');

my $key = $t->ctl('credential', 'add')->{appkey};
my $second = $t->ctl('credential', 'add')->{appkey};
my $foreign = $t->ctl('credential', 'add', '--company', 2000)->{appkey};

fails('another company\'s credential', qr/--appkey: /, 'set', '--url',
	'http://example.com/', '--appkey', $foreign);


# Faults of the receiver.

my $receiver = Meeting::Receiver->new($t);
my $kept;


sub refused {
	my ($mode, $pattern, @args) = @_;
	$receiver->mode($mode);

	my ($code, $keys, $err) = $receiver->subscribe(@args);

	is($code, 1, "$mode: not kept");
	like($err, qr/^meetingctl: --url: .*$pattern/, "$mode: is told");
	is($keys->{aes_key}, $kept->{aes_key}, "$mode: with the keys as before")
		if $kept;

	return $keys;
}


{
	my ($code, $out, $err) = $t->ctl_run('event', 'set', '--url',
		$receiver->url());
	is($code, 1, 'loopback has to be allowed');
	like($err, qr/private addresses/, 'and that is told');
	$kept = JSON::PP::decode_json($out);
}

like($kept->{aes_key}, qr/^[0-9A-Za-z]{43}$/, 'a key of 43 characters');
like($kept->{token}, qr/^[0-9A-Za-z]{16}$/, 'a token');
is($kept->{appkey}, $key, 'the oldest credential\'s appkey');
is($kept->{company}, 1000, 'the company');
is($kept->{url}, $receiver->url(), 'and the URL');
is(scalar($receiver->requests()), 0, 'nothing was sent');

refused('status', qr/HTTP status 500/);
refused('redirect', qr/HTTP status 302/);
refused('garbage', qr/neither/);
refused('plain', qr/plain "success": it has to be encrypted/);
refused('late', qr/in time/);
refused('hang', qr/in time/);
refused('close', qr/no HTTP answer/);
refused('signature', qr/signature/);
refused('key', qr/another key/);
refused('owner', qr/another appkey/);
refused('text', qr/decrypted answer is not/);
refused('huge', qr/too large/);

$receiver->stop();
refused('none', qr/no connection/);

is($t->ctl('event', 'show')->{state}, 'none', 'no URL has been checked');
is($t->ctl('event', 'show')->{new_aes_key}, $kept->{aes_key},
	'the keys wait for one');


# The request that the receiver gets.

my ($request) = $receiver->requests();

is($request->{method}, 'POST', 'POST');
like($request->{headers}{'content-type'}, qr{^application/json}, 'JSON');
is_deeply($request->{event}, { event_type => 'check_url' }, 'check_url');

my $sent = JSON::PP::decode_json($request->{body});
my ($query) = $request->{url} =~ /\?(.*)/;
my %query = map { split(/=/) } split(/&/, $query);

is_deeply([ sort keys %$sent ],
	[ qw/ encrypt msg_signature nonce timeStamp / ], 'four members');
is_deeply([ @query{qw/ signature msg_signature timestamp nonce /} ],
	[ @$sent{qw/ msg_signature msg_signature timeStamp nonce /} ],
	'of which the query repeats three');


# Right at last.

sub subscribed {
	my ($what, @args) = @_;
	$receiver->mode('success');
	my ($code, $keys, $err) = $receiver->subscribe(@args);
	is("$code$err", '0', $what);
	return $keys;
}


$receiver->start();
is_deeply(subscribed('kept'), $kept, 'with the same keys');

my $shown = $t->ctl('event', 'show');
is($shown->{state}, 'delivering', 'it is subscribed');
is($shown->{url}, $receiver->url(), 'with the URL');
is($shown->{$_}, $kept->{$_}, "with the $_") for qw/ aes_key token appkey /;
is($shown->{"new_$_"}, '', "no other $_ waits") for qw/ aes_key token /;
is($shown->{raised} + $shown->{pending} + $shown->{lag_seconds}, 0,
	'nothing was raised');

is_deeply(subscribed('a repeat'), $kept, 'keeps the keys');

$receiver->mode('lines');
is(($receiver->subscribe())[0], 0, 'Base64 in lines is one, too');

is(subscribed('for another credential', '--appkey', $second)->{appkey},
	$second, 'is for that one');
is(subscribed('without a name')->{appkey}, $second, 'keeps that, too');

fails('other companies have none', qr/nobody subscribes/,
	'show', '--company', 2000);


# New keys are in force once they were checked.

$receiver->mode('status');
my ($code, $new) = $receiver->subscribe('--rotate');
is($code, 1, 'new keys that are not checked');
isnt($new->{aes_key}, $kept->{aes_key}, 'a new key');
isnt($new->{token}, $kept->{token}, 'and a new token');

$shown = $t->ctl('event', 'show');
is($shown->{aes_key}, $kept->{aes_key}, 'the old one is in force');
is($shown->{new_aes_key}, $new->{aes_key}, 'the new one waits');

is(subscribed('once more, without --rotate')->{aes_key}, $new->{aes_key},
	'with the key that waits');
is($t->ctl('event', 'show')->{aes_key}, $new->{aes_key}, 'in force');
isnt(subscribed('--rotate', '--rotate')->{aes_key}, $new->{aes_key},
	'others, at once');


# The outbox, without a server that delivers.

$t->import_users({ id => 1, name => 'One', account => 'one' });
$t->ctl('room', 'add', '--id', 'r1', '--name', 'Room');

my $list = $t->ctl('event', 'list');
is_deeply([ map { "$_->{seq} $_->{event_type} @{$_->{ids}}" } @$list ],
	[ '1 user_add 1', '2 room_add r1' ], 'two messages wait');
cmp_ok($list->[0]{time}, '>', 1.6e12, 'since then');
is_deeply([ map { $_->{seq} } @{$t->ctl('event', 'list', '--limit', 1)} ],
	[ 1 ], 'one of them');
is_deeply([ map { $_->{seq} } @{$t->ctl('event', 'list', '--from', 2)} ],
	[ 2 ], 'from one on');
is_deeply([ map { $_->{seq} } @{$t->ctl('event', 'list', '--to', 1)} ],
	[ 1 ], 'up to one');
is_deeply($t->ctl('event', 'list', '--failed'), [], 'none was given up');
is_deeply($t->ctl('event', 'list', '--company', 2000), [],
	'other companies have none');
fails('a limit', qr/--limit: "0" is not a number from 1/, 'list',
	'--limit', 0);

$shown = $t->ctl('event', 'show');
is($shown->{raised}, 2, 'two are raised');
is($shown->{pending}, 2, 'and wait');

is_deeply($t->ctl('event', 'redeliver'), { redelivered => 0 },
	'nothing to redeliver');
fails('a number', qr/--from: /, 'redeliver', '--from', 'x');

is($t->ctl('event', 'pause')->{state}, 'paused', 'paused');
cmp_ok($t->ctl('event', 'show')->{paused}, '>', 1.6e12, 'since now');
is($t->ctl('event', 'resume')->{state}, 'delivering', 'resumed');

is_deeply($t->ctl('event', 'discard'), { discarded => 0 },
	'nothing was given up');

is_deeply($t->ctl('event', 'remove'), { discarded => 2 }, 'removed');
is($t->ctl('event', 'show')->{state}, 'none', 'no URL any more');
is_deeply($t->ctl('event', 'list'), [], 'nothing waits');
is_deeply($t->ctl('event', 'remove'), { discarded => 0 }, 'once more');
fails('of a company without one', qr/nobody subscribes/, 'remove',
	'--company', 2000);

$t->ctl('room', 'add', '--id', 'r2', '--name', 'Room');
is($t->ctl('event', 'show')->{raised}, 2, 'nothing is raised');

my $again = subscribed('and back');
$t->ctl('room', 'add', '--id', 'r3', '--name', 'Room');
is($t->ctl('event', 'list')->[0]{seq}, 3, 'numbers go on');

$t->verify();

done_testing();
