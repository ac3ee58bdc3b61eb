package Meeting::Fixture;

# A store as an older build left it, and all that it has to hold: the files
# format-N.tar.gz and format-N.json in t/fixture, both made by t/fixture/make.
#
#     my $t = Meeting::Fixture->new(format => 1);    # a copy, unpacked
#     $t->start();                       # at the time when the store was made
#     my $answer = $t->ask($t->{holds}{requests}[0]);
#
# Server and meetingctl run with the clock of t/fault/shim.c, so that answers
# are the same on any day.

use warnings;
use strict;

use parent qw/ Meeting::Machine /;

use Digest::SHA qw/ sha256_hex /;
use JSON::PP ();
use Test::More;
use Time::HiRes qw/ time /;

use Meeting::H5yes;


my $json = JSON::PP->new->utf8->canonical->allow_nonref;

# Members of answers that are others each time.
my $PASSING = qr/"(?:sys_time|request_id|reqid|timestamp|request_duration)":/;

my $CONF = <<'CONF';
%%GLOBALS%%

worker_processes 2;

events {
}

http {
    %%HTTP%%

    meeting_store path=store checkpoint=%%CHECKPOINT%%;
    meeting_show_phones all;
    meeting_background %%BACKGROUND%%;
    meeting_weclubs_secret %%SECRET%%;
    meeting_public_base http://meeting.example;
    client_max_body_size 8m;
    %%MORE%%

    server {
        listen 127.0.0.1:%%PORT%%;

        location / {
            meeting_api weclubs;
        }

        location /two/ {
            meeting_api weclubs company=2000;
        }

        location /meeting/api/ {
            meeting_api h5yes;
        }

        location /meeting/api/opt/resources/ {
            alias %%PREFIX%%/store/resources/;
        }

        location /gateway/ {
            meeting_api yunzhijia;
        }

        location /openapi/ {
            meeting_api jituancaiyun;
        }

        location /openapi/conference/ {
            meeting_api quanshi;
        }

        location /k/ {
            meeting_api page;
        }
    }
}
CONF


# Options: format; none for a store that is to be made.

sub new {
	my ($class, %option) = @_;

	my $self = $class->SUPER::new();

	$self->write_fixture_conf();
	$self->run_ctl_by_clock();

	if (my $format = $option{format}) {
		my $file = "$Meeting::Test::TOP/t/fixture/format-$format";

		$self->{holds} = $json->decode(Meeting::Test::slurp("$file.json"));
		$self->at($self->{holds}{clock});

		system('tar', '-xzf', "$file.tar.gz", '-C', $self->prefix()) == 0
			or die "$file.tar.gz: not unpacked\n";
	}

	return $self;
}


# Options: background, checkpoint, more (for the http block).

