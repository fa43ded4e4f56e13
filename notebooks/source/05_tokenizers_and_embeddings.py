# %% [markdown]
# # 05 · From text to numbers: tokenizers and embeddings
#
# You turn sentences into the tensor that a recurrent layer reads, see each tool on the way written out in a few lines, and
# find the choice that can keep a network from learning anything.
#
# After this lesson you can
#
# - read a tokenizer, say what it loses, and choose between characters, words and subwords by numbers;
# - pad, cut and mask texts so that it is right on a CPU and on a GPU;
# - say what an embedding layer computes, train one, and look at what it has learned;
# - load ready-made word vectors.
#
# **Time:** 45 minutes, and 60 for the exercises. **Before:** lessons 03 and 04. **Slides:** deck D.

# %%
from course_utils.start import start

start(seed=5)
import collections, keras, numpy as np, re
from course_utils import data, plots, widgets
from course_utils.exercises import lesson_05 as exercises

# %% [markdown]
# ## 1 Tokens
#
# A **token** (토큰) is a piece of text that the network treats as one unit; a **tokenizer** (토크나이저) cuts a text into tokens.
# The lecture's example is cut at the blanks. Each different one gets an **id**, its place in
# a list: the **vocabulary** (어휘). **Question:** how many tokens are there, and how many different ones, if the pieces are
# characters? (A blank is one too, and *T* is not *t*.)

# %% tags=["nbval-check-output"]
text = "This book is for deep learning learners"
for pieces in (text.split(), list(text)):
    vocabulary = sorted(set(pieces))
    ids = np.array([vocabulary.index(piece) for piece in pieces])
    print(len(pieces), "tokens,", len(vocabulary), "different; ids", ids[:9], ids.shape)
    print("   back again:", [vocabulary[id] for id in ids[:9]])

# %% [markdown]
# Here words win twice: 7 steps against 39, 7 ids against 17. In a book they need thousands of ids, and characters some 50.
#
# ## 2 Numbers for words
#
# An id is a name, not a quantity: that *sit* is 4 and *come* 2 does not make it twice as much. So an id is written as a
# vector: **one-hot** (원-핫), all zeros and a single 1. The lecture's small
# vocabulary has four words. **Question:** what is the shape of the sentence *Come sit down*, one-hot?

# %% tags=["nbval-check-output"]
four = ["the", "come", "sit", "down"]
sentence = "Come sit down".lower().split()
one_hot = np.eye(4, dtype=int)[[four.index(word) for word in sentence]]
for word, row in zip(sentence, one_hot):
    print(f"{word:5}", row)
index = {"the": 1, "come": 2, "down": 3, "sit": 4}  # the table on the slide
print("shape", one_hot.shape, "  as unique numbers", [index[word] for word in sentence])

# %% [markdown]
# Any order will do if it stays the same. A bare `set` of words can come in another at each run: hence `sorted` above.
#
# ## 3 A tokenizer
#
# Two ids are taken: 0 is for padding (section 5), 1 for a token that the vocabulary lacks, `<OOV>`, out of vocabulary. The
# most frequent token gets 2; on a tie, the token met first gets the smaller id.


# %%
def words(text):
    # runs of letters and digits, with an apostrophe inside allowed
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


class Tokenizer:
    def __init__(self, texts, split=words, size=None):
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"texts is {texts!r:.60}, expected a list of texts.")
        counts = collections.Counter(token for text in texts for token in split(text))
        if not counts:
            raise ValueError("The texts hold no token to make a vocabulary of.")
        if size is not None and size < 3:
            raise ValueError(f"size is {size}, expected 3 or more: <PAD>, <OOV>, and a token.")
        self.split = split
        common = counts.most_common(None if size is None else size - 2)  # two ids are taken
        self.tokens = ["<PAD>", "<OOV>", *(token for token, _ in common)]
        self.word_index = {token: id for id, token in enumerate(self.tokens) if id > 0}

    def encode(self, text):
        return [self.word_index.get(token, 1) for token in self.split(text)]

    def decode(self, ids):
        return [self.tokens[id] for id in ids if id > 0]


# %% [markdown]
# On the lecture's two sentences it gives the lecture's numbers. **Questions:** what will become of *One*,
# which it has not met? And what is the shape of both sentences together, one-hot?

