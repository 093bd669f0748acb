//! Datasets that are valid and nothing else: whatever may go wrong with figures does, by the seed of a die.
//!
//! Figures come late, are revised, have gaps, zeros and signs that make growth meaningless; sectors come and go; weights
//! do not add up; two series are one; values are rounded so that ties and exact thresholds are common. Nothing here means
//! anything, and no two seeds have the same faults.

mod listed;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use rotor_factor::{Date, Month};

use crate::{Folder, files_of, workspace};

const INDUSTRIES: [&str; 8] = ["B06", "B07", "C13", "C26", "C31", "C33", "C39", "D44"];
const SECTORS: [&str; 9] =
    ["801010", "801030", "801040", "801050", "801080", "801110", "801120", "801730", "801880"];
const GROUPS: [&str; 5] = ["upstream", "upstream", "midstream", "downstream", ""];

/// Writes the dataset of a seed into a folder of its own.
#[must_use]
pub fn folder(seed: u64) -> Folder {
    Mess::whole(seed).folder()
}

/// Writes the dataset of a seed with what the factors read that a run has to ask for: multiples, floats, flows, trades of large holders, growth of single
/// months and of those who have reported, at frequencies that the die chooses.
#[must_use]
pub fn weekly(seed: u64) -> Folder {
    let mut mess = Mess::whole(seed);
    mess.multiples();
    mess.flows();
    mess.trades();
    mess.single_months();
    // As series, or as the tables that the reader makes them of.
    if seed.is_multiple_of(2) {
        mess.filings();
    } else {
        mess.listed();
    }
    mess.folder()
}

/// Writes the dataset of a seed with closes that go missing as well: for some days, for some months, for ever, of one entity, of most or
/// of all. Month-end closes are stamped with any of the last days of their month.
///
/// # Panics
///
/// Never: the table is our own.
#[must_use]
pub fn damaged(seed: u64) -> Folder {
    let folder = folder(seed);
    let mut dice = Dice::new(seed ^ 0x00DA_3A6E);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written just now");
    let is_month_end = read(rotor_data::Manifest::FILE).contains("price_frequency = \"M\"");
    let prices = read("prices.csv");
    let mut lines = prices.lines();
    let mut damaged = format!("{}\n", lines.next().expect("it has a header"));

    let any_day = |dice: &mut Dice| {
        let first = Date::new(2016, 1, 1).expect("it is a day").days();
        Date::from_days(first + dice.below(6 * 365) as i32).expect("it is near")
    };
    let after = |day: Date, n: usize| day.plus_days(n as i32).expect("it is near");
    let lengths = if is_month_end { [31, 62, 120, 9999] } else { [12, 17, 40, 9999] };
    let gap = |dice: &mut Dice| {
        let start = any_day(dice);
        let jitter = dice.below(9);
        (start, after(start, dice.pick(&lengths) + jitter))
    };
    let holiday = dice.chance(0.3).then(|| gap(&mut dice)).map(|(start, _)| (start, after(start, 45)));
    let end_of_most = dice.chance(0.3).then(|| any_day(&mut dice));
    let mut gaps: Vec<(Date, Date)> = Vec::new();
    let mut entity = "";
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[0] != entity {
            entity = cells[0];
            gaps = (0..dice.below(4)).map(|_| gap(&mut dice)).collect();
            gaps.extend(holiday);
            if dice.chance(0.7) {
                gaps.extend(end_of_most.map(|start| (start, after(start, 9999))));
            }
        }
        let mut date: Date = cells[1].parse().expect("it is a date");
        if gaps.iter().any(|(start, end)| *start <= date && date < *end) {
            continue;
        }
        if is_month_end && dice.chance(0.4) {
            let last = date.month().last_day();
            date = last.plus_days(-(dice.below(8) as i32)).expect("it is near");
        }
        writeln!(damaged, "{entity},{date},{}", cells[2]).expect("it is a string");
    }
    let mut series = String::new();
    for (row, line) in read("series.csv").lines().enumerate() {
        let measure = if row == 0 { "measure" } else { dice.pick(&["", "", "growth", "price", "stock"]) };
        writeln!(series, "{line},{measure}").expect("it is a string");
    }
    folder.with("prices.csv", damaged).with("series.csv", series)
}

