//! The value of a page as cells with the names of the slow twin.

use rotor_run::{FlowSpan, ProfitRowKind, SampleRow, SampleRowKind, Weekly, YearOnYear};
use rotor_tests::slow::weekly::{Page, list};

/// The cells of a page, under the names of the slow one.
pub(crate) fn flat(weekly: &Weekly) -> Page {
    let mut page = Page::default();
    let week = &weekly.week;
    page.word("week/monday", Some(week.monday));
    page.word("week/sunday", Some(week.sunday));
    page.word("week/days", Some(list(&week.days)));
    page.word("week/before", week.before);
    page.word("week/is_partial", Some(week.is_partial));
    returns(&mut page, weekly);
    tracking(&mut page, weekly);
    profits(&mut page, weekly);
    samples(&mut page, weekly);
    flows(&mut page, weekly);
    for (place, event) in weekly.events.iter().enumerate() {
        let sectors: Vec<&String> = event.sectors.iter().map(|sector| &sector.code).collect();
        let text = format!("{} {} {} {}", event.date, event.importance, event.title, list(&sectors));
        page.word(format!("events/{place:02}"), Some(text));
    }
    for row in &weekly.valuation {
        let start = format!("valuation/{}", row.entity.code);
        page.word(format!("{start}/is_pb"), Some(row.is_pb));
        page.word(format!("{start}/day"), Some(row.day));
        page.number(format!("{start}/multiple"), Some(row.multiple));
        page.number(format!("{start}/change"), row.change);
        page.number(format!("{start}/percentile"), row.percentile);
        page.number(format!("{start}/percentile_all"), row.percentile_of_all);
        page.word(format!("{start}/rank"), row.rank);
        page.word(format!("{start}/months"), Some(row.months.len()));
        for (position, value) in row.months.iter().enumerate() {
            page.number(format!("{start}/months/{position}"), Some(*value));
        }
    }
    page
}

fn pair(page: &mut Page, start: &str, pair: &YearOnYear) {
    page.number(format!("{start}/now"), pair.now);
    page.number(format!("{start}/before"), pair.before);
    page.number(format!("{start}/change"), pair.change);
}

fn returns(page: &mut Page, weekly: &Weekly) {
    let Some(returns) = &weekly.returns else { return };
    let codes = |rows: &[rotor_run::WeekReturn]| {
        list(&rows.iter().map(|row| row.entity.code.as_str()).collect::<Vec<_>>())
    };
    page.word("returns/benchmarks", Some(codes(&returns.benchmarks)));
    page.word("returns/sectors", Some(codes(&returns.sectors)));
    for row in returns.benchmarks.iter().chain(&returns.sectors) {
        let code = &row.entity.code;
        page.number(format!("returns/value/{code}"), Some(row.value));
        page.number(format!("returns/excess/{code}"), row.excess);
        page.word(format!("returns/n_weeks/{code}"), Some(row.n_weeks));
        page.number(format!("returns/percentile/{code}"), row.percentile);
    }
    page.word("returns/n_up", Some(returns.n_up));
    page.word("returns/n_flat", Some(returns.n_flat));
    page.word("returns/n_down", Some(returns.n_down));
    page.number("returns/median", returns.median);
    page.number("returns/mean", returns.equal_weight);
}

fn tracking(page: &mut Page, weekly: &Weekly) {
    for row in &weekly.tracking {
        let start = format!("tracking/{}", row.series.code);
        page.word(format!("{start}/chain"), row.chain.as_ref().map(|chain| &chain.code));
        page.word(format!("{start}/kind"), Some(format!("{:?}", row.kind)));
        page.number(format!("{start}/last"), Some(row.last));
        page.word(format!("{start}/last_day"), Some(row.last_day));
        page.number(format!("{start}/wow"), row.week_on_week);
        page.number(format!("{start}/mtd"), row.month_to_date);
        page.word(format!("{start}/month"), row.month);
        page.number(format!("{start}/value"), row.value);
        page.number(format!("{start}/mom"), row.month_on_month);
        pair(page, &format!("{start}/yoy"), &row.year_on_year);
        if let Some(sums) = &row.since_january {
            pair(page, &format!("{start}/ytd"), sums);
        }
        page.word(format!("{start}/position"), row.position.map(|position| format!("{position:?}")));
    }
}

