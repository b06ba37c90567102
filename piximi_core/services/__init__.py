"""What the program can do, by subject; the only room that joins the others."""

SERVICES = {
    "add": "piximi_core.services.importing.add_images:ADD",
    "train": "piximi_core.services.training.train:TRAIN",
    "predict": "piximi_core.services.scoring.predict:PREDICT",
    "evaluate": "piximi_core.services.scoring.predict:EVALUATE",
    "export": "piximi_core.services.classifiers.export:EXPORT",
    "duplicate": "piximi_core.services.projects.duplicate:DUPLICATE",
    "archive": "piximi_core.services.projects.archive:ARCHIVE",
    "open_archive": "piximi_core.services.projects.open_archive:OPEN_ARCHIVE",
    "import_model": "piximi_core.services.classifiers.import_model:IMPORT_MODEL",
    "open_piximi": "piximi_core.services.piximi.open_piximi:OPEN_PIXIMI",
    "save_piximi": "piximi_core.services.piximi.save_piximi:SAVE_PIXIMI",
    "export_annotations": "piximi_core.services.annotations.export_annotations:EXPORT_ANNOTATIONS",
    "read_annotations": "piximi_core.services.annotations.read_annotations:READ_ANNOTATIONS",
    "add_annotations": "piximi_core.services.annotations.add_annotations:ADD_ANNOTATIONS",
    "propose_objects": "piximi_core.services.annotations.propose_objects:PROPOSE_OBJECTS",
}
"""Where each `jobs.service.Service` stands, by the name that is in ``request.json``."""

EARLIER_NAMES = {
    ("predict", "evaluate"): "evaluate",
    ("import-model", ""): "import_model",
    ("export-annotations", ""): "export_annotations",
    ("read-annotations", "look"): "read_annotations",
    ("add-annotations", ""): "add_annotations",
}
"""What services are called today that job folders of earlier programs name otherwise.

By the ``service`` and the ``purpose`` that stand in their requests.
"""
