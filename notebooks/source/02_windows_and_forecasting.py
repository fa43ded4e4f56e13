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
# windows. **Question:** once a day, a model looks at the last 24 hours and predicts the one value that comes 24 hours after
# the last of them. What are the four settings, and how many windows are there in forty days?

# %% tags=["nbval-check-output"]
for name, cut in {
    "w2": w2,
    "a week in, the next day out": WindowGenerator(wave, window=168, horizon=24),
    "once a day, a day in, one value out": WindowGenerator(wave, 24, 1, shift=24, stride=24),
}.items():
    window, horizon = cut.inputs.shape[1], cut.labels.shape[1]
    print(f"{name}: window {window}, horizon {horizon}, {len(cut)} windows;", end=" ")
    print("labels at", cut.label_indices[[0, -1]])
    assert len(cut) == (960 - cut.window - cut.shift) // cut.stride + 1

# %% [markdown]
# With a stride of 1, most values lie in as many windows as a window has steps. Copies would cost memory, so `inputs` and
# `labels` are views into the one array. For training, `dataset` gives the windows in batches, in random order if asked. The
# order *within* a window stays: it is what a recurrent network reads.
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
# Some series cannot be cut. A gap or a wrong order would not stop the training: it would spoil it, unseen. So each of these
# is refused:

# %% tags=["nbval-check-output"]
gaps, hours = wave.copy(), np.arange(960)
gaps[100:103], hours[7] = np.nan, 3
for wrong in ({"window": 960}, {"horizon": 0}, {"series": gaps}, {"time": hours}):
    try:
        WindowGenerator(**({"series": wave, "window": 6} | wrong))
    except ValueError as error:
        print("·", error)

# %% [markdown]
# ## 3 What has to be beaten
#
# The series is split in time order: the first 70 % for training; the next 20 % for **validation**, on which one chooses
# windows, layers and epochs (as was done for this lesson); the last 10 % as the **test**, for the numbers we report.
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
def mae(forecast, labels):  # one value for each step ahead
    return np.abs(forecast - labels).mean(axis=(0, 2))


training_part, validation_part, test_part = split_in_time(wave, (0.7, 0.2, 0.1))
test = WindowGenerator(test_part, window=24)  # a day in view, so that yesterday can be copied
x, y = test.inputs, test.labels
naive = {"last value": mae(x[:, -1:], y), "same hour yesterday": mae(x[:, :1], y)}
print(series.comparison({}, naive))

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
    output = [keras.layers.Dense(windows.horizon), keras.layers.Reshape((windows.horizon, 1))]
    return keras.Sequential([keras.Input(windows.inputs.shape[1:]), layer, *output])


model = network(keras.layers.SimpleRNN(32), w2)
for layer in model.layers:
    print(f"{layer.name:12} {layer.output.shape}")
errors = {"SimpleRNN, untrained": mae(model(x[:, -6:]), y)}
print(series.comparison(errors, naive))

# %% [markdown]
# Training minimises the mean squared error, in batches of 64 windows, with Adam and a rate that falls to zero.


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
distance = np.abs(x[:, None, -6:] - windows.inputs).max(axis=(2, 3)).min(axis=1)
print(f"farthest test window from its like in the training part: {distance.max():.1e}")

# %% [markdown]
# The last value always comes an hour late, and copying yesterday stays out of reach. Before you admire the networks, look at
# the last two lines. $x_{t+1} = 2\cos(2\pi/24)\, x_t - x_{t-1}$ holds for this sine exactly: two values are enough. And
# every test window has occurred in the training, for the wave repeats itself. This test cannot tell understanding from
# memory.
#
# ## 5 Two waves and noise
#
# The next series adds a wave of six hours, and **noise**: at each step a random number, new every time, which no forecast
# can know. Even if you know the waves exactly, an error is left, the mean absolute value of the noise: in the long run
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
# Whoever copies yesterday copies its noise as well, and meets today's on top: the difference of two independent noises is
# $\sqrt{2}$ times as large as one. A network can weigh all 24 values, and so average some of the noise away.
#
# ## 6 A town
#
# Now a series as it might come from a meter: the electrical load of a small town, in megawatts. The town does not exist:
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
# deviation. Both are those of the *training part*; the mean of all forty weeks would tell the network of the growth to come.
#
# The task: at every hour, forecast the next 24. Now the error depends on how far ahead we look. The naive forecasts: the
# last value for all 24 hours; the same hour yesterday; the same hour last week, for which 168 hours must be in view.

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
# networks look at the last 48 hours of the load.

# %%
windows = WindowGenerator(scale.apply(parts["training"]), window=48, horizon=24)
epochs, by_kind = settings.by_mode(4, 10), {}
for kind in KINDS:
    model = train(network(kind(32), windows), windows, epochs)
    by_kind[kind.__name__] = mae(scale.undo(model(scale.apply(x[:, -48:])).numpy()), y)
print(series.comparison(by_kind, naive))
losing = [name for name in by_kind if by_kind[name][-1] >= naive["same hour last week"][-1]]
title = f"A day ahead, {len(losing)} of 3 networks do not beat a copy of last week"
plots.show(plots.draw_error_by_step(by_kind, naive, title))

