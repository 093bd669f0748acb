//! How values are spread: counts in steps, and against a normal distribution.

use rotor_stats::{deviation, mean, normal_quantile};

use super::context::Context;
use crate::draw::{Bar, BarChart, BarGroup, BarMark, Chart, PointChart, Tone, Unit};
use crate::page::Figure;
use crate::say;
use crate::words::fixed;

/// The fewest values of which a spread is drawn.
const FEWEST: usize = 12;

/// About how many steps there are.
const MOST_STEPS: f64 = 22.0;

/// Counts of equal steps that begin at a multiple of their round width.
#[derive(Clone, Debug, PartialEq)]
struct Steps {
    /// The lower end of the first, in widths.
    first: i64,
    width: f64,
    counts: Vec<usize>,
}

impl Steps {
    /// Counts values; `None` if they are too few, or all equal.
    fn of(values: &[f64]) -> Option<Self> {
        let (low, high) = (
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
        if values.len() < FEWEST || !(high - low).is_finite() || high - low <= 1e-12 {
            return None;
        }
        let least = (high - low) / MOST_STEPS;
        let decade = libm::pow(10.0, libm::floor(libm::log10(least)));
        let width =
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * decade).find(|width| *width >= least)?;
        // A value on a border belongs to the step that begins there, in the sense of decimal numbers.
        let step = |value: f64| libm::floor(value / width + 1e-9) as i64;
        let (first, last) = (step(low), step(high));
        let mut counts = vec![0; usize::try_from(last - first).ok()? + 1];
        for value in values {
            counts[usize::try_from(step(*value) - first).ok()?] += 1;
        }
        Some(Self { first, width, counts })
    }

    /// The middle of a step.
    fn middle(&self, step: usize) -> f64 {
        (self.first as f64 + step as f64 + 0.5) * self.width
    }
}

/// How many values lie in each of equal steps; the title is that of the caller.
pub(super) fn histogram(context: &Context<'_>, id: &str, values: &[f64], unit: Unit) -> Option<Figure> {
    let lang = context.lang;
    let steps = Steps::of(values)?;
    let (n, average) = (values.len(), mean(values).ok()?);
    let decimals = decimals(steps.width * unit.factor / 2.0);
    let exact = Unit { decimals, ..unit };
    let (width, average) = (
        Unit { is_signed: false, ..Unit { decimals: self::decimals(steps.width * unit.factor), ..unit } }
            .write(steps.width),
        Unit { decimals: unit.decimals + 1, ..unit }.write(average),
    );
    let spread = deviation(values).map_or(String::new(), |value| {
        Unit { is_signed: false, decimals: unit.decimals + 1, ..unit }.write(value)
    });
    Some(Figure {
        id: id.into(),
        title: String::new(),
        about: say!(
            lang,
            "{n} months in steps of {width}, named by their middle; mean {average}, deviation {spread}.",
            "{n}个月，组距{width}，以组中值标注；均值{average}，标准差{spread}。"
        ),
        chart: Chart::Bars(BarChart {
            axis: lang.of("months", "月数").into(),
            unit: Unit::plain(0),
            baseline: 0.0,
            categories: (0..steps.counts.len()).map(|step| exact.write(steps.middle(step))).collect(),
            is_horizontal: false,
            mark: BarMark::Bars,
            is_small: true,
            guides: Vec::new(),
            groups: vec![BarGroup {
                name: lang.of("months", "月数").into(),
                tone: Tone::First,
                values: steps.counts.iter().map(|n| Some(Bar { value: *n as f64, interval: None })).collect(),
            }],
        }),
    })
}

/// The decimals of a round number.
fn decimals(number: f64) -> usize {
    (0..6)
        .find(|decimals| {
            let written: f64 = fixed(number, *decimals).parse().unwrap_or(0.0);
            (written - number).abs() < 1e-9
        })
        .unwrap_or(6)
}

/// Sorted values against the quantiles that as many normal ones would have at (i − ½)/n.
pub(super) fn against_normal(
    context: &Context<'_>,
    id: &str,
    values: &[f64],
    unit: Unit,
    axis: &str,
) -> Option<Figure> {
    let lang = context.lang;
    let points = quantiles(values)?;
    let (constant, slope) = (mean(values).ok()?, deviation(values).ok()?);
    Some(Figure {
        id: id.into(),
        title: say!(lang, "{axis} against a normal distribution (QQ)", "{axis} 正态 QQ 图"),
        about: lang
            .of(
                "Each month at the quantile of its rank; on the line if the months are normal with their own mean and deviation.",
                "各月按其排名对应的正态分位数；若服从同均值、同标准差的正态分布，各点落在线上。",
            )
            .into(),
        chart: Chart::Points(PointChart {
            x_axis: lang.of("normal quantile", "正态分位数").into(),
            x_unit: Unit::plain(2).signed(),
            y_axis: axis.into(),
            y_unit: unit,
            points,
            line: Some((lang.of("normal", "正态").into(), constant, slope)),
            is_small: true,
        }),
    })
}

/// The pairs of normal quantile and value; `None` of too few values, or equal ones.
fn quantiles(values: &[f64]) -> Option<Vec<(f64, f64)>> {
    let n = values.len();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if n < FEWEST || sorted[n - 1] - sorted[0] <= 1e-12 {
        return None;
    }
    let pair =
        |(rank, value): (usize, f64)| Some((normal_quantile((rank as f64 + 0.5) / n as f64).ok()?, value));
    sorted.into_iter().enumerate().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_hold_every_value() {
        let values: Vec<f64> = (-6..=6).map(|value| f64::from(value) / 100.0).collect();
        let steps = Steps::of(&values).unwrap();
        assert_eq!((steps.first, steps.width), (-6, 0.01));
        assert_eq!(steps.counts, [1; 13]);
        assert!((steps.middle(6) - 0.005).abs() < 1e-15);
        let wide: Vec<f64> = (0..60).map(|value| f64::from(value) * 0.5).collect();
        let steps = Steps::of(&wide).unwrap();
        assert_eq!((steps.first, steps.width, steps.counts.len()), (0, 2.0, 15));
        assert_eq!(steps.counts.iter().sum::<usize>(), 60);
        assert_eq!(Steps::of(&[1.0; 40]), None);
        assert_eq!(Steps::of(&[1.0, 2.0]), None);
        assert_eq!([decimals(0.5), decimals(2.0), decimals(0.025)], [1, 0, 3]);
    }

    /// scipy: `norm.ppf((numpy.arange(12) + .5)/12)`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        let values: Vec<f64> = (0..12).rev().map(f64::from).collect();
        let found = quantiles(&values).unwrap();
        let expected = [-1.731_664_396_122_245, -1.150_349_380_376_008, -0.812_217_801_499_912];
        for (position, expected) in expected.into_iter().enumerate() {
            assert!((found[position].0 - expected).abs() < 1e-9, "{}", found[position].0);
            assert_eq!(found[position].1, position as f64);
        }
        assert!((found[0].0 + found[11].0).abs() < 1e-12);
        assert_eq!(quantiles(&[2.0; 20]), None);
    }
}
