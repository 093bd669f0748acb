//! The cells of a table as values: whom each is about, of which period, and since when it was known.

use std::collections::BTreeMap;
use std::path::Path;

use rotor_factor::Date;

use crate::block::{Block, moment};
use crate::date::{Moment, formatted, is_format, usual};
use crate::expand::name_in_header;
use crate::fault::{FaultKind, Faults, Place};
use crate::key::{Key, Keys, of_file_name};
use crate::number::{Number, number};
use crate::plan::{ColumnName, KeyPlan, SeriesPlan, Shape, TablePlan, Target};
use crate::release::Rule;
use crate::report::TableReport;
use crate::source::{Row, Sheet, files, read};

/// A value as a file has it.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    /// The series of the table, by position; 0 for closes.
    pub(crate) series: usize,
    pub(crate) entity: String,
    /// What was written where the code stands.
    pub(crate) written_entity: Option<String>,
    pub(crate) period: Date,
    /// What the column of releases says.
    pub(crate) written_release: Option<Date>,
    pub(crate) vintage: Option<Date>,
    pub(crate) value: f64,
    /// How many values it is the sum of.
    pub(crate) n_parts: usize,
    pub(crate) at: At,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// The file of the table, by position.
    pub(crate) file: usize,
    pub(crate) row: u64,
    pub(crate) column: usize,
}

/// Where the values of a file stand, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    pub(crate) place: Place,
    pub(crate) headers: Vec<String>,
}

impl Headers {
    pub(crate) fn place(&self, at: At, value: Option<String>) -> Place {
        let header = self.headers.get(at.column).filter(|header| !header.is_empty()).cloned();
        let column = header.unwrap_or_else(|| at.column.to_string());
        Place { row: Some(at.row), column: Some(column), value, ..self.place.clone() }
    }
}

/// The values of a table of the plan.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) values: Vec<Raw>,
    pub(crate) files: Vec<Headers>,
    pub(crate) report: TableReport,
}

impl Table {
    /// Notes a file and what of its rows is no data; returns its position.
    pub(crate) fn add_file(&mut self, sheet: &Sheet, block: &Block<'_>) -> usize {
        let report = &mut self.report;
        report.n_files += 1;
        report.n_rows += block.rows.len();
        report.leave_out("rows that the plan drops", block.n_dropped);
        report.leave_out("rows above the first date", block.meta.len());
        report.encodings.extend(sheet.encoding);
        self.files.push(Headers { place: sheet.place(), headers: block.headers.clone() });
        self.files.len() - 1
    }
}

/// A table of the plan, ready to be read.
pub(crate) struct Reader<'p> {
    plan: &'p TablePlan,
    position: usize,
    keys: Keys,
    /// What is read in the column that says which series a row is of.
    row_keys: Option<Keys>,
    /// The rule of each series; of closes none.
    rules: Vec<Rule>,
}

/// Where the code of a value comes from.
#[derive(Clone)]
enum Whom {
    Fixed(String),
    /// From a column of the row.
    Row(usize),
}

/// A column of values.
struct Values {
    column: usize,
    series: usize,
    whom: Whom,
    written: Option<String>,
    vintage: Option<Date>,
}

