import * as tf from "@tensorflow/tfjs";

/** What TensorFlow.js asks of a backend that holds no numbers of its own: there is no memory to count, and no kernel to time. */
export abstract class PlainBackend extends tf.KernelBackend {
  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override numDataIds(): number {
    return 0;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory() {
    return { unreliable: true };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}
