//! Heat, pair by pair (section 6.4 of the method).

use std::collections::BTreeMap;

use rotor_factor::{Date, Month};

use super::{Answer, EPSILON, Facts, Forecast, Marks, Realized, before, mean};

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Months in the window, the last one included.
    pub window: i32,
    /// The fewest months that a pair must share.
    pub min_months: usize,
    /// Whether heat must have turned.
    pub confirm: bool,
    /// Whether hot sectors are liked.
    pub is_momentum: bool,
    /// Whether two thirds and one third of all pairs divide the sectors, whatever their ranks.
    pub has_levels: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { window: 60, min_months: 36, confirm: false, is_momentum: false, has_levels: false }
    }
}

/// The counts of a sector in one month.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    n_pairs: usize,
    n_above: usize,
    n_below: usize,
}

impl Counts {
    /// The share of pairs above their mean, in percent.
    fn heat(self) -> Option<f64> {
        if self.n_pairs == 0 {
            return None;
        }
        if self.n_above + self.n_below == 0 {
            return Some(50.0);
        }
        Some(100.0 * self.n_above as f64 / (self.n_above + self.n_below) as f64)
    }
}

/// Returns what heat says at E.
#[must_use]
pub fn answer(facts: &Facts, e: Date, options: &Options) -> Answer {
    let month = facts.month(e);
    let codes: Vec<&str> = facts.cross_section(e).iter().map(|sector| sector.code.as_str()).collect();
    let returns: Vec<BTreeMap<Month, f64>> = codes.iter().map(|code| returns(facts, code, e)).collect();
    let counts = [0, 1, 2].map(|lag| count(&returns, before(month, lag), options));

    let mut answer = Answer::default();
    // The forecast, and how much heat has changed over the month.
    let mut forecasts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (position, code) in codes.iter().enumerate() {
        answer.sectors.insert((*code).to_owned(), Marks::default());
        let now = counts[0][position];
        let Some(heat) = now.heat() else { continue };
        answer.diagnose("n_above", code, now.n_above as f64);
        answer.diagnose("n_below", code, now.n_below as f64);
        answer.diagnose("heat", code, heat);
        let (target, sector) = ("heat".to_owned(), (*code).to_owned());
        answer.realized.push(Realized { target, sector, period: month.last_day(), value: heat });
        let (Some(one_before), Some(two_before)) = (counts[1][position].heat(), counts[2][position].heat())
        else {
            continue;
        };
        let forecast = (heat + one_before + two_before) / 3.0;
        forecasts.insert(code, (forecast, heat - one_before));
        answer.forecasts.push(Forecast {
            target: "heat".to_owned(),
            sector: (*code).to_owned(),
            period: before(month, -1).last_day(),
            value: forecast,
            naive: heat,
        });
    }

    let third = (forecasts.len() / 3) as f64;
    for (code, (forecast, change)) in &forecasts {
        let n_hotter = forecasts.values().filter(|(other, _)| *other > forecast + EPSILON).count();
        let n_equal = forecasts.values().filter(|(other, _)| (other - forecast).abs() <= EPSILON).count();
        let rank = n_hotter as f64 + f64::midpoint(n_equal as f64, 1.0);
        let is_hot = if options.has_levels { *forecast >= 200.0 / 3.0 - EPSILON } else { rank <= third };
        let is_cold = if options.has_levels {
            *forecast <= 100.0 / 3.0 + EPSILON
        } else {
            rank >= forecasts.len() as f64 - third + 1.0
        };
        let mut score = match (is_hot, is_cold) {
            (true, false) if options.is_momentum => 3.0,
            (false, true) if options.is_momentum => 1.0,
            (true, false) => 1.0,
            (false, true) => 3.0,
            _ => 2.0,
        };
        if options.confirm {
            let is_confirmed =
                if score == 1.0 { *change < -EPSILON } else { score == 2.0 || *change > EPSILON };
            if !is_confirmed {
                score = 2.0;
            }
        }
        let raw = if options.is_momentum { *forecast } else { -forecast };
        answer.sectors.insert((*code).to_owned(), Marks { score: Some(score), raw: Some(raw) });
    }
    answer
}

/// The returns of a sector, month by month.
fn returns(facts: &Facts, code: &str, e: Date) -> BTreeMap<Month, f64> {
    let closes = facts.month_end_closes(code, e);
    let month_return =
        |(month, close): (&Month, &f64)| Some((*month, close / closes.get(&before(*month, 1))? - 1.0));
    closes.iter().filter_map(month_return).collect()
}

/// Counts for each sector the pairs above and below their mean in a month.
fn count(returns: &[BTreeMap<Month, f64>], month: Month, options: &Options) -> Vec<Counts> {
    let count_one = |a: usize| {
        let mut counts = Counts::default();
        for b in (0..returns.len()).filter(|b| *b != a) {
            let Some(z) = z_score(&returns[a], &returns[b], month, options) else { continue };
            counts.n_pairs += 1;
            counts.n_above += usize::from(z > EPSILON);
            counts.n_below += usize::from(z < -EPSILON);
        }
        counts
    };
    (0..returns.len()).map(count_one).collect()
}

/// How far the difference of two returns lies above its mean, in standard deviations.
fn z_score(
    a: &BTreeMap<Month, f64>,
    b: &BTreeMap<Month, f64>,
    month: Month,
    options: &Options,
) -> Option<f64> {
    let difference = |month: Month| Some(a.get(&month)? - b.get(&month)?);
    let last = difference(month)?;
    let window: Vec<f64> =
        (0..options.window).rev().filter_map(|lag| difference(before(month, lag))).collect();
    if window.len() < options.min_months || window.len() < 2 {
        return None;
    }
    let mean = mean(&window);
    let sum_of_squares: f64 = window.iter().map(|d| (d - mean) * (d - mean)).sum();
    let sd = (sum_of_squares / (window.len() as f64 - 1.0)).sqrt();
    Some(if sd <= EPSILON { 0.0 } else { (last - mean) / sd })
}
