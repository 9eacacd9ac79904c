/* kiln render */
#include "cli_private.h"

#include <errno.h>
#include <unistd.h>

static RenderRequest request_of(const Arguments *arguments)
{
    Str output = argument_value(arguments, OPTION_OUTPUT);
    bool stream = str_equal(output, STR("-"));
    return (RenderRequest){
        .folder = argument_given(arguments, OPTION_FOLDER)
                      ? arena_text(arguments->arena, argument_value(arguments, OPTION_FOLDER))
                      : ".",
        .environments = arguments->option[OPTION_ENVIRONMENT].values,
        .environment_count = arguments->option[OPTION_ENVIRONMENT].count,
        .services = arguments->operands,
        .service_count = arguments->operand_count,
        .sets = arguments->option[OPTION_SET].values,
        .set_count = arguments->option[OPTION_SET].count,
        .output = stream ? STR("") : output,
        .stream = stream,
        .compare_only = argument_given(arguments, OPTION_CHECK),
    };
}

/* On stderr: stdout carries only what was asked for. */
static void print_summary(const RenderResult *result)
{
    Buf out = {0};
    buf_printf(&out, "%zu object%s in %zu environment%s: ", result->objects, cli_plural(result->objects),
               result->environments, cli_plural(result->environments));
    if (!result->written && !result->removed)
        buf_printf(&out, "%.*s is up to date, nothing written\n", STR_ARG(result->output));
    else
        buf_printf(&out, "%zu file%s written to %.*s, %zu unchanged, %zu removed\n", result->written,
                   cli_plural(result->written), STR_ARG(result->output), result->unchanged, result->removed);
    cli_say(&out);
}

ExitStatus cli_print_stream(const RenderResult *result)
{
    Unpacked unpacked = {0};
    bool ok = true;
    for (size_t i = 0; i < result->stream_count && ok; i++)
        ok = cli_write(STDOUT_FILENO, pack_open(&result->stream[i], &unpacked));
    unpacked_release(&unpacked);
    if (!ok)
        cli_error("cannot write to standard output: %s", strerror(errno));
    return ok ? EXIT_CLEAN : EXIT_TROUBLE;
}

ExitStatus command_render(const Arguments *arguments)
{
    if (argument_given(arguments, OPTION_OUTPUT) && !argument_value(arguments, OPTION_OUTPUT).size) {
        cli_error("option --output needs a folder, found nothing");
        return EXIT_TROUBLE;
    }
    RenderRequest request = request_of(arguments);
    if (!cli_threads(arguments, &request.threads))
        return EXIT_TROUBLE;
    if (request.stream && request.compare_only) {
        cli_error("option --check compares with files; leave out --output -");
        return EXIT_TROUBLE;
    }
    Sources *sources = sources_new(arguments->arena);
    Diags *diags = diags_new(arguments->arena, sources);
    RenderResult result;
    Watch watch = watch_begin(arguments->arena);
    request.stage = watch_stage;
    request.stage_user = &watch;
    ExitStatus status = pipeline_render(arguments->arena, &request, sources, diags, &result);
    watch_end(&watch);
    cli_print_diags(diags);
    if (argument_given(arguments, OPTION_STATS))
        watch_print(&watch, &result, request.threads);
    if (request.compare_only && (status == EXIT_CLEAN || result.difference_count))
        return status == EXIT_TROUBLE ? status : render_check_print(arguments, &result);
    if (status == EXIT_CLEAN && request.stream)
        return cli_print_stream(&result);
    if (status == EXIT_CLEAN)
        print_summary(&result);
    return status;
}
