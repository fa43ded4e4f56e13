# %% [markdown]
# # 02 · Windows and forecasting
#
# You cut a series of measurements into training examples, let recurrent networks forecast it, and find out whether they
# are any better than forecasts that cost nothing.
#
# After this lesson you can
#
# - turn any series into windows, and say what window, horizon, shift and stride are;
# - judge every model against naive forecasts, at each step ahead;
# - split and scale a series so that nothing of the future leaks into the training;
# - forecast one step or many, in a single shot or by feeding forecasts back.
#
# **Time:** 45 minutes, and 55 for the exercises. **Before:** lesson 01. **Slides:** deck A.

# %%
from course_utils.start import start

start(seed=2)
import keras, numpy as np
from course_utils import plots, series, settings, training
from course_utils.exercises import lesson_02 as exercises

# %% [markdown]
# ## 1 A series
#
# A **time series** (시계열) is a row of measurements in time order, at equal steps. A **forecast** (예측) is a statement
# about steps that have not come yet. The lecture's example is a sine function; ours has one value an hour and repeats
# itself every day: $x_t = \sin(2\pi t / 24)$.

# %%
wave = series.sine(960)  # forty days of hours
print(wave.shape, wave[:8].round(3))
t = np.arange(960)
assert np.allclose(wave, np.sin(2 * np.pi * t / 24), atol=1e-6)

# %% [markdown]
# ## 2 From a series to examples
#
# A network learns from pairs: inputs, and labels that say what should have come out. Two numbers say how a series is cut
# into pairs:
#
# - the **window**: how many steps the model looks at;
# - the **horizon**: how many steps ahead it predicts.
#
# The lecture calls the window size “the number of timesteps we take to predict into the future”. These are the steps we
# *take*, behind us. Its example predicts one hour ahead from six hours of history: window 6, horizon 1, many-to-one.
#
# **Question:** how many such pairs are there in 960 values, if each begins one hour after the one before?

# %%
window, horizon = 6, 1
count = len(wave) - window - horizon + 1
inputs = np.array([wave[i : i + window] for i in range(count)])
labels = np.array([wave[i + window : i + window + horizon] for i in range(count)])
print("inputs", inputs.shape, " labels", labels.shape)
print(inputs[0].round(2), "→", labels[0].round(2))

# %% [markdown]
# The last pair, too, must have its label: 960 − 6 − 1 + 1 = 954. A recurrent layer also wants an axis for the features,
# even if there is only one. `WindowGenerator` cuts as we did, adds that axis, and knows columns by their names. This is
# `w2` of the lecture (its `input_width` and `label_width` are our window and horizon):

# %% tags=["nbval-check-output"]
from course_utils.windows import Scale, WindowGenerator, split_in_time

w2 = WindowGenerator(
    {"sinefunction": wave}, window=6, horizon=1, label_columns=["sinefunction"]
)
print(w2)
print("inputs", w2.inputs.shape, " labels", w2.labels.shape)
assert np.array_equal(w2.inputs[:, :, 0], inputs)
assert np.array_equal(w2.labels[:, :, 0], labels)

# %% [markdown]
# The lecture's quiz asks for window size and horizon. They can be read off the shapes: axis 1 of the inputs, axis 1 of the
# labels. Two more settings complete the picture:
#
# - the **shift**: how many steps after the last input the last label lies. If it is not given, it equals the horizon, and
#   the labels follow the inputs at once;
# - the **stride**: how many steps after one window the next one begins.
#
# From its first input to its last label, a window takes window + shift steps, so a series has
# $$\lfloor (\text{steps} - \text{window} - \text{shift}) / \text{stride} \rfloor + 1$$
# windows. **Question:** once a day, a model looks at the last 24 hours and predicts the one value that comes 24 hours after
# the last of them. What are the four settings, and how many windows are there in forty days?

