# %% [markdown]
# # 07 · Character models: from four letters to a book
#
# You build networks that write letter by letter: “hello” by hand, then a book, then names.
#
# After this lesson you can
#
# - compute the forward pass, the loss and a gradient step of a character model by hand;
# - say exactly what teacher forcing is, and what a network trained with it has never practised;
# - cut a book into segments without its one-hot copy in memory;
# - choose the next character greedily, by drawing, and with a temperature, without numerical accidents;
# - judge a written text: real words, copies, repetitions; and the model: perplexity, bits a character.
#
# **Time:** 50 minutes, and 65 for the exercises. **Before:** lessons 01, 03, 04; softmax, cross-entropy.
# **Slides:** deck E, text generation.

# %%
from course_utils.start import start

start(seed=7)
import keras, numpy as np, tensorflow as tf, time
from course_utils import checkpoints, data, generation, measured, models, plots, settings, text
from course_utils.exercises import lesson_07 as exercises

# %% [markdown]
# ## 1 Hello: four letters
#
# A **language model** (언어 모델) gives every symbol a probability of being the next one. Here the symbols are h, e, l, o,
# and the training text is “hello”: after h comes e, after e comes l, after l comes l, after that l comes o. Each letter
# goes in as a **one-hot vector** (원-핫 인코딩): zeros, and a one at its place.

# %%
vocabulary = text.Vocabulary("helo")
ids = vocabulary.encode("hello")
inputs, targets = ids[:-1], ids[1:]
x, y = np.eye(4)[inputs], np.eye(4)[targets]
print("ids", ids, "→", vocabulary.decode(ids), "  inputs", inputs, "  targets", targets)
print(f"one-hot inputs, shape {x.shape}:\n{x.astype(int)}")

# %% [markdown]
# The network of lesson 01, with a dense layer on top: $h_t = \tanh(x_t W + h_{t-1} U + b)$, and a score (logit) for
# each letter, $z_t = h_t D + d$. Softmax makes probabilities of scores, $p_t = e^{z_t} / \sum_i e^{z_{t,i}}$. The loss
# is the mean of $-\ln p$ over the right letters, in nats (bits, with $\log_2$). **Question:** with three units, which
# shapes have hidden states and scores?

# %%
from course_utils.cells import SimpleRNNCell


def forward(W, U, b, D, d):
    trace = SimpleRNNCell(W, U, b).forward(x[None])
    z = trace.hidden[0] @ D + d
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return trace, z, p, -np.log(p[np.arange(4), targets]).mean()


layers = [keras.layers.SimpleRNN(3, return_sequences=True), keras.layers.Dense(4)]
model = keras.Sequential([keras.Input((None, 4)), *layers])
untrained = [weight.astype(float) for weight in model.get_weights()]
trace, z, p, loss = forward(*untrained)
print("hidden", trace.hidden[0].shape, " scores", z.shape, f" loss {loss:.4f}")
print("largest difference from Keras:", np.abs(z - model(x[None])[0].numpy()).max())
title = f"Before training: {(p.argmax(axis=1) == targets).sum()} of 4 letters right"
plots.show(plots.draw_character_steps("helo", inputs, trace.hidden[0], z, targets, title))

# %% [markdown]
# One step of gradient descent, by hand. The derivative of the loss with respect to the scores is $(p_t - y_t)/4$, where
# $y_t$ is the one-hot target: the right score is to rise, every other to fall, each in proportion to its error. From
# there the dense layer takes two products, and lesson 01's backward pass does the rest.


# %%
def gradients(W, U, b, D, d):
    trace, _, p, _ = forward(W, U, b, D, d)
    dz = (p - y) / 4
    back = SimpleRNNCell(W, U, b).backward(trace, (dz @ D.T)[None])
    return back.kernel, back.recurrent_kernel, back.bias, trace.hidden[0].T @ dz, dz.sum(axis=0)


