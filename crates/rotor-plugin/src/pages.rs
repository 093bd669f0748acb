//! Where the inputs of factors lie in pages that cannot be written to while factors are asked.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The places that are known: first address, address after the last; 0 for none.
static CLOSED: [[AtomicUsize; 2]; 256] = [const { [AtomicUsize::new(0), AtomicUsize::new(0)] }; 256];

/// Pages with inputs, known to the handler of bad accesses until this is dropped.
#[derive(Debug)]
pub struct InputPages {
    place: Option<&'static [AtomicUsize; 2]>,
}

impl InputPages {
    /// Makes the addresses of inputs known, so that a factor that writes to them is told from one with a bad pointer. Beyond 256
    /// at a time there are no more names for what it did.
    #[must_use]
    pub fn known(addresses: Range<usize>) -> Self {
        let take = |place: &&'static [AtomicUsize; 2]| {
            place[1].compare_exchange(0, usize::MAX, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        };
        let place = CLOSED.iter().find(take);
        if let Some([first, end]) = place {
            first.store(addresses.start, Ordering::Relaxed);
            end.store(addresses.end, Ordering::Release);
        }
        Self { place }
    }
}

impl Drop for InputPages {
    fn drop(&mut self) {
        if let Some([first, end]) = self.place {
            first.store(usize::MAX, Ordering::Relaxed);
            end.store(0, Ordering::Release);
        }
    }
}

/// Whether inputs lie at an address. Takes no memory and no lock.
pub(crate) fn are_closed_at(address: usize) -> bool {
    CLOSED.iter().any(|[first, end]| {
        let end = end.load(Ordering::Acquire);
        end != usize::MAX && (first.load(Ordering::Relaxed)..end).contains(&address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_known_as_long_as_they_are_there() {
        let (one, other) = (InputPages::known(0x1000..0x2000), InputPages::known(0x5000..0x6000));
        assert!(are_closed_at(0x1000) && are_closed_at(0x5fff) && !are_closed_at(0x2000));
        drop(one);
        assert!(!are_closed_at(0x1000) && are_closed_at(0x5000));
        drop(other);
        assert!(!are_closed_at(0x5000));
    }
}
