/* Momentum in C: the twin of the crate `honest`, bit for bit, with its parameters, reasons and errors.
 *
 *     cc -std=c11 -Wall -Wextra -Werror -O1 -ffp-contract=off -shared -fPIC -I crates/rotor-factor/include \
 *         -o libmomentum_c.so tests/plugins/c/momentum.c
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rotor_factor.h"

/* Tests build it under other names too. */
#ifndef FACTOR_NAME
#define FACTOR_NAME "momentum_c"
#endif

/* The reason why a sector has no score. */
#define NO_CLOSE "a close is missing"

/* skip < lookback, both in months. */
struct momentum {
    uint32_t lookback;
    uint32_t skip;
};

static RotorStr text(const char *zero_ended)
{
    return (RotorStr){ (const uint8_t *)zero_ended, strlen(zero_ended) };
}

static void say(const RotorTextSink *sink, uint32_t part, const char *zero_ended)
{
    if (sink != NULL) {
        sink->write(sink->ctx, part, text(zero_ended));
    }
}

static bool is(RotorStr name, const char *zero_ended)
{
    return name.len == strlen(zero_ended) && memcmp(name.ptr, zero_ended, name.len) == 0;
}

static int32_t init(void)
{
    return ROTOR_OK;
}

static int32_t parameters(const RotorTextSink *out)
{
    say(out, ROTOR_TEXT_MESSAGE,
        "{\"parameters\":["
        "{\"name\":\"lookback\",\"type\":\"integer\",\"default\":12,\"min\":1,\"max\":120,"
        "\"about\":\"months in the look-back window\",\"about_zh\":\"回看月数\"},"
        "{\"name\":\"skip\",\"type\":\"integer\",\"default\":0,\"min\":0,\"max\":12,"
        "\"about\":\"latest months left out\",\"about_zh\":\"跳过的最近月数\"}]}");
    return ROTOR_OK;
}

/* Takes a whole number inside its range, or says which rule it breaks. */
static bool take(const RotorParameter *given, const char *name, int64_t min, int64_t max, uint32_t *value,
                 const RotorTextSink *error)
{
    char message[160];
    if (given->kind != ROTOR_PARAMETER_INTEGER) {
        snprintf(message, sizeof message, "parameter `%s` is not a whole number", name);
    } else if (given->integer < min || given->integer > max) {
        snprintf(message, sizeof message,
                 "parameter `%s` is %" PRId64 "; it must be from %" PRId64 " to %" PRId64, name, given->integer,
                 min, max);
    } else {
        *value = (uint32_t)given->integer;
        return true;
    }
    say(error, ROTOR_TEXT_MESSAGE, message);
    return false;
}

static int32_t create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    struct momentum made = { 12, 0 };
    for (size_t i = 0; i < n_given; i++) {
        if (is(given[i].name, "lookback")) {
            if (!take(&given[i], "lookback", 1, 120, &made.lookback, error)) {
                return ROTOR_FAILED;
            }
        } else if (is(given[i].name, "skip")) {
            if (!take(&given[i], "skip", 0, 12, &made.skip, error)) {
                return ROTOR_FAILED;
            }
        } else {
            say(error, ROTOR_TEXT_MESSAGE, "there is no such parameter");
            say(error, ROTOR_TEXT_HINT, "it has `lookback`, `skip`");
            return ROTOR_FAILED;
        }
    }
    if (made.skip >= made.lookback) {
        char message[120];
        snprintf(message, sizeof message,
                 "parameter `skip` is %" PRIu32 "; it must be less than `lookback` (%" PRIu32 ")", made.skip,
                 made.lookback);
        say(error, ROTOR_TEXT_MESSAGE, message);
        return ROTOR_FAILED;
    }
    struct momentum *momentum = malloc(sizeof *momentum);
    if (momentum == NULL) {
        say(error, ROTOR_TEXT_MESSAGE, "there is no memory left");
        return ROTOR_FAILED;
    }
    *momentum = made;
    *out = momentum;
    return ROTOR_OK;
}

static void destroy(void *factor)
{
    free(factor);
}

static int32_t spec(const void *factor, const RotorTextSink *out, const RotorTextSink *error)
{
    (void)error;
    const struct momentum *momentum = factor;
    char json[1024];
    snprintf(json, sizeof json,
             "{\"name\":\"" FACTOR_NAME "\",\"version\":\"0.1.0\",\"about\":\"Trailing return of a sector\","
             "\"about_zh\":\"板块动量\",\"score_min\":1.0,\"score_max\":3.0,\"inputs\":[{\"name\":\"close\","
             "\"source\":\"close\",\"entity\":\"sector\",\"frequency\":\"M\",\"window\":%" PRIu32
             ",\"optional\":false}],\"reasons\":[{\"id\":\"no_close\",\"text\":\"" NO_CLOSE
             "\",\"text_zh\":\"收盘价缺失\"}]}",
             momentum->lookback + 1);
    say(out, ROTOR_TEXT_MESSAGE, json);
    return ROTOR_OK;
}

/* Returns how many months back the oldest public close of any sector lies, the last month included. */
static uint32_t n_available(const RotorInput *closes)
{
    for (uint32_t lag = closes->n_periods; lag-- > 0;) {
        for (uint32_t sector = 0; sector < closes->n_entities; sector++) {
            if (!isnan(rotor_value(closes, sector, lag))) {
                return lag + 1;
            }
        }
    }
    return 0;
}

