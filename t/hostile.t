#!/usr/bin/perl

# Line breaks, escapes and quotes in every string of every request, and in
# every argument of a query: one line in each log for each request, no header
# that we did not write, an answer that is what it claims to be.  And bodies of
# a million members, or a hundred thousand levels; and numbers that a double
# cannot hold.

use warnings;
use strict;

use JSON::PP ();
use Test::More;
use Time::HiRes qw/ time /;

use FindBin;
use lib "$FindBin::Bin/lib";

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Picture;
use Meeting::Test;
use Meeting::Tour;


my $HOSTILE = "a\r\nX-Injected: 1\r\n\r\n<script>\e[31m\"'\\\t\x{7f}"
	. "\x{2028}\x{202e}%0d%0a%n";
my $json = JSON::PP->new->utf8->canonical->allow_nonref;

my $t = Meeting::Test->new();

$t->write_conf(Meeting::Tour::conf(
	globals => 'worker_processes 1;',
	http => <<'HTTP',
    log_format meeting 'LINE $meeting_user|$meeting_claimed_user|$meeting_id|$meeting_company|'
                       '$meeting_operation|$meeting_result|$meeting_reason';
    access_log %%PREFIX%%/meeting.log meeting;
    meeting_weclubs_verify off;
HTTP
	server => 'client_max_body_size 64m; large_client_header_buffers 4 32k;'
));

Meeting::Tour::prepare($t);
$t->start();

my @stops = Meeting::Tour::stops($t);
my $sent = 0;

answers_to($_) for @stops;
$sent = 0;
$t->write_file('meeting.log', '');      # where the tour's beginning stands
kill('USR1', $t->master());
ok($t->wait_for(sub { $t->read_file('error.log') =~ /reopening logs/ }),
	'a fresh log');