# %% tags=["nbval-check-output"]
sentences = ["You are the Best", "You are the Nice"]
tokenizer = Tokenizer(sentences)
sequences = [tokenizer.encode(sentence) for sentence in sentences]
total_words = len(tokenizer.word_index) + 1  # one more for 0
print(tokenizer.word_index)
print(sequences, " total_words =", total_words)
test = tokenizer.encode("You are the One")
print([test], tokenizer.decode(test))
one_hot = keras.utils.to_categorical(sequences, total_words)
print("one-hot", one_hot.shape)
print("binary, which words occur:", *one_hot.max(axis=1).astype(int))

# %% [markdown]
# *One* is lost: nothing in the network can tell it from any other unknown word. The binary rows say which words
# there are and have lost their order: a **bag of words**.
#
# Keras has a tokenizer too, as a layer: `TextVectorization`. `adapt` makes the vocabulary, or it is given one; the layer puts
# its own 0 and 1 before it. It deletes punctuation, then cuts at blanks. **Question:** what will it make of *best!Nice*?

# %% tags=["nbval-check-output"]
vectorize = keras.layers.TextVectorization(vocabulary=tokenizer.tokens[2:])
print(np.asarray(vectorize([*sentences, "You are the One"])))
glued = "You are the best!Nice"
print(words(glued), tokenizer.encode(glued), " Keras", np.asarray(vectorize([glued]))[0])
adapted = keras.layers.TextVectorization()
adapted.adapt(sentences)
print("adapted:", [str(token) for token in adapted.get_vocabulary()])

# %% [markdown]
# *best!Nice* becomes one glued, unknown word. Look at what a tokenizer does to raw text before you train. And save
# the vocabulary with the model: ids mean nothing without it. Keep the layer itself outside: inside a model, Keras 3's
# `predict` refuses a plain list of texts.
#
# > **In older code**, and in the lecture, stands `from tensorflow.keras.preprocessing.text import Tokenizer`. It still runs,
# > deprecated; `from keras.preprocessing.text import Tokenizer` is gone from Keras 3. `fit_on_texts` is our
# > constructor, `texts_to_sequences` our `encode`, `num_words=100` keeps the ids below 100. Today: `TextVectorization`.
#
# ## 4 Between characters and words
#
# **Subwords** (서브워드) keep frequent words whole and cut rare ones into pieces that are known. **Byte pair encoding**, BPE,
# starts from characters and joins the most frequent pair of neighbours, again and again, until the vocabulary is full
# (exercise 4). To find the pieces is called to *train* the tokenizer; the `tokenizers` library does it. We take the first
# nine tenths of *Alice's Adventures in Wonderland* or, without it, of the course's own story.

# %%
from tokenizers import Tokenizer as SubwordTokenizer
from tokenizers import models, normalizers, pre_tokenizers, trainers

story = data.load_alice().story.replace("’", "'")  # as keyboards type it
cut = len(story) * 9 // 10
read, new = story[:cut], story[cut:]
subwords = SubwordTokenizer(models.BPE(unk_token="<OOV>"))
subwords.normalizer = normalizers.Lowercase()
subwords.pre_tokenizer = pre_tokenizers.Whitespace()
special = ["<PAD>", "<OOV>"]
trainer = trainers.BpeTrainer(vocab_size=1000, special_tokens=special, show_progress=False)
subwords.train_from_iterator([read], trainer)
for text in ("curiouser and curiouser", "unbelievably", "Schrödinger's cat"):
    print(text, "→", subwords.encode(text).tokens)

# %% [markdown]
# **Questions:** which of the four below needs most tokens for the last tenth of the book? Which meets most unknown ones?


# %%
def lower_letters(text):
    return list(text.lower())


by_letter = Tokenizer([read], split=lower_letters)
by_word = Tokenizer([read])
by_common_word = Tokenizer([read], size=1000)
ways = {
    "characters": (len(by_letter.tokens), by_letter.encode(new)),
    "all words": (len(by_word.tokens), by_word.encode(new)),
    "1,000 words": (len(by_common_word.tokens), by_common_word.encode(new)),
    "1,000 subwords": (subwords.get_vocab_size(), subwords.encode(new).ids),
}
print(f"{'':15}{'vocabulary':>11}{'tokens':>8}{'per word':>10}{'unknown':>9}")
for name, (size, ids) in ways.items():
    per_word, unknown = len(ids) / len(words(new)), np.mean(np.array(ids) == 1)
    print(f"{name:15}{size:11,}{len(ids):8,}{per_word:10.2f}{unknown:9.2%}")

