// A page with nothing but the client: it opens a session, or takes the one that its address names, and shows it to tests.
import { connect } from '@longwire/client'
import type { PlainPage } from '../plain-page.ts'

const address = new URL(location.href)
const known = address.searchParams.get('session')
const client = connect(location.origin)
const session = known
  ? await client.session(known).ready
  : await client.open({ agent: address.searchParams.get('agent') ?? 'speaker' })
const page: PlainPage = { client, session }
Object.assign(globalThis, page, { isReady: true })
