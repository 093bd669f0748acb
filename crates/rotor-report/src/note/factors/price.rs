//! Price: the joint effect of CPI and PPI on the margin with its t, and where CPI, PPI and the gap between them stand.

use crate::text::sparkline;
use rotor_factor::{EntityKind, Signal, Value};

use super::{FactorSection, figures};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::page::{Block, Column, Table};
use crate::words::{Lang, fixed, or_none, say, signed};

/// The months of the gap that are shown.
const SHOWN_MONTHS: usize = 7;

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<FactorSection> {
    let lang = context.lang;
    let numbers = ["n", "r2", "b_cpi", "b_ppi", "theta", "t", "critical_t"];
    let regression = Columns::find(result.signal, "regression", &["sector"], &[], &numbers)?;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::number(lang.of("θ, pp", "联合效应 θ")),
        Column::number(lang.of("t", "t 值")),
        Column::number(lang.of("critical t", "临界 t 值")),
        Column::number("b CPI"),
        Column::number("b PPI"),
        Column::number("R²"),
        Column::number(lang.of("quarters", "季度数")).detail(),
        Column::number(lang.of("gross margin %", "毛利率 %")).detail(),
        Column::number(lang.of("next quarter %", "下季预测 %")).detail(),
    ]);
    let mut grounds = vec![String::new(); context.names.len()];
    for sector in scored(result.signal) {
        let row = *regression.rows_of("sector", context.code(sector)).first()?;
        let number =
            |column: &str, decimals: usize| or_none(regression.number(column, row), |it| fixed(it, decimals));
        let with_sign = |column: &str, decimals: usize| {
            or_none(regression.number(column, row), |it| signed(it, decimals))
        };
        if let Some(theta) = regression.number("theta", row) {
            grounds[sector] = say!(
                lang,
                "θ {theta} pp, t {t}, critical {critical}",
                "θ {theta}pp，t 值 {t}，临界值 {critical}",
                theta = signed(theta, 2),
                t = with_sign("t", 2),
                critical = number("critical_t", 2),
            );
        }
        table.row([
            context.names[sector].clone(),
            context.score(result.factor, result.signal.score_of(sector).ok()),
            with_sign("theta", 2),
            with_sign("t", 2),
            number("critical_t", 2),
            with_sign("b_cpi", 2),
            with_sign("b_ppi", 2),
            number("r2", 2),
            number("n", 0),
            number("margin", 1),
            number("forecast", 1),
        ]);
    }
    let mut blocks: Vec<Block> = scenario(lang, result.signal).into_iter().map(Block::from).collect();
    if !table.rows.is_empty() {
        blocks.push(table.into());
        let thetas = (0..regression.n_rows()).filter_map(|row| regression.number("theta", row));
        blocks.extend(caution(context, result, thetas.count()));
    }
    blocks.extend(figures::of_price(context, result, &scored(result.signal)));
    blocks.extend(gap(lang, result.signal).unwrap_or_default());
    blocks.extend(figures::of_gap(context, result.signal));
    Some(FactorSection { blocks, grounds })
}

/// How many of the scores chance alone would give.
fn caution(context: &NoteContext<'_>, result: FactorResult<'_>, n: usize) -> Option<Block> {
    let expected = fixed(alpha(context, result)? * n as f64, 0);
    (n > 0).then(|| {
        Block::Warning(say!(
            context.lang,
            "The {n} sectors are tested one by one: even if prices had no effect on any margin, about {expected} of them would score 3 or 1 by luck, and more because margins and prices both have trends.",
            "{n} 个行业逐一做显著性检验：即使价格对毛利率毫无影响，仍约有 {expected} 个会偶然得 3 分或 1 分；毛利率与价格均有趋势，误判只会更多。"
        ))
    })
}

