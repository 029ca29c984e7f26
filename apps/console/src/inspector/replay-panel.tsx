import { Button } from '@base-ui/react/button'
import { Slider } from '@base-ui/react/slider'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { FileJson, Pause, Play, SkipBack, SkipForward } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { attempt } from '../shell/toast.ts'
import { counted, spell } from '../shell/words.ts'
import { JsonShown } from '../tools/json-shown.tsx'
import { RecordedView } from './recorded-view.tsx'
import { parseRecording, type Recording } from './recording.ts'

const SPEEDS = ['1', '4', '20'] as const
/** No pause of a recording lasts longer than this, at any speed: a person's lunch is not worth watching. */
const LONGEST_PAUSE_MS = 2_000
/** A file over this is refused before it is read. */
const MOST_FILE_BYTES = 64 * 1024 * 1024

export interface ReplayPanelProps {
  /** The whole log of the session that the page is about, or what passed of it here, drafts and all. */
  readonly sources: readonly RecordingSource[]
}

export interface RecordingSource {
  readonly name: string
  readonly load: () => Promise<Recording>
}

/** A recording, folded at any of its places: moved by hand, or played as it happened. */
export function ReplayPanel({ sources }: ReplayPanelProps) {
  const [recording, setRecording] = useState<{ name: string; of: Recording }>()
  const picker = useRef<HTMLInputElement>(null)
  const load = (name: string, from: () => Promise<Recording>) =>
    attempt('That cannot be replayed', async () => setRecording({ name, of: await from() }))

  return (
    <div className="inspect-panel">
      <div className="inspect-bar" role="toolbar" aria-label="What to replay">
        {sources.map(({ name, load: from }) => (
          <Button
            key={name}
            className="button small"
            aria-pressed={recording?.name === name}
            onClick={() => void load(name, from)}
          >
            {name}
          </Button>
        ))}
        <Button className="button small" onClick={() => picker.current?.click()}>
          <FileJson size={13} aria-hidden="true" />A file…
        </Button>
        <input
          ref={picker}
          type="file"
          accept=".json,.jsonl,application/json"
          hidden
          onChange={({ target }) => {
            const file = target.files?.[0]
            if (file) void load(file.name, () => readFile(file))
            target.value = ''
          }}
        />
        {recording ? (
          <span className="inspect-count figures">
            {recording.name}: {counted(recording.of.length, 'event')}
          </span>
        ) : null}
      </div>
      {recording ? (
        <Player key={recording.name} recording={recording.of} />
      ) : (
        <p className="inspect-note">
          Choose what to replay: a log, what passed on this page with every draft, or a file that was exported or copied
          as a fixture. Then move through it, and see what a person saw at each place.
        </p>
      )}
    </div>
  )
}

async function readFile(file: File): Promise<Recording> {
  if (file.size > MOST_FILE_BYTES) throw new Error(`${file.name} is over 64 MiB`)
  return parseRecording(await file.text())
}

function Player({ recording }: { recording: Recording }) {
  const [at, setAt] = useState(recording.length)
  const [isPlaying, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<string>('4')
  const [isJson, showJson] = useState(false)
  const shown = useDeferredValue(at)
  const view = useMemo(() => recording.viewAfter(shown), [recording, shown])
  const event = recording.events[at - 1]

  useEffect(() => {
    if (!isPlaying) return
    if (at >= recording.length) return setPlaying(false)
    const pause = recording.elapsed(at + 1) - recording.elapsed(at)
    const timer = setTimeout(() => setAt(at + 1), Math.min(LONGEST_PAUSE_MS, pause) / Number(speed))
    return () => clearTimeout(timer)
  }, [isPlaying, at, recording, speed])

  return (
    <>
      <fieldset className="player" aria-label="Moving through the recording">
        <Button className="button square" aria-label="One event back" disabled={at === 0} onClick={() => setAt(at - 1)}>
          <SkipBack size={15} />
        </Button>
        <Button
          className="button primary square"
          aria-label={isPlaying ? 'Pause' : 'Play'}
          onClick={() => {
            if (!isPlaying && at >= recording.length) setAt(0)
            setPlaying(!isPlaying)
          }}
        >
          {isPlaying ? <Pause size={15} /> : <Play size={15} />}
        </Button>
        <Button
          className="button square"
          aria-label="One event on"
          disabled={at === recording.length}
          onClick={() => setAt(at + 1)}
        >
          <SkipForward size={15} />
        </Button>
        <Slider.Root
          className="scrubber"
          value={at}
          min={0}
          max={recording.length}
          onValueChange={(to) => {
            setPlaying(false)
            setAt(Number(to))
          }}
          aria-label="Place in the recording"
        >
          <Slider.Control className="scrubber-control">
            <Slider.Track className="scrubber-track">
              <Slider.Indicator className="scrubber-done" />
              <Slider.Thumb
                className="scrubber-thumb"
                getAriaLabel={() => 'Place in the recording'}
                getAriaValueText={() => `Event ${at} of ${recording.length}, place ${view.at}`}
              />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
        <ToggleGroup
          className="segments"
          value={[speed]}
          onValueChange={([next]) => next && setSpeed(next)}
          aria-label="Speed"
        >
          {SPEEDS.map((each) => (
            <Toggle key={each} value={each} className="segment">
              {each}×
            </Toggle>
          ))}
        </ToggleGroup>
        <Toggle className="button small" pressed={isJson} onPressedChange={showJson}>
          View as JSON
        </Toggle>
      </fieldset>
      <p className="player-at figures">
        place <strong>{view.at}</strong>
        <span>{event ? event.type : 'before everything'}</span>
        <span>{spell(recording.elapsed(at))} in</span>
      </p>
      {isJson ? (
        <div className="inspect-detail whole">
          <JsonShown title={`The view at ${view.at}`} text={JSON.stringify(view, undefined, 2)} />
        </div>
      ) : (
        <RecordedView view={view} />
      )}
    </>
  )
}
