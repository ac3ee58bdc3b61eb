#!/usr/bin/perl

# A meeting of 30,000 people, in zones that have room for its command and that
# have not.  It is heavy: it is committed beside the others.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use Meeting::Test;

my $PEOPLE = 30_000;

# client_max_body_size is 1m: the list has some 170 KB

for my $zone (qw/ 64m 4m /) {
	subtest "zone=$zone" => sub { large($zone) };
}

done_testing();


sub large {
	my ($zone) = @_;

	my $t = Meeting::Test->new();
	my $conf = $t->read_file('nginx.conf');

	$conf =~ s/path=store/path=store zone=$zone/;
	$t->write_file('nginx.conf', $conf);

	$t->company();
	$t->import_users(map { { id => "$_", name => "P $_", account => "a$_" } }
		1 .. $PEOPLE);
	$t->start();

	my $boss = $t->app()->login('a1', 'hf@123456');
	my $last = $t->app()->login("a$PEOPLE", 'hf@123456');

	my $before = heavies($t);

	my $answer = $boss->call('/manage/club_meeting/public_meeting', {
		content => 'All of us', address => 'Square', need_sign => 1,
		deadline => time() * 1000, leader => "1",
		participation => join(',', 1 .. $PEOPLE),
	});

	is($answer->{code}, 2000, 'published') or diag($answer->{text});
	is(heavies($t), $before + 1, 'by itself');

	my $meeting = $answer->{data}{meeting_id};

	$answer = $last->call('/meeting/sign_meeting', { meeting_id => $meeting,
		leader_id => "1", create_date => time() * 1000 });

	is($answer->{code}, 2000, 'the last of them signs in')
		or diag($answer->{text});

	# a refusal is an answer of such a command, too

	$answer = $boss->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $meeting, content => 'All but you',
		address => 'Square', need_sign => 1, deadline => time() * 1000,
		leader => "" . ($PEOPLE + 1), participation => join(',', 2 .. $PEOPLE),
	});

	is($answer->{code}, 3000, 'a leader who is not there')
		or diag($answer->{text});

	my $shown = $t->ctl('meeting', 'show', '--meeting', $meeting);

	is($shown->{people}, $PEOPLE, 'all are on the list');
	is($shown->{signed}, 1, 'one is there');

	$t->verify();
	$t->finish();

	return;
}


# How many heavy commands were committed.

sub heavies {
	my ($t) = @_;
	return $t->get('/status')->{json}{commit}{heavies};
}
