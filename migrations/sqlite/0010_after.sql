-- What follows the marks: versions of results, objections, rechecks and corrections, for SQLite. The other engine's file has
-- the same tables and columns.

-- Every version of a batch's results: who made it, when, why. Nothing is overwritten; component_result has the last one.
CREATE TABLE result_version (
    batch_id   TEXT   NOT NULL REFERENCES batch (id),
    version    INTEGER NOT NULL CHECK (version > 0),
    cause      TEXT   NOT NULL CHECK (cause IN ('settle', 'regrade')),
    regrade_id TEXT   UNIQUE,
    reason     TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    made_by    TEXT   NOT NULL REFERENCES account (id),
    made_at    INTEGER NOT NULL,
    PRIMARY KEY (batch_id, version)
) STRICT;

CREATE TABLE result_line (
    batch_id       TEXT   NOT NULL,
    version        INTEGER NOT NULL,
    application_id TEXT   NOT NULL REFERENCES application (id),
    component      TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    exact          TEXT   NOT NULL,
    hundredths     INTEGER NOT NULL,
    passed         INTEGER NOT NULL CHECK (passed IN (0, 1)),
    detail         TEXT   NOT NULL,
    PRIMARY KEY (batch_id, version, application_id, component),
    FOREIGN KEY (batch_id, version) REFERENCES result_version (batch_id, version)
) STRICT;

-- An objection of a candidate, as it was handed in. The evidence is sealed.
CREATE TABLE objection (
    id              TEXT   NOT NULL PRIMARY KEY,
    batch_id        TEXT   NOT NULL REFERENCES batch (id),
    application_id  TEXT   NOT NULL REFERENCES application (id),
    component       TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    claim           TEXT   NOT NULL,
    evidence        BLOB,
    evidence_name   TEXT   NOT NULL,
    evidence_digest TEXT,
    filed_by        TEXT   NOT NULL REFERENCES account (id),
    filed_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX objection_by_batch ON objection (batch_id, filed_at);

-- What a recheck found: sums added again, the key applied again, missed pages looked for.
CREATE TABLE recheck (
    id           TEXT   NOT NULL PRIMARY KEY,
    objection_id TEXT   NOT NULL REFERENCES objection (id),
    report       TEXT   NOT NULL,
    differences  INTEGER NOT NULL,
    made_by      TEXT   NOT NULL REFERENCES account (id),
    made_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX recheck_by_objection ON recheck (objection_id, made_at);

CREATE TABLE objection_decision (
    objection_id TEXT   NOT NULL PRIMARY KEY REFERENCES objection (id),
    recheck_id   TEXT   NOT NULL REFERENCES recheck (id),
    upheld       INTEGER NOT NULL CHECK (upheld IN (0, 1)),
    reason       TEXT   NOT NULL,
    decided_by   TEXT   NOT NULL REFERENCES account (id),
    decided_at   INTEGER NOT NULL
) STRICT;

-- A correction of results that somebody proposes, with what it would change …
CREATE TABLE regrade (
    id           TEXT   NOT NULL PRIMARY KEY,
    batch_id     TEXT   NOT NULL REFERENCES batch (id),
    corrections  TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    objection_id TEXT   REFERENCES objection (id),
    preview      TEXT   NOT NULL,
    was_digest   TEXT   NOT NULL,
    now_digest   TEXT   NOT NULL,
    proposed_by  TEXT   NOT NULL REFERENCES account (id),
    proposed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX regrade_by_batch ON regrade (batch_id, proposed_at);

-- … and what two other people say to it. One "no" ends it.
CREATE TABLE regrade_vote (
    regrade_id TEXT   NOT NULL REFERENCES regrade (id),
    account_id TEXT   NOT NULL REFERENCES account (id),
    approved   INTEGER NOT NULL CHECK (approved IN (0, 1)),
    reason     TEXT   NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (regrade_id, account_id)
) STRICT;

CREATE TRIGGER result_version_no_update BEFORE UPDATE ON result_version BEGIN SELECT RAISE(ABORT, 'result_version is append-only'); END;
CREATE TRIGGER result_version_no_delete BEFORE DELETE ON result_version BEGIN SELECT RAISE(ABORT, 'result_version is append-only'); END;
CREATE TRIGGER result_line_no_update BEFORE UPDATE ON result_line BEGIN SELECT RAISE(ABORT, 'result_line is append-only'); END;
CREATE TRIGGER result_line_no_delete BEFORE DELETE ON result_line BEGIN SELECT RAISE(ABORT, 'result_line is append-only'); END;
CREATE TRIGGER objection_no_update BEFORE UPDATE ON objection BEGIN SELECT RAISE(ABORT, 'objection is append-only'); END;
CREATE TRIGGER objection_no_delete BEFORE DELETE ON objection BEGIN SELECT RAISE(ABORT, 'objection is append-only'); END;
CREATE TRIGGER recheck_no_update BEFORE UPDATE ON recheck BEGIN SELECT RAISE(ABORT, 'recheck is append-only'); END;
CREATE TRIGGER recheck_no_delete BEFORE DELETE ON recheck BEGIN SELECT RAISE(ABORT, 'recheck is append-only'); END;
CREATE TRIGGER objection_decision_no_update BEFORE UPDATE ON objection_decision BEGIN SELECT RAISE(ABORT, 'objection_decision is append-only'); END;
CREATE TRIGGER objection_decision_no_delete BEFORE DELETE ON objection_decision BEGIN SELECT RAISE(ABORT, 'objection_decision is append-only'); END;
CREATE TRIGGER regrade_no_update BEFORE UPDATE ON regrade BEGIN SELECT RAISE(ABORT, 'regrade is append-only'); END;
CREATE TRIGGER regrade_no_delete BEFORE DELETE ON regrade BEGIN SELECT RAISE(ABORT, 'regrade is append-only'); END;
CREATE TRIGGER regrade_vote_no_update BEFORE UPDATE ON regrade_vote BEGIN SELECT RAISE(ABORT, 'regrade_vote is append-only'); END;
CREATE TRIGGER regrade_vote_no_delete BEFORE DELETE ON regrade_vote BEGIN SELECT RAISE(ABORT, 'regrade_vote is append-only'); END;
