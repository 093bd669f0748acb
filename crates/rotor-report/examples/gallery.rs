//! A page with every kind of chart, to look at: `cargo run -p rotor-report --example gallery -- gallery.html`.

use rotor_factor::{Date, Month};
use rotor_report::draw::{
    Band, Bar, BarChart, BarGroup, BarMark, BoxChart, BoxRow, Chart, Columns, LineChart, Mark, Matrix, Panel,
    Series, Shades, Span, Tone, Unit,
};
use rotor_report::page::{Block, Column, Figure, Page, Section, Table, html};
use rotor_report::words::Lang;

const SECTORS: [&str; 31] = [
    "Agriculture, Forestry, Livestock & Fishery",
    "Basic Chemicals",
    "Steel",
    "Non-ferrous Metals",
    "Electronics",
    "Household Appliances",
    "Food & Beverage",
    "Textiles & Apparel",
    "Light Manufacturing",
    "Pharmaceuticals & Biotech",
    "Utilities",
    "Transportation",
    "Real Estate",
    "Commerce & Retail",
    "Social Services",
    "Conglomerates",
    "Building Materials",
    "Construction & Decoration",
    "Power Equipment",
    "Defence",
    "Computers",
    "Media",
    "电力设备及新能源 <script>alert(1)</script>",
    "Telecom",
    "Banks",
    "Non-bank Financials",
    "Automobiles",
    "Machinery",
    "Coal",
    "Petroleum & Petrochemicals",
    "Beauty Care",
];

/// Numbers that look like noise.
struct Noise(u64);

impl Noise {
    /// About normal, by the sum of uniform ones.
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        }
        sum - 6.0
    }
}

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "gallery.html".into());
    let lang = if std::env::args().nth(2).as_deref() == Some("zh") { Lang::Zh } else { Lang::En };
    let start = std::time::Instant::now();
    let page = html(&page(lang));
    eprintln!("{} bytes, {:?}", page.len(), start.elapsed());
    std::fs::write(path, page)
}

fn page(lang: Lang) -> Page {
    let mut noise = Noise(7);
    let section =
        |id: &str, heading: &str, blocks| Section { id: id.into(), heading: heading.into(), blocks };
    Page {
        lang,
        title: "Sector rotation, 2015-01 to 2024-12: four factors, five sectors a month".into(),
        mark: Some("SYNTHETIC DATA".into()),
        facts: vec![
            ("months".into(), "119, 2015-01 to 2024-11".into()),
            ("dataset".into(), "demo: Synthetic A-share sectors, 2010–2024".into()),
            ("configuration".into(), "five picks of 31 sectors, equal weights, costs 0.15% one way".into()),
        ],
        sections: vec![
            section("verdict", "Verdict", verdict()),
            section(
                "value",
                "Net value",
                vec![figure("net-value", "Net value of the top five", net_value(&mut noise)).into()],
            ),
            section(
                "picks",
                "Picks by month",
                vec![
                    figure("picks", "Picks", picks(&mut noise)).into(),
                    figure("wide", "Scores of many days", strip(&mut noise)).into(),
                ],
            ),
            section("factors", "Factors", factors(&mut noise)),
            section("forecasts", "Forecasts", forecasts(&mut noise)),
            section("heat", "Heat", heat(&mut noise)),
            section("extremes", "Extremes", extremes(&mut noise)),
        ],
    }
}

fn verdict() -> Vec<Block> {
    let mut table = Table::new([
        Column::name("strategy"),
        Column::number("return a year"),
        Column::number("95% interval"),
        Column::word("remark"),
    ]);
    table.row(["top five", "+7.1%", "-1.2% to +15.4%", "net of costs"]);
    table.row(["all sectors", "+4.0%", "-3.9% to +11.9%", "the benchmark"]);
    vec![
        Block::Paragraph("The top five returned 3.1 percentage points a year more than all sectors alike; the interval from -1.9 to +8.1 includes zero, so that chance is not excluded. RankIC was 0.021 on average.".into()),
        Block::Warning("The data are made up: nothing here says anything about a market. 14 of 119 months had fewer than 20 scored sectors.".into()),
        Block::List(vec!["One thing that a reader should know.".into(), "Another one, somewhat longer than the first so that the line has a chance to break on narrow pages.".into()]),
        Block::Heading("Returns".into()),
        table.into(),
    ]
}

fn figure(id: &str, title: &str, chart: Chart) -> Figure {
    Figure {
        id: id.into(),
        title: title.into(),
        about: "How to read it: the line is what the figure is about, what it is held against is thinner."
            .into(),
        chart,
    }
}

fn months(n: i32) -> Vec<Date> {
    let first = Month::new(2015, 1).expect("2015 is a year");
    (0..n).filter_map(|month| first.plus(month)).map(Month::last_day).collect()
}

