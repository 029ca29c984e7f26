import type { Delivery } from '@longwire/protocol'

/** What a person meant by a line. */
export type Typed =
  | { readonly does: 'say'; readonly text: string; readonly delivery: Delivery }
  | { readonly does: 'help' | 'leave' | 'queue' }
  | { readonly does: 'clear' }
  | { readonly does: 'drop' | 'first'; readonly at: number }
  | { readonly does: 'move'; readonly at: number; readonly to: number }
  | { readonly does: 'nothing'; readonly why: string }

/** Reads a line: a command where it begins with a slash, steering where it begins with `!`, else something to say. */
export function readTyped(line: string): Typed {
  const text = line.trim()
  if (text.startsWith('/')) return command(text)
  if (text.startsWith('!!')) return said(text.slice(2), 'interrupt')
  return text.startsWith('!') ? said(text.slice(1), 'steer') : { does: 'say', text: line, delivery: 'queue' }
}

export const HELP: readonly (readonly [keys: string, does: string])[] = [
  ['text Enter', 'asks; while a turn runs it waits for the next one'],
  ['!text Enter', 'joins the running turn at its next step'],
  ['!!text Enter', 'stops the running turn and begins one with this'],
  ['/queue', 'the inputs that wait: /queue drop 2 · /queue first 2 · /queue move 3 1 · /queue clear'],
  ['Esc · Tab', 'puts a question of the agent aside · comes back to it, or to the next one'],
  ['Ctrl-C', 'stops the running turn; where none runs, leaves'],
  ['Ctrl-D', 'leaves; the turn goes on without you'],
]

function said(rest: string, delivery: Delivery): Typed {
  const text = rest.trim()
  return text === '' ? { does: 'nothing', why: 'say what, after the mark' } : { does: 'say', text, delivery }
}

function command(text: string): Typed {
  const [name, ...rest] = text.slice(1).split(/\s+/)
  switch (name) {
    case 'help':
      return { does: 'help' }
    case 'leave':
    case 'quit':
    case 'exit':
      return { does: 'leave' }
    case 'queue':
      return queue(rest)
    default:
      return { does: 'nothing', why: `there is no /${name}: /help shows what there is` }
  }
}

function queue([what, ...places]: readonly string[]): Typed {
  const [at, to] = places.map(Number)
  const isPlace = (place: number | undefined) => place !== undefined && Number.isInteger(place) && place > 0
  if (what === undefined) return { does: 'queue' }
  if (what === 'clear') return { does: 'clear' }
  if ((what === 'drop' || what === 'first') && isPlace(at)) return { does: what, at: at! }
  if (what === 'move' && isPlace(at) && isPlace(to)) return { does: 'move', at: at!, to: to! }
  return { does: 'nothing', why: '/queue drop 2 · /queue first 2 · /queue move 3 1 · /queue clear' }
}
