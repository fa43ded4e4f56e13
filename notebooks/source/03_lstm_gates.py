# %% [markdown]
# # 03 · Inside the LSTM and the GRU
#
# You open the cell that made recurrent networks useful: one step with a pencil, then a microscope on a trained one.
#
# After this lesson you can
#
# - compute one step of an LSTM by hand, and count its parameters;
# - say from measurements what each gate does, and why the cell remembers;
# - choose between SimpleRNN, LSTM and GRU, and know where each fails.
#
# **Time:** 50 minutes, and 60 for the exercises. **Before:** lesson 01. **Slides:** deck B.

# %%
from course_utils.start import start

start(seed=3)
import keras, numpy as np, tensorflow as tf
from course_utils import cells, plots
from course_utils.exercises import lesson_03 as exercises

# %% [markdown]
# ## 1 Three small operations
#
# A **gate** (게이트) is a vector of numbers between 0 (closed) and 1 (open). It is made by the **sigmoid**
# $\sigma(a) = 1 / (1 + e^{-a})$, which takes any number to one between 0 and 1, and it acts by $\circ$, multiplication
# element by element. With both, a gate $g$ **blends** two vectors: $s' = g \circ x + (1 - g) \circ s$. **Question:** which
# numbers of the old $s$ survive here?


# %%
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


print("σ   ", sigmoid(np.array([1, 3, 0, -2])).round(2))
print("∘   ", (np.array([0.9, 0.2, -0.5, -0.1]) * np.array([0.5, 0, 1, 0.8])).round(2))
g, x, s = np.array([0, 1, 0, 0, 0, 1]), np.arange(10, 16), np.array([8, 9, 3, 7, 5, 8])
print("blend", g * x + (1 - g) * s)  # where g is 0, s survives

# %% [markdown]
# ## 2 One step in five parts
#
# An **LSTM** (long short-term memory, 장단기 메모리) carries two states from step to step: the **hidden state** $h$ (은닉 상태),
# which is also its output, and the **cell state** $c$ (셀 상태), its memory. Our untrained LSTM has two units and reads the
# sentence *the cat sat down quietly*, a random vector of three numbers for each word. At the third word we know $x_t$, and
# from the word before $h_{t-1}$ and $c_{t-1}$.
#
# Keras keeps the weights of the four parts below side by side, in the order i, f, c, o. (Its c is the candidate, often
# written $\tilde c$; here $g$. It is no gate.) What goes into $\sigma$ or tanh is a **pre-activation**, $a$.
#
# **Forget** (망각 게이트): what of the old memory is kept? $f_t = \sigma(x_t W_f + h_{t-1} U_f + b_f)$

# %%
words = "the cat sat down quietly".split()
x = np.random.default_rng(3).normal(size=(1, 5, 3)).astype("float32")
layer = keras.layers.LSTM(2, return_sequences=True, seed=3)
h_all = layer(x).numpy()
W, U, b = layer.get_weights()
print("W", W.shape, " U", U.shape, " b", b)
trace = cells.LSTMCell.from_keras(layer).forward(x)
t = 2
x_t, h_before, c_before = x[0, t], trace.hidden[0, t - 1], trace.cell[0, t - 1]
a_i, a_f, a_g, a_o = np.split(x_t @ W + h_before @ U + b, 4)
f = sigmoid(a_f)
print("f =", f)
plots.show(plots.draw_lstm_step(trace, t, "forget", words))

# %% [markdown]
# **Input** (입력 게이트): how much of what is new is let in? $i_t = \sigma(x_t W_i + h_{t-1} U_i + b_i)$

# %%
i = sigmoid(a_i)
print("i =", i)
plots.show(plots.draw_lstm_step(trace, t, "input", words))

# %% [markdown]
# **New values**, the candidate: what could be written? $g_t = \tanh(x_t W_g + h_{t-1} U_g + b_g)$

