//! A comparison as a page: inputs, headline, results, holdings, metrics, in the order a reviewer asks.

use rotor_compare::golden::{Digest, GoldenComparison};
use rotor_compare::{
    Change, Comparison, Datum, FactChange, Headline, Level, MetricChange, Moved, Named, Part,
};
use rotor_report::page::{Block, Column, Page, Section, Table};
use rotor_report::sentences;
use rotor_report::terms::Term;
use rotor_report::text::fit;
use rotor_report::words::{Lang, NONE, signed};
use rotor_run::Warning;
use rotor_run::portfolio::{ELIGIBLE, TOP, TOP_NET};
use serde_json::Value;

/// How many rows of a table are shown; JSON has all.
pub(super) const MOST_SHOWN: usize = 10;

/// Returns the page of a comparison; the runs are called `before` and `after`.
pub(crate) fn page(before: &str, after: &str, comparison: &Comparison) -> Page {
    let verdict = match (comparison.is_same, comparison.inputs.is_empty()) {
        (true, true) => "the runs are the same",
        (true, false) => "the results are the same, with different inputs",
        (false, true) => "the results differ, with the same inputs",
        (false, false) => "the results differ",
    };
    let tolerance = if comparison.tolerance > 0.0 {
        format!("{verdict}, at a tolerance of {}", comparison.tolerance)
    } else {
        verdict.to_owned()
    };
    let facts = [("Before", before.to_owned()), ("After", after.to_owned()), ("Verdict", tolerance)];
    let mut sections = vec![inputs(comparison)];
    if !comparison.is_same {
        sections.push(headline(&comparison.headline));
        sections.extend(
            [results(comparison), months(comparison), holdings(comparison), metrics(comparison)]
                .into_iter()
                .flatten(),
        );
        sections.extend(warnings(comparison));
    }
    Page {
        lang: Lang::En,
        title: "Comparison of two runs".into(),
        mark: None,
        facts: facts.map(|(label, fact)| (label.to_owned(), fact)).to_vec(),
        sections,
    }
}

/// Returns the page of a golden backtest that is not what was accepted.
pub(crate) fn golden_page(name: &str, golden: &GoldenComparison) -> Page {
    let mut page = page("the accepted result", "the present result", &golden.comparison);
    page.title = format!("Golden backtest {name}");
    if !golden.digests.is_empty() {
        let mut table = Table::new([
            Column::word("file"),
            Column::name("factor"),
            Column::number("rows before"),
            Column::number("rows after"),
            Column::word("digest"),
        ]);
        for (before, after) in golden.digests.iter().take(MOST_SHOWN) {
            let either = before.as_ref().or(after.as_ref());
            let text = |take: fn(&Digest) -> String| either.map(take).unwrap_or_default();
            let rows = |digest: &Option<Digest>| {
                digest.as_ref().map_or("none".into(), |digest| digest.n_rows.to_string())
            };
            let hash = |digest: &Option<Digest>| {
                digest.as_ref().map_or("none".into(), |digest| fit(&digest.sha256, 9))
            };
            table.row([
                text(|digest| digest.file.clone()),
                text(|digest| digest.group.clone().unwrap_or_default()),
                rows(before),
                rows(after),
                format!("{} → {}", hash(before), hash(after)),
            ]);
        }
        let mut blocks = vec![Block::Paragraph(
            "A golden text has only digests of these files (for scores, of the raw values and notes). \
             Compare two run folders to see where they changed."
                .into(),
        )];
        blocks.extend(with_rest(table, golden.digests.len()));
        page.sections.push(section("digests", "Digests", blocks));
    }
    page
}

pub(super) fn section(id: &str, heading: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.into(), heading: heading.into(), blocks }
}

/// The table, and how many rows it leaves out.
pub(super) fn with_rest(table: Table, n: usize) -> Vec<Block> {
    let n_shown = table.rows.len();
    let mut blocks = vec![Block::Table(table)];
    if n > n_shown {
        blocks.push(Block::Paragraph(format!("And {} more; JSON has all.", n - n_shown)));
    }
    blocks
}

