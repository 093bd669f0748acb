//! When figures become public, and the writing-down of what was published.
//!
//! The days are those of the method's calendar of releases: known days where it knows them, the usual pattern
//! elsewhere, and now and then a release that slips. Whatever slips or is revised is counted for the truth.

use rotor_data::model::{Observation, ReleaseDays, Series, Tables};
use rotor_data::unit_zh;
use rotor_factor::{Date, Frequency, Month, Quarter, Released};

use crate::about::about;
use crate::calendar::{day, later, month_later, next_weekday};
use crate::random::Stream;

/// How often something happened that a reader of the data has to cope with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Values that came later than their pattern.
    pub(crate) slips: usize,
    /// Second vintages.
    pub(crate) revisions: usize,
    /// Year-to-date profits at or below zero.
    pub(crate) losses: usize,
    /// Profits without a growth rate, because one of the two years has no profit.
    pub(crate) absent_growth: usize,
    /// Net profit growth beyond ±200%.
    pub(crate) extreme_growth: usize,
    /// Annual reports of 2019 that came on 30 June 2020.
    pub(crate) late_reports: usize,
}

/// Who a value is about: a position in `series` and one in `entities`.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) series: u32,
    pub(crate) entity: u32,
}

/// Collects the tables of a world while it is built.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) tables: Tables,
    pub(crate) counts: Counts,
}

impl Recorder {
    /// Adds a row to `series` and returns its position.
    pub(crate) fn declare(
        &mut self,
        name: &str,
        frequency: Frequency,
        unit: &str,
        [title, title_zh]: [&str; 2],
    ) -> u32 {
        let about = about(name);
        self.tables.series.push(Series {
            name: name.to_owned(),
            frequency,
            unit: unit.to_owned(),
            title: title.to_owned(),
            title_zh: Some(title_zh.to_owned()),
            source: Some("synthetic".to_owned()),
            measure: Some(about.measure),
            unit_zh: Some(unit_zh(unit).unwrap_or(unit).to_owned()),
            accumulation: Some(about.accumulation),
            chain: about.chain.map(|[chain, _]| chain.to_owned()),
            chain_zh: about.chain.map(|[_, chain_zh]| chain_zh.to_owned()),
            // A world knows its own release days.
            release: Some(ReleaseDays::Published),
        });
        (self.tables.series.len() - 1) as u32
    }

    /// Writes down the first vintage of a value.
    pub(crate) fn publish(&mut self, subject: Subject, period: Date, released: Date, value: f64) {
        let Subject { series, entity } = subject;
        self.tables.observations.push(Observation {
            series,
            entity,
            period,
            released: Released(released),
            value,
        });
    }

    /// Writes down a later vintage of the value that was published last.
    pub(crate) fn revise(&mut self, days_later: i32, value: f64) {
        let first = *self.tables.observations.last().expect("a revision follows its first vintage");
        let released = Released(later(first.released.0, days_later));
        self.tables.observations.push(Observation { released, value, ..first });
        self.counts.revisions += 1;
    }

    /// Returns `usual`, or, once in a while, a day that is up to `most` days later.
    pub(crate) fn maybe_late(
        &mut self,
        stream: &mut Stream,
        usual: Date,
        probability: f64,
        most: i32,
    ) -> Date {
        // Both numbers are always drawn, so a slip moves no other release.
        let (slips, days) = (stream.chance(probability), stream.whole(1, most));
        if !slips {
            return usual;
        }
        self.counts.slips += 1;
        later(usual, days)
    }
}

/// Release days of consumer and producer prices that are known, by reference month.
const KNOWN_PRICE_RELEASES: [([u32; 2], [u32; 3]); 14] = [
    ([2022, 1], [2022, 2, 16]),
    ([2022, 6], [2022, 7, 9]),
    ([2022, 12], [2023, 1, 12]),
    ([2023, 1], [2023, 2, 10]),
    ([2023, 2], [2023, 3, 9]),
    ([2023, 3], [2023, 4, 11]),
    ([2023, 4], [2023, 5, 11]),
    ([2023, 5], [2023, 6, 9]),
    ([2023, 6], [2023, 7, 10]),
    ([2023, 7], [2023, 8, 9]),
    ([2023, 8], [2023, 9, 9]),
    ([2023, 9], [2023, 10, 13]),
    ([2023, 10], [2023, 11, 9]),
    ([2023, 11], [2023, 12, 9]),
];

/// Release days of industrial profits that are known, by reference month.
const KNOWN_PROFIT_RELEASES: [([u32; 2], [u32; 3]); 5] = [
    ([2019, 12], [2020, 2, 3]),
    ([2022, 5], [2022, 6, 27]),
    ([2022, 12], [2023, 1, 31]),
    ([2023, 5], [2023, 6, 28]),
    ([2024, 5], [2024, 6, 27]),
];

fn known(table: &[([u32; 2], [u32; 3])], month: Month) -> Option<Date> {
    let key = [month.year() as u32, month.number()];
    table.iter().find(|(listed, _)| *listed == key).map(|(_, [y, m, d])| day(*y as i32, *m, *d))
}

/// Returns the day of the consumer and producer prices of a month: the 9th to the 14th of the next.
pub(crate) fn price_release(stream: &mut Stream, month: Month) -> Date {
    let usual = later(month_later(month, 1).first_day(), stream.whole(8, 13));
    known(&KNOWN_PRICE_RELEASES, month).unwrap_or(usual)
}

/// Returns the day of the industrial profits of a month: about the 27th of the next, by the end of January for a
/// whole year. All industries come together, so a slip concerns them all.
pub(crate) fn profit_release(stream: &mut Stream, month: Month, recorder: &mut Recorder) -> Date {
    let next = month_later(month, 1).first_day();
    let usual =
        if month.number() == 12 { later(next, stream.whole(26, 30)) } else { next_weekday(later(next, 26)) };
    let released = recorder.maybe_late(stream, usual, 0.02, 6);
    match known(&KNOWN_PROFIT_RELEASES, month) {
        Some(day) => {
            recorder.counts.slips -= usize::from(released != usual);
            day
        }
        None => released,
    }
}

/// Returns the statutory deadline of a listed company's report for a quarter.
pub(crate) fn report_deadline(quarter: Quarter) -> Date {
    let year = quarter.year();
    match quarter.number() {
        1 => day(year, 4, 30),
        2 => day(year, 8, 31),
        3 => day(year, 10, 31),
        _ => day(year + 1, 4, 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::month;

    #[test]
    fn known_days_are_kept_on_every_seed() {
        for seed in 0..50 {
            let mut stream = Stream::new(seed, "days", 0);
            let mut recorder = Recorder::default();
            assert_eq!(price_release(&mut stream, month(2022, 6)).to_string(), "2022-07-09");
            assert_eq!(profit_release(&mut stream, month(2019, 12), &mut recorder).to_string(), "2020-02-03");
            assert_eq!(profit_release(&mut stream, month(2022, 5), &mut recorder).to_string(), "2022-06-27");
            assert_eq!(recorder.counts, Counts::default());
        }
    }

    #[test]
    fn deadlines_are_those_of_the_law() {
        let deadline = |number| report_deadline(Quarter::new(2021, number).unwrap()).to_string();
        assert_eq!([1, 2, 3, 4].map(deadline), ["2021-04-30", "2021-08-31", "2021-10-31", "2022-04-30"]);
    }
}
