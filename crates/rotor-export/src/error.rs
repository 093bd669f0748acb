//! What keeps a page from being written in a format.

use std::io;

/// What keeps a page from being written in a format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No font is installed, and pictures have texts.
    #[error("figures cannot be drawn as pictures: no font is installed")]
    NoFont,
    /// No font has the characters of a text.
    #[error(
        "the figure `{figure}` cannot be drawn as a picture: no installed font has the character `{letter}`"
    )]
    NoGlyph {
        /// The identifier of the figure.
        figure: String,
        /// The first character without a shape.
        letter: char,
    },
    /// The file of a font cannot be read any more.
    #[error("the font `{family}` cannot be read")]
    FontGone {
        /// The name of its family.
        family: String,
    },
    /// A figure is no drawing: a fault of ours.
    #[error("the figure `{figure}` is no drawing: {reason}")]
    Drawing {
        /// The identifier of the figure.
        figure: String,
        /// What the reader of drawings says.
        reason: String,
    },
    /// The parts of a document cannot be put together.
    #[error("the document cannot be packed: {0}")]
    Package(#[from] io::Error),
    /// A table does not fit into a workbook.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl ExportError {
    /// Returns how to mend the error, if a sentence can say it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoFont | Self::NoGlyph { .. } => {
                Some("install a font with Chinese characters, such as the package fonts-noto-cjk")
            }
            _ => None,
        }
    }
}
