//! The worked example, random companies against a slow and obvious look at every day, and what a later filing must not change.

use std::collections::BTreeMap;

use rotor_factor::{AsOf, Group, Released};

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn entity(code: &str, kind: EntityKind) -> Entity {
    let group = None::<Group>;
    Entity {
        code: code.into(),
        kind,
        name: code.into(),
        name_zh: None,
        group,
        valid_from: None,
        valid_to: None,
    }
}

fn company(code: &str, sector: u32, valid_from: Option<Date>, valid_to: Option<Date>) -> Company {
    Company { code: code.into(), name: code.into(), name_zh: None, sector, valid_from, valid_to }
}

fn report(company: u32, period: &str, released: &str, profit: f64, prior: f64, assets: f64) -> Filing {
    Filing {
        company,
        period: day(period),
        released: Released(day(released)),
        kind: FilingKind::Report,
        net_profit_ytd: Some(profit),
        low: None,
        high: None,
        net_profit_ytd_prior: Some(prior),
        total_assets: Some(assets),
    }
}

/// The values of one entity and quarter on a day, by series; `None` where nothing was told yet.
fn known(
    entities: &[Entity],
    companies: &[Company],
    filings: &[Filing],
    (entity, quarter, on): (u32, i32, Date),
) -> [Option<f64>; SERIES.len()] {
    let n = entities.len() as u32;
    let mut known = [None; SERIES.len()];
    for told in publications(entities, &Reports::new(companies, filings), [0, 1, 2, 3, 4]).concat() {
        if told.key % n == entity && told.index == quarter && told.released <= on.days() {
            known[(told.key / n) as usize] = Some(told.value);
        }
    }
    known
}

/// Six companies of one sector; the fifth has not filed the second quarter, and the third expects 16 to 20.
fn example() -> (Vec<Entity>, Vec<Company>, Vec<Filing>) {
    let entities = vec![entity("801880", EntityKind::Sector), entity("CN", EntityKind::Market)];
    let companies: Vec<Company> =
        ["c1", "c2", "c3", "c4", "c5", "c6"].map(|code| company(code, 0, None, None)).into();
    let before = [
        (24.0, 22.0, 900.0),
        (-35.0, 8.0, 700.0),
        (9.0, 8.0, 200.0),
        (3.0, 4.5, 150.0),
        (40.0, 38.0, 1500.0),
        (0.5, -0.8, 50.0),
    ];
    let now = [(52.0, 50.0), (-60.0, 20.0), (18.0, 15.0), (7.5, 10.0), (0.0, 0.0), (2.0, -1.0)];
    let mut filings = Vec::new();
    for (position, ((profit, prior, assets), (now, base))) in before.into_iter().zip(now).enumerate() {
        let position = position as u32;
        filings.push(report(position, "2024-03-31", "2024-04-26", profit, prior, assets));
        if position != 4 {
            filings.push(report(position, "2024-06-30", "2024-07-12", now, base, assets));
        }
    }
    let forecast = filings.iter_mut().find(|filing| filing.net_profit_ytd == Some(18.0)).unwrap();
    (forecast.kind, forecast.net_profit_ytd) = (FilingKind::Forecast, None);
    (forecast.low, forecast.high, forecast.total_assets) = (Some(16.0), Some(20.0), None);
    (entities, companies, filings)
}

fn assert_near(found: Option<f64>, expected: f64) {
    assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?}, {expected}");
}

#[test]
fn the_worked_example() {
    let (entities, companies, filings) = example();
    let quarter = day("2024-06-30").quarter().index();
    for place in [0, 1] {
        let at = |on| known(&entities, &companies, &filings, (place, quarter, on));
        let [coverage, n, single, ytd, before] = at(day("2024-07-12"));
        assert_near(coverage, 0.571_428_571_4);
        assert_eq!(n, Some(5.0));
        assert_near(single, -65.583_173_996_2);
        assert_near(ytd, -79.255_319_148_9);
        assert_near(before, -96.402_877_697_8);
        assert_eq!(at(day("2024-07-11")), [None; SERIES.len()]);
    }
    let without: Vec<Filing> = filings.iter().filter(|filing| filing.company != 1).copied().collect();
    let at = known(&entities, &companies, &without, (0, quarter, day("2024-07-12")));
    assert_near(at[2], 6.699_751_861_0);
    assert_near(at[3], 7.432_432_432_4);
    assert_near(at[4], 8.308_605_341_2);
}

