/* Functions that only rules have: questions across objects, and reading what Kubernetes writes in one string. */
#include "standards_private.h"

#include "kiln/kube.h"

/* Where two answers want the same room, the later one has it. */
const Value *call_remembered(CALL_PARAMETERS)
{
    GateHost *host = run->host;
    uintptr_t mixed = (uintptr_t)args[0] / sizeof(Value) + (uintptr_t)function / sizeof *function;
    Answer *answer = &host->answers[mixed % ANSWERS];
    if (answer->function == function && answer->arg == args[0])
        return answer->value;
    const Remembered *known = function->data;
    const Value *value = known->call(function, run, scope, at, args, count);
    if (value)
        *answer = (Answer){function, args[0], value};
    return value;
}

static const Value *text_or_null(Arena *arena, Origin origin, Str text)
{
    return text.size ? value_new_string(arena, origin, text) : &value_null;
}

static const Value *call_image(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Image image;
    const char *why;
    if (!image_parse(text_of(args[0]), &image, &why))
        image = (Image){text_of(args[0]), STR(""), STR("")};
    ptrdiff_t slash = str_find(image.repository, STR("/"), 0);
    Str first = slash < 0 ? STR("") : str_slice(image.repository, 0, (size_t)slash);
    bool host = str_has_char(first, '.') || str_has_char(first, ':') || str_equal(first, STR("localhost"));
    MapBuilder map = map_begin(run->arena);
    Origin origin = args[0]->origin;
    map_set(&map, STR("registry"), origin, text_or_null(run->arena, origin, host ? first : STR("")));
    map_set(&map, STR("repository"), origin, text_or_null(run->arena, origin, image.repository));
    map_set(&map, STR("tag"), origin, text_or_null(run->arena, origin, image.tag));
    map_set(&map, STR("digest"), origin, text_or_null(run->arena, origin, image.digest));
    return map_end(&map, origin);
}

static const Value *call_hpa_of(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_hpa_of(set_of(run), run->arena, args[0]);
}

static const Value *call_services_of(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_services_of(set_of(run), run->arena, args[0]);
}

static bool is_read_write_once(const Value *claim)
{
    const Value *modes = value_path(claim, "spec.accessModes");
    for (uint32_t i = 0; value_is(modes, VALUE_LIST) && i < modes->size; i++) {
        if (str_starts(text_of(modes->items[i]), STR("ReadWriteOnce")))
            return true;
    }
    return false;
}

static const Value *call_mounts_read_write_once(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *volumes = value_get(pod_of(args[0], NULL), STR("volumes"));
    for (uint32_t i = 0; value_is(volumes, VALUE_LIST) && i < volumes->size; i++) {
        Str claim = value_text_at(volumes->items[i], "persistentVolumeClaim.claimName");
        const Value *found = claim.size ? object_set_find(set_of(run), run->arena, STR("PersistentVolumeClaim"),
                                                          value_text_at(args[0], "metadata.namespace"), claim)
                                        : NULL;
        if (found && is_read_write_once(found))
            return &value_true;
    }
    return &value_false;
}

static const Value *call_literal_secret(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const char *phrase = value_is(args[1], VALUE_STRING) ? literal_secret(text_of(args[0]), text_of(args[1])) : NULL;
    return phrase ? value_new_string(run->arena, at, str_from(phrase)) : &value_null;
}

static const Value *call_ingress_owners(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_ingress_owners(set_of(run), run->arena, value_text_at(args[0], "metadata.namespace"),
                                     text_of(args[1]), text_of(args[2]));
}

static const Value *call_certificate_issued(CALL_PARAMETERS)
{
    CALL_UNUSED;
    bool issued = object_set_certificate_issued(set_of(run), run->arena, value_text_at(args[0], "metadata.namespace"),
                                                text_of(args[1]));
    return issued ? &value_true : &value_false;
}

static const Value *call_has_key(CALL_PARAMETERS)
{
    CALL_UNUSED;
    bool has = object_set_has_key(set_of(run), run->arena, text_of(args[1]),
                                  value_text_at(args[0], "metadata.namespace"), text_of(args[2]), text_of(args[3]));
    return has ? &value_true : &value_false;
}

static const Value *call_find(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *found =
        object_set_find(set_of(run), run->arena, text_of(args[0]), text_of(args[1]), text_of(args[2]));
    return found ? found : &value_null;
}

static const Value *call_text(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return value_is(args[0], VALUE_STRING) ? args[0] : value_new_string(run->arena, args[0]->origin, text_of(args[0]));
}

static const Function functions[] = {
    {NAME("text"), call_text, 1, 1, "text(value): the text of a scalar; empty for anything else", NULL},
    {NAME("image"), call_remembered, 1, 1, "image(text): {registry, repository, tag, digest}, null where absent",
     KNOWN_BY(call_image)},
    {NAME("hpaOf"), call_remembered, 1, 1, "hpaOf(object): the autoscaler that targets a workload, or null",
     KNOWN_BY(call_hpa_of)},
    {NAME("servicesOf"), call_remembered, 1, 1, "servicesOf(object): the Services that select a workload's pods",
     KNOWN_BY(call_services_of)},
    {NAME("mountsReadWriteOnce"), call_mounts_read_write_once, 1, 1,
     "mountsReadWriteOnce(object): whether its pods use a claim that one node writes", NULL},
    {NAME("literalSecret"), call_literal_secret, 2, 2,
     "literalSecret(name, value): what secret the value holds, as a phrase, or null", NULL},
    {NAME("ingressOwners"), call_ingress_owners, 3, 3,
     "ingressOwners(object, host, path): the names of the Ingresses beside the object that claim it, one per claim",
     NULL},
    {NAME("hasKey"), call_has_key, 4, 4,
     "hasKey(object, kind, name, key): whether the ConfigMap or Secret of that name beside the object has the key",
     NULL},
    {NAME("findObject"), call_find, 3, 3, "findObject(kind, namespace, name): the rendered object, or null", NULL},
    {NAME("certificateIssued"), call_certificate_issued, 2, 2,
     "certificateIssued(object, secretName): whether something in the namespace issues that TLS Secret", NULL},
};

const Value *standards_functions(Arena *arena)
{
    MapBuilder map = map_begin_with(arena, render_functions(arena));
    const FunctionRows groups[] = {{functions, LENGTH_OF(functions)}, workload_functions, network_functions,
                                   quota_functions, workflow_functions};
    for (size_t i = 0; i < LENGTH_OF(groups); i++) {
        for (size_t j = 0; j < groups[i].count; j++)
            map_set(&map, groups[i].rows[j].name, ORIGIN_NONE, jsone_function(arena, &groups[i].rows[j]));
    }
    return map_end(&map, ORIGIN_NONE);
}
