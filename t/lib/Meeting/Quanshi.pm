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

use parent 'Meeting::Client';


sub new {
	my ($class, @self) = @_;
	return $class->SUPER::new(path => '/openapi/conference/detail', @self);
}


# Options: query, method.

sub detail {
	my ($self, $link, %option) = @_;

	my $query = exists $option{query} ? "?$option{query}" : '';

	my ($answer, $whole) = $self->exchange($option{method} // 'POST',
		"$self->{path}$query", ref $link ? $$link
			: Meeting::Client::body({ attendeeJoinUrl => $link }),
		'content-type' => 'application/json');
	my $result = $whole->{result};

	return {
		%$answer,
		code => $whole->{status} // 'none',
		msg => $whole->{message} // '',
		conference => ref $result eq 'ARRAY' ? $result->[0] : undef,
		whole => $whole,
	};
}


1;
