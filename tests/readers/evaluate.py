"""A slow oracle for `metrics.json`: computes every number of it anew from the files of a run folder, and compares.

    evaluate.py RUN_FOLDER DATASET_FOLDER [RELATIVE_TOLERANCE=1e-9]

Written from docs/src/reference/metrics.md alone, not from the program, plain and slow on purpose. The parts stand in the
order of that page: estimates, forecasts, factors, the portfolio and its variants; then the comparison, first of the files of
the run with each other ("identities": ranking and holding anew gives the returns and the turnover of the run). Two numbers
come from random numbers and are only checked to be near. Exit code 1 if a number differs, is missing, or is not one of ours.
"""

import bisect
import calendar
import csv
import datetime
import functools
import itertools
import json
import math
import pathlib
import re
import sys

import numpy as np
import pyarrow.parquet
from scipy import stats

# ---------------------------------------------------------------- reading


def read_table(folder, name):
    """The rows of a table as dictionaries; dates as ISO text, empty cells as None."""
    path = pathlib.Path(folder) / f"{name}.parquet"
    if path.exists():
        rows = pyarrow.parquet.ParquetFile(path).read().to_pylist()
    elif path.with_suffix(".csv").exists():
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row.update({key: float(row[key]) for key in ("value", "close", "weight") if key in row})
    else:
        return []
    return [{key: clean(value) for key, value in row.items()} for row in rows]


def clean(value):
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if value == "" or isinstance(value, float) and math.isnan(value) else value


