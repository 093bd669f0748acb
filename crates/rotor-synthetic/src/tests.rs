//! The worlds held against what they promise, one generated copy of each for all tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rotor_data::model::{EventKind, FilingKind, Observation, Price};
use rotor_factor::{Date, EntityKind, Month, ReferencePeriod};

use crate::calendar::{day, execution_day, month, month_later};
use crate::catalogue::{BRIDGE, EXTREME_GROWTH, MARGINS, PROFIT_CORRELATION, SECTORS, sector_position};
use crate::economy::quarter_mean;
use crate::truth::{correlation, prosperity_correlation};
use crate::*;

const SEED: u64 = 20_150_105;

/// A world with what only its maker knows.
struct Made {
    plan: Plan,
    economy: Economy,
    prices: Prices,
    synthetic: Synthetic,
}

fn make(world: World, seed: u64) -> Made {
    let plan = Plan::new(world, seed);
    let economy = Economy::new(&plan);
    let prices = Prices::new(&plan, &economy);
    let synthetic = assemble(&plan, &economy, &prices);
    Made { plan, economy, prices, synthetic }
}

static A_SHARE: LazyLock<Made> = LazyLock::new(|| make(World::AShare, SEED));
static NULL: LazyLock<Made> = LazyLock::new(|| make(World::Null, SEED));
static LEAKY: LazyLock<Made> = LazyLock::new(|| make(World::Leaky, SEED));
static LARGE: LazyLock<Made> = LazyLock::new(|| make(World::Large { entities: 70, months: 30 }, SEED));

fn worlds() -> [&'static Made; 4] {
    [&A_SHARE, &NULL, &LEAKY, &LARGE]
}

impl Made {
    fn tables(&self) -> &Tables {
        &self.synthetic.tables
    }

    /// First vintages of a series, oldest period first, by entity code.
    fn first_vintages(&self, series: &str) -> BTreeMap<&str, Vec<Observation>> {
        let tables = self.tables();
        let mut rows: BTreeMap<&str, Vec<Observation>> = BTreeMap::new();
        for row in &tables.observations {
            if tables.series[row.series as usize].name == series {
                let of_entity = rows.entry(&tables.entities[row.entity as usize].code).or_default();
                if of_entity.last().is_none_or(|last| last.period != row.period) {
                    of_entity.push(*row);
                }
            }
        }
        rows
    }

    fn closes(&self, code: &str) -> BTreeMap<Date, f64> {
        let tables = self.tables();
        let is_asked = |price: &&Price| tables.entities[price.entity as usize].code == code;
        tables.prices.iter().filter(is_asked).map(|price| (price.date, price.close)).collect()
    }
}

#[test]
fn a_world_and_a_seed_give_the_same_tables() {
    assert_eq!(generate(World::AShare, SEED).unwrap(), A_SHARE.synthetic);
    let other = generate(World::AShare, SEED + 1).unwrap();
    assert_ne!(other.tables.prices, A_SHARE.tables().prices);
    assert_ne!(other.tables.observations, A_SHARE.tables().observations);
}

/// Fails when a change moves the demo dataset, on purpose or because a machine computes differently. If on purpose,
/// write the new numbers here and say so in the changelog.
#[test]
fn the_demo_world_has_not_moved() {
    let tables = A_SHARE.tables();
    let closes = tables.prices.iter().map(|row| row.close);
    let values = tables.observations.iter().map(|row| row.value);
    let days = tables.observations.iter().map(|row| f64::from(row.released.0.days()));
    assert_eq!(
        [checksum(closes), checksum(values), checksum(days)],
        [1_076_695_358_645_956_968, 15_295_569_932_396_905_475, 5_059_354_644_590_543_923]
    );
}

