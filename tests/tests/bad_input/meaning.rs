//! No accepted file changed its meaning.
//!
//! A sound dataset is written again in every form that programs and people give to tables, and its bytes are damaged. What
//! comes of it is one of two things: a fault that can be read, or the very same dataset. A damaged text may be sound and say
//! something else; then what was read is what a slow and plain reader finds in it.
//!
//! Each form is told beforehand what becomes of it, so that neither a reader that refuses everything nor one that swallows
//! everything passes. A failure names the seed of its variant; `ROTOR_MEANING_SEED` moves all of them.

mod arrow;
mod damage;
mod plain;
mod sheet;
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rotor_data::schema::Table;
use rotor_data::{DataError, Dataset, Fault, FaultReport, Format, Manifest, write_dataset};
use rotor_synthetic::{World, generate};
use rotor_tests::Folder;
use rotor_tests::messy::Dice;

use arrow::{Columns, Layout, Made};
use damage::PlainFile;
use plain::{Meaning, in_order, meaning_of, meaning_of_text, rows_of};
use sheet::Sheet;
use text::{Edit, TextFile};

use crate::{adding, check, editing};

/// What becomes of a file of a form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is read, and means what it meant.
    Read,
    /// It is read, and means what it says now.
    ReadAsItSays,
    /// It is refused.
    Refused,
    /// If it is read, it means what it says now.
    AsItSays,
}

/// How many variants of each form are tried.
const VARIANTS: usize = 8;

/// A dataset, what it means, and its tables.
struct Sound {
    folder: Folder,
    manifest: Manifest,
    meaning: Meaning,
    sheets: BTreeMap<Table, Sheet>,
}

impl Sound {
    fn new(folder: Folder) -> Self {
        let dataset = Dataset::open(folder.path()).unwrap();
        let sheet = |table: Table| {
            let text = fs::read_to_string(folder.path().join(format!("{table}.csv"))).ok()?;
            Some((table, Sheet::of(table, &text)))
        };
        let sheets = Table::ALL.into_iter().filter_map(sheet).collect();
        Self { manifest: dataset.manifest().clone(), meaning: meaning_of(&dataset), sheets, folder }
    }

    /// A dataset of nine tables in which every column has a value somewhere and every optional one an empty cell, but for
    /// one of dates and one of texts that are empty; everything is referred to from elsewhere.
    fn small() -> Self {
        let folder = Folder::small()
            .with(
                "series.csv",
                "series,frequency,unit,title,title_zh,source,measure,unit_zh,accumulation,chain,chain_zh,release\n\
                 cpi_yoy,M,percent,Consumer prices,居民消费价格,,growth,%,single,,,published\n\
                 gross_margin,Q,percent,Gross margin,,,,,,,,\n\
                 profit_ytd,M,cny_100m,Industrial profits,,,flow,亿元,ytd,,,assumed\n\
                 rebar_futures,D,cny_per_tonne,Rebar futures,螺纹钢,,price,元/吨,,steel,钢材,\n",
            )
            .with(
                "bridge.csv",
                "sector,industry,weight,released\n\
                 801040,C31,0.956,2020-04-30\n801080,C31,0.0125,2020-11-30\n801040,C31,1,2021-04-30\n",
            )
            .with(
                "links.csv",
                "sector,series,polarity,weight\n801040,rebar_futures,1,1\n801080,cpi_yoy,-1,20\n801040,cpi_yoy,1,1250\n",
            )
            .with(
                "events.csv",
                "date,title,importance,sectors,title_zh,known,kind,theme,theme_zh\n\
                 2020-01-10,\"Prices, \"\"final\"\"\",2,801040;801080,,,release,,\n\
                 2020-03-05,Two sessions,3,,两会,,meeting,policy,政策\n\
                 2020-12-31,End of the year,1,801080,,,,,\n",
            )
            .with(
                "companies.csv",
                "company,name,name_zh,sector,valid_from,valid_to\n\
                 600019,Baoshan,宝山,801040,,2020-12-31\n\
                 600584,Changdian,,801080,2020-01-01,\n",
            )
            .with(
                "filings.csv",
                "company,period,released,kind,net_profit_ytd,low,high,net_profit_ytd_prior,total_assets\n\
                 600019,2020-03-31,2020-04-28,report,12.5,,,11,900\n\
                 600019,2020-06-30,2020-06-20,forecast,,20,24,,\n\
                 600584,2020-06-30,2020-07-28,express,-3,,,2,150\n",
            );
        Self::new(folder)
    }

