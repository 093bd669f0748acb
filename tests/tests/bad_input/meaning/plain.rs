//! What a dataset means, said twice: by the dataset that was read, and by a reader of CSV that is slow and plain.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rotor_data::Dataset;
use rotor_data::schema::{CellType, Table};

/// For each table its rows, a line each: the cells in the order of the declaration, numbers as their bits.
///
/// Rows whose order says nothing are sorted.
pub(crate) type Meaning = BTreeMap<&'static str, Vec<String>>;

/// Writes a row down; `-` stands for an empty cell.
fn line(cells: &[Option<String>]) -> String {
    let cells: Vec<&str> = cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect();
    cells.join(" ")
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| format!("{text:?}"))
}

fn optional_text(cell: Option<&str>) -> Option<String> {
    cell.and_then(text)
}

fn bits(number: f64) -> String {
    format!("{:016x}", number.to_bits())
}

/// Tells whether the order of the rows of a table says something.
pub(crate) fn is_ordered(table: Table) -> bool {
    matches!(table, Table::Bridge | Table::Links | Table::Events)
}

fn put_together(tables: impl IntoIterator<Item = (Table, Vec<String>)>) -> Meaning {
    tables.into_iter().map(|(table, rows)| (table.name(), in_order(table, rows))).collect()
}

/// Sorts rows whose order says nothing.
pub(crate) fn in_order(table: Table, mut rows: Vec<String>) -> Vec<String> {
    if !is_ordered(table) {
        rows.sort();
    }
    rows
}

/// What the reader made of a dataset.
pub(crate) fn meaning_of(dataset: &Dataset) -> Meaning {
    let code = |entity: usize| dataset.entities()[entity].code.as_str();
    let name = |series: usize| dataset.series()[series].name.as_str();
    let entities = dataset.entities().iter().map(|entity| {
        line(&[
            text(&entity.code),
            text(entity.kind.word()),
            text(&entity.name),
            optional_text(entity.name_zh.as_deref()),
            entity.group.and_then(|group| text(group.word())),
            entity.valid_from.map(|day| day.to_string()),
            entity.valid_to.map(|day| day.to_string()),
        ])
    });
    let given = || (0..dataset.series().len()).filter(|series| !dataset.is_derived(*series));
    let series = given().map(|series| &dataset.series()[series]).map(|series| {
        line(&[
            text(&series.name),
            text(series.frequency.word()),
            text(&series.unit),
            text(&series.title),
            optional_text(series.title_zh.as_deref()),
            optional_text(series.source.as_deref()),
            series.measure.and_then(|measure| text(measure.word())),
            optional_text(series.unit_zh.as_deref()),
            series.accumulation.and_then(|accumulation| text(accumulation.word())),
            optional_text(series.chain.as_deref()),
            optional_text(series.chain_zh.as_deref()),
            series.release.and_then(|release| text(release.word())),
        ])
    });
    let closes = (0..dataset.entities().len()).flat_map(|entity| {
        let closes = dataset.closes().of(entity);
        closes
            .map(move |(date, close)| line(&[text(code(entity)), Some(date.to_string()), Some(bits(close))]))
    });
    let observations = given().flat_map(|series| dataset.archive().vintages(series));
    let observations = observations.map(|vintage| {
        line(&[
            text(name(vintage.series)),
            text(code(vintage.entity)),
            Some(vintage.period.end().to_string()),
            Some(vintage.released.0.to_string()),
            Some(bits(vintage.value)),
        ])
    });
    let bridge = dataset.bridge().iter().map(|share| {
        line(&[
            text(code(share.sector as usize)),
            text(code(share.industry as usize)),
            Some(bits(share.weight)),
            Some(share.released.0.to_string()),
        ])
    });
    let links = dataset.links().iter().map(|link| {
        line(&[
            text(code(link.sector as usize)),
            text(name(link.series as usize)),
            Some(link.polarity.to_string()),
            Some(bits(link.weight)),
        ])
    });
    let events = dataset.events().iter().map(|event| {
        let sectors: Vec<&str> = event.sectors.iter().map(|sector| code(*sector as usize)).collect();
        line(&[
            Some(event.date.to_string()),
            text(&event.title),
            Some(event.importance.to_string()),
            text(&sectors.join(";")),
            optional_text(event.title_zh.as_deref()),
            event.known.map(|day| day.to_string()),
            event.kind.and_then(|kind| text(kind.word())),
            optional_text(event.theme.as_deref()),
            optional_text(event.theme_zh.as_deref()),
        ])
    });
    let companies = dataset.companies().iter().map(|company| {
        line(&[
            text(&company.code),
            text(&company.name),
            optional_text(company.name_zh.as_deref()),
            text(code(company.sector as usize)),
            company.valid_from.map(|day| day.to_string()),
            company.valid_to.map(|day| day.to_string()),
        ])
    });
    let mut company_codes: Vec<&str> = dataset.companies().iter().map(|row| row.code.as_str()).collect();
    company_codes.dedup();
    let filings = dataset.filings().iter().map(|filing| {
        line(&[
            text(company_codes[filing.company as usize]),
            Some(filing.period.to_string()),
            Some(filing.released.0.to_string()),
            text(filing.kind.word()),
            filing.net_profit_ytd.map(bits),
            filing.low.map(bits),
            filing.high.map(bits),
            filing.net_profit_ytd_prior.map(bits),
            filing.total_assets.map(bits),
        ])
    });
    put_together([
        (Table::Entities, entities.collect()),
        (Table::Series, series.collect()),
        (Table::Prices, closes.collect()),
        (Table::Observations, observations.collect()),
        (Table::Bridge, bridge.collect()),
        (Table::Links, links.collect()),
        (Table::Events, events.collect()),
        (Table::Companies, companies.collect()),
        (Table::Filings, filings.collect()),
    ])
}

