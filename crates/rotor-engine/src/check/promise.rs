//! What every factor promises, in the order in which it is tried.

use std::fmt;

use rotor_data::Future;

/// What every factor promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Promise {
    /// Equal views give equal bits.
    Repetition,
    /// The order of the calls does not matter.
    Order,
    /// Another instance of the same parameters gives the same bits.
    Instance,
    /// Calls from many threads give the same bits.
    Threads,
    /// A process that has done nothing else gives the same bits.
    Process,
    /// A process that may not open files gives the same bits.
    Files,
    /// Dropping what was not public changes nothing.
    Truncation,
    /// Replacing what was not public by noise changes nothing.
    Poison,
    /// Turning what was not public upside down changes nothing.
    Flipped,
    /// Numbers as large as can be in place of what was not public change nothing.
    Extreme,
    /// What is no number in place of what was not public changes nothing.
    NotNumbers,
    /// A missing input gives a reason.
    MissingInput,
    /// Every call keeps the contract.
    Contract,
}

impl Promise {
    /// Every promise, in the order in which they are tried.
    pub const ALL: [Self; 13] = [
        Self::Contract,
        Self::Repetition,
        Self::Order,
        Self::Instance,
        Self::Threads,
        Self::Process,
        Self::Files,
        Self::Truncation,
        Self::Poison,
        Self::Flipped,
        Self::Extreme,
        Self::NotNumbers,
        Self::MissingInput,
    ];

    /// Those that [`check()`](crate::check()) tries, in one process and in a moment.
    pub const HERE: [Self; 8] = [
        Self::Contract,
        Self::Repetition,
        Self::Order,
        Self::Instance,
        Self::Threads,
        Self::Truncation,
        Self::Poison,
        Self::MissingInput,
    ];

    /// Returns the promise in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Repetition => "repetition",
            Self::Order => "order",
            Self::Instance => "instance",
            Self::Threads => "threads",
            Self::Process => "process",
            Self::Files => "files",
            Self::Truncation => "truncation",
            Self::Poison => "noise",
            Self::Flipped => "flipped",
            Self::Extreme => "extreme",
            Self::NotNumbers => "not_numbers",
            Self::MissingInput => "missing_input",
            Self::Contract => "contract",
        }
    }

    /// Returns the future under which nothing may change, if the promise is about one.
    #[must_use]
    pub fn future(self) -> Option<Future> {
        match self {
            Self::Truncation => Some(Future::Dropped),
            Self::Poison => Some(Future::Noise(0x5EED)),
            Self::Flipped => Some(Future::Flipped),
            Self::Extreme => Some(Future::Extreme),
            Self::NotNumbers => Some(Future::NotNumbers),
            _ => None,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repetition => "equal views give equal bits",
            Self::Order => "the order of the calls does not matter",
            Self::Instance => "another instance gives the same bits",
            Self::Threads => "calls from many threads give the same bits",
            Self::Process => "a fresh process gives the same bits",
            Self::Files => "without any file it gives the same bits",
            Self::Truncation => "dropping the future changes nothing",
            Self::Poison => "replacing the future by noise changes nothing",
            Self::Flipped => "turning the future upside down changes nothing",
            Self::Extreme => "a future of extreme values changes nothing",
            Self::NotNumbers => "a future without numbers changes nothing",
            Self::MissingInput => "a missing input gives a reason",
            Self::Contract => "every call keeps the contract",
        })
    }
}
