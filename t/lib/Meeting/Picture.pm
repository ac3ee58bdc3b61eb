package Meeting::Picture;

# Small pictures of any size in bytes, and forms to send them in.
#
#     my $png = Meeting::Picture::png(1920, 1080, 200 * 1024);
#     my ($type, $body) = Meeting::Picture::form(
#         [ userId => '7' ], [ file => $png, 'face.png' ]);

use warnings;
use strict;

use Compress::Zlib ();


my $BOUNDARY = '----tEsT' . 'x' x 20;

# The segments of an 8x8 grey JPEG, as libjpeg writes them, but for the frame
# header, which has the size.

my $JPEG_TABLES = join('',
	"\xff\xe0", pack('na5nCnnCC', 16, "JFIF\0", 0x0101, 0, 1, 1, 0, 0),
	"\xff\xdb", pack('nC', 67, 0), "\1" x 64);
my $JPEG_HUFFMAN = join('',
	"\xff\xc4", pack('nC', 20, 0x00), "\1", "\0" x 15, "\0",
	"\xff\xc4", pack('nC', 20, 0x10), "\1", "\0" x 15, "\0");
my $JPEG_SCAN = join('', "\xff\xda", pack('nCCCCCC', 8, 1, 1, 0, 0, 63, 0),
	"\x3f", "\xff\0" x 40, "\xff\xd0", "\x3f" x 8);


# As many bytes as wanted, by comments.

sub jpeg {
	my ($width, $height, $size, %option) = @_;

	my $frame = "\xff\xc0" . pack('nCnnCCCC', 11, 8, $height, $width, 1, 1,
		0x11, 0);
	my @rest = ("\xff\xd8$JPEG_TABLES",
		"$frame$JPEG_HUFFMAN$JPEG_SCAN\xff\xd9");
	my $more = ($size // 0) - length(join('', @rest));
	my $comments = '';

	while ($more > 0) {
		my $n = $more > 65537 + 4 ? 65537 : $more > 65537 ? $more - 4 : $more;
		$n = 4 if $n < 4;
		$comments .= "\xff\xfe" . pack('n', $n - 2) . 'x' x ($n - 4);
		$more -= $n;
	}

	return $rest[0] . $comments . $rest[1];
}


sub chunk {
	my ($type, $data) = @_;

	return pack('N', length($data)) . $type . $data
		. pack('N', Compress::Zlib::crc32($type . $data));
}


sub png {
	my ($width, $height, $size) = @_;

	my $row = int(($width + 7) / 8) + 1;
	my $head = "\x89PNG\r\n\x1a\n"
		. chunk('IHDR', pack('NNCCCCC', $width, $height, 1, 0, 0, 0, 0));
	my $tail = chunk('IDAT', Compress::Zlib::compress("\0" x ($row * $height)))
		. chunk('IEND', '');
	my $more = ($size // 0) - length($head . $tail);

	return $head . ($more >= 12 ? chunk('prVt', 'x' x ($more - 12)) : '')
		. $tail;
}


# Parts: [ name, content, file name or undef, more header lines ].

sub form {
	my @parts = @_;
	my $body = '';

	for my $part (@parts) {
		my ($name, $content, $file, @more) = @$part;

		$body .= "--$BOUNDARY\r\nContent-Disposition: form-data; "
			. "name=\"$name\"" . (defined $file ? "; filename=\"$file\"" : '')
			. join('', map { "\r\n$_" } @more) . "\r\n\r\n$content\r\n";
	}

	return ("multipart/form-data; boundary=$BOUNDARY",
		"$body--$BOUNDARY--\r\n");
}


1;
