"""Fetch all real data into the user's cache, so that the course works without network later: ``make data``."""

from __future__ import annotations

from course_utils import data


def main() -> int:
    loaders = {
        "Alice": data.load_alice,
        "Nietzsche": data.load_nietzsche,
        "Shakespeare": data.load_shakespeare,
        "names": data.load_names,
        "NLTK names": data.load_nltk_names,
        "IMDB": data.load_imdb,
        "German–English": data.load_translation_pairs,
        "MNIST": data.load_mnist,
        "GloVe": data.load_glove,
    }
    missing = 0
    for name, load in loaders.items():
        try:
            result = load()
        except data.MissingDataError as error:
            print(f"{name}: {error}")
            missing += 1
            continue
        missing += result.source == "stand-in"
        print(f"{name}: {result.source} ({result.edition})")
    if missing:
        print(f"{missing} of {len(loaders)} could not be had: the stand-ins are used for them. See data/README.md.")
    return int(missing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
