// The client in a worker: it talks, and posts what it heard.
import { connect } from '@longwire/client'

addEventListener('message', async ({ data: url }: MessageEvent<string>) => {
  const client = connect(url)
  const session = await client.open({ agent: 'speaker' })
  const said = await session.ask('go').result
  postMessage(said)
})
