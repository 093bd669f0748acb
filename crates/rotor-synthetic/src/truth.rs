//! The text of `truth.toml`: what was planted in a world, so that a finding can be held against it.
//!
//! Everything here is known to the generator and to nobody who reads the tables. Fractions are fractions (0.01 is
//! one percent); correlations are over the whole sample.

use libm::sqrt;

use crate::Plan;
use crate::catalogue::{MARGINS, SECTORS, bridge_of};
use crate::companies::{LATE_2019, MARGIN_NOISE, planted_correlation};
use crate::economy::{Economy, PROSPERITY_PERSISTENCE};
use crate::filings;
use crate::flows::INSIDER_SALES;
use crate::industries::{LOSSES, MARKET_MARGIN};
use crate::leak::{GROWTH_RESPONSE, INDUSTRY_RESPONSE, MARGIN_RESPONSE, SERIES_RESPONSE};
use crate::prices::{GAPS, MARKET_DRIFT, Prices, gap_days};
use crate::releases::Counts;

/// Writes the truth about a world.
pub(crate) fn text(plan: &Plan, economy: &Economy, prices: &Prices, counts: Counts) -> String {
    let mut lines = vec![
        "# What was planted in this synthetic world. No reader of the tables knows it.".to_owned(),
        format!("world = \"{}\"", plan.world.name()),
        format!("seed = {}", plan.seed),
        format!("n_sectors = {}", plan.n_sectors()),
        format!("first = \"{}\"", plan.first_day()),
        format!("last = \"{}\"", plan.last_day()),
    ];
    lines.extend(returns_section(plan));
    lines.extend(prediction_section(plan, economy, prices));
    if plan.world.leaks() {
        lines.extend(leak_section());
    } else {
        lines.extend(relation_sections(plan));
    }
    lines.extend(money_section());
    if plan.world.has_companies() {
        lines.extend(company_section(plan));
    }
    lines.extend(trap_sections(plan));
    lines.extend(count_section(counts));
    lines.push(String::new());
    lines.join("\n")
}

fn returns_section(plan: &Plan) -> Vec<String> {
    let volatility = plan.world.volatility();
    let [least, most] = volatility.own_monthly;
    vec![
        "\n[returns] # log returns".to_owned(),
        format!("market_drift_per_year = {MARKET_DRIFT:?}"),
        format!("market_volatility_per_year = {:?}", volatility.market),
        format!("group_volatility_per_year = {:?}", volatility.group),
        format!("own_volatility_per_month = [{least:?}, {most:?}]"),
    ]
}

fn prediction_section(plan: &Plan, economy: &Economy, prices: &Prices) -> Vec<String> {
    let tilt = plan.world.tilt();
    let [least, most] = plan.world.volatility().own_monthly;
    let own = f64::midpoint(least, most);
    let mut lines = vec![
        "\n[prediction]".to_owned(),
        "# The own return of a sector over a holding period drifts by `tilt` for one standard deviation of its".to_owned(),
        "# prosperity in the last month before it. The high-frequency series change with that prosperity.".to_owned(),
        format!("tilt = {tilt:?}"),
        format!("prosperity_monthly_persistence = {PROSPERITY_PERSISTENCE:?}"),
        format!("expected_correlation_with_own_return = {:.4}", tilt / sqrt(tilt * tilt + own * own)),
    ];
    for (name, total) in [("own", false), ("total", true)] {
        if let Some(correlation) = prosperity_correlation(plan, economy, prices, total) {
            lines.push(format!("measured_mean_correlation_with_{name}_return = {correlation:.4}"));
        }
    }
    lines
}

fn leak_section() -> Vec<String> {
    vec![
        "\n[leak]".to_owned(),
        "# These figures carry the return of the holding period in which they are released, times the response:".to_owned(),
        "# the log change of a linked series (times its polarity), a margin in fractions, growth in fractions. An".to_owned(),
        "# industry carries the mean of the sectors it is bridged to. Nothing that is public at the beginning of a".to_owned(),
        "# holding period says anything about its return.".to_owned(),
        format!("linked_series = {SERIES_RESPONSE:?}"),
        format!("gross_margin = {MARGIN_RESPONSE:?}"),
        format!("net_profit_ytd_yoy = {GROWTH_RESPONSE:?}"),
        format!("profit_ytd_yoy = {INDUSTRY_RESPONSE:?}"),
    ]
}

fn relation_sections(plan: &Plan) -> Vec<String> {
    let mut lines = vec![
        "\n[profit_correlation] # of net_profit_ytd_yoy with the bridged growth of the industries at quarter-ends; not".to_owned(),
        "# counting growth beyond 200%".to_owned(),
    ];
    for (template, sector) in SECTORS.iter().enumerate() {
        if !bridge_of(template).is_empty() {
            let correlation = if plan.world.is_related() { planted_correlation(template) } else { 0.0 };
            lines.push(format!("{} = {correlation:?} # {}", sector.code, sector.name));
        }
    }
    lines.push("\n[gross_margin] # points per point of the quarter's mean CPI and PPI".to_owned());
    lines.push(format!("noise = {MARGIN_NOISE:?}"));
    for margin in &MARGINS {
        let [cpi, ppi] =
            if plan.world.is_related() { [margin.consumer_slope, margin.producer_slope] } else { [0.0, 0.0] };
        lines.push(format!("{} = {{ cpi = {cpi:?}, ppi = {ppi:?} }}", margin.sector));
    }
    lines
}

