# %% [markdown]
# # 10 · Attention
#
# You let the decoder look back at every step of the encoder, and watch where it looks.
#
# After this lesson you can
#
# - compute one step of attention by hand: scores, weights, context;
# - tell dot-product from additive attention, and say what a mask must do;
# - build attention into a translator, and find out whether padding leaks into it;
# - read an alignment, and say what it does not prove;
# - say what self-attention is, and what a Transformer does without recurrence.
#
# **Time:** 45 minutes, and 40 for the exercises. **Before:** lesson 09. **Slides:** deck F, translation.

# %%
from course_utils.start import start

start(seed=7)
import keras, numpy as np
from course_utils import checkpoints, data, measured, pairs, plots, scores, settings
from course_utils.exercises import lesson_10 as exercises

# %% [markdown]
# ## 1 One step by hand
#
# The decoder of lesson 09 gets two vectors, whatever the length of the sentence. **Attention** (어텐션) gives it all
# outputs of the encoder, one for each symbol of the source, and lets it choose at every step anew. Three names: the
# decoder's hidden state is the **query** $q$; each output of the encoder is a **key** $k_j$, with which the query is
# compared, and a **value** $v_j$, which is taken. In our translators keys and values are the same vectors.
#
# 1. A score for each source symbol, here the dot product: $e_j = q \cdot k_j$.
# 2. Weights, by softmax: $a_j = e^{e_j} / \sum_i e^{e_i}$. They are positive and add up to 1.
# 3. The **context**, the values weighted and added: $\sum_j a_j v_j$. It goes to the output together with the state.

# %%
words = ["the", "cat", "sleeps"]
values = keys = np.array([[0.1, 0.9, 0.0], [1.0, 0.2, 0.3], [0.2, 0.1, 1.0]])  # (source, units)
query = np.array([2.0, -0.5, 0.5])  # (units,)
print("source", words, " values and keys", values.shape, " query", query.shape)


# %%
def softmax(e):
    e = np.exp(e - e.max())
    return e / e.sum()


e = keys @ query
a = softmax(e)
context = a @ values
print("scores", e.shape, " weights", a.shape, " context", context.shape)
title = f"This query finds “{words[a.argmax()]}”: {a.max():.0%} of the context"
plots.show(plots.draw_attention_step(words, e, a, values, context, title))

# %% [markdown]
# **Masks.** In a batch, short sentences are padded, and padding has outputs and scores like everything else. Its weight
# must be 0, so its score becomes $-\infty$ *before* the softmax: $e^{-\infty} = 0$, and the other weights still add up
# to 1. A very large negative number does as well, and Keras's `Attention` uses one. It takes [query, value, key], each
# with a batch and a time axis.


# %%
def attention_by_hand(query, keys, values, mask):
    e = np.where(mask, keys @ query, -np.inf)
    a = softmax(e)
    return a @ values, a


mask = np.array([True, True, True, False])
padded = np.vstack([keys, [0.3, 2.0, 0.5]])  # what stands at the padding may be anything
by_hand, a = attention_by_hand(query, padded, padded, mask)
layer = keras.layers.Attention()
given = [query[None, None], padded[None], padded[None]]
context, weights = layer(given, mask=[None, mask[None]], return_attention_scores=True)
print("weights by hand", a.round(3), "  Keras", weights.numpy()[0, 0].round(3))
print("largest difference of the contexts:", np.abs(context - by_hand).max())
print("without the mask:", softmax(padded @ query).round(3))

# %% [markdown]
# The dot product is due to Luong, Pham and Manning (2015). The first attention, that of Bahdanau, Cho and Bengio (2014),
# was **additive**: a small network compares the two, $e_j = w \cdot \tanh(W q + U k_j)$. It has weights of its own, and
# query and keys may differ in length. Keras's `AdditiveAttention` holds $w$; $W$ and $U$ are Dense layers before it.
# **Question:** with 3 units, how many parameters have $w$, $W$ and $U$ together, without biases?

# %%
W, U = (keras.layers.Dense(3, use_bias=False) for _ in "WU")
additive = keras.layers.AdditiveAttention()
q, k = W(query[None, None]), U(padded[None])
additive([q, padded[None], k])  # builds it
w = np.array([0.5, -1.0, 2.0], np.float32)
additive.set_weights([w])
_, weights = additive([q, padded[None], k], [None, mask[None]], return_attention_scores=True)

e = np.tanh(query @ W.kernel.numpy() + padded @ U.kernel.numpy()) @ w
a = softmax(np.where(mask, e, -np.inf))
print("weights by hand", a.round(3), "  Keras", weights.numpy()[0, 0].round(3))
print("parameters:", w.size + W.count_params() + U.count_params())

