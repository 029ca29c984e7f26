import { useNow } from '../shell/use-now.ts'
import { spell } from '../shell/words.ts'
import type { OperatedConnection } from './doors.ts'
import { bytes } from './spent.ts'
import { Table } from './table.tsx'
import { useDoor } from './use-door.ts'

const EVERY_MS = 2_000

/** Who is connected, over which wire, and who lags. */
export function ConnectionsPanel() {
  const { body, error } = useDoor<{ connections: readonly OperatedConnection[] }>('/v1/operator/connections', EVERY_MS)
  const now = useNow(1_000)
  return (
    <Table
      caption="Connections"
      error={error}
      rows={body?.connections}
      keyOf={({ connection }) => connection}
      empty="Nobody is connected."
      columns={[
        { name: 'Principal', cell: ({ principal, name }) => (name ? `${name} (${principal})` : principal) },
        { name: 'Wire', cell: ({ wire }) => wire },
        { name: 'Since', cell: ({ since }) => spell(now - since), isNumber: true },
        { name: 'Attached', cell: ({ attachments }) => attachments, isNumber: true },
        {
          name: 'Behind',
          cell: ({ behind, lag }) =>
            behind === 0 ? 'no' : <span className="chip needs">{lag.toLocaleString('en')} commits</span>,
          isNumber: true,
        },
        { name: 'Waiting to be sent', cell: ({ bufferedBytes }) => bytes(bufferedBytes), isNumber: true },
        { name: 'Connection', cell: ({ connection }) => <code className="faint">{connection}</code> },
      ]}
    />
  )
}
