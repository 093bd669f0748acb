//! What is said of a program that has ended without telling so, and how the process that watched over it ends.

use std::fmt::Write as _;

use super::page::Told;

/// How a process ended, as the system tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Exited(i32),
    Killed(i32),
}

/// What follows from an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// What is to be said; nothing, if the program has said it or everybody knows.
    pub(super) message: String,
    /// How the process that watched ends, for whoever waits for it.
    pub(super) end: End,
}

const ISOLATE: &str = "run libraries isolated (`--isolate`): then one that fails costs its own scores alone";
const MEMORY: &str = "the system does this when memory runs out (its log says so): give the process more, or use fewer threads or a shorter history";

/// More than so many factors or libraries are not listed.
const MOST_LISTED: usize = 4;
/// A name that is longer is cut.
const LONGEST: usize = 400;

impl Verdict {
    pub(super) fn of(told: &Told, end: End) -> Self {
        if let Some(code) = told.ended {
            // Whatever happened after that changes nothing.
            return Self { message: String::new(), end: End::Exited(i32::from(code)) };
        }
        let has_libraries = !told.libraries.is_empty();
        let of = |what: &str, hint: &str, end| {
            let message = format!("\nerror: {what}\n{}hint: {hint}\n", suspects(told));
            Self { message, end }
        };
        match end {
            End::Exited(code) if has_libraries => of(
                &format!(
                    "the program was ended from inside, with exit code {code}: a library called `_exit`, or made that call of the system itself"
                ),
                ISOLATE,
                End::Exited(2),
            ),
            End::Killed(signal) if has_libraries && let Some(name) = crash(signal) => of(
                &format!(
                    "the program crashed ({name}) where nothing could see it: a library crashed in a thread of its own, or had changed what is done at a crash"
                ),
                ISOLATE,
                End::Exited(2),
            ),
            End::Killed(libc::SIGKILL) => of(
                "the program was killed (SIGKILL): by the system for want of memory, by somebody, or by a library",
                MEMORY,
                end,
            ),
            // Somebody has told it to stop before it could listen; and what the system says of other signals is enough.
            _ => Self { message: String::new(), end },
        }
    }
}

/// The name of a signal that comes from code.
fn crash(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGSEGV => "SIGSEGV: a bad pointer, or a stack without end",
        libc::SIGBUS => "SIGBUS",
        libc::SIGABRT => "SIGABRT",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGSYS => "SIGSYS",
        _ => return None,
    })
}

/// Lists who was being asked, and which libraries there were: one of them it was.
fn suspects(told: &Told) -> String {
    let mut lines = String::new();
    for (factor, date) in told.asked.iter().take(MOST_LISTED) {
        let about = match date {
            Some(date) => format!("was being asked about {date}"),
            None => "was starting or ending".into(),
        };
        writeln!(lines, "  {} {about}", cut(factor)).expect("writing to a string does not fail");
    }
    let is_named = |library: &String| told.asked.iter().any(|(factor, _)| factor.ends_with(library.as_str()));
    if told.libraries.iter().all(is_named) {
        return lines;
    }
    let names: Vec<&str> = told.libraries.iter().take(MOST_LISTED).map(|name| cut(name)).collect();
    let more = told.libraries.len().saturating_sub(MOST_LISTED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    writeln!(lines, "  loaded: {}{more}", names.join(", ")).expect("writing to a string does not fail");
    lines
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(ended: Option<u8>, asked: &[(&str, Option<&str>)], libraries: &[&str], end: End) -> String {
        let asked = asked
            .iter()
            .map(|(factor, date)| ((*factor).to_owned(), date.map(|date| date.parse().expect("a day"))));
        let libraries = libraries.iter().map(|library| (*library).to_owned());
        let told = Told { ended, asked: asked.collect(), libraries: libraries.collect() };
        let Verdict { message, end } = Verdict::of(&told, end);
        format!("{}{end:?}", message.trim_start())
    }

    const LIB: &str = "/lib/a.so";
    const FACTOR: &str = "the factor `a 0.1.0` of /lib/a.so";

    #[test]
    fn an_end_that_was_told_is_passed_on_whatever_came_after_it() {
        for end in [End::Exited(7), End::Killed(libc::SIGSEGV), End::Killed(libc::SIGKILL)] {
            assert_eq!(verdict(Some(130), &[(FACTOR, None)], &[LIB], end), "Exited(130)");
        }
    }

    #[test]
    fn an_exit_that_was_not_told_is_that_of_a_library() {
        let said = verdict(None, &[(FACTOR, Some("2016-03-01"))], &[LIB], End::Exited(0));
        let expected = "error: the program was ended from inside, with exit code 0: a library called `_exit`, or made that call of the system itself
  the factor `a 0.1.0` of /lib/a.so was being asked about 2016-03-01
hint: run libraries isolated (`--isolate`): then one that fails costs its own scores alone
Exited(2)";
        assert_eq!(said, expected);
        let said = verdict(None, &[], &["/lib/a.so", "/lib/b.so"], End::Exited(7));
        assert_eq!(said.lines().nth(1), Some("  loaded: /lib/a.so, /lib/b.so"));
        assert_eq!(verdict(None, &[], &[], End::Exited(3)), "Exited(3)");
    }

    #[test]
    fn a_crash_is_that_of_a_library_if_there_is_one() {
        let said = verdict(None, &[(FACTOR, None)], &[LIB, "/lib/b.so"], End::Killed(libc::SIGSEGV));
        assert_eq!(said.lines().nth(1), Some("  the factor `a 0.1.0` of /lib/a.so was starting or ending"));
        assert_eq!(said.lines().nth(2), Some("  loaded: /lib/a.so, /lib/b.so"));
        assert_eq!(said.lines().last(), Some("Exited(2)"));
        assert_eq!(verdict(None, &[], &[], End::Killed(libc::SIGSEGV)), "Killed(11)");
    }

    #[test]
    fn who_is_told_to_stop_says_nothing_and_who_is_killed_says_why() {
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            assert_eq!(verdict(None, &[], &[LIB], End::Killed(signal)), format!("Killed({signal})"));
        }
        let said = verdict(None, &[], &[], End::Killed(libc::SIGKILL));
        assert!(said.starts_with("error: the program was killed (SIGKILL)") && said.ends_with("Killed(9)"));
    }

    #[test]
    fn many_libraries_and_long_names_are_cut() {
        let long = "a".repeat(5000);
        let said = verdict(None, &[], &[&long, "b", "c", "d", "e", "f"], End::Exited(0));
        assert!(said.len() < 1000 && said.contains(", b, c, d, and 2 more"), "{said}");
    }
}
