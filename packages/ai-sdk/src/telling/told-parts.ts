import type { PartView } from '@longwire/view'
import type { UIMessageChunk } from 'ai'

interface Told {
  readonly type: PartView['type']
  readonly call: string | undefined
  text: string
  isOpen: boolean
}

/** How far the texts, files and data of one step were told. Calls are told elsewhere, by their id. */
export class ToldParts {
  readonly #step: string
  readonly #told: Told[] = []

  constructor(step: string) {
    this.#step = step
  }

  /** Whether the parts go on from what was told: else the step has to be told again. */
  fits(parts: readonly PartView[]): boolean {
    return this.#told.every(({ type, call, text, isOpen }, index) => {
      const part = parts[index]
      if (part?.type !== type || callOf(part) !== call) return false
      return !('text' in part) || (isOpen ? part.text.startsWith(text) : part.text === text)
    })
  }

  /** The chunks that lead to this part; `isWhole` where no more of it will come. */
  tell(part: PartView, index: number, isWhole: boolean): UIMessageChunk[] {
    const known = this.#told[index]
    const told = known ?? { type: part.type, call: callOf(part), text: '', isOpen: true }
    this.#told[index] = told
    const id = `${this.#step}/${index}`
    if (part.type === 'file') return known ? [] : [{ type: 'file', mediaType: part.mediaType, url: urlOf(part) }]
    if (part.type === 'data') return known ? [] : [{ type: `data-${part.name}`, id, data: part.data }]
    if (part.type === 'tool') return []
    const delta = part.text.slice(told.text.length)
    const ends = isWhole && told.isOpen
    told.text = part.text
    told.isOpen &&= !isWhole
    return [
      ...(known ? [] : [{ type: `${part.type}-start`, id } as const]),
      ...(delta === '' ? [] : [{ type: `${part.type}-delta`, id, delta } as const]),
      ...(ends ? [{ type: `${part.type}-end`, id } as const] : []),
    ]
  }
}

function callOf(part: PartView): string | undefined {
  return part.type === 'tool' ? part.call : undefined
}

function urlOf({ url, data, mediaType }: Extract<PartView, { type: 'file' }>): string {
  return url ?? `data:${mediaType};base64,${data ?? ''}`
}
