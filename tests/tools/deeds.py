"""What kiln is made to do by the sweeps over its calls (run-kill, run-faults): projects, command lines, and scenes to run them in."""
import contextlib
import os
import shutil
import subprocess
import tempfile

TEMPORARY, OWNED = ".kiln-tmp-", ".kiln-owned"

KILN = """name: shop
repository: https://git.example.com/shop.git
environments: [development]
owners: {shop: shop@example.com}
defaults: {owner: shop}
workflow: {login: token}
"""
SHA = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DIGEST = "@" + SHA
IMAGE = "image: registry.example.com/shop/%s:v%d" + DIGEST + "\n"
WEB = IMAGE + "ports: 8080\nhealth: {liveness: /health, readiness: /ready}\nconfig: {a.yaml: {x: %d}}\nbuild: {language: go}\n"
RELEASED = "services:\n  web: {tag: v%d, digest: \"" + SHA + "\"}\n"
STAGES = KILN.replace("[development]", "[development, staging]")
PROJECTS = {
    "old": {"kiln.yaml": KILN, "services/web.yaml": WEB % ("web", 1, 1), "services/gone.yaml": IMAGE % ("gone", 1) + "kind: Job\n"},
    "new": {"kiln.yaml": KILN, "services/web.yaml": WEB % ("web", 2, 2), "services/new.yaml": IMAGE % ("new", 2) + "kind: Job\n"},
    "stages": {"kiln.yaml": STAGES, "services/web.yaml": WEB % ("web", 1, 1)},
}
RENDER = ["render", "--threads", "1", "-C", "{project}", "-o", "{scratch}/out"]


class Deed:
    """A command line, the project that it is for, the output folder before ("tree-…"), and what it reads from standard input."""

    def __init__(self, *words, project="new", state=None, stdin=None, writes=True, stream=None, parameters=None):
        self.words, self.project, self.state, self.stdin = words, project, state, stdin
        self.writes = writes  # files, not only to standard output
        self.parameters = parameters  # of Argo CD's plugin
        self.stream = stream  # a file written as standard error is: what a failed run leaves of it may end anywhere


DEEDS = {
    "render from nothing": Deed(*RENDER),
    "render over another state": Deed(*RENDER, state="tree-old"),
    "render where nothing changes": Deed(*RENDER, state="tree-new"),
    "stream": Deed("render", "--threads", "1", "-C", "{project}", "-o", "-", writes=False),
    "release": Deed("release", "-C", "{project}", "development", "web", "registry.example.com/shop/web:v9" + DIGEST),
    "promote": Deed("promote", "-C", "{project}", "development", "staging", project="stages"),
    "rollback": Deed("rollback", "-C", "{project}", "development", "web", project="stages"),
    "init": Deed("init", "--name", "shop", "{scratch}/out", state="tree-empty"),
    "new": Deed("new", "-C", "{project}", "--language", "none", "another"),
    "new with a Dockerfile": Deed("new", "-C", "{project}", "--language", "go", "another"),
    "check with a report": Deed("check", "-C", "{project}", "--threads", "1", "--report", "{scratch}/report", stream="report"),
    "check passing through": Deed("check", "-f", "-", "--threads", "1", "--pass-through", "--tier", "development", stdin="manifests",
                                  writes=False),
    "check as SARIF": Deed("check", "-C", "{project}", "--threads", "1", "--format", "sarif", writes=False),
    "fn": Deed("fn", "--threads", "1", stdin="items", writes=False),
    "fn that renders": Deed("fn", "--threads", "1", stdin="render", writes=False),
    "argocd": Deed("argocd", "-C", "{project}", "--threads", "1", writes=False,
                   parameters='[{"name": "environment", "string": "development"}, {"name": "services", "array": ["web"]}]'),
    "diff": Deed("diff", "-C", "{project}", "--threads", "1", "{scratch}/out", "{base}/tree-new/out", state="tree-old",
                 writes=False),
    "diff with a revision": Deed("diff", "-C", "{project}", "--threads", "1", "--base", "HEAD~1", project="stages", writes=False),
    "affected": Deed("affected", "-C", "{project}", "--threads", "1", "--base", "HEAD~1", project="stages", writes=False),
    "standards": Deed("standards", "-C", "{project}", "--format", "json", writes=False),
    "schema": Deed("schema", "service", writes=False),
    "completion": Deed("completion", "bash", writes=False),
}


