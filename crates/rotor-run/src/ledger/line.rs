//! What a line looks like that we wrote: what can be known of it without reading it whole, and where the lines of a file end.
//!
//! Lines that stand there together or not at all, a batch, say so at their end: `"batch":[3,10]` is the third of ten. Whoever reads
//! a whole line passes over it, and so did the releases before there were batches.

use std::fmt::Write as _;

/// How every line begins.
pub(super) const BEGINNING: &[u8] = b"{\"format\":";

/// What a trial is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head<'l> {
    /// The hash that all states of its dataset share.
    pub(super) data: &'l [u8],
    /// What was tried.
    pub(super) config: Digest,
}

/// A SHA-256.
pub(super) type Digest = [u64; 4];

impl<'l> Head<'l> {
    /// Reads the beginning of a line up to the configuration, as we write it, and looks at its end. `None` of any other line, which
    /// may be a trial all the same: whoever wants to know reads it whole.
    ///
    /// What stands between is not looked at. If somebody has damaged it there, the line counts here and is no trial for
    /// [`Trial::of_line`](super::Trial::of_line).
    pub(super) fn of(line: &'l [u8]) -> Option<Self> {
        let rest = line.strip_prefix(b"{\"format\":1,\"when\":\"")?;
        let (_, rest) = text(rest)?;
        let (_, rest) = text(rest.strip_prefix(b",\"dataset\":{\"name\":\"")?)?;
        let (data, rest) = hash(rest.strip_prefix(b",\"sha256\":\"")?)?;
        digest(data)?;
        let (data, rest) = match rest.strip_prefix(b",\"lineage\":\"") {
            Some(rest) => text(rest)?,
            None => (data, rest),
        };
        let (config, rest) = hash(rest.strip_prefix(b"},\"config\":\"")?)?;
        let config = digest(config)?;
        (rest.starts_with(b",\"") && ends_as_ours(rest)).then_some(Self { data, config })
    }
}

/// The 64 letters before a quotation mark, and what follows that.
fn hash(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (hash, rest) = rest.split_at_checked(64)?;
    Some((hash, rest.strip_prefix(b"\"")?))
}

/// The text up to its closing quotation mark, and what follows that. `None` of texts with escapes, which are rare.
fn text(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    let text = &rest[..end];
    (rest[end] == b'"' && (text.is_ascii() || str::from_utf8(text).is_ok()))
        .then_some((text, &rest[end + 1..]))
}

/// Tells whether a line ends with the place of the run, and behind it at most with its place in a batch.
fn ends_as_ours(line: &[u8]) -> bool {
    let line = batch(line).map_or_else(|| line.strip_suffix(b"}"), |(_, line)| Some(line));
    let Some(line) = line.and_then(|line| line.strip_suffix(b"\"")) else { return false };
    let Some(start) = line.iter().rposition(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) else {
        return false;
    };
    let run = &line[start + 1..];
    line[..=start].ends_with(b",\"run\":\"") && (run.is_ascii() || str::from_utf8(run).is_ok())
}

/// Reads 64 lower-case hexadecimal digits.
pub(super) fn digest(text: &[u8]) -> Option<Digest> {
    /// The value of each letter; what is no digit has a bit that no digit has.
    const VALUES: [u8; 256] = {
        let (mut values, mut value) = ([0x80; 256], 0);
        while value < 16 {
            values[b"0123456789abcdef"[value] as usize] = value as u8;
            value += 1;
        }
        values
    };
    let (words, []) = text.as_chunks::<16>() else { return None };
    let words: &[[u8; 16]; 4] = words.try_into().ok()?;
    let (mut digest, mut seen) = ([0; 4], 0);
    for (number, word) in digest.iter_mut().zip(words) {
        for letter in word {
            let value = VALUES[usize::from(*letter)];
            seen |= value;
            *number = *number << 4 | u64::from(value & 0xf);
        }
    }
    (seen & 0x80 == 0).then_some(digest)
}

/// Tells whether a text is a SHA-256 as we write it.
pub(super) fn is_sha256(text: &[u8]) -> bool {
    digest(text).is_some()
}

/// A place in a batch: the how manieth of how many, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BatchPosition {
    number: usize,
    n_lines: usize,
}

