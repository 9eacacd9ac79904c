/*
 * Values as evaluation needs them: made under the budgets, compared and printed the way upstream's JavaScript does
 * it. All walks over values are bounded in depth and steps, because results may share structure and nest without end.
 */
#include "jsone_private.h"

#include <math.h>

const Value nothing = {.kind = VALUE_MAP};

/* ---- making ---- */

/* Small integers are most of all numbers; the general printer is slow. */
static Str integer_print(double number, char text[NUMBER_TEXT_SIZE])
{
    int64_t integer = (int64_t)number;
    uint64_t rest = integer < 0 ? (uint64_t)-integer : (uint64_t)integer;
    char *end = text + NUMBER_TEXT_SIZE, *at = end;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (integer < 0)
        *--at = '-';
    return (Str){at, (size_t)(end - at)};
}

static bool is_whole(double number)
{
    return fabs(number) < 1e15 && number - trunc(number) == 0.0;
}

const Value *make_number(JsoneRun *run, Origin origin, double number)
{
    if (!spend_values(run, origin, 1))
        return NULL;
    if (!is_whole(number))
        return value_new_number(run->arena, origin, number);
    static const char digits[] = "0123456789";
    char text[NUMBER_TEXT_SIZE];
    bool digit = number >= 0 && number < 10;
    Value *value = ARENA_NEW(run->arena, Value);
    Str printed = digit ? (Str){digits + (size_t)number, 1} : arena_copy(run->arena, integer_print(number, text));
    *value = (Value){.kind = VALUE_NUMBER, .origin = origin, .size = (uint32_t)printed.size};
    value->text = printed.data;
    value->number = number;
    return value;
}

const Value *make_bool(JsoneRun *run, Origin origin, bool boolean)
{
    return spend_values(run, origin, 1) ? value_new_bool(run->arena, origin, boolean) : NULL;
}

const Value *make_string(JsoneRun *run, const Value *from, Origin place, Str text)
{
    if (!spend_values(run, place, 1))
        return NULL;
    if (from->kind == VALUE_STRING && from->lineage)
        return value_new_string_made(run->arena, text, from->lineage);
    return value_new_string(run->arena, origin_or(from->origin, place), text);
}

const Value **make_items(JsoneRun *run, Origin at, size_t count)
{
    return spend_values(run, at, count + 1) ? ARENA_ARRAY(run->arena, const Value *, count + 1) : NULL;
}

const Value *make_list(JsoneRun *run, Origin origin, const Value *const *items, size_t count)
{
    Value *value = ARENA_NEW(run->arena, Value);
    *value = (Value){.kind = VALUE_LIST, .origin = origin, .size = (uint32_t)count};
    value->items = items;
    return value;
}

/* ---- lineage ---- */

void inputs_begin(Inputs *inputs)
{
    inputs->origins = inputs->few;
    inputs->count = 0;
    inputs->capacity = LENGTH_OF(inputs->few);
}

static void input_add(Inputs *inputs, Arena *arena, Origin origin)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (inputs->origins[i] == origin)
            return;
    }
    if (origin == ORIGIN_NONE || inputs->count > 64)
        return;
    ARENA_GROW(arena, inputs->origins, inputs->count, inputs->capacity);
    inputs->origins[inputs->count++] = origin;
}

void inputs_add(Inputs *inputs, Arena *arena, const Value *value)
{
    const Lineage *lineage = value->kind == VALUE_STRING ? value->lineage : NULL;
    for (uint32_t i = 0; lineage && i < lineage->count; i++)
        input_add(inputs, arena, lineage->inputs[i]);
    if (!lineage)
        input_add(inputs, arena, value->origin);
}

const Value *inputs_string(JsoneRun *run, const Inputs *inputs, Origin place, Str text)
{
    if (!spend_values(run, place, 1 + inputs->count / 8))
        return NULL;
    if (!inputs->count)
        return value_new_string(run->arena, place, text);
    return value_new_string_made(run->arena, text, lineage_new(run->arena, place, inputs->origins, inputs->count));
}

/* ---- comparing ---- */

static int lists_equal(JsoneRun *run, Origin at, const Value *a, const Value *b)
{
    if (a->size != b->size)
        return 0;
    for (uint32_t i = 0; i < a->size; i++) {
        int equal = values_equal(run, at, a->items[i], b->items[i]);
        if (equal <= 0)
            return equal;
    }
    return 1;
}

