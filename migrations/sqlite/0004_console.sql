-- The examination hall: one ledger of time, silences and their compensation, what terminals tell of themselves, answers
-- kept aside, receipts. The other engine's file has the same tables and columns.

-- Every change of time, for one attempt or (without one) for everybody in the room. The deadline of an attempt is derived
-- from these lines by one function and only kept beside the attempt for quick comparison.
CREATE TABLE time_change (
    id         TEXT   NOT NULL PRIMARY KEY,
    session_id TEXT   NOT NULL REFERENCES session (id),
    attempt_id TEXT   REFERENCES attempt (id),
    kind       TEXT   NOT NULL CHECK (kind IN ('start', 'extra', 'restore', 'pause', 'resume', 'taken')),
    ms         INTEGER NOT NULL CHECK (ms >= 0),
    at         INTEGER NOT NULL,
    by_whom    TEXT   NOT NULL,
    reason     TEXT   NOT NULL
) STRICT;
CREATE INDEX time_change_by_session ON time_change (session_id, attempt_id);

ALTER TABLE session ADD COLUMN paused_at INTEGER;
ALTER TABLE attempt ADD COLUMN paused_at INTEGER;
-- What was left when time stopped; the deadline is null meanwhile, so that nothing can find it over.
ALTER TABLE attempt ADD COLUMN left_ms INTEGER;

-- Times in which nothing was heard of a terminal while its paper was open.
CREATE TABLE silence (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    from_at    INTEGER NOT NULL,
    until_at   INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, from_at),
    CHECK (until_at > from_at)
) STRICT;

-- What a terminal last told of itself, kept only while there is something to tell.
CREATE TABLE presence (
    attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
    unsaved    INTEGER NOT NULL,
    away       INTEGER NOT NULL CHECK (away IN (0, 1)),
    times_away INTEGER NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- Extra time proposed for an outage, with the figures that it rests on …
CREATE TABLE compensation (
    id          TEXT   NOT NULL PRIMARY KEY,
    session_id  TEXT   NOT NULL REFERENCES session (id),
    attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
    lost_ms     INTEGER NOT NULL,
    silences    INTEGER NOT NULL,
    short       INTEGER NOT NULL,
    ms          INTEGER NOT NULL CHECK (ms > 0),
    -- Silences before this instant are dealt with by this proposal and not counted again.
    until_at    INTEGER NOT NULL,
    reason      TEXT   NOT NULL,
    proposed_by TEXT   NOT NULL REFERENCES account (id),
    proposed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX compensation_by_session ON compensation (session_id);

-- … and what a second person decided.
CREATE TABLE compensation_decision (
    compensation_id TEXT   NOT NULL PRIMARY KEY REFERENCES compensation (id),
    approved        INTEGER NOT NULL CHECK (approved IN (0, 1)),
    reason          TEXT   NOT NULL,
    decided_by      TEXT   NOT NULL REFERENCES account (id),
    decided_at      INTEGER NOT NULL
) STRICT;

-- Answers that did not count when they came: from a terminal that was replaced, or after the grace. Kept for people to
-- look at, and never blended in by the program.
CREATE TABLE answer_aside (
    attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
    terminal    TEXT   NOT NULL,
    number      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    value       TEXT   NOT NULL,
    flagged     INTEGER NOT NULL CHECK (flagged IN (0, 1)),
    why         TEXT   NOT NULL CHECK (why IN ('replaced_terminal', 'after_grace')),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, terminal, number, revision)
) STRICT;

-- The receipt of a paper handed in: what was stored then, and our signature under it. A paper that was opened again after
-- an outage has a second one.
CREATE TABLE receipt (
    code       TEXT   NOT NULL PRIMARY KEY,
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    statement  TEXT   NOT NULL,
    signature  TEXT   NOT NULL,
    issued_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_by_attempt ON receipt (attempt_id);

-- What a session asks of its terminals' browsers.
CREATE TABLE session_lock (
    session_id  TEXT   NOT NULL PRIMARY KEY REFERENCES session (id),
    full_screen INTEGER NOT NULL CHECK (full_screen IN (0, 1)),
    no_copy     INTEGER NOT NULL CHECK (no_copy IN (0, 1)),
    config_key  TEXT,
    quit_hash   TEXT,
    set_at      INTEGER NOT NULL,
    set_by      TEXT   NOT NULL REFERENCES account (id)
) STRICT;

-- A second one-time code for each seat, printed in the fallback pack for those whose ticket is lost.
CREATE TABLE reserve_code (
    application_id TEXT   NOT NULL PRIMARY KEY REFERENCES application (id),
    code           TEXT   NOT NULL UNIQUE,
    made_at        INTEGER NOT NULL,
    made_by        TEXT   NOT NULL REFERENCES account (id)
) STRICT;

CREATE TRIGGER time_change_no_update BEFORE UPDATE ON time_change BEGIN SELECT RAISE(ABORT, 'time_change is append-only'); END;
CREATE TRIGGER time_change_no_delete BEFORE DELETE ON time_change BEGIN SELECT RAISE(ABORT, 'time_change is append-only'); END;
CREATE TRIGGER silence_no_update BEFORE UPDATE ON silence BEGIN SELECT RAISE(ABORT, 'silence is append-only'); END;
CREATE TRIGGER silence_no_delete BEFORE DELETE ON silence BEGIN SELECT RAISE(ABORT, 'silence is append-only'); END;
CREATE TRIGGER compensation_no_update BEFORE UPDATE ON compensation BEGIN SELECT RAISE(ABORT, 'compensation is append-only'); END;
CREATE TRIGGER compensation_no_delete BEFORE DELETE ON compensation BEGIN SELECT RAISE(ABORT, 'compensation is append-only'); END;
CREATE TRIGGER compensation_decision_no_update BEFORE UPDATE ON compensation_decision BEGIN SELECT RAISE(ABORT, 'compensation_decision is append-only'); END;
CREATE TRIGGER compensation_decision_no_delete BEFORE DELETE ON compensation_decision BEGIN SELECT RAISE(ABORT, 'compensation_decision is append-only'); END;
CREATE TRIGGER answer_aside_no_update BEFORE UPDATE ON answer_aside BEGIN SELECT RAISE(ABORT, 'answer_aside is append-only'); END;
CREATE TRIGGER answer_aside_no_delete BEFORE DELETE ON answer_aside BEGIN SELECT RAISE(ABORT, 'answer_aside is append-only'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END;
