//! The page of a week: what became public, what moved, and where things stand, as plain values.
//!
//! [`Weekly`] holds everything that the page and its document show. Growth, returns and percentiles are in percent, differences of
//! growth in percentage points, money in the unit of its series. A value that is `None` could not be computed from what was public.
//! What [`Weekly`] does not serialise has a form of its own in the document of the page.

use rotor_data::model::Series;
use rotor_factor::{Date, Month, Quarter};
use serde::Serialize;

use crate::{Config, Metrics, NoTrack, NoteDataset, NoteFactor, Releases, SeriesHistory, Warning};

/// The page of a week.
#[derive(Clone, Debug, Serialize)]
pub struct Weekly {
    /// The day; what was released before it is known.
    #[serde(serialize_with = "text")]
    pub as_of: Date,
    /// Whether the day is the default, as none was given.
    pub is_default_day: bool,
    /// The week.
    pub week: Week,
    /// The dataset.
    #[serde(skip)]
    pub dataset: NoteDataset,
    /// The configuration.
    #[serde(skip)]
    pub config: Config,
    /// What the week gained; `None` without daily closes.
    pub returns: Option<WeekReturns>,
    /// The series of production chains, by chain, then by name.
    pub tracking: Vec<Tracked>,
    /// Profits of industry; `None` if none is public.
    pub profits: Option<IndustrialProfits>,
    /// Those who have reported a quarter of which the deadline has not passed, the latest quarter first.
    pub samples: Vec<SampleTable>,
    /// What money did, in the order of the page.
    pub flows: Vec<Flow>,
    /// Purchases less sales of major shareholders; `None` without either.
    pub insiders: Option<FlowSum>,
    /// What is to happen and what happened, the most important first.
    pub events: Vec<WeeklyEvent>,
    /// Multiples of benchmarks, then of sectors; each kind in the order of codes.
    pub valuation: Vec<ValuationRow>,
    /// When data are published next.
    #[serde(skip)]
    pub releases: Releases,
    /// What is not on the page, and why, in its order.
    pub missing: Vec<MissingPart>,
    /// What looks wrong in the data.
    pub warnings: Vec<Warning>,
    /// The series of the dataset, in the order of their names' bytes.
    #[serde(skip)]
    pub series: Vec<Series>,
    /// The factors of the configuration.
    #[serde(skip)]
    pub factors: Vec<NoteFactor>,
    /// What they have been worth up to the day, as known on each day.
    #[serde(skip)]
    pub track: Result<Metrics, NoTrack>,
}

/// A code with its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The code of an entity, the name of a series, or a word for what has neither.
    pub code: String,
    /// The name in English.
    pub name: String,
    /// The name in Chinese, where there is one.
    pub name_zh: Option<String>,
}

/// The week of a page: that of the last trading day before the day, Monday to Sunday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday.
    #[serde(serialize_with = "text")]
    pub monday: Date,
    /// Its Sunday.
    #[serde(serialize_with = "text")]
    pub sunday: Date,
    /// Its trading days before the day.
    #[serde(serialize_with = "texts")]
    pub days: Vec<Date>,
    /// The last trading day before its Monday; `None` if there is none.
    #[serde(serialize_with = "optional_text")]
    pub before: Option<Date>,
    /// Whether the day is on or before its Friday, so that the week is not over.
    pub is_partial: bool,
}

/// What benchmarks and sectors gained in the week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeekReturns {
    /// The benchmarks, in the order of the configuration, else of codes.
    pub benchmarks: Vec<WeekReturn>,
    /// The sectors, the largest gain first; equals by code.
    pub sectors: Vec<WeekReturn>,
    /// The sectors that gained.
    pub n_up: usize,
    /// Those that stayed where they were.
    pub n_flat: usize,
    /// Those that lost.
    pub n_down: usize,
    /// The median of the sectors; `None` without sectors.
    pub median: Option<f64>,
    /// The mean of the sectors; `None` without sectors.
    pub equal_weight: Option<f64>,
}

/// The gain of an entity over the week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeekReturn {
    /// The entity.
    pub entity: Named,
    /// From the last close before the week to the last one in it.
    pub value: f64,
    /// What it is above the first benchmark, in percentage points.
    pub excess: Option<f64>,
    /// Its percentile among the entity's own weeks of five years.
    pub percentile: Option<f64>,
    /// The weeks among which it stands, itself included.
    pub n_weeks: usize,
}

