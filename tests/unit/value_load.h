/*
 * For the tests of the value room, which comes before any reader: values from JSON in a C literal, without escapes.
 * Each value and key has its offset, added to the base that was given, as its origin.
 */
#ifndef KILN_TEST_VALUE_LOAD_H
#define KILN_TEST_VALUE_LOAD_H

#include "kiln/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Loader {
    Arena *arena;
    Str text;
    size_t at;
    Origin base;
} Loader;

static const Value *load_value(Loader *loader);

static char load_peek(Loader *loader)
{
    while (loader->at < loader->text.size && str_has_char(STR(" ,:\n"), loader->text.data[loader->at]))
        loader->at++;
    return loader->at < loader->text.size ? loader->text.data[loader->at] : '\0';
}

static Origin load_origin(const Loader *loader)
{
    return loader->base + (Origin)loader->at;
}

static Str load_text(Loader *loader)
{
    ptrdiff_t end = str_find(loader->text, STR("\""), loader->at + 1);
    assert_true(load_peek(loader) == '"' && end > 0);
    Str text = str_slice(loader->text, loader->at + 1, (size_t)end);
    loader->at = (size_t)end + 1;
    return text;
}

static const Value *load_list(Loader *loader)
{
    Origin origin = load_origin(loader);
    ListBuilder list = list_begin(loader->arena);
    for (loader->at++; load_peek(loader) != ']';)
        list_add(&list, load_value(loader));
    loader->at++;
    return list_end(&list, origin);
}

static const Value *load_map(Loader *loader)
{
    Origin origin = load_origin(loader);
    MapBuilder map = map_begin(loader->arena);
    for (loader->at++; load_peek(loader) != '}';) {
        Origin key_origin = load_origin(loader);
        Str key = load_text(loader);
        map_set(&map, key, key_origin, load_value(loader));
    }
    loader->at++;
    return map_end(&map, origin);
}

static const Value *load_word(Loader *loader)
{
    static const struct {
        Str word;
        bool null, boolean;
    } words[] = {{{"null", 4}, true, false}, {{"true", 4}, false, true}, {{"false", 5}, false, false}};
    Origin origin = load_origin(loader);
    Str rest = str_slice(loader->text, loader->at, SIZE_MAX);
    for (size_t i = 0; i < LENGTH_OF(words); i++) {
        if (!str_starts(rest, words[i].word))
            continue;
        loader->at += words[i].word.size;
        return words[i].null ? value_new_null(loader->arena, origin)
                             : value_new_bool(loader->arena, origin, words[i].boolean);
    }
    char *end;
    double number = strtod(rest.data, &end);
    assert_true(end > rest.data);
    loader->at += (size_t)(end - rest.data);
    return value_new_number(loader->arena, origin, number);
}

static const Value *load_value(Loader *loader)
{
    char c = load_peek(loader);
    Origin origin = load_origin(loader);
    if (c == '{')
        return load_map(loader);
    if (c == '[')
        return load_list(loader);
    return c == '"' ? value_new_string(loader->arena, origin, load_text(loader)) : load_word(loader);
}

static const Value *load_at(Arena *arena, Origin base, const char *json)
{
    Loader loader = {arena, str_from(json), 0, base};
    const Value *value = load_value(&loader);
    assert_int_equal(load_peek(&loader), '\0');
    return value;
}

static inline const Value *load(Arena *arena, const char *json)
{
    return load_at(arena, 1, json);
}

static inline void expect_json(const Value *value, const char *expected)
{
    Buf out = {0};
    value_print_json(value, false, &out);
    if (!str_equal(buf_str(&out), str_from(expected)))
        fail_msg("found %.*s, expected %s", STR_ARG(buf_str(&out)), expected);
    buf_release(&out);
}

#endif
