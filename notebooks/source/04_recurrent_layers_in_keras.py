# %% [markdown]
# # 04 · Recurrent layers in Keras
#
# You learn to say, before running a line, what comes out of a recurrent layer: how many tensors, in which shapes, and
# which of their numbers are the same.
#
# After this lesson you can
#
# - choose `return_sequences` and `return_state` for any task, and never guess a shape;
# - stack layers, tag every word of a sentence, mask padding, hand states from one layer to another;
# - read the error message that a forgotten option brings;
# - write the lectures' TensorFlow 1 and Keras 2 code in today's names.
#
# **Time:** 50 minutes, and 45 for the exercises. **Before:** lessons 01 and 03. **Slides:** deck C.

# %%
from course_utils.start import start

start(seed=4)
import keras, numpy as np
from course_utils import plots, shapes, training, widgets
from course_utils.exercises import lesson_04 as exercises

# %% [markdown]
# ## 1 I am Groot
#
# A sentence of three words, each of them two numbers (an **embedding**, 임베딩; here invented). A recurrent layer wants three
# axes: which sequence of the batch, which time step, which feature. The slides' second input, below,
# has four steps of five numbers.

# %% tags=["nbval-check-output"]
words = ["I", "am", "groot"]
x = np.array([[[0.5, 0.4], [0.3, 0.1], [0.7, 0.5]]], dtype="float32")
for word, features in zip(words, x[0]):
    print(f"{word:5} {features}")
print(x.shape, "is", shapes.named(x, "batch time features"))

numbers = "0.1 4.2 1.5 1.1 2.8  1.0 3.1 2.5 0.7 1.1  0.3 2.1 1.5 2.1 0.1  2.2 1.4 0.5 0.9 1.1"
lecture = np.array(numbers.split(), dtype="float32").reshape(1, 4, 5)
print(lecture.shape, "is", shapes.named(lecture, "batch time features"))

# %% [markdown]
# ## 2 The last output, or all
#
# A recurrent layer is a loop around a **cell** (셀), which does one step: it takes $x_t$ and the states, and gives an output
# and the new states. With `return_sequences=False`, the default, the layer returns the last output; with
# `return_sequences=True`, the outputs of all steps. **Question:** which shape does `SimpleRNN(4)` return for Groot, and which
# with `return_sequences=True`?
#
# The loop by hand, for any kind of cell:


# %%
def by_hand(layer, x):
    states, outputs = layer.cell.get_initial_state(batch_size=len(x)), []
    for t in range(x.shape[1]):
        output, states = layer.cell(x[:, t], states)
        outputs.append(output)
    return np.stack(outputs, axis=1), *states


# %% tags=["nbval-check-output"]
last = keras.layers.SimpleRNN(4)
all_steps = keras.layers.SimpleRNN(4, return_sequences=True)
print("last ", last(x).shape)
print("all ", all_steps(x).shape)
all_steps.set_weights(last.get_weights())
assert np.allclose(by_hand(all_steps, x)[0], all_steps(x), atol=1e-6)
print("the last of all is the last:", np.allclose(all_steps(x)[:, -1], last(x), atol=1e-6))

# %% [markdown]
# ## 3 And the state
#
# With `return_state=True` a layer returns its last states as well, after the output: for an LSTM the hidden state $h$ *and*
# the cell state $c$. (The slide names only $c$.) **Question:** what does `LSTM(3)` return for the slides' input, for all four
# choices of the two options: how many tensors, and in which shapes?

# %% tags=["nbval-check-output"]
for every in (False, True):
    for state in (False, True):
        layer = keras.layers.LSTM(3, return_sequences=every, return_state=state)
        returned = layer(lecture)
        tensors = returned if state else [returned]
        print("a tuple of 3: " if isinstance(returned, tuple) else "one tensor:   ", end="")
        print(*(tensor.shape for tensor in tensors))
print(shapes.of_layer(layer, lecture))

