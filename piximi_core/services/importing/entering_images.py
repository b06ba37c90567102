"""What an import found becomes images of the project, in one step, and what is said of it."""

from __future__ import annotations

import json
import shutil

from sqlalchemy import Connection, select

from piximi_core.jobs.folder import Job
from piximi_core.messages import Message, from_json
from piximi_core.project.contents.adding import NewImage, Renaming, add_images
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store
from piximi_core.services.importing.add_request import Added, AddRequest
from piximi_core.services.importing.equal_images import Twin, find_twins
from piximi_core.services.importing.ingest import other_channels
from piximi_core.services.importing.there_already import ThereAlready, give_labels, read_there

__all__ = ["enter_images"]


def enter_images(
    _store: Store, db: Connection, job: Job, request: AddRequest, result: Added
) -> None:
    """Enter the stored files as images of the project.

    What another import brought in meanwhile is left out, and so are images of another channel
    count than that import gave the project. Labels that came with images that are there already
    are given to those that have none. The result then says so.
    """
    kind_id, who = request.options.kind_id, request.who
    with (job.folder / "images.jsonl").open(encoding="utf-8") as lines:
        found = [NewImage(**from_json(json.loads(line))) for line in lines]
    known = set(db.execute(select(schema.images.c.sha256)).scalars())
    if not known:
        # What is deleted to the last image may begin again with another channel count.
        db.execute(schema.project.update().values(channels=None))
    channels = db.execute(select(schema.project.c.channels)).scalar_one()
    late = [image for image in found if image.sha256 in known]
    others = [
        image
        for image in found
        if image.sha256 not in known and channels not in (None, image.channels)
    ]
    left = {id(image) for image in (*late, *others)}
    fitting = [image for image in found if id(image) not in left]
    twins = find_twins(db, fitting)
    without_copies = request.options.equal == "leave-out"
    copies = [image for image in fitting if image.sha256 in twins]
    if without_copies:
        fitting = [image for image in fitting if image.sha256 not in twins]
    renaming = Renaming()
    add_images(db, fitting, kind_id=kind_id, who=who, renaming=renaming)
    there = [*read_there(job.folder), *map(ThereAlready.of, late)]
    if without_copies:
        there += [ThereAlready.of(copy, twins[copy.sha256].sha256) for copy in copies]
    given = give_labels(db, there, kind_id=kind_id, who=who)
    told = Added(
        added=len(fitting),
        renamed=tuple(renaming.earlier),
        named=tuple(renaming.new),
        there=len(there),
        labels_came=sum(bool(one.category) for one in there),
        labels_given=given.given,
        label_conflicts=len(given.conflicts),
        duplicates=tuple((image.name, Message("already in the project")) for image in late),
        failed=tuple((i.name, other_channels(i.channels, channels)) for i in others),
        conflicts=tuple((name, reason) for name, reason in given.conflicts),
        equal=tuple(_equal(copy, twins[copy.sha256], without_copies) for copy in copies),
    )
    job.finish(result.amended(told).model_dump(mode="json"))
    # Not before the result is on the disk: until then the import may have to run again.
    shutil.rmtree(job.folder / "upload", ignore_errors=True)
    if result.float_range:
        unset = schema.project.c.float_range.is_(None)
        fixed = json.dumps(result.float_range)
        db.execute(schema.project.update().where(unset).values(float_range=fixed))


def _equal(copy: NewImage, twin: Twin, left_out: bool) -> tuple[str, str]:
    if left_out:
        said = Message("has the same pixels as {name}, and was left out", name=twin.name)
    else:
        said = Message(
            "has the same pixels as {name}; both are there, and stay together", name=twin.name
        )
    return copy.name, said
