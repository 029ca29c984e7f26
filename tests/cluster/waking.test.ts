import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { hasNats } from '../nats-process/nats-process.ts'
import { hasPostgres } from '../postgres-process/postgres-programs.ts'
import { Dice } from './dice.ts'
import { ProcessHome } from './process-home.ts'

interface Told {
  readonly code?: string
  readonly retry?: string
  readonly session?: string
  readonly requests?: readonly { readonly request: string }[]
}

test.skipIf(!hasPostgres() || !hasNats())(
  '[N33] a node that was frozen refuses nothing for good that happened elsewhere meanwhile',
  async () => {
    const home = await ProcessHome.start(new Dice(1), { nodes: 2 })
    try {
      const [frozen, other] = home.urls as [string, string]
      const { session } = await told(`${frozen}/v1/sessions`, { agent: 'traveller', id: 'o' })
      const commands = (url: string) => `${url}/v1/sessions/${session}/commands`
      const asked = async (ready: (open: Required<Told>['requests']) => boolean) => {
        for (;;) {
          const { requests = [] } = await told(`${other}/v1/sessions/${session}`)
          if (ready(requests)) return requests
        }
      }
      await told(commands(frozen), { type: 'input', id: 'i', text: 'A journey, please' })
      const [first] = await asked((open) => open.length > 0)
      const node = home.nodes[0]!
      node.freeze()
      let approval: Told = {}
      do approval = await told(commands(other), { type: 'answer', id: 'a', request: first!.request, approved: true })
      while (approval.retry === 'later')
      const [next] = await asked((open) => open.length > 0 && open[0]!.request !== first!.request)
      const answer = { type: 'answer', id: 'b', request: next!.request, approved: true }
      const { sent, answered } = post(commands(node.url), answer)
      // It is at the door of the frozen node before that wakes.
      await sent
      node.thaw()
      expect((await answered).retry ?? 'done').not.toBe('never')
    } finally {
      await home.close()
    }
  },
  120_000,
)

async function told(url: string, command?: object): Promise<Told> {
  return command ? post(url, command).answered : ((await (await fetch(url)).json()) as Told)
}

/** `sent`: all of it is in the hands of the machine. */
function post(url: string, command: object): { readonly sent: Promise<unknown>; readonly answered: Promise<Told> } {
  const asking = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } })
  const answered = once(asking, 'response').then(([response]) => json(response)) as Promise<Told>
  const sent = once(asking, 'finish')
  asking.end(JSON.stringify(command))
  return { sent, answered }
}
