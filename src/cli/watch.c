/*
 * What --stats prints, and the line on a terminal that says what a long run is doing. Both come from the stages that
 * the pipeline reports; the clock is read here. The line is a thread's of its own, since one stage may be all of a
 * long run.
 */
#include "cli_private.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
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
    [STAGE_COMPARE] = {"compare", "comparing"},
    [STAGE_WRITE] = {"write", "writing"},
};

static double now(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) ? 0 : (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- the line ---- */

typedef struct Progress {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ended;
    double start;
    const char *doing;
    char what[64]; /* an environment's name, which may be gone before the line is */
} Progress;

/* The lock is not held while a terminal is written to, which may have been told to wait. */
static void progress_show(Progress *progress)
{
    Buf line = {0};
    buf_printf(&line, "\r\033[K%s%s%s … %.0f s", progress->doing, progress->what[0] ? " " : "", progress->what,
               now(CLOCK_MONOTONIC) - progress->start);
    pthread_mutex_unlock(&progress->lock);
    cli_write(STDERR_FILENO, buf_str(&line));
    buf_release(&line);
    pthread_mutex_lock(&progress->lock);
}

/* Once a second, the first second left out. */
static void *progress_run(void *user)
{
    Progress *progress = user;
    struct timespec due;
    bool shown = false;
    clock_gettime(CLOCK_MONOTONIC, &due);
    pthread_mutex_lock(&progress->lock);
    while (!progress->ended) {
        due.tv_sec++;
        while (!progress->ended && pthread_cond_timedwait(&progress->changed, &progress->lock, &due) != ETIMEDOUT)
            continue;
        if (progress->ended)
            break;
        progress_show(progress);
        shown = true;
    }
    pthread_mutex_unlock(&progress->lock);
    if (shown)
        cli_write(STDERR_FILENO, STR("\r\033[K"));
    return NULL;
}

static bool is_terminal(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
}

/* NULL: nobody watches. */
static Progress *progress_begin(Arena *arena, double start)
{
    if (!is_terminal())
        return NULL;
    Progress *progress = ARENA_NEW(arena, Progress);
    pthread_condattr_t how;
    progress->start = start;
    progress->doing = stages[STAGE_LOAD].doing;
    pthread_mutex_init(&progress->lock, NULL);
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_cond_init(&progress->changed, &how);
    pthread_condattr_destroy(&how);
    return pthread_create(&progress->thread, NULL, progress_run, progress) ? NULL : progress;
}

static void progress_say(Progress *progress, const char *doing, Str what)
{
    if (!progress)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->doing = doing;
    snprintf(progress->what, sizeof progress->what, "%.*s", STR_ARG(what));
    pthread_mutex_unlock(&progress->lock);
}

static void progress_end(Progress *progress)
{
    if (!progress)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->ended = true;
    pthread_cond_signal(&progress->changed);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
    pthread_cond_destroy(&progress->changed);
    pthread_mutex_destroy(&progress->lock);
}

/* ---- stages ---- */

Watch watch_begin(Arena *arena)
{
    double start = now(CLOCK_MONOTONIC);
    return (Watch){
        .start = start, .since = start, .stage = STAGE_COUNT, .progress = progress_begin(arena, start)};
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
    progress_say(watch->progress, stages[stage].doing, environment);
}

void watch_end(Watch *watch)
{
    stage_end(watch);
    watch->stage = STAGE_COUNT;
    progress_end(watch->progress);
    watch->progress = NULL;
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
