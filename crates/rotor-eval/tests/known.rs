//! A small run against numbers of numpy, scipy and pandas.
//!
//! Monthly coefficients are those of `scipy.stats.spearmanr` and `pearsonr`. With x a monthly series and k months a year,
//!
//! ```text
//! C = [sqrt(2/n) * cos(pi*j*(t + .5)/n) for j in 1..nu]; c = C @ (x - x.mean()); se = sqrt((c @ c) / (nu*n))
//! k*x.mean(), k*se, k*(x.mean() ± t.ppf(.975, nu)*se), 2*t.sf(abs(x.mean()/se), nu), k*(t.ppf(.975, nu) + t.ppf(.8, nu))*se
//! annual = prod(1 + x)**(12/n) - 1; volatility = x.std(ddof=1)*sqrt(12); sharpe = x.mean()/x.std(ddof=1)*sqrt(12)
//! v = r_[1, cumprod(1 + x)]; drawdown = (v/maximum.accumulate(v) - 1).min()
//! r2_within = 1 - sse / ((y - groupby(entity).y.transform("mean"))**2).sum(); latest = groupby([entity, period]).last()
//! ```

mod support;

use rotor_eval::evaluate;
use rotor_run::Config;
use support::{forecast, portfolio_return, score, sector_return, turnover};

const SCORES: [[f64; 4]; 9] = [
    [-0.4, 1.2, 1.4, 0.3],
    [0.4, -0.5, -0.9, -0.9],
    [-1.0, 0.9, -0.1, 0.1],
    [1.0, 1.0, 2.0, 2.0],
    [0.6, 0.0, -0.5, -0.2],
    [-1.4, 1.2, -1.2, 0.0],
    [2.1, -2.6, -1.4, -0.7],
    [0.1, -1.7, -0.2, -0.0],
    [0.2, -2.4, 0.6, 1.6],
];
const SECTOR_RETURNS: [[f64; 4]; 9] = [
    [0.032, -0.026, -0.021, -0.122],
    [0.034, 0.085, 0.043, -0.139],
    [-0.011, 0.005, -0.014, 0.062],
    [-0.077, -0.026, 0.04, 0.06],
    [0.018, 0.063, 0.036, -0.043],
    [0.075, -0.015, -0.072, 0.032],
    [0.101, 0.058, 0.06, 0.02],
    [-0.113, 0.044, 0.018, -0.122],
    [-0.023, -0.034, 0.063, 0.016],
];
const TOP: [f64; 9] = [0.025, 0.022, -0.056, -0.088, 0.013, -0.005, 0.009, 0.002, -0.015];
const TOP_NET: [f64; 9] =
    [0.023_872, 0.021_591, -0.057_133, -0.091_466, 0.007_732, -0.007_885, 0.008_697, 0.000_196, -0.015_788];
const EQUAL_WEIGHT: [f64; 9] = [0.044, 0.107, -0.019, 0.028, 0.003, -0.087, 0.023, -0.005, -0.043];
const INDEX: [f64; 9] = [0.089, -0.026, 0.028, -0.008, -0.031, -0.003, 0.045, -0.029, -0.078];
const TURNOVER: [f64; 9] = [0.81, 0.36, 0.33, 0.92, 0.87, 0.54, 0.83, 0.87, 0.77];
const COST: [f64; 9] = [0.001_1, 0.000_4, 0.001_2, 0.003_8, 0.005_2, 0.002_9, 0.000_3, 0.001_8, 0.000_8];
/// Sector, forecast, no change, realized: two a month, for the quarter of the month.
const FORECASTS: [(u32, f64, f64, Option<f64>); 18] = [
    (0, 6.8, 5.44, Some(4.2)),
    (1, 29.91, 28.44, Some(30.5)),
    (0, 5.86, 3.07, Some(4.2)),
    (1, 30.81, 29.73, Some(30.5)),
    (0, 4.67, 4.55, Some(4.2)),
    (1, 31.63, 29.33, Some(30.5)),
    (0, 4.77, 5.46, Some(6.1)),
    (1, 28.98, 30.36, Some(28.7)),
    (0, 4.12, 6.3, Some(6.1)),
    (1, 29.1, 29.7, Some(28.7)),
    (0, 3.86, 4.02, Some(6.1)),
    (1, 28.58, 28.54, Some(28.7)),
    (0, 4.28, 6.23, None),
    (1, 29.51, 29.22, None),
    (0, 5.35, 5.7, None),
    (1, 29.81, 30.67, None),
    (0, 4.91, 4.2, None),
    (1, 29.06, 30.6, None),
];

