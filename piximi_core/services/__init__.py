"""What the program can do, by subject; the only room that joins the others."""

SERVICES = {
    "add": "piximi_core.services.importing.add_images",
    "train": "piximi_core.services.training.train",
    "predict": "piximi_core.services.scoring.predict",
    "export": "piximi_core.services.classifiers.export",
    "duplicate": "piximi_core.services.projects.duplicate",
    "archive": "piximi_core.services.projects.archive",
    "open_archive": "piximi_core.services.projects.open_archive",
    "import-model": "piximi_core.services.classifiers.import_model",
    "open_piximi": "piximi_core.services.piximi.open_piximi",
    "save_piximi": "piximi_core.services.piximi.save_piximi",
    "export-annotations": "piximi_core.services.annotations.export_annotations",
    "read-annotations": "piximi_core.services.annotations.read_annotations",
    "add-annotations": "piximi_core.services.annotations.add_annotations",
}
"""The module of each sort of job, by the name that stands in ``request.json``."""
