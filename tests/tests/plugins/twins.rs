//! The same idea in other clothes gives the same bits: linked, loaded, isolated; in C; over Arrow; from another edition.

use rotor_engine::TableDays;
use rotor_factor::AsOf;
use rotor_plugin::{LoadOptions, Plugin};
use rotor_tests::FOUR_FACTORS;
use rotor_tests::plugins::{c_plugin, c_plugin_1_0, c_plugin_1_1, factor, plugin};

use crate::{isolate, load, make, over_the_demo, with_tables};

/// What a factor says over the demo, every number to the bit.
fn said(plugin: &Plugin, parameters: &[(&str, i64)]) -> String {
    // Not all of them make tables: on no day of the demo are any wanted.
    let no_day = TableDays::Only(AsOf("2000-01-01".parse().unwrap()));
    format!("{:?}", with_tables(&make(plugin, parameters), no_day).outcomes)
}

#[test]
fn every_twin_says_the_same_to_the_bit() {
    let expected = said(&load(&plugin("honest")), &[]);
    assert!(expected.matches("NaN").count() < expected.matches("2.0").count(), "sectors are scored");
    let linked = Plugin::linked(&factor_momentum::FACTOR).unwrap();
    assert!(said(&linked, &[("skip", 0)]) == expected, "linked in");
    for name in ["old-edition", "minor-newer", "arrow-reader", "uses-rayon", "writes-stdout", "leaks"] {
        assert!(said(&load(&plugin(name)), &[]) == expected, "{name}, loaded");
    }
    assert!(said(&load(&c_plugin()), &[]) == expected, "in C, loaded");
    for path in [plugin("honest"), plugin("arrow-reader"), c_plugin(), c_plugin_1_0(), c_plugin_1_1()] {
        assert!(said(&isolate(&path), &[]) == expected, "{}, isolated", path.display());
    }
}

/// Neither the way in nor the optimiser touches a bit: the linked ones are built as these tests are.
#[test]
fn our_factors_say_the_same_linked_and_loaded() {
    for linked in FOUR_FACTORS {
        let linked = Plugin::linked(linked).unwrap();
        let (library, expected) = (factor(linked.name()), said(&linked, &[]));
        assert!(expected.matches("Ok(").count() > 100, "it is asked in every month");
        assert!(said(&load(&library), &[]) == expected, "{}, loaded", linked.name());
        assert!(said(&isolate(&library), &[]) == expected, "{}, isolated", linked.name());
    }
}

#[test]
fn parameters_reach_every_twin() {
    let expected = said(&load(&plugin("honest")), &[("lookback", 6), ("skip", 2)]);
    assert!(expected != said(&load(&plugin("honest")), &[]));
    for plugin in [load(&c_plugin()), isolate(&c_plugin()), load(&plugin("arrow-reader"))] {
        assert!(said(&plugin, &[("lookback", 6), ("skip", 2)]) == expected);
    }
}

#[test]
fn parameters_that_are_not_declared_are_refused_before_the_factor_sees_them() {
    for plugin in [load(&c_plugin()), isolate(&plugin("honest"))] {
        let error = plugin.create([("lokback".to_owned(), 6.into())]).unwrap_err();
        assert_eq!(error.to_string(), "there is no parameter `lokback`");
        assert_eq!(error.hint().as_deref(), Some("did you mean `lookback`?"));
        let error = plugin.create([("lookback".to_owned(), 0.into())]).unwrap_err();
        assert_eq!(error.to_string(), "parameter `lookback` is 0; it must be from 1 to 120");
    }
}

#[test]
fn a_library_may_have_two_factors() {
    let plugins = Plugin::load(&plugin("two-factors"), &LoadOptions::default()).unwrap();
    let names: Vec<&str> = plugins.iter().map(Plugin::name).collect();
    assert_eq!(names, ["honest", "old_edition"]);
}

#[test]
fn one_thread_and_many_give_the_same_bits() {
    let factor = make(&load(&plugin("uses-rayon")), &[]);
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| format!("{:?}", over_the_demo(&factor)))
    };
    assert!(on(1) == on(8));
}
