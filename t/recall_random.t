#!/usr/bin/perl

# Nobody may see what workers remember of answers.  Two companies, which have
# the same ids for all, are changed at random through every dialect and by
# meetingctl; every now and then both workers are asked everything, twice, over
# connections that are kept, and a worker of another server on the store is
# asked, who has just been born and remembers nothing.  All say the same,
# whatever the order in which each was asked.
#
# MEETING_TEST_SEED chooses what is done.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use HTTP::Tiny;
use List::Util qw/ shuffle sum /;
use POSIX qw/ strftime /;
use Socket qw/ IPPROTO_TCP TCP_NODELAY /;
use Test::More;
use Time::HiRes qw/ time /;

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Picture;
use Meeting::Quanshi;
use Meeting::Test;
use Meeting::Weclubs;
use Meeting::Yunzhijia;


my $SECONDS = $ENV{MEETING_TEST_LONG} ? 300 : 14;
my $SEED = $ENV{MEETING_TEST_SEED} // time() * 1000 % 1_000_000_000;

my $HOUR = 3_600_000;
my $DAY = 24 * $HOUR;

# Meetings begin and end at such times, but for a few that do so while the test
# runs: of these it knows when.

my $GRID = int(time()) * 1000 + $HOUR / 2;
my (@edges, @lately);

my $FACE = Meeting::Picture::jpeg(100, 100, 201 * 1024);

my $warm = Meeting::Test->new();
my $cold = Meeting::Test->new();

$warm->write_conf(conf(2));
$cold->write_conf(conf(1));

srand($SEED);
diag("MEETING_TEST_SEED=$SEED");


# Directories are the first server's, for both.

sub conf {
	my ($workers) = @_;

	my $conf = <<'CONF';
%%GLOBALS%%

worker_processes %%WORKERS%%;

events {
}

http {
    %%HTTP%%

    meeting_store path=%%STORE%%;
    meeting_resources %%STORE%%-faces;
    meeting_background %%BACKGROUND%%;
    meeting_weclubs_secret %%SECRET%%;

    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    client_max_body_size 1m;
    add_header X-Worker $pid always;

    server {
        listen 127.0.0.1:%%PORT%% reuseport;
        meeting_public_base http://near;

        location / {
            meeting_api weclubs;
        }

        location /two/ {
            meeting_api weclubs company=2000;
            meeting_sign_open 40d;
        }

%%API%%
        location /k/ {
            meeting_api page;
        }
    }
}
CONF

	my $api = join('', map { <<"CONF" } '', '/far');
        location $_/meeting/api/ {
            meeting_api h5yes;
            FAR
        }

        location $_/gateway/ {
            meeting_api yunzhijia;
            FAR
        }

        location $_/openapi/ {
            meeting_api jituancaiyun;
            FAR
        }

        location $_/openapi/conference/ {
            meeting_api quanshi;
            FAR
        }

CONF

	my $far = 'meeting_public_base http://far; '
		. 'meeting_timezone America/New_York; meeting_sign_open 1m;';

	$api =~ s{(location (/far)?.*?)FAR}{$1 . ($2 ? $far : '')}gse;

	my %value = (API => $api, WORKERS => $workers, STORE => $warm->store(),
		BACKGROUND => $workers > 1 ? 'on' : 'off');

	return $conf =~ s/%%(\w+)%%/$value{$1} \/\/ "%%$1%%"/ger;
}


# One client for all dialects of a company.  `via' is a connection.

my %link;
my @companies = map { company($_) } 1000, 2000;


sub company {
	my ($id) = @_;

	$warm->company($id);

	my $key = $warm->ctl('credential', 'add', '--company', $id);

	return { id => $id, prefix => $id == 1000 ? '' : '/two',
		key => $key, refs => [], links => [], own => [],
		app => Meeting::H5yes->new(%$key) };
}


