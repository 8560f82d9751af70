-- The schema of version 0.1, for SQLite. The other engine's file has the same tables and columns; a test compares them.

-- Who works here. Logins are folded to lower case; a password is an argon2id string, null until it is first set.
CREATE TABLE account (
    id                   TEXT   NOT NULL PRIMARY KEY,
    login                TEXT   NOT NULL UNIQUE,
    name                 TEXT   NOT NULL,
    password             TEXT,
    active               INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1)),
    failures             INTEGER NOT NULL DEFAULT 0,
    locked_until         INTEGER NOT NULL DEFAULT 0,
    created_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    PRIMARY KEY (account_id, role)
) STRICT;

-- A sign-in of staff or of a candidate: a revocable row. The token itself is kept only as a keyed digest.
CREATE TABLE sign_in (
    id             TEXT   NOT NULL PRIMARY KEY,
    token_digest   TEXT   NOT NULL UNIQUE,
    csrf           TEXT   NOT NULL,
    account_id     TEXT   REFERENCES account (id),
    application_id TEXT,
    session_id     TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER,
    CHECK ((account_id IS NULL) <> (application_id IS NULL))
) STRICT;

-- One-time links: the first administrator's set-up, and a member of staff's first password.
CREATE TABLE set_up_link (
    token_digest TEXT   NOT NULL PRIMARY KEY,
    account_id   TEXT   REFERENCES account (id),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER
) STRICT;

-- Every recorded fact: who, when, what, why. Written in the transaction of the change itself; never changed.
CREATE TABLE event (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor_kind TEXT   NOT NULL,
    actor_id   TEXT   NOT NULL,
    act        TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    batch_id   TEXT,
    reason     TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    request_id TEXT   NOT NULL
) STRICT;
CREATE INDEX event_by_batch ON event (batch_id, id);
CREATE INDEX event_by_subject ON event (subject, id);

