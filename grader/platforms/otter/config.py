"""Check the settings in otter_config.json: otter itself ignores those that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from grader.errors import UsageError

FILE = "otter_config.json"
# Settings that would have no effect here, or the wrong one.
REFUSED = {
    "grade_from_log": "the log is written on the learner's machine, and could hold anything",
    "seed": "the sealed inputs depend on the seed of the packed course (--seed) only",
    "serialized_variables": "only grading from a log uses it",
    "zips": "give otter the notebook or the script itself",
}


def check_otter_config(config: Mapping[str, Any]) -> None:
    """Raise UsageError for a setting that otter does not know, or that cannot be used with us."""
    from otter.run import AutograderConfig

    settings = set(AutograderConfig.__annotations__) - {"otter_run"}
    for key, value in config.items():
        if key not in settings:
            close = get_close_matches(key, settings, n=1) or [k for k in settings if key in k][:1]
            names = ", ".join(sorted(settings))
            remedy = f"did you mean {close[0]}?" if close else f"choose from {names}"
            raise UsageError(f"{FILE}: otter has no setting {key!r} and ignores it; {remedy}")
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
            f"{FILE}: the plugin takes no settings here, because they are packed with the course;"
            " make the autograder again with the options of `grader otter assign`"
        )
