/* Taking a command line apart, by the tables: -eENV, -e ENV, --environment=ENV, --environment ENV, '--' ends options.
 */
#include "cli_private.h"

typedef struct Parser {
    const Command *command;
    int argc;
    char **argv;
    int at;
    Arguments *arguments;
} Parser;

bool command_takes(const Command *command, OptionId id)
{
    return id == OPTION_HELP || (command->options & OPTION_BIT(id));
}

static bool parser_fail(const Parser *parser, const char *what, Str found, Str meant)
{
    if (meant.data)
        cli_error("%s '%.*s'; did you mean '--%.*s'?", what, STR_ARG(found), STR_ARG(meant));
    else
        cli_error("%s '%.*s'; see 'kiln %s --help'", what, STR_ARG(found), parser->command->name);
    return false;
}

static void add_value(Parser *parser, OptionId id, Str value)
{
    Arguments *arguments = parser->arguments;
    ARENA_GROW(arguments->arena, arguments->option[id].values, arguments->option[id].count,
               arguments->option[id].capacity);
    arguments->option[id].values[arguments->option[id].count++] = value;
}

/* attached: what followed in the same word; data NULL: nothing did. */
static bool take_option(Parser *parser, OptionId id, Str attached)
{
    const Option *option = &options[id];
    if (!option->repeatable && parser->arguments->option[id].count) {
        cli_error("option --%s is given twice; give it once", option->name);
        return false;
    }
    if (!option->argument) {
        if (attached.data) {
            cli_error("option --%s takes no argument", option->name);
            return false;
        }
        add_value(parser, id, STR(""));
        return true;
    }
    if (!attached.data) {
        if (parser->at >= parser->argc) {
            cli_error("option --%s needs an argument: %s", option->name, option->argument);
            return false;
        }
        attached = str_from(parser->argv[parser->at++]);
    }
    add_value(parser, id, attached);
    return true;
}

static bool take_long(Parser *parser, Str word)
{
    Str name = str_slice(word, 2, word.size), value = STR_NONE;
    ptrdiff_t equals = str_find(name, STR("="), 0);
    if (equals >= 0) {
        value = str_slice(name, (size_t)equals + 1, name.size);
        name = str_slice(name, 0, (size_t)equals);
    }
    NearMiss miss = near_miss_begin(name);
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (!command_takes(parser->command, (OptionId)id))
            continue;
        if (str_equal(name, str_from(options[id].name)))
            return take_option(parser, (OptionId)id, value);
        near_miss_offer(&miss, str_from(options[id].name));
    }
    return parser_fail(parser, "unknown option", word, near_miss_best(&miss));
}

static bool take_short(Parser *parser, Str word)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (!options[id].letter || options[id].letter != word.data[1] ||
            !command_takes(parser->command, (OptionId)id))
            continue;
        return take_option(parser, (OptionId)id, word.size > 2 ? str_slice(word, 2, word.size) : STR_NONE);
    }
    return parser_fail(parser, "unknown option", word, STR_NONE);
}

static bool take_operand(Parser *parser, Str word)
{
    Arguments *arguments = parser->arguments;
    if (!parser->command->takes_operands)
        return parser_fail(parser, "unexpected argument", word, STR_NONE);
    ARENA_GROW(arguments->arena, arguments->operands, arguments->operand_count, arguments->operand_capacity);
    arguments->operands[arguments->operand_count++] = word;
    return true;
}

bool arguments_parse(Arena *arena, const Command *command, int argc, char **argv, Arguments *arguments)
{
    *arguments = (Arguments){.arena = arena, .command = command};
    Parser parser = {command, argc, argv, 0, arguments};
    bool only_operands = false;
    while (parser.at < argc) {
        Str word = str_from(argv[parser.at++]);
        bool dashed = !only_operands && word.size > 1 && word.data[0] == '-';
        bool ok = true;
        if (dashed && str_equal(word, STR("--")))
            only_operands = true;
        else if (dashed && word.data[1] == '-')
            ok = take_long(&parser, word);
        else if (dashed)
            ok = take_short(&parser, word);
        else
            ok = take_operand(&parser, word);
        if (!ok)
            return false;
    }
    return true;
}

bool argument_given(const Arguments *arguments, OptionId id)
{
    return arguments->option[id].count > 0;
}

Str argument_value(const Arguments *arguments, OptionId id)
{
    size_t count = arguments->option[id].count;
    return count ? arguments->option[id].values[count - 1] : STR("");
}

const char *cli_folder(const Arguments *arguments)
{
    if (!argument_given(arguments, OPTION_FOLDER))
        return ".";
    return arena_text(arguments->arena, argument_value(arguments, OPTION_FOLDER));
}

Str cli_words(Arena *arena, const char *list)
{
    Buf words = {0};
    Str rest = str_from(list), word;
    for (bool first = true; str_split(&rest, '|', &word); first = false)
        buf_printf(&words, "%s%.*s", first ? "" : rest.data ? ", " : " or ", STR_ARG(word));
    Str text = arena_copy(arena, buf_str(&words));
    buf_release(&words);
    return text;
}

int cli_format(const Arguments *arguments)
{
    if (!argument_given(arguments, OPTION_FORMAT))
        return 0;
    const char *formats = arguments->command->formats;
    Str format = argument_value(arguments, OPTION_FORMAT), rest = str_from(formats), word;
    for (int i = 0; str_split(&rest, '|', &word); i++) {
        if (str_equal(format, word))
            return i;
    }
    cli_error("option --format: expected %.*s, found '%.*s'", STR_ARG(cli_words(arguments->arena, formats)),
              STR_ARG(format));
    return -1;
}
