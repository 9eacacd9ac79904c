/* What the files of this room share: one service at work, and small makers of context values. */
#ifndef KILN_SERVICE_PRIVATE_H
#define KILN_SERVICE_PRIVATE_H

#include <stdatomic.h>

#include "kiln/kube.h"
#include "kiln/service.h"

/* One file of `config`, as it is in the ConfigMap. */
typedef struct ConfigFile {
    Str key;
    bool script;
    const MapEntry *entry;
} ConfigFile;

enum { SIDES = 2, SIZES = 2 }; /* requests, limits; cpu, memory */

/* What the containers of one pod share. */
typedef struct Pod {
    ListBuilder volumes; /* in Kubernetes' shape */
    MapBuilder ports;    /* of all containers */
    MapBuilder config;   /* what its containers read of a ConfigMap */
    size_t config_bytes;
    Str config_owner;    /* whose ConfigMap it is: the service's or a job's own */
    size_t config_keys;  /* how many keys that ConfigMap has */
    __int128 size[SIDES][SIZES];  /* as the scheduler and a quota count the whole pod, in nanos */
    __int128 largest[SIZES];      /* the largest limit and the smallest request of any container; -1: none */
    __int128 smallest[SIZES];
} Pod;

/* A name that one service of an environment has, so that no other may. */
typedef enum NameKind { NAME_PREVIEW, NAME_ALIAS, NAME_JOB, NAME_ROUTE, NAME_CLAIM } NameKind;
typedef struct SharedName {
    NameKind kind;
    Str name;
    Str label; /* of a job; of a claim its volume */
    Origin place;
} SharedName;

/* What a service, once complete, leaves behind for its environment. */
typedef struct Share {
    __int128 size[SIDES][SIZES]; /* of all its pods, a rollout's surge and its jobs included */
    __int128 largest[SIZES];     /* as in Pod */
    __int128 smallest[SIZES];
    bool loosens;       /* it needs a namespace that is not restricted */
    const Value *brief; /* of its context, what built-in templates of the environment read */
    SharedName *names;
    size_t name_count;
    bool failed;
} Share;

typedef struct Member Member;

/* A line under access.to. */
typedef struct Call {
    const Member *caller;
    const MapEntry *entry;
} Call;

/* One service of a set: what others see of it, and what it leaves behind. */
struct Member {
    Definition definition;
    Call *callers; /* by name */
    size_t caller_count;
    size_t caller_capacity;
    const Value *ports; /* of whom others call: of its pods, as Work has them; else empty */
    const Share *share; /* NULL: not complete yet */
    bool quiet;         /* defining it said nothing */
};

struct ServiceSet {
    Arena *arena;
    const Project *project;
    const Environment *environment;
    Member *members; /* by name; those that are enabled */
    size_t count;
    bool defined; /* all of them */
    _Atomic(const Value *) brief; /* the last one that was made: most are alike */
    EnvironmentContext context;
};

/* NULL: none of that name. */
const Member *member_find(const ServiceSet *set, Str name);

static inline Str member_name(const Member *member)
{
    return member->definition.service->name;
}

/*
 * One service of one environment while its context is being made; or one of its jobs, which has the same shape; or,
 * inside either, one container besides the main one.
 */
typedef struct Work {
    struct Work *service; /* the service itself, in jobs and containers too */
    struct Work *owner;   /* of a container that is not the main one: whose pod it is in; else NULL */
    Str label;            /* its name in the definition: of a job `migrate`, of a container `proxy` */
    Str prefix;           /* of its fields in messages: "", "jobs.migrate.", "initContainers.proxy." */
    WorkloadKind kind;
    Pod *pod;
    ConfigFile *config;
    size_t config_count;
    ListBuilder secret_data; /* of the service: all of its Secret */
    ListBuilder claims;
    struct Work *jobs;       /* of the service */
    size_t job_count;
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
    const Value *ports;   /* name → {containerPort, port, protocol, appProtocol}; of a workload, once its pod is
                             complete,   those of all containers */
    const Value *metrics; /* or NULL */
    const Value *routes;  /* ingressRoutes, or NULL */
    const Value *requests, *limits; /* of the container, canonical */
    double replicas_min, replicas_max, surge;
    ListBuilder ingress;  /* network.ingress */
    ListBuilder egress;
    SharedName *names;
    size_t name_count;
    size_t name_capacity;
    bool failed;
} Work;

/* ---- making.c: context values without ceremony; they have no origin unless they are given one ---- */