fn inputs(comparison: &Comparison) -> Section {
    let changes = &comparison.inputs;
    if changes.is_empty() {
        let same = "Engine, data, configuration and factors are the same.";
        return section("inputs", "Inputs", vec![Block::Paragraph(same.into())]);
    }
    let mut table = Table::new([
        Column::word("part"),
        Column::name("what"),
        Column::name("before"),
        Column::name("after"),
    ]);
    // Parameters of factors count among what a reader asks first as much as anything; all parts in their order.
    for change in changes.iter().take(3 * MOST_SHOWN) {
        let shown = |value: &Option<Value>| {
            value.as_ref().map_or_else(|| "nothing".into(), |value| input(change.part, value))
        };
        table.row([
            change.part.word().to_owned(),
            change.key.clone(),
            shown(&change.before),
            shown(&change.after),
        ]);
    }
    section("inputs", "Inputs", with_rest(table, changes.len()))
}

fn input(part: Part, value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash && part != Part::Configuration { fit(&text, 13) } else { fit(&text, 40) }
}

fn headline(headline: &Headline) -> Section {
    let is_level = |level: &Level| level.before == level.after;
    let is_same = headline.levels.iter().all(is_level)
        && [&headline.excess, &headline.excess_eligible].iter().all(|(before, after)| before == after);
    if is_same && headline.difference.value == Some(0.0) {
        return section("headline", "Headline", vec![Block::Paragraph(moved(&headline.difference))]);
    }
    let mut table = Table::new([
        Column::word(Term::AnnualisedReturn.en()),
        Column::number("before"),
        Column::number("after"),
        Column::number("change"),
    ]);
    for Level { portfolio, before, after } in &headline.levels {
        let name = match portfolio.as_str() {
            TOP_NET => "selected sectors, net",
            TOP => "selected sectors, gross",
            ELIGIBLE => Term::EligibleSectors.en(),
            _ => Term::EqualWeight.en(),
        };
        let change = before.zip(*after).map(|(before, after)| after - before);
        table.row([name.to_owned(), percent(*before), percent(*after), percent(change)]);
    }
    table.row([Term::NetExcess.en().to_owned(), String::new(), String::new(), String::new()]);
    for (over, excess) in
        [(Term::EqualWeight.en(), &headline.excess), (Term::EligibleSectors.en(), &headline.excess_eligible)]
    {
        excess_rows(&mut table, over, excess);
    }
    section("headline", "Headline", vec![Block::Table(table), Block::Paragraph(moved(&headline.difference))])
}

/// The excess return over a benchmark, its interval, and the months behind both.
fn excess_rows(table: &mut Table, over: &str, (before, after): &(Moved, Moved)) {
    let change = before.value.zip(after.value).map(|(before, after)| after - before);
    table.row([format!("  over {over}"), percent(before.value), percent(after.value), percent(change)]);
    let interval = |moved: &Moved| match moved.interval {
        Some((low, high)) => format!("[{}%, {}%]", signed(100.0 * low, 1), signed(100.0 * high, 1)),
        None => NONE.into(),
    };
    let row = |title: &str, before, after| [format!("    {title}"), before, after, String::new()];
    table.row(row(Term::ConfidenceInterval.en(), interval(before), interval(after)));
    table.row(row(Term::Months.en(), before.n.to_string(), after.n.to_string()));
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.into(), |value| signed(100.0 * value, 2) + "%")
}

/// How far the net return moved, and whether that is significant.
fn moved(difference: &Moved) -> String {
    let Some(value) = difference.value else {
        return "The runs have no month with net returns in common.".into();
    };
    let months = if difference.n == 1 { "month" } else { "months" };
    let what = format!(
        "In the {} {months} of both the annualised net return moved by {}% (twelve times the mean monthly difference)",
        difference.n,
        signed(100.0 * value, 2)
    );
    match difference.interval {
        None if value == 0.0 => "The net returns are the same in every month of both.".into(),
        None => format!("{what}; there are too few months, or too little varies, for a confidence interval."),
        Some((low, high)) => {
            let verdict = if low <= 0.0 && 0.0 <= high {
                Term::NotSignificant.en()
            } else {
                "significant (95% CI excludes zero)"
            };
            let (low, high) = (signed(100.0 * low, 2), signed(100.0 * high, 2));
            format!("{what}, 95% CI [{low}%, {high}%]: {verdict}.")
        }
    }
}

