# %% [markdown]
# # 06 · Sentiment: does the reviewer like the film?
#
# You take raw film reviews to a trained classifier, compare seven recurrent networks with two plain methods, and find out what each of them cannot see.
#
# After this lesson you can
#
# - turn reviews into ids and back, and say which words are lost on the way;
# - judge a network honestly: a validation part, a test part, several seeds, a plain baseline beside it;
# - ask a trained network about your own review, and watch its opinion change from word to word;
# - train with few labels, by keeping an embedding that was learned from many.
#
# **Time:** 50 minutes, and 55 for the exercises. **Before:** lessons 03 to 05. **Slides:** decks B and D.

# %%
from course_utils.start import start

start(seed=6)
import keras, numpy as np, time
from course_utils import checkpoints, data, plots, reviews, sentiment, settings, training
from course_utils.exercises import lesson_06 as exercises

# %% [markdown]
# ## 1 A review as ids
#
# The Large Movie Review Dataset, **IMDB** for short, holds 50,000 film reviews that their writers rated with stars:
# 25,000 to learn from and 25,000 to test. Half of them praise, label 1, half do not, label 0; lukewarm ones were left
# out. To call a text praise or blame is **sentiment analysis** (감성 분석). Where IMDB cannot be had, invented reviews take
# its place.
#
# Each word is stored as its **rank**: 1 for the most frequent. The first review, as it lies in the file:

# %%
imdb = data.load_imdb()
print(
    f"{imdb.edition} (source: {imdb.source}): {len(imdb.x_train):,} + {len(imdb.x_test):,} reviews"
)
ranks = imdb.x_train[0]
print("ranks", ranks[:10], " label", imdb.y_train[0])
print(data.decode_review(ranks[:10], imdb.word_index))

# %% [markdown]
# Keras needs some ids for itself: 0 for padding, 1 for the start of a review, 2 for an unknown word; 3 is not used. So
# `keras.datasets.imdb` puts 1 before each review and adds 3 to each rank. **Question:** what do you read if you look
# its ids up in the ranks and forget the 3?

# %%
vocabulary = reviews.vocabulary_of(imdb.word_index, 10_000)  # the four signs and 9,996 words
ids = reviews.ids_of_ranks(ranks, 10_000)
print("ids  ", ids[:10])
print("with the shift:   ", reviews.decode(ids[:10], vocabulary))
print("without the shift:", data.decode_review(ids[:10], imdb.word_index))
assert np.array_equal(
    ids, reviews.encode(data.decode_review(ranks, imdb.word_index), vocabulary)
)

# %% [markdown]
# Words again, but nonsense: each is the word three ranks rarer (*the* is the sign for the start). Nothing warns of it.
#
# ## 2 How long is a review?
#
# The lecture keeps 500 words of each review, and the 10,000 most frequent words. We cut at the front: reviewers put
# their verdict at the end. Of the reviews to learn from, the last tenth is the **validation** part (검증): by it we
# choose the best epoch. The test part chooses nothing.

# %%
parts = sentiment.split(imdb, size=10_000, length=500)
lengths = np.array([len(ranks) for ranks in imdb.x_train])
read = np.concatenate(parts.learn.x)
print(*(f"{name} {len(part.x):,}" for name, part in parts._asdict().items()), sep=", ")
print(f"{(read == reviews.UNKNOWN).mean():.1%} of what is read is unknown")
plots.show(plots.draw_lengths(lengths, 500))

# %% [markdown]
# A batch has one length, that of its longest review. **Question:** half of the reviews have 20 words, half 500, mixed: what share of the steps is padding? And if batches hold reviews of similar length?

# %%
count = settings.by_mode(500, len(parts.learn.x))
few = parts.learn.first(count)
alike = training.BatchesByLength(few.x, few.y, batch=32, seed=6)
words = alike.lengths.sum()
mixed = [few.x[first : first + 32] for first in range(0, len(few.x), 32)]
steps = {
    "all padded to the longest": len(few.x) * alike.lengths.max(),
    "mixed lengths": sum(len(batch) * max(map(len, batch)) for batch in mixed),
    "similar lengths": alike.steps,
}
for name, number in steps.items():
    print(f"{name:26} {number:9,} steps, {1 - words / number:4.0%} padding")

