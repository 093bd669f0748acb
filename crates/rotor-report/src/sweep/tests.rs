//! Pages of made-up sweeps.

mod sample;

use sample::{Sample, estimate, known, made, missing, usual};
use serde_json::json;

use super::{Facts, report};
use crate::page::{Block, Page, Table, Value, html, markdown, terminal};
use crate::terms::REFUSED;
use crate::text::Align;
use crate::words::{Lang, NONE};
use rotor_run::sweep::{Axis, HoldoutResult, PickRule, Picked};

const BOTH: [Lang; 2] = [Lang::En, Lang::Zh];

/// The page as Markdown, without what Markdown escapes.
fn text(sample: &Sample, lang: Lang) -> String {
    markdown(&report(&sample.facts(), lang)).replace('\\', "").replace("&lt;", "<")
}

#[track_caller]
fn assert_says(text: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(text.contains(sentence), "`{sentence}` is not in\n{text}");
    }
}

fn ids(page: &Page) -> Vec<&str> {
    page.sections.iter().map(|section| section.id.as_str()).collect()
}

fn tables(blocks: &[Block]) -> Vec<&Table> {
    blocks
        .iter()
        .flat_map(|block| match block {
            Block::Table(table) => vec![table],
            Block::Folded { blocks, .. } | Block::Appendix { blocks, .. } => tables(blocks),
            _ => Vec::new(),
        })
        .collect()
}

fn one_axis() -> Sample {
    made(vec![Axis { key: "top".into(), values: vec![json!(3), json!(5)] }], 0, 2)
}

fn nothing() -> Sample {
    made(vec![Axis { key: "top".into(), values: vec![json!(3), json!(5)] }], 1, 2)
}

fn many_axes() -> Sample {
    let axes = (0..12).map(|axis| Axis {
        key: format!("factor_{axis}.weight"),
        values: vec![json!(0), json!(1), json!(2)],
    });
    made(axes.collect(), 40, 2000)
}

#[test]
fn every_section_is_there_in_its_order() {
    let all = [
        "verdict",
        "distribution",
        "many-trials",
        "axes",
        "pairs",
        "plateau",
        "fan",
        "conditions",
        "walk-forward",
        "factors",
        "best-trials",
        "method",
    ];
    for lang in BOTH {
        assert_eq!(ids(&report(&usual().facts(), lang)), all);
        assert_eq!(ids(&report(&many_axes().facts(), lang)), all);
        let some: Vec<&str> = all.into_iter().filter(|id| *id != "pairs").collect();
        assert_eq!(ids(&report(&one_axis().facts(), lang)), some);
        let some: Vec<&str> = some.into_iter().filter(|id| *id != "fan").collect();
        assert_eq!(ids(&report(&nothing().facts(), lang)), some);
    }
}

#[test]
fn the_first_sentence_says_how_many_survive() {
    let mut sample = usual();
    assert_says(
        &text(&sample, Lang::En),
        &[
            "No evidence of skill: of 540 trials (509 of them judged), none survives the step-down at 5% (smallest adjusted p 0.313).",
            "It is the best one of 509: being chosen flatters the number, and the interval is that of a single trial",
        ],
    );
    assert_says(
        &text(&sample, Lang::Zh),
        &["没有能力的证据：540次试验（其中509次参评）中无一通过5%水平的逐步检验（最小校正后p值0.313）。"],
    );
    sample.statistics.step_down.n_survivors = 3;
    sample.statistics.step_down.smallest_p = known(0.0004);
    assert_says(
        &text(&sample, Lang::En),
        &["Of 540 trials (509 of them judged), 3 survive the step-down at 5% (smallest adjusted p <0.001)."],
    );
    sample.statistics.step_down.n_survivors = 1;
    assert_says(&text(&sample, Lang::En), &["1 survives the step-down"]);
    sample.statistics.step_down.smallest_p = missing();
    assert_says(
        &text(&sample, Lang::En),
        &[
            "cannot be said how many survive the step-down at 5%: 3 values where 24 are needed. There is no evidence of skill.",
        ],
    );
}

