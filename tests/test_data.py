"""The loaders: what they give for the real files, for other editions of them, and without any."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from course_utils import data, download, fetch, settings
from course_utils.fetch import Edition
from course_utils.gutenberg import split_gutenberg
from course_utils.sources import DATASETS

REAL = os.environ.get("COURSE_DATA_DIR", "").strip()


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    """Offline, with an empty cache and an empty data folder, unless a test says otherwise."""
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    download.forget_failures()


@pytest.fixture
def real(monkeypatch):
    """The real data, for tests that are marked with `real_data`."""
    if not REAL:
        pytest.skip("COURSE_DATA_DIR is not set")
    monkeypatch.setenv("COURSE_DATA_DIR", REAL)


def put(name: str, content: bytes, file: int = 0) -> Path:
    """Write a file of a dataset to where `COURSE_DATA_DIR` points in these tests."""
    path = settings.data_dir() / DATASETS[name].files[file].paths[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def make_known(monkeypatch, name: str, *contents: bytes):
    """Write files and let the course know their checksums, as if they were the real ones."""
    files = []
    for number, (file, content) in enumerate(zip(DATASETS[name].files, contents, strict=True)):
        put(name, content, number)
        edition = Edition(file.paths[0], len(content), sha256(content).hexdigest(), "a small edition")
        files.append(dataclasses.replace(file, editions=(edition,)))
    monkeypatch.setitem(DATASETS, name, dataclasses.replace(DATASETS[name], files=tuple(files)))


# --- Gutenberg's files

HEADER = "\ufeffThe Project Gutenberg eBook of A Tale\n\nTitle: A Tale\n\n"
STORY = "A Tale\n\n“Oh!” said Alice.\n\nTHE END\n"
LICENCE = "\n*** START: FULL LICENSE ***\nYou may copy it.\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (
            "*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***",
            "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***",
        ),
        (
            "***START OF THIS PROJECT GUTENBERG EBOOK A TALE***",
            "***END OF THIS PROJECT GUTENBERG EBOOK A TALE***",
        ),
        (
            "*** START OF THIS PROJECT GUTENBERG EBOOK ***",
            "End of Project Gutenberg's A Tale, by Nobody\n\n*** END OF THIS PROJECT GUTENBERG EBOOK ***",
        ),
        (
            "*** START OF THIS PROJECT GUTENBERG EBOOK ***",
            "End of the Project Gutenberg EBook of A Tale\n\n*** END OF THIS PROJECT GUTENBERG EBOOK ***",
        ),
    ],
)
def test_the_book_is_told_apart_from_header_and_licence(monkeypatch, start, end, line_end):
    raw = f"{HEADER}{start}\n\n\n{STORY}\n\n{end}\n{LICENCE}".replace("\n", line_end).encode()
    make_known(monkeypatch, "alice", raw)
    book = data.load_alice()
    assert book.story == STORY
    assert book.header == HEADER[1:] + start
    assert book.licence == f"{end}\n{LICENCE}"
    assert book.raw == raw
    assert (book.source, book.edition) == ("COURSE_DATA_DIR", "a small edition")


@pytest.mark.parametrize(("text", "missing"), [("*** START OF A\nx", "END OF"), ("x\n*** END OF A", "START OF")])
def test_a_book_without_its_marks_is_refused(text, missing):
    with pytest.raises(ValueError, match=missing):
        split_gutenberg(text)


def test_the_lecture_cleans_line_by_line():
    raw = "\ufeffThe “Caucus-Race”  \r\n\n \t \nIsn’t it\né\nEND".encode()
    assert data.clean_like_the_lecture(raw) == "the caucus-race isnt it end"


# --- Without the real data


def test_the_stand_ins_say_what_they_are():
    names, pairs, reviews = data.load_names(), data.load_translation_pairs(), data.load_imdb()
    assert {names.source, pairs.source, reviews.source} == {"stand-in"}
    assert data.load_nltk_names().names == names.names
    for result in (names, pairs, reviews):
        assert "course's own" in result.edition


def test_the_story_stands_in_for_the_three_texts():
    if not (settings.REPO_DATA / "samples" / "story.txt").exists():
        pytest.skip("data/samples/story.txt is not there yet")
    book = data.load_alice()
    assert (book.source, book.header, book.licence) == ("stand-in", "", "")
    assert len(book.story) >= 80_000
    assert book.raw.decode("utf-8").replace("\r\n", "\n") == book.story
    assert data.load_nietzsche().text == data.load_shakespeare().text == book.story
    assert len(data.clean_like_the_lecture(book.raw)) > 75_000


def test_a_missing_stand_in_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "REPO_DATA", tmp_path)
    for load in (data.load_alice, data.load_nietzsche, data.load_shakespeare):
        with pytest.raises(data.MissingDataError, match=r"story\.txt"):
            load()
    with pytest.raises(data.MissingDataError, match=r"names\.txt"):
        data.load_names()


def test_the_names_are_many_distinct_and_plain():
    names = data.load_names().names
    assert len(names) == len(set(names)) >= 400
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert names != sorted(names)


def test_invented_reviews_have_the_form_of_the_real_ones():
    reviews = data.load_imdb()
    assert (len(reviews.x_train), len(reviews.x_test)) == (2000, 1000)
    assert reviews.y_train.shape == (2000,) and reviews.y_test.shape == (1000,)
    assert reviews.y_train.mean() == reviews.y_test.mean() == 0.5
    ranks = np.concatenate(reviews.x_train + reviews.x_test)
    assert ranks.dtype == np.int32
    assert set(ranks) == set(reviews.word_index.values()) == set(range(1, len(reviews.word_index) + 1))
    counts = np.bincount(ranks)[1:]
    assert (np.diff(counts) <= 0).all()
    text = data.decode_review(reviews.x_train[0], reviews.word_index)
    assert [reviews.word_index[word] for word in text.split()] == list(reviews.x_train[0])


def test_the_digits_of_scikit_learn_stand_in_for_mnist_in_its_form():
    digits = data.load_mnist()
    assert (digits.source, digits.edition) == ("stand-in", DATASETS["mnist"].stand_in)
    assert digits.x_train.shape == (1415, 28, 28) and digits.x_test.shape == (382, 28, 28)
    assert {array.dtype for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test)} == {
        np.dtype(np.uint8)
    }
    for pictures in (digits.x_train, digits.x_test):
        assert (pictures.min(), pictures.max()) == (0, 255)
    for labels in (digits.y_train, digits.y_test):
        assert np.bincount(labels, minlength=10).min() > 30


def test_an_enlarged_digit_is_the_small_one_between_its_points():
    from sklearn.datasets import load_digits

    small = load_digits()
    digits = data.load_mnist()
    pictures = np.concatenate([digits.x_train, digits.x_test]).astype(float)
    assert (np.concatenate([digits.y_train, digits.y_test]) == small.target).all()
    # Point p of 28 lies at 7 p / 27 on the grid of 8, so the corners fall together.
    np.testing.assert_allclose(pictures[:, ::27, ::27], 255 / 16 * small.images[:, ::7, ::7], atol=0.51)
    # Point 1 lies 7/27 of the way from the first small point to the second.
    corner = small.images[:, 0]
    expected = 255 / 16 * (20 / 27 * corner[:, 0] + 7 / 27 * corner[:, 1])
    np.testing.assert_allclose(pictures[:, 0, 1], expected, atol=0.51)


def test_no_writer_of_the_stand_in_is_in_both_parts():
    # Each writer wrote 0 to 9 three times before anything else; so do the first labels of the test part.
    digits = data.load_mnist()
    assert digits.y_test[:30].tolist() == digits.y_train[:30].tolist() == [*range(10)] * 3


def test_without_a_stand_in_the_error_says_what_to_do():
    with pytest.raises(data.MissingDataError) as raised:
        data.load_glove()
    edition = DATASETS["glove"].files[0].editions[0]
    for needed in ("COURSE_DATA_DIR", edition.path, edition.sha256, f"{edition.size:,}", "data/README.md"):
        assert needed in str(raised.value)


def test_the_reason_of_a_failed_file_is_part_of_the_error():
    path = put("glove", b"half")
    with pytest.raises(data.MissingDataError) as raised:
        data.load_glove()
    assert str(path) in str(raised.value)
    assert path.read_bytes() == b"half"


# --- Files of every form


def test_sentences_may_have_an_attribution_and_windows_line_ends(monkeypatch):
    lines = [
        "Hi.\tHallo!",
        "Run!\tLauf!\tCC-BY 2.0 (France) Attribution: tatoeba.org #1",
        "A\u2028b.\tC\x85d.",
    ]
    make_known(monkeypatch, "translation", ("\r\n".join(lines) + "\r\n").encode())
    pairs = data.load_translation_pairs()
    assert pairs.english == ["Hi.", "Run!", "A\u2028b."]
    assert pairs.german == ["Hallo!", "Lauf!", "C\x85d."]
    assert data.load_translation_pairs(limit=2).german == ["Hallo!", "Lauf!"]


def test_a_newer_file_of_sentences_is_accepted_and_half_of_it_is_not():
    line = "Tom is here.\tTom ist hier.\tCC-BY 2.0 (France) Attribution: tatoeba.org #1 & #2\n"
    put("translation", (line * 170_000).encode())
    pairs = data.load_translation_pairs(limit=3)
    assert (pairs.source, len(pairs.english)) == ("COURSE_DATA_DIR", 3)
    assert pairs.edition.startswith(fetch.UNKNOWN)
    put("translation", (line * 100_000).encode())
    assert data.load_translation_pairs(limit=3).source == "stand-in"
    put("translation", (line * 170_000 + "Tom is h").encode())
    assert data.load_translation_pairs(limit=3).source == "stand-in"


GOOD_LINES = "Tom is here.\tTom ist hier.\n" * 450_000


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_every_system_may_be_mixed(end):
    put("translation", f"Hi.\tHallo!{end}Go.\tGeh.\n{GOOD_LINES}".encode())
    pairs = data.load_translation_pairs(limit=3)
    assert pairs.source == "COURSE_DATA_DIR"
    assert (pairs.english, pairs.german) == (["Hi.", "Go.", "Tom is here."], ["Hallo!", "Geh.", "Tom ist hier."])


def test_all_three_line_ends_and_a_byte_order_mark_may_be_in_one_file_of_sentences():
    put("translation", f"\ufeffHi.\tHallo!\r\nGo.\tGeh.\tCC-BY\rRun!\tLauf!\n{GOOD_LINES}".encode())
    pairs = data.load_translation_pairs(limit=4)
    assert pairs.source == "COURSE_DATA_DIR"
    assert pairs.english == ["Hi.", "Go.", "Run!", "Tom is here."]
    assert pairs.german == ["Hallo!", "Geh.", "Lauf!", "Tom ist hier."]


@pytest.mark.parametrize(
    ("lines", "encoding", "named"),
    [
        ("Hi.\tHallo!\nGo. Geh.\n", "utf-8", "line 2 has 0 tabs"),
        ("Hi.\tHallo!\n\n", "utf-8", "line 2 has 0 tabs"),
        ("Hi.\tHallo!\na\tb\tc\td\n", "utf-8", "line 2 has 3 tabs"),
        ("Hi.\tHallo!\nGo\rout.\tGeh.\n", "utf-8", "line 2 has 0 tabs"),
        ("Hi.\tHallo!\nGo.\t \tCC-BY\n", "utf-8", "line 2 lacks a sentence"),
        ("Hi.\tHallo!\n\tGeh.\n", "utf-8", "line 2 lacks a sentence"),
        ("Thank you.\tSchönen Dank!\n", "latin-1", "not UTF-8 text, see byte 14"),
        ("Hi.\tHallo!\n", "utf-16", "not UTF-8 text, see byte 0"),
    ],
    ids=["no tab", "empty line", "4 columns", "line end in a sentence", "no German", "no English", "latin-1", "utf-16"],
)
def test_what_is_wrong_with_a_file_of_sentences_is_said_and_it_is_left_alone(lines, encoding, named, capsys):
    content = (lines + GOOD_LINES).encode(encoding)
    path = put("translation", content)
    assert data.load_translation_pairs(limit=3).source == "stand-in"
    said = capsys.readouterr().out
    assert named in said and str(path) in said
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"Hi.\tHallo!\n"], ids=["empty", "mark alone", "one line"])
def test_an_empty_or_short_file_of_sentences_is_named_and_left_alone(content, capsys):
    path = put("translation", content)
    pairs = data.load_translation_pairs(limit=3)
    assert (pairs.source, len(pairs.english)) == ("stand-in", 3)
    said = capsys.readouterr().out
    assert str(path) in said and f"found {len(content)} bytes" in said and "too short" in said
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_of_sentences_is_named(capsys):
    path = settings.data_dir() / DATASETS["translation"].files[0].paths[0]
    path.mkdir(parents=True)
    assert data.load_translation_pairs(limit=3).source == "stand-in"
    said = capsys.readouterr().out
    assert f"{path} cannot be read" in said and "is not used" not in said
    assert path.is_dir()


def test_a_file_of_sentences_that_may_not_be_read_is_named(monkeypatch, capsys):
    path = put("translation", GOOD_LINES.encode())
    read = Path.read_bytes

    def refused(self):
        if self == path:  # an administrator could read it all the same, and tests run as one at times
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert data.load_translation_pairs(limit=3).source == "stand-in"
    said = capsys.readouterr().out
    assert f"{path} cannot be read" in said and "permissions" in said


def test_sentences_are_read_from_a_folder_that_cannot_be_written_to(monkeypatch):
    path = put("translation", GOOD_LINES.encode())

    def refused(*_, **__):
        raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))

    for writes in ("write_bytes", "write_text", "mkdir", "touch", "unlink", "rename", "replace"):
        monkeypatch.setattr(Path, writes, refused)
    monkeypatch.setattr(fetch, "open", refused, raising=False)
    pairs = data.load_translation_pairs(limit=3)
    assert (pairs.source, pairs.german[0]) == ("COURSE_DATA_DIR", "Tom ist hier.")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("load", [data.load_translation_pairs, data.load_imdb])
@pytest.mark.parametrize("number", [0, -1])
def test_a_number_that_makes_no_sense_is_refused(load, number):
    with pytest.raises(ValueError, match=str(number)):
        load(number)


def test_other_lists_of_names_must_look_like_names():
    real_size = DATASETS["names"].files[0].editions[0].size
    put("names", b"anna\n" * (real_size // 5))
    assert data.load_names().source == "COURSE_DATA_DIR"
    put("names", b"anna\n" * (real_size // 5) + b"<html>\n")
    assert data.load_names().source == "stand-in"


def archive(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def test_both_containers_of_the_reviews_give_the_same_arrays(monkeypatch):
    rng = np.random.default_rng(1)
    lists = [rng.integers(1, 50, size=length).tolist() for length in rng.integers(3, 9, size=40)]
    labels = np.arange(20) % 2
    ragged = [np.array(part, dtype=object) for part in (lists[:20], lists[20:])]
    flat = [np.concatenate(part).astype(np.int32) for part in (lists[:20], lists[20:])]
    lengths = [np.array([len(one) for one in part]) for part in (lists[:20], lists[20:])]
    original = archive(x_train=ragged[0], y_train=labels, x_test=ragged[1], y_test=labels)
    rebuilt = archive(
        x_train=flat[0], x_train_len=lengths[0], y_train=labels.astype(np.uint8),
        x_test=flat[1], x_test_len=lengths[1], y_test=labels.astype(np.uint8),
    )  # fmt: skip
    word_index = json.dumps({f"word{rank}": rank for rank in range(1, 50)}).encode()
    loaded = []
    for content in (original, rebuilt):
        make_known(monkeypatch, "imdb", content, word_index)
        loaded.append(data.load_imdb())
    first, second = loaded
    for half in ("train", "test"):
        a, b = getattr(first, f"x_{half}"), getattr(second, f"x_{half}")
        assert [one.tolist() for one in a] == [one.tolist() for one in b]
        assert {one.dtype for one in a + b} == {np.dtype(np.int32)}
        a, b = getattr(first, f"y_{half}"), getattr(second, f"y_{half}")
        assert a.dtype == b.dtype and (a == b).all()
    # Keras shuffles reviews and labels together, so a label still belongs to its review.
    assert dict(zip(map(str, lists[:20]), labels, strict=True)) == {
        str(one.tolist()): label for one, label in zip(first.x_train, first.y_train, strict=True)
    }
    few = data.load_imdb(num_words=10)
    for all_ranks, kept in zip(second.x_train, few.x_train, strict=True):
        assert kept.tolist() == [rank if rank <= 10 else 0 for rank in all_ranks.tolist()]


class Opened:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self):
        return Path.mkdir, (self.trace,)


@pytest.mark.parametrize("name", ["imdb", "mnist"])
def test_no_pickle_of_an_unknown_file_is_opened(tmp_path, name):
    trace = tmp_path / "trace"
    boxed = np.empty(1, dtype=object)
    boxed[0] = Opened(trace)
    content = archive(x_train=boxed, y_train=boxed, x_test=boxed, y_test=boxed)
    # The archive is dangerous: opened without care, it does what it holds.
    with np.load(io.BytesIO(content), allow_pickle=True) as arrays:
        assert arrays["x_train"] is not None
    trace.rmdir()
    put(name, content)
    assert getattr(data, f"load_{name}")().source == "stand-in"
    assert not trace.exists()


def test_word_vectors_and_digits_are_read(monkeypatch):
    make_known(monkeypatch, "glove", b"the 0.5 -1\n, 2 0.25\n")
    vectors = data.load_glove()
    assert vectors.words == ["the", ","]
    assert vectors.vectors.dtype == np.float32
    assert vectors.vectors.tolist() == [[0.5, -1], [2, 0.25]]
    pictures = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    labels = np.array([3, 4], dtype=np.uint8)
    make_known(monkeypatch, "mnist", archive(x_train=pictures, y_train=labels, x_test=pictures, y_test=labels))
    digits = data.load_mnist()
    assert (digits.x_train == pictures).all() and (digits.y_test == labels).all()


def test_decoding_names_what_is_no_rank():
    assert data.decode_review(np.array([2, 0, 1, 9]), {"film": 1, "good": 2}) == "good <UNK> film <UNK>"


# --- Saying what there is


def test_describe_tells_of_every_dataset():
    states = {state.name: state for state in data.describe()}
    assert set(states) == set(DATASETS)
    assert {state.source for state in states.values()} == {"stand-in"}
    path = put("shakespeare", b"First Citizen:")
    state = {state.name: state for state in data.describe()}["shakespeare"]
    assert state.source == "stand-in"
    assert str(path) in state.message


def test_the_summary_is_short_and_says_where_the_data_comes_from(monkeypatch, tmp_path):
    assert data.summary() == "data: stand-ins (offline)"
    monkeypatch.delenv("COURSE_OFFLINE")
    assert data.summary() == "data: download when needed"
    size = DATASETS["shakespeare"].files[0].editions[0].size
    put("shakespeare", bytes(size))
    assert data.summary() == "data: 1 COURSE_DATA_DIR, 8 download when needed"
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nowhere"))
    assert "not there" in data.summary()


def test_the_summary_reads_no_file(monkeypatch):
    def forbidden(path):
        raise AssertionError(f"read {path}")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    data.summary()
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        data.summary()
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.02


def test_importing_the_loaders_does_not_load_what_only_a_download_needs():
    heavy = "{'pooch', 'requests', 'sklearn', 'tensorflow', 'keras'}"
    script = f"import sys, course_utils.data; print({heavy} & set(sys.modules))"
    environment = os.environ | {"PYTHONPATH": str(settings.repository())}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.strip() == "set()", done.stderr


def test_the_readme_lists_every_file_with_bytes_checksum_and_address():
    readme = (settings.REPO_DATA / "README.md").read_text(encoding="utf-8")
    for dataset in DATASETS.values():
        for file in dataset.files:
            assert file.url in readme
            for edition in file.editions:
                row = next(line for line in readme.splitlines() if edition.sha256 in line)
                assert f"`{edition.path}`" in row
                assert f" {edition.size:,} " in row


def test_the_readme_holds_the_checksums_of_the_samples():
    readme = (settings.REPO_DATA / "README.md").read_text(encoding="utf-8")
    content = (settings.REPO_DATA / "samples" / "names.txt").read_bytes().replace(b"\r\n", b"\n")
    row = next(line for line in readme.splitlines() if "`samples/names.txt`" in line)
    assert sha256(content).hexdigest() in row
    assert f" {len(content):,} " in row


# --- The figures of the lectures


@pytest.mark.real_data
def test_alice_has_the_lectures_159484_characters_and_56_distinct(real):
    book = data.load_alice()
    assert book.source == "COURSE_DATA_DIR"
    text = data.clean_like_the_lecture(book.raw)
    assert len(text) == 159484
    assert len(set(text)) == 56
    assert text.startswith("the project gutenber")


@pytest.mark.real_data
def test_alice_gives_2658_samples_of_60_and_7974_of_20(real):
    text = data.clean_like_the_lecture(data.load_alice().raw)
    # A sample of n characters needs one more, the last one to be predicted.
    assert (len(text) - 1) // 60 == 2658
    assert (len(text) - 1) // 20 == 7974


@pytest.mark.real_data
def test_alice_without_gutenbergs_additions_has_140169_characters_and_42_distinct(real):
    book = data.load_alice()
    text = data.clean_like_the_lecture(book.story.encode())
    assert len(text) == 140169
    assert len(set(text)) == 42


@pytest.mark.real_data
@pytest.mark.parametrize("number", [0, 1])
def test_both_editions_of_alice_begin_and_end_where_the_book_does(real, number):
    edition = DATASETS["alice"].files[0].editions[number]
    raw = (Path(REAL) / edition.path).read_bytes()
    assert sha256(raw).hexdigest() == edition.sha256
    story, header, licence = split_gutenberg(raw.decode("utf-8-sig"))
    assert story.rstrip().endswith("THE END")
    assert "happy summer days" in " ".join(story.split())[-60:]
    title = story.lower().replace("’", "'").index("alice's adventures in wonderland")
    assert title < 30
    assert "gutenberg" not in story.lower()
    assert "Lewis Carroll" in header and "START OF TH" in header.splitlines()[-1]
    assert "Foundation" in licence and "END OF TH" in licence[:200]
    assert story.count("CHAPTER ") >= 12


@pytest.mark.real_data
def test_the_ascii_edition_of_alice_is_used_where_it_is_the_only_one(real, tmp_path, monkeypatch):
    raw = (Path(REAL) / "alice" / "11.txt").read_bytes()
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "11.txt").write_bytes(raw)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    book = data.load_alice()
    assert (book.source, book.raw) == ("COURSE_DATA_DIR", raw)
    assert "ASCII" in book.edition


@pytest.mark.real_data
def test_an_edition_of_alice_with_windows_line_ends_is_used_with_a_notice(real, tmp_path, monkeypatch, capsys):
    raw = (Path(REAL) / "alice" / "11-0.txt").read_bytes().replace(b"\n", b"\r\n")
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    put("alice", raw)
    book = data.load_alice()
    assert book.source == "COURSE_DATA_DIR"
    assert "characters" in capsys.readouterr().out
    assert len(data.clean_like_the_lecture(book.raw)) == 159484


@pytest.mark.real_data
def test_nietzsche_has_the_lectures_600893_characters_57_distinct_and_200278_segments(real):
    text = data.load_nietzsche().text.lower()
    assert len(text) == 600893
    assert len(set(text)) == 57
    assert len(range(0, len(text) - 60, 3)) == 200278


@pytest.mark.real_data
def test_shakespeare_and_the_lists_of_names_are_whole(real):
    text = data.load_shakespeare().text
    assert (len(text), len(set(text))) == (1_115_394, 65)
    names = data.load_names().names
    assert len(names) == 32_033
    assert names[:3] == ["emma", "olivia", "ava"]
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert len(data.load_nltk_names().names) == 7_944


@pytest.mark.real_data
def test_the_reviews_are_those_of_keras_in_its_order(real):
    reviews = data.load_imdb()
    assert len(reviews.x_train) == len(reviews.x_test) == 25_000
    assert reviews.y_train.sum() == reviews.y_test.sum() == 12_500
    # Keras adds 3 to each rank and begins with 1; these lengths and labels are what its own loader gives.
    assert [1, *(reviews.x_train[0][:8] + 3)] == [1, 14, 22, 16, 43, 530, 973, 1622, 1385]
    assert (len(reviews.x_train[0]) + 1, len(reviews.x_test[0]) + 1) == (218, 68)
    assert reviews.y_train[:10].tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 1, 0]
    assert reviews.y_test[:10].tolist() == [0, 1, 1, 0, 1, 1, 1, 0, 0, 1]
    assert len(reviews.word_index) == 88_584 and reviews.word_index["the"] == 1
    text = data.decode_review(reviews.x_train[0][:6], reviews.word_index)
    assert text == "this film was just brilliant casting"
    few = data.load_imdb(num_words=1000)
    assert max(int(ranks.max()) for ranks in few.x_train) == 1000


@pytest.mark.real_data
def test_the_sentences_are_whole_and_the_shortest_come_first(real):
    pairs = data.load_translation_pairs()
    assert len(pairs.english) == len(pairs.german) == 169_197
    assert len(set(pairs.english)) == 134_922
    assert (max(map(len, pairs.english)), max(map(len, pairs.german))) == (286, 380)
    first = data.load_translation_pairs(10_000)
    assert first.english == pairs.english[:10_000]
    assert (max(map(len, first.english)), max(map(len, first.german))) == (16, 51)
    assert (len(set("".join(first.english))), len(set("".join(first.german)))) == (71, 86)


@pytest.mark.real_data
def test_the_digits_and_word_vectors_are_whole(real):
    digits = data.load_mnist()
    assert digits.x_train.shape == (60_000, 28, 28) and digits.x_test.shape == (10_000, 28, 28)
    assert np.bincount(digits.y_train).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    vectors = data.load_glove()
    assert vectors.vectors.shape == (9_163, 50)
    assert vectors.words[:5] == ["the", ",", ".", "of", "to"]
    assert len(set(vectors.words)) == 9_163
    assert np.isfinite(vectors.vectors).all()


@pytest.mark.real_data
def test_all_real_files_are_known_and_the_summary_says_so(real):
    for state in data.describe():
        assert (state.source, state.checksum_holds) == ("COURSE_DATA_DIR", True), state
    assert data.summary() == "data: COURSE_DATA_DIR"
