//! Parquet: types, cells, files that are none.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::BinaryArray;
use arrow_array::BooleanArray;
use arrow_array::Date32Array;
use arrow_array::Date64Array;
use arrow_array::Float32Array;
use arrow_array::Float64Array;
use arrow_array::Int8Array;
use arrow_array::Int32Array;
use arrow_array::Int64Array;
use arrow_array::LargeStringArray;
use arrow_array::NullArray;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use arrow_array::StructArray;
use arrow_array::TimestampMillisecondArray;
use arrow_array::UInt8Array;
use arrow_array::UInt64Array;
use arrow_array::builder::Int32Builder;
use arrow_array::builder::ListBuilder;
use arrow_schema::Field;
use arrow_schema::Schema;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use rotor_tests::Folder;

use crate::{check, faults};

pub(crate) fn parquet(columns: &[(&str, ArrayRef)], rows_of_a_group: usize) -> Vec<u8> {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_of_a_group)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

pub(crate) fn texts(cells: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(cells.to_vec()))
}

pub(crate) fn dates(cells: &[Option<i32>]) -> ArrayRef {
    Arc::new(Date32Array::from(cells.to_vec()))
}

pub(crate) fn numbers(cells: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(cells.to_vec()))
}

/// 2020-01-02 in days since 1970.
pub(crate) const DAY: i32 = 18_263;

/// The small folder with a table of one or more rows in Parquet in place of its CSV.
fn in_parquet(table: &str, columns: &[(&str, ArrayRef)]) -> Folder {
    Folder::small().without(&format!("{table}.csv")).with(&format!("{table}.parquet"), parquet(columns, 1000))
}

fn prices_of(entity: ArrayRef, date: ArrayRef, close: ArrayRef) -> Folder {
    in_parquet("prices", &[("entity", entity), ("date", date), ("close", close)])
}

#[test]
fn the_types_of_parquet_columns_are_checked() {
    let entity = || texts(&[Some("801040")]);
    let date = || dates(&[Some(DAY)]);
    let close = || numbers(&[Some(1.0)]);
    let with_date = |array: ArrayRef| prices_of(entity(), array, close());
    let with_close = |array: ArrayRef| prices_of(entity(), date(), array);
    let with_entity = |array: ArrayRef| prices_of(array, date(), close());
    let mut list = ListBuilder::new(Int32Builder::new());
    list.values().append_value(1);
    list.append(true);
    let inner: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let structure =
        StructArray::from(vec![(Arc::new(Field::new("x", inner.data_type().clone(), true)), inner)]);
    check(vec![
        (prices_of(entity(), date(), close()), vec![]),
        (with_entity(Arc::new(LargeStringArray::from(vec!["801040"]))), vec![]),
        (
            with_entity(Arc::new(BinaryArray::from(vec![b"801040".as_slice()]))),
            vec![
                "prices.parquet, `entity`: the column has the type `Binary`, text is needed => write the column as string (in pandas `.astype(str)`)",
            ],
        ),
        (
            with_entity(Arc::new(Int64Array::from(vec![801_040]))),
            vec!["prices.parquet, `entity`: the column has the type `Int64`, text is needed"],
        ),
        (with_date(Arc::new(TimestampMillisecondArray::from(vec![i64::from(DAY) * 86_400_000]))), vec![]),
        (
            with_date(texts(&[Some("2020-01-02")])),
            vec!["prices.parquet, `date`: the column has the type `Utf8`, a date is needed"],
        ),
        (
            with_date(Arc::new(Int32Array::from(vec![DAY]))),
            vec!["prices.parquet, `date`: the column has the type `Int32`, a date is needed"],
        ),
        (
            with_close(Arc::new(Int64Array::from(vec![1]))),
            vec![
                "prices.parquet, `close`: the column has the type `Int64`, a number is needed => write the column as double (in pandas `.astype(float)`)",
            ],
        ),
        (
            with_close(Arc::new(Float32Array::from(vec![1.0]))),
            vec!["prices.parquet, `close`: the column has the type `Float32`, a number is needed"],
        ),
        (
            with_close(texts(&[Some("1")])),
            vec!["prices.parquet, `close`: the column has the type `Utf8`, a number is needed"],
        ),
        (
            with_close(Arc::new(BooleanArray::from(vec![true]))),
            vec!["prices.parquet, `close`: the column has the type `Boolean`, a number is needed"],
        ),
        (
            with_close(Arc::new(NullArray::new(1))),
            vec!["prices.parquet, `close`: the column has the type `Null`, a number is needed"],
        ),
        (
            with_close(Arc::new(list.finish())),
            vec!["prices.parquet, `close`: the column has the type `List(Int32)`, a number is needed"],
        ),
        (
            with_close(Arc::new(structure)),
            vec![
                "prices.parquet, `close`: the column has the type `Struct(\"x\": Int32)`, a number is needed",
            ],
        ),
        // Every column that has the wrong type, in one go.
        (
            prices_of(date(), close(), entity()),
            vec![
                "prices.parquet, `entity`: the column has the type `Date32`, text is needed",
                "prices.parquet, `date`: the column has the type `Float64`, a date is needed",
                "prices.parquet, `close`: the column has the type `Utf8`, a number is needed",
            ],
        ),
    ]);
    // Date64 is a timestamp by another name; whichever way it is stored, it is not a day.
    let found = faults(with_date(Arc::new(Date64Array::from(vec![0]))).path());
    assert!(found.is_empty() || found.len() == 1 && found[0].contains("a date is needed"), "{found:#?}");
}

