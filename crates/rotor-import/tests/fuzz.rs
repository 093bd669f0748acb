//! No byte of a plan or a file makes the import panic or hold memory without bound.
//!
//! A loop damages plans, text files, workbooks and archives for as long as `ROTOR_FUZZ_SECONDS` says (2 if it says nothing). A failure
//! prints its seed and iteration and keeps the files; `ROTOR_FUZZ_SEED` and `ROTOR_FUZZ_ITERATION` repeat it.

use std::fs;
use std::io::{Cursor, Read, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use rotor_data::Dataset;
use rotor_import::{Plan, RECIPES, Recipe, Rewrites, guess, import, import_for};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What an import of files of some kilobytes may hold at its peak, in bytes.
const MOST_MEMORY: usize = 300 << 20;
const MOST_TIME: Duration = Duration::from_secs(10);
/// Fewer iterations than this say nothing of the share that was read.
const ENOUGH: u64 = 500;

/// Numbers without end from a seed.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// A plan with its files.
struct Sound {
    plan: String,
    files: Vec<(String, Vec<u8>)>,
}

const HEAD: &str = "[dataset]\nname = \"x\"\ntitle = \"x\"\ncurrency = \"CNY\"\nsource = \"x\"\n";

/// The fixtures of recipes, and a section with a plan.
fn sound() -> Vec<Sound> {
    let fixtures = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"));
    let mut all = Vec::new();
    for recipe in RECIPES {
        let Ok(entries) = fs::read_dir(fixtures.join(recipe.name)) else { continue };
        let mut files: Vec<(String, Vec<u8>)> = entries
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let plan = format!("{HEAD}[[table]]\nrecipe = \"{}\"\nfile = {names:?}\n", recipe.name);
        // The text of the recipe itself is damaged as well.
        let whole = whole(*recipe, &names);
        all.push(Sound { plan, files: files.clone() });
        all.push(Sound { plan: whole, files });
    }
    let section = "[[table]]\nto = \"prices\"\nfile = \"a.csv\"\nsection = { title = \"T\" }\nshape = \"wide\"\nmissing = [\"-99\"]\ndate = { column = 0, format = \"%Y%m\", roll = \"month_end\" }\nentity = { header = true, kind = \"sector\" }\nvalue = { returns = \"percent\" }\n";
    let text = "made up\n\nT\n,A,B\n202201,1,2\n202202,-99,3\n202203,2,-1\n\nother\n";
    all.push(Sound { plan: format!("{HEAD}{section}"), files: vec![("a.csv".into(), text.into())] });
    all
}

/// A workbook, and an archive with a text.
fn archives() -> Vec<Sound> {
    let wide = "[[table]]\nto = \"prices\"\nfile = \"a.xlsx\"\nshape = \"wide\"\ndate = { column = 0, roll = \"month_end\" }\nentity = { header = true, kind = \"sector\" }\n";
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    packed.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
    packed.write_all(b"day,A,B\n2022-01-31,1,2\n2022-02-28,3,4\n").unwrap();
    let packed = packed.finish().unwrap().into_inner();
    vec![
        Sound { plan: format!("{HEAD}{wide}"), files: vec![("a.xlsx".into(), workbook())] },
        Sound {
            plan: format!("{HEAD}{}", wide.replace("a.xlsx", "a.zip")),
            files: vec![("a.zip".into(), packed)],
        },
    ]
}

/// A recipe as a plan of its own.
fn whole(recipe: Recipe, names: &[&str]) -> String {
    let mut plan: toml::Table = recipe.text.parse().unwrap();
    plan.remove("recipe");
    let head: toml::Table = HEAD.parse().unwrap();
    let mut dataset = head["dataset"].as_table().unwrap().clone();
    dataset.extend(plan.remove("dataset").and_then(|own| own.as_table().cloned()).unwrap_or_default());
    plan.insert("dataset".into(), dataset.into());
    for table in plan["table"].as_array_mut().unwrap() {
        let names: Vec<toml::Value> = names.iter().map(|name| (*name).into()).collect();
        table.as_table_mut().unwrap().insert("file".into(), names.into());
    }
    toml::to_string(&plan).unwrap()
}

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (column, text) in ["day", "A", "B"].iter().enumerate() {
        sheet.write(0, column as u16, *text).unwrap();
    }
    for row in 1..=6_u8 {
        let date = ExcelDateTime::from_ymd(2022, row, 28).unwrap();
        sheet.write_with_format(u32::from(row), 0, date, &day).unwrap();
        sheet.write(u32::from(row), 1, f64::from(row)).unwrap();
        sheet.write(u32::from(row), 2, f64::from(row) + 0.5).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// What stands in plans and files, and what never should.
const WORDS: &[&str] = &[
    "0",
    "-1",
    "1e400",
    "NaN",
    "99999999999999999999",
    "\"\"",
    "\"?\"",
    "[]",
    "{}",
    "true",
    "2022-02-30",
    "1900-01-01",
    "2199-12-31",
    "#NAME?",
    "\u{0}",
    "，",
    "年",
    "月",
    "2022年13月",
    "%Y%m",
    "%",
    "serial",
    "month_end",
    "friday",
    "D",
    "W",
    "M",
    "Q",
    "wide",
    "long",
    "transposed",
    "vintages",
    "prices",
    "observations",
    "companies",
    "filings",
    "percent",
    "decimal",
    "sum",
    "missing",
    "data",
    "(\\d{6})",
    "((a*)*)*",
    "(",
    "*",
    "../*",
    "sw2021",
    "cn_ppi",
    ",",
    "\t",
    ";",
    "\"",
    "'",
    "\n",
    "\r",
    "[[table]]",
    "[[table.series]]",
    "shape",
    "zero",
    "header",
    "rows",
    "section",
    "released",
    "days",
    "shift",
];

/// Damages a text or any other bytes in one of several ways.
fn damage(bytes: &mut Vec<u8>, draws: &mut Draws) {
    for _ in 0..=draws.below(3) {
        let at = draws.below(bytes.len() + 1);
        let end = (at + draws.below(40)).min(bytes.len());
        match draws.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                let to = draws.below(bytes.len() + 1);
                drop(bytes.splice(to..to, part));
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = draws.next() as u8;
                }
            }
            4 => {
                let word = draws.one(WORDS).as_bytes().to_vec();
                drop(bytes.splice(at..at, word));
            }
            // A word of letters or digits is another one.
            5 | 6 => {
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
                let Some(start) = bytes[at..].iter().position(is_word).map(|n| at + n) else { continue };
                let n = bytes[start..].iter().take_while(|byte| is_word(byte)).count();
                let word = draws.one(WORDS).as_bytes().to_vec();
                drop(bytes.splice(start..start + n, word));
            }
            // A line is gone, or stands twice.
            _ => {
                let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |n| n + 1);
                let n = bytes[start..]
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(bytes.len() - start, |n| n + 1);
                let line = bytes[start..start + n].to_vec();
                let times = draws.below(3);
                drop(bytes.splice(start..start + n, line.repeat(times)));
            }
        }
    }
}

