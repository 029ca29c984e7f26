import { useDeferredValue, useState } from 'react'
import { titleOf } from '../sessions/title.ts'
import { useNow } from '../shell/use-now.ts'
import { ago } from '../shell/words.ts'
import { Acts } from './acts.tsx'
import type { OperatedSession } from './doors.ts'
import { Table } from './table.tsx'
import { useDoor } from './use-door.ts'

const STATUSES = ['', 'running', 'waiting', 'idle', 'closed'] as const
const PAGE = 100
const EVERY_MS = 3_000

/** All sessions of this server, by whom and with which agent. */
export function SessionsPanel() {
  const [agent, setAgent] = useState('')
  const [principal, setPrincipal] = useState('')
  const [status, setStatus] = useState<string>('')
  const [text, setText] = useState('')
  const [limit, setLimit] = useState(PAGE)
  const wanted = useDeferredValue({ agent, principal, status, q: text, limit: String(limit) })
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''))
  const { body, error, again } = useDoor<{ sessions: readonly OperatedSession[]; cursor?: string | null }>(
    `/v1/operator/sessions?${query}`,
    EVERY_MS,
  )
  const now = useNow(10_000)
  return (
    <div className="inspect-panel">
      <div className="inspect-bar" role="toolbar" aria-label="Which sessions">
        <input
          className="field"
          type="search"
          placeholder="Title or first words"
          aria-label="Title or first words"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <input
          className="field"
          placeholder="Principal"
          aria-label="Principal"
          value={principal}
          onChange={({ target }) => setPrincipal(target.value.trim())}
        />
        <input
          className="field"
          placeholder="Agent"
          aria-label="Agent"
          value={agent}
          onChange={({ target }) => setAgent(target.value.trim())}
        />
        <select className="field" aria-label="Status" value={status} onChange={({ target }) => setStatus(target.value)}>
          {STATUSES.map((each) => (
            <option key={each} value={each}>
              {each === '' ? 'Any status' : each}
            </option>
          ))}
        </select>
      </div>
      <Table
        caption="Sessions, newest first"
        error={error}
        rows={body?.sessions}
        keyOf={({ key }) => key}
        empty="No session fits."
        onMore={body?.cursor && limit < 500 ? () => setLimit(500) : undefined}
        columns={[
          { name: 'Session', cell: (row) => <span className="op-title">{titleOf(row)}</span> },
          { name: 'Principal', cell: ({ principal }) => principal },
          { name: 'Agent', cell: ({ agent }) => agent },
          { name: 'Status', cell: ({ status }) => <span className={`chip status-${status}`}>{status}</span> },
          { name: 'Commits', cell: ({ head }) => head.toLocaleString('en'), isNumber: true },
          { name: 'Last moved', cell: ({ updatedAt }) => ago(updatedAt, now), isNumber: true },
          {
            name: 'Do',
            cell: (row) =>
              row.status === 'closed' ? null : (
                <Acts
                  of={row.key}
                  title={titleOf(row)}
                  acts={row.status === 'idle' ? ['close'] : ['cancel', 'kill', 'close']}
                  onDone={again}
                />
              ),
          },
        ]}
      />
    </div>
  )
}