# %% [markdown]
# Without a state, a layer returns one tensor; with it, a tuple, which you unpack: `y, h, c = layer(x)`. **Questions:** which of
# these numbers are the same numbers? And how many tensors does a GRU or a SimpleRNN return?

# %% tags=["nbval-check-output"]
for kind in (keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM):
    layer = kind(3, return_sequences=True, return_state=True)
    y, h, *c = layer(lecture)
    for by_keras, mine in zip((y, h, *c), by_hand(layer, lecture), strict=True):
        assert np.allclose(by_keras, mine, atol=1e-6)
    same = [np.allclose(state, y[:, -1], atol=1e-6) for state in (h, *c)]
    print(kind.__name__, [tuple(t.shape) for t in (y, h, *c)])
    print("  h is y[:, -1]:", same[0], *["  c is y[:, -1]:", same[1]] if c else [])

# %% [markdown]
# The output of a recurrent layer *is* its hidden state, so the last one comes twice: once as output, once as state. The cell
# state of an LSTM is in no output; only `return_state=True` gives it. GRU and SimpleRNN have none: two tensors.
#
# ## 4 Both directions
#
# `Bidirectional` (양방향) runs two layers with weights of their own, one forward and one backward in time, and joins their
# outputs along the units: at each step, first what has been read up to here, then what was read from the end down to here.
# **Questions:** what are the shapes of the five tensors? Where in `y` does each half end?

# %% tags=["nbval-check-output"]
inner = keras.layers.LSTM(3, return_sequences=True, return_state=True)
both = keras.layers.Bidirectional(inner)
y, forward_h, forward_c, backward_h, backward_c = both(lecture)
print(shapes.of_layer(both, lecture))
for claim, place, state in (
    ("forward_h  is y[:, -1, :3]", y[:, -1, :3], forward_h),
    ("backward_h is y[:, -1, 3:]", y[:, -1, 3:], backward_h),
    ("backward_h is y[:, 0, 3:] ", y[:, 0, 3:], backward_h),
):
    print(claim, np.allclose(place, state, atol=1e-6))

# %% [markdown]
# The backward half begins at the last step and ends at step 0. With
# `return_sequences=False`, Keras takes each half where it ends.
#
# ## 5 The picture
#
# Choose a layer and switch the options. What is returned has a colour, all else is grey. Cover the words and say the shapes
# first. [The same on one page, to print](shape_table.svg).

# %%
widgets.explore(
    plots.draw_layer,
    alt="A recurrent layer unrolled in time; what it returns is coloured, with its shapes.",
    kind=widgets.Choice(shapes.KINDS, "LSTM", "layer"),
    return_sequences=widgets.Switch(True, "return_sequences"),
    return_state=widgets.Switch(True, "return_state"),
    time=widgets.Slider(1, 6, 4, 1, "time"),
    units=widgets.Slider(1, 6, 3, 1, "units"),
)

# %% [markdown]
# ## 6 From outputs to answers
#
# *Many to one*, such as judging a sentence: the last output, then a `Dense`. *Many to many*, such as naming each word: all
# outputs, and a `Dense` for each step. For that the lecture wraps it in `TimeDistributed`. **Question:** what would
# `Dense(4)` alone do with a tensor of shape (1, 3, 4)? And how many parameters has it for three steps?

# %% tags=["nbval-check-output"]
hidden = keras.layers.SimpleRNN(4, return_sequences=True)(x)
dense = keras.layers.Dense(4, activation="softmax")
each_step = np.stack([dense(hidden[:, t]) for t in range(3)], axis=1)
wrapped = keras.layers.TimeDistributed(dense)(hidden)
print("shapes", wrapped.shape, dense(hidden).shape, " parameters", dense.count_params())
print("TimeDistributed the same:", np.allclose(wrapped, each_step, atol=1e-6))
print("Dense alone the same:    ", np.allclose(dense(hidden), each_step, atol=1e-6))