sub write_fixture_conf {
	my ($self, %option) = @_;

	my %value = (BACKGROUND => $option{background} // 'off',
		CHECKPOINT => $option{checkpoint} // '50ms',
		MORE => $option{more} // '');

	return $self->write_conf($CONF
		=~ s/%%(BACKGROUND|CHECKPOINT|MORE)%%/$value{$1}/gr);
}


# Makes meetingctl a script that runs it by the server's clock.

sub run_ctl_by_clock {
	my ($self) = @_;

	my $command = join(' ', map { "'$_'" } $self->nginx_env(), $self->{ctl});

	$self->{ctl} = $self->write_file('tmp/ctl',
		"#!/bin/sh\nexec $command \"\$\@\"\n");
	chmod(0755, $self->{ctl});

	return;
}


# Sets the clock: milliseconds since 1970.

sub at {
	my ($self, $ms) = @_;

	$self->{ahead} = $ms - int(time() * 1000);
	$self->set_clock($self->{ahead} / 1000);

	return;
}


sub now { return int(time() * 1000) + $_[0]->{ahead} }


# A client of a company with one of its credentials, the n-th.

sub client {
	my ($self, $class, $company, $n) = @_;

	return "Meeting::$class"->new(
		base => 'http://127.0.0.1:' . $self->port(),
		%{$self->{holds}{credentials}{$company}[$n // 0]});
}


sub token {
	my ($self, $company) = @_;

	return $self->{tokens}{$company}
		//= $self->client('H5yes', $company)->token();
}


# The answer to a request as format-N.json has it: uri, body (none: GET), in
# which {TOKEN 1000} is an access token of company 1000.  JSON is decoded, a
# page is text, and of a picture there is a hash.

sub ask {
	my ($self, $request) = @_;

	my ($uri, $body) = map { defined $_
		? s/\{TOKEN (\d+)\}/$self->token($1)/ger : undef }
		@$request{qw/ uri body /};

	utf8::encode($body) if defined $body;

	my $r = $self->request(defined $body ? 'POST' : 'GET', $uri, $body,
		'content-type' => 'application/json');
	my $type = $r->{headers}{'content-type'} // '';
	my $text = $r->{content};

	return { status => $r->{status} + 0, type => $type,
		$type =~ /json/ ? (json => without_new($json->decode(
			$text =~ s/($PASSING)(?:\d+|"[^"]*")/${1}0/gr)))
		: $type =~ /^text/ ? (text => Encode::decode_utf8($text))
		: (sha256 => sha256_hex($text)) };
}


# An answer without the members that came after format 1; guests of quanshi as
# they were shown then.

sub without_new {
	my ($answer) = @_;
	my $data = ref $answer->{data} eq 'HASH' ? $answer->{data} : {};

	delete $data->{leader} if $data->{leaders};

	# a reminder of jituancaiyun is shown by yunzhijia, too

	for my $row (grep { ref $_ eq 'HASH' && delete $_->{noticeTimes} }
		ref $answer->{data} eq 'ARRAY' ? @{$answer->{data}} : ())
	{
		$row->{noticeTime} = -1
			unless $row->{noticeTime} =~ /^(?:-1|0|15|60)$/;
	}

	for my $guest (grep { ($_->{user} // 0) eq '' } map {
		@{$_->{attendList} // []} } grep { ref $_ eq 'HASH' }
		ref $answer->{result} eq 'ARRAY' ? @{$answer->{result}} : ())
	{
		@{$guest}{qw/ phoneName phoneEmail /} = ('', '');
		$guest->{userType} = $guest->{displayName} eq '' ? 3 : 2;
	}

	return $answer;
}


# The lines of JSON that a command of meetingctl prints, and its exit code; but
# for the lag of events, in which seconds go by.

sub told {
	my ($self, @command) = @_;

	my ($code, $out) = $self->ctl_run(@command);
	my @lines = map { $json->decode($_) } split(/\n/, $out);

	delete $_->{lag_seconds} for grep { ref $_ eq 'HASH' } @lines;

	# members that came later

	my %later = (
		'company list' => [ qw/ bytes meetings people / ],
		'credential list' => [ qw/ allow scopes / ],
		'event show' => [ qw/ types journal_from journal_held / ],
	);
	my $later = $later{"@command[0, 1]"};

	if ($later) {
		delete @$_{@$later} for map { ref $_ eq 'ARRAY' ? @$_ : $_ } @lines;
	}

	return { code => $code, lines => \@lines };
}


# Check-ins of a meeting, named as "1000/7" by company and number.

sub checkins {
	my ($self, $meeting) = @_;

	my ($company, $number) = split('/', $meeting);

	return $self->told(qw/ checkin export --format jsonl --company /,
		$company, '--meeting', $number)->{lines};
}


# A copy of the store without its write-ahead log: entries, last position.

sub unlogged {
	my ($self) = @_;

	my $dir = $self->prefix() . '/unlogged';

	system('mkdir', $dir) == 0 && system('cp', '--sparse=always',
		$self->store() . '/data.mdb', $dir) == 0 or die "no copy\n";

	system($self->{ctl} . " --store $dir upgrade > $dir/out 2>&1") == 0
		or die "no upgrade without the log\n";

	my ($code, $out) = $self->run($self->{ctl}, '--store', $dir, 'stat');

	die "no stat without the log\n" if $code != 0;

	return $json->decode($out);
}


# Counts of the databases that the fixture's format has; later formats have
# more facts in META.

sub entries {
	my ($self, $stat) = @_;

	return { map { $_ => $stat->{entries}{$_} } grep { $_ ne 'meta' }
		keys %{$self->{holds}{stat}{entries}} };
}


sub same {
	my ($got, $want, $what) = @_;

	my ($is, $right) = map { $json->encode($_) } $got, $want;

	utf8::encode($what);

	return $is eq $right ? pass($what) : is($is, $right, $what);
}


# The text of format-N.json: a line for each record.

sub layout {
	my ($value, $depth) = @_;
	$depth //= 0;

	my $pad = '  ' x ($depth + 1);
	my $lines = sub {
		my ($open, $close, @lines) = @_;
		return "$open\n" . join(",\n", map { "$pad$_" } @lines) . "\n"
			. '  ' x $depth . $close;
	};

	return $json->encode($value) if !ref $value || $depth > 1;
	return $lines->('[', ']', map { layout($_, $depth + 1) } @$value)
		if ref $value eq 'ARRAY';
	return $lines->('{', '}', map { $json->encode($_) . ': '
		. layout($value->{$_}, $depth + 1) } sort keys %$value);
}


1;
