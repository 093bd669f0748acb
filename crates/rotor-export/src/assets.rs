//! A page as a folder of files: every table as CSV, every figure as SVG, PNG and CSV, and the page as Markdown that refers to them.

use rotor_report::page::{Figure, Page, Piece, Table, markdown_with_files};

use crate::blocks::{Item, found};
use crate::csv::csv;
use crate::png::png;
use crate::svg::svg_with_heading;
use crate::{ExportError, Fonts};

/// The files of a page.
#[derive(Debug)]
pub struct Assets<'p> {
    /// The path of each file in the folder, and its bytes, in the order of the page.
    pub files: Vec<(String, Vec<u8>)>,
    page: &'p Page,
    tables: Vec<(&'p Table, String)>,
    figures: Vec<(&'p Figure, String)>,
}

/// Makes the files of a page.
///
/// # Errors
///
/// [`ExportError::NoGlyph`] if no font has a character of a figure.
pub fn assets<'p>(page: &'p Page, fonts: &Fonts) -> Result<Assets<'p>, ExportError> {
    let mut made = Assets { files: Vec::new(), page, tables: Vec::new(), figures: Vec::new() };
    for part in found(page) {
        match part.item {
            Item::Table(table) => {
                let stem = plain(&part.section.id);
                let in_section = |(_, path): &&(&Table, String)| {
                    path.strip_prefix("tables/")
                        .and_then(|name| name.rsplit_once('-'))
                        .is_some_and(|(name, _)| name == stem)
                };
                let number = made.tables.iter().filter(in_section).count() + 1;
                let path = format!("tables/{stem}-{number}.csv");
                made.files.push((path.clone(), csv(table).into_bytes()));
                made.tables.push((table, path));
            }
            Item::Figures(figures) => {
                for figure in figures {
                    let stem = format!("figures/{:02}-{}", made.figures.len() + 1, plain(&figure.id));
                    let svg = svg_with_heading(page, figure)?;
                    let picture = png(&svg, figure, fonts)?;
                    let numbers = figure.chart.table(page.lang);
                    made.files.push((format!("{stem}.svg"), svg.into_bytes()));
                    made.files.push((format!("{stem}.png"), picture));
                    if !numbers.rows.is_empty() {
                        made.files.push((format!("{stem}.csv"), csv(&numbers).into_bytes()));
                    }
                    made.figures.push((figure, format!("{stem}.png")));
                }
            }
        }
    }
    Ok(made)
}

impl Assets<'_> {
    /// Returns the page as Markdown that refers to the files; `folder` is where they are, as seen from the Markdown: a path that ends
    /// in a slash, or nothing if it lies in the folder itself.
    #[must_use]
    pub fn markdown(&self, folder: &str) -> String {
        let place = |piece: Piece<'_>| {
            let path = match piece {
                Piece::Figure(figure) => {
                    self.figures.iter().find(|(known, _)| std::ptr::eq(*known, figure)).map(|(_, path)| path)
                }
                Piece::Table(table) => {
                    self.tables.iter().find(|(known, _)| std::ptr::eq(*known, table)).map(|(_, path)| path)
                }
            };
            path.map(|path| format!("{folder}{path}"))
        };
        markdown_with_files(self.page, &place)
    }
}

/// A name that every system can have as a file; names of factors and figures are such names nearly always.
fn plain(name: &str) -> String {
    const LONGEST: usize = 80;
    let letters = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let name: String = letters.take(LONGEST).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "part".into() } else { name.into() }
}
