/* What the tests of the model share: YAML in, long forms out as JSON, and the messages of an expansion as text. */
#ifndef MODEL_LOAD_H
#define MODEL_LOAD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kiln/model.h"
#include "kiln/yaml.h"

static const ModelExpand service_layer = {.document = MODEL_SERVICE, .kind = KIND_DEPLOYMENT};

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
} Bench;

static inline Bench bench_new(void)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    return (Bench){arena, sources, diags_new(arena, sources)};
}

/* The messages so far, in order of their places, one a line: "1:5: message". */
static inline const char *bench_messages(Bench *bench)
{
    Buf buf = {0};
    diags_sort(bench->diags);
    for (size_t i = 0; i < diags_count(bench->diags); i++) {
        const Diag *diag = diags_at(bench->diags, i);
        Place place = origin_place(bench->sources, diag->origin);
        buf_printf(&buf, "%s%u:%u: %.*s", i ? "\n" : "", place.line, place.column, STR_ARG(diag->message));
    }
    const char *text = arena_text(bench->arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

static inline const Value *bench_read(Bench *bench, const char *yaml)
{
    const Source *source = sources_add(bench->sources, STR("test.yaml"), str_from(yaml), false);
    const Value *value = yaml_read(bench->arena, source, bench->diags);
    if (!value)
        fail_msg("%s: %s", yaml, bench_messages(bench));
    return value;
}

static inline const Value *bench_expand(Bench *bench, const char *yaml, ModelExpand how)
{
    return model_expand(bench->arena, bench_read(bench, yaml), how, bench->diags);
}

/* A layer that must be valid; NULL for none. */
static inline const Value *bench_layer(Bench *bench, const char *yaml)
{
    const Value *value = yaml ? bench_expand(bench, yaml, service_layer) : NULL;
    if (yaml && !value)
        fail_msg("%s: %s", yaml, bench_messages(bench));
    return value;
}

static inline const char *bench_json(Bench *bench, const Value *value)
{
    Buf buf = {0};
    if (value)
        value_print_json(value, false, &buf);
    else
        buf_add(&buf, STR("(none)"));
    const char *text = arena_text(bench->arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

#endif
