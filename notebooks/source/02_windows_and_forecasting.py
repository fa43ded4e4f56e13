# %% [markdown]
# # 02 · Windows and forecasting
#
# You cut a series of measurements into training examples, let recurrent networks forecast it, and find out whether they
# are any better than forecasts that cost nothing.
#
# After this lesson you can
#
# - turn any series into windows, and say what window, horizon, shift and stride are;
# - make naive forecasts, and judge every model against them;
# - split and scale a series so that nothing of the future leaks into the training;
# - forecast one step or many, in a single shot or by feeding forecasts back;
# - read a figure of the error against the horizon.
#
# **Time:** 50 minutes, and as long again for the exercises. **Before:** lesson 01, the recurrent layer. **Slides:** deck A,
# RNN and BPTT.

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
# The lecture calls the window size “the number of timesteps we take to predict into the future”. Read it as the steps we
# *take*, which lie behind us. Its example predicts one hour ahead from six hours of history: window 6, horizon 1. Many
# values go in and one comes out: many-to-one.
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
# The last pair, too, must have its label: 960 − 6 − 1 + 1 = 954. A recurrent layer also wants an axis for the features
# that are measured at each step, even if there is only one. `WindowGenerator` cuts as we did, adds that axis, and knows
# columns by their names. This is `w2` of the lecture (which called the arguments `input_width`, `label_width` and `shift`,
# as a tutorial of TensorFlow does):

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
# windows. **Question:** a model looks at one day and predicts one value, that of the same hour tomorrow. Once a day, at
# midnight, it is asked. What are the four settings, and how many windows have forty days?

# %% tags=["nbval-check-output"]
for name, cut in {
    "w2": w2,
    "a week in, the next day out": WindowGenerator(wave, window=168, horizon=24),
    "a day in, the hour 24 later out, daily": WindowGenerator(wave, 24, 1, shift=24, stride=24),
}.items():
    window, horizon = cut.inputs.shape[1], cut.labels.shape[1]
    print(f"{name}: window {window}, horizon {horizon}, {len(cut)} windows;", end=" ")
    print("labels at", cut.label_indices[[0, -1]])
    assert len(cut) == (960 - cut.window - cut.shift) // cut.stride + 1

# %% [markdown]
# With a stride of 1, a value lies in nearly as many windows as a window is long. Copies would cost memory, so `inputs` and
# `labels` are views: they point into the one array. For training, `dataset` gives the windows in batches, in random order if
# asked. The order *within* a window stays: it is what a recurrent network reads.

# %%
week_in = WindowGenerator(wave, window=168, horizon=24)
copies = (
    week_in.inputs.nbytes + week_in.labels.nbytes
)  # what the views would take as arrays of their own
print(f"the series {wave.nbytes / 1000:.1f} kB, its windows as copies {copies / 1000:.0f} kB")
assert np.shares_memory(week_in.inputs, wave) and np.shares_memory(week_in.labels, wave)
for x, y in w2.dataset(batch_size=32, shuffle=True, seed=1).take(1):
    print("a batch:", x.shape, "→", y.shape)

# %% [markdown]
# Move the sliders: what does a longer window cost, what a longer horizon, and what does a stride save?

# %%
from course_utils.widgets import Slider, explore


def first_two_days(window, horizon, stride):
    return plots.draw_windows(wave[:48], window, horizon, stride)


explore(
    first_two_days,
    alt="48 hours of a sine with the inputs and labels of the first window, and every window as "
    "a row below; sliders set window, horizon and stride.",
    window=Slider(1, 36, 6, 1, "window"),
    horizon=Slider(1, 24, 1, 1, "horizon"),
    stride=Slider(1, 12, 1, 1, "stride"),
)

# %% [markdown]
# Some series cannot be cut. A gap or a wrong order would not stop the training: it would spoil it, unseen. So each of these
# is refused:

