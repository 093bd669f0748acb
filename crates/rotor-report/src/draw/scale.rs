//! From values to places along an axis, and the round values that are written beside it.

use super::Unit;
use super::measure::width;

/// Larger values are drawn as this one: nothing a page shows comes near it, and differences stay finite.
const LARGEST: f64 = 1e300;

/// Smaller values are drawn as 0, so that no step between ticks is.
const SMALLEST: f64 = 1e-300;

/// No axis has more ticks.
const MOST_TICKS: usize = 50;

/// A value axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    // Invariant: finite and low < high; both above 0 if `is_log`.
    low: f64,
    high: f64,
    is_log: bool,
    from: f64,
    to: f64,
}

/// A round value on an axis.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// What can be drawn of a value: it is finite, and above 0 where ratios count.
pub(super) fn drawable(value: f64, is_log: bool) -> Option<f64> {
    let is_drawable = value.is_finite() && (!is_log || value > 0.0);
    is_drawable.then(|| match value {
        _ if is_log => value.clamp(SMALLEST, LARGEST),
        _ if value.abs() < SMALLEST => 0.0,
        _ => value.clamp(-LARGEST, LARGEST),
    })
}

impl Scale {
    /// Makes an axis that holds all values, with a little room; `None` without values.
    ///
    /// Values that are not drawable are passed over. `room` is the share of the axis that is left free at each end; an end at
    /// which `floor` lies is left without it.
    pub(super) fn new(values: impl Iterator<Item = f64>, floor: Option<f64>, is_log: bool) -> Option<Self> {
        const ROOM: f64 = 0.05;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter_map(|value| drawable(value, is_log)) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            return None;
        }
        if let Some(floor) = floor.and_then(|floor| drawable(floor, is_log)) {
            low = low.min(floor);
            high = high.max(floor);
        }
        if is_log {
            let ratio = libm::log10(high) - libm::log10(low);
            let by = if ratio < 1e-9 { 1.25 } else { libm::pow(10.0, ratio * ROOM) };
            let (low, high) = ((low / by).max(SMALLEST / 10.0), (high * by).min(LARGEST * 10.0));
            return Some(Self { low, high, is_log, from: 0.0, to: 1.0 });
        }
        // Values that are equal but for their last digits are equal.
        let size = low.abs().max(high.abs());
        if high - low <= size * 1e-9 {
            let by = if size == 0.0 { 1.0 } else { size * 0.1 };
            return Some(Self { low: low - by, high: high + by, is_log, from: 0.0, to: 1.0 });
        }
        let by = (high - low) * ROOM;
        let low = if floor == Some(low) { low } else { low - by };
        let high = if floor == Some(high) { high } else { high + by };
        Some(Self { low, high, is_log, from: 0.0, to: 1.0 })
    }

    /// The same axis between two coordinates.
    pub(super) fn between(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    /// The coordinate of a value; of one beyond the axis, that of its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = if self.is_log {
            let low = libm::log10(self.low);
            (libm::log10(value.max(self.low)) - low) / (libm::log10(self.high) - low)
        } else {
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// About `n` round values of the axis, as the unit writes them.
    pub(super) fn ticks(&self, unit: Unit, n: usize) -> Vec<Tick> {
        if self.is_log {
            let ticks = self.log_ticks(unit, n.max(2));
            // Less than a decade may hold too few of them; there, round steps do as well.
            if ticks.len() > 2 || self.high / self.low > 10.0 {
                return ticks;
            }
        }
        let (low, high) = (self.low * unit.factor, self.high * unit.factor);
        if !(high - low).is_finite() || high <= low {
            return Vec::new();
        }
        // Where round values happen to fall outside, there are more of them.
        let (step, decimals, first, last) = (n.max(2)..n.max(2) + 4)
            .map(|n| {
                let (step, decimals) = round_step((high - low) / n as f64 * 0.8);
                (step, decimals, (low / step).ceil() as i64, (high / step).floor() as i64)
            })
            .find(|(_, _, first, last)| last - first >= 2)
            .unwrap_or((high - low, 0, 0, -1));
        (first..=last)
            .take(MOST_TICKS)
            .map(|count| {
                let value = count as f64 * step;
                Tick { value: value / unit.factor, label: unit.tick(value, decimals) }
            })
            .collect()
    }

    /// Round values of every decade, as many as there is room for, or some of the powers of ten.
    fn log_ticks(&self, unit: Unit, n: usize) -> Vec<Tick> {
        // With the least distance between two of them, as a share of a decade.
        const DIGITS: [(f64, &[f64]); 5] = [
            (0.079, &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]),
            (0.124, &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]),
            (0.301, &[1.0, 2.0, 5.0]),
            (0.477, &[1.0, 3.0]),
            (1.0, &[1.0]),
        ];
        let (low, high) = (self.low * unit.factor, self.high * unit.factor);
        let n_decades = libm::log10(high) - libm::log10(low);
        let least = n_decades / n as f64 * 0.6;
        let digits =
            DIGITS.iter().find(|(distance, _)| *distance >= least).map_or(&[1.0][..], |found| found.1);
        let stride = least.ceil().max(1.0) as i32;
        let first = libm::floor(libm::log10(low)) as i32;
        let decades = (first..=libm::floor(libm::log10(high)) as i32).filter(|decade| decade % stride == 0);
        let values = decades.flat_map(|decade| digits.iter().map(move |digit| (decade, *digit)));
        let has_halves = digits.contains(&1.5);
        values
            .map(|(decade, digit)| (decade, digit * power_of_ten(decade)))
            .filter(|(_, value)| (low..=high).contains(value))
            .map(|(decade, value)| {
                let decimals = usize::try_from(i32::from(has_halves) - decade).unwrap_or(0);
                Tick { value: value / unit.factor, label: unit.tick(value, decimals) }
            })
            .collect()
    }
}

