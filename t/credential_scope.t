#!/usr/bin/perl

# Credentials that are good for some calls alone, or from some networks, in each
# dialect with access tokens.

use warnings;
use strict;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw/ time /;

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Quanshi;
use Meeting::Test;
use Meeting::Yunzhijia;


my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP', server => <<'CONF');
    set_real_ip_from 127.0.0.1;
    real_ip_header   X-Client;
    log_format calls "company=$meeting_company reason=$meeting_reason";
    access_log calls.log calls;
HTTP
        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }

        location /openapi/conference/ {
            meeting_api quanshi;
        }
CONF

$t->company();
$t->import_users({ id => 'ann', name => 'Ann', account => 'ann' });
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $tomorrow = (int(time() / 86400) + 1) * 86400000;

test_options();
test_scopes();
test_changes();
test_dialects();
test_addresses();
test_limits();

$t->verify();
$t->finish();


sub credential {
	my (@args) = @_;
	return $t->ctl('credential', 'add', '--company', 1000, @args);
}


sub app { return Meeting::H5yes->new(base => $base, %{$_[0]}) }


sub listed {
	my ($credential) = @_;
	my ($one) = grep { $_->{appkey} eq $credential->{appkey} }
		@{$t->ctl('credential', 'list')};
	return $one;
}


sub test_options {
	for (
		[ [ '--scope', 'read,room' ], qr/--scope: "room" is none of read/ ],
		[ [ '--scope', '' ], qr/--scope: "" is none of/ ],
		[ [ '--allow', '10.0.0.0/8,' ], qr/--allow: not a list of networks/ ],
		[ [ '--allow', '10.0.0.1/8' ], qr/--allow: not a list of networks/ ],
		[ [ '--allow', 'campus' ], qr/--allow: not a list of networks/ ])
	{
		my ($args, $why) = @$_;
		my ($code, undef, $err) = $t->ctl_run('credential', 'add', @$args);
		is($code, 1, "@$args");
		like($err, $why, 'is rejected');
	}

	my $all = listed(credential());
	is_deeply($all->{scopes}, [ qw/ read directory rooms meetings checkins
		events / ], 'without options a credential has all scopes');
	is($all->{allow}, '', 'from everywhere');

	my $some = listed(credential('--scope', 'rooms,read', '--allow',
		'192.0.2.0/24,2001:db8::/32'));
	is_deeply($some->{scopes}, [ qw/ read rooms / ], 'it lists its scopes');
	is($some->{allow}, '192.0.2.0/24,2001:db8::/32', 'and networks');

	return;
}


# Each scope lets do its own calls of h5yes, and no others.

my %calls;

sub test_scopes {
	my $n = 0;
	my $room = app(credential())->call('room/add',
		{ id => 'r0', name => 'r0' })->{value};

	%calls = (
		read => [ [ 'room/list', {} ], [ 'user/get', { userId => 'ann' } ],
			[ 'meeting/list', {} ] ],
		directory => [ [ 'dept/add', { name => 'd' } ],
			[ 'user/update', { id => 'ann', name => 'Anne' } ] ],
		rooms => [ [ 'room/update', { id => 'r0', name => 'r' } ] ],
		meetings => [ [ 'meeting/book', { roomId => 'r0', speaker => 'x',
			subject => 's', createdId => 'ann',
			attendances => [ { userId => 'ann' } ] } ] ],
	);

	for my $scope (sort keys %calls) {
		my $app = app(credential('--scope', $scope));

		for my $needs (sort keys %calls) {
			for (@{$calls{$needs}}) {
				my ($call, $args) = @$_;
				my %args = %$args;

				@args{qw/ beginTime endTime /} = map { $tomorrow + 3600000 * $_ }
					$n++, $n if $call eq 'meeting/book';

				my $answer = $app->call($call, \%args);

				if ($scope eq $needs) {
					is($answer->{code}, 10000, "$scope lets do $call")
						or diag($answer->{text});
				} else {
					is($answer->{code}, 71001, "$scope does not let do $call");
					like($answer->{msg} // $answer->{text},
						qr/$needs: the credential lacks this scope/,
						"and says that $needs is missing");
				}
			}
		}
	}

	return;
}


# A change counts at once, also for tokens that were given before.

