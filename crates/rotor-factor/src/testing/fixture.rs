//! Reading a fixture and showing what was public of it on a day: slow and obvious.

use crate::host::{BridgeTable, EntityTable, LinkTable, ViewData};
use crate::{
    AsOf, AsOfView, Calendar, Date, EntityKind, Frequency, Group, Measure, Panel, Quarter, ReferencePeriod,
    Released, Source, Spec,
};

/// Data as a person has written them down.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixture {
    /// The codes by kind, in the order in which they are first named.
    pub(super) entities: [Vec<String>; 4],
    /// Sectors with their groups.
    groups: Vec<(usize, Group)>,
    pub(super) blocks: Vec<Block>,
    pub(super) bridge: Vec<BridgeRow>,
    pub(super) links: Vec<LinkRow>,
}

/// The values of one input, or of one linked series.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) name: String,
    kind: EntityKind,
    frequency: Frequency,
    is_close: bool,
    measure: Option<Measure>,
    pub(super) rows: Vec<Row>,
}

/// A value of an entity, by position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    entity: usize,
    pub(super) period: ReferencePeriod,
    pub(super) released: Date,
    pub(super) value: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct BridgeRow {
    sector: usize,
    industry: usize,
    weight: f64,
    released: Released,
}

#[derive(Clone, Debug)]
pub(super) struct LinkRow {
    sector: usize,
    series: String,
    polarity: i32,
    weight: f64,
}

