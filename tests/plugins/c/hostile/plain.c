/* Nothing is wrong with it; compiled with `-ffast-math` it is an honest library whose constructor, which the compiler adds, has
 * the processor flush small numbers to zero.
 *
 * Expected: it scores. With `-ffast-math`: nobody else's bits change.
 */
#include "hostile.h"

EXPORT();
