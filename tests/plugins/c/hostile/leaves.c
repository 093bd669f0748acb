/* Ends the process, `HOW`, by a way that nothing in the process sees, in the function `WHERE`.
 *
 * Expected: the program ends with exit code 2 and a sentence that names this library, or is killed, and says so; there is no run
 * folder. Isolated it costs itself alone.
 */
#include "hostile.h"

#include <signal.h>
#include <sys/syscall.h>

enum how { EXIT, CALL, KILL, EXEC, DEAF };
enum where { CONSTRUCTOR, CREATE, EVALUATE, THREAD, ATEXIT };

static void leave(void)
{
    switch ((enum how)HOW) {
    case EXIT:
        _exit(0);
    case CALL:
#ifdef SYS_exit_group
        syscall(SYS_exit_group, 0);
#endif
        _exit(0);
    case KILL:
        kill(getpid(), SIGKILL);
        break;
    case EXEC: {
        char *const arguments[] = { "true", NULL };
        char *const nothing[] = { NULL };
        execve("/bin/true", arguments, nothing);
        _exit(0);
    }
    case DEAF:
        /* A crash that no handler sees. */
        signal(SIGSEGV, SIG_DFL);
        *(volatile int *)8 = 1;
        break;
    }
}

static void leave_in(enum where where)
{
    if (where == (enum where)WHERE) {
        leave();
    }
}

__attribute__((constructor)) static void constructor(void)
{
    leave_in(CONSTRUCTOR);
}

static int32_t create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    leave_in(CREATE);
    return plain_create(given, n_given, out, error);
}

static void *leave_late(void *nothing)
{
    usleep(500);
    leave();
    return nothing;
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    if (n_calls++ == 0) {
        if ((enum where)WHERE == THREAD) {
            pthread_t thread;
            pthread_create(&thread, NULL, leave_late, NULL);
            pthread_detach(thread);
        }
        if ((enum where)WHERE == ATEXIT) {
            /* Asked before the handlers of the host, in the reverse order. */
            atexit(leave);
            exit(0);
        }
        leave_in(EVALUATE);
    } else if ((enum where)WHERE == THREAD) {
        /* The run waits for the end. */
        usleep(200000);
    }
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.create = create, .evaluate = evaluate);