/// Any months of a messy dataset, as flags of a backtest; now and then up to its end.
///
/// # Panics
///
/// Never: writing to a string does not fail.
#[must_use]
pub fn any_months(dice: &mut Dice) -> String {
    let start = 2015 * 12 + dice.below(72);
    let mut months = format!("--start {}-{:02}", start / 12, start % 12 + 1);
    if dice.below(5) > 0 {
        let end = start + 6 + dice.below(24);
        write!(months, " --end {}-{:02}", end / 12, end % 12 + 1).expect("writing to a string does not fail");
    }
    months
}

/// Any options that fit a messy dataset with sectors of these codes, as flags of a backtest.
///
/// # Panics
///
/// If there are fewer than two sectors.
#[must_use]
pub fn any_options(dice: &mut Dice, codes: &[&str], is_month_end: bool) -> String {
    let mut line = String::new();
    // Half of the options are left as they are.
    let mut flag = |dice: &mut Dice, flag: &str, choices: &[&str]| {
        let choice = dice.below(2 * choices.len());
        if let Some(choice) = choices.get(choice) {
            write!(line, " {flag} {choice}").expect("writing to a string does not fail");
        }
    };
    flag(dice, "--top", &["1", "2", "3", "4", "6", "9"]);
    flag(dice, "--weights", &["rank", "equal"]);
    flag(dice, "--missing", &["average", "neutral"]);
    flag(dice, "--ties", &["fractional", "percentile"]);
    flag(dice, "--min-factors", &["1", "2", "3", "4"]);
    flag(dice, "--cost-bp", &["0", "10", "12.5", "30"]);
    // Each of the choices has heat, and not alone.
    flag(
        dice,
        "--factors",
        &["heat,prosperity", "heat,profit", "prosperity,profit,heat,price", "price,heat"],
    );
    flag(dice, "--set", &["heat.weight=0", "heat.weight=0.5", "heat.weight=2", "heat.direction=momentum"]);
    if !is_month_end {
        flag(dice, "--rebalance", &["after_cpi", "month_start"]);
        flag(dice, "--execution", &["next_close", "close"]);
    }
    let (one, other) = (dice.below(codes.len()), dice.below(codes.len() - 1));
    let pair = format!("{},{}", codes[one], codes[(one + 1 + other) % codes.len()]);
    flag(dice, "--exclude", &[codes[one], &pair]);
    line
}

/// Makes the datasets of golden backtests where their cases look for them, `target/golden/NAME`, and returns that folder: `messy` has daily
/// closes, `monthly` those of month-ends.
///
/// # Panics
///
/// If the disk refuses.
#[must_use]
pub fn kept() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let parent = workspace().join("target/golden");
        fs::create_dir_all(&parent).unwrap();
        for (name, seed) in [("messy", 5), ("monthly", 3)] {
            let (made, place) = (folder(seed), parent.join(name));
            if place.is_dir() && files_of(&place) == files_of(made.path()) {
                continue;
            }
            // It appears whole: another process may be looking for it.
            let unfinished = tempfile::Builder::new().prefix("unfinished").tempdir_in(&parent).unwrap();
            let new = unfinished.path().join("new");
            fs::create_dir(&new).unwrap();
            for (file, bytes) in files_of(made.path()) {
                fs::write(new.join(file), bytes).unwrap();
            }
            if place.is_dir() {
                fs::rename(&place, unfinished.path().join("old")).unwrap();
            }
            // Lost only to a process that has put the same there meanwhile.
            let _ = fs::rename(new, &place);
            assert!(files_of(&place) == files_of(made.path()), "{} cannot be made", place.display());
        }
        parent
    });
    FOLDER.clone()
}

