"""The rules of a lesson: each fires on a notebook that breaks it, and all keep silent on a good one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

from course_utils import settings
from tools import markdown
from tools.build_notebooks import NOTEBOOKS, check
from tools.lesson import Lesson, machine_paths
from tools.notebook_rules import RULES, problems

BUILT = sorted(NOTEBOOKS.glob("*.ipynb"))

PICTURE = {
    "text/html": '<img alt="A line." src="data:image/png;base64,AAAA">',
    "image/png": "AAAA",
    "text/plain": "A line.",
}


@pytest.mark.parametrize("path", BUILT, ids=lambda path: path.stem)
def test_lesson_keeps_the_rules(path: Path) -> None:
    assert "\n".join(map(str, problems(path))) == ""


def test_notebooks_are_in_step_with_their_sources() -> None:
    assert "\n".join(check()) == "", "run `make notebooks`"


def text(source: str) -> NotebookNode:
    """Return a text cell."""
    return v4.new_markdown_cell(source)


def code(source: str = "print(1)", *outputs: NotebookNode, tag: str = "") -> NotebookNode:
    """Return a code cell, tagged if asked to."""
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": [tag]} if tag else {})


def printed(words: str, name: str = "stdout") -> NotebookNode:
    """Return what a cell prints."""
    return v4.new_output("stream", name=name, text=words)


def shown(data: dict[str, str]) -> NotebookNode:
    """Return what a cell displays."""
    return v4.new_output("display_data", data=data)


def raised(name: str = "ValueError") -> NotebookNode:
    """Return the error that a cell ends in."""
    return v4.new_output("error", ename=name, evalue="no", traceback=[f"{name}: no"])


def good_notebook() -> NotebookNode:
    """Return a notebook of thirty cells that keeps every rule; some cells come close to breaking one."""
    paragraph = "Words of the lesson that anybody can read. " * 10
    cells = [text(f"# A lesson\n\n{paragraph}"), code("from course_utils import start\n\nstart()")]
    for part in range(11):
        cells += [text(f"## Part {part}\n\n{paragraph}"), code("print(1)", printed("1\n"))]
    cells += [
        text("*Oh!* she said.\n\n> Simply this! cried the Rabbit.\n\n| a |\n|---|\n| Hi! |\n\n`a != b`, $n!$"),
        text("[Part](#Part-3), [page](https://example.org/a), [next](other.ipynb#Next-One), ![A cat](cat.png)"),
        code("for x in range(3):\n    model(x)\nmodel.predict(x)", shown(PICTURE)),
        code("[model.predict(x) for x in xs]", tag="shows-the-slow-way"),
        code("1 / 0", raised("FutureWarning"), tag="raises-exception"),
        text("## Exercises\n\nTry it.\n\n## Summary\n\nDone.\n\n## Further reading\n\nA book."),
    ]
    cells[3] = code("print(2)", printed("2\n"), tag="nbval-check-output")
    counted = (cell for cell in cells if cell.cell_type == "code")
    for count, cell in enumerate(counted, start=1):
        cell.execution_count = count
    return v4.new_notebook(cells=cells)


def saved(notebook: NotebookNode, folder: Path, name: str = "03_lesson") -> Path:
    """Write a notebook and what it links to; return its path."""
    (folder / "cat.png").write_bytes(b"")
    nbformat.write(v4.new_notebook(cells=[text("# Next One")]), folder / "other.ipynb")
    (folder / "guide.md").write_text("# First steps: `pip`\n", encoding="utf-8")
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def put(number: int, cell: NotebookNode) -> Callable[[NotebookNode], None]:
    """Return a change that puts `cell` in the place with this number; a code cell takes over the count."""

    def change(notebook: NotebookNode) -> None:
        if cell.cell_type == "code":
            cell.execution_count = notebook.cells[number - 1].get("execution_count")
        notebook.cells[number - 1] = cell

    return change


def uncount(notebook: NotebookNode) -> None:
    notebook.cells[3].execution_count = 9


def shorten(notebook: NotebookNode) -> None:
    del notebook.cells[4:12]


def talk(notebook: NotebookNode) -> None:
    notebook.cells[0].source += " word" * 1200


def fall_silent(notebook: NotebookNode) -> None:
    for cell in notebook.cells[4:24:2]:
        cell.source = cell.source.split("\n")[0]


def lengthen_all(notebook: NotebookNode) -> None:
    for cell in notebook.cells[3:24:2]:
        cell.source = "x = 1\n" * 11


def only_code(notebook: NotebookNode) -> None:
    notebook.cells[2:24:2] = [code() for _ in range(11)]


def end_early(notebook: NotebookNode) -> None:
    notebook.cells[-1].source = "## Exercises\n\n## Further reading"


HOME = Path.home() / "course" / "model.keras"

# rule, what breaks it, the number of the cell that is named (None: the notebook as a whole)
BREAKS: list[tuple[str, Callable[[NotebookNode], None], int | None]] = [
    ("number_of_cells", shorten, None),
    ("share_of_text", only_code, None),
    ("amount_of_prose", talk, None),
    ("amount_of_prose", fall_silent, None),
    ("length_of_code_cells", put(4, code("x = 1\n" * 26)), 4),
    ("length_of_code_cells", lengthen_all, None),
    ("short_setup", put(2, code("import a\n" * 7)), 2),
    ("no_machine_path", put(4, code("open('/home/kim/book.txt')")), 4),
    ("no_machine_path", put(4, code("x", printed(f"saved to {HOME}"))), 4),
    ("no_machine_path", put(4, code("x", shown({"text/plain": f"{settings.repository() / 'data'}"}))), 4),
    ("no_stderr", put(4, code("x", printed("epoch 1", name="stderr"))), 4),
    ("no_warning", put(4, code("x", printed("a.py:1: UserWarning: mind"))), 4),
    ("no_error", put(4, code("x", raised())), 4),
    ("no_error", put(4, code("x", tag="raises-exception")), 4),
    ("no_unbuilt_model", put(4, code("x", shown({"text/html": "<b>0 (unbuilt)</b>"}))), 4),
    ("run_in_order", uncount, 4),
    ("checked_cells_have_text", put(4, code("x", tag="nbval-check-output")), 4),
    ("checked_cells_have_text", put(4, code("x", shown(PICTURE), tag="nbval-check-output")), 4),
    ("links_resolve", put(5, text("[gone](gone.ipynb)")), 5),
    ("links_resolve", put(5, text("[gone](#Part-99)")), 5),
    ("links_resolve", put(5, text("[gone](other.ipynb#Part-3)")), 5),
    ("links_resolve", put(5, text("[gone](guide.md#second-steps)")), 5),
    ("links_resolve", put(5, text("[nowhere](https:///page)")), 5),
    ("links_resolve", put(5, text("[here](file:///data/book.txt)")), 5),
    ("links_resolve", put(5, text("[here](/data/book.txt)")), 5),
    ("links_resolve", put(5, text('<a href="gone.ipynb">gone</a>')), 5),
    ("pictures_have_alternative_text", put(5, text("![](cat.png)")), 5),
    ("pictures_have_alternative_text", put(5, text('<img src="cat.png">')), 5),
    ("pictures_have_alternative_text", put(4, code("x", shown({"image/png": "AAAA"}))), 4),
    ("pictures_have_alternative_text", put(4, code("x", shown({"text/html": '<img alt="" src="a">'}))), 4),
    ("small_file", put(4, code("x", printed("x" * 2_000_000))), None),
    ("no_predict_in_a_loop", put(4, code("for x in xs:\n    y = model.predict(x)")), 4),
    (
        "no_predict_in_a_loop",
        put(4, code("%time y = [model.predict(x) for x in xs]\nwhile 1: m.predict(1)")),
        4,
    ),
    ("no_pip", put(4, code("!pip install keras")), 4),
    ("no_pip", put(4, code("x = 1\n%pip install keras")), 4),
    ("no_input_shape", put(4, code("layers.LSTM(8, input_shape=(3, 2))")), 4),
    ("begins_with_title", put(1, text("Welcome.")), 1),
    ("has_closing_sections", end_early, None),
    ("plain_tone", put(5, text("It is simply so.")), 5),
    ("plain_tone", put(5, text("Well done!")), 5),
]


def test_a_good_notebook_has_no_problem(tmp_path: Path) -> None:
    assert "\n".join(map(str, problems(saved(good_notebook(), tmp_path)))) == ""


@pytest.mark.parametrize(("name", "change", "cell"), BREAKS, ids=[name for name, _, _ in BREAKS])
def test_rule_fires(name: str, change: Callable[[NotebookNode], None], cell: int | None, tmp_path: Path) -> None:
    notebook = good_notebook()
    change(notebook)
    rule = next(rule for rule in RULES if rule.__name__ == name)
    assert [number for number, _ in rule(Lesson(saved(notebook, tmp_path)))] == [cell]


def test_every_rule_is_proved_to_fire() -> None:
    assert {rule.__name__ for rule in RULES} == {name for name, _, _ in BREAKS}


def test_a_problem_says_where_it_is(tmp_path: Path) -> None:
    notebook = good_notebook()
    put(5, text("It is simply so."))(notebook)
    (problem,) = problems(saved(notebook, tmp_path))
    assert str(problem).startswith("03_lesson.ipynb, cell 5: ")


def test_the_first_steps_may_be_short(tmp_path: Path) -> None:
    notebook = v4.new_notebook(cells=[text("# Start\n\n## Further reading"), code()])
    notebook.cells[1].execution_count = 1
    assert problems(saved(notebook, tmp_path, "00_start_here")) == []


def test_links_to_headings_of_markdown_files_resolve(tmp_path: Path) -> None:
    notebook = good_notebook()
    notebook.cells[2].source += " [steps](guide.md#first-steps-pip)"
    assert problems(saved(notebook, tmp_path)) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("Three plain words", 3),
        ("## A heading\n\nand *two* more", 5),
        ("code `a b c` and\n```\nx = 1\n```", 2),
        ("the sum $a + b$ is\n\n$$\nc = a + b\n$$", 3),
        ("price: $5 and $6", 4),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nbelow", 1),
        ("<details><summary>Answer</summary>\n\nIt is one.\n\n</details>", 3),
        ("an LSTM (장단기 메모리) doesn't", 5),
    ],
)
def test_words_of_prose(source: str, count: int) -> None:
    assert markdown.words(source) == count


@pytest.mark.parametrize("harmless", ["data/samples/story.txt", "https://example.org/home/a", "1/2", "a /b"])
def test_ordinary_slashes_are_no_machine_path(harmless: str) -> None:
    assert machine_paths(harmless) == []
