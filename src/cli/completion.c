/*
 * kiln completion: the shells' scripts, which are small and ask the program itself, and the answer to them: what may
 * follow on a command line, by the command and option tables and by what the project has. It knows no command.
 */
#include "cli_private.h"

#include "kiln/model.h"
#include "kiln/project.h"
#include "kiln/standards.h"

typedef struct Completion {
    Arena *arena;
    const Command *command;
    Str partial;            /* the word that is being typed */
    Str lead;               /* what stands before it in the same word: "--format=" */
    const char *folder;     /* -C */
    const Project *project; /* NULL until it is asked for, and where there is none */
    Buf *out;
} Completion;

/* ---- what may stand for one word ---- */

static void offer(Completion *completion, Str word, const char *meaning)
{
    if (str_starts(word, completion->partial))
        buf_printf(completion->out, "%.*s%.*s\t%s\n", STR_ARG(completion->lead), STR_ARG(word), meaning);
}

/* A project that cannot be loaded has nothing to offer, and this is not the time to say why. */
static const Project *project_of(Completion *completion)
{
    if (!completion->project) {
        Sources *sources = sources_new(completion->arena);
        RenderRequest request = {.folder = completion->folder};
        completion->project =
            pipeline_project(completion->arena, &request, sources, diags_new(completion->arena, sources));
    }
    return completion->project;
}

static void offer_environments(Completion *completion)
{
    const Project *project = project_of(completion);
    for (size_t i = 0; project && i < project->environment_count; i++)
        offer(completion, project->environments[i].name, tier_names[project->environments[i].tier].data);
}

static void offer_services(Completion *completion)
{
    const Project *project = project_of(completion);
    for (size_t i = 0; project && i < project->service_count; i++)
        offer(completion, project->services[i].name, "service");
}

static void offer_rules(Completion *completion)
{
    Sources *sources = sources_new(completion->arena);
    const Standards *standards =
        standards_load(completion->arena, sources, project_of(completion), diags_new(completion->arena, sources));
    for (size_t i = 0; standards && i < standards_count(standards); i++) {
        const Rule *rule = standards_rule(standards, i);
        offer(completion, rule->id, arena_text(completion->arena, value_text_at(rule->value, "title")));
    }
}

static void offer_field(void *user, const FieldInfo *info)
{
    Completion *completion = user;
    if (!info->refused.size)
        offer(completion, info->path, arena_text(completion->arena, info->doc));
}

static void offer_fields(Completion *completion)
{
    model_fields(completion->arena, MODEL_SERVICE, offer_field, completion);
}

static void offer_commands(Completion *completion)
{
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].run)
            offer(completion, str_from(commands[i].name), commands[i].summary);
    }
}

static void offer_list(Completion *completion, const char *list)
{
    Str rest = list ? str_from(list) : STR_NONE, word;
    while (str_split(&rest, '|', &word))
        offer(completion, word, "");
}

static void offer_formats(Completion *completion)
{
    offer_list(completion, completion->command->formats);
}

static void offer_words(Completion *completion)
{
    offer_list(completion, completion->command->words);
}

/* The shell knows files better. */
static void offer_files(Completion *completion)
{
    buf_add(completion->out, STR(":file\n"));
}

static void offer_folders(Completion *completion)
{
    buf_add(completion->out, STR(":folder\n"));
}

/* By what the tables call an operand or an option's argument. */
static const struct {
    const char *name;
    void (*offer)(Completion *completion);
} kinds[] = {
    {"COMMAND", offer_commands}, {"DIR", offer_folders},      {"ENV", offer_environments},  {"FIELD", offer_fields},
    {"FILE", offer_files},       {"FORMAT", offer_formats},   {"FROM", offer_environments}, {"ID", offer_rules},
    {"KIND", offer_words},       {"SERVICE", offer_services}, {"SHELL", offer_words},       {"TEMPLATE", offer_files},
    {"TO", offer_environments},
};

/* names: one kind, or several as in "FILE|DIR|-"; of several words in lower case, the words themselves. */
static void offer_kind(Completion *completion, Str names)
{
    Str rest = names, name;
    while (str_split(&rest, '|', &name)) {
        if (name.size && name.data[0] >= 'a' && name.data[0] <= 'z')
            offer(completion, name, "");
        for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
            if (str_equal(name, str_from(kinds[i].name)))
                kinds[i].offer(completion);
        }
    }
}

/* ---- where on the line it stands ---- */

static bool is_one_of(char c, const char *set)
{
    return strchr(set, c) != NULL;
}

/* "[SERVICE...]" → SERVICE, and whether more of them may follow. */
static Str operand_name(Str token, bool *repeats)
{
    while (token.size && is_one_of(token.data[0], "["))
        token = str_slice(token, 1, token.size);
    while (token.size && is_one_of(token.data[token.size - 1], "]"))
        token = str_slice(token, 0, token.size - 1);
    *repeats = str_ends(token, STR("..."));
    return *repeats ? str_slice(token, 0, token.size - 3) : token;
}

