# %% [markdown]
# # 00 · Start here
#
# In a minute you will read a paragraph that a **recurrent network** wrote: a network that reads a text symbol by symbol and
# keeps a memory of what it has read. Then you will know how this course works.
#
# After this lesson you can
#
# - run, restart and reset a notebook, and know what to do when something fails;
# - use the exercises and the sliders of the course;
# - find the lesson you need.
#
# **Time:** 15 minutes. **Before:** some Python and NumPy; no knowledge of networks.
#
# Click on the first grey cell below and press **Shift + Enter**. It runs the cell and moves on to the next. The first one
# takes a few seconds, since it loads TensorFlow, the library that does the computing.

# %%
from course_utils.start import start

start(seed=7)

# %% [markdown]
# The line it printed names the versions you are running, whether there is a GPU (a graphics processor; none is needed), and
# where the data come from.
#
# ## A network writes
#
# The course brings a network that has read *Alice's Adventures in Wonderland* (the first nine tenths of it), one character
# at a time, and learned one thing: given the characters so far, which one comes next? Asked again and again, it writes.
#
# The `prompt` is what it reads first. The `seed` fixes the random draws: the same seed gives the same text.

# %%
import textwrap
from course_utils import checkpoints, generation

alice = checkpoints.load("alice")
write = generation.Generator(alice.model, alice.vocabulary)
prompt = "alice "
print(textwrap.fill(prompt + write(prompt, 500, temperature=0.7, seed=7), 90))
numbers, characters = alice.model.count_params(), len(alice.vocabulary)
print(f"\n(written with {numbers:,} numbers and {characters} different characters)")

# %% [markdown]
# Nobody gave it words, spelling or grammar: only the list of characters, and all those numbers, which were adjusted until
# its guesses were good. It spells most words correctly and imitates how the people of the book talk, and it has no idea
# what any of it means. How it does that, and how you build it yourself, is the subject of the course.
#
# Change the prompt or the seed in the cell above and run it again. The book was turned to lower case, so use lower-case
# letters; a character that the network has never seen gives an error that names it.
#
# Below, the bars are the probabilities that it gives to the next character. At **temperature** 1 it draws with them as
# learned; below 1 the likeliest gain, and at 0 it always takes the likeliest; above 1 all become more alike. The title
# counts the choices left and gives their entropy: 0 bits for a certain choice, 1 bit for a fair coin.

# %%
from course_utils import plots
from course_utils.widgets import Slider, TextBox, explore


def next_character(prompt, temperature):
    logits = write.logits("".join(c for c in prompt.lower() if c in alice.vocabulary))[-1]
    return plots.draw_next_symbol(logits, alice.vocabulary.symbols, prompt, temperature)


explore(
    next_character,
    alt="Bars: how likely each character is after the prompt. A slider sets the temperature.",
    prompt=TextBox("said the ", "prompt"),
    temperature=Slider(0.0, 2.0, 1.0, 0.05, "temperature"),
)

# %% [markdown]
# ## How to use the notebooks
#
# - **Run** a cell with Shift + Enter, all of them with *Run › Run All Cells*. Run from the top: a cell uses what the cells
#   above it have made.
# - **Restart** when in doubt: *Kernel › Restart Kernel and Run All Cells*. A name that a cell once made stays until then,
#   even if you have deleted the cell.
# - **Interrupt** a long training with the square button (■). What it has learned so far is kept in the model.
# - **Sliders** work while the kernel runs. In a saved notebook you see a picture of how they started.
# - **Reset** a notebook: save a copy if you want to keep what you wrote, then `git checkout -- notebooks/NAME.ipynb`, or
#   take that file from a fresh download.
# - **Something fails?** In a terminal, in the folder of the course: `python -m course_utils.doctor`. It looks at versions,
#   data and checkpoints, says what to do, and ends with a report that you can paste into an issue.
#
# Every lesson runs in **class mode**: none of its cells takes longer than a minute on two processor cores. Where a good
# result needs longer, the lesson trains for that minute, shows what it gives, and then loads a **checkpoint**: a network
# that was trained for longer, and saved. In **full mode** the lesson trains for as long as it takes. Set it before
# JupyterLab starts: `COURSE_MODE=full make lab`, or on Windows `set COURSE_MODE=full` and then `jupyter lab`.
#
# **No internet?** The course brings texts of its own, and uses them if the real data cannot be had.
# `python -m tools.fetch_data` (or `make data`) fetches the real data once, for working offline later.
#
# ## Exercises
#
# An exercise has a cell to fill in and a `check`. Run this one unchanged first, then solve it: which share of the
# characters of `text` is `letter`? Remove a `#` to see a hint or the solution.

# %%
from course_utils.exercises import lesson_00 as exercises


def share_of(text, letter):
    return None  # your code here


exercises.share.check(share_of)
# exercises.share.hint()
# exercises.share.solution()

# %% [markdown]
# ## The lessons
#
# | | lesson | minutes | deck | ends with |
# |---|---|---|---|---|
# | 00 | Start here | 15 | | this table |
# | 01 | [Recurrent networks and backpropagation through time](01_rnn_and_bptt.ipynb) | 50 | A | your own backward pass, equal to TensorFlow's |
# | 02 | [Windows and forecasting](02_windows_and_forecasting.ipynb) | 45 | A | a forecast, and whether it beats the naive one |
# | 03 | [Inside the LSTM and the GRU](03_lstm_gates.ipynb) | 50 | B | a microscope on the gates of a trained cell |
# | 04 | [Recurrent layers in Keras](04_recurrent_layers_in_keras.ipynb) | 50 | C | never guessing a shape again |
# | 05 | [Tokenizers and embeddings](05_tokenizers_and_embeddings.ipynb) | 45 | D | a map of words that a network drew |
# | 06 | [Sentiment](06_sentiment.ipynb) | 50 | B, D | film reviews judged, and a baseline that is hard to beat |
# | 07 | [Character models](07_character_models.ipynb) | 50 | E | the digits of a root by heart, a philosopher continued, invented names |
# | 08 | [Alice: text generation](08_alice_text_generation.ipynb) | 50 | E | a page in the manner of Alice |
# | 09 | [Translation with an encoder and a decoder](09_translation.ipynb) | 50 | F | German sentences |
# | 10 | [Attention](10_attention.ipynb) | 45 | F | seeing which word looks at which |
# | 11 | [LSTM for images](11_lstm_for_images.ipynb) | 45 | C | a digit recognised row by row |
#
# A deck is the set of slides that goes with a lesson. The decks are being written. Each lesson
# stands on those before it; if you know what an LSTM, an embedding, softmax and cross-entropy are, you can read lesson 08
# now.
#
# ## Further reading
#
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep Learning](https://www.deeplearningbook.org), chapter 10: sequence
#   modelling, in full rigour.
# - A. Zhang and others, [Dive into Deep Learning](https://d2l.ai), chapters 9 and 10: the same networks with code.
# - The [guide of Keras to recurrent layers](https://keras.io/guides/working_with_rnns/), for the interface used here.
# - Networks in the browser: [TensorFlow.js](https://www.tensorflow.org/js) runs models like these on a web page.
