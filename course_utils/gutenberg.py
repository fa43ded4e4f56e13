"""Project Gutenberg's files: the book's own text told apart from what Gutenberg adds, and a cleaning."""

from __future__ import annotations

import re


def split_gutenberg(text: str) -> tuple[str, str, str]:
    """Split a Project Gutenberg file into the book's own text, Gutenberg's header, and Gutenberg's licence.

    The lines "*** START OF …" and "*** END OF …" part them; each stays with Gutenberg's side.

    Raises
    ------
    ValueError
        If one of the two lines is missing: the file is cut off or comes from elsewhere.
    """
    start = re.search(r"^\*\*\* ?START OF .*$", text, re.MULTILINE)
    end = re.search(r"^\*\*\* ?END OF .*$", text, re.MULTILINE)
    if not start or not end:
        which = "*** END OF" if start else "*** START OF"
        raise ValueError(f"no line that begins with {which!r}. Is this a whole Project Gutenberg file?")
    story = text[start.end() : end.start()]
    # Older editions close with a line by the transcribers before the mark.
    closing = re.search(r"^End of (the )?Project Gutenberg.*\Z", story.rstrip(), re.MULTILINE)
    story_end = closing.start() if closing else len(story)
    licence = story[story_end:] + text[end.start() :]
    return story[:story_end].strip() + "\n", text[: start.end()], licence


def clean_like_the_lecture(raw: bytes) -> str:
    """Return a text cleaned by the lecture's recipe, line by line.

    Strip the line, lower its letters, drop all that is not ASCII (also curly quotes and apostrophes), skip it
    if nothing is left; then join the lines with one blank.
    """
    lines = (line.strip().lower().decode("ascii", "ignore") for line in raw.split(b"\n"))
    return " ".join(line for line in lines if line)
