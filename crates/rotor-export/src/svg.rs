//! Figures as files of their own: colours, strokes and fonts written out.
//!
//! On its page a drawing gets its look from the style sheet. Programs of offices read style sheets in drawings badly or not at all, so
//! that every rule becomes an attribute here: of the light theme, for documents are printed. What paints nothing, such as the
//! shapes that show a tip on a page, is left out.

use std::sync::LazyLock;

use resvg::usvg::roxmltree::{Document, Node};
use rotor_report::draw::{Caption, light_rules};
use rotor_report::page::{Figure, Page};
use simplecss::{AttributeOperator, Element, PseudoClass, StyleSheet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr as _};

use crate::ExportError;
use crate::blocks::marked;
use crate::xml::{escape, escaped, push};

/// The families that a program may show texts in; the first ones are those that pictures are drawn with.
const FAMILIES: &str = "'Noto Sans','Liberation Sans',Arial,Helvetica,'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif";

/// The ground of a figure that stands alone.
const GROUND: &str = "#ffffff";

/// What is an attribute of the same name in a drawing.
pub(crate) const PAINTED: &[&str] = &[
    "fill",
    "fill-opacity",
    "font-size",
    "font-weight",
    "opacity",
    "paint-order",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
];

static RULES: LazyLock<String> = LazyLock::new(light_rules);
static SHEET: LazyLock<StyleSheet<'static>> = LazyLock::new(|| StyleSheet::parse(&RULES));

/// The colour of titles.
static INK: LazyLock<String> = LazyLock::new(|| {
    let rule = RULES.lines().find_map(|line| line.strip_prefix(".chart .head{fill:"));
    rule.and_then(|rest| rest.split(';').next()).unwrap_or("#000000").to_owned()
});

/// Draws a figure without its title, for a document that has the title beside it.
///
/// # Errors
///
/// [`ExportError::Drawing`] if the figure is no drawing.
pub fn svg(page: &Page, figure: &Figure) -> Result<String, ExportError> {
    written(page, figure, None)
}

/// Draws a figure under its title and the mark of the page: nothing else says what it is.
///
/// # Errors
///
/// [`ExportError::Drawing`] if the figure is no drawing.
pub fn svg_with_heading(page: &Page, figure: &Figure) -> Result<String, ExportError> {
    written(page, figure, Some(&marked(page, &figure.title)))
}

fn written(page: &Page, figure: &Figure, heading: Option<&str>) -> Result<String, ExportError> {
    let failed = |reason: String| ExportError::Drawing { figure: figure.id.clone(), reason };
    let caption = Caption { title: &figure.title, about: &figure.about, lang: page.lang };
    let drawing = figure.chart.svg(&caption);
    let document = Document::parse(&drawing).map_err(|error| failed(error.to_string()))?;
    let root = document.root_element();
    let sizes = root.attribute("viewBox").and_then(|sizes| sizes.strip_prefix("0 0 "));
    let sizes = sizes.and_then(|sizes| sizes.split_once(' '));
    let (width, height) = sizes
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .ok_or_else(|| failed("it has no size".into()))?;
    Ok(standalone(root, (width, height), heading))
}

/// Writes the drawing with everything written out.
fn standalone(root: Node<'_, '_>, (width, height): (f64, f64), heading: Option<&str>) -> String {
    const SIDE: f64 = 14.0;
    const LINE: f64 = 17.0;
    let lines = heading.map(|heading| lines(heading, width)).unwrap_or_default();
    let above = if lines.is_empty() { 4.0 } else { 24.0 + LINE * lines.len() as f64 };
    let (left, top, wide, high) = (-SIDE, -above, width + 2.0 * SIDE, height + above + SIDE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{left} {top} {wide:.1} {high:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" \
         font-family=\"{FAMILIES}\">\n"
    );
    for child in root.children().filter(|child| matches!(child.tag_name().name(), "title" | "desc")) {
        let name = child.tag_name().name();
        out.extend(["<", name, ">", &escaped(child.text().unwrap_or_default()), "</", name, ">\n"]);
    }
    push(
        &mut out,
        format_args!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{wide:.1}\" height=\"{high:.1}\" fill=\"{GROUND}\"/>\n"
        ),
    );
    for (position, line) in lines.iter().enumerate() {
        let y = top + 20.0 + LINE * position as f64;
        push(
            &mut out,
            format_args!("<text x=\"0\" y=\"{y}\" fill=\"{}\" font-size=\"13\" font-weight=\"600\">", *INK),
        );
        escape(&mut out, line);
        out.push_str("</text>\n");
    }
    let outside = Paint { colour: String::new(), fill: "#000000".into(), stroke: "none".into() };
    for child in root.children() {
        element(&mut out, child, &outside);
    }
    out.push_str("</svg>\n");
    out
}

