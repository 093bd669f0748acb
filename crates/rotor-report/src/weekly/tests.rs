//! A page of made-up values, and one of none.

use rotor_data::PriceFrequency;
use rotor_data::model::Series;
use rotor_factor::{Date, Frequency, Month, Quarter, ReferencePeriod};
use rotor_run::{
    EntityFlow, Flow, FlowKind, FlowSpan, FlowSum, IndustrialProfits, MissingPart, MissingReason, Named,
    NextRelease, NoTrack, NoteDataset, ProfitRow, ProfitRowKind, ProfitSign, Releases, ReportDeadline,
    SampleRow, SampleRowKind, SampleTable, SeasonalPosition, SeriesHistory, SingleMonth, Tracked,
    TrackedKind, ValuationRow, Week, WeekReturn, WeekReturns, Weekly, WeeklyEvent, WeeklyPart, YearOnYear,
};

use super::{document, page};
use crate::page::{Block, Page, Table, Value, markdown};
use crate::terms::REFUSED;
use crate::text::Align;
use crate::words::{Lang, NONE};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn named(code: &str, name: &str, name_zh: &str) -> Named {
    Named::word(code, [name, name_zh])
}

/// A week of which nothing is known.
fn empty() -> Weekly {
    Weekly {
        as_of: day("2025-01-01"),
        is_default_day: true,
        week: Week {
            monday: day("2024-12-30"),
            sunday: day("2025-01-05"),
            days: vec![day("2024-12-30"), day("2024-12-31")],
            before: Some(day("2024-12-27")),
            is_partial: true,
        },
        dataset: NoteDataset {
            name: "made-up".into(),
            title: "示例".into(),
            synthetic: true,
            price_frequency: PriceFrequency::Daily,
        },
        config: rotor_run::Config::default(),
        returns: None,
        tracking: Vec::new(),
        profits: None,
        samples: Vec::new(),
        flows: Vec::new(),
        insiders: None,
        events: Vec::new(),
        valuation: Vec::new(),
        releases: Releases::default(),
        missing: vec![MissingPart { part: WeeklyPart::Returns, reason: MissingReason::NoDailyCloses }],
        warnings: Vec::new(),
        series: Vec::new(),
        factors: Vec::new(),
        track: Err(NoTrack {
            text: "the dataset has no month yet".into(),
            text_zh: Some("数据集尚无完整月份".into()),
            hint: None,
            hint_zh: None,
        }),
    }
}

fn sectors() -> [Named; 4] {
    [
        named("801950", "Coal", "煤炭"),
        named("801780", "Banks", "银行"),
        named("801080", "Electronics", "电子"),
        named("801120", "Food & Beverage", "食品饮料"),
    ]
}

fn returns() -> WeekReturns {
    let of = |entity: Named, value: f64| WeekReturn {
        entity,
        value,
        excess: Some(value + 2.74),
        percentile: Some(12.5),
        n_weeks: 260,
    };
    let [coal, banks, electronics, food] = sectors();
    WeekReturns {
        benchmarks: vec![
            of(named("881001", "All A", "万得全A"), -2.74),
            WeekReturn {
                percentile: None, n_weeks: 90, ..of(named("000300", "CSI 300", "沪深300"), -3.67)
            },
        ],
        sectors: vec![of(coal, 1.2), of(banks, 0.0), of(electronics, -2.7), of(food, -4.6)],
        n_up: 1,
        n_flat: 1,
        n_down: 2,
        median: Some(-1.35),
        equal_weight: Some(-1.525),
    }
}

fn tracked(name: Named, chain: Option<Named>, kind: TrackedKind, growth: (f64, f64)) -> Tracked {
    let months: Vec<Month> = (0..36).filter_map(|back| month("2024-06").plus(back - 35)).collect();
    let values = months.iter().map(|month| Some(300.0 + f64::from(month.index() % 12) * 9.0)).collect();
    Tracked {
        series: name,
        unit: if kind == TrackedKind::Level { "cny_per_tonne" } else { "percent" }.into(),
        unit_zh: None,
        chain,
        kind,
        last: 6610.0,
        last_day: day("2024-07-25"),
        week_on_week: Some(-0.601_503_759_4),
        month_to_date: Some(1.5),
        month: Some(month("2024-06")),
        value: Some(344.0),
        month_on_month: Some(-14.214_463_840_4),
        year_on_year: YearOnYear::new(Some(growth.0), Some(growth.1)),
        since_january: None,
        position: Some(SeasonalPosition::Above),
        history: SeriesHistory { series: 0, market: 0, months, values, sectors: Vec::new() },
    }
}

