//! `rotor factor new`: a crate with a factor that works, made from the momentum factor of this workspace.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rotor_fs::{FileWriter, NewFolder, shown_path};

use crate::{CliError, Outcome};

/// The crate `rotor-factor`, file by file.
const KIT: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/kit.rs"));

const MODEL: &str = include_str!("../../../../factors/momentum/src/lib.rs");
const CLIPPY: &str = include_str!("../../../../factors/clippy.toml");
const RUSTFMT: &str = include_str!("../../../../rustfmt.toml");
/// What a crate that stands alone passes before it is merged, and the workflow that runs it.
const CHECKS: &str = include_str!("template/ci.sh");
const GOLDEN: &str = include_str!("template/case.toml");
const WORKFLOW: &str = include_str!("template/rotor.yml");
/// The compiler that the workflow pins, so that its counts of instructions stay comparable.
const RUST: &str = concat!(env!("CARGO_PKG_RUST_VERSION"), ".0");

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The name of the crate, such as my-idea
    #[arg(value_parser = crate_name)]
    name: String,
    /// The folder to create [default: a folder of that name]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Keywords of Rust, and crates that every factor sees.
const TAKEN: &str = "\
    as async await abstract become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self \
    static struct super trait true try type typeof union unsafe unsized use virtual where while \
    yield test std core alloc proc_macro rotor_factor";

/// Types that the model uses by these names, or every program does; a factor of the name would hide them.
const TYPES: &str = "\
    AsOfView ColumnSpec CrossSection EntityKind Factor FactorError FigureSpec Frequency Input Parameter \
    Parameters Presentation Signal Spec Table TableSpec Value Panel Self Option Some None Result Ok Err Vec String Box Clone Copy Debug Default \
    Drop From Into Iterator Send";

/// The name of the crate in its spellings.
struct Names {
    /// `my-idea`
    package: String,
    /// `my_idea`
    snake: String,
    /// `MyIdea`
    camel: String,
}

pub(super) fn run(arguments: &New) -> Result<Outcome, CliError> {
    let names = Names::of(&arguments.name);
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(&arguments.name));
    // It appears whole or not at all. The parents are there from now on.
    let new = NewFolder::create(&folder).map_err(CliError::Scaffold)?;
    let is_member = is_member(&folder);
    let files = if is_member { member(&names) } else { standalone(&names) };
    for (name, text) in files {
        let is_script = Path::new(&name).extension().is_some_and(|extension| extension == "sh");
        let write = |file: &mut FileWriter| file.write_all(text.as_bytes());
        let written =
            if is_script { new.write_executable(&name, write) } else { new.write_file(&name, write) };
        written.map_err(CliError::Scaffold)?;
    }
    new.finish().map_err(CliError::Scaffold)?;
    Ok(Outcome::done(next_steps(&folder, &names, is_member)))
}

/// Tells whether a folder lies among the factors of the workspace of Rotor.
fn is_member(folder: &Path) -> bool {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_among_factors = |parent: PathBuf| {
        parent.file_name().is_some_and(|name| name == "factors")
            && parent.parent().is_some_and(|root| root.join("crates/rotor-factor/Cargo.toml").is_file())
    };
    parent.canonicalize().is_ok_and(is_among_factors)
}

impl Names {
    fn of(name: &str) -> Self {
        let snake = name.replace('-', "_");
        let camel =
            snake.split('_').filter(|word| !word.is_empty()).fold(String::new(), |mut camel, word| {
                let (first, rest) = word.split_at(1);
                camel.push_str(&first.to_ascii_uppercase());
                camel.push_str(rest);
                camel
            });
        Self { package: name.into(), snake, camel }
    }
}

fn crate_name(text: &str) -> Result<String, String> {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if text.is_empty()
        || text.len() > 48
        || !text.bytes().all(is_plain)
        || !text.as_bytes()[0].is_ascii_lowercase()
    {
        return Err("lower-case letters, digits, `-` and `_` are expected, beginning with a letter".into());
    }
    if text.ends_with(['-', '_'])
        || text.contains("--")
        || text.contains("__")
        || text.contains("-_")
        || text.contains("_-")
    {
        return Err("single hyphens between words are expected".into());
    }
    let names = Names::of(text);
    let is_in = |words: &str, name: &str| words.split(' ').any(|word| word == name);
    if is_in(TAKEN, &names.snake) || is_in(TYPES, &names.camel) {
        return Err("this word has a meaning in Rust".into());
    }
    Ok(text.into())
}

