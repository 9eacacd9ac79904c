/* Who reaches the service and whom it reaches: definition.md §2 "Network". */
#include "table.h"

const Field scalar_entry = {.type = FIELD_SCALAR, .doc = "Text, taken as written.", .example = "api"};

/* ---- service ---- */

static const Field service_port_rows[] = {
    {.name = KEY("headless"), .type = FIELD_BOOL, .fallback = &value_false, .fallback_note = "true for a StatefulSet",
     .doc = "Whether the name leads to the pods themselves.", .example = "true"},
    {.name = KEY("aliases"), LIST_OF(FIELD_NAME), .doc = "Further names for the same Service.", .example = "[embers-api-service]"},
    {.name = KEY("annotations"), SCALARS_BY(FIELD_LABEL_KEY), .doc = "Annotations of the Service.",
     .example = "{example.com/team: payments}"},
    {.name = KEY("type"), .type = FIELD_ENUM, .choices = CHOICES("ClusterIP", "LoadBalancer"), .fallback = TEXT_VALUE("ClusterIP"),
     .doc = "Whether a load balancer outside the cluster leads here.", .example = "LoadBalancer"},
    {.name = KEY("loadBalancerSourceRanges"), LIST_OF(FIELD_CIDR), .doc = "The networks that the load balancer admits.",
     .example = "[203.0.113.0/24]"},
};

/* ---- ingress ---- */

static const Field route_rows[] = {
    {.name = KEY("host"), .type = FIELD_HOST, .fallback_note = "the block's", .doc = "A further host.", .example = "rpc.example.com"},
    {.name = KEY("path"), .type = FIELD_PATH, .fallback_note = "the block's", .doc = "A further path.", .example = "/rpc"},
    {.name = KEY("pathType"), .type = FIELD_ENUM, .choices = CHOICES("Prefix", "Exact"), .fallback_note = "the block's",
     .doc = "How the path is compared.", .example = "Exact"},
    {.name = KEY("port"), .type = FIELD_PORT_NAME, .fallback_note = "the block's", .doc = "The port that it leads to.", .example = "grpc"},
};
static const Field route_entry = {.type = FIELD_BLOCK, .members = MEMBERS(route_rows), .doc = "One further host or path.",
                                  .example = "{path: /rpc, port: grpc}"};

static const Field gateway_rows[] = {
    {.name = KEY("name"), .type = FIELD_HOST, .required = true, .doc = "The Gateway's name.", .example = "public"},
    {.name = KEY("namespace"), .type = FIELD_NAME, .doc = "The Gateway's namespace.", .example = "infra"},
    {.name = KEY("sectionName"), .type = FIELD_NAME, .doc = "The listener to use.", .example = "https"},
};

static const Field tls_rows[] = {
    {.name = KEY("secretName"), .type = FIELD_HOST, .fallback_note = "<service>-tls", .doc = "The Secret that holds the certificate.",
     .example = "slotwise-tls"},
    {.name = KEY("issuer"), .type = FIELD_STRING, .off = true, .fallback = TEXT_VALUE("letsencrypt-prod"),
     .doc = "The cert-manager issuer that makes the certificate.", .example = "internal-ca"},
};

static const Field rate_limit_rows[] = {
    {.name = KEY("rps"), .type = FIELD_INTEGER, .min = 1, .doc = "Requests per second and client.", .example = "100"},
    {.name = KEY("connections"), .type = FIELD_INTEGER, .min = 1, .doc = "Connections per client.", .example = "20"},
};