# %%
g = np.tanh(a_g)
print("g =", g)
plots.show(plots.draw_lstm_step(trace, t, "candidate", words))

# %% [markdown]
# **State update**: keep some, add some. $c_t = f_t \circ c_{t-1} + i_t \circ g_t$

# %%
c = f * c_before + i * g
print("c =", c)
plots.show(plots.draw_lstm_step(trace, t, "update", words))

# %% [markdown]
# **Output** (출력 게이트): what of the memory is shown? $o_t = \sigma(x_t W_o + h_{t-1} U_o + b_o)$,
# $h_t = o_t \circ \tanh(c_t)$

# %%
o = sigmoid(a_o)
h = o * np.tanh(c)
print("h =", h, " Keras:", h_all[0, t])
assert np.allclose(h, h_all[0, t], atol=1e-6)
plots.show(plots.draw_lstm_step(trace, t, "output", words))

# %% [markdown]
# ## 3 The loop, and what it costs
#
# The five steps in a loop are the whole layer. `cells.LSTMCell` is that loop with its backward pass, and `cells.GRUCell` the
# same for the GRU, a smaller cell (section 10). **Question:** how many parameters has an `LSTM` with 32 units on inputs of
# 32? The lecture counts $4 \times \text{shape}(h) \times [\text{shape}(h) + \text{shape}(x)]$; Keras adds four biases for
# each unit.


# %%
def lstm(x, W, U, b):
    h = c = np.zeros((len(x), len(U)))
    for t in range(x.shape[1]):
        a_i, a_f, a_g, a_o = np.split(x[:, t] @ W + h @ U + b, 4, axis=1)
        c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
        h = sigmoid(a_o) * np.tanh(c)
    return h


print("last h, largest difference to Keras:", np.abs(lstm(x, W, U, b) - h_all[:, -1]).max())

# %%
for layer, blocks in (
    (keras.layers.SimpleRNN(32), 1),
    (keras.layers.LSTM(32), 4),
    (keras.layers.GRU(32, reset_after=False), 3),  # the lecture's form
    (keras.layers.GRU(32), 3),  # reset_after=True, Keras's form: two biases for each block
):
    layer.build((None, None, 32))
    without_bias = blocks * 32 * (32 + 32)
    print(f"{layer.name:12} {without_bias} without bias, {layer.count_params()} with")

# %% [markdown]
# ## 4 Why it remembers
#
# In $c_t = f_t \circ c_{t-1} + i_t \circ g_t$, a small change of $c_{t-1}$ arrives at $c_t$ multiplied by $f_t$. So along this
# way the derivative of $c_t$ with respect to $c_{t-k}$ is the product of the $k$ forget gates in between; no matrix and no
# tanh stand in the way. (There is a second way, through $h$ and the gates. With $U = 0$ it is closed, and the product is
# exact.) We measure it for forget gates as Keras makes them (bias 1) and for open ones (bias 3), beside a SimpleRNN.

# %%
steps, units, rng = 60, 16, np.random.default_rng(0)
series, last = rng.normal(size=(1, steps, 1)), np.zeros((1, steps, units))
last[0, -1] = 1  # the loss looks at the last state
layer, simple = keras.layers.LSTM(units, seed=1), keras.layers.SimpleRNN(units, seed=1)
layer.build((None, None, 1))
simple.build((None, None, 1))
simple = cells.SimpleRNNCell.from_keras(simple)
arriving = {"SimpleRNN": simple.backward(simple.forward(series), last).hidden[0]}
W, U, b = layer.get_weights()
for bias in (1, 3):  # 1 is what Keras takes
    b[units : 2 * units] = bias  # the second block, f
    cell = cells.LSTMCell(W, 0 * U, b)
    trace = cell.forward(series)
    arriving[f"LSTM, forget bias {bias}"] = cell.backward(trace, 0 * last, d_cell=last).cell[0]
    products = np.cumprod(trace.forget_gate[0, :0:-1], axis=0)[::-1]
    assert np.allclose(arriving[f"LSTM, forget bias {bias}"][:-1], products, rtol=1e-4)
    print(f"forget bias {bias}: mean gate {trace.forget_gate.mean():.2f}", end="; ")