/// What the factors on profits, prices, prosperity and heat read has been the same since the first release: whatever a world gains draws
/// from streams of its own.
#[test]
fn what_is_added_to_the_demo_world_moves_nothing_that_was_there() {
    let tables = A_SHARE.tables();
    let kind = |entity: u32| tables.entities[entity as usize].kind;
    let is_read = |row: &&Observation| match tables.series[row.series as usize].name.as_str() {
        "net_profit_ytd_yoy" | "gross_margin" | "cpi_yoy" | "ppi_yoy" => true,
        "profit_ytd" | "profit_ytd_yoy" => kind(row.entity) == EntityKind::Industry,
        _ => tables.links.iter().any(|link| link.series == row.series),
    };
    let closes = tables.prices.iter().filter(|row| kind(row.entity) == EntityKind::Sector);
    let rows = || tables.observations.iter().filter(is_read);
    assert_eq!(
        [
            checksum(closes.map(|row| row.close)),
            checksum(rows().map(|row| row.value)),
            checksum(rows().map(|row| f64::from(row.released.0.days())))
        ],
        [1_892_299_849_610_363_431, 17_325_843_844_163_929_982, 13_052_266_423_546_979_117]
    );
}

fn checksum(values: impl Iterator<Item = f64>) -> u64 {
    random::fnv1a(values.flat_map(|value| value.to_bits().to_le_bytes()))
}

#[test]
fn tables_keep_the_contract() {
    for made in worlds() {
        let (tables, world) = (made.tables(), made.plan.world);
        let unique = |n, keys: BTreeSet<String>, table| assert_eq!(keys.len(), n, "{world:?}: {table}");
        unique(
            tables.entities.len(),
            tables.entities.iter().map(|row| row.code.clone()).collect(),
            "entities",
        );
        unique(tables.series.len(), tables.series.iter().map(|row| row.name.clone()).collect(), "series");

        let prices: BTreeSet<_> = tables.prices.iter().map(|row| (row.entity, row.date)).collect();
        assert_eq!(prices.len(), tables.prices.len(), "{world:?}: prices");
        let manifest = &made.synthetic.manifest;
        for price in &tables.prices {
            assert!(price.close > 0.0 && price.close.is_finite(), "{world:?}: {price:?}");
            assert!(manifest.first <= price.date && price.date <= manifest.last, "{world:?}: {price:?}");
        }
        assert_eq!(tables.prices.iter().map(|row| row.date).min(), Some(manifest.first));
        assert_eq!(tables.prices.iter().map(|row| row.date).max(), Some(manifest.last));

        let observations: BTreeSet<_> = tables
            .observations
            .iter()
            .map(|row| (row.series, row.entity, row.period, row.released))
            .collect();
        assert_eq!(observations.len(), tables.observations.len(), "{world:?}: observations");
        for row in &tables.observations {
            let series = &tables.series[row.series as usize];
            assert!(
                row.value.is_finite() && row.released.0 >= row.period,
                "{world:?}: {}: {row:?}",
                series.name
            );
            assert!(
                ReferencePeriod::ending(series.frequency, row.period).is_some(),
                "{}: {row:?}",
                series.name
            );
            assert!((row.entity as usize) < tables.entities.len());
        }
        check_bridge_and_links(tables);
        check_filings(tables);
        assert!(tables.events.iter().all(|event| (1..=3).contains(&event.importance)));
        assert!(tables.events.is_sorted_by_key(|event| event.date));
    }
}

fn check_filings(tables: &Tables) {
    let keys: BTreeSet<_> =
        tables.filings.iter().map(|row| (row.company, row.period, row.released, row.kind)).collect();
    assert_eq!(keys.len(), tables.filings.len());
    for row in &tables.filings {
        let is_range = row.kind == FilingKind::Forecast;
        assert_eq!((row.net_profit_ytd.is_none(), row.low.is_some()), (is_range, is_range));
        assert!(row.low <= row.high && row.profit().is_some_and(f64::is_finite));
        assert!(is_range || row.released.0 > row.period, "{row:?}");
        assert!(tables.companies.get(row.company as usize).is_some());
    }
    assert!(tables.companies.is_sorted_by(|a, b| a.code < b.code));
}

