import type { PartView } from '@longwire/view'
import { Braces, File } from 'lucide-react'

type FilePart = Extract<PartView, { type: 'file' | 'data' }>

/** Types of pictures that a browser shows and that can run nothing. */
const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/

/** A file or a piece of data in a message. What is not here is not fetched: it is a link. */
export function FileShown({ part }: { part: FilePart }) {
  if (part.type === 'data') {
    return (
      <details className="data-shown">
        <summary>
          <Braces size={14} aria-hidden="true" />
          {part.name}
        </summary>
        <pre>{JSON.stringify(part.data, null, 2)}</pre>
      </details>
    )
  }
  const name = part.name ?? part.mediaType
  if (part.data !== undefined && PICTURE.test(part.mediaType)) {
    return <img className="picture-shown" src={`data:${part.mediaType};base64,${part.data}`} alt={name} />
  }
  const href = part.data === undefined ? safeUrl(part.url) : `data:application/octet-stream;base64,${part.data}`
  return (
    <a className="file-shown" href={href} download={name} target="_blank" rel="noopener noreferrer nofollow">
      <File size={15} aria-hidden="true" />
      {name}
    </a>
  )
}

function safeUrl(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:/i.test(url) ? url : undefined
}
