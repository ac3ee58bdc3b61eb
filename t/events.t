#!/usr/bin/perl

# Every type of event, with the payload of h5yes' document, for changes through
# each dialect.

use warnings;
use strict;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw/ time /;

use Meeting::Matrix;
use Meeting::Receiver;
use Meeting::Test;

plan(skip_all => 'no Node.js') unless Meeting::Receiver::node();

binmode(Test::More->builder->$_, ':utf8')
	for qw/ output failure_output todo_output /;


my $t = Meeting::Test->new();

$t->write_default_conf(http => <<'HTTP',
    meeting_event_private on;
    meeting_timezone UTC;
HTTP
	apis => [ qw/ h5yes yunzhijia jituancaiyun / ]);

$t->company();

my $credential = $t->ctl('credential', 'add', '--company', 1000);

$t->import_users(map { { id => "$_", name => "person $_", account => "u$_",
	password => "u$_" } } 1 .. 4);
$t->start();

my $base = 'http://127.0.0.1:' . $t->port();
my $app = Meeting::H5yes->new(base => $base, %$credential);
my $receiver = Meeting::Receiver->new($t);
my ($code, $keys, $err) = $receiver->subscribe();

is("$code$err", '0', 'subscribed');

my $seen = 0;

my %PERSON = map { $_ => 1 } qw/ id userId name phone email faceUrl isSigned
	signType signImgUrl signTime /;
my %SHAPES = (
	user => [ qw/ id name account phone faceUrl position email status memo
		createdTime departmentId admin isAdmin / ],
	dept => [ qw/ id name parentId createdTime / ],
	room => [ qw/ id departmentId name address memo beginTime endTime capacity
		size longitude latitude radius status needAudit permission sceneImage
		createdTime userIds / ],
	book => [ qw/ id roomId speaker subject beginTime endTime address
		createdTime lastUpdateTime checkedState checkedTime memo
		attendances / ],
);

test_directory();
test_dialects();
test_numbers();
test_form();

$receiver->stop();
$t->verify();
$t->finish();


sub right {
	my ($what, $args) = @_;
	my $answer = $app->call($what, $args);
	is($answer->{code}, 10000, $what) or diag($answer->{text});
	return $answer->{value};
}


# The next event, that is of this type: its value.

