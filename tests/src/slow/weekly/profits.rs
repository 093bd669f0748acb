//! Profits of industrial enterprises.

use std::collections::BTreeMap;

use rotor_factor::{Date, EntityKind, Month};

use super::super::three_months::{Industry, industries};
use super::super::{BridgeRow, EPSILON, before};
use super::tracking::pair;
use super::{Page, Rows, Week};

/// What has published figures: a class or the market.
struct Publisher {
    profit: Industry,
    revenue: Money,
    growth: BTreeMap<Month, f64>,
    revenue_growth: BTreeMap<Month, f64>,
    single: BTreeMap<Month, f64>,
}

/// Sums since January and those of the year before.
#[derive(Default)]
struct Money {
    levels: BTreeMap<Month, f64>,
    bases: BTreeMap<Month, f64>,
}

/// A row: a publisher, or several together.
struct Together<'a> {
    members: Vec<&'a Publisher>,
    /// Whether what it publishes itself comes first.
    is_one: bool,
}

/// The groups of the page, by the codes of their classes; of letters all classes of the letter.
const GROUPS: [(&str, &[&str]); 13] = [
    ("mining", &["B"]),
    ("manufacturing", &["C"]),
    ("utilities", &["D"]),
    ("equipment", &["C33", "C34", "C35", "C36", "C37", "C38", "C39", "C40"]),
    (
        "consumer goods",
        &["C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C27", "C28"],
    ),
    ("raw materials", &["C25", "C26", "C30", "C31", "C32"]),
    (
        "resources",
        &["B06", "B07", "B08", "B09", "B10", "B11", "B12", "C25", "C26", "C28", "C30", "C31", "C32"],
    ),
    ("midstream equipment", &["C34", "C35", "C37", "C38", "C40"]),
    ("optional consumption", &["C18", "C19", "C21", "C24", "C36"]),
    ("staples", &["C13", "C14", "C15", "C16", "C17", "C22", "C23"]),
    ("TMT", &["C39"]),
    ("medicine", &["C27"]),
    ("rest", &["C20", "C29", "C33", "C41", "C42", "C43"]),
];

