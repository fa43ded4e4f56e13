"""Lesson 06: ids to words and back, batches by length, the state after the last word."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .framework import Exercise, Wrong, as_array, expect_close, expect_integer, expect_shape

# --- Ids to words ----------------------------------------------------------


def decode(ids, word_index):
    id_to_word = {rank + 3: word for word, rank in word_index.items()}
    id_to_word.update({1: "<START>", 2: "<UNK>", 3: "<UNUSED>"})
    return " ".join(id_to_word[id_] for id_ in ids if id_ != 0)


_WORDS = "the and a of to is it in this that was film good not but bad with for as on you are his have".split()
_WORD_INDEX = {word: rank for rank, word in sorted(enumerate(_WORDS, start=1), key=lambda pair: pair[1])}


def _verify_decode(answer):
    rng = np.random.default_rng(6)
    for ids in (
        [1, 12, 15, 14, 2, 16, 0, 0, 0],  # <START> this film was <UNK> good
        [0, 0, 1, 17, 3, 19],
        [1, *rng.integers(4, 22, size=10).tolist(), 0],
    ):
        found = answer(np.array(ids), dict(_WORD_INDEX))
        if not isinstance(found, str):
            raise Wrong(f'Expected one text, found a {type(found).__name__}: `" ".join(words)` makes one of a list.')
        words, expected = found.split(), decode(ids, _WORD_INDEX)
        for shift, why in ((0, "they are looked up without the shift"), (-3, "they are shifted the wrong way")):
            shifted = [_WORDS[id_ - shift - 1] for id_ in ids if id_ > 3]
            if [word for word in words if word in shifted] == shifted:
                raise Wrong(f"The ids {ids} became {found!r}: {why}. The id of a word is its rank + 3.")
        if "<PAD>" in words:
            raise Wrong(f"The ids {ids} became {found!r}: leave padding, id 0, out.")
        if words == [word for word in expected.split() if not word.startswith("<")]:
            raise Wrong(f"The ids {ids} became {found!r}: the signs <START>, <UNK> and <UNUSED> are missing.")
        if found != expected:
            raise Wrong(f"The ids {ids} became {found!r}, expected {expected!r}.")


def _decoded(shift=3, signs=("<START>", "<UNK>", "<UNUSED>"), padding=""):
    """Return an answer with one of the usual mistakes."""

    def answer(ids, word_index):
        id_to_word = {rank + shift: word for word, rank in word_index.items()}
        id_to_word.update({0: padding, **dict(enumerate(signs, start=1))})
        return " ".join(filter(None, map(id_to_word.get, ids)))

    return answer


decoding = Exercise(
    name="decoding",
    title="Ids to words",
    verify=_verify_decode,
    solve=decode,
    hints=[
        "`word_index` leads from a word to its rank. You need a dictionary the other way round, from id to word.",
        "Ids are ranks + 3: `{rank + 3: word for word, rank in word_index.items()}`. Then add the signs.",
        '`" ".join(...)` makes one text of many words; `if id_ != 0` leaves padding out.',
    ],
    typical_mistakes=[
        (_decoded(shift=0), "without the shift"),
        (_decoded(shift=-3), "the wrong way"),
        (_decoded(padding="<PAD>"), "leave padding, id 0, out"),
        (_decoded(signs=("", "", "")), "are missing"),
    ],
    remark="Without the shift most ids give a word too, a wrong one: decode one review before you train on thousands.",
)

# --- Repair the ids of a review --------------------------------------------


def review_ids(tokens, word_to_id, max_features):
    ids = [word_to_id["<START>"]]
    for token in tokens:
        id_ = word_to_id.get(token, word_to_id["<UNK>"])
        ids.append(id_ if id_ < max_features else word_to_id["<UNK>"])
    return ids


_WORD_TO_ID = {"<PAD>": 0, "<START>": 1, "<UNK>": 2, "<UNUSED>": 3, **{w: r + 3 for w, r in _WORD_INDEX.items()}}


def _verify_repair(answer):
    for tokens, max_features in (
        ("this film was good".split(), 20),
        ("this film was bad".split(), 20),  # the id of good is 16, of but 18, of bad 19
        ("this film was bad".split(), 19),
        ("not good but bad".split(), 17),
        ("a surprisingly good film".split(), 20),
        ([], 20),
    ):
        case = f"for the tokens {tokens} and max_features {max_features}, the result"
        found = as_array(case, answer(tokens, dict(_WORD_TO_ID), max_features))
        expected = review_ids(tokens, _WORD_TO_ID, max_features)
        if found.shape == (len(tokens),):
            raise Wrong(f"{case} has no <START>. Every review of the training data begins with it.")
        found = expect_shape(case, found, (len(expected),), "<START>, then one id for each token")
        expect_integer(f"{case} begins with a sign that", found[0], 1, "<START> comes first, and its id is 1")
        for token, id_, right in zip(tokens, found[1:], expected[1:], strict=True):
            number = expect_integer(f"{case}: the id of {token!r}", id_)
            if number >= max_features:
                raise Wrong(
                    f"{case} holds {number}. An Embedding({max_features}, ...) has the rows 0 to {max_features - 1}: "
                    f"{number} has none."
                )
            if number == 3:
                raise Wrong(f"{case} holds <UNUSED>, 3, for {token!r}. The training data have <UNK> for rare words.")
            if number == 2 and right != 2:
                raise Wrong(f"{case} holds <UNK> for {token!r}, but its id, {right}, has a row in the embedding.")
            expect_integer(f"{case}: the id of {token!r}", number, right)


def _repaired(start=True, first_rare=0, rare="<UNK>"):
    """Return an answer that takes ids from ``max_features + first_rare`` on for rare words."""

    def answer(tokens, word_to_id, max_features):
        ids = [word_to_id["<START>"]] if start else []
        for token in tokens:
            id_ = word_to_id.get(token, word_to_id["<UNK>"])
            ids.append(word_to_id[rare] if id_ >= max_features + first_rare else id_)
        return ids

    return answer


repair = Exercise(
    name="repair",
    title="Repair the ids of a review",
    verify=_verify_repair,
    solve=review_ids,
    hints=[
        "With `max_features = 20` the Embedding has 20 rows. Which number has the last one?",
        "The training data were made with `num_words=max_features`: rarer words are 2 there, and 3 never occurs.",
        '`ids` begins as `[word_to_id["<START>"]]`, and a word stays if `id_ < max_features`.',
    ],
    typical_mistakes=[
        (_repaired(start=False, first_rare=1, rare="<UNUSED>"), "has no <START>"),  # as it is given
        (_repaired(first_rare=1), "0 to 18: 19 has none"),
        (_repaired(first_rare=-1), "but its id, 19, has a row"),
        (_repaired(rare="<UNUSED>"), "holds <UNUSED>, 3, for 'bad'"),
    ],
    remark="A model can be no better than its input: a new review has to be made into ids as the training data were.",
)

# --- Batches by length -----------------------------------------------------


def batches_by_length(lengths, batch):
    order = np.argsort(lengths)  # the numbers of the reviews, the shortest first
    return [order[start : start + batch] for start in range(0, len(order), batch)]


def _padded_steps(lengths, batches):
    return sum(int(np.sum(lengths[rows].max() - lengths[rows])) for rows in batches)


def _verify_batches(answer):
    rng = np.random.default_rng(6)
    for count, batch in ((12, 4), (10, 4), (60, 8), (5, 8)):
        lengths = rng.permutation(np.arange(100, 100 + count) * 3)
        lengths[: count // 3] = lengths[0]  # several of one length
        case = f"for {count} reviews and batches of {batch}"
        result = answer(lengths, batch)
        if not isinstance(result, tuple | list):
            raise Wrong(f"Expected a list of index arrays, found a {type(result).__name__}.")
        found = [_indices(f"{case}, batch {number}", rows) for number, rows in enumerate(result)]
        together = np.concatenate([np.zeros(0, int), *found])
        if together.size and np.isin(together, lengths).all():
            raise Wrong(f"{case}, the batches hold lengths, expected the numbers of the reviews, 0 to {count - 1}.")
        times = np.bincount(together[(together >= 0) & (together < count)], minlength=count)
        if not times.all():
            missing = np.flatnonzero(times == 0).tolist()
            raise Wrong(f"{case}, these are in no batch: {missing}. Count from 0; the last batch may be smaller.")
        if together.size != count:
            raise Wrong(f"{case}, the batches hold {together.size} numbers, expected each from 0 to {count - 1} once.")
        largest, wanted = max(map(len, found)), -(-count // batch)
        if largest > batch:
            raise Wrong(f"{case}, one batch holds {largest}.")
        if len(found) != wanted:
            raise Wrong(f"{case}, there are {len(found)} batches, expected {wanted}: fill them.")
        ranges = sorted((lengths[rows].min(), lengths[rows].max()) for rows in found)
        if any(shortest < longest for (_, longest), (shortest, _) in pairwise(ranges)):
            best = _padded_steps(lengths, batches_by_length(lengths, batch))
            raise Wrong(
                f"{case}, the lengths of one batch overlap with those of another, and {_padded_steps(lengths, found)} "
                f"steps are padding; of sorted reviews {best}. Sort all reviews first, then cut."
            )


def _indices(name, rows):
    found = expect_shape(name, rows, (None,), "one axis, the numbers of its reviews")
    if found.size == 0 or found.dtype.kind not in "iu":
        raise Wrong(f"{name} is {found.tolist()}, expected the numbers of its reviews, at least one.")
    return found


def _cut(order, batch):
    return [order[start : start + batch] for start in range(0, len(order), batch)]


batches = Exercise(
    name="batches",
    title="Batches by length",
    verify=_verify_batches,
    solve=batches_by_length,
    hints=[
        "`np.sort` returns lengths; `np.argsort` returns the numbers of the reviews, those of the shortest first.",
        "Cut the sorted numbers into pieces: `order[start : start + batch]`, for which values of start?",
        "`range(0, len(order), batch)` gives the starts. A slice that reaches past the end is shorter, and no error.",
    ],
    typical_mistakes=[
        (
            lambda lengths, batch: list(np.argsort(lengths)[: len(lengths) // batch * batch].reshape(-1, batch)),
            "are in no batch",
        ),
        (lambda lengths, batch: _cut(np.arange(len(lengths)), batch), "Sort all reviews first"),
        (lambda lengths, batch: _cut(np.sort(lengths), batch), "the batches hold lengths"),
        (lambda lengths, batch: _cut(np.argsort(lengths), batch - 1), "fill them"),
    ],
    remark="If `batch` divides the number of reviews, no other batches need less padding. In training, shuffle the "
    "batches in each epoch: else the network always reads short reviews first.",
)

# --- The state after the last word -----------------------------------------


def last_states(hidden, ids):
    last = (ids != 0).sum(axis=1) - 1  # steps count from 0
    return hidden[np.arange(len(hidden)), last]


def _verify_last(answer):
    rng = np.random.default_rng(6)
    for lengths in ([2, 4, 1, 3], [6, 2, 5]):  # the second with a review that fills its row
        count = np.array(lengths)
        ids = np.where(np.arange(6) < count[:, None], rng.integers(4, 99, size=(len(count), 6)), 0)
        hidden = rng.uniform(-1, 1, size=(len(count), 6, 3))
        case = f"for reviews of {lengths} words in rows of 6, the result"
        why = "one state for each review: each row has a step of its own"
        found = expect_shape(case, answer(hidden, ids), (len(count), 3), why)
        for step, why in (
            (np.full_like(count, 5), "the states at the last step, after all the padding: the words end before it"),
            (np.minimum(count, 5), "the states one step late: steps count from 0, so the third word is step 2"),
            (np.maximum(count - 2, 0), "the states one step early: the last word itself counts"),
            (np.full_like(count, count.max() - 1), "those after the longest review: each row ends at its own step"),
        ):
            if not np.array_equal(step, count - 1) and np.allclose(found, _at(hidden, step)):
                raise Wrong(f"{case} holds {why}.")
        if np.allclose(found, [row[:words].mean(axis=0) for row, words in zip(hidden, lengths, strict=True)]):
            raise Wrong(f"{case} holds means over the words, expected the state after the last one.")
        expect_close(
            case, found, last_states(hidden, ids), why="for each review the state at its last id that is not 0"
        )


def _at(hidden, step):
    return hidden[np.arange(len(hidden)), step]


last_real = Exercise(
    name="last_real",
    title="The state after the last word",
    verify=_verify_last,
    solve=last_states,
    hints=[
        "`(ids != 0).sum(axis=1)` is the number of words of each review.",
        "A review of three words has the steps 0, 1 and 2.",
        "You need another step from each row: `hidden[rows, last]`, with `rows = np.arange(len(hidden))`, takes step "
        "`last[0]` of row 0, `last[1]` of row 1, and so on.",
    ],
    typical_mistakes=[
        (lambda hidden, ids: hidden[:, -1], "after all the padding"),
        (lambda hidden, ids: _at(hidden, (ids != 0).sum(axis=1)), "one step late"),
        (lambda hidden, ids: _at(hidden, np.maximum((ids != 0).sum(axis=1) - 2, 0)), "one step early"),
        (lambda hidden, ids: hidden[:, (ids != 0).sum(axis=1) - 1], "has shape (4, 4, 3)"),
    ],
    remark="An LSTM returns this if `mask_zero=True` tells it what is padding: there it leaves its state as it is.",
)
