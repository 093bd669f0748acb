//! What money did.

use std::collections::{BTreeMap, BTreeSet};

use rotor_factor::{Date, EntityKind, Frequency};

use super::super::before;
use super::{Page, Rows, Week, last_complete_month, later, list};

const SERIES: [(&str, &str); 8] = [
    ("Northbound", "northbound_net_buy"),
    ("Margin", "margin_net_buy"),
    ("EtfUnits", "etf_net_units"),
    ("Etf", "etf_net_subscription"),
    ("NewFunds", "new_fund_units"),
    ("InsiderBuy", "insider_buy"),
    ("InsiderSell", "insider_sell"),
    ("InsiderPlanned", "insider_planned_sale"),
];

/// The sums of the whole: of the week and of the one before.
type Whole = Option<(f64, Option<f64>)>;

pub(super) fn add(page: &mut Page, rows: &Rows, day: Date, week: &Week) {
    let mut wholes: BTreeMap<&str, Whole> = BTreeMap::new();
    for (kind, name) in SERIES {
        wholes.insert(kind, add_flow(page, rows, day, week, (kind, name)));
    }
    let [buy, sell] = ["InsiderBuy", "InsiderSell"].map(|kind| wholes[kind]);
    match (buy, sell) {
        (Some((buy, buy_before)), Some((sell, sell_before))) => {
            page.number("insiders/value", Some(buy - sell));
            if buy_before.is_none() != sell_before.is_none() {
                page.leave_open("insiders/before");
            }
            page.number("insiders/before", buy_before.zip(sell_before).map(|(buy, sell)| buy - sell));
        }
        // What a week without the one or the other is worth is not said.
        _ => page.leave_open("insiders"),
    }
}

fn add_flow(page: &mut Page, rows: &Rows, day: Date, week: &Week, (kind, name): (&str, &str)) -> Whole {
    let series = rows.series(name)?;
    let start = format!("flows/{kind}");
    let known = |code: &str| rows.facts.known(name, code, day);
    let entities = |kind: EntityKind| -> BTreeMap<&str, BTreeMap<Date, f64>> {
        let entities = rows.of_kind(kind).map(|entity| (entity.code.as_str(), known(&entity.code)));
        entities.filter(|(_, known)| !known.is_empty()).collect()
    };
    let market = rows.facts.market().map(known).filter(|known| !known.is_empty());
    let (benchmarks, sectors) = (entities(EntityKind::Benchmark), entities(EntityKind::Sector));
    if market.is_none() && sectors.is_empty() {
        // Benchmarks alone, or nothing.
        page.leave_open(format!("{start}/"));
        return None;
    }
    let (from, to) = match series.frequency {
        Frequency::Daily | Frequency::Weekly => (week.monday, week.sunday),
        Frequency::Monthly => {
            let of_all = market.iter().chain(sectors.values()).chain(benchmarks.values());
            let last = of_all.flat_map(BTreeMap::keys).max().expect("there are values").month();
            if last < last_complete_month(day) {
                // It is late or has ended.
                page.leave_open(format!("{start}/"));
                return None;
            }
            (last.first_day(), last.last_day())
        }
        Frequency::Quarterly => {
            page.leave_open(format!("{start}/"));
            return None;
        }
    };
    let is_month = series.frequency == Frequency::Monthly;
    let sum = |known: &BTreeMap<Date, f64>, from: Date, to: Date| {
        let values: Vec<f64> = known.range(from..=to).map(|(_, value)| *value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>())
    };
    let (earlier_from, earlier_to) = if is_month {
        let month = before(from.month(), 1);
        (month.first_day(), month.last_day())
    } else {
        (later(from, -7), later(to, -7))
    };
    let sums = |entities: &BTreeMap<&str, BTreeMap<Date, f64>>, from: Date, to: Date| -> Vec<(String, f64)> {
        let sums =
            entities.iter().filter_map(|(code, known)| Some(((*code).to_owned(), sum(known, from, to)?)));
        sums.collect()
    };
    let now = sums(&sectors, from, to);
    let is_open = match &market {
        Some(market) => sum(market, from, to).is_none(),
        None => now.is_empty(),
    };
    if is_open {
        // Nothing of the week is known: it is late or has ended.
        page.leave_open(format!("{start}/"));
        return None;
    }
    let whole = if let Some(market) = &market {
        (sum(market, from, to)?, sum(market, earlier_from, earlier_to))
    } else {
        page.word(format!("{start}/n_summed"), Some(now.len()));
        let total = |sums: &[(String, f64)]| {
            (!sums.is_empty()).then(|| sums.iter().map(|(_, value)| value).sum::<f64>())
        };
        (total(&now)?, total(&sums(&sectors, earlier_from, earlier_to)))
    };
    page.number(format!("{start}/value"), Some(whole.0));
    page.number(format!("{start}/before"), whole.1);
    let span = match series.frequency {
        Frequency::Weekly => "Week".to_owned(),
        Frequency::Monthly => format!("Month {}", from.month()),
        _ => {
            let of_whole: Vec<&BTreeMap<Date, f64>> = match &market {
                Some(market) => vec![market],
                None => sectors.values().collect(),
            };
            let days: BTreeSet<Date> =
                of_whole.iter().flat_map(|known| known.range(from..=to)).map(|(day, _)| *day).collect();
            let n_days = week.days.iter().filter(|day| days.contains(day)).count();
            if n_days < days.len() {
                // Values on days without trading.
                page.leave_open(format!("{start}/span"));
            }
            if n_days < week.days.len() {
                format!("FirstDays {n_days} of {}", week.days.len())
            } else {
                "Week".to_owned()
            }
        }
    };
    page.word(format!("{start}/span"), Some(span));
    for (code, value) in sums(&benchmarks, from, to) {
        page.number(format!("{start}/benchmarks/{code}"), Some(value));
    }
    for (code, value) in &now {
        page.number(format!("{start}/sectors/{code}"), Some(*value));
    }
    let mut order = now;
    order.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
    let order: Vec<String> = order.into_iter().map(|(code, _)| code).collect();
    page.word(format!("{start}/order"), Some(list(&order)));
    Some(whole)
}
