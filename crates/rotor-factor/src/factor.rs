//! What a researcher writes.

use crate::{AsOfView, FactorError, Parameter, Parameters, Signal, Spec};

/// A pure function from what was public on a day to one score per sector.
///
/// Equal views give equal bits, whatever was asked before and from whichever thread. A factor has no clock, no files, no
/// randomness and no memory; what it needs it declares in [`Factor::spec`] and receives as an [`AsOfView`].
///
/// [`export_factor!`](crate::export_factor) makes it known to Rotor, linked in or loaded;
/// [`testing`](crate::testing) tries it on tables of text.
pub trait Factor: Send + Sync + Sized + 'static {
    /// What its user can set.
    const PARAMETERS: &'static [Parameter] = &[];

    /// Makes the factor. All of [`Factor::PARAMETERS`] have a value, of the declared type and inside its range.
    ///
    /// # Errors
    ///
    /// If the values do not go together.
    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError>;

    /// Says what the factor is and what it looks at, which may depend on its parameters.
    fn spec(&self) -> Spec;

    /// Scores the sectors of a view.
    ///
    /// # Errors
    ///
    /// If no sector can have a score on that day, with the reason. Where it is only some, they are
    /// [withheld](Signal::withhold) one by one.
    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError>;
}