for my $stop (@stops) {
	test_strings($stop) if $stop->{body} =~ /^\{/;
	test_query($stop);
}

test_codes();
test_files();
test_lines();
test_large();
test_numbers();

$t->verify();
$t->finish();


# The answer, as [ head, body ].

sub answers_to {
	my ($stop, %change) = @_;

	my $text = $t->raw(Meeting::Tour::text({ %$stop, %change },
		'Connection: close'), timeout => 30);
	$sent++;

	my ($head, $body) = split(/\r\n\r\n/, $text, 2);
	$body = join('', map { s/^[0-9a-f]+\r\n//r } unchunked($body))
		if ($head // '') =~ /chunked/;

	return [ $head // '', $body // '' ];
}


sub unchunked {
	my ($body) = @_;
	my @parts;

	while ($body =~ s/^([0-9a-f]+)\r\n//) {
		push @parts, substr($body, 0, hex($1), '');
		$body =~ s/^\r\n//;
	}

	return @parts;
}


# Returns the answer's fault, '' for none.

sub wrong_with {
	my ($answer) = @_;
	my ($head, $body) = @$answer;

	return "status: $head" if $head !~ m{^HTTP/1\.1 (?:20[014]|4\d\d) };
	return "a header: $head" if $head =~ /injected|[^\r\n -~]/i;
	return "a page: $body" if $head =~ m{text/html} && $body =~ /<script/;
	return "no JSON: $body" if $head =~ /json/
		&& !eval { $json->decode($body) };
	return "raw bytes: $body" if $head =~ /json/ && $body =~ /[\x00-\x1f]/;

	return '';
}


# Each string of a JSON value in turn, the others as they were.

sub each_string {
	my ($value, $do) = @_;

	if (ref $value eq 'HASH') {
		for my $key (sort keys %$value) {
			each_string($_[0]{$key}, $do);
		}

	} elsif (ref $value eq 'ARRAY') {
		each_string($_, $do) for @{$_[0]};

	} elsif (!ref $value && $json->encode($value) =~ /^"/) {
		my $was = $value;
		$_[0] = $HOSTILE;
		$do->();
		$_[0] = $was;
	}

	return;
}


sub test_strings {
	my ($stop) = @_;
	my $value = $json->decode($stop->{body});
	my ($n, @wrong) = (0);

	each_string($value, sub {
		my $wrong = wrong_with(answers_to($stop,
			body => $json->encode($value)));
		push @wrong, $wrong if $wrong;
		$n++;
	});

	# and as the name of a member

	my $wrong = wrong_with(answers_to($stop,
		body => $json->encode({ %$value, $HOSTILE => $HOSTILE })));

	is(join("\n", @wrong, $wrong || ()), '',
		"$stop->{dialect} $stop->{path}: $n strings");

	return;
}


sub test_query {
	my ($stop) = @_;
	my @pairs = split(/&/, $stop->{query} || 'x=1');
	my $bytes = join('', map { sprintf('%%%02x', ord) }
		split(//, "a\r\nX-Injected: 1\r\n\0\e\"\x{ff}"));
	my @wrong;

	for my $i (0 .. $#pairs) {
		for my $pair ($pairs[$i] =~ s/=.*/=$bytes/r,
			$pairs[$i] =~ s/.*?=/$bytes=/r)
		{
			my @with = @pairs;
			$with[$i] = $pair;
			push @wrong, wrong_with(answers_to($stop,
				query => join('&', @with))) || ();
		}
	}

	is(join("\n", @wrong), '',
		"$stop->{dialect} $stop->{path}: arguments of the query");

	return;
}


# Join links, whose code is in the path.

sub test_codes {
	my ($page) = grep { $_->{dialect} eq 'page' } @stops;
	my @wrong;

	for my $code ('%0d%0aX-Injected:1', '%00' x 11, '%ff' x 11, '%1b' x 11,
		'<script>xxx', '%3cscript%3e', '..%2f..%2f..', 'A' x 4000, '%',
		'%zz', "'OR'1'='1'--", '%e4%bc%9a' x 11, 'AAAAAAAAAA%0a')
	{
		my $answer = answers_to($page, path => "/k/$code");
		push @wrong, "$code: " . (wrong_with($answer) || $answer->[0])
			if wrong_with($answer) || $answer->[0] !~ /^HTTP\S+ 40[04]/;
	}

	is(join("\n", @wrong), '', 'codes of links');

	return;
}


sub test_files {
	my ($face) = grep { $_->{path} =~ /updateFace/ } @stops;
	my ($good) = $face->{body} =~ /filename="([^"]*)"/;
	my @wrong;

	for my $name ('../../../../tmp/x', '/etc/passwd', "a\0b", "a\eb",
		'x' x 4096, 'a\\"b', '%0d%0aX-Injected: 1', "a\nX-Injected: 1")
	{
		my $body = $face->{body} =~ s/filename="\Q$good\E"/filename="$name"/r;
		my $wrong = wrong_with(answers_to($face, body => $body));
		push @wrong, "$name: $wrong" if $wrong;
	}

	is(join("\n", @wrong), '', 'names of files');

	return;
}


sub test_lines {
	my $count = sub { scalar(() = $t->read_file('meeting.log') =~ /\n/g) };

	$t->wait_for(sub { $count->() >= $sent });
	is($count->(), $sent, "$sent requests, as many lines");

	my @lines = split(/\n/, $t->read_file('meeting.log'));

	is(scalar(grep { !/^LINE [ -~]*\z/ } @lines), 0,
		'of nothing but what can be shown');
	is(scalar(grep { length > 800 } @lines), 0, 'and of bounded length');

	is(scalar(grep { !m{^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[} }
		split(/\n/, $t->read_file('error.log'))), 0,
		'no line of the error log but our own');

	return;
}


# By one stop of each dialect.

sub test_large {
	my $million = join(',', map { "\"k$_\":$_" } 1 .. 1_000_000);
	my %large = (
		'a million members' => "{$million}",
		'a million members, one twice' => "{$million,\"k7\":7}",
		'a hundred thousand levels' => '{"a":' . '[' x 100_000 . ']' x 100_000
			. '}',
		'a million items' => '{"a":[' . join(',', (1) x 1_000_000) . ']}',
		'a long number' => '{"a":' . '9' x 1_000_000 . '}',
		'a long name' => '{"' . 'a' x 1_000_000 . '":1}',
	);
	my %seen;

	for my $stop (grep { $_->{body} =~ /^\{/ && !$seen{$_->{dialect}}++ }
		@stops)
	{
		for my $name (sort keys %large) {
			my $start = time();
			my $answer = answers_to($stop, body => $large{$name});

			ok($answer->[0] =~ m{^HTTP/1\.1 (?:200|503|400) }
				&& eval { $json->decode($answer->[1]) },
				sprintf('%s: %s, %.1f s', $stop->{dialect}, $name,
					time() - $start)) or diag("@$answer");
		}
	}

	is($t->get('/status')->{status}, 200, 'and the server goes on');

	return;
}


# Two people whose numbers are the same as doubles.

sub test_numbers {
	my %with = (base => 'http://127.0.0.1:' . $t->port(),
		%{$t->{credential}});
	my $h5yes = Meeting::H5yes->new(%with);
	my $jt = Meeting::Jituancaiyun->new(%with);
	my %name = ('9007199254740992' => 'even', '9007199254740993' => 'odd');

	for my $id (sort keys %name) {
		is($h5yes->call('user/add', { id => $id, name => $name{$id},
			account => $name{$id} })->{code}, 10000, "user $id");
	}

	for my $id (sort keys %name) {
		my $answer = $jt->call('create', "{\"requesterUid\":$id,"
			. '"requesterName":"x","detail":{"createTime":1700000000000,'
			. '"content":"c","address":"a","beginTime":4000000000000,'
			. '"endTime":4000003600000,"remindMin":-0,"remindType":0,'
			. "\"members\":[{\"uid\":$id,\"name\":\"n\"}]}}");

		is($answer->{code}, 0, "a meeting of $id, -0 minutes")
			or diag($answer->{text});

		my $detail = $jt->call('detail', "{\"requesterUid\":$id,"
			. "\"meetingInviteId\":$answer->{data}{meetingInviteId}}");

		is($detail->{data}{createrId}, $id, 'is theirs');
		is($detail->{data}{detail}{members}[0]{uid}, $id, 'with them');
		is($detail->{data}{detail}{remindMin}, '0', 'and -0 is 0');
	}

	my $answer = $jt->call('detail', '{"requesterUid":9007199254740994,'
		. '"meetingInviteId":1}');
	is($answer->{code}, 4500, 'a number that nobody has');

	return;
}
