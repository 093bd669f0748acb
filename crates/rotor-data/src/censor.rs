//! Datasets with another future: what a test of look-ahead compares with.
//!
//! What is known at an execution day must not depend on what became public on it or later. [`Dataset::with_future`]
//! drops that part or replaces it by noise; everything that was public stays to the bit.

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
}

impl Dataset {
    /// Returns the dataset with another future as of a day: closes after it (and on it, where closes are daily),
    /// observations and bridge weights released on it or later.
    ///
    /// Which entities have a close on the day itself, and the trading calendar, stay as they are: they belong to the
    /// question. So do the earliest bridge weights of a sector that has none released before the day, which stand in
    /// by rule.
    #[must_use]
    pub fn with_future(&self, as_of: AsOf, future: Future) -> Self {
        let day = as_of.0.days();
        let mut dataset = self.clone();
        // Where closes are struck at month-ends, the signal shares that of its day.
        let shares_close = self.manifest().price_frequency == crate::PriceFrequency::MonthEnd;
        let known_before = if shares_close { day + 1 } else { day };
        dataset.closes = self.closes().censored(known_before, |date, close| match future {
            Future::Dropped if date > day => None,
            Future::Dropped => Some(close),
            Future::Noise(seed) => Some(noise(seed, date as u64 ^ close.to_bits()).abs() + 1.0),
        });
        dataset.archive = self.archive().censored(day, |key, index, value| match future {
            Future::Dropped => None,
            Future::Noise(seed) => {
                let state = u64::from(key) << 32 | u64::from(index.cast_unsigned());
                let noise = noise(seed, state ^ value.to_bits());
                // Every seventh value or so is missing.
                Some(if noise.to_bits().is_multiple_of(7) { f64::NAN } else { noise })
            }
        });
        let earliest = |sector: u32| {
            self.bridge().iter().filter(|row| row.sector == sector).map(|row| row.released).min()
        };
        let is_known = |released: Released| released.is_public(as_of);
        dataset.bridge.retain_mut(|row| {
            if is_known(row.released) || earliest(row.sector) == Some(row.released) {
                return true;
            }
            if let Future::Noise(seed) = future {
                row.weight = noise(seed, u64::from(row.industry)).abs() % 1.0;
            }
            matches!(future, Future::Noise(_))
        });
        dataset
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
    /// Changes every value released on or after a day, or drops it.
    fn censored(&self, from: i32, change: impl Fn(u32, i32, f64) -> Option<f64>) -> Self {
        self.changed(|publication| {
            if publication.released < from {
                return Some(publication.value);
            }
            change(publication.key, publication.index, publication.value)
        })
    }
}
