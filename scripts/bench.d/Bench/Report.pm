package Bench::Report;

# The results: the progress line, tables, JSON and a picture.

use warnings;
use strict;

use JSON::PP;
use POSIX qw/ strftime uname /;

# Latencies are read off at these percentiles.
use constant PERCENTILES => (50, 99, 99.9);


sub new {
	my ($class, %option) = @_;

	return bless {
		%option, tables => [], tty => -t STDERR, shown => 0,
	}, $class;
}


sub progress {
	my ($self, $text) = @_;

	if ($self->{tty}) {
		print STDERR "\r\e[K$text";

	} else {
		print STDERR "$text\n";
	}
}


sub table {
	my ($self, $name, $title) = @_;

	return $self->add(Bench::Table->new($name, $title));
}


sub add {
	my ($self, $table) = @_;

	push @{$self->{tables}}, $table;

	return $table;
}


sub finish {
	my ($self) = @_;
	my $text = join "\n", $self->heading(),
		map { $_->text() } @{$self->{tables}};

	print STDERR "\r\e[K" if $self->{tty};

	if ($self->{json}) {
		print STDERR $text;
		print JSON::PP->new()->canonical()->pretty()->encode($self->data());

	} else {
		print $text;
	}

	$self->draw() if $self->{svg};
}


sub heading {
	my ($self) = @_;
	my ($system, undef, $release, undef, $machine) = uname();

	return sprintf("%s, %d processors, %s %s %s; %d rounds of %g s\n",
		strftime('%Y-%m-%d', localtime), processors(), $system, $release,
		$machine, $self->{rounds}, $self->{duration})
		. sprintf("the disk's sync of 4 KiB: p50 %.2f ms, p99 %.2f ms\n",
		map { $_ / 1e3 } @{$self->{sync}});
}


sub data {
	my ($self) = @_;

	return {
		date => strftime('%Y-%m-%dT%H:%M:%S%z', localtime),
		processors => processors(),
		sync_us => { p50 => $self->{sync}[0] + 0, p99 => $self->{sync}[1] + 0 },
		duration => $self->{duration},
		rounds => $self->{rounds},
		scenarios => { map { $_->{name} => $_->data() } @{$self->{tables}} },
	};
}


sub processors {
	open(my $in, '<', '/proc/cpuinfo') or return 0;

	return scalar grep { /^processor\b/ } <$in>;
}


# The picture: by percentile, the latency, both on logarithmic scales; a panel
# for each scenario and number of connections, a line for each kind of request.

sub draw {
	my ($self) = @_;
	my (%panels, @names);

	for my $line (map { $_->lines() } @{$self->{tables}}) {
		my ($panel, $label, $row) = @$line;

		next unless %{$row->{latency}};

		push @names, $panel unless $panels{$panel};
		push @{$panels{$panel}}, [ $label, $row ];
	}

	my ($width, $height) = (760, 380);
	my $i = 0;
	my $svg = sprintf('<svg xmlns="http://www.w3.org/2000/svg" width="%d" '
		. 'height="%d" font-family="sans-serif" font-size="12">'
		. '<rect width="100%%" height="100%%" fill="white"/>' . "\n",
		$width, $height * @names);

	for my $name (@names) {
		$svg .= sprintf('<g transform="translate(0 %d)">%s</g>' . "\n",
			$height * $i++, panel($name, $width, $height,
			@{$panels{$name}}));
	}

	open(my $out, '>', $self->{svg}) or die "$self->{svg}: $!\n";
	print {$out} "$svg</svg>\n";
	close($out) or die "$self->{svg}: $!\n";
}


