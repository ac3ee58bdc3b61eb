#!/usr/bin/perl

# Every time in a request of every dialect, and of meetingctl: milliseconds
# between 2000 and 2100.  Seconds are never taken for 1970.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Native;
use Meeting::Routes qw/ times /;
use Meeting::Test;
use Meeting::Yunzhijia;


my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw/ h5yes yunzhijia jituancaiyun / ],
	server => <<'CONF');
        location /api/v1/ {
            meeting_api native;
        }
CONF

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->import_users({ id => 1, name => 'Ann', account => 'ann',
	password => 'a' });
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $clubs = $t->app()->login('ann', 'a');
my ($h5yes, $yun, $jit) = map { $_->new(base => $base, %$credential) }
	qw/ Meeting::H5yes Meeting::Yunzhijia Meeting::Jituancaiyun /;

my $native = Meeting::Native->new(base => $base);

$native->log_in('ann', 'a');
$t->ctl('user', 'admin', '--user', 1, 'on');

my ($SECOND, $HOUR) = (1000, 3600000);
my $BEGIN = 2000001600000;
my @instants = (5, 1700000000, 17000000000000, 946684799999, 915148800000,
	4133980800000, 4102444800001);

# of texts: not a number, and years out of bounds

my @walls = ('5', '1700000000', '1999-12-31 23:59:59', '2101-01-01 00:00:00');
my @dates = ('5', '1700000000', '1999-12-31', '2101-01-01');


# dialect => address => call, wrong code, whole arguments (as JSON needs them),
# the same for each time

my %room = (speaker => 's', subject => 's', roomId => 'r', createdId => '1',
	attendances => [], beginTime => $BEGIN, endTime => $BEGIN + $HOUR);
my %invite = (createTime => $BEGIN, content => 'c', address => 'a',
	beginTime => $BEGIN, endTime => $BEGIN + $HOUR, remindMin => 5,
	remindType => 1, members => []);
my %edit = (openid => '1', title => 't', startDate => $BEGIN,
	endDate => $BEGIN + $HOUR);
my %rule = (repeat => 1, repeatEndDate => $BEGIN + 48 * $HOUR);

$h5yes->call('room/add', { id => 'r', name => 'r', beginTime => '00:00',
	endTime => '23:59' });
$h5yes->call('meeting/book', { %room, id => 'h' });

my $made = $clubs->call('/manage/club_meeting/public_meeting',
	{ content => 'c', address => 'a', deadline => $BEGIN,
	participation => '1', need_sign => 0 })->{data}{meeting_id};
my $invited = $jit->call('create', { requesterUid => 1, requesterName => 'Ann',
	detail => \%invite })->{data}{meetingInviteId};
my $one = $yun->call('create', { %edit })->{data}{meetingId};
my $first = $yun->call('repeatMeeting', { %edit, %rule })
	->{data}{meetingIds}[0];

ok($made && $invited && $one && $first, 'meetings');

my %calls = (
	weclubs => {
		'/manage/club_meeting/public_meeting' => { content => 'c',
			address => 'a', participation => '1', need_sign => 0 },
		'/manage/club_meeting/edit_meeting' => { meeting_id => $made },
	},
	h5yes => {
		'/meeting/list' => {},
		'/meeting/book' => { %room, id => 'n' },
		'/meeting/update' => { id => 'h' },
	},
	yunzhijia => {
		'/meeting/create' => { %edit },
		'/meeting/modify' => { id => $one, openid => '1' },
		'/meeting/repeatMeeting' => { %edit, %rule },
		'/meeting/batchModify' => { id => $first, openid => '1' },
		'/meeting/queryByDay' => {},
	},
	jituancaiyun => {
		'/meetinginvite/create' => { requesterUid => 1,
			requesterName => 'Ann', detail => { %invite } },
		'/meetinginvite/update' => { requesterUid => 1,
			meetingInviteId => $invited, detail => {} },
	},
	native => {
		'/me/meetings' => {},
		'/meetings' => {},
		'/meetings/{meeting}' => {},
		'/attendance' => { from => $BEGIN, to => $BEGIN + $HOUR },
		'/rooms/{room}/day' => {},
	},
);

