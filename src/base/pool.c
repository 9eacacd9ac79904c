/*
 * Threads that share out the portions of a work. They start with the first work that has more than one portion, so
 * that a small project never pays for them, and sleep in between. What the items are, it does not know.
 */
#include "kiln/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* As deep as the limits on nesting have been tried with. */
enum { STACK_BYTES = 8 * 1024 * 1024 };

typedef struct Worker {
    Pool *pool;
    pthread_t thread;
    Arena *arena; /* of the present work */
} Worker;

typedef struct Work {
    PortionFn *fn;
    void *user;
    size_t count; /* items */
    size_t size;  /* of a portion */
} Work;

struct Pool {
    size_t threads; /* the caller's among them; its worker is the first */
    Worker *workers;
    size_t started;
    pthread_mutex_t mutex;
    pthread_cond_t begun, ended;
    size_t round; /* counts the works, so that a worker knows a new one */
    size_t busy;
    bool closing;
    Work work;
    atomic_size_t next; /* the portion that nobody has taken yet */
};

size_t portion_count(size_t count, size_t size)
{
    return count / size + (count % size != 0);
}

static void work_portion(const Work *work, size_t number, size_t worker, Arena *arena)
{
    size_t from = number * work->size;
    size_t to = work->count - from > work->size ? from + work->size : work->count;
    work->fn(work->user, (Portion){number, worker, from, to}, arena);
}

static void take_portions(Pool *pool, size_t worker, Arena *arena)
{
    size_t count = portion_count(pool->work.count, pool->work.size);
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < count;)
        work_portion(&pool->work, i, worker, arena);
}

static void *worker_run(void *user)
{
    Worker *worker = user;
    Pool *pool = worker->pool;
    pthread_mutex_lock(&pool->mutex);
    for (size_t round = 0;; round = pool->round) {
        while (pool->round == round && !pool->closing)
            pthread_cond_wait(&pool->begun, &pool->mutex);
        if (pool->closing)
            break;
        pthread_mutex_unlock(&pool->mutex);
        take_portions(pool, (size_t)(worker - pool->workers), worker->arena);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->ended);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

Pool *pool_new(size_t threads)
{
    Pool *pool = calloc(1, sizeof *pool);
    Worker *workers = pool ? calloc(threads ? threads : 1, sizeof *workers) : NULL;
    if (!workers)
        base_out_of_memory();
    pool->threads = threads ? threads : 1;
    pool->workers = workers;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->begun, NULL);
    pthread_cond_init(&pool->ended, NULL);
    return pool;
}

/* Fewer than asked for, or none, is no failure: the caller works too. */
static void start(Pool *pool)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (pool->started = 1; pool->started < pool->threads; pool->started++) {
        Worker *worker = &pool->workers[pool->started];
        worker->pool = pool;
        if (pthread_create(&worker->thread, &attributes, worker_run, worker))
            break;
    }
    pthread_attr_destroy(&attributes);
}

void pool_run(Pool *pool, Arena *arena, size_t count, size_t size, PortionFn *fn, void *user)
{
    const Work work = {fn, user, count, size};
    size_t portions = portion_count(count, size);
    if (!pool || pool->threads == 1 || portions < 2) {
        for (size_t i = 0; i < portions; i++)
            work_portion(&work, i, 0, arena);
        return;
    }
    if (!pool->started)
        start(pool);
    for (size_t i = 1; i < pool->started; i++)
        pool->workers[i].arena = arena_child(arena);
    pthread_mutex_lock(&pool->mutex);
    pool->work = work;
    atomic_store(&pool->next, 0);
    pool->busy = pool->started - 1;
    pool->round++;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->mutex);
    take_portions(pool, 0, arena);
    pthread_mutex_lock(&pool->mutex);
    while (pool->busy)
        pthread_cond_wait(&pool->ended, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

size_t pool_size(const Pool *pool)
{
    return pool ? pool->threads : 1;
}

void pool_free(Pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 1; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->begun);
    pthread_cond_destroy(&pool->ended);
    free(pool->workers);
    free(pool);
}
