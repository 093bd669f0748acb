//! Files of later days: a source without vintages becomes a vintage history by being imported each month.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rotor_data::Dataset;
use rotor_factor::{Date, Month};
use rotor_import::{Grown, ImportError, Plan, Rewrites, fetched_on, import, import_for};
use tempfile::TempDir;

const PLAN: &str = r#"
[dataset]
name = "mine"
title = "Made up"
currency = "CNY"
source = "made up"
[[entity]]
code = "CN"
kind = "market"
name = "China"
[[table]]
to = "prices"
file = "closes.csv"
shape = "wide"
date = { column = "day" }
entity = { header = true, kind = "sector" }
[[table]]
to = "observations"
file = "figures.csv"
date = { column = "month" }
entity = { constant = "CN" }
zero = "data"
released = { days = 16 }
[[table.series]]
column = "ppi"
series = "ppi_yoy"
frequency = "M"
unit = "percent"
title = "Producer prices, year on year"
measure = "growth"
"#;

struct World {
    folder: TempDir,
    closes: BTreeMap<Date, [f64; 2]>,
    figures: BTreeMap<Month, f64>,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).unwrap()
}

impl World {
    /// A year of closes and figures, to the end of 2022.
    fn new() -> Self {
        let mut world =
            Self { folder: tempfile::tempdir().unwrap(), closes: BTreeMap::new(), figures: BTreeMap::new() };
        for number in 1..=12 {
            world.month(month(2022, number));
        }
        world
    }

