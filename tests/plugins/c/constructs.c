/* The factor of momentum.c, and code that runs as soon as the library is opened: it writes the file that the environment variable
 * `ROTOR_TEST_CONSTRUCTOR` names, and goes to the folder that `ROTOR_TEST_FOLDER` names.
 *
 * Expected: nothing of it runs unless somebody has asked for this library, and no relative place moves with it.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <unistd.h>

#include "momentum.c"

__attribute__((constructor)) static void construct(void)
{
    const char *witness = getenv("ROTOR_TEST_CONSTRUCTOR");
    const char *folder = getenv("ROTOR_TEST_FOLDER");
    if (witness != NULL) {
        int file = open(witness, O_WRONLY | O_CREAT, 0600);
        if (file >= 0) {
            close(file);
        }
    }
    if (folder != NULL && chdir(folder) != 0) {
        abort();
    }
}
