/* Does something, `WHAT`, as soon as it is opened, before it can be asked anything.
 *
 * Expected: the program ends with the name of the library, after the time limit where it would wait for ever; isolated, the library
 * is refused.
 */
#include "hostile.h"

enum what { HANG, EXIT, ABORT, CRASH };

__attribute__((constructor)) static void constructor(void)
{
    switch ((enum what)WHAT) {
    case HANG:
        for (;;) {
            pause();
        }
    case EXIT:
        exit(0);
    case ABORT:
        abort();
    case CRASH:
        *(volatile int *)8 = 1;
    }
}

EXPORT();
