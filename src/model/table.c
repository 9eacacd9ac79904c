/* Finding rows: by document, by name, and below another row. Knows the shape of the table, nothing of values. */
#include "table.h"

const FieldGroup *document_group(ModelDocument document)
{
    static const FieldGroup *const groups[] = {
        [MODEL_SERVICE] = &service_group,
        [MODEL_ENVIRONMENT] = &environment_file_group,
        [MODEL_PROJECT] = &project_group,
        [MODEL_RELEASES] = &releases_group,
    };
    return groups[document];
}

const Field *group_find(const FieldGroup *group, Str name, uint8_t place)
{
    const Field *elsewhere = NULL;
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *row = &group->rows[i];
            if (row->name.size != name.size || memcmp(row->name.data, name.data, name.size) != 0)
                continue;
            if (row_stands(row, place))
                return row;
            elsewhere = row;
        }
    }
    return elsewhere;
}

const Field *row_member(const Field *row, Str key)
{
    const Field *member = row->members ? group_find(row->members, key, 0) : NULL;
    return member ? member : row->type == FIELD_NAMED ? row->entry : NULL;
}

WorkloadKind workload_kind(Str name)
{
    static const struct {
        Str name;
        WorkloadKind kind;
    } kinds[] = {
        {KEY("Deployment"), KIND_DEPLOYMENT},
        {KEY("StatefulSet"), KIND_STATEFULSET},
        {KEY("CronJob"), KIND_CRONJOB},
        {KEY("Job"), KIND_JOB},
    };
    for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
        if (str_equal(name, kinds[i].name))
            return kinds[i].kind;
    }
    return KIND_DEPLOYMENT;
}