CREATE TABLE station (
    id         TEXT   NOT NULL PRIMARY KEY,
    code       TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    name_en    TEXT   NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE room (
    id         TEXT   NOT NULL PRIMARY KEY,
    station_id TEXT   NOT NULL REFERENCES station (id),
    name       TEXT   NOT NULL,
    seats      INTEGER NOT NULL CHECK (seats BETWEEN 1 AND 2000),
    UNIQUE (station_id, name)
) STRICT;

-- An immutable version of a bank, whole. The content is sealed: it holds the keys.
CREATE TABLE bank_version (
    id                 TEXT   NOT NULL PRIMARY KEY,
    code               TEXT   NOT NULL,
    label              TEXT   NOT NULL,
    digest             TEXT   NOT NULL UNIQUE,
    kind               TEXT   NOT NULL CHECK (kind IN ('live', 'practice')),
    occupation_code    TEXT   NOT NULL,
    occupation_name    TEXT   NOT NULL,
    occupation_name_en TEXT   NOT NULL,
    level              INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    items              INTEGER NOT NULL,
    tasks              INTEGER NOT NULL,
    content            BLOB  NOT NULL,
    loaded_at          INTEGER NOT NULL,
    loaded_by          TEXT   NOT NULL
) STRICT;

CREATE TABLE plan (
    id                 TEXT   NOT NULL PRIMARY KEY,
    number             TEXT   NOT NULL UNIQUE,
    title              TEXT   NOT NULL,
    registration_until INTEGER NOT NULL,
    publicity_days     INTEGER NOT NULL CHECK (publicity_days BETWEEN 0 AND 60),
    state              TEXT   NOT NULL CHECK (state IN ('draft', 'published')),
    created_at         INTEGER NOT NULL,
    created_by         TEXT   NOT NULL REFERENCES account (id)
) STRICT;

-- A batch is one plan item: an occupation at a level. The paper rule is frozen into it.
CREATE TABLE batch (
    id                 TEXT   NOT NULL PRIMARY KEY,
    plan_id            TEXT   NOT NULL REFERENCES plan (id),
    station_id         TEXT   NOT NULL REFERENCES station (id),
    bank_version_id    TEXT   NOT NULL REFERENCES bank_version (id),
    occupation_code    TEXT   NOT NULL,
    occupation_name    TEXT   NOT NULL,
    occupation_name_en TEXT   NOT NULL,
    level              INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    paper_rule         TEXT   NOT NULL,
    scheme             TEXT   NOT NULL,
    theory             INTEGER NOT NULL CHECK (theory IN (0, 1)),
    practical          INTEGER NOT NULL CHECK (practical IN (0, 1)),
    state              TEXT   NOT NULL CHECK (state IN ('open', 'settled', 'approved', 'published')),
    settled_at         INTEGER,
    settled_by         TEXT   REFERENCES account (id),
    approved_at        INTEGER,
    approved_by        TEXT   REFERENCES account (id),
    published_at       INTEGER,
    publicity_until    INTEGER,
    created_at         INTEGER NOT NULL,
    UNIQUE (plan_id, occupation_code, level)
) STRICT;

-- Which duty a person took on a batch; incompatible duties are refused before a row is written.
CREATE TABLE duty (
    batch_id   TEXT   NOT NULL REFERENCES batch (id),
    account_id TEXT   NOT NULL REFERENCES account (id),
    duty       TEXT   NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (batch_id, account_id, duty)
) STRICT;

-- A person. The citizen id is sealed; its keyed digest finds a person again.
CREATE TABLE candidate (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    id_kind       TEXT   NOT NULL,
    citizen_id    BLOB  NOT NULL,
    citizen_index TEXT   NOT NULL UNIQUE,
    citizen_mask  TEXT   NOT NULL,
    sex           TEXT   NOT NULL,
    birth_date    TEXT   NOT NULL,
    phone         BLOB,
    employer      TEXT   NOT NULL,
    photo         BLOB,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE application (
    id            TEXT   NOT NULL PRIMARY KEY,
    batch_id      TEXT   NOT NULL REFERENCES batch (id),
    candidate_id  TEXT   NOT NULL REFERENCES candidate (id),
    exam_kind     TEXT   NOT NULL CHECK (exam_kind IN ('new', 'resit')),
    source        TEXT   NOT NULL,
    profile       TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('registered', 'approved', 'rejected', 'withdrawn')),
    registered_by TEXT   NOT NULL REFERENCES account (id),
    registered_at INTEGER NOT NULL,
    decided_by    TEXT   REFERENCES account (id),
    decided_at    INTEGER,
    reason        TEXT   NOT NULL DEFAULT '',
    ticket_number TEXT   UNIQUE,
    ticket_code   TEXT   UNIQUE,
    UNIQUE (batch_id, candidate_id)
) STRICT;

-- A session: one component of one batch in one room. `seed` is the recorded seed of its papers.
CREATE TABLE session (
    id         TEXT   NOT NULL PRIMARY KEY,
    batch_id   TEXT   NOT NULL REFERENCES batch (id),
    room_id    TEXT   NOT NULL REFERENCES room (id),
    component  TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    opens_at   INTEGER NOT NULL,
    closes_at  INTEGER NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('planned', 'running', 'closed')),
    seed       TEXT,
    started_at INTEGER,
    closed_at  INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (closes_at > opens_at)
) STRICT;

CREATE TABLE seat (
    session_id     TEXT   NOT NULL REFERENCES session (id),
    seat_no        INTEGER NOT NULL CHECK (seat_no > 0),
    application_id TEXT   NOT NULL REFERENCES application (id),
    PRIMARY KEY (session_id, seat_no),
    UNIQUE (session_id, application_id)
) STRICT;