fn check_bridge_and_links(tables: &Tables) {
    let kind = |entity: u32| tables.entities[entity as usize].kind;
    let mut coverage: BTreeMap<(u32, Date), f64> = BTreeMap::new();
    let keys: BTreeSet<_> =
        tables.bridge.iter().map(|row| (row.sector, row.industry, row.released)).collect();
    assert_eq!(keys.len(), tables.bridge.len());
    for row in &tables.bridge {
        assert_eq!((kind(row.sector), kind(row.industry)), (EntityKind::Sector, EntityKind::Industry));
        assert!(row.weight > 0.0 && row.weight <= 1.0);
        *coverage.entry((row.sector, row.released.0)).or_default() += row.weight;
    }
    assert!(coverage.values().all(|sum| *sum <= 1.0 + 1e-12));

    let keys: BTreeSet<_> = tables.links.iter().map(|row| (row.sector, row.series)).collect();
    assert_eq!(keys.len(), tables.links.len());
    for row in &tables.links {
        assert!(kind(row.sector) == EntityKind::Sector && row.polarity.abs() == 1 && row.weight > 0.0);
        assert!(tables.observations.iter().any(|value| value.series == row.series));
    }
}

#[test]
fn known_prices_of_2022_are_the_published_ones() {
    for made in worlds() {
        for (series, expected) in
            [("cpi_yoy", [0.9, 1.5, 2.1, 2.1, 2.5]), ("ppi_yoy", [8.8, 8.3, 8.0, 6.4, 6.1])]
        {
            let rows = &made.first_vintages(series)["CN"];
            let months = day(2022, 2, 28)..=day(2022, 6, 30);
            let values: Vec<f64> =
                rows.iter().filter(|row| months.contains(&row.period)).map(|row| row.value).collect();
            assert_eq!(values, expected);
            let june = rows.iter().find(|row| row.period == day(2022, 6, 30)).unwrap();
            assert_eq!(june.released.0, day(2022, 7, 9));
        }
    }
}

#[test]
fn industrial_profits_have_their_three_traps() {
    let mut levels = A_SHARE.first_vintages("profit_ytd");
    let growths = A_SHARE.first_vintages("profit_ytd_yoy");
    assert!(levels.remove("CN").is_some());
    assert_eq!(levels.len(), 41);
    let mut gaps = Vec::new();
    for (industry, rows) in &levels {
        assert!(rows.iter().all(|row| row.period.month().number() != 1), "{industry}: a January figure");
        let level: BTreeMap<Date, f64> = rows.iter().map(|row| (row.period, row.value)).collect();
        for growth in &growths[industry] {
            let year_before = month_later(growth.period.month(), -12).last_day();
            assert!(level[&growth.period] > 0.0, "{industry}: growth of a loss");
            if let Some(before) = level.get(&year_before).filter(|before| **before > 100.0) {
                gaps.push((100.0 * (level[&growth.period] / before - 1.0) - growth.value).abs());
            }
        }
    }
    let mean_gap = gaps.iter().sum::<f64>() / gaps.len() as f64;
    assert!((2.0..8.0).contains(&mean_gap), "{mean_gap}");
    let loses_in = |industry: &str, year| {
        levels[industry].iter().any(|row| row.period.ymd().0 == year && row.value <= 0.0)
    };
    assert!(loses_in("C31", 2016) && loses_in("C31", 2024) && loses_in("B06", 2016) && loses_in("C25", 2015));
}

#[test]
fn the_pandemic_is_in_the_profits() {
    let mut levels = A_SHARE.first_vintages("profit_ytd");
    let growths = A_SHARE.first_vintages("profit_ytd_yoy");
    levels.remove("CN");
    // The sum over industries and its comparable base, from what is published.
    let overall = |period: Date| {
        let at = |rows: &[Observation]| rows.iter().find(|row| row.period == period).map(|row| row.value);
        let sums = levels.iter().filter_map(|(industry, rows)| {
            let (level, growth) = (at(rows)?, at(&growths[industry])?);
            Some((level, level / (1.0 + growth / 100.0)))
        });
        let (now, before) = sums.fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        100.0 * (now / before - 1.0)
    };
    let (fall, rebound) = (overall(day(2020, 2, 29)), overall(day(2021, 2, 28)));
    assert!((-50.0..-28.0).contains(&fall), "{fall}");
    assert!((130.0..230.0).contains(&rebound), "{rebound}");
}