# %% tags=["nbval-check-output"]
gaps, hours = wave.copy(), np.arange(960)
gaps[100:103] = np.nan
hours[7] = 3
for wrong in (
    {"series": wave, "window": 960},
    {"series": wave, "window": 6, "horizon": 0},
    {"series": gaps, "window": 6},
    {"series": wave, "window": 6, "time": hours},
):
    try:
        WindowGenerator(**wrong)
    except ValueError as error:
        print("·", error)

# %% [markdown]
# ## 3 What has to be beaten
#
# The series is split in time order: the first 70 % for training; the next 20 % for **validation**, for every choice we make
# on the way; the last 10 % as the **test**, for the numbers we report.
#
# The error is the **mean absolute error**, the mean of |forecast − label|, in the units of the series. Whether it is small
# only a comparison can tell. A **naive forecast** copies a value that is already known:
#
# - *last value*: it goes on as it is now;
# - *seasonal naive*: it goes as it went one season ago, here at the same hour yesterday.
#
# They have no weights and need no training. A model that does not beat them is not worth its electricity. **Question:** what
# is the error of each on a sine?


# %%
def mae(forecast, labels):
    return float(np.abs(forecast - labels).mean())


train_part, validation_part, test_part = split_in_time(wave, (0.7, 0.2, 0.1))
test = WindowGenerator(test_part, window=24)  # a day in view, so that yesterday can be copied
naive = {
    "last value": mae(test.inputs[:, -1:], test.labels),
    "same hour yesterday": mae(test.inputs[:, :1], test.labels),
}
print({name: round(error, 6) for name, error in naive.items()})

# %% [markdown]
# The seasonal naive forecast is exact: no model can beat it here. Our networks will see six hours only, in which yesterday
# is not to be found.
#
# ## 4 Networks, before and after training
#
# Each network has a recurrent layer of 32 units, and a `Dense` that turns its last hidden state into the forecast. `LSTM`
# (장단기 메모리) and `GRU` stand in the place of `SimpleRNN`, with the same call; lesson 03 opens them. `Reshape` brings the
# forecast into the shape of the labels. **Question:** what shape leaves each layer?


# %%
def network(layer, windows):
    return keras.Sequential(
        [
            keras.Input(windows.inputs.shape[1:]),
            layer,
            keras.layers.Dense(windows.horizon),
            keras.layers.Reshape((windows.horizon, 1)),
        ]
    )


model = network(keras.layers.SimpleRNN(32), w2)
for layer in model.layers:
    print(f"{layer.name:12} {layer.output.shape}")
untrained = {"SimpleRNN, untrained": mae(model(test.inputs[:, -6:]), test.labels)}
print(untrained)

# %% [markdown]
# Training minimises the mean squared error, with Adam and a rate that falls to zero. In full mode there are more epochs,
# and the epoch with the best validation error is kept.


# %%
def train(model, windows, validation, epochs):
    steps = epochs * -(-len(windows) // 64)
    model.compile(training.optimizer(0.01, steps), "mse")
    keep_best = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
    model.fit(
        windows.dataset(64, shuffle=True, seed=2),
        validation_data=validation.dataset(256),
        epochs=epochs,
        callbacks=settings.by_mode([], [keep_best]),
        verbose=0,
    )
    return model


KINDS = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU)
windows, validation = WindowGenerator(train_part, 6), WindowGenerator(validation_part, 6)
forecasts = {}
for kind in KINDS:
    model = train(network(kind(32), windows), windows, validation, settings.by_mode(30, 200))
    forecasts[kind.__name__] = model(test.inputs[:, -6:]).numpy()


# %%
def compare(errors, naive):
    for name, error in (naive | errors).items():
        beaten = [other for other in naive if error < naive[other]]
        verdict = f"beats {' and '.join(beaten) or 'no naive forecast'}"
        print(f"{name:24} {error:.4f}   {'naive' if name in naive else verdict}")


