/*
 * What a job does, told by the actions and commands that it runs: whether it publishes, deploys, tests, scans. One
 * table says what counts as which; what it cannot tell from steps (a called workflow) it takes from the job's name.
 */
#include "workflow.h"

/* ---- what counts as what ---- */

typedef enum Fact {
    FACT_BUILDS = 1 << 0,
    FACT_PUBLISHES = 1 << 1,
    FACT_DEPLOYS = 1 << 2,
    FACT_TESTS = 1 << 3,
    FACT_SCANS = 1 << 4,
    FACT_LINTS = 1 << 5,
    FACT_SIGNS = 1 << 6,
    FACT_SBOM = 1 << 7,
    FACT_PROVENANCE = 1 << 8,
    FACT_MIGRATES = 1 << 9,
    FACT_SMOKES = 1 << 10,
    FACT_WATCHES = 1 << 11,
    FACT_ROLLS_BACK = 1 << 12,
    FACT_INTEGRATES = 1 << 13,
    FACT_VERIFIES = 1 << 14,
    FACT_SARIF = 1 << 15,
    FACT_REPORTS = 1 << 16,  /* writes SARIF */
    FACT_MEASURES = 1 << 17, /* coverage */
    FACT_KEEPS = 1 << 18,    /* the coverage report */
    FACT_GITOPS = 1 << 19,   /* deploys by writing down what shall run */
    FACT_LOCAL = 1 << 20     /* makes a cluster on the runner */
} Fact;

static const struct {
    const char *name;
    unsigned fact;
} fact_names[] = {
    {"builds", FACT_BUILDS},         {"publishes", FACT_PUBLISHES},
    {"deploys", FACT_DEPLOYS},       {"tests", FACT_TESTS},
    {"scans", FACT_SCANS},           {"lints", FACT_LINTS},
    {"signature", FACT_SIGNS},       {"SBOM", FACT_SBOM},
    {"provenance", FACT_PROVENANCE}, {"migrates", FACT_MIGRATES},
    {"smoke test", FACT_SMOKES},     {"rollout status", FACT_WATCHES},
    {"rollback", FACT_ROLLS_BACK},   {"integrates", FACT_INTEGRATES},
    {"verifies", FACT_VERIFIES},     {"sarif", FACT_SARIF},
    {"reports", FACT_REPORTS},       {"measures", FACT_MEASURES},
    {"keeps", FACT_KEEPS},           {"gitops", FACT_GITOPS},
};

static const struct {
    const char *action;
    unsigned facts;
} actions[] = {
    {"docker/build-push-action", FACT_BUILDS}, /* and publishes where it pushes */
    {"redhat-actions/push-to-registry", FACT_PUBLISHES},
    {"aquasecurity/trivy-action", FACT_SCANS},
    {"anchore/scan-action", FACT_SCANS},
    {"snyk/actions", FACT_SCANS},
    {"github/codeql-action/analyze", FACT_SCANS | FACT_SARIF},
    {"actions/dependency-review-action", FACT_SCANS},
    {"docker/scout-action", FACT_SCANS},
    {"golang/govulncheck-action", FACT_SCANS},
    {"google/osv-scanner-action", FACT_SCANS},
    {"semgrep/semgrep-action", FACT_SCANS},
    {"github/codeql-action/upload-sarif", FACT_SARIF},
    {"golangci/golangci-lint-action", FACT_LINTS},
    {"pre-commit/action", FACT_LINTS},
    {"super-linter/super-linter", FACT_LINTS},
    {"anchore/sbom-action", FACT_SBOM},
    {"actions/attest-sbom", FACT_SBOM},
    {"actions/attest-build-provenance", FACT_PROVENANCE},
    {"actions/attest", FACT_PROVENANCE},
    {"slsa-framework/slsa-github-generator", FACT_PROVENANCE},
    {"helm/kind-action", FACT_LOCAL},
    {"engineerd/setup-kind", FACT_LOCAL},
    {"medyagh/setup-minikube", FACT_LOCAL},
    {"codecov/codecov-action", FACT_MEASURES | FACT_KEEPS},
    {"coverallsapp/github-action", FACT_MEASURES | FACT_KEEPS},
    {"azure/k8s-deploy", FACT_DEPLOYS},
    {"azure/webapps-deploy", FACT_DEPLOYS},
    {"aws-actions/amazon-ecs-deploy-task-definition", FACT_DEPLOYS},
    {"google-github-actions/deploy-cloudrun", FACT_DEPLOYS},
};