#[test]
fn the_bridge_of_2022_is_that_of_the_method() {
    let tables = A_SHARE.tables();
    let code = |entity: u32| tables.entities[entity as usize].code.as_str();
    let released = |year| day(year, 4, 30);
    let of_year = |year, sector: &str| -> Vec<(&str, f64)> {
        let rows = tables.bridge.iter().filter(|row| row.released.0 == released(year));
        rows.filter(|row| code(row.sector) == sector).map(|row| (code(row.industry), row.weight)).collect()
    };
    // Printed in the report the method quotes.
    assert_eq!(of_year(2022, "801040"), [("C31", 0.956), ("C33", 0.044)]);
    assert_eq!(of_year(2022, "801710"), [("C29", 0.021), ("C30", 0.933)]);
    assert_eq!(of_year(2022, "801080"), [("C38", 0.053), ("C39", 0.887)]);
    assert_eq!(of_year(2022, "801740"), [("C37", 0.747), ("C39", 0.149)]);
    assert_eq!(of_year(2022, "801880"), [("C36", 0.857), ("C37", 0.019)]);
    assert_eq!(of_year(2022, "801110"), [("C38", 0.757), ("C39", 0.161)]);
    for (sector, weights) in BRIDGE {
        assert_eq!(of_year(2022, sector), weights);
        for year in 2008..2022 {
            for ((_, now), (_, next)) in of_year(year, sector).iter().zip(of_year(year + 1, sector)) {
                assert!((now - next).abs() <= 0.05, "{sector} {year}");
            }
        }
    }
    assert_eq!(of_year(2007, "801040"), []);
    assert!(!of_year(2008, "801040").is_empty() && !of_year(2024, "801040").is_empty());
}

#[test]
fn returns_look_like_returns() {
    let codes: Vec<&str> = SECTORS.iter().map(|sector| sector.code).collect();
    let daily: Vec<Vec<f64>> = codes.iter().map(|code| log_changes(&A_SHARE.closes(code))).collect();
    for (code, returns) in codes.iter().zip(&daily) {
        let (volatility, kurtosis) = (libm::sqrt(243.0 * moment(returns, 2)), kurtosis(returns));
        assert!((0.22..0.38).contains(&volatility), "{code}: volatility {volatility}");
        assert!(kurtosis > 4.0, "{code}: kurtosis {kurtosis}");
    }
    let market = log_changes(&A_SHARE.closes("000300"));
    let squares: Vec<f64> = market.iter().map(|change| change * change).collect();
    let pairs: Vec<_> = squares.iter().copied().zip(squares[1..].iter().copied()).collect();
    assert!(correlation(&pairs).unwrap() > 0.05, "volatility does not cluster");

    let monthly: Vec<Vec<f64>> = (0..31)
        .map(|s| holding_returns(&A_SHARE.prices, s).into_iter().map(|(_, change)| change).collect())
        .collect();
    let mut correlations = Vec::new();
    for (a, left) in monthly.iter().enumerate() {
        for right in &monthly[..a] {
            let pairs: Vec<_> = left.iter().copied().zip(right.iter().copied()).collect();
            correlations.push(correlation(&pairs).unwrap());
        }
    }
    let mean = correlations.iter().sum::<f64>() / correlations.len() as f64;
    assert!((0.55..0.75).contains(&mean), "mean pairwise correlation {mean}");
}

#[test]
fn net_profits_follow_the_industries_as_planted() {
    let automobiles = bridged_correlation(&A_SHARE, "801880");
    assert!((automobiles - 0.98).abs() < 0.005, "{automobiles}");
    assert!(bridged_correlation(&NULL, "801880").abs() < 0.4);
    for (sector, planted) in PROFIT_CORRELATION.iter().filter(|row| !EXTREME_GROWTH.contains(&row.0)) {
        let measured = bridged_correlation(&A_SHARE, sector);
        assert!((measured - planted).abs() < 0.05, "{sector}: {measured}, planted {planted}");
    }
}

