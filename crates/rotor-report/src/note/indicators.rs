//! The series that are linked to sectors, by production chain: a sentence each, a table, and the years over each other.

use rotor_factor::{Measure, Month};
use rotor_run::SeriesHistory;

use super::context::NoteContext;
use super::figures;
use super::units::unit;
use crate::page::{Block, Column, Figure, Section, Table};
use crate::words::{Lang, NONE, fixed, name, or_none, plain, say, signed};

/// More series than these are left to the table.
const MOST_DRAWN: usize = 80;

/// A linked series of a market with its last public month.
#[derive(Debug)]
pub(super) struct Indicator<'a> {
    pub(super) history: &'a SeriesHistory,
    pub(super) title: String,
    /// The unit in the language of the page.
    pub(super) unit: String,
    measure: Option<Measure>,
    /// Whether it is an index.
    is_index: bool,
    /// The step of the production chain; `None` if it is not known.
    chain: Option<String>,
    /// Where its last month stands.
    last: usize,
}

/// What a month is against an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    /// Growth in percent.
    Ratio(f64),
    /// A difference in percentage points, of rates and surveys.
    Points(f64),
}

/// The section; nothing without linked series.
pub(super) fn section(context: &NoteContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let all = indicators(context);
    if all.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Paragraph(
        lang.of(
            "Series linked to sectors, by production chain. Daily and weekly series are averages of the calendar month; only what had been published before this date is used. Rates and surveys change in percentage points; a series that is itself a growth is shown as that growth.",
            "与行业挂钩的高频与月度指标，按产业链排列。日、周指标取自然月均值，仅用此前已公布的数据；利率与调查类指标以百分点计变化，本身即为同比的指标直接列示。",
        )
        .into(),
    )];
    for chain in all.chunk_by(|a, b| a.chain == b.chain) {
        let title = chain[0].chain.clone().unwrap_or_else(|| lang.of("Other series", "其他指标").into());
        blocks.push(Block::Heading(title));
        blocks.push(Block::List(chain.iter().map(|one| one.line(context)).collect()));
    }
    let drawn: Vec<Figure> = all
        .iter()
        .enumerate()
        .take(MOST_DRAWN)
        .filter_map(|(place, one)| figures::seasons(context, one, place))
        .collect();
    let about = lang.of(
        "January to December, this year in bold, with the sectors that a series is linked to (- where more is worse).",
        "各年 1—12 月叠加，加粗为当年；图下为对应行业（- 为负向）。",
    );
    blocks.extend(figures::under(lang.of("The years over each other", "历年同期对比"), about.into(), drawn));
    blocks.push(Block::Folded {
        title: lang.of("All linked series in a table", "全部指标明细").into(),
        blocks: vec![table(context, &all).into()],
    });
    Some(Section {
        id: "indicators".into(),
        heading: lang.of("High-frequency indicators", "高频指标跟踪").into(),
        blocks,
    })
}

/// The linked series of which a month is public, by chain and then by name.
fn indicators<'a>(context: &NoteContext<'a>) -> Vec<Indicator<'a>> {
    let note = context.note;
    let mut all: Vec<Indicator<'a>> = note
        .history
        .series
        .iter()
        .filter_map(|history| {
            let series = &note.series[history.series];
            let chain_zh = series.chain_zh.as_deref().filter(|_| context.lang == Lang::Zh);
            let chain =
                chain_zh.map(str::to_owned).or_else(|| series.chain.as_ref().map(|it| it.replace('_', " ")));
            let n_markets = note.history.series.iter().filter(|other| other.series == history.series).count();
            let title = context.series(&series.name);
            // Several markets are told apart by name.
            let market = (n_markets > 1).then(|| context.entity(history.market as u32));
            let title = match market {
                Some(market) => say!(context.lang, "{title} ({market})", "{title}（{market}）"),
                None => title,
            };
            Some(Indicator {
                history,
                title,
                unit: unit(context, &series.name, &series.unit),
                measure: series.measure,
                is_index: series.unit == "index",
                chain: chain.map(|chain| name(&chain)),
                last: history.values.iter().rposition(Option::is_some)?,
            })
        })
        .collect();
    // What belongs to no chain comes last.
    all.sort_by(|a, b| (a.chain.is_none(), &a.chain).cmp(&(b.chain.is_none(), &b.chain)));
    all
}

