// The boundary between Rotor and a factor in C, or in any language that reads C headers.
//
// A factor library exports one constant, `const RotorHeader rotor_factor__<name>`, that begins with ROTOR_MAGIC. The
// functions that its `vtable` names are called from several threads at once; none may unwind or jump across. What a
// pointer of a view or a value points to lives as long as the call. `tests/plugins/c/momentum.c` is a whole factor.
//
// This file is made from `crates/rotor-factor/src/abi.rs`: do not edit it.

#ifndef ROTOR_FACTOR_H
#define ROTOR_FACTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

// The 16 bytes that a header begins with; and as the initial value of its field, without the zero at the end.
#define ROTOR_MAGIC "rotor factor ABI"
#define ROTOR_MAGIC_BYTES { 'r', 'o', 't', 'o', 'r', ' ', 'f', 'a', 'c', 't', 'o', 'r', ' ', 'A', 'B', 'I' }

// The Arrow C Data Interface, as its specification has it.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE


// Sides of different majors do not understand each other.
#define ROTOR_ABI_MAJOR 1

// Grows when something is added at the end of a structure, or to a document. Since 3 the spec may say how a factor is shown; since 4
// an input may leave its frequency to the dataset.
#define ROTOR_ABI_MINOR 4

// Bytes of the build text in a header.
#define ROTOR_BUILD_BYTES 160

// Flag of a header: panics unwind, and the plug-in catches them. Set it in languages without panics.
#define ROTOR_CONTAINS_PANICS 1

// Flag of a header: built with debug assertions, hence slow.
#define ROTOR_DEBUG_BUILD 2

// Flag of a view: tables for the report are wanted.
#define ROTOR_WANTS_TABLES 1

// Flag of a view: the dataset has month-end closes only, and the execution day shares its close.
#define ROTOR_MONTH_END 2

// The call has done what it was to do.
#define ROTOR_OK 0

// The call has failed and said why.
#define ROTOR_FAILED 1

// The call has panicked and said where.
#define ROTOR_PANICKED 2

// A sector that can be scored and held.
#define ROTOR_KIND_SECTOR 0

// An industry of the statistical office.
#define ROTOR_KIND_INDUSTRY 1

// An index that results are compared with.
#define ROTOR_KIND_BENCHMARK 2

// The market as a whole.
#define ROTOR_KIND_MARKET 3

// Values of days; a position is days since 1970-01-01.
#define ROTOR_FREQUENCY_DAILY 0

// Values of weeks, stamped with a day; a position is days since 1970-01-01.
#define ROTOR_FREQUENCY_WEEKLY 1

// Values of months; a position is months since January 1970.
#define ROTOR_FREQUENCY_MONTHLY 2

// Values of quarters; a position is quarters since the first of 1970.
#define ROTOR_FREQUENCY_QUARTERLY 3

// A parameter that is true (`integer` is 1) or false (0).
#define ROTOR_PARAMETER_FLAG 0

// A whole number.
#define ROTOR_PARAMETER_INTEGER 1

// A number.
#define ROTOR_PARAMETER_NUMBER 2

// A text.
#define ROTOR_PARAMETER_TEXT 3

// A column of numbers; NaN is an empty cell.
#define ROTOR_COLUMN_NUMBERS 0

// A column of texts.
#define ROTOR_COLUMN_TEXTS 1

// A column of dates, days since 1970-01-01.
#define ROTOR_COLUMN_DATES 2

// Part of a message: what is wrong; or the document asked for.
#define ROTOR_TEXT_MESSAGE 0

// Part of a message: how to mend it.
#define ROTOR_TEXT_HINT 1

// Part of a message: where in the source.
#define ROTOR_TEXT_PLACE 2

// Part of a message: an identifier of what is wrong, lower-case letters, digits and `_`. Since 1.1; older hosts pass it over.
#define ROTOR_TEXT_CODE 3

