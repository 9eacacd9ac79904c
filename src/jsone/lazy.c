/*
 * Compiling at the first use. One lock for all templates of a compiler: it is taken once for each of them, and what
 * stands there afterwards is only read.
 */
#include "jsone_private.h"

#include <pthread.h>
#include <stdatomic.h>

struct LazyCompiler {
    Arena *arena; /* of its own: others may be allocating from the parent */
    Diags *diags;
    pthread_mutex_t mutex;
};

LazyCompiler *lazy_compiler_new(Arena *arena, const Sources *sources)
{
    LazyCompiler *compiler = ARENA_NEW(arena, LazyCompiler);
    compiler->arena = arena_child(arena);
    compiler->diags = diags_new(compiler->arena, sources);
    if (pthread_mutex_init(&compiler->mutex, NULL))
        base_out_of_memory();
    return compiler;
}

static const Template *compile(const LazyCompiler *compiler, const LazyTemplate *lazy)
{
    const Value *tree = lazy->tree;
    if (lazy->expression)
        return jsone_compile_expression(compiler->arena, lazy->known, value_text(tree), tree->origin,
                                        compiler->diags);
    return jsone_compile_with(compiler->arena, lazy->known, tree, compiler->diags);
}

const Template *lazy_template(LazyCompiler *compiler, LazyTemplate *lazy)
{
    const Template *compiled = atomic_load_explicit(&lazy->compiled, memory_order_acquire);
    if (compiled)
        return compiled;
    pthread_mutex_lock(&compiler->mutex);
    compiled = atomic_load_explicit(&lazy->compiled, memory_order_relaxed);
    if (!compiled) {
        compiled = compile(compiler, lazy);
        atomic_store_explicit(&lazy->compiled, compiled, memory_order_release);
    }
    pthread_mutex_unlock(&compiler->mutex);
    return compiled;
}
