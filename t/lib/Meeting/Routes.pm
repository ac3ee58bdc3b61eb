package Meeting::Routes;

# The addresses of a dialect, as the product has them, so that a test which
# has to go through all of them fails when there is one more:
#
#     all_of('h5yes', 'gettoken', keys %calls);
#
# asserts that each address ends with one of these, and each of these is the
# end of an address.  A trailing "*" in the list is for dialects with one
# address that can be any.

use warnings;
use strict;

use Cwd qw/ abs_path /;
use Exporter 'import';
use File::Basename qw/ dirname /;
use Test::More;

our @EXPORT_OK = qw/ all_of routes times /;

my $TOP = abs_path(dirname(__FILE__) . '/../../..');


# The unit test of the addresses prints each.

sub listed {
	my $tap = qx($TOP/build/unit/routes);

	die "build/unit/routes: no list (make -C src unit)\n" if $?;

	return $tap;
}


sub routes {
	my ($dialect) = @_;
	return listed() =~ /^# route \Q$dialect\E \w+ (\S+)$/mg;
}


# The times in requests: "DIALECT ADDRESS MEMBER" for each.

sub times {
	return listed() =~ /^# time (\S+ \S+ \S+)$/mg;
}


sub all_of {
	my ($dialect, @ends) = @_;
	my @routes = routes($dialect);
	my %missed = map { $_ => 1 } @routes;
	my @unknown;

	for my $end (@ends) {
		my @found = grep { /(?:\A|\/)\Q$end\E\z/ || $_ eq "/$end" || $_ eq $end }
			@routes;

		push @unknown, $end unless @found;
		delete @missed{@found};
	}

	is(join(' ', sort keys %missed), '',
		"every address of $dialect is gone through");

	return is(join(' ', @unknown), '', 'and no other');
}


1;
