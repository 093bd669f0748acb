//! Every figure against a slow and obvious version that shares nothing with the evaluator but Student's t.

mod support;

use std::f64::consts::PI;

use rotor_eval::evaluate;
use rotor_run::Config;
use rotor_run::{Forecast, Run};
use rotor_stats::{student_p_value, student_quantile};
use serde_json::Value;

/// A document, and the place in it that is compared.
struct At<'a>(&'a Value, String);

impl<'a> At<'a> {
    fn at(&self, path: &str) -> At<'a> {
        let steps = path.split('/').filter(|step| !step.is_empty());
        At(self.0, steps.fold(self.1.clone(), |place, step| format!("{place}/{step}")))
    }

    fn json(&self) -> &'a Value {
        self.0.pointer(&self.1).unwrap_or_else(|| panic!("nothing at {}", self.1))
    }

    fn equals(&self, path: &str, expected: f64) {
        let at = self.at(path);
        let found = at.json().as_f64().unwrap_or_else(|| panic!("{} at {}", at.json(), at.1));
        assert!(
            (found - expected).abs() <= 1e-11 * expected.abs().max(1e-3),
            "{}: {found}, not {expected}",
            at.1
        );
    }

    fn is(&self, path: &str, value: f64, n: usize) {
        self.equals(&format!("{path}/value"), value);
        self.equals(&format!("{path}/n"), n as f64);
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn covariance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| (a - mean(x)) * (b - mean(y))).sum::<f64>() / (x.len() as f64 - 1.0)
}

fn sd(x: &[f64]) -> f64 {
    covariance(x, x).sqrt()
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    covariance(x, y) / (sd(x) * sd(y))
}

fn average_ranks(x: &[f64]) -> Vec<f64> {
    let count = |test: &dyn Fn(f64) -> bool| x.iter().filter(|value| test(**value)).count() as f64;
    x.iter()
        .map(|value| count(&|other| other < *value) + 0.5 + 0.5 * count(&|other| other == *value))
        .collect()
}

/// The formulas of the method, with a cosine for each term.
fn check_mean(at: &At<'_>, x: &[f64], per_year: f64) {
    let n = x.len() as f64;
    at.is("", per_year * mean(x), x.len());
    let nu = (0.4 * n.powf(2.0 / 3.0)).floor().min((n / 3.0).floor()).max(2.0);
    let c = |j: f64| {
        let term = |t: usize| (PI * j * (t as f64 + 0.5) / n).cos() * (x[t] - mean(x));
        (2.0 / n).sqrt() * (0..x.len()).map(term).sum::<f64>()
    };
    let sum: f64 = (1..=nu as i32).map(|j| c(f64::from(j)).powi(2)).sum();
    let se = (sum / (nu * n)).sqrt();
    let quantile = |p: f64| student_quantile(p, nu).unwrap();
    at.equals("degrees_of_freedom", nu);
    at.equals("standard_error", per_year * se);
    at.equals("interval/0", per_year * (mean(x) - quantile(0.975) * se));
    at.equals("interval/1", per_year * (mean(x) + quantile(0.975) * se));
    at.equals("minimum_detectable", per_year * (quantile(0.975) + quantile(0.8)) * se);
    at.equals("p_value", student_p_value(mean(x) / se, nu).unwrap());
}

