//! Colours, as variables of the page's style sheet, light and dark.
//!
//! The tones are those of Okabe and Ito (2008, "Color Universal Design"): blue, vermilion, bluish green and reddish purple, which
//! all common kinds of colour vision tell apart, and two more, a dark yellow and a violet, that differ in stroke as well; darkened on light ground and lightened on dark. Red and green of the diverging
//! shades are vermilion and bluish green of the same set. A test computes the contrast of every pair that meets.

use std::fmt::Write as _;

/// How many shades there are on each side of a middle.
pub(crate) const N_SHADES: usize = 6;

/// Shades beyond this one are so strong that what is written on them has the colour of the ground.
pub(crate) const STRONG: i32 = 4;

/// How much of the full colour is in each shade. The step before the strong ones is long: no text stands on a middle tone.
const SHARES: [f64; N_SHADES] = [0.13, 0.23, 0.34, 0.46, 0.86, 1.0];

type Rgb = [u8; 3];

/// The colours of one theme.
struct Theme {
    /// The ground of the page.
    ground: Rgb,
    /// The ground of what is set apart from it.
    raised: Rgb,
    /// Text.
    ink: Rgb,
    /// Text of less weight, such as labels of axes.
    soft: Rgb,
    /// Axes and borders that must be seen.
    rule: Rgb,
    /// Grid lines and borders that need not.
    faint: Rgb,
    /// Links and what has the focus.
    link: Rgb,
    /// The text of a warning, and its ground.
    alert: (Rgb, Rgb),
    /// The muted tone, then the first to the sixth.
    tones: [Rgb; 7],
    /// Above the middle, below it, and without a middle.
    full: [Rgb; 3],
    /// The ground of a cell at the middle.
    zero: Rgb,
}

const LIGHT: Theme = Theme {
    ground: [0xff, 0xff, 0xff],
    raised: [0xf5, 0xf7, 0xf9],
    ink: [0x1b, 0x21, 0x28],
    soft: [0x55, 0x5e, 0x68],
    rule: [0x80, 0x89, 0x92],
    faint: [0xe1, 0xe5, 0xe9],
    link: [0x00, 0x5a, 0x94],
    alert: ([0x7a, 0x35, 0x00], [0xff, 0xf4, 0xe5]),
    tones: [
        [0x77, 0x7f, 0x88],
        [0x00, 0x67, 0xa5],
        [0xc8, 0x50, 0x00],
        [0x00, 0x80, 0x60],
        [0xa8, 0x48, 0x8e],
        [0x8a, 0x6d, 0x00],
        [0x4b, 0x44, 0x9c],
    ],
    full: [[0xb3, 0x26, 0x10], [0x00, 0x66, 0x4c], [0x0b, 0x4f, 0x8a]],
    zero: [0xee, 0xf0, 0xf2],
};

const DARK: Theme = Theme {
    ground: [0x13, 0x17, 0x1c],
    raised: [0x1b, 0x21, 0x28],
    ink: [0xe4, 0xe8, 0xec],
    soft: [0xa2, 0xac, 0xb6],
    rule: [0x6e, 0x78, 0x83],
    faint: [0x2a, 0x32, 0x3b],
    link: [0x74, 0xbd, 0xf2],
    alert: ([0xff, 0xc9, 0x80], [0x33, 0x26, 0x12]),
    tones: [
        [0x8e, 0x98, 0xa2],
        [0x56, 0xb4, 0xe9],
        [0xf2, 0x98, 0x3d],
        [0x2f, 0xbf, 0x96],
        [0xe3, 0x8f, 0xc4],
        [0xe8, 0xd2, 0x4a],
        [0xb4, 0xb0, 0xff],
    ],
    full: [[0xff, 0x8b, 0x73], [0x45, 0xcf, 0xa6], [0x7f, 0xbf, 0xf5]],
    zero: [0x24, 0x2b, 0x33],
};

/// Returns the variables of both themes: what the reader's system prefers, what was chosen on the page, and light on paper.
pub(crate) fn style() -> String {
    let (light, dark) = (variables(&LIGHT), variables(&DARK));
    format!(
        ":root{{color-scheme:light;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n\
         @media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
    )
}

