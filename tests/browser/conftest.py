"""A real Chromium before the demo city, served as people see it."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from core.database import make_engine, transaction
from core.documents.services import Desk
from core.settings import Settings
from tests.conftest import ROOT, DatabaseMaker

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Without these Chromium looks for its maker's hosts at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PARCELS = 1500
# What is waited for comes in a moment, save where the machine has much else to do: then only patience tells right from
# wrong, and it costs nothing while all is well.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(trylast=True)  # pytest's own ordering, by what tests share, comes before
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a machine without Chromium (Ubuntu's is a snap stub) the browser tests are skipped aloud."""
    # Last of all: once Playwright's event loop turns in this thread, Flask's context cannot be left in it any more.
    items.sort(key=lambda item: "browser" in Path(item.fspath).parts)
    if CHROMIUM is None:
        for item in items:
            if "browser" in Path(item.fspath).parts:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine: script/setup --tests"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, headless, quiet."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def demo_url(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small demo city."""
    from webmap import create_app
    from webmap.demo.load import load

    url = make_database()
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"), database_url=url, secret_key="s" * 32)
    engine = make_engine(url)
    with transaction(engine) as session:
        load(session, parcels=PARCELS, seed=1, desk=Desk.of(settings))
    engine.dispose()
    server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture
def page(page: Page) -> Page:
    """Playwright's page, as patient in what it does as in what is expected of it."""
    page.set_default_timeout(PATIENCE_MS)
    return page


@pytest.fixture
def foreign_requests(page: Page, demo_url: str) -> list[str]:
    """Requests to any host but ours: must stay empty."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((demo_url, "data:", "blob:")) else asked.append(request.url)
        ),
    )
    return asked


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the page wrote to the console as an error, and exceptions nobody caught."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def axe(page: Page) -> Callable[[], list[str]]:
    """Run axe-core on the page as it stands; return what it finds wrong."""

    def run() -> list[str]:
        # By the debugger and not by a script element, which our own content policy would refuse.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = json.loads(page.evaluate("axe.run().then(r => JSON.stringify(r.violations))"))
        return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]

    return run