by_hand = gradients(*untrained)
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    loss = cross_entropy(targets[None], model(x[None]))
pairs = zip(by_hand, tape.gradient(loss, model.trainable_weights), strict=True)
print("largest difference from Keras:", max(np.abs(hand - g).max() for hand, g in pairs))
stepped = [w - 0.5 * g for w, g in zip(untrained, by_hand, strict=True)]
for name, weights in (("before", untrained), ("after one step", stepped)):
    _, z, p, loss = forward(*weights)
    print(f"{name:14}  right letters {p[np.arange(4), targets].round(2)}   loss {loss:.3f}")

# %% [markdown]
# The four places share their weights, so one may lose for a moment what others gain. A hundred steps follow, once as
# they are, and once with $U$ held at zero: no memory. **Question:** an l is followed by an l, and by an o. How low can
# the loss without memory be?
#
# To write, the network feeds back its own letters: `say` starts with h, and each letter said is the next input. In the
# figure below, press play: the scores of the right letters rise against the others.


# %%
def train_hello(memory):  # memory 1, or 0 to hold U at zero
    W, U, b, D, d = untrained
    path = [(W, memory * U, b, D, d)]
    for _ in range(100):
        dW, dU, db, dD, dd = gradients(*path[-1])
        step = (dW, memory * dU, db, dD, dd)
        path.append(tuple(w - 0.5 * g for w, g in zip(path[-1], step, strict=True)))
    return path


# %%
from course_utils.widgets import Slider, TextBox, explore


def say(W, U, b, D, d):
    written = "h"
    while len(written) < 5:
        h = SimpleRNNCell(W, U, b).forward(np.eye(4)[vocabulary.encode(written)][None]).hidden
        written += "helo"[int((h[0, -1] @ D + d).argmax())]
    return written


path, forgetful = train_hello(memory=1), train_hello(memory=0)
ways = {"untrained": path[0], "trained": path[-1], "without memory": forgetful[-1]}
for name, weights in ways.items():
    print(f"{name:15} loss {forward(*weights)[-1]:.3f}, says {say(*weights)}")
print(f"its limit       ln(2)/2 = {np.log(2) / 2:.3f}")
frames = [(inputs, targets, *forward(*weights)) for weights in path]  # one for each step


# %%
def after(step):
    read, right, trace, z, p, _ = frames[step]
    title = f"Step {step}: {(p.argmax(axis=1) == right).sum()} of 4 letters right"
    return plots.draw_character_steps("helo", read, trace.hidden[0], z, right, title)


slider = Slider(0, 100, 20, 1, "training step", play=True)
explore(after, alt="The network on hello, with all its numbers, while it trains.", step=slider)

# %% [markdown]
# Without memory both l's look alike: at best each costs $\ln 2$, and the other two letters nothing.
#
# ## 2 “if you want you”
#
# The lecture's next example has ten symbols and an LSTM (장단기 메모리) of ten units: it reads “␣if you want yo” and shall
# answer “if you want you”. After every step the lecture prints the loss and the likeliest letters; so do we, with
# several seeds.

# %%
sample = " if you want you"
letters = text.Vocabulary.of(sample)
codes = letters.encode(sample)
one_hot = np.eye(len(letters), dtype=np.float32)[codes[None, :-1]]


def fifty_steps(seed):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.LSTM(10, return_sequences=True), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((15, 10)), *layers])
    model.compile(keras.optimizers.Adam(0.1), cross_entropy)
    for _ in range(50):
        loss = float(model.train_on_batch(one_hot, codes[None, 1:]))
        yield loss, keras.ops.softmax(model.predict_on_batch(one_hot)[0]).numpy()


runs = [list(fifty_steps(seed)) for seed in settings.by_mode(range(3), range(10))]
for k in (*range(12), 20, 30, 40, 49):
    loss, p = runs[0][k]
    print(f"{k:2} loss: {loss:.5f} prediction: {letters.decode(p.argmax(axis=1))}")

# %%
right_from = []  # for each run and letter: the step from which on it stays right
for run in runs:
    wrong = np.array([p.argmax(axis=1) != codes[1:] for _, p in run])
    right_from.append([int(np.flatnonzero(w).max(initial=-1)) + 1 for w in wrong.T])
    print(f"right for good from step {max(right_from[-1])}, loss of step 49 {run[-1][0]:.5f}")