# %% [markdown]
# `Dense` acts on the last axis, whatever stands before it, so the wrapper changes nothing: the same 4 · 4 + 4 parameters serve
# every step. We write `Dense`.
#
# Recurrent layers can be **stacked**: the outputs of one are the inputs of the next. What if we forget that the next one
# reads a sequence?

# %%
for every in (True, False):
    first = keras.layers.SimpleRNN(4, return_sequences=every, name="first")
    second = keras.layers.SimpleRNN(4, name="second")
    try:
        entry = keras.Input((None, 2), name="x")
        model = keras.Sequential([entry, first, second], name="stack")
        print(shapes.of_model(model))
    except ValueError as error:
        print("\nValueError:", str(error).replace(": ", ":\n", 1))

# %% [markdown]
# Read it aloud, from the end:
#
# - *Full shape received: (None, 4)*: a batch of any size, and 4 units. The time axis is missing.
# - *expected ndim=3, found ndim=2*: wanted are three axes, (batch, time, features).
# - *layer 'second'*: the layer that complains is not the one to repair. That is the one before it, `first`: it needs
#   `return_sequences=True`.
# - *Input 0*: the first, and only, input of that layer.
#
# ## 7 Names in sentences
#
# “In *I am Groot*, find the name” is **entity tagging** (개체명 인식): many to many, a tag for every word. Some words are
# treacherous: *May*, *Will*, *Mark* and *Nice* may be names, or not. We draw sentences from templates;
# P, L and M stand for the name of a person, a place, a month.

# %%
templates = """I am P|P is here|P and P will go to L|may P go to L|may I go in M|M is cold in L
it is nice in L|the rose is nice|P is reading|is P reading in L|the bath is cold|will P go in M
I will mark the march to L in M|will you march to L|march to the bath|mark the rose
P will go in M|you may mark P in M""".replace("\n", "|").split("|")
names = {"P": "groot may will rose mark anna paul", "L": "nice reading bath paris seoul"}
names |= {"M": "may march june"}
tags = ["other", "person", "place", "month"]
rng, sentences = np.random.default_rng(4), {}
while len(sentences) < 300:  # a dictionary: each sentence once
    template = str(rng.choice(templates)).split()
    drawn = [str(rng.choice(names[w].split())) if w in names else w for w in template]
    sentences[" ".join(drawn)] = ["PLM".find(w) + 1 for w in template]
sentence = max(sentences, key=len)
print(*(f"{w}/{tags[tag]}" for w, tag in zip(sentence.split(), sentences[sentence])))

# %% [markdown]
# Sentences differ in length, a tensor cannot: short ones are filled up with 0, **padding** (패딩).
# `Embedding(…, mask_zero=True)` gives each word its trainable vector, and sends a **mask** (마스크) along that says which steps
# are real.

# %% tags=["nbval-check-output"]
known = ["", *sorted({word for sentence in sentences for word in sentence.split()})]


def padded(rows, steps=9):
    return np.array([[*row, *[0] * (steps - len(row))] for row in rows])


def encode(texts):
    return padded([known.index(word) for word in text.split()] for text in texts)


ids, answers = encode(sentences), padded(sentences.values())
row = encode(["I am groot"])[0]
print("I am groot →", row, "→", " ".join(known[i] for i in row if i))
print("ids", shapes.named(ids, "batch time"), " answers", shapes.named(answers, "batch time"))

# %% [markdown]
# Two taggers, an LSTM and a bidirectional one, learn from 200 sentences; 100 others test them. Without any network, one can
# give each word its most frequent tag. **Question:** *may anna go …* and *may and paul will …* begin with the same word.
# What can the LSTM say about it?


# %%
def tagger(recurrent):
    embedding = keras.layers.Embedding(len(known), 8, mask_zero=True)
    head = keras.layers.Dense(4, activation="softmax")
    model = keras.Sequential([keras.Input((None,)), embedding, recurrent, head])
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


