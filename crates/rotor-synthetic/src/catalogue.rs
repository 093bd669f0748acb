//! Names, codes and constants of the synthetic worlds: what can be held against the method line by line.
//!
//! Codes, names and groups of the sectors are those of the Shenwan level-1 classification, 2021 edition; the
//! industries are the 41 major classes of GB/T 4754-2017. Everything else — betas, levels, margins, profits — is
//! an invented number of a plausible size.

use rotor_factor::Group;

/// The only market of a world.
pub(crate) const MARKET: &str = "CN";

/// A sector's codes and names.
pub(crate) struct SectorName {
    pub(crate) code: &'static str,
    pub(crate) name_zh: &'static str,
    pub(crate) name: &'static str,
    pub(crate) group: Group,
}

const fn sector(code: &'static str, name_zh: &'static str, name: &'static str, group: Group) -> SectorName {
    SectorName { code, name_zh, name, group }
}

/// The number of sectors of the classification.
pub(crate) const N_SECTORS: usize = 31;

/// The sectors in the order of their codes.
pub(crate) const SECTORS: [SectorName; N_SECTORS] = [
    sector("801010", "农林牧渔", "Agriculture, Forestry, Livestock & Fishery", Group::Downstream),
    sector("801030", "基础化工", "Basic Chemicals", Group::Upstream),
    sector("801040", "钢铁", "Steel", Group::Upstream),
    sector("801050", "有色金属", "Non-ferrous Metals", Group::Upstream),
    sector("801080", "电子", "Electronics", Group::Midstream),
    sector("801110", "家用电器", "Household Appliances", Group::Downstream),
    sector("801120", "食品饮料", "Food & Beverage", Group::Downstream),
    sector("801130", "纺织服饰", "Textiles & Apparel", Group::Downstream),
    sector("801140", "轻工制造", "Light Manufacturing", Group::Downstream),
    sector("801150", "医药生物", "Pharmaceuticals & Biotech", Group::Downstream),
    sector("801160", "公用事业", "Utilities", Group::Upstream),
    sector("801170", "交通运输", "Transportation", Group::Services),
    sector("801180", "房地产", "Real Estate", Group::Financial),
    sector("801200", "商贸零售", "Commerce & Retail", Group::Services),
    sector("801210", "社会服务", "Social Services", Group::Services),
    sector("801230", "综合", "Conglomerates", Group::Other),
    sector("801710", "建筑材料", "Building Materials", Group::Upstream),
    sector("801720", "建筑装饰", "Construction & Decoration", Group::Midstream),
    sector("801730", "电力设备", "Power Equipment", Group::Midstream),
    sector("801740", "国防军工", "Defence", Group::Midstream),
    sector("801750", "计算机", "Computers", Group::Tmt),
    sector("801760", "传媒", "Media", Group::Tmt),
    sector("801770", "通信", "Telecom", Group::Tmt),
    sector("801780", "银行", "Banks", Group::Financial),
    sector("801790", "非银金融", "Non-bank Financials", Group::Financial),
    sector("801880", "汽车", "Automobiles", Group::Downstream),
    sector("801890", "机械设备", "Machinery", Group::Midstream),
    sector("801950", "煤炭", "Coal", Group::Upstream),
    sector("801960", "石油石化", "Petroleum & Petrochemicals", Group::Upstream),
    sector("801970", "环保", "Environmental Protection", Group::Midstream),
    sector("801980", "美容护理", "Beauty Care", Group::Downstream),
];

/// How a sector behaves on the exchange.
pub(crate) struct SectorTraits {
    /// Sensitivity to the market's return.
    pub(crate) beta: f64,
    /// Level of the index on the first day.
    pub(crate) level: f64,
    /// Usual multiples: price-earnings and price-book.
    pub(crate) multiples: [f64; 2],
    /// Free-float capitalisation on the first day, in `cny_100m`.
    pub(crate) float_cap: f64,
}

