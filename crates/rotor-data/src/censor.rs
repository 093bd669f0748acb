//! Datasets with another future: what a test of look-ahead compares with.
//!
//! What is known at an execution day must not depend on what became public on it or later. [`Dataset::with_future`]
//! drops that part or replaces it; everything that was public stays equal to the bit. [`Dataset::with_future_of`] does so
//! with only one [`Part`], which shows what somebody saw. [`Dataset::released_later`] delays every release.

use rotor_factor::{AsOf, Released};

use crate::archive::Archive;
use crate::closes::Closes;
use crate::dataset::Dataset;

/// What becomes of the values that are not public at a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Future {
    /// They are dropped.
    Dropped,
    /// They are replaced by noise, which differs from seed to seed, and now and then by nothing.
    Noise(u64),
    /// What rose falls: observations have the other sign, closes are turned upside down (1/close), weights are taken from 1.
    Flipped,
    /// They are as large and as small as numbers can be.
    Extreme,
    /// They are not numbers. No file can say that, but whatever is computed from it shows it.
    NotNumbers,
}

/// A part of a dataset that becomes public day by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The closes of all entities.
    Closes,
    /// The observations of a series, by its position.
    Series(usize),
    /// The weights of industries in sectors.
    Bridge,
}

impl Dataset {
    /// Returns the dataset with another future as of a day: closes on it or later (after its month, where there are month-end closes
    /// only), observations and bridge weights released on it or later.
    ///
    /// Which entities have a close on the day itself, and the trading calendar, stay as they are: they belong to the
    /// question. So do the earliest bridge weights of a sector that has none released before the day, which stand in
    /// by rule, and links, which have no day.
    #[must_use]
    pub fn with_future(&self, as_of: AsOf, future: Future) -> Self {
        self.changed_after(as_of, future, None)
    }

    /// Returns the dataset with another future of one part alone; everything else stays.
    #[must_use]
    pub fn with_future_of(&self, part: Part, as_of: AsOf, future: Future) -> Self {
        self.changed_after(as_of, future, Some(part))
    }

    /// Returns the dataset with every observation and every vintage of the bridge released some days later than it was.
    ///
    /// Closes stay: they are known on their own day, whatever offices do.
    ///
    /// # Panics
    ///
    /// If a release leaves the calendar, which no file comes near.
    #[must_use]
    pub fn released_later(&self, n_days: u16) -> Self {
        let n_days = i32::from(n_days);
        let mut dataset = self.clone();
        dataset.archive = self.archive().released_later(n_days);
        for row in &mut dataset.bridge {
            row.released =
                Released(row.released.0.plus_days(n_days).expect("a release lies in the calendar"));
        }
        dataset
    }

    fn changed_after(&self, as_of: AsOf, future: Future, only: Option<Part>) -> Self {
        let day = as_of.0.days();
        let concerns = |part: Part| only.is_none_or(|only| only == part);
        let mut dataset = self.clone();
        if concerns(Part::Closes) {
            let first_hidden = self.first_hidden_close(as_of).days();
            dataset.closes = self.closes().censored(first_hidden, |date, close| match future {
                Future::Dropped if date > day => None,
                Future::Dropped => Some(close),
                Future::Noise(seed) => Some(noise(seed, date as u64 ^ close.to_bits()).abs() + 1.0),
                Future::Flipped => Some(close.recip()),
                Future::Extreme => Some(if date % 2 == 0 { f64::MAX } else { f64::MIN_POSITIVE }),
                Future::NotNumbers => Some(f64::NAN),
            });
        }
        let series = match only {
            None => Some(None),
            Some(Part::Series(series)) => Some(Some(series)),
            Some(_) => None,
        };
        if let Some(series) = series {
            dataset.archive = self.archive().censored(series, day, |key, index, value| match future {
                Future::Dropped => None,
                Future::Noise(seed) => {
                    let state = u64::from(key) << 32 | u64::from(index.cast_unsigned());
                    let noise = noise(seed, state ^ value.to_bits());
                    // Every seventh value or so is missing.
                    Some(if noise.to_bits().is_multiple_of(7) { f64::NAN } else { noise })
                }
                Future::Flipped => Some(-value),
                Future::Extreme => Some(if index % 2 == 0 { f64::MAX } else { f64::MIN }),
                Future::NotNumbers => Some(f64::NAN),
            });
        }
        if concerns(Part::Bridge) {
            self.change_bridge(&mut dataset, as_of, future);
        }
        dataset
    }

    fn change_bridge(&self, dataset: &mut Self, as_of: AsOf, future: Future) {
        let earliest = |sector: u32| {
            self.bridge().iter().filter(|row| row.sector == sector).map(|row| row.released).min()
        };
        let is_known = |released: Released| released.is_public(as_of);
        dataset.bridge.retain_mut(|row| {
            if is_known(row.released) || earliest(row.sector) == Some(row.released) {
                return true;
            }
            match future {
                Future::Dropped => return false,
                Future::Noise(seed) => row.weight = noise(seed, u64::from(row.industry)).abs() % 1.0,
                Future::Flipped => row.weight = 1.0 - row.weight,
                Future::Extreme => row.weight = f64::MAX,
                Future::NotNumbers => row.weight = f64::NAN,
            }
            true
        });
    }
}

/// A number between about −1000 and 1000 that nothing relates to its seed (`SplitMix64`).
fn noise(seed: u64, state: u64) -> f64 {
    let mut z = seed.wrapping_add(state.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64 * 2000.0 - 1000.0
}

impl Closes {
    /// Changes every close on or after a day, or drops it.
    fn censored(&self, from: i32, change: impl Fn(i32, f64) -> Option<f64>) -> Self {
        self.changed(|date, close| if date < from { Some(close) } else { change(date, close) })
    }
}

impl Archive {
    /// Changes every value (of one series, if only that is meant) that was released on or after a day, or drops it.
    fn censored(
        &self,
        only: Option<usize>,
        from: i32,
        change: impl Fn(u32, i32, f64) -> Option<f64>,
    ) -> Self {
        self.changed(only, |publication| {
            if publication.released < from {
                return Some(publication.value);
            }
            change(publication.key, publication.index, publication.value)
        })
    }
}
