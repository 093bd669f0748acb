//! The trait that a researcher implements.

use crate::{AsOfView, FactorError, Parameter, Parameters, Signal, Spec};

/// A pure function from what was public on a day to one score per sector.
///
/// Equal views give equal bits, whatever was called before and from whichever thread. A factor has no clock, no files, no
/// randomness and no memory. It declares its inputs in [`Factor::spec`] and receives them as an [`AsOfView`].
///
/// [`export_factor!`](crate::export_factor) exports it to Rotor, linked or loaded; [`testing`](crate::testing) tests it on
/// tables of text.
pub trait Factor: Send + Sync + Sized + 'static {
    /// The parameters that a user can set.
    const PARAMETERS: &'static [Parameter] = &[];

    /// Creates the factor. All of [`Factor::PARAMETERS`] have a value of the declared type inside its range.
    ///
    /// # Errors
    ///
    /// If the values are inconsistent.
    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError>;

    /// Returns the factor's name, version and inputs, which may depend on its parameters.
    fn spec(&self) -> Spec;

    /// Scores the sectors of a view.
    ///
    /// # Errors
    ///
    /// If no sector can have a score on that day, with the reason. Single sectors without a score are
    /// [withheld](Signal::withhold) instead.
    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError>;
}