static int maps_equal(JsoneRun *run, Origin at, const Value *a, const Value *b)
{
    if (a->size != b->size)
        return 0;
    for (uint32_t i = 0; i < a->size; i++) {
        const Value *other = value_get(b, a->entries[i].key);
        int equal = other ? values_equal(run, at, a->entries[i].value, other) : 0;
        if (equal <= 0)
            return equal;
    }
    return 1;
}

static int containers_equal(JsoneRun *run, Origin at, const Value *a, const Value *b)
{
    if (!descend(run, at))
        return -1;
    int equal = a->kind == VALUE_LIST ? lists_equal(run, at, a, b) : maps_equal(run, at, a, b);
    run->depth--;
    return equal;
}

int values_equal(JsoneRun *run, Origin at, const Value *a, const Value *b)
{
    if (a->kind != b->kind)
        return 0;
    if (!spend_steps(run, at, 1 + a->size / 64))
        return -1;
    switch ((ValueKind)a->kind) {
    case VALUE_NULL:
        return 1;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_NUMBER:
        return a->number <= b->number && a->number >= b->number;
    case VALUE_STRING:
        return str_equal(value_text(a), value_text(b));
    case VALUE_FUNCTION:
        return a->function == b->function;
    default:
        return containers_equal(run, at, a, b);
    }
}

/* ---- printing ---- */

Str scalar_text(JsoneRun *run, const Value *scalar)
{
    char text[NUMBER_TEXT_SIZE];
    if (scalar->kind == VALUE_BOOL)
        return scalar->boolean ? STR("true") : STR("false");
    if (scalar->kind != VALUE_NUMBER || !(scalar->flags & VALUE_PLAIN))
        return value_text(scalar);
    Str printed = number_print(scalar->number, text);
    return str_equal(printed, value_text(scalar)) ? value_text(scalar) : arena_copy(run->arena, printed);
}

static bool print_items_loosely(JsoneRun *run, Origin at, const Value *list, Buf *out)
{
    for (uint32_t i = 0; i < list->size; i++) {
        if (i)
            buf_add_char(out, ',');
        if (list->items[i]->kind != VALUE_NULL && !print_loosely(run, at, list->items[i], out))
            return false;
    }
    return true;
}

bool print_loosely(JsoneRun *run, Origin at, const Value *value, Buf *out)
{
    if (!spend_steps(run, at, 1 + value->size / 64))
        return false;
    if (out->size > run->limits->string_bytes)
        return spend_bytes(run, at, out->size);
    switch ((ValueKind)value->kind) {
    case VALUE_NULL:
        buf_add(out, STR("null"));
        return true;
    case VALUE_MAP:
        buf_add(out, STR("[object Object]"));
        return true;
    case VALUE_FUNCTION:
        buf_printf(out, "function %.*s", STR_ARG(value->function->name));
        return true;
    case VALUE_LIST:
        if (!descend(run, at))
            return false;
        bool done = print_items_loosely(run, at, value, out);
        run->depth--;
        return done;
    default:
        buf_add(out, scalar_text(run, value));
        return true;
    }
}

static int compare_keys(void *user, const void *a, const void *b)
{
    JsoneRun *run = user;
    run->steps++;
    return str_compare(((const MapEntry *)a)->key, ((const MapEntry *)b)->key);
}

static const void **sorted_entries(JsoneRun *run, const Value *map)
{
    const void **sorted = ARENA_ARRAY(run->arena, const void *, (size_t)map->size + 1);
    for (uint32_t i = 0; i < map->size; i++)
        sorted[i] = &map->entries[i];
    sort_stable(run->arena, sorted, map->size, compare_keys, run);
    return sorted;
}

static bool print_json_map(JsoneRun *run, Origin at, const Value *map, Buf *out)
{
    const void **sorted = sorted_entries(run, map);
    buf_add_char(out, '{');
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = sorted[i];
        Value key = {.kind = VALUE_STRING, .text = entry->key.data, .size = (uint32_t)entry->key.size};
        if (i)
            buf_add_char(out, ',');
        value_print_json(&key, false, out);
        buf_add_char(out, ':');
        if (!print_stable_json(run, at, entry->value, out))
            return false;
    }
    buf_add_char(out, '}');
    return true;
}

static bool print_json_list(JsoneRun *run, Origin at, const Value *list, Buf *out)
{
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < list->size; i++) {
        if (i)
            buf_add_char(out, ',');
        if (!print_stable_json(run, at, list->items[i], out))
            return false;
    }
    buf_add_char(out, ']');
    return true;
}