impl Indicator<'_> {
    pub(super) fn is_growth(&self) -> bool {
        self.measure == Some(Measure::Growth)
    }

    fn is_in_points(&self) -> bool {
        matches!(self.measure, Some(Measure::Rate | Measure::Survey))
    }

    fn month(&self) -> Month {
        self.history.months[self.last]
    }

    fn value(&self, before: usize) -> Option<f64> {
        self.history.values[self.last.checked_sub(before)?]
    }

    /// What a month is against one `n` months before it, `before` months ago.
    fn change(&self, n: usize, before: usize) -> Option<Change> {
        let (now, then) = (self.value(before)?, self.value(before + n)?);
        if self.is_in_points() {
            return Some(Change::Points(now - then));
        }
        let growth = 100.0 * (now - then) / then.abs();
        growth.is_finite().then_some(Change::Ratio(growth))
    }

    /// The growth over the year before, `before` months ago, in percent; `None` for rates and surveys.
    fn yoy(&self, before: usize) -> Option<f64> {
        if self.is_growth() {
            // An index of growth has 100 where nothing changes.
            return self.value(before).map(|value| if self.is_index { value - 100.0 } else { value });
        }
        match self.change(12, before)? {
            Change::Ratio(growth) => Some(growth),
            Change::Points(_) => None,
        }
    }

    /// Where it stands, in a sentence.
    pub(super) fn sentence(&self, lang: Lang) -> String {
        let (month, value) = (self.month(), or_none(self.value(0), plain));
        let mut parts = Vec::new();
        if !self.is_growth() {
            parts.extend(self.change(1, 0).map(|change| month_on_month(lang, change)));
        }
        match self.yoy(0) {
            Some(now) => parts.push(year_on_year(lang, now, self.yoy(1))),
            None => parts.extend(self.change(12, 0).map(|change| against_last_year(lang, change))),
        }
        let parts = parts.join(lang.of("; ", "；"));
        let unit = &self.unit;
        match (self.is_growth(), parts.is_empty()) {
            (true, _) => say!(lang, "{month}: {parts}.", "{month}：{parts}。"),
            (false, true) => say!(lang, "{month}: {value} ({unit}).", "{month}：{value}（{unit}）。"),
            (false, false) => {
                say!(lang, "{month}: {value} ({unit}); {parts}.", "{month}：{value}（{unit}）；{parts}。")
            }
        }
    }

    pub(super) fn title_with_chain(&self, lang: Lang) -> String {
        let title = &self.title;
        match &self.chain {
            Some(chain) => say!(lang, "{chain}: {title}", "{chain}：{title}"),
            None => title.clone(),
        }
    }

    fn line(&self, context: &NoteContext<'_>) -> String {
        say!(
            context.lang,
            "{title}: {sentence}",
            "{title}：{sentence}",
            title = self.title,
            sentence = self.sentence(context.lang)
        )
    }

    /// The sectors that it is linked to.
    pub(super) fn sectors(&self, context: &NoteContext<'_>) -> String {
        let lang = context.lang;
        let of = |(sector, polarity): &(usize, i8)| {
            let (name, sign) = (&context.names[*sector], if *polarity < 0 { "-" } else { "+" });
            say!(lang, "{name} ({sign})", "{name}（{sign}）")
        };
        let sectors: Vec<String> = self.history.sectors.iter().map(of).collect();
        if sectors.is_empty() {
            lang.of("no sector of the day", "无对应行业").into()
        } else {
            sectors.join(lang.between())
        }
    }
}

/// What a person reads: two decimals.
fn rounded(value: f64) -> f64 {
    fixed(value, 2).parse().unwrap_or(value)
}

fn month_on_month(lang: Lang, change: Change) -> String {
    let (Change::Ratio(by) | Change::Points(by)) = change;
    let unit = if matches!(change, Change::Ratio(_)) { "%" } else { lang.of(" pp", " 个百分点") };
    let size = fixed(by.abs(), 2);
    match rounded(by) {
        by if by > 0.0 => say!(lang, "MoM up {size}{unit}", "环比上行 {size}{unit}"),
        by if by < 0.0 => say!(lang, "MoM down {size}{unit}", "环比下行 {size}{unit}"),
        _ => lang.of("MoM flat", "环比持平").into(),
    }
}

/// A rate or a survey against the year before.
fn against_last_year(lang: Lang, change: Change) -> String {
    let (Change::Ratio(by) | Change::Points(by)) = change;
    let size = fixed(by.abs(), 2);
    match rounded(by) {
        by if by > 0.0 => say!(lang, "{size} pp above a year before", "同比上升 {size} 个百分点"),
        by if by < 0.0 => say!(lang, "{size} pp below a year before", "同比下降 {size} 个百分点"),
        _ => lang.of("unchanged year on year", "同比持平").into(),
    }
}