/// The best of the made-up trials, found by hand: the one of rank 1.
#[test]
fn the_best_is_named_with_its_settings_and_what_speaks_against_it() {
    let sample = usual();
    let position = sample.trials.iter().position(|trial| trial.rank == Some(1)).unwrap();
    let planned = &sample.plan.trials[position];
    let top = [3, 4, 5, 6, 8][planned.values[0].unwrap() as usize];
    let page = text(&sample, Lang::En);
    assert_says(&page, &[&format!("The best by information ratio: top = {top}; min_factors = ")]);
    // Every 17th fails: 540 / 17 are 31, of which those at even positions, 16, have the first reason.
    assert_says(
        &page,
        &[
            "31 of 540 trials have no result; the most frequent reason, of 16: factor `heat` has no data.",
            "`cost_bp = 30` (rank 61); `start = 2018-01` (rank 121).",
            "The hold-out (36 months from 2024-01) was sealed when this page was made",
        ],
    );
    let mut edged = sample;
    edged.statistics.axes[0].edge = Some(rotor_run::sweep::Edge::Last);
    assert_says(&text(&edged, Lang::En), &["The best lies on the edge of `top` (8 is the last value)"]);
    assert_says(&text(&edged, Lang::Zh), &["最优试验位于参数轴边缘：`top`（8为最后一个取值）"]);
}

#[test]
fn an_opened_hold_out_is_told_with_what_it_gave() {
    let sample = usual();
    let picked = Picked {
        plan: sample.plan.hash.clone(),
        rule: PickRule::Plateau,
        trial: 0,
        id: sample.plan.trials[0].id.clone(),
        when: "2026-11-30T09:30:00Z".into(),
        holdout: Some(HoldoutResult {
            excess: estimate(-0.012, 0.02),
            information_ratio: known(-0.31),
            before: known(0.84),
        }),
    };
    let facts = Facts { picked: Some(&picked), ..sample.facts() };
    let page = markdown(&report(&facts, Lang::En)).replace('\\', "");
    assert!(!page.contains("was sealed when this page was made"));
    assert_says(
        &page,
        &[
            "was opened on 2026-11-30T09:30:00Z for one trial (the one whose neighbours have the best median)",
            "its information ratio -0.31, after 0.84 in the months on which it was chosen.",
        ],
    );
}

#[test]
fn designs_without_their_level_are_named() {
    let page = text(&usual(), Lang::En);
    assert_says(&page, &["Where 5% is not 5%", "autocorrelation 0.2 and 0.0, in turn", "skewness +1"]);
    assert_says(&page, &["7.6%", "2.5%", "9.6%", "3.2%"]);
    assert_says(&text(&usual(), Lang::Zh), &["四组，组内相关系数0.9", "偏度+1"]);
}

#[test]
fn luck_and_the_choice_are_put_into_words() {
    let page = text(&usual(), Lang::En);
    assert_says(
        &page,
        &[
            "The luckiest of 900 independent trials without skill is expected at 0.86; of the 9.4 effective trials, which the correlations leave, at 0.56.",
            "DSR (900 trials)",
            "DSR (9.4 effective trials)",
            "PBO (CSCV, 509 configurations)",
            "reality check (White), for comparison *",
            "Degradation line, slope -0.38: the better the best of one half looks there, the worse it does in the other.",
            "Of what the best in hindsight shows, +4.1% annualised is hindsight.",
            "The choices are not significant (95% CI includes zero).",
            "the lowest turnover within one standard error of the best excess return, on the 60 months before; first after 36 months, held for 12 months.",
            "propose for a field that has tried many: 1 of 4 factors, each with its parameters.",
        ],
    );
}