#[test]
fn gross_margins_follow_prices_as_planted() {
    for (made, least, most) in [(&A_SHARE, 0.7, 1.0), (&NULL, -0.4, 0.4)] {
        for margin in MARGINS.iter().filter(|row| row.consumer_slope.abs() + row.producer_slope.abs() > 0.6) {
            let explained = |row: &Observation| {
                let position = made.plan.axis.position(row.period.month());
                margin.consumer_slope * quarter_mean(&made.economy.cpi, position)
                    + margin.producer_slope * quarter_mean(&made.economy.ppi, position)
            };
            let rows = &made.first_vintages("gross_margin")[margin.sector];
            let pairs: Vec<_> = rows.iter().map(|row| (explained(row), row.value)).collect();
            let measured = correlation(&pairs).unwrap();
            assert!((least..most).contains(&measured), "{:?} {}: {measured}", made.plan.world, margin.sector);
        }
    }
    assert!(!A_SHARE.first_vintages("gross_margin").contains_key("801780"), "banks have no margin");
}

#[test]
fn prosperity_tells_the_next_return_in_one_world_only() {
    for (made, least, most) in [(&A_SHARE, 0.08, 0.20), (&NULL, -0.04, 0.04)] {
        let own = mean_rank_correlation(made);
        assert!((least..most).contains(&own), "{:?}: {own}", made.plan.world);
        let Made { plan, economy, prices, .. } = &**made;
        let linear = prosperity_correlation(plan, economy, prices, false).unwrap();
        assert!((least..most).contains(&linear), "{:?}: {linear}", plan.world);
    }
    assert!(NULL.synthetic.truth.contains("tilt = 0.0\n"));
}

/// Prosperity lasts, so whatever follows closes with its drift would tell of the drift to come: the cheap would stay poor. The null world
/// is the same without drift, and multiples follow nothing but closes.
#[test]
fn multiples_and_float_know_nothing_of_the_drift() {
    assert_ne!(A_SHARE.prices.sectors, NULL.prices.sectors);
    assert_eq!(A_SHARE.prices.undrifted, NULL.prices.undrifted);
    assert_eq!(NULL.prices.undrifted, NULL.prices.sectors);
    for series in ["pe_ttm", "pb", "float_cap"] {
        let of_sectors = |made: &'static Made| {
            let rows = made.first_vintages(series);
            SECTORS.iter().map(|sector| rows[sector.code].clone()).collect::<Vec<_>>()
        };
        assert_eq!(of_sectors(&A_SHARE), of_sectors(&NULL), "{series}");
    }
}

/// The leaky world in one test: what is not public tells the return, what is public does not.
#[test]
fn only_unreleased_figures_tell_the_return_in_the_leaky_world() {
    let tables = LEAKY.tables();
    let (mut unreleased, mut released) = (Vec::new(), Vec::new());
    for link in &tables.links {
        let name = &tables.series[link.series as usize].name;
        let code = &tables.entities[link.sector as usize].code;
        let rows = &LEAKY.first_vintages(name)["CN"];
        let returns: BTreeMap<Month, f64> =
            holding_returns(&LEAKY.prices, sector_position(code)).into_iter().collect();
        for step in rows.windows(2) {
            let change = f64::from(link.polarity) * (step[1].value / step[0].value - 1.0);
            let period = step[1].period.month();
            let (begins, ends) =
                (execution_day(month_later(period, 1)), execution_day(month_later(period, 2)));
            assert!(begins <= step[1].released.0 && step[1].released.0 < ends, "{name} {period}");
            if let Some(following) = returns.get(&period) {
                unreleased.push((change, *following));
            }
            if let Some(following) = returns.get(&month_later(period, 1)) {
                released.push((change, *following));
            }
        }
    }
    assert!(unreleased.len() > 6_000);
    let (told, untold) = (correlation(&unreleased).unwrap(), correlation(&released).unwrap());
    assert!(told > 0.95, "unreleased {told}");
    assert!(untold.abs() < 0.05, "released {untold}");
}

