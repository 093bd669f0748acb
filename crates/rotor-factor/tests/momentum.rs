//! A factor as a researcher writes one, tried with the testing kit.

use rotor_factor::testing::{check_contract, raws, reasons, scores};
use rotor_factor::{
    AsOfView, CrossSection, EntityKind, Factor, FactorError, Frequency, Input, Parameter, Parameters, Signal,
    Spec,
};

struct Momentum {
    // Invariant: skip < lookback, both in months.
    lookback: usize,
    skip: usize,
}

impl Momentum {
    fn new(lookback: usize, skip: usize) -> Result<Self, FactorError> {
        if skip >= lookback {
            return Err(FactorError::parameter("skip", skip, format!("less than `lookback` ({lookback})")));
        }
        Ok(Self { lookback, skip })
    }
}

impl Factor for Momentum {
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::integer("lookback", 12, 1, 120, "months in the look-back window").zh("回看月数"),
        Parameter::integer("skip", 1, 0, 12, "latest months left out"),
    ];

    fn from_parameters(parameters: &Parameters) -> Result<Self, FactorError> {
        Self::new(parameters.count("lookback"), parameters.count("skip"))
    }

    fn spec(&self) -> Spec {
        Spec::new("momentum", "0.1.0", "Trailing return").input(Input::close(
            EntityKind::Sector,
            Frequency::Monthly,
            self.lookback + 1,
        ))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let closes = view.window("close", self.lookback + 1)?;
        let (end, start) = (closes.lag(self.skip), closes.lag(self.lookback));
        let returns = CrossSection::zip_with(&end, &start, |end, start| end / start - 1.0);
        Ok(Signal::thirds(view, &returns, "a close is missing"))
    }
}

const CLOSES: &str = "
                       energy  banks  steel
    2020-01 2020-01-31  100.0   50.0   10.0
    2020-02 2020-02-29  110.0      -   11.0
    2020-03 2020-03-31   99.0   60.0   12.0
    2020-02 2020-04-15  120.0   55.0   11.0
";

#[test]
fn a_missing_close_leaves_the_sector_unscored() {
    let momentum = Momentum::new(2, 1).unwrap();
    assert_eq!(raws(&momentum, "2020-03-31", CLOSES), "energy 0.1000, banks -, steel 0.1000");
    assert_eq!(reasons(&momentum, "2020-03-31", CLOSES), "energy 2, banks - (a close is missing), steel 2");
}

#[test]
fn a_revision_counts_from_its_release() {
    let momentum = Momentum::new(2, 1).unwrap();
    // In April the close of March ends the window: a return from February, once as first published, once revised.
    let fixture = CLOSES.to_owned() + "2020-04 2020-04-30  99.0   60.0   12.0";
    assert_eq!(raws(&momentum, "2020-04-15", CLOSES), "energy 0.1000, banks -, steel 0.1000");
    assert_eq!(raws(&momentum, "2020-04-16", CLOSES), "energy 0.2000, banks 0.1000, steel 0.1000");
    assert_eq!(raws(&momentum, "2020-04-30", &fixture), "energy -0.1750, banks 0.0909, steel 0.0909");
    assert_eq!(scores(&momentum, "2020-04-30", &fixture), "energy 1, banks 2, steel 2");
}

#[test]
fn a_short_history_says_how_much_is_needed() {
    let momentum = Momentum::new(12, 1).unwrap();
    let expected = "input `close` as of 2020-03-31 is too short: 3 months released, 13 needed";
    assert_eq!(scores(&momentum, "2020-03-31", CLOSES), expected);
}

#[test]
fn parameters_that_do_not_go_together_are_refused() {
    let error = Momentum::new(2, 2).err().unwrap();
    assert_eq!(error.to_string(), "parameter `skip` is 2; it must be less than `lookback` (2)");
}

#[test]
fn it_keeps_the_contract() {
    check_contract(&Momentum::new(2, 1).unwrap(), "2020-03-31", CLOSES);
}

#[test]
fn a_tie_over_a_border_scores_two_at_either_end() {
    // Six sectors: the two highest would score 3 and the two lowest 1.
    let closes = |ends: &str| {
        format!(
            "a b c d e f\n2020-01 2020-01-31 1 1 1 1 1 1\n2020-02 2020-02-29 {ends}\n2020-03 2020-03-31 1 1 1 1 1 1"
        )
    };
    let momentum = Momentum::new(2, 1).unwrap();
    assert_eq!(scores(&momentum, "2020-03-31", &closes("6 5 4 3 2 1")), "a 3, b 3, c 2, d 2, e 1, f 1");
    assert_eq!(scores(&momentum, "2020-03-31", &closes("6 5 5 3 2 1")), "a 3, b 2, c 2, d 2, e 1, f 1");
    assert_eq!(scores(&momentum, "2020-03-31", &closes("6 5 4 2 2 1")), "a 3, b 3, c 2, d 2, e 2, f 1");
}

/// Breaks a promise on purpose, so that the check is known to be able to fail.
struct Breaks {
    promise: &'static str,
    n_calls: std::sync::atomic::AtomicU32,
}

impl Factor for Breaks {
    fn from_parameters(_: &Parameters) -> Result<Self, FactorError> {
        Ok(Self { promise: "none", n_calls: 0.into() })
    }

    fn spec(&self) -> Spec {
        Spec::new("breaks", "0.1.0", "").input(Input::close(EntityKind::Sector, Frequency::Monthly, 3))
    }

    fn evaluate(&self, view: &AsOfView<'_>) -> Result<Signal, FactorError> {
        let n_calls = self.n_calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut signal = Signal::new(view);
        let panel = match self.promise {
            "panics" => view.panel("close").unwrap(),
            _ => view.panel("close")?,
        };
        for sector in 0..view.n_sectors() {
            match (self.promise, panel.get(sector, 0)) {
                ("remembers", _) => signal.score(sector, 2.0, f64::from(n_calls)),
                ("prefers the first", _) => signal.score(sector, 3.0 - sector as f64, None),
                ("is silent", None) => {}
                ("out of range", _) => signal.score(sector, 9.0, None),
                ("infinite", _) => signal.score(sector, 2.0, f64::INFINITY),
                (_, Some(close)) => signal.score(sector, 2.0, close),
                (_, None) => signal.withhold(sector, "no close"),
            }
        }
        Ok(signal)
    }
}

fn broken(promise: &'static str) -> String {
    let factor = Breaks { promise, n_calls: 0.into() };
    let check = std::panic::AssertUnwindSafe(|| check_contract(&factor, "2020-03-31", CLOSES));
    let Err(panic) = std::panic::catch_unwind(check) else { return "kept".into() };
    panic
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string())
}

#[test]
fn each_broken_promise_is_found() {
    assert_eq!(broken("none"), "kept");
    for (promise, expected) in [
        ("remembers", "the same view gives the same bits"),
        ("prefers the first", "the order of the sectors changes nothing"),
        ("panics", "the factor panics without input `close`"),
        ("is silent", "has a score that is a number, or a reason"),
        ("out of range", "the score of sector 0, 9, lies in"),
        ("infinite", "the raw value of sector 0 is finite"),
    ] {
        let found = broken(promise);
        assert!(found.contains(expected), "{promise}: {found}");
    }
}
