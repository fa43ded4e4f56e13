"""The datasets of the course: where each comes from, the editions that are known, and what stands in for it.

The paths are those below ``COURSE_DATA_DIR`` and the cache; ``data/README.md`` says the same for people.
"""

from __future__ import annotations

import re

from .fetch import DataFile, Dataset, Edition

KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
GITHUB = "https://raw.githubusercontent.com"
GLOVE = f"{GITHUB}/dheerajkotwani/Emojify/24667f56bfe5fd32a6a11e075b4478cf62f77f31/data/glove.6B.50d.txt"
NLTK = f"{GITHUB}/nltk/nltk_data/gh-pages/packages/corpora/names.zip"


def with_phrases(*phrases: str):
    """Return a judge of texts that asks for every one of the phrases."""

    def judge(text: str) -> str:
        missing = [phrase for phrase in phrases if phrase not in text]
        return f"without {missing[0]!r}" if missing else ""

    return judge


def name_list(text: str) -> str:
    """Judge a list of first names, one a line."""
    for number, line in enumerate(text.splitlines(), 1):
        if not re.fullmatch(r"[A-Za-z][A-Za-z' -]{0,29}", line):
            return f"line {number:,} is not a name: {line[:30]!r}"
    return ""


def sentence_pairs(text: str) -> str:
    """Judge a table of English, German and, in newer editions, attribution."""
    # Cut into lines as the loader does it, whatever system the line ends come from.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    for number, line in enumerate(lines, 1):
        columns = line.split("\t")
        if len(columns) not in (2, 3):
            return f"line {number:,} has {len(columns) - 1} tabs, not 1 or 2: {line[:30]!r}"
        if not columns[0].strip() or not columns[1].strip():
            return f"line {number:,} lacks a sentence: {line[:30]!r}"
    return ""


STORY = "the course's own story"
NAMES = "the course's own list of names"

DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "alice",
            "Alice's Adventures in Wonderland",
            (
                DataFile(
                    "https://www.gutenberg.org/files/11/11-0.txt",
                    (
                        Edition(
                            "alice/11-0.txt",
                            170_552,
                            "c6b42434c2eabf5197a6c0fad144292cc89c832ea98d921dc205bc1cd949ee2a",
                            "Project Gutenberg 11-0.txt of October 2020",
                        ),
                        Edition(
                            "alice/11.txt",
                            163_810,
                            "d4bd6f030cd990785f6427ff7b6a6e4bdef2594fe19ee09dc78266ac6bf0e2df",
                            "Project Gutenberg 11.txt of December 2011, plain ASCII",
                        ),
                    ),
                    with_phrases("*** START OF", "Alice", "*** END OF"),
                ),
            ),
            STORY,
        ),
        Dataset(
            "nietzsche",
            "Nietzsche, Beyond Good and Evil",
            (
                DataFile(
                    "https://s3.amazonaws.com/text-datasets/nietzsche.txt",
                    (
                        Edition(
                            "nietzsche/nietzsche.txt",
                            600_901,
                            "23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647",
                            "the text of the Keras example",
                        ),
                    ),
                    with_phrases("SUPPOSING that Truth is a woman"),
                ),
            ),
            STORY,
        ),
        Dataset(
            "shakespeare",
            "Tiny Shakespeare",
            (
                DataFile(
                    f"{GITHUB}/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
                    (
                        Edition(
                            "shakespeare/input.txt",
                            1_115_394,
                            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                            "Tiny Shakespeare of char-rnn",
                        ),
                    ),
                    with_phrases("First Citizen:"),
                ),
            ),
            STORY,
        ),
        Dataset(
            "names",
            "First names",
            (
                DataFile(
                    f"{GITHUB}/karpathy/makemore/master/names.txt",
                    (
                        Edition(
                            "names/names.txt",
                            228_145,
                            "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                            "32,033 names of makemore",
                        ),
                    ),
                    name_list,
                ),
            ),
            NAMES,
        ),
        Dataset(
            "nltk_names",
            "NLTK names",
            tuple(
                DataFile(
                    NLTK,
                    (Edition(f"names/nltk_names/{member}", size, digest, "Names Corpus 1.3"),),
                    name_list,
                    member=f"names/{member}",
                    terms="names/README",
                )
                for member, size, digest in (
                    (
                        "female.txt",
                        35_576,
                        "27aba6e427e906725302efc68a72d74d2fa3b9863700ed29664416cbd0ca508e",
                    ),
                    ("male.txt", 20_293, "a574c9661396136cebebd64cb514c50b09358c793614a39680ce82962c32519f"),
                )
            ),
            NAMES,
        ),
        Dataset(
            "imdb",
            "IMDB reviews",
            (
                DataFile(
                    f"{KERAS}/imdb.npz",
                    (
                        Edition(
                            "imdb/imdb.npz",
                            17_464_789,
                            "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
                            "50,000 reviews as Keras hosts them",
                        ),
                        Edition(
                            "imdb/imdb_rebuilt.npz",
                            19_276_442,
                            "45a1ee1e7053d26eb2ae4303ea7e451c2ce2115ec313ef991fb390c1a549ba11",
                            "50,000 reviews, rebuilt from the raw texts",
                        ),
                    ),
                ),
                DataFile(
                    f"{KERAS}/imdb_word_index.json",
                    (
                        Edition(
                            "imdb/imdb_word_index.json",
                            1_641_221,
                            "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
                            "88,584 words",
                        ),
                    ),
                ),
            ),
            "reviews from the course's own grammar",
        ),
        Dataset(
            "translation",
            "German–English sentences",
            (
                DataFile(
                    "https://www.manythings.org/anki/deu-eng.zip",
                    (
                        Edition(
                            "deu-eng/deu.txt",
                            12_266_002,
                            "7a363bf8587f1a9f895583574c7195071b02f9dfdf4d0d6605947c6b5e0c25a8",
                            "Tatoeba sentences by way of manythings.org, April 2018",
                        ),
                    ),
                    sentence_pairs,
                    member="deu.txt",
                    terms="_about.txt",
                ),
            ),
            "sentences from the course's own grammar",
        ),
        Dataset(
            "mnist",
            "MNIST digits",
            (
                DataFile(
                    f"{KERAS}/mnist.npz",
                    (
                        Edition(
                            "mnist/mnist.npz",
                            11_490_434,
                            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                            "70,000 digits as Keras hosts them",
                        ),
                        Edition(
                            "mnist/mnist.npz",
                            11_490_519,
                            "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
                            "70,000 digits, packed anew",
                        ),
                    ),
                ),
            ),
            "the digits of scikit-learn, 8 by 8 points, enlarged",
        ),
        Dataset(
            "glove",
            "GloVe word vectors",
            (
                DataFile(
                    GLOVE,
                    (
                        Edition(
                            "glove/glove.6B.50d.9163words.txt",
                            3_920_755,
                            "ca8fa2ae26d38a1c069860184b5fb2d9c6c031fe801a234d95b8b43c6563ab68",
                            "the 9,163 most frequent words of GloVe 6B, 50 numbers each",
                        ),
                    ),
                ),
            ),
            "none (word vectors cannot be made up)",
        ),
    )
}
