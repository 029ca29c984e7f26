import {
  type Client,
  type ConnectOptions,
  connect,
  type LinkState,
  type Session,
  type SessionOptions,
} from '../src/index.ts'
import { on, opened } from './events.ts'
import type { ScriptedServer, ServerLine } from './scripted-server.ts'

/** Comes back at once: no chance, no wait. */
const AT_ONCE = { chance: () => 0 }

export interface Page {
  readonly client: Client
  readonly session: Session
  readonly line: ServerLine
}

/** A page with one session, attached, and the line it came on. The session stands after commit 1 unless told otherwise. */
export async function pageOf(
  server: ScriptedServer,
  options: ConnectOptions = {},
  { after = '0', ...more }: SessionOptions = {},
): Promise<Page> {
  const client = connect(server.url, { ...AT_ONCE, ...options })
  const session = client.session('s', { after, ...more })
  const line = await server.line()
  line.welcome()
  await line.attach()
  if (after === '0') {
    line.say(...on(1, opened))
    await until(session, () => session.place === '1')
  }
  return { client, session, line }
}

export function until(session: Session, isSo: () => boolean): Promise<void> {
  return becomes(session.subscribe, isSo)
}

export function state(client: Client, kind: LinkState['kind']): Promise<void> {
  return becomes(client.subscribe, () => client.state.kind === kind)
}

export function becomes(subscribe: (changed: () => void) => () => void, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    const stop = subscribe(check)
    check()
  })
}
