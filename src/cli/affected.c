/*
 * kiln affected: whose rendered output changes against a revision, and which of the changed files it is made of. What
 * counts is the output: a file that changes nothing affects nothing.
 */
#include "diff.h"
#include "line_diff.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "kiln/project.h"

/* As many jobs as one matrix of GitHub Actions can have. */
#define MATRIX_MAX 256
/* Files named of those that are no layer of the service. */
#define REASONS_MAX 3

typedef enum Format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MATRIX } Format; /* as in the command table */

typedef struct Affected {
    Str environment;
    Str service; /* empty: the environment's own objects */
    bool was;    /* had any output before */
    bool is;     /* has any now */
    const Value *reasons;
} Affected;

typedef struct Survey {
    Arena *arena;
    DiffSides sides;
    DiffReport report; /* for its arena and diagnostics */
    Index *index;      /* "environment service" → place in list */
    Affected *list;
    size_t count;
    size_t capacity;
    Str environment; /* that is being looked at */
    ListBuilder workflows;
    Index *changed; /* files of the project */
    Str *files;
    size_t file_count;
    size_t file_capacity;
} Survey;

/* ---- whose output changes ---- */

/* production/web/service.yaml is web's, production/namespace.yaml the environment's. */
static Str service_of(Str path)
{
    Str rest = path, folder, service;
    str_split(&rest, '/', &folder);
    return rest.data && str_split(&rest, '/', &service) && rest.data ? service : STR("");
}

static Affected *survey_entry(Survey *survey, Str service)
{
    Str key = arena_printf(survey->arena, "%.*s %.*s", STR_ARG(survey->environment), STR_ARG(service));
    uint32_t at = index_put(survey->index, key, (uint32_t)survey->count);
    if (at == survey->count) {
        ARENA_GROW(survey->arena, survey->list, survey->count, survey->capacity);
        survey->list[survey->count++] = (Affected){
            .environment = arena_copy(survey->arena, survey->environment), .service = arena_copy(survey->arena, service)};
    }
    return &survey->list[at];
}

static bool note_pair(void *user, const DiffFile *from, const DiffFile *to)
{
    Survey *survey = user;
    assert(from || to);
    if (from && to && str_equal(from->text, to->text))
        return true;
    Str path = to ? to->path : from->path;
    if (!str_equal(survey->environment, STR(DIFF_WORKFLOWS)))
        survey_entry(survey, service_of(path));
    else
        list_add(&survey->workflows, value_new_string(survey->arena, ORIGIN_NONE, arena_copy(survey->arena, path)));
    return true;
}

/* Whether an affected service has any file on a side, which says whether it is new or gone. */
static bool note_presence(void *user, const DiffFile *from, const DiffFile *to)
{
    Survey *survey = user;
    Str service = service_of(to ? to->path : from->path);
    Str key = arena_printf(survey->arena, "%.*s %.*s", STR_ARG(survey->environment), STR_ARG(service));
    uint32_t at = index_get(survey->index, key);
    if (at != INDEX_NONE) {
        survey->list[at].was |= from != NULL;
        survey->list[at].is |= to != NULL;
    }
    return true;
}

/* What is left out as the same affects nothing. */
static bool survey_environment(void *user, Str environment, const DiffFiles *from, const DiffFiles *to,
                               const DiffRest *rest)
{
    Survey *survey = user;
    (void)rest;
    watch_stage(survey->report.watch, STAGE_COMPARE, environment);
    survey->environment = environment;
    size_t count = survey->count;
    bool ok = diff_each_pair(from, to, note_pair, survey);
    return ok && (survey->count == count || diff_each_pair(from, to, note_presence, survey));
}

/* ---- why: the files that differ ---- */

/* The project's files as they were, or as they are. */
typedef struct Files {
    const FileStore *store; /* NULL: there was no project */
    Str prefix;             /* of what messages call them */
} Files;

/* No file that a project could be made of. */
static bool is_absence(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EISDIR || error == ELOOP || error == EINVAL ||
           error == EXDEV || error == EFBIG;
}