const fn traits(beta: f64, level: f64, multiples: [f64; 2], float_cap: f64) -> SectorTraits {
    SectorTraits { beta, level, multiples, float_cap }
}

/// In the order of [`SECTORS`].
pub(crate) const TRAITS: [SectorTraits; N_SECTORS] = [
    traits(0.95, 2_180.0, [32.0, 3.2], 1_500.0),
    traits(1.05, 2_260.0, [26.0, 2.6], 4_800.0),
    traits(1.00, 3_310.0, [14.0, 1.1], 2_600.0),
    traits(1.15, 4_420.0, [30.0, 2.9], 5_200.0),
    traits(1.12, 1_720.0, [42.0, 3.4], 6_100.0),
    traits(0.95, 2_350.0, [16.0, 2.7], 3_000.0),
    traits(0.85, 4_150.0, [29.0, 6.2], 6_400.0),
    traits(0.98, 2_060.0, [24.0, 2.0], 1_300.0),
    traits(1.02, 2_210.0, [26.0, 2.1], 1_400.0),
    traits(0.90, 4_040.0, [34.0, 3.9], 6_600.0),
    traits(0.80, 2_110.0, [19.0, 1.8], 4_500.0),
    traits(0.85, 2_280.0, [17.0, 1.6], 5_300.0),
    traits(1.02, 3_250.0, [13.0, 1.3], 4_700.0),
    traits(0.98, 3_390.0, [25.0, 2.2], 2_900.0),
    traits(0.98, 3_020.0, [38.0, 3.6], 900.0),
    traits(1.05, 1_890.0, [33.0, 2.0], 600.0),
    traits(1.05, 3_420.0, [17.0, 1.9], 1_700.0),
    traits(0.95, 2_320.0, [12.0, 1.2], 3_800.0),
    traits(1.10, 3_520.0, [33.0, 3.5], 5_400.0),
    traits(1.15, 1_150.0, [58.0, 3.3], 2_700.0),
    traits(1.18, 2_090.0, [52.0, 4.2], 3_300.0),
    traits(1.08, 1_280.0, [37.0, 2.9], 2_500.0),
    traits(1.05, 1_950.0, [33.0, 2.6], 2_800.0),
    traits(0.72, 2_700.0, [7.0, 0.9], 17_500.0),
    traits(1.10, 1_760.0, [18.0, 1.8], 9_600.0),
    traits(1.05, 3_600.0, [20.0, 2.2], 4_300.0),
    traits(1.05, 1_480.0, [27.0, 2.5], 5_000.0),
    traits(1.00, 4_980.0, [12.0, 1.4], 4_400.0),
    traits(0.80, 3_100.0, [14.0, 1.2], 7_900.0),
    traits(1.02, 1_640.0, [26.0, 2.1], 1_600.0),
    traits(0.92, 1_020.0, [36.0, 4.0], 700.0),
];

/// The gross margin of a sector and what moves it.
pub(crate) struct Margin {
    pub(crate) sector: &'static str,
    /// Percent of sales at CPI 2% and PPI 1%.
    pub(crate) base: f64,
    /// Percentage points per point of the quarter's mean CPI.
    pub(crate) consumer_slope: f64,
    /// Percentage points per point of the quarter's mean PPI.
    pub(crate) producer_slope: f64,
}

const fn margin(sector: &'static str, base: f64, [consumer_slope, producer_slope]: [f64; 2]) -> Margin {
    Margin { sector, base, consumer_slope, producer_slope }
}

