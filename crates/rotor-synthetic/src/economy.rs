//! The economy behind a world: consumer and producer prices, and the prosperity of each sector.
//!
//! The prices follow the remembered course of China's indices through some sixty turning points, with noise
//! between them; five months of 2022 are the published figures. Prosperity is a hidden state that only the
//! high-frequency series show.

use rotor_factor::{Frequency, Month};

use crate::Plan;
use crate::calendar::{MonthAxis, month};
use crate::catalogue::N_SECTORS;
use crate::random::{Stream, rounded};
use crate::releases::{Recorder, Subject, price_release};

/// First month of the consumer and producer prices.
pub(crate) const FIRST_PRICE_MONTH: Month = month_const(2005, 1);

/// Monthly persistence of prosperity.
pub(crate) const PROSPERITY_PERSISTENCE: f64 = 0.9;

const fn month_const(year: i32, number: u32) -> Month {
    match Month::new(year, number) {
        Some(month) => month,
        None => panic!("a constant of the source names a month that does not exist"),
    }
}

/// Percent against the same month of the year before, at a turning point.
type TurningPoint = (i32, u32, f64);

#[rustfmt::skip]
const CPI_PATH: [TurningPoint; 62] = [
    (2005, 1, 1.9), (2005, 2, 3.9), (2005, 4, 1.8), (2005, 9, 0.9), (2006, 3, 0.8), (2006, 12, 2.8),
    (2007, 6, 4.4), (2007, 11, 6.9), (2008, 2, 8.5), (2008, 4, 8.3), (2008, 9, 4.6), (2008, 12, 1.2),
    (2009, 2, -1.6), (2009, 7, -1.8), (2009, 11, 0.6), (2010, 5, 3.1), (2010, 11, 5.1), (2011, 1, 4.9),
    (2011, 7, 6.5), (2011, 12, 4.1), (2012, 5, 3.0), (2012, 10, 1.7), (2013, 2, 3.2), (2013, 4, 2.3),
    (2013, 10, 3.2), (2014, 5, 2.5), (2014, 11, 1.4), (2015, 1, 0.8), (2015, 8, 2.0), (2015, 10, 1.3),
    (2016, 4, 2.3), (2016, 8, 1.3), (2017, 1, 2.5), (2017, 2, 0.8), (2017, 6, 1.5), (2017, 12, 1.8),
    (2018, 2, 2.9), (2018, 5, 1.8), (2018, 10, 2.5), (2019, 2, 1.5), (2019, 6, 2.7), (2019, 9, 3.0),
    (2019, 12, 4.5), (2020, 1, 5.4), (2020, 4, 3.3), (2020, 7, 2.7), (2020, 11, -0.5), (2021, 1, -0.3),
    (2021, 5, 1.3), (2021, 9, 0.7), (2021, 11, 2.3), (2022, 1, 0.9), (2022, 7, 2.7), (2022, 9, 2.8),
    (2022, 11, 1.6), (2023, 1, 2.1), (2023, 4, 0.1), (2023, 7, -0.3), (2023, 12, -0.3), (2024, 1, -0.8),
    (2024, 2, 0.7), (2024, 12, 0.1),
];

#[rustfmt::skip]
const PPI_PATH: [TurningPoint; 64] = [
    (2005, 1, 5.8), (2005, 6, 5.2), (2005, 12, 3.2), (2006, 4, 1.9), (2006, 8, 3.4), (2007, 2, 2.6),
    (2007, 8, 2.6), (2007, 12, 5.4), (2008, 4, 8.1), (2008, 8, 10.0), (2008, 10, 6.6), (2008, 12, -1.1),
    (2009, 2, -4.5), (2009, 7, -8.2), (2009, 12, 1.7), (2010, 5, 7.1), (2010, 8, 4.3), (2010, 12, 5.9),
    (2011, 7, 7.5), (2011, 12, 1.7), (2012, 3, -0.3), (2012, 9, -3.6), (2013, 2, -1.6), (2013, 5, -2.9),
    (2013, 12, -1.4), (2014, 3, -2.3), (2014, 7, -0.9), (2014, 12, -3.3), (2015, 3, -4.6), (2015, 9, -5.9),
    (2015, 12, -5.9), (2016, 6, -2.6), (2016, 9, 0.1), (2016, 12, 5.5), (2017, 2, 7.8), (2017, 6, 5.5),
    (2017, 10, 6.9), (2018, 3, 3.1), (2018, 6, 4.7), (2018, 12, 0.9), (2019, 5, 0.6), (2019, 10, -1.6),
    (2019, 12, -0.5), (2020, 1, 0.1), (2020, 5, -3.7), (2020, 11, -1.5), (2021, 2, 1.7), (2021, 5, 9.0),
    (2021, 7, 9.0), (2021, 10, 13.5), (2021, 12, 10.3), (2022, 1, 9.1), (2022, 7, 4.2), (2022, 10, -1.3),
    (2022, 12, -0.7), (2023, 3, -2.5), (2023, 6, -5.4), (2023, 9, -2.5), (2023, 12, -2.7), (2024, 3, -2.8),
    (2024, 7, -0.8), (2024, 9, -2.8), (2024, 10, -2.9), (2024, 12, -2.3),
];

