#!/usr/bin/perl

# The office's commands on one user, while the server runs: who is an
# administrator, who goes, and what the journal says of it.

use strict;
use warnings;
use utf8;

use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Test;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ 'h5yes' ]);
$t->start();
$t->company();
$t->company(2000);
$t->import_users(map {
    { id => "u$_", name => "Person $_", account => "p$_",
      phone => "1380000000$_", department => 'Physics', password => "pw$_" }
} 1 .. 3);

my $app = Meeting::H5yes->new(base => 'http://127.0.0.1:' . $t->port(),
    $t->ctl(qw(credential add --company 1000)));

my %seen = map { $_->{id} => $_ } @{ $app->call('user/list')->{value} };
my $one = $t->app()->login('p1', 'pw1');


# The first administrator.

is($seen{u1}{admin}, JSON::PP::false(), 'nobody is an administrator at first');

my $row = $t->ctl(qw(user admin --user u1 on --reason), 'the first 一');

is_deeply($row, { user => $one->{user_id}, id => 'u1', name => 'Person 1',
    status => 1, admin => 1, removed => 0 }, 'user admin on');
is(listed('u1')->{admin}, JSON::PP::true(), 'the server says so');
is(listed('u2')->{admin}, JSON::PP::false(), 'of no other');
is($one->call('/user/get_user_info', {})->{code}, 2000,
    'the session goes on');

is($t->ctl(qw(user admin on --user), $one->{user_id})->{admin}, 1,
    'again, by number');
is($t->ctl(qw(user admin --user u1 off))->{admin}, 0, 'user admin off');
is(listed('u1')->{admin}, JSON::PP::false(), 'the server says so');

refused(qr/neither on nor off/, 'maybe', qw(user admin --user u1 maybe));
refused(qr/--user: .*no_such_user/, 'nobody',
    qw(user admin --user nobody on));
refused(qr/--user: .*no_such_user/, 'another company',
    qw(user admin --user u1 on --company 2000));
refused(qr/--reason: too long/, 'a long reason',
    qw(user admin --user u1 on --reason), 'x' x 5000);

my ($rc, undef, $error) = $t->ctl_run(qw(user admin --user u1));
is($rc, 2, 'without on or off');
like($error, qr/user admin takes one on\|off/, 'and says so');


# Each field of a user.

$t->ctl(qw(user admin --user u3 on));

my $shown = $t->ctl(qw(user show --user u1));
my %times = map { $_ => delete $shown->{$_} } qw(created updated);

is_deeply($shown, { user => $one->{user_id}, id => 'u1', name => 'Person 1',
    account => 'p1', phone => '13800000001', email => '', position => '',
    memo => '', department => 'Physics', status => 1, admin => 0,
    placeholder => 0, ownPassword => 1, sessions => 1, removed => 0 },
    'user show');
ok($times{created} > 1.7e12 && $times{updated} >= $times{created}, 'times');

$app->call('user/add', { id => 'plain', name => 'P', account => 'plain' });
$shown = $t->ctl(qw(user show --user plain));
is_deeply([ @$shown{qw(ownPassword sessions department admin)} ],
    [ 0, 0, '', 0 ], 'a user with the default password');

refused(qr/--user: .*no_such_user/, 'show nobody', qw(user show --user x));
refused(qr/--user: .*no_such_user/, 'show a number', qw(user show --user 99));
refused(qr/--user: .*no_such_user/, "show another company's",
    qw(user show --user u1 --company 2000));


# A user goes, and comes back.

my $two = $t->app()->login('p2', 'pw2');

$row = $t->ctl(qw(user remove --user u2 --reason), 'has left');
ok($row->{removed}, 'user remove');
is(listed('u2'), undef, 'gone from the list');
is($two->call('/user/get_user_info', {})->{code}, 3010, 'the session ends');

$shown = $t->ctl(qw(user show --user u2));
is_deeply([ @$shown{qw(removed sessions)} ], [ $row->{removed}, 0 ],
    'a removed user is shown');
refused(qr/--user: .*no_such_user/, 'twice', qw(user remove --user u2));
refused(qr/--user: .*no_such_user/, 'no administrator',
    qw(user admin --user u2 on));

is($app->call('user/add', { id => 'u9', name => 'N', account => 'p2',
    phone => '13800000002' })->{code}, 10000, 'account and phone are free');

$t->import_users({ id => 'u2', name => 'Back', account => 'p22' });
$shown = $t->ctl(qw(user show --user u2));
is_deeply([ @$shown{qw(user name removed admin)} ],
    [ $two->{user_id}, 'Back', 0, 0 ], 'the same user comes back');


# The journal has who and why.

$t->ctl(qw(user disable --user u1 --reason lost));
$t->ctl(qw(user enable --user u1));
$app->call('user/update', { id => 'u1', name => 'Renamed' });

is_deeply(history('u1'), [
    [ 'import_told', undef, undef, 0, '' ],
    [ 'user_update', 1, undef, 1, 'the first 一' ],
    [ 'user_update', 0, undef, 1, '' ],
    [ 'user_update', undef, 0, 1, 'lost' ],
    [ 'user_update', undef, 1, 1, '' ],
    [ 'user_update', undef, undef, 0, '' ],
], 'history: made, the acts that changed something, a client');
is_deeply([ map { $_->[0] } @{ history('u2') } ],
    [ qw(import_told user_remove import_told) ], 'history: of a user who went');
is(history('u2')->[1][4], 'has left', 'and why');
is_deeply(history('plain'), [ [ 'user_add', undef, undef, 0, '' ] ],
    'history: a client');

my @times = map { $_->{time} } lines(qw(user show --user u1 --history));
shift @times;
is_deeply(\@times, [ sort { $a <=> $b } @times ], 'oldest first');


# And keeps it after a crash.

$t->allow_log(qr/exited on signal 9/);
$t->kill_worker();
is($t->ctl(qw(user show --user u3))->{admin}, 1, 'after a kill, too');

$t->verify();
$t->finish();


sub listed {
    my ($id) = @_;
    my ($user) = grep { $_->{id} eq $id } @{ $app->call('user/list')->{value} };

    return $user;
}

sub refused {
    my ($message, $name, @command) = @_;
    my ($code, undef, $said) = $t->ctl_run(@command);

    is($code, 1, "refused: $name");
    like($said, $message, 'and why');
}

sub lines {
    my ($code, $out) = $t->ctl_run(@_);
    is($code, 0, "@_");

    return map { JSON::PP->new->utf8->decode($_) } split /\n/, $out;
}

sub history {
    my ($id) = @_;
    my (undef, @rows) = lines(qw(user show --history --user), $id);

    return [ map { [ @$_{qw(operation admin status operator reason)} ] }
        @rows ];
}
