/*
 * Dockerfiles and workflows from anywhere: they are read and judged, or refused. The first byte says which it is: text, or
 * an example of a rule, whose lines the other bytes repeat, leave out, or change.
 */
#define FUZZ_TEXT_START(data, size) ((void)(data), (size_t)1)
#include "examples.h"
#include "mutate.h"
#include "shipped.h"

static Str changed_dockerfile(FuzzBytes *bytes, Arena *arena)
{
    static const char *const lines[] = {
        "FROM ghcr.io/shop/base:1.0 AS build\n", "FROM scratch\n", "FROM build\n", "USER 1000\n", "USER root\n",
        "USER ${NAME}\n",
        "COPY --from=build /a /b\n", "COPY . .\n", "ADD https://x.example/y /y\n", "ARG NAME=x\n",
        "ENV PASSWORD=hunter2\n",
        "RUN curl x | sh\n", "RUN <<EOF\n", "EOF\n", "RUN a && \\\n", "  b\n", "# c\n",
        "# syntax=docker/dockerfile:1\n",
        "# escape=`\n", "ENTRYPOINT [\"/app\"]\n", "CMD /app\n", "HEALTHCHECK NONE\n", "ONBUILD USER 0\n",
        "EXPOSE 22\n", "\\\n",
        "WORKDIR app\n", "SHELL [\"sh\", \"-c\"]\n", "LABEL a=\"b c\" d='e'\n", "STOPSIGNAL 9\n",
        "VOLUME [\"/data\"]\n", "FROM\n"};
    Buf text = {0};
    Str rest = value_text(example(bytes, EXAMPLE_DOCKERFILE)), line;
    while (str_split(&rest, '\n', &line)) {
        uint8_t how = fuzz_byte(bytes);
        if (how % 8 != 1)
            buf_printf(&text, "%.*s\n", STR_ARG(line));
        if (how % 8 == 2)
            buf_add(&text, str_from(lines[fuzz_byte(bytes) % LENGTH_OF(lines)]));
        if (how % 8 == 3)
            buf_add(&text, fuzz_text(bytes, arena));
        if (how % 8 == 4)
            buf_printf(&text, "%.*s\n", STR_ARG(line));
    }
    Str kept = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return kept;
}

static Str changed_workflow(FuzzBytes *bytes, Arena *arena)
{
    Buf text = {0};
    YamlStyle style = {.sorted = false};
    const Value *workflow = fuzz_changed(bytes, arena, example(bytes, EXAMPLE_WORKFLOW), 14);
    yaml_write(&text, value_is(workflow, VALUE_MAP) ? workflow : &value_empty_map, &style);
    Str kept = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return kept;
}

static void judge(Fuzz *fuzz, Str path, const Source *source)
{
    const ForeignReader *reader = foreign_reader(path);
    REQUIRE(reader);
    Foreign foreign = foreign_begin(fuzz->arena);
    ForeignInput input = {reader, source};
    bool read = foreign_read(&foreign, NULL, &input, 1, fuzz->diags);
    REQUIRE(read || diags_error_count(fuzz->diags) > 0);
    foreign_end(&foreign, fuzz->diags);
    if (!foreign.objects)
        return;
    GateScope scope = {.environment = STR("production"), .tier = TIER_PRODUCTION};
    Findings findings = {0};
    bool judged = standards_judge(shipped(), fuzz->arena, scope, foreign.files.list, foreign.files.count, &findings,
                                  fuzz->diags);
    REQUIRE(judged || diags_error_count(fuzz->diags) > 0);
    findings_report(&findings, SEVERITY_WARNING, fuzz->diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    Fuzz fuzz = fuzz_begin(data + 1, size - 1);
    FuzzBytes bytes = {data + 1, size - 1};
    Str path = data[0] & 1 ? STR("/shop/Dockerfile") : STR("/shop/.github/workflows/ci.yaml");
    const Source *source = fuzz.source;
    if (data[0] & 4) {
        Str text = data[0] & 1 ? changed_dockerfile(&bytes, fuzz.arena) : changed_workflow(&bytes, fuzz.arena);
        source = sources_add(fuzz.sources, STR("changed"), text, false);
    }
    judge(&fuzz, path, source);
    return fuzz_end(&fuzz);
}
