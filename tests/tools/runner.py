"""A small runner of GitHub's workflows, for tests of their shell steps.

Jobs in the order of the file, each in a fresh clone of a bare repository; conditions and expressions worked out; steps by
"bash -e" or "bash -eo pipefail"; GITHUB_OUTPUT, GITHUB_PATH, GITHUB_STEP_SUMMARY. Actions (uses:) are not run, but for a checkout,
which is the clone. docker, cosign, gh and sleep are stand-ins that note how they were called and answer from files.
"""
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile

import yaml

TOOLS = {
    # images: one line per tag, "NAME DIGEST"; broken: what any look-up prints before it fails.
    "docker": r"""
case "$1 $2" in
  "create "*) echo container ;;
  "cp "*) cp "$KILN" "$3" ;;
  "rm "*) ;;
  "buildx imagetools")
    if [ -s "$STATE/broken" ]; then cat "$STATE/broken" >&2; exit 1; fi
    awk -v name="$4" '$1 == name { print $2; found = 1 } END { exit !found }' "$STATE/images" && exit 0
    echo "ERROR: $4: not found" >&2; exit 1 ;;
  *) echo "docker $*: no stand-in" >&2; exit 9 ;;
esac""",
    "cosign": r"""
echo "cosign $*" >> "$STATE/calls"
[ ! -e "$STATE/unsigned" ]""",
    "gh": r"""
echo "gh $*" >> "$STATE/calls"
case "$1 $2" in
  "auth setup-git") ;;
  "run list") cat "$STATE/succeeded" ;;
  "pr list") cat "$STATE/pull-requests" ;;
  "pr create") echo 1 > "$STATE/pull-requests" ;;
  "pr comment") cp "${*: -1}" "$STATE/comment" ;;
  "workflow run") ;;
  "api "*) cat "$STATE/rules" ;;
  *) echo "gh $*: no stand-in" >&2; exit 9 ;;
esac""",
    # Between the tries of a verification.
    "sleep": "[ ! -x \"$STATE/meanwhile\" ] || { \"$STATE/meanwhile\"; rm \"$STATE/meanwhile\"; }",
}


# ---- expressions, as far as the templates use them ----

TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||==|!=|!|[(),]|[A-Za-z_][\w.*-]*|\d+")


def look_up(contexts, name):
    if name.startswith("needs.*."):
        return [job.get(name[8:], "") for job in contexts["needs"].values()]
    at = contexts
    for part in name.split("."):
        at = at.get(part, "") if isinstance(at, dict) else ""
    return at


def evaluate(expression, contexts, functions):
    words = {"&&": " and ", "||": " or ", "!": " not "}
    code, end = "", 0
    for token in TOKEN.finditer(expression):
        assert not expression[end:token.start()].strip(), f"cannot read expression: {expression}"
        end, word = token.end(), token.group()
        if word[0] == "'":
            code += repr(word[1:-1].replace("''", "'"))
        elif expression[end:end + 1] == "(" and word in functions:
            code += f"functions[{word!r}]"
        elif word[0].isalpha():
            code += f"look({word!r})"
        else:
            code += words.get(word, word)
    assert not expression[end:].strip(), f"cannot read expression: {expression}"
    return eval(code, {"functions": functions, "look": lambda name: look_up(contexts, name)})  # our own templates' text


def fill(value, contexts, functions):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found.group(1), contexts, functions)), str(value))


def holds(condition, contexts, functions):
    """A condition without a function of status means: if all went well, too."""
    condition = condition or "success()"
    if not re.search(r"\b(success|failure|always|cancelled)\(\)", condition):
        condition = f"success() && ({condition})"
    return bool(evaluate(condition, contexts, functions))


# ---- a repository with its runner ----

