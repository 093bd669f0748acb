//! The memory that the program shares with the process that watches over it: which libraries it has opened, which of them its
//! threads are in, and whether it has ended by itself.
//!
//! The program writes with single stores, so that this may happen at any moment and costs a call nothing that can be measured.
//! Whoever reads it finds what a foreign library may have written over: nothing here is believed, everything is bounded.

#![allow(unsafe_code, reason = "memory is mapped, and it lives for the rest of the process")]

use std::io;
use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use rotor_factor::Date;
use rotor_fs::shown;

/// So many threads tell what they are in; the command line allows half of that for the work.
const MOST_THREADS: usize = 2048;
/// So many libraries and factors of libraries have names that outlive the program.
const MOST_NAMES: usize = 512;
const MOST_BYTES: usize = 128 << 10;

/// Zeroed memory is a page on which nothing has happened.
pub(super) struct Page {
    /// Zero until the program ends by itself; then its token and, in the last byte, the exit code.
    ended: AtomicU64,
    /// What the threads are in: the number of a name and a day, or zero.
    asked: [AtomicU64; MOST_THREADS],
    n_asked: AtomicUsize,
    /// Where the names lie among the bytes: start and length, or zero.
    names: [AtomicU64; MOST_NAMES],
    n_names: AtomicUsize,
    bytes: [AtomicU8; MOST_BYTES],
    n_bytes: AtomicUsize,
}

/// The page of this process, its token and the process to which they belong: one that it forks has the page as well.
static PAGE: AtomicPtr<Page> = AtomicPtr::new(ptr::null_mut());
static TOKEN: AtomicU64 = AtomicU64::new(0);
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Where a thread tells what it is in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place(Option<&'static AtomicU64>);

/// A library, or a factor of one, by the name that outlives the program; zero has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name(u32);

/// What a program has told of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The exit code, if it has ended by itself.
    pub(super) ended: Option<u8>,
    /// What its threads were in: the factor with its library, and the day, if it was asked about one.
    pub(super) asked: Vec<(String, Option<Date>)>,
    /// The libraries, in the order in which they were opened.
    pub(super) libraries: Vec<String>,
}

impl Page {
    /// Maps a page that processes forked from this one share with it.
    pub(super) fn map() -> io::Result<&'static Self> {
        // SAFETY: new memory is asked for, at no address in particular.
        let memory = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size_of::<Self>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it is as large as a page, aligned as the system does it, zeroed, and never unmapped; all of it is atomic.
        Ok(unsafe { &*memory.cast::<Self>() })
    }

    /// Has this process tell what it does on this page.
    pub(super) fn take(&'static self, token: u64) {
        TOKEN.store(token, Ordering::Relaxed);
        OWNER.store(process::id(), Ordering::Relaxed);
        PAGE.store(ptr::from_ref(self).cast_mut(), Ordering::Release);
    }

    fn of_process() -> Option<&'static Self> {
        // SAFETY: null, or a page that is never unmapped.
        unsafe { PAGE.load(Ordering::Acquire).as_ref() }
    }

    fn add_name(&self, text: &str) -> Option<Name> {
        let number = self.n_names.fetch_add(1, Ordering::Relaxed);
        let place = self.names.get(number)?;
        let text = text.as_bytes();
        let start = self.n_bytes.fetch_add(text.len(), Ordering::Relaxed);
        let bytes = self.bytes.get(start..start.checked_add(text.len())?)?;
        for (byte, letter) in bytes.iter().zip(text) {
            byte.store(*letter, Ordering::Relaxed);
        }
        place.store((start as u64) << 32 | text.len() as u64, Ordering::Release);
        Some(Name(number as u32 + 1))
    }

    /// Returns the two lines of a name: the factor, and its library.
    fn name(&self, number: usize) -> Option<(String, String)> {
        let place = self.names.get(number)?.load(Ordering::Acquire);
        let (start, n) = ((place >> 32) as usize, (place & 0xffff_ffff) as usize);
        let bytes = self.bytes.get(start..start.checked_add(n)?)?;
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte.load(Ordering::Relaxed)).collect();
        let text = String::from_utf8_lossy(&bytes);
        let (factor, library) = text.split_once('\n')?;
        Some((shown(factor), shown(library)))
    }

    /// Reads what the program with this token has told.
    pub(super) fn read(&self, token: u64) -> Told {
        let ended = self.ended.load(Ordering::Acquire);
        let mut told =
            Told { ended: (ended >> 8 == token).then_some((ended & 0xff) as u8), ..Told::default() };
        for (_, library) in (0..MOST_NAMES).filter_map(|number| self.name(number)) {
            if !told.libraries.contains(&library) {
                told.libraries.push(library);
            }
        }
        for place in &self.asked {
            let asked = place.load(Ordering::Relaxed);
            let Some((factor, library)) =
                ((asked >> 32) as usize).checked_sub(1).and_then(|number| self.name(number))
            else {
                continue;
            };
            let asked = (format!("the factor `{factor}` of {library}"), Date::from_days(asked as u32 as i32));
            if !told.asked.contains(&asked) {
                told.asked.push(asked);
            }
        }
        told
    }
}