# %% [markdown]
# Words lose what they do not know, and a thousand words lose much more. A thousand subwords meet next to nothing unknown,
# for a longer sequence (punctuation, which our words leave out, counts too). Ours drop the blanks; real tokenizers mark
# where a word begins. Unknown to them is only a character that the training text lacks, like the ö above. Characters lose
# nothing either, but each needs a step. Large models read subwords.
#
# ## 5 One length for all
#
# A tensor has one length, texts have many: short ones are filled with 0, **padding** (패딩), long ones are cut. Both can
# happen at the front, `pre`, or at the end, `post`.


# %% tags=["nbval-check-output"]
def padded(sequences, length, padding="post", truncating="pre"):
    rows = np.zeros((len(sequences), length), dtype=int)
    for row, sequence in zip(rows, sequences):
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        start = length - len(kept) if padding == "pre" else 0
        row[start : start + len(kept)] = kept
    return rows


print(padded(sequences, 4).tolist())
ragged = [[2, 3, 4, 5], [2, 3], [7, 6, 5, 4, 3, 2]]
for padding in ("pre", "post"):
    for truncating in ("pre", "post"):
        options = {"padding": padding, "truncating": truncating}
        mine = padded(ragged, 4, **options)
        assert np.array_equal(mine, keras.utils.pad_sequences(ragged, 4, **options))
        print(f"padding {padding:5} truncating {truncating:5}", mine.tolist())
cutter = keras.layers.TextVectorization(
    output_sequence_length=3, vocabulary=["the", "come", "down", "sit"]
)
print("TextVectorization:", np.asarray(cutter(["come come come down", "sit"])).tolist())

# %% [markdown]
# Mind the defaults: given a length, `TextVectorization` does both at the end and keeps the *first* words of a long text;
# `pad_sequences` does both at the front and keeps the *last*. So the lecture's film reviews are cut to their last 100
# words.
#
# Last, the **mask** (마스크) of lesson 04: which steps are real. It is `ids != 0`; `Embedding(…, mask_zero=True)` makes it
# and hands it to the layers that follow. Type a sentence of your own, and change how it is cut and padded. Try a word
# that the book does not have, a sentence longer than the row, none at all.

# %%
LEVELS = {"characters": by_letter, "words": by_common_word, "subwords": subwords}


def row_of(sentence, level, length, padding, truncating, mask):
    if level == "subwords":
        found = subwords.encode(sentence)
        tokens, ids = found.tokens, found.ids
    else:
        tokens, ids = LEVELS[level].split(sentence), LEVELS[level].encode(sentence)
    return plots.draw_tokens(tokens, ids, length, padding, truncating, mask)


widgets.explore(
    row_of,
    alt="A sentence as tokens with ids; below, the padded row that a network reads, and its mask.",
    sentence=widgets.TextBox("The rabbit was tokenized, poor thing", "sentence"),
    level=widgets.Choice(list(LEVELS), "words", "pieces"),
    length=widgets.Slider(1, 20, 10, 1, "steps"),
    padding=widgets.Choice(["pre", "post"], "post", "padding"),
    truncating=widgets.Choice(["pre", "post"], "pre", "truncating"),
    mask=widgets.Switch(True, "mask"),
)

# %% [markdown]
# ## 6 Embedding
#
# One-hot vectors are long, and all equally far from each other. An **embedding** (임베딩) gives each word a short vector
# that is learned. The lecture's example, which keeps no id for padding or unknown words: a vocabulary of 30, vectors of
# 10 numbers, *This is a small vector* with the ids 7, 0, 6, 1, 28. **Question:** one can look up five rows of a table, or
# multiply one-hot rows by a matrix. What is the difference?

# %% tags=["nbval-check-output"]
vocab_size, embedding_dim = 30, 10
ids = np.array([7, 0, 6, 1, 28])
layer = keras.layers.Embedding(vocab_size, embedding_dim)
by_keras = layer(ids)
table = layer.get_weights()[0]
one_hot = np.eye(vocab_size)[ids]
print("table", table.shape, " looked up", table[ids].shape, " parameters", layer.count_params())
print("one-hot times matrix:", np.allclose(one_hot @ table, table[ids], atol=1e-6))
print("Keras:               ", np.allclose(by_keras, table[ids], atol=1e-6))

