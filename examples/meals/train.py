#!/usr/bin/env python3
"""Trains the network of examples/meals and writes meals.onnx.

Needs Debian's python3-torch and python3-numpy and the program meals_generate. Nobody needs it to use
pare: the trained network is in the repository. The steps are recorded in README.md.
"""

import argparse
import math
import pathlib
import subprocess
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ["burger", "cake", "curry", "eggs", "fruit", "pasta", "pizza", "salad", "soup", "sushi"]
SIZE = 96


def convolution(inputs, outputs, kernel, stride=1, groups=1, act=None):
    """A convolution that keeps or halves the size, batch normalisation, activation."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, act()) if act else nn.Sequential(*layers)


class Gate(nn.Module):
    """Squeeze and excitation (arXiv:1709.01507): a factor per channel from the mean picture."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.narrow = nn.Conv2d(channels, hidden, 1)
        self.widen = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        s = F.relu(self.narrow(F.adaptive_avg_pool2d(x, 1)))
        return x * F.hardsigmoid(self.widen(s))


class Separable(nn.Module):
    """x + pointwise(depthwise(x))."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            convolution(channels, channels, 3, groups=channels, act=nn.ReLU6),
            convolution(channels, channels, 1),
        )

    def forward(self, x):
        return x + self.body(x)


class Inverted(nn.Module):
    """x + narrow(gate(depthwise(widen(x)))), as in arXiv:1801.04381."""

    def __init__(self, channels, hidden, act, gate=0):
        super().__init__()
        self.body = nn.Sequential(
            convolution(channels, hidden, 1, act=act),
            convolution(hidden, hidden, 3, groups=hidden, act=act),
            Gate(hidden, gate) if gate else nn.Identity(),
            convolution(hidden, channels, 1),
        )

    def forward(self, x):
        return x + self.body(x)


class MealNet(nn.Module):
    """[N, 3, 96, 96] in -1..1 to [N, 10] scores."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            convolution(3, 24, 3, 2, act=nn.Hardswish),  # 48 x 48
            convolution(24, 32, 3, 2, act=nn.ReLU),  # 24 x 24
            Separable(32),
            convolution(32, 64, 3, 2, act=nn.ReLU),  # 12 x 12
            Inverted(64, 192, nn.ReLU6),
            convolution(64, 128, 3, 2, act=nn.ReLU),  # 6 x 6
            Inverted(128, 384, nn.Hardswish),
            Inverted(128, 384, nn.Hardswish, gate=96),
            Inverted(128, 384, nn.Hardswish, gate=96),
            convolution(128, 256, 1, act=nn.Hardswish),
        )
        self.drop = nn.Dropout(0.1)
        self.scores = nn.Linear(256, len(CLASSES))

    def forward(self, image):
        x = F.adaptive_avg_pool2d(self.features(image), 1).flatten(1)
        return self.scores(self.drop(x))


def pictures(options, split, seed, count):
    """u8 [count, 3, 96, 96] and labels [count], drawn by the generator unless already there."""
    folder = options.work / f"{split}-{seed}-{count}"
    if not (folder / "y.npy").exists():
        subprocess.run(
            [options.generator, "--out", folder, "--split", split, "--seed", str(seed)]
            + ["--count", str(count), "--size", str(SIZE), "--format", "npy"]
            + ["--threads", str(options.threads)],
            check=True,
        )
    x = torch.from_numpy(np.load(folder / "x.npy")).permute(0, 3, 1, 2).contiguous()
    return x, torch.from_numpy(np.load(folder / "y.npy").astype(np.int64))


def prepare(x):
    """As the preset minus-one-one of pare."""
    return ((x.float() - 127.5) / 127.5).contiguous(memory_format=torch.channels_last)


def augment(x):
    """Mirrors and quarter turns of a batch: trays lie in every direction."""
    if torch.rand(()) < 0.5:
        x = x.flip(3)
    return torch.rot90(x, int(torch.randint(4, ())), (2, 3))


def right_answers(model, x, y):
    model.eval()
    with torch.no_grad():
        right = sum(
            (model(prepare(x[i : i + 100])).argmax(1) == y[i : i + 100]).sum().item()
            for i in range(0, len(x), 100)
        )
    model.train()
    return right


def train(options, model):
    x, y = pictures(options, "train", 1, options.count)
    check_x, check_y = pictures(options, "train", 2, 1000)
    mean = MealNet().to(memory_format=torch.channels_last)  # slow average of the weights
    mean.load_state_dict(model.state_dict())
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}]
    )
    per_epoch = len(x) // options.batch
    steps, step, began = options.epochs * per_epoch, 0, time.time()
    for epoch in range(options.epochs):
        order, total = torch.randperm(len(x)), 0.0
        for i in range(per_epoch):
            warm = min(1.0, (step + 1) / 200)
            rate = options.rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            for group in optimizer.param_groups:
                group["lr"] = rate
            rows = order[i * options.batch : (i + 1) * options.batch]
            scores = model(prepare(augment(x[rows])))
            loss = F.cross_entropy(scores, y[rows], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step, total = step + 1, total + loss.item()
            keep = min(0.998, step / (step + 10))
            with torch.no_grad():
                for a, b in zip(mean.state_dict().values(), model.state_dict().values()):
                    a.copy_(a * keep + b * (1 - keep) if a.is_floating_point() else b)
            if step % 50 == 0:
                print(f"  step {step}/{steps}  loss {total / (i + 1):.3f}", flush=True)
        print(
            f"epoch {epoch + 1}  loss {total / per_epoch:.3f}  "
            f"accuracy {100 * right_answers(mean, check_x, check_y) / len(check_x):.1f} %  "
            f"{time.time() - began:.0f} s",
            flush=True,
        )
        torch.save(mean.state_dict(), options.work / "meals.pt")
    return mean


def export(model, path):
    """Batch normalisation stays in the file: folding it is the optimizer's work."""
    model = model.eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        model,
        torch.zeros(1, 3, SIZE, SIZE),
        str(path),
        opset_version=13,
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}},
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generator", required=True, help="path of meals_generate")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for pictures")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="ONNX file to write")
    parser.add_argument("--count", type=int, default=24000, help="pictures to learn from")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export-only", action="store_true", help="from WORK/meals.pt")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    model = MealNet().to(memory_format=torch.channels_last)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    if options.export_only:
        model.load_state_dict(torch.load(options.work / "meals.pt"))
    else:
        model = train(options, model)
    x, y = pictures(options, "test", 1, 2000)
    for count in (200, 800, 2000):  # 200: tests/house/meals_model.cmake; 800: demo.sh
        right = right_answers(model, x[:count], y[:count])
        print(f"{right} of the first {count} test pictures are right")
    export(model, options.output)


if __name__ == "__main__":
    main()
