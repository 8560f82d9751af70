-- Written answers and the marks that people give them.

-- A written answer under an id that tells nobody whose it is: markers never see another. Made when marking is opened.
CREATE TABLE script (
    id         TEXT    NOT NULL PRIMARY KEY,
    batch_id   TEXT    NOT NULL REFERENCES batch (id),
    attempt_id TEXT    NOT NULL REFERENCES attempt (id),
    number     BIGINT  NOT NULL,
    item       TEXT    NOT NULL,
    most       BIGINT  NOT NULL CHECK (most > 0),
    made_at    BIGINT  NOT NULL,
    UNIQUE (attempt_id, number)
);

CREATE INDEX script_by_item ON script (batch_id, item);

-- The scripts that still want marks, and from how many more people. A script leaves when its mark is settled. This only says
-- where to look next: what an answer is worth is always computed from its marks.
CREATE TABLE script_open (
    script_id TEXT    NOT NULL PRIMARY KEY REFERENCES script (id),
    batch_id  TEXT    NOT NULL REFERENCES batch (id),
    item      TEXT    NOT NULL,
    wanting   BIGINT  NOT NULL CHECK (wanting > 0)
);

CREATE INDEX script_open_by_item ON script_open (batch_id, item, script_id);

-- Who reads a script at this moment, so that no more people read it than are asked for. Gone when the mark is given.
CREATE TABLE script_claim (
    script_id  TEXT    NOT NULL REFERENCES script (id),
    marker_id  TEXT    NOT NULL REFERENCES account (id),
    claimed_at BIGINT  NOT NULL,
    PRIMARY KEY (script_id, marker_id)
);

CREATE INDEX script_claim_by_marker ON script_claim (marker_id);

-- What a marker gave: a level for each line of the rubric. Never changed.
CREATE TABLE script_mark (
    script_id TEXT    NOT NULL REFERENCES script (id),
    marker_id TEXT    NOT NULL REFERENCES account (id),
    levels    TEXT    NOT NULL,
    exact     TEXT    NOT NULL,
    remark    TEXT    NOT NULL,
    marked_at BIGINT  NOT NULL,
    PRIMARY KEY (script_id, marker_id)
);

CREATE TRIGGER script_no_change BEFORE UPDATE OR DELETE ON script FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER script_mark_no_change BEFORE UPDATE OR DELETE ON script_mark FOR EACH ROW EXECUTE FUNCTION refuse_change();
