/*
 * api_table FILE: prints src/api/table.txt as the constant arrays of src/api/table.h. Runs at build time only; a line
 * that it does not understand ends the build.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Text {
    const char *data;
    size_t size;
} Text;

/* Every text is printed once; its place in the pool is its number of bytes before it. */
typedef struct Names {
    Text *list;
    size_t *place;
    size_t count;
    size_t *slots; /* number + 1 */
    size_t mask;
    size_t bytes;
} Names;

typedef struct Type {
    Text expression;
    bool core;
    const char *base;
    unsigned flags, required, keys, key_count, first, count, bound;
} Type;

typedef struct Field {
    Text name;
    char row[96];
} Field;

enum { LIMIT = 60000 }; /* numbers fit into 16 bits */

static Names pool, type_names;
static Type types[LIMIT];
static Field fields[LIMIT];
static size_t type_count, field_count, word_count, bound_count = 1;
static Text words[LIMIT];
static long long bounds[LIMIT][2];
static const char *line_start = "";

static void fail(const char *what)
{
    fprintf(stderr, "api table: %s: %.*s\n", what, (int)strcspn(line_start, "\n"), line_start);
    exit(EXIT_FAILURE);
}

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        fail("out of memory");
    return memory;
}

static size_t hash(Text text, bool core)
{
    size_t sum = core;
    for (size_t i = 0; i < text.size; i++)
        sum = sum * 131 + (unsigned char)text.data[i];
    return sum ^ sum >> 17;
}

static Names names_new(void)
{
    return (Names){.list = take(LIMIT, sizeof(Text)),
                   .place = take(LIMIT, sizeof(size_t)),
                   .slots = take(4 * 65536, sizeof(size_t)),
                   .mask = 4 * 65536 - 1};
}

static bool same(Text a, Text b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* The slot that holds text (of its kind), or the empty one where it belongs. */
static size_t *names_slot(Names *names, Text text, bool core)
{
    for (size_t at = hash(text, core) & names->mask;; at = (at + 1) & names->mask) {
        size_t number = names->slots[at];
        if (!number)
            return &names->slots[at];
        bool fits = names != &type_names || types[number - 1].core == core;
        if (fits && same(names->list[number - 1], text))
            return &names->slots[at];
    }
}

static size_t pool_add(Text text)
{
    size_t *slot = names_slot(&pool, text, false);
    if (!*slot) {
        if (text.size > 255 || pool.bytes + text.size > 65535)
            fail("the pool of texts is full");
        pool.place[pool.count] = pool.bytes;
        pool.list[pool.count] = text;
        pool.bytes += text.size;
        *slot = ++pool.count;
    }
    return pool.place[*slot - 1];
}

/* A blank in a word of the table stands as %20. */
static Text unescape(Text text)
{
    char *data = take(text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool blank = text.size - i >= 3 && memcmp(text.data + i, "%20", 3) == 0;
        data[size++] = blank ? ' ' : text.data[i];
        i += blank ? 2 : 0;
    }
    return (Text){data, size};
}

static unsigned add_words(Text list, char separator, unsigned *count)
{
    unsigned first = (unsigned)word_count;
    for (size_t from = 0; from <= list.size;) {
        const char *end = memchr(list.data + from, separator, list.size - from);
        size_t to = end ? (size_t)(end - list.data) : list.size;
        words[word_count++] = unescape((Text){list.data + from, to - from});
        from = to + 1;
    }
    *count = (unsigned)word_count - first;
    return first;
}

/* "<1..253>" at the end of an expression. */
static unsigned add_bound(Text *expression)
{
    const char *open = expression->size && expression->data[expression->size - 1] == '>'
                           ? memrchr(expression->data, '<', expression->size)
                           : NULL;
    if (!open)
        return 0;
    char *rest;
    const char *dots = strstr(open, "..");
    bounds[bound_count][0] = open[1] == '.' ? INT64_MIN : strtoll(open + 1, &rest, 10);
    bounds[bound_count][1] = dots[2] == '>' ? INT64_MAX : strtoll(dots + 2, &rest, 10);
    expression->size = (size_t)(open - expression->data);
    for (unsigned i = 1; i < bound_count; i++) {
        if (bounds[i][0] == bounds[bound_count][0] && bounds[i][1] == bounds[bound_count][1])
            return i;
    }
    return (unsigned)bound_count++;
}

static size_t type_number(Text expression, bool core);

/* [T], [T]=, [T]#key,key */
static void read_list(Type *type, Text text, bool core)
{
    const char *end = memrchr(text.data, ']', text.size);
    Text inside = {text.data + 1, (size_t)(end - text.data) - 1}, tail = {end + 1, text.size - inside.size - 2};
    if (inside.data[inside.size - 1] == '?') {
        type->flags |= 4;
        inside.size--;
    }
    type->base = "BASE_LIST";
    type->flags |= core ? 4 : 0;
    type->first = (unsigned)type_number(inside, core);
    if (tail.size && tail.data[0] == '#')
        type->keys = add_words((Text){tail.data + 1, tail.size - 1}, ',', &type->key_count);
}

static void read_map(Type *type, Text text, bool core)
{
    Text inside = {text.data + 1, text.size - 2};
    if (inside.data[inside.size - 1] == '?') {
        type->flags |= 4;
        inside.size--;
    }
    type->base = "BASE_MAP";
    type->flags |= core ? 4 : 0;
    type->first = (unsigned)type_number(inside, core);
}

static void read_scalar(Type *type, Text text)
{
    static const char *const bases[][2] = {
        {"any", "BASE_ANY"},         {"string", "BASE_STRING"},     {"boolean", "BASE_BOOLEAN"},
        {"integer", "BASE_INTEGER"}, {"int32", "BASE_INT32"},       {"number", "BASE_NUMBER"},
        {"time", "BASE_TIME"},       {"quantity", "BASE_QUANTITY"}, {"int-or-string", "BASE_INT_OR_STRING"},
    };
    const char *open = memchr(text.data, '(', text.size);
    if (open) {
        Text list = {open + 1, text.size - (size_t)(open - text.data) - 2};
        type->first = add_words(list, '|', &type->count);
        text.size = (size_t)(open - text.data);
    }
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        if (same(text, (Text){bases[i][0], strlen(bases[i][0])}))
            type->base = bases[i][1];
    }
    if (!type->base)
        fail("unknown type");
}

