//! The text of a plan from what was seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rotor_factor::Frequency;

use super::codes::{Codes, codes};
use super::column::{Column, Numbers};
use super::days::Form;
use super::files;
use super::find::Days;
use super::lines::{Lines, inline, list, listed, named, quoted};
use super::role::{Role, roles};
use super::seen::Seen;
use super::words;
use crate::plan::TO_FILL_IN;

/// So many series of a table are written down.
const MOST_SERIES: usize = 150;
/// Up to this share a zero is a number.
const MOST_ZEROS: f64 = 0.05;

/// A plan on its way.
#[derive(Debug, Default)]
pub(super) struct Draft {
    tables: Lines,
    with: BTreeSet<&'static str>,
    about_with: String,
    source: Option<String>,
    has_closes: bool,
    currency: Currency,
    /// Whether figures are about China as a whole.
    needs_china: bool,
    series: BTreeSet<String>,
    n_files: usize,
}

/// What is known of the currency of closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Currency {
    #[default]
    Unknown,
    /// A recipe says it.
    OfRecipe,
    /// That of a Chinese classification.
    Chinese,
}

impl Draft {
    /// The text of the plan.
    pub(super) fn text(self, skipped: &[String]) -> String {
        let mut lines = Lines::default();
        lines.comment(&format!(
            "A guess at {} file(s): every comment says what was seen. Wherever `?` stands nobody but you can know;",
            self.n_files
        ));
        lines.comment("`rotor import` refuses the plan until each is filled in. Names of files are meant from the folder of the plan.");
        for text in skipped {
            lines.comment(text);
        }
        if !self.with.is_empty() {
            lines.key("with", &list(self.with.iter().copied()), &self.about_with);
        }
        lines.heading("[dataset]");
        lines.key("name", "\"mine\"", "any short name");
        lines.key("title", "\"Imported files\"", "one line for readers");
        match self.currency {
            Currency::Unknown => lines.ask("currency", "of the closes, such as \"CNY\" or \"USD\""),
            Currency::OfRecipe => {}
            Currency::Chinese => {
                lines.key("currency", "\"CNY\"", "the closes are those of a Chinese classification");
                if let Some(name) = self.with.iter().find(|name| name.starts_with("sw")) {
                    lines.key("taxonomy", &quoted(name), "");
                }
            }
        }
        match &self.source {
            Some(source) => lines.key("source", &quoted(source), "as the files say"),
            None => lines.ask("source", "where the files come from"),
        }
        if self.needs_china {
            lines.heading("[[entity]]");
            lines.key("code", "\"CN\"", "the figures with Chinese names are about China as a whole");
            lines.key("kind", "\"market\"", "");
            lines.key("name", "\"China\"", "");
            lines.key("name_zh", "\"中国\"", "");
        }
        if !self.has_closes {
            lines.comment("no file has closes: a dataset needs a table with `to = \"prices\"`");
        }
        lines.0.push_str(&self.tables.0);
        lines.0
    }

    /// Adds files that recipes read without any fault, by the first of them.
    pub(super) fn add_recipe(&mut self, seen: &Seen, fits: &super::fit::Fits) {
        self.n_files += seen.files.len();
        if fits.has_currency && self.currency == Currency::Unknown {
            self.currency = Currency::OfRecipe;
        }
        self.source = self.source.take().or_else(|| Some(fits.source.clone()));
        self.has_closes |= fits.has_closes;
        self.tables.heading("[[table]]");
        self.tables.key(
            "recipe",
            &quoted(fits.name),
            &format!(
                "reads {} values of {} without any fault; `rotor import show {}`",
                fits.n_kept,
                files_of(seen),
                fits.name
            ),
        );
        self.file(seen);
        if !fits.others.is_empty() {
            let others = listed(fits.others.iter().copied());
            self.tables.comment(&format!("other recipes that read it: {others}"));
        }
    }

    /// Adds what one look saw.
    pub(super) fn add(&mut self, seen: &Seen) {
        self.n_files += seen.files.len();
        let own = seen.preamble.iter().chain(seen.footers.keys()).find_map(|text| source(text));
        self.source = self.source.take().or(own);
        for role in roles(seen) {
            self.table(seen, &role);
        }
    }

