package Meeting::H5yes;

# An h5yes client: gets a token and reads answers.
#
#     my $app = Meeting::H5yes->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('user/add', { name => 'Ann', account => 'ann' });
#     is($answer->{code}, 10000, $answer->{msg});
#
# Arguments are as Meeting::Client::body() takes them.

use warnings;
use strict;

use parent 'Meeting::Client';


# The answer of gettoken.  Members of `given` replace those of the credential;
# undef leaves one out.

sub get_token {
	my ($self, %given) = @_;

	return $self->request('GET', '/meeting/api/oapi/gettoken?'
		. $self->{http}->www_form_urlencode(Meeting::Client::given(
			appkey => $self->{appkey}, appsecret => $self->{appsecret},
			%given)));
}


sub token {
	my ($self) = @_;

	return $self->{token} //= do {
		my $answer = $self->get_token();
		die "gettoken: $answer->{text}" unless $answer->{code} == 10000;
		$answer->{value}{access_token};
	};
}


# Options: token (another one, undef for none), type, query (more of it).

sub call {
	my ($self, $what, $args, %option) = @_;

	my $token = exists $option{token} ? $option{token} : $self->token();
	my @query = (defined $token ? "access_token=$token" : (),
		$option{query} // ());

	return $self->request('POST', "/meeting/api/open/$what"
		. (@query ? '?' . join('&', @query) : ''),
		Meeting::Client::body($args), $option{type});
}


sub request {
	my ($self, $method, $uri, $body, $type) = @_;

	my ($answer, $whole) = $self->exchange($method, $uri, $body,
		'content-type' => $type // 'application/json');

	return {
		%$answer,
		code => $whole->{code} // 0,
		msg => $whole->{message} // '',
		value => $whole->{value},
		success => $whole->{success},
	};
}


# The shape of an answer: its members, in order, with the kind of each value.

sub shape {
	my ($text) = @_;

	$text =~ s/("(?:[^"\\]|\\.)*")(\s*:)?/$2 ? "$1:" : 'S'/ge;
	$text =~ s/-?\d+\.\d{6}(?!\d)/F/g;
	$text =~ s/(?<![\w"])-?\d+(?![\w".])/N/g;
	$text =~ s/\b(?:true|false)\b/B/g;
	$text =~ s/\s+//g;

	return $text;
}


1;