/// Returns the groups of the page: what each is and the codes of its classes.
#[must_use]
pub fn groups() -> Vec<(&'static str, &'static [&'static str])> {
    GROUPS.to_vec()
}

pub(super) fn add(page: &mut Page, rows: &Rows, day: Date, week: &Week) {
    let codes: Vec<&str> = rows.of_kind(EntityKind::Industry).map(|entity| entity.code.as_str()).collect();
    let classes: Vec<(&str, Publisher)> =
        codes.iter().map(|code| (*code, publisher(rows, code, day))).collect();
    let market = rows.facts.market().map(|code| publisher(rows, code, day));
    let market = market.filter(|market| !market.profit.levels.is_empty());
    let every = || classes.iter().map(|(_, class)| class).chain(&market);
    let months = every().flat_map(|publisher| publisher.profit.levels.keys().copied());
    let Some(t) = months.filter(|month| month.number() != 1).max() else {
        page.leave_open("profits");
        return;
    };
    page.word("profits/month", Some(t));
    page.word("profits/month_before", Some(month_before(t)));
    let names = codes.iter().copied().chain(rows.facts.market());
    let vintages =
        names.filter_map(|code| rows.facts.observations.get(&("profit_ytd".into(), code.into()))).flatten();
    let released = vintages
        .filter(|row| row.period == t.last_day() && row.released < day)
        .map(|row| row.released)
        .min()
        .expect("it is public");
    page.word("profits/released", Some(released));
    page.word("profits/is_in_week", Some(week.monday <= released));

    let is_known =
        |class: &Publisher| class.profit.levels.contains_key(&t) && class.profit.bases.contains_key(&t);
    page.word("profits/n_known", Some(classes.iter().filter(|(_, class)| is_known(class)).count()));
    let grows =
        |class: &Publisher| is_known(class) && class.profit.levels[&t] > class.profit.bases[&t] + EPSILON;
    page.word("profits/n_growing", Some(classes.iter().filter(|(_, class)| grows(class)).count()));

    let all: Vec<&Publisher> = classes.iter().map(|(_, class)| class).collect();
    let total = match &market {
        Some(market) if is_known(market) => Together { members: vec![market], is_one: true },
        Some(_) => {
            // A market that is late.
            page.leave_open("profits/");
            return;
        }
        None => Together { members: all, is_one: false },
    };
    put(page, "profits/rows/total", &total, &total, t);
    for (code, class) in &classes {
        let row = Together { members: vec![class], is_one: true };
        put(page, &format!("profits/rows/{code}"), &row, &total, t);
    }
    for (name, members) in GROUPS {
        let is_member = |code: &str| members.iter().any(|member| code.starts_with(member));
        let members: Vec<&Publisher> =
            classes.iter().filter(|(code, _)| is_member(code)).map(|(_, class)| class).collect();
        if !members.is_empty() {
            put(page, &format!("profits/rows/{name}"), &Together { members, is_one: false }, &total, t);
        }
    }
}

fn publisher(rows: &Rows, code: &str, day: Date) -> Publisher {
    let months = |series: &str| rows.facts.known_months(series, code, day);
    let bridge = BridgeRow { sector: String::new(), industry: code.into(), weight: 1.0, released: day };
    let mut profit = industries(&rows.facts, day, &[&bridge]).remove(0);
    profit.levels.retain(|month, _| month.number() != 1);
    let mut revenue = Money { levels: months("revenue_ytd"), bases: BTreeMap::new() };
    let revenue_growth = months("revenue_ytd_yoy");
    for (month, level) in &revenue.levels {
        let growth =
            revenue_growth.get(month).filter(|growth| *level > EPSILON && **growth > -100.0 + EPSILON);
        let base = match growth {
            Some(growth) => Some(level / (1.0 + growth / 100.0)),
            None => revenue.levels.get(&before(*month, 12)).copied(),
        };
        revenue.bases.extend(base.map(|base| (*month, base)));
    }
    Publisher {
        profit,
        revenue,
        growth: months("profit_ytd_yoy"),
        revenue_growth,
        single: months("profit_month_yoy"),
    }
}

/// The month that growth is compared with.
fn month_before(month: Month) -> Month {
    before(month, if month.number() == 2 { 2 } else { 1 })
}

impl Together<'_> {
    /// Profit and base at a month, of the members that have both.
    fn sums(&self, month: Month) -> Option<(f64, f64)> {
        let both = self.members.iter().filter_map(|member| {
            Some((*member.profit.levels.get(&month)?, *member.profit.bases.get(&month)?))
        });
        added(&both.collect::<Vec<_>>())
    }

    fn n_known(&self, month: Month) -> usize {
        let has = |values: &BTreeMap<Month, f64>| values.contains_key(&month);
        self.members.iter().filter(|member| has(&member.profit.levels) && has(&member.profit.bases)).count()
    }

    /// What it publishes of a month, else the growth of the sums.
    fn growth(&self, month: Month) -> Option<f64> {
        let published = self.members.first().filter(|_| self.is_one).and_then(|one| one.growth.get(&month));
        published.copied().or_else(|| ratio(self.sums(month)?))
    }

    /// Whether every member that has profit in the month has all that a single month needs.
    fn single_month(&self, month: Month) -> Option<(f64, f64)> {
        let of = |member: &&Publisher| {
            let at = |values: &BTreeMap<Month, f64>, month: Month| values.get(&month).copied();
            let (levels, bases) = (&member.profit.levels, &member.profit.bases);
            let now = (at(levels, month)?, at(bases, month)?);
            if month.number() == 2 {
                return Some(now);
            }
            let then = (at(levels, before(month, 1))?, at(bases, before(month, 1))?);
            Some((now.0 - then.0, now.1 - then.1))
        };
        added(&self.members.iter().filter_map(of).collect::<Vec<_>>())
    }

    /// Profit, of the members without a base as well.
    fn level(&self, month: Month) -> f64 {
        self.members.iter().filter_map(|member| member.profit.levels.get(&month)).sum()
    }

    fn is_whole(&self, month: Month) -> bool {
        self.members.iter().all(|member| {
            member.profit.levels.contains_key(&month) && member.profit.bases.contains_key(&month)
        })
    }

    fn three_months(&self, month: Month) -> Option<f64> {
        let windows: Vec<(f64, f64)> =
            self.members.iter().filter_map(|member| member.profit.window(month)).collect();
        let size: f64 = windows.iter().map(|(_, base)| base.abs()).sum();
        let (sum, base) = added(&windows)?;
        if base <= EPSILON || base / size < 0.02 - EPSILON {
            return None;
        }
        Some((100.0 * (sum - base) / base).clamp(-200.0, 200.0))
    }
}

fn added(pairs: &[(f64, f64)]) -> Option<(f64, f64)> {
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    (!pairs.is_empty()).then(|| (sum(&|pair| pair.0), sum(&|pair| pair.1)))
}

