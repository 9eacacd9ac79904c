/*
 * Rights at the API server: the Role of `serviceAccount.rules`, and the token that a pod needs to use it. Automount
 * stays off: the token is projected, so that it expires and is in those pods alone (rule no-token-mount).
 */
#include "files.h"

#define TOKEN_VOLUME STR("kube-api-access")
#define TOKEN_FOLDER STR("/var/run/secrets/kubernetes.io/serviceaccount")
enum { TOKEN_SECONDS = 3600 };

bool has_rights(const Work *work)
{
    const Value *rules = value_path(work->service->value, "serviceAccount.rules");
    return without_off(work->arena, rules)->size > 0;
}

/* ---- the Role ---- */

static const Value *rule_make(Work *work, const MapEntry *entry)
{
    static const char *const members[] = {"apiGroups", "resources", "verbs", "resourceNames"};
    MapBuilder map = map_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *list = value_get(entry->value, str_from(members[i]));
        bool empty = !value_is(list, VALUE_LIST) || !list->size;
        bool needed = !str_equal(str_from(members[i]), STR("resourceNames"));
        if (empty && needed)
            work_error(work, entry->key_origin, "serviceAccount.rules.%.*s: %s names nothing; add at least one",
                       STR_ARG(entry->key), members[i]);
        put(&map, members[i], empty ? NULL : list);
    }
    return map_end(&map, entry->value->origin);
}

void rights_complete(Work *work)
{
    const Value *rules = without_off(work->arena, value_path(work->value, "serviceAccount.rules"));
    const Value *cidrs = value_path(work->project->value, "network.apiServerCidrs");
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < rules->size; i++)
        list_add(&list, rule_make(work, &rules->entries[i]));
    put(&work->out, "roleRules", list_end(&list, rules->origin));
    if (rules->size && (!value_is(cidrs, VALUE_LIST) || !cidrs->size))
        diag_warning(work->diags, place_of(work, rules),
                     "serviceAccount.rules: default deny keeps the service from the API "
                     "server; say where it listens: network: {apiServerCidrs: [10.0.0.1/32]} in kiln.yaml");
}

/* ---- the token ---- */

static const Value *projection(Arena *arena, const char *kind, const Value *source)
{
    return make_map1(arena, ORIGIN_NONE, kind, source);
}

static const Value *list_of(Arena *arena, const Value *item)
{
    ListBuilder list = list_begin(arena);
    list_add(&list, item);
    return list_end(&list, ORIGIN_NONE);
}

static const Value *token_source(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    put_number(&map, "expirationSeconds", TOKEN_SECONDS);
    put_text(&map, "path", STR("token"));
    return projection(arena, "serviceAccountToken", map_end(&map, ORIGIN_NONE));
}

/* Which the control plane puts into every namespace. */
static const Value *authority_source(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    put_text(&map, "name", STR("kube-root-ca.crt"));
    put(&map, "items", list_of(arena, file_item(arena, STR("ca.crt"), STR("ca.crt"), 0, ORIGIN_NONE)));
    return projection(arena, "configMap", map_end(&map, ORIGIN_NONE));
}

static const Value *namespace_source(Arena *arena)
{
    MapBuilder reference = map_begin(arena), item = map_begin(arena);
    put_text(&reference, "apiVersion", STR("v1"));
    put_text(&reference, "fieldPath", STR("metadata.namespace"));
    put_text(&item, "path", STR("namespace"));
    put(&item, "fieldRef", map_end(&reference, ORIGIN_NONE));
    const Value *items = list_of(arena, map_end(&item, ORIGIN_NONE));
    return projection(arena, "downwardAPI", make_map1(arena, ORIGIN_NONE, "items", items));
}

/* What automount would mount, where every client looks for it. */
void rights_mount(Files *files)
{
    Work *work = files->work;
    if (!has_rights(work))
        return;
    Origin place = value_path(work->service->value, "serviceAccount.rules")->origin;
    if (!work->owner) {
        ListBuilder sources = list_begin(work->arena);
        list_add(&sources, token_source(work->arena));
        list_add(&sources, authority_source(work->arena));
        list_add(&sources, namespace_source(work->arena));
        files_volume(files, TOKEN_VOLUME, "projected",
                     make_map1(work->arena, place, "sources", list_end(&sources, place)), place);
    }
    files_mount(files, TOKEN_VOLUME, TOKEN_FOLDER, STR(""), true, place);
}
