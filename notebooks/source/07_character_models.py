# %% [markdown]
# # 07 · Character models: from four letters to a book
#
# You build a network that writes letter by letter: first by hand on “hello”, then on a book, then on names.
#
# After this lesson you can
#
# - compute the forward pass, the loss and one gradient step of a character model by hand;
# - say exactly what teacher forcing is, and what a network trained with it has never practised;
# - cut a book into segments without its one-hot copy in memory;
# - choose the next character greedily, by drawing, and with a temperature, without numerical accidents;
# - judge written text: perplexity, bits a character, real words, copies, repetitions.
#
# **Time:** 50 minutes, and 65 for the exercises. **Before:** lessons 01, 03 and 04; softmax and cross-entropy.
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
# A **language model** (언어 모델) gives every symbol a probability of being the next one. Here the symbols are the letters
# h, e, l, o, and the whole training text is “hello”: after h comes e, after e comes l, after l comes l, and after that l
# comes o. Each letter goes in as a **one-hot vector** (원-핫 인코딩): zeros, and a one at the place of the letter.

# %%
vocabulary = text.Vocabulary("helo")
ids = vocabulary.encode("hello")
inputs, targets = ids[:-1], ids[1:]
x, y = np.eye(4)[inputs], np.eye(4)[targets]
print("ids", ids, "→", vocabulary.decode(ids), "  inputs", inputs, "  targets", targets)
print(f"one-hot inputs, shape {x.shape}:\n{x.astype(int)}")

# %% [markdown]
# The network is the one of lesson 01 with a dense layer on top: $h_t = \tanh(x_t W + h_{t-1} U + b)$, and one score
# (logit) for each letter, $z_t = h_t D + d$. Softmax makes probabilities of the scores, $p_t = e^{z_t} / \sum_i e^{z_{t,i}}$.
# The loss is the mean of $-\ln p$ over the four right letters, in nats a letter.
#
# **Question:** with three units, which shapes have the hidden states and the scores?

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
title = f"Before training: {(p.argmax(axis=1) == targets).sum()} of 4 letters are right"
plots.show(plots.draw_character_steps("helo", inputs, trace.hidden[0], z, targets, title))

# %% [markdown]
# Now one step of gradient descent, by hand. The derivative of the loss with respect to the scores is
# $(p_t - y_t)/4$, where $y_t$ is the one-hot target: a right letter wants more, every other letter less, each by as much
# as it is off. From there the dense layer takes two products, and lesson 01's backward pass does the rest.


# %%
def gradients(W, U, b, D, d):
    trace, z, p, loss = forward(W, U, b, D, d)
    dz = (p - y) / 4
    back = SimpleRNNCell(W, U, b).backward(trace, (dz @ D.T)[None])
    return back.kernel, back.recurrent_kernel, back.bias, trace.hidden[0].T @ dz, dz.sum(axis=0)


by_hand = gradients(*untrained)
with tf.GradientTape() as tape:
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = cross_entropy(targets[None], model(x[None]))
pairs = zip(by_hand, tape.gradient(loss, model.trainable_weights), strict=True)
print("largest difference from Keras:", max(np.abs(hand - g).max() for hand, g in pairs))
stepped = [w - 0.5 * g for w, g in zip(untrained, by_hand, strict=True)]
for name, weights in (("before", untrained), ("after one step", stepped)):
    _, z, p, loss = forward(*weights)
    print(f"{name:14}  right letters {p[np.arange(4), targets].round(2)}   loss {loss:.3f}")

# %% [markdown]
# All four places share the same weights, so one of them may lose for a moment what the others gain. A hundred such steps
# follow, once as they are, and once with $U$ held at zero: no arrow between the hidden states, no memory. **Question:** an l
# is followed by an l and by an o. How low can the loss of a network without memory be?


# %%
def train_hello(memory, steps=100):
    W, U, b, D, d = untrained
    path = [(W, U * memory, b, D, d)]
    for _ in range(steps):
        dW, dU, db, dD, dd = gradients(*path[-1])
        step = (dW, dU * memory, db, dD, dd)
        path.append(tuple(w - 0.5 * g for w, g in zip(path[-1], step, strict=True)))
    return path


path, forgetful = train_hello(memory=1), train_hello(memory=0)
print(f"after 100 steps: loss {forward(*path[-1])[-1]:.3f} with memory,", end=" ")
print(f"{forward(*forgetful[-1])[-1]:.3f} without; its limit is ln(2)/2 = {np.log(2) / 2:.3f}")


