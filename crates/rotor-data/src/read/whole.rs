//! Parquet files of other kinds than tables of a dataset, read whole behind the same guard.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::pages::{check_depth, check_pages};
use super::parquet::{contain, is_plausible, row_starts, unread_codec, with_dictionaries};
use crate::fault::shown_reason;

/// A Parquet file that was read whole; texts are dictionaries.
#[derive(Clone, Debug)]
pub struct ParquetFile {
    /// Its rows.
    pub rows: RecordBatch,
    /// The remarks of its writer in the footer, as (key, value), in their order.
    pub remarks: Vec<(String, String)>,
}

impl ParquetFile {
    /// Reads the bytes of a file. What they claim is looked at before it is believed, and a panic of the decoder is contained.
    ///
    /// # Errors
    ///
    /// Why they cannot be read, in a sentence without a stop.
    pub fn read(bytes: Vec<u8>) -> Result<Self, String> {
        let bytes = Bytes::from(bytes);
        let read = contain(|| {
            check_depth(&bytes)?;
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let inferred = ArrowReaderMetadata::load(&bytes, options.clone())?;
            let (_, n_rows) = row_starts(inferred.metadata())?;
            if let Some((column, codec)) = unread_codec(inferred.metadata()) {
                let problem = format!("column `{column}` is compressed with {codec}, which is not supported");
                return Err(ParquetError::General(problem));
            }
            if !is_plausible(n_rows, bytes.len() as u64) {
                let problem = format!("it claims {n_rows} rows in {} bytes", bytes.len());
                return Err(ParquetError::General(problem));
            }
            check_pages(&bytes, inferred.metadata())?;
            let options = options.with_schema(with_dictionaries(inferred.schema()));
            let metadata = ArrowReaderMetadata::try_new(Arc::clone(inferred.metadata()), options)?;
            let remarks = inferred.metadata().file_metadata().key_value_metadata();
            let remark = |entry: &KeyValue| Some((entry.key.clone(), entry.value.clone()?));
            let remarks = remarks.into_iter().flatten().filter_map(remark).collect();
            let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata)
                .with_batch_size((n_rows as usize).max(1))
                .build()?;
            let schema = reader.schema();
            let rows = reader.next().transpose()?.unwrap_or_else(|| RecordBatch::new_empty(schema));
            if rows.num_rows() as u64 != n_rows {
                let problem = format!("it has {} rows where the footer claims {n_rows}", rows.num_rows());
                return Err(ParquetError::General(problem));
            }
            Ok(Self { rows, remarks })
        });
        read.map_err(|reason| shown_reason(&reason))
    }
}
