/* No literal secret is shown by kiln explain, neither the value that wins nor those that it replaced. */
#include "explain.h"

#include "kiln/standards.h"

/* What the value at a path is called: its last step, or the one before `value`. */
static Str name_of(Str path)
{
    if (str_ends(path, STR(".value")))
        path = str_slice(path, 0, path.size - 6);
    ptrdiff_t dot = str_rfind_char(path, '.');
    return dot < 0 ? path : str_slice(path, (size_t)dot + 1, path.size);
}

static void mask_chain(const Explain *explain, Chain *chain, Str fallback)
{
    Str name = chain->path.size ? name_of(chain->path) : fallback;
    if (chain->value)
        chain->value = secrets_masked(explain->arena, name, chain->value);
    for (size_t i = 0; i < chain->count; i++) {
        Statement *statement = &chain->statements[i];
        MapEntry *entry = ARENA_NEW(explain->arena, MapEntry);
        *entry = *statement->entry;
        entry->value = secrets_masked(explain->arena, name, entry->value);
        statement->entry = entry;
    }
}

void explain_mask(const Explain *explain, Explanation *explanation)
{
    Str name = name_of(explanation->path);
    if (explanation->value)
        explanation->value = secrets_masked(explain->arena, name, explanation->value);
    for (size_t i = 0; i < explanation->count; i++)
        mask_chain(explain, &explanation->inputs[i], name);
}
