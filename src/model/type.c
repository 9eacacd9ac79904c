/*
 * Scalars: what each type of the field table accepts, what it becomes in long form, and how messages speak of it.
 * Knows no paths and no fields beyond the row at hand.
 */
#include "expand.h"

#include <math.h>

#include "kiln/kube.h"
#include "kiln/yaml.h"

/* How a value of a type must be written. */
typedef enum Manner {
    AS_NONE, /* no scalar */
    AS_TEXT, /* any scalar, taken as written */
    AS_NUMBER,
    AS_BOOL,
    AS_EITHER /* a number, or text */
} Manner;

typedef struct Type {
    Manner manner;
    bool (*valid)(Str text); /* AS_TEXT, and the text of AS_EITHER; NULL: any */
    const char *expected;
} Type;

/* ---- the types' own grammars ---- */

static bool no_control(Str text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127)
            return false;
    }
    return true;
}

static bool in_set(Str text, const char *set)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!text.data[i] || !strchr(set, text.data[i]))
            return false;
    }
    return text.size > 0;
}

static bool is_digits(Str text)
{
    return in_set(text, "0123456789");
}

static bool climbs(Str path)
{
    Str part;
    while (str_split(&path, '/', &part)) {
        if (str_equal(part, STR("..")))
            return true;
    }
    return false;
}

static bool valid_path(Str text)
{
    return text.size && text.data[0] == '/' && no_control(text);
}

static bool valid_relative(Str text)
{
    return text.size && text.data[0] != '/' && no_control(text) && !climbs(text);
}

static bool valid_file(Str text)
{
    if (text.size && text.data[0] == '/')
        return text.size > 1 && no_control(text) && !climbs(text) && text.data[text.size - 1] != '/';
    return name_is_config_key(text);
}

static bool valid_label(Str text)
{
    return text.size && name_is_label_value(text);
}

static bool valid_resource(Str text)
{
    return str_has_char(text, '/') && name_is_label_key(text);
}

static bool valid_quantity(Str text)
{
    Quantity quantity;
    return quantity_parse(text, &quantity) && quantity.nano >= 0;
}

static bool valid_duration(Str text)
{
    int64_t milliseconds;
    return duration_parse(text, &milliseconds);
}

static bool valid_percentage(Str text)
{
    int64_t number;
    bool percent;
    return int_or_percent_parse(text, &number, &percent) && percent;
}

/* 99.9% */
static bool valid_percent(Str text)
{
    if (text.size < 2 || text.data[text.size - 1] != '%')
        return false;
    Str rest = str_slice(text, 0, text.size - 1), whole;
    if (!str_split(&rest, '.', &whole) || !is_digits(whole) || whole.size > 3)
        return false;
    if (whole.size + 1 == text.size)
        return whole.size < 3 || str_equal(whole, STR("100"));
    return is_digits(rest) && (whole.size < 3 || (str_equal(whole, STR("100")) && in_set(rest, "0")));
}

static bool valid_email(Str text)
{
    ptrdiff_t at = str_rfind_char(text, '@');
    if (at < 1 || !no_control(text) || str_has_char(text, ' '))
        return false;
    return str_find(text, STR("@"), 0) == at && name_is_host(str_slice(text, (size_t)at + 1, text.size));
}

static bool valid_digest(Str text)
{
    return str_starts(text, STR("sha256:")) && text.size == 7 + 64 &&
           in_set(str_slice(text, 7, text.size), "0123456789abcdef");
}

static bool valid_revision(Str text)
{
    return text.size == 40 && in_set(text, "0123456789abcdef");
}

