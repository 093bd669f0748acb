//! Memory that nobody can write to while it is shown.

use std::fmt;
use std::mem::take;
use std::ops::Range;

use memmap2::{Mmap, MmapMut};

/// Numbers in pages of their own, which are closed to every writer while they are shown to factors. A type says the same to those
/// who keep to it; the machine says it to the others.
pub(crate) struct Shelter(State);

#[derive(Default)]
enum State {
    /// There are no numbers, or the system has refused to open or close them.
    #[default]
    Nothing,
    Open(MmapMut),
    Closed(Mmap),
}

impl Shelter {
    /// Makes room for `n` numbers, all of them NaN; `None` if the system has none.
    pub(crate) fn with_nans(n: usize) -> Option<Self> {
        if n == 0 {
            return Some(Self(State::Nothing));
        }
        let mut pages = MmapMut::map_anon(n.checked_mul(size_of::<f64>())?).ok()?;
        bytemuck::cast_slice_mut::<u8, f64>(&mut pages).fill(f64::NAN);
        Some(Self(State::Open(pages)))
    }

    /// Returns the numbers.
    pub(crate) fn values(&self) -> &[f64] {
        match &self.0 {
            State::Nothing => &[],
            State::Open(pages) => bytemuck::cast_slice(pages),
            State::Closed(pages) => bytemuck::cast_slice(pages),
        }
    }

    /// Opens the numbers to be changed by `change`, and closes them again.
    ///
    /// # Panics
    ///
    /// If the system refuses what it allowed before.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut [f64])) {
        let mut pages = match take(&mut self.0) {
            State::Nothing => return change(&mut []),
            State::Open(pages) => pages,
            State::Closed(pages) => pages.make_mut().expect("pages of our own can be opened"),
        };
        change(bytemuck::cast_slice_mut(&mut pages));
        self.0 = State::Closed(pages.make_read_only().expect("pages of our own can be closed"));
    }

    /// Returns the addresses of the numbers.
    pub(crate) fn addresses(&self) -> Range<usize> {
        let values = self.values().as_ptr_range();
        values.start.addr()..values.end.addr()
    }
}

impl fmt::Debug for Shelter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelter({} numbers)", self.values().len())
    }
}