my %send = (
	weclubs => sub { ($clubs->call($_[0], $_[1]), 3001) },
	h5yes => sub {
		($h5yes->call($_[0] =~ s{^/}{}r, $_[1]), 71001);
	},
	yunzhijia => sub {
		($yun->call($_[0] =~ s{.*/}{}r, $_[1]), 40005);
	},
	jituancaiyun => sub {
		($jit->call($_[0] =~ s{.*/}{}r, $_[1]), 4603);
	},
	native => sub {
		my $path = $_[0] =~ s/\{meeting\}/h/r =~ s/\{room\}/r/r;
		my $answer = $native->call($path eq '/meetings/h' ? 'PATCH' : 'GET',
			$path, $_[1]);

		({ %$answer, code => $answer->{http} }, 400);
	},
);

my $position = $t->ctl('stat')->{position};
my %met;

for (times()) {
	my ($dialect, $path, $member) = split / /;
	my $args = $calls{$dialect}{$path};

	ok($args, "$dialect $path $member is tried") or next;
	$met{$dialect}{$path} = 1;

	for my $value ($path ne '/meeting/list' ? @instants
		: $member eq 'reverseDate' ? @dates : @walls)
	{
		next if $dialect eq 'jituancaiyun' && $value eq '1700000000';

		my ($answer, $code) = $send{$dialect}->($path,
			with($args, $member, $value));

		is($answer->{code}, $code, "$dialect $path $member $value")
			or diag($answer->{text});
		like($answer->{text}, qr/\b\Q$member\E\b/, 'is named');
	}
}

is(join(' ', map { join(' ', sort keys %{$met{$_}}) } sort keys %met),
	join(' ', map { join(' ', sort keys %{$calls{$_}}) } sort keys %calls),
	'all addresses have a time');
is($t->ctl('stat')->{position}, $position, 'nothing was written');

test_edges();
test_seconds();
test_code();
test_ctl();

$t->verify();
$t->finish();


# The arguments with another value of one member, which may be in `detail`.

sub with {
	my ($args, $member, $value) = @_;

	return $args->{detail}
		? { %$args, detail => { %{$args->{detail}}, $member => $value } }
		: { %$args, $member => $value };
}


sub test_edges {
	my %span = (openid => '1', title => 'all', startDate => 946684800000,
		endDate => 4102444800000);

	is($yun->call('create', \%span)->{code}, 0, 'from 2000 to 2100');
	is($h5yes->call('meeting/list', { minTime => '2000-01-01 00:00:00',
		maxTime => '2100-01-01 00:00:00' })->{code}, 10000, 'so do filters');
}


# jituancaiyun's ten digits are seconds, as its document's examples have them.

sub test_seconds {
	my $id = $jit->call('create', { requesterUid => 1, requesterName => 'Ann',
		detail => { %invite, createTime => $BEGIN / $SECOND,
			beginTime => $BEGIN / $SECOND,
			endTime => ($BEGIN + $HOUR) / $SECOND } })
		->{data}{meetingInviteId};
	my $seen = $jit->call('detail', { requesterUid => 1,
		meetingInviteId => $id })->{data}{detail};

	is($seen->{beginTime}, $BEGIN, 'seconds of ten digits');
	is($seen->{endTime}, $BEGIN + $HOUR, 'to the end');
	is($seen->{createTime}, $BEGIN, 'and of being made');
}


# A code's time is any integer below 2^53, which the domain judges.

sub test_code {
	for my $case ([ '9007199254740992', 3000 ], [ '9007199254740993', 3001 ],
		[ '-1', 3001 ], [ '253402300800000', 3000 ])
	{
		my ($value, $code) = @$case;

		is($clubs->call('/meeting/sign_meeting', [ [ 'meeting_id', $made ],
			[ 'leader_id', 1 ], [ 'create_date', $value ] ])->{code}, $code,
			"a code of $value");
	}
}


sub test_ctl {
	for my $option (qw/ begin end /) {
		for my $value (@instants) {
			my %times = (begin => $BEGIN, end => $BEGIN + $HOUR,
				$option => $value);
			my ($code, undef, $err) = $t->ctl_run('meeting', 'add',
				'--company', 1000, '--creator', 1, '--subject', 's',
				map { ("--$_", $times{$_}) } sort keys %times);

			isnt($code, 0, "meetingctl --$option $value");
			like($err, qr/--\Q$option\E/, 'is named');
		}
	}
}
