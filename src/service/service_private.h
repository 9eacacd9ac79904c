/* What the files of this room share: one service at work, and small makers of context values. */
#ifndef KILN_SERVICE_PRIVATE_H
#define KILN_SERVICE_PRIVATE_H

#include "kiln/kube.h"
#include "kiln/service.h"

/* One service of one environment while its context is being made. */
typedef struct Work {
    Arena *arena;
    Diags *diags;
    const Project *project;
    const Environment *environment;
    Definition definition;
    const Value *value;   /* the definition, complete */
    Str name;
    MapBuilder out;       /* the context's `service` */
    Str version;
    const Value *labels;
    const Value *ports;   /* name → {containerPort, port, protocol, appProtocol} of the main container */
    const Value *metrics; /* or NULL */
    const Value *routes;  /* ingressRoutes, or NULL */
    const Value *requests, *limits; /* of the main container, canonical */
    double replicas_min, replicas_max, surge;
    ListBuilder ingress;  /* network.ingress */
    ListBuilder egress;
    bool failed;
} Work;

/* ---- making.c: context values without ceremony; they have no origin unless they are given one ---- */

void put(MapBuilder *map, const char *key, const Value *value); /* NULL becomes null */
void put_text(MapBuilder *map, const char *key, Str text);
void put_number(MapBuilder *map, const char *key, double number);
const Value *make_map1(Arena *arena, Origin origin, const char *key, const Value *value);
const Value *make_text(Arena *arena, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* The map without members that are null. */
const Value *without_nones(Arena *arena, const Value *map);
/* The map without entries that are false (switched off) or null. */
const Value *without_off(Arena *arena, const Value *map);
/* What the user stated at a path before defaults came: NULL where unsaid. false is a statement. */
const Value *stated_at(const Work *work, const char *dotted);
bool is_off(const Value *value); /* the boolean false */
void work_error(Work *work, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* The place of a value, else of the service's definition. */
Origin place_of(const Work *work, const Value *value);

/* ---- identity.c: image, version, labels, annotations ---- */
void identity_complete(Work *work);

/* ---- container.c: the main container ---- */
void container_complete(Work *work);
/* The name of a declared port for a reference to it (name, number or unsaid); NULL after an error. */
const Value *port_resolve(Work *work, const Value *reference, Str preferred, const char *field, Origin place, const char *hint);

/* ---- probe.c ---- */
const Value *probes_make(Work *work);
const Value *pre_stop_make(Work *work);

/* ---- resources.c ---- */
const Value *resources_make(Work *work);

/* ---- volumes.c: config, secrets, volumes and their mounts ---- */
void volumes_complete(Work *work, const Value **mounts, const Value **secret_env);

/* ---- scale.c: replicas, autoscaling, disruption, spread ---- */
void scale_complete(Work *work);

/* ---- network.c: Service ports, Ingress routes, peers ---- */
void exposure_complete(Work *work);
/* Callers and callees of one environment. */
void peers_complete(Work *works, size_t count);
void network_finish(Work *work);

/* ---- build.c: what CI runs for a service ---- */
/* written: the block before defaults, where false still says that a command is switched off. */
const Value *build_complete(Arena *arena, const Value *build, const Value *written);

/* ---- quota.c: what the namespace must hold ---- */
void quota_complete(Arena *arena, const Environment *environment, const Work *works, size_t count, MapBuilder *env);

#endif