static inline void put(MapBuilder *map, const char *key, const Value *value) /* NULL becomes null */
{
    map_set(map, str_from(key), ORIGIN_NONE, value ? value : &value_null);
}
void put_text(MapBuilder *map, const char *key, Str text);
void put_number(MapBuilder *map, const char *key, double number);
const Value *make_map1(Arena *arena, Origin origin, const char *key, const Value *value);
const Value *make_text(Arena *arena, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* The map without members that are null. */
const Value *without_nones(Arena *arena, const Value *map);
/* The map without entries that are false (switched off) or null. */
const Value *without_off(Arena *arena, const Value *map);
/* A duration as Go's parser takes it, which knows no days: 30d becomes 720h, anything else stays as it was written.
 */
const Value *duration_for_go(Arena *arena, const Value *duration);
/* What the user stated at a path before defaults came: NULL where unsaid. false is a statement. */
const Value *stated_at(const Work *work, const char *dotted);
bool is_off(const Value *value); /* the boolean false */
void work_error(Work *work, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* The same about a field of a container or job: its prefix goes in front. */
void field_error(Work *work, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* The place of a value, else of the service's definition. */
Origin place_of(const Work *work, const Value *value);

/* ---- identity.c: image, version, labels, annotations ---- */
void identity_complete(Work *work);
/* image and imageParts of a workload or container. */
void image_complete(Work *work);

/* ---- complete.c: what services and their jobs have in common ---- */
void workload_complete(Work *work);
/* All of a service that needs no other. */
void work_complete(Work *work);
/* Its pods are not there to be called. */
bool ends_by_itself(const Work *work);

/* ---- container.c: one container ---- */
const Value *container_make(Work *work);
/* Its ports alone, which go into those of its pod. */
void container_ports(Work *work);
bool is_headless(const Work *work);

/* ---- pod.c: the containers of one pod ---- */
void pod_complete(Work *work);
/* The ports of a member's pods before it is complete, in the set's arena. */
const Value *ports_seen(const ServiceSet *set, const Member *member);

/* ---- jobs.c: what runs to an end ---- */
/* The rows of a CronJob or Job; null for what keeps running. */
void batch_complete(Work *work);
void jobs_complete(Work *work);
void jobs_name(Work *work);
/* The caller's own name and those of its jobs. */
const Value *caller_names(Arena *arena, const Member *caller, Origin place);
void jobs_finish(Work *work);

/* The name of a declared port for a reference to it (name, number or unsaid); NULL after an error. */
const Value *port_resolve(Work *work, const Value *reference, Str preferred, const char *field, Origin place,
                          const char *hint);

/* ---- probe.c ---- */
const Value *probes_make(Work *work);
const Value *pre_stop_make(Work *work);

/* ---- resources.c: defaults are {requests, limits} of the container or its service, or NULL ---- */
const Value *resources_make(Work *work, const Value *defaults);

/* ---- volumes.c, config.c, secrets.c, claims.c: files of a container ---- */
void config_collect(Work *work); /* for each container of a pod, before any of them is complete */
void config_finish(Work *work);
void files_complete(Work *work, const Value **mounts, const Value **secret_env);
/* Several nodes may mount it at once. */
bool claim_is_shared(const Value *claim);
void claims_name(Work *work);

/* ---- scale.c: replicas, autoscaling, disruption, spread ---- */
void scale_complete(Work *work);

/* ---- exposure.c: the Service, metrics, Ingress routes ---- */
void exposure_complete(Work *work);
void aliases_name(Work *work);

/* ---- rollout.c: Canary and BlueGreen, and the way in to what a blue-green rollout previews ---- */
bool is_rollout(const Work *work);
void rollout_complete(Work *work);

/* ---- gateway.c: HTTPRoutes instead of an Ingress ---- */
/* The rows of `ingress` that a Gateway settles otherwise than a controller's class does. */
void gateway_ingress(Work *work, const Value *ingress, MapBuilder *map);
/* After the rollout, whose preview has a route of its own. */
void http_routes_complete(Work *work);
void http_routes_name(Work *work);

/* ---- names.c: what no two services of an environment may have ---- */
void name_add(Work *work, SharedName name);
/* Those of all shares of the set. False: reported. */
bool names_check(ServiceSet *set, Diags *diags);

/* ---- waivers.c: who answers for what falls short of a rule ---- */
void waivers_complete(Work *work);
/* A list, as for a service, with `services`. */
const Value *waivers_of_project(Arena *arena, const Project *project);
bool waivers_check_project(const Project *project, Diags *diags);
/* Whether a waiver lets the service do what a restricted namespace (Pod Security) would refuse. */
bool loosens_pod_security(Work *work, const Value *project_waivers);

/* ---- rights.c: what the service may do at the API server ---- */
bool has_rights(const Work *work);
void rights_complete(Work *work);

/* ---- alerts.c and slo.c: what Prometheus watches ---- */
void alerts_complete(Work *work);

/* ---- network.c: peers ---- */
/* Finds who calls whom, and what is there to be called. */
void peers_connect(ServiceSet *set);
void peers_complete(Work *work, const ServiceSet *set, const Member *member);
/* Whether what two members see of their peers is the same. */
bool peers_same(const ServiceSet *set, const Member *member, const ServiceSet *other_set, const Member *other);
void network_finish(Work *work);

/* ---- build.c: what CI runs for a service ---- */
/* written: the block before defaults, where false still says that a command is switched off. */
const Value *build_complete(Arena *arena, const Value *build, const Value *written);

/* ---- environment.c: what is the environment's own ---- */
/* The context's `env`, but for what all services together decide. */
MapBuilder environment_begin(Arena *arena, const Project *project, const Environment *environment);
/* What all objects of an environment, or of the project, share in their metadata. */
const Value *meta_make(Arena *arena, const Project *project, const Value *namespace, Str source);

/* ---- gitops.c: the context's env.application and project.gitops ---- */
const Value *application_make(Arena *arena, const Project *project, const Environment *environment);
/* From the repository's top folder: ".", or "deploy". */
Str project_path(const Project *project);
const Value *gitops_complete(Arena *arena, const Project *project);

/* ---- quota.c: what the namespace must hold ---- */
void quota_measure(const Work *work, Share *share);
void quota_complete(Arena *arena, const ServiceSet *set, MapBuilder *env);

#endif
