import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SpooledEvent } from "../../../contract/wire/runEvents.ts";
import type { Lease } from "../../../contract/wire/workerProtocol.ts";
import { GpuMeter } from "../../../workers/agent/machine/gpus/gpuMeter.ts";
import { readGpus } from "../../../workers/agent/machine/gpus/readGpus.ts";
import { addSystemGpu, FakeNvidiaSmi, smiLines } from "../../support/processes/fakeNvidiaSmi.ts";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import { isRunning, makeFolder, removeFolder, scriptedWorker, WorkerProcess } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

const softwareGpu = "/usr/lib/chromium/vk_swiftshader_icd.json";
const hasGpu = existsSync(softwareGpu);
const path = process.env.PATH;
let smi: FakeNvidiaSmi;
let root: string;

beforeEach(() => {
  smi = new FakeNvidiaSmi(smiLines([{ usedMiB: 1_024, percent: 50 }, {}]));
  process.env.PATH = smi.path;
  root = mkdtempSync(join(tmpdir(), "collapsar-system-"));
});
afterEach(() => {
  process.env.PATH = path;
  smi.remove();
  rmSync(root, { recursive: true, force: true });
});

const read = (patienceMs = 5_000) => readGpus({ systemRoot: root, patienceMs });

describe("The GPUs of a machine", () => {
  test("are read from nvidia-smi, with their use", async () => {
    expect(await read()).toEqual({
      gpus: [
        {
          vendor: "nvidia",
          name: "NVIDIA H100 80GB HBM3",
          uuid: "GPU-000",
          busId: "0000:17:00.0",
          memoryBytes: 81_559 * 2 ** 20,
          memoryUsedBytes: 2 ** 30,
          utilization: 0.5,
        },
        expect.objectContaining({ uuid: "GPU-111", busId: "0000:18:00.0", memoryUsedBytes: 0, utilization: 0 }),
      ],
      note: null,
      isFailing: false,
    });
  });

  test("may be sixteen", async () => {
    smi.answers(smiLines(Array.from({ length: 16 }, () => ({}))));
    const { gpus } = await read();
    expect(gpus.map(({ busId }) => busId)).toEqual(Array.from({ length: 16 }, (_, i) => `0000:${(0x17 + i).toString(16)}:00.0`));
  });

  test("are listed though their use is not known, and that is said", async () => {
    smi.answers(smiLines([{ percent: "[N/A]", usedMiB: "[N/A]", totalMiB: "[N/A]" }]));
    expect(await read()).toMatchObject({
      gpus: [{ utilization: null, memoryUsedBytes: null, memoryBytes: null }],
      note: "Utilization is not known: nvidia-smi does not report it.",
      isFailing: false,
    });
  });

  test("that are divided are their parts", async () => {
    smi.answers(
      smiLines([{ mig: "Enabled" }, {}]),
      "GPU 0: NVIDIA A100 (UUID: GPU-000)\n  MIG 1g.5gb      Device  0: (UUID: MIG-1)\n  MIG 1g.5gb      Device  1: (UUID: MIG-2)\n",
    );
    const { gpus } = await read();
    expect(gpus.map(({ name, uuid }) => [name, uuid])).toEqual([
      ["NVIDIA H100 80GB HBM3", "GPU-111"],
      ["NVIDIA A100 MIG 1g.5gb", "MIG-1"],
      ["NVIDIA A100 MIG 1g.5gb", "MIG-2"],
    ]);
  });

  test.each([
    ["garbage", () => smi.answers("Segmentation fault\n@@@"), "nvidia-smi printed something else than a list of GPUs"],
    ["no end of output", () => smi.answers("x".repeat(2 << 20)), "nvidia-smi printed something else than a list of GPUs"],
    ["exit code 9", () => smi.fails(9), "nvidia-smi failed (exit code 9)"],
    ["a hang", () => smi.hangs(), "nvidia-smi did not answer within 300 ms"],
  ])("come from the system where nvidia-smi gives %s", async (_, spoil, why) => {
    spoil();
    addSystemGpu(root, "card1", { vendor: "0x10de", uevent: "DRIVER=nvidia\nPCI_SLOT_NAME=0000:65:00.0" });
    const information = join(root, "proc/driver/nvidia/gpus/0000:65:00.0");
    mkdirSync(information, { recursive: true });
    writeFileSync(join(information, "information"), "Model: \t\t NVIDIA A30\nIRQ:   \t\t 96\nGPU UUID: \t GPU-77-88\n");
    expect(await read(300)).toEqual({
      gpus: [
        {
          vendor: "nvidia",
          name: "NVIDIA A30",
          uuid: "GPU-77-88",
          busId: "0000:65:00.0",
          memoryBytes: null,
          memoryUsedBytes: null,
          utilization: null,
        },
      ],
      note: `Utilization is not known: ${why}.`,
      isFailing: true,
    });
    for (const pid of smi.calls) await until("no nvidia-smi is left", () => !isRunning(pid));
  });

  test("are read though another process holds nvidia-smi's output open", async () => {
    smi.leavesOrphans();
    expect(await read(300)).toMatchObject({ gpus: [{ utilization: 0.5 }, { utilization: 0 }], note: null });
  });

  test("come from the system alone where there is no nvidia-smi: amdgpu says their use, a console's is none", async () => {
    process.env.PATH = "/nonexistent";
    addSystemGpu(root, "card0", { vendor: "0x1a03", device: "0x2000", uevent: "PCI_SLOT_NAME=0000:01:00.0" });
    addSystemGpu(root, "card2", {
      vendor: "0x1002",
      device: "0x74a1",
      uevent: "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:c1:00.0",
      product_name: "AMD Instinct MI300X OAM",
      gpu_busy_percent: "25",
      mem_info_vram_total: "206141652992",
      mem_info_vram_used: "1073741824",
    });
    addSystemGpu(root, "card1", {
      vendor: "0x1002",
      device: "0x744c",
      uevent: "PCI_SLOT_NAME=0000:03:00.0",
      gpu_busy_percent: "0",
    });
    mkdirSync(join(root, "sys/class/drm/card2-DP-1"));
    const { gpus, note } = await read();
    expect(gpus).toEqual([
      expect.objectContaining({ vendor: "amd", name: "AMD GPU 744c", busId: "0000:03:00.0", utilization: 0, memoryBytes: null }),
      {
        vendor: "amd",
        name: "AMD Instinct MI300X OAM",
        uuid: null,
        busId: "0000:c1:00.0",
        memoryBytes: 206_141_652_992,
        memoryUsedBytes: 1_073_741_824,
        utilization: 0.25,
      },
    ]);
    expect(note).toBeNull();
    addSystemGpu(root, "card3", { vendor: "0x10de", uevent: "PCI_SLOT_NAME=0000:e1:00.0" });
    expect(await read()).toMatchObject({ note: "Utilization is not known: nvidia-smi was not found.", isFailing: false });
  });

  test("are those that nvidia-smi lists, of those that it could: a container shows some of the machine's", async () => {
    addSystemGpu(root, "card1", { vendor: "0x10de", uevent: "PCI_SLOT_NAME=0000:17:00.0" });
    addSystemGpu(root, "card2", { vendor: "0x10de", uevent: "PCI_SLOT_NAME=0000:ff:00.0" });
    addSystemGpu(root, "card3", { vendor: "0x8086", device: "0x4680", uevent: "PCI_SLOT_NAME=0000:00:02.0" });
    const { gpus, note } = await read();
    expect(gpus.map(({ busId }) => busId)).toEqual(["0000:00:02.0", "0000:17:00.0", "0000:18:00.0"]);
    expect(note).toBe("Utilization is not known: their driver does not report it.");
  });

  test("are none on a machine without, and nothing is said", async () => {
    process.env.PATH = "/nonexistent";
    expect(await read()).toEqual({ gpus: [], note: null, isFailing: false });
  });
});

