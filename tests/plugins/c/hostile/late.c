/* Delivers something, `WHAT`, that nobody asked for: by a thread after its call has ended, in the next call for the one before, from
 * another thread during the call, or to a context that it has made up (`WHEN`).
 *
 * Expected: refused, counted and named; it loses its scores of the whole run, and nobody else loses anything.
 */
#include "hostile.h"

enum what { SCORES, REASON, FORECASTS, REALIZED, DIAGNOSTIC, A_TABLE, MESSAGE };
enum when { THREAD, NEXT, FOREIGN, MADE_UP };

/* Copies: the structures of the call are gone when it has ended. */
struct delivery {
    RotorOutput output;
    RotorTextSink error;
    size_t n;
};

static struct delivery kept;
static pthread_mutex_t keeping = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int n_delivered = 0;

static void deliver(const struct delivery *to)
{
    const RotorOutput *output = &to->output;
    void *ctx = output->ctx;
    /* Other numbers than those that anybody gives. */
    double numbers[256];
    for (size_t i = 0; i < 256; i++) {
        numbers[i] = 2.0;
    }
    const size_t n = to->n < 256 ? to->n : 256;
    switch ((enum what)WHAT) {
    case SCORES:
        output->scores(ctx, numbers, numbers, n);
        break;
    case REASON:
        output->reason(ctx, 0, text("it came late"));
        break;
    case FORECASTS: {
        const RotorForecast row = { ROTOR_KIND_SECTOR, 0, ROTOR_FREQUENCY_MONTHLY, 555, 1.0, 1.0 };
        output->forecasts(ctx, text("late"), &row, 1);
        break;
    }
    case REALIZED: {
        const RotorRealized row = { ROTOR_KIND_SECTOR, 0, ROTOR_FREQUENCY_MONTHLY, 555, 1.0 };
        output->realized(ctx, text("late"), &row, 1);
        break;
    }
    case DIAGNOSTIC:
        output->diagnostic(ctx, text("late"), ROTOR_KIND_SECTOR, numbers, n);
        break;
    case A_TABLE: {
        const RotorColumn column = { text("late"), ROTOR_COLUMN_NUMBERS, 0, numbers, NULL, NULL };
        const RotorTable table = { text("late"), &column, 1, 1, 0, 0 };
        output->table(ctx, &table);
        break;
    }
    case MESSAGE:
        to->error.write(to->error.ctx, ROTOR_TEXT_MESSAGE, text("it came late"));
        break;
    }
    n_delivered++;
}

static void *deliver_late(void *to)
{
    /* Long enough for the call to end; if it has not, it is another thread's call all the same. */
    usleep(2000);
    for (int i = 0; i < 1000; i++) {
        deliver(to);
        usleep(50);
    }
    return NULL;
}

static void *deliver_now(void *to)
{
    deliver(to);
    return NULL;
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    struct delivery own = { *output, *error, view->entities[ROTOR_KIND_SECTOR].n };
    const int n_before = n_calls++;
    pthread_t thread;
    switch ((enum when)WHEN) {
    case THREAD:
        if (n_before == 0) {
            kept = own;
            pthread_create(&thread, NULL, deliver_late, &kept);
            pthread_detach(thread);
        } else {
            /* The run does not end before something has come. */
            WAIT_UNTIL(n_delivered > 0);
        }
        break;
    case NEXT:
        pthread_mutex_lock(&keeping);
        if (n_before > 0) {
            deliver(&kept);
        }
        kept = own;
        pthread_mutex_unlock(&keeping);
        break;
    case FOREIGN:
        pthread_create(&thread, NULL, deliver_now, &own);
        pthread_join(thread, NULL);
        break;
    case MADE_UP: {
        static uint64_t nothing[512];
        void *const made_up[] = { NULL, (void *)16, nothing, (char *)output->ctx + 1, (char *)output->ctx + 64 };
        for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
            own.output.ctx = own.error.ctx = made_up[i];
            deliver(&own);
        }
        break;
    }
    }
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
