package Meeting::Yunzhijia;

# A yunzhijia client: gets a token and reads answers.
#
#     my $app = Meeting::Yunzhijia->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('create', { openid => 'a', title => 't', ... });
#     is($answer->{code}, 0, $answer->{error});
#
# Arguments are as Meeting::H5yes takes them.

use warnings;
use strict;

use HTTP::Tiny;
use JSON::PP ();
use Time::HiRes qw/ time /;

use Meeting::H5yes;


my $json = JSON::PP->new->utf8->allow_nonref->canonical;


# Option: prefix, of the addresses.

sub new {
	my ($class, @self) = @_;
	my %self = map { ref $_ ? %$_ : $_ } @self;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);
	$self{prefix} //= '';

	return bless { %self }, $class;
}


# What getAccessToken answers.

sub get_token {
	my ($self, %given) = @_;

	my %args = (appId => $self->{appkey}, secret => $self->{appsecret},
		timestamp => int(time() * 1000), scope => 'app', %given);

	return $self->request('/gateway/oauth2/token/getAccessToken',
		{ map { defined $args{$_} ? ($_ => $args{$_}) : () } keys %args });
}


# What refreshToken answers to such a token.

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

	my $r = $self->{http}->request($option{method} // 'POST',
		"$self->{base}$self->{prefix}$uri", {
			content => Meeting::H5yes::body($args),
			headers => {
				'content-type' => $option{type} // 'application/json',
				%{$option{headers} // {}},
			},
		});

	my $answer = eval { $json->decode($r->{content}) };
	my $whole = ref $answer eq 'HASH' ? $answer : {};

	return {
		http => $r->{status},
		type => $r->{headers}{'content-type'} // '',
		text => $r->{content},
		code => $whole->{errorCode} // -1,
		error => $whole->{error} // '',
		data => $whole->{data},
		success => $whole->{success},
		members => join(' ', sort keys %$whole),
	};
}


1;
