//! A page as one self-contained HTML file.
//!
//! No network, no other file, and a content security policy that allows the page's own style sheet and script and nothing else.
//! Without scripts nothing is missing but comfort: shapes have titles, every figure has its numbers in a table.

use std::fmt::Write as _;
use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use sha2::{Digest, Sha256};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::markdown::link;
use super::{Block, Column, Figure, Look, Page, Section, Table, Tile, Value};
use crate::draw::{Caption, Chart, escape, palette};
use crate::say;
use crate::text::Align;

/// The look of the page and of its drawings.
static STYLE: LazyLock<String> =
    LazyLock::new(|| palette::style() + include_str!("style.css") + &palette::shade_rules());

/// Tips, the theme button, figures as files.
const SCRIPT: &str = include_str!("script.js");

/// What the browser may run and load: what stands in this file.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let (style, script) = (hash(&STYLE), hash(SCRIPT));
    format!("default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'")
});

/// A table behind a figure has no more cells than this.
const MOST_CELLS: usize = 8_000;

/// A table that is about wider than this, in pixels, is continued below with its first column: so wide are the page on a screen of
/// 1400 pixels and, with its smaller letters, paper.
const WIDEST: usize = 1070;

/// Words in a table are not broken if a column holds none that is longer.
const MOST_UNBROKEN: usize = 24;

