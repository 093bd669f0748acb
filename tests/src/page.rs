//! HTML pages held against what a browser expects.

/// Asserts that every tag of a page is closed in its place, with one root.
///
/// # Panics
///
/// If one is not.
#[track_caller]
pub fn assert_balanced(page: &str) {
    const VOID: &[&str] = &["meta", "br", "hr", "img", "input", "link", "col"];
    const RAW: &[&str] = &["script", "style"];
    const IMPLIED: &[&str] = &["td", "th", "tr"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a page begins with its type");
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag ends");
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            // The ends of cells and rows may be left out.
            while open.last().is_some_and(|last| *last != name && IMPLIED.contains(last)) {
                open.pop();
            }
            assert_eq!(open.pop(), Some(name), "before {}", &rest.chars().take(80).collect::<String>());
            continue;
        }
        let name = tag.split([' ', '/']).next().expect("a tag has a name");
        assert!(name.starts_with(|letter: char| letter.is_ascii_alphabetic()), "{tag}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if RAW.contains(&name) {
            rest = &rest[rest.find(&format!("</{name}>")).expect("it ends")..];
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

/// Returns the identifiers of a page, in order.
#[must_use]
pub fn identifiers(page: &str) -> Vec<&str> {
    page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