fn tracking() -> Vec<Tracked> {
    let steel = || Some(named("steel", "steel", "钢材"));
    let ships = Some(named("ships", "ships", "船舶"));
    let rebar = tracked(named("rebar", "Rebar", "螺纹钢"), steel(), TrackedKind::Level, (31.84, 26.99));
    let rate = Tracked {
        unit: "percent".into(),
        week_on_week: Some(0.25),
        month_to_date: None,
        month_on_month: Some(-0.5),
        position: None,
        ..tracked(named("runs", "Blast furnaces", "高炉开工率"), steel(), TrackedKind::Points, (-0.5, 1.0))
    };
    let orders = Tracked {
        last: 5422.0,
        last_day: day("2024-06-30"),
        week_on_week: None,
        month_to_date: None,
        value: Some(5422.0),
        since_january: Some(YearOnYear::new(Some(43.93), Some(59.02))),
        position: Some(SeasonalPosition::Below),
        ..tracked(named("orders", "New orders", "新船订单"), ships, TrackedKind::Level, (-18.64, -19.09))
    };
    let output = Tracked {
        last: 13.52,
        last_day: day("2024-07-25"),
        value: Some(13.52),
        month_to_date: None,
        position: Some(SeasonalPosition::Within),
        ..tracked(named("output", "Output", "产量"), None, TrackedKind::Growth, (13.52, -4.19))
    };
    vec![rebar, rate, orders, output]
}

fn profit_row(kind: ProfitRowKind, name: Named) -> ProfitRow {
    ProfitRow {
        kind,
        name,
        n_members: if kind == ProfitRowKind::Class { 1 } else { 8 },
        n_known: if kind == ProfitRowKind::Class { 1 } else { 7 },
        is_published: kind != ProfitRowKind::Group,
        profit: Some(12_288.6),
        since_january: YearOnYear::new(Some(6.6), Some(5.9)),
        sign: None,
        month: SingleMonth { growth: Some(3.865_662), is_derived: true },
        month_before: SingleMonth { growth: Some(0.7), is_derived: false },
        three_months: YearOnYear::new(Some(-0.8), Some(1.1)),
        share: Some(35.0),
        contribution: Some(2.242_823_64),
        contribution_rate: Some(64.080_675),
        base_share: Some(33.982_176),
        share_change: Some(1.017_824),
        revenue_growth: Some(2.9),
        margin: Some(5.41),
        margin_change: Some(0.031_362),
    }
}

fn profits() -> IndustrialProfits {
    let total = ProfitRow {
        profit: Some(35_110.3),
        since_january: YearOnYear::new(Some(3.5), Some(3.4)),
        month: SingleMonth { growth: Some(3.6), is_derived: false },
        share: Some(100.0),
        contribution: None,
        contribution_rate: None,
        base_share: None,
        share_change: None,
        ..profit_row(ProfitRowKind::Total, named("total", "All industry", "工业合计"))
    };
    let mining = ProfitRow {
        since_january: YearOnYear::new(Some(-10.8), Some(-16.2)),
        contribution: Some(-1.5),
        ..profit_row(ProfitRowKind::Section, named("B", "Mining", "采矿业"))
    };
    let equipment = profit_row(ProfitRowKind::Group, named("equipment", "Equipment", "装备制造业"));
    let coal = ProfitRow {
        sign: Some(ProfitSign::SmallerLoss),
        contribution: Some(-0.4),
        ..profit_row(ProfitRowKind::Class, named("B06", "Coal mining", "煤炭开采和洗选业"))
    };
    let ships = ProfitRow {
        month: SingleMonth::default(),
        ..profit_row(ProfitRowKind::Class, named("C37", "Rail, ships, aircraft", "铁路船舶航空航天"))
    };
    IndustrialProfits {
        month: month("2024-06"),
        month_before: month("2024-05"),
        released: day("2024-07-27"),
        is_in_week: true,
        rows: vec![total, mining, equipment, coal, ships],
        n_known: 41,
        n_growing: 32,
    }
}