/// Returns the page as one file: no network, no other file, legible without scripts.
#[must_use]
pub fn html(page: &Page) -> String {
    let lang = page.lang;
    let body = markup! {
        (DOCTYPE)
        html lang=(lang.of("en", "zh-CN")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(*POLICY);
                meta name="color-scheme" content="light dark";
                title { @if let Some(mark) = &page.mark { (mark) ": " } (page.title) }
                style { (PreEscaped(STYLE.as_str())) }
            }
            body {
                a class="skip" href="#content" { (lang.of("Skip to the content", "跳到正文")) }
                @if let Some(mark) = &page.mark {
                    p class="mark" role="note" { (mark) }
                    div class="watermark" aria-hidden="true" { (mark) }
                }
                div class=(if page.sections.len() > 1 { "page" } else { "page sheet" }) {
                    header class=[begins_with_tiles(page).then_some("brief")] {
                        h1 { (page.title) }
                        dl { @for (label, fact) in &page.facts { div { dt { (label) } dd { (inline(fact)) } } } }
                    }
                    @if page.sections.len() > 1 { (contents(page)) }
                    main id="content" tabindex="-1" {
                        @for section in &page.sections { (self::section(page, section)) }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    body.into_string()
}

/// The hash of a style sheet or script, as a policy names it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, byte| bits << 8 | u32::from(*three.get(byte).unwrap_or(&0)));
        for digit in 0..4 {
            let is_there = digit <= three.len();
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if is_there { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}

/// Whether the numbers stand at the top, so that what is said above them must be brief.
fn begins_with_tiles(page: &Page) -> bool {
    page.sections.first().is_some_and(|section| matches!(section.blocks.first(), Some(Block::Tiles(_))))
}

fn contents(page: &Page) -> Markup {
    let heading = page.lang.of("Contents", "目录");
    markup! {
        nav aria-label=(heading) {
            b { (heading) }
            ol { @for section in &page.sections { li { a href={ "#" (section.id) } { (section.heading) } } } }
        }
    }
}

fn section(page: &Page, section: &Section) -> Markup {
    let heading = format!("{}-heading", section.id);
    markup! {
        section id=(section.id) aria-labelledby=(heading) {
            h2 id=(heading) { (section.heading) }
            (blocks(page, &section.heading, &section.blocks))
        }
    }
}

/// The pieces under a heading, which also names the tables among them.
fn blocks(page: &Page, heading: &str, blocks: &[Block]) -> Markup {
    let mut heading = heading;
    let mut written = String::new();
    for block in blocks {
        if let Block::Heading(text) = block {
            heading = text;
        }
        written.push_str(&one(page, heading, block).into_string());
    }
    PreEscaped(written)
}

fn one(page: &Page, heading: &str, block: &Block) -> Markup {
    match block {
        Block::Heading(text) => markup! { h3 { (text) } },
        Block::Paragraph(text) => markup! { p { (inline(text)) } },
        Block::Warning(text) => markup! {
            p class="warning" role="note" { b { (page.lang.of("Warning", "注意")) } span { (inline(text)) } }
        },
        Block::List(items) => markup! { ul { @for item in items { li { (inline(item)) } } } },
        Block::Table(shown) => PreEscaped(tables(shown, heading)),
        Block::Figures(figures) => match &figures[..] {
            [shown] => figure(page, shown, false),
            several => {
                markup! { div class="figures" { @for shown in several { (figure(page, shown, false)) } } }
            }
        },
        Block::AroundFigures(inner) => blocks(page, heading, inner),
        Block::InsteadOfFigures(_) => Markup::default(),
        Block::Folded { title, blocks: inner } => markup! {
            details class="folded" { summary { (title) } (blocks(page, title, inner)) }
        },
        Block::Appendix { title, blocks: inner } => markup! {
            details class="folded appendix" { summary { (title) } (blocks(page, title, inner)) }
        },
        Block::Tiles(shown) => tiles(shown),
        Block::Columns(several) => markup! {
            div class="columns" { @for blocks in several { div { (column(page, heading, blocks)) } } }
        },
    }
}

fn tiles(shown: &[Tile]) -> Markup {
    markup! {
        dl class="tiles" {
            @for tile in shown {
                div {
                    dt { (tile.label) }
                    dd { b { (tile.value) } @if !tile.detail.is_empty() { span { (inline(&tile.detail)) } } }
                }
            }
        }
    }
}

/// A column of a page, in which figures are drawn for less room.
fn column(page: &Page, heading: &str, inner: &[Block]) -> Markup {
    markup! {
        @for block in inner {
            @match block {
                Block::Figures(figures) => { @for shown in figures { (figure(page, shown, true)) } }
                other => { (one(page, heading, other)) }
            }
        }
    }
}

fn figure(page: &Page, shown: &Figure, is_in_column: bool) -> Markup {
    let caption = Caption { title: &shown.title, about: &shown.about, lang: page.lang };
    let narrow = shown.chart.narrow_svg(&caption);
    let medium = is_in_column.then(|| shown.chart.medium_svg(&caption)).flatten();
    let svg = medium.unwrap_or_else(|| shown.chart.svg(&caption));
    let can_scroll = matches!(shown.chart, Chart::Matrix(_));
    markup! {
        figure id=(shown.id) class=[(!shown.chart.is_small()).then_some("full")] {
            figcaption { b { (shown.title) } @if !shown.about.is_empty() { span { (inline(&shown.about)) } } }
            @if let Some(narrow) = narrow {
                div class="wide" { (PreEscaped(svg)) }
                div class="narrow" { (PreEscaped(narrow)) }
            } @else if can_scroll {
                div class="scroll" tabindex="0" role="region" aria-label=(shown.title) { (PreEscaped(svg)) }
            } @else {
                (PreEscaped(svg))
            }
            div class="under" { (numbers(page, shown)) }
        }
    }
}

/// Text in which what stands between two backquotes is code, and dates and intervals stay on one line.
fn inline(text: &str) -> Markup {
    let mut written = String::with_capacity(text.len() + 16);
    write_inline(&mut written, text, &escape_unbroken);
    PreEscaped(written)
}

/// Browsers break lines after hyphens and spaces, which no date and no interval should have.
fn escape_unbroken(out: &mut String, mut text: &str) {
    while let Some((start, length)) = whole(text) {
        escape(out, &text[..start]);
        out.push_str("<span class=\"whole\">");
        escape(out, &text[start..start + length]);
        out.push_str("</span>");
        text = &text[start + length..];
    }
    escape(out, text);
}

/// Where the first date or interval of a text begins, and how long it is.
fn whole(text: &str) -> Option<(usize, usize)> {
    const DATE: &[u8] = b"0000-00-00";
    const LONGEST: usize = 24;
    let is_date = |bytes: &[u8]| {
        let pairs = bytes.iter().zip(DATE);
        bytes.len() >= DATE.len()
            && pairs.into_iter().all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                _ => byte == like,
            })
    };
    let interval = |bytes: &[u8]| {
        let end = bytes.iter().take(LONGEST).position(|byte| *byte == b']')?;
        let is_of_numbers = |byte: &u8| byte.is_ascii_digit() || b"+-., %e".contains(byte);
        let inner = &bytes[1..end];
        (inner.contains(&b',') && inner.iter().all(is_of_numbers)).then_some(end + 1)
    };
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|start| match bytes[start] {
        b'[' => Some((start, interval(&bytes[start..])?)),
        digit if digit.is_ascii_digit() => {
            let is_inside = start > 0 && bytes[start - 1].is_ascii_digit();
            (!is_inside && is_date(&bytes[start..])).then_some((start, DATE.len()))
        }
        _ => None,
    })
}

/// Writes text with code; `write` is for what is none.
fn write_inline(out: &mut String, text: &str, write: &dyn Fn(&mut String, &str)) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        write(out, before);
        out.push_str("<code>");
        escape(out, code);
        out.push_str("</code>");
        rest = after;
    }
    write(out, rest);
}