/// A series of a production chain.
#[derive(Clone, Debug, Serialize)]
pub struct Tracked {
    /// The series.
    pub series: Named,
    /// The unit, as the dataset has it.
    pub unit: String,
    /// The unit in Chinese, where the dataset has it.
    pub unit_zh: Option<String>,
    /// The step of the production chain; `None` if it belongs to none.
    pub chain: Option<Named>,
    /// How it changes.
    pub kind: TrackedKind,
    /// The last value that is public.
    pub last: f64,
    /// Its period's last day.
    #[serde(serialize_with = "text")]
    pub last_day: Date,
    /// Against the last value seven days or more before it; of days and weeks alone.
    pub week_on_week: Option<f64>,
    /// The mean of the month that has begun against that of the month before; of days and weeks alone.
    pub month_to_date: Option<f64>,
    /// The last complete month that is public.
    #[serde(serialize_with = "optional_text")]
    pub month: Option<Month>,
    /// The value of that month, of days and weeks the mean.
    pub value: Option<f64>,
    /// Against the month before.
    pub month_on_month: Option<f64>,
    /// Against the year before.
    pub year_on_year: YearOnYear,
    /// The same of the sum since January; of sums and volumes by month alone.
    pub since_january: Option<YearOnYear>,
    /// Where the month stands among the same month of the five years before; `None` with fewer than three of them.
    pub position: Option<SeasonalPosition>,
    /// Its months, for the figure.
    #[serde(skip)]
    pub history: SeriesHistory,
}

/// How a series changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackedKind {
    /// By a ratio, in percent.
    Level,
    /// By a difference in percentage points, as rates and surveys.
    Points,
    /// It is itself a growth on the year.
    Growth,
}

/// A value against the year before; of rates and surveys in percentage points, else in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct YearOnYear {
    /// Of the month.
    pub now: Option<f64>,
    /// Of the month before.
    pub before: Option<f64>,
    /// Their difference, in percentage points.
    pub change: Option<f64>,
}

/// Where a month stands among the same month of the years before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeasonalPosition {
    /// Above all of them.
    Above,
    /// Neither.
    Within,
    /// Below all of them.
    Below,
}

/// Profits of industrial enterprises.
#[derive(Clone, Debug, Serialize)]
pub struct IndustrialProfits {
    /// The last month that is public, for the year to date.
    #[serde(serialize_with = "text")]
    pub month: Month,
    /// The month that its growth is compared with: the one before, of February the December.
    #[serde(serialize_with = "text")]
    pub month_before: Month,
    /// The day on which it became public first.
    #[serde(serialize_with = "text")]
    pub released: Date,
    /// Whether that day is in the week.
    pub is_in_week: bool,
    /// The total, its three sections, groups, and the classes.
    pub rows: Vec<ProfitRow>,
    /// The classes of which profit and base are known.
    pub n_known: usize,
    /// Those of them that earn more than a year ago.
    pub n_growing: usize,
}

/// The profits of a class or of several.
#[derive(Clone, Debug, Serialize)]
pub struct ProfitRow {
    /// What the row is.
    pub kind: ProfitRowKind,
    /// Its name; of a class that of the entity.
    pub name: Named,
    /// The classes that belong to it, 1 for a class.
    pub n_members: usize,
    /// Those with profit and base; of the published total all.
    pub n_known: usize,
    /// Whether growth is published; else it follows from the members.
    pub is_published: bool,
    /// Since January.
    pub profit: Option<f64>,
    /// Its growth since January, and that of the month before.
    pub since_january: YearOnYear,
    /// What became of a loss or into one.
    pub sign: Option<ProfitSign>,
    /// Growth of the single month.
    pub month: SingleMonth,
    /// The same a month before.
    pub month_before: SingleMonth,
    /// Growth of three months, and that of the three months up to the month before.
    pub three_months: YearOnYear,
    /// Its share in the total, in percent.
    pub share: Option<f64>,
    /// What it adds to the growth of the total, in percentage points.
    pub contribution: Option<f64>,
    /// The same as a share of that growth, in percent.
    pub contribution_rate: Option<f64>,
    /// Its share in the total a year before, in percent.
    pub base_share: Option<f64>,
    /// The change of that share, in percentage points.
    pub share_change: Option<f64>,
    /// Growth of revenue since January.
    pub revenue_growth: Option<f64>,
    /// Profit over revenue since January, in percent.
    pub margin: Option<f64>,
    /// Its difference to the year before, in percentage points.
    pub margin_change: Option<f64>,
}

