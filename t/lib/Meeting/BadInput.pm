package Meeting::BadInput;

# Malformed input, as tables that every dialect's test can walk: whole bodies
# that are no JSON object, and JSON texts that are no value of a kind.

use warnings;
use strict;

use Exporter 'import';

our @EXPORT_OK = qw/ bad_bodies bad_values good_values /;


# Bodies made from a good one (a JSON object in a line) that every endpoint
# has to refuse as no valid JSON object.  Returns [name, body] pairs.

sub bad_bodies {
	my ($good) = @_;
	my $open = '{"junk":';
	my $rest = substr($good, 1);

	my $with = sub { "$open$_[0],$rest" };
	my $text = sub { $with->("\"$_[0]\"") };

	return (
		[ 'a list', "[$good]" ],
		[ 'a string', '"text"' ],
		[ 'a number', '1' ],
		[ 'null', 'null' ],
		[ 'no JSON', 'user_id=1&token=2' ],
		[ 'cut short', substr($good, 0, length($good) - 1) ],
		[ 'cut in a string', $text->('x') =~ s/x.*//r ],
		[ 'a second object', "$good$good" ],
		[ 'trailing garbage', "$good x" ],
		[ 'a trailing brace', "$good}" ],
		[ 'a trailing comma', $good =~ s/\}\z/,}/r ],
		[ 'a leading comma', "{,$rest" ],
		[ 'a byte-order mark', "\xef\xbb\xbf$good" ],
		[ 'UTF-16', join('', map { "$_\0" } split //, '{}') ],
		[ 'NUL at the end', "$good\0" ],
		[ 'NUL at the start', "\0$good" ],
		[ 'NUL in a string', $text->("a\0b") ],
		[ 'NUL escaped', $text->('a\u0000b') ],
		[ 'a control character', $text->("a\x01b") ],
		[ 'a line break in a string', $text->("a\nb") ],
		[ 'a vertical tab between', "{\x0b$rest" ],
		[ 'a form feed at the end', "$good\x0c" ],
		[ 'a no-break space between', "{\xc2\xa0$rest" ],
		[ 'a lone continuation byte', $text->("\x80") ],
		[ 'a cut sequence', $text->("\xe4\xbd") ],
		[ 'an overlong slash', $text->("\xc0\xaf") ],
		[ 'an overlong NUL', $text->("\xc0\x80") ],
		[ 'a surrogate in UTF-8', $text->("\xed\xa0\x80") ],
		[ 'beyond Unicode', $text->("\xf4\x90\x80\x80") ],
		[ 'a byte of no UTF-8', $text->("\xff") ],
		[ 'invalid UTF-8 in a key', "{\"\xff\":1,$rest" ],
		[ 'a lone high surrogate', $text->('\ud800') ],
		[ 'a lone low surrogate', $text->('\udc00') ],
		[ 'surrogates the wrong way', $text->('\udc00\ud800') ],
		[ 'two high surrogates', $text->('\ud800\ud800') ],
		[ 'an unknown escape', $text->('\x41') ],
		[ 'a short escape', $text->('\u12') ],
		[ 'single quotes', "{'junk':1,$rest" ],
		[ 'a bare key', "{junk:1,$rest" ],
		[ 'no colon', "{\"junk\" 1,$rest" ],
		[ 'a comment', "{/* */$rest" ],
		[ 'NaN', $with->('NaN') ],
		[ 'Infinity', $with->('-Infinity') ],
		[ 'a plus sign', $with->('+1') ],
		[ 'a leading zero', $with->('01') ],
		[ 'hexadecimal', $with->('0x1') ],
		[ 'a bare point', $with->('1.') ],
		[ 'a bare exponent', $with->('1e') ],
		[ 'a wrong word', $with->('True') ],
		[ 'lists too deep', $with->('[' x 16 . ']' x 16) ],
		[ 'objects too deep', $with->('{"a":' x 16 . '1' . '}' x 16) ],
		[ 'very deep', $with->('[' x 100000 . ']' x 100000) ],
		[ 'very deep and open', $open . '[' x 100000 ],
	);
}


# JSON texts that are no value of the kind; valid JSON all of them.

my @containers = ( '[]', '{}', '[1]', '["1"]', '{"a":1}', '[[[]]]', '[null]' );

my @not_integers = (
	'1.5', '1.0', '-1.5', '1e3', '1E+3', '1e999', '-1e999', '1e-999',
	'0.1', '9223372036854775808', '-9223372036854775809',
	'18446744073709551615', '18446744073709551616',
	'340282366920938463463374607431768211456',
	'9' x 400, '"9223372036854775808"', '"' . '9' x 400 . '"',
	'"+1"', '" 1"', '"1 "', '"\t1"', '"1\n"', '"01"', '"-0"', '"00"',
	'"1.0"', '"1e3"', '"--1"', '"-"', '"."', 'true', 'false',
);

my %bad = (

	# a time, a page, a flag
	integer => [ @containers, @not_integers, '""', '"abc"', '"0x1"',
		'"NaN"', '"1,000"', '"\u0661"', '"\u002b1"', '"１"' ],

	# a record's id, where ids are positive integers or strings that exist
	id => [ @containers, @not_integers, '""', '"no-such-id"', '"1,2"',
		'0', '-1', '"0"', '"-1"', '-9223372036854775808',
		'"' . 'a' x 65 . '"', '"' . 'a' x 70000 . '"',
		'"\u002b1"', '"1\ud83d\ude00"', '"%s%n"', '"../1"',
		'"1\' OR 1=1"', '"\r\nX: 1"' ],

	# text
	string => [ @containers, '1', '0', '1.5', '1e999', 'true', 'false' ],
);


sub bad_values {
	my ($kind) = @_;
	return @{$bad{$kind}};
}


# The edges on the right side.

my %good = (
	integer => [ '0', '"0"', '1', '"1"' ],
	id => [ '1', '"1"', '9223372036854775807', '"9223372036854775807"' ],
	string => [ '"x"', '"\u4f1a\u8bae"', '"\ud83d\ude00"', '"会议"' ],
);


sub good_values {
	my ($kind) = @_;
	return @{$good{$kind}};
}


1;
