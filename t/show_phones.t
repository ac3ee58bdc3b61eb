#!/usr/bin/perl

# Phones of others, as persons and links see them: meeting_show_phones.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Quanshi;
use Meeting::Test;


my $DEFAULT = 'hf@123456';
my $HOST = '13800000001';
my $ANN = '13800000002';
my $GUEST = '13911112222';

my %seen = (
	all => { $HOST => $HOST, $ANN => $ANN, $GUEST => $GUEST },
	masked => { $HOST => '138****0001', $ANN => '138****0002',
		$GUEST => '139****2222' },
	none => { $HOST => '', $ANN => '', $GUEST => '' },
);

my $t = Meeting::Test->new();

sub configure {
	my ($more) = @_;
	$t->write_default_conf(apis => [ 'h5yes' ], http => $more,
		server => 'location /openapi/conference/ { meeting_api quanshi; }
			location /k/ { meeting_api page; }');
	return;
}

configure('');
$t->company();
$t->import_users({ id => 'host', name => 'Host', account => 'host',
		phone => $HOST },
	{ id => 'ann', name => 'Ann', account => 'ann', phone => $ANN });

$t->ctl('room', 'add', '--id', 'r1', '--name', 'Hall');

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $now = time() * 1000;

sub h5yes { return Meeting::H5yes->new(base => $base, %$credential) }

my $booked = h5yes()->call('meeting/book', { createdId => 'host',
	roomId => 'r1', speaker => 'S', content => 'c', noticeTime => 0,
	subject => 'Talk', beginTime => $now + 60_000, endTime => $now + 3_600_000,
	attendances => [ { userId => 'ann' },
		{ userId => '', name => '', phone => $GUEST } ] });
is($booked->{code}, 10000, 'a meeting') or diag($booked->{text});

my $num = $t->app()->login('host', $DEFAULT)->call(
	'/manage/club_meeting/public_meeting', { content => 'c', address => 'a',
		deadline => $now + 60_000, need_sign => 1, participation => '1,2',
		leader => '1,2' })->{data}{meeting_id};
my $links = $t->ctl('meeting', 'links', '--meeting', $num, '--base', $base);
my $other = $t->ctl('meeting', 'links', '--meeting', $booked->{value}{id},
	'--base', $base);


# Phones in a text, each once, in order.

sub phones {
	my ($text) = @_;
	my %once;
	return join(' ', sort grep { !$once{$_}++ }
		$text =~ /(1\d\d(?:\d{4}|\*{4})\d{4})(?!\d)/g);
}


sub walk {
	my ($mode) = @_;
	my $see = $seen{$mode};

	my $own = $t->app()->call('/user/login', { mobile => 'ann',
		password => Digest::MD5::md5_hex($DEFAULT) });
	is($own->{data}{mobile}, $ANN, "$mode: one's own at log-in");

	my $ann = $t->app()->login('ann', $DEFAULT);
	is($ann->call('/user/get_user_info', {})->{data}{mobile}, $ANN,
		"$mode: one's own information");

	# twice: the second answer may come from a cache

	for (1, 2) {
		for my $who ('ann', 'host') {
			my $app = $t->app()->login($who, $DEFAULT);
			my $text = $app->call('/manage/club_meeting/get_my_meeting_detail',
				{ meeting_id => $num })->{text};
			is(phones($text), phones(join(' ',
				$who eq 'host' ? $HOST : $see->{$HOST},
				$who eq 'ann' ? $ANN : $see->{$ANN})),
				"$mode: leaders, as $who sees them");
		}
	}

	for my $link ($links->{attendeeJoinUrl}, $other->{attendeeJoinUrl}) {
		my $q = Meeting::Quanshi->new(base => $base);
		my $shown = $q->detail($link);
		my @whole = $shown->{text} =~ /"($HOST|$ANN|$GUEST)"/g;
		cmp_ok(scalar(@whole), $mode eq 'all' ? '>' : '==', 0,
			"$mode: whole phones that a link shows");
		my @masked = $shown->{text} =~ /"(\d{3}\*{4}\d{4})"/g;
		cmp_ok(scalar(@masked), $mode eq 'masked' ? '>' : '==', 0,
			"$mode: and masked ones");

		for my $page (values %$links, values %$other) {
			my $html = $t->get($page =~ s/^\Q$base\E//r)->{content} // '';
			unlike($html, qr/\b1\d{10}\b/, "$mode: none in the page");
		}
	}

	my $all = h5yes()->call('user/list', {});
	is(phones($all->{text}), "$HOST $ANN", "$mode: a token sees all");
	return;
}


walk('masked');

for my $mode (qw/ all none masked /) {
	$t->stop();
	configure("meeting_show_phones $mode;");
	$t->start();
	walk($mode);
}

$t->finish();
