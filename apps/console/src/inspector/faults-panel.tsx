import { Button } from '@base-ui/react/button'
import { Gauge, Scissors, Skull, Unplug } from 'lucide-react'
import { useEffect, useState } from 'react'
import { asked } from '../line/asked.ts'
import { useStay } from '../line/stay-context.ts'
import { attempt, say } from '../shell/toast.ts'
import { useNow } from '../shell/use-now.ts'
import { spell } from '../shell/words.ts'

interface Fault {
  readonly kind: string
  readonly until?: number
  readonly delayMs?: number
}

const DOOR = '/v1/development/faults'
const FOR_MS = 30_000
const LOOK_EVERY_MS = 2_000

interface Press {
  readonly Icon: typeof Scissors
  readonly name: string
  readonly about: string
  readonly body: Readonly<Record<string, unknown>>
  readonly says: string
}

/** What can go wrong, at the press of a button: only where the server runs for development. */
export function FaultsPanel({ session }: { session: string | undefined }) {
  const stay = useStay()
  const { faults, isThere } = useFaults()
  const now = useNow(1_000)
  if (isThere === false) {
    return (
      <p className="inspect-note">
        This server does not break things on request. Start it with <code>longwire dev</code> on your own machine.
      </p>
    )
  }
  const press = ({ name, body, says }: Press) =>
    attempt(`${name}: that did not work`, async () => {
      await asked(stay, DOOR, post(body))
      say(name, says)
    })
  return (
    <div className="inspect-panel faults">
      <p className="inspect-note">Break something, and see that nothing is lost and nothing comes twice.</p>
      <ul className="fault-list">
        {pressesFor(session).map((each) => (
          <li key={each.name}>
            <Button className="button" onClick={() => void press(each)}>
              <each.Icon size={15} aria-hidden="true" />
              {each.name}
            </Button>
            <span>{each.about}</span>
          </li>
        ))}
      </ul>
      {faults.length === 0 ? null : (
        <ul className="fault-now" aria-label="What is broken now">
          {faults.map(({ kind, until }) => (
            <li key={kind} className="chip wrong">
              {kind}
              {until === undefined ? '' : `, ${spell(until - now)} left`}
            </li>
          ))}
          <li>
            <Button
              className="button small"
              onClick={() =>
                void attempt('That could not be mended', async () => {
                  for (const { kind } of faults) await asked(stay, DOOR, post({ kind, forMs: 0, delayMs: 0 }))
                })
              }
            >
              Mend all
            </Button>
          </li>
        </ul>
      )}
    </div>
  )
}

function pressesFor(session: string | undefined): readonly Press[] {
  return [
    {
      Icon: Scissors,
      name: 'Cut the line',
      about: 'Ends every WebSocket without a goodbye, as a lost network does.',
      body: { kind: 'cut-line' },
      says: 'It comes back by itself.',
    },
    {
      Icon: Unplug,
      name: 'Block WebSocket',
      about: 'Refuses WebSockets for half a minute: the page goes on over plain HTTP.',
      body: { kind: 'block-websocket', forMs: FOR_MS },
      says: 'For half a minute only plain HTTP gets through.',
    },
    {
      Icon: Gauge,
      name: 'Slow it down',
      about: 'Holds back each frame for half a second, for half a minute.',
      body: { kind: 'slow', delayMs: 500, forMs: FOR_MS },
      says: 'Each frame is half a second late.',
    },
    ...(session === undefined
      ? []
      : [
          {
            Icon: Skull,
            name: 'Kill the turn',
            about: 'Kills the worker that the turn of this session runs in: the turn is run again from its log.',
            body: { kind: 'kill-turn', session },
            says: 'Its drafts are taken back, and it runs again.',
          },
        ]),
  ]
}

function post(body: Readonly<Record<string, unknown>>): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

function useFaults(): { faults: readonly Fault[]; isThere: boolean | undefined } {
  const stay = useStay()
  const [state, setState] = useState<{ faults: readonly Fault[]; isThere: boolean | undefined }>({
    faults: [],
    isThere: undefined,
  })
  useEffect(() => {
    const look = () =>
      asked<{ faults: readonly Fault[] }>(stay, DOOR).then(
        ({ faults }) => setState({ faults, isThere: true }),
        () => setState({ faults: [], isThere: false }),
      )
    void look()
    const timer = setInterval(() => void look(), LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [stay])
  return state
}