late = sum(steps[0] == max(steps) for steps in right_from)
title = f"In {late} of {len(runs)} runs no letter comes right later than the first"
p_right = np.array([p[np.arange(15), codes[1:]] for _, p in runs[0]])
plots.show(plots.draw_right_letter(p_right, sample[1:], title, right_from[0], first_step=0))

# %% [markdown]
# The lecture's figures hold: right from about step 10 on, a loss under 0.001 by the last, step 49. The first letter is
# the hardest. A blank stands four times in the text, before i, y, w and y. After the others the network remembers what
# it read; at the first, the hidden state is zero, and all it has is a blank, after which y is the best guess.
#
# ## 3 Teacher forcing
#
# **Teacher forcing** (교사 강요): in training, the input at each step is the *true* token before, from the training text,
# whatever the network itself would have said. Without it, the network reads its own last token, as it does when it
# writes. **Scheduled sampling** (Bengio and others, 2015) tosses a coin at every step: the own token with a
# probability that grows during training, else the true one.
#
# The task is to learn 111 digits of $\sqrt 2$ by heart: one right answer, and a wrong digit looks like some other
# place. The next cell writes out the loss of one reading; one line decides what is fed. Then we train in all three
# ways, with the same seeds and steps. Each network recites, and we replace *one* digit that it said by a wrong one: how
# many of the next 25 are right? Once for every second place.

# %%
import math
from course_utils.feeding import Reciter

root = str(math.isqrt(2 * 10**220))
digits = text.Vocabulary.of(root)
ids = digits.encode(root)
reciter = Reciter(ids, symbols=10, units=32)


def loss_of_reading(own_share, rng):
    own, states, loss = ids[0], reciter.memory(), 0.0
    for t in range(len(ids) - 1):
        fed = own if rng.random() < own_share else ids[t]  # teacher forcing: always ids[t]
        scores, states = reciter.read([fed], states)
        loss += cross_entropy(ids[t + 1 : t + 2], scores) / (len(ids) - 1)
        own = int(np.argmax(scores))
    return float(loss)


loss = loss_of_reading(0.0, np.random.default_rng(7))
print(f"{len(root)} digits: {root[:30]}…   loss untrained {loss:.4f} nats a digit")
assert np.isclose(loss, reciter.update(0.0, (0, 0)), atol=1e-4)  # compiled, the same

# %%
ways = {
    "teacher forcing": lambda k: 0.0,
    "scheduled sampling": lambda k: min(k / 200, 0.5),
    "own digits only": lambda k: 1.0,
}
shares, places = {name: [] for name in ways}, np.arange(5, len(ids) - 27, 2)
for seed in settings.by_mode(range(3), range(10)):
    for name, own_share in ways.items():
        reciter.begin(seed)
        losses = [reciter.update(own_share(k), (seed, k)) for k in range(300)]
        clean, after_slip = reciter.right_after_slips(places, following=25)
        shares[name].append(after_slip)
        print(f"seed {seed}  {name:18}  loss {losses[-1]:.3f}   right: {clean:4.0%}, ", end="")
        print(f"after a slip {after_slip.mean():3.0%}")
mean = {name: np.mean(each, axis=0) for name, each in shares.items()}
forced, scheduled, _ = (share.mean() for share in mean.values())
title = f"After a slip: teacher forcing {forced:.0%} right, scheduled sampling {scheduled:.0%}"
plots.show(plots.draw_recovery(mean, title, shares))

# %% [markdown]
# Teacher forcing learns quickly, and nearly everyone trains with it. But such a network has read true digits only:
# after a slip it is where it has never been, and often it does not come back. This gap between training and writing is
# **exposure bias** (노출 편향). Scheduled sampling narrows it here. Its price: where many continuations are right it teaches
# something wrong, for the target stays the true text even after an own token that led elsewhere. With own digits only, a
# slip costs nothing, but 300 steps are too few.
#
# ## 4 A book in segments
#
# The other lecture cuts a book of Nietzsche, 600,000 characters of 57 kinds, into **segments** of 60, a new one every 3;
# the target is the character after. All become one-hot vectors. **Question:** how much memory is that, at one byte a
# number?

