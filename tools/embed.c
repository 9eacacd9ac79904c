/*
 * embed FILE…: prints a C file that holds the files' bytes as the table of include/kiln/base.h. Runs at build time only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An environment is called by its name, as people write it; anything else by its path. */
static void print_name(const char *path)
{
    static const char folder[] = "environments/", ending[] = ".yaml";
    if (strncmp(path, folder, sizeof folder - 1) == 0)
        printf("    STR(\"built-in %.*s\"),\n", (int)(strlen(path) - sizeof folder - sizeof ending + 2),
               path + sizeof folder - 1);
    else
        printf("    STR(\"built-in %s\"),\n", path);
}

static size_t print_bytes(FILE *file)
{
    size_t size = 0;
    int c;
    putchar('"');
    for (int column = 0; (c = getc(file)) != EOF; size++) {
        if (c == '\n') {
            printf("\\n\"\n    \"");
            column = 0;
        } else if (c == '"' || c == '\\' || c == '?') {
            printf("\\%c", c);
        } else if (c < 32 || c > 126) {
            printf("\\%03o", (unsigned)c);
        } else {
            putchar(c);
        }
        if (++column == 8000) {
            printf("\"\n    \"");
            column = 0;
        }
    }
    putchar('"');
    return size;
}

int main(int argc, char **argv)
{
    printf("#include \"kiln/base.h\"\n\nconst EmbeddedFile embedded_files[] = {\n");
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        printf("    {STR(\"%s\"),\n", argv[i]);
        print_name(argv[i]);
        printf("    {");
        size_t size = print_bytes(file);
        printf(", %zu}},\n", size);
        fclose(file);
    }
    printf("    {{NULL, 0}, {NULL, 0}, {NULL, 0}},\n};\nconst size_t embedded_file_count = %d;\n", argc - 1);
    return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
