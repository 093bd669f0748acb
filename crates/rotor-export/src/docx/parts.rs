//! The parts of a document that hardly depend on what it says.

use rotor_factor::Date;
use rotor_report::page::Page;
use rotor_report::words::Lang;

use crate::xml::{escaped, push};

/// A4 with its margins, in twentieths of a point.
pub(super) const PAGE: (u32, u32) = (11_906, 16_838);
const SIDE: u32 = 1_020;

/// The width between the margins.
pub(super) const WIDTH: u32 = PAGE.0 - 2 * SIDE;

/// The sizes of letters in tables, in half points; the styles `Cell16` and so on.
pub(super) const CELL_SIZES: [u32; 3] = [16, 14, 12];

pub(super) const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/><Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>
"#;

pub(super) const PACKAGE_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>
"#;

pub(super) const APP_PROPERTIES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Rotor</Application></Properties>
"#;

pub(super) const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>
"#;

pub(super) const NUMBERING: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="340" w:hanging="340"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>
"#;

pub(super) const FOOTER: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> / </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> NUMPAGES </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>
"#;

/// The file of a picture in the package.
pub(super) fn picture_path(position: usize) -> String {
    format!("word/media/image{}.png", position + 1)
}

/// The relation by which the document names a picture.
pub(super) fn picture_relation(position: usize) -> String {
    format!("rId{}", position + 100)
}

pub(super) fn core_properties(page: &Page, day: Date) -> String {
    let title = escaped(&page.title);
    let language = page.lang.of("en-US", "zh-CN");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>Rotor</dc:creator><dc:language>{language}</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:modified></cp:coreProperties>
"#
    )
}

pub(super) fn document_relations(n_pictures: usize) -> String {
    const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut relations = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    );
    let mut add = |id: &str, kind: &str, target: &str| {
        push(
            &mut relations,
            format_args!("<Relationship Id=\"{id}\" Type=\"{KINDS}/{kind}\" Target=\"{target}\"/>"),
        );
    };
    add("rId1", "styles", "styles.xml");
    add("rId2", "numbering", "numbering.xml");
    add("rId3", "settings", "settings.xml");
    add("rId4", "header", "header1.xml");
    add("rId5", "footer", "footer1.xml");
    for position in 0..n_pictures {
        let path = picture_path(position);
        add(&picture_relation(position), "image", path.strip_prefix("word/").unwrap_or(&path));
    }
    relations + "</Relationships>\n"
}

/// The title, and what must be seen before any number, on every page.
pub(super) fn header(page: &Page) -> String {
    let mark = page.mark.as_ref().map(|mark| {
        format!("<w:r><w:rPr><w:b/><w:color w:val=\"7A3500\"/></w:rPr><w:t xml:space=\"preserve\">{}　</w:t></w:r>", escaped(mark))
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:hdr xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr>{}<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p></w:hdr>\n",
        mark.unwrap_or_default(),
        escaped(&page.title)
    )
}

/// The end of the document: paper, margins, header and footer.
pub(super) fn section_properties() -> String {
    let (width, height) = PAGE;
    format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"default\" r:id=\"rId5\"/><w:pgSz w:w=\"{width}\" w:h=\"{height}\"/><w:pgMar w:top=\"1134\" w:right=\"{SIDE}\" w:bottom=\"1020\" w:left=\"{SIDE}\" w:header=\"567\" w:footer=\"510\" w:gutter=\"0\"/></w:sectPr>"
    )
}