/// The source of the new factor: the model under another name.
fn source(names: &Names) -> String {
    let title = format!(
        "//! {}: say here in one sentence what it finds. It begins as price momentum.\n",
        names.snake
    );
    let (_, rest) = MODEL.split_once('\n').expect("the model has a first line");
    let rest = rest.replace("factor_momentum", &names.snake).replace("Momentum", &names.camel);
    // What the new factor does is said in English first; the Chinese of another idea would be wrong.
    title
        + &rest
            .replace("\"momentum\"", &format!("\"{}\"", names.snake))
            .replace("            .zh(\"板块动量\")\n", "")
            .replace("titled((", "titled(")
            .replace(", \"动量\"))", ")")
}

/// The files of a crate inside the workspace of Rotor.
fn member(names: &Names) -> Vec<(String, String)> {
    let manifest = format!(
        "[package]\nname = \"factor-{0}\"\ndescription = \"A factor of Rotor\"\nversion.workspace = true\n\
         edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
         publish.workspace = true\n\n[lib]\nname = \"{1}\"\ncrate-type = [\"rlib\", \"cdylib\"]\n\n\
         [dependencies]\nrotor-factor.workspace = true\n\n[lints]\nworkspace = true\n",
        names.package, names.snake
    );
    vec![("Cargo.toml".into(), manifest), ("src/lib.rs".into(), source(names))]
}

/// The files of a crate that stands alone, with the kit beside it: it needs no registry and no network.
fn standalone(names: &Names) -> Vec<(String, String)> {
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\n\
         publish = false\n\n[lib]\n# Linked into Rotor, and loaded by it.\ncrate-type = [\"rlib\", \"cdylib\"]\n\n\
         [dependencies]\n# The contract of Rotor {}. Put a newer one here when Rotor asks for it.\n\
         rotor-factor = {{ path = \"kit/rotor-factor\" }}\n\n[workspace]\n\n[lints.rust]\nmissing_docs = \"warn\"\n\
         unsafe_code = \"deny\"\n",
        names.package,
        env!("CARGO_PKG_VERSION")
    );
    let kit = format!(
        "[package]\nname = \"rotor-factor\"\ndescription = \"The contract between Rotor and a factor\"\n\
         version = \"{}\"\nedition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT OR Apache-2.0\"\n\
         publish = false\n\n[lib]\ndoctest = false\ntest = false\n",
        env!("CARGO_PKG_VERSION")
    );
    let mut files = vec![
        ("Cargo.toml".into(), manifest),
        ("clippy.toml".into(), CLIPPY.into()),
        // The rules for factors are not rules for the kit.
        ("kit/rotor-factor/clippy.toml".into(), String::new()),
        ("rustfmt.toml".into(), RUSTFMT.into()),
        (".gitignore".into(), "/target\n".into()),
        // Their bytes are signed.
        (".gitattributes".into(), "/golden/** -text\n".into()),
        ("src/lib.rs".into(), source(names)),
        ("ci.sh".into(), CHECKS.replace("@SNAKE@", &names.snake)),
        ("golden/demo/case.toml".into(), GOLDEN.replace("@SNAKE@", &names.snake)),
        (".github/workflows/rotor.yml".into(), WORKFLOW.replace("@RUST@", RUST)),
        ("kit/rotor-factor/Cargo.toml".into(), kit),
    ];
    files.extend(KIT.iter().map(|(name, text)| (format!("kit/rotor-factor/{name}"), (*text).into())));
    files
}

fn next_steps(folder: &Path, names: &Names, is_member: bool) -> String {
    let mut text = format!("made {}\n\n", shown_path(folder));
    let library = if cfg!(target_os = "macos") { "dylib" } else { "so" };
    let Names { package, snake, .. } = names;
    let steps = if is_member {
        [
            format!("cargo test -p factor-{package}"),
            format!("cargo build --release -p factor-{package}"),
            format!("rotor factor check target/release/lib{snake}.{library}"),
        ]
    } else {
        [
            format!("cd {} && cargo test && cargo clippy", shown_path(folder)),
            "cargo build --release".into(),
            format!("rotor factor check target/release/lib{snake}.{library}"),
        ]
    };
    for step in steps {
        writeln!(text, "  {step}").expect("writing to a string does not fail");
    }
    if !is_member {
        writeln!(
            text,
            "\nci.sh runs all checks of its repository; .github/workflows/rotor.yml runs it on GitHub."
        )
        .expect("writing to a string does not fail");
    }
    if is_member {
        writeln!(
            text,
            "\nTo link it into Rotor, add `factor-{package}` to the dependencies of crates/rotor and\n\
             `&{snake}::FACTOR` to crates/rotor/src/factors.rs."
        )
        .expect("writing to a string does not fail");
    }
    text
}
