package Meeting::H5yes;

# An h5yes client: gets a token and reads answers.
#
#     my $app = Meeting::H5yes->new(base => $url,
#         $t->ctl('credential', 'add', '--company', 1000));
#     my $answer = $app->call('user/add', { name => 'Ann', account => 'ann' });
#     is($answer->{code}, 10000, $answer->{msg});
#
# Arguments are a hash of Perl values, a list of [name, JSON text] where the
# text matters, or a whole body's text.

use warnings;
use strict;

use Encode qw/ encode_utf8 /;
use HTTP::Tiny;
use JSON::PP ();


my $json = JSON::PP->new->utf8->allow_nonref->canonical;


sub new {
	my ($class, @self) = @_;
	my %self = map { ref $_ ? %$_ : $_ } @self;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);

	return bless { %self }, $class;
}


# What gettoken answers; the token is asked for once.

sub get_token {
	my ($self, %given) = @_;

	my %query = (appkey => $self->{appkey}, appsecret => $self->{appsecret},
		%given);

	return $self->request('GET', '/meeting/api/oapi/gettoken?'
		. $self->{http}->www_form_urlencode(
			{ map { defined $query{$_} ? ($_ => $query{$_}) : () }
				keys %query }));
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
		body($args), $option{type});
}


sub body {
	my ($args) = @_;

	return $json->encode($args) if ref $args eq 'HASH';
	return $args // '' unless ref $args;

	return '{' . join(',', map { $json->encode($_->[0]) . ":$_->[1]" } @$args)
		. '}';
}


sub request {
	my ($self, $method, $uri, $body, $type) = @_;

	my $r = $self->{http}->request($method, $self->{base} . $uri, {
		defined $body ? (content => $body) : (),
		headers => { 'content-type' => $type // 'application/json' },
	});

	my $answer = eval { $json->decode($r->{content}) };
	my $whole = ref $answer eq 'HASH' ? $answer : {};

	return {
		http => $r->{status},
		type => $r->{headers}{'content-type'} // '',
		text => $r->{content},
		code => $whole->{code} // 0,
		msg => $whole->{message} // '',
		value => $whole->{value},
		success => $whole->{success},
	};
}


# An answer's members, in order, with the kind of each value: two answers that
# look alike have the same shape.

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
