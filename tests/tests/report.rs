//! The report of a run: the same from memory and from the folder, for any data, of bounded size.

use std::collections::BTreeSet;
use std::fs;

use rotor_data::Dataset;
use rotor_engine::{Backtest, Member, backtest};
use rotor_factor::{EntityKind, Month, Table};
use rotor_plugin::{Instance, Plugin};
use rotor_report::draw::Chart;
use rotor_report::page::{self, Block, Page};
use rotor_report::run::{Facts, report};
use rotor_report::words::Lang;
use rotor_run::{
    Config, DatasetRecord, EngineRecord, Execution, FactorConfig, FactorRecord, FactorTable, Metrics,
    RankingRow, Return, Run, RunRecord, Score, ScoreReason, SectorReturn, TableRecord, TextRecord, Turnover,
    Warning,
};
use rotor_tests::page::{assert_balanced, identifiers};
use rotor_tests::{FOUR_FACTORS, demo, run_rotor, runs};
use serde_json::{Value, json};
use tempfile::TempDir;

const LANGS: [Lang; 2] = [Lang::En, Lang::Zh];

fn replayed(dataset: &Dataset, config: &Config) -> Backtest {
    let factors: Vec<Instance> =
        FOUR_FACTORS.iter().map(|factor| Plugin::linked(factor).unwrap().create([]).unwrap()).collect();
    let members: Vec<Member<'_>> = factors.iter().map(|instance| Member { instance, weight: 1.0 }).collect();
    backtest(dataset, config, &members, &[], &rotor_engine::Unwatched)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn metrics_of(run: &Run) -> Metrics {
    rotor_eval::evaluate(run, &Config::default())
}

fn record(run: &Run) -> RunRecord {
    let engine = EngineRecord { name: "rotor".into(), version: "0.1.0".into() };
    let dataset = DatasetRecord {
        name: "made-up".into(),
        title: "A made-up run".into(),
        synthetic: true,
        price_frequency: "D".into(),
        ..DatasetRecord::default()
    };
    RunRecord::new(engine, Config::default(), dataset, run)
}

fn page_of(run: &Run, metrics: &Metrics, record: &RunRecord, lang: Lang) -> Page {
    report(Facts { run, metrics, record, defaults: &Config::default() }, lang)
}

/// Renders both languages and asserts what holds for every page.
#[track_caller]
fn sound_pages(run: &Run, metrics: &Metrics, record: &RunRecord) -> [String; 2] {
    LANGS.map(|lang| {
        let told = page_of(run, metrics, record, lang);
        for table in tables(&told) {
            assert!(!table.rows.is_empty(), "a table has rows: {:?}", table.columns);
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        }
        let html = page::html(&told);
        assert_balanced(&html);
        let ids = identifiers(&html);
        assert_eq!(
            ids.iter().collect::<BTreeSet<_>>().len(),
            ids.len(),
            "ids are unlike each other: {ids:?}"
        );
        for wrong in ["NaN", "inf%", ">inf<", ">-inf<", ">-0.0%"] {
            let found = html.find(wrong).map(|at| &html[at.saturating_sub(60)..at + 10]);
            assert!(found.is_none(), "`{wrong}`: {found:?}");
        }
        html
    })
}

fn tables(page: &Page) -> Vec<&page::Table> {
    fn below<'p>(blocks: &'p [Block], found: &mut Vec<&'p page::Table>) {
        for block in blocks {
            match block {
                Block::Table(table) => found.push(table),
                Block::Folded { blocks, .. } | Block::Appendix { blocks, .. } => below(blocks, found),
                Block::Columns(columns) => {
                    for blocks in columns {
                        below(blocks, found);
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for section in &page.sections {
        below(&section.blocks, &mut found);
    }
    found
}

fn figures(page: &Page) -> Vec<&page::Figure> {
    fn below<'p>(blocks: &'p [Block], found: &mut Vec<&'p page::Figure>) {
        for block in blocks {
            match block {
                Block::Figures(figures) => found.extend(figures),
                Block::Folded { blocks, .. } | Block::Appendix { blocks, .. } => below(blocks, found),
                Block::Columns(columns) => {
                    for blocks in columns {
                        below(blocks, found);
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for section in &page.sections {
        below(&section.blocks, &mut found);
    }
    found
}

/// Sectors, months and factors made up, with returns and ranking that go together.
fn made_up(n_sectors: u32, n_months: u32) -> Run {
    let mut run = runs::made_up_run(0);
    let sector = run.entities[0].clone();
    run.entities = (0..n_sectors)
        .map(|number| rotor_data::model::Entity {
            code: format!("8{number:05}"),
            name: format!("Sector number {number}"),
            name_zh: Some(format!("行业{number}")),
            ..sector.clone()
        })
        .collect();
    run.factors = ["a", "b", "c", "d"].map(String::from).to_vec();
    run.portfolios = ["top", "top_net", "equal_weight"].map(String::from).to_vec();
    run.tables.clear();
    run.executions = (0..n_months)
        .map(|number| {
            let month = Month::new(2004, 1).unwrap().plus(number as i32).unwrap();
            let after = |months: i32| month.plus(months).unwrap().first_day();
            Execution { as_of: after(1), month, exit: after(2), is_kept: true }
        })
        .collect();
    let mut state = 7_u64;
    let mut number = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let why = run.reasons.id(ScoreReason { code: None, text: "no close".into(), text_zh: None });
    for execution in 0..n_months {
        for factor in 0..4 {
            for sector in 0..n_sectors {
                let score = (number() > 0.1).then(|| (3.0 * number()).floor() + 1.0);
                let (raw, reason) = (score.map(|_| number()), score.is_none().then_some(why));
                run.scores.push(Score { execution, factor, sector, score, raw, reason });
            }
        }
        let first = (number() * f64::from(n_sectors)) as u32;
        let n_held = n_sectors.min(5);
        for sector in 0..n_sectors {
            let rank = (sector + n_sectors - first) % n_sectors + 1;
            let weight = if rank <= n_held { 1.0 / f64::from(n_held) } else { 0.0 };
            let total = f64::from(n_sectors - rank);
            run.ranking.push(RankingRow { execution, sector, total, tie_break: number(), rank, weight });
            run.sector_returns.push(SectorReturn { execution, sector, value: 0.1 * number() - 0.045 });
        }
        for portfolio in 0..3 {
            run.returns.push(Return { execution, portfolio, value: 0.1 * number() - 0.045 });
        }
        run.turnover.push(Turnover { execution, turnover: number(), cost: 0.001 });
    }
    run
}

#[test]
fn memory_and_folder_give_the_same_bytes_on_any_number_of_threads() {
    let place = TempDir::new().unwrap();
    let path = |name: &str| place.path().join(name).display().to_string();
    let dataset = demo().display().to_string();
    let backtest = |name: &str, flags: &[&str]| {
        let out = path(name);
        let mut arguments = vec!["backtest", "--dataset", &dataset, "--out", &out];
        arguments.extend(flags);
        let (code, stdout, stderr) = run_rotor(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""));
        stdout
    };
    let stdout = backtest("one", &["--threads", "1"]);
    assert!(stdout.contains(&format!("report: {}/report.html\n", path("one"))), "{stdout}");
    backtest("eight", &["--threads", "8"]);
    let page = fs::read_to_string(path("one/report.html")).unwrap();
    assert!(
        page == fs::read_to_string(path("eight/report.html")).unwrap(),
        "the same on any number of threads"
    );
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    assert_balanced(&page);
    let hashed: Value = serde_json::from_slice(&fs::read(path("one/run.json")).unwrap()).unwrap();
    assert_eq!(hashed["report"], json!({ "lang": "en" }));
    assert_eq!(hashed["files"]["report.html"]["bytes"], page.len());

    let (run, out) = (path("one"), path("page.html"));
    assert_eq!(
        run_rotor(&["report", &run, "--out", &out]),
        (0, format!("{out} is written\n"), String::new())
    );
    assert!(page == fs::read_to_string(&out).unwrap(), "the same from the folder");
    let (code, _, stderr) = run_rotor(&["report", &run, "--out", &out]);
    assert!(code == 2 && stderr.contains("hint: give another name, or replace it by `--force`"), "{stderr}");
    let (code, ..) = run_rotor(&["report", &run, "--out", &out, "--force", "--lang", "zh"]);
    assert_eq!(code, 0);
    let zh = fs::read_to_string(&out).unwrap();
    backtest("zh", &["--lang", "zh"]);
    assert!(zh == fs::read_to_string(path("zh/report.html")).unwrap(), "the language of a flag");
    let (code, ..) = run_rotor(&["report", &path("zh"), "--out", &out, "--force"]);
    assert!(code == 0 && zh == fs::read_to_string(&out).unwrap(), "the language of the folder");

    backtest("none", &["--no-report", "--start", "2020-01", "--end", "2020-03"]);
    assert!(!place.path().join("none/report.html").exists());
    let (code, _, stderr) = run_rotor(&["report", &path("none/tables"), "--out", &path("never.html")]);
    assert!(code == 2 && !place.path().join("never.html").exists(), "{stderr}");
}

#[test]
fn the_demo_has_every_part_and_every_sentence_in_chinese() {
    let dataset = Dataset::open(&demo()).unwrap();
    let result = replayed(&dataset, &Config::default());
    let metrics = metrics_of(&result.run);
    let [english, chinese] = sound_pages(&result.run, &metrics, &record(&result.run));
    for part in ["verdict", "net-value", "holdings", "factors", "forecasts", "robustness", "method"] {
        assert!(english.contains(&format!(" id=\"{part}\"")), "{part}");
    }
    let page = page_of(&result.run, &metrics, &record(&result.run), Lang::En);
    for id in [
        "net-value-levels",
        "net-value-relative",
        "holdings-by-month",
        "rank-ic-means",
        "factor-correlation",
        "rank-ic-1-profit",
        "decay-4-heat",
        "quintiles-2-price",
        "calendar-3-prosperity",
        "calendar-months",
        "calendar-excess",
        "rolling-excess",
        "rolling-volatility",
        "rolling-sharpe",
        "distribution",
        "excess-distribution",
        "quintile-values-ranking",
        "quintile-spread-1-profit",
        "cumulative-4-heat",
        "histogram-3-prosperity",
        "qq-2-price",
        "persistence-1-profit",
        "errors-1-net-profit-ytd-yoy",
        "ablations",
        "sensitivity",
        "coverage",
    ] {
        assert!(figures(&page).iter().any(|figure| figure.id == id), "{id}");
    }
    assert!(page.mark.is_some() && chinese.contains("模拟数据"));
    // Key figures come first, then the net value beside the verdict.
    let [Block::Tiles(tiles), Block::Columns(columns), ..] = &page.sections[0].blocks[..] else {
        panic!("{:?}", page.sections[0].blocks)
    };
    assert_eq!(tiles.len(), 8);
    assert!(tiles.iter().all(|tile| tile.value != "—" && !tile.detail.is_empty()), "{tiles:?}");
    assert!(matches!(&columns[0][..], [Block::Figures(_)]));
    let Block::Paragraph(first) = &columns[1][0] else { panic!("the verdict stands beside it") };
    assert!(first.starts_with("The data are synthetic") && first.contains("95% CI ["), "{first}");
}

/// Benchmarks differ in colour and in stroke, and the months of the tables multiply to their year.
#[test]
fn what_is_drawn_can_be_told_apart_and_adds_up() {
    let dataset = Dataset::open(&demo()).unwrap();
    let run = replayed(&dataset, &Config::default()).run;
    let metrics = metrics_of(&run);
    let page = page_of(&run, &metrics, &record(&run), Lang::En);
    let find = |id: &str| figures(&page).into_iter().find(|figure| figure.id == id).unwrap();
    let Chart::Lines(levels) = &find("net-value-levels").chart else { panic!("lines") };
    let looks: Vec<_> = levels.panels[0].series.iter().map(|one| (one.tone, one.mark)).collect();
    for (position, look) in looks.iter().enumerate() {
        assert!(!looks[..position].contains(look), "{looks:?}");
    }
    let Chart::Matrix(months) = &find("calendar-months").chart else { panic!("a matrix") };
    for row in &months.cells {
        let product: f64 = row[..12].iter().flatten().map(|value| 1.0 + value).product();
        assert!((product - 1.0 - row[12].unwrap()).abs() < 1e-9, "{row:?}");
    }
    // The sum of the monthly spreads of a factor is n times their mean, of which the table has twelve.
    let Chart::Lines(spread) = &find("quintile-spread-1-profit").chart else { panic!("lines") };
    let sum = spread.panels[0].series[0].values.iter().flatten().last().unwrap();
    let mean = &metrics.factor.sections.all.get("profit").unwrap().quantiles.top_minus_bottom;
    assert!((sum - mean.get().unwrap() * mean.value.n as f64 / 12.0).abs() < 1e-9);
    // A histogram has every month once, and the points of a QQ plot ascend.
    let Chart::Bars(histogram) = &find("histogram-1-profit").chart else { panic!("bars") };
    let Chart::Points(points) = &find("qq-1-profit").chart else { panic!("points") };
    let n: f64 = histogram.groups[0].values.iter().flatten().map(|bar| bar.value).sum();
    assert_eq!(n as usize, points.points.len());
    assert!(points.points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
}

#[test]
fn the_summary_has_what_fits_on_a_sheet() {
    let dataset = Dataset::open(&demo()).unwrap();
    let run = replayed(&dataset, &Config::default()).run;
    let (metrics, record) = (metrics_of(&run), record(&run));
    for lang in LANGS {
        let facts = Facts { run: &run, metrics: &metrics, record: &record, defaults: &Config::default() };
        let page = rotor_report::run::summary(facts, lang);
        let html = page::html(&page);
        assert_balanced(&html);
        assert!(html.contains("class=\"page sheet\"") && !html.contains("<nav"));
        assert!(html.len() < 300_000, "{} bytes", html.len());
        let ids: Vec<&str> = figures(&page).iter().map(|figure| figure.id.as_str()).collect();
        assert_eq!(ids, ["net-value-levels", "calendar-months"]);
        assert_eq!(tables(&page).len(), 2, "selected sectors and factors");
    }
    // Without months and metrics there is a page as well.
    let none = Run { executions: Vec::new(), ..made_up(0, 0) };
    let metrics = metrics_of(&none);
    let facts = Facts { run: &none, metrics: &metrics, record: &record, defaults: &Config::default() };
    assert_balanced(&page::html(&rotor_report::run::summary(facts, Lang::En)));
}

/// A table that scrolled sideways would hide its last columns: each part of one is about as wide as the page.
#[test]
fn tables_of_many_columns_are_continued_below() {
    let mut run = made_up(6, 30);
    let columns = (0..40).map(|column| (format!("column {column}"), vec![Some(1234.5); 2]));
    let table = columns.fold(Table::new("wide"), |table, (name, values)| table.numbers(name, values));
    run.tables = vec![FactorTable { execution: 29, factor: 0, table }];
    let metrics = metrics_of(&run);
    let html = page::html(&page_of(&run, &metrics, &record(&run), Lang::En));
    let with_first: Vec<&str> = html.split("<table").filter(|table| table.contains(">column 0<")).collect();
    assert!(with_first.len() > 1, "the first column is repeated");
    assert_eq!(html.matches(">column 17<").count(), 1);
}

/// Where Chromium is, a report and its summary are printed; the summary fits on one sheet.
#[test]
fn reports_are_printed_where_chromium_is() {
    let is_there = std::process::Command::new("chromium").arg("--version").output().is_ok();
    let place = TempDir::new().unwrap();
    let path = |name: &str| place.path().join(name).display().to_string();
    let (run, out) = (path("run"), path("page.pdf"));
    let dataset = demo().display().to_string();
    let (code, _, stderr) = run_rotor(&["backtest", "--dataset", &dataset, "--out", &run, "--no-report"]);
    assert_eq!(code, 0, "{stderr}");
    let html = path("summary.html");
    let (code, stdout, _) = run_rotor(&["report", &run, "--pages", "summary", "--out", &html]);
    assert_eq!((code, stdout), (0, format!("{html} is written\n")));
    for (pages, most) in [("summary", 1), ("full", 11)] {
        let flags = ["report", &run, "--pages", pages, "--format", "pdf", "--out", &out, "--force"];
        let (code, _, stderr) = run_rotor(&flags);
        if !is_there {
            eprintln!(
                "skipped: reports_are_printed_where_chromium_is needs Chromium (Debian's package `chromium`)"
            );
            assert!(code == 2 && stderr.contains("there is no Chromium") && stderr.contains("hint: install"));
            assert!(!std::path::Path::new(&out).exists());
            continue;
        }
        assert_eq!(code, 0, "{stderr}");
        let pdf = fs::read(&out).unwrap();
        // Pages are objects of the type `Page`; their list is of the type `Pages`.
        let text = String::from_utf8_lossy(&pdf);
        let n = text.matches("/Type /Page").count() - text.matches("/Type /Pages").count();
        assert!(pdf.starts_with(b"%PDF-") && (1..=most).contains(&n), "{pages}: {n} pages");
    }
}

/// The lowest points of the drawn curves are the drawdowns of the tables; without daily values both are those of period ends.
#[test]
fn the_drawdowns_that_are_drawn_are_those_that_are_printed() {
    let dataset = Dataset::open(&demo()).unwrap();
    let daily = replayed(&dataset, &Config::default()).run;
    let at_ends = Run { nav: Vec::new(), ..daily.clone() };
    for (run, about) in [(&daily, "daily"), (&at_ends, "at the ends of holding periods")] {
        let metrics = metrics_of(run);
        let page = page_of(run, &metrics, &record(run), Lang::En);
        let found = figures(&page).into_iter().find(|figure| figure.id == "net-value-relative").unwrap();
        let Chart::Lines(chart) = &found.chart else { panic!("lines") };
        let lowest = chart.panels[1]
            .series
            .iter()
            .map(|series| series.values.iter().flatten().copied().fold(f64::INFINITY, f64::min));
        let all = &metrics.portfolio.all;
        let of = |portfolio: &str| all.performance.get(portfolio).unwrap().max_drawdown.depth.get().unwrap();
        let relative = all.excess.get("top_net").unwrap().get("equal_weight").unwrap();
        let printed = [relative.max_drawdown.depth.get().unwrap(), of("top_net"), of("equal_weight")];
        for (drawn, printed) in lowest.zip(printed) {
            assert!((drawn - printed).abs() < 1e-12, "{about}: {drawn}, not {printed}");
        }
        assert!(found.about.contains(about), "{}", found.about);
        let n_rows = found.chart.table(Lang::En).rows.len();
        let n_kept = run.executions.iter().filter(|execution| execution.is_kept).count();
        assert!(chart.dates.len() > n_kept && n_rows <= n_kept + 2, "{n_rows} rows for {n_kept} months");
    }
}

#[test]
fn what_is_missing_has_its_reason_and_nothing_panics() {
    // One month: hardly a number can be given.
    let one = made_up(6, 1);
    let metrics = metrics_of(&one);
    let [english, chinese] = sound_pages(&one, &metrics, &record(&one));
    assert!(english.contains("values where") && chinese.contains("至少需要"));
    // No month at all, and no metrics.
    let none = Run { executions: Vec::new(), ..made_up(0, 0) };
    sound_pages(&none, &metrics_of(&none), &record(&none));
    let some = made_up(8, 30);
    // The first months are skipped, and one in the middle has no return.
    let mut skipped = made_up(8, 30);
    for execution in &mut skipped.executions[..5] {
        execution.is_kept = false;
    }
    skipped.ranking.retain(|place| place.execution >= 5);
    skipped.turnover.retain(|row| row.execution >= 5);
    skipped.returns.retain(|row| row.execution >= 5 && row.execution != 12);
    let [english, _] = sound_pages(&skipped, &metrics_of(&skipped), &record(&skipped));
    assert!(english.contains("25 months") && english.contains("5 before them skipped"));
    // Every number of the evaluation is gone.
    let mut nulls = metrics_of(&some).to_json();
    blank(&mut nulls);
    let nulls: Metrics = serde_json::from_value(nulls).unwrap();
    let [english, chinese] = sound_pages(&some, &nulls, &record(&some));
    assert!(english.contains("it was taken away") && chinese.contains("it was taken away"));
}

/// Takes every number away that may be missing and gives a reason.
fn blank(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            let mut is_blanked = false;
            for (key, value) in entries.iter_mut() {
                let is_interval = key == "interval";
                if (value.is_f64() || is_interval) && !["cost_bp", "low", "high"].contains(&key.as_str()) {
                    *value = Value::Null;
                    is_blanked = true;
                }
                // The rest of an uncertainty goes with it.
                if key == "degrees_of_freedom" {
                    *value = Value::Null;
                }
                blank(value);
            }
            if is_blanked {
                entries.insert("reason".into(), json!({ "code": "text", "text": "it was taken away" }));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blank),
        _ => {}
    }
}

#[test]
fn names_of_the_data_are_shown_as_text() {
    let evil = format!("\u{202e}<script>alert(1)</script>\"'&\u{7}\u{2066}{}", "长x".repeat(200));
    let mut run = runs::made_up_run(40);
    for (number, entity) in run.entities.iter_mut().enumerate() {
        entity.name = evil.clone();
        entity.name_zh = Some(evil.clone());
        entity.code = format!("{number}{evil}");
        entity.kind = if number == 30 { EntityKind::Benchmark } else { EntityKind::Sector };
    }
    run.factors[0].clone_from(&evil);
    run.portfolios.push(run.entities[30].code.clone());
    let portfolio = run.portfolios.len() as u32 - 1;
    run.returns.extend((0..40).map(|execution| Return { execution, portfolio, value: 0.01 }));
    let (target, name) = (run.texts.id(&format!("t{evil}")), run.texts.id(&format!("mse{evil}")));
    let reason = ScoreReason { code: Some(evil.clone()), text: evil.clone(), text_zh: Some(evil.clone()) };
    let reason = run.reasons.id(reason);
    run.scores.iter_mut().filter(|score| score.score.is_none()).for_each(|score| score.reason = Some(reason));
    run.forecasts.iter_mut().for_each(|row| row.target = target);
    run.diagnostics.iter_mut().for_each(|row| row.name = name);
    let table = Table::new(evil.clone())
        .text(evil.clone(), vec![evil.clone(); 2])
        .numbers("execution", vec![Some(1e300), None]);
    run.tables = vec![FactorTable { execution: 39, factor: 0, table }];
    let metrics = metrics_of(&run);
    let mut record = record(&run);
    record.dataset = DatasetRecord {
        name: evil.clone(),
        title: evil.clone(),
        price_frequency: evil.clone(),
        sha256: [(evil.clone(), evil.clone())].into_iter().collect(),
        synthetic: false,
    };
    record.engine = EngineRecord { name: evil.clone(), version: evil.clone() };
    let settings = FactorConfig { library: Some(evil.clone()), ..FactorConfig::default() };
    let config = Config {
        factors: vec![evil.clone()],
        factor: [(evil.clone(), settings)].into(),
        ..Config::default()
    };
    record.config = config.into();
    let text = TextRecord { en: evil.clone(), zh: Some(evil.clone()) };
    record.factors = vec![FactorRecord {
        name: evil.clone(),
        version: evil.clone(),
        abi: evil.clone(),
        build: evil.clone(),
        library: Some(evil.clone()),
        sha256: Some(evil.clone()),
        isolated: true,
        sealed: true,
        weight: 1.0,
        scale: None,
        title: Some(evil.clone()),
        title_zh: Some(evil.clone()),
        score_words: Some([(); 3].map(|()| text.clone())),
        tables: vec![TableRecord { name: evil.clone(), title: text.clone(), columns: Vec::new() }],
    }];
    record.warnings = vec![
        Warning::Text { text: evil.clone() },
        Warning::MissingInput { factor: evil.clone(), reason: evil.clone(), reason_zh: Some(evil.clone()) },
    ];
    for html in sound_pages(&run, &metrics, &record) {
        assert!(!html.contains("alert(1)</script>") && html.contains("&lt;script&gt;alert(1)"));
        assert_eq!(html.matches("<script").count(), 1, "the page's own");
        let is_harmless = |letter: char| {
            letter == '\n'
                || !letter.is_control()
                    && !('\u{202a}'..='\u{202e}').contains(&letter)
                    && !('\u{2066}'..='\u{2069}').contains(&letter)
        };
        let wrong = html.chars().find(|letter| !is_harmless(*letter));
        assert_eq!(wrong, None);
        assert!(!html.contains(&"长x".repeat(110)), "names have an end");
    }
}

#[test]
fn twenty_years_of_three_hundred_sectors_fit() {
    let run = made_up(300, 240);
    let metrics = metrics_of(&run);
    let start = std::time::Instant::now();
    let page = page_of(&run, &metrics, &record(&run), Lang::En);
    let html = page::html(&page);
    eprintln!("300 sectors, 240 months: {} bytes in {:?}", html.len(), start.elapsed());
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    let strip = figures(&page).into_iter().find(|figure| figure.id == "holdings-by-month").unwrap();
    let Chart::Matrix(strip) = &strip.chart else { panic!("the strip is a matrix") };
    assert_eq!((strip.rows.len(), strip.cells[0].len()), (60, 240), "the sectors held most often");
    assert!(html.contains("`ranking.parquet` has all"));
}