class Month:
    """An execution and the holding period after it."""

    def __init__(self, index, execution):
        self.index, self.execution, self.exit, self.last_month = index, execution, None, None
        self.sectors, self.score, self.raw = [], {}, {}  # score and raw: factor -> sector -> number
        self.r = {}  # the return of each sector, bought after the execution and sold on the exit
        self.portfolio, self.ranking = {}, {}  # empty in a skipped month
        self.turnover = self.cost = None

    year = property(lambda self: int(self.execution[:4]))
    quarter = property(lambda self: (int(self.execution[5:7]) + 2) // 3)
    is_kept = property(lambda self: bool(self.portfolio))


class Run:
    def __init__(self, run_folder, dataset_folder):
        described = json.loads((pathlib.Path(run_folder) / "run.json").read_text())
        self.config = described["config"]
        self.factors = tuple(factor["name"] for factor in described["factors"])
        self.weight = {factor["name"]: factor["weight"] for factor in described["factors"]}
        self.last_exit = described["executions"]["last_exit"]
        self.entities = {row["entity"]: row for row in read_table(run_folder, "entities")}
        self.prices, self.published = {}, {}
        for row in sorted(read_table(dataset_folder, "prices"), key=lambda row: row["date"]):
            self.prices.setdefault(row["entity"], []).append((row["date"], row["close"]))
        for row in read_table(dataset_folder, "observations"):
            self.published.setdefault((row["series"], row["entity"]), []).append((row["period"], row["released"], row["value"]))
        self.series = {series for series, _ in self.published}
        self.is_month_end = 'price_frequency = "M"' in (pathlib.Path(dataset_folder) / "dataset.toml").read_text()
        self.nav = {}  # empty with month-end closes
        for row in sorted(read_table(run_folder, "nav"), key=lambda row: row["date"]):
            self.nav.setdefault(row["portfolio"], {})[row["date"]] = row["value"]
        self.forecasts = read_table(run_folder, "forecasts")
        self.diagnostics = read_table(run_folder, "diagnostics")
        self.months = self.read_months(run_folder)
        self.is_continuous = {factor: not self.has_points_only(factor) for factor in self.factors}

    def has_points_only(self, factor):
        return {value for month in self.months for value in month.score.get(factor, {}).values()} <= {1.0, 2.0, 3.0}

    def riskless(self, month):
        """Of one month, from an annual rate in percent; None where it is not known."""
        rate = self.config.get("risk_free", 0)
        if isinstance(rate, str) and not is_number_text(rate):
            markets = [row["entity"] for row in self.entities.values() if row["kind"] == "market"]
            market = markets[0] if len(markets) == 1 else "CN"
            seen = [row for row in self.published.get((rate, market), []) if max(row[:2]) < month.execution]
            rate = max(seen)[2] if seen else None  # of the latest period the latest release
        return None if rate is None else float(rate) / 1200

    def read_months(self, folder):
        scores = read_table(folder, "scores")
        days = sorted({row["execution"] for row in scores})
        months = {day: Month(index, day) for index, day in enumerate(days)}
        for day, sector in sorted({(row["execution"], row["sector"]) for row in scores}):
            months[day].sectors.append(sector)
        for row in scores:
            month = months[row["execution"]]
            month.last_month = row["month"]
            for values, key in ((month.score, "score"), (month.raw, "raw")):
                values.setdefault(row["factor"], {})
                if row[key] is not None:
                    values[row["factor"]][row["sector"]] = row[key]
        for row in read_table(folder, "ranking"):
            months[row["execution"]].ranking[row["sector"]] = row
        for row in read_table(folder, "returns"):
            months[row["execution"]].portfolio[row["portfolio"]] = row["value"]
            months[row["execution"]].exit = row["exit"]
        for row in read_table(folder, "turnover"):
            months[row["execution"]].turnover, months[row["execution"]].cost = row["turnover"], row["cost"]
        for month, after in itertools.zip_longest(months.values(), days[1:]):
            bought = self.traded_on(month.execution)
            month.exit = month.exit or (self.traded_on(after) if after else self.last_exit)
            month.bought = bought
            month.r = {sector: self.sector_return(sector, bought, month.exit) for sector in month.sectors}
        return list(months.values())

    def traded_on(self, execution):
        """The day at whose close the choice of a day is traded."""
        if self.config["execution"] == "close":
            return execution
        if not hasattr(self, "calendar"):
            self.calendar = self.trading_days()
        return self.calendar[bisect.bisect_right(self.calendar, execution)]

    def trading_days(self):
        """The dates with a close of half of the sectors alive, of those that had one in the fifteen days up to the date."""
        sectors = [row for row in self.entities.values() if row["kind"] == "sector" and row["entity"] in self.prices]
        dates = sorted({date for row in sectors for date, _ in self.prices[row["entity"]]})
        found = []
        for date in dates:
            first = (datetime.date.fromisoformat(date) - datetime.timedelta(days=14)).isoformat()
            last = [self.last_dated(row["entity"], date) for row in sectors if is_alive(row, date)]
            recent = [day for day in last if day and day >= first]
            if 0 < sum(day == date for day in recent) * 2 >= len(recent):
                found.append(date)
        return found

    def last_dated(self, entity, day):
        closes = self.prices[entity]
        position = bisect.bisect_right(closes, (day, math.inf))
        return closes[position - 1][0] if position else None

    def sector_return(self, sector, bought, sold):
        last_day = self.entities[sector]["valid_to"] or "9999"
        if not self.is_month_end:
            return self.close(sector, min(sold, last_day)) / self.close(sector, min(bought, last_day)) - 1
        # Month-end closes belong to their months, whatever the day; after its life a sector has none.
        closes = self.prices[sector]
        start = [close for date, close in closes if date[:7] <= bought[:7]][-1]
        later = [close for date, close in closes if bought[:7] < date[:7] <= sold[:7] and (last_day >= sold or date <= last_day)]
        return [start, *later][-1] / start - 1

    def close(self, entity, day):
        """The last close on or before the day."""
        closes = self.prices[entity]
        return closes[bisect.bisect_right(closes, (day, math.inf)) - 1][1]

    def is_live(self, month):
        return all(month.score.get(factor) for factor in self.factors)

    def group(self, sector):
        return self.entities[sector]["group"]


def is_alive(entity, date):
    return (entity["valid_from"] or "") <= date <= (entity["valid_to"] or "9999")


# ---------------------------------------------------------------- figures and estimates


def figure(value, n):
    """`value` may be a number, or a function that is called only where there is something to make it of."""
    if callable(value):
        value = value() if n else None
    if value is not None:
        value = float(value) if math.isfinite(value) else None
    return {"value": value, "n": n}


def mean_of(values):
    return figure(lambda: np.mean(values), len(values))


def varies(x):
    """Whether there is more variation than rounding leaves."""
    return np.ptp(x) > max(1e-15, 1e-13 * np.max(np.abs(x)))


def ewc_freedom(n, h):
    """max(2, min(floor(0.4 n^(2/3)), floor(n/3h))); the first in whole numbers, since 0.4 * 125^(2/3) is 10 and not 9.99…"""
    by_size = max(nu for nu in range(n + 1) if 125 * nu**3 <= 8 * n**2)
    return max(2, min(by_size, n // (3 * h)))


def ewc(x, h):
    """Standard error and degrees of freedom of the mean of x."""
    n = len(x)
    nu = ewc_freedom(n, h)
    t = np.arange(1, n + 1)
    c = [math.sqrt(2 / n) * np.sum(np.cos(math.pi * j * (t - 0.5) / n) * (x - np.mean(x))) for j in range(1, nu + 1)]
    return math.sqrt(sum(value**2 for value in c) / (nu * n)), nu


def estimate(values, h=1, method="ewc", times=1.0, one_sided=False, classical=False):
    """The mean of the values with what is known of its error; `times` makes multiples of it."""
    x = np.array([value for value in values if value is not None], dtype=float)
    n = len(x)
    made = {**figure(lambda: times * np.mean(x), n), "method": method, "horizon": h}
    made |= dict.fromkeys(("standard_error", "degrees_of_freedom", "interval", "p_value", "minimum_detectable"))
    if classical:
        made["classical"] = classical_t(x, h)
    if n < (max(8, 3 * h) if method == "ewc" else 3) or not varies(x):
        return made
    se, nu = ewc(x, h) if method == "ewc" else (x.std(ddof=1) / math.sqrt(n), n - 1)
    value, se = made["value"], abs(times) * se
    half = stats.t.ppf(0.975, nu) * se
    made["standard_error"], made["degrees_of_freedom"] = se, nu
    made["interval"] = [value - half, value + half]
    made["p_value"] = stats.t.sf(value / se, nu) if one_sided else 2 * stats.t.sf(abs(value / se), nu)
    made["minimum_detectable"] = (stats.t.ppf(0.975, nu) + stats.t.ppf(0.8, nu)) * se
    return made


def influence_estimate(value, psi, **how):
    """An estimate of something that is not a mean, by its influence values."""
    return estimate([] if value is None else value + np.asarray(psi) - np.mean(psi), **how)


def classical_t(x, h):
    n = len(x)
    lag = max(math.floor(4 * (n / 100) ** (2 / 9) + 1e-12), h - 1)
    made = {"naive_t": None, "newey_west_t": None, "newey_west_lag": lag}
    if n < 2 or not varies(x):
        return made
    made["naive_t"] = x.mean() / (x.std(ddof=1) / math.sqrt(n))
    if n > lag:
        e = x - x.mean()
        gamma = [np.sum(e[k:] * e[: n - k]) / n for k in range(lag + 1)]
        variance = (gamma[0] + 2 * sum((1 - k / (lag + 1)) * gamma[k] for k in range(1, lag + 1))) / n
        made["newey_west_t"] = x.mean() / math.sqrt(variance) if variance > 0 else None
    return made


def diebold_mariano(d, h):
    """Of a series of gains; the small-sample factor of Harvey, Leybourne and Newbold."""
    d, n = np.asarray(d, dtype=float), len(d)
    if n < max(8, 3 * h) or not varies(d):
        return {"statistic": None, "p_value": None}
    e = d - d.mean()
    variance = (np.sum(e * e) + 2 * sum(np.sum(e[k:] * e[: n - k]) for k in range(1, min(h, n)))) / n**2
    factor = (n + 1 - 2 * h + h * (h - 1) / n) / n
    if variance <= 0 or factor <= 0:
        return {"statistic": None, "p_value": None}
    statistic = math.sqrt(factor) * d.mean() / math.sqrt(variance)
    return {"statistic": statistic, "p_value": 2 * stats.t.sf(abs(statistic), n - 1)}


# ---------------------------------------------------------------- forecasts


def known_values(run, row):
    """The values of the target that were public on the execution day for that entity, in the order of their periods."""
    target, entity, day = row["target"], row["entity"], row["execution"]
    latest = {}
    if target in run.series:
        for period, released, value in run.published.get((target, entity), []):
            if released < day and (period not in latest or latest[period][0] < released):
                latest[period] = (released, value)
    else:
        for period, released, value in run.said[row["factor"], target, entity]:
            if released <= day and (period not in latest or latest[period][0] <= released):
                latest[period] = (released, value)
    values = [latest[period][1] for period in sorted(latest)]
    return [min(200.0, max(-200.0, value)) for value in values] if target == "net_profit_ytd_yoy" else values


def complete_forecasts(run):
    """Adds to each forecast the mean of the known values and the value before the last.

    What a factor says of a target of its own is in the run folder where a forecast was held against it; before the first
    forecast, only where the factor writes it as a diagnostic called like the target, of the last complete month.
    """
    run.said = {(row["factor"], row["target"], row["entity"]): [] for row in run.forecasts}
    for row in run.forecasts:
        if row["realized"] is not None:
            said = (row["period"], row["realized_released"], row["realized"])
            run.said[row["factor"], row["target"], row["entity"]].append(said)
    last_month = {month.execution: month.last_month for month in run.months}
    for row in run.diagnostics:
        said = (last_month[row["execution"]], row["execution"], row["value"])
        run.said.get((row["factor"], row["name"], row["entity"]), []).append(said)
    for row in run.forecasts:
        known = known_values(run, row)
        row["history"] = np.mean(known) if known else None
        row["before"] = known[-2] if len(known) > 1 else None


def forecast_section(run, months):
    days = {month.execution for month in months}
    made = {factor: {} for factor in run.factors}
    for factor, target in sorted({(row["factor"], row["target"]) for row in run.forecasts if row["execution"] in days}):
        rows = [row for row in run.forecasts if (row["factor"], row["target"]) == (factor, target) and row["execution"] in days]
        made[factor][target] = forecast_part(rows)
    for factor in run.factors:
        fits = fits_part([row for row in run.diagnostics if row["factor"] == factor and row["execution"] in days])
        for part in made[factor].values():
            part["fits"] = fits
    return made


def forecast_part(rows):
    latest = {}
    for row in sorted(rows, key=lambda row: row["execution"]):
        latest[row["entity"], row["period"]] = row
    latest = sorted(latest.values(), key=lambda row: (row["period"], row["entity"]))
    realized = [row for row in latest if row["realized"] is not None]
    entities = sorted({row["entity"] for row in realized})
    keys = ("mse", "r2_no_change", "r2_history", "hit_rate")
    of_entity = {entity: errors([row for row in realized if row["entity"] == entity]) for entity in entities}
    return {
        "every": errors(rows),
        "latest": errors(latest),
        "tests": tests(realized),
        "entities": {entity: {key: made[key] for key in keys} for entity, made in of_entity.items()},
    }


def column(rows, key):
    return np.array([row[key] for row in rows], dtype=float)


def r_squared(errors, benchmark_errors):
    total = np.sum(benchmark_errors**2)
    return None if total == 0 else 1 - np.sum(errors**2) / total


def errors(rows):
    n_unrealized = sum(row["realized"] is None for row in rows)
    rows = [row for row in rows if row["realized"] is not None]
    old = [row for row in rows if row["history"] is not None]
    older = [row for row in rows if row["before"] is not None]
    n = len(rows)
    y, forecast, naive = (column(rows, key) for key in ("realized", "forecast", "naive"))
    y_old, history = column(old, "realized"), column(old, "history")
    of_entity = {}
    for row in rows:
        of_entity.setdefault(row["entity"], []).append(row["realized"])
    own_mean = np.array([np.mean(of_entity[row["entity"]]) for row in rows])
    return {
        "n_unrealized": n_unrealized,
        "mse": mean_of((y - forecast) ** 2),
        "rmse": figure(lambda: math.sqrt(np.mean((y - forecast) ** 2)), n),
        "mse_no_change": mean_of((y - naive) ** 2),
        "r2_no_change": figure(lambda: r_squared(y - forecast, y - naive), n),
        "mse_history": mean_of((y_old - history) ** 2),
        "r2_history": figure(lambda: r_squared(y_old - column(old, "forecast"), y_old - history), len(old)),
        "r2_within": figure(lambda: r_squared(y - forecast, y - own_mean), n),
        "hit_rate": hits(rows, "forecast", "naive"),
        "hit_rate_last_change": hits(older, "naive", "before"),
        "hit_rate_to_mean": hits(old, "history", "naive"),
    }


def hits(rows, to, base):
    """The share of rows in which the rule `to` - `base` has the sign of y - a."""
    said = np.sign(np.round(column(rows, to) - column(rows, base), 9))
    came = np.sign(np.round(column(rows, "realized") - column(rows, "naive"), 9))
    return mean_of(said == came)


def tests_horizon(rows):
    of_entity = {}
    for row in rows:
        of_entity.setdefault(row["entity"], []).append(row)

    def unknown(row):
        earlier = [other for other in of_entity[row["entity"]] if other["period"] <= row["period"]]
        return sum(other["realized_released"] > row["execution"] for other in earlier)

    return max([1, *map(unknown, rows)])


def by_period(rows, value):
    """The mean of `value` over the rows of each period, in the order of the periods."""
    periods = {}
    for row in rows:
        periods.setdefault(row["period"], []).append(value(row))
    return [np.mean(periods[period]) for period in sorted(periods)]


def tests(rows):
    h = tests_horizon(rows)
    old = [row for row in rows if row["history"] is not None]

    def loss(key):
        return lambda row: (row["realized"] - row[key]) ** 2

    no_change = by_period(rows, lambda row: loss("naive")(row) - loss("forecast")(row))
    history = by_period(old, lambda row: loss("history")(row) - loss("forecast")(row))
    nested = by_period(old, lambda row: loss("history")(row) - loss("forecast")(row) + (row["history"] - row["forecast"]) ** 2)
    return {
        "horizon": h,
        "gain_no_change": estimate(no_change, h) | {"diebold_mariano": diebold_mariano(no_change, h)},
        "gain_history": estimate(history, h) | {"diebold_mariano": diebold_mariano(history, h)},
        "clark_west": estimate(nested, h, one_sided=True),
        "slope": calibration(rows),
    }


def calibration(rows):
    x = column(rows, "forecast") - column(rows, "naive")
    y = column(rows, "realized") - column(rows, "naive")
    if len(rows) < 3 or x.max() - x.min() <= 1e-9:
        return figure(None, len(rows))
    centred = x - x.mean()
    return figure(np.sum(centred * (y - y.mean())) / np.sum(centred**2), len(rows))


def fits_part(rows):
    made = {}
    for name in sorted({row["name"] for row in rows if re.match("r2|mse|correlation", row["name"])}):
        values = [row["value"] for row in rows if row["name"] == name]
        made[name] = {"median": figure(np.median(values), len(values)), "mean": mean_of(values)}
    return made


# ---------------------------------------------------------------- factors


def rounded(values):
    return np.round(np.asarray(values, dtype=float), 9)


def average_ranks(values):
    values = np.asarray(values)
    return np.array([np.sum(values < value) + (np.sum(values == value) + 1) / 2 for value in values])


def correlation(x, y, of_ranks):
    """None where fewer than three values, or one side is constant. x is a score, y a return."""
    if len(x) < 3 or len(set(rounded(x))) == 1 or len(set(y)) == 1:
        return None
    if of_ranks:
        x, y = average_ranks(rounded(x)), average_ranks(y)
    x, y = np.asarray(x) - np.mean(x), np.asarray(y) - np.mean(y)
    return np.sum(x * y) / math.sqrt(np.sum(x * x) * np.sum(y * y))


def score_correlation(score, r, of_ranks):
    both = sorted(score.keys() & r.keys())
    return correlation([score[s] for s in both], [r[s] for s in both], of_ranks)


def following_return(run, month, first, last):
    """Of each sector the return of the first to the last month after the execution, 1 being the month itself."""
    if month.index + last > len(run.months):
        return {}
    held = run.months[month.index + first - 1 : month.index + last]
    sectors = set.intersection(*(set(other.r) for other in held))
    return {sector: math.prod(1 + other.r[sector] for other in held) - 1 for sector in sectors}


def factor_section(run, months):
    return {factor: factor_part(run, months, factor) for factor in run.factors}


def factor_part(run, months, factor):
    scores = {month.index: month.score[factor] for month in months}
    rank_ic = {m.index: score_correlation(scores[m.index], m.r, True) for m in months}
    ic = {m.index: score_correlation(scores[m.index], m.r, False) for m in months}
    groups = sorted({run.group(sector) for month in months for sector in month.sectors if run.group(sector)})

    def within(group):
        return [score_correlation({s: v for s, v in scores[m.index].items() if run.group(s) == group}, m.r, True) for m in months]

    def of_months(part):
        return estimate([rank_ic[m.index] for m in part])

    raw_ic = {m.index: score_correlation(m.raw[factor], m.r, True) for m in months}
    both = [i for i in rank_ic if rank_ic[i] is not None and raw_ic[i] is not None]
    return {
        "n_months": len(months),
        "n_unscored": sum(not score for score in scores.values()),
        "n_constant": sum(bool(scores[i]) and rank_ic[i] is None for i in scores),
        "rank_ic": coefficient(rank_ic.values()),
        "raw_rank_ic": coefficient(raw_ic.values()),
        "raw_gain": estimate([raw_ic[i] - rank_ic[i] for i in both]),
        "ic": coefficient(ic.values()),
        "horizons": [horizon_part(run, months, scores, h) for h in (1, 3, 6, 12)],
        "decay": [{"lag": lag, "rank_ic": decay(run, months, scores, lag)} for lag in range(1, 13)],
        "slope": fama_macbeth(months, scores),
        "persistence": persistence(months, scores),
        "quantiles": factor_quantiles(months, scores),
        "groups": {group: {"rank_ic": estimate(within(group))} for group in groups},
        "spans": {span: {"rank_ic": of_months(part)} for span, part in spans(run, months).items()},
        "quarters": {quarter: {"rank_ic": of_months(part)} for quarter, part in quarters(months).items()},
    }


def coefficient(values):
    x = [value for value in values if value is not None]
    spread = np.std(x, ddof=1) if len(x) > 1 else None
    return {
        "mean": estimate(x, classical=True),
        "deviation": figure(spread, len(x)),
        "ratio": figure(np.mean(x) / spread if spread else None, len(x)),
        "share_positive": mean_of([value > 0 for value in x]),
    }


def horizon_part(run, months, scores, h):
    def series(of_ranks):
        return {m.index: score_correlation(scores[m.index], following_return(run, m, 1, h), of_ranks) for m in months}

    rank_ic = series(True)
    with_one = [i for i, value in rank_ic.items() if value is not None]
    apart = [value for i, value in rank_ic.items() if with_one and (i - with_one[0]) % h == 0]
    return {
        "horizon": h,
        "rank_ic": estimate(rank_ic.values(), h, classical=True),
        "ic": estimate(series(False).values(), h, classical=True),
        "non_overlapping": estimate(apart, h, method="t"),
    }


def decay(run, months, scores, lag):
    """The first month after a score is the one that begins with its own execution."""
    return estimate([score_correlation(scores[m.index], following_return(run, m, lag, lag), True) for m in months])


def fama_macbeth(months, scores):
    slopes, r2, mse = [], [], []
    for month in months:
        score = scores[month.index]
        both = sorted(score.keys() & month.r.keys())
        x, y = np.array([score[s] for s in both]), np.array([month.r[s] for s in both])
        if correlation(x, y, False) is None:
            continue
        slope, constant = np.polyfit(x, y, 1)
        residual = y - constant - slope * x
        slopes.append(slope)
        r2.append(1 - np.sum(residual**2) / np.sum((y - y.mean()) ** 2))
        mse.append(np.mean(residual**2))
    return {"mean": estimate(slopes), "r2": mean_of(r2), "mse": mean_of(mse)}


def shares_of_fifths(score):
    """Of each fifth, the share of its positions that each sector takes; sectors of equal score share theirs equally."""
    n = len(score)
    levels = {}
    for sector, value in score.items():
        levels.setdefault(-round(value, 9), []).append(sector)
    fifths, position = [{} for _ in range(5)], 0
    for level in sorted(levels):
        taken = range(position, position + len(levels[level]))
        position = taken.stop
        for i in taken:
            for sector in levels[level]:
                fifth = fifths[5 * i // n]
                fifth[sector] = fifth.get(sector, 0) + 1 / len(taken)
    return fifths


def fifth_weights(share):
    total = sum(share.values())
    return {sector: value / total for sector, value in share.items()}


def persistence(months, scores):
    correlations, turnovers, stays = [], [[] for _ in range(5)], [[] for _ in range(5)]
    for month, after in zip(months, months[1:]):
        if after.index != month.index + 1:
            continue
        old, new = scores[month.index], scores[after.index]
        both = sorted(old.keys() & new.keys())
        # The second side is a score too: it is rounded before it is ranked.
        correlations.append(correlation([old[s] for s in both], list(rounded([new[s] for s in both])), True))
        if len(old) >= 5 and len(new) >= 5:
            for k, (was, now) in enumerate(zip(shares_of_fifths(old), shares_of_fifths(new))):
                turnovers[k].append(one_way(fifth_weights(was), fifth_weights(now)))
                parts = [was.get(s, 0.0) for s in both], list(rounded([now.get(s, 0.0) for s in both]))
                stays[k].append(correlation(*parts, False))
    return {
        "autocorrelation": mean_of([value for value in correlations if value is not None]),
        "turnover": mean_of(turnovers[0]),
        "quintiles": [
            {"turnover": mean_of(turnovers[k]), "autocorrelation": mean_of([value for value in stays[k] if value is not None])}
            for k in range(5)
        ],
    }


def one_way(old, new):
    return sum(abs(new.get(s, 0) - old.get(s, 0)) for s in sorted(old.keys() | new.keys())) / 2


def quantiles_part(means, base, top_minus_bottom):
    """`means`: of each month the five means; `base`: what they are held against."""
    q = np.array(means, dtype=float).reshape(-1, 5)
    trend = (2 * q[:, 0] + q[:, 1] - q[:, 3] - 2 * q[:, 4]) / 10
    overall = q.mean(axis=0) if len(q) else []
    made = {
        "excess": [estimate(q[:, k] - np.array(base), times=12) for k in range(5)],
        "top_minus_bottom": estimate(q[:, 0] - q[:, 4] if top_minus_bottom is None else top_minus_bottom, times=12),
        "trend": estimate(trend, times=12),
    }
    return made | {"is_monotone": all(a > b for a, b in zip(overall, overall[1:]))} if len(q) else made


def factor_quantiles(months, scores):
    means, base = [], []
    for month in months:
        of_fifths = means_of_fifths(month, scores[month.index])
        if of_fifths is not None:
            means.append(of_fifths)
            base.append(np.mean([month.r[s] for s in scores[month.index] if s in month.r]))
    return quantiles_part(means, base, None)


def means_of_fifths(month, score):
    """The mean return of each fifth; None in a month without a coefficient or with fewer than five sectors."""
    score = {s: v for s, v in score.items() if s in month.r}
    if len(score) < 5 or score_correlation(score, month.r, True) is None:
        return None
    return [sum(w * month.r[s] for s, w in fifth_weights(fifth).items()) for fifth in shares_of_fifths(score)]


def spans(run, months):
    first, last = run.months[0].year, run.months[-1].year
    starts = range(first, last + 1, 3)
    return {f"{start}-{start + 2}": [m for m in months if start <= m.year < start + 3] for start in starts}


def quarters(months):
    return {f"Q{quarter}": [m for m in months if m.quarter == quarter] for quarter in (1, 2, 3, 4)}


def monthly(run):
    return {factor: [monthly_entry(run, month, factor) for month in run.months] for factor in run.factors}


def monthly_entry(run, month, factor):
    score = month.score[factor]
    there = {"raw_rank_ic": score_correlation(month.raw[factor], month.r, True), "quintiles": means_of_fifths(month, score)}
    return {
        "execution": month.execution,
        "is_live": run.is_live(month),
        "n": len(score.keys() & month.r.keys()),
        "rank_ic": score_correlation(score, month.r, True),
        "ic": score_correlation(score, month.r, False),
        **{key: value for key, value in there.items() if value is not None},
    }


# ---------------------------------------------------------------- the portfolio


PORTFOLIOS = ("top", "top_net", "equal_weight", "eligible", "bottom", *(f"quantile_{k}" for k in range(1, 6)))


def compound(r):
    return math.prod(1 + value for value in r) - 1


def yearly(r):
    return math.prod(1 + value for value in r) ** (12 / len(r)) - 1


def deviation(x):
    """n - 1; None where there is no variation."""
    return np.std(x, ddof=1) if len(x) > 1 and varies(x) else None


def series_of(months, name):
    return [(month, month.portfolio[name]) for month in months if name in month.portfolio]


ABOVE_ZERO = 1e-12  # smaller differences of returns are rounding


def stretches(months):
    """Successive months of which each is sold on the day on which the next is bought."""
    parts = []
    for month in months:
        if parts and parts[-1][-1].exit == month.bought:
            parts[-1].append(month)
        else:
            parts.append([month])
    return parts


def path_of(run, months, name):
    """Days and net values, the first of them 1: from day to day where the run has them, else at exits. What lies between stretches
    is left out, and the value goes on from where it was."""
    days, values = [], []
    if not run.nav:
        months = [month for month in months if name in month.portfolio]
        days = [months[0].bought, *(month.exit for month in months)] if months else []
        return days, list(np.cumprod([1.0, *(1 + month.portfolio[name] for month in months)])) if months else []
    for part in stretches(months):
        rows = [(day, value) for day, value in run.nav.get(name, {}).items() if part[0].bought <= day <= part[-1].exit]
        if not rows:
            continue
        scale = values[-1] / rows[0][1] if values else 1 / rows[0][1]
        for day, value in rows:
            if not days or day > days[-1]:
                days.append(day)
                values.append(value * scale)
    return days, values


def falls(path):
    """Each fall of the net value from a peak to its recovery; the first value is 1."""
    dates, path = path
    made, peak, trough = [], 0, None

    def fall(recovery):
        depth = path[trough] / path[peak] - 1
        made = {"value": depth, "peak": dates[peak], "trough": dates[trough], "n": len(path) - 1}
        return made if recovery is None else made | {"recovery": recovery}

    for k in range(1, len(path)):
        if path[k] >= path[peak]:
            if trough is not None:
                made.append(fall(dates[k]))
            peak, trough = k, None
        elif trough is None or path[k] < path[trough]:
            trough = k
    return [*made, fall(None)] if trough is not None else made


def drawdown_keys(path):
    deepest = sorted(falls(path), key=lambda fall: fall["value"])[:5]
    none = figure(lambda: 0.0, max(0, len(path[0]) - 1))
    return {"max_drawdown": deepest[0] if deepest else none, "drawdowns": deepest}


def span(days, of_positions, first, last):
    """The return between two positions of a path; n counts the values after the first."""
    made = figure(lambda: of_positions(first, last), last - first)
    return made | ({"from": days[first], "to": days[last]} if last > first else {})


def calendar_spans(days, length):
    """By the first letters of a date (4: its year, 7: its month), the positions of the last value before and of the last within;
    the first begins with the first value."""
    last = {day[:length]: position for position, day in enumerate(days)}
    ends = [0, *last.values()]
    return {key: (first, end) for (key, end), first in zip(last.items(), ends) if end > first}


def earlier(day, n_months):
    """The same day so many calendar months earlier, or the last day of that month."""
    date = datetime.date.fromisoformat(day)
    year, month = divmod(date.year * 12 + date.month - 1 - n_months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(date.day, last)).isoformat()


def latest_keys(days, of_positions):
    end = len(days) - 1
    last_year = max((k for k, day in enumerate(days) if day[:4] < days[-1][:4]), default=0) if days else 0
    parts = []
    for n_months in (1, 3, 12, 36):
        begin = bisect.bisect_right(days, earlier(days[-1], n_months)) - 1 if days else -1
        known = span(days, of_positions, begin, end) if begin >= 0 else figure(None, 0)
        parts.append({"n_months": n_months, **known})
    to_date = span(days, of_positions, last_year, end) if days else figure(None, 0)
    since_start = span(days, of_positions, 0, end) if days else figure(None, 0)
    return {"year_to_date": to_date, "last_months": parts, "since_start": since_start}


def years(days, of_positions):
    return [{"year": int(year), **span(days, of_positions, *ends)} for year, ends in calendar_spans(days, 4).items()]


def months_keys(days, of_positions):
    """Each calendar month, and twelve that follow each other, by the last of them."""
    spans_of = calendar_spans(days, 7)
    made = [{"month": month, **figure(of_positions(a, b), b - a)} for month, (a, b) in spans_of.items()]
    rolling, names = [], list(spans_of)
    for first, last in zip(names, names[11:]):
        if number_of(last) - number_of(first) == 11:
            a, b = spans_of[first][0], spans_of[last][1]
            rolling.append({"month": last, **figure(of_positions(a, b), b - a)})
    return {"months": made, "rolling_years": rolling}


def number_of(month):
    return int(month[:4]) * 12 + int(month[5:7])


def worst_months(pairs):
    worst = sorted(pairs, key=lambda pair: pair[1])[:5]
    return [{"execution": month.execution, "exit": month.exit, "value": value, "n": 1} for month, value in worst]


def moments(x):
    e = np.asarray(x) - np.mean(x)
    m2, m3, m4 = (np.mean(e**k) for k in (2, 3, 4))
    return m3 / m2**1.5, m4 / m2**2


def sharpe_variance(s, skewness, kurtosis, n):
    """Mertens 2002: of the ratio s of a month."""
    return (1 - skewness * s + (kurtosis - 1) * s**2 / 4) / (n - 1)


def performance(run, section, name):
    months = [month for month in section if name in month.portfolio]
    pairs = series_of(months, name)
    r = np.array([value for _, value in pairs])
    riskless = [run.riskless(month) for month in months]
    n, spread = len(r), deviation(r)
    skewness, kurtosis = moments(r) if spread else (None, None)
    over = None if None in riskless else r - np.array(riskless)
    s = error = sortino = None
    psi = []
    if over is not None and deviation(over):
        s = over.mean() / deviation(over)
        error = math.sqrt(12 * sharpe_variance(s, *moments(over), n))
        z = (over - over.mean()) / over.std()
        psi = z - s * (z**2 - 1) / 2
    if over is not None and n and np.any(over < -ABOVE_ZERO):
        sortino = math.sqrt(12) * over.mean() / math.sqrt(np.mean(np.minimum(over, 0) ** 2))
    days, values = path = path_of(run, section, name)
    drawdowns = drawdown_keys(path)
    depth = drawdowns["max_drawdown"]["value"]
    lowest = np.sort(r)[: -(-n // 20)]

    def gained(first, last):
        return values[last] / values[first] - 1

    return {
        "n_missing": len(section) - n,
        "total_return": figure(lambda: compound(r), n),
        "annual_return": figure(lambda: yearly(r), n),
        "volatility": figure(np.std(r, ddof=1) * math.sqrt(12) if n > 1 else None, n),
        "sharpe": influence_estimate(s, psi, times=math.sqrt(12)) | {"n": n},
        "sharpe_error_iid": figure(error, n),
        "sortino": figure(sortino, n),
        "calmar": figure(yearly(r) / abs(depth) if n and depth else None, n),
        "value_at_risk": figure(lambda: lowest[-1], n),
        "conditional_value_at_risk": figure(lambda: np.mean(lowest), n),
        "skewness": figure(skewness, n),
        "kurtosis": figure(kurtosis - 3 if kurtosis is not None else None, n),
        "hit_rate": mean_of(r > ABOVE_ZERO),
        "basis": "daily" if run.nav else "period_ends",
        **drawdowns,
        "worst_months": worst_months(pairs),
        "years": years(days, gained),
        **months_keys(days, gained),
        **latest_keys(days, gained),
    }


def excess(run, section, name, base):
    months = [month for month in section if name in month.portfolio and base in month.portfolio]
    p, b = (np.array([month.portfolio[key] for month in months]) for key in (name, base))
    d, n = p - b, len(months)
    within = section if run.nav else months
    of_name, of_base = (dict(zip(*path_of(run, within, key))) for key in (name, base))
    days = [day for day in of_name if day in of_base]
    ours, theirs = ([of[day] / of[days[0]] for day in days] for of in (of_name, of_base))

    def gained(first, last):
        return ours[last] / ours[first] - theirs[last] / theirs[first]

    return {
        "n_missing": len(section) - n,
        "arithmetic": estimate(d, times=12, classical=True),
        "geometric": figure(lambda: ((1 + compound(p)) / (1 + compound(b))) ** (12 / n) - 1, n),
        "tracking_error": figure(np.std(d, ddof=1) * math.sqrt(12) if n > 1 else None, n),
        "information_ratio": figure(information_ratio(d), n),
        "hit_rate": mean_of(d > ABOVE_ZERO),
        **alpha_beta(p, b),
        "up_capture": capture(p, b, b > ABOVE_ZERO),
        "down_capture": capture(p, b, b < -ABOVE_ZERO),
        "basis": "daily" if run.nav else "period_ends",
        **drawdown_keys((days, [our / their for our, their in zip(ours, theirs)])),
        "worst_months": worst_months(list(zip(months, d))),
        "years": years(days, gained),
        "months": months_keys(days, gained)["months"],
        **latest_keys(days, gained),
    }


def information_ratio(d):
    spread = deviation(d)
    return 12 * np.mean(d) / (spread * math.sqrt(12)) if spread else None


def alpha_beta(p, b):
    if len(b) < 3 or b.max() - b.min() <= 1e-9:
        return {"beta": estimate([]) | {"n": len(b)}, "alpha": estimate([], times=12) | {"n": len(b)}}
    centred = b - b.mean()
    m2 = np.mean(centred**2)
    beta = np.mean(centred * (p - p.mean())) / m2
    alpha = p.mean() - beta * b.mean()
    leverage = 1 / len(b) + centred**2 / (len(b) * m2)
    u = (p - alpha - beta * b) / (1 - leverage)
    return {
        "beta": influence_estimate(beta, u * centred / m2),
        "alpha": influence_estimate(alpha, u * (1 - b.mean() * centred / m2), times=12),
    }


def capture(p, b, chosen):
    m = int(np.sum(chosen))
    return figure(lambda: (math.prod(1 + p[chosen]) ** (1 / m) - 1) / (math.prod(1 + b[chosen]) ** (1 / m) - 1), m)


def portfolio_section(run, months, variants):
    months = [month for month in months if month.is_kept]
    benchmarks = sorted({name for month in run.months for name in month.portfolio} - set(PORTFOLIOS))
    bases = ["equal_weight", "eligible", *benchmarks]
    chosen = {month.index for month in months}

    def part(name):
        return {key: variant_part(run, variant, chosen, variants["run"]) for key, variant in variants[name].items()}

    def without_difference(parts):
        return {key: {name: value for name, value in made.items() if name != "difference"} for key, made in parts.items()}

    return {
        "n_months": len(months),
        "performance": {name: performance(run, months, name) for name in ["top", "top_net", *bases]},
        "excess": {name: {base: excess(run, months, name, base) for base in bases} for name in ("top", "top_net")},
        "quantiles": portfolio_quantiles(months),
        "rolling": rolling(run, months),
        "trading": trading(run, months),
        "contributions": contributions(run, months),
        "alone": part("alone"),
        "without": part("without"),
        "groups": without_difference(part("groups")),
        "spans": {span: {"excess": net_excess(part)} for span, part in spans(run, months).items()},
        "quarters": {quarter: {"excess": net_excess(part)} for quarter, part in quarters(months).items()},
        "sensitivity": list(part("sensitivity").values()),
        "trials": trials_part(run, variants, chosen),
    }


def net_excess(months):
    return estimate([m.portfolio["top_net"] - m.portfolio["equal_weight"] for m in months], times=12)


def portfolio_quantiles(months):
    full = [m for m in months if all(f"quantile_{k}" in m.portfolio for k in range(1, 6))]
    means = [[m.portfolio[f"quantile_{k}"] for k in range(1, 6)] for m in full]
    return quantiles_part(
        means, [m.portfolio["equal_weight"] for m in full], [m.portfolio["top"] - m.portfolio["bottom"] for m in months]
    )


def rolling(run, months):
    """Of every twelve holding periods that follow each other."""
    made = []
    for end in range(12, len(months) + 1):
        part = months[end - 12 : end]
        if part[-1].index - part[0].index == 11:
            net, equal_weight, eligible = (
                np.array([m.portfolio.get(name, math.nan) for m in part]) for name in ("top_net", "equal_weight", "eligible")
            )
            riskless = [run.riskless(month) for month in part]
            over = None if None in riskless else net - np.array(riskless)
            spread = None if over is None else deviation(over)
            made.append({
                "exit": part[-1].exit,
                "excess": figure(12 * np.mean(net - equal_weight), 12),
                "excess_eligible": figure(12 * np.mean(net - eligible), 12),
                "volatility": figure(np.std(net, ddof=1) * math.sqrt(12), 12),
                "sharpe": figure(math.sqrt(12) * over.mean() / spread if spread else None, 12),
            })
    return made


def trading(run, months):
    n = len(months)
    shared = [shares_last_place(run, rank(run, month, run.factors)) for month in months]
    turnover, cost = [m.turnover for m in months], [m.cost for m in months]
    gross, net = ([m.portfolio[name] for m in months] for name in ("top", "top_net"))
    return {
        "turnover": mean_of(turnover),
        "turnover_per_year": figure(lambda: 12 * np.mean(turnover), n),
        "cost_per_year": figure(lambda: 12 * np.mean(cost), n),
        "cost_drag": figure(lambda: yearly(gross) - yearly(net), n),
        "n_shared_months": figure(float(sum(shared)), n),
    }


def contributions(run, months):
    n = len(months)
    sectors = {}
    for sector in sorted({sector for month in months for sector in month.ranking}):
        of = [month for month in months if sector in month.ranking]
        w = np.array([month.ranking[sector]["weight"] for month in of])
        r = np.array([month.r[sector] for month in of])
        fair = np.array([1 / len(month.ranking) for month in of])
        sectors[sector] = {
            "n_held": int(np.sum(w > 0)),
            "mean_weight": figure(np.sum(w) / n, n),
            "gross": figure(12 / n * np.sum(w * r), n),
            "active": figure(12 / n * np.sum((w - fair) * r), n),
        }
    parts = [factor_contributions(run, month) for month in months if len(month.ranking) >= len(run.factors) + 2]
    return {
        "sectors": sectors,
        "factors": {f: {"active": estimate([part[f] for part in parts], times=12)} for f in run.factors},
        "specific": {"active": estimate([part["specific"] for part in parts], times=12)},
    }


def factor_contributions(run, month):
    sectors = sorted(month.ranking)
    scores = np.array([[month.score[factor].get(s, 2.0) for factor in run.factors] for s in sectors])
    r = np.array([month.r[s] for s in sectors])
    active = np.array([month.ranking[s]["weight"] for s in sectors]) - 1 / len(sectors)
    # Where scores are collinear: the smallest slopes on standardised scores, as in METHOD 6.1-7; a constant score has slope 0.
    spread = scores.std(axis=0, ddof=1)
    scale = np.where(spread > 0, spread, 1.0)
    slopes = np.linalg.lstsq((scores - scores.mean(axis=0)) / scale, r - r.mean(), rcond=1e-10)[0] / scale
    parts = dict(zip(run.factors, slopes * (active @ scores)))
    return parts | {"specific": active @ r - sum(parts.values())}


# ---------------------------------------------------------------- variants: ranking and holding anew


@functools.cache
def rank(run, month, factors):
    """Of each sector in order of rank: code, total, tie-break, and how many factors score it."""
    counting = {factor: run.weight[factor] for factor in factors if run.weight[factor] > 0}
    if len(factors) == 1:  # alone, even a factor of weight 0 counts
        counting = {factors[0]: run.weight[factors[0]] or 1.0}
    percentile = {factor: percentiles(month.raw[factor]) for factor in counting}
    points = {factor: points_of(run, factor, month.score[factor]) for factor in counting}
    rows = []
    for sector in month.sectors:
        live = [(weight, points[f][sector]) for f, weight in counting.items() if sector in points[f]]
        if run.config["missing"] == "neutral":
            total = sum(weight * points[f].get(sector, 2.0) for f, weight in counting.items())
        elif live:
            total = sum(w * score for w, score in live) / sum(w for w, _ in live) * sum(counting.values())
        else:
            total = 2.0 * sum(counting.values())
        tie_break = sum(w * percentile[f].get(sector, 0.5) for f, w in counting.items()) / sum(counting.values())
        rows.append((sector, total, tie_break, len(live)))
    return sorted(rows, key=lambda row: (-round(row[1], 9), -round(row[2], 9), row[0]))


def percentiles(raw):
    sectors = sorted(raw)
    ranks = average_ranks(rounded([raw[s] for s in sectors]))
    return {sector: (value - 0.5) / len(sectors) for sector, value in zip(sectors, ranks)}


def points_of(run, factor, score):
    """What a score counts in the total: itself, or of a continuous factor its place among the others, from 1 to 3."""
    if not run.is_continuous[factor]:
        return score
    return {sector: 1 + 2 * value for sector, value in percentiles(score).items()}


def level(run, row):
    """Sectors of one level are told apart by nothing but their codes."""
    return (round(row[1], 9),) if run.config["ties"] == "fractional" else (round(row[1], 9), round(row[2], 9))


def shared(run, rows, of_place):
    """Weights by sector: those of one level share the weights of their places."""
    made = {}
    for _, part in itertools.groupby(zip(rows, of_place), key=lambda pair: level(run, pair[0])):
        part = list(part)
        made |= {row[0]: sum(weight for _, weight in part) / len(part) for row, _ in part}
    return {sector: weight for sector, weight in made.items() if weight > 0}


def eligible_of(ranked, min_factors):
    needed = min(min_factors, max(row[3] for row in ranked))
    return [row for row in ranked if row[3] >= needed]


def shares_last_place(run, ranked):
    eligible, top = eligible_of(ranked, run.config["min_factors"]), run.config["top"]
    return len(eligible) > top and level(run, eligible[top - 1]) == level(run, eligible[top])


def hold(run, ranked, top, min_factors):
    """The weights of a portfolio, from rows in order of rank."""
    eligible = eligible_of(ranked, min_factors)
    if len(eligible) < top:
        return {row[0]: 1 / len(eligible) for row in eligible}
    of_place = [top - place if run.config["weights"] == "rank" else 1.0 for place in range(top)]
    of_place = [value / sum(of_place) for value in of_place] + [0.0] * (len(eligible) - top)
    return shared(run, eligible, of_place)


class Variant:
    """The net returns of weights that are held month after month: drifted between executions, traded at a cost."""

    def __init__(self, run, weights, cost_bp, eligible, base=None, keys=None):
        self.keys, self.net, self.gross, self.turnover, self.cost, self.base = keys or {}, {}, {}, {}, {}, {}
        self.eligible = {index: np.mean([run.months[index].r[s] for s in sectors]) for index, sectors in eligible.items()}
        drifted = {}
        for index in sorted(weights):
            month, new = run.months[index], weights[index]
            traded = 2 * one_way(drifted, new)
            gross = sum(w * month.r[s] for s, w in sorted(new.items()))
            self.gross[index], self.turnover[index] = gross, traded / 2
            self.cost[index] = cost_bp / 10000 * traded
            self.net[index] = (1 - self.cost[index]) * (1 + gross) - 1
            self.base[index] = base(month) if base else month.portfolio["equal_weight"]
            drifted = {s: w * (1 + month.r[s]) / (1 + gross) for s, w in new.items()}


def strategy(run, factors, top, min_factors, cost_bp, keys=None):
    """Begins with the first month in which one of its factors scores a sector."""
    months = [month for month in run.months if month.is_kept]
    while months and not any(months[0].score[factor] for factor in factors):
        months = months[1:]
    weights, eligible = {}, {}
    for month in months:
        ranked = rank(run, month, factors)
        weights[month.index] = hold(run, ranked, top, min_factors)
        eligible[month.index] = [row[0] for row in eligible_of(ranked, min_factors)]
    return Variant(run, weights, cost_bp, eligible, keys=keys)


def group_strategy(run, group):
    """The same share of a group's sectors, best by the run's ranking."""
    weights, eligible, top = {}, {}, run.config["top"]
    for month in run.months:
        ranked = [row for row in rank(run, month, run.factors) if run.group(row[0]) == group] if month.is_kept else []
        if ranked:
            n, n_g = len(month.sectors), len(ranked)
            weights[month.index] = hold(run, ranked, max(1, (2 * top * n_g + n) // (2 * n)), run.config["min_factors"])
            eligible[month.index] = [row[0] for row in eligible_of(ranked, run.config["min_factors"])]

    def base(month):
        return np.mean([month.r[s] for s in month.sectors if run.group(s) == group])

    return Variant(run, weights, run.config["cost_bp"], eligible, base)


def all_variants(run):
    own = (run.config["top"], run.config["min_factors"], run.config["cost_bp"])
    n_factors = len(run.factors)
    grid = itertools.product(
        sorted({3, 5, 6, 8, 10, own[0]}),
        sorted({*(k for k in (1, 2, 3) if k <= n_factors), own[1]}),
        sorted({0.0, 10.0, 15.0, 30.0, own[2]}),
    )

    def other(factors):
        return strategy(run, factors, *own)

    groups = sorted({run.group(sector) for month in run.months for sector in month.sectors if run.group(sector)})
    rest = {factor: tuple(other for other in run.factors if other != factor) for factor in run.factors}
    return {
        "run": other(run.factors),
        "alone": {factor: other((factor,)) for factor in run.factors},
        "without": {f: other(left) for f, left in rest.items() if any(run.weight[factor] > 0 for factor in left)},
        "groups": {group: group_strategy(run, group) for group in groups},
        "sensitivity": {
            f"{top}/{least}/{cost:g}": strategy(
                run,
                run.factors,
                *(top, least, cost),
                keys={"top": top, "min_factors": least, "cost_bp": cost, "is_run": (top, least, cost) == own},
            )
            for top, least, cost in grid
        },
    }


def variant_part(run, variant, chosen, own):
    months = [run.months[index] for index in sorted(chosen & variant.net.keys())]
    net, base, eligible = (
        np.array([values[month.index] for month in months]) for values in (variant.net, variant.base, variant.eligible)
    )
    n = len(months)
    # A variant is not followed from day to day.
    path = [months[0].bought, *(month.exit for month in months)] if n else [], np.cumprod([1.0, *(1 + net)])
    made = {
        "annual_return": figure(lambda: yearly(net), n),
        "excess": estimate(net - base, times=12),
        "excess_eligible": estimate(net - eligible, times=12),
        "information_ratio": figure(information_ratio(net - base), n),
        "max_drawdown": figure(drawdown_keys(path)["max_drawdown"]["value"] if n else None, n),
        "turnover": mean_of([variant.turnover[month.index] for month in months]),
        "difference": estimate(net - [own.net[month.index] for month in months], times=12),
    }
    return made | variant.keys


# ---------------------------------------------------------------- trials


FEWEST_TRIAL_MONTHS = 32  # two a block


def trials_part(run, variants, chosen):
    n_trials = run.config.get("trials", 1)
    months = [run.months[index] for index in sorted(chosen)]
    d = np.array([month.portfolio["top_net"] - month.portfolio["equal_weight"] for month in months])
    tried = [v for v in variants["sensitivity"].values() if v.keys["cost_bp"] == run.config["cost_bp"]]
    tried += [*variants["alone"].values(), *variants["without"].values()]
    own = [month.index for month in months]
    tried = [v for v in tried if all(index in v.net for index in own)]
    table = np.array([[v.net[index] - v.base[index] for v in tried] for index in own]).reshape(-1, len(tried))
    spa, reality = bootstrap_p_values(table)
    return {
        "n_trials": n_trials,
        "deflated_sharpe": deflated_sharpe(d, n_trials),
        "overfitting": overfitting(table),
        "best_excess": figure(best_excess(table), len(own)),
        "superior_predictive_ability": figure(spa, len(own)),
        "reality_check": figure(reality, len(own)),
    }


def deflated_sharpe(d, n_trials):
    n, spread = len(d), deviation(d)
    if not spread:
        return figure(None, n) | {"sharpe": figure(None, n), "threshold": figure(None, n)}
    s = d.mean() / spread
    threshold = 0.0
    if n_trials > 1:
        quantile = stats.norm.ppf
        by_chance = (1 - np.euler_gamma) * quantile(1 - 1 / n_trials) + np.euler_gamma * quantile(1 - 1 / (n_trials * math.e))
        threshold = math.sqrt(1 / (n - 1)) * by_chance
    variance = sharpe_variance(s, *moments(d), n)
    probability = stats.norm.cdf((s - threshold) / math.sqrt(variance))
    return figure(probability, n) | {"sharpe": figure(s, n), "threshold": figure(threshold, n)}


def sharpe_ratios(table):
    """To nine decimals: strategies that differ in name only are equal; of equal ones the first is the best."""
    spread = table.std(axis=0, ddof=1)
    return rounded(np.divide(table.mean(axis=0), spread, out=np.zeros(len(spread)), where=spread > 0))


def overfitting(table):
    n, n_strategies = table.shape
    length = n // 16
    if n < FEWEST_TRIAL_MONTHS or n_strategies < 2:
        return figure(None, n) | {"n_strategies": n_strategies}
    blocks = table[n - 16 * length :].reshape(16, length, n_strategies)
    n_below = 0
    for half in itertools.combinations(range(16), 8):
        rest = [block for block in range(16) if block not in half]
        here, there = (sharpe_ratios(blocks[list(part)].reshape(-1, n_strategies)) for part in (half, rest))
        n_below += there[np.argmax(here)] <= np.median(there)
    return figure(n_below / 12870, 16 * length) | {"n_strategies": n_strategies}


def bootstrap_p_values(table, n_samples=5000, block=6):
    """Hansen's consistent test of superior predictive ability and White's reality check, by the stationary bootstrap."""
    n = len(table)
    table = table[:, [bool(np.ptp(values) > 0) for values in table.T]] if n else table
    if n < FEWEST_TRIAL_MONTHS or table.shape[1] == 0:
        return None, None
    random, q = np.random.default_rng(1), 1 / block
    mean, e = table.mean(axis=0), table - table.mean(axis=0)
    k = np.arange(1, n)
    kernel = (n - k) / n * (1 - q) ** k + k / n * (1 - q) ** (n - k)
    omega2 = np.sum(e * e, axis=0) / n + 2 * sum(kernel[j - 1] * np.sum(e[j:] * e[: n - j], axis=0) / n for j in range(1, n))
    omega = np.sqrt(omega2)
    kept = np.where(math.sqrt(n) * mean / omega >= -math.sqrt(2 * math.log(math.log(n))), mean, 0.0)
    spa = max(0.0, np.max(math.sqrt(n) * mean / omega))
    reality = np.max(math.sqrt(n) * mean)
    above = np.zeros(2)
    for _ in range(n_samples):
        rows = drawn(random, n, q)
        sample = table[rows].mean(axis=0)
        above += (
            max(0.0, np.max(math.sqrt(n) * (sample - kept) / omega)) > spa,
            np.max(math.sqrt(n) * (sample - mean)) > reality,
        )
    return above / n_samples


def drawn(random, n, q):
    """The rows of one sample of the stationary bootstrap."""
    starts, is_new = random.integers(n, size=n), random.random(n) < q
    rows, row = [], starts[0]
    for t in range(n):
        row = starts[t] if is_new[t] or t == 0 else (row + 1) % n
        rows.append(row)
    return rows


def best_excess(table, n_samples=5000, block=3):
    """The largest mean over deviation, against samples that are centred and have deviations of their own."""
    n = len(table)
    table = table[:, [bool(np.ptp(values) > 1e-9) for values in table.T]] if n else table
    if n < FEWEST_TRIAL_MONTHS or table.shape[1] == 0:
        return None
    random, q = np.random.default_rng(2), 1 / block
    k = np.arange(1, n)
    kernel = (n - k) / n * (1 - q) ** k + k / n * (1 - q) ** (n - k)
    # White noise of variance 1 about its own mean.
    variance = 1 - 1 / n - 2 * np.sum(kernel * (n - k) / n**2)
    largest, centred = np.max(sharpe_ratios(table)), table - table.mean(axis=0)
    n_above = 0
    for _ in range(n_samples):
        rows = drawn(random, n, q)
        n_above += np.max(sharpe_ratios(centred[rows])) / math.sqrt(variance) > largest
    return n_above / n_samples


# ---------------------------------------------------------------- the whole


def evaluate(run):
    complete_forecasts(run)
    live = [month for month in run.months if run.is_live(month)]
    variants = all_variants(run)
    made = {
        "n_months": len(run.months),
        "n_live": len(live),
        "n_skipped": sum(not month.is_kept for month in run.months),
        "first_execution": run.months[0].execution,
        "last_execution": run.months[-1].execution,
        "forecast": {},
        "factor": {"monthly": monthly(run)},
        "portfolio": {},
    }
    for section, months in (("all", run.months), ("live", live)):
        made["forecast"][section] = forecast_section(run, months) if months else None
        made["factor"][section] = factor_section(run, months) if months else None
        made["portfolio"][section] = portfolio_section(run, months, variants) if months else None
    return made, variants


def net_values_at_exits(run, kept):
    """What the net values say of each period."""
    if not run.nav:
        return {}
    return {
        m.execution: {k: run.nav[k][m.exit] / run.nav[k][m.bought] - 1 for k in m.portfolio if k in PORTFOLIOS} for m in kept
    }


def is_number_text(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def index_years(run, code):
    """The calendar years of an index by its own closes: from its last close of the year before, in the first and the last year from
    the first and to the last day on which the run follows it."""
    first, last = min(run.nav[code]), max(run.nav[code])
    found = {}
    for year in range(int(first[:4]), int(last[:4]) + 1):
        begin, end = max(first, f"{year - 1}-12-31"), min(last, f"{year}-12-31")
        if begin < end:
            found[year] = run.close(code, end) / run.close(code, begin) - 1
    return found


def identities(run, variants, made, stated):
    """What must hold between the files themselves, as pairs of trees to compare."""
    kept = [month for month in run.months if month.is_kept]
    own = variants["run"]

    def stored(row):
        return [row["total"], row["tie_break"], row["rank"], row["weight"]]

    theirs = {
        "top": {m.execution: m.portfolio["top"] for m in kept},
        "top_net": {m.execution: m.portfolio["top_net"] for m in kept},
        "turnover": {m.execution: m.turnover for m in kept},
        "cost": {m.execution: m.cost for m in kept},
        "equal_weight": {m.execution: m.portfolio["equal_weight"] for m in kept},
        "bottom": {m.execution: m.portfolio["bottom"] for m in kept},
        "eligible": {m.execution: m.portfolio.get("eligible") for m in kept},
        "net values": net_values_at_exits(run, kept),
        "quantiles": {m.execution: {k: v for k, v in m.portfolio.items() if k.startswith("quantile_")} for m in kept},
        "ranking": {m.execution: {s: stored(row) for s, row in m.ranking.items()} for m in kept},
    }
    ours = {
        "top": {m.execution: own.gross[m.index] for m in kept},
        "top_net": {m.execution: own.net[m.index] for m in kept},
        "turnover": {m.execution: own.turnover[m.index] for m in kept},
        "cost": {m.execution: own.cost[m.index] for m in kept},
        "equal_weight": {m.execution: np.mean([m.r[s] for s in m.sectors]) for m in kept},
        "bottom": {},
        "eligible": {m.execution: own.eligible[m.index] for m in kept},
        "net values": {m.execution: {k: v for k, v in m.portfolio.items() if k in PORTFOLIOS} for m in kept} if run.nav else {},
        "quantiles": {},
        "ranking": {},
    }
    for month in kept:
        ranked = rank(run, month, run.factors)
        weights = hold(run, ranked, run.config["top"], run.config["min_factors"])
        ours["ranking"][month.execution] = {
            row[0]: [row[1], row[2], place + 1, weights.get(row[0], 0.0)] for place, row in enumerate(ranked)
        }
        n, top = len(ranked), min(run.config["top"], len(ranked))
        places = {"bottom": [place >= n - top for place in range(n)]}
        places |= {f"quantile_{k}": [5 * place // n == k - 1 for place in range(n)] for k in range(1, 6)}
        held = {name: shared(run, ranked, [is_in / sum(inside) for is_in in inside]) for name, inside in places.items() if any(inside)}
        returns = {name: sum(w * month.r[s] for s, w in weights.items()) for name, weights in held.items()}
        ours["bottom"][month.execution] = returns.pop("bottom")
        ours["quantiles"][month.execution] = returns
    benchmarks = sorted(run.nav.keys() - set(PORTFOLIOS))
    theirs["years of an index"] = {
        code: {row["year"]: row["value"] for row in stated["portfolio"]["all"]["performance"][code]["years"]} for code in benchmarks
    }
    ours["years of an index"] = {code: index_years(run, code) for code in benchmarks}
    for section, part in made["portfolio"].items():
        if part and part["n_months"]:
            sums, parts = part["contributions"]["sectors"].values(), part["contributions"]["factors"].values()
            months = [m for m in kept if section == "all" or run.is_live(m)]
            gross = 12 * np.mean([m.portfolio["top"] for m in months])
            active = 12 * np.mean([m.portfolio["top"] - m.portfolio["equal_weight"] for m in months])
            parts = [row["active"]["value"] for row in [*parts, part["contributions"]["specific"]]]
            theirs[f"sums, {section}"] = [gross, active, active, 1.0]
            ours[f"sums, {section}"] = [
                sum(row["gross"]["value"] for row in sums),
                sum(row["active"]["value"] for row in sums),
                active if None in parts else sum(parts),
                sum(row["mean_weight"]["value"] for row in sums),
            ]
    return ours, theirs


# ---------------------------------------------------------------- the comparison

NOT_RECOMPUTED = {"reason", "caveats", "alternatives"}  # texts, and what takes other scores than those of the run
NEAR = re.compile(r"/(best_excess|superior_predictive_ability|reality_check)/value$")  # random: within 0.05
ABSOLUTE = 1e-12  # what rounding may leave of a zero


class Comparison:
    """Of two trees, key by key: each key of one must be in the other, and each leaf the same."""

    def __init__(self, tolerance):
        self.tolerance, self.parts, self.faults = tolerance, {}, []

    def part(self, path):
        depth = 4 if path.startswith("/portfolio") else 3
        return self.parts.setdefault("/".join(path.split("/")[:depth]), {"agreed": 0, "largest": 0.0, "faults": 0})

    def fault(self, path, theirs, ours):
        self.part(path)["faults"] += 1
        self.faults.append((path, shortened(theirs), shortened(ours)))

    def compare(self, ours, theirs, path=""):
        ours, theirs = as_tree(ours), as_tree(theirs)
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            return self.leaf(ours, theirs, path)
        for key in sorted(ours.keys() | theirs.keys() - NOT_RECOMPUTED):
            below = f"{path}/{key}"
            if key not in theirs:
                self.fault(below, "nothing", ours[key])
            elif key not in ours:
                self.fault(below, theirs[key], "not one of ours")
            else:
                self.compare(ours[key], theirs[key], below)

    def leaf(self, ours, theirs, path):
        if is_number(ours) and is_number(theirs):
            is_same = self.numbers(ours, theirs, path)
        else:
            is_same = ours == theirs
        if is_same:
            self.part(path)["agreed"] += 1
        else:
            self.fault(path, theirs, ours)

    def numbers(self, ours, theirs, path):
        difference, size = abs(ours - theirs), max(abs(ours), abs(theirs))
        if NEAR.search(path):
            return difference <= 0.05
        if size > ABSOLUTE:
            self.part(path)["largest"] = max(self.part(path)["largest"], difference / size)
        return difference <= max(ABSOLUTE, self.tolerance * size)


def as_tree(value):
    """Lists as dictionaries by position."""
    return dict(zip(map(str, range(len(value))), value)) if isinstance(value, (list, tuple)) else value


def is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))


def shortened(value):
    text = json.dumps(value, default=str)
    return text if len(text) <= 100 else text[:97] + "…"


def main():
    run_folder, dataset_folder, *rest = sys.argv[1:]
    theirs = json.loads((pathlib.Path(run_folder) / "metrics.json").read_text())
    run = Run(run_folder, dataset_folder)
    ours, variants = evaluate(run)
    comparison = Comparison(float(rest[0]) if rest else 1e-9)
    found, kept = identities(run, variants, ours, theirs)
    comparison.compare(found, kept, "/identities")
    comparison.compare(ours, theirs)
    for name, part in comparison.parts.items():
        faults = f", {part['faults']} FAULTS" if part["faults"] else ""
        print(f"{name}: {part['agreed']} agreed, largest relative difference {part['largest']:.1e}{faults}")
    for path, their, our in comparison.faults[:40]:
        print(f"{path}\n    theirs {their}\n    ours   {our}")
    if comparison.faults:
        print(f"{len(comparison.faults)} faults")
    return 1 if comparison.faults else 0


if __name__ == "__main__":
    sys.exit(main())
