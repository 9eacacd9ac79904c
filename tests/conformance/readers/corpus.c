/*
 * Writes what other YAML readers are to read: one line of JSON per document, {"yaml": text as yaml_write wrote it,
 * "value": what was meant}. With --check-read or --check-manifests it has one of kiln's own readers read the same
 * documents instead.
 */
#include "kiln/yaml.h"

#include "../../unit/yaml_corpus.h"

#include <stdio.h>

static const double numbers[] = {
    0, 1, -1, 8080, 1.5, -0.25, 1e15, 1e21, 1e30, 1.5e300, 1e-7, 123456789.125, 9007199254740991.0, 5e-324};

static const Value *string_of(Arena *arena, Str text)
{
    return value_new_string(arena, ORIGIN_NONE, text);
}

static void set(MapBuilder *map, Str key, const Value *value)
{
    map_set(map, key, ORIGIN_NONE, value);
}

/* The text as key and value at depths one to four, in lists, followed by others and last in the document. */
static const Value *document_of(Arena *arena, Str text)
{
    const Value *string = string_of(arena, text);
    MapBuilder deep = map_begin(arena), item = map_begin(arena), root = map_begin(arena);
    ListBuilder inner = list_begin(arena), list = list_begin(arena);
    set(&deep, text, string);
    set(&deep, STR("k"), string);
    list_add(&inner, string);
    list_add(&inner, map_end(&deep, ORIGIN_NONE));
    set(&item, text, list_end(&inner, ORIGIN_NONE));
    set(&item, STR("k"), string);
    list_add(&list, string);
    list_add(&list, map_end(&item, ORIGIN_NONE));
    list_add(&list, item.entries[0].value);
    set(&root, text, string);
    set(&root, STR("list"), list_end(&list, ORIGIN_NONE));
    set(&root, STR("last"), string);
    return map_end(&root, ORIGIN_NONE);
}

static const Value *plain_document(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(numbers); i++)
        set(&map, arena_printf(arena, "n%zu", i), value_new_number(arena, ORIGIN_NONE, numbers[i]));
    set(&map, STR("yes"), &value_true);
    set(&map, STR("false"), &value_false);
    set(&map, STR("null"), &value_null);
    set(&map, STR("list"), &value_empty_list);
    set(&map, STR("map"), &value_empty_map);
    return map_end(&map, ORIGIN_NONE);
}

static void write_line(Arena *arena, const Value *value, Buf *out)
{
    const YamlStyle style = {.sorted = true};
    Buf yaml = {0};
    buf_add(&yaml, STR("---\n"));
    yaml_write(&yaml, value, &style);
    MapBuilder line = map_begin(arena);
    set(&line, STR("yaml"), string_of(arena, buf_str(&yaml)));
    set(&line, STR("value"), value);
    value_print_json(map_end(&line, ORIGIN_NONE), false, out);
    buf_add_char(out, '\n');
    buf_release(&yaml);
}

static const Value *case_of(Arena *arena, size_t number)
{
    return number < CORPUS_SIZE ? document_of(arena, corpus_string(arena, number)) : plain_document(arena);
}

static void write_corpus(void)
{
    Buf out = {0};
    for (size_t i = 0; i <= CORPUS_SIZE; i++) {
        Arena *arena = arena_new();
        write_line(arena, case_of(arena, i), &out);
        arena_free(arena);
        fwrite(out.data, 1, out.size, stdout);
        out.size = 0;
    }
    buf_release(&out);
}

static bool keep(void *user, const Value *document)
{
    *(const Value **)user = document;
    return true;
}

static bool reads_back(Arena *arena, const Value *value, bool manifests)
{
    const YamlStyle style = {.sorted = true};
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Value *found = NULL;
    Buf yaml = {0};
    yaml_write(&yaml, value, &style);
    const Source *source = sources_add(sources, STR("yaml"), arena_copy(arena, buf_str(&yaml)), false);
    buf_release(&yaml);
    if (manifests && !yaml_manifests(arena, source, diags, keep, &found))
        return false;
    if (!manifests)
        found = yaml_read(arena, source, diags);
    return found && value_equal(found, value);
}

static int check_corpus(bool manifests)
{
    size_t differ = 0;
    for (size_t i = 0; i <= CORPUS_SIZE; i++) {
        Arena *arena = arena_new();
        if (!reads_back(arena, case_of(arena, i), manifests) && ++differ <= 5)
            fprintf(stderr, "differs: string %zu of the corpus\n", i);
        arena_free(arena);
    }
    printf("%d documents, %zu differ\n", CORPUS_SIZE + 1, differ);
    return differ > 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--check-read") == 0)
        return check_corpus(false);
    if (argc == 2 && strcmp(argv[1], "--check-manifests") == 0)
        return check_corpus(true);
    write_corpus();
    return 0;
}
