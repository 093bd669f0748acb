//! The archive, the sweep and the trading calendar against a slow and obvious reading of the specification.
//!
//! The oracle below is written from METHOD 6.0 and DATASET alone. It groups raw rows by what they speak of and asks
//! every question anew, day by day; it shares no code with `rotor-data`. Random datasets are written as CSV with
//! their rows in random order, opened as any dataset is, and every value of every window is compared bit for bit.
//! The laws (no look-ahead, no dependence on order, chunks or format) need no oracle at all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use arrow_array::{Array, ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use proptest::sample::Index;
use rotor_data::{
    DataError, Dataset, Format, Input, PriceFrequency, Sweep, SweepError, Vintage, WindowRequest, convert,
};
use rotor_factor::{AsOf, Date, EntityKind, Frequency, Month, Panel, Released};
use rotor_tests::{Folder, MANIFEST, real_data};
use tempfile::TempDir;

// ---- The oracle -----------------------------------------------------------------------------------------------

/// What the files of a dataset say, in the order in which a test made it up.
#[derive(Clone, Debug)]
struct World {
    price_frequency: PriceFrequency,
    entities: Vec<Member>,
    series: Vec<(String, Frequency)>,
    rows: Vec<Row>,
    closes: Vec<Close>,
}

/// A row of `entities`.
#[derive(Clone, Debug)]
struct Member {
    code: String,
    kind: EntityKind,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
}

/// A row of `observations`; series and entity are positions in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    series: usize,
    entity: usize,
    period: Date,
    released: Date,
    value: f64,
}

/// A row of `prices`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Close {
    entity: usize,
    date: Date,
    value: f64,
}

/// What a window shows, with the series as a position in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    MonthlyClose,
    DailyClose,
    Series(usize),
}

/// A window that a test asks for.
#[derive(Clone, Copy, Debug)]
struct Request {
    shown: Shown,
    kind: EntityKind,
    n_periods: usize,
}

/// A window as it was seen: the bits of its values, one row an entity, oldest first.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    frequency: Frequency,
    last: Date,
    rows: Vec<Vec<Option<u64>>>,
}

/// The rows of a world by what they speak of.
struct Oracle<'w> {
    world: &'w World,
    /// All vintages of a series, an entity and a period: release and value, in no order.
    vintages: BTreeMap<(usize, usize, Date), Vec<(Date, f64)>>,
    closes: BTreeMap<(usize, Date), f64>,
}

impl<'w> Oracle<'w> {
    fn new(world: &'w World) -> Self {
        let mut vintages = BTreeMap::<_, Vec<_>>::new();
        for row in &world.rows {
            let key = (row.series, row.entity, row.period);
            vintages.entry(key).or_default().push((row.released, row.value));
        }
        let closes = world.closes.iter().map(|close| ((close.entity, close.date), close.value)).collect();
        Self { world, vintages, closes }
    }

    /// METHOD 6.0: the latest vintage with released < E; nothing of a period that ends on or after E.
    fn observation(&self, series: usize, entity: usize, period: Date, execution: Date) -> Option<f64> {
        if period >= execution {
            return None;
        }
        let vintages = self.vintages.get(&(series, entity, period))?;
        let public = vintages.iter().filter(|(released, _)| *released < execution);
        public.max_by_key(|(released, _)| *released).map(|(_, value)| *value)
    }

    /// Closes of days < E; month-end closes belong to their month, so that those of the last complete one count on any day.
    fn sees_close_of(&self, date: Date, execution: Date) -> bool {
        match self.world.price_frequency {
            PriceFrequency::Daily => date < execution,
            PriceFrequency::MonthEnd => date.month() <= self.last_month(execution),
        }
    }

    /// The last complete month.
    fn last_month(&self, execution: Date) -> Month {
        let before = months_before(execution.month(), 1);
        match self.world.price_frequency {
            PriceFrequency::Daily => before,
            PriceFrequency::MonthEnd => {
                let mut months = (0..600).map(|ago| months_before(execution.month(), ago));
                months
                    .find(|month| self.month_end(*month).is_some_and(|day| day <= execution))
                    .unwrap_or(before)
            }
        }
    }

    /// The day of a month that most sectors carry which are alive on it, the latest of equal ones; `None` if the month does not
    /// count: fewer than half of the sectors alive that have a close in it or in the month before have one in it.
    fn month_end(&self, month: Month) -> Option<Date> {
        let has_close_in = |entity: usize, month: Month| {
            self.closes.range((entity, month.first_day())..=(entity, month.last_day())).next().is_some()
        };
        let stamped = |day: Date| {
            self.alive(day).into_iter().filter(|entity| self.closes.contains_key(&(*entity, day))).count()
        };
        let days =
            (0..31).filter_map(|day| month.first_day().plus_days(day)).filter(|day| day.month() == month);
        let execution = days.filter(|day| stamped(*day) > 0).max_by_key(|day| (stamped(*day), *day))?;
        let before = months_before(month, 1);
        let mut counted = self.alive(execution);
        counted.retain(|entity| has_close_in(*entity, month) || has_close_in(*entity, before));
        let n_closes = counted.iter().filter(|entity| has_close_in(**entity, month)).count();
        (2 * n_closes >= counted.len()).then_some(execution)
    }

    fn daily_close(&self, entity: usize, date: Date, execution: Date) -> Option<f64> {
        self.closes.get(&(entity, date)).copied().filter(|_| self.sees_close_of(date, execution))
    }

    /// METHOD 6.9: the last close dated inside the calendar month and visible at E, on a trading day or not.
    fn monthly_close(&self, entity: usize, month: Month, execution: Date) -> Option<f64> {
        let mut days = self.closes.range((entity, month.first_day())..=(entity, month.last_day())).rev();
        days.find(|((_, date), _)| self.sees_close_of(*date, execution)).map(|(_, close)| *close)
    }

