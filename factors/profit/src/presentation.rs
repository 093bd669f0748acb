//! How profit is shown.

use rotor_factor::{ColumnSpec, FigureSpec, Presentation, Shade, TableSpec};

pub(crate) fn presentation() -> Presentation {
    Presentation::titled(("Profit", "盈利预期"))
        .score_words(("up", "上行"), ("flat", "持平"), ("down", "下行"))
        .sentence(
            "outlook",
            (
                "profits expected {forecast} in {target} after {base} in {from}",
                "{target} 利润增速预测 {forecast}，{from} 为 {base}",
            ),
        )
        .about_scores((
            "Cumulative net profit, YoY growth: the forecast against the base quarter. A sector scores up if its forecast exceeds the base by more than the threshold and every month between lies above the base too (confirming months), down if both lie below, else flat. RMSE and R² are those of the test set, the last rows, which the model had not seen. Read the change beside the RMSE.",
            "归母净利润累计同比，预测期对比基期。上行：预测值高于基期且超过阈值，期间各月亦高于基期（期间印证）；下行相反；其余为持平。RMSE 与 R² 取自测试集（末段样本，未参与估计），变化幅度应与 RMSE 对照。",
        ))
        .risk((
            "A forecast is no better than its model on the test set: a test R² below 0 says that the mean would have done better. Growth between reports is interpolated.",
            "预测的可信度取决于模型在测试集上的表现：R² 为负说明不如取均值。财报之间的增速为插值。",
        ))
        .tables([outlook(), models(), fits(), split(), growth(), mapping()])
}

fn percent(name: &str, title: (&str, &str)) -> ColumnSpec {
    ColumnSpec::number(name, title, 1).signed().unit("%")
}

fn r_squared(name: &str, title: (&str, &str)) -> ColumnSpec {
    // Far below zero the size says nothing more.
    ColumnSpec::number(name, title, 2).at_least(-10.0)
}

fn sector() -> ColumnSpec {
    ColumnSpec::code("sector", ("sector", "行业"))
}

fn outlook() -> TableSpec {
    TableSpec::new("outlook", ("Profit growth: base and forecast", "利润增速：基期与预测"))
        .columns([
            sector(),
            ColumnSpec::quarter("from", ("base period", "基期")).detail(),
            percent("base", ("base", "基期")).of_period("from"),
            ColumnSpec::text("month_1", ("first month between", "期间首月")).detail(),
            percent("between_1", ("first month forecast", "首月预测")).of_period("month_1").detail(),
            ColumnSpec::text("month_2", ("second month between", "期间次月")).detail(),
            percent("between_2", ("second month forecast", "次月预测")).of_period("month_2").detail(),
            ColumnSpec::quarter("target", ("target period", "预测期")).detail(),
            percent("forecast", ("forecast", "预测")).of_period("target"),
            ColumnSpec::number("change", ("change", "变化"), 1).signed().unit("pp"),
            ColumnSpec::text("confirmed", ("confirming months", "期间印证")),
            ColumnSpec::number("rmse_test", ("test RMSE", "测试集 RMSE"), 1).unit("pp"),
            r_squared("r2_test", ("test R²", "测试集 R²")),
            r_squared("r2_test_ridge", ("ridge test R²", "岭回归测试集 R²")).detail(),
            ColumnSpec::number("n", ("observations", "样本数"), 0).detail(),
        ])
        .figure(
            FigureSpec::dots("sector", &["base", "between_1", "between_2", "forecast"])
                .sorted_by("change")
                .by_group()
                .axis(("cumulative net profit, YoY, %", "归母净利润累计同比，%"))
                .about((
                    "From the base quarter as reported to the forecast, with the months between; sorted by the forecast change. A forecast is no better than its model on the test set; see below.",
                    "由已公布的基期至预测期，含期间各月；按预测变化由高到低排列。预测的可信度取决于模型在测试集上的表现，见下。",
                )),
        )
}

