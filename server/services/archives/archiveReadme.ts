/** What stands in every archive beside the numbers. */
export const archiveReadme = `This is an experiment of Collapsar, whole: what was run, and every number that was measured.

manifest.json     format and version; sha256 and size of every other file
experiment.json   name, note, tags and config: launched again, the config gives the same runs
origin.json       the experiment's and the runs' ids on the server it is from, and when it was exported
environment.json  the machines that trained it, where the exporter may name them
data.json         sha256 of the data of each run
runs/<ordinal>/   one folder for each run:
  run.json        config with seed, status, last values, optimum, data, attempts (device, versions, why each ended)
  series.json     [{ key, attempt, from, count, valid }]: where each series lies in the two arrays
  steps.npy       int32, optimizer updates done
  values.npy      float64, as they were measured
  geometry.ndjson one JSON object a line: class means and samples in principal directions, Gram matrices
  log.ndjson      one JSON object a line
  files/          last-layer features and checkpoints (safetensors), where they were asked for

A series is named split/metric@layer; layers count from 1 to the last one in front of the classifier. Points after the first
"valid" ones of an attempt are void: a later attempt resumed from before them. In Python:

  import json, numpy
  steps, values = numpy.load("runs/00000/steps.npy"), numpy.load("runs/00000/values.npy")
  for s in json.load(open("runs/00000/series.json")):
      at = slice(s["from"], s["from"] + s["valid"])
      print(s["key"], steps[at], values[at])

Another Collapsar reads the file whole: "Import archive" above its list of experiments.
`;