#[test]
fn a_company_outside_the_sample_may_change_its_quarter_before() {
    let (entities, companies, mut filings) = example();
    let at = (0, day("2024-06-30").quarter().index(), day("2024-08-01"));
    let expected = known(&entities, &companies, &filings, at);
    let outside = filings.iter_mut().find(|filing| filing.company == 4).unwrap();
    (outside.net_profit_ytd, outside.net_profit_ytd_prior) = (Some(-4000.0), Some(1.0));
    assert_eq!(known(&entities, &companies, &filings, at), expected);
}

#[test]
fn a_growth_that_ceases_to_exist_takes_the_coverage_with_it() {
    let entities = [entity("801880", EntityKind::Sector)];
    let companies = [company("c1", 0, None, None), company("c2", 0, None, None)];
    let mut filings = vec![
        report(0, "2024-03-31", "2024-04-26", 10.0, 8.0, 100.0),
        report(1, "2024-03-31", "2024-04-26", 5.0, 4.0, 100.0),
        report(0, "2024-06-30", "2024-07-12", 22.0, 20.0, 100.0),
    ];
    let quarter = day("2024-06-30").quarter().index();
    let at = |filings: &[Filing], on| known(&entities, &companies, filings, (0, quarter, day(on)));
    assert_eq!(at(&filings, "2024-07-20")[0], Some(0.5));
    // Its base takes away that of the first: no growth is left.
    filings.push(report(1, "2024-06-30", "2024-07-16", 3.0, -20.0, 100.0));
    let gone = at(&filings, "2024-07-16");
    assert_eq!((gone[0], gone[1], gone[3]), (Some(0.0), Some(2.0), Some(10.0)));
    assert_eq!(at(&filings, "2024-07-15")[0], Some(0.5));
}

#[test]
fn a_forecast_may_come_before_the_end_of_its_period() {
    let (entities, companies, mut filings) = example();
    for filing in filings.iter_mut().filter(|filing| filing.period == day("2024-06-30")) {
        filing.released = Released(day("2024-06-20"));
    }
    let quarter = day("2024-06-30").quarter().index();
    let at = |on| known(&entities, &companies, &filings, (0, quarter, day(on)));
    assert_eq!(at("2024-06-29"), [None; SERIES.len()]);
    assert_near(at("2024-06-30")[3], -79.255_319_148_9);
}

/// A die that always falls the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn amount(&mut self) -> f64 {
        self.below(2001) as f64 / 10.0 - 60.0
    }
}

const QUARTERS: [&str; 7] =
    ["2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30"];

fn random(dice: &mut Dice) -> (Vec<Entity>, Vec<Company>, Vec<Filing>) {
    let entities = vec![
        entity("801010", EntityKind::Sector),
        entity("801030", EntityKind::Sector),
        entity("CN", EntityKind::Market),
    ];
    let (mut companies, mut filings) = (Vec::new(), Vec::new());
    for number in 0..6_u32 {
        let code = format!("c{number}");
        let sector = dice.below(2) as u32;
        let some_day = |dice: &mut Dice| day("2023-02-01").plus_days(dice.below(500) as i32).unwrap();
        if dice.chance(40) {
            let moves = some_day(dice);
            companies.push(company(&code, sector, None, moves.plus_days(-1)));
            companies.push(company(
                &code,
                dice.below(2) as u32,
                moves.plus_days(dice.below(40) as i32),
                None,
            ));
        } else {
            let begins = dice.chance(20).then(|| some_day(dice));
            companies.push(company(&code, sector, begins, None));
        }
        for period in QUARTERS.map(day) {
            for kind in [FilingKind::Report, FilingKind::Express, FilingKind::Forecast, FilingKind::Forecast]
            {
                if !dice.chance(if kind == FilingKind::Report { 85 } else { 20 }) {
                    continue;
                }
                let lag = if kind == FilingKind::Report { 20 + dice.below(120) } else { dice.below(60) };
                let lag = lag as i32 - if kind == FilingKind::Forecast { 25 } else { 0 };
                let released = Released(period.plus_days(lag).unwrap());
                let is_range = kind == FilingKind::Forecast;
                let low = dice.amount();
                let filing = Filing {
                    company: number,
                    period,
                    released,
                    kind,
                    net_profit_ytd: (!is_range).then_some(low),
                    low: (is_range && dice.chance(80)).then_some(low),
                    high: is_range.then_some(low + 10.0),
                    net_profit_ytd_prior: dice.chance(70).then(|| dice.amount()),
                    total_assets: dice.chance(60).then(|| 1.0 + dice.below(900) as f64),
                };
                let is_same = |other: &Filing| {
                    (other.company, other.period, other.released, other.kind)
                        == (number, period, released, kind)
                };
                if !filings.iter().any(is_same) {
                    filings.push(filing);
                }
            }
        }
    }
    (entities, companies, filings)
}

