//! Loading banks as immutable versions.
