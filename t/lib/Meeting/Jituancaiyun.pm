package Meeting::Jituancaiyun;

# A jituancaiyun client: gets a token and reads answers.
#
#     my $app = Meeting::Jituancaiyun->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('detail',
#         { requesterUid => 1, meetingInviteId => 4 });
#     is($answer->{code}, 0, $answer->{msg});
#
# Arguments are as Meeting::Client::body() takes them.

use warnings;
use strict;

use parent 'Meeting::Client';


# The answer of token/get.  Members of `given` replace those of the credential;
# undef leaves one out.  Options: headers (1: the pair is in headers, not in the
# query), method.

sub get_token {
	my ($self, $given, %option) = @_;

	my $pair = Meeting::Client::given(appId => $self->{appkey},
		appSecret => $self->{appsecret}, %{$given // {}});
	my $query = $option{headers} ? ''
		: '?' . $self->{http}->www_form_urlencode($pair);

	return $self->request($option{method} // 'GET',
		"/openapi/token/get$query", undef,
		$option{headers} ? %$pair : ());
}


sub token {
	my ($self) = @_;

	return $self->{token} //= do {
		my $answer = $self->get_token();
		die "token/get: $answer->{text}" if $answer->{code};
		$answer->{data}{accessToken};
	};
}


# Options: token (another one, undef for none), header (1: the token is in a
# header, not in the query), type.

sub call {
	my ($self, $what, $args, %option) = @_;

	my $token = exists $option{token} ? $option{token} : $self->token();
	my $query = defined $token && !$option{header} ? "?accessToken=$token"
		: '';

	return $self->request($option{method} // 'POST',
		"/openapi/workbench/meetinginvite/$what$query",
		defined $args ? Meeting::Client::body($args) : undef,
		'content-type' => $option{type} // 'application/json',
		defined $token && $option{header} ? (accessToken => $token) : ());
}


sub request {
	my ($self, $method, $uri, $body, %headers) = @_;

	my ($answer, $whole) = $self->exchange($method, $uri, $body, %headers);

	return {
		%$answer,
		code => $whole->{status} // 'none',
		msg => $whole->{message} // '',
		data => $whole->{data},
	};
}


1;