/* A struct's name is there from the first pass on; any other expression is read when it is first met. */
static size_t type_number(Text expression, bool core)
{
    size_t *slot = names_slot(&type_names, expression, true);
    if (!*slot)
        slot = names_slot(&type_names, expression, false);
    if (*slot && types[*slot - 1].base && !strcmp(types[*slot - 1].base, "BASE_STRUCT"))
        return *slot - 1;
    slot = names_slot(&type_names, expression, core);
    if (*slot)
        return *slot - 1;
    size_t number = type_count++;
    types[number] = (Type){.expression = expression, .core = core, .flags = core ? 1 : 0};
    type_names.list[number] = expression;
    *slot = number + 1;
    Text text = expression;
    Type type = types[number];
    type.bound = add_bound(&text);
    if (text.data[0] == '[')
        read_list(&type, text, core);
    else if (text.data[0] == '{')
        read_map(&type, text, core);
    else
        read_scalar(&type, text);
    types[number] = type;
    return number;
}

static Text next_part(const char **at)
{
    *at += strspn(*at, " ");
    Text part = {*at, strcspn(*at, " \n")};
    *at += part.size;
    return part;
}

static bool is_word(Text text, const char *word)
{
    return same(text, (Text){word, strlen(word)});
}

/* "33-", "-35" or nothing; as numbers of minors. */
static void read_span(Text text, unsigned *since, unsigned *until)
{
    *since = 0;
    *until = 255;
    const char *dash = text.size ? memchr(text.data, '-', text.size) : NULL;
    if (!dash)
        return;
    if (dash > text.data)
        *since = (unsigned)strtoul(text.data, NULL, 10);
    if (isdigit((unsigned char)dash[1]))
        *until = (unsigned)strtoul(dash + 1, NULL, 10);
}