fn walk(noise: &mut Noise, n: usize, step: f64) -> Vec<Option<f64>> {
    let mut level = 1.0;
    (0..n)
        .map(|_| {
            level *= 1.0 + noise.next() * step + 0.004;
            Some(level)
        })
        .collect()
}

fn series(name: &str, tone: Tone, mark: Mark, values: Vec<Option<f64>>) -> Series {
    Series { name: name.into(), tone, mark, values }
}

fn panel(axis: &str, unit: Unit, series: Vec<Series>) -> Panel {
    Panel { axis: axis.into(), unit, is_log: false, baseline: None, height: 1.0, series, bands: Vec::new() }
}

fn net_value(noise: &mut Noise) -> Chart {
    let n = 119;
    let top = walk(noise, n, 0.05);
    let mut gaps = walk(noise, n, 0.06);
    gaps[40..52].fill(None);
    let mut peak = 0.0_f64;
    let drawdown = top.iter().flatten().map(|value| {
        peak = peak.max(*value);
        Some(value / peak - 1.0)
    });
    let drawdown = drawdown.collect();
    let values = vec![
        series("top five", Tone::First, Mark::Line, top),
        series("all sectors", Tone::Second, Mark::Line, walk(noise, n, 0.04)),
        series("CSI 300", Tone::Third, Mark::Line, walk(noise, n, 0.05)),
        series("ChiNext", Tone::Fourth, Mark::Line, gaps),
        series("SSE", Tone::Muted, Mark::Line, walk(noise, n, 0.03)),
    ];
    Chart::Lines(LineChart {
        dates: months(n as i32),
        panels: vec![
            Panel {
                is_log: true,
                baseline: Some(1.0),
                height: 1.5,
                ..panel("net value, log scale", Unit::plain(2), values)
            },
            Panel {
                baseline: Some(0.0),
                height: 0.6,
                ..panel(
                    "drawdown",
                    Unit::fraction(1),
                    vec![series("top five", Tone::First, Mark::Area, drawdown)],
                )
            },
        ],
        spans: vec![Span {
            from: "2020-01-20".parse().expect("a date"),
            to: "2020-04-30".parse().expect("a date"),
            name: "lockdown".into(),
        }],
        ..LineChart::default()
    })
}

fn picks(noise: &mut Noise) -> Chart {
    let cells = SECTORS.map(|_| {
        (0..119).map(|_| Some(noise.next()).filter(|x| *x > -1.0).map(|x| (x * 2.0 + 8.0).round())).collect()
    });
    Chart::Matrix(Matrix {
        rows: SECTORS.map(String::from).into(),
        row_axis: "sector".into(),
        columns: Columns::Dates(months(119)),
        column_axis: "month".into(),
        measure: String::new(),
        cells: cells.into(),
        unit: Unit::plain(0),
        shades: Shades::Sequential,
        has_numbers: false,
        missing: String::new(),
    })
}

fn strip(noise: &mut Noise) -> Chart {
    let mut level = 0.0;
    let cells = (0..60).map(|_| {
        (0..240)
            .map(|_| {
                level = level * 0.8 + noise.next();
                Some(level)
            })
            .collect()
    });
    Chart::Matrix(Matrix {
        rows: (0..60).map(|row| format!("sector {row}")).collect(),
        row_axis: "sector".into(),
        columns: Columns::Dates(months(240)),
        column_axis: "month".into(),
        measure: String::new(),
        cells: cells.collect(),
        unit: Unit::plain(2),
        shades: Shades::Diverging { middle: 0.0, extent: None },
        has_numbers: false,
        missing: String::new(),
    })
}

fn factors(noise: &mut Noise) -> Vec<Block> {
    let mut blocks = vec![
        figure("rank-ic", "RankIC of profit", Chart::Lines(rank_ic(noise))).into(),
        Block::Figures(small_charts(noise)),
        figure("forest", "Ablations", Chart::Bars(forest(noise))).into(),
    ];
    blocks.extend(shades(noise));
    blocks
}

fn rank_ic(noise: &mut Noise) -> LineChart {
    let ic: Vec<_> = (0..119).map(|_| Some(noise.next() * 0.2 + 0.03)).collect();
    let mut sum = 0.0;
    let cumulative: Vec<_> = ic
        .iter()
        .flatten()
        .map(|ic| {
            sum += ic;
            Some(sum)
        })
        .collect();
    let ranges = cumulative
        .iter()
        .enumerate()
        .map(|(n, sum)| sum.map(|sum| (sum - (n as f64).sqrt() * 0.3, sum + (n as f64).sqrt() * 0.3)));
    let ranges = ranges.collect();
    LineChart {
        dates: months(119),
        panels: vec![
            Panel {
                baseline: Some(0.0),
                ..panel(
                    "RankIC by month",
                    Unit::plain(3),
                    vec![series("RankIC", Tone::First, Mark::Bars, ic)],
                )
            },
            Panel {
                baseline: Some(0.0),
                bands: vec![Band { name: "95% interval".into(), tone: Tone::First, ranges }],
                ..panel(
                    "cumulative",
                    Unit::plain(2),
                    vec![series("sum of RankIC", Tone::First, Mark::Line, cumulative)],
                )
            },
        ],
        ..LineChart::default()
    }
}

