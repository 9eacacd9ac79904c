/* jsone beyond upstream's cases: where messages point and what they say, provenance, host functions, budgets,
 * jsone_check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#include "kiln/jsone.h"
#include "jsone_load.h"

/* ---- one evaluation ---- */

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    JsoneRun run;
    const Source *source; /* of the template */
    const Source *input;  /* of the context */
    const Value *context;
    const Template *templ;
} Bench;

static Bench bench_begin(const char *templ, const char *context)
{
    Bench bench = {.arena = arena_new()};
    bench.sources = sources_new(bench.arena);
    bench.diags = diags_new(bench.arena, bench.sources);
    bench.source = sources_add(bench.sources, STR("t.yaml"), str_from(templ), false);
    bench.input = sources_add(bench.sources, STR("c.yaml"), str_from(context), false);
    bench.context = load_document(bench.arena, bench.input->text, bench.input->base);
    bench.run = jsone_run(bench.arena, bench.diags);
    const Value *tree = load_document(bench.arena, bench.source->text, bench.source->base);
    bench.templ = jsone_compile(bench.arena, tree, bench.diags);
    return bench;
}

static const Value *bench_eval(Bench *bench)
{
    const JsoneScope scope = jsone_scope(bench->context, NULL);
    return bench->templ ? jsone_eval(&bench->run, bench->templ, &scope) : NULL;
}

static void bench_end(Bench *bench)
{
    arena_free(bench->arena);
}

static Str diag_line(const Bench *bench, size_t index)
{
    const Diag *diag = diags_at(bench->diags, index);
    return arena_printf(bench->arena, "%.*s: %.*s", STR_ARG(origin_text(bench->arena, bench->sources, diag->origin)),
                        STR_ARG(diag->message));
}

static void expect_error(const char *templ, const char *context, const char *message)
{
    Bench bench = bench_begin(templ, context);
    assert_null(bench_eval(&bench));
    assert_int_equal(diags_error_count(bench.diags), 1);
    assert_string_equal(diag_line(&bench, 0).data, message);
    bench_end(&bench);
}

static void expect_result(const char *templ, const char *context, const char *json)
{
    Bench bench = bench_begin(templ, context);
    const Value *value = bench_eval(&bench);
    Buf text = {0};
    if (!value)
        print_error("%s: %s\n", templ, diag_line(&bench, 0).data);
    assert_non_null(value);
    value_print_json(value, false, &text);
    buf_add_char(&text, '\0');
    assert_string_equal(text.data, json);
    buf_release(&text);
    bench_end(&bench);
}

/* ---- places ---- */

static void errors_point_into_the_expression(void **state)
{
    (void)state;
    const char *context = "{health: {path: /}, n: 1}";
    expect_error("a:\n  b: {$eval: n + helth}\n", context,
                 "t.yaml:2:18: unknown context value helth; did you mean 'health'?");
    expect_error("a:\n  b: '${n} ${health.pth}'\n", context,
                 "t.yaml:2:21: object has no property \"pth\"; did you mean 'path'?");
    expect_error("a: \"${n} ${health.zzzzz}\"\n", context, "t.yaml:1:19: object has no property \"zzzzz\"");
    expect_error("a: ${ n + 'x' }\n", context, "t.yaml:1:9: infix: + expects numbers/strings + numbers/strings");
    expect_error("{$eval: n + }", context, "t.yaml:1:12: Unexpected end of input");
    expect_error("{$eval: 'n + )'}", context,
                 "t.yaml:1:14: Found: ) token, expected one of: !=, &&, (, *, **, +, -, ., "
                 "/, <, <=, ==, >, >=, [, in, ||");
    expect_error("{\"k-${nn}\": 1}", context, "t.yaml:1:7: unknown context value nn");
}