static const Type types[FIELD_TYPE_COUNT] = {
    [FIELD_BLOCK] = {AS_NONE, NULL, "a map"},
    [FIELD_NAMED] = {AS_NONE, NULL, "a map"},
    [FIELD_LIST] = {AS_NONE, NULL, "a list"},
    [FIELD_FREE] = {AS_NONE, NULL, "a map"},
    [FIELD_ANY] = {AS_NONE, NULL, "a value"},
    [FIELD_CONFIG] = {AS_NONE, NULL, "text"},
    [FIELD_BOOL] = {AS_BOOL, NULL, "true or false"},
    [FIELD_INTEGER] = {AS_NUMBER, NULL, "an integer"},
    [FIELD_NUMBER] = {AS_NUMBER, NULL, "a number"},
    [FIELD_STRING] = {AS_TEXT, NULL, "a string"},
    [FIELD_SCALAR] = {AS_TEXT, NULL, "a string, number or boolean"},
    [FIELD_ENUM] = {AS_TEXT, NULL, "one of a few words"},
    [FIELD_NAME] = {AS_TEXT, name_is_dns_label, "a name (a-z, 0-9 and -, at most 63, from a letter on)"},
    [FIELD_PORT] = {AS_NUMBER, NULL, "a port (1-65535)"},
    [FIELD_PORT_NAME] = {AS_TEXT, name_is_port, "a port name (a-z, 0-9 and -, at most 15, with a letter)"},
    [FIELD_PORT_REF] = {AS_EITHER, name_is_port, "a port (1-65535) or a port's name"},
    [FIELD_QUANTITY] = {AS_TEXT, valid_quantity, "a quantity such as 500m or 2Gi"},
    [FIELD_DURATION] = {AS_TEXT, valid_duration, "a duration such as 30s, 5m or 30d"},
    [FIELD_INT_OR_PERCENT] = {AS_EITHER, valid_percentage, "an integer from 0 or a percentage such as 25%"},
    [FIELD_PERCENT] = {AS_TEXT, valid_percent, "a percentage such as 99.9%"},
    [FIELD_PATH] = {AS_TEXT, valid_path, "an absolute path"},
    [FIELD_RELATIVE_PATH] = {AS_TEXT, valid_relative, "a relative path without .."},
    [FIELD_FILE] = {AS_TEXT, valid_file, "a file name or an absolute path"},
    [FIELD_LABEL] = {AS_TEXT, valid_label, "a label value (letters, digits, '-', '_' and '.', at most 63)"},
    [FIELD_LABEL_KEY] = {AS_TEXT, name_is_label_key, "a label key such as app or example.com/app"},
    [FIELD_ENV_NAME] = {AS_TEXT, name_is_env,
                        "a variable's name (letters, digits, '-', '_' and '.', no digit first)"},
    [FIELD_CONFIG_KEY] = {AS_TEXT, name_is_config_key, "a key (letters, digits, '-', '_' and '.', at most 253)"},
    [FIELD_RESOURCE] = {AS_TEXT, valid_resource, "cpu, memory, ephemeral-storage or vendor/name"},
    [FIELD_IMAGE] = {AS_TEXT, NULL, "an image such as registry.example.com/app:v1.2.3"},
    [FIELD_HOST] = {AS_TEXT, name_is_host, "a DNS name"},
    [FIELD_CIDR] = {AS_TEXT, cidr_valid, "a network such as 10.0.0.0/8"},
    [FIELD_CRON] = {AS_TEXT, cron_valid, "a schedule such as \"0 2 * * *\""},
    [FIELD_DATE] = {AS_TEXT, date_valid, "a date such as 2027-01-31"},
    [FIELD_EMAIL] = {AS_TEXT, valid_email, "an e-mail address"},
    [FIELD_DIGEST] = {AS_TEXT, valid_digest, "a digest: sha256: and 64 hex digits"},
    [FIELD_REVISION] = {AS_TEXT, valid_revision, "a Git revision of 40 hex digits"},
};

bool type_accepts(FieldType type, Str text)
{
    const Type *info = &types[type];
    return (info->manner == AS_TEXT || info->manner == AS_EITHER) && (!info->valid || info->valid(text));
}

const char *type_expected(FieldType type)
{
    return types[type].expected;
}

/* ---- words for messages ---- */

