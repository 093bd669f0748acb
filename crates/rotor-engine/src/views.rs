//! What was known on a day, laid out for factors.

use rotor_data::{AsOfWindows, Dataset, PriceFrequency, Sweep, SweepError};
use rotor_factor::host::{BridgeTable, EntityTable, LinkTable, ViewData};
use rotor_factor::{AsOf, EntityKind, Month, Panel};
use rotor_plugin::InputPages;

use crate::plan::Plan;

/// A walk over days that shows each factor its inputs.
#[derive(Debug)]
pub struct Views<'a> {
    dataset: &'a Dataset,
    plan: &'a Plan,
    sweep: Sweep<'a>,
    /// So that a factor that writes to its windows is named for that.
    _pages: InputPages,
    /// Industries, benchmarks and markets; the sectors of a day stand in its cross-section.
    others: [EntityTable; 3],
    cross_section: CrossSection,
    bridge: Vec<SectorVintages>,
    has_bridge: bool,
}

/// One day of a walk.
#[derive(Debug)]
pub struct Day<'v> {
    dataset: &'v Dataset,
    plan: &'v Plan,
    windows: AsOfWindows<'v>,
    others: &'v [EntityTable; 3],
    cross_section: &'v CrossSection,
    bridge: BridgeTable,
    month: Month,
}

/// The sectors that can be scored and held on a day.
#[derive(Debug, Default)]
struct CrossSection {
    /// Positions among the dataset's sectors, ascending.
    rows: Vec<u32>,
    /// The same, as factors are shown it.
    shown_rows: Vec<u32>,
    /// Whether every sector is there.
    is_whole: bool,
    table: EntityTable,
    links: LinkTable,
}

/// The bridge weights of a sector, by release.
#[derive(Debug, Default)]
struct SectorVintages {
    /// First public day, then positions of industries with weights.
    vintages: Vec<(rotor_factor::Released, Vec<(u32, f64)>)>,
}

impl<'a> Views<'a> {
    /// Prepares a walk from `first` to `last`.
    ///
    /// # Errors
    ///
    /// If a window is longer than the calendar or larger than memory.
    pub fn new(dataset: &'a Dataset, plan: &'a Plan, first: AsOf, last: AsOf) -> Result<Self, SweepError> {
        let entities = |kind: EntityKind| {
            EntityTable::new(dataset.of_kind(kind).iter().map(|position| {
                let entity = &dataset.entities()[*position];
                (entity.code.as_str(), entity.group)
            }))
        };
        let has_bridge = plan.bindings.iter().any(|binding| binding.has_bridge);
        let sweep = Sweep::new(dataset, &plan.requests, first, last)?;
        Ok(Self {
            dataset,
            plan,
            _pages: InputPages::known(sweep.addresses()),
            sweep,
            others: [EntityKind::Industry, EntityKind::Benchmark, EntityKind::Market].map(entities),
            cross_section: CrossSection::default(),
            bridge: if has_bridge { bridge_vintages(dataset) } else { Vec::new() },
            has_bridge,
        })
    }

    /// Moves on to a day.
    ///
    /// # Errors
    ///
    /// If the day is before the one it stands at, or outside the range it was made for.
    pub fn advance(&mut self, as_of: AsOf) -> Result<Day<'_>, SweepError> {
        self.cross_section.update(self.dataset, self.plan, as_of);
        let mut bridge = BridgeTable::default();
        if self.has_bridge {
            for row in &self.cross_section.rows {
                self.bridge[*row as usize].push_in_force(as_of, &mut bridge);
            }
        }
        let month = self.dataset.last_complete_month(as_of).unwrap_or(Month::MIN);
        Ok(Day {
            dataset: self.dataset,
            plan: self.plan,
            windows: self.sweep.advance(as_of)?,
            others: &self.others,
            cross_section: &self.cross_section,
            bridge,
            month,
        })
    }
}