static void errors_point_into_blocks_and_past_escapes(void **state)
{
    (void)state;
    expect_error("run: |\n  first ${n}\n    second\n  third ${m}\n", "{n: 1}",
                 "t.yaml:4:11: unknown context value m");
    expect_error("run: |\n\n    first\n    ${  nnn}\n", "{n: 1}", "t.yaml:4:9: unknown context value nnn");
    /* Behind an escape the offsets no longer match: the place is the last that is known. */
    expect_error("run: \"a\\tb ${m}\"\n", "{zebra: 1}", "t.yaml:1:8: unknown context value m");
}

static void errors_name_the_chain(void **state)
{
    (void)state;
    expect_error("a:\n  $map: {$eval: list}\n  each(x,i):\n    b: {$eval: x.name}\n", "{list: [{name: 1}, {nam: 1}]}",
                 "t.yaml:4:18: object has no property \"name\"; did you mean 'nam'? (for element 1 of the $map at "
                 "t.yaml:2:3)");
    expect_error(
        "$map: {http: 1, grpc: x}\neach(v,k): {'${k}': {$eval: v + 1}}\n", "{}",
        "t.yaml:2:31: infix: + expects numbers/strings + numbers/strings (for 'grpc' in the $map at t.yaml:1:1)");
    expect_error(
        "$map: [1]\neach(x): {$reduce: [7], initial: 0, 'each(a,v)': {$eval: a.b}}\n", "{}",
        "t.yaml:2:60: infix: . expects objects (for element 0 of the $reduce at t.yaml:2:11, for element 0 of "
        "the $map at t.yaml:1:1)");
}

static void operators_report_their_place(void **state)
{
    (void)state;
    expect_error("a: {$mapp: 1}\n", "{}",
                 "t.yaml:1:5: $<identifier> is reserved; use $$<identifier>; did you mean '$map'?");
    expect_error("a: {$if: 'true', bing: 1, foo: 2}\n", "{}", "t.yaml:1:18: $if has undefined properties: bing foo");
    expect_error("a: {$flatten: 1}\n", "{}", "t.yaml:1:15: $flatten value must evaluate to an array");
    expect_error("a: ${min}\n", "{}", "t.yaml:1:6: interpolation of 'min' produced a function");
    expect_error("$eval: 2 ** 5000", "{}",
                 "t.yaml:1:10: evaluated template contained the number Infinity, which JSON does not have");
    expect_error("$eval: number('x')", "{}",
                 "t.yaml:1:15: evaluated template contained the number NaN, which JSON does not have");
    expect_error("$eval: now", "{}", "t.yaml:1:8: unknown context value now: there is no clock here");
    expect_error("$fromNow: 1 day", "{}", "t.yaml:1:1: unknown context value now: there is no clock here");
}

static void faulty_branches_fail_only_when_taken(void **state)
{
    (void)state;
    expect_result("{$if: 'false', then: {$eval: '1 +'}, else: 2}", "{}", "2");
    Bench bench =
        bench_begin("a: {$if: 'false', then: {$eval: '1 +'}, esle: b}\nc: '${d e}'\nf: {$if: a, thenn: 2}\n", "{}");
    assert_false(jsone_check(bench.templ, bench.diags));
    assert_int_equal(diags_error_count(bench.diags), 3);
    assert_string_equal(diag_line(&bench, 0).data, "t.yaml:1:41: $if has undefined properties: esle");
    assert_string_equal(diag_line(&bench, 1).data,
                        "t.yaml:2:9: Found: e token, expected one of: !=, &&, (, *, **, +, -, "
                        "., /, <, <=, ==, >, >=, [, in, ||");
    assert_string_equal(diag_line(&bench, 2).data, "t.yaml:3:13: $if ignores the property 'thenn'");
    bench_end(&bench);
    bench = bench_begin("{a: '${b.c}', d: [{$map: [], each(x): 1}]}", "{}");
    assert_true(jsone_check(bench.templ, bench.diags));
    bench_end(&bench);
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    expect_error("run: |\n  echo ${A:-b}\n  echo two\n", "{}",
                 "t.yaml:2:11: Found: : token, expected one of: !=, &&, (, *, "
                 "**, +, -, ., /, <, <=, ==, >, >=, [, in, ||");
    expect_error("run: |\n  echo ${#A}\n  echo two\n", "{}", "t.yaml:2:10: Unexpected input for '#A}…");
}

