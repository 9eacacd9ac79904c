/*
 * Compiling operators: the table of them, the properties each may have, and turning a map with an operator key into a
 * Node. Upstream looks at some mistakes only after it has evaluated the operand; such failures are stored as late.
 *
 * Upstream's check of the properties is lax: all allowed names but the last may stand anywhere inside a key, the last
 * at its end, so that 'thenn' passes and is ignored. Evaluation does the same; jsone_check reports such keys.
 */
#include "jsone_private.h"

typedef struct BinderShape {
    const char *word; /* "each", "by"; NULL: none */
    size_t least;
    size_t most;
} BinderShape;

typedef struct OperatorRow OperatorRow;
typedef void CompileFn(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                       Operation *operation);

struct OperatorRow {
    const char *name;
    NodeEval *eval;
    CompileFn *compile; /* what there is besides the operand; NULL: nothing */
    const char *others[2];
    BinderShape binder;
    const char *string_only; /* the message where the operand is no string: it is an expression then */
    const char *map_only;    /* the message where the operand is no map */
};

/* ---- each(x, i), by(x) ---- */

static size_t word_at(Str key, size_t at)
{
    size_t end = at;
    while (end < key.size && is_word_byte(key.data[end]))
        end++;
    return is_identifier(str_slice(key, at, end)) ? end : at;
}

/* names are stored last one first: where two are the same, upstream lets the later one win. */
static bool binder_parse_names(Str names, const BinderShape *shape, Binder *binder)
{
    Str found[BINDER_MAX];
    size_t count = 0, at = 0;
    while (count < shape->most) {
        size_t end = word_at(names, at);
        if (end == at)
            return false;
        found[count++] = str_slice(names, at, end);
        at = end;
        if (at == names.size || names.data[at] != ',')
            break;
        at++;
        for (size_t white; (white = white_space_at(names, at)) > 0;)
            at += white;
    }
    if (at != names.size || count < shape->least)
        return false;
    binder->count = count;
    binder->bits = 0;
    for (size_t i = 0; i < count; i++) {
        binder->names[i] = found[count - 1 - i];
        binder->bits |= jsone_name_bit(found[i]);
    }
    return true;
}

static bool binder_parse(Str key, const BinderShape *shape, Binder *binder)
{
    Str word = str_from(shape->word);
    if (!str_starts(key, word) || !str_ends(key, STR(")")) || key.size < word.size + 2 || key.data[word.size] != '(')
        return false;
    return binder_parse_names(str_slice(key, word.size + 1, key.size - 1), shape, binder);
}

/* Whether a key ends in a binder. */
static bool binder_ends(Str key, const BinderShape *shape)
{
    Binder binder;
    ptrdiff_t at = -1;
    while ((at = str_find(key, str_from(shape->word), (size_t)(at + 1))) >= 0) {
        if (binder_parse(str_slice(key, (size_t)at, key.size), shape, &binder))
            return true;
    }
    return false;
}

/* ---- properties ---- */

static size_t other_count(const OperatorRow *row)
{
    return row->others[0] ? row->others[1] ? 2 : 1 : 0;
}

static bool is_tolerated(const OperatorRow *row, Str key)
{
    size_t others = other_count(row), last = row->binder.word ? others : others - 1;
    if (!others && !row->binder.word)
        return str_ends(key, str_from(row->name));
    if (str_find(key, str_from(row->name), 0) >= 0)
        return true;
    for (size_t i = 0; i < others; i++) {
        Str other = str_from(row->others[i]);
        if (i == last ? str_ends(key, other) : str_find(key, other, 0) >= 0)
            return true;
    }
    return row->binder.word && binder_ends(key, &row->binder);
}

static bool is_proper(const OperatorRow *row, Str key)
{
    Binder binder;
    for (size_t i = 0; i < other_count(row); i++) {
        if (str_equal(key, str_from(row->others[i])))
            return true;
    }
    return str_equal(key, str_from(row->name)) || (row->binder.word && binder_parse(key, &row->binder, &binder));
}

