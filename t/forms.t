#!/usr/bin/perl

# Forms on any call of the dialects with access tokens, as curl -F, PHP, jQuery
# and axios' postForm send them: texts, lists, lists of objects.  A compressed
# body is refused as that, in each dialect.

use strict;
use warnings;

use Compress::Zlib ();
use FindBin;
use Test::More;

use lib "$FindBin::Bin/lib";
use Meeting::H5yes;
use Meeting::Jituancaiyun;
use Meeting::Picture;
use Meeting::Test;
use Meeting::Yunzhijia;

my $HOUR = 3600000;

my $t = Meeting::Test->new();

$t->write_default_conf(apis => [ qw(h5yes yunzhijia jituancaiyun) ],
    server => <<'CONF');
        location /qs/ {
            meeting_api         quanshi;
            meeting_public_base http://meeting.example;
        }
CONF

$t->start();
$t->company();
$t->import_users(map { { id => "$_", name => "N$_", account => "a$_" } }
    1 .. 4);
$t->ctl(qw(room add --id hall --name Hall));

my $base = 'http://127.0.0.1:' . $t->port();
my $credential = $t->ctl(qw(credential add));
my $app = Meeting::H5yes->new(base => $base, %$credential);
my $yun = Meeting::Yunzhijia->new(base => $base, %$credential);
my $begin = (int(time / 3600) + 48) * $HOUR;

sub form {
    my ($what, @parts) = @_;
    my ($type, $body) = Meeting::Picture::form(@parts);

    return $app->request('POST', "/meeting/api/open/$what?access_token="
        . $app->token(), $body, $type);
}

sub right {
    my ($answer, $name) = @_;

    is($answer->{code}, 10000, $name) or diag($answer->{text});

    return $answer->{value};
}

sub names {
    my ($meeting) = @_;

    return join ' ', map { $_->{name} } @{ $meeting->{attendances} };
}


# Texts.

is(right(form('user/add', [ id => 'new' ], [ name => 'Neu' ],
    [ account => 'neu' ]), 'user/add')->{name}, 'Neu', 'its texts');
is(right(form('user/get', [ userId => 'new' ]), 'user/get')->{account}, 'neu',
    'user/get');
is(form('user/get', [ nothing => 'new' ])->{code}, 71005,
    'a missing member is named as missing');
is(form('user/get', [ userId => '1' ], [ userId => '2' ])->{code}, 71001,
    'a member given twice is refused');


# Lists of objects, in each spelling.

my $n = 0;

sub book {
    my ($name, @people) = @_;

    my $at = $begin + $HOUR * $n++;

    return right(form('meeting/book', [ roomId => 'hall' ],
        [ subject => 'form' ], [ speaker => 's' ], [ createdId => '1' ],
        [ beginTime => $at ], [ endTime => $at + $HOUR ], @people), $name);
}

is(names(book('with numbers', [ 'attendances[0][userId]' => '3' ],
    [ 'attendances[1][userId]' => '' ], [ 'attendances[1][name]' => 'Guest' ],
    [ 'attendances[1][phone]' => '139' ])), 'N3 Guest', 'numbered');
is(names(book('numbers out of order', [ 'attendances[1][userId]' => '2' ],
    [ 'attendances[0][userId]' => '4' ])), 'N4 N2', 'by their numbers');
is(names(book('without numbers', [ 'attendances[][userId]' => '2' ],
    [ 'attendances[][name]' => 'Two' ], [ 'attendances[][userId]' => '4' ],
    [ 'attendances[][name]' => 'Four' ])), 'Two Four',
    'the first key begins an item');
is(names(book('JSON', [ attendances => '[{"userId":"2"},{"userId":"3"}]' ])),
    'N2 N3', 'as JSON text');

for my $bad ([ 'attendances[x][userId]', '2' ], [ 'attendances[0][a b]', '2' ],
    [ 'attendances[0', '2' ], [ 'attendances[0][userId][more]', '2' ])
{
    my $answer = form('meeting/book', [ roomId => 'hall' ],
        [ subject => 'form' ], [ speaker => 's' ], [ createdId => '1' ],
        [ beginTime => $begin + 40 * $HOUR ],
        [ endTime => $begin + 41 * $HOUR ], $bad);

    is($answer->{code}, 71001, "$bad->[0] is refused");
    like($answer->{msg}, qr/attendances/, 'by its name');
}


# Plain lists, of another dialect and in the other kind of form.

sub yun {
    my ($type, $body) = @_;

    my (undef, $whole) = $yun->exchange('POST',
        '/gateway/meeting/create?accessToken=' . $yun->token(), $body,
        'content-type' => $type);

    return $whole;
}

my @texts = ([ openid => '1' ], [ title => 'T' ], [ startDate => $begin ],
    [ endDate => $begin + $HOUR ]);

for my $spelling ([ 'actors[]', 'actors[]' ], [ 'actors[1]', 'actors[0]' ]) {
    my @actors = map { [ $spelling->[$_], (2, 3)[$_] ] } 0, 1;
    my $made = yun(Meeting::Picture::form(@texts, @actors));

    is($made->{errorCode}, 0, "yunzhijia: $spelling->[0], multipart")
        or diag(explain($made));

    $made = yun('application/x-www-form-urlencoded', join '&', map {
        my ($name, $value) = @$_;
        $name =~ s/([\[\]])/sprintf '%%%02X', ord $1/ge;
        "$name=$value";
    } @texts, @actors);

    is($made->{errorCode}, 0, 'and urlencoded') or diag(explain($made));

    my $id = $made->{data}{meetingId} // $made->{data}{id};

    is(scalar(@{ right($app->call('meeting/get', { meetingId => $id }),
        'it is there')->{attendances} }), 3, 'both, and the creator');
}

is(form('user/get', map { [ 'userId' => $_ ] } 1 .. 5000)->{code}, 71001,
    'more parts than there may be');


# Compressed bodies.

my %calls = (
    weclubs => [ '/meeting/sign_meeting', 'result_code', 3001 ],
    h5yes => [ '/meeting/api/open/user/list?access_token=' . $app->token(),
        'code', 71001 ],
    yunzhijia => [ '/gateway/meeting/create?accessToken=' . $yun->token(),
        'errorCode', 40016 ],
    jituancaiyun => [ '/openapi/workbench/meetinginvite/create?accessToken='
        . Meeting::Jituancaiyun->new(base => $base, %$credential)->token(),
        'status', undef ],
    quanshi => [ '/qs/openapi/conference/detail', 'status', undef ],
);

for my $dialect (sort keys %calls) {
    my ($uri, $member, $code) = @{ $calls{$dialect} };

    for my $how ([ 'with the header', 'content-encoding' => 'gzip' ],
        [ 'without' ])
    {
        my ($name, @header) = @$how;
        my ($answer, $whole) = $app->exchange('POST', $uri,
            Compress::Zlib::memGzip('{"a":1}'),
            'content-type' => 'application/json', @header);

        is($whole->{$member}, $code, "$dialect: $name") if defined $code;
        like($answer->{text}, qr/gzip/, "$dialect: $name: it says so")
            or diag($answer->{text});
    }

    my ($answer) = $app->exchange('POST', $uri, '{}',
        'content-type' => 'application/json',
        'content-encoding' => 'identity');

    unlike($answer->{text}, qr/gzip/, "$dialect: identity is none");
}

$t->verify();
$t->finish();