// Part of a message: what is wrong, in Chinese. Since 1.1; older hosts pass it over.
#define ROTOR_TEXT_MESSAGE_ZH 4

// A text in UTF-8, not ended by a zero.
typedef struct {
    // The first byte; not read if `len` is 0.
    const uint8_t *ptr;
    // The number of bytes.
    size_t len;
} RotorStr;

// Takes texts during a call, on the thread that was called; the receiver copies them. `ctx` is no pointer that could be followed: it
// is good until the call returns, and what is written with it later, or on another thread, is refused and counted against the factor.
typedef struct {
    // Goes with every call of `write`.
    void *ctx;
    // Takes a part of a message, or a piece of it.
    void (*write)(void *ctx, uint32_t part, RotorStr text);
} RotorTextSink;

// The value of a parameter.
typedef struct {
    // Its name.
    RotorStr name;
    // `ROTOR_PARAMETER_FLAG` and others.
    uint32_t kind;
    // Zero.
    uint32_t reserved;
    // The value of a flag or a whole number.
    int64_t integer;
    // The value of a number.
    double number;
    // The value of a text.
    RotorStr text;
} RotorParameter;

// A panel of values, borrowed: entity `i` in the period `lag` before the last one is
// `values[row(i) * stride + n_periods - 1 - lag]`, NaN where nothing is public.
typedef struct {
    // The first value; null if the dataset has no such input.
    const double *values;
    // How many values may be read.
    size_t n_values;
    // Values from the start of one row to the start of the next.
    size_t stride;
    // The row of each entity; null if entity `i` has row `i`.
    const uint32_t *rows;
    // How many entities there are.
    uint32_t n_entities;
    // How many periods a window has.
    uint32_t n_periods;
    // `ROTOR_KIND_SECTOR` and others.
    uint32_t kind;
    // `ROTOR_FREQUENCY_DAILY` and others.
    uint32_t frequency;
    // The position of the last period on the calendar of the frequency.
    int32_t last;
    // Zero.
    uint32_t reserved;
} RotorInput;

// The entities of one kind, in the order of the rows of panels.
typedef struct {
    // Their codes.
    const RotorStr *codes;
    // Their groups: 0 for none, then upstream, midstream, downstream, services, financial, tmt, other.
    const uint32_t *groups;
    // How many there are.
    size_t n;
} RotorEntities;

// How much of a sector's assets an industry is.
typedef struct {
    // The position of the industry.
    uint32_t industry;
    // Zero.
    uint32_t reserved;
    // The share, above 0, at most 1.
    double weight;
} RotorBridgeWeight;

// The weights of industries in sectors, those of sector `i` at `starts[i] .. starts[i + 1]`.
typedef struct {
    // One more than there are sectors.
    const uint32_t *starts;
    // The weights, in the order of the industries' codes within a sector.
    const RotorBridgeWeight *weights;
    // For each sector 1 if its weights were public, 0 if the earliest ones stand in for them.
    const uint8_t *is_public;
} RotorBridge;

// A series that speaks of sectors.
typedef struct {
    // Its name.
    RotorStr name;
    // Its unit, such as `percent`.
    RotorStr unit;
    // Its values, one row a market.
    RotorInput values;
} RotorLinkedSeries;

// That a series speaks of a sector.
typedef struct {
    // The position of the series.
    uint32_t series;
    // +1 if more is better, -1 if more is worse.
    int32_t polarity;
    // The weight among the sector's series, above 0.
    double weight;
} RotorLink;

// The series linked to sectors, those of sector `i` at `starts[i] .. starts[i + 1]`.
typedef struct {
    // The linked series in the order of their names.
    const RotorLinkedSeries *series;
    // How many series there are.
    size_t n_series;
    // One more than there are sectors.
    const uint32_t *starts;
    // The links, in the order of the series within a sector.
    const RotorLink *links;
} RotorLinks;

