# %% [markdown]
# # 08 · Alice: a network that writes
#
# You train a recurrent network on *Alice's Adventures in Wonderland*, one character at a time, and let it write.
#
# After this lesson you can
#
# - turn a book into training windows without wasting memory, and say what the lecture's way costs;
# - judge a language model by its held-out loss, against models that only count;
# - see over-fitting in two curves, and stop it;
# - choose the next character greedily, with a temperature, with top-k or nucleus sampling;
# - generate text without reading it all again for every character.
#
# **Time:** 50 minutes, and as long again for the exercises. **Before:** what an LSTM (장단기 메모리), an embedding, softmax
# and cross-entropy are; lessons 03, 05 and 07 teach them. **Slides:** deck E, text generation.

# %%
from course_utils.start import start

start(seed=8)
import keras, numpy as np
from course_utils import checkpoints, data, generation, models, plots, text, training
from course_utils.exercises import lesson_08 as exercises

# %% [markdown]
# ## 1 The book
#
# The lecture reads the file of Project Gutenberg line by line, turns it to lower case, keeps only ASCII characters and
# joins the lines with spaces. It finds 159,484 characters, 56 of them distinct, beginning with “the project gutenber”.
# That is not Carroll's text: the file opens with Gutenberg's header and closes with its licence.

# %%
book = data.load_alice()
whole = data.clean_like_the_lecture(book.raw)
story = data.clean_like_the_lecture(book.story.encode("utf-8"))
print(f"{book.edition} (source: {book.source})")
print(
    f"the file : {len(whole):,} characters, {len(set(whole))} distinct, begins {whole[:20]!r}"
)
print(
    f"the story: {len(story):,} characters, {len(set(story))} distinct, a piece: {story[1000:1045]!r}"
)

# %% [markdown]
# We keep the lecture's cleaning, so that figures can be compared, and train on the story alone. The cleaning has a price:
# curly quotation marks and apostrophes are lost, and words that a long dash had parted are glued together.
#
# A **vocabulary** gives each distinct character a number; the text becomes an array of numbers. The last tenth is **held
# out**: no weight is ever trained on it.

# %%
vocabulary = text.Vocabulary.of(story)
ids = vocabulary.encode(story)
train, held_out = models.split(ids)
print(vocabulary)
print(repr(story[1000:1012]), "→", ids[1000:1012], "→", repr(vocabulary.decode(ids[1000:1012])))
print(
    f"shape {ids.shape}: {len(train):,} characters to train on, the last {len(held_out):,} held out"
)

# %% [markdown]
# ## 2 Windows, and what the lecture's way costs
#
# A **language model** (언어 모델) gives every symbol a probability of being the next one. In training it reads the book's
# own characters (teacher forcing, 교사 강요), so the target of a window is the same window one step later.
#
# This section rebuilds the lecture's data from the whole file. **Question:** how many windows of 60 follow each other in
# it, and how many of 20? (The slides mix two runs: their 2,658 samples are windows of 60, the shapes after that are those
# of 20. A comment there says 55 characters; there are 56.)

# %%
whole_ids = text.Vocabulary.of(whole).encode(whole)
length = 60
n = (len(whole_ids) - 1) // length  # the last target needs one character more
by_hand = np.array([whole_ids[i * length : (i + 1) * length] for i in range(n)])
inputs, targets = text.windows(whole_ids, length)
print(
    "windows of 60:",
    inputs.shape,
    "  equal to the loop by hand:",
    np.array_equal(inputs, by_hand),
)
print("windows of 20:", text.windows(whole_ids, 20)[0].shape)
print("input: ", repr(whole[:12]), "\ntarget:", repr(whole[1:13]))

# %% [markdown]
# The lecture then replaces every number by a **one-hot vector** (원-핫 인코딩): all zeros, and a one at the place of the
# character. An `Embedding` layer (a trained table with one row for each character) and `SparseCategoricalCrossentropy`
# take the numbers as they are. And our windows are views into one array: they take no memory of their own.

# %%
inputs, targets = text.windows(whole_ids, 20)
one_hot = keras.utils.to_categorical(inputs)
print(f"one-hot inputs and targets {one_hot.shape}: {2 * one_hot.nbytes / 1e6:.1f} MB")
print(f"the numbers, shared by all windows: {whole_ids.nbytes / 1e6:.2f} MB")
print(f"ratio: {2 * one_hot.nbytes / whole_ids.nbytes:.0f}")
assert np.shares_memory(inputs, whole_ids) and np.shares_memory(targets, whole_ids)