# %% [markdown]
# (There: 48 %, and almost none.) Steps are time. One epoch of an LSTM with 32 units, each way (both run once before, so that nothing is compiled
# while the clock runs). `FastLSTM` is Keras's LSTM with a quicker loop for a CPU: the same weights, the same numbers.


# %%
def reader(*middle, vocabulary=10_000):
    embedding = keras.layers.Embedding(vocabulary, 32, mask_zero=True)
    praise = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((None,)), embedding, *middle, praise])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


from course_utils.fast_lstm import FastLSTM

longest = reviews.padded(few.x, int(alike.lengths.max()))
whole = [
    (longest[first : first + 32], few.y[first : first + 32])
    for first in range(0, len(few.x), 32)
]
model = reader(FastLSTM(32))
seconds = []
for batches in (whole, [alike[number] for number in range(len(alike))]):
    for _ in range(2):
        began = time.perf_counter()
        for x, y in batches:
            model.train_on_batch(x, y)
    seconds.append(time.perf_counter() - began)
print(f"padded to the longest {seconds[0]:.1f} s, similar lengths {seconds[1]:.1f} s: ", end="")
print(f"{seconds[0] / seconds[1]:.1f} times as quick")

# %% [markdown]
# ## 3 Seven networks
#
# Between the embedding and the decision stands what differs: the lecture's LSTM and its improvements, and a network
# that is not recurrent at all, the mean of the word vectors. **Questions:** how many parameters has the LSTM's network?
# Where are most of them?

# %%
dropping = {"dropout": 0.2}  # in training, a random fifth of the inputs is set to 0
middles = {
    "mean of embeddings": lambda: [keras.layers.GlobalAveragePooling1D()],
    "SimpleRNN": lambda: [keras.layers.SimpleRNN(32)],
    "LSTM": lambda: [FastLSTM(32)],
    "LSTM, dropout": lambda: [FastLSTM(32, **dropping)],
    "stacked LSTM": lambda: [
        FastLSTM(32, return_sequences=True, **dropping),
        FastLSTM(32, return_sequences=True, **dropping),
        FastLSTM(32, **dropping),
    ],
    "bidirectional LSTM": lambda: [keras.layers.Bidirectional(FastLSTM(32, **dropping))],
    "GRU": lambda: [keras.layers.GRU(32)],
}
sizes = {name: reader(*middle()).count_params() for name, middle in middles.items()}
print(*(f"{name:20} {size:8,}" for name, size in sizes.items()), sep="\n")
print(f"of the LSTM's, {10_000 * 32 / sizes['LSTM']:.1%} are in the embedding")

# %% [markdown]
# Dropout adds none, the two further layers 16,640, the second direction 8,352. **Dropout** (드롭아웃) sets random inputs of the layer to 0, in training only.
#
# One more network puts a convolution before the LSTM. **Convolution** (합성곱) here: 64 filters slide along the review
# and each looks at five neighbouring words; then the largest of four values is kept. The LSTM reads 24 steps (96 / 4) in place of 100 words. Convolution and pooling know no mask, so the padding goes to the front: the LSTM ends on words.

