"""The way from a lesson's source to the notebook that students open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from tools import build_notebooks
from tools.build_notebooks import BuildError, build, check, complaint, main, out_of_step, sources, target
from tools.normalise import WIDGET, last_states, normalise, without_folders

SOURCE = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # Überschrift
# Ein Absatz.

# %% tags=["nbval-check-output"]
import os
import sys
import time
from pathlib import Path

for step in range(3):
    print(f"\\rstep {step}", end="", flush=True)
    time.sleep(0.3)
print()
print("mode", os.environ["COURSE_MODE"], "in", Path.cwd().name)

# %%
from IPython.display import display

picture = {"text/html": "<img alt='a line' src='data:image/png;base64,AAAA'>", "image/png": "AAAA"}
widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "x"}
display(widget | picture, raw=True)
"result"

# %% tags=["raises-exception"]
import json

json.loads("{")
"""


def lesson(folder: Path, text: str = SOURCE, name: str = "03_demo") -> Path:
    """Write a source with this text below `folder`; return its path."""
    path = folder / "notebooks" / "source" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of a lesson that was built once, in a folder with blanks and accents; do not change it."""
    source = lesson(tmp_path_factory.mktemp("Café am See"))
    build(source)
    return source


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of the built lesson, free to be changed."""
    source = lesson(tmp_path, built.read_text(encoding="utf-8"))
    target(source).write_bytes(target(built).read_bytes())
    return source


def test_built_notebook_is_executed_and_normal(built: Path) -> None:
    text = target(built).read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "code", "code"]
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2, 3]
    assert set(notebook.metadata) == {"kernelspec", "language_info", "course"}
    assert [dict(cell.metadata) for cell in notebook.cells] == [
        {},
        {"tags": ["nbval-check-output"]},
        {},
        {"tags": ["raises-exception"]},
    ]
    assert text.endswith("}\n") and "Überschrift" in text


def test_streams_are_joined_and_progress_shows_its_last_state(built: Path) -> None:
    outputs = nbformat.read(target(built), as_version=4).cells[1].outputs
    assert [output.text for output in outputs] == ["step 2\nmode class in notebooks\n"]


def test_widget_leaves_its_picture(built: Path) -> None:
    shown, result = nbformat.read(target(built), as_version=4).cells[2].outputs
    assert set(shown.data) == {"text/html", "image/png", "text/plain"}
    assert (result.data["text/plain"], result.execution_count) == ("'result'", 2)


def test_expected_error_is_kept_without_folders(built: Path) -> None:
    (error,) = nbformat.read(target(built), as_version=4).cells[3].outputs
    assert error.ename == "JSONDecodeError"
    traceback = "\n".join(error.traceback)
    assert f"json{os.sep}decoder.py" in traceback
    assert str(Path(json.__file__).parent) not in traceback


def nbval(source: Path) -> subprocess.CompletedProcess[str]:
    """Run the notebook of `source` as `make test` runs the lessons."""
    options = ("--nbval-lax", "--nbval-cell-timeout=120", "--nbval-kernel-name=python3", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(target(source))],
        cwd=source.parent.parent,
        env=os.environ | {"COURSE_MODE": "class"},
        capture_output=True,
        encoding="utf-8",
    )


def test_built_notebook_passes_nbval_until_a_checked_output_changes(copy: Path) -> None:
    done = nbval(copy)
    assert done.returncode == 0, done.stdout
    path = target(copy)
    path.write_text(path.read_text(encoding="utf-8").replace("step 2", "step 3"), encoding="utf-8")
    assert nbval(copy).returncode == 1


def test_lessons_run_in_this_very_python(tmp_path: Path) -> None:
    notebook = v4.new_notebook(cells=[v4.new_code_cell("import sys\nprint(sys.prefix)")])
    build_notebooks.execute(notebook, tmp_path)
    assert notebook.cells[0].outputs[0].text.strip() == sys.prefix


def test_a_second_build_runs_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_notebooks, "build", lambda source: pytest.fail(f"{source.name} was built again"))
    assert main([], copy.parent.parent) == 0


def test_building_again_gives_the_same_file(copy: Path) -> None:
    before = target(copy).read_bytes()
    assert main(["--all", "03"], copy.parent.parent) == 0
    assert target(copy).read_bytes() == before


def test_a_built_notebook_is_in_step(copy: Path) -> None:
    assert out_of_step(copy) == ""
    assert main(["--check"], copy.parent.parent) == 0


def test_line_ends_of_windows_do_not_count_as_a_change(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes().replace(b"\n", b"\r\n"))
    assert out_of_step(copy) == ""


def test_a_changed_source_is_out_of_step(copy: Path) -> None:
    copy.write_text(copy.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert "source" in out_of_step(copy)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda notebook: notebook.cells[1].update(source="print(1)"), "text of cell 2"),
        (lambda notebook: notebook.cells[1].metadata.update(tags=[]), "tags of cell 2"),
        (lambda notebook: notebook.cells[0].update(cell_type="raw"), "kind of cell 1"),
        (lambda notebook: notebook.cells.pop(), "3 cells"),
        (lambda notebook: notebook.metadata.pop("course"), "another version"),
    ],
)
def test_a_notebook_edited_by_hand_is_out_of_step(copy: Path, change, word: str, capsys) -> None:
    path = target(copy)
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)
    assert word in out_of_step(copy)
    assert main(["--check"], copy.parent.parent) == 1
    assert path.name in capsys.readouterr().out


