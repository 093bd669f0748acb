//! How many independent trials so many that are alike amount to.

use rotor_run::metrics::Reason;
use rotor_stats::symmetric_eigenvalues;

use super::{Excesses, FEWEST_MONTHS};
use crate::metric::{OrReason, at_least};

/// Returns the effective number of trials, from 1 to the number of those that vary: (Σ√λ)²/Σλ of the eigenvalues λ of their
/// correlation matrix.
///
/// Equal trials are one, uncorrelated ones as many as they are; but so many months show at most so many directions less one, so that
/// the number is below that of the months, whatever the trials: near it, it says only that there are more. Constant trials are left
/// out.
///
/// # Errors
///
/// [`Reason::TooFew`] without trials or for fewer than 32 months, [`Reason::NoVariation`] if all are constant.
///
/// # Source
///
/// Galwey (2009), Genetic Epidemiology 33(7), 559–568.
///
/// ```
/// use rotor_eval::{Excesses, effective_trials};
/// let months: Vec<f64> = (0..32).map(|month| f64::from(month % 5)).collect();
/// let twice = Excesses::new([months.clone(), months].concat(), 32)?;
/// assert!((effective_trials(&twice)? - 1.0).abs() < 1e-7);
/// # Ok::<(), rotor_run::metrics::Reason>(())
/// ```
pub fn effective_trials(excesses: &Excesses) -> Result<f64, Reason> {
    at_least(1, excesses.n_trials()).and(at_least(FEWEST_MONTHS, excesses.n_months()))?;
    let rows: Vec<Vec<f64>> =
        excesses.varying()?.into_iter().map(|(_, values)| direction(values)).collect::<Result<_, _>>()?;
    let (n_trials, n_months) = (rows.len(), excesses.n_months());
    // Both products of the rows and their transpose have the same eigenvalues above 0; the smaller one is taken.
    let (matrix, size) = if n_trials <= n_months {
        let product = |left: &[f64], right: &[f64]| {
            left.iter().zip(right).map(|(left, right)| left * right).sum::<f64>()
        };
        let entries = rows.iter().flat_map(|left| rows.iter().map(|right| product(left, right)));
        (entries.collect(), n_trials)
    } else {
        let mut matrix = vec![0.0; n_months * n_months];
        for row in &rows {
            for (value, line) in row.iter().zip(matrix.chunks_exact_mut(n_months)) {
                for (sum, other) in line.iter_mut().zip(row) {
                    *sum += value * other;
                }
            }
        }
        (matrix, n_months)
    };
    let values: Vec<f64> = symmetric_eigenvalues(&matrix, size).or_reason()?;
    let roots: f64 = values.iter().map(|value| value.sqrt()).sum();
    Ok(roots * roots / values.iter().sum::<f64>())
}

/// Returns what a series is above its mean, at length 1.
fn direction(values: &[f64]) -> Result<Vec<f64>, Reason> {
    let (mean, deviation) =
        (rotor_stats::mean(values).or_reason()?, rotor_stats::deviation(values).or_reason()?);
    let length = deviation * ((values.len() - 1) as f64).sqrt();
    Ok(values.iter().map(|value| (value - mean) / length).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_trials_count_each() {
        // Waves of different frequency are orthogonal.
        let wave =
            |k: u32| (0..64).map(move |month| if (month / k).is_multiple_of(2) { 0.01 } else { -0.01 });
        let four: Vec<f64> = [1, 2, 4, 8].into_iter().flat_map(wave).collect();
        let with_constant: Vec<f64> = four.iter().copied().chain([0.002; 64]).collect();
        for values in [four, with_constant] {
            let found = effective_trials(&Excesses::new(values, 64).unwrap()).unwrap();
            assert!((found - 4.0).abs() < 1e-7, "{found}");
        }
    }

    #[test]
    fn what_has_no_number_has_a_reason() {
        let of = |values: Vec<f64>, n: usize| effective_trials(&Excesses::new(values, n).unwrap());
        assert_eq!(of(vec![], 32), Err(Reason::TooFew { n: 0, needed: 1 }));
        assert_eq!(of(vec![0.1, 0.2], 2), Err(Reason::TooFew { n: 2, needed: 32 }));
        assert_eq!(of(vec![0.1; 64], 32), Err(Reason::NoVariation));
    }
}
