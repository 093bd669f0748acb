//! `rotor dataset`: check, describe, convert and generate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use rotor::{DEMO_FOLDER, DatasetFolder};
use rotor_data::model::ReleaseDays;
use rotor_data::{
    DataError, Dataset, DatasetWarning, Description, EntityDescription, FaultReport, Format,
    OverdueDescription, SeriesDescription, WarningCode,
};
use rotor_factor::{AsOf, Date, EntityKind, Frequency};
use rotor_fs::shown_path;
use rotor_report::dataset as sentences;
use rotor_report::page::wrapped;
use rotor_report::words::Lang;
use rotor_synthetic::World;
use serde_json::json;

use crate::text::{Align, TextTable, fit};
use crate::{CliError, Outcome, terminal, to_json};

/// Opens a dataset; without one, the demo, or the same world made anew where the demo is not at hand.
pub(crate) fn open_or_demo(folder: Option<&Path>) -> Result<Dataset, CliError> {
    Ok(folder_or_demo(folder)?.open()?)
}

/// Returns where that dataset lies.
pub(crate) fn folder_or_demo(folder: Option<&Path>) -> Result<DatasetFolder, CliError> {
    let folder = DatasetFolder::or_demo(folder)?;
    if folder.is_made_anew() {
        let text = format_args!("there is no {DEMO_FOLDER} here; the same data are made anew");
        terminal::say("note", text);
    }
    Ok(folder)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report every fault of a dataset folder, and what looks wrong in a sound one
    ///
    /// Exit code 0 if there is no fault, 1 if there are some, 2 if the folder cannot be read. Warnings do not count, unless --strict
    /// is given.
    Check(Check),
    /// Describe a dataset: coverage, gaps, vintages, publication lags, and what looks wrong
    ///
    /// An input is overdue if a newer value was expected by the largest lag of its last three years before the last trading day, or
    /// before the day of --as-of.
    Describe(Describe),
    /// Write a dataset in another format; values stay equal to the bit and rows in order
    Convert(Convert),
    /// Generate a synthetic dataset; the same world and seed give the same bytes on any machine
    Generate(Generate),
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The dataset folder
    folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    show: Show,
    /// Exit with 1 if there are warnings
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Describe {
    #[command(flatten)]
    show: Show,
    /// Describe what was public before this day, and what was overdue on it [default: everything, on the last trading day]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The dataset folder to read
    from: PathBuf,
    /// The folder to write; it must not exist
    to: PathBuf,
    /// The format of the tables to write
    #[arg(long = "to", value_name = "FORMAT")]
    format: TableFormat,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The world: a-share (realistic, with a modest planted predictability), null (the same shape, no predictability), leaky
    /// (only values that are not yet released predict returns) or large (for benchmarks)
    #[arg(long, value_name = "NAME")]
    world: WorldName,
    /// The seed of every random number
    #[arg(long, value_name = "N")]
    seed: u64,
    /// The folder to write; it must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The format of the tables
    #[arg(long, default_value = "parquet")]
    format: TableFormat,
    /// The name of the dataset [default: the name of the world]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Number of sectors of the large world [default: 5000]
    #[arg(long, value_name = "N")]
    entities: Option<u32>,
    /// Number of months of the large world [default: 240]
    #[arg(long, value_name = "N")]
    months: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TableFormat {
    Csv,
    Parquet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WorldName {
    AShare,
    Null,
    Leaky,
    Large,
}

impl From<TableFormat> for Format {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Csv => Self::Csv,
            TableFormat::Parquet => Self::Parquet,
        }
    }
}

pub(crate) fn run(command: Command) -> Result<Outcome, CliError> {
    match command {
        Command::Check(arguments) => check(&arguments),
        Command::Describe(arguments) => describe(&arguments),
        Command::Convert(arguments) => convert(&arguments),
        Command::Generate(arguments) => generate(&arguments),
    }
}

fn check(Check { show, strict }: &Check) -> Result<Outcome, CliError> {
    let (report, warnings, text) = match Dataset::open(&show.folder) {
        Ok(dataset) => {
            let warnings = dataset.warnings();
            let mut text = format!("no faults; {}\n", summary(&dataset));
            if !warnings.is_empty() {
                write!(text, "\n{}", listed(&warnings)).expect("writing to a string does not fail");
            }
            (FaultReport::default(), warnings, text)
        }
        Err(DataError::Faulty { report, .. }) => {
            let text = format!("{report}\n");
            (report, Vec::new(), text)
        }
        Err(error) => return Err(error.into()),
    };
    let text = if show.json { to_json(&report_as_json(&show.folder, &report, &warnings))? } else { text };
    Ok(Outcome { text, passed: report.is_empty() && (!*strict || warnings.is_empty()) })
}

/// Lists warnings with what to do about each, and how many there are.
fn listed(warnings: &[DatasetWarning]) -> String {
    let mut text = String::new();
    for warning in warnings {
        writeln!(text, "{}", sentences::lines(Lang::En, warning)).expect("writing to a string does not fail");
    }
    let n = warnings.len();
    writeln!(text, "{n} {}", if n == 1 { "warning" } else { "warnings" })
        .expect("writing to a string does not fail");
    text
}

fn warnings_as_json(warnings: &[DatasetWarning]) -> Vec<serde_json::Value> {
    let as_json = |warning: &DatasetWarning| {
        json!({
            "code": warning.code,
            "problem": sentences::warning(Lang::En, warning),
            "hint": sentences::remedy(Lang::En, warning.code),
            "n_places": warning.places.len(),
            "places": warning.places,
        })
    };
    warnings.iter().map(as_json).collect()
}

fn summary(dataset: &Dataset) -> String {
    format!(
        "{} entities, {} closes, {} series, {} observations",
        dataset.entities().len(),
        dataset.closes().len(),
        dataset.series().len(),
        dataset.archive().len()
    )
}

fn report_as_json(folder: &Path, report: &FaultReport, warnings: &[DatasetWarning]) -> serde_json::Value {
    let faults = report.faults().iter().map(|fault| {
        json!({
            "file": fault.file,
            "table": fault.table.map(rotor_data::schema::Table::name),
            "row": fault.row,
            "line": fault.line,
            "column": fault.column,
            "count": fault.count,
            "problem": fault.kind.to_string(),
            "hint": fault.kind.hint(),
        })
    });
    json!({
        "dataset": folder.display().to_string(),
        "sound": report.is_empty(),
        "n_faults": report.total(),
        "faults": faults.collect::<Vec<_>>(),
        "warnings": warnings_as_json(warnings),
    })
}

fn describe(Describe { show, as_of }: &Describe) -> Result<Outcome, CliError> {
    let dataset = Dataset::open(&show.folder)?;
    let (description, mut warnings) = match as_of.map(AsOf) {
        None => (rotor_data::describe(&dataset), dataset.warnings()),
        Some(day) => (rotor_data::describe_as_of(&dataset, day), dataset.known_on(day).warnings()),
    };
    if show.json {
        let mut value = serde_json::to_value(&description).map_err(CliError::from)?;
        value["warnings"] = warnings_as_json(&warnings).into();
        return Ok(Outcome::done(to_json(&value)?));
    }
    let mut text = described(&description);
    // The description has a line for each of these series.
    warnings.retain(|warning| warning.code != WarningCode::Overdue);
    if !warnings.is_empty() {
        write!(text, "\n{}", listed(&warnings)).expect("writing to a string does not fail");
    }
    Ok(Outcome::done(text))
}

fn described(description: &Description) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        if !value.is_empty() {
            writeln!(text, "{label:<14}{value}").expect("writing to a string does not fail");
        }
    };
    let mark = if description.synthetic { " (synthetic)" } else { "" };
    line(&fit(&description.name, 13), format!("{}{mark}", fit(&description.title, 200)));
    let frequency = if description.price_frequency == "D" { "daily" } else { "month-end" };
    line("closes", format!("{}, {frequency}", description.closes));
    line(
        "trading days",
        format!(
            "{}, {} to {}",
            description.trading_days,
            dash(description.first_trading_day),
            dash(description.last_trading_day)
        ),
    );
    line("observations", format!("{} of {} series", description.observations, description.series.len()));
    let bridge = &description.bridge;
    if let (Some(first), Some(last)) = (bridge.first_released, bridge.last_released) {
        let released =
            if first == last { format!("released {first}") } else { format!("released {first} to {last}") };
        line(
            "bridge",
            format!(
                "{} weights of {} sectors, {} vintages, {released}",
                bridge.weights, bridge.sectors, bridge.vintages
            ),
        );
    }
    line("links", format!("{} of sectors to series", description.links));
    line("events", description.events.to_string());
    if description.filings > 0 {
        line("filings", format!("{} of {} companies", description.filings, description.companies));
    }
    for kind in EntityKind::ALL {
        let of_kind: Vec<_> = description.entities.iter().filter(|entity| entity.kind == *kind).collect();
        if !of_kind.is_empty() {
            writeln!(text, "\n{} {}\n", of_kind.len(), noun(*kind, of_kind.len()))
                .expect("writing to a string does not fail");
            text.push_str(&entity_table(&of_kind));
        }
    }
    text.push_str("\n`missing` counts trading days without a close between the first and the last.\n");
    let mut by_kinds: BTreeMap<&[EntityKind], Vec<&SeriesDescription>> = BTreeMap::new();
    for series in &description.series {
        by_kinds.entry(&series.kinds).or_default().push(series);
    }
    for (kinds, of_kinds) in by_kinds {
        let kinds: Vec<&str> = kinds.iter().map(|kind| noun(*kind, 2)).collect();
        let about = if kinds.is_empty() { String::new() } else { format!(" of {}", kinds.join(" and ")) };
        writeln!(text, "\n{} series{about}\n", of_kinds.len()).expect("writing to a string does not fail");
        text.push_str(&series_table(&of_kinds));
    }
    text.push_str(
        "\n`gaps` counts periods without a value between the first and the last of each entity,\n\
         `vint` is the mean and the largest number of vintages of a period, `lag` the median\n\
         and the largest number of days from the end of a period to its first release.\n",
    );
    text.push_str(&release_days(&description.series));
    let all_late: Vec<String> =
        description.series.iter().filter_map(|series| late(description, series)).collect();
    if !all_late.is_empty() {
        writeln!(text, "\n{}", all_late.join("\n")).expect("writing to a string does not fail");
    }
    text
}

