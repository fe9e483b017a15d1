"""What timedStep.ts times beside ours: S runs of one network in PyTorch, as people would write them.

First line in:  {"network": "rn1", "d": 64, "depth": 8, "samples": 2000, "batch": null, "inputs": 784, "classes": 10, "runs": 4,
                 "device": "cuda", "threads": 1, "way": "vmap"}, answered by {"torch": "2.9.0", "device": "NVIDIA H100", "openS": 12.3}
Every other:    {"steps": 20}, answered by {"ms": 1.3 of one step, "cpuMs": 1.2, "loss": 1.9, "memory": bytes}

Ways: "eager" and "compiled" (torch.compile, mode "reduce-overhead") train one run; "vmap" trains all of them by torch.func.vmap over
stacked parameters, compiled likewise; "graph" is eager, and "vmap graph" is vmap under torch.compile, captured as one CUDA graph with
the optimizer's update. The optimizer is the fused Adam.
"""

import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from networks_torch import ConvolutionalResNet, ResNet, Transformer

case = json.loads(sys.stdin.readline())
torch.set_num_threads(case["threads"])
torch.set_flush_denormal(True)
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
device = torch.device(case["device"])
way = case["way"]
runs = case["runs"]
opened_at = time.perf_counter()


def make_network(seed):
    torch.manual_seed(seed)
    d, depth, classes = case["d"], case["depth"], case["classes"]
    if case["network"] == "rn1":
        return ResNet("rn1", case["inputs"], d, depth, classes)
    if case["network"] == "conv":
        return ConvolutionalResNet(d, depth, case["shape"][0], classes)
    tokens, patch = case["shape"]
    return Transformer("t11", d, depth, tokens, patch, classes, False)


def is_decayed(name):
    return name.endswith("weight") and not name.startswith(("embed", "stem"))


shape = case.get("shape") or [case["inputs"]]
x = torch.randn(case["samples"], *shape, device=device)
y = torch.randint(case["classes"], (case["samples"],), device=device)
networks = [make_network(seed).to(device) for seed in range(runs)]


def loss_of(parameters, x, y):
    return F.cross_entropy(functional_call(networks[0], parameters, (x,)), y)


if way.startswith("vmap"):
    parameters, buffers = stack_module_state(networks)
    shared = {name: buffer[0] for name, buffer in buffers.items()}  # a mask is the same in all runs
    in_dims = (0, None, None) if case["batch"] is None else (0, 0, 0)
    gradients_of = vmap(grad_and_value(lambda own, x, y: loss_of({**own, **shared}, x, y)), in_dims=in_dims)
    gradients_of = torch.compile(gradients_of, mode="reduce-overhead" if way == "vmap" else None, dynamic=False)
    parameters = {name: value.detach().clone() for name, value in parameters.items()}
    if device.type == "cuda":
        for value in parameters.values():
            torch._dynamo.mark_static_address(value)  # a CUDA graph reads them where they are
else:
    parameters = dict(networks[0].named_parameters())
    network = torch.compile(networks[0], mode="reduce-overhead", dynamic=False) if way == "compiled" else networks[0]

groups = [
    {"params": [value for name, value in parameters.items() if is_decayed(name)], "weight_decay": 0.005},
    {"params": [value for name, value in parameters.items() if not is_decayed(name)], "weight_decay": 0.0},
]
optimizer = torch.optim.Adam(groups, lr=0.005, fused=True, capturable=device.type == "cuda")
samples = torch.arange(case["batch"] or 1, device=device)
if way.startswith("vmap"):
    samples = samples.repeat(runs, 1)


def batch():
    return (x, y) if case["batch"] is None else (x[samples], y[samples])


def step():
    torch.compiler.cudagraph_mark_step_begin()
    given = batch()
    if way.startswith("vmap"):
        gradients, losses = gradients_of(parameters, *given)
        for name, value in parameters.items():
            value.grad = gradients[name]
        loss = losses[0]
    else:
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(given[0]), given[1])
        loss.backward()
    optimizer.step()
    return loss


def captured():
    """The step as one CUDA graph."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()

    def replay():
        graph.replay()
        return loss

    return replay


def finish():
    if device.type == "cuda":
        torch.cuda.synchronize()


run = captured() if way.endswith("graph") else step
for _ in range(3):
    run()
finish()
name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
print(json.dumps({"torch": torch.__version__, "device": name, "openS": time.perf_counter() - opened_at}), flush=True)
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start, cpu_start = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = run()
    finish()
    ms = 1000 * (time.perf_counter() - start) / steps
    cpu_ms = 1000 * (time.process_time() - cpu_start) / steps
    on_card = torch.cuda.max_memory_allocated() if device.type == "cuda" else 0
    memory = on_card or 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "loss": loss.item(), "memory": memory}), flush=True)
