/* The command table and the option table: the only place that knows what can be typed. */
#include "cli_private.h"

#include "kiln/api.h"

#define BIT(id) OPTION_BIT(id)

const Option options[OPTION_COUNT] = {
    [OPTION_ENVIRONMENT] = {'e', "environment", "ENV", true, "only this environment; may be repeated"},
    [OPTION_OUTPUT] = {'o', "output", "DIR", false,
                       "write below DIR instead of the project's output; '-' streams to stdout"},
    [OPTION_SET] = {0, "set", "PATH=VALUE", true,
                    "set a field of the selected services for this run; may be repeated"},
    [OPTION_FOLDER] = {'C', "directory", "DIR", false, "look for the project in DIR and above"},
    [OPTION_CONTEXT_FILE] = {'c', "context-file", "FILE", false,
                             "the context, a map in YAML or JSON; '-' is standard input"},
    [OPTION_FORMAT] = {0, "format", "FORMAT", false, "how to print: json, or as without it"},
    [OPTION_NOW] = {0, "now", "TIME", false,
                    "what the clock says, as in 2017-01-19T16:27:20Z; without it there is none"},
    [OPTION_FUNCTIONS] = {0, "functions", NULL, false, "list the functions that templates may call"},
    [OPTION_PROJECT] = {0, "project", NULL, false,
                        "evaluate as a template of the project, for one service and environment"},
    [OPTION_CONTEXT] = {0, "context", NULL, false, "print what that template would see, instead"},
    [OPTION_OVERLAYS] = {0, "overlays", NULL, false,
                         "look at what environments and services override, instead of the gate"},
    [OPTION_TODAY] = {0, "today", "DATE", false,
                      "the day that waivers are judged by, as in 2026-01-31; without it, today"},
    [OPTION_CHECK] = {0, "check", NULL, false,
                      "write nothing; list what is stale, missing or surplus, and exit 1 if anything is"},
    [OPTION_FILE] = {'f', "filename", "FILE|DIR|-", true,
                     "judge manifests from a file, a folder or, with '-', standard input; may be repeated"},
    [OPTION_TIER] = {0, "tier", "development|staging|production", false, "what -f judges by; production without it"},
    [OPTION_SEVERITY] = {0, "severity", "error|warning|info", false, "the least that is shown; warning without it"},
    [OPTION_RULE] = {0, "rule", "ID", true, "only what this rule finds; may be repeated"},
    [OPTION_EXCLUDE] = {0, "exclude", "ID", true, "not what this rule finds; may be repeated"},
    [OPTION_TEST] = {0, "test", NULL, false, "run the rules' own examples instead"},
    [OPTION_KUBERNETES] = {0, "kubernetes", "VERSION", false,
                           "the clusters' version for -f; without it the project's, else " API_VERSION_DEFAULT},
    [OPTION_PASS_THROUGH] = {0, "pass-through", NULL, false,
                             "print what -f - read once it has passed, and nothing else"},
    [OPTION_REPORT] = {0, "report", "FILE", true, "write what goes to stderr to FILE as well; the last one counts"},
    [OPTION_STATS] = {0, "stats", NULL, false, "say on stderr how long each stage took, and how much memory"},
    [OPTION_THREADS] = {0, "threads", "N", false, "work on at most N threads; without it, one per processor"},
    [OPTION_BASE] = {0, "base", "REV", false, "compare with the project at the merge base of REV and HEAD"},
    [OPTION_SERVICE] = {0, "service", "SERVICE", true, "only this service; may be repeated"},
    [OPTION_FAIL_ON] = {0, "fail-on", "CLASS[,CLASS]", false, "exit 1 only for changes of these classes"},
    [OPTION_COLOR] = {0, "color", "WHEN", false, "auto (as without it), always or never"},
    [OPTION_NAME] = {0, "name", "NAME", false, "the project's name; without it, the folder's"},
    [OPTION_REGISTRY] = {0, "registry", "HOST/PATH", false, "where images are pushed to, as in ghcr.io/acme"},
    [OPTION_DOMAIN] = {0, "domain", "DOMAIN", false, "the domain of production; other environments get one below it"},
    [OPTION_GITOPS] = {0, "gitops", "argocd|none", false, "who applies what is rendered; without it, argocd"},
    [OPTION_SECRETS] = {0, "secrets", "external-secrets|vault|none", false,
                        "where secrets come from; without it, external-secrets"},
    [OPTION_LANGUAGE] =
        {0, "language", "go|rust|python|node|java|dotnet|none", false,
         "what it is written in; without it, what its go.mod, Cargo.toml, pyproject.toml, package.json "
         "or pom.xml says"},
    [OPTION_KIND] = {0, "kind", "service|worker|cron", false, "what it is; without it, service"},
    [OPTION_PORT] = {0, "port", "PORT", false, "the port that it listens on; without it, 8080, or 8081 of a worker"},
    [OPTION_DRY_RUN] = {0, "dry-run", NULL, false, "say what would change, and write nothing"},
    [OPTION_REVISION] = {0, "revision", "COMMIT", false, "the commit that the image was built from, 40 hex digits"},
    [OPTION_HELP] = {'h', "help", NULL, false, "print this help"},
    [OPTION_VERSION] = {0, "version", NULL, false, "print the version"},
};