fn bar(noise: &mut Noise, scale: f64) -> Bar {
    let value = noise.next() * scale;
    Bar { value, interval: Some((value - scale * 1.4, value + scale * 1.4)) }
}

fn small_charts(noise: &mut Noise) -> Vec<Figure> {
    let decay = BarChart {
        axis: "RankIC".into(),
        unit: Unit::plain(3),
        baseline: 0.0,
        categories: (1..=12).map(|month| month.to_string()).collect(),
        is_horizontal: false,
        mark: BarMark::Bars,
        is_small: true,
        guides: Vec::new(),
        groups: vec![BarGroup {
            name: "RankIC".into(),
            tone: Tone::First,
            values: (0..12).map(|_| Some(bar(noise, 0.02))).collect(),
        }],
    };
    let quintiles = BarChart {
        axis: "return a year".into(),
        unit: Unit::fraction(1),
        categories: ["1 low", "2", "3", "4", "5 high"].map(String::from).into(),
        guides: Vec::new(),
        groups: vec![
            BarGroup {
                name: "top".into(),
                tone: Tone::First,
                values: (0..5).map(|_| Some(bar(noise, 0.05))).collect(),
            },
            BarGroup {
                name: "benchmark".into(),
                tone: Tone::Second,
                values: (0..5).map(|_| Some(bar(noise, 0.05))).collect(),
            },
        ],
        ..decay.clone()
    };
    let small = LineChart {
        dates: months(60),
        panels: vec![panel(
            "yoy",
            Unit::percent(1),
            vec![
                series("actual", Tone::First, Mark::Dots, walk(noise, 60, 0.1)),
                series("forecast", Tone::Second, Mark::Dashed, walk(noise, 60, 0.1)),
            ],
        )],
        is_small: true,
        ..LineChart::default()
    };
    vec![
        figure("decay", "Decay", Chart::Bars(decay)),
        figure("quintiles", "Quintiles", Chart::Bars(quintiles)),
        figure("small", "Steel", Chart::Lines(small)),
    ]
}

fn forest(noise: &mut Noise) -> BarChart {
    BarChart {
        baseline: 0.0,
        axis: "excess return a year against the default".into(),
        unit: Unit::fraction(1).signed(),
        categories: [
            "without profit",
            "without price",
            "without prosperity",
            "without heat",
            "profit alone",
            "equal weights of everything that has a long name, by month",
            "n = 3",
            "n = 10",
        ]
        .map(String::from)
        .into(),
        is_horizontal: true,
        mark: BarMark::Dots,
        is_small: false,
        guides: Vec::new(),
        groups: vec![BarGroup {
            name: "difference".into(),
            tone: Tone::First,
            values: (0..8).map(|_| Some(bar(noise, 0.02))).collect(),
        }],
    }
}

fn shades(noise: &mut Noise) -> Vec<Block> {
    let ic_cells = (0..4).map(|_| (0..119).map(|_| Some(noise.next() * 0.2)).collect()).collect();
    let ic_heat = Matrix {
        rows: ["profit", "price", "prosperity", "heat"].map(String::from).into(),
        row_axis: "factor".into(),
        columns: Columns::Dates(months(119)),
        column_axis: "month".into(),
        measure: String::new(),
        cells: ic_cells,
        unit: Unit::plain(3).signed(),
        shades: Shades::Diverging { middle: 0.0, extent: Some(0.6) },
        has_numbers: false,
        missing: String::new(),
    };
    let names = ["profit", "price", "prosperity", "heat"].map(String::from);
    let correlation = Matrix {
        columns: Columns::Names(names.clone().into()),
        column_axis: "factor".into(),
        measure: String::new(),
        cells: (0..4)
            .map(|row| {
                (0..4)
                    .map(|column| {
                        Some(if row == column { 1.0 } else { (noise.next() * 0.3).clamp(-1.0, 1.0) })
                    })
                    .collect()
            })
            .collect(),
        unit: Unit::plain(2).signed(),
        shades: Shades::Diverging { middle: 0.0, extent: Some(1.0) },
        has_numbers: true,
        missing: String::new(),
        ..ic_heat.clone()
    };
    vec![
        figure("ic-heat", "Monthly RankIC", Chart::Matrix(ic_heat)).into(),
        figure("correlation", "Correlation between factors", Chart::Matrix(correlation)).into(),
    ]
}

