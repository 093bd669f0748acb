//! How valuation is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};

pub(crate) fn presentation(is_momentum: bool) -> Presentation {
    let (cheap, fair, expensive) = (("cheap", "低估"), ("fair", "适中"), ("expensive", "高估"));
    let (high, low) = if is_momentum { (expensive, cheap) } else { (cheap, expensive) };
    Presentation::titled(("Valuation", "估值分位"))
        .score_words(high, fair, low)
        .sentence(
            "valuation",
            (
                "{is_pb} {multiple}, percentile {percentile} of its window",
                "{is_pb} {multiple}，处于窗口 {percentile} 分位",
            ),
        )
        .about_scores((
            "The percentile of the latest multiple among the sector's own multiples of the window (120 months by default), half of the ties counted below. By default a percentile of at most 30 scores 3, of at least 70 scores 1, else 2. PB replaces PE in sectors whose earnings are cyclical or negative.",
            "最新估值在该行业自身窗口（默认 120 个月）内的分位，相等者计一半。默认分位 ≤ 30 得 3 分，≥ 70 得 1 分，否则得 2 分；盈利周期性强或为负的行业以市净率代替市盈率。",
        ))
        .risk((
            "A low percentile says that a sector was dearer before, not that it will be dearer again: earnings may fall, and the window decides what counts as low.",
            "低分位只说明该行业过去更贵，并不意味着会回升：盈利可能下滑，且分位高低取决于窗口的选择。",
        ))
        .tables([valuation(), history()])
}

fn multiple() -> ColumnSpec {
    ColumnSpec::number("multiple", ("multiple", "估值"), 2)
}

fn measure() -> ColumnSpec {
    ColumnSpec::number("is_pb", ("measure", "口径"), 0)
        .word(0.0, ("PE TTM", "市盈率（TTM）"))
        .word(1.0, ("PB", "市净率"))
}

fn valuation() -> TableSpec {
    let percentile = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1).unit("%");
    TableSpec::new("valuation", ("Multiples and their percentiles", "估值与历史分位"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            measure(),
            multiple(),
            percentile("percentile", ("percentile in the window", "窗口分位")),
            percentile("percentile_all", ("percentile in all history", "全部历史分位")),
            ColumnSpec::number("n", ("values in the window", "窗口样本数"), 0).detail(),
        ])
        .figure(
            FigureSpec::bars("sector", &["percentile", "percentile_all"])
                .sorted_by("percentile")
                .titled(("Valuation percentiles", "估值分位"))
                .axis(("percentile, %", "分位，%"))
                .about((
                    "In the window and in all history that is public. The two differ where the level of multiples has moved for good.",
                    "窗口内分位与全部可得历史分位。若估值中枢发生长期变化，两者会有差异。",
                )),
        )
}

fn history() -> TableSpec {
    TableSpec::new("history", ("Multiples of the window", "窗口内估值"))
        .columns([
            ColumnSpec::code("sector", ("sector", "行业")),
            ColumnSpec::month("month", ("month", "月份")),
            measure(),
            multiple(),
        ])
        .unlisted()
        .figure(FigureSpec::boxes("sector", "multiple").axis(("multiple", "倍数")).about((
            "The last multiple above zero of each month of the window; the latest is marked.",
            "窗口内每月最后一个为正的估值；标记处为最新值。",
        )))
}