# %%
book = data.load_nietzsche()
story = book.text.lower()
letters = text.Vocabulary.of(story)
segments, following = text.windows(letters.encode(story), 60, stride=3)
print(f"{book.edition}: {len(story):,} characters, {len(letters)} distinct ({book.source})")
for i in range(3):
    print(repr(letters.decode(segments[i, -24:])), "→", letters.decode(following[i, -1:]))
MB = np.eye(len(letters), dtype=bool)[segments[:1000]].nbytes * len(segments) / 1000 / 1e6
print(f"{len(segments):,} segments in one-hot: {MB:,.0f} MB in bytes, {4 * MB:,.0f} in float32")
print(f"as numbers, all of them views of one text: {letters.encode(story).nbytes / 1e6:.1f} MB")

# %% [markdown]
# So we keep the numbers, and make one-hot vectors of one batch at a time (`OneHotBatches`): under 2 MB. The network is an
# `LSTM(128)` and a `Dense` with softmax, trained with RMSprop at 0.01. **Question:** how many parameters?
#
# Here only the *last* position of a segment predicts. In lesson 08 *every position* does: 60 targets for the same
# reading. We time both.

# %%
from course_utils.training import OneHotBatches

V, updates = len(letters), settings.by_mode(40, 400)
train, _ = models.split(letters.encode(story))
for name, every in (("only the last", False), ("every position", True)):
    model = models.nietzsche(V, every_position=every)
    model.compile(keras.optimizers.RMSprop(0.01), "sparse_categorical_crossentropy")
    pieces, later = text.windows(train, 60, stride=60 if every else 3)
    batches = OneHotBatches(pieces, later if every else later[:, -1], V, 128, seed=7)
    model.train_on_batch(*batches[0])  # compiles
    begin = time.perf_counter()
    for k in range(updates):
        model.train_on_batch(*batches[k % (len(batches) - 1)])
    per_second = updates / (time.perf_counter() - begin)
    print(f"{name:15} {per_second:4.1f} updates and ", end="")
    print(f"{per_second * batches[0][1].size:7,.0f} targets a second")
lstm, dense = (layer.count_params() for layer in model.layers)
print(f"parameters: {lstm:,} + {dense:,} = {lstm + dense:,}")

# %%
record = measured.read("characters")
curves = {name: (run["minutes"], run["loss"]) for name, run in record["positions"].items()}
last, every = (losses[-1] for _, losses in curves.values())
title = f"Every position predicts: {every:.2f} nats in the time of {last:.2f}"
plots.show(plots.draw_by_minute(curves, title))
nietzsche = {n: checkpoints.load(f"nietzsche_{n}") for n in (1, 5, 20)}
first, later = record["first_epoch"]["loss"], nietzsche[1].card["history"]["loss"]
print(f"training loss of epoch 1, all segments: {first:.4f}; the lecture prints 1.6746")
print(f"the checkpoints' training loss, epochs 1 to 3: {np.round(later[:3], 4)}")

# %% [markdown]
# The figure was recorded in full mode, on two cores. An update costs little more, but carries 60 times the targets.
# The lecture's 1.6746 is below our first epoch and near our second. `fit(epochs=1)`, called again, trains on and prints
# “Epoch 1/1” again; whether that happened there, we cannot know.
#
# Three checkpoints continue the lecture's seed text; they have read the real book, whatever data you have. Then the
# lecture's cat: a window of `seg_len` = 18 characters goes in, to an empty memory; the likeliest next joins it, the first
# drops out.

# %%
seed_text = "immediately disclose what it really is--namely, a will to the"
for epochs, checkpoint in nietzsche.items():
    writer = generation.Generator(checkpoint.model, checkpoint.vocabulary)
    written = writer(seed_text, 240, temperature=0.5, seed=7).replace("\n", " ")
    print(f"epoch {epochs}: …{written}\n")

