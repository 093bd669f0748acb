//! Every kind of chart: as golden drawings, and with the worst values there are.
//!
//! The drawings under `tests/golden/figures` are read by a person when they change: they can be opened in a browser, black on white.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use rotor_factor::{Date, Month};
use rotor_report::draw::{
    Band, Bar, BarChart, BarGroup, BarMark, BoxChart, BoxRow, Caption, Chart, Columns, LineChart, Mark,
    Matrix, Panel, Series, Shades, Span, Tone, Unit,
};
use rotor_report::page::{Block, Column, Figure, Page, Section, Table, html};
use rotor_report::words::Lang;
use rotor_tests::assert_golden;

const CAPTION: Caption<'static> = Caption { title: "A title", about: "How to read it", lang: Lang::En };

/// A name as bad as it can come.
const HOSTILE: &str = "</text><script>alert(\"1\")</script>&amp;'\u{5d0}\u{5d1} 行业";

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn months(n: usize) -> Vec<Date> {
    let first = Month::new(2019, 11).expect("a month");
    (0..n as i32).filter_map(|month| first.plus(month)).map(Month::last_day).collect()
}

fn series(name: &str, tone: Tone, mark: Mark, values: &[Option<f64>]) -> Series {
    Series { name: name.into(), tone, mark, values: values.into() }
}

fn panel(unit: Unit, series: Vec<Series>) -> Panel {
    Panel {
        axis: "value".into(),
        unit,
        is_log: false,
        baseline: None,
        height: 1.0,
        series,
        bands: Vec::new(),
    }
}

fn lines() -> LineChart {
    let values = [Some(1.0), Some(1.25), None, Some(0.8), Some(1.5), Some(2.0)];
    let other = [Some(1.0), Some(1.1), Some(1.05), Some(1.2), None, Some(1.6)];
    let falls = [Some(0.0), Some(-0.02), None, Some(-0.36), Some(-0.1), Some(0.0)];
    let ranges = values.map(|value| value.map(|value| (value * 0.9, value * 1.1))).into();
    LineChart {
        dates: months(6),
        panels: vec![
            Panel {
                is_log: true,
                baseline: Some(1.0),
                bands: vec![Band { name: "interval".into(), tone: Tone::First, ranges }],
                ..panel(
                    Unit::plain(2),
                    vec![
                        series("top five", Tone::First, Mark::Line, &values),
                        series("A & B", Tone::Second, Mark::Dashed, &other),
                        series("actual", Tone::Third, Mark::Dots, &other),
                    ],
                )
            },
            Panel {
                height: 0.5,
                ..panel(Unit::fraction(1), vec![series("fall", Tone::First, Mark::Area, &falls)])
            },
            panel(Unit::fraction(1), vec![series("change", Tone::Muted, Mark::Bars, &falls)]),
        ],
        spans: vec![Span { from: date("2020-01-10"), to: date("2020-02-15"), name: "gap".into() }],
        is_small: false,
        ..LineChart::default()
    }
}

fn bars() -> BarChart {
    let bar = |value: f64| Some(Bar { value, interval: Some((value - 0.02, value + 0.03)) });
    BarChart {
        axis: "return a year".into(),
        unit: Unit::fraction(1).signed(),
        baseline: 0.0,
        categories: ["1", "2", HOSTILE].map(String::from).into(),
        is_horizontal: false,
        mark: BarMark::Bars,
        is_small: true,
        guides: Vec::new(),
        groups: vec![
            BarGroup { name: "net".into(), tone: Tone::First, values: vec![bar(0.05), None, bar(-0.01)] },
            BarGroup { name: "gross".into(), tone: Tone::Second, values: vec![bar(0.06), bar(0.0), None] },
        ],
    }
}

fn matrix() -> Matrix {
    Matrix {
        rows: ["profit", "price"].map(String::from).into(),
        row_axis: "factor".into(),
        columns: Columns::Names(["profit", "price"].map(String::from).into()),
        column_axis: "factor".into(),
        measure: String::new(),
        cells: vec![vec![Some(1.0), Some(-0.25)], vec![None, Some(0.0)]],
        unit: Unit::plain(2).signed(),
        shades: Shades::Diverging { middle: 0.0, extent: Some(1.0) },
        has_numbers: true,
        missing: String::new(),
    }
}

