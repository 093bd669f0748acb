//! Guessing which known name was meant.

/// Returns the known name nearest to a mistyped one, if one is close enough.
///
/// A name is close enough if at most a third of its letters are changed, added, left out or swapped with their neighbour. Of
/// two equally close names the first in alphabetical order is returned.
///
/// ```
/// assert_eq!(rotor_factor::nearest("lokback", ["lookback", "skip"]), Some("lookback"));
/// assert_eq!(rotor_factor::nearest("volatility", ["lookback", "skip"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a longer name into one that is known, and comparing megabytes takes minutes.
    const LONGEST: usize = 100;
    let farthest = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| name.len().max(candidate.len()) <= LONGEST)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= farthest)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Counts the letters to change, add, leave out or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_by_hand() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("ca", "abc", 3)]
        {
            assert_eq!((distance(a, b), distance(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn names_are_guessed_only_when_near() {
        let known = ["price_frequency", "first", "last"];
        assert_eq!(nearest("price_freqency", known), Some("price_frequency"));
        assert_eq!(nearest("fist", known), Some("first"));
        assert_eq!(nearest("colour", known), None);
    }
}