symbols = checkpoint.vocabulary.symbols  # writer is now the one of 20 epochs
seen = "the cat sat on the ma"
p = generation.distribution(writer.logits(seen)[-1])
print(f"after {seen!r}:", {symbols[i]: round(float(p[i]), 2) for i in np.argsort(-p)[:5]})
window = seen[:18]
for _ in range(4):
    likeliest = symbols[int(writer.logits(window)[-1].argmax())]
    print(repr(window), "→", repr(likeliest))
    window = window[1:] + likeliest

# %% [markdown]
# ## 5 Choosing the next character
#
# The lecture has three options for the probabilities `pred`: **greedy**, the largest; **multinomial**, draw from them;
# **temperature** (온도) $T$, draw from $p_i^{1/T} / \sum_j p_j^{1/T}$. Below 1 it sharpens, above 1 it flattens; towards 0
# only the largest is left, so $T = 0$ is defined as greedy. Written as on the slide, two of the three meet accidents:

# %%
pred = keras.ops.softmax(writer.logits(seed_text + " ")).numpy()  # (62, 57), float32
sharpened = pred[-1] ** (1 / 0.001)
print("pred ** (1 / 0.001) has the sum", sharpened.sum())
refused = []
for p in pred:
    try:
        np.random.default_rng(7).multinomial(1, p)
    except ValueError as error:
        refused.append(str(error).partition(". ")[0])
print(f"multinomial refuses {len(refused)} of {len(pred)}:", *refused[:1])


# %%
def adjusted(pred, temperature):
    if temperature == 0:
        return np.eye(len(pred))[np.argmax(pred)]
    with np.errstate(divide="ignore"):  # the logarithm of 0 is -inf, and exp brings 0 back
        z = np.log(pred.astype(float)) / temperature
    p = np.exp(z - z.max())
    return p / p.sum()


last = pred[-1]
assert np.allclose(adjusted(last, 0.5), last**2 / np.sum(last**2), atol=1e-6)
assert np.isclose(adjusted(last, 0.001).sum(), 1)
drawn = np.random.default_rng(7).choice(len(last), p=adjusted(last, 1.0))
print("greedy:", repr(symbols[adjusted(last, 0).argmax()]), "  drawn:", repr(symbols[drawn]))
plots.show(plots.draw_reshaped(adjusted(last, 1.0), symbols, (1.0, 0.5, 0.2)))

# %% [markdown]
# The powers underflow to 0, and 0/0 is NaN. `multinomial` wants a sum of at most 1, which float32 misses by rounding.
# Logarithms in float64, less their largest, cure both; `generation.distribution` does the same.
#
# **How good is it?** The held-out loss judges the model: $e^{\text{loss}}$ is its **perplexity** (as unsure as among so
# many equally likely characters), loss$/\ln 2$ its bits a character. A written text needs other measures: which share
# of its words occurs in the book, which of its strings of 20 are copied, which it has written before; and the
# **entropy** of its choices, $-\sum_i p_i \log_2 p_i$.
#
# In the section's last figure, press play to write one character at a time. Below the bars: the path drawn and the three
# likeliest others, each continued greedily.

# %%
from course_utils.judging import Judgement, judge

for epochs, checkpoint in nietzsche.items():
    loss = checkpoint.figures["held_out_loss"]
    print(f"epoch {epochs:2}: held-out loss {loss:.3f} nats,", end=" ")
    print(f"perplexity {np.exp(loss):.2f}, {loss / np.log(2):.2f} bits a character")
temperatures = record["judged"]["temperatures"]
judged = [Judgement(**each) for each in record["judged"]["judged"]]
if book.source != "stand-in":  # a share of real words needs the book that was read
    judged = [judge(writer, seed_text, T, story) for T in temperatures]
