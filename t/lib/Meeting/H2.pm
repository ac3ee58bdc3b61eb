package Meeting::H2;

# As much of an HTTP/2 client as the tests need: frames are sent as told, and
# what comes back is collected by stream.  No Huffman, no flow control upwards.

use warnings;
use strict;

use IO::Select;
use Time::HiRes qw/ time /;

use constant {
	DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
	GOAWAY => 7, WINDOW_UPDATE => 8,
	END_STREAM => 1, ACK => 1, END_HEADERS => 4,
};


# Takes a connected socket; `window` is what each stream may send us.

sub new {
	my ($class, $socket, %option) = @_;

	my $self = bless { socket => $socket, next => 1, data => {}, ended => {},
		in => '' }, $class;

	my $settings = defined $option{window}
		? pack('nN', 4, $option{window}) : '';

	$self->put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
		. frame(SETTINGS, 0, 0, $settings));

	return $self;
}


sub frame {
	my ($type, $flags, $stream, $payload) = @_;
	return substr(pack('N', length($payload)), 1)
		. pack('CCN', $type, $flags, $stream) . $payload;
}


sub put {
	my ($self, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	syswrite($self->{socket}, $bytes);
	return;
}


# Opens a stream: its number and the frame of its header.

sub header {
	my ($self, $method, $path, $flags) = @_;

	my $stream = $self->{next};
	$self->{next} += 2;

	my $block = join('', ($method eq 'POST' ? "\x83" : "\x82"), "\x86",
		map { my ($index, $value) = @$_;
			pack('CC/a', $index, $value) }
		[ 1, 'localhost' ], [ 4, $path ]);

	return ($stream, frame(HEADERS, END_HEADERS | ($flags // 0), $stream,
		$block));
}


# A POST as a list of frames.

sub post_frames {
	my ($self, $path, $body, $size) = @_;

	my ($stream, $header) = $self->header('POST', $path);
	my @parts = unpack('(a' . ($size // 16000) . ')*', $body);

	my @frames = ($header, map {
		frame(DATA, $_ == $#parts ? END_STREAM : 0, $stream, $parts[$_])
	} 0 .. $#parts);

	return ($stream, @frames);
}


sub reset_stream {
	my ($self, $stream) = @_;
	$self->put(frame(RST_STREAM, 0, $stream, pack('N', 8)));
	return;
}


sub window_update {
	my ($self, $stream, $n) = @_;
	$self->put(frame(WINDOW_UPDATE, 0, $stream, pack('N', $n)));
	return;
}


# Reads until `done` says so or for `seconds`.

sub read_until {
	my ($self, $done, $seconds) = @_;

	my $select = IO::Select->new($self->{socket});
	my $end = time() + ($seconds // 10);

	while (!$done->() && time() < $end) {
		next if !$select->can_read(0.1);
		last if !sysread($self->{socket}, $self->{in}, 65536,
			length($self->{in}));
		$self->take_frames();
	}

	return $done->();
}


sub take_frames {
	my ($self) = @_;

	while (length($self->{in}) >= 9) {
		my ($high, $low, $type, $flags, $stream)
			= unpack('CnCCN', $self->{in});
		my $length = ($high << 16) + $low;

		last if length($self->{in}) < 9 + $length;

		my $payload = substr($self->{in}, 9, $length);
		substr($self->{in}, 0, 9 + $length, '');

		$self->{data}{$stream} .= $payload if $type == DATA;
		$self->{ended}{$stream} = 1
			if $type <= HEADERS && $flags & END_STREAM;
		$self->{reset}{$stream} = 1 if $type == RST_STREAM;

		$self->put(frame(SETTINGS, ACK, 0, ''))
			if $type == SETTINGS && !($flags & ACK);
		$self->put(frame(PING, ACK, 0, $payload))
			if $type == PING && !($flags & ACK);
	}

	return;
}


1;
