//! Every recipe reads a fixture of the shape in which its source writes, with made-up numbers.

mod cn;
mod workbooks;
mod world;
