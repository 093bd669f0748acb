"""Opens every Parquet file of a run folder with each reader that is installed, and prints what it sees as JSON.

For each reader and file: the columns with their types, the number of rows and, of numbers, how many are missing.
"""

import importlib.util
import json
import pathlib
import sys


def by_pyarrow(path):
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.ParquetFile(path).read()
    return {
        "columns": {field.name: str(field.type) for field in table.schema},
        "rows": table.num_rows,
        "missing": {name: table[name].null_count for name in table.column_names},
    }


def by_pandas(path):
    import pandas

    frame = pandas.read_parquet(path)
    return {
        "columns": {name: str(kind) for name, kind in frame.dtypes.items()},
        "rows": len(frame),
        "missing": {name: int(frame[name].isna().sum()) for name in frame},
    }


def by_polars(path):
    import polars

    frame = polars.read_parquet(path)
    return {
        "columns": {name: str(kind) for name, kind in frame.schema.items()},
        "rows": frame.height,
        "missing": {name: frame[name].null_count() for name in frame.columns},
    }


def by_duckdb(path):
    import duckdb

    table = duckdb.connect().sql(f"select * from '{path}'")
    columns = dict(zip(table.columns, map(str, table.types)))
    counts = ", ".join(f'count(*) - count("{name}")' for name in table.columns)
    rows, *missing = duckdb.connect().sql(f"select count(*), {counts} from '{path}'").fetchall()[0]
    return {"columns": columns, "rows": rows, "missing": dict(zip(table.columns, missing))}


READERS = {"pyarrow": by_pyarrow, "pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb}


def main(folder):
    folder = pathlib.Path(folder)
    seen = {}
    for name, read in READERS.items():
        if importlib.util.find_spec(name) is None or (name == "pandas" and not importlib.util.find_spec("pyarrow")):
            continue
        seen[name] = {str(path.relative_to(folder)): read(path) for path in sorted(folder.rglob("*.parquet"))}
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
