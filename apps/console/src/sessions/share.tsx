import { Button } from '@base-ui/react/button'
import { Dialog } from '@base-ui/react/dialog'
import { useState } from 'react'
import { asked, DoorError } from '../line/asked.ts'
import type { Stay } from '../line/stay.ts'
import { useStay } from '../line/stay-context.ts'
import { CopyButton } from '../markdown/code-block.tsx'
import { attempt, say } from '../shell/toast.ts'
import { clockTime } from '../shell/words.ts'
import { addressOfLink, keepLinks, linksTo, type SharedLink } from './shared-links.ts'

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
  const [made, setMade] = useState<SharedLink>()
  const [links, setLinks] = useState(() => linksTo(session, Date.now()))

  function keep(next: readonly SharedLink[]) {
    keepLinks(session, next)
    setLinks(next)
  }
  async function make() {
    await attempt('The link could not be made', async () => {
      const grant = { sessions: [session], verbs: ['observe'], reusable: true, name: 'A watcher', expiresIn: seconds }
      const link = await asked<SharedLink>(stay, '/v1/tickets', posted(grant))
      keep([...linksTo(session, Date.now()), link])
      setMade(link)
    })
  }
  async function takeBack(link: SharedLink) {
    if (!(await attempt('The link could not be taken back', () => revoke(stay, link)))) return
    keep(linksTo(session, Date.now()).filter(({ ticket }) => ticket !== link.ticket))
    if (made?.ticket === link.ticket) setMade(undefined)
    say('The link works no more', 'Whoever watched with it does not any more.')
  }
  function leave() {
    setMade(undefined)
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
          {made === undefined ? (
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
                value={addressOfLink(session, made)}
                onFocus={({ target }) => target.select()}
              />
              <CopyButton text={addressOfLink(session, made)} what="the link" />
            </div>
          )}
          <Links links={links} onTakeBack={(link) => void takeBack(link)} />
          <div className="actions">
            <Button className="button" onClick={leave}>
              {made === undefined ? 'Cancel' : 'Done'}
            </Button>
            {made === undefined ? (
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

/** The links that still work, as far as this device has made them. */
function Links(props: { links: readonly SharedLink[]; onTakeBack: (link: SharedLink) => void }) {
  const links = props.links.filter(({ expiresAt }) => expiresAt > Date.now())
  if (links.length === 0) return null
  return (
    <section className="shared-links" aria-labelledby="shared-links">
      <h3 id="shared-links">Links made here that work</h3>
      <ul>
        {links.map((link) => (
          <li key={link.ticket}>
            <span>
              Until <time className="figures">{clockTime(link.expiresAt)}</time>
              <code>…{link.ticket.slice(-6)}</code>
            </span>
            <Button
              className="button quiet small danger"
              aria-label={`Take back the link that works until ${clockTime(link.expiresAt)}, ending in ${link.ticket.slice(-6)}`}
              onClick={() => props.onTakeBack(link)}
            >
              Take back
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A ticket that the server does not know works no more either: it forgets them when it is started anew. */
async function revoke(stay: Stay, { ticket }: SharedLink): Promise<void> {
  try {
    await asked(stay, '/v1/tickets/revoke', posted({ ticket }))
  } catch (error) {
    if (!(error instanceof DoorError && error.status === 404)) throw error
  }
}

function posted(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