impl<'p> Reader<'p> {
    /// Holds a table of the plan against what must be said; `position` is its place in the plan.
    pub(crate) fn new(
        plan: &'p TablePlan,
        position: usize,
        folder: &Path,
        faults: &mut Faults,
    ) -> Option<Self> {
        let before = faults.faults.len();
        let mut add = |kind| faults.add(Some(position + 1), None, kind);
        let has_date = plan.date.column.is_some() || plan.date.file.is_some() || plan.to == Target::Companies;
        if plan.shape != Shape::Transposed && !has_date {
            add(FaultKind::MissingKey { key: "date", why: "write `date = { column = … }`" });
        }
        if let Some(format) = plan.date.format.as_deref().filter(|format| !is_format(format)) {
            add(FaultKind::DateFormat { format: format.into() });
        }
        let entity = &plan.entity;
        let of_entity =
            [entity.column.is_some(), entity.constant.is_some(), entity.header, entity.file.is_some()];
        let has_own = !plan.series.is_empty() && plan.series.iter().all(|series| series.entity.is_some());
        match of_entity.iter().filter(|is_there| **is_there).count() {
            0 if has_own => {}
            0 => add(FaultKind::MissingKey {
                key: "entity",
                why: "write `entity = { column = … }`, or `constant`, `header = true`, `file`",
            }),
            1 => {}
            _ => add(FaultKind::UselessKey {
                key: "entity",
                why: "keep one of `column`, `constant`, `header`, `file`",
            }),
        }
        let mut rules = Vec::new();
        for (is_there, of, key) in [
            (plan.company.is_some(), Target::Companies, "table.company"),
            (plan.filing.is_some(), Target::Filings, "table.filing"),
        ] {
            match (is_there, plan.to == of) {
                (false, true) => add(FaultKind::MissingKey { key, why: "say which columns have what" }),
                (true, false) => {
                    add(FaultKind::UselessKey { key, why: "`to` says that the table holds something else" });
                }
                _ => {}
            }
        }
        match plan.to {
            Target::Prices => {
                if !plan.series.is_empty() {
                    add(FaultKind::UselessKey { key: "table.series", why: "closes are no series" });
                }
                if plan.released.is_some() {
                    add(FaultKind::UselessKey { key: "released", why: "closes are known on their own day" });
                }
            }
            Target::Companies => {}
            Target::Filings => match plan.released.as_ref().map(|rule| Rule::new(rule, folder)) {
                None => add(FaultKind::NoRelease),
                Some(Ok(rule)) => rules.push(rule),
                Some(Err(kind)) => add(kind),
            },
            Target::Observations => {
                if plan.series.is_empty() && plan.columns.is_none() {
                    add(FaultKind::MissingKey {
                        key: "table.series",
                        why: "say which series the table holds",
                    });
                }
                for series in &plan.series {
                    match series.released.as_ref().or(plan.released.as_ref()) {
                        None => add(FaultKind::NoRelease),
                        Some(rule) => match Rule::new(rule, folder) {
                            Ok(rule) => rules.push(rule),
                            Err(kind) => add(kind),
                        },
                    }
                }
            }
        }
        let keys = Keys::new(entity).map_err(&mut add).ok();
        let row_keys = plan.key.as_ref().map(|key| {
            if plan.series.iter().any(|series| series.key.is_none()) {
                let why = "where the table has a column of keys, each series needs the one of its rows";
                add(FaultKind::MissingKey { key: "key", why });
            }
            let rule = KeyPlan { pattern: key.pattern.clone(), ..KeyPlan::default() };
            Keys::new(&rule).map_err(&mut add).ok()
        });
        (faults.faults.len() == before).then_some(())?;
        Some(Self { plan, position, keys: keys?, row_keys: row_keys.flatten(), rules })
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn plan(&self) -> &'p TablePlan {
        self.plan
    }

    /// Reads every file of the table.
    pub(crate) fn read(&self, folder: &Path, faults: &mut Faults) -> Table {
        let mut table = Table::default();
        each_sheet(self.plan, self.position, folder, faults, |sheet, faults| {
            self.sheet(sheet, &mut table, faults);
        });
        table
    }

    fn sheet(&self, sheet: &Sheet, table: &mut Table, faults: &mut Faults) {
        let position = Some(self.position + 1);
        let read = || -> Result<(Block<'_>, Layout), FaultKind> {
            let block = Block::find(sheet, self.plan)?;
            let layout = self.layout(sheet, &block)?;
            Ok((block, layout))
        };
        let (block, layout) = match read() {
            Ok(read) => read,
            Err(kind) => return faults.add(position, Some(sheet.place()), kind),
        };
        let file = table.add_file(sheet, &block);
        table.report.leave_out("columns that the plan does not name", layout.n_left_out);
        let mut cells = Cells { reader: self, table, faults, file, layout };
        for row in &block.rows {
            match self.plan.shape {
                Shape::Transposed => cells.transposed(row),
                _ => cells.row(row),
            }
        }
    }

    /// What each column of a file holds.
    fn layout(&self, sheet: &Sheet, block: &Block<'_>) -> Result<Layout, FaultKind> {
        let plan = self.plan;
        let column = |name: &Option<ColumnName>| name.as_ref().map(|name| block.column(name)).transpose();
        let date = if plan.shape == Shape::Transposed { None } else { column(&plan.date.column)? };
        let day = plan.date.file.as_deref().map(|pattern| self.day_of_file(sheet, pattern)).transpose()?;
        let release = plan
            .series
            .iter()
            .map(|series| series.released.as_ref().or(plan.released.as_ref()))
            .map(|rule| rule.and_then(|rule| rule.column.clone()))
            .map(|name| column(&name))
            .collect::<Result<Vec<_>, _>>()?;
        let vintages =
            self.rules.iter().map(|rule| rule.vintage_of_file(&sheet.path)).collect::<Result<Vec<_>, _>>()?;
        let mut layout = Layout {
            date,
            day,
            release,
            vintages,
            columns: Vec::new(),
            key: column(&plan.entity.column)?,
            row_key: column(&plan.key.as_ref().map(|key| key.column.clone()))?,
            n_left_out: 0,
        };
        if plan.shape == Shape::Transposed {
            return Ok(layout);
        }
        (layout.columns, layout.n_left_out) = self.columns(sheet, block, &layout)?;
        Ok(layout)
    }