fn samples() -> Vec<SampleTable> {
    let row = |kind, name: Named, now: f64, before: f64| SampleRow {
        kind,
        name,
        n: 1679,
        coverage: 0.321,
        since_january: Some(now),
        quarter: Some(-33.1),
        before: Some(before),
        change: Some(now - before),
        before_of_all: Some(-4.3),
    };
    let [coal, _, electronics, _] = sectors();
    let all = || named("all", "All companies", "全部公司");
    vec![SampleTable {
        quarter: Quarter::new(2024, 2).unwrap(),
        deadline: day("2024-08-31"),
        rows: vec![
            row(SampleRowKind::Market, all(), -38.7, -35.0),
            row(SampleRowKind::Sector, coal, -12.0, -8.0),
            row(SampleRowKind::Sector, electronics, 24.0, 11.0),
        ],
        without_losses: vec![row(SampleRowKind::Market, all(), -23.5, -26.4)],
        large_losses: vec![named("000002", "Vanke", "万科"), named("601012", "LONGi", "隆基绿能")],
        loss: 50.0,
        n_without_assets: Some(3),
    }]
}

fn flow(kind: FlowKind, name: &str, span: FlowSpan) -> Flow {
    let values = [16.0, 9.6, -13.3, -46.9];
    Flow {
        kind,
        series: named(name, name, name),
        unit: "cny_100m".into(),
        unit_zh: None,
        span,
        market: Some(FlowSum { value: -114.2, before: Some(-35.1) }),
        n_summed: None,
        benchmarks: Vec::new(),
        sectors: sectors()
            .into_iter()
            .zip(values)
            .map(|(entity, value)| EntityFlow { entity, value })
            .collect(),
    }
}

fn flows() -> Vec<Flow> {
    let first_days = FlowSpan::FirstDays { n_days: 4, n_trading_days: 5 };
    let money = |value, before| Some(FlowSum { value, before: Some(before) });
    let of_market = |flow: Flow| Flow { sectors: Vec::new(), ..flow };
    vec![
        flow(FlowKind::Northbound, "northbound_net_buy", FlowSpan::Week),
        Flow { n_summed: Some(4), ..flow(FlowKind::Margin, "margin_net_buy", first_days) },
        Flow {
            benchmarks: vec![EntityFlow { entity: named("000300", "CSI 300", "沪深300"), value: 106.1 }],
            ..flow(FlowKind::Etf, "etf_net_subscription", FlowSpan::Month { month: month("2024-06") })
        },
        of_market(flow(FlowKind::EtfUnits, "etf_net_units", FlowSpan::Nothing { last: day("2024-07-19") })),
        of_market(flow(FlowKind::NewFunds, "new_fund_units", FlowSpan::Ended { last: day("2024-05-31") })),
        of_market(Flow {
            market: money(7.2, 9.0),
            ..flow(FlowKind::InsiderBuy, "insider_buy", FlowSpan::Week)
        }),
        of_market(Flow {
            market: money(19.0, 5.0),
            ..flow(FlowKind::InsiderSell, "insider_sell", FlowSpan::Week)
        }),
    ]
}

fn valuation() -> Vec<ValuationRow> {
    let row = |entity: Named, is_benchmark, multiple: f64, change: f64, percentile: f64| ValuationRow {
        entity,
        is_benchmark,
        is_pb: false,
        day: day("2024-07-26"),
        multiple,
        change: Some(change),
        percentile: Some(percentile),
        percentile_of_all: Some(percentile / 2.0),
        rank: Some(1),
        months: (0..120).map(|month| multiple * (0.8 + 0.005 * f64::from(month % 90))).collect(),
    };
    let [coal, banks, electronics, food] = sectors();
    vec![
        row(named("881001", "All A", "万得全A"), true, 13.4, -0.4, 24.5),
        row(coal, false, 11.1, 0.12, 60.0),
        ValuationRow { is_pb: true, ..row(banks, false, 0.6, -0.02, 3.0) },
        row(electronics, false, 36.8, -2.01, 32.0),
        row(food, false, 19.3, -1.35, 3.5),
    ]
}

fn series() -> Series {
    Series {
        name: "cpi_yoy".into(),
        frequency: Frequency::Monthly,
        unit: "percent".into(),
        title: "Consumer prices".into(),
        title_zh: Some("居民消费价格".into()),
        source: None,
        measure: None,
        unit_zh: None,
        accumulation: None,
        chain: None,
        chain_zh: None,
        release: None,
    }
}

