//! Synthetic worlds: datasets whose truth is known.
//!
//! A backtest on real data cannot say whether the engine is right, because nobody knows what it should have found.
//! Here it is known. [`World::AShare`] looks like fifteen years of mainland sectors and hides one modest, stated
//! predictability; [`World::Null`] is the same without any; [`World::Leaky`] rewards whoever looks at figures before
//! their release, and nobody else; [`World::Large`] is there to be big.
//!
//! *Invariant:* a world and a seed give the same tables to the byte on every machine. Each component draws from its
//! own stream of random numbers, so that a new one changes none of the others.
//!
//! No number here is real but the codes, the names, the bridge weights of the method and five months of Chinese
//! prices in 2022. The figures merely misbehave the way the real ones do: they come late, slip, are revised, have no
//! January, and compare growth on another basis than levels. Left out on purpose: dividends, changes of the
//! classification, and any relation that would make a factor look good and is not written into the truth.

mod about;
mod bridge;
mod calendar;
mod catalogue;
mod companies;
mod economy;
mod events;
mod filings;
mod flows;
mod indicators;
mod industries;
mod leak;
mod plan;
mod prices;
mod random;
mod releases;
#[cfg(test)]
mod tests;
mod truth;

use std::collections::BTreeMap;

use rotor_data::model::Tables;
use rotor_data::{Manifest, PriceFrequency};
use rotor_factor::UnknownWord;

use crate::companies::Reports;
use crate::economy::Economy;
use crate::leak::Leak;
use crate::plan::Plan;
use crate::prices::{Prices, TILT, Volatility};
use crate::releases::Recorder;

/// A kind of synthetic world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// 31 Shenwan sectors with daily closes of 2010–2024 and a modest planted predictability.
    AShare,
    /// The same tables with every relation cut: whatever a factor finds here is chance.
    Null,
    /// Returns are independent of all that is public, and given away by what is not public yet.
    Leaky,
    /// As many sectors and months as asked for, with month-end closes up to December 2024.
    Large {
        /// The number of sectors.
        entities: u32,
        /// The number of month-end closes.
        months: u32,
    },
}

/// A generated dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Synthetic {
    /// What the manifest says of it.
    pub manifest: Manifest,
    /// Its nine tables.
    pub tables: Tables,
    /// The text of `truth.toml`: what was planted, for whoever judges a finding.
    pub truth: String,
}

/// Why a world cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntheticError {
    /// The number of sectors is zero or has no code of five digits.
    #[error("a large world has 1 to {most} sectors, not {given}")]
    Entities {
        /// What was asked for.
        given: u32,
        /// The most there can be.
        most: u32,
    },
    /// The number of months is zero or reaches back before the calendar.
    #[error("a large world has 1 to {most} months, not {given}")]
    Months {
        /// What was asked for.
        given: u32,
        /// The most there can be.
        most: u32,
    },
    /// Sectors times months do not fit into memory comfortably.
    #[error("{entities} sectors in {months} months are more than {most} closes")]
    TooManyCloses {
        /// The sectors asked for.
        entities: u32,
        /// The months asked for.
        months: u32,
        /// The most closes there can be.
        most: u64,
    },
}

impl SyntheticError {
    /// Returns how to mend it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Entities { .. } => "choose another number of sectors",
            Self::Months { .. } => "choose another number of months; the last one is December 2024",
            Self::TooManyCloses { .. } => "choose fewer sectors or fewer months",
        }
    }
}

impl World {
    /// The names of the worlds, in the order of the variants.
    pub const NAMES: &[&str] = &["a-share", "null", "leaky", "large"];

    /// The most sectors of a large world: the codes have five digits.
    pub const MOST_ENTITIES: u32 = 99_999;
    /// The most months of a large world: it ends in December 2024, and the calendar begins in 1900.
    pub const MOST_MONTHS: u32 = 1_490;
    /// The most closes of a large world.
    pub const MOST_CLOSES: u64 = 20_000_000;

    /// Returns the world of a name; a large one has 5000 sectors and 240 months.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`], with the names there are, for any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use rotor_synthetic::World;
    /// assert_eq!(World::from_name("null"), Ok(World::Null));
    /// assert_eq!(World::from_name("large"), Ok(World::Large { entities: 5000, months: 240 }));
    /// assert!(World::from_name("tiny").is_err());
    /// ```
    pub fn from_name(name: &str) -> Result<Self, UnknownWord> {
        match name {
            "a-share" => Ok(Self::AShare),
            "null" => Ok(Self::Null),
            "leaky" => Ok(Self::Leaky),
            "large" => Ok(Self::Large { entities: 5_000, months: 240 }),
            _ => Err(UnknownWord { known: Self::NAMES }),
        }
    }