/// What the CSV files of a folder say; an error if a table makes no sense to a plain reader.
pub(crate) fn meaning_of_text(folder: &Path) -> Result<Meaning, String> {
    let mut tables = Vec::new();
    for table in Table::ALL {
        let bytes = fs::read(folder.join(format!("{table}.csv"))).unwrap_or_default();
        let rows = if bytes.is_empty() { Vec::new() } else { rows_of(table, &bytes)? };
        tables.push((table, rows));
    }
    Ok(put_together(tables))
}

/// Reads one table.
pub(crate) fn rows_of(table: Table, bytes: &[u8]) -> Result<Vec<String>, String> {
    let records = records(std::str::from_utf8(bytes).map_err(|error| error.to_string())?);
    let (header, rows) = records.split_first().ok_or("there is no header")?;
    let place = |name: &str| header.iter().position(|found| found == name);
    rows.iter()
        .map(|row| {
            if row.len() != header.len() {
                return Err(format!("{} cells under {} names", row.len(), header.len()));
            }
            let cells = table.columns().iter().map(|column| match place(column.name) {
                None => Ok(None),
                Some(place) => cell(column.cells, &row[place]),
            });
            Ok(line(&cells.collect::<Result<Vec<_>, String>>()?))
        })
        .collect()
}

/// Takes a text apart, letter by letter.
pub(crate) fn records(content: &str) -> Vec<Vec<String>> {
    let mut letters = content.trim_start_matches('\u{feff}').chars().peekable();
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut is_begun) = (false, false);
    while let Some(letter) = letters.next() {
        is_begun = true;
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => cell.push(letter),
            ',' => record.push(std::mem::take(&mut cell)),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
                is_begun = false;
            }
            _ => cell.push(letter),
        }
    }
    if is_begun {
        record.push(cell);
        records.push(record);
    }
    records
}

fn cell(kind: CellType, content: &str) -> Result<Option<String>, String> {
    if content.is_empty() {
        return Ok(None);
    }
    let problem = || format!("`{content}` is no {}", kind.noun());
    Ok(match kind {
        CellType::Text => text(content),
        CellType::Number => Some(bits(content.parse().map_err(|_| problem())?)),
        CellType::Integer => Some(content.parse::<i64>().map_err(|_| problem())?.to_string()),
        CellType::Date => Some(day(content).ok_or_else(problem)?),
    })
}

/// Finds year, month and day in a text that can mean one day only.
fn day(content: &str) -> Option<String> {
    let (day, time) = content.split_once([' ', 'T']).unwrap_or((content, ""));
    if !time.chars().all(|letter| "0:.".contains(letter)) {
        return None;
    }
    let parts: Vec<&str> = match day.chars().find(|letter| !letter.is_ascii_digit()) {
        None if day.len() == 8 => vec![&day[..4], &day[4..6], &day[6..]],
        Some(letter @ ('-' | '/')) => day.split(letter).collect(),
        _ => return None,
    };
    let numbers: Vec<u32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match (parts[0].len(), numbers.as_slice()) {
        (4, [year, month, day]) => Some(format!("{year:04}-{month:02}-{day:02}")),
        _ => None,
    }
}
