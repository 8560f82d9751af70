//! Issuing and checking, through the acts.
