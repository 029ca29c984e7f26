// A page that reads one session with the plain client and shows what it has.
import { connect } from '@longwire/client'

const client = connect(location.origin)
const at = new URL(location.href).searchParams.get('session')
const session = at ? client.session(at) : await client.open({ agent: 'speaker' })
await session.ready

Object.assign(globalThis, { client, session })
