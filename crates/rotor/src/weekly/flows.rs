//! What money did in the week.

use rotor_factor::{Date, EntityKind, Frequency, Month};
use rotor_run::{EntityFlow, Flow, FlowKind, FlowSpan, FlowSum, Named, Week};

use super::known::{Known, Values};
use super::{named, of_kind};
use crate::releases::FirstReleases;

/// The flows in the order of the page, each with its series.
pub(super) const SERIES: [(FlowKind, &str); 8] = [
    (FlowKind::Northbound, "northbound_net_buy"),
    (FlowKind::Margin, "margin_net_buy"),
    (FlowKind::EtfUnits, "etf_net_units"),
    (FlowKind::Etf, "etf_net_subscription"),
    (FlowKind::NewFunds, "new_fund_units"),
    (FlowKind::InsiderBuy, "insider_buy"),
    (FlowKind::InsiderSell, "insider_sell"),
    (FlowKind::InsiderPlanned, "insider_planned_sale"),
];

/// The flows of which anything is public.
pub(super) fn flows(known: &Known<'_>, week: &Week) -> Vec<Flow> {
    SERIES.iter().filter_map(|(kind, series)| flow(known, week, *kind, series)).collect()
}

/// Purchases of major shareholders less their sales; `None` without either in the week.
pub(super) fn net(flows: &[Flow]) -> Option<FlowSum> {
    let of = |kind: FlowKind| flows.iter().find(|flow| flow.kind == kind)?.market;
    let (buy, sell) = (of(FlowKind::InsiderBuy)?, of(FlowKind::InsiderSell)?);
    let before = buy.before.zip(sell.before).map(|(buy, sell)| buy - sell);
    Some(FlowSum { value: buy.value - sell.value, before })
}

fn flow(known: &Known<'_>, week: &Week, kind: FlowKind, name: &str) -> Option<Flow> {
    let dataset = known.dataset;
    let position = dataset.find_series(name)?;
    let series = &dataset.series()[position];
    let values = known.values_of(position);
    let all = [EntityKind::Market, EntityKind::Benchmark, EntityKind::Sector];
    let entities: Vec<usize> = all
        .into_iter()
        .flat_map(|kind| of_kind(dataset, kind).map(|(position, _)| position))
        .filter(|entity| values.last(*entity).is_some())
        .collect();
    let last = entities.iter().filter_map(|entity| values.last(*entity)).map(|(day, _)| day).max()?;
    let is_overdue = FirstReleases::of(dataset, position, known.as_of)?.overdue(known.as_of).is_some();
    // A month may be late once; two that are missing are the end.
    let is_monthly = !matches!(series.frequency, Frequency::Daily | Frequency::Weekly);
    let has_ended = is_overdue && !(is_monthly && last.month().index() >= known.month.index() - 1);
    let span = span(week, &values, &entities, last, has_ended);
    let sums = Sums { values: &values, span: days(week, span) };
    let shown = |kind: EntityKind| {
        let of_kind = of_kind(dataset, kind).filter(|(position, _)| entities.contains(position));
        let sum = |(position, entity): (usize, _)| {
            Some(EntityFlow { entity: named(entity), value: sums.of(position)?.value })
        };
        of_kind.filter_map(sum).collect::<Vec<EntityFlow>>()
    };
    let mut sectors = shown(EntityKind::Sector);
    let own = dataset.market().filter(|market| entities.contains(market));
    // Of each week all sectors that have told it: the sum of the week before is what the page of that week said.
    let summed = || {
        let sum = |span: (Date, Date)| {
            let sectors = of_kind(dataset, EntityKind::Sector);
            let told = sectors.filter_map(|(sector, _)| sums.over(sector, span));
            told.reduce(|sum, value| sum + value)
        };
        let [now, before] = sums.span?;
        Some(FlowSum { value: sum(now)?, before: sum(before) })
    };
    let market = own.map_or_else(summed, |market| sums.of(market));
    let n_summed = own.is_none().then_some(sectors.len());
    // Codes are in order, and the sort keeps it.
    sectors.sort_by(|one, other| other.value.total_cmp(&one.value));
    Some(Flow {
        kind,
        series: Named {
            code: series.name.clone(),
            name: series.title.clone(),
            name_zh: series.title_zh.clone(),
        },
        unit: series.unit.clone(),
        unit_zh: series.unit_zh.clone(),
        span,
        market,
        n_summed,
        benchmarks: shown(EntityKind::Benchmark),
        sectors,
    })
}

/// What the sums of a series are of.
fn span(week: &Week, values: &Values, entities: &[usize], last: Date, has_ended: bool) -> FlowSpan {
    if has_ended && !(week.monday..=week.sunday).contains(&last) {
        return FlowSpan::Ended { last };
    }
    if !matches!(values.frequency, Frequency::Daily | Frequency::Weekly) {
        return FlowSpan::Month { month: last.month() };
    }
    if last < week.monday || last > week.sunday {
        return FlowSpan::Nothing { last };
    }
    let n_trading_days = week.days.len();
    if values.frequency == Frequency::Daily {
        let is_told = |day: &&Date| {
            entities.iter().any(|entity| values.between(*entity, **day, **day).next().is_some())
        };
        let n_days = week.days.iter().filter(is_told).count();
        if n_days < n_trading_days {
            return FlowSpan::FirstDays { n_days, n_trading_days };
        }
    }
    FlowSpan::Week
}

/// Two spans of days, the later one first.
type Days = [(Date, Date); 2];

/// The days of the sums and of those before them; nothing where there are no sums.
fn days(week: &Week, span: FlowSpan) -> Option<Days> {
    match span {
        FlowSpan::Week | FlowSpan::FirstDays { .. } => {
            let before = (week.monday.plus_days(-7)?, week.sunday.plus_days(-7)?);
            Some([(week.monday, week.sunday), before])
        }
        FlowSpan::Month { month } => {
            let of = |month: Month| (month.first_day(), month.last_day());
            Some([of(month), of(month.plus(-1)?)])
        }
        FlowSpan::Nothing { .. } | FlowSpan::Ended { .. } => None,
    }
}

/// The sums of a series over a span of days and the one before it.
struct Sums<'v> {
    values: &'v Values,
    span: Option<Days>,
}

impl Sums<'_> {
    /// `None` if nothing of the span is public.
    fn of(&self, entity: usize) -> Option<FlowSum> {
        let [now, before] = self.span?;
        Some(FlowSum { value: self.over(entity, now)?, before: self.over(entity, before) })
    }

    fn over(&self, entity: usize, (first, last): (Date, Date)) -> Option<f64> {
        let values = self.values.between(entity, first, last).map(|(_, value)| value);
        values.reduce(|sum, value| sum + value)
    }
}
