//! A page as a Word document: headings, paragraphs, lists, tables, figures as pictures with their captions, on A4.
//!
//! Written part by part, because the crates that write such documents can neither repeat the header of a table on every page
//! nor give a picture its description, and number paragraphs by a counter of the process, so that two equal documents differ.

mod body;
mod parts;
mod table;

use std::io::{self, Cursor, Write as _};

use rotor_factor::Date;
use rotor_report::page::Page;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{ExportError, Fonts};
use body::Body;

/// Writes a page as a Word document that was made on `day`.
///
/// # Errors
///
/// [`ExportError::NoGlyph`] if no font has a character of a figure.
pub fn docx(page: &Page, day: Date, fonts: &Fonts) -> Result<Vec<u8>, ExportError> {
    let mut body = Body::new(page, fonts);
    body.write()?;
    let (document, pictures) = body.finish();
    let mut package = Package::new();
    package.text("[Content_Types].xml", parts::CONTENT_TYPES)?;
    package.text("_rels/.rels", parts::PACKAGE_RELATIONS)?;
    package.text("docProps/core.xml", &parts::core_properties(page, day))?;
    package.text("docProps/app.xml", parts::APP_PROPERTIES)?;
    package.text("word/document.xml", &document)?;
    package.text("word/_rels/document.xml.rels", &parts::document_relations(pictures.len()))?;
    package.text("word/styles.xml", &parts::styles(page.lang))?;
    package.text("word/numbering.xml", parts::NUMBERING)?;
    package.text("word/settings.xml", parts::SETTINGS)?;
    package.text("word/header1.xml", &parts::header(page))?;
    package.text("word/footer1.xml", parts::FOOTER)?;
    for (position, picture) in pictures.iter().enumerate() {
        package.picture(&parts::picture_path(position), picture)?;
    }
    Ok(package.finish()?)
}

/// An archive in which every file has the same age.
struct Package {
    archive: ZipWriter<Cursor<Vec<u8>>>,
}

impl Package {
    fn new() -> Self {
        Self { archive: ZipWriter::new(Cursor::new(Vec::new())) }
    }

    fn text(&mut self, path: &str, text: &str) -> io::Result<()> {
        self.file(path, CompressionMethod::Deflated, text.as_bytes())
    }

    /// Pictures are compressed already.
    fn picture(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.file(path, CompressionMethod::Stored, bytes)
    }

    fn file(&mut self, path: &str, method: CompressionMethod, bytes: &[u8]) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.archive.start_file(path, options)?;
        self.archive.write_all(bytes)
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        Ok(self.archive.finish()?.into_inner())
    }
}