// What a host can do for a factor.
typedef struct {
    // The size of this structure in bytes.
    size_t size;
    // Writes a copy of a panel as an Arrow struct array, one row a period, to `array` and `schema`. The first child is
    // `period` (its last day), then comes one nullable double column an entity. The caller releases both. Returns
    // `ROTOR_FAILED` if there is no such panel.
    int32_t (*export_arrow)(const void *ctx, uint32_t input, struct ArrowArray *array, struct ArrowSchema *schema);
} RotorHostVTable;

// What was public as of a day. It is read-only for the machine as well: values lie in pages that cannot be written to where they are shown,
// and a write ends the run.
typedef struct {
    // The size of this structure in bytes.
    size_t size;
    // The execution day, days since 1970-01-01.
    int32_t as_of;
    // The last complete month, months since January 1970.
    int32_t month;
    // `ROTOR_WANTS_TABLES`, `ROTOR_MONTH_END`.
    uint32_t flags;
    // The number of inputs, as many as the spec declares.
    uint32_t n_inputs;
    // The inputs in the order of the spec; those of the bridge and the links are empty.
    const RotorInput *inputs;
    // The entities by kind: sectors of the cross-section, industries, benchmarks, markets.
    RotorEntities entities[4];
    // The weights of industries in sectors; null unless declared and there.
    const RotorBridge *bridge;
    // The series linked to sectors; null unless declared and there.
    const RotorLinks *links;
    // What the host can do.
    const RotorHostVTable *host;
    // Goes with every call of the host's functions, from any thread until `evaluate` returns.
    const void *host_ctx;
    // What each series of `links` measures, in their order: 0 if the dataset does not say, then price, volume, stock, rate,
    // survey, flow, growth; null without links. Since 1.2: in an older host this field lies beyond `size` and must not be
    // read.
    const uint32_t *measures;
} RotorView;

// A forecast of a value that will be published or computed later.
typedef struct {
    // `ROTOR_KIND_SECTOR` and others.
    uint32_t kind;
    // The position of the entity.
    uint32_t entity;
    // `ROTOR_FREQUENCY_DAILY` and others.
    uint32_t frequency;
    // The position of the period on the calendar of the frequency.
    int32_t period;
    // The forecast.
    double value;
    // What the rule of no change says.
    double naive;
} RotorForecast;

// The value that a target of the factor's own turned out to have.
typedef struct {
    // `ROTOR_KIND_SECTOR` and others.
    uint32_t kind;
    // The position of the entity.
    uint32_t entity;
    // `ROTOR_FREQUENCY_DAILY` and others.
    uint32_t frequency;
    // The position of the period on the calendar of the frequency.
    int32_t period;
    // The value.
    double value;
} RotorRealized;

// A column of a table; of the three pointers the one of its kind is read.
typedef struct {
    // Its name.
    RotorStr name;
    // `ROTOR_COLUMN_NUMBERS` and others.
    uint32_t kind;
    // Zero.
    uint32_t reserved;
    // Numbers.
    const double *numbers;
    // Texts.
    const RotorStr *texts;
    // Days since 1970-01-01.
    const int32_t *dates;
} RotorColumn;

// A table for the report.
typedef struct {
    // Its name: lower-case letters, digits and `_`.
    RotorStr name;
    // The columns.
    const RotorColumn *columns;
    // How many columns there are.
    size_t n_columns;
    // How many rows every column has.
    size_t n_rows;
    // 1 if the first column labels the rows of a matrix of numbers, else 0.
    uint32_t is_matrix;
    // Zero.
    uint32_t reserved;
} RotorTable;