class Runner:
    folders = []  # of all, for clean_up

    def __init__(self, kiln, folder="."):
        self.kiln = kiln
        self.top = tempfile.mkdtemp(prefix="kiln-workflows-")
        Runner.folders.append(self.top)
        self.origin, self.work, self.state = (os.path.join(self.top, name) for name in ("origin.git", "work", "state"))
        self.project = os.path.normpath(os.path.join(self.work, folder))
        tools = os.path.join(self.top, "tools")
        for path in (tools, self.state):
            os.mkdir(path)
        for name, body in TOOLS.items():
            self.script(os.path.join(tools, name), body)
        for name in ("images", "succeeded", "calls", "broken"):
            self.tell(name, "")
        self.tell("pull-requests", "0\n")
        self.tell("rules", "required_reviewers\n")
        self.environment = {
            "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin", "HOME": self.top, "LC_ALL": "C.UTF-8", "KILN": kiln,
            "STATE": self.state, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
        }
        with open(os.path.join(self.top, ".gitconfig"), "w") as handle:
            handle.write("[user]\nname = Dev\nemail = dev@example.com\n[init]\ndefaultBranch = main\n")
        self.run("git", "init", "-q", "--bare", self.origin, at=self.top)
        self.run("git", "clone", "-q", self.origin, self.work, at=self.top)

    @classmethod
    def clean_up(cls):
        for folder in cls.folders:
            shutil.rmtree(folder)

    def script(self, path, body):
        with open(path, "w") as handle:
            handle.write("#!/usr/bin/env bash\n" + body.lstrip("\n") + "\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def tell(self, name, text):
        with open(os.path.join(self.state, name), "w") as handle:
            handle.write(text)

    def told(self, name):
        with open(os.path.join(self.state, name)) as handle:
            return handle.read()

    def run(self, *words, at=None):
        done = subprocess.run(words, cwd=at or self.work, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def write(self, path, text, at=None):
        path = os.path.join(at or self.project, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as handle:
            handle.write(text)

    def append(self, path, text):
        with open(os.path.join(self.project, path), "a") as handle:
            handle.write(text)

    def replace(self, path, old, new):
        with open(os.path.join(self.project, path)) as handle:
            text = handle.read()
        assert old in text
        self.write(path, text.replace(old, new))

    def commit(self, message="change"):
        """What is in the working tree, rendered, on top of what is in the repository, pushed."""
        if self.run("git", "ls-remote", "origin"):
            self.run("git", "pull", "-q", "--rebase", "--autostash")
        self.run(self.kiln, "render", at=self.project)
        self.run("git", "add", "--all")
        self.run("git", "commit", "-qm", message)
        self.run("git", "push", "-q", "origin", "HEAD")
        return self.run("git", "rev-parse", "HEAD")

    def change(self, path):
        """A commit that changes a file of the sources, pushed."""
        with open(os.path.join(self.work, path), "a") as handle:
            handle.write("# changed\n")
        return self.commit()

    def show(self, path):
        return self.run("git", "show", f"main:{path}", at=self.origin)

    def subjects(self, branch="main"):
        return self.run("git", "log", "--format=%s", branch, at=self.origin).split("\n")

    def protect(self, refuse=True):
        hook = os.path.join(self.origin, "hooks", "pre-receive")
        if refuse:
            self.script(hook, "while read -r _ _ ref; do [ \"$ref\" != refs/heads/main ] || exit 1; done")
        else:
            os.remove(hook)

    # -- the runner --

    def workflow(self, name, event="push", sha=None, jobs=None, payload=None):
        """Runs a workflow, or some jobs of it: {job: result}. More about them is in results."""
        path = os.path.join(self.work, ".github", "workflows", name)
        with open(path) as handle:
            text = yaml.safe_load(handle)
        sha = sha or self.run("git", "rev-parse", "main", at=self.origin)
        github = {"event_name": event, "ref": "refs/heads/main", "ref_name": "main", "sha": sha, "actor": "dev",
                          "repository": "acme/shop", "server_url": "https://github.com", "token": "token", "event": payload or {}}
        results = {}
        for job, body in text["jobs"].items():
            if jobs and job not in jobs:
                continue
            results[job] = self.job(job, body, text, github, {need: results.get(need, {"result": "success", "outputs": {}})
                                                              for need in listed(body.get("needs"))})
        self.results = results
        return {job: result["result"] for job, result in results.items()}

    def job(self, name, body, text, github, needs):
        went_well = all(need["result"] == "success" for need in needs.values())
        contexts = {"github": github, "needs": needs, "runner": {"temp": os.path.join(self.top, "temp")}, "steps": {}}
        functions = functions_of(went_well, any(need["result"] == "failure" for need in needs.values()))
        if not holds(body.get("if"), contexts, functions):
            return {"result": "skipped", "outputs": {}, "steps": {}, "log": ""}
        temp, clone = os.path.join(self.top, "temp"), os.path.join(self.top, "clone")
        for folder in (temp, clone):
            shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(temp)
        environment = {**self.environment, "RUNNER_TEMP": temp, "GITHUB_SHA": github["sha"], "GITHUB_REF_NAME": github["ref_name"],
                       "GITHUB_EVENT_NAME": github["event_name"], "GITHUB_RUN_ID": "1"}
        shell = ["bash", "-eo", "pipefail"] if text.get("defaults", {}).get("run", {}).get("shell") == "bash" else ["bash", "-e"]
        job_environment = {key: fill(value, contexts, functions) for key, value in body.get("env", {}).items()}
        folder = body.get("defaults", {}).get("run", {}).get("working-directory", ".")
        log, failed = "", False
        for index, step in enumerate(body["steps"]):
            functions = functions_of(not failed, failed)
            key = step.get("id", str(index))
            contexts["steps"][key] = {"outputs": {}, "outcome": "skipped"}
            if not holds(step.get("if"), contexts, functions):
                continue
            if step.get("uses", "").startswith("actions/checkout@"):
                self.check_out(clone, step.get("with", {}), github["sha"])
            if "run" not in step:
                continue
            files = {file: os.path.join(temp, file) for file in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
            for file in files.values():
                open(file, "a").close()
            open(files["GITHUB_OUTPUT"], "w").close()
            values = {k: fill(v, contexts, functions) for k, v in step.get("env", {}).items()}
            done = subprocess.run([*shell, "-c", step["run"]], cwd=os.path.join(clone, folder), capture_output=True, text=True,
                                  env={**environment, **files, **job_environment, **values}, timeout=300)
            log += f"-- {step['name']}\n{done.stdout}{done.stderr}"
            failed = failed or done.returncode != 0
            with open(files["GITHUB_OUTPUT"]) as handle:
                outputs = dict(line.rstrip("\n").split("=", 1) for line in handle)
            contexts["steps"][key] = {"outputs": outputs, "outcome": "failure" if done.returncode else "success"}
            with open(files["GITHUB_PATH"]) as handle:
                environment["PATH"] = ":".join([*handle.read().split(), self.environment["PATH"]])
            self.summary = open(files["GITHUB_STEP_SUMMARY"]).read()
        outputs = {k: fill(v, contexts, functions) for k, v in body.get("outputs", {}).items()}
        return {"result": "failure" if failed else "success", "outputs": outputs, "steps": contexts["steps"], "log": log}

    def check_out(self, clone, wanted, sha):
        self.run("git", "clone", "-q", self.origin, clone, at=self.top)
        assert wanted.get("persist-credentials") is False
        if wanted.get("ref"):
            self.run("git", "checkout", "-q", wanted["ref"], at=clone)
        else:
            self.run("git", "fetch", "-q", "origin", "+refs/pull/*:refs/remotes/pull/*", at=clone)
            self.run("git", "checkout", "-q", sha, at=clone)

    def merge_of(self, branch):
        """The commit that GitHub makes of a pull request."""
        self.run("git", "checkout", "-q", "--detach", "origin/main")
        self.run("git", "merge", "-q", "--no-ff", "-m", "merge", branch)
        self.run("git", "push", "-q", "origin", "+HEAD:refs/pull/1/merge")
        sha = self.run("git", "rev-parse", "HEAD")
        self.run("git", "checkout", "-q", "main")
        return sha


def functions_of(well, failed):
    return {"success": lambda: well, "failure": lambda: failed, "always": lambda: True, "cancelled": lambda: False,
            "contains": lambda where, what: what in where, "fromJSON": json.loads}


def listed(needs):
    return [needs] if isinstance(needs, str) else needs or []