describe("The meter of GPUs", () => {
  test("gives the last reading at once, reads one at a time, and asks a hanging nvidia-smi ever more rarely", async () => {
    const first = await read();
    smi.answers(smiLines([{ usedMiB: 2_048, percent: 75 }, {}]));
    const meter = new GpuMeter(first, { read: () => read(300), everyMs: 50 });
    try {
      const [gpu] = first.gpus;
      expect(meter.readingOf(gpu)).toEqual({ utilization: 0.5, memoryUsedBytes: 2 ** 30 });
      await until("it has read again", () => meter.readingOf(gpu).utilization === 0.75);
      smi.hangs();
      await until("it says that nothing is known", () => meter.reading.note !== null);
      expect(meter.readingOf(gpu)).toEqual({ utilization: null, memoryUsedBytes: null });
      const before = smi.calls.length;
      await until("it has asked again", () => smi.calls.length >= before + 2);
      expect(smi.calls.filter(isRunning).length).toBeLessThanOrEqual(1);
      smi.answers(smiLines([{ percent: 10 }, {}]));
      await until("it is well again", () => meter.readingOf(gpu).utilization === 0.1);
      expect(meter.reading.note).toBeNull();
    } finally {
      meter.close();
    }
  });

  test("does not ask where there is no GPU", async () => {
    let asked = 0;
    const none = { gpus: [], note: null, isFailing: false };
    const ask = async () => {
      asked++;
      return none;
    };
    const meter = new GpuMeter(none, { read: ask, everyMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    meter.close();
    expect(asked).toBe(0);
  });
});

describe.skipIf(!hasGpu)("A worker on a machine with several GPUs", () => {
  let server: ProtocolServer;
  let folder: string;
  const workers: WorkerProcess[] = [];

  beforeEach(async () => {
    server = await new ProtocolServer().listen();
    folder = makeFolder();
    smi.answers(smiLines([{ usedMiB: 512, percent: 20 }, { usedMiB: 100 }, { name: "NVIDIA A30" }, {}]));
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await server.close();
    removeFolder(folder);
  });

  const start = async (flags: string[], environment: Record<string, string> = {}) => {
    const given = { PATH: smi.path, VK_ICD_FILENAMES: softwareGpu, COLLAPSAR_SYSTEM_ROOT: root, XDG_CONFIG_HOME: root };
    const settings = { ...given, COLLAPSAR_NVIDIA_SMI_MS: "1000", COLLAPSAR_GPU_READING_MS: "100", ...environment };
    const address = `http://127.0.0.1:${server.port}`;
    workers.push(new WorkerProcess(scriptedWorker, folder, address, "right", flags, settings));
    await until("the worker is connected", () => server.isConnected, 180_000);
    return server.hellos[0];
  };
  /** As where Mesa's layer is installed; the file is none that Vulkan's loader could read. */
  const addSelector = () => {
    mkdirSync(join(root, "vulkan/implicit_layer.d"), { recursive: true });
    writeFileSync(join(root, "vulkan/implicit_layer.d/VkLayer_MESA_device_select.json"), "{}");
  };
  const toldBy = (events: SpooledEvent[]) =>
    events.flatMap(({ event }) => (event.kind === "log" && event.text.startsWith("{") ? [JSON.parse(event.text)] : []))[0];

  test("has a slot on each, a run's process on one of its own, and says how much of each is in use", async () => {
    addSelector();
    const hello = await start(["--device", "webgpu"]);
    const h100 = { name: "NVIDIA H100 80GB HBM3", memoryBytes: 81_559 * 2 ** 20 };
    expect(hello).toMatchObject({
      slots: 4,
      devices: ["webgpu (onnxruntime webgpu, NVIDIA H100 80GB HBM3, NVIDIA A30, float32 products)"],
      machine: { gpus: [h100, h100, { ...h100, name: "NVIDIA A30" }, h100] },
    });
    expect(hello.machine.gpusNote).toBeUndefined();
    const runs: Lease[] = [];
    for (let i = 0; i < 4; i++) runs.push(await server.assign("tells-gpu", 200));
    await until("all have begun", () => runs.every((run) => toldBy(server.events(run)) !== undefined));
    const told = runs.map((run) => toldBy(server.events(run)));
    const bySlot = told.sort((a, b) => a.CUDA_VISIBLE_DEVICES.localeCompare(b.CUDA_VISIBLE_DEVICES));
    expect(bySlot).toEqual(
      ["17", "18", "19", "1a"].map((bus, i) => ({
        CUDA_VISIBLE_DEVICES: `GPU-${i}${i}${i}`,
        CUDA_DEVICE_ORDER: "PCI_BUS_ID",
        DRI_PRIME: `pci-0000_${bus}_00_0`,
        NVIDIA_TF32_OVERRIDE: "0",
        COLLAPSAR_GPU: i === 2 ? "NVIDIA A30" : "NVIDIA H100 80GB HBM3",
      })),
    );
    const last = () => server.heartbeats.at(-1)?.system;
    await until("a heartbeat says their use", () => last()?.gpus?.[0]?.utilization === 0.2);
    expect(last()).toMatchObject({
      gpus: [
        { utilization: 0.2, memoryUsedBytes: 2 ** 29 },
        { utilization: 0, memoryUsedBytes: 100 * 2 ** 20 },
        { utilization: 0, memoryUsedBytes: 0 },
        { utilization: 0, memoryUsedBytes: 0 },
      ],
    });
    smi.hangs();
    await until("a heartbeat says that nothing is known", () => last()?.gpusNote !== undefined);
    expect(last()?.gpusNote).toBe("Utilization is not known: nvidia-smi did not answer within 1 s.");
    const beats = server.heartbeats.length;
    await until("heartbeats go on", () => server.heartbeats.length > beats + 3);
  }, 300_000);

  test("uses those alone that CUDA_VISIBLE_DEVICES names, and goes round where there are more slots", async () => {
    addSelector();
    const hello = await start(["--device", "webgpu", "--slots", "3"], { CUDA_VISIBLE_DEVICES: "2,0" });
    expect(hello.slots).toBe(3);
    expect(hello.machine.gpus?.map(({ name }) => name)).toEqual(["NVIDIA A30", "NVIDIA H100 80GB HBM3"]);
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const run = await server.assign("tells-gpu", 300);
      await until("it has begun", () => toldBy(server.events(run)) !== undefined);
      runs.push(toldBy(server.events(run)).CUDA_VISIBLE_DEVICES);
    }
    expect(runs).toEqual(["2", "0", "2"]);
  }, 300_000);

  test("says that WebGPU cannot be told which, and has one slot, without Mesa's layer", async () => {
    const hello = await start(["--device", "webgpu"]);
    expect(hello.slots).toBe(1);
    expect(hello.machine.gpus).toHaveLength(4);
    expect(hello.machine.gpusNote).toMatch(/^WebGPU cannot be told which of these 4 GPUs to use, so all runs are on the first/);
    const run = await server.assign("tells-gpu", 20);
    await until("it has begun", () => toldBy(server.events(run)) !== undefined);
    expect(toldBy(server.events(run))).not.toHaveProperty("DRI_PRIME");
    expect(toldBy(server.events(run))).not.toHaveProperty("COLLAPSAR_GPU");
  }, 300_000);

  test("is on the CPU where CUDA_VISIBLE_DEVICES names none", async () => {
    const hello = await start([], { CUDA_VISIBLE_DEVICES: "NoDevFiles" });
    expect(hello.devices).toEqual(["cpu (onnxruntime cpu)"]);
    expect(hello.machine.gpus).toBeUndefined();
    const run = await server.assign("tells-gpu", 5);
    await until("it has begun", () => toldBy(server.events(run)) !== undefined);
    expect(toldBy(server.events(run))).toEqual({ CUDA_VISIBLE_DEVICES: "NoDevFiles", NVIDIA_TF32_OVERRIDE: "0" });
  }, 300_000);
});