entropy, repeated, real, copied = np.array(judged).T
print("copied strings of 20:", {T: f"{share:.1%}" for T, share in zip(temperatures, copied)})
title = (
    f"Real words: {real[2]:.0%} at {temperatures[2]}, {real[4]:.0%} at 1, {real[5]:.0%} at 1.3"
)
plots.show(plots.draw_against_temperature(temperatures, entropy, repeated, real, title))

# %%
from course_utils.paths import Paths

paths = Paths(writer)
explore(
    lambda prompt, T, n: plots.draw_paths(paths(prompt, n, T, seed=7)),
    alt="The distribution of the next character, and four paths that the text may take.",
    prompt=TextBox("the will to ", "prompt"),
    T=Slider(0.0, 2.0, 0.7, 0.1, "temperature"),
    n=Slider(0, 100, 12, 1, "characters written", play=True),
)

# %% [markdown]
# Greedy text repeats itself; hot text misspells.
#
# ## 6 Names
#
# A model that invents names must know where a name begins and ends: each gets a **start** character, `"\t"`, and a
# **stop**, `"\n"`. Inputs are the start and the letters, targets the letters and the stop. Shorter names are padded at
# the end with symbol 0, which `ignore_class=0` leaves out of the loss. Names listed twice are kept once, or the held-out
# part would hold training names. Beside it stands a model that counts what followed each three letters.

# %%
from course_utils import counts, training

listed = data.load_nltk_names().names
names = sorted(set(listed))
np.random.default_rng(7).shuffle(names)
learn, new = models.split(names)
signs = text.Vocabulary(["·", "\t", "\n", *sorted(set("".join(names)))])
rows, told = text.rows_of_words(learn, signs)
print(f"{len(listed):,} names, {len(names):,} different; rows {rows.shape}:", end=" ")
print(repr(signs.decode(rows[0])), "→", repr(signs.decode(told[0])))

