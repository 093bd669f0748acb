//! Runs made up for the tests of run folders.

use rotor_data::model::Entity;
use rotor_factor::{EntityKind, Month, Table};
use rotor_run::{
    Config, DatasetRecord, Diagnostic, EngineRecord, Execution, FactorTable, Forecast, RankingRow, Realized,
    Return, Run, RunRecord, Score, ScoreReason, TextId, Turnover,
};

/// Returns the record of a run of nothing known.
#[must_use]
pub fn bare_record(run: &Run) -> RunRecord {
    RunRecord::new(EngineRecord::default(), Config::default(), DatasetRecord::default(), run)
}

/// Returns a run of so many executions with as many facts in each as the demo has: 31 sectors, four factors, 84 forecasts and
/// 504 diagnostics. Twenty tables stand on its last day.
///
/// # Panics
///
/// If there are more executions than months in a century.
#[must_use]
pub fn made_up_run(n_executions: u32) -> Run {
    let mut run = Run {
        entities: (0..31).map(entity).collect(),
        factors: ["profit", "price", "prosperity", "heat"].map(String::from).to_vec(),
        executions: (0..n_executions).map(execution).collect(),
        portfolios: ["top", "top_net", "equal_weight", "bottom"].map(String::from).to_vec(),
        ..Run::default()
    };
    let target = run.texts.id("growth");
    let reason = run.reasons.id(ScoreReason {
        code: Some("no_close".into()),
        text: "no close".into(),
        text_zh: Some("无收盘价".into()),
    });
    let names: Vec<TextId> = (0..6).map(|name| run.texts.id(&format!("number_{name}"))).collect();
    let mut state = 20_150_105_u64;
    let mut number = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for execution in 0..n_executions {
        let as_of = run.executions[execution as usize].as_of;
        for sector in 0..31 {
            for factor in 0..4 {
                let score = (sector + factor > 1).then(&mut number);
                let reason = score.is_none().then_some(reason);
                run.scores.push(Score {
                    execution,
                    factor,
                    sector,
                    score,
                    raw: score.map(|_| number()),
                    reason,
                });
            }
            let rank = sector + 1;
            let weight = if sector < 6 { 1.0 / 6.0 } else { 0.0 };
            run.ranking.push(RankingRow {
                execution,
                sector,
                total: number(),
                tie_break: number(),
                rank,
                weight,
            });
        }
        for row in 0..84 {
            let (entity, period) = (row % 31, as_of);
            let realized = Some(Realized { value: number(), released: as_of });
            let (forecast, naive) = (number(), number());
            run.forecasts.push(Forecast {
                execution,
                factor: 0,
                target,
                entity,
                period,
                forecast,
                naive,
                realized,
                history: None,
            });
        }
        for row in 0..504_u32 {
            let (name, entity) = (names[row as usize % 6], row / 6 % 31);
            run.diagnostics.push(Diagnostic { execution, factor: row % 4, entity, name, value: number() });
        }
        run.returns.extend((0..4).map(|portfolio| Return { execution, portfolio, value: number() }));
        run.turnover.push(Turnover { execution, turnover: number(), cost: number() });
    }
    for table in 0..20 {
        let labels: Vec<String> = (0..31).map(|row| format!("80{row}")).collect();
        let columns = (0..12).map(|column| (format!("c{column}"), (0..31).map(|_| Some(number())).collect()));
        let made = Table::new(format!("t{table}")).text("row", labels);
        let made = columns.fold(made, |made, (title, numbers)| made.numbers(title, numbers));
        let execution = n_executions.saturating_sub(1);
        run.tables.push(FactorTable { execution, factor: table % 4, table: made });
    }
    run
}

fn entity(number: u32) -> Entity {
    Entity {
        code: format!("801{number:03}"),
        kind: EntityKind::Sector,
        name: format!("Sector {number}"),
        name_zh: Some(format!("行业{number}")),
        group: None,
        valid_from: None,
        valid_to: None,
    }
}

fn execution(number: u32) -> Execution {
    let month = Month::new(2015, 1).expect("a month").plus(number as i32).expect("a month of this century");
    let after = |months: i32| month.plus(months).expect("a month of this century").first_day();
    Execution { as_of: after(1), month, exit: after(2), is_kept: true }
}