/* ---- provenance ---- */

static Str place_of(Bench *bench, Origin origin)
{
    return origin_text(bench->arena, bench->sources, origin);
}

static void values_keep_their_origins(void **state)
{
    (void)state;
    Bench bench = bench_begin("image: {$eval: service.image}\nkind: Deployment\nnext: {$eval: service.port + 1}\n"
                              "two: {$eval: 1 + service.port}\nnone: {$eval: 1 + 1}\n",
                              "service:\n  image: nginx\n  port: 80\n");
    const Value *result = bench_eval(&bench);
    const MapEntry *image = value_entry(result, STR("image"));
    assert_ptr_equal(image->value, value_path(bench.context, "service.image"));
    assert_string_equal(place_of(&bench, image->key_origin).data, "t.yaml:1:1");
    assert_string_equal(place_of(&bench, image->value->origin).data, "c.yaml:2:10");
    assert_string_equal(place_of(&bench, value_get(result, STR("kind"))->origin).data, "t.yaml:2:7");
    assert_string_equal(place_of(&bench, value_get(result, STR("next"))->origin).data, "c.yaml:3:9");
    assert_string_equal(place_of(&bench, value_get(result, STR("two"))->origin).data, "c.yaml:3:9");
    assert_string_equal(place_of(&bench, value_get(result, STR("none"))->origin).data, "t.yaml:5:17");
    bench_end(&bench);
}

static void strings_know_their_inputs(void **state)
{
    (void)state;
    Bench bench =
        bench_begin("a: http://${host}:${port}/${1}\nb: ${'x'}\nc: {$eval: \"'' + uppercase(host)\"}\nd: ${c}-${c}\n",
                    "host: h\nport: 80\nc: q\n");
    const Value *result = bench_eval(&bench), *a = value_get(result, STR("a"));
    assert_string_equal(a->text, "http://h:80/1");
    assert_non_null(a->lineage);
    assert_int_equal(a->lineage->count, 2);
    assert_string_equal(place_of(&bench, a->lineage->place).data, "t.yaml:1:4");
    assert_string_equal(place_of(&bench, a->lineage->inputs[0]).data, "c.yaml:1:7");
    assert_string_equal(place_of(&bench, a->lineage->inputs[1]).data, "c.yaml:2:7");
    assert_int_equal(a->origin, a->lineage->inputs[0]);
    assert_string_equal(place_of(&bench, value_get(result, STR("b"))->origin).data, "t.yaml:2:4");
    assert_string_equal(place_of(&bench, value_get(result, STR("c"))->origin).data, "c.yaml:1:7");
    assert_int_equal(value_get(result, STR("d"))->lineage->count, 1);
    bench_end(&bench);
}

static void constant_subtrees_are_shared(void **state)
{
    (void)state;
    Bench bench = bench_begin("a: {b: [1, {c: d}]}\ne: ${x}\n", "{x: 1}");
    const JsoneScope scope = jsone_scope(bench.context, NULL);
    const Value *one = jsone_eval(&bench.run, bench.templ, &scope),
                *two = jsone_eval(&bench.run, bench.templ, &scope);
    assert_ptr_equal(value_get(one, STR("a")), value_get(two, STR("a")));
    assert_ptr_not_equal(value_get(one, STR("e")), value_get(two, STR("e")));
    bench_end(&bench);
}

/* ---- host functions ---- */

static const Value *call_pair(const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at,
                              const Value *const *args, size_t count)
{
    (void)function, (void)scope;
    ListBuilder list = list_begin(run->arena);
    for (size_t i = 0; i < count; i++)
        list_add(&list, args[i]);
    return list_end(&list, at);
}

