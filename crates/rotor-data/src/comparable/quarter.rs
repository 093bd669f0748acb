//! One quarter from its end on: what changes from day to day, and what the sums are then.

use super::{Documents, Reports, SERIES, Sums};

/// The companies of a quarter as they are known on a day, which moves forward.
pub(super) struct QuarterSample<'a> {
    reports: &'a Reports,
    documents: Vec<Documents<'a>>,
    /// The first quarter of a year, in which the year to date is the quarter.
    is_first: bool,
    first: i32,
    last: i32,
    market: Option<usize>,
    /// The sector that each company belongs to.
    homes: Vec<Option<u32>>,
    /// What each company brings to the sums; one that belongs to no sector brings nothing.
    parts: Vec<Sums>,
    /// The companies of each entity but the market, in the order of their codes.
    members: Vec<Vec<u32>>,
    /// What was told last of each entity, by series.
    told: Vec<[Option<f64>; SERIES.len()]>,
    /// Whether all members of an entity are in its sample with all their assets: other assets then change nothing.
    is_whole: Vec<bool>,
}

/// A day on which something of a company changes: its sector or assets, or its profits as well.
#[derive(Clone, Copy)]
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
            documents: reports.documents(quarter),
            is_first: quarter.rem_euclid(4) == 0,
            first,
            last,
            market,
            homes: vec![None; n_companies],
            parts: vec![Sums::default(); n_companies],
            members: vec![Vec::new(); n_entities],
            told: vec![[None; SERIES.len()]; n_entities],
            is_whole: vec![false; n_entities],
        };
        for company in 0..n_companies as u32 {
            sample.update(company, first);
        }
        Some(sample)
    }

    /// Walks from the first day of the quarter's values to the last, and gives every value on the day on which it became what it is:
    /// the series by its position in [`SERIES`], the entity, the day, the value.
    pub(super) fn walk(mut self, mut tell: impl FnMut(usize, u32, i32, f64)) {
        let mut touched: Vec<u32> = (0..self.members.len() as u32).collect();
        self.tell(&touched, self.first, &mut tell);
        let changes = self.changes();
        for of_day in changes.chunk_by(|a, b| a.day == b.day) {
            touched.clear();
            let mut is_of_assets = true;
            for of_company in of_day.chunk_by(|a, b| a.company == b.company) {
                let company = of_company[0].company;
                let before = self.homes[company as usize];
                self.update(company, of_company[0].day);
                let after = self.homes[company as usize];
                is_of_assets &= before == after && !of_company.iter().any(|change| change.is_of_profits);
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

    /// Returns what changes after the first day, in the order of the days and of companies.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (company, documents) in self.documents.iter().enumerate() {
            let mut add = |day, is_of_profits| {
                if self.first < day && day <= self.last {
                    changes.push(Change { day, company: company as u32, is_of_profits });
                }
            };
            documents.0.into_iter().flatten().for_each(|filed| add(filed.released, true));
            let assets = &self.reports.assets[company];
            let from = assets.partition_point(|(day, _)| *day <= self.first);
            let assets = assets[from..].iter().take_while(|(day, _)| *day <= self.last);
            assets.for_each(|(day, _)| add(*day, false));
            for home in &self.reports.homes[company] {
                add(home.first, false);
                add(home.last + 1, false);
            }
        }
        changes.sort_unstable_by_key(|change| i64::from(change.day) << 32 | i64::from(change.company));
        changes
    }

    /// Looks up what is known of a company on a day.
    fn update(&mut self, company: u32, day: i32) {
        let home = self.reports.home(company, day);
        let known = &mut self.homes[company as usize];
        if home != *known {
            if let Some(members) = known.map(|home| &mut self.members[home as usize]) {
                members.retain(|member| *member != company);
            }
            if let Some(members) = home.map(|home| &mut self.members[home as usize]) {
                let at = members.partition_point(|member| *member < company);
                members.insert(at, company);
            }
            *known = home;
        }
        self.parts[company as usize] = match home {
            Some(_) => {
                let profits = self.documents[company as usize].profits(day);
                Sums::of(profits.as_ref(), self.reports.assets(company, day), self.is_first)
            }
            None => Sums::default(),
        };
    }

    /// Returns the sums of an entity and how many members it has.
    fn sums(&self, entity: u32) -> (Sums, usize) {
        let mut sums = Sums::default();
        if self.market == Some(entity as usize) {
            self.parts.iter().for_each(|part| sums.add(part));
            return (sums, self.homes.iter().flatten().count());
        }
        let members = &self.members[entity as usize];
        for company in members {
            sums.add(&self.parts[*company as usize]);
        }
        (sums, members.len())
    }

    /// Tells what of these entities is other than it was. A number and a coverage of zero are told only where there was more before; a
    /// growth that ceases to exist stays as it was, and the coverage says so.
    fn tell(&mut self, entities: &[u32], day: i32, tell: &mut impl FnMut(usize, u32, i32, f64)) {
        for entity in entities {
            let (sums, n_members) = self.sums(*entity);
            let sample = sums.sample();
            self.is_whole[*entity as usize] = sample.n == n_members && sample.coverage == 1.0;
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