def say(weights, length):
    written = "h"
    while len(written) < length:  # each letter that it says is its next input
        trace = SimpleRNNCell(*weights[:3]).forward(np.eye(4)[vocabulary.encode(written)][None])
        written += vocabulary.symbols[int((trace.hidden[0, -1] @ weights[3] + weights[4]).argmax())]
    return written


print("says:", say(untrained, 5), "untrained,", say(path[-1], 5), "trained,", say(forgetful[-1], 5), "without memory")

# %% [markdown]
# Without memory both l's are the same, and one half each is the best it can do. To write, the network feeds back its own
# letters: `say` starts with h, and every letter said is the next input. Press play, and watch the right letters rise and the others
# fall.

# %%
from course_utils.widgets import Slider, explore


def after(step):
    trace, z, p, loss = forward(*path[step])
    title = f"Step {step}: {(p.argmax(axis=1) == targets).sum()} of 4 letters are right"
    return plots.draw_character_steps("helo", inputs, trace.hidden[0], z, targets, title)


explore(
    after,
    alt="The network on hello with all its numbers; a slider moves through a hundred training steps.",
    step=Slider(0, 100, 20, 1, "training step", play=True),
)

# %% [markdown]
# ## 2 “if you want you”
#
# The lecture's next example has ten symbols and an LSTM (장단기 메모리) of ten units: it reads “␣if you want yo” and shall
# answer “if you want you”. After every step the lecture prints the loss and the likeliest letters; so do we, with several
# seeds.

# %%
sample = " if you want you"
letters = text.Vocabulary.of(sample)
numbers = letters.encode(sample)
one_hot = np.eye(len(letters), dtype=np.float32)[numbers[None, :-1]]
p_right, losses, right_from = [], [], []
for seed in settings.by_mode(range(3), range(10)):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.LSTM(10, return_sequences=True), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((15, 10)), *layers])
    model.compile(keras.optimizers.Adam(0.1), cross_entropy)
    answers = []
    for k in range(50):
        losses.append(float(model.train_on_batch(one_hot, numbers[None, 1:])))
        answers.append(np.asarray(model.predict_on_batch(one_hot))[0])
        if seed == 0 and k in (*range(12), 20, 30, 40, 49):
            print(f"{k:2} loss: {losses[-1]:.5f} prediction: {letters.decode(answers[-1].argmax(axis=-1))}")
    p = keras.ops.softmax(np.array(answers)).numpy()
    p_right.append(p[:, np.arange(15), numbers[1:]])
    wrong = p.argmax(axis=-1) != numbers[1:]
    right_from.append([int(np.flatnonzero(w).max(initial=-1)) + 1 for w in wrong.T])

# %%
losses = np.reshape(losses, (-1, 50))
print("right for good from step", [max(r) for r in right_from], "  last loss", losses[:, -1].round(5))
assert losses[:, -1].max() < 0.001
last = [sum(r[j] == max(r) for r in right_from) for j in range(15)]
title = f"The first letter is among the last to be right in {last[0]} of {len(last) and len(right_from)} runs"
plots.show(plots.draw_right_letter(p_right[0], sample[1:], title, right_from[0], first_step=0))

# %% [markdown]
# The lecture's figures hold: right from about step 10 on, and a loss under 0.001 by step 50. The first letter is the
# hardest. A blank stands four times in the text, before i, y, w and y again. After the others the network has a memory of
# what it read; at the first one the hidden state is zero, and all it has is the blank, after which y is the best guess.
#
# ## 3 Teacher forcing
#
# **Teacher forcing** (교사 강요): in training, the input at each step is the *true* token before, from the training text,
# whatever the network itself would have said. Without it, the network reads its own last prediction, in training as it does
# later, when it writes. **Scheduled sampling** (Bengio and others, 2015) throws a coin at every step: the own token with a
# probability that grows during training, else the true one. The task: the digits of the square root of 2, by heart. One text, one right answer,
# and every wrong digit looks like some other place.

# %%
import math

rhyme = str(math.isqrt(2 * 10**220))  # 111 digits of the square root of 2
digits = text.Vocabulary.of(rhyme)
ids, V, units = digits.encode(rhyme), len(digits), 32
N = len(ids) - 1
layers = [keras.layers.LSTM(units, return_sequences=True), keras.layers.Dense(V)]
model = keras.Sequential([keras.Input((N, V)), *layers])
cell, dense = layers[0].cell, layers[1]


