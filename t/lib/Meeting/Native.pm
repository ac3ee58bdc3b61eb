package Meeting::Native;

# A client of the native API below /api/v1:
#
#     my $n = Meeting::Native->new(base => 'http://127.0.0.1:8000');
#     $n->log_in('ann', 'secret');
#     my $r = $n->call(GET => '/meetings', { state => 'ended' });
#     # http, headers, type, text, json
#
# The arguments of a GET or a DELETE go into the query, those of the other
# methods into a JSON body.  token: an access token, or a session's.

use warnings;
use strict;

use Encode ();
use HTTP::Tiny;
use JSON::PP ();

my $JSON = JSON::PP->new->utf8->canonical;


sub new {
	my ($class, %self) = @_;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);
	$self{headers} ||= {};

	return bless { %self }, $class;
}


sub as {
	my ($self, $token) = @_;
	return (ref $self)->new(base => $self->{base}, token => $token);
}


sub log_in {
	my ($self, $login, $password, %more) = @_;

	my $r = $self->call(POST => '/session', { login => $login,
		password => $password, %more });

	$self->{token} = $r->{json}{token};

	return $r;
}


sub call {
	my ($self, $method, $path, $args, %headers) = @_;
	my $content;

	if (ref $args eq 'HASH' && $method =~ /^(?:GET|DELETE)$/) {
		$path .= '?' . join('&', map {
			escape($_) . '=' . escape($args->{$_})
		} sort keys %$args);

	} elsif (defined $args) {
		$content = ref $args ? $JSON->encode($args) : $args;
		$headers{'Content-Type'} //= 'application/json';
	}

	$headers{Authorization} //= "Bearer $self->{token}"
		if defined $self->{token};

	my $r = $self->{http}->request($method, "$self->{base}/api/v1$path", {
		defined $content ? (content => $content) : (),
		headers => { %{$self->{headers}}, %headers },
	});

	my $json = eval { $JSON->decode($r->{content}) };

	return {
		http => $r->{status},
		headers => $r->{headers},
		type => $r->{headers}{'content-type'} // '',
		text => $r->{content},
		json => ref $json eq 'HASH' ? $json : {},
	};
}


sub escape {
	my $text = Encode::encode_utf8("$_[0]");

	$text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/eg;

	return $text;
}


1;
