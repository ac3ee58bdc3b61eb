package Meeting::Jituancaiyun;

# A jituancaiyun client: gets a token and reads answers.
#
#     my $app = Meeting::Jituancaiyun->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('detail',
#         { requesterUid => 1, meetingInviteId => 4 });
#     is($answer->{code}, 0, $answer->{msg});
#
# Arguments are a hash of Perl values, or a body's text.

use warnings;
use strict;

use HTTP::Tiny;
use JSON::PP ();


my $json = JSON::PP->new->utf8->allow_nonref->canonical;


sub new {
	my ($class, @self) = @_;
	my %self = map { ref $_ ? %$_ : $_ } @self;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);

	return bless { %self }, $class;
}


# What token/get answers to the credential, as `given` where that differs
# (undef: left out).  Options: headers (1: there, not in the query), method.

sub get_token {
	my ($self, $given, %option) = @_;

	my %pair = (appId => $self->{appkey}, appSecret => $self->{appsecret},
		%{$given // {}});
	delete @pair{grep { !defined $pair{$_} } keys %pair};

	my $query = $option{headers} ? ''
		: '?' . $self->{http}->www_form_urlencode(\%pair);

	return $self->request($option{method} // 'GET',
		"/openapi/token/get$query", undef,
		$option{headers} ? %pair : ());
}


sub token {
	my ($self) = @_;

	return $self->{token} //= do {
		my $answer = $self->get_token();
		die "token/get: $answer->{text}" if $answer->{code};
		$answer->{data}{accessToken};
	};
}


# Options: token (another one, undef for none), header (1: there, not in the
# query), type.

sub call {
	my ($self, $what, $args, %option) = @_;

	my $token = exists $option{token} ? $option{token} : $self->token();
	my $query = defined $token && !$option{header} ? "?accessToken=$token"
		: '';

	return $self->request($option{method} // 'POST',
		"/openapi/workbench/meetinginvite/$what$query",
		ref $args ? $json->encode($args) : $args,
		'content-type' => $option{type} // 'application/json',
		defined $token && $option{header} ? (accessToken => $token) : ());
}


sub request {
	my ($self, $method, $uri, $body, %headers) = @_;

	my $r = $self->{http}->request($method, $self->{base} . $uri, {
		defined $body ? (content => $body) : (),
		headers => \%headers,
	});

	my $answer = eval { $json->decode($r->{content}) };
	my $whole = ref $answer eq 'HASH' ? $answer : {};

	return {
		http => $r->{status},
		type => $r->{headers}{'content-type'} // '',
		text => $r->{content},
		code => $whole->{status} // 'none',
		msg => $whole->{message} // '',
		data => $whole->{data},
		members => join(' ', sort keys %$whole),
	};
}


1;