    /// The columns of values, and how many columns the plan does not name.
    fn columns(
        &self,
        sheet: &Sheet,
        block: &Block<'_>,
        layout: &Layout,
    ) -> Result<(Vec<Values>, usize), FaultKind> {
        let plan = self.plan;
        let fixed = self.code_of_file(sheet)?;
        let whom = |own: Option<&String>| -> Result<Whom, FaultKind> {
            if let Some(code) = own.or(fixed.as_ref()) {
                return Ok(Whom::Fixed(code.clone()));
            }
            let missing = FaultKind::MissingKey { key: "entity", why: "say whom the values are about" };
            layout.key.map(Whom::Row).ok_or(missing)
        };
        let is_taken = |at: usize| {
            Some(at) == layout.date || Some(at) == layout.key || layout.release.contains(&Some(at))
        };
        let mut columns = Vec::new();
        let mut n_left_out = 0;
        if plan.entity.header {
            for (at, header) in block.headers.iter().enumerate().filter(|(at, _)| !is_taken(*at)) {
                if header.is_empty() {
                    continue;
                }
                match self.keys.code(header) {
                    Ok(Key::Code(code)) => columns.push(Values {
                        column: at,
                        series: 0,
                        whom: Whom::Fixed(code),
                        written: Some(header.clone()),
                        vintage: None,
                    }),
                    // Another column than those of entities.
                    Ok(Key::LeftOut) | Err(FaultKind::NotAsPattern { .. }) => n_left_out += 1,
                    Err(kind) => return Err(kind),
                }
            }
        } else if let Some(rule) = self.rules.first().filter(|rule| rule.reads_headers()) {
            for (at, header) in block.headers.iter().enumerate().filter(|(at, _)| !is_taken(*at)) {
                let Some(vintage) = rule.vintage_of_header(header) else {
                    n_left_out += 1;
                    continue;
                };
                // Of several series side by side the header has the name as well.
                let name =
                    plan.columns.as_ref().map(|columns| name_in_header(columns, header)).transpose()?;
                let series = match name.flatten() {
                    Some(name) => plan.series.iter().position(|series| series.series == name),
                    None => Some(0),
                };
                let Some(series) = series else {
                    n_left_out += 1;
                    continue;
                };
                let whom = whom(plan.series[series].entity.as_ref())?;
                columns.push(Values { column: at, series, whom, written: None, vintage: Some(vintage) });
            }
        } else if plan.key.is_some() {
            columns = self.keyed_columns(block, whom)?;
        } else if plan.series.iter().any(|series| series.column.is_some()) {
            for (position, series) in plan.series.iter().enumerate() {
                if series.only_in.as_ref().is_some_and(|file| *file != sheet.path) {
                    continue;
                }
                let name = series.column.as_ref().ok_or(FaultKind::MissingKey {
                    key: "column",
                    why: "where one series has a column, each needs one",
                })?;
                let whom = whom(series.entity.as_ref())?;
                let column = match block.column(name) {
                    Err(FaultKind::NoColumn { .. }) if series.optional => continue,
                    found => found?,
                };
                columns.push(Values { column, series: position, whom, written: None, vintage: None });
            }
            n_left_out = block.headers.len().saturating_sub(columns.len() + 1);
        } else {
            let name = plan
                .value
                .column
                .as_ref()
                .ok_or(FaultKind::MissingKey { key: "value", why: "write `value = { column = … }`" })?;
            let whom = whom(plan.series.first().and_then(|series| series.entity.as_ref()))?;
            columns.push(Values {
                column: block.column(name)?,
                series: 0,
                whom,
                written: None,
                vintage: None,
            });
        }
        if columns.is_empty() {
            let header = block.headers.iter().find(|header| !header.is_empty()).cloned().unwrap_or_default();
            return Err(FaultKind::UnknownKey { text: header });
        }
        Ok((columns, n_left_out))
    }

