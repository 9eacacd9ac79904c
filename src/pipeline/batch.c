/*
 * What is rendered together, and the texts that it leaves: objects come and go, their texts stay, packed, until
 * the gate has passed for all.
 */
#include "pipeline_private.h"

#include <stdlib.h>

/* Argo CD's own are written together with all else or not at all, and no stream holds them. */
static bool is_left_out(const Pipeline *pipeline, const RenderedFile *file)
{
    return file->gitops && (pipeline->request->stream || !pipeline_is_full(pipeline->request));
}

static bool is_namespace(const RenderedFile *file)
{
    return file->count && str_equal(value_text_at(file->objects[0], "kind"), STR("Namespace"));
}

void batch_begin(const Pipeline *pipeline, Arena *lasting, Batch *batch)
{
    *batch = (Batch){.files = rendered_begin(lasting)};
    for (size_t i = 0; i < SAID_COUNT; i++)
        batch->said[i] = diags_new(lasting, pipeline->sources);
}

/* Returns the size of its text. */
static size_t print_file(const Pipeline *pipeline, Arena *lasting, const RenderedFile *file, Extent *extent, Buf *text)
{
    size_t at = text->size;
    render_text(file, text);
    *extent = (Extent){.path = arena_copy(lasting, file->path),
                       .at = at,
                       .size = text->size - at,
                       .origin = file->service ? file->service->file->origin : pipeline->project->origin,
                       .workflow = file->form == FORM_WORKFLOW};
    return extent->size;
}

static Pack text_keep(const Pipeline *pipeline, const Buf *text, Buf *scratch)
{
    return pipeline->packs ? pack_text(buf_str(text), scratch) : pack_plain(buf_str(text));
}

void batch_print_with(Printer *printer, const Pipeline *pipeline, Arena *lasting, Batch *batch)
{
    bool stream = pipeline->request->stream;
    bool tree = !stream && !pipeline->request->judge_only;
    Buf *text = &printer->text, *namespaces = &printer->namespaces;
    text->size = namespaces->size = 0;
    batch->extents = tree ? ARENA_ARRAY(lasting, Extent, batch->files.count) : NULL;
    for (size_t i = 0; i < batch->files.count; i++) {
        const RenderedFile *file = &batch->files.list[i];
        if (is_left_out(pipeline, file))
            continue;
        batch->file_count++;
        batch->objects += file->form == FORM_WORKFLOW ? 0 : file->count;
        if (tree)
            batch->bytes += print_file(pipeline, lasting, file, &batch->extents[batch->extent_count++], text);
        else if (stream)
            render_text(file, is_namespace(file) ? namespaces : text);
    }
    batch->bytes += stream ? text->size + namespaces->size : 0;
    batch->text = text_keep(pipeline, text, &printer->packed);
    batch->namespaces = text_keep(pipeline, namespaces, &printer->packed);
}

void batch_print(const Pipeline *pipeline, Arena *lasting, Batch *batch)
{
    Printer printer = {0};
    batch_print_with(&printer, pipeline, lasting, batch);
    printer_release(&printer);
}

void printer_release(Printer *printer)
{
    buf_release(&printer->text);
    buf_release(&printer->namespaces);
    buf_release(&printer->packed);
}

void parts_add(Arena *arena, Parts *parts, Pack part)
{
    if (!part.size)
        return;
    ARENA_GROW(arena, parts->list, parts->count, parts->capacity);
    parts->list[parts->count++] = part;
}

static void text_add(Pipeline *pipeline, const Extent *extent, const Pack *pack)
{
    Arena *arena = pipeline->arena;
    Texts *texts = extent->workflow ? &pipeline->workflows : &pipeline->tree;
    TreeFile file = {.path = arena_copy(arena, extent->path), .origin = extent->origin, .text.size = extent->size};
    if (pack_is_plain(pack))
        file.text.data = pack->bytes.data + extent->at;
    else
        file.pack = pack, file.at = extent->at;
    ARENA_GROW(arena, texts->files, texts->count, texts->capacity);
    texts->files[texts->count++] = file;
}

static void texts_add(Pipeline *pipeline, const Batch *batch)
{
    if (!batch->extent_count)
        return;
    Pack *pack = ARENA_NEW(pipeline->arena, Pack);
    *pack = batch->text;
    for (size_t i = 0; i < batch->extent_count; i++)
        text_add(pipeline, &batch->extents[i], pack);
}

void batch_collect(Pipeline *pipeline, Batch *batch, bool wanted)
{
    RenderResult *result = pipeline->result;
    const Str texts[] = {batch->namespaces.bytes, batch->text.bytes};
    for (size_t i = 0; i < LENGTH_OF(texts); i++) {
        if (!wanted)
            free((void *)texts[i].data);
        else if (texts[i].data)
            arena_adopt(pipeline->arena, (void *)texts[i].data);
    }
    result->services += batch->services;
    if (!wanted)
        return;
    result->files += batch->file_count;
    result->objects += batch->objects;
    result->bytes += batch->bytes;
    parts_add(pipeline->arena, &pipeline->namespaces, batch->namespaces);
    if (pipeline->request->stream)
        parts_add(pipeline->arena, &pipeline->stream, batch->text);
    texts_add(pipeline, batch);
}