static int compare_entries(void *user, const void *a, const void *b)
{
    (void)user;
    return str_compare(((const MapEntry *)a)->key, ((const MapEntry *)b)->key);
}

static const void **entries_sorted(Compiler *compiler, const Value *map)
{
    const void **entries = ARENA_ARRAY(compiler->arena, const void *, map->size + 1u);
    for (uint32_t i = 0; i < map->size; i++)
        entries[i] = &map->entries[i];
    sort_stable(compiler->arena, entries, map->size, compare_entries, NULL);
    return entries;
}

static bool all_proper(const OperatorRow *row, const Value *map)
{
    for (uint32_t i = 0; i < map->size; i++) {
        if (!is_proper(row, map->entries[i].key))
            return false;
    }
    return true;
}

/* NULL where all properties are known. The first unknown one is the place. */
static const Failure *undefined_properties(Compiler *compiler, const OperatorRow *row, const Value *map)
{
    const void **entries = entries_sorted(compiler, map);
    Buf unknown = {0};
    Origin origin = ORIGIN_NONE;
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = entries[i];
        if (is_tolerated(row, entry->key))
            continue;
        origin = origin_or(origin, entry->key_origin);
        buf_printf(&unknown, " %.*s", STR_ARG(entry->key));
    }
    const Failure *failure = NULL;
    if (unknown.size)
        failure = compile_failure(compiler, FAILURE_TEMPLATE, origin_or(origin, map->origin),
                                  "%s has undefined properties:%.*s", row->name, STR_ARG(buf_str(&unknown)));
    buf_release(&unknown);
    return failure;
}

/* For jsone_check only: upstream ignores them. */
static void check_ignored(Compiler *compiler, const OperatorRow *row, const Value *map)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        if (!is_proper(row, entry->key))
            compile_failure(compiler, FAILURE_TEMPLATE, entry->key_origin, "%s ignores the property '%.*s'",
                            row->name, STR_ARG(entry->key));
    }
}

/* ---- one operator each ---- */

static const Node *compile_property(Compiler *compiler, const Value *map, const char *name)
{
    const Value *value = value_get(map, str_from(name));
    return value ? compile_node(compiler, value) : NULL;
}

static void compile_if(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node, Operation *operation)
{
    (void)row, (void)node;
    const MapEntry *wrong = value_entry(map, STR("$then"));
    operation->body = compile_property(compiler, map, "then");
    operation->otherwise = compile_property(compiler, map, "else");
    if (wrong)
        operation->late = compile_failure(compiler, FAILURE_TEMPLATE, wrong->key_origin,
                                          "$if Syntax error: $then: should be spelled then: (no $)");
}

/* What a map with plain keys can bind; 0 where that is seen only when it is evaluated. */
static uint64_t let_names(const Value *variables)
{
    for (uint32_t i = 0; i < variables->size; i++) {
        if (!is_identifier(variables->entries[i].key))
            return 0;
    }
    return jsone_names(variables);
}

static void compile_let(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                        Operation *operation)
{
    (void)row;
    const Value *in = value_get(map, STR("in"));
    operation->names = let_names(operation->value->source);
    if (value_is_none(in))
        operation->late =
            compile_failure(compiler, FAILURE_TEMPLATE, node->origin, "$let operator requires an `in` clause");
    else
        operation->body = compile_node(compiler, in);
}

static void compile_from_now(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                             Operation *operation)
{
    (void)row, (void)node;
    const Value *from = value_get(map, STR("from"));
    bool container = from && (from->kind == VALUE_LIST || from->kind == VALUE_MAP);
    if (from && (container || is_truthy(from)))
        operation->body = compile_node(compiler, from);
}

