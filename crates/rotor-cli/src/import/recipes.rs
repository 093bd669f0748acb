//! `rotor import recipes` and `rotor import show`.

use std::fmt::Write as _;

use clap::Args;
use rotor_import::{RECIPES, Recipe};
use serde_json::json;

use crate::{CliError, Outcome, to_json};

#[derive(Debug, Args)]
pub(super) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The name of the recipe
    name: String,
}

pub(super) fn list(arguments: &List) -> Result<Outcome, CliError> {
    let about = || RECIPES.iter().map(|recipe| (recipe.name, recipe.about()));
    if arguments.json {
        let all: Vec<_> = about()
            .map(|(name, about)| {
                json!({ "name": name, "title": about.title, "source": about.source, "files": about.files })
            })
            .collect();
        return Ok(Outcome::done(to_json(&json!({ "recipes": all }))?));
    }
    let width = RECIPES.iter().map(|recipe| recipe.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, about) in about() {
        let _ = writeln!(text, "{name:width$}  {}: {}", about.title, about.files);
    }
    let _ = writeln!(
        text,
        "\n`rotor import RECIPE FILE… --out DIR` uses one, `rotor import show RECIPE` prints it"
    );
    Ok(Outcome::done(text))
}

pub(super) fn show(arguments: &Show) -> Result<Outcome, CliError> {
    let recipe = Recipe::find(&arguments.name).ok_or_else(|| super::no_recipe(&arguments.name))?;
    Ok(Outcome::done(recipe.text.to_owned()))
}
