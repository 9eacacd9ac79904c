/* kiln init: a project's first files. It asks nothing; options answer what it would have asked. */
#include "scaffold.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kiln/kube.h"
#include "kiln/model.h"
#include "kiln/standards.h"

typedef struct Answers {
    Str name;
    Str registry;
    Str domain;
    bool argocd;
    Str store; /* the line of kiln.yaml's defaults */
} Answers;

/* What --secrets takes, the default first, and the store that it means. */
static const struct {
    const char *word;
    const char *store;
} stores[] = {
    {"external-secrets", "external-secrets  # a ClusterSecretStore of External Secrets"},
    {"vault", "{name: vault, layout: property}  # a ClusterSecretStore of External Secrets, on Vault's KV engine"},
    {"none", "{kind: None}  # Secrets come by other means"},
};

/* ---- what the options say ---- */

static bool wrong_word(const Arguments *arguments, OptionId id)
{
    cli_error("option --%s: expected %.*s, found '%.*s'", options[id].name,
              STR_ARG(cli_words(arguments->arena, options[id].argument)), STR_ARG(argument_value(arguments, id)));
    return false;
}

static bool take_store(const Arguments *arguments, Answers *answers)
{
    Str word = argument_value(arguments, OPTION_SECRETS);
    for (size_t i = 0; i < LENGTH_OF(stores); i++) {
        if (argument_given(arguments, OPTION_SECRETS) && !str_equal(word, str_from(stores[i].word)))
            continue;
        answers->store = str_from(stores[i].store);
        return true;
    }
    return wrong_word(arguments, OPTION_SECRETS);
}

static bool take_gitops(const Arguments *arguments, Answers *answers)
{
    Str word = argument_value(arguments, OPTION_GITOPS);
    answers->argocd = !argument_given(arguments, OPTION_GITOPS) || str_equal(word, STR("argocd"));
    return answers->argocd || str_equal(word, STR("none")) || wrong_word(arguments, OPTION_GITOPS);
}

static bool take_name(const Arguments *arguments, Str folder, Answers *answers)
{
    bool given = argument_given(arguments, OPTION_NAME);
    ptrdiff_t slash = str_rfind_char(folder, '/');
    answers->name =
        given ? argument_value(arguments, OPTION_NAME) : str_slice(folder, (size_t)(slash + 1), folder.size);
    if (name_is_dns_label(answers->name))
        return true;
    if (given)
        cli_error("option --name: '%.*s' is no name; use a-z, 0-9 and '-', at most 63, from a letter on",
                  STR_ARG(answers->name));
    else
        cli_error("the folder's name '%.*s' cannot be the project's; give one with --name", STR_ARG(answers->name));
    return false;
}

static bool take_registry(const Arguments *arguments, Answers *answers)
{
    answers->registry = argument_given(arguments, OPTION_REGISTRY)
                            ? argument_value(arguments, OPTION_REGISTRY)
                            : arena_printf(arguments->arena, "registry.example.com/%.*s", STR_ARG(answers->name));
    Image image;
    const char *why;
    if (image_parse(answers->registry, &image, &why) && !image.tag.size && !image.digest.size)
        return true;
    cli_error("option --registry: expected a host and path such as ghcr.io/acme, found '%.*s'",
              STR_ARG(answers->registry));
    return false;
}

static bool take_domain(const Arguments *arguments, Answers *answers)
{
    answers->domain = argument_given(arguments, OPTION_DOMAIN)
                          ? argument_value(arguments, OPTION_DOMAIN)
                          : arena_printf(arguments->arena, "%.*s.example.com", STR_ARG(answers->name));
    if (name_is_host(answers->domain))
        return true;
    cli_error("option --domain: expected a DNS name such as example.com, found '%.*s'", STR_ARG(answers->domain));
    return false;
}

/* ---- the files ---- */

static const Value *context_of(const Arguments *arguments, const Answers *answers)
{
    Arena *arena = arguments->arena;
    const struct {
        Str key;
        Str text;
    } texts[] = {
        {STR("name"), answers->name},
        {STR("registry"), arena_printf(arena, "%.*s%s", STR_ARG(answers->registry),
                                       argument_given(arguments, OPTION_REGISTRY) ? "" : "  # replace by your own")},
        {STR("host"), answers->domain},
        {STR("domain"), arena_printf(arena, "%.*s%s", STR_ARG(answers->domain),
                                     argument_given(arguments, OPTION_DOMAIN) ? "" : "  # replace by your own")},
        {STR("gitops"), answers->argocd ? STR("# The Git URL of this repository; once it is said, Argo CD's "
                                              "Applications are rendered, too.\n# repository: "
                                              "https://github.com/ORGANISATION/REPOSITORY\n")
                                        : STR("gitops: none\n")},
        {STR("store"), answers->store},
    };
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(texts); i++)
        map_set(&map, texts[i].key, ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, texts[i].text));
    return map_end(&map, ORIGIN_NONE);
}