errors = {name: mae(forecast, test.labels) for name, forecast in forecasts.items()}
compare(untrained | errors, naive)
best = min(errors, key=errors.get)
shown = {name: forecast[:30, 0, 0] for name, forecast in {best: forecasts[best]}.items()}
last_value = {"last value": test.inputs[:30, -1, 0]}
title = f"{best} sees the wave turn; the last value is {naive['last value']:.2f} off on average"
plots.show(plots.draw_forecasts(test.labels[:30, 0, 0], shown, last_value, title))

# %% [markdown]
# The last value always comes an hour late. The networks know better; copying yesterday stays out of reach. Before you
# admire them, two doubts. First, two values are enough: $x_{t+1} = 2\cos(2\pi/24)\, x_t - x_{t-1}$ holds exactly. Second,
# how new is the test part?

# %%
x = test.inputs[:, -6:, 0]
by_formula = 2 * np.cos(2 * np.pi / 24) * x[:, -1] - x[:, -2]
print(f"two values, no weights: error {mae(by_formula, test.labels[:, 0, 0]):.1e}")
distance = np.abs(x[:, None] - windows.inputs[None, :, :, 0]).max(axis=2).min(axis=1)
print(f"farthest test window from its like in the training part: {distance.max():.1e}")

# %% [markdown]
# Every test window has occurred in the training, for the wave repeats itself: this test cannot tell understanding from
# memory.
#
# ## 5 Two waves and noise
#
# The next series adds a wave of six hours and **noise**: a random number at each step that no forecast can know. Its
# standard deviation $\sigma$ is 0.2, so that in the long run no forecast gets below $\sigma\sqrt{2/\pi} \approx 0.16$, the
# mean absolute value of the noise. **Question:** yesterday's value has the right waves. Why is copying it not good enough?

# %%
noisy = series.noisy_sines(3000, noise=0.2)
train_part, validation_part, test_part = split_in_time(noisy)
windows, validation, test = (WindowGenerator(part, 24) for part in split_in_time(noisy))
naive = {
    "last value": mae(test.inputs[:, -1:], test.labels),
    "same hour yesterday": mae(test.inputs[:, :1], test.labels),
}
errors = {}
for kind in KINDS:
    model = train(network(kind(32), windows), windows, validation, settings.by_mode(10, 60))
    errors[kind.__name__] = mae(model(test.inputs), test.labels)
compare(errors, naive)
print(f"{'no forecast gets below':24} {0.2 * np.sqrt(2 / np.pi):.4f}   (in the long run)")

# %% [markdown]
# Whoever copies yesterday copies its noise as well, and meets today's on top: two independent noises together are
# $\sqrt{2}$ times as large as one. A network can weigh all 24 values, and so average some noise away.
#
# ## 6 A town
#
# Now a series as it might come from a meter: the electrical load of a small town, in megawatts. The town does not exist, so
# nobody's data are published; `series.town_load` adds a daily course, quieter weekends, growth, slow noise (such as
# weather), and quick noise.

# %%
time, load = series.town_load(weeks=40)
for hour in range(3):
    print(time[hour], f"{load[hour]:.2f} MW")
parts = dict(zip(("training", "validation", "test"), split_in_time(load)))
scale = Scale.fit(parts["training"])
print(f"training part: mean {scale.mean:.2f} MW, standard deviation {scale.deviation:.2f} MW")
days = load.reshape(-1, 7, 24).mean(axis=(0, 2))
title = (
    f"On Sundays the town uses {1 - days[6] / days[:5].mean():.0%} less than on a working day"
)
sizes = {name: len(part) for name, part in parts.items()}
plots.show(plots.draw_load(time, load, sizes, title))

# %% [markdown]
# Networks work best with numbers around zero, so the load is **standardised**: less its mean, divided by its standard
# deviation. Both are those of the *training part*; the mean of all forty weeks would tell the network of the growth to come.
#
# The task: at every hour, forecast the next 24. Now the error depends on how far ahead we look. The naive forecasts: the
# last value for all 24 hours; the same hour yesterday; the same hour last week, for which 168 hours must be in view.


