//! Backtests the four factors on the demo dataset, prints the excess return with its interval, and saves the run.

use rotor::{Catalogue, Dataset, Destination, LedgerChoice, Session, Unwatched, default_config, portfolio};

fn main() -> Result<(), rotor::Error> {
    let dataset = Dataset::open("datasets/demo".as_ref())?;
    let mut config = default_config();
    config.top = 5;
    let factors = Catalogue::built_in().select(&mut config, &[])?;
    let session = Session::new(dataset, config, factors, &LedgerChoice::Off)?;

    let run = session.backtest(&Unwatched)?;
    let excess = run.excess(portfolio::TOP_NET, portfolio::EQUAL_WEIGHT).expect("every run has both");
    match (excess.get(), excess.interval()) {
        (Some(value), Some((low, high))) => println!(
            "annualised excess return {:+.1}%, 95% CI [{:+.1}%, {:+.1}%]",
            100.0 * value,
            100.0 * low,
            100.0 * high
        ),
        _ => println!("no excess return: {:?}", excess.reason()),
    }
    println!("saved in {}", run.save(&Destination::Numbered("runs/first".into()))?.display());
    Ok(())
}
