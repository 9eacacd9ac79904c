/* kiln new: a service's definition, and the Dockerfile of its language. */
#include "scaffold.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "kiln/kube.h"
#include "kiln/project.h"
#include "kiln/yaml.h"

/* The file by which a language is known; NULL: by --language alone. */
static const struct {
    const char *name;
    const char *marker;
} languages[] = {
    {"go", "go.mod"},         {"rust", "Cargo.toml"}, {"python", "pyproject.toml"},
    {"node", "package.json"}, {"java", "pom.xml"},    {"dotnet", NULL},
    {"none", NULL},
};

/* What --kind takes, the default first. */
static const struct {
    const char *name;
    const char *port; /* of its probes; NULL: it has none */
} service_kinds[] = {{"service", "8080"}, {"worker", "8081"}, {"cron", NULL}};

typedef struct NewService {
    const Arguments *arguments;
    Arena *arena;
    const Project *project;
    Str name;
    Str kind;
    Str language;
    Str port;    /* empty: none */
    Str context; /* of the build, from the project: ".", a folder below it, or one at the repository's top ("../NAME") */
} NewService;

/* ---- what the options say ---- */

static bool take_name(NewService *service)
{
    const Arguments *arguments = service->arguments;
    if (arguments->operand_count != 1) {
        cli_error(arguments->operand_count ? "one service at a time" : "no name; write kiln new NAME");
        return false;
    }
    service->name = arguments->operands[0];
    const char *reserved = project_reserves(service->name);
    if (reserved) {
        cli_error("'%.*s' cannot be a service's name: %s; choose another", STR_ARG(service->name), reserved);
        return false;
    }
    /* A job is called <service>-<job>, and its pods' names are longer still. */
    if (name_is_dns_label(service->name) && service->name.size <= 52)
        return true;
    cli_error("'%.*s' is no name of a service; use a-z, 0-9 and '-', at most 52, from a letter on",
              STR_ARG(service->name));
    return false;
}

static bool take_kind(NewService *service)
{
    bool given = argument_given(service->arguments, OPTION_KIND);
    Str word = argument_value(service->arguments, OPTION_KIND);
    for (size_t i = 0; i < LENGTH_OF(service_kinds); i++) {
        if (given && !str_equal(word, str_from(service_kinds[i].name)))
            continue;
        service->kind = str_from(service_kinds[i].name);
        service->port = service_kinds[i].port ? str_from(service_kinds[i].port) : STR("");
        return true;
    }
    cli_error("option --kind: expected %.*s, found '%.*s'",
              STR_ARG(cli_words(service->arena, options[OPTION_KIND].argument)), STR_ARG(word));
    return false;
}

static bool take_port(NewService *service)
{
    if (!argument_given(service->arguments, OPTION_PORT))
        return true;
    Str word = argument_value(service->arguments, OPTION_PORT);
    long port = 0;
    for (size_t i = 0; i < word.size && port <= 65535; i++)
        port = word.data[i] >= '0' && word.data[i] <= '9' ? port * 10 + (word.data[i] - '0') : 65536;
    if (!service->port.size)
        cli_error("option --port: a cron job has no port");
    else if (port < 1024 || port > 65535)
        cli_error(
            "option --port: expected 1024 to 65535, since the container runs without root's rights; found '%.*s'",
            STR_ARG(word));
    else
        service->port = arena_printf(service->arena, "%ld", port);
    return service->port.size && port >= 1024 && port <= 65535;
}

/* ---- the language ---- */

static bool is_there(const NewService *service, Str folder, const char *name)
{
    struct stat status;
    Str path = arena_printf(service->arena, "%.*s/%.*s/%s", STR_ARG(service->project->root), STR_ARG(folder), name);
    return !lstat(path.data, &status);
}

static size_t markers_in(const NewService *service, Str folder, Str *language, Buf *found)
{
    size_t count = 0;
    for (size_t i = 0; i < LENGTH_OF(languages); i++) {
        if (!languages[i].marker || !is_there(service, folder, languages[i].marker))
            continue;
        buf_printf(found, "%s%s", count++ ? ", " : "", languages[i].marker);
        *language = str_from(languages[i].name);
    }
    return count;
}

/* The project's folder in its repository; empty: the repository's top. */
static Str project_in_repository(const Project *project)
{
    size_t above = project->repository.size;
    return project->root.size <= above ? STR("") : str_slice(project->root, above + 1, project->root.size);
}

