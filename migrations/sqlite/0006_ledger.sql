-- The ledger, and the life of certificates after issue, for SQLite. The other engine's file has the same tables and columns.

-- How many entries there are. The one row that all who add an entry take turns at.
CREATE TABLE ledger_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_head (id, size) VALUES (1, 0);

-- One entry for each event, written with it: its place, and what the public list says.
CREATE TABLE ledger_entry (
    position INTEGER NOT NULL PRIMARY KEY CHECK (position >= 0),
    event_id TEXT   NOT NULL UNIQUE REFERENCES event (id),
    leaf     TEXT   NOT NULL
) STRICT;

-- What opens an entry's commitment. Apart, so that it can be destroyed while the entry stays.
CREATE TABLE ledger_salt (
    position INTEGER NOT NULL PRIMARY KEY REFERENCES ledger_entry (position),
    salt     BLOB  NOT NULL
) STRICT;

-- Full tiles of the tree: 256 digests each.
CREATE TABLE ledger_tile (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB  NOT NULL,
    PRIMARY KEY (level, number)
) STRICT;

-- Every checkpoint that was published, signed by the ledger.
CREATE TABLE ledger_checkpoint (
    size INTEGER NOT NULL PRIMARY KEY,
    note TEXT   NOT NULL
) STRICT;

-- What witnesses signed.
CREATE TABLE ledger_cosignature (
    size    INTEGER NOT NULL REFERENCES ledger_checkpoint (size),
    witness TEXT   NOT NULL,
    line    TEXT   NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT;

-- A certificate that is about to be: number, place in the status list and record are fixed before anything is signed, and
-- resumed after a stop.
CREATE TABLE certificate_intent (
    id             TEXT   NOT NULL PRIMARY KEY,
    number         TEXT   NOT NULL UNIQUE,
    application_id TEXT   NOT NULL REFERENCES application (id),
    batch_id       TEXT   NOT NULL REFERENCES batch (id),
    record         BLOB  NOT NULL,
    slot           INTEGER NOT NULL UNIQUE,
    made_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_intent_by_batch ON certificate_intent (batch_id);

-- Intents that came to nothing: their numbers are spent, and this says why.
CREATE TABLE certificate_spoilage (
    intent_id TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_intent (id),
    cause     TEXT   NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

-- A change to a certificate that one person asks for …
CREATE TABLE certificate_request (
    id             TEXT   NOT NULL PRIMARY KEY,
    certificate_id TEXT   NOT NULL REFERENCES certificate (id),
    change         TEXT   NOT NULL CHECK (change IN ('void', 'suspend', 'reinstate', 'correct', 'reissue', 'renew')),
    reason         TEXT   NOT NULL,
    detail         BLOB  NOT NULL,
    asked_by       TEXT   NOT NULL REFERENCES account (id),
    asked_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_request_by_certificate ON certificate_request (certificate_id);

-- … and what another decided.
CREATE TABLE certificate_decision (
    request_id TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_request (id),
    granted    INTEGER NOT NULL CHECK (granted IN (0, 1)),
    decided_by TEXT   NOT NULL REFERENCES account (id),
    decided_at INTEGER NOT NULL
) STRICT;

-- A later sheet of a certificate under the same number: after loss, correction or renewal. The last one counts.
CREATE TABLE certificate_print (
    id             TEXT   NOT NULL PRIMARY KEY,
    certificate_id TEXT   NOT NULL REFERENCES certificate (id),
    request_id     TEXT   NOT NULL UNIQUE REFERENCES certificate_request (id),
    print_serial   TEXT   NOT NULL UNIQUE,
    record         BLOB  NOT NULL,
    pdf            BLOB  NOT NULL,
    pdf_digest     TEXT   NOT NULL UNIQUE,
    printed_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_print_by_certificate ON certificate_print (certificate_id, printed_at);

-- What became of a certificate is now decided by two people, and told by requests and decisions.
DROP TABLE certificate_status;

-- Append-only tables: what is written stays.
CREATE TRIGGER ledger_head_only_grows BEFORE UPDATE ON ledger_head WHEN NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'ledger_head only grows'); END;
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'ledger_head is append-only'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_salt_no_update BEFORE UPDATE ON ledger_salt BEGIN SELECT RAISE(ABORT, 'ledger_salt does not change'); END;
CREATE TRIGGER ledger_tile_no_update BEFORE UPDATE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'ledger_tile is append-only'); END;
CREATE TRIGGER ledger_tile_no_delete BEFORE DELETE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'ledger_tile is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER ledger_cosignature_no_update BEFORE UPDATE ON ledger_cosignature BEGIN SELECT RAISE(ABORT, 'ledger_cosignature is append-only'); END;
CREATE TRIGGER ledger_cosignature_no_delete BEFORE DELETE ON ledger_cosignature BEGIN SELECT RAISE(ABORT, 'ledger_cosignature is append-only'); END;
CREATE TRIGGER certificate_intent_no_update BEFORE UPDATE ON certificate_intent BEGIN SELECT RAISE(ABORT, 'certificate_intent is append-only'); END;
CREATE TRIGGER certificate_intent_no_delete BEFORE DELETE ON certificate_intent BEGIN SELECT RAISE(ABORT, 'certificate_intent is append-only'); END;
CREATE TRIGGER certificate_spoilage_no_update BEFORE UPDATE ON certificate_spoilage BEGIN SELECT RAISE(ABORT, 'certificate_spoilage is append-only'); END;
CREATE TRIGGER certificate_spoilage_no_delete BEFORE DELETE ON certificate_spoilage BEGIN SELECT RAISE(ABORT, 'certificate_spoilage is append-only'); END;
CREATE TRIGGER certificate_request_no_update BEFORE UPDATE ON certificate_request BEGIN SELECT RAISE(ABORT, 'certificate_request is append-only'); END;
CREATE TRIGGER certificate_request_no_delete BEFORE DELETE ON certificate_request BEGIN SELECT RAISE(ABORT, 'certificate_request is append-only'); END;
CREATE TRIGGER certificate_decision_no_update BEFORE UPDATE ON certificate_decision BEGIN SELECT RAISE(ABORT, 'certificate_decision is append-only'); END;
CREATE TRIGGER certificate_decision_no_delete BEFORE DELETE ON certificate_decision BEGIN SELECT RAISE(ABORT, 'certificate_decision is append-only'); END;
CREATE TRIGGER certificate_print_no_update BEFORE UPDATE ON certificate_print BEGIN SELECT RAISE(ABORT, 'certificate_print is append-only'); END;
CREATE TRIGGER certificate_print_no_delete BEFORE DELETE ON certificate_print BEGIN SELECT RAISE(ABORT, 'certificate_print is append-only'); END;
