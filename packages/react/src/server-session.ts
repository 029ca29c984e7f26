import type { Session } from '@longwire/client'
import { emptyView } from '@longwire/view'
import type { SessionTarget } from './held-sessions.ts'

const NOTHING = emptyView()

/**
 * A session where a page is rendered to a string: it shows the view it was given, moves nothing and dials nobody. What it
 * is asked to do it refuses, since nobody is there yet who could have asked.
 */
export function serverSession(target: SessionTarget): Session {
  const { session = '', view = NOTHING } =
    typeof target === 'string' ? { session: target } : { view: undefined, ...target }
  const shown = { id: session || view.session, agent: view.agent, view, status: view.status, place: view.at }
  const hasView = view !== NOTHING
  const ready = hasView ? Promise.resolve() : Promise.reject(new NotInBrowser())
  ready.catch(() => {})
  return new Proxy({ ...shown, outbox: [], ready, subscribe: () => () => {} } as unknown as Session, {
    get: (known, name) => (name in known ? known[name as keyof Session] : refuse),
  })
}

/** Told where something waits for a session while a page is rendered to a string: the browser will have it. */
class NotInBrowser extends Error {
  override readonly name = 'NotInBrowser'
  constructor() {
    super('a session is joined in the browser, not where the page is rendered to a string')
  }
}

function refuse(): never {
  throw new NotInBrowser()
}
