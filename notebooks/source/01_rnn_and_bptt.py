# %% [markdown]
# # 01 · Recurrent networks and backpropagation through time
#
# You build a recurrent network from nothing, write its backward pass, and watch a gradient die and explode.
#
# After this lesson you can
#
# - tell five kinds of sequence task apart, and set a small recurrent cell by hand;
# - write the forward and the backward pass in NumPy, equal to TensorFlow's;
# - say why gradients vanish or explode, what clipping cures, and what truncation gives up.
#
# **Time:** 50 minutes, and 40 for the exercises. **Before:** lesson 00, matrix products, the chain rule, how a
# dense network is trained. **Slides:** deck A.

# %%
from course_utils.start import start

start(seed=1)
import keras, numpy as np, tensorflow as tf
from course_utils import cells, plots
from course_utils.exercises import lesson_01 as exercises

# %% [markdown]
# ## 1 Sequences
#
# In a **sequence** (시퀀스) the order carries meaning: letters of a word, words of a sentence, the weather of a week. Here is
# one as a network sees it. Each letter becomes a number, and each number a **one-hot** vector (원-핫): zeros, and a single
# one at its place.

# %%
letters = ["h", "e", "l", "o"]
ids = [letters.index(letter) for letter in "hello"]
x = np.eye(len(letters), dtype="float32")[ids][None]  # None adds an axis in front: the batch
print("hello →", ids)
print(x[0])
print("shape (batch, time, features):", x.shape)

# %% [markdown]
# These are the axes of every array of sequences: which sequence of the **batch** (배치; those read together), which **time**
# step, which **feature** (a number given at each step).
#
# A recurrent method reads step by step and keeps a **state**, what it remembers of the steps before. In the simplest case
# the state is also the output. Five kinds of task, here in small and without any network:
#
# - *many to one*, as in judging a review: only the last output counts;
# - *one to one*, as in naming what a picture shows: no time, no state;
# - *one to many*, as in describing a picture: one input sets the state, then every step writes a word;
# - *many to many, in step*, as in naming what each frame of a film shows;
# - *many to many, one after the other*, as in translation: writing begins when all has been read.


# %%
def read(step, inputs, state):
    states = []
    for x_t in inputs:
        state = step(state, x_t)
        states.append(state)
    return states


count = read(lambda state, x_t: state + (x_t == "good"), ["good", "but", "not", "good"], 0)[-1]
print("many to one: “good” occurs in “good but not good” so often:", count)

# %%
print("one to one: is 7 odd?", 7 % 2 == 1)
countdown = read(lambda state, x_t: state - 1, inputs=[None] * 3, state=3)
print("one to many: counting down from 3:", countdown)
largest = read(lambda state, x_t: max(state, x_t), inputs=[3, 1, 4, 1, 5], state=0)
print("many to many, in step: the largest so far of 3 1 4 1 5:", largest)
memory = read(lambda state, x_t: x_t + state, inputs="abcd", state="")[-1]
print("many to many, one after the other: abcd, then backwards:", " ".join(memory))

# %% [markdown]
# ## 2 The perfect roommate
#
# Your roommate cooks three dishes in turn: apple pie, burger, chicken. On a rainy day he cooks the next one. On a sunny day
# he is out, and you eat yesterday's again. As matrices, with a dish as a one-hot row:

# %%
dishes = ["apple pie", "burger", "chicken"]
same = np.eye(3)
following = np.roll(same, 1, axis=1)  # row i has its one at the next dish
print(following)
dish, week = same[0], "SRRSRRR"
for day in week:
    dish = dish @ (following if day == "R" else same)
    print(day, "→", dishes[dish.argmax()])