-- A drawn paper: content (with keys) sealed, and the candidate's view, which never had a key.
CREATE TABLE paper (
    id             TEXT   NOT NULL PRIMARY KEY,
    session_id     TEXT   NOT NULL REFERENCES session (id),
    application_id TEXT   NOT NULL REFERENCES application (id),
    serial         INTEGER NOT NULL,
    questions      INTEGER NOT NULL,
    digest         TEXT   NOT NULL,
    content        BLOB  NOT NULL,
    paper_view     TEXT   NOT NULL,
    drawn_at       INTEGER NOT NULL,
    drawn_by       TEXT   NOT NULL REFERENCES account (id),
    UNIQUE (session_id, application_id)
) STRICT;

-- One person's one go at one paper. `lease` is the digest of the terminal that may write.
CREATE TABLE attempt (
    id             TEXT   NOT NULL PRIMARY KEY,
    session_id     TEXT   NOT NULL REFERENCES session (id),
    application_id TEXT   NOT NULL REFERENCES application (id),
    paper_id       TEXT   NOT NULL UNIQUE REFERENCES paper (id),
    state          TEXT   NOT NULL CHECK (state IN ('seated', 'checked_in', 'open', 'submitted')),
    checked_in_at  INTEGER,
    checked_in_by  TEXT   REFERENCES account (id),
    started_at     INTEGER,
    deadline       INTEGER,
    extra_ms       INTEGER NOT NULL DEFAULT 0 CHECK (extra_ms >= 0),
    lease          TEXT,
    released       INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    last_seen_at   INTEGER,
    submitted_at   INTEGER,
    submitted_how  TEXT   CHECK (submitted_how IN ('candidate', 'deadline', 'invigilator')),
    UNIQUE (session_id, application_id)
) STRICT;

-- The latest answer of each question, for resuming and marking …
CREATE TABLE answer (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    number     INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    value      TEXT   NOT NULL,
    flagged    INTEGER NOT NULL CHECK (flagged IN (0, 1)),
    saved_at   INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, number)
) STRICT, WITHOUT ROWID;

-- … and every answer that was ever acknowledged, for appeals. Both are written in one transaction.
CREATE TABLE answer_log (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    number     INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    value      TEXT   NOT NULL,
    flagged    INTEGER NOT NULL CHECK (flagged IN (0, 1)),
    saved_at   INTEGER NOT NULL,
    late       INTEGER NOT NULL CHECK (late IN (0, 1)),
    PRIMARY KEY (attempt_id, number, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
    id             TEXT   NOT NULL PRIMARY KEY,
    session_id     TEXT   NOT NULL REFERENCES session (id),
    application_id TEXT   REFERENCES application (id),
    kind           TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    recorded_by    TEXT   NOT NULL,
    at             INTEGER NOT NULL
) STRICT;

-- The tasks that the draw gave a practical session, in the order of the structure table.
CREATE TABLE task_draw (
    session_id TEXT   NOT NULL REFERENCES session (id),
    position   INTEGER NOT NULL,
    group_code TEXT   NOT NULL,
    weight     INTEGER NOT NULL,
    task_code  TEXT   NOT NULL,
    drawn_at   INTEGER NOT NULL,
    drawn_by   TEXT   NOT NULL REFERENCES account (id),
    PRIMARY KEY (session_id, task_code)
) STRICT;

-- Who works at a session: invigilators, examiners (one leads), supervisors.
CREATE TABLE assignment (
    session_id TEXT   NOT NULL REFERENCES session (id),
    account_id TEXT   NOT NULL REFERENCES account (id),
    duty       TEXT   NOT NULL CHECK (duty IN ('invigilator', 'examiner', 'supervisor')),
    leader     INTEGER NOT NULL DEFAULT 0 CHECK (leader IN (0, 1)),
    at         INTEGER NOT NULL,
    PRIMARY KEY (session_id, account_id)
) STRICT;

-- One examiner's sheet for one task of one candidate. Signed sheets do not change.
CREATE TABLE score_sheet (
    id             TEXT   NOT NULL PRIMARY KEY,
    session_id     TEXT   NOT NULL REFERENCES session (id),
    application_id TEXT   NOT NULL REFERENCES application (id),
    task_code      TEXT   NOT NULL,
    examiner_id    TEXT   NOT NULL REFERENCES account (id),
    content        TEXT   NOT NULL,
    revision       INTEGER NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('draft', 'signed')),
    total          INTEGER,
    saved_at       INTEGER NOT NULL,
    signed_at      INTEGER,
    digest         TEXT,
    UNIQUE (session_id, application_id, task_code, examiner_id)
) STRICT;

