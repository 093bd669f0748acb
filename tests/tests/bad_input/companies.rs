//! Companies, their filings, and the series that the reader makes of them.

use rotor_tests::Folder;

use crate::check;

const COMPANIES: &str = "company,name,name_zh,sector,valid_from,valid_to\n\
     600019,Baoshan,宝山,801040,,\n\
     600584,Changdian,,801080,2020-01-01,2020-12-31\n\
     600584,Changdian,,801040,2021-01-01,\n";

const FILINGS: &str = "company,period,released,kind,net_profit_ytd,low,high,net_profit_ytd_prior,total_assets\n\
     600019,2020-03-31,2020-04-28,report,12.5,,,11,900\n\
     600019,2020-06-30,2020-06-20,forecast,,20,24,,\n\
     600584,2020-06-30,2020-08-28,report,-3,,,2,150\n";

/// The small folder with companies and filings.
fn folder() -> Folder {
    Folder::small().with("companies.csv", COMPANIES).with("filings.csv", FILINGS)
}

fn with_company(row: &str) -> Folder {
    folder().with("companies.csv", format!("{COMPANIES}{row}\n"))
}

fn with_filing(row: &str) -> Folder {
    folder().with("filings.csv", format!("{FILINGS}{row}\n"))
}

#[test]
fn the_folder_with_filings_is_sound() {
    check(vec![
        (folder(), vec![]),
        (Folder::small().with("companies.csv", COMPANIES), vec![]),
        (folder().without("observations.csv").without("links.csv").without("series.csv"), vec![]),
    ]);
}

#[test]
fn companies_are_checked() {
    check(vec![
        (with_company("X,,,801040,,"), vec!["companies.csv row 4 (line 5), `name`: the cell is empty"]),
        (
            with_company("X,X,,801041,,"),
            vec![
                "companies.csv row 4 (line 5), `sector`: there is no entity `801041` => did you mean `801040`?",
            ],
        ),
        (
            with_company("X,X,,C31,,"),
            vec![
                "companies.csv row 4 (line 5), `sector`: `C31` is an industry, a sector is needed => name a sector",
            ],
        ),
        (
            with_company("X,X,,801040,2021-02-01,2021-01-31"),
            vec![
                "companies.csv row 4 (line 5), `valid_to`: 2021-01-31 is before `valid_from`, which is 2021-02-01",
            ],
        ),
        (
            with_company("600019,Baoshan,,801080,2021-01-01,"),
            vec![
                "companies.csv row 4, `valid_from`: the validity of `600019` overlaps that of row 1 => end one before the other begins; both days of a validity belong to it",
            ],
        ),
        (
            with_company("600584,Changdian,,801080,2019-06-01,2020-01-01"),
            vec!["companies.csv row 2, `valid_from`: the validity of `600584` overlaps that of row 4"],
        ),
        (with_company("600584,Changdian,,801080,2019-06-01,2019-12-31"), vec![]),
        (
            with_company("600584,Changdian,,801080,2021-01-01,"),
            vec![
                "companies.csv row 4: repeats the key `600584`, 2021-01-01 of row 3 => remove one of the two rows",
            ],
        ),
        (
            with_company("600019,Baoshan,,801080,,"),
            vec!["companies.csv row 4: repeats the key `600019`, no `valid_from` of row 1"],
        ),
    ]);
}

#[test]
fn filings_are_checked() {
    check(vec![
        (with_filing("600019,2020-09-30,2020-10-30,report,1,,,,"), vec![]),
        (with_filing("600019,2020-09-30,2020-10-30,forecast,,,5,,"), vec![]),
        (
            with_filing("600018,2020-09-30,2020-10-30,report,1,,,,"),
            vec![
                "filings.csv row 4 (line 5), `company`: there is no company `600018` => did you mean `600019`?",
            ],
        ),
        (
            with_filing("801040,2020-09-30,2020-10-30,report,1,,,,"),
            vec![
                "filings.csv row 4 (line 5), `company`: there is no company `801040` => add it to `companies`, or remove the row",
            ],
        ),
        (
            with_filing("600019,2020-08-31,2020-10-30,report,1,,,,"),
            vec![
                "filings.csv row 4 (line 5), `period`: 2020-08-31 is not the last day of a quarter => stamp the period with its last calendar day",
            ],
        ),
        (
            with_filing("600019,2020-09-30,,report,1,,,,"),
            vec!["filings.csv row 4 (line 5), `released`: the cell is empty"],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,annual,1,,,,"),
            vec!["filings.csv row 4 (line 5), `kind`: `annual` is not one of report, express, forecast"],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,forecast,,,,7,"),
            vec![
                "filings.csv row 4 (line 5): the filing has no profit: neither `net_profit_ytd` nor one of `low` and `high` => give the profit or a bound of its range; a filing without has no row",
            ],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,forecast,1,,2,7,"),
            vec![
                "filings.csv row 4 (line 5): the filing has `net_profit_ytd`, and a range as well => keep `net_profit_ytd`, or `low` and `high`",
            ],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,forecast,,3,2.5,7,"),
            vec!["filings.csv row 4 (line 5), `high`: 2.5 is below `low`, which is 3 => swap the two"],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,report,much,,,,"),
            vec!["filings.csv row 4 (line 5), `net_profit_ytd`: `much` is not a number"],
        ),
        (
            with_filing("600019,2020-09-30,2020-10-30,report,1,,,,-5"),
            vec![
                "filings.csv row 4 (line 5), `total_assets`: `-5` is outside [0, ∞) => give a value in [0, ∞)",
            ],
        ),
        (
            with_filing("600019,2020-03-31,2020-04-28,report,13,,,,"),
            vec![
                "filings.csv row 4: repeats the key `600019`, 2020-03-31, 2020-04-28, report of row 1 => remove one of the two rows",
            ],
        ),
        (with_filing("600019,2020-03-31,2020-04-28,express,13,,,,"), vec![]),
        (
            folder().without("companies.csv"),
            vec!["companies.csv or companies.parquet: there is no such file => add it; `filings` needs it"],
        ),
    ]);
}

