/* kiln schema: JSON Schemas of what people write, for editors. */
#include "cli_private.h"

#include "kiln/model.h"
#include "kiln/standards.h"

static const struct {
    const char *name;
    ModelDocument document;
} kinds[] = {
    {"service", MODEL_SERVICE},
    {"environment", MODEL_ENVIRONMENT},
    {"project", MODEL_PROJECT},
    {"release", MODEL_RELEASES},
};

static const Value *schema_of(Arena *arena, Str name, NearMiss *miss)
{
    for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
        if (str_equal(name, str_from(kinds[i].name)))
            return model_schema(arena, kinds[i].document);
        near_miss_offer(miss, str_from(kinds[i].name));
    }
    near_miss_offer(miss, STR("standard"));
    return str_equal(name, STR("standard")) ? standards_schema(arena) : NULL;
}

ExitStatus command_schema(const Arguments *arguments)
{
    if (arguments->operand_count != 1) {
        cli_error(arguments->operand_count
                      ? "one schema at a time: service, environment, project, release or standard"
                      : "which schema: service, environment, project, release or standard?");
        return EXIT_TROUBLE;
    }
    NearMiss miss = near_miss_begin(arguments->operands[0]);
    const Value *schema = schema_of(arguments->arena, arguments->operands[0], &miss);
    if (schema) {
        Buf out = {0};
        value_print_json_indented(schema, &out);
        return cli_print(&out);
    }
    Str best = near_miss_best(&miss);
    Str advice = near_miss_advice(arguments->arena, best,
                                  "there are service, environment, project, release and standard");
    cli_error("no schema '%.*s'; %.*s", STR_ARG(arguments->operands[0]), STR_ARG(advice));
    return EXIT_TROUBLE;
}
