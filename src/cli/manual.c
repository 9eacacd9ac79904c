/*
 * The manual: roff pages and the reference page of all commands, from the tables. It must not know a command.
 * Roff as groff_man(7) and mandoc's man(7) describe it.
 */
#include "cli_private.h"

#include "kiln/model.h"

/* ---- roff ---- */

/* A leading period or apostrophe would be a request, a bare hyphen a typographic one. */
static void add_roff(Buf *out, Str text)
{
    bool line_start = !out->size || out->data[out->size - 1] == '\n';
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (line_start && (c == '.' || c == '\''))
            buf_add(out, STR("\\&"));
        if (c == '\\')
            buf_add(out, STR("\\e"));
        else if (c == '-')
            buf_add(out, STR("\\-"));
        else if (c == '\'')
            buf_add(out, STR("\\(aq"));
        else if (c == '^' || c == '~' || c == '`')
            buf_add(out, c == '^' ? STR("\\(ha") : c == '~' ? STR("\\(ti") : STR("\\(ga"));
        else
            buf_add_char(out, c);
        line_start = c == '\n';
    }
}

/* The date stays out, so that two builds of one version are equal. */
static void begin_page(Buf *out, const char *name, const char *section, const char *summary)
{
    buf_printf(out, ".TH \"%s\" \"%s\" \"\" \"kiln " KILN_VERSION "\" \"kiln manual\"\n.SH NAME\n", name, section);
    add_roff(out, str_from(name));
    buf_add(out, STR(" \\- "));
    add_roff(out, str_from(summary));
    buf_add_char(out, '\n');
}

static void add_tagged(Buf *out, Str tag, Str text)
{
    buf_add(out, STR(".TP\n.B "));
    add_roff(out, tag);
    buf_add_char(out, '\n');
    add_roff(out, text);
    buf_add_char(out, '\n');
}

/* Indented lines are examples and keep their shape. */
static void add_prose(Buf *out, const char *text)
{
    Str rest = str_from(text), line;
    bool example = false, gap = false;
    while (str_split(&rest, '\n', &line)) {
        bool indented = str_starts(line, STR("  "));
        if (example && !indented)
            buf_add(out, STR(".EE\n"));
        if (line.size && line.data > text && (gap || indented != example))
            buf_add(out, STR(".PP\n"));
        if (indented && !example)
            buf_add(out, STR(".EX\n"));
        gap = !line.size;
        example = indented;
        if (!gap) {
            add_roff(out, line);
            buf_add_char(out, '\n');
        }
    }
    if (example)
        buf_add(out, STR(".EE\n"));
}

static void add_options(Buf *out, const Command *command)
{
    buf_add(out, STR(".SH OPTIONS\n"));
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (!command_takes(command, (OptionId)id))
            continue;
        const Option *option = &options[id];
        Buf tag = {0};
        if (option->letter)
            buf_printf(&tag, "-%c, ", option->letter);
        buf_printf(&tag, "--%s%s%s", option->name, option->argument ? " " : "",
                   option->argument ? option->argument : "");
        add_tagged(out, buf_str(&tag), str_from(option->help));
        buf_release(&tag);
    }
}

static void add_exit_status(Buf *out)
{
    buf_add(out, STR(".SH \"EXIT STATUS\"\n"));
    add_tagged(out, STR("0"), STR("clean"));
    add_tagged(out, STR("1"), STR("differences, or findings of error level"));
    add_tagged(out, STR("2"), STR("wrong usage, or input that cannot be loaded"));
    add_tagged(out, STR("70"), STR("a bug in kiln"));
}

static void add_command_page(Buf *out, Arena *arena, const Command *command)
{
    begin_page(out, arena_printf(arena, "kiln-%s", command->name).data, "1", command->summary);
    buf_printf(out, ".SH SYNOPSIS\n.B kiln %s\n", command->name);
    add_roff(out, arena_printf(arena, "%s%s", command->options ? "[OPTION...] " : "", command->operands));
    buf_add_char(out, '\n');
    if (command->text) {
        buf_add(out, STR(".SH DESCRIPTION\n"));
        add_prose(out, command->text);
    }
    add_options(out, command);
    add_exit_status(out);
    buf_add(out, STR(".SH \"SEE ALSO\"\n.BR kiln (1),\n.BR kiln\\-definition (5)\n"));
}

