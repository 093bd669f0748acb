//! The vintages of the bridge from industries to sectors.
//!
//! The weights released on 30 April 2022 are those of the method. Nobody published the other years, so they walk
//! away from that table by small steps, backwards to 2008 and forwards to 2024.

use rotor_data::model::BridgeWeight;
use rotor_factor::Released;

use crate::Plan;
use crate::calendar::day;
use crate::catalogue::{N_SECTORS, bridge_of, industry_position};
use crate::random::Stream;
use crate::releases::Recorder;

/// The year whose weights are those of the method.
pub(crate) const KNOWN_YEAR: i32 = 2022;
/// First and last year with weights, each released on 30 April.
pub(crate) const YEARS: [i32; 2] = [2008, 2024];

/// The most a weight moves from one year to the next.
const LARGEST_STEP: f64 = 0.02;
/// A class with less than this share is not worth naming.
const LEAST_WEIGHT: f64 = 0.002;

/// Writes down `bridge`, sector by sector and year by year.
pub(crate) fn publish(plan: &Plan, recorder: &mut Recorder) {
    let by_template: Vec<Vec<(i32, Vec<f64>)>> =
        (0..N_SECTORS).map(|template| vintages(plan, template)).collect();
    for sector in 0..plan.n_sectors() {
        let template = plan.templates[sector];
        for (year, weights) in &by_template[template] {
            for ((code, _), weight) in bridge_of(template).iter().zip(weights) {
                recorder.tables.bridge.push(BridgeWeight {
                    sector: plan.sector(sector),
                    industry: plan.industry(industry_position(code)),
                    weight: *weight,
                    released: Released(day(*year, 4, 30)),
                });
            }
        }
    }
}

/// Returns the weights of a sector of the catalogue by year.
fn vintages(plan: &Plan, template: usize) -> Vec<(i32, Vec<f64>)> {
    let known: Vec<f64> = bridge_of(template).iter().map(|(_, weight)| *weight).collect();
    let walk = |purpose, years: Vec<i32>| {
        let mut stream = Stream::new(plan.seed, purpose, template);
        let mut weights = known.clone();
        years
            .into_iter()
            .map(|year| {
                step(&mut stream, &mut weights);
                (year, weights.clone())
            })
            .collect::<Vec<_>>()
    };
    let mut vintages = walk("bridge backwards", (YEARS[0]..KNOWN_YEAR).rev().collect());
    vintages.reverse();
    vintages.push((KNOWN_YEAR, known.clone()));
    vintages.extend(walk("bridge forwards", (KNOWN_YEAR + 1..=YEARS[1]).collect()));
    vintages
}

/// Moves weights by a year, keeping each above zero and their sum at most one.
fn step(stream: &mut Stream, weights: &mut [f64]) {
    for weight in &mut *weights {
        let most = LARGEST_STEP.min(0.25 * *weight);
        *weight = (*weight + stream.between(-most, most)).max(LEAST_WEIGHT);
    }
    let shrink = 1.0 / weights.iter().sum::<f64>().max(1.0);
    for weight in weights {
        // Downwards, so that rounding cannot lift the sum above one.
        *weight = (*weight * shrink * 10_000.0).floor() / 10_000.0;
    }
}
