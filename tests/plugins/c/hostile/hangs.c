/* Never returns from the function `WHERE`.
 *
 * Expected: after the time limit the program ends with the name of the library; isolated, it is refused, or has no scores.
 */
#include "hostile.h"

enum where { INIT, PARAMETERS, CREATE, SPEC, EVALUATE, DESTROY };

static void hang_in(enum where where)
{
    while (where == (enum where)WHERE) {
        pause();
    }
}

static int32_t init(void)
{
    hang_in(INIT);
    return plain_init();
}

static int32_t parameters(const RotorTextSink *out)
{
    hang_in(PARAMETERS);
    return plain_parameters(out);
}

static int32_t create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    hang_in(CREATE);
    return plain_create(given, n_given, out, error);
}

static void destroy(void *factor)
{
    hang_in(DESTROY);
    plain_destroy(factor);
}

static int32_t spec(const void *factor, const RotorTextSink *out, const RotorTextSink *error)
{
    hang_in(SPEC);
    return plain_spec(factor, out, error);
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    hang_in(EVALUATE);
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.init = init, .parameters = parameters, .create = create, .destroy = destroy, .spec = spec,
       .evaluate = evaluate);
