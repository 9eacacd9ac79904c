/* The reference page of every field, docs/definition.md, from the table. `make check-generated` holds the file to it.
 */
#include "kiln/model.h"

typedef struct Page {
    Arena *arena;
    Buf *out;
} Page;

/* Inside a table a bar ends the cell, and a line break the row. */
static void add_cell(Buf *out, Str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '|')
            buf_add_char(out, '\\');
        if (c == '<' || c == '>')
            buf_add(out, c == '<' ? STR("&lt;") : STR("&gt;"));
        else
            buf_add_char(out, c == '\n' ? ' ' : c);
    }
}

static void add_code(Buf *out, Str text)
{
    bool ticks = str_has_char(text, '`');
    buf_add(out, ticks ? STR("`` ") : STR("`"));
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '|')
            buf_add_char(out, '\\');
        buf_add_char(out, text.data[i] == '\n' ? ' ' : text.data[i]);
    }
    buf_add(out, ticks ? STR(" ``") : STR("`"));
}

static void add_note(Buf *out, const char *before, Str text)
{
    if (!text.size)
        return;
    buf_printf(out, " %s", before);
    add_cell(out, text);
    buf_add_char(out, '.');
}

static void add_meaning(Buf *out, const FieldInfo *info)
{
    if (info->later)
        buf_add(out, STR("*Not supported yet.* "));
    add_cell(out, info->doc);
    add_note(out, "Not supported: ", info->refused);
    if (str_ends(info->members, STR("those of the container")) && str_has_char(info->path, '<'))
        buf_add(out, STR(" It takes the container's fields too."));
    if (str_equal(info->members, STR("those of a service")))
        buf_add(out, STR(" It takes the fields of a service."));
    add_note(out, "A scalar stands for ", info->short_form);
    add_note(out, "Excludes ", info->rivals);
    add_note(out, "Not supported yet: ", info->choices_later);
}

static void add_default(Buf *out, const FieldInfo *info)
{
    if (info->required)
        buf_add(out, STR("**required**"));
    else if (info->fallback.size && info->fallback_words)
        add_cell(out, info->fallback);
    else if (info->fallback.size)
        add_code(out, info->fallback);
}

static void add_row(void *user, const FieldInfo *info)
{
    Buf *out = ((Page *)user)->out;
    buf_add(out, STR("| "));
    add_code(out, info->path);
    buf_add(out, STR(" | "));
    add_cell(out, info->refused.size ? STR("") : info->type);
    buf_add(out, STR(" | "));
    add_default(out, info);
    buf_add(out, STR(" | "));
    add_meaning(out, info);
    /* Below a block, its kinds are the block's. */
    if (!str_has_char(info->path, '.'))
        add_note(out, "Kinds: ", info->kinds);
    buf_add(out, STR(" | "));
    if (info->example.size)
        add_code(out, info->example);
    buf_add(out, STR(" |\n"));
}

static void add_document(Page *page, ModelDocument document, const char *title, const char *prose)
{
    buf_printf(page->out, "\n## %s\n\n%s\n\n| field | type | default | meaning | example |\n|-|-|-|-|-|\n", title,
               prose);
    model_fields(page->arena, document, add_row, page);
}

void model_print_page(Arena *arena, Buf *out)
{
    Page page = {arena, out};
    buf_add(out, STR("<!-- Generated from the field table (src/model/table*.c) by `make generate`; do not edit. -->\n"
                     "# Every field of a definition\n\n"
                     "`kiln explain FIELD` prints one of these rows, `kiln schema` all of them for an editor. "
                     "`<name>` stands for what "
                     "you name yourself, `[]` for an item of a list. A short form is what a scalar in place of a "
                     "block stands for: "
                     "`liveness: /health` is `liveness: {httpGet: {path: /health}}`. In every layer `null` leaves a "
                     "field unsaid, and "
                     "on an entry that you name yourself it removes the entry. Any value may be a reference: "
                     "`${project.name}`, "
                     "`${env.domain}`, `${service.version}`, `${vars.a.b}`.\n"));
    add_document(
        &page, MODEL_SERVICE, "services/NAME.yaml",
        "What a service is. The file's name is the service's: a-z, 0-9 and `-`, at most 52, from a letter on. "
        "Names that Windows keeps for devices (`con`, `prn`, `aux`, `nul`, `com1`, `lpt1` and so on) are for neither "
        "services nor environments, whose files nobody could check out there. "
        "Environments and `defaults` take the same fields, unless the row says otherwise. `kind`, "
        "`enabled`, `image`, `vars` and `environments` are the service's own; `build` may also stand in the defaults "
        "of "
        "`kiln.yaml`.");
    add_document(&page, MODEL_ENVIRONMENT, "environments/ENV.yaml",
                 "The environment's own fields. Every field of a service may stand beside them and overrides what "
                 "services say.");
    add_document(&page, MODEL_PROJECT, "kiln.yaml", "What holds for the whole project.");
    add_document(&page, MODEL_RELEASES, "releases/ENV.yaml", "Written by `kiln release` and `kiln promote`.");
}
