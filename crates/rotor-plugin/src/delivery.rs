//! Who may deliver: the call that a thread is in, and nobody else.
//!
//! What a factor is given to deliver through is no pointer but a token: of the factor, of the call, of what is delivered. It is good
//! on the thread that was called, until the call returns. Whatever comes later, or from another thread, is refused and counted in the
//! name of the factor to which the token was given; nothing of anybody else's is touched.

#![allow(unsafe_code, reason = "a delivery finds the value that waits for it")]

use std::cell::Cell;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};

use rotor_factor::Date;
use rotor_factor::host::ViewData;

use crate::float::FloatControl;
use crate::mark::{Culprit, Mark, count_strange};
use crate::output::{Receiver, Texts};
use crate::{Breach, CallError};

/// What a call of a factor can be given to deliver through.
#[derive(Clone, Copy, Debug)]
enum Place {
    Output = 1,
    Error = 2,
    Document = 3,
}

/// The values that wait for what a call delivers.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// The token without a place.
    token: usize,
    output: Option<NonNull<c_void>>,
    error: Option<NonNull<c_void>>,
    document: Option<NonNull<c_void>>,
}

const _: () = assert!(size_of::<usize>() == 8, "a token is a secret, a number and a place");
/// Bits of a token that name the place.
const PLACE: usize = 3;

thread_local! {
    /// That of the innermost call of the thread.
    static FRAME: Cell<Option<Frame>> = const { Cell::new(None) };
}

/// A call of a factor, from before it to after it: who it is, what it may deliver, and that it leaves the thread as it was.
#[derive(Debug)]
pub(crate) struct Call<'c> {
    culprit: &'static Culprit,
    token: usize,
    before: Option<Frame>,
    float: FloatControl,
    _mark: Mark,
    _waiting: PhantomData<&'c mut ()>,
}

impl<'c> Call<'c> {
    pub(crate) fn begin(culprit: &'static Culprit, day: Option<Date>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let token = (culprit.secret() as usize) << 32 | (number as usize) << 2 & 0xffff_fffc;
        let frame = Frame { token, output: None, error: None, document: None };
        let mark = Mark::set(culprit, day);
        let before = FRAME.replace(Some(frame));
        Self { culprit, token, before, float: FloatControl::now(), _mark: mark, _waiting: PhantomData }
    }

    /// What the factor delivers its signal through.
    pub(crate) fn output(&self, receiver: &'c mut Receiver<'_>) -> rotor_factor::abi::Output {
        let place = self.wait(Place::Output, ptr::from_mut(receiver).cast());
        Receiver::output(place)
    }

    /// What the factor says through why it has failed.
    pub(crate) fn error(&self, texts: &'c mut Texts) -> rotor_factor::abi::TextSink {
        Texts::sink(self.wait(Place::Error, ptr::from_mut(texts).cast()))
    }

    /// What the factor writes a document through.
    pub(crate) fn document(&self, texts: &'c mut Texts) -> rotor_factor::abi::TextSink {
        Texts::sink(self.wait(Place::Document, ptr::from_mut(texts).cast()))
    }

    fn wait(&self, place: Place, value: *mut c_void) -> *mut c_void {
        let mut frame = FRAME.get().expect("the frame of this call");
        let waiting = match place {
            Place::Output => &mut frame.output,
            Place::Error => &mut frame.error,
            Place::Document => &mut frame.document,
        };
        *waiting = NonNull::new(value);
        FRAME.set(Some(frame));
        ptr::without_provenance_mut(self.token | place as usize)
    }

    /// Ends the call, and tells what the factor did to the thread or outside of its calls.
    pub(crate) fn end(self) -> Result<(), CallError> {
        let float = FloatControl::now();
        if float != self.float {
            self.float.restore();
            return Err(CallError::Broke(Breach::FloatingPoint));
        }
        refuse_strange(self.culprit)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        FRAME.set(self.before);
    }
}