# %% [markdown]
# The lecture's network has two `LSTM(256)` and, on every step, a `Dense` with softmax. **Question:** how many parameters
# has each layer? An LSTM has four blocks of weights (three gates and a candidate), each with
# $(\text{units} + \text{inputs} + 1) \times \text{units}$ numbers; a `Dense` has $(\text{inputs} + 1) \times \text{units}$.

# %%
V = len(set(whole))
lecture = keras.Sequential(
    [
        keras.Input((None, V)),
        keras.layers.LSTM(256, return_sequences=True, name="lstm_1"),
        keras.layers.LSTM(256, return_sequences=True, name="lstm_2"),
        keras.layers.TimeDistributed(
            keras.layers.Dense(V, activation="softmax"), name="softmax"
        ),
    ]
)
for layer in lecture.layers:
    print(f"{layer.name:8} {layer.count_params():7,} parameters, output {layer.output.shape}")
expected = [4 * (256 + V + 1) * 256, 4 * (256 + 256 + 1) * 256, (256 + 1) * V]
assert [layer.count_params() for layer in lecture.layers] == expected

# %% [markdown]
# ## 3 What has to be beaten
#
# The **loss** is the mean of $-\ln p$, where $p$ is the probability the model gave to the character that really came. Its
# unit is the nat; divided by $\ln 2$ it is in bits a character. We measure it on the held-out tenth.
#
# The opponents have no weights. One guesses uniformly. The others count: an **n-gram model** of order $n$ looks at the
# $n-1$ characters before, its context $c$, and blends what followed $c$ in the training text with the next shorter model
# (Witten–Bell), where kinds(c) is how many different characters followed $c$:
# $$P(s \mid c) = \frac{\text{count}(c, s) + \text{kinds}(c)\, P(s \mid \text{shorter } c)}{\text{count}(c) + \text{kinds}(c)}$$

# %%
from course_utils import counts

losses = {"uniform guess": np.log(len(vocabulary))}
for n in range(1, 7):
    count_model = counts.CountModel(n, len(vocabulary)).fit(train)
    # n - 1 characters of context first, so that all orders are judged on the same characters
    losses[f"counts, order {n}"] = count_model.loss(ids[len(train) - n + 1 :])
best_count = min(losses.values())
plots.show(plots.draw_ladder(losses, "Counting characters works surprisingly well"))

# %% [markdown]
# A longer context helps until most contexts have been seen only once or twice: one sighting says little, and yet it gets
# half the weight. The shortest bar is the one to beat. A network can do it by using more than a handful of characters, or
# by seeing that *alice* and *queen* behave alike.
#
# ## 4 Our network, before and after
#
# The same two LSTM layers, with an embedding in front, with room for **dropout** (드롭아웃: in training, each value is set to
# zero with a given probability; in class mode it is 0, for two epochs are too short to over-fit), and with scores instead
# of a softmax at the end, since the loss takes the softmax itself, and more exactly. `Dense` works on the last axis anyway, so `TimeDistributed` is not needed. **Question:** for a batch of 16
# streams of 20 characters, what shape comes out?

# %%
# keras.layers.LSTM with its backward pass written for a CPU: the same numbers, about twice as fast
from course_utils.fast_lstm import FastLSTM
from course_utils import settings

recipe = settings.by_mode(models.CLASS_RECIPE, models.FULL_RECIPE)
model = keras.Sequential(
    [
        keras.Input(batch_shape=(recipe.batch, None), dtype="int32"),
        keras.layers.Embedding(len(vocabulary), 64),
        keras.layers.Dropout(recipe.input_dropout),
        FastLSTM(256, return_sequences=True, stateful=True),
        keras.layers.Dropout(recipe.dropout),
        FastLSTM(256, return_sequences=True, stateful=True),
        keras.layers.Dropout(recipe.dropout),
        keras.layers.Dense(len(vocabulary)),
    ]
)
batches = training.StreamBatches(train, recipe.batch, recipe.time, seed=7)
print("in ", batches[0][0].shape, " out", model(batches[0][0]).shape)
generator = generation.Generator(model, vocabulary)
print("untrained: alice", generator("alice ", 100, seed=1))

# %% [markdown]
# One score for each character of the vocabulary, at each of the 20 steps, for each of the 16 streams; and gibberish.
#
# Training uses **truncated backpropagation through time** with a **carried state**. The training text is cut into 16 long
# streams, read side by side, 20 characters at a time. The state at the end of one batch is where the next begins
# (`stateful=True`), so the network remembers what came before; but it is passed on as plain numbers, so gradients go back
# to the start of the batch at most. `CarryState` empties the memory where the text begins anew: before every epoch and
# every evaluation. The lecture's windows each begin with an empty memory.
#
# The optimizer is Adam, with a rate that rises quickly and then falls to zero. Training stops when the held-out loss no
# longer falls, and the best weights are kept.

