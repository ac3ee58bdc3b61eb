package Meeting::Quanshi;

# A quanshi client: asks for the conference of a join link.
#
#     my $app = Meeting::Quanshi->new(base => $url);
#     my $answer = $app->detail($link);
#     is($answer->{code}, 0);
#
# Arguments are a link, or a reference to a body's text.

use warnings;
use strict;

use HTTP::Tiny;
use JSON::PP ();


my $json = JSON::PP->new->utf8->allow_nonref->canonical;


sub new {
	my ($class, %self) = @_;

	$self{http} ||= HTTP::Tiny->new(timeout => 30, keep_alive => 0);
	$self{path} //= '/openapi/conference/detail';

	return bless { %self }, $class;
}


# Options: query, method.

sub detail {
	my ($self, $link, %option) = @_;

	my $query = exists $option{query} ? "?$option{query}" : '';

	my $r = $self->{http}->request($option{method} // 'POST',
		"$self->{base}$self->{path}$query", {
			content => ref $link ? $$link
				: $json->encode({ attendeeJoinUrl => $link }),
			headers => { 'content-type' => 'application/json' },
		});

	my $answer = eval { $json->decode($r->{content}) };
	my $whole = ref $answer eq 'HASH' ? $answer : {};
	my $result = $whole->{result};

	return {
		http => $r->{status},
		type => $r->{headers}{'content-type'} // '',
		text => $r->{content},
		code => $whole->{status} // 'none',
		msg => $whole->{message} // '',
		conference => ref $result eq 'ARRAY' ? $result->[0] : undef,
		whole => $whole,
	};
}


1;
