//! Run folders before format 3: their metrics lack what came after them, and their kurtosis is that of a normal distribution plus 3.

use serde_json::{Map, Value, json};

/// The kurtosis of a normal distribution.
const NORMAL_KURTOSIS: f64 = 3.0;

/// Gives the metrics of an earlier format the form that they have today; what it does not know is missing, with that reason.
///
/// What is not where metrics have it stays as it is: whoever reads the document finds the fault.
pub(super) fn with_what_came_later(mut document: Value) -> Value {
    for section in ["all", "live"] {
        each(document.pointer_mut(&format!("/factor/{section}")), add_to_factor);
        if let Some(Value::Object(portfolio)) = document.pointer_mut(&format!("/portfolio/{section}")) {
            add_to_portfolio(portfolio);
        }
    }
    document
}

fn add_to_portfolio(portfolio: &mut Map<String, Value>) {
    let n_months = portfolio.get("n_months").and_then(Value::as_u64).unwrap_or(0);
    each(portfolio.get_mut("performance"), |one| add_to_performance(one, n_months));
    let portfolios = portfolio.get_mut("excess").and_then(Value::as_object_mut);
    for benchmarks in portfolios.into_iter().flat_map(Map::values_mut) {
        each(Some(benchmarks), |one| {
            add_basis(one, n_months, "arithmetic");
            add(one, [("months", json!([]))]);
        });
    }
    if let Some(Value::Object(trading)) = portfolio.get_mut("trading") {
        add(trading, [("n_shared_months", missing())]);
    }
    for variants in ["alone", "without", "groups"] {
        each(portfolio.get_mut(variants), add_to_variant);
    }
    let cells = portfolio.get_mut("sensitivity").and_then(Value::as_array_mut);
    for cell in cells.into_iter().flatten().filter_map(Value::as_object_mut) {
        add_to_variant(cell);
    }
    add(portfolio, [("alternatives", json!([])), ("rolling", json!([]))]);
}

fn add_to_factor(factor: &mut Map<String, Value>) {
    let summary = json!({
        "mean": missing_estimate(), "deviation": missing(), "ratio": missing(), "share_positive": missing(),
    });
    add(factor, [("raw_rank_ic", summary), ("raw_gain", missing_estimate())]);
    if let Some(Value::Object(persistence)) = factor.get_mut("persistence") {
        add(persistence, [("quintiles", json!([]))]);
    }
}

fn add_to_performance(performance: &mut Map<String, Value>, n_months: u64) {
    add_basis(performance, n_months, "total_return");
    add(
        performance,
        [
            ("sortino", missing()),
            ("calmar", missing()),
            ("value_at_risk", missing()),
            ("conditional_value_at_risk", missing()),
            ("months", json!([])),
            ("rolling_years", json!([])),
        ],
    );
    let kurtosis = performance.get_mut("kurtosis").and_then(|metric| metric.get_mut("value"));
    if let Some((value, kurtosis)) = kurtosis.and_then(|value| value.as_f64().map(|of| (value, of))) {
        *value = (kurtosis - NORMAL_KURTOSIS).into();
    }
}

/// Adds what follows from net values, which were those of period ends; a number counts the months that are not missing.
fn add_basis(one: &mut Map<String, Value>, n_months: u64, number: &str) {
    let n = one.get(number).and_then(|metric| metric["n"].as_u64()).unwrap_or(n_months);
    let n_missing = n_months.saturating_sub(n);
    add(
        one,
        [
            ("n_missing", n_missing.into()),
            ("basis", "period_ends".into()),
            ("year_to_date", missing()),
            ("last_months", json!([])),
            ("since_start", missing()),
        ],
    );
}

fn add_to_variant(variant: &mut Map<String, Value>) {
    add(variant, [("excess_eligible", missing_estimate())]);
}

/// A number that an earlier format does not have.
fn missing() -> Value {
    json!({ "value": null, "n": 0, "reason": { "code": "not_in_format" } })
}

fn missing_estimate() -> Value {
    json!({
        "value": null, "n": 0, "method": "ewc", "horizon": 1, "standard_error": null, "degrees_of_freedom": null,
        "interval": null, "p_value": null, "minimum_detectable": null, "reason": { "code": "not_in_format" },
    })
}

fn add<const N: usize>(object: &mut Map<String, Value>, entries: [(&str, Value); N]) {
    object.extend(entries.map(|(key, value)| (key.to_owned(), value)));
}

/// Changes every object by name.
fn each(named: Option<&mut Value>, change: impl Fn(&mut Map<String, Value>)) {
    let values = named.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    values.filter_map(Value::as_object_mut).for_each(change);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_metrics_stays_what_it_is() {
        let odd = [
            json!(null),
            json!([1]),
            json!({ "portfolio": [], "factor": 3 }),
            json!({ "factor": { "all": { "x": 1 } } }),
        ];
        for document in odd {
            assert_eq!(with_what_came_later(document.clone()), document);
        }
    }

    #[test]
    fn kurtosis_is_what_exceeds_that_of_a_normal_distribution() {
        let document = json!({ "portfolio": { "all": { "n_months": 9, "performance": { "top": {
            "total_return": { "value": 0.1, "n": 7 }, "kurtosis": { "value": 4.5, "n": 7 },
        } } } } });
        let found = with_what_came_later(document);
        let top = &found["portfolio"]["all"]["performance"]["top"];
        assert_eq!((&top["kurtosis"]["value"], &top["n_missing"]), (&json!(1.5), &json!(2)));
        assert_eq!(top["sortino"]["reason"]["code"], "not_in_format");
    }
}
