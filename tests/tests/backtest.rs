//! `rotor backtest` against the slow replay, number by number: every row of the tables of the run folder.
//!
//! A case is a command line. It is given to the command as it is, and read here once more for the slow replay; see
//! [`rotor_tests::slow::backtest`]. The evaluation, the report and the tables of the factors are not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use rotor_data::Dataset;
use rotor_factor::{Date, EntityKind, Month};
use rotor_tests::cases;
use rotor_tests::messy::{self, Dice};
use rotor_tests::slow::backtest::{
    Backtest, ExecutionClose, Factor, Missing, Options, Rebalance, Ties, Weights, backtest, executions,
};
use rotor_tests::slow::{
    Answer, DIAGNOSTICS, Facts, TARGETS, are_near, heat, momentum, price, profit, prosperity,
};
use rotor_tests::{Folder, demo, real_data, run_rotor};

/// The tables of a run folder, as its description has them.
const TABLES: [(&str, &str); 7] = [
    (
        "scores",
        "execution date, month date, factor text, sector text, score number?, raw number?, note text?, \
         reason_code text?, reason_zh text?",
    ),
    (
        "forecasts",
        "execution date, factor text, target text, entity text, period date, forecast number, naive number, \
         realized number?, realized_released date?",
    ),
    ("diagnostics", "execution date, factor text, entity text, name text, value number"),
    ("ranking", "execution date, sector text, total number, tie_break number, rank integer, weight number"),
    ("returns", "execution date, exit date, portfolio text, value number"),
    ("turnover", "execution date, turnover number, cost number"),
    ("nav", "date date, portfolio text, value number"),
];

/// What is tried on all months of the demo.
const DEMO: [&str; 3] = [
    "",
    "--top 3 --weights rank --missing average --ties fractional --min-factors 3 --cost-bp 30",
    // Nobody is known at first.
    "--start 2010-01 --end 2014-06 --factors profit,heat",
];

/// What is tried on some months of the demo: the options alone, then together.
const SOME_MONTHS: &str = "--start 2019-07 --end 2020-12";
const OPTIONS: [&str; 37] = [
    "--top 12",
    "--weights rank",
    "--missing average",
    "--ties fractional",
    "--min-factors 1",
    "--min-factors 4",
    "--cost-bp 0",
    "--execution next_close",
    "--rebalance after_cpi",
    "--exclude 801230,801780",
    "--factors heat,prosperity",
    "--factors prosperity,profit,heat,price",
    "--set heat.weight=0",
    "--set profit.weight=0 --set heat.weight=0",
    "--set profit.weight=0.5 --set heat.weight=2",
    "--set heat.direction=momentum",
    "--set price.alpha=0.5 --set prosperity.threshold=0.5",
    "--ties fractional --weights rank --top 8",
    "--ties fractional --top 1 --min-factors 1",
    "--missing average --min-factors 1 --weights rank",
    "--missing average --set price.weight=3 --set prosperity.weight=0.25",
    "--rebalance after_cpi --execution next_close --cost-bp 7.5 --top 3",
    "--exclude 801230,801780 --factors heat,price --set heat.direction=momentum --ties fractional --min-factors 2",
    "--rebalance after_cpi --factors profit,heat --set profit.weight=0 --top 31 --weights rank",
    "--factors momentum --min-factors 1",
    "--factors momentum,heat --ties fractional --weights rank --top 3",
    // What the factors declare as their alternatives.
    "--set profit.ridge=10",
    "--set profit.bridge_mode=growth",
    "--set profit.base=fitted",
    "--set profit.bridge=public",
    "--set price.scenario=fixed",
    "--set price.margin=yoy_change",
    "--set prosperity.price_weight_upstream=2",
    "--set prosperity.max_age=0",
    "--set heat.confirm=true",
    "--set heat.bands=levels",
    "--set heat.bands=levels --set heat.confirm=true --set heat.direction=momentum",
];

/// What is tried on the real data, if they are there.
const REAL: [&str; 3] = [
    "--start 2018-01",
    "--start 2018-01 --end 2020-06 --ties fractional --weights rank --missing average --min-factors 1",
    "--start 2018-01 --end 2020-06 --execution next_close --factors heat,prosperity,price --set price.weight=2",
];

