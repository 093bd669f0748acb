//! A linked factor through the whole boundary and back: every kind of input and output, an error, a panic, a breach.
//!
//! Nothing here opens a library, so that an interpreter that watches every access of memory can run it.

use rotor_factor::host::{BridgeTable, EntityTable, LinkTable, ViewData};
use rotor_factor::{
    Alternative, AsOf, AsOfView, CrossSection, Date, EntityKind, EntityRef, Factor, FactorError, Frequency,
    Group, Input, Measure, Month, Panel, Parameter, Parameters, ReferencePeriod, Scale, Signal, Spec, Table,
    Value,
};
use rotor_plugin::{CallError, Instance, Plugin};

/// Uses everything that there is.
struct Everything {
    mode: String,
    scale: f64,
}

rotor_factor::export_factor!(Everything);

impl Factor for Everything {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::text("mode", "full", "what it does").zh("做什么"),
        Parameter::number("scale", 2.0, 0.0, 10.0, "multiplies the close")
            .with_alternatives(&[Alternative::Number(1.0), Alternative::Number(0.5)]),
        Parameter::flag("flag", true, "is not looked at"),
        Parameter::integer("count", 3, 0, 9, "is not looked at"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        assert!(parameters.flag("flag") && parameters.count("count") == 3);
        Ok(Self { mode: parameters.text("mode").into(), scale: parameters.number("scale") })
    }

    fn spec(&self) -> Spec {
        let spec = Spec::new("everything", "1.2.3", "Uses \"everything\"").zh("全部");
        let spec = match self.mode.as_str() {
            "points" => spec.scale(Scale::Points),
            "continuous" => spec.scale(Scale::Continuous),
            _ => spec.scores_in(0.0..=100.0),
        };
        spec.input(Input::close(EntityKind::Sector, Frequency::Monthly, 2))
            .input(Input::series("cpi_yoy", EntityKind::Market, Frequency::Monthly, 2).optional())
            .input(Input::bridge())
            .input(Input::links(2, 2))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let mut signal = Signal::new(view);
        match self.mode.as_str() {
            "refuses" => return Err(FactorError::because("not today").with_hint("come back tomorrow")),
            "panics" => panic!("no rule for {}", view.sectors().code(1)),
            "silent" => return Ok(signal),
            "far" => signal.forecast("cpi_yoy", EntityRef::sector(2), month(2020, 3), 1.0, 1.0),
            _ => {}
        }
        let closes = view.window("close", 2)?;
        let bridge = view.bridge()?;
        let links = view.links()?;
        assert_eq!(links.series()[0].measure(), Some(Measure::Price));
        assert_eq!(links.series()[1].measure(), None);
        let has_raws = self.mode != "continuous";
        assert_eq!(view.panel("cpi_yoy").unwrap_err().to_string(), "the dataset has no input `cpi_yoy`");
        assert_eq!(view.panel("clos").unwrap_err().hint().as_deref(), Some("did you mean `close`?"));
        assert_eq!(view.the_only(EntityKind::Market, "CN")?.position, 0);
        assert_eq!(view.sectors().group(0), Some(Group::Upstream));
        for sector in 0..view.n_sectors() {
            let coverage = bridge.of(sector).coverage();
            let linked: f64 = links
                .of(sector)
                .filter_map(|link| {
                    Some(link.polarity * link.weight * links.series()[link.series].panel.get(0, 0)?)
                })
                .sum();
            match closes.get(sector, 0) {
                Some(close) => {
                    signal.score(sector, self.scale * close, has_raws.then_some(coverage + linked));
                }
                None => signal.withhold(sector, format!("no close of `{}`", view.sectors().code(sector))),
            }
        }
        signal.forecast("cpi_yoy", self.market(view)?, month(2020, 3), 1.5, 1.25);
        signal.realized("own_target", EntityRef::sector(0), month(2020, 2), -1.0);
        signal.diagnostic("n", CrossSection::from_fn(2, |sector| (sector == 0).then_some(60.0)));
        if view.wants_tables() {
            signal.table(
                Table::new("marks")
                    .text("series", vec!["coal".into()])
                    .numbers("mom", vec![None])
                    .dates("end", vec![view.month().last_day()]),
            );
            signal.table(Table::matrix("z", &["a", "b"], &["a"], &[vec![Some(0.0)], vec![Some(-1.5)]]));
        }
        Ok(signal)
    }
}

impl Everything {
    fn market(&self, view: &AsOfView<'_>) -> Result<EntityRef, FactorError> {
        view.the_only(EntityKind::Market, &self.mode)
    }
}

fn month(year: i32, number: u32) -> ReferencePeriod {
    ReferencePeriod::ending(Frequency::Monthly, Month::new(year, number).unwrap().last_day()).unwrap()
}

fn make(mode: &str) -> Instance {
    let plugin = Plugin::linked(&FACTOR).unwrap();
    plugin.create([("mode".to_owned(), Value::Text(mode.into()))]).unwrap()
}

