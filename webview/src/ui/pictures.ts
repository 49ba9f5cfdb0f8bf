/** The graph as a file: SVG as it is drawn, PNG painted by the browser; handed to the host or downloaded. */
import type { RpcClient } from "../protocol/rpc.ts";

export type PictureKind = "svg" | "png";

const TYPES: Readonly<Record<PictureKind, string>> = { svg: "image/svg+xml", png: "image/png" };
/** Pixels for each unit of the drawing, while the browser can hold that many. */
const SCALE = 2;
const LARGEST_SIDE = 8192;

export async function pictureOf(svg: string, kind: PictureKind): Promise<Blob> {
  const drawing = new Blob([svg], { type: TYPES.svg });
  return kind === "svg" ? drawing : painted(drawing);
}

async function painted(drawing: Blob): Promise<Blob> {
  const url = URL.createObjectURL(drawing);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return await canvasOf(image);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function canvasOf(image: HTMLImageElement): Promise<Blob> {
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(SCALE, LARGEST_SIDE / Math.max(width, height, 1));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) =>
      blob ? resolve(blob) : reject(new Error("The browser could not paint the picture."));
    canvas.toBlob(done, TYPES.png);
  });
}

/** Where there is an editor it asks for a place; elsewhere the browser downloads the file. */
export async function savePicture(
  client: RpcClient,
  inEditor: boolean,
  name: string,
  picture: Blob,
): Promise<void> {
  if (inEditor) {
    await client.request("picture/save", { name, data: await base64Of(picture) });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