fn forecasts(noise: &mut Noise) -> Vec<Block> {
    let small = |noise: &mut Noise, sector: usize| {
        let actual = (0..60).map(|month| (month % 3 == 2).then(|| noise.next() * 20.0 + 5.0)).collect();
        let forecast = (0..60).map(|_| Some(noise.next() * 8.0 + 5.0)).collect();
        let chart = LineChart {
            dates: months(60),
            panels: vec![Panel {
                baseline: Some(0.0),
                ..panel(
                    "growth, %",
                    Unit::percent(1),
                    vec![
                        series("forecast", Tone::First, Mark::Line, forecast),
                        series("actual", Tone::Second, Mark::Dots, actual),
                    ],
                )
            }],
            is_small: true,
            ..LineChart::default()
        };
        figure(&format!("forecast-{sector}"), SECTORS[sector], Chart::Lines(chart))
    };
    let r2 = BarChart {
        axis: "R²".into(),
        unit: Unit::plain(2),
        baseline: 0.0,
        categories: SECTORS.map(String::from).into(),
        is_horizontal: false,
        mark: BarMark::Bars,
        is_small: false,
        guides: Vec::new(),
        groups: vec![
            BarGroup {
                name: "train".into(),
                tone: Tone::First,
                values: (0..31)
                    .map(|_| Some(Bar { value: 0.7 + noise.next() * 0.1, interval: None }))
                    .collect(),
            },
            BarGroup {
                name: "test".into(),
                tone: Tone::Second,
                values: (0..31).map(|_| Some(Bar { value: noise.next() * 0.4, interval: None })).collect(),
            },
        ],
    };
    vec![
        figure("r2", "R² in training and test", Chart::Bars(r2)).into(),
        Block::Figures((0..9).map(|sector| small(noise, sector)).collect()),
        Block::Folded {
            title: "All other sectors".into(),
            blocks: vec![Block::Figures((9..22).map(|sector| small(noise, sector)).collect())],
        },
    ]
}

fn heat(noise: &mut Noise) -> Vec<Block> {
    let cells: Vec<Vec<Option<f64>>> =
        (0..31).map(|row| (0..31).map(|column| (row != column).then(|| noise.next())).collect()).collect();
    let z = Matrix {
        rows: SECTORS.map(String::from).into(),
        row_axis: "sector A".into(),
        columns: Columns::Names(SECTORS.map(String::from).into()),
        column_axis: "sector B".into(),
        measure: String::new(),
        cells,
        unit: Unit::plain(2).signed(),
        shades: Shades::Diverging { middle: 0.0, extent: Some(3.0) },
        has_numbers: false,
        missing: String::new(),
    };
    let rows = SECTORS.map(|name| {
        let values: Vec<f64> = (0..60).map(|_| noise.next() * 0.06).collect();
        BoxRow { name: name.into(), values, current: Some(noise.next() * 0.08) }
    });
    let boxes =
        BoxChart { axis: "return of a month".into(), unit: Unit::fraction(1).signed(), rows: rows.into() };
    vec![
        figure("z", "Relative heat: z of the return of A less that of B", Chart::Matrix(z)).into(),
        figure("boxes", "Monthly returns", Chart::Boxes(boxes)).into(),
    ]
}

fn extremes(noise: &mut Noise) -> Vec<Block> {
    let first: Date = "2004-01-01".parse().expect("a date");
    let dates: Vec<Date> = (0..5000).filter_map(|day| first.plus_days(day)).collect();
    let long = LineChart {
        dates: dates.clone(),
        panels: vec![panel(
            "5000 days",
            Unit::plain(2),
            vec![
                series("walk", Tone::First, Mark::Line, walk(noise, 5000, 0.02)),
                series("noise", Tone::Muted, Mark::Line, (0..5000).map(|_| Some(noise.next())).collect()),
            ],
        )],
        ..LineChart::default()
    };
    let one = |values: Vec<Option<f64>>| LineChart {
        dates: months(values.len() as i32),
        panels: vec![panel("value", Unit::plain(2), vec![series("value", Tone::First, Mark::Line, values)])],
        is_small: true,
        ..LineChart::default()
    };
    vec![
        figure("long", "Long", Chart::Lines(long)).into(),
        Block::Figures(vec![
            figure("none", "No values", Chart::Lines(one(vec![None, None]))),
            figure("single", "One value", Chart::Lines(one(vec![Some(3.0)]))),
            figure("equal", "Equal", Chart::Lines(one(vec![Some(-0.0); 40]))),
            figure("huge", "Huge", Chart::Lines(one(vec![Some(1e300), Some(-1e300), Some(5.0)]))),
        ]),
    ]
}
