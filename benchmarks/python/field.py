"""The Python side of the convolutional rows of the kernels benchmark, float32, one thread.

A task a line: `conv:<batch>:<size>:<inputs>:<units>`, one layer in NumPy as nine products of shifted fields, or
`field:<batch>:<size>`, the whole encoder-decoder in PyTorch, then a number that is not used and the number of runs ->
`<median milliseconds> <48 numbers spread over the gradient of the first weights>`.
"""

import os
import sys
import time

# Read when a library is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np


def field(batch, size, channels):
    count = batch * size * size * channels
    return np.sin(0.37 * np.arange(count)).astype(np.float32).reshape(batch, size, size, channels)


def weights(index, inputs, units):
    i = np.arange(9 * inputs * units)
    values = np.sin(1.7 * i + 0.01 * i * i + index) / np.sqrt(9 * inputs)
    return values.astype(np.float32).reshape(3, 3, inputs, units)


def convolution(batch, size, inputs, units):
    x, w = field(batch, size, inputs), weights(0, inputs, units)
    taps = [(y, x) for y in range(3) for x in range(3)]

    def padded(u):
        return np.pad(u, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")

    def shifted(u, tap):
        part = u[:, tap[0] : tap[0] + size, tap[1] : tap[1] + size]
        return part.reshape(-1, u.shape[-1])

    def gradients():
        around = padded(x)
        y = sum(shifted(around, tap) @ w[tap] for tap in taps)
        dw = np.stack([shifted(around, tap).T @ y for tap in taps])
        db = y.sum(axis=0)
        back = padded(y.reshape(batch, size, size, units))
        dx = sum(shifted(back, (2 - tap[0], 2 - tap[1])) @ w[tap].T for tap in taps)
        return dw, db, dx

    return lambda: gradients()[0]


def network(batch, size):
    import torch
    from torch import nn

    torch.set_num_threads(1)
    index = 0
    layers = []

    def conv(inputs, units, last=False):
        layer = nn.Conv2d(inputs, units, 3, padding=1, padding_mode="circular")
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weights(index, inputs, units).transpose(3, 2, 0, 1).copy()))
            layer.bias.zero_()
        layers.extend([layer] if last else [layer, nn.ReLU()])

    for inputs, units in ((1, 32), (32, 64)):
        for before in (inputs, units):
            conv(before, units)
            layers.append(nn.BatchNorm2d(units, eps=1e-3, momentum=0.01))
            index += 2
        layers.append(nn.MaxPool2d(2))
        index += 1
    conv(64, 64)
    layers.append(nn.Upsample(scale_factor=2))
    index += 2
    conv(64, 32)
    layers.append(nn.Upsample(scale_factor=2))
    index += 2
    conv(32, 1, last=True)
    net = nn.Sequential(*layers)
    if sum(p.numel() for p in net.parameters()) != 121057:
        raise ValueError("not the network that was meant")
    x = torch.from_numpy(field(batch, size, 1).transpose(0, 3, 1, 2).copy())

    def gradients():
        net.zero_grad()
        y = net(x)
        y.backward(y.detach())
        return layers[0].weight.grad.numpy().transpose(2, 3, 1, 0)

    return gradients


def main():
    made = {}
    for line in sys.stdin:
        task, _, repeats = line.split()
        kind, *sizes = task.split(":")
        make = convolution if kind == "conv" else network
        work = made.get(task) or made.setdefault(task, make(*map(int, sizes)))
        times = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            result = work()
            times.append(1e3 * (time.perf_counter() - start))
        flat = result.ravel()
        values = flat[np.arange(48) * flat.size // 48]
        print(f"{np.median(times):.9g}", *(f"{x:.9g}" for x in values), flush=True)


main()
