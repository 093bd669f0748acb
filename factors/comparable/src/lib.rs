//! Comparable: whether the companies that have reported so far grow faster than the same companies did a quarter before.
//!
//! | | |
//! |---|---|
//! | Input | `comparable_ytd_yoy`, `comparable_ytd_yoy_before` and `comparable_coverage` of the sector, quarterly; a dataset with `companies` and `filings` has them from these |
//! | Formula | D = G(q) - G(q₋), both the growth of net profit since January of one and the same set of companies: those that have reported for q, and the quarter q₋ before it |
//! | Unit | growth in percent, clipped at ±200; D in percentage points; coverage from 0 to 1 of the sector's assets |
//! | Direction | higher is better: D > 1 scores 3, D < -1 scores 1, else 2 |
//! | Publication lag | as filed, from day to day: q is the latest of the two last quarter-ends whose coverage is at least 0.20 and that has both growths |
//! | Missing | no score while less than a fifth of a sector's assets have reported |
//! | Source | a broker's strategy weekly of 2024 (growth on a comparable basis); the set of companies, band and scores are this project's |
//!
//! It never compares those who have reported with all companies of the quarter before: that difference is the selection of who reports early. For a first quarter q₋ is the whole
//! year before, which sums over another number of months.

use rotor_factor::{
    AsOfView, Calendar, ColumnSpec, CrossSection, Date, EntityKind, Explanation, Factor, FactorError,
    FigureSpec, Frequency, Input, Panel, Parameter, Parameters, Presentation, Reason, Scale, Signal, Spec,
    Table, TableSpec,
};
use rotor_stats::{equal, less_than};

/// By how much the growth of the companies that have reported exceeds their own of a quarter before.
///
/// ```
/// use factor_comparable::Comparable;
/// use rotor_factor::testing;
///
/// let data = "
///     [growth]
///                        steel
///     2024Q2 2024-07-20    8.5
///     [growth_before]
///                        steel
///     2024Q2 2024-07-20    6.0
///     [coverage]
///                        steel
///     2024Q2 2024-07-20    0.4
/// ";
/// let factor = testing::make::<Comparable>([]);
/// assert_eq!(testing::raws(&factor, "2024-08-01", data), "steel 2.5000");
/// assert_eq!(testing::scores(&factor, "2024-08-01", data), "steel 3");
/// ```
#[derive(Clone, Debug)]
pub struct Comparable {
    /// From 0 to 1.
    min_coverage: f64,
    /// In percentage points.
    band: f64,
}

rotor_factor::export_factor!(Comparable);

/// Two quarter-ends before the day, and one more for a day whose last quarter is not complete.
const N_QUARTERS: usize = 3;

const TOO_FEW: Reason = Reason::new("too_few_reports", "fewer than a fifth of its assets have reported")
    .zh("已披露公司的资产占比不足五分之一");
const BELOW_COVERAGE: Reason =
    Reason::new("below_coverage", "less than {share}% of its assets have reported (`min_coverage`)")
        .zh("已披露公司的资产占比不足{share}%（`min_coverage`）");

/// What those who have reported say of a quarter.
struct Reported {
    quarter_end: Date,
    growth: f64,
    before: f64,
    coverage: f64,
}

impl Reported {
    fn change(&self) -> f64 {
        // There is no negative zero.
        self.growth - self.before + 0.0
    }
}

impl Factor for Comparable {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number(
            "min_coverage",
            0.2,
            0.0,
            1.0,
            "minimum share of a sector's assets whose companies have reported",
        )
        .zh("已披露公司资产占比下限"),
        Parameter::number("band", 1.0, 0.0, 400.0, "changes up to this count as none, percentage points")
            .zh("死区，百分点"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Ok(Self { min_coverage: parameters.number("min_coverage"), band: parameters.number("band") })
    }

    fn spec(&self) -> Spec {
        let of_sectors =
            |series: &str| Input::series(series, EntityKind::Sector, Frequency::Quarterly, N_QUARTERS);
        Spec::new("comparable", env!("CARGO_PKG_VERSION"), "Growth of those who have reported, like for like")
            .zh("一致可比口径利润增速")
            .scale(Scale::Points)
            .shown(presentation())
            .with_reasons(&[TOO_FEW, BELOW_COVERAGE])
            .input(of_sectors("comparable_ytd_yoy").named("growth"))
            .input(of_sectors("comparable_ytd_yoy_before").named("growth_before"))
            .input(of_sectors("comparable_coverage").named("coverage"))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let panels = [view.panel("growth")?, view.panel("growth_before")?, view.panel("coverage")?];
        let mut signal = Signal::new(view);
        let mut all: Vec<Option<Reported>> = Vec::with_capacity(view.n_sectors());
        for sector in 0..view.n_sectors() {
            let reported = self.reported(&panels, sector, view.as_of().0);
            match &reported {
                Some(reported) => signal.score(sector, self.score(reported.change()), reported.change()),
                None => signal.withhold(sector, self.too_few()),
            }
            all.push(reported);
        }
        let mut number = |name: &'static str, of: fn(&Reported) -> f64| {
            let values = all.iter().map(|reported| reported.as_ref().map(of));
            signal.diagnostic(name, values.collect::<CrossSection>());
        };
        number("growth", |reported| reported.growth);
        number("growth_before", |reported| reported.before);
        number("coverage", |reported| reported.coverage);
        if view.wants_tables() {
            signal.table(table(view, &all));
        }
        Ok(signal)
    }
}