impl Name {
    /// Gives a library, or a factor of one, a name that outlives the program. Both texts are safe to show.
    pub(crate) fn of(factor: &str, library: &str) -> Self {
        let page = Page::of_process();
        page.and_then(|page| page.add_name(&format!("{factor}\n{library}"))).unwrap_or_default()
    }
}

impl Place {
    /// Takes a place for a thread; nowhere, where nobody watches or there are too many threads.
    pub(crate) fn take() -> Self {
        let place = |page: &'static Page| page.asked.get(page.n_asked.fetch_add(1, Ordering::Relaxed));
        Self(Page::of_process().and_then(place))
    }

    /// Tells what the thread is in: a name and a day, as a date counts them.
    pub(crate) fn tell(self, name: Name, day: i32) {
        if let Some(place) = self.0 {
            let asked = if name.0 == 0 { 0 } else { u64::from(name.0) << 32 | u64::from(day as u32) };
            place.store(asked, Ordering::Relaxed);
        }
    }
}

/// Tells that this process ends by itself, with this exit code. What is told first counts.
///
/// Takes no memory and no lock.
pub(crate) fn tell_end(code: i32) {
    let Some(page) = Page::of_process() else { return };
    // A process that a library has forked does not end the program.
    if process::id() == OWNER.load(Ordering::Relaxed) {
        let ended = TOKEN.load(Ordering::Relaxed) << 8 | u64::from(code as u8);
        let _ = page.ended.compare_exchange(0, ended, Ordering::AcqRel, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let page = Page::map().expect("memory is there");
        assert_eq!(page.read(7), Told::default());
        let name = page.add_name("a 0.1.0\n/lib/a.so").expect("there is room");
        page.add_name("b 0.1.0\n/lib/a.so").expect("there is room");
        let date: Date = "2016-03-01".parse().expect("a day");
        Place(Some(&page.asked[3])).tell(name, date.days());
        Place(Some(&page.asked[4])).tell(name, i32::MIN);
        page.ended.store(7 << 8 | 2, Ordering::Relaxed);
        let factor = "the factor `a 0.1.0` of /lib/a.so".to_owned();
        let expected = Told {
            ended: Some(2),
            asked: vec![(factor.clone(), Some(date)), (factor, None)],
            libraries: vec!["/lib/a.so".into()],
        };
        assert_eq!(page.read(7), expected);
        assert_eq!(page.read(8).ended, None, "another token is not its own");
        Place(Some(&page.asked[3])).tell(Name::default(), 0);
        assert_eq!(page.read(7).asked.len(), 1);
    }

    /// A library can write over all of it.
    #[test]
    fn nothing_on_the_page_is_believed() {
        let page = Page::map().expect("memory is there");
        for place in &page.names {
            place.store(u64::MAX, Ordering::Relaxed);
        }
        for place in &page.asked {
            place.store(u64::MAX - 1, Ordering::Relaxed);
        }
        page.n_names.store(usize::MAX, Ordering::Relaxed);
        assert_eq!(page.read(7), Told::default());
        for byte in &page.bytes {
            byte.store(0x1b, Ordering::Relaxed);
        }
        page.bytes[1].store(b'\n', Ordering::Relaxed);
        page.names[0].store(4, Ordering::Relaxed);
        assert_eq!(page.read(7).libraries, ["\\u{1b}\\u{1b}"]);
        assert!(page.add_name("too late\n").is_none());
    }

    #[test]
    fn names_that_do_not_fit_are_left_out() {
        let page = Page::map().expect("memory is there");
        assert!(page.add_name(&"a".repeat(MOST_BYTES + 1)).is_none());
        assert!(page.add_name("b\nc").is_none(), "the room is gone");
        assert_eq!(page.read(1), Told::default());
    }
}
