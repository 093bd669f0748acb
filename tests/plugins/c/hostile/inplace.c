/* Writes to what it is lent, `WHAT`: values, codes and their table, weights, links, or the structures of the view.
 *
 * Expected: it writes to memory that others are lent as well, so the run ends with its name; isolated, it has no scores. What is
 * made anew for each call may be written to.
 */
#include "hostile.h"

enum what { VALUES, CODES, CODE_TABLE, GROUPS, BRIDGE, LINKS, LINKED_VALUES, VIEW };

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    const RotorEntities *sectors = &view->entities[ROTOR_KIND_SECTOR];
    const uint32_t n = (uint32_t)sectors->n;
    switch ((enum what)WHAT) {
    case VALUES: {
        double *values = (double *)view->inputs[0].values;
        for (size_t i = 0; i < view->inputs[0].n_values; i++) {
            values[i] = 1.0 / values[i];
        }
        break;
    }
    case CODES:
        for (uint32_t i = 0; i < n; i++) {
            ((uint8_t *)sectors->codes[i].ptr)[0] = 'X';
        }
        break;
    case CODE_TABLE: {
        RotorStr *codes = (RotorStr *)sectors->codes, first = codes[0];
        codes[0] = codes[n - 1];
        codes[n - 1] = first;
        break;
    }
    case GROUPS:
        for (uint32_t i = 0; i < n; i++) {
            ((uint32_t *)sectors->groups)[i] = 1;
        }
        break;
    case BRIDGE: {
        RotorBridgeWeight *weights = (RotorBridgeWeight *)view->bridge->weights;
        for (uint32_t i = 0; i < view->bridge->starts[n]; i++) {
            weights[i].weight = 0.001;
        }
        break;
    }
    case LINKS: {
        RotorLink *links = (RotorLink *)view->links->links;
        for (uint32_t i = 0; i < view->links->starts[n]; i++) {
            links[i].polarity = -links[i].polarity;
        }
        break;
    }
    case LINKED_VALUES:
        for (size_t i = 0; i < view->links->n_series; i++) {
            const RotorInput *series = &view->links->series[i].values;
            for (size_t j = 0; j < series->n_values; j++) {
                ((double *)series->values)[j] *= -1.0;
            }
        }
        break;
    case VIEW: {
        const int32_t status = plain_evaluate(factor, view, output, error);
        memset((void *)view->inputs, 0, view->n_inputs * sizeof *view->inputs);
        memset((void *)(uintptr_t)view, 0, sizeof *view);
        return status;
    }
    }
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
