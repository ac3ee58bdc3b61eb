CREATE TABLE attendee (meeting bigint, person bigint,
    PRIMARY KEY (meeting, person));
CREATE TABLE checkin (meeting bigint, person bigint, at timestamptz,
    PRIMARY KEY (meeting, person));