// Takes what a factor says; the receiver copies. Calls that break the contract are remembered, and the whole signal is
// refused when `evaluate` returns.
//
// `ctx` is no pointer that could be followed: it is good on the thread on which `evaluate` was called, until it returns. A delivery
// that comes later, or on another thread, is refused, and the factor loses its scores of the whole run, for which of its answers are
// of which day cannot be known any more.
typedef struct {
    // The size of this structure in bytes.
    size_t size;
    // Goes with every call.
    void *ctx;
    // Takes scores and raw values, one a sector, NaN for none. `raws` may be null: then the scores are their own raw values.
    // Where a score is NaN, the raw value is not read. Call it once.
    void (*scores)(void *ctx, const double *scores, const double *raws, size_t n);
    // Takes the reason why a sector has no score, as a text.
    void (*reason)(void *ctx, uint32_t sector, RotorStr reason);
    // Takes forecasts of one target.
    void (*forecasts)(void *ctx, RotorStr target, const RotorForecast *rows, size_t n);
    // Takes realized values of one target that the factor defines.
    void (*realized)(void *ctx, RotorStr target, const RotorRealized *rows, size_t n);
    // Takes a number about each entity of a kind, NaN for none.
    void (*diagnostic)(void *ctx, RotorStr name, uint32_t kind, const double *values, size_t n);
    // Takes a table for the report.
    void (*table)(void *ctx, const RotorTable *table);
    // Takes the reason why a sector has no score: the position of a reason among those of the spec, and the values of its
    // places in the order in which they first stand in its English text. Since 1.1: in an older host this field lies
    // beyond `size` and must not be read; give the text by `reason` there.
    void (*declared_reason)(void *ctx,
                            uint32_t sector,
                            uint32_t reason,
                            const RotorStr *values,
                            size_t n_values);
} RotorOutput;

// The functions of a factor. None may be null, none may unwind.
typedef struct {
    // The size of this structure in bytes.
    size_t size;
    // Called before anything else; it may be called again.
    int32_t (*init)(void);
    // Writes the declarations of parameters as JSON to `out`.
    int32_t (*parameters)(const RotorTextSink *out);
    // Makes a factor of these parameters: every one that is declared, in the order of the declarations, defaults filled
    // in, types and ranges checked. On `ROTOR_OK`, `*out` is not null. No sink is ever null.
    int32_t (*create)(const RotorParameter *parameters,
                      size_t n_parameters,
                      void **out,
                      const RotorTextSink *error);
    // Frees what `create` made.
    void (*destroy)(void *factor);
    // Writes the spec of a factor as JSON to `out`. Its inputs are those of every view, in this order.
    int32_t (*spec)(const void *factor, const RotorTextSink *out, const RotorTextSink *error);
    // Gives the signal of one day to `output`. Called from several threads at once.
    int32_t (*evaluate)(const void *factor,
                        const RotorView *view,
                        const RotorOutput *output,
                        const RotorTextSink *error);
} RotorVTable;

// What a factor library exports. The fields up to `build` keep their places in every version for ever.
typedef struct {
    // `ROTOR_MAGIC`.
    uint8_t magic[16];
    // `ROTOR_ABI_MAJOR` of the kit that the factor was built with.
    uint32_t abi_major;
    // `ROTOR_ABI_MINOR` of that kit.
    uint32_t abi_minor;
    // The size of this structure in bytes.
    uint32_t header_size;
    // `ROTOR_CONTAINS_PANICS` and others.
    uint32_t flags;
    // What was built by what, for people: UTF-8, filled up with zeros.
    uint8_t build[ROTOR_BUILD_BYTES];
    // The functions.
    const RotorVTable *vtable;
} RotorHeader;

// Returns the value of an entity `lag` periods before the last one of the window, NaN where nothing is public, where the
// window does not reach so far and where the dataset has no such input.
static inline double rotor_value(const RotorInput *input, uint32_t entity, uint32_t lag)
{
    if (input->values == NULL || entity >= input->n_entities || lag >= input->n_periods) {
        return NAN;
    }
    size_t row = input->rows == NULL ? entity : input->rows[entity];
    return input->values[row * input->stride + (input->n_periods - 1 - lag)];
}

#endif  /* ROTOR_FACTOR_H */
