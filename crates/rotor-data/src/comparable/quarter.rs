//! One quarter from its end on: what changes from day to day, and what the sums are then.

use super::{Profits, Reports, SERIES, Sums};

/// The companies of a quarter as they are known on a day, which moves forward.
pub(super) struct QuarterSample<'a> {
    reports: &'a Reports,
    quarter: i32,
    first: i32,
    last: i32,
    market: Option<usize>,
    companies: Vec<Known>,
    /// The companies of each entity, in the order of their codes.
    members: Vec<Vec<u32>>,
    /// What was told last of each entity, by series.
    told: Vec<[Option<f64>; SERIES.len()]>,
    /// Whether all members of an entity are in its sample with all their assets: other assets then change nothing.
    is_whole: Vec<bool>,
}

/// What is known of a company on the day.
#[derive(Clone, Copy, Default)]
struct Known {
    /// The sector it belongs to.
    home: Option<u32>,
    /// Its profits if it has what the sample asks for.
    profits: Option<Profits>,
    assets: Option<f64>,
}

/// A day on which something of a company changes: its sector or assets, or its profits as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    day: i32,
    company: u32,
    is_of_profits: bool,
}

impl<'a> QuarterSample<'a> {
    /// Lays out a quarter as it is on its last day; `None` at the end of the calendar.
    pub(super) fn new(
        reports: &'a Reports,
        quarter: i32,
        n_entities: usize,
        market: Option<usize>,
    ) -> Option<Self> {
        let (first, last) = Reports::days_of(quarter)?;
        let n_companies = reports.homes.len();
        let mut sample = Self {
            reports,
            quarter,
            first,
            last,
            market,
            companies: vec![Known::default(); n_companies],
            members: vec![Vec::new(); n_entities],
            told: vec![[None; SERIES.len()]; n_entities],
            is_whole: vec![false; n_entities],
        };
        for company in 0..n_companies as u32 {
            sample.update(Change { day: first, company, is_of_profits: true });
        }
        Some(sample)
    }

    /// Walks from the first day of the quarter's values to the last, and gives every value on the day on which it became what it is:
    /// the series by its position in [`SERIES`], the entity, the day, the value.
    pub(super) fn walk(mut self, mut tell: impl FnMut(usize, u32, i32, f64)) {
        let everybody: Vec<u32> = (0..self.members.len() as u32).collect();
        self.tell(&everybody, self.first, &mut tell);
        let changes = self.changes();
        for of_day in changes.chunk_by(|a, b| a.day == b.day) {
            let mut touched: Vec<u32> = Vec::new();
            let mut is_of_assets = true;
            for change in of_day {
                let before = self.companies[change.company as usize].home;
                self.update(*change);
                let after = self.companies[change.company as usize].home;
                is_of_assets &= !change.is_of_profits && before == after;
                touched.extend(before);
                touched.extend(after);
            }
            touched.extend(self.market.map(|market| market as u32));
            touched.retain(|entity| !(is_of_assets && self.is_whole[*entity as usize]));
            touched.sort_unstable();
            touched.dedup();
            self.tell(&touched, of_day[0].day, &mut tell);
        }
    }

    /// Returns what changes after the first day, in the order of the days.
    fn changes(&self) -> Vec<Change> {
        let by_release = &self.reports.by_release;
        let from = by_release.partition_point(|(released, ..)| *released <= self.first);
        let until = by_release.partition_point(|(released, ..)| *released <= self.last);
        // Profits of the quarter and the one before, and what stands in for their comparatives.
        let counts = [self.quarter, self.quarter - 1, self.quarter - 4, self.quarter - 5];
        let of_filing = |(day, company, place): &(i32, u32, u32)| {
            let filed = &self.reports.filed[*company as usize][*place as usize];
            let is_of_profits = counts.contains(&filed.quarter);
            let change = Change { day: *day, company: *company, is_of_profits };
            (is_of_profits || filed.has_assets).then_some(change)
        };
        let mut changes: Vec<Change> = by_release[from..until].iter().filter_map(of_filing).collect();
        for (company, homes) in self.reports.homes.iter().enumerate() {
            let days = homes.iter().flat_map(|home| [home.first, home.last + 1]);
            let inside = days.filter(|day| self.first < *day && *day <= self.last);
            changes.extend(inside.map(|day| Change { day, company: company as u32, is_of_profits: false }));
        }
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    /// Looks up what changes of a company.
    fn update(&mut self, change: Change) {
        let Change { day, company, is_of_profits } = change;
        let home = self.reports.home(company, day);
        let known = &mut self.companies[company as usize];
        if home != known.home {
            if let Some(members) = known.home.map(|home| &mut self.members[home as usize]) {
                members.retain(|member| *member != company);
            }
            if let Some(members) = home.map(|home| &mut self.members[home as usize]) {
                let at = members.partition_point(|member| *member < company);
                members.insert(at, company);
            }
            known.home = home;
        }
        if is_of_profits {
            known.profits = self.reports.profits(company, self.quarter, day);
        }
        known.assets = self.reports.assets(company, day);
    }

    fn sums(&self, entity: u32) -> Sums {
        let mut sums = Sums::default();
        let is_first = self.quarter.rem_euclid(4) == 0;
        let mut add = |known: &Known| sums.add(known.profits.as_ref(), known.assets, is_first);
        if self.market == Some(entity as usize) {
            self.companies.iter().filter(|known| known.home.is_some()).for_each(&mut add);
        } else {
            let members = &self.members[entity as usize];
            for company in members {
                add(&self.companies[*company as usize]);
            }
        }
        sums
    }

    /// Tells what of these entities is other than it was. A number and a coverage of zero are told only where there was more before; a
    /// growth that ceases to exist stays as it was, and the coverage says so.
    fn tell(&mut self, entities: &[u32], day: i32, tell: &mut impl FnMut(usize, u32, i32, f64)) {
        for entity in entities {
            let sums = self.sums(*entity);
            let sample = sums.sample();
            self.is_whole[*entity as usize] = sums.n == sums.n_members && sample.coverage == 1.0;
            let told = &mut self.told[*entity as usize];
            let n = sample.n as f64;
            let values = [
                Some(sample.coverage).filter(|coverage| *coverage != 0.0 || told[0].is_some()),
                Some(n).filter(|n| *n != 0.0 || told[1].is_some()),
                sample.quarter_yoy,
                sample.ytd_yoy,
                sample.ytd_yoy_before,
            ];
            for (series, (value, told)) in values.into_iter().zip(told).enumerate() {
                if let Some(value) = value.filter(|value| told.map(f64::to_bits) != Some(value.to_bits())) {
                    *told = Some(value);
                    tell(series, *entity, day, value);
                }
            }
        }
    }
}
