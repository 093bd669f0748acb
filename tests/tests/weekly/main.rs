//! The numbers of the page of a week: the examples of its specification, a slow twin, and the laws of what is known.

mod flat;
mod laws;
mod made;
mod money;
mod profits;
mod returns;
mod samples;
mod tracking;
mod twin;
