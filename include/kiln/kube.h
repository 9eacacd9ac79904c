/*
 * kube: Kubernetes' small languages: quantities, image references, names, labels, durations. Pure text in, data out;
 * the caller, who knows the place, reports. Functions return false (or NULL) for text that is not of the language.
 */
#ifndef KILN_KUBE_H
#define KILN_KUBE_H

#include "kiln/base.h"

/* ---- quantities (k8s.io/apimachinery/pkg/api/resource) ---- */

/*
 * A quantity is a number of 10^-9 units, held exactly in 128 bits; what is finer than a nano is rounded away from
 * zero, as Kubernetes does. Its format decides how it is printed. The bounds: a binary suffix is capped at 2^63-1
 * units, as Kubernetes caps it; any other number above 1.7 × 10^29 units, which Kubernetes would still hold, is not a
 * quantity here. Nor is a text without a digit ("", "-", "m"), which Kubernetes' documented grammar excludes and its
 * parser reads as 0.
 */
typedef enum QuantityFormat { QUANTITY_DECIMAL_SI, QUANTITY_BINARY_SI, QUANTITY_DECIMAL_EXPONENT } QuantityFormat;
typedef struct Quantity {
    __int128 nano;
    QuantityFormat format;
} Quantity;
bool quantity_parse(Str text, Quantity *quantity) KILN_MUST_USE;
#define QUANTITY_TEXT_SIZE 64
/*
 * The canonical form, which an API server stores unchanged: 2000m → 2, 1024Mi → 1Gi, 0.5 → 500m. (A server keeps a
 * few other spellings as they came, such as +1Ki or 1.500; those become canonical here too.)
 */
Str quantity_print(Quantity quantity, char text[QUANTITY_TEXT_SIZE]);
int quantity_compare(Quantity a, Quantity b);
double quantity_number(Quantity quantity);

/* ---- image references (github.com/distribution/reference) ---- */

typedef struct Image {
    Str repository; /* with the host, as written: registry.example.com:5000/team/app */
    Str tag;        /* empty where there is none */
    Str digest;     /* with its algorithm, sha256:…; empty where there is none */
} Image;
/*
 * On failure *why says what is wrong, as a phrase: "repository must be lower case". Narrower than the grammar in
 * three points, each of which would only fail at the pull: a digest is sha256 (64 lower-case hex), an upper-case
 * first part without dot or port (Team/app) is no host, and 64 hex digits alone are an image id. The parts point into
 * text; where there is none they are empty.
 */
bool image_parse(Str text, Image *image, const char **why) KILN_MUST_USE;

/* ---- names ---- */

bool name_is_dns_label(Str text);     /* RFC 1123 label starting with a letter (RFC 1035): ≤ 63 */
bool name_is_dns_subdomain(Str text); /* RFC 1123: ≤ 253, labels joined by dots */
bool name_is_port(Str text);          /* IANA service name: ≤ 15, [a-z0-9-], a letter, no -- and no - at an end */
bool name_is_label_key(Str text);     /* [prefix/]name */
bool name_is_label_value(Str text);   /* ≤ 63, may be empty */
bool name_is_env(Str text);           /* [-._A-Za-z][-._A-Za-z0-9]*, not . and not starting with .. */
bool name_is_config_key(Str text);    /* of ConfigMap, Secret: [-._A-Za-z0-9]+ ≤ 253, not . nor starting with .. */
bool name_is_host(Str text);          /* concrete DNS name: a subdomain; no wildcard, no IPv4 address */
bool cidr_valid(Str text);            /* 10.0.0.0/8, fd00::/8; host bits may be set, leading zeros may not */

/* ---- durations: 300ms 30s 5m 1h 30d, and Go's sums of them (1h30m) ---- */

/* Whole numbers with a unit each, in any order; neither a sign nor a fraction; at most 292 years, as Go can hold. */
bool duration_parse(Str text, int64_t *milliseconds) KILN_MUST_USE;
/*
 * As Go reads it, largest unit first, without days and without zero parts: 30d → 720h, 90m → 1h30m, 1500ms → 1s500ms,
 * 0 → 0s.
 */
Str duration_print(Arena *arena, int64_t milliseconds);

/* A day of the calendar: 2026-01-31 (RFC 3339 full-date). */
bool date_valid(Str text);

/* An integer or a percentage, not negative, at most 2^31-1, no leading zero; *percent tells which. */
bool int_or_percent_parse(Str text, int64_t *number, bool *percent) KILN_MUST_USE;
/*
 * A CronJob's schedule: five fields (names allowed, Sunday is 0 and not 7), @daily and its like, or @every 1h30m. No
 * time zone.
 */
bool cron_valid(Str text);
/* SemVer 2.0.0, a leading v allowed. */
bool semver_valid(Str text);

#endif
