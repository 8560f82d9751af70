-- Printing certificates, for PostgreSQL. The other engine's file has the same tables and columns.

-- Blanks and printed sheets that were spoiled, by their serial. Each serial once.
CREATE TABLE blank_spoilage (
    serial         TEXT   NOT NULL PRIMARY KEY,
    batch_id       TEXT   NOT NULL REFERENCES batch (id),
    certificate_id TEXT   REFERENCES certificate (id),
    cause          TEXT   NOT NULL CHECK (cause IN ('misprint', 'jam', 'damaged', 'faulty_blank', 'lost', 'other')),
    note           TEXT   NOT NULL,
    noted_by       TEXT   NOT NULL REFERENCES account (id),
    noted_at       BIGINT NOT NULL
);
CREATE INDEX blank_spoilage_by_batch ON blank_spoilage (batch_id, noted_at);

CREATE TRIGGER blank_spoilage_no_change BEFORE UPDATE OR DELETE ON blank_spoilage FOR EACH ROW EXECUTE FUNCTION refuse_change();