impl Unit {
    /// Writes a round value that is multiplied already, with no more decimals than it needs.
    fn tick(&self, value: f64, decimals: usize) -> String {
        let value = if value == 0.0 { 0.0 } else { value };
        let number = if decimals > 6 || value.abs() >= 1e7 {
            let text = format!("{value:.1e}");
            text.replace(".0e", "e")
        } else if self.is_signed {
            crate::words::signed(value, decimals)
        } else {
            crate::words::fixed(value, decimals)
        };
        number + self.suffix
    }
}

/// The width of the widest label.
pub(super) fn widest(ticks: &[Tick]) -> f64 {
    ticks.iter().map(|tick| width(&tick.label)).fold(0.0, f64::max)
}

/// The next of 1, 2, 5 times a power of ten, and the decimals that it needs.
fn round_step(least: f64) -> (f64, usize) {
    let power = libm::floor(libm::log10(least)) as i32;
    let unit = power_of_ten(power);
    let decimals = usize::try_from(-power).unwrap_or(0);
    for digit in [1.0, 2.0, 5.0] {
        if digit * unit >= least {
            return (digit * unit, decimals);
        }
    }
    (power_of_ten(power + 1), usize::try_from(-power - 1).unwrap_or(0))
}

/// The closest number to a power of ten, on every machine.
fn power_of_ten(power: i32) -> f64 {
    format!("1e{power}").parse().expect("a number in this form parses")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], is_log: bool, unit: Unit) -> String {
        let scale = Scale::new(values.iter().copied(), None, is_log).unwrap().between(200.0, 0.0);
        let ticks = scale.ticks(unit, 5);
        ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_is_shown() {
        let unit = Unit::plain(2);
        assert_eq!(labels(&[0.0, 1.0], false, unit), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(&[-0.031, 0.052], false, Unit::fraction(1)), "-2% 0% 2% 4%");
        assert_eq!(labels(&[1234.0, 9876.0], false, unit), "2000 4000 6000 8000 10000");
        assert_eq!(labels(&[-1e300, 1e300], false, unit), "-1e300 -5e299 0 5e299 1e300");
    }

    #[test]
    fn equal_ratios_have_equal_distances() {
        let unit = Unit::plain(2);
        assert_eq!(labels(&[0.7, 2.4], true, unit), "0.80 1.0 1.5 2.0");
        assert_eq!(labels(&[1.01, 1.08], true, unit), "1.02 1.04 1.06 1.08");
        assert_eq!(labels(&[0.5, 60.0], true, unit), "0.5 1 2 5 10 20 50");
        assert_eq!(labels(&[1.0, 1e12], true, unit), "1 100 10000 1000000 1e8 1e10 1e12");
    }

    #[test]
    fn values_without_a_range_have_one() {
        assert_eq!(labels(&[3.0, 3.0], false, Unit::plain(0)), "2.7 2.8 2.9 3.0 3.1 3.2");
        assert_eq!(labels(&[-0.0], false, Unit::plain(0)), "-1.0 -0.5 0.0 0.5 1.0");
        assert_eq!(labels(&[5e-324, 0.0], false, Unit::plain(0)), "-1.0 -0.5 0.0 0.5 1.0");
        assert!(Scale::new([f64::NAN].into_iter(), Some(0.0), false).is_none());
    }

    #[test]
    fn places_stay_on_the_axis() {
        let scale = Scale::new([0.0, 10.0].into_iter(), Some(0.0), false).unwrap().between(100.0, 0.0);
        assert_eq!([scale.place(0.0), scale.place(10.5), scale.place(1e9)], [100.0, 0.0, 0.0]);
        let scale = Scale::new([-1e308, 1e308].into_iter(), None, false).unwrap().between(0.0, 1.0);
        assert_eq!(scale.place(0.0), 0.5);
        let scale = Scale::new([1e-320, 1e308].into_iter(), None, true).unwrap().between(0.0, 1.0);
        assert_eq!(scale.place(1.0), 0.5);
    }
}