fn check_factor(at: &At<'_>, run: &Run, factor: usize, months: &[usize]) {
    let (mut rank_ics, mut ics, mut n_unscored) = (Vec::new(), Vec::new(), 0);
    let (mut raw_rank_ics, mut gains) = (Vec::new(), Vec::new());
    for month in months {
        let scored: Vec<_> = run
            .scores
            .iter()
            .filter(|row| {
                row.execution as usize == *month && row.factor as usize == factor && row.score.is_some()
            })
            .collect();
        n_unscored += usize::from(scored.is_empty());
        let (mut scores, mut returns) = (Vec::new(), Vec::new());
        let (mut raws, mut returns_of_raws) = (Vec::new(), Vec::new());
        for row in scored {
            for other in &run.sector_returns {
                if other.execution == row.execution && other.sector == row.sector {
                    scores.push(row.score.unwrap());
                    returns.push(other.value);
                    if let Some(raw) = row.raw {
                        raws.push((raw * 1e9).round() / 1e9);
                        returns_of_raws.push(other.value);
                    }
                }
            }
        }
        let raw_rank_ic = (raws.len() >= 3 && sd(&raws) > 1e-12)
            .then(|| correlation(&average_ranks(&raws), &average_ranks(&returns_of_raws)));
        raw_rank_ics.extend(raw_rank_ic);
        let rounded: Vec<f64> = scores.iter().map(|score| (score * 1e9).round() / 1e9).collect();
        if rounded.len() >= 3 && sd(&rounded) > 1e-12 {
            rank_ics.push(correlation(&average_ranks(&rounded), &average_ranks(&returns)));
            ics.push(correlation(&scores, &returns));
            gains.extend(raw_rank_ic.map(|raw| raw - rank_ics[rank_ics.len() - 1]));
        }
    }
    at.equals("n_months", months.len() as f64);
    at.equals("n_unscored", n_unscored as f64);
    at.equals("n_constant", (months.len() - n_unscored - ics.len()) as f64);
    check_mean(&at.at("raw_gain"), &gains, 1.0);
    for (name, x) in [("rank_ic", rank_ics), ("ic", ics), ("raw_rank_ic", raw_rank_ics)] {
        let at = at.at(name);
        check_mean(&at.at("mean"), &x, 1.0);
        at.is("deviation", sd(&x), x.len());
        at.is("ratio", mean(&x) / sd(&x), x.len());
        at.is("share_positive", x.iter().filter(|x| **x > 0.0).count() as f64 / x.len() as f64, x.len());
    }
}

/// Entity, forecast, no change, realized.
type Known = (u32, f64, f64, f64);

fn check_forecasts(at: &At<'_>, rows: &[&Forecast]) {
    let known: Vec<Known> = rows
        .iter()
        .filter_map(|row| row.realized.map(|found| (row.entity, row.forecast, row.naive, found.value)))
        .collect();
    let n = known.len();
    let mean_of =
        |entity: u32| mean(&known.iter().filter(|row| row.0 == entity).map(|row| row.3).collect::<Vec<_>>());
    let sum = |term: &dyn Fn(&Known) -> f64| known.iter().map(term).sum::<f64>();
    let errors = sum(&|row| (row.3 - row.1).powi(2));
    let changes = sum(&|row| (row.3 - row.2).powi(2));
    let hits = sum(&|row| f64::from(u8::from(((row.1 - row.2) * (row.3 - row.2)) > 0.0)));
    at.equals("n_unrealized", (rows.len() - n) as f64);
    at.is("mse", errors / n as f64, n);
    at.is("rmse", (errors / n as f64).sqrt(), n);
    at.is("mse_no_change", changes / n as f64, n);
    at.is("r2_no_change", 1.0 - errors / changes, n);
    at.is("r2_within", 1.0 - errors / sum(&|row| (row.3 - mean_of(row.0)).powi(2)), n);
    at.is("hit_rate", hits / n as f64, n);
}

fn returns_of(run: &Run, name: &str, months: &[usize]) -> Vec<(usize, f64)> {
    let is = |row: &&rotor_run::Return, month: usize| {
        row.execution as usize == month && run.portfolios[row.portfolio as usize] == name
    };
    months
        .iter()
        .filter_map(|month| Some((*month, run.returns.iter().find(|row| is(row, *month))?.value)))
        .collect()
}

fn check_drawdown(at: &At<'_>, run: &Run, growths: &[(usize, f64)]) {
    // Every pair of an earlier and a later level.
    let mut levels = vec![(1.0, run.executions[growths[0].0].as_of)];
    for (month, growth) in growths {
        levels.push((levels.last().unwrap().0 * growth, run.executions[*month].exit));
    }
    let mut worst = (0.0, levels[0].1, levels[0].1);
    for (position, late) in levels.iter().enumerate() {
        for early in &levels[..position] {
            if late.0 / early.0 - 1.0 < worst.0 {
                worst = (late.0 / early.0 - 1.0, early.1, late.1);
            }
        }
    }
    at.is("", worst.0, growths.len());
    assert_eq!(at.at("peak").json(), &Value::from(worst.1.to_string()));
    assert_eq!(at.at("trough").json(), &Value::from(worst.2.to_string()));
}

