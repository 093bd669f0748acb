//! Plug-ins through every door: hostile, foreign, broken, and honest ones in three languages.

mod beside;
mod boundary;
mod hostile;
mod reasons;
mod refused;
mod same_bits;
mod sealed;
mod supervised;
mod twins;

use std::path::Path;

use rotor_data::Dataset;
use rotor_engine::{Plan, Replay, TableDays, executions, replay};
use rotor_factor::{AsOf, Month, Value};
use rotor_plugin::{Instance, Isolation, LoadError, LoadOptions, Plugin, Refused};
use rotor_tests::{demo, rotor};

/// Takes the first factor of a library into this process.
fn load(path: &Path) -> Plugin {
    let loaded = Plugin::load(path, &LoadOptions::default());
    loaded.unwrap_or_else(|refused| panic!("{refused}")).remove(0)
}

/// Takes the first factor of a library into a process of its own.
fn isolate(path: &Path) -> Plugin {
    let isolation = Isolation::new(rotor().get_program().into());
    Plugin::isolated(path, &LoadOptions::default(), &isolation)
        .unwrap_or_else(|refused| panic!("{refused}"))
        .remove(0)
}

/// Takes the first factor of a library into a sealed process.
fn try_to_seal(path: &Path) -> Result<Plugin, Refused> {
    let isolation = Isolation { is_sealed: true, ..Isolation::new(rotor().get_program().into()) };
    Plugin::isolated(path, &LoadOptions::default(), &isolation).map(|mut factors| factors.remove(0))
}

/// Tells whether this system can seal a process; where it cannot, says what is skipped.
fn can_seal(test: &str) -> bool {
    let refused = try_to_seal(&rotor_tests::plugins::plugin("honest")).err();
    let is_system = |reason: &LoadError| matches!(reason, LoadError::NotSealed { .. });
    match refused.filter(|refused| refused.reasons.iter().all(is_system)) {
        None => true,
        Some(refused) => {
            println!("{test} is skipped, for this system cannot seal a process: {refused}");
            false
        }
    }
}

fn make(plugin: &Plugin, parameters: &[(&str, i64)]) -> Instance {
    let given = parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::Integer(*value)));
    plugin.create(given).unwrap()
}

/// Execution days of the demo.
fn days(dataset: &Dataset) -> Vec<AsOf> {
    let start = Month::new(2015, 1).unwrap();
    executions(dataset, start, None).iter().map(|execution| execution.as_of).collect()
}

/// What a factor says of every month of the demo since 2015.
fn over_the_demo(factor: &Instance) -> Replay {
    with_tables(factor, TableDays::Last)
}

fn with_tables(factor: &Instance, tables: TableDays) -> Replay {
    let dataset = Dataset::open(&demo()).unwrap();
    let plan = Plan::new(&dataset, &[factor.spec()]).unwrap();
    replay(&dataset, &plan, &[factor], &days(&dataset), tables).unwrap()
}
