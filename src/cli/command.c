/* The command table and the option table: the only place that knows what can be typed. */
#include "cli_private.h"

#define BIT(id) (1u << (id))

const Option options[OPTION_COUNT] = {
    [OPTION_ENVIRONMENT] = {'e', "environment", "ENV", true, "only this environment; may be repeated"},
    [OPTION_OUTPUT] = {'o', "output", "DIR", false, "write below DIR instead of the project's output; '-' streams to stdout"},
    [OPTION_SET] = {0, "set", "PATH=VALUE", true, "set a field of the selected services for this run; may be repeated"},
    [OPTION_FOLDER] = {'C', "directory", "DIR", false, "look for the project in DIR and above"},
    [OPTION_HELP] = {'h', "help", NULL, false, "print this help"},
    [OPTION_VERSION] = {0, "version", NULL, false, "print the version"},
};

const Command commands[] = {
    {"init", "[DIR]", "start a project", NULL, 0, true, NULL},
    {"new", "NAME", "add a service to the project", NULL, 0, true, NULL},
    {"render", "[SERVICE...]", "write the manifests and workflows of the project",
     "Without a selection everything is rendered. A selection writes and prunes only its own files: environment files\n"
     "when no service is named, workflows on a full render only. Nothing is written unless every stage has passed.",
     BIT(OPTION_ENVIRONMENT) | BIT(OPTION_OUTPUT) | BIT(OPTION_SET) | BIT(OPTION_FOLDER), true, command_render},
    {"check", "", "judge the project by the standards", NULL, 0, true, NULL},
    {"diff", "", "say what a change does to the rendered objects", NULL, 0, true, NULL},
    {"explain", "ENV SERVICE [PATH]", "say where a value comes from", NULL, 0, true, NULL},
    {"list", "", "list environments, services and images", NULL, 0, true, NULL},
    {"affected", "", "list what a change touches", NULL, 0, true, NULL},
    {"release", "ENV SERVICE IMAGE", "record which image runs where", NULL, 0, true, NULL},
    {"promote", "FROM TO", "copy releases from one environment to the next", NULL, 0, true, NULL},
    {"rollback", "ENV SERVICE", "go back to the release before", NULL, 0, true, NULL},
    {"eval", "TEMPLATE", "evaluate one template", NULL, 0, true, NULL},
    {"standards", "[ID]", "list the rules, or show one", NULL, 0, true, NULL},
    {"schema", "KIND", "print a JSON Schema", NULL, 0, true, NULL},
    {"fn", "", "run as a KRM function", NULL, 0, true, NULL},
    {"completion", "SHELL", "print a completion script", NULL, 0, true, NULL},
    {"help", "[COMMAND]", "print help", NULL, 0, true, command_help},
    {"version", "", "print the version", NULL, 0, false, command_version},
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
