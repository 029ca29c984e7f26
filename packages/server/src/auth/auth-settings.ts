import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { apiKeyVerifier } from './api-key-verifier.ts'
import { CredentialFile, credentialPath } from './credentials/credential-file.ts'
import { type Credentials, type CredentialsFunction, credentialsBy } from './credentials/credentials.ts'
import { developmentVerifier } from './development-verifier.ts'
import { type JwtSettings, jwtVerifier } from './jwt-verifier.ts'
import type { Origins } from './origins.ts'
import { type Sigv4Settings, sigv4Verifier } from './sigv4/sigv4-verifier.ts'
import type { Verifier } from './verifier.ts'
import { compileVisibility, type VisibilityPolicy } from './visibility.ts'

/** The verifiers that come with the server, by the word that chooses them. Tickets are taken whatever is chosen. */
export const VERIFIER_NAMES = ['sigv4', 'jwt', 'ticket', 'key', 'dev'] as const
export type VerifierName = (typeof VERIFIER_NAMES)[number]

/** Who may enter, and what they may see. */
export interface AuthSettings {
  /** In the order in which they are asked; the first that recognises a request decides. */
  readonly use?: readonly VerifierName[] | undefined
  readonly sigv4?: Sigv4Settings | undefined
  readonly jwt?: JwtSettings | undefined
  /** Where keys come from; the file in the data folder unless given. */
  readonly credentials?: CredentialsFunction | undefined
  /** The folder with the file of keys, for a server whose log is not in a data folder. */
  readonly keyFolder?: string | undefined
  readonly visibility?: VisibilityPolicy | undefined
}

export interface AuthHouse {
  readonly data: string | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly origins: Origins
}

/** The verifiers that these settings choose. Throws a sentence where they cannot be made. */
export function verifiersOf({ use = [], ...settings }: AuthSettings, house: AuthHouse): readonly Verifier[] {
  const seesOf = compileVisibility(settings.visibility)
  const { clock } = house
  let credentials: Credentials | undefined
  const keys = () => {
    credentials ??= credentialsOf(settings, house)
    return credentials
  }
  const make: Readonly<Record<VerifierName, () => readonly Verifier[]>> = {
    sigv4: () => [sigv4Verifier({ credentials: keys(), clock, seesOf, ...settings.sigv4 })],
    jwt: () => [jwtVerifier({ ...settings.jwt, clock, seesOf })],
    ticket: () => [],
    key: () => [apiKeyVerifier({ credentials: keys(), clock, seesOf })],
    dev: () => [developmentVerifier(house.origins)],
  }
  return [...new Set(use)].flatMap((name) => make[name]())
}

function credentialsOf({ credentials }: AuthSettings, { data, clock, log }: AuthHouse): Credentials {
  if (credentials) return credentialsBy(credentials)
  if (data === undefined) throw new Error('keys need a data folder to be kept in, or a function that knows them')
  return new CredentialFile(credentialPath(data), clock, log)
}