/// Messy datasets, more than half of them with month-end closes. In most a sector ends while it may be held, in some on an execution
/// day, in some long after its last close.
const SEEDS: [u64; 10] = [306, 308, 311, 312, 313, 315, 319, 326, 332, 333];

/// When they do.
const WHILE_SECTORS_END: &str = "--start 2018-04 --end 2020-11";

/// A factor with the parameters that are set, as they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FactorCase {
    name: String,
    settings: Vec<(String, String)>,
}

impl FactorCase {
    fn answer(&self, facts: &Facts, e: Date) -> Answer {
        let number = |text: &str| text.parse::<f64>().expect("the parameter is a number");
        let unknown = |name: &str| -> ! { panic!("`{}.{name}` is not known to the test", self.name) };
        let settings = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        match self.name.as_str() {
            "profit" => {
                let mut options = profit::Options::default();
                for (name, value) in settings {
                    match name {
                        "min_coverage" => options.min_coverage = number(value),
                        "ridge" => options.ridge = number(value),
                        "bridge_mode" => options.is_growth_bridge = value == "growth",
                        "base" => options.is_fitted_base = value == "fitted",
                        "bridge" => options.is_public_bridge = value == "public",
                        _ => unknown(name),
                    }
                }
                profit::answer(facts, e, &options)
            }
            "price" => {
                let mut options = price::Options::default();
                for (name, value) in settings {
                    match name {
                        "alpha" => options.alpha = number(value),
                        "scenario" => options.is_fixed_scenario = value == "fixed",
                        "margin" => options.is_yoy_change = value == "yoy_change",
                        _ => unknown(name),
                    }
                }
                price::answer(facts, e, &options)
            }
            "prosperity" => {
                let mut options = prosperity::Options::default();
                for (name, value) in settings {
                    match name {
                        "threshold" => options.threshold = number(value),
                        "price_weight_upstream" => options.price_weight_upstream = number(value),
                        "max_age" => options.max_age = value.parse().expect("an age is a count"),
                        _ => unknown(name),
                    }
                }
                prosperity::answer(facts, e, &options)
            }
            "heat" => {
                let mut options = heat::Options::default();
                for (name, value) in settings {
                    match name {
                        "direction" => options.is_momentum = value == "momentum",
                        "confirm" => options.confirm = value == "true",
                        "bands" => options.has_levels = value == "levels",
                        _ => unknown(name),
                    }
                }
                heat::answer(facts, e, &options)
            }
            "momentum" => {
                let mut options = momentum::Options::default();
                for (name, value) in settings {
                    match name {
                        "lookback" => options.lookback = value.parse().expect("a window is a count"),
                        _ => unknown(name),
                    }
                }
                momentum::answer(facts, e, &options)
            }
            name => panic!("there is no factor `{name}`"),
        }
    }
}

/// A command line, read.
#[derive(Clone, Debug)]
struct Case {
    line: String,
    options: Options,
    factors: Vec<FactorCase>,
}