static void print_choices(const Field *row, Buf *out)
{
    if (!row->choices[1] && !row->later_choices) {
        buf_printf(out, "%s", row->choices[0]);
        return;
    }
    buf_add(out, STR("one of "));
    for (size_t i = 0; row->choices[i]; i++)
        buf_printf(out, "%s%s", i ? ", " : "", row->choices[i]);
    for (size_t i = 0; row->later_choices && row->later_choices[i]; i++)
        buf_printf(out, ", %s", row->later_choices[i]);
}

static void print_number_type(const Field *row, Buf *out)
{
    buf_printf(out, "%s from %g", types[row->type].expected, row->min);
    if (row->max > 0)
        buf_printf(out, " to %g", row->max);
}

void expected_print(const Field *row, Buf *out)
{
    const Field *scalar = row->scalar ? row_member(row, str_from(row->scalar)) : NULL;
    if (row->type == FIELD_ENUM)
        print_choices(row, out);
    else if (row->type == FIELD_INTEGER || row->type == FIELD_NUMBER)
        print_number_type(row, out);
    else
        buf_printf(out, "%s", types[row->type].expected);
    if (scalar) {
        buf_add(out, STR(" or "));
        while (scalar->scalar)
            scalar = row_member(scalar, str_from(scalar->scalar));
        expected_print(scalar, out);
    }
    if (row->off)
        buf_add(out, STR(" or false"));
}

void found_print(const Value *value, Buf *out)
{
    enum { SHOWN = 60 };
    if (value->kind != VALUE_STRING && value->kind != VALUE_NUMBER && value->kind != VALUE_BOOL) {
        buf_printf(out, "%s", value_kind_name((ValueKind)value->kind));
        return;
    }
    Str text = value_text(value), line;
    Str rest = text;
    if (!str_split(&rest, '\n', &line))
        line = text;
    size_t end = line.size > SHOWN ? SHOWN : line.size;
    while (end < line.size && end > 0 && ((unsigned char)line.data[end] & 0xC0) == 0x80)
        end--;
    const char *quote = value->kind == VALUE_STRING ? "'" : "";
    buf_printf(out, "%s%.*s%s%s", quote, (int)end, line.size ? line.data : "", end < text.size ? "…" : "", quote);
}

/* ---- what other readers read ---- */

/* 8080 is 8080 to everybody. */
static bool is_plain_decimal(Str text)
{
    return is_digits(text) && (text.data[0] != '0' || text.size == 1);
}

/* What was settled before references were resolved need not be looked at again. */
static bool ambiguous(Expand *expand, const Value *value, const Path *path, const char *advice)
{
    if (!(value->flags & VALUE_PLAIN) || expand->how.resolved || is_plain_decimal(value_text(value)))
        return false;
    Str readings = yaml_ambiguity(expand->arena, value);
    if (!readings.data)
        return false;
    expand_fail(expand, value->origin, path, "%.*s is %.*s; %s", STR_ARG(value_text(value)), STR_ARG(readings),
                advice);
    return true;
}

bool expand_unambiguous(Expand *expand, const Value *value, const Path *path)
{
    if (value_is_scalar(value))
        return !ambiguous(expand, value, path, "quote it for text, or write it so that all read alike");
    bool good = true;
    if (value->kind != VALUE_MAP && value->kind != VALUE_LIST)
        return good;
    for (uint32_t i = 0; i < value->size; i++) {
        bool map = value->kind == VALUE_MAP;
        Path below = {path, map ? value->entries[i].key : STR_NONE, i};
        good &= expand_unambiguous(expand, map ? value->entries[i].value : value->items[i], &below);
    }
    return good;
}

/* ---- scalars under their rows ---- */