norms = {name: np.linalg.norm(d[::-1], axis=1) / np.sqrt(units) for name, d in arriving.items()}
left = "; ".join(f"{name.split(', ')[-1]}: {n[-1]:.0e}" for name, n in norms.items())
title = f"What is left after {steps - 1} steps. {left}"
plots.show(plots.draw_gradient_norms(norms, title))

# %% [markdown]
# An LSTM eases vanishing, it does not abolish it: with gates at 0.73 even less is left than in this SimpleRNN. What is new is
# that the factor is a *gate*, which training can open, for each unit and at each step.
#
# ## 5 A long memory
#
# The task: four symbols stream by; one of them is marked. After a **gap** of $d$ more symbols the network has to name the
# marked one. It has to hold that one, and to let all others pass. We train on gaps from 0 to 39, and ask up to 2,560.
# **Question:** which network fails first?


# %%
def marked(count, gaps, seed, steps=40):
    """Return streams of symbols, one of each marked, and the marked symbols."""
    rng = np.random.default_rng(seed)
    ids, gap = rng.integers(0, 4, (count, steps)), rng.choice(gaps, count)
    place = np.arange(count), steps - 1 - gap
    x = np.eye(5, dtype="float32")[ids]
    x[..., 4][place] = 1  # the fifth feature is the mark
    return x, ids[place]


x, y = marked(1, [3], seed=0, steps=8)
print(x[0].astype(int), "\nthe marked symbol:", y[0], "  shape:", x.shape)


# %%
def recall(layer, x, y, forget_bias=None):
    """Train a layer to name one of four symbols; return the model."""
    model = keras.Sequential([keras.Input((None, x.shape[2])), layer, keras.layers.Dense(4)])
    if forget_bias is not None:
        W, U, b = layer.get_weights()
        b[layer.units : 2 * layer.units] = forget_bias
        layer.set_weights([W, U, b])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(0.01, global_clipnorm=1.0)
    model.compile(optimizer, loss, jit_compile=True, steps_per_execution=20)
    model.fit(x, y, batch_size=64, verbose=0)
    return model


# %%
gaps = [5 * 2**k for k in range(10)]
x, y = marked(64 * 300, range(40), seed=1)
far = [marked(100, [gap], gap, steps=gap + 20) for gap in gaps]
right = {}
for name in ("SimpleRNN", "GRU", "LSTM"):
    keras.utils.set_random_seed(1)
    model = recall(getattr(keras.layers, name)(32), x, y)
    cell = getattr(cells, f"{name}Cell").from_keras(model.layers[0])
    V, b = model.layers[1].get_weights()
    last = [(cell.forward(x).hidden[:, -1], y) for x, y in far]
    right[name] = [np.mean((h @ V + b).argmax(axis=1) == y) for h, y in last]
reach = {n: [gap for gap, share in zip(gaps, row) if share >= 0.9] for n, row in right.items()}
found = ", ".join(f"{name} {known[-1] if known else 'none'}" for name, known in reach.items())
title = f"The largest gap with 90 % right: {found}"
plots.show(plots.draw_accuracy_by_gap(right, gaps, title, chance=0.25))

# %% [markdown]
# The SimpleRNN learns next to nothing: it mixes every new symbol into all that it holds. GRU and LSTM learn the task, and hold
# the symbol for longer than they ever had to. How much longer is luck: it changes from run to run, even with one seed, for
# two cores do not always add in the same order.
#
# The short gaps taught the long ones. Trained on gap 39 alone, for as long, an LSTM learned nothing with any of three seeds
# (measured for this lesson, not in it).
#
# ## 6 What goes wrong: a memory that starts half shut
#
# With a bias of 0, a forget gate starts near $\sigma(0) = 0.5$, and after 20 steps a millionth of the gradient is left. Keras
# therefore starts the bias at 1 (`unit_forget_bias=True`). An easier task, in which the first symbol has to be held and all
# others are of other kinds: **question:** with which bias is it learned at a gap of 30?