sub link_to {
	my ($server) = @_;

	my $link = { base => 'http://127.0.0.1:' . $server->port(),
		http => HTTP::Tiny->new(timeout => 30, keep_alive => 1) };

	# else a body would wait for the headers to be acknowledged

	worker($link);
	setsockopt($link->{http}{handle}{fh}, IPPROTO_TCP, TCP_NODELAY, 1)
		or die "no connection is kept: $!";

	return $link;
}


$warm->start();
$cold->start();

# one connection for each worker

while (keys %link < 2) {
	my $link = link_to($warm);
	$link{worker($link)} = $link;
}

my @via = map { $link{$_} } sort keys %link;


sub worker {
	my ($link) = @_;
	return $link->{http}->get("$link->{base}/k/none")->{headers}{'x-worker'};
}


sub app {
	my ($c, $class, $via) = @_;

	$via //= pick(@via);

	return bless { next_id => 1, secret => $Meeting::Test::SECRET,
		caller => 'test', prefix => '', %{$c->{key}}, %$via,
		$class eq 'Weclubs' ? (base => $via->{base} . $c->{prefix})
			: (token => $c->{token})
	}, "Meeting::$class";
}


sub h5yes {
	my ($c, $what, $args, @option) = @_;

	my $answer = app($c, 'H5yes')->call($what, $args, @option);

	return count($what, $answer->{code} == 10000) ? $answer->{value} : {};
}


sub weclubs {
	my ($c, $what, $args) = @_;

	my $answer = as($c, pick(1 .. 3))->call($what, $args);

	return count($what, $answer->{code} == 2000) ? $answer->{data} : {};
}


# A person who has logged in.

sub as {
	my ($c, $person, $via) = @_;

	my $app = app($c, 'Weclubs', $via);

	return bless { %$app, %{$c->{person}{$person}} }, ref $app;
}


sub yunzhijia {
	my ($c, $what, $args) = @_;

	my $answer = app($c, 'Yunzhijia')->call($what, $args);

	return count($what, $answer->{success}) ? $answer->{data} : {};
}


sub invite {
	my ($c, $what, $args) = @_;

	my $answer = app($c, 'Jituancaiyun')->call($what, $args);

	return count("invite $what", $answer->{code} eq '0') ? $answer->{data} : {};
}


# Attempts, and how often each was done.

my %done;

sub count {
	my ($what, $done) = @_;

	$done{$what}[$_]++ for $done ? (0, 1) : 0;

	return $done;
}


# Chance.

sub pick { return $_[rand @_] }
sub chance { return rand() < $_[0] }
sub maybe { my ($p, @pair) = @_; return chance($p) ? @pair : () }

sub word { return pick(qw/ red green blue 红 绿 /) . int(rand(5)) }
sub user { return '' . pick(1 .. 9) }
sub room { return 'r' . pick(1 .. 4) }
sub dept { return 'd' . pick(1 .. 4) }
sub ref_of { my ($c) = @_; return pick(@{$c->{refs}}, 'none') }
sub own { my ($c) = @_; return pick(@{$c->{own}}, ref_of($c)) }


# Begin and end of a meeting: up to thirty days ahead and beyond.

sub span {
	my $begin = $GRID + int(rand(3) < 2 ? rand(5 * 24) - 5 : rand(32 * 24))
		* $HOUR;
	my $end = $begin + pick(1, 1, 2, 30) * $HOUR;

	if (!chance(0.1)) {
		push @lately, $begin, $end;
		splice(@lately, 0, -16);

		return ($begin, $end);
	}

	# while the test runs

	my $now = int(time() * 1000);

	$begin = $now + pick(-5, 1, 1, 2) * 1000;
	$end = $now + 2000 + int(rand(4000));

	push @edges, $begin, $end;

	return ($begin, $end);
}


# Seventeen are more than are read in one go, a hundred than are answered in
# one piece; some are long.

sub guests {
	return map { { userId => '', name => word() x pick(1, 1, 5),
		maybe(0.3, phone => '1' . int(rand(1e9))),
		maybe(0.2, id => 'g' . int(rand(5))) } }
		1 .. pick(0, 0, 0, 1, 2, 2, pick(15, 16, 17, 40, 90, 120));
}