static bool print_json_container(JsoneRun *run, Origin at, const Value *value, Buf *out)
{
    if (!descend(run, at))
        return false;
    bool done = value->kind == VALUE_MAP ? print_json_map(run, at, value, out) : print_json_list(run, at, value, out);
    run->depth--;
    return done;
}

bool print_stable_json(JsoneRun *run, Origin at, const Value *value, Buf *out)
{
    if (!spend_steps(run, at, 1 + value->size / 64))
        return false;
    if (out->size > run->limits->string_bytes)
        return spend_bytes(run, at, out->size);
    switch ((ValueKind)value->kind) {
    case VALUE_LIST:
    case VALUE_MAP:
        return print_json_container(run, at, value, out);
    case VALUE_STRING:
        value_print_json(value, false, out);
        return true;
    case VALUE_NULL:
        buf_add(out, STR("null"));
        return true;
    case VALUE_NUMBER:
        buf_add(out, isfinite(value->number) ? scalar_text(run, value) : STR("null"));
        return true;
    case VALUE_FUNCTION:
        return fail(run, FAILURE_TEMPLATE, at, "evaluated template contained uncalled functions");
    default:
        buf_add(out, scalar_text(run, value));
        return true;
    }
}

/* ---- the whole result ---- */

typedef struct ResultWalk {
    JsoneRun *run;
    Origin at;
    size_t room;  /* how many more values the result may show */
    bool printed; /* the result is about to become text */
    size_t bytes; /* of that text, counted low */
    Origin key;   /* of the map entry that is being looked at: a function itself has no place */
} ResultWalk;

static bool walk_result(ResultWalk *walk, const Value *value);

/* Most children are strings, which only count. */
static inline bool walk_child(ResultWalk *walk, const Value *value)
{
    if (value->kind != VALUE_STRING || walk->printed || !walk->room)
        return walk_result(walk, value);
    walk->room--;
    return true;
}

static bool walk_children(ResultWalk *walk, const Value *value)
{
    if (!descend(walk->run, origin_or(value->origin, walk->at)))
        return false;
    bool map = value->kind == VALUE_MAP;
    for (uint32_t i = 0; i < value->size; i++) {
        walk->key = map ? value->entries[i].key_origin : walk->key;
        if (!walk_child(walk, map ? value->entries[i].value : value->items[i]))
            return false;
    }
    walk->run->depth--;
    return true;
}

/* Deep values become wide text: every line of YAML is indented, those of a block of text too. */
static bool walk_text(ResultWalk *walk, Str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    walk->bytes += text.size + lines * 2 * walk->run->depth;
    if (walk->bytes > walk->run->limits->string_bytes)
        return spend_bytes(walk->run, walk->at, walk->bytes);
    return spend_steps(walk->run, walk->at, text.size / 16);
}

static bool walk_printed(ResultWalk *walk, const Value *value)
{
    if (value->kind == VALUE_STRING)
        return walk_text(walk, value_text(value));
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++) {
        if (!walk_text(walk, value->entries[i].key))
            return false;
    }
    return spend_steps(walk->run, walk->at, 1);
}

static bool walk_result(ResultWalk *walk, const Value *value)
{
    if (walk->printed && !walk_printed(walk, value))
        return false;
    if (!walk->room--)
        return fail(walk->run, FAILURE_LIMIT, walk->at, "the result has more than %zu values",
                    walk->run->limits->result_values);
    if (value->kind >= VALUE_LIST && value->kind <= VALUE_MAP)
        return walk_children(walk, value);
    if (value->kind == VALUE_FUNCTION)
        return fail(walk->run, FAILURE_TEMPLATE, origin_or(walk->key, walk->at),
                    "evaluated template contained uncalled functions");
    if (value->kind == VALUE_NUMBER && !isfinite(value->number))
        return fail(walk->run, FAILURE_TEMPLATE, origin_or(value->origin, walk->at),
                    "evaluated template contained the number %.*s, which JSON does not have",
                    STR_ARG(value_text(value)));
    return true;
}

bool result_check(JsoneRun *run, const Value *result, Origin at)
{
    ResultWalk walk = {.run = run, .at = at, .room = run->limits->result_values};
    return walk_result(&walk, result);
}

bool jsone_spend_walk(JsoneRun *run, Origin at, const Value *value)
{
    ResultWalk walk = {.run = run, .at = at, .room = run->limits->result_values, .printed = true};
    return walk_result(&walk, value);
}
