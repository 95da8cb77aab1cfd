"""What messy hand-ins are made of: solved exercises, frequent mistakes, notebooks to be spoiled."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from grader.course import sample
from grader.course.handout import script
from grader.course.sample import Files, Samples
from grader.course.variants import Variant

Notebook: TypeAlias = dict[str, Any]


class Work(NamedTuple):
    """What somebody hands in, and what is due for it.

    `concern` is the reason to look at it ("" for none); `lost` are the functions that may cost
    points ("*": all), while all others get theirs. Of a None nothing is known beforehand.
    """

    files: Files
    concern: str = ""
    lost: tuple[str, ...] | None = ()


class Mess:
    """Makes work that is right, spoiled, or wrong in the ways that many learners are wrong.

    It counts what it has made, so that no two hand-ins are the same to the byte by chance.
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.course, self.rng = samples.course, samples.rng
        self.first = self.course.exercises[0]
        self.function = self.first.functions[0].name
        self._made = 0
        self._mistakes = self.rng.sample(samples.mistakes, len(samples.mistakes))
        self._weights = [*accumulate(1 / (rank + 1) for rank in range(len(self._mistakes)))]

    def functions_from(self, exercise: int) -> tuple[str, ...]:
        """Return the names of the functions of this exercise and all later ones."""
        return tuple(f.name for e in self.course.exercises[exercise:] for f in e.functions)

    @property
    def text(self) -> str:
        """The first exercise, solved."""
        return sample.solved(self.first)

    def solved(self, first: str = "") -> Files:
        """Make all exercises solved; `first` is another text for the first one."""
        texts = {f"{e.slug}.py": sample.solved(e) for e in self.course.exercises}
        if first:
            texts[f"{self.first.slug}.py"] = first
        return self._unique({name: text.encode() for name, text in texts.items()})

    def handed_out(self) -> Files:
        """Make all exercises as they are given out."""
        return {f"{e.slug}.py": script(e).encode() for e in self.course.exercises}

    def notebook(self, edit: Callable[[Notebook], object] = lambda _notebook: None) -> bytes:
        """Make one notebook of all exercises, changed by `edit`."""
        document = json.loads(sample.notebook_bytes(self.course))
        self._made += 1
        document["metadata"]["made"] = self._made
        edit(document)
        return json.dumps(document, ensure_ascii=False).encode()

    def notebooks(self) -> Files:
        """Make a notebook for each exercise, solved."""
        exercises = self.course.exercises
        return {f"{e.slug}.ipynb": sample.filled_notebook(e, self.course) for e in exercises}

    def script(self) -> bytes:
        """Make one script of all exercises."""
        return sample.all_in_one(self.course).encode()

    def usual(self) -> Files:
        """Make what most hand in: a few mistakes, and perhaps not all exercises."""
        count = len(self.course.exercises)
        written = self.rng.randint(count // 2, count - 1) if self.rng.random() < 0.12 else count
        number = self.rng.choice([0, 0, 1, 1, 2, 2, 3, 4, 6])
        mistakes = self.rng.choices(self._mistakes, cum_weights=self._weights, k=number)
        return self._unique(self.with_variants(mistakes, written=written))

    def rare(self, which: int) -> Files:
        """Make the same rare mistakes each time, as two who worked together hand them in."""
        last = {variant.function: variant for variant in self.samples.mistakes}
        return self.with_variants([last[name] for name in self.functions_from(1)[which::4]])

    def with_variants(self, variants: list[Variant], *, written: int | None = None) -> Files:
        """Make the first `written` exercises with these variants, the rest as handed out."""
        exercises = self.course.exercises
        files = self.samples.with_variants("x", variants)
        named = {Path(name).name: data for name, data in files.items()}
        for exercise in exercises[len(exercises) if written is None else written :]:
            named[f"{exercise.slug}.py"] = script(exercise).encode()
        return named

    def _unique(self, files: Files) -> Files:
        self._made += 1
        return {name: data + f"# {self._made}\n".encode() for name, data in files.items()}
