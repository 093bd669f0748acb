//! A table on its way to a file or to memory: names, kinds and cells as text.

use rotor_data::schema::{CellType, Column, Table};
use rotor_tests::messy::Dice;

use super::plain::records;

/// The columns of a table with their cells.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) table: Table,
    pub(crate) columns: Vec<SheetColumn>,
}

#[derive(Clone, Debug)]
pub(crate) struct SheetColumn {
    pub(crate) name: String,
    pub(crate) cells: CellType,
    pub(crate) is_optional: bool,
    /// A text a row; an empty text is an empty cell.
    pub(crate) rows: Vec<String>,
}

impl SheetColumn {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.iter().all(String::is_empty)
    }
}

impl Sheet {
    /// Takes a table that is sound CSV.
    pub(crate) fn of(table: Table, csv: &str) -> Self {
        let mut records = records(csv).into_iter();
        let header = records.next().expect("it has a header");
        let rows: Vec<Vec<String>> = records.collect();
        let declared = |name: &str| -> &'static Column {
            let mut columns = table.columns().iter();
            columns.find(|column| column.name == name).expect("it is a column of the table")
        };
        let column = |(place, name): (usize, &String)| SheetColumn {
            name: name.clone(),
            cells: declared(name).cells,
            is_optional: declared(name).optional,
            rows: rows.iter().map(|row| row[place].clone()).collect(),
        };
        Self { table, columns: header.iter().enumerate().map(column).collect() }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.rows.len())
    }

    pub(crate) fn of_kind(&mut self, cells: CellType) -> impl Iterator<Item = &mut SheetColumn> {
        self.columns.iter_mut().filter(move |column| column.cells == cells)
    }

    /// Changes every filled cell of a kind; `false` if one of them cannot be changed so, or none is.
    pub(crate) fn each(&mut self, cells: CellType, change: impl Fn(&str) -> Option<String>) -> bool {
        let mut is_changed = false;
        for cell in self.of_kind(cells).flat_map(|column| &mut column.rows).filter(|cell| !cell.is_empty()) {
            let Some(changed) = change(cell) else { return false };
            is_changed |= changed != *cell;
            *cell = changed;
        }
        is_changed
    }

    /// Changes one cell of a kind that can be changed so; `false` if there is none.
    pub(crate) fn one(
        &mut self,
        cells: CellType,
        dice: &mut Dice,
        change: impl Fn(&str) -> Option<String>,
    ) -> bool {
        let filled = self.of_kind(cells).flat_map(|column| &mut column.rows);
        let mut candidates: Vec<(&mut String, String)> = filled
            .filter(|cell| !cell.is_empty())
            .filter_map(|cell| change(cell).filter(|changed| changed != cell).map(|changed| (cell, changed)))
            .collect();
        if candidates.is_empty() {
            return false;
        }
        let (cell, changed) = candidates.swap_remove(dice.below(candidates.len()));
        *cell = changed;
        true
    }

    /// Puts a blank before or behind the cells of a column of texts, or one of them: prose, or codes and words. `false` if the
    /// table has none.
    pub(crate) fn pad_text(&mut self, dice: &mut Dice, is_prose: bool) -> bool {
        const PROSE: [&str; 10] = [
            "name", "name_zh", "title", "title_zh", "source", "unit_zh", "chain", "chain_zh", "theme",
            "theme_zh",
        ];
        let is_it = |column: &&mut SheetColumn| {
            !column.is_empty() && PROSE.contains(&column.name.as_str()) == is_prose
        };
        let mut columns: Vec<&mut SheetColumn> = self.of_kind(CellType::Text).filter(is_it).collect();
        if columns.is_empty() {
            return false;
        }
        let column = columns.swap_remove(dice.below(columns.len()));
        let mut cells: Vec<&mut String> = column.rows.iter_mut().filter(|cell| !cell.is_empty()).collect();
        if dice.below(2) == 0 {
            cells = vec![cells.swap_remove(dice.below(cells.len()))];
        }
        let choice = dice.below(100);
        for cell in cells {
            *cell = padded(cell, choice);
        }
        true
    }

    /// Puts the rows into another order.
    pub(crate) fn shuffle_rows(&mut self, dice: &mut Dice) {
        for row in (1..self.n_rows()).rev() {
            let other = dice.below(row + 1);
            self.columns.iter_mut().for_each(|column| column.rows.swap(row, other));
        }
    }

    /// Puts the columns into another order; `false` if it came out the same.
    pub(crate) fn shuffle_columns(&mut self, dice: &mut Dice) -> bool {
        let before: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        for place in (1..self.columns.len()).rev() {
            self.columns.swap(place, dice.below(place + 1));
        }
        self.columns.iter().map(|column| &column.name).ne(&before)
    }
}

/// Returns a cell with something invisible before or behind it.
pub(crate) fn padded(cell: &str, choice: usize) -> String {
    const BLANKS: [&str; 6] = [" ", "\t", "\u{a0}", "\u{3000}", "\u{feff}", "\u{200b}"];
    let blank = BLANKS[choice / 2 % BLANKS.len()];
    if choice.is_multiple_of(2) { format!("{blank}{cell}") } else { format!("{cell}{blank}") }
}
