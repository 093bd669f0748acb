//! What a drawing needs where there is no page around it.

use super::palette;

/// Returns the rules by which a page shows drawings, with the colours of the light theme in place of variables.
///
/// One rule a line, `.chart …{…}`; those that ask where the pointer is are among them.
#[must_use]
pub fn light_rules() -> String {
    let mut style = String::new();
    // What holds for some media alone stands between lines of its own.
    let mut is_of_medium = false;
    for line in include_str!("../page/style.css").lines() {
        is_of_medium = (is_of_medium || line.starts_with('@') && line.ends_with('{')) && line != "}";
        if line.starts_with(".chart") && !is_of_medium {
            style.extend([line, "\n"]);
        }
    }
    style += &palette::shade_rules();
    for (name, colour) in palette::light_colours() {
        style = style.replace(&format!("var(--{name})"), &colour);
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_variable_is_left() {
        let rules = light_rules();
        assert!(!rules.contains("var("), "{rules}");
        assert!(!rules.contains("print-color-adjust"), "{rules}");
        assert!(rules.contains(".chart .t1{color:#0067a5}") && rules.contains(".chart .z0{fill:#eef0f2;"));
    }
}
