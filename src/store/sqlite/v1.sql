-- Version 1 of a book.
--
-- Days are numbers such as 20261123 and times are minutes of the day. The triggers refuse, whoever
-- writes, what would break the book: they FAIL rather than ABORT because a single row is all that any
-- statement of ours writes, and so no statement needs a journal of its own. (A row number that a statement
-- names would need one, too: events leave theirs out, and appointments have a key of their own.)

CREATE TABLE provider (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    base INTEGER NOT NULL,               -- the revision that the last change was made on
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    CHECK (base >= 0 AND revision > base)
) STRICT;

CREATE TRIGGER provider_is_new BEFORE INSERT ON provider
WHEN NEW.base <> 0
BEGIN SELECT RAISE(FAIL, 'a new provider has no revision to build on'); END;

-- REPLACE deletes what is in its way, and where recursive_triggers is off no trigger for deleting sees it.
CREATE TRIGGER provider_is_not_replaced BEFORE INSERT ON provider
WHEN EXISTS (SELECT 1 FROM provider WHERE id = NEW.id OR key = NEW.key)
BEGIN SELECT RAISE(FAIL, 'there is such a provider already'); END;

CREATE TRIGGER provider_revision BEFORE UPDATE ON provider
WHEN NEW.key <> OLD.key OR NEW.id <> OLD.id OR NEW.base <> OLD.revision
BEGIN SELECT RAISE(FAIL, 'the provider was changed since'); END;

CREATE TABLE service (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    number INTEGER PRIMARY KEY,          -- left out of an insert, it is the next one
    at INTEGER NOT NULL,                 -- seconds since 1970 in UTC
    nanos INTEGER NOT NULL,              -- and the rest of a second
    behind INTEGER NOT NULL,             -- seconds that an earlier event is ahead in time, mostly 0
    request TEXT,                        -- the request that it answered, if any
    range_start INTEGER,
    range_end INTEGER,
    duration INTEGER,
    body TEXT NOT NULL,
    checksum INTEGER NOT NULL,           -- of all the other columns: a disk alters what it likes
    CHECK (number > 0 AND nanos BETWEEN 0 AND 1999999999 AND behind >= 0)
) STRICT;

CREATE UNIQUE INDEX event_request ON event (request) WHERE request IS NOT NULL;

-- A number that is left out is the next one by itself, and -1 before the insert.
CREATE TRIGGER event_number BEFORE INSERT ON event
WHEN NEW.number <> -1 AND NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM event)
BEGIN SELECT RAISE(FAIL, 'events are numbered without gaps'); END;

CREATE TRIGGER event_answers_once BEFORE INSERT ON event
WHEN NEW.request IS NOT NULL AND EXISTS (SELECT 1 FROM event WHERE request = NEW.request)
BEGIN SELECT RAISE(FAIL, 'the request was answered before'); END;

CREATE TRIGGER event_is_fixed BEFORE UPDATE ON event
BEGIN SELECT RAISE(FAIL, 'an event is never changed'); END;

CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(FAIL, 'an event is never deleted'); END;

CREATE TABLE appointment (
    number INTEGER NOT NULL PRIMARY KEY  -- of the event that booked it
        REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
    provider INTEGER NOT NULL REFERENCES provider (key) DEFERRABLE INITIALLY DEFERRED,
    day INTEGER NOT NULL,
    start INTEGER NOT NULL,
    finish INTEGER NOT NULL,
    status TEXT NOT NULL,
    cancellation TEXT,
    overbooked INTEGER NOT NULL,
    -- 0: nothing, for it is cancelled; 1: minutes of its own; 2: minutes shared on purpose
    holds INTEGER NOT NULL GENERATED ALWAYS AS
        (CASE WHEN status = 'cancelled' THEN 0 ELSE 1 + overbooked END) VIRTUAL,
    CHECK (0 <= start AND start < finish AND finish <= 1440),
    -- Compared one by one: a list is built as a table of its own for every row.
    CHECK (status = 'booked' OR status = 'confirmed' OR status = 'arrived' OR status = 'in_progress'
        OR status = 'done' OR status = 'no_show' OR status = 'cancelled'),
    CHECK ((status = 'cancelled') = (cancellation IS NOT NULL)),
    CHECK (overbooked IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX appointment_slot ON appointment (provider, day, start, finish, holds);

-- Appointments with minutes of their own do not overlap, so the last one that starts before the new
-- one ends overlaps it if any does. (A generated column of NEW is no use in a trigger: before an UPDATE
-- it is computed from the columns that the trigger itself reads, and NULL otherwise.)
CREATE TRIGGER appointment_overlap_insert BEFORE INSERT ON appointment
WHEN NEW.status <> 'cancelled' AND NEW.overbooked = 0 AND NEW.start < (
    SELECT finish FROM appointment
    WHERE provider = NEW.provider AND day = NEW.day AND start < NEW.finish AND holds = 1
    ORDER BY start DESC LIMIT 1)
BEGIN SELECT RAISE(FAIL, 'the provider has another appointment at that time'); END;

CREATE TRIGGER appointment_overlap_update BEFORE UPDATE ON appointment
WHEN NEW.status <> 'cancelled' AND NEW.overbooked = 0 AND NEW.start < (
    SELECT finish FROM appointment
    WHERE provider = NEW.provider AND day = NEW.day AND start < NEW.finish AND holds = 1
        AND number <> OLD.number
    ORDER BY start DESC LIMIT 1)
BEGIN SELECT RAISE(FAIL, 'the provider has another appointment at that time'); END;

CREATE TRIGGER appointment_number BEFORE UPDATE OF number ON appointment
WHEN NEW.number <> OLD.number
BEGIN SELECT RAISE(FAIL, 'an appointment belongs to the event that booked it'); END;

CREATE TABLE provider_day (
    day INTEGER NOT NULL,
    provider INTEGER NOT NULL REFERENCES provider (key) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    base INTEGER NOT NULL,               -- the revision that the last change was decided on
    revision INTEGER NOT NULL,
    PRIMARY KEY (day, provider),
    CHECK (base >= 0 AND revision > base)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER provider_day_is_new BEFORE INSERT ON provider_day
WHEN NEW.base <> 0
BEGIN SELECT RAISE(FAIL, 'a day that was never changed has no revision to build on'); END;

CREATE TRIGGER provider_day_is_not_replaced BEFORE INSERT ON provider_day
WHEN EXISTS (SELECT 1 FROM provider_day WHERE day = NEW.day AND provider = NEW.provider)
BEGIN SELECT RAISE(FAIL, 'the day was changed before'); END;

CREATE TRIGGER provider_day_revision BEFORE UPDATE ON provider_day
WHEN NEW.day <> OLD.day OR NEW.provider <> OLD.provider OR NEW.base <> OLD.revision
BEGIN SELECT RAISE(FAIL, 'the day was changed since'); END;