static const Value *call_refuse(const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at,
                                const Value *const *args, size_t count)
{
    (void)function, (void)scope, (void)args, (void)count;
    return jsone_fail(run, at, "no such action '%s'", "checkout");
}

/* part(args): evaluates the template behind run->host with args before the caller's scope. */
static const Value *call_part(const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at,
                              const Value *const *args, size_t count)
{
    (void)function, (void)at, (void)count;
    const JsoneScope inner = jsone_scope(args[0], scope);
    return jsone_eval(run, run->host, &inner);
}

static const Function host_functions[] = {
    {STR_NONE, call_pair, 1, 2, "pair(a, b): a list of both", NULL},
    {STR_NONE, call_refuse, 0, UINT8_MAX, NULL, NULL},
    {STR_NONE, call_part, 1, 1, "part(args)", NULL},
};

static const Value *host_eval(Bench *bench, const char *part)
{
    const char *const names[] = {"pair", "refuse", "part"};
    Function *functions = ARENA_ARRAY(bench->arena, Function, LENGTH_OF(names));
    MapBuilder map = map_begin(bench->arena);
    for (size_t i = 0; i < LENGTH_OF(names); i++) {
        functions[i] = host_functions[i];
        functions[i].name = str_from(names[i]);
        map_set(&map, functions[i].name, ORIGIN_NONE, jsone_function(bench->arena, &functions[i]));
    }
    const JsoneScope outer = jsone_scope(map_end(&map, ORIGIN_NONE), NULL),
                     scope = jsone_scope(bench->context, &outer);
    const Source *source = sources_add(bench->sources, STR("p.yaml"), str_from(part), false);
    const Value *tree = load_document(bench->arena, source->text, source->base);
    bench->run.host = (void *)(uintptr_t)jsone_compile(bench->arena, tree, bench->diags);
    return jsone_eval(&bench->run, bench->templ, &scope);
}

static void expect_host_error(const char *templ, const char *part, const char *message)
{
    Bench bench = bench_begin(templ, "{base: 5}");
    assert_null(host_eval(&bench, part));
    assert_string_equal(diag_line(&bench, 0).data, message);
    bench_end(&bench);
}

static void host_functions_are_called(void **state)
{
    (void)state;
    Bench bench = bench_begin("{$eval: \"pair(base, part({x: 2})) \"}", "{base: 5}");
    const Value *result = host_eval(&bench, "{sum: {$eval: base + x}, none: {$if: 'false', then: 1}}");
    assert_non_null(result);
    assert_int_equal((int)value_get(result->items[1], STR("sum"))->number, 7);
    assert_int_equal(value_get(result->items[1], STR("none")) == NULL, 1);
    bench_end(&bench);
    expect_host_error("{$eval: refuse()}", "{}",
                      "t.yaml:1:9: no such action 'checkout' (in refuse() called at t.yaml:1:9)");
    expect_host_error("{$eval: 'pair()'}", "{}",
                      "t.yaml:1:10: pair takes 1 to 2 arguments, found 0; pair(a, b): a list of both");
    expect_host_error("{$eval: 'part({y: 1})'}", "{a: [{$eval: x}]}",
                      "p.yaml:1:14: unknown context value x (in part() called at t.yaml:1:10)");
    expect_host_error("[{$eval: pair}]", "{}", "t.yaml:1:1: evaluated template contained uncalled functions");
}

static void endless_recursion_ends(void **state)
{
    (void)state;
    Bench bench = bench_begin("{$eval: 'part({})'}", "{}");
    assert_null(host_eval(&bench, "{a: {$eval: 'part({})'}}"));
    assert_string_equal(bench.run.error.class, "LimitError");
    assert_int_equal(diags_error_count(bench.diags), 1);
    bench_end(&bench);
}

