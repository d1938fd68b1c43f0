"""The PyTorch side of the recurrent rows of the kernels benchmark, one thread, float32: `torch.nn.GRU` and `torch.nn.LSTM`
trained on chunks; `torch.nn.GRU` and `torch.nn.GRUCell` rolled out in inference mode.

A task a line: `recurrent:<GRU|LSTM|GRUCell>:<inputs>:<units>:<steps>:<rows>`, then a number that is not used and the number of
runs -> `<median milliseconds> <48 numbers spread over the result>`.
"""

import os
import statistics
import sys
import time

# Read when the library is loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch

torch.set_num_threads(1)
ROLLOUT = 100


def scattered(shape, phase, size):
    x = 1e4 * np.sin(12.9898 * np.arange(np.prod(shape)) + phase)
    return torch.from_numpy((size * (2 * (x - np.floor(x)) - 1)).astype(np.float32).reshape(shape))


def make(kind, inputs, units, steps, rows):
    net = getattr(torch.nn, kind)(inputs, units)
    with torch.no_grad():
        # Weights of inputs and state, then their biases, as they are declared.
        for phase, parameter in enumerate(net.parameters()):
            parameter.copy_(scattered(tuple(parameter.shape), phase + 1, units**-0.5))
    if steps == 1:
        # A layer wants a time axis before the rows, a cell does not.
        layer = kind == "GRU"
        x, zero = (scattered((rows, inputs), 5, 1), torch.zeros(rows, units))
        if layer:
            x, zero = x[None], zero[None]

        def work():
            h = zero
            with torch.inference_mode():
                for _ in range(ROLLOUT):
                    h = net(x, h)[1] if layer else net(x, h)
            return h

        return work, ROLLOUT
    x = scattered((steps, rows, inputs), 5, 1)

    def gradients():
        net.zero_grad()
        y, _ = net(x)
        y.backward(y.detach())
        return net.weight_hh_l0.grad

    return gradients, 1


def main():
    made = {}
    for line in sys.stdin:
        task, _, repeats = line.split()
        _, kind, *sizes = task.split(":")
        work, count = made.get(task) or made.setdefault(task, make(kind, *map(int, sizes)))
        times = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            result = work()
            times.append(1e3 * (time.perf_counter() - start) / count)
        flat = result.numpy().ravel()
        values = flat[np.arange(48) * flat.size // 48]
        print(f"{statistics.median(times):.9g}", *(f"{x:.9g}" for x in values), flush=True)


main()
