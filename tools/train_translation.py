"""The full-mode trainings of the lessons on translation, English to German. They need the real data.

Three checkpoints; how good they are by the length of a sentence; what more pairs gain; and the lecture's improvements,
each with the budget of the plain network.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import keras
import numpy as np
from keras import layers

from course_utils import checkpoints, data, measured, pairs, scores, training, translation
from course_utils.batches import TranslationBatches
from course_utils.decoding import Translator
from course_utils.text import Vocabulary

PAIRS, HELD_OUT, WORDS = 50_000, 500, 6_000
BATCH, WIDTH = 64, 5
RECIPE = translation.Recipe(epochs=14, learning_rate=0.003, weight_decay=0.02)
PLAIN_RECIPE = translation.Recipe(epochs=14, learning_rate=0.004, weight_decay=0.02)
MORE_RECIPE = translation.Recipe(epochs=2, learning_rate=0.0015, weight_decay=0.02)
WORDS_RECIPE = translation.Recipe(epochs=7, learning_rate=0.003, weight_decay=0.02)
NETWORK = {"units": 256, "embedding": 128}
SMALL_RECIPE = translation.Recipe(epochs=3, learning_rate=0.005, weight_decay=0.02)
SMALL_NETWORK = {"units": 128, "embedding": 64, "dropout": 0.1}
LONGEST = 32  # characters of the source in the pairs beyond the first: about twice as many pairs as those
SAMPLES = 12  # held-out sentences whose translations are kept
LENGTHS = [(9, 14), (15, 16), (17, 18), (19, 20), (21, 22), (23, 24)]  # of the held-out sentences, in characters
LONGER, LONGER_EACH = [(25, 30), (31, 40), (41, 60)], 100  # longer than any sentence that was learnt


def split(loaded: data.Pairs) -> pairs.Split:
    """Return the split that all trainings share: the first pairs, no English sentence in both parts."""
    return pairs.split(loaded.english, loaded.german, held_out=HELD_OUT, limit=PAIRS)


def vocabularies(parts: pairs.Split, words: int | None = None) -> tuple[Vocabulary, Vocabulary]:
    """Return the vocabularies of both languages: of characters, or of the so many most frequent words and marks."""
    learn, held_out = parts.training, parts.held_out
    of_characters = words is None
    return (
        pairs.source_vocabulary(learn.sources + held_out.sources * of_characters, words),
        pairs.target_vocabulary(learn.targets + held_out.targets * of_characters, words),
    )


def batches(part: pairs.Part, sources: Vocabulary, targets: Vocabulary, size: int, seed: int | None = None):
    """Return batches of a part's pairs."""
    ids = pairs.source_ids(part.sources, sources), pairs.target_ids(part.targets, targets)
    return TranslationBatches(*ids, size, seed)


def translator_of(model: keras.Model, sources: Vocabulary, targets: Vocabulary, backwards: bool = False) -> Translator:
    """Return what translates with a network of characters or of words, which reads its source forwards or backwards."""
    split_up = (lambda sentence, vocabulary: pairs.tokens(sentence, vocabulary)[::-1]) if backwards else pairs.tokens
    join = pairs.sentence_of if pairs.UNKNOWN in targets else "".join
    return Translator(model, sources, targets, split=split_up, join=join)


def train(
    name: str,
    title: str,
    loaded: data.Pairs,
    recipe: translation.Recipe,
    dropout: float,
    attention: str | None = None,
    words: int | None = None,
) -> None:
    """Train one network on the first pairs, judge it on the held-out sentences, and write its checkpoint.

    Parameters
    ----------
    attention : str, optional
        As for `translation.translator`. With attention the encoder reads in both directions, so that what is looked at
        knows both sides of its place; without, it is the plain network of the lesson.
    words : int, optional
        Learn words and marks, the so many most frequent ones of each language; characters if not given.
    """
    parts = split(loaded)
    sources, targets = vocabularies(parts, words)
    network = NETWORK | {"dropout": dropout, "attention": attention, "bidirectional": attention is not None}

    def build(fast: bool = False):
        return translation.translator(len(sources), len(targets), fast=fast, **network)

    keras.utils.set_random_seed(7)
    model = build(fast=True)
    learn = batches(parts.training, sources, targets, BATCH, seed=7)
    held_out = batches(parts.held_out, sources, targets, 256)
    history, seconds = translation.train(model, learn, held_out, recipe, name)
    plain = training.without_state(model, build)
    judged = judge(translator_of(plain, sources, targets), parts)
    checkpoints.save(
        name,
        plain,
        targets,
        {
            "title": title,
            "command": f"python -m tools.train_checkpoints {name}",
            "trained_on": f"{len(parts.training.sources):,} of the first {PAIRS:,} pairs; {loaded.edition}",
            "settings": {"batch": BATCH, **recipe._asdict(), **network, "words": words},
            "source_symbols": sources.symbols,
            "training_seconds": round(seconds),
            "figures": judged | {"best_epoch": int(np.argmin(history["val_loss"])) + 1},
            "history": history,
        },
    )
    print(name, judged, flush=True)


