//! `rotor import`: from the files that people have to a dataset, by a plan or by a recipe.

mod guess;
mod recipes;
mod told;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rotor_data::Dataset;
use rotor_data::model::ReleaseDays;
use rotor_factor::Date;
use rotor_import::{Imported, Plan, Recipe, Rewrites, fetched_on, import, import_for};
use serde_json::json;
use toml::{Table, Value};

use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct ImportCommand {
    #[command(subcommand)]
    about: Option<About>,
    #[command(flatten)]
    import: Import,
}

/// What can be asked before an import.
#[derive(Debug, Subcommand)]
enum About {
    /// Look at files and print a plan for them, with a comment at every guess and `?` where only you can know
    Guess(guess::Guess),
    /// List the recipes: plans of usual sources
    Recipes(recipes::List),
    /// Print a recipe, to use it as a plan or to see what it does
    Show(recipes::Show),
}

#[derive(Debug, Args)]
struct Import {
    /// A plan, or recipes each with the files that it reads: RECIPE FILE… RECIPE FILE…
    #[arg(required = true, value_name = "PLAN|RECIPE FILE")]
    what: Vec<PathBuf>,
    /// The folder of the dataset; it must not exist
    #[arg(long, value_name = "DIR", required_unless_present_any = ["dry_run", "into"])]
    out: Option<PathBuf>,
    /// A dataset to which new and changed values are added, known since the day of the files
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    into: Option<PathBuf>,
    /// The day of the files: when they were fetched [default: the day in `fetched.json` beside them]
    #[arg(long, value_name = "YYYY-MM-DD", requires = "into")]
    as_of: Option<Date>,
    /// Let closes and keys that the files have otherwise take the place of those in the dataset
    #[arg(long, requires = "into")]
    accept_rewrites: bool,
    /// The currency of the closes, where a recipe leaves it open
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Read and check everything, show the first rows of every table, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &ImportCommand) -> Result<Outcome, CliError> {
    match &command.about {
        Some(About::Guess(arguments)) => guess::run(arguments),
        Some(About::Recipes(arguments)) => recipes::list(arguments),
        Some(About::Show(arguments)) => recipes::show(arguments),
        None => make(&command.import),
    }
}

fn make(arguments: &Import) -> Result<Outcome, CliError> {
    if let Some(into) = &arguments.into {
        return add(arguments, into);
    }
    let (plan, folder) = plan(arguments, arguments.currency.as_deref())?;
    let imported = import(&plan, &folder)?;
    if let (Some(out), false) = (&arguments.out, arguments.dry_run) {
        imported.write(out)?;
    }
    let text =
        if arguments.json { to_json(&document(&imported))? } else { told::told(arguments, &plan, &imported) };
    Ok(Outcome::done(text))
}

/// Adds what the files have new to a dataset.
fn add(arguments: &Import, into: &Path) -> Result<Outcome, CliError> {
    let dataset = Dataset::open(into)?;
    let currency = arguments.currency.as_deref().unwrap_or(&dataset.manifest().currency);
    let (plan, folder) = plan(arguments, Some(currency))?;
    let as_of = match arguments.as_of {
        Some(day) => day,
        None => fetched_on(&plan, &folder)?,
    };
    let imported = import_for(&plan, &folder, &dataset)?;
    let rewrites = if arguments.accept_rewrites { Rewrites::Accept } else { Rewrites::Refuse };
    let grown = imported.grow(&dataset, as_of, rewrites)?;
    if !arguments.dry_run {
        grown.write(into)?;
    }
    let text = if arguments.json {
        let mut document = document(&imported);
        document["as_of"] = json!(as_of.to_string());
        document["growth"] = told::growth(&grown.growth);
        to_json(&document)?
    } else {
        told::added(arguments, &plan, &imported, &grown, as_of, into)
    };
    Ok(Outcome::done(text))
}