/// The growth over the year before, against that of the month before. Growth and its change are rounded to what is printed, then compared.
fn year_on_year(lang: Lang, now: f64, before: Option<f64>) -> String {
    let change = before.map(|before| rounded(now - before));
    let now = rounded(now);
    let size = fixed(now.abs(), 2);
    let Some((before, change)) = before.map(rounded).zip(change) else {
        return match now {
            now if now > 0.0 => say!(lang, "YoY up {size}%", "同比增长 {size}%"),
            now if now < 0.0 => say!(lang, "YoY down {size}%", "同比下降 {size}%"),
            _ => lang.of("unchanged year on year", "同比持平").into(),
        };
    };
    let by = fixed(change.abs(), 2);
    if now == 0.0 {
        return lang.of("unchanged year on year", "同比持平").into();
    }
    if before == 0.0 {
        return if now > 0.0 {
            say!(lang, "YoY turned to growth of {size}%", "同比转增，增幅为 {size}%")
        } else {
            say!(lang, "YoY turned to a decline of {size}%", "同比转降，降幅为 {size}%")
        };
    }
    match (now > 0.0, before > 0.0) {
        (true, false) => {
            say!(lang, "YoY turned from decline to growth of {size}%", "同比由降转增，增幅为 {size}%")
        }
        (false, true) => {
            say!(lang, "YoY turned from growth to a decline of {size}%", "同比由增转降，降幅为 {size}%")
        }
        (true, true) if change > 0.0 => {
            say!(lang, "YoY growth widened by {by} pp to {size}%", "同比增幅扩大 {by} 个百分点至 {size}%")
        }
        (true, true) if change < 0.0 => {
            say!(lang, "YoY growth narrowed by {by} pp to {size}%", "同比增幅收窄 {by} 个百分点至 {size}%")
        }
        (false, false) if change < 0.0 => {
            say!(lang, "YoY decline widened by {by} pp to {size}%", "同比降幅扩大 {by} 个百分点至 {size}%")
        }
        (false, false) if change > 0.0 => {
            say!(lang, "YoY decline narrowed by {by} pp to {size}%", "同比降幅收窄 {by} 个百分点至 {size}%")
        }
        (true, _) => say!(lang, "YoY growth unchanged at {size}%", "同比增幅持平于 {size}%"),
        (false, _) => say!(lang, "YoY decline unchanged at {size}%", "同比降幅持平于 {size}%"),
    }
}

fn table(context: &NoteContext<'_>, all: &[Indicator<'_>]) -> Table {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("series", "指标")),
        Column::word(lang.of("month", "月份")),
        Column::number(lang.of("value", "数值")),
        Column::word(lang.of("unit", "单位")),
        Column::number(lang.of("MoM", "环比")),
        Column::number(lang.of("YoY", "同比")),
        Column::number(lang.of("YoY before", "前值")).detail(),
        Column::number(lang.of("change of YoY, pp", "同比变化 pp")),
        Column::word(lang.of("sectors (- where more is worse)", "对应行业（- 为负向）")).detail(),
    ]);
    let written = |change: Option<Change>| match change {
        None => NONE.to_owned(),
        Some(Change::Ratio(by)) => signed(by, 2) + "%",
        Some(Change::Points(by)) => signed(by, 2) + " pp",
    };
    for one in all {
        let (now, before) = (one.yoy(0), one.yoy(1));
        let percent = |yoy: Option<f64>| or_none(yoy, |it| signed(it, 2) + "%");
        let year = if one.is_in_points() { written(one.change(12, 0)) } else { percent(now) };
        table.row([
            one.title.clone(),
            one.month().to_string(),
            or_none(one.value(0), plain),
            one.unit.clone(),
            if one.is_growth() { NONE.into() } else { written(one.change(1, 0)) },
            year,
            percent(before),
            or_none(now.zip(before).map(|(now, before)| now - before), |change| signed(change, 2)),
            one.sectors(context),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wordings of growth against that of the month before.
    #[test]
    fn growth_is_worded_by_its_sign_and_its_change() {
        let of = |now: f64, before: f64| year_on_year(Lang::En, now, Some(before));
        assert_eq!(of(31.851_284, 26.979_101), "YoY growth widened by 4.87 pp to 31.85%");
        assert_eq!(of(43.934_165, 53.947_369), "YoY growth narrowed by 10.01 pp to 43.93%");
        assert_eq!(of(-3.0, -2.0), "YoY decline widened by 1.00 pp to 3.00%");
        assert_eq!(of(-2.0, -3.0), "YoY decline narrowed by 1.00 pp to 2.00%");
        assert_eq!(of(2.0, -3.0), "YoY turned from decline to growth of 2.00%");
        assert_eq!(of(-2.0, 3.0), "YoY turned from growth to a decline of 2.00%");
        assert_eq!(
            [of(2.0, 0.0), of(-2.0, 0.001)],
            ["YoY turned to growth of 2.00%", "YoY turned to a decline of 2.00%"]
        );
        assert_eq!([of(0.0, 2.0), of(0.004, -2.0)], ["unchanged year on year"; 2]);
        assert_eq!(
            [of(2.0, 2.001), of(-2.0, -2.0)],
            ["YoY growth unchanged at 2.00%", "YoY decline unchanged at 2.00%"]
        );
        assert_eq!(year_on_year(Lang::En, 2.0, None), "YoY up 2.00%");
        assert_eq!(
            year_on_year(Lang::Zh, 31.851_284, Some(26.979_101)),
            "同比增幅扩大 4.87 个百分点至 31.85%"
        );
        assert_eq!(year_on_year(Lang::Zh, 2.0, Some(-3.0)), "同比由降转增，增幅为 2.00%");
        assert_eq!(month_on_month(Lang::En, Change::Ratio(-14.214_463)), "MoM down 14.21%");
        assert_eq!(month_on_month(Lang::Zh, Change::Points(0.001)), "环比持平");
    }
}