    /// The last days of the periods of a window at E, oldest first.
    fn window(&self, frequency: Frequency, execution: Date, n_periods: usize) -> Vec<Date> {
        let (last_day, last_month) = match self.world.price_frequency {
            PriceFrequency::Daily => (before(execution, 1), months_before(execution.month(), 1)),
            PriceFrequency::MonthEnd => (execution, self.last_month(execution)),
        };
        let period = |lag: usize| match frequency {
            Frequency::Daily | Frequency::Weekly => before(last_day, lag),
            Frequency::Monthly => months_before(last_month, lag).last_day(),
            Frequency::Quarterly => {
                let months_over = last_month.number() as usize % 3;
                months_before(last_month, months_over + 3 * lag).last_day()
            }
        };
        (0..n_periods).rev().map(period).collect()
    }

    fn seen(&self, request: Request, execution: Date) -> Seen {
        let frequency = match request.shown {
            Shown::MonthlyClose => Frequency::Monthly,
            Shown::DailyClose => Frequency::Daily,
            Shown::Series(series) => self.world.series[series].1,
        };
        let periods = self.window(frequency, execution, request.n_periods);
        let value = |entity: usize, period: Date| match request.shown {
            Shown::MonthlyClose => self.monthly_close(entity, period.month(), execution),
            Shown::DailyClose => self.daily_close(entity, period, execution),
            Shown::Series(series) => self.observation(series, entity, period, execution),
        };
        let row = |entity: usize| periods.iter().map(|end| value(entity, *end).map(f64::to_bits)).collect();
        let mut entities: Vec<usize> = (0..self.world.entities.len()).collect();
        entities.retain(|entity| self.world.entities[*entity].kind == request.kind);
        entities.sort_by_key(|entity| self.world.entities[*entity].code.as_bytes());
        Seen { frequency, last: periods[periods.len() - 1], rows: entities.into_iter().map(row).collect() }
    }

    /// At least half of the sectors have a close that are alive and have one in the 15 days up to the day; benchmarks do not count.
    fn is_trading_day(&self, date: Date) -> bool {
        let has_close = |entity: usize, ago: usize| self.closes.contains_key(&(entity, before(date, ago)));
        let mut traded = self.alive(date);
        traded.retain(|entity| (0..15).any(|ago| has_close(*entity, ago)));
        let n_closes = traded.iter().filter(|entity| has_close(**entity, 0)).count();
        n_closes > 0 && 2 * n_closes >= traded.len()
    }

    /// The sectors inside their validity.
    fn alive(&self, date: Date) -> Vec<usize> {
        let is_alive = |entity: &usize| {
            let member = &self.world.entities[*entity];
            let begun = member.valid_from.is_none_or(|from| from <= date);
            let ended = member.valid_to.is_some_and(|to| to < date);
            member.kind == EntityKind::Sector && begun && !ended
        };
        (0..self.world.entities.len()).filter(is_alive).collect()
    }
}

fn before(date: Date, days: usize) -> Date {
    date.plus_days(-i32::try_from(days).unwrap()).unwrap()
}

fn months_before(month: Month, months: usize) -> Month {
    month.plus(-i32::try_from(months).unwrap()).unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

// ---- From a world to a dataset --------------------------------------------------------------------------------

impl World {
    /// Writes the files, the rows of each in an order that depends on `seed`.
    fn folder(&self, seed: u64) -> Folder {
        let mut entities = String::from("entity,kind,name,valid_from,valid_to\n");
        for member in shuffled(&self.entities, seed) {
            let Member { code, kind, valid_from, valid_to } = member;
            let [from, to] =
                [valid_from, valid_to].map(|day| day.map_or_else(String::new, |d| d.to_string()));
            writeln!(entities, "{code},{},{code},{from},{to}", kind.word()).unwrap();
        }
        let mut prices = String::from("entity,date,close\n");
        for Close { entity, date, value } in shuffled(&self.closes, seed) {
            writeln!(prices, "{},{date},{value:e}", self.entities[*entity].code).unwrap();
        }
        let mut series = String::from("series,frequency,unit,title\n");
        for (name, frequency) in shuffled(&self.series, seed) {
            writeln!(series, "{name},{},index,A series of a test", frequency.word()).unwrap();
        }
        let mut observations = String::from("series,entity,period,released,value\n");
        for row in shuffled(&self.rows, seed) {
            let Row { series, entity, period, released, value } = *row;
            let (series, entity) = (&self.series[series].0, &self.entities[entity].code);
            writeln!(observations, "{series},{entity},{period},{released},{value:e}").unwrap();
        }
        let frequency = format!("price_frequency = \"{}\"", self.price_frequency.letter());
        Folder::new()
            .with("dataset.toml", MANIFEST.replace("price_frequency = \"D\"", &frequency))
            .with("entities.csv", entities)
            .with("prices.csv", prices)
            .with("series.csv", series)
            .with("observations.csv", observations)
    }

    fn open(&self, seed: u64) -> Dataset {
        open(self.folder(seed).path())
    }
}

fn open(folder: &Path) -> Dataset {
    match Dataset::open(folder) {
        Ok(dataset) => dataset,
        Err(DataError::Faulty { report, .. }) => panic!("{report}"),
        Err(error) => panic!("{error}"),
    }
}

/// Returns the items in an order that depends on `seed` alone.
fn shuffled<T>(items: &[T], seed: u64) -> Vec<&T> {
    let mut numbered: Vec<(usize, &T)> = items.iter().enumerate().collect();
    numbered.sort_by_cached_key(|(position, _)| {
        let mut hasher = DefaultHasher::new();
        (seed, position).hash(&mut hasher);
        hasher.finish()
    });
    numbered.into_iter().map(|(_, item)| item).collect()
}

/// A dataset, the world that it was made of and the windows to look through.
struct Windows<'a> {
    dataset: &'a Dataset,
    requests: Vec<WindowRequest>,
}

impl<'a> Windows<'a> {
    fn new(dataset: &'a Dataset, world: &World, requests: &[Request]) -> Self {
        let requests = requests.iter().map(|request| {
            let input = match request.shown {
                Shown::MonthlyClose => Input::MonthlyClose,
                Shown::DailyClose => Input::DailyClose,
                Shown::Series(series) => Input::Series(dataset.find_series(&world.series[series].0).unwrap()),
            };
            WindowRequest { input, kind: request.kind, n_periods: request.n_periods }
        });
        Self { dataset, requests: requests.collect() }
    }

