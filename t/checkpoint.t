#!/usr/bin/perl

# The write-ahead log seen by a client: who was told that it is done finds it
# done, wherever it asks, although the store is some milliseconds behind.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::Test;
use Test::More;


my $PEOPLE = 40;

my $t = Meeting::Test->new();

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 3;
events { }
http {
    %%HTTP%%

    meeting_store path=store checkpoint=%%CHECKPOINT%%;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location = /status {
            meeting_status;
        }
    }
}
EOC

sub conf {
	my ($checkpoint) = @_;
	return $t->write_conf($conf =~ s/%%CHECKPOINT%%/$checkpoint/r);
}


conf('1s');
$t->company();
$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. $PEOPLE);
$t->start();

my $boss = $t->app()->login('a1', 'p');
my @people = map { $t->app()->login("a$_", 'p') } 2 .. $PEOPLE;


sub new_meeting {
	return $boss->call('/manage/club_meeting/public_meeting', {
		content => 'c', address => 'a', deadline => int(time() * 1000),
		need_sign => 1, participation => join(',', 2 .. $PEOPLE),
		leader => '1' })->{data}{meeting_id};
}


# How many of the people found the list as long as it had to be.

sub sign_all {
	my ($meeting) = @_;

	my ($done, $right) = (0, 0);

	for my $person (@people) {
		my $answer = $person->call('/meeting/sign_meeting', {
			meeting_id => $meeting, leader_id => 1,
			create_date => int(time() * 1000) });

		$done++ if $answer->{code} == 2000;

		my $list = $boss->call('/meeting/get_meeting_participation',
			{ meeting_id => $meeting });

		$right++ if $list->{data}{already_sign_count} == $done;
	}

	return "$done $right";
}


sub commit { return $t->get('/status')->{json}{commit} }

my $all = @people . ' ' . @people;
my $before = commit();

is(sign_all(new_meeting()), $all, 'each sign-in is seen by who asks next');

my $after = commit();

is($after->{logged} - $before->{logged}, scalar @people,
	'each was answered from the log');
cmp_ok($after->{checkpoints}, '<=', $after->{logged}, 'checkpoints are counted');

# without a reader the store comes after it by itself

my $meeting = new_meeting();

$people[0]->call('/meeting/sign_meeting', { meeting_id => $meeting,
	leader_id => 1, create_date => int(time() * 1000) });

ok($t->wait_for(sub { commit()->{checkpoints} > $after->{checkpoints} }),
	'a checkpoint follows');

# what a tool shows

$people[1]->call('/meeting/sign_meeting', { meeting_id => $meeting,
	leader_id => 1, create_date => int(time() * 1000) });

my ($code, $out) = $t->ctl_run('checkin', 'export', '--format', 'jsonl',
	'--meeting', $meeting);

is(scalar(() = $out =~ /"user":/g), 2, 'meetingctl shows what was answered');

# every batch for itself

my @old = $t->workers();

conf('0');
ok($t->reload() && $t->wait_for(sub {
	!grep { Meeting::Test::alive($_) } @old
}), 'without the log');

$before = commit();
is(sign_all(new_meeting()), $all, 'each sign-in is seen by who asks next');
is(commit()->{logged}, $before->{logged}, 'none was answered from the log');

$t->verify();
$t->finish();