/// The table behind a figure, folded.
fn numbers(page: &Page, shown: &Figure) -> Markup {
    let mut behind = shown.chart.table(page.lang);
    let is_by_month = matches!(&shown.chart, Chart::Lines(chart) if chart.is_listed_by_month);
    let left_out = shorten(&mut behind, &shown.chart);
    markup! {
        @if !behind.rows.is_empty() {
            details {
                summary { (page.lang.of("Numbers", "数据")) }
                @if is_by_month {
                    p {
                        (page.lang.of(
                            "The last day of each month; every day is in the files of the run.",
                            "仅列每月最后一日；逐日数值见运行文件夹。",
                        ))
                    }
                }
                @if left_out > 0 {
                    p {
                        (say!(page.lang,
                            "The latest; {left_out} earlier ones are in the files of the run.",
                            "仅列最近部分；此前 {left_out} 项见运行文件夹。"))
                    }
                }
                (PreEscaped(table(&behind, &shown.title)))
            }
        }
    }
}

/// Leaves out the earliest dates of a table that is longer than a page can bear, and says how many.
fn shorten(table: &mut Table, chart: &Chart) -> usize {
    let (n_rows, n_columns) = (table.rows.len(), table.columns.len());
    if n_rows * n_columns <= MOST_CELLS {
        return 0;
    }
    if let Chart::Matrix(_) = chart {
        let n_kept = (MOST_CELLS / n_rows).clamp(1, n_columns - 1);
        let left_out = n_columns - 1 - n_kept;
        table.columns.drain(1..=left_out);
        table.rows.iter_mut().for_each(|row| drop(row.drain(1..=left_out)));
        return left_out;
    }
    let left_out = n_rows - (MOST_CELLS / n_columns).clamp(1, n_rows);
    table.rows.drain(..left_out);
    left_out
}

/// A table; one that is too wide for the page as several, one below the other, each with the column that names the rows.
fn tables(shown: &Table, name: &str) -> String {
    if shown.is_sortable {
        return table(shown, name);
    }
    let mut text = String::new();
    for part in parts(&shown.columns, &widths(shown)) {
        if part.len() == shown.columns.len() {
            return table(shown, name);
        }
        let columns: Vec<Column> = part.iter().map(|column| shown.columns[*column].clone()).collect();
        let mut some = Table::new(columns);
        for row in &shown.rows {
            some.row(part.iter().map(|column| row[*column].clone()).collect::<Vec<_>>());
        }
        text += &table(&some, name);
    }
    text
}

/// About how wide the columns of a table are at least, in pixels.
fn widths(shown: &Table) -> Vec<usize> {
    const PADDING: usize = 16;
    // Sentences wrap, down to the least width that the style sheet gives them; titles wrap at spaces.
    const LEAST_OF_WORDS: usize = 170;
    // Chinese titles wrap anywhere.
    const MOST_OF_TITLE: usize = 84;
    let word = |word: &str| if word.is_ascii() { pixels(word) } else { pixels(word).min(MOST_OF_TITLE) };
    let title = |column: &Column| column.title.split(' ').map(word).max().unwrap_or(0);
    let column = |(position, column): (usize, &Column)| {
        let cells = || shown.rows.iter().map(|row| &*row[position]);
        let longest = cells().map(UnicodeWidthStr::width).max().unwrap_or(0);
        let widest = cells().map(pixels).max().unwrap_or(0);
        let can_wrap = column.align == Align::Left && longest > MOST_UNBROKEN;
        let words = || cells().flat_map(|cell| cell.split(' ')).map(word).max().unwrap_or(0);
        let least = if can_wrap { widest.min(words().max(LEAST_OF_WORDS)) } else { widest };
        least.max(title(column)) + PADDING
    };
    shown.columns.iter().enumerate().map(column).collect()
}

