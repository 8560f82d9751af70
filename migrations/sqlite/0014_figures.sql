-- Figures on the items of a bank version, as they were reckoned last. The other engine's file has the same table and columns.

CREATE TABLE bank_figures (
    bank_version_id TEXT   NOT NULL PRIMARY KEY REFERENCES bank_version (id),
    content         TEXT   NOT NULL,
    reckoned_at     INTEGER NOT NULL,
    reckoned_by     TEXT   NOT NULL REFERENCES account (id)
) STRICT;