    /// Sweeps over ascending days and returns what each saw through every window.
    fn sweep(&self, days: &[Date]) -> Vec<Vec<Seen>> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
        self.sweep_between(*first, *last, days)
    }

    /// The same with a sweep that was made for a wider range.
    fn sweep_between(&self, first: Date, last: Date, days: &[Date]) -> Vec<Vec<Seen>> {
        let mut sweep = Sweep::new(self.dataset, &self.requests, AsOf(first), AsOf(last)).unwrap();
        let step = |day: &Date| {
            let windows = sweep.advance(AsOf(*day)).unwrap();
            assert_eq!(windows.as_of(), AsOf(*day));
            (0..self.requests.len()).map(|request| seen(windows.panel(request))).collect()
        };
        days.iter().map(step).collect()
    }
}

/// Reads a panel in every way that it offers.
fn seen(panel: Panel<'_>) -> Seen {
    let n_periods = panel.n_periods();
    let row = |entity: usize| {
        let values: Vec<Option<f64>> = (0..n_periods).rev().map(|lag| panel.get(entity, lag)).collect();
        let same = |(value, slot): (&Option<f64>, &f64)| {
            value.map_or(slot.is_nan(), |value| value.to_bits() == slot.to_bits())
        };
        assert_eq!(panel.row(entity).len(), n_periods);
        assert!(values.iter().zip(panel.row(entity)).all(same), "`row` and `get` disagree");
        let latest = values.iter().rev().enumerate().find_map(|(lag, value)| Some((lag, (*value)?)));
        assert_eq!(panel.latest(entity), latest, "`latest` and `get` disagree");
        assert_eq!(panel.get(entity, n_periods), None, "the window is longer than it was to be");
        values.into_iter().map(|value| value.map(f64::to_bits)).collect()
    };
    assert_eq!(panel.frequency(), panel.last().frequency());
    Seen {
        frequency: panel.frequency(),
        last: panel.last().end(),
        rows: (0..panel.n_entities()).map(row).collect(),
    }
}

/// Compares a sweep with the oracle, window by window.
fn assert_as_specified(world: &World, dataset: &Dataset, requests: &[Request], days: &[Date]) {
    let oracle = Oracle::new(world);
    let swept = Windows::new(dataset, world, requests).sweep(days);
    for (day, windows) in days.iter().zip(swept) {
        for (request, window) in requests.iter().zip(windows) {
            let expected = oracle.seen(*request, *day);
            assert_eq!(window, expected, "{request:?} as of {day}");
        }
    }
}

// ---- Random worlds --------------------------------------------------------------------------------------------

/// A world, windows to look through and ascending execution days, repeated ones included.
#[derive(Clone, Debug)]
struct Case {
    world: World,
    requests: Vec<Request>,
    days: Vec<Date>,
    seed: u64,
}

/// Codes whose order in bytes is neither the order here nor that of any alphabet.
const CODES: [&str; 7] = ["b1", "801040", "É", "C31", "Z", "a0", "钢"];

/// A day of 2020 that is in no window's corner.
const MIDDLE: &str = "2020-06-17";

fn case() -> impl Strategy<Value = Case> {
    let entities = prop::collection::vec(prop::sample::select(EntityKind::ALL), 1..=CODES.len());
    let frequencies = prop::collection::vec(prop::sample::select(Frequency::ALL), 1..=5);
    let price_frequency = prop::sample::select(vec![PriceFrequency::Daily, PriceFrequency::MonthEnd]);
    let rows = prop::collection::vec((any::<Index>(), any::<Index>(), step(), lag(), value()), 0..70);
    let closes = prop::collection::vec((any::<Index>(), 0..500_i32, 1e-3..1e6_f64), 0..70);
    let requests = prop::collection::vec((any::<Index>(), any::<Index>(), 0..60_usize), 1..7);
    let days = prop::collection::vec((any::<Index>(), -1..=1_i32), 1..12);
    let parts = (entities, frequencies, price_frequency, rows, closes, requests, days, any::<u64>());
    parts.prop_map(|(kinds, mut frequencies, price_frequency, mut rows, closes, requests, days, seed)| {
        // One world in four is crowded: one series, few periods, many vintages within a few days.
        if seed % 4 == 0 {
            frequencies.truncate(1);
            for (_, _, step, lag, _) in &mut rows {
                (*step, *lag) = (step.rem_euclid(5), *lag % 12);
            }
        }
        let world = world(&kinds, &frequencies, price_frequency, &rows, &closes);
        let requests = requests.iter().map(|(shown, kind, length)| {
            let shown = match shown.index(world.series.len() + 2) {
                0 => Shown::MonthlyClose,
                1 => Shown::DailyClose,
                n => Shown::Series(n - 2),
            };
            // Mostly kinds that have entities, now and then one that has none.
            let kind = *kind.get(&[&kinds[..], EntityKind::ALL].concat());
            // Short windows and, one in twenty, some that begin before all data (quarters reach back to 1912, never
            // before 1900, where a window is refused as too long).
            let n_periods = if *length < 57 { length % 29 + 1 } else { 5 * length };
            Request { shown, kind, n_periods }
        });
        let requests = requests.collect();
        let days = execution_days(&world, &days);
        Case { world, requests, days, seed }
    })
}

