//! Ranking, selection and holdings, from scores and returns alone.
//!
//! [`CrossSections`] are the scores and returns of a run by execution. [`rank`] makes one order of the sectors of a day,
//! [`select`] selects from it, and [`CrossSections::hold`] gives what the selection gains. Neither a dataset nor a factor is
//! asked, so that other settings of the same scores cost next to nothing: a backtest makes its own holdings by this code, and the
//! evaluation those of every variant.

mod alternative;
mod cross_sections;
mod factor_scores;
mod holdings;
mod live;
mod order;
mod ranking;
mod selection;

pub use alternative::Alternative;
pub use cross_sections::{CrossSections, ScoredSectors};
pub use factor_scores::FactorScores;
pub use holdings::{Holdings, Positions, cost, net_of_cost};
pub use live::{has_score, required_factors};
pub use order::SectorOrder;
pub use ranking::{NEUTRAL, RankedSector, rank};
pub use selection::{Part, Selection, eligible, select};
