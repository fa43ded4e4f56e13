"""Feeding true tokens or its own: the compiled loop against a plain one, slips, starting anew."""

from __future__ import annotations

import numpy as np
import pytest

from course_utils.quiet import import_tensorflow

tf = import_tensorflow()

from course_utils.feeding import Reciter  # noqa: E402 - after TensorFlow was silenced

IDS = np.array([0, 2, 1, 2, 0, 1, 1, 2])


@pytest.fixture(scope="module")
def trained():
    reciter = Reciter(IDS, symbols=3, units=16)
    reciter.begin(1)
    losses = [reciter.update(0.0, (1, k)) for k in range(150)]
    return reciter, losses


def plain_loss(reciter, own_turn):
    """Read once in plain Python; `own_turn` says at which steps the own token is fed."""
    own, states, losses = IDS[0], reciter.memory(), []
    for t in range(len(IDS) - 1):
        fed = own if own_turn[t] else IDS[t]
        scores, states = reciter.read([fed], states)
        z = scores.numpy()[0].astype(float)
        losses.append(np.log(np.exp(z).sum()) - z[IDS[t + 1]])
        own = int(z.argmax())
    return np.mean(losses)


@pytest.mark.parametrize("own_share", [0.0, 0.5, 1.0])
def test_the_compiled_loss_is_that_of_a_plain_loop(own_share):
    reciter = Reciter(IDS, symbols=3, units=8)
    # Compiled code draws other random numbers than plain code from the same seed.
    draw = tf.function(lambda seed: tf.random.stateless_uniform((len(IDS) - 1,), seed), jit_compile=True)
    for k in range(4):  # the weights change from step to step
        own_turn = draw(tf.constant([3, k])).numpy() < own_share
        expected = plain_loss(reciter, own_turn)
        assert reciter.update(own_share, (3, k)) == pytest.approx(expected, abs=1e-5)


def test_teacher_forcing_learns_the_text(trained):
    reciter, losses = trained
    assert losses[-1] < 0.05 < losses[0]
    no_slip = np.full((1, reciter.time), -1)
    np.testing.assert_array_equal(reciter.recite(no_slip), IDS[None, 1:])


def test_what_is_said_after_a_slip_is_what_the_network_says_after_reading_it(trained):
    reciter, _ = trained
    slips = np.full((2, reciter.time), -1)
    slips[1, 2] = 0
    clean, slipped = reciter.recite(slips)
    np.testing.assert_array_equal(slipped[:2], clean[:2])
    assert slipped[2] == 0 != clean[2]
    states = reciter.memory()
    for token in [IDS[0], *slipped[:-1]]:
        scores, states = reciter.read([token], states)
    assert slipped[-1] == scores.numpy().argmax()


def test_the_shares_after_slips_are_counted_behind_the_slip(trained):
    reciter, _ = trained
    clean, after = reciter.right_after_slips(np.array([0, 1, 2, 3]), following=3)
    assert clean == 1
    assert after.shape == (3,)
    assert ((after >= 0) & (after <= 1)).all()


def test_beginning_again_with_a_seed_gives_the_same_training():
    reciter, runs = Reciter(IDS, symbols=3, units=8), []
    for seed in (5, 6, 5):
        reciter.begin(seed)
        runs.append([reciter.update(0.5, (seed, k)) for k in range(5)])
    np.testing.assert_allclose(runs[0], runs[2], rtol=1e-5)
    assert not np.allclose(runs[0], runs[1], rtol=1e-3)


@pytest.mark.parametrize("ids", [[1], [[0, 1], [1, 0]], [0, 3], [0, -1], []])
def test_a_text_that_cannot_be_learned_is_refused(ids):
    with pytest.raises(ValueError, match="at least two tokens from 0 to 2"):
        Reciter(np.array(ids, int), symbols=3)
