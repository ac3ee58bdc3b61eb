package Meeting::Matrix;

# The dialects of the product behind one small interface, for tests that walk
# all pairs:
#
#     my @dialects = Meeting::Matrix->all(test => $t, base => $url,
#         credential => $credential);
#     my $ref = $dialects[0]->create({ text => 'x', begin => $ms,
#         people => [ 2, 3 ] });
#     my $seen = $dialects[1]->show($ref);    # text, begin, people, over
#
# A dialect is a class with the methods
#
#     create      the meeting's id, in the dialect's own form
#     show        what there is to see: text, begin (ms), over (1: no more
#                 acts); where the dialect has them, end, people (numbers),
#                 answers and signed (by person's number)
#     change      of text and begin
#     cancel      change and cancel: 1, or 0 when refused
#
# and what it `writes` and `reads` (title or content) as a meeting's text;
# `invites` (1: people nobody knows), `lists_creator`.  One that only reads has
# no `writes`.  Person 1 creates; meetings take two hours.

use warnings;
use strict;
use utf8;

use Encode ();
use Time::Piece ();

use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Native;
use Meeting::Quanshi;
use Meeting::Routes qw/ dialects /;
use Meeting::Weclubs;
use Meeting::Yunzhijia;

our $LENGTH = 2 * 3600000;



sub all {
	my ($class, %with) = @_;
	return map {
		my $dialect = "Meeting::Matrix::$_";
		die "Meeting::Matrix has no class of $_\n" unless $dialect->can('new');
		$dialect->new(%with);
	} dialects();
}


sub new {
	my ($class, %with) = @_;
	my $self = bless { %with }, $class;
	$self->open();
	return $self;
}