/// About how wide a text is in a table, in pixels of a rather wide font.
fn pixels(text: &str) -> usize {
    let tenths = |letter: char| match letter {
        ' ' | '.' | ',' | ':' | ';' | '[' | ']' | '(' | ')' | '-' | '|' | '\'' | 'i' | 'l' | 'j' | 't'
        | 'f' | 'r' => 52,
        '%' | 'm' | 'w' | 'M' | 'W' | '@' => 132,
        '+' | '=' | '<' | '>' | '—' | '−' => 116,
        'A'..='Z' => 98,
        _ if letter.width() == Some(2) => 139,
        _ => 88 * letter.width().unwrap_or(0),
    };
    text.chars().map(tenths).sum::<usize>().div_ceil(10)
}

/// Which columns stand in which part of a table, each with the first.
fn parts(columns: &[Column], widths: &[usize]) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut used = WIDEST + 1;
    for (position, width) in widths.iter().enumerate() {
        // What has no title of its own belongs to the column before it.
        let begins = used + width > WIDEST && !columns[position].title.is_empty();
        match parts.last_mut() {
            Some(part) if !begins || part.len() < 2 => {
                part.push(position);
                used += width;
            }
            Some(_) => {
                parts.push(vec![0, position]);
                used = widths[0] + width;
            }
            None => {
                parts.push(vec![position]);
                used = *width;
            }
        }
    }
    parts
}

/// A table in a box that scrolls by itself.
///
/// Cells are numbers unless their class says otherwise, and their end tags are left out, as HTML allows: tables are most of a page.
fn table(shown: &Table, name: &str) -> String {
    let n_cells = shown.rows.len() * shown.columns.len();
    let mut text = String::with_capacity(512 + n_cells * 16);
    text.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    escape(&mut text, name);
    text.push_str(if shown.is_sortable {
        "\"><table class=\"sortable\"><caption class=\"unseen\">"
    } else {
        "\"><table><caption class=\"unseen\">"
    });
    escape(&mut text, name);
    text.push_str("</caption>\n<thead><tr>");
    // Short words stay on their line; names and sentences may wrap.
    let longest = |position: usize| shown.rows.iter().map(|row| row[position].width()).max().unwrap_or(0);
    let sides: Vec<&str> = shown
        .columns
        .iter()
        .enumerate()
        .map(|(position, column)| match column.align {
            Align::Left if longest(position) > MOST_UNBROKEN => " class=\"l w\"",
            Align::Left => " class=\"l\"",
            Align::Right => "",
        })
        .collect();
    for (column, side) in shown.columns.iter().zip(&sides) {
        // The corner of a table has no name of its own.
        let (start, end) =
            if column.title.is_empty() { ("<td", "</td>") } else { ("<th scope=\"col\"", "</th>") };
        text.extend([start, side, ">"]);
        escape(&mut text, &column.title);
        text.push_str(end);
    }
    text.push_str("</tr></thead>\n<tbody>");
    for row in &shown.rows {
        text.push_str("\n<tr>");
        for (position, (cell, side)) in row.iter().zip(&sides).enumerate() {
            let start = if position == 0 { "<th scope=\"row\"" } else { "<td" };
            text.extend([start, side]);
            if shown.is_sortable
                && let Some(Value::Number(number, _)) = cell.value(&shown.columns[position])
            {
                write!(text, " data-value=\"{number}\"").expect("writing to a string does not fail");
            }
            text.push('>');
            match cell.look() {
                Some(Look::Link(to)) => {
                    text.extend(["<a href=\"", &link(to), "\">"]);
                    write_inline(&mut text, cell, &escape);
                    text.push_str("</a>");
                }
                Some(Look::Sparkline(values)) => {
                    text += &sparkline(values);
                    write_inline(&mut text, cell, &escape);
                }
                None => write_inline(&mut text, cell, &escape),
            }
        }
    }
    text.push_str("\n</tbody></table></div>\n");
    text
}