    fn table(&mut self, seen: &Seen, role: &Role<'_>) {
        self.tables.heading("[[table]]");
        match role {
            Role::Closes(column) => {
                let why = format!("{} are closes", named(&column.header));
                self.tables.key("to", "\"prices\"", &why);
            }
            Role::Entities { why, .. } => self.tables.key("to", "\"prices\"", why),
            Role::Vintages { .. } => {
                self.tables.key("to", "\"observations\"", "every column is a version of one series");
            }
            Role::Series => self.tables.key("to", "\"observations\"", "figures, by their headers"),
            Role::Unknown => self.tables.ask(
                "to",
                "\"prices\" if every column has the closes of a sector; \"observations\" if each is a series, then write a [[table.series]] for each as below",
            ),
        }
        self.file(seen);
        self.place(seen);
        self.shape(seen, role);
        self.missing(seen, role);
        self.date(seen, role);
        match role {
            Role::Closes(column) => self.closes(seen, column),
            Role::Entities { pattern, codes, .. } => {
                self.entities(seen, &role.columns(seen), pattern.as_deref(), codes);
            }
            Role::Vintages { name } => self.vintages(seen, &role.columns(seen), name),
            Role::Series => self.figures(seen),
            Role::Unknown => {
                let codes = codes(std::iter::empty());
                self.entities(seen, &role.columns(seen), None, &codes);
                self.tables.comment("as series:");
                for column in seen.numbers().take(3) {
                    let name = words::series_name(&column.header).unwrap_or_else(|| "…".into());
                    self.tables.comment(&format!(
                        "[[table.series]] column = {}, series = {}, frequency, unit, title, and `released` for the table",
                        quoted(&column.header),
                        quoted(&name)
                    ));
                }
            }
        }
    }

    fn file(&mut self, seen: &Seen) {
        let value = match files::pattern(&seen.files) {
            Some(pattern) => quoted(&pattern),
            None => list(seen.files.iter().map(String::as_str)),
        };
        self.tables.key("file", &value, &files_of(seen));
        if let Some(sheet) = &seen.sheet
            && !seen.is_first_sheet
        {
            self.tables.key("sheet", &quoted(sheet), "");
        }
    }

    /// Where the table is.
    fn place(&mut self, seen: &Seen) {
        let header = &seen.header;
        let mut parts = Vec::new();
        let mut why = String::new();
        if header.n_rows == 0 {
            parts.push(("rows", "0".into()));
            why.push_str("days begin in the first row: columns go by their numbers");
        } else if seen.section.is_none() && !header.is_first {
            match &header.first_cell {
                Some(text) => parts.push(("first_cell", quoted(text))),
                None => parts.push(("row", header.row.to_string())),
            }
            why = format!("row {}", header.row);
        }
        if header.n_rows > 1 {
            if parts.is_empty() && seen.section.is_none() {
                parts.push(("row", header.row.to_string()));
            }
            parts.push(("rows", header.n_rows.to_string()));
            why = format!("{} lines from row {}", header.n_rows, header.row);
        }
        if !parts.is_empty() {
            self.tables.key("header", &inline(&parts), &why);
        }
        if let Some(title) = &seen.section {
            self.tables.key("section", &inline(&[("title", quoted(title))]), "the first of several");
            let others = listed(seen.other_sections.iter().map(String::as_str));
            self.tables.comment(&format!("other sections: {others}"));
        }
        let about: Vec<&str> =
            seen.about.iter().filter(|(text, _)| !text.is_empty()).map(|(text, _)| text.as_str()).collect();
        if !about.is_empty() {
            let about = listed(about.into_iter());
            self.tables
                .comment(&format!("rows between the header and the first day are passed over: {about}"));
        }
        self.dropped(seen);
    }

