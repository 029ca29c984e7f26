/** A service that requests are signed for, and the paths of it. Every other path of the server takes all of them. */
export interface SignedService {
  readonly name: string
  readonly paths: RegExp
}

/** The services whose clients speak to this server. */
export const SERVICES: readonly SignedService[] = [
  { name: 'bedrock-agentcore', paths: /^\/runtimes\// },
  { name: 'bedrock', paths: /^\/agents\// },
]

/** For which services a request to this path may be signed. */
export function servicesOf(path: string): readonly string[] {
  const owner = SERVICES.find(({ paths }) => paths.test(path))
  return owner ? [owner.name] : SERVICES.map(({ name }) => name)
}
