#!/usr/bin/perl

# Requests that wait for a commit or a thread: pipelined, held back, refused
# when there is no room, reset, abandoned; and a worker that quits meanwhile.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use Meeting::H2;
use Meeting::Test;
use Test::More;


my $PUBLIC = '/manage/club_meeting/public_meeting';
my $SIGN = '/meeting/sign_meeting';
my $LOGIN = '/user/login';

my $t = Meeting::Test->new();

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 1;
events { }
http {
    %%HTTP%%

    access_log %%PREFIX%%/meeting.log combined;

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;
    meeting_threads 1;
    %%QUEUE%%

    server {
        listen 127.0.0.1:%%PORT%%;
        listen 127.0.0.1:%%PORT_1%% http2;

        location / {
            meeting_api weclubs;
        }

        location = /status {
            meeting_status;
        }
    }
}
EOC

$t->write_conf($conf =~ s/%%QUEUE%%//r);
$t->company();
$t->import_users(map { { id => $_, name => "N$_", account => "a$_",
	password => 'p' } } 1 .. 3);
$t->start();

my $boss = $t->app()->login('a1', 'p');
my $ann = $t->app()->login('a2', 'p');


sub now { return int(time() * 1000) }


sub meeting {
	return { content => 'c', address => 'a', deadline => now(),
		need_sign => 1, participation => '2,3', leader => '1' };
}


sub sign_body {
	my ($meeting, $id) = @_;
	return $ann->envelope({ meeting_id => $meeting, leader_id => 1,
		create_date => now() }, $id ? (id => $id) : ());
}


sub new_meetings {
	my ($n) = @_;
	return map { $boss->call($PUBLIC, meeting())->{data}{meeting_id} }
		1 .. $n;
}


sub signed {
	my ($meeting) = @_;
	return $boss->call('/meeting/get_meeting_participation',
		{ meeting_id => $meeting })->{data}{already_sign_count};
}


sub codes {
	my ($text) = @_;
	return join(' ', $text =~ /"result_code":(\d+)/g);
}


sub status { return $t->get('/status')->{json} }


# Nothing waits, is held or queued any more.

sub is_quiet {
	my ($name) = @_;

	my $s;
	ok($t->wait_for(sub {
		$s = status()->{commit};
		return $s->{queued_bytes} == 0 && $s->{held} == 0;
	}), $name);

	return;
}


my @meetings = new_meetings(60);


# Pipelined: each waits for its commit, answers come in order.

my @part = splice(@meetings, 0, 10);
my @posts = map { Meeting::Test::post_text($SIGN, sign_body($_)) } @part;
my $bye = "GET /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

is(codes($t->raw(join('', map { $_, $_ } @posts) . $bye)),
	join(' ', ('2000 2000') x 10),
	'pipelined, and each again with the same id');
is(join(' ', map { signed($_) } @part), join(' ', (1) x 10), 'each once');


# HTTP/2 streams: all at once; some reset at once; a connection that goes.

@part = splice(@meetings, 0, 20);

my $h2 = Meeting::H2->new($t->connect(1));
my @streams;
my $frames = '';

for my $meeting (@part) {
	my ($stream, @of) = $h2->post_frames($SIGN, sign_body($meeting));
	push @streams, $stream;
	$frames .= join('', @of);
	$frames .= Meeting::H2::frame(Meeting::H2::RST_STREAM, 0, $stream,
		pack('N', 8)) if @streams % 2 == 0;
}

$h2->put($frames);
$h2->read_until(sub { keys %{$h2->{ended}} >= 10 });

is(join(' ', map { codes($h2->{data}{$streams[2 * $_]} // '') } 0 .. 9),
	join(' ', (2000) x 10), 'streams beside others that are reset');
is_quiet('none hangs');

for my $meeting (splice(@part, 0, 5)) {
	my $other = Meeting::H2->new($t->connect(1));
	my (undef, @of) = $other->post_frames($SIGN, sign_body($meeting));
	$other->put(join('', @of));
	close($other->{socket});
}

is_quiet('connections that go take their streams along');


# HTTP/1 clients that leave: at once, half-closed, after a while.

@part = splice(@meetings, 0, 15);

for my $i (0 .. $#part) {
	my $s = $t->connect();
	syswrite($s, Meeting::Test::post_text($SIGN, sign_body($part[$i])));
	select(undef, undef, undef, 0.0007 * $i);
	close($s);
}

is_quiet('clients that leave');

my @again = map { codes($t->post($SIGN, sign_body($_))->{content}) } @part;
is(scalar(grep { !/^(?:2000|3000)$/ } @again), 0,
	'their sign-ins are there or not');
is(join(' ', map { signed($_) } @part), join(' ', (1) x 15), 'once at most');


# In a thread: logins whose clients leave, and the worker that quits meanwhile.

my $login = $t->app()->envelope({ mobile => 'a3', password => md5_hex('p') });

for (1 .. 4) {
	my $s = $t->connect();
	syswrite($s, Meeting::Test::post_text($LOGIN, $login));
	select(undef, undef, undef, 0.01);
	close($s);
}

is($t->app()->login('a3', 'p')->{user_id}, 3, 'a login after these');

my @waiting = map {
	my $s = $t->connect();
	syswrite($s, Meeting::Test::post_text($LOGIN, $login));
	$s;
} 1 .. 6;

select(undef, undef, undef, 0.05);
ok($t->reload(), 'a reload while logins are being computed');

is(join(' ', map { codes(Meeting::Test::read_socket($_,
	done => qr/\}\z/)) } @waiting), join(' ', (2000) x 6), 'all are answered');


# No room: nothing may be held back, so what the ring cannot take is refused,
# and a command that no ring can take is too large.

$t->write_conf($conf =~ s/%%QUEUE%%/meeting_queue 0;/r);
$t->reload();

my $wide = meeting();
$wide->{content} = 'w' x 4000;

my $body = $boss->envelope($wide);
my @sockets = map { $t->connect() } 1 .. 300;

# the ring holds some hundred of these
syswrite($_, Meeting::Test::post_text($PUBLIC, $body)) for @sockets;

my %got;
$got{codes(Meeting::Test::read_socket($_, done => qr/\}\z/))}++ for @sockets;

is(join(' ', sort keys %got) =~ /^2000(?: 5000)?$/, 1,
	'done, or refused as busy: ' . join(', ', map { "$_: $got{$_}" }
	sort keys %got));

is_quiet('and none is left');
cmp_ok($boss->call($PUBLIC, meeting())->{code}, '==', 2000, 'business goes on');

$t->verify();
$t->finish();
