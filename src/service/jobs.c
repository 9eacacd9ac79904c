/*
 * What runs to an end: the rows of CronJobs and Jobs, and the jobs beside a service. A job is made from a definition
 * of its own, put together from what it states and what it inherits, by the same hands that make a service; so it has
 * the same shape.
 */
#include "service_private.h"

enum { JOB_NAME_LIMIT = 52 };

/* ---- the rows of a CronJob or Job ---- */

static const char *const batch_rows[] = {
    "schedule",
    "timeZone",
    "concurrencyPolicy",
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
    "backoffLimit",
    "activeDeadlineSeconds",
    "restartPolicy",
    "hook",
};
/* Those that only a schedule gives a meaning. */
static const char *const scheduled_rows[] = {
    "timeZone",
    "concurrencyPolicy",
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
};

/* Without a hook a Job that is gone would be run again by whoever keeps the cluster in line with Git. */
static const Value *time_to_live(Work *work)
{
    const Value *stated = value_get(work->value, STR("ttlSecondsAfterFinished"));
    if (!value_is_none(stated) || value_is_none(value_get(work->value, STR("hook"))))
        return stated;
    return value_new_number(work->arena, ORIGIN_NONE, 86400);
}

/* An IANA name, as far as its spelling goes: which zones there are, the cluster knows. */
static bool is_time_zone(Str text)
{
    bool fine = text.size && text.size <= 64 && !str_equal(text, STR("Local"));
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool inside = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        fine = fine && (letter || (i && inside));
    }
    return fine;
}

static void check_schedule(Work *work)
{
    const Value *schedule = value_get(work->value, STR("schedule")), *zone = value_get(work->value, STR("timeZone"));
    if (work->kind == KIND_CRONJOB && value_is_none(schedule))
        work_error(work, work->definition.service->origin, "schedule is missing; add schedule: \"0 2 * * *\"");
    if (value_is(zone, VALUE_STRING) && !is_time_zone(value_text(zone)))
        field_error(work, place_of(work, zone), "timeZone: expected an IANA name such as Europe/Berlin, found '%.*s'",
                    STR_ARG(value_text(zone)));
}

void batch_complete(Work *work)
{
    for (size_t i = 0; i < LENGTH_OF(batch_rows); i++)
        put(&work->out, batch_rows[i], value_get(work->value, str_from(batch_rows[i])));
    put(&work->out, "ttlSecondsAfterFinished", time_to_live(work));
    check_schedule(work);
}

/* ---- what a job inherits ---- */

/* Rows of the pod that a job cannot state, and the one that it may state in part. */
static const char *const inherited[] = {
    "labels",
    "annotations",
    "owner",
    "logging",
    "nodeSelector",
    "priorityClassName",
    "tolerations",
    "serviceAccount",
    "terminationGracePeriodSeconds",
    "securityContext",
};