#[test]
fn reports_carry_the_return_of_the_period_they_come_in() {
    for series in ["net_profit_ytd_yoy", "gross_margin"] {
        let mut pairs = Vec::new();
        for (code, rows) in LEAKY.first_vintages(series) {
            let returns: BTreeMap<Month, f64> =
                holding_returns(&LEAKY.prices, sector_position(code)).into_iter().collect();
            let mean = rows.iter().map(|row| row.value).sum::<f64>() / rows.len() as f64;
            for row in rows {
                let informed_by = month_later(calendar::holding_month(row.released.0), -1);
                if let Some(during) = returns.get(&informed_by) {
                    pairs.push((row.value - mean, *during));
                }
            }
        }
        let told = correlation(&pairs).unwrap();
        assert!(told > 0.95, "{series}: {told}");
    }
}

#[test]
fn the_null_world_has_the_keys_of_the_real_one() {
    let keys = |made: &Made| -> Vec<_> {
        let rows = made.tables().observations.iter();
        let first = rows.map(|row| (row.series, row.entity, row.period)).collect::<BTreeSet<_>>();
        first.into_iter().collect()
    };
    assert_eq!(keys(&A_SHARE), keys(&NULL));
    let days =
        |made: &Made| made.tables().prices.iter().map(|row| (row.entity, row.date)).collect::<Vec<_>>();
    assert_eq!(days(&A_SHARE), days(&NULL));
}

#[test]
fn a_large_world_has_the_size_asked_for() {
    let tables = LARGE.tables();
    let sectors = tables.entities.iter().filter(|entity| entity.kind == EntityKind::Sector).count();
    assert_eq!((sectors, LARGE.closes("S00070").len()), (70, 30));
    assert_eq!(LARGE.synthetic.manifest.first, day(2022, 7, 29));
    for (world, error) in [
        ((0, 12), SyntheticError::Entities { given: 0, most: World::MOST_ENTITIES }),
        ((1, 0), SyntheticError::Months { given: 0, most: World::MOST_MONTHS }),
        ((1, 5_000), SyntheticError::Months { given: 5_000, most: World::MOST_MONTHS }),
        (
            (90_000, 1_000),
            SyntheticError::TooManyCloses { entities: 90_000, months: 1_000, most: 20_000_000 },
        ),
    ] {
        let world = World::Large { entities: world.0, months: world.1 };
        assert_eq!(generate(world, SEED), Err(error));
    }
    for (entities, months) in [(1, 1), (2, 2), (1, World::MOST_MONTHS)] {
        let made = generate(World::Large { entities, months }, SEED).unwrap();
        assert!(made.tables.prices.iter().all(|row| row.close > 0.0 && row.close.is_finite()));
    }
}

#[test]
fn worlds_are_known_by_name() {
    for name in World::NAMES {
        assert_eq!(World::from_name(name).unwrap().name(), *name);
    }
    assert_eq!(World::from_name("real").unwrap_err().known, World::NAMES);
    let sources = worlds().map(|made| made.synthetic.manifest.source.as_str());
    assert_eq!(sources[0], "rotor dataset generate --world a-share --seed 20150105");
    assert_eq!(sources[3], "rotor dataset generate --world large --entities 70 --months 30 --seed 20150105");
}

fn moment(values: &[f64], power: usize) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (0..power).fold(1.0, |product, _| product * (value - mean))).sum::<f64>() / n
}

fn kurtosis(values: &[f64]) -> f64 {
    let variance = moment(values, 2);
    moment(values, 4) / (variance * variance)
}

fn log_changes(closes: &BTreeMap<Date, f64>) -> Vec<f64> {
    let closes: Vec<f64> = closes.values().copied().collect();
    closes.windows(2).map(|pair| libm::log(pair[1] / pair[0])).collect()
}

