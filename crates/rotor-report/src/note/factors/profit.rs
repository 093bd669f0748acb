//! Profit: the forecast against the base, its confirmation by the months between, and the model on its test set.

use rotor_factor::Date;

use super::{FactorSection, figures};
use crate::note::columns::Columns;
use crate::note::context::{FactorResult, NoteContext, scored};
use crate::page::{Block, Column, Table};
use crate::words::{Lang, NONE, fixed, or_none, period, say, signed};

pub(super) fn section(context: &NoteContext<'_>, result: FactorResult<'_>) -> Option<FactorSection> {
    let lang = context.lang;
    let forecasts = Columns::find(
        result.signal,
        "forecasts",
        &["sector"],
        &["month"],
        &["forecast", "base", "confirms"],
    )?;
    let models = Columns::find(
        result.signal,
        "models",
        &["sector"],
        &["base", "target"],
        &["n", "mse_test", "r2_test"],
    )?;
    let mut table = Table::new(columns(lang));
    let mut grounds = vec![String::new(); context.names.len()];
    let mut spans: Vec<(Date, Date)> = Vec::new();
    let mut test_r2: Vec<f64> = Vec::new();
    for sector in scored(result.signal) {
        let code = context.code(sector);
        let model = *models.rows_of("sector", code).first()?;
        let (base_end, target) = (models.date("base", model)?, models.date("target", model)?);
        let path = forecasts.rows_of("sector", code);
        let last = *path.iter().find(|row| forecasts.date("month", **row) == Some(target))?;
        let (base, forecast) = (forecasts.number("base", last), forecasts.number("forecast", last));
        let change = forecast.zip(base).map(|(forecast, base)| forecast - base);
        let between: Vec<usize> = path.into_iter().filter(|row| *row != last).collect();
        let n_confirm = between.iter().filter(|row| forecasts.number("confirms", **row) == Some(1.0)).count();
        let confirmed = match (between.len(), n_confirm) {
            (0, _) => NONE.to_owned(),
            (n, n_confirm) => format!("{n_confirm}/{n}"),
        };
        spans.push((base_end, target));
        test_r2.extend(models.number("r2_test", model));
        let percent = |value: Option<f64>| or_none(value, |it| signed(it, 1));
        grounds[sector] = say!(
            lang,
            "forecast {forecast}% for {target}, {base}% in {from}",
            "{target} 预测 {forecast}%，{from} 为 {base}%",
            forecast = percent(forecast),
            target = period(target),
            base = percent(base),
            from = period(base_end),
        );
        table.row([
            context.names[sector].clone(),
            context.score(result.factor, result.signal.score_of(sector).ok()),
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
        return Some(FactorSection::default());
    }
    let sectors = scored(result.signal);
    let mut blocks = vec![what(lang, &spans).into(), table.into(), Block::Warning(caution(lang, &test_r2))];
    blocks.extend(fit_quality(context, models, &sectors).into_iter().flatten());
    blocks.extend(figures::of_profit(context, result.signal, &sectors));
    Some(FactorSection { blocks, grounds })
}

fn columns(lang: Lang) -> [Column; 12] {
    [
        Column::name(lang.of("sector", "行业")),
        Column::word(lang.of("score", "得分")),
        Column::word(lang.of("base period", "基期")).detail(),
        Column::number(lang.of("base %", "基期 %")),
        Column::word(lang.of("target period", "预测期")).detail(),
        Column::number(lang.of("forecast %", "预测 %")),
        Column::number(lang.of("change, pp", "变化 pp")),
        Column::word(lang.of("confirming months", "期间印证")),
        Column::number(lang.of("test RMSE, pp", "测试集 RMSE pp")),
        Column::number(lang.of("test R²", "测试集 R²")),
        Column::number(lang.of("ridge test R²", "岭回归测试集 R²")).detail(),
        Column::number(lang.of("observations", "样本数")).detail(),
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
            say!(lang, "{to} against {from} ({n} sectors)", "{to} 对比 {from}（{n} 个行业）")
        })
        .collect();
    let each = each.join(lang.between());
    say!(
        lang,
        "Cumulative net profit, YoY growth; the forecast against the base quarter: {each}.",
        "归母净利润累计同比，预测期对比基期：{each}。"
    )
}

/// How scores follow from forecasts, and how little the models were worth on the test set.
fn caution(lang: Lang, test_r2: &[f64]) -> String {
    let n_bad = test_r2.iter().filter(|r2| **r2 < 0.0).count();
    let n = test_r2.len();
    say!(
        lang,
        "A sector scores up if its forecast exceeds the base by more than the threshold and every month between lies above the base too (confirming months), down if both lie below, else flat. RMSE and R² are those of the test set, the last rows, which the model had not seen: for {n_bad} of {n} models the forecast there was worse than the mean (test R² below 0). Read the change beside the RMSE.",
        "上行：预测值高于基期且超过阈值，期间各月亦高于基期（期间印证）；下行相反；其余为持平。RMSE 与 R² 取自测试集（末段样本，未参与估计）：{n} 个模型中有 {n_bad} 个在测试集上不如均值（R² 为负），变化幅度应与 RMSE 对照。"
    )
}

/// Errors and R² on training and test set, the ridge beside.
fn fit_quality(context: &NoteContext<'_>, models: Columns<'_>, sectors: &[usize]) -> Option<[Block; 2]> {
    let lang = context.lang;
    let mut table = Table::new([
        Column::name(lang.of("sector", "行业")),
        Column::number(lang.of("training MSE", "训练集 MSE")),
        Column::number(lang.of("test MSE", "测试集 MSE")),
        Column::number(lang.of("training R²", "训练集 R²")),
        Column::number(lang.of("test R²", "测试集 R²")),
        Column::number(lang.of("correlation", "相关系数")),
        Column::number(lang.of("ridge training MSE", "岭回归训练集 MSE")).detail(),
        Column::number(lang.of("ridge test MSE", "岭回归测试集 MSE")).detail(),
        Column::number(lang.of("ridge training R²", "岭回归训练集 R²")).detail(),
        Column::number(lang.of("ridge test R²", "岭回归测试集 R²")).detail(),
    ]);
    for sector in sectors {
        let row = *models.rows_of("sector", context.code(*sector)).first()?;
        let error = |column: &str| or_none(models.number(column, row), |it| fixed(it, 0));
        let share = |column: &str| or_none(models.number(column, row), r_squared);
        table.row([
            context.names[*sector].clone(),
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
    let heading = lang.of("Fit on the training set and the test set", "训练集与测试集拟合优度");
    (!table.rows.is_empty()).then(|| [Block::Heading(heading.into()), table.into()])
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
