//! The regression of one sector's growth on that of its industries and on its own past.

use std::ops::Range;

use rotor_factor::{Explanation, FactorError, Month, Panel, Parameters};
use rotor_stats::{
    Columns, RANK_CUTOFF, StandardisedFit, StandardisedRows, TOLERANCE, Workspace, clip, equal, is_constant,
    less_than, pearson,
};

use crate::growth::{Path, Span};
use crate::reasons::{self, no_regression};
use crate::target::{Target, is_quarter_end};

/// How the regression is made and tested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    // Invariant: test_rows + embargo + N_REGRESSORS < min_months <= window.
    window: usize,
    min_months: usize,
    ridge: f64,
    ridge_beside: f64,
    test_rows: usize,
    embargo: usize,
    first_own_lag: i32,
    is_base_reported: bool,
}

/// What became of one sector. Months are positions on the calendar, January 1970 being 0; growth is in percent.
#[derive(Clone, Debug)]
pub(crate) struct Fitted {
    pub(crate) target: Target,
    /// y(B) as reported.
    pub(crate) reported: f64,
    /// What the forecast is held against: y(B), or its fitted value, of which there is none if a regressor is missing.
    pub(crate) base: Option<f64>,
    /// f(T); `None` if a regressor of T is not public.
    pub(crate) forecast: Option<f64>,
    /// f of the months between.
    pub(crate) between: [Option<(i32, Option<f64>)>; 2],
    /// Rows in the refit.
    pub(crate) n: usize,
    /// The model, and the ridge that is reported beside it.
    pub(crate) tested: Tested,
    pub(crate) beside: Tested,
    /// Of actual and fitted values of the refit.
    pub(crate) correlation: Option<f64>,
    /// Month, actual and fitted value of each row of the refit; the first `n_train` and the last `n_test` were split off.
    pub(crate) rows: Vec<(i32, f64, f64)>,
    pub(crate) n_train: usize,
    pub(crate) n_test: usize,
    /// Growth of its industries.
    pub(crate) x: Path,
}

/// How well rows are fitted or foreseen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    pub(crate) mse: f64,
    /// About the mean of the train rows; `None` if the values do not vary about it.
    pub(crate) r_squared: Option<f64>,
}

/// A fit of the train rows and what it foresees of the test rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tested {
    pub(crate) train: Quality,
    pub(crate) test: Quality,
    /// Of the test rows those that end a quarter, if there are any.
    pub(crate) quarter_ends: Option<Quality>,
}

/// Memory that the fits of all sectors share.
#[derive(Debug)]
pub(crate) struct Scratch {
    regression: StandardisedRows,
    workspace: Workspace,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { regression: StandardisedRows::new(N_REGRESSORS), workspace: Workspace::new() }
    }
}

/// The rows of one sector: month, y and its regressors, in time order.
struct Rows {
    months: Vec<i32>,
    y: Vec<f64>,
    /// Row by row.
    z: Vec<[f64; N_REGRESSORS]>,
}

const N_INDUSTRIAL_LAGS: i32 = 6;
const N_OWN_LAGS: i32 = 4;
const N_REGRESSORS: usize = (N_INDUSTRIAL_LAGS + N_OWN_LAGS) as usize;

impl Model {
    /// Takes the options of the regression.
    ///
    /// # Errors
    ///
    /// If the rows needed are more than the window has, or too few to be split.
    pub(crate) fn new(parameters: &Parameters) -> Result<Self, FactorError> {
        let model = Self {
            window: parameters.count("window"),
            min_months: parameters.count("min_months"),
            ridge: parameters.number("ridge"),
            ridge_beside: parameters.number("ridge_beside"),
            test_rows: parameters.count("test_rows"),
            embargo: parameters.count("embargo"),
            first_own_lag: parameters.count("first_own_lag") as i32,
            is_base_reported: parameters.text("base") == "reported",
        };
        let least = N_REGRESSORS + 2 + model.embargo + model.test_rows;
        let rule = if model.min_months > model.window {
            format!("at most `window` ({})", model.window)
        } else if model.min_months < least {
            format!("at least {least}: 12 to train, and the rows of `embargo` and `test_rows`")
        } else {
            return Ok(model);
        };
        Err(FactorError::parameter("min_months", model.min_months, rule))
    }