sub next_event {
	my ($type, $name) = @_;
	my @events = $receiver->wait_events($seen + 1);
	my $event = $events[$seen++] // {};

	is($event->{event_type}, $type, $name // "$type is told");

	return $event->{value} // [];
}


# One whole record, with all its members.

sub whole {
	my ($type, $id, $name) = @_;
	my ($kind) = $type =~ /^(\w+?)_/;
	my $value = next_event($type, $name);

	is(scalar @$value, 1, "$type: one record");
	is($value->[0]{id}, $id, "$type: this one") if defined $id;
	is(join(' ', sort keys %{$value->[0]}),
		join(' ', sort @{$SHAPES{$kind}}), "$type: its members");

	return $value->[0];
}


sub test_directory {
	my $dept = right('dept/add', { name => '研发部' });
	is_deeply(whole('dept_add', $dept->{id}), $dept, 'as it was answered');

	right('dept/update', { id => $dept->{id}, name => '100%' });
	is(whole('dept_update', $dept->{id})->{name}, '100%', 'the new name');

	my $user = right('user/add', { name => '张三', account => 'zhangsan',
		departmentId => $dept->{id} });
	is_deeply(whole('user_add', $user->{id}), $user, 'as it was answered');

	right('user/update', { id => $user->{id}, memo => "\x{1f600}" });
	is(whole('user_update', $user->{id})->{memo}, "\x{1f600}",
		'with a character above the first plane');

	my $room = right('room/add', { id => 'hall', name => '会议室' });
	is_deeply(whole('room_add', 'hall'), $room, 'as it was answered');

	right('room/update', { id => 'hall', capacity => 7 });
	is(whole('room_update', 'hall')->{capacity}, 7, 'the new capacity');

	right('user/remove', { userId => $user->{id} });
	is_deeply(next_event('user_remove'), [ $user->{id} ], 'its id');

	right('room/remove', { roomId => 'hall' });
	is_deeply(next_event('room_remove'), [ 'hall' ], 'its id');

	right('dept/remove', { deptId => $dept->{id} });
	is_deeply(next_event('dept_remove'), [ $dept->{id} ], 'its id');

	return;
}


# A meeting's life, through each dialect that writes.

sub test_dialects {
	my @dialects = grep { $_->writes() } Meeting::Matrix->all(test => $t,
		base => $base, credential => $credential);
	my $begin = (int(time() / 86400) + 2) * 86400000 + 9 * 3600000;

	is(scalar @dialects, 4, 'dialects that write');

	for my $dialect (@dialects) {
		my $name = $dialect->name();
		my $is = { text => "by $name", begin => $begin, people => [ 2, 3 ] };
		my $ref = $dialect->create($is);

		next_event('room_add') if $name eq 'h5yes';

		my $made = whole('book_success', undef, "$name: made");
		is($made->{beginTime}, $begin, "$name: begin")
			unless $name eq 'weclubs';
		like("$made->{subject} $made->{memo}", qr/by $name/, "$name: text");

		my @people = @{$made->{attendances}};
		is(join(' ', grep { $_ ne '1' } sort map { $_->{userId} } @people),
			'2 3', "$name: people");
		is_deeply([ grep { join(' ', sort keys %$_)
			ne join(' ', sort keys %PERSON) } @people ], [],
			"$name: their members");

		$dialect->change($ref, { %$is, text => 'changed' });
		my $changed = whole('book_update', $made->{id}, "$name: changed");
		like("$changed->{subject} $changed->{memo}", qr/changed/,
			"$name: the new text");

		ok($dialect->cancel($ref), "$name: cancel");
		is_deeply(next_event('book_cancel', "$name: cancelled"),
			[ $made->{id} ], "$name: its id");
	}

	return;
}


sub test_numbers {
	my @events = $receiver->events();

	is(scalar @events, $seen, 'nothing but that');
	is(join(' ', map { $_->{seq} } @events), join(' ', 1 .. $seen),
		'numbered without a gap, in order');
	is(scalar(grep { $events[$_]{position} <= $events[$_ - 1]{position} }
		1 .. $#events), 0, 'at growing positions of the journal');

	is(scalar(grep { ($_->{event}{event_type} // '') ne 'check_url' }
		$receiver->requests()), $seen, 'each was sent once');
	$t->wait_for(sub { $t->ctl('event', 'show')->{delivered} == $seen });

	my $show = $t->ctl('event', 'show');
	is($show->{delivered}, $seen, 'and is known to be delivered');
	is($show->{pending}, 0, 'nothing waits');

	return;
}


sub test_form {
	for my $r ($receiver->requests()) {
		my $body = JSON::PP::decode_json($r->{body});
		my %query = $r->{url} =~ /[?&](\w+)=([^&]*)/g;

		my @wrong = grep { !$_->[1] } (
			[ 'method', $r->{method} eq 'POST' ],
			[ 'type', $r->{headers}{'content-type'} eq 'application/json' ],
			[ 'members', join(' ', sort keys %$body)
				eq 'encrypt msg_signature nonce timeStamp' ],
			[ 'query', join(' ', sort keys %query)
				eq 'msg_signature nonce signature timestamp' ],
			[ 'signature', $query{msg_signature} eq $body->{msg_signature} ],
			[ 'nonce', $query{nonce} eq $body->{nonce} ],
			[ 'time', $query{timestamp} eq $body->{timeStamp} ],
			[ 'readable', !$r->{error} ],
		);

		next unless @wrong;
		fail('the form of a message: ' . join(' ', map { $_->[0] } @wrong));
	}

	pass('every message has its form');

	return;
}