def put(folder, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as handle:
            handle.write(text)


def tree(folder):
    found = {}
    for root, folders, names in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as handle:
                found[os.path.relpath(path, folder)] = handle.read()
    return found


def is_temporary(path):
    return any(part.startswith(TEMPORARY) for part in path.split(os.sep))


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", folder, *words], check=True, capture_output=True)


def prepare(kiln, base):
    for name, files in PROJECTS.items():
        put(os.path.join(base, name), files)
    for name in ("old", "new"):
        subprocess.run([kiln, "render", "-C", os.path.join(base, name), "-o", os.path.join(base, f"tree-{name}", "out")], check=True,
                       capture_output=True)
    os.makedirs(os.path.join(base, "tree-empty", "out"))
    stages = os.path.join(base, "stages")
    git(stages, "init", "--quiet", "--template=")
    for version in (7, 8):
        put(stages, {"releases/development.yaml": RELEASED % version})
        git(stages, "add", "--all")
        git(stages, "commit", "--quiet", "--message", f"version {version}")
    stream = subprocess.run([kiln, "render", "-C", os.path.join(base, "new"), "-o", "-"], check=True, capture_output=True, text=True).stdout
    items = "".join("- " + part.strip("\n").replace("\n", "\n  ") + "\n" for part in stream.split("---\n") if part.strip())
    call = "functionConfig: {apiVersion: kiln/v1alpha1, kind: %s, metadata: {name: %s}, spec: %s}\n"
    head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
    spec = "{project: " + os.path.join(base, "new") + ", environment: development, services: [web]}"
    put(base, {"manifests": stream, "items": head + call % ("Check", "check", "{tier: development}") + "items:\n" + items,
               "render": head + call % ("Render", "render", spec) + "items: []\n"})


@contextlib.contextmanager
def prepared(kiln):
    """A folder with the projects, what the first two render to, and what is read from standard input."""
    with tempfile.TemporaryDirectory(prefix="kiln-deeds-") as base:
        prepare(kiln, base)
        yield base


class Scene:
    """A project and an output folder of their own."""

    def __init__(self, base, deed):
        self.base, self.deed = base, deed
        self.scratch = tempfile.mkdtemp(prefix="kiln-scene-")
        self.project = os.path.join(self.scratch, "project")
        shutil.copytree(os.path.join(base, deed.project), self.project)
        if deed.state:
            shutil.copytree(os.path.join(base, deed.state, "out"), os.path.join(self.scratch, "out"))
        self.log = os.path.join(self.scratch, "log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch)

    def run(self, kiln, before=None, **extra):
        words = [word.format(project=self.project, scratch=self.scratch, base=self.base) for word in self.deed.words]
        plugin = {"ARGOCD_APP_PARAMETERS": self.deed.parameters} if self.deed.parameters else {}
        source = open(os.path.join(self.base, self.deed.stdin), "rb") if self.deed.stdin else subprocess.DEVNULL
        try:
            done = subprocess.run([kiln, *words], env={**os.environ, **plugin, "CALLS_LOG": self.log, **extra}, stdin=source, capture_output=True,
                                  text=True, errors="replace", timeout=120, check=False, preexec_fn=before)
        finally:
            if self.deed.stdin:
                source.close()
        done.stdout = done.stdout.replace(self.scratch, "")
        return done

    def files(self):
        return {path: data for path, data in tree(self.scratch).items() if path != "log"}

    def calls(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as handle:
            return handle.read().splitlines()


class Sweep:
    """A deed done once, in peace: what was there before and after, what it said, and which calls it made."""

    def __init__(self, kiln, library, base, name):
        self.kiln, self.library, self.base, self.name, self.deed = kiln, library, base, name, DEEDS[name]
        with self.scene() as scene:
            self.old = scene.files()
            done = scene.run(kiln, LD_PRELOAD=library)
            self.kinds, self.new, self.status, self.said = scene.calls(), scene.files(), done.returncode, done.stdout
        if self.status not in (0, 1) or (self.deed.writes and self.deed.state != "tree-new" and self.new == self.old):
            raise SystemExit(f"{name}: exit status {self.status}: {done.stderr}")

    def scene(self):
        return Scene(self.base, self.deed)

    def mixed(self, found):
        """What is wrong with files that are neither old nor new."""
        wrong = []
        for path, data in found.items():
            if is_temporary(path):
                continue
            if os.path.basename(path) == OWNED:
                known = {line for side in (self.old, self.new) for line in side.get(path, b"").decode().splitlines()}
                if not set(data.decode().splitlines()) <= known or not data.endswith(b"\n"):
                    wrong.append(f"{path} lists what nobody wrote, or is cut off")
            elif path == self.deed.stream:
                continue
            elif data not in (self.old.get(path), self.new.get(path)):
                wrong.append(f"{path} is neither the old nor the new one")
        return wrong + [f"{path} is gone" for path in set(self.old) & set(self.new) if path not in found]

    def again(self, scene):
        """What is wrong after the next run, which has to complete what there was to do."""
        if scene.files() == self.new:
            return []
        done = scene.run(self.kiln)
        if done.returncode != self.status:
            return [f"the next run fails: {done.stderr[:200]}"]
        found = scene.files()
        return [] if found == self.new else ["the next run does not complete it: " +
                                             ", ".join(path for path in sorted({*found, *self.new}) if found.get(path) != self.new.get(path))]