-- A veto item raised on a sheet counts only with a second examiner's signature.
CREATE TABLE veto (
    sheet_id       TEXT   NOT NULL REFERENCES score_sheet (id),
    code           TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    raised_by      TEXT   NOT NULL REFERENCES account (id),
    raised_at      INTEGER NOT NULL,
    confirmed_by   TEXT   REFERENCES account (id),
    confirmed_at   INTEGER,
    PRIMARY KEY (sheet_id, code)
) STRICT;

-- The settled result of one component: the exact fraction, and the rounded hundredths for display.
CREATE TABLE component_result (
    application_id TEXT   NOT NULL REFERENCES application (id),
    component      TEXT   NOT NULL CHECK (component IN ('theory', 'practical')),
    exact          TEXT   NOT NULL,
    hundredths     INTEGER NOT NULL,
    passed         INTEGER NOT NULL CHECK (passed IN (0, 1)),
    detail         TEXT   NOT NULL,
    settled_at     INTEGER NOT NULL,
    settled_by     TEXT   NOT NULL REFERENCES account (id),
    PRIMARY KEY (application_id, component)
) STRICT;

CREATE TABLE checklist (
    session_id    TEXT   NOT NULL REFERENCES session (id),
    supervisor_id TEXT   NOT NULL REFERENCES account (id),
    answers       TEXT   NOT NULL,
    remark        TEXT   NOT NULL,
    saved_at      INTEGER NOT NULL,
    signed_at     INTEGER,
    PRIMARY KEY (session_id, supervisor_id)
) STRICT;

CREATE TABLE finding (
    id         TEXT   NOT NULL PRIMARY KEY,
    session_id TEXT   NOT NULL REFERENCES session (id),
    severity   TEXT   NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    text       TEXT   NOT NULL,
    raised_by  TEXT   NOT NULL REFERENCES account (id),
    raised_at  INTEGER NOT NULL
) STRICT;

-- A hold stops the release of a batch's results until it is lifted by another person.
CREATE TABLE hold (
    id          TEXT   NOT NULL PRIMARY KEY,
    session_id  TEXT   NOT NULL REFERENCES session (id),
    batch_id    TEXT   NOT NULL REFERENCES batch (id),
    reason      TEXT   NOT NULL,
    raised_by   TEXT   NOT NULL REFERENCES account (id),
    raised_at   INTEGER NOT NULL,
    lifted_by   TEXT   REFERENCES account (id),
    lifted_at   INTEGER,
    lift_reason TEXT   NOT NULL DEFAULT ''
) STRICT;