model, epochs = models.inventor(len(signs)), settings.by_mode(6, 12)
inventor = generation.Generator(model, signs)
print("untrained:", repr(inventor("\t", 12, seed=7)))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
model.compile(training.optimizer(0.008, epochs * len(rows) // 64), loss)
lines, held_out = training.EpochLines(), text.rows_of_words(new, signs)
model.fit(rows, told, 64, epochs, 0, callbacks=[lines], validation_data=held_out)
learned, judged = (signs.encode("\n".join(["", *part, ""])) for part in (learn, new))
counting = counts.CountModel(4, len(signs)).fit(learned).loss(judged)
print(f"counting after three letters:    held-out {counting:.3f}")

# %%
for T in (0.5, 1.0):
    lines = [inventor("\t", 20, temperature=T, seed=seed) for seed in range(200)]
    invented = {line.partition("\n")[0] for line in lines}
    copies, held_out = (len(invented & set(part)) for part in (learn, new))
    print(
        f"T = {T}: {len(invented)} different names, {copies} of them copies, {held_out} held out;"
    )
    print("  the others:", *sorted(invented - set(names))[::15])

# %% [markdown]
# On seven thousand short names, a model that counts what followed each three letters is no worse. The colder the draw,
# the more copies. And some invented names exist: they stand in the held-out part, which the network never saw.
#
# ## Exercises
#
# **1 Perplexity** (5 minutes). `p`, (characters,), holds the probability that a model gave to each character that came.
# Return perplexity and bits a character. Some p may be tiny, such as 1e-300, and there may be thousands.


# %%
def perplexity_and_bits(p):
    return None  # your code here


exercises.perplexity.check(perplexity_and_bits)
# exercises.perplexity.hint()
# exercises.perplexity.solution()

# %% [markdown]
# **2 Names to arrays** (10 minutes). Write `text.rows_of_words` yourself: return `inputs` and `targets` as ids, each
# (names, longest + 1), padded with 0 at the end. The id of a symbol is its place in the list `symbols`, whose item 0,
# `"·"`, is padding.


# %%
def names_to_arrays(names, symbols):
    return None  # your code here


exercises.pairs.check(names_to_arrays)
# exercises.pairs.hint()
# exercises.pairs.solution()

# %% [markdown]
# **3 Four broken loops** (20 minutes). A network shall say hello, world, learn, other, tower and metal, `IDS` (6, 5),
# from the first letter on. Each loop is one round of 100; `carried` is the state that the round before returned. In
# each, *one* numbered line is wrong, and nothing raises an error. What is imported is right: `step` returns the new
# state and the scores, `mean_loss(target, scores)` a quarter of the cross-entropy. Compare the losses with what is
# said, and answer with the number of the wrong line in each.

# %%
from course_utils.exercises.six_words import IDS, descend, mean_loss, says, step, train_words


def loop_a(weights, carried):
    loss = 0.0  # 1
    hidden = tf.zeros_like(carried)  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            letter = IDS[:, t + 1]  # 3
            hidden, scores = step(weights, letter, hidden)  # 4
            loss += mean_loss(IDS[:, t + 1], scores)  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


def loop_b(weights, carried):
    loss = 0.0  # 1
    hidden = tf.zeros_like(carried)  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 3
            target = IDS[:, t + 1]  # 4
            loss += mean_loss(target, tf.nn.softmax(scores))  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


# %%
def loop_c(weights, carried):
    hidden = carried  # 1
    loss = 0.0  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 3
            loss += mean_loss(IDS[:, t + 1], scores)  # 4
    descend(weights, tape.gradient(loss, weights))  # 5
    return loss, hidden


def loop_d(weights, carried):
    hidden = tf.zeros_like(carried)  # 1
    targets = np.roll(IDS, 1, axis=1)  # 2
    loss = 0.0  # 3
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 4
            loss += mean_loss(targets[:, t], scores)  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


# %%
for name, loop in zip("ABCD", (loop_a, loop_b, loop_c, loop_d)):
    weights, final = train_words(loop)
    print(f"{name}: loss {final:.2f}, says", *says(weights))

answer = {"A": None, "B": None, "C": None, "D": None}  # your numbers here
exercises.loops.check(answer)
# exercises.loops.hint()
# exercises.loops.solution()

# %% [markdown]
# **4 Words of your own** (30 minutes). Take at least 200 words: towns, rivers, dishes, commands. Train this lesson's name
# model on them, and let it invent 20 that are not in the list, each once, without start, stop or padding. `own_words` and
# `invented` are lists of text. (A text of your own, C code or LaTeX for instance, waits in lesson 08.)

# %%
own_words, invented = None, None  # your code here

exercises.invent.check((own_words, invented))
# exercises.invent.hint()
# exercises.invent.solution()

# %% [markdown]
# ## Summary
#
# - The gradient of a letter's loss with respect to its scores is $p - y$; a letter with two successors needs memory.
# - Teacher forcing feeds the true token before; what to do after its own slips the network never practises.
# - Keep a text as numbers and windows as views; one-hot vectors live for one batch.
# - Temperature 0 is greedy, by definition; compute in logarithms.
# - Judge a model by its held-out loss, and its texts by real words, copies and repetitions.
#
# **Two quick questions**
#
# <details><summary>A model of 57 characters has perplexity 57. What has it learned?</summary>
# Nothing of use: guessing among 57 equally likely ones does as well.</details>
#
# <details><summary>Is a network trained without teacher forcing free of exposure bias?</summary>
# Yes, it meets its own tokens in training. But it learns far more slowly, from targets that no longer fit what it
# read.</details>
#
# **Next:** [lesson 08](08_alice_text_generation.ipynb), a larger network on Alice in Wonderland.
#
# ## Further reading
#
# - A. Karpathy, [The Unreasonable Effectiveness of Recurrent Neural Networks](https://karpathy.github.io/2015/05/21/rnn-effectiveness/), 2015: “hello”, and networks that write C and LaTeX.
# - R. Williams and D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1(2), 1989: teacher forcing.
# - S. Bengio and others, [Scheduled sampling for sequence prediction with recurrent neural networks](https://arxiv.org/abs/1506.03099), 2015.
# - F. Huszár, [How (not) to train your generative model](https://arxiv.org/abs/1511.05101), 2015: what is wrong with scheduled sampling.
