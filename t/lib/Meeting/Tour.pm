package Meeting::Tour;

# A request to every address of every dialect, for tests that want them all:
#
#     $t->write_conf(Meeting::Tour::conf(http => ..., server => ...));
#     Meeting::Tour::prepare($t);                 # company, people, room
#     $t->start();
#     my @stops = Meeting::Tour::stops($t);
#     # dialect, path, query, type, body, method, want (a pattern of answers)
#     my $text = Meeting::Tour::text($stops[0]);  # as it goes over the wire
#
# They can be sent in this order any number of times: each finds something to
# do, though not always what it did at first.  A sub of each dialect's name
# makes its requests from a hash of t, token (an access token), ann (a client of
# weclubs) and links (of meeting 1).

use warnings;
use strict;

use Digest::MD5 qw/ md5_hex /;
use JSON::PP ();

use Meeting::H5yes;
use Meeting::Native;
use Meeting::Picture;
use Meeting::Routes qw/ dialects /;
use Meeting::Test;
use Meeting::Yunzhijia;

my $PASSWORD = 'hf@123456';
my $MINUTE = 60000;
my $DAY = 86400000;

my $json = JSON::PP->new->utf8->canonical;


# More text for the blocks: globals, http, server.

sub conf {
	my (%more) = @_;
	$more{$_} //= '' for qw/ globals http server /;

	return <<"CONF";
%%GLOBALS%%
$more{globals}

events {
}

http {
    %%HTTP%%
    $more{http}

    meeting_store path=store max_size=1g zone=16m;
    meeting_weclubs_secret %%SECRET%%;
    meeting_public_base http://x;
    client_max_body_size 8m;

    server {
        listen 127.0.0.1:%%PORT%%;
        keepalive_requests 1000000;
        $more{server}

        location / {
            meeting_api weclubs;
        }

        location /meeting/api/ {
            meeting_api h5yes;
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

        location /api/v1/ {
            meeting_api native;
        }

        location = /status {
            meeting_status;
        }
    }
}
CONF
}


sub prepare {
	my ($t) = @_;

	$t->company();
	$t->{credential} = $t->ctl('credential', 'add', '--company', 1000);
	$t->import_users(
		{ id => '1', name => 'Ann', phone => '1001' },
		{ id => '2', name => 'Bob', phone => '1002' });

	return;
}


sub stops {
	my ($t) = @_;

	my %with = (base => 'http://127.0.0.1:' . $t->port(),
		%{$t->{credential}});
	my $token = Meeting::H5yes->new(%with)->token();
	my $ann = $t->app()->login('1001', $PASSWORD);

	# what all of them are about

	my $h5yes = Meeting::H5yes->new(%with, token => $token);
	$h5yes->call('room/add', { id => 'r', name => 'R',
		beginTime => '00:00', endTime => '24:00' });
	$h5yes->call('meeting/book', { booking('m'), around_now() });

	my $links = $t->ctl('meeting', 'links', '--meeting', 1);

	my %about = (t => $t, token => $token, ann => $ann, links => $links);

	return map {
		my $requests = __PACKAGE__->can($_)
			// die "Meeting::Tour has no requests of $_\n";
		$requests->(\%about);
	} dialects();
}


sub now { return int(time() * 1000) }


# A minute ago to in twenty minutes, on one day in Shanghai, as rooms want it.

sub around_now {
	my $now = now();
	my $midnight = $now - ($now + 8 * 60 * $MINUTE) % $DAY;

	return (beginTime => $now - $MINUTE < $midnight ? $midnight
			: $now - $MINUTE,
		endTime => $now + 20 * $MINUTE < $midnight + $DAY
			? $now + 20 * $MINUTE : $midnight + $DAY);
}


# A time on the day after tomorrow, or so, in any zone.

sub noon {
	return now() - now() % $DAY + 2 * $DAY + 4 * 60 * $MINUTE;
}


sub booking {
	my ($id) = @_;

	return (id => $id, roomId => 'r', speaker => 's', subject => 's',
		createdId => '1', beginTime => now() + $DAY,
		endTime => now() + $DAY + $MINUTE,
		attendances => [ { userId => '1' }, { userId => '2' },
			{ userId => '', name => 'guest' } ]);
}


sub stop {
	my ($dialect, $path, $body, %more) = @_;

	return { dialect => $dialect, path => $path, method => 'POST',
		query => '', type => 'application/json', want => qr/^200$/,
		body => ref $body ? $json->encode($body) : $body, %more };
}


sub weclubs {
	my ($about) = @_;
	my $ann = $about->{ann};
	my @stops;

	my $add = sub {
		my ($path, $data) = @_;
		push @stops, stop('weclubs', $path, $ann->envelope($data));
	};

	push @stops, stop('weclubs', '/user/login', Meeting::Weclubs->new(
		secret => $ann->{secret}, caller => 'another')->envelope(
		{ mobile => '1001', password => md5_hex($PASSWORD) }));

	my %meeting = (meeting_id => 1);

	$add->('/meeting/get_meeting_participation', \%meeting);
	$add->('/meeting/sign_meeting', { %meeting, leader_id => 1,
		create_date => now() - 1000 });
	$add->('/dynamic/set_dynamic_status', { dynamic_id => 1,
		dynamic_type => 'meeting', status => 'confirm', comment => 'c' });
	$add->('/manage/club_meeting/public_meeting', { content => 'c',
		address => 'a', deadline => now(), need_sign => 1,
		participation => '1,2', leader => '1' });
	$add->('/manage/club_meeting/edit_meeting', { meeting_id => 2,
		content => 'd', participation => '2,1' });
	$add->('/manage/club_meeting/remind_confirm_meeting',
		{ meeting_id => 2 });
	$add->('/manage/club_meeting/get_my_meeting', { page_no => 1,
		page_size => 3 });
	$add->('/manage/club_meeting/get_my_meeting_detail', \%meeting);
	$add->('/dynamic/get_dynamic_list', { dynamic_type => 'meeting',
		page_no => 1, size => 3 });
	$add->('/dynamic/get_dynamic_detail', { dynamic_type => 'meeting',
		dynamic_id => 1 });
	$add->('/user/get_user_info', { mobile => '1001' });
	$add->('/meeting/end_meeting', { meeting_id => 2 });
	$add->('/manage/club_meeting/public_meeting', { content => 'e',
		address => 'a', deadline => now(), need_sign => 0,
		participation => '2' });
	$add->('/manage/club_meeting/revert_meeting', { meeting_id => 3 });

	return @stops;
}


sub h5yes {
	my ($t, $token) = @{$_[0]}{qw/ t token /};

	my $add = sub {
		my ($what, $args, %more) = @_;
		return stop('h5yes', "/meeting/api/open/$what", $args,
			query => "access_token=$token", %more);
	};

	my ($type, $form) = Meeting::Picture::form([ userId => '2' ],
		[ file => Meeting::Picture::jpeg(20, 20, 204801), 'f.jpg' ]);

	return (
		stop('h5yes', '/meeting/api/oapi/gettoken', '', method => 'GET',
			query => "appkey=$t->{credential}{appkey}"
				. "&appsecret=$t->{credential}{appsecret}"),
		$add->('dept/add', { id => 'd', name => 'D' }),
		$add->('dept/update', { id => 'd', name => 'E' }),
		$add->('dept/get', { deptId => 'd' }),
		$add->('dept/list', {}),
		$add->('user/add', { id => 'u', name => 'U', account => 'u' }),
		$add->('user/update', { id => 'u', departmentId => 'd' }),
		$add->('user/get', { userId => 'u' }),
		$add->('user/list', {}),
		$add->('user/updateFace', $form, type => $type),
		$add->('user/clearFace', { userId => '2' }),
		$add->('user/remove', { userId => 'u' }),
		$add->('dept/remove', { deptId => 'd' }),
		$add->('room/add', { id => 'q', name => 'Q', userIds => [ '1' ],
			beginTime => '00:00', endTime => '24:00' }),
		$add->('room/update', { id => 'q', name => 'P' }),
		$add->('room/get', { roomId => 'q' }),
		$add->('room/list', {}),
		$add->('meeting/book', { booking('n') }),
		$add->('meeting/update', { id => 'n', subject => 'x' }),
		$add->('meeting/get', { meetingId => 'm' }),
		$add->('meeting/list', { speakerLike => 's', roomId => 'r' }),
		$add->('meeting/cancel', { meetingId => 'n' }),
		$add->('meeting/book', { booking('o'), roomId => 'q', around_now() }),
		$add->('meeting/finish', { meetingId => 'o' }),
		$add->('room/remove', { roomId => 'q' }),
	);
}


sub yunzhijia {
	my ($t, $token) = @{$_[0]}{qw/ t token /};

	my %meeting = (openid => '1', title => 't', content => 'c',
		startDate => now() + 3 * $DAY, endDate => now() + 3 * $DAY + $MINUTE,
		actors => [ '2', 'someone' ], noticeTime => 15);

	my $add = sub {
		my ($what, $args) = @_;
		return stop('yunzhijia', "/gateway/cloudwork/meeting/$what", $args,
			query => "accessToken=$token");
	};

	return (
		stop('yunzhijia', '/gateway/oauth2/token/getAccessToken', {
			appId => $t->{credential}{appkey},
			secret => $t->{credential}{appsecret}, timestamp => now() }),
		stop('yunzhijia', '/gateway/oauth2/token/refreshToken', {
			refreshToken => Meeting::Yunzhijia->new($t->{credential},
				base => 'http://127.0.0.1:' . $t->port())->get_token()
				->{data}{refreshToken}, timestamp => now() }),
		$add->('create', \%meeting),
		$add->('modify', { id => '6', openid => '1', title => 'u' }),
		$add->('cancel', { id => '6', openid => '1' }),
		$add->('repeatMeeting', { %meeting, repeat => 3,
			repeatEndDate => now() + 20 * $DAY }),
		$add->('batchModify', { id => '8', openid => '1', title => 'v' }),
		$add->('batchCancel', { id => '8', openid => '1' }),
		$add->('queryByDay', { day => now() + 5 * $DAY }),
	);
}


sub jituancaiyun {
	my ($t, $token) = @{$_[0]}{qw/ t token /};

	my %detail = (createTime => now(), content => 'c', address => 'a',
		beginTime => now() + $DAY, endTime => now() + $DAY + $MINUTE,
		remindMin => 5, remindType => 0,
		members => [ { uid => '1', name => 'Ann' },
			{ uid => 'x', name => 'X' } ]);
	my %one = (requesterUid => '1', meetingInviteId => 1);

	my $add = sub {
		my ($what, $args) = @_;
		return stop('jituancaiyun',
			"/openapi/workbench/meetinginvite/$what", $args,
			query => "accessToken=$token");
	};

	return (
		stop('jituancaiyun', '/openapi/token/get', '', method => 'GET',
			query => "appId=$t->{credential}{appkey}"
				. "&appSecret=$t->{credential}{appsecret}"),
		$add->('create', { requesterUid => '2', requesterName => 'Bob',
			detail => \%detail }),
		$add->('update', { %one, detail => { content => 'm' } }),
		$add->('detail', \%one),
		$add->('delete', { %one, requesterUid => '2' }),
		$add->('cancel', { requesterUid => '2', meetingInviteId => 10 }),
	);
}


sub quanshi {
	my ($links, $token) = @{$_[0]}{qw/ links token /};

	return stop('quanshi', '/openapi/conference/detail',
		{ attendeeJoinUrl => $links->{attendeeJoinUrl} },
		query => "accessToken=$token");
}


sub page {
	my ($about) = @_;

	return map { stop('page', $about->{links}{$_} =~ s{^http://x}{}r, '',
		method => 'GET') } qw/ attendeeJoinUrl hostJoinUrl /;
}


# About meeting m, too.  Person 1, who has signed in elsewhere, is undone and
# signed in again.

sub native {
	my ($t, $token) = @{$_[0]}{qw/ t token /};

	my ($bob, $gone) = map {
		my $person = Meeting::Native->new(
			base => 'http://127.0.0.1:' . $t->port());
		$person->log_in('1002', $PASSWORD, device => $_);
		$person->{token};
	} 'tour', 'gone';

	my $add = sub {
		my ($method, $path, $args, $who, %more) = @_;
		my $by_query = $method =~ /GET|DELETE/;

		return stop('native', "/api/v1$path", $by_query ? '' : $args,
			method => $method, query => $by_query && $args ? $args : '',
			headers => [ 'Authorization: Bearer ' . ($who // $token) ],
			want => qr/^20[014]$/, %more);
	};

	return (
		$add->(POST => '/session', { login => '1002', password => $PASSWORD,
			device => 'another' }),
		$add->(GET => '/me', undef, $bob),
		$add->(POST => '/me/password', { old => 'wrong', new => 'longer-2' },
			$bob, want => qr/^4(?:01|29)$/),
		$add->(GET => '/me/meetings', 'limit=2', $bob),
		$add->(POST => '/me/meetings/m/answer', { answer => 'accepted',
			comment => 'c' }, $bob),
		$add->(POST => '/me/meetings/m/checkin', { leader => '1' }, $bob,
			want => qr/^(?:201|409)$/),
		$add->(POST => '/tickets', { code => 'X', device => 'd' }, undef,
			want => qr/^4\d\d$/),
		$add->(GET => '/meetings', 'state=under_way&limit=2'),
		$add->(GET => '/meetings/m'),
		$add->(PATCH => '/meetings/m', { title => 't', place => 'p' }),
		$add->(GET => '/meetings/m/attendees', 'q=n&limit=2'),
		$add->(GET => '/meetings/m/absent', 'limit=2'),
		$add->(DELETE => '/meetings/m/checkins/1', 'reason=r', undef,
			want => qr/^(?:204|400)$/),
		$add->(POST => '/meetings/m/checkins', { person => '1',
			reason => 'r' }, undef, want => qr/^(?:201|409)$/),
		$add->(GET => '/people', 'q=n&limit=2'),
		$add->(PATCH => '/people/2', { job => 'j' }),
		$add->(GET => '/credentials', undef, undef, want => qr/^403$/),
		$add->(POST => '/credentials', { scopes => 'read' }, undef,
			want => qr/^403$/),
		$add->(DELETE => '/credentials/k', undef, undef, want => qr/^403$/),
		$add->(GET => '/subscription', undef, undef, want => qr/^404$/),
		$add->(GET => '/subscription/messages'),
		$add->(POST => '/subscription/pause', {}, undef, want => qr/^404$/),
		$add->(POST => '/subscription/resume', {}, undef, want => qr/^404$/),
		$add->(POST => '/subscription/redeliver', {}, undef,
			want => qr/^(?:204|404)$/),
		$add->(GET => '/journal', 'limit=2'),
		$add->(GET => '/attendance', 'by=month&format=csv&from='
			. (now() - 10 * $DAY) . '&to=' . now()),
		$add->(GET => '/rooms'),
		$add->(GET => '/rooms/r/day', 'date=2026-12-01'),
		$add->(POST => '/meetings/o/end', {}, undef, want => qr/^409$/),
		$add->(DELETE => '/session', undef, $gone,
			want => qr/^(?:204|401)$/),
	);
}


sub text {
	my ($stop, @headers) = @_;

	return join("\r\n", "$stop->{method} $stop->{path}"
		. ($stop->{query} ? "?$stop->{query}" : '') . ' HTTP/1.1',
		'Host: localhost', 'Content-Type: ' . $stop->{type},
		'Content-Length: ' . length($stop->{body}),
		@{$stop->{headers} // []}, @headers, '',
		$stop->{body});
}


1;