/// Values in time as a small line, from the lowest to the highest; nothing of fewer than two.
fn sparkline(values: &[f64]) -> String {
    const SIZE: (f64, f64) = (80.0, 20.0);
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(*it), high.max(*it)));
    if values.len() < 2 || !(high - low).is_finite() {
        return String::new();
    }
    let step = SIZE.0 / (values.len() - 1) as f64;
    let place = |value: f64| if high > low { (high - value) / (high - low) } else { 0.5 };
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(position, value)| {
            format!("{:.1},{:.1}", step * position as f64, 1.0 + (SIZE.1 - 2.0) * place(*value))
        })
        .collect();
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {} {}\" aria-hidden=\"true\"><polyline points=\"{}\"/></svg>",
        SIZE.0,
        SIZE.1,
        points.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_two_backquotes_is_code() {
        let written = |text: &str| inline(text).into_string();
        assert_eq!(written("see `a<b` and `c`"), "see <code>a&lt;b</code> and <code>c</code>");
        assert_eq!(written("a ` alone & `` nothing"), "a <code> alone &amp; </code>` nothing");
        assert_eq!(written("one ` alone"), "one ` alone");
    }

    #[test]
    fn dates_and_intervals_stay_on_one_line() {
        let found = |text: &'static str| whole(text).map(|(start, length)| &text[start..start + length]);
        assert_eq!(found("net，95% 置信区间[-6.2%, +2.8%]：不显著"), Some("[-6.2%, +2.8%]"));
        assert_eq!(found("119 months (2015-01-05 to 2024-12-02)"), Some("2015-01-05"));
        assert_eq!([found("[1] all"), found("[a, b]"), found("12015-01-05"), found("2015-01")], [None; 4]);
        let written = inline("a & b on 2015-01-05.").into_string();
        assert_eq!(written, "a &amp; b on <span class=\"whole\">2015-01-05</span>.");
    }

    #[test]
    fn what_is_too_wide_is_continued_below() {
        let mut wide =
            Table::new((0..30).map(|column| Column::number(format!("c{column}"))).collect::<Vec<_>>());
        wide.row(vec!["1234567".to_owned(); 30]);
        // 78 pixels each: thirteen fit, of the later parts twelve and the first.
        let found = parts(&wide.columns, &widths(&wide));
        let ends: Vec<(usize, usize, usize)> =
            found.iter().map(|part| (part[0], part[1], part[part.len() - 1])).collect();
        assert_eq!(ends, [(0, 1, 12), (0, 13, 24), (0, 25, 29)]);
        assert_eq!(tables(&wide, "x").matches("<table").count(), 3);
        let mut narrow = Table::new([Column::name("a"), Column::number("b")]);
        narrow.row(["one".to_owned(), "2".to_owned()]);
        assert_eq!(tables(&narrow, "x"), table(&narrow, "x"));
        let mut sentences = Table::new([Column::word("a"), Column::word("b")]);
        sentences.row(["a sentence of many words ".repeat(30), "another one of many words ".repeat(30)]);
        assert_eq!(tables(&sentences, "x").matches("<table").count(), 1);
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(texts.map(|text| base64(text.as_bytes())), expected);
    }

    /// The hash of nothing, as every list of test vectors has it; and what the policy allows is what stands in the page.
    #[test]
    fn the_policy_allows_what_stands_in_the_page() {
        assert_eq!(hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
        let page = Page {
            lang: crate::words::Lang::En,
            title: "A page".into(),
            mark: None,
            facts: Vec::new(),
            sections: Vec::new(),
        };
        let page = html(&page);
        let between = |start: &str, end: &str| {
            let from = page.find(start).unwrap() + start.len();
            &page[from..from + page[from..].find(end).unwrap()]
        };
        let policy = between("Content-Security-Policy\" content=\"", "\"");
        assert!(policy.contains(&format!("style-src {};", hash(between("<style>", "</style>")))), "{policy}");
        assert!(
            policy.contains(&format!("script-src {};", hash(between("<script>", "</script>")))),
            "{policy}"
        );
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains(" style=") && !page.contains(" onload="), "the policy would refuse them");
    }
}