/// Margins of the 29 sectors that have one; banks and other financials have none.
///
/// The signs follow the method's July-2022 view, CPI up and PPI down: food, light manufacturing, transport,
/// retail, automobiles and power equipment gain; chemicals, petroleum and textiles are hurt.
pub(crate) const MARGINS: [Margin; 29] = [
    margin("801010", 15.0, [0.50, -0.10]),
    margin("801030", 20.0, [-0.40, 0.40]),
    margin("801040", 10.0, [-0.10, 0.15]),
    margin("801050", 11.0, [0.00, 0.20]),
    margin("801080", 17.0, [0.00, -0.05]),
    margin("801110", 25.0, [0.10, -0.15]),
    margin("801120", 47.0, [0.55, -0.35]),
    margin("801130", 31.0, [-0.50, 0.30]),
    margin("801140", 23.0, [0.40, -0.35]),
    margin("801150", 32.0, [0.10, -0.05]),
    margin("801160", 21.0, [0.00, -0.15]),
    margin("801170", 12.0, [0.45, -0.35]),
    margin("801180", 27.0, [0.00, 0.00]),
    margin("801200", 15.0, [0.40, -0.25]),
    margin("801210", 30.0, [0.20, 0.00]),
    margin("801230", 20.0, [0.00, 0.00]),
    margin("801710", 26.0, [-0.10, 0.10]),
    margin("801720", 11.0, [0.00, 0.00]),
    margin("801730", 22.0, [0.35, -0.35]),
    margin("801740", 20.0, [0.00, 0.00]),
    margin("801750", 28.0, [0.00, 0.00]),
    margin("801760", 30.0, [0.00, 0.00]),
    margin("801770", 26.0, [0.00, 0.00]),
    margin("801880", 15.0, [0.35, -0.30]),
    margin("801890", 24.0, [0.05, -0.10]),
    margin("801950", 30.0, [-0.10, 0.25]),
    margin("801960", 20.0, [-0.40, 0.45]),
    margin("801970", 28.0, [0.00, 0.00]),
    margin("801980", 45.0, [0.15, -0.05]),
];

/// The planted correlation of a sector's net profit growth with the bridged growth of its industries.
///
/// Sectors without an entry have no industry behind them. Automobiles have the 0.98 that the method reports; the
/// midstream has at least 0.5, defence excepted, which the method calls badly fitted like the last four of the
/// upstream.
pub(crate) const PROFIT_CORRELATION: [(&str, f64); 23] = [
    ("801010", 0.30),
    ("801030", 0.70),
    ("801040", 0.40),
    ("801050", 0.80),
    ("801080", 0.75),
    ("801110", 0.85),
    ("801120", 0.60),
    ("801130", 0.85),
    ("801140", 0.88),
    ("801150", 0.80),
    ("801160", 0.82),
    ("801710", 0.30),
    ("801730", 0.75),
    ("801740", 0.30),
    ("801750", 0.30),
    ("801760", 0.10),
    ("801770", 0.20),
    ("801880", 0.98),
    ("801890", 0.80),
    ("801950", 0.75),
    ("801960", 0.25),
    ("801970", 0.30),
    ("801980", 0.35),
];

/// Sectors whose net profit growth now and then lies beyond ±200%: steel, petroleum, agriculture, transport, services.
pub(crate) const EXTREME_GROWTH: [&str; 5] = ["801040", "801960", "801010", "801170", "801210"];

