import type { Derived, Session } from '@longwire/client'
import type { SessionEvent } from '@longwire/protocol'

export interface Cart {
  readonly things: readonly string[]
  /** What is being said of the thing after those, and of which answer. */
  readonly rest: string
}

const EMPTY: Cart = { things: [], rest: '' }

/** The cart after the event. It knows nothing of what fails: what a draft put in is gone when the draft is. */
export function inCart(cart: Cart, event: SessionEvent): Cart {
  if (event.type === 'chunk.text') return withText(cart, event.text)
  if (event.type !== 'message.committed' || event.message.role !== 'assistant') return cart
  const texts = event.message.parts.map((part) => (part.type === 'text' ? part.text : ''))
  return { ...withText({ ...cart, rest: '' }, texts.join('')), rest: '' }
}

function withText({ things, rest }: Cart, text: string): Cart {
  const lines = (rest + text).split('\n')
  return { things: [...things, ...lines.slice(0, -1)], rest: lines.at(-1)! }
}

/** The cart of a session, and what is done with it: a receipt for each answer that stands, and a hold on each thing meanwhile. */
export function openCart(session: Session, shelf: Shelf, receipts: string[]): Derived<Cart> {
  session.onDraft('chunk.text', ({ text }) => {
    const thing = text.trim()
    shelf.hold(thing)
    return () => shelf.release(thing)
  })
  session.onCommit('message.committed', ({ seq }) => {
    receipts.push(`receipt ${seq}`)
  })
  return session.derive(EMPTY, inCart)
}

/** What of the shop's stock is held back for somebody. */
export class Shelf {
  readonly held: string[] = []

  hold(thing: string): void {
    this.held.push(thing)
  }

  release(thing: string): void {
    this.held.splice(this.held.lastIndexOf(thing), 1)
  }
}
