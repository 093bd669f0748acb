//! No factor at all, but code that runs as soon as the library is opened: it writes the file that the environment
//! variable `ROTOR_TEST_CONSTRUCTOR` names.
//!
//! Expected: refused because no symbol is a factor, from its bytes alone; the file is never written.

extern "C" fn constructor() {
    if let Some(path) = std::env::var_os("ROTOR_TEST_CONSTRUCTOR") {
        let _ = std::fs::write(path, "the library was opened\n");
    }
}

#[used]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_os = "macos"), unsafe(link_section = ".init_array"))]
static CONSTRUCTOR: extern "C" fn() = constructor;