/// What a row of industrial profits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfitRowKind {
    /// All industry.
    Total,
    /// Mining, manufacturing, utilities.
    Section,
    /// A group of classes.
    Group,
    /// A class.
    Class,
}

/// What became of a profit or a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfitSign {
    /// A loss became a profit.
    TurnedToProfit,
    /// A profit became a loss.
    TurnedToLoss,
    /// A loss became smaller.
    SmallerLoss,
    /// A loss became larger.
    LargerLoss,
}

/// Growth of a single month, of February that of January and February.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SingleMonth {
    /// In percent.
    pub growth: Option<f64>,
    /// Whether it follows from sums since January, which is no better than about half a point.
    pub is_derived: bool,
}

/// Those who have reported a quarter.
#[derive(Clone, Debug, Serialize)]
pub struct SampleTable {
    /// The quarter.
    #[serde(serialize_with = "text")]
    pub quarter: Quarter,
    /// The day by which all must have reported.
    #[serde(serialize_with = "text")]
    pub deadline: Date,
    /// All companies, those without financials, and the sectors of which enough have reported.
    pub rows: Vec<SampleRow>,
    /// The same without the companies of large losses; empty if there are none.
    pub without_losses: Vec<SampleRow>,
    /// The companies of large losses.
    pub large_losses: Vec<Named>,
    /// The loss from which on it is large, in the unit of the filings.
    pub loss: f64,
    /// Members of which no total assets are known; `None` without companies.
    pub n_without_assets: Option<usize>,
}

/// A row of a comparable sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleRow {
    /// What the row is.
    pub kind: SampleRowKind,
    /// Its name.
    pub name: Named,
    /// The companies in the sample.
    pub n: usize,
    /// Their share in the total assets of all members, 0 to 1.
    pub coverage: f64,
    /// Growth of their profit since January.
    pub since_january: Option<f64>,
    /// Growth of the single quarter.
    pub quarter: Option<f64>,
    /// The growth of the same companies a quarter before.
    pub before: Option<f64>,
    /// The difference of growth since January, in percentage points.
    pub change: Option<f64>,
    /// The growth of all members a quarter before, which is no comparison; `None` without companies.
    pub before_of_all: Option<f64>,
}

/// What a row of a comparable sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleRowKind {
    /// All companies.
    Market,
    /// All but those of the financial sectors.
    WithoutFinancials,
    /// A sector.
    Sector,
}

/// A flow of money in the week.
#[derive(Clone, Debug, Serialize)]
pub struct Flow {
    /// What flows.
    pub kind: FlowKind,
    /// The series.
    pub series: Named,
    /// The unit, as the dataset has it.
    pub unit: String,
    /// The unit in Chinese, where the dataset has it.
    pub unit_zh: Option<String>,
    /// What the sums are of.
    pub span: FlowSpan,
    /// The whole: the market's own value, else the sum over sectors.
    pub market: Option<FlowSum>,
    /// The sectors that the whole is a sum of; `None` if the market has its own.
    pub n_summed: Option<usize>,
    /// The benchmarks, by code.
    pub benchmarks: Vec<EntityFlow>,
    /// The sectors, the largest sum first; equals by code.
    pub sectors: Vec<EntityFlow>,
}

/// What flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// Net purchases through Hong Kong.
    Northbound,
    /// Net purchases on margin.
    Margin,
    /// Net subscriptions of exchange-traded funds, in units.
    EtfUnits,
    /// The same in money.
    Etf,
    /// Units of new funds.
    NewFunds,
    /// Purchases of major shareholders.
    InsiderBuy,
    /// Their sales.
    InsiderSell,
    /// The sales that they announced.
    InsiderPlanned,
}

/// What the sums of a flow are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowSpan {
    /// The week.
    Week,
    /// The first trading days of the week alone.
    FirstDays {
        /// How many.
        n_days: usize,
        /// How many the week has had.
        n_trading_days: usize,
    },
    /// A month, of series that have months.
    Month {
        /// The month.
        #[serde(serialize_with = "text")]
        month: Month,
    },
    /// Nothing of the week is public yet.
    Nothing {
        /// The last day that is.
        #[serde(serialize_with = "text")]
        last: Date,
    },
    /// The series has ended.
    Ended {
        /// Its last day.
        #[serde(serialize_with = "text")]
        last: Date,
    },
}

