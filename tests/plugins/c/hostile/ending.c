/* Has something, `WHAT`, done when the process ends; or leaves its call by another way than by returning, or twice.
 *
 * Expected: the program ends as if it were not there: in time, with its own exit code, with the blame where there is any, and without a
 * process that stays.
 */
#include "hostile.h"

enum what { ATEXIT_HANGS, ATEXIT_EXITS, DESTRUCTOR_HANGS, DESTRUCTOR_EXITS, EXITS_QUIETLY, THREAD_EXITS, FORKS };

static void hang(void)
{
    for (;;) {
        pause();
    }
}

static void leave(void)
{
    _exit((enum what)WHAT == EXITS_QUIETLY ? 0 : 7);
}

__attribute__((destructor)) static void destructor(void)
{
    if ((enum what)WHAT == DESTRUCTOR_HANGS) {
        hang();
    }
    if ((enum what)WHAT == DESTRUCTOR_EXITS) {
        leave();
    }
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    if (n_calls++ == 0) {
        switch ((enum what)WHAT) {
        case ATEXIT_HANGS:
            atexit(hang);
            break;
        case ATEXIT_EXITS:
            atexit(leave);
            break;
        case EXITS_QUIETLY:
            /* Handlers run in the reverse order: this one is asked before those of the host. */
            atexit(leave);
            exit(0);
        case THREAD_EXITS:
            pthread_exit(NULL);
        case FORKS:
            /* Two processes go on from here. */
            if (fork() < 0) {
                abort();
            }
            break;
        default:
            break;
        }
    }
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