fn growth(returns: impl Iterator<Item = f64>) -> f64 {
    returns.map(|value| 1.0 + value).product()
}

fn check_portfolios(at: &At<'_>, run: &Run, months: &[usize]) {
    at.equals("n_months", months.len() as f64);
    let annual = |value: f64, n: usize| value.powf(12.0 / n as f64) - 1.0;
    for name in ["top", "top_net", "equal_weight", "b300", "b500"] {
        let at = at.at("performance").at(name);
        let pairs = returns_of(run, name, months);
        let (x, n): (Vec<f64>, _) = (pairs.iter().map(|pair| pair.1).collect(), pairs.len());
        at.is("total_return", growth(x.iter().copied()) - 1.0, n);
        at.is("annual_return", annual(growth(x.iter().copied()), n), n);
        at.is("volatility", sd(&x) * 12.0_f64.sqrt(), n);
        at.is("sharpe", 12.0 * mean(&x) / (sd(&x) * 12.0_f64.sqrt()), n);
        at.is("hit_rate", x.iter().filter(|x| **x > 0.0).count() as f64 / n as f64, n);
        at.equals("n_missing", (months.len() - n) as f64);
        let loss = mean(&x.iter().map(|x| if *x < 0.0 { x * x } else { 0.0 }).collect::<Vec<_>>()).sqrt();
        at.is("sortino", 12.0 * mean(&x) / (12.0_f64.sqrt() * loss), n);
        // The least k with 20 k months or more.
        let k = (1..=n).find(|k| 20 * k >= n).unwrap();
        let mut left = x.clone();
        let worst: Vec<f64> = (0..k)
            .map(|_| {
                let least = left.iter().copied().fold(f64::INFINITY, f64::min);
                let position = left.iter().position(|value| *value == least).unwrap();
                left.remove(position)
            })
            .collect();
        at.is("value_at_risk", worst[k - 1], n);
        at.is("conditional_value_at_risk", mean(&worst), n);
        let depth = at.at("max_drawdown/value").json().as_f64().unwrap();
        at.is("calmar", annual(growth(x.iter().copied()), n) / depth.abs(), n);
        at.is("since_start", growth(x.iter().copied()) - 1.0, n);
        let power = |p: i32| mean(&x.iter().map(|value| (value - mean(&x)).powi(p)).collect::<Vec<_>>());
        at.is("kurtosis", power(4) / power(2).powi(2) - 3.0, n);
        check_drawdown(
            &at.at("max_drawdown"),
            run,
            &pairs.iter().map(|pair| (pair.0, 1.0 + pair.1)).collect::<Vec<_>>(),
        );
    }
    for name in ["equal_weight", "b300", "b500"] {
        let at = at.at("excess/top_net").at(name);
        let mut both = Vec::new();
        for (month, ours) in returns_of(run, "top_net", months) {
            for (other, theirs) in returns_of(run, name, months) {
                if month == other {
                    both.push((month, ours, theirs));
                }
            }
        }
        let (x, n): (Vec<f64>, _) = (both.iter().map(|row| row.1 - row.2).collect(), both.len());
        check_mean(&at.at("arithmetic"), &x, 12.0);
        let relative = growth(both.iter().map(|row| row.1)) / growth(both.iter().map(|row| row.2));
        at.is("geometric", annual(relative, n), n);
        at.is("tracking_error", sd(&x) * 12.0_f64.sqrt(), n);
        at.is("information_ratio", 12.0 * mean(&x) / (sd(&x) * 12.0_f64.sqrt()), n);
        at.is("hit_rate", x.iter().filter(|x| **x > 0.0).count() as f64 / n as f64, n);
        let growths: Vec<(usize, f64)> =
            both.iter().map(|row| (row.0, (1.0 + row.1) / (1.0 + row.2))).collect();
        check_drawdown(&at.at("max_drawdown"), run, &growths);
    }
    let net = returns_of(run, "top_net", months);
    let follow = |twelve: &&[(usize, f64)]| twelve[11].0 - twelve[0].0 == 11;
    let windows: Vec<&[(usize, f64)]> = net.windows(12).filter(follow).collect();
    let rolling = at.at("rolling");
    assert_eq!(rolling.json().as_array().unwrap().len(), windows.len());
    for (position, twelve) in windows.iter().enumerate() {
        let at = rolling.at(&position.to_string());
        let x: Vec<f64> = twelve.iter().map(|month| month.1).collect();
        let of = |month: usize| returns_of(run, "equal_weight", &[month])[0].1;
        at.is("excess", twelve.iter().map(|month| month.1 - of(month.0)).sum(), 12);
        at.is("volatility", sd(&x) * 12.0_f64.sqrt(), 12);
        at.is("sharpe", mean(&x) / sd(&x) * 12.0_f64.sqrt(), 12);
        assert_eq!(at.at("exit").json(), &Value::from(run.executions[twelve[11].0].exit.to_string()));
    }
    let rows: Vec<_> = run.turnover.iter().filter(|row| months.contains(&(row.execution as usize))).collect();
    let turnover = mean(&rows.iter().map(|row| row.turnover).collect::<Vec<_>>());
    let of = |name: &str| growth(returns_of(run, name, months).iter().map(|pair| pair.1));
    let (at, n) = (at.at("trading"), rows.len());
    at.is("turnover", turnover, n);
    at.is("turnover_per_year", 12.0 * turnover, n);
    at.is("cost_per_year", 12.0 * mean(&rows.iter().map(|row| row.cost).collect::<Vec<_>>()), n);
    at.is("cost_drag", annual(of("top"), n) - annual(of("top_net"), n), n);
}

