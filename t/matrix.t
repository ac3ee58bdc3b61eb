#!/usr/bin/perl

# One domain under all dialects, as conf.examples/all-dialects.conf serves
# them: what is made, changed, signed and cancelled in one is so in every
# other.

use warnings;
use strict;
use utf8;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Time::HiRes qw/ time /;

use Meeting::Matrix;
use Meeting::Test;


binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;

my $MINUTE = 60000;

my $t = Meeting::Test->new();
my $now = int(time());

$t->write_conf(example());
$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->import_users(map { { id => "$_", name => "person $_", account => "u$_",
	password => "u$_" } } 1 .. 4);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my @dialects = Meeting::Matrix->all(test => $t, base => $base,
	credential => $credential);
my @writers = grep { $_->writes() } @dialects;
my $bob = $t->app()->login('u2', 'u2');

cmp_ok(scalar @writers, '>=', 3, 'dialects that write');

for my $maker (@writers) {
	for my $other (@dialects) {
		walk($maker, $other);
	}

	sign($maker);
	newcomer($maker) if $maker->invites();
}

test_hosts();

test_logs();

$t->verify();
$t->finish();


# The example, on this machine: no TLS, one port, a zone where it is about
# ten, so that no meeting here goes past midnight.

sub example {
	open(my $in, '<', "$Meeting::Test::TOP/conf.examples/all-dialects.conf")
		or die $!;
	my $conf = do { local $/; <$in> };
	my $hour = (gmtime($now))[2];
	my $ahead = (10 - $hour + 36) % 24 - 12;
	my $zone = 'Etc/GMT' . ($ahead > 0 ? -$ahead : '+' . -$ahead);

	$conf =~ s/^load_module.*?;\n/%%GLOBALS%%/m;
	$conf =~ s/^(?:user|error_log|pid)\s.*?;\n//mg;
	$conf =~ s/^http \{\n/http {\n    %%HTTP%%\n/m;
	$conf =~ s/^\s*ssl_.*?;\n//mg;
	$conf =~ s/listen\s+443 ssl/listen 127.0.0.1:%%PORT%%/g;
	$conf =~ s/listen\s+127.0.0.1:9145/listen 127.0.0.1:%%PORT_1%%/;
	$conf =~ s{/var/lib/nginx-meeting}{store}g;
	$conf =~ s{/var/log/nginx/}{example-}g;
	$conf =~ s{include /etc/nginx/meeting-secret.conf}
		{meeting_weclubs_secret %%SECRET%%}g;
	$conf =~ s{meeting_timezone\s+\S+;}{meeting_timezone $zone;};

	return $conf;
}


# The example's logs have each request, and no secret of any.

sub test_logs {
	my $access = $t->read_file('example-access.log');
	my $logs = $access . $t->read_file('error.log');

	like($access, qr{"GET /k/\*\*\* HTTP}, 'logs: a page');
	like($access, qr{access_token=\*\*\* HTTP}, 'logs: a token');
	like($access, qr{appSecret=\*\*\* HTTP}, 'logs: a credential');

	my %secrets = (appsecret => $credential->{appsecret},
		map { $_->{app} && $_->{app}{token} ? ($_->name(), $_->{app}{token})
			: () } @dialects);

	cmp_ok(scalar keys %secrets, '>=', 4, 'logs: secrets to look for');
	is(index($logs, $secrets{$_}), -1, "logs: no secret of $_")
		for sort keys %secrets;
}


# A dialect's view of a meeting with these texts and times.

sub shows {
	my ($dialect, $ref, $want, $name) = @_;
	my $seen = $dialect->show($ref);
	my ($first, $second) = $dialect->reads() eq 'title'
		? qw/ title content / : qw/ content title /;

	is($seen->{text}, $want->{$first} // $want->{$second}, "$name: text");
	is($seen->{begin}, $want->{begin}, "$name: begin") if $seen->{begin};
	is($seen->{end}, $want->{begin} + $Meeting::Matrix::LENGTH, "$name: end")
		if $seen->{end};
	is_deeply([ sort @{$seen->{people}} ], $want->{people}, "$name: people")
		if $seen->{people};
	is($seen->{over}, 0, "$name: alive");

	return;
}


# Made, changed, cancelled in one; seen, and changed back, in the other.

sub walk {
	my ($maker, $other) = @_;
	my $pair = $maker->name() . ' and ' . $other->name();
	my $begin = ($now + 1800) * 1000;

	my $ref = $maker->create({ text => "made 会", begin => $begin,
		people => [ 2, 3 ] });
	my %want = (begin => $begin, $maker->writes() => 'made 会',
		people => [ $maker->lists_creator() ? 1 : (), 2, 3 ]);

	shows($other, $ref, \%want, "$pair: made");

	change($maker, $ref, \%want, 'changed');
	shows($other, $ref, \%want, "$pair: changed");

	if ($other->writes()) {
		change($other, $ref, \%want, 'changed back');
		shows($maker, $ref, \%want, "$pair: changed by the other");
	}

	ok($maker->cancel($ref), "$pair: cancelled");
	is($other->show($ref)->{over}, 1, "$pair: as the other sees");

	if ($other->writes()) {
		ok(!$other->change($ref, { text => 'x', begin => $begin }),
			"$pair: not to be changed any more");
		ok(!$other->cancel($ref), "$pair: nor cancelled");
	}

	ok(!sign_in($bob, $ref), "$pair: nor signed into");

	return;
}


sub change {
	my ($dialect, $ref, $want, $text) = @_;

	$want->{begin} += 5 * $MINUTE;
	$want->{$dialect->writes()} = $text;

	ok($dialect->change($ref, { text => $text, begin => $want->{begin} }),
		$dialect->name() . ": $text");

	return;
}


sub sign_in {
	my ($who, $ref) = @_;

	return $who->call('/meeting/sign_meeting', { meeting_id => $ref,
		leader_id => 1, create_date => int(time() * 1000) })->{code} == 2000;
}


# Answered and signed in weclubs, which is to be seen wherever there is a
# place for it.

sub sign {
	my ($maker) = @_;
	my $name = $maker->name();
	my $eve = $t->app()->login('u3', 'u3');

	my $ref = $maker->create({ text => 'sign here', people => [ 2, 3 ],
		begin => ($now + 1200) * 1000 });

	for ([ $bob, 'confirm' ], [ $eve, 'leave' ]) {
		is($_->[0]->call('/dynamic/set_dynamic_status', { comment => '',
			dynamic_type => 'meeting', dynamic_id => $ref,
			status => $_->[1] })->{code}, 2000, "$name: $_->[1]");
	}

	ok(sign_in($bob, $ref), "$name: signed into");
	ok(!sign_in($bob, $ref), "$name: once");

	for my $dialect (@dialects) {
		my $seen = $dialect->show($ref);
		my $what = "$name and " . $dialect->name();

		is("@{$seen->{answers}}{2, 3}", 'accepted declined',
			"$what: answers") if $seen->{answers};
		is("@{$seen->{signed}}{2, 3}", '1 0', "$what: signed")
			if $seen->{signed};
	}

	is($t->ctl('meeting', 'show', '--meeting', $ref)->{signed}, 1,
		"$name: for the operator");

	return;
}


# Somebody whom the directory does not know is invited, added, logs in, signs.

sub newcomer {
	my ($maker) = @_;
	my $name = $maker->name();
	my $id = "new-$name";
	my ($h5yes) = map { $_->{app} }
		grep { $_->name() eq 'h5yes' } @dialects;

	my $ref = $maker->create({ text => 'welcome', people => [ 2, $id ],
		begin => ($now + 1200) * 1000 });

	is($h5yes->call('user/get', { userId => $id })->{code}, 71009,
		"$name: somebody unknown");
	ok(!(grep { $_->{id} eq $id }
		@{$h5yes->call('user/list', {})->{value}}),
		"$name: whom the directory does not list");

	is($h5yes->call('user/add', { id => $id, name => 'person 99',
		account => $id, password => 'pass' })->{code}, 10000,
		"$name: is added");

	my $new = $t->app()->login($id, 'pass');

	ok(sign_in($new, $ref), "$name: logs in and signs");

	for my $dialect (@dialects) {
		my $signed = $dialect->show($ref)->{signed} // next;
		is((grep { $_ } values %$signed), 1,
			"$name and " . $dialect->name() . ': is counted');
	}

	return;
}


# The vendors' own host names.

sub test_hosts {
	my %hosts = (
		'weclubs.net' => [ '/user/login', '{}', qr/"result_code":3/ ],
		'www.h5-yes.com' => [ '/meeting/api/open/user/list', '{}',
			qr/"code":71002/ ],
		'yunzhijia.com' => [ '/gateway/cloudwork/meeting/queryByDay', '{}',
			qr/"errorCode":40101/ ],
		'api.open.jituancaiyun.com' =>
			[ '/openapi/workbench/meetinginvite/detail', '{}',
			qr/"status":4008/ ],
		'mtest.qsh1.cn' => [ '/', '{}', qr/"status":1002,"result":\[\]/ ],
	);

	for my $host (sort keys %hosts) {
		my ($path, $body, $want) = @{$hosts{$host}};

		my $text = Meeting::Test::post_text($path, $body,
			'Connection: close') =~ s/localhost/$host/r;

		like($t->raw($text), $want, "$host");
	}

	return;
}