/* Says that the window is not filled; the day is turned into a date by Hinnant's `civil_from_days`. */
static void say_too_short(int32_t as_of, uint32_t available, uint32_t needed, const RotorTextSink *error)
{
    /* Days since 1600-03-01, the start of a cycle of four centuries. */
    const int32_t days = as_of + 135080;
    const int32_t cycle = days / 146097, day_of_cycle = days % 146097;
    const int32_t year =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    const int32_t day_of_year = day_of_cycle - (365 * year + year / 4 - year / 100);
    const int32_t month = (5 * day_of_year + 2) / 153;
    char message[160];
    snprintf(message, sizeof message,
             "input `close` as of %04d-%02d-%02d is too short: %" PRIu32 " month%s released, %" PRIu32 " needed",
             1600 + 400 * cycle + year + (month >= 10), month < 10 ? month + 3 : month - 9,
             day_of_year - (153 * month + 2) / 5 + 1, available, available == 1 ? "" : "s", needed);
    say(error, ROTOR_TEXT_MESSAGE, message);
    const uint32_t more = needed - available;
    snprintf(message, sizeof message, "start the run %" PRIu32 " month%s later or shorten the look-back", more,
             more == 1 ? "" : "s");
    say(error, ROTOR_TEXT_HINT, message);
}

/* Rounds to nine decimals, halves away from zero; what is too large to have any stays as it is. */
static double round9(double value)
{
    const double scaled = value * 1e9;
    if (!(scaled < 9e15 && scaled > -9e15)) {
        return value;
    }
    const double whole = (double)(int64_t)scaled;
    const double rest = scaled - whole;
    return (whole + (rest >= 0.5 ? 1.0 : 0.0) - (rest <= -0.5 ? 1.0 : 0.0)) / 1e9;
}

/* Scores by thirds: the highest third of the values gets 3, the lowest 1, what lies between 2. Equal values share the
 * mean of their ranks. What is NaN stays NaN. */
static void score_by_thirds(const double *raws, double *scores, size_t n)
{
    size_t n_values = 0;
    for (size_t i = 0; i < n; i++) {
        n_values += !isnan(raws[i]);
    }
    const double third = (double)(n_values / 3);
    for (size_t i = 0; i < n; i++) {
        if (isnan(raws[i])) {
            scores[i] = NAN;
            continue;
        }
        size_t n_greater = 0, n_equal = 0;
        for (size_t j = 0; j < n; j++) {
            n_greater += round9(raws[j]) > round9(raws[i]);
            n_equal += round9(raws[j]) == round9(raws[i]);
        }
        const double rank = (double)n_greater + ((double)n_equal + 1.0) / 2.0;
        scores[i] = rank <= third ? 3.0 : rank > (double)n_values - third ? 1.0 : 2.0;
    }
}

/* Says why a sector has no score: by the only reason of the spec, or by its text to a host that knows none. The
 * preprocessor is for the header of version 1.0, with which this file compiles as well. */
static void withhold(const RotorOutput *output, uint32_t sector)
{
#if ROTOR_ABI_MINOR >= 1
    if (output->size > offsetof(RotorOutput, declared_reason)) {
        output->declared_reason(output->ctx, sector, 0, NULL, 0);
        return;
    }
#endif
    output->reason(output->ctx, sector, text(NO_CLOSE));
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    const struct momentum *momentum = factor;
    const RotorInput *closes = &view->inputs[0];
    const size_t n = view->entities[ROTOR_KIND_SECTOR].n;
    if (closes->values == NULL) {
        say(error, ROTOR_TEXT_MESSAGE, "the dataset has no input `close`");
        say(error, ROTOR_TEXT_HINT, "add `close` to the dataset");
        return ROTOR_FAILED;
    }
    const uint32_t available = n_available(closes), needed = momentum->lookback + 1;
    if (available < needed) {
        say_too_short(view->as_of, available, needed, error);
        return ROTOR_FAILED;
    }
    /* One more, because none at all may be null. */
    double *raws = calloc(2 * n + 1, sizeof *raws);
    if (raws == NULL) {
        say(error, ROTOR_TEXT_MESSAGE, "there is no memory left");
        return ROTOR_FAILED;
    }
    double *scores = raws + n;
    for (size_t i = 0; i < n; i++) {
        const double end = rotor_value(closes, (uint32_t)i, momentum->skip);
        raws[i] = end / rotor_value(closes, (uint32_t)i, momentum->lookback) - 1.0;
    }
    score_by_thirds(raws, scores, n);
    output->scores(output->ctx, scores, raws, n);
    for (size_t i = 0; i < n; i++) {
        if (isnan(scores[i])) {
            withhold(output, (uint32_t)i);
        }
    }
    free(raws);
    return ROTOR_OK;
}

static const RotorVTable VTABLE = { sizeof(RotorVTable), init, parameters, create, destroy, spec, evaluate };

const RotorHeader rotor_factor__momentum_c = {
    .magic = ROTOR_MAGIC_BYTES,
    .abi_major = ROTOR_ABI_MAJOR,
    .abi_minor = ROTOR_ABI_MINOR,
    .header_size = sizeof(RotorHeader),
    .flags = ROTOR_CONTAINS_PANICS,
    .build = "momentum_c 0.1.0; C11; cc " __VERSION__,
    .vtable = &VTABLE,
};
