//! Release days that are assumed, and inputs that are overdue: who looks at results or at the data is told, and nobody else.

use std::fmt::Write as _;

use rotor::{Catalogue, Dataset, Lang, LedgerChoice, Session, Unwatched, default_config};
use rotor_data::model::ReleaseDays;
use rotor_data::{Format, write_dataset};
use rotor_factor::Date;
use rotor_report::page::{Page, html, markdown};
use rotor_run::Warning;
use rotor_synthetic::{Synthetic, World};
use rotor_tests::{Folder, run_rotor};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A made-up world in which the release days of series are known in these ways.
fn made(days: impl Fn(&str) -> Option<ReleaseDays>) -> Synthetic {
    let mut made = rotor_synthetic::generate(World::AShare, 1).unwrap();
    for series in &mut made.tables.series {
        series.release = days(&series.name);
    }
    made
}

#[allow(clippy::unnecessary_wraps, reason = "worlds differ by such functions, and one of them says nothing")]
fn assumed(series: &str) -> Option<ReleaseDays> {
    // The factor of the run does not read the last of them.
    let is_assumed = ["cpi_yoy", "ppi_yoy", "profit_ytd"].contains(&series);
    Some(if is_assumed { ReleaseDays::Assumed } else { ReleaseDays::Published })
}

/// Report, summary, note and weekly in both languages, with the warnings behind each.
fn pages(made: &Synthetic) -> Vec<(&'static str, Lang, Page, Vec<Warning>)> {
    let dataset = Dataset::from_tables(made.manifest.clone(), &made.tables).unwrap();
    let mut config = default_config();
    config.start = "2021-01".parse().unwrap();
    config.end = Some("2021-04".parse().unwrap());
    config.factors = vec!["price".into()];
    let factors = Catalogue::built_in().select(&mut config, &[]).unwrap();
    let session = Session::new(dataset, config, factors, &LedgerChoice::Off).unwrap();
    let day = Some("2021-05-07".parse().unwrap());
    let run = session.backtest(&Unwatched).unwrap();
    let note = session.note(day, &Unwatched).unwrap();
    let weekly = session.weekly(day, &Unwatched).unwrap();
    let of = |lang| {
        [
            ("report", lang, run.page(lang), run.record.warnings.clone()),
            ("summary", lang, run.summary_page(lang), run.record.warnings.clone()),
            ("note", lang, note.page(lang), note.facts.warnings.clone()),
            ("weekly", lang, weekly.page(lang), weekly.facts.warnings.clone()),
        ]
    };
    [Lang::En, Lang::Zh].into_iter().flat_map(of).collect()
}

/// The lines of a page without those that show hashes of tables.
fn lines(page: &Page) -> Vec<String> {
    let is_hash =
        |line: &str| line.split(|letter: char| !letter.is_ascii_hexdigit()).any(|word| word.len() >= 12);
    // Markdown has a backslash before what it would take for a mark.
    let text = markdown(page).replace('\\', "");
    text.lines().filter(|line| !is_hash(line)).map(str::to_owned).collect()
}

#[test]
fn pages_name_the_inputs_whose_release_days_are_assumed() {
    let silent = pages(&made(|_| None));
    let known = pages(&made(|_| Some(ReleaseDays::Published)));
    let assumed = pages(&made(assumed));
    for (((name, lang, page, warnings), silent), known) in assumed.iter().zip(&silent).zip(&known) {
        assert_eq!((lines(&silent.2), &silent.3), (lines(&known.2), &known.3), "{name}");
        let series = vec!["cpi_yoy".to_owned(), "ppi_yoy".to_owned()];
        assert_eq!(warnings[0], Warning::AssumedReleases { series }, "{name}");
        assert_eq!(warnings[1..], known.3, "{name}");
        let notice = match lang {
            Lang::En => {
                "elease days of `cpi_yoy` and `ppi_yoy` are assumed by a rule, not known; a value may have been known \
                 later than the backtest believes"
            }
            Lang::Zh => {
                "`cpi_yoy`和`ppi_yoy`的公布日按规则假定，并非实际公布日；其数值的实际公布可能晚于回测所假定的日期"
            }
        };
        let (mut found, before) = (lines(page), lines(&known.2));
        let at: Vec<usize> = (0..found.len()).filter(|at| found[*at].contains(notice)).collect();
        assert_eq!(at.len(), 1, "{name}: {}", found.join("\n"));
        // Near the head: in the first section.
        let n_headings = found[..at[0]].iter().filter(|line| line.starts_with("## ")).count();
        assert!(*name == "summary" || n_headings == 1, "{name}: {n_headings}");
        assert!(html(page).contains(lang.of("are assumed by a rule", "按规则假定")), "{name}");
        // Nothing else has changed.
        found.remove(at[0]);
        let shown = |lines: Vec<String>| -> Vec<String> {
            lines.into_iter().filter(|line| !line.is_empty()).collect()
        };
        assert_eq!(shown(found), shown(before), "{name}");
    }
}