impl Case {
    fn read(line: &str) -> Self {
        let mut options = Options::default();
        let mut names = vec!["profit", "price", "prosperity", "heat"];
        let mut settings: Vec<(&str, &str, &str)> = Vec::new();
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.chunks(2) {
            let (flag, value) = (pair[0], pair[1]);
            let count = || value.parse::<usize>().expect("the flag is a count");
            match flag {
                "--start" => options.start = month(value),
                "--end" => options.end = Some(month(value)),
                "--top" => options.top = count(),
                "--cost-bp" => options.cost_bp = value.parse().expect("the flag is a number"),
                "--weights" => {
                    options.weights = choose(value, ("equal", Weights::Equal), ("rank", Weights::Rank));
                }
                "--missing" => {
                    options.missing =
                        choose(value, ("neutral", Missing::Neutral), ("average", Missing::Average));
                }
                "--ties" => {
                    options.ties =
                        choose(value, ("percentile", Ties::Percentile), ("fractional", Ties::Fractional));
                }
                "--min-factors" => options.min_factors = count(),
                "--rebalance" => {
                    let start = ("month_start", Rebalance::MonthStart);
                    options.rebalance = choose(value, start, ("after_cpi", Rebalance::AfterCpi));
                }
                "--execution" => {
                    let next = ("next_close", ExecutionClose::NextClose);
                    options.execution = choose(value, ("close", ExecutionClose::Close), next);
                }
                "--exclude" => options.exclude = value.split(',').map(str::to_owned).collect(),
                "--factors" => names = value.split(',').collect(),
                "--set" => {
                    let (name, value) = value.split_once('=').expect("a setting has a value");
                    let (factor, name) = name.split_once('.').expect("a setting has a factor");
                    settings.push((factor, name, value));
                }
                _ => panic!("`{flag}` is not known to the test"),
            }
        }
        let of =
            |factor: &str| settings.iter().filter(move |setting| setting.0 == factor).collect::<Vec<_>>();
        let weight = |factor: &&str| {
            let weight = of(factor).into_iter().find(|setting| setting.1 == "weight");
            weight.map_or(1.0, |setting| setting.2.parse().expect("a weight is a number"))
        };
        options.factor_weights = names.iter().map(weight).collect();
        let factor = |name: &&str| {
            let others = of(name).into_iter().filter(|setting| setting.1 != "weight");
            let settings = others.map(|setting| (setting.1.to_owned(), setting.2.to_owned())).collect();
            FactorCase { name: (*name).to_owned(), settings }
        };
        Self { line: line.to_owned(), options, factors: names.iter().map(factor).collect() }
    }
}

fn month(text: &str) -> Month {
    text.parse().expect("the flag is a month")
}

fn choose<T>(word: &str, one: (&str, T), other: (&str, T)) -> T {
    match word {
        _ if word == one.0 => one.1,
        _ if word == other.0 => other.1,
        _ => panic!("`{word}` is neither `{}` nor `{}`", one.0, other.0),
    }
}

/// The rows of a table: dates and words make the key, numbers and all that may be missing the values.
type Rows = BTreeMap<String, Vec<Option<f64>>>;

/// What was compared and what differs.
#[derive(Clone, Debug, Default)]
struct Tally {
    n_rows: BTreeMap<&'static str, usize>,
    n_differences: usize,
    differences: String,
}

impl Tally {
    fn differ(&mut self, text: &str) {
        const MOST_SHOWN: usize = 20;
        self.n_differences += 1;
        if self.n_differences <= MOST_SHOWN {
            writeln!(self.differences, "{text}").expect("it is a string");
        }
    }

    fn compare(&mut self, place: &str, table: &'static str, slow: &Rows, fast: &Rows) {
        *self.n_rows.entry(table).or_default() += slow.len();
        for (key, slow) in slow {
            let Some(fast) = fast.get(key) else {
                self.differ(&format!("{place}: {table} has no row {key}, to be {slow:?}"));
                continue;
            };
            if !slow.iter().zip(fast).all(|(slow, fast)| are_near(*slow, *fast)) {
                self.differ(&format!("{place}: {table}, {key}: slow {slow:?}, fast {fast:?}"));
            }
        }
        for key in fast.keys().filter(|key| !slow.contains_key(*key)) {
            self.differ(&format!("{place}: {table} has a row {key}, {:?}", fast[key]));
        }
    }

    fn add(mut self, other: Self) -> Self {
        for (table, n) in other.n_rows {
            *self.n_rows.entry(table).or_default() += n;
        }
        self.n_differences += other.n_differences;
        self.differences.push_str(&other.differences);
        self
    }

    /// Fails with the differences, if there are any, or if there was nothing to compare.
    fn settle(&self, what: &str, absent: &[&str]) {
        println!("{what}: {:?}", self.n_rows);
        assert!(self.n_differences == 0, "{what}: {} differences\n{}", self.n_differences, self.differences);
        for (table, _) in TABLES.into_iter().filter(|(table, _)| !absent.contains(table)) {
            assert!(self.n_rows.get(table).is_some_and(|n| *n > 0), "{what}: {table} has nothing to compare");
        }
    }
}

