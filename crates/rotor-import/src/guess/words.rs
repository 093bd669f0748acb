//! The words by which files name what they hold, in the languages of their headers. They belong to no source.

/// Columns of days.
const DATE: &[&str] = &[
    "date",
    "<date>",
    "day",
    "month",
    "time",
    "datetime",
    "period",
    "trade_date",
    "tradedate",
    "observation_date",
    "end_date",
    "statdate",
    "stat_month",
    "日期",
    "月份",
    "交易日期",
    "时间",
    "报告期",
    "统计日期",
    "信用交易日期",
    "发布日期",
];

/// Columns that may say when a value came out.
const RELEASE: &[&str] = &[
    "released",
    "release_date",
    "realtime_start",
    "ann_date",
    "f_ann_date",
    "pubdate",
    "update_time",
    "公告日期",
    "最新公告日期",
    "公布日期",
    "发布时间",
    "实际披露时间",
    "更新时间",
];

/// Columns of codes, those that say most first.
const CODE: &[&str] = &[
    "code",
    "ts_code",
    "symbol",
    "ticker",
    "<ticker>",
    "index_code",
    "sec_code",
    "secid",
    "entity",
    "sector",
    "industry",
    "代码",
    "指数代码",
    "证券代码",
    "行业代码",
    "股票代码",
    "基金代码",
    "板块代码",
    "指数名称",
    "证券名称",
    "行业名称",
    "名称",
    "行业",
    "area_code",
    "name",
];

/// Columns of closes, those that say most first.
const CLOSE: &[&str] = &[
    "close",
    "<close>",
    "close_price",
    "closing",
    "收盘",
    "收盘价",
    "收盘指数",
    "收盘点位",
    "收盘价(元)",
    "今收盘",
    "adj close",
    "adj_close",
];

/// First cells of rows of names.
const NAMES: &[&str] = &["指标名称", "指标", "指标名", "证券代码", "证券简称", "简称", "indicator", "series"];

/// First cells of rows that say how often a series has values.
const FREQUENCY: &[&str] = &["频率", "频度", "frequency", "freq"];
/// First cells of rows of units.
const UNIT: &[&str] = &["单位", "unit", "units"];
/// First cells of other rows about the columns.
const ABOUT: &[&str] = &[
    "指标id",
    "指标代码",
    "id",
    "来源",
    "数据来源",
    "更新时间",
    "更新日期",
    "起始时间",
    "结束时间",
    "国家",
    "备注",
    "证券简称",
    "简称",
    "source",
    "updated",
    "last updated",
    "notes",
];

/// Columns that count rows.
const INDEX: &[&str] = &["", "index", "unnamed: 0", "序号", "id", "no", "no."];

/// Parts of names of series.
const OF_SERIES: &[&str] = &[
    "同比", "环比", "累计", "当月", "当季", "yoy", "mom", "_ytd", "pmi", "ppi", "cpi", "m2", "余额", "金额",
    "买入", "卖出", "今值", "前值",
];

/// Texts that stand for no value.
pub(super) const MARKS: &[&str] = &[
    ".", "-", "--", "—", "——", "NaN", "nan", "NaT", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None",
    "none", "/", "*",
];

/// Numbers that stand for no value, where no other number is near them.
pub(super) const SENTINELS: &[&str] =
    &["-99.99", "-99.9", "-99", "-999", "-999.99", "-9999", "-9999.99", "-99999"];

fn position(words: &[&str], text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    let text = text.trim_end_matches([':', '：']);
    words.iter().position(|word| *word == text)
}

fn is(words: &[&str], text: &str) -> bool {
    position(words, text).is_some()
}

pub(super) fn is_date(text: &str) -> bool {
    is(DATE, text)
}

pub(super) fn is_release(text: &str) -> bool {
    is(RELEASE, text)
}

/// How much a header says that its column has codes; less is more.
pub(super) fn code_rank(text: &str) -> Option<usize> {
    position(CODE, text)
}

/// How much a header says that its column has closes; less is more.
pub(super) fn close_rank(text: &str) -> Option<usize> {
    position(CLOSE, text)
}

pub(super) fn is_names(text: &str) -> bool {
    is(NAMES, text)
}

pub(super) fn is_frequency(text: &str) -> bool {
    is(FREQUENCY, text)
}

