# %% [markdown]
# # 00 · Start here
#
# In a minute you will read a paragraph that a recurrent network wrote. Then you will know how this course works.
#
# After this lesson you can
#
# - run, restart and reset a notebook, and know what to do when something fails;
# - use the exercises and the sliders of the course;
# - choose where to begin.
#
# **Time:** 15 minutes. **Before:** some Python and NumPy; no knowledge of networks.
#
# Click on the first grey cell below and press **Shift + Enter**. It runs the cell and moves on to the next. The first one
# takes a few seconds, since it loads TensorFlow.

# %%
from course_utils.start import start

start(seed=7)

# %% [markdown]
# That line names the versions you are running, whether there is a GPU (none is needed), and where the data come from.
#
# ## A network writes
#
# The course brings a network that has read *Alice's Adventures in Wonderland* (the first nine tenths of it), one character
# at a time, and learned one thing: given the characters so far, which one comes next? Asked again and again, it writes.

# %%
from course_utils import checkpoints, generation

alice = checkpoints.load("alice")
write = generation.Generator(alice.model, alice.vocabulary)
print("alice " + write("alice ", 500, temperature=0.7, seed=7))

# %% [markdown]
# Nobody gave it words, spelling or grammar. It has a list of a few dozen characters, and about 860,000 numbers that were
# adjusted until its guesses were good. It knows how words are spelled and who speaks in Wonderland, and it has no idea
# what any of it means. How it does that, and how you build it yourself, is the subject of the course.
#
# Change the prompt or the seed in the cell above and run it again. The book was turned to lower case, so use lower-case
# letters. Then try the slider: the **temperature** decides how much the network dares.

# %%
from course_utils import plots
from course_utils.widgets import Slider, TextBox, explore


def next_character(prompt, temperature):
    logits = write.logits("".join(c for c in prompt.lower() if c in alice.vocabulary))[-1]
    return plots.draw_next_symbol(logits, alice.vocabulary.symbols, prompt, temperature)


explore(
    next_character,
    alt="Bars: how likely each character is after the prompt. A slider sets the temperature.",
    prompt=TextBox("the white rabb", "prompt"),
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
# - **Reset** a notebook you have changed: `git checkout -- notebooks/`, or download the course again.
# - **Something fails?** In a terminal, in the folder of the course: `python -m course_utils.doctor`. It looks at versions,
#   data and checkpoints, says what to do, and ends with a report that you can paste into an issue.
#
# Every lesson runs in **class mode**: no cell takes longer than a minute on two processor cores. Where a good result
# needs longer, the lesson trains for that minute, shows what it gives, and then loads a checkpoint that was trained for
# longer. With `COURSE_MODE=full` set before JupyterLab starts, it trains for as long as it takes.
#
# **No network?** The course brings texts of its own, and uses them if the real data cannot be had. `make data` fetches
# the real data once, for working offline later.
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
# | 01 | Recurrent networks and backpropagation through time | 50 | A | your own backward pass, equal to TensorFlow's |
# | 02 | Windows and forecasting | 45 | A | a forecast, and whether it beats the naive one |
# | 03 | LSTM gates | 50 | B | a microscope on a gate that counts quotation marks |
# | 04 | `return_sequences` and `return_state` | 45 | C | never guessing a shape again |
# | 05 | Tokenizers and embeddings | 45 | D | a map of words that a network drew |
# | 06 | Sentiment | 50 | D | film reviews judged, and a baseline that is hard to beat |
# | 07 | Character models | 45 | E | invented names |
# | 08 | [Alice: text generation](08_alice_text_generation.ipynb) | 50 | E | a page in the manner of Alice |
# | 09 | Translation with an encoder and a decoder | 50 | F | German sentences |
# | 10 | Attention | 45 | F | seeing which word looks at which |
# | 11 | LSTM for images | 30 | C | a digit recognised row by row |
#
# Lessons without a link are being written. Each stands on those before it; if you know what an LSTM is, lesson 08 can
# be read now.
#
# ## Further reading
#
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep Learning](https://www.deeplearningbook.org), chapter 10: sequence
#   modelling, in full rigour.
# - A. Zhang and others, [Dive into Deep Learning](https://d2l.ai), chapters 9 and 10: the same networks with code.
# - The [guide of Keras to recurrent layers](https://keras.io/guides/working_with_rnns/), for the interface used here.
# - Networks in the browser: [TensorFlow.js](https://www.tensorflow.org/js) runs models like these on a web page.