def ask(name, model):
    share = (np.argmax(model(ids[200:]), axis=2) == answers[200:])[ids[200:] > 0].mean()
    p = model(encode(["may anna go to nice", "may and paul will go to seoul"])).numpy()[:, 0, 1]
    print(f"{name:24}{share:6.1%} right;  person: may anna {p[0]:.0%}, may and {p[1]:.0%}")


lstm = tagger(keras.layers.LSTM(16, return_sequences=True))
two_way = tagger(keras.layers.Bidirectional(keras.layers.LSTM(16, return_sequences=True)))
ask("LSTM, untrained", lstm)
for name, model in (("LSTM", lstm), ("Bidirectional", two_way)):
    model.fit(ids[:200], answers[:200], epochs=15, verbose=0)
    ask(name, model)
counts = np.zeros((len(known), 4))
np.add.at(counts, (ids[:200], answers[:200]), 1)
share = (counts.argmax(axis=1)[ids[200:]] == answers[200:])[ids[200:] > 0].mean()
print(f"{'most frequent tag':24}{share:6.1%} right")

# %% [markdown]
# The first output of an LSTM has read the first word only: it must say the same of both, about the share in the training data.
# The backward half has read on. (All test sentences come from the same templates; on real text it is harder.)
#
# And the mask? **Questions:** what are $h$ and $c$ of a padded sentence? Which steps
# count for the loss?

# %% tags=["nbval-check-output"]
row, embedding = encode(["I am groot"]), two_way.layers[0]
layer = keras.layers.LSTM(3, return_sequences=True, return_state=True)
_, h, c = layer(embedding(row))
_, short_h, short_c = layer(embedding(row[:, :3]))
_, unmasked_h, _ = layer(embedding(row).numpy())  # an array carries no mask
print("mask", embedding.compute_mask(row).numpy()[0].astype(int))
print("h and c as without padding:", np.allclose(h, short_h) and np.allclose(c, short_c))
print("h without the mask is another one:", not np.allclose(unmasked_h, h, atol=1e-3))
y = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))(embedding(row))
print("Bidirectional: outputs at masked steps are zero:", np.allclose(y[:, 3:], 0))

p = two_way(ids)
each = keras.losses.sparse_categorical_crossentropy(answers, p).numpy()
whole = keras.losses.SparseCategoricalCrossentropy()(answers, p)
print("the loss is the mean over real words:", np.isclose(whole, each[ids > 0].mean()))

# %% [markdown]
# At masked steps an LSTM keeps its states: $h$ and $c$ are those of the last real word. Its output is repeated on a CPU, and zero
# on a GPU: take the states, not `y[:, -1]`.
# `Bidirectional` puts out zeros there if it returns sequences, so that its `y[:, -1]` is worth nothing; its backward half begins
# at the last real word. The mask travels on through every layer that can carry it, up to the loss.
#
# ## 8 Up to five, and beyond
#
# The slides' two examples: 1, 2, 3, 4, 5 in; out comes 6, or at every step the next number. **Questions:** how many parameters
# has each model? What comes out of the LSTM, and of the model? Then the trained models read 6, 7, 8, 9, 10: what will
# they say?


# %%
up = np.arange(1, 6, dtype="float32").reshape(1, 5, 1)


def counter(every):
    # unroll: see section 10; with five steps it is quicker
    lstm = keras.layers.LSTM(3, return_sequences=every, unroll=True, name="lstm")
    dense = keras.layers.Dense(1, name="dense")
    head = keras.layers.TimeDistributed(dense, name="each_step") if every else dense
    name = "many_to_many" if every else "many_to_one"
    return keras.Sequential([keras.Input((5, 1), name="numbers"), lstm, head], name=name)