fn profits(page: &mut Page, weekly: &Weekly) {
    let Some(profits) = &weekly.profits else { return };
    page.word("profits/month", Some(profits.month));
    page.word("profits/month_before", Some(profits.month_before));
    page.word("profits/released", Some(profits.released));
    page.word("profits/is_in_week", Some(profits.is_in_week));
    page.word("profits/n_known", Some(profits.n_known));
    page.word("profits/n_growing", Some(profits.n_growing));
    for row in &profits.rows {
        let code = row.name.code.as_str();
        let name = match (row.kind, code) {
            (ProfitRowKind::Section, "B") => "mining",
            (ProfitRowKind::Section, "C") => "manufacturing",
            (ProfitRowKind::Section, "D") => "utilities",
            // The section has the same classes.
            (ProfitRowKind::Group, "utilities") => continue,
            (ProfitRowKind::Group, "consumer") => "consumer goods",
            (ProfitRowKind::Group, "raw_materials") => "raw materials",
            (ProfitRowKind::Group, "midstream_equipment") => "midstream equipment",
            (ProfitRowKind::Group, "discretionary") => "optional consumption",
            (ProfitRowKind::Group, "tmt") => "TMT",
            _ => code,
        };
        let start = format!("profits/rows/{name}");
        page.word(format!("{start}/n_known"), Some(row.n_known));
        page.number(format!("{start}/profit"), row.profit);
        page.word(format!("{start}/is_published"), Some(row.is_published));
        pair(page, &format!("{start}/since_january"), &row.since_january);
        page.word(format!("{start}/sign"), row.sign.map(|sign| format!("{sign:?}")));
        for (name, month) in [("month", &row.month), ("month_before", &row.month_before)] {
            page.number(format!("{start}/{name}/growth"), month.growth);
            page.word(format!("{start}/{name}/is_derived"), Some(month.is_derived));
        }
        pair(page, &format!("{start}/three_months"), &row.three_months);
        page.number(format!("{start}/share"), row.share);
        page.number(format!("{start}/base_share"), row.base_share);
        page.number(format!("{start}/share_change"), row.share_change);
        page.number(format!("{start}/contribution"), row.contribution);
        page.number(format!("{start}/contribution_rate"), row.contribution_rate);
        page.number(format!("{start}/revenue_growth"), row.revenue_growth);
        page.number(format!("{start}/margin"), row.margin);
        page.number(format!("{start}/margin_change"), row.margin_change);
    }
}

fn samples(page: &mut Page, weekly: &Weekly) {
    for sample in &weekly.samples {
        let start = format!("samples/{}", sample.quarter);
        page.word(format!("{start}/deadline"), Some(sample.deadline));
        page.word(format!("{start}/n_without_assets"), sample.n_without_assets);
        let large: Vec<&String> = sample.large_losses.iter().map(|company| &company.code).collect();
        page.word(format!("{start}/large_losses"), Some(list(&large)));
        let name = |row: &SampleRow| match row.kind {
            SampleRowKind::Market => "market".to_owned(),
            SampleRowKind::WithoutFinancials => "financials".to_owned(),
            SampleRowKind::Sector => row.name.code.clone(),
        };
        for (place, rows) in [("rows", &sample.rows), ("without_losses", &sample.without_losses)] {
            for row in rows {
                let start = format!("{start}/{place}/{}", name(row));
                page.word(format!("{start}/n"), Some(row.n));
                page.number(format!("{start}/since_january"), row.since_january);
                page.number(format!("{start}/before"), row.before);
                page.number(format!("{start}/quarter"), row.quarter);
                page.number(format!("{start}/change"), row.change);
                if place == "rows" {
                    page.number(format!("{start}/coverage"), Some(row.coverage));
                    page.number(format!("{start}/before_of_all"), row.before_of_all);
                }
            }
        }
    }
}

fn flows(page: &mut Page, weekly: &Weekly) {
    for flow in &weekly.flows {
        let start = format!("flows/{:?}", flow.kind);
        let span = match flow.span {
            FlowSpan::Week => "Week".to_owned(),
            FlowSpan::FirstDays { n_days, n_trading_days } => {
                format!("FirstDays {n_days} of {n_trading_days}")
            }
            FlowSpan::Month { month } => format!("Month {month}"),
            FlowSpan::Nothing { last } => format!("Nothing {last}"),
            FlowSpan::Ended { last } => format!("Ended {last}"),
        };
        page.word(format!("{start}/span"), Some(span));
        page.number(format!("{start}/value"), flow.market.map(|sum| sum.value));
        page.number(format!("{start}/before"), flow.market.and_then(|sum| sum.before));
        page.word(format!("{start}/n_summed"), flow.n_summed);
        for flow in &flow.benchmarks {
            page.number(format!("{start}/benchmarks/{}", flow.entity.code), Some(flow.value));
        }
        for flow in &flow.sectors {
            page.number(format!("{start}/sectors/{}", flow.entity.code), Some(flow.value));
        }
        let order: Vec<&String> = flow.sectors.iter().map(|flow| &flow.entity.code).collect();
        page.word(format!("{start}/order"), Some(list(&order)));
    }
    page.number("insiders/value", weekly.insiders.map(|sum| sum.value));
    page.number("insiders/before", weekly.insiders.and_then(|sum| sum.before));
}
