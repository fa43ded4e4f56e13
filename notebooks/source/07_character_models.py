# %% [markdown]
# # 07 · Character models

# %%
from course_utils.start import start

start(seed=7)
import numpy as np, tensorflow as tf
from course_utils import text
from course_utils.exercises import lesson_07 as exercises

# %% [markdown]
# ## Exercises
#
# **1 Perplexity** (5 minutes). `p`, (characters,), holds the probability that a model gave to each character that really
# came. Return two numbers: the perplexity, and the bits a character. Some p may be tiny, such as 1e-300, and p may hold
# thousands of numbers.


# %%
def perplexity_and_bits(p):
    return None  # your code here


exercises.perplexity.check(perplexity_and_bits)
# exercises.perplexity.hint()
# exercises.perplexity.solution()

# %% [markdown]
# **2 Names to arrays** (10 minutes). A name model reads the start `"\t"` and the letters, and is to tell the letters and the
# stop `"\n"`. Return `inputs` and `targets` as ids, each (names, longest + 1), padded with 0 at the end. The id of a symbol
# is its place in the list `symbols`, whose item 0, `"·"`, is padding.


# %%
def names_to_arrays(names, symbols):
    return None  # your code here


exercises.pairs.check(names_to_arrays)
# exercises.pairs.hint()
# exercises.pairs.solution()

# %% [markdown]
# **3 Four broken loops** (20 minutes). A network shall learn six words, and say each after its first letter. Each of the four
# loops below is the body of one round; `train` repeats it 100 times. In each, one numbered line is wrong, and nothing
# raises an error. The lines that all four share, in the next two cells, are right.

# %%
WORDS = ["hello", "world", "learn", "other", "tower", "metal"]
LETTERS = text.Vocabulary.of("".join(WORDS))
IDS = np.array([LETTERS.encode(word) for word in WORDS])  # (6 words, 5 letters)


def step(weights, letter, hidden):
    W, U, V = weights
    hidden = tf.tanh(tf.one_hot(letter, len(LETTERS)) @ W + hidden @ U)
    return hidden, hidden @ V  # the state and the scores


def cross_entropy(target, scores):  # of scores: it takes softmax itself
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(target, scores)
    return tf.reduce_mean(loss) / 4  # of 4 steps


def says(weights):  # draws each letter from the softmax of the scores
    written, hidden = [IDS[:, 0]], tf.zeros((6, 32))
    for _ in range(4):
        hidden, scores = step(weights, written[-1], hidden)
        written.append(tf.random.categorical(scores, 1)[:, 0])
    return [LETTERS.decode(word) for word in np.stack(written, axis=1)]


# %%
def train(one_round):
    shapes = (len(LETTERS), 32), (32, 32), (32, len(LETTERS))
    weights = [tf.Variable(tf.random.normal(shape, stddev=0.2)) for shape in shapes]
    compiled, hidden = tf.function(one_round, autograph=False), tf.zeros((6, 32))
    for _ in range(100):
        loss, hidden = compiled(weights, hidden)  # `carried` is what the last round returned
    return weights, float(loss)


def descend(weights, gradients):
    for weight, gradient in zip(weights, gradients):
        weight.assign_sub(0.5 * gradient)


# %%
def loop_a(weights, carried):
    loss = 0.0  # 1
    hidden = tf.zeros_like(carried)  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            letter = IDS[:, t + 1]  # 3
            hidden, scores = step(weights, letter, hidden)  # 4
            loss += cross_entropy(IDS[:, t + 1], scores)  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


def loop_b(weights, carried):
    loss = 0.0  # 1
    hidden = tf.zeros_like(carried)  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 3
            target = IDS[:, t + 1]  # 4
            loss += cross_entropy(target, tf.nn.softmax(scores))  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


# %%
def loop_c(weights, carried):
    hidden = carried  # 1
    loss = 0.0  # 2
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 3
            loss += cross_entropy(IDS[:, t + 1], scores)  # 4
    descend(weights, tape.gradient(loss, weights))  # 5
    return loss, hidden


def loop_d(weights, carried):
    hidden = tf.zeros_like(carried)  # 1
    targets = np.roll(IDS, 1, axis=1)  # 2
    loss = 0.0  # 3
    with tf.GradientTape() as tape:
        for t in range(4):
            hidden, scores = step(weights, IDS[:, t], hidden)  # 4
            loss += cross_entropy(targets[:, t], scores)  # 5
    descend(weights, tape.gradient(loss, weights))  # 6
    return loss, hidden


# %% [markdown]
# Run them, and look at the losses and at what each network says. A loop learned its words if nearly all six are right.
# Answer with the number of the wrong line in each; a wrong answer is told why that line is right.

# %%
for name, loop in zip("ABCD", (loop_a, loop_b, loop_c, loop_d)):
    weights, loss = train(loop)
    print(f"{name}: loss {loss:.2f}, says", *says(weights))

answer = {"A": None, "B": None, "C": None, "D": None}  # your numbers here
exercises.loops.check(answer)
# exercises.loops.hint()
# exercises.loops.solution()

# %% [markdown]
# **4 Words of your own** (30 minutes). Take a list of at least 200 words: towns, rivers, dishes, dragons, commands. Train this
# lesson's name model on it, and let it invent 20 words that are not in the list, each once, without start, stop or
# padding. `own_words` and `invented` are lists of text.

# %%
own_words, invented = None, None  # your code here

exercises.invent.check((own_words, invented))
# exercises.invent.hint()
# exercises.invent.solution()