# %% [markdown]
# For a network, tomorrow is harder than the next hour; for the copy of last week, it is not. And there is something that no
# network can find in 48 hours of load: Thursday and Friday look alike, but only one of them is followed by a Saturday.
#
# The calendar is known in advance, so we give it to the network, as further **columns**: a sine and a cosine for the hour of
# the day, and another pair for the hour of the week. It takes two, since a sine alone has the same value on its way up and on
# its way down.

# %%
hour = np.arange(len(load))  # hour 0 is midnight, on a Monday
columns = {"load": scale.apply(load)}
for name, period in (("day", 24), ("week", 168)):
    columns[f"{name} sine"] = np.sin(2 * np.pi * hour / period)
    columns[f"{name} cosine"] = np.cos(2 * np.pi * hour / period)
training_part, _, test_part = split_in_time(columns)
test = WindowGenerator(test_part, window=168, horizon=24)
windows = WindowGenerator(training_part, window=48, horizon=24, label_columns="load")
print("inputs", windows.inputs.shape, " labels", windows.labels.shape)
model = train(network(keras.layers.LSTM(32), windows), windows, epochs)
single_shot = scale.undo(model(test.inputs[:, -48:]).numpy())

# %% [markdown]
# The second way is **autoregressive**: a network predicts one hour, its forecast becomes the newest input, and so on, 24
# times. One network serves every horizon; but from the second hour on it reads its own forecasts, errors included.
# **Question:** what must we put into the calendar columns of a forecast hour?

# %%
windows = WindowGenerator(training_part, window=48, label_columns="load")
model = train(network(keras.layers.LSTM(32), windows), windows, epochs)
recent, forecasts = test.inputs[:, -48:], []
for step in range(24):
    forecasts.append(model(recent))
    newest = test.labels[:, step : step + 1].copy()  # its calendar is known in advance,
    newest[:, :, :1] = forecasts[-1]  # its load is not: the forecast takes its place
    recent = np.concatenate([recent[:, 1:], newest], axis=1)
autoregressive = scale.undo(np.concatenate(forecasts, axis=1))

# %%
errors = {"single shot": mae(single_shot, y), "autoregressive": mae(autoregressive, y)}
errors["load only"] = by_kind["LSTM"]
print(series.comparison(errors, naive))
best = min(errors, key=lambda name: errors[name].mean())
share = errors[best].mean() / naive["same hour last week"].mean()
title = f"LSTM, {best}: {share:.0%} of the error of last week's copy"
plots.show(plots.draw_error_by_step(errors, naive, title))

friday = 4 * 24 + 12  # the first window forecasts from a Monday midnight on
forecasts = {"single shot": single_shot, "autoregressive": autoregressive}
drawn = {name: forecast[friday, :, 0] for name, forecast in forecasts.items()}
copied, came = {"same hour last week": x[friday, :24, 0]}, y[friday, :, 0]
nearest = min(drawn | copied, key=lambda name: np.abs((drawn | copied)[name] - came).mean())
title, axes = f"From a Friday noon on, “{nearest}” was nearest", ("hours ahead", "load (MW)")
plots.show(plots.draw_forecasts(came, drawn, copied, title, x[friday, -48:, 0], axes))

# %% [markdown]
# The one-step network specialises on the next hour, the single shot has to be fair to all 24; which of them suits a series
# is a question for the validation part. And judge by the errors of many forecasts, not by one picture: in a single case,
# anyone may be lucky.
#
# ## 7 What goes wrong
#
# **Shuffled before the split.** Neighbouring windows share nearly all of their values. If windows are shuffled and then
# split, each test window has its neighbours among those trained on, with most of its labels: a **leak** (데이터 누수). To
# measure it, take the purest memory there is: it finds the most similar window it has seen, and repeats what came after it.
#
# **Scaled by the whole series.** The simplest model always says 0, the mean that it was given.
#
# **One step ahead.** A forecast drawn beside the truth looks perfect when it is only late.

# %%
every = WindowGenerator(scale.apply(load), window=168, horizon=24)
before, after = every.inputs[:, :, 0], every.labels


def memory(seen, new):
    # squared distances, but for a constant: |a - b|² = |a|² - 2 a·b + |b|²
    distances = (before[seen] ** 2).sum(axis=1) - 2 * before[new] @ before[seen].T
    return after[seen[distances.argmin(axis=1)]]


n, cut = len(every), int(0.8 * len(every))
shuffled = np.random.default_rng(1).permutation(n)
early, late = np.arange(cut), np.arange(cut + every.total, n)  # no step in common
for name, forecast, new in (
    ("memory, shuffled and then split", memory(shuffled[:cut], shuffled[cut:]), shuffled[cut:]),
    ("memory, split in time order", memory(early, late), late),
    ("same hour last week", every.inputs[late, :24], late),
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
# Shuffled, the memory seems to rival our networks. In time order, the way a forecast is used, last week's copy is better.
# The scale of the whole series knows of the growth, and flatters a model without any skill; the stronger the trend, the
# more. And a high correlation says little where each value resembles the one before. Report the error, beside that of the
# naive forecasts, at the horizon that you need.
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
#   with the `WindowGenerator` of the lecture.
# - S. Ben Taieb and others, [A review and comparison of strategies for multi-step ahead time series forecasting](https://arxiv.org/abs/1108.3259), 2011.
