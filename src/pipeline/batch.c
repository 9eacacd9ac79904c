/*
 * What is rendered together, and the texts that it leaves: objects come and go, their texts stay until the gate has
 * passed for all.
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

/* In a block of its own size: texts are most of what a run holds. */
static char *text_keep(const Buf *buf)
{
    char *text = buf->size ? malloc(buf->size) : NULL;
    if (buf->size && !text)
        base_out_of_memory();
    if (text)
        memcpy(text, buf->data, buf->size);
    return text;
}

/* Its path and its text, one behind the other; returns the size of the text. */
static size_t print_file(const Pipeline *pipeline, const RenderedFile *file, Extent *extent, Buf *text)
{
    *extent = (Extent){.path = text->size,
                       .origin = file->service ? file->service->file->origin : pipeline->project->origin,
                       .workflow = file->form == FORM_WORKFLOW};
    buf_add(text, file->path);
    extent->text = text->size;
    render_text(file, text);
    extent->end = text->size;
    return extent->end - extent->text;
}

void batch_print_into(const Pipeline *pipeline, Arena *lasting, Batch *batch, Buf *text, Buf *namespaces)
{
    bool stream = pipeline->request->stream;
    bool tree = !stream && !pipeline->request->judge_only;
    text->size = namespaces->size = 0;
    batch->extents = tree ? ARENA_ARRAY(lasting, Extent, batch->files.count) : NULL;
    for (size_t i = 0; i < batch->files.count; i++) {
        const RenderedFile *file = &batch->files.list[i];
        if (is_left_out(pipeline, file))
            continue;
        batch->file_count++;
        batch->objects += file->form == FORM_WORKFLOW ? 0 : file->count;
        if (tree)
            batch->bytes += print_file(pipeline, file, &batch->extents[batch->extent_count++], text);
        else if (stream)
            render_text(file, is_namespace(file) ? namespaces : text);
    }
    batch->bytes += stream ? text->size + namespaces->size : 0;
    batch->text = (Str){text_keep(text), text->size};
    batch->namespaces = (Str){text_keep(namespaces), namespaces->size};
}

void batch_print(const Pipeline *pipeline, Arena *lasting, Batch *batch)
{
    Buf text = {0}, namespaces = {0};
    batch_print_into(pipeline, lasting, batch, &text, &namespaces);
    buf_release(&text);
    buf_release(&namespaces);
}

void parts_add(Arena *arena, Parts *parts, Str part)
{
    if (!part.size)
        return;
    ARENA_GROW(arena, parts->list, parts->count, parts->capacity);
    parts->list[parts->count++] = part;
}

static void texts_add(Pipeline *pipeline, const Extent *extent, Str text)
{
    Texts *texts = extent->workflow ? &pipeline->workflows : &pipeline->tree;
    ARENA_GROW(pipeline->arena, texts->files, texts->count, texts->capacity);
    texts->files[texts->count++] = (TreeFile){str_slice(text, extent->path, extent->text),
                                              str_slice(text, extent->text, extent->end), extent->origin};
}

void batch_collect(Pipeline *pipeline, Batch *batch, bool wanted)
{
    RenderResult *result = pipeline->result;
    const Str texts[] = {batch->namespaces, batch->text};
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
    for (size_t i = 0; i < batch->extent_count; i++)
        texts_add(pipeline, &batch->extents[i], batch->text);
}
