#!/usr/bin/perl

# Failed log-ins are limited by person and address, by person, and by address;
# the default password can be another one, or none; users can be disabled.

use warnings;
use strict;

use Test::More;

use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw/ md5_hex /;
use HTTP::Tiny;

use Meeting::H5yes;
use Meeting::Test;


my $LOGIN = '/user/login';
my $DEFAULT = 'hf@123456';

my $t = Meeting::Test->new();

my $conf = <<'EOC';
%%GLOBALS%%
worker_processes 2;
events { }
http {
    %%HTTP%%

    meeting_store path=store;
    meeting_weclubs_secret %%SECRET%%;

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
            %%MORE%%
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location = /status {
            meeting_status;
        }
    }
}
EOC


sub configure {
	my ($more) = @_;
	$t->write_conf($conf =~ s/%%MORE%%/$more/r);
	return;
}


sub restart {
	$t->stop();
	configure(@_);
	$t->start();
	return;
}


configure('meeting_login_limit pair=5 person=12 address=30 pause=1h;');
$t->company();
$t->import_users((map { { id => "u$_", name => "N$_", account => "a$_",
	phone => 13800000000 + $_ } } 1 .. 60),
	{ id => 'own', name => 'O', account => 'own', phone => '13900000001',
		password => 'her own' });

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->start();


# The answer to a log-in from an address.

sub login {
	my ($mobile, $password, $from) = @_;

	my $app = $t->app();
	$app->{http} = HTTP::Tiny->new(timeout => 20, keep_alive => 0,
		local_address => $from // '127.0.0.1');

	return $app->call($LOGIN, { mobile => "$mobile",
		password => md5_hex($password) });
}


sub codes { return join(' ', map { $_->{code} } @_) }
sub logins { return $t->get('/status')->{json}{logins} }


sub wait_is {
	my ($answer, $what) = @_;
	is($answer->{code}, 3000, $what);
	like($answer->{text}, qr/too many failed log-ins/, "$what: a reason");
	return;
}


# One person at one address; phone and account are one person.

is(codes(map { login($_ % 2 ? 'own' : '13900000001', 'wrong', '127.0.0.2') }
	1 .. 5), join(' ', (3011) x 5), 'five failures are allowed');
wait_is(login('own', 'her own', '127.0.0.2'), 'the next one has to wait');
wait_is(login('13900000001', 'her own', '127.0.0.2'), 'by phone, too');
is(login('a1', $DEFAULT, '127.0.0.2')->{code}, 2000, 'another person may');
is(login('own', 'her own')->{code}, 2000, 'so may this one elsewhere');

select(undef, undef, undef, 1.1);
is(login('own', 'wrong', '127.0.0.2')->{code}, 3011, 'after a second it may');
select(undef, undef, undef, 1.1);
wait_is(login('own', 'wrong', '127.0.0.2'), 'the next pause is longer');
select(undef, undef, undef, 1.1);
is(login('own', 'her own', '127.0.0.2')->{code}, 2000, 'it ends');
is(login('own', 'wrong', '127.0.0.2')->{code}, 3011,
	'a right log-in takes the failures back');

my $logins = logins();
cmp_ok($logins->{failed}, '>=', 7, 'failures are counted');
is($logins->{limited}, 3, 'so are those that had to wait');
is($logins->{pairs}, 1, 'and the limit that was reached');


# One person from many addresses: who is known at an address is not locked out.

my $known = '127.0.0.9';
is(login('a2', $DEFAULT, $known)->{code}, 2000, 'the usual place');

is(codes(map { login('a2', 'wrong', '127.0.1.' . int($_ / 3 + 1)) } 0 .. 11),
	join(' ', (3011) x 12), 'twelve failures from four addresses');
wait_is(login('a2', $DEFAULT, '127.0.1.99'), 'a new address has to wait');
is(login('a2', $DEFAULT, $known)->{code}, 2000, 'the usual place does not');
is(logins()->{persons}, 1, 'counted');


# One password tried on many people.

my @codes = map { login("a$_", 'wrong', '127.0.2.1')->{code} } 10 .. 50;
is(scalar(grep { $_ == 3011 } @codes), 30, 'thirty failures of an address');
is(scalar(grep { $_ == 3000 } @codes), 11, 'the others have to wait');
wait_is(login('a55', $DEFAULT, '127.0.2.1'), 'and so have right ones');
is(login('a55', $DEFAULT, '127.0.2.2')->{code}, 2000, 'not elsewhere');
is(login('nobody', 'x', '127.0.2.1')->{code}, 3000, 'nor unknown people there');
is(logins()->{addresses}, 1, 'counted');

is(codes(map { login("none$_", 'x', '127.0.2.3') } 1 .. 31),
	join(' ', (3014) x 30, 3000), 'people who do not exist count');

like($t->read_file('error.log'), qr/\[warn\].*log-ins\ of\ this\ person\ from\ this
	\ address\ have\ failed\ too\ often.*client:\ 127\.0\.0\.2/x,
	'the error log tells of a person');
like($t->read_file('error.log'), qr/\[warn\].*log-ins\ from\ this\ address\ have
	\ failed\ too\ often.*client:\ 127\.0\.2\.1/x, 'and of an address');


# A burst at the same time is no way around.

{
	my @sockets = map { $t->connect(0, '127.0.3.1') } 1 .. 20;
	my @texts = map { Meeting::Test::post_text($LOGIN, $t->app()->envelope(
		{ mobile => 'own', password => md5_hex("guess $_") })) } 1 .. 20;
	syswrite($sockets[$_], $texts[$_]) for 0 .. 19;

	my $judged = grep { Meeting::Test::read_socket($_, done => qr/\}\s*\z/)
		=~ /:3011,/ } @sockets;
	cmp_ok($judged, '<=', 6, 'a burst is judged no more often');
}