    /// The columns of values where each row says which series it is of: one for each series, the same for all that have none of their own.
    fn keyed_columns(
        &self,
        block: &Block<'_>,
        whom: impl Fn(Option<&String>) -> Result<Whom, FaultKind>,
    ) -> Result<Vec<Values>, FaultKind> {
        let missing = FaultKind::MissingKey { key: "value", why: "write `value = { column = … }`" };
        let values = |(position, series): (usize, &SeriesPlan)| {
            let name = series.column.as_ref().or(self.plan.value.column.as_ref());
            let column = block.column(name.ok_or_else(|| missing.clone())?)?;
            let whom = whom(series.entity.as_ref())?;
            Ok(Values { column, series: position, whom, written: None, vintage: None })
        };
        self.plan.series.iter().enumerate().map(values).collect()
    }

    /// The code that all of a file is about: a constant, or what its name says; `None` where neither is meant.
    pub(crate) fn code_of_file(&self, sheet: &Sheet) -> Result<Option<String>, FaultKind> {
        let entity = &self.plan.entity;
        let Some(pattern) = entity.file.as_ref().filter(|_| entity.constant.is_none()) else {
            return Ok(entity.constant.clone());
        };
        match self.keys.code(&of_file_name(&sheet.path, pattern)?)? {
            Key::Code(code) => Ok(Some(code)),
            Key::LeftOut => Err(FaultKind::UnknownKey { text: sheet.path.display().to_string() }),
        }
    }

    fn day_of_file(&self, sheet: &Sheet, pattern: &str) -> Result<Date, FaultKind> {
        let text = of_file_name(&sheet.path, pattern)?;
        let format = self.plan.date.format.as_deref();
        let found = format.map_or_else(|| usual(&text), |format| formatted(&text, format));
        found.and_then(|moment| self.rolled(moment)).ok_or(FaultKind::NotADate)
    }

    fn rolled(&self, moment: Moment) -> Option<Date> {
        moment.rolled(self.plan.date.shift, self.plan.date.roll)
    }
}

/// Reads the files of a table one after the other.
pub(crate) fn each_sheet(
    plan: &TablePlan,
    position: usize,
    folder: &Path,
    faults: &mut Faults,
    mut take: impl FnMut(&Sheet, &mut Faults),
) {
    for pattern in plan.file.as_slice() {
        let found = match files(folder, pattern) {
            Ok(found) => found,
            Err(kind) => {
                faults.add(Some(position + 1), None, kind);
                continue;
            }
        };
        for (path, shown) in found {
            match read(&path, &shown, plan) {
                Ok(sheet) => take(&sheet, faults),
                Err((place, kind)) => faults.add(Some(position + 1), Some(place), kind),
            }
        }
    }
}

/// What the columns of a file hold.
struct Layout {
    date: Option<usize>,
    /// The day of all rows, where the name of the file has it.
    day: Option<Date>,
    /// The column of releases of each series.
    release: Vec<Option<usize>>,
    /// The vintage of each series, where the file has one.
    vintages: Vec<Option<Date>>,
    columns: Vec<Values>,
    /// The column of codes.
    key: Option<usize>,
    /// The column that says which series a row is of.
    row_key: Option<usize>,
    n_left_out: usize,
}

/// The cells of a file on their way into a table.
struct Cells<'a, 'p> {
    reader: &'a Reader<'p>,
    table: &'a mut Table,
    faults: &'a mut Faults,
    file: usize,
    layout: Layout,
}

impl Cells<'_, '_> {
    fn fault(&mut self, row: &Row, column: usize, kind: FaultKind) {
        let at = At { file: self.file, row: row.number, column };
        let place = self.table.files[self.file].place(at, Some(row.cell(column).text()));
        self.faults.add(Some(self.reader.position + 1), Some(place), row.wrong(column, kind));
    }

    /// A row that holds a period.
    fn row(&mut self, row: &Row) {
        let plan = self.reader.plan;
        let period = match (self.layout.date, self.layout.day) {
            (Some(date), _) => match moment(row.cell(date), &plan.date) {
                None => return self.fault(row, date, FaultKind::NotADate),
                Some(moment) => match self.reader.rolled(moment) {
                    Some(period) => {
                        self.table.report.n_moved += usize::from(period != moment.day());
                        period
                    }
                    None => return self.fault(row, date, FaultKind::NotADate),
                },
            },
            (None, Some(day)) => day,
            (None, None) => return,
        };
        if plan.drop_rows.dates.contains(&period) {
            return self.table.report.leave_out("rows that the plan drops", 1);
        }
        if plan.is_outside(period) {
            return self.table.report.leave_out("rows outside `first` and `last`", 1);
        }
        let columns = std::mem::take(&mut self.layout.columns);
        match self.layout.row_key.zip(self.reader.row_keys.as_ref()) {
            None => {
                for values in &columns {
                    self.value(row, values, period);
                }
            }
            Some((column, keys)) => self.keyed(row, &columns, period, column, keys),
        }
        self.layout.columns = columns;
    }