static const struct {
    const char *command;
    unsigned facts;
} commands[] = {
    {"kind create cluster", FACT_LOCAL},
    {"minikube start", FACT_LOCAL},
    {"k3d cluster create", FACT_LOCAL},
    {"docker build", FACT_BUILDS},
    {"docker buildx build", FACT_BUILDS},
    {"docker buildx build --push", FACT_PUBLISHES},
    {"docker push", FACT_PUBLISHES},
    {"podman push", FACT_PUBLISHES},
    {"buildah push", FACT_PUBLISHES},
    {"crane push", FACT_PUBLISHES},
    {"skopeo copy", FACT_PUBLISHES},
    {"ko build", FACT_PUBLISHES},
    {"kubectl apply", FACT_DEPLOYS},
    {"kubectl set image", FACT_DEPLOYS},
    {"kubectl rollout restart", FACT_DEPLOYS},
    {"helm upgrade", FACT_DEPLOYS},
    {"helm install", FACT_DEPLOYS},
    {"argocd app sync", FACT_DEPLOYS | FACT_GITOPS},
    {"argocd app set", FACT_DEPLOYS | FACT_GITOPS},
    {"kiln release", FACT_DEPLOYS | FACT_GITOPS},
    {"kiln promote", FACT_DEPLOYS | FACT_GITOPS},
    {"aws ecs update-service", FACT_DEPLOYS},
    {"gcloud run deploy", FACT_DEPLOYS},
    {"serverless deploy", FACT_DEPLOYS},
    {"kubectl rollout status", FACT_WATCHES},
    {"kubectl wait", FACT_WATCHES},
    {"argocd app wait", FACT_WATCHES},
    {"helm upgrade --wait", FACT_WATCHES},
    {"helm upgrade --atomic", FACT_WATCHES | FACT_ROLLS_BACK},
    {"kubectl rollout undo", FACT_ROLLS_BACK},
    {"helm rollback", FACT_ROLLS_BACK},
    {"argocd app rollback", FACT_ROLLS_BACK},
    {"git revert", FACT_ROLLS_BACK},
    {"go test", FACT_TESTS},
    {"npm test", FACT_TESTS},
    {"npm run test", FACT_TESTS},
    {"npx jest", FACT_TESTS},
    {"yarn test", FACT_TESTS},
    {"pnpm test", FACT_TESTS},
    {"pnpm run test", FACT_TESTS},
    {"pytest", FACT_TESTS},
    {"python -m pytest", FACT_TESTS},
    {"python -m unittest", FACT_TESTS},
    {"coverage run", FACT_TESTS},
    {"tox", FACT_TESTS},
    {"cargo test", FACT_TESTS},
    {"cargo nextest", FACT_TESTS},
    {"mvn test", FACT_TESTS},
    {"mvn verify", FACT_TESTS},
    {"./mvnw verify", FACT_TESTS},
    {"./mvnw test", FACT_TESTS},
    {"gradle test", FACT_TESTS},
    {"./gradlew test", FACT_TESTS},
    {"./gradlew check", FACT_TESTS},
    {"./gradlew build", FACT_TESTS},
    {"dotnet test", FACT_TESTS},
    {"make test", FACT_TESTS},
    {"make check", FACT_TESTS},
    {"make ci", FACT_TESTS},
    {"task test", FACT_TESTS},
    {"just test", FACT_TESTS},
    {"mage test", FACT_TESTS},
    {"bazel test", FACT_TESTS},
    {"npm run test:integration", FACT_TESTS | FACT_INTEGRATES},
    {"npm run test:e2e", FACT_TESTS | FACT_INTEGRATES},
    {"go vet", FACT_LINTS},
    {"golangci-lint run", FACT_LINTS},
    {"npm run lint", FACT_LINTS},
    {"ruff check", FACT_LINTS},
    {"flake8", FACT_LINTS},
    {"cargo clippy", FACT_LINTS},
    {"trivy", FACT_SCANS},
    {"grype", FACT_SCANS},
    {"snyk", FACT_SCANS},
    {"govulncheck", FACT_SCANS},
    {"npm audit", FACT_SCANS},
    {"pip-audit", FACT_SCANS},
    {"cargo audit", FACT_SCANS},
    {"osv-scanner", FACT_SCANS},
    {"bandit", FACT_SCANS},
    {"semgrep", FACT_SCANS},
    {"docker scout cves", FACT_SCANS},
    {"cosign sign", FACT_SIGNS},
    {"cosign attest", FACT_SBOM},
    {"cosign attest --type slsaprovenance", FACT_PROVENANCE},
    {"syft", FACT_SBOM},
    {"trivy image --format cyclonedx", FACT_SBOM},
    {"cosign verify", FACT_VERIFIES},
    {"gh attestation verify", FACT_VERIFIES},
    {"flyway migrate", FACT_MIGRATES},
    {"alembic upgrade", FACT_MIGRATES},
    {"goose up", FACT_MIGRATES},
    {"npm run migrate", FACT_MIGRATES},
    {"npx prisma migrate deploy", FACT_MIGRATES},
    {"python manage.py migrate", FACT_MIGRATES},
    {"migrate -path", FACT_MIGRATES},
    {"make migrate", FACT_MIGRATES},
    {"curl --fail", FACT_SMOKES},
    {"curl -f", FACT_SMOKES},
    {"curl -fsS", FACT_SMOKES},
    {"curl -sf", FACT_SMOKES},
};

