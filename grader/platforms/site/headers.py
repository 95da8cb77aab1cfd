"""The policy by which browsers ask nobody but the site, and Pyodide's host, for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

# Where the kernel finds Pyodide unless it is told otherwise.
CDN = "https://cdn.jsdelivr.net"
SCRIPT = re.compile(r"<script(?P<head>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)


def headers(built: Path, *, others: str) -> str:
    """Return the file from which many hosts of static sites read the headers to send.

    The policy allows the site's own files, and those of the host `others`. Pyodide and JupyterLab
    compile code, and so need 'unsafe-eval'; scripts within pages are allowed by their hashes.
    """
    bodies = {
        match["body"]
        for path in built.rglob("*.html")
        for match in SCRIPT.finditer(path.read_text(encoding="utf-8"))
        if "src=" not in match["head"] and "application/json" not in match["head"]
    }
    hashes = " ".join(sorted(map(_hash, bodies)))
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob: {others} {hashes}",
            "worker-src 'self' blob:",
            f"connect-src 'self' data: blob: {others}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return (
        f"/*\n  Content-Security-Policy: {policy}\n"
        "  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n"
    )


def _hash(body: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