/* The entry that has to be the binder's: the first that is neither the operator's own nor initial. */
static const MapEntry *binder_entry(const Value *map, const OperatorRow *row)
{
    for (uint32_t i = 0; i < map->size; i++) {
        Str key = map->entries[i].key;
        if (!str_equal(key, str_from(row->name)) && !(row->others[0] && str_equal(key, str_from(row->others[0]))))
            return &map->entries[i];
    }
    return NULL;
}

static const MapEntry *compile_binder(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                                      Operation *operation)
{
    const MapEntry *entry = binder_entry(map, row);
    size_t expected = 2 + other_count(row);
    if (map->size != expected || !entry)
        operation->late =
            compile_failure(compiler, FAILURE_TEMPLATE, node->origin, "%s must have exactly %s properties", row->name,
                            expected == 2 ? "two" : "three");
    else if (!binder_parse(entry->key, &row->binder, &operation->binder))
        operation->late = compile_failure(compiler, FAILURE_TEMPLATE, entry->key_origin,
                                          "%s requires each(identifier) syntax", row->name);
    return operation->late ? NULL : entry;
}

static void compile_map_each(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                             Operation *operation)
{
    const MapEntry *each = compile_binder(compiler, map, row, node, operation);
    if (each)
        operation->body = compile_node(compiler, each->value);
}

static void compile_reduce(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                           Operation *operation)
{
    compile_map_each(compiler, map, row, node, operation);
    operation->initial = value_get(map, STR("initial"));
    if (operation->body && !operation->initial)
        operation->late = compile_failure(compiler, FAILURE_TEMPLATE, node->origin, "%s requires initial", row->name);
}

static void compile_find(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                         Operation *operation)
{
    const MapEntry *each = compile_binder(compiler, map, row, node, operation);
    if (!each)
        return;
    if (each->value->kind != VALUE_STRING)
        operation->late = compile_failure(compiler, FAILURE_TEMPLATE, each->value->origin,
                                          "each can evaluate string expressions only");
    else
        operation->condition = compile_expression(compiler, value_text(each->value), each->value->origin);
}

static void compile_sort(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                         Operation *operation)
{
    (void)node;
    const MapEntry *by = binder_entry(map, row);
    if (!by || !binder_parse(by->key, &row->binder, &operation->binder))
        return;
    if (by->value->kind != VALUE_STRING)
        operation->late =
            compile_failure(compiler, FAILURE_TEMPLATE, by->value->origin, "by can evaluate string expressions only");
    else
        operation->condition = compile_expression(compiler, value_text(by->value), by->value->origin);
}

static void compile_cases(Compiler *compiler, const Value *map, const OperatorRow *row, Node *node,
                          Operation *operation)
{
    (void)node;
    const Value *conditions = value_get(map, str_from(row->name));
    const void **entries = entries_sorted(compiler, conditions);
    Case *cases = ARENA_ARRAY(compiler->arena, Case, conditions->size + 1u);
    for (uint32_t i = 0; i < conditions->size; i++) {
        const MapEntry *entry = entries[i];
        const Node *value = compile_node(compiler, entry->value);
        if (row->eval == eval_switch && str_equal(entry->key, STR("$default"))) {
            operation->otherwise = value;
            continue;
        }
        cases[operation->case_count++] = (Case){compile_expression(compiler, entry->key, entry->key_origin), value};
    }
    operation->cases = cases;
}

/* ---- the table ---- */