# %% [markdown]
# The numbers are the same; the lookup needs no multiplication. An id of 30 or more has no row, and is an error on a CPU.
#
# How does a table learn? From two words before and two after, our network guesses the one
# between: the mean of their vectors, then a `Dense` with a score for each word. The error flows back through the mean to
# the rows that were looked up, and moves them. Nobody labels anything. First the windows, every five neighbouring words;
# **question:** how many does a text of $n$ words give?

# %%
book = Tokenizer([story], size=800)
ids = np.array(book.encode(story))
around = np.lib.stride_tricks.sliding_window_view(ids, 5)
print(len(ids), "words,", len(around), "windows", end="; ")
around = around[around[:, 2] > 1]  # an unknown word teaches nothing
context, middle = np.delete(around, 2, axis=1), around[:, 2]
print(len(around), "with a known word in the middle:", context.shape, "→", middle.shape)
print(book.decode(context[100]), "→", book.decode(middle[100:101]))

# %% [markdown]
# There are $n - 4$. Closeness is the **cosine** of the angle between two vectors, $\cos(u, v) = u \cdot v / (|u| |v|)$: 1
# for the same direction, 0 at right angles.


# %%
def neighbours(word, tokens, table, count=5):
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    cosine = unit @ unit[tokens.index(word)]
    return [tokens[id] for id in np.argsort(-cosine) if tokens[id] != word][:count]


embedding = keras.layers.Embedding(len(book.tokens), 32)
mean, guess = keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(len(book.tokens))
model = keras.Sequential([keras.Input((4,)), embedding, mean, guess])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, steps_per_execution=50)  # 50 a call: quicker
candidates = "said she very was two queen king grandmother".split()
probes = [word for word in candidates if word in book.word_index][:6]  # of any book
print("untrained: said,", *neighbours("said", book.tokens, embedding.get_weights()[0]))
model.fit(context, middle, batch_size=256, epochs=15, verbose=0)
table = embedding.get_weights()[0]
for word in probes:
    print(f"{word:12}", *neighbours(word, book.tokens, table))

# %% [markdown]
# From one short book, and from nothing but which words stand near which, the network has begun to sort verbs of saying,
# pronouns, words of degree, with some chance among them (the course's own story gives less). It has no idea what they
# mean: words are close that stand in the same places. To see it, we turn the
# 32 axes so that the first two show as much of the differences as two can (the **principal components**), and draw those.

# %%
chosen = {word: word for word in probes}  # a word, and whose neighbour it is
for probe in probes:
    for word in neighbours(probe, book.tokens, table):
        chosen.setdefault(word, probe)
vectors = table[[book.word_index[word] for word in chosen]]
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
centred = vectors - vectors.mean(axis=0)
_, strength, axes = np.linalg.svd(centred, full_matrices=False)  # the strongest axis first
share = (strength[:2] ** 2).sum() / (strength**2).sum()
title = f"Neighbours lie together in the plane too ({share:.0%} of the differences are left)"
points = centred @ axes[:2].T
plots.show(plots.draw_word_map(list(chosen), points, list(chosen.values()), title))

# %% [markdown]
# Trust the cosines more than the picture.
#
# Vectors learned from billions of words can be had ready-made: the lecture names fastText, for 157 languages, which
# builds the vector of an unknown word from its pieces; we load a part of GloVe, from Stanford. Such a table goes into an
# `Embedding` that is **frozen**: training leaves it as it is.

# %%
try:
    glove = data.load_glove()
except data.MissingDataError as error:
    print("No ready-made vectors here. ", error)
else:
    print(glove.vectors.shape, glove.source)
    for word in probes:
        print(f"{word:12}", *neighbours(word, glove.words, glove.vectors))
    row = {word: number for number, word in enumerate(glove.words)}
    known = [(id, row[word]) for id, word in enumerate(book.tokens) if word in row]
    start_table = np.zeros((len(book.tokens), glove.vectors.shape[1]), dtype="float32")
    start_table[[id for id, _ in known]] = glove.vectors[[place for _, place in known]]
    frozen = keras.layers.Embedding(*start_table.shape, trainable=False, mask_zero=True)
    frozen.build((None,))
    frozen.set_weights([start_table])
    print(f"{len(known)} of {len(start_table) - 2} words found")
    print(len(frozen.trainable_weights), "weights to train")