# %%
model.compile(
    training.optimizer(recipe.learning_rate, recipe.epochs * len(batches), recipe.weight_decay),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    jit_compile=True,  # compile the whole step into one program: slower to start, quicker to run
    steps_per_execution=16,  # and come back to Python only after 16 of them
)
history = model.fit(
    batches,
    validation_data=training.StreamBatches(held_out, recipe.batch, recipe.time),
    epochs=recipe.epochs,
    callbacks=[
        training.CarryState(),
        training.EpochLines(),
        keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True),
        # a long training goes on where it was when the kernel was interrupted
        *settings.by_mode([], [training.resumable("lesson_08")]),
    ],
    shuffle=False,  # the order of the batches is the order of the text
    verbose=0,
)
print("trained: alice", generator("alice ", 100, seed=1))

# %% [markdown]
# The same prompt, the same random draws, a minute later. The held-out loss printed above judged 16 short streams, each
# from an empty memory. Now the network reads the held-out part once, after the 1,000 characters before it:

# %%
loss = models.held_out_loss(generator, story)
losses["our network, this minute"] = loss
print(f"held-out loss: {loss:.3f} nats = {loss / np.log(2):.2f} bits a character")
print(
    f"best count model: {best_count:.3f}; the network is {'below' if loss < best_count else 'above'} it"
)

# %% [markdown]
# ## 5 Over-fitting, seen and stopped
#
# The lecture trains for 80 epochs and holds nothing out. We trained its network by its recipe (windows of 60, batch 32,
# Adam) for just as long, on its own text less our held-out tenth, and kept the two curves.

# %%
memorised, best = checkpoints.load("alice_lecture"), checkpoints.load("alice")
history, counted = (
    memorised.card["history"],
    {"best count model": best.figures["best_count_loss"]},
)
title = (
    f"The lecture's recipe is at its best after {memorised.figures['best_epoch']} of 80 epochs"
)
plots.show(plots.draw_losses(history, counted, title))
for name, key in (("training", "loss"), ("held-out", "val_loss")):
    p = np.exp(-history[key][-1])
    print(
        f"epoch 80: the right character of the {name} text has probability {p:.0%} (geometric mean)"
    )

# %% [markdown]
# From the lowest point on, what the network still gains on the training text it loses on new text: **over-fitting**
# (과적합). The curve tells you when to stop; dropout lets you go on for longer. The checkpoint that follows is the network
# of section 4 in full mode: dropout, and twelve times as many epochs. It has read the real book, whatever data you have at
# hand.
#
# Does an over-fitted network recite? We count how many of the strings of 20 characters that it writes occur in the file.

# %%
writer = generation.Generator(best.model, best.vocabulary)
print("alice", writer("alice ", 400, temperature=0.7, seed=3), "\n")
reciter = generation.Generator(memorised.model, memorised.vocabulary)
for name, write, checkpoint in (("the lecture's", reciter, memorised), ("ours", writer, best)):
    share = checkpoint.figures["copied"]  # counted when it was trained
    if book.source != "stand-in":
        share = text.copied_share(write("alice ", 2000, temperature=0.7, seed=1), whole)
    print(f"{name}: {share:.1%} of its strings of 20 occur in the file")

# %%
where = "" if book.source != "stand-in" else " (real book)"
losses[f"the lecture's, best epoch{where}"] = memorised.figures["best_held_out_loss"]
losses[f"our checkpoint{where}"] = best.figures["held_out_loss"]
ours = ["our network, this minute", f"our checkpoint{where}"]
title = f"With time and care, two LSTM layers reach {best.figures['held_out_loss']:.2f} nats"
plots.show(plots.draw_ladder(losses, title, ours))

# %% [markdown]
# It hardly recites: knowing the next character of a page it has read is not the same as reciting it. When it writes, it reads its
# own characters, and after one slip it is in a place where it has never been.
#
# Settings and stopping time were chosen by this tenth, so it is a **validation set**, and its loss is a little too good.
# A fair estimate needs a **test set** that no choice has seen.
#
# ## 6 Choosing the next character
#
# The network gives scores $z_i$ (logits). How to choose?
#
# - **Greedy:** always the largest. The text usually falls into a loop: a phrase just written makes itself likelier, and
#   no chance leads out.
# - **Temperature** (온도) $T$: draw from $p_i = e^{z_i/T} / \sum_j e^{z_j/T}$. Below 1 the distribution sharpens, above 1 it
#   flattens; as $T \to 0$ only the largest is left, which is greedy.
# - **Top-k:** draw among the $k$ likeliest only.
# - **Nucleus** (top-p): draw among the fewest likeliest whose probabilities, at this temperature, sum to at least $P$.
#
# After either cut, the probabilities that are left are divided by their sum.

