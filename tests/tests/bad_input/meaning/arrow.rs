//! Ways in which programs hold one and the same table as columns: in Parquet files and in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{
    ArrayRef, BinaryArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray, Float32Array,
    Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, LargeStringArray, NullArray, RecordBatch,
    StringArray, StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::{Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use rotor_data::schema::CellType::{self, Date, Integer, Number, Text};
use rotor_data::schema::Table;
use rotor_tests::messy::Dice;

use super::Verdict::{self, Read, Refused};
use super::plain::is_ordered;
use super::sheet::{Sheet, SheetColumn};

/// In which type a column is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Layout {
    Utf8,
    LargeUtf8,
    Utf8View,
    Words8,
    Words16,
    Words32,
    Binary,
    Date32,
    Date64,
    /// Seconds after midnight, and whether the column has a zone.
    Timestamp(TimeUnit, i64, bool),
    /// Numbers such as 20240105.
    Digits,
    /// Midnight of all days but one, which has a time.
    OneEvening,
    Float64,
    Float32,
    Decimal,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    /// No type at all: only for columns without a value.
    Null,
    Boolean,
}

impl Layout {
    /// The type that the documentation names.
    pub(crate) fn of(cells: CellType) -> Self {
        match cells {
            Text => Self::Utf8,
            Date => Self::Date32,
            Number => Self::Float64,
            Integer => Self::Int8,
        }
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// Days since 1970.
fn days(cell: &str) -> Option<i32> {
    cell.parse().ok().map(rotor_factor::Date::days)
}

/// Makes an array of cells; `None` if they cannot be held so.
pub(crate) fn array(cells: &[String], layout: Layout) -> Option<ArrayRef> {
    fn each<T>(cells: &[String], value: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
        let cell = |cell: &String| if cell.is_empty() { Some(None) } else { value(cell).map(Some) };
        cells.iter().map(cell).collect()
    }
    fn parsed<T: std::str::FromStr>(cells: &[String]) -> Option<Vec<Option<T>>> {
        each(cells, |cell| cell.parse().ok())
    }
    let texts = || cells.iter().map(|cell| Some(cell.as_str()).filter(|cell| !cell.is_empty()));
    let ticks = |unit: TimeUnit, seconds: i64| {
        let per_second = match unit {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1_000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        };
        each(cells, |cell| Some((i64::from(days(cell)?) * SECONDS_OF_A_DAY + seconds) * per_second))
    };
    Some(match layout {
        Layout::Utf8 => Arc::new(texts().collect::<StringArray>()),
        Layout::LargeUtf8 => Arc::new(texts().collect::<LargeStringArray>()),
        Layout::Utf8View => Arc::new(texts().collect::<StringViewArray>()),
        // A key of 8 bits counts to 127.
        Layout::Words8 if cells.len() > 100 => return None,
        Layout::Words8 => Arc::new(texts().collect::<DictionaryArray<Int8Type>>()),
        Layout::Words16 => Arc::new(texts().collect::<DictionaryArray<UInt16Type>>()),
        Layout::Words32 => Arc::new(texts().collect::<DictionaryArray<Int32Type>>()),
        Layout::Binary => Arc::new(texts().map(|cell| cell.map(str::as_bytes)).collect::<BinaryArray>()),
        Layout::Date32 => Arc::new(Date32Array::from(each(cells, days)?)),
        Layout::Date64 => {
            Arc::new(Date64Array::from(each(cells, |cell| Some(i64::from(days(cell)?) * 86_400_000))?))
        }
        Layout::Timestamp(unit, seconds, has_zone) => {
            let (ticks, zone) = (ticks(unit, seconds)?, has_zone.then_some("Asia/Shanghai"));
            match unit {
                TimeUnit::Second => Arc::new(TimestampSecondArray::from(ticks).with_timezone_opt(zone)),
                TimeUnit::Millisecond => {
                    Arc::new(TimestampMillisecondArray::from(ticks).with_timezone_opt(zone))
                }
                TimeUnit::Microsecond => {
                    Arc::new(TimestampMicrosecondArray::from(ticks).with_timezone_opt(zone))
                }
                TimeUnit::Nanosecond => {
                    Arc::new(TimestampNanosecondArray::from(ticks).with_timezone_opt(zone))
                }
            }
        }
        Layout::OneEvening => {
            let mut ticks = ticks(TimeUnit::Microsecond, 0)?;
            *ticks.iter_mut().flatten().last()? -= 8 * 3_600_000_000;
            Arc::new(TimestampMicrosecondArray::from(ticks))
        }
        Layout::Digits => Arc::new(Int32Array::from(each(cells, |cell| {
            cell.parse::<rotor_factor::Date>()
                .ok()
                .and_then(|date| date.to_string().replace('-', "").parse().ok())
        })?)),
        Layout::Float64 => Arc::new(Float64Array::from(parsed(cells)?)),
        Layout::Float32 => Arc::new(Float32Array::from(parsed(cells)?)),
        Layout::Decimal => {
            let scaled = each(cells, |cell| Some((cell.parse::<f64>().ok()? * 1e4).round() as i128))?;
            Arc::new(Decimal128Array::from(scaled).with_precision_and_scale(20, 4).ok()?)
        }
        Layout::Int8 => Arc::new(Int8Array::from(parsed(cells)?)),
        Layout::Int16 => Arc::new(Int16Array::from(parsed(cells)?)),
        Layout::Int32 => Arc::new(Int32Array::from(parsed(cells)?)),
        Layout::Int64 => Arc::new(Int64Array::from(parsed(cells)?)),
        Layout::UInt8 => Arc::new(UInt8Array::from(parsed(cells)?)),
        Layout::UInt16 => Arc::new(UInt16Array::from(parsed(cells)?)),
        Layout::UInt32 => Arc::new(UInt32Array::from(parsed(cells)?)),
        Layout::UInt64 => Arc::new(UInt64Array::from(parsed(cells)?)),
        Layout::Null if cells.iter().all(String::is_empty) => Arc::new(NullArray::new(cells.len())),
        Layout::Boolean if cells.iter().all(String::is_empty) => {
            let mut builder = BooleanBuilder::new();
            builder.append_nulls(cells.len());
            Arc::new(builder.finish())
        }
        Layout::Null | Layout::Boolean => return None,
    })
}

/// A table with the types in which its columns are held.
pub(crate) struct Columns {
    pub(crate) sheet: Sheet,
    /// By the name of the column; the others are held as the documentation says.
    layouts: BTreeMap<String, Layout>,
    place: Place,
    /// Whether the place does not take other types any more.
    is_settled: bool,
    /// Whether optional texts hold an empty text where there is none.
    has_empty_texts: bool,
    /// A row whose numbers are none.
    nan: Option<usize>,
}

/// Where the columns are put.
#[derive(Clone)]
enum Place {
    Parquet(Box<WriterProperties>),
    /// In memory, in batches of so many rows.
    Memory(usize),
}

/// A table that is ready to be read.
pub(crate) enum Made {
    Parquet(Vec<u8>),
    Memory(Vec<RecordBatch>),
}

impl Columns {
    pub(crate) fn new(sheet: Sheet, dice: &mut Dice) -> Self {
        let place = if dice.below(2) == 0 {
            Place::Memory([1, 3, 1000, 100_000][dice.below(4)] + sheet.n_rows() / 50)
        } else {
            Place::Parquet(Box::default())
        };
        let layouts = BTreeMap::new();
        Self { sheet, layouts, place, is_settled: false, has_empty_texts: false, nan: None }
    }

    pub(crate) fn made(&self) -> Made {
        let arrays: Vec<ArrayRef> = self.sheet.columns.iter().map(|column| self.array(column)).collect();
        let fields = self.sheet.columns.iter().zip(&arrays);
        let fields = fields.map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
        match &self.place {
            Place::Memory(n_rows) => {
                let starts = (0..batch.num_rows()).step_by(*n_rows);
                Made::Memory(
                    starts.map(|start| batch.slice(start, (*n_rows).min(batch.num_rows() - start))).collect(),
                )
            }
            Place::Parquet(properties) => {
                let mut writer =
                    ArrowWriter::try_new(Vec::new(), schema, Some((**properties).clone())).unwrap();
                writer.write(&batch).unwrap();
                Made::Parquet(writer.into_inner().unwrap())
            }
        }
    }

    fn layout(&self, column: &SheetColumn) -> Layout {
        self.layouts.get(&column.name).copied().unwrap_or(Layout::of(column.cells))
    }

    fn array(&self, column: &SheetColumn) -> ArrayRef {
        let layout = self.layout(column);
        if self.has_empty_texts && column.is_optional && layout == Layout::Utf8 && column.cells == Text {
            return Arc::new(column.rows.iter().map(Some).collect::<StringArray>());
        }
        let mut rows = column.rows.clone();
        if let Some(row) = self.nan.filter(|_| column.cells == Number) {
            rows[row] = "NaN".into();
        }
        array(&rows, layout).expect("the form has tried it")
    }

    /// Holds columns in another type: those of a kind, filled or empty, one of them or all that can be held so.
    fn hold(&mut self, dice: &mut Dice, cells: CellType, filled: bool, layout: Layout) -> bool {
        let can_be = |column: &&SheetColumn| {
            column.cells == cells
                && column.is_empty() != filled
                && (filled || column.is_optional)
                && self.layout(column) == Layout::of(cells)
                && array(&column.rows, layout).is_some()
        };
        let mut names: Vec<String> =
            self.sheet.columns.iter().filter(can_be).map(|column| column.name.clone()).collect();
        if names.is_empty() || self.is_settled {
            return false;
        }
        if dice.below(2) == 0 {
            names = vec![names.swap_remove(dice.below(names.len()))];
        }
        self.layouts.extend(names.into_iter().map(|name| (name, layout)));
        true
    }

    fn with_properties(&mut self, properties: WriterProperties) -> bool {
        match &mut self.place {
            Place::Memory(_) => false,
            Place::Parquet(before) => {
                **before = properties;
                true
            }
        }
    }

    fn is_in_memory(&self) -> bool {
        matches!(self.place, Place::Memory(_))
    }

    fn add_column(&mut self, column: SheetColumn) -> bool {
        self.sheet.columns.push(column);
        true
    }
}

/// A form: its name, what becomes of it, and how a table takes it. `false`: there is nothing in the table that it could change.
type ColumnForm = (&'static str, Verdict, fn(&mut Columns, &mut Dice) -> bool);

const UNITS: [TimeUnit; 3] = [TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

fn unit(dice: &mut Dice) -> TimeUnit {
    UNITS[dice.below(UNITS.len())]
}

pub(crate) const FORMS: &[ColumnForm] = &[
    ("the types of the documentation", Read, |_, _| true),
    ("large texts", Read, |columns, dice| columns.hold(dice, Text, true, Layout::LargeUtf8)),
    ("views of texts", Read, |columns, dice| columns.hold(dice, Text, true, Layout::Utf8View)),
    ("dictionaries with keys of 8 bits", Read, |columns, dice| {
        columns.hold(dice, Text, true, Layout::Words8)
    }),
    ("dictionaries with keys of 16 bits", Read, |columns, dice| {
        columns.hold(dice, Text, true, Layout::Words16)
    }),
    ("dictionaries with keys of 32 bits", Read, |columns, dice| {
        columns.hold(dice, Text, true, Layout::Words32)
    }),
    ("empty texts for empty cells", Read, |columns, _| {
        columns.has_empty_texts = true;
        columns.sheet.of_kind(Text).any(|column| column.is_optional)
    }),
    ("timestamps at midnight", Read, |columns, dice| {
        let unit = unit(dice);
        columns.hold(dice, Date, true, Layout::Timestamp(unit, 0, false))
    }),
    ("timestamps at midnight in seconds", Read, |columns, dice| {
        columns.is_in_memory()
            && columns.hold(dice, Date, true, Layout::Timestamp(TimeUnit::Second, 0, false))
    }),
    ("whole numbers of another width", Read, |columns, dice| {
        let layouts =
            [Layout::Int16, Layout::Int32, Layout::Int64, Layout::UInt8, Layout::UInt16, Layout::UInt32];
        let layout = layouts[dice.below(layouts.len())];
        columns.hold(dice, Integer, true, layout)
    }),
    ("empty columns of dates in any type", Read, |columns, dice| {
        let layouts = [
            Layout::Null,
            Layout::Utf8,
            Layout::Words32,
            Layout::Float64,
            Layout::Boolean,
            Layout::Int32,
            Layout::Timestamp(TimeUnit::Nanosecond, 0, false),
            Layout::Timestamp(TimeUnit::Microsecond, 0, true),
        ];
        let layout = layouts[dice.below(layouts.len())];
        columns.hold(dice, Date, false, layout)
    }),
    ("empty columns of text in any type", Read, |columns, dice| {
        let layouts = [Layout::Null, Layout::Float64, Layout::Boolean, Layout::Int32, Layout::Date32];
        let layout = layouts[dice.below(layouts.len())];
        columns.hold(dice, Text, false, layout)
    }),
    ("columns in another order", Read, |columns, dice| columns.sheet.shuffle_columns(dice)),
    ("rows in another order", Read, |columns, dice| {
        columns.sheet.shuffle_rows(dice);
        !is_ordered(columns.sheet.table)
    }),
    ("small row groups and pages", Read, |columns, dice| {
        let n_rows = 1 + dice.below(5);
        columns.with_properties(
            WriterProperties::builder()
                .set_max_row_group_row_count(Some(n_rows * (1 + columns.sheet.n_rows() / 40)))
                .set_data_page_row_count_limit(n_rows)
                .set_write_batch_size(1)
                .build(),
        )
    }),
    ("packed pages", Read, |columns, dice| {
        let codec = [Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default())][dice.below(2)];
        let version = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0][dice.below(2)];
        // Version 2 packs lengths of texts in a way that is not read; dictionaries keep it from doing so.
        columns.with_properties(
            WriterProperties::builder().set_compression(codec).set_writer_version(version).build(),
        )
    }),
    ("split bytes and differences", Read, |columns, _| {
        let mut builder = WriterProperties::builder().set_dictionary_enabled(false);
        for column in &columns.sheet.columns {
            let encoding = match column.cells {
                Text => Encoding::PLAIN,
                Number => Encoding::BYTE_STREAM_SPLIT,
                Date | Integer => Encoding::DELTA_BINARY_PACKED,
            };
            builder = builder.set_column_encoding(column.name.as_str().into(), encoding);
        }
        columns.is_settled = true;
        columns.layouts.is_empty() && columns.with_properties(builder.build())
    }),
    ("timestamps of a zone", Refused, |columns, dice| {
        let (unit, hours) = (unit(dice), [0, -8, 16][dice.below(3)]);
        columns.hold(dice, Date, true, Layout::Timestamp(unit, hours * 3600, true))
    }),
    ("timestamps in the evening", Refused, |columns, dice| {
        let (unit, seconds) = (unit(dice), [-8 * 3600, 15 * 3600, 1, 86_399][dice.below(4)]);
        columns.hold(dice, Date, true, Layout::Timestamp(unit, seconds, false))
    }),
    ("one timestamp in the evening", Refused, |columns, dice| {
        columns.hold(dice, Date, true, Layout::OneEvening)
    }),
    ("dates as text", Refused, |columns, dice| columns.hold(dice, Date, true, Layout::Utf8)),
    ("dates as words", Refused, |columns, dice| columns.hold(dice, Date, true, Layout::Words32)),
    ("dates as digits", Refused, |columns, dice| columns.hold(dice, Date, true, Layout::Digits)),
    ("dates as milliseconds", Refused, |columns, dice| columns.hold(dice, Date, true, Layout::Date64)),
    ("codes as whole numbers", Refused, |columns, dice| {
        let layout = [Layout::Int64, Layout::Int32, Layout::UInt32][dice.below(3)];
        columns.hold(dice, Text, true, layout)
    }),
    ("codes as decimal numbers", Refused, |columns, dice| columns.hold(dice, Text, true, Layout::Float64)),
    ("texts as bytes", Refused, |columns, dice| columns.hold(dice, Text, true, Layout::Binary)),
    ("numbers of 32 bits", Refused, |columns, dice| columns.hold(dice, Number, true, Layout::Float32)),
    ("numbers as whole numbers", Refused, |columns, dice| {
        let layout = [Layout::Int64, Layout::Int32, Layout::Int16][dice.below(3)];
        columns.hold(dice, Number, true, layout)
    }),
    ("numbers as text", Refused, |columns, dice| columns.hold(dice, Number, true, Layout::Utf8)),
    ("numbers as decimals", Refused, |columns, dice| columns.hold(dice, Number, true, Layout::Decimal)),
    ("whole numbers as decimal numbers", Refused, |columns, dice| {
        columns.hold(dice, Integer, true, Layout::Float64)
    }),
    ("whole numbers of 64 bits without a sign", Refused, |columns, dice| {
        columns.hold(dice, Integer, true, Layout::UInt64)
    }),
    ("a number that is none", Refused, |columns, dice| {
        let has_numbers = columns.sheet.of_kind(Number).next().is_some();
        columns.nan = has_numbers.then(|| dice.below(columns.sheet.n_rows()));
        has_numbers
    }),
    ("an empty cell that must not be", Refused, |columns, dice| {
        let row = dice.below(columns.sheet.n_rows());
        let mut required: Vec<&mut SheetColumn> =
            columns.sheet.columns.iter_mut().filter(|column| !column.is_optional).collect();
        let place = dice.below(required.len());
        required[place].rows[row] = String::new();
        true
    }),
    ("marks for empty texts", Refused, |columns, dice| {
        let mark = ["nan", "None", "NaN", "<NA>", "NaT"][dice.below(5)];
        let optional = columns.sheet.of_kind(Text).filter(|column| column.is_optional);
        let mut empty: Vec<&mut String> =
            optional.flat_map(|column| &mut column.rows).filter(|cell| cell.is_empty()).collect();
        let place = dice.below(empty.len().max(1));
        empty.get_mut(place).map(|cell| **cell = mark.into()).is_some()
    }),
    ("blanks around codes and words", Refused, |columns, dice| columns.sheet.pad_text(dice, false)),
    ("the index of a data frame", Refused, |columns, _| {
        let rows = (0..columns.sheet.n_rows()).map(|row| row.to_string()).collect();
        let name = "__index_level_0__".into();
        columns.add_column(SheetColumn { name, cells: Text, is_optional: false, rows })
    }),
    ("a column twice", Refused, |columns, dice| {
        let place = dice.below(columns.sheet.columns.len());
        let twice = columns.sheet.columns[place].clone();
        columns.add_column(twice)
    }),
    ("all rows twice", Refused, |columns, _| {
        columns.sheet.columns.iter_mut().for_each(|column| column.rows.extend_from_within(..));
        columns.sheet.table != Table::Events
    }),
];