sub people {
	my %seen;
	return [ map { { userId => "$_", maybe(0.4, name => word()) } }
		grep { !$seen{$_}++ } map { pick(1 .. 5) } 1 .. pick(0 .. 8) ];
}


sub attendances { return [ @{people()}, guests() ] }


# A meeting that was made: the latest are looked at and changed most.

sub made {
	my ($c, @refs) = @_;

	for my $ref (grep { defined } @refs) {
		push @{$c->{refs}}, "$ref";
		push @{$c->{links}}, $warm->ctl('meeting', 'links', '--company',
			$c->{id}, '--meeting', $ref)->{attendeeJoinUrl}
			if chance(0.3);
	}

	splice(@{$c->{$_}}, 0, -6) for qw/ refs links own /;

	return;
}


# The possible acts, with their weights.

my @ACTS = (
	[ 6, 'user/add', sub { (id => user(), name => word(),
		account => 'a' . user(), maybe(0.5, departmentId => dept())) } ],
	[ 12, 'user/update', sub { (id => user(), maybe(0.7, name => word()),
		maybe(0.3, phone => '2' . user()), maybe(0.3, email => word() . '@x'),
		maybe(0.2, departmentId => pick('', dept())),
		maybe(0.02, password => word())) } ],
	[ 2, 'user/remove', sub { (userId => '' . pick(6 .. 9)) } ],
	[ 2, 'user/clearFace', sub { (userId => user()) } ],
	[ 4, 'dept/add', sub { (id => dept(), name => word(),
		maybe(0.5, parentId => dept())) } ],
	[ 4, 'dept/update', sub { (id => dept(), name => word(),
		maybe(0.3, parentId => pick('', dept()))) } ],
	[ 1, 'dept/remove', sub { (deptId => dept()) } ],
	[ 4, 'room/add', sub { (id => room(), name => word(),
		beginTime => '00:00', endTime => '24:00') } ],
	[ 4, 'room/update', sub { (id => room(), name => word(),
		maybe(0.3, userIds => [ '1', user() ])) } ],
	[ 1, 'room/remove', sub { (roomId => room()) } ],
	[ 6, 'meeting/cancel', sub { (meetingId => ref_of($_[0])) } ],
	[ 3, 'meeting/finish', sub { (meetingId => ref_of($_[0])) } ],
);

my @OTHERS = (
	[ 20, \&book ],
	[ 20, \&rebook ],
	[ 2, \&face ],
	[ 10, \&publish ],
	[ 10, \&sign ],
	[ 10, sub { weclubs($_[0], '/dynamic/set_dynamic_status',
		{ dynamic_type => 'meeting', dynamic_id => own($_[0]),
			status => pick(qw/ confirm leave /),
			maybe(0.5, comment => word()) }) } ],
	[ 2, sub { weclubs($_[0], '/meeting/end_meeting',
		{ meeting_id => own($_[0]) }) } ],
	[ 2, sub { weclubs($_[0], '/manage/club_meeting/revert_meeting',
		{ meeting_id => own($_[0]) }) } ],
	[ 4, sub { weclubs($_[0], '/manage/club_meeting/edit_meeting',
		{ meeting_id => own($_[0]), content => word(),
			maybe(0.5, participation => join(',', 1, user())) }) } ],
	[ 8, \&series ],
	[ 4, sub { yunzhijia($_[0], pick(qw/ modify batchModify /),
		{ id => ref_of($_[0]), openid => '1', title => word() }) } ],
	[ 2, sub { yunzhijia($_[0], pick(qw/ cancel batchCancel /),
		{ id => ref_of($_[0]), openid => '1' }) } ],
	[ 8, \&invitation ],
	[ 4, sub { invite($_[0], 'update', { requesterUid => 1,
		meetingInviteId => ref_of($_[0]),
		detail => { content => word() } }) } ],
	[ 2, sub { invite($_[0], 'delete', { requesterUid => user(),
		meetingInviteId => ref_of($_[0]) }) } ],
	[ 2, sub { invite($_[0], 'cancel', { requesterUid => 1,
		meetingInviteId => ref_of($_[0]) }) } ],
	[ 4, \&import ],
	[ 3, \&credential ],
	[ 1, \&login ],
);


