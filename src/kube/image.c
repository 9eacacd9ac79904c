/*
 * Image references after the grammar of github.com/distribution/reference: [host[:port]/]repository[:tag][@digest]. A
 * reference is taken apart first and its parts are judged one by one, so that the phrase can name the part that is
 * wrong. It knows nothing of registries, nor of what Docker adds to a short name.
 */
#include "kiln/kube.h"
#include "chars.h"

#define REPOSITORY_MAX 255
#define TAG_MAX 128

static const char *const why_parts =
    "repository parts must be lower-case letters and digits, joined by one '.', one or two '_', or any number of '-'";

typedef bool CharFn(char c);

static bool any_char(Str text, CharFn *is)
{
    for (size_t i = 0; i < text.size; i++)
        if (is(text.data[i]))
            return true;
    return false;
}

static bool all_chars(Str text, CharFn *is)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is(text.data[i]))
            return false;
    return true;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool is_word(char c)
{
    return is_alnum_or(c, "_");
}

static bool is_tag_char(char c)
{
    return is_alnum_or(c, "_.-");
}

static bool is_hex_lower(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_ipv6_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
}

static bool is_host_char(char c)
{
    return is_alnum_or(c, "-");
}

/* Letters, digits and inner dashes between dots; or an IPv6 address in brackets. */
static bool host_valid(Str host)
{
    if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
        return host.size > 2 && all_chars(str_slice(host, 1, host.size - 1), is_ipv6_char);
    Str label;
    while (str_split(&host, '.', &label))
        if (!label.size || !all_chars(label, is_host_char) || label.data[0] == '-' ||
            label.data[label.size - 1] == '-')
            return false;
    return true;
}

/* How many characters the separator at from has: . _ __ or a run of dashes; 0 where there is none. */
static size_t separator_at(Str text, size_t from)
{
    char c = text.data[from];
    if (c == '.')
        return 1;
    if (c == '_')
        return from + 1 < text.size && text.data[from + 1] == '_' ? 2 : 1;
    size_t at = from;
    while (at < text.size && text.data[at] == '-')
        at++;
    return at - from;
}

static bool part_valid(Str part)
{
    size_t at = 0;
    for (;;) {
        size_t start = at;
        while (at < part.size && is_lower_alnum(part.data[at]))
            at++;
        if (at == start)
            return false;
        if (at == part.size)
            return true;
        size_t separator = separator_at(part, at);
        if (!separator)
            return false;
        at += separator;
        if (at == part.size)
            return false;
    }
}

/*
 * Whether the first part is a host: it has a dot or a port, or is localhost or in brackets. The grammar would also
 * take any other text that is no lower-case part for a host (`Team/app`), which nobody means; that is refused as
 * upper case.
 */
static bool part_is_host(Str part)
{
    return str_has_char(part, '.') || str_has_char(part, ':') || str_equal(part, STR("localhost"));
}

static const char *host_why(Str part)
{
    ptrdiff_t colon = str_rfind_char(part, ':');
    bool port = colon >= 0 && !str_ends(part, STR("]"));
    Str host = port ? str_slice(part, 0, (size_t)colon) : part;
    Str digits = port ? str_slice(part, (size_t)colon + 1, part.size) : STR("0");
    if (!host_valid(host)) {
        /* A dot alone makes no host: test_app.x/y is a path. */
        if (!port && !str_starts(part, STR("[")) && part_valid(part))
            return NULL;
        return "registry host must be letters, digits and inner '-', joined by '.'";
    }
    if (!digits.size || digits_at(digits, 0) != digits.size)
        return "registry port must be a number";
    return NULL;
}

static const char *path_why(Str path)
{
    Str part;
    while (str_split(&path, '/', &part)) {
        if (!part.size)
            return "repository has an empty part beside a '/'";
        if (any_char(part, is_upper))
            return "repository must be lower case";
        if (!part_valid(part))
            return why_parts;
    }
    return NULL;
}

static const char *repository_why(Str repository)
{
    if (!repository.size)
        return "repository is missing";
    if (str_find(repository, STR("://"), 0) >= 0)
        return "must have no scheme: leave out everything up to '://'";
    if (repository.size > REPOSITORY_MAX)
        return "repository must be at most 255 characters";
    if (repository.size == SHA256_HEX_SIZE && all_chars(repository, is_hex_lower))
        return "repository must not be 64 hex digits, which is an image id";
    ptrdiff_t slash = str_find(repository, STR("/"), 0);
    Str first = slash < 0 ? STR_NONE : str_slice(repository, 0, (size_t)slash);
    if (!part_is_host(first))
        return path_why(repository);
    const char *why = host_why(first);
    return why ? why : path_why(str_slice(repository, (size_t)slash + 1, repository.size));
}

static const char *tag_why(Str tag)
{
    if (!tag.size)
        return "tag is empty after ':'";
    if (tag.size > TAG_MAX)
        return "tag must be at most 128 characters";
    if (!is_word(tag.data[0]) || !all_chars(tag, is_tag_char))
        return "tag must match [A-Za-z0-9_][A-Za-z0-9_.-]*";
    return NULL;
}

static const char *digest_why(Str digest)
{
    static const char why[] = "digest must be 'sha256:' and 64 lower-case hex digits";
    if (!str_starts(digest, STR("sha256:")))
        return why;
    Str hex = str_slice(digest, 7, digest.size);
    return hex.size == SHA256_HEX_SIZE && all_chars(hex, is_hex_lower) ? NULL : why;
}

bool image_parse(Str text, Image *image, const char **why)
{
    *image = (Image){STR(""), STR(""), STR("")};
    Str rest = text;
    ptrdiff_t at = str_find(text, STR("@"), 0);
    if (at >= 0) {
        image->digest = str_slice(text, (size_t)at + 1, text.size);
        rest = str_slice(text, 0, (size_t)at);
    }
    /* The colon of a tag stands behind the last slash; one before it is a port's. */
    ptrdiff_t colon = str_rfind_char(rest, ':');
    bool tagged = colon >= 0 && colon > str_rfind_char(rest, '/');
    image->repository = tagged ? str_slice(rest, 0, (size_t)colon) : rest;
    if (tagged)
        image->tag = str_slice(rest, (size_t)colon + 1, rest.size);

    *why = NULL;
    if (!text.size)
        *why = "image is empty";
    else if (any_char(text, is_blank))
        *why = "must not contain white space";
    else
        *why = repository_why(image->repository);
    if (!*why && tagged)
        *why = tag_why(image->tag);
    if (!*why && at >= 0)
        *why = digest_why(image->digest);
    return !*why;
}