def train_more(loaded: data.Pairs) -> None:
    """Train the network with attention on, with more pairs and the same held-out sentences, and measure what it gains.

    Writes ``more_pairs`` in ``data/measured/translation.json``.
    """
    before = checkpoints.load("translator_attention")
    sources, targets = Vocabulary(before.card["source_symbols"]), before.vocabulary
    parts = split(loaded)
    every = pairs.split(loaded.english, loaded.german, held_out=HELD_OUT, limit=PAIRS, train_on_all=True).training
    known = set(sources.symbols), set(targets.symbols)
    chosen = [
        pair
        for pair in zip(*every, strict=True)
        if len(pair[0]) <= LONGEST and set(pair[0]) <= known[0] and set(pair[1]) <= known[1]
    ]
    some = pairs.Part(*map(list, zip(*chosen, strict=True)))

    def build(fast: bool = False):
        options = {name: before.card["settings"][name] for name in ("dropout", "attention", "bidirectional")}
        return translation.translator(len(sources), len(targets), fast=fast, **NETWORK, **options)

    keras.utils.set_random_seed(8)
    model = build(fast=True)
    model.set_weights(before.model.get_weights())
    learn = batches(some, sources, targets, BATCH, seed=8)
    held_out = batches(parts.held_out, sources, targets, 256)
    name = "translation_more_pairs"
    _, seconds = translation.train(model, learn, held_out, MORE_RECIPE, name)
    judged = judge(translator_of(training.without_state(model, build), sources, targets), parts)
    before_it = {score: before.figures[score] for score in judged}
    measured.write(
        "translation",
        more_pairs={"pairs": len(some.sources), "seconds": round(seconds), "before": before_it, "after": judged},
    )
    print(name, judged, flush=True)


def judge(translator: Translator, parts: pairs.Split) -> dict[str, float]:
    """Return what a network reaches on held-out sentences: the share that is right, and chrF, greedy and by beam."""
    found = {}
    for name, said in {
        "greedy": translator.greedy(parts.sources),
        "beam": translator.beam(parts.sources, WIDTH),
    }.items():
        found[f"exact_{name}"] = scores.exact(said, parts.references)
        found[f"chrf_{name}"] = scores.chrf(said, parts.references)
    return found


def by_length(loaded: data.Pairs) -> None:
    """Measure how good the checkpoints are by the length of the sentence, also where it is longer than any they learnt.

    Writes ``by_length`` in ``data/measured/translation.json``: for each length, the number of sentences, the share that
    is right and chrF, greedy, of each network. The longer sentences are drawn from the pairs after the first.
    """
    parts = split(loaded)
    asked = dict(zip(parts.sources, parts.references, strict=True))
    known = set(parts.training.sources) | set(asked)
    rest: dict[str, list[str]] = {}
    for source, target in zip(map(pairs.as_written, loaded.english), map(pairs.as_written, loaded.german), strict=True):
        if source not in known:
            rest.setdefault(source, []).append(target)
    bins = [[sentence for sentence in asked if low <= len(sentence) <= high] for low, high in LENGTHS]
    chance = np.random.default_rng(7)
    for low, high in LONGER:
        fitting = [sentence for sentence in rest if low <= len(sentence) <= high]
        bins.append([fitting[place] for place in chance.permutation(len(fitting))[:LONGER_EACH]])
    right = asked | rest
    models = {}
    for name in ("translator", "translator_attention"):
        checkpoint = checkpoints.load(name)
        translator = translator_of(
            checkpoint.model, Vocabulary(checkpoint.card["source_symbols"]), checkpoint.vocabulary
        )
        said = [translator.greedy(part, longest=200) for part in bins]
        references = [[right[sentence] for sentence in part] for part in bins]
        models[name] = {
            "exact": [scores.exact(*pair) for pair in zip(said, references, strict=True)],
            "chrf": [scores.chrf(*pair) for pair in zip(said, references, strict=True)],
        }
    lengths = [*LENGTHS, *LONGER]
    counts = [len(part) for part in bins]
    measured.write("translation", by_length={"lengths": lengths, "counts": counts, "models": models})


class TwoTasks(TranslationBatches):
    """Batches for two decoders: the second one is to repeat the source, whose ids lie between two more signs."""

    def __init__(self, *arguments, start: int, **options):
        super().__init__(*arguments, **options)
        self._start = start

    def __getitem__(self, index):
        (source, inputs), targets = super().__getitem__(index)
        repeated = np.pad(source, ((0, 0), (0, 1)))
        repeated[np.arange(len(source)), (source != 0).sum(axis=1)] = self._start + 1  # the stop sign
        told = np.pad(source, ((0, 0), (1, 0)), constant_values=self._start)
        return (source, inputs, told), (targets, repeated)