sub act {
	my $c = pick(@companies);
	my $at = rand(sum(map { $_->[0] } @ACTS, @OTHERS));

	for my $act (@ACTS, @OTHERS) {
		next if ($at -= $act->[0]) > 0;
		return ref $act->[1] ? $act->[1]->($c)
			: h5yes($c, $act->[1], { $act->[2]->($c) });
	}

	return;
}


sub book {
	my ($c) = @_;

	my ($begin, $end) = span();

	my $meeting = h5yes($c, 'meeting/book', { roomId => room(),
		speaker => word(), subject => word(), beginTime => $begin,
		endTime => $end, createdId => '1', attendances => attendances(),
		maybe(0.3, checkedState => pick(0, 1, 2)),
		maybe(0.3, memo => word() x 300),
		maybe(0.3, id => 'm' . int(rand(1e6))) });

	return made($c, $meeting->{id});
}


sub rebook {
	my ($c) = @_;

	my ($begin, $end) = span();

	return h5yes($c, 'meeting/update', { id => ref_of($c),
		maybe(0.5, subject => word()), maybe(0.3, speaker => word()),
		maybe(0.2, roomId => room()), maybe(0.2, checkedState => pick(0 .. 2)),
		maybe(0.3, beginTime => $begin, endTime => $end),
		maybe(0.6, attendances => attendances()) });
}


sub face {
	my ($c) = @_;

	my ($type, $form) = Meeting::Picture::form([ userId => user() ],
		[ file => $FACE, 'f.jpg' ]);

	return h5yes($c, 'user/updateFace', $form, type => $type);
}


# By the first, who signs others in.

sub publish {
	my ($c) = @_;

	my $answer = as($c, 1)->call('/manage/club_meeting/public_meeting', {
		content => word(), address => word(), need_sign => 1, leader => '1',
		deadline => (span())[0], participation => join(',', 1 .. pick(1 .. 6)) });

	count('public_meeting', $answer->{code} == 2000);
	push @{$c->{own}}, $answer->{data}{meeting_id} // ();

	return made($c, $answer->{data}{meeting_id});
}


sub sign {
	my ($c) = @_;

	return weclubs($c, '/meeting/sign_meeting', { leader_id => 1,
		meeting_id => own($c), create_date => int(time() * 1000) });
}


