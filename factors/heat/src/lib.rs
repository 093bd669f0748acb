//! Heat: sectors that have been hot for three months tend to pull back, cold ones to recover.
//!
//! | | |
//! |---|---|
//! | Input | `close`: month-end level of the sector's index; R(u) is the return of month u |
//! | Formula | H = 100 N⁺ / (N⁺ + N⁻), counts of z > 0 and z < 0 over all pairs of sectors; z = (d(m) - mean d) / sd d, d = R of the sector less R of the other, over 60 months; forecast = mean of H(m), H(m-1), H(m-2) |
//! | Unit | percent of the pairs in which the sector is above its habit, 0 to 100, on average 50 |
//! | Direction | lower is better: the third with the highest forecast scores 1, the lowest third 3, the others 2; `momentum` turns it round |
//! | Publication lag | none: a close is public the day it is struck |
//! | Missing | a pair needs 36 months in which both have a return, month m among them; a sector without H in one of the three months has no score |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (pairwise z-scores, three-month mean); which way heat points at one month is open: it claims momentum first, reversal later |
//!
//! Where both histories are complete, z > 0 says that the return lies further above its own mean than the other's above
//! its, so that N⁺ and N⁻ are ranks and need no pairs. The matrix of z is made for the report alone.

mod counts;

use rotor_factor::{
    AsOfView, CrossSection, EntityKind, EntityRef, Factor, FactorError, Frequency, Input, Parameter,
    Parameters, ReferencePeriod, Signal, Spec, Table,
};
use rotor_stats::less_than;

use counts::{Counts, Histories};

/// Relative heat, averaged over three months and liked where it is low.
///
/// Three sectors and windows of five months, too short for use and right for checking by hand: in the last month A is
/// furthest above its mean (4 - 1.7), then B (1 - 0.3), then C (-2 + 0.4).
///
/// ```
/// use factor_heat::Heat;
/// use rotor_factor::testing;
///
/// let closes = "
///                           A          B          C
///     2019-12 2019-12-31  100        100        100
///     2020-01 2020-01-31  102        101         99.5
///     2020-02 2020-02-29  100.98     101         99.9975
///     2020-03 2020-03-31  104.0094    98.98     100.997475
///     2020-04 2020-04-30  104.529447 100.4647    99.98750025
///     2020-05 2020-05-31  108.710625 101.469347  97.987750245
/// ";
/// let heat = Heat::new(5, 3)?;
/// let signal = testing::evaluate(&heat, "2020-05-31", closes)?;
/// assert_eq!(signal.diagnostics()[0].values.to_string(), "100.0000, 50.0000, 0.0000");
/// # Ok::<(), rotor_factor::FactorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Heat {
    // Invariant: 2 <= min_months <= window, both in months.
    window: usize,
    min_months: usize,
    confirm: bool,
    likes_hot: bool,
}

rotor_factor::export_factor!(Heat);

/// The months whose heat is averaged.
const N_AVERAGED: usize = 3;

/// A matrix of more sectors than this can neither be drawn nor read.
const MOST_SECTORS_SHOWN: usize = 256;

impl Heat {
    /// Takes the months in the window of a mean and the months that a pair needs in it.
    ///
    /// # Errors
    ///
    /// If `min_months` is greater than `window`.
    pub fn new(window: usize, min_months: usize) -> Result<Self, FactorError> {
        if min_months > window {
            let rule = format!("at most `window` ({window})");
            return Err(FactorError::parameter("min_months", min_months, rule));
        }
        Ok(Self { window, min_months, confirm: false, likes_hot: false })
    }
}