fn results(comparison: &Comparison) -> Option<Section> {
    // As a reader asks: scores, holdings, returns.
    const ORDER: [&str; 6] = ["scores", "forecasts", "diagnostics", "ranking", "returns", "turnover"];
    let changes = &comparison.results.facts;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::word("facts"),
        Column::name("of"),
        Column::number("changed"),
        Column::name("largest change"),
        Column::number("before"),
        Column::number("after"),
    ]);
    let order = |change: &&FactChange| {
        ORDER.iter().position(|name| change.file.starts_with(name)).unwrap_or(ORDER.len())
    };
    let mut sorted: Vec<&FactChange> = changes.iter().collect();
    sorted.sort_by_key(order);
    for change in sorted.into_iter().take(2 * MOST_SHOWN) {
        let file = change.file.strip_suffix(".parquet").unwrap_or(&change.file);
        let shown = change.largest.as_ref().unwrap_or(&change.first);
        let (before, after) = both(&shown.before, &shown.after);
        table.row([
            file.strip_prefix("tables/").map_or_else(|| file.to_owned(), |name| format!("table {name}")),
            change.group.clone().unwrap_or_default(),
            format!("{} of {}", change.n_changed, change.n_rows),
            place(change, shown),
            before,
            after,
        ]);
    }
    Some(section("results", "Facts that changed", with_rest(table, changes.len())))
}

/// Where a change is: month, whom it is about, column.
fn place(change: &FactChange, shown: &Change) -> String {
    let subjects = shown.subject.iter().skip(usize::from(change.group.is_some())).cloned();
    let month = shown.month.map(|month| month.to_string());
    let parts: Vec<String> = month.into_iter().chain(subjects).chain(shown.column.clone()).collect();
    fit(&parts.join(" "), 34)
}

/// Two cells, with as many digits as it takes to see that they differ.
fn both(before: &Datum, after: &Datum) -> (String, String) {
    if let (Datum::Number(before), Datum::Number(after)) = (before, after) {
        return differing(*before, *after);
    }
    let shown = |datum: &Datum| match datum {
        Datum::Empty => "none".into(),
        Datum::Number(number) => differing(*number, f64::NAN).0,
        Datum::Text(text) => fit(text, 14),
    };
    (shown(before), shown(after))
}

fn differing(before: f64, after: f64) -> (String, String) {
    let digits = |number: f64, n: usize| {
        let rounded = format!("{number:.n$e}").parse().unwrap_or(number);
        let text = format!("{rounded}");
        if text.len() > 16 { format!("{number:.n$e}") } else { text }
    };
    let pair = |n: usize| (digits(before, n), digits(after, n));
    if before == after {
        return pair(3);
    }
    let distinct = (3..=16).map(pair).find(|(before, after)| before != after);
    distinct.unwrap_or_else(|| (before.to_string(), after.to_string()))
}

fn months(comparison: &Comparison) -> Option<Section> {
    let changes = &comparison.results.months;
    if changes.is_empty() {
        return None;
    }
    let mut table = Table::new([Column::word("month"), Column::word("before"), Column::word("after")]);
    for change in changes.iter().take(MOST_SHOWN) {
        let shown = |day: Option<rotor_factor::Date>, is_kept: bool| match day {
            None => "no execution".into(),
            Some(day) if is_kept => day.to_string(),
            Some(day) => format!("{day}, skipped"),
        };
        table.row([
            change.month.to_string(),
            shown(change.before, change.is_kept_before),
            shown(change.after, change.is_kept_after),
        ]);
    }
    Some(section("months", "Months that differ", with_rest(table, changes.len())))
}