/// Gives the last line of a text its place in a batch.
pub(super) fn write_batch(lines: &mut String, number: usize, n_lines: usize) {
    lines.truncate(lines.len() - "}\n".len());
    writeln!(lines, ",\"batch\":[{number},{n_lines}]}}").expect("writing to a string does not fail");
}

/// The place in a batch that stands at the end of a line, and the line before it.
fn batch(line: &[u8]) -> Option<(BatchPosition, &[u8])> {
    let line = line.strip_suffix(b"]}")?;
    let start = line.iter().rposition(|byte| !matches!(byte, b'0'..=b'9' | b','))?;
    let (number, n_lines) = str::from_utf8(&line[start + 1..]).ok()?.split_once(',')?;
    let position = BatchPosition { number: number.parse().ok()?, n_lines: n_lines.parse().ok()? };
    Some((position, line[..=start].strip_suffix(b",\"batch\":[")?))
}

/// Returns where the lines of a file end that are to stay, and whether the last of them has no line feed.
///
/// What a killed writer left is not to stay: a last line without a line feed, unless it is a whole trial or something that no
/// writer would begin with, and the lines of a batch whose last is missing.
pub(super) fn end_of_lines(bytes: &[u8]) -> (usize, bool) {
    end_in_tail(bytes, true).expect("the whole file is enough")
}

/// As [`end_of_lines`], of the last bytes of a file, or `None` if it takes more of them to know.
pub(super) fn end_in_tail(tail: &[u8], is_whole: bool) -> Option<(usize, bool)> {
    let start = start_of_last_line(tail, is_whole)?;
    let last = &tail[start..];
    let is_begun = last.starts_with(BEGINNING) || BEGINNING.starts_with(last);
    let is_left = is_begun && serde_json::from_slice::<serde_json::Value>(last).is_err();
    let (end, is_open) = if is_left { (start, false) } else { (tail.len(), true) };
    let whole = end_of_whole_batches(&tail[..end], is_whole)?;
    Some(if whole < end { (whole, false) } else { (end, is_open) })
}

/// Where these lines end without those of a last batch that is not complete; `None` if it takes more of them to know.
fn end_of_whole_batches(lines: &[u8], is_whole: bool) -> Option<usize> {
    let mut expected = None;
    let mut rest = lines.strip_suffix(b"\n").unwrap_or(lines);
    loop {
        // Only what is surely the last line of a batch needs those before it.
        let start = start_of_last_line(rest, is_whole)?;
        let line = &rest[start..];
        let Some((found, _)) = batch(line).filter(|_| line.starts_with(BEGINNING)) else {
            return Some(lines.len());
        };
        let is_in_order = match expected {
            None => found.number < found.n_lines,
            Some(expected) => found == expected,
        };
        match found.number {
            1 if is_in_order => return Some(start),
            2.. if is_in_order && start > 0 => {
                expected = Some(BatchPosition { number: found.number - 1, ..found });
                rest = &rest[..start - 1];
            }
            _ => return Some(lines.len()),
        }
    }
}

