//! How alike the scores of factors are.

use rotor_stats::{mean, spearman};

use super::cells::CORRELATION;
use super::context::Context;
use crate::draw::{Chart, Columns, Matrix, Shades};
use crate::page::Figure;
use crate::say;

/// More factors than these are too many pairs to read.
const MOST: usize = 12;
/// Sectors that a rank correlation needs, as in the evaluation.
const FEWEST: usize = 3;

/// The mean over months of the rank correlation of the scores of two factors, and the count of these months.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Alike {
    value: Option<f64>,
    n: usize,
}

/// Returns the figure; `None` if there are no two factors.
pub(super) fn figure(context: &Context<'_>) -> Option<Figure> {
    let lang = context.lang;
    let n_factors = context.facts.run.factors.len().min(MOST);
    if n_factors < 2 {
        return None;
    }
    let mut cells = vec![vec![None; n_factors]; n_factors];
    let mut counts: Vec<usize> = Vec::new();
    for (left, right, alike) in pairs(context, n_factors) {
        cells[left][right] = alike.value;
        cells[right][left] = alike.value;
        counts.push(alike.n);
    }
    let (least, most) = (counts.iter().min()?, counts.iter().max()?);
    let months = if least == most {
        say!(lang, "{most} months", "{most}个月")
    } else {
        say!(lang, "{least} to {most} months a pair", "每对{least}至{most}个月")
    };
    let left_out = match context.facts.run.factors.len() - n_factors {
        0 => String::new(),
        n => say!(lang, " {n} more factors are left out.", "另有{n}个因子未列。"),
    };
    let about = say!(
        lang,
        "Mean over months of the rank correlation of two factors' scores across sectors, {months}; factors with the same scores have a value near 1, and an empty cell has no month with three scored sectors.{left_out}",
        "两因子得分的截面秩相关之月均值，{months}；接近1表示两因子得分相同，空格表示没有三个以上行业同时有得分的月份。{left_out}"
    );
    let names: Vec<String> = (0..n_factors as u32).map(|factor| context.factor_at(factor)).collect();
    Some(Figure {
        id: "factor-correlation".into(),
        title: lang.of("Correlation between factors", "因子之间的相关性").into(),
        about,
        chart: Chart::Matrix(Matrix {
            rows: names.clone(),
            row_axis: lang.of("factor", "因子").into(),
            columns: Columns::Names(names),
            column_axis: lang.of("factor", "因子").into(),
            measure: lang.of("correlation", "相关系数").into(),
            cells,
            unit: crate::draw::Unit { decimals: 2, ..CORRELATION },
            shades: Shades::Diverging { middle: 0.0, extent: Some(1.0) },
            has_numbers: true,
            missing: String::new(),
        }),
    })
}

/// Every pair of the first factors, each once.
fn pairs(context: &Context<'_>, n_factors: usize) -> Vec<(usize, usize, Alike)> {
    let run = context.facts.run;
    let mut found = vec![vec![Vec::new(); n_factors]; n_factors];
    for execution in 0..run.executions.len() as u32 {
        let mut scores = vec![vec![None; run.entities.len()]; n_factors];
        for score in context.scores(execution) {
            if let Some(of_factor) = scores.get_mut(score.factor as usize) {
                of_factor[score.sector as usize] = score.score;
            }
        }
        for left in 0..n_factors {
            for right in left + 1..n_factors {
                let both = scores[left].iter().zip(&scores[right]);
                let (ours, theirs): (Vec<f64>, Vec<f64>) =
                    both.filter_map(|(ours, theirs)| (*ours).zip(*theirs)).unzip();
                if ours.len() >= FEWEST {
                    found[left][right].extend(spearman(&ours, &theirs).ok());
                }
            }
        }
    }
    let pair = |left: usize, right: usize| {
        let values: &Vec<f64> = &found[left][right];
        (left, right, Alike { value: mean(values).ok(), n: values.len() })
    };
    (0..n_factors)
        .flat_map(|left| (left + 1..n_factors).map(move |right| (left, right)))
        .map(|(l, r)| pair(l, r))
        .collect()
}