static void add_program_page(Buf *out)
{
    begin_page(out, "kiln", "1", "renders hardened Kubernetes manifests and workflows from service definitions");
    buf_add(out, STR(".SH SYNOPSIS\n.B kiln\nCOMMAND [OPTION...] [ARGUMENT...]\n.SH DESCRIPTION\n"
                     "kiln turns short service definitions and environment overlays into hardened Kubernetes "
                     "manifests and\nGitHub Actions workflows.\n.SH COMMANDS\n"));
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].run)
            add_tagged(out, str_from(commands[i].name), str_from(commands[i].summary));
    }
    buf_add(out, STR(".SH FILES\n"));
    add_tagged(out, STR("kiln.yaml"), STR("what holds for the whole project; its folder is the project"));
    add_tagged(out, STR("services/NAME.yaml"), STR("one service"));
    add_tagged(out, STR("environments/ENV.yaml"), STR("what an environment overrides"));
    add_tagged(out, STR("releases/ENV.yaml"), STR("which image runs there, written by kiln release"));
    add_exit_status(out);
    buf_add(out, STR(".SH \"SEE ALSO\"\n.BR kiln\\-definition (5)\nand one page for each command, such as\n.BR "
                     "kiln\\-render (1).\n"));
}

static void add_field(void *user, const FieldInfo *info)
{
    Buf *out = user;
    if (info->refused.size)
        return;
    buf_add(out, STR(".TP\n.B "));
    add_roff(out, info->path);
    buf_add_char(out, '\n');
    add_roff(out, info->doc);
    buf_add(out, info->later ? STR(" Not supported yet.\n.br\n") : STR("\n.br\n"));
    add_roff(out, info->type);
    if (info->required)
        buf_add(out, STR("; required"));
    else if (info->fallback.size) {
        buf_add(out, STR("; default: "));
        add_roff(out, info->fallback);
    }
    buf_add_char(out, '\n');
}

static void add_definition_page(Buf *out, Arena *arena)
{
    static const struct {
        const char *title;
        ModelDocument document;
    } documents[] = {{"SERVICES/NAME.YAML", MODEL_SERVICE},
                     {"ENVIRONMENTS/ENV.YAML", MODEL_ENVIRONMENT},
                     {"KILN.YAML", MODEL_PROJECT},
                     {"RELEASES/ENV.YAML", MODEL_RELEASES}};
    begin_page(out, "kiln-definition", "5", "every field of a definition");
    buf_add(out, STR(".SH DESCRIPTION\n<name> stands for what users name themselves, [] for an item of a list.\n"));
    for (size_t i = 0; i < LENGTH_OF(documents); i++) {
        buf_printf(out, ".SH \"%s\"\n", documents[i].title);
        model_fields(arena, documents[i].document, add_field, out);
    }
    buf_add(out, STR(".SH \"SEE ALSO\"\n.BR kiln (1),\n.BR kiln\\-explain (1)\n"));
}

static void hand_out(Buf *out, Str file, CliPage *page, void *user)
{
    page(user, file, buf_str(out));
    out->size = 0;
}

void cli_manual(Arena *arena, CliPage *page, void *user)
{
    Buf out = {0};
    add_program_page(&out);
    hand_out(&out, STR("kiln.1"), page, user);
    add_definition_page(&out, arena);
    hand_out(&out, STR("kiln-definition.5"), page, user);
    for (size_t i = 0; i < command_count; i++) {
        if (!commands[i].run)
            continue;
        add_command_page(&out, arena, &commands[i]);
        hand_out(&out, arena_printf(arena, "kiln-%s.1", commands[i].name), page, user);
    }
    buf_release(&out);
}

/* ---- docs/commands.md ---- */

void cli_print_page(Buf *out)
{
    buf_add(out,
            STR("<!-- Generated from the command table (src/cli/command.c) by `make generate`; do not edit. -->\n"
                "# Every command\n\nWhat `kiln COMMAND --help` prints. Exit status: 0 clean, 1 differences or "
                "findings of error level, 2 wrong usage or\ninput that cannot be loaded, 70 a bug in kiln.\n"));
    for (size_t i = 0; i < command_count; i++) {
        if (!commands[i].run)
            continue;
        buf_printf(out, "\n## kiln %s\n\n```\n", commands[i].name);
        help_command(out, &commands[i]);
        buf_add(out, STR("```\n"));
    }
}
