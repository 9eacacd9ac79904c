/* What the files of this room share: the command table, and one parsed command line. */
#ifndef KILN_CLI_PRIVATE_H
#define KILN_CLI_PRIVATE_H

#include "kiln/base.h"
#include "kiln/cli.h"
#include "kiln/diag.h"
#include "kiln/git.h"
#include "kiln/pipeline.h"
#include "kiln/project.h"
#include "kiln/standards.h"

typedef enum OptionId {
    OPTION_ENVIRONMENT,
    OPTION_OUTPUT,
    OPTION_SET,
    OPTION_FOLDER,
    OPTION_CONTEXT_FILE,
    OPTION_FORMAT,
    OPTION_NOW,
    OPTION_FUNCTIONS,
    OPTION_PROJECT,
    OPTION_CONTEXT,
    OPTION_OVERLAYS,
    OPTION_TODAY,
    OPTION_CHECK,
    OPTION_FILE,
    OPTION_TIER,
    OPTION_SEVERITY,
    OPTION_RULE,
    OPTION_EXCLUDE,
    OPTION_TEST,
    OPTION_KUBERNETES,
    OPTION_STATS,
    OPTION_THREADS,
    OPTION_BASE,
    OPTION_SERVICE,
    OPTION_FAIL_ON,
    OPTION_COLOR,
    OPTION_NAME,
    OPTION_REGISTRY,
    OPTION_DOMAIN,
    OPTION_GITOPS,
    OPTION_SECRETS,
    OPTION_LANGUAGE,
    OPTION_KIND,
    OPTION_PORT,
    OPTION_DRY_RUN,
    OPTION_REVISION,
    OPTION_PASS_THROUGH,
    OPTION_REPORT,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
} OptionId;
#define OPTION_BIT(id) (UINT64_C(1) << (id))
_Static_assert(OPTION_COUNT <= 64, "a command's options are the bits of 64");

typedef struct Option {
    char letter;          /* or 0 */
    const char *name;     /* without dashes */
    const char *argument; /* its name in help; NULL: takes none */
    bool repeatable;
    const char *help;
} Option;
extern const Option options[OPTION_COUNT];

typedef struct Command Command;

/* One command line, taken apart. Texts point into argv. */
typedef struct Arguments {
    Arena *arena;
    const Command *command;
    struct {
        Str *values;
        size_t count;
        size_t capacity;
    } option[OPTION_COUNT];
    Str *operands;
    size_t operand_count;
    size_t operand_capacity;
} Arguments;
bool argument_given(const Arguments *arguments, OptionId id);
/* The last one given, or empty. */
Str argument_value(const Arguments *arguments, OptionId id);

typedef ExitStatus CommandRun(const Arguments *arguments);

struct Command {
    const char *name;
    const char *operands; /* as help shows them: "[SERVICE...]" */
    const char *summary;  /* one line */
    const char *text;     /* further help, or NULL */
    uint64_t options;     /* bits of OptionId */
    bool takes_operands;
    CommandRun *run;      /* NULL: not supported yet */
    const char *formats;  /* what --format takes, the default first: "text|json"; NULL: none */
    const char *words;    /* what the first operand may be, likewise; NULL: not one of a few words */
};
extern const Command commands[];
extern const size_t command_count;
const Command *command_find(Str name);
bool command_takes(const Command *command, OptionId id);

/* Reports on stderr; false when the line cannot be taken apart. */
bool arguments_parse(Arena *arena, const Command *command, int argc, char **argv, Arguments *arguments);

void help_print_program(void);
void help_print_command(const Command *command);
void help_command(Buf *out, const Command *command);