fn models() -> TableSpec {
    let error = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 0);
    let correlation = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 2);
    TableSpec::new("models", ("Fit on the training set and the test set", "训练集与测试集拟合优度"))
        .columns([
            sector(),
            error("mse_train", ("training MSE", "训练集 MSE")),
            error("mse_test", ("test MSE", "测试集 MSE")),
            r_squared("r2_train", ("training R²", "训练集 R²")),
            r_squared("r2_test", ("test R²", "测试集 R²")),
            correlation("correlation", ("fitted and actual growth", "拟合与实际增速")),
            correlation("correlation_x", ("industrial profits and reported growth", "工业利润增速与财报增速")),
            error("mse_train_ridge", ("ridge training MSE", "岭回归训练集 MSE")).detail(),
            error("mse_test_ridge", ("ridge test MSE", "岭回归测试集 MSE")).detail(),
            r_squared("r2_train_ridge", ("ridge training R²", "岭回归训练集 R²")).detail(),
            r_squared("r2_test_ridge", ("ridge test R²", "岭回归测试集 R²")).detail(),
        ])
        .figure(
            FigureSpec::bars("sector", &["correlation", "correlation_x"])
                .sorted_by("correlation")
                .titled(("Correlation of actual and fitted growth", "实际与拟合增速的相关系数"))
                .axis(("correlation", "相关系数"))
                .about((
                    "The correlation of fitted and actual growth is in-sample, and most of its months are interpolated between reports: pure noise reaches about 0.6 there (R² of one third). Industrial profits and reported growth are compared at quarter-ends only.",
                    "拟合与实际增速的相关系数为样本内结果，且多数月份为财报间插值：纯噪声也可达约 0.6（R² 约三分之一）。工业利润增速与财报增速仅在季末比较。",
                )),
        )
}

fn fits() -> TableSpec {
    TableSpec::new("fits", ("Actual and fitted growth", "实际与拟合增速"))
        .columns([
            sector(),
            ColumnSpec::month("month", ("month", "月份")),
            percent("actual", ("actual", "实际")),
            percent("fitted", ("fitted", "拟合")),
            percent("forecast", ("forecast", "预测")),
        ])
        .unlisted()
        .figure(
            FigureSpec::small_multiples("sector", "month", &["actual", "fitted", "forecast"])
                .by_group()
                .axis(("growth, %", "增速，%"))
                .shaded(
                    Shade::rows_of("split", "first", "last", ("test set", "测试集")).of("sector").kinds("part"),
                )
                .about((
                    "Fitted values come from the model that makes the forecast, re-estimated on all rows: on the shaded test set they are not out-of-sample. The test errors in the table come from a model estimated without the test set. Actual growth is interpolated between reports; the dots at the end are the forecast path.",
                    "拟合值来自用于预测的模型（全样本重新估计），在阴影所示测试集内并非样本外预测；表中测试集误差由未使用测试集的模型得出。财报之间的实际增速为插值；末端圆点为预测路径。",
                )),
        )
}

fn split() -> TableSpec {
    TableSpec::new("split", ("Parts of the sample", "样本划分"))
        .columns([
            sector(),
            ColumnSpec::month("first", ("first month", "首月")),
            ColumnSpec::month("last", ("last month", "末月")),
            ColumnSpec::number("part", ("part", "部分"), 0)
                .word(1.0, ("embargo", "隔离期"))
                .word(2.0, ("test set", "测试集")),
        ])
        .unlisted()
}

fn growth() -> TableSpec {
    TableSpec::new("growth", ("Growth of industrial profits and of the sector", "工业企业利润增速与行业利润增速"))
        .columns([
            sector(),
            ColumnSpec::month("month", ("month", "月份")),
            percent("x", ("industrial profits", "工业利润")),
            percent("reported", ("reported", "财报")),
        ])
        .unlisted()
        .figure(
            FigureSpec::small_multiples("sector", "month", &["x", "reported"])
                .axis(("growth, %", "增速，%"))
                .about((
                    "Cumulative YoY growth of a sector's industrial profits, weighted by the sector–industry mapping, and the growth that its listed companies reported at quarter-ends (dots); both are winsorised at the bounds of the factor. Cumulative growth overlaps with itself and reports are few: the correlation is no evidence, and no 95% CI is given.",
                    "工业企业利润累计同比（按行业映射权重汇总）与上市公司财报增速（圆点，仅季末）；两者均按因子设定缩尾。累计增速彼此重叠，样本又少，相关系数不构成证据，故不给置信区间。",
                )),
        )
}

fn mapping() -> TableSpec {
    let share = |name: &str, title: (&str, &str)| ColumnSpec::number(name, title, 1).fraction();
    TableSpec::new("mapping", ("Sector–industry mapping", "行业映射"))
        .about((
            "The industries with the largest weights in the total assets of a sector; coverage is the sum over all industries. Industrial growth is computed from the covered part only.",
            "各行业总资产中权重最大的工业行业；覆盖率为全部工业行业权重之和，工业利润增速仅由覆盖部分计算。",
        ))
        .columns([
            sector(),
            share("coverage", ("coverage", "覆盖率")),
            ColumnSpec::code("first", ("largest industry", "第一大行业")),
            share("first_weight", ("weight", "权重")),
            ColumnSpec::code("second", ("second industry", "第二大行业")),
            share("second_weight", ("weight", "权重")),
            ColumnSpec::code("third", ("third industry", "第三大行业")).detail(),
            share("third_weight", ("weight", "权重")).detail(),
            share("rest", ("others", "其余")),
        ])
}