sub series {
	my ($c) = @_;

	my ($begin, $end) = span();
	my %meeting = (openid => '1', title => word(), startDate => $begin,
		endDate => $end, actors => [ user(), 'x' . user() ]);

	return made($c, yunzhijia($c, 'create', \%meeting)->{meetingId})
		if chance(0.7);

	my $made = yunzhijia($c, 'repeatMeeting', { %meeting, repeat => 2,
		startDate => $GRID, endDate => $GRID + $HOUR,
		repeatEndDate => $GRID + 2 * $DAY });

	return made($c, @{$made->{meetingIds} // []});
}


sub invitation {
	my ($c) = @_;

	my ($begin, $end) = span();

	return made($c, invite($c, 'create', { requesterUid => '1',
		requesterName => word(), detail => { createTime => $begin,
			content => word(), address => word(), beginTime => $begin,
			endTime => $end, remindMin => 0, remindType => 0,
			members => [ map { { uid => user(), name => word() } }
				1 .. pick(1, 2) ] } })->{meetingInviteId});
}


# Another process.

sub import {
	my ($c) = @_;

	my $file = $warm->write_file('tmp/import.csv', "id,name,department\n"
		. user() . ',' . word() . ',' . word() . "\n");
	my ($code) = $warm->ctl_run('user', 'import', '--company', $c->{id},
		$file);

	return count('user import', $code == 0);
}


# One token that is good for a while.

sub credential {
	my ($c) = @_;

	if ($c->{passing}) {
		$warm->ctl('credential', 'revoke', '--company', $c->{id},
			'--appkey', $c->{passing}{appkey});
		$c->{passing} = undef;

	} else {
		my $key = $warm->ctl('credential', 'add', '--company', $c->{id});

		$c->{passing} = $key;
		$c->{passes} = Meeting::H5yes->new({ %$key, %{pick(@via)} })->token();
	}

	return count('credential', 1);
}


sub login {
	my ($c) = @_;

	h5yes($c, 'user/update', { id => '3', password => 'hf@123456' });

	return log_in($c, 3);
}


sub log_in {
	my ($c, $person) = @_;

	my $app = app($c, 'Weclubs')->login("u$person", 'hf@123456');

	$c->{person}{$person} = { map { $_ => $app->{$_} } qw/ user_id token / };

	return count('login', 1);
}


# The questions: address and body (none: GET).

sub questions {
	my @questions;

	for my $c (@companies) {
		my $token = "access_token=$c->{token}";
		my @refs = shuffle(@{$c->{refs}});
		my @some = @refs[0 .. ($#refs > 3 ? 3 : $#refs)];
		my $open = '/meeting/api/open';

		push @questions, map { [ "$open/$_/list?$token", '{}' ] }
			qw/ user dept room /;
		push @questions, [ "$open/user/get?$token",
				Meeting::Client::body({ userId => user() }) ],
			[ "$open/user/get?access_token=" . ($c->{passes} // 'none'),
				'{"userId":"1"}' ];

		for my $far ('', '/far') {
			push @questions, map { [ "$far$open/meeting/list?$token",
				Meeting::Client::body($_) ] } {}, (map { filter() } 1 .. 4);
			push @questions, [ "$far/gateway/cloudwork/meeting/queryByDay"
				. "?accessToken=$c->{token}", Meeting::Client::body({
				day => pick(int(time() * 1000), (span())[0]) }) ];
		}

		for my $ref (@some) {
			push @questions, [ pick('', '/far') . "$open/meeting/get?$token",
					"{\"meetingId\":\"$ref\"}" ],
				[ pick('', '/far') . '/openapi/workbench/meetinginvite/detail'
					. "?accessToken=$c->{token}", Meeting::Client::body({
					requesterUid => pick(1 .. 3), meetingInviteId => $ref }) ],
				asked($c, '/meeting/get_meeting_participation',
					{ meeting_id => $ref }),
				asked($c, '/manage/club_meeting/get_my_meeting_detail',
					{ meeting_id => $ref });
		}

		push @questions, asked($c, '/manage/club_meeting/get_my_meeting',
			{ sponsor_id => 1, page_no => pick(1, 2), page_size => 5 });

		for my $link (@{$c->{links}}) {
			push @questions, [ pick('', '/far') . '/openapi/conference/detail',
				Meeting::Client::body({ attendeeJoinUrl => $link }) ]
				if chance(0.5);
			push @questions, [ $link =~ m{(/k/.*)} ] if chance(0.2);
		}
	}

	return @questions;
}


sub asked {
	my ($c, $path, $data) = @_;
	return [ $c->{prefix} . $path,
		as($c, pick(1 .. 3), $via[0])->envelope($data) ];
}


sub filter {
	my ($from, $to) = map { pick(@lately) } 1, 2;
	my $made = int(time() - rand(20)) * 1000;

	return {
		maybe(0.7, minTime => wall_clock($from + pick(0, -1000, 1000))),
		maybe(0.3, maxTime => wall_clock($to + pick(0, -1000, 1000))),
		maybe(0.1, reverseDate => substr(wall_clock($from), 0, 10)),
		maybe(0.3, roomId => room()),
		maybe(0.1, speaker => word()),
		maybe(0.1, speakerLike => pick('r', '红', '1')),
		maybe(0.1, checkedState => pick(0 .. 2)),
		maybe(0.1, createdBeginTime => wall_clock($made)),
		maybe(0.1, createdEndTime => wall_clock($made)),
		maybe(0.2, order_by_expression => pick(qw/ beginTime endTime
			createdTime lastUpdateTime checkedTime /)),
		maybe(0.5, direction => pick(qw/ asc desc /)),
	};
}


sub wall_clock {
	my ($time) = @_;

	return strftime('%Y-%m-%d %H:%M:%S', gmtime($time / 1000 + 8 * 3600));
}


# The answer, without what is another one each time.

sub ask {
	my ($via, $question) = @_;

	my ($uri, $body) = @$question;
	my $r = $via->{http}->request(defined $body ? 'POST' : 'GET',
		"$via->{base}$uri", defined $body ? { content => $body,
			headers => { 'content-type' => 'application/json' } } : {});
	my $text = "$r->{status} $r->{content}";

	$text =~ s/"(?:sys_time|request_id|reqid|timestamp|request_duration)"
		:(?:\d+|"[^"]*")//gx;

	return $text;
}


# Asks all of one in some order: the answers, in that of the questions.

sub ask_all {
	my ($via, @questions) = @_;

	my @answers;

	$answers[$_] = ask($via, $questions[$_]) for shuffle(0 .. $#questions);

	return @answers;
}


# A worker that was not there before.

sub newborn {
	my ($old) = $cold->workers();

	kill('TERM', $old) if $old;

	$cold->wait_for(sub { grep { $_ ne ($old // '') } $cold->workers() })
		or die "no other worker";

	return link_to($cold);
}


# The questions of which not everybody says the same; as many as were asked.

sub differences {
	my (@questions) = @_;

	my $newborn = newborn();
	my @who = (map { ($_, $_) } @via);
	my @all = (map { [ ask_all($_, @questions) ] } @who, $newborn);
	my @differ;

	for my $i (0 .. $#questions) {
		my $right = $all[-1][$i];
		my ($other) = grep { $all[$_][$i] ne $right } 0 .. $#who;

		push @differ, "$questions[$i][0] " . ($questions[$i][1] // '')
			. "\nremembered: $all[$other][$i]\n       new: $right"
			if defined $other;
	}

	return @differ;
}


# Both answers are right if a meeting has begun, or ended, meanwhile.

sub check {
	my @questions = (shuffle(questions()))[0 .. 39];

	# some are read by this for the first time, which is known from then on

	ask_all($via[0], @questions);

	while (1) {
		my $from = time() * 1000 - 100;
		my @differ = differences(@questions);
		my $to = time() * 1000 + 100;

		return (scalar(@questions), @differ)
			if !@differ || !grep { $_ >= $from && $_ <= $to } @edges;
	}
}


for my $c (@companies) {
	$c->{token} = Meeting::H5yes->new({ %{$c->{key}}, %{$via[0]} })->token();

	h5yes($c, 'user/add', { id => "$_", name => "User $_",
		account => "u$_" }) for 1 .. 8;
	h5yes($c, 'room/add', { id => "r$_", name => "Room $_",
		beginTime => '00:00', endTime => '24:00' }) for 1 .. 3;
	h5yes($c, 'dept/add', { id => "d$_", name => "Dept $_" }) for 1 .. 2;

	log_in($c, $_) for 1 .. 3;
	book($c) for 1 .. 8;
	publish($c) for 1 .. 3;
}

my $end = time() + $SECONDS;
my ($checks, $asked, $wrong) = (0, 0, 0);

while (time() < $end && $wrong < 3) {
	act() for 1 .. pick(0 .. 4, 8);

	my ($n, @differ) = check();

	$checks++;
	$asked += $n;
	$wrong += @differ > 0;

	diag(join("\n", @differ[0 .. ($#differ > 2 ? 2 : $#differ)])) if @differ;
}

is($wrong, 0, "all say the same to $asked questions, $checks times");

is_deeply([ map { worker($_) } @via ], [ sort keys %link ],
	'asked over the same connections throughout');

note(sprintf('%5d of %5d %s', $done{$_}[1] // 0, $done{$_}[0], $_))
	for sort keys %done;

$warm->verify();
$cold->stop();
is(join("\n", $cold->bad_log_lines()), '',
	'nothing bad in the other error log');
$warm->finish();
