import type { InputPart } from '@longwire/protocol'

/** A file that will go with what is written. */
export interface Attached {
  readonly key: string
  readonly name: string
  readonly bytes: number
  readonly part: InputPart
  /** An address of the picture, where it is one. */
  readonly preview: string | undefined
}

/** All files of one input together: a frame holds a MiB, and base64 makes four bytes of three. */
export const MOST_BYTES = 700_000
/** A picture that is bigger is made smaller, which costs it nothing that a model would see. */
const WIDEST = 1_568

let made = 0

export function totalBytes(files: readonly Attached[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** The files as parts, and why the others are not among them. */
export async function attachedFrom(
  files: Iterable<File>,
  alreadyBytes: number,
): Promise<{ readonly attached: readonly Attached[]; readonly refused: readonly string[] }> {
  const attached: Attached[] = []
  const refused: string[] = []
  for (const file of files) {
    const blob = file.type.startsWith('image/') ? await smaller(file) : file
    if (alreadyBytes + totalBytes(attached) + blob.size > MOST_BYTES) {
      refused.push(`${file.name} is too big: one message carries ${sizeInWords(MOST_BYTES)} of files.`)
      continue
    }
    attached.push(await attachedOf(file.name, blob))
  }
  return { attached, refused }
}

async function attachedOf(name: string, blob: Blob): Promise<Attached> {
  made += 1
  const mediaType = blob.type || 'application/octet-stream'
  const data = await base64Of(blob)
  return {
    key: `${made}`,
    name,
    bytes: blob.size,
    part: { type: 'file', mediaType, name: name.slice(0, 255), data },
    preview: mediaType.startsWith('image/') ? `data:${mediaType};base64,${data}` : undefined,
  }
}

/** The picture, made smaller where it is big. What cannot be drawn is left as it is. */
async function smaller(file: File): Promise<Blob> {
  if (file.type === 'image/svg+xml') return file
  const picture = await createImageBitmap(file).catch(() => undefined)
  const longest = picture ? Math.max(picture.width, picture.height) : 0
  if (!picture || (longest <= WIDEST && file.size < MOST_BYTES / 2)) return file
  const scale = Math.min(1, WIDEST / longest)
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.85 })
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split(',', 2)[1] ?? '')
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}

export function sizeInWords(bytes: number): string {
  return bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`
}