impl Comparable {
    /// 5. The latest of the two last quarter-ends before the day of which enough is known.
    fn reported(&self, panels: &[Panel<'_>; 3], sector: usize, as_of: Date) -> Option<Reported> {
        // The quarter of the day ends on the day or later.
        let last = Calendar::Quarters.position(as_of) - 1;
        [last, last - 1].into_iter().find_map(|quarter| {
            let [growth, before, coverage] = panels.map(|panel| panel.at(sector, quarter));
            let coverage = coverage.filter(|coverage| !less_than(*coverage, self.min_coverage))?;
            let quarter_end = Calendar::Quarters.last_day(quarter)?;
            Some(Reported { quarter_end, growth: growth?, before: before?, coverage })
        })
    }

    /// Returns the reason of a sector of which too little is known.
    fn too_few(&self) -> Explanation {
        let share = 100.0 * self.min_coverage;
        if equal(share, 20.0) { TOO_FEW.into() } else { BELOW_COVERAGE.with(&[("share", &share)]) }
    }

    /// The boundary of the band is inside it.
    fn score(&self, change: f64) -> f64 {
        if less_than(self.band, change) {
            3.0
        } else if less_than(change, -self.band) {
            1.0
        } else {
            2.0
        }
    }
}

/// Both growths of each sector that has a score.
fn table(view: &AsOfView<'_>, all: &[Option<Reported>]) -> Table {
    let scored = || all.iter().enumerate().filter_map(|(sector, it)| Some((sector, it.as_ref()?)));
    let numbers = |of: fn(&Reported) -> f64| scored().map(|(_, reported)| Some(of(reported))).collect();
    Table::new("comparable")
        .text("sector", scored().map(|(sector, _)| view.sectors().code(sector).into()).collect())
        .dates("quarter", scored().map(|(_, reported)| reported.quarter_end).collect())
        .numbers("coverage", numbers(|reported| reported.coverage))
        .numbers("growth", numbers(|reported| reported.growth))
        .numbers("before", numbers(|reported| reported.before))
        .numbers("change", numbers(Reported::change))
}

/// How it is shown.
fn presentation() -> Presentation {
    let percent = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1).signed().unit("%");
    Presentation::titled(("Comparable sample", "一致可比口径"))
        .score_words(("accelerating", "加速"), ("steady", "平稳"), ("slowing", "放缓"))
        .sentence(
            "comparable",
            (
                "those who have reported grew by {growth} in {quarter}, the same companies by {before} a quarter before",
                "已披露公司 {quarter} 净利润同比 {growth}，同一批公司上季为 {before}",
            ),
        )
        .about_scores((
            "Growth of net profit since January of the companies that have reported, and of the same companies in the quarter before. A change of more than the band (1 percentage point by default) upwards scores 3, downwards 1, else 2. For a first quarter the one before is the whole year.",
            "已披露公司归母净利润累计同比与同一批公司上一季度的累计同比之差。上升超过阈值（默认 1 个百分点）得 3 分，下降超过阈值得 1 分，否则得 2 分；一季度对比的是上年全年。",
        ))
        .risk((
            "Those who report early are not a sample of all: the change is like for like, but of them alone.",
            "较早披露的公司并非全体的随机样本：口径虽一致，但只代表这些公司。",
        ))
        .table(
            TableSpec::new("comparable", ("Growth of those who have reported, like for like", "一致可比口径净利润增速"))
                .columns([
                    ColumnSpec::code("sector", ("sector", "行业")),
                    ColumnSpec::quarter("quarter", ("quarter", "报告期")),
                    ColumnSpec::number("coverage", ("coverage of assets", "资产覆盖率"), 1).fraction(),
                    percent("growth", ("growth", "累计同比")),
                    percent("before", ("a quarter before", "上季累计同比")),
                    ColumnSpec::number("change", ("change", "变化"), 1).signed().unit(("pp", "百分点")),
                ])
                .figure(
                    FigureSpec::bars("sector", &["change"])
                        .sorted_by("change")
                        .titled(("Change of growth, same companies", "同一批公司增速变化"))
                        .axis(("percentage points", "百分点")),
                ),
        )
}

#[cfg(test)]
mod tests {
    use rotor_factor::Value;
    use rotor_factor::testing::{check_contract, evaluate, make, raws, reasons, scores};

    use super::*;

