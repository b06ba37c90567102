"""Piximi's words, each explained in one line: the tips of the controls and the help page's list."""

from __future__ import annotations

from piximi_ui.language.texts import _

__all__ = ["partition_name", "partition_tip", "terms", "tip"]


def tip(word: str) -> str:
    """Return the line that explains a word, by its English name in lower case."""
    return terms()[word][1]


def partition_name(partition: str) -> str:
    """Return what a partition is called: plain words first."""
    names = {
        "Training": _("Training"),
        "Validation": _("Validation"),
        "Test": _("Test"),
        "Inference": _("To predict"),
        "Unassigned": _("Not used yet"),
    }
    return names[partition]


def partition_tip() -> str:
    """Return what the partitions mean, a line for each."""
    lines = [f"**{word}**: {line}" for word, line in _partitions().values()]
    return "\n\n".join((tip("partition"), *lines))


def terms() -> dict[str, tuple[str, str]]:
    """Return every word with its line, in the order of the work."""
    return {**_images(), **_partitions(), **_training(), **_results()}


def _images() -> dict[str, tuple[str, str]]:
    return {
        "kind": (_("Kind"), _("What is labelled: whole images, or a sort of object in them.")),
        "category": (_("Category"), _("What an image can be, such as healthy or infected.")),
        "unknown": (_("Unknown"), _("The category of images that nobody has labelled yet.")),
        "plane": (_("Plane"), _("One level of focus in a stack of images (z).")),
        "channel": (_("Channel"), _("One colour or stain of an image.")),
        "bit depth": (_("Bit depth"), _("How many steps of brightness a channel has: 8 bit, 256.")),
        "partition": (_("Partition"), _("What a labelled image is used for.")),
    }


def _partitions() -> dict[str, tuple[str, str]]:
    return {
        "training": (partition_name("Training"), _("The classifier learns from these.")),
        "validation": (
            partition_name("Validation"),
            _("Never learned from. They choose the best epoch, so a last judgement needs Test."),
        ),
        "test": (
            partition_name("Test"),
            _(
                "Never learned from and never used for validation while training: for the last "
                "judgement."
            ),
        ),
        "inference": (
            partition_name("Inference"),
            _("Without a label: the classifier says what they are. Piximi calls this Inference."),
        ),
        "unassigned": (
            partition_name("Unassigned"),
            _(
                "Labelled; the next training takes them for Training or Validation. "
                "Piximi calls this Unassigned."
            ),
        ),
    }


def _training() -> dict[str, tuple[str, str]]:
    return {
        "run": (_("Run"), _("One training: its settings, its curves and the classifier it made.")),
        "classifier": (_("Classifier"), _("What a training makes: it says what an image shows.")),
        "class": (_("Class"), _("A category as a run knows it, whatever it is called later.")),
        "epoch": (_("Epoch"), _("One pass through all images that are learned from.")),
        "batch size": (_("Batch size"), _("How many images are learned from in one step.")),
        "learning rate": (
            _("Learning rate"),
            _("The size of each step: too large jumps about, too small takes for ever."),
        ),
        "optimizer": (
            _("Optimization algorithm"),
            _("The rule that turns mistakes into better weights."),
        ),
        "loss": (_("Loss"), _("How wrong the answers are in one number; training makes it small.")),
        "shuffle": (_("Shuffle"), _("Choose at random which images are learned from.")),
        "seed": (_("Seed"), _("The start of all random choices: the same seed, the same result.")),
        "weights": (_("Weights"), _("The numbers in a network that training changes.")),
    }


def _results() -> dict[str, tuple[str, str]]:
    return {
        "accuracy": (_("Accuracy"), _("The share of images that were predicted right.")),
        "confusion matrix": (
            _("Confusion matrix"),
            _("Each row holds the images of one category, each column one prediction."),
        ),
        "precision": (
            _("Precision"),
            _(
                "Of the images predicted as a category, the share that is of it. "
                "Piximi 1.1.4 shows this figure as recall."
            ),
        ),
        "recall": (
            _("Recall"),
            _(
                "Of the images of a category, the share that was found. "
                "Piximi 1.1.4 shows this figure as precision."
            ),
        ),
        "f1": (
            _("F1"),
            _("The harmonic mean of precision and recall: high only where both are."),
        ),
        "support": (_("Support"), _("How many images of the category were judged.")),
        "cross entropy": (
            _("Cross entropy"),
            _(
                "The mean of -ln(p), p being the probability given to the right category: "
                "0 is perfect, and confident mistakes cost most."
            ),
        ),
        "macro mean": (
            _("Macro mean"),
            _(
                "The last line is the mean over the categories, each counting the same "
                "(macro mean)."
            ),
        ),
        "confidence": (
            _("Confidence"),
            _("The probability that the run gives to the category it predicts."),
        ),
    }
