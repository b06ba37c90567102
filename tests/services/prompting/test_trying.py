"""What `piximi doctor` says of networks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from piximi_core.services.prompting.trying import try_networks
from tests.tiny_networks import write_sam1


def test_without_a_folder_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXIMI_WEIGHTS", raising=False)
    [line] = try_networks()
    assert line == "Networks for smart tools: none, as PIXIMI_WEIGHTS names no folder."
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(tmp_path))
    [line] = try_networks()
    assert line == f"Networks for smart tools: none in {tmp_path}."


@pytest.mark.slow
def test_each_network_is_tried_and_other_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sam1(tmp_path, "good")
    _encoder, decoder = write_sam1(tmp_path, "sick")
    content = decoder.read_bytes()
    # An operator that there is not, under a name of the same length.
    decoder.write_bytes(content.replace(b"Sqrt", b"Sqrx"))
    (tmp_path / "notes.onnx").write_text("no network")
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(tmp_path))
    good, works, sick, fails, refused = try_networks()
    assert good == (
        "Network for smart tools: good (SAM 1 or MobileSAM; good_encoder.onnx + good_decoder.onnx)."
    )
    assert re.fullmatch(r"  It works: [\d.]+ s to look at a picture, [\d.]+ s to answer\.", works)
    assert sick.startswith("Network for smart tools: sick")
    assert fails.strip().startswith("'sick_decoder.onnx' cannot be run (")
    assert refused == "Not used: 'notes.onnx' is damaged or no ONNX file; copy it again."
