/*
 * What --stats prints, and the line on a terminal that says how far a long run is. Both come from the stages that the
 * pipeline reports; the clock is read here.
 */
#include "cli_private.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* More threads than this only wait for memory. */
enum { THREADS_UNASKED = 8, THREADS_LIMIT = 64 };

static const struct {
    const char *name;
    const char *doing;
} stages[STAGE_COUNT] = {
    [STAGE_LOAD] = {"load", "loading"},
    [STAGE_COMPLETE] = {"complete", "completing"},
    [STAGE_RENDER] = {"render", "rendering"},
    [STAGE_JUDGE] = {"judge", "judging"},
    [STAGE_COMPARE] = {"compare", "comparing with the output"},
    [STAGE_WRITE] = {"write", "writing"},
};

static double now(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) ? 0 : (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

Watch watch_begin(void)
{
    double start = now(CLOCK_MONOTONIC);
    return (Watch){.start = start, .since = start, .stage = STAGE_COUNT, .terminal = isatty(STDERR_FILENO)};
}

static void stage_end(Watch *watch)
{
    double time = now(CLOCK_MONOTONIC);
    if (watch->stage != STAGE_COUNT)
        watch->seconds[watch->stage] += time - watch->since;
    watch->since = time;
}

void watch_stage(void *user, Stage stage, Str environment)
{
    Watch *watch = user;
    stage_end(watch);
    watch->stage = stage;
    if (!watch->terminal || watch->since - watch->start < 1)
        return;
    Buf line = {0};
    buf_printf(&line, "\r\033[K%s%s%.*s …", stages[stage].doing, environment.size ? " " : "", STR_ARG(environment));
    cli_write(STDERR_FILENO, buf_str(&line));
    buf_release(&line);
    watch->shown = true;
}

void watch_end(Watch *watch)
{
    stage_end(watch);
    watch->stage = STAGE_COUNT;
    if (watch->shown)
        cli_write(STDERR_FILENO, STR("\r\033[K"));
}

void watch_print(const Watch *watch, const RenderResult *result, size_t threads)
{
    Buf out = {0};
    double total = watch->since - watch->start;
    for (size_t i = 0; i < STAGE_COUNT; i++)
        buf_printf(&out, "stats: %-8s %9.4f s  %3.0f %%\n", stages[i].name, watch->seconds[i],
                   total > 0 ? 100 * watch->seconds[i] / total : 0);
    buf_printf(&out, "stats: %-8s %9.4f s, %.4f s of processor time, at most %zu thread%s\n", "total", total,
               now(CLOCK_PROCESS_CPUTIME_ID), threads, cli_plural(threads));
    struct rusage usage;
    if (!getrusage(RUSAGE_SELF, &usage))
        buf_printf(&out, "stats: memory %ld KiB at the most\n", usage.ru_maxrss);
    buf_printf(&out, "stats: %zu service%s rendered, %zu object%s in %zu file%s, %zu bytes\n", result->services,
               cli_plural(result->services), result->objects, cli_plural(result->objects), result->files,
               cli_plural(result->files), result->bytes);
    cli_say(&out);
}

static size_t processors(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    return count < 1 ? 1 : count > THREADS_UNASKED ? THREADS_UNASKED : (size_t)count;
}

bool cli_threads(const Arguments *arguments, size_t *threads)
{
    *threads = processors();
    if (!argument_given(arguments, OPTION_THREADS))
        return true;
    Str text = argument_value(arguments, OPTION_THREADS);
    *threads = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        *threads = digit && *threads <= THREADS_LIMIT ? *threads * 10 + (size_t)(text.data[i] - '0') : SIZE_MAX / 16;
    }
    bool ok = *threads >= 1 && *threads <= THREADS_LIMIT;
    if (!ok)
        cli_error("--threads: expected a number from 1 to %d, found '%.*s'", THREADS_LIMIT, STR_ARG(text));
    return ok;
}
