/* What the formats of kiln diff have in common: which values may be shown, and how things are called. */
#include "diff.h"
#include "line_diff.h"

#include "kiln/standards.h"
#include "kiln/yaml.h"

/* A value of this many bytes still stands on the line of its change. */
#define VALUE_BYTES 160

const char *const diff_resource_names[DIFF_RESOURCE_COUNT] = {
    [DIFF_CPU] = "cpu", [DIFF_MEMORY] = "memory", [DIFF_STORAGE] = "storage"};

/* ---- secrets ---- */

static const Value *all_masked(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_MAP) {
        MapBuilder map = map_begin(arena);
        for (uint32_t i = 0; i < value->size; i++)
            map_set(&map, value->entries[i].key, ORIGIN_NONE, all_masked(arena, value->entries[i].value));
        return map_end(&map, ORIGIN_NONE);
    }
    if (value->kind == VALUE_LIST) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; i < value->size; i++)
            list_add(&list, all_masked(arena, value->items[i]));
        return list_end(&list, ORIGIN_NONE);
    }
    return value->kind == VALUE_NULL ? value : value_new_string(arena, ORIGIN_NONE, STR("***"));
}

/* Of a Secret nothing is shown but what it is; an annotation may hold all of it again. */
static bool may_be_shown(const DiffStep *path)
{
    const DiffStep *first = path, *second = NULL;
    for (; first && first->up; first = first->up)
        second = first;
    if (!first)
        return false;
    if (str_equal(first->key, STR("metadata")))
        return second && !str_equal(second->key, STR("annotations"));
    return str_equal(first->key, STR("type")) || str_equal(first->key, STR("immutable")) ||
           str_equal(first->key, STR("apiVersion")) || str_equal(first->key, STR("kind"));
}

const Value *diff_shown(Arena *arena, const DiffObject *object, const DiffChange *change, const Value *value)
{
    if (str_equal(object->kind, STR("Secret")) && !may_be_shown(change->path))
        return all_masked(arena, value);
    return secrets_masked(arena, diff_path_name(change->path, value == change->from), value);
}

/* ---- values ---- */

bool diff_is_inline(const Value *value)
{
    bool wide = value->kind == VALUE_MAP || value->kind == VALUE_LIST;
    return wide ? value->size == 0 : !str_has_char(value_text(value), '\n') && value->size <= VALUE_BYTES;
}

void diff_add_inline(Buf *out, const Value *value)
{
    Buf text = {0};
    if (value->kind == VALUE_STRING)
        yaml_write_string(&text, value_text(value));
    else
        value_print_json(value, true, &text);
    add_visible(out, buf_str(&text), SIZE_MAX);
    buf_release(&text);
}

/* A block as a file has it; a string is its own text. */
static Str block_text(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_STRING)
        return value_text(value);
    Buf out = {0};
    yaml_write(&out, value, &(YamlStyle){.sorted = true});
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

/* What came or went whole. */
static size_t add_whole(Str text, char sign, const char *gutter, size_t limit, Buf *out)
{
    size_t shown = 0, left_out = 0;
    for (Str line; text.size && str_split(&text, '\n', &line);) {
        if (shown++ >= limit) {
            left_out++;
            continue;
        }
        buf_printf(out, "%s%c ", gutter, sign);
        add_visible(out, line, VALUE_BYTES);
        buf_add_char(out, '\n');
    }
    return left_out;
}

size_t diff_add_block(Arena *arena, const Value *from, const Value *to, const char *gutter, size_t limit, Buf *out)
{
    if (!from || !to)
        return add_whole(block_text(arena, from ? from : to), from ? '-' : '+', gutter, limit, out);
    return line_diff_print(block_text(arena, from), block_text(arena, to), gutter, limit, out).left_out;
}

/* ---- names ---- */

Str diff_object_text(Arena *arena, const DiffObject *object)
{
    if (!object->kind.size)
        return arena_printf(arena, "file %.*s", STR_ARG(object->name));
    return arena_printf(arena, "%.*s %.*s%s%.*s", STR_ARG(object->kind), STR_ARG(object->namespace),
                        object->namespace.size ? "/" : "", STR_ARG(object->name));
}

Str diff_classes_text(Arena *arena, unsigned classes)
{
    Str text = STR("");
    for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++) {
        if (classes & DIFF_BIT(class))
            text = arena_printf(arena, "%.*s%s%s", STR_ARG(text), text.size ? ", " : "", diff_class_names[class]);
    }
    return text;
}

static Str amount_text(Arena *arena, int resource, __int128 nano)
{
    char text[QUANTITY_TEXT_SIZE];
    Quantity quantity = {nano, resource == DIFF_CPU ? QUANTITY_DECIMAL_SI : QUANTITY_BINARY_SI};
    return arena_copy(arena, quantity_print(quantity, text));
}

Str diff_range_text(Arena *arena, int resource, DiffRange range)
{
    Str low = amount_text(arena, resource, range.low);
    if (range.low == range.high)
        return low;
    return arena_printf(arena, "%.*s..%.*s", STR_ARG(low), STR_ARG(amount_text(arena, resource, range.high)));
}

bool diff_capacity_differs(const DiffCapacity *before, const DiffCapacity *after)
{
    bool differs = false;
    for (int i = 0; i < DIFF_RESOURCE_COUNT; i++)
        differs |= before->of[i].low != after->of[i].low || before->of[i].high != after->of[i].high;
    return differs;
}

char diff_sign(DiffKind kind)
{
    return kind == DIFF_ADDED ? '+' : kind == DIFF_REMOVED ? '-' : '~';
}

bool diff_is_folded(const DiffReport *report, const DiffChange *change)
{
    return report->fold_cosmetic && change->classes == DIFF_BIT(DIFF_COSMETIC);
}

size_t diff_folded(const DiffReport *report, const DiffObject *object)
{
    size_t count = 0;
    for (size_t i = 0; i < object->count; i++)
        count += diff_is_folded(report, &object->changes[i]);
    return count;
}
