/*
 * Rows in words: what a field is, for explain, the reference page and completion; and finding one by its path. Knows
 * how to speak of a row, nothing of layouts.
 */
#include "expand.h"

/* ---- one row ---- */

static Str buf_take(Arena *arena, Buf *buf)
{
    Str text = arena_copy(arena, buf_str(buf));
    buf_release(buf);
    return text;
}

static Str kinds_text(Arena *arena, uint8_t set)
{
    static const struct {
        WorkloadKind kind;
        const char *name;
    } kinds[] = {{KIND_DEPLOYMENT, "Deployment"},
                 {KIND_STATEFULSET, "StatefulSet"},
                 {KIND_CRONJOB, "CronJob"},
                 {KIND_JOB, "Job"}};
    Buf out = {0};
    for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
        if (set & kinds[i].kind)
            buf_printf(&out, "%s%s", out.size ? ", " : "", kinds[i].name);
    }
    return buf_take(arena, &out);
}

static Str fallback_text(Arena *arena, const Field *row)
{
    Buf out = {0};
    if (row->fallback_note)
        buf_printf(&out, "%s", row->fallback_note);
    else if (row->fallback && value_is_scalar(row->fallback) && row->fallback->size)
        buf_add(&out, value_text(row->fallback));
    else if (row->fallback)
        value_print_json(row->fallback, false, &out);
    return buf_take(arena, &out);
}

/* The other members of the block that share the row's group. */
static Str rivals_text(Arena *arena, const Field *row, const Field *parent)
{
    Buf out = {0};
    for (const FieldGroup *group = parent && row->one_of ? parent->members : NULL; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *other = &group->rows[i];
            if (other != row && other->one_of == row->one_of)
                buf_printf(&out, "%s%.*s", out.size ? ", " : "", STR_ARG(other->name));
        }
    }
    return buf_take(arena, &out);
}

static Str members_text(Arena *arena, const Field *row)
{
    Buf out = {0};
    const Field *block = row->entry && row_is_map(row->entry) ? row->entry : row;
    if (block->members == &service_group) {
        buf_add(&out, STR("those of a service"));
        return buf_take(arena, &out);
    }
    for (const FieldGroup *group = block->members; group; group = group->next) {
        if (group == &container_group) {
            buf_printf(&out, "%sthose of the container", out.size ? ", and " : "");
            break;
        }
        for (size_t i = 0; i < group->count; i++)
            buf_printf(&out, "%s%.*s", out.size ? ", " : "", STR_ARG(group->rows[i].name));
    }
    return buf_take(arena, &out);
}

static Str words_text(Arena *arena, const char *const *words)
{
    Buf out = {0};
    for (size_t i = 0; words && words[i]; i++)
        buf_printf(&out, "%s%s", i ? ", " : "", words[i]);
    return buf_take(arena, &out);
}

static Str type_text(Arena *arena, const Field *row)
{
    Buf out = {0};
    expected_print(row, &out);
    if (row->type == FIELD_LIST && !row_is_map(row->entry) && !row_is_free(row->entry)) {
        buf_add(&out, STR(", each "));
        expected_print(row->entry, &out);
    } else if (row->type == FIELD_NAMED && !row->members) {
        buf_printf(&out, ", by %s", type_expected(row->keys));
    }
    return buf_take(arena, &out);
}

/* Services' fields stand in several files; which, the row on top says. */
static const char *where_text(ModelDocument document, uint8_t places)
{
    if (document == MODEL_PROJECT)
        return "kiln.yaml";
    if (document != MODEL_SERVICE)
        return document == MODEL_RELEASES ? "releases/ENV.yaml" : "environments/ENV.yaml";
    if (places & PLACE_PROJECT_DEFAULTS)
        return "services/NAME.yaml, defaults of kiln.yaml";
    if (places)
        return places & PLACE_BLOCK ? "services/NAME.yaml, also in its environments.ENV"
                                    : "services/NAME.yaml, on top";
    return "services/NAME.yaml, environments/ENV.yaml, defaults of kiln.yaml and environments";
}

/* What a row has from the blocks around it. */
typedef struct Around {
    const Field *parent;
    uint8_t places; /* of the row on top */
    uint8_t kinds;  /* of the outermost row that names any: within jobs.<name> all that stands there applies */
    bool later;
} Around;

static Around around_row(Around outer, const Field *row, bool top)
{
    return (Around){row, top ? row->places : outer.places, outer.kinds ? outer.kinds : row->kinds,
                    outer.later || row->later};
}

/* An item of a list is any item. */
static Str general_path(Arena *arena, const Path *path)
{
    Buf out = {0};
    Str rest = path_text(arena, path), part;
    for (bool first = true; str_split(&rest, '[', &part); first = false) {
        ptrdiff_t close = first ? -1 : str_find(part, STR("]"), 0);
        buf_add(&out, first ? STR("") : STR("[]"));
        buf_add(&out, str_slice(part, (size_t)(close + 1), part.size));
    }
    return buf_take(arena, &out);
}

