import { randomBytes } from 'node:crypto'
import type { SessionStore } from '@longwire/store'

/** What stands in the log of one turn without tools: the question, the turn, what it took up, the answer, the end. */
export const COMMITS_OF_A_TURN = 5
const COMMITS_OF_AN_APPEND = 1_000
const ANSWER = 'The growth of this quarter came from three regions, and half of it from one. '.repeat(8)

/** Writes a session of so many whole turns, and answers where it is. */
export async function writeHistory(
  store: SessionStore,
  turns: number,
): Promise<{ readonly session: string; readonly head: number }> {
  const session = `ses_${randomBytes(33).toString('base64url').slice(0, 43)}`
  const at = Date.now()
  const last = 1 + turns * COMMITS_OF_A_TURN
  const opened = { seq: 1, type: 'session.opened', at, session, agent: 'bench', tools: [], metadata: {} }
  const record = { key: session, session, agent: 'bench', principal: 'local', metadata: {}, createdAt: at }
  await store.create(record, [JSON.stringify(opened)])
  for (let head = 1; head < last; ) {
    const until = Math.min(last, head + COMMITS_OF_AN_APPEND)
    const commits = Array.from({ length: until - head }, (_, index) => commitAt(head + 1 + index, at))
    await store.append(session, { head, commits, status: 'idle', at })
    head = until
  }
  return { session, head: last }
}

function commitAt(seq: number, at: number): string {
  const kind = (seq - 2) % COMMITS_OF_A_TURN
  return JSON.stringify({ seq, at, ...turnCommit(kind, seq - kind) })
}

function turnCommit(kind: number, first: number): object {
  const [input, turn] = [`i${first}`, `t${first + 1}`]
  const commits = [
    { type: 'input.accepted', input, delivery: 'queue', text: 'Where did the growth come from?', by: 'local' },
    { type: 'turn.started', turn, cause: 'input', inputs: [input], attempt: 1 },
    { type: 'input.applied', input, turn },
    {
      type: 'message.committed',
      turn,
      step: `${turn}.1`,
      message: { role: 'assistant', parts: [{ type: 'text', text: ANSWER }] },
    },
    { type: 'turn.ended', turn, outcome: 'completed', finishReason: 'stop' },
  ]
  return commits[kind]!
}
