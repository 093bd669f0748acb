//! Reasons cross the boundary: declared ones with their code and in both languages, those of an older library as the texts that
//! they are.

use rotor_factor::host::{EntityTable, ViewData};
use rotor_factor::{AsOf, EntityKind, Frequency, Month, Panel, ReferencePeriod, Signal};
use rotor_plugin::{CallError, Instance, Plugin};
use rotor_tests::plugins::{c_plugin, c_plugin_1_0, c_plugin_1_1, plugin};

use crate::{isolate, load, make};

/// Code, text and text in Chinese.
type Said = (Option<String>, String, Option<String>);

/// Asks about two sectors on 2020-04-01, with the closes of 13 months each.
fn ask(factor: &Instance, closes: &[f64; 26]) -> Result<Signal, CallError> {
    let month = Month::new(2020, 3).unwrap();
    let last = ReferencePeriod::ending(Frequency::Monthly, month.last_day()).unwrap();
    let (sectors, none) = (EntityTable::new([("801010", None), ("801020", None)]), EntityTable::default());
    factor.evaluate(&ViewData {
        as_of: AsOf("2020-04-01".parse().unwrap()),
        month,
        is_month_end: false,
        wants_tables: false,
        entities: [&sectors, &none, &none, &none],
        inputs: vec![Some((EntityKind::Sector, Panel::new(closes, 13, 13, last).unwrap()))],
        bridge: None,
        links: None,
    })
}

/// Why the second sector has no score where its last close is missing.
fn of_the_sector(plugin: &Plugin) -> Said {
    let mut closes = [1.0; 26];
    closes[25] = f64::NAN;
    let signal = ask(&make(plugin, &[]), &closes).unwrap();
    assert_eq!(signal.score_of(0), Ok(2.0));
    let reason = signal.score_of(1).unwrap_err();
    (reason.code().map(Into::into), reason.text().into(), reason.text_zh().map(Into::into))
}

/// Why there is no signal where all closes are missing but the last ones.
fn of_the_day(plugin: &Plugin) -> Said {
    let closes = std::array::from_fn(|at| if at % 13 == 12 { 1.0 } else { f64::NAN });
    let error = ask(&make(plugin, &[]), &closes).unwrap_err();
    (error.code().map(Into::into), error.to_string(), error.text_zh())
}

fn said(code: &str, text: &str, text_zh: &str) -> Said {
    (Some(code.into()), text.into(), Some(text_zh.into()))
}

#[test]
fn declared_reasons_have_their_code_and_both_languages() {
    let expected = said("no_close", "a close is missing", "收盘价缺失");
    for library in [plugin("honest"), c_plugin()] {
        assert_eq!(of_the_sector(&load(&library)), expected, "{}, loaded", library.display());
        assert_eq!(of_the_sector(&isolate(&library)), expected, "{}, isolated", library.display());
    }
}

#[test]
fn errors_of_the_kit_have_their_code_and_both_languages() {
    let expected = said(
        "short_history",
        "input `close` as of 2020-04-01 is too short: 1 month released, 13 needed",
        "输入`close`截至2020-04-01的历史不足：已公布1个月，至少需要13个月",
    );
    assert_eq!(of_the_day(&load(&plugin("honest"))), expected);
    assert_eq!(of_the_day(&isolate(&plugin("honest"))), expected);
}

#[test]
fn libraries_of_older_versions_still_say_why() {
    let factor = load(&c_plugin_1_0());
    assert_eq!((factor.build().abi_major, factor.build().abi_minor), (1, 0));
    let expected: Said = (None, "a close is missing".into(), None);
    assert_eq!(of_the_sector(&factor), expected);
    assert_eq!(of_the_sector(&isolate(&c_plugin_1_0())), expected);
    // A library of 1.1 declares its reasons.
    let factor = load(&c_plugin_1_1());
    assert_eq!((factor.build().abi_major, factor.build().abi_minor), (1, 1));
    let (code, ..) = of_the_sector(&factor);
    assert_eq!(code.as_deref(), Some("no_close"));
    assert_eq!(of_the_sector(&isolate(&c_plugin_1_1())), of_the_sector(&factor));
    let (code, text, text_zh) = of_the_day(&load(&c_plugin_1_0()));
    assert!(text.starts_with("input `close` as of 2020-04-01 is too short"), "{text}");
    assert_eq!((code, text_zh), (None, None));
}