const EXPECTED: &[(&str, f64)] = &[
    ("/factor/all/one/rank_ic/mean/value", 0.167_249_522_408_645_32),
    ("/factor/all/one/rank_ic/mean/standard_error", 0.060_195_948_644_730_26),
    ("/factor/all/one/rank_ic/mean/interval/0", -0.091_752_740_347_461_78),
    ("/factor/all/one/rank_ic/mean/interval/1", 0.426_251_785_164_752_43),
    ("/factor/all/one/rank_ic/mean/p_value", 0.108_803_958_583_515_08),
    ("/factor/all/one/rank_ic/mean/minimum_detectable", 0.322_849_707_986_076_04),
    ("/factor/all/one/rank_ic/deviation/value", 0.569_286_046_260_046_3),
    ("/factor/all/one/rank_ic/ratio/value", 0.293_788_199_284_699_8),
    ("/factor/all/one/rank_ic/share_positive/value", 0.555_555_555_555_555_6),
    ("/factor/monthly/one/3/rank_ic", 0.894_427_190_999_915_9),
    ("/factor/all/one/ic/mean/value", 0.203_308_155_853_966_72),
    ("/factor/all/one/ic/mean/standard_error", 0.077_124_142_130_930_1),
    ("/factor/all/one/ic/mean/interval/0", -0.128_530_244_815_265_2),
    ("/factor/all/one/ic/mean/interval/1", 0.535_146_556_523_198_6),
    ("/factor/all/one/ic/mean/p_value", 0.118_799_694_475_006_49),
    ("/factor/all/one/ic/mean/minimum_detectable", 0.413_640_906_510_195_64),
    ("/factor/all/one/ic/deviation/value", 0.513_220_014_123_069_4),
    ("/factor/all/one/ic/ratio/value", 0.396_142_298_155_219_1),
    ("/factor/all/one/ic/share_positive/value", 0.666_666_666_666_666_6),
    ("/factor/monthly/one/3/ic", 0.934_274_376_791_294_9),
    ("/portfolio/all/performance/top_net/annual_return/value", -0.144_523_904_589_001_66),
    ("/portfolio/all/performance/top_net/volatility/value", 0.132_839_380_892_866_26),
    ("/portfolio/all/performance/top_net/sharpe/value", -1.105_937_102_480_801),
    ("/portfolio/all/performance/top_net/max_drawdown/value", -0.149_580_550_321_241_62),
    ("/portfolio/all/performance/b300/annual_return/value", 0.013_397_514_417_516_465),
    ("/portfolio/all/performance/b300/volatility/value", 0.177_426_846_092_370_44),
    ("/portfolio/all/performance/b300/sharpe/value", 0.152_175_392_814_813_88),
    ("/portfolio/all/performance/b300/max_drawdown/value", -0.104_737_999_999_999_78),
    ("/portfolio/all/excess/top_net/b300/arithmetic/value", -0.203_873_999_999_999_97),
    ("/portfolio/all/excess/top_net/b300/arithmetic/standard_error", 0.325_471_699_438_535_1),
    ("/portfolio/all/excess/top_net/b300/arithmetic/interval/0", -1.604_265_696_045_409_6),
    ("/portfolio/all/excess/top_net/b300/arithmetic/interval/1", 1.196_517_696_045_409_4),
    ("/portfolio/all/excess/top_net/b300/arithmetic/p_value", 0.595_019_305_227_378_7),
    ("/portfolio/all/excess/top_net/b300/arithmetic/minimum_detectable", 1.745_606_564_681_356_8),
    ("/portfolio/all/excess/top_net/b300/geometric/value", -0.181_654_960_457_179_22),
    ("/portfolio/all/excess/top_net/b300/tracking_error/value", 0.204_839_139_767_212_05),
    ("/portfolio/all/excess/top_net/b300/information_ratio/value", -0.995_288_303_942_747_9),
    ("/portfolio/all/excess/top_net/b300/hit_rate/value", 0.375),
    ("/portfolio/all/trading/turnover_per_year/value", 8.4),
    ("/portfolio/all/trading/cost_per_year/value", 0.023_333_333_333_333_33),
    ("/portfolio/all/trading/cost_drag/value", 0.020_231_233_218_704_903),
    ("/forecast/all/one/margin/every/n_unrealized", 6.0),
    ("/forecast/all/one/margin/every/mse/value", 1.868_108_333_333_332_8),
    ("/forecast/all/one/margin/every/r2_no_change/value", -0.266_542_746_728_739_34),
    ("/forecast/all/one/margin/every/r2_within/value", -1.181_732_360_097_323_3),
    ("/forecast/all/one/margin/every/hit_rate/value", 0.666_666_666_666_666_6),
    ("/forecast/all/one/margin/latest/n_unrealized", 2.0),
    ("/forecast/all/one/margin/latest/mse/value", 1.632_449_999_999_999),
    ("/forecast/all/one/margin/latest/r2_no_change/value", -0.117_465_858_917_751_96),
    ("/forecast/all/one/margin/latest/r2_within/value", -0.906_510_948_905_108_4),
    ("/forecast/all/one/margin/latest/hit_rate/value", 0.5),
];

#[test]
fn numbers_of_numpy() {
    let mut run = support::empty(9, 4, &["one"], &["b300"]);
    for month in 0..9 {
        for sector in 0..4 {
            score(&mut run, month, 0, sector as u32 + 1, Some(SCORES[month][sector]));
            sector_return(&mut run, month, sector as u32 + 1, SECTOR_RETURNS[month][sector]);
        }
        for (sector, forecasted, naive, realized) in &FORECASTS[2 * month..2 * month + 2] {
            forecast(&mut run, month, 0, sector + 1, month / 3, [*forecasted, *naive], *realized);
        }
        portfolio_return(&mut run, month, "top", TOP[month]);
        portfolio_return(&mut run, month, "top_net", TOP_NET[month]);
        portfolio_return(&mut run, month, "equal_weight", EQUAL_WEIGHT[month]);
        // The index has no return in the fifth month.
        if month != 4 {
            portfolio_return(&mut run, month, "b300", INDEX[month]);
        }
        turnover(&mut run, month, TURNOVER[month], COST[month]);
    }
    let document = evaluate(&run, &Config::default()).to_json();
    for (path, expected) in EXPECTED {
        let found = document.pointer(path).and_then(serde_json::Value::as_f64);
        let found = found.unwrap_or_else(|| panic!("no number at {path}"));
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs().max(1e-3),
            "{path}: {found}, not {expected}"
        );
    }
}
