/* Sends the process a signal, `SIGNAL`, that ends it unless somebody sees to it: in the call, or by a timer while others are asked
 * (`LATER`).
 *
 * Expected: the program ends with its name, or, where it cannot be known who did it, with a message that blames nobody; a signal that
 * the program passes over changes nothing.
 */
#include "hostile.h"

#include <signal.h>
#include <sys/time.h>

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    if (n_calls++ == 0) {
#ifdef LATER
        const struct itimerval soon = { .it_value = { 0, 3000 } };
        setitimer(ITIMER_REAL, &soon, NULL);
#else
        raise(SIGNAL);
#endif
    }
#ifdef LATER
    usleep(1000);
#endif
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