static void names_are_looked_up_in_the_chain(void **state)
{
    (void)state;
    Bench bench = bench_begin("x", "{a: 1, min: 2}");
    const JsoneScope empty = jsone_scope(NULL, NULL), scope = jsone_scope(bench.context, &empty);
    assert_int_equal((int)jsone_lookup(&scope, STR("min"))->number, 2);
    assert_int_equal(jsone_lookup(&empty, STR("min"))->kind, VALUE_FUNCTION);
    assert_null(jsone_lookup(&scope, STR("mim")));
    bench_end(&bench);
}

/* ---- budgets ---- */

static void expect_limit(const char *templ, const char *part_of_message)
{
    struct timespec before, after;
    Bench bench = bench_begin(templ, "{}");
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_null(bench_eval(&bench));
    clock_gettime(CLOCK_MONOTONIC, &after);
    double seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    if (str_find(diag_line(&bench, 0), str_from(part_of_message), 0) < 0)
        fail_msg("%s: %s", templ, diag_line(&bench, 0).data);
    assert_int_equal(diags_error_count(bench.diags), 1);
    if (seconds > 10) /* far from the fraction of a second that it takes, for sanitizers and busy machines */
        fail_msg("%s took %g s", templ, seconds);
    if (seconds > 0.5)
        print_message("%s took %g s, %zu MiB\n", templ, seconds, arena_used(bench.arena) >> 20);
    bench_end(&bench);
}

static void budgets_end_evaluation(void **state)
{
    (void)state;
    const char *values = "evaluation makes more than 1000000 values",
               *bytes = "makes a string of more than 8388608 bytes";
    expect_limit("$eval: range(0, 1000000000000)", values);
    expect_limit("$eval: range(0, 5, 0)", "the step is 0");
    expect_limit("$reduce: {$eval: 'range(0, 100)'}\ninitial: xxxxxxxxxx\neach(a,x): ${a}${a}\n", bytes);
    expect_limit("$reduce: {$eval: 'range(0, 100)'}\ninitial: xxxxxxxxxx\neach(a,x): {$eval: a + a}\n", bytes);
    expect_limit("$reduce: {$eval: 'range(0, 100)'}\ninitial: [1]\neach(a,x): {$flatten: [{$eval: a}, {$eval: a}]}\n",
                 values);
    expect_limit("$reduce: {$eval: 'range(0, 100)'}\ninitial: [1]\neach(a,x): [{$eval: a}, {$eval: a}]\n",
                 "the result has more than 1000000 values");
    expect_limit("$json: {$reduce: {$eval: 'range(0, 100)'}, initial: [1], 'each(a,x)': [{$eval: a}, {$eval: a}]}\n",
                 "more than");
    expect_limit("$map: {$eval: 'range(0, 1000)'}\neach(x): {$map: {$eval: 'range(0, 1000)'}, each(y): {$eval: y}}\n",
                 values);
    expect_limit("$let: {r: {$eval: 'range(0, 5000)'}}\nin: {$map: {$eval: r}, each(x): {$eval: '[r, x] in [[r, 0], "
                 "[r, 1]]'}}\n",
                 "more than");
    expect_limit("$eval: \"join(range(0, 400000), 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx')\"", bytes);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    expect_limit("$reduce: {$eval: 'range(0, 100000)'}\ninitial: []\neach(a,x): [{$eval: a}]\n", "nested deeper");
    expect_limit("$let: {a: {$reduce: {$eval: 'range(0, 9999)'}, initial: [], 'each(a,x)': [{$eval: a}]}}\nin: "
                 "{$eval: a == a}\n",
                 "nested deeper");
    expect_limit("$flattenDeep: {$reduce: {$eval: 'range(0, 9999)'}, initial: [], 'each(a,x)': [{$eval: a}]}\n",
                 "nested deeper");
    expect_limit("$json: {$reduce: {$eval: 'range(0, 9999)'}, initial: [], 'each(a,x)': [{$eval: a}]}\n",
                 "nested deeper");
}

