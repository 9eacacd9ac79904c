/*
 * Compiling: from a template's tree of values to Nodes. Expressions are parsed here, once; what is constant is found
 * here; what can only fail is stored as a failure and raised by evaluation. Operators are operator.c's.
 */
#include "jsone_private.h"

/* ---- failures ---- */

static void remember(Compiler *compiler, const Failure *failure)
{
    ARENA_GROW(compiler->arena, compiler->failures, compiler->failure_count, compiler->failure_capacity);
    compiler->failures[compiler->failure_count++] = failure;
}

const Failure *compile_failure(Compiler *compiler, FailureClass class, Origin origin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Failure *failure = ARENA_NEW(compiler->arena, Failure);
    *failure = (Failure){class, origin, arena_vprintf(compiler->arena, format, args), STR_NONE};
    va_end(args);
    remember(compiler, failure);
    return failure;
}

void compile_as_failure(Node *node, const Failure *failure)
{
    node->eval = eval_failure;
    node->failure = failure;
}

/* ---- strings ---- */

Expression compile_expression(Compiler *compiler, Str text, Origin origin)
{
    ScalarPlace place = scalar_place(diags_sources(compiler->diags), origin, text);
    Expression expression = expression_parse(compiler->arena, compiler->known, &place);
    if (expression.failure)
        remember(compiler, expression.failure);
    return expression;
}

typedef struct TextBuilder {
    Segment *segments;
    size_t count;
    size_t capacity;
    Buf literal; /* the text before the next expression */
} TextBuilder;

static Segment *text_segment(Compiler *compiler, TextBuilder *builder)
{
    ARENA_GROW(compiler->arena, builder->segments, builder->count, builder->capacity);
    Segment *segment = &builder->segments[builder->count++];
    *segment = (Segment){.literal = arena_copy(compiler->arena, buf_str(&builder->literal))};
    builder->literal.size = 0;
    return segment;
}

/* The expression behind "${" at offset; returns where the text goes on, the text's end after a failure. */
static size_t compile_interpolation(Compiler *compiler, TextBuilder *builder, ScalarPlace *place, size_t offset)
{
    Segment *segment = text_segment(compiler, builder);
    size_t end;
    segment->expression = expression_parse_embedded(compiler->arena, compiler->known, place, offset, &end);
    segment->input = str_slice(place->text, offset, end);
    if (!segment->expression.failure)
        return end + 1;
    remember(compiler, segment->expression.failure);
    return place->text.size;
}

/* "$${" stands for "${"; a "$" further left stands for itself. */
static Text *compile_text(Compiler *compiler, Str text, Origin origin)
{
    ScalarPlace place = scalar_place(diags_sources(compiler->diags), origin, text);
    TextBuilder builder = {0};
    size_t at = 0;
    ptrdiff_t found;
    while ((found = str_find(text, STR("${"), at)) >= 0) {
        size_t dollar = (size_t)found;
        bool escaped = dollar > at && text.data[dollar - 1] == '$';
        buf_add(&builder.literal, str_slice(text, at, escaped ? dollar - 1 : dollar));
        if (escaped)
            buf_add(&builder.literal, STR("${"));
        at = escaped ? dollar + 2 : compile_interpolation(compiler, &builder, &place, dollar + 2);
    }
    buf_add(&builder.literal, str_slice(text, at, text.size));
    text_segment(compiler, &builder);
    buf_release(&builder.literal);
    Text *compiled = ARENA_NEW(compiler->arena, Text);
    *compiled = (Text){builder.segments, builder.count, origin};
    return compiled;
}

static bool has_interpolation(Str text)
{
    return str_has_char(text, '$') && str_find(text, STR("${"), 0) >= 0;
}

static void compile_string(Compiler *compiler, Node *node)
{
    Str text = value_text(node->source);
    if (!has_interpolation(text))
        return;
    node->eval = eval_text;
    node->text = compile_text(compiler, text, node->origin);
}

/* ---- containers ---- */

static void compile_list(Compiler *compiler, Node *node)
{
    const Value *list = node->source;
    const Node **items = ARENA_ARRAY(compiler->arena, const Node *, list->size + 1u);
    bool constant = true;
    for (uint32_t i = 0; i < list->size; i++) {
        items[i] = compile_node(compiler, list->items[i]);
        constant = constant && !items[i]->eval;
    }
    if (constant)
        return;
    node->eval = eval_list;
    node->items = items;
    node->item_count = list->size;
}

/* /^\$[a-zA-Z][a-zA-Z0-9]*$/ */
static bool is_reserved(Str key)
{
    Str name = str_slice(key, 1, key.size);
    return str_starts(key, STR("$")) && is_identifier(name) && !str_has_char(name, '_');
}

