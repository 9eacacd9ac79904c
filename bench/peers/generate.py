"""A project of bench/fixture as each peer's own input. Every function writes a folder and returns the commands that make of it
what kiln makes of the project, as (arguments, folder); they print to stdout. What kiln derives (callers, sizes, the hash of the
configuration, which exemptions apply) is stated in the peers' values: none of them would derive it by itself.
"""
import copy
import glob
import json
import os
import re

import yaml

from translate import JINJA, Cue, Jsonnet, Ytt, helm

HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENTS = ("development", "staging", "production")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path):
    with open(path, "rb") as file:
        return yaml.load(file, LOADER)


def put(text, *path):
    path = os.path.join(*path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def put_json(value, *path):
    put(json.dumps(value, indent=1) + "\n", *path)


def put_yaml(value, *path):
    put(yaml.dump(value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False, width=1000), *path)


class Work:
    """What is to be made: the values of each service and environment, and what kiln rendered of them."""

    def __init__(self, project, rendered):
        self.project, self.rendered = project, rendered
        self.objects = load(os.path.join(HERE, "objects.yaml"))
        self.environments = {name: self.environment(name) for name in ENVIRONMENTS}
        self.services = {}
        for path in sorted(glob.glob(os.path.join(project, "services", "*.yaml"))):
            name = os.path.basename(path)[:-len(".yaml")]
            self.services[name] = self.service(name, load(path))
        for service in self.services.values():
            if service["peer"]:
                self.services[service["peer"]]["caller"] = service["name"]

    def service(self, name, definition):
        image = definition["image"].replace("${project.registry}", "registry.example.com/bench")
        with open(os.path.join(self.rendered, "production", name, "deployment.yaml"), encoding="utf-8") as file:
            config_hash = re.search(r'kiln/config-hash: "?(\w+)', file.read()).group(1)
        peers = [peer for peer in definition["access"]["to"] if peer != "postgres"]
        return {
            "name": name, "image": image, "version": re.search(r":(v[\d.]+)@", image).group(1),
            "group": definition["ingress"]["host"].split(".")[0], "shard": definition["config"]["config.yaml"]["shard"],
            "configHash": config_hash, "peer": peers[0] if peers else None, "caller": None,
        }

    def environment(self, name):
        overlay = load(os.path.join(self.project, "environments", name + ".yaml"))
        folder = os.path.join(self.rendered, name, "service-00000")
        deployment = load(os.path.join(folder, "deployment.yaml"))
        scaled = os.path.exists(os.path.join(folder, "horizontalpodautoscaler.yaml"))
        scaler = load(os.path.join(folder, "horizontalpodautoscaler.yaml")) if scaled else {"spec": {}}
        return {
            "name": name, "namespace": "bench-" + name, "domain": overlay["domain"],
            "database": overlay["vars"]["database"]["host"], "scaled": scaled, "single": not scaled, "lowFloor": name == "staging",
            "exemption": deployment["metadata"]["annotations"]["ignore-check.kube-linter.io/minimum-three-replicas"],
            "resources": deployment["spec"]["template"]["spec"]["containers"][0]["resources"],
            "maxReplicas": scaler["spec"].get("maxReplicas", 0), "minReplicas": scaler["spec"].get("minReplicas", 0),
        }


def kustomize(work, folder):
    """A base and three overlays per service, with patches for what differs; one run for each service and environment."""
    commands = []
    for name in work.services:
        files = {env: {os.path.basename(path): load(path) for path in glob.glob(os.path.join(work.rendered, env, name, "*.yaml"))}
                 for env in ENVIRONMENTS}
        base = files["development"]
        for file, content in base.items():
            content = copy.deepcopy(content)
            del content["metadata"]["namespace"]
            put_yaml(content, folder, "base", name, file)
        put_yaml({"resources": sorted(base)}, folder, "base", name, "kustomization.yaml")
        for env in ENVIRONMENTS:
            place = os.path.join(folder, "overlays", env, name)
            patches, own = [], [file for file in files[env] if file not in base]
            for file in own:
                put_yaml(files[env][file], place, file)
            for file in base:
                steps = difference(base[file], files[env][file])
                if steps:
                    target = {"kind": base[file]["kind"], "name": base[file]["metadata"]["name"]}
                    patches.append({"target": target, "patch": json.dumps(steps)})
            put_yaml({"namespace": "bench-" + env, "resources": ["../../../base/" + name, *own], "patches": patches},
                     place, "kustomization.yaml")
            commands.append((["kustomize", "build", place], folder))
    return commands


def difference(old, new, path=""):
    """A JSON Patch, without the namespace, which kustomize sets itself."""
    if isinstance(old, dict) and isinstance(new, dict):
        steps = []
        for key in {**old, **new}:
            at = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if at == "/metadata/namespace":
                continue
            if key not in new:
                steps.append({"op": "remove", "path": at})
            elif key not in old:
                steps.append({"op": "add", "path": at, "value": new[key]})
            else:
                steps += difference(old[key], new[key], at)
        return steps
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [step for i, pair in enumerate(zip(old, new)) for step in difference(*pair, f"{path}/{i}")]
    return [] if old == new else [{"op": "replace", "path": path, "value": new}]


def chart(folder, name):
    put_yaml({"apiVersion": "v2", "name": name, "version": "1.0.0"}, folder, "Chart.yaml")


def helm_charts(work, folder):
    """A chart per service with a values file per environment; one run for each service and environment."""
    language = helm(".Values.%s")
    templates = {kind: language.document(value) for kind, value in work.objects.items()}
    commands = []
    for name, service in work.services.items():
        place = os.path.join(folder, name)
        chart(place, name)
        put_yaml({"service": service}, place, "values.yaml")
        for kind, text in templates.items():
            put(text, place, "templates", kind + ".yaml")
        for env, values in work.environments.items():
            put_yaml({"env": values}, place, f"values-{env}.yaml")
            commands.append((["helm", "template", name, place, "--values", os.path.join(place, f"values-{env}.yaml")], folder))
    return commands


def helm_range(work, folder):
    """One chart whose templates range over all services; one run for each environment."""
    language = helm("$%s")
    chart(folder, "services")
    put_yaml({"services": list(work.services.values())}, folder, "values.yaml")
    for kind, value in work.objects.items():
        begin = "{{- $env := .Values.env }}\n{{- range $service := .Values.services }}\n"
        put(begin + language.document(value) + "{{- end }}\n", folder, "templates", kind + ".yaml")
    for env, values in work.environments.items():
        put_yaml({"env": values}, folder, f"values-{env}.yaml")
    return [(["helm", "template", "all", folder, "--values", os.path.join(folder, f"values-{env}.yaml")], folder)
            for env in ENVIRONMENTS]


def jsonnet(work, folder):
    """A library per kind, a JSON file per service and environment; one run for each environment."""
    language = Jsonnet()
    calls = ""
    for kind, value in work.objects.items():
        condition = language.condition(value["$if"]) if "$if" in value else "true"
        body = value.get("then", value)
        put(f"function(service, env) {language.value(body)}\n", folder, kind + ".libsonnet")
        calls += f"    if {condition} then (import '{kind}.libsonnet')(service, env),\n"
    for name, service in work.services.items():
        put_json(service, folder, "services", name + ".json")
    put("[\n" + "".join(f"  import 'services/{name}.json',\n" for name in work.services) + "]\n", folder, "services.libsonnet")
    put("function(env) [\n  object\n  for service in import 'services.libsonnet'\n  for object in [\n" + calls +
        "  ]\n  if object != null\n]\n", folder, "main.jsonnet")
    for env, values in work.environments.items():
        put_json(values, folder, f"{env}.json")
    return [(["jsonnet", "--yaml-stream", "--tla-code-file", f"env={env}.json", "main.jsonnet"], folder) for env in ENVIRONMENTS]


def ytt(work, folder):
    """A template per kind that loops over all services, and data values with a schema; one run for each environment."""
    begin = '#@ load("@ytt:data", "data")\n#@ env = data.values.env\n#@ for service in data.values.services:\n'
    for kind, value in work.objects.items():
        put(begin + Ytt().document(value) + "#@ end\n", folder, "config", kind + ".yaml")
    schema = {"services": [dict.fromkeys(next(iter(work.services.values())), "")], "env": dict(work.environments["production"])}
    schema["services"][0]["shard"] = 0
    text = yaml.dump(schema, sort_keys=False)
    for optional in ("peer", "caller"):
        text = text.replace(f"  {optional}:", f"  #@schema/nullable\n  {optional}:")
    put("#@data/values-schema\n---\n" + text, folder, "config", "schema.yaml")
    put_yaml({"services": list(work.services.values())}, folder, "services.yaml")
    for env, values in work.environments.items():
        put_yaml({"env": values}, folder, f"{env}.yaml")
    return [(["ytt", "-f", "config", "--data-values-file", "services.yaml", "--data-values-file", f"{env}.yaml"], folder)
            for env in ENVIRONMENTS]


def cue(work, folder):
    """One package: a file per kind that makes an object of each service, a file per service; one run for each environment."""
    language = Cue()
    put('module: "bench.example.com/bench@v0"\nlanguage: version: "v0.9.0"\n', folder, "cue.mod", "module.cue")
    for kind, value in work.objects.items():
        condition = f" if {language.condition(value['$if'])}" if "$if" in value else ""
        put(f"package bench\n\n{kind}: [for service in services{condition} {language.value(value.get('then', value))}]\n",
            folder, kind + ".cue")
    for name, service in work.services.items():
        put(f"package bench\n\nservices: {json.dumps(name)}: {json.dumps(service, indent=1)}\n", folder, name + ".cue")
    put(f"package bench\n\nenvironments: {json.dumps(work.environments, indent=1)}\nenvironment: string @tag(environment)\n"
        f"env: environments[environment]\nobjects: [{', '.join(work.objects)}]\n", folder, "bench.cue")
    return [(["cue", "export", "--inject", f"environment={env}", "--expression", "objects", "--out", "json", "."], folder)
            for env in ENVIRONMENTS]


def json_e(work, folder):
    """render.js: objects.yaml as it is, and a JSON file per service and environment; one run for all."""
    put_json(work.objects, folder, "objects.json")
    put_json(list(work.environments.values()), folder, "environments.json")
    for name, service in work.services.items():
        put_json(service, folder, "services", name + ".json")
    return [(["node", os.path.join(HERE, "render.js"), folder], folder)]


def jinja2(work, folder):
    """render.py: a template per kind, a YAML file per service and environment; one run for all."""
    for kind, value in work.objects.items():
        put(JINJA.document(value), folder, "templates", kind + ".yaml")
    for name, service in work.services.items():
        put_yaml(service, folder, "services", name + ".yaml")
    for env, values in work.environments.items():
        put_yaml(values, folder, "environments", f"{env}.yaml")
    return [(["python", os.path.join(HERE, "render.py"), folder], folder)]