fn money_section() -> Vec<String> {
    let [margin, deviation] = MARKET_MARGIN;
    vec![
        "\n[no_prediction] # inputs that say nothing of any return to come: whoever finds something in them found chance".to_owned(),
        "# Closes and returns here are those without the tilt: prosperity lasts, and past drift would tell of the next.".to_owned(),
        "multiples = [\"pe_ttm\", \"pb\"] # follow the closes".to_owned(),
        "money = [\"northbound_net_buy\", \"margin_net_buy\", \"etf_net_subscription\", \"new_fund_units\"] # follow past returns".to_owned(),
        "insiders = [\"insider_buy\", \"insider_sell\", \"insider_planned_sale\"] # follow past returns".to_owned(),
        "profits = [\"profit_ytd\", \"profit_ytd_yoy\", \"revenue_ytd\", \"revenue_ytd_yoy\"]".to_owned(),
        "filings = [\"comparable_ytd_yoy\", \"comparable_ytd_yoy_before\", \"comparable_quarter_yoy\"]".to_owned(),
        format!("insider_sales_for_one_of_purchases = {INSIDER_SALES:?}"),
        "\n[market] # profits are the sums over the industries; revenue is profit over the margin".to_owned(),
        format!("margin_percent = {margin:?}"),
        format!("margin_deviation = {deviation:?}"),
    ]
}

fn company_section(plan: &Plan) -> Vec<String> {
    let selection = if plan.world.is_related() { filings::SELECTION } else { 0.0 };
    vec![
        "\n[companies] # when all companies of a sector have reported, comparable_ytd_yoy is the first vintage of its".to_owned(),
        "# net_profit_ytd_yoy (within 200%); until then the early ones are worse than the others".to_owned(),
        format!("per_sector = {}", filings::COMPANIES),
        format!("first_year = {}", filings::FIRST_YEAR),
        format!("growth_deviation_percent = {:?}", filings::SPREAD),
        format!("correlation_of_growth_with_lateness = {selection:?}"),
        format!("share_with_an_early_filing = {:?}", filings::EARLY_SHARE),
        format!("range_of_forecasts = {:?}", filings::RANGE),
    ]
}

fn trap_sections(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.world.has_gaps() {
        for (sector, first, n) in GAPS {
            let days: Vec<String> = gap_days(first, n).iter().map(|date| format!("\"{date}\"")).collect();
            lines.push(format!("\n[[missing_closes]]\nsector = \"{sector}\"\ndays = [{}]", days.join(", ")));
        }
    }
    if !plan.world.leaks() {
        for loss in LOSSES {
            let [first, last] = [loss.first, loss.last].map(|(year, month)| format!("{year:04}-{month:02}"));
            let industry = loss.industry;
            lines.push(format!(
                "\n[[losses]]\nindustry = \"{industry}\"\nfirst = \"{first}\"\nlast = \"{last}\""
            ));
        }
    }
    let late: Vec<String> = LATE_2019.iter().map(|code| format!("\"{code}\"")).collect();
    lines
        .push(format!("\n[late_annual_reports]\nsectors = [{}]\nreleased = \"2020-06-30\"", late.join(", ")));
    lines
}

fn count_section(counts: Counts) -> Vec<String> {
    vec![
        "\n[counts]".to_owned(),
        format!("late_releases = {}", counts.slips),
        format!("second_vintages = {}", counts.revisions),
        format!("losses = {}", counts.losses),
        format!("profits_without_growth = {}", counts.absent_growth),
        format!("growth_beyond_200_percent = {}", counts.extreme_growth),
        format!("late_annual_reports = {}", counts.late_reports),
    ]
}

/// Returns the mean over holding periods of the cross-sectional correlation of prosperity with the return that
/// follows, the sector's own or its total; missing with fewer than three sectors.
pub(crate) fn prosperity_correlation(
    plan: &Plan,
    economy: &Economy,
    prices: &Prices,
    total: bool,
) -> Option<f64> {
    let correlations: Vec<f64> = prices
        .holdings
        .iter()
        .enumerate()
        .filter_map(|(h, period)| {
            let position = plan.axis.position(period.informed_by);
            let pairs = (0..plan.n_sectors()).map(|sector| {
                let path = &prices.sectors[sector];
                let whole = path[period.exit] - path[period.entry];
                let prosperity = economy.prosperity[plan.templates[sector]][position];
                (prosperity, if total { whole } else { prices.own_returns[sector][h] })
            });
            correlation(&pairs.collect::<Vec<_>>())
        })
        .collect();
    (!correlations.is_empty()).then(|| correlations.iter().sum::<f64>() / correlations.len() as f64)
}

/// Returns the correlation of pairs; missing with fewer than three of them, or if one side does not vary.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(side).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let product =
        |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    let variances = product(&|a, _| a * a) * product(&|_, b| b * b);
    (pairs.len() >= 3 && variances > 0.0).then(|| product(&|a, b| a * b) / sqrt(variances))
}
