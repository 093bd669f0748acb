//! The tables of the report.

use std::collections::BTreeSet;

use rotor_factor::{AsOfView, Date, Month, Panel, Table};

use crate::Parts;
use crate::part::Channel;

/// What each part and their mean say of a sector.
pub(crate) fn flow(view: &AsOfView<'_>, all: &[Parts], weights: &[f64; 3]) -> Table {
    let scored = || all.iter().enumerate().filter(|(_, parts)| parts.n() > 0);
    let table = Table::new("flow")
        .text("sector", scored().map(|(sector, _)| view.sectors().code(sector).into()).collect())
        .numbers("z", scored().map(|(_, parts)| parts.mean(weights)).collect());
    let table = Channel::ALL.into_iter().fold(table, |table, channel| {
        table.numbers(channel.diagnostic(), scored().map(|(_, parts)| parts.z(channel)).collect())
    });
    Channel::ALL.into_iter().fold(table, |table, channel| {
        let last = |parts: &Parts| Some(parts.0[channel as usize].as_ref()?.flows.last()?.1);
        table.numbers(channel.name(), scored().map(|(_, parts)| last(parts)).collect())
    })
}

/// How far each part reaches that has any value.
pub(crate) fn parts(
    view: &AsOfView<'_>,
    panels: &[Option<Panel<'_>>; 3],
    series: &[String; 3],
    all: &[Parts],
) -> Table {
    let last = |panel: Panel<'_>| {
        let lag = (0..view.n_sectors()).filter_map(|sector| Some(panel.latest(sector)?.0)).min()?;
        Some(panel.period(lag)?.end())
    };
    let there: Vec<(Channel, Date)> = Channel::ALL
        .into_iter()
        .filter_map(|channel| Some((channel, last(panels[channel as usize]?)?)))
        .collect();
    let n_sectors = |channel: Channel| all.iter().filter(|parts| parts.z(channel).is_some()).count();
    Table::new("parts")
        .text("series", there.iter().map(|(channel, _)| series[*channel as usize].clone()).collect())
        .dates("last", there.iter().map(|(_, last)| *last).collect())
        .numbers("n_sectors", there.iter().map(|(channel, _)| Some(n_sectors(*channel) as f64)).collect())
}

/// The flows of the windows.
pub(crate) fn months(view: &AsOfView<'_>, all: &[Parts]) -> Table {
    let of = |parts: &Parts, channel: Channel, month: Month| {
        let flows = &parts.0[channel as usize].as_ref()?.flows;
        flows.iter().find(|(of, _)| *of == month).map(|(_, flow)| *flow)
    };
    let mut rows: Vec<(usize, Month)> = Vec::new();
    for (sector, parts) in all.iter().enumerate() {
        let months: BTreeSet<Month> =
            parts.0.iter().flatten().flat_map(|part| part.flows.iter().map(|(month, _)| *month)).collect();
        rows.extend(months.into_iter().map(|month| (sector, month)));
    }
    let table = Table::new("months")
        .text("sector", rows.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .dates("month", rows.iter().map(|(_, month)| month.last_day()).collect());
    Channel::ALL.into_iter().fold(table, |table, channel| {
        let values = rows.iter().map(|(sector, month)| of(&all[*sector], channel, *month));
        table.numbers(channel.name(), values.collect())
    })
}
