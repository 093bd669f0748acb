//! The text of a document: what the page says, in its order.

use rotor_report::page::{Block, Figure, Page};

use super::parts::{self, WIDTH};
use super::table;
use crate::png::picture;
use crate::svg::svg;
use crate::xml::{escape, escaped, push};
use crate::{ExportError, Fonts};

/// Documents measure pictures in these; a point has 12 700.
const EMU_PER_TWIP: f64 = 635.0;

/// Twentieths of a point of a unit of a drawing, so that its letters are about as large as those of tables.
const TWIPS_PER_UNIT: f64 = 11.6;

/// A figure is no higher than this on its sheet of paper.
const HIGHEST: f64 = 12_800.0;

/// What is between two figures that stand beside each other.
const GAP: u32 = 226;

/// Rows of a table are not broken; a caption in one that stays with what follows would hold on to the next row, and so all of them.
const LOOSE: &str = "<w:keepNext w:val=\"0\"/>";

/// The text of a document while it is being written.
pub(super) struct Body<'p> {
    page: &'p Page,
    fonts: &'p Fonts,
    text: String,
    pictures: Vec<Vec<u8>>,
}

impl<'p> Body<'p> {
    pub(super) fn new(page: &'p Page, fonts: &'p Fonts) -> Self {
        Self { page, fonts, text: String::with_capacity(1 << 16), pictures: Vec::new() }
    }

    pub(super) fn write(&mut self) -> Result<(), ExportError> {
        let page = self.page;
        self.paragraph("Title", &page.title);
        if let Some(mark) = &page.mark {
            self.paragraph("Warning", mark);
        }
        if !page.facts.is_empty() {
            self.text += &table::facts(&page.facts);
            self.after_table();
        }
        for section in &page.sections {
            self.paragraph("Heading1", &section.heading);
            self.blocks(&section.blocks)?;
        }
        Ok(())
    }

    /// Returns the part of the document, and the pictures that it names.
    pub(super) fn finish(self) -> (String, Vec<Vec<u8>>) {
        let document = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
             xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
             xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
             xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>{}{}</w:body></w:document>\n",
            self.text,
            parts::section_properties()
        );
        (document, self.pictures)
    }

    fn blocks(&mut self, blocks: &[Block]) -> Result<(), ExportError> {
        for block in blocks {
            match block {
                Block::Heading(text) => self.paragraph("Heading2", text),
                Block::Paragraph(text) => self.paragraph("Normal", text),
                Block::Warning(text) => {
                    let word = self.page.lang.of("Warning: ", "注意：");
                    self.paragraph("Warning", &format!("{word}{text}"));
                }
                Block::List(items) => items.iter().for_each(|item| self.paragraph("ListBullet", item)),
                Block::Table(shown) => {
                    self.text += &table::table(shown);
                    self.after_table();
                }
                Block::Figures(figures) => self.figures(figures)?,
                Block::AroundFigures(inner) => self.blocks(inner)?,
                Block::InsteadOfFigures(_) => {}
                Block::Folded { title, blocks } | Block::Appendix { title, blocks } => {
                    self.paragraph("Heading2", title);
                    self.blocks(blocks)?;
                }
                Block::Tiles(tiles) => {
                    for tile in tiles {
                        self.paragraph("ListBullet", &tile.sentence());
                    }
                }
                Block::Columns(columns) => {
                    for blocks in columns {
                        self.blocks(blocks)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, style: &str, text: &str) {
        self.text += &paragraph(style, "", text);
    }

    /// Two tables without a paragraph between them would be one.
    fn after_table(&mut self) {
        self.text.push_str("<w:p><w:pPr><w:pStyle w:val=\"AfterTable\"/></w:pPr></w:p>");
    }

    /// Wide figures one below the other, small ones in pairs.
    fn figures(&mut self, figures: &[Figure]) -> Result<(), ExportError> {
        let mut rest = figures;
        while let [first, ..] = rest {
            let n_small = rest.iter().take_while(|figure| figure.chart.is_small()).count();
            if n_small < 2 {
                let width = if n_small == 1 { WIDTH / 2 } else { WIDTH };
                let shown = self.figure(first, width, "")?;
                self.text += &shown;
                rest = &rest[1..];
                continue;
            }
            let (small, others) = rest.split_at(n_small);
            self.pairs(small)?;
            rest = others;
        }
        Ok(())
    }

    fn pairs(&mut self, figures: &[Figure]) -> Result<(), ExportError> {
        let width = (WIDTH - GAP) / 2;
        let widths = [width, GAP, width].map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).concat();
        push(
            &mut self.text,
            format_args!(
                "<w:tbl><w:tblPr><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>{widths}</w:tblGrid>"
            ),
        );
        for pair in figures.chunks(2) {
            self.text.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for position in 0..2 {
                if position == 1 {
                    self.text += &cell(GAP, "<w:p/>");
                }
                let shown = match pair.get(position) {
                    Some(figure) => self.figure(figure, width, LOOSE)?,
                    None => "<w:p/>".into(),
                };
                self.text += &cell(width, &shown);
            }
            self.text.push_str("</w:tr>");
        }
        self.text.push_str("</w:tbl>");
        self.after_table();
        Ok(())
    }

    /// A figure with its caption, no wider than this; `more` is said of the paragraphs of the caption.
    fn figure(&mut self, figure: &Figure, width: u32, more: &str) -> Result<String, ExportError> {
        let drawn = picture(&svg(self.page, figure)?, figure, self.fonts)?;
        let (wide, high) = drawn.size;
        let scale = TWIPS_PER_UNIT.min(f64::from(width) / wide).min(HIGHEST / high);
        let [wide, high] = [wide, high].map(|length| (length * scale * EMU_PER_TWIP).round() as u64);
        self.pictures.push(drawn.bytes);
        let number = self.pictures.len();
        let relation = parts::picture_relation(number - 1);
        let name = escaped(&figure.id);
        let mut about = figure.title.clone();
        if !figure.about.is_empty() {
            about.extend([". ", &figure.about]);
        }
        let about = escaped(&about);
        let mut shown = paragraph("Caption", more, &figure.title);
        if !figure.about.is_empty() {
            shown += &paragraph("FigureNote", more, &figure.about);
        }
        push(
            &mut shown,
            format_args!(
                "<w:p><w:pPr><w:pStyle w:val=\"Figure\"/></w:pPr><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
             <wp:extent cx=\"{wide}\" cy=\"{high}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:docPr id=\"{number}\" name=\"{name}\" descr=\"{about}\"/>\
             <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"{name}.png\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{wide}\" cy=\"{high}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
             </wp:inline></w:drawing></w:r></w:p>"
            ),
        );
        Ok(shown)
    }
}

fn cell(width: u32, content: &str) -> String {
    format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc>")
}

/// A paragraph in a style; what stands between two backquotes is code.
fn paragraph(style: &str, more: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>{}</w:p>", runs(text, ""))
}

/// A text with these properties; what stands between two backquotes is code.
pub(super) fn runs(text: &str, properties: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut run = |text: &str, style: &str| {
        if text.is_empty() {
            return;
        }
        out.push_str("<w:r>");
        if !(style.is_empty() && properties.is_empty()) {
            out.extend(["<w:rPr>", style, properties, "</w:rPr>"]);
        }
        out.push_str("<w:t xml:space=\"preserve\">");
        escape(&mut out, text);
        out.push_str("</w:t></w:r>");
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        run(before, "");
        run(code, "<w:rStyle w:val=\"Code\"/>");
        rest = after;
    }
    run(rest, "");
    out
}