/// A strip with more cells than have a title each.
fn strip() -> Matrix {
    let cell =
        |row: usize, block: usize| (block % 4 == row % 4).then(|| ((block * 3 + row) % 11) as f64 - 4.0);
    Matrix {
        rows: (0..8).map(|row| format!("sector {row}")).collect(),
        columns: Columns::Dates(months(200)),
        column_axis: "month".into(),
        measure: String::new(),
        cells: (0..8).map(|row| (0..200).map(|month| cell(row, month / 10)).collect()).collect(),
        unit: Unit::plain(1),
        shades: Shades::Diverging { middle: 0.0, extent: None },
        has_numbers: false,
        ..matrix()
    }
}

fn boxes() -> BoxChart {
    let values = [-0.3, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05].into();
    BoxChart {
        axis: "return of a month".into(),
        unit: Unit::fraction(1).signed(),
        rows: vec![
            BoxRow { name: "Steel".into(), values, current: Some(0.04) },
            BoxRow { name: "钢铁".into(), values: Vec::new(), current: None },
        ],
    }
}

#[test]
fn golden_drawings() {
    let lying = BarChart { is_horizontal: true, mark: BarMark::Dots, is_small: false, ..bars() };
    for (name, chart) in [
        ("lines", Chart::Lines(lines())),
        ("bars", Chart::Bars(bars())),
        ("bars-lying", Chart::Bars(lying)),
        ("matrix", Chart::Matrix(matrix())),
        ("strip", Chart::Matrix(strip())),
        ("boxes", Chart::Boxes(boxes())),
    ] {
        let svg = chart.svg(&CAPTION);
        check(&svg);
        assert_golden(&format!("figures/{name}.svg"), &svg);
    }
}

#[test]
fn shapes_say_their_values() {
    let titles = |chart: &Chart| {
        let svg = chart.svg(&CAPTION);
        let document = roxmltree::Document::parse(&svg).expect("well-formed");
        let hits = document.descendants().filter(|node| {
            node.attribute("class").is_some_and(|class| class.split(' ').any(|class| class == "hits"))
        });
        let titles = hits.flat_map(|hits| hits.descendants()).filter(|node| node.has_tag_name("title"));
        titles.filter_map(|title| title.text().map(String::from)).collect::<Vec<_>>()
    };
    let found = titles(&Chart::Lines(lines()));
    assert_eq!(
        found[0],
        "2019-11-30\ntop five: 1.00\nA & B: 1.00\nactual: 1.00\ninterval: [0.90, 1.10]\nfall: 0.0%\nchange: 0.0%"
    );
    // A name that stands in two panels is told apart by their axes.
    let mut twice = lines();
    twice.panels[1].axis = "from the peak".into();
    twice.panels[1].series[0].name = "top five".into();
    assert_eq!(
        titles(&Chart::Lines(twice))[1],
        "2019-12-31\nvalue, top five: 1.25\nA & B: 1.10\nactual: 1.10\ninterval: [1.12, 1.38]\n\
         from the peak, top five: -2.0%\nchange: -2.0%"
    );
    // In January there are values of two series only, and a span.
    assert_eq!(found[2], "2020-01-31\nA & B: 1.05\nactual: 1.05\ngap");
    assert_eq!(
        titles(&Chart::Bars(bars())),
        [
            "1\nnet: +5.0% [+3.0%, +8.0%]\ngross: +6.0% [+4.0%, +9.0%]".to_owned(),
            "2\ngross: 0.0% [-2.0%, +3.0%]".to_owned(),
            format!("{HOSTILE}\nnet: -1.0% [-3.0%, +2.0%]"),
        ]
    );
    assert_eq!(
        titles(&Chart::Matrix(matrix())),
        ["profit\nprofit: +1.00", "profit\nprice: -0.25", "price\nprice: 0.00"]
    );
    let strip = titles(&Chart::Matrix(strip()));
    assert_eq!((strip.len(), &*strip[20]), (200, "2021-07-31\nsector 2: 4.0\nsector 6: -3.0"));
    assert_eq!(
        titles(&Chart::Boxes(boxes()))[0],
        "Steel\ncurrent: +4.0%\nmedian: 0.0%\nmean: -3.6%\nquartiles: -1.5% … +1.5%\nwhiskers: -2.0% … +5.0%\nvalues: 7"
    );
}

