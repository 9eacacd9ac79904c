/* Dockerfiles and workflows from anywhere: they are read and judged, or refused. The first byte says which it is. */
#include "shipped.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    Fuzz fuzz = fuzz_begin(data + 1, size - 1);
    Str path = data[0] & 1 ? STR("/shop/Dockerfile") : STR("/shop/.github/workflows/ci.yaml");
    const ForeignReader *reader = foreign_reader(path);
    REQUIRE(reader);
    Foreign foreign = foreign_begin(fuzz.arena);
    ForeignInput input = {reader, fuzz.source};
    bool read = foreign_read(&foreign, NULL, &input, 1, fuzz.diags);
    REQUIRE(read || diags_error_count(fuzz.diags) > 0);
    foreign_end(&foreign, fuzz.diags);
    if (foreign.objects) {
        GateScope scope = {.environment = STR("production"), .tier = TIER_PRODUCTION};
        Findings findings = {0};
        bool judged = standards_judge(shipped(), fuzz.arena, scope, foreign.files.list, foreign.files.count, &findings,
                                      fuzz.diags);
        REQUIRE(judged || diags_error_count(fuzz.diags) > 0);
        findings_report(&findings, SEVERITY_WARNING, fuzz.diags);
    }
    return fuzz_end(&fuzz);
}
