//! The dataset folder.

pub mod model;
pub mod synthetic;
