//! Profit: the forecast against the base, its confirmation by the months between, and what the model was worth in its test.

use rotor_factor::Date;

use super::{Told, figures};
use crate::run::note::columns::Columns;
use crate::run::note::facts::{Answer, Teller, scored};
use crate::run::note::page::{Block, Column, Table};
use crate::run::note::words::{Lang, fixed, or_none, period, say, signed};

pub(super) fn tell(teller: &Teller<'_>, answer: Answer<'_>) -> Option<Told> {
    let lang = teller.lang;
    let forecasts = Columns::find(
        answer.signal,
        "forecasts",
        &["sector"],
        &["month"],
        &["forecast", "base", "confirms"],
    )?;
    let models = Columns::find(
        answer.signal,
        "models",
        &["sector"],
        &["base", "target"],
        &["n", "mse_test", "r2_test"],
    )?;
    let mut table = Table::new(columns(lang));
    let mut whys = vec![String::new(); teller.names.len()];
    let mut spans: Vec<(Date, Date)> = Vec::new();
    let mut test_r2: Vec<f64> = Vec::new();
    for sector in scored(answer.signal) {
        let code = teller.code(sector);
        let model = *models.rows_of("sector", code).first()?;
        let (base_end, target) = (models.date("base", model)?, models.date("target", model)?);
        let path = forecasts.rows_of("sector", code);
        let last = *path.iter().find(|row| forecasts.date("month", **row) == Some(target))?;
        let (base, forecast) = (forecasts.number("base", last), forecasts.number("forecast", last));
        let change = forecast.zip(base).map(|(forecast, base)| forecast - base);
        let between: Vec<usize> = path.into_iter().filter(|row| *row != last).collect();
        let n_confirm = between.iter().filter(|row| forecasts.number("confirms", **row) == Some(1.0)).count();
        let confirmed = match (between.len(), n_confirm) {
            (0, _) => lang.of("none", "无").to_owned(),
            (n, n_confirm) => say!(lang, "{n_confirm} of {n}", "{n_confirm}/{n}"),
        };
        spans.push((base_end, target));
        test_r2.extend(models.number("r2_test", model));
        let percent = |value: Option<f64>| or_none(value, |it| signed(it, 1));
        whys[sector] = say!(
            lang,
            "{forecast}% in {target} after {base}% in {from}",
            "{target}预测{forecast}%，{from}为{base}%",
            forecast = percent(forecast),
            target = period(target),
            base = percent(base),
            from = period(base_end),
        );
        table.row([
            teller.names[sector].clone(),
            teller.score(answer.chosen, answer.signal.score_of(sector).ok()),
            period(base_end),
            percent(base),
            period(target),
            percent(forecast),
            percent(change),
            confirmed,
            or_none(models.number("mse_test", model), |it| fixed(it.max(0.0).sqrt(), 1)),
            or_none(models.number("r2_test", model), r_squared),
            or_none(models.number("r2_test_ridge", model), r_squared),
            or_none(models.number("n", model), |it| fixed(it, 0)),
        ]);
    }
    if table.rows.is_empty() {
        return Some(Told::default());
    }
    let sectors = scored(answer.signal);
    let mut blocks = vec![what(lang, &spans).into(), table.into(), Block::Warning(caution(lang, &test_r2))];
    blocks.extend(tested(teller, models, &sectors));
    blocks.extend(figures::of_profit(teller, answer.signal, &sectors));
    Some(Told { blocks, whys })
}

fn columns(lang: Lang) -> [Column; 12] {
    [
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::word(lang.of("from", "基期")).detail(),
        Column::number(lang.of("base %", "基期%")),
        Column::word(lang.of("to", "预测期")).detail(),
        Column::number(lang.of("forecast", "预测%")),
        Column::number(lang.of("change pp", "变化pp")),
        Column::word(lang.of("confirmed", "期间印证")),
        Column::number(lang.of("error pp", "误差pp")),
        Column::number(lang.of("test R²", "检验R²")),
        Column::number(lang.of("ridge R²", "岭回归R²")).detail(),
        Column::number(lang.of("rows", "样本数")).detail(),
    ]
}

/// What is forecast, and from where to where.
fn what(lang: Lang, spans: &[(Date, Date)]) -> String {
    let mut kinds = spans.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    let each: Vec<String> = kinds
        .iter()
        .map(|(from, to)| {
            let n = spans.iter().filter(|span| *span == &(*from, *to)).count();
            let (from, to) = (period(*from), period(*to));
            say!(lang, "{to} against {from} ({n} sectors)", "{to}对比{from}（{n}个行业）")
        })
        .collect();
    let each = each.join(lang.between());
    say!(
        lang,
        "Growth of net profit, cumulative on the year; the forecast against the base quarter: {each}.",
        "归母净利润累计同比，预测期对比基期：{each}。"
    )
}

/// How little the models were worth on the rows that were kept for a test.
fn caution(lang: Lang, test_r2: &[f64]) -> String {
    let n_bad = test_r2.iter().filter(|r2| **r2 < 0.0).count();
    let n = test_r2.len();
    say!(
        lang,
        "Up needs a forecast above the base by more than the dead band, and every month between above it too (confirmed); down likewise below. The error is that of the last rows, kept for a test: there {n_bad} of {n} models foresaw worse than the mean would have (test R² below 0). Read a change beside the error.",
        "上行：预测值高于基期且超过容忍带，期间各月亦高于基期（印证）；下行相反。误差为末段检验样本的均方根误差：{n}个模型中有{n_bad}个在检验样本上不如均值（检验R²为负），变化幅度须与误差对照。"
    )
}

/// Errors and R² on the rows of the training and of the test, the ridge beside.
fn tested(teller: &Teller<'_>, models: Columns<'_>, sectors: &[usize]) -> Option<Block> {
    let lang = teller.lang;
    let mut table = Table::new([
        Column::name(lang.of("model of", "模型")),
        Column::number(lang.of("train MSE", "训练MSE")),
        Column::number(lang.of("test MSE", "检验MSE")),
        Column::number(lang.of("train R²", "训练R²")),
        Column::number(lang.of("test R²", "检验R²")),
        Column::number(lang.of("correlation", "相关系数")),
        Column::number(lang.of("ridge train MSE", "岭训练MSE")).detail(),
        Column::number(lang.of("ridge test MSE", "岭检验MSE")).detail(),
        Column::number(lang.of("ridge train R²", "岭训练R²")).detail(),
        Column::number(lang.of("ridge test R²", "岭检验R²")).detail(),
    ]);
    for sector in sectors {
        let row = *models.rows_of("sector", teller.code(*sector)).first()?;
        let error = |column: &str| or_none(models.number(column, row), |it| fixed(it, 0));
        let share = |column: &str| or_none(models.number(column, row), r_squared);
        table.row([
            teller.names[*sector].clone(),
            error("mse_train"),
            error("mse_test"),
            share("r2_train"),
            share("r2_test"),
            share("correlation"),
            error("mse_train_ridge"),
            error("mse_test_ridge"),
            share("r2_train_ridge"),
            share("r2_test_ridge"),
        ]);
    }
    (!table.rows.is_empty()).then(|| table.into())
}

/// R² with two decimals; far below zero the size says nothing more.
pub(crate) fn r_squared(value: f64) -> String {
    if value < -9.99 { "< -10".into() } else { fixed(value, 2) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn r_squared_is_short() {
        assert_eq!([super::r_squared(0.456), super::r_squared(-123.0)], ["0.46", "< -10"]);
    }
}