sub test_changes {
	my $credential = credential();
	my $app = app($credential);
	my @key = ('--appkey', $credential->{appkey});

	is($app->call('room/list', {})->{code}, 10000, 'all: it may read');

	$t->ctl('credential', 'set', @key, '--scope', 'rooms');
	like($app->call('room/list', {})->{text}, qr/read: the credential lacks/,
		'changed: it may not');
	$t->ctl('credential', 'set', @key, '--allow', '192.0.2.1');
	like($app->call('room/update', { id => 'r0', name => 'x' })->{text},
		qr/the credential is not for this address/, 'nor from here');
	is_deeply(listed($credential)->{scopes}, [ 'rooms' ], 'the scopes stay');

	$t->ctl('credential', 'set', @key, '--allow', 'any', '--scope', 'all');
	is($app->call('room/list', {})->{code}, 10000, 'it may again');

	my ($code, undef, $err) = $t->ctl_run('credential', 'set', '--appkey',
		'nobody', '--scope', 'read');
	is($code, 1, 'no such credential');

	return;
}


sub test_dialects {
	my $credential = credential('--scope', 'read');
	my %client = (base => $base, %$credential);

	my $answer = Meeting::Yunzhijia->new(%client)->call('create', {
		openid => 'ann', title => 't', startDate => $tomorrow,
		endDate => $tomorrow + 3600000 });
	is($answer->{code}, 40308, 'yunzhijia has a code for it');
	is($answer->{error}, 'meetings: the credential lacks this scope',
		'and names the scope');

	$answer = Meeting::Jituancaiyun->new(%client)->call('create', {});
	like($answer->{text}, qr/4013.*meetings/, 'jituancaiyun, too');

	my $meeting = $t->ctl('meeting', 'add', '--creator', 'ann', '--subject',
		's');
	my $links = $t->ctl('meeting', 'links', '--meeting', $meeting->{id});
	my $token = app(credential('--scope', 'rooms'))->token();
	my $quanshi = Meeting::Quanshi->new(base => $base);
	$answer = $quanshi->detail($links->{attendeeJoinUrl},
		query => "accessToken=$token");
	is($answer->{msg}, 'read: the credential lacks this scope',
		'quanshi, where a token is not needed, too');
	is($quanshi->detail($links->{attendeeJoinUrl})->{code}, 0,
		'without a token it is the link that counts');

	return;
}


# The address is the one that nginx has, realip's if that is configured.

sub test_addresses {
	my $credential = credential('--allow', '192.0.2.0/24,2001:db8::/32');

	for (
		[ '192.0.2.9', 1 ], [ '192.0.3.9', 0 ], [ '2001:db8::7', 1 ],
		[ '2001:db9::7', 0 ])
	{
		my ($address, $good) = @$_;
		my $answer = $t->get('/meeting/api/oapi/gettoken?appkey='
			. "$credential->{appkey}&appsecret=$credential->{appsecret}",
			'X-Client' => $address);
		my $json = $answer->{json};

		is(exists $json->{value}{access_token} ? 1 : 0, $good,
			"$address gets " . ($good ? 'a' : 'no') . ' token')
			or diag($answer->{content});
		like($json->{message}, qr/not for this address/, 'and is told why')
			unless $good;
	}

	# a token that was got inside is of no use outside

	my $inside = $t->get('/meeting/api/oapi/gettoken?appkey='
		. "$credential->{appkey}&appsecret=$credential->{appsecret}",
		'X-Client' => '192.0.2.1');
	my $token = $inside->{json}{value}{access_token};

	for ([ '192.0.2.200', 10000 ], [ '198.51.100.1', 71001 ]) {
		my ($address, $code) = @$_;
		my $answer = $t->post("/meeting/api/open/room/list?access_token=$token",
			'{}', 'X-Client' => $address);
		is($answer->{json}{code}, $code, "a call from $address: $code")
			or diag($answer->{content});
	}

	# a wrong secret is not told of the address

	my $answer = $t->get('/meeting/api/oapi/gettoken?appkey='
		. "$credential->{appkey}&appsecret=wrong",
		'X-Client' => '198.51.100.1');
	like($answer->{json}{message}, qr/unknown key or wrong secret/,
		'a wrong secret is that');

	return;
}


# A call that lacks a scope counts for its company's limits; a token in foreign
# hands does not.

sub test_limits {
	$t->wait_for(sub { $t->read_file('calls.log') =~ /wrong_address/ });
	my $log = $t->read_file('calls.log');

	like($log, qr/^company=1000 reason=no_scope$/m, 'its company is proven');
	unlike($log, qr/^company=1000 reason=wrong_address$/m,
		'none is proven from a wrong address');
	like($log, qr/^company=-? reason=wrong_address$/m, 'it is empty');

	return;
}