#[test]
fn comparable_series_are_given_or_made() {
    let series = "comparable_n,Q,companies,Companies,,\ncomparable_ytd_yoy,Q,percent,Growth,,\n";
    let declared = || crate::adding("series.csv", series);
    let observed = "comparable_n,CN,2020-03-31,2020-04-28,12\n";
    check(vec![
        (crate::adding_to(declared(), "observations.csv", observed), vec![]),
        (
            declared().with("companies.csv", COMPANIES).with("filings.csv", FILINGS),
            vec![
                "series.csv row 5 (line 6) and 1 more row, `series`: `comparable_n` is given, and the reader makes it of `companies` and `filings` => keep the series or the tables, not both",
            ],
        ),
        (
            crate::adding_to(folder(), "observations.csv", observed),
            vec![
                "observations.csv row 6 (line 7), `series`: `comparable_n` is given, and the reader makes it of `companies` and `filings`",
            ],
        ),
    ]);
}

#[test]
fn some_series_have_bounds() {
    let with = |series: &str, value: &str| {
        let declared = crate::adding("series.csv", format!("{series},Q,percent,Title,,\n"));
        let row = format!("{series},801040,2020-03-31,2020-04-28,{value}\n");
        crate::adding_to(declared, "observations.csv", &row)
    };
    check(vec![
        (with("comparable_coverage", "0"), vec![]),
        (with("comparable_coverage", "1"), vec![]),
        (
            with("comparable_coverage", "1.001"),
            vec![
                "observations.csv row 6 (line 7), `value`: `1.001` is outside [0, 1] => give a value in [0, 1]",
            ],
        ),
        (
            with("insider_buy", "-0.5"),
            vec!["observations.csv row 6 (line 7), `value`: `-0.5` is outside [0, ∞)"],
        ),
        (
            with("insider_sell", "-2"),
            vec!["observations.csv row 6 (line 7), `value`: `-2` is outside [0, ∞)"],
        ),
        (with("insider_sell", "0"), vec![]),
        (with("insider_planned_sale", "-2"), vec![]),
    ]);
}

#[test]
fn words_of_series_and_events_are_checked() {
    let series = |cells: &str| {
        let text = format!(
            "series,frequency,unit,title,accumulation,release,chain,unit_zh\n{cells}\n\
             cpi_yoy,M,percent,A,,,,\ngross_margin,Q,percent,B,ytd,,,\nprofit_ytd,M,cny_100m,C,,,,\n"
        );
        Folder::small().with("series.csv", text)
    };
    let event = |cells: &str| {
        let header = "date,title,importance,sectors,title_zh,known,kind,theme,theme_zh\n";
        Folder::small().with("events.csv", format!("{header}{cells}\n"))
    };
    check(vec![
        (series("rebar_futures,D,index,R,single,published,steel,点"), vec![]),
        (
            series("rebar_futures,D,index,R,yearly,,,"),
            vec!["series.csv row 1 (line 2), `accumulation`: `yearly` is not one of single, ytd"],
        ),
        (
            series("rebar_futures,D,index,R,,guessed,,"),
            vec![
                "series.csv row 1 (line 2), `release`: `guessed` is not one of published, calendar, assumed",
            ],
        ),
        (
            series("rebar_futures,D,index,R,,,NA,"),
            vec!["series.csv row 1 (line 2), `chain`: `NA` stands for a missing value"],
        ),
        (event("2020-02-01,Session,3,,两会,2019-12-01,meeting,policy,政策"), vec![]),
        (event(",Session,3,,,,,,"), vec!["events.csv row 1 (line 2), `date`: the cell is empty"]),
        (
            event("2020-02-01,Session,3,,,,party,,"),
            vec![
                "events.csv row 1 (line 2), `kind`: `party` is not one of release, deadline, meeting, theme",
            ],
        ),
        (
            event("2020-02-01,Session,3,,,soon,,,"),
            vec!["events.csv row 1 (line 2), `known`: `soon` is not a date of the form YYYY-MM-DD"],
        ),
        (
            event("2020-02-01,Session,3,,,,,NaN,"),
            vec!["events.csv row 1 (line 2), `theme`: `NaN` stands for a missing value"],
        ),
    ]);
}
