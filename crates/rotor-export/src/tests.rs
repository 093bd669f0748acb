//! Pages written and read back by something that is not their writer.

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use resvg::usvg::roxmltree::{Document, Node};
use rotor_factor::Date;
use rotor_report::draw::{
    Bar, BarChart, BarGroup, BarMark, BoxChart, BoxRow, Chart, Columns, LineChart, Mark, Matrix, Panel,
    Series, Shades, Tone, Unit, light_rules,
};
use rotor_report::page::{Block, Cell, Column, Figure, Page, Section, Table};
use rotor_report::words::Lang;
use zip::ZipArchive;

use crate::{ExportError, Fonts, assets, docx, svg, svg_with_heading, xlsx};

/// Names that mean something to a spreadsheet, to XML, to a terminal or to nobody.
const HOSTILE: [&str; 9] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "<b>bold</b>&amp;",
    "]]>",
    "\u{1}\u{1b}[31m\u{fffe}",
    "http://example.com/",
    "_x0041_",
];

fn day() -> Date {
    "2021-12-10".parse().unwrap()
}

fn page(sections: Vec<Section>) -> Page {
    Page { lang: Lang::En, title: "A page".into(), mark: Some("MADE UP".into()), facts: Vec::new(), sections }
}

fn section(heading: &str, blocks: Vec<Block>) -> Section {
    Section { id: "part".into(), heading: heading.into(), blocks }
}

fn hostile_page() -> Page {
    let mut names: Vec<String> = HOSTILE.map(str::to_owned).to_vec();
    names.extend(["长".repeat(200), "x".repeat(200), "电力设备".into()]);
    let mut table = Table::new([Column::name("name"), Column::number("share"), Column::word("day")]);
    for (name, n) in names.iter().zip(1..) {
        let share = Cell::number(f64::from(n) / 7.0, Unit::fraction(1));
        table.row([name.as_str().into(), share, day().into()]);
    }
    let named: Vec<Block> = names.iter().map(|name| Block::Paragraph(name.clone())).collect();
    let sections = names.iter().map(|name| section(name, vec![Block::Table(table.clone())]));
    let mut page = page(sections.collect());
    page.title.clone_from(&names[4]);
    page.facts = names.iter().map(|name| (name.clone(), name.clone())).collect();
    page.sections.push(section("text", named));
    page.sections.push(section("list", vec![Block::List(names.clone()), Block::Warning(names[5].clone())]));
    page
}

/// A figure of each kind of chart.
fn figures(name: &str) -> Vec<Figure> {
    let days: Vec<Date> = (1..=9).map(|month| format!("2021-{month:02}-28").parse().unwrap()).collect();
    let values = |scale: f64| days.iter().zip(1..).map(|(_, n)| Some(scale * f64::from(n % 4))).collect();
    let series =
        |name: &str, tone, mark, scale| Series { name: name.into(), tone, mark, values: values(scale) };
    let panel = Panel {
        axis: "share, %".into(),
        unit: Unit::percent(1),
        is_log: false,
        baseline: Some(0.0),
        height: 1.0,
        series: vec![
            series(name, Tone::First, Mark::Line, 1.0),
            series("b", Tone::Second, Mark::Dashed, 0.5),
            series("c", Tone::Third, Mark::Area, -0.5),
            series("d", Tone::Fourth, Mark::Dots, 0.7),
        ],
        bands: Vec::new(),
    };
    let lines = LineChart { dates: days, panels: vec![panel], ..LineChart::default() };
    let bars = BarChart {
        axis: "points".into(),
        unit: Unit::plain(1),
        baseline: 0.0,
        categories: vec![name.into(), "two".into()],
        is_horizontal: false,
        mark: BarMark::Bars,
        is_small: true,
        guides: Vec::new(),
        groups: vec![BarGroup {
            name: "one".into(),
            tone: Tone::Second,
            values: vec![Some(Bar { value: 2.0, interval: Some((1.0, 3.0)) }), None],
        }],
    };
    let matrix = Matrix {
        rows: vec![name.into(), "two".into()],
        row_axis: "row".into(),
        columns: Columns::Names(vec!["a".into(), "b".into()]),
        column_axis: "column".into(),
        measure: "rank".into(),
        cells: vec![vec![Some(1.0), Some(-1.0)], vec![None, Some(0.0)]],
        unit: Unit::plain(1),
        shades: Shades::Diverging { middle: 0.0, extent: None },
        has_numbers: true,
        missing: String::new(),
    };
    let rows = vec![BoxRow { name: name.into(), values: vec![1.0, 2.0, 3.0, 4.0, 20.0], current: Some(2.5) }];
    let boxes = BoxChart { axis: "returns".into(), unit: Unit::percent(1), rows };
    let charts = [
        Chart::Lines(lines),
        Chart::Bars(bars.clone()),
        Chart::Bars(bars),
        Chart::Matrix(matrix),
        Chart::Boxes(boxes),
    ];
    let figure = |(position, chart): (usize, Chart)| Figure {
        id: format!("figure-{position}"),
        title: format!("Figure {position}: {name}"),
        about: "How to read it.".into(),
        chart,
    };
    charts.into_iter().enumerate().map(figure).collect()
}

