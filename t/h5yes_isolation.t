#!/usr/bin/perl

# Two companies in one store with the same ids, accounts and names: neither
# sees, counts or disturbs the other, at any address of h5yes.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Routes qw/ covers /;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'h5yes' ]);

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
	add($app, 'meeting/book', booking(id => 'm'));
}

add($other, 'dept/add', id => 'theirs', name => 'T', parentId => 'd');
add($other, 'user/add', id => 'theirs', name => 'T', account => 't',
	phone => '2', email => 't@x');
add($other, 'room/add', id => 'theirs', name => 'T');
add($other, 'meeting/book', booking(id => 'theirs', roomId => 'theirs',
	attendances => [ { userId => 'theirs', id => 'their attendance' } ]));

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
	'meeting/list' => 'roomId',
	'meeting/get' => 'meetingId',
	'meeting/update' => 'id',
	'meeting/cancel' => 'meetingId',
	'meeting/finish' => 'meetingId',
);

# updateFace wants a picture first: t/h5yes_face.t

covers('isolation', 'h5yes', keys %calls, qw/ gettoken user\/updateFace /, map({ ("$_/list", "$_/add") }
	qw/ user dept room /), 'meeting/book');

for my $what (sort keys %calls) {
	my $nobody = $mine->call($what, { $calls{$what} => 'never-was' });

	like($nobody->{code}, qr/\A710(?:09|10|11|12)\z/,
		"$what: nobody's id");

	is($mine->call($what, { $calls{$what} => $_ })->{text}, $nobody->{text},
		"$what: $_ is another company's") for 'theirs', '2';
}

my @refs = (
	'user/update' => [ id => 'u', departmentId => 'theirs' ],
	'user/add' => [ id => 'x', name => 'X', account => 'x',
		departmentId => 'theirs' ],
	'dept/add' => [ id => 'x', name => 'X', parentId => 'theirs' ],
	'dept/update' => [ id => 'd', parentId => 'theirs' ],
	'room/add' => [ id => 'x', name => 'X', departmentId => 'theirs' ],
	'room/update' => [ id => 'r', userIds => [ 'theirs' ] ],
	'meeting/book' => [ booking(id => 'x', createdId => 'theirs') ],
	'meeting/book' => [ booking(id => 'x', roomId => 'theirs') ],
	'meeting/book' => [ booking(id => 'x', endTime => 2000001600000,
		beginTime => 2000001500000,
		attendances => [ { userId => 'theirs' } ]) ],
	'meeting/update' => [ id => 'm', roomId => 'theirs' ],
	'meeting/update' => [ id => 'm',
		attendances => [ { userId => 'theirs' } ] ],
	'meeting/update' => [ id => 'm',
		attendances => [ { id => 'their attendance' } ] ],
);

while (my ($what, $args) = splice(@refs, 0, 2)) {
	my $answer = $mine->call($what, { @$args });
	like($answer->{code}, qr/\A710(?:09|1[013])\z/,
		"$what: a reference to another company's")
		or diag($answer->{text});
}


# Names that are taken there are free here, and counts here begin at 1.

for (qw/ user dept room /) {
	is(scalar @{$mine->call("$_/list", {})->{value}}, 1, "$_/list: one's own");
	is($mine->call("$_/get", { ($_ eq 'user' ? 'userId' : "${_}Id") => '1' })
		->{code}, 10000, "$_/get: number 1");
}

add($mine, 'dept/add', id => 'theirs', name => 'M');
add($mine, 'user/add', id => 'theirs', name => 'M', account => 't',
	phone => '2', email => 't@x');
add($mine, 'room/add', id => 'theirs', name => 'M');

is(scalar @{$mine->call('meeting/list', { minTime => '2000-01-01 00:00:00' })
	->{value}}, 1, 'meeting/list: one\'s own');
add($mine, 'meeting/book', booking(id => 'theirs', roomId => 'theirs',
	attendances => [ { userId => 'theirs', id => 'their attendance' } ]));

is_deeply({ everything($other) }, \%before, 'nothing changed there');


# All of one's own can go; the other stays as it is.

is($mine->call('meeting/cancel', { meetingId => $_ })->{code}, 10000,
	"meeting/cancel: $_") for qw/ m theirs /;

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
	my $ever = { minTime => '2000-01-01 00:00:00' };

	return map { $_ => $app->call("$_/list", $_ eq 'meeting' ? $ever : {})
		->{value} } qw/ user dept room meeting /;
}


# Noon in Shanghai, in some ten years.

sub booking {
	return roomId => 'r', speaker => 's', subject => 's',
		beginTime => 2000001600000, endTime => 2000005200000,
		createdId => 'u', attendances => [], @_;
}