#[test]
fn leakcheck_names_what_it_cannot_prove() {
    let check = |made: &Synthetic, flags: &[&str]| {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("made");
        write_dataset(&folder, &made.manifest, &made.tables, Format::Parquet, &[]).unwrap();
        let months = ["leakcheck", "--start", "2021-05", "--end", "2021-07", "--factors", "price"];
        let (_, text, _) =
            run_rotor(&[&months[..], &["--dataset", folder.to_str().unwrap()], flags].concat());
        text
    };
    let rule = "release days that are assumed cannot be checked: a value may have been public later than its rule says";
    let made_by_rule = made(assumed);
    let text = check(&made_by_rule, &[]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("warning: {rule}: `cpi_yoy`, `ppi_yoy`")), "{text}");
    assert!(!text.contains("`profit_ytd`"), "{text}");
    let document: Value = serde_json::from_str(&check(&made_by_rule, &["--json"])).unwrap();
    let found = &document["dataset"]["assumed_release_days"];
    assert_eq!((&found["series"], &found["note"]), (&vec!["cpi_yoy", "ppi_yoy"].into(), &rule.into()));
    let known = check(&made(|_| Some(ReleaseDays::Published)), &["--json"]);
    assert!(!known.contains("assumed"), "{known}");
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Closes on weekdays from 2021 to 28 June 2024, and four series of a market that stop at different times.
fn late(release: impl Fn(&str) -> &'static str) -> Folder {
    let (first, last) = (day("2021-01-01"), day("2024-06-28"));
    let all_days = || (first.days()..=last.days()).filter_map(Date::from_days);
    let weekdays = || all_days().filter(|day| (day.days() + 3).rem_euclid(7) < 5);
    let mut prices = String::from("entity,date,close\n");
    for code in ["801040", "801080"] {
        for (at, date) in weekdays().enumerate() {
            writeln!(prices, "{code},{date},{}", 1000 + at % 7).unwrap();
        }
    }
    let mut rows = String::from("series,entity,period,released,value\n");
    let mut put = |series: &str, entity: &str, end: Date, lag: i32| {
        let (released, value) = (end.plus_days(lag).unwrap(), end.days() % 11);
        writeln!(rows, "{series},{entity},{end},{released},{value}").unwrap();
    };
    for end in all_days().filter(|day| *day == day.month().last_day()) {
        let (month, is_slow) = (end.month().number(), end == day("2022-02-28"));
        if end <= day("2024-05-31") {
            put("cpi_yoy", "CN", end, 10);
        }
        if end <= day("2024-03-31") {
            put("ppi_yoy", "CN", end, if is_slow { 18 } else { 10 });
        }
        if month != 1 && end <= day("2023-12-31") {
            put("profit_ytd", "C31", end, 27);
        }
        if month != 1 && end <= day("2024-05-31") {
            put("profit_ytd", "C32", end, 27);
        }
    }
    for date in weekdays().filter(|date| *date <= day("2023-04-28")) {
        put("northbound", "CN", date, 0);
    }
    for date in weekdays().filter(|date| *date <= day("2024-06-14")) {
        put("rebar_futures", "CN", date, 0);
    }
    let mut series = String::from("series,frequency,unit,title,release\n");
    let all = [
        ("cpi_yoy", "M"),
        ("northbound", "D"),
        ("ppi_yoy", "M"),
        ("profit_ytd", "M"),
        ("rebar_futures", "D"),
    ];
    for (name, frequency) in all {
        writeln!(series, "{name},{frequency},percent,Title,{}", release(name)).unwrap();
    }
    Folder::small()
        .replacing("dataset.toml", "2022-12-31", "2024-12-31")
        .replacing("entities.csv", "2022-12-30", "")
        .replacing("entities.csv", "C31,", "C32,industry,Smelting of others,,,,\nC31,")
        .with("prices.csv", prices)
        .with("series.csv", series)
        .with("observations.csv", rows)
}