static bool compile_field(Compiler *compiler, const MapEntry *entry, Field *field)
{
    *field =
        (Field){.key = entry->key, .key_origin = entry->key_origin, .value = compile_node(compiler, entry->value)};
    if (str_starts(entry->key, STR("$$"))) {
        field->key = str_slice(entry->key, 1, entry->key.size);
        return true;
    }
    if (is_reserved(entry->key)) {
        field->failure = operator_unknown(compiler, entry);
        return true;
    }
    if (has_interpolation(entry->key)) {
        field->text = compile_text(compiler, entry->key, entry->key_origin);
        return true;
    }
    return field->value->eval != NULL;
}

static bool keys_distinct(const Field *fields, size_t count, Arena *arena)
{
    bool plain = true;
    for (size_t i = 0; i < count; i++) {
        if (fields[i].text)
            return false;
        plain = plain && !str_starts(fields[i].key, STR("$"));
    }
    if (plain)
        return true;
    Index *index = index_new(arena, count * 2);
    for (size_t i = 0; i < count; i++) {
        if (index_put(index, fields[i].key, (uint32_t)i) != i)
            return false;
    }
    return true;
}

static void compile_map(Compiler *compiler, Node *node)
{
    const Value *map = node->source;
    Field *fields = ARENA_ARRAY(compiler->arena, Field, map->size + 1u);
    bool computed = false;
    for (uint32_t i = 0; i < map->size; i++) {
        if (compile_field(compiler, &map->entries[i], &fields[i]))
            computed = true;
    }
    if (!computed)
        return;
    node->eval = eval_map;
    node->fields = fields;
    node->field_count = map->size;
    node->distinct = keys_distinct(fields, map->size, compiler->arena);
}

static void compile_object(Compiler *compiler, Node *node)
{
    size_t operators = operator_count(node->source);
    if (operators == 0)
        compile_map(compiler, node);
    else if (operators == 1)
        operator_compile(compiler, node->source, node);
    else
        compile_as_failure(node,
                           compile_failure(compiler, FAILURE_TEMPLATE, node->origin, "only one operator allowed"));
}

static void compile_into(Compiler *compiler, Node *node)
{
    switch ((ValueKind)node->source->kind) {
    case VALUE_STRING:
        compile_string(compiler, node);
        break;
    case VALUE_LIST:
        compile_list(compiler, node);
        break;
    case VALUE_MAP:
        compile_object(compiler, node);
        break;
    default:
        break;
    }
}

const Node *compile_node(Compiler *compiler, const Value *tree)
{
    Node *node = ARENA_NEW(compiler->arena, Node);
    node->source = tree;
    node->origin = tree->origin;
    if (compiler->depth >= jsone_limits.depth) {
        if (!compiler->too_deep)
            diag_error(compiler->diags, tree->origin, "template is nested deeper than %zu levels",
                       jsone_limits.depth);
        compiler->too_deep = true;
        return node;
    }
    compiler->depth++;
    compile_into(compiler, node);
    compiler->depth--;
    return node;
}

static const Template *compile_end(const Compiler *compiler, const Node *root)
{
    Template *templ = ARENA_NEW(compiler->arena, Template);
    *templ = (Template){root, compiler->failures, compiler->failure_count};
    return templ;
}

const Template *jsone_compile_with(Arena *arena, const JsoneKnown *known, const Value *tree, Diags *diags)
{
    Compiler compiler = {.arena = arena, .known = known, .diags = diags};
    const Node *root = compile_node(&compiler, tree);
    return compiler.too_deep ? NULL : compile_end(&compiler, root);
}

const Template *jsone_compile(Arena *arena, const Value *tree, Diags *diags)
{
    return jsone_compile_with(arena, &(JsoneKnown){0}, tree, diags);
}

const Template *jsone_compile_expression(Arena *arena, const JsoneKnown *known, Str text, Origin origin, Diags *diags)
{
    Compiler compiler = {.arena = arena, .known = known, .diags = diags};
    Operation *operation = ARENA_NEW(arena, Operation);
    Node *root = ARENA_NEW(arena, Node);
    operation->name = STR("$eval");
    operation->condition = compile_expression(&compiler, text, origin);
    root->eval = eval_eval;
    root->origin = origin;
    root->operation = operation;
    return compile_end(&compiler, root);
}

static void check_failure(const Failure *failure, Diags *diags)
{
    Buf message = {0};
    failure_print(failure->text, failure->near, &message);
    diag_error(diags, failure->origin, "%.*s", STR_ARG(buf_str(&message)));
    buf_release(&message);
}

bool jsone_check(const Template *templ, Diags *diags)
{
    for (size_t i = 0; i < templ->failure_count; i++)
        check_failure(templ->failures[i], diags);
    return templ->failure_count == 0;
}