for every, labels in ((False, up[:, -1] + 1), (True, up + 1)):
    keras.utils.set_random_seed(4)
    model = counter(every)
    print(shapes.of_model(model))
    for updates, optimizer in ((50, "adam"), (2000, training.optimizer(0.03, 2000))):
        model.compile(optimizer, "mse", steps_per_execution=50)
        copies = (np.repeat(array, updates, axis=0) for array in (up, labels))
        model.fit(*copies, batch_size=1, verbose=0)
        print(f"after {updates:4} updates:", np.ravel(model(up)).round(2))
    W, b = model.layers[-1].get_weights()
    print("asked about 6 … 10:", np.ravel(model(up + 5)).round(2))
    print(f"the most it can ever say: {b[0] + np.abs(W).sum():.2f}\n")

# %% [markdown]
# The slides stop after 50 updates, far too early. After 2000 both are exact to two decimals; for the second, the loss is the mean over five steps,
# and each step sends its own gradient back. Beyond 5, both fail, for two reasons:
#
# - $h$ is a gate times a tanh, so it lies between −1 and 1, and $hW + b$ can never exceed $b + \sum |W|$. The model cannot say
#   11, whatever it reads.
# - One example does not say what the rule is. “Count on” fits it, and so does “always say 6”.
#
# Many examples help within their range. Beyond it, subtract the last number read: then 1 … 5 and 6 … 10 both become −4 … 0, and
# the answer 1.
#
# ## 9 States handed on
#
# `initial_state` starts a layer from given states, in the order in which a layer returns them. Reading Groot in two pieces has to
# give what reading him whole gives. And another layer with as many units may go on from there: an encoder hands what it has
# read to a decoder, which writes. That is translation, lesson 09. **Question:** what happens if $h$ and $c$ change places?

# %% tags=["nbval-check-output"]
lstm = keras.layers.LSTM(4, return_state=True, seed=4)
whole = lstm(x)[0]
_, h, c = lstm(x[:, :2])
for name, states in (("h, c", [h, c]), ("c, h", [c, h]), ("none", None)):
    y = lstm(x[:, 2:], initial_state=states)[0]
    print(f"initial_state {name}: as in one piece?", np.allclose(y, whole, atol=1e-6))
writer = keras.layers.LSTM(4, return_sequences=True)
print("another layer goes on from h, c:", writer(lecture, initial_state=[h, c]).shape)

keeper = keras.layers.LSTM(4, stateful=True)
reader = keras.Sequential([keras.Input(batch_shape=(1, None, 2)), keeper])
reader.set_weights(lstm.get_weights())
reader(x[:, :2])
print("stateful, the second piece: ", np.allclose(reader(x[:, 2:]), whole, atol=1e-6))
print("the whole, without a reset: ", np.allclose(reader(x), whole, atol=1e-6))
keeper.reset_state()
print("the whole, after reset_state:", np.allclose(reader(x), whole, atol=1e-6))

# %% [markdown]
# Changed places raise no error: both have the same shape. TensorFlow 1 returned (c, h), Keras (h, c).
#
# With `stateful=True` a layer keeps its states from call to call: row $i$ of a batch goes on where row $i$ of the last
# one stopped. So the batch size is fixed, in `batch_shape`, and *you* say where a new text begins: `layer.reset_state()`, for each
# such layer. (A Keras 3 model has no `reset_states`.)
#
# ## 10 Four more switches
#
# - `go_backwards=True` reads from the end; its outputs come in the order of reading.
# - `unroll=True` writes the loop out, step by step: the same numbers from a larger graph. With few steps it is quicker; how
#   many has to be known.
# - `dropout` and `recurrent_dropout` set some of the inputs, or of $h$, to zero while training, and enlarge the rest.
#
# **Question:** does dropout draw anew at each step, or once for a sequence? To see it we use a layer that copies: its kernel is
# the identity matrix, its activation $g(a) = a$.

# %%
back = keras.layers.LSTM(4, go_backwards=True, return_sequences=True)
y = back(x)
ahead = keras.layers.LSTM(4, return_sequences=True, unroll=True)
ahead.build(x.shape)
ahead.set_weights(back.get_weights())
print("go_backwards and unroll agree:", np.allclose(ahead(x[:, ::-1]), y, atol=1e-6))