fn described(folder: &Folder, flags: &[&str]) -> String {
    let place = folder.path().to_str().unwrap();
    let (code, text, errors) = run_rotor(&[&["dataset", "describe", place][..], flags].concat());
    assert_eq!((code, errors.as_str()), (0, ""));
    text
}

#[test]
fn a_description_names_overdue_inputs() {
    let folder = late(|_| "");
    let about = |text: &str| -> Vec<String> {
        let is_late = |line: &&str| line.starts_with("overdue") || line.starts_with("ended");
        text.lines().filter(is_late).map(str::to_owned).collect()
    };
    let text = described(&folder, &[]);
    let expected = [
        "ended: northbound has nothing after 2023-04-28",
        "overdue by 41 days: ppi_yoy has nothing after 2024-03-31; the 2024-04-30 value was expected by 2024-05-18 \
         (dataset ends 2024-06-28)",
        "overdue by 93 days: profit_ytd of 1 of 2 entities, such as C31, has nothing after 2023-12-31; the 2024-02-29 \
         value was expected by 2024-03-27 (dataset ends 2024-06-28)",
        "overdue by 11 days: rebar_futures has nothing after 2024-06-14; a newer value was expected by 2024-06-17 \
         (dataset ends 2024-06-28)",
    ];
    assert_eq!(about(&text), expected);
    assert!(!text.contains("are overdue at the end") && !text.contains("release days of"), "{text}");
    // On an earlier day less was known, and less was late; on a later one consumer prices are.
    let earlier = [
        "overdue by 324 days: northbound has nothing after 2023-04-28; a newer value was expected by 2023-05-01 \
         (as of 2024-03-20)",
    ];
    assert_eq!(about(&described(&folder, &["--as-of", "2024-03-20"])), earlier);
    let later = about(&described(&folder, &["--as-of", "2024-07-11"]));
    let cpi = "overdue by 1 day: cpi_yoy has nothing after 2024-05-31; the 2024-06-30 value was expected by 2024-07-10 \
               (as of 2024-07-11)";
    assert_eq!((later.len(), later[0].as_str()), (5, cpi));
    let json: Value = serde_json::from_str(&described(&folder, &["--json"])).unwrap();
    let overdue = |at: usize| &json["series"][at]["overdue"];
    assert_eq!((&json["as_of"], overdue(0)), (&Value::Null, &Value::Null));
    assert_eq!((&overdue(1)["state"], &overdue(1)["next_period"]), (&"ended".into(), &Value::Null));
    let of_profits = json!({
        "state": "overdue", "entities": 1, "entity": "C31", "last_period": "2023-12-31",
        "next_period": "2024-02-29", "expected": "2024-03-27", "days": 93,
    });
    assert_eq!(overdue(3), &of_profits);
}

#[test]
fn a_description_says_how_release_days_are_known() {
    let block = |folder: &Folder| {
        let text = described(folder, &[]);
        let (_, rest) = text.split_once("\nrelease days of the series:\n").unwrap();
        rest.split("\n\n").next().unwrap().trim_end().to_owned()
    };
    assert_eq!(block(&late(|_| "published")), "  published: all 5");
    let mixed = late(|series| match series {
        "cpi_yoy" => "calendar",
        "ppi_yoy" | "profit_ytd" => "assumed",
        "northbound" => "",
        _ => "published",
    });
    assert_eq!(
        block(&mixed),
        "  published: rebar_futures\n  from a calendar of releases: cpi_yoy\n  assumed by a rule: ppi_yoy, profit_ytd\n  \
         not said: all others (1)\n\
         Days that are assumed are not known: a value may have been public later than its rule says."
    );
}
