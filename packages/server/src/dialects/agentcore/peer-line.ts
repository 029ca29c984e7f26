import type { IncomingMessage } from 'node:http'
import { offersOneOf } from '../../wires/handshake.ts'
import { runSpeech } from '../ag-ui/index.ts'
import { RunsSpeech } from '../ag-ui/runs-speech.ts'
import { ArticleSpeech } from '../bedrock/article-speech.ts'
import { afterOf, encodingOf, flagOf } from '../bedrock/index.ts'
import { commandIds } from '../command-ids.ts'
import type { DialectHouse, Line, Speech } from '../dialect.ts'
import { nativeSpeech } from '../native.ts'
import { fieldOf, queryOf, SESSION_FIELD } from './fields.ts'
import { FirstFrameSpeech } from './first-frame.ts'
import type { Payload } from './payload-door.ts'
import { asInputText } from './prompt.ts'

/** AWS counts frames of up to 32 KB in one place and of 64 KB in another: the smaller is what is kept. */
const MOST_FRAME_BYTES = 32_000
/** A commit that would not fit into a frame with its channel in front. */
const STUB_BYTES = 31_000
/** Of six bytes each at most, as JSON escapes what has to be escaped. */
const MOST_CHARACTERS = 5_000
const SUBPROTOCOL = 'longwire.v1'

/** What all WebSockets of this dialect have in common: how long a frame may be, and how the peer's first frame decides. */
export const PEER_BOUNDS: Pick<Line, 'mostFrameBytes'> = { mostFrameBytes: MOST_FRAME_BYTES }

/** What is spoken with this peer, once it has said something. */
export function peerSpeech(house: DialectHouse, request: IncomingMessage, payload: Payload): Speech {
  const { agent, named, session, qualifier } = payload
  const query = queryOf(request.url)
  const commandId = commandIds(house.clock)
  const after = afterOf(query.get('after'))
  const encoding = encodingOf(query.get('encoding'))
  const isNamed = fieldOf(request, SESSION_FIELD) !== undefined
  const frames = () => {
    const speech = new ArticleSpeech({
      address: { sessionId: named, agentId: agent, agentAliasId: qualifier },
      agent,
      session,
      after,
      encoding,
      enableTrace: flagOf(query.get('enableTrace')),
      mostCharacters: MOST_CHARACTERS,
      endCode: 1001,
      commandId,
    })
    return {
      begin: () => speech.begin(),
      heard: (frame: string) => speech.heard(asInputText(frame)),
      told: (told, _text) => speech.told(told),
    } satisfies Speech
  }
  const runs = () =>
    new RunsSpeech((run, ch) => runSpeech(house, agent, run, ch, isNamed ? session : undefined), commandId)
  const isNative = request.headers['sec-websocket-protocol'] !== undefined && offersOneOf(request, [SUBPROTOCOL])
  return new FirstFrameSpeech({ native: nativeSpeech(STUB_BYTES), runs, frames }, isNative)
}
