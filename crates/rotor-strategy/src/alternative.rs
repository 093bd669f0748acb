//! A factor with another parameter, beside the run.

use rotor_factor::Value;

use crate::factor_scores::FactorScores;

/// What a factor of the run says with one parameter changed, as the factor declares it worth trying.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Position of the factor in the run.
    pub factor: usize,
    /// The parameter that is changed.
    pub parameter: String,
    /// Its value.
    pub value: Value,
    /// Its scores, one entry an execution of the run.
    pub scores: Vec<FactorScores>,
}