/// A die: xorshift64* of Vigna.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Returns the die of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.roll();
        }
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Returns a number from 0 up to and without `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.roll() >> 33) % n as u64) as usize
    }

    /// Returns a number from 0 to 1.
    fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Returns a number around 0 that is rarely beyond ±2.
    fn around_zero(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.7
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn shuffled<T: Copy>(&mut self, choices: &[T]) -> Vec<T> {
        let mut rest = choices.to_vec();
        let mut shuffled = Vec::new();
        while !rest.is_empty() {
            shuffled.push(rest.remove(self.below(rest.len())));
        }
        shuffled
    }
}

/// How reliably something is published.
#[derive(Clone, Copy)]
struct Care {
    /// Days from the end of the period to the release.
    lag: i32,
    missing: f64,
    slips: f64,
    revised: f64,
    n_decimals: usize,
}

struct Mess {
    dice: Dice,
    is_month_end: bool,
    has_half_percents: bool,
    sectors: Vec<&'static str>,
    markets: Vec<&'static str>,
    entities: String,
    prices: String,
    series: String,
    /// By series, entity, period and release.
    observations: BTreeMap<(String, String, Date, Date), String>,
    bridge: String,
    links: String,
    companies: String,
    filings: String,
}

impl Mess {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let n_sectors = 6 + dice.below(4);
        let markets = dice.pick(&[&["CN"][..], &["CN"], &["HK"], &["CN", "HK", "US"]]);
        Self {
            is_month_end: dice.chance(0.5),
            has_half_percents: dice.chance(0.5),
            sectors: SECTORS[..n_sectors].to_vec(),
            markets: markets.to_vec(),
            dice,
            entities: "entity,kind,name,name_zh,group,valid_from,valid_to\n".into(),
            prices: "entity,date,close\n".into(),
            series: "series,frequency,unit,title,title_zh,source\n".into(),
            observations: BTreeMap::new(),
            bridge: "sector,industry,weight,released\n".into(),
            links: "sector,series,polarity,weight\n".into(),
            companies: String::new(),
            filings: String::new(),
        }
    }

    /// Everything that the four factors of the method read.
    fn whole(seed: u64) -> Self {
        let mut mess = Self::new(seed);
        mess.entities_and_closes();
        mess.bridge();
        mess.industries();
        mess.reports();
        mess.price_indices();
        mess.linked_series();
        mess
    }

    fn entities_and_closes(&mut self) {
        for code in INDUSTRIES {
            writeln!(self.entities, "{code},industry,Industry {code},,,,").expect("it is a string");
        }
        for code in self.markets.clone() {
            writeln!(self.entities, "{code},market,Market {code},,,,").expect("it is a string");
        }
        self.entities.push_str("000300,benchmark,CSI 300,,,,\n");
        let kinds =
            ["plain", "plain", "plain", "gaps", "late", "late", "backfilled", "ends", "constant", "off"];
        let has_grid = self.dice.chance(0.4);
        let mut before: Vec<(Date, f64)> = Vec::new();
        let codes: Vec<&str> = self.sectors.iter().copied().chain(["000300"]).collect();
        for (position, code) in codes.into_iter().enumerate() {
            let kind = if position < 2 { "plain" } else { self.dice.pick(&kinds) };
            let is_twin = position > 1 && self.dice.chance(0.25);
            let mut closes = if is_twin {
                let scale = self.dice.pick(&[2.0, 1.5, 1.1, 0.3]);
                before.iter().map(|(date, close)| (*date, close * scale)).collect()
            } else {
                self.closes(kind, has_grid)
            };
            before.clone_from(&closes);
            let (from, to) = self.validity(kind, &mut closes);
            if code != "000300" {
                let group = self.dice.pick(&GROUPS);
                writeln!(self.entities, "{code},sector,Sector {code},,{group},{from},{to}")
                    .expect("it is a string");
            }
            for (date, close) in closes {
                writeln!(self.prices, "{code},{date},{close}").expect("it is a string");
            }
        }
    }

    /// Cuts closes to a sector's life and returns its bounds.
    fn validity(&mut self, kind: &str, closes: &mut Vec<(Date, f64)>) -> (String, String) {
        let day = |year, month| Date::new(year, month, 1).expect("months have a first day");
        let start = day(2015 + self.dice.below(4) as i32, 1 + self.dice.below(12) as u32);
        let end = day(2018 + self.dice.below(3) as i32, 1 + self.dice.below(12) as u32);
        match kind {
            "late" => {
                closes.retain(|(date, _)| *date >= start);
                let is_bounded = self.dice.chance(0.5);
                (if is_bounded { start.to_string() } else { String::new() }, String::new())
            }
            "backfilled" => (start.to_string(), String::new()),
            "ends" => {
                let last_close = end.plus_days(self.dice.pick(&[-45, 0, 45])).expect("it is near");
                closes.retain(|(date, _)| *date <= last_close);
                (String::new(), end.to_string())
            }
            _ => (String::new(), String::new()),
        }
    }

    /// The closes of a sector from 2013 to June 2022.
    fn closes(&mut self, kind: &str, has_grid: bool) -> Vec<(Date, f64)> {
        let mut closes = Vec::new();
        let mut close = 1000.0;
        for month in months((2013, 1), (2022, 6)) {
            if kind == "gaps" && self.dice.chance(0.04) {
                continue;
            }
            let step = if has_grid {
                self.dice.pick(&[-0.02, -0.01, 0.0, 0.01, 0.02])
            } else {
                0.05 * self.dice.around_zero()
            };
            let weekdays: Vec<Date> = days(month).into_iter().filter(|day| day.weekday() <= 5).collect();
            let last = weekdays[weekdays.len() - 1];
            if self.is_month_end {
                close = if kind == "constant" { close } else { close * (1.0 + step) };
                let day = match kind {
                    "off" => self.dice.pick(&[last, month.last_day(), weekdays[weekdays.len() - 3]]),
                    _ => last,
                };
                closes.push((day, if has_grid { close } else { rounded(close, 2) }));
                continue;
            }
            let start = close;
            for (n, day) in days(month).into_iter().enumerate() {
                let is_weekday = day.weekday() <= 5;
                let is_open = is_weekday || (kind == "off" && day.weekday() == 6 && self.dice.chance(0.3));
                if !is_open || (kind == "gaps" && self.dice.chance(0.05)) {
                    continue;
                }
                let noise = if has_grid { 0.0 } else { 0.01 * self.dice.around_zero() };
                let part = (n + 1) as f64 / f64::from(month.last_day().ymd().2);
                close = match (kind, has_grid) {
                    ("constant", _) => close,
                    // On the last weekday the whole step has been taken, to the digit.
                    (_, true) if day >= last => start * (1.0 + step),
                    _ => rounded(start * (1.0 + step * part + noise), 2),
                };
                closes.push((day, close));
            }
        }
        closes
    }

    fn bridge(&mut self) {
        let weights: [&[f64]; 14] = [
            &[0.95, 0.05],
            &[0.7, 0.2, 0.05],
            &[1.0],
            &[0.3, 0.2],
            &[0.15, 0.35],
            &[0.1, 0.1, 0.1, 0.2],
            &[0.49],
            &[0.41, 0.3, 0.3],
            &[0.6, 0.1],
            &[0.333, 0.333, 0.333],
            &[0.4, 0.1],
            &[0.7, 0.1, 0.1, 0.05],
            &[0.46, 0.04],
            &[0.5],
        ];
        let releases: [&[&str]; 6] = [
            &["2012-04-30"],
            &["2012-04-30"],
            &["2011-05-02", "2016-05-02", "2018-05-01"],
            &["2014-04-30", "2019-04-30"],
            &["2030-04-30"],
            &["2024-04-30", "2031-04-30"],
        ];
        for code in self.sectors.clone() {
            if self.dice.chance(0.1) {
                continue;
            }
            for released in self.dice.pick(&releases) {
                let industries = self.dice.shuffled(&INDUSTRIES);
                let weights = self.dice.pick(&weights);
                for (industry, weight) in industries.into_iter().zip(weights) {
                    writeln!(self.bridge, "{code},{industry},{weight},{released}").expect("it is a string");
                }
            }
        }
    }

    fn industries(&mut self) {
        self.declare("profit_ytd", "M", "cny_100m");
        self.declare("profit_ytd_yoy", "M", "percent");
        let kinds = ["plain", "plain", "plain", "falling", "zero", "constant", "huge", "odd"];
        let kinds = self.dice.shuffled(&kinds);
        for (code, kind) in INDUSTRIES.into_iter().zip(kinds) {
            let missing = self.dice.pick(&[0.0, 0.0, 0.0, 0.01, 0.05]);
            let care = Care { lag: 28, missing, slips: 0.03, revised: 0.1, n_decimals: 1 };
            let unpublished = self.dice.pick(&[0.0, 0.02, 0.2]);
            let size = self.dice.pick(&[1.0, 10.0, 500.0]);
            let (mut levels, mut sum): (BTreeMap<Month, f64>, f64) = (BTreeMap::new(), 0.0);
            for (n, month) in months((2010, 1), (2022, 6)).into_iter().enumerate() {
                let trend = match kind {
                    "falling" => 1.5 - n as f64 / 60.0,
                    "zero" => 0.0,
                    _ => 1.0 + n as f64 / 100.0,
                };
                let single =
                    if kind == "constant" { size } else { size * (trend + 0.4 * self.dice.around_zero()) };
                sum = if month.number() == 1 { single } else { sum + single };
                let level = if kind == "odd" && self.dice.chance(0.05) { 0.0 } else { rounded(sum, 1) };
                levels.insert(month, level);
                if month.number() == 1 && !self.dice.chance(0.2) {
                    continue;
                }
                self.publish("profit_ytd", code, month.last_day(), level, care);
                let Some(base) = month.plus(-12).and_then(|month| levels.get(&month)) else { continue };
                let growth = match kind {
                    "constant" => 5.0,
                    "huge" if self.dice.chance(0.05) => 1e12,
                    "odd" if self.dice.chance(0.1) => self.dice.pick(&[-100.0, -99.9, -150.0, 0.0]),
                    _ if *base <= 0.0 || level <= 0.0 => continue,
                    _ => 100.0 * (level / base - 1.0) + 2.0 * self.dice.around_zero(),
                };
                if !self.dice.chance(unpublished) {
                    self.publish("profit_ytd_yoy", code, month.last_day(), growth, care);
                }
            }
        }
    }

    fn reports(&mut self) {
        self.declare("net_profit_ytd_yoy", "Q", "percent");
        self.declare("gross_margin", "Q", "percent");
        let has_margins = !self.dice.chance(0.1);
        let growths = ["plain", "plain", "plain", "plain", "wild", "constant", "once", "stopped", "none"];
        let margins = ["plain", "plain", "plain", "plain", "flat", "once", "stopped", "none", "exact"];
        for (position, code) in self.sectors.clone().into_iter().enumerate() {
            let growth = if position == 0 { "plain" } else { self.dice.pick(&growths) };
            let margin = if position == 0 { "plain" } else { self.dice.pick(&margins) };
            let missing = self.dice.pick(&[0.0, 0.0, 0.02, 0.05]);
            let n_decimals = self.dice.pick(&[1, 2, 2]);
            let (mut level, mut earned) = (10.0, 30.0);
            let stops = Month::new(2014 + self.dice.below(7) as i32, 6).expect("it is near");
            for quarter in
                months((2010, 3), (2022, 3)).into_iter().filter(|month| month.number().is_multiple_of(3))
            {
                let lag = [30, 62, 31, 120][quarter.quarter().number() as usize - 1];
                let care = Care { lag, missing, slips: 0.04, revised: 0.08, n_decimals };
                level = 0.6 * level + 8.0 * self.dice.around_zero();
                earned += 0.5 * self.dice.around_zero();
                let is_there = |kind: &str| match kind {
                    "none" => false,
                    "stopped" => quarter <= stops,
                    "once" => quarter == stops,
                    _ => true,
                };
                if is_there(growth) {
                    let value = match growth {
                        "constant" => 7.3,
                        "wild" => self.dice.pick(&[-500.0, 1e12, 0.0, level, level, 20.0 * level]),
                        _ => level,
                    };
                    self.publish("net_profit_ytd_yoy", code, quarter.last_day(), value, care);
                }
                if has_margins && is_there(margin) {
                    let value = match margin {
                        "flat" => 25.0,
                        "exact" => 20.0 + 0.1 * f64::from(quarter.quarter().number()),
                        _ => earned,
                    };
                    self.publish("gross_margin", code, quarter.last_day(), value, care);
                }
            }
        }
    }

    fn price_indices(&mut self) {
        self.declare("cpi_yoy", "M", "percent");
        self.declare("ppi_yoy", "M", "percent");
        let kind = self.dice.pick(&[
            "plain",
            "plain",
            "plain",
            "plain",
            "slow",
            "gaps",
            "constant",
            "collinear",
            "no cpi",
        ]);
        for market in self.markets.clone() {
            let (mut cpi, mut ppi) = (2.0, 3.0);
            for month in months((2010, 1), (2022, 6)) {
                let step = if kind == "slow" { 0.1 } else { 0.5 };
                cpi += step * self.dice.pick(&[-1.0, 0.0, 0.0, 1.0]);
                ppi += step * self.dice.around_zero();
                let missing = if kind == "gaps" { 0.02 } else { 0.001 };
                let care = Care { lag: 10, missing, slips: 0.04, revised: 0.05, n_decimals: 1 };
                let end = month.last_day();
                if kind != "no cpi" || market != "CN" {
                    let cpi = if kind == "constant" { 2.1 } else { cpi };
                    self.publish("cpi_yoy", market, end, cpi, care);
                }
                let (value, care) = match kind {
                    "collinear" => (2.0 * rounded(cpi, 1) + 1.0, Care { revised: 0.0, ..care }),
                    _ => (ppi, care),
                };
                self.publish("ppi_yoy", market, end, value, care);
            }
        }
    }

    fn linked_series(&mut self) {
        let series = [
            ("coal_price", "D", "index"),
            ("rebar_futures", "D", "cny_per_tonne"),
            ("rebar_stock", "W", "10k_tonnes"),
            ("tyre_rate", "W", "percent"),
            ("wti", "W", "usd"),
            ("car_sales", "M", "units"),
            ("cement", "M", "cny_per_tonne"),
            ("glass", "M", "per_cent"),
            ("panel_price", "M", "USD"),
            ("power", "M", "kwh"),
            ("orders", "Q", "index"),
            ("unseen", "M", "index"),
        ];
        let kinds = ["walk", "walk", "half", "half", "constant", "signed", "patchy", "stopped", "rising"];
        if self.dice.chance(0.05) {
            return;
        }
        for (name, frequency, unit) in series {
            self.declare(name, frequency, unit);
            let mut kind = self.dice.pick(&kinds);
            if self.has_half_percents && name == "cement" {
                kind = "half";
            }
            for code in self.sectors.clone() {
                if self.dice.chance(0.3) {
                    let polarity = self.dice.pick(&[-1, 1, 1]);
                    let weight = self.dice.pick(&[1.0, 1.0, 3.0, 2.0, 0.5, 0.1]);
                    writeln!(self.links, "{code},{name},{polarity},{weight}").expect("it is a string");
                }
            }
            if name == "unseen" {
                continue;
            }
            for market in self.markets.clone() {
                self.linked_values(name, market, frequency, kind);
            }
        }
    }

    fn linked_values(&mut self, name: &str, market: &str, frequency: &str, kind: &str) {
        let lag = match frequency {
            "D" => 1,
            "W" => 5,
            _ => 15,
        };
        let missing = self.dice.pick(&[0.0, 0.0, 0.03]);
        let care = Care { lag, missing, slips: 0.02, revised: 0.03, n_decimals: 2 };
        let stops = Month::new(2014 + self.dice.below(7) as i32, 6).expect("it is near");
        let mut value = if kind == "half" { 200.0 } else { 100.0 };
        for month in months((2011, 1), (2022, 6)) {
            // Changes of ½%, to the digit, and back.
            value = match kind {
                "half" => self.dice.pick(&[200.0, 201.0, 199.0, 200.5, 202.005]),
                "rising" => value + 1.0,
                "signed" => self.dice.pick(&[-0.2, -0.1, 0.0, 0.1, 0.2, 0.3]),
                "constant" => value,
                _ => (value * (1.0 + 0.03 * self.dice.around_zero())).max(5.0),
            };
            let is_there = match kind {
                "patchy" => month.index() % 5 < 3,
                "stopped" => month <= stops,
                _ => true,
            };
            if !is_there {
                continue;
            }
            for day in stamps(month, frequency) {
                let is_flat = frequency == "M" || ["half", "constant", "rising"].contains(&kind);
                let noise = if is_flat { 0.0 } else { 0.1 * self.dice.pick(&[-2.0, -1.0, 0.0, 1.0, 2.0]) };
                let care = if kind == "half" { Care { n_decimals: 3, ..care } } else { care };
                self.publish(name, market, day, value + noise, care);
            }
        }
    }

    fn multiples(&mut self) {
        for name in ["pe_ttm", "pb"] {
            if self.dice.chance(0.1) {
                continue;
            }
            let frequency = self.dice.pick(&["D", "M", "M", "W"]);
            self.declare(name, frequency, "multiple");
            for code in self.sectors.clone() {
                let kind = self.dice.pick(&["plain", "plain", "grid", "losses", "late", "stopped", "none"]);
                let missing = self.dice.pick(&[0.0, 0.0, 0.05]);
                let care = Care { lag: 0, missing, slips: 0.01, revised: 0.02, n_decimals: 1 };
                let turn = Month::new(2014 + self.dice.below(7) as i32, 6).expect("it is near");
                let mut value = 20.0;
                for month in months((2010, 1), (2022, 6)) {
                    value = (value * (1.0 + 0.06 * self.dice.around_zero())).max(3.0);
                    let is_there = match kind {
                        "late" => month > turn,
                        "stopped" => month <= turn,
                        "none" => false,
                        _ => true,
                    };
                    let is_loss = kind == "losses" && self.dice.chance(0.2);
                    for day in stamps(month, frequency).into_iter().filter(|_| is_there) {
                        let value = match kind {
                            "grid" => self.dice.pick(&[10.0, 11.0, 12.0, 12.5]),
                            _ if is_loss => -value,
                            _ => value + 0.5 * self.dice.around_zero(),
                        };
                        self.publish(name, code, day, value, care);
                    }
                }
            }
        }
    }

    fn flows(&mut self) {
        let frequency = self.dice.pick(&["D", "W", "M", "Q"]);
        if !self.dice.chance(0.05) {
            self.declare("float_cap", frequency, "cny_100m");
            for code in self.sectors.clone() {
                let care = Care { lag: 0, missing: 0.03, slips: 0.02, revised: 0.02, n_decimals: 1 };
                let first = (2012 + self.dice.below(6) as i32, 1);
                let mut cap = 1000.0;
                for month in months(first, (2022, 6)) {
                    cap = (cap * (1.0 + 0.05 * self.dice.around_zero())).max(100.0);
                    let cap = if self.dice.chance(0.005) { 0.0 } else { cap };
                    for day in stamps(month, frequency) {
                        self.publish("float_cap", code, day, cap, care);
                    }
                }
            }
        }
        for name in ["northbound_net_buy", "margin_net_buy", "etf_net_subscription"] {
            if self.dice.chance(0.1) {
                continue;
            }
            let frequency = self.dice.pick(&["D", "W", "W", "M", "Q"]);
            self.declare(name, frequency, "cny_100m");
            for code in self.sectors.clone() {
                let kind = self.dice.pick(&["plain", "plain", "even", "patchy", "late", "stopped", "none"]);
                let missing = self.dice.pick(&[0.0, 0.05, 0.3]);
                let care = Care { lag: 1, missing, slips: 0.03, revised: 0.02, n_decimals: 2 };
                let turn = Month::new(2014 + self.dice.below(7) as i32, 6).expect("it is near");
                for month in months((2011, 1), (2022, 6)) {
                    let is_there = match kind {
                        "patchy" => month.index() % 7 < 5,
                        "late" => month > turn,
                        "stopped" => month <= turn,
                        "none" => false,
                        _ => true,
                    };
                    for day in stamps(month, frequency).into_iter().filter(|_| is_there) {
                        let value = if kind == "even" { 1.0 } else { 5.0 * self.dice.around_zero() };
                        self.publish(name, code, day, value, care);
                    }
                }
            }
        }
    }

    fn trades(&mut self) {
        for (name, size) in [("insider_buy", 1.0), ("insider_sell", 3.0)] {
            if self.dice.chance(0.05) {
                continue;
            }
            let frequency = self.dice.pick(&["D", "W", "W", "M"]);
            self.declare(name, frequency, "cny_100m");
            for code in self.sectors.clone() {
                let kind = self.dice.pick(&["plain", "plain", "rare", "even", "late", "stopped", "none"]);
                let missing = if kind == "rare" { 0.9 } else { self.dice.pick(&[0.0, 0.1]) };
                let care = Care { lag: 0, missing, slips: 0.03, revised: 0.0, n_decimals: 2 };
                let turn = Month::new(2014 + self.dice.below(7) as i32, 6).expect("it is near");
                for month in months((2012, 1), (2022, 6)) {
                    let is_there = match kind {
                        "late" => month > turn,
                        "stopped" => month <= turn,
                        "none" => false,
                        _ => true,
                    };
                    for day in stamps(month, frequency).into_iter().filter(|_| is_there) {
                        let value = if kind == "even" { size } else { size * self.dice.unit() };
                        self.publish(name, code, day, value, care);
                    }
                }
            }
        }
    }

    fn single_months(&mut self) {
        if self.dice.chance(0.3) {
            return;
        }
        self.declare("profit_month_yoy", "M", "percent");
        for code in INDUSTRIES {
            let missing = self.dice.pick(&[0.0, 0.1, 0.5, 1.0]);
            let care = Care { lag: 28, missing, slips: 0.03, revised: 0.05, n_decimals: 1 };
            for month in months((2011, 1), (2022, 6)) {
                let is_odd = self.dice.chance(0.03);
                let growth = if is_odd {
                    self.dice.pick(&[-100.0, -150.0, 0.0])
                } else {
                    20.0 * self.dice.around_zero()
                };
                self.publish("profit_month_yoy", code, month.last_day(), growth, care);
            }
        }
    }

    /// Growth of those who have reported, which comes day by day, and now and then goes again.
    fn filings(&mut self) {
        let names = ["comparable_ytd_yoy", "comparable_ytd_yoy_before", "comparable_coverage"];
        for name in names {
            self.declare(name, "Q", "percent");
        }
        for code in self.sectors.clone() {
            let missing = self.dice.pick(&[0.0, 0.1, 0.4]);
            for quarter in
                months((2013, 3), (2022, 3)).into_iter().filter(|month| month.number().is_multiple_of(3))
            {
                let end = quarter.last_day();
                let (mut growth, mut coverage, mut day) = (10.0 * self.dice.around_zero(), 0.0_f64, end);
                while coverage < 1.0 && !self.dice.chance(0.1) {
                    day = day.plus_days(1 + self.dice.below(15) as i32).expect("it is near");
                    growth += 3.0 * self.dice.around_zero();
                    coverage = (coverage + self.dice.pick(&[0.05, 0.1, 0.2, 0.3])).min(1.0);
                    let is_gone = self.dice.chance(0.05);
                    let before = growth + self.dice.pick(&[-5.0, -1.0, 0.0, 1.0, 5.0]);
                    let coverage = if is_gone { 0.0 } else { coverage };
                    for (name, value) in names.into_iter().zip([growth, before, coverage]) {
                        if !self.dice.chance(missing) {
                            let key = (name.to_owned(), code.to_owned(), end, day);
                            self.observations.insert(key, format!("{value:.2}"));
                        }
                    }
                }
            }
        }
    }

    fn declare(&mut self, name: &str, frequency: &str, unit: &str) {
        writeln!(self.series, "{name},{frequency},{unit},Series {name},,").expect("it is a string");
    }

    /// Publishes a value some time after its period, or not; and perhaps other values later.
    fn publish(&mut self, series: &str, entity: &str, period: Date, value: f64, care: Care) {
        if self.dice.chance(care.missing) {
            return;
        }
        let mut lag = care.lag + self.dice.below(4) as i32;
        if self.dice.chance(care.slips) {
            lag = self.dice.pick(&[0, 5, 40, 95, 200]);
        }
        let mut released = period.plus_days(lag).expect("it is near");
        // Now and then on what may be an execution day.
        if self.dice.chance(0.05) {
            let next = released.month().plus(1).expect("it is near");
            released = days(next).into_iter().find(|day| day.weekday() <= 5).expect("months have weekdays");
        }
        let mut value = value;
        loop {
            let key = (series.to_owned(), entity.to_owned(), period, released);
            self.observations.insert(key, format!("{value:.*}", care.n_decimals));
            if !self.dice.chance(care.revised) {
                return;
            }
            released = released.plus_days(1 + self.dice.below(300) as i32).expect("it is near");
            value += value.abs().max(1.0) * 0.05 * self.dice.around_zero();
        }
    }

    fn folder(self) -> Folder {
        let manifest =
            crate::MANIFEST.replace("2020-01-01", "2013-01-01").replace("2022-12-31", "2022-06-30");
        let frequency = if self.is_month_end { "M" } else { "D" };
        let manifest = manifest
            .replace("price_frequency = \"D\"", &format!("price_frequency = \"{frequency}\""))
            .replace("a test", "a messy seed");
        let mut observations = String::from("series,entity,period,released,value\n");
        for ((series, entity, period, released), value) in &self.observations {
            writeln!(observations, "{series},{entity},{period},{released},{value}").expect("it is a string");
        }
        let folder = Folder::new()
            .with(rotor_data::Manifest::FILE, manifest)
            .with("entities.csv", self.entities)
            .with("prices.csv", self.prices)
            .with("series.csv", self.series)
            .with("observations.csv", observations)
            .with("bridge.csv", self.bridge)
            .with("links.csv", self.links);
        if self.companies.is_empty() {
            return folder;
        }
        let companies = format!("company,name,name_zh,sector,valid_from,valid_to\n{}", self.companies);
        let header =
            "company,period,released,kind,net_profit_ytd,low,high,net_profit_ytd_prior,total_assets\n";
        folder.with("companies.csv", companies).with("filings.csv", format!("{header}{}", self.filings))
    }
}

/// The months from one to another, both included.
fn months((from_year, from): (i32, u32), (to_year, to): (i32, u32)) -> Vec<Month> {
    let month = |year, number| Month::new(year, number).expect("it is a month");
    let (from, to) = (month(from_year, from), month(to_year, to));
    (from.index()..=to.index()).filter_map(Month::from_index).collect()
}

/// The days of a month on which a series of a frequency has values.
fn stamps(month: Month, frequency: &str) -> Vec<Date> {
    match frequency {
        "D" => days(month).into_iter().filter(|day| day.weekday() <= 5).collect(),
        "W" => days(month).into_iter().filter(|day| day.weekday() == 5).collect(),
        "Q" if !month.number().is_multiple_of(3) => Vec::new(),
        _ => vec![month.last_day()],
    }
}

/// The days of a month.
fn days(month: Month) -> Vec<Date> {
    (month.first_day().days()..=month.last_day().days()).filter_map(Date::from_days).collect()
}

fn rounded(value: f64, n_decimals: usize) -> f64 {
    format!("{value:.n_decimals$}").parse().expect("it is a number")
}