pub(super) fn is_unit(text: &str) -> bool {
    is(UNIT, text)
}

/// Whether a row that begins so says something of the columns.
pub(super) fn is_about(text: &str) -> bool {
    is(ABOUT, text) || is_frequency(text) || is_unit(text)
}

pub(super) fn is_index(text: &str) -> bool {
    is(INDEX, text)
}

pub(super) fn is_of_series(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains([':', '：']) || OF_SERIES.iter().any(|part| text.contains(part))
}

/// Whether a title speaks of returns.
pub(super) fn is_of_returns(text: &str) -> bool {
    let text = text.to_lowercase();
    ["return", "收益率", "涨跌幅"].iter().any(|word| text.contains(word))
}

/// Whether a text has a Chinese letter.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

/// Names that figures go by, by what stands in their headers.
const SUBJECTS: &[(&str, &str)] = &[
    ("ppi", "ppi"),
    ("工业生产者出厂价格", "ppi"),
    ("cpi", "cpi"),
    ("居民消费价格", "cpi"),
    ("pmi", "pmi"),
    ("利润总额", "profit"),
    ("利润", "profit"),
    ("营业收入", "revenue"),
    ("工业增加值", "industrial_output"),
    ("社会融资规模", "social_financing"),
    ("融资余额", "margin_balance"),
    ("市盈率", "pe"),
    ("市净率", "pb"),
    ("份额", "units"),
    ("成交量", "volume"),
    ("成交额", "turnover"),
    ("m2", "m2"),
    ("m1", "m1"),
];
/// What is told of them.
const MANNERS: &[(&str, &str)] =
    &[("同比", "yoy"), ("yoy", "yoy"), ("环比", "mom"), ("mom", "mom"), ("累计", "ytd"), ("ytd", "ytd")];

/// A name for a series by its header: of ASCII letters, digits and underscores; `None` if the header has nothing to make it of.
pub(super) fn series_name(header: &str) -> Option<String> {
    let header = header.trim().to_lowercase();
    if !header.is_ascii() {
        let found = |words: &[(&'static str, &'static str)]| {
            words.iter().find(|(word, _)| header.contains(word)).map(|(_, name)| *name)
        };
        let subject = found(SUBJECTS)?;
        return Some(match found(MANNERS) {
            Some(manner) => format!("{subject}_{manner}"),
            None => subject.into(),
        });
    }
    let letters = header.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' });
    let words = letters.collect::<String>();
    let name = words.split_whitespace().collect::<Vec<_>>().join("_");
    (!name.is_empty() && name.len() <= 64).then_some(name)
}

/// Units by the words of files.
const UNITS: &[(&str, &str)] = &[
    ("%", "percent"),
    ("％", "percent"),
    ("percent", "percent"),
    ("亿元", "cny_100m"),
    ("万元", "cny_10k"),
    ("百万元", "cny_1m"),
    ("元", "cny"),
    ("点", "points"),
    ("指数", "index"),
    ("index", "index"),
    ("倍", "times"),
    ("上年同月=100", "index"),
    ("上年同期=100", "index"),
];

/// A unit of the dataset by the word of a file; the word itself where nothing better is known.
pub(super) fn unit(word: &str) -> String {
    let word = word.trim();
    let known = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map_or_else(|| word.to_owned(), |(_, unit)| (*unit).to_owned())
}

/// What stands in the last brackets of a header, where units are.
pub(super) fn in_brackets(header: &str) -> Option<&str> {
    let header = header.trim();
    let inner = header.strip_suffix([')', '）'])?;
    let at = inner.rfind(['(', '（'])?;
    let found = inner[at..].trim_start_matches(['(', '（']).trim();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_named_by_their_headers() {
        let of = |header: &str| series_name(header).unwrap_or_default();
        assert_eq!(of("中国:PPI:当月同比"), "ppi_yoy");
        assert_eq!(of("利润总额_累计值(亿元)"), "profit_ytd");
        assert_eq!(of("S&P 500 "), "s_p_500");
        assert_eq!(of("全国-当月"), "");
        assert_eq!(in_brackets("利润总额_累计值(亿元)").map(unit).as_deref(), Some("cny_100m"));
        assert_eq!(unit("吨"), "吨");
    }
}