/// Breaks a heading into lines for a width.
fn lines(heading: &str, width: f64) -> Vec<String> {
    const COLUMN: f64 = 7.4;
    let most = ((width / COLUMN) as usize).max(12);
    let mut lines = vec![String::new()];
    for word in heading.split_inclusive(' ') {
        for letter in word.chars() {
            let line = lines.last_mut().expect("there is a first line");
            let rest =
                if line.ends_with(' ') { word.trim_end().width() } else { letter.width().unwrap_or(0) };
            let fits = line.width() + rest <= most
                || line.is_empty()
                || (line.ends_with(' ') && word.width() > most);
            if fits { line.push(letter) } else { lines.push(letter.to_string()) }
        }
    }
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// What an element inherits.
struct Paint {
    /// What `currentColor` means.
    colour: String,
    fill: String,
    stroke: String,
}

fn element(out: &mut String, node: Node<'_, '_>, outside: &Paint) {
    let name = node.tag_name().name();
    if !node.is_element() || matches!(name, "title" | "desc" | "style" | "script") {
        return;
    }
    let (attributes, inside) = resolved(node, outside);
    let paints = inside.fill != "none" || inside.stroke != "none";
    let is_group = name == "g";
    if !is_group && !paints {
        return;
    }
    let mut inner = String::new();
    for child in node.children() {
        match child.tag_name().name() {
            "" => escape_between(&mut inner, child.text().unwrap_or_default(), is_group),
            "title" => inner.extend(["<title>", &escaped(child.text().unwrap_or_default()), "</title>"]),
            _ => element(&mut inner, child, &inside),
        }
    }
    if is_group && inner.trim().is_empty() {
        return;
    }
    out.extend(["<", name]);
    for (name, value) in &attributes {
        out.extend([" ", name, "=\"", &escaped(value), "\""]);
    }
    // In a text every line feed is a blank.
    let end = if name == "tspan" { "" } else { "\n" };
    if inner.is_empty() {
        out.extend(["/>", end]);
    } else {
        let around = if is_group { "\n" } else { "" };
        out.extend([">", around, inner.trim_matches('\n'), around, "</", name, ">", end]);
    }
}

/// Between the elements of a group there is only white space.
fn escape_between(out: &mut String, text: &str, is_group: bool) {
    if !is_group {
        escape(out, text);
    }
}

/// The attributes of an element with what the rules say of it, and what is inherited from it.
fn resolved(node: Node<'_, '_>, outside: &Paint) -> (Vec<(String, String)>, Paint) {
    let mut said: Vec<(&str, &str)> = Vec::new();
    // From the least to the most specific one.
    for rule in SHEET.rules.iter().filter(|rule| rule.selector.matches(&Styled(node))) {
        for declaration in &rule.declarations {
            said.retain(|(name, _)| *name != declaration.name);
            said.push((declaration.name, declaration.value));
        }
    }
    let colour =
        said.iter().find(|(name, _)| *name == "color").map_or(outside.colour.as_str(), |(_, value)| value);
    let value = |value: &str| if value == "currentColor" { colour.to_owned() } else { value.to_owned() };
    let own = node.attributes().filter(|attribute| !matches!(attribute.name(), "class" | "role"));
    let own = own.filter(|attribute| said.iter().all(|(name, _)| *name != attribute.name()));
    let mut attributes: Vec<(String, String)> =
        own.map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned())).collect();
    said.retain(|(name, _)| PAINTED.contains(name));
    said.sort_unstable();
    for (name, text) in &said {
        attributes.push(((*name).to_owned(), value(text.trim_end_matches("px"))));
    }
    let inherited = |name: &str, outside: &str| {
        attributes
            .iter()
            .find(|(known, _)| known == name)
            .map_or_else(|| outside.to_owned(), |(_, value)| value.clone())
    };
    let (fill, stroke) = (inherited("fill", &outside.fill), inherited("stroke", &outside.stroke));
    let paint = Paint { colour: colour.to_owned(), fill, stroke };
    (attributes, paint)
}

/// An element as the rules ask for it.
struct Styled<'a, 'i>(Node<'a, 'i>);

impl Element for Styled<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Self)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Self)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator<'_>) -> bool {
        self.0.attribute(name).is_some_and(|value| operator.matches(value))
    }

    /// Nobody points at a file.
    fn pseudo_class_matches(&self, _: PseudoClass<'_>) -> bool {
        false
    }
}
