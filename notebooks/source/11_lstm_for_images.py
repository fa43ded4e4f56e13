# %% [markdown]
# # 11 · LSTM for images
#
# You let a recurrent network read handwritten digits row by row, and find out what its memory is good for, and what not.
#
# After this lesson you can
#
# - turn an image into a sequence, and say which axis is time and which the features;
# - build the lecture's stacked LSTM, and predict every shape and every number of parameters in it;
# - ask a network for its answer at every step, and train it for that;
# - measure how long a network remembers, and open its forget gate when that is not long enough;
# - say when a recurrent network is the wrong tool.
#
# **Time:** 45 minutes, and 40 for the exercises. **Before:** lessons 01, 03 and 04. **Slides:** decks B and C.

# %%
from course_utils.start import start

start(seed=11)
import keras, numpy as np
from course_utils import cells, data, plots, settings, training
from course_utils.exercises import lesson_11 as exercises

# %% [markdown]
# ## 1 An image is a sequence of rows
#
# “LSTM for Images ???” asks a slide of the lecture. A recurrent network wants a **sequence** (시퀀스):
# steps in time, and at each step a vector of features. An image has no time. But we can read it as one reads a page, from
# the top row to the bottom row: every row is a time step, every **pixel** of the row a feature.
#
# The images are the handwritten digits of **MNIST**, 28 × 28 pixels; where MNIST cannot be had, a smaller set, enlarged. A
# pixel is a number from 0, paper, to 255, ink.

# %%
digits = data.load_mnist()
print(f"{digits.edition} (source: {digits.source})")
print("to train on", digits.x_train.shape, " to test", digits.x_test.shape, digits.x_test.dtype)
image, label = digits.x_train[0], digits.y_train[0]
print(f"the first image is a {label}; its row 14:")
print(image[14])

# %%
inked = int((image.max(axis=1) > 0).sum())
title = f"A {label} as a sequence: {inked} of its 28 rows bring ink"
plots.show(plots.draw_image_as_sequence(image, title))

# %% [markdown]
# We divide by 255, so that all numbers lie between 0 and 1; section 8 shows why. To save time we test on 2,000 images, drawn
# evenly from the test set.
#
# **Question:** a recurrent layer expects (batch, time, features). What must be done to the shape (images, 28, 28)?

# %%
x, y = (digits.x_train / 255).astype("float32"), digits.y_train.astype("int32")
every = max(1, len(digits.x_test) // settings.by_mode(2000, 10_000))
x_test = (digits.x_test[::every] / 255).astype("float32")
y_test = digits.y_test[::every].astype("int32")
print("x", x.shape, " x_test", x_test.shape, " from", x.min(), "to", x.max())

# %% [markdown]
# Nothing: the axes are there already, rows before columns. **Which axis is time is our choice**, and the shape does not
# tell: the columns would do as well.
#
# ## 2 The lecture's network
#
# Another slide gives sizes without a task: batch 64, input 28, hidden 128, 2 layers, output 10. They fit here: 28
# features in each step, two stacked LSTM layers (장단기 메모리) of 128 units, ten digits. It is **many-to-one**: one answer
# after the last row.
#
# **Question:** what shape leaves each layer, and how many parameters has it? An LSTM has four blocks of
# $(\text{features} + \text{units} + 1) \times \text{units}$ numbers, a `Dense` one of
# $(\text{features} + 1) \times \text{units}$.

# %%
from course_utils.fast_lstm import FastLSTM  # keras.layers.LSTM, quicker on a CPU


def network(at_every_row=False):
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            FastLSTM(128, return_sequences=True, name="lstm_1"),
            FastLSTM(128, return_sequences=at_every_row, name="lstm_2"),
            keras.layers.Dense(10, name="scores"),
        ]
    )


# %% tags=["nbval-check-output"]
model = network()
for layer in model.layers:
    print(f"{layer.name:7} {layer.count_params():7,} parameters, output {layer.output.shape}")
expected = [4 * (28 + 128 + 1) * 128, 4 * (128 + 128 + 1) * 128, (128 + 1) * 10]
assert [layer.count_params() for layer in model.layers] == expected

# %% [markdown]
# The first layer hands on all 28 hidden states (은닉 상태), for the second wants a sequence. The
# second hands on the last one only.
#
# Training minimises the cross-entropy, in batches of 64, with Adam and a rate that falls to zero. `train` shows the
# network `shown` images; if there are fewer, it begins again with the first. `accuracy` is the share of right answers.


