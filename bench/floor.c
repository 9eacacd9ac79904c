/*
 * floor PROJECT RENDERED stream|FOLDER: what any program must do that makes the same bytes of the same inputs, and no
 * more. It reads and parses the project's definitions (libfyaml), and then, for each service in each environment,
 * clones the trees of one of the first ten services, puts the other group's digits in, and prints them through a
 * plain buffer writer; as a stream to stdout, or as files that are compared and written where they differ. The trees
 * come from RENDERED, which is what kiln rendered of the same project; of that only the first ten services and the
 * environments' own files are read. One thread. It checks nothing, merges nothing, and trusts bench/fixture for
 * everything.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

enum { GROUP = 10, DIGITS = 4, PATH_SIZE = 1024 };
static const char *const environments[] = {"development", "staging", "production"};

/* ---- memory and buffers ---- */

/* Trees that stay are taken first; what one object needs is taken behind them and again for the next. */
static char *spare;
static size_t spare_size, spare_used;

static void *take(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > spare_size - spare_used) {
        spare_size = size > 1 << 22 ? size : 1 << 22;
        spare_used = 0;
        spare = malloc(spare_size);
        if (!spare)
            exit(2);
    }
    void *memory = spare + spare_used;
    spare_used += size;
    return memory;
}

typedef struct Text {
    char *data;
    size_t size;
    size_t capacity;
} Text;

