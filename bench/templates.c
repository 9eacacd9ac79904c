/*
 * templates PROJECT ENVIRONMENT DUMP: evaluates the built-in deployment template for every service of a project, and
 * measures that alone: no loading, no writing. Prints "name value" lines for templates.sh; leaves templates, contexts
 * and results as JSON in the folder DUMP, for templates.js to do the same with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kiln/jsone.h"
#include "kiln/pipeline.h"
#include "kiln/yaml.h"

enum { ROUNDS = 10 };

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Scene scene;
    const Template *deployment;
    const char *dump;
} Bench;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* From here on the peak counts; what loading needed would hide what evaluating needs (proc(5), clear_refs). */
static void peak_memory_reset(void)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (!refs)
        return;
    fputs("5\n", refs);
    fclose(refs);
}

/* The most memory that the program has had since, in KiB (proc(5), VmHWM). */
static long peak_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long peak = 0;
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtol(line + 6, NULL, 10);
    }
    if (status)
        fclose(status);
    return peak;
}

static const Value *read_template(const Bench *bench, Str path)
{
    const EmbeddedFile *file = embedded_find(path);
    const Source *source = file ? sources_add(bench->sources, file->path, file->text, true) : NULL;
    return source ? yaml_read(bench->arena, source, bench->diags) : NULL;
}

static const Value *evaluate(const Bench *bench, Arena *arena, const ServiceContext *service)
{
    RenderHost host = {bench->scene.renderer};
    JsoneRun run = jsone_run(arena, bench->diags);
    run.host = &host;
    return jsone_eval(&run, bench->deployment,
                      render_service_scope(bench->scene.renderer, arena, &bench->scene.environment, service));
}

/* CPU seconds for all services once; negative after a failure. */
static double round_once(const Bench *bench)
{
    double start = cpu_seconds();
    for (size_t i = 0; i < bench->scene.environment.count; i++) {
        Arena *arena = arena_new();
        bool ok = evaluate(bench, arena, &bench->scene.environment.items[i]);
        arena_free(arena);
        if (!ok)
            return -1;
    }
    return cpu_seconds() - start;
}

static int ascending(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

static bool measure(const Bench *bench)
{
    double seconds[ROUNDS];
    peak_memory_reset();
    long memory_loaded = peak_memory(), memory_once = 0;
    for (int i = 0; i < ROUNDS; i++) {
        seconds[i] = round_once(bench);
        if (seconds[i] < 0)
            return false;
        memory_once = i == 0 ? peak_memory() : memory_once;
    }
    double first = seconds[0];
    qsort(seconds, ROUNDS, sizeof *seconds, ascending);
    printf("services %zu\nrounds %d\n", bench->scene.environment.count, ROUNDS);
    printf("first_seconds %.6f\nmedian_seconds %.6f\n", first, seconds[ROUNDS / 2]);
    printf("memory_loaded_kib %ld\nmemory_1_round_kib %ld\n", memory_loaded, memory_once);
    printf("memory_%d_rounds_kib %ld\n", ROUNDS, peak_memory());
    return true;
}

/* ---- what the other side needs ---- */

static FILE *dump_open(const Bench *bench, const char *name)
{
    FILE *file = fopen(arena_printf(bench->arena, "%s/%s", bench->dump, name).data, "w");
    if (!file) {
        perror(bench->dump);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void dump_line(FILE *file, const Value *value)
{
    Buf line = {0};
    value_print_json(value, false, &line);
    buf_add_char(&line, '\n');
    fwrite(line.data, 1, line.size, file);
    buf_release(&line);
}

static bool dump_templates(const Bench *bench)
{
    Str folder = STR("templates/parts/");
    MapBuilder parts = map_begin(bench->arena), all = map_begin(bench->arena);
    for (size_t i = 0; i < embedded_file_count; i++) {
        Str path = embedded_files[i].path;
        if (!str_starts(path, folder))
            continue;
        const Value *tree = read_template(bench, path);
        if (!tree)
            return false;
        map_set(&parts, str_slice(path, folder.size, path.size - 5), ORIGIN_NONE, tree);
    }
    map_set(&all, STR("parts"), ORIGIN_NONE, map_end(&parts, ORIGIN_NONE));
    map_set(&all, STR("deployment"), ORIGIN_NONE, read_template(bench, STR("templates/service/deployment.yaml")));
    FILE *file = dump_open(bench, "templates.json");
    dump_line(file, map_end(&all, ORIGIN_NONE));
    return fclose(file) == 0;
}

static bool dump_contexts(const Bench *bench)
{
    const EnvironmentContext *environment = &bench->scene.environment;
    MapBuilder shared = map_begin(bench->arena);
    map_set(&shared, STR("project"), ORIGIN_NONE, environment->project);
    map_set(&shared, STR("env"), ORIGIN_NONE, environment->env);
    map_set(&shared, STR("services"), ORIGIN_NONE, environment->services);
    FILE *file = dump_open(bench, "environment.json");
    dump_line(file, map_end(&shared, ORIGIN_NONE));
    if (fclose(file))
        return false;
    FILE *services = dump_open(bench, "services.jsonl"), *results = dump_open(bench, "results.jsonl");
    for (size_t i = 0; i < environment->count; i++) {
        MapBuilder own = map_begin(bench->arena);
        map_set(&own, STR("service"), ORIGIN_NONE, environment->items[i].value);
        map_set(&own, STR("vars"), ORIGIN_NONE, environment->items[i].vars);
        dump_line(services, map_end(&own, ORIGIN_NONE));
        dump_line(results, evaluate(bench, bench->arena, &environment->items[i]));
    }
    return (fclose(services) | fclose(results)) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: templates PROJECT ENVIRONMENT DUMP\n");
        return 2;
    }
    Bench bench = {.arena = arena_new(), .dump = argv[3]};
    bench.sources = sources_new(bench.arena);
    bench.diags = diags_new(bench.arena, bench.sources);
    Str environment = str_from(argv[2]), service = STR("service-0000");
    RenderRequest request = {.folder = argv[1],
                             .environments = &environment,
                             .environment_count = 1,
                             .services = &service,
                             .service_count = 1};
    bool ok = pipeline_scene(bench.arena, &request, bench.sources, bench.diags, &bench.scene);
    const Value *tree = ok ? read_template(&bench, STR("templates/service/deployment.yaml")) : NULL;
    bench.deployment = tree ? jsone_compile(bench.arena, tree, bench.diags) : NULL;
    ok = bench.deployment && measure(&bench) && dump_templates(&bench) && dump_contexts(&bench);
    Buf text = {0};
    diags_print(bench.diags, &text);
    fwrite(text.data ? text.data : "", 1, text.size, stderr);
    buf_release(&text);
    arena_free(bench.arena);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
