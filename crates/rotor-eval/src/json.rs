//! The evaluation as a document.
//!
//! An object in which something is null says why under `reason`.

use serde_json::{Map, Value, json};

use crate::evaluation::{Evaluation, Sections};
use crate::factor::{CoefficientSummary, FactorEvaluation, MonthlyCoefficients};
use crate::figure::{Estimate, Figure, Reason};
use crate::forecast::{ForecastEvaluation, ForecastFigures};
use crate::portfolio::{Drawdown, Excess, Performance, PortfolioEvaluation, Trading};

impl Evaluation {
    /// Returns the evaluation as `metrics.json` holds it.
    ///
    /// Keys are in a fixed order, days in ISO form. A number is `{"value": …, "n": …}`; one that cannot be given is null, with a
    /// `reason` beside it. Means of monthly series name their `method`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut document = json!({
            "n_months": self.n_months,
            "n_live": self.n_live,
            "n_skipped": self.n_skipped,
            "first_execution": self.first_execution.map(|day| day.to_string()),
            "last_execution": self.last_execution.map(|day| day.to_string()),
        });
        if self.n_months == 0 {
            document["reason"] = Reason::NoMonths.to_string().into();
        }
        document["forecast"] = sections(&self.forecast, |rows| self.forecasts(rows));
        document["factor"] = sections(&self.factor.sections, |rows| self.by_factor(rows, factor));
        document["factor"]["monthly"] =
            self.by_factor(&self.factor.monthly, |months| months.iter().map(month).collect());
        document["portfolio"] = sections(&self.portfolio, portfolio);
        document
    }

    fn by_factor<T>(&self, values: &[T], to_json: impl Fn(&T) -> Value) -> Value {
        object(self.factors.iter().zip(values.iter().map(to_json)))
    }

    fn forecasts(&self, rows: &[ForecastEvaluation]) -> Value {
        let of_factor = |factor: usize| {
            let targets = rows.iter().filter(|row| row.factor == factor);
            object(targets.map(|row| {
                let figures = json!({ "every": forecast(&row.every), "latest": forecast(&row.latest) });
                (&row.target, figures)
            }))
        };
        object(self.factors.iter().enumerate().map(|(position, name)| (name, of_factor(position))))
    }
}

fn object<'a>(entries: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Object(entries.map(|(name, value)| (name.clone(), value)).collect())
}

fn sections<T>(sections: &Sections<T>, to_json: impl Fn(&T) -> Value) -> Value {
    let mut document = json!({ "all": to_json(&sections.all) });
    match &sections.live {
        Ok(live) => document["live"] = to_json(live),
        Err(reason) => {
            document["live"] = Value::Null;
            document["reason"] = reason.to_string().into();
        }
    }
    document
}

fn figure(figure: &Figure) -> Value {
    match figure.value {
        Ok(value) => json!({ "value": value, "n": figure.n }),
        Err(reason) => json!({ "value": null, "n": figure.n, "reason": reason.to_string() }),
    }
}

fn estimate(estimate: &Estimate) -> Value {
    let mut document = json!({
        "value": estimate.mean.value.ok(),
        "n": estimate.mean.n,
        "method": "ewc",
        "horizon": estimate.horizon,
        "coverage": rotor_stats::INTERVAL_COVERAGE,
        "power": rotor_stats::DETECTION_POWER,
    });
    let found = estimate.uncertainty;
    document["degrees_of_freedom"] = json!(found.ok().map(|found| found.degrees_of_freedom));
    document["standard_error"] = json!(found.ok().map(|found| found.standard_error));
    document["interval"] = json!(found.ok().map(|found| [found.interval.0, found.interval.1]));
    document["p_value"] = json!(found.ok().map(|found| found.p_value));
    document["minimum_detectable"] = json!(found.ok().map(|found| found.detectable));
    if let Some(reason) = estimate.mean.value.err().or(found.err()) {
        document["reason"] = reason.to_string().into();
    }
    document
}

fn factor(factor: &FactorEvaluation) -> Value {
    json!({
        "n_months": factor.n_months,
        "n_unscored": factor.n_unscored,
        "n_constant": factor.n_constant,
        "rank_ic": coefficient(&factor.rank_ic),
        "ic": coefficient(&factor.ic),
    })
}

fn coefficient(summary: &CoefficientSummary) -> Value {
    json!({
        "mean": estimate(&summary.mean),
        "deviation": figure(&summary.deviation),
        "ratio": figure(&summary.ratio),
        "share_positive": figure(&summary.share_positive),
    })
}

fn month(month: &MonthlyCoefficients) -> Value {
    let mut row = json!({
        "execution": month.execution.to_string(),
        "is_live": month.is_live,
        "n": month.n_sectors,
        "rank_ic": month.value.ok().map(|value| value.rank_ic),
        "ic": month.value.ok().map(|value| value.ic),
    });
    if let Err(reason) = month.value {
        row["reason"] = reason.to_string().into();
    }
    row
}

fn forecast(figures: &ForecastFigures) -> Value {
    json!({
        "n_unrealized": figures.n_unrealized,
        "mse": figure(&figures.mse),
        "rmse": figure(&figures.rmse),
        "mse_no_change": figure(&figures.mse_no_change),
        "r2_no_change": figure(&figures.r2_no_change),
        "r2_within": figure(&figures.r2_within),
        "hit_rate": figure(&figures.hit_rate),
    })
}

fn portfolio(portfolio: &PortfolioEvaluation) -> Value {
    let mut excesses = Map::new();
    for one in &portfolio.excess {
        let of_portfolio = excesses.entry(&one.portfolio).or_insert_with(|| json!({}));
        of_portfolio[&one.benchmark] = excess(one);
    }
    json!({
        "n_months": portfolio.n_months,
        "performance": object(portfolio.performance.iter().map(|one| (&one.portfolio, performance(one)))),
        "excess": excesses,
        "trading": trading(&portfolio.trading),
    })
}

fn performance(performance: &Performance) -> Value {
    json!({
        "total_return": figure(&performance.total_return),
        "annual_return": figure(&performance.annual_return),
        "volatility": figure(&performance.volatility),
        "sharpe": figure(&performance.sharpe),
        "max_drawdown": drawdown(&performance.max_drawdown),
        "hit_rate": figure(&performance.hit_rate),
    })
}

fn excess(excess: &Excess) -> Value {
    json!({
        "arithmetic": estimate(&excess.arithmetic),
        "geometric": figure(&excess.geometric),
        "tracking_error": figure(&excess.tracking_error),
        "information_ratio": figure(&excess.information_ratio),
        "hit_rate": figure(&excess.hit_rate),
        "max_drawdown": drawdown(&excess.max_drawdown),
    })
}

fn drawdown(drawdown: &Drawdown) -> Value {
    let mut document = figure(&drawdown.depth);
    if let Some((peak, trough)) = drawdown.days {
        document["peak"] = peak.to_string().into();
        document["trough"] = trough.to_string().into();
    }
    document
}

fn trading(trading: &Trading) -> Value {
    json!({
        "turnover": figure(&trading.turnover),
        "turnover_per_year": figure(&trading.turnover_per_year),
        "cost_per_year": figure(&trading.cost_per_year),
        "cost_drag": figure(&trading.cost_drag),
    })
}
