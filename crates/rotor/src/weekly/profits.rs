//! Profits of industrial enterprises: the total, sections, groups and classes.

use std::collections::BTreeMap;

use rotor_data::Dataset;
use rotor_factor::{Date, EntityKind, Month};
use rotor_run::{
    Config, IndustrialProfits, Named, ProfitRow, ProfitRowKind, ProfitSign, SingleMonth, Week, YearOnYear,
};
use rotor_stats::{ThreeMonths, clip, comparable_base, contribution, less_than, three_months};

use super::groups::{GROUPS, SECTIONS};
use super::known::{Known, Values};
use super::{named, of_kind};

/// The series that the section cannot do without.
pub(super) const PROFIT: &str = "profit_ytd";
/// Growth of three months is cut at plus and minus this, in percent.
const MOST_GROWTH: f64 = 200.0;
/// A sum of bases this small beside the sum of their sizes is no base.
const LEAST_BASE: f64 = 0.02;

/// The section of the last month that is public; `None` if none is.
pub(super) fn profits(known: &Known<'_>, week: &Week, config: &Config) -> Option<IndustrialProfits> {
    let dataset = known.dataset;
    let figures = Figures {
        profit: known.values(PROFIT)?,
        growth: known.values("profit_ytd_yoy"),
        month_growth: known.values("profit_month_yoy"),
        revenue: known.values("revenue_ytd"),
        revenue_growth: known.values("revenue_ytd_yoy"),
    };
    let classes: Vec<usize> = of_kind(dataset, EntityKind::Industry).map(|(position, _)| position).collect();
    let market = dataset.market();
    let whole = || classes.iter().copied().chain(market);
    // A January is never public by rule, and one that is has no meaning of its own.
    let months = whole().flat_map(|entity| figures.profit.of(entity).map(|(month, _)| month));
    let month = months.filter(|month| month.rem_euclid(12) != 0).max()?;
    let published = market.and_then(|market| figures.profit(market, month));
    let sum = || {
        let profits = classes.iter().filter_map(|class| figures.profit(*class, month));
        profits.reduce(|sum, profit| sum + profit)
    };
    let rows = Rows {
        dataset,
        figures: &figures,
        month,
        profit: published.or_else(sum),
        total: total(&figures, month, market, &classes),
    };
    let known_classes: Vec<Pair> = classes.iter().filter_map(|class| figures.pair(*class, month)).collect();
    let released = first_release(known, month)?;
    Some(IndustrialProfits {
        month: Month::from_index(month)?,
        month_before: Month::from_index(before(month))?,
        released,
        is_in_week: (week.monday..=known.yesterday).contains(&released),
        n_known: known_classes.len(),
        n_growing: known_classes.iter().filter(|pair| less_than(pair.base, pair.value)).count(),
        rows: rows.all(market, &classes, &config.weekly.groups),
    })
}

/// The month that a month since January is compared with: the one before, of February the December.
fn before(month: i32) -> i32 {
    if month.rem_euclid(12) == 1 { month - 2 } else { month - 1 }
}

/// The day on which a month of profits became public first.
fn first_release(known: &Known<'_>, month: i32) -> Option<Date> {
    let series = known.dataset.find_series(PROFIT)?;
    let mut vintages = known.dataset.archive().vintages(series);
    vintages.find(|vintage| vintage.period.index() == month).map(|vintage| vintage.released.0)
}

/// What is published of classes and of the market.
struct Figures {
    profit: Values,
    growth: Option<Values>,
    month_growth: Option<Values>,
    revenue: Option<Values>,
    revenue_growth: Option<Values>,
}

/// A value and its comparable base of a year before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pair {
    value: f64,
    base: f64,
}

impl Pair {
    /// The growth in percent; `None` if the base is not positive.
    fn growth(self) -> Option<f64> {
        let growth = 100.0 * (self.value - self.base) / self.base;
        (less_than(0.0, self.base) && growth.is_finite()).then_some(growth)
    }

    fn less(self, other: Self) -> Self {
        Self { value: self.value - other.value, base: self.base - other.base }
    }

    fn sum(pairs: impl Iterator<Item = Self>) -> Option<Self> {
        pairs.reduce(|sum, pair| Self { value: sum.value + pair.value, base: sum.base + pair.base })
    }
}

impl Figures {
    fn profit(&self, entity: usize, month: i32) -> Option<f64> {
        self.profit.at(entity, month)
    }

    fn growth(&self, entity: usize, month: i32) -> Option<f64> {
        self.growth.as_ref()?.at(entity, month)
    }

    fn month_growth(&self, entity: usize, month: i32) -> Option<f64> {
        self.month_growth.as_ref()?.at(entity, month)
    }

    fn base(&self, entity: usize, month: i32) -> Option<f64> {
        let growth = self.growth(entity, month);
        comparable_base(self.profit(entity, month)?, growth, self.profit(entity, month - 12))
    }

