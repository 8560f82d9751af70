//! Loaded bank versions.