# %%
convolution = keras.Sequential(
    [
        keras.Input((100,)),
        keras.layers.Embedding(20_000, 128),
        keras.layers.Dropout(0.25),
        keras.layers.Conv1D(64, 5, activation="relu"),
        keras.layers.MaxPooling1D(4),
        keras.layers.LSTM(70),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
for layer in convolution.layers:
    print(f"{layer.__class__.__name__:13} {layer.output.shape!s:18} {layer.count_params():9,}")

# %% [markdown]
# ## 4 Train, and compare
#
# One training to watch, on fewer reviews and their last 100 words. The lines show the loss; *held-out* is the validation part. **Question:** which epoch is kept?

# %%
limit, length = settings.by_mode((2500, 100), (25_000, 500))
small = sentiment.split(imdb, size=10_000, length=length)
learn, validation, test = (part.first(limit) for part in small)
recipe = settings.by_mode(sentiment.CLASS_RECIPE, sentiment.FULL_RECIPE)
model = reader(FastLSTM(32))
batches = training.BatchesByLength(*learn, recipe.batch, seed=6)
print(f"untrained: {sentiment.accuracy(model, test):.1%}")
checked = training.BatchesByLength(*validation, 256)
sentiment.train(model, batches, checked, recipe, [training.EpochLines()])
print(f"trained on {len(learn.x):,} reviews: {sentiment.accuracy(model, test):.1%}")

# %% [markdown]
# For a fair table each network is trained on all 22,500 reviews with the same recipe (the convolution with the lecture's), from three seeds. That takes an hour; the figures of full mode came with the course. Beside them a **baseline** (기준 모델), to be
# beaten: a **bag of words**, which only says which words occur, with a logistic regression, one weight for each word.
# **Question:** which line do you expect at the top?

# %%
from course_utils import measured

record = measured.read("sentiment")
table = record["networks"]
print(f"{'':20}{'parameters':>11}{'s an epoch':>12}{'validation':>12}{'test':>8}   the seeds")
for name, row in sorted(table.items(), key=lambda item: -np.mean(item[1]["test"])):
    line = f"{name:20}{row['parameters']:11,}{row['seconds']:12.1f}{np.mean(row['validation']):12.1%}"
    print(f"{line}{np.mean(row['test']):8.1%}  ", *(f"{value:.1%}" for value in row["test"]))
plain = ("bag of words", "mean of embeddings")
reached = {name: np.mean(row["test"]) for name, row in table.items()}
chosen = {name: np.mean(row["validation"]) for name, row in table.items() if name not in plain}
best = max(chosen, key=chosen.get)
gain = 100 * (reached[best] - reached["bag of words"])
spread = [100 * np.ptp(row["test"]) for name, row in table.items() if name in chosen]
print(
    f"best recurrent network by validation: {best}; {gain:+.1f} points against the bag of words"
)
print(
    f"seeds of one network differ by {np.median(spread):.1f} points (median), {max(spread):.1f} at most"
)

# %% [markdown]
# Read the table against the seeds, the last line: most of these networks cannot be told apart; the SimpleRNN comes last.
# The bag of words, without any order and trained in seconds, is level with the best of them, and the mean of embeddings
# is close: on film reviews most of the verdict lies in which words are chosen.
#
# The lecture reports 88.6 % for its LSTM and 84 % for a SimpleRNN. Longer training with more dropout gets there:
# section 6 loads such an LSTM.
#
# ## 5 Where order decides
#
# Is reading in order worth nothing, then? On films mostly not: *dull* is blame wherever it stands. So we invent reviews
# in which it is worth everything. Each has a twin with exactly the same words and the opposite label. **Question:**
# what will the bag of words reach, what the mean of embeddings, what the LSTM?

# %%
from course_utils import grammar

invented = grammar.reviews(3000, seed=6)
for text, label in sorted(invented, key=lambda review: sorted(review[0]))[:2]:
    print(label, text)
order = {
    word: rank
    for rank, word in enumerate(sorted({w for t, _ in invented for w in t.split()}), 1)
}
known = reviews.vocabulary_of(order, len(order) + 4)
encoded = [reviews.encode(text, known) for text, _ in invented]
labels = np.array([label for _, label in invented])
places = [slice(0, 2000), slice(2000, 2500), slice(2500, 3000)]
twins = sentiment.Split(*(sentiment.Part(encoded[place], labels[place]) for place in places))

# %%
recipe = sentiment.Recipe(batch=32, epochs=4, learning_rate=0.01)
bag = sentiment.judge_bag(twins, len(known))
print(f"{'bag of words':20}{bag.test:7.1%}")
for name in ("mean of embeddings", "LSTM"):
    runs = [sentiment.judge(name, twins, len(known), recipe, seed) for seed in range(3)]
    print(
        f"{name:20}{np.mean([run.test for run in runs]):7.1%}  ",
        *(f"{run.test:.1%}" for run in runs),
    )

# %% [markdown]
# Without the order twins look alike: having learned one, a method is wrong about the other. The LSTM tells them apart. Ask what order is worth before you pay for a recurrent network.
#
# ## 6 Ask about a review
#
# With the course comes the lecture's LSTM, trained in full mode with dropout on the word vectors and some words made
# unknown. What must be done to a sentence is what was done to the training data: the same words, ids, cut, and the same
# end.

# %%
from course_utils import reading

checkpoint = checkpoints.load("imdb_lstm")
critic, terms = checkpoint.model, checkpoint.vocabulary
print(
    f"{critic.count_params():,} parameters, {checkpoint.figures['test_accuracy']:.1%} on the 25,000 test reviews"
)
for text in (
    "A wonderful film. I laughed, I cried, and I would see it again.",
    "Two hours of my life that nobody gives back to me.",
    "Not bad at all!",
    "Ein wunderbarer Film, ich habe gelacht und geweint.",
):
    answer = reading.predict_review(critic, terms, text, length=500)
    print(
        f"{answer.probability:6.1%} praise, {answer.unknown_share:4.0%} unknown  {text}  {answer.warning}"
    )
try:
    reading.predict_review(critic, terms, "!!!", length=500)
except ValueError as error:
    print(error)

# %% [markdown]
# A network always answers, even where it knows one word of eight. Many unknown words say: do not believe it. None prove nothing: see *Two hours*. One without a word is refused.
#
# The lecture asks about *0. movie was great1. movie was great2. …*, a hundred times, 301 words, and gets 0.005: blame.
# Its page says that the network reads only the last 100 words. **Question:** is that the reason? Count how often the
# network reads *great*.

# %%
eye = checkpoints.load("imdb_cnn_lstm")
print(f"convolution and LSTM: {eye.figures['test_accuracy']:.1%} on the test reviews")
for joiner in ("", " "):
    trick = joiner.join(f"{number}. movie was great" for number in range(100))
    answer = reading.predict_review(eye.model, eye.vocabulary, trick, length=100, padding="pre")
    seen = reviews.decode(answer.ids, eye.vocabulary).split()
    print(len(trick.split()), "words, the last read as", *seen[-8:])
    print(
        f"   great: {seen.count('great')}, unknown: {answer.unknown.sum()}, praise {answer.probability:.1%}"
    )

# %% [markdown]
# No. In all 301 words *great* stands once, at the very end: without a blank between, *great* and the next number become
# *great1*, *great2*, and so on, which no vocabulary holds. With the blank, the same cut leaves 25 of them. Read what
# the network reads before you explain what it says.
#
# The lecture's function has a mistake: it writes a sign for ids *above* 20,000, but the embedding has 20,000
# rows, from 0 to 19,999, so the id 20,000 has none. Exercise 2 repairs that.
#
# Now watch an opinion form. The LSTM's state is a summary after every word, so we can ask for the verdict at every word. Move the slider on; then type a review of your own. Try *not*, *but*, a name, a second sentence that takes the first one back.


# %%
from functools import lru_cache

from course_utils import widgets


@lru_cache(maxsize=1)  # while only the slider moves, the review is read once
def opinion(review):
    found = reading.predict_review(critic, terms, review, length=500)
    return found.words, reading.read_word_by_word(critic, found.ids), found.unknown


def watched(review, count):
    found = opinion(review if reviews.words_of(review) else "nothing")
    return plots.draw_review(
        *(part[: count + 1] for part in found)
    )  # the start sign is read first


text = "I expected a dull film and for an hour it was boring but the ending is wonderful"
widgets.explore(
    watched,
    alt="A review, each word coloured by the probability of praise after it.",
    review=widgets.TextBox(text, "review"),
    count=widgets.Slider(1, 200, 12, 1, "words read"),
)

# %% [markdown]
# ## 7 Few labels
#
# Labels cost money. Of the network's parameters nearly all are in the embedding, and 100 reviews do not even contain
# most of the words. The lecture's way out is **pretraining** (사전 학습), in three steps: train on much data; keep only the
# embedding; build a new network on it, with the embedding **frozen** (not trained), and train the rest, 8,353
# parameters, on the few.
#
# Here *much* are 12,500 labelled reviews, and *few* come from the others. GloVe's vectors from lesson 05 never saw a label.
# **Question:** at how many labels does the advantage end?

# %%
few_labels = record["few_labels"]
words, tested = few_labels["length"], few_labels["test_reviews"]
print(f"last {words} words of each review, tested on {tested:,} reviews")
way = {name: np.array(runs) for name, runs in few_labels["accuracy"].items()}
for name, runs in way.items():
    print(
        f"{name:20}",
        *(f"{size:,}: {np.mean(run):.1%}  " for size, run in zip(few_labels["sizes"], runs)),
    )
plots.show(plots.draw_few_labels(few_labels["sizes"], way))

# %% [markdown]
# With the kept embedding, 100 reviews are worth more than 1,000 without; at 10,000 the advantage is within the noise.
# But it was paid for with 12,500 labels of the same task. GloVe's vectors never saw one, and lose even to random rows that may learn; a likely reason: *good* and *bad* stand in the same places of a sentence, so they lie close together.
#
# Live: 100 reviews that section 6's LSTM was not trained on, cut to 100 words, and the embedding of that LSTM.


# %%
def in_terms(part, length=100):
    texts = [reviews.decode(ids[ids > 1], vocabulary) for ids in part.x]
    return sentiment.Part(
        [reviews.cut(reviews.encode(text, terms), length) for text in texts], part.y
    )


hundred, fresh = in_terms(parts.validation.first(100)), in_terms(parts.test.first(500))
learned = critic.get_layer("embedding").get_weights()[0]
recipe = sentiment.Recipe(batch=16, epochs=12, learning_rate=0.004)
for name, rows in {"random, learned": None, "pretrained, frozen": learned}.items():
    trial = sentiment.Split(hundred, hundred, fresh)  # fixed epochs: validation is not used
    runs = [
        sentiment.judge_with_table(rows, trial, len(terms), recipe, seed) for seed in range(2)
    ]
    print(f"{name:20}{np.mean(runs):7.1%}  ", *(f"{run:.1%}" for run in runs))

# %% [markdown]
# ## 8 What goes wrong
#
# Accuracy says how often a network errs, not when. Read the errors of which it was most sure.

# %%
judged = in_terms(parts.test.first(settings.by_mode(1000, 25_000)), length=500)
swift = reader(FastLSTM(32))  # the critic's weights in the quick LSTM
swift.set_weights(critic.get_weights())
by_length = np.argsort([len(ids) for ids in judged.x])
probability = np.empty(len(judged.x))
for first in range(0, len(by_length), 100):
    chosen = by_length[first : first + 100]
    longest = len(judged.x[chosen[-1]])  # they are sorted
    rows = reviews.padded([judged.x[place] for place in chosen], longest)
    probability[chosen] = swift.predict_on_batch(rows)[:, 0]
wrong = np.abs(probability - judged.y)
ten = np.argsort(-wrong)[:10]
for place in ten:
    words = reviews.decode(judged.x[place], terms).split()
    print(
        f"said {probability[place]:4.0%} praise, is {judged.y[place]}: … {' '.join(words[-22:])}"
    )


# %%
def told(name, values):
    print(f"{name:34}{np.mean(values[ten]):8.1f}{np.mean(values):10.1f}")


texts = [f" {reviews.decode(ids, terms)} " for ids in judged.x]
turns = [" but ", " not ", " although ", " however ", " despite ", " while "]
print(f"{'':34}{'the ten':>8}{'all':>10}")
told("words", np.array([len(ids) for ids in judged.x]))
told("unknown words in a hundred", np.array([100 * np.mean(ids == 2) for ids in judged.x]))
turning = [100 * sum(map(text.count, turns)) / len(text.split()) for text in texts]
told("but, not, although, … in a hundred", np.array(turning))
sure = wrong[np.abs(probability - 0.5) > 0.4] > 0.5
print(
    f"{(wrong > 0.5).mean():.1%} wrong in all; of the {len(sure)} verdicts over 90 % sure, {sure.mean():.1%}"
)

# %% [markdown]
# The ten are longer than most, but ten are few; unknown words and *but* hardly set them apart. Reading those of IMDB shows
# more: blame in praising words (*great fun*, said of a film one laughs at), praise for another film or an actor, a plot
# retold with its blood, and some where a reader would side with the network. *Not bad at all!* above got blame too:
# *not* and *bad* stand more often in blame. Being sure helps, and is no proof, as the last line shows.
#
# ## Exercises
#
# **1 Ids to words** (10 minutes). `word_index` gives each word its rank, from 1 on. In Keras's reviews a word of rank r has
# the id r + 3; 0 is `<PAD>`, 1 `<START>`, 2 `<UNK>`, 3 `<UNUSED>`. Return the text of `ids`, the words joined by spaces.
# Leave padding out, and write the other three signs.


# %%
def decode(ids, word_index):
    return None  # your code here


exercises.decoding.check(decode)
# exercises.decoding.hint()
# exercises.decoding.solution()

# %% [markdown]
# **2 Repair the ids of a review** (10 minutes). This function prepares the tokens of a new review for a network with
# `Embedding(max_features, ...)`, trained on reviews that Keras made with `num_words=max_features`. In `word_to_id` the ids are
# shifted, and the four signs are there. Three things are wrong: one id gets through that has no row in the embedding, the
# beginning is not that of the training data, and rare words get the wrong sign. Repair them.
#
# ```python
# def review_ids(tokens, word_to_id, max_features):
#     ids = []
#     for token in tokens:
#         id_ = word_to_id.get(token, word_to_id["<UNK>"])
#         ids.append(word_to_id["<UNUSED>"] if id_ > max_features else id_)
#     return ids
# ```


# %%
def review_ids(tokens, word_to_id, max_features):
    return None  # your repaired code here


exercises.repair.check(review_ids)
# exercises.repair.hint()
# exercises.repair.solution()

# %% [markdown]
# **3 Batches by length** (20 minutes). A batch is padded to its longest review. `lengths`, (reviews,), holds the number of
# words of each. Return a list of index arrays: each of the numbers 0, 1, … in exactly one batch, at most `batch` in a
# batch, no more batches than needed, and in each batch neighbours in length.


# %%
def batches_by_length(lengths, batch):
    return None  # your code here


exercises.batches.check(batches_by_length)
# exercises.batches.hint()
# exercises.batches.solution()

# %% [markdown]
# **4 The state after the last word** (15 minutes). An LSTM with `return_sequences=True` has read rows that are padded at the
# end, without a mask: `hidden` has the shape (batch, time, units), and `ids`, (batch, time), is 0 where a row is padded.
# No review is empty, and none has a 0 between its words. Return the hidden state after the last word of each review,
# (batch, units).


# %%
def last_states(hidden, ids):
    return None  # your code here


exercises.last_real.check(last_states)
# exercises.last_real.hint()
# exercises.last_real.solution()

# %% [markdown]
# ## Summary
#
# - Keras's reviews are ranks plus 3, after a 1. Read what you feed, decoded, before you train.
# - Batches of similar length save most of the padding, and so nearly half of the time.
# - A table of results needs a validation part, a test part, several seeds and a plain baseline. Say so where the baseline wins.
# - Ask about new text through the very same steps as in training; a verdict on unknown words is worth nothing.
# - With few labels, keep an embedding learned from many.
#
# **Two quick questions**
#
# <details><summary>Your network has 87 % and a colleague's 88 %, on the same 500 test reviews. Is hers better?</summary>
# Nobody can tell. One per cent of 500 are five reviews; by chance alone such a figure moves by about 1.5 points.</details>
#
# <details><summary>Why not pick the epoch with the best test accuracy?</summary>
# Then the test part has helped to train, and its figure is too good: of many epochs, one looks best by luck.</details>
#
# **Next:** [lesson 07](07_character_models.ipynb), networks that read and write letter by letter.
#
# ## Further reading
#
# - A. Maas and others, [Learning word vectors for sentiment analysis](https://aclanthology.org/P11-1015/), 2011: the reviews.
# - S. Wang and C. Manning, [Baselines and bigrams](https://aclanthology.org/P12-2018/), 2012: how strong plain methods are on reviews.
# - Keras, [the IMDB dataset](https://keras.io/api/datasets/imdb/): its ids and their shift.
