/* Starts a thread that ends the process, `WHAT`, a little later, while others are asked.
 *
 * Expected: the program ends with the name of this library, whoever was being asked.
 */
#include "hostile.h"

#include <stdio.h>

enum what { CRASH, OVERFLOW, ABORT };

static _Atomic int depth = 0;

/* Without end, which the compiler is not to know, and not a loop. */
__attribute__((noinline)) static int deeper(volatile char *above)
{
    volatile char here[512];
    here[0] = (char)(above[0] + 1);
    if (depth++ < 0) {
        return 0;
    }
    return deeper(here) + here[0];
}

static void *end(void *nothing)
{
    usleep(500);
    switch ((enum what)WHAT) {
    case CRASH:
        *(volatile int *)8 = 1;
        break;
    case OVERFLOW: {
        volatile char first[1] = { 0 };
        printf("%d\n", deeper(first));
        break;
    }
    case ABORT:
        abort();
    }
    return nothing;
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    if (n_calls++ == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, end, NULL);
        pthread_detach(thread);
    } else if (n_calls > 3) {
        /* Two days of others pass, then the run waits for the end. */
        usleep(200000);
    }
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
