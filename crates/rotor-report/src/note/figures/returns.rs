//! The months of a window by sector, with the last one marked.

use crate::draw::{BoxChart, Chart, Unit};

use super::figure;
use crate::note::context::NoteContext;
use crate::note::returns::{self, Month};
use crate::page::Block;
use crate::words::say;

/// More sectors than these are no picture any more.
const MOST_SHOWN: usize = 64;

/// The figure; nothing without returns.
pub(crate) fn figure_of(context: &NoteContext<'_>, month: &Month) -> Option<Block> {
    if month.rows.is_empty() || month.rows.len() > MOST_SHOWN {
        return None;
    }
    let lang = context.lang;
    let chart = Chart::Boxes(BoxChart {
        axis: lang.of("monthly return, %", "月涨跌幅，%").into(),
        unit: Unit::fraction(1).signed(),
        rows: month.rows.clone(),
    });
    let (n, last) = (context.note.history.months.len(), context.day().month);
    let about = say!(
        lang,
        "The {n} months to {last}: quartiles, whiskers to the furthest month within 1.5 interquartile ranges, outliers beyond; {last} is marked.{outliers}",
        "截至 {last} 的 {n} 个月：箱体为四分位，边缘为 1.5 倍四分位距内的最远值，以外为异常值；{last} 已标出。{outliers}",
        outliers = returns::named_outliers(context, month)
    );
    let title = lang.of("Monthly returns by sector", "各行业月涨跌幅分布");
    Some(figure("monthly-returns", title, about, chart).into())
}