    fn dropped(&mut self, seen: &Seen) {
        const MOST: usize = 10;
        let beginning = |text: &String| {
            text.split(['：', ':']).next().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let of_numbers =
            seen.about.iter().filter(|(_, has_numbers)| *has_numbers).map(|(text, _)| text.clone());
        let mut dropped: Vec<String> = of_numbers.filter(|text| !text.is_empty()).collect();
        if seen.footers.len() <= MOST {
            dropped.extend(seen.footers.keys().filter_map(beginning));
        }
        dropped.sort();
        dropped.dedup();
        if !dropped.is_empty() {
            let n: usize = seen.footers.values().sum();
            let value = inline(&[("first_cell", list(dropped.iter().map(String::as_str)))]);
            self.tables.key(
                "drop_rows",
                &value,
                &format!("{n} row(s) of a text alone, and those of numbers that are no data"),
            );
        }
        if let Some((row, text)) = &seen.stray {
            self.tables.comment(&format!(
                "{} row(s) behind the first day have none and will be refused, the first in row {row}: {}",
                seen.n_strays,
                named(text)
            ));
        }
    }

    fn shape(&mut self, seen: &Seen, role: &Role<'_>) {
        let n = role.columns(seen).len();
        match role {
            _ if seen.is_transposed() => {
                self.tables.key(
                    "shape",
                    "\"transposed\"",
                    &format!("days in the header, {n} row(s) of numbers"),
                );
            }
            Role::Vintages { .. } => self.tables.key("shape", "\"vintages\"", ""),
            Role::Entities { .. } | Role::Unknown => {
                self.tables.key("shape", "\"wide\"", &format!("{n} column(s) of numbers"));
            }
            Role::Closes(_) | Role::Series => {}
        }
    }

    /// Marks of missing values, and what a zero is.
    fn missing(&mut self, seen: &Seen, role: &Role<'_>) {
        let columns = role.columns(seen);
        let numbers = || columns.iter().map(|column| &column.numbers);
        let mut marks: Vec<(&str, usize)> = Vec::new();
        for (mark, n) in numbers().flat_map(|numbers| &numbers.marks) {
            match marks.iter_mut().find(|(known, _)| known == mark) {
                Some((_, total)) => *total += n,
                None => marks.push((mark, *n)),
            }
        }
        if !marks.is_empty() {
            let told: Vec<String> =
                marks.iter().map(|(mark, n)| format!("`{mark}` in {n} cell(s)")).collect();
            self.tables.key("missing", &list(marks.iter().map(|(mark, _)| *mark)), &told.join(", "));
        }
        let n_errors: usize = numbers().map(|numbers| numbers.n_errors).sum();
        if n_errors > 0 {
            self.tables.comment(&format!(
                "{n_errors} cell(s) have a formula without a value and will be refused: open the workbook where its plug-in runs, and save it with values"
            ));
        }
        if let Some((row, text)) = numbers().find_map(|numbers| numbers.odd.as_ref()) {
            let n: usize = numbers().map(|numbers| numbers.n_odd).sum();
            self.tables.comment(&format!(
                "{n} cell(s) are no numbers and will be refused, the first in row {row}: {}",
                named(text)
            ));
        }
        let of_closes = matches!(role, Role::Closes(_) | Role::Entities { .. } | Role::Unknown);
        let are_returns = numbers().any(Numbers::may_be_returns);
        let share = numbers().map(|numbers| numbers.share_of_zeros).fold(0.0, f64::max);
        if of_closes && share > MOST_ZEROS && !are_returns {
            self.tables.ask("zero", &about_zeros(share, numbers().all(|numbers| numbers.zeros_lead)));
        }
        let jump = numbers().find_map(|numbers| numbers.jump);
        if let Some((before, after)) = jump
            && !are_returns
            && has_levels(seen, role)
        {
            self.tables.ask(
                "allow_jumps",
                &format!("a value jumps from {before} to {after} and stays there: true, or split the table by `first` and `last` with a `scale` each"),
            );
        }
    }

    fn date(&mut self, seen: &Seen, role: &Role<'_>) {
        let mut parts = Vec::new();
        let mut why = String::new();
        match &seen.days {
            Days::Column { at, .. } => {
                parts.push(("column", column_name(seen, *at, &seen.date_header)));
                why = format!("{} of {} rows read", seen.n_rows, seen.n_rows + seen.n_strays);
            }
            Days::Header { columns, .. } => why = format!("{} columns have days", columns.len()),
            Days::Nowhere => {
                let (pattern, text) = files::day(&seen.files).unwrap_or((TO_FILL_IN, String::new()));
                parts.push(("file", quoted(pattern)));
                let _ = write!(why, "no row has a day, the name of the file has {}", named(&text));
            }
        }
        let forms = seen.forms();
        match forms[..] {
            [Form::As(form)] => {
                parts.push(("format", quoted(form)));
                let _ = write!(why, " as {form} and in no other form");
            }
            [Form::As(_), ..] => {
                let forms: Vec<&str> = forms.iter().filter_map(|form| form.text()).collect();
                parts.push(("format", quoted(TO_FILL_IN)));
                let spacing = seen.spacing.frequency.map_or_else(String::new, |frequency| {
                    format!("; as {} one would follow the other by {}", forms[0], step(frequency))
                });
                let _ =
                    write!(why, ", all of them in each of these forms: {}{spacing}", list(forms.into_iter()));
            }
            _ => why.push_str(if seen.are_months { " as months" } else { " in a usual form" }),
        }
        if let Some((roll, reason)) = roll(seen, role) {
            parts.push(("roll", quoted(roll)));
            let _ = write!(why, "; {reason}");
        }
        self.tables.key("date", &inline(&parts), &why);
    }

    /// A column of closes.
    fn closes(&mut self, seen: &Seen, column: &Column) {
        if let Some(key) = seen.key() {
            self.keys(seen, key);
        } else if let Some((pattern, texts)) = files::code(&seen.files) {
            let codes = codes(texts.iter().map(String::as_str));
            let told = listed(texts.iter().map(String::as_str));
            // The pattern of the name of the file has cut the code out.
            self.entity(("file", quoted(&pattern)), &Codes { pattern: None, ..codes }, None, &told);
        } else {
            let parts = [("constant", quoted(TO_FILL_IN)), ("kind", "\"sector\"".into())];
            let why = "whose closes are these? a code; `kind` may be \"benchmark\"";
            self.tables.key("entity", &inline(&parts), why);
        }
        let value = [("column", column_name(seen, column.at, &column.header))];
        self.value(&value, &[&column.numbers]);
        let left_out: Vec<&str> =
            seen.numbers().filter(|other| other.at != column.at).map(|other| other.header.as_str()).collect();
        if !left_out.is_empty() {
            let left_out = listed(left_out.into_iter());
            self.tables.comment(&format!(
                "numbers that are left out: {left_out}; a table of observations could take them"
            ));
        }
    }

    /// A column of codes as the entity.
    fn keys(&mut self, seen: &Seen, key: &Column) {
        let codes = codes(key.keys.iter().map(String::as_str));
        let from = ("column", column_name(seen, key.at, &key.header));
        self.entity(from, &codes, None, &listed(key.keys.iter().map(String::as_str)));
    }

    /// Closes in a column or row an entity.
    fn entities(&mut self, seen: &Seen, columns: &[&Column], pattern: Option<&str>, codes: &Codes) {
        let told = listed(columns.iter().map(|column| column.header.as_str()));
        let from = match &seen.label {
            Some((at, header)) => ("column", label_name(seen, *at, header)),
            None => ("header", "true".into()),
        };
        let others = seen.columns.iter().any(|column| {
            !matches!(column.kind, super::column::Kind::Numbers | super::column::Kind::Nothing)
                && !column.header.is_empty()
        });
        // Columns of other things are left out by looking up the names of sectors, or by naming those that are meant.
        let codes = &Codes { by_name: codes.by_name || others, ..codes.clone() };
        let needs_map = others && seen.label.is_none() && pattern.is_none() && codes.shipped.is_none();
        if needs_map && columns.len() <= MOST_SERIES {
            let mut headers: Vec<&str> = columns.iter().map(|column| column.header.as_str()).collect();
            headers.sort_unstable();
            headers.dedup();
            let map: Vec<String> = headers
                .into_iter()
                .map(|header| format!("{} = {}", quoted(header), quoted(header)))
                .collect();
            let map = format!("{{ {} }}", map.join(", "));
            let parts = [from, ("map", map), ("kind", "\"sector\"".into())];
            self.tables.key("entity", &inline(&parts), &format!("the columns of numbers: {told}"));
        } else {
            self.entity(from, codes, pattern, &told);
        }
        let numbers: Vec<&Numbers> = columns.iter().map(|column| &column.numbers).collect();
        self.value(&[], &numbers);
    }

    /// The key `entity`, with what is shipped for its codes.
    fn entity(&mut self, from: (&str, String), codes: &Codes, pattern: Option<&str>, told: &str) {
        let mut parts = vec![from];
        if let Some(pattern) = pattern.or(codes.pattern) {
            parts.push(("pattern", quoted(pattern)));
        }
        let mut why = told.to_owned();
        match codes.shipped {
            Some(name) => {
                if codes.by_name {
                    parts.push(("names", quoted(name)));
                }
                self.note_shipped(name, codes);
                let _ = write!(why, ": {} of {} are of `{name}`", codes.n_known, codes.n);
                if codes.n_known < codes.n {
                    why.push_str(", the others are left out");
                }
            }
            None if codes.are_chinese_codes => {
                parts.push(("kind", quoted(TO_FILL_IN)));
                why.push_str(
                    ": codes of no classification that is shipped; `kind` is \"sector\" or \"benchmark\"",
                );
            }
            None => {
                parts.push(("kind", "\"sector\"".into()));
                why.push_str(": taken as sectors");
            }
        }
        self.tables.key("entity", &inline(&parts), &why);
    }

    fn note_shipped(&mut self, name: &'static str, codes: &Codes) {
        self.with.insert(name);
        if name.starts_with("sw") {
            self.currency = Currency::Chinese;
        }
        if self.about_with.is_empty() {
            self.about_with = format!("{} of {} codes or names are of `{name}`", codes.n_known, codes.n);
            if !codes.also.is_empty() {
                let _ =
                    write!(self.about_with, "; all of them also of {}", listed(codes.also.iter().copied()));
            }
        }
    }

    /// The key `value` of closes: levels, or a question.
    fn value(&mut self, column: &[(&str, String)], numbers: &[&Numbers]) {
        self.has_closes = true;
        let mut parts = column.to_vec();
        let n: usize = numbers.iter().map(|numbers| numbers.n).sum();
        let n_negative: usize = numbers.iter().map(|numbers| numbers.n_negative).sum();
        if numbers.iter().any(|numbers| numbers.may_be_returns()) {
            let middle = numbers.iter().map(|numbers| numbers.middle).fold(0.0, f64::max);
            let unit = if middle > 0.2 { "percent" } else { "decimal" };
            parts.push(("returns", quoted(TO_FILL_IN)));
            let why = format!(
                "returns? {n_negative} of {n} numbers are below 0, half of all are below {middle} in size: \"{unit}\" seems right; take `returns` out if they are levels"
            );
            self.tables.key("value", &inline(&parts), &why);
        } else if !parts.is_empty() {
            self.tables.key("value", &inline(&parts), &format!("levels: all {n} numbers are above 0"));
        } else {
            self.tables.comment(&format!("levels: all {n} numbers are above 0"));
        }
    }

    fn vintages(&mut self, seen: &Seen, columns: &[&Column], name: &str) {
        self.constant(seen);
        let names_one = columns.len() == seen.numbers().count();
        let pattern =
            if names_one { r"_(\d{8})$".to_owned() } else { format!(r"^{}_(\d{{8}})$", regex::escape(name)) };
        let value = inline(&[("vintage", inline(&[("header", quoted(&pattern))]))]);
        self.tables.key("released", &value, "the day in the header of its column");
        if let Some(column) = columns.first() {
            self.series(seen, column, Some(name));
        }
    }

    /// Series in columns or rows.
    fn figures(&mut self, seen: &Seen) {
        match seen.key() {
            Some(key) => self.keys(seen, key),
            None => self.constant(seen),
        }
        self.released(seen);
        let n = seen.numbers().count();
        for column in seen.numbers().take(MOST_SERIES) {
            self.series(seen, column, None);
        }
        if n > MOST_SERIES {
            self.tables.comment(&format!("{} more columns of numbers are not listed", n - MOST_SERIES));
        }
    }

    /// Since when figures were known: only a column by which rows of one period differ says it.
    fn released(&mut self, seen: &Seen) {
        if let Some(column) = seen.release.map(|release| &seen.columns[release]) {
            let value = inline(&[("column", column_name(seen, column.at, &column.header))]);
            self.tables.key("released", &value, "rows of one period differ by it");
            return;
        }
        let mut why = String::from(
            "since when were they known? one of { calendar = \"cn_cpi\", else_days = 16 }, { days = 30 }, { trading_day = 1 }, { deadline = \"cn.report\" }, { same_day = true }, { next_trading_day = true }, { vintage = \"2024-01-31\" }",
        );
        let dates = seen.columns.iter().filter(|column| column.kind == super::column::Kind::Days);
        let dates = listed(dates.map(|column| column.header.as_str()));
        if !dates.is_empty() {
            let _ = write!(why, "; or {{ column = … }} if one of {dates} has the day of the first release");
        }
        if let Some((pattern, _)) = files::day(&seen.files).filter(|_| seen.days != Days::Nowhere) {
            let _ = write!(
                why,
                "; or {{ days = …, vintage = {{ file = '{pattern}' }} }} if each file is a version of the day in its name"
            );
        }
        self.tables.ask("released", &why);
    }

    /// The entity of figures that are about one.
    fn constant(&mut self, seen: &Seen) {
        let texts =
            seen.columns.iter().map(|column| &column.header).chain([&seen.date_header]).chain(&seen.preamble);
        if texts.clone().any(|text| words::is_chinese(text)) {
            self.needs_china = true;
            let why = "the names are Chinese";
            match &seen.label {
                // The column of labels is then named, and each series says whom it is about.
                Some((at, header)) if *at > 0 => {
                    self.tables.key("entity", &inline(&[("column", label_name(seen, *at, header))]), why);
                }
                _ => self.tables.key("entity", &inline(&[("constant", "\"CN\"".into())]), why),
            }
        } else {
            let parts = [("constant", quoted(TO_FILL_IN)), ("kind", "\"market\"".into())];
            self.tables.key("entity", &inline(&parts), "whom are the figures about? such as \"US\"");
        }
    }

    fn series(&mut self, seen: &Seen, column: &Column, vintages_of: Option<&str>) {
        self.tables.heading("[[table.series]]");
        let header = vintages_of.unwrap_or(&column.header);
        if vintages_of.is_none() {
            let name =
                if seen.is_transposed() { quoted(header) } else { column_name(seen, column.at, header) };
            let numbers = &column.numbers;
            self.tables.key(
                "column",
                &name,
                &format!("{} numbers, {} of them 0", numbers.n, numbers.n_zeros),
            );
        }
        let (name, why) = match words::series_name(header) {
            Some(name) => (name, ""),
            None => (format!("series_{}", column.at), "a name of your own says more"),
        };
        let name = self.unique(&name);
        self.tables.key("series", &quoted(&name), why);
        match (column.frequency(), &column.frequency_word) {
            (Some(frequency), Some(word)) => {
                self.tables.key(
                    "frequency",
                    &quoted(&frequency.to_string()),
                    &format!("the file says {}", named(word)),
                );
            }
            (Some(frequency), None) => {
                let why = format!("its values lie {} apart", step(frequency));
                self.tables.key("frequency", &quoted(&frequency.to_string()), &why);
            }
            (None, _) => self.tables.ask("frequency", "\"D\", \"W\", \"M\" or \"Q\""),
        }
        let growth = ["同比", "环比", "yoy", "mom"].iter().any(|word| header.to_lowercase().contains(word));
        match column.unit_word.as_deref().or_else(|| words::in_brackets(header)) {
            Some(word) => self.tables.key(
                "unit",
                &quoted(&words::unit(word)),
                &format!("the file says {}", named(word)),
            ),
            None if growth => self.tables.key("unit", "\"percent\"", "a growth, by its name"),
            None => self.tables.ask("unit", "such as \"percent\", \"index\", \"cny_100m\""),
        }
        self.tables.key("title", &quoted(header.trim()), "");
        if words::is_chinese(header) {
            self.tables.key("title_zh", &quoted(header.trim()), "");
        }
        if growth {
            self.tables.key("measure", "\"growth\"", "");
            if (90.0..110.0).contains(&column.numbers.middle) {
                self.tables.comment("half of its numbers are near 100: an index of the year before = 100? then `minus = 100.0`");
            }
        } else if header.contains("累计")
            && matches!(column.frequency(), Some(Frequency::Monthly | Frequency::Quarterly))
        {
            self.tables.key("accumulation", "\"ytd\"", "since January, by its name");
        }
        if seen.label.as_ref().is_some_and(|(at, _)| *at > 0) && self.needs_china {
            self.tables.key("entity", "\"CN\"", "");
        }
        if column.numbers.share_of_zeros > MOST_ZEROS {
            self.tables.ask("zero", &about_zeros(column.numbers.share_of_zeros, column.numbers.zeros_lead));
        }
    }

    /// A name that no other series has.
    fn unique(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut n = 2;
        while !self.series.insert(free.clone()) {
            free = format!("{name}_{n}");
            n += 1;
        }
        free
    }
}

fn files_of(seen: &Seen) -> String {
    let mut encodings = seen.encodings.clone();
    encodings.sort_unstable();
    encodings.dedup();
    let encodings = if encodings.is_empty() { "a workbook".into() } else { encodings.join(", ") };
    match seen.files.len() {
        1 => encodings,
        n => format!("{n} files with the same header, {encodings}"),
    }
}

fn about_zeros(share: f64, lead: bool) -> String {
    let where_ = if lead { ", all of them before the first other value" } else { "" };
    format!(
        "{:.1}% of the values are zero{where_}: \"data\", \"missing\" or \"missing_at_start\"; many programs write 0 where there is no value",
        100.0 * share
    )
}

/// Whether a unit that changes would be told from a jump of the values.
fn has_levels(seen: &Seen, role: &Role<'_>) -> bool {
    match role {
        Role::Series | Role::Vintages { .. } => {
            seen.numbers().filter(|column| column.numbers.jump.is_some()).any(|column| {
                let is_growth = ["同比", "环比"].iter().any(|word| column.header.contains(word));
                !is_growth && column.unit_word.as_deref() != Some("%")
            })
        }
        _ => true,
    }
}

/// What a day becomes, and why: figures are of a whole month or quarter.
fn roll(seen: &Seen, role: &Role<'_>) -> Option<(&'static str, &'static str)> {
    let frequency = match role {
        Role::Closes(_) | Role::Entities { .. } | Role::Unknown => {
            let is_monthly = seen.spacing.frequency == Some(Frequency::Monthly);
            let are_starts = is_monthly && seen.spacing.are_month_starts && !seen.are_months;
            return are_starts.then_some(("month_end", "first days of months stand for the whole"));
        }
        Role::Vintages { .. } => seen.spacing.frequency,
        Role::Series => {
            let mut frequencies = seen.numbers().map(Column::frequency);
            let first = frequencies.next()?;
            if frequencies.all(|other| other == first) { first } else { seen.spacing.frequency }
        }
    };
    match frequency? {
        Frequency::Monthly if !seen.spacing.are_month_ends => {
            Some(("month_end", "figures of months, dated otherwise than by their last days"))
        }
        Frequency::Quarterly if !seen.spacing.are_quarter_ends => {
            Some(("quarter_end", "figures of quarters, dated otherwise than by their last days"))
        }
        Frequency::Weekly if !seen.spacing.are_fridays => Some(("friday", "figures of weeks")),
        _ => None,
    }
}

fn step(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Daily => "a day",
        Frequency::Weekly => "a week",
        Frequency::Monthly => "a month",
        Frequency::Quarterly => "a quarter",
    }
}

/// A column by its header, or by its number where the header does not name it alone.
fn column_name(seen: &Seen, at: usize, header: &str) -> String {
    let headers = seen.columns.iter().map(|column| column.header.as_str()).chain([seen.date_header.as_str()]);
    let n = headers.filter(|other| *other == header).count();
    if header.is_empty() || n != 1 || seen.header.n_rows != 1 { at.to_string() } else { quoted(header) }
}

/// The column of labels of a transposed table.
fn label_name(seen: &Seen, at: usize, header: &str) -> String {
    let n = seen.header.lines.first().map_or(0, |line| line.iter().filter(|text| *text == header).count());
    if header.is_empty() || n != 1 { at.to_string() } else { quoted(header) }
}

/// What a line says of where the data come from.
fn source(text: &str) -> Option<String> {
    let found = ["数据来源", "来源", "Source"].iter().find_map(|word| text.strip_prefix(word))?;
    let found = found.trim_start_matches([':', '：', ' ', ',']).trim();
    (!found.is_empty() && found.chars().count() <= 80).then(|| found.to_owned())
}
