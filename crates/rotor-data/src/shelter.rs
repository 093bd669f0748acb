//! Memory that nobody can write to while it is shown.

#![allow(unsafe_code, reason = "one piece of memory is mapped in two places")]

use std::fmt;
use std::ops::Range;

use memmap2::{Mmap, MmapMut};

/// Numbers in pages that can be seen in one place and changed in another: whoever is shown them cannot write to them. A type says the
/// same to those who keep to it; the machine says it to the others.
///
/// To close and open the pages again and again would cost a fault for each one that is written to on a day.
pub(crate) struct Shelter(Pages);

enum Pages {
    /// There are no numbers.
    None,
    /// The same pages twice.
    Twice { shown: Mmap, own: MmapMut },
    /// The system gives no file in memory: the pages are closed after every change.
    Closed(Option<Mmap>),
}

impl Shelter {
    /// Makes room for `n` numbers, all of them NaN; `None` if the system has none.
    pub(crate) fn with_nans(n: usize) -> Option<Self> {
        if n == 0 {
            return Some(Self(Pages::None));
        }
        let n_bytes = n.checked_mul(size_of::<f64>())?;
        let mut shelter = Self(twice(n_bytes).or_else(|| closed(n_bytes))?);
        shelter.change(|values| values.fill(f64::NAN));
        Some(shelter)
    }

    /// Returns the numbers.
    pub(crate) fn values(&self) -> &[f64] {
        match &self.0 {
            Pages::None | Pages::Closed(None) => &[],
            Pages::Twice { shown, .. } | Pages::Closed(Some(shown)) => bytemuck::cast_slice(shown),
        }
    }

    /// Changes the numbers.
    ///
    /// # Panics
    ///
    /// If the system refuses what it allowed before.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut [f64])) {
        match &mut self.0 {
            Pages::None => change(&mut []),
            // Nobody is shown them meanwhile: this borrows the whole.
            Pages::Twice { own, .. } => change(bytemuck::cast_slice_mut(own)),
            Pages::Closed(pages) => {
                let Some(closed) = pages.take() else { return };
                let mut open = closed.make_mut().expect("pages of our own can be opened");
                change(bytemuck::cast_slice_mut(&mut open));
                *pages = Some(open.make_read_only().expect("pages of our own can be closed"));
            }
        }
    }

    /// Returns the addresses of the numbers as they are shown.
    pub(crate) fn addresses(&self) -> Range<usize> {
        let values = self.values().as_ptr_range();
        values.start.addr()..values.end.addr()
    }
}

/// Maps a file in memory twice, once to be written to.
#[cfg(target_os = "linux")]
fn twice(n_bytes: usize) -> Option<Pages> {
    use memmap2::MmapOptions;
    use rustix::fs::{MemfdFlags, ftruncate, memfd_create};

    let file = memfd_create("windows", MemfdFlags::CLOEXEC).ok()?;
    ftruncate(&file, n_bytes as u64).ok()?;
    // SAFETY: the file is nobody else's and has no name; its descriptor ends with this function, so that nobody can cut it off.
    let own = unsafe { MmapOptions::new().len(n_bytes).populate().map_mut(&file) }.ok()?;
    // SAFETY: as above. What is shown changes only in `change`, which borrows both.
    let shown = unsafe { MmapOptions::new().len(n_bytes).populate().map(&file) }.ok()?;
    Some(Pages::Twice { shown, own })
}

#[cfg(not(target_os = "linux"))]
fn twice(_: usize) -> Option<Pages> {
    None
}

fn closed(n_bytes: usize) -> Option<Pages> {
    let pages = MmapMut::map_anon(n_bytes).ok()?;
    Some(Pages::Closed(Some(pages.make_read_only().ok()?)))
}

impl fmt::Debug for Shelter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelter({} numbers)", self.values().len())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_shown() {
        let n_bytes = 5000 * size_of::<f64>();
        for pages in [twice(n_bytes).unwrap(), closed(n_bytes).unwrap()] {
            let mut shelter = Shelter(pages);
            shelter.change(|values| values.fill(f64::NAN));
            for round in 1..4 {
                shelter.change(|values| values[4999] = f64::from(round));
                assert_eq!(shelter.values()[4999].to_bits(), f64::from(round).to_bits());
            }
            assert!(shelter.values()[..4999].iter().all(|value| value.is_nan()));
            assert_eq!(shelter.addresses().len(), n_bytes);
        }
        assert_eq!(Shelter::with_nans(0).unwrap().values().len(), 0);
    }
}