/// The styles of paragraphs outside of tables: identifier, name, whether a plain paragraph follows, what is said of the paragraph, and
/// of its letters.
const STYLES: &[(&str, &str, bool, &str, &str)] = &[
    (
        "Title",
        "Title",
        true,
        r#"<w:spacing w:before="0" w:after="120" w:line="264" w:lineRule="auto"/>"#,
        r#"<w:b/><w:sz w:val="36"/><w:szCs w:val="36"/>"#,
    ),
    (
        "Heading1",
        "heading 1",
        true,
        r#"<w:keepNext/><w:keepLines/><w:pBdr><w:top w:val="single" w:sz="8" w:space="6" w:color="1B2128"/></w:pBdr><w:spacing w:before="400" w:after="140"/><w:outlineLvl w:val="0"/>"#,
        r#"<w:b/><w:sz w:val="26"/><w:szCs w:val="26"/>"#,
    ),
    (
        "Heading2",
        "heading 2",
        true,
        r#"<w:keepNext/><w:keepLines/><w:spacing w:before="260" w:after="100"/><w:outlineLvl w:val="1"/>"#,
        r#"<w:b/><w:sz w:val="22"/><w:szCs w:val="22"/>"#,
    ),
    (
        "ListBullet",
        "List Bullet",
        false,
        r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:spacing w:after="60"/>"#,
        "",
    ),
    (
        "Warning",
        "Warning",
        false,
        r#"<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="7A3500"/><w:left w:val="single" w:sz="24" w:space="4" w:color="7A3500"/><w:bottom w:val="single" w:sz="4" w:space="4" w:color="7A3500"/><w:right w:val="single" w:sz="4" w:space="4" w:color="7A3500"/></w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="FFF4E5"/><w:spacing w:before="120" w:after="160"/><w:ind w:left="113" w:right="113"/>"#,
        r#"<w:color w:val="7A3500"/>"#,
    ),
    (
        "Caption",
        "caption",
        true,
        r#"<w:keepNext/><w:keepLines/><w:spacing w:before="160" w:after="40" w:line="252" w:lineRule="auto"/>"#,
        r#"<w:b/><w:sz w:val="18"/><w:szCs w:val="18"/>"#,
    ),
    (
        "FigureNote",
        "Figure note",
        false,
        r#"<w:keepNext/><w:keepLines/><w:spacing w:after="40" w:line="252" w:lineRule="auto"/>"#,
        r#"<w:color w:val="555E68"/><w:sz w:val="16"/><w:szCs w:val="16"/>"#,
    ),
    ("Figure", "Figure", true, r#"<w:spacing w:after="120" w:line="240" w:lineRule="auto"/>"#, ""),
    (
        "AfterTable",
        "After table",
        true,
        r#"<w:spacing w:after="60" w:line="120" w:lineRule="exact"/>"#,
        r#"<w:sz w:val="8"/><w:szCs w:val="8"/>"#,
    ),
    (
        "Header",
        "header",
        false,
        r#"<w:spacing w:after="0"/>"#,
        r#"<w:color w:val="555E68"/><w:sz w:val="16"/><w:szCs w:val="16"/>"#,
    ),
    (
        "Footer",
        "footer",
        false,
        r#"<w:spacing w:after="0"/><w:jc w:val="center"/>"#,
        r#"<w:color w:val="555E68"/><w:sz w:val="16"/><w:szCs w:val="16"/>"#,
    ),
];

const OTHER_STYLES: &str = r#"<w:style w:type="character" w:styleId="Code"><w:name w:val="Code"/><w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/></w:rPr></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#;

pub(super) fn styles(lang: Lang) -> String {
    let language = lang.of("en-US", "zh-CN");
    let mut styles = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Microsoft YaHei" w:cs="Arial"/><w:color w:val="1B2128"/><w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="{language}" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="288" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>"#
    );
    for (id, name, has_next, paragraph, letters) in STYLES {
        let next = if *has_next { "<w:next w:val=\"Normal\"/>" } else { "" };
        style(&mut styles, id, name, next, paragraph, letters);
    }
    for size in CELL_SIZES {
        let (id, name) = (format!("Cell{size}"), format!("Table text {}", size / 2));
        // Latin and Chinese letters of a row stand on one line.
        let line = size * 15;
        let paragraph =
            format!("<w:spacing w:before=\"16\" w:after=\"16\" w:line=\"{line}\" w:lineRule=\"atLeast\"/>");
        let letters = format!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>");
        style(&mut styles, &id, &name, "", &paragraph, &letters);
    }
    styles + OTHER_STYLES + "</w:styles>\n"
}

fn style(out: &mut String, id: &str, name: &str, next: &str, paragraph: &str, letters: &str) {
    push(
        out,
        format_args!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/>{next}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
        ),
    );
}