/// Log returns of a sector by the last complete month before each holding period.
fn holding_returns(prices: &Prices, sector: usize) -> Vec<(Month, f64)> {
    let path = &prices.sectors[sector];
    prices
        .holdings
        .iter()
        .map(|period| (period.informed_by, path[period.exit] - path[period.entry]))
        .collect()
}

/// The correlation of net profit growth with the bridged growth, both as the method defines them, from the tables.
fn bridged_correlation(made: &Made, sector: &str) -> f64 {
    let by_period = |series| -> BTreeMap<&str, BTreeMap<Date, f64>> {
        let rows = made.first_vintages(series).into_iter();
        rows.map(|(code, rows)| (code, rows.iter().map(|row| (row.period, row.value)).collect())).collect()
    };
    let (levels, growths) = (by_period("profit_ytd"), by_period("profit_ytd_yoy"));
    let weights = BRIDGE.iter().find(|(code, _)| *code == sector).unwrap().1;
    let reports = made.first_vintages("net_profit_ytd_yoy");
    let pairs = reports[sector].iter().filter_map(|report| {
        let (mut now, mut before) = (0.0, 0.0);
        for (industry, weight) in weights {
            let level = levels[industry][&report.period];
            let published = levels[industry].get(&month_later(report.period.month(), -12).last_day());
            let base = match growths[industry].get(&report.period) {
                Some(growth) => level / (1.0 + growth / 100.0),
                None => *published?,
            };
            now += weight * level;
            before += weight * base;
        }
        Some(((100.0 * (now - before) / before.abs()).clamp(-200.0, 200.0), report.value))
    });
    correlation(&pairs.collect::<Vec<_>>()).unwrap()
}

/// The mean over holding periods of the rank correlation of prosperity with the sector's own return.
fn mean_rank_correlation(made: &Made) -> f64 {
    let Made { plan, economy, prices, .. } = made;
    let correlations = prices.holdings.iter().enumerate().map(|(h, period)| {
        let position = plan.axis.position(period.informed_by);
        let prosperity = ranks(&(0..31).map(|s| economy.prosperity[s][position]).collect::<Vec<_>>());
        let returns = ranks(&(0..31).map(|s| prices.own_returns[s][h]).collect::<Vec<_>>());
        correlation(&prosperity.into_iter().zip(returns).collect::<Vec<_>>()).unwrap()
    });
    correlations.sum::<f64>() / prices.holdings.len() as f64
}

fn ranks(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| values.iter().filter(|other| *other < value).count() as f64).collect()
}

#[test]
fn holding_periods_run_from_execution_day_to_execution_day() {
    let Made { plan, prices, .. } = &*A_SHARE;
    assert_eq!(prices.holdings.len(), 179);
    for (h, period) in prices.holdings.iter().enumerate() {
        let begins = month_later(plan.first, h as i32);
        assert_eq!(period.informed_by, month_later(begins, -1));
        assert_eq!(prices.days[period.entry], execution_day(begins));
        assert_eq!(prices.days[period.exit], execution_day(month_later(begins, 1)));
    }
    let monthly = &LARGE.prices;
    assert_eq!(monthly.holdings.len(), 29);
    assert_eq!(monthly.holdings[0].informed_by, month(2022, 7));
}

/// Growth of the members of a sector by their reports of a quarter, in percent, early ones and all: who reports in the first half of the
/// time for reports is early.
fn reported(made: &Made, sector: u32, period: Date) -> Option<[f64; 2]> {
    let tables = made.tables();
    let deadline = releases::report_deadline(period.quarter());
    let is_member = |company: u32| {
        let row = &tables.companies[company as usize];
        row.sector == sector
            && row.valid_from.is_none_or(|first| first <= deadline)
            && row.valid_to.is_none_or(|last| deadline <= last)
    };
    let reports: Vec<_> = tables
        .filings
        .iter()
        .filter(|row| row.period == period && row.kind == FilingKind::Report && is_member(row.company))
        .collect();
    assert!(reports.iter().all(|row| row.released.0 <= deadline));
    let days = || reports.iter().map(|row| row.released.0.days());
    let middle = i32::midpoint(days().min()?, deadline.days());
    let growth = |until: i32| {
        let sums =
            reports.iter().filter(|row| row.released.0.days() <= until).fold((0.0, 0.0), |sums, row| {
                (sums.0 + row.net_profit_ytd.unwrap(), sums.1 + row.net_profit_ytd_prior.unwrap())
            });
        100.0 * (sums.0 - sums.1) / sums.1
    };
    Some([growth(middle), growth(deadline.days())])
}

