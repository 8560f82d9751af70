//! Stations, rooms, plans and batches.
