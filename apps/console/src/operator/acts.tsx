import { Button } from '@base-ui/react/button'
import { Menu } from '@base-ui/react/menu'
import { CircleStop, Ellipsis, Lock, Skull } from 'lucide-react'
import { useState } from 'react'
import { asked } from '../line/asked.ts'
import { useStay } from '../line/stay-context.ts'
import { Confirm } from '../sessions/confirm.tsx'
import { attempt, say } from '../shell/toast.ts'
import { type Act, doorOf, posted } from './doors.ts'

interface ActWords {
  readonly Icon: typeof Lock
  readonly name: string
  readonly about: string
  readonly done: string
}

const ACTS: Record<Exclude<Act, 'answer'>, ActWords> = {
  cancel: {
    Icon: CircleStop,
    name: 'Stop the turn',
    about: 'What was said until now is kept, and its person is told.',
    done: 'The turn was stopped',
  },
  kill: {
    Icon: Skull,
    name: 'Kill its worker',
    about: 'The turn, and those beside it in the worker, are run again from their logs.',
    done: 'The worker was replaced',
  },
  close: {
    Icon: Lock,
    name: 'Close the session',
    about: 'Its log can still be read; nobody can say anything in it any more.',
    done: 'The session was closed',
  },
}

export interface ActsProps {
  /** Which session, for the operator's doors. */
  readonly of: string
  readonly title: string
  readonly acts: readonly Exclude<Act, 'answer'>[]
  readonly onDone: () => void
}

/** What an operator can do to a session, behind a button and a question. */
export function Acts({ of, title, acts, onDone }: ActsProps) {
  const stay = useStay()
  const [asking, ask] = useState<Exclude<Act, 'answer'>>()
  async function act(wanted: Exclude<Act, 'answer'>) {
    ask(undefined)
    const isDone = await attempt(`${ACTS[wanted].name}: that did not work`, () =>
      asked(stay, doorOf(of, wanted), posted()),
    )
    if (isDone) say(ACTS[wanted].done, title)
    onDone()
  }
  return (
    <>
      <Menu.Root>
        <Menu.Trigger render={<Button className="button quiet small square" aria-label={`What to do with ${title}`} />}>
          <Ellipsis size={15} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={4}>
            <Menu.Popup className="menu">
              {acts.map((each) => {
                const { Icon, name } = ACTS[each]
                return (
                  <Menu.Item
                    key={each}
                    className={each === 'close' ? 'menu-item danger' : 'menu-item'}
                    onClick={() => ask(each)}
                  >
                    <Icon size={15} />
                    {name}
                  </Menu.Item>
                )
              })}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {asking ? (
        <Confirm
          isOpen
          title={`${ACTS[asking].name}?`}
          about={`${title}. ${ACTS[asking].about}`}
          act={ACTS[asking].name}
          isDanger={asking !== 'cancel'}
          onAct={() => void act(asking)}
          onClose={() => ask(undefined)}
        />
      ) : null}
    </>
  )
}
