//! Reads its input with `arrow-array` 59, where Rotor has 60, through the Arrow C Data Interface.
//!
//! Expected: accepted; it says what `honest` says, bit for bit.

use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array, StructArray, cast::AsArray};
use rotor_factor::{
    AsOfView, CrossSection, EntityKind, Factor, FactorError, Frequency, Input, Parameter, Parameters, Signal,
    Spec,
};

struct ArrowReader {
    lookback: usize,
    skip: usize,
}

impl Factor for ArrowReader {
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
        let n_periods = self.lookback + 1;
        let closes = Input::close(EntityKind::Sector, Frequency::Monthly, n_periods);
        Spec::new("arrow_reader", "0.1.0", "Trailing return of a sector").zh("板块动量").input(closes)
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let last = view.window("close", self.lookback + 1)?.last();
        let closes: StructArray = rotor_factor::import_arrow!(view.to_arrow("close")?, arrow_array)?;
        let newest = closes.len() - 1;
        // The rows are the months, oldest first, and the columns the sectors in the order of the view.
        assert_eq!(closes.column_names()[0], "period");
        assert_eq!(closes.column(0).as_primitive::<Date32Type>().value(newest), last.end().days());
        assert!(closes.column_names()[1..].iter().copied().eq(view.sectors().codes()));
        let close = |sector: usize, lag: usize| {
            let column = closes.column(1 + sector).as_primitive::<Float64Type>();
            column.is_valid(newest - lag).then(|| column.value(newest - lag))
        };
        let returns = CrossSection::from_fn(view.n_sectors(), |sector| {
            Some(close(sector, self.skip)? / close(sector, self.lookback)? - 1.0)
        });
        Ok(Signal::thirds(view, &returns, "a close is missing"))
    }
}

rotor_factor::export_factor!(ArrowReader);
