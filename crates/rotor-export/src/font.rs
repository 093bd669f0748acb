//! The fonts of pictures: which ones are taken, so that a picture depends on nothing else of the machine.
//!
//! One family for Latin letters and one for Chinese, each the first of a list that is installed; in the order of the list, not in
//! that in which a disk happens to name its files.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use fontdb::{Database, FaceInfo, ID, Source, Style, Weight};
use resvg::usvg::FontResolver;
use skrifa::{FontRef, MetadataProvider as _};

use crate::ExportError;

/// Families for Latin letters, the preferred one first.
const LATIN: &[&str] = &[
    "Noto Sans",
    "Liberation Sans",
    "Arial",
    "Helvetica Neue",
    "Helvetica",
    "DejaVu Sans",
    "Roboto",
    "Segoe UI",
];

/// Families with Chinese, the preferred one first.
const CHINESE: &[&str] = &[
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
    "SimSun",
];

/// A character that every font for Chinese has.
const HAN: char = '行';

/// The fonts that pictures are drawn with.
#[derive(Clone)]
pub struct Fonts {
    database: Arc<Database>,
    families: Vec<Family>,
}

/// Two faces of a family.
#[derive(Clone, Debug)]
struct Family {
    name: String,
    regular: ID,
    bold: ID,
}

impl Fonts {
    /// Takes the fonts of the system.
    ///
    /// # Errors
    ///
    /// [`ExportError::NoFont`] if there are none.
    pub fn of_system() -> Result<Self, ExportError> {
        let mut installed = Database::new();
        installed.load_system_fonts();
        Self::among(&installed)
    }

    /// Takes the fonts in files.
    ///
    /// # Errors
    ///
    /// [`ExportError::NoFont`] if there are none.
    pub fn of_files(files: impl IntoIterator<Item = PathBuf>) -> Result<Self, ExportError> {
        let mut installed = Database::new();
        for file in files {
            installed.load_font_source(Source::File(file));
        }
        Self::among(&installed)
    }

    fn among(installed: &Database) -> Result<Self, ExportError> {
        let mut database = Database::new();
        let mut families = Vec::new();
        let latin = LATIN.iter().find_map(|name| chosen(installed, name)).or_else(|| first(installed, 'a'));
        let chinese =
            CHINESE.iter().find_map(|name| chosen(installed, name)).or_else(|| first(installed, HAN));
        for (name, [regular, bold]) in latin.into_iter().chain(chinese) {
            let mut add = |face: &FaceInfo| database.push_face_info(face.clone());
            families.push(Family { name, regular: add(regular), bold: add(bold) });
        }
        if families.is_empty() {
            return Err(ExportError::NoFont);
        }
        Ok(Self { database: Arc::new(database), families })
    }

    /// Returns the first character of a text that none of the fonts has; blanks and what has no width need no shape.
    ///
    /// # Errors
    ///
    /// [`ExportError::FontGone`] if a file of a font cannot be read any more.
    pub fn first_missing(&self, text: &str) -> Result<Option<char>, ExportError> {
        let mut missing: Vec<char> = text.chars().filter(|letter| needs_shape(*letter)).collect();
        for family in &self.families {
            missing = self
                .database
                .with_face_data(family.regular, |data, index| without_shape(data, index, &missing))
                .flatten()
                .ok_or_else(|| ExportError::FontGone { family: family.name.clone() })?;
        }
        Ok(missing.first().copied())
    }

    pub(crate) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }

    /// Chooses the first family, and the next for what it has not.
    pub(crate) fn resolver(&self) -> FontResolver<'_> {
        const SEMIBOLD: u16 = 600;
        let face = |family: &Family, is_bold: bool| if is_bold { family.bold } else { family.regular };
        FontResolver {
            select_font: Box::new(move |font, _| {
                Some(face(self.families.first()?, font.weight() >= SEMIBOLD))
            }),
            select_fallback: Box::new(move |letter, used, database| {
                let is_bold = self.families.iter().any(|family| used.first() == Some(&family.bold));
                let is_bold =
                    is_bold && self.families.iter().all(|family| used.first() != Some(&family.regular));
                let mut faces = self.families.iter().map(|family| face(family, is_bold));
                faces.find(|face| {
                    let has = |data: &[u8], index| {
                        without_shape(data, index, &[letter]).is_some_and(|rest| rest.is_empty())
                    };
                    !used.contains(face) && database.with_face_data(*face, has).unwrap_or(false)
                })
            }),
        }
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.families.iter().map(|family| &family.name)).finish()
    }
}

fn needs_shape(letter: char) -> bool {
    // U+FFFD stands for what cannot be shown; a font without it shows an empty box, which says the same.
    !letter.is_whitespace()
        && letter != char::REPLACEMENT_CHARACTER
        && unicode_width::UnicodeWidthChar::width(letter) > Some(0)
}

/// The characters that a font has not; `None` if it is no font.
fn without_shape(data: &[u8], index: u32, letters: &[char]) -> Option<Vec<char>> {
    let font = FontRef::from_index(data, index).ok()?;
    let shapes = font.charmap();
    Some(letters.iter().copied().filter(|letter| shapes.map(*letter).is_none()).collect())
}

/// The upright faces of a family nearest to regular and bold; of equal ones the first by its file.
fn chosen<'d>(installed: &'d Database, name: &str) -> Option<(String, [&'d FaceInfo; 2])> {
    let is_of_family = |face: &&FaceInfo| face.families.iter().any(|(family, _)| family == name);
    let is_usable = |face: &&FaceInfo| face.style == Style::Normal && face.stretch == fontdb::Stretch::Normal;
    let mut faces: Vec<&FaceInfo> = installed.faces().filter(is_of_family).filter(is_usable).collect();
    faces.sort_by_key(|face| (path(face), face.index));
    let nearest = |weight: Weight| faces.iter().min_by_key(|face| face.weight.0.abs_diff(weight.0)).copied();
    Some((name.to_owned(), [nearest(Weight::NORMAL)?, nearest(Weight::BOLD)?]))
}

/// The first family by its name that has a character.
fn first(installed: &Database, letter: char) -> Option<(String, [&FaceInfo; 2])> {
    let has = |face: &&FaceInfo| {
        let found = installed.with_face_data(face.id, |data, index| without_shape(data, index, &[letter]));
        found.flatten().is_some_and(|rest| rest.is_empty())
    };
    let mut names: Vec<&str> =
        installed.faces().filter(has).filter_map(|face| Some(face.families.first()?.0.as_str())).collect();
    names.sort_unstable();
    names.into_iter().find_map(|name| chosen(installed, name))
}

fn path(face: &FaceInfo) -> Option<PathBuf> {
    match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path.clone()),
        Source::Binary(_) => None,
    }
}