fn world(
    kinds: &[EntityKind],
    frequencies: &[Frequency],
    price_frequency: PriceFrequency,
    rows: &[(Index, Index, i32, i32, f64)],
    closes: &[(Index, i32, f64)],
) -> World {
    let member = |(code, kind): (&&str, &EntityKind)| Member {
        code: (*code).to_owned(),
        kind: *kind,
        valid_from: (code.len() == 1).then(|| date("2020-03-05")),
        valid_to: (code.len() == 2).then(|| date("2020-09-10")),
    };
    let entities: Vec<Member> = CODES.iter().zip(kinds).map(member).collect();
    // Names in the reverse order, so that positions in the dataset differ from those in the world.
    let name = |(position, frequency): (usize, &Frequency)| (format!("s{}", 9 - position), *frequency);
    let series: Vec<(String, Frequency)> = frequencies.iter().enumerate().map(name).collect();

    let mut vintages = BTreeMap::new();
    for (series_idx, entity, step, lag, value) in rows {
        let (series_idx, entity) = (series_idx.index(series.len()), entity.index(entities.len()));
        let period = period(series[series_idx].1, *step);
        let released = period.plus_days(*lag).unwrap();
        let row = Row { series: series_idx, entity, period, released, value: *value };
        vintages.insert((series_idx, entity, period, released), row);
    }
    let mut struck = BTreeMap::new();
    for (entity, day, value) in closes {
        let (entity, date) = (entity.index(entities.len()), date("2020-01-05").plus_days(*day).unwrap());
        // With month-end closes a month has one, on whatever day from the 20th on.
        let (date, key) = match price_frequency {
            PriceFrequency::Daily => (date, date),
            PriceFrequency::MonthEnd => {
                let late = date.month().first_day().plus_days(19 + date.ymd().2 as i32 % 9).unwrap();
                (late, date.month().last_day())
            }
        };
        struck.insert((entity, key), Close { entity, date, value: *value });
    }
    let (rows, closes) = (vintages.into_values().collect(), struck.into_values().collect());
    World { price_frequency, entities, series, rows, closes }
}

/// How many periods after the first of a world's: a few that meet often, some far in the past, some to come.
fn step() -> impl Strategy<Value = i32> {
    prop_oneof![20 => 0..12_i32, 4 => 12..30_i32, 1 => -400..0_i32, 1 => 30..200_i32]
}

fn period(frequency: Frequency, step: i32) -> Date {
    match frequency {
        Frequency::Daily => date(MIDDLE).plus_days(step - 5).unwrap(),
        Frequency::Weekly => date(MIDDLE).plus_days(7 * step - 40).unwrap(),
        Frequency::Monthly => date(MIDDLE).month().plus(step - 10).unwrap().last_day(),
        Frequency::Quarterly => date(MIDDLE).month().plus(3 * step.clamp(-100, 60) - 15).unwrap().last_day(),
    }
}

/// Days from the end of a period to a release: none, short ones that overtake each other, late revisions.
fn lag() -> impl Strategy<Value = i32> {
    prop_oneof![2 => Just(0_i32), 3 => 0..4_i32, 4 => 0..60_i32, 1 => 60..500_i32]
}

/// Every finite number, negative zero and the smallest ones included.
fn value() -> impl Strategy<Value = f64> {
    use prop::num::f64 as numbers;
    prop_oneof![4 => -100.0..100.0_f64, 1 => numbers::NORMAL | numbers::SUBNORMAL | numbers::ZERO]
}

/// Days at which something happens, the ones beside them, and days apart.
fn execution_days(world: &World, picks: &[(Index, i32)]) -> Vec<Date> {
    let mut eventful = vec![date("2020-06-30"), date("2020-07-01"), date("2021-01-01"), date("2019-12-31")];
    eventful.extend(world.rows.iter().flat_map(|row| [row.released, row.period]));
    eventful.extend(world.closes.iter().map(|close| close.date));
    let mut days: Vec<Date> =
        picks.iter().map(|(pick, aside)| pick.get(&eventful).plus_days(*aside).unwrap()).collect();
    days.sort_unstable();
    days
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(500))]

    /// The sweep shows what METHOD 6.0 says, to the bit.
    #[test]
    fn windows_are_as_specified(case in case()) {
        let Case { world, requests, days, seed } = case;
        assert_as_specified(&world, &world.open(seed), &requests, &days);
    }
}

// ---- Laws -----------------------------------------------------------------------------------------------------