/* By words of a job's name or id, and of a workflow that it calls: only what gates others, never what they gate. */
static const struct {
    const char *word;
    unsigned facts;
} name_words[] = {
    {"test", FACT_TESTS},
    {"unit", FACT_TESTS},
    {"ci", FACT_TESTS | FACT_SCANS},
    {"scan", FACT_SCANS},
    {"security", FACT_SCANS},
    {"vulnerab", FACT_SCANS},
    {"codeql", FACT_SCANS},
    {"sast", FACT_SCANS},
    {"lint", FACT_LINTS},
    {"migrat", FACT_MIGRATES},
    {"smoke", FACT_SMOKES},
    {"verif", FACT_SMOKES},
    {"rollback", FACT_ROLLS_BACK},
    {"integration", FACT_TESTS | FACT_INTEGRATES},
    {"e2e", FACT_TESTS | FACT_INTEGRATES},
};

static bool mentions(Str text, Str word)
{
    for (size_t at = 0; at + word.size <= text.size; at++) {
        if ((text.data[at] | 0x20) != word.data[0])
            continue;
        size_t same = 1;
        while (same < word.size && (text.data[at + same] | 0x20) == (word.data[same] | 0x20))
            same++;
        bool begins = !at || ((text.data[at - 1] | 0x20) < 'a' || (text.data[at - 1] | 0x20) > 'z');
        if (same == word.size && begins)
            return true;
    }
    return false;
}

static unsigned facts_of_name(Str text)
{
    unsigned facts = 0;
    for (size_t i = 0; i < LENGTH_OF(name_words); i++) {
        if (mentions(text, str_from(name_words[i].word)))
            facts |= name_words[i].facts;
    }
    return facts;
}

/* push: false is the one way to say no; an expression may say yes. */
static bool pushes(const Value *step)
{
    Str push = value_text_at(step, "with.push"), outputs = value_text_at(step, "with.outputs");
    return (push.size && !str_equal(push, STR("false"))) || str_find(outputs, STR("push=true"), 0) >= 0 ||
           str_find(outputs, STR("type=registry"), 0) >= 0;
}

