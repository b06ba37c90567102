"""PyTorch, eager: the usual loop. It needs PyTorch and NumPy only, so any interpreter will do."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import torch
from torch import nn


def model_of(shape: list[int], classes: int) -> nn.Module:
    """Build Piximi's SimpleCNN, channels first as PyTorch has them."""
    height, width, channels = shape
    for _ in range(2):
        height, width = (height - 4) // 2, (width - 4) // 2
    return nn.Sequential(
        nn.Conv2d(channels, 8, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * height * width, classes),
    )


def rate(case: dict[str, Any], epochs: int, device: str) -> float:
    """Return images per second from the end of the first epoch to the end of the last."""
    pixels = np.load(case["x"]).transpose(0, 3, 1, 2)
    x = torch.from_numpy(np.ascontiguousarray(pixels)).to(device)
    y = torch.from_numpy(np.load(case["y"])).long().to(device)
    model = model_of(case["shape"], case["classes"]).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    ends = []
    for _ in range(epochs):
        learn(model, optimizer, x, y, case["batch"])
        ends.append(time.perf_counter())
    return (epochs - 1) * len(x) / (ends[-1] - ends[0])


def learn(model: Any, optimizer: Any, x: Any, y: Any, batch: int) -> tuple[float, float]:
    """Learn from all images once, in fresh order; return mean loss and accuracy as Keras does."""
    loss_sum, correct = torch.zeros((), device=x.device), torch.zeros((), device=x.device)
    for chosen in torch.randperm(len(x), device=x.device).split(batch):
        truth = y[chosen]
        optimizer.zero_grad()
        logits = model(x[chosen])
        loss = nn.functional.cross_entropy(logits, truth)
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach() * len(chosen)
        correct += (logits.detach().argmax(1) == truth).sum()
    return loss_sum.item() / len(x), correct.item() / len(x)


def main() -> None:
    """Train every case."""
    wanted = json.loads(sys.argv[1])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rates = {case["name"]: rate(case, wanted["epochs"], device) for case in wanted["cases"]}
    name = f"PyTorch {torch.__version__} on {device}, {torch.get_num_threads()} threads"
    print(json.dumps({"rates": rates, "about": name}), flush=True)


if __name__ == "__main__":
    main()
