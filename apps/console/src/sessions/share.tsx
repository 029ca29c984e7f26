import { Button } from '@base-ui/react/button'
import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import { asked } from '../line/older-turns.ts'
import { useStay } from '../line/stay-context.ts'
import { CopyButton } from '../markdown/code-block.tsx'
import { attempt } from '../shell/toast.ts'

const LASTS = [
  { seconds: 3_600, says: 'for an hour' },
  { seconds: 28_800, says: 'for eight hours' },
  { seconds: 86_400, says: 'for a day' },
]

export interface ShareProps {
  readonly session: string
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** Makes a link that shows one session to whoever has it, and lets them do nothing. */
export function Share({ session, isOpen, onClose }: ShareProps) {
  const stay = useStay()
  const [seconds, setSeconds] = useState(3_600)
  const [link, setLink] = useState<string>()

  async function make() {
    await attempt('The link could not be made', async () => {
      const grant = { sessions: [session], verbs: ['observe'], reusable: true, name: 'A watcher', expiresIn: seconds }
      const { ticket } = await asked<{ ticket: string }>(stay, '/v1/tickets', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(grant),
      })
      setLink(`${location.origin}/watch/${encodeURIComponent(session)}#${encodeURIComponent(ticket)}`)
    })
  }
  function leave() {
    setLink(undefined)
    onClose()
  }

  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => next || leave()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Share a link to watch</Dialog.Title>
          <Dialog.Description className="about">
            Whoever has the link sees this session as it goes on. They cannot write, answer or stop anything.
          </Dialog.Description>
          {link === undefined ? (
            <label className="labelled dialog-field">
              <span>It works</span>
              <select className="field" value={seconds} onChange={({ target }) => setSeconds(Number(target.value))}>
                {LASTS.map((each) => (
                  <option key={each.seconds} value={each.seconds}>
                    {each.says}
                  </option>
                ))}
              </select>
            </label>
          ) : (
            <div className="share-link">
              <input
                className="field"
                readOnly
                aria-label="The link"
                value={link}
                onFocus={({ target }) => target.select()}
              />
              <CopyButton text={link} what="the link" />
            </div>
          )}
          <div className="actions">
            <Button className="button" onClick={leave}>
              {link === undefined ? 'Cancel' : 'Done'}
            </Button>
            {link === undefined ? (
              <Button className="button primary" onClick={() => void make()}>
                Make the link
              </Button>
            ) : null}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