/* build-push-action attests by itself, if told to. */
static unsigned facts_of_build(const Value *step)
{
    Str sbom = value_text_at(step, "with.sbom"), provenance = value_text_at(step, "with.provenance");
    unsigned facts = FACT_BUILDS;
    if (pushes(step))
        facts |= FACT_PUBLISHES;
    if (sbom.size && !str_equal(sbom, STR("false")))
        facts |= FACT_SBOM;
    if (provenance.size && !str_equal(provenance, STR("false")))
        facts |= FACT_PROVENANCE;
    return facts;
}

static unsigned facts_of_uses(const Value *step, Str uses)
{
    ptrdiff_t at = str_rfind_char(uses, '@');
    Str name = at < 0 ? uses : str_slice(uses, 0, (size_t)at);
    for (size_t i = 0; i < LENGTH_OF(actions); i++) {
        Str action = str_from(actions[i].action);
        bool inside = str_starts(name, action) && (name.size == action.size || name.data[action.size] == '/');
        if (inside)
            return i ? actions[i].facts : facts_of_build(step);
    }
    return 0;
}

static unsigned facts_of_script(Str script)
{
    unsigned facts = 0;
    for (ScriptCommand command; script_next(&script, &command);) {
        for (size_t i = 0; i < LENGTH_OF(commands); i++) {
            if (command_is(&command, str_from(commands[i].command)))
                facts |= commands[i].facts;
        }
    }
    return facts;
}

/* Some word of a command, but for --no-cov; what is only printed measures nothing. */
static bool measures(Str script)
{
    for (ScriptCommand command; script_next(&script, &command);) {
        if (str_equal(command.name, STR("echo")) || str_equal(command.name, STR("printf")))
            continue;
        if (mentions(command.name, STR("cov")))
            return true;
        for (Str rest = command.arguments, word; str_split(&rest, ' ', &word);) {
            if (word.size && word.data[0] == '#')
                break;
            if (mentions(word, STR("cov")) && !str_starts(word, STR("--no-cov")))
                return true;
        }
    }
    return false;
}

/* What a step is called counts only where it runs a script of which nothing is known. */
static unsigned facts_of_step(const Value *step)
{
    Str uses = value_text_at(step, "uses"), run = value_text_at(step, "run"), name = value_text_at(step, "name");
    unsigned facts = facts_of_uses(step, uses) | (run.size ? facts_of_script(run) : 0);
    if (!facts)
        facts = facts_of_name(name);
    if (str_equal(value_text_at(step, "with.format"), STR("sarif")))
        facts |= FACT_REPORTS;
    if (run.size && (measures(run) || mentions(name, STR("cover"))))
        facts |= FACT_MEASURES;
    if (str_starts(uses, STR("actions/upload-artifact@")) && mentions(value_text_at(step, "with.name"), STR("cover")))
        facts |= FACT_KEEPS;
    return facts;
}

/* ---- caches ---- */

/* Actions that bring back what an earlier run left behind. */
static const struct {
    const char *action;
    const char *input; /* that switches it, or NULL: always */
    bool unsaid;       /* what it does where the input is not given */
    const char *off;
} caches[] = {
    {"actions/cache", NULL, true, ""},
    {"Swatinem/rust-cache", NULL, true, ""},
    {"actions/setup-go", "cache", true, "false"},
    {"actions/setup-node", "cache", false, ""},
    {"actions/setup-python", "cache", false, ""},
    {"actions/setup-java", "cache", false, ""},
    {"actions/setup-dotnet", "cache", false, "false"},
    {"ruby/setup-ruby", "bundler-cache", false, "false"},
    {"astral-sh/setup-uv", "enable-cache", true, "false"},
    {"gradle/actions/setup-gradle", "cache-disabled", true, "true"},
    {"docker/build-push-action", "cache-from", false, ""},
};

