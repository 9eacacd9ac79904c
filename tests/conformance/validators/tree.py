"""The files that the validators judge, staged as each of them wants to see them.

A tree holds one folder per environment (or per planted fault): manifests, and beside them perhaps .github/workflows and
Dockerfiles; a .github/workflows of the tree's own belongs to no environment. The first part of every staged path is the
environment's name, its place: by it findings are told apart when many are judged in one run.
"""
import os
import re
import shutil

import yaml

POD_KINDS = {"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout"}


def read_objects(path):
    with open(path, encoding="utf-8") as handle:
        return [doc for doc in yaml.load_all(handle, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if doc]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(text)


def is_workflow(path):
    return os.path.dirname(path).endswith(os.path.join(".github", "workflows"))


def is_dockerfile(path):
    name = os.path.basename(path)
    return name == "Dockerfile" or name.startswith("Dockerfile.")


class Tree:
    """Manifests stand flat, one folder per environment: kube-linter relates objects only within one folder."""

    def __init__(self, roots, scratch):
        self.scratch = scratch
        self.stage = os.path.join(scratch, "stage")
        self.environments, self.objects = {}, {}
        self.workflows, self.dockerfiles = [], []
        for root in roots:
            prefix = os.path.basename(os.path.abspath(root)) + "." if len(roots) > 1 else ""
            for name in sorted(os.listdir(root)):
                source = os.path.join(root, name)
                if os.path.isdir(source):
                    self.add(prefix + name.lstrip("."), source, name.startswith("."))
                elif is_dockerfile(source):
                    self.copy(source, prefix + "files", name, self.dockerfiles)

    def add(self, place, source, hidden):
        """An environment's folder; a hidden one is the tree's .github."""
        manifests = []
        for folder, _, files in sorted(os.walk(source)):
            for file in sorted(files):
                path = os.path.join(folder, file)
                below = os.path.relpath(path, os.path.dirname(source) if hidden else source)
                if is_workflow(path) and file.endswith((".yaml", ".yml")):
                    self.copy(path, place, below, self.workflows)
                elif is_dockerfile(path):
                    self.copy(path, place, below, self.dockerfiles)
                elif file.endswith((".yaml", ".yml")):
                    self.copy(path, place, below.replace(os.sep, "__"), manifests)
        if manifests:
            self.environments[place] = manifests
            self.objects[place] = [doc for path in manifests for doc in read_objects(path)]

    def copy(self, path, place, below, into):
        target = os.path.join(self.stage, place, below)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path, target)
        into.append(target)

    def place(self, path):
        """The environment that a staged path lies in, and what is left of the path."""
        below = os.path.relpath(path, self.stage) if os.path.isabs(path) else path
        return tuple(below.split(os.sep, 1)) if os.sep in below else (below, "")

    def manifests(self):
        return [path for paths in self.environments.values() for path in paths]

    def files(self):
        return self.manifests() + self.workflows + self.dockerfiles

    def count(self, kinds=None):
        return sum(1 for docs in self.objects.values() for doc in docs if not kinds or doc.get("kind") in kinds)

    def pods(self):
        """Objects that bear a pod; a Rollout with a workloadRef bears none."""
        return sum(1 for docs in self.objects.values() for doc in docs if doc.get("kind") in POD_KINDS
                   and (doc["kind"] != "Rollout" or "template" in (doc.get("spec") or {})))

    def objects_apart(self):
        """Every object in a file of its own, at its own line numbers, in the folders that Trivy runs on."""
        target = os.path.join(self.scratch, "kinds")
        for path in self.manifests():
            place, file = self.place(path)
            with open(path, encoding="utf-8") as handle:
                text = handle.read()
            for document in documents(text):
                kind = re.search(r"^kind: *\"?(\w+)", document, re.MULTILINE)
                folder = kind.group(1) if kind and kind.group(1) in ("LimitRange", "ResourceQuota") else "manifests"
                line = text[:text.index(document)].count("\n")
                write(os.path.join(target, folder, place, f"{file[:-5]}__{line + 1}.yaml"), "\n" * line + document)
        for path in self.dockerfiles:
            with open(path, encoding="utf-8") as handle:
                write(os.path.join(target, "Dockerfiles", *self.place(path)), handle.read())
        return [os.path.join(target, folder) for folder in sorted(os.listdir(target))] if os.path.isdir(target) else []


def documents(text):
    """The texts of a stream's documents that hold an object."""
    return [part for part in re.split(r"^---.*\n", text, flags=re.MULTILINE) if re.search(r"^\w", part, re.MULTILINE)]