/// Refuses whoever has delivered outside of its calls: to which call it belonged cannot be known.
pub(crate) fn refuse_strange(culprit: &Culprit) -> Result<(), CallError> {
    // How often is a matter of chance, and no text of a run may hang on that.
    if culprit.n_strange() == 0 { Ok(()) } else { Err(CallError::Broke(Breach::OutsideCall)) }
}

/// Finds what waits for a delivery on this thread; counts it if nothing does.
fn waiting(
    ctx: *mut c_void,
    find: impl FnOnce(&Frame) -> Option<NonNull<c_void>>,
    is_place: impl FnOnce(usize) -> bool,
) -> Option<NonNull<c_void>> {
    let token = ctx.addr();
    let frame = FRAME.try_with(Cell::get).ok().flatten();
    let found = frame
        .filter(|frame| frame.token == token & !PLACE && is_place(token & PLACE))
        .and_then(|frame| find(&frame));
    if found.is_none() {
        count_strange((token >> 32) as u32);
    }
    found
}

/// Gives what is delivered to the receiver of the call that this thread is in.
pub(crate) fn to_receiver(ctx: *mut c_void, take: impl FnOnce(&mut Receiver<'_>)) {
    let receiver = waiting(ctx, |frame| frame.output, |place| place == Place::Output as usize);
    if let Some(receiver) = receiver {
        // SAFETY: a frame names a receiver that waits for this call, which is not over, on this thread; nobody else uses it meanwhile.
        take(unsafe { receiver.cast::<Receiver<'_>>().as_mut() });
    }
}

/// Gives a text to what waits for it in the call that this thread is in.
pub(crate) fn to_texts(ctx: *mut c_void, take: impl FnOnce(&mut Texts)) {
    let is_error = ctx.addr() & PLACE == Place::Error as usize;
    let find = |frame: &Frame| if is_error { frame.error } else { frame.document };
    let texts =
        waiting(ctx, find, |place| place == Place::Error as usize || place == Place::Document as usize);
    if let Some(texts) = texts {
        // SAFETY: as for a receiver.
        take(unsafe { texts.cast::<Texts>().as_mut() });
    }
}

/// The days that factors are being asked about, for what they ask back. Unlike a delivery it may come from any thread, while the
/// call lasts: reading is shared.
static DAYS: RwLock<Vec<Option<(usize, usize)>>> = RwLock::new(Vec::new());

/// A day that may be asked about as long as this is there.
#[derive(Debug)]
pub(crate) struct OpenDay<'d, 'v> {
    token: usize,
    _day: PhantomData<&'d ViewData<'v>>,
}

impl<'d, 'v> OpenDay<'d, 'v> {
    pub(crate) fn open(day: &'d ViewData<'v>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let token = NUMBER.fetch_add(1, Ordering::Relaxed) as usize;
        let entry = Some((token, ptr::from_ref(day).expose_provenance()));
        let mut days = DAYS.write().unwrap_or_else(PoisonError::into_inner);
        match days.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = entry,
            None => days.push(entry),
        }
        Self { token, _day: PhantomData }
    }

    pub(crate) fn ctx(&self) -> *const c_void {
        ptr::without_provenance(self.token)
    }
}

impl Drop for OpenDay<'_, '_> {
    fn drop(&mut self) {
        let mut days = DAYS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = days.iter_mut().find(|day| day.is_some_and(|(token, _)| token == self.token)) {
            *place = None;
        }
    }
}

/// Shows an open day; `None` if its call is over.
pub(crate) fn with_day<R>(ctx: *const c_void, see: impl FnOnce(&ViewData<'_>) -> Option<R>) -> Option<R> {
    let days = DAYS.read().unwrap_or_else(PoisonError::into_inner);
    let (_, day) = days.iter().flatten().find(|(token, _)| *token == ctx.addr())?;
    // SAFETY: the day is there until its entry is taken out, which waits until this lock is given back.
    see(unsafe { &*ptr::with_exposed_provenance::<ViewData<'_>>(*day) })
}
