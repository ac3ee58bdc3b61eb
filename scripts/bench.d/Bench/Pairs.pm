package Bench::Pairs;

# A table of two builds.  The ratios are those of runs that followed each other;
# a row shows their median and their range, so that a difference can be told
# from noise.

use warnings;
use strict;

use Bench::Report;


# A difference is told if its median is larger than NOTICED, and if the rounds
# agree on its sign so far that chance, which has two sides, does it more rarely
# than CHANCE (sign test): eight rounds of eight, 13 of 15, 23 of 30.

use constant NOTICED => 0.03;
use constant CHANCE => 0.01;

my @COLUMNS = (
	[ '', '%-32s', sub { $_[0]->name() } ],
	[ 'other/s', '%8s', sub { sprintf '%.0f', $_[0]->middle(0, 'rate') } ],
	[ 'this/s', '%8s', sub { sprintf '%.0f', $_[0]->middle(1, 'rate') } ],
	[ 'ratio', '%6s', sub { sprintf '%.2f', $_[0]->ratio('rate') } ],
	[ 'range', '%10s', sub { sprintf '%.2f-%.2f', $_[0]->range('rate') } ],
	[ 'cpu us', '%7s', sub { sprintf '%.1f', $_[0]->middle(0, 'cost') } ],
	[ 'this', '%7s', sub { sprintf '%.1f', $_[0]->middle(1, 'cost') } ],
	[ 'ratio', '%6s', sub { sprintf '%.2f', $_[0]->ratio('cost') } ],
	[ 'range', '%10s', sub { sprintf '%.2f-%.2f', $_[0]->range('cost') } ],
	[ 'p99 ms', '%7s', sub { sprintf '%.2f', $_[0]->side(0, 99) } ],
	[ 'this', '%7s', sub { sprintf '%.2f', $_[0]->side(1, 99) } ],
	[ 'errors', '%6s', sub { $_[0]->errors() } ],
	[ '', '%s', sub { $_[0]->verdict() } ],
);


sub new {
	my ($class, $name, $title) = @_;

	return bless { name => $name, title => $title, rows => [] }, $class;
}


sub row {
	my ($self, $name, %option) = @_;
	my $row = Bench::Pair->new($name, %option);

	push @{$self->{rows}}, $row;

	return $row;
}


# Returns the lines of the picture: a panel for each row.

sub lines {
	my ($self) = @_;

	return map {
		my $row = $_;

		map { [ "$self->{name}, " . $row->name(), $_->[0],
			$row->{sides}[$_->[1]] ] } [ 'other', 0 ], [ 'this', 1 ]
	} @{$self->{rows}};
}


sub text {
	my ($self) = @_;
	my $format = join(' ', map { $_->[1] } @COLUMNS);
	my @lines = ([ map { $_->[0] } @COLUMNS ]);

	for my $row (@{$self->{rows}}) {
		push @lines, [ map { $_->[2]->($row) } @COLUMNS ];
	}

	return join '', "\n$self->{name}: $self->{title}\n\n",
		map({ sprintf($format, @$_) =~ s/ *$/\n/r } @lines),
		map { "$_\n" } $self->notes();
}


# The ceilings of the two servers are the same code.

sub notes {
	my ($self) = @_;
	my @notes = 'slower, faster: by more than ' . NOTICED * 100
		. ' % in the median, and the rounds agree';

	for my $row (grep { $_->name() =~ /ceiling$/ } @{$self->{rows}}) {
		push @notes, 'noise: two equal ceilings are apart by '
			. join(' and ', map { sprintf '%.0f %%', 100 * $row->spread($_) }
				qw/ rate cost /) . ' (rate, cpu) in their worst round';
	}

	return @notes;
}


sub data {
	my ($self) = @_;

	return {
		title => $self->{title},
		notes => [ $self->notes() ],
		rows => [ map { $_->data() } @{$self->{rows}} ],
	};
}


# A kind of request, at two servers.

package Bench::Pair;

use List::Util qw/ max min /;


sub new {
	my ($class, $name, %option) = @_;

	return bless {
		name => $name, ratios => { rate => [], cost => [] },
		values => { rate => [ [], [] ], cost => [ [], [] ] },
		sides => [ map { Bench::Row->new($name, %option) } 1 .. 2 ],
	}, $class;
}


sub name { return $_[0]{name} }


# Takes the results of a round: of the other build and of this one.

sub add {
	my ($self, @results) = @_;

	$self->{sides}[$_]->add($results[$_]) for 0, 1;

	for my $what (qw/ rate cost /) {
		my @values = map { Bench::Row->can($what)->($_) } @results;

		die "scripts/bench: $self->{name}: no answers in time\n"
			unless $values[0] && $values[1];

		push @{$self->{values}{$what}[$_]}, $values[$_] for 0, 1;
		push @{$self->{ratios}{$what}}, $values[1] / $values[0];
	}
}


sub median {
	my @sorted = sort { $a <=> $b } @_;

	return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}


sub middle {
	my ($self, $side, $what) = @_;

	return median(@{$self->{values}{$what}[$side]});
}


sub ratio {
	my ($self, $what) = @_;

	return median(@{$self->{ratios}{$what}});
}


sub range {
	my ($self, $what) = @_;
	my $ratios = $self->{ratios}{$what};

	return (min(@$ratios), max(@$ratios));
}


# The largest distance from 1.

sub spread {
	my ($self, $what) = @_;

	return max(map { abs($_ - 1) } $self->range($what));
}


# A percentile of a side's latencies, in ms.

sub side {
	my ($self, $side, $percent) = @_;

	return $self->{sides}[$side]->percentile($percent) / 1e3;
}


sub errors {
	my ($self) = @_;

	return join '/', map { $_->errors() } @{$self->{sides}};
}


# Returns 1 if the rounds say that this build has more of it, -1 if less, 0 if
# they do not agree or the difference is small.

sub sign {
	my ($self, $what) = @_;
	my @ratios = @{$self->{ratios}{$what}};
	my $median = $self->ratio($what);
	my $against = grep { $median > 1 ? $_ <= 1 : $_ >= 1 } @ratios;

	return 0 if abs($median - 1) <= Bench::Pairs::NOTICED
		|| chance($against, scalar @ratios) > Bench::Pairs::CHANCE;

	return $median > 1 ? 1 : -1;
}


# Returns how likely it is that at most so many of n coins fall on one side.

sub chance {
	my ($few, $n) = @_;
	my ($ways, $sum) = (1, 0);

	for my $k (0 .. $few) {
		$sum += $ways;
		$ways *= ($n - $k) / ($k + 1);
	}

	return 2 * $sum / 2 ** $n;
}


# A loss in either weighs more than a gain in the other.

sub verdict {
	my ($self) = @_;
	my ($rate, $cost) = map { $self->sign($_) } qw/ rate cost /;

	return 'slower' if $rate < 0 || $cost > 0;
	return $rate > 0 || $cost < 0 ? 'faster' : '';
}


sub data {
	my ($self) = @_;
	my ($other, $this) = map { $_->data() } @{$self->{sides}};

	return {
		name => $self->{name}, other => $other, this => $this,
		rate_ratios => $self->{ratios}{rate},
		cpu_ratios => $self->{ratios}{cost},
		rate_ratio => $self->ratio('rate'), cpu_ratio => $self->ratio('cost'),
		verdict => $self->verdict(),
	};
}


1;