#[test]
fn five_thousand_days_and_three_hundred_rows_are_thinned() {
    let dates: Vec<Date> = (0..5000).filter_map(|day| date("2004-01-01").plus_days(day)).collect();
    let values: Vec<Option<f64>> = (0..5000).map(|day| Some(f64::from(day * 7919 % 1000))).collect();
    let ranges = values.iter().map(|value| value.map(|value| (value - 1.0, value + 1.0))).collect();
    let marks = [Mark::Line, Mark::Dashed, Mark::Area, Mark::Bars, Mark::Dots];
    let series = marks.map(|mark| series("noise", Tone::First, mark, &values));
    let bands = vec![Band { name: "band".into(), tone: Tone::Second, ranges }];
    let panels = vec![Panel { bands, ..panel(Unit::plain(1), series.into()) }];
    let svg = Chart::Lines(LineChart { dates, panels, ..LineChart::default() }).svg(&CAPTION);
    check(&svg);
    assert!(svg.len() < 300_000, "{} bytes", svg.len());

    let cells = (0..300).map(|row| (0..240).map(|month| Some(f64::from(row * month % 97))).collect());
    let wide = Matrix {
        rows: (0..300).map(|row| format!("sector {row}")).collect(),
        columns: Columns::Dates(months(240)),
        cells: cells.collect(),
        has_numbers: false,
        ..matrix()
    };
    let svg = Chart::Matrix(wide).svg(&CAPTION);
    check(&svg);
    assert!(svg.len() < 1_500_000, "{} bytes", svg.len());
    let cells = (0..2).map(|row| (0..2000).map(|month| Some(f64::from(row * month % 97 - 30))).collect());
    let days = (0..2000).filter_map(|day| date("2004-01-01").plus_days(day)).collect();
    let columns = Columns::Dates(days);
    check_all(&Chart::Matrix(Matrix { columns, cells: cells.collect(), has_numbers: false, ..matrix() }));
    let many = BarChart {
        categories: (0..300).map(|row| format!("sector {row}")).collect(),
        groups: vec![BarGroup {
            name: "all".into(),
            tone: Tone::First,
            values: (0..300).map(|row| Some(Bar { value: f64::from(row), interval: None })).collect(),
        }],
        is_small: false,
        ..bars()
    };
    check_all(&Chart::Bars(many.clone()));
    check_all(&Chart::Bars(BarChart { is_horizontal: true, ..many }));
}

/// The longest names in Chinese and English, in every place that has names.
#[test]
fn long_names_are_cut() {
    for name in ["行".repeat(200), "W".repeat(200), HOSTILE.repeat(5)] {
        let mut lines = lines();
        lines.panels[0].axis.clone_from(&name);
        lines.panels[0].series[0].name.clone_from(&name);
        lines.spans[0].name.clone_from(&name);
        check_all(&Chart::Lines(lines));
        for is_horizontal in [false, true] {
            let categories = vec![name.clone(); 12];
            let mut bars = BarChart { categories, is_horizontal, is_small: false, ..bars() };
            for group in &mut bars.groups {
                group.name.clone_from(&name);
                group.values.resize(12, None);
            }
            check_all(&Chart::Bars(bars));
        }
        let names = vec![name.clone(); 2];
        let columns = Columns::Names(names.clone());
        check_all(&Chart::Matrix(Matrix { rows: names, columns, row_axis: name.clone(), ..matrix() }));
        let mut boxes = boxes();
        boxes.rows[0].name = name;
        check_all(&Chart::Boxes(boxes));
    }
}

/// What a dataset says is text, wherever it stands on a page.
#[test]
fn hostile_names_are_text_on_a_page() {
    let mut table = Table::new([Column::name(HOSTILE), Column::number("n")]);
    table.row([HOSTILE.to_owned(), "1".into()]);
    let figure = |id: &str, chart: Chart| Figure {
        id: id.into(),
        title: HOSTILE.into(),
        about: HOSTILE.into(),
        chart,
    };
    let names = Columns::Names(vec![HOSTILE.into(); 2]);
    let page = html(&Page {
        lang: Lang::Zh,
        title: HOSTILE.into(),
        mark: Some(HOSTILE.into()),
        facts: vec![(HOSTILE.into(), HOSTILE.into())],
        sections: vec![Section {
            id: "one".into(),
            heading: HOSTILE.into(),
            blocks: vec![
                Block::Heading(HOSTILE.into()),
                Block::Paragraph(HOSTILE.into()),
                Block::Warning(HOSTILE.into()),
                Block::List(vec![HOSTILE.into()]),
                Block::Table(table),
                Block::Figures(vec![
                    figure("bars", Chart::Bars(bars())),
                    figure("lines", Chart::Lines(lines())),
                    figure(
                        "matrix",
                        Chart::Matrix(Matrix { columns: names, row_axis: HOSTILE.into(), ..matrix() }),
                    ),
                ]),
                Block::Folded { title: HOSTILE.into(), blocks: vec![Block::Paragraph(HOSTILE.into())] },
            ],
        }],
    });
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert_eq!(page.matches("alert(").count(), page.matches("&lt;script&gt;alert(").count());
    let without_namespace = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_namespace.contains("://") && !page.contains("@import") && !page.contains("url("));
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}