# %%
z, T = writer.logits("the queen said ")[-1], 0.5
p = np.exp((z - z.max()) / T)  # subtracting the maximum changes nothing and avoids overflow
p /= p.sum()
assert np.allclose(p, generation.distribution(z, temperature=T))
print(
    "by hand:", {best.vocabulary.symbols[i]: round(float(p[i]), 3) for i in np.argsort(-p)[:5]}
)
greedy = writer("alice ", 300, temperature=0)
print("\ngreedy: alice", greedy)
for T, P in ((0.3, 1), (0.7, 1), (1.0, 1), (1.5, 1), (1.5, 0.8)):
    print(f"\nT = {T}, P = {P}: alice", writer("alice ", 120, temperature=T, top_p=P, seed=5))

# %% [markdown]
# Now move the sliders, and type prompts of your own. The **entropy** in the title says how open the choice is: 0 bits if
# it is certain, 1 bit for a fair coin. Compare `alic` with `alice `: the network is sure within a word and open where the
# next one begins. A temperature that livens up a dull text ruins its spelling; top-k and nucleus cut off the long tail
# of unlikely characters.

# %%
from course_utils.widgets import Slider, TextBox, explore


def next_character(prompt, temperature, top_k, top_p):
    known = "".join(c for c in prompt.lower() if c in best.vocabulary)
    logits = writer.logits(known)[-1]
    return plots.draw_next_symbol(
        logits, best.vocabulary.symbols, known, temperature, top_k, top_p
    )


explore(
    next_character,
    alt="Bars of the probabilities of the next character after a prompt; sliders set "
    "temperature, top-k and top-p.",
    prompt=TextBox("the queen said ", "prompt"),
    temperature=Slider(0.0, 2.0, 1.0, 0.05, "temperature"),
    top_k=Slider(1, len(best.vocabulary), len(best.vocabulary), 1, "top k"),
    top_p=Slider(0.05, 1.0, 1.0, 0.05, "top p"),
)

# %% [markdown]
# The **surprise** of a character is its own $-\ln p$, the loss before the mean is taken. Over a passage of the held-out
# part it shows what the network knows.

# %%
context, shown = 500, 512
known = "".join(c for c in story[len(train) - context :] if c in best.vocabulary)
known = known[: context + shown]
values = writer.surprise(known)[context:]
begins = np.array([before == " " for before in known[context - 1 : -1]])  # a word begins here
print(f"mean surprise where a word begins: {values[begins].mean():.2f} nats")
print(f"mean surprise elsewhere:           {values[~begins].mean():.2f} nats")
plots.show(plots.draw_surprise(known[context:], values, "Surprise sits where words begin"))

# %% [markdown]
# ## 7 What goes wrong: reading everything again
#
# For every new character, the lecture's loop calls `predict` on the whole text so far. Nothing is kept from the call
# before, so the work grows with the square of the length; and each call of `predict` has a fixed cost far above that of
# one LSTM step. A window of fixed length stops the growth, but then the network forgets what lies before the window. We
# time both, with our network, from character 160 on.


# %% tags=["shows-the-slow-way"]
from course_utils.generation import milliseconds_each

prefix = best.vocabulary.encode(greedy[:160])


def lecture_loop(count, window=None):
    numbers = list(prefix)
    for _ in range(count):
        seen = np.array([numbers[-window:] if window else numbers])
        numbers.append(int(best.model.predict(seen, verbose=0)[0, -1].argmax()))
    return best.vocabulary.decode(numbers[160:])


count = settings.by_mode(40, 200)
milliseconds = {
    "predict, growing prefix (the lecture)": milliseconds_each(lecture_loop, count),
    "predict, last 40 characters": milliseconds_each(
        lambda n: lecture_loop(n, window=40), count
    ),
}

# %% [markdown]
# The repair is to carry the state: one character in, one step, one character out. And if the loop itself is compiled
# (`tf.function`), it runs from the first character to the last without returning to Python. **Question:** will the text
# be another?

# %%
import tensorflow as tf

step = tf.function(writer.step)  # number and states in, scores and new states out