/// Shows two of three sectors, the first without its latest close.
fn ask(factor: &Instance) -> Result<Signal, CallError> {
    let closes = [1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0];
    let coal = [7.0, 8.0];
    let sectors = EntityTable::new([("801010", Some(Group::Upstream)), ("801030", None)]);
    let industries = EntityTable::new([("B06", None)]);
    let markets = EntityTable::new([("CN", None)]);
    let mut bridge = BridgeTable::default();
    bridge.push(true, [(0, 0.75)]);
    bridge.push(false, []);
    let mut links = LinkTable::new([("coal", "index", Some(Measure::Price)), ("coke", "index", None)]);
    links.push([]);
    links.push([(0, -1, 0.5)]);
    let panel = Panel::new(&closes, 2, 2, month(2020, 2)).unwrap();
    let view = ViewData {
        as_of: AsOf(Date::new(2020, 3, 2).unwrap()),
        month: Month::new(2020, 2).unwrap(),
        is_month_end: false,
        wants_tables: true,
        entities: [&sectors, &industries, &EntityTable::default(), &markets],
        inputs: vec![Some((EntityKind::Sector, panel.select(&[0, 2]).unwrap())), None, None, None],
        bridge: Some(&bridge),
        links: Some((&links, vec![Panel::new(&coal, 2, 2, month(2020, 2)).unwrap(); 2])),
    };
    factor.evaluate(&view)
}

#[test]
fn everything_crosses_and_comes_back() {
    let factor = make("full");
    assert_eq!((factor.spec().name(), factor.spec().about()), ("everything", "Uses \"everything\""));
    assert_eq!(factor.spec().inputs().len(), 4);
    let signal = ask(&factor).unwrap();
    assert_eq!(signal.score_of(0).map_err(|reason| reason.text()), Err("no close of `801010`".into()));
    assert_eq!((signal.score_of(1), signal.raw_of(1)), (Ok(10.0), Some(-4.0)));
    assert_eq!((signal.forecasts()[0].value, signal.forecasts()[0].period), (1.5, month(2020, 3)));
    assert_eq!(signal.forecasts()[0].entity.kind, EntityKind::Market);
    assert_eq!(signal.realized_values()[0].target, "own_target");
    assert_eq!(signal.diagnostics()[0].values.to_string(), "60.0000, -");
    assert_eq!(format!("{:?}", signal.tables()[0].columns()[2].values), "Dates([2020-02-29])");
    assert!(signal.tables()[1].is_matrix());
}

#[test]
fn what_goes_wrong_comes_back_as_an_error() {
    let error = ask(&make("refuses")).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.hint().as_deref()),
        ("not today", Some("come back tomorrow"))
    );
    let error = ask(&make("panics")).unwrap_err().to_string();
    assert!(error.starts_with("it panicked: no rule for 801030 (at "), "{error}");
    let error = ask(&make("silent")).unwrap_err().to_string();
    assert!(error.contains("`801010` has no score"), "{error}");
    let error = ask(&make("far")).unwrap_err().to_string();
    assert_eq!(error, "it broke the contract: there is no sector at position 2: the view has 2");
}

#[test]
fn the_scale_says_which_scores_there_are() {
    let scaled = |mode: &str, scale: f64| {
        let plugin = Plugin::linked(&FACTOR).unwrap();
        let given =
            [("mode".to_owned(), Value::Text(mode.into())), ("scale".to_owned(), Value::Number(scale))];
        plugin.create(given).unwrap()
    };
    // The close is 5.
    let points = scaled("points", 0.4);
    assert_eq!(points.spec().declared_scale(), Some(Scale::Points));
    let signal = ask(&points).unwrap();
    assert_eq!((signal.score_of(1), signal.raw_of(1)), (Ok(2.0), Some(-4.0)));
    assert!(ask(&scaled("points", 0.400_000_000_01)).is_ok(), "an error of rounding is none");
    for (scale, score) in [(0.4001, "2.0005"), (0.0, "0"), (0.8, "4"), (10.0, "50")] {
        assert_eq!(
            ask(&scaled("points", scale)).unwrap_err().to_string(),
            format!(
                "it broke the contract: the score of `801030` is {score}: a factor of scale `points` gives 1, 2, 3 or none"
            )
        );
    }
    let continuous = scaled("continuous", 10.0);
    assert_eq!(continuous.spec().declared_scale(), Some(Scale::Continuous));
    let signal = ask(&continuous).unwrap();
    assert_eq!((signal.score_of(1), signal.raw_of(1)), (Ok(50.0), Some(50.0)), "it is its own raw value");
    assert_eq!(signal.raw_of(0), None, "there is no score");
    assert_eq!(make("full").spec().declared_scale(), None);
}

#[test]
fn values_worth_trying_come_with_the_parameters() {
    let parameters = Plugin::linked(&FACTOR).unwrap().parameters();
    let alternatives: Vec<Vec<Value>> = parameters.iter().map(|it| it.alternatives().collect()).collect();
    assert_eq!(alternatives, [vec![], vec![Value::Number(1.0), Value::Number(0.5)], vec![], vec![]]);
}

#[test]
fn parameters_are_resolved_before_the_factor_sees_them() {
    let plugin = Plugin::linked(&FACTOR).unwrap();
    let error = |name: &str, value: Value| plugin.create([(name.to_owned(), value)]).unwrap_err().to_string();
    assert_eq!(error("scal", Value::Number(1.0)), "there is no parameter `scal`");
    assert_eq!(error("scale", Value::Number(-1.0)), "parameter `scale` is -1.0; it must be from 0.0 to 10.0");
}
