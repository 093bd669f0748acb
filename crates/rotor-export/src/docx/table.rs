//! Tables on A4: columns as wide as what they hold, names narrower where there is too little room, smaller letters where that is not
//! enough. The header is repeated on every page, numbers stand on the right.

use rotor_report::page::Table;
use rotor_report::text::Align;
use unicode_width::UnicodeWidthChar as _;

use super::body::runs;
use super::parts::{CELL_SIZES, WIDTH};
use crate::xml::push;

/// The space on each side of a cell.
const PADDING: u32 = 70;

/// Texts up to this width, in widths of a Chinese character, are not broken.
const UNBROKEN: f64 = 8.0;

/// A column of texts is not stretched beyond this.
const WIDEST: f64 = 34.0;

/// Writes a table.
pub(super) fn table(shown: &Table) -> String {
    let (size, widths) = layout(shown);
    let mut out = start(&widths);
    out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (column, width) in shown.columns.iter().zip(&widths) {
        let rule = "<w:tcBorders><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"808992\"/></w:tcBorders><w:vAlign w:val=\"bottom\"/>";
        cell(&mut out, *width, rule, size, column.align, &column.title, "<w:b/><w:color w:val=\"555E68\"/>");
    }
    out.push_str("</w:tr>");
    for row in &shown.rows {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for ((column, width), text) in shown.columns.iter().zip(&widths).zip(row) {
            cell(&mut out, *width, "", size, column.align, text, "");
        }
        out.push_str("</w:tr>");
    }
    out + "</w:tbl>"
}

/// Writes the rows that a reader needs first.
pub(super) fn facts(facts: &[(String, String)]) -> String {
    let size = CELL_SIZES[0];
    let longest = facts.iter().map(|(label, _)| em(label)).fold(0.0, f64::max);
    let label = room(longest, size).min(WIDTH / 3);
    let widths = [label, WIDTH - label];
    let mut out = format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>{MARGINS}</w:tblPr>{}",
        grid(&widths)
    );
    for (name, fact) in facts {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        cell(&mut out, widths[0], "", size, Align::Left, name, "<w:color w:val=\"555E68\"/>");
        cell(&mut out, widths[1], "", size, Align::Left, fact, "");
        out.push_str("</w:tr>");
    }
    out + "</w:tbl>"
}

const MARGINS: &str =
    "<w:tblCellMar><w:left w:w=\"70\" w:type=\"dxa\"/><w:right w:w=\"70\" w:type=\"dxa\"/></w:tblCellMar>";

fn start(widths: &[u32]) -> String {
    let width: u32 = widths.iter().sum();
    let rule = |side: &str, size: u32, colour: &str| {
        format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"{colour}\"/>")
    };
    let rules =
        [rule("top", 8, "1B2128"), rule("bottom", 8, "1B2128"), rule("insideH", 4, "E1E5E9")].concat();
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblBorders>{rules}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>{MARGINS}</w:tblPr>{}",
        grid(widths)
    )
}

fn grid(widths: &[u32]) -> String {
    let mut grid = String::from("<w:tblGrid>");
    for width in widths {
        push(&mut grid, format_args!("<w:gridCol w:w=\"{width}\"/>"));
    }
    grid + "</w:tblGrid>"
}

fn cell(out: &mut String, width: u32, properties: &str, size: u32, align: Align, text: &str, letters: &str) {
    let side = if align == Align::Right { "<w:jc w:val=\"right\"/>" } else { "" };
    push(
        out,
        format_args!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{properties}</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"Cell{size}\"/>{side}</w:pPr>{}</w:p></w:tc>",
            runs(text, letters)
        ),
    );
}

/// The width of a text in widths of a Chinese character, which is as wide as its letters are high; not less than fonts of offices make it.
fn em(text: &str) -> f64 {
    let width = |letter: char| match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.3,
        'm' | 'M' | 'w' | 'W' | '%' | '@' => 0.9,
        'A'..='Z' | '&' | '+' | '<' | '>' | '=' | '~' => 0.74,
        '\u{20}'..='\u{2af}' => 0.57,
        _ => match letter.width() {
            Some(2) => 1.0,
            Some(0) | None => 0.0,
            // Fonts with Chinese draw dashes, arrows and Greek as wide as their own characters.
            Some(_) => 1.02,
        },
    };
    text.chars().map(width).sum()
}

/// Bold letters are wider.
const BOLD: f64 = 1.07;

/// The room for a text of this width, in letters of so many half points.
fn room(width: f64, size: u32) -> u32 {
    (width * f64::from(size) * 10.0).ceil() as u32 + 2 * PADDING
}

