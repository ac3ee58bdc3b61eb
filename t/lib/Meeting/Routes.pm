package Meeting::Routes;

# The dialects and their addresses, as the product has them, so that a test
# which has to go through all of them fails when there is one more:
#
#     covers('bad input', 'h5yes', 'gettoken', keys %calls);
#
# says that this test sends bad input to these addresses of h5yes.  It asserts
# that each address ends with one of them, and each of them is the end of an
# address.  "*" is the address of a dialect that has one, which can be any.  An
# address with several methods has to be named with each: "DELETE session".
#
#     my @missing = lacks('h5yes');
#
# lists the tests and documents that a dialect lacks, a sentence for each.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use Exporter 'import';
use File::Basename qw/ dirname /;
use Test::More;

our @EXPORT_OK = qw/ covers dialects ending lacks missed public
	routes secrets times /;

my $TOP = abs_path(dirname(__FILE__) . '/../../..');

my @KINDS = ('bad input', 'isolation');


# The unit test of the addresses prints each.

sub listed {
	my $tap = qx($TOP/build/unit/routes);

	die "build/unit/routes: no list (make -C src unit)\n" if $?;

	return $tap;
}


sub dialects {
	return listed() =~ /^# dialect (\S+)$/mg;
}


# Each route as "METHOD ADDRESS"; those alone that need no token.

sub routes {
	my ($dialect) = @_;
	return listed() =~ /^# route \Q$dialect\E (\w+ \S+)/mg;
}


sub public {
	my ($dialect) = @_;
	return listed() =~ /^# route \Q$dialect\E (\w+ \S+) public$/mg;
}


# The pattern of a method and a path that ends with a route's, whose parts in
# braces are any.

sub ending {
	my ($method, $address) = split / /, $_[0];

	my $pattern = join('[^/]+', map { quotemeta } split(/\{\w+\}/, $address,
		-1));

	return $address eq '*' ? qr/^$method / : qr/^$method .*$pattern\z/;
}


# The times in requests: "DIALECT ADDRESS MEMBER" for each.

sub times {
	return listed() =~ /^# time (\S+ \S+ \S+)$/mg;
}


# The names of a dialect's secrets in requests.

sub secrets {
	my ($dialect) = @_;
	my %names = map { $_ => 1 } listed() =~ /^# secret \Q$dialect\E (\S+)$/mg;

	return sort keys %names;
}


# The routes that none of the ends fits, and the ends that fit none.

sub missed {
	my ($routes, @ends) = @_;
	my %missed = map { $_ => 1 } @$routes;
	my (%methods, @unknown);

	$methods{s/^\w+ //r}++ for @$routes;

	for my $end (@ends) {
		my ($method, $path) = $end =~ /^(?:([A-Z]+) )?(.*)/;

		my @found = grep {
			my ($its, $address) = split / /;

			($address eq $path || $address =~ m{/\Q$path\E\z})
				&& (defined $method ? $method eq $its
					: $methods{$address} == 1);
		} @$routes;

		push @unknown, $end unless @found;
		delete @missed{@found};
	}

	return ([ sort keys %missed ], \@unknown);
}


sub covers {
	my ($kind, $dialect, @ends) = @_;
	my @routes = routes($dialect);
	my ($missed, $unknown) = missed(\@routes, @ends);

	die "no such kind of test: $kind\n" unless grep { $_ eq $kind }
		@KINDS, 'tour';
	ok(scalar @routes, "$dialect has addresses");

	is(join(', ', @$missed), '', "no address of $dialect lacks $kind");

	return is(join(', ', @$unknown), '', 'and no other is named');
}


sub lacks {
	my ($dialect) = @_;
	my @lacks;

	my $want = sub {
		my ($found, $what) = @_;
		push @lacks, "$dialect lacks $what" unless $found;
	};

	for my $kind (@KINDS) {
		$want->(scalar(grep { text($_) =~ /^\s*covers\('$kind', '$dialect',/m }
			glob "$TOP/t/*.t"),
			"a test of $kind: covers('$kind', '$dialect', ...) in t/*.t");
	}

	$want->(!!(text("$TOP/t/lib/Meeting/Matrix.pm")
		=~ /^package Meeting::Matrix::$dialect;/m),
		"a class in t/lib/Meeting/Matrix.pm, for t/matrix.t");

	my $tour = text("$TOP/t/lib/Meeting/Tour.pm");

	$want->(!!($tour =~ /^sub $dialect \{/m
		&& $tour =~ /^\s*meeting_api $dialect;/m),
		"a location and its requests in t/lib/Meeting/Tour.pm");

	$want->(scalar(grep { text($_) =~ /fuzz_input\(.*&mt_dialect_$dialect\b/ }
		glob "$TOP/t/fuzz/*.c"),
		"a fuzzer: fuzz_input(..., &mt_dialect_$dialect, ...) in t/fuzz/*.c");

	$want->(!!(text("$TOP/conf.examples/all-dialects.conf")
		=~ /^\s*meeting_api\s+$dialect\b/m),
		"a location in conf.examples/all-dialects.conf");

	$want->(-e "$TOP/src/dialect/$dialect.md",
		"a document, src/dialect/$dialect.md");

	for my $table ('README.md', 'src/dialect/README.md') {
		$want->(!!(text("$TOP/$table") =~ /^\| \[$dialect\]\(/m),
			"a row in the table of dialects in $table");
	}

	return @lacks;
}


sub text {
	my ($file) = @_;

	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}


1;