static bool report_unread(const Survey *survey, const Files *files, Str path, int error)
{
    if (error != ECANCELED) /* of which the store has said why */
        diag_file_error(survey->report.diags, ARENA_JOIN(survey->arena, files->prefix, path), "cannot read: %s",
                        store_error(error));
    return false;
}

/* False: reported. */
static bool read_side(const Survey *survey, const Files *files, Str path, bool *is_there, Str *text)
{
    int error = files->store ? store_read(files->store, survey->arena, path, PROJECT_FILE_LIMIT, text) : ENOENT;
    *is_there = !error;
    return !error || is_absence(error) || report_unread(survey, files, path, error);
}

/* False: reported, as below. */
static bool note_file(Survey *survey, const Files *old, const Files *new, Str path)
{
    if (index_get(survey->changed, path) != INDEX_NONE)
        return true;
    Str before, after;
    bool was, is;
    if (!read_side(survey, old, path, &was, &before) || !read_side(survey, new, path, &is, &after))
        return false;
    bool same = was == is && (!was || str_equal(before, after));
    index_put(survey->changed, path, same ? 0 : 1);
    if (same)
        return true;
    ARENA_GROW(survey->arena, survey->files, survey->file_count, survey->file_capacity);
    survey->files[survey->file_count++] = path;
    return true;
}

static bool note_folder(Survey *survey, const Files *old, const Files *new, const Files *in, Str folder)
{
    FileEntry *entries;
    size_t count = 0;
    int error = in->store ? store_list(in->store, survey->arena, folder, &entries, &count) : ENOENT;
    bool ok = !error || is_absence(error) || report_unread(survey, in, folder, error);
    for (size_t i = 0; !error && ok && i < count; i++) {
        Str path = arena_printf(survey->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(entries[i].name));
        if (entries[i].is_folder)
            ok = note_folder(survey, old, new, in, path);
        else if (entries[i].is_regular)
            ok = note_file(survey, old, new, path);
    }
    return ok;
}

static bool note_files(Survey *survey)
{
    static const char *const folders[] = {"services", "environments", "releases", "templates"};
    const Project *project = session_project(survey->sides.new);
    const Base *base = &survey->sides.base;
    const Files old = {base->has_project ? base->store : NULL, base->place.prefix};
    const Files new = {store_on_disk(survey->arena, project->root), project->prefix};
    bool ok = note_file(survey, &old, &new, STR("kiln.yaml"));
    for (size_t i = 0; ok && i < LENGTH_OF(folders); i++) {
        Str folder = str_from(folders[i]);
        ok = note_folder(survey, &old, &new, &new, folder) && note_folder(survey, &old, &new, &old, folder);
    }
    return ok;
}

/* ---- why: which of them a service is made of ---- */

static bool is_changed(const Survey *survey, Str path)
{
    return index_get(survey->changed, path) == 1;
}

