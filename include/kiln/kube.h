/*
 * kube: Kubernetes' small languages: quantities, image references, names, labels, durations. Pure text in, data out; the
 * caller, who knows the place, reports. Functions return false (or NULL) for text that is not of the language.
 */
#ifndef KILN_KUBE_H
#define KILN_KUBE_H

#include "kiln/base.h"

/* ---- quantities (k8s.io/apimachinery/pkg/api/resource) ---- */

/*
 * A quantity is a decimal number times 10^-9 units, held exactly in 128 bits; what is finer than a nano is rounded up, as
 * Kubernetes does. Its format decides how it is printed.
 */
typedef enum QuantityFormat { QUANTITY_DECIMAL_SI, QUANTITY_BINARY_SI, QUANTITY_DECIMAL_EXPONENT } QuantityFormat;
typedef struct Quantity {
    __int128 nano;
    QuantityFormat format;
} Quantity;
bool quantity_parse(Str text, Quantity *quantity) KILN_MUST_USE;
#define QUANTITY_TEXT_SIZE 64
/* The canonical form that an API server stores: 2000m → 2, 1024Mi → 1Gi, 0.5 → 500m. */
Str quantity_print(Quantity quantity, char text[QUANTITY_TEXT_SIZE]);
int quantity_compare(Quantity a, Quantity b);
double quantity_number(Quantity quantity);

/* ---- image references (github.com/distribution/reference) ---- */

typedef struct Image {
    Str repository; /* with the host, as written: registry.example.com:5000/team/app */
    Str tag;        /* empty where there is none */
    Str digest;     /* with its algorithm, sha256:…; empty where there is none */
} Image;
/* On failure *why says what is wrong, as a phrase: "repository must be lower case". */
bool image_parse(Str text, Image *image, const char **why) KILN_MUST_USE;

/* ---- names ---- */

bool name_is_dns_label(Str text);     /* RFC 1123 label starting with a letter (RFC 1035): ≤ 63 */
bool name_is_dns_subdomain(Str text); /* RFC 1123: ≤ 253, labels joined by dots */
bool name_is_port(Str text);          /* IANA service name: ≤ 15, [a-z0-9-], at least one letter, no -- and no - at an end */
bool name_is_label_key(Str text);     /* [prefix/]name */
bool name_is_label_value(Str text);   /* ≤ 63, may be empty */
bool name_is_env(Str text);           /* [-._A-Za-z][-._A-Za-z0-9]* */
bool name_is_config_key(Str text);    /* ConfigMap and Secret keys: [-._a-zA-Z0-9]+ ≤ 253, not . or .. */
bool name_is_host(Str text);          /* concrete DNS name: a subdomain; no wildcard */
bool cidr_valid(Str text);            /* IPv4 or IPv6 prefix with no host bits set is not required */

/* ---- durations: 300ms 30s 5m 1h 30d, and Go's sums of them (1h30m) ---- */

bool duration_parse(Str text, int64_t *milliseconds) KILN_MUST_USE;
/* Go's spelling, without days: 30d → 720h. */
Str duration_print(Arena *arena, int64_t milliseconds);

/* An integer or a percentage; *percent tells which. */
bool int_or_percent_parse(Str text, int64_t *number, bool *percent) KILN_MUST_USE;
/* SemVer 2.0.0, a leading v allowed. */
bool semver_valid(Str text);

#endif
