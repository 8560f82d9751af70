-- Machines of a hall that are bound to seats. The other engine's file has the same tables and columns.

-- The code with which machines of a room are bound, until it ends; only its digest is kept.
CREATE TABLE binding_code (
    room_id TEXT   NOT NULL PRIMARY KEY REFERENCES room (id),
    code    TEXT   NOT NULL UNIQUE,
    until   BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT   NOT NULL REFERENCES account (id)
);

-- A machine, known by a secret that its browser keeps. Seat 0 is a spare machine of the room.
CREATE TABLE terminal (
    id         TEXT   NOT NULL PRIMARY KEY,
    room_id    TEXT   NOT NULL REFERENCES room (id),
    seat_no    BIGINT NOT NULL CHECK (seat_no >= 0),
    token      TEXT   NOT NULL UNIQUE,
    bound_at   BIGINT NOT NULL,
    bound_by   TEXT   NOT NULL REFERENCES account (id),
    removed_at BIGINT
);
CREATE UNIQUE INDEX terminal_by_seat ON terminal (room_id, seat_no) WHERE removed_at IS NULL AND seat_no > 0;

-- Whether a session opens its papers only at the machine of the candidate's own seat.
ALTER TABLE session_lock ADD COLUMN own_seat BIGINT NOT NULL DEFAULT 0 CHECK (own_seat IN (0, 1));
