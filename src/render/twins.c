/*
 * The same service on two sides of a comparison. Rendering is a function: a service's files follow from its templates
 * with the parts that they call, from host functions that know neither clock nor chance, from the service's own
 * context, and from those names of the environment's context that the templates mention. Where all of these are
 * identical, so are the files to the last byte, and neither side need be rendered to know it.
 *
 * What templates mention is found without knowing JSON-e: an expression can only read a name of the context by
 * writing it, so every word that stands where an expression may, and is no property of something else, counts as
 * read. That is too much at times, never too little.
 */
#include "render_private.h"

/* Of the context's names those that are not the service's own: `service` and `vars` are compared whole. */
typedef enum ReadName { READ_PROJECT, READ_ENV, READ_SERVICES, READ_COUNT } ReadName;
static const Str read_names[READ_COUNT] = {{"project", 7}, {"env", 3}, {"services", 8}};

typedef struct Reads {
    bool whole; /* not some members alone */
    Str *members;
    size_t count;
    size_t capacity;
} Reads;

struct RenderTwins {
    Arena *arena;
    const Renderer *renderer;
    Reads reads[READ_COUNT];
    Index *parts; /* those that were looked at */
    uint32_t part_count;
    const Template **outlines; /* of the templates of a service, in their order */
    bool own;                  /* some of them are the project's, and may fail on any service */
};

/* ---- what templates read ---- */

static void scan_tree(RenderTwins *twins, const Value *tree, bool conditions);

static void scan_template(RenderTwins *twins, const TemplateFile *file)
{
    twins->own |= file->own;
    scan_tree(twins, file->lazy->tree, false);
}

static void scan_part(RenderTwins *twins, const TemplateFile *part)
{
    uint32_t number = twins->part_count;
    if (index_put(twins->parts, part->name, number) != number)
        return;
    twins->part_count++;
    scan_template(twins, part);
}

static size_t skip_blanks(Str text, size_t at)
{
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t' || text.data[at] == '\n'))
        at++;
    return at;
}

/* What stands at an offset, blanks aside; NUL at the end. */
static char next_char(Str text, size_t *at)
{
    *at = skip_blanks(text, *at);
    return *at < text.size ? text.data[(*at)++] : '\0';
}

/* The one part that "('NAME'," or "('NAME')" calls; NULL: it takes evaluation to know. */
static const TemplateFile *part_called(const RenderTwins *twins, Str text, size_t at)
{
    bool call = next_char(text, &at) == '(';
    char quote = call ? next_char(text, &at) : '\0';
    if (quote != '\'' && quote != '"')
        return NULL;
    size_t start = at;
    while (at < text.size && text.data[at] != quote)
        at++;
    Str name = str_slice(text, start, at++);
    char behind = next_char(text, &at);
    return behind == ',' || behind == ')' ? template_find(&twins->renderer->scopes[SCOPE_PARTS], name) : NULL;
}