impl Fixture {
    pub(super) fn parse(text: &str, spec: &Spec) -> Self {
        let mut fixture = Self::default();
        let is_panel =
            |input: &&crate::Input| !matches!(input.source(), Source::Bridge | Source::Links { .. });
        let first = spec.inputs().iter().find(is_panel);
        let mut heading = first.map_or(String::new(), |input| input.name().to_owned());
        let mut codes: Option<Vec<usize>> = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.trim().clone_into(&mut heading);
                codes = None;
                continue;
            }
            let cells: Vec<&str> = line.split_whitespace().collect();
            match heading.as_str() {
                "groups" => fixture.group_row(&cells, line),
                "bridge" => fixture.bridge_row(&cells, line),
                "links" => fixture.link_row(&cells, line),
                _ => match &codes {
                    None => codes = Some(fixture.begin(&heading, spec, &cells)),
                    Some(codes) => fixture.panel_rows(codes, &cells, line),
                },
            }
        }
        for link in &fixture.links {
            let has_block = fixture.blocks.iter().any(|block| block.name == link.series);
            assert!(has_block, "the linked series `{}` has no block", link.series);
        }
        fixture
    }

    pub(super) fn sectors(&self) -> &[String] {
        &self.entities[EntityKind::Sector as usize]
    }

    /// Begins a block and returns the positions of its entities.
    fn begin(&mut self, heading: &str, spec: &Spec, codes: &[&str]) -> Vec<usize> {
        let (name, frequency) = match heading.split_once(' ') {
            Some((name, frequency)) => (name, Some(frequency)),
            None => (heading, None),
        };
        // A linked series may say what it measures.
        let (frequency, measure) = match frequency.and_then(|rest| rest.split_once(' ')) {
            Some((frequency, measure)) => (Some(frequency), Some(measure)),
            None => (frequency, None),
        };
        let measure = measure.map(|word| {
            let measure: Result<Measure, _> = word.trim().parse();
            measure.unwrap_or_else(|error| panic!("`[{heading}]`: `{word}` is {error}"))
        });
        let declared = spec.inputs().iter().find(|input| input.name() == name).map(crate::Input::source);
        let given = |word: &str| -> Frequency { word.parse().expect("a frequency is one of D, W, M, Q") };
        let (kind, frequency, is_close) = match (declared, frequency) {
            (Some(Source::Close { kind, frequency, .. }), _) => (*kind, *frequency, true),
            (Some(Source::Series { kind, frequency, .. }), _) => (*kind, *frequency, false),
            (Some(Source::SeriesOfAnyFrequency { kind, .. }), Some(word)) => (*kind, given(word), false),
            (Some(Source::SeriesOfAnyFrequency { .. }), None) => {
                panic!("`[{heading}]` has any frequency and does not say which: `[{heading} D]`")
            }
            (_, Some(word)) => (EntityKind::Market, given(word), false),
            _ => {
                let declared: Vec<String> =
                    spec.inputs().iter().map(|input| input.name().to_owned()).collect();
                let declared = crate::error::list(&declared);
                panic!(
                    "`[{heading}]` is no input of the factor, whose inputs are {declared}; the block of a linked \
                     series gives its frequency: `[{heading} D]`"
                )
            }
        };
        self.blocks.push(Block { name: name.into(), kind, frequency, is_close, measure, rows: Vec::new() });
        codes.iter().map(|code| self.entity(kind, code)).collect()
    }

    fn entity(&mut self, kind: EntityKind, code: &str) -> usize {
        let known = &mut self.entities[kind as usize];
        known.iter().position(|known| known == code).unwrap_or_else(|| {
            known.push(code.into());
            known.len() - 1
        })
    }

    fn panel_rows(&mut self, codes: &[usize], cells: &[&str], line: &str) {
        let block = self.blocks.last_mut().expect("a block has begun");
        assert_eq!(cells.len(), codes.len() + 2, "period, release and {} values: `{line}`", codes.len());
        let period = period(cells[0], block.frequency).unwrap_or_else(|| {
            panic!("`{}` is no period of frequency {}: `{line}`", cells[0], block.frequency)
        });
        let released: Date = cells[1].parse().unwrap_or_else(|error| panic!("{error}: `{line}`"));
        assert!(released >= period.end(), "released before its period ends: `{line}`");
        for (entity, cell) in codes.iter().zip(&cells[2..]).filter(|(_, cell)| **cell != "-") {
            let value = cell.parse().unwrap_or_else(|_| panic!("`{cell}` is no number: `{line}`"));
            block.rows.push(Row { entity: *entity, period, released, value });
        }
    }

    fn group_row(&mut self, cells: &[&str], line: &str) {
        let [sector, group] = cells else { panic!("sector and group: `{line}`") };
        let sector = self.entity(EntityKind::Sector, sector);
        let group = group.parse().unwrap_or_else(|error| panic!("`{group}` is {error}: `{line}`"));
        self.groups.push((sector, group));
    }

    fn bridge_row(&mut self, cells: &[&str], line: &str) {
        let [sector, industry, weight, released] = cells else {
            panic!("sector, industry, weight and release: `{line}`")
        };
        let (sector, industry) =
            (self.entity(EntityKind::Sector, sector), self.entity(EntityKind::Industry, industry));
        let weight = weight.parse().unwrap_or_else(|_| panic!("`{weight}` is no number: `{line}`"));
        let released = Released(released.parse().unwrap_or_else(|error| panic!("{error}: `{line}`")));
        self.bridge.push(BridgeRow { sector, industry, weight, released });
    }

    fn link_row(&mut self, cells: &[&str], line: &str) {
        let [sector, series, polarity, weight] = cells else {
            panic!("sector, series, polarity and weight: `{line}`")
        };
        let sector = self.entity(EntityKind::Sector, sector);
        let polarity: i32 = polarity.parse().unwrap_or(0);
        assert!(polarity.abs() == 1, "polarity is +1 or -1: `{line}`");
        let weight = weight.parse().unwrap_or_else(|_| panic!("`{weight}` is no number: `{line}`"));
        self.links.push(LinkRow { sector, series: (*series).into(), polarity, weight });
    }

    /// Shows what was public on a day.
    pub(super) fn with_view<R>(&self, spec: &Spec, as_of: AsOf, see: impl FnOnce(&AsOfView<'_>) -> R) -> R {
        let day = Day::of(as_of);
        let group = |kind: EntityKind, position: usize| {
            let of_it = |(sector, _): &&(usize, Group)| kind == EntityKind::Sector && *sector == position;
            self.groups.iter().find(of_it).map(|(_, group)| *group)
        };
        let tables = EntityKind::ALL.iter().map(|kind| {
            let codes = self.entities[*kind as usize].iter().enumerate();
            EntityTable::new(codes.map(|(position, code)| (code.as_str(), group(*kind, position))))
        });
        let tables: Vec<EntityTable> = tables.collect();
        let windows: Vec<Option<Window>> =
            spec.inputs().iter().map(|input| self.window(input.name(), input.source(), day)).collect();
        let mut linked: Vec<Linked<'_>> = Vec::new();
        for input in spec.inputs() {
            if let Source::Links { n_days, n_months } = input.source() {
                linked.extend(self.linked(*n_days, *n_months, day));
            }
        }
        let bridge = self.bridge_table(as_of);
        let mut links = LinkTable::new(linked.iter().map(|(name, measure, _)| (*name, "", *measure)));
        for sector in 0..self.sectors().len() {
            let mut of_sector: Vec<(u32, i32, f64)> = self
                .links
                .iter()
                .filter(|link| link.sector == sector)
                .filter_map(|link| {
                    let series = linked.iter().position(|(name, ..)| *name == link.series)?;
                    Some((series as u32, link.polarity, link.weight))
                })
                .collect();
            of_sector.sort_by_key(|(series, ..)| *series);
            links.push(of_sector);
        }
        let declares = |fits: fn(&Source) -> bool| spec.inputs().iter().any(|input| fits(input.source()));
        let data = ViewData {
            as_of,
            month: crate::Month::from_index(day.month).expect("a month of the calendar"),
            is_month_end: day.is_month_end,
            wants_tables: true,
            entities: [&tables[0], &tables[1], &tables[2], &tables[3]],
            inputs: windows
                .iter()
                .map(|window| window.as_ref().map(|window| (window.kind, window.panel())))
                .collect(),
            bridge: (declares(|source| *source == Source::Bridge) && !self.bridge.is_empty())
                .then_some(&bridge),
            links: (declares(|source| matches!(source, Source::Links { .. })) && !linked.is_empty())
                .then(|| (&links, linked.iter().map(|(.., window)| window.panel()).collect())),
        };
        data.with_view(spec, see)
    }

    fn window(&self, name: &str, source: &Source, day: Day) -> Option<Window> {
        let blocks: Vec<&Block> = self.blocks.iter().filter(|block| block.name == name).collect();
        let first = blocks.first()?;
        let n_periods = match source {
            Source::Close { n_periods, .. } | Source::Series { n_periods, .. } => *n_periods,
            Source::SeriesOfAnyFrequency { n_days, n_months, .. } => {
                first.frequency.calendar().n_periods(*n_days, *n_months)
            }
            Source::Bridge | Source::Links { .. } => return None,
        };
        let mut window = Window::new(
            first.kind,
            first.frequency,
            n_periods,
            self.entities[first.kind as usize].len(),
            day,
        );
        for block in blocks {
            window.apply(block, day);
        }
        Some(window)
    }

    /// The linked series that there are, in the order of their names.
    fn linked(&self, n_days: usize, n_months: usize, day: Day) -> Vec<Linked<'_>> {
        let is_linked = |block: &&Block| self.links.iter().any(|link| link.series == block.name);
        let mut linked: Vec<Linked<'_>> = self
            .blocks
            .iter()
            .filter(is_linked)
            .map(|block| {
                let n_periods = block.frequency.calendar().n_periods(n_days, n_months);
                let n_entities = self.entities[EntityKind::Market as usize].len();
                let mut window = Window::new(block.kind, block.frequency, n_periods, n_entities, day);
                window.apply(block, day);
                (block.name.as_str(), block.measure, window)
            })
            .collect();
        linked.sort_by_key(|(name, ..)| *name);
        linked
    }

    /// The weights released last before the day, else the earliest.
    fn bridge_table(&self, as_of: AsOf) -> BridgeTable {
        let mut table = BridgeTable::default();
        for sector in 0..self.sectors().len() {
            let rows = || self.bridge.iter().filter(|row| row.sector == sector);
            let public = rows().filter(|row| row.released.is_public(as_of)).map(|row| row.released).max();
            let released = public.or_else(|| rows().map(|row| row.released).min());
            let mut weights: Vec<(u32, f64)> = rows()
                .filter(|row| Some(row.released) == released)
                .map(|row| (row.industry as u32, row.weight))
                .collect();
            weights.sort_by_key(|(industry, _)| *industry);
            table.push(public.is_some(), weights);
        }
        table
    }
}

