//! Momentum as it should be: the twin of `c/momentum.c`, bit for bit.
//!
//! Expected: accepted; the yardstick for the others.

use rotor_factor::{
    AsOfView, CrossSection, EntityKind, Factor, FactorError, Frequency, Input, Parameter, Parameters, Reason,
    Signal, Spec,
};

/// The return from `lookback` months ago to `skip` months ago, scored by thirds.
pub struct Honest {
    // Invariant: skip < lookback, both in months.
    lookback: usize,
    skip: usize,
}

const NO_CLOSE: Reason = Reason::new("no_close", "a close is missing").zh("收盘价缺失");

impl Factor for Honest {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("lookback", 12, 1, 120, "months in the look-back window").zh("回看月数"),
        Parameter::integer("skip", 0, 0, 12, "latest months left out").zh("跳过的最近月数"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let (lookback, skip) = (parameters.count("lookback"), parameters.count("skip"));
        if skip >= lookback {
            return Err(FactorError::parameter("skip", skip, format!("less than `lookback` ({lookback})")));
        }
        Ok(Self { lookback, skip })
    }

    fn spec(&self) -> Spec {
        Spec::new("honest", "0.1.0", "Trailing return of a sector")
            .zh("板块动量")
            .with_reasons(&[NO_CLOSE])
            .input(Input::close(EntityKind::Sector, Frequency::Monthly, self.lookback + 1))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let closes = view.window("close", self.lookback + 1)?;
        let (end, start) = (closes.lag(self.skip), closes.lag(self.lookback));
        let returns = CrossSection::zip_with(&end, &start, |end, start| end / start - 1.0);
        Ok(Signal::thirds(view, &returns, NO_CLOSE))
    }
}

rotor_factor::export_factor!(Honest);
