//! Heat: sectors that have been hot for three months tend to pull back, cold ones to recover.
//!
//! | | |
//! |---|---|
//! | Input | `close`: month-end level of the sector's index; R(u) is the return of month u |
//! | Formula | H = 100 N⁺ / (N⁺ + N⁻), counts of z > 0 and z < 0 over all pairs of sectors; z = (d(m) - mean d) / sd d, d = R of the sector less R of the other, over 60 months; forecast = mean of H(m), H(m-1), H(m-2) |
//! | Unit | percent of the pairs in which the sector's relative return is above its own mean, 0 to 100, on average 50 |
//! | Direction | lower is better: the third of the sectors with the highest forecast scores 1 (pull-back risk), the lowest third 3 (opportunity), the others 2; `bands` = `levels` takes a forecast of at least 66⅔ and at most 33⅓ instead of thirds; `momentum` reverses this |
//! | Publication lag | none: a close is public the day it is struck |
//! | Missing | a pair needs 36 months in which both have a return, month m among them; a sector without H in one of the three months has no score |
//! | Source | a macro house's sector-rotation report of 2022-07-10 (pairwise z-scores, three-month mean); the sign at a horizon of one month is open: the report claims momentum first, reversal later |
//!
//! Where both histories are complete, z > 0 means that the sector's return is further above its own mean than the other's is
//! above its mean, so N⁺ and N⁻ follow from ranks and need no pairs. The matrix of z is computed for the report only.

mod counts;
mod presentation;

use rotor_factor::{
    Alternative, AsOfView, CrossSection, EntityKind, EntityRef, Factor, FactorError, Frequency, Input,
    Parameter, Parameters, Reason, ReferencePeriod, Scale, Signal, Spec, Table,
};
use rotor_stats::less_than;

use counts::{Counts, Histories};
use presentation::presentation;

/// Relative heat, averaged over three months; low heat scores high.
///
/// The example has three sectors and windows of five months, too short for use but easy to check by hand: in the last month A
/// is furthest above its mean (4 - 1.7), then B (1 - 0.3), then C (-2 + 0.4).
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
    has_levels: bool,
    likes_hot: bool,
}

rotor_factor::export_factor!(Heat);

/// The months whose heat is averaged.
const N_AVERAGED: usize = 3;

/// The levels of heat from which and up to which a sector is hot and cold, by `bands` = `levels`.
const HOT: f64 = 200.0 / 3.0;
const COLD: f64 = 100.0 / 3.0;

/// A matrix of more sectors than this can neither be drawn nor read.
const MOST_SECTORS_SHOWN: usize = 256;

const NO_HEAT: Reason = Reason::new(
    "no_heat",
    "no heat in one of the last three months: no other sector shares `min_months` returns with it",
)
.zh("近三个月中有月份热度缺失：与其他行业共有的收益率月数不足`min_months`");

impl Heat {
    /// Takes the months in the window of a pair's mean, and the minimum months that a pair needs in it.
    ///
    /// # Errors
    ///
    /// If `min_months` is below 2 or greater than `window`.
    pub fn new(window: usize, min_months: usize) -> Result<Self, FactorError> {
        if !(2..=window).contains(&min_months) {
            let rule = format!("from 2 to `window` ({window})");
            return Err(FactorError::parameter("min_months", min_months, rule));
        }
        Ok(Self { window, min_months, confirm: false, has_levels: false, likes_hot: false })
    }
}