    /// Returns the months of which any sector needs industrial growth: from the longest lag of its oldest row to `last`.
    pub(crate) fn span(&self, reports: &Panel<'_>, last: Month) -> Span {
        let bases = (0..reports.n_entities()).filter_map(|sector| base_month(reports, sector));
        let first = bases.min().map_or(last.index() + 1, |base| self.first_row(base) - N_INDUSTRIAL_LAGS);
        // One more year for what is compared with the year before, and December for January.
        Span { first: first - 13, last: last.index() }
    }

    fn first_row(&self, base: i32) -> i32 {
        base + 1 - self.window as i32
    }

    /// Fits a sector's growth on `x`, the growth of its industries.
    ///
    /// # Errors
    ///
    /// The reason why nothing is fitted.
    pub(crate) fn fit(
        &self,
        reports: &Panel<'_>,
        sector: usize,
        x: Path,
        bound: f64,
        scratch: &mut Scratch,
    ) -> Result<Fitted, Explanation> {
        // 4. Own growth, linear between public quarter-ends.
        let base = base_month(reports, sector).ok_or(reasons::NO_REPORT)?;
        let first = self.first_row(base) - self.first_own_lag - N_OWN_LAGS;
        let y = monthly(reports, sector, Span { first, last: base }, bound);
        // 5, 6. What there is to forecast.
        let frontier = x.last().ok_or(reasons::NO_INDUSTRY_GROWTH)? + 1;
        let target = Target::new(base, frontier).ok_or(reasons::NO_TARGET)?;
        // 7. Complete rows of the window.
        let rows = self.rows(&x, &y, base);
        let n = rows.y.len();
        if n < self.min_months {
            return Err(reasons::TOO_FEW_MONTHS.with(&[("n", &n), ("needed", &self.min_months)]));
        }
        // 8. Train, embargo, test; then all rows.
        let n_train = n - self.embargo - self.test_rows;
        let Scratch { regression, workspace } = scratch;
        regression.clear();
        rows.add_to(regression, 0..n_train)?;
        let beside = rows.tested(&fit(regression, self.ridge_beside, workspace)?, n_train, self.test_rows)?;
        let tested = rows.tested(&fit(regression, self.ridge, workspace)?, n_train, self.test_rows)?;
        rows.add_to(regression, n_train..n)?;
        let refit = fit(regression, self.ridge, workspace)?;
        let mut fitted = Vec::with_capacity(n);
        for row in &rows.z {
            fitted.push(refit.predict(row).map_err(|error| no_regression(&error))?);
        }
        // 9. The forecasts.
        let foresee = |month: i32| {
            self.regressors(&x, &y, month)
                .map(|row| refit.predict(&row))
                .transpose()
                .map_err(|error| no_regression(&error))
        };
        let between =
            target.between.map(|month| month.map(|month| Ok::<_, Explanation>((month, foresee(month)?))));
        let [earlier, later] = between.map(Option::transpose);
        let reported = y.get(base).expect("the base quarter has a report");
        let base_row = rows.months.iter().position(|month| *month == base);
        Ok(Fitted {
            target,
            reported,
            base: if self.is_base_reported { Some(reported) } else { base_row.map(|row| fitted[row]) },
            forecast: foresee(target.month)?,
            between: [earlier?, later?],
            n,
            tested,
            beside,
            correlation: (!is_constant(&rows.y) && !is_constant(&fitted))
                .then(|| pearson(&rows.y, &fitted).ok())
                .flatten(),
            rows: (0..n).map(|row| (rows.months[row], rows.y[row], fitted[row])).collect(),
            n_train,
            n_test: self.test_rows,
            x,
        })
    }

    /// Returns the rows of the window whose value and regressors are all there.
    fn rows(&self, x: &Path, y: &Path, base: i32) -> Rows {
        let n = self.window;
        let mut rows =
            Rows { months: Vec::with_capacity(n), y: Vec::with_capacity(n), z: Vec::with_capacity(n) };
        for month in self.first_row(base)..=base {
            if let (Some(value), Some(z)) = (y.get(month), self.regressors(x, y, month)) {
                rows.months.push(month);
                rows.y.push(value);
                rows.z.push(z);
            }
        }
        rows
    }

    /// Returns what a month is regressed on: x of the six months before it, oldest first, then y of four months.
    fn regressors(&self, x: &Path, y: &Path, month: i32) -> Option<[f64; N_REGRESSORS]> {
        let industrial = x.part(month - N_INDUSTRIAL_LAGS, N_INDUSTRIAL_LAGS)?;
        let own = y.part(month - self.first_own_lag - N_OWN_LAGS + 1, N_OWN_LAGS)?;
        let mut regressors = [0.0; N_REGRESSORS];
        let (first, rest) = regressors.split_at_mut(industrial.len());
        first.copy_from_slice(industrial);
        rest.copy_from_slice(own);
        regressors.iter().all(|value| !value.is_nan()).then_some(regressors)
    }
}

