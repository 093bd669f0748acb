/* Has another name from the second time on that it is made.
 *
 * Expected: refused, with both names: scores, settings and weights belong to a name.
 */
#include "hostile.h"

static int n_made = 0;

static int32_t create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    n_made++;
    return plain_create(given, n_given, out, error);
}

static int32_t spec(const void *factor, const RotorTextSink *out, const RotorTextSink *error)
{
    if (n_made < 2) {
        return plain_spec(factor, out, error);
    }
    say(out, "{\"name\":\"renamed\",\"version\":\"0.1.0\",\"about\":\"A plug-in of the tests\","
             "\"scale\":\"points\",\"inputs\":["
             "{\"name\":\"close\",\"source\":\"close\",\"entity\":\"sector\",\"frequency\":\"M\",\"window\":13}]}");
    return ROTOR_OK;
}

EXPORT(.create = create, .spec = spec);
