/* Honest, with `BYTES` bytes of memory for every thread: of zeros, or with `INITIALISED` of something else.
 *
 * Expected: it loads and scores.
 */
#include "hostile.h"

#ifdef INITIALISED
static _Thread_local volatile unsigned char memory[BYTES] = { 42 };
#define AT_FIRST 42
#else
static _Thread_local volatile unsigned char memory[BYTES];
#define AT_FIRST 0
#endif
static _Thread_local int is_used = 0;

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    if (memory[0] != (is_used ? 7 : AT_FIRST) || memory[BYTES - 1] != (is_used ? 9 : 0)) {
        say(error, "the memory of this thread is not what it was");
        return ROTOR_FAILED;
    }
    is_used = 1;
    memory[0] = 7;
    memory[BYTES - 1] = 9;
    return plain_evaluate(factor, view, output, error);
}

EXPORT(.evaluate = evaluate);