proptest! {
    #![proptest_config(cases(200))]

    /// Truncation: what is released on E or later may as well not be in the file.
    #[test]
    fn rows_of_the_future_may_be_missing(case in case()) {
        let Case { world, requests, days, seed } = case;
        let full = world.open(seed);
        let full = Windows::new(&full, &world, &requests).sweep(&days);
        for (position, day) in days.iter().enumerate() {
            let oracle = Oracle::new(&world);
            let mut cut = world.clone();
            cut.rows.retain(|row| row.released < *day);
            cut.closes.retain(|close| oracle.sees_close_of(close.date, *day));
            let cut = cut.open(seed);
            let seen = Windows::new(&cut, &world, &requests).sweep(&days[..=position]);
            prop_assert_eq!(&seen[..], &full[..=position], "as of {}", day);
        }
    }

    /// Shock: the values of what is released on E or later may be anything.
    #[test]
    fn values_of_the_future_do_not_matter(case in case(), pick in any::<Index>(), shock in value()) {
        let Case { world, requests, days, seed } = case;
        let position = pick.index(days.len());
        let oracle = Oracle::new(&world);
        let mut shocked = world.clone();
        for row in shocked.rows.iter_mut().filter(|row| row.released >= days[position]) {
            row.value = shock;
        }
        for close in shocked.closes.iter_mut().filter(|close| !oracle.sees_close_of(close.date, days[position])) {
            close.value = shock.abs().clamp(1.0, 1e9);
        }
        let (original, shocked) = (world.open(seed), shocked.open(seed));
        let original = Windows::new(&original, &world, &requests).sweep(&days);
        let shocked = Windows::new(&shocked, &world, &requests).sweep(&days);
        prop_assert_eq!(&original[..=position], &shocked[..=position]);
    }

    /// A vintage changes no window of a day on or before its release.
    #[test]
    fn a_later_vintage_changes_nothing_before_it(
        case in case(), pick in any::<Index>(), later in 1..90_i32, value in value(),
    ) {
        let Case { world, requests, days, seed } = case;
        prop_assume!(!world.rows.is_empty());
        let revised = *pick.get(&world.rows);
        let released = revised.released.plus_days(later).unwrap();
        let revision = Row { released, value, ..revised };
        let same_key = |row: &Row| Row { value, ..*row } == revision;
        prop_assume!(!world.rows.iter().any(same_key));
        let mut longer = world.clone();
        longer.rows.push(revision);
        let (without, with) = (world.open(seed), longer.open(seed));
        let n_before = days.iter().filter(|day| **day <= released).count();
        let without = Windows::new(&without, &world, &requests).sweep(&days);
        let with = Windows::new(&with, &world, &requests).sweep(&days);
        prop_assert_eq!(&without[..n_before], &with[..n_before]);
    }

    /// The order of the rows in the files changes neither windows nor vintages.
    #[test]
    fn the_order_of_rows_does_not_matter(case in case(), other_seed in any::<u64>()) {
        let Case { world, requests, days, seed } = case;
        let (one, other) = (world.open(seed), world.open(other_seed));
        for series in 0..world.series.len() {
            let [one, other] = [&one, &other].map(|dataset| {
                dataset.archive().vintages(series).map(|vintage| (spelled(vintage), 0)).collect::<Vec<_>>()
            });
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(one.calendar(), other.calendar());
        let one = Windows::new(&one, &world, &requests).sweep(&days);
        let other = Windows::new(&other, &world, &requests).sweep(&days);
        prop_assert_eq!(one, other);
    }

    /// The archive holds each row once, by release, entity and period, and knows where it stands in the file.
    #[test]
    fn the_archive_holds_every_row(case in case()) {
        let Case { world, seed, .. } = case;
        let dataset = world.open(seed);
        prop_assert_eq!(dataset.archive().len(), world.rows.len());
        prop_assert_eq!(dataset.archive().is_empty(), world.rows.is_empty());
        let in_file = shuffled(&world.rows, seed);
        for (position, (name, frequency)) in world.series.iter().enumerate() {
            let series = dataset.find_series(name).unwrap();
            prop_assert_eq!(dataset.archive().frequency(series), *frequency);
            let vintages: Vec<Vintage> = dataset.archive().vintages(series).collect();
            prop_assert_eq!(vintages.len(), world.rows.iter().filter(|row| row.series == position).count());
            prop_assert!(vintages.is_sorted_by_key(|v| (v.released, v.entity, v.period.end())));
            for vintage in vintages {
                let row = in_file[vintage.row as usize - 1];
                prop_assert_eq!(vintage.series, series);
                prop_assert_eq!(vintage.period.frequency(), *frequency);
                prop_assert_eq!(&dataset.entities()[vintage.entity].code, &world.entities[row.entity].code);
                let read = (vintage.period.end(), vintage.released, vintage.value.to_bits());
                prop_assert_eq!(read, (row.period, Released(row.released), row.value.to_bits()));
            }
        }
    }

    /// A sweep may begin late, be made for a wider range, stop on other days, or be cut into chunks.
    #[test]
    fn chunks_of_days_see_the_same(case in case(), cut in any::<Index>(), wider in 0..40_i32) {
        let Case { world, requests, days, seed } = case;
        let dataset = world.open(seed);
        let windows = Windows::new(&dataset, &world, &requests);
        let whole = windows.sweep(&days);
        let (early, late) = days.split_at(cut.index(days.len()));
        prop_assert_eq!(&[windows.sweep(early), windows.sweep(late)].concat(), &whole);
        let (first, last) = (days[0].plus_days(-wider).unwrap(), days[days.len() - 1].plus_days(wider).unwrap());
        prop_assert_eq!(&windows.sweep_between(first, last, &days), &whole);
        let one_by_one: Vec<_> = days.iter().flat_map(|day| windows.sweep(&[*day])).collect();
        prop_assert_eq!(&one_by_one, &whole);
    }

    /// One window's values do not depend on which others a sweep keeps.
    #[test]
    fn windows_do_not_disturb_each_other(case in case()) {
        let Case { world, requests, days, seed } = case;
        let dataset = world.open(seed);
        let together = Windows::new(&dataset, &world, &requests).sweep(&days);
        for (position, request) in requests.iter().enumerate() {
            let alone = Windows::new(&dataset, &world, &[*request]).sweep(&days);
            for (alone, together) in alone.iter().zip(&together) {
                prop_assert_eq!(&alone[0], &together[position]);
            }
        }
    }

}

proptest! {
    // Writing a folder waits for the disk.
    #![proptest_config(cases(40))]

    /// CSV and Parquet give the same bits, and the way back does too.
    #[test]
    fn formats_see_the_same(case in case()) {
        let Case { world, requests, days, seed } = case;
        let (csv, place) = (world.folder(seed), TempDir::new().unwrap());
        let (parquet, again) = (place.path().join("parquet"), place.path().join("csv"));
        convert(csv.path(), &parquet, Format::Parquet).unwrap();
        convert(&parquet, &again, Format::Csv).unwrap();
        prop_assert!(parquet.join("observations.parquet").is_file());
        let [expected, parquet, again] = [csv.path(), &parquet, &again].map(|folder| {
            let dataset = open(folder);
            let n_series = dataset.series().len();
            let vintages = (0..n_series).flat_map(|series| dataset.archive().vintages(series));
            let vintages: Vec<_> = vintages.map(|vintage| (spelled(vintage), vintage.row)).collect();
            let calendar = dataset.calendar().clone();
            (vintages, calendar, Windows::new(&dataset, &world, &requests).sweep(&days))
        });
        prop_assert_eq!(&parquet, &expected);
        prop_assert_eq!(&again, &expected);
    }
}

/// All of a vintage but its row, with the bits of its value.
fn spelled(vintage: Vintage) -> (usize, usize, Date, Frequency, Released, u64) {
    let Vintage { series, entity, period, released, value, row: _ } = vintage;
    (series, entity, period.end(), period.frequency(), released, value.to_bits())
}

/// One window of one day through the closes of the small dataset.
fn small_requests() -> [WindowRequest; 1] {
    [WindowRequest { input: Input::DailyClose, kind: EntityKind::Sector, n_periods: 1 }]
}

#[test]
fn a_sweep_neither_goes_back_nor_leaves_its_range() {
    let dataset = open(Folder::small().path());
    let [first, second, third, last] =
        ["2020-01-03", "2020-01-10", "2020-01-11", "2020-02-04"].map(|day| AsOf(date(day)));
    let mut sweep = Sweep::new(&dataset, &small_requests(), first, last).unwrap();
    let outside = sweep.advance(AsOf(before(first.0, 1))).unwrap_err();
    assert!(matches!(outside, SweepError::OutsideRange { .. }), "{outside}");
    sweep.advance(third).unwrap();
    sweep.advance(third).unwrap();
    let backwards = sweep.advance(second).unwrap_err();
    assert!(matches!(backwards, SweepError::Backwards { .. }), "{backwards}");
    let outside = sweep.advance(AsOf(last.0.plus_days(1).unwrap())).unwrap_err();
    assert!(matches!(outside, SweepError::OutsideRange { .. }), "{outside}");
    // A refusal moves nothing: the sweep goes on where it stood.
    sweep.advance(third).unwrap();
    let windows = sweep.advance(last).unwrap();
    assert_eq!(windows.panel(0).get(0, 0), Some(990.0));
    assert!(sweep.advance(third).is_err());
}

#[test]
fn windows_that_cannot_be_are_refused() {
    let dataset = open(Folder::small().path());
    let day = AsOf(date("2020-01-03"));
    let refused = |input, n_periods, first, last| {
        let request = WindowRequest { input, kind: EntityKind::Sector, n_periods };
        Sweep::new(&dataset, &[request], first, last).unwrap_err()
    };
    let empty = refused(Input::MonthlyClose, 0, day, day);
    assert!(matches!(empty, SweepError::EmptyWindow), "{empty}");
    let unknown = refused(Input::Series(dataset.series().len()), 1, day, day);
    assert!(matches!(unknown, SweepError::UnknownSeries { .. }), "{unknown}");
    for n_periods in [2000, u32::MAX as usize, usize::MAX] {
        let long = refused(Input::MonthlyClose, n_periods, day, day);
        assert!(matches!(long, SweepError::TooLong { .. }), "{long}");
    }
    // Nothing is complete on the first day of the calendar, which no look-back may precede.
    for input in [Input::MonthlyClose, Input::DailyClose] {
        let long = refused(input, 1, AsOf(Date::MIN), day);
        assert!(matches!(long, SweepError::TooLong { .. }), "{long}");
    }
}

#[test]
fn a_range_that_ends_before_it_begins_has_no_days() {
    let dataset = open(Folder::small().path());
    let first = AsOf(date("2020-01-03"));
    for last in [AsOf(date("2020-01-02")), AsOf(Date::MIN)] {
        if let Ok(mut sweep) = Sweep::new(&dataset, &small_requests(), first, last) {
            assert!([first, last].into_iter().all(|day| sweep.advance(day).is_err()), "{}", last.0);
        }
    }
}

#[test]
fn a_series_without_observations_is_seen_as_empty() {
    // `observations` is not a required table; `series` may stand without it.
    let dataset = open(Folder::small().without("observations.csv").path());
    let (first, last) = (AsOf(date("2020-01-03")), AsOf(date("2020-06-01")));
    assert_eq!((dataset.archive().len(), dataset.archive().is_empty()), (0, true));
    for (position, series) in dataset.series().iter().enumerate() {
        let request =
            WindowRequest { input: Input::Series(position), kind: EntityKind::Sector, n_periods: 3 };
        let mut sweep = Sweep::new(&dataset, &[request], first, last).unwrap();
        assert_eq!(sweep.advance(last).unwrap().panel(0).latest(0), None);
        assert_eq!(dataset.archive().vintages(position).len(), 0);
        assert_eq!(dataset.archive().frequency(position), series.frequency);
    }
}

/// Windows of one period through everything that the small dataset has.
fn every_input(dataset: &Dataset) -> Vec<WindowRequest> {
    let series = (0..dataset.series().len()).map(Input::Series);
    let inputs = series.chain([Input::MonthlyClose, Input::DailyClose]);
    inputs.map(|input| WindowRequest { input, kind: EntityKind::Sector, n_periods: 1 }).collect()
}

#[test]
fn a_sweep_reaches_to_the_end_of_the_calendar() {
    let dataset = open(Folder::small().path());
    let requests = every_input(&dataset);
    let first = date("2020-01-04");
    let mut sweep = Sweep::new(&dataset, &requests, AsOf(first), AsOf(Date::MAX)).unwrap();
    for day in [first, date("2199-12-31")] {
        let windows = sweep.advance(AsOf(day)).unwrap();
        let some = (0..requests.len()).any(|request| windows.panel(request).latest(0).is_some());
        assert_eq!(some, day == first, "{day}");
    }
}

#[test]
fn a_window_may_begin_with_the_calendar() {
    let dataset = open(Folder::small().path());
    for request in every_input(&dataset) {
        let sweep = |first| Sweep::new(&dataset, &[request], AsOf(date(first)), AsOf(date("2020-01-03")));
        let frequency = match request.input {
            Input::MonthlyClose => Frequency::Monthly,
            Input::Series(position) => dataset.series()[position].frequency,
            Input::DailyClose => Frequency::Daily,
        };
        let (too_early, early_enough) = match frequency {
            Frequency::Daily | Frequency::Weekly => ("1900-01-01", "1900-01-02"),
            Frequency::Monthly => ("1900-01-31", "1900-02-01"),
            Frequency::Quarterly => ("1900-03-31", "1900-04-01"),
        };
        assert!(matches!(sweep(too_early), Err(SweepError::TooLong { .. })), "{frequency} {too_early}");
        assert!(sweep(early_enough).is_ok(), "{frequency} {early_enough}");
    }
}

// ---- The trading calendar -------------------------------------------------------------------------------------

/// Worlds of closes alone, on a few days around the turn of two months.
fn days_of_closes() -> impl Strategy<Value = World> {
    let kinds = [EntityKind::Sector, EntityKind::Sector, EntityKind::Sector, EntityKind::Benchmark];
    let day = || prop::option::of(0..20_i32);
    let closes = prop::collection::vec(prop::bool::weighted(0.4), 20);
    let entity = (prop::sample::select(kinds.to_vec()), day(), day(), closes);
    prop::collection::vec(entity, 1..=CODES.len()).prop_map(|entities| {
        let on = |day: i32| date("2020-01-22").plus_days(day).unwrap();
        let mut members = Vec::new();
        let mut closes = Vec::new();
        for (entity, (kind, from, to, has_close)) in entities.into_iter().enumerate() {
            let (from, to) = match (from, to) {
                (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
                bounds => bounds,
            };
            let [valid_from, valid_to] = [from, to].map(|day| day.map(on));
            members.push(Member { code: CODES[entity].to_owned(), kind, valid_from, valid_to });
            let days = (0..).zip(has_close).filter(|(_, has_close)| *has_close);
            closes.extend(days.map(|(day, _)| Close { entity, date: on(day), value: f64::from(day + 1) }));
        }
        World {
            price_frequency: PriceFrequency::Daily,
            entities: members,
            series: Vec::new(),
            rows: Vec::new(),
            closes,
        }
    })
}

proptest! {
    #![proptest_config(cases(500))]

    /// The calendar and its questions, and those to the closes, day by day.
    #[test]
    fn the_calendar_is_as_specified(world in days_of_closes(), seed in any::<u64>()) {
        let (dataset, oracle) = (world.open(seed), Oracle::new(&world));
        let around: Vec<Date> = (0..60).map(|day| date("2020-01-10").plus_days(day).unwrap()).collect();
        let trading: Vec<Date> = around.iter().copied().filter(|day| oracle.is_trading_day(*day)).collect();
        let calendar = dataset.calendar();
        prop_assert_eq!(calendar.days(), &trading[..]);
        for day in &around {
            let next = trading.iter().copied().find(|trading| trading >= day);
            prop_assert_eq!(calendar.on_or_after(*day), next);
        }
        for month in ["2019-12", "2020-01", "2020-02", "2020-03"].map(|month| month.parse::<Month>().unwrap()) {
            let mut of_month = trading.iter().copied().filter(|day| day.month() == month);
            prop_assert_eq!(calendar.first_of(month), of_month.next());
            let of_month = trading.iter().copied().rfind(|day| day.month() == month);
            prop_assert_eq!(calendar.last_of(month), of_month);
        }
        prop_assert_eq!(dataset.closes().len(), world.closes.len());
        prop_assert_eq!(dataset.closes().is_empty(), world.closes.is_empty());
        for (entity, member) in world.entities.iter().enumerate() {
            let position = dataset.find_entity(&member.code).unwrap();
            let closes: Vec<(Date, f64)> =
                world.closes.iter().filter(|close| close.entity == entity).map(|c| (c.date, c.value)).collect();
            prop_assert_eq!(&dataset.closes().of(position).collect::<Vec<_>>(), &closes);
            for day in &around {
                let last = closes.iter().copied().rfind(|(date, _)| date <= day);
                prop_assert_eq!(dataset.closes().on_or_before(position, *day), last);
            }
        }
    }
}

/// Opens a dataset of these entities (code, kind, validity) and closes (day, codes that have one).
fn traded(entities: &[&str], closes: &[(&str, &str)]) -> Dataset {
    let mut prices = String::from("entity,date,close\n");
    for (day, codes) in closes {
        for code in codes.split_whitespace() {
            writeln!(prices, "{code},{day},100").unwrap();
        }
    }
    let mut table = String::from("entity,kind,valid_from,valid_to,name\n");
    for entity in entities {
        writeln!(table, "{entity},A name").unwrap();
    }
    open(Folder::new().with("entities.csv", table).with("prices.csv", prices).path())
}

fn days(dataset: &Dataset) -> String {
    dataset.calendar().days().iter().map(Date::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn exactly_half_of_the_sectors_make_a_trading_day() {
    let four = ["a,sector,,", "b,sector,,", "c,sector,,", "d,sector,,"];
    let closes = [("2020-03-02", "a"), ("2020-03-03", "a d"), ("2020-03-04", "b c d")];
    // On the 2nd `a` is the only one that trades.
    assert_eq!(days(&traded(&four, &closes)), "2020-03-02 2020-03-03 2020-03-04");
    let late = [("2020-03-02", "a b c d"), ("2020-03-10", "a"), ("2020-03-16", "b c"), ("2020-03-17", "a")];
    // On the 10th three of four are missing; on the 17th `d` has had no close for longer than 14 days, `a` is one of three.
    assert_eq!(days(&traded(&four, &late)), "2020-03-02 2020-03-16");
    let three = ["a,sector,,", "b,sector,,", "c,sector,,"];
    let closes = [("2020-03-02", "a"), ("2020-03-03", "b c"), ("2020-03-04", "a b c")];
    assert_eq!(days(&traded(&three, &closes)), "2020-03-02 2020-03-03 2020-03-04");
}

#[test]
fn a_sector_counts_inside_its_validity_alone() {
    // `b` and `c` end on the 3rd, which still belongs to them, and have a close after it; `d` begins on the 5th.
    let entities = ["a,sector,,", "b,sector,,2020-03-03", "c,sector,,2020-03-03", "d,sector,2020-03-05,"];
    let closes = [
        ("2020-03-02", "a b c"),
        ("2020-03-03", "a"),
        ("2020-03-04", "a"),
        ("2020-03-05", "a"),
        ("2020-03-06", "b c"),
        ("2020-03-09", "d"),
    ];
    assert_eq!(days(&traded(&entities, &closes)), "2020-03-02 2020-03-04 2020-03-05 2020-03-09");
}

#[test]
fn days_of_benchmarks_are_not_trading_days() {
    let entities = ["a,sector,,", "b,sector,2020-03-04,", "i,benchmark,,", "j,benchmark,,", "k,benchmark,,"];
    let closes = [("2020-03-02", "i j k"), ("2020-03-03", "a"), ("2020-03-04", "i j"), ("2020-03-05", "b i")];
    assert_eq!(days(&traded(&entities, &closes)), "2020-03-03 2020-03-05");
}

#[test]
fn the_calendar_answers_by_month_and_by_day() {
    let closes = [("2020-01-31", "a"), ("2020-03-02", "a"), ("2020-03-16", "a"), ("2020-03-31", "a")];
    let dataset = traded(&["a,sector,,"], &closes);
    let calendar = dataset.calendar();
    let [january, february, march] =
        ["2020-01", "2020-02", "2020-03"].map(|month| month.parse::<Month>().unwrap());
    assert_eq!(calendar.first_of(january), Some(date("2020-01-31")));
    assert_eq!(calendar.last_of(january), Some(date("2020-01-31")));
    assert_eq!((calendar.first_of(february), calendar.last_of(february)), (None, None));
    assert_eq!(calendar.first_of(march), Some(date("2020-03-02")));
    assert_eq!(calendar.last_of(march), Some(date("2020-03-31")));
    assert_eq!((calendar.first_of(Month::MIN), calendar.last_of(Month::MAX)), (None, None));
    assert_eq!(calendar.on_or_after(Date::MIN), Some(date("2020-01-31")));
    assert_eq!(calendar.on_or_after(date("2020-03-02")), Some(date("2020-03-02")));
    assert_eq!(calendar.on_or_after(date("2020-03-03")), Some(date("2020-03-16")));
    assert_eq!(calendar.on_or_after(date("2020-04-01")), None);
    assert_eq!(dataset.closes().on_or_before(0, date("2020-01-30")), None);
    assert_eq!(dataset.closes().on_or_before(0, date("2020-01-31")), Some((date("2020-01-31"), 100.0)));
    assert_eq!(dataset.closes().on_or_before(0, Date::MAX), Some((date("2020-03-31"), 100.0)));
}

// ---- Real data ------------------------------------------------------------------------------------------------

/// A table of a folder as a plain reader gives it: one column of all batches at a time.
fn column<T: 'static, V>(batches: &[RecordBatch], name: &str, values: impl Fn(&T) -> Vec<V>) -> Vec<V> {
    let of_batch = |batch: &RecordBatch| {
        let column: &ArrayRef = batch.column_by_name(name).unwrap();
        assert_eq!(column.null_count(), 0, "{name}");
        values(
            column.as_any().downcast_ref::<T>().unwrap_or_else(|| panic!("{name}: {}", column.data_type())),
        )
    };
    batches.iter().flat_map(of_batch).collect()
}

fn table(folder: &Path, name: &str) -> Vec<RecordBatch> {
    let file = File::open(folder.join(name).with_extension("parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn texts(batches: &[RecordBatch], name: &str) -> Vec<String> {
    column(batches, name, |array: &StringArray| array.iter().flatten().map(str::to_owned).collect())
}

fn dates(batches: &[RecordBatch], name: &str) -> Vec<Date> {
    column(batches, name, |array: &Date32Array| {
        array.values().iter().map(|days| Date::from_days(*days).unwrap()).collect()
    })
}

fn numbers(batches: &[RecordBatch], name: &str) -> Vec<f64> {
    column(batches, name, |array: &Float64Array| array.values().to_vec())
}

/// Reads a folder of Parquet files without `rotor-data`.
fn read_world(folder: &Path) -> World {
    let entities = table(folder, "entities");
    let (codes, kinds) = (texts(&entities, "entity"), texts(&entities, "kind"));
    let member = |(code, kind): (&String, &String)| Member {
        code: code.clone(),
        kind: kind.parse().unwrap(),
        valid_from: None,
        valid_to: None,
    };
    let members = codes.iter().zip(&kinds).map(member).collect();
    let series = table(folder, "series");
    let (names, letters) = (texts(&series, "series"), texts(&series, "frequency"));
    let entity_of: BTreeMap<&str, usize> = codes.iter().map(String::as_str).zip(0..).collect();
    let series_of: BTreeMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();

    let observations = table(folder, "observations");
    let (periods, released) = (dates(&observations, "period"), dates(&observations, "released"));
    let (of_series, of_entity) = (texts(&observations, "series"), texts(&observations, "entity"));
    let rows = numbers(&observations, "value").into_iter().enumerate().map(|(row, value)| Row {
        series: series_of[of_series[row].as_str()],
        entity: entity_of[of_entity[row].as_str()],
        period: periods[row],
        released: released[row],
        value,
    });
    let prices = table(folder, "prices");
    let (of_entity, days) = (texts(&prices, "entity"), dates(&prices, "date"));
    let closes = numbers(&prices, "close").into_iter().enumerate().map(|(row, value)| Close {
        entity: entity_of[of_entity[row].as_str()],
        date: days[row],
        value,
    });
    World {
        price_frequency: PriceFrequency::Daily,
        entities: members,
        series: names.iter().cloned().zip(letters.iter().map(|letter| letter.parse().unwrap())).collect(),
        rows: rows.collect(),
        closes: closes.collect(),
    }
}

#[test]
fn real_data_is_seen_as_specified() {
    let Some(folder) = real_data("archive::real_data_is_seen_as_specified") else { return };
    let (dataset, world) = (open(&folder), read_world(&folder));
    assert_eq!(dataset.manifest().price_frequency, world.price_frequency);
    assert!(dataset.entities().iter().all(|entity| entity.valid_from.or(entity.valid_to).is_none()));
    let oracle = Oracle::new(&world);
    assert_eq!(dataset.archive().len(), world.rows.len());

    // The first trading day of every third month; January, with its holidays, among them.
    let first_of = |month: Month| {
        (1..=28)
            .map(|day| Date::new(month.year(), month.number(), day).unwrap())
            .find(|day| oracle.is_trading_day(*day))
            .unwrap()
    };
    let months = (0..40).map(|step| Month::new(2012, 1).unwrap().plus(3 * step).unwrap());
    let days: Vec<Date> = months.map(first_of).collect();
    let calendar: Vec<Date> =
        days.iter().map(|day| dataset.calendar().first_of(day.month()).unwrap()).collect();
    assert_eq!(calendar, days);

    let mut requests = Vec::new();
    for kind in EntityKind::ALL.iter().copied() {
        requests.push(Request { shown: Shown::MonthlyClose, kind, n_periods: 61 });
        requests.push(Request { shown: Shown::DailyClose, kind, n_periods: 90 });
        for (series, (_, frequency)) in world.series.iter().enumerate() {
            let n_periods = match frequency {
                Frequency::Daily | Frequency::Weekly => 120,
                Frequency::Monthly => 61,
                Frequency::Quarterly => 21,
            };
            requests.push(Request { shown: Shown::Series(series), kind, n_periods });
        }
    }
    assert_as_specified(&world, &dataset, &requests, &days);
}
