// A page with nothing but the client: it opens a session, or takes the one that its address names, and shows it to tests.
import { type ClientStorage, connect, type Session } from '@longwire/client'
import { indexedDbStorage } from '@longwire/client/indexed-db'
import { tabs } from '@longwire/client/tabs'
import { placeOf, printPlace } from '@longwire/protocol'
import type { PlainPage } from '../plain-page.ts'

const query = new URL(location.href).searchParams
const known = query.get('session')
const kept = sessionStorage.getItem('kept')
const chance = query.get('chance')
const STORAGES: Readonly<Record<string, () => ClientStorage>> = {
  local: () => localStorage,
  indexed: () => indexedDbStorage(),
}
const storage = query.has('keep') ? STORAGES[query.get('keep')!]!() : undefined
const client = connect(location.origin, {
  ...(chance === null ? {} : { chance: () => Number(chance) }),
  ...(storage ? { storage, keepSends: true } : {}),
  // However slow the machine is, no tab gives up the others.
  ...(query.has('share') ? { share: tabs({ answerMs: 60_000 }), wires: ['websocket'] } : {}),
})
const states = [client.state]
client.subscribe(() => states.push(client.state))
const session = begun()
if (!query.has('keep') || known === null) await session.ready

async function read(of: Session): Promise<void> {
  for await (const event of of.events())
    page.read.push({
      type: event.type,
      at: event.type === 'snapshot' && 'view' in event ? event.at : printPlace(placeOf(event as never)),
    })
}

function begun(): Session {
  if (kept !== null) return client.session(known!, JSON.parse(kept))
  return known === null ? client.session({ agent: query.get('agent') ?? 'speaker' }) : client.session(known)
}

const page = {
  client,
  session,
  states,
  read: [] as { type: string; at: string }[],
  async ask(text: string) {
    const pieces: string[] = []
    for await (const piece of session.ask(text)) pieces.push(piece)
    return pieces
  },
  keep() {
    const { view, place: after, log } = session
    sessionStorage.setItem('kept', JSON.stringify({ view, after, log }))
  },
  async hasKeptSends() {
    return (await storage?.getItem(`longwire:sends:${location.origin}/:${session.id}`)) != null
  },
  turn(state: 'hidden' | 'visible') {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  },
} satisfies PlainPage
void read(session).catch(() => {})
Object.assign(globalThis, page, { isReady: true })