fn releases() -> Releases {
    let next = NextRelease {
        series: 0,
        period: ReferencePeriod::ending(Frequency::Monthly, day("2024-07-31")).unwrap(),
        expected: day("2024-08-09"),
        is_announced: false,
    };
    let reports = ReportDeadline { date: day("2024-08-31"), quarter: Quarter::new(2024, 2).unwrap() };
    Releases { next: vec![next], reports: Some(reports), ..Releases::default() }
}

/// A week of which everything is known.
fn full() -> Weekly {
    let [coal, ..] = sectors();
    Weekly {
        as_of: day("2024-07-29"),
        is_default_day: false,
        week: Week {
            monday: day("2024-07-22"),
            sunday: day("2024-07-28"),
            days: (22..27).map(|number| day(&format!("2024-07-{number}"))).collect(),
            before: Some(day("2024-07-19")),
            is_partial: false,
        },
        returns: Some(returns()),
        tracking: tracking(),
        profits: Some(profits()),
        samples: samples(),
        flows: flows(),
        insiders: Some(FlowSum { value: -11.8, before: Some(4.0) }),
        events: vec![WeeklyEvent {
            date: day("2024-07-31"),
            title: "Purchasing managers".into(),
            title_zh: Some("采购经理指数".into()),
            importance: 3,
            sectors: vec![coal],
        }],
        valuation: valuation(),
        releases: releases(),
        missing: Vec::new(),
        series: vec![series()],
        ..empty()
    }
}

fn ids(page: &Page) -> Vec<&str> {
    page.sections.iter().map(|section| section.id.as_str()).collect()
}

fn text(weekly: &Weekly, lang: Lang) -> String {
    markdown(&page(weekly, lang))
}

fn assert_says(text: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(text.contains(sentence), "`{sentence}` is not in\n{text}");
    }
}

/// The tables of blocks, folded ones included.
fn tables(blocks: &[Block]) -> Vec<&Table> {
    let mut found = Vec::new();
    for block in blocks {
        match block {
            Block::Table(table) => found.push(table),
            Block::Folded { blocks, .. } => found.extend(tables(blocks)),
            _ => {}
        }
    }
    found
}

#[test]
fn sections_stand_in_their_order() {
    let expected = [
        "summary",
        "week",
        "tracking",
        "profits",
        "sample",
        "money",
        "events",
        "releases",
        "valuation",
        "missing",
        "risks",
    ];
    for lang in [Lang::En, Lang::Zh] {
        assert_eq!(ids(&page(&full(), lang)), expected);
    }
}

#[test]
fn a_week_without_data_says_what_is_missing() {
    for lang in [Lang::En, Lang::Zh] {
        assert_eq!(ids(&page(&empty(), lang)), ["missing", "risks"]);
    }
    let nothing = Weekly {
        week: Week { days: Vec::new(), before: None, ..empty().week },
        missing: Vec::new(),
        ..empty()
    };
    assert_eq!(ids(&page(&nothing, Lang::Zh)), ["missing", "risks"]);
    assert_says(
        &text(&empty(), Lang::Zh),
        &["- 一周市场回顾：数据集只有月末收盘价。", "无历史回测：数据集尚无完整月份。"],
    );
}

#[test]
fn a_week_that_is_not_over_says_how_far_it_is_known() {
    let title = |weekly: &Weekly, lang| page(weekly, lang).title;
    assert_eq!(title(&empty(), Lang::En), "Strategy weekly, 30 December 2024 – 5 January 2025 (to Tuesday)");
    assert_eq!(title(&empty(), Lang::Zh), "策略周报：2024 年 12 月 30 日—2025 年 1 月 5 日（截至周二）");
    assert_eq!(title(&full(), Lang::En), "Strategy weekly, 22–28 July 2024");
    assert_says(&text(&full(), Lang::Zh), &["2024-07-22至2024-07-28（5个交易日；以2024-07-19收盘为基准）"]);
}

