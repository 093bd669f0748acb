/* Does something, `WHAT`, as soon as it is opened, before it can be asked anything.
 *
 * Expected: the program ends with the name of the library, after the time limit where it would wait for ever; isolated, the library
 * is refused.
 */
#include "hostile.h"

#include <fcntl.h>

enum what { HANG, EXIT, ABORT, CRASH, ALLOCATE };

__attribute__((constructor)) static void constructor(void)
{
    switch ((enum what)WHAT) {
    case HANG: {
        /* Whoever wants to stop the program is told when. */
        const char *asleep = getenv("ROTOR_TEST_ASLEEP");
        if (asleep != NULL) {
            close(creat(asleep, 0600));
        }
        for (;;) {
            pause();
        }
    }
    case EXIT:
        exit(0);
    case ABORT:
        abort();
    case CRASH:
        *(volatile int *)8 = 1;
        break;
    case ALLOCATE:
        /* 384 mebibytes, and they must be there. */
        for (int i = 0; i < 384; i++) {
            char *mebibyte = malloc(1 << 20);
            if (mebibyte == NULL) {
                abort();
            }
            memset(mebibyte, 1, 1 << 20);
        }
    }
}

EXPORT();