# %% [markdown]
# Where they could be loaded, most neighbours are related in meaning, though these vectors too come only from which words
# stand near which. A word not found keeps a row of zeros. Lesson 06 measures what ready-made vectors are worth.
#
# ## 7 What goes wrong
#
# A network is to tell praise from blame: *the film was not good* is blame, *not bad* praise. We pad all to 30 steps, as one
# longer text would force us to. **Question:** there are four ways, padding at the front or at the end, with
# or without mask. Which of them, if any, do not learn?


# %%
PRAISE, BLAME = "good fine great lovely", "bad poor dull awful"


def judged(rng):
    liked, negated = rng.integers(2, size=2)
    lead = rng.choice(["", "i think", "we found that", "all in all", "to be honest"])
    noun = rng.choice("film story cast music ending".split())
    degree = rng.choice(["", "very", "so", "quite"])
    adjective = rng.choice((PRAISE if liked else BLAME).split())
    tail = rng.choice(["", "to me", "in the end", "this time", "at all"])
    sentence = f"{lead} the {noun} was {'not' if negated else ''} {degree} {adjective} {tail}"
    return " ".join(sentence.split()), int(liked != negated)


rng, judgements = np.random.default_rng(5), {}
while len(judgements) < 1500:  # a dictionary: each sentence once
    sentence, label = judged(rng)
    judgements[sentence] = label
critic = Tokenizer(list(judgements)[:1000])  # the test sentences stay unseen
rows, labels = [critic.encode(text) for text in judgements], np.array([*judgements.values()])
print(*list(judgements.items())[:3], sep="\n")
print(f"{labels[1000:].mean():.1%} of the test sentences praise")

# %% [markdown]
# A 1 is praise. 1,000 sentences are for training, the other 500 for testing; three seeds for each way. To save time, a
# network is compiled once and set back before each training.


# %%
def network(mask_zero):
    embedding = keras.layers.Embedding(len(critic.tokens), 16, mask_zero=mask_zero)
    layers = [embedding, keras.layers.LSTM(16), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input((30,)), *layers])
    model.compile(keras.optimizers.Adam(0.04), "binary_crossentropy", steps_per_execution=10)
    return model


def accuracy(model, x, seed):
    keras.utils.set_random_seed(seed)
    model.set_weights(network(False).get_weights())  # another one, for its random weights only
    model.optimizer.load_own_variables(fresh)
    model.fit(x[:1000], labels[:1000], batch_size=100, epochs=10, verbose=0)
    return np.mean((model(x[1000:]).numpy()[:, 0] > 0.5) == labels[1000:])


for mask_zero in (False, True):
    model, fresh = network(mask_zero), {}
    model.optimizer.build(model.trainable_variables)
    model.optimizer.save_own_variables(fresh)  # before any training
    for padding in ("pre", "post"):
        x = padded(rows, 30, padding=padding)
        found = [accuracy(model, x, seed) for seed in range(3)]
        name = f"{padding}, {'mask' if mask_zero else 'no mask'}"
        print(f"{name:15} {np.mean(found):6.1%}  ", *(f"{value:.1%}" for value in found))

# %% [markdown]
# Padded at the end and without a mask, the network guesses. The reason can be seen before any training. At each step of
# padding the LSTM forgets a part. How far apart are its hidden states for
# two sentences that mean the opposite?

# %%
x = padded([critic.encode("the film was good"), critic.encode("the film was bad")], 30)
print("steps of padding read   0        6        13       26")
for mask_zero in (False, True):
    keras.utils.set_random_seed(5)
    embedding = keras.layers.Embedding(len(critic.tokens), 16, mask_zero=mask_zero)
    hidden = keras.layers.LSTM(16, return_sequences=True)(embedding(x)).numpy()
    distance = np.linalg.norm(hidden[0] - hidden[1], axis=1)
    name = "mask" if mask_zero else "no mask"
    print(f"{name:23}", *(f"{distance[3 + steps]:.1e} " for steps in (0, 6, 13, 26)))

