//! How rolling profit is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, TableSpec};

pub(crate) fn presentation() -> Presentation {
    Presentation::titled(("Rolling profit", "三个月滚动利润增速"))
        .score_words(("accelerating", "加速"), ("steady", "平稳"), ("slowing", "放缓"))
        .sentence(
            "change",
            (
                "three-month profit growth {r3} after {r3_before}",
                "三个月滚动利润增速 {r3}，此前三个月为 {r3_before}",
            ),
        )
        .about_scores((
            "R3 is the growth of a sector's industrial profits over three months against the comparable months of the year before. A sector scores 3 if R3 exceeds that of the three months before by more than the band (5 percentage points by default), 1 if it lies below by more, else 2.",
            "R3 为三个月工业利润合计的可比同比。默认 R3 较此前三个月上升超过 5 个百分点得 3 分，下降超过 5 个百分点得 1 分，否则得 2 分。",
        ))
        .risk((
            "Profits of single months are differences of published sums: rounding leaves about half a percentage point in R3, and revisions of a sum fall into one month.",
            "单月利润由累计值相减得到：四舍五入会使 R3 有约 0.5 个百分点的误差，累计值的修订会全部计入某一个月。",
        ))
        .tables([change(), rolling(), industries(), contribution()])
}

fn percent(name: &str, title: (&str, &str)) -> ColumnSpec {
    ColumnSpec::number(name, title, 1).signed().unit("%")
}

fn points(name: &str, title: (&str, &str)) -> ColumnSpec {
    ColumnSpec::number(name, title, 1).signed().unit(("pp", "百分点"))
}

fn sector() -> ColumnSpec {
    ColumnSpec::code("sector", ("sector", "行业"))
}

fn industry() -> ColumnSpec {
    ColumnSpec::code("industry", ("industry", "工业行业"))
}

fn change() -> TableSpec {
    TableSpec::new("change", ("Change of three-month profit growth", "三个月滚动利润增速的变化"))
        .columns([
            sector(),
            ColumnSpec::month("month", ("up to", "截至")),
            percent("r3", ("R3", "R3")),
            percent("r3_before", ("three months before", "此前三个月")),
            points("change", ("change", "变化")),
            ColumnSpec::number("n_classes", ("industries", "工业行业数"), 0).detail(),
        ])
        .figure(
            FigureSpec::bars("sector", &["change"])
                .sorted_by("change")
                .axis(("change of three-month growth, pp", "三个月滚动增速变化，百分点")),
        )
}

fn rolling() -> TableSpec {
    TableSpec::new("rolling", ("Three-month profit growth by sector", "各行业三个月滚动利润增速"))
        .columns([
            sector(),
            ColumnSpec::month("month", ("month", "月份")),
            percent("r3", ("R3", "R3")),
            points("change", ("change", "变化")),
        ])
        .unlisted()
        .figure(
            FigureSpec::small_multiples("sector", "month", &["r3"])
                .by_group()
                .axis(("three-month growth, YoY, %", "三个月滚动同比，%"))
                .about((
                    "Industrial profits of three months against the same months a year before, weighted by the sector–industry mapping in force and cut at the bounds of the factor. No January: it is in the lump of January and February.",
                    "三个月工业利润合计的同比，按当前行业映射权重汇总，并按因子设定截断。1 月不单列，计入 1—2 月合计。",
                )),
        )
}

fn industries() -> TableSpec {
    let money = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1);
    TableSpec::new("industries", ("Three-month profits by industry", "各工业行业三个月利润"))
        .columns([
            industry(),
            ColumnSpec::month("month", ("month", "月份")),
            money("profit", ("profit", "利润")),
            money("base", ("a year before, comparable", "上年同期（可比）")),
            percent("r3", ("R3", "R3")),
        ])
        .unlisted()
        .figure(
            FigureSpec::small_multiples("industry", "month", &["r3"])
                .axis(("three-month growth, YoY, %", "三个月滚动同比，%")),
        )
}

fn contribution() -> TableSpec {
    let share = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1).unit("%");
    TableSpec::new("contribution", ("Contribution of industries to profit growth", "各工业行业对利润增速的拉动"))
        .about((
            "Profits since January up to the last month: what each industry adds to the growth of its sector, in percentage points. The contributions of a sector sum to its growth.",
            "截至最新月份的累计利润：各工业行业对所属行业利润增速的拉动（百分点）。同一行业的拉动之和等于其增速。",
        ))
        .columns([
            sector(),
            industry(),
            ColumnSpec::month("month", ("month", "月份")).detail(),
            points("points", ("contribution", "拉动")),
            share("rate", ("share of the growth", "贡献率")),
            share("base_share", ("share a year before", "上年占比")),
            points("share_change", ("change of the share", "占比变化")).detail(),
        ])
}