#[test]
fn the_lead_has_a_sentence_a_section() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "- 本周万得全A涨跌幅-2.74%；4个行业中1个上涨、1个持平、2个下跌（中位数-1.35%，等权-1.52%）；最好为煤炭+1.20%，最差为食品饮料-4.60%。",
            "- 3个有同比的指标中2个高于上年同期，最高为螺纹钢+31.84%，最低为新船订单-18.64%。",
            "- 2024年1—6月工业企业利润总额35110.3亿元，同比+3.5%（2024年1—5月为+3.4%，变动+0.1个百分点）。",
            "- 2024Q2已披露1679家公司（资产覆盖率32.1%），净利润同比-38.7%，同一批公司上一报告期-35.0%，变动-3.7个百分点。",
            "- 北向资金净买入-114.2亿元；融资净买入（前四个交易日）-114.2亿元（4个行业之和）；",
            "- 本周与下周共1个事件，首要为采购经理指数（☆☆☆，2024-07-31）。",
            "- 下一项公布：居民消费价格（2024-07，约 2024-08-09）。",
            "- 万得全A市盈率（TTM）13.40倍（-0.40），近十年24.5%分位，全部历史12.2%；行业近十年分位最低为银行3.0%，最高为煤炭60.0%。",
        ],
    );
    let first = Weekly { events: Vec::new(), ..full() };
    let Block::List(items) = &page(&first, Lang::En).sections[0].blocks[0] else { panic!("no lead") };
    assert_eq!(items.len(), 7);
    assert_eq!(items[5], "Next release: Consumer prices for 2024-07, about 2024-08-09.");
}

#[test]
fn the_week_leaves_reasons_to_the_author() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "2024-07-19收盘至2024-07-26收盘：万得全A-2.74%、沪深300-3.67%。",
            "表现最好：煤炭+1.20%、银行0.00%。表现最差：食品饮料-4.60%、电子-2.70%。【原因】",
            "| 沪深300 | -3.67 | -0.93 | — | 90 |",
        ],
    );
    assert_says(
        &text(&full(), Lang::En),
        &["Best: Coal +1.20%; Banks 0.00%. Worst: Food & Beverage -4.60%; Electronics -2.70%. \\[reason\\]"],
    );
}

#[test]
fn series_are_worded_by_their_kind() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "### 钢材",
            "- 螺纹钢：2024-07-25为6610元/吨，周环比下行0.60%；本月以来均值较上月均值上行1.50%；2024年6月为344元/吨，环比下行14.21%，同比增幅扩大4.85个百分点至31.84%；高于历史同期。",
            "；2024年6月为344%，环比下行0.50个百分点，同比下降0.50个百分点。",
            "- 新船订单：2024年6月为5422元/吨，环比下行14.21%，同比降幅收窄0.45个百分点至18.64%；2024年1—6月累计同比增幅收窄15.09个百分点至43.93%；低于历史同期。",
            "### 其他指标\n\n- 产量：2024-07-25为13.52%，周环比下行0.60个百分点；2024年6月同比由降转增，增幅为13.52%；处于历史同期区间。",
        ],
    );
    assert_says(
        &text(&full(), Lang::En),
        &[
            "- Rebar: 6610 (CNY/tonne) on 2024-07-25, WoW down 0.60%; the mean of the month so far against that of the month before up 1.50%; June 2024: 344 (CNY/tonne), MoM down 14.21%, YoY growth widened by 4.85 pp to 31.84%; above the range of the same month of the five years before.",
            "January to June 2024: YoY growth narrowed by 15.09 pp to 43.93%; below the range",
            "- Output: 13.52% on 2024-07-25, WoW down 0.60 pp; June 2024: YoY turned from decline to growth of 13.52%; within the range",
        ],
    );
}

#[test]
fn profits_of_the_week_are_told_in_full() {
    let chinese = text(&full(), Lang::Zh);
    assert_says(
        &chinese,
        &[
            "2024年6月单月同比+3.6%（2024年5月单月+0.7%）；近三个月同比-0.8%（上月为+1.1%）；营业收入累计同比+2.9%；利润率5.41%（较上年同期+0.03个百分点）；41个行业中32个高于上年同期（78.0%）。公布于2024-07-27。",
            "| 装备制造业 | 12288.6 | +6.6 | +5.9 | +0.7 |  | +3.9\\* | +0.7 | -0.8 | +1.1 | 35.0 | 7/8个行业 |",
            "\\* 由累计值推算，误差约半个百分点。",
            "| 煤炭开采和洗选业 | 12288.6 | +6.6 | +5.9 | +0.7 | 减亏 |",
            "| 装备制造业 | +2.24 | +64.1 | 34.0 | 35.0 | +1.02 |",
        ],
    );
    assert_says(&text(&full(), Lang::En), &["smaller loss", "7 of 8 classes", "32 of 41 classes earn more"]);
    // Classes stand by what they add.
    let [_, contributions] = chinese.split("### 拉动").collect::<Vec<_>>().try_into().unwrap();
    assert!(contributions.find("铁路船舶") < contributions.find("煤炭开采"));
}

