import { describe, expect, test } from "vitest";
import type { Gpu } from "../../../../../workers/agent/machine/gpus/gpu.ts";
import { GpuSlots } from "../../../../../workers/agent/machine/gpus/gpuSlots.ts";
import { parseGpus, parseMigParts } from "../../../../../workers/agent/machine/gpus/nvidiaSmi.ts";
import { visibleGpus } from "../../../../../workers/agent/machine/gpus/visibleGpus.ts";
import { slotEnvironment } from "../../../../../workers/agent/machine/slotEnvironment.ts";

const gpu = (busId: string, uuid: string | null, vendor: Gpu["vendor"] = "nvidia"): Gpu => ({
  vendor,
  name: `${vendor} ${busId}`,
  uuid,
  busId,
  memoryBytes: 80 * 2 ** 30,
});
const four = ["17", "65", "ca", "e3"].map((bus, i) => gpu(`0000:${bus}:00.0`, `GPU-${i}aaa-bbbb`));
const radeon = gpu("0000:03:00.0", null, "amd");

describe("nvidia-smi", () => {
  test("a line for each GPU, in its units", () => {
    expect(parseGpus("00000000:17:00.0, GPU-8f1a, NVIDIA H100 80GB HBM3, 81559, 1024, 37, Disabled\n")).toEqual([
      {
        vendor: "nvidia",
        name: "NVIDIA H100 80GB HBM3",
        uuid: "GPU-8f1a",
        busId: "0000:17:00.0",
        memoryBytes: 81_559 * 2 ** 20,
        memoryUsedBytes: 2 ** 30,
        utilization: 0.37,
        isDivided: false,
      },
    ]);
  });

  test("what a GPU does not say is not known, and is no zero", () => {
    for (const absent of ["[N/A]", "[Not Supported]", "[Unknown Error]", "ERR!", "", "-1", "nan"]) {
      const line = `00000000:01:00.0, ${absent}, Tesla, ${absent}, ${absent}, ${absent}, ${absent}`;
      expect(parseGpus(line), absent).toMatchObject([
        { name: "Tesla", uuid: null, memoryBytes: null, memoryUsedBytes: null, utilization: null, isDivided: false },
      ]);
    }
    expect(parseGpus("00000000:01:00.0, GPU-1, A, B, 100, 0, 250, [N/A]")).toMatchObject([{ name: "A, B", utilization: 1 }]);
  });

  test("a domain of more than four digits stays as it is", () => {
    expect(parseGpus("00010000:01:00.0, GPU-1, A, 100, 0, 0, [N/A]")).toMatchObject([{ busId: "00010000:01:00.0" }]);
  });

  test.each([
    "No devices were found",
    "a, b, c",
    "NVIDIA-SMI has failed because it couldn't communicate",
    "1\n2\n3",
    "\u0000\u0001",
  ])("anything else is no list: %j", (text) => expect(parseGpus(text)).toBeNull());

  test("no line is no GPU", () => expect(parseGpus("\n")).toEqual([]));

  test("lists the parts of divided GPUs", () => {
    const text = [
      "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaa)",
      "  MIG 1g.5gb      Device  0: (UUID: MIG-11)",
      "  MIG 3g.20gb     Device  1: (UUID: MIG-12)",
      "GPU 1: NVIDIA A30 (UUID: GPU-bbb)",
      "  MIG 2g.12gb     Device  0: (UUID: MIG-21)",
    ].join("\n");
    expect(parseMigParts(text)).toEqual([
      { name: "NVIDIA A100-SXM4-40GB MIG 1g.5gb", uuid: "MIG-11" },
      { name: "NVIDIA A100-SXM4-40GB MIG 3g.20gb", uuid: "MIG-12" },
      { name: "NVIDIA A30 MIG 2g.12gb", uuid: "MIG-21" },
    ]);
  });
});