fn variables(theme: &Theme) -> String {
    let mut text = String::new();
    for (name, colour) in colours(theme) {
        write!(text, "--{name}:{colour};").expect("writing to a string does not fail");
    }
    text
}

/// Returns the variables of the light theme by name, without the hyphens.
pub(crate) fn light_colours() -> Vec<(String, String)> {
    colours(&LIGHT)
}

/// The variables of a theme by name.
fn colours(theme: &Theme) -> Vec<(String, String)> {
    let mut colours = Vec::new();
    let mut set = |name: &str, [red, green, blue]: Rgb| {
        colours.push((name.to_owned(), format!("#{red:02x}{green:02x}{blue:02x}")));
    };
    set("ground", theme.ground);
    set("raised", theme.raised);
    set("ink", theme.ink);
    set("soft", theme.soft);
    set("rule", theme.rule);
    set("faint", theme.faint);
    set("link", theme.link);
    set("alert", theme.alert.0);
    set("alert-ground", theme.alert.1);
    set("zero", theme.zero);
    for (position, tone) in theme.tones.into_iter().enumerate() {
        set(&format!("t{position}"), tone);
    }
    for (name, full) in ["u", "d", "q"].into_iter().zip(theme.full) {
        for (position, shade) in shades(theme, full).into_iter().enumerate() {
            set(&format!("{name}{}", position + 1), shade);
        }
    }
    colours
}

/// Returns the rules that give every shade its class.
pub(crate) fn shade_rules() -> String {
    let mut text = String::from(".chart .z0{fill:var(--zero);stroke:var(--zero)}\n");
    for name in ["u", "d", "q"] {
        for shade in 1..=N_SHADES {
            writeln!(text, ".chart .{name}{shade}{{fill:var(--{name}{shade});stroke:var(--{name}{shade})}}")
                .expect("writing to a string does not fail");
        }
    }
    text
}

/// From nearly the ground to the full colour.
fn shades(theme: &Theme, full: Rgb) -> [Rgb; N_SHADES] {
    SHARES.map(|share| {
        std::array::from_fn(|channel| {
            let (from, to) = (f64::from(theme.ground[channel]), f64::from(full[channel]));
            (from + (to - from) * share).round() as u8
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2, "relative luminance" and "contrast ratio".
    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |colour: Rgb| {
            let [red, green, blue] = colour.map(|channel| {
                let share = f64::from(channel) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_what_the_standard_says() {
        // The standard's own extremes, and a grey that is known to just pass.
        assert_eq!(contrast([0, 0, 0], [255, 255, 255]), 21.0);
        assert!((contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_and_graphics_stand_out_in_both_themes() {
        for theme in [&LIGHT, &DARK] {
            let text =
                |colour, ground| assert!(contrast(colour, ground) >= 4.5, "{colour:02x?} {ground:02x?}");
            let graphic =
                |colour, ground| assert!(contrast(colour, ground) >= 3.0, "{colour:02x?} {ground:02x?}");
            for ground in [theme.ground, theme.raised] {
                for colour in [theme.ink, theme.soft, theme.link] {
                    text(colour, ground);
                }
                for tone in theme.tones {
                    graphic(tone, ground);
                }
                graphic(theme.rule, ground);
            }
            text(theme.alert.0, theme.alert.1);
            text(theme.ink, theme.zero);
            for full in theme.full {
                graphic(full, theme.ground);
                for (position, shade) in shades(theme, full).into_iter().enumerate() {
                    let is_strong = position as i32 + 1 > STRONG;
                    text(if is_strong { theme.ground } else { theme.ink }, shade);
                }
            }
        }
    }

    #[test]
    fn neighbouring_shades_differ() {
        for theme in [&LIGHT, &DARK] {
            for full in theme.full {
                let mut before = theme.ground;
                for shade in shades(theme, full) {
                    assert!(contrast(before, shade) > 1.08, "{before:02x?} {shade:02x?}");
                    before = shade;
                }
            }
        }
    }
}
