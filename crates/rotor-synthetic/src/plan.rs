//! What every part of a world has to agree on: its months, its entities and their positions.

use rotor_data::model::Entity;
use rotor_factor::{Date, EntityKind, Month};

use crate::World;
use crate::calendar::{MonthAxis, last_trading_day, month, month_later, trading_day_from};
use crate::catalogue::{BENCHMARKS, INDUSTRIES, MARKET, N_INDUSTRIES, N_SECTORS, SECTORS};
use crate::economy::axis_for;

/// The frame of a world.
pub(crate) struct Plan {
    pub(crate) world: World,
    pub(crate) seed: u64,
    /// The months of everything that moves monthly, from 2005 or earlier.
    pub(crate) axis: MonthAxis,
    /// First month with closes.
    pub(crate) first: Month,
    /// Last month with closes.
    pub(crate) last: Month,
    /// Which sector of the catalogue each sector of the world is a copy of.
    pub(crate) templates: Vec<usize>,
}

impl Plan {
    /// Lays out a world whose size has been checked.
    pub(crate) fn new(world: World, seed: u64) -> Self {
        let last = month(2024, 12);
        let (n_sectors, first) = match world {
            World::Large { entities, months } => (entities as usize, month_later(last, 1 - months as i32)),
            World::AShare | World::Null | World::Leaky => (N_SECTORS, month(2010, 1)),
        };
        let templates = (0..n_sectors).map(|sector| sector % N_SECTORS).collect();
        Self { world, seed, axis: axis_for(first, last), first, last, templates }
    }

    /// Returns the number of sectors.
    pub(crate) fn n_sectors(&self) -> usize {
        self.templates.len()
    }

    /// Returns the position of a sector in `entities`.
    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    pub(crate) fn sector(&self, sector: usize) -> u32 {
        sector as u32
    }

    /// Returns the position of an industry in `entities`.
    pub(crate) fn industry(&self, industry: usize) -> u32 {
        (self.n_sectors() + industry) as u32
    }

    /// Returns the position of a benchmark in `entities`.
    pub(crate) fn benchmark(&self, benchmark: usize) -> u32 {
        (self.n_sectors() + N_INDUSTRIES + benchmark) as u32
    }

    /// Returns the position of the market in `entities`.
    pub(crate) fn market(&self) -> u32 {
        (self.n_sectors() + N_INDUSTRIES + BENCHMARKS.len()) as u32
    }

    /// Returns the day of the first close.
    pub(crate) fn first_day(&self) -> Date {
        if self.world.has_daily_closes() {
            trading_day_from(self.first.first_day())
        } else {
            last_trading_day(self.first)
        }
    }

    /// Returns the day of the last close.
    pub(crate) fn last_day(&self) -> Date {
        last_trading_day(self.last)
    }

    /// Returns the last trading day of every month with closes.
    pub(crate) fn month_ends(&self) -> Vec<Date> {
        let months = (self.first.index()..=self.last.index()).filter_map(Month::from_index);
        months.map(last_trading_day).collect()
    }

    /// Returns the rows of `entities`: sectors, industries, benchmarks, the market, each by code.
    pub(crate) fn entities(&self) -> Vec<Entity> {
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
