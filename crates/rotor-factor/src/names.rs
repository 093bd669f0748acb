//! How long codes and names may be. One rule, from the tables of a dataset to the last file of a run.

/// The longest code or name, in bytes of UTF-8: of an entity, a series, a dataset, an input, a target, a diagnostic, a table or a
/// column of a table. Whatever a dataset may call a sector can so be the name of a column in a factor's table.
pub const LONGEST_NAME: usize = 128;

/// The longest name of a factor, in bytes. It stands before the name of a table in the name of a file, and both must fit.
pub const LONGEST_FACTOR_NAME: usize = 64;