#[test]
fn every_figure_is_that_of_the_obvious_version() {
    for seed in 1..=4 {
        let mut run = support::random(seed, 45, 9, &["profit", "price", "heat"]);
        // Raw values with ties and gaps.
        for (position, row) in run.scores.iter_mut().enumerate() {
            let raw = |score: f64| (10.0 * score).round() / 10.0 + (position % 5) as f64;
            row.raw = row.score.filter(|_| position % 11 != 3).map(raw);
        }
        let document = evaluate(&run, &Config::default()).to_json();
        let all: Vec<usize> = (0..run.executions.len()).collect();
        let scores_some = |month: usize, factor: usize| {
            run.scores.iter().any(|row| {
                (row.execution as usize, row.factor as usize) == (month, factor) && row.score.is_some()
            })
        };
        let is_live = |month: &usize| (0..3).all(|factor| scores_some(*month, factor));
        let live: Vec<usize> = all.iter().copied().filter(is_live).collect();
        let root = At(&document, String::new());
        root.equals("n_months", 45.0);
        root.equals("n_live", live.len() as f64);
        root.equals("n_skipped", 3.0);
        for (section, months) in [("all", &all), ("live", &live)] {
            for (factor, name) in run.factors.iter().enumerate() {
                check_factor(&root.at("factor").at(section).at(name), &run, factor, months);
            }
            let rows: Vec<&Forecast> =
                run.forecasts.iter().filter(|row| months.contains(&(row.execution as usize))).collect();
            let at = root.at("forecast").at(section).at("price/margin");
            check_forecasts(&at.at("every"), &rows);
            let same =
                |one: &Forecast, other: &Forecast| one.entity == other.entity && one.period == other.period;
            let is_latest = |row: &Forecast| {
                !rows.iter().any(|other| same(row, other) && other.execution > row.execution)
            };
            let latest: Vec<&Forecast> = rows.iter().copied().filter(|row| is_latest(row)).collect();
            check_forecasts(&at.at("latest"), &latest);
            let kept: Vec<usize> =
                months.iter().copied().filter(|month| run.executions[*month].is_kept).collect();
            check_portfolios(&root.at("portfolio").at(section), &run, &kept);
        }
        let monthly = root.at("factor/monthly/profit");
        assert_eq!(monthly.json().as_array().unwrap().len(), 45);
        assert_eq!(monthly.at("0/reason/code").json(), "unscored");
    }
}