# %% [markdown]
# A **recurrent cell** has no `if`. It has two matrices, a vector, and one formula for every day:
#
# $$h_t = g(x_t W + h_{t-1} U + b)$$
#
# $x_t$ is today's input and $h_{t-1}$ yesterday's **hidden state** (은닉 상태), both rows, $h$ with a number for each **unit**;
# $W$ is the kernel, $U$ the recurrent kernel, $b$ the bias, $g$ the activation. The lecture writes
# $s_t = g(W \cdot (s_{t-1} \oplus x_t) + b)$: the same, with columns for rows, state and input joined to one column, and
# both matrices to one.
#
# If it rained every day, one unit for each dish would do: `U = following`. **Question:** can such units follow the weather?
#
# They cannot, if $g$ is a rising function. *Burger* must be on after (burger, sun) and (apple pie, rain), and off after
# (burger, rain) and (apple pie, sun). What the unit receives is a sum, one term for yesterday's dish and one for the
# weather, and both pairs of cases have the same total: no threshold parts them. So we take two units for each dish, *again,
# because of sun* and *fresh, because of rain*. Each needs both of its conditions: with $b = -1$ and $g(a) = \max(0, a)$,
# called **relu**, two of them give $1 + 1 - 1 = 1$, and one gives $1 + 0 - 1 = 0$.

# %%
W = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])  # rows: sun, rain
U = np.block([[same, following], [same, following]])  # columns: again, fresh
b = -np.ones(6)
weather = np.eye(2)[["SR".index(day) for day in week]]
h = np.array([1, 0, 0, 0, 0, 0])  # yesterday there was apple pie again
for day, x_t in zip(week, weather):
    h = np.maximum(0, x_t @ W + h @ U + b)
    print(day, h.astype(int), dishes[h.argmax() % 3])  # units 0 and 3 are apple pie
joined = np.concatenate([h, x_t]) @ np.vstack([U, W]) + b  # the lecture's way to write it
assert np.array_equal(joined, x_t @ W + h @ U + b)

# %% [markdown]
# Exact on every day. Can training find such weights? A network of six units gets 256 reports of ten days, and is then asked
# about 100 days. `SimpleRNN` is Keras's name for this cell and its loop, with tanh as activation; `return_sequences` asks
# for the state of every day; a `Dense` layer reads the dish from it.


# %%
def reports(count, days, seed):
    rain = np.random.default_rng(seed).integers(0, 2, (count, days))
    return np.eye(2, dtype="float32")[rain], rain.cumsum(axis=1) % 3  # dishes since apple pie


