-- The register of examiners and supervisors, whom they must not judge, what was said against them, and rules of assignment
-- that a second person let go. The other engine's file has the same tables and columns.

-- A card. Its holder may have an account; without one the holder works nowhere. `valid_until` is the first day without it.
CREATE TABLE staff_card (
    id            TEXT   NOT NULL PRIMARY KEY,
    number        TEXT   NOT NULL UNIQUE,
    kind          TEXT   NOT NULL CHECK (kind IN ('examiner', 'senior_examiner', 'external_supervisor', 'internal_supervisor')),
    account_id    TEXT   REFERENCES account (id),
    name          TEXT   NOT NULL,
    occupations   TEXT   NOT NULL,
    levels        TEXT   NOT NULL,
    valid_from    TEXT   NOT NULL,
    valid_until   TEXT   NOT NULL,
    employer      TEXT   NOT NULL,
    training_body TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('active', 'suspended', 'withdrawn')),
    created_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL
);
CREATE INDEX staff_card_by_account ON staff_card (account_id);

-- Whom the holder must not judge: by citizen id (its keyed digest), by application, or else by name.
CREATE TABLE staff_conflict (
    id             TEXT   NOT NULL PRIMARY KEY,
    card_id        TEXT   NOT NULL REFERENCES staff_card (id),
    kind           TEXT   NOT NULL CHECK (kind IN ('relative', 'trainee', 'asked')),
    name           TEXT   NOT NULL,
    citizen_index  TEXT,
    application_id TEXT   REFERENCES application (id),
    declared_by    TEXT   NOT NULL REFERENCES account (id),
    declared_at    BIGINT NOT NULL
);
CREATE INDEX staff_conflict_by_card ON staff_conflict (card_id);

CREATE TABLE complaint (
    id          TEXT   NOT NULL PRIMARY KEY,
    card_id     TEXT   NOT NULL REFERENCES staff_card (id),
    text        TEXT   NOT NULL,
    recorded_by TEXT   NOT NULL REFERENCES account (id),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX complaint_by_card ON complaint (card_id);

-- A group that breaks rules: asked for by one person with a reason, decided by another.
CREATE TABLE group_override (
    id          TEXT   NOT NULL PRIMARY KEY,
    session_id  TEXT   NOT NULL REFERENCES session (id),
    batch_id    TEXT   NOT NULL REFERENCES batch (id),
    wanted      TEXT   NOT NULL,
    broken      TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    asked_by    TEXT   NOT NULL REFERENCES account (id),
    asked_at    BIGINT NOT NULL,
    granted     BIGINT CHECK (granted IN (0, 1)),
    decided_by  TEXT   REFERENCES account (id),
    decided_at  BIGINT,
    answer      TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX group_override_by_batch ON group_override (batch_id);

CREATE TRIGGER staff_conflict_no_change BEFORE UPDATE OR DELETE ON staff_conflict FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER complaint_no_change BEFORE UPDATE OR DELETE ON complaint FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A decision stands, is another person's, and changes nothing of what was asked; a question goes nowhere.
CREATE TRIGGER group_override_no_update BEFORE UPDATE ON group_override FOR EACH ROW
    WHEN (OLD.decided_by IS NOT NULL OR NEW.wanted <> OLD.wanted OR NEW.broken <> OLD.broken OR NEW.reason <> OLD.reason
        OR NEW.asked_by <> OLD.asked_by OR NEW.asked_at <> OLD.asked_at OR NEW.session_id <> OLD.session_id
        OR NEW.decided_by = OLD.asked_by) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER group_override_no_delete BEFORE DELETE ON group_override FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER staff_card_no_delete BEFORE DELETE ON staff_card FOR EACH ROW EXECUTE FUNCTION refuse_change();
