//! The sentences of growth and change, as every page words them.
//!
//! A reader compares what is printed: values are rounded to two decimals first and then compared, and a change is the difference of
//! the rounded values. In Chinese no spaces stand around the numbers.

use crate::words::{Lang, fixed, say};

/// What a value is against an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// Growth in percent.
    Ratio(f64),
    /// A difference in percentage points, of rates and surveys.
    Points(f64),
}

/// What a person reads: two decimals.
fn rounded(value: f64) -> f64 {
    fixed(value, 2).parse().unwrap_or(value)
}

/// Up, down or flat by how much, such as "down 14.21%".
pub(crate) fn direction(lang: Lang, change: Change) -> String {
    let (Change::Ratio(by) | Change::Points(by)) = change;
    let unit = if matches!(change, Change::Ratio(_)) { "%" } else { lang.of(" pp", "个百分点") };
    let size = fixed(by.abs(), 2);
    match rounded(by) {
        by if by > 0.0 => say!(lang, "up {size}{unit}", "上行{size}{unit}"),
        by if by < 0.0 => say!(lang, "down {size}{unit}", "下行{size}{unit}"),
        _ => lang.of("flat", "持平").into(),
    }
}

/// A rate or a survey against the year before, in percentage points.
pub(crate) fn points_above_last_year(lang: Lang, by: f64) -> String {
    let size = fixed(by.abs(), 2);
    match rounded(by) {
        by if by > 0.0 => say!(lang, "{size} pp above a year before", "同比上升{size}个百分点"),
        by if by < 0.0 => say!(lang, "{size} pp below a year before", "同比下降{size}个百分点"),
        _ => lang.of("unchanged year on year", "同比持平").into(),
    }
}

/// As [`growth`], saying in English as well what it is against.
pub(crate) fn year_on_year(lang: Lang, now: f64, before: Option<f64>) -> String {
    let text = growth(lang, now, before);
    if lang == Lang::Zh || rounded(now) == 0.0 { text } else { format!("YoY {text}") }
}

/// The growth over the year before, in percent, against that of the month before.
pub(crate) fn growth(lang: Lang, now: f64, before: Option<f64>) -> String {
    let now = rounded(now);
    let size = fixed(now.abs(), 2);
    if now == 0.0 {
        return lang.of("unchanged year on year", "同比持平").into();
    }
    let is_growth = now > 0.0;
    let Some(before) = before.map(rounded) else {
        return if is_growth {
            say!(lang, "up {size}%", "同比增长{size}%")
        } else {
            say!(lang, "down {size}%", "同比下降{size}%")
        };
    };
    if before == 0.0 {
        return if is_growth {
            say!(lang, "turned to growth of {size}%", "同比转增，增幅为{size}%")
        } else {
            say!(lang, "turned to decline of {size}%", "同比转降，降幅为{size}%")
        };
    }
    let change = rounded(now - before);
    let by = fixed(change.abs(), 2);
    match (is_growth, before > 0.0) {
        (true, false) => {
            say!(lang, "turned from decline to growth of {size}%", "同比由降转增，增幅为{size}%")
        }
        (false, true) => {
            say!(lang, "turned from growth to decline of {size}%", "同比由增转降，降幅为{size}%")
        }
        (true, true) if change > 0.0 => {
            say!(lang, "growth widened by {by} pp to {size}%", "同比增幅扩大{by}个百分点至{size}%")
        }
        (true, true) if change < 0.0 => {
            say!(lang, "growth narrowed by {by} pp to {size}%", "同比增幅收窄{by}个百分点至{size}%")
        }
        (false, false) if change < 0.0 => {
            say!(lang, "decline widened by {by} pp to {size}%", "同比降幅扩大{by}个百分点至{size}%")
        }
        (false, false) if change > 0.0 => {
            say!(lang, "decline narrowed by {by} pp to {size}%", "同比降幅收窄{by}个百分点至{size}%")
        }
        (true, _) => say!(lang, "growth unchanged at {size}%", "同比增幅持平于{size}%"),
        (false, _) => say!(lang, "decline unchanged at {size}%", "同比降幅持平于{size}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Growth now and a month before, and its words: pairs of the 2024 weekly and the 2022 report, and the edges of the rule.
    const WORDS: &str = "
         31.84      26.99      同比增幅扩大4.85个百分点至31.84%    growth widened by 4.85 pp to 31.84%
         43.93      59.02      同比增幅收窄15.09个百分点至43.93%   growth narrowed by 15.09 pp to 43.93%
        -18.64     -19.09      同比降幅收窄0.45个百分点至18.64%    decline narrowed by 0.45 pp to 18.64%
        -44.52     -40.87      同比降幅扩大3.65个百分点至44.52%    decline widened by 3.65 pp to 44.52%
         13.52      -4.19      同比由降转增，增幅为13.52%          turned from decline to growth of 13.52%
        -13.52       4.19      同比由增转降，降幅为13.52%          turned from growth to decline of 13.52%
          2.63       2.634     同比增幅持平于2.63%                 growth unchanged at 2.63%
         -2.63      -2.634     同比降幅持平于2.63%                 decline unchanged at 2.63%
          0.001      2.0       同比持平                            unchanged year on year
          0.004     -2.0       同比持平                            unchanged year on year
          0          0         同比持平                            unchanged year on year
          2          0.001     同比转增，增幅为2.00%               turned to growth of 2.00%
         -2          0         同比转降，降幅为2.00%               turned to decline of 2.00%
          2          -         同比增长2.00%                       up 2.00%
         -2          -         同比下降2.00%                       down 2.00%
         31.851284  26.979101  同比增幅扩大4.87个百分点至31.85%    growth widened by 4.87 pp to 31.85%
         43.934165  53.947369  同比增幅收窄10.02个百分点至43.93%   growth narrowed by 10.02 pp to 43.93%";

    #[test]
    fn growth_is_worded_by_its_sign_and_its_change() {
        for line in WORDS.lines().filter(|line| !line.trim().is_empty()) {
            let (now, rest) = line.trim().split_once(' ').unwrap();
            let (before, rest) = rest.trim().split_once(' ').unwrap();
            let (chinese, english) = rest.trim().split_once(' ').unwrap();
            let (now, before) = (now.parse().unwrap(), before.parse().ok());
            assert_eq!(growth(Lang::Zh, now, before), chinese);
            assert_eq!(growth(Lang::En, now, before), english.trim());
        }
    }

    #[test]
    fn english_says_what_growth_is_against() {
        assert_eq!(year_on_year(Lang::En, 2.0, Some(3.0)), "YoY growth narrowed by 1.00 pp to 2.00%");
        assert_eq!(year_on_year(Lang::En, 0.0, Some(3.0)), "unchanged year on year");
        assert_eq!(year_on_year(Lang::Zh, 2.0, Some(3.0)), "同比增幅收窄1.00个百分点至2.00%");
    }

    #[test]
    fn changes_are_worded_after_rounding() {
        assert_eq!(direction(Lang::En, Change::Ratio(-14.214_463)), "down 14.21%");
        assert_eq!(direction(Lang::Zh, Change::Ratio(-0.601_503)), "下行0.60%");
        assert_eq!(direction(Lang::Zh, Change::Points(0.25)), "上行0.25个百分点");
        assert_eq!(direction(Lang::En, Change::Points(0.001)), "flat");
        assert_eq!(points_above_last_year(Lang::En, -0.5), "0.50 pp below a year before");
        assert_eq!(points_above_last_year(Lang::Zh, 0.5), "同比上升0.50个百分点");
    }
}