model = keras.Sequential(
    [
        keras.Input((None, 2)),
        keras.layers.SimpleRNN(6, return_sequences=True),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
long_weather, long_dishes = reports(200, days=100, seed=1)
untrained = model.evaluate(long_weather, long_dishes, verbose=0)[1]
model.fit(*reports(256, days=10, seed=0), epochs=60, verbose=0)
trained = model.evaluate(long_weather, long_dishes, verbose=0)[1]
print(f"right dishes in 100 days: untrained {untrained:.1%}, trained on 10 days {trained:.1%}")

# %% [markdown]
# On sequences ten times as long, it is close to the rule. (With other seeds, errors may come sooner.)
#
# ## 3 The cell driven by hand
#
# **Question:** a cell with 2 units reads letters of 4 features. What shape comes out for one letter, for "hello", and for
# the batch hello, eolll, lleel, as (batch, time, units)? And what are the shapes of $W$, $U$ and $b$? (On the slide, the row
# of *lleel* has lost one of its five vectors.)

# %%
words = ["hello", "eolll", "lleel"]
x = np.eye(4, dtype="float32")[[[letters.index(letter) for letter in word] for word in words]]
layer = keras.layers.SimpleRNN(2, return_sequences=True)
for name, part in {"one letter": x[:1, :1], "hello": x[:1], "three words": x}.items():
    print(f"{name:11} {part.shape} → {layer(part).shape}")
W, U, b = layer.get_weights()
print("W", W.shape, " U", U.shape, " b", b.shape)
output, [state] = layer.cell(x[:, 0], [np.zeros((3, 2))])  # the cell alone does one step
print("one step of the cell:", output.shape, state.shape, np.array_equal(output, state))

# %% [markdown]
# No weight's shape depends on the number of steps, and the output of the cell is its state. In NumPy, `h[:, t]` is the state
# after $t$ letters and `h[:, 0]` the zero state before the first; $x_t$ is `x[:, t - 1]`, since NumPy counts from 0. The
# loop is the formula above, with tanh for $g$.


# %%
def forward(x, W, U, b):
    h = np.zeros((len(x), x.shape[1] + 1, len(b)), x.dtype)
    for t in range(1, x.shape[1] + 1):
        h[:, t] = np.tanh(x[:, t - 1] @ W + h[:, t - 1] @ U + b)
    return h


h = forward(x, W, U, b)
print("largest difference to Keras:", np.abs(h[:, 1:] - layer(x)).max())
assert np.abs(h[:, 1:] - layer(x)).max() < 1e-6

# %% [markdown]
# ## 4 Backpropagation through time
#
# **Unrolled**, written out step by step, a recurrent network is a deep dense network with one layer for each time step, and
# all layers share $W$, $U$ and $b$. Ordinary backpropagation on it is called **backpropagation through time** (BPTT, 시간
# 역전파).
#
# As loss we take the squared distance of every state to a target: $L = \frac12 \sum_t |h_t - z_t|^2$. Write
# $a_t = x_t W + h_{t-1} U + b$, and `dh` for the derivative of $L$ by $h$, in the shape of $h$; likewise `da`, `dW` and so
# on. A state changes the loss through its own term and through the next state:
#
# $$dh_t = (h_t - z_t) + da_{t+1} U^\top \qquad da_t = dh_t \circ (1 - h_t^2)$$
#
# After the last step there is nothing: $da_{t+1} = 0$. The derivative of tanh is $1 - \tanh^2$, and $\circ$ multiplies
# element by element. Since all steps share the weights, their contributions add up:
#
# $$dW = \sum_t x_t^\top da_t \qquad dU = \sum_t h_{t-1}^\top da_t \qquad db = \sum_t da_t \qquad dx_t = da_t W^\top$$
#
# With a batch, $x_t$ and $da_t$ have a row for each sequence; the products then sum over the batch by themselves, and for
# `db` the code does.
#
# First for three letters, one step at a time, from the last:

# %%
z = np.random.default_rng(1).normal(size=h.shape).astype("float32")  # targets; z[:, 0] is idle
x_1, x_2, x_3 = x[:, 0], x[:, 1], x[:, 2]
h_0, h_1, h_2, h_3 = h[:, 0], h[:, 1], h[:, 2], h[:, 3]

dh_3 = h_3 - z[:, 3]  # nothing comes after step 3
da_3 = dh_3 * (1 - h_3**2)

dh_2 = (h_2 - z[:, 2]) + da_3 @ U.T  # its own term, and what comes back from step 3
da_2 = dh_2 * (1 - h_2**2)

dh_1 = (h_1 - z[:, 1]) + da_2 @ U.T
da_1 = dh_1 * (1 - h_1**2)

dW = x_1.T @ da_1 + x_2.T @ da_2 + x_3.T @ da_3
dU = h_0.T @ da_1 + h_1.T @ da_2 + h_2.T @ da_3
db = (da_1 + da_2 + da_3).sum(axis=0)

# %% [markdown]
# A loop does that for any length. `own[:, t]` is the derivative by $h_t$ of its own term of the loss, here $h_t - z_t$;
# another loss would change nothing else.


# %%
def backward(x, h, own, W, U, b):
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    dx, da = np.zeros_like(x), np.zeros_like(h[:, 0])
    for t in range(x.shape[1], 0, -1):
        dh = own[:, t] + da @ U.T
        da = dh * (1 - h[:, t] ** 2)
        dW += x[:, t - 1].T @ da
        dU += h[:, t - 1].T @ da
        db += da.sum(axis=0)
        dx[:, t - 1] = da @ W.T
    return {"W": dW, "U": dU, "b": db, "x": dx}


three = backward(x[:, :3], h, h - z, W, U, b)
for name, by_hand in (("W", dW), ("U", dU), ("b", db)):
    assert np.allclose(three[name], by_hand, rtol=1e-5, atol=1e-6)

# %% [markdown]
# TensorFlow's `GradientTape` records a computation and differentiates it automatically. **exact** asks whether all numbers
# agree to the last bit, **approximate** whether no difference is above 1e-5 of the largest number. The package holds both
# passes as `cells.SimpleRNNCell`, for later lessons; it has to agree as well.

# %%
by_hand = backward(x, h, h - z, W, U, b)
inputs = tf.constant(x)
with tf.GradientTape() as tape:
    tape.watch(inputs)
    loss = 0.5 * tf.reduce_sum((layer(inputs) - z[:, 1:]) ** 2)
by_tape = tape.gradient(loss, [*layer.trainable_weights, inputs])
print("     exact  approximate  largest difference")
for (name, mine), tape_s in zip(by_hand.items(), by_tape):
    tape_s = tape_s.numpy()
    near = np.abs(mine - tape_s).max() <= 1e-5 * np.abs(tape_s).max()
    print(
        f"d{name}   {np.array_equal(mine, tape_s)!s:6} {near!s:12} {np.abs(mine - tape_s).max():.1e}"
    )
    assert near
cell = cells.SimpleRNNCell.from_keras(layer)
trace = cell.forward(x)
gradients = cell.backward(trace, d_hidden=trace.hidden - z[:, 1:])
assert np.allclose(gradients.recurrent_kernel, by_hand["U"], rtol=1e-5, atol=1e-6)

# %% [markdown]
# The differences are rounding: float32 keeps about seven digits, and the order of additions differs.
#
# Move the slider from 0 on: five steps forward, the state going right, then five back, the gradient going left. With the
# loss at the last letter only, you see what is left of it at the first. Any word of up to five letters h, e, l, o will do.

# %%
from course_utils.widgets import Choice, Slider, TextBox, explore


def unrolled(word, step, loss_at):
    known = [letter for letter in word.lower() if letter in letters][:5] or ["h"]
    trace = cell.forward(np.eye(4, dtype="float32")[[[letters.index(s) for s in known]]])
    own = trace.hidden - 0.5  # the target of every state is 0.5
    places = [len(known) - 1] if loss_at == "last" else np.arange(len(known))
    own[:, np.setdiff1d(np.arange(len(known)), places)] = 0
    d_hidden = cell.backward(trace, own).hidden
    return plots.draw_unrolled(
        known, trace.hidden[0], d_hidden[0], min(step, 2 * len(known)), places
    )


explore(
    unrolled,
    alt="A network of two units, unrolled over a word: hidden states below, gradients above.",
    word=TextBox("hello", "word"),
    step=Slider(0, 10, 10, 1, "step"),
    loss_at=Choice({"at every letter": "all", "at the last letter": "last"}, "last", "loss"),
)

# %% [markdown]
# ## 5 Vanishing and exploding gradients
#
# Over $k$ steps back, a gradient is multiplied $k$ times by $U^\top$ and by a factor $1 - h^2 \le 1$ for each unit. What a
# matrix does when it is applied again and again is governed, in the long run, by its **spectral radius** (스펙트럼 반지름), the
# largest absolute value of its eigenvalues. For $U$ we take a random orthogonal matrix, which keeps all lengths, times a
# number, which then is the spectral radius. We send a gradient back from step 60: first without any input, where all
# states stay 0 and the factors $1 - h^2$ are 1, then with inputs.

# %%
rng = np.random.default_rng(0)
units, steps = 32, 60
orthogonal = np.linalg.qr(rng.normal(size=(units, units)))[0]
kernel, series = rng.normal(size=(1, units)), rng.normal(size=(1, steps, 1))
d_hidden = np.zeros((1, steps, units))
d_hidden[0, -1] = rng.normal(size=units)  # the loss looks at the last state only


def norms(cell, x):
    """Return the norm of the gradient 0, 1, 2 … steps back, divided by that of the last step."""
    gradients = cell.backward(cell.forward(x), d_hidden)
    arriving = (gradients.hidden if gradients.cell is None else gradients.cell)[0, ::-1]
    return np.linalg.norm(arriving, axis=1) / np.linalg.norm(arriving[0])


for size in (0.0, 0.5):
    for radius in (0.5, 0.9, 1.1, 2.0):
        simple = cells.SimpleRNNCell(kernel, radius * orthogonal, np.zeros(units))
        left = norms(simple, size * series)[[10, 30, 59]]
        print(
            f"inputs {size}, radius {radius}: 10, 30, 59 steps back",
            *(f"{n:8.0e}" for n in left),
        )

# %% [markdown]
# Without inputs, radius$^k$ is left: below 1 the gradient **vanishes** (기울기 소실), above 1 it **explodes** (기울기 폭발).
# Inputs move the states towards ±1, where $1 - h^2$ is small: that makes every gradient smaller, and explosion begins at a
# larger radius. (Above 1, even a tiny input makes the states grow until tanh stops them.) Try both sliders.
#
# The blue lines are a promise. The **LSTM** of lesson 03 has a second state, on whose way back the gradient is multiplied
# by a gate, a number between 0 and 1 that the network sets itself. As Keras makes it, the gate stands at about 0.73, and
# the gradient vanishes too; opened to about 0.95, it does not. (It can even grow: there is a second way, through the hidden
# state.) Training can open the gate.


# %%
lstm = keras.layers.LSTM(units, seed=1)
lstm.build((None, None, 1))
as_made, opened = cells.LSTMCell.from_keras(lstm), cells.LSTMCell.from_keras(lstm)
opened.bias[units : 2 * units] = 3  # the second of four blocks; sigmoid(3) is about 0.95


def gradient_norms(radius, size):
    simple = cells.SimpleRNNCell(kernel, radius * orthogonal, np.zeros(units))
    networks = {
        "SimpleRNN": simple,
        "LSTM as Keras makes it": as_made,
        "LSTM, gate opened": opened,
    }
    lines = {name: norms(network, size * series) for name, network in networks.items()}
    title = f"SimpleRNN: {lines['SimpleRNN'][-1]:.0e} of the gradient is left"
    return plots.draw_gradient_norms(lines, f"{title} after {steps - 1} steps")


explore(
    gradient_norms,
    alt="Norm of the gradient over 60 steps back in time, for SimpleRNN and two LSTMs.",
    radius=Slider(0.5, 2.0, 0.9, 0.05, "spectral radius"),
    size=Slider(0.0, 2.0, 0.0, 0.05, "size of inputs"),
)

# %% [markdown]
# ## 6 What goes wrong: a training that diverges
#
# The task: read 30 numbers and name the first. To have the pure law, we take $g(a) = a$; the spectral radius at the start is
# 1.1 or 0.5. We train by plain gradient descent, without and with **gradient clipping** (기울기 자르기): if the norm of all
# gradients together is above a limit, here 1, they are all divided so that it becomes the limit. The direction stays, the
# step gets shorter.

# %%
numbers = np.random.default_rng(0).normal(size=(2048, 30, 1)).astype("float32")
first, losses = numbers[:, 0], {}
for radius, limit in ((1.1, None), (1.1, 1.0), (0.5, None), (0.5, 1.0)):
    keras.utils.set_random_seed(1)
    begin = keras.initializers.Orthogonal(gain=radius)
    rnn = keras.layers.SimpleRNN(32, activation="linear", recurrent_initializer=begin)
    model = keras.Sequential([keras.Input((30, 1)), rnn, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.03, global_clipnorm=limit), "mse", jit_compile=True)
    with tf.GradientTape() as tape:
        loss = keras.ops.mean((model(numbers[:32]) - first[:32]) ** 2)
    norm = tf.linalg.global_norm(tape.gradient(loss, model.trainable_weights))
    name = f"radius {radius}, " + ("clipped" if limit else "not clipped")
    losses[name] = model.fit(numbers, first, epochs=6, verbose=0).history["loss"]
    print(f"{name:23}: first gradient {norm:7.1f}, loss at the end {losses[name][-1]:.3f}")
guess, ends = float(first.var()), [values[-1] for values in losses.values()]
saved = not np.isfinite(ends[0]) and ends[1] < guess / 2
title = f"Clipping {'saves' if saved else 'changes'} the exploding run, not the vanishing one"
plots.show(plots.draw_runs(losses, title, ("always saying the mean", guess)))

# %% [markdown]
# A step along the exploded gradient moves the weights so far that the states leave the range of numbers: the loss is
# `nan`, not a number. With clipping the same network learns. In the other, the gradient vanishes on its way to the first
# number; there is nothing to clip, and it does no better than always saying the mean. Against vanishing, other means help:
# a start near radius 1, and gates.
#
# ## 7 Truncated backpropagation
#
# A text of a million letters cannot be unrolled: every state would have to be kept.
# **Truncated** backpropagation through time (절단 BPTT) reads everything, but sends gradients back over a limited number of
# steps only. In practice a text is read piece by piece, as in lesson 08, with a cut before each piece. We look at one cut:
# of 100 steps, the state after step 80 is handed on as plain numbers, which `stop_gradient` says.


# %%
def reader(truncated, time=100, cut=20):
    x = keras.Input((time, 2))
    rnn = keras.layers.SimpleRNN(32, return_state=True, name="rnn")  # the last state too
    _, h = rnn(x[:, :-cut])
    if truncated:
        h = keras.ops.stop_gradient(h)
    h, _ = rnn(x[:, -cut:], initial_state=h)
    return keras.Model(x, keras.layers.Dense(1)(h))


inputs = tf.constant(np.random.default_rng(0).normal(size=(1, 100, 2)), tf.float32)
for truncated in (False, True):
    keras.utils.set_random_seed(1)
    network = reader(truncated)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = network(inputs)
    norm = np.linalg.norm(tape.gradient(output, inputs)[0], axis=1)
    print(f"truncated: {truncated!s:5} gradient at steps 100, 81, 80, 1:", end=" ")
    print(*(f"{norm[step - 1]:.1e}" for step in (100, 81, 80, 1)))
    assert np.array_equal(norm == 0, np.arange(100) < 80) == truncated

# %% [markdown]
# What can such a network no longer learn? One feature is noise. In the other, a bit, $+1$ or $-1$, is said once among zeros,
# and asked for at the end. **Question:** how often will the truncated network be right if the bit comes 10 steps before the
# end, and how often if it comes 30 before?


# %%
def bits(count, gap, seed):
    rng = np.random.default_rng(seed)
    x = np.zeros((count, 100, 2), "float32")
    x[:, :, 0] = rng.normal(0, 0.5, (count, 100))
    bit = rng.integers(0, 2, count)
    x[:, 99 - gap, 1] = 2 * bit - 1
    return x, bit


# %%
loss = keras.losses.BinaryCrossentropy(from_logits=True)
for gap in (10, 30):
    for truncated in (False, True):
        keras.utils.set_random_seed(1)
        network = reader(truncated)
        optimizer = keras.optimizers.Adam(0.002, global_clipnorm=1)
        network.compile(optimizer, loss, metrics=["accuracy"], jit_compile=True)
        rnn = network.get_layer("rnn")
        before = rnn.get_weights()[0][1]  # the row of W that reads the bit
        network.fit(*bits(4096, gap, seed=0), batch_size=64, epochs=2, verbose=0)
        right = network.evaluate(*bits(1000, gap, seed=1), verbose=0)[1]
        moved = np.abs(rnn.get_weights()[0][1] - before).max()
        how = "truncated" if truncated else "in full  "
        print(f"{gap} steps, {how}: {right:6.1%} right, the row of W moved by {moved:.3g}")

# %% [markdown]
# Beyond the cut it is little better than a coin: no gradient ever reaches the row of $W$ that reads the bit. (The state may
# carry something across the cut, but is never trained to.)
#
# What is saved? The backward pass goes over 20 steps instead of 100, and only their states have to be kept for it:

# %%
from time import perf_counter

many = np.random.default_rng(0).normal(size=(64, 100, 32))
simple = cells.SimpleRNNCell(rng.normal(size=(32, units)), 0.9 * orthogonal, np.zeros(units))
whole = simple.forward(many)
tail = simple.forward(many[:, 80:], initial_state=whole.hidden[:, 79])
seconds = {"whole": [], "tail": []}
for _ in range(20):
    for name, trace in (("whole", whole), ("tail", tail)):
        begin = perf_counter()
        simple.backward(trace, np.ones_like(trace.hidden))
        seconds[name].append(perf_counter() - begin)
ratio = np.median(seconds["whole"]) / np.median(seconds["tail"])
kept = f"{whole.hidden.nbytes / 1e6:.2f} MB, of 20 steps {tail.hidden.nbytes / 1e6:.2f} MB"
print(f"kept states: {kept}; backward pass {ratio:.1f} times quicker (medians of 20)")

# %% [markdown]
# ## Exercises
#
# **1 Odd or even** (15 minutes). Set the weights of a relu cell that starts from zeros and reads one feature, 0 or 1. After
# every step, `h @ V` shall be 1 if the number of ones so far is odd, else 0. Two units are enough. `W` has shape (1, units),
# `U` (units, units), `b` (units,) and `V` (units, 1): `answer = W, U, b, V`.

# %%
answer = None  # your code here
exercises.odd_or_even.check(answer)
# exercises.odd_or_even.hint()
# exercises.odd_or_even.solution()

# %% [markdown]
# **2 One step back, with relu** (15 minutes). The cell is $h = \max(0, x W + h_{before} U + b)$; `dh` is all that arrives at
# `h`. Return `dh_before`, `dW`, `dU` and `db` of this one step. The first axis of `x`, `h`, `h_before`, `dh` is the batch.


# %%
def step_back(dh, h, h_before, x, W, U):
    dh_before, dW, dU, db = None, None, None, None  # your code here
    return dh_before, dW, dU, db


exercises.step_back.check(step_back)
# exercises.step_back.hint()
# exercises.step_back.solution()

# %% [markdown]
# **3 Clip** (10 minutes). `gradients` is a list of arrays. If their common norm, the root of the sum of the squares of all
# numbers, is above `limit`, return them scaled so that it is `limit`; else as they are.


# %%
def clip(gradients, limit):
    return None  # your code here


exercises.clip.check(clip)
# exercises.clip.hint()
# exercises.clip.solution()

# %% [markdown]
# ## Summary
#
# - A recurrent cell computes $h_t = g(x_t W + h_{t-1} U + b)$ at every step, with the same weights.
# - Backpropagation through time adds, from the last step to the first, what the next step sends back.
# - On the way back, gradients are multiplied again and again by $U^\top$ and by $1 - h^2$: they vanish or explode.
# - Clipping cures explosion only. Truncation saves time and memory, and gives up what lies beyond the cut.
#
# **Two quick questions**
#
# <details><summary>A SimpleRNN reads 10 steps, then 1,000. How many weights has it in each case?</summary>
# The same number: all steps share one W, one U and one b.</details>
#
# <details><summary>The loss becomes nan after 50 updates. Would sending gradients back over more steps help?</summary>
# No. Longer paths have more factors with which to explode. Clip, or lower the learning rate.</details>
#
# **Next:** [lesson 02](02_windows_and_forecasting.ipynb), windows and forecasting.
#
# ## Further reading
#
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, 1990.
# - R. Pascanu, T. Mikolov and Y. Bengio, [On the difficulty of training recurrent neural networks](https://arxiv.org/abs/1211.5063), 2013.
# - R. J. Williams and J. Peng, Neural Computation 2(4), 1990: truncated backpropagation.
# - L. Serrano, *A friendly introduction to recurrent neural networks* (video), from which the roommate comes.
