/*
 * Names that no two services of an environment may have: of Services, of workloads, of HTTPRoutes, of claims. Each
 * service says its own when it is complete; once all are, they are compared.
 */
#include "service_private.h"

void name_add(Work *work, SharedName name)
{
    ARENA_GROW(work->arena, work->names, work->name_count, work->name_capacity);
    work->names[work->name_count++] = name;
}

typedef struct Names {
    ServiceSet *set;
    Index *taken; /* name → its member */
    Diags *diags;
    bool failed;
} Names;

static void report(Names *names, const SharedName *name, Str owner)
{
    Str label = name->label, text = name->name;
    names->failed = true;
    switch (name->kind) {
    case NAME_ALIAS:
        diag_error(names->diags, name->place,
                   "service.aliases: '%.*s' is a name of service '%.*s' already; choose another", STR_ARG(text),
                   STR_ARG(owner));
        break;
    case NAME_JOB:
        diag_error(names->diags, name->place,
                   "jobs.%.*s: its name '%.*s' is one of service '%.*s' already; choose another", STR_ARG(label),
                   STR_ARG(text), STR_ARG(owner));
        break;
    case NAME_ROUTE:
        diag_error(names->diags, name->place,
                   "ingress.routes: an HTTPRoute of service '%.*s' is called '%.*s' already; rename the route",
                   STR_ARG(owner), STR_ARG(text));
        break;
    case NAME_CLAIM:
        diag_error(names->diags, name->place,
                   "volumes.%.*s: the claim's name '%.*s' is one of service '%.*s' already; choose another",
                   STR_ARG(label), STR_ARG(text), STR_ARG(owner));
        break;
    case NAME_PREVIEW:
        break; /* rollout.c compares it with all services; what else has its name is at fault itself */
    }
}

/* own: a service may repeat a name of its own. */
static void take_all(Names *names, NameKind kind, bool own)
{
    for (size_t i = 0; i < names->set->count; i++) {
        const Share *share = names->set->members[i].share;
        for (size_t j = 0; share && j < share->name_count; j++) {
            const SharedName *name = &share->names[j];
            if (name->kind != kind)
                continue;
            uint32_t owner = index_get(names->taken, name->name);
            if (owner != INDEX_NONE && !(own && owner == i))
                report(names, name, member_name(&names->set->members[owner]));
            else
                index_put(names->taken, name->name, (uint32_t)i);
        }
    }
}

static void begin(Names *names, bool with_services)
{
    names->taken = index_new(names->set->arena, names->set->count);
    for (size_t i = 0; with_services && i < names->set->count; i++)
        index_put(names->taken, member_name(&names->set->members[i]), (uint32_t)i);
}

bool names_check(ServiceSet *set, Diags *diags)
{
    Names names = {.set = set, .diags = diags};
    begin(&names, true);
    take_all(&names, NAME_PREVIEW, true);
    take_all(&names, NAME_ALIAS, false);
    begin(&names, true);
    take_all(&names, NAME_JOB, false);
    begin(&names, false);
    take_all(&names, NAME_ROUTE, true);
    begin(&names, false);
    take_all(&names, NAME_CLAIM, true);
    return !names.failed;
}
