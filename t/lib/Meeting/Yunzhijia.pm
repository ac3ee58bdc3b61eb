package Meeting::Yunzhijia;

# A yunzhijia client: gets a token and reads answers.
#
#     my $app = Meeting::Yunzhijia->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('create', { openid => 'a', title => 't', ... });
#     is($answer->{code}, 0, $answer->{error});
#
# Arguments are as Meeting::Client::body() takes them.

use warnings;
use strict;

use parent 'Meeting::Client';

use Time::HiRes qw/ time /;


# Option: prefix, before all addresses.

sub new {
	my ($class, @self) = @_;
	return $class->SUPER::new(prefix => '', @self);
}


# The answer of getAccessToken.

sub get_token {
	my ($self, %given) = @_;

	return $self->request('/gateway/oauth2/token/getAccessToken',
		Meeting::Client::given(appId => $self->{appkey},
			secret => $self->{appsecret},
			timestamp => int(time() * 1000), scope => 'app', %given));
}


# The answer of refreshToken.

sub refresh {
	my ($self, $token, %given) = @_;

	return $self->request('/gateway/oauth2/token/refreshToken',
		{ appId => $self->{appkey}, refreshToken => $token,
			timestamp => int(time() * 1000), scope => 'app', %given });
}


sub token {
	my ($self) = @_;

	return $self->{token} //= do {
		my $answer = $self->get_token();
		die "getAccessToken: $answer->{text}" unless $answer->{success};
		$answer->{data}{accessToken};
	};
}


# Options: token (another one, undef for none).

sub call {
	my ($self, $what, $args, %option) = @_;

	my $token = exists $option{token} ? $option{token} : $self->token();

	return $self->request("/gateway/cloudwork/meeting/$what"
		. (defined $token ? "?accessToken=$token" : ''), $args, %option);
}


# Options: method, type, headers (a hash).

sub request {
	my ($self, $uri, $args, %option) = @_;

	my ($answer, $whole) = $self->exchange($option{method} // 'POST',
		$self->{prefix} . $uri, Meeting::Client::body($args),
		'content-type' => $option{type} // 'application/json',
		%{$option{headers} // {}});

	return {
		%$answer,
		code => $whole->{errorCode} // -1,
		error => $whole->{error} // '',
		data => $whole->{data},
		success => $whole->{success},
	};
}


1;