static void read_type_name(const char *at)
{
    Text name = next_part(&at), mark = next_part(&at), any = next_part(&at);
    bool core = is_word(mark, "core");
    size_t *slot = names_slot(&type_names, name, core);
    if (*slot)
        fail("a type stands twice");
    types[type_count] = (Type){.expression = name,
                               .core = core,
                               .flags = core ? 1 : 0,
                               .base = is_word(any, "any") ? "BASE_ANY" : "BASE_STRUCT"};
    type_names.list[type_count] = name;
    *slot = ++type_count;
}

/* " name!37-? type 33-" */
static void read_field(const char *at, Type *type)
{
    Text name = next_part(&at);
    if (is_word(name, "*")) {
        type->flags |= 2;
        return;
    }
    if (name.data[0] == '<') {
        type->bound = add_bound(&name);
        return;
    }
    size_t size = 0;
    while (size < name.size && name.data[size] != '!' && name.data[size] != '?')
        size++;
    Text mark = {name.data + size, name.size - size};
    bool nullable = mark.size && mark.data[mark.size - 1] == '?';
    unsigned since, until, required_since = 255, required_until = 0;
    if (mark.size && mark.data[0] == '!') {
        read_span((Text){mark.data + 1, mark.size - 1 - nullable}, &required_since, &required_until);
        type->required++;
    }
    size_t number = type_number(next_part(&at), type->core);
    read_span(next_part(&at), &since, &until);
    name.size = size;
    if (!type->count)
        type->first = (unsigned)field_count;
    type->count++;
    Field *field = &fields[field_count++];
    field->name = name;
    snprintf(field->row, sizeof field->row, "{%zu, %zu, %zu, %d, %u, %u, %u, %u}", pool_add(name), number, size,
             nullable, since, until, required_since, required_until);
}

/* ---- kinds ---- */

typedef struct Row {
    Text kind, version;
    char text[256];
} Row;
static Row kinds[LIMIT / 10], olds[LIMIT / 10];
static size_t kind_count, old_count;

static int row_order(const void *a, const void *b)
{
    const Row *left = a, *right = b;
    const Text *pairs[2][2] = {{&left->kind, &right->kind}, {&left->version, &right->version}};
    for (int i = 0; i < 2; i++) {
        size_t shorter = pairs[i][0]->size < pairs[i][1]->size ? pairs[i][0]->size : pairs[i][1]->size;
        int order = memcmp(pairs[i][0]->data, pairs[i][1]->data, shorter);
        if (order || pairs[i][0]->size != pairs[i][1]->size)
            return order ? order : pairs[i][0]->size < pairs[i][1]->size ? -1 : 1;
    }
    return 0;
}

static void read_kind(const char *at)
{
    Row *row = &kinds[kind_count++];
    row->version = next_part(&at);
    row->kind = next_part(&at);
    size_t type = type_number(next_part(&at), false);
    unsigned since, until;
    read_span(next_part(&at), &since, &until);
    snprintf(row->text, sizeof row->text, "{{{%zu, %zu}, {%zu, %zu}}, %zu, %u, %u}", pool_add(row->kind),
             row->kind.size, pool_add(row->version), row->version.size, type, since, until);
}

static void read_old(const char *at)
{
    Row *row = &olds[old_count++];
    row->version = next_part(&at);
    row->kind = next_part(&at);
    Text deprecated = next_part(&at), removed = next_part(&at), version = next_part(&at), kind = next_part(&at);
    snprintf(row->text, sizeof row->text, "{{{%zu, %zu}, {%zu, %zu}}, %d, %d, {{%zu, %zu}, {%zu, %zu}}}",
             pool_add(row->kind), row->kind.size, pool_add(row->version), row->version.size,
             (int)strtol(deprecated.data, NULL, 10),
             is_word(removed, "-") ? 255 : (int)strtol(removed.data, NULL, 10), kind.size ? pool_add(kind) : 0,
             kind.size, version.size ? pool_add(version) : 0, version.size);
}

/* ---- printing ---- */

static void print_text(Text text)
{
    for (size_t i = 0; i < text.size; i++)
        printf(text.data[i] == '"' || text.data[i] == '\\' ? "\\%c" : "%c", text.data[i]);
}

