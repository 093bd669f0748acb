//! A page of made-up values, and one of none.

use rotor_data::PriceFrequency;
use rotor_factor::{Date, Month, Quarter};
use rotor_run::{
    EntityFlow, Flow, FlowKind, FlowSpan, FlowSum, IndustrialProfits, MissingPart, MissingReason, Named,
    NoTrack, NoteDataset, ProfitRow, ProfitRowKind, ProfitSign, Releases, SampleRow, SampleRowKind,
    SampleTable, SeasonalPosition, SeriesHistory, SingleMonth, Tracked, TrackedKind, ValuationRow, Week,
    WeekReturn, WeekReturns, Weekly, WeeklyEvent, WeeklyPart, YearOnYear,
};

use super::{document, page};
use crate::page::{Block, Page, Table, html, markdown, terminal};
use crate::terms::REFUSED;
use crate::words::Lang;

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
        last_day: day("2024-06-30"),
        value: Some(13.52),
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
        missing: Vec::new(),
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

#[test]
#[ignore]
fn look() {
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        std::fs::write(format!("/tmp/weekly-{name}.html"), html(&page(&full(), lang))).unwrap();
        std::fs::write(format!("/tmp/weekly-{name}.md"), text(&full(), lang)).unwrap();
        std::fs::write(format!("/tmp/weekly-{name}.txt"), terminal(&page(&full(), lang))).unwrap();
        std::fs::write(format!("/tmp/weekly-empty-{name}.md"), text(&empty(), lang)).unwrap();
        std::fs::write("/tmp/weekly.json", serde_json::to_string_pretty(&document(&full())).unwrap())
            .unwrap();
    }
}