/// What the rule says of a sector, or of the market, on a day: one company after the other, one filing after the other.
fn slow(
    companies: &[Company],
    filings: &[Filing],
    sector: Option<u32>,
    end: Date,
    on: Date,
) -> ComparableSample {
    let end_of = |quarters: i32| end.quarter().plus(quarters).unwrap().last_day();
    let numbers: BTreeMap<&str, u32> = {
        let codes: std::collections::BTreeSet<&str> = companies.iter().map(|row| row.code.as_str()).collect();
        codes.into_iter().zip(0..).collect()
    };
    let public = |number: u32| {
        filings.iter().filter(move |filing| filing.company == number && filing.released.0 <= on)
    };
    let counting = |number: u32, period: Date| -> Option<Filing> {
        for kind in [FilingKind::Report, FilingKind::Express, FilingKind::Forecast] {
            let of_kind = public(number).filter(|filing| filing.period == period && filing.kind == kind);
            if let Some(latest) = of_kind.max_by_key(|filing| filing.released) {
                return Some(*latest);
            }
        }
        None
    };
    let profit = |filing: &Filing| match (filing.net_profit_ytd, filing.low, filing.high) {
        (Some(profit), ..) => profit,
        (_, Some(low), Some(high)) => f64::midpoint(low, high),
        (_, low, high) => low.or(high).unwrap(),
    };
    let pair = |number: u32, quarters: i32| -> Option<(f64, f64)> {
        let filing = counting(number, end_of(quarters))?;
        let year_before = counting(number, end_of(quarters - 4)).map(|filing| profit(&filing));
        Some((profit(&filing), filing.net_profit_ytd_prior.or(year_before)?))
    };
    let (mut n, mut sample_assets, mut all_assets) = (0, 0.0, 0.0);
    let (mut ytd, mut before, mut single) = (Vec::new(), Vec::new(), Vec::new());
    for row in companies {
        let is_valid =
            row.valid_from.is_none_or(|first| first <= on) && row.valid_to.is_none_or(|last| on <= last);
        if !is_valid || sector.is_some_and(|sector| sector != row.sector) {
            continue;
        }
        let number = numbers[row.code.as_str()];
        let with_assets = public(number).filter(|filing| filing.total_assets.is_some());
        let latest =
            with_assets.max_by_key(|filing| (filing.period, filing.released, std::cmp::Reverse(filing.kind)));
        let assets = latest.and_then(|filing| filing.total_assets).unwrap_or(0.0);
        all_assets += assets;
        if let (Some(now), Some(quarter_before)) = (pair(number, 0), pair(number, -1)) {
            n += 1;
            sample_assets += assets;
            ytd.push(now);
            before.push(quarter_before);
            single.push(if end.month().number() == 3 {
                now
            } else {
                (now.0 - quarter_before.0, now.1 - quarter_before.1)
            });
        }
    }
    let growth = |pairs: &[(f64, f64)]| {
        let now: f64 = pairs.iter().map(|pair| pair.0).sum();
        let base: f64 = pairs.iter().map(|pair| pair.1).sum();
        let size: f64 = pairs.iter().map(|pair| pair.1.abs()).sum();
        let has_base = size > 0.0 && base != 0.0 && base.abs() >= 0.02 * size - 1e-9;
        has_base.then(|| (100.0 * (now - base) / base.abs()).clamp(-200.0, 200.0))
    };
    let (ytd_yoy, ytd_yoy_before) = (growth(&ytd), growth(&before));
    let is_told = ytd_yoy.is_some() && ytd_yoy_before.is_some() && all_assets > 0.0;
    let coverage = if is_told { sample_assets / all_assets } else { 0.0 };
    ComparableSample { n, coverage, ytd_yoy, ytd_yoy_before, quarter_yoy: growth(&single) }
}

