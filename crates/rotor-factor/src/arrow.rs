//! The two structures of the Arrow C Data Interface, whose layout its specification fixes.
//!
//! A factor that reads its inputs with an Arrow library calls [`AsOfView::to_arrow`](crate::AsOfView::to_arrow) for a copy.
//! Nothing here depends on a version of Arrow: any library that imports the interface works.

use std::ffi::{c_char, c_void};

/// A schema of the C Data Interface. Dropping it releases it.
///
/// Its fields are for the library that imports it, through a pointer.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    /// The type, as the interface spells it.
    format: *const c_char,
    /// The name of the field.
    name: *const c_char,
    /// Key-value pairs.
    metadata: *const c_char,
    /// Flags, such as that values may be missing.
    flags: i64,
    /// The number of children.
    n_children: i64,
    /// The children.
    children: *mut *mut ArrowSchema,
    /// The dictionary.
    dictionary: *mut ArrowSchema,
    /// Releases the schema; null when it has been released or moved.
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    /// Belongs to whoever made it.
    private_data: *mut c_void,
}

/// An array of the C Data Interface. Dropping it releases it.
///
/// Its fields are for the library that imports it, through a pointer.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    /// The number of rows.
    length: i64,
    /// The number of missing values, -1 if unknown.
    null_count: i64,
    /// The first row.
    offset: i64,
    /// The number of buffers.
    n_buffers: i64,
    /// The number of children.
    n_children: i64,
    /// The buffers.
    buffers: *mut *const c_void,
    /// The children.
    children: *mut *mut ArrowArray,
    /// The dictionary.
    dictionary: *mut ArrowArray,
    /// Releases the array; null when it has been released or moved.
    release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    /// Belongs to whoever made it.
    private_data: *mut c_void,
}

impl ArrowSchema {
    /// Returns a released schema, to be written to.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            format: std::ptr::null(),
            name: std::ptr::null(),
            metadata: std::ptr::null(),
            flags: 0,
            n_children: 0,
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

impl ArrowArray {
    /// Returns a released array, to be written to.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: std::ptr::null_mut(),
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

#[allow(unsafe_code, reason = "the producer's release function is a C function")]
impl Drop for ArrowSchema {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the interface has the consumer call it once; the producer then sets it to null.
            unsafe { release(self) }
        }
    }
}

#[allow(unsafe_code, reason = "the producer's release function is a C function")]
impl Drop for ArrowArray {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the interface has the consumer call it once; the producer then sets it to null.
            unsafe { release(self) }
        }
    }
}
