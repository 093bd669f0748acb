//! What every part of a world has to agree on: its months, its entities and their positions.

use rotor_factor::{Date, EntityKind, Month};

use super::World;
use super::calendar::{MonthAxis, last_trading_day, month, month_later, trading_day_from};
use super::catalogue::{BENCHMARKS, INDUSTRIES, MARKET, N_INDUSTRIES, N_SECTORS, SECTORS};
use super::economy::axis_for;
use crate::model::Entity;

/// The frame of a world.
pub(super) struct Plan {
    pub(super) world: World,
    pub(super) seed: u64,
    /// The months of everything that moves monthly, from 2005 or earlier.
    pub(super) axis: MonthAxis,
    /// First month with closes.
    pub(super) first: Month,
    /// Last month with closes.
    pub(super) last: Month,
    /// Which sector of the catalogue each sector of the world is a copy of.
    pub(super) templates: Vec<usize>,
}

impl Plan {
    /// Lays out a world whose size has been checked.
    pub(super) fn new(world: World, seed: u64) -> Self {
        let last = month(2024, 12);
        let (n_sectors, first) = match world {
            World::Large { entities, months } => (entities as usize, month_later(last, 1 - months as i32)),
            World::AShare | World::Null | World::Leaky => (N_SECTORS, month(2010, 1)),
        };
        let templates = (0..n_sectors).map(|sector| sector % N_SECTORS).collect();
        Self { world, seed, axis: axis_for(first, last), first, last, templates }
    }

    /// Returns the number of sectors.
    pub(super) fn n_sectors(&self) -> usize {
        self.templates.len()
    }

    /// Returns the position of a sector in `entities`.
    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    pub(super) fn sector(&self, sector: usize) -> u32 {
        sector as u32
    }

    /// Returns the position of an industry in `entities`.
    pub(super) fn industry(&self, industry: usize) -> u32 {
        (self.n_sectors() + industry) as u32
    }

    /// Returns the position of a benchmark in `entities`.
    pub(super) fn benchmark(&self, benchmark: usize) -> u32 {
        (self.n_sectors() + N_INDUSTRIES + benchmark) as u32
    }

    /// Returns the position of the market in `entities`.
    pub(super) fn market(&self) -> u32 {
        (self.n_sectors() + N_INDUSTRIES + BENCHMARKS.len()) as u32
    }

    /// Returns the day of the first close.
    pub(super) fn first_day(&self) -> Date {
        if self.world.has_daily_closes() {
            trading_day_from(self.first.first_day())
        } else {
            last_trading_day(self.first)
        }
    }

    /// Returns the day of the last close.
    pub(super) fn last_day(&self) -> Date {
        last_trading_day(self.last)
    }

    /// Returns the last trading day of every month with closes.
    pub(super) fn month_ends(&self) -> Vec<Date> {
        let months = (self.first.index()..=self.last.index()).filter_map(Month::from_index);
        months.map(last_trading_day).collect()
    }

    /// Returns the rows of `entities`: sectors, industries, benchmarks, the market, each by code.
    pub(super) fn entities(&self) -> Vec<Entity> {
        let entity = |kind, code: &str, [name, name_zh]: [&str; 2], group| Entity {
            code: code.to_owned(),
            kind,
            name: name.to_owned(),
            name_zh: Some(name_zh.to_owned()),
            group,
            valid_from: None,
            valid_to: None,
        };
        let sectors = self.templates.iter().enumerate().map(|(s, template)| {
            let row = &SECTORS[*template];
            match self.world {
                World::Large { .. } => {
                    let [name, name_zh] = [format!("Sector {}", s + 1), format!("行业{}", s + 1)];
                    let code = format!("S{:05}", s + 1);
                    entity(EntityKind::Sector, &code, [&name, &name_zh], Some(row.group))
                }
                _ => entity(EntityKind::Sector, row.code, [row.name, row.name_zh], Some(row.group)),
            }
        });
        let industries = INDUSTRIES
            .iter()
            .map(|row| entity(EntityKind::Industry, row.code, [row.name, row.name_zh], Some(row.group)));
        let benchmarks = BENCHMARKS
            .iter()
            .map(|row| entity(EntityKind::Benchmark, row.code, [row.name, row.name_zh], None));
        let market = entity(EntityKind::Market, MARKET, ["China", "中国"], None);
        sectors.chain(industries).chain(benchmarks).chain([market]).collect()
    }
}
