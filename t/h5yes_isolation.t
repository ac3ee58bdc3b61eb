#!/usr/bin/perl

# Two companies in one store with the same ids, accounts and names: neither
# sees, counts or disturbs the other, at any address of h5yes' directory.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /meeting/api/ {
            meeting_api h5yes;
        }
CONF

my %app;

for my $company (1000, 2000) {
	$t->company($company);
	$app{$company} = Meeting::H5yes->new(
		base => 'http://127.0.0.1:' . $t->port(),
		$t->ctl('credential', 'add', '--company', $company));
}

my ($mine, $other) = @app{1000, 2000};

$t->start();

is($_->get_token()->{value}{company_id}, $_ == $mine ? '1000' : '2000',
	'a token of one\'s own') for $mine, $other;


# The same names in both, and more in the other.

for my $app ($mine, $other) {
	add($app, 'dept/add', id => 'd', name => 'D');
	add($app, 'user/add', id => 'u', name => 'U', account => 'u',
		phone => '1', email => 'u@x', departmentId => 'd');
	add($app, 'room/add', id => 'r', name => 'R', userIds => [ 'u' ],
		departmentId => 'd');
}

add($other, 'dept/add', id => 'theirs', name => 'T', parentId => 'd');
add($other, 'user/add', id => 'theirs', name => 'T', account => 't',
	phone => '2', email => 't@x');
add($other, 'room/add', id => 'theirs', name => 'T');

my %before = everything($other);


# Their ids, names and numbers are nobody's here: the answer is that for what
# never was.

my %calls = (
	'user/get' => 'userId',
	'user/update' => 'id',
	'user/clearFace' => 'userId',
	'user/remove' => 'userId',
	'dept/get' => 'deptId',
	'dept/update' => 'id',
	'dept/remove' => 'deptId',
	'room/get' => 'roomId',
	'room/update' => 'id',
	'room/remove' => 'roomId',
);

for my $what (sort keys %calls) {
	my $nobody = $mine->call($what, { $calls{$what} => 'never-was' });

	like($nobody->{code}, qr/\A710(?:09|10|11)\z/, "$what: nobody's id");

	is($mine->call($what, { $calls{$what} => $_ })->{text}, $nobody->{text},
		"$what: $_ is another company's") for 'theirs', '2';
}

my %refs = (
	'user/update' => [ id => 'u', departmentId => 'theirs' ],
	'user/add' => [ id => 'x', name => 'X', account => 'x',
		departmentId => 'theirs' ],
	'dept/add' => [ id => 'x', name => 'X', parentId => 'theirs' ],
	'dept/update' => [ id => 'd', parentId => 'theirs' ],
	'room/add' => [ id => 'x', name => 'X', departmentId => 'theirs' ],
	'room/update' => [ id => 'r', userIds => [ 'theirs' ] ],
);

for my $what (sort keys %refs) {
	like($mine->call($what, { @{$refs{$what}} })->{code},
		qr/\A710(?:09|10)\z/, "$what: a reference to another company's");
}


# What is taken there is free here, and counts here begin at 1.

for (qw/ user dept room /) {
	is(scalar @{$mine->call("$_/list", {})->{value}}, 1, "$_/list: one's own");
	is($mine->call("$_/get", { ($_ eq 'user' ? 'userId' : "${_}Id") => '1' })
		->{code}, 10000, "$_/get: number 1");
}

add($mine, 'dept/add', id => 'theirs', name => 'M');
add($mine, 'user/add', id => 'theirs', name => 'M', account => 't',
	phone => '2', email => 't@x');
add($mine, 'room/add', id => 'theirs', name => 'M');

is_deeply({ everything($other) }, \%before, 'nothing changed there');


# All of one's own can go; the other stays as it is.

for ([ room => 'r' ], [ room => 'theirs' ], [ user => 'u' ],
	[ user => 'theirs' ], [ dept => 'd' ], [ dept => 'theirs' ])
{
	my ($kind, $id) = @$_;
	my $name = $kind . 'Id';

	is($mine->call("$kind/remove", { $name => $id })->{code}, 10000,
		"$kind/remove: $id");
	is_deeply($mine->call("$kind/list", {})->{value}, [],
		"$kind/list: empty") if $id eq 'theirs' && $kind ne 'room';
}

is_deeply({ everything($other) }, \%before, 'nothing changed there');


# A revoked credential takes its own company's tokens along.

$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
	$mine->{appkey});

is($mine->call('user/list', {})->{code}, 71003, 'revoked');
is($other->call('user/list', {})->{code}, 10000, 'the other is not');

$t->verify();
$t->finish();


sub add {
	my ($app, $what, %args) = @_;
	my $answer = $app->call($what, \%args);
	is($answer->{code}, 10000, "$what $args{id}") or diag($answer->{text});
	return;
}


sub everything {
	my ($app) = @_;
	return map { $_ => $app->call("$_/list", {})->{value} }
		qw/ user dept room /;
}