/// A sum and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FlowSum {
    /// Of the week or month.
    pub value: f64,
    /// Of the one before.
    pub before: Option<f64>,
}

/// The sum of an entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntityFlow {
    /// The entity.
    pub entity: Named,
    /// The sum.
    pub value: f64,
}

/// The multiple of a benchmark or a sector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValuationRow {
    /// The benchmark or the sector.
    pub entity: Named,
    /// Whether it is a benchmark.
    pub is_benchmark: bool,
    /// Whether the multiple is price to book; else price to earnings.
    pub is_pb: bool,
    /// The day of the multiple.
    #[serde(serialize_with = "text")]
    pub day: Date,
    /// The multiple.
    pub multiple: f64,
    /// Its difference to the last one seven days or more before it, as a multiple: 13.4 after 13.8 is -0.4.
    pub change: Option<f64>,
    /// Its percentile of ten years; `None` with fewer than three years of months.
    pub percentile: Option<f64>,
    /// Its percentile of all history; `None` as before.
    pub percentile_of_all: Option<f64>,
    /// Its place by percentile of ten years among its kind, 1 for the lowest; equals share the lowest.
    pub rank: Option<usize>,
    /// The last multiple above zero of each month of the window, for the figure.
    pub months: Vec<f64>,
}

/// An event that was known on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WeeklyEvent {
    /// The day on which it happens.
    #[serde(serialize_with = "text")]
    pub date: Date,
    /// What happens.
    pub title: String,
    /// The same in Chinese, where the dataset has it.
    pub title_zh: Option<String>,
    /// Its stars, as whoever wrote the dataset gave them.
    pub importance: u8,
    /// The sectors that it is about.
    pub sectors: Vec<Named>,
}

/// A part that is not on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingPart {
    /// The part.
    pub part: WeeklyPart,
    /// Why it is not there.
    pub reason: MissingReason,
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WeeklyPart {
    /// What the week gained.
    Returns,
    /// The series of production chains.
    Tracking,
    /// Industrial profits.
    Profits,
    /// The comparable sample.
    Samples,
    /// A flow of money.
    Flow(FlowKind),
    /// Events.
    Events,
    /// Multiples.
    Valuation,
}

/// Why a part is not on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// The dataset lacks these series or tables.
    NotInDataset(Vec<String>),
    /// The dataset has month-end closes only.
    NoDailyCloses,
    /// Nothing was public on the day.
    NotPublic,
    /// Of no quarter have enough companies reported, or its deadline has passed.
    NoOpenQuarter,
    /// The dataset has events, but none that was known lies in the two weeks.
    NoneInSpan,
}

impl Named {
    /// A word of ours, in both languages.
    #[must_use]
    pub fn word(code: &str, [name, name_zh]: [&str; 2]) -> Self {
        Self { code: code.into(), name: name.into(), name_zh: Some(name_zh.into()) }
    }
}

impl YearOnYear {
    /// A growth, the one before, and their difference.
    #[must_use]
    pub fn new(now: Option<f64>, before: Option<f64>) -> Self {
        Self { now, before, change: now.zip(before).map(|(now, before)| now - before) }
    }
}

impl IndustrialProfits {
    /// Returns the classes that earn more than a year ago, in percent of those of which that is known.
    #[must_use]
    pub fn breadth(&self) -> Option<f64> {
        (self.n_known > 0).then(|| 100.0 * self.n_growing as f64 / self.n_known as f64)
    }
}

impl SampleRow {
    /// Returns by how much the companies of the sample grew faster than all members a quarter before, in percentage points: what is
    /// selection and no change.
    #[must_use]
    pub fn selection(&self) -> Option<f64> {
        self.before.zip(self.before_of_all).map(|(before, of_all)| before - of_all)
    }
}

impl FlowSum {
    /// Returns by how much it exceeds the one before.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.before.map(|before| self.value - before)
    }
}

fn text<S: serde::Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde hands over references")]
fn optional_text<S: serde::Serializer>(
    value: &Option<impl std::fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn texts<S: serde::Serializer>(values: &[Date], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}