#[test]
fn parquet_headers_are_checked() {
    let (entity, date, close) =
        (|| texts(&[Some("801040")]), || dates(&[Some(DAY)]), || numbers(&[Some(1.0)]));
    check(vec![
        (
            in_parquet("prices", &[("entity", entity()), ("date", date()), ("clsoe", close())]),
            vec![
                "prices.parquet, `clsoe`: unknown column => did you mean `close`?",
                "prices.parquet, `close`: the column is missing",
            ],
        ),
        (
            in_parquet(
                "prices",
                &[("entity", entity()), ("date", date()), ("close", close()), ("close", close())],
            ),
            vec!["prices.parquet, `close`: the column appears twice"],
        ),
        (in_parquet("prices", &[("close", close()), ("date", date()), ("entity", entity())]), vec![]),
        (
            in_parquet(
                "prices",
                &[("entity", entity()), ("date", date()), ("close", close()), ("\x1b[31m", close())],
            ),
            vec!["prices.parquet, `\\u{1b}[31m`: unknown column"],
        ),
    ]);
}

#[test]
fn cells_of_parquet_are_checked() {
    let entity =
        |cell| prices_of(texts(&[Some("000300"), cell]), dates(&[Some(DAY); 2]), numbers(&[Some(1.0); 2]));
    let date =
        |cell| prices_of(texts(&[Some("801040"); 2]), dates(&[Some(DAY), cell]), numbers(&[Some(1.0); 2]));
    let close = |cell| {
        prices_of(
            texts(&[Some("801040"); 2]),
            dates(&[Some(DAY), Some(DAY + 1)]),
            numbers(&[Some(1.0), cell]),
        )
    };
    check(vec![
        (
            entity(None),
            vec![
                "prices.parquet row 2, `entity`: the cell is empty => fill it; only columns marked `?` may be empty",
            ],
        ),
        (entity(Some("")), vec!["prices.parquet row 2, `entity`: the cell is empty"]),
        (entity(Some("801041")), vec!["prices.parquet row 2, `entity`: there is no entity `801041`"]),
        (date(None), vec!["prices.parquet row 2, `date`: the cell is empty"]),
        (close(None), vec!["prices.parquet row 2, `close`: the cell is empty"]),
        (
            close(Some(f64::NAN)),
            vec![
                "prices.parquet row 2, `close`: `NaN` is not finite => leave the row out if there is no value",
            ],
        ),
        (close(Some(f64::INFINITY)), vec!["prices.parquet row 2, `close`: `inf` is not finite"]),
        (close(Some(f64::NEG_INFINITY)), vec!["prices.parquet row 2, `close`: `-inf` is not finite"]),
        (close(Some(0.0)), vec!["prices.parquet row 2, `close`: `0` is outside [1e-6, 1e9]"]),
        (date(Some(DAY)), vec!["prices.parquet row 2: repeats the key `801040`, 2020-01-02 of row 1"]),
        (
            date(Some(-25_568)),
            vec![
                "prices.parquet row 2, `date`: `day -25568 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31 => correct the date",
            ],
        ),
        (
            date(Some(84_006)),
            vec![
                "prices.parquet row 2, `date`: `day 84006 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(i32::MIN)),
            vec![
                "prices.parquet row 2, `date`: `day -2147483648 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(i32::MAX)),
            vec![
                "prices.parquet row 2, `date`: `day 2147483647 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (
            date(Some(0)),
            vec![
                "prices.parquet row 2, `date`: 1970-01-01 is outside the manifest's 2020-01-01 to 2022-12-31",
            ],
        ),
    ]);
}

#[test]
fn optional_columns_of_parquet_may_be_absent_or_empty() {
    let codes = ["000300", "801040", "801080", "C31", "CN"];
    let kinds = ["benchmark", "sector", "sector", "industry", "market"];
    let column = |cells: [&str; 5]| -> ArrayRef { Arc::new(StringArray::from(cells.to_vec())) };
    let with = |optional: Vec<(&'static str, ArrayRef)>| {
        let mut columns = vec![("entity", column(codes)), ("kind", column(kinds)), ("name", column(codes))];
        columns.extend(optional);
        in_parquet("entities", &columns)
    };
    let nulls = || -> ArrayRef { Arc::new(NullArray::new(5)) };
    let group = |cell| texts(&[None, None, None, None, cell]);
    let last = |cell| dates(&[None, None, None, None, cell]);
    check(vec![
        (with(vec![]), vec![]),
        (
            with(vec![
                ("name_zh", nulls()),
                ("group", nulls()),
                ("valid_from", nulls()),
                ("valid_to", nulls()),
            ]),
            vec![],
        ),
        (with(vec![("name_zh", texts(&[None; 5])), ("valid_to", dates(&[None; 5]))]), vec![]),
        (with(vec![("name_zh", column([""; 5])), ("group", column([""; 5]))]), vec![]),
        (
            with(vec![("group", group(Some("x")))]),
            vec![
                "entities.parquet row 5, `group`: `x` is not one of upstream, midstream, downstream, services, financial, tmt, other",
            ],
        ),
        (
            with(vec![("valid_from", last(Some(DAY))), ("valid_to", last(Some(DAY - 1)))]),
            vec![
                "entities.parquet row 5, `valid_to`: 2020-01-01 is before `valid_from`, which is 2020-01-02",
            ],
        ),
        (
            with(vec![("valid_from", last(Some(i32::MIN)))]),
            vec![
                "entities.parquet row 5, `valid_from`: `day -2147483648 after 1970-01-01` is a date outside 1900-01-01 to 2199-12-31",
            ],
        ),
        (with(vec![("valid_from", texts(&[None; 5]))]), vec![]),
        (
            with(vec![("valid_from", texts(&[None, Some("2020-01-02"), None, Some("x"), None]))]),
            vec![
                "entities.parquet row 2 and 1 more row, `valid_from`: the column has the type `Utf8`, a date is needed => write the column as dates (in pandas `pd.to_datetime(column)`)",
            ],
        ),
        (with(vec![("name_zh", Arc::new(Float64Array::from(vec![None; 5])))]), vec![]),
    ]);
}

#[test]
fn whole_numbers_of_parquet_may_have_any_width() {
    let with = |polarity: ArrayRef| {
        in_parquet(
            "links",
            &[
                ("sector", texts(&[Some("801040")])),
                ("series", texts(&[Some("rebar_futures")])),
                ("polarity", polarity),
                ("weight", numbers(&[Some(1.0)])),
            ],
        )
    };
    check(vec![
        (with(Arc::new(Int8Array::from(vec![-1]))), vec![]),
        (with(Arc::new(Int64Array::from(vec![-1]))), vec![]),
        (with(Arc::new(UInt8Array::from(vec![1]))), vec![]),
        (
            with(Arc::new(Int64Array::from(vec![2]))),
            vec!["links.parquet row 1, `polarity`: `2` is outside {-1, +1}"],
        ),
        // 257 and 1 are the same byte.
        (
            with(Arc::new(Int64Array::from(vec![257]))),
            vec!["links.parquet row 1, `polarity`: `257` is outside {-1, +1}"],
        ),
        (
            with(Arc::new(UInt8Array::from(vec![255]))),
            vec!["links.parquet row 1, `polarity`: `255` is outside {-1, +1}"],
        ),
        (
            with(Arc::new(UInt64Array::from(vec![1]))),
            vec![
                "links.parquet, `polarity`: the column has the type `UInt64`, a whole number is needed => write the column as int8",
            ],
        ),
        (
            with(numbers(&[Some(1.0)])),
            vec!["links.parquet, `polarity`: the column has the type `Float64`, a whole number is needed"],
        ),
        (
            with(Arc::new(Int8Array::from(vec![None]))),
            vec!["links.parquet row 1, `polarity`: the cell is empty"],
        ),
        (
            with(Arc::new(Int64Array::from(vec![i64::MIN]))),
            vec!["links.parquet row 1, `polarity`: `-9223372036854775808` is outside {-1, +1}"],
        ),
    ]);
}

#[test]
fn files_that_are_no_parquet_are_refused() {
    let sound = || {
        parquet(
            &[
                ("entity", texts(&[Some("801040")])),
                ("date", dates(&[Some(DAY)])),
                ("close", numbers(&[Some(1.0)])),
            ],
            9,
        )
    };
    let with = |content: Vec<u8>| Folder::small().without("prices.csv").with("prices.parquet", content);
    let mut half = sound();
    half.truncate(half.len() / 2);
    for (what, content) in [
        ("nothing", Vec::new()),
        ("a magic word", b"PAR1".to_vec()),
        ("CSV", b"entity,date,close\n801040,2020-01-02,1\n".to_vec()),
        ("half a file", half),
        ("zeros", vec![0; 1000]),
        ("an encrypted footer", [vec![0; 1000], b"PARE".to_vec()].concat()),
    ] {
        let found = faults(with(content).path());
        assert_eq!(found.len(), 1, "{what}: {found:#?}");
        assert!(
            found[0].starts_with("prices.parquet: cannot be read: ")
                && found[0].ends_with(" => check that the file is complete and readable"),
            "{what}: {found:#?}"
        );
    }
}

#[test]
fn codecs_that_are_not_built_in_are_named() {
    let table = parquet(
        &[
            ("entity", texts(&[Some("801040")])),
            ("date", dates(&[Some(DAY)])),
            ("close", numbers(&[Some(1.0)])),
        ],
        9,
    );
    // In the footer the path of a column is followed by its codec: a list of one text, then a small integer.
    let path = b"\x19\x18\x05close\x15\x00";
    let place =
        table.windows(path.len()).rposition(|window| window == path).expect("the writer writes it so");
    for (codec, name) in [(2, "gzip"), (3, "lzo"), (4, "brotli"), (5, "lz4"), (7, "lz4")] {
        let mut content = table.clone();
        content[place + path.len() - 1] = 2 * codec;
        let found = faults(Folder::small().without("prices.csv").with("prices.parquet", content).path());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].starts_with("prices.parquet, `close`: is compressed with ")
                && found[0].to_lowercase().contains(name)
                && found[0].contains("zstd, snappy or no compression"),
            "{found:#?}"
        );
        // The file is whole; to say otherwise sends the reader the wrong way.
        assert!(!found[0].contains("whole"), "{found:#?}");
    }
}