# Off, and the defaults, which a person who mistypes does not meet.

restart('meeting_login_limit off;');
is(codes(map { login('a1', 'wrong') } 1 .. 50), join(' ', (3011) x 50),
	'no limit');

restart('');
is(codes(map { login('a1', 'wrong') } 1 .. 21), join(' ', (3011) x 20, 3000),
	'the default limit');


# The default password.

restart('meeting_default_password off;');

my $answer = login('a3', $DEFAULT);
is($answer->{code}, 3000, 'off: the default password is rejected');
like($answer->{text}, qr/a password of one's own is needed/, 'with a reason');
is(login('a3', 'other')->{code}, 3011, 'another one is wrong');
is(login('own', 'her own')->{code}, 2000, 'one of her own is right');

restart('meeting_default_password "Summer 2027";');
is(login('a3', 'Summer 2027')->{code}, 2000, 'another default password');
is(login('a3', $DEFAULT)->{code}, 3011, 'not the document\'s');

restart('meeting_default_password on;');
is(login('a3', $DEFAULT)->{code}, 2000, 'on: the document\'s');


# Disabled users: by h5yes, and by meetingctl.

my $h5yes = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
	%$credential);

for my $by (qw/ h5yes meetingctl /) {
	my $ann = $t->app()->login('a4', $DEFAULT);
	my $list = '/manage/club_meeting/get_my_meeting_list';

	my %set = (
		h5yes => sub { $h5yes->call('user/update',
			{ id => 'u4', status => $_[0] })->{code} == 10000 },
		meetingctl => sub { $t->ctl('user', $_[0] ? 'enable' : 'disable',
			'--user', 'u4')->{status} == $_[0] },
	);

	ok($set{$by}->(0), "$by disables a user");
	is($ann->call('/meeting/sign_meeting', { meeting_id => 1, leader_id => 1,
		create_date => 1 })->{code}, 3010, "$by: her session ends");
	is($h5yes->call('user/get', { userId => 'u4' })->{value}{status}, 0,
		"$by: it is shown");

	$answer = login('a4', $DEFAULT);
	is($answer->{code}, 3000, "$by: her log-in is rejected");
	like($answer->{text}, qr/user is disabled/, "$by: with a reason");
	is(login('a4', 'wrong')->{code}, 3011, "$by: but not told to others");

	ok($set{$by}->(1), "$by enables her");
	is(login('a4', $DEFAULT)->{code}, 2000, "$by: she may log in");
}

is($h5yes->call('user/update', { id => 'u4', name => 'new' })->{value}{status},
	1, 'an update without status leaves it');
is($h5yes->call('user/update', { id => 'u4', status => 2 })->{code}, 71001,
	'2 is no status');
my ($rc) = $t->ctl_run('user', 'disable', '--user', 'none');
is($rc, 1, 'meetingctl names no user');

$t->finish();
