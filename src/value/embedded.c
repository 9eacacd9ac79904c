/* The values of the embedded files, which are data of the program: nothing is parsed when it starts. */
#include "kiln/value.h"

const Value *embedded_value(const EmbeddedFile *file)
{
    return embedded_values[file - embedded_files];
}
