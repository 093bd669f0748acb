/* Changes something that belongs to the process, `WHAT`, and leaves it so.
 *
 * Expected: put back, and named in the warnings of the run; the files of the run are where and as they would be without it.
 */
#include "hostile.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum what { NOTHING, DIRECTORY, UMASK, LOCALE, SEGV_HANDLER, INT_HANDLER, SIGNAL_MASK, SIGNAL_STACK, FILE_SIZE, HANDLES, DESCRIPTORS };

static void quiet(int signal)
{
    (void)signal;
    _exit(0);
}

static void limit(int resource, rlim_t soft)
{
    struct rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = soft;
    setrlimit(resource, &limit);
}

static void change(void)
{
    switch ((enum what)WHAT) {
    case NOTHING:
        break;
    case DIRECTORY:
        if (chdir("/") != 0) {
            abort();
        }
        break;
    case UMASK:
        umask(0777);
        break;
    case LOCALE:
        if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
            setlocale(LC_ALL, "POSIX");
        }
        break;
    case SEGV_HANDLER:
        signal(SIGSEGV, quiet);
        break;
    case INT_HANDLER:
        /* Whoever wants to stop the program waits. */
        signal(SIGINT, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        break;
    case SIGNAL_MASK: {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
        break;
    }
    case SIGNAL_STACK: {
        const stack_t none = { .ss_flags = SS_DISABLE };
        sigaltstack(&none, NULL);
        break;
    }
    case FILE_SIZE:
        limit(RLIMIT_FSIZE, 0);
        break;
    case HANDLES:
        limit(RLIMIT_NOFILE, 3);
        break;
    case DESCRIPTORS:
        for (int descriptor = 0; descriptor < 3; descriptor++) {
            close(descriptor);
        }
        break;
    }
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    const int n_before = n_calls++;
#ifdef THEN_SLEEPS
    /* Long enough for somebody to try to stop the program; the file that the environment names says when. */
    const char *asleep = getenv("ROTOR_TEST_ASLEEP");
    if (n_before > 0 && asleep != NULL) {
        close(creat(asleep, 0600));
        for (int i = 0; i < 300; i++) {
            usleep(100000);
        }
    }
#endif
    const int32_t status = plain_evaluate(factor, view, output, error);
    /* Descriptors are closed once: later they are somebody's. */
    if ((enum what)WHAT != DESCRIPTORS || n_before == 0) {
        change();
    }
    return status;
}

EXPORT(.evaluate = evaluate);