    /// A dataset whose closes fill more than one batch of every reader.
    fn large() -> Self {
        let world = generate(World::Large { entities: 42, months: 200 }, 1).unwrap();
        let parent = tempfile::tempdir().unwrap();
        let written = parent.path().join("dataset");
        write_dataset(&written, &world.manifest, &world.tables, Format::Csv, &[]).unwrap();
        let mut folder = Folder::new();
        for (name, bytes) in rotor_tests::files_of(&written) {
            folder = folder.with(&name, bytes);
        }
        let manifest = Manifest { sha256: BTreeMap::new(), ..world.manifest };
        Self::new(folder.with(Manifest::FILE, manifest.to_toml()))
    }

    /// Returns the folder with one file in the place of a table.
    fn with(&self, table: Table, format: Format, bytes: &[u8]) -> Folder {
        let mut folder = Folder::new();
        for (name, content) in rotor_tests::files_of(self.folder.path()) {
            if name != format!("{table}.csv") {
                folder = folder.with(&name, content);
            }
        }
        folder.with(&format!("{table}.{}", format.extension()), bytes)
    }
}

/// How many variants of a form were accepted and how many refused.
#[derive(Debug, Default)]
struct Count {
    n_read: usize,
    n_refused: usize,
}

#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, Count>,
    failures: Vec<String>,
}