sub panel {
	my ($name, $width, $height, @lines) = @_;
	my ($left, $right, $top, $bottom) = (60, 170, 40, 50);
	my @colours = map { "#$_" } qw/ 888888 ff7f0e d62728 1f77b4 2ca02c
		8c564b 9467bd 17becf bcbd22 e377c2 /;
	my @marks = (0, 50, 90, 99, 99.9, 99.99);
	my ($low, $high) = (1e9, 1);

	for my $row (map { $_->[1] } @lines) {
		for my $value ($row->percentile(1), $row->{latency_max}) {
			$low = $value if $value < $low;
			$high = $value if $value > $high;
		}
	}

	($low, $high) = (10 ** floor10($low), 10 ** (floor10($high) + 1));

	my $x = sub {
		my ($percent) = @_;

		return $left + ($width - $left - $right)
			* log(100 / (100 - $percent)) / log(10) / 4;
	};
	my $y = sub {
		my ($us) = @_;

		return $height - $bottom - ($height - $top - $bottom)
			* log(($us || 1) / $low) / log($high / $low);
	};

	my $svg = text($left, 22, "Latency, $name", 'font-weight="bold"');

	for my $mark (@marks) {
		$svg .= line($x->($mark), $y->($low), $x->($mark), $y->($high))
			. text($x->($mark), $height - $bottom + 18, "$mark%",
			'text-anchor="middle"');
	}

	for (my $us = $low; $us <= $high; $us *= 10) {
		$svg .= line($x->(0), $y->($us), $x->(99.99), $y->($us))
			. text($left - 6, $y->($us) + 4, ms($us) . ' ms',
			'text-anchor="end"');
	}

	for my $i (0 .. $#lines) {
		my $colour = $colours[$i % @colours];
		my ($label, $row) = @{$lines[$i]};

		$svg .= sprintf('<polyline fill="none" stroke="%s" '
			. 'stroke-width="2" points="%s"/>', $colour, join ' ',
			map { sprintf '%.1f,%.1f', $x->($_->[0]), $y->($_->[1]) }
			$row->curve());
		$svg .= text($width - $right + 12, $top + 18 * $i + 12, $label,
			"fill=\"$colour\"");
	}

	return $svg . text(($left + $width - $right) / 2, $height - 12,
		'of the requests are answered within', 'text-anchor="middle"');
}


sub floor10 {
	my ($value) = @_;

	return POSIX::floor(log($value || 1) / log(10));
}


sub ms {
	my ($us) = @_;

	return $us / 1000;
}


sub text {
	my ($x, $y, $text, $style) = @_;

	return sprintf('<text x="%.1f" y="%.1f" %s>%s</text>', $x, $y, $style,
		$text);
}


sub line {
	return sprintf('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" '
		. 'stroke="#dddddd"/>', @_);
}


package Bench::Table;

my @COLUMNS = (
	[ '', '%-27s', sub { $_[0]->{name} } ],
	[ 'req/s', '%8s', sub { sprintf '%.0f', $_[0]->rate() } ],
	[ 'ratio', '%6s', sub { number('%.2f', $_[0]->ratio('rate')) } ],
	[ 'p50 ms', '%8s', sub { number('%.2f', $_[0]->percentile(50) / 1e3) } ],
	[ 'p99 ms', '%8s', sub { number('%.2f', $_[0]->percentile(99) / 1e3) } ],
	[ 'p99.9', '%8s', sub { number('%.2f', $_[0]->percentile(99.9) / 1e3) } ],
	[ 'cpu us', '%7s', sub { number('%.1f', $_[0]->cost()) } ],
	[ 'ratio', '%6s', sub { number('%.2f', $_[0]->ratio('cost')) } ],
	[ 'batch', '%6s', sub { number('%.0f', $_[0]->batch()) } ],
	[ 'errors', '%7s', sub { $_[0]->errors() } ],
);


sub new {
	my ($class, $name, $title) = @_;

	return bless {
		name => $name, title => $title, rows => [], notes => [],
	}, $class;
}


# Returns the lines of the picture: their panel, label and row.

sub lines {
	my ($self) = @_;

	return map {
		my ($n, $label) = $_->{name} =~ /^(?:(\d+): )?(.*)/;

		[ defined $n ? "$self->{name}, $n connections" : $self->{name},
			$label, $_ ]
	} @{$self->{rows}};
}


sub row {
	my ($self, $name, %option) = @_;
	my $row = Bench::Row->new($name, %option);

	push @{$self->{rows}}, $row;

	return $row;
}


sub note {
	my ($self, $text) = @_;

	push @{$self->{notes}}, $text;
}


sub number {
	my ($format, $value) = @_;

	return defined $value ? sprintf($format, $value) : '-';
}