impl Factor for Heat {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer(
            "window",
            60,
            2,
            600,
            "months over which a pair's mean is taken",
            "均值窗口的月数",
        ),
        Parameter::integer(
            "min_months",
            36,
            2,
            600,
            "months of the window that a pair needs",
            "窗口内所需的最少月数",
        ),
        Parameter::flag(
            "confirm",
            false,
            "score 1 only where heat fell in the last month, 3 only where it rose",
            "仅在热度转向时给出 1 分或 3 分",
        ),
        Parameter::choice(
            "direction",
            "reversal",
            &["reversal", "momentum"],
            "whether cold sectors are liked or hot ones",
            "方向:反转或动量",
        ),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let heat = Self::new(parameters.count("window"), parameters.count("min_months"))?;
        let likes_hot = parameters.text("direction") == "momentum";
        Ok(Self { confirm: parameters.flag("confirm"), likes_hot, ..heat })
    }

    fn spec(&self) -> Spec {
        // A return needs two closes, and the windows of three months begin in three months.
        Spec::new("heat", env!("CARGO_PKG_VERSION"), "Relative heat, reversed", "相对热度")
            .input(Input::close(EntityKind::Sector, Frequency::Monthly, self.window + N_AVERAGED))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        // 1. Returns, and the pairs in which a sector is above and below its habit.
        let histories = Histories::new(view.panel("close")?, self.window, self.min_months);
        let counts = [0, 1, 2].map(|lag| histories.counts(lag));
        // 2. Heat of the last three months, each with its own window.
        let heats = counts.each_ref().map(|counts| counts.iter().map(Counts::heat).collect::<CrossSection>());
        let [heat, before, earlier] = &heats;
        // 3. The forecast is their mean.
        let forecast = CrossSection::from_fn(view.n_sectors(), |sector| {
            Some((heat.get(sector)? + before.get(sector)? + earlier.get(sector)?) / N_AVERAGED as f64)
        });
        // 4. Ranks, thirds, scores.
        let mut signal = self.scored(view, &forecast, heat, before);

        let month = |lag: i32| ReferencePeriod::from_index(Frequency::Monthly, view.month().index() + lag);
        for sector in 0..view.n_sectors() {
            let entity = EntityRef::sector(sector);
            if let (Some(value), Some(naive), Some(next)) = (forecast.get(sector), heat.get(sector), month(1))
            {
                signal.forecast("heat", entity, next, value, naive);
            }
            if let (Some(value), Some(this)) = (heat.get(sector), month(0)) {
                signal.realized("heat", entity, this, value);
            }
        }
        let number = |of: fn(&Counts) -> u32| -> CrossSection {
            counts[0].iter().map(|counts| counts.heat().map(|_| f64::from(of(counts)))).collect()
        };
        signal.diagnostic("heat", heat.clone());
        signal.diagnostic("n_above", number(|counts| counts.above));
        signal.diagnostic("n_below", number(|counts| counts.below));
        if view.wants_tables() {
            signal.table(table(view, &histories, &counts[0], &heats, &forecast));
            if view.n_sectors() <= MOST_SECTORS_SHOWN {
                let codes: Vec<&str> = view.sectors().codes().collect();
                signal.table(Table::matrix("z", &codes, &codes, &histories.matrix()));
            }
        }
        Ok(signal)
    }
}

impl Heat {
    fn scored(
        &self,
        view: &AsOfView<'_>,
        forecast: &CrossSection,
        heat: &CrossSection,
        before: &CrossSection,
    ) -> Signal {
        let mut signal = Signal::new(view);
        let ranks = forecast.descending_ranks();
        let n = forecast.iter().flatten().count();
        let third = (n / 3) as f64;
        for sector in 0..view.n_sectors() {
            let (Some(value), Some(rank)) = (forecast.get(sector), ranks.get(sector)) else {
                signal
                    .withhold(sector, "no heat in one of the last three months: too few months with another");
                continue;
            };
            let (is_hot, is_cold) = (rank <= third, rank >= n as f64 - third + 1.0);
            let (liked, disliked) = if self.likes_hot { (is_hot, is_cold) } else { (is_cold, is_hot) };
            // Ĥ exists, and with it H of both months.
            let (now, then) = (heat.as_slice()[sector], before.as_slice()[sector]);
            let score = if liked && (!self.confirm || less_than(then, now)) {
                3.0
            } else if disliked && (!self.confirm || less_than(now, then)) {
                1.0
            } else {
                2.0
            };
            signal.score(sector, score, if self.likes_hot { value } else { -value });
        }
        signal
    }
}

/// The table of the report: the month's return, the pairs above and below, and heat.
fn table(
    view: &AsOfView<'_>,
    histories: &Histories<'_>,
    counts: &[Counts],
    heats: &[CrossSection; N_AVERAGED],
    forecast: &CrossSection,
) -> Table {
    let numbers = |of: fn(&Counts) -> u32| counts.iter().map(|counts| Some(f64::from(of(counts)))).collect();
    Table::new("heat")
        .text("sector", view.sectors().codes().map(String::from).collect())
        .numbers("month_return", (0..view.n_sectors()).map(|sector| histories.last_return(sector)).collect())
        .numbers("n_above", numbers(|counts| counts.above))
        .numbers("n_below", numbers(|counts| counts.below))
        .numbers("heat", heats[0].iter().collect())
        .numbers("heat_1_month_ago", heats[1].iter().collect())
        .numbers("heat_2_months_ago", heats[2].iter().collect())
        .numbers("forecast", forecast.iter().collect())
}
