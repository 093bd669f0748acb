//! The tables of the report.

use rotor_factor::{AsOfView, Date, Link, Links, Month, Signal, Table};

use crate::{Mark, Unmarked};

/// Where each series stands.
pub(crate) fn marks(links: &Links<'_>, marks: &[Result<Mark, Unmarked>]) -> Table {
    let marked: Vec<_> =
        links.series().iter().zip(marks).filter_map(|(series, mark)| Some((series, (*mark).ok()?))).collect();
    let numbers = |of: fn(&Mark) -> Option<f64>| marked.iter().map(|(_, mark)| of(mark)).collect();
    Table::new("marks")
        .text("series", marked.iter().map(|(series, _)| series.name.into()).collect())
        .text("unit", marked.iter().map(|(series, _)| series.unit.into()).collect())
        .dates("month", marked.iter().map(|(_, mark)| last_day(mark.month)).collect())
        .numbers("value", numbers(|mark| Some(mark.value)))
        .numbers("mom", numbers(|mark| mark.mom))
        .numbers("yoy", numbers(|mark| mark.yoy))
        .numbers("yoy_change", numbers(|mark| mark.yoy_change))
        .numbers("mark", numbers(|mark| Some(mark.mark)))
}

/// What each series adds to a sector; without a mark it is left out of the mean, and `left_out` says why.
pub(crate) fn sectors(
    view: &AsOfView<'_>,
    links: &Links<'_>,
    marks: &[Result<Mark, Unmarked>],
    weight: impl Fn(usize, Link) -> f64,
) -> Table {
    let all = (0..view.n_sectors()).flat_map(|sector| links.of(sector).map(move |link| (sector, link)));
    let all: Vec<_> = all.collect();
    Table::new("sectors")
        .text("sector", all.iter().map(|(sector, _)| view.sectors().code(*sector).into()).collect())
        .text("series", all.iter().map(|(_, link)| links.series()[link.series].name.into()).collect())
        .numbers("polarity", all.iter().map(|(_, link)| Some(link.polarity)).collect())
        .numbers("weight", all.iter().map(|(sector, link)| Some(weight(*sector, *link))).collect())
        .numbers("mark", all.iter().map(|(_, link)| Some(marks[link.series].ok()?.mark)).collect())
        .text(
            "left_out",
            all.iter().map(|(_, link)| marks[link.series].err().map_or("", Unmarked::word).into()).collect(),
        )
}

/// How the series of each sector stand: how many speak for it and against it, and which.
pub(crate) fn balance(
    view: &AsOfView<'_>,
    links: &Links<'_>,
    marks: &[Result<Mark, Unmarked>],
    signal: &Signal,
) -> Table {
    let sectors: Vec<usize> = (0..view.n_sectors()).filter(|sector| links.of(*sector).len() > 0).collect();
    let effect = |link: Link| Some(link.polarity * marks[link.series].ok()?.mark);
    let of = |sector: usize, is_so: &dyn Fn(Option<f64>) -> bool| -> Vec<&str> {
        links
            .of(sector)
            .filter(|link| is_so(effect(*link)))
            .map(|link| links.series()[link.series].name)
            .collect()
    };
    let names = |is_so: &dyn Fn(Option<f64>) -> bool| -> Vec<String> {
        sectors.iter().map(|sector| of(*sector, is_so).join(";")).collect()
    };
    let counts = |is_so: &dyn Fn(Option<f64>) -> bool| -> Vec<Option<f64>> {
        sectors.iter().map(|sector| Some(of(*sector, is_so).len() as f64)).collect()
    };
    let is_up = |effect: Option<f64>| effect.is_some_and(|effect| effect > 1e-9);
    let is_down = |effect: Option<f64>| effect.is_some_and(|effect| effect < -1e-9);
    let is_flat = |effect: Option<f64>| effect.is_some_and(|effect| effect.abs() <= 1e-9);
    Table::new("balance")
        .text("sector", sectors.iter().map(|sector| view.sectors().code(*sector).into()).collect())
        .numbers("s", sectors.iter().map(|sector| signal.raw_of(*sector)).collect())
        .numbers("n_up", counts(&is_up))
        .numbers("n_down", counts(&is_down))
        .numbers("n_flat", counts(&is_flat))
        .numbers("n_missing", counts(&|effect| effect.is_none()))
        .text("up", names(&is_up))
        .text("down", names(&is_down))
}

fn last_day(month: i32) -> Date {
    Month::from_index(month).map_or(Date::MIN, Month::last_day)
}
