import { type Act, after, type Done, nothing, workerAt } from "./act.ts";
import { type Program, signal } from "./program.ts";
import { at, between } from "./random.ts";
import type { World } from "./world.ts";

/** Ends a program in this manner; it is started again after a time. */
async function endFor(program: Program, name: NodeJS.Signals, seconds: number, mayStart = () => true): Promise<Done> {
  if (program.pid === null) return nothing;
  await program.down(name);
  return {
    text: `${program.name} by ${name}, down for ${seconds.toFixed(1)} s`,
    over: after(seconds, () => mayStart() && program.start()),
  };
}

/** Mostly a server that has started: one that is ended while it starts, again and again, would let nothing else happen. */
async function endServer(world: World, name: NodeJS.Signals, seconds: number, die: number): Promise<Done> {
  if (world.isRestoring || (die > 0.2 && !(await world.answers()))) return nothing;
  // Whoever restores a backup meanwhile starts it.
  return endFor(world.server, name, seconds, () => !world.isRestoring);
}

function freeze(name: string, pids: number[], seconds: number): Done {
  for (const pid of pids) signal(pid, "SIGSTOP");
  return {
    text: `${name} for ${seconds.toFixed(1)} s`,
    over: after(seconds, () => {
      for (const pid of pids) signal(pid, "SIGCONT");
    }),
  };
}

export const processActs: Act[] = [
  {
    name: "run killed",
    weight: 6,
    async do(world, [who, which]) {
      const { program } = workerAt(world, who);
      const pid = at(program.descendants, which);
      if (pid === undefined) return nothing;
      signal(pid, "SIGKILL");
      return { text: `a run's process of ${program.name}` };
    },
  },
  {
    name: "agent killed",
    weight: 4,
    do: (world, [who, time]) => endFor(workerAt(world, who).program, "SIGKILL", between(0, 6, time)),
  },
  {
    name: "worker killed with its runs",
    weight: 3,
    async do(world, [who, time]) {
      const { program } = workerAt(world, who);
      const runs = program.descendants;
      const done = await endFor(program, "SIGKILL", between(0, 6, time));
      for (const pid of runs) signal(pid, "SIGKILL");
      return done;
    },
  },
  {
    name: "worker stopped",
    weight: 3,
    do: (world, [who, time]) => endFor(workerAt(world, who).program, "SIGTERM", between(0, 4, time)),
  },
  {
    name: "worker's whole group stopped",
    weight: 3,
    async do(world, [who, time]) {
      const { program } = workerAt(world, who);
      for (const pid of program.descendants) signal(pid, "SIGTERM");
      return endFor(program, "SIGTERM", between(0, 4, time));
    },
  },
  {
    name: "server killed",
    weight: 5,
    do: (world, [time, how]) => endServer(world, "SIGKILL", between(0, 6, time), how),
  },
  {
    name: "server stopped",
    weight: 2,
    do: (world, [time, how]) => endServer(world, "SIGTERM", between(0, 4, time), how),
  },
  {
    name: "Postgres restarted at once",
    weight: 4,
    async do({ postgres }, [time]) {
      if (!postgres) return nothing;
      return endFor(postgres.program, "SIGQUIT", between(0, 3, time));
    },
  },
  {
    name: "run frozen",
    weight: 2,
    async do(world, [who, time, which]) {
      const { program } = workerAt(world, who);
      const pid = at(program.descendants, which);
      return pid === undefined ? nothing : freeze(`a run's process of ${program.name}`, [pid], between(5, 40, time));
    },
  },
  {
    name: "agent frozen",
    weight: 2,
    async do(world, [who, time]) {
      const { program } = workerAt(world, who);
      return program.pid === null ? nothing : freeze(program.name, [program.pid], between(5, 40, time));
    },
  },
  {
    name: "worker asleep with its runs",
    weight: 2,
    async do(world, [who, time]) {
      const { program } = workerAt(world, who);
      if (program.pid === null) return nothing;
      return freeze(program.name, [program.pid, ...program.descendants], between(5, 40, time));
    },
  },
  {
    name: "server frozen",
    weight: 1,
    async do({ server }, [time]) {
      return server.pid === null ? nothing : freeze("the server", [server.pid], between(5, 25, time));
    },
  },
  {
    name: "Postgres frozen",
    weight: 1,
    async do({ postgres }, [time]) {
      if (!postgres || postgres.program.pid === null) return nothing;
      return freeze("Postgres", [postgres.program.pid, ...postgres.program.descendants], between(5, 20, time));
    },
  },
];