# %%
def error_by_hour(forecast, labels):
    return np.abs(forecast - labels).mean(axis=(0, 2))


test = WindowGenerator(parts["test"], window=168, horizon=24)
x, y = test.inputs, test.labels
naive = {
    "last value": error_by_hour(x[:, -1:], y),
    "same hour yesterday": error_by_hour(x[:, -24:], y),
    "same hour last week": error_by_hour(x[:, :24], y),
}
for name, error in naive.items():
    print(f"{name:20}", "  ".join(f"{h:2} h: {error[h - 1]:.2f} MW" for h in (1, 6, 12, 24)))

# %% [markdown]
# The first way to forecast many steps is the **single shot**: a `Dense` with 24 outputs gives all hours at once. The
# networks look at the last 48 hours of the load.

# %%
windows, validation = (
    WindowGenerator(scale.apply(parts[name]), window=48, horizon=24)
    for name in ("training", "validation")
)
epochs = settings.by_mode(4, 30)
by_hour = {}
for kind in KINDS:
    model = train(network(kind(32), windows), windows, validation, epochs)
    forecast = scale.undo(model(scale.apply(x[:, -48:])).numpy())
    by_hour[kind.__name__] = error_by_hour(forecast, y)


# %%
def verdict(by_hour):
    best = np.min(list(naive.values()), axis=0)  # of the naive forecasts, at each hour
    for name, error in by_hour.items():
        print(
            f"{name:22} mean {error.mean():.2f} MW; 24 hours ahead {error[-1]:.2f} MW:", end=" "
        )
        print(
            "beats" if error[-1] < best[-1] else "does not beat",
            "the best naive forecast there;",
        )
        print(f"{'':22} over all hours, it beats that at {np.sum(error < best)} of 24")


verdict(by_hour)
losing = [name for name in by_hour if by_hour[name][-1] >= naive["same hour last week"][-1]]
title = f"A day ahead, {len(losing)} of 3 networks do not beat a copy of last week"
plots.show(plots.draw_error_by_step(by_hour, naive, title))

# %% [markdown]
# The farther ahead, the harder, for the networks; last week's copy is as good for tomorrow as for the next hour. And there
# is something that no network can find in 48 hours of load: Thursday and Friday look alike, but Saturday follows only one of
# them.
#
# The calendar is known in advance, so we tell it, as further **columns**: a sine and a cosine for the hour of the day, and
# another pair for the hour of the week. Two are needed, since a sine alone has the same value on the way up and on the way
# down.

# %%
hour = np.arange(len(load))  # hour 0 is midnight, on a Monday
columns = {"load": scale.apply(load)}
for name, period in (("day", 24), ("week", 168)):
    columns[f"{name} sine"] = np.sin(2 * np.pi * hour / period)
    columns[f"{name} cosine"] = np.cos(2 * np.pi * hour / period)
with_calendar = split_in_time(columns)
test = WindowGenerator(with_calendar[2], window=168, horizon=24)
windows, validation = (
    WindowGenerator(part, 48, 24, label_columns="load") for part in with_calendar[:2]
)
print("inputs", windows.inputs.shape, " labels", windows.labels.shape)
model = train(network(keras.layers.LSTM(32), windows), windows, validation, epochs)
single_shot = scale.undo(model(test.inputs[:, -48:]).numpy())

# %% [markdown]
# The second way is **autoregressive**: a network predicts one hour, its forecast becomes the newest input, and so on, 24
# times. One network serves every horizon; but from the second hour on it reads its own forecasts, errors included.
# **Question:** what must we put into the calendar columns of a forecast hour?