/* A folder of the repository's top, as the project sees it. */
static Str at_top(const NewService *service, Str name)
{
    Buf path = {0};
    Str rest = project_in_repository(service->project), part;
    while (rest.size && str_split(&rest, '/', &part))
        buf_add(&path, STR("../"));
    buf_add(&path, name);
    Str text = arena_copy(service->arena, buf_str(&path));
    buf_release(&path);
    return text;
}

/*
 * The sources are in the service's own folder, in the project or at the repository's top; a project of one service may
 * have them beside kiln.yaml.
 */
static void find_context(NewService *service)
{
    Str language, top = at_top(service, service->name);
    Buf found = {0};
    service->context = is_there(service, service->name, "")                   ? service->name
                       : is_there(service, top, "")                           ? top
                       : markers_in(service, STR("."), &language, &found) > 0 ? STR(".")
                                                                              : service->name;
    buf_release(&found);
}

/* The context as a definition says it: from the repository's top, where workflows run. */
static Str context_in_repository(const NewService *service)
{
    Str project = project_in_repository(service->project);
    if (str_starts(service->context, STR("../")))
        return service->name;
    if (str_equal(service->context, STR(".")))
        return project.size ? project : service->context;
    return arena_printf(service->arena, "%.*s%s%.*s", STR_ARG(project), project.size ? "/" : "",
                        STR_ARG(service->context));
}

static bool detect_language(NewService *service)
{
    Buf found = {0};
    size_t count = markers_in(service, service->context, &service->language, &found);
    if (count > 1)
        cli_error("several languages in '%.*s': %.*s; choose one with --language", STR_ARG(service->context),
                  STR_ARG(buf_str(&found)));
    else if (!count)
        cli_error("no go.mod, Cargo.toml, pyproject.toml, package.json or pom.xml in '%.*s'; say --language %.*s",
                  STR_ARG(service->context), STR_ARG(cli_words(service->arena, options[OPTION_LANGUAGE].argument)));
    buf_release(&found);
    return count == 1;
}

static bool take_language(NewService *service)
{
    find_context(service);
    if (!argument_given(service->arguments, OPTION_LANGUAGE))
        return detect_language(service);
    Str word = argument_value(service->arguments, OPTION_LANGUAGE);
    NearMiss miss = near_miss_begin(word);
    for (size_t i = 0; i < LENGTH_OF(languages); i++) {
        near_miss_offer(&miss, str_from(languages[i].name));
        if (str_equal(word, str_from(languages[i].name))) {
            service->language = word;
            return true;
        }
    }
    Str best = near_miss_best(&miss);
    Str words = cli_words(service->arena, options[OPTION_LANGUAGE].argument);
    cli_error("unknown language '%.*s'; %.*s", STR_ARG(word),
              STR_ARG(near_miss_advice(service->arena, best, "expected %.*s", STR_ARG(words))));
    return false;
}

static bool is_new(const NewService *service)
{
    for (size_t i = 0; i < service->project->service_count; i++) {
        const ServiceFile *other = &service->project->services[i];
        if (str_equal(other->name, service->name)) {
            cli_error("service '%.*s' exists: %.*s%.*s; choose another name", STR_ARG(service->name),
                      STR_ARG(service->project->prefix), STR_ARG(other->file));
            return false;
        }
    }
    return true;
}

/* ---- the files ---- */

static bool is_built(const NewService *service)
{
    return !str_equal(service->language, STR("none"));
}

/* Text within { }: an own folder may be called null, one above may have any name. */
static Str flow_text(Arena *arena, Str text)
{
    Buf out = {0};
    bool simple = true;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        simple &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._/", c);
    }
    if (simple)
        yaml_write_string(&out, text);
    else
        value_print_json(value_new_string(arena, ORIGIN_NONE, text), false, &out);
    Str made = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return made;
}

static Str build_line(const NewService *service)
{
    if (!is_built(service))
        return STR("");
    Str context = context_in_repository(service);
    if (str_equal(context, STR(".")))
        return arena_printf(service->arena, "build: {language: %.*s}\n", STR_ARG(service->language));
    return arena_printf(service->arena, "build: {language: %.*s, context: %.*s}\n", STR_ARG(service->language),
                        STR_ARG(flow_text(service->arena, context)));
}

static void set_text(Arena *arena, MapBuilder *map, Str key, Str text)
{
    map_set(map, key, ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, text));
}

/* What a build beside kiln.yaml need not see of kiln's own files, as lines of a .dockerignore. */
static Str kiln_files(const NewService *service)
{
    if (!str_equal(service->context, STR(".")))
        return STR("");
    return arena_printf(service->arena, ".kiln\nkiln.yaml\nenvironments/*.yaml\nreleases\nservices/*.yaml\n%.*s\n",
                        STR_ARG(value_text_at(service->project->value, "output")));
}

