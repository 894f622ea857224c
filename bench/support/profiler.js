import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { setTimeout as delay } from 'node:timers/promises';

// Loaded before a server: samples it for a while when it is warm, and writes what it saw to a file.
const { BENCH_PROFILE_FILE: file, BENCH_PROFILE_AFTER_MS: afterMs } = process.env;
const SAMPLE_MS = 2500;
const INTERVAL_MICROSECONDS = 200;

async function profile() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
  await delay(Number(afterMs));
  await session.post('Profiler.start');
  await delay(SAMPLE_MS);
  const { profile: samples } = await session.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(samples));
}
void profile();
