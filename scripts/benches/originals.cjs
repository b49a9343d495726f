// Runs published networks as their authors run them, in JavaScript: node originals.cjs things|smile|pose FOLDER
//
// FOLDER holds the packages unpacked (tfjs/, and coco-ssd/, face-api/ or human/) and input.bin: pictures one after
// another, red, green and blue bytes, 300 x 300 (things), 112 x 112 (smile) or 192 x 192 (pose). Writes output.bin,
// float32: for each picture 1917 x 4 boxes and 1917 x 91 logits, or seven logits and seven probabilities, or 17 joints:
// down, across and score.
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

async function graph(at, name) {
  const { modelTopology, weightsManifest } = JSON.parse(fs.readFileSync(path.join(folder, at + name)));
  return tf.loadGraphModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: bytes(...weightsManifest.flatMap((group) => group.paths).map((name) => at + name)),
    }),
  });
}

async function pose(picture) {
  const model = await pose.model;
  return [model.execute(tf.tensor4d(Int32Array.from(picture), [1, 192, 192, 3], "int32"))];
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
  const run = { things, smile, pose }[what];
  run.model = {
    things: () => graph("coco-ssd/package/models/coco-ssd/", "model.json"),
    smile: expressions,
    pose: () => graph("human/package/models/", "movenet-lightning.json"),
  }[what]();
  const pictures = fs.readFileSync(path.join(folder, "input.bin"));
  const length = { things: 300 * 300, smile: 112 * 112, pose: 192 * 192 }[what] * 3;
  const out = fs.openSync(path.join(folder, "output.bin"), "w");
  for (let start = 0; start < pictures.length; start += length) {
    for (const tensor of await run(pictures.subarray(start, start + length))) {
      fs.writeSync(out, Buffer.from(Float32Array.from(await tensor.data()).buffer));
    }
  }
  fs.closeSync(out);
}

main();
