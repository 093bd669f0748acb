//! The regression of one sector's margin on CPI and PPI, and their joint effect.

use std::ops::RangeInclusive;

use rotor_factor::{Explanation, FactorError, Panel, Parameters};
use rotor_stats::{Columns, Fit, RANK_CUTOFF, StatsError, TOLERANCE, Workspace, is_constant, least_squares};

use crate::reasons::{self, no_regression};

/// What is regressed on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    // Invariant: min_quarters <= n_quarters, and both exceed the number of columns and `newey_west_lag`.
    n_quarters: usize,
    min_quarters: usize,
    is_change: bool,
    has_dummies: bool,
    /// `None` for the classic covariance.
    newey_west_lag: Option<usize>,
}

/// CPI and PPI by quarter.
#[derive(Clone, Debug)]
pub(crate) struct Quarters {
    /// Position of the first quarter on the calendar.
    first: i32,
    /// CPI and PPI of each quarter: the mean of the months that are public, and how many these are.
    means: Vec<[(f64, u32); 2]>,
}

/// What a regression says of one sector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    /// Position of B on the calendar of quarters, and the margin there.
    pub(crate) base_quarter: i32,
    pub(crate) base: f64,
    pub(crate) n: usize,
    pub(crate) degrees_of_freedom: usize,
    pub(crate) r_squared: Option<f64>,
    pub(crate) b_cpi: f64,
    pub(crate) b_ppi: f64,
    /// `None` without a direction or a variance.
    pub(crate) joint: Option<Joint>,
    /// The margin of the quarter after B.
    pub(crate) forecast: Option<f64>,
}

/// The joint effect of CPI and PPI, with its uncertainty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joint {
    pub(crate) theta: f64,
    pub(crate) standard_error: f64,
    pub(crate) t: f64,
}

impl Quarters {
    /// Takes the means of every quarter that the windows of CPI and PPI touch.
    pub(crate) fn new(cpi: Panel<'_>, ppi: Panel<'_>, market: usize) -> Self {
        let last = cpi.last().index().div_euclid(3);
        let first = last - (cpi.n_periods() / 3) as i32;
        let mean = |panel: &Panel<'_>, quarter: i32| {
            let months = (0..3).filter_map(|month| panel.at(market, 3 * quarter + month));
            let (sum, n) = months.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
            (sum / f64::from(n), n)
        };
        let means = (first..=last).map(|quarter| [mean(&cpi, quarter), mean(&ppi, quarter)]).collect();
        Self { first, means }
    }

    /// Returns CPI and PPI of a quarter of which at least `min_months` months are public, each for itself.
    fn get(&self, quarter: i32, min_months: u32) -> Option<[f64; 2]> {
        let means = self.means.get(usize::try_from(quarter - self.first).ok()?)?;
        let is_known = means.iter().all(|(mean, n)| *n >= min_months && mean.is_finite());
        is_known.then(|| means.map(|(mean, _)| mean))
    }
}

impl Model {
    /// Takes the options of the regression.
    ///
    /// # Errors
    ///
    /// If the window is shorter than the least number of quarters, or that number too small for the coefficients.
    pub(crate) fn new(parameters: &Parameters) -> Result<Self, FactorError> {
        let model = Self {
            n_quarters: parameters.count("quarters"),
            min_quarters: parameters.count("min_quarters"),
            is_change: parameters.text("margin") == "yoy_change",
            has_dummies: parameters.flag("quarter_dummies"),
            newey_west_lag: (parameters.text("standard_errors") == "newey_west")
                .then(|| parameters.count("newey_west_lag")),
        };
        let least = (model.n_columns() + 1).max(model.newey_west_lag.unwrap_or(0) + 1);
        if model.min_quarters > model.n_quarters {
            let rule = format!("at most `quarters` ({})", model.n_quarters);
            return Err(FactorError::parameter("min_quarters", model.min_quarters, rule));
        }
        if model.min_quarters < least {
            let rule = format!("at least {least}, more than there are coefficients and lags");
            return Err(FactorError::parameter("min_quarters", model.min_quarters, rule));
        }
        Ok(model)
    }

    /// Returns the degrees of freedom that a regression can have.
    pub(crate) fn degrees_of_freedom(&self) -> RangeInclusive<usize> {
        self.min_quarters - self.n_columns()..=self.n_quarters - self.n_columns()
    }

    fn n_columns(&self) -> usize {
        if self.has_dummies { 6 } else { 3 }
    }

