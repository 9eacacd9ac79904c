/*
 * Address ranges: an address as inet_pton reads it, a slash and a prefix length. Stricter than an API server in one
 * point: the leading zeros that old servers tolerate (010.0.0.0/8) mean different things to different readers and are
 * refused.
 */
#include "kiln/kube.h"
#include "chars.h"

#include <arpa/inet.h>

static bool address_valid(Str text, int family)
{
    char address[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (text.size >= sizeof address || str_has_char(text, '\0'))
        return false;
    memcpy(address, text.data, text.size);
    address[text.size] = '\0';
    return inet_pton(family, address, bytes) == 1;
}

bool cidr_valid(Str text)
{
    ptrdiff_t slash = str_find(text, STR("/"), 0);
    if (slash <= 0)
        return false;
    Str address = str_slice(text, 0, (size_t)slash);
    Str prefix = str_slice(text, (size_t)slash + 1, text.size);
    bool six = str_has_char(address, ':');
    int64_t bits;
    if (!prefix.size || digits_at(prefix, 0) != prefix.size || (prefix.size > 1 && prefix.data[0] == '0'))
        return false;
    return digits_value(prefix, six ? 128 : 32, &bits) && address_valid(address, six ? AF_INET6 : AF_INET);
}