/// Damages members of an archive and packs them again.
fn damage_members(bytes: &[u8], draws: &mut Draws) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let chosen = draws.below(archive.len());
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).ok()?;
        let name = member.name().ok()?.into_owned();
        let mut unpacked = Vec::new();
        member.read_to_end(&mut unpacked).ok()?;
        if at == chosen {
            damage(&mut unpacked, draws);
        }
        packed.start_file(name, zip::write::SimpleFileOptions::default()).ok()?;
        packed.write_all(&unpacked).ok()?;
    }
    Some(packed.finish().ok()?.into_inner())
}

/// The files of an iteration, in a folder.
fn damaged(sound: &Sound, folder: &Path, draws: &mut Draws) -> String {
    let mut plan = sound.plan.clone().into_bytes();
    let which = draws.below(3);
    if which != 1 {
        damage(&mut plan, draws);
    }
    let chosen = draws.below(sound.files.len());
    for (at, (name, bytes)) in sound.files.iter().enumerate() {
        let mut bytes = bytes.clone();
        if which != 0 && at == chosen {
            match damage_members(&bytes, draws) {
                Some(packed) if draws.below(4) > 0 => bytes = packed,
                _ => damage(&mut bytes, draws),
            }
        }
        fs::write(folder.join(name), bytes).unwrap();
    }
    String::from_utf8_lossy(&plan).into_owned()
}