# %%
windows, validation = (
    WindowGenerator(part, 48, label_columns="load") for part in with_calendar[:2]
)
model = train(network(keras.layers.LSTM(32), windows), windows, validation, epochs)
recent, hours = test.inputs[:, -48:], []
for hour in range(24):
    forecast = model(recent)
    newest = test.labels[:, hour : hour + 1].copy()  # its calendar is known in advance,
    newest[:, :, :1] = forecast  # its load is not: the forecast takes its place
    recent = np.concatenate([recent[:, 1:], newest], axis=1)
    hours.append(forecast)
autoregressive = scale.undo(np.concatenate(hours, axis=1))

# %%
by_hour = {
    "LSTM, load only": by_hour["LSTM"],
    "with calendar": error_by_hour(single_shot, y),
    "autoregressive": error_by_hour(autoregressive, y),
}
verdict(by_hour)
week = naive["same hour last week"].mean()
calendar = min(by_hour["with calendar"].mean(), by_hour["autoregressive"].mean())
better = "less" if calendar < week else "more"
title = (
    f"With the calendar: {abs(1 - calendar / week):.0%} {better} error than last week's copy"
)
plots.show(plots.draw_error_by_step(by_hour, naive, title))

# %% [markdown]
# The one-step network specialises on the next hour, the single shot has to be fair to all 24. Which of the two wins in the
# long run is decided by trial, on the validation part. A single forecast, from a Friday noon on:

# %%
start_hours = time[
    len(load) - len(parts["test"]) + 168 :
]  # of the first hour forecast, for each window
friday = next(
    i for i, h in enumerate(start_hours.tolist()) if h.weekday() == 4 and h.hour == 12
)
models = {
    "with calendar": single_shot[friday, :, 0],
    "autoregressive": autoregressive[friday, :, 0],
}
copy = {"same hour last week": x[friday, :24, 0], "same hour yesterday": x[friday, -24:, 0]}
nearest = min(models | copy, key=lambda name: mae((models | copy)[name], y[friday, :, 0]))
title = f"From Friday noon on: nearest to what came was “{nearest}”"
axes = ("hours ahead (0: Friday noon)", "load (MW)")
history = x[friday, -48:, 0]
plots.show(plots.draw_forecasts(y[friday, :, 0], models, copy, title, history, axes))

# %% [markdown]
# ## 7 What goes wrong
#
# **Shuffled before the split.** Neighbouring windows share nearly all of their values. If windows are shuffled and then
# split, each test window has its neighbours among those trained on, with most of its labels: a **leak** (데이터 누수). To
# measure it, we take the purest memory there is: it finds the most similar window it has seen and repeats what came after
# that.

# %%
every = WindowGenerator(scale.apply(load), window=168, horizon=24)
x, y = every.inputs[:, :, 0], every.labels[:, :, 0]


def memory_error(seen, new):
    distances = -2 * x[new] @ x[seen].T + (x[seen] ** 2).sum(
        axis=1
    )  # squared, but for a constant
    return mae(y[seen[distances.argmin(axis=1)]], y[new]) * scale.deviation


n, cut = len(every), int(0.8 * len(every))
shuffled = np.random.default_rng(1).permutation(n)
in_order, after = np.arange(cut), np.arange(cut + every.total, n)  # no step in common
print(f"memory, shuffled and then split: {memory_error(shuffled[:cut], shuffled[cut:]):.2f} MW")
print(f"memory, split in time order:     {memory_error(in_order, after):.2f} MW")
print(
    f"same hour last week:             {mae(x[after, :24], y[after]) * scale.deviation:.2f} MW"
)

# %% [markdown]
# Shuffled, the memory seems to rival our networks. In time order, which is how a forecast is used, little of its lead over
# last week's copy is left.
#
# **Scaled by the whole series.** The simplest model says 0, the mean that it was given. **One step ahead.** A forecast drawn
# beside the truth looks perfect, when it is only late. Both are measured here:

