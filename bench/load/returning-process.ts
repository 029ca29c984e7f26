import { type Client, connect, type Session } from '@longwire/client'
import { answering, VITALS } from '../process/answering.ts'
import { bytesOfAll, CuttableSocket, cutAll } from './cuttable-socket.ts'

// Clients of our client library, whose lines are cut all at once and held until they may come back.

export interface Clients {
  readonly port: number
  readonly clients: number
  readonly sessionsEach: number
}

export interface Telling {
  readonly port: number
  readonly clients: number
  readonly events: number
}

/** From the moment at which they were let dial. */
export interface Return {
  /** Of each client, when it had all that it missed. */
  readonly ms: readonly number[]
  /** On the wire, of all together. */
  readonly bytes: number
}

const ASKING_AT_ONCE = 25
const OPENING_AT_ONCE = 100

interface Held {
  readonly client: Client
  readonly sessions: readonly Session[]
}

let held: Held[] = []
/** Dials wait for it. */
let gate = Promise.withResolvers<void>()
/** By session, the place that its reader has to reach. */
const heads = new Map<string, string>()

answering({ ...VITALS, open, say, cut, comeBack, tellAgain, bytes: bytesOfAll, close, stop: close })

/** Opens so many clients with so many sessions each, and resolves when each is attached. */
async function open({ port, clients, sessionsEach }: Clients): Promise<void> {
  gate.resolve()
  while (held.length < clients) {
    const missing = Math.min(OPENING_AT_ONCE, clients - held.length)
    held.push(...(await Promise.all(Array.from({ length: missing }, () => openOne(port, sessionsEach)))))
  }
}

async function openOne(port: number, sessions: number): Promise<Held> {
  const client = connect(`http://127.0.0.1:${port}`, {
    webSocket: CuttableSocket as unknown as typeof globalThis.WebSocket,
    wires: ['websocket'],
    // The wait before a try is left to no chance: it is none.
    chance: () => 0,
    auth: () => gate.promise.then(() => ({})),
  })
  const opening = Array.from({ length: sessions }, () => client.open({ agent: 'page' }))
  return { client, sessions: await Promise.all(opening) }
}

/** In each session a turn that says so much, asked for by another client, and resolves when all have ended. */
async function say({ port, events }: { readonly port: number; readonly events: number }): Promise<void> {
  const other = connect(`http://127.0.0.1:${port}`, { wires: ['websocket'] })
  const ids = held.flatMap(({ sessions }) => sessions.map(({ id }) => id))
  while (ids.length > 0) await Promise.all(ids.splice(0, ASKING_AT_ONCE).map((id) => sayIn(other, id, events)))
  other.close()
}

async function sayIn(other: Client, id: string, events: number): Promise<void> {
  const session = await other.session(id).ready
  if (events > 0) await session.ask(String(events)).result
  heads.set(id, session.place)
  session.detach()
}

/** Cuts every line; nobody dials until `comeBack`. */
function cut(): void {
  gate = Promise.withResolvers()
  cutAll()
}

async function comeBack(): Promise<Return> {
  const bytesBefore = bytesOfAll()
  const begun = performance.now()
  const back = held.map(async ({ client, sessions }) => {
    await Promise.all(sessions.map((session) => reached(client, session, heads.get(session.id)!)))
    return performance.now() - begun
  })
  gate.resolve()
  const ms = await Promise.all(back)
  return { ms, bytes: bytesOfAll() - bytesBefore }
}

/** Resolves when the line is there and its session stands at this place. */
function reached(client: Client, session: Session, head: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.state.kind !== 'online' || session.place !== head) return
      for (const stop of stops) stop()
      resolve()
    }
    const stops = [client.subscribe(look), session.subscribe(look)]
  })
}

/** The peer's way to come back: each connects and is told everything again. */
async function tellAgain({ port, clients, events }: Telling): Promise<Return> {
  const bytesBefore = bytesOfAll()
  const begun = performance.now()
  const ms = await Promise.all(
    Array.from({ length: clients }, async () => {
      await toldAgain(port, events)
      return performance.now() - begun
    }),
  )
  const bytes = bytesOfAll() - bytesBefore
  cutAll()
  return { ms, bytes }
}

function toldAgain(port: number, events: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    let told = 0
    const socket = new CuttableSocket(`ws://127.0.0.1:${port}`)
    socket.on('error', reject)
    socket.on('open', () => socket.send(JSON.stringify({ type: 'again', id: '1', ch: 1, text: String(events) })))
    socket.on('message', (data) => {
      text += (JSON.parse(String(data)) as { readonly text: string }).text
      told += 1
      if (told === events) resolve(text)
    })
  })
}

function close(): void {
  for (const { client } of held) client.close()
  held = []
  heads.clear()
}
