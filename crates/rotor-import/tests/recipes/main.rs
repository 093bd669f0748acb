//! Recipes on files of the shapes that programs write, with made-up numbers.

mod workbooks;
mod world;