static bool is_caching(const Value *step, size_t row)
{
    Str uses = value_text_at(step, "uses"), action = str_from(caches[row].action);
    if (!str_starts(uses, action) || uses.size == action.size || !memchr("@/", uses.data[action.size], 2))
        return false;
    if (!caches[row].input)
        return true;
    const Value *input = value_get(value_get(step, STR("with")), str_from(caches[row].input));
    Str text = input ? text_of(input) : STR("");
    return text.size ? !str_equal(text, str_from(caches[row].off)) : caches[row].unsaid;
}

/* The action of a job that uses a cache, or empty. */
static Str cache_of(const Value *job)
{
    const Value *steps = value_get(job, STR("steps"));
    for (uint32_t i = 0; value_is(steps, VALUE_LIST) && i < steps->size; i++) {
        for (size_t j = 0; j < LENGTH_OF(caches); j++) {
            if (is_caching(steps->items[i], j))
                return str_from(caches[j].action);
        }
    }
    return STR("");
}

/* ---- packages ---- */

static const struct {
    const char *command;
    const char *locks; /* an option that holds it to a lock file, or NULL */
} installs[] = {
    {"npm install", NULL},
    {"npm i", NULL},
    {"yarn add", NULL},
    {"yarn install", "--immutable"},
    {"pip install", "--require-hashes"},
    {"pip3 install", "--require-hashes"},
    {"python -m pip install", "--require-hashes"},
    {"python3 -m pip install", "--require-hashes"},
    {"cargo install", "--locked"},
};

static bool is_unlocked(const ScriptCommand *command, size_t row)
{
    if (!command_is(command, str_from(installs[row].command)))
        return false;
    return !installs[row].locks || !(words_include(command->arguments, str_from(installs[row].locks)) ||
                                     words_include(command->arguments, STR("--frozen-lockfile")));
}

/* ---- environments ---- */

static Str environment_of(const Value *job)
{
    const Value *environment = value_get(job, STR("environment"));
    if (value_is(environment, VALUE_MAP))
        environment = value_get(environment, STR("name"));
    return environment ? text_of(environment) : STR("");
}

/* A job for such an environment deploys there; pypi, github-pages and release are none. */
static bool is_deployment(Str environment)
{
    static const char *const words[] = {"prod", "stag", "dev", "qa", "uat", "preprod", "live"};
    for (size_t i = 0; i < LENGTH_OF(words); i++) {
        if (mentions(environment, str_from(words[i])))
            return true;
    }
    return false;
}

/* ---- jobs ---- */

enum { NEEDS_DEPTH = 200 }; /* longer chains are no workflow's */

typedef struct JobGraph {
    Arena *arena;
    const Value *jobs;
    unsigned *facts;  /* of each */
    unsigned *before; /* with those of all jobs that it needs */
    bool *known;
    unsigned all; /* of the whole workflow */
    bool *staged; /* some job that it needs deploys elsewhere than to production */
} JobGraph;

static unsigned facts_of_job(const MapEntry *entry)
{
    const Value *job = entry->value, *steps = value_get(job, STR("steps"));
    Str environment = environment_of(job);
    unsigned named = facts_of_name(entry->key) | facts_of_name(value_text_at(job, "name"));
    unsigned facts = named | facts_of_name(value_text_at(job, "uses"));
    for (uint32_t i = 0; value_is(steps, VALUE_LIST) && i < steps->size; i++)
        facts |= facts_of_step(steps->items[i]);
    /* A test that installs into a cluster of its own deploys nowhere. */
    if (!environment.size && ((facts & FACT_LOCAL) || (named & FACT_TESTS)))
        facts &= ~(unsigned)FACT_DEPLOYS;
    /* Whoever looks at an environment, or prepares it, names it too. */
    bool other = facts & (FACT_MIGRATES | FACT_TESTS | FACT_SMOKES | FACT_ROLLS_BACK | FACT_SCANS);
    return !other && is_deployment(environment) ? facts | FACT_DEPLOYS : facts;
}