static const Field ingress_rows[] = {
    {.name = KEY("host"), .type = FIELD_HOST, .doc = "The host name; it makes the Ingress.", .example = "api.${env.domain}"},
    {.name = KEY("path"), .type = FIELD_PATH, .fallback = TEXT_VALUE("/"), .doc = "The path that leads to the service.",
     .example = "/api/v1/auth"},
    {.name = KEY("pathType"), .type = FIELD_ENUM, .choices = CHOICES("Prefix", "Exact"), .fallback = TEXT_VALUE("Prefix"),
     .doc = "How the path is compared.", .example = "Exact"},
    {.name = KEY("port"), .type = FIELD_PORT_NAME, .fallback_note = "http, or the only port", .doc = "The port that it leads to.",
     .example = "http"},
    {.name = KEY("routes"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &route_entry, .doc = "Further hosts and paths.",
     .example = "{grpc: {path: /rpc, port: grpc}}"},
    {.name = KEY("className"), .type = FIELD_STRING, .one_of = 1, .doc = "The ingress controller's class.", .example = "nginx"},
    {.name = KEY("gateway"), .type = FIELD_BLOCK, .one_of = 1, .later = true, .scalar = "name", .members = MEMBERS(gateway_rows),
     .doc = "The Gateway that an HTTPRoute hangs on.", .example = "{name: public, namespace: infra}"},
    {.name = KEY("namespace"), .type = FIELD_NAME, .fallback_note = "ingress-nginx for class nginx",
     .doc = "Where the controller's pods run, so that they are let in.", .example = "ingress-nginx"},
    {.name = KEY("tls"), .type = FIELD_BLOCK, .off = true, .members = MEMBERS(tls_rows), .doc = "The certificate, and the redirect to it.",
     .example = "{secretName: slotwise-tls}"},
    {.name = KEY("rateLimit"), .type = FIELD_BLOCK, .off = true, .scalar = "rps", .members = MEMBERS(rate_limit_rows),
     .fallback_note = "100 for class nginx", .doc = "How much one client may ask for.", .example = "100"},
    {.name = KEY("annotations"), SCALARS_BY(FIELD_LABEL_KEY), .doc = "Annotations of the Ingress; snippets are refused by the gate.",
     .example = "{nginx.ingress.kubernetes.io/proxy-body-size: 8m}"},
};

/* ---- access ---- */

static const Field peer_port_rows[] = {
    {.name = KEY("port"), .type = FIELD_PORT_REF, .required = true, .doc = "The pod's port, by number or name.", .example = "5432"},
    {.name = KEY("protocol"), .type = FIELD_ENUM, .choices = CHOICES("TCP", "UDP", "SCTP"),
     .fallback_note = "the named port's, else TCP", .doc = "The transport protocol.", .example = "UDP"},
};
static const Field peer_port_entry = {.type = FIELD_BLOCK, .scalar = "port", .members = MEMBERS(peer_port_rows),
                                      .doc = "One port of the peer.", .example = "5432"};

static const Field peer_rows[] = {
    {.name = KEY("ports"), .type = FIELD_LIST, .optional = true, .entry = &peer_port_entry, .shorthand = shorthand_peer_ports,
     .fallback_note = "all ports of a service of the project", .doc = "The ports that are open to the caller.",
     .example = "{amqp: 5672, admin: 15672}"},
    {.name = KEY("namespace"), .type = FIELD_NAME, .one_of = 1, .doc = "The namespace that the peer runs in.", .example = "database"},
    {.name = KEY("cidrs"), LIST_OF(FIELD_CIDR), .one_of = 1, .doc = "The networks that the peer has.", .example = "[203.0.113.0/24]"},
    {.name = KEY("host"), .type = FIELD_HOST, .one_of = 1, .doc = "The peer's DNS name, where network.fqdn can tell it.",
     .example = "api.stripe.com"},
    {.name = KEY("podSelector"), SCALARS_BY(FIELD_LABEL_KEY), .fallback_note = "all pods of the namespace",
     .doc = "The labels of the peer's pods.", .example = "{app: pg}"},
};
const Field peer_row = {.type = FIELD_BLOCK, .noun = "address", .shorthand = shorthand_peer, .members = MEMBERS(peer_rows),
                        .doc = "One peer: true for all its ports, or which ports and where it is.",
                        .example = "{namespace: database, ports: 5432}"};

static const Field from_rows[] = {
    {.name = KEY("only"), .type = FIELD_BOOL, .fallback = &value_false,
     .doc = "Whether only the callers listed here are let in.", .example = "true"},
};

static const Field access_rows[] = {
    {.name = KEY("to"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &peer_row, .doc = "Whom the service calls.",
     .example = "{billing: true, postgres: {namespace: database, ports: 5432}}"},
    {.name = KEY("from"), .type = FIELD_NAMED, .keys = FIELD_NAME, .kinds = KINDS_LASTING, .entry = &peer_row,
     .members = MEMBERS(from_rows), .doc = "Who calls the service, besides those who say so themselves.",
     .example = "{partner: {cidrs: [203.0.113.0/24], ports: http}}"},
};

static const Field network_rows[] = {
    {.name = KEY("service"), .type = FIELD_BLOCK, .kinds = KINDS_LASTING, .members = MEMBERS(service_port_rows),
     .doc = "The Service object, which any port makes.", .example = "{aliases: [embers-api-service]}"},
    {.name = KEY("ingress"), .type = FIELD_BLOCK, .kinds = KINDS_LASTING, .noun = "way in", .members = MEMBERS(ingress_rows),
     .doc = "How traffic from outside the cluster comes in.", .example = "{host: \"api.${env.domain}\", path: /api/v1/auth}"},
    {.name = KEY("access"), .type = FIELD_BLOCK, .members = MEMBERS(access_rows),
     .doc = "Whom the service calls and who may call it; all else is closed.", .example = "{to: {billing: true}}"},
};
const FieldGroup network_group = ROWS_AND(network_rows, scale_group);