static const Value *expand_number(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (ambiguous(expand, value, path, "write a plain decimal number, without quotes"))
        return NULL;
    bool port = row->type == FIELD_PORT || row->type == FIELD_PORT_REF;
    double low = port ? 1 : row->min, high = port ? 65535 : row->max > 0 ? row->max : 2147483647.0;
    bool whole = row->type != FIELD_NUMBER;
    int64_t integer;
    if (value->kind != VALUE_NUMBER || (whole && !value_integer(value, &integer)) || !(value->number >= low) ||
        !(value->number <= high))
        return expand_mismatch(expand, row, value, path);
    if (port && row->min > value->number)
        return expand_fail(expand, value->origin, path,
                           "expected a port from %g, as no process here is root, found %.*s; %s", row->min,
                           STR_ARG(value_text(value)), row->hint);
    return value;
}

static bool is_choice(const char *const *choices, Str text)
{
    for (size_t i = 0; choices && choices[i]; i++) {
        if (str_equal(text, str_from(choices[i])))
            return true;
    }
    return false;
}

static const Value *expand_choice(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    Str text = value_text(value);
    if (is_choice(row->choices, text))
        return value_as_string(expand->arena, value);
    if (is_choice(row->later_choices, text))
        return expand_fail(expand, value->origin, path, "%.*s is not supported yet", STR_ARG(text));
    NearMiss miss = near_miss_begin(text);
    for (size_t i = 0; row->choices[i]; i++)
        near_miss_offer(&miss, str_from(row->choices[i]));
    for (size_t i = 0; row->later_choices && row->later_choices[i]; i++)
        near_miss_offer(&miss, str_from(row->later_choices[i]));
    Str best = near_miss_best(&miss);
    if (!best.data)
        return expand_mismatch(expand, row, value, path);
    Buf expected = {0};
    expected_print(row, &expected);
    expand_fail(expand, value->origin, path, "expected %.*s, found '%.*s'; did you mean '%.*s'?",
                STR_ARG(buf_str(&expected)), STR_ARG(text), STR_ARG(best));
    buf_release(&expected);
    return NULL;
}

static const Value *expand_image(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    Image image;
    const char *why = "";
    Str text = value_text(value);
    if (!image_parse(text, &image, &why))
        return expand_fail(expand, value->origin, path, "'%.*s' is no image reference: %s", STR_ARG(text), why);
    if (row->pinned && (!image.tag.size || !image.digest.size))
        return expand_fail(expand, value->origin, path, "expected an image with tag and digest, found '%.*s'",
                           STR_ARG(text));
    return value_as_string(expand->arena, value);
}

static const Value *expand_quantity(Expand *expand, const Value *value)
{
    Quantity quantity;
    char buffer[QUANTITY_TEXT_SIZE];
    if (!quantity_parse(value_text(value), &quantity))
        return value;
    Str canonical = quantity_print(quantity, buffer);
    if (str_equal(canonical, value_text(value)))
        return value_as_string(expand->arena, value);
    return value_new_string(expand->arena, value->origin, arena_copy(expand->arena, canonical));
}

static const Value *expand_text(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (row->type == FIELD_ENUM)
        return expand_choice(expand, row, value, path);
    if (row->type == FIELD_IMAGE)
        return expand_image(expand, row, value, path);
    if (types[row->type].valid && !types[row->type].valid(value_text(value)))
        return expand_mismatch(expand, row, value, path);
    if (row->type == FIELD_QUANTITY)
        return expand_quantity(expand, value);
    return value_as_string(expand->arena, value);
}

const Value *expand_scalar(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    const Type *info = &types[row->type];
    if (!row->literal && value_waits(expand, value))
        return value;
    if (info->manner == AS_BOOL) {
        if (ambiguous(expand, value, path, "write true or false"))
            return NULL;
        return value->kind == VALUE_BOOL ? value : expand_mismatch(expand, row, value, path);
    }
    if (info->manner == AS_NUMBER || (info->manner == AS_EITHER && value->kind == VALUE_NUMBER))
        return expand_number(expand, row, value, path);
    if (info->manner == AS_EITHER && value->kind == VALUE_BOOL)
        return expand_mismatch(expand, row, value, path);
    return value_is_scalar(value) ? expand_text(expand, row, value, path) : expand_mismatch(expand, row, value, path);
}