def copier(kernel, recurrent_kernel, **dropout):
    weights = {"kernel_initializer": kernel, "recurrent_initializer": recurrent_kernel}
    return keras.layers.SimpleRNN(
        8, activation="linear", return_sequences=True, **weights, **dropout
    )


ones = np.ones((2, 3, 8), "float32")
of_inputs = copier("identity", "zeros", dropout=0.5)
of_state = copier("zeros", "identity", recurrent_dropout=0.5)
print("dropout, two sequences of three steps:")
print(of_inputs(ones, training=True).numpy().astype(int))
print("recurrent dropout, one sequence:")
print(of_state(ones, initial_state=ones[:, 0], training=True).numpy().astype(int)[0])
assert np.allclose(of_inputs(ones), 1)  # without training=True

# %% [markdown]
# Once for each sequence (Gal and Ghahramani, 2016): the same columns are zero at every step. Drawing anew would shake the memory
# again and again. At 0.5, what is kept counts double; where $h$ is copied on and on, as here, it doubles at each step: 2, 4, 8.
# Without `training=True` nothing is dropped; `fit` sets it for you.
#
# ## 11 What goes wrong: the last step of both
#
# Which of four symbols stood *first*, 30 steps ago? For the backward half that is the last thing it reads. One wants the outputs of
# all steps, and for the answer “the last one”: `y[:, -1]`. **Question:** what has the backward half read at that place?


# %%
def streams(count, seed):
    ids = np.random.default_rng(seed).integers(0, 4, (count, 30))
    return np.eye(4, dtype="float32")[ids], ids[:, 0]


sequence = keras.Input((30, 4))
(symbols, first), (new_symbols, new_first) = streams(2560, seed=1), streams(1000, seed=2)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for name, choose in {
    "y[:, -1]": lambda y, forward_h, backward_h: y[:, -1],
    "both states": lambda y, *states: keras.ops.concatenate(states, axis=1),
}.items():
    keras.utils.set_random_seed(4)
    gru = keras.layers.GRU(16, return_sequences=True, return_state=True)
    read = choose(*keras.layers.Bidirectional(gru)(sequence))
    model = keras.Model(sequence, keras.layers.Dense(4)(read))
    model.compile(keras.optimizers.Adam(0.01), loss, steps_per_execution=10)
    model.fit(symbols, first, batch_size=64, verbose=0)
    share = np.mean(np.argmax(model(new_symbols), axis=1) == new_first)
    print(f"{name:11} {tuple(read.shape)}: {share:6.1%} right")

