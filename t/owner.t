#!/usr/bin/perl

# Root and a store of the workers' user: links lead root nowhere, a store of
# root's is taken over whole, and a file of a wrong owner fails the start.

use warnings;
use strict;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use Meeting::Test;

plan(skip_all => 'needs root') if $> != 0;

my ($uid, $gid) = (getpwnam('www-data') // getpwnam('nobody'))
	? (getpwnam('www-data') ? (getpwnam('www-data'))[2, 3]
		: (getpwnam('nobody'))[2, 3])
	: plan(skip_all => 'needs the user www-data or nobody');

my $name = getpwuid($uid);
my $t = Meeting::Test->new();
my $prefix = $t->prefix();
my $store = $t->store();
my $secret = "$prefix/secret";
my $vault = "$prefix/vault";

chmod(0755, $prefix) or die $!;
$t->write_conf();
set_user();
mkdir($secret, 0755) or die $!;


sub set_user {
	my $conf = $t->read_file('nginx.conf');

	$conf =~ s/user root;/user $name;/ or die;
	$t->write_file('nginx.conf', $conf);
}

sub owner {
	my ($file) = @_;
	my @st = lstat($file);

	return @st ? $st[4] : undef;
}

# Runs Perl as the workers' user.

sub as_user {
	my ($code) = @_;

	my $pid = fork() // die $!;

	if ($pid == 0) {
		$) = "$gid $gid";
		($(, $<, $>) = ($gid, $uid, $uid);
		POSIX::setuid($uid);
		POSIX::_exit($code->() ? 0 : 1);
	}

	waitpid($pid, 0);

	return $? == 0;
}

sub put {
	my ($file, $text) = @_;

	open(my $out, '>', $file) or die "$file: $!";
	print $out $text;
	close($out) or die $!;
}

sub text {
	my ($file) = @_;

	open(my $in, '<', $file) or return undef;
	local $/;

	return scalar <$in>;
}

# The person of the store logs in, which is a write.

sub works {
	my ($what) = @_;

	ok(eval { $t->app()->login('ann', 'p') }, $what) or diag($@);
}


# A store that root made is the workers' from the first start on, with every
# file.

$t->company();
$t->import_users({ id => 'ann', account => 'ann', name => 'Ann',
	password => 'p' });
mkdir("$store/resources", 0755) or die $!;
mkdir("$store/resources/1000", 0755) or die $!;
my $picture = "$store/resources/1000/" . 'a' x 32 . '.png';
put($picture, 'picture');

my @files = glob("$store/*.*");
cmp_ok(scalar @files, '>=', 4, 'root made files');
is(scalar(grep { owner($_) != 0 } $store, @files), 0, 'they are root\'s');

$t->start();
works('a store that root made serves');
is(scalar(grep { owner($_) != $uid } $store, @files), 0,
	'the workers\' user owns each file');
is(owner("$store/resources"), $uid, 'and the pictures\' folder');
is(owner("$store/resources/1000"), $uid, 'and a company\'s');
is(owner($picture), $uid, 'and a picture');


# A tool that root runs beside it makes files its owner's.

$t->company(2000);
unlink("$store/wal.log");
$t->verify();
is(owner("$store/wal.log"), $uid, 'a log that root\'s tool made');


# Links in the place of files, dangling ones too.

put($vault, 'root\'s own');
chmod(0600, $vault);
$t->stop();

for my $file (qw/ wal.log wal.lock lock.mdb /) {
	as_user(sub { unlink("$store/$file"); symlink($vault, "$store/$file") })
		or die;

	my ($code, $out, $err) = $t->ctl_run('verify');

	isnt($code, 0, "$file is a link to a file of root's: verify fails");
	is(owner($vault), 0, 'which stays root\'s');
	is(text($vault), 'root\'s own', 'unchanged');

	as_user(sub { unlink("$store/$file");
		symlink("$secret/made", "$store/$file") }) or die;

	$t->ctl_run('verify');
	ok(!-e "$secret/made", "$file is a dangling link: nothing is made");
	$t->run($t->nginx_args());
	ok(!-e "$secret/made", 'nor by a start');
	$t->stop() if $t->master();

	as_user(sub { unlink("$store/$file") }) or die;
}

link($vault, "$prefix/second") or die $!;
rename("$prefix/second", "$store/wal.log.foreign") or die $!;
$t->verify();
is(owner($vault), 0, 'a file with another name stays root\'s');
unlink("$store/wal.log.foreign");


# The pictures' folder.

$t->start();
as_user(sub { rename("$store/resources", "$store/kept")
	&& symlink($secret, "$store/resources") }) or die;

$t->allow_log(qr/meeting_resources|symbolic links|Permission denied/);
kill('HUP', $t->master());
$t->wait_for(sub { $t->read_file('error.log') =~ /"meeting_resources" cannot/ });
is(owner($secret), 0, 'a folder of root\'s behind a link stays root\'s');
$t->stop();
as_user(sub { unlink("$store/resources")
	&& rename("$store/kept", "$store/resources") }) or die;


# A file of a wrong owner fails test and start, with file, owner and cure.

$t->verify();
chown(0, 0, "$store/wal.log") or die $!;
chmod(0600, "$store/wal.log") or die $!;

for my $args ([ '-t' ], []) {
	my ($code, $out, $err) = $t->run($t->nginx_env(),
		$t->nginx_args(@$args));

	isnt($code, 0, "a log of root's: nginx @$args fails");
	like($err, qr/\[emerg\].*wal\.log" belongs to root .*chown -R $uid:$gid/,
		'with file, owner and cure');
}

$t->allow_log(qr/belongs to root/);
chown($uid, $gid, "$store/wal.log") or die $!;
$t->start();
works('the cure cures');


# Backup and restore by root: a directory that only root can enter is enough.

my $closed = "$prefix/closed";
mkdir($closed, 0700) or die $!;

my ($copied) = $t->ctl('backup', "$closed/copy");
is($copied->{pictures}, 1, 'a backup into a directory of root\'s');
is(owner("$closed/copy/data.mdb"), $uid, 'belongs to the store\'s owner');
$t->stop();

system('chown', '-R', '0:0', "$closed/copy") == 0 or die;
unlink($picture);
as_user(sub { symlink($vault, "$store/data.mdb.new") }) or die;
my ($restored) = $t->ctl('restore', '--force', "$closed/copy");
is($restored->{pictures}, 1, 'restored with its picture');
is(owner("$store/data.mdb"), $uid, 'the data is the store owner\'s');
is(owner($picture), $uid, 'the picture too');
is(text($vault), 'root\'s own', 'a link is not written through');

$t->start();
works('the restored store serves');
$t->verify();
$t->stop();

done_testing();