#[test]
fn earlier_profits_are_one_line_and_folded_tables() {
    let earlier = IndustrialProfits { is_in_week: false, ..profits() };
    let page = page(&Weekly { profits: Some(earlier), ..full() }, Lang::En);
    let section = page.sections.iter().find(|section| section.id == "profits").unwrap();
    let [Block::Paragraph(line), Block::Folded { blocks, .. }] = &section.blocks[..] else {
        panic!("{section:?}")
    };
    assert_eq!(
        line,
        "Nothing new in the week. Industrial profits of January to June 2024: 35110.3 (CNY 100m), YoY +3.5% \
         (January to May 2024: +3.4%, change +0.1 pp); published on 2024-07-27."
    );
    assert_eq!(tables(blocks).len(), 4);
}

#[test]
fn february_stands_for_two_months() {
    let february = IndustrialProfits { month: month("2024-02"), month_before: month("2023-12"), ..profits() };
    assert_says(
        &text(&Weekly { profits: Some(february), ..full() }, Lang::Zh),
        &["2024年1—2月同比+3.6%（2023年12月单月+0.7%）", "2月单月为1—2月合计。", "（2023年1—12月为+3.4%"],
    );
}

#[test]
fn samples_say_what_is_no_comparison() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "### 2024Q2（披露截止2024-08-31）",
            "全部公司上期 %（不可比） |",
            "3家成分公司总资产未知，在覆盖率中按0计。",
            "上一报告期该批公司为-35.0%，全部公司为-4.3%：-30.7个百分点来自样本选择而非变化。全部公司上期一列不可比。",
            "剔除亏损超过50亿元的公司（万科、隆基绿能）后：",
        ],
    );
    assert_says(&text(&full(), Lang::En), &["(not comparable) |", "-30.7 pp are selection, not change."]);
    let first = samples().into_iter().map(|sample| SampleTable {
        quarter: Quarter::new(2024, 1).unwrap(),
        n_without_assets: Some(0),
        large_losses: Vec::new(),
        without_losses: Vec::new(),
        ..sample
    });
    let first = text(&Weekly { samples: first.collect(), ..full() }, Lang::Zh);
    assert_says(&first, &["上一报告期为上年年报：累计口径不同（全年对单季）。"]);
    assert!(!first.contains("总资产未知") && !first.contains("剔除亏损"), "{first}");
}

#[test]
fn flows_say_of_which_days_they_are() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "北向资金净买入-114.2亿元，上周-35.1亿元，变动-79.1亿元；行业中最多：煤炭+16.0、银行+9.6；最少：食品饮料-46.9、电子-13.3。",
            "融资净买入（前四个交易日）-114.2亿元（4个行业之和），上周全周-35.1亿元，变动-79.1亿元；",
            "ETF净申购金额（2024年6月，月度数据）-114.2亿元，上月-35.1亿元",
            "ETF净申购份额：本周数据尚未公布，最新为2024-07-19。",
            "新成立权益基金份额：该数据已停止公布，最后一日为2024-05-31。",
            "- 重要股东减持19.0亿元，上周5.0亿元，变动+14.0亿元。",
            "- 净增持-11.8亿元，上周+4.0亿元，由净增持转为净减持。",
        ],
    );
    assert_says(
        &text(&full(), Lang::En),
        &[
            "Net purchases on margin (first four trading days): -114.2 (CNY 100m, sum of 4 sectors), the whole week before -35.1, change -79.1;",
            "New equity funds: the series has ended; its last day is 2024-05-31.",
            "- Purchases less sales: -11.8 (CNY 100m), the week before +4.0: turned from net purchases to net sales.",
        ],
    );
}