describe("the GPUs that a worker may use", () => {
  const cuda = (gpus: Gpu[], list: string | null, container: string | null = null) =>
    visibleGpus(gpus, { cuda: list, container }).map((each) => [each.cuda, each.gpu?.busId ?? null]);

  test("are all, by their UUIDs, where nothing is said", () => {
    expect(cuda(four, null)).toEqual(four.map(({ uuid, busId }) => [uuid, busId]));
    expect(cuda([gpu("0000:17:00.0", null), gpu("0000:65:00.0", null)], null)).toEqual([
      ["0", "0000:17:00.0"],
      ["1", "0000:65:00.0"],
    ]);
  });

  test("are those that CUDA_VISIBLE_DEVICES names, in its order, by number or by UUID", () => {
    expect(cuda(four, "2,0")).toEqual([
      ["2", "0000:ca:00.0"],
      ["0", "0000:17:00.0"],
    ]);
    expect(cuda(four, " GPU-3aaa , 1 ")).toEqual([
      ["GPU-3aaa", "0000:e3:00.0"],
      ["1", "0000:65:00.0"],
    ]);
  });

  test("end at the first that names none, as CUDA reads the list", () => {
    expect(cuda(four, "1,7,2")).toEqual([["1", "0000:65:00.0"]]);
    expect(cuda(four, "1,-1,2")).toEqual([["1", "0000:65:00.0"]]);
    expect(cuda(four, "1,,2")).toEqual([["1", "0000:65:00.0"]]);
    expect(cuda(four, "1,1")).toEqual([["1", "0000:65:00.0"]]);
    expect(cuda(four, "GPU-9")).toEqual([]);
    for (const none of ["", " ", "NoDevFiles", "-1", "none"]) expect(cuda(four, none), none).toEqual([]);
  });

  test("may be named though nothing lists them: without nvidia-smi, and parts of a GPU", () => {
    expect(cuda([], "3,GPU-8f")).toEqual([
      ["3", null],
      ["GPU-8f", null],
    ]);
    expect(cuda(four, "MIG-GPU-0aaa/1/0,MIG-77")).toEqual([
      ["MIG-GPU-0aaa/1/0", null],
      ["MIG-77", null],
    ]);
    const parts = [
      { ...gpu("", "MIG-11"), busId: null },
      { ...gpu("", "MIG-12"), busId: null },
    ];
    expect(visibleGpus(parts, { cuda: "MIG-12", container: null })).toEqual([{ gpu: parts[1], cuda: "MIG-12" }]);
    expect(cuda(parts, "0")).toEqual([["0", null]]);
  });

  test("are those of the container where it names them by UUID; its numbers and words are not CUDA's", () => {
    expect(cuda(four, null, "GPU-1aaa-bbbb,GPU-2aaa-bbbb")).toEqual([
      ["GPU-1aaa-bbbb", "0000:65:00.0"],
      ["GPU-2aaa-bbbb", "0000:ca:00.0"],
    ]);
    for (const word of ["all", "void", "none", "", "2", "GPU-elsewhere"]) expect(cuda(four, null, word), word).toHaveLength(4);
    expect(cuda(four, "3", "GPU-1aaa-bbbb")).toEqual([["3", "0000:e3:00.0"]]);
  });

  test("of other vendors are not CUDA's, and come after", () => {
    expect(cuda([radeon, ...four], "0")).toEqual([
      ["0", "0000:17:00.0"],
      [null, "0000:03:00.0"],
    ]);
  });
});

test("A run's process sees one GPU: CUDA by its list, Vulkan where Mesa's layer can be told", () => {
  const [first] = visibleGpus(four, { cuda: null, container: null });
  expect(slotEnvironment(first, false)).toEqual({ CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: "GPU-0aaa-bbbb" });
  const forVulkan = { DRI_PRIME: "pci-0000_17_00_0", MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1" };
  expect(slotEnvironment(first, true)).toEqual({
    CUDA_DEVICE_ORDER: "PCI_BUS_ID",
    CUDA_VISIBLE_DEVICES: "GPU-0aaa-bbbb",
    ...forVulkan,
  });
  expect(slotEnvironment({ gpu: radeon, cuda: null }, true)).toEqual({ ...forVulkan, DRI_PRIME: "pci-0000_03_00_0" });
  expect(slotEnvironment({ gpu: null, cuda: "3" }, true)).toEqual({ CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: "3" });
});

describe("slots", () => {
  const places = four.map((each) => ({ gpu: each, environment: { CUDA_VISIBLE_DEVICES: each.uuid! } }));
  const take = (slots: GpuSlots) => slots.take("auto")!.environment.CUDA_VISIBLE_DEVICES.slice(0, 5);

  test("go round where there are more than GPUs", () => {
    const slots = new GpuSlots(places, null);
    expect(Array.from({ length: 9 }, () => take(slots))).toEqual(
      ["0", "1", "2", "3", "0", "1", "2", "3", "0"].map((i) => `GPU-${i}`),
    );
  });

  test("give the next run the GPU that was left, once", () => {
    const slots = new GpuSlots(places, null);
    const taken = [1, 2, 3, 4].map(() => slots.take("cuda")!);
    taken[2].leave();
    taken[2].leave();
    expect(take(slots)).toBe("GPU-2");
    expect(take(slots)).toBe("GPU-0");
  });

  test("put no run on the CPU onto a GPU", () => {
    const slots = new GpuSlots(places, null);
    expect(slots.take("cpu")).toBeNull();
    expect(take(slots)).toBe("GPU-0");
    expect(new GpuSlots([], null).take("auto")).toBeNull();
  });
});