def step_loop(count):
    scores, states = writer.read(greedy[:160])
    number, numbers = tf.argmax(scores[-1:], axis=-1, output_type=tf.int32), []
    for _ in range(count):
        numbers.append(int(number[0]))
        scores, states = step(number, states)
        number = tf.argmax(scores, axis=-1, output_type=tf.int32)
    return best.vocabulary.decode(numbers)


def compiled_loop(count):
    return writer(greedy[:160], count, temperature=0)


assert lecture_loop(20) == step_loop(20) == compiled_loop(20)
milliseconds["one compiled step, state carried"] = milliseconds_each(step_loop, 200)
milliseconds["the whole loop compiled"] = milliseconds_each(compiled_loop, 1000)

# %%
times = list(milliseconds.values())
title = (
    f"Carried state in a compiled loop: the same text, {times[0] / times[-1]:,.0f} times sooner"
)
plots.show(plots.draw_times(milliseconds, title))
for count in (100, 1000, 10_000):
    each = milliseconds_each(lambda n: writer("alice ", n, temperature=0), count)
    print(f"{count:6,} characters, compiled: {each:.3f} ms each")

# %% [markdown]
# The text is the same, as far as we compared. With the state carried, every character costs the same however long the
# text is: the work is linear in the length. (The lecture's own outputs show 28 to 57 ms a call, after the first.)
#
# ## Exercises
#
# **1 Cut the windows** (10 minutes). `numbers` is an array with one axis. Return two arrays of shape (windows, length):
# windows that follow each other, and their targets. What is left over at the end is dropped.


# %%
def cut_windows(numbers, length):
    inputs, targets = None, None  # your code here
    return inputs, targets


exercises.windows.check(cut_windows)
# exercises.windows.hint()
# exercises.windows.solution()

# %% [markdown]
# **2 Write the sampler** (10 minutes). Draw from softmax(logits / temperature) with the generator `rng`, and return the
# number of the character as an int. Temperature 0 is greedy. Scores such as 1000 must not overflow.


# %%
def choose(logits, temperature, rng):
    number = None  # your code here; rng is np.random.default_rng(…)
    return number


exercises.sampler.check(choose)
# exercises.sampler.hint()
# exercises.sampler.solution()

# %% [markdown]
# **3 Why does it write licences?** (5 minutes). Below is a piece that the lecture's network wrote, in the middle of
# Alice's adventures. Where does that come from? Then measure: what share of the characters of `whole` is not `story`? Try
# your function on the two texts of section 1.

# %%
import re

written = reciter("alice ", 10_000, temperature=0.7, seed=1)
place = re.search("gutenberg|license|copyright", written)
print(
    written[max(0, place.start() - 90) : place.end() + 60] if place else "no licence this time"
)


def licence_share(whole, story):
    return None  # your code here


exercises.licences.check(licence_share)
# exercises.licences.hint()
# exercises.licences.solution()

# %% [markdown]
# **4 A text of your own** (30 minutes). Take an English text of at least 20,000 characters. Clean it, hold out the last
# tenth, train, and beat the count models of order 3 to 5 on it. Give the cleaned text and your held-out loss in nats:
# `answer = own_text, loss`. The hints name the functions.

# %%
answer = None  # your code here
exercises.own_text.check(answer)
# exercises.own_text.hint()
# exercises.own_text.solution()

# %% [markdown]
# ## Summary
#
# - A window's target is the window one step later; numbers and views do without the memory of one-hot arrays.
# - Held-out loss, beside models that count, says what a network has learned; the training loss does not.
# - Carried state, dropout, a falling rate and stopping in time together bring two LSTM layers well below counting.
# - Temperature, top-k and nucleus sampling trade dullness against nonsense; greedy text loops.
# - Generate by carrying the state, in a compiled loop.
#
# **Two quick questions**
#
# <details><summary>A model has a held-out loss of 0 nats. What has happened?</summary>
# Almost surely a mistake: the held-out part was in the training text, or the input contains its own target.</details>
#
# <details><summary>Does top-k with k = 1 differ from temperature 0?</summary>
# No. Both leave only the likeliest character.</details>
#
# **Next:** [lesson 09](09_translation.ipynb), translation: one network reads, another writes.
#
# ## Further reading
#
# - A. Karpathy, [The Unreasonable Effectiveness of Recurrent Neural Networks](https://karpathy.github.io/2015/05/21/rnn-effectiveness/), 2015.
# - I. H. Witten and T. C. Bell, *The zero-frequency problem*, IEEE Transactions on Information Theory 37(4), 1991.
# - A. Holtzman and others, [The Curious Case of Neural Text Degeneration](https://arxiv.org/abs/1904.09751), 2020 (nucleus sampling).