# %% [markdown]
# ## 2 A translator that looks back
#
# Three things change against lesson 09. The encoder gives out *all* its outputs (`return_sequences=True`), and reads in
# both directions, so that each output knows both sides of its place. The decoder's hidden states at all steps are the
# queries. Context and state together go through one Dense layer, then to the scores.

# %%
from keras import layers
from course_utils import dates, translation

asked, answers = dates.examples()
parts = pairs.split(asked, answers, held_out=500)
reads = pairs.source_vocabulary(parts.training.sources)
writes = pairs.target_vocabulary(parts.training.targets)


# %%
def with_attention(units, embedding):
    lstm = {"return_sequences": True, "return_state": True}
    source = keras.Input((None,), dtype="int32")
    x = layers.Embedding(len(reads), embedding, mask_zero=True)(source)
    outputs, h1, c1, h2, c2 = layers.Bidirectional(layers.LSTM(units // 2, **lstm))(x)
    h, c = layers.Concatenate()([h1, h2]), layers.Concatenate()([c1, c2])
    target_inputs = keras.Input((None,), dtype="int32")
    y = layers.Embedding(len(writes), embedding)(target_inputs)
    state = layers.LSTM(units, return_sequences=True)(y, initial_state=[h, c])
    # The mask of the source travels with the outputs, from the embedding through the LSTM.
    context, weights = layers.Attention()([state, outputs], return_attention_scores=True)
    state = layers.Concatenate()([context, state])
    state = layers.Dense(units, activation="tanh", use_bias=False)(state)
    return keras.Model([source, target_inputs], [layers.Dense(len(writes))(state), weights])


# %% [markdown]
# **Question:** for 32 dates of at most 25 symbols, written in 11 steps: which shape have the attention weights? And what
# must they be where the source is padded?

# %%
by_hand = with_attention(units=64, embedding=32)
source = pairs.source_rows(parts.training.sources[:32], reads)
inputs, _ = pairs.target_rows(parts.training.targets[:32], writes)
found, weights = by_hand([source, inputs])
print("source", source.shape, " weights", weights.shape, " scores", found.shape)
print("largest weight on padding:", np.where(source == 0, weights.numpy().max(axis=1), 0).max())

options = {"units": 64, "embedding": 32, "attention": "dot", "bidirectional": True}
model = translation.translator(len(reads), len(writes), **options)
for name in ("Embedding", "Bidirectional", "LSTM", "Dense"):  # of each kind, in the same order
    kinds = [[x for x in m.layers if type(x).__name__ == name] for m in (by_hand, model)]
    for ours, packaged in zip(*kinds, strict=True):
        packaged.set_weights(ours.get_weights())
assert np.allclose(found, model([source, inputs]), atol=1e-5)

# %% [markdown]
# Now both networks of 64 units, without attention and with it, learn dates for the same few epochs.

# %%
from course_utils.batches import TranslationBatches
from course_utils.decoding import Translator


def batches(part, seed=None):
    ids = pairs.source_ids(part.sources, reads), pairs.target_ids(part.targets, writes)
    return TranslationBatches(*ids, 64, seed)


learn, held_out = batches(parts.training, 7), batches(parts.held_out)

# %%
recipe = translation.Recipe(epochs=settings.by_mode(3, 12), learning_rate=0.01)
translators, plain = {}, {"units": 64, "embedding": 32, "bidirectional": True}
for name, network in (("plain", plain), ("attention", options)):
    keras.utils.set_random_seed(7)
    model = translation.translator(len(reads), len(writes), **network, fast=True)
    _, seconds = translation.train(model, learn, held_out, recipe)
    translators[name] = Translator(model, reads, writes)
    said = translators[name].greedy(parts.sources)
    print(f"{name:10} exact {scores.exact(said, parts.references):.1%}", end="")
    print(f"   {model.count_params():,} parameters, {seconds:.0f} s\n")

# %%
seen = translators["attention"].attention("march 3, 1998")
month = seen.weights[5:7, :5].sum(axis=1).mean()  # the digits 03, the letters of march
title = f"For the month it looks at the word: {month:.0%} of the weight"
plots.show(plots.draw_alignment(*seen, title))

# %% [markdown]
# Each row is one written symbol, each column one that was read, and the darker, the larger the weight. The date is
# written in another order than it is read, and the weights jump accordingly. That is an **alignment** (정렬), which
# nobody has shown to the network.
#
# ## 3 What goes wrong: attention without its mask
#
# Nothing fails when the mask is lost, as it is behind a layer that does not pass it on. We take it away from the trained
# network, and translate a hundred dates beside a longer and longer neighbour.


# %%
class Unmasked(Translator):
    def encode(self, source):
        states, memory = super().encode(source)
        return states, memory._replace(mask=keras.ops.ones_like(memory.mask))


# %%
network, few = translators["attention"].model, parts.sources[:100]
for letters in (0, 40, 80):
    neighbour = "1" * letters  # in the same batch, so that all others are padded to its length
    for kind in (Translator, Unmasked):
        said = kind(network, reads, writes).greedy([*few, neighbour], longest=12)[:100]
        exact = scores.exact(said, parts.references[:100])
        print(f"neighbour of {letters:2} letters   {kind.__name__:10}   exact {exact:4.0%}")

# %% [markdown]
# With the mask, the padding changes nothing: a sentence has the same answer alone and among longer ones. Without it, the
# answer depends on the neighbours in the batch. Test for that: pad a batch further, and compare.
#
# ## 4 English to German, looking back
#
# A checkpoint with attention, an encoder that reads in both directions, and the 256 units of lesson 09's. It has learned
# the same pairs for as many epochs. Here are the thirty held-out sentences of lesson 09:

# %%
from course_utils.text import Vocabulary


def loaded(name):
    checkpoint = checkpoints.load(name)
    source = Vocabulary(checkpoint.card["source_symbols"])
    join = pairs.sentence_of if pairs.UNKNOWN in checkpoint.vocabulary else "".join
    vocabularies = source, checkpoint.vocabulary
    return checkpoint, Translator(checkpoint.model, *vocabularies, pairs.tokens, join)


# %%
listed = data.load_translation_pairs()
split = pairs.split(listed.english, listed.german, limit=50_000, held_out=500)
checkpoint, translator = loaded("translator_attention")
print(f"{checkpoint.card['trained_on']} ({listed.source})")
said = translator.greedy(split.sources)
rights = [one in references for one, references in zip(said, split.references, strict=True)]
for i in range(30):
    print("right" if rights[i] else "     ", split.sources[i], "→", said[i])
print(f"{sum(rights[:30])} of 30 are right; of all {len(said)}: {np.mean(rights):.1%}")

# %%
lengths, counts, models = measured.read("translation")["by_length"].values()
names = {"plain": "translator", "attention": "translator_attention"}
tests = {name: checkpoints.load(folder).figures for name, folder in names.items()}
more = measured.read("translation")["more_pairs"]
tests[f"after two more epochs on {more['pairs']:,} pairs"] = more["after"]
for name, found in tests.items():
    print(
        f"{name}: exact {found['exact_greedy']:.1%} greedy, {found['exact_beam']:.1%} by beam",
        end="",
    )
    print(f"; chrF {found['chrf_greedy']:.1f} and {found['chrf_beam']:.1f}")
curves = {name: models[folder]["chrf"] for name, folder in names.items()}
gains = np.subtract(curves["attention"], curves["plain"])
title = f"At every length, {gains.min():.0f} to {gains.max():.0f} points of chrF more"
plots.show(plots.draw_by_length(lengths, counts, curves, title, "chrf"))

# %% [markdown]
# Some of the thirty are good German and do not count, such as “Tom hat seine Nase gebrochen.”: exact match knows only the
# translations of the collection.
#
# The networks differ in two things, attention and an encoder that reads in both directions. At every length their
# distance is large, but both curves fall: more symbols are more chances for a mistake, and beyond 24 letters neither
# network has ever read so long a sentence. Two more epochs, with longer pairs added, lowered the held-out loss and made
# no more of the short sentences right.
#
# ## 5 Where did it look?
#
# English and German order their words differently: a German participle waits for the end of the sentence. To see
# where the network looked, we let it translate step by step, and keep the weights of each step.

# %%
from functools import lru_cache
from course_utils.widgets import Slider, TextBox, explore


look = lru_cache(translator.attention)  # the same sentence is translated once


def looked(sentence, letter):
    seen = look(sentence[:40].strip() or "?")
    letter = min(letter, len(seen.target) - 1)
    title = "".join(seen.target)
    return plots.draw_alignment(*seen, title, letter)


# %% [markdown]
# Write an English sentence, and move the slider along the German letters: the bars show where the network looked.

# %%
explore(
    looked,
    alt="Attention weights between an English sentence and its German translation.",
    sentence=TextBox("I have read the book.", "English"),
    letter=Slider(0, 39, 20, 1, "German letter", play=True),
)

# %% [markdown]
# “gelesen” at the end of the German sentence looks at “read” in the middle of the English one. But an alignment is not
# an explanation: each output of the encoder has read the whole sentence, in both directions, so a weight on a letter is
# a weight on what was read up to it, from both ends. Other weights can give the same answer (Jain and Wallace, 2019).
#
# ## 6 Words instead of letters
#
# The third checkpoint reads and writes words: the 6,000 most frequent of each language, all others become `<unk>`. Its
# sentences have a quarter of the steps, and its alignments are easier to read.

# %%
checkpoint, by_words = loaded("translator_words")
for way in ("greedy", "beam"):
    exact, chrf = (checkpoint.figures[f"{score}_{way}"] for score in ("exact", "chrf"))
    print(f"words, {way:7} exact {exact:.1%}   chrF {chrf:.1f}")
said = by_words.greedy(split.sources)
unknown = [i for i, one in enumerate(said) if pairs.UNKNOWN in one]
print(f"{len(unknown)} of {len(said)} answers hold <unk>")
for i in unknown[:2]:
    print(
        f"  {split.sources[i]} → {said[i]}   (characters: {translator.greedy([split.sources[i]])[0]})"
    )
seen = by_words.attention("I have already seen the house.")
plots.show(plots.draw_alignment(*seen, f"By words: {pairs.sentence_of(seen.target)}"))

# %% [markdown]
# ## 7 What comes next: self-attention and the Transformer
#
# Attention looks from one sentence into another. In **self-attention** (셀프 어텐션) a sentence looks at itself: queries,
# keys and values are the same vectors times three learned matrices, and every position becomes a blend of all, itself
# included. In a decoder a mask hides the future: position $t$ may look at $1 \ldots t$. The scores are divided by
# $\sqrt d$, with $d$ the length of a key, or they would grow with $d$, and the softmax would become a hard choice.


# %%
def self_attention(x, Q, K, V, causal):
    query, key, value = x @ Q, x @ K, x @ V
    e = query @ key.T / np.sqrt(Q.shape[1])
    if causal:
        e = np.where(np.tri(len(x), dtype=bool), e, -np.inf)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    return a @ value, a


# %%
layer = keras.layers.MultiHeadAttention(num_heads=1, key_dim=4, use_bias=False)
x = np.random.default_rng(7).normal(size=(5, 4)).astype(np.float32)
blended, weights = layer(x[None], x[None], use_causal_mask=True, return_attention_scores=True)
Q, K, V, output = (
    np.squeeze(weights) for weights in layer.get_weights()
)  # one attention, or head; a last product
by_hand, a = self_attention(x, Q, K, V, causal=True)
print(a.round(2))
print("largest difference from Keras:", np.abs(by_hand @ output - blended[0]).max())

# %% [markdown]
# A **Transformer** (Vaswani and others, 2017) has self-attention, attention from the decoder to the encoder, and Dense
# layers at each position. Several attentions stand side by side (heads), and codes of the positions are added to the
# embeddings, since a blend has no order. Nothing is carried from step to step, so in training all positions are
# computed at the same time. `course_utils.transformer` has a small one. It has as many parameters as our translator
# with attention, and learns the same dates, for the same number of epochs.

# %%
from course_utils.transformer import TransformerTranslator, transformer

keras.utils.set_random_seed(7)
small = transformer(len(reads), len(writes), units=40, heads=4, hidden=180)
_, seconds = translation.train(small, learn, held_out, recipe._replace(learning_rate=0.005))
translators["transformer"] = TransformerTranslator(small, reads, writes)
said = translators["transformer"].greedy(parts.sources)
print(f"exact {scores.exact(said, parts.references):.1%}", end="")
print(f"   {small.count_params():,} parameters, {seconds:.0f} s")

# %% [markdown]
# Here, with as many parameters and epochs, the Transformer is behind the LSTM with attention, and takes longer. (One run
# each; more epochs bring it nearer.) An LSTM reads in order by construction; a Transformer must learn from the codes of
# the positions what stands next to what, and 7,500 short lines are few for that. Its gain lies elsewhere: in training no
# position waits for the one before, so a large processor learns from far more text in the same time.
#
# ## Exercises
#
# **1 Attention weights** (10 minutes). For one `query`, (units,), with `keys` and `values`, (time, units), and `mask`,
# (time,), True where a step is real, return `weights`, (time,), and `context`, (units,). Scores are plain dot products,
# and may be in the thousands. A masked step has the weight 0, exactly.


# %%
def attend(query, keys, values, mask):
    return None  # your code here


exercises.attention.check(attend)
# exercises.attention.hint()
# exercises.attention.solution()

# %% [markdown]
# **2 A broken mask to find** (20 minutes). In each attention *one* numbered line is wrong, and nothing raises an error.
# `queries` belong to the ids `target`, `keys` to `source`, padded with 0; `weights[b, q, k]` is how much query q of
# sentence b looks at key k. In D, a decoder's self-attention, query q may look at keys 0 to q. Answer with the numbers
# of the wrong lines.

# %%
from course_utils.exercises.three_sentences import softmax, symptoms


def attention_a(queries, keys, target, source):
    scores = queries @ keys.transpose(0, 2, 1)  # 1
    scores = scores - 1e9 * (source != 0)[:, None]  # 2
    weights = softmax(scores, axis=2)  # 3
    contexts = weights @ keys  # 4
    return weights, contexts


def attention_b(queries, keys, target, source):
    real = (source != 0)[:, None]  # 1
    scores = np.einsum("bqu,bku->bqk", queries, keys)  # 2
    scores = np.where(real, scores, -1e9)  # 3
    weights = softmax(scores, axis=1)  # 4
    contexts = np.einsum("bqk,bku->bqu", weights, keys)  # 5
    return weights, contexts


# %%
def attention_c(queries, keys, target, source):
    scores = queries @ keys.swapaxes(1, 2)  # 1
    padding = target == 0  # 2
    scores = np.where(padding[:, None], -np.inf, scores)  # 3
    weights = softmax(scores, axis=2)  # 4
    contexts = weights @ keys  # 5
    return weights, contexts


def attention_d(queries, keys, target, source):
    hidden = np.triu(np.ones((6, 6), bool), 2)  # 1
    hidden = hidden | (source == 0)[:, None]  # 2
    scores = queries @ keys.transpose(0, 2, 1)  # 3
    weights = softmax(scores - 1e9 * hidden, axis=2)  # 4
    contexts = weights @ keys  # 5
    return weights, contexts


# %%
for name, attention in zip("ABC", (attention_a, attention_b, attention_c)):
    print(f"{name}: {symptoms(attention)}")
print(f"D: {symptoms(attention_d, looks_back=True)}")

answer = {"A": None, "B": None, "C": None, "D": None}  # your numbers here
exercises.masks.check(answer)
# exercises.masks.hint()
# exercises.masks.solution()

# %% [markdown]
# **3 Read the alignment** (10 minutes). `weights`, (target, source), holds a row for each symbol of a translation;
# `source` is the list of the source's symbols. Return `symbols`, for each row the source symbol with the largest
# weight, and `monotone`, True if the places looked at never go back.


# %%
def read_alignment(weights, source):
    return None  # your code here


exercises.alignment.check(read_alignment)
# exercises.alignment.hint()
# exercises.alignment.solution()

# %% [markdown]
# ## Summary
#
# - Scores compare a query with keys; softmax makes weights of them; the context is the values, weighted and added.
# - A mask sets scores to $-\infty$ before the softmax; when it is lost, nothing fails but the answers.
# - With attention the decoder reads the source anew at each step; a state of fixed size need not hold all of it.
# - An alignment shows where the network looked, and not why it wrote what it wrote.
# - Self-attention lets every position look at every other; a Transformer adds attention to the source, Dense layers, and codes for positions.
#
# **Two quick questions**
#
# <details><summary>The weights of a padded sentence add up to 0.7 over its real words. What is wrong?</summary>
# Padding took 0.3 in the softmax: the mask came after it, or never. Masked before it, the weights of the real words add
# up to 1.</details>
#
# <details><summary>Why does a decoder's self-attention need a causal mask, and an LSTM decoder none?</summary>
# An LSTM has not read the future when it gives out a step. Self-attention sees all positions at once, and in training
# the right answer is among them.</details>
#
# **Next:** [lesson 11](11_lstm_for_images.ipynb): an LSTM reads images.
#
# ## Further reading
#
# - D. Bahdanau, K. Cho and Y. Bengio, [Neural machine translation by jointly learning to align and translate](https://arxiv.org/abs/1409.0473), 2015.
# - M.-T. Luong, H. Pham and C. Manning, [Effective approaches to attention-based neural machine translation](https://arxiv.org/abs/1508.04025), 2015.
# - A. Vaswani and others, [Attention is all you need](https://arxiv.org/abs/1706.03762), 2017: the Transformer.
# - S. Jain and B. Wallace, [Attention is not explanation](https://arxiv.org/abs/1902.10186), 2019; S. Wiegreffe and Y. Pinter, [Attention is not not explanation](https://arxiv.org/abs/1908.04626), 2019.