-- A certificate list: prepared by one person, approved by another, then issued one by one.
CREATE TABLE certificate_list (
    batch_id    TEXT   NOT NULL PRIMARY KEY REFERENCES batch (id),
    prepared_by TEXT   NOT NULL REFERENCES account (id),
    prepared_at INTEGER NOT NULL,
    approved_by TEXT   REFERENCES account (id),
    approved_at INTEGER,
    total       INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

-- The next serial for each number scope (scheme, site, year, level). Numbers are never reused.
CREATE TABLE number_counter (
    scope       TEXT   NOT NULL PRIMARY KEY,
    next_serial INTEGER NOT NULL
) STRICT;

CREATE TABLE certificate (
    id             TEXT   NOT NULL PRIMARY KEY,
    number         TEXT   NOT NULL UNIQUE,
    application_id TEXT   NOT NULL UNIQUE REFERENCES application (id),
    batch_id       TEXT   NOT NULL REFERENCES batch (id),
    scheme         TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    record         BLOB  NOT NULL,
    pdf            BLOB  NOT NULL,
    pdf_digest     TEXT   NOT NULL UNIQUE,
    issued_at      INTEGER NOT NULL
) STRICT;

-- What became of a certificate; the latest row counts. A certificate without a row is valid.
CREATE TABLE certificate_status (
    certificate_id TEXT   NOT NULL REFERENCES certificate (id),
    at             INTEGER NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('revoked')),
    reason         TEXT   NOT NULL,
    decided_by     TEXT   NOT NULL REFERENCES account (id),
    PRIMARY KEY (certificate_id, at)
) STRICT;

-- Sealed key material and other single values of the installation.
CREATE TABLE setting (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      BLOB  NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX application_by_candidate ON application (candidate_id);
CREATE INDEX session_by_batch ON session (batch_id);
CREATE INDEX seat_by_application ON seat (application_id);
CREATE INDEX attempt_by_state ON attempt (state, deadline);
CREATE INDEX attempt_by_application ON attempt (application_id);
CREATE INDEX score_sheet_by_session ON score_sheet (session_id);
CREATE INDEX score_sheet_by_application ON score_sheet (application_id);
CREATE INDEX certificate_by_batch ON certificate (batch_id);
CREATE INDEX hold_by_batch ON hold (batch_id);

-- Append-only tables: what is written stays.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER answer_log_no_update BEFORE UPDATE ON answer_log BEGIN SELECT RAISE(ABORT, 'answer_log is append-only'); END;
CREATE TRIGGER answer_log_no_delete BEFORE DELETE ON answer_log BEGIN SELECT RAISE(ABORT, 'answer_log is append-only'); END;
CREATE TRIGGER paper_no_update BEFORE UPDATE ON paper BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END;
CREATE TRIGGER paper_no_delete BEFORE DELETE ON paper BEGIN SELECT RAISE(ABORT, 'paper is append-only'); END;
CREATE TRIGGER bank_version_no_update BEFORE UPDATE ON bank_version BEGIN SELECT RAISE(ABORT, 'bank_version is append-only'); END;
CREATE TRIGGER bank_version_no_delete BEFORE DELETE ON bank_version BEGIN SELECT RAISE(ABORT, 'bank_version is append-only'); END;
CREATE TRIGGER certificate_no_update BEFORE UPDATE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END;
CREATE TRIGGER certificate_no_delete BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END;
CREATE TRIGGER certificate_status_no_update BEFORE UPDATE ON certificate_status BEGIN SELECT RAISE(ABORT, 'certificate_status is append-only'); END;
CREATE TRIGGER certificate_status_no_delete BEFORE DELETE ON certificate_status BEGIN SELECT RAISE(ABORT, 'certificate_status is append-only'); END;
CREATE TRIGGER incident_no_update BEFORE UPDATE ON incident BEGIN SELECT RAISE(ABORT, 'incident is append-only'); END;
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident BEGIN SELECT RAISE(ABORT, 'incident is append-only'); END;
CREATE TRIGGER finding_no_update BEFORE UPDATE ON finding BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'finding is append-only'); END;

-- A signed sheet does not change, and goes nowhere.
CREATE TRIGGER score_sheet_signed_no_update BEFORE UPDATE ON score_sheet WHEN OLD.state = 'signed'
BEGIN SELECT RAISE(ABORT, 'a signed score sheet does not change'); END;
CREATE TRIGGER score_sheet_no_delete BEFORE DELETE ON score_sheet BEGIN SELECT RAISE(ABORT, 'score_sheet is append-only'); END;
