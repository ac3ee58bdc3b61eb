#!/usr/bin/perl

# Two companies in one store with the same people and meetings: at no call of
# jituancaiyun does one see, count or disturb the other's, whatever company the
# location names.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Jituancaiyun;
use Meeting::Routes qw/ covers /;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_default_conf(server => <<'CONF');
        location /openapi/ {
            meeting_api jituancaiyun company=2000;
        }
CONF

my %app;

for my $company (1000, 2000) {
	$t->company($company);
	$app{$company} = Meeting::Jituancaiyun->new(
		base => 'http://127.0.0.1:' . $t->port(),
		$t->ctl('credential', 'add', '--company', $company));
}

my ($mine, $other) = @app{1000, 2000};

$t->start();

my %detail = (createTime => 1700000000, content => 'c', address => 'a',
	beginTime => 4000000000, endTime => 4000003600, remindMin => 0,
	remindType => 0);


# Both have a meeting 1 by "chief" for "ann"; the other has one more, of more
# people.

is(create($_, 'chief', 'ann'), 1, 'number 1 in both') for $mine, $other;
is(create($other, 'boss', 'ann', 'theirs', '77'), 2, 'number 2 in the other');

everything($other);           # by which it is read

my @before = everything($other);


# Records of the other company are answered as ones that never were.

my %change = (content => 'x');

covers('isolation', 'jituancaiyun', qw/ create cancel delete update detail /,
	'token/get');

for my $what (qw/ cancel delete update detail /) {
	my $call = sub {
		my ($who, $id) = @_;
		my $answer = $mine->call($what, { requesterUid => $who,
			meetingInviteId => $id, detail => \%change });
		return "$answer->{http} $answer->{text}";
	};

	my $no_meeting = $call->('ann', 'never-was');
	my $nobody = $call->('never-was', 1);

	like($no_meeting, qr/"status":4610/, "$what: no such meeting");
	like($nobody, qr/"status":4500/, "$what: no such person");

	is($call->('ann', 2), $no_meeting, "$what: another company's meeting");
	is($call->($_, 1), $nobody, "$what: another company's $_")
		for 'boss', 'theirs', '77';
}

is_deeply([ everything($other) ], \@before, 'nothing changed there');


# Inviting their people makes our own.

is(create($mine, 'boss', 'theirs', '77'), 2, 'our number 2');
is_deeply([ everything($other) ], \@before, 'nothing changed there');

my $answer = $mine->call('detail', { requesterUid => '77',
	meetingInviteId => 2 });

is(scalar @{$answer->{data}{detail}{members}}, 2, 'two people');


# Acts on the same numbers stay at home.

for (qw/ delete update cancel /) {
	is($mine->call($_, { requesterUid => $_ eq 'delete' ? 'ann' : 'chief',
		meetingInviteId => 1, detail => \%change })->{code}, 0, $_);
}

is_deeply([ everything($other) ], \@before, 'nothing changed there');


# A revoked credential takes its own company's tokens along.

$t->ctl('credential', 'revoke', '--company', 1000, '--appkey',
	$mine->{appkey});

is($mine->call('detail', {})->{code}, 4002, 'revoked');
is($mine->get_token()->{code}, 4007, 'no more tokens for it');
is($other->call('detail', { requesterUid => 'ann', meetingInviteId => 1 })
	->{code}, 0, 'the other is not');

$t->verify();
$t->finish();


sub create {
	my ($app, $by, @people) = @_;

	my $answer = $app->call('create', { requesterUid => $by,
		requesterName => $by, detail => { %detail,
			members => [ map { { uid => $_, name => $_ } } @people ] } });

	die $answer->{text} if $answer->{code};

	return $answer->{data}{meetingInviteId};
}


sub everything {
	my ($app) = @_;

	return map { $app->call('detail', { requesterUid => 'ann',
		meetingInviteId => $_ })->{text} } 1, 1, 2, 2;
}
