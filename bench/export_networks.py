#!/usr/bin/env python3
"""Writes the networks that bench/performance.sh times and no trained copy is at hand of.

Weights are random but seeded (times do not depend on them) and the normalisations have the means and
variances of random pictures, so that values neither vanish nor overflow on their way through; the
pictures are written beside the networks (pictures.npy), to calibrate with. Needs Debian's python3-torch and
python3-torchvision; pare itself needs neither.

    bench/export_networks.py FOLDER [NAME...]
"""
import math
import pathlib
import sys

import numpy
import torch
import torchvision
from torch import nn

SEED = 7
OPSET = 17


def conv_bn(inputs, outputs, kernel, stride, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(),
    )


class MobileNetV1(nn.Module):
    """Howard et al., arXiv:1704.04861, table 1, width 1.0."""

    def __init__(self):
        super().__init__()
        layers = [conv_bn(3, 32, 3, 2)]
        width = 32
        for outputs, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
                                (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2),
                                (1024, 1)]:
            layers.append(conv_bn(width, width, 3, stride, groups=width))
            layers.append(conv_bn(width, outputs, 1, 1))
            width = outputs
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(width, 1000)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


class BertLayer(nn.Module):
    """Post-norm encoder layer (Vaswani et al., arXiv:1706.03762; Devlin et al., arXiv:1810.04805)."""

    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1)) + mask
        mixed = torch.matmul(torch.softmax(scores, -1), v).permute(0, 2, 1, 3).contiguous()
        x = self.norm1(self.out(mixed.view(x.size())) + x)
        return self.norm2(self.down(nn.functional.gelu(self.up(x))) + x)


class Bert(nn.Module):
    def __init__(self, width=768, heads=12, inner=3072, depth=12, words=30522, length=512):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Embedding(length, width)
        self.kinds = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.layers = nn.ModuleList(BertLayer(width, heads, inner) for _ in range(depth))
        self.pool = nn.Linear(width, width)

    def forward(self, input_ids, attention_mask, token_type_ids):
        mask = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * -10000.0
        place = torch.arange(input_ids.size(1))
        x = self.norm(self.words(input_ids) + self.kinds(token_type_ids) + self.places(place))
        for layer in self.layers:
            x = layer(x, mask)
        return x, torch.tanh(self.pool(x[:, 0]))


def seeded(make):
    torch.manual_seed(SEED)
    return make().eval()


def pictures():
    torch.manual_seed(SEED + 1)
    # Coarse and fine random detail, in [0, 1).
    coarse = nn.functional.interpolate(torch.rand(16, 3, 7, 7), size=(224, 224), mode="bilinear")
    return 0.7 * coarse + 0.3 * torch.rand(16, 3, 224, 224)


def write_vision(path, make):
    net = seeded(make)
    net.train()
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = None  # the mean over all that is seen
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        net(pictures())
    net.eval()
    torch.onnx.export(net, pictures()[:1], str(path), opset_version=OPSET,
                      input_names=["input"], output_names=["output"])


def write_bert(path):
    net = seeded(Bert)
    shape = (1, 128)
    inputs = (torch.randint(0, 30522, shape), torch.ones(shape, dtype=torch.int64),
              torch.zeros(shape, dtype=torch.int64))
    torch.onnx.export(net, inputs, str(path), opset_version=OPSET,
                      input_names=["input_ids", "attention_mask", "token_type_ids"],
                      output_names=["last_hidden_state", "pooled"])


VISION = {
    "squeezenet1_1": lambda: torchvision.models.squeezenet1_1(weights=None),
    "mobilenet_v1": MobileNetV1,
    "mobilenet_v2": lambda: torchvision.models.mobilenet_v2(weights=None),
    "mobilenet_v3_large": lambda: torchvision.models.mobilenet_v3_large(weights=None),
    "resnet18": lambda: torchvision.models.resnet18(weights=None),
    "resnet50": lambda: torchvision.models.resnet50(weights=None),
}


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    numpy.save(folder / "pictures.npy", pictures().numpy())
    for name in arguments[1:] or [*VISION, "bert_base"]:
        path = folder / f"{name}.onnx"
        if path.exists():
            continue
        if name == "bert_base":
            write_bert(path)
        elif name in VISION:
            write_vision(path, VISION[name])
        else:
            sys.exit(f"no network is called '{name}': there are {', '.join([*VISION, 'bert_base'])}")
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
