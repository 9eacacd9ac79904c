"""One method per validator: how it is run, so that every check is on and everything is read, and what it found.

`expected` is what a tool must have judged; one that read less is broken, which is never the same as clean. What a tool
is not asked stands in exclusions.yaml alone.
"""
import collections
import json
import os
import re
import shutil
import subprocess

import yaml

from tree import POD_KINDS, read_objects, write

HERE = os.path.dirname(os.path.abspath(__file__))
KUBERNETES = "1.36.0"
# The kinds that kube-score has checks for; it is silent about all others.
KUBE_SCORE_KINDS = POD_KINDS - {"Rollout", "ReplicaSet"} | {"Service", "NetworkPolicy", "Ingress", "PodDisruptionBudget",
                                                           "HorizontalPodAutoscaler"}
KUBESEC_KINDS = {"Pod", "Deployment", "StatefulSet", "DaemonSet"}
# A comment or an annotation that speaks to a validator.
SPEAKS = re.compile(r"#.*\b(?:checkov|trivy|tfsec|zizmor|hadolint|shellcheck|yamllint|actionlint|kics|kubesec)\b.*")
ADDRESSED = ("ignore-check.kube-linter.io/", "kube-score/", "polaris.fairwinds.com/", "checkov.io/", "kube-linter.io/",
             "trivy.", "kubesec.", "policies.kyverno.io/")

NAMES = ["yamllint", "kubeconform", "kube-linter", "kube-score", "polaris", "kubesec", "psa-oracle", "kyverno", "trivy",
         "checkov", "actionlint", "zizmor", "hadolint", "exclusions"]
QUICK = ["yamllint", "kubeconform", "kube-score", "psa-oracle", "checkov", "actionlint", "zizmor", "hadolint", "exclusions"]


class Broken(Exception):
    """A tool could not do its work; never the same as a finding."""


class Missing(Exception):
    """A tool is not installed."""


Finding = collections.namedtuple("Finding", "place check text")


Result = collections.namedtuple("Result", "files objects findings")


