/*
 * prebuild: reads the embedded YAML files as kiln would, and prints their values as a C file of constant data, so
 * that the program reads nothing when it starts. Runs at build time only. Maps have no index here: they are small, or
 * seldom asked.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kiln/yaml.h"

typedef struct Counts {
    size_t values;
    size_t entries;
    size_t items;
} Counts;

static void count(const Value *value, Counts *counts)
{
    counts->values++;
    counts->entries += value->kind == VALUE_MAP ? value->size : 0;
    counts->items += value->kind == VALUE_LIST ? value->size : 0;
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++)
        count(value->entries[i].value, counts);
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->size; i++)
        count(value->items[i], counts);
}

static void print_text(Str text)
{
    putchar('"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?')
            printf("\\%03o", c);
        else
            putchar(c);
    }
    putchar('"');
}

/*
 * Values, entries and items of a file are one array each, and a node's members stand together: breadth first, with a
 * queue of the values in the order of their numbers.
 */
typedef struct File {
    size_t number;
    const Value **queue;
    size_t known;
} File;

static size_t enqueue(File *file, const Value *value)
{
    file->queue[file->known] = value;
    return file->known++;
}

static void print_members(File *file, ValueKind kind)
{
    for (size_t i = 0, next = 1; i < file->known; i++) {
        const Value *value = file->queue[i];
        bool map = value->kind == VALUE_MAP, list = value->kind == VALUE_LIST;
        for (uint32_t j = 0; (map || list) && j < value->size; j++, next++) {
            if (map && kind == VALUE_MAP) {
                printf("    {{");
                print_text(value->entries[j].key);
                printf(", %zu}, %uu, &v%zu[%zu]},\n", value->entries[j].key.size, value->entries[j].key_origin,
                       file->number, next);
            } else if (list && kind == VALUE_LIST)
                printf("    &v%zu[%zu],\n", file->number, next);
        }
    }
}

static void print_values(const File *file)
{
    size_t entries = 0, items = 0;
    for (size_t i = 0; i < file->known; i++) {
        const Value *value = file->queue[i];
        printf("    {.kind = %d, .flags = %d, .origin = %uu, .size = %u, ", value->kind, value->flags, value->origin,
               value->size);
        if ((value->kind == VALUE_MAP || value->kind == VALUE_LIST) && !value->size) {
            printf("},\n");
        } else if (value->kind == VALUE_MAP) {
            printf(".entries = e%zu + %zu},\n", file->number, entries);
            entries += value->size;
        } else if (value->kind == VALUE_LIST) {
            printf(".items = i%zu + %zu},\n", file->number, items);
            items += value->size;
        } else {
            printf(".text = ");
            print_text(value_text(value));
            if (value->kind == VALUE_NUMBER)
                printf(", .number = %a", value->number);
            if (value->kind == VALUE_BOOL)
                printf(", .boolean = %d", value->boolean);
            printf("},\n");
        }
    }
}

static void print_file(size_t number, const Value *root)
{
    Counts counts = {0};
    count(root, &counts);
    File file = {.number = number, .queue = calloc(counts.values, sizeof *file.queue)};
    if (!file.queue)
        exit(EXIT_FAILURE);
    enqueue(&file, root);
    for (size_t i = 0; i < file.known; i++) {
        const Value *value = file.queue[i];
        for (uint32_t j = 0; value->kind == VALUE_MAP && j < value->size; j++)
            enqueue(&file, value->entries[j].value);
        for (uint32_t j = 0; value->kind == VALUE_LIST && j < value->size; j++)
            enqueue(&file, value->items[j]);
    }
    printf("static const Value v%zu[%zu];\n", number, counts.values);
    if (counts.entries) {
        printf("static const MapEntry e%zu[] = {\n", number);
        print_members(&file, VALUE_MAP);
        printf("};\n");
    }
    if (counts.items) {
        printf("static const Value *const i%zu[] = {\n", number);
        print_members(&file, VALUE_LIST);
        printf("};\n");
    }
    printf("static const Value v%zu[%zu] = {\n", number, counts.values);
    print_values(&file);
    printf("};\n");
    free(file.queue);
}

static bool is_wanted(Str path)
{
    return str_starts(path, STR("environments/")) || str_starts(path, STR("standards/")) ||
           (str_starts(path, STR("templates/")) && !str_starts(path, STR("templates/scaffold/")));
}

/* The examples of rules are most of all that is embedded, and no run needs them (rule_whole). */
static const Value *without_examples(Arena *arena, Str path, const Value *root)
{
    static const char *const examples[] = {"good", "bad", "found"};
    for (size_t i = 0; i < LENGTH_OF(examples) && str_starts(path, STR("standards/")); i++)
        root = value_without(arena, root, str_from(examples[i]));
    return root;
}

int main(void)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    bool *read = ARENA_ARRAY(arena, bool, embedded_file_count);
    printf("#include \"kiln/value.h\"\n\n");
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (!is_wanted(embedded_files[i].path))
            continue;
        const Value *root = yaml_read(arena, sources_built_in(sources, &embedded_files[i]), diags);
        read[i] = root != NULL;
        if (root)
            print_file(i, without_examples(arena, embedded_files[i].path, root));
    }
    printf("const Value *const embedded_values[] = {\n");
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (read[i])
            printf("    v%zu,\n", i);
        else
            printf("    NULL,\n");
    }
    printf("    NULL};\n");
    Buf said = {0};
    diags_print(diags, &said);
    fwrite(said.data ? said.data : "", 1, said.size, stderr);
    bool ok = diags_error_count(diags) == 0 && !fflush(stdout) && !ferror(stdout);
    buf_release(&said);
    arena_free(arena);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
