#!/usr/bin/perl

# Rows of a list that were written before are used again, and look-ups are
# remembered: nobody may see it.  The same list is asked for again and again
# while what it is made of changes, at locations that show it differently, of
# two companies that have the same.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX qw/ strftime /;
use Test::More;
use Time::HiRes qw/ sleep /;

use Meeting::H5yes;
use Meeting::Picture;
use Meeting::Test;


my $t = Meeting::Test->new();

$t->write_conf(<<'CONF');
%%GLOBALS%%

worker_processes 1;

events {
}

http {
    %%HTTP%%

    meeting_store path=store;
    meeting_resources faces;
    meeting_weclubs_secret %%SECRET%%;
    client_max_body_size 1m;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
            meeting_public_base http://one;
        }

        location /other/meeting/api/ {
            meeting_api h5yes;
            meeting_public_base http://other;
        }
    }
}
CONF

my $base = 'http://127.0.0.1:' . $t->port();
my $begin = int(time() / 3600) * 3_600_000;
my %meeting;

my ($ours, $theirs) = map { company($_) } 1000, 2000;


sub company {
	my ($id) = @_;

	$t->ctl('company', 'add', '--id', $id, '--name', "c$id");

	return $t->ctl('credential', 'add', '--company', $id);
}


$t->start();

$_ = Meeting::H5yes->new(base => $base, %$_) for $ours, $theirs;


sub right {
	my ($app, $what, $args, @option) = @_;
	my $answer = $app->call($what, $args, @option);
	is($answer->{code}, 10000, $what) or diag($answer->{text});
	return $answer->{value};
}


for my $app ($ours, $theirs) {
	right($app, 'user/add', { id => "$_", name => "User $_",
		account => "u$_", phone => "100$_" }) for 1 .. 3;
	right($app, 'room/add', { id => 'hall', name => 'Hall',
		beginTime => '00:00', endTime => '24:00' });
	$meeting{$app} = right($app, 'meeting/book', { roomId => 'hall',
		speaker => 's', subject => 'first', beginTime => $begin,
		endTime => $begin + 7_200_000, createdId => '1',
		attendances => [ map { { userId => "$_" } } 1 .. 3 ] })->{id};
}


# A member of each person, or of the meeting, as the list and the meeting show
# it at a location: twice each, the second time from what is remembered.