/// How the release days of the series are known; nothing if the dataset does not say.
fn release_days(all: &[SeriesDescription]) -> String {
    const ASSUMED: &str = "assumed by a rule";
    if !all.iter().any(|series| !series.is_derived && series.release.is_some()) {
        return String::new();
    }
    let known = |days: Option<ReleaseDays>| -> Vec<&str> {
        let is_it = |series: &&SeriesDescription| series.release == days.map(ReleaseDays::word);
        all.iter().filter(is_it).map(|series| series.series.as_str()).collect()
    };
    let groups = [
        ("published", known(Some(ReleaseDays::Published))),
        ("from a calendar of releases", known(Some(ReleaseDays::Calendar))),
        (ASSUMED, known(Some(ReleaseDays::Assumed))),
        ("not said", known(None)),
    ];
    // The largest group needs no names; those that are assumed are always named, unless all are.
    let may_be_unnamed = |at: &usize| groups[*at].0 != ASSUMED || groups[*at].1.len() == all.len();
    let unnamed = (0..groups.len()).filter(may_be_unnamed).max_by_key(|at| groups[*at].1.len());
    let mut text = String::from("\nrelease days of the series:\n");
    for (at, (words, names)) in groups.iter().enumerate().filter(|(_, (_, names))| !names.is_empty()) {
        let shown = match names.len() {
            n if n == all.len() => format!("all {n}"),
            n if Some(at) == unnamed => format!("all others ({n})"),
            _ => names.iter().map(|name| fit(name, 40)).collect::<Vec<_>>().join(", "),
        };
        text.push_str(&wrapped(&shown, &format!("  {words}: "), 4));
    }
    if !known(Some(ReleaseDays::Assumed)).is_empty() {
        text.push_str(
            "Days that are assumed are not known: a value may have been public later than its rule says.\n",
        );
    }
    text
}

