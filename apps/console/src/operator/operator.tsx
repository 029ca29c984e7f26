import { useSessions } from '../sessions/session-list-context.ts'

const STATUSES = ['running', 'waiting', 'idle', 'closed'] as const

/** What goes on in this server, as far as the person who asks may see it. */
export default function Operator() {
  const { sessions } = useSessions()
  return (
    <section className="page-column" aria-labelledby="operator-title">
      <h1 id="operator-title">Operator</h1>
      <dl className="operator-counts">
        {STATUSES.map((status) => (
          <div key={status}>
            <dt>{status}</dt>
            <dd className="figures">{sessions.filter((each) => each.status === status).length}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