# %% [markdown]
# The last state has hardly a trace of the sentence, so the loss has hardly a gradient for the words (lesson 01). At the
# front, padding does little harm: read first, it is forgotten first. So why not always there? Without a mask the answer
# changes with the number of zeros; with one, Keras's fast LSTM on a GPU demands that masked steps stand at the end, and
# raises an error otherwise. **Padding at the end, with a mask, is right everywhere**: `padding="post"`, `mask_zero=True`.
# A text without any word is a row of padding only, which that LSTM refuses too: leave such rows out.
#
# ## Exercises
#
# **1 Ids by hand** (5 minutes). `Tokenizer(["The cat sat on the mat", "The dog sat"])` encodes *The mat sat up*. Give
# three lists of ids: (a) padded to 6 steps with `"post"`; the four ids without padding, cut to 3 steps (b) by
# `pad_sequences` with its defaults, (c) as `TextVectorization` cuts.

# %%
a, b, c = None, None, None
exercises.ids_by_hand.check([a, b, c])
# exercises.ids_by_hand.hint()
# exercises.ids_by_hand.solution()

# %% [markdown]
# **2 Padding and its mask** (10 minutes). Return the padded rows, (batch, length), and the mask, of the same shape and
# True where a step is real: NumPy arrays, written without `padded` and `pad_sequences`. Fill up at the end; of a long
# sequence keep the last `length` ids. Real ids are above 0; a sequence may be empty.


# %%
def pad_and_mask(sequences, length):
    ids, mask = None, None  # your code here
    return ids, mask


exercises.padding.check(pad_and_mask)
# exercises.padding.hint()
# exercises.padding.solution()

# %% [markdown]
# **3 The mean over real words** (15 minutes). `vectors` are embedded texts, (batch, time, dimension), `mask`, (batch,
# time), is True for real words; both are NumPy arrays. Return the mean vector of the real words of each text, (batch,
# dimension), and zeros for a text that has none.


# %%
def mean_of_words(vectors, mask):
    return None  # your code here


exercises.mean.check(mean_of_words)
# exercises.mean.hint()
# exercises.mean.solution()

# %% [markdown]
# **4 One merge** (30 minutes). `counts` says how often each word occurs, and how it is cut so far: `{("l", "o", "w"): 9,
# ("b", "a", "n", "a", "n", "a"): 4}`. Count each pair of neighbours as often as its word occurs (*a a a* holds *a a*
# twice). Return the most frequent pair, of equally frequent ones the first met, and the words with this pair joined
# wherever it stands, from left to right: `("l", "o")` and `{("lo", "w"): 9, …}`. At least one word has two pieces.


# %%
def merge_once(counts):
    pair, merged = None, None  # your code here
    return pair, merged


exercises.merge.check(merge_once)
# exercises.merge.hint()
# exercises.merge.solution()

# %% [markdown]
# ## Summary
#
# - A tokenizer cuts a text into tokens and gives each an id; 0 is padding, 1 an unknown token. Tokenizer and model belong
#   together.
# - Characters: small vocabulary, long texts. Words: short texts, many unknown. Subwords: in between, nearly nothing unknown.
# - An embedding is a table of rows, learned like any weights. Close rows are words that stand in the same places.
# - Long padding at the end, without a mask, can keep a network from learning. With a mask, it is right everywhere.
#
# **Two quick questions**
#
# <details><summary>A vocabulary of 10,000 words, vectors of 64: how many parameters has the embedding, and how many of them are looked up for a sentence of 20 words?</summary>
# 640,000; at most 20 · 64 = 1,280, one row for each different word.</details>
#
# <details><summary>A test text has many words that the vocabulary lacks. May you make the vocabulary anew, from training and test text together?</summary>
# No. The ids would change and the trained rows would belong to other words; and the test text is not there to be learned
# from.</details>
#
# **Next:** [lesson 06](06_sentiment.ipynb), sentiment: film reviews, honestly judged.
#
# ## Further reading
#
# - R. Sennrich, B. Haddow and A. Birch, [Neural machine translation of rare words with subword units](https://arxiv.org/abs/1508.07909), 2016:
#   byte pair encoding for text.
# - T. Mikolov and others, [Efficient estimation of word representations in vector space](https://arxiv.org/abs/1301.3781), 2013: our guessing
#   game is their CBOW.
# - J. Pennington, R. Socher and C. Manning, [GloVe](https://nlp.stanford.edu/projects/glove/), 2014.
# - P. Bojanowski and others, [Enriching word vectors with subword information](https://arxiv.org/abs/1607.04606), 2017: [fastText](https://fasttext.cc).