# %%
for name, part in (("training part", parts["training"]), ("whole series", load)):
    zero = Scale.fit(part).undo(0)
    print(
        f"scaled by the {name}: 0 means {zero:.2f} MW, test error {mae(zero, parts['test']):.3f}"
    )
test_load = parts["test"]
r = np.corrcoef(test_load[:-1], test_load[1:])[0, 1]
print(f"last value, one hour ahead: correlation with the truth {r:.2f},", end=" ")
print(
    f"and yet {naive['last value'][0] / by_hour['autoregressive'][0]:.1f} times the LSTM's error"
)

# %% [markdown]
# The scale of the whole series knows of the growth, and makes a model without any skill look better than it is; the
# stronger the trend, the more. And a high correlation says little where each value resembles the one before: report the
# error, beside that of the naive forecasts, at the horizon you need.
#
# ## Exercises
#
# **1 How many windows?** (5 minutes). Return the number of windows as an int, for a series of `steps` values; 0 if it is too
# short.


# %%
def count_windows(steps, window, shift, stride):
    return None  # your code here


exercises.count.check(count_windows)
# exercises.count.hint()
# exercises.count.solution()

# %% [markdown]
# **2 The seasonal naive forecast** (10 minutes). `inputs` has shape (windows, window), and `period` is the length of a
# season. Return the forecast, (windows, horizon). If the horizon is longer than a season, the season is repeated.


# %%
def seasonal_naive(inputs, horizon, period):
    return None  # your code here


exercises.seasonal.check(seasonal_naive)
# exercises.seasonal.hint()
# exercises.seasonal.solution()

# %% [markdown]
# **3 Feed the forecast back** (15 minutes). `one_step` is a model: called with an array of as many values as `window` has, it
# returns a forecast of the next value. Return `horizon` forecasts, (horizon,).


# %%
def feed_back(one_step, window, horizon):
    return None  # your code here


exercises.fed_back.check(feed_back)
# exercises.fed_back.hint()
# exercises.fed_back.solution()

# %% [markdown]
# **4 A better opponent** (30 minutes). Without a network, beat last week's copy by at least a tenth. `inputs`, (windows, 336),
# holds the load of the last two weeks in megawatts; return a forecast of the next hours, (windows, horizon). It is judged
# on towns that you have not seen.


# %%
def better_week(inputs, horizon):
    return None  # your code here; last week's copy is inputs[:, 168 : 168 + horizon]


exercises.better.check(better_week)
# exercises.better.hint()
# exercises.better.solution()

# %% [markdown]
# ## Summary
#
# - Window: steps looked at. Horizon: steps predicted. Shift: from the last input to the last label. Stride: from window to
#   window.
# - Split in time order, scale by the training part, and only then cut windows.
# - Naive forecasts come first; an error without them says nothing, and some models do not beat them.
# - Single shot gives all steps at once, autoregressive feeds each forecast back; draw the error against the horizon.
# - What is known in advance, such as the calendar, belongs among the inputs.
#
# **Two quick questions**
#
# <details><summary>A colleague reports a correlation of 0.99 for forecasts one minute ahead. What do you ask?</summary>
# What the last value reaches, on the same test part, and how it was split off.</details>
#
# <details><summary>A window of 100, a horizon of 20, a series of 119 steps: how many windows?</summary>
# None. One window needs 120 steps.</details>
#
# **Next:** lesson 03, inside the LSTM and the GRU.
#
# ## Further reading
#
# - R. J. Hyndman and G. Athanasopoulos, [Forecasting: Principles and Practice](https://otexts.com/fpp3/), 3rd edition, 2021.
# - TensorFlow, [Time series forecasting](https://www.tensorflow.org/tutorials/structured_data/time_series), the tutorial
#   from which the lecture's `WindowGenerator` comes.
# - S. Ben Taieb and others, [A review and comparison of strategies for multi-step ahead time series forecasting](https://arxiv.org/abs/1108.3259), 2011.