# %% tags=["nbval-check-output"]
for name, cut in {
    "w2": w2,
    "a week in, the next day out": WindowGenerator(wave, window=168, horizon=24),
    "once a day, a day in, one value out": WindowGenerator(wave, 24, 1, shift=24, stride=24),
}.items():
    window, horizon = cut.inputs.shape[1], cut.labels.shape[1]
    print(
        f"{name}: window {window}, horizon {horizon}, shift {cut.shift}, stride {cut.stride};",
        end=" ",
    )
    print(f"{len(cut)} windows")
    assert len(cut) == (960 - cut.window - cut.shift) // cut.stride + 1

# %% [markdown]
# With a stride of 1, most values lie in as many windows as a window has steps, its labels counted. Copies would cost memory,
# so `inputs` and `labels` are views into the one array. `dataset` gives the windows in batches, in random order if asked;
# the order *within* a window stays.
#
# Then move the sliders: what does a longer window cost, what a longer horizon, and what does a stride save?

# %%
week_in = WindowGenerator(wave, window=168, horizon=24)
copies = week_in.inputs.nbytes + week_in.labels.nbytes  # as arrays of their own
print(f"the series {wave.nbytes / 1000:.1f} kB, its windows as copies {copies / 1000:.0f} kB")
assert np.shares_memory(week_in.inputs, wave) and np.shares_memory(week_in.labels, wave)
for x, y in w2.dataset(batch_size=32, shuffle=True, seed=1).take(1):
    print("a batch:", x.shape, "→", y.shape)

# %%
from course_utils.widgets import Slider, explore

explore(
    lambda window, horizon, stride: plots.draw_windows(wave[:48], window, horizon, stride),
    alt="48 hours of a sine, the inputs and labels of its first window, all windows as rows below.",
    window=Slider(1, 36, 6, 1, "window"),
    horizon=Slider(1, 24, 1, 1, "horizon"),
    stride=Slider(1, 12, 1, 1, "stride"),
)

# %% [markdown]
# A gap or a wrong order would not stop the training: it would spoil it, unseen. So each of these is refused:

# %% tags=["nbval-check-output"]
import textwrap

gaps, hours = wave.copy(), np.arange(960)
gaps[100:103], hours[7] = np.nan, 3
for wrong in ({"window": 960}, {"horizon": 0}, {"series": gaps}, {"time": hours}):
    try:
        WindowGenerator(**({"series": wave, "window": 6} | wrong))
    except ValueError as error:
        print(textwrap.fill(f"· {error}", 96, subsequent_indent="  "))

# %% [markdown]
# ## 3 What has to be beaten
#
# The series is split in time order: the first 70 % for training; the next 20 % for **validation**, by which one chooses
# windows, layers and epochs; the last 10 % as the **test**, for the numbers we report.
#
# The error is the **mean absolute error**, the mean of |forecast − label|, in the units of the series. Whether it is small
# only a comparison can tell. A **naive forecast** copies a value that is already known:
#
# - *last value*: it goes on as it is now;
# - *seasonal naive*: it goes as it went one season ago, here at the same hour yesterday.
#
# They have no weights and need no training. A model that does not beat them is not worth its electricity.
# `series.comparison` prints errors, and which naive forecasts a model beats. **Question:** what is the error of each on a
# sine?


# %%
def mae(forecast, labels):  # one value for each step ahead
    return np.abs(forecast - labels).mean(axis=(0, 2))


training_part, validation_part, test_part = split_in_time(wave, (0.7, 0.2, 0.1))
test = WindowGenerator(test_part, window=24)  # a day in view, so that yesterday can be copied
x, y = test.inputs, test.labels
naive = {"last value": mae(x[:, -1:], y), "same hour yesterday": mae(x[:, :1], y)}
print(series.comparison({}, naive))

# %% [markdown]
# The seasonal naive forecast is exact here. Our networks will see six hours only.
#
# ## 4 Networks, before and after training
#
# Each network has a recurrent layer of 32 units, and a `Dense` that makes the forecast from its last hidden state. `LSTM`
# (장단기 메모리) and `GRU` stand in the place of `SimpleRNN`; lesson 03 opens them. `Reshape` gives the forecast the shape of
# the labels. **Question:** what shape leaves each layer?