/// Where the last line begins, with nothing in it if the bytes end with a line feed; `None` if it begins before them.
fn start_of_last_line(bytes: &[u8], is_whole: bool) -> Option<usize> {
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(position) => Some(position + 1),
        None => is_whole.then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::tests::trial;
    use super::super::{Trial, TrialData};
    use super::*;

    #[test]
    fn the_head_of_a_line_is_what_the_whole_line_says() {
        let data = |name: &str, lineage: Option<&str>| TrialData {
            name: name.into(),
            sha256: format!("{:064x}", 0xabc),
            lineage: lineage.map(Into::into),
        };
        let trials = [
            Trial { dataset: data("demo", None), ..trial(1) },
            Trial { dataset: data("行业", Some(&"7".repeat(64))), ..trial(2) },
            Trial { dataset: data("demo", Some("any text")), run: String::new(), ..trial(3) },
            Trial {
                dataset: data("demo", None),
                settings: Some([("top".into(), "8".into())].into()),
                returns: Some("1".repeat(64)),
                sweep: Some("2".repeat(64)),
                run: "跑/x".into(),
                ..trial(u32::MAX)
            },
        ];
        for lines in [Trial::to_lines(&trials), trials.iter().map(Trial::to_line).collect()] {
            for (line, trial) in lines.lines().zip(&trials) {
                let head = Head::of(line.as_bytes()).expect(line);
                assert_eq!(head.data, trial.dataset.line().as_bytes());
                assert_eq!(Some(head.config), digest(trial.config.as_bytes()));
                assert_eq!(Trial::of_line(line.as_bytes()).as_ref(), Ok(trial));
            }
        }
        assert_eq!(digest("0123456789abcdef".repeat(4).as_bytes()), Some([0x0123_4567_89ab_cdef; 4]));
        for wrong in ["0".repeat(63), "0".repeat(65), "0".repeat(80), "A".repeat(64), "g".repeat(64)] {
            assert_eq!(digest(wrong.as_bytes()), None, "{wrong}");
        }
    }

    /// Every cut and every exchanged byte: what the head admits is a trial, unless the damage is in the middle.
    #[test]
    fn a_damaged_beginning_or_end_is_seen() {
        let plain = Trial {
            dataset: TrialData { name: "demo".into(), ..trial(1).dataset },
            factors: vec!["heat".into()],
            ..trial(1)
        };
        let lines = Trial::to_lines(&[plain.clone(), plain.clone()]) + &plain.to_line();
        for line in lines.lines().map(str::as_bytes) {
            let head = Head::of(line).unwrap();
            for length in 0..line.len() {
                assert_eq!(Head::of(&line[..length]), None);
                assert_eq!(Head::of(&line[line.len() - length..]), None);
            }
            let find = |text: &[u8]| line.windows(text.len()).position(|window| window == text).unwrap();
            let middle = find(b"\"factors\"")..find(b",\"run\":");
            let outside = (0..line.len()).filter(|position| !middle.contains(position));
            for (position, byte) in outside.flat_map(|position| {
                [(position, b'"'), (position, 0xff), (position, b'\\'), (position, b'7')]
            }) {
                let mut damaged = line.to_vec();
                damaged[position] = byte;
                match (Head::of(&damaged), Trial::of_line(&damaged)) {
                    (Some(found), Ok(whole)) => {
                        assert_eq!(found.data, whole.dataset.line().as_bytes());
                        assert_eq!(Some(found.config), digest(whole.config.as_bytes()));
                    }
                    (Some(found), Err(problem)) => panic!("{position}: {found:?} {head:?} {problem}"),
                    (None, _) => {}
                }
            }
        }
    }

    #[test]
    fn the_end_is_the_same_from_any_tail() {
        let trials: Vec<Trial> = (0..7).map(trial).collect();
        let alone: String = trials[..3].iter().map(Trial::to_line).collect();
        let batch = Trial::to_lines(&trials[3..]);
        let first = batch.lines().next().unwrap();
        let text = alone.clone() + &batch;
        for end in 0..=text.len() {
            let bytes = &text.as_bytes()[..end];
            let expected = end_of_lines(bytes);
            // Without what is left: whole lines alone, and the batch if all of it is there.
            let n_whole = bytes.split(|byte| *byte == b'\n').count() - 1;
            let is_open = text.as_bytes()[end..].starts_with(b"\n") && (n_whole < 3 || n_whole == 6);
            let n_stay = match n_whole + usize::from(is_open) {
                n @ (0..=3 | 7) => n,
                _ => 3,
            };
            let n_bytes: usize = text.split_inclusive('\n').take(n_stay).map(str::len).sum();
            assert_eq!(expected, (n_bytes - usize::from(is_open), is_open), "{end}");
            for n_tail in (0..=end).step_by(97).chain([end]) {
                let found = end_in_tail(&bytes[end - n_tail..], n_tail == end);
                if let Some((in_tail, is_open)) = found {
                    assert_eq!((end - n_tail + in_tail, is_open), expected, "{end} {n_tail}");
                }
            }
        }
        // Lines of a batch that somebody has torn apart stay.
        for kept in [format!("{alone}{first}\n{alone}"), batch.replacen(first, "my note", 1), batch.clone()] {
            let third = kept.lines().nth(2).unwrap();
            for text in [kept.clone(), kept.split_inclusive('\n').take(3).collect()] {
                let is_whole_beginning =
                    text.starts_with(first) && text.ends_with(&format!("{third}\n")) && text != kept;
                let expected = if is_whole_beginning { 0 } else { text.len() };
                assert_eq!(end_of_lines(text.as_bytes()), (expected, false), "{text}");
            }
        }
    }
}
