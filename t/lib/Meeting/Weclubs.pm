package Meeting::Weclubs;

# A weclubs client: signs requests and reads answers.
#
#     my $app = Meeting::Weclubs->new(base => $url, secret => $secret);
#     my $ann = $app->login('13800000002', 'her password');
#     my $answer = $ann->call('/meeting/sign_meeting', { meeting_id => 4, … });
#     is($answer->{code}, 2000, $answer->{msg});
#
# Data is a hash of Perl values, or a list of [name, JSON text] where the text
# matters.

use warnings;
use strict;

use Digest::MD5 qw/ md5_hex /;
use Digest::SHA qw/ sha1_hex /;
use parent 'Meeting::Client';


my $json = $Meeting::Client::JSON;


sub new {
	my ($class, %self) = @_;

	return $class->SUPER::new(next_id => 1, caller => 'test', %self);
}


# The same client, as a person who has logged in.

sub login {
	my ($self, $mobile, $password) = @_;

	my $answer = $self->call('/user/login',
		{ mobile => "$mobile", password => md5_hex($password) });

	die "login of $mobile: $answer->{text}" unless $answer->{code} == 2000;

	return bless { %$self, user_id => $answer->{data}{user_id},
		token => $answer->{data}{token} }, ref $self;
}


# Options: id, caller, sign (instead of the right one), form (sha1, md5).

sub call {
	my ($self, $path, $data, %option) = @_;
	return $self->raw($path, $self->envelope($data, %option));
}


sub envelope {
	my ($self, $data, %option) = @_;

	my @pairs = ref $data eq 'ARRAY' ? @$data
		: map { [ $_, $json->encode($data->{$_}) ] } sort keys %$data;

	if ($self->{token}) {
		my %given = map { $_->[0] => 1 } @pairs;

		unshift @pairs, grep { !$given{$_->[0]} }
			[ 'user_id', $self->{user_id} ],
			[ 'token', $json->encode($self->{token}) ];
	}

	my %client = ( caller => $self->{caller}, version => 'v2.1' );
	$client{caller} = $option{caller} if exists $option{caller};

	my @members = (
		id => $json->encode($option{id} // $self->fresh_id()),
		client => $json->encode(\%client),
		encrypt => '"md5"',
		sign => $json->encode(exists $option{sign} ? $option{sign}
			: $self->sign(\@pairs, $option{form})),
		data => Meeting::Client::object(@pairs),
	);

	return Meeting::Client::object(map { [ @members[2 * $_, 2 * $_ + 1] ] } 0 .. 4);
}


sub fresh_id {
	my ($self) = @_;
	return "$$-" . $self->{next_id}++ . '-' . int rand 1e9;
}


sub sign {
	my ($self, $pairs, $form) = @_;

	my $text = join '', map { $_->[0] . plain($_->[1]) }
		sort { $a->[0] cmp $b->[0] } @$pairs;
	my $secret = $self->{secret} // '';
	my $sha1 = sha1_hex("$secret$text$secret");

	$form //= $self->{form} // 'sha1';

	return $form eq 'md5' ? md5_hex(uc $sha1) : $sha1;
}


# A JSON text as it is signed: strings decoded, the rest as written.

sub plain {
	my ($text) = @_;

	return $text unless $text =~ /^"/;

	my $string = eval { $json->decode($text) } // '';
	utf8::encode($string);

	return $string;
}


sub raw {
	my ($self, $path, $body, %option) = @_;

	my ($answer, $whole) = $self->exchange($option{method} // 'POST', $path,
		$body, 'content-type' => 'application/json');

	return {
		%$answer,
		code => $whole->{result_code} // 0,
		msg => $whole->{result_msg} // '',
		time => $whole->{sys_time} // 0,
		data => $whole->{data},
	};
}


1;
