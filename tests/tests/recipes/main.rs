//! From raw files to the first table of a backtest, by recipes and the program alone.

mod cn;
#[path = "../../../crates/rotor-import/tests/recipes/workbooks.rs"]
mod workbooks;
mod world;
