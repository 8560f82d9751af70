//! In the room: check-in, start, extra time, release, forced hand-in, incidents.
