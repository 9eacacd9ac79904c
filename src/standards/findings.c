/* Findings as diagnostics: what is wrong, which rule, the next step, and below the quoted line the object it is in.
 */
#include "standards_private.h"

size_t findings_errors(const Findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->list[i].severity == SEVERITY_ERROR;
    return count;
}

static const Str form_kinds[] = {[FORM_WORKFLOW] = {"workflow", 8}, [FORM_DOCKERFILE] = {"dockerfile", 10}};

Str object_kind(FileForm form, const Value *object)
{
    return form == FORM_MANIFEST ? value_text_at(object, "kind") : form_kinds[form];
}

Str finding_kind(const Finding *finding)
{
    return object_kind(finding->form, finding->object);
}

Str finding_name(const Finding *finding)
{
    return value_text_at(finding->object, finding->form == FORM_MANIFEST ? "metadata.name" : "name");
}

static void report(const Finding *finding, Diags *diags)
{
    Arena *arena = diags_arena(diags);
    Str message = arena_printf(arena, "%.*s (%.*s); %.*s", STR_ARG(finding->message), STR_ARG(finding->rule->id),
                               STR_ARG(finding->fix));
    Str name = finding_name(finding);
    Str detail = arena_printf(arena, "in %.*s: %.*s%s%.*s%s%.*s", STR_ARG(finding->file),
                              STR_ARG(finding_kind(finding)), name.size || finding->form == FORM_MANIFEST ? " " : "",
                              STR_ARG(name), finding->path.size ? ", " : "", STR_ARG(finding->path));
    diag_report(diags, (Diag){.severity = finding->severity,
                              .origin = finding->origin,
                              .message = message,
                              .detail = detail,
                              .masked = finding->masked});
}

void findings_report(const Findings *findings, Diags *diags)
{
    for (size_t i = 0; i < findings->count; i++) {
        const Finding *finding = &findings->list[i];
        if (finding->severity >= SEVERITY_WARNING)
            report(finding, diags);
        else if (finding->masked)
            diags_mask(diags, finding->origin);
    }
}