/* A name as it may be printed: it may hold any bytes. */
static Str visible(const Survey *survey, Str path)
{
    Buf out = {0};
    add_visible(&out, path, SIZE_MAX);
    Str text = arena_copy(survey->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static void add_reason(const Survey *survey, ListBuilder *reasons, Str path)
{
    if (!is_changed(survey, path))
        return;
    path = visible(survey, path);
    for (size_t i = 0; i < reasons->count; i++) {
        if (str_equal(value_text(reasons->items[i]), path))
            return;
    }
    list_add(reasons, value_new_string(survey->arena, ORIGIN_NONE, path));
}

static const Environment *environment_in(RenderSession *session, Str name)
{
    return session ? project_environment(session_project(session), name) : NULL;
}

/* The environment's file and those of its parents. */
static void add_chain(const Survey *survey, RenderSession *session, Str name, ListBuilder *reasons)
{
    for (const Environment *environment = environment_in(session, name); environment; environment = environment->parent)
        add_reason(survey, reasons, environment->file);
}

static bool release_differs(const Survey *survey, const Affected *affected)
{
    const Environment *old = environment_in(survey->sides.old, affected->environment);
    const Environment *new = environment_in(survey->sides.new, affected->environment);
    const Value *before = old ? value_get(old->releases, affected->service) : NULL;
    const Value *after = new ? value_get(new->releases, affected->service) : NULL;
    return !before || !after ? before != after : !value_equal(before, after);
}

/* What no layer of a service explains comes from a service that it knows, or that knows it. */
static void add_others(const Survey *survey, ListBuilder *reasons)
{
    size_t more = 0;
    for (size_t i = 0; i < survey->file_count; i++) {
        if (!str_starts(survey->files[i], STR("services/")))
            continue;
        if (reasons->count < REASONS_MAX)
            add_reason(survey, reasons, survey->files[i]);
        else
            more++;
    }
    if (more)
        list_add(reasons, value_new_string(survey->arena, ORIGIN_NONE, arena_printf(survey->arena, "%zu more", more)));
}

static const Value *reasons_of(const Survey *survey, const Affected *affected)
{
    ListBuilder reasons = list_begin(survey->arena);
    add_reason(survey, &reasons, arena_printf(survey->arena, "services/%.*s.yaml", STR_ARG(affected->service)));
    if (release_differs(survey, affected))
        add_reason(survey, &reasons, arena_printf(survey->arena, "releases/%.*s.yaml", STR_ARG(affected->environment)));
    add_chain(survey, survey->sides.new, affected->environment, &reasons);
    add_chain(survey, survey->sides.old, affected->environment, &reasons);
    add_reason(survey, &reasons, STR("kiln.yaml"));
    for (size_t i = 0; i < survey->file_count; i++) {
        if (str_starts(survey->files[i], STR("templates/")))
            add_reason(survey, &reasons, survey->files[i]);
    }
    if (!reasons.count)
        add_others(survey, &reasons);
    return list_end(&reasons, ORIGIN_NONE);
}

/* ---- printing ---- */

static const char *change_word(const Affected *affected)
{
    return !affected->was ? "added" : !affected->is ? "removed" : "changed";
}

static void column(Buf *out, Str text, size_t width)
{
    buf_add(out, text);
    buf_add_repeat(out, ' ', (width > text.size ? width - text.size : 0) + 2);
}

static Str joined(const Survey *survey, const Value *list)
{
    Str text = STR("");
    for (uint32_t i = 0; i < list->size; i++)
        text = arena_printf(survey->arena, "%.*s%s%.*s", STR_ARG(text), i ? ", " : "", STR_ARG(value_text(list->items[i])));
    return text;
}

static void print_text(const Survey *survey, const Value *workflows, Buf *out)
{
    Str own = STR("(its own objects)");
    size_t environment = 0, service = 0;
    for (size_t i = 0; i < survey->count; i++) {
        const Affected *affected = &survey->list[i];
        Str name = affected->service.size ? affected->service : own;
        environment = affected->environment.size > environment ? affected->environment.size : environment;
        service = name.size > service ? name.size : service;
    }
    for (size_t i = 0; i < survey->count; i++) {
        const Affected *affected = &survey->list[i];
        column(out, affected->environment, environment);
        column(out, affected->service.size ? affected->service : own, service);
        column(out, str_from(change_word(affected)), sizeof "changed" - 1);
        buf_add(out, joined(survey, affected->reasons));
        buf_add_char(out, '\n');
    }
    for (uint32_t i = 0; i < workflows->size; i++) {
        buf_add(out, STR("workflow "));
        buf_add(out, value_text(workflows->items[i]));
        buf_add_char(out, '\n');
    }
}

static void put_text(Arena *arena, MapBuilder *map, const char *key, Str text)
{
    map_set(map, str_from(key), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, text));
}

static const Value *affected_value(const Survey *survey, const Affected *affected)
{
    MapBuilder map = map_begin(survey->arena);
    put_text(survey->arena, &map, "environment", affected->environment);
    put_text(survey->arena, &map, "service", affected->service);
    put_text(survey->arena, &map, "change", str_from(change_word(affected)));
    map_set(&map, STR("reasons"), ORIGIN_NONE, affected->reasons);
    return map_end(&map, ORIGIN_NONE);
}

/* A job cannot render what is gone. */
static const Value *include_value(const Survey *survey)
{
    ListBuilder include = list_begin(survey->arena);
    for (size_t i = 0; i < survey->count; i++) {
        const Affected *affected = &survey->list[i];
        if (!affected->is)
            continue;
        MapBuilder map = map_begin(survey->arena);
        const Environment *environment = environment_in(survey->sides.new, affected->environment);
        put_text(survey->arena, &map, "environment", affected->environment);
        put_text(survey->arena, &map, "tier", environment ? tier_names[environment->tier] : STR(""));
        put_text(survey->arena, &map, "namespace", environment ? environment->namespace : STR(""));
        put_text(survey->arena, &map, "service", affected->service);
        list_add(&include, map_end(&map, ORIGIN_NONE));
    }
    return list_end(&include, ORIGIN_NONE);
}

static void print_matrix(const Survey *survey, Buf *out)
{
    const Value *include = include_value(survey);
    MapBuilder map = map_begin(survey->arena);
    map_set(&map, STR("include"), ORIGIN_NONE, include);
    value_print_json(map_end(&map, ORIGIN_NONE), false, out);
    buf_add_char(out, '\n');
    if (include->size > MATRIX_MAX)
        diag_plain_note(survey->report.diags, "%u entries; a matrix of GitHub Actions has at most %d jobs", include->size,
                        MATRIX_MAX);
}

/* Each service once, in order of first mention. */
static const Value *names_value(const Survey *survey)
{
    Index *seen = index_new(survey->arena, survey->count);
    ListBuilder names = list_begin(survey->arena);
    for (size_t i = 0; i < survey->count; i++) {
        Str name = survey->list[i].service;
        if (name.size && index_put(seen, name, (uint32_t)i) == i)
            list_add(&names, value_new_string(survey->arena, ORIGIN_NONE, name));
    }
    return list_end(&names, ORIGIN_NONE);
}

static void print_json(const Survey *survey, const Value *workflows, Buf *out)
{
    MapBuilder map = map_begin(survey->arena);
    ListBuilder list = list_begin(survey->arena);
    for (size_t i = 0; i < survey->count; i++)
        list_add(&list, affected_value(survey, &survey->list[i]));
    put_text(survey->arena, &map, "base", survey->sides.base.commit);
    map_set(&map, STR("affected"), ORIGIN_NONE, list_end(&list, ORIGIN_NONE));
    map_set(&map, STR("services"), ORIGIN_NONE, names_value(survey));
    map_set(&map, STR("workflows"), ORIGIN_NONE, workflows);
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

/* ---- all of it ---- */

static bool survey_run(Survey *survey, const Arguments *arguments)
{
    if (!diff_sides_open(&survey->sides, arguments, &survey->report))
        return false;
    bool ok = diff_sides_each(&survey->sides, survey_environment, survey) && note_files(survey);
    for (size_t i = 0; ok && i < survey->count; i++)
        survey->list[i].reasons = reasons_of(survey, &survey->list[i]);
    diff_sides_close(&survey->sides);
    return ok;
}

ExitStatus command_affected(const Arguments *arguments)
{
    int format = cli_format(arguments);
    if (format < 0)
        return EXIT_TROUBLE;
    if (!argument_given(arguments, OPTION_BASE)) {
        cli_error("option --base is missing; name what to compare with, such as --base origin/main");
        return EXIT_TROUBLE;
    }
    Arena *arena = arguments->arena;
    Sources *sources = sources_new(arena);
    Survey survey = {.arena = arena,
                     .report = {.arena = arena, .sources = sources, .diags = diags_new(arena, sources)},
                     .index = index_new(arena, 64),
                     .changed = index_new(arena, 64),
                     .workflows = list_begin(arena)};
    Watch watch = watch_begin(arena);
    survey.report.watch = &watch;
    bool ok = survey_run(&survey, arguments);
    watch_end(&watch);
    Buf out = {0};
    const Value *workflows = list_end(&survey.workflows, ORIGIN_NONE);
    if (ok && format == FORMAT_JSON)
        print_json(&survey, workflows, &out);
    else if (ok && format == FORMAT_MATRIX)
        print_matrix(&survey, &out);
    else if (ok)
        print_text(&survey, workflows, &out);
    cli_print_diags(survey.report.diags);
    ExitStatus status = format == FORMAT_TEXT ? cli_print_text(&out) : cli_print(&out);
    return ok ? status : EXIT_TROUBLE;
}
