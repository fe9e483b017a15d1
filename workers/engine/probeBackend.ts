import * as tf from "@tensorflow/tfjs";
import type { Device } from "./engine.ts";
import { type Probed, probedBy, productFor } from "./probed.ts";

/** How exactly a registered TensorFlow.js backend multiplies, or why it cannot be used: a product that is known is computed and checked. */
export async function probeBackend(backend: string, device: Device): Promise<Probed> {
  const before = tf.getBackend();
  const known = productFor(device);
  tf.enableProdMode(); // without the banner that recommends another backend
  try {
    await tf.setBackend(backend);
    const product = tf.tidy(() =>
      tf.matMul(tf.tensor2d(known.left, [known.rows, known.inner]), tf.tensor2d(known.right, [known.inner, known.columns])),
    );
    const given = await product.data();
    product.dispose();
    return probedBy(known, given, `TensorFlow.js computes wrong numbers on ${device}`);
  } catch (error) {
    return { problem: String(error instanceof Error ? error.message : error).split("\n")[0] };
  } finally {
    if (before) await tf.setBackend(before);
  }
}
