import { setImmediate as tick } from 'node:timers/promises'
import { type Agent, defineAgent } from '@longwire/agent'

/** What the teller is asked for, as the text of an input. */
export interface Story {
  /** Pieces of text, one a tick of the event loop. */
  readonly pieces: number
  /** A step is committed after so many pieces. */
  readonly step?: number
  /** The turn fails after so many pieces. */
  readonly failAt?: number
  /** After half of it the teller waits until `goOn` is called with this. */
  readonly waitsFor?: string
}

const waiting = new Map<string, PromiseWithResolvers<void>>()

/** Lets the story go on that waits for this, now or when it comes there. */
export function goOn(name: string): void {
  gate(name).resolve()
}

function gate(name: string): PromiseWithResolvers<void> {
  const known = waiting.get(name) ?? Promise.withResolvers<void>()
  waiting.set(name, known)
  return known
}

/** Says what it is asked for: numbered pieces, so that one that is missing or comes twice can be seen. */
export const teller: Agent = defineAgent({
  name: 'teller',
  run: async (turn) => {
    const { pieces, step, failAt, waitsFor } = storyOf(turn.input.text)
    for (let said = 1; said <= pieces && !turn.signal.aborted; said += 1) {
      await turn.text(`${said} `)
      if (said === failAt) throw new Error('the story broke off')
      if (step && said % step === 0) await turn.step(`part ${said / step}`, () => said)
      if (waitsFor && said === pieces / 2) await gate(waitsFor).promise
      await tick()
    }
  },
})

function storyOf(text: string): Story {
  try {
    return JSON.parse(text.split('\n\n')[0]!) as Story
  } catch {
    return { pieces: 1 }
  }
}

/** What the teller says to that. */
export function told(pieces: number): string {
  return Array.from({ length: pieces }, (_, index) => `${index + 1} `).join('')
}
