"""Hold otter_config.json to what otter knows: otter itself ignores what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from grader.errors import UsageError

FILE = "otter_config.json"
# What these would do is not in our hands, or would undo what we do.
REFUSED = {
    "grade_from_log": "a log is written on the learner's machine, and could hold anything",
    "seed": "the hidden inputs are drawn from the seed of the packed course (--seed)",
    "serialized_variables": "only grading from a log uses it",
    "zips": "give otter the notebook or the script itself",
}


def check_otter_config(config: Mapping[str, Any]) -> None:
    """UsageError for a key that otter does not know, or that contradicts grading by our engine."""
    from otter.run import AutograderConfig

    known = set(AutograderConfig.__annotations__) - {"otter_run"}
    for key, value in config.items():
        if key not in known:
            close = get_close_matches(key, known, n=1) or [k for k in known if key in k][:1]
            hint = f"did you mean {close[0]}?" if close else f"it knows {', '.join(sorted(known))}"
            raise UsageError(f"{FILE}: otter knows no setting {key!r} and ignores it; {hint}")
        if value and key in REFUSED:
            raise UsageError(f"{FILE}: {key} cannot be used here: {REFUSED[key]}; leave it out")
    plugins = config.get("plugins", [])
    for plugin in plugins if isinstance(plugins, list) else []:
        _check_plugin(plugin)


def _check_plugin(plugin: Any) -> None:
    if isinstance(plugin, dict) and any(
        name == "grader.platforms.otter.plugin.Plugin" and settings
        for name, settings in plugin.items()
    ):
        raise UsageError(
            f"{FILE}: the plugin takes no settings here; they are packed with the course:"
            " make the autograder again with the options of `grader otter assign`"
        )