static void scan_call(RenderTwins *twins, Str text, size_t at)
{
    const TemplateList *parts = &twins->renderer->scopes[SCOPE_PARTS];
    const TemplateFile *part = part_called(twins, text, at);
    if (part)
        scan_part(twins, part);
    for (size_t i = 0; !part && i < parts->count; i++)
        scan_part(twins, &parts->files[i]);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t word_end(Str text, size_t at)
{
    while (at < text.size && is_word(text.data[at]))
        at++;
    return at;
}

/* `name.member`, or name as a whole. */
static void note_read(RenderTwins *twins, Reads *reads, Str text, size_t at)
{
    Str member = STR("");
    if (at < text.size && text.data[at] == '.')
        member = str_slice(text, at + 1, word_end(text, at + 1));
    reads->whole |= !member.size;
    for (size_t i = 0; i < reads->count; i++) {
        if (str_equal(reads->members[i], member))
            return;
    }
    ARENA_GROW(twins->arena, reads->members, reads->count, reads->capacity);
    reads->members[reads->count++] = member;
}

static void scan_text(RenderTwins *twins, Str text)
{
    for (size_t at = 0, end; at < text.size; at = end) {
        end = word_end(text, at);
        Str word = str_slice(text, at, end);
        bool property = at && text.data[at - 1] == '.';
        for (int i = 0; !property && i < READ_COUNT; i++) {
            if (str_equal(word, read_names[i]))
                note_read(twins, &twins->reads[i], text, end);
        }
        if (!property && str_equal(word, STR("part")))
            scan_call(twins, text, end);
        end += end == at;
    }
}

/* A key is an expression where it has one inside, and below $switch and $match. */
static void scan_map(RenderTwins *twins, const Value *map, bool conditions)
{
    for (uint32_t i = 0; i < map->size; i++) {
        Str key = map->entries[i].key;
        if (conditions || str_find(key, STR("${"), 0) >= 0)
            scan_text(twins, key);
        scan_tree(twins, map->entries[i].value, str_equal(key, STR("$switch")) || str_equal(key, STR("$match")));
    }
}

static void scan_tree(RenderTwins *twins, const Value *tree, bool conditions)
{
    if (tree->kind == VALUE_STRING)
        scan_text(twins, value_text(tree));
    else if (tree->kind == VALUE_MAP)
        scan_map(twins, tree, conditions);
    else if (tree->kind == VALUE_LIST)
        for (uint32_t i = 0; i < tree->size; i++)
            scan_tree(twins, tree->items[i], false);
}

static RenderTwins scan_begin(Arena *arena, const Renderer *renderer)
{
    return (RenderTwins){.arena = arena, .renderer = renderer, .parts = index_new(arena, renderer->scopes[SCOPE_PARTS].count)};
}

static void scan_list(RenderTwins *twins, const TemplateList *list)
{
    for (size_t i = 0; i < list->count; i++)
        scan_template(twins, &list->files[i]);
}

static bool reads_member(const Reads *reads, Str member)
{
    for (size_t i = 0; i < reads->count; i++) {
        if (str_equal(reads->members[i], member))
            return true;
    }
    return reads->whole;
}

/* What is known of an environment only once all of its services are complete. */
static bool reads_all(const RenderTwins *twins)
{
    const Reads *env = &twins->reads[READ_ENV];
    return twins->reads[READ_SERVICES].count || reads_member(env, STR("quota")) ||
           reads_member(env, STR("limitRange")) || reads_member(env, STR("podSecurity"));
}

/*
 * Of an environment's templates and their parts: built-in ones read of `services` what a set has of them; the
 * project's own may read more.
 */
static bool own_read_services(Arena *arena, const Renderer *renderer, const TemplateList *list)
{
    const TemplateList *parts = &renderer->scopes[SCOPE_PARTS];
    RenderTwins reached = scan_begin(arena, renderer), own = scan_begin(arena, renderer);
    scan_list(&reached, list);
    for (size_t i = 0; i < list->count; i++) {
        if (list->files[i].own)
            scan_template(&own, &list->files[i]);
    }
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->files[i].own && index_get(reached.parts, parts->files[i].name) != INDEX_NONE)
            scan_part(&own, &parts->files[i]);
    }
    return own.reads[READ_SERVICES].count;
}

static bool has_own(const Renderer *renderer)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        for (size_t i = 0; i < renderer->scopes[scope].count; i++) {
            if (renderer->scopes[scope].files[i].own)
                return true;
        }
    }
    return false;
}

bool render_reads_all(const Renderer *renderer)
{
    if (!has_own(renderer))
        return false;
    Arena *arena = arena_new();
    RenderTwins scan = scan_begin(arena, renderer);
    scan_list(&scan, &renderer->scopes[SCOPE_SERVICE]);
    bool all = reads_all(&scan) || own_read_services(arena, renderer, &renderer->scopes[SCOPE_ENVIRONMENT]) ||
               own_read_services(arena, renderer, &renderer->scopes[SCOPE_GITOPS]);
    arena_free(arena);
    return all;
}

/* ---- whether two renderers have the same templates ---- */

static bool lists_same(const TemplateList *a, const TemplateList *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!str_equal(a->files[i].name, b->files[i].name) ||
            !value_identical(a->files[i].lazy->tree, b->files[i].lazy->tree))
            return false;
    }
    return true;
}

