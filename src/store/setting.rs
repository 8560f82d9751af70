//! Single values of the installation.
