/* Changes how the processor computes, `WHAT`, and leaves it so: in `evaluate`, `create` or its constructor (`WHERE`).
 *
 * Expected: refused with a reason that says so; nobody else's bits change, on whichever thread they are asked next.
 */
#include "hostile.h"

#include <fenv.h>

enum what { FLUSH_TO_ZERO, ROUND_UP, X87_PRECISION, TRAPS };
enum where { EVALUATE, CREATE, CONSTRUCTOR };

static void change(void)
{
    switch ((enum what)WHAT) {
#if defined(__x86_64__)
    case FLUSH_TO_ZERO:
        __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
        break;
    case X87_PRECISION: {
        /* Single precision, and truncation. */
        const uint16_t word = 0x0c7f;
        __asm__ volatile("fldcw %0" : : "m"(word));
        break;
    }
    case TRAPS:
        /* The next inexact result, whoever computes it, is a signal. */
        __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() & ~0x103f);
        break;
#elif defined(__aarch64__)
    case FLUSH_TO_ZERO:
    case X87_PRECISION:
    case TRAPS: {
        uint64_t control;
        __asm__ volatile("mrs %0, fpcr" : "=r"(control));
        control |= (enum what)WHAT == TRAPS ? 1u << 12 : 1u << 24;
        __asm__ volatile("msr fpcr, %0" : : "r"(control));
        break;
    }
#endif
    default:
        fesetround(FE_UPWARD);
    }
}

__attribute__((constructor)) static void constructor(void)
{
    if ((enum where)WHERE == CONSTRUCTOR) {
        change();
    }
}

static int32_t create(const RotorParameter *given, size_t n_given, void **out, const RotorTextSink *error)
{
    if ((enum where)WHERE == CREATE) {
        change();
    }
    return plain_create(given, n_given, out, error);
}

static int32_t evaluate(const void *factor, const RotorView *view, const RotorOutput *output,
                        const RotorTextSink *error)
{
    const int32_t status = plain_evaluate(factor, view, output, error);
    if ((enum where)WHERE == EVALUATE) {
        change();
    }
    return status;
}

EXPORT(.create = create, .evaluate = evaluate);
