#!/usr/bin/perl

# The native API for a company's administrators: people, credentials, the
# subscription and the journal.

use warnings;
use strict;
use utf8;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Native;
use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

my $t = Meeting::Test->new();

$t->write_default_conf(http => 'meeting_event_private on;',
	apis => [ 'h5yes' ], server => <<'CONF');
        location /api/v1/ {
            meeting_api native;
        }
CONF

$t->start();
$t->company($_) for 1000, 2000;

my $base = 'http://127.0.0.1:' . $t->port();
my $theirs = $t->ctl(qw(credential add --company 2000));

$t->import_users(map { { id => "u$_", name => "Person $_", account => "p$_",
	phone => "1380000000$_", password => "pw$_" } } 1 .. 5);
$t->ctl(qw(user admin --user u1 on));

my ($admin, $other) = map {
	my $person = Meeting::Native->new(base => $base);
	$person->log_in("p$_", "pw$_");
	$person;
} 1, 2;

sub is_status {
	my ($r, $want, $what) = @_;

	is("$r->{http} " . ($r->{json}{code} // ''), $want, $what)
		or diag($r->{text});
}


# Not for others.

is_status($other->call(GET => $_), '403 forbidden', "not for others: $_")
	for qw(/people /credentials /subscription /subscription/messages /journal);


# Credentials.

my $r = $admin->call(POST => '/credentials', { scopes => 'read,checkins',
	allow => '127.0.0.0/8' });
is($r->{http}, 201, 'a credential') or diag($r->{text});
is(join(' ', map { length($r->{json}{$_}) } qw(appid appkey appsecret)),
	'9 16 32', 'is shown whole');

my %made = %{$r->{json}};
my $h5yes = Meeting::H5yes->new(base => $base, %made);
my $server = $admin->as($h5yes->token());

is_status($server->call(GET => '/me'), '200 ', 'and is good');
is_status($server->call(GET => '/credentials'), '403 forbidden',
	'but not for credentials');
is_status($server->call(POST => '/credentials', {}), '403 no_scope',
	'nor to make one');
is_status($server->call(PATCH => '/people/u3', { name => 'x' }),
	'403 no_scope', 'within its scopes');

$r = $admin->call(GET => '/credentials');
is(join(' ', map { "$_->{appkey} $_->{scopes} $_->{allow}" }
	@{$r->{json}{items}}), "$made{appkey} read,checkins 127.0.0.0/8",
	'a list of one company');
unlike($r->{text}, qr/$made{appsecret}/, 'without the secret');

is_status($admin->call(POST => '/credentials', { scopes => 'read,none' }),
	'400 bad_value', 'an unknown scope');
is_status($admin->call(POST => '/credentials', { allow => '1.2.3' }),
	'400 bad_value', 'no network');
is_status($admin->call(DELETE => "/credentials/$theirs->{appkey}"),
	$admin->call(DELETE => '/credentials/never-was')->{http}
		. ' bad_credential', 'of another company: as never was');
is_status($admin->call(DELETE => "/credentials/$made{appkey}"), '204 ',
	'revoked');
is_status($server->call(GET => '/me'), '401 bad_token', 'at once');
ok($admin->call(GET => '/credentials')->{json}{items}[0]{revoked},
	'and is listed so');

my $all = Meeting::H5yes->new(base => $base,
	%{$admin->call(POST => '/credentials', {})->{json}});
my $company = $admin->as($all->token());


# People.

$r = $admin->call(GET => '/people', { limit => 2 });
is(join(' ', map { $_->{id} } @{$r->{json}{items}}), 'u1 u2', 'people');
is($r->{json}{items}[1]{phone}, '13800000002', 'with whole phones');
$r = $admin->call(GET => '/people', { limit => 9,
	cursor => $r->{json}{next} });
is(join(' ', map { $_->{id} } @{$r->{json}{items}}), 'u3 u4 u5', 'the rest');
is(join(' ', map { $_->{id} } @{$company->call(GET => '/people',
	{ q => 'SON 4' })->{json}{items}}), 'u4', 'a search');

$r = $admin->call(PATCH => '/people/u2', { name => 'Zwei', job => 'Chair',
	reason => 'married' });
is("$r->{http} $r->{json}{name} $r->{json}{job}", '200 Zwei Chair',
	'a change') or diag($r->{text});
is_status($other->call(GET => '/me'), '200 ', 'leaves sessions');
is_status($admin->call(PATCH => '/people/u2', { password => 'another-2' }),
	'200 ', 'a new password');
is_status($other->call(GET => '/me'), '401 bad_token', 'ends them');
is_status($other->log_in('p2', 'another-2'), '201 ', 'and is good');
$r = $admin->call(PATCH => '/people/u2', { enabled => JSON::PP::false });
is_status($r, '200 ', 'disabled');
is_status($other->call(GET => '/me'), '401 bad_token', 'is out');
is_status($other->log_in('p2', 'another-2'), '403 user_disabled', 'for good');
is_status($admin->call(PATCH => '/people/u3', { phone => '13800000004' }),
	'409 phone_taken', 'a phone that is taken');
is_status($admin->call(PATCH => '/people/u9', { name => 'x' }),
	'404 no_such_user', 'nobody');
is_status($company->call(PATCH => '/people/u3',
	{ admin => JSON::PP::true }), '403 forbidden',
	'a token makes no administrators');
is_status($admin->call(PATCH => '/people/u3', { admin => JSON::PP::true }),
	'200 ', 'an administrator does');


# The subscription.

is_status($admin->call(GET => '/subscription'), '404 no_subscription',
	'no subscription');
is_status($admin->call(POST => '/subscription/pause', {}),
	'404 no_subscription', 'nothing to pause');

my $receiver = Meeting::Receiver->new($t);
my ($code) = $receiver->subscribe();
is($code, 0, 'a receiver');
$r = $admin->call(GET => '/subscription');
like($r->{json}{url}, qr{^http://127.0.0.1:\d+/}, 'a subscription')
	or diag($r->{text});
unlike($r->{text}, qr/aes|token/i, 'without its keys');
is_status($company->call(POST => '/subscription/pause', {}), '204 ',
	'is paused');
ok($admin->call(GET => '/subscription')->{json}{paused}, 'since');
$admin->call(PATCH => '/people/u4', { job => 'x' });
$r = $admin->call(GET => '/subscription/messages');
ok(scalar @{$r->{json}{items}}, 'messages wait') or diag($r->{text});
is_deeply($admin->call(GET => '/subscription/messages', { failed => 'true' })
	->{json}{items}, [], 'none was set aside');
is_status($company->call(POST => '/subscription/resume', {}), '204 ',
	'goes on');
is($admin->call(GET => '/subscription')->{json}{paused}, undef, 'again');
is_status($admin->call(POST => '/subscription/redeliver', {}), '204 ',
	'nothing to deliver again');


# The journal.

$r = $admin->call(GET => '/journal');

my @entries = @{$r->{json}{items}};

ok((grep { $_->{operation} eq 'credential_add' && ($_->{actor} // '') eq 'u1' }
	@entries), 'who did it') or diag($r->{text});
ok((grep { $_->{operation} eq 'user_update' && ($_->{record} // '') eq 'u2' }
	@entries), 'to whom');
is_deeply([ map { $_->{position} } @entries ],
	[ sort { $a <=> $b } map { $_->{position} } @entries ], 'in order');

my $last = $entries[-1]{position};

is_deeply($admin->call(GET => '/journal', { after => $last })->{json}{items},
	[], 'nothing new');
$admin->call(PATCH => '/people/u5', { job => 'y' });
is(join(' ', map { $_->{operation} } @{$admin->call(GET => '/journal',
	{ after => $last })->{json}{items}}), 'user_update', 'but then');
$r = $admin->call(GET => '/journal', { limit => 2 });
is(scalar @{$r->{json}{items}}, 2, 'a page');
is($admin->call(GET => '/journal', { limit => 1, cursor => $r->{json}{next} })
	->{json}{items}[0]{position}, $entries[2]{position}, 'the next');
like($admin->call(GET => '/journal', { format => 'csv' })->{text},
	qr/^position,time,operation,actor,actor_name,record\r\n/, 'as CSV');

$t->stop();
$t->verify();
done_testing();