/* The operands of the table's text: alternatives stand between " | ". */
static void offer_operand(Completion *completion, size_t position)
{
    Str rest = str_from(completion->command->operands), token;
    size_t at = 0;
    bool repeats = false;
    while (str_split(&rest, ' ', &token)) {
        if (str_equal(token, STR("|"))) {
            at = 0;
            continue;
        }
        Str name = operand_name(token, &repeats);
        if (at == position || (repeats && at < position))
            offer_kind(completion, name);
        at++;
    }
}

static void offer_options(Completion *completion)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (command_takes(completion->command, (OptionId)id))
            offer(completion, arena_printf(completion->arena, "--%s", options[id].name), options[id].help);
    }
}

/* The option that a word names, if it takes an argument: "-e", "--environment", "--environment=x". */
static const Option *option_of(const Command *command, Str word)
{
    ptrdiff_t equals = str_find(word, STR("="), 0);
    Str name = equals < 0 ? word : str_slice(word, 0, (size_t)equals);
    for (int id = 0; id < OPTION_COUNT; id++) {
        const Option *option = &options[id];
        if (!command_takes(command, (OptionId)id) || !option->argument)
            continue;
        if (name.size == 2 && name.data[0] == '-' && name.data[1] == option->letter)
            return option;
        if (str_starts(name, STR("--")) && str_equal(str_slice(name, 2, name.size), str_from(option->name)))
            return option;
    }
    return NULL;
}

typedef struct Line {
    const Str *words;
    size_t count; /* the last one is being typed */
} Line;

/* bash takes "--format=json" apart at the sign. */
static Line without_signs(Arena *arena, Line line)
{
    Str *kept = ARENA_ARRAY(arena, Str, line.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < line.count; i++) {
        if (str_equal(line.words[i], STR("=")) && i > 0 && str_starts(line.words[i - 1], STR("--"))) {
            if (i + 1 == line.count)
                kept[count++] = STR("");
            continue;
        }
        kept[count++] = line.words[i];
    }
    return (Line){kept, count};
}

/* Walks the words before the last; the option whose argument the last one is, or NULL and its place among operands.
 */
static const Option *walk(Completion *completion, Line line, size_t *position)
{
    const Option *open = NULL;
    *position = 0;
    for (size_t i = 0; i + 1 < line.count; i++) {
        Str word = line.words[i];
        if (open) {
            if (open == &options[OPTION_FOLDER])
                completion->folder = arena_text(completion->arena, word);
            open = NULL;
        } else if (word.size > 1 && word.data[0] == '-') {
            open = str_has_char(word, '=') ? NULL : option_of(completion->command, word);
        } else {
            (*position)++;
        }
    }
    return open;
}

static void complete_argument(Completion *completion, Line line)
{
    size_t position;
    const Option *open = walk(completion, line, &position);
    Str partial = line.words[line.count - 1];
    ptrdiff_t equals = str_find(partial, STR("="), 0);
    const Option *attached = equals >= 0 && !open ? option_of(completion->command, partial) : NULL;
    if (attached) {
        completion->lead = str_slice(partial, 0, (size_t)equals + 1);
        partial = str_slice(partial, (size_t)equals + 1, partial.size);
    }
    completion->partial = partial;
    if (open || attached)
        offer_kind(completion, str_from((open ? open : attached)->argument));
    else if (partial.size && partial.data[0] == '-')
        offer_options(completion);
    else
        offer_operand(completion, position);
}

/* words: the line behind "kiln". */
static void complete(Completion *completion, Line words)
{
    Line line = without_signs(completion->arena, words);
    completion->partial = line.count ? line.words[0] : STR("");
    if (line.count <= 1) {
        offer_commands(completion);
        return;
    }
    completion->command = command_find(line.words[0]);
    if (completion->command)
        complete_argument(completion, (Line){line.words + 1, line.count - 1});
}

/* ---- the command ---- */

static bool no_script(const Arguments *arguments)
{
    if (!arguments->operand_count)
        cli_error("which shell: bash, zsh or fish?");
    else if (arguments->operand_count > 1)
        cli_error("one shell at a time: bash, zsh or fish");
    else
        cli_error("no completion for '%.*s'; there is one for bash, zsh and fish", STR_ARG(arguments->operands[0]));
    return false;
}

static bool add_script(const Arguments *arguments, Buf *out)
{
    if (arguments->operand_count != 1)
        return no_script(arguments);
    Str path = arena_printf(arguments->arena, "completions/kiln.%.*s", STR_ARG(arguments->operands[0]));
    const EmbeddedFile *script = embedded_find(path);
    if (!script)
        return no_script(arguments);
    buf_add(out, script->text);
    return true;
}

ExitStatus command_completion(const Arguments *arguments)
{
    Buf out = {0};
    if (arguments->operand_count && str_equal(arguments->operands[0], STR("words"))) {
        Completion completion = {.arena = arguments->arena, .folder = ".", .out = &out};
        complete(&completion, (Line){arguments->operands + 1, arguments->operand_count - 1});
    } else if (!add_script(arguments, &out)) {
        return EXIT_TROUBLE;
    }
    return cli_print(&out);
}
