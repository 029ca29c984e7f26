import './composer.css'
import { Button } from '@base-ui/react/button'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import type { Delivery, InputPart } from '@longwire/protocol'
import { ArrowUp, Paperclip, Square, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Hint } from '../shell/hint.tsx'
import { say } from '../shell/toast.ts'
import { type Attached, attachedFrom, MOST_BYTES, sizeInWords, totalBytes } from './attached.ts'

const DELIVERIES: Record<Delivery, { name: string; says: string }> = {
  queue: { name: 'Queue', says: 'It waits for the next turn' },
  steer: { name: 'Steer', says: 'It joins the running turn at its next step' },
  interrupt: { name: 'Interrupt', says: 'It stops the running turn and begins another' },
}

export interface ComposerProps {
  /** Under which name what is written is kept until it is sent. */
  readonly draftKey: string
  readonly label: string
  readonly inputModes: readonly string[]
  readonly isDisabled?: boolean
  readonly isRunning?: boolean
  readonly isFirst?: boolean
  readonly onSend: (parts: readonly InputPart[], delivery: Delivery) => Promise<boolean>
  readonly onStop?: () => void
}

/** Where a person writes. While a turn runs it says what becomes of what is sent. */
export function Composer(props: ComposerProps) {
  const { draftKey, label, inputModes, isDisabled = false, isRunning = false, isFirst = false, onSend, onStop } = props
  const [text, setText] = useDraft(draftKey)
  const [files, setFiles] = useState<readonly Attached[]>([])
  const [delivery, setDelivery] = useState<Delivery>('queue')
  const area = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const takesFiles = inputModes.some((mode) => mode !== 'text')
  const isEmpty = text.trim() === '' && files.length === 0

  useGrowing(area, text)

  async function attach(picked: Iterable<File>) {
    const { attached, refused } = await attachedFrom(picked, totalBytes(files))
    for (const why of refused) say('Not attached', why)
    setFiles((before) => [...before, ...attached])
  }

  async function send(how: Delivery) {
    if (isEmpty || isDisabled) return
    const parts: InputPart[] = [
      ...(text.trim() === '' ? [] : [{ type: 'text' as const, text: text.trim() }]),
      ...files.map(({ part }) => part),
    ]
    const before = { text, files }
    setText('')
    setFiles([])
    if (await onSend(parts, isRunning ? how : 'queue')) return
    setText((now) => now || before.text)
    setFiles((now) => (now.length > 0 ? now : before.files))
  }

  function pressed(event: KeyboardEvent) {
    if (event.key === 'Escape' && isRunning && text === '') onStop?.()
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    const isCommand = event.ctrlKey || event.metaKey
    if (event.shiftKey && !isCommand) return
    event.preventDefault()
    void send(isCommand ? (event.shiftKey ? 'interrupt' : 'steer') : delivery)
  }

  return (
    <form
      className={isFirst ? 'composer first' : 'composer'}
      onSubmit={(event) => {
        event.preventDefault()
        void send(delivery)
      }}
      onDragOver={(event) => takesFiles && event.preventDefault()}
      onDrop={(event) => {
        if (!takesFiles) return
        event.preventDefault()
        void attach(event.dataTransfer.files)
      }}
    >
      {files.length > 0 ? (
        <ul className="attached" aria-label="Attached">
          {files.map((file) => (
            <li key={file.key}>
              {file.preview === undefined ? null : <img src={file.preview} alt="" />}
              <span>{file.name}</span>
              <span className="figures">{sizeInWords(file.bytes)}</span>
              <Button
                className="button quiet small square"
                aria-label={`Take ${file.name} off`}
                onClick={() => setFiles(files.filter((each) => each !== file))}
              >
                <X size={13} />
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <textarea
        ref={area}
        className="composer-text"
        aria-label={label}
        placeholder={isRunning ? 'Cut in…' : `${label}…`}
        rows={1}
        value={text}
        disabled={isDisabled}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={pressed}
        onPaste={(event) => {
          if (!takesFiles || event.clipboardData.files.length === 0) return
          event.preventDefault()
          void attach(event.clipboardData.files)
        }}
      />
      <div className="composer-foot">
        {takesFiles ? (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={({ target }) => {
                void attach([...(target.files ?? [])])
                target.value = ''
              }}
            />
            <Hint text={`Attach files, up to ${sizeInWords(MOST_BYTES)} in one message. Pictures are made smaller.`}>
              <Button
                type="button"
                className="button quiet small square"
                aria-label="Attach files"
                onClick={() => picker.current?.click()}
              >
                <Paperclip size={16} />
              </Button>
            </Hint>
          </>
        ) : null}
        {isRunning ? (
          <ToggleGroup
            className="segments"
            aria-label="What becomes of it"
            value={[delivery]}
            onValueChange={([next]) => next && setDelivery(next as Delivery)}
          >
            {(Object.keys(DELIVERIES) as Delivery[]).map((each) => (
              <Hint key={each} text={DELIVERIES[each].says}>
                <Toggle value={each} className="segment">
                  {DELIVERIES[each].name}
                </Toggle>
              </Hint>
            ))}
          </ToggleGroup>
        ) : null}
        <span className="composer-space" />
        {isRunning && onStop ? (
          <Hint text="Stop the turn" keys="Esc">
            <Button type="button" className="button quiet stop" aria-label="Stop the turn" onClick={onStop}>
              <Square size={13} fill="currentColor" />
              Stop
            </Button>
          </Hint>
        ) : null}
        <Button type="submit" className="button primary square send" aria-label="Send" disabled={isEmpty || isDisabled}>
          <ArrowUp size={18} strokeWidth={2.25} />
        </Button>
      </div>
    </form>
  )
}

/** What is written here outlives the page: a reload loses no word. */
function useDraft(key: string) {
  const kept = `longwire.draft.${key}`
  const [text, setText] = useState(() => sessionStorage.getItem(kept) ?? '')
  useEffect(() => {
    if (text === '') sessionStorage.removeItem(kept)
    else sessionStorage.setItem(kept, text)
  }, [kept, text])
  return [text, setText] as const
}

/** As high as what is written in it, up to the most that its style allows. */
function useGrowing(area: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const { current } = area
    if (!current || CSS.supports('field-sizing', 'content')) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [area, text])
}
