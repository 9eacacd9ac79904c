/*
 * What a cluster holds that nobody wrote: a dump has the ReplicaSets and Pods of each Deployment, the Secrets that an
 * operator made, and what each namespace is born with. Judging those would say everything twice, and to nobody who
 * could change it. So they are set apart: other objects may refer to them, no rule judges them.
 */
#include "standards_private.h"

/* The parts of a key are joined by a byte that no name holds; the same kind in two groups is two kinds. */
static Str key_of(Arena *arena, Str api_version, Str kind, Str namespace, Str name)
{
    ptrdiff_t slash = str_find(api_version, STR("/"), 0);
    Str group = slash < 0 ? STR("") : str_slice(api_version, 0, (size_t)slash);
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(group), STR_ARG(kind), STR_ARG(namespace),
                        STR_ARG(name));
}

static Str object_key(Arena *arena, const Value *object)
{
    return key_of(arena, value_text_at(object, "apiVersion"), value_text_at(object, "kind"),
                  value_text_at(object, "metadata.namespace"), value_text_at(object, "metadata.name"));
}

/* ---- made by a controller ---- */

static const Value *controller_of(const Value *object)
{
    const Value *owners = value_path(object, "metadata.ownerReferences");
    for (uint32_t i = 0; value_is(owners, VALUE_LIST) && i < owners->size; i++) {
        if (value_is(owners->items[i], VALUE_MAP) && value_flag(owners->items[i], "controller", false))
            return owners->items[i];
    }
    return NULL;
}

/* A Pod's ReplicaSet is often left out of a dump; its name is the Deployment's and the hash that the Pod bears. */
static Str deployment_behind(Str replica_set, const Value *pod)
{
    Str hash = text_of(value_get(value_path(pod, "metadata.labels"), STR("pod-template-hash")));
    bool made = hash.size && replica_set.size > hash.size + 1 && str_ends(replica_set, hash) &&
                replica_set.data[replica_set.size - hash.size - 1] == '-';
    return made ? str_slice(replica_set, 0, replica_set.size - hash.size - 1) : STR("");
}

/* Only what carries the whole pod template answers for what is made of it; of others the made object is judged. */
static bool answers_for(Str owner_kind)
{
    return str_equal(owner_kind, STR("Service")) ||
           (is_pod_bearing(owner_kind) && !str_equal(owner_kind, STR("Pod")));
}

static bool is_controlled(Arena *arena, const Index *known, const Value *object)
{
    const Value *owner = controller_of(object);
    if (!owner)
        return false;
    /* Whoever made it, it does not stand in Git. */
    if (str_equal(value_text_at(object, "kind"), STR("Secret")))
        return true;
    Str kind = value_text_at(owner, "kind"), name = value_text_at(owner, "name");
    Str version = value_text_at(owner, "apiVersion"), namespace = value_text_at(object, "metadata.namespace");
    if (!answers_for(kind))
        return false;
    if (index_get(known, key_of(arena, version, kind, namespace, name)) != INDEX_NONE)
        return true;
    Str deployment = deployment_behind(name, object);
    return deployment.size &&
           index_get(known, key_of(arena, version, STR("Deployment"), namespace, deployment)) != INDEX_NONE;
}

/* ---- made by the cluster ---- */

/* NULL: any. Each with the uid that only a server gives. */
static const struct {
    const char *kind;
    const char *name;
    const char *type;
    const char *annotation;
} born[] = {
    {"ConfigMap", "kube-root-ca.crt", NULL, NULL}, {"ServiceAccount", "default", NULL, NULL},
    {"Service", "kubernetes", NULL, NULL},         {"Namespace", "default", NULL, NULL},
    {"Namespace", "kube-system", NULL, NULL},      {"Namespace", "kube-public", NULL, NULL},
    {"Namespace", "kube-node-lease", NULL, NULL},  {"Secret", NULL, "kubernetes.io/service-account-token", NULL},
    {"Secret", NULL, "helm.sh/release.v1", NULL},  {"Secret", NULL, NULL, "cert-manager.io/certificate-name"},
};

static bool fits(const Value *object, const char *path, const char *wanted)
{
    return !wanted || str_equal(value_text_at(object, path), str_from(wanted));
}

static bool is_born(const Value *object)
{
    if (!value_path(object, "metadata.uid"))
        return false;
    const Value *annotations = value_path(object, "metadata.annotations");
    for (size_t i = 0; i < LENGTH_OF(born); i++) {
        if (fits(object, "kind", born[i].kind) && fits(object, "metadata.name", born[i].name) &&
            fits(object, "type", born[i].type) &&
            (!born[i].annotation || value_get(annotations, str_from(born[i].annotation))))
            return true;
    }
    return false;
}

/* ---- all of it ---- */

/* Puts every object's key into known, and warns of one that is there already. */
static void note_object(Foreign *foreign, Index *known, const Value **first, uint32_t number, Diags *diags)
{
    const Value *object = first[number];
    uint32_t at = index_put(known, object_key(foreign->arena, object), number);
    Str name = value_text_at(object, "metadata.name"), namespace = value_text_at(object, "metadata.namespace");
    if (at == number || !name.size)
        return;
    diag_warning(diags, object->origin, "%.*s '%.*s'%s%.*s%s is there twice; remove one, or check them apart",
                 STR_ARG(value_text_at(object, "kind")), STR_ARG(name), namespace.size ? " in namespace '" : "",
                 STR_ARG(namespace), namespace.size ? "'" : "");
    diag_note(diags, first[at]->origin, "the first is here");
}

static Index *index_objects(Foreign *foreign, Diags *diags)
{
    const RenderedFiles *files = &foreign->files;
    Index *known = index_new(foreign->arena, foreign->objects);
    const Value **objects = ARENA_ARRAY(foreign->arena, const Value *, foreign->objects + 1);
    uint32_t count = 0;
    for (size_t i = 0; i < files->count; i++) {
        for (size_t j = 0; j < files->list[i].count; j++) {
            objects[count] = files->list[i].objects[j];
            note_object(foreign, known, objects, count++, diags);
        }
    }
    return known;
}

static void set_apart(Foreign *foreign, RenderedFile *file, const Index *known, RenderedFile *apart)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->count; i++) {
        const Value *object = file->objects[i];
        if (!is_controlled(foreign->arena, known, object) && !is_born(object)) {
            file->objects[kept++] = object;
            continue;
        }
        if (!apart->objects)
            apart->objects = ARENA_ARRAY(foreign->arena, const Value *, file->count - i);
        apart->objects[apart->count++] = object;
    }
    file->count = kept;
}

void foreign_end(Foreign *foreign, Diags *diags)
{
    const Index *known = index_objects(foreign, diags);
    size_t count = foreign->files.count;
    for (size_t i = 0; i < count; i++) {
        RenderedFile *file = &foreign->files.list[i];
        RenderedFile apart = {.path = file->path, .source = file->source, .reference = true};
        set_apart(foreign, file, known, &apart);
        foreign->generated += apart.count;
        foreign->objects -= apart.count;
        if (apart.count)
            *foreign_file(foreign, file->path) = apart;
    }
}