/* "kiln: error: …" on stderr. */
void cli_error(const char *format, ...) KILN_PRINTF(1, 2);
/* Everything in diags, sorted, on stderr. */
void cli_print_diags(Diags *diags);
/* The errors alone, with the notes that belong to them. */
void cli_print_errors(Diags *diags);
bool cli_write(int fd, Str text);
/* "s" behind a noun, but for one of it. */
const char *cli_plural(size_t count);
/* All of out on stdout; releases it. */
ExitStatus cli_print(Buf *out);
/* The same for people to read, who may read it in the log of a build. */
ExitStatus cli_print_text(Buf *out);
/* Likewise on stderr. */
void cli_say(Buf *out);
/* --today, or the clock's day. */
bool cli_today(const Arguments *arguments, Str *today);
/* The manifests of a render, on stdout. */
ExitStatus cli_print_stream(const RenderResult *result);
/* -C, or the working directory. */
const char *cli_folder(const Arguments *arguments);
/* "a|b|c" of a table as people read it: "a, b or c". */
Str cli_words(Arena *arena, const char *list);
/* The place of --format's word among the command's formats (0 without it), or -1 after the error. */
int cli_format(const Arguments *arguments);
/* A file, or standard input for "-", as a source. NULL: reported. */
const Source *cli_read(Arena *arena, Sources *sources, Str path, Diags *diags);
const Source *cli_read_within(Arena *arena, Sources *sources, Str path, size_t limit, Diags *diags);
/* The same for manifests: of a stream that can no longer become any no more is read than yaml_manifests refuses. */
const Source *cli_read_manifests(Arena *arena, Sources *sources, Str path, Diags *diags);
/* Likewise the text alone, of an open descriptor; 0 or an errno value. */
int cli_read_stream(Arena *arena, int fd, Str *text) KILN_MUST_USE;
const Source *cli_add_source(Sources *sources, Str name, Str text, Diags *diags);
/* Adds what -f names: files, folders with all below them, standard input. False: reported, with all that is wrong. */
bool cli_read_foreign(Foreign *foreign, Pool *pool, const Str *paths, size_t count, Sources *sources, Diags *diags);

/* ---- revision.c ---- */

/* The project on disk and the repository around it. */
bool cli_git(const Arguments *arguments, Diags *diags, ProjectPlace *here, Git **git) KILN_MUST_USE;

/* What --base REV compares with: the project at the merge base of REV and HEAD (git_base). */
typedef struct Base {
    Git *git;
    Str commit;
    FileStore *store;
    ProjectPlace place; /* for RenderRequest and ProjectOptions */
    bool has_project;   /* false: there was none yet, so that everything of today is new */
} Base;
bool cli_base_open(const Arguments *arguments, Str revision, Diags *diags, Base *base) KILN_MUST_USE;
void cli_base_close(Base *base);

/* ---- watch.c: how long a run takes, and how far it is ---- */

typedef struct Watch {
    double start, since; /* seconds */
    Stage stage;
    double seconds[STAGE_COUNT];
    struct Progress *progress; /* the line on a terminal that a long run has; NULL: none */
} Watch;
/* Ends with watch_end, before anything is printed. */
Watch watch_begin(Arena *arena);
/* A StageFn, with the watch as user. */
void watch_stage(void *user, Stage stage, Str environment);
void watch_end(Watch *watch);
void watch_print(const Watch *watch, const RenderResult *result, size_t threads);
/* --threads, else as many as there are processors; false: reported. */
bool cli_threads(const Arguments *arguments, size_t *threads);

ExitStatus command_render(const Arguments *arguments);
ExitStatus command_eval(const Arguments *arguments);
ExitStatus command_explain(const Arguments *arguments);
ExitStatus command_schema(const Arguments *arguments);
ExitStatus command_list(const Arguments *arguments);
ExitStatus command_check_pass(const Arguments *arguments); /* check, with --pass-through or --report or neither */
ExitStatus command_fn(const Arguments *arguments);
ExitStatus command_argocd(const Arguments *arguments);
ExitStatus command_affected(const Arguments *arguments);
ExitStatus command_diff(const Arguments *arguments);
ExitStatus command_check(const Arguments *arguments);
ExitStatus check_foreign(const Arguments *arguments, Str today); /* check -f */
ExitStatus command_release(const Arguments *arguments);
ExitStatus command_promote(const Arguments *arguments);
ExitStatus command_rollback(const Arguments *arguments);
ExitStatus command_standards(const Arguments *arguments);
ExitStatus render_check_print(const Arguments *arguments, const RenderResult *result); /* render --check */
ExitStatus explain_field(const Arguments *arguments, bool json); /* one operand */
ExitStatus command_version(const Arguments *arguments);
ExitStatus command_help(const Arguments *arguments);
ExitStatus command_init(const Arguments *arguments);
ExitStatus command_new(const Arguments *arguments);
ExitStatus command_completion(const Arguments *arguments);

#endif
