/**
 * What a GPU can be in trouble with. "memory": it has not enough for what was asked, now; "limit": something is larger than it ever takes;
 * "lost": its driver gave it up or was reset, and this process can use it no more.
 */
export type DeviceTrouble = "memory" | "limit" | "lost";

/**
 * Texts of CUDA and its libraries, of ONNX Runtime's allocators, of Dawn (WebGPU) and Vulkan, and of TensorFlow. A buffer that Dawn had no
 * memory for shows only where it is used, as one that is invalid "due to a previous error".
 */
const signs: [DeviceTrouble, RegExp][] = [
  [
    "limit",
    /(buffer|binding) size \(\d+\).* (exceeds|is larger than) the max|exceeds the max(imum)? (storage )?buffer|workgroup count \w+ \(\d+\) exceeds|exceeds device limit|exceeds the WebGPU supported maximum/i,
  ],
  [
    "memory",
    /CUDA (failure|error) 2\b|CUDA_?ERROR_?(OUT_OF_MEMORY|MEMORYALLOCATION)|(CUBLAS|CUDNN)_STATUS_ALLOC_FAILED|CUBLAS_STATUS_NOT_INITIALIZED|VK_ERROR_OUT_OF_(DEVICE|HOST)_MEMORY|\[Invalid Buffer[^\]]*\] is invalid due to a previous error|BFC ?Arena ran out of memory|Available memory of \d+ is smaller than requested|Failed to allocate memory for requested buffer|OOM when allocating|Resource ?Exhausted|Dst tensor is not initialized|GPU out of memory|CUDA out of memory|failed to create cublas handle/i,
  ],
  [
    "lost",
    /CUDA (failure|error) (4|46|100|201|214|219|220|226|70[029]|71[0-9]|72[01]|999)\b|CUDA_ERROR_(ILLEGAL_(ADDRESS|INSTRUCTION)|LAUNCH_(FAILED|TIMEOUT)|MISALIGNED_ADDRESS|INVALID_PC|HARDWARE_STACK_ERROR|ECC_UNCORRECTABLE|DEINITIALIZED|CONTEXT_IS_DESTROYED|NO_DEVICE|SYSTEM_NOT_READY|UNKNOWN)|illegal memory access|unspecified launch failure|launch timed out|uncorrectable ECC|fallen off the bus|device-side assert|no CUDA-capable device|all CUDA-capable devices are busy|(CUBLAS|CUDNN)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|MAPPING_ERROR)|VK_ERROR_DEVICE_LOST|DXGI_ERROR_DEVICE_(REMOVED|HUNG|RESET)|(WebGPU|GPU) device (has been |was |is )?lost|device (has been |was |is )?lost|\[Device[^\]]*\] is lost|external Instance reference no longer exists|Blas (x?GEMM|GEMV|SGEMM) launch failed|GPU sync failed/i,
  ],
];

/** What trouble of a GPU an error tells of; null for any other error. @param error or the last output of a process that ended */
export function deviceTrouble(error: unknown): DeviceTrouble | null {
  const text = error instanceof Error ? error.message : String(error);
  return signs.find(([, sign]) => sign.test(text))?.[0] ?? null;
}

/** What people are told, before the error's own text. */
export function troubleText(trouble: DeviceTrouble, error: string): string {
  if (trouble === "lost") return "The GPU was lost: its driver gave it up or was reset";
  if (trouble === "limit") return "The run needs a larger buffer than the GPU takes";
  // ONNX Runtime says the same of both kinds of memory.
  return ofGpu.test(error) ? "The GPU ran out of memory" : "It ran out of memory";
}
const ofGpu = /CUDA|CUBLAS|CUDNN|VK_ERROR_OUT_OF_DEVICE|Invalid Buffer|GPU/i;
