import { describe, expect, test } from "vitest";
import { Failure } from "../../../../contract/failure.ts";
import { deviceTrouble } from "../../../../workers/run/deviceTrouble.ts";
import { asFailure, machineFault } from "../../../../workers/run/machineFault.ts";

const memory = [
  "Non-zero status code returned while running MatMul node. CUDA failure 2: out of memory ; GPU=0 ; hostname=node7 ; file=cuda_allocator.cc ; line=48 ; expr=cudaMalloc((void**)&p, size);",
  "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=node7",
  "/onnxruntime_src/core/framework/bfc_arena.cc:376 Available memory of 0 is smaller than requested bytes of 1048576",
  "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 4294967296",
  "BFC Arena ran out of memory trying to allocate 268435456",
  "WebGPU device error(3): vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY\n - While calling [Device].CreateBuffer([BufferDescriptor]).",
  "WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While validating entries[1]",
  "OOM when allocating tensor with shape[64,4096,4096] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc",
  "Resource exhausted: failed to allocate memory [Op:MatMul]",
  "ResourceExhaustedError: {{function_node}}",
  "Could not satisfy explicit device: CUDA_ERROR_OUT_OF_MEMORY: out of memory",
];
const limit = [
  "WebGPU validation failed. Buffer size (4294967296) exceeds the max buffer size limit (1073741824).\n - While calling [Device].CreateBuffer([BufferDescriptor]).",
  "Binding size (4294967296) of [Buffer (unlabeled)] is larger than the maximum storage buffer binding size (1073741820).",
  "Dispatch workgroup count X (70000) exceeds max compute workgroups per dimension (65535).",
];
const lost = [
  "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=node7 ; expr=cudaStreamSynchronize(stream)",
  "CUDA failure 719: unspecified launch failure ; GPU=3",
  "CUDA failure 702: the launch timed out and was terminated",
  "CUDA failure 214: uncorrectable ECC error encountered",
  "CUDA failure 100: no CUDA-capable device is detected",
  "CUDA failure 999: unknown error",
  "CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0",
  "CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR",
  "failed to synchronize the stop event: CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure",
  "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered",
  "Blas GEMM launch failed : a.shape=(64, 64), b.shape=(64, 2000)",
  "vkQueueSubmit failed with VK_ERROR_DEVICE_LOST",
  "[Device] is lost.",
  '[Device "ORT"] is lost.\n - While calling [Queue].Submit([[CommandBuffer]])',
  "WebGPU device has been lost: 1",
  "A valid external Instance reference no longer exists.",
];

describe("An error of a GPU", () => {
  test.each(memory)("is lack of memory: %s", (text) => {
    expect(deviceTrouble(new Error(text))).toBe("memory");
    expect(machineFault(new Error(text))).toMatchObject({
      code: "CRASHED",
      message: expect.stringMatching(/ran out of memory: /),
    });
  });

  test.each(limit)("is a bound of the GPU: %s", (text) => {
    expect(deviceTrouble(new Error(text))).toBe("limit");
    expect(asFailure(new Error(text))).toMatchObject({
      code: "DEVICE_UNAVAILABLE",
      message: `The run needs a larger buffer than the GPU takes: ${text}`,
    });
  });

  test.each(lost)("is the loss of the GPU, which is the worker's fault: %s", (text) => {
    expect(deviceTrouble(text)).toBe("lost");
    expect(asFailure(new Error(text))).toMatchObject({
      code: "WORKER_FAULT",
      message: `The GPU was lost: its driver gave it up or was reset: ${text}`,
    });
  });
});

test("Other errors are none of a GPU", () => {
  const others = [
    "WebGPU validation failed. Binding size is zero",
    "CUDA failure 1: invalid argument",
    "the loss was NaN at step 3",
    "state 'w' has shape [3], not [4]",
    "Array buffer allocation failed",
    "",
  ];
  for (const text of others) expect(deviceTrouble(new Error(text)), text).toBeNull();
  expect(deviceTrouble(undefined)).toBeNull();
  expect(asFailure(new Error("the loss is odd"))).toMatchObject({ code: "INTERNAL" });
});

test("ONNX Runtime's lack of memory on a CPU is not said to be a GPU's", () => {
  const text = "Failed to allocate memory for requested buffer of size 4294967296";
  expect(asFailure(new Error(text))).toMatchObject({ code: "CRASHED", message: `It ran out of memory: ${text}` });
});

test("A failure that is for people stays what it is", () => {
  const failure = new Failure("DIVERGED", "CUDA failure 700");
  expect(machineFault(failure)).toBeNull();
  expect(asFailure(failure)).toBe(failure);
});
