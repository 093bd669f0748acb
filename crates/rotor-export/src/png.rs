//! Drawings as pictures.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, NodeType};
use resvg::usvg::{Options, Tree};
use rotor_report::page::Figure;

use crate::{ExportError, Fonts};

/// Pixels a unit of a drawing: sharp on paper.
const SCALE: f32 = 2.0;

/// A picture has no more pixels than this; what is larger gets fewer a unit.
const MOST_PIXELS: f32 = 4e7;

/// A picture.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// The bytes of the file.
    pub(crate) bytes: Vec<u8>,
    /// The size in the units of the drawing.
    pub(crate) size: (f64, f64),
}

/// Draws an SVG of this crate as PNG, two pixels a unit.
///
/// # Errors
///
/// [`ExportError::NoGlyph`] if no font has a character of its texts; [`ExportError::Drawing`] if it is no drawing.
pub fn png(svg: &str, figure: &Figure, fonts: &Fonts) -> Result<Vec<u8>, ExportError> {
    Ok(picture(svg, figure, fonts)?.bytes)
}

/// As [`png`], with the size.
pub(crate) fn picture(svg: &str, figure: &Figure, fonts: &Fonts) -> Result<Picture, ExportError> {
    let failed = |reason: String| ExportError::Drawing { figure: figure.id.clone(), reason };
    if let Some(letter) = fonts.first_missing(&texts(svg).map_err(failed)?)? {
        return Err(ExportError::NoGlyph { figure: figure.id.clone(), letter });
    }
    let options = Options { fontdb: fonts.database(), font_resolver: fonts.resolver(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(error.to_string()))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = SCALE.min((MOST_PIXELS / (width * height)).sqrt());
    let pixels = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let mut canvas =
        Pixmap::new(pixels(width), pixels(height)).ok_or_else(|| failed("it has no size".into()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
    let bytes = canvas.encode_png().map_err(|error| failed(error.to_string()))?;
    Ok(Picture { bytes, size: (f64::from(width), f64::from(height)) })
}

/// The texts that are drawn.
fn texts(svg: &str) -> Result<String, String> {
    let document = Document::parse(svg).map_err(|error| error.to_string())?;
    let is_drawn = |node: &resvg::usvg::roxmltree::Node<'_, '_>| {
        node.node_type() == NodeType::Text
            && node
                .parent_element()
                .is_some_and(|parent| parent.has_tag_name("text") || parent.tag_name().name() == "text")
    };
    Ok(document.descendants().filter(is_drawn).filter_map(|node| node.text()).collect())
}
