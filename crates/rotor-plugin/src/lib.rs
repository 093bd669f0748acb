//! The host's side of the plug-in boundary.
//!
//! [`Plugin::linked`] takes a factor that is part of the program, [`Plugin::load`] one of a library, [`Plugin::isolated`] one of
//! a library in a separate process. All three are used in the same way: [`Plugin::create`] creates an [`Instance`] with given
//! parameters, and [`Instance::evaluate`] returns the signal of a day. The output is copied, bounded and checked.
//!
//! The crate depends neither on datasets nor on schedules: a day arrives as [`ViewData`](rotor_factor::host::ViewData).

mod arrow;
mod cache;
mod call;
mod chinese;
mod delivery;
mod error;
mod file;
mod float;
mod isolate;
mod load;
mod mark;
mod output;
mod pages;
mod plugin;
mod presentation;
mod process;
mod spec;
mod stdout;
mod supervise;

pub use error::{AnswerFault, Breach, CallError, LoadError};
pub use file::{FactorHeader, LibraryFile};
pub use isolate::{CHILD_ARGUMENT, Isolation, serve};
pub use load::LoadOptions;
pub use mark::{end_process, explain_fatal_calls, say_at_once};
pub use pages::InputPages;
pub use plugin::{Build, Instance, Origin, Plugin, Refused};
pub use process::{ProcessPart, ProcessState};
pub use stdout::take_stdout;
pub use supervise::supervise;
