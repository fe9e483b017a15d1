/** The little of protobuf that a model needs: varints, floats and length-delimited fields. */
export class Message {
  private readonly parts: Uint8Array[] = [];
  length = 0;

  int(field: number, value: number | bigint): this {
    return this.add(varint((field << 3) | 0)).add(varint(value));
  }

  float(field: number, value: number): this {
    return this.add(varint((field << 3) | 5)).add(new Uint8Array(Float32Array.of(value).buffer));
  }

  string(field: number, text: string): this {
    return this.bytes(field, new TextEncoder().encode(text));
  }

  bytes(field: number, bytes: Uint8Array): this {
    return this.add(varint((field << 3) | 2))
      .add(varint(bytes.length))
      .add(bytes);
  }

  message(field: number, message: Message): this {
    this.add(varint((field << 3) | 2)).add(varint(message.length));
    for (const part of message.parts) this.add(part);
    return this;
  }

  /** Appends the fields of another message. */
  join({ parts }: Message): this {
    for (const part of parts) this.add(part);
    return this;
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private add(part: Uint8Array): this {
    this.parts.push(part);
    this.length += part.length;
    return this;
  }
}

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest ? low | 128 : low);
  } while (rest);
  return Uint8Array.from(bytes);
}
