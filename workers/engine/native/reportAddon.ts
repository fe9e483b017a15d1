/** A program: loads the add-on as a run does, computes a product and its gradient on it, and prints what it found as one line of JSON. */
import * as tf from "@tensorflow/tfjs";
import { loadTfjsNode } from "../loadTfjsNode.ts";

export interface AddonReport {
  /** TensorFlow's. */
  readonly version: string;
  readonly gpu: boolean;
}

const native = await loadTfjsNode("cuda");
if ("missing" in native) throw new Error(native.missing);
await tf.setBackend("tensorflow");
const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
const { value, grad } = tf.valueAndGrad((a: tf.Tensor) => tf.sum(tf.matMul(a as tf.Tensor2D, x)))(tf.ones([2, 2]));
const found = [...(await value.data()), ...(await grad.data())].join();
if (found !== "20,3,7,3,7") throw new Error(`the sum of a product and its gradient are 20,3,7,3,7, not ${found}`);
const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
const report: AddonReport = { version: binding.TF_Version, gpu: native.cuda };
console.log(JSON.stringify(report));
