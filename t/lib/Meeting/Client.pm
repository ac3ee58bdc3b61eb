package Meeting::Client;

# The parts that the clients of all dialects share: a connection to `base`, and
# answers that are JSON.  The client's class adds token() and members of its
# envelope.

use warnings;
use strict;

use HTTP::Tiny;
use JSON::PP ();


our $JSON = JSON::PP->new->utf8->allow_nonref->canonical;


# Members: base (the server's URL), headers of all requests (a hash, or none),
# and those of the class.  They may come in references to hashes, as a
# credential does.

sub new {
	my ($class, @self) = @_;
	my %self = map { ref $_ eq 'HASH' ? %$_ : $_ } @self;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);

	return bless { %self }, $class;
}


# Sends a request; $content is undef for one without a body.  Returns the
# answer, and its JSON object, which is empty if it has none.

sub exchange {
	my ($self, $method, $uri, $content, %headers) = @_;

	my $r = $self->{http}->request($method, $self->{base} . $uri, {
		defined $content ? (content => $content) : (),
		headers => { %{$self->{headers} // {}}, %headers },
	});

	my $json = eval { $JSON->decode($r->{content}) };
	my $whole = ref $json eq 'HASH' ? $json : {};

	return {
		http => $r->{status},
		type => $r->{headers}{'content-type'} // '',
		retry => $r->{headers}{'retry-after'} // 0,
		text => $r->{content},
		members => join(' ', sort keys %$whole),
	}, $whole;
}


# A body: a hash of Perl values, a list of [name, JSON text] in which the text
# matters, or the whole text.

sub body {
	my ($args) = @_;

	return $JSON->encode($args) if ref $args eq 'HASH';
	return $args // '' unless ref $args;

	return object(@$args);
}


sub object {
	return '{' . join(',', map { $JSON->encode($_->[0]) . ":$_->[1]" } @_)
		. '}';
}


# A hash without the members that are undef: they are left out.

sub given {
	my (%hash) = @_;
	return { map { defined $hash{$_} ? ($_ => $hash{$_}) : () } keys %hash };
}


1;
