/* The generated table as the program has it: sorted as the searches need it, and every number leading somewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../src/api/api_private.h"

enum { TYPES = 65536 };

typedef struct Audit {
    bool seen[TYPES];
    size_t types;
    size_t fields;
} Audit;

static void audit_type(Audit *audit, uint16_t number);

static void audit_field(Audit *audit, const ApiType *type, const ApiField *field)
{
    assert_true(field->name_size > 0);
    assert_true(field->since <= field->until);
    assert_true(field->required_since == UINT8_MAX || field->required_since <= field->required_until);
    assert_ptr_equal(field_find(type, field_name(field)), field);
    audit->fields++;
    audit_type(audit, field->type);
}

static void audit_type(Audit *audit, uint16_t number)
{
    const ApiType *type = &api_types[number];
    if (audit->seen[number])
        return;
    audit->seen[number] = true;
    audit->types++;
    assert_true(type->base < BASE_COUNT);
    assert_true(api_bounds[type->bound].low <= api_bounds[type->bound].high);
    assert_true(type->key_count <= API_KEYS_MAX);
    if (type->base == BASE_LIST || type->base == BASE_MAP)
        audit_type(audit, type->first);
    for (unsigned i = 0; type->base == BASE_STRUCT && i < type->count; i++)
        audit_field(audit, type, &api_fields[type->first + i]);
    /* The items of a list are told apart by fields that they have. */
    for (unsigned i = 0; type->base == BASE_LIST && i < type->key_count; i++)
        assert_non_null(field_find(&api_types[type->first], api_text(api_words[type->keys + i])));
}

static void all_that_kinds_are_made_of(void **state)
{
    (void)state;
    static Audit audit;
    for (size_t i = 0; i < api_kind_count; i++) {
        const ApiKind *kind = &api_kinds[i];
        assert_ptr_equal(kind_find(api_text(kind->name.version), api_text(kind->name.kind)), kind);
        assert_true(kind->since <= kind->until);
        audit_type(&audit, kind->type);
        assert_int_equal(api_types[kind->type].base, BASE_STRUCT);
        assert_non_null(field_find(&api_types[kind->type], STR("metadata")));
    }
    assert_true(api_kind_count > 200);
    assert_true(audit.types > 2000);
    assert_true(audit.fields > 8000);
}

/* What takes an old one's place is served, and not old itself. */
static void old_ones_lead_to_new_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < api_old_count; i++) {
        const ApiOld *old = &api_olds[i];
        assert_ptr_equal(old_find(api_text(old->name.version), api_text(old->name.kind)), old);
        assert_true(old->deprecated <= old->removed);
        Str version = api_text(old->successor.version), kind = api_text(old->successor.kind);
        if (!version.size)
            continue;
        assert_null(old_find(version, kind));
        /* The table leaves out what is no object of its own, such as reviews. */
        const ApiKind *served = kind_find(version, kind);
        assert_true(!served || served->until == UINT8_MAX);
    }
}

static void versions_are_those_of_the_table(void **state)
{
    (void)state;
    unsigned count = 0;
    while (api_versions[count]) {
        assert_int_equal(api_minor(str_from(api_versions[count])), api_oldest + count);
        count++;
    }
    assert_int_equal(api_oldest + count - 1, api_newest);
    assert_true(api_version_known(STR(API_VERSION_DEFAULT)));
    assert_false(api_version_known(STR("1.29")));
    assert_false(api_version_known(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_kinds_are_made_of),
        cmocka_unit_test(old_ones_lead_to_new_ones),
        cmocka_unit_test(versions_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