bool workflow_deploys(const Value *workflow)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++) {
        if (facts_of_job(&jobs->entries[i]) & FACT_DEPLOYS)
            return true;
    }
    return false;
}

static bool is_production(Str environment)
{
    return mentions(environment, STR("prod")) || mentions(environment, STR("live"));
}

/* Marks a job known before it goes on to those that it needs, so that a circle ends. */
static void follow_needs(JobGraph *graph, uint32_t at, unsigned depth)
{
    if (graph->known[at] || depth > NEEDS_DEPTH)
        return;
    graph->known[at] = true;
    graph->before[at] = graph->facts[at];
    const Value *needs = value_get(graph->jobs->entries[at].value, STR("needs"));
    for (size_t i = 0; i < workflow_count(needs); i++) {
        const MapEntry *needed = value_entry(graph->jobs, text_of(workflow_at(needs, i)));
        if (!needed)
            continue;
        uint32_t other = (uint32_t)(needed - graph->jobs->entries);
        follow_needs(graph, other, depth + 1);
        graph->before[at] |= graph->before[other];
        bool stages = (graph->facts[other] & FACT_DEPLOYS) && !is_production(environment_of(needed->value));
        graph->staged[at] |= graph->staged[other] || stages;
    }
}

static const Value *fact_words(Arena *arena, unsigned facts)
{
    ListBuilder list = list_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(fact_names); i++) {
        if (facts & fact_names[i].fact)
            list_add(&list, value_new_string(arena, ORIGIN_NONE, str_from(fact_names[i].name)));
    }
    return list_end(&list, ORIGIN_NONE);
}

/* In the order in which one says more than the next: a job that also lints is no lint job. */
static const struct {
    unsigned fact;
    const char *stage;
} stages[] = {
    {FACT_DEPLOYS, "deploy"},
    {FACT_INTEGRATES, "integration"},
    {FACT_PUBLISHES | FACT_BUILDS, "build"},
    {FACT_TESTS, "test"},
    {FACT_SCANS, "scan"},
    {FACT_LINTS, "lint"},
};

static Str stage_of(unsigned facts)
{
    for (size_t i = 0; i < LENGTH_OF(stages); i++) {
        if (facts & stages[i].fact)
            return str_from(stages[i].stage);
    }
    return STR("other");
}

static bool is_floating(const Value *runner)
{
    for (size_t i = 0; i < workflow_count(runner); i++) {
        if (str_ends(text_of(workflow_at(runner, i)), STR("-latest")))
            return true;
    }
    return false;
}

static bool is_self_hosted(const Value *runner)
{
    for (size_t i = 0; i < workflow_count(runner); i++) {
        if (str_equal(text_of(workflow_at(runner, i)), STR("self-hosted")))
            return true;
    }
    return false;
}

static void set(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value ? value : &value_null);
}

static const Value *word(Arena *arena, Str text)
{
    return value_new_string(arena, ORIGIN_NONE, text);
}

static Item job_item(const JobGraph *graph, uint32_t at)
{
    Arena *arena = graph->arena;
    const MapEntry *entry = &graph->jobs->entries[at];
    const Value *job = entry->value, *runner = value_get(job, STR("runs-on"));
    Str environment = environment_of(job);
    MapBuilder item = map_begin(arena);
    set(&item, "job", job);
    set(&item, "does", fact_words(arena, graph->facts[at]));
    set(&item, "after", fact_words(arena, graph->before[at]));
    set(&item, "all", fact_words(arena, graph->all));
    set(&item, "stage", word(arena, stage_of(graph->facts[at])));
    set(&item, "cache", word(arena, cache_of(job)));
    set(&item, "environment", word(arena, environment));
    set(&item, "production", truth(is_production(environment)));
    set(&item, "staged", truth(graph->staged[at]));
    set(&item, "called", truth(value_get(job, STR("uses")) != NULL));
    set(&item, "minutes", value_get(job, STR("timeout-minutes")));
    set(&item, "floating", truth(is_floating(runner)));
    set(&item, "selfHosted", truth(is_self_hosted(runner)));
    return (Item){map_end(&item, job->origin), job, entry->key,
                  arena_printf(arena, "jobs.%.*s", STR_ARG(entry->key))};
}