RenderTwins *render_twins_new(Arena *arena, const Renderer *a, const Renderer *b)
{
    const TemplateList *list = &a->scopes[SCOPE_SERVICE];
    if (!lists_same(list, &b->scopes[SCOPE_SERVICE]) ||
        !lists_same(&a->scopes[SCOPE_PARTS], &b->scopes[SCOPE_PARTS]))
        return NULL;
    RenderTwins *twins = ARENA_NEW(arena, RenderTwins);
    *twins = scan_begin(arena, a);
    scan_list(twins, list);
    if (!twins->own)
        twins->outlines = outlines_new(arena, list, a->project->sources);
    return twins;
}

static bool reads_same(const Reads *reads, const Value *a, const Value *b)
{
    if (reads->whole)
        return value_identical(a, b);
    for (size_t i = 0; i < reads->count; i++) {
        if (!value_identical(value_get(a, reads->members[i]), value_get(b, reads->members[i])))
            return false;
    }
    return true;
}

bool render_twins_meet(const RenderTwins *twins, const EnvironmentContext *a, const EnvironmentContext *b)
{
    return reads_same(&twins->reads[READ_PROJECT], a->project, b->project) &&
           reads_same(&twins->reads[READ_ENV], a->env, b->env) &&
           reads_same(&twins->reads[READ_SERVICES], a->services, b->services);
}

/* ---- how many objects there would be ---- */

/*
 * What a service may hold for its evaluation to end within every budget: each built-in template looks at a value a
 * few dozen times at most.
 */
enum { MODEST_VALUES = 10000, MODEST_BYTES = 256 * 1024 };

typedef struct Extent {
    size_t values;
    size_t bytes;
} Extent;

static bool is_modest(const Value *value, Extent *extent)
{
    extent->values++;
    if (value->kind == VALUE_STRING)
        extent->bytes += value->size;
    bool modest = extent->values <= MODEST_VALUES && extent->bytes <= MODEST_BYTES;
    if (value->kind == VALUE_MAP) {
        for (uint32_t i = 0; modest && i < value->size; i++)
            modest = is_modest(value->entries[i].value, extent);
    } else if (value->kind == VALUE_LIST) {
        for (uint32_t i = 0; modest && i < value->size; i++)
            modest = is_modest(value->items[i], extent);
    }
    return modest;
}

static bool count_outlines(const RenderTwins *twins, const EnvironmentContext *context, const ServiceContext *service,
                           Arena *arena, size_t *count)
{
    Extent extent = {0};
    if (!is_modest(service->value, &extent) || !is_modest(service->vars, &extent))
        return false;
    RenderHost host = {twins->renderer};
    Diags *unheard = diags_new(arena, twins->renderer->project->sources);
    const JsoneScope *scope = render_service_scope(twins->renderer, arena, context, service);
    for (size_t i = 0; i < twins->renderer->scopes[SCOPE_SERVICE].count; i++) {
        JsoneRun run = jsone_run(arena, unheard);
        run.host = &host;
        const Value *result = twins->outlines[i] ? jsone_eval(&run, twins->outlines[i], scope) : NULL;
        if (!result || (result->kind != VALUE_NULL && result->kind != VALUE_LIST && result->kind != VALUE_MAP))
            return false;
        *count += result->kind == VALUE_LIST ? result->size : result->kind == VALUE_MAP;
    }
    return true;
}

bool render_twins_count(const RenderTwins *twins, const EnvironmentContext *context, const ServiceContext *service,
                        Arena *arena, size_t *count)
{
    *count = 0;
    const Value *patches = value_get(service->value, STR("patches"));
    if (value_is(patches, VALUE_MAP) && patches->size)
        return false;
    if (!twins->own)
        return count_outlines(twins, context, service, arena, count);
    RenderedFiles files = rendered_begin(arena);
    Diags *unheard = diags_new(arena, twins->renderer->project->sources);
    bool ok = render_service(twins->renderer, context, service, &files, unheard);
    for (size_t i = 0; i < files.count; i++)
        *count += files.list[i].count;
    return ok && !diags_count(unheard);
}

/* ---- labels that selectors may use ---- */

