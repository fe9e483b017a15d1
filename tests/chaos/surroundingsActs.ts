import { writeFileSync } from "node:fs";
import { type Act, after, nothing, workerAt } from "./act.ts";
import type { SmallDisk } from "./disk.ts";
import type { Line } from "./line.ts";
import { at, between } from "./random.ts";

/** Lines, disks and clocks. */

function lineAct(name: string, weight: number, most: number, strike: (line: Line, die: number) => void): Act {
  return {
    name,
    weight,
    async do(world, [who, time, how]) {
      const { line, program } = workerAt(world, who);
      const seconds = between(1, most, time);
      strike(line, how);
      return { text: `${program.name} for ${seconds.toFixed(1)} s`, over: after(seconds, () => line.heal()) };
    },
  };
}

function databaseLineAct(name: string, weight: number, most: number, strike: (line: Line, die: number) => void): Act {
  return {
    name,
    weight,
    async do({ databaseLine: line }, [time, how]) {
      if (!line) return nothing;
      const seconds = between(1, most, time);
      strike(line, how);
      return { text: `for ${seconds.toFixed(1)} s`, over: after(seconds, () => line.heal()) };
    },
  };
}

function fillDisk(disk: SmallDisk | null, whose: string, seconds: number) {
  if (!disk) return { text: `${whose}: not tried, since no small file system can be mounted here` };
  disk.fill();
  return { text: `${whose} for ${seconds.toFixed(1)} s`, over: after(seconds, () => disk.free()) };
}

const jumps = [-86_400_000, -3_600_000, -20_000, 20_000, 3_600_000, 86_400_000];

export const surroundingsActs: Act[] = [
  lineAct("worker's line partitioned", 4, 40, (line) => line.partition()),
  lineAct("worker's line cut", 4, 1, (line) => line.cut()),
  lineAct("worker's line half-open", 3, 20, (line) => line.halfOpen()),
  lineAct("worker's line slow", 2, 15, (line, how) => {
    line.delayMs = between(50, 700, how);
  }),
  databaseLineAct("database's line partitioned", 3, 25, (line) => line.partition()),
  databaseLineAct("database's line cut", 4, 1, (line) => line.cut()),
  databaseLineAct("database's line half-open", 2, 20, (line) => line.halfOpen()),
  databaseLineAct("database's line slow", 1, 10, (line, how) => {
    line.delayMs = between(5, 60, how);
  }),
  {
    name: "worker's disk full",
    weight: 2,
    async do(world, [who, time]) {
      const { disk, program } = workerAt(world, who);
      return fillDisk(disk, program.name, between(2, 15, time));
    },
  },
  {
    name: "database's disk full",
    weight: 1,
    do: async (world, [time]) => fillDisk(world.postgresDisk ?? world.serverDisk, "the database", between(2, 10, time)),
  },
  {
    name: "clock set",
    weight: 3,
    async do(world, [who, jump]) {
      const clocks = [{ clock: world.serverClock, name: "the server" }].concat(
        world.workers.map(({ clock, program }) => ({ clock, name: program.name })),
      );
      const { clock, name } = at(clocks, who)!;
      const ms = at(jumps, jump)!;
      writeFileSync(clock, String(ms));
      return { text: `${name}, by ${ms / 1000} s` };
    },
  },
];
