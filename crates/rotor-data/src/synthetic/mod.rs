//! Synthetic worlds.