/// A small dataset that damaged files are added to.
fn base() -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.xlsx"), workbook()).unwrap();
    let wide = "[[table]]\nto = \"prices\"\nfile = \"a.xlsx\"\nshape = \"wide\"\ndate = { column = 0, roll = \"month_end\" }\nentity = { header = true, kind = \"sector\" }\n";
    import(&Plan::parse(&format!("{HEAD}{wide}")).unwrap(), folder.path())
        .unwrap()
        .write(&folder.path().join("base"))
        .unwrap();
    Dataset::open(&folder.path().join("base")).unwrap()
}

/// Everything that is done with a plan and files; tells whether the files could be read by the plan.
fn tried(plan: &str, folder: &Path, base: &Dataset, guesses: bool) -> bool {
    let mut is_read = false;
    if let Ok(plan) = Plan::parse(plan) {
        let _ = import(&plan, folder).map_err(|error| error.to_string());
        match import_for(&plan, folder, base) {
            Ok(imported) => {
                is_read = true;
                let grown = imported.grow(base, "2022-07-15".parse().unwrap(), Rewrites::Refuse);
                let _ = grown.map_err(|error| error.to_string());
            }
            Err(error) => drop(error.to_string()),
        }
    }
    if guesses {
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        if let Ok(text) = guess(&files, RECIPES) {
            text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
    }
    is_read
}

#[test]
fn no_plan_and_no_file_panics_or_takes_all_memory() {
    let said = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seconds = said("ROTOR_FUZZ_SECONDS").unwrap_or(2);
    let seed = said("ROTOR_FUZZ_SEED").unwrap_or(1);
    let only = said("ROTOR_FUZZ_ITERATION");
    let (sound, archives, base) = (sound(), archives(), base());
    assert!(sound.len() > 20, "{} plans", sound.len());
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut iteration = only.unwrap_or(0);
    let (mut n_tried, mut n_read) = (0_u64, 0_u64);
    loop {
        let mut draws = Draws(seed << 32 | iteration);
        let folder = TempDir::new().unwrap();
        let of = if draws.below(4) == 0 { &archives } else { &sound };
        let plan = damaged(&of[draws.below(of.len())], folder.path(), &mut draws);
        let guesses = draws.below(4) == 0;
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let done = catch_unwind(AssertUnwindSafe(|| tried(&plan, folder.path(), &base, guesses)));
        let (peak, time) = (MEMORY.peak_usage().saturating_sub(before), start.elapsed());
        n_tried += 1;
        n_read += u64::from(matches!(done, Ok(true)));
        if done.is_err() || peak > MOST_MEMORY || time > MOST_TIME {
            let place = folder.keep();
            fs::write(place.join("plan.toml"), &plan).unwrap();
            panic!(
                "seed {seed}, iteration {iteration}: panicked {}, {peak} bytes, {time:?}; the files are in {}",
                done.is_err(),
                place.display()
            );
        }
        iteration += 1;
        if only.is_some() || Instant::now() > end {
            break;
        }
    }
    // Damage that the parser of plans refuses at once looks for nothing.
    assert!(n_tried < ENOUGH || n_read > n_tried / 10, "{n_read} of {n_tried} were read");
}
