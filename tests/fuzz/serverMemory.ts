/** Asks a Node process for its memory through its inspector, after its garbage was collected. */
export class ServerMemory {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private count = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    };
  }

  static async connect(port: number): Promise<ServerMemory> {
    const [{ webSocketDebuggerUrl }] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new ServerMemory(socket);
  }

  async megabytes(): Promise<{ resident: number; heap: number }> {
    for (let times = 0; times < 2; times++) await this.ask("HeapProfiler.collectGarbage");
    const { result } = (await this.ask("Runtime.evaluate", {
      ...{ expression: "JSON.stringify(process.memoryUsage())", returnByValue: true },
    })) as { result: { value: string } };
    const { rss, heapUsed, external } = JSON.parse(result.value) as NodeJS.MemoryUsage;
    return { resident: rss / 1e6, heap: (heapUsed + external) / 1e6 };
  }

  close(): void {
    this.socket.close();
  }

  private ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.count;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