    /// Returns the name of the world.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AShare => "a-share",
            Self::Null => "null",
            Self::Leaky => "leaky",
            Self::Large { .. } => "large",
        }
    }

    fn title(self) -> String {
        match self {
            Self::AShare => "Synthetic A-share sectors, 2010–2024".to_owned(),
            Self::Null => "Synthetic A-share sectors without any predictability, 2010–2024".to_owned(),
            Self::Leaky => "Synthetic sectors whose unreleased figures tell the future, 2010–2024".to_owned(),
            Self::Large { entities, months } => {
                format!("Synthetic market of {entities} sectors and {months} months")
            }
        }
    }

    fn title_zh(self) -> String {
        match self {
            Self::AShare => "A股行业模拟数据，2010–2024年".to_owned(),
            Self::Null => "A股行业模拟数据（无任何可预测性），2010–2024年".to_owned(),
            Self::Leaky => "行业模拟数据（未公布的数据预示未来），2010–2024年".to_owned(),
            Self::Large { entities, months } => format!("{entities}个行业、{months}个月的模拟市场"),
        }
    }

    fn command(self, seed: u64) -> String {
        let size = match self {
            Self::Large { entities, months } => format!(" --entities {entities} --months {months}"),
            _ => String::new(),
        };
        format!("rotor dataset generate --world {}{size} --seed {seed}", self.name())
    }

    fn check(self) -> Result<(), SyntheticError> {
        let Self::Large { entities, months } = self else { return Ok(()) };
        if entities == 0 || entities > Self::MOST_ENTITIES {
            return Err(SyntheticError::Entities { given: entities, most: Self::MOST_ENTITIES });
        }
        if months == 0 || months > Self::MOST_MONTHS {
            return Err(SyntheticError::Months { given: months, most: Self::MOST_MONTHS });
        }
        if u64::from(entities) * u64::from(months) > Self::MOST_CLOSES {
            return Err(SyntheticError::TooManyCloses { entities, months, most: Self::MOST_CLOSES });
        }
        Ok(())
    }

    const fn has_daily_closes(self) -> bool {
        !matches!(self, Self::Large { .. })
    }

    const fn has_flows(self) -> bool {
        !matches!(self, Self::Large { .. })
    }

    /// Whether companies file. In a leaky world they would give away growth that is not public yet, and in a large one nobody asks.
    const fn has_companies(self) -> bool {
        matches!(self, Self::AShare | Self::Null)
    }

    const fn has_gaps(self) -> bool {
        matches!(self, Self::AShare | Self::Null)
    }

    /// Whether reports follow industries and prices, and money follows returns.
    const fn is_related(self) -> bool {
        matches!(self, Self::AShare | Self::Large { .. })
    }

    const fn leaks(self) -> bool {
        matches!(self, Self::Leaky)
    }

    const fn tilt(self) -> f64 {
        if self.is_related() { TILT } else { 0.0 }
    }

    const fn volatility(self) -> Volatility {
        if self.leaks() {
            // What sectors share would blur the proof that released figures say nothing: it is one draw a month.
            return Volatility { market: 0.10, group: 0.0, own_monthly: [0.055, 0.065] };
        }
        Volatility { market: 0.24, group: 0.08, own_monthly: [0.040, 0.050] }
    }
}

/// Makes a world; the same world and seed always make the same one.
///
/// # Errors
///
/// [`SyntheticError`] if a large world is impossible: no sectors, no months, or too many of them.
pub fn generate(world: World, seed: u64) -> Result<Synthetic, SyntheticError> {
    world.check()?;
    let plan = Plan::new(world, seed);
    let economy = Economy::new(&plan);
    let prices = Prices::new(&plan, &economy);
    Ok(assemble(&plan, &economy, &prices))
}

/// Writes down the tables of a world whose economy and closes are drawn.
fn assemble(plan: &Plan, economy: &Economy, prices: &Prices) -> Synthetic {
    let Plan { world, seed, .. } = *plan;
    let mut recorder = Recorder::default();
    recorder.tables.entities = plan.entities();

    let leak = world.leaks().then(|| Leak::new(plan, prices));
    let leak = leak.as_ref();
    prices.publish(plan, &mut recorder);
    economy.publish(plan, &mut recorder);

    let released = industries::release_days(plan, &mut recorder);
    let figures = industries::figures(plan, economy, &released, leak);
    industries::publish(plan, &figures, &released, &mut recorder);
    industries::publish_market(plan, &figures, &released, &mut recorder);
    let reports = Reports::new(plan, &mut recorder);
    reports.publish_growth(plan, &figures, leak, &mut recorder);
    reports.publish_margins(plan, economy, leak, &mut recorder);

    indicators::publish(plan, economy, leak, &mut recorder);
    flows::publish_multiples(plan, prices, &mut recorder);
    if world.has_flows() {
        flows::publish_flows(plan, prices, &mut recorder);
    }
    if world.has_companies() {
        filings::publish(plan, &mut recorder);
    }
    bridge::publish(plan, &mut recorder);
    events::publish(plan, &mut recorder);

    let manifest = Manifest {
        name: world.name().into(),
        title: world.title(),
        title_zh: Some(world.title_zh()),
        synthetic: true,
        taxonomy: "sw2021".into(),
        currency: "CNY".into(),
        price_frequency: if world.has_daily_closes() {
            PriceFrequency::Daily
        } else {
            PriceFrequency::MonthEnd
        },
        first: plan.first_day(),
        last: plan.last_day(),
        licence: "CC0-1.0".into(),
        source: world.command(seed),
        lineage: None,
        sha256: BTreeMap::new(),
    };
    let truth = truth::text(plan, economy, prices, recorder.counts);
    Synthetic { manifest, tables: recorder.tables, truth }
}
