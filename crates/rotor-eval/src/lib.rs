//! The evaluator: what a run is worth, with how sure one may be.