fn holdings(comparison: &Comparison) -> Option<Section> {
    let (changes, n_months) = (&comparison.results.picks, comparison.results.n_months);
    if changes.is_empty() {
        return None;
    }
    let names = |sectors: &[Named]| {
        let names = sectors.iter().map(|sector| match &sector.name_zh {
            Some(name_zh) => format!("{} {} {name_zh}", sector.code, sector.name),
            None => format!("{} {}", sector.code, sector.name),
        });
        names.collect::<Vec<_>>()
    };
    let mut table =
        Table::new([Column::word("month"), Column::name(Term::Added.en()), Column::name(Term::Dropped.en())]);
    let mut n_shown = 0;
    while let Some(change) = changes.get(n_shown)
        && table.rows.len() < MOST_SHOWN
    {
        n_shown += 1;
        let (came, went) = (names(&change.came), names(&change.went));
        for row in 0..came.len().max(went.len()).max(1) {
            let month = if row == 0 { change.month.to_string() } else { String::new() };
            let cell = |names: &[String]| names.get(row).cloned().unwrap_or_default();
            let weights = || format!("{} with another weight", change.n_other_shares);
            let only_weights = came.is_empty() && went.is_empty();
            table.row([month, if only_weights { weights() } else { cell(&came) }, cell(&went)]);
        }
    }
    let text = format!("Holdings changed in {} of {n_months} months.", changes.len());
    let mut blocks = vec![Block::Paragraph(text), Block::Table(table)];
    if changes.len() > n_shown {
        blocks.push(Block::Paragraph(format!("And {} more months; JSON has all.", changes.len() - n_shown)));
    }
    Some(section("picks", "Holdings", blocks))
}

fn metrics(comparison: &Comparison) -> Option<Section> {
    let metrics = &comparison.results.metrics;
    if metrics.changed.is_empty() {
        return None;
    }
    let mut table = Table::new([Column::word("metric"), Column::number("before"), Column::number("after")]);
    for MetricChange { path, before, after } in metrics.changed.iter().take(MOST_SHOWN) {
        let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
        let (before, after) = match (number(before), number(after)) {
            (Some(before), Some(after)) => differing(before, after),
            _ => leaves(before.as_ref(), after.as_ref()),
        };
        table.row([ending(path), before, after]);
    }
    let text = format!("{} of {} values of the evaluation changed.", metrics.changed.len(), metrics.n);
    let blocks = [Block::Paragraph(text)].into_iter().chain(with_rest(table, metrics.changed.len()));
    Some(section("metrics", "Metrics", blocks.collect()))
}

/// The ends of an interval.
fn ends(value: Option<&Value>) -> Option<[f64; 2]> {
    match value?.as_array()?.as_slice() {
        [low, high] => Some([low.as_f64()?, high.as_f64()?]),
        _ => None,
    }
}

/// Two leaves that are no numbers; intervals to three digits, or as many as it takes to see that they differ.
fn leaves(before: Option<&Value>, after: Option<&Value>) -> (String, String) {
    let shown = (leaf(before), leaf(after));
    match (ends(before), ends(after)) {
        (Some(before), Some(after)) if shown.0 == shown.1 => {
            let (low, high) = (differing(before[0], after[0]), differing(before[1], after[1]));
            (format!("[{}, {}]", low.0, high.0), format!("[{}, {}]", low.1, high.1))
        }
        _ => shown,
    }
}

/// The value of a leaf.
fn leaf(value: Option<&Value>) -> String {
    let Some(value) = value else { return "none".into() };
    match ends(Some(value)) {
        Some([low, high]) => format!("[{low:.3}, {high:.3}]"),
        None => fit(&value.to_string(), 16),
    }
}

/// A path without what all have in common, cut in front: its end says what it is.
fn ending(path: &str) -> String {
    const LONGEST: usize = 44;
    let path = path.strip_suffix(".value").unwrap_or(path);
    match path.char_indices().rev().nth(LONGEST - 1) {
        Some((start, _)) if start > 0 => format!("…{}", &path[start..]),
        _ => path.to_owned(),
    }
}

fn warnings(comparison: &Comparison) -> Option<Section> {
    let warnings = &comparison.results.warnings;
    let text = |warning: &Warning| fit(&sentences::warning(Lang::En, warning), 300);
    let gone = warnings.gone.iter().map(|warning| format!("no longer: {}", text(warning)));
    let new = warnings.new.iter().map(|warning| format!("new: {}", text(warning)));
    let all: Vec<String> = gone.chain(new).take(MOST_SHOWN).collect();
    (!all.is_empty()).then(|| section("warnings", "Warnings", vec![Block::List(all)]))
}