/// A table behind a figure keeps the latest dates and says what it leaves out.
#[test]
fn long_tables_keep_the_latest() {
    let dates: Vec<Date> = (0..9000).filter_map(|day| date("2000-01-01").plus_days(day)).collect();
    let values: Vec<Option<f64>> = (0..9000).map(|day| Some(f64::from(day))).collect();
    let panels = vec![panel(Unit::plain(0), vec![series("x", Tone::First, Mark::Line, &values)])];
    let chart = Chart::Lines(LineChart { dates, panels, ..LineChart::default() });
    let figure = Figure { id: "long".into(), title: "Long".into(), about: String::new(), chart };
    let page = html(&Page {
        lang: Lang::En,
        title: "Long".into(),
        mark: None,
        facts: Vec::new(),
        sections: vec![Section { id: "one".into(), heading: "One".into(), blocks: vec![figure.into()] }],
    });
    assert!(page.contains("The latest; 5000 earlier ones are in the files of the run."));
    assert!(page.contains("<td>8999") && page.contains("<td>5000") && !page.contains("<td>4999"));
}

fn value() -> impl Strategy<Value = Option<f64>> {
    let nasty = prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        1.0 + f64::EPSILON,
        f64::MIN_POSITIVE,
        5e-324,
        1e-300,
        1e300,
        -1e300,
        f64::MAX,
        f64::MIN,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e15,
        0.1,
        -3.0,
    ]);
    prop::option::weighted(0.8, prop_oneof![nasty, -1.0..1.0])
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::plain(2), Unit::fraction(1).signed(), Unit::percent(0)])
}

fn mark() -> impl Strategy<Value = Mark> {
    prop::sample::select(vec![Mark::Line, Mark::Dashed, Mark::Area, Mark::Bars, Mark::Dots])
}

/// Three values that may be missing.
type Three = (Option<f64>, Option<f64>, Option<f64>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_lines_are_drawn(
        rows in vec((value(), value(), value()), 0..40), unit in unit(), marks in (mark(), mark()),
        is_log: bool, is_small: bool, baseline in value(), height in value(),
    ) {
        let column = |pick: fn(&Three) -> Option<f64>| {
            rows.iter().map(pick).collect::<Vec<_>>()
        };
        let ranges = rows.iter().map(|row| row.1.zip(row.2)).collect();
        let panel = Panel {
            is_log, baseline, height: height.unwrap_or(1.0),
            bands: vec![Band { name: "band".into(), tone: Tone::Third, ranges }],
            ..panel(unit, vec![
                series(HOSTILE, Tone::First, marks.0, &column(|row| row.0)),
                series("two", Tone::Second, marks.1, &column(|row| row.1)),
            ])
        };
        let spans = vec![Span { from: date("2019-01-01"), to: date("2020-06-01"), name: HOSTILE.into() }];
        let panels = vec![panel.clone(), panel];
        check_all(&Chart::Lines(LineChart { dates: months(rows.len()), panels, spans, is_small, ..LineChart::default() }));
    }

    #[test]
    fn any_bars_are_drawn(
        rows in vec((value(), value(), value()), 0..40), unit in unit(),
        is_horizontal: bool, mark: u8, is_small: bool, baseline in value(),
    ) {
        let bars = rows.iter().map(|row| row.0.map(|value| Bar { value, interval: row.1.zip(row.2) }));
        let groups = [Tone::First, Tone::Fourth].map(|tone| BarGroup {
            name: HOSTILE.into(), tone, values: bars.clone().collect(),
        });
        check_all(&Chart::Bars(BarChart {
            unit, is_horizontal, is_small,
            mark: [BarMark::Bars, BarMark::Dots, BarMark::Joined][usize::from(mark % 3)],
            baseline: baseline.unwrap_or(0.0),
            categories: (0..rows.len()).map(|row| format!("{HOSTILE} {row}")).collect(),
            groups: groups.into(),
            ..bars_without_groups()
        }));
    }

    #[test]
    fn any_matrix_is_drawn(
        cells in vec(vec(value(), 9), 0..12), unit in unit(), has_dates: bool, has_numbers: bool, middle in value(),
    ) {
        let columns = if has_dates {
            Columns::Dates(months(9))
        } else {
            Columns::Names((0..9).map(|column| format!("{HOSTILE} {column}")).collect())
        };
        for shades in [Shades::Sequential, Shades::Diverging { middle: middle.unwrap_or(0.0), extent: middle }] {
            let rows = (0..cells.len()).map(|row| format!("{HOSTILE} {row}")).collect();
            let (columns, cells) = (columns.clone(), cells.clone());
            check_all(&Chart::Matrix(Matrix { rows, columns, cells, unit, shades, has_numbers, ..matrix() }));
        }
    }

    #[test]
    fn any_boxes_are_drawn(rows in vec((vec(value(), 0..20), value()), 0..8), unit in unit()) {
        let rows = rows.into_iter().map(|(values, current)| BoxRow {
            name: HOSTILE.into(), values: values.into_iter().flatten().collect(), current,
        });
        check_all(&Chart::Boxes(BoxChart { unit, rows: rows.collect(), ..boxes() }));
    }
}