/// Changes that the contract tries.
impl Fixture {
    /// The same data with the sectors in reverse order.
    pub(super) fn reversed_sectors(&self) -> Self {
        let mut reversed = self.clone();
        let sectors = &mut reversed.entities[EntityKind::Sector as usize];
        sectors.reverse();
        let turn = |position: &mut usize| *position = sectors.len() - 1 - *position;
        for block in reversed.blocks.iter_mut().filter(|block| block.kind == EntityKind::Sector) {
            block.rows.iter_mut().for_each(|row| turn(&mut row.entity));
        }
        reversed.groups.iter_mut().for_each(|(sector, _)| turn(sector));
        reversed.bridge.iter_mut().for_each(|row| turn(&mut row.sector));
        reversed.links.iter_mut().for_each(|row| turn(&mut row.sector));
        reversed
    }

    /// The data without an input.
    pub(super) fn without(&self, name: &str, source: &Source) -> Self {
        let mut without = self.clone();
        match source {
            Source::Bridge => without.bridge.clear(),
            Source::Links { .. } => without.links.clear(),
            _ => without.blocks.retain(|block| block.name != name),
        }
        without
    }

    /// The data with an input that never had a value.
    pub(super) fn emptied(&self, name: &str) -> Self {
        let mut emptied = self.clone();
        emptied.blocks.iter_mut().filter(|block| block.name == name).for_each(|block| block.rows.clear());
        emptied
    }