/// Holds the command against the slow replay on one dataset.
fn compare(label: &str, folder: &Path, lines: &[String]) -> Tally {
    let facts = Facts::of(&Dataset::open(folder).unwrap());
    let cases: Vec<Case> = lines.iter().map(|line| Case::read(line)).collect();
    let answers = answers(&facts, &cases);
    let compare_one = |case: &Case| {
        let place = format!("{label} {}", case.line);
        let said = |factor: &FactorCase, e: Date| {
            answers[&(case.options.exclude.clone(), factor.clone(), e)].clone()
        };
        let factors: Vec<_> =
            case.factors.iter().map(|factor| move |_: &Facts, e: Date| said(factor, e)).collect();
        let factors: Vec<Factor<'_>> = factors.iter().map(|factor| factor as Factor<'_>).collect();
        let slow = backtest(&facts, &factors, &case.options);

        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("run");
        let (code, errors) = run(folder, &out, &case.line);
        let mut tally = Tally::default();
        if slow.days.iter().all(|day| day.kept.is_none()) {
            if code != 2 || errors.is_empty() || out.exists() {
                tally.differ(&format!("{place}: to be refused, but ended with {code}: {errors}"));
            }
            return tally;
        }
        if code != 0 {
            tally.differ(&format!("{place}: ended with {code}: {errors}"));
            return tally;
        }
        let expected = rows(case, &slow);
        for (table, columns) in TABLES {
            if table == "nav" && facts.is_month_end {
                if out.join("nav.parquet").exists() {
                    tally.differ(&format!("{place}: month-end closes have no net values from day to day"));
                }
                continue;
            }
            let fast = read(&mut tally, &place, &out, table, columns);
            tally.compare(&place, table, &expected[table], &fast);
        }
        tally
    };
    cases.par_iter().map(compare_one).collect::<Vec<_>>().into_iter().fold(Tally::default(), Tally::add)
}

/// What the factors say on the days of the cases. Most cases share it: only the day, the factor and who is excluded matter.
fn answers(facts: &Facts, cases: &[Case]) -> BTreeMap<(Vec<String>, FactorCase, Date), Answer> {
    let mut questions = BTreeSet::new();
    for case in cases {
        let executions = executions(facts, &case.options);
        let days = executions.iter().map(|execution| execution.day);
        for day in days.chain(executions.last().map(|last| last.exit)) {
            for factor in &case.factors {
                questions.insert((case.options.exclude.clone(), factor.clone(), day));
            }
        }
    }
    let excludes: BTreeSet<&Vec<String>> = questions.iter().map(|(exclude, _, _)| exclude).collect();
    let shown: BTreeMap<&Vec<String>, Facts> =
        excludes.into_iter().map(|exclude| (exclude, facts.without(exclude))).collect();
    let ask = |question: &(Vec<String>, FactorCase, Date)| {
        let (exclude, factor, day) = question;
        (question.clone(), factor.answer(&shown[exclude], *day))
    };
    questions.par_iter().map(ask).collect()
}

/// Runs the command and returns its exit code and what it says on standard error.
fn run(dataset: &Path, out: &Path, line: &str) -> (i32, String) {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (dataset, out) = (path(dataset), path(out));
    let mut words = vec!["backtest", "--dataset", &dataset, "--out", &out];
    words.extend(line.split_whitespace());
    let (code, _, errors) = run_rotor(&words);
    (code, errors)
}

