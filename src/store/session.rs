//! Sessions, seats, staff, papers and drawn tasks.