static void find_jobs(Arena *arena, const Value *workflow, Shared *shared)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    shared->known = true;
    if (!value_is(jobs, VALUE_MAP) || !jobs->size)
        return;
    JobGraph graph = {.arena = arena, .jobs = jobs};
    graph.facts = ARENA_ARRAY(arena, unsigned, jobs->size);
    graph.before = ARENA_ARRAY(arena, unsigned, jobs->size);
    graph.known = ARENA_ARRAY(arena, bool, jobs->size);
    graph.staged = ARENA_ARRAY(arena, bool, jobs->size);
    for (uint32_t i = 0; i < jobs->size; i++) {
        graph.facts[i] = facts_of_job(&jobs->entries[i]);
        graph.all |= graph.facts[i];
    }
    shared->jobs = ARENA_ARRAY(arena, Item, jobs->size);
    shared->facts = ARENA_ARRAY(arena, unsigned, jobs->size);
    for (uint32_t i = 0; i < jobs->size; i++) {
        follow_needs(&graph, i, 0);
        if (!value_is(jobs->entries[i].value, VALUE_MAP))
            continue;
        shared->facts[shared->job_count] = graph.facts[i];
        shared->jobs[shared->job_count++] = job_item(&graph, i);
    }
}

/* The jobs that do one of the things; 0: all. */
static void add_jobs(Items *items, const Value *workflow, unsigned facts)
{
    Shared alone = {0}, *shared = items->shared ? items->shared : &alone;
    if (!shared->known)
        find_jobs(items->arena, workflow, shared);
    for (size_t i = 0; i < shared->job_count; i++) {
        if (!facts || (shared->facts[i] & facts))
            items_add(items, shared->jobs[i]);
    }
}

void each_job(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, 0);
}

void each_publisher(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, FACT_PUBLISHES);
}

void each_deployer(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, FACT_DEPLOYS);
}

void each_releaser(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, FACT_PUBLISHES | FACT_DEPLOYS);
}

void each_tester(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, FACT_TESTS);
}

void each_reporter(Items *items, const Value *workflow)
{
    add_jobs(items, workflow, FACT_REPORTS | FACT_SARIF);
}

/* ---- commands that rules name ---- */

static void add_command(Items *items, const Value *run, Str job, Str path, const char *sort, Str text)
{
    MapBuilder item = map_begin(items->arena);
    set(&item, "sort", word(items->arena, str_from(sort)));
    set(&item, "command", word(items->arena, text));
    items_add(items, (Item){map_end(&item, run->origin), run, job, path});
}

static bool prints_secret(const ScriptCommand *command)
{
    static const char *const printers[] = {"echo", "printf", "cat"};
    for (size_t i = 0; i < LENGTH_OF(printers); i++) {
        if (command_is(command, str_from(printers[i])))
            return str_find(command->arguments, STR("${{ secrets."), 0) >= 0 ||
                   str_find(command->arguments, STR("${{secrets."), 0) >= 0;
    }
    return false;
}

void script_commands(Items *items, const Value *run, Str job, Str path)
{
    Str script = value_text(run);
    for (ScriptCommand command; script_next(&script, &command);) {
        if (command_is(&command, STR("kubectl set image")))
            add_command(items, run, job, path, "sets", STR("kubectl set image"));
        if (prints_secret(&command))
            add_command(items, run, job, path, "prints", command.name);
        for (size_t i = 0; i < LENGTH_OF(installs); i++) {
            if (is_unlocked(&command, i))
                add_command(items, run, job, path, "installs", str_from(installs[i].command));
        }
    }
}