/// The plan, and the folder from which its files are meant; `currency` is that of closes where no recipe says it.
fn plan(arguments: &Import, currency: Option<&str>) -> Result<(Plan, PathBuf), CliError> {
    /// No plan is longer.
    const LONGEST: u64 = 1 << 20;
    let [first, rest @ ..] = arguments.what.as_slice() else { return Err(CliError::ManyPlans) };
    if recipe(first).is_some() {
        let plan = plan_of_recipes(arguments, currency)?;
        return Ok((Plan::of(plan)?, rotor_fs::from_start(Path::new(""))));
    }
    let path = rotor_fs::from_start(first);
    if !path.exists() && first.extension().is_none_or(|extension| extension != "toml") {
        return Err(no_recipe(&first.display().to_string()));
    }
    if !rest.is_empty() {
        return Err(CliError::ManyPlans);
    }
    let text = rotor_fs::read_text(&path, LONGEST)
        .map_err(|source| CliError::PlanFile { path: first.clone(), source })?;
    Ok((Plan::parse(&text)?, path.parent().unwrap_or(Path::new("")).to_owned()))
}

/// What is called by this name is no recipe.
fn no_recipe(name: &str) -> CliError {
    CliError::NoRecipe { name: name.into(), nearest: Recipe::nearest(name) }
}

fn recipe(argument: &Path) -> Option<Recipe> {
    Recipe::find(argument.to_str()?)
}

/// The plan that recipes and the files behind them make.
fn plan_of_recipes(arguments: &Import, currency: Option<&str>) -> Result<Table, CliError> {
    let mut tables: Vec<(Recipe, Vec<Value>)> = Vec::new();
    for argument in &arguments.what {
        match (recipe(argument), tables.last_mut()) {
            (Some(recipe), _) => tables.push((recipe, Vec::new())),
            (None, Some((_, files))) => {
                let name = argument.to_str().ok_or_else(|| CliError::FileName { path: argument.clone() })?;
                files.push(name.into());
            }
            (None, None) => {}
        }
    }
    if let Some((recipe, _)) = tables.iter().find(|(_, files)| files.is_empty()) {
        return Err(CliError::NoFiles { recipe: recipe.name });
    }
    let is_said = tables.iter().any(|(recipe, _)| recipe.has_currency());
    // What the user says comes before a recipe.
    let currency = arguments.currency.as_deref().or(currency.filter(|_| !is_said));
    if currency.is_none() && !is_said {
        return Err(CliError::NoCurrency);
    }
    let about: Vec<_> = tables.iter().map(|(recipe, _)| recipe.about()).collect();
    let joined = |mut texts: Vec<String>| {
        texts.dedup();
        texts.join("; ")
    };
    let folder = arguments.out.as_deref().and_then(|out| out.file_name()?.to_str());
    let mut dataset = Table::new();
    dataset.insert("name".into(), folder.unwrap_or("imported").into());
    dataset.insert("title".into(), joined(about.iter().map(|about| about.title.clone()).collect()).into());
    dataset.insert("source".into(), joined(about.iter().map(|about| about.source.clone()).collect()).into());
    if let Some(currency) = currency {
        dataset.insert("currency".into(), currency.into());
    }
    let table = |(recipe, files): (Recipe, Vec<Value>)| {
        Table::from_iter([
            ("recipe".to_owned(), Value::from(recipe.name)),
            ("file".to_owned(), Value::Array(files)),
        ])
    };
    let tables = tables.into_iter().map(|table_of| Value::Table(table(table_of))).collect();
    Ok(Table::from_iter([
        ("dataset".to_owned(), Value::Table(dataset)),
        ("table".to_owned(), Value::Array(tables)),
    ]))
}

fn document(imported: &Imported) -> serde_json::Value {
    let tables: Vec<_> = imported
        .reports
        .iter()
        .map(|report| {
            json!({
                "n_files": report.n_files,
                "encodings": report.encodings,
                "n_rows": report.n_rows,
                "n_kept": report.n_kept,
                "left_out": report.left_out,
                "n_moved": report.n_moved,
                "n_changed": report.n_changed,
                "n_assumed": report.n_assumed,
            })
        })
        .collect();
    let series: Vec<_> = imported
        .tables
        .series
        .iter()
        .map(|series| json!({ "series": series.name, "release": series.release.map(ReleaseDays::word) }))
        .collect();
    json!({
        "tables": tables,
        "series": series,
        "n_entities": imported.tables.entities.len(),
        "n_closes": imported.tables.prices.len(),
        "n_observations": imported.tables.observations.len(),
    })
}