impl Fitted {
    /// Tells whether the forecast of a month between lies on the same side of the base as that of the target; `None`
    /// without either.
    pub(crate) fn confirms(&self, value: f64) -> Option<bool> {
        let (forecast, base) = (self.forecast?, self.base?);
        Some(if forecast > base { less_than(base, value) } else { less_than(value, base) })
    }
}

impl Rows {
    /// Adds a part of the rows to a regression.
    fn add_to(&self, regression: &mut StandardisedRows, part: Range<usize>) -> Result<(), Explanation> {
        let mut columns = Vec::with_capacity(part.len() * N_REGRESSORS);
        for column in 0..N_REGRESSORS {
            columns.extend(self.z[part.clone()].iter().map(|row| row[column]));
        }
        Columns::new(&columns, part.len(), N_REGRESSORS)
            .and_then(|x| regression.add(x, &self.y[part]))
            .map_err(|error| no_regression(&error))
    }

    /// Judges a fit of the first `n_train` rows by these and by what it foresees of the last `n_test`.
    fn tested(
        &self,
        fit: &StandardisedFit<'_>,
        n_train: usize,
        n_test: usize,
    ) -> Result<Tested, Explanation> {
        let mean = self.y[..n_train].iter().sum::<f64>() / n_train as f64;
        let mut test = Vec::with_capacity(n_test);
        for row in self.y.len() - n_test..self.y.len() {
            let foreseen = fit.predict(&self.z[row]).map_err(|error| no_regression(&error))?;
            test.push((self.months[row], self.y[row], foreseen));
        }
        let train =
            Quality { mse: fit.residual_sum_of_squares() / n_train as f64, r_squared: fit.r_squared() };
        Ok(Tested {
            train,
            test: Quality::of(test.iter(), mean).ok_or(reasons::NO_TEST_ROWS)?,
            quarter_ends: Quality::of(test.iter().filter(|(month, ..)| is_quarter_end(*month)), mean),
        })
    }
}

impl Quality {
    /// Judges values foreseen, of triples of month, value and foresight; `None` without any.
    fn of<'a>(rows: impl Iterator<Item = &'a (i32, f64, f64)>, train_mean: f64) -> Option<Self> {
        let (mut n, mut residual, mut total, mut varies) = (0.0, 0.0, 0.0, false);
        for (_, actual, foreseen) in rows {
            n += 1.0;
            residual += (actual - foreseen) * (actual - foreseen);
            total += (actual - train_mean) * (actual - train_mean);
            varies |= !equal(*actual, train_mean);
        }
        (n > 0.0).then(|| Self { mse: residual / n, r_squared: varies.then(|| 1.0 - residual / total) })
    }
}

/// Fits the rows of a regression. A growth that is published as 5.0 every month differs in its last bits, and is none
/// that varies.
fn fit<'a>(
    regression: &'a StandardisedRows,
    ridge: f64,
    workspace: &'a mut Workspace,
) -> Result<StandardisedFit<'a>, Explanation> {
    regression.fit(ridge, RANK_CUTOFF, TOLERANCE, workspace).map_err(|error| no_regression(&error))
}

/// Returns the last month of a sector's last public quarter.
fn base_month(reports: &Panel<'_>, sector: usize) -> Option<i32> {
    let (lag, _) = reports.latest(sector)?;
    Some(3 * (reports.last().index() - lag as i32) + 2)
}

/// Returns a sector's growth by month, linear between public quarter-ends that are three months apart.
fn monthly(reports: &Panel<'_>, sector: usize, span: Span, bound: f64) -> Path {
    let reported = |quarter: i32| Some(clip(reports.at(sector, quarter)?, -bound, bound));
    let mut values = Vec::with_capacity(span.len());
    for month in span.first..=span.last {
        // The quarter-end on or before the month, and how many months have passed since.
        let passed = (month + 1).rem_euclid(3);
        let quarter = (month - passed).div_euclid(3);
        let value = match (reported(quarter), reported(quarter + 1)) {
            (Some(before), _) if passed == 0 => before,
            (Some(before), Some(after)) => before + (after - before) * f64::from(passed) / 3.0,
            _ => f64::NAN,
        };
        values.push(value);
    }
    Path::new(span.first, values)
}