static const OperatorRow operator_rows[] = {
    {.name = "$eval", .eval = eval_eval, .string_only = "$eval must be given a string expression"},
    {.name = "$if",
     .eval = eval_if,
     .compile = compile_if,
     .others = {"then", "else"},
     .string_only = "$if can evaluate string expressions only"},
    {.name = "$json", .eval = eval_json},
    {.name = "$let",
     .eval = eval_let,
     .compile = compile_let,
     .others = {"in"},
     .map_only = "$let value must be an object"},
    {.name = "$map", .eval = eval_map_each, .compile = compile_map_each, .binder = {"each", 1, 2}},
    {.name = "$reduce",
     .eval = eval_reduce,
     .compile = compile_reduce,
     .others = {"initial"},
     .binder = {"each", 2, 3}},
    {.name = "$find", .eval = eval_find, .compile = compile_find, .binder = {"each", 1, 2}},
    {.name = "$sort", .eval = eval_sort, .compile = compile_sort, .binder = {"by", 1, 1}},
    {.name = "$match", .eval = eval_match, .compile = compile_cases, .map_only = "$match can evaluate objects only"},
    {.name = "$switch",
     .eval = eval_switch,
     .compile = compile_cases,
     .map_only = "$switch can evaluate objects only"},
    {.name = "$merge", .eval = eval_merge},
    {.name = "$mergeDeep", .eval = eval_merge_deep},
    {.name = "$flatten", .eval = eval_flatten},
    {.name = "$flattenDeep", .eval = eval_flatten_deep},
    {.name = "$reverse", .eval = eval_reverse},
    {.name = "$fromNow", .eval = eval_from_now, .compile = compile_from_now, .others = {"from"}},
};

static const OperatorRow *operator_find(Str key)
{
    if (!key.size || key.data[0] != '$')
        return NULL;
    for (size_t i = 0; i < LENGTH_OF(operator_rows); i++) {
        if (str_equal(key, str_from(operator_rows[i].name)))
            return &operator_rows[i];
    }
    return NULL;
}

size_t operator_count(const Value *map)
{
    size_t count = 0;
    for (uint32_t i = 0; i < map->size; i++)
        count += operator_find(map->entries[i].key) != NULL;
    return count;
}

const Failure *operator_unknown(Compiler *compiler, const MapEntry *entry)
{
    Failure *failure = ARENA_NEW(compiler->arena, Failure);
    NearMiss miss = near_miss_begin(entry->key);
    for (size_t i = 0; i < LENGTH_OF(operator_rows); i++)
        near_miss_offer(&miss, str_from(operator_rows[i].name));
    *failure = *compile_failure(compiler, FAILURE_TEMPLATE, entry->key_origin,
                                "$<identifier> is reserved; use $$<identifier>");
    failure->near = near_miss_best(&miss);
    return failure;
}

static bool compile_operand(Compiler *compiler, const OperatorRow *row, const Value *operand, Node *node,
                            Operation *operation)
{
    const char *refused = NULL;
    if (row->string_only && operand->kind != VALUE_STRING)
        refused = row->string_only;
    if (row->map_only && operand->kind != VALUE_MAP)
        refused = row->map_only;
    if (refused) {
        Origin origin = origin_or(operand->origin, node->origin);
        compile_as_failure(node, compile_failure(compiler, FAILURE_TEMPLATE, origin, "%s", refused));
        return false;
    }
    if (row->string_only)
        operation->condition = compile_expression(compiler, value_text(operand), operand->origin);
    else if (row->compile != compile_cases)
        operation->value = compile_node(compiler, operand);
    return true;
}

void operator_compile(Compiler *compiler, const Value *map, Node *node)
{
    const OperatorRow *row = NULL;
    const MapEntry *entry = map->entries;
    while (!(row = operator_find(entry->key)))
        entry++;
    if (!all_proper(row, map)) {
        const Failure *undefined = undefined_properties(compiler, row, map);
        if (undefined) {
            compile_as_failure(node, undefined);
            return;
        }
        check_ignored(compiler, row, map);
    }
    Operation *operation = ARENA_NEW(compiler->arena, Operation);
    operation->name = str_from(row->name);
    node->origin = origin_or(entry->key_origin, node->origin);
    if (!compile_operand(compiler, row, entry->value, node, operation))
        return;
    if (row->compile)
        row->compile(compiler, map, row, node, operation);
    node->eval = row->eval;
    node->operation = operation;
}
