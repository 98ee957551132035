import { afterAll, beforeEach, expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { ConfigError } from '../config.ts'
import { NotFoundError } from '../errors.ts'
import { createServiceApp } from '../http/app.ts'
import { connect } from '../service/run.ts'
import { createLog } from './log.ts'
import { currentTrace, inSpan, recordWith, unrecorded } from './trace.ts'
import { startTracing } from './tracing.ts'

const caller = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('where nobody collects spans, a trace is its id alone, and nothing is recorded', async () => {
  const { isOn, stop } = await startTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: '' })
  expect(isOn).toBe(false)
  await stop()
  await inSpan('one', { traceparent: caller }, async (span) => {
    expect(span.isRecording()).toBe(false)
    expect(currentTrace()?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
    await Bun.sleep(1)
    await inSpan('two', {}, async () => expect(currentTrace()?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736'))
    expect(currentTrace()?.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/)
  })
  expect(currentTrace()).toBeUndefined()
})

const exporter = new InMemorySpanExporter()
const recorded = () => exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))

const record = () => recordWith(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
beforeEach(() => {
  exporter.reset()
})
// Other files of this process expect what everybody has until tracing starts.
afterAll(() => recordWith(new TracerProvider({ sampler: new AlwaysOffSampler() })))

test('a header that is no traceparent begins a trace of its own', async () => {
  record()
  for (const none of [
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
  ])
    await inSpan('one', { traceparent: none }, async () =>
      expect(currentTrace()?.traceId).toMatch(/^(?!0+$|a+$)[0-9a-f]{32}$/),
    )
})

test('a request’s span is called by its route, and says neither path nor query nor header', async () => {
  record()
  const app = createServiceApp({
    log: createLog('test', 'silent'),
    publicOrigin: 'http://localhost:3000',
    isPrepared: () => true,
    isReady: async () => true,
  })
    .get('/api/things/:id', () => {
      throw new NotFoundError('There is no thing SECRET')
    })
    .get('/api/broken', () => {
      throw new Error('SECRET')
    })
  await app.request('/api/things/SECRET?q=SECRET', { headers: { authorization: 'Bearer SECRET' } })
  await app.request('/api/broken')
  await app.request('/healthz')
  const attributes = { 'http.request.method': 'GET' }
  expect(recorded()).toEqual([
    {
      name: 'GET /api/things/:id',
      attributes: {
        ...attributes,
        'http.route': '/api/things/:id',
        'http.response.status_code': 404,
        'error.type': 'not_found',
      },
    },
    {
      name: 'GET /api/broken',
      attributes: { ...attributes, 'http.route': '/api/broken', 'http.response.status_code': 500, 'error.type': '500' },
    },
  ])
})

test('a failure is known by its kind, never by its words', async () => {
  record()
  await inSpan('one', {}, () => Promise.reject(new ConfigError('SECRET'))).catch(() => {})
  await inSpan('two', {}, () => Promise.reject(new NotFoundError('SECRET'))).catch(() => {})
  expect(recorded().map(({ attributes }) => attributes)).toEqual([
    { 'error.type': 'ConfigError' },
    { 'error.type': 'not_found' },
  ])
  expect(exporter.getFinishedSpans().map(({ events, status }) => [events, status.message])).toEqual([
    [[], undefined],
    [[], undefined],
  ])
})

test('a command to MongoDB is recorded without what it asks or writes, and only within a trace', async () => {
  const db = await testDatabase()
  const client = connect(`mongodb://${db.client.options.hosts[0]}/?directConnection=true`, 'test', { isTraced: true })
  const things = client.db(db.databaseName).collection<{ _id: string }>('things')
  record()
  await things.insertOne({ _id: 'SECRET of nobody' })
  await unrecorded(() => things.findOne({ _id: 'SECRET of a loop' }))
  expect(recorded()).toEqual([])
  await inSpan('all', {}, async () => {
    await things.insertOne({ _id: 'SECRET' })
    await things.insertOne({ _id: 'SECRET' }).catch(() => {})
    await things.find().batchSize(1).toArray()
    await client
      .db('admin')
      .command({ noSuchCommand: 1 })
      .catch(() => {})
  })
  await client.close()
  const [insert] = recorded()
  expect(insert).toEqual({
    name: 'insert things',
    attributes: {
      'db.system.name': 'mongodb',
      'db.namespace': db.databaseName,
      'db.operation.name': 'insert',
      'db.collection.name': 'things',
    },
  })
  expect(recorded().map(({ name }) => name)).toEqual([
    'insert things',
    'insert things',
    'find things',
    'getMore things',
    'getMore things',
    'noSuchCommand',
    'all',
  ])
  expect(recorded()[5]?.attributes['error.type']).toBe('MongoServerError')
  expect(JSON.stringify(recorded())).not.toContain('SECRET')
})