const Command commands[] = {
    {"init", "[DIR]", "start a project",
     "Writes kiln.yaml, three small environments, a README and the schemas that editors complete by, into DIR or "
     "the\n"
     "working directory. It asks nothing, and what exists is kept.",
     BIT(OPTION_NAME) | BIT(OPTION_REGISTRY) | BIT(OPTION_DOMAIN) | BIT(OPTION_GITOPS) | BIT(OPTION_SECRETS), true,
     command_init, NULL, NULL},
    {"new", "NAME", "add a service to the project",
     "Writes services/NAME.yaml and, unless the image is built elsewhere (--language none), a Dockerfile and a "
     ".dockerignore\n"
     "into the folder NAME, or beside kiln.yaml where the sources are there. What exists is kept. A worker serves "
     "nobody; "
     "its\n"
     "port is for the probes.",
     BIT(OPTION_LANGUAGE) | BIT(OPTION_KIND) | BIT(OPTION_PORT) | BIT(OPTION_FOLDER), true, command_new, NULL, NULL},
    {"render", "[SERVICE...]", "write the manifests and workflows of the project",
     "Without a selection everything is rendered. A selection writes and prunes only its own files: environment "
     "files\n"
     "when no service is named, workflows on a full render only. Nothing is written unless every stage has "
     "passed.\n\n"
     "--check compares instead: its diffs lead from what stands there to what a render writes.",
     BIT(OPTION_ENVIRONMENT) | BIT(OPTION_OUTPUT) | BIT(OPTION_CHECK) | BIT(OPTION_SET) | BIT(OPTION_STATS) |
         BIT(OPTION_THREADS) | BIT(OPTION_FOLDER),
     true, command_render, NULL, NULL},
    {"check", "[SERVICE...]", "judge the project by the standards",
     "Renders in memory and reports what the gate finds; nothing is written. With --overlays it looks at the layers "
     "instead:\n"
     "overrides that change nothing or reach nothing, environments weaker than those before them, variables that are "
     "unused\n"
     "or missing.\n\n"
     "-f judges manifests from anywhere, read as kubectl reads them: a Helm or Kustomize build, a cluster's dump, a\n"
     "folder with all .yaml, .yml and .json files below it. It needs no project; inside of one, the project's own\n"
     "standards, registries, platform and waivers hold as well. What a controller made of another object of the set\n"
     "is not judged again. With --pass-through it is Helm's post-renderer (docs/helm.md).\n\n"
     "FORMAT is text (as without it, on standard error), json, sarif (2.1.0, for code scanning) or github (annotations\n"
     "of a workflow run), on standard output. 'kiln standards ID' tells all about a rule.",
     BIT(OPTION_ENVIRONMENT) | BIT(OPTION_FILE) | BIT(OPTION_TIER) | BIT(OPTION_KUBERNETES) | BIT(OPTION_FORMAT) |
         BIT(OPTION_SEVERITY) | BIT(OPTION_RULE) | BIT(OPTION_EXCLUDE) | BIT(OPTION_SET) | BIT(OPTION_FOLDER) | BIT(OPTION_OVERLAYS) |
         BIT(OPTION_TODAY) | BIT(OPTION_PASS_THROUGH) | BIT(OPTION_REPORT) | BIT(OPTION_THREADS),
     true, command_check_pass, "text|json|sarif|github", NULL},
    {"diff", "[A B]", "say what a change does to the rendered objects",
     "  kiln diff                          the project as it renders now, against its output folder\n"
     "  kiln diff --base origin/main       against the same project at the merge base, both rendered\n"
     "  kiln diff -e staging production    two environments, names of the one read as those of the other\n"
     "  kiln diff A B                      two folders or files of manifests; '-' is standard input\n\n"
     "Objects are matched by kind, namespace and name, list items by their merge keys, so that another order is no "
     "change\n"
     "where it means nothing. Each change has its classes, the gravest first: deletes-data, recreates (an immutable "
     "field),\n"
     "weakens (security, network rules, what keeps a service up), exposure (a new host, port or peer), restarts "
     "(pods),\n"
     "capacity, cosmetic. What looks like a secret is never shown. FORMAT is text (as without it), markdown "
     "for\n"
     "a comment of GitHub's, or json.\n\n"
     "exit status: 0 the same, 1 different (with --fail-on: in such a class), 2 trouble",
     BIT(OPTION_BASE) | BIT(OPTION_ENVIRONMENT) | BIT(OPTION_SERVICE) | BIT(OPTION_FORMAT) | BIT(OPTION_FAIL_ON) |
         BIT(OPTION_COLOR) | BIT(OPTION_THREADS) | BIT(OPTION_FOLDER),
     true, command_diff, "text|markdown|json", NULL},
    {"explain", "FIELD | ENV SERVICE [PATH]", "say what a field means, or where a value comes from",
     "  kiln explain autoscaling.minReplicas                       what a field is: type, default, an example\n"
     "  kiln explain production api                                the whole definition, an origin on each line\n"
     "  kiln explain production api autoscaling.maxReplicas        who set it, and whom that overrode\n"
     "  kiln explain production api deployment.yaml:spec.replicas  the same for what is rendered\n\n"
     "FORMAT is text (as without it) or json. A segment with dots is quoted: config.\"config.yaml\".server.port.",
     BIT(OPTION_FORMAT) | BIT(OPTION_SET) | BIT(OPTION_FOLDER), true, command_explain, "text|json", NULL},
    {"list", "", "list environments, services and images",
     "FORMAT is text (as without it), json, or matrix: one line of JSON for a matrix of GitHub Actions, an entry for "
     "each\n"
     "service in each environment.",
     BIT(OPTION_ENVIRONMENT) | BIT(OPTION_FORMAT) | BIT(OPTION_FOLDER), false, command_list, "text|json|matrix",
     NULL},
    {"affected", "", "list what a change touches",
     "Renders the project as it is and as it was at the merge base of REV and HEAD, and lists each service in each "
     "environment\n"
     "whose output differs, with the changed files that it is made of. FORMAT is text (as without it), json, or matrix: "
     "one\n"
     "line of JSON for a matrix of GitHub Actions, without what is gone. An empty service stands for the environment's "
     "own\n"
     "objects; {\"include\":[]} is a valid answer.",
     BIT(OPTION_BASE) | BIT(OPTION_ENVIRONMENT) | BIT(OPTION_SERVICE) | BIT(OPTION_FORMAT) | BIT(OPTION_THREADS) |
         BIT(OPTION_FOLDER),
     false, command_affected, "text|json|matrix", NULL},
    {"release", "ENV SERVICE IMAGE", "record which image runs where",
     "  kiln release production api :v1.2.3@sha256:9f86d0...    tag and digest of the repository that the service names\n"
     "  kiln release staging api registry.example.com/api:v1.2.3\n\n"
     "Writes releases/ENV.yaml, keeping its comments and order. Where the tier's standards ask for a digest\n"
     "(rule image-digest), an image without one is refused.",
     BIT(OPTION_REVISION) | BIT(OPTION_DRY_RUN) | BIT(OPTION_FOLDER), true, command_release, NULL, NULL},
    {"promote", "FROM TO [SERVICE...]", "copy releases from one environment to a later one",
     "Prints what moves. Without services, everything that is recorded in FROM. TO comes after FROM in the\n"
     "environments of kiln.yaml.",
     BIT(OPTION_DRY_RUN) | BIT(OPTION_FOLDER), true, command_promote, NULL, NULL},
    {"rollback", "ENV SERVICE", "go back to the release before",
     "Takes from git's history of releases/ENV.yaml the newest release with another image than now, along first\n"
     "parents, and records it again. A second rollback takes the first one back, once both are committed.",
     BIT(OPTION_DRY_RUN) | BIT(OPTION_FOLDER), true, command_rollback, NULL, NULL},
    {"eval", "TEMPLATE", "evaluate one template",
     "  kiln eval -c FILE TEMPLATE                     with the context in FILE; either may be '-' for standard "
     "input\n"
     "  kiln eval --project -e ENV SERVICE TEMPLATE    as one of the project's templates/service\n"
     "  kiln eval --project -e ENV SERVICE --context   prints what such a template sees\n"
     "  kiln eval --functions                          lists what it may call\n\n"
     "Prints what the JSON-e template yields, null members included, which rendering leaves out. FORMAT is yaml (as\n"
     "without it) or json.",
     BIT(OPTION_CONTEXT_FILE) | BIT(OPTION_FORMAT) | BIT(OPTION_NOW) | BIT(OPTION_FUNCTIONS) | BIT(OPTION_PROJECT) |
         BIT(OPTION_CONTEXT) | BIT(OPTION_ENVIRONMENT) | BIT(OPTION_SET) | BIT(OPTION_FOLDER),
     true, command_eval, "yaml|json", NULL},
    {"standards", "[ID...]", "list the rules, or tell all about one",
     "Inside a project its own rules are among them. --test runs the examples of all rules, or of those named: each bad\n"
     "one must be found where the rule says, and in a good one no rule may find anything.\n\n"
     "FORMAT is text (as without it) or json.",
     BIT(OPTION_FORMAT) | BIT(OPTION_TEST) | BIT(OPTION_FOLDER), true, command_standards, "text|json", NULL},
    {"schema", "KIND", "print a JSON Schema",
     "KIND is service, environment, project, release or standard. Editors complete and check definitions with it; "
     "with the\n"
     "YAML language server, on the first line of a file:\n\n"
     "  # yaml-language-server: $schema=PATH",
     0, true, command_schema, NULL, "service|environment|project|release|standard"},
    {"fn", "", "run as a KRM function",
     "Reads a ResourceList and writes one. Its functionConfig, of apiVersion kiln/v1alpha1, says what to do:\n\n"
     "  kind: Render   generates the objects of spec.environment; spec.project (folder), services and set choose and "
     "set\n"
     "  kind: Check    judges the items as spec.tier (production) and gives them back; spec.project adds its standards "
     "and\n"
     "                 waivers, spec.validator: true gives back none, as kustomize's validators: must\n\n"
     "A finding of error level, as any other trouble, ends it with a status that fails the build. See docs/kustomize.md.",
     BIT(OPTION_THREADS) | BIT(OPTION_TODAY), false, command_fn, NULL, NULL},
    {"argocd", "", "run as a config management plugin of Argo CD",
     "Prints the manifests of one environment. What would be options are the plugin's parameters, as Argo CD hands "
     "them over\n"
     "in ARGOCD_APP_PARAMETERS: environment (string), services (array) and set (map from path to value, as --set). "
     "Without\n"
     "the first, the Application must be called PROJECT-ENVIRONMENT (ARGOCD_APP_NAME). See docs/argo-cd.md.",
     BIT(OPTION_THREADS) | BIT(OPTION_FOLDER), false, command_argocd, NULL, NULL},
    {"completion", "SHELL", "print a completion script",
     "  bash    source <(kiln completion bash)\n"
     "  zsh     source <(kiln completion zsh)         after compinit\n"
     "  fish    kiln completion fish | source\n\n"
     "'make install' puts them where the shells look by themselves. The scripts ask 'kiln completion words -- "
     "WORD...'\n"
     "what may follow: one word on a line, a tab and its meaning; ':file' and ':folder' leave it to the shell.",
     0, true, command_completion, NULL, "bash|zsh|fish"},
    {"help", "[COMMAND]", "print help", NULL, 0, true, command_help, NULL, NULL},
    {"version", "", "print the version", NULL, 0, false, command_version, NULL, NULL},
};
const size_t command_count = LENGTH_OF(commands);

const Command *command_find(Str name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (str_equal(name, str_from(commands[i].name)))
            return &commands[i];
    }
    return NULL;
}
