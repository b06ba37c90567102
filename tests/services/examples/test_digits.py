"""The example's digits, against scikit-learn's own reader."""

from __future__ import annotations

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import create_store
from piximi_core.services.examples.digits import UNLABELLED_SHARE, add_digits


def test_pictures_and_labels_are_those_of_scikit_learn(tmp_path):
    store = create_store(tmp_path / "digits", "Digits")
    assert add_digits(store, limit=40) == 40
    scans = load_digits()
    names = {category.id: category.name for category in list_categories(store)}
    for number, thing in enumerate(list_things(store, ThingFilter())):
        path = store.files.original(thing.sha256, thing.extension)
        expected = np.rint(scans.images[number] * (255 / 16))
        np.testing.assert_array_equal(np.asarray(Image.open(path)), expected)
        unlabelled = number % UNLABELLED_SHARE == 0
        label = "Unknown" if unlabelled else str(scans.target[number])
        assert names[thing.category_id] == label
    assert list(names.values()) == ["Unknown", *map(str, range(10))]
