//! The series that are linked to sectors, by production chain: a sentence each, a table, and the years over each other.

use rotor_factor::{Measure, Month};
use rotor_run::SeriesHistory;

use super::context::NoteContext;
use crate::growth::{Change, direction, points_above_last_year, year_on_year};
use crate::page::{Block, Column, Figure, Section, Table};
use crate::parts::figures::under;
use crate::parts::seasons::{Seasons, seasons};
use crate::parts::units::unit;
use crate::words::{Lang, NONE, name, or_none, plain, say, signed};

/// More series than these are left to the table.
const MOST_DRAWN: usize = 80;

/// A linked series of a market with its last public month.
#[derive(Debug)]
struct Indicator<'a> {
    history: &'a SeriesHistory,
    title: String,
    /// The unit in the language of the page.
    unit: String,
    measure: Option<Measure>,
    /// Whether it is an index.
    is_index: bool,
    /// The step of the production chain; `None` if it is not known.
    chain: Option<String>,
    /// Where its last month stands.
    last: usize,
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
        .filter_map(|(place, one)| seasons(one.seasons(context, place)))
        .collect();
    let about = lang.of(
        "January to December, this year in bold, with the sectors that a series is linked to (- where more is worse).",
        "各年 1—12 月叠加，加粗为当年；图下为对应行业（- 为负向）。",
    );
    blocks.extend(under(lang.of("The years over each other", "历年同期对比"), about.into(), drawn));
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
                unit: unit(context.lang, &series.unit, series.unit_zh.as_deref()),
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
    fn is_growth(&self) -> bool {
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
    fn sentence(&self, lang: Lang) -> String {
        let (month, value) = (self.month(), or_none(self.value(0), plain));
        let mut parts = Vec::new();
        if !self.is_growth() {
            parts.extend(self.change(1, 0).map(|change| {
                let direction = direction(lang, change);
                say!(lang, "MoM {direction}", "环比{direction}")
            }));
        }
        match self.yoy(0) {
            Some(now) => parts.push(year_on_year(lang, now, self.yoy(1))),
            None => parts.extend(self.change(12, 0).map(|change| {
                let (Change::Ratio(by) | Change::Points(by)) = change;
                points_above_last_year(lang, by)
            })),
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

    /// The years over each other; `place` is that among the series.
    fn seasons(&self, context: &NoteContext<'_>, place: usize) -> Seasons<'_> {
        Seasons {
            id: format!("indicator-{place}"),
            title: self.title_with_chain(context.lang),
            about: self.sectors(context),
            unit: &self.unit,
            is_growth: self.is_growth(),
            history: self.history,
        }
    }

    fn title_with_chain(&self, lang: Lang) -> String {
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
    fn sectors(&self, context: &NoteContext<'_>) -> String {
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