/* {project, service: {name, kind, language, port}, build, ignored}; a cron job has no port. */
static const Value *context_of(const NewService *service)
{
    MapBuilder of_service = map_begin(service->arena), map = map_begin(service->arena);
    set_text(service->arena, &of_service, STR("name"), service->name);
    set_text(service->arena, &of_service, STR("kind"), service->kind);
    set_text(service->arena, &of_service, STR("language"), service->language);
    if (service->port.size)
        set_text(service->arena, &of_service, STR("port"), service->port);
    map_set(&map, STR("project"), ORIGIN_NONE, service->project->value);
    map_set(&map, STR("service"), ORIGIN_NONE, map_end(&of_service, ORIGIN_NONE));
    set_text(service->arena, &map, STR("build"), build_line(service));
    set_text(service->arena, &map, STR("ignored"), kiln_files(service));
    return map_end(&map, ORIGIN_NONE);
}

static bool add_definition(const NewService *service, Scaffold *scaffold, const Value *context)
{
    Str label = arena_printf(service->arena, "templates/scaffold/service/%.*s.yaml", STR_ARG(service->kind));
    Str path = arena_printf(service->arena, "services/%.*s.yaml", STR_ARG(service->name));
    return scaffold_add_template(scaffold, path, label, embedded_find(label)->text, context);
}

static Str below_context(const NewService *service, Str name)
{
    if (str_equal(service->context, STR(".")))
        return name;
    return arena_printf(service->arena, "%.*s/%.*s", STR_ARG(service->context), STR_ARG(name));
}

/* The project's own template of that name, else the shipped one. */
static bool own_text(const NewService *service, Scaffold *scaffold, Str label, Str *text)
{
    int error = store_read(service->project->store, service->arena, label, PROJECT_FILE_LIMIT, text);
    if (error && error != ENOENT)
        diag_file_error(scaffold->diags, label, "cannot read: %s", store_error(error));
    return !error || error == ENOENT;
}

static bool add_build_files(const NewService *service, Scaffold *scaffold, const Value *context)
{
    Str folder = arena_printf(service->arena, "templates/scaffold/%.*s/", STR_ARG(service->language));
    for (size_t i = 0; i < embedded_file_count && is_built(service); i++) {
        const EmbeddedFile *file = &embedded_files[i];
        if (!str_starts(file->path, folder))
            continue;
        Str name = str_slice(file->path, folder.size, file->path.size), text = file->text;
        if (!own_text(service, scaffold, file->path, &text) ||
            !scaffold_add_template(scaffold, below_context(service, name), file->path, text, context))
            return false;
    }
    return true;
}

/* Of what this run wrote; a Dockerfile that was there, or comes of the project's own template, may have none. */
static bool has_placeholders(const Scaffold *scaffold)
{
    for (size_t i = 0; i < scaffold->count; i++) {
        if (!scaffold->files[i].kept && str_find(scaffold->files[i].text, STR("@sha256:00000000"), 0) >= 0)
            return true;
    }
    return false;
}

static ExitStatus say_next_steps(const NewService *service, const Scaffold *scaffold)
{
    Buf out = {0};
    buf_printf(&out, "\nnext: read %.*sservices/%.*s.yaml, then kiln render\n", STR_ARG(service->project->prefix),
               STR_ARG(service->name));
    if (has_placeholders(scaffold))
        buf_printf(
            &out,
            "in %.*s%.*s, digests of zeros are placeholders: 'docker buildx imagetools inspect NAME:TAG' prints "
            "the real ones\n",
            STR_ARG(service->project->prefix), STR_ARG(below_context(service, STR("Dockerfile"))));
    return cli_print_text(&out);
}

ExitStatus command_new(const Arguments *arguments)
{
    NewService service = {.arguments = arguments, .arena = arguments->arena};
    if (!take_name(&service) || !take_kind(&service) || !take_port(&service))
        return EXIT_TROUBLE;
    Scaffold scaffold = scaffold_begin(arguments->arena);
    RenderRequest request = {.folder = cli_folder(arguments)};
    service.project = pipeline_project(arguments->arena, &request, scaffold.sources, scaffold.diags);
    bool ok = service.project && is_new(&service) && take_language(&service);
    const Value *context = ok ? context_of(&service) : NULL;
    ok = ok && add_definition(&service, &scaffold, context) && add_build_files(&service, &scaffold, context);
    cli_print_diags(scaffold.diags);
    if (!ok || !scaffold_write(&scaffold, service.project->root.data, service.project->prefix))
        return EXIT_TROUBLE;
    return say_next_steps(&service, &scaffold);
}
