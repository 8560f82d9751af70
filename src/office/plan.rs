//! Plans, stations, rooms and batches.