    /// Profit since January and its base.
    fn pair(&self, entity: usize, month: i32) -> Option<Pair> {
        Some(Pair { value: self.profit(entity, month)?, base: self.base(entity, month)? })
    }

    /// The same of the single month, of February since January.
    fn single(&self, entity: usize, month: i32) -> Option<Pair> {
        let pair = self.pair(entity, month)?;
        if month.rem_euclid(12) == 1 { Some(pair) } else { Some(pair.less(self.pair(entity, month - 1)?)) }
    }

    fn three_months(&self, entity: usize, month: i32) -> Option<ThreeMonths> {
        three_months(
            month,
            |month| self.profit(entity, month),
            |month| self.base(entity, month),
            |month| self.month_growth(entity, month),
        )
    }

    /// Revenue since January and its base.
    fn revenue(&self, entity: usize, month: i32) -> Option<Pair> {
        let revenue = self.revenue.as_ref()?;
        let value = revenue.at(entity, month)?;
        let growth = self.revenue_growth.as_ref().and_then(|growth| growth.at(entity, month));
        let base = comparable_base(value, growth, revenue.at(entity, month - 12))?;
        Some(Pair { value, base })
    }
}

/// Profit and base of all industry: as published, else the sum over the classes that have both.
fn total(figures: &Figures, month: i32, market: Option<usize>, classes: &[usize]) -> Option<Pair> {
    let published = market.and_then(|market| figures.pair(market, month));
    published.or_else(|| Pair::sum(classes.iter().filter_map(|class| figures.pair(*class, month))))
}

/// What every row is made with.
struct Rows<'d> {
    dataset: &'d Dataset,
    figures: &'d Figures,
    month: i32,
    /// Profit of all industry: as published, else the sum over the classes, with a base or without.
    profit: Option<f64>,
    /// Profit and base of all industry.
    total: Option<Pair>,
}