def test_damaged_missing_and_orphaned_notebooks_are_named(copy: Path) -> None:
    folder = copy.parent.parent
    target(copy).write_text("{", encoding="utf-8")
    lesson(folder.parent, name="04_next")
    (folder / "05_orphan.ipynb").write_text("{}", encoding="utf-8")
    lines = check(folder)
    assert [line.split()[0] for line in lines] == ["03_demo.ipynb", "04_next.ipynb", "05_orphan.ipynb"]


def test_lessons_are_chosen_by_number_name_or_path(tmp_path: Path) -> None:
    first, second = lesson(tmp_path, name="03_demo"), lesson(tmp_path, name="04_next")
    folder = tmp_path / "notebooks"
    assert sources(folder) == [first, second]
    for name in ("04", "04_next", "04_next.py", "notebooks/04_next.ipynb"):
        assert sources(folder, [name]) == [second]
    with pytest.raises(BuildError, match="03_demo, 04_next"):
        sources(folder, ["0"])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", ("cell 1 (1 / 0)", "ZeroDivisionError")),
        ("import warnings\nwarnings.warn('old', FutureWarning)", ("cell 1", "stderr", "FutureWarning")),
        ("import os\nos._exit(3)", ("cell 1", "kernel")),
        ("import ipywidgets\nipywidgets.IntSlider()", ("cell 1", "widget")),
        ("import time\ntime.sleep(60)", ("cell 1", "took over 4 s")),
    ],
)
def test_a_lesson_that_fails_leaves_the_old_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, code: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(build_notebooks, "CELL_SECONDS", 4)
    source = lesson(tmp_path, f"# %%\n{code}\n")
    target(source).write_bytes(b"old")
    assert main([], source.parent.parent) == 1
    said = capsys.readouterr().err
    assert all(word in said for word in ("03_demo.ipynb", *words)), said
    assert [path.name for path in source.parent.parent.iterdir() if path.is_file()] == ["03_demo.ipynb"]
    assert target(source).read_bytes() == b"old"


def test_a_notebook_that_cannot_be_written_is_reported(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = target(copy).read_bytes()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build_notebooks.os, "replace", full)
    monkeypatch.setattr(build_notebooks, "execute", lambda notebook, folder: {})
    with pytest.raises(BuildError, match="No space left"):
        build(copy)
    assert target(copy).read_bytes() == before
    assert [path.name for path in copy.parent.parent.iterdir() if path.is_file()] == ["03_demo.ipynb"]


def notebook_with(output: nbformat.NotebookNode, *tags: str) -> nbformat.NotebookNode:
    """Return a notebook whose only cell has this output."""
    cell = v4.new_code_cell("cell()", outputs=[output], metadata={"tags": list(tags)} if tags else {})
    return v4.new_notebook(cells=[cell], metadata={"course": {"source_sha256": "0"}})


CLEAN = v4.new_output("stream", name="stdout", text="fine\n")
ERROR = v4.new_output("error", ename="ValueError", evalue="no", traceback=["ValueError: no"])


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("stream", name="stderr", text="anything"),
        v4.new_output("stream", name="stdout", text="UserWarning: take care"),
        v4.new_output("display_data", data={"text/plain": "DeprecationWarning"}),
        v4.new_output("display_data", data={"text/html": f"<p>{Path.home()}/course</p>"}),
        v4.new_output("stream", name="stdout", text="saved to /home/kim/model.keras"),
        v4.new_output("stream", name="stdout", text="saved to C:\\Users\\Kim\\model.keras"),
        v4.new_output("display_data", data={WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
        ERROR,
    ],
)
def test_what_a_reader_should_not_see_is_complained_of(output: nbformat.NotebookNode) -> None:
    notebook = notebook_with(output)
    normalise(notebook)
    assert complaint(notebook).startswith("cell 1 (cell())")


def test_clean_outputs_and_expected_errors_pass() -> None:
    assert complaint(notebook_with(CLEAN)) == ""
    assert complaint(notebook_with(ERROR, "raises-exception")) == ""


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("a\nb\n", "a\nb\n"),
        ("10 %\r20 %\r100 %\n", "100 %\n"),
        ("1/2\x08\x08\x08\r2/2 done\n", "2/2 done\n"),
        ("left\r", "left"),
        ("windows\r\nends\r\n", "windows\nends\n"),
    ],
)
def test_overwritten_lines_show_their_last_state(printed: str, kept: str) -> None:
    assert last_states(printed) == kept


def test_tracebacks_lose_folders_and_nothing_else() -> None:
    inside = Path(json.__file__)
    assert without_folders(f"File {inside}:10, in f") == f"File {Path('json') / inside.name}:10, in f"
    assert without_folders("File /tmp/ipykernel_77/123.py:1") == "File cell.py:1"
    assert without_folders("1/0 is no number") == "1/0 is no number"


def test_cell_ids_follow_from_place_and_source() -> None:
    one, two = notebook_with(CLEAN), notebook_with(CLEAN)
    assert one.cells[0].id != two.cells[0].id
    one.cells.append(v4.new_code_cell("cell()"))
    normalise(one)
    normalise(two)
    assert one.cells[0].id == two.cells[0].id != one.cells[1].id