fn page_with_figures(name: &str) -> Page {
    page(vec![section("Figures", vec![Block::Figures(figures(name))])])
}

/// Fonts of this machine, or `None` with a sentence.
fn fonts() -> Option<Fonts> {
    let fonts = Fonts::of_system();
    if let Err(error) = &fonts {
        eprintln_skipped(&error.to_string());
    }
    fonts.ok()
}

fn eprintln_skipped(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The parts of a package by their path.
fn parts(package: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(package)).unwrap();
    let n_parts = archive.len();
    let part = |position: usize| {
        let mut file = archive.by_index(position).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    (0..n_parts).map(part).collect()
}

fn part(package: &[u8], path: &str) -> String {
    let found = parts(package).into_iter().find(|(name, _)| name == path);
    String::from_utf8(found.unwrap_or_else(|| panic!("there is no {path}")).1).unwrap()
}

fn named<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.descendants().filter(|node| node.tag_name().name() == name).collect()
}

fn words(node: Node<'_, '_>) -> String {
    node.descendants().filter(|node| node.tag_name().name() == "t").filter_map(|node| node.text()).collect()
}

/// What is left of a name where XML has no way to write some of it.
fn visible(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_control() || letter == '\u{fffe}' { '\u{fffd}' } else { letter })
        .collect()
}