/// What is late of a series, in a sentence.
fn late(description: &Description, series: &SeriesDescription) -> Option<String> {
    let late = series.overdue.as_ref()?;
    let OverdueDescription { state, last_period, expected, days, .. } = late;
    let whose = if late.entities == series.entities {
        String::new()
    } else {
        let (n, n_all, entity) = (late.entities, series.entities, fit(&late.entity, 20));
        format!(" of {n} of {n_all} entities, such as {entity},")
    };
    let name = fit(&series.series, 60);
    let has = format!("{name}{whose} has nothing after {last_period}");
    if *state == "ended" {
        return Some(format!("ended: {has}"));
    }
    let what = match late.next_period {
        Some(next) => format!("the {next} value"),
        None => "a newer value".into(),
    };
    let until = match description.as_of {
        Some(day) => format!("as of {day}"),
        None => format!("dataset ends {}", dash(description.last_trading_day)),
    };
    let n_days = if *days == 1 { "1 day".into() } else { format!("{days} days") };
    Some(format!("overdue by {n_days}: {has}; {what} was expected by {expected} ({until})"))
}

const fn noun(kind: EntityKind, n: usize) -> &'static str {
    match kind {
        _ if n == 1 => kind.word(),
        EntityKind::Sector => "sectors",
        EntityKind::Industry => "industries",
        EntityKind::Benchmark => "benchmarks",
        EntityKind::Market => "markets",
    }
}

