//! Preparing sessions: seats, staff, tickets, papers, tasks.
