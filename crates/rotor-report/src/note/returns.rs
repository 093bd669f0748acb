//! The returns of the month: how many sectors rose, the best, the worst, and those for which it was no usual month.

use super::context::NoteContext;
use super::figures;
use crate::draw::{BoxRow, Spread};
use crate::page::{Block, Section};
use crate::words::{counted, say, signed};

/// Names in a list.
const MOST_NAMES: usize = 3;
/// Names of outliers.
const MOST_OUTLIERS: usize = 8;

/// The months of each sector, the best sector of the last month first.
#[derive(Debug)]
pub(super) struct Month {
    pub(super) rows: Vec<BoxRow>,
}

/// The section; nothing where no return is known.
pub(super) fn section(context: &NoteContext<'_>) -> Option<Section> {
    let lang = context.lang;
    let month = Month::new(context);
    let known: Vec<(&str, f64)> =
        month.rows.iter().filter_map(|row| Some((row.name.as_str(), row.current?))).collect();
    let (first, last) = (known.first()?, known.last()?);
    let n = known.len();
    let n_up = known.iter().filter(|(_, value)| *value > 0.0).count();
    let percent = |value: f64| signed(100.0 * value, 2) + "%";
    let listed = |rows: &mut dyn Iterator<Item = &(&str, f64)>| {
        let names: Vec<String> =
            rows.take(MOST_NAMES).map(|(name, value)| format!("{name} {}", percent(*value))).collect();
        names.join(lang.between())
    };
    let (best, worst) = (listed(&mut known.iter()), listed(&mut known.iter().rev()));
    let day = context.day().month;
    let mut text = say!(
        lang,
        "{day}: {n_up} of {sectors} rose. Best: {best}. Worst: {worst}.",
        "{day}：{sectors}中 {n_up} 个上涨。涨幅居前：{best}；跌幅居前：{worst}。",
        sectors = counted(lang, n, ["sector", "sectors"], " 个行业")
    );
    debug_assert!(first.1 >= last.1, "the best first");
    text += &unusual(context, &month);
    let mut blocks = vec![Block::Paragraph(text)];
    blocks.extend(figures::of_returns(context, &month));
    Some(Section {
        id: "returns".into(),
        heading: lang.of("Returns of the month", "当月涨跌幅").into(),
        blocks,
    })
}

impl Month {
    fn new(context: &NoteContext<'_>) -> Self {
        let rows = context.names.iter().zip(&context.note.history.returns).map(|(name, returns)| BoxRow {
            name: name.clone(),
            values: returns.iter().flatten().copied().collect(),
            current: returns.last().copied().flatten(),
        });
        let mut rows: Vec<BoxRow> = rows.filter(|row| !row.values.is_empty()).collect();
        let key = |row: &BoxRow| row.current.unwrap_or(f64::NEG_INFINITY);
        rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
        Self { rows }
    }

    /// The sectors whose month lies where `is_so` says, with it.
    fn where_it(&self, is_so: impl Fn(f64, &Spread) -> bool) -> Vec<&str> {
        let of =
            |row: &BoxRow| row.current.zip(row.spread()).is_some_and(|(now, spread)| is_so(now, &spread));
        self.rows.iter().filter(|row| of(row)).map(|row| row.name.as_str()).collect()
    }
}

/// For how many sectors the month was far from usual.
fn unusual(context: &NoteContext<'_>, month: &Month) -> String {
    let lang = context.lang;
    let high = month.where_it(|now, spread| now > spread.quartiles.1).len();
    let low = month.where_it(|now, spread| now < spread.quartiles.0).len();
    say!(
        lang,
        " {high} lie above the upper quartile of their own months, {low} below the lower one.",
        "{high} 个高于自身历史上四分位数，{low} 个低于下四分位数。"
    )
}

/// The outliers of the month by name.
pub(super) fn named_outliers(context: &NoteContext<'_>, month: &Month) -> String {
    let lang = context.lang;
    let listed = |names: &[&str]| {
        let more = if names.len() > MOST_OUTLIERS { lang.of(" and more", "等") } else { "" };
        names[..names.len().min(MOST_OUTLIERS)].join(lang.between()) + more
    };
    let above = month.where_it(|now, spread| now > spread.whiskers.1);
    let below = month.where_it(|now, spread| now < spread.whiskers.0);
    let mut text = String::new();
    if !above.is_empty() {
        text += &say!(
            lang,
            " Above the upper whisker: {names}.",
            "高于上边缘：{names}。",
            names = listed(&above)
        );
    }
    if !below.is_empty() {
        text += &say!(
            lang,
            " Below the lower whisker: {names}.",
            "低于下边缘：{names}。",
            names = listed(&below)
        );
    }
    text
}