/// The published figures of February to June 2022.
const PUBLISHED_2022: [(u32, f64, f64); 5] =
    [(2, 0.9, 8.8), (3, 1.5, 8.3), (4, 2.1, 8.0), (5, 2.1, 6.4), (6, 2.5, 6.1)];

/// What the figures of a world follow, month by month of its axis.
pub(crate) struct Economy {
    /// Consumer prices in percent, as published; before 2005 the first value.
    pub(crate) cpi: Vec<f64>,
    /// Producer prices in percent, as published; before 2005 the first value.
    pub(crate) ppi: Vec<f64>,
    /// Prosperity by sector of the catalogue, mean zero and variance one.
    pub(crate) prosperity: Vec<Vec<f64>>,
}

impl Economy {
    /// Draws the economy of a world.
    pub(crate) fn new(plan: &Plan) -> Self {
        let path = |purpose, points: &[TurningPoint], published: fn((u32, f64, f64)) -> f64| {
            let mut stream = Stream::new(plan.seed, purpose, 0);
            let months = (FIRST_PRICE_MONTH.index()..=plan.last.index()).filter_map(Month::from_index);
            let values: Vec<f64> = months
                .map(|month| {
                    let noisy = interpolate(points, month) + 0.15 * stream.normal();
                    let known =
                        PUBLISHED_2022.iter().find(|row| month.year() == 2022 && month.number() == row.0);
                    known.map_or(rounded(noisy, 1), |row| published(*row))
                })
                .collect();
            let shift = FIRST_PRICE_MONTH.index();
            plan.axis.months().map(|month| values[(month.index() - shift).max(0) as usize]).collect()
        };
        let prosperity = (0..N_SECTORS)
            .map(|sector| {
                let mut stream = Stream::new(plan.seed, "prosperity", sector);
                stream.autoregression(plan.axis.len(), PROSPERITY_PERSISTENCE)
            })
            .collect();
        Self {
            cpi: path("consumer prices", &CPI_PATH, |(_, cpi, _)| cpi),
            ppi: path("producer prices", &PPI_PATH, |(_, _, ppi)| ppi),
            prosperity,
        }
    }

    /// Writes down the two price indices.
    pub(crate) fn publish(&self, plan: &Plan, recorder: &mut Recorder) {
        let mut stream = Stream::new(plan.seed, "price release days", 0);
        let months = plan.axis.from(FIRST_PRICE_MONTH);
        let days: Vec<_> =
            months.clone().map(|position| price_release(&mut stream, plan.axis.month(position))).collect();
        for (name, titles, values) in [
            ("cpi_yoy", ["Consumer prices, year on year", "CPI同比"], &self.cpi),
            ("ppi_yoy", ["Producer prices, year on year", "PPI同比"], &self.ppi),
        ] {
            let series = recorder.declare(name, Frequency::Monthly, "percent", titles);
            let subject = Subject { series, entity: plan.market() };
            for (position, released) in months.clone().zip(&days) {
                recorder.publish(subject, plan.axis.month(position).last_day(), *released, values[position]);
            }
        }
    }
}

/// Returns the mean over the three months that end at a position.
pub(crate) fn quarter_mean(values: &[f64], last: usize) -> f64 {
    (values[last - 2] + values[last - 1] + values[last]) / 3.0
}

fn interpolate(points: &[TurningPoint], at: Month) -> f64 {
    let index = |point: &TurningPoint| month(point.0, point.1).index();
    let after = points.partition_point(|point| index(point) <= at.index());
    if after == 0 {
        return points[0].2;
    }
    let left = &points[after - 1];
    let Some(right) = points.get(after) else { return left.2 };
    let share = f64::from(at.index() - index(left)) / f64::from(index(right) - index(left));
    left.2 + share * (right.2 - left.2)
}

/// Returns the axis that a world with closes from `first` to `last` needs: from 2005, or earlier if its closes are.
pub(crate) fn axis_for(first: Month, last: Month) -> MonthAxis {
    // Closes of the first month are tilted by the prosperity of the two months before it.
    let before = Month::from_index(first.index() - 2).unwrap_or(Month::MIN);
    MonthAxis::new(before.min(FIRST_PRICE_MONTH), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_points_are_in_order_and_met() {
        for path in [&CPI_PATH[..], &PPI_PATH[..]] {
            assert!(path.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
            assert!(path.iter().all(|point| interpolate(path, month(point.0, point.1)) == point.2));
        }
        assert!((interpolate(&PPI_PATH, month(2021, 6)) - 9.0).abs() < 1e-12);
    }
}