/// The rows that the slow replay makes.
fn rows(case: &Case, backtest: &Backtest) -> BTreeMap<&'static str, Rows> {
    let mut tables: BTreeMap<&str, Rows> = TABLES.iter().map(|(table, _)| (*table, Rows::new())).collect();
    let mut add = |table: &str, key: String, values: Vec<Option<f64>>| {
        let rows = tables.get_mut(table).expect("it is one of the tables");
        assert!(rows.insert(key.clone(), values).is_none(), "{}: {table} has {key} twice", case.line);
    };
    for day in &backtest.days {
        let (e, month) = (day.execution, day.month.last_day());
        for ((factor, answer), realized) in case.factors.iter().zip(&day.answers).zip(&day.realized) {
            let factor = &factor.name;
            for (sector, marks) in &answer.sectors {
                // Our factors say why in both languages, by reasons that they declare.
                let reason = marks.score.is_none().then_some(IS_THERE);
                let values = vec![marks.score, marks.raw, reason, reason, reason];
                add("scores", format!("{e} {month} {factor} {sector}"), values);
            }
            for (forecast, realized) in answer.forecasts.iter().zip(realized) {
                let key = format!("{e} {factor} {} {} {}", forecast.target, forecast.sector, forecast.period);
                let (value, released) = (realized.map(|it| it.0), realized.map(|it| f64::from(it.1.days())));
                add("forecasts", key, vec![Some(forecast.value), Some(forecast.naive), value, released]);
            }
            for ((name, sector), value) in &answer.diagnostics {
                add("diagnostics", format!("{e} {factor} {sector} {name}"), vec![Some(*value)]);
            }
        }
        let Some(kept) = &day.kept else { continue };
        for (sector, place) in &kept.ranking {
            let values = [place.total, place.tie_break, place.rank as f64, place.weight];
            add("ranking", format!("{e} {sector}"), values.map(Some).to_vec());
        }
        for (portfolio, value) in &kept.returns {
            add("returns", format!("{e} {} {portfolio}", day.exit), vec![Some(*value)]);
        }
        add("turnover", e.to_string(), vec![Some(kept.turnover), Some(kept.cost)]);
    }
    for ((portfolio, date), value) in &backtest.net_values {
        add("nav", format!("{date} {portfolio}"), vec![Some(*value)]);
    }
    tables
}

/// What stands for a word that may be missing, and is not.
const IS_THERE: f64 = 1.0;

/// Reads a table of a run folder, without the rows that the method does not name.
fn read(tally: &mut Tally, place: &str, out: &Path, table: &str, columns: &str) -> Rows {
    let Ok(file) = File::open(out.join(table).with_extension("parquet")) else {
        tally.differ(&format!("{place}: there is no {table}"));
        return Rows::new();
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let found = describe(reader.schema());
    if found != columns {
        tally.differ(&format!("{place}: {table} has the columns {found}, not {columns}"));
        return Rows::new();
    }
    let mut rows = Rows::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            if is_beyond_the_method(&batch, row) {
                continue;
            }
            let (key, values) = row_of(&batch, row);
            if rows.insert(key.clone(), values).is_some() {
                tally.differ(&format!("{place}: {table} has {key} twice"));
            }
        }
    }
    rows
}

/// The columns of a table as their description has them.
fn describe(schema: &Schema) -> String {
    let column = |field: &arrow_schema::FieldRef| {
        let kind = match field.data_type() {
            DataType::Date32 => "date".to_owned(),
            DataType::Utf8 => "text".to_owned(),
            DataType::Int32 => "integer".to_owned(),
            DataType::Float64 => "number".to_owned(),
            other => other.to_string(),
        };
        format!("{} {kind}{}", field.name(), if field.is_nullable() { "?" } else { "" })
    };
    schema.fields().iter().map(column).collect::<Vec<_>>().join(", ")
}

/// Tells whether a row is about a target or a diagnostic that is a factor's own business.
fn is_beyond_the_method(batch: &RecordBatch, row: usize) -> bool {
    let is_other = |column: &str, known: &[&str]| {
        batch
            .column_by_name(column)
            .is_some_and(|names| !known.contains(&names.as_string::<i32>().value(row)))
    };
    is_other("target", &TARGETS) || is_other("name", &DIAGNOSTICS)
}