impl Rows<'_> {
    fn all(
        &self,
        market: Option<usize>,
        classes: &[usize],
        own_groups: &BTreeMap<String, Vec<String>>,
    ) -> Vec<ProfitRow> {
        let entities = self.dataset.entities();
        let code = |class: &usize| entities[*class].code.as_str();
        let mut rows = Vec::new();
        let all = Named::word("total", ["All industry", "全部工业"]);
        let market = market.filter(|market| self.figures.profit(*market, self.month).is_some());
        rows.push(match market {
            Some(market) => {
                ProfitRow { n_members: classes.len(), ..self.published(ProfitRowKind::Total, all, market) }
            }
            None => self.summed(ProfitRowKind::Total, all, classes),
        });
        let mut group = |kind: ProfitRowKind, name: Named, members: Vec<usize>| {
            if !members.is_empty() {
                rows.push(self.summed(kind, name, &members));
            }
        };
        for (letter, names) in SECTIONS {
            let members = classes.iter().filter(|class| code(class).starts_with(letter)).copied();
            group(ProfitRowKind::Section, Named::word(letter, names), members.collect());
        }
        if own_groups.is_empty() {
            for known in GROUPS {
                let members = classes.iter().filter(|class| known.classes.contains(&code(class))).copied();
                group(ProfitRowKind::Group, Named::word(known.code, known.names), members.collect());
            }
        }
        for (name, codes) in own_groups {
            let members = classes.iter().filter(|class| codes.iter().any(|known| known == code(class)));
            let name = Named { code: name.clone(), name: name.clone(), name_zh: None };
            group(ProfitRowKind::Group, name, members.copied().collect());
        }
        let known = classes.iter().filter(|class| self.figures.profit(**class, self.month).is_some());
        rows.extend(
            known.map(|class| self.published(ProfitRowKind::Class, named(&entities[*class]), *class)),
        );
        rows
    }

    /// A row of something that has figures of its own.
    fn published(&self, kind: ProfitRowKind, name: Named, entity: usize) -> ProfitRow {
        let (figures, month) = (self.figures, self.month);
        let growth = |month: i32| {
            figures.growth(entity, month).or_else(|| figures.pair(entity, month).and_then(Pair::growth))
        };
        let single = |month: i32| match figures.month_growth(entity, month) {
            Some(growth) => SingleMonth { growth: Some(growth), is_derived: false },
            None => derived(figures.single(entity, month)),
        };
        let r3 = |month: i32| figures.three_months(entity, month).and_then(|window| three(&[window]));
        let of_revenue = figures.revenue_growth.as_ref().and_then(|growth| growth.at(entity, month));
        let row = self.row(kind, name, &[entity]);
        ProfitRow {
            is_published: figures.growth(entity, month).is_some(),
            since_january: YearOnYear::new(growth(month), growth(before(month))),
            month: single(month),
            month_before: single(before(month)),
            three_months: YearOnYear::new(r3(month), r3(month - 1)),
            revenue_growth: of_revenue.or(row.revenue_growth),
            ..row
        }
    }

    /// A row that is the sum of classes.
    fn summed(&self, kind: ProfitRowKind, name: Named, members: &[usize]) -> ProfitRow {
        let (figures, month) = (self.figures, self.month);
        let over = |of: &dyn Fn(usize) -> Option<Pair>| Pair::sum(members.iter().filter_map(|it| of(*it)));
        let growth = |month: i32| over(&|class| figures.pair(class, month)).and_then(Pair::growth);
        let single = |month: i32| derived(over(&|class| figures.single(class, month)));
        let r3 = |month: i32| {
            let windows: Vec<ThreeMonths> =
                members.iter().filter_map(|class| figures.three_months(*class, month)).collect();
            three(&windows)
        };
        ProfitRow {
            since_january: YearOnYear::new(growth(month), growth(before(month))),
            month: single(month),
            month_before: single(before(month)),
            three_months: YearOnYear::new(r3(month), r3(month - 1)),
            ..self.row(kind, name, members)
        }
    }

    /// What is the same of every row: levels, shares, revenue.
    fn row(&self, kind: ProfitRowKind, name: Named, members: &[usize]) -> ProfitRow {
        let (figures, month) = (self.figures, self.month);
        let pairs: Vec<Pair> = members.iter().filter_map(|it| figures.pair(*it, month)).collect();
        let pair = Pair::sum(pairs.iter().copied());
        let profit = members.iter().filter_map(|it| figures.profit(*it, month)).reduce(|sum, it| sum + it);
        let part = pair.zip(self.total);
        let added = part.and_then(|(part, all)| contribution((part.value, part.base), (all.value, all.base)));
        let share = profit.zip(self.profit).filter(|(_, all)| less_than(0.0, *all));
        // Profit and revenue of the same members.
        let both = members.iter().filter_map(|it| figures.pair(*it, month).zip(figures.revenue(*it, month)));
        let (earned, revenue): (Vec<Pair>, Vec<Pair>) = both.unzip();
        let both = Pair::sum(earned.into_iter()).zip(Pair::sum(revenue.into_iter()));
        let margins = both.filter(|(_, revenue)| less_than(0.0, revenue.value)).map(|(profit, revenue)| {
            let base = less_than(0.0, revenue.base).then(|| 100.0 * profit.base / revenue.base);
            (100.0 * profit.value / revenue.value, base)
        });
        ProfitRow {
            kind,
            name,
            n_members: members.len(),
            n_known: pairs.len(),
            is_published: false,
            profit,
            since_january: YearOnYear::default(),
            sign: pair.and_then(sign),
            month: SingleMonth::default(),
            month_before: SingleMonth::default(),
            three_months: YearOnYear::default(),
            share: share.map(|(profit, all)| 100.0 * profit / all),
            contribution: added.map(|added| added.points),
            contribution_rate: added.and_then(|added| added.rate),
            base_share: added.map(|added| added.base_share),
            share_change: added.and_then(|added| added.share_change),
            revenue_growth: both.and_then(|(_, revenue)| revenue.growth()),
            margin: margins.map(|(margin, _)| margin),
            margin_change: margins.and_then(|(margin, base)| Some(margin - base?)),
        }
    }
}

/// Growth that follows from sums since January.
fn derived(pair: Option<Pair>) -> SingleMonth {
    let growth = pair.and_then(Pair::growth);
    SingleMonth { growth, is_derived: growth.is_some() }
}

/// The growth of three months over their sum; `None` if the bases are not positive or nearly cancel.
fn three(windows: &[ThreeMonths]) -> Option<f64> {
    let sum = |of: fn(&ThreeMonths) -> f64| windows.iter().map(of).sum::<f64>();
    let (value, base, size) =
        (sum(|window| window.value), sum(|window| window.base), sum(|window| window.base.abs()));
    let has_base = less_than(0.0, base) && !less_than(base, LEAST_BASE * size);
    let growth = 100.0 * (value - base) / base;
    (has_base && growth.is_finite()).then(|| clip(growth, -MOST_GROWTH, MOST_GROWTH))
}

/// What became of a profit or a loss.
fn sign(pair: Pair) -> Option<ProfitSign> {
    let (is_profit, was_profit) = (less_than(0.0, pair.value), less_than(0.0, pair.base));
    match (is_profit, was_profit) {
        (true, false) => Some(ProfitSign::TurnedToProfit),
        (false, true) => Some(ProfitSign::TurnedToLoss),
        (false, false) if less_than(pair.base, pair.value) => Some(ProfitSign::SmallerLoss),
        (false, false) if less_than(pair.value, pair.base) => Some(ProfitSign::LargerLoss),
        _ => None,
    }
}