def with_second_task(model: keras.Model, symbols: int) -> keras.Model:
    """Return a network for training two tasks at once: to a translator's encoder, a second decoder is added.

    Both decoders begin with the encoder's last states, so both train it (Luong, Le, Sutskever, Vinyals and Kaiser,
    2016). The layers are those of `model`, which translates as before.
    """
    embedding, decoder = model.get_layer("target_embedding"), model.get_layer("decoder")
    second_inputs = keras.Input((None,), dtype="int32", name="second_inputs")
    y = layers.Embedding(symbols, embedding.output_dim, name="second_embedding")(second_inputs)
    y = type(decoder)(decoder.units, return_sequences=True, name="second_decoder")(y, initial_state=decoder.input[1:])
    return keras.Model([*model.inputs, second_inputs], [model.outputs[0], layers.Dense(symbols, name="second")(y)])


class Samples(keras.callbacks.Callback):
    """After each epoch, keep how some sentences are translated."""

    def __init__(self, translator: Translator, sentences: list[str]):
        super().__init__()
        self.translator, self.sentences, self.kept = translator, sentences, []

    def on_epoch_end(self, epoch, logs=None):
        self.kept.append(self.translator.greedy(self.sentences))


VARIANTS: dict[str, dict] = {
    "plain": {},
    "bidirectional encoder": {"bidirectional": True},
    "reversed input": {"backwards": True},
    "word level": {"words": WORDS},
    "second task": {"second_task": True},
    "attention": {"attention": "dot"},
}


def improvements(loaded: data.Pairs) -> None:
    """Train the lecture's improvements, each as many epochs as the plain network; what is measured already is kept."""
    for name, changes in VARIANTS.items():
        found = measured.read("translation").get("improvements", {}) if measured.file("translation").exists() else {}
        if name not in found:
            measured.write("translation", improvements=found | {name: variant(loaded, **changes)})


def variant(
    loaded: data.Pairs, words: int | None = None, backwards: bool = False, second_task: bool = False, **changes
) -> dict:
    """Train a small network with one change and return what it reaches; the last epoch counts, none is chosen."""
    parts = split(loaded)
    sources, targets = vocabularies(parts, words)
    ids = pairs.source_ids(parts.training.sources, sources), pairs.target_ids(parts.training.targets, targets)
    ids = [row[::-1] for row in ids[0]] if backwards else ids[0], ids[1]
    keras.utils.set_random_seed(7)
    model = translation.translator(len(sources), len(targets), fast=True, **SMALL_NETWORK, **changes)
    if second_task:
        trained, learn = with_second_task(model, len(sources) + 2), TwoTasks(*ids, BATCH, seed=7, start=len(sources))
    else:
        trained, learn = model, TranslationBatches(*ids, BATCH, seed=7)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    steps = SMALL_RECIPE.epochs * len(learn)
    optimizer = training.optimizer(SMALL_RECIPE.learning_rate, steps, SMALL_RECIPE.weight_decay)
    trained.compile(optimizer, [loss, loss] if second_task else loss, jit_compile=False)
    translator = translator_of(model, sources, targets, backwards)
    samples, began = Samples(translator, parts.sources[:SAMPLES]), time.perf_counter()
    trained.fit(learn, epochs=SMALL_RECIPE.epochs, shuffle=False, verbose=0, callbacks=[training.EpochLines(), samples])
    found = {
        **judge(translator, parts),
        "parameters": trained.count_params(),
        "seconds": round(time.perf_counter() - began),
        "steps": float(np.mean([len(row) for row in [*ids[0], *ids[1]]])),
        "samples": {"sentences": samples.sentences, "said": samples.kept},
    }
    print(found, flush=True)
    return found


_PLAIN, _ATTENTION = "Encoder and decoder, English to German", "Encoder, decoder and attention, English to German"

RECIPES: dict[str, Callable[[data.Pairs], None]] = {
    # A network without attention does not learn these pairs by heart in so few epochs: dropout would only slow it down.
    "translator": partial(train, "translator", f"{_PLAIN}, characters", recipe=PLAIN_RECIPE, dropout=0.1),
    "translator_attention": partial(
        train, "translator_attention", f"{_ATTENTION}, characters", recipe=RECIPE, dropout=0.3, attention="dot"
    ),
    "translator_words": partial(
        train,
        "translator_words",
        f"{_ATTENTION}, words",
        recipe=WORDS_RECIPE,
        dropout=0.3,
        attention="dot",
        words=WORDS,
    ),
    "translation_more_pairs": train_more,
    "translation_by_length": by_length,
    "translation_improvements": improvements,
}
