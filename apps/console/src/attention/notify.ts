import { titleOf } from '../sessions/title.ts'
import { addressOf } from '../shell/routes.ts'
import type { Notice } from './attention.ts'

export type Permission = 'default' | 'granted' | 'denied' | 'unsupported'

export function permission(): Permission {
  return 'Notification' in globalThis ? Notification.permission : 'unsupported'
}

/** Asks the person, which a browser allows only right after they pressed something. */
export async function askToNotify(): Promise<Permission> {
  return 'Notification' in globalThis ? Notification.requestPermission() : 'unsupported'
}

const SAYS = { needs: 'needs you', finished: 'has finished' }

/** Says it outside of the page, where that is allowed. A press leads to the session. */
export function notify({ kind, session }: Notice, go: (address: string) => void): void {
  if (permission() !== 'granted') return
  const notice = new Notification(`${session.agent} ${SAYS[kind]}`, { body: titleOf(session), tag: session.session })
  notice.onclick = () => {
    focus()
    go(addressOf([session.session]))
    notice.close()
  }
}