/* Where the embedded files of templates/scaffold/init go. */
static const struct {
    const char *name;
    const char *path;
} files[] = {
    {"kiln.yaml", "kiln.yaml"},
    {"development.yaml", "environments/development.yaml"},
    {"staging.yaml", "environments/staging.yaml"},
    {"production.yaml", "environments/production.yaml"},
    {"README.md", "README.md"},
};

static bool add_files(Scaffold *scaffold, Str lead, const Value *context)
{
    for (size_t i = 0; i < LENGTH_OF(files); i++) {
        Str label = arena_printf(scaffold->arena, "templates/scaffold/init/%s", files[i].name);
        Str path = arena_printf(scaffold->arena, "%.*s%s", STR_ARG(lead), files[i].path);
        if (!scaffold_add_template(scaffold, path, label, embedded_find(label)->text, context))
            return false;
    }
    return true;
}

static void add_schemas(Scaffold *scaffold, Str lead)
{
    const struct {
        const char *name;
        const Value *schema;
    } schemas[] = {
        {"service", model_schema(scaffold->arena, MODEL_SERVICE)},
        {"environment", model_schema(scaffold->arena, MODEL_ENVIRONMENT)},
        {"project", model_schema(scaffold->arena, MODEL_PROJECT)},
        {"release", model_schema(scaffold->arena, MODEL_RELEASES)},
        {"standard", standards_schema(scaffold->arena)},
    };
    for (size_t i = 0; i < LENGTH_OF(schemas); i++) {
        Buf text = {0};
        value_print_json_indented(schemas[i].schema, &text);
        scaffold_add(scaffold, arena_printf(scaffold->arena, "%.*s.kiln/%s.json", STR_ARG(lead), schemas[i].name),
                     arena_copy(scaffold->arena, buf_str(&text)));
        buf_release(&text);
    }
}

/* ---- the folder ---- */

/* The part of a path that exists, and what is to be made below it: "apps" and "shop/" of apps/shop. */
static bool split_folder(Arena *arena, Str path, const char **there, Str *lead)
{
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path = str_slice(path, 0, path.size - 1);
    size_t end = path.size;
    struct stat status;
    while (end && stat(arena_text(arena, str_slice(path, 0, end)), &status)) {
        if (errno != ENOENT) {
            cli_error("cannot create %.*s: %s", STR_ARG(path), strerror(errno));
            return false;
        }
        ptrdiff_t slash = str_rfind_char(str_slice(path, 0, end), '/');
        end = slash < 0 ? 0 : slash == 0 ? 1 : (size_t)slash;
    }
    *there = end ? arena_text(arena, str_slice(path, 0, end)) : ".";
    Str rest = str_slice(path, end, path.size);
    if (rest.size && rest.data[0] == '/')
        rest = str_slice(rest, 1, rest.size);
    *lead = rest.size ? arena_printf(arena, "%.*s/", STR_ARG(rest)) : STR("");
    return true;
}

/* The absolute path, for its last part; what does not exist yet has no symbolic links to resolve. */
static Str full_path(Arena *arena, const char *there, Str lead)
{
    char resolved[PATH_MAX];
    if (lead.size)
        return str_slice(lead, 0, lead.size - 1);
    return realpath(there, resolved) ? arena_copy(arena, str_from(resolved)) : str_from(there);
}

/* An older kiln.yaml says what this run was told otherwise. */
static ExitStatus say_next_steps(const Scaffold *scaffold, const Answers *answers)
{
    Buf out = {0};
    if (scaffold->files[0].kept)
        buf_add(&out, STR("\nkiln.yaml is as it was: what the options say is not in it\n"));
    else
        buf_printf(
            &out,
            "\nproject %.*s is there; next: kiln new NAME --language go, then kiln render\n"
            "in kiln.yaml, workflow.image is a placeholder: until a real image of kiln stands there, jobs that "
            "call kiln cannot run\n",
            STR_ARG(answers->name));
    return cli_print_text(&out);
}

ExitStatus command_init(const Arguments *arguments)
{
    Arena *arena = arguments->arena;
    Str path = arguments->operand_count ? arguments->operands[0] : STR(".");
    const char *there;
    Str lead;
    if (arguments->operand_count > 1) {
        cli_error("one folder at a time, found %zu", arguments->operand_count);
        return EXIT_TROUBLE;
    }
    if (!split_folder(arena, path, &there, &lead))
        return EXIT_TROUBLE;
    Answers answers = {0};
    if (!take_name(arguments, full_path(arena, there, lead), &answers) || !take_registry(arguments, &answers) ||
        !take_domain(arguments, &answers) || !take_gitops(arguments, &answers) || !take_store(arguments, &answers))
        return EXIT_TROUBLE;
    Scaffold scaffold = scaffold_begin(arena);
    bool made = add_files(&scaffold, lead, context_of(arguments, &answers));
    cli_print_diags(scaffold.diags);
    if (!made)
        return EXIT_TROUBLE;
    add_schemas(&scaffold, lead);
    Str shown = str_equal(str_from(there), STR(".")) ? STR("") : arena_printf(arena, "%s/", there);
    if (!scaffold_write(&scaffold, there, shown))
        return EXIT_TROUBLE;
    return say_next_steps(&scaffold, &answers);
}
