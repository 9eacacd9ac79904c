/*
 * Composing: events to values (YAML 1.2.2 §3.1). Here anchors are shared, merge keys expanded, duplicate keys refused
 * and the limits on depth and expansion held, alike for both readers. Knows neither library and no scalar schema:
 * those come with the Reading.
 *
 * Aliases cost nothing here, as values are shared, but whoever walks the tree later pays for each visit. So a node's
 * weight is the number of values below it written out, and the weights that aliases add have a budget.
 */
#include "yaml_private.h"

static const Value *compose_node(Composer *c, const Event *event);

Composer composer_begin(Arena *arena, const Source *source, Diags *diags, const Reading *reading, void *parser)
{
    return (Composer){.arena = arena, .source = source, .diags = diags, .reading = reading, .parser = parser};
}

bool event_tagged(const Event *event, const char *name)
{
    Str prefix = STR(CORE_TAG_PREFIX);
    return event->tag.data && str_starts(event->tag, prefix) &&
           str_equal(str_slice(event->tag, prefix.size, event->tag.size), str_from(name));
}

Str tag_shown(Arena *arena, Str tag)
{
    Str prefix = STR(CORE_TAG_PREFIX);
    if (str_starts(tag, prefix))
        return arena_printf(arena, "!!%.*s", STR_ARG(str_slice(tag, prefix.size, tag.size)));
    if (str_starts(tag, STR("!")))
        return tag;
    return arena_printf(arena, "!<%.*s>", STR_ARG(tag));
}

static bool next_event(Composer *c, Event *event)
{
    return c->reading->next(c->parser, event);
}

/* ---- anchors ---- */

static bool expand(Composer *c, Origin origin, size_t weight)
{
    c->weight += weight;
    c->expanded += weight;
    if (c->expanded <= c->reading->limits->expansion)
        return true;
    diag_error(c->diags, origin, "aliases and merge keys expand to more than %zu values",
               c->reading->limits->expansion);
    return false;
}

/* Names the node that starts here; a later anchor of the same name takes its place (§3.2.2.2). */
static bool anchor_open(Composer *c, const Event *event, size_t *slot)
{
    if (!event->anchor.data)
        return false;
    if (!c->anchor_names)
        c->anchor_names = index_new(c->arena, 16);
    ARENA_GROW(c->arena, c->anchors, c->anchor_count, c->anchor_capacity);
    *slot = index_put(c->anchor_names, event->anchor, (uint32_t)c->anchor_count);
    if (*slot == c->anchor_count)
        c->anchor_count++;
    c->anchors[*slot] = (Anchor){.value = NULL};
    return true;
}

static const Value *compose_alias(Composer *c, const Event *event)
{
    uint32_t slot = c->anchor_names ? index_get(c->anchor_names, event->text) : INDEX_NONE;
    if (slot == INDEX_NONE) {
        diag_error(c->diags, event->origin, "alias '*%.*s' names no anchor above it", STR_ARG(event->text));
        return NULL;
    }
    Anchor anchor = c->anchors[slot];
    if (!anchor.value) {
        diag_error(c->diags, event->origin, "alias '*%.*s' stands inside the node that it names",
                   STR_ARG(event->text));
        return NULL;
    }
    return expand(c, event->origin, anchor.weight) ? anchor.value : NULL;
}

/* ---- merge keys (https://yaml.org/type/merge.html) ---- */

/* The one merge of a map: what it merges and how many entries stood before it. */
typedef struct Merge {
    const Value *value;
    Origin origin;
    size_t position;
} Merge;

static bool is_merge_key(const Event *event)
{
    return event->kind == EVENT_SCALAR && str_equal(event->text, STR("<<")) &&
           ((event->plain && !event->tag.data) || event_tagged(event, "merge"));
}

/* Entries that the map has itself win, then those of earlier merges; where merges override, the last one set wins. */
static bool merge_map(Composer *c, MapBuilder *into, MapBuilder *own, const Value *from, Origin origin)
{
    if (from->kind != VALUE_MAP) {
        diag_error(c->diags, origin, "a merge key '<<' takes a map or a list of maps, found %s",
                   value_kind_name(from->kind));
        return false;
    }
    if (!expand(c, origin, from->size))
        return false;
    for (uint32_t i = 0; i < from->size; i++) {
        const MapEntry *entry = &from->entries[i];
        if (c->reading->merge_overrides || (!map_peek(own, entry->key) && !map_peek(into, entry->key)))
            map_set(into, entry->key, entry->key_origin, entry->value);
    }
    return true;
}

static bool merge_all(Composer *c, MapBuilder *into, MapBuilder *own, const Merge *merge)
{
    if (merge->value->kind != VALUE_LIST)
        return merge_map(c, into, own, merge->value, merge->origin);
    uint32_t count = merge->value->size;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = c->reading->merge_overrides ? count - 1 - i : i;
        if (!merge_map(c, into, own, merge->value->items[at], merge->origin))
            return false;
    }
    return true;
}

/* Merged entries stand where the merge key stood. */
static const Value *map_with_merge(Composer *c, MapBuilder *own, const Merge *merge, Origin origin)
{
    MapBuilder map = map_begin(c->arena);
    for (size_t i = 0; i <= own->count; i++) {
        if (i == merge->position && !merge_all(c, &map, own, merge))
            return NULL;
        if (i < own->count)
            map_set(&map, own->entries[i].key, own->entries[i].key_origin, own->entries[i].value);
    }
    return map_end(&map, origin);
}

