/** Files that go to the worker in parts, so that inputs can name them. No path ever leaves the page. */
import type { UploadedInput } from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";

const PART_BYTES = 768 * 1024;
const TEXT_BYTES = 0x8000;
const MOST_FILES = 8;

/** The pixels of an image as the bytes of a `.npy` file, for a worker that cannot decode it. */
export type DecodePixels = (file: Blob) => Promise<Uint8Array<ArrayBuffer>>;

export interface NamedFile {
  readonly name: string;
  readonly content: Blob;
}

export class Uploads {
  /** The file on its way. */
  name: string | null = $state(null);
  /** How much of it is there, from 0 to 1. */
  share = $state(0);

  private readonly files = new Map<string, NamedFile>();

  constructor(private readonly client: RpcClient) {}

  clear(): void {
    this.files.clear();
  }

  /** Sends a file; rejects with `RequestFailed`. */
  async send(modelId: string, file: NamedFile, decode: DecodePixels): Promise<UploadedInput> {
    try {
      return await this.sendBytes(modelId, file);
    } catch (error) {
      const isImage = file.content.type.startsWith("image/");
      if (!isImage || !isUndecodable(error)) throw error;
      const bytes = await decode(file.content).catch(() => {
        throw error;
      });
      return await this.sendBytes(modelId, { name: file.name, content: new Blob([bytes]) });
    }
  }

  /** Sends again what inputs name and this page still has; false if there is nothing to send. */
  async sendAgain(modelId: string, inputs: string): Promise<boolean> {
    const named = [...this.files.values()].filter(({ name }) => inputs.includes(`"${name}"`));
    for (const file of named) await this.sendBytes(modelId, file);
    return named.length > 0;
  }

  private keep(file: NamedFile): void {
    this.files.delete(file.name);
    this.files.set(file.name, file);
    const [oldest] = this.files.keys();
    if (this.files.size > MOST_FILES && oldest !== undefined) this.files.delete(oldest);
  }

  private async sendBytes(modelId: string, file: NamedFile): Promise<UploadedInput> {
    const { name, content } = file;
    this.name = name;
    this.share = 0;
    try {
      let answer: UploadedInput | null = null;
      for (let offset = 0; answer === null || offset < content.size; offset += PART_BYTES) {
        const part = await content.slice(offset, offset + PART_BYTES).arrayBuffer();
        const data = base64Of(new Uint8Array(part));
        const params = { modelId, name, offset, byteLength: content.size, data };
        answer = await this.client.request("input/upload", params);
        this.share = Math.min(1, (offset + PART_BYTES) / Math.max(1, content.size));
      }
      this.keep(file);
      return answer;
    } finally {
      this.name = null;
    }
  }
}

/** Whether the worker could not read an image that the page perhaps can. */
function isUndecodable(error: unknown): boolean {
  const codes = ["package.missing", "input.refused"];
  return error instanceof RequestFailed && codes.includes(error.problem.code);
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let first = 0; first < bytes.length; first += TEXT_BYTES) {
    text += String.fromCharCode(...bytes.subarray(first, first + TEXT_BYTES));
  }
  return btoa(text);
}
