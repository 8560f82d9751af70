-- The ledger, and the life of certificates after issue, for PostgreSQL. The other engine's file has the same tables and columns.

-- How many entries there are. The one row that all who add an entry take turns at.
CREATE TABLE ledger_head (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL
);
INSERT INTO ledger_head (id, size) VALUES (1, 0);

-- One entry for each event, written with it: its place, and what the public list says.
CREATE TABLE ledger_entry (
    position BIGINT NOT NULL PRIMARY KEY CHECK (position >= 0),
    event_id TEXT   NOT NULL UNIQUE REFERENCES event (id),
    leaf     TEXT   NOT NULL
);

-- What opens an entry's commitment. Apart, so that it can be destroyed while the entry stays.
CREATE TABLE ledger_salt (
    position BIGINT NOT NULL PRIMARY KEY REFERENCES ledger_entry (position),
    salt     BYTEA  NOT NULL
);

-- Full tiles of the tree: 256 digests each.
CREATE TABLE ledger_tile (
    level  BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hashes BYTEA  NOT NULL,
    PRIMARY KEY (level, number)
);

-- Every checkpoint that was published, signed by the ledger.
CREATE TABLE ledger_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT   NOT NULL
);

-- What witnesses signed.
CREATE TABLE ledger_cosignature (
    size    BIGINT NOT NULL REFERENCES ledger_checkpoint (size),
    witness TEXT   NOT NULL,
    line    TEXT   NOT NULL,
    PRIMARY KEY (size, witness)
);

-- A certificate that is about to be: number, place in the status list and record are fixed before anything is signed, and
-- resumed after a stop.
CREATE TABLE certificate_intent (
    id             TEXT   NOT NULL PRIMARY KEY,
    number         TEXT   NOT NULL UNIQUE,
    application_id TEXT   NOT NULL REFERENCES application (id),
    batch_id       TEXT   NOT NULL REFERENCES batch (id),
    record         BYTEA  NOT NULL,
    slot           BIGINT NOT NULL UNIQUE,
    made_at        BIGINT NOT NULL
);
CREATE INDEX certificate_intent_by_batch ON certificate_intent (batch_id);

-- Intents that came to nothing: their numbers are spent, and this says why.
CREATE TABLE certificate_spoilage (
    intent_id TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_intent (id),
    cause     TEXT   NOT NULL,
    at        BIGINT NOT NULL
);

-- A change to a certificate that one person asks for …
CREATE TABLE certificate_request (
    id             TEXT   NOT NULL PRIMARY KEY,
    certificate_id TEXT   NOT NULL REFERENCES certificate (id),
    change         TEXT   NOT NULL CHECK (change IN ('void', 'suspend', 'reinstate', 'correct', 'reissue', 'renew')),
    reason         TEXT   NOT NULL,
    detail         BYTEA  NOT NULL,
    asked_by       TEXT   NOT NULL REFERENCES account (id),
    asked_at       BIGINT NOT NULL
);
CREATE INDEX certificate_request_by_certificate ON certificate_request (certificate_id);

-- … and what another decided.
CREATE TABLE certificate_decision (
    request_id TEXT   NOT NULL PRIMARY KEY REFERENCES certificate_request (id),
    granted    BIGINT NOT NULL CHECK (granted IN (0, 1)),
    decided_by TEXT   NOT NULL REFERENCES account (id),
    decided_at BIGINT NOT NULL
);

-- A later sheet of a certificate under the same number: after loss, correction or renewal. The last one counts.
CREATE TABLE certificate_print (
    id             TEXT   NOT NULL PRIMARY KEY,
    certificate_id TEXT   NOT NULL REFERENCES certificate (id),
    request_id     TEXT   NOT NULL UNIQUE REFERENCES certificate_request (id),
    print_serial   TEXT   NOT NULL UNIQUE,
    record         BYTEA  NOT NULL,
    pdf            BYTEA  NOT NULL,
    pdf_digest     TEXT   NOT NULL UNIQUE,
    printed_at     BIGINT NOT NULL
);
CREATE INDEX certificate_print_by_certificate ON certificate_print (certificate_id, printed_at);

-- What became of a certificate is now decided by two people, and told by requests and decisions.
DROP TABLE certificate_status;

-- Append-only tables: what is written stays.
CREATE TRIGGER ledger_head_only_grows BEFORE UPDATE ON ledger_head FOR EACH ROW
    WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_salt_no_update BEFORE UPDATE ON ledger_salt FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_tile_no_change BEFORE UPDATE OR DELETE ON ledger_tile FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_no_change BEFORE UPDATE OR DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_cosignature_no_change BEFORE UPDATE OR DELETE ON ledger_cosignature FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_intent_no_change BEFORE UPDATE OR DELETE ON certificate_intent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_spoilage_no_change BEFORE UPDATE OR DELETE ON certificate_spoilage FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_request_no_change BEFORE UPDATE OR DELETE ON certificate_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_decision_no_change BEFORE UPDATE OR DELETE ON certificate_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_print_no_change BEFORE UPDATE OR DELETE ON certificate_print FOR EACH ROW EXECUTE FUNCTION refuse_change();
