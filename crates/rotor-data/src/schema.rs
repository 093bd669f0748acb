//! The nine tables, column by column: the one place where the format is written down.
//!
//! Readers, writers and the reference page of the documentation follow this declaration. A column that is
//! optional may be empty or absent; every other column must be there and every cell of it filled.

use std::fmt;

/// One of the nine tables of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Sectors, industries, benchmarks and the market.
    Entities,
    /// Closes.
    Prices,
    /// What each series is.
    Series,
    /// The values of the series, with their vintages.
    Observations,
    /// Sectors as mixtures of industries.
    Bridge,
    /// Series that speak of a sector's prosperity.
    Links,
    /// Dated events.
    Events,
    /// Listed companies and the sectors they belong to.
    Companies,
    /// What companies report, announce or expect of a quarter.
    Filings,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellType {
    /// UTF-8 text.
    Text,
    /// A day of the calendar; `YYYY-MM-DD` in CSV, `date32` in Parquet.
    Date,
    /// A finite number; decimal in CSV, `double` in Parquet.
    Number,
    /// A whole number; any integer type in Parquet.
    Integer,
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in the header.
    pub name: &'static str,
    /// What its cells are.
    pub cells: CellType,
    /// Whether cells may be empty and the column absent.
    pub optional: bool,
}

impl Table {
    /// Every table, in the order in which they are read and reported.
    pub const ALL: [Self; 9] = [
        Self::Entities,
        Self::Series,
        Self::Prices,
        Self::Observations,
        Self::Bridge,
        Self::Links,
        Self::Events,
        Self::Companies,
        Self::Filings,
    ];

    /// Returns the name, which is also the stem of the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Prices => "prices",
            Self::Series => "series",
            Self::Observations => "observations",
            Self::Bridge => "bridge",
            Self::Links => "links",
            Self::Events => "events",
            Self::Companies => "companies",
            Self::Filings => "filings",
        }
    }

    /// Returns the columns in the order of the documentation.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Entities => ENTITIES,
            Self::Prices => PRICES,
            Self::Series => SERIES,
            Self::Observations => OBSERVATIONS,
            Self::Bridge => BRIDGE,
            Self::Links => LINKS,
            Self::Events => EVENTS,
            Self::Companies => COMPANIES,
            Self::Filings => FILINGS,
        }
    }

    /// Tells whether every dataset must have the table. (`series` is also required beside `observations`, `companies` beside `filings`.)
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Entities | Self::Prices)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl CellType {
    /// Returns how a message calls such a cell.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "a date",
            Self::Number => "a number",
            Self::Integer => "a whole number",
        }
    }
}

const fn required(name: &'static str, cells: CellType) -> Column {
    Column { name, cells, optional: false }
}

const fn optional(name: &'static str, cells: CellType) -> Column {
    Column { name, cells, optional: true }
}

use CellType::{Date, Integer, Number, Text};

const ENTITIES: &[Column] = &[
    required("entity", Text),
    required("kind", Text),
    required("name", Text),
    optional("name_zh", Text),
    optional("group", Text),
    optional("valid_from", Date),
    optional("valid_to", Date),
];
const PRICES: &[Column] = &[required("entity", Text), required("date", Date), required("close", Number)];
const SERIES: &[Column] = &[
    required("series", Text),
    required("frequency", Text),
    required("unit", Text),
    required("title", Text),
    optional("title_zh", Text),
    optional("source", Text),
    optional("measure", Text),
    optional("unit_zh", Text),
    optional("accumulation", Text),
    optional("chain", Text),
    optional("chain_zh", Text),
    optional("release", Text),
];
const OBSERVATIONS: &[Column] = &[
    required("series", Text),
    required("entity", Text),
    required("period", Date),
    required("released", Date),
    required("value", Number),
];
const BRIDGE: &[Column] = &[
    required("sector", Text),
    required("industry", Text),
    required("weight", Number),
    required("released", Date),
];
const LINKS: &[Column] = &[
    required("sector", Text),
    required("series", Text),
    required("polarity", Integer),
    required("weight", Number),
];
const EVENTS: &[Column] = &[
    required("date", Date),
    required("title", Text),
    required("importance", Integer),
    optional("sectors", Text),
    optional("title_zh", Text),
    optional("known", Date),
    optional("kind", Text),
    optional("theme", Text),
    optional("theme_zh", Text),
];
const COMPANIES: &[Column] = &[
    required("company", Text),
    required("name", Text),
    optional("name_zh", Text),
    required("sector", Text),
    optional("valid_from", Date),
    optional("valid_to", Date),
];
const FILINGS: &[Column] = &[
    required("company", Text),
    required("period", Date),
    required("released", Date),
    required("kind", Text),
    optional("net_profit_ytd", Number),
    optional("low", Number),
    optional("high", Number),
    optional("net_profit_ytd_prior", Number),
    optional("total_assets", Number),
];