/// The level of the factor's test.
pub(crate) fn alpha(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<f64> {
    let settings = context.note.config.of_factor(result.factor.spec.name());
    match settings.parameters.get("alpha")? {
        Value::Number(alpha) => Some(*alpha),
        Value::Integer(alpha) => Some(*alpha as f64),
        Value::Flag(_) | Value::Text(_) => None,
    }
}

/// Which way CPI and PPI move.
fn scenario(lang: Lang, signal: &Signal) -> Option<String> {
    let direction = |name: &str| {
        let found =
            signal.diagnostics().iter().find(|one| one.name == name && one.kind == EntityKind::Market)?;
        let value = found.values.iter().flatten().next()?;
        Some(match value {
            _ if value > 0.0 => (lang.of("up", "上行"), "+"),
            _ if value < 0.0 => (lang.of("down", "下行"), "-"),
            _ => (lang.of("flat", "持平"), ""),
        })
    };
    let ((cpi, sign_cpi), (ppi, sign_ppi)) = (direction("direction_cpi")?, direction("direction_ppi")?);
    let terms: Vec<String> = [(sign_cpi, "b CPI"), (sign_ppi, "b PPI")]
        .iter()
        .filter(|(sign, _)| !sign.is_empty())
        .map(|(sign, name)| format!("{sign} {name}"))
        .collect();
    if terms.is_empty() {
        return Some(say!(
            lang,
            "Scenario: CPI {cpi}, PPI {ppi}. Prices have no direction, so that every score is 2 (neutral).",
            "情景：CPI {cpi}，PPI {ppi}。价格无明确方向，得分均为 2（中性）。"
        ));
    }
    let terms = terms.join(" ");
    Some(say!(
        lang,
        "Scenario: CPI {cpi}, PPI {ppi}. θ = {terms} is the effect on the gross margin of one percentage point of each in this direction. The score is 3 (benefits) or 1 (hurt) if |t| exceeds the critical t, else 2 (neutral).",
        "情景：CPI {cpi}，PPI {ppi}。θ = {terms}，即两者按此方向各变动 1 个百分点对毛利率的联合效应。|t| 超过临界值时得 3 分（受益）或 1 分（受损），否则得 2 分（中性）。",
        terms = terms.trim_start_matches("+ ")
    ))
}

/// The last months of CPI, PPI and the gap.
fn gap(lang: Lang, signal: &Signal) -> Option<Vec<Block>> {
    let gap = Columns::find(signal, "gap", &[], &["month"], &["cpi", "ppi", "gap", "narrows"])?;
    let last = gap.n_rows().checked_sub(1)?;
    let mut table = Table::new([
        Column::word(lang.of("month", "月份")),
        Column::number("CPI %"),
        Column::number("PPI %"),
        Column::number(lang.of("PPI - CPI, pp", "PPI-CPI 剪刀差 pp")),
        Column::word(lang.of("narrowing", "是否收窄")),
    ]);
    for row in (gap.n_rows().saturating_sub(SHOWN_MONTHS)..=last).rev() {
        let number = |column: &str| or_none(gap.number(column, row), |it| signed(it, 1));
        let narrows = match gap.number("narrows", row) {
            Some(1.0) => lang.of("yes", "是"),
            Some(_) => lang.of("no", "否"),
            None => lang.of("unknown", "未知"),
        };
        let month = gap.date("month", row)?.month().to_string();
        table.row([month, number("cpi"), number("ppi"), number("gap"), narrows.into()]);
    }
    let month = gap.date("month", last)?.month();
    let now = gap.number("gap", last)?;
    let before = last.checked_sub(1).and_then(|before| gap.number("gap", before));
    let against = before.map_or(String::new(), |before| {
        let comparison = match (now.abs() - before.abs(), lang) {
            (change, Lang::En) if change < -1e-9 => "smaller than",
            (change, Lang::Zh) if change < -1e-9 => "绝对值较前一月缩小",
            (change, Lang::En) if change > 1e-9 => "larger than",
            (change, Lang::Zh) if change > 1e-9 => "绝对值较前一月扩大",
            (_, Lang::En) => "equal to",
            (_, Lang::Zh) => "与前一月持平",
        };
        let before = signed(before, 1);
        say!(lang, ", {comparison} {before} pp in the month before", "，{comparison}（前值 {before}）")
    });
    let narrows = match gap.number("narrows", last) {
        Some(1.0) => lang.of(
            "By the rule of the factor the gap is narrowing: PPI is falling and CPI is not.",
            "按因子规则，剪刀差正在收窄（PPI 下行而 CPI 不下行）。",
        ),
        Some(_) => lang.of(
            "By the rule of the factor the gap is not narrowing: PPI would have to fall and CPI not.",
            "按因子规则，剪刀差未收窄（收窄要求 PPI 下行而 CPI 不下行）。",
        ),
        None => lang.of(
            "Whether it is narrowing by the rule of the factor is unknown, as earlier months are missing.",
            "前期月份数据缺失，无法判断剪刀差是否收窄。",
        ),
    };
    let now = signed(now, 1);
    let mut text = say!(
        lang,
        "The PPI - CPI gap was {now} pp in {month}{against}. {narrows}",
        "{month} PPI-CPI 剪刀差为 {now} 个百分点{against}。{narrows}"
    );
    if let Some(episode) = last_episode(lang, signal) {
        text.push_str(lang.of(" ", ""));
        text.push_str(&episode);
    }
    Some(vec![text.into(), Block::InsteadOfFigures(vec![course(lang, gap).into()]), table.into()])
}

/// The gap of the last years in one line of blocks.
fn course(lang: Lang, gap: Columns<'_>) -> String {
    const MOST_MONTHS: usize = 60;
    const WIDTH: usize = 40;
    let rows = gap.n_rows().saturating_sub(MOST_MONTHS)..gap.n_rows();
    let n = rows.len();
    let line = sparkline(&rows.map(|row| gap.number("gap", row)).collect::<Vec<_>>(), WIDTH);
    say!(lang, "PPI - CPI over {n} months: {line}", "PPI-CPI 剪刀差（{n} 个月）：{line}")
}

fn last_episode(lang: Lang, signal: &Signal) -> Option<String> {
    let episodes = Columns::find(signal, "episodes", &[], &["first", "last"], &["gap_first", "gap_last"])?;
    let Some(row) = episodes.n_rows().checked_sub(1) else {
        return Some(lang.of("The data have no episode of narrowing.", "数据区间内尚无收窄阶段。").into());
    };
    let (first, last) = (episodes.date("first", row)?.month(), episodes.date("last", row)?.month());
    let gap = |column: &str| or_none(episodes.number(column, row), |it| signed(it, 1));
    let (from, to) = (gap("gap_first"), gap("gap_last"));
    Some(say!(
        lang,
        "Last episode of narrowing: {first} to {last}, from {from} to {to} pp.",
        "最近一次收窄阶段：{first} 至 {last}，由 {from} 至 {to} 个百分点。"
    ))
}
