/*
 * Names: what Kubernetes accepts as a DNS label, subdomain, port name, label, environment variable or config key
 * (k8s.io/apimachinery/pkg/util/validation). Each is a set of characters, rules for the first and last one, and a
 * length.
 */
#include "kiln/kube.h"
#include "chars.h"

#define LABEL_MAX 63
#define SUBDOMAIN_MAX 253
#define PORT_MAX 15

/* RFC 1123: [a-z0-9]([-a-z0-9]*[a-z0-9])?, of any length: Kubernetes bounds only the whole of a subdomain. */
static bool dns_part(Str text)
{
    if (!text.size || text.data[0] == '-' || text.data[text.size - 1] == '-')
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_lower_alnum(text.data[i]) && text.data[i] != '-')
            return false;
    return true;
}

bool name_is_dns_label(Str text)
{
    return text.size <= LABEL_MAX && dns_part(text) && is_lower(text.data[0]);
}

bool name_is_dns_subdomain(Str text)
{
    if (!text.size || text.size > SUBDOMAIN_MAX)
        return false;
    Str part;
    while (str_split(&text, '.', &part))
        if (!dns_part(part))
            return false;
    return true;
}

bool name_is_host(Str text)
{
    if (!name_is_dns_subdomain(text))
        return false;
    /* An address is no name: 10.0.0.1 has digits and dots only. */
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i]) && text.data[i] != '.')
            return true;
    return false;
}

bool name_is_port(Str text)
{
    if (text.size > PORT_MAX || !dns_part(text) || str_find(text, STR("--"), 0) >= 0)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (is_lower(text.data[i]))
            return true;
    return false;
}

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9], the form of a label's name and value. */
static bool label_part(Str text)
{
    if (!text.size || text.size > LABEL_MAX || !is_alnum(text.data[0]) || !is_alnum(text.data[text.size - 1]))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_alnum_or(text.data[i], "-_."))
            return false;
    return true;
}

bool name_is_label_key(Str text)
{
    ptrdiff_t slash = str_find(text, STR("/"), 0);
    if (slash < 0)
        return label_part(text);
    return name_is_dns_subdomain(str_slice(text, 0, (size_t)slash)) &&
           label_part(str_slice(text, (size_t)slash + 1, text.size));
}

bool name_is_label_value(Str text)
{
    return !text.size || label_part(text);
}

/* [-._a-zA-Z0-9]+, but nothing that a shell or a mount would take for a way up. */
static bool file_like(Str text)
{
    if (!text.size || str_equal(text, STR(".")) || str_starts(text, STR("..")))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_alnum_or(text.data[i], "-._"))
            return false;
    return true;
}

bool name_is_env(Str text)
{
    return file_like(text) && !is_digit(text.data[0]);
}

bool name_is_config_key(Str text)
{
    return text.size <= SUBDOMAIN_MAX && file_like(text);
}