/* By length, then in byte order. */
static int field_order(const void *a, const void *b)
{
    const Field *left = a, *right = b;
    if (left->name.size != right->name.size)
        return left->name.size < right->name.size ? -1 : 1;
    return memcmp(left->name.data, right->name.data, left->name.size);
}

static void print_types(void)
{
    for (size_t i = 0; i < type_count; i++) {
        if (types[i].count && !strcmp(types[i].base, "BASE_STRUCT"))
            qsort(&fields[types[i].first], types[i].count, sizeof *fields, field_order);
    }
    printf("const ApiType api_types[] = {\n");
    for (size_t i = 0; i < type_count; i++) {
        const Type *t = &types[i];
        printf("    {%s, %u, %u, %u, %u, %u, %u, %u},\n", t->base, t->flags, t->required, t->key_count, t->first,
               t->count, t->keys, t->bound);
    }
    printf("};\nconst ApiField api_fields[] = {\n");
    for (size_t i = 0; i < field_count; i++)
        printf("    %s,\n", fields[i].row);
    printf("};\nconst ApiWord api_words[] = {\n");
    for (size_t i = 0; i < word_count; i++)
        printf("    {%zu, %zu},\n", pool_add(words[i]), words[i].size);
    printf("};\nconst ApiBound api_bounds[] = {\n    {INT64_MIN, INT64_MAX},\n");
    for (size_t i = 1; i < bound_count; i++) {
        printf(bounds[i][0] == INT64_MIN ? "    {INT64_MIN, " : "    {%lld, ", bounds[i][0]);
        printf(bounds[i][1] == INT64_MAX ? "INT64_MAX},\n" : "%lld},\n", bounds[i][1]);
    }
}

static void print_rows(const char *type, const char *name, Row *rows, size_t count)
{
    qsort(rows, count, sizeof *rows, row_order);
    printf("};\nconst size_t %s_count = %zu;\nconst %s %ss[] = {\n", name, count, type, name);
    for (size_t i = 0; i < count; i++)
        printf("    %s,\n", rows[i].text);
}

static void print_pool(unsigned oldest, unsigned newest)
{
    printf("};\nconst uint8_t api_oldest = %u, api_newest = %u;\nconst char *const api_versions[] = {\n", oldest,
           newest);
    for (unsigned minor = oldest; minor <= newest; minor++)
        printf("    \"1.%u\",\n", minor);
    printf("    NULL,\n};\nconst char api_pool[] =\n");
    for (size_t i = 0; i < pool.count; i++) {
        printf("    \"");
        print_text(pool.list[i]);
        printf("\"\n");
    }
    printf("    ;\n");
}

/* ---- all of it ---- */

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    long size = ftell(file);
    rewind(file);
    char *text = calloc((size_t)size + 1, 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return text;
}

static bool starts(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* Structs get their numbers in a first pass, so that fields can refer to those below. */
static void each_line(const char *text, bool first_pass, unsigned *oldest, unsigned *newest)
{
    Type *type = NULL;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        line_start = line;
        if (starts(line, "type ") && first_pass)
            read_type_name(line + 5);
        if (first_pass || *line == '#')
            continue;
        if (starts(line, "type ")) {
            const char *at = line + 5;
            Text name = next_part(&at);
            type = &types[*names_slot(&type_names, name, is_word(next_part(&at), "core")) - 1];
        } else if (*line == ' ' && type)
            read_field(line, type);
        else if (starts(line, "kind "))
            read_kind(line + 5);
        else if (starts(line, "old "))
            read_old(line + 4);
        else if (sscanf(line, "kubernetes %u %u", oldest, newest) != 2)
            fail("cannot read");
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    unsigned oldest = 0, newest = 0;
    pool = names_new();
    type_names = names_new();
    const char *text = read_whole(argv[1]);
    each_line(text, true, &oldest, &newest);
    each_line(text, false, &oldest, &newest);
    printf("#include \"api/table.h\"\n\n");
    print_types();
    print_rows("ApiKind", "api_kind", kinds, kind_count);
    print_rows("ApiOld", "api_old", olds, old_count);
    print_pool(oldest, newest);
    return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
