"""collect.py EXAMPLES CASES STANDARDS SCRATCH: prints "good KIND FILE" for every file of the examples, of the projects of case
files that run without trouble (written to SCRATCH), and of the built-in rules; "bad KIND FILE" for each planted mistake."""
import os
import sys

examples, cases, standards, scratch = sys.argv[1:5]
FOLDERS = {"services": "service", "environments": "environment", "releases": "release", "standards": "standard"}


def kind_of(path):
    folder = os.path.dirname(path)
    if path == "kiln.yaml":
        return "project"
    return FOLDERS.get(folder) if path.endswith(".yaml") else None


def example_files():
    for root, _, names in sorted(os.walk(examples)):
        for name in sorted(names):
            path = os.path.join(root, name)
            project = os.path.relpath(path, examples).split(os.sep, 1)
            kind = kind_of(project[1]) if len(project) == 2 else None
            if kind:
                yield kind, path


def sections(path):
    """(head, text) of a case file, commands as their own heads."""
    found, head, text = [], None, []
    with open(path, encoding="utf-8", newline="") as handle:
        for line in handle:
            if line.startswith(("--- ", "$ ")):
                found.append((head, "".join(text)))
                head, text = line.strip(), []
            else:
                text.append(line)
    return found[1:] + [(head, "".join(text))]


def case_files():
    for root, _, names in sorted(os.walk(cases)):
        for name in sorted(names):
            path = os.path.join(root, name)
            if not name.endswith(".case"):
                continue
            parts = sections(path)
            heads = [head for head, _ in parts]
            if any(head.startswith("--- exit 2") for head in heads) or "--set" in " ".join(heads):
                continue
            for head, text in parts:
                target = head.removeprefix("--- input ")
                kind = kind_of(target) if target != head else None
                if kind and not (kind == "standard" and "bad" in root):
                    out = os.path.join(scratch, os.path.relpath(path, cases).replace(os.sep, "_") + "_" + target.replace("/", "_"))
                    with open(out, "w", encoding="utf-8", newline="") as handle:
                        handle.write(text)
                    yield kind, out


BAD = [
    ("service", "helth: /health\n"), ("service", "image: [a]\n"), ("service", "kind: Deploiment\n"),
    ("service", "ports: {http: eighty thousand}\n"), ("service", "ports: {http: 80000}\n"),
    ("service", "autoscaling: {minReplicas: 0}\n"), ("service", "autoscaling: {minReplica: 3}\n"),
    ("service", "resources: {limits: {memory: lots}}\n"), ("service", "volumes: {data: data}\n"),
    ("service", "secrets: {KEY: {as: variable}}\n"), ("service", "health: {liveness: health}\n"),
    ("service", "environments: {production: {kind: Job}}\n"), ("service", "replicas: '3'\n"),
    ("service", "access: {to: {billing: false}}\n"), ("service", "replicas: true\n"),
    ("environment", "tier: prod\n"), ("environment", "image: web:v1\n"), ("environment", "replicas: three\n"),
    ("environment", "defaults: {extends: staging}\n"), ("environment", "deploy: {on: {tag: v1, when: now}}\n"),
    ("project", "domain: example.com\n"), ("project", "name: Shop\n"), ("project", "{name: shop, environment: [qa]}\n"),
    ("project", "{name: shop, kubernetes: '1.12'}\n"), ("project", "{name: shop, owners: {a: nobody}}\n"),
    ("release", "services: {web: {digest: sha256:12}}\n"), ("release", "web: {tag: v1}\n"),
    ("standard", "title: only a title\n"),
]

for kind, path in [*example_files(), *case_files()]:
    print("good", kind, path)
for name in sorted(os.listdir(standards)):
    print("good standard", os.path.join(standards, name))
for i, (kind, text) in enumerate(BAD):
    path = os.path.join(scratch, f"bad-{i}.yaml")
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(text)
    print("bad", kind, path)