# %% [markdown]
# Same shape, no error, and no better than guessing, 25 %. At `y[:, -1]` the backward half has read one step, and the forward
# half would have to carry the first symbol through all the others, which it has not learned in so short a time. Take the states; or
# `return_sequences=False`, if you need nothing else.
#
# ## 12 Since the lectures
#
# The lectures show TensorFlow 1 and Keras 2. The next two cells run the right-hand column.
#
# | then | today |
# |---|---|
# | `tf.contrib.rnn.BasicRNNCell(n)` | `keras.layers.SimpleRNNCell(n)` |
# | `tf.contrib.rnn.BasicLSTMCell(n)` | `keras.layers.LSTMCell(n)`; its states are h, c, those of TensorFlow 1 c, h |
# | `MultiRNNCell(cells)` | `keras.layers.StackedRNNCells(cells)`, or one layer on another |
# | `tf.nn.dynamic_rnn(cell, x)` | `keras.layers.RNN(cell, return_sequences=True, return_state=True)`; or `SimpleRNN`, `GRU`, `LSTM` |
# | `cell.zero_state(1, tf.float32)` | nothing, zeros are the default; `cell.get_initial_state(batch_size=1)` |
# | `tf.placeholder(…)` | `keras.Input((None, n))` |
# | `tf.one_hot(ids, n)` | the same, or `keras.ops.one_hot` |
# | `tf.contrib.layers.fully_connected(y, n)` | `keras.layers.Dense(n)` |
# | `sequence_loss(logits, targets, weights)` | `keras.losses.SparseCategoricalCrossentropy(from_logits=True)`, called with `sample_weight=weights`; it divides by the number of steps, not by the sum of the weights |
# | `AdamOptimizer(0.1).minimize(loss)` | `model.compile(keras.optimizers.Adam(0.1), loss)`, then `model.fit` |
# | `sess.run(…)`, `.eval()` | `model(one_hot).numpy()` |
# | `tf.set_random_seed(777)` | `keras.utils.set_random_seed(777)` |
# | `list(set(sample))`, other ids in each run | `sorted(set(sample))` |
# | `LSTM(3, input_shape=(5, 1))` | `keras.Input((5, 1))` as first layer |
# | `LSTM(3, batch_input_shape=(1, 5, 1))` | `keras.Input(batch_shape=(1, 5, 1))` |
# | `model.reset_states()` | `layer.reset_state()` for each stateful layer |
# | a list from `return_state=True` | a tuple: `y, h, c = layer(up)` |
# | `Embedding(1000, 8, input_length=5)` | `keras.layers.Embedding(1000, 8)` |
# | `CuDNNLSTM(3)` | `keras.layers.LSTM(3)`, which takes the fast way on a GPU by itself; not with `unroll`, `recurrent_dropout` or other activations |
# | `model.predict_classes(x)` | `np.argmax(model(one_hot), axis=-1)` |

# %%
keras.utils.set_random_seed(777)
sample = "if you want you"
letters = sorted(set(sample))
n = len(letters)
numbers = np.array([[letters.index(letter) for letter in sample]])
one_hot, targets = keras.ops.one_hot(numbers[:, :-1], n), numbers[:, 1:]
cells = [keras.layers.LSTMCell(n), keras.layers.SimpleRNNCell(n)]
cell = keras.layers.StackedRNNCells(cells)
zeros = keras.tree.flatten(cell.get_initial_state(batch_size=1))
print("zero states h, c, h:", *(state.shape for state in zeros))
inputs = keras.Input((None, n))
y, *states = keras.layers.RNN(cell, return_sequences=True, return_state=True)(inputs)
model = keras.Model(inputs, keras.layers.Dense(n)(y))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.1), loss)
model.fit(one_hot, targets, epochs=50, verbose=0)
logits, weights = model(one_hot).numpy(), np.ones(targets.shape)
print(f"loss {loss(targets, logits, sample_weight=weights).numpy():.4f}:", end=" ")
print(repr("".join(letters[i] for i in np.argmax(model(one_hot), axis=-1)[0])))

# %% tags=["nbval-check-output"]
fast = keras.Sequential([keras.Input((5, 1)), keras.layers.LSTM(3)])
fixed = keras.Sequential(
    [keras.Input(batch_shape=(1, 5, 1)), keras.layers.LSTM(3, stateful=True)]
)
fixed.set_weights(fast.get_weights())
fixed(up)  # and forget it again:
for layer in fixed.layers:
    if getattr(layer, "stateful", False):
        layer.reset_state()
print("after reset_state as anew:", np.allclose(fixed(up), fast(up), atol=1e-6))
layer = keras.layers.LSTM(3, return_state=True)
y, h, c = layer(up)
print("return_state gives a", type(layer(up)).__name__)
vectors = keras.layers.Embedding(1000, 8)(np.array([[5, 17, 3]]))
print("embedded", vectors.shape)

# %% [markdown]
# ## Exercises
#
# **1 Eight shapes** (10 minutes). `x` has the shape (batch=2, time=7, features=4), `ids` the shape (batch=2, time=7). Without
# running anything: which shapes have a to h? Replace each None by a shape, such as (2, 3).
#
# ```python
# a = SimpleRNN(5)(x)
# b = LSTM(5, return_sequences=True)(x)
# _, _, c = LSTM(5, return_sequences=True, return_state=True)(x)
# d = Bidirectional(GRU(5))(x)
# _, _, _, e, _ = Bidirectional(LSTM(5, return_sequences=True, return_state=True))(x)
# f = GRU(5)(LSTM(6, return_sequences=True)(x))
# g = Dense(3)(GRU(5, return_sequences=True)(x))
# h = LSTM(5, return_sequences=True)(Embedding(50, 6, mask_zero=True)(ids))
# ```

