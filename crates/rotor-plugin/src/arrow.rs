//! Panels as Arrow arrays, for factors that ask: a copy that they own.

#![allow(unsafe_code, reason = "the two structures of the C Data Interface belong to the factor")]

use std::ffi::c_void;
use std::panic::catch_unwind;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::{Array, ArrayRef, Date32Array, Float64Array, StructArray};
use arrow_schema::{DataType, Field, Fields};
use rotor_factor::host::ViewData;
use rotor_factor::{ArrowArray, ArrowSchema, EntityKind, Panel, abi};

use crate::delivery::with_day;

/// What this host can do for a factor.
pub(crate) static HOST: abi::HostVTable =
    abi::HostVTable { size: size_of::<abi::HostVTable>(), export_arrow };

unsafe extern "C" fn export_arrow(
    ctx: *const c_void,
    input: u32,
    array: *mut ArrowArray,
    schema: *mut ArrowSchema,
) -> i32 {
    let exported = catch_unwind(|| {
        // What is asked after the call is over gets nothing.
        with_day(ctx, |data| {
            let (kind, panel) = data.inputs.get(input as usize)?.as_ref()?;
            let columns = columns(data, *kind, panel);
            let schema = FFI_ArrowSchema::try_from(columns.data_type()).ok()?;
            Some((FFI_ArrowArray::new(&columns.into_data()), schema))
        })
    });
    let (Ok(Some((from_array, from_schema))), false) = (exported, array.is_null() || schema.is_null()) else {
        return abi::FAILED;
    };
    // SAFETY: both structures have the layout of the C Data Interface on both sides, and what is overwritten is empty.
    unsafe {
        array.cast::<FFI_ArrowArray>().write(from_array);
        schema.cast::<FFI_ArrowSchema>().write(from_schema);
    }
    abi::OK
}

/// One row a period: its last day, then the value of each entity.
fn columns(data: &ViewData<'_>, kind: EntityKind, panel: &Panel<'_>) -> StructArray {
    let periods = (0..panel.n_periods()).rev().filter_map(|lag| panel.period(lag));
    let periods = Date32Array::from_iter_values(periods.map(|period| period.end().days()));
    let mut fields = vec![Field::new("period", DataType::Date32, false)];
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(periods)];
    for (entity, code) in data.entities[kind as usize].codes().iter().enumerate() {
        let values = panel.row(entity).iter().map(|value| (!value.is_nan()).then_some(*value));
        arrays.push(Arc::new(values.collect::<Float64Array>()));
        fields.push(Field::new(&**code, DataType::Float64, true));
    }
    StructArray::new(Fields::from(fields), arrays, None)
}
