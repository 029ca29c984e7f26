import './waiting.css'
import { Button } from '@base-ui/react/button'
import type { InputView } from '@longwire/view'
import { ArrowDown, ArrowUp, CornerDownRight, ListEnd, Pencil, X, Zap } from 'lucide-react'
import { useState } from 'react'
import type { LiveSession } from '../line/live-session.ts'
import { Hint } from '../shell/hint.tsx'
import { attempt } from '../shell/toast.ts'
import { counted } from '../shell/words.ts'

const ICONS = { queue: ListEnd, steer: CornerDownRight, interrupt: Zap }
const HOW = { queue: 'for the next turn', steer: 'joins at the next step', interrupt: 'breaks in' }

/** What was sent and not taken up yet: it can still be changed, moved and taken back. */
export function Waiting({ live, waiting }: { live: LiveSession; waiting: readonly InputView[] }) {
  if (waiting.length === 0) return null
  return (
    <section className="waiting-box" aria-label="Waiting to be taken up">
      <p className="waiting-head">{counted(waiting.length, 'message')} waiting</p>
      <ol>
        {waiting.map((input, index) => (
          <WaitingInput key={input.input} live={live} input={input} index={index} waiting={waiting} />
        ))}
      </ol>
    </section>
  )
}

interface RowProps {
  readonly live: LiveSession
  readonly input: InputView
  readonly index: number
  readonly waiting: readonly InputView[]
}

function WaitingInput({ live, input, index, waiting }: RowProps) {
  const [edited, setEdited] = useState<string>()
  const text = textOf(input)
  const Icon = ICONS[input.delivery]
  const move = (by: number) =>
    void attempt('It could not be moved', () => live.session.arrange(moved(waiting, index, by)))
  if (edited !== undefined) {
    return (
      <li className="waiting-input">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            setEdited(undefined)
            if (edited.trim() !== '' && edited !== text)
              void attempt('It could not be changed', () => replace(live, input, edited.trim(), waiting))
          }}
        >
          <textarea
            className="field"
            // biome-ignore lint/a11y/noAutofocus: the person has just asked to edit it
            autoFocus
            rows={2}
            aria-label="The waiting message"
            value={edited}
            onChange={({ target }) => setEdited(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setEdited(undefined)
              if (event.key !== 'Enter' || event.shiftKey) return
              event.preventDefault()
              event.currentTarget.form?.requestSubmit()
            }}
          />
          <div className="request-actions">
            <Button type="submit" className="button small primary">
              Save
            </Button>
            <Button type="button" className="button small quiet" onClick={() => setEdited(undefined)}>
              Leave it
            </Button>
          </div>
        </form>
      </li>
    )
  }
  return (
    <li className="waiting-input">
      <Icon size={14} className="waiting-icon" aria-hidden="true" />
      <span className="waiting-text">{text}</span>
      <span className="waiting-how">{HOW[input.delivery]}</span>
      <span className="waiting-actions">
        {waiting.length > 1 ? (
          <>
            <Act text="Earlier" label={`Move up: ${text}`} Icon={ArrowUp} isOff={index === 0} act={() => move(-1)} />
            <Act
              text="Later"
              label={`Move down: ${text}`}
              Icon={ArrowDown}
              isOff={index === waiting.length - 1}
              act={() => move(1)}
            />
          </>
        ) : null}
        {isOnlyText(input) ? (
          <Act text="Edit" label={`Edit: ${text}`} Icon={Pencil} act={() => setEdited(text)} />
        ) : null}
        <Act
          text="Take back"
          label={`Take back: ${text}`}
          Icon={X}
          act={() => void attempt('It could not be taken back', () => live.session.withdraw(input.input))}
        />
      </span>
    </li>
  )
}

function Act(props: { text: string; label: string; Icon: typeof X; isOff?: boolean; act: () => void }) {
  return (
    <Hint text={props.text}>
      <Button
        className="button quiet small square"
        aria-label={props.label}
        disabled={props.isOff === true}
        onClick={props.act}
      >
        <props.Icon size={14} />
      </Button>
    </Hint>
  )
}

function textOf({ text, parts }: InputView): string {
  return (
    text ?? parts?.map((part) => (part.type === 'text' ? part.text : `[${part.name ?? part.type}]`)).join(' ') ?? ''
  )
}

function isOnlyText({ text, parts }: InputView): boolean {
  return text !== undefined && (parts === undefined || parts.length === 0)
}

function moved(waiting: readonly InputView[], index: number, by: number): readonly string[] {
  const ids = waiting.map(({ input }) => input)
  const [id] = ids.splice(index, 1)
  ids.splice(index + by, 0, id!)
  return ids
}

/** The new words first, then the old ones go: whatever happens between, nothing that was asked is lost. */
async function replace(
  live: LiveSession,
  input: InputView,
  text: string,
  waiting: readonly InputView[],
): Promise<void> {
  const { session } = live
  const { input: fresh } = await session.send(text, { delivery: input.delivery }).accepted
  await session.withdraw(input.input)
  if (waiting.length > 1) await session.arrange(waiting.map((each) => (each === input ? fresh : each.input)))
}
