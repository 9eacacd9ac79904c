/* Identity: which image, which version, and the labels and annotations that say whose objects these are. */
#include "service_private.h"

/* Labels that kiln sets itself (rule standard-labels); a definition may not. */
static const char *const own_labels[] = {"app",
                                         "version",
                                         "owner",
                                         "app.kubernetes.io/name",
                                         "app.kubernetes.io/instance",
                                         "app.kubernetes.io/version",
                                         "app.kubernetes.io/managed-by",
                                         "app.kubernetes.io/part-of"};

/* ---- image ---- */

static Str joined_image(Arena *arena, const Image *image)
{
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(image->repository), image->tag.size ? ":" : "",
                        STR_ARG(image->tag), image->digest.size ? "@" : "", STR_ARG(image->digest));
}

static const Value *image_value(Work *work, const Value *stated, const Image *image)
{
    const Value *release = work->definition.release;
    Origin inputs[] = {release ? release->origin : stated->origin, stated->origin};
    const Lineage *lineage = lineage_new(work->arena, stated->origin, inputs, 2);
    return value_new_string_made(work->arena, joined_image(work->arena, image), lineage);
}

void image_complete(Work *work)
{
    const Value *stated = value_get(work->value, STR("image"));
    Image image;
    const char *why;
    if (!value_is(stated, VALUE_STRING) || !image_parse(value_text(stated), &image, &why)) {
        field_error(work, place_of(work, stated), "image: %s",
                    value_is(stated, VALUE_STRING) ? why : "expected text");
        return;
    }
    const Value *release = work->definition.release;
    if (release) {
        image.tag = value_text_at(release, "tag");
        image.digest = value_text_at(release, "digest");
    }
    Str hex = str_slice(image.digest, image.digest.size ? 7 : 0, image.digest.size ? 19 : 0);
    work->version = image.tag.size ? image.tag : hex;
    const Value *tag = release ? value_get(release, STR("tag")) : NULL;
    if (!work->owner && !name_is_label_value(work->version))
        field_error(work, place_of(work, tag ? tag : stated),
                    "image: the tag '%.*s' becomes the label 'version' and is no label value; use at most 63 "
                    "letters, digits, "
                    "'-', '_' and '.'",
                    STR_ARG(work->version));
    MapBuilder parts = map_begin(work->arena);
    put_text(&parts, "repository", image.repository);
    put_text(&parts, "tag", image.tag);
    put_text(&parts, "digest", image.digest);
    put(&work->out, "image", image_value(work, stated, &image));
    put(&work->out, "imageParts", map_end(&parts, stated->origin));
}

/* ---- labels and annotations ---- */

static void check_user_labels(Work *work, const Value *labels)
{
    for (uint32_t i = 0; i < labels->size; i++) {
        for (size_t j = 0; j < LENGTH_OF(own_labels); j++) {
            if (str_equal(labels->entries[i].key, str_from(own_labels[j])))
                work_error(work, labels->entries[i].key_origin, "labels: kiln sets '%s' itself; remove it",
                           own_labels[j]);
        }
    }
}

static void add_all(MapBuilder *map, const Value *more)
{
    for (uint32_t i = 0; value_is(more, VALUE_MAP) && i < more->size; i++)
        map_set(map, more->entries[i].key, more->entries[i].key_origin, more->entries[i].value);
}

static const Value *labels_make(Work *work)
{
    const Value *version = &value_empty_string;
    const Value *image = map_peek(&work->out, STR("image")) ? map_peek(&work->out, STR("image"))->value : NULL;
    if (image)
        version = value_new_string(work->arena, image->origin, work->version);
    const Value *owner = value_get(work->value, STR("owner"));
    const Value *user = without_nones(work->arena, value_get(work->value, STR("labels")));
    check_user_labels(work, user);
    MapBuilder labels = map_begin(work->arena);
    put_text(&labels, "app", work->name);
    put(&labels, "version", version);
    put_text(&labels, "app.kubernetes.io/name", work->name);
    put_text(&labels, "app.kubernetes.io/instance", work->name);
    put(&labels, "app.kubernetes.io/version", version);
    put_text(&labels, "app.kubernetes.io/managed-by", STR("kiln"));
    put_text(&labels, "app.kubernetes.io/part-of", work->project->name);
    if (!value_is_none(owner))
        put(&labels, "owner", owner);
    add_all(&labels, user);
    return map_end(&labels, ORIGIN_NONE);
}

/* The contact of the owner, from kiln.yaml owners. */
static const Value *owner_email(Work *work)
{
    const Value *owner = value_get(work->value, STR("owner"));
    const Value *owners = value_get(work->project->value, STR("owners"));
    if (value_is_none(owner))
        return NULL;
    const Value *email = value_get(owners, value_text(owner));
    if (email || !value_is(owners, VALUE_MAP) || !owners->size)
        return email;
    NearMiss miss = near_miss_begin(value_text(owner));
    for (uint32_t i = 0; i < owners->size; i++)
        near_miss_offer(&miss, owners->entries[i].key);
    Str best = near_miss_best(&miss);
    work_error(work, place_of(work, owner), "owner: kiln.yaml owners has no '%.*s'; %.*s", STR_ARG(value_text(owner)),
               STR_ARG(near_miss_advice(work->arena, best, "add its e-mail address there")));
    return NULL;
}

static const Value *meta_annotations(Work *work)
{
    MapBuilder annotations = map_begin(work->arena);
    put_text(&annotations, "kiln/source", work->definition.service->file);
    const Value *revision = value_get(work->definition.release, STR("revision"));
    if (!value_is_none(revision))
        put(&annotations, "kiln/revision", revision);
    const Value *email = owner_email(work);
    if (email)
        put(&annotations, "email", email);
    return map_end(&annotations, ORIGIN_NONE);
}

static void meta_complete(Work *work)
{
    MapBuilder meta = map_begin(work->arena);
    put_text(&meta, "name", work->name);
    put_text(&meta, "namespace", work->environment->namespace);
    put(&meta, "labels", work->labels);
    put(&meta, "annotations", meta_annotations(work));
    put(&work->out, "meta", map_end(&meta, ORIGIN_NONE));
}

void identity_complete(Work *work)
{
    put_text(&work->out, "name", work->name);
    image_complete(work);
    put_text(&work->out, "version", work->version);
    work->labels = labels_make(work);
    put(&work->out, "labels", work->labels);
    put(&work->out, "selector",
        make_map1(work->arena, ORIGIN_NONE, "app", value_new_string(work->arena, ORIGIN_NONE, work->name)));
    meta_complete(work);
}
