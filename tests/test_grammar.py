"""The invented sentences are correct German, and the invented reviews cannot be told by counting words."""

from __future__ import annotations

from collections import Counter

import pytest

from course_utils import grammar

SUBJECT = {english: number for number, (english, *_) in enumerate(grammar.SUBJECTS)}
VERB = {base: number for number, (base, *_) in enumerate(grammar.VERBS)}
NOUN = {english: number for number, (english, *_) in enumerate(grammar.NOUNS)}
ADJECTIVE = {english: number for number, (english, _) in enumerate(grammar.ADJECTIVES)}
MODAL = {english: number for number, (english, *_) in enumerate(grammar.MODALS)}


@pytest.mark.parametrize(
    ("noun", "adjective", "definite", "negated", "english", "german"),
    [
        ("apple", None, False, False, "an apple", "einen Apfel"),
        ("apple", "red", False, False, "a red apple", "einen roten Apfel"),
        ("letter", "old", True, False, "the old letter", "den alten Brief"),
        ("key", "small", False, True, "a small key", "keinen kleinen Schlüssel"),
        ("lamp", "beautiful", False, False, "a beautiful lamp", "eine schöne Lampe"),
        ("map", "new", True, False, "the new map", "die neue Karte"),
        ("clock", "old", False, True, "an old clock", "keine alte Uhr"),
        ("book", "big", False, False, "a big book", "ein großes Buch"),
        ("picture", "red", True, True, "the red picture", "das rote Bild"),
        ("bicycle", "new", False, True, "a new bicycle", "kein neues Fahrrad"),
    ],
)
def test_objects_are_in_the_accusative(noun, adjective, definite, negated, english, german):
    number = None if adjective is None else ADJECTIVE[adjective]
    assert grammar.object_phrase(NOUN[noun], number, definite, negated) == (english, german)


@pytest.mark.parametrize(
    ("pattern", "subject", "verb", "modal", "article", "english", "german"),
    [
        ("statement", "I", "see", "can", "the", "I see the map.", "Ich sehe die Karte."),
        ("statement", "Paul", "look for", "can", "a", "Paul looks for a map.", "Paul sucht eine Karte."),
        ("negation", "she", "buy", "can", "kein", "She does not buy a map.", "Sie kauft keine Karte."),
        ("negation", "we", "buy", "can", "the", "We do not buy the map.", "Wir kaufen die Karte nicht."),
        ("question", "you", "take", "can", "a", "Do you take a map?", "Nimmst du eine Karte?"),
        ("question", "he", "find", "can", "a", "Does he find a map?", "Findet er eine Karte?"),
        ("today", "they", "draw", "can", "a", "Today they draw a map.", "Heute zeichnen sie eine Karte."),
        ("perfect", "you", "sell", "can", "a", "You have sold a map.", "Du hast eine Karte verkauft."),
        ("perfect", "Anna", "bring", "can", "a", "Anna has brought a map.", "Anna hat eine Karte gebracht."),
        ("modal", "I", "see", "want to", "a", "I want to see a map.", "Ich will eine Karte sehen."),
        ("modal", "he", "sell", "must", "a", "He must sell a map.", "Er muss eine Karte verkaufen."),
        ("modal", "you", "take", "can", "a", "You can take a map.", "Du kannst eine Karte nehmen."),
    ],
)  # fmt: skip
def test_sentences_have_the_german_order_of_words(pattern, subject, verb, modal, article, english, german):
    thing = grammar.object_phrase(NOUN["map"], None, article == "the", article == "kein")
    pair = grammar.sentence(pattern, SUBJECT[subject], VERB[verb], MODAL[modal], *thing)
    assert pair == (english, german)


def test_pairs_are_distinct_sorted_and_the_same_on_every_run():
    pairs = grammar.translation_pairs()
    assert len(pairs) == len({english for english, _ in pairs}) == 6000
    assert [len(english) for english, _ in pairs] == sorted(len(english) for english, _ in pairs)
    assert pairs == grammar.translation_pairs()
    assert pairs != grammar.translation_pairs(seed=8)
    assert {english[-1] for english, _ in pairs} == {german[-1] for _, german in pairs} == {".", "?"}


def test_each_english_sentence_has_one_translation():
    # Whatever the draw, the same English must lead to the same German.
    seen = {}
    for seed in range(5):
        for english, german in grammar.translation_pairs(3000, seed):
            assert seen.setdefault(english, german) == german


def test_reviews_with_the_same_words_have_opposite_labels():
    found = grammar.reviews(600, seed=3)
    assert len(found) == 600
    assert Counter(label for _, label in found) == {0: 300, 1: 300}
    bags = {0: Counter(), 1: Counter()}
    for text, label in found:
        bags[label][" ".join(sorted(text.split()))] += 1
    assert bags[0] == bags[1]
    labels = {}
    for text, label in found:
        assert labels.setdefault(text, label) == label


@pytest.mark.parametrize("verdict", grammar.VERDICTS)
def test_every_verdict_names_both_sides(verdict):
    assert {"{thing}", "{no}", "{yes}"} <= set(verdict.split())
    assert not set(grammar.GOOD) & set(grammar.BAD)