fn bars_without_groups() -> BarChart {
    BarChart { groups: Vec::new(), ..bars() }
}

/// The chart in all its sizes, twice alike.
fn check_all(chart: &Chart) {
    let svg = chart.svg(&CAPTION);
    check(&svg);
    assert_eq!(svg, chart.svg(&CAPTION));
    if let Some(narrow) = chart.narrow_svg(&CAPTION) {
        check(&narrow);
    }
}

/// It is well-formed, all numbers are finite and near the drawing, it has a title, and no text lies on another of its line.
fn check(svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let root = document.root_element();
    assert_eq!((root.attribute("role"), root.tag_name().name()), (Some("img"), "svg"));
    assert_eq!(root.first_element_child().map(|child| child.tag_name().name()), Some("title"));
    let size: Vec<f64> = numbers(root.attribute("viewBox").expect("a view box"));
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(["svg", "g", "path", "text", "title", "desc"].contains(&node.tag_name().name()));
        for attribute in node.attributes() {
            if matches!(attribute.name(), "d" | "x" | "y" | "width" | "height" | "transform") {
                for number in numbers(attribute.value()) {
                    let reach = 2.0 * size[2].max(size[3]) + 60.0;
                    assert!(number.abs() <= reach, "{number} in {}", attribute.value());
                }
                let digits = attribute.value();
                assert!(!digits.contains("NaN") && !digits.contains("inf"), "{digits}");
            }
        }
    }
    let mut by_line: BTreeMap<String, Vec<(f64, f64, String)>> = BTreeMap::new();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    for text in texts.filter(|text| text.attribute("transform").is_none()) {
        let shown =
            text.children().find(roxmltree::Node::is_text).and_then(|child| child.text()).unwrap_or("");
        // A low estimate of the width of its letters.
        let width = shown.chars().map(|letter| if letter > '\u{2000}' { 10.0 } else { 4.5 }).sum::<f64>();
        let x: f64 = text.attribute("x").expect("an x").parse().expect("a number");
        let from = match text.attribute("text-anchor") {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        let line = text.attribute("y").expect("a y").to_owned();
        by_line.entry(line).or_default().push((from, from + width, shown.to_owned()));
    }
    for line in by_line.values_mut() {
        line.sort_by(|one, other| one.0.total_cmp(&other.0));
        for pair in line.windows(2) {
            assert!(pair[0].1 <= pair[1].0 + 1.0, "`{}` lies on `{}`\n{svg}", pair[0].2, pair[1].2);
        }
    }
}

/// The numbers in an attribute; a letter, a space or a minus divides them, and so does the point of the next one.
fn numbers(text: &str) -> Vec<f64> {
    let mut spaced = String::new();
    for letter in text.chars() {
        match letter {
            '-' => spaced.push_str(" -"),
            '0'..='9' | '.' => spaced.push(letter),
            _ => spaced.push(' '),
        }
    }
    spaced
        .split_whitespace()
        .map(|number| number.parse().unwrap_or_else(|_| panic!("`{number}` in {text}")))
        .collect()
}
