//! The hidden `rotor help-markdown`: arguments and flags of every verb as tables, from clap itself.
//!
//! A test holds them against `docs/src/reference/cli.md` and puts them there, so that the page cannot say less or more than the program.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

use crate::Outcome;

/// Returns a block for each verb, in the order of the help.
pub(crate) fn run(program: &Command) -> Outcome {
    let mut text = String::new();
    verbs(program, program.get_name(), &mut text);
    Outcome::done(text)
}

fn verbs(command: &Command, name: &str, text: &mut String) {
    let verbs_below: Vec<&Command> =
        command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help").collect();
    // A verb may do something by itself and have others below it.
    if verbs_below.is_empty() || command.is_subcommand_negates_reqs_set() {
        block(command, name, text);
    }
    for verb in verbs_below {
        verbs(verb, &format!("{name} {}", verb.get_name()), text);
    }
}

/// The table of one verb between the two comments by which it is found.
fn block(command: &Command, name: &str, text: &mut String) {
    macro_rules! line {
        ($($argument:tt)*) => { writeln!(text, $($argument)*).expect("writing to a string does not fail") };
    }
    line!("<!-- {name} --help -->");
    line!("| flag | |\n|---|---|");
    let is_built_in = |argument: &&Arg| matches!(argument.get_id().as_str(), "help" | "version");
    let shown: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !is_built_in(argument))
        .collect();
    let (keys, own): (Vec<&Arg>, Vec<&Arg>) =
        shown.into_iter().partition(|argument| argument.get_help_heading() == Some("Configuration"));
    for argument in own {
        line!("| `{}` | {} |", flag(argument), meaning(argument));
    }
    if !keys.is_empty() {
        let flags: Vec<String> = keys.into_iter().map(|key| format!("`{}`", flag(key))).collect();
        line!("| {} | set [keys of the configuration](configuration.md) |", flags.join(" "));
    }
    line!("<!-- end -->\n");
}

/// `--out DIR`, `LIB|NAME`, `FILE…`: as it is typed, with `|` as a table wants it.
fn flag(argument: &Arg) -> String {
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let value = argument.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
    let many = if argument.is_positional() && matches!(argument.get_action(), ArgAction::Append) {
        "…"
    } else {
        ""
    };
    let words = match (argument.get_long(), takes_value) {
        (Some(long), true) => format!("--{long} {value}"),
        (Some(long), false) => format!("--{long}"),
        (None, _) => format!("{value}{many}"),
    };
    words.replace('|', "\\|")
}

/// The help of an argument in one line, with its default and what may be said.
fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut text = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let values = argument.get_possible_values();
    if takes_value && !values.is_empty() {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        write!(text, " [{}]", names.join(", ")).expect("writing to a string does not fail");
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.display().to_string()).collect();
    if takes_value && !defaults.is_empty() {
        write!(text, " [default: {}]", defaults.join(",")).expect("writing to a string does not fail");
    }
    text.replace('|', "\\|")
}
