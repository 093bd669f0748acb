//! A factor that does its work as often as it is told: what a call costs beyond that work is what is left of the time
//! of one round when the time of many has been divided by their number.

use std::hint::black_box;

use rotor_factor::{
    AsOfView, EntityKind, Factor, FactorError, Frequency, Input, Parameter, Parameters, Signal, Spec,
};

/// Scores every sector alike, again and again.
#[derive(Debug)]
pub struct Repeats {
    rounds: usize,
}

rotor_factor::export_factor!(Repeats);

impl Factor for Repeats {
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::integer("rounds", 1, 1, 1_000_000, "how often the work is done")];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self { rounds: parameters.count("rounds") })
    }

    fn spec(&self) -> Spec {
        Spec::new("repeats", "0.1.0", "Does its work as often as it is told").input(Input::close(
            EntityKind::Sector,
            Frequency::Monthly,
            61,
        ))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let mut signal = Err(FactorError::because("no round"));
        for _ in 0..self.rounds {
            signal = black_box(round(black_box(view)));
        }
        signal
    }
}

/// One round: the last close of every sector as raw value.
fn round(view: &AsOfView<'_>) -> Result<Signal, FactorError> {
    let closes = view.panel("close")?;
    let mut signal = Signal::new(view);
    for sector in 0..view.n_sectors() {
        match closes.get(sector, 0) {
            Some(close) => signal.score(sector, 2.0, close),
            None => signal.withhold(sector, "no close"),
        }
    }
    Ok(signal)
}