impl Factor for Heat {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("window", 60, 2, 600, "months in the window of a pair's mean")
            .zh("均值窗口的月数"),
        Parameter::integer("min_months", 36, 2, 600, "minimum months in the window for a pair")
            .zh("窗口内所需的最少月数"),
        Parameter::flag(
            "confirm",
            false,
            "score 1 only where heat fell in the last month, 3 only where it rose",
        )
        .zh("仅在热度转向时给出 1 分或 3 分")
        .with_alternatives(&[Alternative::Flag(true)]),
        Parameter::choice(
            "bands",
            "thirds",
            &["thirds", "levels"],
            "what is hot and cold: a third of the sectors each, or a forecast of at least 66⅔ and at most 33⅓",
        )
        .zh("冷热划分：各占三分之一，或热度预测值不低于 66⅔、不高于 33⅓")
        .with_alternatives(&[Alternative::Text("levels")]),
        Parameter::choice(
            "direction",
            "reversal",
            &["reversal", "momentum"],
            "reversal favours cold sectors, momentum favours hot ones",
        )
        .zh("方向：反转或动量")
        .with_alternatives(&[Alternative::Text("momentum")]),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        let heat = Self::new(parameters.count("window"), parameters.count("min_months"))?;
        let likes_hot = parameters.text("direction") == "momentum";
        let has_levels = parameters.text("bands") == "levels";
        Ok(Self { confirm: parameters.flag("confirm"), has_levels, likes_hot, ..heat })
    }

    fn spec(&self) -> Spec {
        // A return needs two closes, and the windows of three months begin in three months.
        Spec::new("heat", env!("CARGO_PKG_VERSION"), "Relative heat, reversed")
            .zh("相对热度")
            .scale(Scale::Points)
            .shown(presentation(self.likes_hot))
            .with_reasons(&[NO_HEAT])
            .input(Input::close(EntityKind::Sector, Frequency::Monthly, self.window + N_AVERAGED))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        // 1. Returns, and the pairs in which a sector is above and below its habit.
        let histories = Histories::new(view.panel("close")?, self.window, self.min_months);
        let counts = histories.counts();
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
            signal.table(self.turning(view, &forecast, heat, before));
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
        for sector in 0..view.n_sectors() {
            let (Some(value), Some(rank)) = (forecast.get(sector), ranks.get(sector)) else {
                signal.withhold(sector, NO_HEAT);
                continue;
            };
            let (is_hot, is_cold) = self.temperature(value, rank, n);
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

    /// Whether a forecast is hot, and whether it is cold, by levels or by thirds of `n` ranks.
    fn temperature(&self, value: f64, rank: f64, n: usize) -> (bool, bool) {
        if self.has_levels {
            // A level itself belongs to its band.
            return (!less_than(value, HOT), !less_than(COLD, value));
        }
        let third = (n / 3) as f64;
        (rank <= third, rank >= n as f64 - third + 1.0)
    }

    /// The sectors that are hot and cooling off (1), cold and picking up (2), and hot and still rising (3), the hottest first.
    fn turning(
        &self,
        view: &AsOfView<'_>,
        forecast: &CrossSection,
        heat: &CrossSection,
        before: &CrossSection,
    ) -> Table {
        let ranks = forecast.descending_ranks();
        let n = forecast.iter().flatten().count();
        let mut sectors: Vec<(usize, f64, f64)> = (0..view.n_sectors())
            .filter_map(|sector| Some((sector, forecast.get(sector)?, ranks.get(sector)?)))
            .collect();
        sectors.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        let of = |is_so: &dyn Fn((bool, bool), bool, bool) -> bool| -> String {
            let is_in = |(sector, value, rank): &&(usize, f64, f64)| {
                let (now, then) = (heat.as_slice()[*sector], before.as_slice()[*sector]);
                is_so(self.temperature(*value, *rank, n), less_than(now, then), less_than(then, now))
            };
            let codes = sectors.iter().filter(is_in).map(|(sector, ..)| view.sectors().code(*sector));
            codes.collect::<Vec<_>>().join(";")
        };
        let kinds = [
            (1.0, of(&|(is_hot, _), is_falling, _| is_hot && is_falling)),
            (2.0, of(&|(_, is_cold), _, is_rising| is_cold && is_rising)),
            (3.0, of(&|(is_hot, _), _, is_rising| is_hot && is_rising)),
        ];
        let (kinds, codes): (Vec<Option<f64>>, Vec<String>) = kinds
            .into_iter()
            .filter(|(_, codes)| !codes.is_empty())
            .map(|(kind, codes)| (Some(kind), codes))
            .unzip();
        Table::new("turning").numbers("kind", kinds).text("sectors", codes)
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
    let numbers = |of: fn(&Counts) -> u32| {
        counts.iter().map(|counts| counts.heat().map(|_| f64::from(of(counts)))).collect()
    };
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};
    use rotor_factor::{Month, Value};

    use super::*;

    /// Month-end closes from January 2020 on, from returns in percent, one column a sector; `None` for no close.
    fn closes(sectors: &[(&str, Vec<Option<f64>>)]) -> String {
        let codes: Vec<&str> = sectors.iter().map(|(code, _)| *code).collect();
        let mut text = format!("{}\n", codes.join(" "));
        let mut levels = vec![100.0; sectors.len()];
        let n_months = sectors[0].1.len();
        for month in 0..=n_months {
            let period = Month::new(2020 + month as i32 / 12, month as u32 % 12 + 1).unwrap();
            write!(text, "{period} {}", period.last_day()).unwrap();
            for (level, (_, returns)) in levels.iter_mut().zip(sectors) {
                let change = if month == 0 { Some(0.0) } else { returns[month - 1] };
                match change {
                    Some(change) => {
                        *level *= 1.0 + change / 100.0;
                        write!(text, " {level}").unwrap();
                    }
                    None => text += " -",
                }
            }
            text += "\n";
        }
        text
    }

    /// Returns in percent that look like noise and are the same every time.
    fn noise(seed: u64, n: usize) -> Vec<Option<f64>> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            Some((state >> 40) as f64 / f64::from(1 << 23) * 10.0 - 10.0)
        };
        (0..n).map(|_| next()).collect()
    }

    fn noisy(n_sectors: usize, n_months: usize) -> Vec<(&'static str, Vec<Option<f64>>)> {
        const CODES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
        (0..n_sectors).map(|idx| (CODES[idx], noise(idx as u64 + 1, n_months))).collect()
    }

    fn heat(given: impl IntoIterator<Item = (&'static str, Value)>) -> Heat {
        make([("window", 12.into()), ("min_months", 6.into())].into_iter().chain(given))
    }

    /// The day after the last of `n_months` months of returns.
    fn day(n_months: usize) -> String {
        let month = Month::new(2020 + n_months as i32 / 12, n_months as u32 % 12 + 1).unwrap();
        month.last_day().plus_days(1).unwrap().to_string()
    }

    #[test]
    fn ranks_and_pairs_agree() {
        let whole = noisy(8, 20);
        let mut gappy = whole.clone();
        gappy[0].1[3] = None;
        gappy[5].1[12] = None;
        for sectors in [whole, gappy] {
            let signal = evaluate(&heat([]), &day(20), &closes(&sectors)).unwrap();
            let z = signal.find_table("z").unwrap();
            let (above, below) =
                (signal.find_diagnostic("n_above").unwrap(), signal.find_diagnostic("n_below").unwrap());
            let mut total = 0.0;
            for (a, (code, _)) in sectors.iter().enumerate() {
                let of_row = |b: usize| z.columns()[b + 1].values.as_numbers().unwrap()[a];
                let row: Vec<f64> = (0..8).map(of_row).collect();
                let count = |is_it: fn(&f64) -> bool| row.iter().copied().filter(is_it).count() as f64;
                assert_eq!(above.get(a), Some(count(|z| *z > 1e-9)), "{code}");
                assert_eq!(below.get(a), Some(count(|z| *z < -1e-9)), "{code}");
                total += count(|z| *z > 1e-9);
                for (b, z_ab) in row.iter().enumerate().filter(|(_, z)| !z.is_nan()) {
                    let z_ba = z.columns()[a + 1].values.as_numbers().unwrap()[b];
                    assert_eq!(*z_ab, -z_ba, "z is antisymmetric");
                }
            }
            assert_eq!(total, 28.0, "8 sectors have 28 pairs, each with one above");
            let mean = signal.find_diagnostic("heat").unwrap().iter().flatten().sum::<f64>() / 8.0;
            assert!((mean - 50.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_unit_of_closes_changes_nothing() {
        let sectors = noisy(8, 20);
        let plain = closes(&sectors);
        let in_cents: String = plain
            .lines()
            .map(|line| {
                let cells = line.split(' ').enumerate();
                let scaled = cells.map(|(idx, cell)| match cell.parse::<f64>() {
                    Ok(close) if idx >= 2 => (close * 100.0).to_string(),
                    _ => cell.to_owned(),
                });
                scaled.collect::<Vec<_>>().join(" ") + "\n"
            })
            .collect();
        assert_eq!(raws(&heat([]), &day(20), &plain), raws(&heat([]), &day(20), &in_cents));
    }

    #[test]
    fn thirds_of_the_mean_of_three_months() {
        let text = closes(&noisy(7, 20));
        let signal = evaluate(&heat([]), &day(20), &text).unwrap();
        let months = [0, 1, 2].map(|lag| {
            let signal = evaluate(&heat([]), &day(20 - lag), &text).unwrap();
            signal.find_diagnostic("heat").unwrap().clone()
        });
        for sector in 0..7 {
            let mean = months.iter().map(|heat| heat.get(sector).unwrap()).sum::<f64>() / 3.0;
            assert!((signal.raw_of(sector).unwrap() + mean).abs() < 1e-12);
            let forecast = &signal.forecasts()[sector];
            assert!((forecast.value - mean).abs() < 1e-12);
            assert_eq!(forecast.naive, months[0].get(sector).unwrap());
            assert_eq!(signal.realized_values()[sector].value, forecast.naive);
            assert_eq!((forecast.target.as_ref(), forecast.period.to_string()), ("heat", "2021-10".into()));
        }
        // A third of 7 is 2; where places 2 and 3 are shared, neither is among the first two.
        let expected = "a -77.7778, b -61.1111, c -61.1111, d -22.2222, e -55.5556, f -27.7778, g -44.4444";
        assert_eq!(raws(&heat([]), &day(20), &text), expected);
        assert_eq!(scores(&heat([]), &day(20), &text), "a 1, b 2, c 2, d 3, e 2, f 3, g 2");
    }

    #[test]
    fn momentum_likes_what_reversal_does_not() {
        let text = closes(&noisy(7, 20));
        let swapped: Vec<f64> = (0..7)
            .map(|sector| {
                let reversal = evaluate(&heat([]), &day(20), &text).unwrap();
                let momentum = evaluate(&heat([("direction", "momentum".into())]), &day(20), &text).unwrap();
                assert_eq!(momentum.raw_of(sector), reversal.raw_of(sector).map(|raw| -raw));
                momentum.score_of(sector).unwrap() + reversal.score_of(sector).unwrap()
            })
            .collect();
        assert_eq!(swapped, [4.0; 7]);
    }

    #[test]
    fn levels_need_no_thirds() {
        // The forecasts of `thirds_of_the_mean_of_three_months`: one is above 66⅔, two are below 33⅓.
        let text = closes(&noisy(7, 20));
        let with = |given: &[(&'static str, Value)]| {
            let levels = [("bands", "levels".into())].into_iter();
            scores(&heat(levels.chain(given.iter().cloned())), &day(20), &text)
        };
        assert_eq!(with(&[]), "a 1, b 2, c 2, d 3, e 2, f 3, g 2");
        assert_eq!(with(&[("direction", "momentum".into())]), "a 3, b 2, c 2, d 1, e 2, f 1, g 2");
        // Four sectors in one order for three months, after months without a return: the inner ones stand on the levels.
        let steady = || -> Vec<(&'static str, Vec<Option<f64>>)> {
            let all = [("a", 4.0), ("b", 3.0), ("c", 2.0), ("d", 1.0)];
            let returns = |last: f64| {
                let month = |month: usize| Some(if month < 10 { 0.0 } else { last });
                (0..13).map(month).collect()
            };
            all.iter().map(|(code, last)| (*code, returns(*last))).collect()
        };
        let levels = heat([("bands", "levels".into())]);
        let four = closes(&steady());
        assert_eq!(raws(&levels, &day(13), &four), "a -100.0000, b -66.6667, c -33.3333, d -0.0000");
        assert_eq!(scores(&levels, &day(13), &four), "a 1, b 1, c 3, d 3", "a level belongs to its band");
        assert_eq!(scores(&heat([]), &day(13), &four), "a 1, b 2, c 2, d 3");
    }

    #[test]
    fn confirmed_scores_have_turned() {
        let text = closes(&noisy(8, 20));
        let (plain, confirmed) = (heat([]), heat([("confirm", true.into())]));
        let (mut n_kept, mut n_lost) = (0, 0);
        for n_months in 15..20 {
            let [plain, confirmed] =
                [&plain, &confirmed].map(|factor| evaluate(factor, &day(n_months), &text).unwrap());
            let table = plain.find_table("heat").unwrap();
            let column = |name: &str| table.find(name).unwrap().as_numbers().unwrap().to_vec();
            for (sector, (now, then)) in column("heat").iter().zip(column("heat_1_month_ago")).enumerate() {
                let score = plain.score_of(sector).unwrap();
                let has_turned = (score == 1.0 && *now < then) || (score == 3.0 && *now > then);
                assert_eq!(confirmed.score_of(sector), Ok(if has_turned { score } else { 2.0 }));
                n_kept += usize::from(has_turned);
                n_lost += usize::from(!has_turned && score != 2.0);
            }
        }
        assert!(n_kept > 0 && n_lost > 0);
    }

    #[test]
    fn a_new_sector_waits_for_its_months() {
        let mut sectors = noisy(4, 20);
        // Six returns: enough for the last month, too few for the two before.
        sectors[3].1[..13].fill(None);
        let text = closes(&sectors).replacen(" 100\n", " -\n", 1);
        let reason =
            "no heat in one of the last three months: no other sector shares `min_months` returns with it";
        assert!(reasons(&heat([]), &day(20), &text).ends_with(&format!("d - ({reason})")));
        let signal = evaluate(&heat([]), &day(20), &text).unwrap();
        assert!(signal.find_diagnostic("heat").unwrap().get(3).is_some(), "its heat of the month is known");
        assert_eq!(signal.forecasts().len(), 3);
        assert!(!scores(&heat([("min_months", 4.into())]), &day(20), &text).contains('-'));
    }

    #[test]
    fn odd_closes_give_reasons_and_no_panic() {
        let flat: Vec<Option<f64>> = vec![Some(0.0); 20];
        let twins = [("a", flat.clone()), ("b", flat.clone()), ("c", flat)];
        assert_eq!(raws(&heat([]), &day(20), &closes(&twins)), "a -50.0000, b -50.0000, c -50.0000");
        let mut huge = noisy(3, 20);
        huge[1].1[18] = Some(1e14);
        assert!(!scores(&heat([]), &day(20), &closes(&huge)).contains('-'));
        let alone = [("a", noise(1, 20))];
        assert!(reasons(&heat([]), &day(20), &closes(&alone)).starts_with("a - (no heat"));
        assert!(reasons(&heat([]), &day(3), &closes(&noisy(3, 3))).starts_with("a - (no heat"));
    }

    #[test]
    fn more_months_than_the_window_are_refused() {
        let error = Heat::new(12, 13).unwrap_err();
        assert_eq!(error.to_string(), "parameter `min_months` is 13; it must be from 2 to `window` (12)");
    }

    #[test]
    fn keeps_the_factor_contract() {
        let mut sectors = noisy(7, 20);
        check_contract(&heat([]), &day(20), &closes(&sectors));
        sectors[2].1[4] = None;
        check_contract(&heat([("confirm", true.into())]), &day(20), &closes(&sectors));
    }
}
