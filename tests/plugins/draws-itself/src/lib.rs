//! A factor that says how it is shown: a title, words for its scores, a sentence a sector, one table and one figure.
//!
//! Expected: accepted; the note has its table under its title, and draws its figure.

use rotor_factor::{
    AsOfView, ColumnSpec, CrossSection, EntityKind, Factor, FactorError, FigureSpec, Frequency, Input,
    Parameter, Parameters, Presentation, Signal, Spec, Table, TableSpec,
};

/// The return of the last month, scored by thirds, beside that of the last three.
pub struct DrawsItself;

/// Twenty lines are all it takes.
fn presentation() -> Presentation {
    Presentation::titled(("Short-term strength", "短期强弱"))
        .score_words(("strong", "强"), ("average", "中"), ("weak", "弱"))
        .sentence(
            "strength",
            ("last month {month}, three months {quarter}", "上月 {month}，三个月 {quarter}"),
        )
        .about_scores(("The strongest third of the sectors scores 3.", "最强的三分之一行业得 3 分。"))
        .risk(("What rose last month may fall this month.", "上月上涨的行业本月可能回落。"))
        .table(
            TableSpec::new("strength", ("Strength by sector", "各行业强弱"))
                .column(ColumnSpec::code("sector", ("sector", "行业")))
                .column(ColumnSpec::number("month", ("last month", "上月"), 1).fraction().signed())
                .column(ColumnSpec::number("quarter", ("three months", "三个月"), 1).fraction().signed())
                .figure(
                    FigureSpec::dots("sector", &["quarter", "month"])
                        .sorted_by("month")
                        .titled(("From three months to one", "三个月至一个月"))
                        .axis(("return, %", "涨跌幅，%")),
                ),
        )
}

impl Factor for DrawsItself {
    const PARAMETERS: &'static [Parameter] = &[];

    fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
        Ok(Self)
    }

    fn spec(&self) -> Spec {
        Spec::new("draws_itself", "0.1.0", "Strength of the last month")
            .shown(presentation())
            .input(Input::close(EntityKind::Sector, Frequency::Monthly, 4))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let closes = view.window("close", 4)?;
        let since = |lag: usize| {
            CrossSection::zip_with(&closes.lag(0), &closes.lag(lag), |end, start| end / start - 1.0)
        };
        let (month, quarter) = (since(1), since(3));
        let mut signal = Signal::thirds(view, &month, "a close is missing");
        if view.wants_tables() {
            let sectors = view.sectors().codes().map(String::from).collect();
            let table = Table::new("strength").text("sector", sectors);
            let table = table.numbers("month", month.iter().collect());
            signal.table(table.numbers("quarter", quarter.iter().collect()));
        }
        Ok(signal)
    }
}

rotor_factor::export_factor!(DrawsItself);