fn row_of(batch: &RecordBatch, row: usize) -> (String, Vec<Option<f64>>) {
    let (mut key, mut values) = (Vec::new(), Vec::new());
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let days = || column.as_primitive::<Date32Type>().value(row);
        match field.data_type() {
            _ if column.is_null(row) => values.push(None),
            DataType::Date32 if field.is_nullable() => values.push(Some(f64::from(days()))),
            DataType::Date32 => key.push(Date::from_days(days()).unwrap().to_string()),
            DataType::Utf8 if field.is_nullable() => values.push(Some(IS_THERE)),
            DataType::Utf8 => key.push(column.as_string::<i32>().value(row).to_owned()),
            DataType::Int32 => values.push(Some(f64::from(column.as_primitive::<Int32Type>().value(row)))),
            _ => values.push(Some(column.as_primitive::<Float64Type>().value(row))),
        }
    }
    (key.join(" "), values)
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn every_option_is_the_same_on_the_demo() {
    let some_months = OPTIONS.map(|options| format!("{SOME_MONTHS} {options}"));
    compare("demo", &demo(), &[lines(&DEMO), some_months.to_vec()].concat()).settle("demo", &[]);
}

#[test]
fn real_data_are_the_same() {
    let Some(folder) = real_data("real_data_are_the_same") else { return };
    compare("real", &folder, &lines(&REAL)).settle("real", &[]);
}

/// Holds the command against the slow replay on a messy dataset, over the months in which sectors end and over any others.
fn compare_messy(label: &str, seed: u64, folder: &Folder) -> Tally {
    let facts = Facts::of(&Dataset::open(folder.path()).unwrap());
    let mut dice = Dice::new(seed ^ 0xBAC7);
    let sectors = facts.entities.iter().filter(|entity| entity.kind == EntityKind::Sector);
    let codes: Vec<&str> = sectors.map(|sector| sector.code.as_str()).collect();
    let lines = [WHILE_SECTORS_END.to_owned(), messy::any_months(&mut dice)]
        .map(|months| format!("{months}{}", messy::any_options(&mut dice, &codes, facts.is_month_end)));
    compare(label, folder.path(), &lines)
}

#[test]
fn messy_datasets_are_the_same() {
    let compare_seed = |seed: u64| compare_messy(&format!("seed {seed}"), seed, &messy::folder(seed));
    let tallies: Vec<Tally> = SEEDS.into_par_iter().map(compare_seed).collect();
    tallies.into_iter().fold(Tally::default(), Tally::add).settle("messy", &[]);
}

#[test]
fn damaged_datasets_are_the_same() {
    let compare_seed = |seed: u64| compare_messy(&format!("damaged {seed}"), seed, &messy::damaged(seed));
    let tallies: Vec<Tally> = (401..433).into_par_iter().map(compare_seed).collect();
    tallies.into_iter().fold(Tally::default(), Tally::add).settle("damaged", &[]);
}

#[test]
fn cases_that_once_went_wrong_are_the_same() {
    let compare_case = |case: cases::Case| compare(case.name, case.folder.path(), &lines(&[case.flags]));
    let tallies: Vec<Tally> = cases::all().into_par_iter().map(compare_case).collect();
    tallies.into_iter().fold(Tally::default(), Tally::add).settle("cases", &["forecasts", "diagnostics"]);
}

/// Nothing is left behind of a run that cannot be.
#[test]
fn a_run_without_executions_is_refused() {
    let refused = |folder: &Path, line: &str| {
        let parent = tempfile::tempdir().unwrap();
        let (code, errors) = run(folder, &parent.path().join("run"), line);
        assert_eq!((code, errors.is_empty()), (2, false), "{line}: {errors}");
        assert_eq!(parent.path().read_dir().unwrap().count(), 0, "{line}");
    };
    refused(&demo(), "--start 2030-01");
    refused(&demo(), "--start 2016-01 --end 2015-12");
    // Before anybody can have a score.
    refused(&demo(), "--start 2010-02 --end 2010-06 --factors heat");
    let is_month_end = |seed: &u64| {
        let folder = messy::folder(*seed);
        Dataset::open(folder.path()).unwrap().manifest().price_frequency
            == rotor_data::PriceFrequency::MonthEnd
    };
    let month_end = messy::folder((1..100).find(is_month_end).unwrap());
    refused(month_end.path(), "--rebalance after_cpi");
    refused(month_end.path(), "--execution next_close");
}
