import type { InputPart, Json } from '@longwire/protocol'
import type { UIMessage } from 'ai'

/** What a person wrote, as an input of the session. */
export function inputOf({ parts }: UIMessage): string | readonly InputPart[] {
  const input = parts.flatMap(partOf)
  const isText = input.every(({ type }) => type === 'text')
  return isText ? input.map((part) => (part as { text: string }).text).join('') : input
}

function partOf(part: UIMessage['parts'][number]): InputPart[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }]
  if (part.type === 'file') return [fileOf(part)]
  if (part.type.startsWith('data-') && 'data' in part)
    return [{ type: 'data', name: part.type.slice('data-'.length), data: part.data as Json }]
  return []
}

type FilePart = Extract<UIMessage['parts'][number], { type: 'file' }>

function fileOf({ url, mediaType, filename }: FilePart): InputPart {
  const [, data] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? []
  const name = filename === undefined ? {} : { name: filename }
  return { type: 'file', mediaType, ...name, ...(data === undefined ? { url } : { data }) }
}