/* ---- maps ---- */

static bool refuse_key(Composer *c, Origin origin)
{
    Str rest = str_slice(c->source->text, origin - c->source->base, SIZE_MAX);
    bool template_text = str_starts(rest, STR("{")) && origin > c->source->base && rest.data[-1] == '{';
    diag_error(c->diags, origin, "a map or list cannot be a key%s",
               template_text ? "; quote text that starts with '{{'" : "; keys are words or strings");
    return false;
}

static bool alias_key(Composer *c, const Event *event, Str *key)
{
    const Value *value = compose_alias(c, event);
    if (!value)
        return false;
    if (value->kind == VALUE_LIST || value->kind == VALUE_MAP)
        return refuse_key(c, event->origin);
    *key = value_text(value);
    return true;
}

static bool compose_key(Composer *c, const Event *event, Str *key)
{
    if (event->kind == EVENT_ALIAS)
        return alias_key(c, event, key);
    if (event->kind != EVENT_SCALAR)
        return refuse_key(c, event->origin);
    if (event->anchor.data && !compose_node(c, event))
        return false;
    return c->reading->key(c, event, key);
}

static bool check_duplicate(Composer *c, MapBuilder *map, Str key, Origin origin)
{
    const MapEntry *first = map_peek(map, key);
    if (!first)
        return true;
    Str place = origin_text(c->arena, diags_sources(c->diags), first->key_origin);
    diag_error(c->diags, origin, "duplicate key '%.*s'; first at %.*s", STR_ARG(key), STR_ARG(place));
    return false;
}

static bool compose_value(Composer *c, const Value **value)
{
    Event event;
    if (!next_event(c, &event))
        return false;
    *value = compose_node(c, &event);
    return *value != NULL;
}

static bool compose_merge(Composer *c, const Event *key, Merge *merge, size_t position)
{
    if (merge->value) {
        diag_error(c->diags, key->origin, "duplicate merge key '<<'; merge several maps with one list: <<: [*a, *b]");
        return false;
    }
    merge->origin = key->origin;
    merge->position = position;
    return compose_value(c, &merge->value);
}

static bool compose_entry(Composer *c, const Event *event, MapBuilder *map, Merge *merge)
{
    if (is_merge_key(event))
        return compose_merge(c, event, merge, map->count);
    Str key;
    const Value *value;
    if (!compose_key(c, event, &key) || !check_duplicate(c, map, key, event->origin) || !compose_value(c, &value))
        return false;
    map_set(map, key, event->origin, value);
    return true;
}

static const Value *compose_map(Composer *c, Origin origin)
{
    MapBuilder map = map_begin(c->arena);
    Merge merge = {0};
    for (;;) {
        Event event;
        if (!next_event(c, &event))
            return NULL;
        if (event.kind == EVENT_END)
            break;
        if (!compose_entry(c, &event, &map, &merge))
            return NULL;
    }
    return merge.value ? map_with_merge(c, &map, &merge, origin) : map_end(&map, origin);
}

static const Value *compose_list(Composer *c, Origin origin)
{
    ListBuilder list = list_begin(c->arena);
    for (;;) {
        Event event;
        if (!next_event(c, &event))
            return NULL;
        if (event.kind == EVENT_END)
            return list_end(&list, origin);
        const Value *item = compose_node(c, &event);
        if (!item)
            return NULL;
        list_add(&list, item);
    }
}

static const Value *flagged_flow(Composer *c, const Value *collection)
{
    Value *flagged = ARENA_NEW(c->arena, Value);
    *flagged = *collection;
    flagged->flags |= VALUE_FLOW;
    return flagged;
}

static const Value *compose_collection(Composer *c, const Event *event)
{
    if (event->tag.data && !c->reading->collection_tag(c, event))
        return NULL;
    if (c->depth == c->reading->limits->depth) {
        diag_error(c->diags, event->origin, "maps and lists are nested more than %zu deep",
                   c->reading->limits->depth);
        return NULL;
    }
    c->depth++;
    const Value *value = event->kind == EVENT_MAP ? compose_map(c, event->origin) : compose_list(c, event->origin);
    c->depth--;
    return value && event->flow ? flagged_flow(c, value) : value;
}

static const Value *compose_node(Composer *c, const Event *event)
{
    if (event->kind == EVENT_ALIAS)
        return compose_alias(c, event);
    size_t slot = 0, before = c->weight++;
    if (c->weight - c->expanded > c->reading->limits->values) {
        diag_error(c->diags, event->origin, "the file holds more than %zu values; split it",
                   c->reading->limits->values);
        return NULL;
    }
    bool anchored = anchor_open(c, event, &slot);
    const Value *value = event->kind == EVENT_SCALAR ? c->reading->scalar(c, event) : compose_collection(c, event);
    if (value && anchored)
        c->anchors[slot] = (Anchor){.value = value, .weight = c->weight - before};
    return value;
}

const Value *compose_document(Composer *c, const Event *first)
{
    c->anchor_names = NULL;
    c->anchor_count = 0;
    c->expanded = 0;
    c->depth = 0;
    const Value *root = compose_node(c, first);
    Event end;
    return root && next_event(c, &end) ? root : NULL;
}