# %%
def train(model, x, y, shown, rate=0.004):
    count, epochs = min(shown, len(x)), -(-shown // len(x))  # rounded up
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = training.optimizer(rate, epochs * count // 64)
    model.compile(optimizer, loss, steps_per_execution=16)  # 16 steps a call: quicker
    model.fit(x[:count], y[:count], batch_size=64, epochs=epochs, verbose=0)
    return model


def accuracy(model, x=x_test):
    scores = np.concatenate([model(x[i : i + 1000]) for i in range(0, len(x), 1000)])
    right = scores.argmax(axis=-1).T == y_test  # .T: if there are rows, they come in front
    return right.mean(axis=-1)


# %%
from time import perf_counter

shown = settings.by_mode(12_800, 300_000)
untrained, begin = accuracy(model), perf_counter()
train(model, x, y, shown)
seconds, at_the_end = {"two LSTM layers": perf_counter() - begin}, accuracy(model)
print(f"trained on {min(shown, len(x)):,} images, each shown {-(-shown // len(x))} ×")
print(f"{len(x_test):,} test images: untrained {untrained:.1%} right, now {at_the_end:.1%}")

# %% [markdown]
# (2,000 test images leave two or three percentage points to chance; in the short trainings below, another seed moves a
# result by up to eight.)
#
# ## 3 Asking early
#
# The hidden state exists after *every* row. So we can ask early: give the state after row 10 to the `Dense` layer, which
# was trained on the state after row 28 only, and see what it says. By hand that is two cells of `course_utils`, one
# product, and softmax. Before the first row, the hidden state is zero.


# %%
def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def read(model, images):
    """Return the probabilities after 0, 1, 2 … rows."""
    first, second = (cells.LSTMCell.from_keras(layer) for layer in model.layers[:2])
    V, b = model.layers[2].get_weights()
    h = second.forward(first.forward(images).hidden).hidden
    return softmax(np.pad(h, ((0, 0), (1, 0), (0, 0))) @ V + b)


# %%
by_hand, by_keras = read(model, x_test[:200]), softmax(model(x_test[:200]).numpy())
apart = np.abs(by_hand[:, -1] - by_keras).max()
print("probabilities (images, 0 to 28 rows, digits):", by_hand.shape)
print(f"after the last row, largest difference to Keras: {apart:.1e}")
assert apart < 1e-4
for rows in (0, 7, 14, 21, 28):
    p = by_hand[0, rows]
    print(f"a {y_test[0]}, after {rows:2} rows: {p.argmax()} leads with {p.max():.0%}")

# %% [markdown]
# ## 4 An answer after every row
#
# That network was never asked before the end. A second one has one switch more: `return_sequences` in both layers, so
# that `Dense` gives scores after every row. It takes over the weights of the first, goes on training with half as many
# images, and now the loss is taken at every row, always with the same label.
#
# **Question:** it has to answer after row 3, when there is nothing to see yet. What will it have learned to say there?

# %%
early, at_every_row = network(at_every_row=True), network(at_every_row=True)
early.set_weights(model.get_weights())  # the first network, asked after every row
at_every_row.set_weights(model.get_weights())
labels = np.repeat(y[:, None], 28, axis=1)
print("out", at_every_row(x[:2]).shape, " labels", labels.shape)
train(at_every_row, x, labels, shown // 2)
by_row = {
    "trained at the last row, asked early": accuracy(early),
    "trained at every row": accuracy(at_every_row),
}
half = [by_row[name][13] for name in by_row]
title = f"After half of the rows {half[1]:.0%} are right, if trained for it; else {half[0]:.0%}"
plots.show(plots.draw_accuracy_by_row(by_row, x_test.mean(axis=(0, 2)), title))

# %%
usual = read(at_every_row, x_test[:1])[0, 3]
print(
    "after row 3, the second network says",
    *(f"{digit}: {p:.0%}" for digit, p in enumerate(usual)),
)
for name, values in by_row.items():
    best = f"best after row {values.argmax() + 1}, {values.max():.1%}"
    print(f"{name}: {best}; at the end {values[-1]:.1%}")

# %% [markdown]
# After three rows, nearly always blank in MNIST, the second network says how frequent each digit is, about a tenth each: the
# best one can do. Then it is right more often with every row of ink. The first network's states in the middle were never
# meant to be read; they hold what *it* needs for going on.
#
# In MNIST's last rows hardly anything is written, and yet a curve may fall: the answer has to be carried over blank rows.
# Section 6 returns to that.
#
# Now uncover an image yourself; grey is what the network has not seen. The 20 images are sorted by how early the second
# network makes up its mind; about the last it may be wrong to the end.

# %%
from course_utils.widgets import Choice, Slider, explore

right = read(at_every_row, x_test[:200])[:, 1:].argmax(axis=-1) == y_test[:200, None]
for_long = np.logical_and.accumulate(right[:, ::-1], axis=1).sum(axis=1)  # up to the end
chosen = np.argsort(-for_long, kind="stable")[np.linspace(0, len(right) - 1, 20).astype(int)]
networks = {"trained at every row": at_every_row, "trained at the last row": model}
answers = {name: read(known, x_test[chosen]) for name, known in networks.items()}


# %%
def uncover(rows, number, name):
    place, shares = chosen[number - 1], answers[name][number - 1]
    return plots.draw_reading(x_test[place], shares, rows, int(y_test[place]))


explore(
    uncover,
    alt="A digit uncovered row by row, and the probabilities of 0 to 9 after each row.",
    rows=Slider(0, 28, 14, 1, "rows read"),
    number=Slider(1, 20, 12, 1, "image"),
    name=Choice(list(networks), "trained at every row", "network"),
)

# %% [markdown]
# ## 5 Rows, columns, pixels at random
#
# Now smaller networks, one layer of 64 units, in three orders of reading: rows, columns, and 28 groups of 28 pixels drawn
# at random, **the same for every image**.
#
# **Question:** which order will be the hardest, and for which of `SimpleRNN` and LSTM?

# %%
shuffled = np.random.default_rng(0).permutation(28 * 28)
views = {
    "rows": lambda images: images,
    "columns": lambda images: images.transpose(0, 2, 1),
    "random pixels": lambda images: images.reshape(-1, 784)[:, shuffled].reshape(-1, 28, 28),
}
title = f"A {y[0]} in three orders of reading"
plots.show(plots.draw_views({name: view(x[:1])[0] for name, view in views.items()}, title))


# %%
def small(kind):
    keras.utils.set_random_seed(11)
    return keras.Sequential([keras.Input((None, 28)), kind(64), keras.layers.Dense(10)])


few = settings.by_mode(8000, 120_000)
kinds, by_order = {"SimpleRNN": keras.layers.SimpleRNN, "LSTM": FastLSTM}, {}
for name, kind in kinds.items():
    by_order[name] = {}
    for order, view in views.items():
        trained = train(small(kind), view(x[:few]), y[:few], few)
        by_order[name][order] = accuracy(trained, view(x_test))
lead = {o: 100 * (by_order["LSTM"][o] - by_order["SimpleRNN"][o]) for o in views}
title = ", ".join(f"{o} {points:+.0f}" for o, points in lead.items()).replace("-", "−")
title = f"LSTM minus SimpleRNN: {title} points"
plots.show(plots.draw_accuracy_by_order(by_order, title))

# %% [markdown]
# No order stops them, though one is no image to our eyes. After so short a training it even helps `SimpleRNN`, perhaps since no
# blank rows are left to cross. A recurrent layer never knew that two pixels are neighbours: each
# step multiplies 28 numbers by a matrix, which has no idea of left and right. It only wants the same pixels at the same
# step of every image.
#
# And 28 steps are short. `SimpleRNN` starts with an orthogonal recurrent kernel (lesson 01), so that
# its gradients survive them. After 120,000 images (full mode) we measured about 98 % on rows for the LSTM and 95 % for
# `SimpleRNN`.
#
# ## 6 How long does it remember?
#
# To test memory, we put a gap of $d$ **blank rows** under the image, and ask for the answer after the last of them. It is the question of lesson 03, section 6, with a digit in place of a symbol.
#
# **Question:** Keras starts the forget gate (망각 게이트) of an LSTM at a bias of 1. The sigmoid of 1 is 0.73. What is left of
# a cell state after 28 blank rows, and after 56? And with a bias of 4?


# %%
def opened(units=64):
    model = small(FastLSTM)
    W, U, b = model.layers[0].get_weights()
    b[units : 2 * units] = 4  # the second of four blocks: the forget gate
    model.layers[0].set_weights([W, U, b])
    return model


# %% tags=["nbval-check-output"]
for bias in (1, 4):
    f = cells.sigmoid(bias)
    print(f"bias {bias}: f = {f:.3f}, left after 28 steps {f**28:.0e}, after 56 {f**56:.0e}")

# %%
by_gap = {name: [shares["rows"]] for name, shares in by_order.items()}  # without a gap
by_gap["opened LSTM"] = [accuracy(train(opened(), x, y, few))]
gaps = settings.by_mode([56], [28, 56])
for gap in gaps:
    blanks = ((0, 0), (0, gap), (0, 0))
    longer, longer_test = np.pad(x[:few], blanks), np.pad(x_test, blanks)
    for name, values in by_gap.items():
        begun = small(kinds[name]) if name in kinds else opened()
        values.append(accuracy(train(begun, longer, y[:few], few), longer_test))
ends = ", ".join(f"{name} {values[-1]:.0%}" for name, values in by_gap.items())
plots.show(plots.draw_accuracy_by_gap(by_gap, [0, *gaps], f"After 56 blank rows: {ends}", 0.1))

# %% [markdown]
# The LSTM as Keras makes it is the one that forgets: with its gate at 0.73, neither the digit nor the gradient gets across,
# and nothing teaches the gate to open. `SimpleRNN` begins at radius 1 and does better. With the gate opened by hand, the
# LSTM learns. After 120,000 images we measured, with 56 blank rows, 97 % for the opened LSTM, 61 % for `SimpleRNN`, and
# 11 %, a guess, for the LSTM as made. **An LSTM can remember long; where its forget gate starts decides whether it learns
# to.** If you know how many steps, start its bias near their natural logarithm: then about a third of the state is left at
# the end.
#
# ## 7 Against a network without time
#
# An opponent: a plain `Dense` network on the 784 pixels at once, with as many parameters as the lecture's
# network. It gets the same images, first as often, then five times as often.


# %%
def dense():
    hidden = [keras.layers.Dense(units, activation="relu") for units in (232, 128)]
    flat = [keras.Input((28, 28)), keras.layers.Flatten()]
    return keras.Sequential([*flat, *hidden, keras.layers.Dense(10)])


shares = {"two LSTM layers": at_the_end}
print(f"parameters: LSTM {model.count_params():,}, Dense {dense().count_params():,}")
for name, count in {"Dense, same images": shown, "Dense, five times over": 5 * shown}.items():
    begin = perf_counter()
    trained = train(dense(), x[:shown], y[:shown], count)
    seconds[name], shares[name] = perf_counter() - begin, accuracy(trained)
for name in shares:
    print(f"{name:22} {shares[name]:.1%} right after {seconds[name]:3.0f} s of training")

# %% [markdown]
# The dense network gets as far, or farther, in less time. In a training step it has a few large products; the LSTM has 28
# small ones in a row, forward and back, and each waits for the one before. And for images a **convolutional** network,
# which knows neighbours, beats both.
#
# What recurrence gives for the price: weights that serve any number of steps (with 56 rows more, the networks of section 6
# had no weight more; a dense network would have), an answer after every step, and input that need not all be there at
# once: speech, handwriting stroke by stroke, film frames, text.
#
# ## 8 What goes wrong
#
# **The scale of the inputs.** Numbers from 0 to 255 raise no error. Three scales: as stored; divided by 255; and
# standardised as in lesson 02, less the mean and divided by the standard deviation.

# %%
scales = {
    "0 to 255": lambda images: 255 * images,
    "standardised": lambda images: (images - x.mean()) / x.std(),
}
by_scale = {"0 to 1": {name: by_order[name]["rows"] for name in kinds}}  # as in section 5
for scale, change in scales.items():
    by_scale[scale] = {}
    for name, kind in kinds.items():
        trained = train(small(kind), change(x[:few]), y[:few], few)
        by_scale[scale][name] = accuracy(trained, change(x_test))
for scale, found in by_scale.items():
    print(f"{scale:12}", ", ".join(f"{name} {share:.1%}" for name, share in found.items()))

# %% [markdown]
# Unscaled, training does not fail: it gets worse, which is harder to notice. Sums of numbers up to 255 push tanh and the
# gates to their flat ends, where gradients vanish. Standardised inputs help the LSTM and harm `SimpleRNN`: paper is then no
# longer 0, and blank rows write into the state, which gates can shut out. Scale, and measure: what is best depends on the
# network.
#
# **The wrong axis.** Flatten an image and add the axis for the features, as for a series, and each *pixel* becomes a
# step. `reshape` for the columns raises no error either; it puts the numbers back where they were:

# %%
for name, batch in {"rows": x[:64], "pixels": x[:64].reshape(-1, 784, 1)}.items():
    layer = FastLSTM(64)
    layer(batch)  # the first call compiles
    begin = perf_counter()
    layer(batch)
    print(
        f"{name:6} {batch.shape}: a batch is read in {1000 * (perf_counter() - begin):.0f} ms"
    )
wrong, columns = x[:1].reshape(-1, 784).reshape(-1, 28, 28), x[:1].transpose(0, 2, 1)
print("reshape gives the columns:", np.array_equal(wrong, columns))
print("reshape gives the rows again:", np.array_equal(wrong, x[:1]))

# %% [markdown]
# 784 steps are slow to read, and the gradient has 28 times as far to go. Pixel by pixel is a well-known test of memory, in
# hours and with care (Le, Jaitly and Hinton, 2015); as an oversight it looks like a network that does not learn. Print the
# shape before the first layer, and name its axes aloud. To exchange two axes, `transpose`.
#
# ## Exercises
#
# **1 Patches** (15 minutes). Read an image as square patches of `size` × `size` pixels: from left to right, then the next
# row of patches. `images` has the shape (images, rows, columns), both multiples of `size`; return
# (images, patches, size · size), the pixels of each patch row by row.


# %%
def patches(images, size):
    return None  # your code here


exercises.patches.check(patches)
# exercises.patches.hint()
# exercises.patches.solution()

# %% [markdown]
# **2 Right after each row** (10 minutes). `hidden`, (images, rows, units), holds the hidden states of a trained network,
# `V`, (units, 10), and `b`, (10,), are the weights of its `Dense` layer, `labels`, (images,), the digits. Return the
# accuracy after each row, (rows,).


# %%
def right_after_each_row(hidden, V, b, labels):
    return None  # your code here


exercises.by_row.check(right_after_each_row)
# exercises.by_row.hint()
# exercises.by_row.solution()

# %% [markdown]
# **3 How many parameters?** (15 minutes). Two networks read rows of `features` pixels and end in a `Dense` for `classes`:
# a `GRU` of `units` as Keras makes it (with `reset_after`, lesson 03), and a `Bidirectional` with an `LSTM` of `units` in
# each direction. Return both numbers of parameters. When they are right, build both
# (`Bidirectional(FastLSTM(64))` works), `train` them on rows, and compare.


# %%
def parameters(features, units, classes):
    gru, bidirectional = None, None  # your code here
    return gru, bidirectional


exercises.parameters.check(parameters)
# exercises.parameters.hint()
# exercises.parameters.solution()

# %% [markdown]
# ## Summary
#
# - An image of 28 rows is a sequence of 28 steps with 28 features; the shape does not say which axis is time.
# - Many-to-one can be read early, but only what was trained for early answers gives good ones.
# - A recurrent layer knows no neighbours: the same shuffling of all images does not stop it.
# - Over 28 steps `SimpleRNN` keeps up, or nearly. Over longer gaps what counts is where the forget gate starts.
# - For images there are better networks. For what comes step by step, recurrence is one answer.
#
# **Two quick questions**
#
# <details><summary>You train on rows and by mistake test on columns. What happens?</summary>
# No error: the shapes are the same. The accuracy falls far, for the digits lie on their side and are mirrored.</details>
#
# <details><summary>Every image is shuffled in its own way, not all in the same. Can the network still learn?</summary>
# Hardly: where a number stood is lost. What is left is how much ink there is, which tells a 1 from a 0.</details>
#
# **Next:** this was the last lesson. Take a sequence of your own, a text (lesson 08), a series (lesson 02) or your
# handwriting, and begin with what has to be beaten. In [lesson 00](00_start_here.ipynb) is the way to all others.
#
# ## Further reading
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition*, 1998: MNIST.
# - Q. V. Le, N. Jaitly and G. E. Hinton, *A simple way to initialize recurrent networks of rectified linear units*, 2015:
#   digits pixel by pixel, also in a fixed random order.
# - R. Jozefowicz, W. Zaremba and I. Sutskever, *An empirical exploration of recurrent network architectures*, 2015: the
#   bias of the forget gate.
# - C. Tallec and Y. Ollivier, *Can recurrent neural networks warp time?*, 2018: that bias and the length of memory.