sub shown {
	my ($app, $prefix, $member) = @_;

	my %seen;

	for my $what ('list', 'get', 'list', 'get') {
		my $answer = $app->request('POST',
			"$prefix/meeting/api/open/meeting/$what?access_token="
			. $app->token(), $what eq 'get'
				? "{\"meetingId\":\"$meeting{$app}\"}"
				: '{"minTime":"2000-01-01 00:00:00"}');
		my $value = $answer->{value};

		$value = $value->[0] if ref $value eq 'ARRAY';

		$seen{join(' ', map { $_ // 'undef' } exists $value->{$member}
			? $value->{$member}
			: map { $_->{$member} } @{$value->{attendances}})}++;
	}

	return join(' or ', sort keys %seen);
}


my $names = 'User 1 User 2 User 3';

is(shown($ours, '', 'name'), $names, 'names');
is(shown($theirs, '', 'name'), $names, 'of another company, too');

right($ours, 'user/update', { id => '2', name => 'Zwei' });
is(shown($ours, '', 'name'), 'User 1 Zwei User 3', 'a name was changed');
is(shown($theirs, '', 'name'), $names, 'not that of the other company');

right($theirs, 'meeting/update', { id => $meeting{$theirs},
	subject => 'second' });
is(shown($theirs, '', 'subject'), 'second', 'a subject was changed');
is(shown($ours, '', 'subject'), 'first', 'not ours');


# somebody else wrote to the store

$t->import_users({ id => '2', name => 'Deux', account => 'u2' });
is(shown($ours, '', 'name'), 'User 1 Deux User 3',
	'another process changed a name');


# where pictures are is said by the location

my ($type, $form) = Meeting::Picture::form([ userId => '3' ], [ file =>
	Meeting::Picture::jpeg(100, 100, 201 * 1024), 'f.jpg' ]);

right($ours, 'user/updateFace', $form, type => $type);

like(shown($ours, '', 'faceUrl'), qr{^\s*http://one/\S+\.jpg$},
	'a picture, here');
like(shown($ours, '/other', 'faceUrl'), qr{^\s*http://other/\S+\.jpg$},
	'and there');
like(shown($ours, '', 'faceUrl'), qr{^\s*http://one/\S+\.jpg$},
	'and here again');
unlike(shown($theirs, '', 'faceUrl'), qr/jpg/, 'not of the other company');


# a person signs in, and is off the list

my $ann = $t->app()->login('u1', 'hf@123456');

is($ann->call('/meeting/sign_meeting', { meeting_id => $meeting{$ours},
	leader_id => 1, create_date => int(time() * 1000) })->{code}, 2000,
	'signed in');
is(shown($ours, '', 'isSigned'), '1 0 0', 'as is seen at once');
is(shown($theirs, '', 'isSigned'), '0 0 0', 'here only');

right($ours, 'meeting/update', { id => $meeting{$ours},
	attendances => [ map { { userId => "$_" } } 3, 1 ] });
like(shown($ours, '', 'name'), qr/^User [13] User [13]$/, 'two are left');


# a list that goes out in pieces, which end among the people of a meeting

my @people = map { [ map { "Guest $_" } 1 .. 7 + $_ % 5 ] } 1 .. 60;

right($ours, 'meeting/book', { roomId => 'hall', speaker => 's',
	subject => 's', beginTime => $begin + $_ * 86_400_000,
	endTime => $begin + $_ * 86_400_000 + 3_600_000, createdId => '1',
	attendances => [ map { { name => $_, userId => '' } }
		@{$people[$_ - 1]} ] }) for 1 .. 60;

for my $n (1 .. 3) {
	my $list = right($ours, 'meeting/list', {
		minTime => '2000-01-01 00:00:00', direction => 'asc' });

	shift @$list;
	is_deeply([ map { [ map { $_->{name} } @{$_->{attendances}} ] } @$list ],
		\@people, "a long list, $n");
}


# people of one meeting, the last of whom go out in a piece of their own

for my $count (200, 210, 220) {
	my @names = map { "Guest $_" } 1 .. $count;
	my $id = right($ours, 'meeting/book', { roomId => 'hall',
		speaker => 's', subject => 's', createdId => '1',
		beginTime => $begin + $count * 86_400_000,
		endTime => $begin + $count * 86_400_000 + 3_600_000,
		attendances => [ map { { name => $_, userId => '' } } @names ]
		})->{id};

	for my $n (1 .. 2) {
		is_deeply([ map { $_->{name} } @{right($ours, 'meeting/get',
			{ meetingId => $id })->{attendances}} ], \@names,
			"$count people, $n");
		is_deeply([ map { [ map { $_->{name} } @{$_->{attendances}} ] }
			@{right($ours, 'meeting/list', { minTime => wall_clock(
				$begin + $count * 86_400_000 - 1000) })} ], [ \@names ],
			"$count people of a list, $n");
	}

	right($ours, 'meeting/cancel', { meetingId => $id });
}


# a meeting that was shown is not shown to those who ask for others

my %booked = (roomId => 'hall', createdId => '1', attendances => []);
my ($early, $late) = map { $begin + 100 * 86_400_000 + $_ * 3_600_000 } 0, 4;

# in another second than those before

my $made = time() + 1;
sleep 0.01 while time() < $made;

right($ours, 'meeting/book', { %booked, speaker => 'early', subject => 'one',
	beginTime => $early, endTime => $early + 3_600_000, checkedState => 1 });
right($ours, 'meeting/book', { %booked, speaker => 'late', subject => 'two',
	beginTime => $late, endTime => $late + 3_000_000, checkedState => 0 });


sub subjects {
	my ($from, %filter) = @_;

	return join(' ', map { $_->{subject} } @{right($ours, 'meeting/list',
		{ minTime => wall_clock($from), direction => 'asc', %filter })});
}


sub wall_clock {
	my ($time) = @_;

	return strftime('%Y-%m-%d %H:%M:%S', gmtime($time / 1000 + 8 * 3600));
}


for my $n (1 .. 2) {
	is(subjects($early - 1000), 'one two', "both, $n");
	is(subjects($early), 'one two', 'from its begin on');
	is(subjects($early + 1_800_000), 'one two', 'while the first is held');
	is(subjects($early + 3_600_000), 'two', 'when it is over');
	is(subjects($early - 1000, maxTime => wall_clock($late)), 'one',
		'before the second');
	is(subjects($early - 1000, speaker => 'late'), 'two', 'who speaks');
	is(subjects($early - 1000, speakerLike => 'ar'), 'one', 'some of it');
	is(subjects($early - 1000, checkedState => 1), 'one', 'is checked');
	is(subjects($early - 1000, maxTime => wall_clock($late + 1000),
		createdEndTime => wall_clock($made * 1000)), '', 'made before');
}

my ($one) = map { $_->{id} } @{right($ours, 'meeting/list',
	{ minTime => wall_clock($early), direction => 'asc' })};

right($ours, 'meeting/cancel', { meetingId => $one });
is(subjects($early - 1000), 'two', 'one was cancelled') for 1 .. 2;

$t->verify();
$t->finish();