def run(command, allowed=(0, 1), cwd=None, env=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **env} if env else None)
    if done.returncode not in allowed:
        raise Broken(f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done


def loads(text, command):
    try:
        return json.loads(text)
    except ValueError as error:
        raise Broken(f"{command}: no JSON: {error}: {text[:300]}") from error


class Tools:
    """lenient: an environment that a tool cannot read is a finding in it, and the others are judged."""

    def __init__(self, directory, tree, registries=(), lenient=False):
        self.directory, self.tree, self.scratch, self.registries = directory, tree, tree.scratch, list(registries)
        self.lenient = lenient
        self.location = os.path.join(directory, "schemas", "{{ .ResourceKind }}{{ .KindSuffix }}.json")
        with open(os.path.join(HERE, "exclusions.yaml"), encoding="utf-8") as handle:
            self.excluded = yaml.safe_load(handle)

    def judge(self, name):
        return getattr(self, name.replace("-", "_"))()

    def accepted(self, name, findings):
        """The findings without those that exclusions.yaml accepts; an entry that accepts none has become one itself."""
        for entry in self.excluded["findings"]:
            rest = [f for f in findings if f.check != entry["check"] or not re.search(entry["of"], f.text)]
            if entry["tool"] != name:
                continue
            if len(rest) == len(findings):
                rest.append(Finding("exclusions.yaml", entry["check"], f"nothing matches {entry['of']}"))
            findings = rest
        return findings

    def result(self, files, objects, findings, expected=None):
        if expected not in (None, objects) and not self.lenient:
            raise Broken(f"judged {objects} of {expected}")
        return Result(files, objects, findings)

    def each(self, judge):
        """What judge(place, paths) counts and finds, over all environments."""
        count, findings = 0, []
        for place, paths in self.tree.environments.items():
            try:
                more, found = judge(place, paths)
            except Broken as error:
                if not self.lenient:
                    raise
                more, found = 0, [Finding(place, "unreadable", str(error))]
            count += more
            findings += found
        return count, findings

    def bin(self, name, folder="bin"):
        path = os.path.join(self.directory, folder, name)
        if not os.access(path, os.X_OK):
            raise Missing(name)
        return path

    def at(self, path, check, text):
        """A finding at a staged path."""
        place, below = self.tree.place(path)
        return Finding(place, check, f"{below}: {check}: {text}")

    # --- manifests -----------------------------------------------------------------------------------------------

    def yamllint(self):
        paths = self.tree.manifests() + self.tree.workflows
        command = [self.bin("yamllint", "py/bin"), "--strict", "-f", "parsable", "-c",
                   os.path.join(HERE, "yamllint.yaml"), *paths]
        findings = []
        for line in run(command, (0, 1, 2)).stdout.splitlines() if paths else []:
            path, row, _, text = line.split(":", 3)
            findings.append(self.at(path, re.search(r"\((\S+)\)$|$", text).group(1) or "syntax", f"line {row}:{text}"))
        return self.result(len(paths), len(paths), findings)

    def kubeconform(self):
        paths = self.tree.manifests()
        command = [self.bin("kubeconform"), "-strict", "-verbose", "-output", "json", "-kubernetes-version", KUBERNETES,
                   "-schema-location", self.location, *paths]
        resources = loads(run(command).stdout, "kubeconform")["resources"] if paths else []
        findings = []
        for r in resources:
            for error in r.get("validationErrors") or ([{"path": "", "msg": r["msg"]}] if r["status"] != "statusValid" else []):
                findings.append(self.at(r["filename"], r["status"], f"{r['kind']} {r['name']}: {error['path']} {error['msg']}"))
        return self.result(len(paths), len(resources), findings, self.tree.count())

    def kube_linter(self):
        """Every built-in check; a counting check proves that each object was read."""
        with open(os.path.join(HERE, "kube-linter.yaml"), encoding="utf-8") as handle:
            config = yaml.safe_load(handle.read().replace("@SCHEMAS@", self.location).replace("@KUBERNETES@", KUBERNETES))
        config["checks"]["exclude"] = sorted(self.excluded["tools"]["kube-linter"])
        path = os.path.join(self.scratch, "kube-linter.yaml")
        write(path, yaml.safe_dump(config))
        program = self.bin("kube-linter")

        def judge(place, paths):
            count, findings = 0, []
            command = [program, "lint", "--config", path, "--format", "json", "--fail-on-invalid-resource", *paths]
            for report in loads(run(command).stdout, "kube-linter")["Reports"] or []:
                if report["Check"] == "count-objects":
                    count += 1
                    continue
                about = report["Object"]["K8sObject"]
                findings.append(Finding(place, report["Check"], f"{about['GroupVersionKind']['Kind']} {about['Name']}: "
                                        f"{report['Check']}: {report['Diagnostic']['Message']}"))
            if count < len(self.tree.objects[place]):
                findings.append(Finding(place, "unreadable", f"judged {count} of {len(self.tree.objects[place])}"))
            return count, findings

        count, findings = self.each(judge)
        return self.result(len(self.tree.manifests()), count, findings, self.tree.count())

    def kube_score(self):
        """Its optional tests too, but for those that are excluded."""
        tests = [line.split(",")[0] for line in run([self.bin("kube-score"), "list"]).stdout.splitlines()
                 if line.endswith(",optional")]
        excluded = self.excluded["tools"]["kube-score"]
        flags = [flag for test in tests if test not in excluded for flag in ("--enable-optional-test", test)]
        program = self.bin("kube-score")

        def judge(place, paths):
            out = run([program, "score", "--kubernetes-version", f"v{KUBERNETES[:-2]}", "--output-format", "json",
                       "--exit-one-on-warning", *flags, *paths])
            entries, findings = loads(out.stdout, "kube-score") or [], []
            for entry in entries:
                for check in entry["checks"] or []:
                    if check["skipped"] or check["grade"] >= 10:
                        continue
                    notes = "; ".join(c["summary"] for c in check["comments"] or [])
                    findings.append(Finding(place, check["check"]["id"], f"{entry['type_meta']['kind']} "
                                            f"{entry['object_meta']['name']}: {check['check']['id']}: {notes}"))
            return len(entries), findings

        seen, findings = self.each(judge)
        return self.result(len(self.tree.manifests()), seen, findings, self.tree.count(KUBE_SCORE_KINDS))

    def polaris(self):
        """Every check of its own configuration, at any severity, where somebody has installed it."""
        command = shutil.which("polaris")
        if not command:
            raise Missing("polaris")
        seen, findings = 0, []

        def walk(node, place, about):
            if isinstance(node, dict) and "Success" in node and "ID" in node:
                if not node["Success"]:
                    findings.append(Finding(place, node["ID"], f"{about}: {node['ID']}: {node['Message']}"))
            elif isinstance(node, (dict, list)):
                for item in node.values() if isinstance(node, dict) else node:
                    walk(item, place, about)

        for place, paths in self.tree.environments.items():
            out = run([command, "audit", "--format", "json", "--audit-path", os.path.dirname(paths[0])])
            for result in loads(out.stdout, "polaris")["Results"]:
                seen += 1
                walk(result, place, f"{result['Kind']} {result['Name']}")
        return self.result(len(self.tree.manifests()), seen, findings, self.tree.count())

    def kubesec(self):
        """Its critical rules and a positive score."""
        program, read = self.bin("kubesec"), []

        def judge(_, paths):
            seen, findings = 0, []
            for path in paths:
                if not any(doc.get("kind") in KUBESEC_KINDS for doc in read_objects(path)):
                    continue
                read.append(path)
                out = run([program, "scan", "--kubernetes-version", KUBERNETES, "--schema-location", self.location, path],
                          (0, 2))
                for entry in loads(out.stdout, "kubesec"):
                    seen += 1
                    critical = [rule["id"] for rule in entry["scoring"].get("critical") or []]
                    if not entry["valid"] or critical or entry["score"] <= 0:
                        findings.append(self.at(path, ",".join(critical) or "score", f"{entry['object']}: {entry['message']}"))
            return seen, findings

        seen, findings = self.each(judge)
        return self.result(len(read), seen, findings, self.tree.count(KUBESEC_KINDS))

    def psa_oracle(self):
        """The library of the API server's own Pod Security admission."""
        program = self.bin("psa-oracle")

        def judge(place, paths):
            lines = run([program, "-level", "restricted", "-version", "latest", *paths]).stdout.splitlines()
            _, documents, pods, _ = lines.pop().split()
            if int(documents) != len(self.tree.objects[place]):
                raise Broken(f"read {documents} of {len(self.tree.objects[place])} objects")
            findings = []
            for line in lines:
                path, about, check, text = line.split(": ", 3)
                findings.append(self.at(path, check, f"{about}: {text}"))
            return int(pods), findings

        pods, findings = self.each(judge)
        return self.result(len(self.tree.manifests()), pods, findings, self.tree.pods())

    def kyverno(self):
        """All policies in kyverno/; the counting one proves that each object was read."""
        program = self.bin("kyverno")

        def judge(place, paths):
            command = [program, "apply", os.path.join(HERE, "kyverno"), "--policy-report", "--output-format", "json",
                       *[flag for path in paths for flag in ("--resource", path)]]
            report = loads(run(command).stdout, "kyverno")
            if report["summary"].get("error"):
                raise Broken(f"policy errors: {report['summary']}")
            seen, findings = 0, []
            for entry in report.get("results") or []:
                about = entry["resources"][0]
                if entry["policy"] == "count-objects":
                    seen += 1
                elif entry["result"] not in ("pass", "skip"):
                    findings.append(Finding(place, entry.get("rule"), f"{about.get('kind')} {about.get('name')}: "
                                            f"{entry['policy']}/{entry.get('rule')}: {entry.get('message')}"))
            return seen, findings

        seen, findings = self.each(judge)
        return self.result(len(self.tree.manifests()), seen, findings, self.tree.count())

    def trivy(self):
        """All severities; passed checks are asked for too, since they prove that an object was judged.

        LimitRange and ResourceQuota get runs of their own: as soon as one file of a run has that kind, Trivy applies
        the check that is meant for it (KSV-0039, KSV-0040) to every other file of the run as well.
        """
        program = self.bin("trivy")
        data = os.path.join(self.scratch, "trivy-data")
        write(os.path.join(data, "registries.yaml"), json.dumps({"ksv0125": {"trusted_registries": self.registries}}))
        judged, findings = 0, []
        for folder in self.tree.objects_apart():
            out = run([program, "config", "--skip-check-update", "--skip-version-check", "--quiet",
                       "--include-non-failures", "--config-data", data, "--format", "json",
                       "--cache-dir", os.path.join(self.scratch, "trivy-cache"), folder])
            for result in loads(out.stdout, "trivy").get("Results") or []:
                judged += 1
                for entry in result.get("Misconfigurations") or []:
                    if entry["Status"] == "FAIL":
                        line = entry.get("CauseMetadata", {}).get("StartLine", "")
                        findings.append(self.at(result["Target"], entry["ID"],
                                                f"line {line}: {entry['Severity']}: {entry['Message']}"))
        return self.result(len(self.tree.manifests()) + len(self.tree.dockerfiles), judged, findings,
                      self.tree.count() + len(self.tree.dockerfiles))

    def checkov(self):
        """A manifest that it cannot bear silences it for all others of its run, which the count of resources shows."""
        if not self.lenient:
            objects, findings = self.scan(self.tree.stage)
            least = self.tree.count() - self.tree.count({"Rollout"})  # blind to those; a pod template counts by itself
            if objects < least:
                raise Broken(f"judged {objects} of at least {least} resources")
            return self.result(len(self.tree.files()), objects, findings)
        total, findings = 0, []
        places = sorted(os.listdir(self.tree.stage))
        groups = [places[i:i + 16] for i in range(0, len(places), 16)]
        while groups:
            group = groups.pop()
            folder = os.path.join(self.scratch, "checkov", group[0] + str(len(group)))
            for place in group:
                shutil.copytree(os.path.join(self.tree.stage, place), os.path.join(folder, place))
            objects, found = self.scan(folder)
            if len(group) > 1 and objects < sum(len(self.tree.objects.get(place, [])) for place in group) - 2 * len(group):
                groups += [group[:len(group) // 2], group[len(group) // 2:]]
                continue
            total += objects
            findings += found
        return self.result(len(self.tree.files()), total, findings)

    def scan(self, folder):
        """What Checkov counts and finds in a folder of environments."""
        out = run([self.bin("checkov", "checkov/bin"), "--directory", folder, "--skip-download", "--quiet",
                   "--output", "json"], env={"LOG_LEVEL": "ERROR"})
        reports = loads(out.stdout, "checkov")
        findings, objects = [], 0
        for report in reports if isinstance(reports, list) else [reports]:
            summary = report.get("summary", report)
            if summary.get("parsing_errors") and not self.lenient:
                raise Broken(f"{report['check_type']}: {report['results']['parsing_errors']}")
            if report.get("check_type") == "kubernetes":
                objects = summary["resource_count"]
            for entry in report.get("results", {}).get("failed_checks", []):
                findings.append(self.at(entry["file_path"].lstrip("/"), entry["check_id"],
                                        f"line {entry['file_line_range'][0]}: {entry['check_name']}"))
        return objects, findings

    # --- workflows, Dockerfiles ----------------------------------------------------------------------------------

    def actionlint(self):
        paths = self.tree.workflows
        program, shellcheck = self.bin("actionlint"), self.bin("shellcheck", "py/bin")
        if not paths:
            return self.result(0, 0, [])
        options = "--enable=all --exclude=" + ",".join(sorted(self.excluded["tools"]["shellcheck"]))
        out = run([program, "-format", "{{json .}}", "-shellcheck", shellcheck, "-pyflakes", "", *paths],
                  env={"SHELLCHECK_OPTS": options})
        findings = [self.at(os.path.abspath(e["filepath"]), e["kind"], f"line {e['line']}: {e['message']}")
                    for e in loads(out.stdout, "actionlint")]
        return self.result(len(paths), len(paths), findings)

    def zizmor(self):
        program = self.bin("zizmor", "py/bin")
        if not self.tree.workflows:
            return self.result(0, 0, [])
        completed, findings = 0, []
        # One that is no workflow ends the run.
        for paths in [[path] for path in self.tree.workflows] if self.lenient else [self.tree.workflows]:
            out = run([program, "--offline", "--persona=auditor", "--no-progress", "--strict-collection",
                       "--color", "never", "--format", "json", *paths], tuple(range(0, 15)))
            if self.lenient and not out.stdout.strip():
                findings.append(self.at(paths[0], "unreadable", out.stderr))
                continue
            completed += len(re.findall(r"completed ", out.stderr))
            findings += [self.audit(entry) for entry in loads(out.stdout, "zizmor")]
        return self.result(len(self.tree.workflows), completed, findings, len(self.tree.workflows))

    def audit(self, entry):
        """What zizmor says, as a finding."""
        key = entry["locations"][0]["symbolic"]["key"]
        path = key.get("Local", {}).get("verbatim_path") or key.get("Local", {}).get("given_path", str(key))
        row = entry["locations"][0]["concrete"]["location"]["start_point"]["row"] + 1
        return self.at(path, entry["ident"], f"line {row}: {entry['determinations']['severity']}: {entry['desc']}")

    def hadolint(self):
        paths = self.tree.dockerfiles
        program = self.bin("hadolint", "py/bin")
        if not paths:
            return self.result(0, 0, [])
        out = run([program, "--format", "json", "--failure-threshold", "ignore", *paths])
        return self.result(len(paths), len(paths), [self.at(e["file"], e["code"], f"line {e['line']}: {e['level']}: {e['message']}")
                                               for e in loads(out.stdout, "hadolint")])

    # --- what switches a check off -------------------------------------------------------------------------------

    def exclusions(self):
        """What the rendered files switch off must be listed, for this kind and tier."""
        allowed = {entry["check"]: entry for entry in self.excluded["annotations"]}
        findings, seen = [], 0
        for place, objects in self.tree.objects.items():
            for obj in objects:
                for check in switched_off((obj.get("metadata") or {}).get("annotations") or {}):
                    seen += 1
                    entry = allowed.get(check)
                    if not entry or obj["kind"] not in entry["kinds"] or entry.get("below") == place.rsplit(".", 1)[-1]:
                        findings.append(Finding(place, check, f"{obj['kind']} {obj['metadata']['name']}: {check}: not listed"))
        for path in self.tree.files():
            with open(path, encoding="utf-8") as handle:
                for comment in SPEAKS.findall(handle.read()):
                    seen += 1
                    if comment.lstrip("# ") not in self.excluded["comments"]:
                        findings.append(self.at(path, "comment", comment))
        return self.result(len(self.tree.files()), seen, findings)


def switched_off(annotations):
    """The checks that an object switches off by its annotations."""
    for key, value in annotations.items():
        if key == "kube-score/ignore":
            yield from (f"{key}={test.strip()}" for test in str(value).split(","))
        elif key.startswith(ADDRESSED):
            yield key
