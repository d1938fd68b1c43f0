"""The PyTorch side of the nets benchmark, float32: training steps (forward, backward, Adam) and inference of the same nets from
the same weights on the same data. The number of threads is the first argument.

A task a line, `<task> <epochs> <steps of an epoch>` -> `<milliseconds of a step or a call> <numbers>`: the mean loss of every
epoch after training, 48 numbers spread over the output for inference, where epochs count calls.
"""

import os
import statistics
import sys
import time

THREADS = int(sys.argv[1])
# Read when the library is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(THREADS)

import numpy as np
import torch
from torch import nn

torch.set_num_threads(THREADS)


def scattered(shape, phase, size):
    """Numbers in [-size, size) that both sides make by the same formula."""
    x = 1e4 * np.sin(12.9898 * np.arange(np.prod(shape)) + phase)
    return torch.from_numpy((size * (2 * (x - np.floor(x)) - 1)).astype(np.float32).reshape(shape))


def dense(*sizes, activation=nn.ReLU):
    layers = []
    for below, above in zip(sizes, sizes[1:]):
        layers += [nn.Linear(below, above), activation()]
    return nn.Sequential(*layers[:-1])


class Sequence(nn.Module):
    """A recurrent layer and a linear read-out, time first."""

    def __init__(self, cell, channels, units):
        super().__init__()
        self.rnn = cell(channels, units)
        self.out = nn.Linear(units, channels)

    def forward(self, x):
        return self.out(self.rnn(x)[0])


def conv(below, above):
    return nn.Conv2d(below, above, 3, padding=1)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def field_cnn():
    layers = []
    for below, above in ((1, 32), (32, 64)):
        layers += [conv(below, above), nn.ReLU(), norm(above), conv(above, above), nn.ReLU(), norm(above), nn.MaxPool2d(2)]
    layers += [conv(64, 64), nn.ReLU(), nn.Upsample(scale_factor=2), conv(64, 32), nn.ReLU(), nn.Upsample(scale_factor=2)]
    return nn.Sequential(*layers, conv(32, 1))


class Residual(nn.Linear):
    """tanh(W x + b + x)."""

    def forward(self, x):
        return torch.tanh(super().forward(x) + x)


def coder(values, layers, units, latent):
    """The autoencoder of LED: as many layers of tanh each way, those between equal widths residual."""

    def half(first, last):
        inner = [Residual(units, units) for _ in range(layers - 1)]
        return [nn.Linear(first, units), nn.Tanh(), *inner, nn.Linear(units, last)]

    return nn.Sequential(*half(values, latent), *half(latent, values))


NETS = {
    "dense": lambda: dense(3, 32, 32, 1),
    "ae-fhn": lambda: coder(202, 3, 100, 8),
    "ae-ks": lambda: coder(64, 5, 50, 8),
    "lstm": lambda: Sequence(nn.LSTM, 8, 50),
    "gru": lambda: Sequence(nn.GRU, 8, 200),
    "field": field_cnn,
}


def build(name):
    net = NETS[name]()
    with torch.no_grad():
        phase = 0
        for parameter in net.parameters():
            phase += 1
            if parameter.dim() > 1:
                fan = parameter.shape[1] * int(np.prod(parameter.shape[2:]))
                parameter.copy_(scattered(tuple(parameter.shape), phase, fan**-0.5))
            elif not any(parameter is p for m in net.modules() if isinstance(m, nn.BatchNorm2d) for p in m.parameters()):
                parameter.zero_()
    return net


def batches(name, size, steps):
    """Inputs and targets of every step of an epoch."""
    made = []
    for step in range(steps):
        if name == "dense":
            made.append((scattered((size, 3), 100 + step, 1), scattered((size, 1), 200 + step, 1)))
        elif name.startswith("ae"):
            x = scattered((size, 202 if name == "ae-fhn" else 64), 100 + step, 1)
            made.append((x, x))
        elif name in ("lstm", "gru"):
            times = 31 if name == "lstm" else 126
            # [sequence, time, channel] on both sides, turned round here once.
            x = scattered((size, times, 8), 100 + step, 1).transpose(0, 1).contiguous()
            made.append((x[:-1].contiguous(), x[1:].contiguous()))
        else:
            shape = (size, 1, 128, 128)
            made.append((scattered(shape, 100 + step, 1), scattered(shape, 200 + step, 1)))
    return made


def trained(name, size):
    def work(epochs, steps):
        net = build(name)
        data = batches(name, size, steps)
        optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
        loss_of = nn.MSELoss()
        times, losses = [], []
        for _ in range(epochs):
            start = time.perf_counter()
            total = 0.0
            for x, y in data:
                optimiser.zero_grad()
                loss = loss_of(net(x), y)
                loss.backward()
                optimiser.step()
                total += loss.item()
            times.append(1e3 * (time.perf_counter() - start) / steps)
            losses.append(total / steps)
        return statistics.median(times), losses

    return work


def inference(name, size):
    net = build(name).eval()
    if name == "dense":
        x = scattered((size, 3), 100, 1)
    elif name == "field":
        x = scattered((size, 1, 128, 128), 100, 1)
    else:
        x = scattered((1, size, 8), 100, 0.1)

    def work(calls, steps):
        times = []
        with torch.inference_mode():
            for _ in range(calls):
                start = time.perf_counter()
                if name == "gru":
                    # A rollout: every answer is the next input.
                    z, h = x, None
                    for _ in range(steps):
                        y, h = net.rnn(z, h)
                        z = net.out(y)
                    out = z
                else:
                    for _ in range(steps):
                        out = net(x)
                times.append(1e3 * (time.perf_counter() - start) / steps)
        flat = out.numpy().ravel()
        return statistics.median(times), flat[np.arange(min(48, flat.size)) * flat.size // min(48, flat.size)]

    return work


def main():
    made = {}
    for line in sys.stdin:
        task, epochs, steps = line.split()
        kind, name, size = task.split(":")
        work = made.get(task) or made.setdefault(task, (trained if kind == "train" else inference)(name, int(size)))
        ms, values = work(int(epochs), int(steps))
        print(f"{ms:.9g}", *(f"{x:.9g}" for x in values), flush=True)


main()