# %%
def network(layer, windows):
    output = [keras.layers.Dense(windows.horizon), keras.layers.Reshape((windows.horizon, 1))]
    return keras.Sequential([keras.Input(windows.inputs.shape[1:]), layer, *output])


model = network(keras.layers.SimpleRNN(32), w2)
for layer in model.layers:
    print(f"{layer.name:12} {layer.output.shape}")
errors = {"SimpleRNN, untrained": mae(model(x[:, -6:]), y)}
print(series.comparison(errors, naive))

# %% [markdown]
# Training minimises the mean squared error, which is smooth where the absolute one has a kink, in batches of 64 windows, with
# Adam and a rate that falls to zero. `by_mode(20, 100)` is 20 in class mode and 100 in full mode.


# %%
def train(model, windows, epochs):
    model.compile(training.optimizer(0.01, epochs * len(windows) // 64), "mse")
    batches = windows.dataset(64, shuffle=True, seed=2)
    model.fit(batches, epochs=epochs, shuffle=False, verbose=0)  # the dataset has shuffled
    return model


KINDS = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU)
windows, epochs = WindowGenerator(training_part, window=6), settings.by_mode(20, 100)
models = {kind.__name__: train(network(kind(32), windows), windows, epochs) for kind in KINDS}

# %%
forecasts = {name: model(x[:, -6:]).numpy() for name, model in models.items()}
errors |= {name: mae(forecast, y) for name, forecast in forecasts.items()}
print(series.comparison(errors, naive))
off = f"SimpleRNN {errors['SimpleRNN'][0]:.3f}, last value {naive['last value'][0]:.3f}"
title = f"Mean absolute error an hour ahead: {off}"
drawn, copied = {"SimpleRNN": forecasts["SimpleRNN"][:30, 0, 0]}, {"last value": x[:30, -1, 0]}
plots.show(plots.draw_forecasts(y[:30, 0, 0], drawn, copied, title))
by_formula = 2 * np.cos(2 * np.pi / 24) * x[:, -1:] - x[:, -2:-1]
print(f"a formula of two values, no weights: error {mae(by_formula, y)[0]:.1e}")
apart = np.abs(x[:, None, -6:] - windows.inputs).max(axis=(2, 3))  # of each pair of windows
print(f"farthest test window from its like in the training part: {apart.min(axis=1).max():.1e}")

# %% [markdown]
# The last value always comes an hour late. Before you admire the networks, look at the last two lines.
# $x_{t+1} = 2\cos(2\pi/24)\, x_t - x_{t-1}$ holds for this sine exactly: two values are enough. And every test window has
# occurred in the training, for the wave repeats itself. This test cannot tell understanding from memory.
#
# ## 5 Two waves and noise
#
# The next series adds a wave of six hours, and **noise**: at each step a normally distributed number, new every time, which
# no forecast can know. Even if you know the waves exactly, an error is left, the mean absolute value of the noise: in the long run
# $\sigma\sqrt{2/\pi} = 0.16$ for a standard deviation of $\sigma = 0.2$. **Question:** yesterday's value has the right
# waves. Why is copying it not good enough?

# %%
noisy, waves = series.noisy_sines(3000, noise=0.2), series.noisy_sines(3000, noise=0)
windows, _, test = (WindowGenerator(part, window=24) for part in split_in_time(noisy))
x, y = test.inputs, test.labels
naive = {"last value": mae(x[:, -1:], y), "same hour yesterday": mae(x[:, :1], y)}
errors = {"the waves, known exactly": mae(waves[-len(test) :, None, None], y)}
for kind in KINDS:
    model = train(network(kind(32), windows), windows, settings.by_mode(10, 30))
    errors[kind.__name__] = mae(model(x), y)
print(series.comparison(errors, naive))

# %% [markdown]
# Whoever copies yesterday copies its noise too, and meets today's on top: the difference of two independent noises is
# $\sqrt{2}$ times as large as one. A network can weigh all 24 values, and so average the copied noise away.
#
# ## 6 A town
#
# Now the electrical load of a small town, in megawatts, as it might come from a meter. The town does not exist:
# `series.town_load` adds up a daily course, quieter weekends, growth, slow noise (as weather makes it) and quick noise.

# %%
time, load = series.town_load(weeks=40)
print(time[:3], load[:3].round(2), "MW")
parts = dict(zip(("training", "validation", "test"), split_in_time(load)))
scale = Scale.fit(parts["training"])
print(f"training part: mean {scale.mean:.2f} MW, standard deviation {scale.deviation:.2f} MW")
days = load.reshape(-1, 7, 24).mean(axis=(0, 2))
less = 1 - days[6] / days[:5].mean()
title = f"On Sundays the town uses {less:.0%} less than on a working day"
plots.show(plots.draw_load(time, parts, title))

# %% [markdown]
# Networks work best with numbers around zero, so the load is **standardised**: less its mean, divided by its standard
# deviation. Both are those of the *training part*; the mean of all forty weeks knows of the growth to come.
#
# The task: at every hour, forecast the next 24. The naive forecasts: the last value for all 24 hours; the same hour
# yesterday; the same hour last week, for which 168 hours must be in view. **Question:** two of them are one and the same
# forecast at 24 hours ahead. Which?

# %%
test = WindowGenerator(parts["test"], window=168, horizon=24)
x, y = test.inputs, test.labels
naive = {
    "last value": mae(x[:, -1:], y),
    "same hour yesterday": mae(x[:, -24:], y),
    "same hour last week": mae(x[:, :24], y),
}
print(series.comparison({}, naive))

# %% [markdown]
# The first way to forecast many steps is the **single shot**: a `Dense` with 24 outputs gives all hours at once. The
# networks look at the last 48 hours. Beside them a **linear model**, which weighs the hours it sees by least squares.


# %%
def linear(inputs, labels):
    def table(array):  # one row for each window, and a 1 for the bias
        return np.c_[array.reshape(len(array), -1), np.ones(len(array))]

    weights = np.linalg.lstsq(table(inputs), labels[:, :, 0], rcond=None)[0]
    return lambda new: (table(new) @ weights)[:, :, None]


past, epochs, by_kind, by_line = scale.apply(parts["training"]), settings.by_mode(4, 10), {}, {}
windows = WindowGenerator(past, window=48, horizon=24)
for kind in KINDS:
    model = train(network(kind(32), windows), windows, epochs)
    by_kind[kind.__name__] = mae(scale.undo(model(scale.apply(x[:, -48:])).numpy()), y)
for hours in (48, 168):
    wide = WindowGenerator(past, window=hours, horizon=24)
    forecast = linear(wide.inputs, wide.labels)(scale.apply(x[:, -hours:]))
    by_line[f"linear, {hours} hours"] = mae(scale.undo(forecast), y)
print(series.comparison(by_kind | by_line, naive))
losing = [name for name in by_kind if by_kind[name][-1] >= naive["same hour last week"][-1]]
title = f"A day ahead, {len(losing)} of 3 networks do not beat a copy of last week"
plots.show(plots.draw_error_by_step(by_kind, naive, title))

# %% [markdown]
# For a network, tomorrow is harder than the next hour; for the copy of last week, it is not. And 48 hours do not tell
# Thursday from Friday, of which only one is followed by a Saturday; a linear model that sees a whole week can.
#
# The calendar is known in advance, so we give it to the network as further **columns**: a sine and a cosine for the hour of
# the day, and another pair for the hour of the week. (A sine alone has the same value on its way up and down.)

# %%
hour = np.arange(len(load))  # hour 0 is midnight, on a Monday
columns = {"load": scale.apply(load)}
for name, period in (("day", 24), ("week", 168)):
    columns[f"{name} sine"] = np.sin(2 * np.pi * hour / period)
    columns[f"{name} cosine"] = np.cos(2 * np.pi * hour / period)
training_part, *rest = split_in_time(columns)
validation, test = (WindowGenerator(part, window=168, horizon=24) for part in rest)
windows = WindowGenerator(training_part, window=48, horizon=24, label_columns="load")
print("inputs", windows.inputs.shape, " labels", windows.labels.shape)
direct = train(network(keras.layers.LSTM(32), windows), windows, epochs)
clock = np.eye(168)  # for the linear model: a column for each hour of the week
seen = np.c_[windows.inputs[:, :, 0], clock[(48 + np.arange(len(windows))) % 168]]
line = linear(seen, windows.labels)
new = np.c_[test.inputs[:, -48:, 0], clock[np.arange(len(test)) % 168]]  # from a Monday on
errors = {"linear": mae(scale.undo(line(new)), y)}

# %% [markdown]
# The second way is **autoregressive**: a network predicts one hour, its forecast is fed back as the newest input, and so on.
# One network serves every horizon; but from the second hour on it reads its own forecasts, errors included.
# **Question:** what must we put into the calendar columns of a forecast hour?

# %%
windows = WindowGenerator(training_part, window=48, label_columns="load")
one_step = train(network(keras.layers.LSTM(32), windows), windows, epochs)


def autoregressive(windows):
    recent, forecasts = windows.inputs[:, -48:], []
    for step in range(24):
        forecasts.append(one_step(recent))
        newest = windows.labels[:, step : step + 1].copy()  # its calendar is known in advance,
        newest[:, :, :1] = forecasts[-1]  # its load is not: the forecast takes its place
        recent = np.concatenate([recent[:, 1:], newest], axis=1)
    return np.concatenate(forecasts, axis=1)


# %%
ways = {
    "single shot": lambda part: direct(part.inputs[:, -48:]).numpy(),
    "autoregressive": autoregressive,
}
validated = {}
for name, way in ways.items():
    errors[name] = mae(scale.undo(way(test)), y)
    validated[name] = mae(way(validation), validation.labels[:, :, :1]).mean() * scale.deviation
    print(f"{name:14} on the validation part: {validated[name]:.3f} MW")
print(series.comparison(errors, naive))
chosen = min(validated, key=validated.get)
week = naive["same hour last week"].mean()
shares = f"{errors[chosen].mean() / week:.0%} (LSTM) and {errors['linear'].mean() / week:.0%} (linear)"
title = f"With the calendar, errors of {shares} of last week's copy"
plots.show(plots.draw_error_by_step(errors, naive, title))

# %% [markdown]
# The one-step network is the better one at the next hour, for which it was trained. Over all hours they are close, and with
# other seeds they change places. The validation part chooses, as for the title above: choosing by the test part would make
# the reported error too small.
#
# And the linear model, told the hour of the week, beats both: a weekly course plus noise is what it can express. Try it
# first; networks earn their price where relations are not linear, as in language.
#
# ## 7 What goes wrong
#
# **Shuffled before the split.** Neighbouring windows share nearly all of their values. If windows are shuffled and then
# split, each test window has neighbours among those trained on, with most of its labels: a **leak** (데이터 누수). To measure
# it, take a pure memory: it finds the most similar window it has seen, and repeats what came after it. Then we forbid it
# the windows that share a step with the one asked for.
#
# **Scaled by the whole series.** The simplest model always says 0, the mean that it was given.
#
# **One step ahead.** Look at the figure of section 4 again: the last value, drawn beside what came, is only a little late.

# %%
every = WindowGenerator(scale.apply(load), window=168, horizon=24)
before, after = every.inputs[:, :, 0], every.labels
shuffled = np.random.default_rng(1).permutation(len(every))
new, seen = np.split(shuffled, [len(every) // 5])  # a fifth to test on


def memory(steps_apart):
    # squared distances, but for a constant: |a - b|² = |a|² - 2 a·b + |b|²
    distances = (before[seen] ** 2).sum(axis=1) - 2 * before[new] @ before[seen].T
    distances[np.abs(new[:, None] - seen) < steps_apart] = np.inf
    return after[seen[distances.argmin(axis=1)]]


for name, forecast in (
    ("memory, shuffled and then split", memory(0)),
    ("memory, no step in common", memory(every.total)),
    ("same hour last week", every.inputs[new, :24]),
):
    print(f"{name:32} {mae(forecast, after[new]).mean() * scale.deviation:.2f} MW")

# %%
for name, part in (("training part", parts["training"]), ("whole series", load)):
    zero = Scale.fit(part).undo(0)
    error = np.abs(zero - parts["test"]).mean()
    print(f"scaled by the {name}: 0 means {zero:.2f} MW, test error {error:.2f} MW")
r = np.corrcoef(parts["test"][:-1], parts["test"][1:])[0, 1]
ratio = naive["last value"][0] / errors["autoregressive"][0]
print(f"last value, an hour ahead: correlation with what came {r:.2f},", end=" ")
print(f"error {ratio:.1f} times that of the LSTM")

# %% [markdown]
# With its neighbours, the memory seems far better than last week's copy; without them, hardly anything of that is left. The
# scale of the whole series knows of the growth, and flatters the model that says the mean. (A trained network hardly gains
# from it. Keep to the rule all the same: it costs nothing.) And a high correlation says little where each value resembles
# the one before. Report the error, beside that of the naive forecasts, at the horizon that you need.
#
# ## Exercises
#
# **1 The seasonal naive forecast** (10 minutes). `inputs` has shape (windows, window), and `period` is the length of a
# season. Return the forecast, (windows, horizon). If the horizon is longer than a season, the season is repeated.


# %%
def seasonal_naive(inputs, horizon, period):
    return None  # your code here


exercises.seasonal.check(seasonal_naive)
# exercises.seasonal.hint()
# exercises.seasonal.solution()

# %% [markdown]
# **2 Feed the forecast back** (15 minutes). `one_step` is a model: called with an array of as many values as `window` has, it
# returns a forecast of the next value. Return `horizon` forecasts, (horizon,).


# %%
def feed_back(one_step, window, horizon):
    return None  # your code here


exercises.fed_back.check(feed_back)
# exercises.fed_back.hint()
# exercises.fed_back.solution()

# %% [markdown]
# **3 A better opponent** (30 minutes). Without a network, beat last week's copy by at least a tenth. `inputs`, (windows, 336),
# holds two weeks of load in megawatts; return a forecast, (windows, horizon). It is judged on unseen towns, with horizons
# 24 and 12.


# %%
def better_week(inputs, horizon):
    return None  # your code here; last week's copy is inputs[:, 168 : 168 + horizon]


exercises.better.check(better_week)
# exercises.better.hint()
# exercises.better.solution()

# %% [markdown]
# ## Summary
#
# - Window: steps looked at. Horizon: steps predicted. Shift: last input to last label. Stride: window to window.
# - Split in time order, scale by the training part, and only then cut windows.
# - Naive forecasts and a linear model come first; an error without them says nothing, and some networks do not beat them.
# - Single shot gives all steps at once, autoregressive feeds each forecast back.
# - What is known in advance, such as the calendar, belongs in the inputs.
#
# **Two quick questions**
#
# <details><summary>A colleague reports a correlation of 0.99 for forecasts one minute ahead. What do you ask?</summary>
# What correlation the last value reaches on the same test part, and whether that comes after the training part.</details>
#
# <details><summary>A window of 100, a horizon of 20, a series of 119 steps: how many windows?</summary>
# None. One window needs 120 steps.</details>
#
# **Next:** [lesson 03](03_lstm_gates.ipynb), inside the LSTM and the GRU.
#
# ## Further reading
#
# - R. J. Hyndman and G. Athanasopoulos, [Forecasting: Principles and Practice](https://otexts.com/fpp3/), 3rd edition, 2021.
# - TensorFlow, [Time series forecasting](https://www.tensorflow.org/tutorials/structured_data/time_series), the tutorial
#   with the `WindowGenerator` of the lecture.
# - S. Ben Taieb and others, [A review and comparison of strategies for multi-step ahead time series forecasting](https://arxiv.org/abs/1108.3259), 2011.
