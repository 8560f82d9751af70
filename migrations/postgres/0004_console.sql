-- The examination hall: one ledger of time, silences and their compensation, what terminals tell of themselves, answers
-- kept aside, receipts. The other engine's file has the same tables and columns.

-- Every change of time, for one attempt or (without one) for everybody in the room. The deadline of an attempt is derived
-- from these lines by one function and only kept beside the attempt for quick comparison.
CREATE TABLE time_change (
    id         TEXT   NOT NULL PRIMARY KEY,
    session_id TEXT   NOT NULL REFERENCES session (id),
    attempt_id TEXT   REFERENCES attempt (id),
    kind       TEXT   NOT NULL CHECK (kind IN ('start', 'extra', 'restore', 'pause', 'resume', 'taken')),
    ms         BIGINT NOT NULL CHECK (ms >= 0),
    at         BIGINT NOT NULL,
    by_whom    TEXT   NOT NULL,
    reason     TEXT   NOT NULL
);
CREATE INDEX time_change_by_session ON time_change (session_id, attempt_id);

ALTER TABLE session ADD COLUMN paused_at BIGINT;
ALTER TABLE attempt ADD COLUMN paused_at BIGINT;
-- What was left when time stopped; the deadline is null meanwhile, so that nothing can find it over.
ALTER TABLE attempt ADD COLUMN left_ms BIGINT;

-- Times in which nothing was heard of a terminal while its paper was open.
CREATE TABLE silence (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    from_at    BIGINT NOT NULL,
    until_at   BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, from_at),
    CHECK (until_at > from_at)
);

-- What a terminal last told of itself, kept only while there is something to tell.
CREATE TABLE presence (
    attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
    unsaved    BIGINT NOT NULL,
    away       BIGINT NOT NULL CHECK (away IN (0, 1)),
    times_away BIGINT NOT NULL,
    at         BIGINT NOT NULL
);

-- Extra time proposed for an outage, with the figures that it rests on …
CREATE TABLE compensation (
    id          TEXT   NOT NULL PRIMARY KEY,
    session_id  TEXT   NOT NULL REFERENCES session (id),
    attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
    lost_ms     BIGINT NOT NULL,
    silences    BIGINT NOT NULL,
    short       BIGINT NOT NULL,
    ms          BIGINT NOT NULL CHECK (ms > 0),
    -- Silences before this instant are dealt with by this proposal and not counted again.
    until_at    BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    proposed_by TEXT   NOT NULL REFERENCES account (id),
    proposed_at BIGINT NOT NULL
);
CREATE INDEX compensation_by_session ON compensation (session_id);

-- … and what a second person decided.
CREATE TABLE compensation_decision (
    compensation_id TEXT   NOT NULL PRIMARY KEY REFERENCES compensation (id),
    approved        BIGINT NOT NULL CHECK (approved IN (0, 1)),
    reason          TEXT   NOT NULL,
    decided_by      TEXT   NOT NULL REFERENCES account (id),
    decided_at      BIGINT NOT NULL
);

-- Answers that did not count when they came: from a terminal that was replaced, or after the grace. Kept for people to
-- look at, and never blended in by the program.
CREATE TABLE answer_aside (
    attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
    terminal    TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    value       TEXT   NOT NULL,
    flagged     BIGINT NOT NULL CHECK (flagged IN (0, 1)),
    why         TEXT   NOT NULL CHECK (why IN ('replaced_terminal', 'after_grace')),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, terminal, number, revision)
);

-- The receipt of a paper handed in: what was stored then, and our signature under it. A paper that was opened again after
-- an outage has a second one.
CREATE TABLE receipt (
    code       TEXT   NOT NULL PRIMARY KEY,
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    statement  TEXT   NOT NULL,
    signature  TEXT   NOT NULL,
    issued_at  BIGINT NOT NULL
);
CREATE INDEX receipt_by_attempt ON receipt (attempt_id);

-- What a session asks of its terminals' browsers.
CREATE TABLE session_lock (
    session_id  TEXT   NOT NULL PRIMARY KEY REFERENCES session (id),
    full_screen BIGINT NOT NULL CHECK (full_screen IN (0, 1)),
    no_copy     BIGINT NOT NULL CHECK (no_copy IN (0, 1)),
    config_key  TEXT,
    quit_hash   TEXT,
    set_at      BIGINT NOT NULL,
    set_by      TEXT   NOT NULL REFERENCES account (id)
);

-- A second one-time code for each seat, printed in the fallback pack for those whose ticket is lost.
CREATE TABLE reserve_code (
    application_id TEXT   NOT NULL PRIMARY KEY REFERENCES application (id),
    code           TEXT   NOT NULL UNIQUE,
    made_at        BIGINT NOT NULL,
    made_by        TEXT   NOT NULL REFERENCES account (id)
);

CREATE TRIGGER time_change_no_change BEFORE UPDATE OR DELETE ON time_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER silence_no_change BEFORE UPDATE OR DELETE ON silence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER compensation_no_change BEFORE UPDATE OR DELETE ON compensation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER compensation_decision_no_change BEFORE UPDATE OR DELETE ON compensation_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER answer_aside_no_change BEFORE UPDATE OR DELETE ON answer_aside FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_no_change BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION refuse_change();