sub name { return (ref $_[0]) =~ s/.*:://r }

sub writes { return }
sub reads { return 'title' }
sub invites { return 0 }
sub lists_creator { return 0 }
sub open { return }


# The links of a meeting, which no dialect but these need.

sub links {
	my ($self, $ref) = @_;
	return $self->{test}->ctl('meeting', 'links', '--meeting', $ref);
}


package Meeting::Matrix::weclubs;

use parent -norequire, 'Meeting::Matrix';


sub writes { return 'content' }
sub reads { return 'content' }


sub open {
	my ($self) = @_;

	$self->{app} = $self->{test}->app();
	$self->{chief} = $self->{app}->login('u1', 'u1');

	return;
}


sub create {
	my ($self, $meeting) = @_;

	my $answer = $self->{chief}->call('/manage/club_meeting/public_meeting', {
		content => $meeting->{text}, address => 'here',
		deadline => $meeting->{begin}, need_sign => 1, leader => '1',
		participation => join(',', @{$meeting->{people}}) });

	return $answer->{data}{meeting_id} // die $answer->{text};
}


sub show {
	my ($self, $ref) = @_;

	my ($meeting, $list) = map {
		my $answer = $self->{chief}->call($_, { meeting_id => $ref });
		die "$_: $answer->{text}" if $answer->{code} != 2000;
		$answer->{data};
	} '/manage/club_meeting/get_my_meeting_detail',
		'/meeting/get_meeting_participation';

	my @people = @{$list->{participation}};

	return {
		text => $meeting->{content},
		begin => $meeting->{deadline},
		people => [ map { $_->{student_id} } @people ],
		over => $meeting->{time_to_sign} == 2 ? 1 : 0,
		answers => { map { $_->{student_id} => $_->{is_leave} ? 'declined'
			: $_->{is_confirm} ? 'accepted' : 'none' } @people },
		signed => { map { $_->{student_id} => $_->{is_sign} } @people },
	};
}


sub change {
	my ($self, $ref, $meeting) = @_;

	my $answer = $self->{chief}->call('/manage/club_meeting/edit_meeting', {
		meeting_id => $ref, content => $meeting->{text},
		deadline => $meeting->{begin} });

	return $answer->{code} == 2000 ? 1 : 0;
}


sub cancel {
	my ($self, $ref) = @_;

	my $answer = $self->{chief}->call('/manage/club_meeting/revert_meeting',
		{ meeting_id => $ref });

	return $answer->{code} == 2000 ? 1 : 0;
}


package Meeting::Matrix::h5yes;

use parent -norequire, 'Meeting::Matrix';


sub writes { return 'title' }


sub open {
	my ($self) = @_;

	$self->{app} = Meeting::H5yes->new(base => $self->{base},
		$self->{credential});
	$self->{rooms} = 0;

	return;
}


# Each in a room of its own.

sub create {
	my ($self, $meeting) = @_;

	my $room = 'room ' . ++$self->{rooms};

	$self->{app}->call('room/add', { id => $room, name => $room,
		beginTime => '00:00', endTime => '24:00' });

	my $answer = $self->{app}->call('meeting/book', { roomId => $room,
		speaker => 's', subject => $meeting->{text}, createdId => '1',
		beginTime => $meeting->{begin},
		endTime => $meeting->{begin} + $Meeting::Matrix::LENGTH,
		attendances => [ map { { userId => "$_" } }
			@{$meeting->{people}} ] });

	return $answer->{value}{id} // die $answer->{text};
}


sub show {
	my ($self, $ref) = @_;

	my $answer = $self->{app}->call('meeting/get', { meetingId => "$ref" });

	return { over => 1 } if $answer->{code} == 71012;
	die $answer->{text} if $answer->{code} != 10000;

	my $meeting = $answer->{value};
	my @people = @{$meeting->{attendances}};

	return {
		text => $meeting->{subject},
		begin => $meeting->{beginTime},
		end => $meeting->{endTime},
		people => [ map { $_->{userId} } @people ],
		over => 0,
		signed => { map { $_->{userId} => $_->{isSigned} } @people },
	};
}


sub change {
	my ($self, $ref, $meeting) = @_;

	my $answer = $self->{app}->call('meeting/update', { id => "$ref",
		subject => $meeting->{text}, beginTime => $meeting->{begin},
		endTime => $meeting->{begin} + $Meeting::Matrix::LENGTH });

	return $answer->{code} == 10000 ? 1 : 0;
}


sub cancel {
	my ($self, $ref) = @_;

	return $self->{app}->call('meeting/cancel', { meetingId => "$ref" })
		->{code} == 10000 ? 1 : 0;
}


package Meeting::Matrix::yunzhijia;

use parent -norequire, 'Meeting::Matrix';


sub writes { return 'title' }
sub invites { return 1 }
sub lists_creator { return 1 }


sub open {
	my ($self) = @_;

	$self->{app} = Meeting::Yunzhijia->new(base => $self->{base},
		$self->{credential});

	return;
}


sub create {
	my ($self, $meeting) = @_;

	my $answer = $self->{app}->call('create', { openid => '1',
		title => $meeting->{text}, startDate => $meeting->{begin},
		endDate => $meeting->{begin} + $Meeting::Matrix::LENGTH,
		actors => [ map { "$_" } @{$meeting->{people}} ] });

	return $answer->{data}{meetingId} // die $answer->{text};
}


# By the day, which knows no numbers and tells of nobody but the creator.

sub show {
	my ($self, $ref) = @_;

	my $is = $self->{test}->ctl('meeting', 'show', '--meeting', $ref);
	my $answer = $self->{app}->call('queryByDay', { day => $is->{begin} });
	my ($meeting) = grep { $_->{id} eq $is->{id} } @{$answer->{data}};

	die $answer->{text} if !$meeting;

	return {
		text => $meeting->{title},
		begin => $meeting->{startDate},
		end => $meeting->{endDate},
		over => $meeting->{meetingStatus} ? 1 : 0,
	};
}


sub change {
	my ($self, $ref, $meeting) = @_;

	return $self->{app}->call('modify', { id => "$ref", openid => '1',
		title => $meeting->{text}, startDate => $meeting->{begin},
		endDate => $meeting->{begin} + $Meeting::Matrix::LENGTH })
		->{success} ? 1 : 0;
}


sub cancel {
	my ($self, $ref) = @_;

	return $self->{app}->call('cancel', { id => "$ref", openid => '1' })
		->{success} ? 1 : 0;
}


package Meeting::Matrix::jituancaiyun;

use parent -norequire, 'Meeting::Matrix';


sub writes { return 'content' }
sub reads { return 'content' }
sub invites { return 1 }


sub open {
	my ($self) = @_;

	$self->{app} = Meeting::Jituancaiyun->new(base => $self->{base},
		$self->{credential});

	return;
}


sub create {
	my ($self, $meeting) = @_;

	my $answer = $self->{app}->call('create', { requesterUid => 1,
		requesterName => 'chief', detail => {
			createTime => $meeting->{begin}, content => $meeting->{text},
			address => 'here', beginTime => $meeting->{begin},
			endTime => $meeting->{begin} + $Meeting::Matrix::LENGTH,
			remindMin => 5, remindType => 0,
			members => [ map { { uid => $_, name => "" } }
				@{$meeting->{people}} ] } });

	return $answer->{data}{meetingInviteId} // die $answer->{text};
}


sub show {
	my ($self, $ref) = @_;

	my $answer = $self->{app}->call('detail', { requesterUid => '1',
		meetingInviteId => $ref });

	die $answer->{text} if $answer->{code};

	my $detail = $answer->{data}{detail};
	my @people = @{$detail->{members}};
	my @answers = qw/ none none accepted declined /;

	return {
		text => $detail->{content},
		begin => $detail->{beginTime},
		end => $detail->{endTime},
		people => [ map { $_->{uid} } @people ],
		over => $answer->{data}{pushStatus} == 2 ? 1 : 0,
		answers => { map { $_->{uid} => $answers[$_->{msgStatus}] }
			@people },
	};
}


sub change {
	my ($self, $ref, $meeting) = @_;

	return $self->{app}->call('update', { requesterUid => 1,
		meetingInviteId => $ref, detail => {
			content => $meeting->{text}, beginTime => $meeting->{begin},
			endTime => $meeting->{begin} + $Meeting::Matrix::LENGTH } })
		->{code} eq '0' ? 1 : 0;
}


sub cancel {
	my ($self, $ref) = @_;

	return $self->{app}->call('cancel', { requesterUid => 1,
		meetingInviteId => $ref })->{code} eq '0' ? 1 : 0;
}


package Meeting::Matrix::quanshi;

use parent -norequire, 'Meeting::Matrix';


sub open {
	my ($self) = @_;
	$self->{app} = Meeting::Quanshi->new(base => $self->{base});
	return;
}


sub show {
	my ($self, $ref) = @_;

	my $answer = $self->{app}->detail($self->links($ref)->{attendeeJoinUrl});
	my $meeting = $answer->{conference} // die $answer->{text};
	my @people = @{$meeting->{attendList}};
	my %answers = (W => 'none', A => 'accepted', R => 'declined');

	return {
		text => $meeting->{title},
		begin => $meeting->{startTime} * 1000,
		end => $meeting->{endTime} * 1000,
		people => [ map { $_->{user} } @people ],
		over => $meeting->{status} == 1 ? 0 : 1,
		answers => { map { $_->{user} => $answers{$_->{status}} } @people },
	};
}


# By an access token.  Persons' ids are their numbers here.

package Meeting::Matrix::native;

use parent -norequire, 'Meeting::Matrix';


sub open {
	my ($self) = @_;

	my $token = Meeting::H5yes->new(base => $self->{base},
		$self->{credential})->token();
	$self->{api} = Meeting::Native->new(base => $self->{base},
		token => $token);

	return;
}


sub show {
	my ($self, $ref) = @_;

	my ($meeting, $list) = map {
		my $answer = $self->{api}->call(GET => "/meetings/$ref$_");
		die $answer->{text} if $answer->{http} != 200;
		$answer->{json};
	} '', '/attendees';
	my @people = @{$list->{items}};

	return {
		text => $meeting->{title},
		begin => ms($meeting->{begin}),
		end => ms($meeting->{end}),
		people => [ map { $_->{user} } @people ],
		over => $meeting->{state} =~ /ended|cancelled/ ? 1 : 0,
		answers => { map { $_->{user} => $_->{answer} =~ /^(accepted|declined)$/
			? $1 : 'none' } @people },
		signed => { map { $_->{user} => $_->{signed_in_at} ? 1 : 0 }
			@people },
	};
}


# An ISO 8601 time in milliseconds.

sub ms {
	my ($text) = @_;

	my ($time, $fraction, $zone) =
		$text =~ /^(.{19})(\.\d{3})?([+-]\d\d:\d\d)$/ or die $text;
	my $at = Time::Piece->strptime($time . $zone =~ s/://r,
		'%Y-%m-%dT%H:%M:%S%z');

	return $at->epoch() * 1000 + ($fraction // 0) * 1000;
}


# The host's page, as a browser sees it.  Names are persons' numbers there.

package Meeting::Matrix::page;

use parent -norequire, 'Meeting::Matrix';


sub show {
	my ($self, $ref) = @_;

	my ($path) = $self->links($ref)->{hostJoinUrl} =~ m{(/k/.*)};
	my $answer = $self->{test}->get($path);
	die $answer->{content} if $answer->{status} != 200;

	my $page = Encode::decode_utf8($answer->{content});
	my %item = $page =~ m{<dt>[^<]* · ([^<]*)</dt><dd>([^<]*)</dd>}g;
	my ($text) = $page =~ m{<h1>(.*?)</h1>};
	my @people = map { [ m{<td>(.*?)</td>}g ] } $page =~ m{<tr>(<td>.*)</tr>}g;
	my ($state) = $item{State} =~ m{ · (.*)};

	return {
		text => $text,
		people => [ map { $_->[0] =~ s/\D//gr } @people ],
		over => $state =~ /ended|cancelled/ ? 1 : 0,
		answers => { map {
			my ($said) = $_->[1] =~ m{ · (.*)};
			($_->[0] =~ s/\D//gr) => $said =~ /accepted|declined/ ? $said
				: 'none';
		} @people },
		signed => { map { ($_->[0] =~ s/\D//gr) => $_->[2] ? 1 : 0 }
			@people },
	};
}


1;