static const Value *shared_volumes(const Work *service)
{
    const Value *volumes = value_get(service->definition.value, STR("volumes"));
    MapBuilder map = map_begin(service->arena);
    for (uint32_t i = 0; value_is(volumes, VALUE_MAP) && i < volumes->size; i++) {
        const MapEntry *entry = &volumes->entries[i];
        const Value *claim = value_get(entry->value, STR("persistentVolumeClaim"));
        bool made_here = value_is_none(value_get(claim, STR("claimName")));
        bool of_pod = made_here && service->kind == KIND_STATEFULSET;
        if (value_is_none(claim) || (claim_is_shared(claim) && !of_pod))
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    return map_end(&map, volumes ? volumes->origin : ORIGIN_NONE);
}

static const Value *sidecars_of(const Work *service)
{
    const Value *others = value_get(service->definition.value, STR("initContainers"));
    MapBuilder map = map_begin(service->arena);
    for (uint32_t i = 0; value_is(others, VALUE_MAP) && i < others->size; i++) {
        const MapEntry *entry = &others->entries[i];
        if (!value_is_none(value_get(entry->value, STR("restartPolicy"))))
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    return map_end(&map, others ? others->origin : ORIGIN_NONE);
}

/* What a service has and the job says null to is not the job's: a variable, a secret, a file (definition.md §1.5). */
static const Value *without_refused(const Work *job, Str row, const Value *entries)
{
    const Value *said = value_get(job->definition.stated, row);
    if (!value_is(entries, VALUE_MAP) || !value_is(said, VALUE_MAP))
        return entries;
    MapBuilder map = map_begin_with(job->arena, entries);
    for (uint32_t i = 0; i < said->size; i++) {
        if (said->entries[i].value->kind == VALUE_NULL)
            map_remove(&map, said->entries[i].key);
    }
    return map_end(&map, entries->origin);
}

static const Value *heritage_of(const Work *job, const Value *stated)
{
    static const char *const by_entry[] = {"env", "secrets", "config"};
    const Work *service = job->service;
    const Value *written = service->definition.value;
    MapBuilder map = map_begin(service->arena);
    for (size_t i = 0; i < LENGTH_OF(inherited); i++) {
        const MapEntry *entry = value_entry(written, str_from(inherited[i]));
        if (entry)
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    for (size_t i = 0; i < LENGTH_OF(by_entry); i++) {
        const MapEntry *entry = value_entry(written, str_from(by_entry[i]));
        if (entry)
            map_set(&map, entry->key, entry->key_origin, without_refused(job, entry->key, entry->value));
    }
    /* How an image is pulled goes with the image. */
    if (value_is_none(value_get(stated, STR("image")))) {
        put(&map, "image", value_get(written, STR("image")));
        const Value *policy = value_get(written, STR("imagePullPolicy"));
        if (policy)
            put(&map, "imagePullPolicy", policy);
    }
    put(&map, "volumes", without_refused(job, STR("volumes"), shared_volumes(service)));
    put(&map, "initContainers", sidecars_of(service));
    return map_end(&map, written->origin);
}

/* What a job says of a volume that its service declares is where to mount it: the emptyDir that a path stands for
 * goes. */
static const Value *mounts_of(Work *job, const Value *volumes)
{
    const Value *declared = value_get(job->service->definition.value, STR("volumes"));
    const Value *shared = shared_volumes(job->service);
    MapBuilder map = map_begin(job->arena);
    for (uint32_t i = 0; value_is(volumes, VALUE_MAP) && i < volumes->size; i++) {
        const MapEntry *entry = &volumes->entries[i];
        const Value *empty = value_get(entry->value, STR("emptyDir")), *kept = entry->value;
        const Value *of_service = value_get(declared, entry->key);
        bool mounts = value_is(entry->value, VALUE_MAP) && value_is(of_service, VALUE_MAP) &&
                      (value_is_none(empty) || !empty->size);
        if (mounts && empty) {
            MapBuilder rest = map_begin_with(job->arena, entry->value);
            map_remove(&rest, STR("emptyDir"));
            kept = map_end(&rest, entry->value->origin);
        }
        if (mounts && !value_get(shared, entry->key) && value_is_none(value_get(kept, STR("persistentVolumeClaim"))))
            field_error(job, entry->key_origin,
                        "volumes.%.*s: a job cannot mount a claim that only one node or pod may; it "
                        "needs accessModes: [ReadWriteMany]%s",
                        STR_ARG(entry->key), job->service->kind == KIND_STATEFULSET ? " and kind: Deployment" : "");
        map_set(&map, entry->key, entry->key_origin, kept);
    }
    return map_end(&map, volumes->origin);
}

static const Value *job_definition(Work *job, const Value *stated)
{
    const Value *volumes = value_get(stated, STR("volumes"));
    if (value_is(volumes, VALUE_MAP)) {
        MapBuilder map = map_begin_with(job->arena, stated);
        put(&map, "volumes", mounts_of(job, volumes));
        stated = map_end(&map, stated->origin);
    }
    const Value *merged = model_merge(job->arena, heritage_of(job, stated), stated);
    MapBuilder map = map_begin_with(job->arena, merged);
    put_text(&map, "kind", job->kind == KIND_CRONJOB ? STR("CronJob") : STR("Job"));
    return map_end(&map, merged->origin);
}

/* ---- one job ---- */

static void check_job(Work *job, const MapEntry *entry)
{
    const Value *hook = value_get(entry->value, STR("hook"));
    if (job->name.size > JOB_NAME_LIMIT)
        work_error(job, entry->key_origin,
                   "jobs.%.*s: its name '%.*s' has %zu characters, and 52 are the most; shorten it",
                   STR_ARG(entry->key), STR_ARG(job->name), job->name.size);
    if (str_equal(job->name, STR("default-deny")) || str_equal(job->name, STR("acme-solver")))
        work_error(job, entry->key_origin, "jobs.%.*s: kiln itself uses the name '%.*s'; choose another",
                   STR_ARG(entry->key), STR_ARG(job->name));
    if (job->kind == KIND_CRONJOB && !value_is_none(hook))
        work_error(job, place_of(job, hook), "jobs.%.*s: 'hook' and 'schedule' exclude each other; keep one",
                   STR_ARG(entry->key));
    for (size_t i = 0; job->kind == KIND_JOB && i < LENGTH_OF(scheduled_rows); i++) {
        const MapEntry *own = value_entry(job->definition.own, str_from(scheduled_rows[i]));
        if (own && !value_is_none(own->value))
            work_error(job, own->key_origin,
                       "jobs.%.*s.%s: has no meaning without schedule; add schedule or remove it",
                       STR_ARG(entry->key), scheduled_rows[i]);
    }
}

static const Value *job_layer(const Value *layers, Str job)
{
    return value_get(value_get(layers, STR("jobs")), job);
}

static Str job_name(Arena *arena, Str service, Str label)
{
    return arena_printf(arena, "%.*s-%.*s", STR_ARG(service), STR_ARG(label));
}

static void job_begin(Work *job, Work *service, const MapEntry *entry)
{
    const Value *schedule = value_get(entry->value, STR("schedule"));
    *job = (Work){.service = service,
                  .label = entry->key,
                  .arena = service->arena,
                  .diags = service->diags,
                  .project = service->project,
                  .environment = service->environment,
                  .definition = service->definition};
    job->name = job_name(job->arena, service->name, entry->key);
    job->prefix = arena_printf(job->arena, "jobs.%.*s.", STR_ARG(entry->key));
    job->kind = value_is_none(schedule) ? KIND_JOB : KIND_CRONJOB;
    job->definition.own = job_layer(service->definition.own, entry->key);
    job->definition.stated = job_layer(service->definition.stated, entry->key);
    if (!value_is_none(value_get(entry->value, STR("image"))))
        job->definition.release = NULL;
    check_job(job, entry);
    job->definition.value = job_definition(job, entry->value);
}

void jobs_complete(Work *work)
{
    const Value *jobs = without_off(work->arena, value_get(work->definition.value, STR("jobs")));
    work->jobs = ARENA_ARRAY(work->arena, Work, jobs->size + 1);
    work->job_count = jobs->size;
    for (uint32_t i = 0; i < jobs->size; i++) {
        Work *job = &work->jobs[i];
        job_begin(job, work, &jobs->entries[i]);
        workload_complete(job);
        work->failed |= job->failed;
    }
}

/* ---- together with others ---- */

void jobs_name(Work *work)
{
    for (size_t i = 0; i < work->job_count; i++) {
        const Work *job = &work->jobs[i];
        const MapEntry *entry = value_entry(value_get(work->definition.value, STR("jobs")), job->label);
        name_add(work, (SharedName){NAME_JOB, job->name, job->label, entry->key_origin});
    }
}

const Value *caller_names(Arena *arena, const Member *caller, Origin place)
{
    Str name = member_name(caller);
    ListBuilder names = list_begin(arena);
    list_add(&names, value_new_string(arena, place, name));
    const Value *jobs = without_off(arena, value_get(caller->definition.value, STR("jobs")));
    for (uint32_t i = 0; i < jobs->size; i++)
        list_add(&names, value_new_string(arena, place, job_name(arena, name, jobs->entries[i].key)));
    return list_end(&names, place);
}

/* Whom the service reaches, its jobs reach; nobody reaches them. */
void jobs_finish(Work *work)
{
    const MapEntry *network = map_peek(&work->out, STR("network"));
    MapBuilder jobs = map_begin(work->arena);
    for (size_t i = 0; i < work->job_count; i++) {
        Work *job = &work->jobs[i];
        MapBuilder map = map_begin(work->arena);
        put(&map, "ingress", &value_empty_list);
        put(&map, "egress", value_get(network->value, STR("egress")));
        put(&job->out, "network", map_end(&map, ORIGIN_NONE));
        map_set(&jobs, job->label, ORIGIN_NONE, map_end(&job->out, job->definition.value->origin));
    }
    put(&work->out, "jobs", map_end(&jobs, ORIGIN_NONE));
    put(&work->out, "secretData", list_end(&work->secret_data, ORIGIN_NONE));
}
