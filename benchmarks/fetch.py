"""`script/bench peers`: gets the peers from their registries, each built into benchmarks/peers, which git ignores."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.servers import PEERS, TEGOLA_VERSION

MARTIN_VERSIONS = ("", "1.14.0")
"""The newest first; 1.14.0 is the newest that builds with rustc 1.95."""
DEBIAN = ("nginx-light", "cgi-mapserver", "mapserver-bin", "wrk")
_PATIENCE_S = 3 * 3600
_TOOLS = """//go:build tools

package tools

import _ "github.com/go-spatial/tegola/cmd/tegola"
"""


class Failed(Exception):
    """A peer that cannot be had; the message is the tool's own last words."""


def main() -> int:
    """Get each peer that is not there yet; say of each that cannot be had why, and go on with the next."""
    missing = 0
    for name, fetch in PEER_FETCHERS.items():
        reason = PEERS / f"{name}.reason"
        PEERS.mkdir(parents=True, exist_ok=True)
        try:
            told = fetch()
        except Failed as failure:
            # Kept, so that the benchmarks can say it, too.
            reason.write_text(f"{failure}\n", encoding="utf-8")
            told, missing = f"cannot be had: {failure}", missing + 1
        else:
            reason.unlink(missing_ok=True)
        sys.stdout.write(f"{name}: {told}\n")
        sys.stdout.flush()
    return 1 if missing else 0


def _debian() -> str:
    programs = ("/usr/sbin/nginx", "/usr/bin/mapserv", "/usr/bin/wrk")
    if all(Path(program).is_file() for program in programs):
        return "there"
    if os.getuid() != 0:
        raise Failed(f"as root: apt-get install {' '.join(DEBIAN)}")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    _do(["apt-get", "-q", "update"], env)
    # A package starts its server as it is installed; ours run only while they are measured.
    _do(["apt-get", "-q", "install", "-y", "--no-install-recommends", *DEBIAN], env | {"RUNLEVEL": "1"})
    return "installed"


def _martin() -> str:
    if (PEERS / "bin" / "martin").is_file():
        return "there"
    _need("cargo")
    for version in MARTIN_VERSIONS:
        wanted = ["--version", version] if version else []
        words = ["cargo", "install", "--locked", "--root", str(PEERS), "martin", *wanted]
        try:
            # Just what serves tables: its user interface, fonts and sprites have no part in this.
            _do([*words, "--no-default-features", "--features", "postgres"])
        except Failed as failure:
            if version == MARTIN_VERSIONS[-1]:
                raise
            sys.stdout.write(f"martin: not the newest ({failure})\n")
        else:
            return "built"
    raise AssertionError


def _tegola() -> str:
    if (PEERS / "bin" / "tegola").is_file():
        return "there"
    _need("go")
    folder = PEERS / "src" / "tegola"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").unlink(missing_ok=True)
    (folder / "tools.go").write_text(_TOOLS, encoding="utf-8")
    _do(["go", "mod", "init", "peers"], cwd=folder)
    _do(["go", "mod", "edit", f"-require=github.com/go-spatial/tegola@{TEGOLA_VERSION}"], cwd=folder)
    _do(["go", "mod", "tidy"], cwd=folder)
    _do(
        ["go", "build", "-o", str(PEERS / "bin" / "tegola"), "github.com/go-spatial/tegola/cmd/tegola"],
        cwd=folder,
    )
    return "built"


def _pg_tileserv() -> str:
    if (PEERS / "bin" / "pg_tileserv").is_file():
        return "there"
    _need("go")
    _do(["go", "install", "github.com/CrunchyData/pg_tileserv@latest"], {"GOBIN": str(PEERS / "bin")})
    return "built"


def _tipg() -> str:
    python = PEERS / "tipg" / "bin" / "python"
    if python.is_file() and subprocess.run([python, "-c", "import tipg"], check=False).returncode == 0:
        return "there"
    _do([sys.executable, "-m", "venv", str(PEERS / "tipg")])
    _do([str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "tipg", "uvicorn"])
    return "installed"


PEER_FETCHERS: dict[str, Callable[[], str]] = {
    "debian": _debian,
    "tipg": _tipg,
    "pg_tileserv": _pg_tileserv,
    "tegola": _tegola,
    "martin": _martin,
}


def _need(tool: str) -> None:
    if shutil.which(tool) is None:
        raise Failed(f"{tool} is not installed")


def _do(words: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run one command at low priority. Raises Failed with the line of its output that says most."""
    done = subprocess.run(
        ["nice", "-n", "10", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
        timeout=_PATIENCE_S,
    )
    if done.returncode == 0:
        return
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if "rror" in line or "403" in line or line.startswith("go:")]
    raise Failed((telling or lines or ["it says nothing"])[-1][:300])