    /// Adds a month.
    fn month(&mut self, month: Month) {
        let n = f64::from(month.index());
        for at in [9, 19] {
            let day = month.first_day().plus_days(at).unwrap();
            self.closes.insert(day, [100.0 + n, 200.0 - n / 100.0 + f64::from(at)]);
        }
        self.figures.insert(month, (n * 0.7).sin());
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn save(&self) {
        let mut closes = "day,A,B\n".to_owned();
        for (day, [one, other]) in &self.closes {
            writeln!(closes, "{day},{one},{other}").unwrap();
        }
        fs::write(self.path().join("closes.csv"), closes).unwrap();
        let mut figures = "month,ppi\n".to_owned();
        for (month, value) in self.figures.iter().rev() {
            writeln!(figures, "{month},{value}").unwrap();
        }
        fs::write(self.path().join("figures.csv"), figures).unwrap();
    }

    fn dataset(&self) -> Dataset {
        Dataset::open(&self.path().join("mine")).unwrap()
    }

    fn grow(&self, as_of: &str, rewrites: Rewrites) -> Result<Grown, ImportError> {
        self.save();
        let plan = Plan::parse(PLAN).unwrap();
        let dataset = self.dataset();
        let grown = import_for(&plan, self.path(), &dataset)?.grow(&dataset, day(as_of), rewrites)?;
        grown.write(&self.path().join("mine"))?;
        Ok(grown)
    }

    /// Everything that is known of a month, `released value`.
    fn vintages(&self, of: Month) -> Vec<String> {
        let dataset = self.dataset();
        let vintages = dataset.archive().vintages(dataset.find_series("ppi_yoy").unwrap());
        let of_month = vintages.filter(|vintage| vintage.period.end() == of.last_day());
        of_month.map(|vintage| format!("{} {:.4}", vintage.released.0, vintage.value)).collect()
    }
}

fn first(world: &World) {
    world.save();
    import(&Plan::parse(PLAN).unwrap(), world.path()).unwrap().write(&world.path().join("mine")).unwrap();
}

#[test]
fn twelve_months_with_two_revisions_and_one_rewrite() {
    let mut world = World::new();
    first(&world);
    let start = world.dataset();
    for number in 1..=12 {
        let of = month(2023, number);
        world.month(of);
        // Two figures are revised, each in the month after.
        if number == 4 || number == 9 {
            let before = of.plus(-1).unwrap();
            *world.figures.get_mut(&before).unwrap() += 1.0;
        }
        let as_of = of.plus(1).unwrap().first_day().plus_days(11).unwrap();
        let growth = world.grow(&as_of.to_string(), Rewrites::Refuse).unwrap().growth;
        let expected = (4, 1, usize::from(number == 4 || number == 9), 0, 0);
        let found = (
            growth.n_new_closes,
            growth.n_new_values,
            growth.n_revisions,
            growth.n_new_rows,
            growth.n_rewritten,
        );
        assert_eq!(found, expected, "{of}");
        assert!(growth.vanished.is_empty(), "{of}: {growth}");
        // The same files once more change nothing, not a byte.
        let bytes = fs::read(world.path().join("mine/dataset.toml")).unwrap();
        assert!(world.grow(&as_of.to_string(), Rewrites::Refuse).unwrap().growth.is_none(), "{of}");
        assert_eq!(fs::read(world.path().join("mine/dataset.toml")).unwrap(), bytes);
    }
    let value = |of: Month| (f64::from(of.index()) * 0.7).sin();
    let march = month(2023, 3);
    assert_eq!(
        world.vintages(march),
        [format!("2023-04-12 {:.4}", value(march)), format!("2023-05-12 {:.4}", value(march) + 1.0)]
    );
    // The history that came as a whole has the days of the rule.
    assert_eq!(world.vintages(month(2022, 3)), [format!("2022-04-16 {:.4}", value(month(2022, 3)))]);
    let grown = world.dataset();
    assert_eq!(grown.manifest().last, day("2023-12-20"));
    assert_eq!(grown.manifest().lineage.as_deref(), Some(start.sha256().as_str()));
    // A close of the past is another one: refused with its place, and nothing is written.
    let before = grown.sha256();
    world.closes.get_mut(&day("2022-06-20")).unwrap()[0] += 1.0;
    let error = world.grow("2024-01-20", Rewrites::Refuse).unwrap_err().to_string();
    assert!(
        error.starts_with("closes.csv row 13, column `A`: the close of `A` on 2022-06-20 was")
            && error.contains("--accept-rewrites"),
        "{error}"
    );
    assert_eq!(world.dataset().sha256(), before);
    let growth = world.grow("2024-01-20", Rewrites::Accept).unwrap().growth;
    assert_eq!((growth.n_rewritten, growth.n_new_closes), (1, 0));
    assert_ne!(world.dataset().sha256(), before);
    assert_eq!(world.dataset().manifest().lineage.as_deref(), Some(start.sha256().as_str()));
}

#[test]
fn what_vanished_is_told_and_stays() {
    let mut world = World::new();
    first(&world);
    world.closes.remove(&day("2022-06-20"));
    world.figures.remove(&month(2022, 5));
    world.figures.remove(&month(2022, 6));
    let growth = world.grow("2023-01-20", Rewrites::Refuse).unwrap().growth;
    let told = growth.to_string();
    assert_eq!(
        told,
        "nothing is new\n    no longer in the files, kept: 2 of `ppi_yoy` of `CN`, 2022-05-31 to 2022-06-30\n    no longer in the files, kept: 1 of the closes of `A`, 2022-06-20 to 2022-06-20\n    no longer in the files, kept: 1 of the closes of `B`, 2022-06-20 to 2022-06-20"
    );
    assert_eq!(world.vintages(month(2022, 6)).len(), 1);
}

#[test]
fn files_of_an_earlier_day_are_held_against_what_was_known_then() {
    let mut world = World::new();
    first(&world);
    let of = month(2022, 12);
    let value = world.figures[&of];
    *world.figures.get_mut(&of).unwrap() = value + 1.0;
    world.grow("2023-03-10", Rewrites::Refuse).unwrap();
    // The files of a day before the revision have the first value, which is what was known.
    *world.figures.get_mut(&of).unwrap() = value;
    assert!(world.grow("2023-02-10", Rewrites::Refuse).unwrap().growth.is_none());
    assert_eq!(
        world.vintages(of),
        [format!("2023-01-16 {value:.4}"), format!("2023-03-10 {:.4}", value + 1.0)]
    );
    // On one day two values cannot have become known.
    *world.figures.get_mut(&of).unwrap() = value + 2.0;
    let error = world.grow("2023-03-10", Rewrites::Refuse).unwrap_err().to_string();
    assert!(error.contains("released 2023-03-10, was"), "{error}");
    // A value cannot have been known before its period ended.
    world.month(month(2023, 4));
    let error = world.grow("2023-04-10", Rewrites::Refuse).unwrap_err().to_string();
    assert!(error.contains("2023-04-10, lies before 2023-04-30"), "{error}");
}

#[test]
fn the_day_comes_from_the_side_file_or_not_at_all() {
    let world = World::new();
    world.save();
    let plan = Plan::parse(PLAN).unwrap();
    let fetched = || fetched_on(&plan, world.path()).map_err(|error| error.to_string());
    assert!(fetched().unwrap_err().contains("nothing says on which day the files were fetched"));
    let side = world.path().join("fetched.json");
    fs::write(&side, r#"{"day": "2023-01-12", "client": "made up 1.0"}"#).unwrap();
    assert_eq!(fetched(), Ok(day("2023-01-12")));
    fs::write(&side, r#"{"day": "yesterday"}"#).unwrap();
    assert!(fetched().unwrap_err().contains("`fetched.json` is no side file"));
    // Another folder, another day.
    fs::create_dir(world.path().join("more")).unwrap();
    fs::write(&side, r#"{"day": "2023-01-12"}"#).unwrap();
    fs::write(world.path().join("more/fetched.json"), r#"{"day": "2023-01-13"}"#).unwrap();
    fs::rename(world.path().join("figures.csv"), world.path().join("more/figures.csv")).unwrap();
    let plan = Plan::parse(&PLAN.replace("figures.csv", "more/figures.csv")).unwrap();
    let error = fetched_on(&plan, world.path()).unwrap_err().to_string();
    assert!(error.contains("2023-01-12 (closes.csv), 2023-01-13 (more/figures.csv)"), "{error}");
}

#[test]
fn closes_of_another_currency_are_refused_and_figures_are_not() {
    let world = World::new();
    first(&world);
    world.save();
    let dataset = world.dataset();
    let grow = |plan: &str| {
        let plan = Plan::parse(&plan.replace("currency = \"CNY\"", "currency = \"USD\"")).unwrap();
        import_for(&plan, world.path(), &dataset).unwrap().grow(&dataset, day("2023-01-20"), Rewrites::Accept)
    };
    let error = grow(PLAN).unwrap_err().to_string();
    assert!(error.contains("the closes of the files are in USD, those of the dataset in CNY"), "{error}");
    let (start, end) =
        (PLAN.find("[[table]]\nto = \"prices\"").unwrap(), PLAN.rfind("[[table]]\nto").unwrap());
    let figures = format!("{}{}", &PLAN[..start], &PLAN[end..]);
    assert!(grow(&figures).unwrap().growth.is_none());
}

#[test]
fn other_files_of_a_folder_stay_and_another_series_is_refused() {
    let world = World::new();
    first(&world);
    fs::write(world.path().join("mine/notes.txt"), "mine").unwrap();
    world.save();
    let renamed = PLAN.replace("unit = \"percent\"", "unit = \"index\"");
    let dataset = world.dataset();
    let grow = |plan: &str, rewrites| {
        let plan = Plan::parse(plan).unwrap();
        import_for(&plan, world.path(), &dataset).unwrap().grow(&dataset, day("2023-01-20"), rewrites)
    };
    let error = grow(&renamed, Rewrites::Refuse).unwrap_err().to_string();
    assert!(error.contains("series `ppi_yoy` was") && error.contains("in index"), "{error}");
    let grown = grow(&renamed, Rewrites::Accept).unwrap();
    grown.write(&world.path().join("mine")).unwrap();
    assert_eq!(fs::read_to_string(world.path().join("mine/notes.txt")).unwrap(), "mine");
    assert_eq!(world.dataset().series()[0].unit, "index");
    fs::create_dir(world.path().join("mine/raw")).unwrap();
    let error = grow(&renamed, Rewrites::Accept).unwrap().write(&world.path().join("mine")).unwrap_err();
    assert!(error.to_string().contains("it has a folder in it"), "{error}");
}
