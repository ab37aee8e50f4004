import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { catalogue } from '../../jobs/workflow.ts';
import { knownVariables, readConfig } from '../../src/config.ts';
import { queueNames, queuesNamed } from '../../src/engine/catalogue.ts';

const folder = path.resolve(import.meta.dirname, '../../deploy');
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: documents of many kinds
type Document = any;

const kustomization: Document = parse(read('kustomization.yaml'));
const documents: Document[] = (kustomization.resources as string[]).flatMap((file) =>
  parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  }),
);
const ofKind = (kind: string): Document[] => documents.filter((document) => document.kind === kind);
const named = (kind: string, name: string): Document =>
  ofKind(kind).find(({ metadata }) => metadata.name === name);
const podsOf = (kind: string): Document[] => ofKind(kind).map(({ spec }) => spec.template.spec);
const settings = {
  ...named('ConfigMap', 'gsw').data,
  ...named('Secret', 'gsw').stringData,
  ...named('Secret', 'gsw-administrator').stringData,
};

const workers = ofKind('Deployment').filter(({ metadata }) => metadata.name.startsWith('gsw-worker-'));
const queuesOf = (deployment: Document): string[] =>
  queuesNamed(catalogue, deployment.spec.template.spec.containers[0].args.at(-1).split(','));

describe('the Kubernetes manifests', () => {
  test('name only settings that there are, with values that are taken', () => {
    expect(Object.keys(settings).filter((name) => !knownVariables.includes(name))).toEqual([]);
    const config = readConfig(settings);
    expect(config.postgres.pooler).toEqual({ host: 'pgbouncer', port: 6432 });
    expect(config.queue.redisUrl).toMatch(/^redis\+sentinel:/);
  });

  test('keep the administrator out of everything but setup', () => {
    for (const pod of podsOf('Deployment')) {
      expect(JSON.stringify(pod)).not.toContain('gsw-administrator');
    }
    expect(JSON.stringify(podsOf('Job'))).toContain('gsw-administrator');
  });

  test('serve every queue, and no queue that there is not', () => {
    const served = new Set(workers.flatMap(queuesOf));
    expect([...served].sort()).toEqual([...queueNames(catalogue)].sort());
  });

  test('scale each group of workers by the queues that it serves', () => {
    const objects = ofKind('ScaledObject');
    expect(objects.map(({ spec }) => spec.scaleTargetRef.name).sort()).toEqual(
      workers.map(({ metadata }) => metadata.name).sort(),
    );
    for (const { spec } of objects) {
      const target = workers.find(({ metadata }) => metadata.name === spec.scaleTargetRef.name);
      for (const { metadata } of spec.triggers) {
        const [, sign, list = ''] = /queue([=!])~"([^"]+)"/.exec(metadata.query) ?? [];
        const listed = queuesNamed(catalogue, list.split('|'));
        const asked = queueNames(catalogue).filter((name) => listed.includes(name) === (sign === '='));
        expect(asked.sort()).toEqual(queuesOf(target).sort());
      }
    }
  });

  test('name only objects, ports and labels that there are', () => {
    for (const kind of ['Deployment', 'Job']) {
      for (const { spec, metadata } of ofKind(kind)) {
        const { containers, volumes } = spec.template.spec;
        if (kind === 'Deployment')
          expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
        const volumeNames = volumes.map(({ name }: Document) => name);
        for (const container of containers) {
          const ports = (container.ports ?? []).map(({ name }: Document) => name);
          for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
            if (container[probe])
              expect(ports).toContain((container[probe].httpGet ?? container[probe].tcpSocket).port);
          for (const { configMapRef, secretRef } of container.envFrom ?? [])
            expect(
              named(configMapRef ? 'ConfigMap' : 'Secret', (configMapRef ?? secretRef).name),
            ).toBeDefined();
          for (const { name } of container.volumeMounts) expect(volumeNames, metadata.name).toContain(name);
        }
        for (const { secret, persistentVolumeClaim, configMap } of volumes) {
          if (secret) expect(named('Secret', secret.secretName)).toBeDefined();
          if (persistentVolumeClaim)
            expect(named('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined();
          if (configMap)
            expect(kustomization.configMapGenerator.map(({ name }: Document) => name)).toContain(
              configMap.name,
            );
        }
      }
    }
    for (const { spec } of ofKind('Service')) {
      const pods = ofKind('Deployment').map((deployment) => deployment.spec.template);
      const target = pods.find(({ metadata }) =>
        Object.entries(spec.selector).every(([label, value]) => metadata.labels[label] === value),
      );
      const ports = target.spec.containers[0].ports.map(({ name }: Document) => name);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    for (const { files } of kustomization.configMapGenerator)
      for (const file of files as string[])
        expect(existsSync(path.join(folder, file.split('=').at(-1) ?? '')), file).toBe(true);
  });

  test('give processes time to drain, and replace none before another is ready', () => {
    for (const { spec } of [...workers, named('Deployment', 'gsw-api')]) {
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
      expect(spec.template.spec.containers[0].readinessProbe.httpGet.path).toBe('/readyz');
      expect(spec.template.spec.containers[0].livenessProbe.httpGet.path).toBe('/healthz');
    }
    // an operation has 60 s, unless it says otherwise
    for (const { spec } of workers)
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(60);
    const api = named('Deployment', 'gsw-api').spec.template.spec;
    expect(api.containers[0].lifecycle.preStop.exec.command[0]).toBe('sleep');
  });
});