static void add(Text *text, const char *data, size_t size)
{
    if (size > text->capacity - text->size) {
        while (size > text->capacity - text->size)
            text->capacity = text->capacity ? text->capacity * 2 : 4096;
        text->data = realloc(text->data, text->capacity);
        if (!text->data)
            exit(2);
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static void add_text(Text *text, const char *terminated)
{
    add(text, terminated, strlen(terminated));
}

static bool read_file(const char *path, Text *text)
{
    int fd = open(path, O_RDONLY);
    struct stat status;
    text->size = 0;
    if (fd < 0 || fstat(fd, &status))
        return false;
    while (text->capacity < (size_t)status.st_size + 1) {
        text->capacity = (size_t)status.st_size + 1;
        text->data = realloc(text->data, text->capacity);
    }
    ssize_t got = read(fd, text->data, (size_t)status.st_size);
    close(fd);
    text->size = got < 0 ? 0 : (size_t)got;
    text->data[text->size] = '\0';
    return got == status.st_size;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- trees ---- */

typedef enum Kind { SCALAR, LIST, MAP } Kind;

typedef struct Node {
    Kind kind;
    yaml_scalar_style_t style;
    const char *text;
    size_t size; /* of text; else of children, where keys and values take turns */
    struct Node **children;
} Node;

static Node *node_new(Kind kind, size_t size)
{
    Node *node = take(sizeof *node);
    *node = (Node){.kind = kind, .size = size};
    return node;
}

static Node *parse_node(yaml_document_t *document, int index)
{
    const yaml_node_t *from = yaml_document_get_node(document, index);
    if (from->type == YAML_SCALAR_NODE) {
        Node *node = node_new(SCALAR, from->data.scalar.length);
        char *text = take(node->size + 1);
        memcpy(text, from->data.scalar.value, node->size + 1);
        node->text = text;
        node->style = from->data.scalar.style;
        return node;
    }
    if (from->type == YAML_SEQUENCE_NODE) {
        size_t size = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
        Node *node = node_new(LIST, size);
        node->children = take(size * sizeof *node->children);
        for (size_t i = 0; i < size; i++)
            node->children[i] = parse_node(document, from->data.sequence.items.start[i]);
        return node;
    }
    size_t size = (size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);
    Node *node = node_new(MAP, size * 2);
    node->children = take(size * 2 * sizeof *node->children);
    for (size_t i = 0; i < size; i++) {
        node->children[2 * i] = parse_node(document, from->data.mapping.pairs.start[i].key);
        node->children[2 * i + 1] = parse_node(document, from->data.mapping.pairs.start[i].value);
    }
    return node;
}

/* The places of a group's digits: behind these words. */
static const char *substitute(const char *text, size_t size, const char *digits)
{
    static const char *const words[] = {"service-0000", "group-0000", "feed0000"};
    char *copy = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        const char *at = text;
        while ((at = memmem(at, size - (size_t)(at - text), words[i], length)) != NULL) {
            if (!copy) {
                copy = take(size + 1);
                memcpy(copy, text, size + 1);
            }
            at += length;
            memcpy(copy + (at - text) - DIGITS, digits, DIGITS);
        }
    }
    return copy ? copy : text;
}

static Node *clone(const Node *from, const char *digits)
{
    Node *node = node_new(from->kind, from->size);
    node->style = from->style;
    if (from->kind == SCALAR) {
        node->text = substitute(from->text, from->size, digits);
        return node;
    }
    node->children = take(from->size * sizeof *node->children);
    for (size_t i = 0; i < from->size; i++)
        node->children[i] = clone(from->children[i], digits);
    return node;
}

/* ---- the writer ---- */

static void indent(Text *out, size_t depth)
{
    static const char spaces[] = "                                                                ";
    add(out, spaces, depth);
}

static void print_quoted(Text *out, const Node *node)
{
    add(out, "\"", 1);
    for (size_t i = 0; i < node->size; i++) {
        if (node->text[i] == '"' || node->text[i] == '\\')
            add(out, "\\", 1);
        if (node->text[i] == '\n')
            add(out, "\\n", 2);
        else
            add(out, node->text + i, 1);
    }
    add(out, "\"", 1);
}

static void print_literal(Text *out, const Node *node, size_t depth)
{
    bool ended = node->size && node->text[node->size - 1] == '\n';
    add(out, ended ? "|" : "|-", ended ? 1 : 2);
    for (const char *at = node->text, *end = node->text + node->size; at < end;) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((line ? line : end) - at);
        add(out, "\n", 1);
        if (size)
            indent(out, depth);
        add(out, at, size);
        at += size + 1;
    }
}

static void print_node(Text *out, const Node *node, size_t depth, bool in_list);

static void print_value(Text *out, const Node *node, size_t depth)
{
    if (node->kind != SCALAR && node->size) {
        add(out, "\n", 1);
        print_node(out, node, depth, false);
        return;
    }
    add(out, " ", 1);
    if (node->kind != SCALAR)
        add(out, node->kind == MAP ? "{}" : "[]", 2);
    else if (node->style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        print_quoted(out, node);
    else if (node->style == YAML_LITERAL_SCALAR_STYLE)
        print_literal(out, node, depth);
    else
        add(out, node->text, node->size);
    add(out, "\n", 1);
}

static void print_node(Text *out, const Node *node, size_t depth, bool in_list)
{
    for (size_t i = 0; i < node->size; i += node->kind == MAP ? 2 : 1) {
        if (i || !in_list)
            indent(out, depth);
        if (node->kind == LIST) {
            add(out, "-", 1);
            if (node->children[i]->kind == MAP && node->children[i]->size) {
                add(out, " ", 1);
                print_node(out, node->children[i], depth + 2, true);
            } else
                print_value(out, node->children[i], depth + 2);
            continue;
        }
        if (node->children[i]->style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
            print_quoted(out, node->children[i]);
        else
            add(out, node->children[i]->text, node->children[i]->size);
        add(out, ":", 1);
        print_value(out, node->children[i + 1], depth + 2);
    }
}

/* ---- the inputs, parsed as any program must ---- */

static size_t parse_definition(const char *path, Text *text)
{
    if (!read_file(path, text))
        fail(path);
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET};
    struct fy_document *document = fy_document_build_from_string(&config, text->data, text->size);
    if (!document)
        fail(path);
    fy_document_destroy(document);
    return 1;
}

static size_t parse_folder(const char *project, const char *folder)
{
    char path[PATH_SIZE];
    Text text = {0};
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", project, folder);
    DIR *listing = opendir(path);
    for (struct dirent *entry; listing && (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", project, folder, entry->d_name);
        count += parse_definition(path, &text);
    }
    if (listing)
        closedir(listing);
    free(text.data);
    return count;
}

/* ---- the templates ---- */

typedef struct Object {
    char name[64];
    Node *tree;
} Object;

typedef struct Objects {
    Object list[32];
    size_t count;
} Objects;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Object *)a)->name, ((const Object *)b)->name);
}