/// How wide a column would be best, and how wide it must be.
struct Wish {
    natural: f64,
    least: f64,
}

/// The size of letters and the widths of columns.
fn layout(shown: &Table) -> (u32, Vec<u32>) {
    let wishes: Vec<Wish> = (0..shown.columns.len()).map(|column| wish(shown, column)).collect();
    let fits = |size: &u32| wishes.iter().map(|wish| room(wish.least, *size)).sum::<u32>() <= WIDTH;
    let is_roomy = |size: &u32| wishes.iter().map(|wish| room(wish.natural, *size)).sum::<u32>() <= WIDTH;
    // Letters shrink one step before names have to be broken much.
    let size = CELL_SIZES
        .iter()
        .take(2)
        .find(|size| is_roomy(size))
        .or_else(|| CELL_SIZES.iter().find(|size| fits(size)));
    let size = size.copied().unwrap_or(CELL_SIZES[CELL_SIZES.len() - 1]);
    (size, widths(&wishes, size))
}

fn widths(wishes: &[Wish], size: u32) -> Vec<u32> {
    let natural: Vec<u32> = wishes.iter().map(|wish| room(wish.natural, size)).collect();
    let least: Vec<u32> = wishes.iter().map(|wish| room(wish.least, size)).collect();
    let (wanted, needed): (u32, u32) = (natural.iter().sum(), least.iter().sum());
    let share = |from: &[u32], total: u32, room: u32| -> Vec<u32> {
        from.iter()
            .map(|part| (u64::from(*part) * u64::from(room) / u64::from(total.max(1))) as u32)
            .collect()
    };
    if wanted <= WIDTH {
        // Nearly full is made full, so that tables have one right edge.
        return if wanted * 10 >= WIDTH * 7 { share(&natural, wanted, WIDTH) } else { natural };
    }
    if needed >= WIDTH {
        return share(&least, needed, WIDTH);
    }
    let over: Vec<u32> = natural.iter().zip(&least).map(|(natural, least)| natural - least).collect();
    let given = share(&over, wanted - needed, WIDTH - needed);
    least.iter().zip(given).map(|(least, given)| least + given).collect()
}

fn wish(shown: &Table, column: usize) -> Wish {
    let cells = || shown.rows.iter().map(|row| &*row[column]);
    let widest = |width: &dyn Fn(&str) -> f64| cells().map(width).fold(0.0, f64::max);
    let longest = widest(&em);
    let title = &shown.columns[column].title;
    let (title_width, title_word) = (BOLD * em(title), BOLD * longest_word(title));
    let is_text = shown.columns[column].align == Align::Left && longest > UNBROKEN;
    let natural = if is_text { longest.min(WIDEST) } else { longest };
    let least = if is_text { widest(&longest_word).max(UNBROKEN).min(natural) } else { longest };
    // Titles break between words, and Chinese ones anywhere.
    let title_room = title_width.min(title_word.max(UNBROKEN * 0.75));
    Wish { natural: natural.max(title_room), least: least.max(title_word) }
}

/// The width of what cannot be broken: a word, or three characters of Chinese.
fn longest_word(text: &str) -> f64 {
    const CHINESE: f64 = 3.0;
    let width = |word: &str| {
        let is_ascii = |letter: char| letter.is_ascii();
        let stretches = word.split(|letter| !is_ascii(letter)).map(em).fold(0.0, f64::max);
        if word.is_ascii() { em(word) } else { em(word).min(stretches.max(CHINESE)) }
    };
    text.split([' ', '/', '-']).map(width).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use rotor_report::page::Column;

    use super::*;

    #[test]
    fn columns_fit_between_the_margins_and_hold_their_numbers() {
        for n_columns in [1, 3, 8, 20, 60] {
            let columns = std::iter::once(Column::name("sector"));
            let columns = columns.chain((1..n_columns).map(|n| Column::number(format!("number {n}"))));
            let mut table = Table::new(columns.collect::<Vec<_>>());
            let name = "A name that is too long for any column of a table on a sheet of paper";
            table.row(std::iter::once(name).chain((1..n_columns).map(|_| "+12.34%")));
            let (size, widths) = layout(&table);
            assert!(
                widths.iter().sum::<u32>() <= WIDTH && widths.iter().all(|width| *width > 0),
                "{widths:?}"
            );
            let fits = widths[1..].iter().all(|width| *width >= room(em("+12.34%"), size));
            assert!(fits || n_columns > 8, "{widths:?}");
        }
    }
}
