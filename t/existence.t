#!/usr/bin/perl

# A request without a valid token learns nothing of the people, meetings, rooms
# and departments there are: at each address of each dialect the answer is the
# same, whether or not the store has the ids in it.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use MIME::Base64 qw/ encode_base64 /;

use Meeting::H5yes;
use Meeting::Routes qw/ dialects ending public /;
use Meeting::Test;
use Meeting::Tour;
use Meeting::Weclubs;


my $json = JSON::PP->new->utf8->canonical;
my $t = Meeting::Test->new();

$t->write_conf(Meeting::Tour::conf());
Meeting::Tour::prepare($t);
$t->import_users({ id => 'E7', name => 'Eve', phone => '1003' },
	{ id => 'gone', name => 'Gus', phone => '1004' });
$t->company(2000);
$t->{theirs} = $t->ctl('credential', 'add', '--company', 2000);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $h5yes = Meeting::H5yes->new(base => $base, %{$t->{credential}});

is($h5yes->call('user/remove', { userId => 'gone' })->{code}, 10000,
	'one is removed');

my @stops = Meeting::Tour::stops($t);

test_people();
test_ids();
test_credentials();

$t->verify();
$t->finish();


# The answers to requests, each once, without the time and the fresh ids.

sub distinct {
	my %seen;

	for (@_) {
		my $answer = s/.*?\r\n\r\n//sr;
		$answer =~ s/"(?:sys_time|timestamp)":\d+//g;
		$seen{$answer}++;
	}

	return sort keys %seen;
}


# weclubs: ids of people who are there, were there and never were.

sub test_people {
	my ($bob, $eve) = map { $t->app()->login($_, 'hf@123456') } 1002, 1003;
	my %ended = %{$t->app()->login(1001, 'hf@123456')};

	$t->app()->login(1001, 'hf@123456');

	my @ids = map { "\"$_\"" } qw/ 3 E7 4 gone 99 9223372036854775807 E8
		nobody 0 -1 +1 01 1.5 1e3 /, 'no one', "\x{4e2d}";
	my %tokens = (
		"another's" => [ $bob->{token}, @ids, 1, 3, 99, 0, -1 ],
		'ended' => [ $ended{token}, @ids, 1, 2, 3, 99, 0, -1 ],
		'forged' => [ encode_base64('0123456789abcdef' x 2 . '_date='
			. Meeting::Tour::now(), ''), @ids, 1, 2, 3, 99, 0, -1 ],
		'no' => [ 'x', @ids, 1, 2, 3, 99, 0, -1 ],
	);

	for my $stop (grep { $_->{dialect} eq 'weclubs'
		&& $_->{path} ne '/user/login' } @stops)
	{
		my $data = $json->decode($stop->{body})->{data};
		delete @{$data}{qw/ user_id token /};

		my @data = map { [ $_, JSON::PP->new->allow_nonref->encode(
			$data->{$_}) ] } sort keys %$data;

		for my $name (sort keys %tokens) {
			my ($token, @who) = @{$tokens{$name}};

			my @answers = distinct(map { $t->app()->call($stop->{path},
				[ @data, [ 'user_id', $_ ], [ 'token', "\"$token\"" ] ])
				->{text} } map { utf8::encode(my $id = $_); $id } @who);

			is(scalar @answers, 1, "$stop->{path}: $name token")
				or diag(map { "$_\n" } @answers);
			like($answers[0], qr/"result_code":3010,"result_msg":"token/,
				"$stop->{path}: $name token: the code");
		}
	}

	return;
}


# The dialects with access tokens: the ids of the tour, and unknown ones in their
# place.  The token is in the query or in a header.

sub test_ids {
	my $theirs = Meeting::H5yes->new(base => $base, %{$t->{theirs}})->token();
	my %other = (weclubs => 'above', quanshi => 'a link', page => 'a link');

	$t->ctl('credential', 'revoke', '--company', 2000, '--appkey',
		$t->{theirs}{appkey});

	for my $dialect (grep { !$other{$_} } dialects()) {
		my @public = map { ending($_) } public($dialect);
		my @mine = grep { my $stop = $_;
			$stop->{dialect} eq $dialect && with($stop, '')
			&& !grep { "$stop->{method} $stop->{path}" =~ $_ } @public }
			@stops;

		cmp_ok(scalar @mine, '>', 4, "$dialect: addresses with a token");

		for ([ 'no', '' ], [ 'a bad', 'x' ], [ 'a forged', '0' x 64 ],
			[ 'a revoked', $theirs ])
		{
			my ($name, $token) = @$_;

			my @answers = distinct(map {
				$t->raw(Meeting::Tour::text($_, 'Connection: close'))
			} map { $_, unknown($_) } map { with($_, $token) } @mine);

			is(scalar @answers, 1, "$dialect: $name token")
				or diag(map { "$_\n" } @answers);
		}
	}

	return;
}


# The request with another token; nothing if it has none.

sub with {
	my ($stop, $token) = @_;

	my $changed = $stop->{query} =~ s/(access_?token=)[^&]*/$1$token/ir;
	my @headers = @{$stop->{headers} // []};
	my @others = map { s/^(Authorization: Bearer ).*/$1$token/r } @headers;

	return if $changed eq $stop->{query} && "@headers" eq "@others";

	return { %$stop, query => $changed, headers => \@others };
}


sub unknown {
	my ($stop) = @_;

	return { %$stop,
		path => $stop->{path} =~ s{/(?:[a-z]|\d)(?=/|\z)}{/nobody}gr,
		body => $stop->{body} =~ s/":"[^"]{1,2}"/":"nobody"/gr };
}


# A credential's key without its secret is as unknown as any other.

sub test_credentials {
	my $key = $t->{credential}{appkey};
	my $revoked = $t->{theirs}{appkey};
	my $elsewhere = $t->ctl('credential', 'add', '--company', 1000, '--allow',
		'192.0.2.0/24')->{appkey};

	for my $stop (grep { $_->{query} =~ /app(?:key|id)=/i
		|| $_->{body} =~ /"appId"/ } @stops)
	{
		my @answers = distinct(map {
			my %change = map { $_ => $stop->{$_} =~ s/$t->{credential}{appsecret}/
				'f' x length $&/er } qw/ query body /;
			my $as = $_;

			s/\Q$key\E/$as/ for values %change;
			$t->raw(Meeting::Tour::text({ %$stop, %change },
				'Connection: close'));
		} $key, $revoked, $elsewhere, 'nobody', 'f' x length $key);

		is(scalar @answers, 1, "$stop->{path}: an unknown credential")
			or diag(map { "$_\n" } @answers);
	}

	return;
}
