/*
 * The short forms that a row's `scalar` member cannot say. Each returns the value itself where it is no short form,
 * so that the walk goes on with it; what it makes has the place of what was written.
 */
#include "expand.h"

/* ports: 8080 ⇒ {http: {containerPort: 8080}} */
const Value *shorthand_ports(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (!value_is_scalar(value) || value->kind == VALUE_BOOL)
        return value;
    const Value *port = expand_row(expand, row->entry, value, value->origin, path);
    return port ? wrap(expand->arena, "http", port) : NULL;
}

/* /path ⇒ httpGet, grpc and tcp ⇒ the handler with its port unsaid: which one it is, all layers decide together. */
const Value *shorthand_probe(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (!value_is_scalar(value))
        return value;
    Str text = value_text(value);
    bool handler = value->kind == VALUE_STRING;
    if (handler && (str_equal(text, STR("grpc")) || str_equal(text, STR("tcp")))) {
        MapBuilder unsaid = map_begin(expand->arena);
        return wrap(expand->arena, str_equal(text, STR("grpc")) ? "grpc" : "tcpSocket",
                    map_end(&unsaid, value->origin));
    }
    if (handler && (str_starts(text, STR("/")) || value_waits(expand, value))) {
        const Value *made = expand_row(expand, row_member(row, STR("httpGet")), value, value->origin, path);
        return made ? wrap(expand->arena, "httpGet", made) : NULL;
    }
    Buf found = {0};
    found_print(value, &found);
    expand_fail(expand, value->origin, path, "expected /path, grpc, tcp or a map%s, found %.*s",
                row->off ? " or false" : "", STR_ARG(buf_str(&found)));
    buf_release(&found);
    return NULL;
}

/* /cache ⇒ {mountPath: /cache, emptyDir: {}} */
const Value *shorthand_volume(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (value->kind != VALUE_STRING)
        return value;
    const Value *mount = expand_row(expand, row_member(row, STR("mountPath")), value, value->origin, path);
    if (!mount)
        return NULL;
    MapBuilder map = map_begin(expand->arena), empty = map_begin(expand->arena);
    map_set(&map, STR("mountPath"), value->origin, mount);
    map_set(&map, STR("emptyDir"), value->origin, map_end(&empty, value->origin));
    return map_end(&map, value->origin);
}

/* true ⇒ {}: all ports of a service of the project; a port ⇒ {ports: …} */
const Value *shorthand_peer(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (!value_is_scalar(value))
        return value;
    if (value->kind == VALUE_BOOL && value->boolean) {
        MapBuilder all = map_begin(expand->arena);
        return map_end(&all, value->origin);
    }
    if (value->kind == VALUE_BOOL)
        return expand_fail(expand, value->origin, path,
                           "expected true, a port or a map, found false; remove the entry");
    const Value *ports = expand_row(expand, row_member(row, STR("ports")), value, value->origin, path);
    return ports ? wrap(expand->arena, "ports", ports) : NULL;
}

/* One port, or a map from names that only readers see to ports ⇒ a list. */
const Value *shorthand_peer_ports(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (value->kind == VALUE_LIST)
        return value;
    ListBuilder list = list_begin(expand->arena);
    if (value->kind != VALUE_MAP) {
        const Value *port = expand_row(expand, row->entry, value, value->origin, path);
        if (!port)
            return NULL;
        list_add(&list, port);
        return list_end(&list, value->origin);
    }
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        Path below = {path, entry->key, 0};
        if (entry->value->kind == VALUE_NULL)
            continue;
        const Value *port = expand_row(expand, row->entry, entry->value, entry->key_origin, &below);
        if (port)
            list_add(&list, port);
    }
    return list_end(&list, value->origin);
}