static bool is_one_of(Str text, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(text, words[i]))
            return true;
    }
    return false;
}

static bool is_label_char(char c)
{
    return is_word(c) || c == '.' || c == '/' || c == '-';
}

static size_t label_end(Str text, size_t at)
{
    while (at < text.size && is_label_char(text.data[at]))
        at++;
    return at;
}

/* As a word of its own, which a label is in any expression that makes a map. */
static bool text_mentions(Str text, const Str *labels, size_t count)
{
    for (size_t at = 0, end; at < text.size; at = end + 1) {
        end = label_end(text, at);
        if (end > at && is_one_of(str_slice(text, at, end), labels, count))
            return true;
    }
    return false;
}

static bool mentions(const Value *tree, const Str *labels, size_t count)
{
    bool found = tree->kind == VALUE_STRING && text_mentions(value_text(tree), labels, count);
    for (uint32_t i = 0; tree->kind == VALUE_LIST && !found && i < tree->size; i++)
        found = mentions(tree->items[i], labels, count);
    for (uint32_t i = 0; tree->kind == VALUE_MAP && !found && i < tree->size; i++)
        found = text_mentions(tree->entries[i].key, labels, count) || mentions(tree->entries[i].value, labels, count);
    return found;
}

static bool list_mentions(const TemplateList *list, const Index *among, const Str *labels, size_t count)
{
    for (size_t i = 0; i < list->count; i++) {
        if ((!among || index_get(among, list->files[i].name) != INDEX_NONE) &&
            mentions(list->files[i].lazy->tree, labels, count))
            return true;
    }
    return false;
}

bool render_twins_select(const RenderTwins *twins, const Str *labels, size_t count)
{
    return twins->own || list_mentions(&twins->renderer->scopes[SCOPE_SERVICE], NULL, labels, count) ||
           list_mentions(&twins->renderer->scopes[SCOPE_PARTS], twins->parts, labels, count);
}

typedef struct Words {
    Index *index;
    Arena *arena;
} Words;

static void add_word(const Words *words, Str word)
{
    enum { LABEL_KEY_LIMIT = 253 + 1 + 63 };
    bool label = word.size && word.size <= LABEL_KEY_LIMIT && label_end(word, 0) == word.size;
    if (label && index_get(words->index, word) == INDEX_NONE)
        index_put(words->index, arena_copy(words->arena, word), 0);
}

/* Keys of maps, and texts that may be one in an expression of a selector. A key without a value is none. */
static void add_words(const Words *words, const Value *value)
{
    if (value->kind == VALUE_STRING)
        add_word(words, value_text(value));
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->size; i++)
        add_words(words, value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++) {
        if (value->entries[i].value->kind != VALUE_NULL)
            add_word(words, value->entries[i].key);
        add_words(words, value->entries[i].value);
    }
}

/* Rows that no built-in template puts into a selector. */
static bool is_never_selector(Str row)
{
    static const Str rows[] = {{"labels", 6},      {"build", 5},       {"secrets", 7},
                               {"secretData", 10}, {"containers", 10}, {"initContainers", 14},
                               {"podVolumes", 10}, {"configData", 10}, {"alertGroups", 11}};
    return is_one_of(row, rows, LENGTH_OF(rows));
}

/* Of a service's context, of a job's, or of their `meta`, whose own keys are rows and no labels. */
static void add_rows(const Words *words, const Value *rows)
{
    for (uint32_t i = 0; value_is(rows, VALUE_MAP) && i < rows->size; i++) {
        Str row = rows->entries[i].key;
        const Value *value = rows->entries[i].value;
        if (str_equal(row, STR("meta")))
            add_rows(words, value);
        else if (str_equal(row, STR("jobs")))
            for (uint32_t j = 0; value->kind == VALUE_MAP && j < value->size; j++)
                add_rows(words, value->entries[j].value);
        else if (!is_never_selector(row))
            add_words(words, value);
    }
}

void render_twins_words(const ServiceContext *service, Arena *arena, Index *index)
{
    const Words words = {index, arena};
    add_rows(&words, service->value);
    add_words(&words, service->vars);
}