/// Bridge weights released on 30 April 2022, as shares of the sector's total assets.
pub(crate) const BRIDGE: [(&str, &[(&str, f64)]); 23] = [
    ("801010", &[("C13", 0.44), ("C14", 0.02), ("C27", 0.03)]),
    ("801030", &[("C25", 0.03), ("C26", 0.70), ("C28", 0.10), ("C29", 0.09), ("C30", 0.02), ("C38", 0.01)]),
    ("801040", &[("C31", 0.956), ("C33", 0.044)]),
    ("801050", &[("B09", 0.28), ("C26", 0.04), ("C30", 0.01), ("C32", 0.62), ("C33", 0.01), ("C39", 0.02)]),
    ("801080", &[("C38", 0.053), ("C39", 0.887)]),
    ("801110", &[("C38", 0.757), ("C39", 0.161)]),
    ("801120", &[("C13", 0.09), ("C14", 0.23), ("C15", 0.62)]),
    ("801130", &[("C17", 0.24), ("C18", 0.46), ("C19", 0.07), ("C24", 0.04), ("C41", 0.04)]),
    (
        "801140",
        &[
            ("C20", 0.04),
            ("C21", 0.24),
            ("C22", 0.44),
            ("C23", 0.08),
            ("C24", 0.06),
            ("C29", 0.04),
            ("C33", 0.03),
            ("C41", 0.02),
        ],
    ),
    ("801150", &[("C26", 0.01), ("C27", 0.61), ("C35", 0.08), ("C40", 0.01)]),
    ("801160", &[("D44", 0.86), ("D45", 0.09), ("D46", 0.01)]),
    ("801710", &[("C29", 0.021), ("C30", 0.933)]),
    ("801730", &[("C26", 0.03), ("C32", 0.02), ("C34", 0.14), ("C35", 0.04), ("C38", 0.68), ("C39", 0.05)]),
    ("801740", &[("C37", 0.747), ("C39", 0.149)]),
    ("801750", &[("C39", 0.38), ("C40", 0.02)]),
    ("801760", &[("C23", 0.04)]),
    ("801770", &[("C38", 0.02), ("C39", 0.10)]),
    ("801880", &[("C36", 0.857), ("C37", 0.019)]),
    ("801890", &[("C33", 0.04), ("C34", 0.24), ("C35", 0.44), ("C37", 0.18), ("C38", 0.04), ("C40", 0.03)]),
    ("801950", &[("B06", 0.92), ("C25", 0.06)]),
    ("801960", &[("B07", 0.73), ("B11", 0.05), ("C25", 0.05), ("C26", 0.02), ("C28", 0.13)]),
    ("801970", &[("C35", 0.08), ("C42", 0.04), ("D44", 0.06), ("D46", 0.22)]),
    ("801980", &[("C22", 0.16), ("C26", 0.50), ("C27", 0.14), ("C35", 0.04)]),
];

/// An industry's code, names and the size and temper of its profits.
pub(crate) struct Industry {
    pub(crate) code: &'static str,
    pub(crate) name_zh: &'static str,
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// Total profit of 2015, in `cny_100m`.
    pub(crate) annual_profit: f64,
    /// Standard deviation of the industry's own part of the log profit.
    pub(crate) own_cycle: f64,
    /// Sensitivity to the producer-price cycle; the average industry has one.
    pub(crate) price_cycle: f64,
}

const fn industry(
    code: &'static str,
    name_zh: &'static str,
    name: &'static str,
    group: Group,
    [annual_profit, own_cycle, price_cycle]: [f64; 3],
) -> Industry {
    Industry { code, name_zh, name, group, annual_profit, own_cycle, price_cycle }
}

/// The number of industries.
pub(crate) const N_INDUSTRIES: usize = 41;

use Group::{Downstream, Midstream, Other, Upstream};