static void load_objects(const char *folder, Objects *objects)
{
    char path[PATH_SIZE];
    Text text = {0};
    DIR *listing = opendir(folder);
    if (!listing)
        fail(folder);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!strstr(entry->d_name, ".yaml"))
            continue;
        yaml_parser_t parser;
        yaml_document_t document;
        if (!read_file(path, &text) || !yaml_parser_initialize(&parser))
            fail(path);
        yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.size);
        if (!yaml_parser_load(&parser, &document))
            fail(path);
        Object *object = &objects->list[objects->count++];
        snprintf(object->name, sizeof object->name, "%.60s", entry->d_name);
        object->tree = parse_node(&document, 1);
        yaml_document_delete(&document);
        yaml_parser_delete(&parser);
    }
    closedir(listing);
    free(text.data);
    qsort(objects->list, objects->count, sizeof *objects->list, by_name);
}

/* ---- the output ---- */

static const char *output; /* NULL: a stream */
static bool failed;

static void flush(Text *text)
{
    for (size_t at = 0; at < text->size;) {
        ssize_t put = write(STDOUT_FILENO, text->data + at, text->size - at);
        if (put <= 0)
            fail("stdout");
        at += (size_t)put;
    }
    text->size = 0;
}

static bool is_same(const char *path, const Text *text, Text *found)
{
    struct stat status;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    bool same = !fstat(fd, &status) && (size_t)status.st_size == text->size;
    if (same && found->capacity < text->size) {
        found->capacity = text->size * 2;
        found->data = realloc(found->data, found->capacity);
    }
    same = same && read(fd, found->data, text->size) == (ssize_t)text->size &&
           memcmp(found->data, text->data, text->size) == 0;
    close(fd);
    return same;
}

static void write_file(const char *folder, const char *name, const Text *text)
{
    static Text found;
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s/%s", output, folder, name);
    if (is_same(path, text, &found))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 && errno == ENOENT) {
        char parent[PATH_SIZE];
        snprintf(parent, sizeof parent, "%s/%s", output, folder);
        for (char *at = parent + 1; *at; at++) {
            if (*at != '/')
                continue;
            *at = '\0';
            mkdir(parent, 0777);
            *at = '/';
        }
        mkdir(parent, 0777);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    }
    failed |= fd < 0 || write(fd, text->data, text->size) != (ssize_t)text->size || close(fd);
}

static void put_objects(const Objects *objects, const char *folder, const char *source, const char *digits)
{
    static Text out;
    size_t used = spare_used;
    for (size_t i = 0; i < objects->count; i++) {
        add_text(&out, "---\n# Generated by kiln from ");
        add_text(&out, source);
        add_text(&out, "; do not edit.\n");
        print_node(&out, digits ? clone(objects->list[i].tree, digits) : objects->list[i].tree, 0, false);
        spare_used = used;
        if (output) {
            write_file(folder, objects->list[i].name, &out);
            out.size = 0;
        }
    }
    flush(&out);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: floor PROJECT RENDERED stream|FOLDER\n");
        return 2;
    }
    char path[PATH_SIZE], folder[PATH_SIZE], digits[32];
    Text text = {0};
    output = strcmp(argv[3], "stream") == 0 ? NULL : argv[3];
    snprintf(path, sizeof path, "%s/kiln.yaml", argv[1]);
    parse_definition(path, &text);
    parse_folder(argv[1], "environments");
    size_t services = parse_folder(argv[1], "services");
    for (size_t e = 0; e < sizeof environments / sizeof *environments; e++) {
        Objects own = {0};
        snprintf(path, sizeof path, "%s/%s", argv[2], environments[e]);
        load_objects(path, &own);
        snprintf(folder, sizeof folder, "environments/%s.yaml", environments[e]);
        put_objects(&own, environments[e], folder, NULL);
        Objects *group = calloc(GROUP, sizeof *group);
        for (size_t i = 0; i < GROUP; i++) {
            snprintf(path, sizeof path, "%s/%s/service-%05zu", argv[2], environments[e], i);
            load_objects(path, &group[i]);
        }
        for (size_t i = 0; i < services; i++) {
            snprintf(digits, sizeof digits, "%04zu", i / GROUP);
            snprintf(path, sizeof path, "services/service-%05zu.yaml", i);
            snprintf(folder, sizeof folder, "%s/service-%05zu", environments[e], i);
            put_objects(&group[i % GROUP], folder, path, digits);
        }
        free(group);
    }
    return failed;
}