    /// The data with an entity that never had a value.
    pub(super) fn without_entity(&self, kind: EntityKind, entity: usize) -> Self {
        let mut without = self.clone();
        for block in without.blocks.iter_mut().filter(|block| block.kind == kind) {
            block.rows.retain(|row| row.entity != entity);
        }
        without
    }
}

/// The name of a linked series, what it measures, and what was public of it.
type Linked<'a> = (&'a str, Option<Measure>, Window);

/// An execution day with what follows from it.
#[derive(Clone, Copy)]
struct Day {
    as_of: AsOf,
    is_month_end: bool,
    /// The last complete month.
    month: i32,
}

impl Day {
    fn of(as_of: AsOf) -> Self {
        let month = as_of.0.month();
        let is_month_end = month.last_day() == as_of.0;
        Self { as_of, is_month_end, month: month.index() - i32::from(!is_month_end) }
    }

    fn last(self, frequency: Frequency) -> i32 {
        match frequency.calendar() {
            Calendar::Days => self.as_of.0.days() - i32::from(!self.is_month_end),
            Calendar::Months => self.month,
            Calendar::Quarters => (self.month + 1).div_euclid(3) - 1,
        }
    }
}

/// What was public of one input.
struct Window {
    kind: EntityKind,
    last: ReferencePeriod,
    n_periods: usize,
    values: Vec<f64>,
}

impl Window {
    fn new(kind: EntityKind, frequency: Frequency, n_periods: usize, n_entities: usize, day: Day) -> Self {
        let last = ReferencePeriod::from_index(frequency, day.last(frequency));
        Self {
            kind,
            last: last.expect("a period of the calendar"),
            n_periods,
            values: vec![f64::NAN; n_entities * n_periods],
        }
    }

    fn apply(&mut self, block: &Block, day: Day) {
        let is_visible = |row: &&Row| {
            Released(row.released).is_public(day.as_of)
                || (block.is_close && day.is_month_end && row.released == day.as_of.0)
        };
        let mut rows: Vec<&Row> = block.rows.iter().filter(is_visible).collect();
        rows.sort_by_key(|row| row.released);
        for row in rows {
            let lag = i64::from(self.last.index()) - i64::from(row.period.index());
            if (0..self.n_periods as i64).contains(&lag) {
                self.values[row.entity * self.n_periods + self.n_periods - 1 - lag as usize] = row.value;
            }
        }
    }

    fn panel(&self) -> Panel<'_> {
        Panel::new(&self.values, self.n_periods, self.n_periods, self.last).expect("rows are whole")
    }
}

fn period(text: &str, frequency: Frequency) -> Option<ReferencePeriod> {
    let end = match frequency.calendar() {
        Calendar::Days => text.parse().ok()?,
        Calendar::Months => text.parse::<crate::Month>().ok()?.last_day(),
        Calendar::Quarters => {
            let (year, quarter) = text.split_once('Q')?;
            Quarter::new(year.parse().ok()?, quarter.parse().ok()?)?.last_day()
        }
    };
    ReferencePeriod::ending(frequency, end)
}