#[test]
fn a_document_says_what_the_page_says() {
    let Some(fonts) = fonts() else { return };
    let mut table = Table::new([Column::name("sector"), Column::number("total"), Column::number("change")]);
    table.row(["Banks", "9.5", "+1"]);
    table.row(["Coal", "8", "—"]);
    let blocks = vec![
        Block::Heading("A heading".into()),
        Block::Paragraph("Set by `top` of the configuration.".into()),
        table.into(),
        Block::Warning("Mind this.".into()),
        Block::List(vec!["one".into(), "two".into()]),
        Block::InsteadOfFigures(vec![Block::Paragraph("not shown".into())]),
        Block::Figures(figures("first")),
        Block::Folded { title: "Details".into(), blocks: vec![Block::Paragraph("inside".into())] },
    ];
    let mut page = page(vec![section("Ranking", blocks)]);
    page.facts = vec![("Date".into(), "2021-12-10".into())];
    let bytes = docx(&page, day(), &fonts).unwrap();
    for (name, part) in parts(&bytes) {
        if !name.starts_with("word/media/") {
            Document::parse(std::str::from_utf8(&part).unwrap())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    let text = part(&bytes, "word/document.xml");
    let document = Document::parse(&text).unwrap();
    let styled = |style: &str| -> Vec<String> {
        let is_of_style = |node: &Node<'_, '_>| {
            named(*node, "pStyle")
                .iter()
                .any(|found| found.attributes().any(|attribute| attribute.value() == style))
        };
        named(document.root(), "p").into_iter().filter(is_of_style).map(words).collect()
    };
    assert_eq!(styled("Title"), ["A page"]);
    assert_eq!(styled("Heading1"), ["Ranking"]);
    assert_eq!(styled("Heading2"), ["A heading", "Details"]);
    assert_eq!(styled("Normal"), ["Set by top of the configuration.", "inside"]);
    assert_eq!(styled("Warning"), ["MADE UP", "Warning: Mind this."]);
    assert_eq!(styled("ListBullet"), ["one", "two"]);
    assert_eq!(styled("Caption").len(), 5);
    let tables = named(document.root(), "tbl");
    let rows: Vec<Vec<String>> = named(tables[1], "tr")
        .into_iter()
        .map(|row| named(row, "tc").into_iter().map(words).collect())
        .collect();
    assert_eq!(rows, [["sector", "total", "change"], ["Banks", "9.5", "+1"], ["Coal", "8", "—"]]);
    assert_eq!(named(tables[1], "tblHeader").len(), 1, "the header is repeated");
    assert_eq!(named(tables[1], "jc").len(), 6, "numbers stand on the right");
    let widths = named(tables[1], "gridCol").into_iter().map(|column| {
        column.attributes().find(|attribute| attribute.name() == "w").unwrap().value().parse::<u32>().unwrap()
    });
    assert!(widths.sum::<u32>() <= 11_906 - 2 * 1_020, "it fits between the margins of A4");
    // Every picture is there, is one, and is named once.
    let pictures: Vec<_> =
        parts(&bytes).into_iter().filter(|(name, _)| name.starts_with("word/media/")).collect();
    assert_eq!(pictures.len(), 5);
    assert!(pictures.iter().all(|(_, bytes)| bytes.starts_with(b"\x89PNG")));
    assert_eq!(named(document.root(), "blip").len(), 5);
    let descriptions = named(document.root(), "docPr");
    assert!(descriptions[0].attribute("descr").unwrap().starts_with("Figure 0: first. How"));
    // The small ones stand beside each other.
    assert!(named(tables[2], "blip").len() == 2, "{}", tables.len());
}

#[test]
fn hostile_names_stay_texts_in_documents() {
    let Some(fonts) = fonts() else { return };
    let page = hostile_page();
    let bytes = docx(&page, day(), &fonts).unwrap();
    let text = part(&bytes, "word/document.xml");
    let document = Document::parse(&text).unwrap();
    let all: Vec<String> = named(document.root(), "p").into_iter().map(words).collect();
    for name in HOSTILE {
        assert!(all.iter().any(|paragraph| *paragraph == visible(name)), "{name:?}");
    }
    assert!(named(document.root(), "hyperlink").is_empty() && !text.contains("instrText"));
    for name in ["docProps/core.xml", "word/header1.xml"] {
        let part = part(&bytes, name);
        assert!(
            Document::parse(&part)
                .unwrap()
                .root()
                .descendants()
                .any(|node| node.text() == Some("<b>bold</b>&amp;"))
        );
    }
}

/// A text of a workbook, in which what looks like one of its escapes is escaped.
fn unescaped(node: Node<'_, '_>) -> String {
    words(node).replace("_x005F_", "_")
}

/// The cells of a sheet: place, kind and text.
fn cells(bytes: &[u8], sheet: usize) -> Vec<(String, String, String)> {
    let strings = part(bytes, "xl/sharedStrings.xml");
    let strings = Document::parse(&strings).unwrap();
    let strings: Vec<String> = named(strings.root(), "si").into_iter().map(unescaped).collect();
    let text = part(bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
    let document = Document::parse(&text).unwrap();
    assert!(named(document.root(), "f").is_empty(), "a formula in sheet {sheet}");
    assert!(named(document.root(), "hyperlink").is_empty(), "a link in sheet {sheet}");
    let cell = |node: Node<'_, '_>| {
        let kind = node.attribute("t").unwrap_or("n");
        let value = named(node, "v").first().and_then(Node::text).unwrap_or_default().to_owned();
        let value = if kind == "s" { strings[value.parse::<usize>().unwrap()].clone() } else { value };
        (node.attribute("r").unwrap().to_owned(), kind.to_owned(), value)
    };
    named(document.root(), "c").into_iter().map(cell).collect()
}

#[test]
fn numbers_are_numbers_and_names_are_texts_in_workbooks() {
    let page = hostile_page();
    let bytes = xlsx(&page, day()).unwrap();
    for (n, name) in HOSTILE.iter().enumerate() {
        // One sheet per hostile section, each with all names.
        let cells = cells(&bytes, n + 2);
        let at = |place: String| cells.iter().find(|cell| cell.0 == place).unwrap();
        assert_eq!(at("A1".into()).1, "s");
        for (row, name) in HOSTILE.iter().enumerate() {
            assert_eq!(at(format!("A{}", row + 3)), &(format!("A{}", row + 3), "s".into(), visible(name)));
        }
        let (_, kind, value) = at("B3".into());
        assert_eq!((kind.as_str(), value.parse::<f64>().unwrap()), ("n", 1.0 / 7.0), "{name}");
        // Days since the end of 1899.
        assert_eq!((at("C3".into()).1.as_str(), at("C3".into()).2.as_str()), ("n", "44540"));
    }
    let styles = part(&bytes, "xl/styles.xml");
    assert!(
        styles.contains("formatCode=\"0.0%\"") && styles.contains("formatCode=\"yyyy-mm-dd\""),
        "{styles}"
    );
}

#[test]
fn sheets_have_legal_names_and_the_first_lists_them() {
    let bytes = xlsx(&hostile_page(), day()).unwrap();
    let workbook = part(&bytes, "xl/workbook.xml");
    let workbook = Document::parse(&workbook).unwrap();
    let names: Vec<String> = named(workbook.root(), "sheet")
        .iter()
        .map(|sheet| sheet.attribute("name").unwrap().to_owned())
        .collect();
    assert_eq!((names.len(), names[0].as_str()), (13, "Contents"));
    let mut distinct: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len());
    for name in &names {
        assert!(!name.is_empty() && name.encode_utf16().count() <= 31, "{name}");
        assert!(
            !name.contains(['[', ']', ':', '*', '?', '/', '\\'])
                && !name.starts_with('\'')
                && !name.ends_with('\'')
        );
    }
    let listed: Vec<String> = cells(&bytes, 1).into_iter().map(|cell| cell.2).collect();
    assert!(names[1..].iter().all(|name| listed.contains(&visible(name))), "{names:?} {listed:?}");
}

#[test]
fn a_page_without_tables_is_a_document_and_a_workbook() {
    let Some(fonts) = fonts() else { return };
    let page = page(Vec::new());
    let text = part(&docx(&page, day(), &fonts).unwrap(), "word/document.xml");
    assert!(Document::parse(&text).unwrap().root().descendants().any(|node| node.text() == Some("A page")));
    assert!(cells(&xlsx(&page, day()).unwrap(), 1).iter().any(|cell| cell.2 == "A page"));
    assert!(assets(&page, &fonts).unwrap().files.is_empty());
}

#[test]
fn equal_pages_give_equal_bytes_with_the_day_of_the_page() {
    let Some(fonts) = fonts() else { return };
    let mut page = page_with_figures("first");
    page.sections.extend(hostile_page().sections);
    let documents = [0, 1].map(|_| docx(&page, day(), &fonts).unwrap());
    assert!(documents[0] == documents[1], "documents differ");
    let core = part(&documents[0], "docProps/core.xml");
    assert!(core.contains(">2021-12-10T00:00:00Z</dcterms:created>"), "{core}");
    let workbooks = [0, 1].map(|_| xlsx(&page, day()).unwrap());
    assert!(workbooks[0] == workbooks[1], "workbooks differ");
    assert!(part(&workbooks[0], "docProps/core.xml").contains(">2021-12-10T00:00:00Z</dcterms:created>"));
    for package in [&documents[0], &workbooks[0]] {
        let mut archive = ZipArchive::new(Cursor::new(package)).unwrap();
        for position in 0..archive.len() {
            let file = archive.by_index(position).unwrap();
            assert_eq!(file.last_modified().map(|time| time.year()), Some(1980), "{position}");
        }
    }
    // Fonts that were looked for anew draw the same pictures.
    let again = Fonts::of_system().unwrap();
    assert!(assets(&page, &fonts).unwrap().files == assets(&page, &again).unwrap().files);
}

#[test]
fn drawings_have_their_look_written_out() {
    let page = page_with_figures("a & <b>");
    for figure in figures("a & <b>") {
        for drawing in [svg(&page, &figure).unwrap(), svg_with_heading(&page, &figure).unwrap()] {
            Document::parse(&drawing).unwrap();
            for word in ["class=", "style", "var(", "currentColor", "href", "<script", "pointer-events"] {
                assert!(!drawing.contains(word), "{word} in {drawing}");
            }
            assert!(
                drawing.contains("font-family=\"") && drawing.contains("fill=\"#ffffff\"/>"),
                "{drawing}"
            );
        }
        assert!(svg_with_heading(&page, &figure).unwrap().contains(">MADE UP: Figure "));
    }
    let lines = svg(&page, &figures("a")[0]).unwrap();
    assert!(lines.contains("stroke=\"#0067a5\"") && lines.contains("stroke-dasharray=\"5 4\""), "{lines}");
}

/// A rule of the page's style sheet that says something new must be understood here, or be known to say nothing to a file.
#[test]
fn every_rule_of_the_style_sheet_is_understood() {
    const OF_PAGES: [&str; 8] = [
        "color",
        "display",
        "font-family",
        "font-variant-numeric",
        "max-width",
        "outline",
        "overflow",
        "pointer-events",
    ];
    let rules = light_rules();
    let sheet = simplecss::StyleSheet::parse(&rules);
    for rule in &sheet.rules {
        for declaration in &rule.declarations {
            let name = declaration.name;
            assert!(OF_PAGES.contains(&name) || super::svg::PAINTED.contains(&name), "{name} in {rule:?}");
        }
    }
    // One selector is one rule; those that ask for what a pointer does say nothing to a file.
    let selectors = |line: &str| -> usize {
        let selectors = line.split('{').next().unwrap().split(',');
        selectors.filter(|selector| !selector.contains(':')).count()
    };
    let n_expected: usize = rules.lines().map(selectors).sum();
    let is_static = |rule: &&simplecss::Rule<'_>| !rule.selector.to_string().contains(':');
    assert_eq!(sheet.rules.iter().filter(is_static).count(), n_expected);
}

fn installed(name: &str) -> Option<PathBuf> {
    let folders = ["/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation"];
    folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

#[test]
fn chinese_without_a_font_for_it_is_refused() {
    let Some(file) = installed("DejaVuSans.ttf") else {
        return eprintln_skipped("DejaVu is not installed");
    };
    let fonts = Fonts::of_files([file]).unwrap();
    let latin = page_with_figures("first");
    assert!(assets(&latin, &fonts).is_ok());
    let chinese = page_with_figures("电力设备");
    let error = assets(&chinese, &fonts).unwrap_err();
    assert!(matches!(&error, ExportError::NoGlyph { letter: '电', .. }), "{error}");
    assert!(error.hint().unwrap().contains("fonts-noto-cjk"));
    assert!(docx(&chinese, day(), &fonts).is_err());
    assert!(matches!(Fonts::of_files([]), Err(ExportError::NoFont)));
}

#[test]
fn a_folder_has_every_table_and_figure_and_its_page_refers_to_them() {
    let Some(fonts) = fonts() else { return };
    let mut page = hostile_page();
    page.sections.insert(0, section("Figures", vec![Block::Figures(figures("first"))]));
    let assets = assets(&page, &fonts).unwrap();
    let names: Vec<&str> = assets.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["figures/01-figure-0.svg", "figures/01-figure-0.png", "figures/01-figure-0.csv"]);
    assert_eq!(names.iter().filter(|name| name.starts_with("tables/part-")).count(), 12);
    let markdown = assets.markdown("a b/");
    let links: Vec<&str> =
        markdown.split("](<").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
    assert_eq!(links.len(), 5 + 12);
    for link in links {
        let path = link.strip_prefix("a%20b/").unwrap();
        assert!(names.contains(&path), "{path}");
    }
    let csv = assets.files.iter().find(|(name, _)| name == "tables/part-1.csv").unwrap();
    let csv = std::str::from_utf8(&csv.1).unwrap();
    assert!(
        csv.starts_with("\u{feff}name,share,day\r\n'=cmd|' /C calc'!A0,0.14285714285714285,2021-12-10\r\n"),
        "{csv}"
    );
    assert!(csv.lines().skip(1).all(|line| !line.starts_with(['=', '+', '-', '@'])));
}
