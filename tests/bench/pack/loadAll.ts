/** Loads every module that gpu.ts and its processes need, and ends: to see what another machine must be given of node_modules. */
import "../../../workers/engine/compiledEngine.ts";
import "../../../workers/engine/createEngine.ts";
import "../../../workers/engine/eagerEngine.ts";
import "../../../workers/engine/probeProvider.ts";
import "../../unit/workers/families.ts";
import "../compareSteps.ts";
import "./comparePacks.ts";
import "./packCell.ts";
import "./parity.ts";