#[test]
fn events_have_the_stars_of_the_dataset() {
    assert_says(&text(&full(), Lang::Zh), &["| ☆☆☆ | 2024-07-31 | 采购经理指数 | 煤炭 |"]);
    assert_says(&text(&full(), Lang::En), &["| ☆☆☆ | 2024-07-31 | Purchasing managers | Coal |"]);
}

#[test]
fn multiples_are_picked_by_change_and_level() {
    assert_says(
        &text(&full(), Lang::Zh),
        &[
            "- 万得全A市盈率（TTM）13.40倍（-0.40），近十年24.5%分位，全部历史12.2%。",
            "市盈率上升最多：煤炭11.10倍（+0.12）。市盈率下降最多：电子36.80倍（-2.01）、食品饮料19.30倍（-1.35）。市盈率最高：电子36.80倍（-2.01）、食品饮料19.30倍（-1.35）、煤炭11.10倍（+0.12）。",
            "| 银行 | 市净率 | 0.60 | -0.02 | 3.0 | 1 | 1.5 | 2024-07-26 |",
        ],
    );
}

#[test]
fn columns_of_numbers_hold_numbers() {
    let page = page(&full(), Lang::En);
    let all: Vec<&Table> = page.sections.iter().flat_map(|section| tables(&section.blocks)).collect();
    assert!(all.len() > 12, "{}", all.len());
    for table in all {
        for row in &table.rows {
            for (cell, column) in
                row.iter().zip(&table.columns).filter(|(_, column)| column.align == Align::Right)
            {
                let is_number = matches!(cell.value(column), Some(Value::Number(..)));
                assert!(is_number || **cell == *NONE, "{}: {cell}", column.title);
            }
        }
    }
}

#[test]
fn a_chinese_page_has_no_english_word_of_ours() {
    const KNOWN: &[&str] = &["ETF", "TTM", "Rotor", "made"];
    for weekly in [full(), empty()] {
        let page = text(&weekly, Lang::Zh);
        let unquoted: String = page.split('`').step_by(2).collect();
        for word in unquoted.split(|letter: char| !letter.is_ascii_alphabetic()) {
            assert!(word.len() <= 2 || KNOWN.contains(&word), "{word}");
        }
    }
}

#[test]
fn the_page_uses_the_words_of_the_field() {
    for lang in [Lang::En, Lang::Zh] {
        let page = page(&full(), lang);
        let text = markdown(&page).to_lowercase();
        let mut labels: Vec<String> = Vec::new();
        for section in &page.sections {
            labels.push(section.heading.to_lowercase());
            let columns = tables(&section.blocks).into_iter().flat_map(|table| &table.columns);
            labels.extend(columns.map(|column| column.title.to_lowercase()));
        }
        for refused in REFUSED {
            let found = if refused.only_as_label {
                labels
                    .iter()
                    .any(|label| label.split([',', '(', ')']).any(|part| part.trim() == refused.words))
            } else {
                text.contains(refused.words)
            };
            assert!(!found, "`{}`: write {}", refused.words, refused.instead);
        }
    }
}

#[test]
fn names_of_the_data_are_harmless() {
    let event = WeeklyEvent {
        date: day("2024-07-31"),
        title: format!("\u{1b}[31m{}", "x".repeat(200)),
        title_zh: None,
        importance: 200,
        sectors: vec![Named { code: "\u{202e}1".into(), name: " ".into(), name_zh: None }],
    };
    let page = text(&Weekly { events: vec![event], ..full() }, Lang::Zh);
    assert!(page.chars().all(|letter| letter == '\n' || !letter.is_control() && letter != '\u{202e}'));
    assert!(!page.contains(&"x".repeat(100)) && !page.contains(&"☆".repeat(6)), "{page}");
}

#[test]
fn the_document_has_every_number_in_full() {
    let weekly = full();
    let document = serde_json::to_value(document(&weekly)).unwrap();
    assert_eq!(document["format"], 1);
    assert_eq!(document["dataset"]["name"], "made-up");
    assert!(document["config"].get("dataset").is_none() && document["config"]["top"] == 5);
    assert_eq!(document["week"]["before"], "2024-07-19");
    assert_eq!(document["profits"]["rows"][2]["contribution"], 2.242_823_64);
    assert_eq!(document["flows"][1]["span"]["first_days"]["n_days"], 4);
    assert_eq!(document["releases"]["next"][0]["expected"], "2024-08-09");
    assert_eq!(document["track"]["error"], "the dataset has no month yet");
}