#[test]
fn a_page_of_many_trials_is_small() {
    let axes = [("a", 40), ("b", 50), ("c", 50)];
    let axes =
        axes.map(|(key, n)| Axis { key: key.into(), values: (0..n).map(|value| json!(value)).collect() });
    let sample = made(axes.into(), 1000, 100_000);
    for lang in BOTH {
        let page = html(&report(&sample.facts(), lang));
        assert!(page.len() < 2_000_000, "{}", page.len());
    }
    let page = html(&report(&many_axes().facts(), Lang::En));
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[test]
fn what_is_left_out_is_said() {
    let page = text(&many_axes(), Lang::En);
    assert_says(
        &page,
        &["60 more pairs are left out here; shown are those whose axes explain most.", "; 6 more"],
    );
}

#[test]
fn sweeps_that_say_little_have_reasons_in_words() {
    for lang in BOTH {
        for sample in [one_axis(), nothing()] {
            let page = report(&sample.facts(), lang);
            let all = [html(&page), markdown(&page), terminal(&page)];
            assert!(all.iter().all(|page| !page.contains("NaN") && !page.contains("None")));
        }
    }
    let page = text(&nothing(), Lang::En);
    assert_says(
        &page,
        &[
            "2 of 2 trials have no result",
            "No trial has an information ratio, so that there is no best one.",
            "No trial has a rank.",
            "3 values where 24 are needed",
            "There was no choice.",
        ],
    );
}

#[test]
fn no_position_of_a_document_is_trusted() {
    let mut sample = usual();
    sample.statistics.best = Some(9_999_999);
    sample.statistics.pairs[0].x = 999;
    sample.statistics.conditions[1].best = Some(9_999_999);
    sample.statistics.step_down.trial = Some(9_999_999);
    sample.statistics.axes.truncate(2);
    sample.statistics.axes[0].levels.truncate(1);
    sample.statistics.pairs[1].cells.clear();
    if let Some(found) = &mut sample.statistics.walk_forward {
        found.choices[0].trial = 9_999_999;
    }
    sample.trials.truncate(10);
    for lang in BOTH {
        assert!(html(&report(&sample.facts(), lang)).contains(NONE));
    }
}

#[test]
fn names_of_the_data_are_harmless() {
    const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[31m\u{202e}\"'&";
    let mut sample = made(
        vec![
            Axis { key: HOSTILE.into(), values: vec![json!(HOSTILE), json!("x".repeat(500)), json!("")] },
            Axis { key: "b".into(), values: vec![json!([HOSTILE]), json!(null), json!(true)] },
        ],
        2,
        9,
    );
    sample.plan.dataset.name = HOSTILE.into();
    sample.plan.dataset.title = HOSTILE.into();
    sample.plan.hash = HOSTILE.into();
    sample.plan.engine.version = HOSTILE.into();
    sample.plan.data.sha256 = HOSTILE.into();
    sample.plan.conditions[1].settings = serde_json::from_value(json!({ HOSTILE: HOSTILE })).unwrap();
    sample.statistics.factors.factors[0].factor = HOSTILE.into();
    sample.statistics.factors.factors[1].parameters = vec![(HOSTILE.into(), json!(HOSTILE))];
    for trial in &mut sample.plan.trials {
        trial.id = HOSTILE.into();
    }
    for trial in &mut sample.trials {
        if let Err(reason) = &mut trial.result {
            *reason = HOSTILE.into();
        }
    }
    for lang in BOTH {
        let page = report(&sample.facts(), lang);
        let written = html(&page);
        assert!(!written.contains("<script>alert"), "a name of the data is markup");
        for written in [written, markdown(&page), terminal(&page)] {
            assert!(
                written.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}')
            );
            assert!(!written.contains(&"x".repeat(100)));
        }
    }
}

#[test]
fn columns_of_numbers_hold_numbers() {
    for sample in [usual(), nothing()] {
        let page = report(&sample.facts(), Lang::En);
        let all: Vec<&Table> = page.sections.iter().flat_map(|section| tables(&section.blocks)).collect();
        assert!(all.len() > 6, "{}", all.len());
        for table in all {
            for row in &table.rows {
                for (cell, column) in
                    row.iter().zip(&table.columns).filter(|(_, column)| column.align == Align::Right)
                {
                    let is_number = matches!(cell.value(column), Some(Value::Number(..)));
                    assert!(is_number || cell.starts_with(NONE), "{}: {cell}", column.title);
                }
            }
        }
    }
}

#[test]
fn a_chinese_page_has_no_english_word_of_ours() {
    const KNOWN: &[&str] = &[
        "DSR",
        "PBO",
        "CSCV",
        "SPA",
        "SHA",
        "Romano",
        "Wolf",
        "Galwey",
        "White",
        "Hansen",
        "Reality",
        "Check",
        "Holm",
        "Benjamini",
        "Yekutieli",
        "Harvey",
        "Liu",
        "Zhu",
        "RankIC",
        "rotor",
        "made",
        "Made",
        "sectors",
    ];
    let sample = usual();
    let of_data: Vec<String> = sample.plan.axes.iter().map(|axis| axis.key.clone()).collect();
    for sample in [sample, nothing()] {
        let page = text(&sample, Lang::Zh);
        let unquoted: String = page.split('`').step_by(2).collect();
        for line in unquoted.lines() {
            for word in line.split(|letter: char| !letter.is_ascii_alphabetic()) {
                let is_data = of_data.iter().any(|key| key.split(['.', '_']).any(|part| part == word))
                    || [
                        "profit", "price", "heat", "momentum", "lookback", "start", "cost", "has", "data",
                        "factor", "not", "below", "skip",
                    ]
                    .contains(&word)
                    || word.chars().all(|letter| letter.is_ascii_hexdigit());
                assert!(word.len() <= 2 || is_data || KNOWN.contains(&word), "{word}: {line}");
            }
        }
    }
}

#[test]
fn the_page_uses_the_words_of_the_field() {
    for lang in BOTH {
        let page = report(&usual().facts(), lang);
        let text = markdown(&page).to_lowercase();
        let mut labels: Vec<String> = Vec::new();
        for section in &page.sections {
            labels.push(section.heading.to_lowercase());
            let columns = tables(&section.blocks).into_iter().flat_map(|table| &table.columns);
            labels.extend(columns.map(|column| column.title.to_lowercase()));
            for block in &section.blocks {
                if let Block::Tiles(tiles) = block {
                    labels.extend(tiles.iter().map(|tile| tile.label.to_lowercase()));
                }
            }
        }
        for refused in REFUSED {
            let found = if refused.only_as_label {
                labels
                    .iter()
                    .any(|label| label.split([',', '(', ')']).any(|part| part.trim() == refused.words))
            } else {
                text.contains(refused.words)
            };
            assert!(!found, "`{}`: write {}", refused.words, refused.instead);
        }
    }
}

#[test]
fn equal_sweeps_have_equal_pages() {
    assert_eq!(html(&report(&usual().facts(), Lang::Zh)), html(&report(&usual().facts(), Lang::Zh)));
    assert_eq!(sample::day(13).to_string(), "2016-02-12");
}

/// Narrow axes have a column each; others share one, and what all trials have in common stands above.
#[test]
fn the_best_trials_have_a_column_an_axis_where_there_is_room() {
    let titles = |sample: &Sample| {
        let page = report(&sample.facts(), Lang::En);
        let best = page.sections.iter().find(|section| section.id == "best-trials").unwrap();
        tables(&best.blocks)[0].columns.iter().map(|column| column.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&one_axis())[..4], ["#", "trial", "top", "excess (net)"]);
    assert_eq!(titles(&usual())[..4], ["#", "trial", "settings", "excess (net)"]);
    assert_eq!(titles(&many_axes())[..4], ["#", "trial", "settings", "excess (net)"]);
    assert_says(&text(&many_axes(), Lang::En), &["All of them have in common: factor_0.weight = 0; "]);
}