    /// Quarters with a release, coverage and both growths of a sector.
    fn text(rows: &[(&str, &str, f64, f64, f64)]) -> String {
        let of = |input: &str, of: fn(&(&str, &str, f64, f64, f64)) -> f64| {
            let lines: Vec<String> =
                rows.iter().map(|row| format!("{} {} {}\n", row.0, row.1, of(row))).collect();
            format!("[{input}]\nsteel\n{}", lines.concat())
        };
        of("growth", |row| row.3) + &of("growth_before", |row| row.4) + &of("coverage", |row| row.2)
    }

    fn factor<const N: usize>(given: [(&'static str, Value); N]) -> Comparable {
        make(given)
    }

    /// The growth of six companies, five of which have reported for the second quarter: with one that loses half of its profits, and without.
    #[test]
    fn the_same_companies_a_quarter_before() {
        let coverage = 2000.0 / 3500.0;
        for (growth, before, change, score) in [
            (-79.255_319_148_9, -96.402_877_697_8, 17.147_558_548_9, 3.0),
            (7.432_432_432_4, 8.308_605_341_2, -0.876_172_908_8, 2.0),
        ] {
            let text = text(&[("2024Q2", "2024-07-20", coverage, growth, before)]);
            let signal = evaluate(&factor([]), "2024-08-01", &text).unwrap();
            assert!((signal.raw_of(0).unwrap() - change).abs() < 1e-9, "{:?}", signal.raw_of(0));
            assert_eq!(signal.score_of(0), Ok(score));
            let coverage = signal.find_diagnostic("coverage").unwrap().get(0).unwrap();
            assert!((coverage - 0.571_428_571_4).abs() < 1e-9);
        }
    }

    #[test]
    fn the_band_is_inside() {
        let says = |growth: f64| {
            scores(&factor([]), "2024-08-01", &text(&[("2024Q2", "2024-07-20", 0.5, growth, 2.0)]))
        };
        assert_eq!([3.0, 3.1, 1.0, 0.9].map(says), ["steel 2", "steel 3", "steel 2", "steel 1"]);
        let wide = factor([("band", 5.0.into())]);
        assert_eq!(scores(&wide, "2024-08-01", &text(&[("2024Q2", "2024-07-20", 0.5, 7.0, 2.0)])), "steel 2");
    }

    #[test]
    fn the_latest_quarter_of_which_enough_is_known() {
        let rows = [("2024Q1", "2024-04-20", 1.0, 9.0, 1.0), ("2024Q2", "2024-07-20", 0.1999, 5.0, 1.0)];
        assert_eq!(raws(&factor([]), "2024-08-01", &text(&rows)), "steel 8.0000");
        let mut enough = rows.to_vec();
        enough.push(("2024Q2", "2024-07-21", 0.2, 5.0, 1.0));
        assert_eq!(raws(&factor([]), "2024-08-01", &text(&enough)), "steel 4.0000");
        // What is released on the day is not known on it.
        assert_eq!(raws(&factor([]), "2024-07-21", &text(&enough)), "steel 8.0000");
        // A coverage of nothing takes a growth back.
        enough.push(("2024Q2", "2024-07-25", 0.0, 5.0, 1.0));
        assert_eq!(raws(&factor([]), "2024-08-01", &text(&enough)), "steel 8.0000");
        // The third quarter-end before a day is too old, and that of the day itself is not before it.
        let none = "steel - (fewer than a fifth of its assets have reported)";
        assert_eq!(reasons(&factor([]), "2024-10-08", &text(&rows)), none);
        assert_eq!(raws(&factor([]), "2024-09-30", &text(&rows)), "steel 8.0000");
        let half = factor([("min_coverage", 0.5.into())]);
        let reason = "steel - (less than 50% of its assets have reported (`min_coverage`))";
        assert_eq!(reasons(&half, "2024-10-08", &text(&rows)), reason);
    }

    /// A growth without the other is none.
    #[test]
    fn both_growths_are_needed() {
        let whole = text(&[("2024Q2", "2024-07-20", 0.5, 5.0, 1.0)]);
        let lacking =
            whole.replace("[growth_before]\nsteel\n2024Q2 2024-07-20 1\n", "[growth_before]\nsteel\n");
        assert_ne!(lacking, whole);
        let none = "steel - (fewer than a fifth of its assets have reported)";
        assert_eq!(reasons(&factor([]), "2024-08-01", &lacking), none);
    }

    #[test]
    fn keeps_the_factor_contract() {
        let text = "
            [growth]
                              steel  banks
            2024Q1 2024-04-20     9      3
            2024Q2 2024-07-20     5      4
            [growth_before]
                              steel  banks
            2024Q1 2024-04-20     8      4
            2024Q2 2024-07-20     1      -
            [coverage]
                              steel  banks
            2024Q1 2024-04-20   1.0    0.9
            2024Q2 2024-07-20   0.3    0.4
        ";
        check_contract(&factor([]), "2024-08-01", text);
    }
}