/// The industries in the order of their codes.
#[rustfmt::skip]
pub(crate) const INDUSTRIES: [Industry; N_INDUSTRIES] = [
    industry("B06", "煤炭开采和洗选业", "Mining and Washing of Coal", Upstream, [2_000.0, 0.22, 2.4]),
    industry("B07", "石油和天然气开采业", "Extraction of Petroleum and Natural Gas", Upstream, [1_500.0, 0.28, 2.4]),
    industry("B08", "黑色金属矿采选业", "Mining and Processing of Ferrous Metal Ores", Upstream, [400.0, 0.25, 2.0]),
    industry("B09", "有色金属矿采选业", "Mining and Processing of Non-ferrous Metal Ores", Upstream, [450.0, 0.18, 1.8]),
    industry("B10", "非金属矿采选业", "Mining and Processing of Non-metal Ores", Upstream, [390.0, 0.10, 1.0]),
    industry("B11", "开采专业及辅助性活动", "Support Activities for Mining", Upstream, [35.0, 0.30, 1.2]),
    industry("B12", "其他采矿业", "Mining of Other Ores", Upstream, [2.0, 0.30, 0.5]),
    industry("C13", "农副食品加工业", "Processing of Food from Agricultural Products", Downstream, [2_000.0, 0.11, 0.3]),
    industry("C14", "食品制造业", "Manufacture of Foods", Downstream, [1_700.0, 0.08, 0.2]),
    industry("C15", "酒、饮料和精制茶制造业", "Liquor, Beverages and Refined Tea", Downstream, [1_800.0, 0.10, 0.2]),
    industry("C16", "烟草制品业", "Tobacco", Downstream, [1_150.0, 0.07, 0.0]),
    industry("C17", "纺织业", "Textile", Downstream, [2_000.0, 0.10, 0.5]),
    industry("C18", "纺织服装、服饰业", "Wearing Apparel and Accessories", Downstream, [1_300.0, 0.10, 0.2]),
    industry("C19", "皮革、毛皮、羽毛及其制品和制鞋业", "Leather, Fur, Feather, Footwear", Downstream, [900.0, 0.10, 0.2]),
    industry("C20", "木材加工和木、竹、藤、棕、草制品业", "Timber, Wood, Bamboo, Rattan, Palm, Straw", Downstream, [850.0, 0.10, 0.4]),
    industry("C21", "家具制造业", "Furniture", Downstream, [480.0, 0.11, 0.1]),
    industry("C22", "造纸和纸制品业", "Paper and Paper Products", Downstream, [790.0, 0.20, 1.3]),
    industry("C23", "印刷和记录媒介复制业", "Printing and Recording Media", Downstream, [550.0, 0.08, 0.1]),
    industry("C24", "文教、工美、体育和娱乐用品制造业", "Culture, Education, Arts, Sport, Entertainment Articles", Downstream, [840.0, 0.09, 0.2]),
    industry("C25", "石油、煤炭及其他燃料加工业", "Processing of Petroleum, Coal and Other Fuels", Upstream, [1_200.0, 0.30, 1.2]),
    industry("C26", "化学原料和化学制品制造业", "Raw Chemical Materials and Chemical Products", Upstream, [4_600.0, 0.16, 1.9]),
    industry("C27", "医药制造业", "Medicines", Downstream, [2_700.0, 0.12, 0.1]),
    industry("C28", "化学纤维制造业", "Chemical Fibres", Upstream, [310.0, 0.26, 1.8]),
    industry("C29", "橡胶和塑料制品业", "Rubber and Plastics Products", Midstream, [1_900.0, 0.10, 0.2]),
    industry("C30", "非金属矿物制品业", "Non-metallic Mineral Products", Upstream, [3_600.0, 0.13, 1.1]),
    industry("C31", "黑色金属冶炼和压延加工业", "Smelting and Pressing of Ferrous Metals", Upstream, [1_900.0, 0.28, 2.4]),
    industry("C32", "有色金属冶炼和压延加工业", "Smelting and Pressing of Non-ferrous Metals", Upstream, [1_600.0, 0.20, 2.0]),
    industry("C33", "金属制品业", "Metal Products", Midstream, [1_900.0, 0.09, 0.6]),
    industry("C34", "通用设备制造业", "General Purpose Machinery", Midstream, [3_000.0, 0.10, 0.4]),
    industry("C35", "专用设备制造业", "Special Purpose Machinery", Midstream, [2_200.0, 0.12, 0.4]),
    industry("C36", "汽车制造业", "Automobiles", Downstream, [6_000.0, 0.16, 0.2]),
    industry("C37", "铁路、船舶、航空航天和其他运输设备制造业", "Railway, Ship, Aerospace and Other Transport Equipment", Midstream, [1_050.0, 0.16, 0.1]),
    industry("C38", "电气机械和器材制造业", "Electrical Machinery and Apparatus", Midstream, [4_300.0, 0.11, 0.3]),
    industry("C39", "计算机、通信和其他电子设备制造业", "Computers, Communication and Other Electronic Equipment", Midstream, [4_600.0, 0.16, 0.2]),
    industry("C40", "仪器仪表制造业", "Measuring Instruments", Midstream, [740.0, 0.10, 0.1]),
    industry("C41", "其他制造业", "Other Manufacture", Downstream, [150.0, 0.15, 0.2]),
    industry("C42", "废弃资源综合利用业", "Utilisation of Waste Resources", Other, [180.0, 0.20, 1.4]),
    industry("C43", "金属制品、机械和设备修理业", "Repair of Metal Products, Machinery and Equipment", Other, [55.0, 0.20, 0.2]),
    industry("D44", "电力、热力生产和供应业", "Electric Power and Heat", Other, [4_300.0, 0.14, -1.0]),
    industry("D45", "燃气生产和供应业", "Gas", Other, [420.0, 0.12, -0.2]),
    industry("D46", "水的生产和供应业", "Water", Other, [210.0, 0.14, 0.0]),
];

