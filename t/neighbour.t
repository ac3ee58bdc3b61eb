#!/usr/bin/perl

# One company does not stall another: a queue of one company's heavy commands
# is passed by another company's first one.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Select;
use JSON::PP;
use Test::More;

use Meeting::H5yes;
use Meeting::Test;
use Meeting::Yunzhijia;

my $PEOPLE = 2000;                 # of a meeting
my $ROOMS = 80;
my $COMMANDS = 24;                 # of the company with many

for my $workers (1, 2) {
	subtest "workers: $workers" => sub { turns($workers) };
}

subtest 'rooms' => \&rooms;

done_testing();


sub turns {
	my ($workers) = @_;
	my $t = Meeting::Test->new();

	$t->write_default_conf(apis => [ 'yunzhijia' ]);
	$t->write_file('nginx.conf', $t->read_file('nginx.conf')
		=~ s/worker_processes\s+\K\d+/$workers/r);

	my @apps = map {
		my $id = $_;

		$t->company($id);
		$t->ctl('user', 'import', '--company', $id, $t->prefix()
			. "/people.csv") if write_people($t);
		Meeting::Yunzhijia->new(base => 'http://127.0.0.1:' . $t->port(),
			%{$t->ctl('credential', 'add', '--company', $id)});
	} 2000, 1000;

	$t->start();
	$_->token() for @apps;

	# all are sent before the first one is done

	my @requests = ((map { publish($apps[0], "many $_") } 1 .. $COMMANDS),
		publish($apps[1], 'one'));
	my @sockets = map { $t->connect() } @requests;

	syswrite($sockets[$_], $requests[$_]) == length($requests[$_])
		or die "write: $!\n" for 0 .. $#requests;

	my @order = answered(@sockets);
	my ($place) = grep { $order[$_] == $COMMANDS } 0 .. $#order;

	is(scalar @order, $COMMANDS + 1, 'all are answered');
	cmp_ok($place // 99, '<', $COMMANDS / 2,
		'the one does not wait for the many')
		or diag("@order");

	my $commit = $t->get('/status')->{json}{commit};

	is($commit->{heavies}, $COMMANDS + 1, 'all of them were heavy');
	is($commit->{heavy}, 0, 'none waits');

	$t->verify();
	$t->finish();

	return;
}


# A removed user is taken off the lists of all rooms.

sub rooms {
	my $t = Meeting::Test->new();

	$t->write_default_conf(apis => [ 'h5yes' ]);
	$t->company();
	write_people($t);
	$t->ctl('user', 'import', '--company', 1000, $t->prefix()
		. '/people.csv');

	my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
		%{$t->ctl('credential', 'add', '--company', 1000)});

	$t->start();

	my $heavies = sub { $t->get('/status')->{json}{commit}{heavies} };
	my $remove = sub {
		my $answer = $app->call('user/remove', { userId => $_[0] });

		is($answer->{code}, 10000, "$_[0] is removed")
			or diag($answer->{text});
	};

	$app->call('room/add', { id => 'r0', name => 'r0' });
	$remove->('p1');
	is($heavies->(), 0, 'which is no heavy command');

	$app->call('room/add', { id => "r$_", name => "r$_",
		userIds => [ map { "p$_" } 2 .. $PEOPLE ] }) for 1 .. $ROOMS;

	my $before = $heavies->();

	$remove->('p2');
	is($heavies->(), $before + 1, 'which is one with many long lists');

	$t->verify();
	$t->finish();

	return;
}


sub write_people {
	my ($t) = @_;

	return $t->write_file('people.csv', join '', "id,account,name\n",
		map { "p$_,p$_,P $_\n" } 1 .. $PEOPLE) || 1;
}


sub publish {
	my ($app, $title) = @_;
	my $begin = int(time() * 1000) + 3_600_000;
	my $body = JSON::PP->new()->encode({ openid => 'p1', title => $title,
		startDate => $begin, endDate => $begin + 3_600_000,
		actors => [ map { "p$_" } 1 .. $PEOPLE ] });

	return 'POST /gateway/cloudwork/meeting/create?accessToken='
		. $app->token() . " HTTP/1.1\r\nHost: localhost\r\n"
		. "Content-Type: application/json\r\nConnection: close\r\n"
		. 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}


# The indexes of the sockets, in the order of their successful answers.

sub answered {
	my (@sockets) = @_;
	my $select = IO::Select->new(@sockets);
	my (@order, %text);

	while ($select->count() && (my @ready = $select->can_read(30))) {
		for my $socket (@ready) {
			next if sysread($socket, $text{$socket}, 1 << 16,
				length($text{$socket} // ''));

			$select->remove($socket);

			push @order, grep { $sockets[$_] == $socket } 0 .. $#sockets
				if $text{$socket} =~ /"success":true/;
		}
	}

	return @order;
}