    /// The cells of a row that says which series it is of.
    fn keyed(&mut self, row: &Row, columns: &[Values], period: Date, column: usize, keys: &Keys) {
        let key = match keys.code(&row.cell(column).text()) {
            Ok(Key::Code(key)) => key,
            Ok(Key::LeftOut) | Err(FaultKind::NotAsPattern { .. }) => String::new(),
            Err(kind) => return self.fault(row, column, kind),
        };
        let series = &self.reader.plan.series;
        let is_of_row = |values: &&Values| series[values.series].key.as_deref() == Some(key.as_str());
        let mut is_named = false;
        for values in columns.iter().filter(is_of_row) {
            is_named = true;
            self.value(row, values, period);
        }
        self.table.report.leave_out("rows of series that the plan does not name", usize::from(!is_named));
    }

    /// A cell of a column of values.
    fn value(&mut self, row: &Row, values: &Values, period: Date) {
        let plan = self.reader.plan;
        let value = match number(row.cell(values.column), &plan.missing) {
            Ok(Number::Value(value)) => value,
            Ok(Number::Missing) => return self.table.report.leave_out("cells without a value", 1),
            Err(kind) => return self.fault(row, values.column, kind),
        };
        let (entity, written_entity) = match &values.whom {
            Whom::Fixed(code) => (code.clone(), values.written.clone()),
            Whom::Row(column) => {
                let written = row.cell(*column).text();
                match self.reader.keys.code(&written) {
                    Ok(Key::Code(code)) => (code, Some(written)),
                    Ok(Key::LeftOut) => {
                        return self.table.report.leave_out("rows of codes that the plan does not name", 1);
                    }
                    Err(kind) => return self.fault(row, *column, kind),
                }
            }
        };
        let column = self.layout.release.get(values.series).copied().flatten();
        let written_release = match column.map(|column| (column, row.cell(column))) {
            Some((_, cell)) if cell.is_empty() => None,
            Some((column, cell)) => {
                let rule = self.reader.rules[values.series].plan();
                let date = crate::plan::DatePlan { format: rule.format.clone(), ..Default::default() };
                match moment(cell, &date) {
                    Some(moment) => Some(moment.day()),
                    None => return self.fault(row, column, FaultKind::NotADate),
                }
            }
            None => None,
        };
        let vintage = values.vintage.or(self.layout.vintages.get(values.series).copied().flatten());
        let at = At { file: self.file, row: row.number, column: values.column };
        self.table.values.push(Raw {
            series: values.series,
            entity,
            written_entity,
            period,
            written_release,
            vintage,
            value,
            n_parts: 1,
            at,
        });
    }

    /// A row that holds an entity or a series, with a period in each column.
    fn transposed(&mut self, row: &Row) {
        let plan = self.reader.plan;
        // Without a column of codes the first one has the labels.
        let label_column = self.layout.key.unwrap_or(0);
        let label = row.cell(label_column).text();
        let mut by_label: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, series) in plan.series.iter().enumerate() {
            let labels = series.column.as_ref().map_or(&[][..], ColumnName::headers);
            by_label.extend(labels.iter().map(|label| (label.trim(), position)));
        }
        let (series, whom) = if by_label.is_empty() {
            match self.reader.keys.code(&label) {
                Ok(Key::Code(code)) => (0, code),
                Ok(Key::LeftOut) => {
                    return self.table.report.leave_out("rows of codes that the plan does not name", 1);
                }
                Err(kind) => return self.fault(row, label_column, kind),
            }
        } else {
            let Some(series) = by_label.get(label.as_str()).copied() else {
                return self.table.report.leave_out("rows that the plan does not name", 1);
            };
            let own = plan.series[series].entity.clone().or(plan.entity.constant.clone());
            let missing = FaultKind::MissingKey { key: "entity", why: "say whom the values are about" };
            match own {
                Some(code) => (series, code),
                None => return self.fault(row, label_column, missing),
            }
        };
        for column in 0..self.table.files[self.file].headers.len() {
            let header = &self.table.files[self.file].headers[column];
            let found = match &plan.date.format {
                Some(format) => formatted(header, format),
                None => usual(header),
            };
            let Some(period) = found.and_then(|moment| self.reader.rolled(moment)) else { continue };
            if plan.is_outside(period) || column == label_column {
                continue;
            }
            let values = Values {
                column,
                series,
                whom: Whom::Fixed(whom.clone()),
                written: by_label.is_empty().then(|| label.clone()),
                vintage: None,
            };
            self.value(row, &values, period);
        }
    }
}