fn ratio((now, base): (f64, f64)) -> Option<f64> {
    (base > EPSILON).then(|| 100.0 * (now - base) / base)
}

fn put(page: &mut Page, start: &str, row: &Together, total: &Together, t: Month) {
    let earlier = month_before(t);
    let Some((profit, base)) = row.sums(t) else {
        // Whether a class without profit or base has a row is not said.
        page.leave_open(format!("{start}/"));
        return;
    };
    page.word(format!("{start}/n_known"), Some(row.n_known(t)));
    page.number(format!("{start}/profit"), Some(row.level(t)));
    let is_published = row.is_one && row.members[0].growth.contains_key(&t);
    page.word(format!("{start}/is_published"), Some(is_published));
    pair(page, &format!("{start}/since_january"), row.growth(t), row.growth(earlier));
    let sign = match (profit > EPSILON, base > EPSILON) {
        (true, false) => Some("TurnedToProfit"),
        (false, true) => Some("TurnedToLoss"),
        (false, false) if profit > base + EPSILON => Some("SmallerLoss"),
        (false, false) if profit < base - EPSILON => Some("LargerLoss"),
        _ => None,
    };
    page.word(format!("{start}/sign"), sign);
    for (name, month) in [("month", t), ("month_before", earlier)] {
        let published = row.members.first().filter(|_| row.is_one).and_then(|one| one.single.get(&month));
        let name = format!("{start}/{name}");
        if let Some(growth) = published {
            page.number(format!("{name}/growth"), Some(*growth));
            page.word(format!("{name}/is_derived"), Some(false));
            continue;
        }
        let growth = row.single_month(month).and_then(ratio);
        if month.number() == 2 || growth.is_none() {
            // The two months are the year to date.
            page.leave_open(format!("{name}/is_derived"));
        }
        page.number(format!("{name}/growth"), growth);
        page.word(format!("{name}/is_derived"), Some(true));
    }
    pair(page, &format!("{start}/three_months"), row.three_months(t), row.three_months(earlier));
    let Some((_, whole_base)) = total.sums(t) else { return };
    let positive = |of: f64| (of > EPSILON).then_some(of);
    let share = positive(total.level(t)).map(|whole| 100.0 * row.level(t) / whole);
    if !total.is_whole(t) {
        // The change of a share is that of those with a base.
        page.leave_open(format!("{start}/share_change"));
    }
    let base_share = positive(whole_base).map(|whole| 100.0 * base / whole);
    let added = positive(whole_base).map(|whole| 100.0 * (profit - base) / whole);
    let growth = total.growth(t).filter(|growth| growth.abs() >= 0.1 - EPSILON);
    page.number(format!("{start}/share"), share);
    page.number(format!("{start}/base_share"), base_share);
    page.number(format!("{start}/share_change"), share.zip(base_share).map(|(now, then)| now - then));
    page.number(format!("{start}/contribution"), added);
    page.number(
        format!("{start}/contribution_rate"),
        added.zip(growth).map(|(added, growth)| 100.0 * added / growth),
    );
    revenue(page, start, row, t);
}

fn revenue(page: &mut Page, start: &str, row: &Together, t: Month) {
    let both = |values: fn(&Publisher) -> &BTreeMap<Month, f64>,
                bases: fn(&Publisher) -> &BTreeMap<Month, f64>| {
        let of = |member: &&Publisher| Some((*values(member).get(&t)?, *bases(member).get(&t)?));
        row.members.iter().filter_map(of).collect::<Vec<_>>()
    };
    let revenues = both(|member| &member.revenue.levels, |member| &member.revenue.bases);
    let profits = both(|member| &member.profit.levels, |member| &member.profit.bases);
    if revenues.is_empty() {
        return;
    }
    if revenues.len() != profits.len() {
        page.leave_open(format!("{start}/margin"));
        page.leave_open(format!("{start}/revenue_growth"));
    }
    let published =
        row.members.first().filter(|_| row.is_one).and_then(|one| one.revenue_growth.get(&t)).copied();
    let (revenue, profit) = (added(&revenues).expect("not empty"), added(&profits).expect("it has a row"));
    page.number(format!("{start}/revenue_growth"), published.or_else(|| ratio(revenue)));
    let margin = |profit: f64, revenue: f64| (revenue > EPSILON).then(|| 100.0 * profit / revenue);
    let now = margin(profit.0, revenue.0);
    page.number(format!("{start}/margin"), now);
    let then = margin(profit.1, revenue.1);
    page.number(format!("{start}/margin_change"), now.zip(then).map(|(now, then)| now - then));
}