# %%
def held(count, gap, seed):
    """Return a first symbol of four, then other symbols; and the first symbols."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(4, 8, (count, gap + 1))
    ids[:, 0] = rng.integers(0, 4, count)
    return np.eye(8, dtype="float32")[ids], ids[:, 0]


x, y = held(64 * 300, gap=30, seed=1)
new_x, new_y = held(1000, gap=30, seed=2)
for name, Layer, forget_bias in (
    ("LSTM, forget bias 0", keras.layers.LSTM, 0),
    ("LSTM, forget bias 1", keras.layers.LSTM, 1),
    ("LSTM, forget bias 3", keras.layers.LSTM, 3),
    ("SimpleRNN", keras.layers.SimpleRNN, None),
):
    keras.utils.set_random_seed(1)
    model = recall(Layer(16), x, y, forget_bias)
    share = np.mean(np.argmax(model(new_x), axis=1) == new_y)
    print(f"{name:19}: {share:6.1%} right")

# %% [markdown]
# The gate has to be open *before* training can find out that it should be; 1 is a beginning, for long gaps it is not enough.
# And the SimpleRNN? Keras starts its $U$ orthogonal, which keeps lengths: for holding alone, that goes far. What it lacks are
# gates, to choose *what* to hold.
#
# ## 7 What a trained gate does
#
# A text of random letters and brackets: a bracket that was opened is closed before the next one opens. Which bracket comes
# next, only memory can tell. A small LSTM learns to predict the next symbol. Which of its units knows whether a bracket is
# open? We ask the correlation, on new text.

# %%
symbols = "abcdefghijklmnopqrstuvwxyz ()"


def brackets(count, seed):
    """Return random letters with brackets in turn, and whether a bracket is open after each symbol."""
    rng = np.random.default_rng(seed)
    ids, is_bracket = rng.integers(0, 27, count), rng.random(count) < 0.15
    inside = is_bracket.cumsum() % 2
    ids[is_bracket] = 28 - inside[is_bracket]
    return ids, inside


ids, inside = brackets(40_000, seed=0)
print("".join(symbols[k] for k in ids[:60]))
print("".join("‾" if k else "_" for k in inside[:60]))

# %%
keras.utils.set_random_seed(1)
embedding = keras.layers.Embedding(29, 8)  # a vector for each symbol, learned
lstm = keras.layers.LSTM(8, return_sequences=True)
scores = keras.layers.Dense(29)
model = keras.Sequential([keras.Input((None,)), embedding, lstm, scores])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, jit_compile=True, steps_per_execution=25)
x, y = ids.reshape(-1, 50)[:, :-1], ids.reshape(-1, 50)[:, 1:]
model.fit(x, y, batch_size=32, epochs=10, verbose=0)
reader, E = cells.LSTMCell.from_keras(lstm), embedding.get_weights()[0]
new_ids, new_inside = brackets(2000, seed=1)
c = reader.forward(E[new_ids][None]).cell[0]
correlations = np.array([np.corrcoef(c_of_unit, new_inside)[0, 1] for c_of_unit in c.T])
unit = np.abs(correlations).argmax()
print("correlation of each c with being inside:", correlations.round(2))
text = "the cat (a grey one) sat down (it was late) and slept"
trace = reader.forward(E[[symbols.index(s) for s in text]][None])
strips = {
    "tanh(c)": np.tanh(trace.cell[0, :, unit]),
    "input gate": trace.input_gate[0, :, unit],
    "forget gate": trace.forget_gate[0, :, unit],
}
title = f"Unit {unit + 1} follows the brackets: correlation {correlations[unit]:.2f}"
plots.show(plots.draw_gate_strips(text, strips, title.replace("-", "−")))

# %% [markdown]
# Several units know it, one of them best. (Below 0 it is blue, and at the beginning it knows nothing yet.) At a bracket its
# forget gate shuts and its input gate opens: the old is erased, the new is written.
#
# ## 8 The microscope
#
# All eight units at once, on your own sentence: letters, blanks and brackets. Move the step. Then hold a gate at 0 or 1 in
# all units and at all steps, and see what becomes of the prediction. **Questions:** which gate at which value makes the
# network forget that a bracket is open? Which makes it deaf? Can it do without the output gate?


# %%
def held_at(cell, gates):
    W, U, b = cell.kernel.copy(), cell.recurrent_kernel.copy(), cell.bias.copy()
    for name, value in gates.items():
        first = "ifgo".index(name[0]) * cell.units
        block = np.s_[..., first : first + cell.units]
        W[block], U[block], b[block] = 0, 0, 2000 * value - 1000  # σ(±1000) is 0 or 1
    return cells.LSTMCell(W, U, b)


# %%
from course_utils.widgets import Choice, Slider, TextBox, explore


def microscope(sentence, step, **gates):
    read = "".join(s for s in sentence.lower() if s in symbols) or " "
    t = min(step, len(read)) - 1
    forced = {name: value for name, value in gates.items() if value != "learned"}
    trace = held_at(reader, forced).forward(E[[symbols.index(s) for s in read]][None])
    V, b = scores.get_weights()
    p = np.exp(trace.hidden[0, t] @ V + b)
    p /= p.sum()
    after = [("(", p[27]), (")", p[28]), ("other", p[:27].sum())]
    return plots.draw_microscope(read, trace, t, after, forced)


choices = {"as learned": "learned", "held at 0": 0, "held at 1": 1}
explore(
    microscope,
    alt="Cell states of eight units over a sentence; their gates and the prediction at one step.",
    sentence=TextBox("the cat (a grey one) sat (it was late)", "sentence"),
    step=Slider(1, 60, 19, 1, "time step"),
    forget_gate=Choice(choices, "learned", "forget gate"),
    input_gate=Choice(choices, "learned", "input gate"),
    output_gate=Choice(choices, "learned", "output gate"),
)

# %% [markdown]
# <details><summary>What we saw</summary>
# Forget at 0 forgets: the closing bracket becomes improbable. Input at 0 makes it deaf, c stays 0. Output at 0 makes it dumb:
# the same prediction always. Output at 1 still tells the brackets apart, but is too sure.</details>
#
# ## 9 The clouds and France
#
# Two sentences are told of every LSTM: *the clouds are in the …*, where the last words are enough, and *I grew up in France …
# I speak fluent …*, where the answer hangs on a word far back. We ask a large one, trained on *Alice in Wonderland* (lesson
# 08): how does it share the probability among three words, after a short and after a long context? **Question:** what do you
# expect?

# %%
from course_utils import checkpoints, generation

alice = checkpoints.load("alice")
writer = generation.Generator(alice.model, alice.vocabulary)


def judged(name, context, words):
    surprise = [writer.surprise(f"{context}{word} ")[len(context) :].sum() for word in words]
    p = np.exp(-np.array(surprise, float))
    shares = ", ".join(f"{word} {share:.1%}" for word, share in zip(words, p / p.sum()))
    print(f"{name:8} {shares} (all three together {p.sum():.0e})")


judged("the", "the ", ["sky", "sea", "garden"])
judged("clouds", "the clouds are in the ", ["sky", "sea", "garden"])
home = "i grew up in {}. my sister and i went to school there for years. "
for country in ("", "france", "england"):
    before = home.format(country) if country else ""
    judged(country or "fluent", f"{before}i speak fluent ", ["french", "english", "latin"])

# %% [markdown]
# This network does not know. After clouds, *sky* stays far behind *garden*; France or England makes no difference that shows.
# It predicts characters and has read one book, in which hardly anyone speaks of clouds or fluent French. That a cell *can*
# carry a fact over a hundred steps (section 5) does not mean that training has taught it to.
#
# ## 10 The GRU
#
# The **gated recurrent unit** (GRU, 게이트 순환 유닛) has one state and two gates, reset $r$ and update $z$. In the lecture's
# form, with our symbols:
#
# $$r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r) \qquad z_t = \sigma(x_t W_z + h_{t-1} U_z + b_z)$$
# $$g_t = \tanh(x_t W_g + (r_t \circ h_{t-1}) U_g + b_g) \qquad h_t = (1 - z_t) \circ g_t + z_t \circ h_{t-1}$$
#
# The last line is the blend of section 1, with the gate $1 - z$ for the new: one gate both forgets and writes. Keras's
# default, `reset_after=True`, resets after the product, $g_t = \tanh(x_t W_g + b_g + r_t \circ (h_{t-1} U_g + b'_g))$, with a
# second row of biases $b'$. **Question:** how many parameters has each cell with 32 units on 5 features, and which is quicker?


# %%
def gru(x, W, U, b):  # the lecture's form
    h = np.zeros((len(x), len(U)))
    (W_z, W_r, W_g), (U_z, U_r, U_g), (b_z, b_r, b_g) = (
        np.split(w, 3, axis=-1) for w in (W, U, b)
    )
    for t in range(x.shape[1]):
        z = sigmoid(x[:, t] @ W_z + h @ U_z + b_z)
        r = sigmoid(x[:, t] @ W_r + h @ U_r + b_r)
        g = np.tanh(x[:, t] @ W_g + (r * h) @ U_g + b_g)
        h = (1 - z) * g + z * h
    return h


x = np.random.default_rng(3).normal(size=(1, 5, 3)).astype("float32")
for reset_after in (False, True):
    layer = keras.layers.GRU(2, reset_after=reset_after, seed=3)
    h = layer(x).numpy()
    by_package = cells.GRUCell.from_keras(layer).forward(x).hidden[:, -1]
    assert np.allclose(by_package, h, atol=1e-6)
    if not reset_after:
        print(
            "the lecture's form, difference to Keras:",
            np.abs(gru(x, *layer.get_weights()) - h).max(),
        )

# %%
from time import perf_counter

streams = tf.random.normal((64, 100, 5))
layers = {name: getattr(keras.layers, name)(32) for name in right}
runs = {name: tf.function(layer) for name, layer in layers.items()}
times = {name: [] for name in runs}
for _ in range(12):  # in turns, so that a busy moment meets all of them
    for name, run in runs.items():
        begin = perf_counter()
        run(streams)
        times[name].append(perf_counter() - begin)
for name, seconds in times.items():
    milliseconds = 1000 * np.median(seconds[2:]) / 100  # the first calls trace the graph
    print(f"{name:10}{layers[name].count_params():5} parameters, {milliseconds:.3f} ms a step")

# %% [markdown]
# ## Exercises
#
# **1 The step, in another order** (15 minutes). A colleague sends you the weights of an LSTM from a file in the ONNX
# format. Its blocks stand in the order i, o, f, g, side by side as in `W`. Write one step for a batch: `x` (batch,
# features), `h` and `c` (batch, units), `W` (features, 4 · units), `U` (units, 4 · units), `b` (4 · units,).


# %%
def lstm_step(x, h, c, W, U, b):
    h_new, c_new = None, None  # your code here
    return h_new, c_new


exercises.lstm_step.check(lstm_step)
# exercises.lstm_step.hint()
# exercises.lstm_step.solution()

# %% [markdown]
# **2 A step by hand** (15 minutes). With a pencil: one unit, one feature, the columns in Keras's order. Find the four
# pre-activations, look up their sigmoid or tanh in the table, and compute the new c and h, to two decimals. Then type
# `answer = f, i, g, o, c, h`.

# %%
exercises.pencil_step()
answer = None  # your numbers here
exercises.pencil.check(answer)
# exercises.pencil.hint()
# exercises.pencil.solution()

# %% [markdown]
# **3 Four units** (10 minutes). An LSTM has read a text with brackets. Which unit `holds` that a bracket is open,
# which one `copies` this from another unit, which `counts` the letters since the last bracket, and which `hides` its
# memory except at the closing bracket? Each is one of 1 to 4.

# %%
text, strips = exercises.read_brackets()
plots.show(
    plots.draw_gate_strips(text, strips, "Four units read a text with brackets", together=4)
)
holds, copies, counts, hides = None, None, None, None  # your units here
exercises.read_strip.check((holds, copies, counts, hides))
# exercises.read_strip.hint()
# exercises.read_strip.solution()

# %% [markdown]
# **4 From the LSTM to the GRU** (20 minutes). Turn your step into that of Keras's GRU. The blocks stand in the order
# z, r, g, and `b` has two rows: `b[0]` goes with `x @ W`, `b[1]` with `h @ U`. The reset gate r acts in the candidate,
# $g = \tanh(x W_g + b_g + r \circ (h U_g + b'_g))$, and z says how much of the old h is kept: the blend of section 1
# with old and new exchanged.


# %%
def gru_step(x, h, W, U, b):
    return None  # your code here


exercises.gru_from_lstm.check(gru_step)
# exercises.gru_from_lstm.hint()
# exercises.gru_from_lstm.solution()

# %% [markdown]
# ## Summary
#
# - $c_t = f_t \circ c_{t-1} + i_t \circ g_t$ and $h_t = o_t \circ \tanh(c_t)$: forget, let in, show. Gates are numbers that
#   the cell computes anew at each step from $x_t$ and $h_{t-1}$.
# - Parameters: 1, 4 or 3 blocks of units × (units + features), and biases.
# - The gradient along $c$ is multiplied by forget gates. It lasts where they are open, and vanishes where they are not.
# - To hold *and* to choose what to hold takes gates. That a cell can does not mean that training taught it to.
# - GRU and LSTM recalled alike; the GRU needs about three quarters of the parameters. Begin with either. Where the
#   output has to hide part of the memory, or keeping and writing have to be set apart, the LSTM can and the GRU cannot.
#
# **Two quick questions**
#
# <details><summary>All forget gates are 1, all input gates 0. What does the LSTM do?</summary>
# It keeps c for ever and writes nothing; only what it shows of c still changes, with the output gate.</details>
#
# <details><summary>Which of c and h can grow beyond 1?</summary>
# Only c: at each step it can grow by up to 1. h is a gate times a tanh.</details>
#
# **Next:** [lesson 04](04_recurrent_layers_in_keras.ipynb), what these layers return in Keras.
#
# ## Further reading
#
# - S. Hochreiter and J. Schmidhuber, *Long short-term memory*, Neural Computation 9(8), 1997.
# - F. Gers, J. Schmidhuber and F. Cummins, *Learning to forget: continual prediction with LSTM*, 2000: the forget gate.
# - K. Cho et al., [Learning phrase representations using RNN encoder–decoder](https://arxiv.org/abs/1406.1078), 2014: the GRU.
# - R. Jozefowicz, W. Zaremba and I. Sutskever, *An empirical exploration of recurrent network architectures*, 2015: among
#   ten thousand cells, the LSTM with a forget bias of 1 is hard to beat.
# - A. Karpathy, J. Johnson and L. Fei-Fei, [Visualizing and understanding recurrent networks](https://arxiv.org/abs/1506.02078),
#   2015: a unit that follows quotes.
