/* The program: everything is in src/cli. */
#include "kiln/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