sub text {
	my ($self) = @_;
	my $format = join(' ', map { $_->[1] } @COLUMNS) . "\n";
	my $text = "\n$self->{name}: $self->{title}\n\n"
		. sprintf($format, map { $_->[0] } @COLUMNS);

	for my $row (@{$self->{rows}}) {
		$text .= sprintf($format, map { $_->[2]->($row) } @COLUMNS);
	}

	return $text . join '', map { "$_\n" } @{$self->{notes}};
}


sub data {
	my ($self) = @_;

	return {
		title => $self->{title},
		notes => $self->{notes},
		rows => [ map { $_->data() } @{$self->{rows}} ],
	};
}


package Bench::Row;

# The sum of all rounds of one kind of request.  Options: code, that answers
# should have, or several; base, the row that ratios are to.

sub new {
	my ($class, $name, %option) = @_;

	return bless {
		name => $name, %option, latency => {}, latency_max => 0,
		codes => {}, map { $_ => 0 } qw/ seconds sent finished late
		unanswered broken cpu batches commands stored rounds /,
	}, $class;
}


sub name { return $_[0]->{name} }


sub add {
	my ($self, $result) = @_;

	for my $name (qw/ seconds sent finished late unanswered broken cpu
		batches commands stored /)
	{
		$self->{$name} += $result->{$name} // 0;
	}

	$self->{latency}{$_->[0]} += $_->[1] for @{$result->{latency}};
	$self->{codes}{$_} += $result->{codes}{$_} for keys %{$result->{codes}};
	$self->{rounds}++;

	$self->{latency_max} = $result->{latency_max}
		if $result->{latency_max} > $self->{latency_max};
}


sub rate {
	my ($self) = @_;

	return $self->{seconds} ? $self->{finished} / $self->{seconds} : 0;
}


# Returns the microseconds of the server's processor time for a request.

sub cost {
	my ($self) = @_;
	my $n = $self->{finished} + $self->{late};

	return $n ? $self->{cpu} * 1e6 / $n : undef;
}


sub batch {
	my ($self) = @_;

	return $self->{stored} && $self->{batches}
		? $self->{commands} / $self->{batches} : undef;
}


sub ratio {
	my ($self, $what) = @_;
	my $base = $self->{base} && $self->{base}->$what();

	return $base ? $self->$what() / $base : undef;
}


# Returns the number of requests without the expected answer.

sub errors {
	my ($self) = @_;
	my $n = $self->{unanswered};
	my %right = map { $_ => 1 }
		ref $self->{code} ? @{$self->{code}} : $self->{code};

	for my $code (keys %{$self->{codes}}) {
		$n += $self->{codes}{$code} unless $right{$code};
	}

	return $n;
}


sub percentile {
	my ($self, $percent) = @_;
	my $left = $self->{finished} * $percent / 100;
	my $value = 0;

	for (sort { $a <=> $b } keys %{$self->{latency}}) {
		$value = $_;
		$left -= $self->{latency}{$_};
		last if $left <= 0;
	}

	return $value;
}


# Returns points of (percentile, us), up to 99.99.

sub curve {
	my ($self) = @_;
	my ($n, @points) = (0);

	for my $us (sort { $a <=> $b } keys %{$self->{latency}}) {
		$n += $self->{latency}{$us};

		my $percent = 100 * $n / $self->{finished};

		last if $percent > 99.99;
		push @points, [ $percent, $us ];
	}

	return @points;
}


sub data {
	my ($self) = @_;
	my %data = map { $_ => $self->{$_} + 0 } qw/ seconds sent finished late
		unanswered broken stored rounds latency_max /;

	$data{name} = $self->{name};
	$data{rate} = $self->rate();
	$data{cpu_us} = $self->cost();
	$data{batch} = $self->batch();
	$data{errors} = $self->errors();
	$data{codes} = $self->{codes};
	$data{rate_ratio} = $self->ratio('rate');
	$data{cpu_ratio} = $self->ratio('cost');
	$data{latency_us} = {
		map { ("p$_" => $self->percentile($_)) } Bench::Report::PERCENTILES
	};

	return \%data;
}


1;
