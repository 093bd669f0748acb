/* What the plug-ins of this folder share: a factor that is as it should be, to be spoilt in one respect.
 *
 * A file is compiled with `-DNAME=…`, the name of the factor and of its library; several with `-DWHAT=…` and the like, one
 * library each. `EXPORT(.evaluate = evaluate)` replaces functions of the well-behaved factor by others. It looks at closes,
 * weights and linked series, so that it has something of everything that a host lends.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rotor_factor.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
#define SYMBOL_OF(name) rotor_factor__##name
#define SYMBOL(name) SYMBOL_OF(name)

/* Some of these are not used by every file. */
#define SHARED __attribute__((unused)) static

/* The first call of `evaluate`, counted over all threads and instances. */
SHARED _Atomic int n_calls = 0;

SHARED RotorStr text(const char *zero_ended)
{
    return (RotorStr){ (const uint8_t *)zero_ended, strlen(zero_ended) };
}

SHARED void say(const RotorTextSink *sink, const char *zero_ended)
{
    sink->write(sink->ctx, ROTOR_TEXT_MESSAGE, text(zero_ended));
}

/* Waits for a condition, two seconds at most. */
#define WAIT_UNTIL(condition)                                   \
    for (int waited = 0; !(condition) && waited < 2000; waited++) \
    usleep(1000)

SHARED int32_t plain_init(void)
{
    return ROTOR_OK;
}

SHARED int32_t plain_parameters(const RotorTextSink *out)
{
    say(out, "{\"parameters\":[]}");
    return ROTOR_OK;
}

SHARED int32_t plain_create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    (void)given, (void)n_given, (void)error;
    static char factor;
    *out = &factor;
    return ROTOR_OK;
}

SHARED void plain_destroy(void *factor)
{
    (void)factor;
}

SHARED int32_t plain_spec(const void *factor, const RotorTextSink *out, const RotorTextSink *error)
{
    (void)factor, (void)error;
    say(out, "{\"name\":\"" TEXT(NAME) "\",\"version\":\"0.1.0\",\"about\":\"A plug-in of the tests\","
             "\"scale\":\"points\",\"inputs\":["
             "{\"name\":\"close\",\"source\":\"close\",\"entity\":\"sector\",\"frequency\":\"M\",\"window\":13},"
             "{\"name\":\"bridge\",\"source\":\"bridge\"},"
             "{\"name\":\"links\",\"source\":\"links\",\"days\":30,\"months\":3}]}");
    return ROTOR_OK;
}

/* Gives 3 to sectors that have risen in twelve months and 1 to those that have fallen. */
SHARED int32_t plain_evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                              const RotorTextSink *error)
{
    (void)factor, (void)error;
    const size_t n = view->entities[ROTOR_KIND_SECTOR].n;
    double *raws = calloc(2 * n + 1, sizeof *raws), *scores = raws + n;
    for (size_t i = 0; i < n; i++) {
        raws[i] = rotor_value(&view->inputs[0], (uint32_t)i, 0) / rotor_value(&view->inputs[0], (uint32_t)i, 12) - 1.0;
        scores[i] = isnan(raws[i]) ? NAN : raws[i] > 0.0 ? 3.0 : 1.0;
    }
    output->scores(output->ctx, scores, raws, n);
    for (size_t i = 0; i < n; i++) {
        if (isnan(scores[i])) {
            output->reason(output->ctx, (uint32_t)i, text("a close is missing"));
        }
    }
    free(raws);
    return ROTOR_OK;
}

#define EXPORT(...)                                                                                          \
    static const RotorVTable VTABLE = { .size = sizeof(RotorVTable),                                         \
                                        .init = plain_init,                                                  \
                                        .parameters = plain_parameters,                                      \
                                        .create = plain_create,                                              \
                                        .destroy = plain_destroy,                                            \
                                        .spec = plain_spec,                                                  \
                                        .evaluate = plain_evaluate,                                          \
                                        __VA_ARGS__ };                                                       \
    const RotorHeader SYMBOL(NAME) = { .magic = ROTOR_MAGIC_BYTES,                                           \
                                       .abi_major = ROTOR_ABI_MAJOR,                                         \
                                       .abi_minor = ROTOR_ABI_MINOR,                                         \
                                       .header_size = sizeof(RotorHeader),                                   \
                                       .flags = ROTOR_CONTAINS_PANICS,                                       \
                                       .build = TEXT(NAME) " 0.1.0; C11",                                    \
                                       .vtable = &VTABLE }

#endif /* HOSTILE_H */