    /// Regresses a sector's margin over the quarters to its last public one.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    pub(crate) fn effect(
        &self,
        margins: &Panel<'_>,
        sector: usize,
        quarters: &Quarters,
        directions: (f64, f64),
        workspace: &mut Workspace,
    ) -> Result<Effect, Explanation> {
        let (lag, base) = margins.latest(sector).ok_or(reasons::NO_MARGIN)?;
        let base_quarter = margins.last().index() - lag as i32;
        // A quarter with something missing is dropped and not replaced by an older one.
        let rows: Vec<(i32, f64, [f64; 2])> = (base_quarter + 1 - self.n_quarters as i32..=base_quarter)
            .filter_map(|quarter| {
                Some((quarter, self.explained(margins, sector, quarter)?, quarters.get(quarter, 3)?))
            })
            .collect();
        let n = rows.len();
        if n < self.min_quarters {
            return Err(reasons::TOO_FEW_QUARTERS.with(&[("n", &n), ("needed", &self.min_quarters)]));
        }
        let mut columns = Vec::with_capacity(n * self.n_columns());
        columns.resize(n, 1.0);
        for price in 0..2 {
            columns.extend(rows.iter().map(|(_, _, prices)| prices[price]));
        }
        for number in (1..4).filter(|_| self.has_dummies) {
            let is_it = |quarter: i32| quarter.rem_euclid(4) == number;
            columns.extend(rows.iter().map(|(quarter, ..)| f64::from(u8::from(is_it(*quarter)))));
        }
        let y: Vec<f64> = rows.iter().map(|(_, y, _)| *y).collect();
        let fitted = Columns::new(&columns, n, self.n_columns())
            .and_then(|x| least_squares(x, &y, RANK_CUTOFF, workspace))
            .map_err(|error| no_regression(&error))?;
        if fitted.rank() < self.n_columns() {
            let reason =
                if self.has_dummies { reasons::DEPENDENT_QUARTERS } else { reasons::DEPENDENT_PRICES };
            return Err(reason.into());
        }
        let coefficients = fitted.coefficients();
        Ok(Effect {
            base_quarter,
            base,
            n,
            degrees_of_freedom: fitted.degrees_of_freedom(),
            r_squared: r_squared(&y, fitted.residual_sum_of_squares()),
            b_cpi: coefficients[1],
            b_ppi: coefficients[2],
            // A margin that never changes is fitted exactly, but for rounding in its own units.
            joint: if is_constant(&y) {
                None
            } else {
                self.joint(&fitted, directions).map_err(|error| no_regression(&error))?
            },
            forecast: self.forecast(&fitted, margins, sector, base_quarter + 1, quarters),
        })
    }

    /// Returns what is explained in a quarter: the margin, or its year-on-year change.
    fn explained(&self, margins: &Panel<'_>, sector: usize, quarter: i32) -> Option<f64> {
        let margin = margins.at(sector, quarter)?;
        if self.is_change { Some(margin - margins.at(sector, quarter - 4)?) } else { Some(margin) }
    }

    /// Returns `d_c b_c + d_p b_p` with its t; the covariance of the two is part of the variance.
    fn joint(&self, fitted: &Fit<'_>, directions: (f64, f64)) -> Result<Option<Joint>, StatsError> {
        if directions == (0.0, 0.0) {
            return Ok(None);
        }
        let covariance = match self.newey_west_lag {
            Some(lag) => fitted.newey_west(lag)?,
            None => fitted.covariance()?,
        };
        let combination = [0.0, directions.0, directions.1, 0.0, 0.0, 0.0];
        let effect = covariance.effect(fitted.coefficients(), &combination[..self.n_columns()])?;
        let (theta, standard_error) = (effect.estimate, effect.standard_error());
        // Residuals that are zero on paper leave a variance of rounding.
        let t = effect.t().filter(|_| standard_error > TOLERANCE);
        Ok(t.map(|t| Joint { theta, standard_error, t }))
    }

    /// Returns the margin that goes with the CPI and PPI public of a quarter.
    fn forecast(
        &self,
        fitted: &Fit<'_>,
        margins: &Panel<'_>,
        sector: usize,
        quarter: i32,
        quarters: &Quarters,
    ) -> Option<f64> {
        let [cpi, ppi] = quarters.get(quarter, 1)?;
        let is_it = |number: i32| f64::from(u8::from(quarter.rem_euclid(4) == number));
        let row = [1.0, cpi, ppi, is_it(1), is_it(2), is_it(3)];
        let value = fitted.predict(&row[..self.n_columns()]).ok()?;
        let base = if self.is_change { margins.at(sector, quarter - 4)? } else { 0.0 };
        Some(value + base).filter(|forecast| forecast.is_finite())
    }
}

/// Returns 1 - RSS / TSS about the mean; `None` if all values are the same.
fn r_squared(y: &[f64], residual_sum_of_squares: f64) -> Option<f64> {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let total: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    let r_squared = 1.0 - residual_sum_of_squares / total;
    (!is_constant(y) && r_squared.is_finite()).then_some(r_squared)
}
