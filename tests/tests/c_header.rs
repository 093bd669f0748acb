//! The C header of the plug-in boundary is made from `abi.rs` and `arrow.rs`, never written by hand.
//!
//! With `ROTOR_BLESS=1` the test writes the header instead of comparing it.

use std::fs;

use rotor_factor::abi;
use rotor_tests::workspace;

/// Structures that no function names and no other structure holds.
const ROOTS: &[&str] = &["Header"];

const PREAMBLE: &str = "\
// The boundary between Rotor and a factor in C, or in any language that reads C headers.
//
// A factor library exports one constant, `const RotorHeader rotor_factor__<name>`, that begins with ROTOR_MAGIC. The
// functions that its `vtable` names are called from several threads at once; none may unwind or jump across. What a
// pointer of a view or a value points to lives as long as the call. `tests/plugins/c/momentum.c` is a whole factor.
//
// This file is made from `crates/rotor-factor/src/abi.rs`: do not edit it.";

/// What cannot be said by `abi.rs`: an array constant, and the two structures that belong to Arrow.
const BEFORE: &str = "
// The 16 bytes that a header begins with; and as the initial value of its field, without the zero at the end.
#define ROTOR_MAGIC \"@MAGIC@\"
#define ROTOR_MAGIC_BYTES { @LETTERS@ }

// The Arrow C Data Interface, as its specification has it.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE
";

/// What C has to be told and Rust has already.
const HELPERS: &str = "\
// Returns the value of an entity `lag` periods before the last one of the window, NaN where nothing is public, where the
// window does not reach so far and where the dataset has no such input.
static inline double rotor_value(const RotorInput *input, uint32_t entity, uint32_t lag)
{
    if (input->values == NULL || entity >= input->n_entities || lag >= input->n_periods) {
        return NAN;
    }
    size_t row = input->rows == NULL ? entity : input->rows[entity];
    return input->values[row * input->stride + (input->n_periods - 1 - lag)];
}
";

/// Returns the header as it ought to be.
fn generated() -> String {
    let source = fs::read_to_string(workspace().join("crates/rotor-factor/src/abi.rs")).unwrap();
    let letters: Vec<String> = abi::MAGIC.iter().map(|byte| format!("'{}'", *byte as char)).collect();
    let before = BEFORE
        .replace("@MAGIC@", str::from_utf8(&abi::MAGIC).unwrap())
        .replace("@LETTERS@", &letters.join(", "));
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        include_guard: Some("ROTOR_FACTOR_H".into()),
        header: Some(PREAMBLE.into()),
        no_includes: true,
        sys_includes: ["math.h", "stddef.h", "stdint.h"].map(String::from).to_vec(),
        after_includes: Some(before),
        style: cbindgen::Style::Type,
        documentation_style: cbindgen::DocumentationStyle::C99,
        usize_is_size_t: true,
        tab_width: 4,
        line_length: 110,
        ..cbindgen::Config::default()
    };
    config.export.include = ROOTS.iter().map(|name| (*name).into()).collect();
    config.export.prefix = Some("Rotor".into());
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_config(config)
        .with_src(workspace().join("crates/rotor-factor/src/abi.rs"))
        .generate()
        .unwrap()
        .write(&mut text);
    let mut text = String::from_utf8(text).unwrap();
    // Macros are written large in C, in code and in comments. The longer name goes first: one may begin another.
    let mut constants: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next())
        .filter(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
        .collect();
    constants.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in constants {
        text = text.replace(&format!("Rotor{name}"), &format!("ROTOR_{name}"));
        text = text.replace(&format!("`{name}`"), &format!("`ROTOR_{name}`"));
    }
    // A trailer of cbindgen's would stand behind the include guard.
    let (body, guard) = text.rsplit_once("#endif").unwrap();
    format!("{body}{HELPERS}\n#endif{guard}").replace("RotorArrow", "struct Arrow")
}

#[test]
fn the_c_header_is_that_of_the_boundary() {
    let path = workspace().join("crates/rotor-factor/include/rotor_factor.h");
    let found = generated();
    if std::env::var_os("ROTOR_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let changed = expected.lines().zip(found.lines()).position(|(expected, found)| expected != found);
    assert!(
        expected == found,
        "{} is not what the boundary says, first in line {}; if the change is meant, run the tests with ROTOR_BLESS=1",
        path.display(),
        changed.unwrap_or(0) + 1,
    );
}
