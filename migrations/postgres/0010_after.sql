-- What follows the marks: versions of results, objections, rechecks and corrections, for PostgreSQL. The other engine's file has
-- the same tables and columns.

-- Every version of a batch's results: who made it, when, why. Nothing is overwritten; component_result has the last one.
CREATE TABLE result_version (
    batch_id   TEXT   NOT NULL REFERENCES batch (id),
    version    BIGINT NOT NULL CHECK (version > 0),
    cause      TEXT   NOT NULL CHECK (cause IN ('settle', 'regrade')),
    regrade_id TEXT   UNIQUE,
    reason     TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    made_by    TEXT   NOT NULL REFERENCES account (id),
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (batch_id, version)
);

CREATE TABLE result_line (
    batch_id       TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    application_id TEXT   NOT NULL REFERENCES application (id),
    component      TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    exact          TEXT   NOT NULL,
    hundredths     BIGINT NOT NULL,
    passed         BIGINT NOT NULL CHECK (passed IN (0, 1)),
    detail         TEXT   NOT NULL,
    PRIMARY KEY (batch_id, version, application_id, component),
    FOREIGN KEY (batch_id, version) REFERENCES result_version (batch_id, version)
);

-- An objection of a candidate, as it was handed in. The evidence is sealed.
CREATE TABLE objection (
    id              TEXT   NOT NULL PRIMARY KEY,
    batch_id        TEXT   NOT NULL REFERENCES batch (id),
    application_id  TEXT   NOT NULL REFERENCES application (id),
    component       TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    claim           TEXT   NOT NULL,
    evidence        BYTEA,
    evidence_name   TEXT   NOT NULL,
    evidence_digest TEXT,
    filed_by        TEXT   NOT NULL REFERENCES account (id),
    filed_at        BIGINT NOT NULL
);
CREATE INDEX objection_by_batch ON objection (batch_id, filed_at);

-- What a recheck found: sums added again, the key applied again, missed pages looked for.
CREATE TABLE recheck (
    id           TEXT   NOT NULL PRIMARY KEY,
    objection_id TEXT   NOT NULL REFERENCES objection (id),
    report       TEXT   NOT NULL,
    differences  BIGINT NOT NULL,
    made_by      TEXT   NOT NULL REFERENCES account (id),
    made_at      BIGINT NOT NULL
);
CREATE INDEX recheck_by_objection ON recheck (objection_id, made_at);

CREATE TABLE objection_decision (
    objection_id TEXT   NOT NULL PRIMARY KEY REFERENCES objection (id),
    recheck_id   TEXT   NOT NULL REFERENCES recheck (id),
    upheld       BIGINT NOT NULL CHECK (upheld IN (0, 1)),
    reason       TEXT   NOT NULL,
    decided_by   TEXT   NOT NULL REFERENCES account (id),
    decided_at   BIGINT NOT NULL
);

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
    proposed_at  BIGINT NOT NULL
);
CREATE INDEX regrade_by_batch ON regrade (batch_id, proposed_at);

-- … and what two other people say to it. One "no" ends it.
CREATE TABLE regrade_vote (
    regrade_id TEXT   NOT NULL REFERENCES regrade (id),
    account_id TEXT   NOT NULL REFERENCES account (id),
    approved   BIGINT NOT NULL CHECK (approved IN (0, 1)),
    reason     TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (regrade_id, account_id)
);

CREATE TRIGGER result_version_no_change BEFORE UPDATE OR DELETE ON result_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER result_line_no_change BEFORE UPDATE OR DELETE ON result_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER objection_no_change BEFORE UPDATE OR DELETE ON objection FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER recheck_no_change BEFORE UPDATE OR DELETE ON recheck FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER objection_decision_no_change BEFORE UPDATE OR DELETE ON objection_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER regrade_no_change BEFORE UPDATE OR DELETE ON regrade FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER regrade_vote_no_change BEFORE UPDATE OR DELETE ON regrade_vote FOR EACH ROW EXECUTE FUNCTION refuse_change();
