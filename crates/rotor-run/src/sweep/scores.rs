//! Scores of a factor that are kept for other shards and later runs: a file `scores/KEY-HASH.parquet` for each factor with its parameters.
//!
//! As with parts, the name has the beginning of the hash of the bytes; what was cut short is computed again.

use std::fs;
use std::path::Path;

use rotor_factor::Date;
use rotor_fs::{FileDestination, FsError, from_start, read_regular, sha256};

use super::table::Flat;

/// The folder of scores in that of a sweep.
const SCORES: &str = "scores";
/// How many digits of a hash stand in a name.
const N_DIGITS: usize = 16;
/// No file is near to this.
const LONGEST: u64 = 1 << 32;

/// What a factor with its parameters says, day by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptScores {
    /// Why it is not asked at all.
    pub refusal: Option<String>,
    /// The days, ascending.
    pub days: Vec<KeptDay>,
}

/// A score and a raw value for each sector of a day.
pub type SectorScores = Vec<(Option<f64>, Option<f64>)>;

/// What a factor says of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDay {
    /// The execution day.
    pub as_of: Date,
    /// Its scores, or why there are none with how to mend that.
    pub scores: Result<SectorScores, (String, Option<String>)>,
}

/// Keeps scores under a key, which is a SHA-256.
///
/// # Errors
///
/// If the disk refuses.
pub fn keep_scores(folder: &Path, key: &str, scores: &KeptScores) -> Result<(), FsError> {
    let bytes = to_bytes(key, scores);
    let place = folder.join(SCORES);
    fs::create_dir_all(from_start(&place))
        .map_err(|source| FsError::Write { path: place.clone(), source })?;
    let name = format!("{}-{}.parquet", &key[..N_DIGITS], &sha256(&bytes)[..N_DIGITS]);
    FileDestination::replacing(&place.join(name))?.write(&bytes)
}

/// Returns the scores that are kept under a key; `None` if there are none that can be used.
#[must_use]
pub fn kept_scores(folder: &Path, key: &str) -> Option<KeptScores> {
    let entries = fs::read_dir(from_start(&folder.join(SCORES))).ok()?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let name = names.into_iter().find(|name| name.starts_with(&key[..N_DIGITS]))?;
    let digits = name.strip_suffix(".parquet")?.split_once('-')?.1.to_owned();
    let bytes = read_regular(&folder.join(SCORES).join(&name), LONGEST).ok()?;
    (sha256(&bytes)[..N_DIGITS] == digits).then_some(())?;
    of_bytes(key, bytes).ok()
}

/// A row of the file: a sector of a day, or a day without any.
struct Row<'a> {
    as_of: Date,
    sector: Option<u32>,
    values: (Option<f64>, Option<f64>),
    failure: Option<(&'a str, Option<&'a str>)>,
}

impl<'a> Row<'a> {
    fn of_day(day: &'a KeptDay) -> Vec<Self> {
        let empty = |failure| Self { as_of: day.as_of, sector: None, values: (None, None), failure };
        match &day.scores {
            Err((reason, hint)) => vec![empty(Some((reason.as_str(), hint.as_deref())))],
            Ok(sectors) if sectors.is_empty() => vec![empty(None)],
            Ok(sectors) => (0..)
                .zip(sectors)
                .map(|(sector, values)| Self { sector: Some(sector), values: *values, ..empty(None) })
                .collect(),
        }
    }
}

fn to_bytes(key: &str, scores: &KeptScores) -> Vec<u8> {
    let all: Vec<Row<'_>> = scores.days.iter().flat_map(Row::of_day).collect();
    let rows = || all.iter();
    let table = Flat::default()
        .dates("as_of", rows().map(|row| Some(row.as_of)))
        .integers("sector", rows().map(|row| row.sector))
        .numbers("score", rows().map(|row| row.values.0))
        .numbers("raw", rows().map(|row| row.values.1))
        .texts("reason", rows().map(|row| Some(row.failure?.0)))
        .texts("hint", rows().map(|row| row.failure?.1));
    let refusal = scores.refusal.as_deref().map(|refusal| ("refusal", refusal));
    let remarks: Vec<(&str, &str)> = [("key", key)].into_iter().chain(refusal).collect();
    table.to_parquet(&remarks)
}

fn of_bytes(key: &str, bytes: Vec<u8>) -> Result<KeptScores, String> {
    let (table, remarks) = Flat::from_parquet(bytes)?;
    let remark = |name: &str| remarks.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if remark("key").as_deref() != Some(key) {
        return Err("it is kept under another key".into());
    }
    let (days, sectors) = (table.take_dates("as_of")?, table.take_integers("sector")?);
    let (values, raws) = (table.take_numbers("score")?, table.take_numbers("raw")?);
    let (reasons, hints) = (table.take_texts("reason")?, table.take_texts("hint")?);
    let mut kept = KeptScores { refusal: remark("refusal"), days: Vec::new() };
    for row in 0..days.len() {
        let as_of = days[row].ok_or("a row has no day")?;
        if kept.days.last().is_none_or(|day| day.as_of != as_of) {
            kept.days.push(KeptDay { as_of, scores: Ok(Vec::new()) });
        }
        let day = kept.days.last_mut().ok_or("a row has no day")?;
        match (sectors[row], &reasons[row], &mut day.scores) {
            (Some(sector), None, Ok(scores)) if sector as usize == scores.len() => {
                scores.push((values[row], raws[row]));
            }
            (None, None, Ok(scores)) if scores.is_empty() => {}
            (None, Some(reason), Ok(scores)) if scores.is_empty() => {
                day.scores = Err((reason.clone(), hints[row].clone()));
            }
            _ => return Err("its sectors are not in their order".into()),
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let (key, other) = ("ab".repeat(32), "cd".repeat(32));
        let day = |n: i32, scores| KeptDay { as_of: Date::from_days(n).unwrap(), scores };
        let scores = KeptScores {
            refusal: None,
            days: vec![
                day(16_000, Ok(vec![(Some(3.0), Some(0.1 + 0.2)), (None, Some(-1.0)), (None, None)])),
                day(16_030, Err(("it \u{1b}broke".into(), Some("mend it".into())))),
                day(16_060, Ok(Vec::new())),
            ],
        };
        keep_scores(folder.path(), &key, &scores).unwrap();
        assert_eq!(kept_scores(folder.path(), &key), Some(scores.clone()));
        assert_eq!(kept_scores(folder.path(), &other), None);
        let file = fs::read_dir(folder.path().join(SCORES)).unwrap().next().unwrap().unwrap().path();
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(kept_scores(folder.path(), &key), None, "it was cut short");
        keep_scores(folder.path(), &key, &scores).unwrap();
        assert_eq!(kept_scores(folder.path(), &key), Some(scores));
    }
}