/// A table of entities of one kind; columns that would be empty are left out.
fn entity_table(entities: &[&EntityDescription]) -> String {
    use Align::{Left, Right};
    let has_closes = entities.iter().any(|entity| entity.closes > 0);
    let has_bounds = entities.iter().any(|entity| entity.valid_from.or(entity.valid_to).is_some());
    let mut columns = vec![("entity", Left), ("name", Left), ("", Left), ("series", Right)];
    if has_closes {
        columns.extend([("closes", Right), ("first", Left), ("last", Left), ("missing", Right)]);
    }
    if has_bounds {
        columns.push(("valid", Left));
    }
    let mut table = TextTable::new(&columns);
    for entity in entities {
        // Beside closes there is room for a short name only.
        let (name, name_zh) = if has_closes { (22, 10) } else { (34, 26) };
        let mut row = vec![
            fit(&entity.entity, 12),
            fit(&entity.name, name),
            fit(entity.name_zh.as_deref().unwrap_or_default(), name_zh),
            entity.series.to_string(),
        ];
        if has_closes {
            row.extend([
                entity.closes.to_string(),
                entity.first_close.map_or("-".into(), month),
                entity.last_close.map_or("-".into(), month),
                entity.missing_closes.to_string(),
            ]);
        }
        if has_bounds {
            let is_bounded = entity.valid_from.or(entity.valid_to).is_some();
            let bounds = format!("{} to {}", dash(entity.valid_from), dash(entity.valid_to));
            row.push(if is_bounded { bounds } else { String::new() });
        }
        table.row(row);
    }
    table.render()
}

fn series_table(series: &[&SeriesDescription]) -> String {
    use Align::{Left, Right};
    let mut table = TextTable::new(&[
        ("series", Left),
        ("", Left),
        ("ent.", Right),
        ("first", Left),
        ("last", Left),
        ("gaps", Right),
        ("", Left),
        ("vint", Right),
        ("", Right),
        ("lag", Right),
        ("", Right),
    ]);
    for &series in series {
        let period = |end: Option<Date>| match (end, series.frequency) {
            (None, _) => "-".into(),
            (Some(end), Frequency::Quarterly) => end.quarter().to_string(),
            (Some(end), _) => month(end),
        };
        table.row([
            fit(&series.series, 27),
            series.frequency.to_string(),
            series.entities.to_string(),
            period(series.first_period),
            period(series.last_period),
            series.gaps.to_string(),
            series.gaps_only_in_month.map_or(String::new(), |month| MONTHS[month as usize - 1].into()),
            series.vintages_mean.map_or("-".into(), |mean| format!("{mean:.2}")),
            series.vintages_max.to_string(),
            series.lag_days_median.map_or("-".into(), |days| days.to_string()),
            series.lag_days_max.map_or("-".into(), |days| days.to_string()),
        ]);
    }
    table.render()
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month(date: Date) -> String {
    date.month().to_string()
}

fn dash(date: Option<Date>) -> String {
    date.map_or("-".into(), |date| date.to_string())
}

fn convert(arguments: &Convert) -> Result<Outcome, CliError> {
    rotor_data::convert(&arguments.from, &arguments.to, arguments.format.into())?;
    written(&arguments.to, arguments.json)
}

fn generate(arguments: &Generate) -> Result<Outcome, CliError> {
    let world = match arguments.world {
        WorldName::AShare => World::AShare,
        WorldName::Null => World::Null,
        WorldName::Leaky => World::Leaky,
        WorldName::Large => World::Large {
            entities: arguments.entities.unwrap_or(5000),
            months: arguments.months.unwrap_or(240),
        },
    };
    if arguments.world != WorldName::Large && (arguments.entities.is_some() || arguments.months.is_some()) {
        use clap::CommandFactory;
        let message = "--entities and --months are for the world `large`; the others have a fixed shape";
        crate::Arguments::command().error(clap::error::ErrorKind::ArgumentConflict, message).exit();
    }
    let mut made = rotor_synthetic::generate(world, arguments.seed)?;
    if let Some(name) = &arguments.name {
        made.manifest.name.clone_from(name);
        made.manifest.source.extend([" --name ", name.as_str()]);
    }
    let folder = &arguments.out;
    let format = arguments.format.into();
    rotor_data::write_dataset(folder, &made.manifest, &made.tables, format, &[("truth.toml", &made.truth)])?;
    written(folder, arguments.json)
}

fn written(folder: &Path, json: bool) -> Result<Outcome, CliError> {
    let dataset = Dataset::open(folder)?;
    let text = if json {
        to_json(&json!({
            "dataset": folder.display().to_string(),
            "entities": dataset.entities().len(),
            "closes": dataset.closes().len(),
            "series": dataset.series().len(),
            "observations": dataset.archive().len(),
        }))?
    } else {
        format!("wrote {}: {}\n", shown_path(folder), summary(&dataset))
    };
    Ok(Outcome::done(text))
}
