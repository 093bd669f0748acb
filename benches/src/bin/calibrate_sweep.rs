//! Makes the tables of "Many trials" in docs/src/concepts/statistics.md: `calibrate_sweep [PART] [WORLDS]`, where a part is a number of
//! trials, `other`, `power`, `factors` or `speed`, and all of them without an argument; 2000 worlds a cell unless said otherwise.

use rotor_benches::sweeps::{Found, Likeness, Shape, Sweep, found, found_factors, without_skill};
use rotor_eval::{deflated_sharpe, overfitting, step_down};

const SEED: u64 = 20_150_105;

const LIKENESSES: [Likeness; 4] =
    [Likeness::Independent, Likeness::One(0.6), Likeness::One(0.9), Likeness::Families(0.9)];

fn main() {
    let argument = |position: usize| std::env::args().nth(position);
    let n_worlds = argument(2).and_then(|text| text.parse().ok()).unwrap_or(2000);
    let part = argument(1);
    let is_wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    for n_trials in [24, 240, 2400] {
        if is_wanted(&n_trials.to_string()) {
            sizes(n_trials, n_worlds);
        }
    }
    if is_wanted("other") {
        other(n_worlds);
    }
    if is_wanted("power") {
        power(n_worlds);
    }
    if is_wanted("factors") {
        factors(n_worlds);
    }
    if is_wanted("speed") {
        speed();
    }
}

/// The samples of a test: fewer where there are many trials, which keeps hours away and the size where it is.
fn n_samples(n_trials: usize) -> usize {
    if n_trials > 1000 { 399 } else { 999 }
}

fn percent(count: usize, n: usize) -> String {
    format!("{:.1}", 100.0 * count as f64 / n as f64)
}

fn cells(found: &Found) -> String {
    let of = |count: usize| percent(count, found.n);
    let superior = found.superior.map_or(String::new(), of);
    format!(
        "{} | {} | {} | {} | {superior} |",
        of(found.step_down),
        of(found.deflated_all),
        of(found.deflated_effective),
        of(found.deflated_paper)
    )
}

const COLUMNS: &str = "step-down | DSR, N | DSR, effective N | DSR, V across trials | SPA |\n|---|---|---|---|---|---|---|---|---|---|";

fn head(n_worlds: u64) {
    let error = 100.0 * (0.05 * 0.95 / n_worlds as f64).sqrt();
    println!("\n{n_worlds} worlds a row, standard error {error:.1} points at 5%\n");
    println!("| trials | months | alike | months drawn from | autocorrelation | {COLUMNS}");
}

fn row(world: Sweep, autocorrelation: &str, n_worlds: u64) {
    let found = found(world, n_worlds, n_samples(world.n_trials), SEED);
    println!(
        "| {} | {} | {} | {} | {autocorrelation} | {}",
        world.n_trials,
        world.n_months,
        world.likeness.name(),
        world.shape.name(),
        cells(&found)
    );
}

/// The designs in which the step-down test has to keep 4% to 6%.
fn sizes(n_trials: usize, n_worlds: u64) {
    head(n_worlds);
    for n_months in [60, 120] {
        for likeness in LIKENESSES {
            for shape in [Shape::Normal, Shape::Heavy] {
                for autocorrelation in [0.0, 0.2] {
                    let world = without_skill(n_trials, n_months, likeness, shape, autocorrelation);
                    row(world, &format!("{autocorrelation:.1}"), n_worlds);
                }
            }
        }
    }
}

/// What else worlds may be like: other autocorrelations, one that differs between trials, and skewed months.
fn other(n_worlds: u64) {
    head(n_worlds);
    for likeness in LIKENESSES {
        for autocorrelation in [-0.1, 0.3] {
            let world = without_skill(240, 60, likeness, Shape::Normal, autocorrelation);
            row(world, &format!("{autocorrelation:.1}"), n_worlds);
        }
        for shape in [Shape::LongLosses, Shape::LongGains] {
            row(without_skill(240, 60, likeness, shape, 0.0), "0.0", n_worlds);
        }
        for (own, other) in [(0.2, 0.0), (0.3, -0.1)] {
            let world = Sweep {
                other_autocorrelation: Some(other),
                ..without_skill(240, 60, likeness, Shape::Normal, own)
            };
            row(world, &format!("{own:.1} and {other:.1}, in turn"), n_worlds);
        }
    }
}

/// How often skill is found.
fn power(n_worlds: u64) {
    println!("\nPower, {n_worlds} worlds a row, 108 months, normal, independent months\n");
    println!("| trials | with skill | monthly ratio | alike | false survivors | {COLUMNS}");
    let rows = [
        (Likeness::One(0.6), 0.23, usize::MAX),
        (Likeness::One(0.9), 0.28, usize::MAX),
        (Likeness::One(0.6), 0.4, 1),
        (Likeness::Independent, 0.4, 1),
    ];
    for (likeness, sharpe, n_skilled) in rows {
        for n_trials in [24, 240] {
            let n_skilled = n_skilled.min(n_trials);
            let world =
                Sweep { sharpe, n_skilled, ..without_skill(n_trials, 108, likeness, Shape::Normal, 0.0) };
            let found = found(world, n_worlds, n_samples(n_trials), SEED);
            let false_ones =
                if n_skilled == n_trials { String::new() } else { percent(found.false_survivor, found.n) };
            println!(
                "| {n_trials} | {n_skilled} | {sharpe} | {} | {false_ones} | {}",
                likeness.name(),
                cells(&found)
            );
        }
    }
}

/// Factors, each with a p-value of its own.
fn factors(n_worlds: u64) {
    println!("\nThe best 5 of 20 factors without skill are shown, {n_worlds} worlds a row\n");
    println!(
        "| months | alike | autocorrelation | alone | Holm | Benjamini-Yekutieli | hurdle of 3 |\n|---|---|---|---|---|---|---|"
    );
    for n_months in [60, 120] {
        for likeness in [Likeness::Independent, Likeness::One(0.6)] {
            for autocorrelation in [0.0, 0.2] {
                let world = without_skill(20, n_months, likeness, Shape::Normal, autocorrelation);
                let found = found_factors(world, n_worlds, SEED);
                let of = |count: usize| percent(count, n_worlds as usize);
                println!(
                    "| {n_months} | {} | {autocorrelation:.1} | {} | {} | {} | {} |",
                    likeness.name(),
                    of(found.alone),
                    of(found.holm),
                    of(found.benjamini_yekutieli),
                    of(found.hurdle)
                );
            }
        }
    }
}

/// What a sweep of 10 000 trials of 120 months takes, on as many threads as there are.
fn speed() {
    let world = without_skill(10_000, 120, Likeness::One(0.6), Shape::Normal, 0.0).excesses(SEED, 0);
    let time = |name: &str, run: &dyn Fn() -> bool| {
        let start = std::time::Instant::now();
        assert!(run(), "{name} has a result");
        println!("{name}: {:.2} s", start.elapsed().as_secs_f64());
    };
    println!();
    time("step-down, 1000 samples", &|| step_down(&world, SEED, 1000).is_ok());
    time("overfitting, 12 870 halves", &|| overfitting(&world).is_ok());
    time("deflated Sharpe ratio, effective trials", &|| deflated_sharpe(&world, 1).is_ok());
}