# %%
a, b, c, d = None, None, None, None
e, f, g, h = None, None, None, None
exercises.shapes.check([a, b, c, d, e, f, g, h])
# exercises.shapes.hint()
# exercises.shapes.solution()

# %% [markdown]
# **2 Three broken models** (15 minutes). `judge` shall give one number for each sentence, `tagger` four for each word of
# sentences padded with 0. `writer` shall read `z` from the states that another layer left after `x`, and put out something at
# every step of `z`. Repair all three.
#
# ```python
# from keras.layers import LSTM, Bidirectional, Dense, Embedding
#
# judge = keras.Sequential([keras.Input((None, 8)), LSTM(16), LSTM(16), Dense(1)])
# layers = [Embedding(50, 8), Bidirectional(LSTM(16)), Dense(4, activation="softmax")]
# tagger = keras.Sequential([keras.Input((None,)), *layers])
# x, z = keras.Input((None, 8)), keras.Input((None, 8))
# last, c, h = LSTM(16, return_state=True)(x)
# y = LSTM(16, return_sequences=True)(z, initial_state=[h, c])
# writer = keras.Model([x, z], y)
# ```


# %%
def repair():
    judge, tagger, writer = None, None, None  # your repaired models here
    return judge, tagger, writer


exercises.models.check(repair)
# exercises.models.hint()
# exercises.models.solution()

# %% [markdown]
# **3 Bidirectional from two LSTMs** (20 minutes). `forward` and `backward` are two LSTMs with `return_sequences=True`; both read
# in the order in which they are given the steps. Return what Keras's `Bidirectional` returns with `return_sequences=True`, (batch,
# time, 2 · units), and what it returns without, (batch, 2 · units).


# %%
def two_ways(x, forward, backward):
    every, last = None, None  # your code here
    return every, last


exercises.bidirectional.check(two_ways)
# exercises.bidirectional.hint()
# exercises.bidirectional.solution()

# %% [markdown]
# ## Summary
#
# - `return_sequences` decides whether the output has a time axis, `return_state` whether states follow it. States never have
#   one.
# - The last output is the last hidden state, and never the cell state. The backward half ends at step 0.
# - `Dense` serves every step by itself. The layer before the one that complains needs `return_sequences=True`.
# - A mask keeps padding out of states and loss. States go from layer to layer as `[h, c]`.
# - Equal shapes prove nothing about numbers: `allclose` does.
#
# **Two quick questions**
#
# <details><summary>A decoder shall start from the states of an encoder, and look at all its outputs. Which options has the encoder?</summary>
# Both: return_sequences=True and return_state=True.</details>
#
# <details><summary>A stateful model has been trained on one book and shall read another. What is to be done?</summary>
# Call reset_state() on each of its recurrent layers.</details>
#
# **Next:** [lesson 05](05_tokenizers_and_embeddings.ipynb), tokenizers and embeddings. [Lesson 08](08_alice_text_generation.ipynb)
# carries a state through a book.
#
# ## Further reading
#
# - A. Chaudhary, [A visual guide to recurrent layers in Keras](https://amitness.com/2020/04/recurrent-layers-keras/), 2020, from
#   which Groot comes.
# - M. Schuster and K. K. Paliwal, *Bidirectional recurrent neural networks*, 1997.
# - Y. Gal and Z. Ghahramani, [A theoretically grounded application of dropout in recurrent neural networks](https://arxiv.org/abs/1512.05287),
#   2016.
# - Keras, [Recurrent layers](https://keras.io/api/layers/recurrent_layers/): all options.
