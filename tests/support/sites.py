"""Serve a built site on loopback with the headers of its headers file, and use it in a browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012  # as the base class has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        lines = (Path(self.directory) / "_headers").read_text(encoding="utf-8").splitlines()
        for line in lines[1:]:
            name, _, value = line.strip().partition(": ")
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the folder within this block; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SOFTMAX_LINK = "Open Exercise 1: softmax"
# JupyterLab's names of what its menus do.
RUN_ALL, RESTART, SAVE = "runmenu:run-all", "kernelmenu:restart", "docmanager:save"


@contextmanager
def chromium(profile: Path | None = None) -> Iterator[Any]:
    """Yield the system's chromium within this block, or None; with `profile`, with its cache."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    options = {"executable_path": found, "args": ["--no-sandbox"]}
    with sync_playwright() as playwright:
        if profile is None:
            browser = playwright.chromium.launch(**options)
        else:
            browser = playwright.chromium.launch_persistent_context(profile, **options)
        yield browser
        browser.close()


def write(page: Any, old: str, new: str) -> None:
    """Replace what stands in the cell that holds `old`, as a learner does."""
    page.locator(".jp-CodeCell .cm-content", has_text=old).first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(new)


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook that is open in a page."""

    page: Any

    def run_all(self) -> None:
        self._choose("Run", RUN_ALL)

    def save(self) -> None:
        self._choose("File", SAVE)
        self.page.wait_for_timeout(1_000)  # JupyterLite writes it without a sign

    def restart(self) -> None:
        self._choose("Kernel", RESTART)
        self.page.locator(".jp-Dialog .jp-mod-accept").click()

    def wait_until_the_rest_is_busy(self, cells: int) -> None:
        """Wait until only the cell that does not end, and those after it, are still to be run."""
        busy = self.page.locator(".jp-InputPrompt", has_text="[*]")
        for _ in range(600):
            if busy.count() == cells:
                return
            self.page.wait_for_timeout(200)
        raise AssertionError("the cells before the endless one have not been run")

    def _choose(self, menu: str, command: str) -> None:
        self.page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
        self.page.locator(f'.lm-Menu-item[data-command="{command}"]').first.click()


def of_the_notebook(page: Any) -> Notebook:
    """Wait for the notebook that the page opens."""
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    return Notebook(page)