impl Tally {
    /// Opens a variant and judges what comes of it. `says` is the meaning that it may have.
    fn judge(
        &mut self,
        sound: &Sound,
        (form, verdict): (&'static str, Verdict),
        variant: &str,
        open: impl FnOnce() -> Result<Dataset, DataError>,
        says: impl FnOnce() -> Result<Meaning, String>,
    ) {
        let count = self.counts.entry(form).or_default();
        let problem = match catch_unwind(AssertUnwindSafe(open)) {
            Err(_) => Some("the reader panicked".to_owned()),
            Ok(Err(error)) => {
                count.n_refused += 1;
                let faults = error.faults().map(FaultReport::faults).unwrap_or_default();
                let is_mute =
                    |fault: &Fault| fault.kind.to_string().is_empty() || fault.kind.hint().is_empty();
                match verdict {
                    _ if faults.is_empty() || faults.iter().any(is_mute) => Some(format!("it says: {error}")),
                    Verdict::Read | Verdict::ReadAsItSays => {
                        Some(format!("it was refused: {}", error.faults().unwrap()))
                    }
                    Verdict::Refused | Verdict::AsItSays => None,
                }
            }
            Ok(Ok(dataset)) => {
                count.n_read += 1;
                let meaning = meaning_of(&dataset);
                match says() {
                    _ if verdict == Verdict::Refused => {
                        Some(format!("it was accepted: {}", difference(&sound.meaning, &meaning)))
                    }
                    _ if *dataset.manifest() != sound.manifest => Some("the manifest is another".into()),
                    Err(problem) => Some(format!("it was accepted, and makes no sense: {problem}")),
                    Ok(says) if says != meaning => Some(difference(&says, &meaning)),
                    Ok(says) if verdict == Verdict::Read && says != sound.meaning => {
                        Some(format!("the form changes the meaning: {}", difference(&sound.meaning, &says)))
                    }
                    Ok(_) => None,
                }
            }
        };
        self.failures.extend(problem.map(|problem| format!("{form}, {variant}: {problem}")));
    }

    /// Says what failed, and which forms did not come out as they were meant to.
    fn close(self, forms: impl IntoIterator<Item = (&'static str, Verdict)>) {
        let mut failures = self.failures;
        for (form, verdict) in forms {
            let count = self.counts.get(form);
            let is_met = count.is_some_and(|count| match verdict {
                Verdict::Read | Verdict::ReadAsItSays => count.n_read >= VARIANTS / 2 && count.n_refused == 0,
                Verdict::Refused => count.n_refused >= VARIANTS / 2 && count.n_read == 0,
                Verdict::AsItSays => count.n_read > 0 && count.n_refused > 0,
            });
            if !is_met {
                failures.push(format!("{form}: to be {verdict:?}, and is {count:?}"));
            }
        }
        let n_failures = failures.len();
        failures.truncate(40);
        assert!(failures.is_empty(), "{n_failures} failures:\n{}", failures.join("\n"));
    }
}

/// Shows the first rows that differ.
fn difference(expected: &Meaning, found: &Meaning) -> String {
    for (table, rows) in expected {
        let others = found.get(table).map_or(&[][..], Vec::as_slice);
        let differs = |place: &usize| rows.get(*place) != others.get(*place);
        if let Some(place) = (0..rows.len().max(others.len())).find(differs) {
            let row = |rows: &[String]| rows.get(place).cloned().unwrap_or_else(|| "no row".into());
            return format!("{table}: `{}` was read as `{}`", row(rows), row(others));
        }
    }
    "nothing changed".into()
}

fn first_seed() -> u64 {
    std::env::var("ROTOR_MEANING_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

/// Makes variants of a form, each with its seed; where the form has nothing to change, the next seed is tried.
fn variants<T>(form: usize, n_variants: usize, attempt: impl Fn(&mut Dice) -> Option<T>) -> Vec<(u64, T)> {
    let mut made = Vec::new();
    for number in 0..n_variants as u64 {
        let mut seeds = (0..200).map(|retry| first_seed() + form as u64 * 1_000_000 + number * 1000 + retry);
        made.extend(seeds.find_map(|seed| Some((seed, attempt(&mut Dice::new(seed))?))));
    }
    made
}

fn text_variant(sheet: &Sheet, form: usize, dice: &mut Dice) -> Option<(Vec<u8>, String)> {
    let mut file = TextFile::new(sheet.clone());
    let mut names = vec![sheet.table.name()];
    let harmless: Vec<_> = text::FORMS.iter().filter(|(_, verdict, _)| *verdict == Verdict::Read).collect();
    for _ in 0..dice.below(4) {
        let (name, _, edit) = harmless[dice.below(harmless.len())];
        let Edit::File(edit) = edit else { continue };
        // What changes nothing, or not all of it, is no companion.
        if !edit(&mut file, dice) {
            return None;
        }
        names.push(name);
    }
    let bytes = match text::FORMS[form].2 {
        Edit::File(edit) => edit(&mut file, dice).then(|| file.bytes(dice))?,
        Edit::Bytes(edit) => {
            let mut bytes = file.bytes(dice);
            edit(&mut bytes, dice).then_some(bytes)?
        }
    };
    Some((bytes, names.join(", ")))
}

/// Tries the forms of texts, or with `table` those of one table that are not refused, one variant of each.
fn try_texts(sound: &Sound, tally: &mut Tally, table: Option<Table>) {
    for (form, (name, verdict, _)) in text::FORMS.iter().enumerate() {
        let n_variants = match (table, verdict) {
            (Some(_), Verdict::Refused) => continue,
            (Some(_), _) => 1,
            // Whether a damaged text is still sound is a matter of luck.
            (None, Verdict::AsItSays) => 5 * VARIANTS,
            (None, _) => VARIANTS,
        };
        let made = variants(form, n_variants, |dice| {
            let table = table.unwrap_or_else(|| Table::ALL[dice.below(Table::ALL.len())]);
            Some((table, text_variant(&sound.sheets[&table], form, dice)?))
        });
        for (seed, (table, (bytes, others))) in made {
            let variant = format!("seed {seed} ({others})");
            let folder = sound.with(table, Format::Csv, &bytes);
            let says = || {
                // The other tables say what they said; reading them again would take most of the time.
                let mut meaning = sound.meaning.clone();
                meaning.insert(table.name(), in_order(table, rows_of(table, &bytes)?));
                Ok(meaning)
            };
            tally.judge(sound, (name, *verdict), &variant, || Dataset::open(folder.path()), says);
        }
    }
}

#[test]
fn no_text_that_is_accepted_changed_its_meaning() {
    let sound = Sound::small();
    assert_eq!(meaning_of_text(sound.folder.path()), Ok(sound.meaning.clone()));
    let mut tally = Tally::default();
    try_texts(&sound, &mut tally, None);
    tally.close(text::FORMS.iter().map(|(name, verdict, _)| (*name, *verdict)));
}

#[test]
fn no_long_text_that_is_accepted_changed_its_meaning() {
    let sound = Sound::large();
    assert!(sound.sheets[&Table::Prices].n_rows() > 8192, "closes are to fill more than one batch");
    let mut tally = Tally::default();
    try_texts(&sound, &mut tally, Some(Table::Prices));
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
}

fn column_variant(sheet: &Sheet, form: usize, dice: &mut Dice) -> Option<(Made, String)> {
    let mut columns = Columns::new(sheet.clone(), dice);
    let mut names = vec![sheet.table.name()];
    let harmless: Vec<_> = arrow::FORMS.iter().filter(|(_, verdict, _)| *verdict == Verdict::Read).collect();
    for _ in 0..dice.below(4) {
        let (name, _, edit) = harmless[dice.below(harmless.len())];
        if !edit(&mut columns, dice) {
            return None;
        }
        names.push(name);
    }
    (arrow::FORMS[form].2)(&mut columns, dice).then(|| (columns.made(), names.join(", ")))
}

/// Returns the tables of a dataset in memory, in the types of the documentation.
fn in_memory(sound: &Sound) -> BTreeMap<Table, Vec<arrow_array::RecordBatch>> {
    let batch = |(table, sheet): (&Table, &Sheet)| {
        let columns = sheet.columns.iter().map(|column| {
            let array = arrow::array(&column.rows, Layout::of(column.cells)).unwrap();
            (column.name.clone(), array, true)
        });
        (*table, vec![arrow_array::RecordBatch::try_from_iter_with_nullable(columns).unwrap()])
    };
    sound.sheets.iter().map(batch).collect()
}

/// As [`try_texts`], of the forms of columns.
fn try_columns(sound: &Sound, tally: &mut Tally, table: Option<Table>) {
    for (form, (name, verdict, _)) in arrow::FORMS.iter().enumerate() {
        let n_variants = match (table, verdict) {
            (Some(_), Verdict::Refused) => continue,
            (Some(_), _) => 1,
            (None, _) => VARIANTS,
        };
        let made = variants(form, n_variants, |dice| {
            let table = table.unwrap_or_else(|| Table::ALL[dice.below(Table::ALL.len())]);
            Some((table, column_variant(&sound.sheets[&table], form, dice)?))
        });
        for (seed, (table, (made, others))) in made {
            let says = || Ok(sound.meaning.clone());
            match made {
                Made::Parquet(bytes) => {
                    let folder = sound.with(table, Format::Parquet, &bytes);
                    let variant = format!("seed {seed} ({others}, Parquet)");
                    tally.judge(sound, (name, *verdict), &variant, || Dataset::open(folder.path()), says);
                }
                Made::Memory(batches) => {
                    let mut tables = in_memory(sound);
                    tables.insert(table, batches);
                    let open = || Dataset::from_batches(sound.manifest.clone(), tables);
                    let variant = format!("seed {seed} ({others}, in memory)");
                    tally.judge(sound, (name, *verdict), &variant, open, says);
                }
            }
        }
    }
}

#[test]
fn no_columns_that_are_accepted_changed_their_meaning() {
    let sound = Sound::small();
    let mut tally = Tally::default();
    try_columns(&sound, &mut tally, None);
    tally.close(arrow::FORMS.iter().map(|(name, verdict, _)| (*name, *verdict)));
    let large = Sound::large();
    let mut tally = Tally::default();
    try_columns(&large, &mut tally, Some(Table::Prices));
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
}

/// How many bytes of Parquet files are changed.
const CHANGED_BYTES: u64 = 400;

#[test]
fn no_byte_of_parquet_that_is_accepted_changed_its_meaning() {
    const CHANGED: (&str, Verdict) = ("a byte of Parquet that is another", Verdict::AsItSays);
    const CUT: (&str, Verdict) = ("Parquet cut short", Verdict::Refused);
    let sound = Sound::small();
    let mut tally = Tally::default();
    for table in [Table::Prices, Table::Observations, Table::Bridge, Table::Links] {
        let sheet = &sound.sheets[&table];
        let file = PlainFile::new(sheet);
        for seed in first_seed()..first_seed() + CHANGED_BYTES / 4 {
            let mut dice = Dice::new(seed);
            let place = dice.below(file.bytes.len());
            let mut bytes = file.bytes.clone();
            bytes[place] ^= 1 + dice.below(255) as u8;
            let says = || {
                let mut meaning = sound.meaning.clone();
                meaning.insert(table.name(), in_order(table, file.rows(sheet, &bytes)?));
                Ok(meaning)
            };
            let folder = sound.with(table, Format::Parquet, &bytes);
            let variant = format!("seed {seed} ({table}, byte {place} of {})", bytes.len());
            tally.judge(&sound, CHANGED, &variant, || Dataset::open(folder.path()), says);
            if seed % 4 == 0 {
                let folder = sound.with(table, Format::Parquet, &bytes[..place]);
                let says = || Err("it is cut short".into());
                tally.judge(&sound, CUT, &variant, || Dataset::open(folder.path()), says);
            }
        }
    }
    tally.close([CHANGED, CUT]);
}

/// What the forms above brought to light: each of these was once accepted and meant something else.
#[test]
fn files_that_once_changed_their_meaning_are_refused() {
    let series = |unit: &str| {
        let rows = format!(
            "series,frequency,unit,title,title_zh,chain\ncpi_yoy,M,{unit},C,,\ngross_margin,Q,percent,G,,\n\
             profit_ytd,M,cny_100m,I,,\nrebar_futures,D,cny_per_tonne,R,,\n"
        );
        Folder::small().with("series.csv", rows)
    };
    check(vec![
        // For the rule that looks for prices this was not money.
        (
            series("cny "),
            vec![
                "series.csv row 1 (line 2), `unit`: `cny ` has a blank or something invisible at its beginning or end => remove it (in pandas `.str.strip()`, and `.str.strip(\"\\ufeff\\u200b\")` for what is invisible)",
            ],
        ),
        (
            adding("entities.csv", "\u{feff}801050,sector,Metals,,,,\n801110,sector,Appliances,\u{a0},,,\n"),
            vec![
                "entities.csv row 6 (line 7), `entity`: `\\u{feff}801050` has a blank or something invisible at its beginning or end",
                "entities.csv row 7 (line 8), `name_zh`: `\\u{a0}` has a blank or something invisible at its beginning or end",
            ],
        ),
        // Frames turn what is missing into words.
        (
            adding("entities.csv", "801050,sector,Metals,nan,,,\n801110,sector,Appliances,nan,,,\n"),
            vec![
                "entities.csv row 6 (line 7) and 1 more row, `name_zh`: `nan` stands for a missing value => leave the cell empty if the column is marked `?`, else fill it or remove the row (pandas writes such marks after `.astype(str)` and with `na_rep`)",
            ],
        ),
        (
            adding("entities.csv", "801050,sector,Metals,,None,NaT,\n"),
            vec![
                "entities.csv row 6 (line 7), `valid_from`: `NaT` stands for a missing value",
                "entities.csv row 6 (line 7), `group`: `None` stands for a missing value",
            ],
        ),
        (
            editing("events.csv", "801040;801080", "NULL"),
            vec!["events.csv row 1 (line 2), `sectors`: `NULL` stands for a missing value"],
        ),
        // Some readers pass such a line over, and others take it for a row.
        (
            adding("entities.csv", "#801050,sector,Metals,,,,\n"),
            vec![
                "entities.csv line 7: the line begins with `#`, and a table has no remarks => remove the line, or the `#` if it is none; a cell that begins with one needs quotation marks",
            ],
        ),
        (
            editing("prices.csv", "entity,date", "# entity,date"),
            vec!["prices.csv line 1: the line begins with `#`, and a table has no remarks"],
        ),
        (adding("entities.csv", "\"#801050\",industry,\"NA\",,,,\n"), vec![]),
        // A second mark was passed over by chance, unless a quotation mark followed it.
        (editing("prices.csv", "entity,date,close", "\u{feff}\u{feff}\"entity\",date,close"), vec![]),
    ]);
}

/// The manifest is a text as well; its forms are few.
#[test]
fn no_manifest_that_is_accepted_changed_its_meaning() {
    let sound = Sound::small();
    let text = rotor_tests::MANIFEST;
    let turned: Vec<&str> = text.lines().rev().collect();
    for (form, content) in [
        ("a byte order mark", format!("\u{feff}{text}")),
        ("lines that end with CR LF", text.replace('\n', "\r\n")),
        ("no line end at the end", text.trim_end().to_owned()),
        ("remarks and empty lines", format!("# a remark\n\n{}", text.replace('\n', " # and another\n\n"))),
        ("keys in another order", turned.join("\n")),
        ("blanks", text.replace(" = ", "   =\t")),
    ] {
        let folder =
            sound.with(Table::Prices, Format::Csv, &fs::read(path_of(&sound, Table::Prices)).unwrap());
        let dataset = Dataset::open(folder.with(Manifest::FILE, content).path());
        let dataset = dataset.unwrap_or_else(|error| panic!("{form}: {}", error.faults().unwrap()));
        assert_eq!(*dataset.manifest(), sound.manifest, "{form}");
        assert_eq!(meaning_of(&dataset), sound.meaning, "{form}");
    }
}

fn path_of(sound: &Sound, table: Table) -> std::path::PathBuf {
    Path::join(sound.folder.path(), format!("{table}.csv"))
}