/// An index that results are compared with.
pub(crate) struct Benchmark {
    pub(crate) code: &'static str,
    pub(crate) name_zh: &'static str,
    pub(crate) name: &'static str,
    /// Level on its first day.
    pub(crate) level: f64,
    /// Usual multiples: price-earnings and price-book.
    pub(crate) multiples: [f64; 2],
    /// Which stream its noise comes from: an index that is added moves none of the others.
    pub(crate) stream: usize,
    /// Sectors it is made of, with shares that add up to one.
    pub(crate) blend: &'static [(&'static str, f64)],
}

/// The benchmarks in the order of their codes.
pub(crate) const BENCHMARKS: [Benchmark; 8] = [
    Benchmark {
        code: "000001",
        name_zh: "上证指数",
        name: "Shanghai Composite",
        level: 3_243.76,
        multiples: [13.0, 1.6],
        stream: 0,
        blend: &[
            ("801780", 0.22),
            ("801790", 0.10),
            ("801960", 0.10),
            ("801160", 0.07),
            ("801170", 0.07),
            ("801950", 0.06),
            ("801120", 0.06),
            ("801150", 0.06),
            ("801720", 0.05),
            ("801050", 0.05),
            ("801030", 0.04),
            ("801080", 0.04),
            ("801890", 0.04),
            ("801180", 0.04),
        ],
    },
    Benchmark {
        code: "000016",
        name_zh: "上证50",
        name: "SSE 50",
        level: 2_553.80,
        multiples: [10.5, 1.4],
        stream: 3,
        blend: &[
            ("801780", 0.30),
            ("801790", 0.22),
            ("801120", 0.14),
            ("801160", 0.08),
            ("801150", 0.06),
            ("801960", 0.06),
            ("801050", 0.04),
            ("801730", 0.04),
            ("801950", 0.03),
            ("801170", 0.03),
        ],
    },
    Benchmark {
        code: "000300",
        name_zh: "沪深300",
        name: "CSI 300",
        level: 3_535.23,
        multiples: [13.5, 1.7],
        stream: 1,
        blend: &[
            ("801780", 0.18),
            ("801790", 0.14),
            ("801120", 0.11),
            ("801080", 0.09),
            ("801150", 0.08),
            ("801730", 0.07),
            ("801110", 0.05),
            ("801880", 0.05),
            ("801050", 0.05),
            ("801180", 0.04),
            ("801170", 0.04),
            ("801160", 0.04),
            ("801890", 0.03),
            ("801750", 0.03),
        ],
    },
    Benchmark {
        code: "000852",
        name_zh: "中证1000",
        name: "CSI 1000",
        level: 4_485.60,
        multiples: [42.0, 2.9],
        stream: 4,
        blend: &[
            ("801080", 0.16),
            ("801150", 0.14),
            ("801750", 0.12),
            ("801890", 0.12),
            ("801030", 0.11),
            ("801730", 0.09),
            ("801760", 0.06),
            ("801130", 0.05),
            ("801140", 0.05),
            ("801010", 0.05),
            ("801970", 0.05),
        ],
    },
    Benchmark {
        code: "000905",
        name_zh: "中证500",
        name: "CSI 500",
        level: 4_502.41,
        multiples: [33.0, 2.4],
        stream: 5,
        blend: &[
            ("801080", 0.13),
            ("801150", 0.12),
            ("801030", 0.11),
            ("801050", 0.10),
            ("801890", 0.10),
            ("801730", 0.09),
            ("801790", 0.09),
            ("801750", 0.08),
            ("801040", 0.06),
            ("801740", 0.06),
            ("801200", 0.06),
        ],
    },
    Benchmark {
        code: CHINEXT,
        name_zh: "创业板指",
        name: "ChiNext",
        level: 1_000.0,
        multiples: [48.0, 4.6],
        stream: 2,
        blend: &[
            ("801730", 0.26),
            ("801150", 0.20),
            ("801080", 0.20),
            ("801750", 0.12),
            ("801760", 0.06),
            ("801770", 0.06),
            ("801890", 0.06),
            ("801010", 0.04),
        ],
    },
    Benchmark {
        code: "399372",
        name_zh: "大盘成长",
        name: "Large-cap Growth",
        level: 3_912.70,
        multiples: [28.0, 3.8],
        stream: 6,
        blend: &[
            ("801730", 0.22),
            ("801120", 0.20),
            ("801150", 0.16),
            ("801080", 0.16),
            ("801110", 0.10),
            ("801880", 0.10),
            ("801980", 0.06),
        ],
    },
    Benchmark {
        code: "399377",
        name_zh: "小盘价值",
        name: "Small-cap Value",
        level: 4_105.30,
        multiples: [20.0, 1.5],
        stream: 7,
        blend: &[
            ("801180", 0.16),
            ("801720", 0.14),
            ("801030", 0.14),
            ("801040", 0.12),
            ("801170", 0.12),
            ("801160", 0.10),
            ("801710", 0.08),
            ("801130", 0.07),
            ("801140", 0.07),
        ],
    },
];