static FieldInfo info_of(Arena *arena, ModelDocument document, const Field *row, Around outer, const Path *path)
{
    Around around = around_row(outer, row, !path || !path->up);
    return (FieldInfo){
        .row = row,
        .document = document,
        .path = general_path(arena, path),
        .where = str_from(where_text(document, around.places)),
        .type = type_text(arena, row),
        .short_form = row->scalar ? str_from(row->scalar) : STR(""),
        .fallback = fallback_text(arena, row),
        .fallback_words = row->fallback_note != NULL,
        .kinds = kinds_text(arena, around.kinds),
        .rivals = rivals_text(arena, row, outer.parent),
        .members = members_text(arena, row),
        .choices_later = words_text(arena, row->later_choices),
        .doc = row->doc ? str_from(row->doc) : STR(""),
        .example = row->example ? str_from(row->example) : STR(""),
        .refused = row->refused ? str_from(row->refused) : STR(""),
        .required = row->required,
        .later = around.later,
    };
}

/* ---- by path ---- */

static const FieldGroup *own_group(ModelDocument document)
{
    return document == MODEL_ENVIRONMENT ? &environment_group : document_group(document);
}

static void offer_members(const Field *row, NearMiss *miss)
{
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++)
            near_miss_offer(miss, group->rows[i].name);
    }
}

/* path as far as it was good, then the member that was meant. */
static Str nearest(Arena *arena, const Field *row, const Path *up, const Path *step)
{
    if (!step->key.data)
        return STR_NONE;
    NearMiss miss = near_miss_begin(step->key);
    offer_members(row, &miss);
    Str best = near_miss_best(&miss);
    Path meant = {up, best, 0};
    return best.data ? path_text(arena, &meant) : STR_NONE;
}

static bool is_placeholder(Str key)
{
    return key.size > 2 && key.data[0] == '<' && key.data[key.size - 1] == '>';
}

/* The row behind one step; *shown is how the reference calls the step. */
static const Field *step_row(const Field *row, const Path *step, Path *shown)
{
    if (row->type == FIELD_LIST)
        return step->key.data ? NULL : row->entry;
    const Field *member = row->members && step->key.data ? group_find(row->members, step->key, 0) : NULL;
    if (member || row->type != FIELD_NAMED || !step->key.data)
        return member;
    if (!is_placeholder(step->key) && !type_accepts(row->keys, step->key))
        return NULL;
    shown->key = STR("<name>");
    return row->entry;
}

bool model_field(Arena *arena, ModelDocument document, const Path *steps, size_t count, FieldInfo *info, Str *miss)
{
    const Field root = {.type = FIELD_BLOCK, .members = own_group(document)}, *row = &root;
    Path *shown = ARENA_ARRAY(arena, Path, count + 1);
    Around around = {0}, outer = {0};
    *miss = STR_NONE;
    for (size_t at = 0; at < count && !row_is_free(row); at++) {
        shown[at] = (Path){at ? &shown[at - 1] : NULL, steps[at].key, steps[at].index};
        const Field *member = step_row(row, &steps[at], &shown[at]);
        if (!member) {
            *miss = nearest(arena, row, at ? &steps[at - 1] : NULL, &steps[at]);
            return false;
        }
        outer = around;
        outer.parent = row;
        around = around_row(outer, member, at == 0);
        row = member;
        *info = info_of(arena, document, row, outer, &shown[at]);
    }
    return count > 0;
}

/* ---- all of them ---- */

typedef struct Walk {
    Arena *arena;
    ModelDocument document;
    FieldVisit *visit;
    void *user;
} Walk;

static void walk_group(const Walk *walk, const Field *parent, Around around, const Path *path);

static void walk_row(const Walk *walk, const Field *row, Around outer, const Path *path)
{
    FieldInfo info = info_of(walk->arena, walk->document, row, outer, path);
    walk->visit(walk->user, &info);
    Around around = around_row(outer, row, !path->up);
    if (row->members != &service_group)
        walk_group(walk, row, around, path);
    if (!row->entry || (row->type == FIELD_LIST && !row_is_map(row->entry)))
        return;
    Path below = {path, row->type == FIELD_LIST ? STR_NONE : STR("<name>"), 0};
    if (row->type == FIELD_NAMED)
        walk_row(walk, row->entry, around, &below);
    else
        walk_group(walk, row->entry, around, &below);
}

static void walk_group(const Walk *walk, const Field *parent, Around around, const Path *path)
{
    around.parent = parent;
    for (const FieldGroup *group = parent->members; group; group = group->next) {
        if (group == &container_group && path)
            continue;
        for (size_t i = 0; i < group->count; i++) {
            Path below = {path, group->rows[i].name, 0};
            walk_row(walk, &group->rows[i], around, &below);
        }
    }
}

void model_fields(Arena *arena, ModelDocument document, FieldVisit *visit, void *user)
{
    const Field root = {.type = FIELD_BLOCK, .members = own_group(document)};
    const Walk walk = {arena, document, visit, user};
    walk_group(&walk, &root, (Around){0}, NULL);
}
