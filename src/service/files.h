/* What the files that put files into a container share: one container's mounts, and its pod's volumes. */
#ifndef KILN_SERVICE_FILES_H
#define KILN_SERVICE_FILES_H

#include "service_private.h"

typedef struct Files {
    Work *work;         /* the container at work */
    ListBuilder mounts; /* in Kubernetes' shape */
} Files;

/* ---- volumes.c ---- */

void files_volume(Files *files, Str name, const char *source, const Value *value, Origin place);
void files_mount(Files *files, Str volume, Str path, Str sub_path, bool read_only, Origin place);
/* The name of a volume that kiln makes for one container: the pod's others have their container's name in front. */
Str files_volume_name(const Work *work, Str name);
const Value *file_item(Arena *arena, Str key, Str path, int mode, Origin place);
/* A path as the key of a ConfigMap or Secret: its slashes become underscores. */
Str file_key(Arena *arena, Str path);
void file_split(Str path, Str *folder, Str *name);

/* ---- config.c ---- */
void config_mount(Files *files);

/* ---- secrets.c: the variables that secrets become ---- */
const Value *secrets_complete(Files *files);

/* ---- rights.c: the token of a service with rights at the API server ---- */
void rights_mount(Files *files);

/* ---- claims.c ---- */
/* The pod's volume source for a claim; NULL where a StatefulSet's own template gives each pod one, or after an error.
 */
const Value *claim_make(Work *work, const MapEntry *volume, const Value *claim);

#endif