/// The index that begins later than the others, on 2010-06-01.
pub(crate) const CHINEXT: &str = "399006";

/// Returns the position of a sector in [`SECTORS`].
pub(crate) fn sector_position(code: &str) -> usize {
    SECTORS.iter().position(|sector| sector.code == code).expect("tables name sectors of the catalogue")
}

/// Returns the position of an industry in [`INDUSTRIES`].
pub(crate) fn industry_position(code: &str) -> usize {
    INDUSTRIES
        .iter()
        .position(|industry| industry.code == code)
        .expect("tables name industries of the catalogue")
}

/// Returns the bridge weights of a sector of the classification; empty if no industry stands behind it.
pub(crate) fn bridge_of(template: usize) -> &'static [(&'static str, f64)] {
    let code = SECTORS[template].code;
    BRIDGE.iter().find(|(sector, _)| *sector == code).map_or(&[], |(_, weights)| weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_refer_to_each_other() {
        assert!(SECTORS.is_sorted_by(|a, b| a.code < b.code));
        assert!(INDUSTRIES.is_sorted_by(|a, b| a.code < b.code));
        assert!(BENCHMARKS.is_sorted_by(|a, b| a.code < b.code));
        for (sector, weights) in BRIDGE {
            sector_position(sector);
            assert!(weights.is_sorted_by(|a, b| a.0 < b.0), "{sector}");
            assert!(weights.iter().all(|(code, _)| industry_position(code) < N_INDUSTRIES));
            assert!(weights.iter().map(|(_, weight)| weight).sum::<f64>() <= 1.0 + 1e-9);
        }
        for benchmark in BENCHMARKS {
            let shares: f64 =
                benchmark.blend.iter().map(|(code, share)| (sector_position(code), share).1).sum();
            assert!((shares - 1.0).abs() < 1e-9, "{}: {shares}", benchmark.code);
        }
        assert!(PROFIT_CORRELATION.iter().map(|(code, _)| code).eq(BRIDGE.iter().map(|(code, _)| code)));
        assert!(MARGINS.iter().all(|margin| sector_position(margin.sector) < N_SECTORS));
        assert!(EXTREME_GROWTH.iter().all(|code| sector_position(code) < N_SECTORS));
    }
}