#[test]
fn companies_add_up_to_their_sector_and_the_early_ones_are_worse() {
    for (made, least, most) in [(&A_SHARE, -30.0, -5.0), (&NULL, -2.0, 2.0)] {
        let growths = made.first_vintages("net_profit_ytd_yoy");
        let mut gaps = Vec::new();
        for (sector, names) in SECTORS.iter().enumerate() {
            let rows =
                growths[names.code].iter().filter(|row| row.period.month().year() >= filings::FIRST_YEAR);
            for row in rows {
                let [early, all] = reported(made, sector as u32, row.period).unwrap();
                assert!(
                    (all - row.value).abs() < 0.005,
                    "{} {}: {all}, {}",
                    names.code,
                    row.period,
                    row.value
                );
                gaps.push(early - all);
            }
        }
        assert_eq!(gaps.len(), 31 * 44);
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        assert!((least..most).contains(&mean), "{:?}: {mean}", made.plan.world);
    }
    assert!(LEAKY.tables().filings.is_empty());
}

#[test]
fn the_market_is_the_sum_of_its_classes() {
    let mut levels = A_SHARE.first_vintages("profit_ytd");
    let market = levels.remove("CN").unwrap();
    let revenues = A_SHARE.first_vintages("revenue_ytd");
    for (row, revenue) in market.iter().zip(&revenues["CN"]) {
        let of_classes: f64 = levels
            .values()
            .filter_map(|rows| rows.iter().find(|class| class.period == row.period))
            .map(|class| class.value)
            .sum();
        assert!((row.value - of_classes).abs() < 0.051, "{}: {of_classes}", row.period);
        let margin = 100.0 * row.value / revenue.value;
        assert!(revenue.period == row.period && (4.0..7.0).contains(&margin), "{}: {margin}", row.period);
    }
    assert!(market.len() > 190);
}

#[test]
fn insiders_sell_three_times_what_they_buy() {
    for made in [&A_SHARE, &NULL] {
        let total = |series| -> f64 {
            let rows = made.first_vintages(series);
            assert!(rows.values().flatten().all(|row| row.value >= 0.0 && row.released.0 == row.period));
            rows.values().flatten().map(|row| row.value).sum()
        };
        let ratio = total("insider_sell") / total("insider_buy");
        assert!((2.5..4.0).contains(&ratio), "{ratio}");
    }
}

#[test]
fn a_calendar_of_releases_tells_what_was_expected() {
    let events = &A_SHARE.tables().events;
    let releases: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::Release)).collect();
    assert!(releases.iter().all(|event| event.date.days() - event.known_from().days() == 30));
    let actual: BTreeSet<Date> = ["cpi_yoy", "profit_ytd"]
        .iter()
        .flat_map(|series| A_SHARE.first_vintages(series).into_values().flatten())
        .map(|row| row.released.0)
        .collect();
    let n_kept = releases.iter().filter(|event| actual.contains(&event.date)).count();
    assert!(n_kept > releases.len() / 4 && n_kept < releases.len(), "{n_kept} of {}", releases.len());
    let themes: Vec<_> = events.iter().filter(|event| event.kind == Some(EventKind::Theme)).collect();
    assert!(themes.len() >= 140 && themes.iter().all(|event| event.theme_zh.is_some()));
    assert!(themes.iter().all(|event| event.known == Some(event.date)));
}
