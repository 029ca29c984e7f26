import { useNow } from '../shell/use-now.ts'
import { counted, spell } from '../shell/words.ts'
import { Acts } from './acts.tsx'
import { Budgets } from './budgets.tsx'
import type { OperatedTurn } from './doors.ts'
import { NOTHING, spent } from './spent.ts'
import { Table } from './table.tsx'
import { useDoor } from './use-door.ts'

const EVERY_MS = 2_000

/** The turns that run or wait now, with what they have used. */
export function TurnsPanel() {
  const { body, error, again } = useDoor<{ turns: readonly OperatedTurn[] }>('/v1/operator/turns?limit=200', EVERY_MS)
  const now = useNow(1_000)
  return (
    <Table
      caption="Turns that run or wait"
      error={error}
      rows={body?.turns}
      keyOf={({ key, turn }) => `${key} ${turn}`}
      empty="No turn runs, and none waits."
      columns={[
        { name: 'Agent', cell: ({ agent }) => agent },
        { name: 'Principal', cell: ({ principal }) => principal },
        {
          name: 'Status',
          cell: ({ status, requests, attempt }) => (
            <span className={`chip status-${status}`}>
              {status}
              {requests > 0 ? `, ${counted(requests, 'request')}` : ''}
              {attempt > 1 ? `, run ${attempt}` : ''}
            </span>
          ),
        },
        { name: 'Begun by', cell: ({ cause }) => cause },
        { name: 'For', cell: ({ startedAt }) => spell(now - startedAt), isNumber: true },
        { name: 'Tools', cell: ({ toolCalls }) => toolCalls, isNumber: true },
        { name: 'This turn', cell: (row) => <Spent row={row} scope="turn" />, isNumber: true },
        { name: 'The session', cell: (row) => <Spent row={row} scope="session" />, isNumber: true },
        {
          name: 'Do',
          cell: ({ key, agent, turn }) => (
            <Acts of={key} title={`${agent}, turn ${turn}`} acts={['cancel', 'kill', 'close']} onDone={again} />
          ),
        },
      ]}
    />
  )
}

/** What was used, and beside what: a bound of the agent's budget says how much of it there was. */
function Spent({ row, scope }: { row: OperatedTurn; scope: 'turn' | 'session' }) {
  const usage = scope === 'turn' ? row.usage : row.sessionUsage
  const budgets = row.budgets.filter((each) => each.scope === scope)
  const says = spent(usage)
  return (
    <div className="op-spent">
      {says === NOTHING && budgets.length > 0 ? null : <span>{says}</span>}
      <Budgets budgets={budgets} />
    </div>
  )
}
