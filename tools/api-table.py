#!/usr/bin/env python3
"""api-table.py > src/api/table.txt: the kinds that API servers know, from what their makers publish.

Sources, all through package registries: the OpenAPI documents of each Kubernetes minor (PyPI kubernetes-validate, which
must be importable), the Go types of k8s.io/api (enums, and when an API was deprecated and removed) and the CRDs of the
modules below. src/api/README.md describes the table. A further minor: raise NEWEST and the versions below, run, read the diff.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

import kubernetes_validate
import yaml

OLDEST, NEWEST = 30, 37
API = "k8s.io/api@v0.37.1"
APIEXTENSIONS = "k8s.io/apiextensions-apiserver@v0.37.1"
# The same versions as tests/conformance/validators/install.sh, so that kubeconform judges by the same documents.
CRDS = [
    ("github.com/prometheus-operator/prometheus-operator@v0.93.0", "example/prometheus-operator-crd/*.yaml"),
    ("github.com/external-secrets/external-secrets@v1.3.2", "config/crds/bases/*.yaml"),
    ("github.com/argoproj/argo-cd/v3@v3.5.1", "manifests/crds/*-crd.yaml"),
    ("github.com/argoproj/argo-rollouts@v1.10.1", "manifests/crds/*-crd.yaml"),
    ("sigs.k8s.io/gateway-api@v1.6.1", "config/crd/standard/*.yaml"),
    ("istio.io/api@v1.31.1", "kubernetes/customresourcedefinitions.gen.yaml"),
    ("github.com/cert-manager/cert-manager@v1.21.2", "deploy/crds/*.yaml"),
    ("github.com/cilium/cilium@v1.19.0", "pkg/k8s/apis/cilium.io/client/crds/v2/cilium*networkpolicies.yaml"),
]
NOT_AT_HAND = 3  # exit status
META = "meta.v1.ObjectMeta"
SCALARS = {"string": "string", "boolean": "boolean", "number": "number", "integer": "integer"}
WELL_KNOWN = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "{any}",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "{any}",
}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML fails on a plain `=`, which prometheus-operator has in an enum; read it as the string that it is."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def module(name):
    out = subprocess.run(["go", "mod", "download", "-json", name], capture_output=True, text=True, check=False)
    folder = json.loads(out.stdout or "{}").get("Dir")
    if not folder:
        print(f"cannot get {name}: {out.stdout}{out.stderr}", file=sys.stderr)
        sys.exit(NOT_AT_HAND)
    return folder


# ---- Kubernetes' own kinds, every minor ----


def short(name):
    """io.k8s.api.core.v1.Container -> core.v1.Container"""
    return ".".join(name.split(".")[-3:])


def core_expression(node):
    ref = node.get("$ref")
    if ref:
        name = ref.rsplit("/", 1)[1]
        return WELL_KNOWN.get(name, short(name))
    kinds = node.get("type")
    kind = next((k for k in kinds if k != "null"), None) if isinstance(kinds, list) else kinds
    if kind == "array":
        keys = ",".join(node.get("x-kubernetes-list-map-keys", []))
        tail = "#" + keys if keys else "=" if node.get("x-kubernetes-list-type") == "set" else ""
        return f"[{core_expression(node['items'])}]{tail}"
    if kind == "object":
        inside = node.get("additionalProperties")
        return "{%s}" % (core_expression(inside) if isinstance(inside, dict) else "any")
    if kind == "integer":
        return "int32" if node.get("format") == "int32" else "integer"
    return SCALARS.get(kind, "any")


class Field:
    """One field of a type over all minors."""

    def __init__(self):
        self.minors, self.required, self.expression = [], [], {}


def read_core():
    """(types, kinds): short name -> field name -> Field; (apiVersion, kind) -> (type, minors)"""
    base = os.path.join(os.path.dirname(kubernetes_validate.__file__), "kubernetes-json-schema")
    types, kinds = {}, {}
    for minor in range(OLDEST, NEWEST + 1):
        with open(os.path.join(base, f"v1.{minor}.0-local", "_definitions.json"), encoding="utf-8") as handle:
            definitions = json.load(handle)["$defs"]
        for name, node in definitions.items():
            if name in WELL_KNOWN:
                continue
            properties = node.get("properties")
            if properties is None:
                types.setdefault(short(name), None if not node.get("type") else {})
                continue
            fields = types.setdefault(short(name), {})
            for key, inner in properties.items():
                field = fields.setdefault(key, Field())
                field.minors.append(minor)
                field.expression[minor] = core_expression(inner)
                if key in node.get("required", []):
                    field.required.append(minor)
            if not properties.get("metadata", {}).get("$ref", "").endswith("v1.ObjectMeta"):
                continue
            for gvk in node.get("x-kubernetes-group-version-kind", []):
                version = "/".join(filter(None, [gvk["group"], gvk["version"]]))
                kinds.setdefault((version, gvk["kind"]), (short(name), []))[1].append(minor)
    return types, kinds


def span(minors):
    """The minors that have it, from-to; an end that the table does not see stays empty."""
    assert minors == list(range(minors[0], minors[-1] + 1)), minors
    first = "" if minors[0] == OLDEST else str(minors[0])
    last = "" if minors[-1] == NEWEST else str(minors[-1])
    return f"{first}-{last}" if first or last else ""


def words(values):
    """The values of an enum; no word of the table holds a blank."""
    return "string(%s)" % "|".join(value.replace(" ", "%20") for value in values)


def line(key, mark, expression, since=""):
    return f" {key}{mark} {expression} {since}".rstrip()


# ---- enums and lifecycles, from the Go types ----


def go_enums(folder):
    """package -> type -> values; of the types that are marked as enums"""
    enums = {}
    for path in sorted(glob.glob(folder + "/*/*/types.go")):
        package = ".".join(path.split("/")[-3:-1])
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
        marked = set(re.findall(r"// \+enum\n(?://.*\n)*type (\w+) string", text))
        values = collections.defaultdict(list)
        stated = re.findall(r"^\s+\w+\s+(\w+)\s*=\s*(.*)$", text, re.M)
        converted = re.findall(r"^\s+\w+\s*=\s*(\w+)\((.*)\)$", text, re.M)
        for kind, value in stated + converted:
            literal = re.match(r'"([^"]*)"', value)
            values[kind].append(literal and literal[1])
        # An enum of which a value is stated in another way is left open.
        enums[package] = {kind: values[kind] for kind in marked if values[kind] and None not in values[kind]}
        structs = {}
        for name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
            structs[name] = re.findall(r'^\s+\w+\s+(\S+)\s+`json:"(\w+)', body, re.M)
        enums[package + " structs"] = structs
    return enums


def add_enums(types, enums):
    """string -> string(a|b) where the Go type of the field is an enum"""
    for name, fields in types.items():
        package, _, struct = name.rpartition(".")
        for go_type, key in enums.get(package + " structs", {}).get(struct, []):
            where, _, plain = re.sub(r"^[*\[\]]*", "", go_type).rpartition(".")
            found = enums.get({"": package, "v1": "core.v1"}.get(where, ""), {}).get(plain)
            if not found or not fields or key not in fields:
                continue
            for minor, expression in fields[key].expression.items():
                fields[key].expression[minor] = expression.replace("string", words(sorted(set(found))))


def lifecycles(folders):
    """(apiVersion, kind) -> (deprecated, removed, replacement)"""
    found = {}
    for path in sorted(p for f in folders for p in glob.glob(f + "/**/*lifecycle.go", recursive=True)):
        here = os.path.dirname(path)
        with open(os.path.join(here, "register.go"), encoding="utf-8") as handle:
            group = re.search(r'GroupName\s*=\s*"([^"]*)"', handle.read())
        if not group:
            with open(os.path.join(os.path.dirname(here), "register.go"), encoding="utf-8") as handle:
                group = re.search(r'GroupName\s*=\s*"([^"]*)"', handle.read())
        version = os.path.basename(here)
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
        entry = collections.defaultdict(dict)
        for kind, what, body in re.findall(r"^func \(in \*(\w+)\) APILifecycle(\w+)\(\).*?\{\n(.*?)^\}", text, re.M | re.S):
            number = re.search(r"return 1, (\d+)", body)
            gvk = re.search(r'Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"', body)
            entry[kind][what] = int(number[1]) if number else "/".join(filter(None, gvk.groups()[:2])) + " " + gvk[3]
        for kind, facts in entry.items():
            api_version = "/".join(filter(None, [group[1], version]))
            # Of two files, the one that says more.
            found.setdefault((api_version, kind), (None, None, None))
            if facts.keys() & {"Deprecated", "Removed"}:
                found[api_version, kind] = (facts.get("Deprecated"), facts.get("Removed"), facts.get("Replacement"))
    return found


# Removed so long ago that no module holds their types any more (kubernetes.io, "Deprecated API Migration Guide").
LONG_GONE = {
    ("policy/v1beta1", "PodSecurityPolicy"): (21, 25, None),
    ("extensions/v1beta1", "PodSecurityPolicy"): (11, 16, None),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): (16, 22, "apiextensions.k8s.io/v1 CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1beta1", "APIService"): (19, 22, "apiregistration.k8s.io/v1 APIService"),
    ("audit.k8s.io/v1beta1", "Event"): (21, 24, None),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): (22, 25, "autoscaling/v2 HorizontalPodAutoscaler"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): (23, 26, "autoscaling/v2 HorizontalPodAutoscaler"),
    ("batch/v2alpha1", "CronJob"): (8, 21, "batch/v1 CronJob"),
}


# ---- CRDs ----


class Shapes:
    """Structs of CRDs, each distinct one once, named by the first place that has it."""

    def __init__(self, taken):
        self.names, self.bodies, self.taken = {}, {}, set(taken)

    def struct(self, node, path):
        required = set(node.get("required", []))
        lines = []
        for key in sorted(node.get("properties", {}), key=lambda k: k.encode()):
            inner = node["properties"][key]
            mark = "!" if key in required else ""
            mark += "?" if inner.get("nullable") else ""
            lines.append(line(key, mark, self.expression(inner, f"{path}.{key}")))
        if node.get("x-kubernetes-preserve-unknown-fields"):
            lines.insert(0, " *")
        if bounds(node, "Properties"):
            lines.insert(0, " " + bounds(node, "Properties"))
        return self.name(tuple(lines), path)

    def name(self, body, path):
        if body not in self.names:
            name, number = path, 2
            while name in self.taken:
                name, number = f"{path}~{number}", number + 1
            self.taken.add(name)
            self.names[body] = name
            self.bodies[name] = body
        return self.names[body]

    def expression(self, node, path):
        if node.get("x-kubernetes-int-or-string"):
            return "int-or-string"
        kind = node.get("type")
        if kind == "array":
            keys = ",".join(node.get("x-kubernetes-list-map-keys", []))
            tail = "#" + keys if keys else "=" if node.get("x-kubernetes-list-type") == "set" else ""
            return f"[{self.expression(node['items'], path)}{self.null(node['items'])}]{tail}{bounds(node, 'Items')}"
        if kind == "object" or "properties" in node:
            inside = node.get("additionalProperties")
            if isinstance(inside, dict):
                return "{%s%s}" % (self.expression(inside, path), self.null(inside)) + bounds(node, "Properties")
            if node.get("x-kubernetes-embedded-resource") or (
                "properties" not in node and node.get("x-kubernetes-preserve-unknown-fields")
            ) or inside is True:
                return "{any}"
            return self.struct(node, path)
        if kind == "string":
            values = [value for value in node.get("enum", []) if value is not None]
            return words(values) if values else "string" + bounds(node, "Length")
        if kind == "integer":
            return ("int32" if node.get("format") == "int32" else "integer") + bounds(node, "imum")
        return SCALARS.get(kind, "any")

    @staticmethod
    def null(node):
        return "?" if node.get("nullable") else ""


def bounds(node, what):
    low, high = node.get("min" + what), node.get("max" + what)
    return "" if low is None and high is None else f"<{'' if low is None else int(low)}..{'' if high is None else int(high)}>"


def read_crds(taken):
    shapes, kinds = Shapes(taken), {}
    for name, pattern in CRDS:
        for path in sorted(glob.glob(os.path.join(module(name), pattern))):
            with open(path, encoding="utf-8") as handle:
                documents = list(yaml.load_all(handle, Loader=Loader))
            for crd in documents:
                if not crd or crd.get("kind") != "CustomResourceDefinition":
                    continue
                spec = crd["spec"]
                kind = spec["names"]["kind"]
                for version in spec["versions"]:
                    if not version.get("served"):
                        continue
                    schema = version["schema"]["openAPIV3Schema"]
                    schema = {**schema, "properties": {**schema.get("properties", {})}}
                    for key in ("apiVersion", "kind", "metadata"):
                        schema["properties"].pop(key, None)
                    schema["required"] = [r for r in schema.get("required", []) if r != "metadata"]
                    named = shapes.struct(schema, kind)
                    body = [" apiVersion! string", " kind! string", f" metadata! {META}"]
                    body = tuple(sorted(body + list(shapes.bodies[named]), key=lambda line: line.split()[0].rstrip("!?").encode()))
                    kinds[f"{spec['group']}/{version['name']}", kind] = shapes.name(body, kind)
    return shapes, kinds


def reachable(types, roots):
    """The core types that the kinds are made of."""
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name in seen or name not in types:
            continue
        seen.add(name)
        for field in (types[name] or {}).values():
            todo += [re.sub(r"[\[\]{}=]|#.*|\(.*", "", expression) for expression in field.expression.values()]
    return seen


def print_core(types, names):
    for name in sorted(names):
        fields = types[name]
        print(f"type {name} core" + (" any" if fields is None else ""))
        for key in sorted(fields or {}, key=lambda k: k.encode()):
            field = fields[key]
            mark = "!" + ("" if field.required == field.minors else span(field.required)) if field.required else ""
            print(line(key, mark, field.expression[max(field.minors)], span(field.minors)))


def print_old(old, kinds):
    """apiVersions that are deprecated or gone, with what took their place at last."""
    stable = {(version.split("/")[0], kind): f"{version} {kind}" for version, kind in kinds if version.endswith("v1")}
    for (version, kind), (deprecated, removed, successor) in sorted(old.items()):
        known = removed if removed and removed <= NEWEST else None
        seen = deprecated if deprecated and deprecated <= NEWEST else known
        if not seen or kind.endswith(("List", "Options")):
            continue
        successor = (successor or "").removesuffix("List")
        while any(old.get(tuple(successor.split()), (None, None))[:2]):
            successor = (old[tuple(successor.split())][2] or "").removesuffix("List")
        known_better = stable.get((version.split("/")[0], kind), "")
        successor = successor or ("" if known_better == f"{version} {kind}" else known_better)
        print(f"old {version} {kind} {seen} {known or '-'} {successor}".rstrip())


def main():
    types, kinds = read_core()
    api, extensions = module(API), module(APIEXTENSIONS)
    add_enums(types, go_enums(api))
    shapes, custom = read_crds(types)
    print("# What API servers accept. Made by tools/api-table.py; src/api/README.md says how to read it.")
    print(f"kubernetes {OLDEST} {NEWEST}")
    for (version, kind), (name, minors) in sorted(kinds.items()):
        print(f"kind {version} {kind} {name} {span(minors)}".rstrip())
    for (version, kind), name in sorted(custom.items()):
        print(f"kind {version} {kind} {name}")
    print_old({**lifecycles([api, extensions]), **LONG_GONE}, kinds)
    print_core(types, reachable(types, [META] + [name for name, _ in kinds.values()]))
    for name in sorted(shapes.bodies):
        print("\n".join([f"type {name}", *shapes.bodies[name]]))


if __name__ == "__main__":
    main()