static void deep_text(const char *open, const char *middle, const char *close)
{
    Buf text = {0};
    buf_add(&text, STR("$eval: \""));
    for (int i = 0; i < 20000; i++)
        buf_add(&text, str_from(open));
    buf_add(&text, str_from(middle));
    for (int i = 0; i < 20000; i++)
        buf_add(&text, str_from(close));
    buf_add(&text, STR("\"\n"));
    buf_add_char(&text, '\0');
    expect_limit(text.data, "nested deeper");
    buf_release(&text);
}

static void deep_expressions_are_refused(void **state)
{
    (void)state;
    deep_text("(", "1", ")");
    deep_text("[", "", "]");
    deep_text("{a: ", "1", "}");
    deep_text("!", "1", "");
    deep_text("1 + ", "1", "");
    deep_text("2 ** ", "1", "");
    deep_text("", "a", ".a");
    deep_text("", "a", "[0]");
    deep_text("len(", "a", ")");
    deep_text("a[", "1", "]");
}

static void deep_templates_are_refused(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Diags *diags = diags_new(arena, sources_new(arena));
    const Value *tree = value_new_string(arena, ORIGIN_NONE, STR("${x}"));
    for (int i = 0; i < 100000; i++) {
        ListBuilder list = list_begin(arena);
        list_add(&list, tree);
        tree = list_end(&list, ORIGIN_NONE);
    }
    assert_null(jsone_compile(arena, tree, diags));
    assert_int_equal(diags_error_count(diags), 1);
    assert_string_equal(diags_at(diags, 0)->message.data, "template is nested deeper than 300 levels");
    arena_free(arena);
}

/* ---- text ---- */

static void text_is_unicode(void **state)
{
    (void)state;
    expect_result("$eval: \"uppercase('straße ǆ ﬁ ÿ ա')\"", "{}", "\"STRASSE Ǆ FI Ÿ Ա\"");
    expect_result("$eval: \"lowercase('ΑΣ ΑΣΑ İ ÀÉ ДЖ')\"", "{}", "\"ας ασα i̇ àé дж\"");
    expect_result("$eval: \"strip('\\u00a0\\u2003x\\ufeff')\"", "{}", "\"x\"");
    expect_result("$eval: \"[len(s), s[1], s[1:3], s[-1], s[:1]]\"", "{s: aé漢🚀}", "[4,\"é\",\"é漢\",\"🚀\",\"a\"]");
    expect_result("$eval: \"split('aé', '')\"", "{}", "[\"a\",\"é\"]");
}

static void numbers_print_as_upstream(void **state)
{
    (void)state;
    expect_result("'${a} ${b} ${c} ${d}'", "{a: 1.10, b: 1e21, c: -0.0, d: 100}", "\"1.1 1e+21 0 100\"");
    expect_result("[{$eval: a}, {$eval: 'str(a)'}, {$eval: 'number(\" 0x1F \") + number(\"1e3\") + number(\"\")'}]",
                  "{a: 1.50}", "[1.5,\"1.5\",1031]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_point_into_the_expression),
        cmocka_unit_test(errors_point_into_blocks_and_past_escapes),
        cmocka_unit_test(errors_name_the_chain),
        cmocka_unit_test(operators_report_their_place),
        cmocka_unit_test(faulty_branches_fail_only_when_taken),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(values_keep_their_origins),
        cmocka_unit_test(strings_know_their_inputs),
        cmocka_unit_test(constant_subtrees_are_shared),
        cmocka_unit_test(host_functions_are_called),
        cmocka_unit_test(endless_recursion_ends),
        cmocka_unit_test(names_are_looked_up_in_the_chain),
        cmocka_unit_test(budgets_end_evaluation),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(deep_expressions_are_refused),
        cmocka_unit_test(deep_templates_are_refused),
        cmocka_unit_test(text_is_unicode),
        cmocka_unit_test(numbers_print_as_upstream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
