//! Makes the tables of docs/src/concepts/statistics.md: `calibrate [WORLDS] [MONTHS] [PLANTED]`, 10 000 null worlds of
//! 108 months and 2000 planted ones for each power unless said otherwise.

use rotor_benches::calibration::{Rejections, powers, rejections};
use rotor_benches::worlds::{HORIZONS, World};

const SEED: u64 = 20_150_105;

fn main() {
    let number = |position: usize| std::env::args().nth(position).and_then(|text| text.parse::<u64>().ok());
    let n_worlds = number(1).unwrap_or(10_000);
    let world = World { n_months: number(2).unwrap_or(108) as usize, ..World::default() };
    let found = rejections(world, n_worlds, SEED);
    println!(
        "Rejections of a true null at 5%, {n_worlds} worlds of {} sectors and {} months\n",
        world.n_sectors, world.n_months
    );
    println!("| | 1 | 3 | 6 | 12 |\n|---|---|---|---|---|");
    let mut names: Vec<&str> = Vec::new();
    for one in &found {
        if !names.contains(&one.name) {
            names.push(one.name);
        }
    }
    for name in names {
        let of = |horizon: usize| found.iter().find(|one| one.name == name && one.horizon == horizon);
        let cell = |one: Option<&Rejections>| {
            one.map_or(String::new(), |one| {
                let short = if one.n as u64 == n_worlds { "" } else { " (fewer worlds)" };
                format!("{:.1}%{short}", 100.0 * one.share())
            })
        };
        let mark = if of(1).is_some_and(|one| one.is_classical) { " (for comparison)" } else { "" };
        println!("| {name}{mark} | {} |", HORIZONS.map(|horizon| cell(of(horizon))).join(" | "));
    }
    let n_planted = number(3).unwrap_or(2000);
    if n_planted == 0 {
        return;
    }
    println!("\nPower against an effect of the printed minimum detectable size\n");
    println!("| | months ahead | minimum detectable effect | planted | found |\n|---|---|---|---|---|");
    for one in powers(world, n_planted, SEED + 1) {
        println!(
            "| {} | {} | {:.3} | {:.3} | {:.0}% |",
            one.name,
            one.horizon,
            one.detectable,
            one.planted,
            100.0 * one.share
        );
    }
}
