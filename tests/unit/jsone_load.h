/*
 * Reads YAML documents into values for jsone's tests, through libyaml and with the core schema's typing, so that the
 * tests need no other room. Good input only: any fault ends the test program.
 */
#ifndef JSONE_LOAD_H
#define JSONE_LOAD_H

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "kiln/value.h"

typedef struct Loader {
    yaml_parser_t parser;
    Arena *arena;
    Origin base; /* origin of the text's first byte */
} Loader;

static inline void load_event(Loader *loader, yaml_event_t *event)
{
    if (!yaml_parser_parse(&loader->parser, event)) {
        fprintf(stderr, "%s, line %zu\n", loader->parser.problem, loader->parser.problem_mark.line + 1);
        abort();
    }
}

static inline Origin load_origin(const Loader *loader, const yaml_event_t *event)
{
    return loader->base == ORIGIN_NONE ? ORIGIN_NONE : loader->base + (Origin)event->start_mark.index;
}

static inline bool load_number(Str text, double *number)
{
    char *end;
    if (text.size > 60 || !text.size || strspn(text.data, "0123456789+-.eE") != text.size ||
        !strpbrk(text.data, "0123456789"))
        return false;
    *number = strtod(text.data, &end);
    return end == text.data + text.size;
}

static inline bool is_one_of(Str text, const char *const *words)
{
    for (; *words; words++) {
        if (str_equal(text, str_from(*words)))
            return true;
    }
    return false;
}

static inline const Value *load_scalar(Loader *loader, const yaml_event_t *event)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const truths[] = {"true", "True", "TRUE", NULL};
    static const char *const lies[] = {"false", "False", "FALSE", NULL};
    Origin origin = load_origin(loader, event);
    Str text = arena_copy(loader->arena, (Str){(const char *)event->data.scalar.value, event->data.scalar.length});
    double number = 0;
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return value_new_string(loader->arena, origin, text);
    if (is_one_of(text, nulls))
        return value_new_plain(loader->arena, origin, VALUE_NULL, text, 0, false);
    if (is_one_of(text, truths) || is_one_of(text, lies))
        return value_new_plain(loader->arena, origin, VALUE_BOOL, text, 0, is_one_of(text, truths));
    if (load_number(text, &number))
        return value_new_plain(loader->arena, origin, VALUE_NUMBER, text, number, false);
    return value_new_plain(loader->arena, origin, VALUE_STRING, text, 0, false);
}

static inline const Value *load_node(Loader *loader, const yaml_event_t *event);

/* NULL at the end of the collection. */
static inline const Value *load_next(Loader *loader)
{
    yaml_event_t event;
    load_event(loader, &event);
    const Value *value = load_node(loader, &event);
    yaml_event_delete(&event);
    return value;
}

static inline const Value *load_list(Loader *loader, Origin origin)
{
    ListBuilder list = list_begin(loader->arena);
    const Value *item;
    while ((item = load_next(loader)))
        list_add(&list, item);
    return list_end(&list, origin);
}

static inline const Value *load_map(Loader *loader, Origin origin)
{
    MapBuilder map = map_begin(loader->arena);
    const Value *key;
    while ((key = load_next(loader)))
        map_set(&map, value_text(key), key->origin, load_next(loader));
    return map_end(&map, origin);
}

static inline const Value *load_node(Loader *loader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return load_scalar(loader, event);
    case YAML_SEQUENCE_START_EVENT:
        return load_list(loader, load_origin(loader, event));
    case YAML_MAPPING_START_EVENT:
        return load_map(loader, load_origin(loader, event));
    default:
        return NULL;
    }
}

typedef void LoadFn(void *user, const Value *document);

static inline void load_documents(Arena *arena, Str text, Origin base, LoadFn *each, void *user)
{
    Loader loader = {.arena = arena, .base = base};
    yaml_event_t event = {0};
    yaml_parser_initialize(&loader.parser);
    yaml_parser_set_input_string(&loader.parser, (const unsigned char *)text.data, text.size);
    while (event.type != YAML_STREAM_END_EVENT) {
        yaml_event_delete(&event);
        load_event(&loader, &event);
        if (event.type == YAML_DOCUMENT_START_EVENT)
            each(user, load_next(&loader));
    }
    yaml_event_delete(&event);
    yaml_parser_delete(&loader.parser);
}

static inline void load_keep(void *user, const Value *document)
{
    *(const Value **)user = document;
}

static inline const Value *load_document(Arena *arena, Str text, Origin base)
{
    const Value *document = &value_null;
    load_documents(arena, text, base, load_keep, &document);
    return document;
}

#endif
