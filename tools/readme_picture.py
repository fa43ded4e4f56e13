"""Draw the picture of README.md again: ``python -m tools.readme_picture``. Needs the real data."""

from __future__ import annotations

from course_utils import data, settings
from course_utils.quiet import import_tensorflow

WORDS = "i cant go no lower"
"""Where the passage begins, in the part of the book that the network has not been trained on, if it is there."""


def main() -> None:
    import_tensorflow()
    from course_utils import checkpoints, figures, models, plots
    from course_utils.generation import Generator

    plots.use_style()
    alice = checkpoints.load("alice")
    book = data.load_alice()
    if book.source == "stand-in":
        raise SystemExit("The picture shows the real book: set COURSE_DATA_DIR, or connect to the network.")
    story = data.clean_like_the_lecture(book.story.encode("utf-8"))
    start = len(models.split(story)[0])
    start = story.find(WORDS, start) if WORDS in story[start:] else start
    passage = story[start : start + 448]
    surprise = Generator(alice.model, alice.vocabulary).surprise(story[start - 1000 : start + 448])[1000:]
    title = "A network reads Alice for the first time: dark is what it did not expect"
    path = settings.repository() / "notebooks" / "pictures" / "surprise.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(figures.figure_png(plots.draw_surprise(passage, surprise, title)))


if __name__ == "__main__":
    main()
