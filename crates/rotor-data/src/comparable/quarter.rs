//! One quarter from its end on: what changes from day to day, and what the sums are then.

use std::collections::BTreeSet;

use super::{ComparableSample, Profits, Reports, SERIES, Sums};

/// The companies of a quarter as they are known on a day, which moves forward.
pub(super) struct QuarterSample<'a> {
    reports: &'a Reports,
    quarter: i32,
    first: i32,
    last: i32,
    market: Option<usize>,
    /// By company: where it belongs, its profits if it is in the sample, its assets.
    homes: Vec<Option<u32>>,
    profits: Vec<Option<Profits>>,
    assets: Vec<Option<f64>>,
    /// The companies of each entity, in the order of their codes.
    members: Vec<Vec<u32>>,
    /// What was told last of each entity, by series.
    told: Vec<[Option<f64>; SERIES.len()]>,
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
            homes: vec![None; n_companies],
            profits: vec![None; n_companies],
            assets: vec![None; n_companies],
            members: vec![Vec::new(); n_entities],
            told: vec![[None; SERIES.len()]; n_entities],
        };
        for company in 0..n_companies as u32 {
            sample.update(company, first);
        }
        Some(sample)
    }

    /// Walks from the first day of the quarter's values to the last, and gives every value on the day on which it became what it is:
    /// the series by its position in [`SERIES`], the entity, the day, the value.
    pub(super) fn walk(mut self, mut tell: impl FnMut(usize, u32, i32, f64)) {
        let everybody: Vec<u32> = (0..self.members.len() as u32).collect();
        self.tell(&everybody, self.first, &mut tell);
        let changes = self.changes();
        for of_day in changes.chunk_by(|a, b| a.0 == b.0) {
            let day = of_day[0].0;
            let mut touched = BTreeSet::new();
            for (_, company) in of_day {
                touched.extend(self.homes[*company as usize]);
                self.update(*company, day);
                touched.extend(self.homes[*company as usize]);
            }
            touched.extend(self.market.map(|market| market as u32));
            let touched: Vec<u32> = touched.into_iter().collect();
            self.tell(&touched, day, &mut tell);
        }
    }

    /// Returns the days after the first on which something of a company changes, in their order.
    fn changes(&self) -> Vec<(i32, u32)> {
        let by_release = &self.reports.by_release;
        let from = by_release.partition_point(|(released, ..)| *released <= self.first);
        let until = by_release.partition_point(|(released, ..)| *released <= self.last);
        // Profits of the quarter and the one before, and what stands in for their comparatives.
        let counts = [self.quarter, self.quarter - 1, self.quarter - 4, self.quarter - 5];
        let mut changes: Vec<(i32, u32)> = by_release[from..until]
            .iter()
            .filter(|(_, company, place)| {
                let filed = &self.reports.filed[*company as usize][*place as usize];
                filed.assets.is_some() || counts.contains(&filed.quarter)
            })
            .map(|(released, company, _)| (*released, *company))
            .collect();
        for (company, homes) in self.reports.homes.iter().enumerate() {
            for home in homes {
                let days = [home.first, home.last + 1].into_iter();
                let inside = days.filter(|day| self.first < *day && *day <= self.last);
                changes.extend(inside.map(|day| (day, company as u32)));
            }
        }
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    /// Looks a company up as it is known on a day.
    fn update(&mut self, company: u32, day: i32) {
        let place = company as usize;
        let home = self.reports.home(company, day);
        if home != self.homes[place] {
            if let Some(members) = self.homes[place].map(|home| &mut self.members[home as usize]) {
                members.retain(|member| *member != company);
            }
            if let Some(members) = home.map(|home| &mut self.members[home as usize]) {
                let at = members.partition_point(|member| *member < company);
                members.insert(at, company);
            }
            self.homes[place] = home;
        }
        self.profits[place] = self.reports.profits(company, self.quarter, day);
        self.assets[place] = self.reports.assets(company, day);
    }

    fn sample(&self, entity: u32) -> ComparableSample {
        let mut sums = Sums::default();
        let is_first = self.quarter.rem_euclid(4) == 0;
        let mut add = |place: usize| sums.add(self.profits[place].as_ref(), self.assets[place], is_first);
        if self.market == Some(entity as usize) {
            (0..self.homes.len()).filter(|place| self.homes[*place].is_some()).for_each(&mut add);
        } else {
            self.members[entity as usize].iter().for_each(|company| add(*company as usize));
        }
        sums.sample()
    }

    /// Tells what of these entities is other than it was. A number and a coverage of zero are told only where there was more before; a
    /// growth that ceases to exist stays as it was, and the coverage says so.
    fn tell(&mut self, entities: &[u32], day: i32, tell: &mut impl FnMut(usize, u32, i32, f64)) {
        for entity in entities {
            let sample = self.sample(*entity);
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
