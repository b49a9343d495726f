// Runs published networks as their authors run them, in JavaScript: node originals.cjs things|smile FOLDER
//
// FOLDER holds the packages unpacked (tfjs/, and coco-ssd/ or face-api/) and input.bin: pictures one after another,
// red, green and blue bytes, 300 x 300 (things) or 112 x 112 (smile). Writes output.bin, float32: for each picture
// 1917 x 4 boxes and 1917 x 91 logits, or seven logits and seven probabilities.
"use strict";

const fs = require("fs");
const Module = require("module");
const path = require("path");

const [what, folder] = process.argv.slice(2);
const tfjs = fs.realpathSync(path.resolve(folder, "tfjs/package/dist/tf.min.js"));
// face-api asks for TensorFlow's native library, which is neither here nor needed: the same in plain JavaScript.
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => (name.startsWith("@tensorflow/") ? tfjs : resolve(name, ...rest));
const tf = require(tfjs);

function bytes(...names) {
  const data = Buffer.concat(names.map((name) => fs.readFileSync(path.join(folder, name))));
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
}

async function things(picture) {
  const model = await things.model;
  const input = tf.tensor4d(Int32Array.from(picture), [1, 300, 300, 3], "int32");
  const [boxes, logits] = await model.executeAsync({ image_tensor: input }, ["Squeeze", "concat_1"]);
  return [boxes, logits];
}

async function graph() {
  const at = "coco-ssd/package/models/coco-ssd/";
  const { modelTopology, weightsManifest } = JSON.parse(fs.readFileSync(path.join(folder, `${at}model.json`)));
  return tf.loadGraphModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: bytes(...weightsManifest.flatMap((group) => group.paths).map((name) => at + name)),
    }),
  });
}

async function smile(picture) {
  const network = await smile.model;
  const input = new smile.NetInput([tf.tensor3d(Int32Array.from(picture), [112, 112, 3], "int32")]);
  // runNet is what forwardInput takes the softmax of.
  return [network.runNet(input), network.forwardInput(input)];
}

async function expressions() {
  const faceapi = require(path.resolve(folder, "face-api/package/dist/face-api.node.js"));
  smile.NetInput = faceapi.NetInput;
  const network = new faceapi.FaceExpressionNet();
  const at = "face-api/package/model/face_expression_model";
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, `${at}-weights_manifest.json`)));
  const weights = tf.io.decodeWeights(bytes(`${at}.bin`), manifest[0].weights);
  network.loadFromWeightMap(weights);
  return network;
}

async function main() {
  await tf.setBackend("cpu");
  const run = { things, smile }[what];
  run.model = what === "things" ? graph() : expressions();
  const pictures = fs.readFileSync(path.join(folder, "input.bin"));
  const length = (what === "things" ? 300 * 300 : 112 * 112) * 3;
  const out = fs.openSync(path.join(folder, "output.bin"), "w");
  for (let start = 0; start < pictures.length; start += length) {
    for (const tensor of await run(pictures.subarray(start, start + length))) {
      fs.writeSync(out, Buffer.from(Float32Array.from(await tensor.data()).buffer));
    }
  }
  fs.closeSync(out);
}

main();
