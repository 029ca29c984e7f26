import { Button } from '@base-ui/react/button'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { Eraser, Pause, Play } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { JsonShown } from '../tools/json-shown.tsx'
import { type FrameFacts, factsOf, passesFilter } from './frame-facts.ts'
import type { FrameTap, Passed } from './frame-tap.ts'
import { RowList } from './row-list.tsx'
import { useFrames } from './use-frames.ts'

const KINDS: readonly { kind: FrameFacts['kind']; label: string }[] = [
  { kind: 'command', label: 'Commands' },
  { kind: 'commit', label: 'Commits' },
  { kind: 'draft', label: 'Drafts' },
  { kind: 'frame', label: 'Answers' },
  { kind: 'line', label: 'Line' },
]
const ALL = KINDS.map(({ kind }) => kind)
const ARROWS: Record<Passed['way'], { sign: string; says: string }> = {
  in: { sign: '↓', says: 'from the server' },
  out: { sign: '↑', says: 'to the server' },
  line: { sign: '·', says: 'the line' },
}

/** What passes on the line of this page, both ways, as it passes. */
export function FramesPanel({ tap }: { tap: FrameTap }) {
  const passed = useFrames(tap)
  const [text, setText] = useState('')
  const [kinds, setKinds] = useState<readonly string[]>(ALL)
  const [ch, setCh] = useState('')
  const [chosen, choose] = useState<number>()
  const wanted = useDeferredValue(text)
  const shown = useMemo(() => {
    const filter = {
      text: wanted,
      kinds: new Set([...kinds, 'unreadable'] as FrameFacts['kind'][]),
      ch: /^\d+$/.test(ch) ? Number(ch) : undefined,
    }
    return passed.filter((each) => passesFilter(each, filter))
  }, [passed, wanted, kinds, ch])
  const open = shown.find(({ n }) => n === chosen)

  return (
    <div className="inspect-panel">
      <div className="inspect-bar" role="toolbar" aria-label="Which frames">
        <input
          className="field"
          type="search"
          placeholder="Find in frames"
          aria-label="Find in frames"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <input
          className="field inspect-channel"
          inputMode="numeric"
          placeholder="ch"
          aria-label="Channel"
          value={ch}
          onChange={({ target }) => setCh(target.value)}
        />
        <ToggleGroup className="toggles" multiple value={kinds} onValueChange={setKinds} aria-label="Kinds of frames">
          {KINDS.map(({ kind, label }) => (
            <Toggle key={kind} value={kind} className={`toggle kind-${kind}`}>
              {label}
            </Toggle>
          ))}
        </ToggleGroup>
        <span className="inspect-count figures" role="status">
          {shown.length.toLocaleString('en')} of {passed.length.toLocaleString('en')}
        </span>
        <Button className="button small" aria-pressed={tap.isPaused} onClick={() => tap.pause(!tap.isPaused)}>
          {tap.isPaused ? <Play size={13} aria-hidden="true" /> : <Pause size={13} aria-hidden="true" />}
          {tap.isPaused ? 'Go on' : 'Pause'}
        </Button>
        <Button className="button small" onClick={() => tap.clear()}>
          <Eraser size={13} aria-hidden="true" />
          Clear
        </Button>
      </div>
      <div className="inspect-body">
        <RowList
          label="Frames, oldest first"
          count={shown.length}
          keyOf={(index) => shown[index]!.n}
          isFollowed={!tap.isPaused}
          chosen={shown.findIndex(({ n }) => n === chosen)}
          onChoose={(index) => choose(shown[index]?.n)}
          empty={
            passed.length === 0
              ? 'Nothing has passed yet. Say something to an agent, and watch it here.'
              : 'No frame fits.'
          }
          row={(index) => <FrameRow passed={shown[index]!} />}
        />
        {open ? (
          <aside className="inspect-detail" aria-label="The chosen frame">
            <JsonShown title={`${ARROWS[open.way].says}, ${clock(open.at)}`} text={pretty(open.text)} />
          </aside>
        ) : null}
      </div>
    </div>
  )
}

function FrameRow({ passed }: { passed: Passed }) {
  const { type, kind, ch, place, gist } = factsOf(passed)
  const { sign, says } = ARROWS[passed.way]
  return (
    <div className={`inspect-row frame-row kind-${kind}`}>
      <span className="figures faint">{clock(passed.at)}</span>
      <span className="way" title={says}>
        <span aria-hidden="true">{sign}</span>
        <span className="for-ears">{says}</span>
      </span>
      <span className="figures faint">{ch ?? ''}</span>
      <span className="figures place">{place ?? ''}</span>
      <span className="kind-mark">{type}</span>
      <span className="gist">{gist}</span>
    </div>
  )
}

export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}