/// The changes of the slow values over the days of a quarter, as (series, day, value).
fn slow_changes(
    companies: &[Company],
    filings: &[Filing],
    sector: Option<u32>,
    end: Date,
) -> Vec<(usize, i32, u64)> {
    let until = end.quarter().plus(2).unwrap().last_day();
    let (mut told, mut changes) = ([None; SERIES.len()], Vec::new());
    for on in (end.days()..until.days()).map(|days| Date::from_days(days).unwrap()) {
        let sample = slow(companies, filings, sector, end, on);
        let values = [
            Some(sample.coverage),
            Some(sample.n as f64),
            sample.quarter_yoy,
            sample.ytd_yoy,
            sample.ytd_yoy_before,
        ];
        for (series, value) in values.into_iter().enumerate() {
            let value = value.filter(|value| series > 1 || *value != 0.0 || told[series].is_some());
            if let Some(value) = value.filter(|value| told[series] != Some(value.to_bits())) {
                told[series] = Some(value.to_bits());
                changes.push((series, on.days(), value.to_bits()));
            }
        }
    }
    changes.sort_unstable();
    changes
}

#[test]
fn every_day_of_random_companies_is_what_the_rule_says() {
    let mut n_changes = 0;
    for seed in 0..20 {
        let (entities, companies, filings) = random(&mut Dice(seed));
        let told = publications(&entities, &Reports::new(&companies, &filings), [0, 1, 2, 3, 4]).concat();
        for (place, sector) in [(0, Some(0)), (1, Some(1)), (2, None)] {
            for end in QUARTERS.map(day) {
                let of_place =
                    told.iter().filter(|told| told.key % 3 == place && told.index == end.quarter().index());
                let mut found: Vec<_> = of_place
                    .map(|told| ((told.key / 3) as usize, told.released, told.value.to_bits()))
                    .collect();
                found.sort_unstable();
                let expected = slow_changes(&companies, &filings, sector, end);
                assert_eq!(found, expected, "seed {seed}, entity {place}, {end}");
                n_changes += found.len();
            }
        }
    }
    assert!(n_changes > 5_000, "{n_changes}");
}

#[test]
fn what_is_filed_later_changes_nothing() {
    for seed in 20..26 {
        let (entities, companies, filings) = random(&mut Dice(seed));
        let told = |filings: &[Filing]| {
            publications(&entities, &Reports::new(&companies, filings), [0, 1, 2, 3, 4]).concat()
        };
        let whole = told(&filings);
        for as_of in ["2023-04-20", "2023-08-31", "2024-03-31", "2024-07-15"].map(day) {
            let before: Vec<Filing> =
                filings.iter().filter(|filing| filing.released.is_public(AsOf(as_of))).copied().collect();
            // With what is filed on the day or later, and with other figures in its place.
            let mut other = filings.clone();
            for filing in other.iter_mut().filter(|filing| !filing.released.is_public(AsOf(as_of))) {
                filing.net_profit_ytd_prior = Some(-77.0);
                filing.total_assets = Some(12_345.0);
            }
            let seen = |told: &[Publication]| -> Vec<(u32, i32, i32, u64)> {
                let public = told.iter().filter(|told| told.released < as_of.days());
                let mut seen: Vec<_> =
                    public.map(|told| (told.key, told.index, told.released, told.value.to_bits())).collect();
                seen.sort_unstable();
                seen
            };
            assert_eq!(seen(&told(&before)), seen(&whole), "seed {seed}, {as_of}");
            assert_eq!(seen(&told(&other)), seen(&whole), "seed {seed}, {as_of}");
        }
    }
}