impl Day<'_> {
    /// Returns the positions of the day's sectors among the sectors of the dataset, ascending.
    #[must_use]
    pub fn sectors(&self) -> &[u32] {
        &self.cross_section.rows
    }

    /// Returns the last complete month.
    #[must_use]
    pub fn month(&self) -> Month {
        self.month
    }

    /// Returns what a factor sees, by its position in the plan.
    ///
    /// # Panics
    ///
    /// If the plan has no factor at this position.
    #[must_use]
    pub fn view(&self, factor: usize, wants_tables: bool) -> ViewData<'_> {
        let binding = &self.plan.bindings[factor];
        let inputs = binding.windows.iter().map(|window| {
            let window = (*window)?;
            let panel = self.windows.panel(window.request).last_periods(window.n_periods);
            Some((window.kind, self.restricted(window.kind, panel)))
        });
        let links = binding.links.map(|(n_days, n_months)| {
            let panels = self.plan.linked.iter().map(|(series, request)| {
                let frequency = self.dataset.series()[*series].frequency;
                self.windows.panel(*request).last_periods(frequency.calendar().n_periods(n_days, n_months))
            });
            (&self.cross_section.links, panels.collect())
        });
        ViewData {
            as_of: self.windows.as_of(),
            month: self.month,
            is_month_end: self.dataset.manifest().price_frequency == PriceFrequency::MonthEnd,
            wants_tables,
            entities: [&self.cross_section.table, &self.others[0], &self.others[1], &self.others[2]],
            inputs: inputs.collect(),
            bridge: binding.has_bridge.then_some(&self.bridge),
            links,
        }
    }

    /// Returns whether what factors are shown beside their windows is still what it was: entities, rows, bridge and links. The
    /// windows themselves lie in pages that cannot be written to.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        let CrossSection { rows, shown_rows, table, links, .. } = self.cross_section;
        rows == shown_rows
            && table.is_intact()
            && links.is_intact()
            && self.others.iter().all(EntityTable::is_intact)
            && self.bridge.is_intact()
    }

    /// Shows of sectors those of the cross-section.
    fn restricted<'p>(&'p self, kind: EntityKind, panel: Panel<'p>) -> Panel<'p> {
        if kind != EntityKind::Sector || self.cross_section.is_whole {
            return panel;
        }
        panel.select(&self.cross_section.shown_rows).expect("a cross-section is a part of the sectors")
    }
}

impl CrossSection {
    /// Finds the sectors that are valid on a day and have a fresh close by it.
    fn update(&mut self, dataset: &Dataset, plan: &Plan, as_of: AsOf) {
        let sectors = dataset.of_kind(EntityKind::Sector);
        let is_there = |row: usize| {
            plan.universe.get(row).is_none_or(|takes_part| *takes_part)
                && dataset.entities()[sectors[row]].is_valid_on(as_of.0)
                && dataset.fresh_close(sectors[row], as_of.0).is_some()
        };
        let rows: Vec<u32> = (0..sectors.len() as u32).filter(|row| is_there(*row as usize)).collect();
        // It changes rarely, and the first one may be empty.
        if rows == self.rows && !rows.is_empty() {
            return;
        }
        self.is_whole = rows.len() == sectors.len();
        self.shown_rows.clone_from(&rows);
        self.rows = rows;
        let entity = |row: &u32| &dataset.entities()[sectors[*row as usize]];
        self.table =
            EntityTable::new(self.rows.iter().map(|row| (entity(row).code.as_str(), entity(row).group)));
        self.links = LinkTable::new(plan.linked.iter().map(|(series, _)| {
            let series = &dataset.series()[*series];
            (series.name.as_str(), series.unit.as_str(), series.measure)
        }));
        for row in &self.rows {
            let sector = sectors[*row as usize] as u32;
            let mut links: Vec<(u32, i32, f64)> = dataset
                .links()
                .iter()
                .filter(|link| link.sector == sector)
                .filter_map(|link| {
                    let series =
                        plan.linked.iter().position(|(series, _)| *series == link.series as usize)?;
                    Some((series as u32, i32::from(link.polarity), link.weight))
                })
                .collect();
            links.sort_by_key(|(series, ..)| *series);
            self.links.push(links);
        }
    }
}

/// Sorts the bridge by sector and release.
fn bridge_vintages(dataset: &Dataset) -> Vec<SectorVintages> {
    let place = |kind: EntityKind, entity: u32| dataset.of_kind(kind).binary_search(&(entity as usize)).ok();
    let mut sectors: Vec<SectorVintages> =
        dataset.of_kind(EntityKind::Sector).iter().map(|_| SectorVintages::default()).collect();
    let mut rows: Vec<_> = dataset.bridge().iter().collect();
    rows.sort_by_key(|row| (row.released, row.industry));
    for row in rows {
        let (Some(sector), Some(industry)) =
            (place(EntityKind::Sector, row.sector), place(EntityKind::Industry, row.industry))
        else {
            continue;
        };
        let vintages = &mut sectors[sector].vintages;
        if vintages.last().is_none_or(|(released, _)| *released != row.released) {
            vintages.push((row.released, Vec::new()));
        }
        let (_, weights) = vintages.last_mut().expect("one has just been pushed");
        weights.push((industry as u32, row.weight));
    }
    sectors
}

impl SectorVintages {
    /// Adds the weights released last before a day, or the earliest if none is.
    fn push_in_force(&self, as_of: AsOf, bridge: &mut BridgeTable) {
        let n_public = self.vintages.partition_point(|(released, _)| released.is_public(as_of));
        let in_force = self.vintages.get(n_public.saturating_sub(1));
        let weights = in_force.map_or(&[][..], |(_, weights)| weights);
        bridge.push(n_public > 0, weights.iter().copied());
    }
}
