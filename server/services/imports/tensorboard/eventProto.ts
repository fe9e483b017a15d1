import protobuf from "protobufjs/light.js";

/**
 * The parts of TensorFlow's event.proto, summary.proto and tensor.proto, and of the hparams plugin's, that hold scalars and configs;
 * everything else in a message is passed over.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        summary: { type: "Summary", id: 5 },
      },
    },
    Summary: { fields: { value: { rule: "repeated", type: "Value", id: 1 } } },
    Value: {
      oneofs: { content: { oneof: ["simpleValue", "tensor"] } },
      fields: {
        tag: { type: "string", id: 1 },
        simpleValue: { type: "float", id: 2 },
        tensor: { type: "Tensor", id: 8 },
        metadata: { type: "Metadata", id: 9 },
      },
    },
    Metadata: { fields: { pluginData: { type: "PluginData", id: 1 } } },
    PluginData: { fields: { pluginName: { type: "string", id: 1 }, content: { type: "bytes", id: 2 } } },
    Tensor: {
      fields: {
        dtype: { type: "int32", id: 1 },
        shape: { type: "Shape", id: 2 },
        content: { type: "bytes", id: 4 },
        floatVal: { rule: "repeated", type: "float", id: 5 },
        doubleVal: { rule: "repeated", type: "double", id: 6 },
        intVal: { rule: "repeated", type: "int32", id: 7 },
        int64Val: { rule: "repeated", type: "int64", id: 10 },
        boolVal: { rule: "repeated", type: "bool", id: 11 },
        halfVal: { rule: "repeated", type: "int32", id: 13 },
      },
    },
    Shape: { fields: { dim: { rule: "repeated", type: "Dim", id: 2 } } },
    Dim: { fields: { size: { type: "int64", id: 1 } } },
    HParams: { fields: { sessionStart: { type: "SessionStart", id: 3 } } },
    SessionStart: { fields: { hparams: { keyType: "string", type: "HValue", id: 1 } as protobuf.IMapField } },
    HValue: {
      oneofs: { kind: { oneof: ["number", "text", "flag"] } },
      fields: {
        number: { type: "double", id: 2 },
        text: { type: "string", id: 3 },
        flag: { type: "bool", id: 4 },
      },
    },
  },
});

export interface StoredTensor {
  dtype?: number;
  shape?: { dim?: { size?: number }[] };
  content?: Buffer;
  floatVal?: number[];
  doubleVal?: number[];
  intVal?: number[];
  int64Val?: number[];
  boolVal?: boolean[];
  halfVal?: number[];
}
export interface StoredEvent {
  wallTime?: number;
  step?: number;
  fileVersion?: string;
  summary?: {
    value?: {
      tag?: string;
      simpleValue?: number;
      tensor?: StoredTensor;
      metadata?: { pluginData?: { pluginName?: string; content?: Buffer } };
    }[];
  };
}
export interface StoredHParams {
  sessionStart?: { hparams?: Record<string, { number?: number; text?: string; flag?: boolean }> };
}

const decode = <T>(type: string, bytes: Buffer): T => {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: Number }) as T;
};

/** @throws Error for bytes that are no such message */
export const decodeEvent = (bytes: Buffer): StoredEvent => decode("Event", bytes);
/** @throws Error likewise */
export const decodeHParams = (bytes: Buffer): StoredHParams => decode("HParams", bytes);