def read(token, states):  # one step: tokens (batch,) in, scores (batch, V) and the new states out
    output, states = cell(tf.one_hot(token, V), states)
    return dense(output), states


print(f"{N} steps, {V} symbols: {rhyme[:40]}…")
print("one step gives scores of shape", read(ids[:2], [tf.zeros((2, units))] * 2)[0].shape)

# %%
optimizer = keras.optimizers.Adam(0.01, clipnorm=1.0)
optimizer.build(model.trainable_variables)


@tf.function(jit_compile=True)
def update(own_share, seed):
    own_turn = tf.random.stateless_uniform((N,), seed) < own_share
    true = tf.constant(ids)

    def step(t, own, h, c, loss):
        fed = tf.where(own_turn[t], own, true[t])  # teacher forcing: always true[t]
        scores, (h, c) = read(fed[None], [h, c])
        loss += tf.nn.sparse_softmax_cross_entropy_with_logits(true[None, t + 1], scores)[0]
        return t + 1, tf.argmax(scores[0], output_type=tf.int32), h, c, loss

    with tf.GradientTape() as tape:
        start = (0, true[0], tf.zeros((1, units)), tf.zeros((1, units)), 0.0)
        loss = tf.while_loop(lambda t, *_: t < N, step, start, maximum_iterations=N)[-1] / N
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss

# %% [markdown]
# What does a network do after a slip? It recites from the first digit on; we replace *one* digit that it said by a wrong
# one, and count how many of the following 25 are right: once for every second place, each in a row of its own.


# %%
def recite(slips):  # slips (batch, N): a token to say there, or -1 for what the network says
    token, states, said = np.full(len(slips), ids[0]), [tf.zeros((len(slips), units))] * 2, []
    for slip in slips.T:
        scores, states = read(token, states)
        token = np.where(slip < 0, scores.numpy().argmax(axis=1), slip)
        said.append(token)
    return np.array(said).T


places = np.arange(5, N - 26, 2)
slips = np.full((1 + len(places), N), -1)  # the first row stays without a slip
slips[np.arange(1, len(slips)), places] = (ids[places + 1] + 1 + places % (V - 1)) % V
assert (slips[1:] != ids[1:]).all()

# %%
ways = {
    "teacher forcing": lambda k: 0.0,
    "scheduled sampling": lambda k: min(k / 200, 0.5),
    "own digits only": lambda k: 1.0,
}
at_start = [variable.numpy() for variable in optimizer.variables]
shares = {name: [] for name in ways}
for seed in settings.by_mode(range(3), range(10)):
    for name, own_share in ways.items():
        keras.utils.set_random_seed(seed)
        model.set_weights(keras.models.clone_model(model).get_weights())  # drawn anew
        for variable, value in zip(optimizer.variables, at_start, strict=True):
            variable.assign(value)
        for k in range(300):
            loss = update(tf.constant(own_share(k), tf.float32), tf.constant([seed, k]))
        right = recite(slips) == ids[1:]
        after_slip = [row[p + 1 : p + 26] for row, p in zip(right[1:], places, strict=True)]
        shares[name].append(np.mean(after_slip, axis=0))
        print(f"seed {seed}  {name:18}  last loss {loss:.3f}   without a slip {right[0].mean():4.0%} right", end="")
        print(f"   after one {shares[name][-1].mean():4.0%}")

# %%
mean = {name: np.mean(each, axis=0) for name, each in shares.items()}
forced, scheduled = mean["teacher forcing"].mean(), mean["scheduled sampling"].mean()
title = f"After one wrong digit: {forced:.0%} right with teacher forcing, {scheduled:.0%} with scheduled sampling"
plots.show(plots.draw_recovery(mean, title, shares))

# %% [markdown]
# Teacher forcing learns fastest, and hardly anyone trains otherwise. But the network has only ever read true digits; after
# its own slip it is in a place where it has never been, and many recitations never come back. This gap between training
# and writing is called **exposure bias** (노출 편향). Scheduled sampling narrows it here, at a price: it needs more steps, and the target
# stays the true text even where the own token has led elsewhere, so on texts with many right continuations it
# teaches something wrong. Own tokens only: after 300 steps the digits are not even learned.
